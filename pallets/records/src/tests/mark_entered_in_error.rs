use super::*;
use RecordStatus::*;

fn mark(who: AccountId, id: RecordId, status: RecordStatus) -> DispatchResult {
	Records::mark_entered_in_error(RuntimeOrigin::signed(who), PATIENT, id, status)
}

fn take_back(who: AccountId, id: RecordId) -> DispatchResult {
	Records::take_mark_back(RuntimeOrigin::signed(who), PATIENT, id)
}

/// By a doctor and then a registrar of the author institution.
fn mark_by_two(id: RecordId, status: RecordStatus) {
	assert_ok!(mark(DOCTOR, id, status));
	assert_ok!(mark(REGISTRAR, id, status));
}

#[test]
fn mark_entered_in_error_works() {
	run(|| {
		let id = created();
		// No consent is needed: marking never opens.
		GivenConsents::set(Vec::new());
		for status in [WrongContent, WrongPatient] {
			let before = record(id).status;
			assert_ok!(mark(COLLEAGUE, id, status));
			assert_eq!(record(id).status, before, "one alone proposes");
			let event = LogEvent::StaffProposed(StaffMatter::Mark { record: id, status });
			assert_eq!(Logs::last(), (PATIENT, COLLEAGUE, Some(HOSPITAL), None, event));
			assert_ok!(mark(REGISTRAR, id, status));
			assert_eq!(record(id).status, status);
			let event = LogEvent::EnteredInError { record: id, status };
			assert_eq!(Logs::last(), (PATIENT, REGISTRAR, Some(HOSPITAL), None, event));
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
		assert_ok!(take_back(PATIENT, id));
		assert_eq!(record(id).status, Current);
	});
}

/// A clerk closed a record to everybody for good, alone.
#[test]
fn mark_entered_in_error_by_one_alone_fails() {
	run(|| {
		let id = created();
		assert_ok!(mark(DOCTOR, id, WrongPatient));
		for who in [DOCTOR, COLLEAGUE] {
			assert_noop!(mark(who, id, WrongPatient), SAME_STAFF);
		}
		// Another mark is another proposal.
		assert_ok!(mark(REGISTRAR, id, WrongContent));
		assert_ok!(mark(DOCTOR, id, WrongPatient));
		assert_eq!(record(id).status, Current);
	});
}

#[test]
fn take_mark_back_works() {
	run(|| {
		let id = created();
		for status in [WrongContent, WrongPatient] {
			mark_by_two(id, status);
			assert_ok!(take_back(REGISTRAR, id));
			assert_eq!(record(id).status, status);
			let matter = StaffMatter::TakeMarkBack { record: id };
			let event = LogEvent::StaffProposed(matter);
			assert_eq!(Logs::last(), (PATIENT, REGISTRAR, Some(HOSPITAL), None, event));
			assert_noop!(take_back(REGISTRAR, id), SAME_STAFF);
			assert_ok!(take_back(COLLEAGUE, id));
			assert_eq!(record(id).status, Current);
			let event = LogEvent::MarkTakenBack { record: id };
			assert_eq!(Logs::last(), (PATIENT, COLLEAGUE, Some(HOSPITAL), None, event));
			System::assert_last_event(Event::MarkTakenBack { patient: PATIENT, record: id }.into());
		}
	});
}

#[test]
fn take_mark_back_fails() {
	run(|| {
		let (id, own) = (created(), created_own());
		assert_noop!(take_back(DOCTOR, id), Error::<Test>::NotEnteredInError);
		assert_noop!(take_back(DOCTOR, NO_RECORD), Error::<Test>::RecordNotFound);
		mark_by_two(id, WrongPatient);
		assert_ok!(mark(PATIENT, own, WrongPatient));
		for who in [STRANGER, FOREIGN_DOCTOR, PATIENT, HOSPITAL] {
			assert_noop!(take_back(who, id), NOT_STAFF);
		}
		assert_noop!(take_back(DOCTOR, own), Error::<Test>::NotPatient);
		assert_noop!(
			Records::take_mark_back(RuntimeOrigin::none(), PATIENT, id),
			DispatchError::BadOrigin
		);
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
		mark_by_two(id, WrongContent);
		assert!(readers().into_iter().all(|(who, at)| may_read(who, at)));
		mark_by_two(id, WrongPatient);
		assert!(!readers().into_iter().any(|(who, at)| may_read(who, at)));
	});
}

#[test]
fn mark_entered_in_error_has_no_way_back_by_another_mark() {
	run(|| {
		let id = created();
		assert_noop!(mark(DOCTOR, id, Current), Error::<Test>::InvalidStatus);
		mark_by_two(id, WrongContent);
		assert_noop!(mark(DOCTOR, id, Current), Error::<Test>::InvalidStatus);
		assert_noop!(mark(DOCTOR, id, WrongContent), Error::<Test>::AlreadyEnteredInError);
		mark_by_two(id, WrongPatient);
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
			assert_noop!(mark(who, id, WrongPatient), NOT_STAFF);
		}
		for who in [STRANGER, DOCTOR, OTHER_PATIENT] {
			assert_noop!(mark(who, own, WrongPatient), Error::<Test>::NotPatient);
		}
		People::end_affiliation(&DOCTOR, &HOSPITAL);
		assert_noop!(mark(DOCTOR, id, WrongPatient), NOT_STAFF);
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
