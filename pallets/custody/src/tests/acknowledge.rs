use super::*;

/// The custodian of the institution acknowledges the first record's share.
fn acknowledge(institution: &AccountId, version: VersionNumber, epoch: u32) -> DispatchResult {
	let origin = RuntimeOrigin::signed(custodian(institution));
	Custody::acknowledge(origin, record(0), version, epoch)
}

/// Who has acknowledged the first record's share.
fn acknowledged() -> Vec<AccountId> {
	let holders = Custody::sharing_set(record(0), 0).unwrap().holders.into_iter();
	holders.filter(|holder| holder.acknowledged).map(|holder| holder.account).collect()
}

#[test]
fn acknowledge_works() {
	run(|| {
		assert_ok!(declare(record(0), usual()));
		assert_ok!(acknowledge(&hospital(1), 0, 0));
		assert_eq!(acknowledged(), [hospital(1)]);
		assert_eq!(Unacknowledged::<Test>::get(hospital(1), (record(0), 0)), None);
		assert_eq!(Unacknowledged::<Test>::iter().count(), 3);
		let event = LogEvent::ShareAcknowledged {
			record: record(0),
			version: 0,
			epoch: 0,
			holder: hospital(1),
		};
		let by = custodian(&hospital(1));
		assert_eq!(Logs::last(), (PATIENT, by, Some(hospital(1)), None, event));
		System::assert_last_event(
			Event::Acknowledged { record: record(0), version: 0, epoch: 0, holder: hospital(1) }
				.into(),
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
			Unacknowledged::<Test>::insert(holder, (record(0), 0), 1);
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
				Custody::acknowledge(RuntimeOrigin::signed(who), record(0), 0, 0),
				Error::<Test>::NotCustodian
			);
		}
		People::set_active(&hospital(1), false);
		assert_noop!(acknowledge(&hospital(1), 0, 0), Error::<Test>::NotCustodian);
		assert_noop!(
			Custody::acknowledge(RuntimeOrigin::none(), record(0), 0, 0),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn acknowledge_without_sharing_set_fails() {
	run(|| {
		assert_ok!(declare(record(0), usual()));
		assert_noop!(acknowledge(&hospital(1), 1, 0), Error::<Test>::SharingSetNotFound);
		assert_noop!(
			Custody::acknowledge(RuntimeOrigin::signed(custodian(&hospital(1))), NO_RECORD, 0, 0),
			Error::<Test>::SharingSetNotFound
		);
	});
}
