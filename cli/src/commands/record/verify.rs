//! `vouchsafe record verify`.

use super::{ensure_record, own_shares, which_records};
use crate::{
	args::WhichRecords,
	commands::{account_json, id_json},
	dates::show_period,
	english::ENGLISH,
	output::Output,
	own_shares::{check, OwnShareReport},
	session::Session,
	verify::{self, CopyReport, CopyState, Verified},
};
use anyhow::Result;
use serde_json::json;
use vouchsafe_client::chain::AccountId;
use vouchsafe_speech::{short, Noun};

/// Checks every copy of records. Prints one line for each record, and the copies that differ.
pub(super) async fn run(
	session: &Session,
	which: &WhichRecords,
	version: Option<u32>,
) -> Result<Output> {
	let at = session.finalized().await?;
	let (patient, records) = which_records(session, &at, which).await?;
	let mut checked = Vec::new();
	for record in records {
		let found = ensure_record(session, &at, &patient, record).await?;
		let about = format!(
			"{}, {}",
			found.category.word(),
			show_period(found.service.first, found.service.last)
		);
		checked.push((verify::verify(session, &patient, record, version).await?, about));
	}
	let show = |account: &AccountId| session.names.show(account);
	let mut complaints = Vec::new();
	for (verified, _) in &checked {
		let wrong = verified.changed().chain(verified.lost());
		complaints.extend(wrong.map(|copy| copy.say(&show(&copy.institution))));
		if !verified.is_available() {
			complaints.push(format!("record {} has no intact copy", short(&verified.record)));
		}
	}
	let shares = own_shares_of(session, &patient, &checked).await?;
	let false_shares = own_shares::complaints(session, &shares);
	complaints.extend(false_shares.iter().cloned());
	let rows: Vec<_> =
		checked.iter().map(|(verified, _)| verified_json(session, verified)).collect();
	let mut json = json!({ "records": rows });
	if !shares.is_empty() {
		json["own_shares"] = own_shares::json(session, &shares);
	}
	if !complaints.is_empty() {
		json["error"] = json!(complaints.join("; "));
	}
	let details: Vec<_> = checked
		.iter()
		.map(|(verified, about)| {
			let mut lines =
				vec![format!("{}  {about}, version {}", short(&verified.record), verified.version)];
			lines.extend(
				verified
					.copies
					.iter()
					.map(|it| format!("          {}", it.say(&show(&it.institution)))),
			);
			lines.join("\n")
		})
		.collect();
	let sum = verified_sum(checked.iter().map(|(verified, _)| verified));
	let mut lines: Vec<_> =
		checked.iter().map(|(verified, about)| verified_text(verified, about, &show)).collect();
	let mut warnings: String =
		false_shares.iter().map(|complaint| format!("WARNING: {complaint}.\n")).collect();
	if let Some(lost) = own_shares::lost(&shares) {
		warnings += &format!("NOTE: {lost}\n");
	}
	let sum = format!("{warnings}{sum}");
	lines.push(sum.clone());
	Ok(Output {
		code: u8::from(!complaints.is_empty()),
		..Output::new(lines.join("\n"), json).with_details(format!("{}\n{sum}", details.join("\n")))
	})
}

/// What custodians keep as the patient's own shares of these versions. Only the patient can check it.
async fn own_shares_of(
	session: &Session,
	patient: &AccountId,
	checked: &[(Verified, String)],
) -> Result<Vec<OwnShareReport>> {
	if !own_shares::is_me(session, patient) {
		return Ok(Vec::new());
	}
	let versions = checked.iter().map(|(verified, _)| (verified.record, verified.version));
	check(session, &session.finalized().await?, versions).await
}

