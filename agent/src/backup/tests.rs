use super::*;
use proptest::prelude::*;

/// BIP39's words of 16 zeros.
const WORDS: &str =
	"abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                     abandon about";
const CODE: &str = "VOUCHSAFE/WORDS/1/0/00000000000000000000000000000000/CHECK";

fn refused(text: &str) -> SheetError {
	Sheet::account(text).unwrap_err()
}

#[test]
fn a_code_has_the_words() {
	let sheet = Sheet::of_account(WORDS, 0).unwrap();
	let code = sheet.code();
	assert_eq!(*code, CODE.replace("CHECK", "8B56A511"));
	assert!(code.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'/'));
	for text in [&code, &*format!(" {}\n", code.to_lowercase()), WORDS] {
		let read = Sheet::account(text).unwrap();
		assert_eq!((read.words().as_str(), read.kind()), (WORDS, Kind::Account { counter: 0 }));
		assert_eq!(sheet.check(text), Ok(()));
	}
	let second = Sheet::of_account(WORDS, 1).unwrap();
	assert_eq!(Sheet::account(&second.code()).unwrap().kind(), Kind::Account { counter: 1 });
	assert_eq!(sheet.check(&second.code()), Err(SheetError::WrongCheck));
	assert!(!format!("{sheet:?}").contains("abandon"));
}

#[test]
fn pasted_words_may_have_numbers_commas_and_capitals() {
	let numbered: Vec<_> = WORDS
		.split(' ')
		.enumerate()
		.map(|(index, word)| format!("{}. {}", index + 1, word.to_uppercase()))
		.collect();
	for text in [numbered.join("\n"), WORDS.replace(' ', ", "), format!("\t{WORDS}\r\n")] {
		assert_eq!(*Sheet::account(&text).unwrap().words(), *WORDS, "{text}");
	}
}

#[test]
fn wrong_words_are_told_with_their_place() {
	let wrong = |place: usize, word: &str| {
		let mut words: Vec<_> = WORDS.split(' ').collect();
		words[place - 1] = word;
		refused(&words.join(" "))
	};
	for place in [1, 3, 12] {
		let word = "abondon".to_owned();
		assert_eq!(wrong(place, "abondon"), SheetError::WrongWord { place, word });
	}
	let SheetError::WrongWord { place: 1, word } = wrong(1, &"\u{202e}x".repeat(5_000)) else {
		panic!("a word of 10,000 letters")
	};
	assert!(word.chars().count() <= MAX_SHOWN && !word.contains('\u{202e}'), "{word:?}");
	assert_eq!(wrong(12, "abandon"), SheetError::WrongCheck);
	assert_eq!(wrong(1, "about"), SheetError::WrongCheck);
}

#[test]
fn too_few_and_too_many_words_are_told() {
	assert_eq!(refused(""), SheetError::TooFew { have: 0, need: 12 });
	assert_eq!(refused("abandon about"), SheetError::TooFew { have: 2, need: 12 });
	assert_eq!(refused(&format!("{WORDS} about")), SheetError::TooMany { have: 13, need: 12 });
	let many = "abandon ".repeat(25);
	assert_eq!(refused(&many), SheetError::TooMany { have: 25, need: 12 });
	let key = Sheet::encryption_key(WORDS).unwrap_err();
	assert_eq!(key, SheetError::TooFew { have: 12, need: 24 });
}

#[test]
fn an_encryption_key_has_a_sheet_of_its_own() {
	let key = SecretKey::from_bytes(&[7; 32]);
	let sheet = Sheet::of_encryption_key(&key);
	assert_eq!(sheet.words().split(' ').count(), 24);
	for text in [sheet.code(), sheet.words()] {
		let read = Sheet::encryption_key(&text).unwrap();
		assert_eq!(read.public(), key.public());
		assert_eq!(sheet.check(&text), Ok(()));
	}
	let error = refused(&sheet.code()).to_string();
	assert!(error.contains("an encryption key, but an account is needed"), "{error}");
	let account = Sheet::of_account(WORDS, 0).unwrap().code();
	assert!(matches!(Sheet::encryption_key(&account), Err(SheetError::OtherKind { .. })));
}

#[test]
fn a_changed_code_is_told() {
	let code = Sheet::of_account(WORDS, 0).unwrap().code();
	for place in PREFIX.len()..code.len() {
		let mut changed = code.as_bytes().to_vec();
		changed[place] = if changed[place] == b'2' { b'3' } else { b'2' };
		let changed = String::from_utf8(changed).unwrap();
		let is_version = (PREFIX.len() + 6..PREFIX.len() + 8).contains(&place);
		let expected = if is_version { SheetError::Newer } else { SheetError::DamagedCode };
		assert_eq!(refused(&changed), expected, "{changed}");
		assert!(matches!(refused(&code[..place]), SheetError::DamagedCode), "{place}");
	}
	assert_eq!(refused(&format!("{}0", *code)), SheetError::DamagedCode);
	assert_eq!(refused(&format!("VOUCHSAFE/{}", "0".repeat(MAX_TEXT))), SheetError::DamagedCode);
	assert_eq!(refused("VOUCHSAFE/WORDS/2/other"), SheetError::Newer);
	// Another product's code is read as words.
	let error = refused("https://example.org/x");
	assert!(matches!(error, SheetError::WrongWord { place: 1, .. }), "{error}");
}

proptest! {
	#[test]
	fn each_account_is_read_back(entropy: [u8; 16], counter: u32) {
		let words = Mnemonic::from_entropy(&entropy).unwrap().to_string();
		let sheet = Sheet::of_account(&words, counter).unwrap();
		let read = Sheet::account(&sheet.code()).unwrap();
		prop_assert_eq!(&*read.words(), &words);
		prop_assert_eq!(read.kind(), Kind::Account { counter });
	}

	#[test]
	fn foreign_text_never_panics(text in ".*", rest in "[A-Z0-9/]*") {
		let _ = Sheet::account(&text);
		let _ = Sheet::account(&format!("{PREFIX}{rest}"));
		let _ = Sheet::encryption_key(&format!("{PREFIX}KEY/1/{rest}"));
	}
}
