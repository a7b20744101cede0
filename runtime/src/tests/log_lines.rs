//! An institution without a permit can write little into a patient's log, whatever its people do.

use super::{chain::*, *};
use pallet_access_requests::Asked;

/// A request for hospital B.
fn submit() -> RuntimeCall {
	let institution = account("//HospitalB");
	pallet_access_requests::Call::submit {
		patient: account("//PatientA"),
		institution: institution.clone(),
		grantee: Grantee::Institution(institution),
		asked: Asked {
			actions: Actions::of(&[vouchsafe_primitives::Action::Read]),
			purposes: vouchsafe_primitives::Purposes::of(&[Purpose::Treatment]),
			categories: Default::default(),
			labels: Terms::all(Effect::Permit).labels,
			confidentiality: Confidentiality::Normal,
			records: Default::default(),
			data_period: Default::default(),
		},
		duration: 60 * 60,
		reason: vec![vouchsafe_primitives::SEALED_SUITE; 512].try_into().unwrap(),
	}
	.into()
}

fn lines(chain: &mut Chain) -> u64 {
	use vouchsafe_support::AuditLog;
	chain.state(|| Audit::head(&account("//PatientA")).0)
}

/// Everybody of hospital B asks, withdraws and tries to open, as often as a day's blocks allow.
#[test]
fn an_institution_without_a_permit_causes_16_lines_a_day() {
	let mut chain = Chain::new();
	let before = lines(&mut chain);
	let patient = account("//PatientA");
	let day = 24 * 60 * 60;
	let flood = |chain: &mut Chain| {
		for attempt in 0..30u32 {
			for reader in ["//DoctorB", "//DoctorB2", "//RegistrarB"] {
				let withdraw = pallet_access_requests::Call::withdraw {
					patient: patient.clone(),
					request: attempt,
				};
				let calls = [submit(), withdraw.into(), open("//PatientA", Default::default())];
				for call in calls {
					chain.block([(reader, call)]);
				}
			}
		}
	};
	flood(&mut chain);
	assert_eq!(lines(&mut chain) - before, 16);
	// Hours later on the same day nothing is added.
	chain.block_at(day / 4);
	flood(&mut chain);
	assert_eq!(lines(&mut chain) - before, 16);
	// The next day is another one.
	chain.block_at(day);
	flood(&mut chain);
	assert_eq!(lines(&mut chain) - before, 32);
}

/// Not even the hospital that enrolled the patient: its registrar switches the key and the account off and
/// on, and two of its staff say that the patient is dead.
#[test]
fn the_home_hospital_causes_18_lines_a_day() {
	let mut chain = Chain::new();
	let patient = account("//PatientA");
	let before = lines(&mut chain);
	let now = 1_800_000_000;
	for _ in 0..12 {
		use pallet_enrolment::Call;
		for since in [Some(now), None] {
			let call = Call::set_signing_disabled { account: patient.clone(), since };
			chain.block([("//RegistrarA", call.into())]);
		}
		for status in
			[vouchsafe_primitives::Status::Suspended, vouchsafe_primitives::Status::Active]
		{
			let call = Call::set_status { account: patient.clone(), status };
			chain.block([("//RegistrarA", call.into())]);
		}
		for who in ["//RegistrarA", "//DoctorA"] {
			let call = Call::declare_deceased { patient: patient.clone() };
			chain.block([(who, call.into())]);
		}
	}
	let added = lines(&mut chain) - before;
	// One more each to disable the key and to suspend the account, which may be urgent.
	assert!((16..=18).contains(&added), "{added}");
}
