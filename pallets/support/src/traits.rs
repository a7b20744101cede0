//! The traits between pallets. Each is named after the pallet that implements it; what it reads is
//! stated, because the caller counts it in its weights.

use alloc::{collections::BTreeMap, vec::Vec};
use frame_support::{dispatch::DispatchResult, weights::Weight};
use sp_core::H256;
use sp_runtime::DispatchError;
use vouchsafe_primitives::{
	audit::LogEvent,
	policy::{self, Decision, Question},
	*,
};

/// Who takes part.
pub trait Enrolment {
	/// The account as a decision sees it, acting for the institution if one is named: `None` if it
	/// is not enrolled.
	///
	/// It counts as active only if its status is active and, where it names an institution, it acts
	/// for it: its affiliation is in force now and the institution is active. At most 14 reads, and 1
	/// for an account that is not a practitioner's.
	fn actor(account: &AccountId, institution: Option<&AccountId>) -> Option<Actor>;

	/// The account as it acts for the institution: `None` if it does not, because it is not active
	/// or is not affiliated with the active institution now. At most 14 reads.
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

	/// Whether the account is an active institution or authority that has named a custodian. 2 reads.
	fn has_custodian(institution: &AccountId) -> bool;

	/// The institution that enrolled the account; an institution's own account. 1 read.
	fn enrolled_by(account: &AccountId) -> Option<AccountId>;

	/// Whether and how the patient takes part: closed for an account that is not a patient's. 1 read.
	fn standing(patient: &AccountId) -> Standing;

	/// When the patient's key was in doubt before now, if it was. 1 read.
	fn doubt(patient: &AccountId) -> Option<Doubt>;

	/// Whether `who` manages the accounts of the active institution: it is the institution or one of
	/// its registrars. At most 3 reads.
	fn manages(who: &AccountId, institution: &AccountId) -> bool;

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

	/// Whether the account's key was in doubt at this moment: it counts as lost or stolen since then or an
	/// earlier one, or did so until it was enabled again. 1 read.
	fn is_in_doubt(account: &AccountId, moment: Moment) -> bool;

	/// Whether nobody has this account: it is not enrolled, and no custodian signs with it. 2 reads.
	fn is_unused(account: &AccountId) -> bool;

	/// Whether `who` speaks for the active authority: it is the authority's account, or its *duty
	/// officer*, a privacy officer who is affiliated with it. At most 14 reads.
	fn speaks_for(who: &AccountId, authority: &AccountId) -> bool {
		match who == authority {
			true => Self::active_kind(who) == Some(AccountKind::Authority),
			false => Self::acting(who, authority)
				.and_then(|actor| actor.acting_for)
				.is_some_and(|acting| acting.is_authority && acting.role == Role::PrivacyOfficer),
		}
	}

	/// Another key signs for the account from now on, and what is sealed for it is sealed to this
	/// encryption key. If signing was disabled, it is enabled: what was done with the key that was lost
	/// remains in doubt. 3 reads and 3 writes.
	fn replace_key(account: &AccountId, key: &AccountId, encryption_key: EncryptionKey);
}

/// Which keys sign for which accounts. An account outlives its key.
pub trait Keys {
	/// What is known of the key. Nothing if it signs for the account of its own name, or for nobody. 1 read.
	fn find(key: &AccountId) -> Option<KeyState>;

	/// The account's signing was disabled, or it is not active any more: a change of key that it began itself
	/// does not come about. 1 read
	/// and 1 write.
	fn on_disabled(account: &AccountId);
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

/// What follows for the council and the validators when an institution no longer takes part.
pub trait Consortium {
	/// Whether the institution is a validator or is becoming one. 2 reads.
	fn is_validator(institution: &AccountId) -> bool;

	/// The institution is no longer active: its seat in the council goes, unless too few would remain.
	fn remove_seat(institution: &AccountId);

	/// What [`remove_seat`](Self::remove_seat) weighs.
	fn remove_seat_weight() -> Weight;
}

/// Which transactions are admitted.
pub trait Admission {
	/// The account whose key signed the transaction that is being dispatched: the first key or, if it was
	/// replaced, the present one. 1 read.
	fn signer() -> Option<AccountId>;
}

/// Which two of an institution's staff agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair {
	/// A registrar and an attested clinician, in either order.
	RegistrarAndClinician,
	/// Two attested clinicians.
	Clinicians,
}

