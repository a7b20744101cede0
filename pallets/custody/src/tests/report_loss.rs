use super::*;

/// A version of this patient, in the epoch that it has.
fn held(patient: AccountId, record: RecordId, version: VersionNumber) -> HeldVersion {
	HeldVersion { patient, record, version, epoch: 0 }
}

fn own(number: u8) -> HeldVersion {
	held(PATIENT, record(number), 0)
}

/// The second hospital's custodian.
fn signer() -> RuntimeOrigin {
	RuntimeOrigin::signed(custodian(&hospital(1)))
}

fn acknowledge(versions: Vec<HeldVersion>) -> DispatchResult {
	Custody::acknowledge_many(signer(), versions.try_into().unwrap())
}

fn report(versions: Vec<HeldVersion>) -> DispatchResult {
	Custody::report_loss(signer(), versions.try_into().unwrap())
}

/// Records 0 to 2 are the patient's, and 3 is another patient's. The second hospital has acknowledged
/// all but record 2.
fn hold() {
	KnownRecords::change(&record(3), |facts| facts.patient = OTHER_PATIENT);
	let versions = [version(record(0), 0), version(record(1), 0), version(record(2), 0)];
	assert_ok!(Custody::declare(&PATIENT, usual(), &versions));
	let set = set(3, institutions(4));
	assert_ok!(Custody::declare(&OTHER_PATIENT, set, &[version(record(3), 0)]));
	assert_ok!(acknowledge(vec![own(0), own(1), held(OTHER_PATIENT, record(3), 0)]));
}

#[test]
fn report_loss_works() {
	run(|| {
		hold();
		let other = held(OTHER_PATIENT, record(3), 0);
		assert_ok!(report(vec![own(0), other.clone()]));
		assert_eq!(acknowledged(), []);
		let due = Custody::unacknowledged(hospital(1), 10);
		assert_eq!(due.len(), 3);
		assert!(due.contains(&own(0)) && due.contains(&own(2)) && due.contains(&other));
		for (patient, of) in [(PATIENT, own(0)), (OTHER_PATIENT, other)] {
			let versions = vec![(of.record, of.version, of.epoch)].try_into().unwrap();
			let event = LogEvent::SharesLost { holder: hospital(1), versions };
			let line = Line {
				origin: custodian(&hospital(1)),
				acting_for: Some(hospital(1)),
				purpose: None,
				event,
			};
			assert!(Logs::all().contains(&(patient.clone(), line)));
			let versions = vec![(of.record, of.version, of.epoch)].try_into().unwrap();
			let event = Event::SharesReportedLost { patient, holder: hospital(1), versions };
			System::assert_has_event(event.into());
		}
	});
}

/// Sent to it again, the share is acknowledged as the first time.
#[test]
fn what_was_lost_can_be_acknowledged_again() {
	run(|| {
		hold();
		assert_ok!(report(vec![own(0)]));
		assert_ok!(acknowledge(vec![own(0)]));
		assert_eq!(acknowledged(), [hospital(1)]);
		assert_eq!(Custody::unacknowledged(hospital(1), 10), [own(2)]);
	});
}

/// The others' acknowledgements stay.
#[test]
fn report_loss_concerns_its_own_share_only() {
	run(|| {
		hold();
		let (patient, record) = (PATIENT, record(0));
		let other = RuntimeOrigin::signed(custodian(&hospital(0)));
		assert_ok!(Custody::acknowledge(other, patient, record, 0, 0));
		assert_ok!(report(vec![own(0)]));
		assert_eq!(acknowledged(), [hospital(0)]);
	});
}

/// If one version fails, none is reported.
#[test]
fn report_loss_with_one_that_fails_fails() {
	run(|| {
		hold();
		let fails = |other, error: Error<Test>| {
			assert_noop!(report(vec![own(0), other]), error);
		};
		fails(held(PATIENT, NO_RECORD, 0), Error::SharingSetNotFound);
		fails(held(PATIENT, record(1), 1), Error::SharingSetNotFound);
		fails(held(OTHER_PATIENT, record(1), 0), Error::SharingSetNotFound);
		fails(HeldVersion { epoch: 1, ..own(1) }, Error::WrongEpoch);
		fails(own(2), Error::NotAcknowledged);
		fails(own(0), Error::NotAcknowledged);
		let others = set(3, (4..8).map(institution));
		assert_ok!(Custody::declare(&PATIENT, others, &[version(record(4), 0)]));
		fails(own(4), Error::NotHolder);
	});
}

#[test]
fn report_loss_is_bounded() {
	run(|| {
		assert_noop!(report(vec![]), Error::<Test>::NoVersions);
		let declared = (0..=MAX_BATCH).map(|number| version(record(0), number));
		assert_ok!(Custody::declare(&PATIENT, usual(), &declared.collect::<Vec<_>>()));
		let all = (0..=MAX_BATCH).map(|number| held(PATIENT, record(0), number));
		let mut all = all.collect::<Vec<_>>();
		assert!(BoundedVec::<_, ConstU32<MAX_BATCH>>::try_from(all.clone()).is_err());
		all.pop();
		assert_ok!(acknowledge(all.clone()));
		assert_ok!(report(all));
	});
}

#[test]
fn report_loss_by_another_fails() {
	run(|| {
		hold();
		for who in [hospital(1), doctor(1), PATIENT, STRANGER] {
			let versions = vec![own(0)].try_into().unwrap();
			assert_noop!(
				Custody::report_loss(RuntimeOrigin::signed(who), versions),
				Error::<Test>::NotCustodian
			);
		}
		let versions = vec![own(0)].try_into().unwrap();
		assert_noop!(
			Custody::report_loss(RuntimeOrigin::none(), versions),
			DispatchError::BadOrigin
		);
		// The first hospital has not acknowledged.
		let origin = RuntimeOrigin::signed(custodian(&hospital(0)));
		let versions = vec![own(0)].try_into().unwrap();
		assert_noop!(Custody::report_loss(origin, versions), Error::<Test>::NotAcknowledged);
	});
}
