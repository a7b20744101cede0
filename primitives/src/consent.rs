//! Provisions of consent, as in [FHIR R4 Consent](https://hl7.org/fhir/R4/consent.html): who is
//! permitted or denied what, with which records, for which purpose, and how long.

use crate::types::*;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;

/// The version of [`crate::policy`] under which consents are made now. A runtime upgrade may only
/// narrow what a version means.
pub const POLICY_VERSION: u8 = 1;

/// To whom a provision applies. It is also the provision's key in the chain's state.
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
	/// A permit: everyone who acts for an institution that is not an authority. A deny: every actor,
	/// persons, researchers and studies included, because in doubt a deny refuses.
	#[codec(index = 0)]
	Everyone,
	/// A role, at any institution.
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
	/// A care team. Its institution decides who belongs to it.
	#[codec(index = 4)]
	CareTeam {
		/// The institution.
		institution: AccountId,
		/// The team.
		team: TeamId,
	},
	/// A practitioner who acts for an institution. Only for permits: a deny names the person, so
	/// that it follows the person to other institutions.
	#[codec(index = 5)]
	PractitionerAt {
		/// The practitioner.
		practitioner: AccountId,
		/// The institution.
		institution: AccountId,
	},
	/// A person, at any institution.
	#[codec(index = 6)]
	Person(AccountId),
	/// A study.
	#[codec(index = 7)]
	Study(StudyId),
	/// Every study.
	#[codec(index = 8)]
	Research,
	/// Every study on a disease.
	#[codec(index = 9)]
	ResearchOn(Disease),
}

impl Grantee {
	/// Whether it is a study or several. They can be permitted [`Action::Aggregate`] and nothing else.
	pub fn is_research(&self) -> bool {
		matches!(self, Self::Study(_) | Self::Research | Self::ResearchOn(_))
	}

	/// The institution to which the grantee belongs, if it belongs to one.
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
	/// Denies. A deny overrides every permit.
	#[codec(index = 1)]
	Deny {
		/// Whether it also applies to break-glass.
		binds_break_glass: bool,
	},
}

/// The months of service that a provision is about, both ends inclusive. An end that is `None` is
/// open.
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

/// Which labelled records a provision is about. The lists are not empty, and none names
/// [`LabelTag::UNCLASSIFIED`].
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum LabelFilter {
	/// A permit for records without labels: a permit's default. A deny cannot have it.
	#[codec(index = 0)]
	Unlabelled,
	/// A permit for records without labels, and for labelled records if it names all of their labels. A
	/// deny cannot have it.
	#[codec(index = 1)]
	Also(NamedLabels),
	/// A permit for labelled records if it names all of their labels. A deny of records that have one of
	/// the named labels, and of unclassified records, because they may have one.
	#[codec(index = 2)]
	Only(NamedLabels),
	/// All records, with any labels or none: a deny's default.
	#[codec(index = 3)]
	Any,
}

impl LabelFilter {
	/// The filter of a provision that says nothing of labels.
	pub const fn default_of(effect: Effect) -> Self {
		match effect {
			Effect::Permit => Self::Unlabelled,
			Effect::Deny { .. } => Self::Any,
		}
	}

	/// The labels that it names, if there are any.
	pub fn named(&self) -> Option<&NamedLabels> {
		match self {
			Self::Also(named) | Self::Only(named) => Some(named),
			Self::Unlabelled | Self::Any => None,
		}
	}

	/// Whether its list is not empty, in ascending order, and without
	/// [`LabelTag::UNCLASSIFIED`]. The chain stores no other filters.
	pub fn is_sound(&self) -> bool {
		self.named().is_none_or(|named| {
			!named.is_empty() && are_canonical(named) && !named.contains(&LabelTag::UNCLASSIFIED)
		})
	}

	/// Whether a permit with this filter covers a record with these labels.
	pub fn covers(&self, labels: &[LabelTag]) -> bool {
		let all_in = |named: &NamedLabels| {
			labels.iter().all(|tag| *tag != LabelTag::UNCLASSIFIED && named.contains(tag))
		};
		match self {
			Self::Unlabelled => labels.is_empty(),
			Self::Also(named) => all_in(named),
			Self::Only(named) => !labels.is_empty() && all_in(named),
			Self::Any => true,
		}
	}

	/// Whether a deny with this filter matches a record with these labels. In doubt it matches.
	pub fn matches(&self, labels: &[LabelTag]) -> bool {
		match self {
			Self::Only(named) => {
				labels.iter().any(|tag| *tag == LabelTag::UNCLASSIFIED || named.contains(tag))
			},
			Self::Unlabelled | Self::Also(_) | Self::Any => true,
		}
	}

	/// Whether it narrows the records of a provision. The other filters of a permit only add labelled
	/// records.
	pub fn narrows(&self) -> bool {
		matches!(self, Self::Only(_))
	}

	/// Whether, in a permit, `wider` covers everything that `self` covers.
	pub fn is_within(&self, wider: &Self) -> bool {
		let among = |named: &NamedLabels, others: &NamedLabels| {
			named.iter().all(|tag| others.contains(tag))
		};
		match (self, wider) {
			(_, Self::Any) | (Self::Unlabelled, Self::Unlabelled | Self::Also(_)) => true,
			(Self::Also(named), Self::Also(others))
			| (Self::Only(named), Self::Also(others) | Self::Only(others)) => among(named, others),
			_ => false,
		}
	}
}

