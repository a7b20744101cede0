//! Ids, limits, vocabularies, bit sets, and what is known of records, actors and holders. Every
//! enum numbers its variants: the numbers are the chain's format and never change their meaning.

use crate::vocabulary::numbered;
use alloc::{collections::BTreeSet, vec::Vec};
use bounded_collections::{BoundedVec, ConstU32, Get};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_core::H256;

/// An account: the 32 bytes of an sr25519 public key. A pseudonym.
pub type AccountId = sp_core::crypto::AccountId32;
/// A record's id; see [`record_id`].
pub type RecordId = H256;
/// Number of a patient's consent: the sequence number of the log entry for its grant. So it is
/// unique and needs no counter of its own.
pub type ConsentId = u32;
/// Number of a patient's access request: the sequence number of its log entry.
pub type RequestId = u32;
/// Number of a care team within its institution.
pub type TeamId = u32;
/// Number of a study.
pub type StudyId = u32;
/// A disease: the number of its term in [MONDO](https://mondo.monarchinitiative.org), without the
/// prefix `MONDO:`.
pub type Disease = u32;
/// Number of a record's version, from 0.
pub type VersionNumber = u32;
/// Seconds since 1970-01-01T00:00:00Z.
pub type Moment = u64;
/// Months since January 1900: `(year - 1900) * 12 + month - 1`.
pub type ServiceMonth = u16;
/// ISO 3166-1 alpha-2, upper case.
pub type Country = [u8; 2];
/// An X25519 public key.
pub type EncryptionKey = [u8; 32];
/// A CID in its binary form.
pub type Cid = BoundedVec<u8, ConstU32<64>>;

/// Care teams that one affiliation can belong to.
pub const MAX_TEAMS: u32 = 8;
/// Affiliations that one practitioner can have in force, or waiting, at a time.
pub const MAX_AFFILIATIONS: u32 = 4;
/// Consents that one patient can have for one grantee at a time, without the assisted ones. One of
/// them is kept for a deny.
pub const MAX_CONSENTS_PER_GRANTEE: u32 = 16;
/// Assisted consents that one patient can have for one grantee at a time, beside the others.
pub const MAX_ASSISTED_PER_GRANTEE: u32 = 4;
/// All consents of one patient for one grantee. The last one is a representative's permit by law.
pub const MAX_PROVISIONS: u32 = MAX_CONSENTS_PER_GRANTEE + MAX_ASSISTED_PER_GRANTEE + 1;
/// How long what one of the staff has proposed waits for the second, in seconds.
pub const PROPOSAL_LIFETIME: Moment = 24 * 60 * 60;
/// How long a consent on which two of the staff have agreed waits for an authority, in seconds.
pub const AUTHORITY_LIFETIME: Moment = 7 * 24 * 60 * 60;
/// From how long after it was stored an assisted consent counts, in seconds: so that the patient can
/// refuse it first. Genesis can set another delay.
pub const ASSISTED_DELAY: Moment = 24 * 60 * 60;
/// How long an assisted consent lasts at most, in seconds.
pub const ASSISTED_PERIOD: Moment = 90 * 24 * 60 * 60;
/// How long an assisted consent to be counted in studies lasts at most, in seconds: five years. Broad
/// consent is given on paper.
pub const ASSISTED_RESEARCH_PERIOD: Moment = (5 * 365 + 1) * 24 * 60 * 60;
/// For how long the staff can take back that a patient is deceased, in seconds.
pub const DECEASED_UNDO: Moment = 30 * 24 * 60 * 60;
/// Single records that one provision can name.
pub const MAX_NAMED_RECORDS: u32 = 16;
/// Authors, and likewise responsible institutions, that one provision can name.
pub const MAX_NAMED_INSTITUTIONS: u32 = 4;
/// Labels that one record can have.
pub const MAX_LABELS: u32 = 8;
/// Labels that one provision can name.
pub const MAX_NAMED_LABELS: u32 = 16;
/// Countries that one provision or a choice of holders can name.
pub const MAX_COUNTRIES: u32 = 8;
/// Holders of one sharing set.
pub const MAX_HOLDERS: u32 = 12;
/// Records that one opening can name.
pub const MAX_OPENED: u32 = 16;
/// Records that one call can create, and versions that one call can acknowledge.
pub const MAX_BATCH: u32 = 64;

