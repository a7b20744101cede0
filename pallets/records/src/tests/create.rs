use super::*;

#[test]
fn create_works() {
	run(|| {
		System::set_block_number(7);
		let id = created();
		let version = VersionView {
			manifest: Some(cid(1)),
			commitment: H256([2; 32]),
			previous: H256::zero(),
			author: DOCTOR,
			institution: HOSPITAL,
			block: 7,
		};
		assert_eq!(Records::version(PATIENT, id, 0), Some(version));
		let head = Versions::<Test>::get(id, 0).unwrap().hash(&id, 0, &HOSPITAL);
		assert_eq!(
			Records::record(PATIENT, id),
			Some(RecordView {
				patient: PATIENT,
				author: HOSPITAL,
				responsible: HOSPITAL,
				origin: Origin::Authored,
				service: ServicePeriod { first: 1500, last: 1501 },
				relation: None,
				confidentiality: Confidentiality::Normal,
				labels: tags(&[1]),
				category: Category::Laboratory,
				status: RecordStatus::Current,
				versions: 1,
				head,
			})
		);
		assert_eq!(DeclaredSets::all(), [declared(id, 0)]);
		assert_eq!(
			Logs::last(),
			(
				PATIENT,
				DOCTOR,
				Some(HOSPITAL),
				Some(Purpose::Treatment),
				LogEvent::RecordsCreated { records: vec![id].try_into().unwrap() }
			)
		);
		System::assert_last_event(
			Event::RecordsCreated {
				patient: PATIENT,
				author: HOSPITAL,
				records: vec![(id, head)].try_into().unwrap(),
			}
			.into(),
		);
	});
}

#[test]
fn create_hashes_the_version_as_written_out() {
	run(|| {
		let id = created();
		let mut bytes = b"vouchsafe/version/1".to_vec();
		bytes.extend(id.0);
		bytes.extend([0; 4]); // number
		bytes.push(36 << 2); // the CID's length, compact
		bytes.extend([0x01, 0x55, 0x12, 0x20]);
		bytes.extend([1; 32]); // its digest
		bytes.extend([2; 32]); // commitment
		bytes.extend([0; 32]); // previous
		bytes.extend([3; 32]); // the doctor
		bytes.extend([6; 32]); // the hospital
		assert_eq!(head(id), H256(sp_io::hashing::blake2_256(&bytes)));
	});
}

#[test]
fn create_by_the_patient_works() {
	run(|| {
		// The patient needs no consent.
		GivenConsents::set(Vec::new());
		let id = created_own();
		let record = record(id);
		assert_eq!((record.author, record.responsible), (PATIENT, PATIENT));
		assert_eq!(DeclaredSets::all(), [declared(id, 0)]);
		assert_eq!(
			Logs::last(),
			(
				PATIENT,
				PATIENT,
				None,
				None,
				LogEvent::RecordsCreated { records: vec![id].try_into().unwrap() }
			)
		);
	});
}

#[test]
fn create_for_the_patient_as_institution_is_the_patients() {
	run(|| {
		let call = |origin, signer| {
			Records::create(
				RuntimeOrigin::signed(signer),
				PATIENT,
				Some(PATIENT),
				SALT,
				NewRecord { origin, ..new_record() },
				new_version(),
				sharing(),
			)
		};
		assert_noop!(call(Origin::Authored, PATIENT), Error::<Test>::OriginMismatch);
		assert_noop!(call(Origin::PatientEntered, DOCTOR), Error::<Test>::NotPatient);
		assert_ok!(call(Origin::PatientEntered, PATIENT));
	});
}

#[test]
fn create_with_a_relation_works() {
	run(|| {
		let target = created_own();
		let relation = Some(Relation { kind: RelationKind::Appends, target });
		assert_ok!(create(SALT, NewRecord { relation, ..new_record() }));
		let id = record_id(&PATIENT, &HOSPITAL, &SALT);
		assert_eq!(record(id).relation, relation);
	});
}

