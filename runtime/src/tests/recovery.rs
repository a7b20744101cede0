//! An account gets another key: by its owner, by guardians, and by its hospital with an authority.

use super::{chain::*, *};
use pallet_admission::codes;
use pallet_recovery::Error;
use sp_core::{Pair, H256};
use sp_runtime::{transaction_validity::InvalidTransaction, DispatchError, MultiSignature};
use vouchsafe_primitives::{guardians_commitment, KeyState, Moment, Status};

const DAY: Moment = 24 * 60 * 60;
/// When the chains here begin, in seconds since 1970.
const BEGIN: Moment = 1_800_000_000;
/// The patient's new key, and one of somebody else.
const NEW: &str = "//PatientA//new";
const THIEF: &str = "//Thief";
/// The guardians: who they are does not matter.
const GUARDIANS: [&str; 3] = ["//PatientB", "//DoctorB", "//DoctorC"];
const SALT: H256 = H256([9; 32]);
/// The new encryption key.
const SEALED_TO: [u8; 32] = [44; 32];

/// The signature of a new key, by which its owner wants to sign for patient A.
fn consent_of(chain: &mut Chain, key: &str) -> (u64, MultiSignature) {
	let expires = BEGIN + 300 * DAY;
	let patient = account("//PatientA");
	let genesis = chain.state(|| System::block_hash(0));
	let text = pallet_recovery::key_text(&genesis, &patient, &account(key), &SEALED_TO, expires);
	let bytes = format!("<Bytes>{text}</Bytes>");
	(expires, pair(key).sign(bytes.as_bytes()).into())
}

fn set_guardians(of: [&str; 3]) -> RuntimeCall {
	let commitment = guardians_commitment(&account("//PatientA"), &sorted(of), &SALT);
	pallet_recovery::Call::set_guardians { commitment, threshold: 2, count: 3 }.into()
}

fn sorted(of: [&str; 3]) -> Vec<AccountId> {
	let mut accounts = of.map(account).to_vec();
	accounts.sort();
	accounts
}

fn change_key(chain: &mut Chain, key: &str) -> RuntimeCall {
	let (expires, signature) = consent_of(chain, key);
	let (key, encryption_key) = (account(key), SEALED_TO);
	pallet_recovery::Call::change_key { key, encryption_key, expires, signature }.into()
}

fn attempt(chain: &mut Chain, key: &str, guardians: [&str; 3]) -> RuntimeCall {
	let (expires, signature) = consent_of(chain, key);
	pallet_recovery::Call::attempt {
		account: account("//PatientA"),
		guardians: sorted(guardians).try_into().unwrap(),
		salt: SALT,
		key: account(key),
		encryption_key: SEALED_TO,
		expires,
		signature,
	}
	.into()
}

fn approve(key: &str) -> RuntimeCall {
	pallet_recovery::Call::approve { account: account("//PatientA"), key: account(key) }.into()
}

fn propose(chain: &mut Chain, key: &str) -> RuntimeCall {
	let (expires, signature) = consent_of(chain, key);
	pallet_recovery::Call::propose {
		account: account("//PatientA"),
		institution: account("//HospitalA"),
		key: account(key),
		encryption_key: SEALED_TO,
		expires,
		signature,
		evidence: H256([3; 32]),
	}
	.into()
}

fn attest(key: &str) -> RuntimeCall {
	let (authority, patient) = (account("//Authority"), account("//PatientA"));
	pallet_recovery::Call::attest { authority, account: patient, key: account(key) }.into()
}

fn object(key: &str) -> RuntimeCall {
	pallet_recovery::Call::object { account: account("//PatientA"), key: account(key) }.into()
}

fn finish(key: &str) -> RuntimeCall {
	pallet_recovery::Call::finish { account: account("//PatientA"), key: account(key) }.into()
}

fn disable(since: Option<Moment>) -> RuntimeCall {
	let account = account("//PatientA");
	pallet_enrolment::Call::set_signing_disabled { account, since }.into()
}

fn refused(chain: &mut Chain, path: &str, call: RuntimeCall, error: Error<Runtime>) {
	assert_eq!(chain.block([(path, call)]), [Ok(Err(DispatchError::from(error)))], "{path}");
}

/// The pool's answer to somebody who may not send this.
fn kept_out(chain: &mut Chain, path: &str, call: RuntimeCall, code: u8) {
	let refusal = InvalidTransaction::Custom(code).into();
	assert_eq!(chain.validate(path, call.clone(), 0), Err(refusal), "{path}");
	assert_eq!(chain.block([(path, call)]), [Err(refusal)], "{path}");
}

fn key_state(chain: &mut Chain, path: &str) -> Option<KeyState> {
	use vouchsafe_support::Keys as _;
	chain.state(|| Recovery::find(&account(path)))
}

