//! An institution without a permit can write little into a patient's log, whatever its people do.

use super::{chain::*, *};
use pallet_access_requests::Asked;

/// A request for hospital B.
fn submit() -> RuntimeCall {
	submit_for("//HospitalB")
}

/// A request for a hospital.
fn submit_for(hospital: &str) -> RuntimeCall {
	let institution = account(hospital);
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
fn openings_and_requests_without_a_permit_cause_12_lines_a_day() {
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
	assert_eq!(lines(&mut chain) - before, 12);
	// Hours later on the same day nothing is added.
	chain.block_at(day / 4);
	flood(&mut chain);
	assert_eq!(lines(&mut chain) - before, 12);
	// The next day is another one.
	chain.block_at(day);
	flood(&mut chain);
	assert_eq!(lines(&mut chain) - before, 24);
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

/// Tries to open a record that does not exist.
fn open_nothing(institution: Option<AccountId>) -> RuntimeCall {
	pallet_custody::Call::open {
		patient: account("//PatientA"),
		records: vec![RecordId::repeat_byte(1)].try_into().unwrap(),
		purpose: Purpose::Treatment,
		ground: Ground::Consent { institution },
	}
	.into()
}

/// Another patient of the hospital is refused again and again. Its doctors can still ask.
#[test]
fn refused_openings_leave_lines_for_requests() {
	let mut chain = Chain::new();
	for _ in 0..20 {
		chain.block([("//PatientB", open_nothing(None))]);
	}
	let too_many: sp_runtime::DispatchError =
		pallet_custody::Error::<Runtime>::TooManyRefusals.into();
	assert_eq!(chain.block([("//PatientB", open_nothing(None))]), [Ok(Err(too_many))]);
	chain.ok("//DoctorB", submit());
}

/// One clinician has used up the lines of openings and requests. A registrar can still enable the key.
#[test]
fn openings_and_requests_leave_lines_for_the_staff() {
	let mut chain = Chain::new();
	let hospital = account("//HospitalA");
	let before = lines(&mut chain);
	for _ in 0..10 {
		chain.block([("//DoctorA", open_nothing(Some(hospital.clone())))]);
	}
	for _ in 0..3 {
		for asker in ["//DoctorA", "//DoctorA2", "//RegistrarA"] {
			chain.block([(asker, submit_for("//HospitalA"))]);
		}
	}
	assert_eq!(lines(&mut chain) - before, 12);
	use pallet_enrolment::Call;
	let patient = account("//PatientA");
	for since in [Some(1_800_000_000), None] {
		let account = patient.clone();
		chain.ok("//RegistrarA", Call::set_signing_disabled { account, since });
	}
	for who in ["//RegistrarA", "//DoctorA"] {
		chain.ok(who, Call::declare_deceased { patient: patient.clone() });
	}
}
