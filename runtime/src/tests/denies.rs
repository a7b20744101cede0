//! Whom a deny reaches: the institution's account, its custodian, and all who act for it, also through
//! another institution.

use super::{chain::*, *};
use pallet_custody::Event::OpeningDecided;

/// The doctor of hospital B, who also works at hospital A once the affiliation is accepted.
const DOCTOR: &str = "//DoctorB";

fn affiliate_with_a(chain: &mut Chain) {
	let call = pallet_enrolment::Call::affiliate {
		institution: account("//HospitalA"),
		practitioner: account(DOCTOR),
		role: vouchsafe_primitives::Role::Physician,
		from: 0,
		until: None,
	};
	chain.ok("//RegistrarA", call);
}

fn accept() -> RuntimeCall {
	pallet_enrolment::Call::accept_affiliation { institution: account("//HospitalA") }.into()
}

fn deny(grantee: Grantee) -> RuntimeCall {
	grant(grantee, Terms::all(Effect::Deny { binds_break_glass: false }))
}

fn open_as(record: RecordId, institution: Option<&str>) -> RuntimeCall {
	pallet_custody::Call::open {
		patient: account("//PatientA"),
		records: vec![record].try_into().unwrap(),
		purpose: Purpose::Treatment,
		ground: Ground::Consent { institution: institution.map(account) },
	}
	.into()
}

/// Whether the record opens.
fn opens(chain: &mut Chain, reader: &str, call: RuntimeCall) -> bool {
	let events = chain.ok(reader, call);
	events.into_iter().any(|event| {
		matches!(event, RuntimeEvent::Custody(OpeningDecided { opened, .. }) if !opened.is_empty())
	})
}

/// A chain on which patient A has a record that everybody in care may read.
fn open_record() -> (Chain, RecordId) {
	let mut chain = Chain::new();
	let (create, record) = create_own("//PatientA");
	chain.ok("//PatientA", create);
	chain.ok("//PatientA", grant(Grantee::Everyone, permit()));
	(chain, record)
}

#[test]
fn a_second_affiliation_passes_no_deny() {
	let (mut chain, record) = open_record();
	affiliate_with_a(&mut chain);
	chain.ok(DOCTOR, accept());
	let at_b = || open_as(record, Some("//HospitalB"));
	assert!(opens(&mut chain, DOCTOR, at_b()));
	chain.ok("//PatientA", deny(Grantee::Institution(account("//HospitalA"))));
	assert!(!opens(&mut chain, DOCTOR, at_b()), "who works at A acts for B");
	assert!(!opens(&mut chain, DOCTOR, open_as(record, Some("//HospitalA"))));
	assert!(opens(&mut chain, "//DoctorB2", at_b()));
}

#[test]
fn a_registrar_attaches_no_deny_to_anothers_doctor() {
	let (mut chain, record) = open_record();
	chain.ok("//PatientA", deny(Grantee::Institution(account("//HospitalA"))));
	let at_b = || open_as(record, Some("//HospitalB"));
	affiliate_with_a(&mut chain);
	assert!(opens(&mut chain, DOCTOR, at_b()), "not accepted");
	chain.ok(DOCTOR, accept());
	assert!(!opens(&mut chain, DOCTOR, at_b()));
}

#[test]
fn institutions_authorities_and_custodians_never_read() {
	let (mut chain, record) = open_record();
	for path in ["//HospitalB", "//Authority"] {
		chain.ok("//PatientA", grant(Grantee::Person(account(path)), permit()));
		assert!(!opens(&mut chain, path, open_as(record, None)), "{path}");
		let as_itself = chain.block([(path, open_as(record, Some(path)))]);
		assert_eq!(as_itself, [Ok(Ok(()))]);
		assert!(!chain.events().iter().any(|event| matches!(
			event,
			RuntimeEvent::Custody(OpeningDecided { opened, .. }) if !opened.is_empty()
		)));
	}
	let custodian = "//HospitalB//custodian";
	for institution in [None, Some("//HospitalB")] {
		let results = chain.block([(custodian, open_as(record, institution))]);
		let error = pallet_custody::Error::<Runtime>::NotEnrolled;
		assert_eq!(results, [Ok(Err(error.into()))]);
	}
}

#[test]
fn whoever_is_denied_by_any_name_reads_nothing() {
	use vouchsafe_primitives::Role;
	let a = || account("//HospitalA");
	for grantee in [
		Grantee::Everyone,
		Grantee::Person(account(DOCTOR)),
		Grantee::Role(Role::Physician),
		Grantee::Institution(a()),
		Grantee::RoleAt { role: Role::Physician, institution: a() },
		Grantee::CareTeam { institution: a(), team: 9 },
	] {
		let (mut chain, record) = open_record();
		affiliate_with_a(&mut chain);
		chain.ok(DOCTOR, accept());
		let join = pallet_enrolment::Call::join_team {
			institution: a(),
			practitioner: account(DOCTOR),
			team: 9,
		};
		chain.ok("//RegistrarA", join);
		let at_b = || open_as(record, Some("//HospitalB"));
		assert!(opens(&mut chain, DOCTOR, at_b()));
		chain.ok("//PatientA", deny(grantee.clone()));
		assert!(!opens(&mut chain, DOCTOR, at_b()), "{grantee:?}");
	}
}