/// The id of a record: `blake2b-256("vouchsafe/record/1" ++ patient ++ author ++ salt)`. The
/// client draws the salt, so that encryption can bind the id before the chain has seen it; the
/// author is part of the hash, so that nobody can take another's id.
pub fn record_id(patient: &AccountId, author: &AccountId, salt: &[u8; 16]) -> RecordId {
	let bytes = (*b"vouchsafe/record/1", patient, author, salt).encode();
	H256(sp_crypto_hashing::blake2_256(&bytes))
}

/// The hash of a record's version: `blake2b-256("vouchsafe/version/1" ++ SCALE(record, number,
/// manifest, commitment, previous, author, institution))`. `previous` is zero for the first version.
/// `institution` is the record's author.
pub fn version_hash(
	record: &RecordId,
	number: VersionNumber,
	manifest: &Cid,
	commitment: &H256,
	previous: &H256,
	author: &AccountId,
	institution: &AccountId,
) -> H256 {
	let domain = *b"vouchsafe/version/1";
	let bytes =
		(domain, record, number, manifest, commitment, previous, author, institution).encode();
	H256(sp_crypto_hashing::blake2_256(&bytes))
}

/// First byte of what is sealed to somebody's key: the only suite so far. See
/// `vouchsafe_vault::seal`.
pub const SEALED_SUITE: u8 = 1;
/// How many bytes longer a sealed message is than its plaintext: suite, encapsulated key and tag.
pub const SEALED_OVERHEAD: usize = 1 + 32 + 16;

/// Whether these bytes can be a sealed message. Only the one to whom it is sealed can tell what it
/// says.
pub fn looks_sealed(bytes: &[u8]) -> bool {
	bytes.first() == Some(&SEALED_SUITE) && bytes.len() >= SEALED_OVERHEAD
}

macro_rules! bit_set {
	($(#[$meta:meta])* $name:ident($bits:ty) of $item:ty) => {
		$(#[$meta])*
		#[derive(
			Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Encode, Decode,
			DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Serialize, Deserialize,
		)]
		pub struct $name(pub $bits);

		impl $name {
			/// The set of these items.
			pub fn of(items: &[$item]) -> Self {
				items.iter().fold(Self(0), |set, item| set.with(*item))
			}

			/// This set with one more item.
			pub fn with(self, item: $item) -> Self {
				let bit: $bits = 1;
				Self(self.0 | bit.checked_shl(u32::from(item.index())).unwrap_or(0))
			}

			/// Whether the item is in the set.
			pub fn contains(self, item: $item) -> bool {
				self.0 & Self::of(&[item]).0 != 0
			}

			/// Whether the set is empty.
			pub fn is_empty(self) -> bool {
				self.0 == 0
			}

			/// Whether every bit is an item. A later version could give an unused bit a meaning
			/// that nobody agreed to.
			pub fn is_known(self) -> bool {
				self.0 & !Self::of(<$item>::ALL).0 == 0
			}

			/// Whether every item of `other` is in the set.
			pub fn contains_all(self, other: Self) -> bool {
				other.0 & !self.0 == 0
			}

			/// Whether the two sets have an item in common.
			pub fn intersects(self, other: Self) -> bool {
				self.0 & other.0 != 0
			}

			/// Whether the item passes the set as a filter; an empty filter means all.
			pub fn admits(self, item: $item) -> bool {
				self.is_empty() || self.contains(item)
			}

			/// Whether, as filters, `wider` admits everything that `self` admits.
			pub fn is_within(self, wider: Self) -> bool {
				wider.is_empty() || (!self.is_empty() && self.0 & !wider.0 == 0)
			}
		}
	};
}
pub(crate) use bit_set;

numbered! {
	/// What an account is.
	AccountKind, "kind of account" {
		/// A hospital or clinic (FHIR Organization).
		Institution = 0, "institution";
		/// A health authority.
		Authority = 1, "authority";
		/// A physician, nurse or other professional (FHIR Practitioner).
		Practitioner = 2, "practitioner";
		/// A patient.
		Patient = 3, "patient";
		/// A relative, representative or guardian (FHIR RelatedPerson).
		Person = 4, "person";
		/// A researcher.
		Researcher = 5, "researcher";
	}
}

