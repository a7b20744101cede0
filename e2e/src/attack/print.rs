//! Prints how attacks ended: one line each, grouped by victim, or JSON.

use super::{all, By, GotThrough, Group, Line, Outcome, GROUPS};
use serde_json::{json, Value};
use std::fmt::Write;

/// The column of the number.
const NUMBER: usize = 6;
/// A terminal must be so wide for that. A narrower one shows the result below the attack.
const WIDE: usize = 150;

/// A sign, and what it means in words.
fn result(line: &Line) -> (char, String) {
	match &line.played {
		Ok(Outcome::Stopped(stopped)) => ('✓', stopped.to_string()),
		Ok(Outcome::NotPlayed(reason)) => ('–', format!("not played: {reason}")),
		Err(error) if error.is::<GotThrough>() => ('✗', format!("GOT THROUGH: {}", got(error))),
		Err(error) => ('✗', format!("COULD NOT BE PLAYED TO THE END: {error:#}")),
	}
}

/// What the attacker got.
fn got(error: &anyhow::Error) -> String {
	error.downcast_ref::<GotThrough>().map_or_else(String::new, |got| got.0.clone())
}

/// The line of an attack. `width` is that of the terminal, if there is one.
pub fn line(line: &Line, width: Option<usize>) -> String {
	let (sign, result) = result(line);
	let (id, what) = (line.attack.id, line.attack.what);
	match width {
		Some(width) if width < WIDE => {
			let (begin, indent) = (format!("{sign} {id:<NUMBER$} "), " ".repeat(NUMBER + 3));
			let what = wrapped(what, width.saturating_sub(indent.len()), &indent);
			let result =
				wrapped(&result, width.saturating_sub(indent.len() + 2), &(indent.clone() + "  "));
			format!("{begin}{what}\n{indent}  {result}")
		},
		_ => {
			let longest = all().map(|attack| attack.what.chars().count()).max().unwrap_or_default();
			format!("{sign} {id:<NUMBER$} {what:<longest$}  {result}")
		},
	}
}

/// The text in lines of at most `width` letters, if its words allow. Lines after the first are indented.
fn wrapped(text: &str, width: usize, indent: &str) -> String {
	let mut lines = String::new();
	let mut length = 0;
	for word in text.split_whitespace() {
		let letters = word.chars().count();
		if length > 0 && length + 1 + letters > width {
			lines += "\n";
			lines += indent;
			length = 0;
		} else if length > 0 {
			lines += " ";
			length += 1;
		}
		lines += word;
		length += letters;
	}
	lines
}

/// All lines under their headings, and how many were stopped.
pub fn report(lines: &[Line], seconds: u64, width: Option<usize>) -> String {
	let mut text = String::new();
	for Group { heading, .. } in GROUPS {
		let group: Vec<_> = in_group(lines, heading).collect();
		if !group.is_empty() {
			let _ = writeln!(text, "{heading}\n");
			group.iter().for_each(|it| text += &(line(it, width) + "\n"));
			text += "\n";
		}
	}
	text + &count(lines, seconds)
}

/// The lines of the group with this heading, in order.
fn in_group<'a>(lines: &'a [Line], heading: &'a str) -> impl Iterator<Item = &'a Line> {
	let group = GROUPS.iter().filter(move |group| group.heading == heading);
	group
		.flat_map(Group::all)
		.filter_map(|attack| lines.iter().find(|it| it.attack.id == attack.id))
}

/// How many attacks were stopped, got through, and were not played.
fn count(lines: &[Line], seconds: u64) -> String {
	let of = |test: &dyn Fn(&Line) -> bool| lines.iter().filter(|it| test(it)).count();
	let stopped = of(&|it| matches!(it.played, Ok(Outcome::Stopped(_))));
	let through = of(&|it| matches!(&it.played, Err(error) if error.is::<GotThrough>()));
	let broken = of(&|it| it.has_failed()) - through;
	let mut parts = vec![format!("{stopped} stopped")];
	let unplayed = lines.len() - stopped - through - broken;
	for (count, what) in [
		(through, "got through"),
		(broken, "could not be played to the end"),
		(unplayed, "not played here"),
	] {
		if count > 0 {
			parts.push(format!("{count} {what}"));
		}
	}
	format!(
		"{} {}: {}. {} min {} s.",
		lines.len(),
		if lines.len() == 1 { "attack" } else { "attacks" },
		parts.join(", "),
		seconds / 60,
		seconds % 60
	)
}

