//! The page's texts: from one Fluent file per language to one small module per language, and the
//! TypeScript type of all ids with the names that each text has.

use crate::files;
use anyhow::{bail, ensure, Context as _, Result};
use fluent_syntax::{
	ast::{Entry, Expression, InlineExpression, PatternElement},
	parser,
};
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt::Write as _,
	fs,
	path::{Path, PathBuf},
};

/// The file of a language's folder that has the page's texts.
const FILE: &str = "page.ftl";
/// The language that the core contains.
const CONTAINED: &str = "en";

/// One text: what it says, with `{$name}` where a value belongs, and these names.
#[derive(Debug, PartialEq, Eq)]
struct Text {
	pattern: String,
	names: BTreeSet<String>,
}

type Texts = BTreeMap<String, Text>;

/// Reads `locales/*/page.ftl` and writes modules and type into `to`.
pub fn generate(locales: &Path, to: &Path) -> Result<()> {
	let languages = read_all(locales)?;
	same_ids(&languages)?;
	for (language, texts) in &languages {
		files::write(&to.join(format!("texts.{language}.ts")), module(texts)?.as_bytes())?;
	}
	files::write(&to.join("texts.ts"), index(&languages)?.as_bytes())
}

/// The texts of each language that the core does not contain: its files but the page's, in one.
pub fn of_core(locales: &Path) -> Result<BTreeMap<String, String>> {
	let mut languages = BTreeMap::new();
	for folder in read_folder(locales)? {
		let language = name_of(&folder);
		let files = read_folder(&folder)?.into_iter().filter(|file| name_of(file) != FILE);
		let texts: Vec<_> = files.map(|file| read_text(&file)).collect::<Result<_>>()?;
		if language != CONTAINED {
			languages.insert(language, texts.join("\n"));
		}
	}
	Ok(languages)
}

/// What is in a folder, by name.
fn read_folder(folder: &Path) -> Result<Vec<PathBuf>> {
	let entries =
		fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
	let mut all = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
	all.sort();
	Ok(all)
}

