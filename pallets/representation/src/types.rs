//! Representatives as the chain stores them and as clients see them, and what the runtime says of its calls.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use vouchsafe_primitives::*;

/// Tells which scope a call needs if a representative makes it for a patient. The runtime implements it,
/// because it knows its calls.
pub trait ScopeOf<Call> {
	/// The scope. `None` for a call that is never a representative's, and for every call that carries
	/// another one.
	fn scope_of(call: &Call) -> Option<Scope>;
}

/// How far a representation by law is: registered, attested, objected to, or attested again.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Stage {
	/// Two of the staff registered it. An authority has to attest it.
	#[codec(index = 0)]
	Registered {
		/// When.
		at: Moment,
		/// Who of the staff proposed it.
		first: AccountId,
		/// Who of the staff confirmed it.
		second: AccountId,
	},
	/// An authority attested it.
	#[codec(index = 1)]
	Attested {
		/// Which authority.
		authority: AccountId,
		/// From when on it is in force.
		from: Moment,
	},
	/// The patient objected. An authority has to attest it once more.
	#[codec(index = 2)]
	Objected {
		/// When.
		at: Moment,
	},
	/// An authority attested it once more. The patient cannot object again.
	#[codec(index = 3)]
	AttestedAgain {
		/// Which authority.
		authority: AccountId,
		/// From when on it is in force.
		from: Moment,
	},
}

impl Stage {
	/// Which authority attested it, and from when on it is in force. Nothing while it has to be attested.
	pub fn attested(&self) -> Option<(&AccountId, Moment)> {
		match self {
			Self::Attested { authority, from } | Self::AttestedAgain { authority, from } => {
				Some((authority, *from))
			},
			Self::Registered { .. } | Self::Objected { .. } => None,
		}
	}
}

/// By whom somebody represents a patient.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Mandate {
	/// By the patient.
	#[codec(index = 0)]
	Appointed {
		/// What the representative may do.
		scopes: Scopes,
		/// Until when, exclusive.
		until: Option<Moment>,
		/// Whether it waits until two clinicians activate it.
		standby: bool,
		/// When the patient appointed.
		at: Moment,
	},
	/// By law.
	#[codec(index = 1)]
	ByLaw {
		/// What was registered.
		registration: Registration,
		/// Where it is.
		stage: Stage,
	},
}

/// Who has suspended a representative.
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
pub enum Suspension {
	/// Nobody.
	#[codec(index = 0)]
	None,
	/// The institution that enrolled the patient, which can lift the suspension.
	#[codec(index = 1)]
	ByInstitution,
	/// An authority. Only an authority can lift the suspension.
	#[codec(index = 2)]
	ByAuthority,
}

/// Somebody who represents a patient, or is to.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Representative {
	/// The account: a person's.
	pub account: AccountId,
	/// By whom.
	pub mandate: Mandate,
	/// Whether it is suspended.
	pub suspension: Suspension,
}

impl Representative {
	/// What the representative may do while the representation is in force.
	pub fn scopes(&self) -> Scopes {
		match &self.mandate {
			Mandate::Appointed { scopes, .. } => *scopes,
			Mandate::ByLaw { registration, .. } => registration.scopes,
		}
	}

	/// Until when, exclusive.
	pub fn until(&self) -> Option<Moment> {
		match &self.mandate {
			Mandate::Appointed { until, .. } => *until,
			Mandate::ByLaw { registration, .. } => registration.until,
		}
	}

	/// The basis, if it is by law.
	pub fn basis(&self) -> Option<LegalBasis> {
		match &self.mandate {
			Mandate::Appointed { .. } => None,
			Mandate::ByLaw { registration, .. } => Some(registration.basis),
		}
	}

	/// The highest confidentiality that permits of this representative can cover.
	pub fn highest_confidentiality(&self) -> Confidentiality {
		let basis = self.basis();
		basis.map_or(Confidentiality::VeryRestricted, LegalBasis::highest_confidentiality)
	}

	/// Whether it has ended by itself: its end has passed, or nobody attested it in time.
	pub fn is_over(&self, now: Moment, lifetime: Moment) -> bool {
		let waits_since = match &self.mandate {
			Mandate::ByLaw {
				stage: Stage::Registered { at, .. } | Stage::Objected { at }, ..
			} => Some(*at),
			_ => None,
		};
		let has_lapsed = waits_since.is_some_and(|at| at.saturating_add(lifetime) <= now);
		has_lapsed || self.until().is_some_and(|until| until <= now)
	}

