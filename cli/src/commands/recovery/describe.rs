//! `vouchsafe recovery list`: what is under way for an account, in sentences.

use super::{key_words, under_way_json};
use crate::{
	commands::account_json,
	dates::show_moment,
	english::ENGLISH,
	names::Names,
	output::Output,
	session::{At, Session},
};
use anyhow::Result;
use serde_json::json;
use vouchsafe_agent::recovery::{self, UnderWay};
use vouchsafe_client::chain::{
	address, Account, AccountId, AccountKind, Attempt, By, Guardians, RecoveryView, View,
};

/// Shows what is under way for an account.
pub(super) async fn list(session: &Session, at: &At, account: &AccountId) -> Result<Output> {
	let view = at.recovery(account).await?;
	let now = at.time().await?;
	let lapses = match &view.attempt {
		Some(attempt) => Some(recovery::lapses(at, attempt).await?),
		None => None,
	};
	let enrolled = at.account(account).await?;
	let enrolled = enrolled.as_ref();
	let lines = About { names: &session.names, account, enrolled, now, lapses }.lines(&view);
	let all = recovery::under_way(&view);
	let guardians = |guardians: &Guardians| {
		json!({
			"threshold": guardians.threshold,
			"count": guardians.count,
			"set_at": guardians.set_at,
		})
	};
	let json = json!({
		"account": account_json(session, account),
		"key": account_json(session, &view.key),
		"guardians": view.guardians.as_ref().map(guardians),
		"next_guardians": view.next.as_ref().map(|(next, from)| {
			let mut json = guardians(next);
			json["from"] = json!(from);
			json
		}),
		"lapses": lapses,
		"under_way": all.iter().map(|it| under_way_json(session, account, it)).collect::<Vec<_>>(),
	});
	Ok(Output::new(lines.join("\n"), json))
}

/// Of which account it is said, and when.
struct About<'a> {
	names: &'a Names,
	account: &'a AccountId,
	/// What the chain has of it.
	enrolled: Option<&'a Account>,
	now: u64,
	/// When the attempt lapses.
	lapses: Option<u64>,
}

