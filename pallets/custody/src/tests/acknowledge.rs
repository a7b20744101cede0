use super::*;

/// The custodian of the institution acknowledges the first record's share.
fn acknowledge(institution: &AccountId, version: VersionNumber, epoch: u32) -> DispatchResult {
	let origin = RuntimeOrigin::signed(custodian(institution));
	Custody::acknowledge(origin, PATIENT, record(0), version, epoch)
}

#[test]
fn acknowledge_works() {
	run(|| {
		assert_ok!(declare(record(0), usual()));
		assert_ok!(acknowledge(&hospital(1), 0, 0));
		assert_eq!(acknowledged(), [hospital(1)]);
		assert_eq!(due(hospital(1)), None);
		assert_eq!(Unacknowledged::<Test>::iter().count(), 3);
		let versions: AcknowledgedVersions = vec![(record(0), 0, 0)].try_into().unwrap();
		let event =
			LogEvent::SharesAcknowledged { holder: hospital(1), versions: versions.clone() };
		let by = custodian(&hospital(1));
		assert_eq!(Logs::last(), (PATIENT, by, Some(hospital(1)), None, event));
		System::assert_last_event(
			Event::SharesAcknowledged { patient: PATIENT, holder: hospital(1), versions }.into(),
		);

		for other in [hospital(0), hospital(2), AUTHORITY] {
			assert_ok!(acknowledge(&other, 0, 0));
		}
		assert_eq!(acknowledged(), [hospital(0), hospital(1), hospital(2), AUTHORITY]);
		assert_eq!(Unacknowledged::<Test>::iter().count(), 0);
	});
}

#[test]
fn acknowledge_twice_fails() {
	run(|| {
		assert_ok!(declare(record(0), usual()));
		assert_ok!(acknowledge(&hospital(1), 0, 0));
		assert_noop!(acknowledge(&hospital(1), 0, 0), Error::<Test>::AlreadyAcknowledged);
		assert_noop!(acknowledge(&hospital(1), 0, 1), Error::<Test>::WrongEpoch);
	});
}

#[test]
fn acknowledge_of_another_epoch_fails() {
	run(|| {
		assert_ok!(declare(record(0), usual()));
		assert_noop!(acknowledge(&hospital(1), 0, 1), Error::<Test>::WrongEpoch);

		// As a future new splitting of the key will leave it.
		SharingSets::<Test>::mutate(record(0), 0, |set| set.as_mut().unwrap().epoch = 1);
		for holder in [hospital(0), hospital(1), hospital(2), AUTHORITY] {
			Unacknowledged::<Test>::mutate(holder, (record(0), 0), |due| {
				due.as_mut().unwrap().epoch = 1
			});
		}
		assert_noop!(acknowledge(&hospital(1), 0, 0), Error::<Test>::WrongEpoch);
		assert_ok!(acknowledge(&hospital(1), 0, 1));
	});
}

#[test]
fn acknowledge_by_a_foreign_custodian_fails() {
	run(|| {
		assert_ok!(declare(record(0), usual()));
		assert_noop!(acknowledge(&hospital(3), 0, 0), Error::<Test>::NotHolder);
	});
}

/// Only custodians acknowledge: not the institution's own account, a practitioner, the patient,
/// nor the custodian of who takes no part.
#[test]
fn acknowledge_by_another_fails() {
	run(|| {
		assert_ok!(declare(record(0), usual()));
		for who in [hospital(1), doctor(1), PATIENT, AUTHORITY, STRANGER, custodian(&PATIENT)] {
			assert_noop!(
				Custody::acknowledge(RuntimeOrigin::signed(who), PATIENT, record(0), 0, 0),
				Error::<Test>::NotCustodian
			);
		}
		People::set_active(&hospital(1), false);
		assert_noop!(acknowledge(&hospital(1), 0, 0), Error::<Test>::NotCustodian);
		assert_noop!(
			Custody::acknowledge(RuntimeOrigin::none(), PATIENT, record(0), 0, 0),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn acknowledge_without_sharing_set_fails() {
	run(|| {
		assert_ok!(declare(record(0), usual()));
		assert_noop!(acknowledge(&hospital(1), 1, 0), Error::<Test>::SharingSetNotFound);
		let origin = || RuntimeOrigin::signed(custodian(&hospital(1)));
		for (patient, record) in
			[(PATIENT, NO_RECORD), (OTHER_PATIENT, record(0)), (STRANGER, record(0))]
		{
			assert_noop!(
				Custody::acknowledge(origin(), patient.clone(), record, 0, 0),
				Error::<Test>::SharingSetNotFound
			);
		}
		// The version is not found under another patient, even after it was acknowledged.
		assert_ok!(acknowledge(&hospital(1), 0, 0));
		assert_noop!(
			Custody::acknowledge(origin(), OTHER_PATIENT, record(0), 0, 0),
			Error::<Test>::SharingSetNotFound
		);
	});
}

/// The acknowledgements of twelve holders are bits of two bytes.
#[test]
fn acknowledge_by_each_of_twelve_works() {
	run(|| {
		assert_ok!(declare(record(0), set(11, institutions(12))));
		// From the last to the first, and across the edge between the bytes.
		let mut all = Vec::new();
		for number in [11, 8, 7, 0, 1, 2, 3, 4, 5, 6, 9, 10] {
			assert_ok!(acknowledge(&hospital(number), 0, 0));
			all.push(hospital(number));
			all.sort();
			assert_eq!(acknowledged(), all);
			assert_ok!(Custody::do_try_state());
		}
		let set = SharingSets::<Test>::get(record(0), 0).unwrap();
		assert_eq!(set.acknowledged, Acknowledged(0b1111_1111_1111));
	});
}

#[test]
fn acknowledged_bits_have_edges() {
	let none = Acknowledged::default();
	assert_eq!(none.with(7), Acknowledged(0x80));
	assert_eq!(none.with(8), Acknowledged(0x100));
	assert_eq!(none.with(15), Acknowledged(0x8000));
	// These places are beyond the list.
	assert_eq!(none.with(16), none);
	assert!(!Acknowledged(u16::MAX).contains(16));
	assert!(none.with(8).contains(8) && !none.with(8).contains(7) && !none.with(8).contains(0));
}
