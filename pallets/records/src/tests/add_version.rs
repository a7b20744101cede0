use super::*;

fn add(who: AccountId, id: RecordId, previous: H256) -> DispatchResult {
	Records::add_version(RuntimeOrigin::signed(who), id, after(previous), sharing())
}

#[test]
fn add_version_works() {
	run(|| {
		let id = created();
		let before = head(id);
		System::set_block_number(9);
		assert_ok!(add(COLLEAGUE, id, before));
		let version = Records::version(id, 1).unwrap();
		assert_eq!((&version.author, &version.institution), (&COLLEAGUE, &HOSPITAL));
		assert_eq!((version.previous, version.block), (before, 9));
		let record = Records::record(id).unwrap();
		assert_eq!((record.versions, Some(record.head)), (2, version.hash(&id, 1)));
		assert_eq!(DeclaredSets::all()[1], (PATIENT, COLLEAGUE, Some(HOSPITAL), id, 1));
		assert_eq!(
			Logs::last(),
			(
				PATIENT,
				COLLEAGUE,
				Some(HOSPITAL),
				Some(Purpose::Treatment),
				LogEvent::VersionAdded { record: id, version: 1 }
			)
		);
		System::assert_last_event(
			Event::VersionAdded { record: id, version: 1, head: record.head }.into(),
		);
	});
}

#[test]
fn add_version_by_the_patient_works() {
	run(|| {
		let id = created_own();
		assert_ok!(add(PATIENT, id, head(id)));
		assert_eq!(
			Logs::last(),
			(PATIENT, PATIENT, None, None, LogEvent::VersionAdded { record: id, version: 1 })
		);
	});
}

/// Two writers have seen the same head: the first to arrive wins, and the other is told.
#[test]
fn add_version_after_another_came_between_fails() {
	run(|| {
		let id = created();
		let seen = head(id);
		assert_ok!(add(DOCTOR, id, seen));
		assert_noop!(add(COLLEAGUE, id, seen), Error::<Test>::NotTheHead);
		assert_noop!(add(COLLEAGUE, id, H256::zero()), Error::<Test>::NotTheHead);
		assert_ok!(add(COLLEAGUE, id, head(id)));
		assert_eq!(Records::record(id).unwrap().versions, 3);
	});
}

#[test]
fn add_version_to_no_record_fails() {
	run(|| {
		assert_noop!(add(DOCTOR, NO_RECORD, H256::zero()), Error::<Test>::RecordNotFound);
	});
}

#[test]
fn add_version_by_another_fails() {
	run(|| {
		let id = created();
		let seen = head(id);
		// The patient's consent lets another institution write, but not here.
		GivenConsents::add(PATIENT, Grantee::Institution(OTHER_HOSPITAL), may_write());
		for who in [STRANGER, FOREIGN_DOCTOR, PATIENT, OTHER_PATIENT, HOSPITAL] {
			assert_noop!(add(who, id, seen), Error::<Test>::NotAffiliated);
		}
		People::set_active(&DOCTOR, false);
		assert_noop!(add(DOCTOR, id, seen), Error::<Test>::NotAffiliated);
		People::end_affiliation(&COLLEAGUE, &HOSPITAL);
		assert_noop!(add(COLLEAGUE, id, seen), Error::<Test>::NotAffiliated);
	});
}

#[test]
fn add_version_to_the_patients_own_by_another_fails() {
	run(|| {
		let id = created_own();
		for who in [STRANGER, DOCTOR, OTHER_PATIENT] {
			assert_noop!(add(who, id, head(id)), Error::<Test>::NotPatient);
		}
		People::set_active(&PATIENT, false);
		assert_noop!(add(PATIENT, id, head(id)), Error::<Test>::NotPatient);
	});
}

#[test]
fn add_version_without_consent_fails() {
	run(|| {
		let id = created();
		GivenConsents::set(Vec::new());
		assert_noop!(add(DOCTOR, id, head(id)), Error::<Test>::NotPermitted);
		// A label that the patient added since closes it too.
		GivenConsents::set(vec![(
			PATIENT,
			Grantee::Institution(HOSPITAL),
			Terms { labels: LabelFilter::Also(tags(&[1])), ..may_write() },
		)]);
		assert_ok!(Records::add_labels(RuntimeOrigin::signed(PATIENT), id, tags(&[2])));
		assert_noop!(add(DOCTOR, id, head(id)), Error::<Test>::NotPermitted);
	});
}

#[test]
fn add_version_to_what_was_entered_in_error_fails() {
	run(|| {
		let id = created();
		for status in [RecordStatus::WrongContent, RecordStatus::WrongPatient] {
			assert_ok!(Records::mark_entered_in_error(RuntimeOrigin::signed(DOCTOR), id, status));
			assert_noop!(add(DOCTOR, id, head(id)), Error::<Test>::AlreadyEnteredInError);
		}
	});
}

#[test]
fn add_version_with_another_manifest_than_a_cid_fails() {
	run(|| {
		let id = created();
		let version = NewVersion { manifest: BoundedVec::new(), ..after(head(id)) };
		assert_noop!(
			Records::add_version(RuntimeOrigin::signed(DOCTOR), id, version, sharing()),
			Error::<Test>::InvalidCid
		);
	});
}

#[test]
fn add_version_with_an_unsound_sharing_set_fails() {
	run(|| {
		let id = created();
		DeclaredSets::fail(true);
		assert_noop!(add(DOCTOR, id, head(id)), DispatchError::Other("unsound"));
	});
}

#[test]
fn add_version_beyond_the_last_number_fails() {
	run(|| {
		let id = created();
		let versions = |number| {
			crate::Records::<Test>::mutate(id, |record| record.as_mut().unwrap().versions = number)
		};
		versions(u32::MAX);
		assert_noop!(add(DOCTOR, id, head(id)), ArithmeticError::Overflow);
		versions(1);
	});
}

#[test]
fn add_version_unsigned_fails() {
	run(|| {
		let id = created();
		assert_noop!(
			Records::add_version(RuntimeOrigin::root(), id, after(head(id)), sharing()),
			DispatchError::BadOrigin
		);
	});
}
