//! Reads a patient's log from a custodian, and proves against the chain that it is complete.

use crate::{
	platform::{Clock, Platform},
	session::Session,
};
use anyhow::{Context as _, Result};
use std::time::Duration;
use vouchsafe_protocol::{
	errors::{ChainError, CustodianError},
	log_file::first_wrong,
	messages::LogLine,
	traits::{Custodian, View},
	types::{AccountId, LogEntry, H256},
};
use vouchsafe_vault::audit::{self, ProofError};

/// How long a custodian's index may lag behind the chain.
const LAG: Duration = Duration::from_secs(10);

/// A log with its proof.
#[derive(Clone, Debug)]
pub struct Log {
	/// The patient.
	pub patient: AccountId,
	/// The institution whose custodian sent it.
	pub from: AccountId,
	/// Its entries.
	pub lines: Vec<LogLine>,
	/// The number of entries on the chain.
	pub count: u64,
	/// The head on the chain.
	pub head: H256,
	/// The block at which count and head were read.
	pub block: u32,
}

/// Why a log does not match the head on the chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log from {from} is not the one on the chain: {reason}")]
pub struct Unproven {
	/// The institution whose custodian sent it.
	pub from: String,
	/// What does not fit.
	pub reason: String,
	/// The first entry that does not fit, if it is known.
	pub entry: Option<u64>,
}

impl Log {
	/// The decoded entries. An entry that this program does not know is `None`.
	pub fn entries(&self) -> impl Iterator<Item = (&LogLine, Option<LogEntry>)> {
		self.lines.iter().map(|line| (line, LogEntry::from_bytes(&line.entry.0)))
	}

	fn prove(&self, genesis: &H256) -> Result<(), ProofError> {
		let lines = self.lines.iter().map(|line| audit::LogLine {
			seq: line.seq,
			block: line.block,
			entry: line.entry.0.clone(),
			head: Some(H256(line.head.0)),
		});
		let end = audit::Log { count: self.count, head: self.head };
		audit::verify(genesis, &self.patient, audit::Log::default(), lines, end)
	}
}

/// Reads a patient's log from one custodian, up to the chain's current count.
pub async fn read_from(
	session: &Session<impl Platform>,
	patient: &AccountId,
	acting_for: Option<&AccountId>,
	from: &AccountId,
) -> Result<Log> {
	let me = session.me()?;
	let at = session.finalized().await?;
	let (count, head) = at.audit_head(patient).await?;
	let custodian = session.custodian(from)?.without_retries();
	let deadline = session.clock.elapsed() + LAG;
	loop {
		let mut lines = custodian.log(&me.signer, patient, acting_for, count).await?;
		if (lines.len() as u64) < count && session.clock.elapsed() < deadline {
			session.clock.sleep(Duration::from_millis(500)).await;
			continue;
		}
		// The head does not prove entries that came after its block.
		lines.retain(|line| line.block <= at.number() || line.seq < count);
		return Ok(Log {
			patient: patient.clone(),
			from: from.clone(),
			lines,
			count,
			head,
			block: at.number(),
		});
	}
}

/// Reads a patient's log from the first custodian that sends it.
pub async fn read(
	session: &Session<impl Platform>,
	patient: &AccountId,
	acting_for: Option<&AccountId>,
	from: Option<&AccountId>,
) -> Result<Log> {
	if let Some(from) = from {
		return read_from(session, patient, acting_for, from)
			.await
			.with_context(|| format!("cannot read the log from {}", session.names.show(from)));
	}
	let mut failed = Vec::new();
	let mut unread = Unread { reasons: String::new(), is_refused: false, may_pass: false };
	for member in &session.members {
		if member.custodian.is_none() || !member.is_active() {
			continue;
		}
		match read_from(session, patient, acting_for, &member.account).await {
			Ok(log) => return Ok(log),
			// It is the same for every custodian.
			Err(error) if error.is::<ChainError>() => return Err(error),
			Err(error) => {
				match error.downcast_ref::<CustodianError>() {
					Some(CustodianError::NoAccess) => unread.is_refused = true,
					Some(CustodianError::Behind(_)) => unread.may_pass = true,
					Some(error) => unread.may_pass |= error.may_pass(),
					None => {},
				}
				failed.push(format!("{}: {error:#}", session.names.show(&member.account)))
			},
		}
	}
	unread.reasons = failed.join("; ");
	Err(unread.into())
}