/// How attacks ended, as JSON.
pub fn json(lines: &[Line]) -> Value {
	let lines = GROUPS.iter().flat_map(|group| {
		in_group(lines, group.heading).map(|line| {
			let (outcome, by, how, error) = parts(line);
			json!({
				"id": line.attack.id,
				"group": group.heading,
				"attack": line.attack.what,
				"outcome": outcome,
				"by": by,
				"how": how,
				"error": error,
				"seconds": (line.took.as_secs_f64() * 10.0).round() / 10.0,
			})
		})
	});
	Value::Array(lines.collect())
}

fn parts(line: &Line) -> (&'static str, Option<By>, String, Option<String>) {
	match &line.played {
		Ok(Outcome::Stopped(it)) => ("stopped", Some(it.by), it.how.clone(), it.error.clone()),
		Ok(Outcome::NotPlayed(reason)) => ("not_played", None, reason.clone(), None),
		Err(error) if error.is::<GotThrough>() => ("got_through", None, got(error), None),
		Err(error) => ("failed", None, format!("{error:#}"), None),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::attack::{got_through, Stopped};
	use anyhow::anyhow;
	use std::time::Duration;

	fn ended(played: crate::attack::Played) -> Line {
		let attack = all().next().expect("there are attacks");
		Line { attack, played, took: Duration::from_millis(1_240) }
	}

	#[test]
	fn every_end_is_told_in_its_own_words() {
		let text = |played| line(&ended(played), None);
		assert!(text(Ok(Stopped::by_chain("no"))).ends_with("refused by the chain: no"));
		assert!(text(Ok(Stopped::by_pool("no"))).starts_with('✓'));
		let unplayed = text(Ok(Outcome::NotPlayed("it needs root".into())));
		assert!(unplayed.starts_with('–') && unplayed.ends_with("not played: it needs root"));
		let through = text(Err(got_through("a share")));
		assert!(through.starts_with('✗') && through.ends_with("GOT THROUGH: a share"));
		// Also if somebody has added a context.
		let through = text(Err(got_through("a share").context("asking A")));
		assert!(through.ends_with("GOT THROUGH: a share"), "{through}");
		let failed = text(Err(anyhow!("no node").context("starting")));
		assert!(failed.ends_with("COULD NOT BE PLAYED TO THE END: starting: no node"), "{failed}");
	}

	#[test]
	fn all_are_counted() {
		let lines = [
			ended(Ok(Stopped::by_chain("no"))),
			ended(Ok(Outcome::NotPlayed("it needs root".into()))),
			ended(Err(got_through("a share"))),
			ended(Err(anyhow!("no node"))),
		];
		let counted = "4 attacks: 1 stopped, 1 got through, 1 could not be played to the end, \
			1 not played here. 1 min 5 s.";
		assert_eq!(count(&lines, 65), counted);
		assert_eq!(count(&lines[..1], 5), "1 attack: 1 stopped. 0 min 5 s.");
		let json = json(&lines[..1]);
		assert_eq!(json[0]["outcome"], "stopped");
		assert_eq!(
			(json[0]["by"].as_str(), json[0]["seconds"].as_f64()),
			(Some("chain"), Some(1.2))
		);
	}

	#[test]
	fn a_narrow_terminal_gets_short_lines() {
		let stopped = Stopped::by_chain("word ".repeat(40));
		for width in [60, 80, 100] {
			let text = line(&ended(Ok(stopped.clone())), Some(width));
			assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
			assert!(text.lines().skip(1).all(|line| line.starts_with("         ")), "{text}");
		}
	}
}
