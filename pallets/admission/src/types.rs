//! Quotas and their usage, and the classes of calls.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::Perbill;
use vouchsafe_primitives::AccountId;

/// An amount of work: what one call costs, or what a window allows.
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
pub struct Quota {
	/// Execution time, in picoseconds (weight's `ref_time`).
	pub weight: u64,
	/// Length of the transactions.
	pub bytes: u32,
}

impl Quota {
	/// How many calls of this cost fit.
	pub(crate) fn calls(&self, cost: &Self) -> u64 {
		let by_weight = self.weight.checked_div(cost.weight).unwrap_or(u64::MAX);
		let by_bytes = self.bytes.checked_div(cost.bytes).map_or(u64::MAX, u64::from);
		by_weight.min(by_bytes)
	}

	/// The amount without what was used.
	pub(crate) fn less(&self, used: &Self) -> Self {
		Self {
			weight: self.weight.saturating_sub(used.weight),
			bytes: self.bytes.saturating_sub(used.bytes),
		}
	}

	/// Adds a cost.
	pub(crate) fn add(&mut self, cost: &Self) {
		self.weight = self.weight.saturating_add(cost.weight);
		self.bytes = self.bytes.saturating_add(cost.bytes);
	}

	/// A part of the amount.
	pub fn part(&self, part: Perbill) -> Self {
		Self { weight: part.mul_floor(self.weight), bytes: part.mul_floor(self.bytes) }
	}

	/// One of so many equal parts of the amount.
	pub fn over(&self, parts: u32) -> Self {
		Self {
			weight: self.weight.checked_div(parts.into()).unwrap_or(self.weight),
			bytes: self.bytes.checked_div(parts).unwrap_or(self.bytes),
		}
	}

	/// How many of so many equal parts were used, by execution time, each begun one counted.
	pub(crate) fn parts_used(&self, used: &Self, parts: u64) -> u64 {
		let left = self.less(used).weight.saturating_mul(parts);
		parts.saturating_sub(left.checked_div(self.weight).unwrap_or_default())
	}
}

/// What counts together against an institution's share of a window. A quarter of the share is
/// reserved in addition to it, so that nobody can use up what others of the institution need, and
/// another sixteenth for research.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
	/// Practitioners, patients, persons and researchers.
	Everyone,
	/// The institution's registrars, and its custodian's other calls.
	Registrars,
	/// The institution's own account.
	Institution,
	/// Its custodian's acknowledgements.
	Acknowledgements,
	/// People whom the institution, its registrars or its custodian contribute to studies, or remove from
	/// them.
	Research,
}

impl Lane {
	/// The lane's part of the share.
	pub fn part(self) -> Perbill {
		Perbill::from_rational(self.parts().0, 32u32)
	}

	/// What one account may use at most, as a part of the share.
	pub fn account_part(self) -> Perbill {
		Perbill::from_rational(self.parts().1, 32u32)
	}

	/// The part of all and of one account, in 1/32.
	fn parts(self) -> (u32, u32) {
		match self {
			Self::Everyone => (32, 4),
			Self::Registrars => (2, 1),
			Self::Institution => (2, 2),
			Self::Acknowledgements => (4, 4),
			Self::Research => (2, 2),
		}
	}
}

/// What an account used in its latest window.
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
pub struct AccountUsage {
	/// In which window: the time divided by the window's length.
	pub window: u32,
	/// Execution time and bytes.
	pub used: Quota,
	/// Revocations that were exempt.
	pub revocations: u8,
	/// Calls of the council.
	pub council: u8,
	/// Restrictions.
	pub restrictions: u8,
	/// Openings.
	pub openings: u8,
}

impl AccountUsage {
	/// How many calls of a class there were, if only the first ones of a window have priority.
	pub(crate) fn of(&self, class: Class) -> Option<u8> {
		match class {
			Class::Council => Some(self.council),
			Class::Restriction { .. } => Some(self.restrictions),
			Class::Opening => Some(self.openings),
			_ => None,
		}
	}

	/// Counts a call.
	pub(crate) fn count(&mut self, class: Class) {
		let count = match class {
			Class::Council => &mut self.council,
			Class::Restriction { .. } => &mut self.restrictions,
			Class::Opening => &mut self.openings,
			_ => return,
		};
		*count = count.saturating_add(1);
	}
}

/// What an institution and everybody whom it enrolled used in its latest window.
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
pub struct ShareUsage {
	/// In which window: the time divided by the window's length.
	pub window: u32,
	/// In [`Lane::Everyone`].
	pub everyone: Quota,
	/// In [`Lane::Registrars`].
	pub registrars: Quota,
	/// In [`Lane::Institution`].
	pub institution: Quota,
	/// In [`Lane::Acknowledgements`].
	pub acknowledgements: Quota,
	/// In [`Lane::Research`].
	pub research: Quota,
	/// By revocations that were exempt.
	pub revocations: Quota,
}

impl ShareUsage {
	/// What was used in a lane.
	pub fn lane(&self, lane: Lane) -> &Quota {
		match lane {
			Lane::Everyone => &self.everyone,
			Lane::Registrars => &self.registrars,
			Lane::Institution => &self.institution,
			Lane::Acknowledgements => &self.acknowledgements,
			Lane::Research => &self.research,
		}
	}

	pub(crate) fn lane_mut(&mut self, lane: Lane) -> &mut Quota {
		match lane {
			Lane::Everyone => &mut self.everyone,
			Lane::Registrars => &mut self.registrars,
			Lane::Institution => &mut self.institution,
			Lane::Acknowledgements => &mut self.acknowledgements,
			Lane::Research => &mut self.research,
		}
	}
}

/// What [`CheckEnrolled`](crate::CheckEnrolled) has to know of a transaction's outermost call. Calls
/// inside a batch do not count. A representative's `act` around one revocation is a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
	/// Revokes a permit, also as the patient's representative. To revoke a deny is an ordinary call.
	Revocation {
		/// Whether the patient has that permit, and the signer is the patient or can revoke it for the
		/// patient now. A representative whose key is disabled cannot, so a thief does not get what
		/// such a revocation is exempt from.
		exists: bool,
	},
	/// Proposes, votes or closes in the council.
	Council,
	/// Suspends somebody or a representative, disables a key or ends an affiliation.
	Restriction {
		/// Whether the signer may: it manages that account or affiliation, or speaks for an authority that
		/// suspends a representative.
		allowed: bool,
	},
	/// Objects to a new key for the signer's account, or to a representative by law.
	Objection {
		/// Whether that key is under way or that representation is attested, and the account can object to
		/// it now.
		admitted: bool,
	},
	/// Opens records.
	Opening,
	/// Acknowledges a share.
	Acknowledgement,
	/// Contributes people to a study, or removes them after it.
	Research,
	/// Anything else.
	Ordinary,
}

/// Tells a call's class. The runtime implements it, because it knows its calls.
pub trait CallClass<Call> {
	/// The class of a transaction's outermost call, or of the one within a representative's `act`. At most 7
	/// reads.
	fn class(call: &Call, signer: &AccountId) -> Class;
}