#[test]
fn create_with_a_foreign_relation_fails() {
	run(|| {
		assert_ok!(Records::create(
			RuntimeOrigin::signed(OTHER_PATIENT),
			OTHER_PATIENT,
			None,
			SALT,
			own_record(),
			new_version(),
			sharing(),
		));
		for target in [NO_RECORD, record_id(&OTHER_PATIENT, &OTHER_PATIENT, &SALT)] {
			let relation = Some(Relation { kind: RelationKind::Appends, target });
			assert_noop!(
				create(SALT, NewRecord { relation, ..new_record() }),
				Error::<Test>::RelatedRecordNotFound
			);
		}
	});
}

#[test]
fn create_twice_fails() {
	run(|| {
		created();
		assert_noop!(create(SALT, new_record()), Error::<Test>::RecordExists);
		assert_ok!(create([2; 16], new_record()));
	});
}

/// Another institution can't take an id that it has seen: its own name goes into the hash.
#[test]
fn create_with_anothers_id_fails() {
	run(|| {
		GivenConsents::add(PATIENT, Grantee::Institution(OTHER_HOSPITAL), may_write());
		let squat = |institution| {
			Records::create(
				RuntimeOrigin::signed(FOREIGN_DOCTOR),
				PATIENT,
				Some(institution),
				SALT,
				new_record(),
				new_version(),
				sharing(),
			)
		};
		assert_noop!(squat(HOSPITAL), Error::<Test>::NotAffiliated);
		assert_ok!(squat(OTHER_HOSPITAL));
		assert_ok!(create(SALT, new_record()));
		assert_eq!(Records::records_of(PATIENT, None, 10).len(), 2);
	});
}

#[test]
fn create_without_consent_to_write_fails() {
	run(|| {
		let others = [
			vec![],
			vec![(OTHER_PATIENT, Grantee::Institution(HOSPITAL), may_write())],
			vec![(PATIENT, Grantee::Institution(OTHER_HOSPITAL), may_write())],
			vec![(
				PATIENT,
				Grantee::Institution(HOSPITAL),
				Terms { actions: Actions::of(&[Action::Read]), ..may_write() },
			)],
			vec![(
				PATIENT,
				Grantee::Institution(HOSPITAL),
				Terms { purposes: Purposes::of(&[Purpose::Research]), ..may_write() },
			)],
			vec![(
				PATIENT,
				Grantee::Institution(HOSPITAL),
				Terms { categories: Categories::of(&[Category::Imaging]), ..may_write() },
			)],
			vec![(
				PATIENT,
				Grantee::Institution(HOSPITAL),
				Terms { labels: LabelFilter::Also(tags(&[2])), ..may_write() },
			)],
			vec![(
				PATIENT,
				Grantee::Institution(HOSPITAL),
				Terms { valid_until: Some(NOW), ..may_write() },
			)],
			vec![
				(PATIENT, Grantee::Institution(HOSPITAL), may_write()),
				(
					PATIENT,
					Grantee::Person(DOCTOR),
					Terms::all(Effect::Deny { binds_break_glass: false }),
				),
			],
		];
		for consents in others {
			GivenConsents::set(consents);
			assert_noop!(create(SALT, new_record()), Error::<Test>::NotPermitted);
		}
		GivenConsents::set(vec![(
			PATIENT,
			Grantee::Institution(HOSPITAL),
			Terms { valid_until: Some(NOW + 1), ..may_write() },
		)]);
		assert_ok!(create(SALT, new_record()));
	});
}

#[test]
fn create_by_who_does_not_act_for_the_institution_fails() {
	run(|| {
		let by = |who| {
			Records::create(
				RuntimeOrigin::signed(who),
				PATIENT,
				Some(HOSPITAL),
				SALT,
				new_record(),
				new_version(),
				sharing(),
			)
		};
		for who in [STRANGER, FOREIGN_DOCTOR, PATIENT, RELATIVE, HOSPITAL] {
			assert_noop!(by(who), Error::<Test>::NotAffiliated);
		}
		People::set_active(&DOCTOR, false);
		assert_noop!(by(DOCTOR), Error::<Test>::NotAffiliated);
		People::end_affiliation(&COLLEAGUE, &HOSPITAL);
		assert_noop!(by(COLLEAGUE), Error::<Test>::NotAffiliated);
	});
}

