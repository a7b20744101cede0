//! What takes two of the staff: the attacks of one registrar and one clerk on the first release.

use super::{chain::*, *};
use sp_runtime::DispatchError;
use vouchsafe_primitives::{Purposes, Role, Status, ASSISTED_DELAY};

/// When the chains here begin, in seconds since 1970.
const BEGIN: u64 = 1_800_000_000;
const HOUR: u64 = 60 * 60;

/// `consent.grant_assisted` for all of hospital A, for a month.
fn assist() -> RuntimeCall {
	let (patient, institution, grantee, terms, text) = assisted();
	pallet_consent::Call::grant_assisted { patient, institution, grantee, terms, text }.into()
}

fn assisted() -> (AccountId, AccountId, Grantee, Terms, ShownText) {
	let institution = account("//HospitalA");
	let terms = Terms {
		purposes: Purposes::of(&[Purpose::Treatment]),
		valid_until: Some(BEGIN + 30 * 24 * HOUR),
		..permit()
	};
	let text = ShownText { commitment: [7; 32].into(), language: *b"en" };
	let grantee = Grantee::Institution(institution.clone());
	(account("//PatientA"), institution, grantee, terms, text)
}

/// `consent.confirm_assisted`, by the authority.
fn confirm() -> RuntimeCall {
	let (patient, institution, grantee, terms, text) = assisted();
	let authority = account("//Authority");
	pallet_consent::Call::confirm_assisted { authority, patient, institution, grantee, terms, text }
		.into()
}

fn affiliate(path: &str, role: Role) -> RuntimeCall {
	pallet_enrolment::Call::affiliate {
		institution: account("//HospitalA"),
		practitioner: account(path),
		role,
		from: 0,
		until: None,
	}
	.into()
}

fn refused(chain: &mut Chain, path: &str, call: RuntimeCall, error: DispatchError) {
	assert_eq!(chain.block([(path, call)]), [Ok(Err(error))], "{path}");
}

fn consents(chain: &mut Chain) -> usize {
	chain.state(|| Consent::consents_of(account("//PatientA"), None, 10).len())
}

/// Whether hospital A's doctor may read some record of the patient's without labels.
fn may_read(chain: &mut Chain) -> bool {
	use vouchsafe_primitives::policy::{Question, Subject};
	use vouchsafe_support::{Consents, Enrolment as _};
	let patient = account("//PatientA");
	let hospital = account("//HospitalA");
	chain.state(|| {
		let record = vouchsafe_primitives::RecordFacts {
			id: [1; 32].into(),
			patient: patient.clone(),
			author: hospital.clone(),
			responsible: hospital.clone(),
			service: ServicePeriod { first: 1500, last: 1500 },
			confidentiality: Confidentiality::Normal,
			labels: LabelTags::default(),
			category: Category::Other,
			status: vouchsafe_primitives::RecordStatus::Current,
		};
		let question = Question {
			standing: Enrolment::standing(&patient),
			doubt: None,
			patient,
			actor: Enrolment::actor(&account("//DoctorA2"), Some(&hospital)).unwrap(),
			action: vouchsafe_primitives::Action::Read,
			purpose: Purpose::Treatment,
			subject: Subject::Record(record),
			now: pallet_timestamp::Now::<Runtime>::get() / 1_000,
			break_glass: false,
		};
		<Consent as Consents>::decide(&question).is_permit()
	})
}

/// A registrar made two keys of the administration, with which alone it read every patient.
#[test]
fn keys_of_a_registrar_enter_no_consent() {
	let mut chain = Chain::new();
	let not_staff: DispatchError = pallet_enrolment::Error::<Runtime>::NotStaff.into();
	for path in ["//DoctorA", "//DoctorA2"] {
		chain.ok("//RegistrarA", affiliate(path, Role::Administration));
		// A clinician's role without the authority's attestation is not enough either.
		refused(&mut chain, path, assist(), not_staff);
		chain.ok("//RegistrarA", affiliate(path, Role::Physician));
		refused(&mut chain, path, assist(), not_staff);
	}
	for path in ["//RegistrarA", "//HospitalA"] {
		refused(&mut chain, path, assist(), not_staff);
	}
	// One clinician is not two, not even in a batch.
	let attest = pallet_enrolment::Call::attest_licence {
		institution: account("//HospitalA"),
		practitioner: account("//DoctorA"),
		role: Role::Physician,
	};
	chain.ok("//Authority", attest);
	let same: DispatchError = pallet_enrolment::Error::<Runtime>::SameStaff.into();
	refused(&mut chain, "//DoctorA", batch(vec![assist(), assist()]), same);
	chain.ok("//DoctorA", assist());
	refused(&mut chain, "//DoctorA", assist(), same);
	refused(&mut chain, "//RegistrarA", assist(), not_staff);
	assert_eq!(consents(&mut chain), 0);
}