#[test]
fn the_owner_changes_the_key_and_goes_on_as_before() {
	let mut chain = Chain::new();
	let revocation = grant_to_hospital_b(&mut chain);
	let change = change_key(&mut chain, NEW);
	chain.ok("//PatientA", change);
	kept_out(&mut chain, NEW, finish(NEW), codes::STRANGER);
	chain.block_at(3 * DAY - 100);
	refused(&mut chain, "//PatientB", finish(NEW), Error::TooEarly);
	chain.block_at(3 * DAY + 2);
	chain.ok("//PatientB", finish(NEW));
	assert_eq!(key_state(&mut chain, NEW), Some(KeyState::Signs(account("//PatientA"))));
	assert_eq!(key_state(&mut chain, "//PatientA"), Some(KeyState::Replaced));
	// The old key can do nothing, not even revoke.
	kept_out(&mut chain, "//PatientA", revocation.clone(), codes::REPLACED);
	kept_out(&mut chain, "//PatientA", object(NEW), codes::REPLACED);
	// The new key gives consents as the patient, and takes them back.
	chain.ok(NEW, grant(Grantee::Everyone, permit()));
	let consents = chain.state(|| Consent::consents_of(account("//PatientA"), None, 10));
	let grantors = consents.iter().map(|(_, consent)| &consent.grantor).collect::<Vec<_>>();
	assert_eq!(grantors, [&vouchsafe_primitives::Grantor::Patient; 2]);
	chain.ok(NEW, revocation);
	let entry = chain.state(|| pallet_enrolment::Accounts::<Runtime>::get(account("//PatientA")));
	assert_eq!(entry.unwrap().encryption_key, SEALED_TO);
	// And so on: a third key.
	let change = change_key(&mut chain, "//PatientA//third");
	chain.ok(NEW, change);
	chain.block_at(7 * DAY);
	chain.ok("//PatientB", finish("//PatientA//third"));
	assert_eq!(key_state(&mut chain, NEW), Some(KeyState::Replaced));
	kept_out(&mut chain, NEW, finish(NEW), codes::REPLACED);
	chain.ok("//PatientA//third", grant(Grantee::Everyone, permit()));
}

#[test]
fn guardians_give_back_what_a_thief_took() {
	let mut chain = Chain::new();
	chain.ok("//PatientA", set_guardians(GUARDIANS));
	chain.block_at(10 * DAY);
	let theft = BEGIN + 10 * DAY;
	// The thief changes key and guardians at once, and lets somebody in.
	let theirs = ["//RegistrarC", "//DoctorB2", "//Researcher"];
	let change = change_key(&mut chain, THIEF);
	chain.ok("//PatientA", change);
	chain.ok("//PatientA", set_guardians(theirs));
	chain.ok("//PatientA", grant(Grantee::Everyone, permit()));
	chain.block_at(11 * DAY);
	chain.ok("//RegistrarA", disable(Some(theft)));
	let their_attempt = attempt(&mut chain, THIEF, theirs);
	refused(&mut chain, "//DoctorB2", their_attempt, Error::OtherGuardians);
	// Nor can the hospital do it for one of the guardians.
	let proposal = propose(&mut chain, THIEF);
	refused(&mut chain, "//RegistrarA", proposal, Error::HasGuardians);

	let begin = attempt(&mut chain, NEW, GUARDIANS);
	chain.ok("//DoctorB", begin);
	chain.block_at(12 * DAY);
	refused(&mut chain, "//PatientB", finish(NEW), Error::Incomplete);
	refused(&mut chain, "//DoctorB", approve(NEW), Error::ApprovedBefore);
	refused(&mut chain, "//PatientB", approve(THIEF), Error::OtherKey);
	refused(&mut chain, "//RegistrarA", approve(NEW), Error::NotGuardian);
	chain.ok("//PatientB", approve(NEW));
	// The thief cannot object, because the key is disabled.
	kept_out(&mut chain, "//PatientA", object(NEW), codes::INACTIVE);
	chain.block_at(19 * DAY - 10);
	refused(&mut chain, "//PatientB", finish(NEW), Error::TooEarly);
	chain.block_at(19 * DAY + 10);
	chain.ok("//PatientB", finish(NEW));
	kept_out(&mut chain, "//PatientA", finish(NEW), codes::REPLACED);
	// What the thief permitted does not count until it is confirmed, with the new key.
	let (grantee, consent) =
		chain.state(|| Consent::consents_of(account("//PatientA"), None, 10)).remove(0);
	let (doubt, standing) = chain.state(|| {
		use vouchsafe_support::Enrolment as _;
		let patient = account("//PatientA");
		(Enrolment::doubt(&patient), Enrolment::standing(&patient))
	});
	assert!(vouchsafe_primitives::policy::is_in_doubt(&consent, standing, doubt));
	let id = consent.id;
	chain.ok(NEW, pallet_consent::Call::confirm { grantee, id, revision: 0 });
}

