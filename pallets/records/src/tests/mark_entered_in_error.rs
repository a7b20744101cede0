use super::*;
use RecordStatus::*;

fn mark(who: AccountId, id: RecordId, status: RecordStatus) -> DispatchResult {
	Records::mark_entered_in_error(RuntimeOrigin::signed(who), PATIENT, id, status)
}

#[test]
fn mark_entered_in_error_works() {
	run(|| {
		let id = created();
		// No consent is needed: marking never opens.
		GivenConsents::set(Vec::new());
		for status in [WrongContent, WrongPatient] {
			assert_ok!(mark(COLLEAGUE, id, status));
			assert_eq!(record(id).status, status);
			let event = LogEvent::EnteredInError { record: id, status };
			assert_eq!(Logs::last(), (PATIENT, COLLEAGUE, Some(HOSPITAL), None, event));
			System::assert_last_event(
				Event::EnteredInError { patient: PATIENT, record: id, status }.into(),
			);
		}
	});
}

#[test]
fn mark_entered_in_error_by_the_patient_works() {
	run(|| {
		let id = created_own();
		assert_ok!(mark(PATIENT, id, WrongPatient));
		let event = LogEvent::EnteredInError { record: id, status: WrongPatient };
		assert_eq!(Logs::last(), (PATIENT, PATIENT, None, None, event));
	});
}

/// What is another patient's is closed to all from then on, to the patient as well.
#[test]
fn mark_entered_in_error_closes_to_all() {
	run(|| {
		let id = created();
		GivenConsents::set(vec![(
			PATIENT,
			Grantee::Everyone,
			Terms { labels: LabelFilter::Any, ..Terms::all(Effect::Permit) },
		)]);
		let may_read = |who, institution| {
			<GivenConsents as Consents>::decide(&Question {
				patient: PATIENT,
				standing: Standing::Active,
				doubt: None,
				actor: People::actor(&who, institution).unwrap(),
				action: Action::Read,
				purpose: Purpose::Treatment,
				subject: Subject::Record(
					<Records as traits::Records>::facts(&PATIENT, &id).unwrap(),
				),
				now: NOW,
				break_glass: false,
			})
			.is_permit()
		};
		let readers = || {
			[(PATIENT, None), (DOCTOR, Some(&HOSPITAL)), (FOREIGN_DOCTOR, Some(&OTHER_HOSPITAL))]
		};
		assert!(readers().into_iter().all(|(who, at)| may_read(who, at)));
		assert_ok!(mark(DOCTOR, id, WrongContent));
		assert!(readers().into_iter().all(|(who, at)| may_read(who, at)));
		assert_ok!(mark(DOCTOR, id, WrongPatient));
		assert!(!readers().into_iter().any(|(who, at)| may_read(who, at)));
	});
}

#[test]
fn mark_entered_in_error_has_no_way_back() {
	run(|| {
		let id = created();
		assert_noop!(mark(DOCTOR, id, Current), Error::<Test>::InvalidStatus);
		assert_ok!(mark(DOCTOR, id, WrongContent));
		assert_noop!(mark(DOCTOR, id, Current), Error::<Test>::InvalidStatus);
		assert_noop!(mark(DOCTOR, id, WrongContent), Error::<Test>::AlreadyEnteredInError);
		assert_ok!(mark(DOCTOR, id, WrongPatient));
		assert_noop!(mark(DOCTOR, id, Current), Error::<Test>::InvalidStatus);
		for status in [WrongContent, WrongPatient] {
			assert_noop!(mark(DOCTOR, id, status), Error::<Test>::AlreadyEnteredInError);
		}
	});
}

#[test]
fn mark_entered_in_error_by_another_fails() {
	run(|| {
		let (id, own) = (created(), created_own());
		for who in [STRANGER, FOREIGN_DOCTOR, PATIENT, HOSPITAL] {
			assert_noop!(mark(who, id, WrongPatient), Error::<Test>::NotAffiliated);
		}
		for who in [STRANGER, DOCTOR, OTHER_PATIENT] {
			assert_noop!(mark(who, own, WrongPatient), Error::<Test>::NotPatient);
		}
		People::end_affiliation(&DOCTOR, &HOSPITAL);
		assert_noop!(mark(DOCTOR, id, WrongPatient), Error::<Test>::NotAffiliated);
	});
}

#[test]
fn mark_entered_in_error_of_no_record_fails() {
	run(|| {
		assert_noop!(mark(DOCTOR, NO_RECORD, WrongPatient), Error::<Test>::RecordNotFound);
	});
}

#[test]
fn mark_entered_in_error_unsigned_fails() {
	run(|| {
		let id = created();
		assert_noop!(
			Records::mark_entered_in_error(RuntimeOrigin::none(), PATIENT, id, WrongPatient),
			DispatchError::BadOrigin
		);
	});
}
