//! What a name looks like.

use crate::unicode;
use vouchsafe_speech::is_invisible;

/// Letters of other scripts that look like Latin ones, each after its Latin letter.
const LOOK_ALIKES: [&str; 27] = [
	"aаαɑᴀ",
	"bвβьƅʙᏼ",
	"cсϲᴄⅽ",
	"dԁɗᴅ",
	"eеєεҽᴇ",
	"fғϝꜰ",
	"gɡԍɢց",
	"hһнηʜհ",
	"jјյ",
	"kкκқᴋ",
	"lіιɩıӏⅼ1|ǀɪ",
	"mмμϻᴍ",
	"nпнոռɴνи",
	"oоοσөօ0०০੦٥ᴏ",
	"pрρƿᴘթ",
	"qԛգզ",
	"rгʀᴦ",
	"sѕʂꜱտ",
	"tтτᴛ",
	"uսᴜ",
	"vѵᴠ",
	"wшωԝᴡա",
	"xхχ×",
	"yуγυүʏყ",
	"zζᴢʐ",
	"3зз",
	"6б",
];

/// What a name looks like. Names that differ only in case, spaces, punctuation or characters that
/// look alike have the same look.
pub(super) fn look(name: &str) -> String {
	let visible: String = name.chars().filter(|letter| !is_invisible(*letter)).collect();
	unicode::nfkc(&visible)
		.chars()
		.flat_map(char::to_lowercase)
		.filter(|letter| letter.is_alphanumeric() || *letter == '|')
		.map(|letter| {
			let alike = LOOK_ALIKES.iter().find(|alike| alike.contains(letter));
			match alike.and_then(|alike| alike.chars().next()).unwrap_or(letter) {
				'i' => 'l',
				seen => seen,
			}
		})
		.collect::<String>()
		.replace("rn", "m")
		.replace("vv", "w")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn names_that_look_alike_have_the_same_look() {
		for alike in [
			&["Hospital A", "hospital a", "HOSPITAL  A", "Hospital-A", "Hospital A."][..],
			&[
				"Hospital A",
				"Ноѕріtаl А",
				"Hosp1tal A",
				"Hospitаl\u{200b} A",
				"Ｈｏｓｐｉｔａｌ Ａ",
			],
			&["St. Mary's", "St Mary’s", "St. Marу's"],
			&["Clinic", "Cliпic", "CLINIC", "CIinic"],
			&["ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"],
			&["Modern", "Modem"],
		] {
			for name in alike {
				assert_eq!(look(name), look(alike[0]), "{name}");
			}
		}
		for (one, other) in [("Hospital A", "Hospital B"), ("Eva", "Ava"), ("Ward 7", "Ward 2")] {
			assert_ne!(look(one), look(other));
		}
	}
}