/// `3f9a0c1d  laboratory, 2025-04: 3 intact copies`, and below it the copies that differ.
fn verified_text(verified: &Verified, about: &str, show: &impl Fn(&AccountId) -> String) -> String {
	let mut places: Vec<AccountId> = Vec::new();
	for copy in &verified.copies {
		if !places.contains(&copy.institution) && copy.state != CopyState::NoNode {
			places.push(copy.institution.clone());
		}
	}
	let at =
		|place: &AccountId| verified.copies.iter().filter(|it| it.institution == *place).collect();
	let mut intact = Vec::new();
	let mut differing = Vec::new();
	for place in &places {
		let copies: Vec<&CopyReport> = at(place);
		let bad: Vec<_> = copies.iter().filter(|it| it.state != CopyState::Good).copied().collect();
		match bad[..] {
			[] => intact.push(show(place)),
			// If manifest and document are missing for the same reason, it is reported once.
			[CopyReport { state: CopyState::Missing(one), .. }, CopyReport { state: CopyState::Missing(other), .. }]
				if one == other =>
			{
				differing.push(format!("{}: not available ({one})", show(place)));
			},
			[CopyReport { state: CopyState::NotKept, acknowledged, .. }, CopyReport { state: CopyState::NotKept, .. }] =>
			{
				let name = show(place);
				differing.push(match acknowledged {
					true => {
						format!("{name} KEEPS NO COPY, although it acknowledged that it keeps one")
					},
					false => format!("{name} keeps no copy yet"),
				});
			},
			_ => differing.extend(bad.iter().map(|it| it.say(&show(place)))),
		}
	}
	let intact = match (verified.changed().next().is_some(), verified.is_available()) {
		(true, _) => "CHANGED".to_owned(),
		(false, false) => "NO INTACT COPY".to_owned(),
		(false, true) if intact.len() == 1 => format!("1 intact copy, at {}", ENGLISH.and(&intact)),
		(false, true) => format!("{} intact copies", intact.len()),
	};
	let mut lines = vec![format!("{}  {about}: {intact}", short(&verified.record))];
	lines.extend(differing.iter().map(|it| format!("          {it}")));
	lines.join("\n")
}

fn verified_sum<'a>(all: impl Iterator<Item = &'a Verified>) -> String {
	let (mut total, mut changed, mut gone, mut lost) = (0usize, 0usize, 0usize, 0usize);
	for verified in all {
		total = total.saturating_add(1);
		let is_changed = verified.changed().next().is_some();
		changed = changed.saturating_add(usize::from(is_changed));
		gone = gone.saturating_add(usize::from(verified.lost().next().is_some()));
		lost = lost.saturating_add(usize::from(!verified.is_available()));
	}
	let checked = ENGLISH.count(Noun::Record, total);
	let mut parts = Vec::new();
	if changed > 0 {
		parts.push(format!("{changed} with a changed copy"));
	}
	if gone > 0 {
		parts.push(format!("{gone} without a whole copy that was acknowledged"));
	}
	if lost > 0 {
		parts.push(format!("{lost} without an intact copy"));
	}
	if parts.is_empty() {
		format!("{checked} checked: each has an intact copy, and no copy that could be fetched was changed.")
	} else if lost == 0 {
		format!(
			"{checked} checked: {}. Records open from an intact copy; the institution can restore its own \
			 from there.",
			ENGLISH.and(&parts)
		)
	} else {
		format!("{checked} checked: {}.", ENGLISH.and(&parts))
	}
}

