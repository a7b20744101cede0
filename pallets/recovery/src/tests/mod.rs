//! Tests, one file a call or subject, and what is common to them.

use crate::{mock::*, types::*, Attempts, Changes, Error, Event, GuardiansOf, Keys, PresentKeys};
use frame_support::{assert_noop, assert_ok, traits::Hooks};
use sp_core::{ed25519, Pair, H256};
use sp_runtime::{DispatchError::BadOrigin, DispatchResult, MultiSignature};
use vouchsafe_primitives::{
	audit::{LogEvent, StaffMatter},
	*,
};
use vouchsafe_support::{Enrolment, KeyHistory};

mod approve;
mod attacks;
mod attempt;
mod attest;
mod change_key;
mod finish;
mod lookups;
mod object;
mod propose;
mod set_guardians;
mod set_key;
mod text;

const SALT: H256 = H256([5; 32]);
const EVIDENCE: H256 = H256([6; 32]);
/// The encryption key that comes with each new key.
const SEALED: EncryptionKey = [7; 32];
/// The names of two new keys.
const NEW: &str = "New";
const OTHER: &str = "Other";

fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

fn signed(account: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(account)
}

/// Until when what is signed now is valid.
fn expires() -> Moment {
	doubles::now() + 3_600
}

/// The signature of a name's key over a text, as wallets sign.
fn sign(name: &str, text: &str) -> MultiSignature {
	pair(name).sign(format!("<Bytes>{text}</Bytes>").as_bytes()).into()
}

/// The signature with which a name's key wants to be the account's.
fn wants(account: &AccountId, name: &str) -> MultiSignature {
	sign(name, &key_text(&GENESIS, account, &key(name), &SEALED, expires()))
}

fn list(guardians: &[AccountId]) -> GuardianList {
	guardians.to_vec().try_into().unwrap()
}

/// The patient's three guardians.
fn three() -> GuardianList {
	list(&[SPOUSE, FRIEND, NEIGHBOUR])
}

fn commitment(guardians: &[AccountId]) -> H256 {
	guardians_commitment(&PATIENT, guardians, &SALT)
}

/// The patient names these guardians, of whom two have to approve.
fn name_guardians(guardians: &[AccountId]) -> DispatchResult {
	let count = u8::try_from(guardians.len()).unwrap();
	Recovery::set_guardians(signed(PATIENT), commitment(guardians), 2, count)
}

fn change_key(account: AccountId, name: &str) -> DispatchResult {
	let signature = wants(&account, name);
	Recovery::change_key(signed(account), key(name), SEALED, expires(), signature)
}

/// A guardian reveals this list and begins an attempt for a name's key.
fn begin_with(guardian: AccountId, guardians: GuardianList, name: &str) -> DispatchResult {
	let (signed, signature) = (signed(guardian), wants(&PATIENT, name));
	Recovery::attempt(signed, PATIENT, guardians, SALT, key(name), SEALED, expires(), signature)
}

/// One of the three guardians begins an attempt.
fn begin(guardian: AccountId, name: &str) -> DispatchResult {
	begin_with(guardian, three(), name)
}

fn approve(guardian: AccountId, name: &str) -> DispatchResult {
	Recovery::approve(signed(guardian), PATIENT, key(name))
}

/// Two of the three guardians give the patient a key. From when on it can be finished.
fn recover(name: &str) -> Moment {
	if GuardiansOf::<Test>::get(PATIENT) == GuardianSets::default() {
		assert_ok!(name_guardians(&three()));
	}
	assert_ok!(begin(SPOUSE, name));
	assert_ok!(approve(FRIEND, name));
	doubles::now() + RECOVERY_DELAY
}

/// One of the hospital's staff proposes a key for an account.
fn propose_for(who: AccountId, account: AccountId, name: &str) -> DispatchResult {
	let signature = wants(&account, name);
	let (staff, key) = (signed(who), key(name));
	Recovery::propose(staff, account, HOSPITAL, key, SEALED, expires(), signature, EVIDENCE)
}

fn propose(who: AccountId, name: &str) -> DispatchResult {
	propose_for(who, PATIENT, name)
}

/// Two of the hospital's staff propose a key.
fn propose_by_two(name: &str) {
	assert_ok!(propose(REGISTRAR, name));
	assert_ok!(propose(DOCTOR, name));
}

fn attest(name: &str) -> DispatchResult {
	Recovery::attest(signed(OFFICER), AUTHORITY, PATIENT, key(name))
}

fn object(name: &str) -> DispatchResult {
	Recovery::object(signed(PATIENT), PATIENT, key(name))
}

fn finish(name: &str) -> DispatchResult {
	Recovery::finish(signed(STRANGER_WHO_IS_ENROLLED), PATIENT, key(name))
}

/// Anyone enrolled can finish.
const STRANGER_WHO_IS_ENROLLED: AccountId = OTHER_PATIENT;

/// The hospital disables the patient's key since this moment.
fn disable_since(since: Moment) {
	People::disable_signing(&PATIENT);
	People::set_doubt(&PATIENT, Doubt { since, until: Moment::MAX });
	<Recovery as vouchsafe_support::Keys>::on_disabled(&PATIENT);
}

fn attempt_of_patient() -> Option<Attempt> {
	Attempts::<Test>::get(PATIENT)
}

