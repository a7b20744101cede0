//! What a person can do about a failure. The user interface says how, for example with which command
//! or button.

use std::fmt;
use vouchsafe_protocol::types::H256;

/// What a person can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
	/// Choose a key, or create one.
	ChooseKey,
	/// Choose the institution that they act for.
	ChooseInstitution,
	/// Name the institution, or ask its registrar for an affiliation.
	NameInstitution,
	/// Write a name as the list of names shows it.
	CopyName,
	/// Look for a name in the list of names, or add it to the address book.
	AddName(String),
	/// Choose another name, or give the name to the new account.
	ReplaceName,
	/// Look at the list of their consents.
	ListConsents,
	/// Look at the list of requests.
	ListRequests,
	/// Look at the list of studies.
	ListStudies,
	/// Wait, or interrupt it and run the same command again later.
	RunAgain,
	/// Look at the list of the council's members and motions.
	ListMotions,
	/// Resume adding records.
	Resume {
		/// The name of their key.
		key: String,
	},
	/// Wait, or interrupt it and resume adding records later.
	WaitOrResume {
		/// The name of their key.
		key: String,
	},
	/// Resume adding records once the reason is mended, or give them up.
	GiveUp {
		/// The name of their key.
		key: String,
		/// The record.
		record: H256,
	},
	/// Confirm that they want to use a new label.
	NewLabel,
	/// Name the month of service.
	NameMonth,
	/// Import a file again.
	ImportAgain,
	/// Cover all labels.
	AllLabels,
	/// Ask the institution whether what has changed of it is right, and confirm it.
	ConfirmMember(String),
	/// Restore what was pinned of the institutions from a backup, or begin it again.
	RepairPins,
	/// Check whose export it is, or confirm that it is the same person's.
	SamePatient,
	/// Make another key.
	MakeKey,
	/// Change to a new key with the present one.
	RenewKey,
	/// Name guardians.
	NameGuardians,
	/// Begin with the card of another guardian.
	AskForCard,
	/// Have the person with the new key make a new request.
	AskForKeyRequest,
	/// Begin an attempt to give an account a new key.
	BeginRecovery,
	/// Begin as a guardian, with a card.
	BeginWithCard,
	/// Have two of this institution's staff begin.
	BeginAtInstitution(String),
	/// Approve the key that is under way for this account.
	ApproveKey(String),
	/// Look at what is under way for this account.
	ListRecovery(String),
	/// Look at who represents this patient.
	ListRepresentatives(String),
	/// Object to this representative.
	ObjectTo(String),
}

/// A failure with advice.
#[derive(Debug)]
pub struct Advised {
	message: String,
	/// What the person can do.
	pub advice: Advice,
	cause: Option<anyhow::Error>,
}

impl Advised {
	/// A failure without a further cause.
	pub fn new(message: impl Into<String>, advice: Advice) -> Self {
		Self { message: message.into(), advice, cause: None }
	}

	/// The same failure, with its cause.
	pub fn caused_by(mut self, cause: impl Into<anyhow::Error>) -> Self {
		self.cause = Some(cause.into());
		self
	}
}

/// The failure without the advice.
impl fmt::Display for Advised {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.message)
	}
}

impl std::error::Error for Advised {
	fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
		self.cause.as_ref().map(|cause| &**cause as &(dyn std::error::Error + 'static))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn advice_and_cause_are_found_in_an_error() {
		let cause = anyhow::anyhow!("the node is away").context("cannot submit");
		let advice = Advice::Resume { key: "eva".into() };
		let advised = Advised::new("not finished", advice.clone()).caused_by(cause);
		let error = anyhow::Error::from(advised).context("adding");
		assert_eq!(format!("{error:#}"), "adding: not finished: cannot submit: the node is away");
		let found = error.chain().find_map(|cause| cause.downcast_ref::<Advised>());
		assert_eq!(found.unwrap().advice, advice);
	}
}