#[test]
fn the_owner_objects_to_guardians() {
	let mut chain = Chain::new();
	chain.ok("//PatientA", set_guardians(GUARDIANS));
	let begin = attempt(&mut chain, THIEF, GUARDIANS);
	chain.ok("//DoctorB", begin);
	chain.ok("//DoctorC", approve(THIEF));
	chain.block_at(6 * DAY);
	chain.ok("//PatientA", object(THIEF));
	chain.block_at(8 * DAY);
	refused(&mut chain, "//DoctorB", finish(THIEF), Error::NothingUnderWay);
}

#[test]
fn a_hospital_that_disables_a_key_cannot_put_its_own_in_place_unopposed() {
	let mut chain = Chain::new();
	chain.ok("//RegistrarA", disable(Some(BEGIN)));
	let proposal = propose(&mut chain, THIEF);
	chain.ok("//RegistrarA", proposal);
	let proposal = propose(&mut chain, THIEF);
	chain.ok("//DoctorA", proposal);
	chain.block_at(8 * DAY);
	refused(&mut chain, "//RegistrarA", finish(THIEF), Error::Incomplete);
	refused(&mut chain, "//HospitalB", attest(THIEF), Error::NotForAuthority);
	chain.ok("//Authority", attest(THIEF));
	refused(&mut chain, "//Authority", attest(THIEF), Error::AlreadyAttested);
	// The patient's disabled key objects, once. Then the authority has to look again.
	kept_out(&mut chain, "//PatientA", object(NEW), codes::INACTIVE);
	chain.block_at(14 * DAY);
	chain.ok("//PatientA", object(THIEF));
	kept_out(&mut chain, "//PatientA", object(THIEF), codes::INACTIVE);
	chain.block_at(16 * DAY);
	refused(&mut chain, "//RegistrarA", finish(THIEF), Error::Incomplete);
	chain.ok("//Authority", attest(THIEF));
	chain.block_at(22 * DAY);
	refused(&mut chain, "//RegistrarA", finish(THIEF), Error::TooEarly);
	chain.block_at(23 * DAY + 10);
	chain.ok("//RegistrarA", finish(THIEF));
	assert_eq!(key_state(&mut chain, THIEF), Some(KeyState::Signs(account("//PatientA"))));
}

#[test]
fn an_account_that_left_gets_no_new_key() {
	let mut chain = Chain::new();
	let change = change_key(&mut chain, NEW);
	chain.ok("//PatientA", change);
	let ended = pallet_enrolment::Call::set_status {
		account: account("//PatientA"),
		status: Status::Ended,
	};
	chain.ok("//RegistrarA", ended);
	chain.block_at(4 * DAY);
	refused(&mut chain, "//PatientB", finish(NEW), Error::NotActive);
}

#[test]
fn the_council_changes_the_times() {
	use crate::parameters::{
		values::recovery::{KeyDelay, Parameters},
		RuntimeParameters,
	};
	use sp_runtime::traits::Dispatchable;
	let mut chain = Chain::new();
	let hour = Parameters::KeyDelay(KeyDelay, Some(60 * 60));
	let set =
		pallet_parameters::Call::set_parameter { key_value: RuntimeParameters::Recovery(hour) };
	let set = RuntimeCall::from(set);
	// Only Root, which a motion of the council is. Nobody else gets past the list of calls.
	let filtered = DispatchError::from(frame_system::Error::<Runtime>::CallFiltered);
	assert_eq!(chain.block([("//HospitalA", set.clone())]), [Ok(Err(filtered))]);
	chain.state(|| set.dispatch(frame_system::RawOrigin::Root.into())).unwrap();
	let change = change_key(&mut chain, NEW);
	chain.ok("//PatientA", change);
	chain.block_at(60 * 60 + 10);
	chain.ok("//PatientB", finish(NEW));
}

#[test]
fn the_council_replaces_an_institutions_lost_key() {
	use sp_runtime::traits::Dispatchable;
	let mut chain = Chain::new();
	let set = |path: &str| {
		let (account, key) = (account(path), account("//HospitalA//new"));
		RuntimeCall::from(pallet_recovery::Call::set_key {
			account,
			key,
			encryption_key: SEALED_TO,
		})
	};
	let by_nobody = DispatchError::BadOrigin;
	assert_eq!(chain.block([("//HospitalB", set("//HospitalA"))]), [Ok(Err(by_nobody))]);
	let root = frame_system::RawOrigin::Root;
	chain.state(|| set("//HospitalA").dispatch(root.into())).unwrap();
	kept_out(&mut chain, "//HospitalA", finish(NEW), codes::REPLACED);
	let cap = disable(None);
	chain.ok("//HospitalA//new", cap);
}