/// From when on the patient's attempt can be finished.
fn ready_from() -> Option<Moment> {
	attempt_of_patient().unwrap().from
}

/// The key that signs for the patient.
fn key_of_patient() -> AccountId {
	Recovery::recovery(PATIENT).key
}

/// The events since the last call of this.
fn events() -> Vec<Event<Test>> {
	let found = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Recovery(event) => Some(event),
		_ => None,
	});
	let found = found.collect();
	System::reset_events();
	found
}

/// What the latest line of the patient's log says: as whom, for which institution, and what.
fn logged() -> (AccountId, Option<AccountId>, LogEvent) {
	let (patient, origin, acting_for, purpose, event) = Logs::last();
	assert_eq!((patient, purpose), (PATIENT, None));
	(origin, acting_for, event)
}

#[test]
fn integrity_test_works() {
	build_and_execute(<Recovery as Hooks<u64>>::integrity_test);
}

/// Nobody but a signed origin calls what is not Root's.
#[test]
fn other_origins_fail() {
	build_and_execute(|| {
		let signature = wants(&PATIENT, NEW);
		for origin in [root(), RuntimeOrigin::none()] {
			let (new, until) = (key(NEW), expires());
			assert_noop!(Recovery::set_guardians(origin.clone(), SALT, 2, 2), BadOrigin);
			let changed =
				Recovery::change_key(origin.clone(), new.clone(), SEALED, until, signature.clone());
			assert_noop!(changed, BadOrigin);
			let begun = Recovery::attempt(
				origin.clone(),
				PATIENT,
				three(),
				SALT,
				new.clone(),
				SEALED,
				until,
				signature.clone(),
			);
			assert_noop!(begun, BadOrigin);
			assert_noop!(Recovery::approve(origin.clone(), PATIENT, new.clone()), BadOrigin);
			let proposed = Recovery::propose(
				origin.clone(),
				PATIENT,
				HOSPITAL,
				new.clone(),
				SEALED,
				until,
				signature.clone(),
				EVIDENCE,
			);
			assert_noop!(proposed, BadOrigin);
			let attested = Recovery::attest(origin.clone(), AUTHORITY, PATIENT, new.clone());
			assert_noop!(attested, BadOrigin);
			assert_noop!(Recovery::object(origin.clone(), PATIENT, new.clone()), BadOrigin);
			assert_noop!(Recovery::finish(origin, PATIENT, new), BadOrigin);
		}
		for origin in [signed(HOSPITAL), RuntimeOrigin::none()] {
			assert_noop!(Recovery::set_key(origin, HOSPITAL, key(NEW), SEALED), BadOrigin);
		}
	});
}

#[test]
fn a_spoiled_state_is_noticed() {
	build_and_execute(|| {
		let spoil = |change: &dyn Fn(), back: &dyn Fn()| {
			assert_ok!(Recovery::do_try_state());
			change();
			assert!(Recovery::do_try_state().is_err());
			back();
		};
		Clock::set(recover(NEW));
		assert_ok!(finish(NEW));
		recover(OTHER);
		spoil(&|| Keys::<Test>::remove(key(NEW)), &|| {
			Keys::<Test>::insert(key(NEW), KeyState::Signs(PATIENT));
		});
		spoil(&|| Keys::<Test>::remove(PATIENT), &|| {
			Keys::<Test>::insert(PATIENT, KeyState::Replaced);
		});
		spoil(&|| PresentKeys::<Test>::remove(PATIENT), &|| {
			PresentKeys::<Test>::insert(PATIENT, key(NEW));
		});
		let sets = GuardiansOf::<Test>::get(PATIENT);
		let present = sets.present.unwrap();
		for spoiled in [
			GuardianSets::default(),
			GuardianSets { present: None, next: Some((present, START)) },
			GuardianSets { present: Some(Guardians { threshold: 1, ..present }), next: None },
			GuardianSets { next: Some((Guardians { count: 8, ..present }, START)), ..sets },
		] {
			spoil(&|| GuardiansOf::<Test>::insert(PATIENT, spoiled), &|| {
				GuardiansOf::<Test>::insert(PATIENT, sets);
			});
		}
		let attempt = attempt_of_patient().unwrap();
		let by = |guardians: &[AccountId], approvals, threshold| Attempt {
			by: By::Guardians { guardians: list(guardians), approvals, threshold, set_at: START },
			..attempt.clone()
		};
		let institution = |attestations, objected, from| {
			let (institution, evidence) = (HOSPITAL, EVIDENCE);
			let by = By::Institution { institution, evidence, attestations, objected };
			Attempt { by, from, ..attempt.clone() }
		};
		for spoiled in [
			Attempt { from: None, ..attempt.clone() },
			by(&[SPOUSE, FRIEND], 0b01, 2),
			by(&[SPOUSE, FRIEND], 0b101, 2),
			by(&[FRIEND, SPOUSE], 0b11, 2),
			by(&[SPOUSE, FRIEND], 0b11, 1),
			Attempt { from: None, ..by(&[SPOUSE, FRIEND], 0, 2) },
			institution(2, false, Some(START)),
			institution(3, true, Some(START)),
			institution(1, true, Some(START)),
			institution(1, false, None),
		] {
			spoil(&|| Attempts::<Test>::insert(PATIENT, spoiled.clone()), &|| {
				Attempts::<Test>::insert(PATIENT, attempt.clone());
			});
		}
	});
}
