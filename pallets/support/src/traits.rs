//! The traits between pallets. Each is named after the pallet that implements it; what it reads is
//! stated, because the caller counts it in its weights.

use frame_support::dispatch::DispatchResult;
use sp_core::H256;
use sp_runtime::DispatchError;
use vouchsafe_primitives::{
	audit::LogEvent,
	policy::{Decision, Question},
	*,
};

/// Who takes part.
pub trait Enrolment {
	/// The account as a decision sees it, acting for the institution if one is named: `None` if it
	/// is not enrolled.
	///
	/// It counts as active only if its status is active and, where it names an institution, it acts
	/// for it: its affiliation is in force now and the institution is active. At most 5 reads.
	fn actor(account: &AccountId, institution: Option<&AccountId>) -> Option<Actor>;

	/// The account as it acts for the institution: `None` if it does not, because it is not active
	/// or is not affiliated with the active institution now. At most 5 reads.
	fn acting(account: &AccountId, institution: &AccountId) -> Option<Actor> {
		Self::actor(account, Some(institution)).filter(|actor| actor.active)
	}

	/// The account's kind, if it is enrolled and active. 1 read.
	fn active_kind(account: &AccountId) -> Option<AccountKind>;

	/// Whether the account is an active patient. 1 read.
	fn is_active_patient(account: &AccountId) -> bool {
		Self::active_kind(account) == Some(AccountKind::Patient)
	}

	/// The active institution or authority whose custodian signs with this account. 2 reads.
	fn custodian_of(account: &AccountId) -> Option<AccountId>;

	/// The institution that enrolled the account; an institution's own account. 1 read.
	fn enrolled_by(account: &AccountId) -> Option<AccountId>;

	/// Whether and how the patient takes part: closed for an account that is not a patient's. 1 read.
	fn standing(patient: &AccountId) -> Standing;

	/// The country of an institution or authority. 1 read.
	fn country(institution: &AccountId) -> Option<Country>;

	/// Whether the practitioner has an affiliation with the institution in force now. 1 read.
	fn is_affiliated(practitioner: &AccountId, institution: &AccountId) -> bool;

	/// What admission has to know of an account that signs: `None` if it is neither enrolled nor a
	/// custodian's. At most 3 reads.
	fn signatory(account: &AccountId) -> Option<Signatory>;

	/// Whether the account is a registrar of the institution now. At most 2 reads.
	fn is_registrar(account: &AccountId, institution: &AccountId) -> bool;

	/// The number of active institutions and authorities. 1 read.
	fn active_institutions() -> u32;
}

/// An account that signs transactions, as admission sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signatory {
	/// Its kind. A custodian's account has none: it is not enrolled.
	pub kind: Option<AccountKind>,
	/// The institution that enrolled it (an institution: itself), or whose custodian it is.
	pub institution: AccountId,
	/// Whether it may sign: it is active and its signing is not disabled. A custodian may sign if
	/// its institution is active.
	pub may_sign: bool,
}

/// Which transactions are admitted.
pub trait Admission {
	/// Who signed the transaction that is being dispatched. 1 read.
	fn signer() -> Option<AccountId>;
}

/// What is known of records.
pub trait Records {
	/// All that a decision needs, or `None` if the patient has no such record. 1 read.
	fn facts(patient: &AccountId, record: &RecordId) -> Option<RecordFacts>;
}

/// Consents, and what they allow.
pub trait Consents {
	/// What the patient's consents say to the question now. At most 7 + [`MAX_TEAMS`] reads.
	fn decide(question: &Question) -> Decision;

	/// Stores a consent that the patient gave by approving a request.
	fn grant(
		patient: &AccountId,
		grantee: Grantee,
		terms: Terms,
		text: ShownText,
	) -> Result<ConsentId, DispatchError>;
}

/// Who holds the shares of a version's key.
pub trait Custody {
	/// Checks who is to hold the shares of the patient's new versions, and stores each version's
	/// sharing set. Does not append to the log: the caller's entry about the versions implies it.
	fn declare(patient: &AccountId, set: HolderSet, versions: &[DeclaredVersion])
		-> DispatchResult;
}

/// A new version, as its sharing set refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclaredVersion {
	/// Its record. The id is a hash that the chain has computed.
	pub record: RecordId,
	/// Its number.
	pub version: VersionNumber,
	/// Hash of its Feldman commitments.
	pub commitments: H256,
}

/// The patients' logs.
pub trait AuditLog {
	/// Appends an entry to the patient's log, which itself adds the signer. 3 reads and 1 write.
	fn append(
		patient: &AccountId,
		origin: &AccountId,
		acting_for: Option<&AccountId>,
		purpose: Option<Purpose>,
		event: LogEvent,
	);

	/// Counts a line that somebody of the institution causes in the patient's log without having a
	/// permit. `false` if there were as many of these lines today as are allowed: then the call must
	/// fail and leave no line. 1 read and 1 write.
	#[must_use]
	fn count_uninvited(patient: &AccountId, institution: &AccountId) -> bool;

	/// Count and head of the patient's log. 1 read.
	fn head(patient: &AccountId) -> (u64, H256);
}
