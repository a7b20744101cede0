use super::*;

fn label(who: AccountId, id: RecordId, labels: u32) -> DispatchResult {
	Records::add_labels(RuntimeOrigin::signed(who), PATIENT, id, Labels(labels))
}

#[test]
fn add_labels_works() {
	run(|| {
		let id = created();
		// By colleagues without any consent, since a label never opens.
		GivenConsents::set(Vec::new());
		assert_ok!(label(COLLEAGUE, id, 0b110));
		assert_eq!(record(id).labels, Labels(0b111));
		let event = LogEvent::Labelled { record: id, labels: Labels(0b111) };
		assert_eq!(Logs::last(), (PATIENT, COLLEAGUE, Some(HOSPITAL), None, event));
		System::assert_last_event(
			Event::Labelled { patient: PATIENT, record: id, labels: Labels(0b111) }.into(),
		);
	});
}

#[test]
fn add_labels_by_the_patient_works() {
	run(|| {
		for id in [created(), created_own()] {
			assert_ok!(label(PATIENT, id, 0b10));
			let event = LogEvent::Labelled { record: id, labels: Labels(0b11) };
			assert_eq!(Logs::last(), (PATIENT, PATIENT, None, None, event));
		}
	});
}

#[test]
fn add_labels_never_takes_any_off() {
	run(|| {
		let id = created();
		for labels in [0b10, 0b100, 0b1000_0000] {
			let before = record(id).labels;
			assert_ok!(label(PATIENT, id, labels));
			assert!(before.is_subset(record(id).labels));
		}
		assert_eq!(record(id).labels, Labels(0b1000_0111));
	});
}

#[test]
fn add_labels_that_are_there_fails() {
	run(|| {
		let id = created();
		assert_noop!(label(PATIENT, id, 0), Error::<Test>::NoNewLabels);
		assert_noop!(label(PATIENT, id, 0b1), Error::<Test>::NoNewLabels);
		assert_ok!(label(PATIENT, id, 0b11));
		assert_noop!(label(DOCTOR, id, 0b10), Error::<Test>::NoNewLabels);
	});
}

#[test]
fn add_labels_by_another_fails() {
	run(|| {
		let (id, own) = (created(), created_own());
		for who in [STRANGER, FOREIGN_DOCTOR, OTHER_PATIENT, HOSPITAL] {
			assert_noop!(label(who, id, 0b10), Error::<Test>::NotAffiliated);
		}
		assert_noop!(label(DOCTOR, own, 0b10), Error::<Test>::NotPatient);
		People::end_affiliation(&DOCTOR, &HOSPITAL);
		assert_noop!(label(DOCTOR, id, 0b10), Error::<Test>::NotAffiliated);
		People::set_active(&PATIENT, false);
		assert_noop!(label(PATIENT, id, 0b10), Error::<Test>::NotPatient);
	});
}

#[test]
fn add_labels_to_no_record_fails() {
	run(|| {
		assert_noop!(label(PATIENT, NO_RECORD, 0b10), Error::<Test>::RecordNotFound);
		// Another patient's.
		let (origin, id) = (RuntimeOrigin::signed(OTHER_PATIENT), created());
		assert_noop!(
			Records::add_labels(origin, OTHER_PATIENT, id, Labels(0b10)),
			Error::<Test>::RecordNotFound
		);
	});
}

#[test]
fn add_labels_unsigned_fails() {
	run(|| {
		let id = created();
		assert_noop!(
			Records::add_labels(RuntimeOrigin::none(), PATIENT, id, Labels(0b10)),
			DispatchError::BadOrigin
		);
	});
}
