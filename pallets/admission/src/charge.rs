//! [`Charge`]: whose quota a transaction counts against, and how much is left of it.
//!
//! An institution and everybody whom it enrolled have one share of the chain. A part
//! is reserved for some of them ([`Lane`]), and each account may use a part of its lane.

use crate::{
	AccountUsage, Class, Config, Lane, Pallet, Quota, ShareUsage, Shares, Usage, FREE_REVOCATIONS,
	LIGHT, OF_INACTIVE,
};
use frame_support::{dispatch::DispatchClass, traits::Get};
use vouchsafe_primitives::{AccountId, AccountKind};
use vouchsafe_support::{Enrolment, Signatory};

/// What a transaction costs, and who pays.
pub struct Charge {
	signer: AccountId,
	institution: AccountId,
	lane: Lane,
	class: Class,
	cost: Quota,
	share: Quota,
	account_usage: AccountUsage,
	share_usage: ShareUsage,
}

impl Charge {
	/// Reads whose quota the transaction counts against. At most 5 reads.
	pub(crate) fn new<T: Config>(
		signer: &AccountId,
		signatory: Signatory,
		class: Class,
		cost: Quota,
	) -> Self {
		let window = Pallet::<T>::window();
		let Signatory { kind, institution, .. } = signatory;
		let is_research = class == Class::Research;
		let lane = match kind {
			Some(AccountKind::Institution | AccountKind::Authority) if is_research => {
				Lane::Research
			},
			Some(AccountKind::Institution | AccountKind::Authority) => Lane::Institution,
			Some(AccountKind::Practitioner) if T::Enrolment::is_registrar(signer, &institution) => {
				if is_research {
					Lane::Research
				} else {
					Lane::Registrars
				}
			},
			None if class == Class::Acknowledgement => Lane::Acknowledgements,
			None if is_research => Lane::Research,
			None => Lane::Registrars,
			Some(_) => Lane::Everyone,
		};
		let account_usage = Usage::<T>::get(signer);
		let share_usage = Shares::<T>::get(&institution);
		Self {
			signer: signer.clone(),
			lane,
			class,
			cost,
			share: Self::share_of::<T>(&institution),
			account_usage: if account_usage.window == window {
				account_usage
			} else {
				AccountUsage { window, ..Default::default() }
			},
			share_usage: if share_usage.window == window {
				share_usage
			} else {
				ShareUsage { window, ..Default::default() }
			},
			institution,
		}
	}

	/// What an institution and everybody whom it enrolled may use. The people of one that is not active
	/// can still sign, so they have a part: otherwise a hospital that is suspended because it floods
	/// would get a larger share than before.
	fn share_of<T: Config>(institution: &AccountId) -> Quota {
		let share = Pallet::<T>::share();
		match T::Enrolment::active_kind(institution) {
			Some(_) => share,
			None => share.over(OF_INACTIVE),
		}
	}

	/// Whether the call is the institution's own.
	pub(crate) fn is_institution(&self) -> bool {
		self.lane == Lane::Institution
	}

	/// Whether it is the institution's own or a registrar's.
	pub(crate) fn is_management(&self) -> bool {
		matches!(self.lane, Lane::Institution | Lane::Registrars)
	}

	/// Whether it takes a small part of a block at most.
	pub(crate) fn is_light<T: Config>(&self) -> bool {
		let block = T::BlockWeights::get().get(DispatchClass::Normal).max_total;
		block.is_some_and(|block| self.cost.weight <= block.ref_time() / LIGHT)
	}

	/// Whether it is an acknowledgement of a custodian.
	pub(crate) fn is_acknowledgement(&self) -> bool {
		self.lane == Lane::Acknowledgements
	}

	/// How many calls like this one are left in the window.
	pub(crate) fn calls_left(&self) -> u64 {
		let of_account = self.account_limit().less(&self.account_usage.used);
		let of_lane = self.lane_limit().less(self.share_usage.lane(self.lane));
		of_account.calls(&self.cost).min(of_lane.calls(&self.cost))
	}

	/// How many calls of this class the account made in this window, if only the first ones have
	/// priority.
	pub(crate) fn made(&self) -> Option<u64> {
		self.account_usage.of(self.class).map(u64::from)
	}

	/// Whether a revocation is free: the account's first of a window always, the others until
	/// those of the institution's patients together have used a small part of its share. Without
	/// that bound, patients could store consents over months, and fill the blocks with revocations.
	pub(crate) fn is_free_revocation(&self) -> bool {
		self.account_usage.revocations == 0 || self.is_within_revocations()
	}

	/// Whether the free revocations of the institution's patients have not used their part of the share.
	pub(crate) fn is_within_revocations(&self) -> bool {
		let limit = self.share.over(FREE_REVOCATIONS);
		limit.less(&self.share_usage.revocations).calls(&self.cost) > 0
	}

	/// How far the call goes behind others of its priority: the more its institution has used in
	/// this window, and then its account.
	pub(crate) fn handicap(&self) -> u64 {
		let of_lane = self.lane_limit().parts_used(self.share_usage.lane(self.lane), 64);
		let of_account = self.account_limit().parts_used(&self.account_usage.used, 8);
		of_lane.saturating_mul(10).saturating_add(of_account)
	}

	/// Takes the cost.
	pub(crate) fn take<T: Config>(mut self) {
		self.account_usage.used.add(&self.cost);
		self.account_usage.count(self.class);
		self.share_usage.lane_mut(self.lane).add(&self.cost);
		self.store::<T>();
	}

	/// Counts a free revocation.
	pub(crate) fn take_free<T: Config>(mut self) {
		self.account_usage.revocations = self.account_usage.revocations.saturating_add(1);
		self.share_usage.revocations.add(&self.cost);
		self.store::<T>();
	}

	fn store<T: Config>(self) {
		Usage::<T>::insert(self.signer, self.account_usage);
		Shares::<T>::insert(self.institution, self.share_usage);
	}

	fn lane_limit(&self) -> Quota {
		self.share.part(self.lane.part())
	}

	fn account_limit(&self) -> Quota {
		self.share.part(self.lane.account_part())
	}
}
