use crate::{mock::*, *};
use vouchsafe_primitives::audit::{verify, LogLine};

/// What the events say was appended: whose log, number and bytes.
fn appended() -> Vec<(AccountId, u64, Vec<u8>)> {
	let events = System::events().into_iter();
	let appended = events.map(|record| match record.event {
		RuntimeEvent::Audit(Event::Appended { patient, seq, entry }) => (patient, seq, entry),
		other => panic!("not an entry: {other:?}"),
	});
	appended.collect()
}

#[test]
fn append_is_provable_to_the_head() {
	run(|| {
		assert_eq!(Audit::head(&PATIENT), (0, H256::zero()));
		Audit::append(&PATIENT, &PATIENT, None, None, LogEvent::Enrolled);
		System::set_block_number(5);
		let purpose = Some(Purpose::Treatment);
		let created = LogEvent::VersionAdded { record: H256([9; 32]), version: 1, widened: false };
		Audit::append(&PATIENT, &DOCTOR, Some(&HOSPITAL), purpose, created.clone());
		Audit::append(&PATIENT, &PATIENT, None, None, LogEvent::HoldersChosen);

		let entries = appended();
		let lines = entries.iter().zip([1, 5, 5]).map(|((patient, seq, entry), block)| {
			assert_eq!(*patient, PATIENT);
			LogLine { seq: *seq, block, entry: entry.clone(), head: None }
		});
		let log = Audit::log(PATIENT);
		assert_eq!(verify(&GENESIS, &PATIENT, Log::default(), lines, log), Ok(()));
		assert_eq!((Audit::head(&PATIENT), log.count), ((3, log.head), 3));

		assert_eq!(
			LogEntry::from_bytes(&entries[1].2),
			Some(LogEntry {
				signer: DOCTOR,
				origin: DOCTOR,
				acting_for: Some(HOSPITAL),
				purpose,
				event: created,
			})
		);
	});
}

#[test]
fn append_names_signer_and_origin() {
	run(|| {
		Admitted::set_signer(Some(REPRESENTATIVE));
		Audit::append(&PATIENT, &PATIENT, None, None, LogEvent::HoldersChosen);
		let entry = LogEntry::from_bytes(&appended()[0].2).unwrap();
		assert_eq!((entry.signer, entry.origin), (REPRESENTATIVE, PATIENT));
	});
}

#[test]
fn append_keeps_patients_apart() {
	run(|| {
		Audit::append(&PATIENT, &PATIENT, None, None, LogEvent::HoldersChosen);
		Audit::append(&OTHER_PATIENT, &OTHER_PATIENT, None, None, LogEvent::HoldersChosen);
		let (count, head) = Audit::head(&PATIENT);
		let (other_count, other_head) = Audit::head(&OTHER_PATIENT);
		assert_eq!((count, other_count), (1, 1));
		assert_ne!(head, other_head);
	});
}

#[test]
fn append_of_a_failed_dispatch_leaves_nothing() {
	run(|| {
		let failed = frame_support::storage::with_storage_layer(|| {
			Audit::append(&PATIENT, &PATIENT, None, None, LogEvent::HoldersChosen);
			Err::<(), _>(DispatchError::Other("failed"))
		});
		assert!(failed.is_err());
		assert_eq!(Audit::head(&PATIENT), (0, H256::zero()));
		assert_eq!(appended(), []);
	});
}

#[test]
fn append_at_genesis_does_nothing() {
	run(|| {
		System::set_block_number(0);
		Audit::append(&PATIENT, &PATIENT, None, None, LogEvent::Enrolled);
		assert_eq!(Audit::head(&PATIENT), (0, H256::zero()));
	});
}

#[test]
fn try_state_finds_a_log_without_entries() {
	run(|| {
		Logs::<Test>::insert(PATIENT, Log { count: 0, head: GENESIS });
		assert!(Audit::do_try_state().is_err());
		Logs::<Test>::insert(PATIENT, Log { count: 1, head: H256::zero() });
		assert!(Audit::do_try_state().is_err());
		Logs::<Test>::remove(PATIENT);
	});
}

/// Lines that an institution causes without a permit are counted by patient, institution and day.
#[test]
fn uninvited_lines_are_counted() {
	run(|| {
		const DAY: u64 = 24 * 60 * 60;
		Clock::set(100 * DAY);
		let by = traits::Uninvited::Staff;
		let count = |patient, institution| Audit::count_uninvited(&patient, &institution, by);
		for _ in 0..16 {
			assert!(count(PATIENT, HOSPITAL));
		}
		assert!(!count(PATIENT, HOSPITAL));
		// Each institution and patient has a count of its own.
		assert!(count(OTHER_PATIENT, HOSPITAL));
		assert!(count(PATIENT, DOCTOR));
		Clock::set(101 * DAY - 1);
		assert!(!count(PATIENT, HOSPITAL));
		Clock::set(101 * DAY);
		assert!(count(PATIENT, HOSPITAL));
		// The day before is forgotten.
		let (day, lines) = crate::Uninvited::<Test>::get(PATIENT);
		assert_eq!((day, lines.into_inner()), (101, vec![(HOSPITAL, 1)]));
		// Few institutions can do so on one day.
		for number in 1..32 {
			assert!(count(PATIENT, AccountId::new([100 + number; 32])));
		}
		assert!(!count(PATIENT, AccountId::new([200; 32])));
		assert!(count(PATIENT, HOSPITAL));
	});
}

/// What costs least leaves lines for the rest.
#[test]
fn refused_openings_and_requests_leave_lines() {
	use traits::Uninvited::{Opening, Request, Staff};
	run(|| {
		let count = |by| Audit::count_uninvited(&PATIENT, &HOSPITAL, by);
		for (by, more) in [(Opening, 8), (Request, 4), (Staff, 4)] {
			for _ in 0..more {
				assert!(count(by), "{by:?}");
			}
			assert!(!count(by), "{by:?}");
		}
	});
	run(|| {
		let count = |by| Audit::count_uninvited(&PATIENT, &HOSPITAL, by);
		assert!((0..16).all(|_| count(Staff)));
		assert!(![Opening, Request, Staff].into_iter().any(count));
	});
}