impl AccountKind {
	/// Whether it is a member of the consortium: an institution or an authority, and no person.
	pub fn is_member(self) -> bool {
		matches!(self, Self::Institution | Self::Authority)
	}
}

numbered! {
	/// Whether an account takes part. An account ends by a status and is never removed, so what it
	/// signed remains verifiable.
	Status, "status" {
		/// Takes part.
		Active = 0, "active";
		/// Suspended for a time.
		Suspended = 1, "suspended";
		/// Has left.
		Ended = 2, "ended";
		/// A patient who has died.
		Deceased = 3, "deceased";
		/// A patient's account that another one replaces.
		Merged = 4, "merged";
		/// A patient's account closed on the patient's wish.
		Closed = 5, "closed";
	}
}

numbered! {
	/// What a practitioner is at an institution.
	Role, "role" {
		/// Physician.
		Physician = 0, "physician";
		/// Nurse.
		Nurse = 1, "nurse";
		/// Midwife.
		Midwife = 2, "midwife";
		/// Dentist.
		Dentist = 3, "dentist";
		/// Pharmacist.
		Pharmacist = 4, "pharmacist";
		/// Therapist.
		Therapist = 5, "therapist";
		/// Psychologist.
		Psychologist = 6, "psychologist";
		/// Laboratory or imaging technician.
		Technician = 7, "technician";
		/// Administration.
		Administration = 8, "administration";
		/// Enrols patients and staff for the institution.
		Registrar = 9, "registrar";
		/// Reviews accesses.
		PrivacyOfficer = 10, "privacy-officer";
	}
}

numbered! {
	/// What a record is about. Each has a LOINC document class; see [`Category::loinc`].
	Category, "category" {
		/// Patient summary.
		Summary = 0, "summary";
		/// Prescription.
		Prescription = 1, "prescription";
		/// Medication dispensed.
		Dispensation = 2, "dispensation";
		/// Imaging study or report.
		Imaging = 3, "imaging";
		/// Laboratory report.
		Laboratory = 4, "laboratory";
		/// Discharge summary.
		Discharge = 5, "discharge";
		/// Summary of an episode of care.
		EpisodeSummary = 6, "episode-summary";
		/// Encounter.
		Encounter = 7, "encounter";
		/// Procedure.
		Procedure = 8, "procedure";
		/// Immunisation.
		Immunisation = 9, "immunisation";
		/// Vital signs and surveys.
		VitalSigns = 10, "vital-signs";
		/// Plan of care.
		Plan = 11, "plan";
		/// Advance directive.
		AdvanceDirective = 12, "advance-directive";
		/// Claims and bills.
		Financial = 13, "financial";
		/// Entered by the patient.
		PatientEntered = 14, "patient-entered";
		/// Anything else.
		Other = 15, "other";
	}
}

impl Category {
	/// The LOINC code of the document class, where there is one.
	pub const fn loinc(self) -> Option<&'static str> {
		Some(match self {
			Self::Summary => "60591-5",
			Self::Prescription => "57833-6",
			Self::Dispensation => "60593-1",
			Self::Imaging => "18748-4",
			Self::Laboratory => "11502-2",
			Self::Discharge => "18842-5",
			Self::EpisodeSummary => "34133-9",
			Self::Encounter => "11488-4",
			Self::Procedure => "28570-0",
			Self::Immunisation => "11369-6",
			Self::VitalSigns => "8716-3",
			Self::Plan => "18776-5",
			Self::AdvanceDirective => "42348-3",
			Self::Financial | Self::PatientEntered | Self::Other => return None,
		})
	}

	/// The category whose document class has this LOINC code.
	pub fn from_loinc(code: &str) -> Option<Self> {
		Self::ALL.iter().copied().find(|category| category.loinc() == Some(code))
	}
}

bit_set! {
	/// A set of [`Category`].
	Categories(u16) of Category
}