/// A provision without its grantee, which is its key in the chain's state. An empty filter means
/// all, with these exceptions for permits: without traits it covers studies that have none; without
/// actions, all but [`Action::ReadLog`] and [`Action::Aggregate`], which have to be named.
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
	/// Labels.
	pub labels: LabelFilter,
	/// A permit: the highest confidentiality that it covers. A deny: the lowest that it matches.
	pub confidentiality: Confidentiality,
	/// Actions.
	pub actions: Actions,
	/// Purposes of use; each includes those below it in the tree.
	pub purposes: Purposes,
	/// From this moment, inclusive.
	pub valid_from: Option<Moment>,
	/// Until this moment, exclusive.
	pub valid_until: Option<Moment>,
	/// Months of service. A permit covers records that are entirely within them, a deny matches
	/// records that overlap them.
	pub data_period: DataPeriod,
	/// Author institutions.
	pub authors: BoundedVec<AccountId, ConstU32<MAX_NAMED_INSTITUTIONS>>,
	/// Responsible institutions.
	pub responsible: BoundedVec<AccountId, ConstU32<MAX_NAMED_INSTITUTIONS>>,
	/// Countries of the institution for which the reader acts.
	pub countries: BoundedVec<Country, ConstU32<MAX_COUNTRIES>>,
	/// Traits of studies. A permit covers a study only if it names all the study's traits; a deny
	/// matches on any, or, if it names none, whatever the traits.
	pub traits: StudyTraits,
}

impl Terms {
	/// A permit or deny without filters: a permit covers unlabelled records, a deny matches all.
	pub fn all(effect: Effect) -> Self {
		Self {
			effect,
			categories: Categories::default(),
			records: BoundedVec::new(),
			labels: LabelFilter::default_of(effect),
			confidentiality: Confidentiality::Normal,
			actions: Actions::default(),
			purposes: Purposes::default(),
			valid_from: None,
			valid_until: None,
			data_period: DataPeriod::default(),
			authors: BoundedVec::new(),
			responsible: BoundedVec::new(),
			countries: BoundedVec::new(),
			traits: StudyTraits::default(),
		}
	}

	/// Whether a filter selects among records. A deny with one is about these records alone: it
	/// closes neither the log nor a study.
	pub fn selects_records(&self) -> bool {
		!self.records.is_empty()
			|| !self.categories.is_empty()
			|| !self.authors.is_empty()
			|| !self.responsible.is_empty()
			|| self.labels.narrows()
			|| self.confidentiality != Confidentiality::Normal
			|| self.data_period != DataPeriod::default()
	}

	/// Whether its end has passed, so that it can be dropped.
	pub fn is_expired(&self, now: Moment) -> bool {
		self.valid_until.is_some_and(|until| until <= now)
	}
}

/// The text that the patient was shown before agreeing: a salted commitment to it, and its
/// language. The client keeps the salt.
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

/// Who granted the consent.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Grantor {
	/// The patient.
	#[codec(index = 0)]
	Patient,
	/// Somebody who represents the patient.
	#[codec(index = 1)]
	Representative(AccountId),
	/// Two clinicians of an institution, for a patient who cannot use a wallet: for that institution, for
	/// at most 90 days, or for studies, for at most five years.
	#[codec(index = 2)]
	Assisted {
		/// Who proposed it.
		first: AccountId,
		/// Who confirmed it.
		second: AccountId,
		/// From when on it counts: [`ASSISTED_DELAY`] after it was stored, unless genesis set another
		/// delay.
		counts_from: Moment,
	},
	/// The law, which lets a representative read whom an authority has attested: a parent, a guardian, an
	/// attorney or an executor.
	#[codec(index = 3)]
	Law {
		/// The authority that attested it.
		authority: AccountId,
	},
}

/// A consent as the chain stores it, under its patient and grantee.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Consent {
	/// Its number.
	pub id: ConsentId,
	/// How often it was amended.
	pub revision: u16,
	/// The policy under which it was made.
	pub policy_version: u8,
	/// When it was granted, or last amended.
	pub granted_at: Moment,
	/// When the patient confirmed it after that, if the patient's key had been in doubt.
	pub confirmed_at: Option<Moment>,
	/// What it says.
	pub terms: Terms,
	/// What the patient was shown.
	pub text: ShownText,
	/// Who granted it.
	pub grantor: Grantor,
}

impl Consent {
	/// Whether two of a hospital's staff entered it.
	pub fn is_assisted(&self) -> bool {
		matches!(self.grantor, Grantor::Assisted { .. })
	}

	/// Whether it is a representative's permit by law.
	pub fn is_by_law(&self) -> bool {
		matches!(self.grantor, Grantor::Law { .. })
	}

	/// From when on it counts: what its terms say, but an assisted one never before its delay has
	/// passed.
	pub fn counts_from(&self) -> Option<Moment> {
		let assisted = match &self.grantor {
			Grantor::Assisted { counts_from, .. } => Some(*counts_from),
			_ => None,
		};
		self.terms.valid_from.max(assisted)
	}

	/// Whether somebody else may have given it, if the key was in doubt at the moments that
	/// `in_doubt` tells: it was given with the key at such a moment, and not confirmed at another one.
	/// A consent by the institution's staff or by law needs no key.
	pub fn is_in_doubt(&self, in_doubt: impl FnOnce(Moment) -> bool) -> bool {
		let by_key = matches!(self.grantor, Grantor::Patient | Grantor::Representative(_));
		by_key && in_doubt(self.confirmed_at.unwrap_or(self.granted_at))
	}
}

/// The consents that a patient has for one grantee.
pub type Provisions = BoundedVec<Consent, ConstU32<MAX_PROVISIONS>>;

/// How a consent is named: by its grantee, which is its key, and its number.
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