/// No custodian has given the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the log from any custodian: {reasons}")]
pub struct Unread {
	/// What each of them answered.
	pub reasons: String,
	/// Whether one has refused it, because the patient does not permit it.
	pub is_refused: bool,
	/// Whether one may give it later.
	pub may_pass: bool,
}

/// Proves that a log is complete. If a copy is consistent in itself but does not match the chain,
/// it is compared with other custodians' copies, and the first entry that differs from a proven one
/// is named.
pub async fn verify(
	session: &Session<impl Platform>,
	log: &Log,
	acting_for: Option<&AccountId>,
) -> Result<Result<(), Unproven>> {
	let genesis = session.genesis();
	let from = session.names.show(&log.from);
	let Err(error) = log.prove(&genesis) else { return Ok(Ok(())) };
	let mut unproven = Unproven { from, reason: error.to_string(), entry: None };
	unproven.entry = first_wrong(&error);
	if unproven.entry.is_none() {
		for member in &session.members {
			if member.account == log.from || member.custodian.is_none() {
				continue;
			}
			let Ok(other) = read_from(session, &log.patient, acting_for, &member.account).await
			else {
				continue;
			};
			if other.prove(&genesis).is_err() {
				continue;
			}
			let differs = log.lines.iter().zip(&other.lines).find(|(one, proven)| {
				(one.seq, one.block, &one.entry) != (proven.seq, proven.block, &proven.entry)
			});
			if let Some((line, _)) = differs {
				unproven.entry = Some(line.seq);
				unproven.reason = format!(
					"entry {} differs from the log at {}, which is the one on the chain",
					line.seq,
					session.names.show(&member.account)
				);
				break;
			}
		}
	}
	Ok(Err(unproven))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{consent::fixtures::hospital, scripted::Scripted};
	use vouchsafe_protocol::messages::{Hex, HexBytes};

	#[tokio::test]
	async fn why_no_custodian_gives_a_log_is_told() {
		for (answer, is_refused, may_pass) in [
			(Some(CustodianError::NoAccess), true, false),
			(None, false, true),
			(Some(CustodianError::NotFound), false, false),
		] {
			let mut session = Session::<Scripted>::scripted("//DoctorB");
			session.members = vec![hospital()];
			session.custodians.refusal = answer;
			session.chain.change(|state| state.answer("audit_head", &(0u64, H256::zero())));
			let error = read(&session, &PATIENT, None, None).await.unwrap_err();
			let unread = error.downcast_ref::<Unread>().unwrap();
			assert_eq!((unread.is_refused, unread.may_pass), (is_refused, may_pass), "{error:#}");
			assert!(unread.reasons.starts_with("Hospital A: ") || unread.reasons.contains(": "));
		}
	}

	const GENESIS: H256 = H256([1; 32]);
	const PATIENT: AccountId = AccountId::new([2; 32]);

	fn log() -> Log {
		let mut head = H256::zero();
		let lines: Vec<_> = (0..5u64)
			.map(|seq| {
				let entry = vec![1, u8::try_from(seq).unwrap()];
				head = audit::next_head(&GENESIS, &PATIENT, seq, 7, &head, &entry);
				LogLine { seq, block: 7, time: 0, entry: HexBytes(entry), head: Hex(head.0) }
			})
			.collect();
		let from = AccountId::new([3; 32]);
		Log { patient: PATIENT, from, count: 5, head, block: 9, lines }
	}

	#[test]
	fn a_whole_log_is_proved_and_a_changed_one_is_not() {
		assert!(log().prove(&GENESIS).is_ok());
		let mut changed = log();
		changed.lines[2].entry.0[1] ^= 1;
		assert_eq!(changed.prove(&GENESIS), Err(ProofError::DoesNotFit { seq: 2 }));
		let mut short = log();
		short.lines.remove(4);
		assert_eq!(short.prove(&GENESIS), Err(ProofError::Missing { have: 4, expected: 5 }));
		let mut without = log();
		without.lines.remove(1);
		let found = without.prove(&GENESIS);
		assert_eq!(found, Err(ProofError::OutOfSequence { expected: 1, found: 2 }));
		assert!(log().prove(&H256([9; 32])).is_err(), "another chain's");
	}

	#[test]
	fn what_is_no_entry_is_shown_as_such() {
		assert!(log().entries().all(|(_, entry)| entry.is_none()));
	}
}
