//! Names of files: the media type of a file that is added, and the name under which a document is
//! written when it is opened.
//!
//! A title can be in any script. Only characters that a file system or a shell cannot handle are left
//! out. An opened file has the extension that it was added with. If this is not the usual extension of
//! the media type, it is kept with the document, as the parameter `extension` of the media type.

use crate::text::turns_text;

/// The longest name without record id and extension, in bytes. File systems take 255 for all.
const LONGEST_STEM: usize = 180;
/// The longest extension, in bytes.
const LONGEST_EXTENSION: usize = 24;
const PARAMETER: &str = "; extension=\"";

/// Extensions and their media types. The first extension of a media type is its usual one.
const TYPES: [(&str, &str); 49] = [
	("pdf", "application/pdf"),
	("dcm", "application/dicom"),
	("dicom", "application/dicom"),
	("json", "application/json"),
	("json", "application/fhir+json"),
	("xml", "application/xml"),
	("xml", "application/fhir+xml"),
	("xml", "text/xml"),
	("cda", "application/xml"),
	("hl7", "x-application/hl7-v2+er7"),
	("txt", "text/plain"),
	("text", "text/plain"),
	("md", "text/markdown"),
	("html", "text/html"),
	("htm", "text/html"),
	("csv", "text/csv"),
	("tsv", "text/tab-separated-values"),
	("rtf", "application/rtf"),
	("rtf", "text/rtf"),
	("doc", "application/msword"),
	("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
	("xls", "application/vnd.ms-excel"),
	("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
	("ppt", "application/vnd.ms-powerpoint"),
	("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
	("odt", "application/vnd.oasis.opendocument.text"),
	("ods", "application/vnd.oasis.opendocument.spreadsheet"),
	("odp", "application/vnd.oasis.opendocument.presentation"),
	("epub", "application/epub+zip"),
	("jpg", "image/jpeg"),
	("jpeg", "image/jpeg"),
	("png", "image/png"),
	("gif", "image/gif"),
	("bmp", "image/bmp"),
	("tif", "image/tiff"),
	("tiff", "image/tiff"),
	("webp", "image/webp"),
	("svg", "image/svg+xml"),
	("heic", "image/heic"),
	("heif", "image/heif"),
	("mp4", "video/mp4"),
	("mov", "video/quicktime"),
	("avi", "video/x-msvideo"),
	("mp3", "audio/mpeg"),
	("wav", "audio/wav"),
	("zip", "application/zip"),
	("gz", "application/gzip"),
	("tar", "application/x-tar"),
	("7z", "application/x-7z-compressed"),
];

/// The media type of a file of unknown type.
const UNKNOWN: &str = "application/octet-stream";

/// How many bytes at the start of a file tell its media type.
pub const START: usize = 132;

/// The media type of a file, by its name.
pub fn media_type_of_name(name: &str) -> Option<&'static str> {
	let extension = extension_of_name(name).unwrap_or_default();
	let last = extension.rsplit('.').next().unwrap_or_default().to_lowercase();
	TYPES.iter().find(|(known, _)| *known == last).map(|(_, it)| *it)
}

/// The media type of a file, by its first [`START`] bytes. DICOM's preamble is 128 bytes of
/// anything, then `DICM`.
pub fn media_type_of_content(content: &[u8]) -> &'static str {
	match content.get(START - 4..START) {
		Some(b"DICM") => "application/dicom",
		_ => UNKNOWN,
	}
}

/// The media type of a file, by its name or its first bytes.
pub fn media_type_of(name: &str, content: &[u8]) -> &'static str {
	media_type_of_name(name).unwrap_or_else(|| media_type_of_content(content))
}

/// The usual extension of a media type, whatever its parameters are.
fn usual_extension(media_type: &str) -> Option<&'static str> {
	let bare = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
	TYPES.iter().find(|(_, known)| *known == bare).map(|(extension, _)| *extension)
}