numbered! {
	/// What is done with a record.
	Action, "action" {
		/// Read it.
		Read = 0, "read";
		/// Add records, or versions.
		Write = 1, "write";
		/// Pass it on in a referral.
		Refer = 2, "refer";
		/// Read the patient's access log.
		ReadLog = 3, "read-log";
		/// Count the record's content in a study. Only studies can be permitted it, and nothing else.
		Aggregate = 4, "aggregate";
	}
}

bit_set! {
	/// A set of [`Action`].
	Actions(u8) of Action
}

numbered! {
	/// Why (the [purpose of use](http://terminology.hl7.org/ValueSet/v3-PurposeOfUse)). The purposes
	/// form a tree, see [`Purpose::parent`]: a set that names one includes those below it.
	Purpose, "purpose" {
		/// To treat the patient.
		Treatment = 0, "treatment";
		/// To treat the patient in an emergency. Below treatment.
		EmergencyTreatment = 1, "emergency-treatment";
		/// To be paid for care.
		Payment = 2, "payment";
		/// To run the institution.
		Operations = 3, "operations";
		/// Research.
		Research = 4, "research";
		/// Public health.
		PublicHealth = 5, "public-health";
		/// The patient asked for it.
		PatientRequest = 6, "patient-request";
		/// To coordinate the care of several institutions. Below treatment.
		CareCoordination = 7, "care-coordination";
		/// To care for a population. Below treatment.
		PopulationHealth = 8, "population-health";
		/// To treat the patient in a clinical trial. Below treatment.
		ClinicalTrial = 9, "clinical-trial";
		/// To manage the care of a disease. Below operations.
		CareManagement = 10, "care-management";
		/// To improve the quality of care. Below operations.
		QualityImprovement = 11, "quality-improvement";
		/// To keep patients safe. Below operations.
		PatientSafety = 12, "patient-safety";
		/// The patient's family asked for it. Below the patient's request.
		FamilyRequest = 13, "family-request";
	}
}

impl Purpose {
	/// The code in HL7's [v3-ActReason](http://terminology.hl7.org/CodeSystem/v3-ActReason).
	pub const fn code(self) -> &'static str {
		match self {
			Self::Treatment => "TREAT",
			Self::EmergencyTreatment => "ETREAT",
			Self::Payment => "HPAYMT",
			Self::Operations => "HOPERAT",
			Self::Research => "HRESCH",
			Self::PublicHealth => "PUBHLTH",
			Self::PatientRequest => "PATRQT",
			Self::CareCoordination => "COC",
			Self::PopulationHealth => "POPHLTH",
			Self::ClinicalTrial => "CLINTRL",
			Self::CareManagement => "CAREMGT",
			Self::QualityImprovement => "HQUALIMP",
			Self::PatientSafety => "PATSFTY",
			Self::FamilyRequest => "FAMRQT",
		}
	}

	/// The purpose with this code.
	pub fn from_code(code: &str) -> Option<Self> {
		Self::ALL.iter().copied().find(|purpose| purpose.code() == code)
	}

	/// The purpose that includes this one, in HL7's tree.
	pub const fn parent(self) -> Option<Self> {
		match self {
			Self::EmergencyTreatment
			| Self::CareCoordination
			| Self::PopulationHealth
			| Self::ClinicalTrial => Some(Self::Treatment),
			Self::CareManagement | Self::QualityImprovement | Self::PatientSafety => {
				Some(Self::Operations)
			},
			Self::FamilyRequest => Some(Self::PatientRequest),
			_ => None,
		}
	}
}

bit_set! {
	/// A set of [`Purpose`]. Whether it *contains* a purpose is asked of the bits alone; as a filter
	/// use [`Purposes::include`], which minds the tree.
	Purposes(u16) of Purpose
}

impl Purposes {
	/// This set and all purposes below those in it.
	pub fn with_descendants(self) -> Self {
		// The tree has two levels, so one step reaches every descendant.
		Purpose::ALL
			.iter()
			.filter(|purpose| purpose.parent().is_some_and(|parent| self.contains(parent)))
			.fold(self, |set, purpose| set.with(*purpose))
	}

