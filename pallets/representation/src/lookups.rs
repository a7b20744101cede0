//! What the calls, the other pallets and clients read of representatives, and what all calls do.

use crate::{
	pallet::*, types::lives, Force, Mandate, RepresentationView, Representative,
	RepresentativeView, Representatives, Stage, Suspension, WeightInfo,
};
use alloc::vec::Vec;
use frame_support::{
	pallet_prelude::*,
	traits::{Get, UnixTime},
};
use vouchsafe_primitives::{audit::LogEvent, *};
use vouchsafe_support::{AuditLog, Caller, Enrolment, KeyHistory, Lawful, Representation};

impl<T: Config> Pallet<T> {
	/// The chain's time, in seconds since 1970.
	pub(crate) fn now() -> Moment {
		T::Time::now().as_secs()
	}

	/// The patient's representatives, without those whose time is over. 3 reads.
	pub(crate) fn load(patient: &AccountId) -> Representatives {
		let mut all = RepresentativesOf::<T>::get(patient);
		let (now, lifetime) = (Self::now(), T::RegistrationLifetime::get());
		all.list.retain(|representative| !representative.is_over(now, lifetime));
		all
	}

	/// Stores the patient's representatives. A patient who has a key and nobody else has no entry.
	pub(crate) fn put(patient: &AccountId, all: Representatives) {
		if all.list.is_empty() && !all.ward {
			RepresentativesOf::<T>::remove(patient);
		} else {
			RepresentativesOf::<T>::insert(patient, all);
		}
	}

	/// Checks that the account is an active person's. 1 read.
	pub(crate) fn ensure_person(account: &AccountId) -> DispatchResult {
		let kind = T::Enrolment::active_kind(account);
		ensure!(kind == Some(AccountKind::Person), Error::<T>::NotPerson);
		Ok(())
	}

	/// Whether the patient has no key. 1 read.
	pub(crate) fn lacks_key(patient: &AccountId, all: &Representatives) -> bool {
		all.ward && !T::KeyHistory::has_new_key(patient)
	}

	/// Whether the patient's representation is in force now. At most 2 reads.
	pub(crate) fn force(patient: &AccountId, representative: &Representative) -> Force {
		let standing = T::Enrolment::standing(patient);
		let fits = match representative.basis() {
			Some(LegalBasis::Executor) => matches!(standing, Standing::Deceased { .. }),
			_ => lives(standing),
		};
		if representative.suspension != Suspension::None {
			return Force::Suspended;
		}
		if !fits {
			return Force::NotForStanding;
		}
		match &representative.mandate {
			Mandate::Appointed { standby: true, .. } => Force::Standby,
			Mandate::Appointed { at, .. } if T::Enrolment::is_in_doubt(patient, *at) => {
				Force::InDoubt
			},
			Mandate::Appointed { .. } => Force::InForce,
			Mandate::ByLaw { stage, .. } => match stage {
				Stage::Registered { .. } => Force::NotAttested,
				Stage::Objected { .. } => Force::Objected,
				Stage::Attested { from, .. } | Stage::AttestedAgain { from, .. } => {
					if *from <= Self::now() {
						Force::InForce
					} else {
						Force::Waits { from: *from }
					}
				},
			},
		}
	}

	/// The scopes within which the account can act for the patient now, if it represents the patient. At most
	/// 6 reads.
	fn scopes_now(patient: &AccountId, account: &AccountId) -> Option<Scopes> {
		T::Enrolment::signatory(account)
			.filter(|it| it.may_sign && it.kind == Some(AccountKind::Person))?;
		let all = Self::load(patient);
		let found = all.find(account)?;
		(Self::force(patient, found) == Force::InForce).then(|| found.scopes())
	}

	/// Whether the patient may object to the representative with a disabled key, or without being active:
	/// the representation is by law and attested, and the patient has not objected to it. 3 reads.
	pub fn may_object(patient: &AccountId, representative: &AccountId) -> bool {
		Self::load(patient).find(representative).is_some_and(|found| {
			matches!(&found.mandate, Mandate::ByLaw { stage: Stage::Attested { .. }, .. })
		})
	}

	/// Grants the permit to read that the representative has by law, or ends it. The permit can be stored
	/// before the representation is in force, because its terms say when it begins and ends. At most 6 reads
	/// and 4 writes.
	pub(crate) fn keep_permit(
		patient: &AccountId,
		representative: &Representative,
		by: Caller,
	) -> DispatchResult {
		let account = &representative.account;
		match representative.permit() {
			Some((terms, authority)) => {
				T::Lawful::grant_by_law(patient, account, terms, authority, by)?;
			},
			None => T::Lawful::end_by_law(patient, account, by),
		}
		Ok(())
	}

	/// Appends to the patient's log. 4 reads and 1 write.
	pub(crate) fn log(patient: &AccountId, by: Caller, event: LogEvent) {
		T::AuditLog::append(patient, by.origin, by.acting_for, None, event);
	}

	/// The patient's representatives, as clients see them.
	pub(crate) fn view(patient: &AccountId) -> RepresentationView {
		let all = Self::load(patient);
		let ward = Self::lacks_key(patient, &all);
		let views = all.list.into_iter().map(|representative| RepresentativeView {
			force: Self::force(patient, &representative),
			representative,
		});
		RepresentationView { ward, representatives: views.collect() }
	}
}

impl<T: Config> Representation for Pallet<T> {
	fn representative() -> Option<AccountId> {
		Acting::<T>::get().map(|representing| representing.representative)
	}

	fn highest_confidentiality() -> Option<Confidentiality> {
		Acting::<T>::get().map(|representing| representing.highest_confidentiality)
	}

	fn may_act(patient: &AccountId, account: &AccountId, scope: Scope) -> bool {
		Self::scopes_now(patient, account).is_some_and(|scopes| scopes.contains(scope))
	}

	fn represents(patient: &AccountId, account: &AccountId) -> bool {
		Self::scopes_now(patient, account).is_some()
	}

	fn is_ward(patient: &AccountId) -> bool {
		Self::lacks_key(patient, &RepresentativesOf::<T>::get(patient))
	}

	fn on_revived(patient: &AccountId, by: Caller) {
		let mut all = Self::load(patient);
		let is_executor = |found: &Representative| found.basis() == Some(LegalBasis::Executor);
		let executors: Vec<AccountId> =
			all.list.iter().filter(|it| is_executor(it)).map(|it| it.account.clone()).collect();
		if executors.is_empty() {
			return;
		}
		all.list.retain(|representative| !is_executor(representative));
		Self::put(patient, all);
		for representative in executors {
			T::Lawful::end_by_law(patient, &representative, by);
			Self::note_end(patient, representative, by);
		}
	}

	fn on_revived_weight() -> Weight {
		T::WeightInfo::on_revived()
	}
}