impl Pair {
	/// Whether somebody with this affiliation can be one of the two.
	pub fn admits(self, acting: &ActingFor) -> bool {
		let registers = self == Self::RegistrarAndClinician && acting.role == Role::Registrar;
		registers || acting.is_attested_clinician()
	}

	/// Whether two who can each be one of the pair are the pair.
	pub fn is_complete(self, first: &ActingFor, second: &ActingFor) -> bool {
		match self {
			Self::RegistrarAndClinician => {
				first.is_attested_clinician() != second.is_attested_clinician()
			},
			Self::Clinicians => true,
		}
	}
}

/// What a call of one of the staff was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreed {
	/// The first of two: nothing is done yet.
	Proposed,
	/// The second of two, with the same content.
	Confirmed {
		/// The first.
		first: AccountId,
	},
}

/// What takes two of an institution's staff.
pub trait Staff {
	/// Notes that `who` agrees, for the institution, to this content about the subject, or finds that
	/// another of the staff had proposed it within [`PROPOSAL_LIFETIME`]. The two have the parts of
	/// the pair, and nobody signs or acts as both. One proposal waits for each subject and
	/// institution: another content replaces it. At most 30 reads and 2 writes.
	fn agree(
		who: &AccountId,
		institution: &AccountId,
		subject: &AccountId,
		content: H256,
		pair: Pair,
	) -> Result<Agreed, DispatchError>;
}

/// What is known of records.
pub trait Records {
	/// All that a decision needs, or `None` if the patient has no such record. 1 read.
	fn facts(patient: &AccountId, record: &RecordId) -> Option<RecordFacts>;
}

/// Consents, and what they allow.
pub trait Consents {
	/// The patient's consents under the keys that fit the actor. At most
	/// [`MAX_KEYS`](vouchsafe_primitives::policy::MAX_KEYS) reads.
	fn book(patient: &AccountId, actor: &Actor) -> Book;

	/// What the patient's consents say to the question now. Reads at most what [`book`](Self::book)
	/// does.
	fn decide(question: &Question) -> Decision {
		Self::book(&question.patient, &question.actor).decide(question)
	}

	/// Stores a consent that the patient gave by approving a request.
	fn grant(
		patient: &AccountId,
		grantee: Grantee,
		terms: Terms,
		text: ShownText,
	) -> Result<ConsentId, DispatchError>;
}

/// A patient's consents under the keys that fit one actor: read once, for several questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book(pub BTreeMap<Grantee, Vec<Consent>>);

impl Book {
	/// Reads the consents under the actor's keys.
	pub fn read(actor: &Actor, lookup: impl Fn(&Grantee) -> Vec<Consent>) -> Self {
		let keys = policy::keys(actor).into_iter();
		Self(keys.map(|key| (key.clone(), lookup(&key))).collect())
	}

	/// The consent that a decision names.
	pub fn find(&self, consent: &ConsentRef) -> Option<&Consent> {
		self.0.get(&consent.grantee)?.iter().find(|found| found.id == consent.id)
	}

	/// What the consents say to a question of the same patient and actor.
	pub fn decide(&self, question: &Question) -> Decision {
		policy::decide(question, |grantee| self.0.get(grantee).into_iter().flatten())
	}
}

/// What is known of studies, and who is told of standing choices.
pub trait Studies {
	/// Where the study is, if there is one. 1 read.
	fn stage(study: StudyId) -> Option<StudyStage>;

	/// The patient's consents for this grantee were these and are those now. Standing choices are
	/// counted. Weighs [`choice_weight`](Self::choice_weight).
	fn choice_changed(
		patient: &AccountId,
		grantee: &Grantee,
		before: &[Consent],
		after: &[Consent],
	);

	/// What counting a choice weighs: nothing for a grantee that is not for one.
	fn choice_weight(grantee: &Grantee) -> Weight;
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

/// By what somebody causes a line in a patient's log without having a permit. What costs least leaves
/// lines for the rest. Otherwise one reader who is refused again and again would keep colleagues from
/// asking, and registrars from helping the patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uninvited {
	/// By an opening that is refused.
	Opening,
	/// By an access request or its withdrawal.
	Request,
	/// By what registrars do, or two of the staff.
	Staff,
}