	/// As a filter: whether the set is empty, or names the purpose or one above it.
	pub fn include(self, purpose: Purpose) -> bool {
		self.with_descendants().admits(purpose)
	}

	/// As filters: whether all that `self` includes, `wider` includes too.
	pub fn are_within(self, wider: Self) -> bool {
		self.with_descendants().is_within(wider.with_descendants())
	}
}

numbered! {
	/// What a patient may want to know of a study before agreeing to be counted in it.
	StudyTrait, "study trait" {
		/// Its results are to be sold.
		Commercial = 0, "commercial";
		/// Its sponsor is a company that works for profit.
		ForProfitSponsor = 1, "for-profit-sponsor";
		/// It is about more than health.
		BeyondHealth = 2, "beyond-health";
		/// It is about ancestry.
		Ancestry = 3, "ancestry";
		/// It develops methods: statistics, software, artificial intelligence.
		Methods = 4, "methods";
		/// It counts labelled, restricted or very restricted records.
		Sensitive = 5, "sensitive";
	}
}

bit_set! {
	/// A set of [`StudyTrait`].
	StudyTraits(u16) of StudyTrait
}

/// A sensitivity label as the chain sees it: the first 4 bytes of HMAC-SHA-256 over the label's word,
/// under the patient's label key. So all authors use the same tag without a table, and the chain does
/// not show a diagnosis. See `vouchsafe_vault::label`.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct LabelTag(pub [u8; 4]);

impl LabelTag {
	/// *Unclassified sensitive*: the record has labels, and its author could not compute their tags.
	/// No consent can name this tag, so only [`LabelFilter::Any`](crate::LabelFilter::Any) covers it.
	pub const UNCLASSIFIED: Self = Self([0; 4]);
}

/// A record's labels, in ascending order and each once.
pub type LabelTags = BoundedVec<LabelTag, ConstU32<MAX_LABELS>>;

/// Labels that a provision names, in ascending order and each once.
pub type NamedLabels = BoundedVec<LabelTag, ConstU32<MAX_NAMED_LABELS>>;

/// Whether the tags are in ascending order and each is there once. The chain stores only such lists.
pub fn are_canonical(tags: &[LabelTag]) -> bool {
	tags.is_sorted_by(|tag, next| tag < next)
}

/// The tags in ascending order and each once, or `None` if there are too many.
pub fn canonical_tags<S: Get<u32>>(
	tags: impl IntoIterator<Item = LabelTag>,
) -> Option<BoundedVec<LabelTag, S>> {
	let tags: BTreeSet<LabelTag> = tags.into_iter().collect();
	BoundedVec::try_from(tags.into_iter().collect::<Vec<_>>()).ok()
}

numbered! {
	/// How sensitive a record is
	/// ([v3 Confidentiality](http://terminology.hl7.org/CodeSystem/v3-Confidentiality)).
	Confidentiality, "confidentiality" {
		/// The usual confidentiality of medical records.
		Normal = 0, "normal";
		/// More sensitive than usual.
		Restricted = 1, "restricted";
		/// Very sensitive.
		VeryRestricted = 2, "very-restricted";
	}
}

impl Confidentiality {
	/// The code in HL7's [v3-Confidentiality](http://terminology.hl7.org/CodeSystem/v3-Confidentiality).
	pub const fn code(self) -> &'static str {
		match self {
			Self::Normal => "N",
			Self::Restricted => "R",
			Self::VeryRestricted => "V",
		}
	}

	/// The confidentiality with this code.
	pub fn from_code(code: &str) -> Option<Self> {
		Self::ALL.iter().copied().find(|item| item.code() == code)
	}
}

numbered! {
	/// Where a record comes from.
	Origin, "origin" {
		/// Written at the author institution.
		Authored = 0, "authored";
		/// Imported from elsewhere.
		Imported = 1, "imported";
		/// Entered by the patient.
		PatientEntered = 2, "patient-entered";
		/// Sent by a device.
		Device = 3, "device";
	}
}

numbered! {
	/// How a record relates to another (FHIR DocumentReference.relatesTo).
	RelationKind, "relation" {
		/// Adds to it.
		Appends = 0, "appends";
		/// Translates or converts it.
		Transforms = 1, "transforms";
		/// Signs it.
		Signs = 2, "signs";
	}
}