	/// The permit by which it reads by law, and the authority: nothing while it has to be attested or is
	/// suspended.
	pub(crate) fn permit(&self) -> Option<(Terms, &AccountId)> {
		match &self.mandate {
			Mandate::ByLaw { registration, stage } if self.suspension == Suspension::None => {
				let (authority, from) = stage.attested()?;
				Some((registration.permit(from), authority))
			},
			_ => None,
		}
	}
}

/// The representatives of a patient.
#[derive(
	Clone,
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
pub struct Representatives {
	/// Whether the patient was enrolled without a key.
	pub ward: bool,
	/// Each representative once.
	pub list: BoundedVec<Representative, ConstU32<MAX_REPRESENTATIVES>>,
}

impl Representatives {
	/// The representative with this account.
	pub fn find(&self, account: &AccountId) -> Option<&Representative> {
		self.list.iter().find(|representative| representative.account == *account)
	}

	/// The same, to change it.
	pub(crate) fn find_mut(&mut self, account: &AccountId) -> Option<&mut Representative> {
		self.list.iter_mut().find(|representative| representative.account == *account)
	}

	/// Says who proposed the representative who was registered, if that one waits for an authority.
	pub(crate) fn set_first(&mut self, account: &AccountId, proposer: &AccountId) {
		let mandate = self.find_mut(account).map(|representative| &mut representative.mandate);
		if let Some(Mandate::ByLaw { stage: Stage::Registered { first, .. }, .. }) = mandate {
			*first = proposer.clone();
		}
	}

	/// Adds a representative, or replaces the one with the same account. `false` if there are as many as
	/// there can be. Half of the places are for those whom the patient appoints, and half for those by law, so
	/// that neither patient nor institution shuts the other's out.
	#[must_use]
	pub(crate) fn set(&mut self, new: Representative, most: u32) -> bool {
		let is_other = |present: &&Representative| present.account != new.account;
		let is_alike =
			|present: &&Representative| present.basis().is_some() == new.basis().is_some();
		let alike = self.list.iter().filter(is_other).filter(is_alike).count();
		if !u32::try_from(alike).is_ok_and(|count| count < most / 2) {
			return false;
		}
		if let Some(present) = self.find_mut(&new.account) {
			*present = new;
			return true;
		}
		self.list.try_push(new).is_ok()
	}
}

/// Whether a representation is in force, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Force {
	/// It is in force.
	#[codec(index = 0)]
	InForce,
	/// It is suspended.
	#[codec(index = 1)]
	Suspended,
	/// It is not for how the patient takes part: only executors represent the dead, and only others the
	/// living. Nobody represents a patient whose account was closed or merged.
	#[codec(index = 2)]
	NotForStanding,
	/// The patient appointed on standby. Two clinicians have to activate it.
	#[codec(index = 3)]
	Standby,
	/// The patient's key was in doubt when it appointed. The patient can appoint again.
	#[codec(index = 4)]
	InDoubt,
	/// An authority has to attest it.
	#[codec(index = 5)]
	NotAttested,
	/// The patient objected. An authority has to attest it once more.
	#[codec(index = 6)]
	Objected,
	/// The time in which the patient can object has not passed.
	#[codec(index = 7)]
	Waits {
		/// From when on it is in force.
		from: Moment,
	},
}

/// A representative, as clients see it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct RepresentativeView {
	/// What is stored.
	pub representative: Representative,
	/// Whether it is in force now.
	pub force: Force,
}

/// A patient's representatives, as clients see them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct RepresentationView {
	/// Whether the patient was enrolled without a key, and has none since.
	pub ward: bool,
	/// The representatives whose time is not over.
	pub representatives: Vec<RepresentativeView>,
}

/// Who represents the patient as whom a call is made, while it is dispatched.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Representing {
	/// The patient.
	pub patient: AccountId,
	/// The representative.
	pub representative: AccountId,
	/// The highest confidentiality that permits of this representative can cover.
	pub highest_confidentiality: Confidentiality,
}

/// Whether a patient with this standing lives and takes part.
pub(crate) fn lives(standing: Standing) -> bool {
	matches!(standing, Standing::Active | Standing::Barred { .. })
}
