//! What is said of other consents for the same people: before a permit is signed, and after a revocation.

use crate::{
	advice,
	dates::show_moment,
	english::ENGLISH,
	output,
	overlap::{Other, Others},
	session::Session,
};
use anyhow::Result;
use vouchsafe_agent::acting;
use vouchsafe_client::chain::{Grantee, Terms};

/// The most consents that are named.
const NAMED: usize = 3;

/// Says, before a permit is signed, which consents let its whole grantee in already, and which shut the
/// grantee out.
pub(in crate::commands) fn note(others: &Others) {
	let permits: Vec<_> = others.permits.iter().filter(|it| it.is_for_all).collect();
	tell(&lines(&permits, say_permit));
	tell(&lines(&others.denies.iter().collect::<Vec<_>>(), say_deny));
}

/// The same before an amendment. What it takes away may be permitted by another consent, also to some of
/// the people.
pub(super) fn note_of_amendment(others: &Others) {
	tell(&lines(&others.permits.iter().collect::<Vec<_>>(), say_permit));
	tell(&lines(&others.denies.iter().collect::<Vec<_>>(), say_deny));
}

/// Says, before a deny is signed for a patient, who reads on by law.
pub(super) async fn tell_of_deny(
	session: &Session,
	grantee: &Grantee,
	terms: &Terms,
) -> Result<()> {
	tell(acting::note_of_deny(session, grantee, terms).await?.as_slice());
	Ok(())
}

fn tell(lines: &[String]) {
	for line in lines {
		output::write_error(&format!("NOTE: {line}\n"));
	}
}

/// One line for each consent, for the first ones.
fn lines(others: &[&Other], say: impl Fn(&Other) -> String) -> Vec<String> {
	let mut lines: Vec<_> = others.iter().take(NAMED).map(|other| say(other)).collect();
	if let Some(more) = others.len().checked_sub(NAMED).filter(|more| *more > 0) {
		lines.push(format!("and {more} more: `vouchsafe consent list` shows them"));
	}
	lines
}

fn say_permit(other: &Other) -> String {
	let Other { id, sentence, is_for_all, from } = other;
	let whom = if *is_for_all { "the same grantee" } else { "some of the same people" };
	match from {
		Some(from) => {
			let from = show_moment(*from);
			format!("consent {id} lets {whom} in from {from} on: “{sentence}”")
		},
		None => format!("consent {id} already lets {whom} in: “{sentence}”"),
	}
}

fn say_deny(Other { id, sentence, .. }: &Other) -> String {
	format!("consent {id} wins over this one, and still shuts the same grantee out: “{sentence}”")
}

/// Says, after a revocation, which permits still let the same people in. Only the patient can revoke them:
/// for anybody else, the patient is named.
pub(super) fn still_permitted(
	permits: &Result<Vec<Other>>,
	patient: Option<&str>,
) -> Option<String> {
	let list = match patient {
		Some(patient) => format!("`vouchsafe consent list --patient \"{patient}\"`"),
		None => "`vouchsafe consent list`".to_owned(),
	};
	let permits = match permits {
		Ok(permits) => permits,
		Err(error) => {
			return Some(format!(
				"NOTE: another consent may still let the grantee in ({}): see {list}.",
				advice::say(error)
			))
		},
	};
	let first = permits.first()?.id;
	let mut named: Vec<_> = permits.iter().take(NAMED).map(number).collect();
	if let Some(more) = permits.len().checked_sub(NAMED).filter(|more| *more > 0) {
		named.push(format!("{more} more"));
	}
	let (noun, verb) = if permits.len() == 1 { ("consent", "lets") } else { ("consents", "let") };
	let whom = match (permits.iter().all(|it| it.is_for_all), permits.len()) {
		(true, _) => "the same grantee",
		(false, 1) => "some of the same people",
		(false, _) => "all or some of the same people",
	};
	let named = ENGLISH.and(&named);
	let revoke = match patient {
		Some(_) => String::new(),
		None => format!(", and `vouchsafe consent revoke {first}`"),
	};
	Some(format!("NOTE: {noun} {named} still {verb} {whom} in: see {list}{revoke}."))
}

fn number(other: &Other) -> String {
	match other.from {
		Some(from) => format!("{} (from {} on)", other.id, show_moment(from)),
		None => other.id.to_string(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn other(id: u32) -> Other {
		let sentence = "I allow everyone to read my records.".to_owned();
		Other { id, sentence, is_for_all: true, from: None }
	}

	#[test]
	fn a_revocation_names_the_other_consents_in_a_line() {
		let said = |others: &[Other]| still_permitted(&Ok(others.to_vec()), None);
		assert_eq!(said(&[]), None);
		assert_eq!(
			said(&[other(129)]).unwrap(),
			"NOTE: consent 129 still lets the same grantee in: see `vouchsafe consent list`, and `vouchsafe \
			 consent revoke 129`."
		);
		let part = Other { is_for_all: false, ..other(3) };
		assert!(said(std::slice::from_ref(&part))
			.unwrap()
			.contains("lets some of the same people in"));
		assert_eq!(
			said(&[part, other(129)]).unwrap(),
			"NOTE: consents 3 and 129 still let all or some of the same people in: see `vouchsafe consent \
			 list`, and `vouchsafe consent revoke 3`."
		);
		let many: Vec<_> = (1..=5).map(other).collect();
		assert!(said(&many).unwrap().contains("consents 1, 2, 3 and 2 more still let the same"));
		let later = Other { from: Some(1_700_000_000), ..other(3) };
		let text = said(&[later]).unwrap();
		assert!(text.contains("consent 3 (from 2023-11-14 22:13 UTC on) still"), "{text}");
		let failed = Err(anyhow::anyhow!("the node is away"));
		let text = still_permitted(&failed, None).unwrap();
		assert!(text.contains("the node is away") && text.contains("consent list"), "{text}");
	}

	#[test]
	fn somebody_else_is_told_whose_consents_they_are() {
		assert_eq!(
			still_permitted(&Ok(vec![other(3)]), Some("Eva")).unwrap(),
			"NOTE: consent 3 still lets the same grantee in: see `vouchsafe consent list --patient \"Eva\"`."
		);
	}

	#[test]
	fn three_consents_are_named_before_a_permit_is_signed() {
		let others: Vec<_> = (1..=5).map(other).collect();
		let them: Vec<_> = others.iter().collect();
		assert_eq!(lines(&them[..3], say_permit).len(), 3);
		let all = lines(&them, say_permit);
		assert_eq!(
			all[0],
			"consent 1 already lets the same grantee in: “I allow everyone to read my records.”"
		);
		assert_eq!(all[3..], ["and 2 more: `vouchsafe consent list` shows them"]);
		let later = Other { from: Some(1_700_000_000), ..other(3) };
		assert!(
			say_permit(&later).contains("lets the same grantee in from 2023-11-14 22:13 UTC on")
		);
	}

	#[test]
	fn a_deny_that_wins_is_named() {
		let deny = Other { sentence: "I forbid it.".into(), ..other(5) };
		assert_eq!(
			say_deny(&deny),
			"consent 5 wins over this one, and still shuts the same grantee out: “I forbid it.”"
		);
	}
}
