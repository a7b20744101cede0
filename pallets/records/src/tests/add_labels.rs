use super::*;

fn label(who: AccountId, id: RecordId, labels: &[u8]) -> DispatchResult {
	Records::add_labels(RuntimeOrigin::signed(who), PATIENT, id, tags(labels))
}

/// By a doctor and then a registrar of the author institution.
fn label_by_two(id: RecordId, labels: &[u8]) -> DispatchResult {
	assert_ok!(label(DOCTOR, id, labels));
	label(REGISTRAR, id, labels)
}

fn labels(id: RecordId) -> LabelTags {
	record(id).labels
}

/// A record whose author could not compute the tags of its labels.
fn unclassified() -> RecordId {
	assert_ok!(create(SALT, NewRecord { labels: tags(&[0]), ..new_record() }));
	record_id(&PATIENT, &HOSPITAL, &SALT)
}

#[test]
fn add_labels_works() {
	run(|| {
		let id = created();
		// By two of the staff without any consent: further labels never open a record.
		GivenConsents::set(Vec::new());
		assert_ok!(label(COLLEAGUE, id, &[2, 3]));
		assert_eq!(labels(id), label_tags(&[1]), "one alone proposes");
		let matter = StaffMatter::Label { record: id, labels: tags(&[2, 3]) };
		let event = LogEvent::StaffProposed(matter);
		assert_eq!(Logs::last(), (PATIENT, COLLEAGUE, Some(HOSPITAL), None, event));
		assert_ok!(label(REGISTRAR, id, &[2, 3]));
		assert_eq!(labels(id), label_tags(&[1, 2, 3]));
		let event = LogEvent::Labelled { record: id, labels: tags(&[1, 2, 3]) };
		assert_eq!(Logs::last(), (PATIENT, REGISTRAR, Some(HOSPITAL), None, event));
		let labels = tags(&[1, 2, 3]);
		System::assert_last_event(Event::Labelled { patient: PATIENT, record: id, labels }.into());
	});
}

#[test]
fn add_labels_by_the_patient_works() {
	run(|| {
		for id in [created(), created_own()] {
			assert_ok!(label(PATIENT, id, &[2]));
			let event = LogEvent::Labelled { record: id, labels: tags(&[1, 2]) };
			assert_eq!(Logs::last(), (PATIENT, PATIENT, None, None, event));
		}
	});
}

#[test]
fn add_labels_never_takes_any_off() {
	run(|| {
		let id = created();
		for more in [2, 3, 8] {
			let before = labels(id);
			assert_ok!(label(PATIENT, id, &[more]));
			assert!(before.iter().all(|tag| labels(id).contains(tag)));
		}
		assert_eq!(labels(id), label_tags(&[1, 2, 3, 8]));
	});
}

#[test]
fn add_labels_names_what_was_unclassified() {
	run(|| {
		let id = unclassified();
		assert_noop!(label(DOCTOR, id, &[0]), Error::<Test>::NoNewLabels);
		assert_ok!(label_by_two(id, &[1, 2]));
		assert_eq!(labels(id), label_tags(&[1, 2]));
	});
	run(|| {
		let plain = NewRecord { labels: tags(&[]), ..new_record() };
		assert_ok!(create(SALT, plain));
		let id = record_id(&PATIENT, &HOSPITAL, &SALT);
		assert_ok!(label(PATIENT, id, &[0]));
		assert_eq!(labels(id), label_tags(&[0]));
	});
}

#[test]
fn a_first_named_label_needs_the_patients_consent() {
	for before in [&[][..], &[0]] {
		run(|| {
			assert_ok!(create(SALT, NewRecord { labels: tags(before), ..new_record() }));
			let id = record_id(&PATIENT, &HOSPITAL, &SALT);
			GivenConsents::set(Vec::new());
			assert_err!(label_by_two(id, &[1]), Error::<Test>::NotPermitted);
			assert_eq!(labels(id), label_tags(before));
			// The consent must cover the record as it will be.
			let labels = LabelFilter::Also(tags(&[2]));
			let permit = Terms { labels, ..may_write() };
			// It is enough that one of the two may write.
			let physicians = Grantee::RoleAt { role: Role::Physician, institution: HOSPITAL };
			GivenConsents::set(vec![(PATIENT, physicians, permit)]);
			assert_err!(label_by_two(id, &[1]), Error::<Test>::NotPermitted);
			assert_ok!(label_by_two(id, &[2]));
			assert_eq!(record(id).labels, label_tags(&[2]));
			// Further labels only close it.
			GivenConsents::set(Vec::new());
			assert_ok!(label_by_two(id, &[1]));
		});
	}
}