#[test]
fn create_own_by_another_fails() {
	run(|| {
		let by = |who| {
			Records::create(
				RuntimeOrigin::signed(who),
				PATIENT,
				None,
				SALT,
				own_record(),
				new_version(),
				sharing(),
			)
		};
		for who in [STRANGER, DOCTOR, OTHER_PATIENT] {
			assert_noop!(by(who), Error::<Test>::NotPatient);
		}
		People::set_active(&PATIENT, false);
		assert_noop!(by(PATIENT), Error::<Test>::NotPatient);
		// Who isn't a patient has no records.
		assert_noop!(
			Records::create(
				RuntimeOrigin::signed(DOCTOR),
				DOCTOR,
				None,
				SALT,
				own_record(),
				new_version(),
				sharing(),
			),
			Error::<Test>::NotPatient
		);
	});
}

#[test]
fn create_with_another_origin_fails() {
	run(|| {
		assert_noop!(create(SALT, own_record()), Error::<Test>::OriginMismatch);
		for origin in [Origin::Authored, Origin::Imported, Origin::Device] {
			assert_noop!(
				create_own(NewRecord { origin, ..new_record() }),
				Error::<Test>::OriginMismatch
			);
		}
		assert_ok!(create(SALT, NewRecord { origin: Origin::Imported, ..new_record() }));
	});
}

#[test]
fn create_with_a_reversed_period_fails() {
	run(|| {
		let over =
			|first, last| NewRecord { service: ServicePeriod { first, last }, ..new_record() };
		assert_noop!(create(SALT, over(1501, 1500)), Error::<Test>::InvalidPeriod);
		assert_ok!(create(SALT, over(1500, 1500)));
	});
}

#[test]
fn create_with_another_manifest_than_a_cid_fails() {
	run(|| {
		let with = |manifest: Vec<u8>| {
			let manifest = manifest.try_into().unwrap();
			Records::create(
				RuntimeOrigin::signed(DOCTOR),
				PATIENT,
				Some(HOSPITAL),
				SALT,
				new_record(),
				NewVersion { manifest, ..new_version() },
				sharing(),
			)
		};
		let good = cid(1).into_inner();
		let mut bad = vec![
			vec![],
			b"Jane Doe, born 1970-01-01, seen in Berlin".to_vec(),
			good[..35].to_vec(),
			[good.clone(), vec![0]].concat(),
		];
		// Version, codec, hash and its length.
		for place in 0..4 {
			let mut other = good.clone();
			other[place] ^= 0x80;
			bad.push(other);
		}
		for manifest in bad {
			assert_noop!(with(manifest), Error::<Test>::InvalidCid);
		}
		let mut dag_pb = good;
		dag_pb[1] = 0x70;
		assert_ok!(with(dag_pb));
	});
}

#[test]
fn create_with_an_unsound_sharing_set_fails() {
	run(|| {
		DeclaredSets::fail(true);
		assert_noop!(create(SALT, new_record()), DispatchError::Other("unsound"));
	});
}

#[test]
fn create_unsigned_fails() {
	run(|| {
		assert_noop!(
			Records::create(
				RuntimeOrigin::none(),
				PATIENT,
				None,
				SALT,
				own_record(),
				new_version(),
				sharing()
			),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn create_weighs_more_with_more_holders() {
	use crate::weights::{SubstrateWeight, WeightInfo};
	assert!(<()>::create(12).ref_time() > <()>::create(0).ref_time());
	assert!(<()>::add_version(12).ref_time() > <()>::add_version(0).ref_time());
	assert!(<()>::create(u32::MAX).ref_time() > <()>::create(12).ref_time());
	assert!(<()>::create_many(64, 5).ref_time() > <()>::create_many(63, 5).ref_time());
	assert_eq!(<()>::create_many(1, 5), <()>::create(5));
	assert!(SubstrateWeight::<Test>::create(0).all_lte(<()>::create(0)));
}