/// The extension of a file's name: `docx`, `PDF`, `tar.gz`. Digits alone, as after the last dot of
/// a UID or of `v1.2`, are not an extension.
fn extension_of_name(name: &str) -> Option<&str> {
	let fits = |extension: &str| {
		(1..=LONGEST_EXTENSION).contains(&extension.len())
			&& extension.chars().all(is_extension_char)
			&& !extension.chars().all(|c| c.is_ascii_digit())
	};
	let (stem, last) = name.rsplit_once('.')?;
	if stem.is_empty() || !fits(last) {
		return None;
	}
	let is_packed = ["gz", "bz2", "xz", "zst", "z"].contains(&last.to_lowercase().as_str());
	match stem.rsplit_once('.') {
		Some((before, inner))
			if is_packed
				&& !before.is_empty()
				&& fits(inner)
				&& inner.len() + last.len() < LONGEST_EXTENSION =>
		{
			Some(&name[before.len() + 1..])
		},
		_ => Some(last),
	}
}

fn is_extension_char(c: char) -> bool {
	!c.is_whitespace() && !is_unfit(c) && !matches!(c, '.' | '\'' | '=' | ',')
}

/// The media type with the extension of the file's name, if the media type does not imply it.
pub fn with_extension(media_type: &str, file_name: &str) -> String {
	match extension_of_name(file_name) {
		Some(extension) if usual_extension(media_type) != Some(extension) => {
			format!("{media_type}{PARAMETER}{extension}\"")
		},
		_ => media_type.to_owned(),
	}
}

/// A media type taken apart: without the extension, and the extension.
pub fn without_extension(media_type: &str) -> (&str, Option<&str>) {
	let found = media_type.strip_suffix('"').and_then(|it| it.rsplit_once(PARAMETER));
	match found {
		Some((bare, extension)) if extension.split('.').all(is_extension) => {
			(bare, Some(extension))
		},
		_ => (media_type, None),
	}
}

fn is_extension(part: &str) -> bool {
	(1..=LONGEST_EXTENSION).contains(&part.len()) && part.chars().all(is_extension_char)
}

/// The name of a file for a document: from its title, with the first digits of the record's id, so
/// that two documents of one title are told apart, and the extension. Both parts of the result
/// together make the name; a number may come between them.
pub fn file_name(title: &str, media_type: &str, id: &str) -> (String, String) {
	let (bare, kept) = without_extension(media_type);
	let extension = match kept.or_else(|| usual_extension(bare)) {
		Some(extension) => Some(extension),
		// A title that is a file's name tells the extension where the media type does not.
		None => extension_of_name(title),
	};
	let stem = match extension {
		Some(extension) => without_suffix(title, extension),
		None => title,
	};
	let stem = match safe(stem) {
		empty if empty.is_empty() => "record".to_owned(),
		stem => stem,
	};
	// The author chose the extension: a file of this name must not start as a program.
	let runs = |it: &str| {
		it.rsplit('.')
			.next()
			.is_some_and(|last| RUN.iter().any(|run| last.eq_ignore_ascii_case(run)))
	};
	let ending = match extension {
		Some(extension) if runs(extension) => format!(".{extension}.bin"),
		Some(extension) => format!(".{extension}"),
		None => String::new(),
	};
	(format!("{stem} {id}"), ending)
}

/// Extensions of files that a double click runs.
const RUN: [&str; 31] = [
	"app", "bat", "cmd", "com", "command", "cpl", "desktop", "dll", "exe", "hta", "inf", "jar",
	"jnlp", "js", "jse", "lnk", "msc", "msi", "msp", "pif", "ps1", "py", "reg", "scf", "scr", "sh",
	"url", "vbe", "vbs", "wsf", "wsh",
];

/// A title without its extension, whatever its case.
fn without_suffix<'a>(title: &'a str, extension: &str) -> &'a str {
	let length = title.len().saturating_sub(extension.len());
	match (title.get(..length), title.get(length..)) {
		(Some(stem), Some(suffix)) if suffix.eq_ignore_ascii_case(extension) => {
			stem.strip_suffix('.').unwrap_or(title)
		},
		_ => title,
	}
}

/// Whether a file system or a shell cannot take a character, or a reader cannot see what it does.
fn is_unfit(c: char) -> bool {
	c.is_control()
		|| turns_text(c)
		|| matches!(
			c,
			'/' | '\\'
				| ':' | '*' | '?'
				| '"' | '<' | '>'
				| '|' | '$' | '`'
				| ';' | '&' | '!'
				| '\u{2028}' | '\u{2029}'
				| '\u{feff}' | '\u{fffd}'
		)
}