#[test]
fn add_labels_leaves_unclassified_alone() {
	run(|| {
		// A record with named labels does not become unclassified, and no record is both.
		let id = created();
		for more in [&[0][..], &[0, 2]] {
			assert_noop!(label(PATIENT, id, more), Error::<Test>::NotUnclassified);
		}
		let both = NewRecord { labels: tags(&[0, 2]), ..new_record() };
		assert_noop!(create([2; 16], both), Error::<Test>::NotUnclassified);
	});
	run(|| {
		let id = unclassified();
		assert_noop!(label(PATIENT, id, &[0, 2]), Error::<Test>::NotUnclassified);
	});
}

#[test]
fn labels_out_of_order_fail() {
	run(|| {
		let id = created();
		let tag = |id| LabelTag([id, 0, 0, 0]);
		for unsorted in [[tag(3), tag(2)], [tag(2), tag(2)]] {
			let labels: LabelTags = unsorted.to_vec().try_into().unwrap();
			let add =
				Records::add_labels(RuntimeOrigin::signed(DOCTOR), PATIENT, id, labels.clone());
			assert_noop!(add, Error::<Test>::LabelsNotSorted);
			let unsorted = NewRecord { labels, ..new_record() };
			assert_noop!(create([2; 16], unsorted), Error::<Test>::LabelsNotSorted);
		}
	});
}

#[test]
fn add_labels_up_to_eight_works() {
	run(|| {
		let id = created();
		assert_noop!(label(DOCTOR, id, &[2, 3, 4, 5, 6, 7, 8, 9]), Error::<Test>::TooManyLabels);
		assert_ok!(label(PATIENT, id, &[2, 3, 4, 5, 6, 7, 8]));
		assert_noop!(label(DOCTOR, id, &[9]), Error::<Test>::TooManyLabels);
		assert_eq!(labels(id), label_tags(&[1, 2, 3, 4, 5, 6, 7, 8]));
	});
	run(|| {
		let id = unclassified();
		assert_ok!(label_by_two(id, &[1, 2, 3, 4, 5, 6, 7, 8]));
	});
}

#[test]
fn add_labels_that_are_there_fails() {
	run(|| {
		let id = created();
		assert_noop!(label(PATIENT, id, &[]), Error::<Test>::NoNewLabels);
		assert_noop!(label(PATIENT, id, &[1]), Error::<Test>::NoNewLabels);
		assert_ok!(label(PATIENT, id, &[1, 2]));
		assert_noop!(label(DOCTOR, id, &[2]), Error::<Test>::NoNewLabels);
	});
}

#[test]
fn add_labels_by_another_fails() {
	run(|| {
		let (id, own) = (created(), created_own());
		for who in [STRANGER, FOREIGN_DOCTOR, OTHER_PATIENT, HOSPITAL] {
			assert_noop!(label(who, id, &[2]), NOT_STAFF);
		}
		// A clerk destroyed access for good, alone.
		assert_ok!(label(DOCTOR, id, &[2]));
		for who in [DOCTOR, COLLEAGUE] {
			assert_noop!(label(who, id, &[2]), SAME_STAFF);
		}
		assert_eq!(labels(id), label_tags(&[1]));
		assert_noop!(label(DOCTOR, own, &[2]), Error::<Test>::NotPatient);
		People::end_affiliation(&DOCTOR, &HOSPITAL);
		assert_noop!(label(DOCTOR, id, &[2]), NOT_STAFF);
		People::set_active(&PATIENT, false);
		assert_noop!(label(PATIENT, id, &[2]), Error::<Test>::NotPatient);
	});
}

#[test]
fn add_labels_to_no_record_fails() {
	run(|| {
		assert_noop!(label(PATIENT, NO_RECORD, &[2]), Error::<Test>::RecordNotFound);
		// Another patient's.
		let (origin, id) = (RuntimeOrigin::signed(OTHER_PATIENT), created());
		assert_noop!(
			Records::add_labels(origin, OTHER_PATIENT, id, tags(&[2])),
			Error::<Test>::RecordNotFound
		);
	});
}

#[test]
fn add_labels_unsigned_fails() {
	run(|| {
		let id = created();
		assert_noop!(
			Records::add_labels(RuntimeOrigin::none(), PATIENT, id, tags(&[2])),
			DispatchError::BadOrigin
		);
	});
}
