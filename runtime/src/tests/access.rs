//! An opening is allowed only if the consent is in force at that place in the chain's order.

use super::{chain::*, *};
use pallet_custody::Event::OpeningDecided;

/// A chain on which patient A has a record and a consent for hospital B; and that one's revocation.
fn chain_with_record() -> (Chain, RecordId, RuntimeCall) {
	let mut chain = Chain::new();
	let (create, record) = create_own("//PatientA");
	chain.ok("//PatientA", create);
	let revoke = grant_to_hospital_b(&mut chain);
	(chain, record, revoke)
}

/// For each opening in the latest block, how many records were opened and how many refused.
fn openings(chain: &mut Chain) -> Vec<(usize, usize)> {
	chain
		.events()
		.into_iter()
		.filter_map(|event| match event {
			RuntimeEvent::Custody(OpeningDecided { opened, refused, .. }) => {
				Some((opened.len(), refused.len()))
			},
			_ => None,
		})
		.collect()
}

#[test]
fn an_opening_before_the_revocation_stands() {
	let (mut chain, record, revoke) = chain_with_record();
	let results = chain.block([("//DoctorB", open("//PatientA", record)), ("//PatientA", revoke)]);
	assert_eq!(results, [Ok(Ok(())), Ok(Ok(()))]);
	assert_eq!(openings(&mut chain), [(1, 0)]);
}

#[test]
fn an_opening_after_the_revocation_in_the_same_block_is_refused() {
	let (mut chain, record, revoke) = chain_with_record();
	let results = chain.block([
		("//PatientA", revoke),
		("//DoctorB", open("//PatientA", record)),
		("//DoctorB2", open("//PatientA", record)),
	]);
	assert_eq!(results, [Ok(Ok(())), Ok(Ok(())), Ok(Ok(()))]);
	assert_eq!(openings(&mut chain), [(0, 1), (0, 1)]);
}

#[test]
fn a_revocation_in_a_batch_counts_as_well() {
	let (mut chain, record, revoke) = chain_with_record();
	chain.block([("//PatientA", batch(vec![revoke])), ("//DoctorB", open("//PatientA", record))]);
	assert_eq!(openings(&mut chain), [(0, 1)]);
}

#[test]
fn an_opening_after_the_affiliation_ended_is_refused() {
	let (mut chain, record, _) = chain_with_record();
	let end = pallet_enrolment::Call::end_affiliation {
		institution: account("//HospitalB"),
		practitioner: account("//DoctorB"),
	};
	chain.block([
		("//RegistrarB", end.into()),
		("//DoctorB", open("//PatientA", record)),
		("//DoctorB2", open("//PatientA", record)),
	]);
	assert_eq!(openings(&mut chain), [(0, 1), (1, 0)]);
}

#[test]
fn the_runtime_api_decides_as_the_calls_do() {
	use apis::runtime_decl_for_vouchsafe_api::VouchsafeApi;
	let (mut chain, record, _) = chain_with_record();
	chain.state(|| {
		let (reader, patient) = (account("//DoctorB"), account("//PatientA"));
		let decide = |ground| {
			let (action, purpose) = (vouchsafe_primitives::Action::Read, Purpose::Treatment);
			<Runtime as VouchsafeApi<Block>>::decide(
				reader.clone(),
				ground,
				patient.clone(),
				record,
				action,
				purpose,
			)
			.is_permit()
		};
		let institution = |path| Ground::Consent { institution: Some(account(path)) };
		assert!(decide(institution("//HospitalB")));
		assert!(!decide(institution("//HospitalA")), "not affiliated");
		assert!(!decide(Ground::Consent { institution: None }));
		assert!(!decide(Ground::Own));
	});
}

#[test]
fn only_who_is_allowed_to_reads_the_log() {
	let (mut chain, ..) = chain_with_record();
	let decide = |reader, institution: Option<&str>| {
		let institution = institution.map(account);
		configs::records::decide_log(account(reader), institution, account("//PatientA"))
			.is_permit()
	};
	chain.state(|| {
		assert!(decide("//PatientA", None));
		assert!(!decide("//PatientB", None));
		// A permit to read records is not a permit to read the log.
		assert!(!decide("//DoctorB", Some("//HospitalB")));
		assert!(!decide("//Nobody", None));
	});

	let actions = Actions::of(&[vouchsafe_primitives::Action::ReadLog]);
	let terms = Terms { actions, ..Terms::all(Effect::Permit) };
	chain.ok("//PatientA", grant(Grantee::Person(account("//PatientB")), terms));
	chain.state(|| {
		assert!(decide("//PatientB", None));
		assert!(!decide("//PatientB", Some("//HospitalB")), "not affiliated");
	});

	// A practitioner reads for an institution, and only as long as the affiliation is in force.
	let terms = Terms { actions, ..Terms::all(Effect::Permit) };
	chain.ok("//PatientA", grant(Grantee::Person(account("//DoctorB")), terms));
	chain.state(|| {
		assert!(decide("//DoctorB", Some("//HospitalB")));
		assert!(!decide("//DoctorB", Some("//HospitalA")), "not affiliated");
		assert!(!decide("//DoctorB", None));
	});
	let end = pallet_enrolment::Call::end_affiliation {
		institution: account("//HospitalB"),
		practitioner: account("//DoctorB"),
	};
	chain.ok("//RegistrarB", end);
	chain.state(|| assert!(!decide("//DoctorB", Some("//HospitalB"))));
}