impl About<'_> {
	fn name(&self) -> String {
		self.names.show(self.account)
	}

	fn lines(&self, view: &RecoveryView) -> Vec<String> {
		let name = self.name();
		let mut lines = Vec::new();
		if view.key != *self.account {
			lines.push(format!("The key {} signs for {name} now.", address(&view.key)));
		}
		lines.push(match (&view.guardians, self.enrolled) {
			(Some(it), _) => format!(
				"{} of {} guardians together can give {name} a new key.",
				it.threshold, it.count
			),
			(None, None) => format!("{name} is not enrolled."),
			(None, Some(Account { kind: AccountKind::Institution | AccountKind::Authority, .. })) => {
				format!("The council can give {name} a new key.")
			},
			(None, Some(Account { enrolled_by, .. })) => format!(
				"{name} has no guardians in force, so two of the staff of {} and a health authority can give it a \
				 new key.",
				self.names.show(enrolled_by)
			),
		});
		if let Some((next, from)) = &view.next {
			lines.push(format!(
				"From {} on, {} of {} others can instead.",
				show_moment(*from),
				next.threshold,
				next.count
			));
		}
		let all = recovery::under_way(view);
		if all.is_empty() {
			lines.push("Nobody is giving it a new key now.".to_owned());
		}
		for what in &all {
			lines.push(String::new());
			lines.extend(self.under_way(what));
		}
		lines
	}

	fn under_way(&self, what: &UnderWay) -> Vec<String> {
		let name = self.name();
		let key = key_words(self.account, what.key(), what.encryption_key());
		let mut lines = match what {
			UnderWay::Change(_) => vec![format!("{name} changes its own key to {key}.")],
			UnderWay::Attempt(attempt) => self.attempt(attempt, &key),
		};
		if let (UnderWay::Attempt(attempt), Some(enrolled)) = (what, self.enrolled) {
			if recovery::is_in_doubt(enrolled, &attempt.by) {
				lines.push(format!(
					"{name} named these guardians while its key counted as lost or stolen, so it cannot be finished."
				));
				return lines;
			}
		}
		match what.from() {
			Some(from) if from <= self.now => {
				let account = self.account;
				lines.push(format!(
					"It can be finished now: `vouchsafe recovery finish {account}`."
				));
			},
			Some(from) => lines.push(format!("It can be finished from {} on.", show_moment(from))),
			None => {},
		}
		if let (UnderWay::Attempt(_), Some(lapses)) = (what, self.lapses) {
			lines.push(format!("It lapses at {}.", show_moment(lapses)));
		}
		lines
	}

	fn attempt(&self, attempt: &Attempt, key: &str) -> Vec<String> {
		let (name, begun) = (self.name(), show_moment(attempt.at));
		let missing = recovery::missing(&attempt.by);
		match &attempt.by {
			By::Guardians { guardians, approvals, .. } => {
				let approved: Vec<_> = recovery::approved(guardians, *approvals).collect();
				let others = guardians.iter().filter(|it| !approved.contains(it));
				let others: Vec<_> = others.map(|it| self.names.show(it)).collect();
				let names: Vec<_> = approved.iter().map(|it| self.names.show(it)).collect();
				let mut lines = vec![
					format!("At {begun}, guardians began to give {name} a new key: {key}."),
					format!("{} approved it.", ENGLISH.and(&names)),
				];
				if missing > 0 {
					let verb = if missing == 1 { "has" } else { "have" };
					lines.push(format!(
						"{missing} of {} {verb} to approve it too: `vouchsafe recovery approve {}`.",
						ENGLISH.and(&others),
						self.account
					));
				}
				lines
			},
			By::Institution { institution, attestations, objected, .. } => {
				let institution = self.names.show(institution);
				let mut lines = vec![format!(
					"At {begun}, two of the staff of {institution} proposed a new key for {name}: {key}."
				)];
				if *objected {
					lines.push(format!("{name} has objected, so it has to be attested twice."));
				}
				if *attestations > 0 && missing > 0 {
					lines.push(format!("It was attested {attestations} time."));
				}
				if missing > 0 {
					lines.push(format!(
						"A health authority has to attest it: `vouchsafe recovery approve {}`.",
						self.account
					));
				}
				lines
			},
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_client::chain::{KeyChange, Status, H256};

	const NOW: u64 = 1_700_000_000;
	const DAY: u64 = 86_400;

	fn account(id: u8) -> AccountId {
		AccountId::new([id; 32])
	}

	fn names() -> Names {
		let mut names = Names::default();
		for (id, name) in [(1, "Hospital A"), (4, "Ada"), (5, "Ben"), (6, "Carl"), (9, "Eva")] {
			names.add_institution(name, account(id));
		}
		names
	}

	fn nothing() -> RecoveryView {
		let key = account(9);
		RecoveryView { key, guardians: None, next: None, change: None, attempt: None }
	}

	fn enrolled(kind: AccountKind, disabled_since: Option<u64>) -> Account {
		Account {
			kind,
			status: Status::Active,
			status_since: 0,
			disabled_since,
			doubt: None,
			encryption_key: [1; 32],
			enrolled_by: account(1),
		}
	}

	fn said_of(enrolled: &Account, view: &RecoveryView) -> Vec<String> {
		let (names, account) = (names(), account(9));
		let lapses = view.attempt.as_ref().map(|_| NOW + 30 * DAY);
		let (account, enrolled) = (&account, Some(enrolled));
		About { names: &names, account, enrolled, now: NOW, lapses }.lines(view)
	}

	fn said(view: &RecoveryView) -> Vec<String> {
		said_of(&enrolled(AccountKind::Patient, None), view)
	}

	fn attempt(by: By, from: Option<u64>) -> Attempt {
		Attempt { key: account(8), encryption_key: [8; 32], by, at: NOW - DAY, from }
	}

	fn by_guardians(approvals: u8) -> By {
		let guardians = [4, 5, 6].map(account).to_vec();
		By::Guardians { guardians, approvals, threshold: 2, set_at: 5 }
	}

	#[test]
	fn an_account_without_guardians_depends_on_its_institution() {
		assert_eq!(
			said(&nothing()),
			[
				"Eva has no guardians in force, so two of the staff of Hospital A and a health authority can give \
				 it a new key.",
				"Nobody is giving it a new key now."
			]
		);
		let of_institution = said_of(&enrolled(AccountKind::Institution, None), &nothing());
		assert_eq!(of_institution[0], "The council can give Eva a new key.");
	}

	#[test]
	fn what_a_thiefs_guardians_do_is_said_to_be_nothing() {
		let view =
			RecoveryView { attempt: Some(attempt(by_guardians(0b11), Some(NOW))), ..nothing() };
		let lines = said_of(&enrolled(AccountKind::Patient, Some(5)), &view).join(" ");
		assert!(lines.ends_with("counted as lost or stolen, so it cannot be finished."), "{lines}");
		assert!(!lines.contains("can be finished now"));
	}

	#[test]
	fn who_has_approved_and_who_has_to_is_said() {
		let guardians = Guardians { commitment: H256([1; 32]), threshold: 2, count: 3, set_at: 5 };
		let next = (Guardians { threshold: 3, count: 4, ..guardians.clone() }, NOW + DAY);
		let begun = RecoveryView {
			guardians: Some(guardians),
			next: Some(next),
			attempt: Some(attempt(by_guardians(0b010), None)),
			..nothing()
		};
		let key = key_words(&account(9), &account(8), &[8; 32]);
		assert_eq!(
			said(&begun),
			[
				"2 of 3 guardians together can give Eva a new key.".to_owned(),
				"From 2023-11-15 22:13 UTC on, 3 of 4 others can instead.".to_owned(),
				String::new(),
				format!("At 2023-11-13 22:13 UTC, guardians began to give Eva a new key: {key}."),
				"Ben approved it.".to_owned(),
				format!(
					"1 of Ada and Carl has to approve it too: `vouchsafe recovery approve {}`.",
					account(9)
				),
				"It lapses at 2023-12-14 22:13 UTC.".to_owned(),
			]
		);
		let complete = attempt(by_guardians(0b011), Some(NOW + DAY));
		let complete = RecoveryView { attempt: Some(complete), ..begun };
		let lines = said(&complete);
		assert!(lines.contains(&"Ada and Ben approved it.".to_owned()), "{lines:?}");
		assert!(lines.contains(&"It can be finished from 2023-11-15 22:13 UTC on.".to_owned()));
	}

	#[test]
	fn what_an_institution_proposed_is_said() {
		let by = |attestations, objected| By::Institution {
			institution: account(1),
			evidence: H256([6; 32]),
			attestations,
			objected,
		};
		let view = |by, from| RecoveryView { attempt: Some(attempt(by, from)), ..nothing() };
		let lines = said(&view(by(0, false), None)).join(" ");
		assert!(
			lines.contains("two of the staff of Hospital A proposed a new key for Eva"),
			"{lines}"
		);
		assert!(lines.contains("A health authority has to attest it"), "{lines}");
		let lines = said(&view(by(1, true), None)).join(" ");
		assert!(lines.contains("Eva has objected, so it has to be attested twice."), "{lines}");
		assert!(lines.contains("It was attested 1 time."), "{lines}");
		let lines = said(&view(by(1, false), Some(NOW))).join(" ");
		assert!(lines.contains("It can be finished now") && !lines.contains("has to attest"));
	}

	#[test]
	fn an_accounts_own_change_is_said() {
		let change = KeyChange { key: account(7), encryption_key: [7; 32], from: NOW + 3 * DAY };
		let view = RecoveryView { key: account(8), change: Some(change), ..nothing() };
		let lines = said(&view);
		assert_eq!(lines[0], format!("The key {} signs for Eva now.", account(8)));
		assert!(lines[3].starts_with("Eva changes its own key to "), "{lines:?}");
		assert_eq!(lines[4], "It can be finished from 2023-11-17 22:13 UTC on.");
		assert_eq!(lines.len(), 5);
	}
}