/// A record's relation to another.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Relation {
	/// How it relates to the target.
	pub kind: RelationKind,
	/// The other record, of the same patient.
	pub target: RecordId,
}

numbered! {
	/// Whether a record is valid (FHIR DocumentReference.status).
	RecordStatus, "status" {
		/// It is valid.
		Current = 0, "current";
		/// Its content is wrong. It can still be read.
		WrongContent = 1, "wrong-content";
		/// It belongs to another patient. Nobody may open it.
		WrongPatient = 2, "wrong-patient";
	}
}

/// First and last month of what a record is about, both inclusive.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct ServicePeriod {
	/// First month.
	pub first: ServiceMonth,
	/// Last month, not before the first.
	pub last: ServiceMonth,
}

/// All that a decision needs to know of a record.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct RecordFacts {
	/// The record.
	pub id: RecordId,
	/// Its patient.
	pub patient: AccountId,
	/// The institution (or the patient) that authored it.
	pub author: AccountId,
	/// The responsible institution: the one that answers for it now.
	pub responsible: AccountId,
	/// What it is about.
	pub category: Category,
	/// How freely it may be seen.
	pub confidentiality: Confidentiality,
	/// Its labels.
	pub labels: LabelTags,
	/// Months that it covers.
	pub service: ServicePeriod,
	/// Whether it is valid.
	pub status: RecordStatus,
}

/// The affiliation under which somebody acts. It is in force now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ActingFor {
	/// The institution.
	pub institution: AccountId,
	/// Whether it is a health authority. A permit for everyone does not reach an authority's staff.
	pub is_authority: bool,
	/// The role there.
	pub role: Role,
	/// The institution's country.
	pub country: Country,
	/// Care teams there.
	pub teams: BoundedVec<TeamId, ConstU32<MAX_TEAMS>>,
	/// Whether the authority has attested the licence.
	pub attested: bool,
	/// Since when the affiliation has been in force without a gap. A permit to this practitioner there that
	/// was given before belongs to an affiliation that has ended.
	pub since: Moment,
}

impl ActingFor {
	/// Whether it is a clinician whose licence is attested. What the staff do together needs one.
	pub fn is_attested_clinician(&self) -> bool {
		let clinical =
			!matches!(self.role, Role::Administration | Role::Registrar | Role::PrivacyOfficer);
		clinical && self.attested
	}

	/// Whether it is a physician, nurse, midwife or dentist whose licence is attested. Only they may use
	/// break-glass.
	pub fn may_break_glass(&self) -> bool {
		let treats =
			matches!(self.role, Role::Physician | Role::Nurse | Role::Midwife | Role::Dentist);
		treats && self.attested
	}
}

/// What is known of a key that is not, or no longer, the key of the account of its own name.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum KeyState {
	/// It signs for this account.
	#[codec(index = 0)]
	Signs(AccountId),
	/// Another key has replaced it. It signs nothing any more.
	#[codec(index = 1)]
	Replaced,
}

/// Who acts, as `decide` sees it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Actor {
	/// The account.
	pub account: AccountId,
	/// What it is.
	pub kind: AccountKind,
	/// Whether it is active now. An actor who names an institution is active only if it acts for it.
	pub active: bool,
	/// The affiliation, if the actor acts for an institution.
	pub acting_for: Option<ActingFor>,
	/// The other affiliations in force. A deny that is addressed to one of them counts, a permit does
	/// not.
	pub also_at: BoundedVec<ActingFor, ConstU32<MAX_AFFILIATIONS>>,
	/// The study, if the actor acts for one.
	pub study: Option<ActingStudy>,
}

impl Actor {
	/// All affiliations in force: first the one under which the actor acts.
	pub fn affiliations(&self) -> impl Iterator<Item = &ActingFor> {
		self.acting_for.iter().chain(&self.also_at)
	}

	/// The country from which the actor asks: the institution's or the study's, if it acts for one.
	pub fn country(&self) -> Option<Country> {
		let acting = self.acting_for.as_ref().map(|acting| acting.country);
		acting.or_else(|| self.study.as_ref().map(|study| study.country))
	}
}

