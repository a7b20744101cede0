//! What takes two of the staff.

use super::*;
use crate::{
	mock::{account, Enrolment},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;
use vouchsafe_primitives::audit::StaffMatter;
use vouchsafe_support::{doubles::MAX_UNINVITED, Agreed, Pair as Two, Staff};

const CONTENT: H256 = H256([1; 32]);

fn nurse() -> AccountId {
	account("Nurse")
}

/// Adds somebody to hospital A's staff.
fn hire(name: &str, role: Role, attested: bool) -> AccountId {
	let (who, at) = (account(name), hospital_a());
	if Enrolment::actor(&who, None).is_none() {
		assert_ok!(Pallet::<Test>::do_enrol(
			who.clone(),
			AccountKind::Practitioner,
			KEY,
			at.clone()
		));
	}
	assert_ok!(Enrolment::affiliate(signed(at.clone()), at.clone(), who.clone(), role, 0, None));
	if Enrolment::enrolled_by(&who) != Some(hospital_a()) {
		assert_ok!(Enrolment::accept_affiliation(signed(who.clone()), hospital_a()));
	}
	if attested {
		assert_ok!(Enrolment::attest_licence(signed(authority()), at, who.clone(), role));
	}
	who
}

fn agree(who: &AccountId, pair: Two) -> Result<Agreed, DispatchError> {
	<Enrolment as Staff>::agree(who, &hospital_a(), &patient_a(), CONTENT, pair)
}

fn confirmed(first: AccountId) -> Result<Agreed, DispatchError> {
	Ok(Agreed::Confirmed { first })
}

#[test]
fn a_registrar_and_a_clinician_agree_in_either_order() {
	run(|| {
		let pair = Two::RegistrarAndClinician;
		for (first, second) in [(registrar_a(), doctor_a()), (doctor_a(), registrar_a())] {
			assert_eq!(agree(&first, pair), Ok(Agreed::Proposed));
			let (subject, institution) = (patient_a(), hospital_a());
			assert_last(Event::StaffProposed { subject, institution, by: first.clone() });
			assert_eq!(agree(&second, pair), confirmed(first));
			assert_eq!(StaffProposals::<Test>::iter().count(), 0);
		}
	});
}

#[test]
fn one_part_alone_does_not_agree() {
	run(|| {
		let pair = Two::RegistrarAndClinician;
		let (nurse, clerk) =
			(hire("Nurse", Role::Nurse, true), hire("Clerk", Role::Registrar, true));
		assert_eq!(agree(&doctor_a(), pair), Ok(Agreed::Proposed));
		assert_noop!(agree(&doctor_a(), pair), Error::<Test>::SameStaff);
		assert_noop!(agree(&nurse, pair), Error::<Test>::SamePart);
		assert_eq!(agree(&registrar_a(), pair), confirmed(doctor_a()));
		// A registrar whose licence is attested is a registrar all the same.
		assert_eq!(agree(&clerk, pair), Ok(Agreed::Proposed));
		assert_noop!(agree(&registrar_a(), pair), Error::<Test>::SamePart);
		// For a consent both are clinicians.
		assert_noop!(agree(&clerk, Two::Clinicians), Error::<Test>::NotStaff);
		assert_noop!(agree(&registrar_a(), Two::Clinicians), Error::<Test>::NotStaff);
	});
}

/// The attack on the first release: keys that a registrar enrols and affiliates alone.
#[test]
fn keys_that_a_registrar_makes_do_not_agree() {
	run(|| {
		for (role, attested) in [
			(Role::Administration, false),
			(Role::Physician, false),
			(Role::Administration, true),
			(Role::PrivacyOfficer, true),
		] {
			let made = hire("Nurse", role, attested);
			for pair in [Two::RegistrarAndClinician, Two::Clinicians] {
				assert_noop!(agree(&made, pair), Error::<Test>::NotStaff);
			}
		}
		for who in [hospital_a(), authority(), doctor_b(), patient_a(), stranger()] {
			assert_noop!(agree(&who, Two::Clinicians), Error::<Test>::NotStaff);
		}
	});
}

/// As a derived account or in a batch, one signature could otherwise supply both halves.
#[test]
fn nobody_signs_or_acts_as_both() {
	run(|| {
		let nurse = hire("Nurse", Role::Nurse, true);
		let agree_by = |signer: &AccountId, who: &AccountId| {
			Admitted::set_signer(Some(signer.clone()));
			agree(who, Two::Clinicians)
		};
		assert_eq!(agree_by(&stranger(), &nurse), Ok(Agreed::Proposed));
		// The same signer, as somebody else; and the one proposed for, as signer.
		assert_noop!(agree_by(&stranger(), &doctor_a()), Error::<Test>::SameStaff);
		assert_noop!(agree_by(&nurse, &doctor_a()), Error::<Test>::SameStaff);
		// The same origin, signed by somebody else.
		assert_noop!(agree_by(&person_a(), &nurse), Error::<Test>::SameStaff);
		assert_eq!(agree_by(&doctor_a(), &doctor_a()), confirmed(nurse.clone()));
		// And the first signer as the second's origin.
		assert_eq!(agree_by(&doctor_a(), &nurse), Ok(Agreed::Proposed));
		assert_noop!(agree_by(&person_a(), &doctor_a()), Error::<Test>::SameStaff);
	});
}

#[test]
fn a_proposal_waits_for_a_day() {
	run(|| {
		let pair = Two::RegistrarAndClinician;
		assert_eq!(agree(&doctor_a(), pair), Ok(Agreed::Proposed));
		Clock::set(NOW + PROPOSAL_LIFETIME);
		assert_eq!(agree(&registrar_a(), pair), Ok(Agreed::Proposed), "the first has expired");
		Clock::set(NOW + 2 * PROPOSAL_LIFETIME - 1);
		assert_eq!(agree(&doctor_a(), pair), confirmed(registrar_a()));
	});
}

#[test]
fn another_content_replaces_the_proposal() {
	run(|| {
		let pair = Two::RegistrarAndClinician;
		assert_eq!(agree(&doctor_a(), pair), Ok(Agreed::Proposed));
		let other = <Enrolment as Staff>::agree(
			&registrar_a(),
			&hospital_a(),
			&patient_a(),
			H256([2; 32]),
			pair,
		);
		assert_eq!(other, Ok(Agreed::Proposed));
		assert_eq!(agree(&doctor_a(), pair), Ok(Agreed::Proposed));
		assert_eq!(StaffProposals::<Test>::iter().count(), 1);
	});
}

#[test]
fn who_has_left_is_not_the_first() {
	run(|| {
		hire("Nurse", Role::Nurse, true);
		assert_eq!(agree(&nurse(), Two::Clinicians), Ok(Agreed::Proposed));
		let at = hospital_a();
		assert_ok!(Enrolment::end_affiliation(signed(at.clone()), at, nurse()));
		assert_eq!(agree(&doctor_a(), Two::Clinicians), Ok(Agreed::Proposed));
		assert_noop!(agree(&nurse(), Two::Clinicians), Error::<Test>::NotStaff);
	});
}

/// A thief's proposal ends with the stolen key.
#[test]
fn whose_key_is_disabled_is_not_the_first() {
	run(|| {
		hire("Nurse", Role::Nurse, true);
		assert_eq!(agree(&nurse(), Two::Clinicians), Ok(Agreed::Proposed));
		let (by, at) = (signed(registrar_a()), Some(NOW));
		assert_ok!(Enrolment::set_signing_disabled(by, nurse(), at));
		assert_eq!(agree(&doctor_a(), Two::Clinicians), Ok(Agreed::Proposed));
	});
}

/// A registrar here and a physician elsewhere is a registrar here.
#[test]
fn the_affiliation_with_this_institution_counts() {
	run(|| {
		let both = hire("DoctorB", Role::Registrar, false);
		assert_eq!(agree(&both, Two::RegistrarAndClinician), Ok(Agreed::Proposed));
		assert_noop!(agree(&registrar_a(), Two::RegistrarAndClinician), Error::<Test>::SamePart);
		assert_noop!(agree(&both, Two::Clinicians), Error::<Test>::NotStaff);
		assert_eq!(agree(&doctor_a(), Two::RegistrarAndClinician), confirmed(both));
	});
}

fn declare(who: AccountId) -> DispatchResult {
	Enrolment::declare_deceased(signed(who), patient_a())
}

fn take_back(who: AccountId) -> DispatchResult {
	Enrolment::take_death_back(signed(who), patient_a()).map(|_| ()).map_err(|failed| failed.error)
}

fn status() -> Status {
	Accounts::<Test>::get(patient_a()).unwrap().status
}

/// One of the staff filled a patient's log with proposals.
#[test]
fn proposals_are_limited_to_some_lines_a_day() {
	run(|| {
		let propose = |number: u32| {
			let content = H256::from_low_u64_be(number.into());
			let (pair, at) = (Two::RegistrarAndClinician, hospital_a());
			<Enrolment as Staff>::agree(&registrar_a(), &at, &patient_a(), content, pair)
		};
		let confirm = |number: u32| {
			let (pair, at) = (Two::RegistrarAndClinician, hospital_a());
			let content = H256::from_low_u64_be(number.into());
			<Enrolment as Staff>::agree(&doctor_a(), &at, &patient_a(), content, pair)
		};
		for number in 1..MAX_UNINVITED {
			assert_eq!(propose(number), Ok(Agreed::Proposed));
		}
		// To confirm is a line too.
		assert_eq!(confirm(MAX_UNINVITED - 1), confirmed(registrar_a()));
		assert_noop!(propose(MAX_UNINVITED), Error::<Test>::TooManyLines);
	});
	run(|| {
		let (pair, at) = (Two::RegistrarAndClinician, hospital_a());
		let agree =
			|who: &AccountId| <Enrolment as Staff>::agree(who, &at, &patient_a(), CONTENT, pair);
		for _ in 0..MAX_UNINVITED / 2 {
			assert_eq!(agree(&registrar_a()), Ok(Agreed::Proposed));
			assert_eq!(agree(&doctor_a()), confirmed(registrar_a()));
		}
		assert_noop!(agree(&registrar_a()), Error::<Test>::TooManyLines);
	});
}

/// One registrar alone closed a living patient's records for good.
#[test]
fn a_death_takes_two_and_is_logged() {
	run(|| {
		assert_ok!(declare(registrar_a()));
		assert_eq!(status(), Status::Active);
		assert_noop!(declare(registrar_a()), Error::<Test>::SameStaff);
		Clock::set(NOW + 5);
		assert_ok!(declare(doctor_a()));
		assert_eq!(Enrolment::standing(&patient_a()), Standing::Deceased { since: NOW + 5 });
		let status = Status::Deceased;
		assert_last(Event::StatusSet { account: patient_a(), status });
		let line = |who, event| (patient_a(), who, Some(hospital_a()), event);
		assert_eq!(
			lines(),
			[
				line(registrar_a(), LogEvent::StaffProposed(StaffMatter::DeclareDeceased)),
				line(doctor_a(), LogEvent::StatusSet(status)),
			]
		);
	});
}

#[test]
fn a_death_is_taken_back_by_two_within_thirty_days() {
	run(|| {
		let dies = || {
			assert_ok!(declare(registrar_a()));
			assert_ok!(declare(doctor_a()));
		};
		dies();
		let since = Clock::now().as_secs();
		assert_noop!(declare(doctor_a()), Error::<Test>::StatusIsFinal);
		Clock::set(since + DECEASED_UNDO - 1);
		assert_ok!(take_back(doctor_a()));
		assert_eq!((status(), Representatives::told_revived()), (Status::Deceased, vec![]));
		assert_ok!(take_back(registrar_a()));
		assert_eq!(status(), Status::Active);
		// The executors go.
		assert_eq!(Representatives::told_revived(), [(patient_a(), registrar_a())]);
		let proposed = LogEvent::StaffProposed(StaffMatter::TakeDeathBack);
		assert_eq!(lines()[2], (patient_a(), doctor_a(), Some(hospital_a()), proposed));
		assert_eq!(lines()[3].3, LogEvent::StatusSet(Status::Active));
		assert_noop!(take_back(doctor_a()), Error::<Test>::NotDeceased);

		dies();
		Clock::set(Clock::now().as_secs() + DECEASED_UNDO);
		assert_noop!(take_back(doctor_a()), Error::<Test>::TooLate);
		assert_ok!(Enrolment::set_status(root(), patient_a(), Status::Active));
	});
}

#[test]
fn take_death_back_weighs_the_executors_only_at_the_end() {
	use frame_support::dispatch::GetDispatchInfo;
	use vouchsafe_support::Representation as _;
	run(|| {
		let own = <() as WeightInfo>::declare_deceased();
		let call = Call::<Test>::take_death_back { patient: patient_a() };
		let declared = call.get_dispatch_info().call_weight;
		assert_eq!(declared, own + Representatives::on_revived_weight());
		assert_ok!(Enrolment::set_status(root(), patient_a(), Status::Deceased));
		let weighs =
			|who| Enrolment::take_death_back(signed(who), patient_a()).unwrap().actual_weight;
		assert_eq!(weighs(doctor_a()), Some(own));
		assert_eq!(weighs(registrar_a()), None);
	});
}

#[test]
fn a_death_is_a_patients_and_for_the_staff_who_enrolled() {
	run(|| {
		for account in [doctor_a(), hospital_a(), person_a(), stranger()] {
			let (one, back) = (signed(doctor_a()), signed(doctor_a()));
			assert_noop!(
				Enrolment::declare_deceased(one, account.clone()),
				Error::<Test>::StatusNotForKind
			);
			assert_noop!(
				Enrolment::take_death_back(back, account),
				Error::<Test>::StatusNotForKind
			);
		}
		for who in [doctor_b(), hospital_a(), patient_a(), stranger()] {
			assert_noop!(declare(who), Error::<Test>::NotStaff);
		}
		assert_noop!(Enrolment::declare_deceased(root(), patient_a()), DispatchError::BadOrigin);
		assert_ok!(Enrolment::set_status(root(), patient_a(), Status::Closed));
		assert_noop!(declare(doctor_a()), Error::<Test>::StatusIsFinal);
	});
}
