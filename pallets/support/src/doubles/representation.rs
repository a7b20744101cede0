//! Stand-ins for what pallets know of representatives, and of patients without a key.

use super::{now, KeyRing, Logs, People};
use crate::traits::*;
use core::cell::RefCell;
use frame_support::{dispatch::DispatchResult, weights::Weight};
use sp_runtime::DispatchError;
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_primitives::{audit::LogEvent, *};

/// A permit by law: its number, its terms, and the authority.
type Permit = (ConsentId, Terms, AccountId);

#[derive(Default)]
struct World {
	/// Permits by law: patient, representative.
	permits: BTreeMap<(AccountId, AccountId), Permit>,
	grants_fail: bool,
	/// Who represents the patient in the call that is being dispatched, and up to which confidentiality.
	representing: Option<(AccountId, Confidentiality)>,
	/// Who represents whom, with which scopes.
	represented: BTreeMap<(AccountId, AccountId), Scopes>,
	/// Patients without a key.
	wards: BTreeSet<AccountId>,
	/// Patients who are not dead, and on whose call.
	revived: Vec<(AccountId, AccountId)>,
}

thread_local! {
	static WORLD: RefCell<World> = RefCell::default();
}

/// Empties everything.
pub(super) fn reset() {
	WORLD.set(World::default());
}

fn read<R>(f: impl FnOnce(&World) -> R) -> R {
	WORLD.with_borrow(f)
}

fn change<R>(f: impl FnOnce(&mut World) -> R) -> R {
	WORLD.with_borrow_mut(f)
}

/// Stands in for what pallet-consent knows of permits by law. They are logged, as the pallet does.
pub struct LawfulPermits;

impl LawfulPermits {
	/// The terms of the permit by which the representative reads, and the authority.
	pub fn of(patient: &AccountId, representative: &AccountId) -> Option<(Terms, AccountId)> {
		let key = (patient.clone(), representative.clone());
		let permit = read(|world| world.permits.get(&key).cloned());
		permit.map(|(_, terms, authority)| (terms, authority))
	}

	/// Makes grants fail, or work again.
	pub fn fail(fail: bool) {
		change(|world| world.grants_fail = fail);
	}
}

impl Lawful for LawfulPermits {
	fn grant_by_law(
		patient: &AccountId,
		representative: &AccountId,
		terms: Terms,
		authority: &AccountId,
		by: Caller,
	) -> Result<ConsentId, DispatchError> {
		if read(|world| world.grants_fail) {
			return Err(DispatchError::Other("refused"));
		}
		let (lines, _) = Logs::head(patient);
		let id = ConsentId::try_from(lines).unwrap();
		let consent = ConsentRef { grantee: Grantee::Person(representative.clone()), id };
		let event = LogEvent::ConsentGranted { consent, effect: terms.effect };
		Logs::append(patient, by.origin, by.acting_for, None, event);
		let key = (patient.clone(), representative.clone());
		change(|world| world.permits.insert(key, (id, terms, authority.clone())));
		Ok(id)
	}

	fn end_by_law(patient: &AccountId, representative: &AccountId, by: Caller) {
		let key = (patient.clone(), representative.clone());
		if let Some((id, ..)) = change(|world| world.permits.remove(&key)) {
			let consent = ConsentRef { grantee: Grantee::Person(representative.clone()), id };
			let event = LogEvent::ConsentRevoked { consent };
			Logs::append(patient, by.origin, by.acting_for, None, event);
		}
	}

	fn has_by_law(patient: &AccountId, representative: &AccountId) -> bool {
		Self::of(patient, representative).is_some_and(|(terms, _)| !terms.is_expired(now()))
	}
}

/// Stands in for pallet-representation.
pub struct Representatives;

impl Representatives {
	/// Says who represents the patient in the calls that follow, and up to which confidentiality.
	pub fn set_representing(representing: Option<(AccountId, Confidentiality)>) {
		change(|world| world.representing = representing);
	}

	/// Lets an account act for a patient.
	pub fn add(patient: &AccountId, account: &AccountId, scopes: Scopes) {
		let key = (patient.clone(), account.clone());
		change(|world| world.represented.insert(key, scopes));
	}

	/// Says that a patient has no key.
	pub fn add_ward(patient: &AccountId) {
		change(|world| world.wards.insert(patient.clone()));
	}

	/// The patients of whom it was told that they are not dead, and on whose call.
	pub fn told_revived() -> Vec<(AccountId, AccountId)> {
		read(|world| world.revived.clone())
	}

	fn scopes(patient: &AccountId, account: &AccountId) -> Option<Scopes> {
		let key = (patient.clone(), account.clone());
		read(|world| world.represented.get(&key).copied())
	}
}

impl Representation for Representatives {
	fn representative() -> Option<AccountId> {
		read(|world| world.representing.clone()).map(|(account, _)| account)
	}

	fn highest_confidentiality() -> Option<Confidentiality> {
		read(|world| world.representing.clone()).map(|(_, highest)| highest)
	}

	fn may_act(patient: &AccountId, account: &AccountId, scope: Scope) -> bool {
		Self::scopes(patient, account).is_some_and(|scopes| scopes.contains(scope))
	}

	fn represents(patient: &AccountId, account: &AccountId) -> bool {
		Self::scopes(patient, account).is_some()
	}

	fn is_ward(patient: &AccountId) -> bool {
		read(|world| world.wards.contains(patient))
	}

	fn on_revived(patient: &AccountId, by: Caller) {
		let told = (patient.clone(), by.origin.clone());
		change(|world| world.revived.push(told));
	}

	fn on_revived_weight() -> Weight {
		Weight::from_parts(2_000_000, 0)
	}
}

impl KeyHistory for KeyRing {
	fn has_new_key(account: &AccountId) -> bool {
		People::replaced_keys().iter().any(|(replaced, ..)| replaced == account)
	}
}

impl Wards for People {
	fn enrol_ward(ward: &AccountId, _: EncryptionKey, institution: &AccountId) -> DispatchResult {
		if !Self::is_unused(ward) {
			return Err(DispatchError::Other("enrolled already"));
		}
		Self::enrol_by(ward.clone(), AccountKind::Patient, institution.clone());
		Ok(())
	}
}