impl Uninvited {
	/// Up to how many lines of a day there can be with this one, if there can be `all` of them.
	pub fn limit(self, all: u32) -> u32 {
		match self {
			Self::Opening => all / 2,
			Self::Request => all.saturating_sub(all / 4),
			Self::Staff => all,
		}
	}
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
	/// permit. `false` if there were as many of these lines today as are allowed for what causes this
	/// one: then the call must fail and leave no line. 1 read and 1 write.
	#[must_use]
	fn count_uninvited(patient: &AccountId, institution: &AccountId, by: Uninvited) -> bool;

	/// Count and head of the patient's log. 1 read.
	fn head(patient: &AccountId) -> (u64, H256);
}

/// Who makes a call about a patient, as the patient's log names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller<'a> {
	/// The call's origin.
	pub origin: &'a AccountId,
	/// The institution for which it is made.
	pub acting_for: Option<&'a AccountId>,
}

/// Permits to read that the law gives to representatives. pallet-consent implements it. A representative has
/// at most one from each patient, with the grantee [`Grantee::Person`] and the grantor [`Grantor::Law`].
/// Only these functions change or end it.
pub trait Lawful {
	/// Stores the permit, in place of the one that the representative has from this patient. It does not
	/// count among the consents and grantees of which a patient can have so many. Logged as
	/// `ConsentGranted`. At most 6 reads and 4 writes.
	fn grant_by_law(
		patient: &AccountId,
		representative: &AccountId,
		terms: Terms,
		authority: &AccountId,
		by: Caller,
	) -> Result<ConsentId, DispatchError>;

	/// Ends the permit, if there is one, also if it has expired. Logged as `ConsentRevoked`. At most 4
	/// reads and 3 writes.
	fn end_by_law(patient: &AccountId, representative: &AccountId, by: Caller);

	/// Whether the representative has such a permit that has not expired. 1 read.
	fn has_by_law(patient: &AccountId, representative: &AccountId) -> bool;
}

/// Who represents patients. pallet-representation implements it.
pub trait Representation {
	/// Who represents the patient as whom the call is made that is being dispatched: nobody, unless it is
	/// the call within an `act`. 1 read.
	fn representative() -> Option<AccountId>;

	/// The highest confidentiality that permits of this representative can cover: that of the law's own
	/// permit, or the highest of all for one whom the patient has appointed. Nothing if nobody represents
	/// the patient. 1 read.
	fn highest_confidentiality() -> Option<Confidentiality>;

	/// Whether the account can act for the patient now within this scope: it is an active person whose key
	/// is not disabled, and the representation is in force. At most 6 reads.
	fn may_act(patient: &AccountId, account: &AccountId, scope: Scope) -> bool;

	/// Whether the account represents the patient now, in whichever scopes, or in none. At most 6 reads.
	fn represents(patient: &AccountId, account: &AccountId) -> bool;

	/// Whether the patient has no key: it was enrolled without one, and has got none since. 2 reads.
	fn is_ward(patient: &AccountId) -> bool;

	/// The patient is not dead: the representation by executors ends. Weighs
	/// [`on_revived_weight`](Self::on_revived_weight).
	fn on_revived(patient: &AccountId, by: Caller);

	/// What [`on_revived`](Self::on_revived) weighs.
	fn on_revived_weight() -> Weight;
}

/// Whether accounts have other keys than their first ones. pallet-recovery implements it.
pub trait KeyHistory {
	/// Whether another key than the account's first one signs for it. 1 read.
	fn has_new_key(account: &AccountId) -> bool;
}

/// Enrolling patients whose account has no key. pallet-enrolment implements it.
pub trait Wards {
	/// Enrols the ward for the active institution, as a patient. Does not append to the log. At most 7
	/// reads and 5 writes.
	fn enrol_ward(
		ward: &AccountId,
		encryption_key: EncryptionKey,
		institution: &AccountId,
	) -> DispatchResult;
}
