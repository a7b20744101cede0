//! The texts of the wallet's page. They are not in [`Speech`](crate::Speech): the wallet's build makes
//! a table of them for each language, which the page loads.
//!
//! Each text is one line without selectors or references, `id = text`, and its placeables are
//! `{ $name }`. A test holds the files to it.

/// Each language's file.
const FILES: [(&str, &str); 3] = [
	("en", include_str!("../locales/en/page.ftl")),
	("de", include_str!("../locales/de/page.ftl")),
	("id", include_str!("../locales/id/page.ftl")),
];

/// How an id begins. It is left out in the page's table.
pub const PREFIX: &str = "page-";

/// The ids and texts of a language, in the order of its file. Nothing if there is no such language.
pub fn texts(language: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
	let file = FILES.iter().find(|(name, _)| *name == language).map_or("", |(_, text)| text);
	file.lines().filter(|line| line.starts_with(PREFIX)).filter_map(|line| line.split_once(" = "))
}

/// The names in the placeables of a text: `who` in "{ $who } asks".
pub fn names(text: &str) -> impl Iterator<Item = &str> {
	text.split("{ $").skip(1).filter_map(|rest| Some(rest.split_once(" }")?.0))
}