fn verified_json(session: &Session, verified: &Verified) -> serde_json::Value {
	let copies: Vec<_> = verified
		.copies
		.iter()
		.map(|copy| {
			let (state, bytes) = match &copy.state {
				CopyState::Good => ("good", None),
				CopyState::Changed { bytes, .. } => ("changed", *bytes),
				CopyState::Missing(_) => ("missing", None),
				CopyState::NotKept => ("not-kept", None),
				CopyState::Incomplete => ("incomplete", None),
				CopyState::NoNode => ("none-kept", None),
			};
			json!({
				"what": copy.what,
				"institution": account_json(session, &copy.institution),
				"state": state,
				"acknowledged": copy.acknowledged,
				"bytes": bytes,
				"text": copy.say(&session.names.show(&copy.institution)),
			})
		})
		.collect();
	json!({
		"record": id_json(&verified.record),
		"version": verified.version,
		"available": verified.is_available(),
		"copies": copies,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_client::chain::{account_bytes, H256};

	fn verified(states: &[(&'static str, u8, CopyState)]) -> Verified {
		let copies = states
			.iter()
			.map(|(what, place, state)| CopyReport {
				what,
				institution: AccountId::new([*place; 32]),
				state: state.clone(),
				acknowledged: true,
			})
			.collect();
		Verified { record: H256([7; 32]), version: 0, copies }
	}

	#[test]
	fn verifying_is_one_line_a_record_and_what_differs() {
		use CopyState::{Changed, Good, Incomplete, Missing, NoNode, NotKept};
		let show = |account: &AccountId| {
			format!("Hospital {}", char::from(b'A' + account_bytes(account)[0]))
		};
		let text = |verified: &Verified| verified_text(verified, "imaging, 2026-11", &show);
		let good = verified(&[
			("manifest", 0, Good),
			("manifest", 1, Good),
			("manifest", 2, NoNode),
			("document", 0, Good),
			("document", 1, Good),
			("document", 2, NoNode),
		]);
		assert_eq!(text(&good), "07070707  imaging, 2026-11: 2 intact copies");
		let away = Missing("could not be reached".into());
		let missing = verified(&[
			("manifest", 0, Good),
			("manifest", 1, away.clone()),
			("document", 0, Good),
			("document", 1, away.clone()),
		]);
		assert_eq!(
			text(&missing),
			"07070707  imaging, 2026-11: 1 intact copy, at Hospital A\n          \
			 Hospital B: not available (could not be reached)"
		);
		let one_changed = verified(&[
			("manifest", 0, Good),
			("manifest", 1, Good),
			("document", 0, Good),
			("document", 1, Changed { bytes: Some((5, 5)), other_length: false }),
		]);
		assert_eq!(
			text(&one_changed),
			"07070707  imaging, 2026-11: CHANGED\n          \
			 document at Hospital B: CHANGED, byte 5 (block 0 of 256 KiB)"
		);
		let gone = verified(&[
			("manifest", 0, Good),
			("manifest", 1, NotKept),
			("document", 0, Good),
			("document", 1, NotKept),
		]);
		assert_eq!(
			text(&gone),
			"07070707  imaging, 2026-11: 1 intact copy, at Hospital A\n          \
			 Hospital B KEEPS NO COPY, although it acknowledged that it keeps one"
		);
		let none = verified(&[("manifest", 0, away.clone())]);
		assert!(text(&none).starts_with("07070707  imaging, 2026-11: NO INTACT COPY\n"));
		let sum = |all: &[&Verified]| verified_sum(all.iter().copied());
		assert_eq!(
			sum(&[&good, &missing]),
			"2 records checked: each has an intact copy, and no copy that could be fetched was changed."
		);
		assert!(sum(&[&good, &gone]).contains("1 without a whole copy that was acknowledged"));
		let cut = verified(&[
			("manifest", 0, Good),
			("manifest", 1, Good),
			("document", 0, Good),
			("document", 1, Incomplete),
		]);
		assert_eq!(
			text(&cut),
			"07070707  imaging, 2026-11: 1 intact copy, at Hospital A\n          \
			 document at Hospital B: INCOMPLETE, its custodian has lost a part of it"
		);
		assert!(sum(&[&cut]).contains("1 without a whole copy that was acknowledged"));
		assert!(sum(&[&good, &one_changed]).contains("2 records checked: 1 with a changed copy. "));
		assert!(sum(&[&none, &one_changed])
			.contains("1 with a changed copy and 1 without an intact copy."));
	}
}
