//! A thief has the patient's key. What was permitted with it does not count, and can be taken back.

use super::{chain::*, *};
use pallet_admission::codes;
use pallet_custody::Event::OpeningDecided;
use sp_runtime::transaction_validity::InvalidTransaction;
use vouchsafe_primitives::{Moment, Status};

fn now(chain: &mut Chain) -> Moment {
	chain.state(|| Timestamp::get() / 1_000)
}

/// Hospital A's registrar says since when the key is stolen, or that it is enabled again.
fn set_disabled(since: Option<Moment>) -> RuntimeCall {
	let account = account("//PatientA");
	pallet_enrolment::Call::set_signing_disabled { account, since }.into()
}

fn set_status(status: Status) -> RuntimeCall {
	pallet_enrolment::Call::set_status { account: account("//PatientA"), status }.into()
}

/// How many of the patient's records open to the doctor of hospital B.
fn opened(chain: &mut Chain, record: RecordId) -> usize {
	let events = chain.ok("//DoctorB", open("//PatientA", record));
	let mut opened = events.into_iter().filter_map(|event| match event {
		RuntimeEvent::Custody(OpeningDecided { opened, .. }) => Some(opened.len()),
		_ => None,
	});
	opened.next().unwrap()
}

/// The patient's last consent: its number and revision.
fn last_consent(chain: &mut Chain) -> (u32, u16) {
	let consents = chain.state(|| Consent::consents_of(account("//PatientA"), None, 10));
	consents.iter().map(|(_, consent)| (consent.id, consent.revision)).max().unwrap()
}

fn revoke_in_doubt(id: u32) -> RuntimeCall {
	let (patient, grantee) = (account("//PatientA"), Grantee::Everyone);
	pallet_consent::Call::revoke_in_doubt { patient, grantee, id }.into()
}

/// A thief has permitted everyone. The chain, a record, when the theft was, and the consent.
fn theft() -> (Chain, RecordId, Moment, u32) {
	let mut chain = Chain::new();
	let (create, record) = create_own("//PatientA");
	chain.ok("//PatientA", create);
	chain.block_at(100);
	let theft = now(&mut chain);
	chain.ok("//PatientA", grant(Grantee::Everyone, permit()));
	assert_eq!(opened(&mut chain, record), 1);
	chain.block_at(200);
	let (id, _) = last_consent(&mut chain);
	(chain, record, theft, id)
}

#[test]
fn a_thiefs_permit_ends_when_the_key_is_disabled() {
	let (mut chain, record, theft, id) = theft();
	chain.ok("//RegistrarA", set_disabled(Some(theft)));
	assert_eq!(opened(&mut chain, record), 0);
	// Nor does it begin again with the key.
	chain.ok("//RegistrarA", set_disabled(None));
	assert_eq!(opened(&mut chain, record), 0);
	let confirm = |revision| {
		let grantee = Grantee::Everyone;
		RuntimeCall::from(pallet_consent::Call::confirm { grantee, id, revision })
	};
	chain.block_at(300);
	chain.ok("//PatientA", confirm(0));
	assert_eq!(opened(&mut chain, record), 1);
	// What is amended in doubt is in doubt.
	let (terms, text) = (permit(), ShownText { commitment: [7; 32].into(), language: *b"en" });
	let grantee = Grantee::Everyone;
	chain.ok("//PatientA", pallet_consent::Call::amend { grantee, id, revision: 0, terms, text });
	let again = now(&mut chain);
	chain.ok("//RegistrarA", set_disabled(Some(again)));
	assert_eq!(opened(&mut chain, record), 0);
	chain.ok("//RegistrarA", set_disabled(None));
	assert_eq!(opened(&mut chain, record), 0);
	chain.block_at(400);
	chain.ok("//PatientA", confirm(1));
	assert_eq!(opened(&mut chain, record), 1);
}

#[test]
fn what_was_permitted_before_the_theft_counts() {
	let mut chain = Chain::new();
	let (create, record) = create_own("//PatientA");
	chain.ok("//PatientA", create);
	grant_to_hospital_b(&mut chain);
	chain.block_at(100);
	let theft = now(&mut chain);
	chain.ok("//RegistrarA", set_disabled(Some(theft)));
	assert_eq!(opened(&mut chain, record), 1);
	chain.ok("//RegistrarA", set_disabled(None));
	assert_eq!(opened(&mut chain, record), 1);
}

#[test]
fn a_disabled_key_revokes_permits_and_nothing_else() {
	for disable in [|theft| set_disabled(Some(theft)), |_| set_status(Status::Suspended)] {
		let (mut chain, record, theft, id) = theft();
		let hospital_c = Grantee::Institution(account("//HospitalC"));
		let deny = Terms::all(Effect::Deny { binds_break_glass: true });
		chain.ok("//PatientA", grant(hospital_c.clone(), deny));
		let (denied, _) = last_consent(&mut chain);
		chain.ok("//RegistrarA", disable(theft));
		let inactive = Err(InvalidTransaction::Custom(codes::INACTIVE).into());
		let lift = || revoke(hospital_c.clone(), denied);
		let end = || revoke(Grantee::Everyone, id);
		for call in [lift(), batch(vec![end()]), revoke(Grantee::Everyone, id + 9)] {
			assert_eq!(chain.validate("//PatientA", call.clone(), 0), inactive);
			assert!(chain.block([("//PatientA", call)])[0].is_err());
		}
		assert_eq!(chain.validate("//PatientA", end(), 1), inactive, "one at a time");
		chain.ok("//PatientA", end());
		assert_eq!(opened(&mut chain, record), 0);
		assert_eq!(chain.validate("//PatientA", end(), 0), inactive, "it is gone");
		// The deny remains.
		assert_eq!(last_consent(&mut chain).0, denied);
	}
}

#[test]
fn the_hospital_revokes_what_the_thief_has_permitted_and_no_more() {
	let (mut chain, record, theft, id) = theft();
	let refused = |error: pallet_consent::Error<Runtime>| [Ok(Err(error.into()))];
	let by = |path, call| [(path, call)];
	use pallet_consent::Error::{NotInDoubt, NotRegistrar};
	assert_eq!(chain.block(by("//RegistrarA", revoke_in_doubt(id))), refused(NotInDoubt));
	chain.ok("//RegistrarA", set_disabled(Some(theft)));
	for path in ["//RegistrarB", "//HospitalB", "//DoctorA", "//PatientB"] {
		assert_eq!(chain.block(by(path, revoke_in_doubt(id))), refused(NotRegistrar), "{path}");
	}
	chain.ok("//RegistrarA", revoke_in_doubt(id));
	chain.ok("//RegistrarA", set_disabled(None));
	assert_eq!(opened(&mut chain, record), 0);
}

#[test]
fn a_closed_account_opens_nothing() {
	let (mut chain, record, ..) = theft();
	chain.state(|| {
		let root = RuntimeOrigin::root();
		Enrolment::set_status(root, account("//PatientA"), Status::Closed).unwrap();
	});
	assert_eq!(opened(&mut chain, record), 0);
}

/// The key stays as doubtful as it was when the account gets a status that says nothing about keys.
#[test]
fn a_merger_does_not_make_a_thiefs_permit_count() {
	let (mut chain, record, theft, id) = theft();
	chain.ok("//RegistrarA", set_disabled(Some(theft)));
	chain.state(|| {
		let root = RuntimeOrigin::root();
		Enrolment::set_status(root, account("//PatientA"), Status::Merged).unwrap();
	});
	assert_eq!(opened(&mut chain, record), 0);
	// And the hospital can still take it back.
	chain.ok("//RegistrarA", revoke_in_doubt(id));
}