fn name_of(path: &Path) -> String {
	path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn read_text(path: &Path) -> Result<String> {
	fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn read_all(locales: &Path) -> Result<BTreeMap<String, Texts>> {
	let mut languages = BTreeMap::new();
	let mut without = Vec::new();
	for folder in read_folder(locales)? {
		let language = name_of(&folder);
		let path = folder.join(FILE);
		if !path.is_file() {
			without.push(language);
			continue;
		}
		let texts = parse(&read_text(&path)?).with_context(|| path.display().to_string())?;
		languages.insert(language, texts);
	}
	ensure!(
		languages.is_empty() || without.is_empty(),
		"{FILE} is missing for: {}",
		without.join(", ")
	);
	Ok(languages)
}

fn parse(source: &str) -> Result<Texts> {
	let resource = match parser::parse(source) {
		Ok(resource) => resource,
		Err((_, errors)) => bail!(
			"not valid Fluent: {}",
			errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
		),
	};
	let mut texts = Texts::new();
	for entry in resource.body {
		let message = match entry {
			Entry::Message(message) => message,
			Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
			Entry::Term(term) => bail!("-{}: terms are not possible here", term.id.name),
			Entry::Junk { content } => bail!("not valid Fluent: {content}"),
		};
		let id = message.id.name;
		ensure!(message.attributes.is_empty(), "{id}: attributes are not possible here");
		let pattern = message.value.with_context(|| format!("{id} has no text"))?;
		let text = text(&pattern.elements).with_context(|| id.to_owned())?;
		ensure!(texts.insert(id.to_owned(), text).is_none(), "{id} is there twice");
	}
	Ok(texts)
}

/// Only plain text, literals and variables: grammar and plurals belong into the core's sentences.
fn text(elements: &[PatternElement<&str>]) -> Result<Text> {
	let mut text = Text { pattern: String::new(), names: BTreeSet::new() };
	for element in elements {
		match element {
			PatternElement::TextElement { value } => {
				ensure!(!value.contains(['{', '}']), "a brace in the text");
				text.pattern.push_str(value);
			},
			PatternElement::Placeable {
				expression: Expression::Inline(InlineExpression::VariableReference { id }),
			} => {
				write!(text.pattern, "{{${}}}", id.name)?;
				text.names.insert(id.name.to_owned());
			},
			PatternElement::Placeable {
				expression: Expression::Inline(InlineExpression::StringLiteral { value }),
			} => {
				ensure!(!value.contains(['{', '}', '\\']), "a brace or an escape in a literal");
				text.pattern.push_str(value);
			},
			PatternElement::Placeable { .. } => {
				bail!("only {{ $name }} and {{ \"literal\" }} are possible here")
			},
		}
	}
	Ok(text)
}

/// Each language has each id, and each text has the same names in all languages.
fn same_ids(languages: &BTreeMap<String, Texts>) -> Result<()> {
	let mut all: BTreeMap<&str, (&str, &BTreeSet<String>)> = BTreeMap::new();
	for (language, texts) in languages {
		for (id, text) in texts {
			all.entry(id).or_insert((language, &text.names));
		}
	}
	let mut wrong = Vec::new();
	for (language, texts) in languages {
		for (id, (other, names)) in &all {
			match texts.get(*id) {
				None => wrong.push(format!("{id} is in {other}, but not in {language}")),
				Some(text) if text.names != **names => wrong.push(format!(
					"{id} has the names {:?} in {language}, but {names:?} in {other}",
					text.names
				)),
				Some(_) => {},
			}
		}
	}
	ensure!(wrong.is_empty(), "the texts of the page differ:\n  {}", wrong.join("\n  "));
	Ok(())
}

fn module(texts: &Texts) -> Result<String> {
	let patterns: BTreeMap<_, _> = texts.iter().map(|(id, text)| (id, &text.pattern)).collect();
	Ok(format!(
		"// Written by vouchsafe-wallet-build.\nexport default {};\n",
		serde_json::to_string_pretty(&patterns)?
	))
}

fn index(languages: &BTreeMap<String, Texts>) -> Result<String> {
	let mut out = String::from("// Written by vouchsafe-wallet-build.\n\n");
	out.push_str("/** Each id, and the names that its text has in braces. */\n");
	out.push_str("export interface TextNames {\n");
	for (id, text) in languages.values().next().into_iter().flatten() {
		let names: Vec<_> = text.names.iter().map(|name| format!("{name:?}")).collect();
		let names = if names.is_empty() { "never".to_owned() } else { names.join(" | ") };
		writeln!(out, "\t{id:?}: {names};")?;
	}
	out.push_str("}\n\nexport type TextId = keyof TextNames;\n");
	out.push_str("export type Texts = Record<TextId, string>;\n\n");
	out.push_str(
		"/** The languages, each in a module of its own that is loaded when it is needed. */\n",
	);
	out.push_str("export const languages = {\n");
	for language in languages.keys() {
		writeln!(
			out,
			"\t{language:?}: (): Promise<Texts> => import(\"./texts.{language}\").then((module) => module.default),"
		)?;
	}
	out.push_str("};\n\nexport type Language = keyof typeof languages;\n");
	Ok(out)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn language(source: &str) -> Texts {
		parse(source).unwrap()
	}

	fn both(en: &str, de: &str) -> Result<()> {
		same_ids(&BTreeMap::from([("en".into(), language(en)), ("de".into(), language(de))]))
	}

	#[test]
	fn variables_and_literals_become_patterns() {
		let texts = language("# Note\nopened = { $who } opened { $what }.{\" \"}\n    Twice.\n");
		assert_eq!(texts["opened"].pattern, "{$who} opened {$what}. \nTwice.");
		assert_eq!(texts["opened"].names, ["what", "who"].map(String::from).into());
	}

	#[test]
	fn what_a_pattern_cannot_say_is_refused() {
		for source in [
			"a = { $n ->\n    [one] one\n   *[other] many\n }\n",
			"a = { NUMBER($n) }\n",
			"a = { -term }\n",
			"a = text\n    .title = more\n",
			"-term = text\n",
			"a = { \"{\" }\n",
			"a = one\na = two\n",
			"a = { $n\n",
		] {
			assert!(parse(source).is_err(), "{source}");
		}
	}

	#[test]
	fn languages_that_differ_are_refused() {
		assert!(both("a = A { $x }\n", "a = Ä { $x }\n").is_ok());
		let missing = both("a = A\nb = B\n", "a = A\n").unwrap_err().to_string();
		assert!(missing.contains("b is in en, but not in de"), "{missing}");
		let extra = both("a = A\n", "a = A\nb = B\n").unwrap_err().to_string();
		assert!(extra.contains("b is in de, but not in en"), "{extra}");
		let names = both("a = A { $x }\n", "a = A { $y }\n").unwrap_err().to_string();
		assert!(names.contains("has the names"), "{names}");
	}

	#[test]
	fn the_type_has_ids_and_names() {
		let languages = BTreeMap::from([("en".to_owned(), language("a = A { $x }\nb = B\n"))]);
		let index = index(&languages).unwrap();
		assert!(index.contains("\t\"a\": \"x\";\n\t\"b\": never;\n"), "{index}");
		assert!(index.contains("\"en\": (): Promise<Texts>"), "{index}");
		assert_eq!(
			module(&languages["en"]).unwrap().lines().skip(1).collect::<String>(),
			"export default {  \"a\": \"A {$x}\",  \"b\": \"B\"};"
		);
	}

	#[test]
	fn the_core_gets_all_files_but_the_pages() {
		let folder = tempfile::tempdir().unwrap();
		for language in ["en", "de"] {
			fs::create_dir_all(folder.path().join(language)).unwrap();
			for (file, text) in [("b.ftl", "b = B\n"), ("a.ftl", "a = A\n"), (FILE, "page = P\n")] {
				fs::write(folder.path().join(language).join(file), text).unwrap();
			}
		}
		let languages = of_core(folder.path()).unwrap();
		assert_eq!(languages, BTreeMap::from([("de".to_owned(), "a = A\n\nb = B\n".to_owned())]));
	}

	#[test]
	fn a_language_without_the_file_is_refused() {
		let folder = tempfile::tempdir().unwrap();
		fs::create_dir_all(folder.path().join("en")).unwrap();
		fs::create_dir_all(folder.path().join("de")).unwrap();
		let to = folder.path().join("generated");
		assert!(read_all(folder.path()).unwrap().is_empty());
		fs::write(folder.path().join("en").join(FILE), "a = A\n").unwrap();
		let error = generate(folder.path(), &to).unwrap_err().to_string();
		assert_eq!(error, "page.ftl is missing for: de");
		fs::write(folder.path().join("de").join(FILE), "a = Ä\n").unwrap();
		generate(folder.path(), &to).unwrap();
		assert!(to.join("texts.de.ts").is_file() && to.join("texts.ts").is_file());
	}
}