/// What of a title can be in a file's name.
fn safe(title: &str) -> String {
	let fit: String = title
		.chars()
		.map(|c| match c {
			// A straight quote opens a string in a shell; the curved one reads the same.
			'\'' => '\u{2019}',
			c if is_unfit(c) => ' ',
			c => c,
		})
		.collect();
	let words: Vec<_> = fit.split_whitespace().collect();
	let mut name = words.join(" ");
	// A leading dot hides a file, and a leading dash reads as an option.
	name = name.trim_start_matches([' ', '.', '-', '~', '#']).to_owned();
	let mut length = LONGEST_STEM.min(name.len());
	while !name.is_char_boundary(length) {
		length -= 1;
	}
	name.truncate(length);
	// Windows drops dots and spaces at the end; a joiner joins nothing there.
	name.truncate(name.trim_end_matches([' ', '.', '\u{200c}', '\u{200d}']).len());
	let device = name.split('.').next().unwrap_or_default().trim_end();
	if is_device(device) {
		name.insert(0, '_');
	}
	name
}

/// Whether Windows keeps a name for a device, whatever follows after a dot.
fn is_device(name: &str) -> bool {
	let name = name.to_ascii_uppercase();
	let numbered = ["COM", "LPT"].iter().find_map(|device| name.strip_prefix(device));
	["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&name.as_str())
		|| numbered.is_some_and(|number| {
			let mut digits = number.chars();
			matches!(digits.next(), Some('0'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
		})
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	/// The name of a file that went in under `name`, with that name as its title.
	fn round_trip(name: &str, bytes: &[u8]) -> String {
		named(name, &with_extension(media_type_of(name, bytes), name))
	}

	fn named(title: &str, media_type: &str) -> String {
		let (stem, extension) = file_name(title, media_type, "3f9a0c1d");
		format!("{stem}{extension}")
	}

	#[test]
	fn the_extension_that_went_in_comes_out() {
		for (name, out) in [
			("Befund.docx", "Befund 3f9a0c1d.docx"),
			("photo.heic", "photo 3f9a0c1d.heic"),
			("msg.hl7", "msg 3f9a0c1d.hl7"),
			("archive.tar.gz", "archive 3f9a0c1d.tar.gz"),
			("brain.nii.gz", "brain 3f9a0c1d.nii.gz"),
			("scan.PDF", "scan 3f9a0c1d.PDF"),
			("a.jpeg", "a 3f9a0c1d.jpeg"),
			("a.jpg", "a 3f9a0c1d.jpg"),
			("ecg.scp", "ecg 3f9a0c1d.scp"),
			("отчёт.док", "отчёт 3f9a0c1d.док"),
			("T2 3.5mm v1.2.dcm", "T2 3.5mm v1.2 3f9a0c1d.dcm"),
			("report v1.2", "report v1.2 3f9a0c1d"),
			("README", "README 3f9a0c1d"),
			("Letter to Dr. Berger", "Letter to Dr. Berger 3f9a0c1d"),
		] {
			assert_eq!(round_trip(name, b"x"), out);
		}
	}

	#[test]
	fn a_title_of_ones_own_keeps_the_extension() {
		let media_type = with_extension(UNKNOWN, "trace.scp");
		assert_eq!(named("ECG, 12 leads", &media_type), "ECG, 12 leads 3f9a0c1d.scp");
		let program = with_extension("application/octet-stream", "report.exe");
		assert_eq!(named("Lab report", &program), "Lab report 3f9a0c1d.exe.bin");
		assert_eq!(
			named("Lab report.HTA", "application/octet-stream"),
			"Lab report 3f9a0c1d.HTA.bin"
		);
		let media_type = with_extension("image/jpeg", "IMG_1.JPEG");
		assert_eq!(named("Wound", &media_type), "Wound 3f9a0c1d.JPEG");
		assert_eq!(without_extension(&media_type), ("image/jpeg", Some("JPEG")));
		assert_eq!(with_extension("application/pdf", "a.pdf"), "application/pdf");
		assert_eq!(without_extension("text/plain; charset=utf-8").1, None);
		assert_eq!(named("Note", "Text/Plain; charset=utf-8"), "Note 3f9a0c1d.txt");
		assert_eq!(named("Dosis 2.5", "application/fhir+json"), "Dosis 2.5 3f9a0c1d.json");
	}

	#[test]
	fn dicom_is_told_by_its_preamble() {
		let mut file = vec![0; 128];
		file.extend(b"DICM");
		assert_eq!(round_trip("IM000001", &file), "IM000001 3f9a0c1d.dcm");
		assert_eq!(round_trip("1.2.840.113619.2.5", &file), "1.2.840.113619.2.5 3f9a0c1d.dcm");
		assert_eq!(round_trip("scan.ima", &file), "scan 3f9a0c1d.ima");
		assert_eq!(round_trip("IM000001", &file[..131]), "IM000001 3f9a0c1d");
		file.extend(b" and more");
		assert_eq!(media_type_of("IM000001", &file), "application/dicom");
	}

	#[test]
	fn names_in_any_script_stay_whole() {
		for name in [
			"हिन्दी रिपोर्ट",
			"নিউমোনিয়া",
			"Re\u{301}sume\u{301}",
			"می\u{200c}خواهم",
			"报告（一）",
			"ทดสอบ",
		] {
			let out = round_trip(&format!("{name}.txt"), b"x");
			assert_eq!(out, format!("{name} 3f9a0c1d.txt"));
		}
		assert_eq!(
			named("Compte rendu d'hospitalisation", "text/plain"),
			"Compte rendu d’hospitalisation 3f9a0c1d.txt"
		);
	}

	#[test]
	fn titles_make_harmless_names() {
		for (title, stem) in [
			("../../etc/passwd", "etc passwd"),
			("\u{1b}[2J", "[2J"),
			("…", "…"),
			("", "record"),
			(" . ", "record"),
			("-rf", "rf"),
			(".bashrc", "bashrc"),
			("$(reboot) `id`; a|b > c & d \"e\" *?", "(reboot) id a b c d e"),
			("a\nb\u{202e}c", "a b c"),
			("end. .", "end"),
			("NUL.old", "_NUL.old"),
			("com1.x", "_com1.x"),
			("LPT¹ .x", "_LPT¹ .x"),
			("Conrad.x", "Conrad.x"),
		] {
			assert_eq!(safe(title).as_str(), if stem == "record" { "" } else { stem }, "{title}");
			assert_eq!(file_name(title, "text/plain", "ab").0, format!("{stem} ab"), "{title}");
		}
	}

	#[test]
	fn names_are_cut_between_characters() {
		assert_eq!(safe(&"x".repeat(500)).len(), LONGEST_STEM);
		let cut = safe(&"क्".repeat(100));
		assert_eq!(cut.len(), 180);
		assert!(safe(&format!("a{}", "ж".repeat(100))).len() == 179);
		assert!(safe(&format!("{} {}", "x".repeat(179), "y".repeat(9))).len() == 179);
	}

	proptest! {
		#[test]
		fn any_title_makes_a_name_that_a_file_system_takes(title: String, media_type: String) {
			let name = named(&title, &media_type);
			prop_assert!(name.len() <= 230);
			prop_assert!(!name.chars().any(is_unfit), "{name}");
			prop_assert!(!name.starts_with(['.', '-', ' ']));
			prop_assert!(!name.ends_with(['.', ' ']), "{name}");
			let folder = tempfile::tempdir().unwrap();
			std::fs::write(folder.path().join(&name), b"x").unwrap();
			let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
			prop_assert_eq!(files.len(), 1);
		}

		#[test]
		fn extensions_come_out(stem in "[a-zA-Z0-9 ._-]{1,20}", extension in "[a-zA-Z][a-zA-Z0-9]{0,6}") {
			prop_assume!(!RUN.contains(&extension.to_ascii_lowercase().as_str()));
			let name = format!("x{stem}.{extension}");
			let media_type = with_extension(UNKNOWN, &name);
			let out = named("Title", &media_type);
			let is_program = RUN.iter().any(|run| extension.eq_ignore_ascii_case(run));
			let end = if is_program { ".bin" } else { "" };
			prop_assert!(out.ends_with(&format!(".{extension}{end}")), "{out}");
			prop_assert_eq!(without_extension(&media_type).0, UNKNOWN);
		}
	}
}