/// The study for which somebody acts, as far as it says which consents fit.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct ActingStudy {
	/// The study.
	pub id: StudyId,
	/// The disease that it is about, if it is about one.
	pub disease: Option<Disease>,
	/// The country in which it takes place.
	pub country: Country,
}

/// All that a decision needs to know of a study.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct StudyFacts {
	/// The categories of the records that it counts. Empty: all.
	pub sources: Categories,
	/// What the patient may want to know of it.
	pub traits: StudyTraits,
}

/// Whether and how a patient takes part. It changes which consents count.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Standing {
	/// Takes part: all consents count.
	#[default]
	#[codec(index = 0)]
	Active,
	/// The key is disabled, or the account suspended. Permits that were given with the key since then
	/// may be somebody else's, so they do not count.
	#[codec(index = 1)]
	Barred {
		/// Since when.
		since: Moment,
	},
	/// The patient has died. Only permits by law open records; permits to write count for
	/// [`WRITING_AFTER_DEATH`].
	#[codec(index = 2)]
	Deceased {
		/// Since when.
		since: Moment,
	},
	/// Another account replaces this one. Old consents count; nothing new is written.
	#[codec(index = 3)]
	Merged,
	/// The account is closed, to everyone.
	#[codec(index = 4)]
	Closed,
}

/// A period in which somebody else may have used the patient's key. The key is enabled again, and
/// permits that were given with it in that period count only if the patient has confirmed them
/// since.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Doubt {
	/// From this moment, inclusive.
	pub since: Moment,
	/// Until this moment, exclusive.
	pub until: Moment,
}

impl Doubt {
	/// Whether the moment is in the period.
	pub fn contains(&self, moment: Moment) -> bool {
		(self.since..self.until).contains(&moment)
	}

	/// The shortest period that has both.
	pub fn with(self, other: Self) -> Self {
		Self { since: self.since.min(other.since), until: self.until.max(other.until) }
	}
}

/// How long permits to write count after the patient's death, in seconds: letters and findings
/// arrive late.
pub const WRITING_AFTER_DEATH: Moment = 30 * 24 * 60 * 60;

numbered! {
	/// What kind of account holds a share.
	HolderKind, "kind of holder" {
		/// An institution.
		Institution = 0, "institution";
		/// The patient; the custodians keep the sealed share for the patient.
		Patient = 1, "patient";
		/// A practitioner.
		Practitioner = 2, "practitioner";
		/// The authority, for emergencies.
		Emergency = 3, "emergency";
	}
}

/// A holder as the author names it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Holder {
	/// The account: institution, patient, practitioner or authority.
	pub account: AccountId,
	/// What it is.
	pub kind: HolderKind,
}

/// Who holds key shares, and how many of them open a version. The share of the holder at place `i`
/// has the index `i + 1`.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct HolderSet {
	/// How many shares open the version: at least 2.
	pub threshold: u8,
	/// The holders.
	pub holders: BoundedVec<Holder, ConstU32<MAX_HOLDERS>>,
}

/// The sharing set of a version, as the author declares it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct NewSharingSet {
	/// Who holds the shares.
	pub set: HolderSet,
	/// Hash of the Feldman commitments, which the custodians get with their shares.
	pub commitments: H256,
}

/// On what ground a reader opens records.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Ground {
	/// A consent. The reader acts for this institution, if one is named.
	#[codec(index = 0)]
	Consent {
		/// The institution under whose affiliation the reader acts.
		institution: Option<AccountId>,
	},
	/// A break-glass invocation. It is refused until a later release.
	#[codec(index = 1)]
	BreakGlass {
		/// The institution under whose affiliation the reader acts.
		institution: AccountId,
		/// The invocation.
		invocation: u32,
	},
	/// The reader's own records.
	#[codec(index = 2)]
	Own,
}

impl Ground {
	/// The institution under whose affiliation the reader acts.
	pub fn institution(&self) -> Option<&AccountId> {
		match self {
			Self::Consent { institution } => institution.as_ref(),
			Self::BreakGlass { institution, .. } => Some(institution),
			Self::Own => None,
		}
	}
}
