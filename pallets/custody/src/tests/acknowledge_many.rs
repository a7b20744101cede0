use super::*;

/// A version of this patient, in the epoch that it has.
fn held(patient: AccountId, record: RecordId, version: VersionNumber) -> HeldVersion {
	HeldVersion { patient, record, version, epoch: 0 }
}

fn own(number: u8) -> HeldVersion {
	held(PATIENT, record(number), 0)
}

/// The second hospital's custodian acknowledges.
fn call(versions: Vec<HeldVersion>) -> DispatchResult {
	let origin = RuntimeOrigin::signed(custodian(&hospital(1)));
	Custody::acknowledge_many(origin, versions.try_into().unwrap())
}

fn versions(of: &[HeldVersion]) -> AcknowledgedVersions {
	let ids = of.iter().map(|held| (held.record, held.version, held.epoch));
	ids.collect::<Vec<_>>().try_into().unwrap()
}

/// Records 0 to 2 are the patient's, and 3 is another patient's. All have a sharing set.
fn declare_all() {
	KnownRecords::change(&record(3), |facts| facts.patient = OTHER_PATIENT);
	let versions = [version(record(0), 0), version(record(0), 1), version(record(1), 0)];
	assert_ok!(Custody::declare(&PATIENT, usual(), &versions));
	assert_ok!(Custody::declare(&PATIENT, usual(), &[version(record(2), 0)]));
	let set = set(3, institutions(4));
	assert_ok!(Custody::declare(&OTHER_PATIENT, set, &[version(record(3), 0)]));
}

#[test]
fn acknowledge_many_works() {
	run(|| {
		declare_all();
		let of_one = [own(0), held(PATIENT, record(0), 1), own(2)];
		let of_other = [held(OTHER_PATIENT, record(3), 0)];
		assert_ok!(call([&of_one[..2], &of_other, &of_one[2..]].concat()));
		assert_eq!(acknowledged(), [hospital(1)]);
		assert_eq!(Custody::unacknowledged(hospital(1), 10), [own(1)]);
		assert_eq!(Custody::unacknowledged(hospital(0), 10).len(), 5);
		// One entry and one event for each patient.
		let entry = |of: &[HeldVersion]| Line {
			origin: custodian(&hospital(1)),
			acting_for: Some(hospital(1)),
			purpose: None,
			event: LogEvent::SharesAcknowledged { holder: hospital(1), versions: versions(of) },
		};
		let entries = [(PATIENT, entry(&of_one)), (OTHER_PATIENT, entry(&of_other))];
		assert_eq!(Logs::all(), entries);
		for (patient, of) in [(PATIENT, &of_one[..]), (OTHER_PATIENT, &of_other)] {
			let versions = versions(of);
			let event = Event::SharesAcknowledged { patient, holder: hospital(1), versions };
			System::assert_has_event(event.into());
		}
	});
}

#[test]
fn acknowledge_many_is_bounded() {
	run(|| {
		let declared = (0..=MAX_BATCH).map(|number| version(record(0), number));
		assert_ok!(Custody::declare(&PATIENT, usual(), &declared.collect::<Vec<_>>()));
		let all = (0..=MAX_BATCH).map(|number| held(PATIENT, record(0), number));
		let mut all = all.collect::<Vec<_>>();
		assert!(BoundedVec::<_, ConstU32<MAX_BATCH>>::try_from(all.clone()).is_err());
		all.pop();
		assert_ok!(call(all));
		let rest = held(PATIENT, record(0), MAX_BATCH);
		assert_eq!(Custody::unacknowledged(hospital(1), 100), [rest]);
		assert_noop!(call(vec![]), Error::<Test>::NoVersions);
	});
}

/// If one version fails, none is acknowledged.
#[test]
fn acknowledge_many_with_one_that_fails_fails() {
	run(|| {
		declare_all();
		let with = |other| vec![own(0), other, own(1)];
		let fails = |other, error: Error<Test>| {
			assert_noop!(call(with(other)), error);
		};
		fails(held(PATIENT, NO_RECORD, 0), Error::SharingSetNotFound);
		fails(held(PATIENT, record(1), 1), Error::SharingSetNotFound);
		fails(held(OTHER_PATIENT, record(2), 0), Error::SharingSetNotFound);
		fails(held(PATIENT, record(3), 0), Error::SharingSetNotFound);
		fails(HeldVersion { epoch: 1, ..own(2) }, Error::WrongEpoch);
		fails(own(0), Error::AlreadyAcknowledged);
		assert_ok!(call(vec![own(2)]));
		fails(own(2), Error::AlreadyAcknowledged);
		let others = set(3, (4..8).map(institution));
		assert_ok!(Custody::declare(&PATIENT, others, &[version(record(4), 0)]));
		fails(own(4), Error::NotHolder);
	});
}

#[test]
fn acknowledge_many_by_another_fails() {
	run(|| {
		declare_all();
		for who in [hospital(1), doctor(1), PATIENT, STRANGER] {
			assert_noop!(
				Custody::acknowledge_many(
					RuntimeOrigin::signed(who),
					vec![own(0)].try_into().unwrap()
				),
				Error::<Test>::NotCustodian
			);
		}
		assert_noop!(
			Custody::acknowledge_many(RuntimeOrigin::none(), vec![own(0)].try_into().unwrap()),
			DispatchError::BadOrigin
		);
	});
}

/// What a call weighs depends on its versions and their patients.
#[test]
fn acknowledge_many_weighs_by_versions_and_patients() {
	use crate::weights::{SubstrateWeight, WeightInfo};
	use frame_support::dispatch::GetDispatchInfo;
	let weight = |versions: Vec<HeldVersion>| {
		let versions = versions.try_into().unwrap();
		Call::<Test>::acknowledge_many { versions }.get_dispatch_info().call_weight
	};
	let other = held(OTHER_PATIENT, record(3), 0);
	assert_eq!(weight(vec![own(0)]), <()>::acknowledge());
	assert_eq!(weight(vec![own(0), own(1)]), <()>::acknowledge_many(2, 1));
	assert_eq!(weight(vec![own(0), other, own(1)]), <()>::acknowledge_many(3, 2));
	assert!(<()>::acknowledge_many(2, 2).ref_time() > <()>::acknowledge_many(2, 1).ref_time());
	assert!(<()>::acknowledge_many(3, 1).ref_time() > <()>::acknowledge_many(2, 1).ref_time());
	let (real, measured) =
		(SubstrateWeight::<Test>::acknowledge_many(64, 1), <()>::acknowledge_many(64, 1));
	assert!(real.all_lte(measured));
}
