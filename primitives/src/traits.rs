//! How the pallets see each other. The runtime says which pallet stands behind which trait.

use crate::{
	audit::LogEvent,
	consent::*,
	policy::{Decision, Question},
	types::*,
};
use frame_support::dispatch::DispatchResult;
use sp_core::H256;
use sp_runtime::DispatchError;

/// Who takes part.
pub trait Enrolment {
	/// The account as a decision sees it: `None` if it isn't enrolled. The affiliation is there
	/// only if it is in force now and its institution is active. At most 5 reads.
	fn actor(account: &AccountId, institution: Option<&AccountId>) -> Option<Actor>;
	/// What the account is, if it is enrolled and active. 1 read.
	fn active_kind(account: &AccountId) -> Option<AccountKind>;
	/// The active institution or authority whose custodian signs with this account. 2 reads.
	fn custodian_of(account: &AccountId) -> Option<AccountId>;
	/// The institution that enrolled the account; its own for an institution. 1 read.
	fn enrolled_by(account: &AccountId) -> Option<AccountId>;
	/// Where an institution or authority lies. 1 read.
	fn country(institution: &AccountId) -> Option<Country>;
	/// Whether the practitioner has an affiliation with the institution in force now. 1 read.
	fn is_affiliated(practitioner: &AccountId, institution: &AccountId) -> bool;
	/// Who signed the transaction that is being dispatched. 1 read.
	fn signer() -> Option<AccountId>;
}

/// What is known of records.
pub trait Records {
	/// All that a decision needs, or `None` if there is no such record. 1 read.
	fn facts(record: &RecordId) -> Option<RecordFacts>;
}

/// Consents, and what they allow.
pub trait Consents {
	/// What the patient's consents say to the question now. At most 7 + [`MAX_TEAMS`] reads.
	fn decide(question: &Question) -> Decision;
	/// Enters a consent of the patient's that an approved request has become.
	fn grant(
		patient: &AccountId,
		grantee: Grantee,
		terms: Terms,
		text: ShownText,
	) -> Result<ConsentId, DispatchError>;
}

/// Who holds the shares of a version's key.
pub trait Custody {
	/// Checks the sharing set of a new version and keeps it. `origin` acts for `acting_for`: both
	/// are for the log.
	fn declare(
		patient: &AccountId,
		origin: &AccountId,
		acting_for: Option<&AccountId>,
		record: RecordId,
		version: VersionNumber,
		set: NewSharingSet,
	) -> DispatchResult;
}

/// The patients' logs.
pub trait AuditLog {
	/// Appends an entry to the patient's log. The signer is added by the log itself. 3 reads and
	/// 1 write.
	fn append(
		patient: &AccountId,
		origin: &AccountId,
		acting_for: Option<&AccountId>,
		purpose: Option<Purpose>,
		event: LogEvent,
	);
	/// Count and head of the patient's log. 1 read.
	fn head(patient: &AccountId) -> (u64, H256);
}
