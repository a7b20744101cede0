//! Provisions of consent, after [FHIR R4 Consent](https://hl7.org/fhir/R4/consent.html): who is
//! permitted or denied what, of which records, for which purpose, and how long.

use crate::types::*;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;

/// The version of [`crate::policy`] under which consents are made now. A runtime upgrade may only
/// narrow what a version means.
pub const POLICY_VERSION: u8 = 1;

/// To whom a provision is addressed. It is also the key under which the chain keeps it.
#[derive(
	Clone,
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
pub enum Grantee {
	/// Everyone enrolled.
	#[codec(index = 0)]
	Everyone,
	/// A role, at whatever institution.
	#[codec(index = 1)]
	Role(Role),
	/// All who act for an institution.
	#[codec(index = 2)]
	Institution(AccountId),
	/// A role at an institution.
	#[codec(index = 3)]
	RoleAt {
		/// The role.
		role: Role,
		/// The institution.
		institution: AccountId,
	},
	/// A care team, whose members its institution keeps.
	#[codec(index = 4)]
	CareTeam {
		/// The institution.
		institution: AccountId,
		/// The team.
		team: TeamId,
	},
	/// A practitioner as long as he or she acts for an institution. Only for permits: a deny
	/// follows the person.
	#[codec(index = 5)]
	PractitionerAt {
		/// The practitioner.
		practitioner: AccountId,
		/// The institution.
		institution: AccountId,
	},
	/// A person, wherever he or she acts.
	#[codec(index = 6)]
	Person(AccountId),
	/// A study.
	#[codec(index = 7)]
	Study(StudyId),
}

impl Grantee {
	/// The institution that the grantee belongs to, where it belongs to one.
	pub fn institution(&self) -> Option<&AccountId> {
		match self {
			Self::Institution(institution)
			| Self::RoleAt { institution, .. }
			| Self::CareTeam { institution, .. }
			| Self::PractitionerAt { institution, .. } => Some(institution),
			_ => None,
		}
	}
}

/// Whether a provision permits or denies.
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
pub enum Effect {
	/// Permits.
	#[codec(index = 0)]
	Permit,
	/// Denies; deny beats permit.
	#[codec(index = 1)]
	Deny {
		/// Whether it holds in an emergency too.
		binds_break_glass: bool,
	},
}

/// Months of service that a provision is about, both ends inclusive; an open end is none.
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
pub struct DataPeriod {
	/// From this month.
	pub from: Option<ServiceMonth>,
	/// To this month.
	pub to: Option<ServiceMonth>,
}

/// A provision without its grantee, which is the key that it lies under. An empty filter means
/// all, except a permit's labels: naming none, it covers unlabelled records only.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Terms {
	/// Permit or deny.
	pub effect: Effect,
	/// Categories.
	pub categories: Categories,
	/// Single records.
	pub records: BoundedVec<RecordId, ConstU32<MAX_NAMED_RECORDS>>,
	/// Labels: a permit covers a record only if it names all the record's; a deny matches on any.
	/// A deny that names none matches whatever the labels.
	pub labels: Labels,
	/// Actions.
	pub actions: Actions,
	/// Purposes of use.
	pub purposes: Purposes,
	/// From this moment, inclusive.
	pub valid_from: Option<Moment>,
	/// Until this moment, exclusive.
	pub valid_until: Option<Moment>,
	/// Months of service. A permit covers a record that lies wholly within, a deny matches one
	/// that overlaps.
	pub data_period: DataPeriod,
	/// Author institutions.
	pub authors: BoundedVec<AccountId, ConstU32<MAX_NAMED_INSTITUTIONS>>,
	/// Responsible institutions.
	pub responsible: BoundedVec<AccountId, ConstU32<MAX_NAMED_INSTITUTIONS>>,
	/// Countries from which the requester may come.
	pub countries: BoundedVec<Country, ConstU32<MAX_COUNTRIES>>,
}

impl Terms {
	/// A permit or deny without any filter.
	pub fn all(effect: Effect) -> Self {
		Self {
			effect,
			categories: Categories::default(),
			records: BoundedVec::new(),
			labels: Labels::default(),
			actions: Actions::default(),
			purposes: Purposes::default(),
			valid_from: None,
			valid_until: None,
			data_period: DataPeriod::default(),
			authors: BoundedVec::new(),
			responsible: BoundedVec::new(),
			countries: BoundedVec::new(),
		}
	}

	/// Whether it is past its end, so that it can be dropped.
	pub fn is_expired(&self, now: Moment) -> bool {
		self.valid_until.is_some_and(|until| until <= now)
	}
}

/// The text that was shown when the patient agreed: a salted commitment to it and its language.
/// The salt stays with the client.
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
pub struct ShownText {
	/// See `vouchsafe_vault::commitment::text_commitment`.
	pub commitment: H256,
	/// ISO 639-1, lower case.
	pub language: [u8; 2],
}

/// Who gave the consent.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Grantor {
	/// The patient.
	#[codec(index = 0)]
	Patient,
	/// Somebody who acts for the patient, by proxy.
	#[codec(index = 1)]
	Representative(AccountId),
	/// Two of an institution's staff, for a patient who can't use a wallet: for that institution
	/// only, and 90 days at most.
	#[codec(index = 2)]
	Assisted {
		/// Who proposed it.
		first: AccountId,
		/// Who confirmed it.
		second: AccountId,
	},
}

/// A consent as the chain keeps it, under its patient and grantee.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Consent {
	/// Its number among the patient's.
	pub id: ConsentId,
	/// From 0; each amendment raises it.
	pub revision: u16,
	/// The policy under which it was made.
	pub policy_version: u8,
	/// What it says.
	pub terms: Terms,
	/// What the patient was shown.
	pub text: ShownText,
	/// Who gave it.
	pub grantor: Grantor,
}

/// The consents that a patient has for one grantee.
pub type Provisions = BoundedVec<Consent, ConstU32<MAX_CONSENTS_PER_GRANTEE>>;

/// How a consent is named: by its grantee, under which it lies, and its number.
#[derive(
	Clone,
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
pub struct ConsentRef {
	/// The grantee.
	pub grantee: Grantee,
	/// The number.
	pub id: ConsentId,
}
