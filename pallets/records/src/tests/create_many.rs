use super::*;

/// The record with this number, for the hospital.
fn creation(number: u8) -> Creation {
	Creation {
		salt: [number; 16],
		record: new_record(),
		version: new_version(),
		commitments: H256([3; 32]),
	}
}

fn id(number: u8) -> RecordId {
	record_id(&PATIENT, &HOSPITAL, &[number; 16])
}

fn call(who: AccountId, institution: Option<AccountId>, records: Vec<Creation>) -> DispatchResult {
	let records = records.try_into().unwrap();
	Records::create_many(RuntimeOrigin::signed(who), PATIENT, institution, holders(), records)
}

fn create_many(records: Vec<Creation>) -> DispatchResult {
	call(DOCTOR, Some(HOSPITAL), records)
}

#[test]
fn create_many_works() {
	run(|| {
		let other = NewRecord { category: Category::Imaging, ..new_record() };
		let records = vec![creation(1), Creation { record: other, ..creation(2) }];
		assert_ok!(create_many(records));
		assert_eq!(record(id(1)).category, Category::Laboratory);
		assert_eq!(record(id(2)).category, Category::Imaging);
		assert_eq!(DeclaredSets::all(), [declared(id(1), 0), declared(id(2), 0)]);
		let event = LogEvent::RecordsCreated { records: vec![id(1), id(2)].try_into().unwrap() };
		let purpose = Some(Purpose::Treatment);
		assert_eq!(Logs::last(), (PATIENT, DOCTOR, Some(HOSPITAL), purpose, event));
		assert_eq!(Logs::of(&PATIENT).len(), 1, "one entry");
		let records = [id(1), id(2)].map(|id| (id, head(id))).to_vec();
		System::assert_last_event(
			Event::RecordsCreated {
				patient: PATIENT,
				author: HOSPITAL,
				records: records.try_into().unwrap(),
			}
			.into(),
		);
	});
}

/// The records are what single calls would have created.
#[test]
fn create_many_is_as_single_calls() {
	run(|| {
		assert_ok!(create_many(vec![creation(1)]));
		assert_ok!(create([2; 16], new_record()));
		let without_head = |id| RecordView { head: H256::zero(), ..record(id) };
		assert_eq!(without_head(id(1)), without_head(id(2)));
		assert_eq!(Records::version(PATIENT, id(1), 0), Records::version(PATIENT, id(2), 0));
	});
}

#[test]
fn create_many_by_the_patient_works() {
	run(|| {
		GivenConsents::set(Vec::new());
		let own = |number| Creation { record: own_record(), ..creation(number) };
		assert_ok!(call(PATIENT, None, vec![own(1), own(2)]));
		assert_eq!(Records::records_of(PATIENT, None, 10).len(), 2);
		assert_eq!((Logs::last().2, Logs::last().3), (None, None));
		assert_noop!(call(DOCTOR, None, vec![own(3)]), Error::<Test>::NotPatient);
	});
}

#[test]
fn create_many_is_bounded() {
	run(|| {
		assert_ok!(create_many((0..MAX_BATCH as u8).map(creation).collect()));
		assert_eq!(Records::records_of(PATIENT, None, 100).len(), MAX_BATCH as usize);
		let more = (0..=MAX_BATCH as u8).map(creation).collect::<Vec<_>>();
		assert!(BoundedVec::<_, ConstU32<MAX_BATCH>>::try_from(more).is_err());
		assert_noop!(create_many(vec![]), Error::<Test>::NoRecords);
	});
}

/// If one record fails, none is created.
#[test]
fn create_many_with_one_that_fails_fails() {
	run(|| {
		let with = |record| vec![creation(1), Creation { record, ..creation(2) }, creation(3)];
		assert_noop!(create_many(with(own_record())), Error::<Test>::OriginMismatch);
		let reversed = ServicePeriod { first: 1501, last: 1500 };
		assert_noop!(
			create_many(with(NewRecord { service: reversed, ..new_record() })),
			Error::<Test>::InvalidPeriod
		);
		let version = NewVersion { manifest: BoundedVec::new(), ..new_version() };
		assert_noop!(
			create_many(vec![creation(1), Creation { version, ..creation(2) }]),
			Error::<Test>::InvalidCid
		);
		assert_ok!(create([2; 16], new_record()));
		assert_noop!(create_many(with(new_record())), Error::<Test>::RecordExists);
		DeclaredSets::fail(true);
		assert_noop!(create_many(vec![creation(4)]), DispatchError::Other("unsound"));
	});
}

#[test]
fn create_many_of_the_same_fails() {
	run(|| {
		let twice = vec![creation(1), creation(2), creation(1)];
		assert_noop!(create_many(twice), Error::<Test>::RecordExists);
	});
}

/// The consents decide on each record.
#[test]
fn create_many_with_one_beyond_the_consent_fails() {
	run(|| {
		let terms = Terms { labels: LabelFilter::Also(tags(&[1])), ..may_write() };
		GivenConsents::set(vec![(PATIENT, Grantee::Institution(HOSPITAL), terms)]);
		let labelled = NewRecord { labels: tags(&[1, 2]), ..new_record() };
		let records = vec![creation(1), Creation { record: labelled, ..creation(2) }];
		assert_noop!(create_many(records), Error::<Test>::NotPermitted);
		assert_ok!(create_many(vec![creation(1), creation(2)]));
		GivenConsents::set(Vec::new());
		assert_noop!(create_many(vec![creation(3)]), Error::<Test>::NotPermitted);
	});
}

/// A relation names a record from before or from earlier in the call, not from later.
#[test]
fn create_many_with_relations_works() {
	run(|| {
		let appends = |number, target| {
			let relation = Some(Relation { kind: RelationKind::Appends, target });
			Creation { record: NewRecord { relation, ..new_record() }, ..creation(number) }
		};
		for records in [
			vec![appends(1, NO_RECORD)],
			vec![appends(1, id(2)), creation(2)],
			vec![appends(1, id(1))],
		] {
			assert_noop!(create_many(records), Error::<Test>::RelatedRecordNotFound);
		}
		assert_ok!(create_many(vec![creation(2), appends(1, id(2))]));
		assert_ok!(create_many(vec![appends(3, id(1))]));
	});
}

#[test]
fn create_many_by_who_does_not_act_for_the_institution_fails() {
	run(|| {
		for who in [STRANGER, FOREIGN_DOCTOR, PATIENT, RELATIVE, HOSPITAL] {
			assert_noop!(
				call(who, Some(HOSPITAL), vec![creation(1)]),
				Error::<Test>::NotAffiliated
			);
		}
		assert_noop!(
			Records::create_many(
				RuntimeOrigin::none(),
				PATIENT,
				None,
				holders(),
				vec![creation(1)].try_into().unwrap(),
			),
			DispatchError::BadOrigin
		);
	});
}
