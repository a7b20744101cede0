//! `activate`.

use super::*;

fn activate_at(who: AccountId, institution: AccountId) -> DispatchResult {
	Represented::activate(signed(who), PATIENT, FRIEND, institution)
}

fn activate(who: AccountId) -> DispatchResult {
	activate_at(who, HOSPITAL)
}

#[test]
fn activate_works() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), true);
		assert_ok!(activate(DOCTOR));
		assert_eq!(force(), Some(Force::Standby));
		assert_noop!(consent(), Error::<Test>::NotInForce);
		assert_ok!(activate(COLLEAGUE));
		let (patient, representative, institution) = (PATIENT, FRIEND, HOSPITAL);
		assert_last(Event::Activated { patient, representative, institution });
		assert_eq!(force(), Some(Force::InForce));
		assert_ok!(consent());
		let matter = StaffMatter::Activate { representative: FRIEND };
		let at = Some(HOSPITAL);
		assert_eq!(
			lines(&PATIENT)[1..],
			[
				line(DOCTOR, at.clone(), LogEvent::StaffProposed(matter)),
				line(COLLEAGUE, at, LogEvent::Activated { representative: FRIEND }),
			]
		);
		// Once.
		assert_noop!(activate(DOCTOR), Error::<Test>::NotOnStandby);
	});
}

/// The patient may lie in another hospital than the one that enrolled.
#[test]
fn activate_at_another_institution_works() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), true);
		assert_ok!(activate_at(CLINIC_DOCTOR, CLINIC));
		assert_ok!(activate_at(CLINIC_COLLEAGUE, CLINIC));
		assert_ok!(consent());
	});
}

#[test]
fn activate_takes_two_attested_clinicians() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), true);
		assert_ok!(activate(DOCTOR));
		assert_noop!(activate(DOCTOR), SAME_STAFF);
		for who in [REGISTRAR, NURSE, REVIEWER, CLINIC_DOCTOR, HOSPITAL, PATIENT, FRIEND, STRANGER]
		{
			assert_noop!(activate(who), NOT_STAFF);
		}
		// One here and one there.
		assert_ok!(activate_at(CLINIC_DOCTOR, CLINIC));
		assert_eq!(force(), Some(Force::Standby));
		assert_noop!(Represented::activate(root(), PATIENT, FRIEND, HOSPITAL), BadOrigin);
	});
}

#[test]
fn activate_for_an_authority_fails() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), true);
		People::affiliate(&DOCTOR, &AUTHORITY, Role::Physician);
		assert_noop!(activate_at(DOCTOR, AUTHORITY), Error::<Test>::AuthorityAttestsItself);
	});
}

#[test]
fn activate_of_what_is_not_on_standby_fails() {
	build_and_execute(|| {
		assert_noop!(activate(DOCTOR), Error::<Test>::RepresentativeNotFound);
		appoint(FRIEND, consents(), false);
		assert_noop!(activate(DOCTOR), Error::<Test>::NotOnStandby);
		assert_ok!(Represented::end(signed(PATIENT), PATIENT, FRIEND));
		represent_by_law(guardian());
		assert_noop!(activate(DOCTOR), Error::<Test>::NotOnStandby);
	});
}

#[test]
fn activate_of_what_is_over_fails() {
	for (after, works) in [(DAY - 1, true), (DAY, false)] {
		build_and_execute(|| {
			let until = Some(START + DAY);
			assert_ok!(Represented::appoint(signed(PATIENT), FRIEND, consents(), true, until));
			Clock::pass(after);
			let refused = Error::<Test>::RepresentativeNotFound.into();
			assert_eq!(activate(DOCTOR), if works { Ok(()) } else { Err(refused) });
		});
	}
}

#[test]
fn activate_of_one_who_is_suspended_fails() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), true);
		assert_ok!(activate(DOCTOR));
		assert_ok!(suspend(REGISTRAR, HOSPITAL, true));
		assert_noop!(activate(COLLEAGUE), Error::<Test>::IsSuspended);
		assert_ok!(suspend(REGISTRAR, HOSPITAL, false));
		assert_ok!(activate(COLLEAGUE));
	});
}

#[test]
fn activate_of_an_appointment_in_doubt_fails() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), true);
		doubt_at(START);
		assert_noop!(activate(DOCTOR), Error::<Test>::AppointmentInDoubt);
		doubt_at(START - 1);
		assert_ok!(activate(DOCTOR));
	});
}

#[test]
fn activate_is_for_patients_who_live() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), true);
		for standing in [Standing::Deceased { since: START }, Standing::Merged, Standing::Closed] {
			People::set_standing(&PATIENT, standing);
			assert_noop!(activate(DOCTOR), Error::<Test>::NotRepresentable);
		}
		assert_noop!(
			Represented::activate(signed(DOCTOR), STRANGER, FRIEND, HOSPITAL),
			Error::<Test>::NotRepresentable
		);
		// One whose key is disabled lives.
		People::set_standing(&PATIENT, Standing::Barred { since: START });
		assert_ok!(activate(DOCTOR));
		assert_ok!(activate(COLLEAGUE));
		assert_eq!(force(), Some(Force::InForce));
	});
}