#[test]
fn a_consent_by_two_clinicians_counts_a_day_later() {
	let mut chain = Chain::new();
	chain.ok("//DoctorA", assist());
	chain.ok("//DoctorA2", assist());
	assert_eq!(consents(&mut chain), 1);
	assert!(!may_read(&mut chain));
	chain.block_at(ASSISTED_DELAY - HOUR);
	assert!(!may_read(&mut chain));
	chain.block_at(ASSISTED_DELAY + HOUR);
	assert!(may_read(&mut chain));
}

#[test]
fn a_patient_who_signs_has_the_last_word() {
	let mut chain = Chain::new();
	// The patient's own key signs something.
	grant_to_hospital_b(&mut chain);
	let own = consents(&mut chain);
	for path in ["//DoctorA", "//DoctorA2"] {
		chain.ok(path, assist());
	}
	assert_eq!(consents(&mut chain), own, "it waits for the authority");
	let not_authority: DispatchError = pallet_consent::Error::<Runtime>::NotForAuthority.into();
	for path in ["//HospitalA", "//RegistrarA", "//DoctorA"] {
		refused(&mut chain, path, confirm(), not_authority);
	}
	chain.ok("//Authority", confirm());
	assert_eq!(consents(&mut chain), own + 1);

	chain.ok("//PatientA", pallet_consent::Call::refuse_assisted {});
	refused(&mut chain, "//DoctorA", assist(), pallet_consent::Error::<Runtime>::Refused.into());
	refused(
		&mut chain,
		"//Authority",
		confirm(),
		pallet_consent::Error::<Runtime>::NothingWaits.into(),
	);
}

/// A registrar declared living patients deceased, and their records were closed.
#[test]
fn one_registrar_declares_nobody_deceased() {
	let mut chain = Chain::new();
	let patient = || account("//PatientA");
	let status = |status| pallet_enrolment::Call::set_status { account: patient(), status }.into();
	let declare = || pallet_enrolment::Call::declare_deceased { patient: patient() };
	let back = || pallet_enrolment::Call::take_death_back { patient: patient() };
	for path in ["//RegistrarA", "//HospitalA"] {
		refused(&mut chain, path, status(Status::Deceased), DispatchError::BadOrigin);
	}
	chain.ok("//RegistrarA", declare());
	let twice = batch(vec![declare().into(), declare().into()]);
	let same: DispatchError = pallet_enrolment::Error::<Runtime>::SameStaff.into();
	refused(&mut chain, "//RegistrarA", twice, same);
	let is = |chain: &mut Chain| {
		chain.state(|| pallet_enrolment::Accounts::<Runtime>::get(patient()).unwrap().status)
	};
	assert_eq!(is(&mut chain), Status::Active);
	chain.ok("//DoctorA", declare());
	assert_eq!(is(&mut chain), Status::Deceased);
	chain.ok("//DoctorA", back());
	chain.ok("//RegistrarA", back());
	assert_eq!(is(&mut chain), Status::Active);
}

/// Another institution's registration of the account would have blocked the patient's enrolment.
#[test]
fn an_account_is_no_custodian_against_its_will() {
	let mut chain = Chain::new();
	let call = pallet_enrolment::Call::set_custodian {
		url: b"https://b.example".to_vec().try_into().unwrap(),
		account: account("//Victim"),
		key: [1; 32],
		expires: BEGIN + HOUR,
		signature: sp_core::sr25519::Signature::from_raw([0; 64]).into(),
	};
	let error: DispatchError = pallet_enrolment::Error::<Runtime>::InvalidSignature.into();
	refused(&mut chain, "//HospitalB", call.into(), error);
}
