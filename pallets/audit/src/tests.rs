use crate::{mock::*, *};
use codec::Decode;
use vouchsafe_primitives::audit::ENTRY_VERSION;

/// What the events say was appended: whose log, number and bytes.
fn appended() -> Vec<(AccountId, u64, Vec<u8>)> {
	let events = System::events().into_iter();
	let appended = events.map(|record| match record.event {
		RuntimeEvent::Audit(Event::Appended { patient, seq, entry }) => (patient, seq, entry),
		other => panic!("not an entry: {other:?}"),
	});
	appended.collect()
}

fn hex(value: &serde_json::Value) -> Vec<u8> {
	hex::decode(value.as_str().unwrap()).unwrap()
}

fn hash(value: &serde_json::Value) -> [u8; 32] {
	hex(value).try_into().unwrap()
}

#[test]
fn vectors_work() {
	let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vault/vectors/audit.json");
	let vectors: serde_json::Value =
		serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
	assert!(!vectors.as_array().unwrap().is_empty());
	for vector in vectors.as_array().unwrap() {
		let genesis = H256(hash(&vector["genesis"]));
		let patient = AccountId::new(hash(&vector["patient"]));
		let mut head = H256::zero();
		for (place, line) in vector["lines"].as_array().unwrap().iter().enumerate() {
			let seq = line["seq"].as_u64().unwrap();
			assert_eq!(seq, place as u64);
			let block = line["block"].as_u64().unwrap().try_into().unwrap();
			head = next_head(&genesis, &patient, seq, block, &head, &hex(&line["entry"]));
			assert_eq!(head, H256(hash(&line["head"])));
		}
	}
}

#[test]
fn append_is_provable_to_the_head() {
	run(|| {
		assert_eq!(Audit::head(&PATIENT), (0, H256::zero()));
		Audit::append(&PATIENT, &PATIENT, None, None, LogEvent::Enrolled);
		System::set_block_number(5);
		let purpose = Some(Purpose::Treatment);
		let created = LogEvent::RecordCreated { record: H256([9; 32]) };
		Audit::append(&PATIENT, &DOCTOR, Some(&HOSPITAL), purpose, created.clone());
		Audit::append(&PATIENT, &PATIENT, None, None, LogEvent::HoldersChosen);

		let mut head = H256::zero();
		let entries = appended();
		for ((patient, seq, entry), (place, block)) in
			entries.iter().zip([1, 5, 5].into_iter().enumerate())
		{
			assert_eq!((patient, *seq), (&PATIENT, place as u64));
			head = next_head(&GENESIS, &PATIENT, *seq, block, &head, entry);
		}
		assert_eq!(Audit::head(&PATIENT), (3, head));
		assert_eq!(Audit::log(PATIENT), Log { count: 3, head });

		let (version, entry) = <(u8, LogEntry)>::decode(&mut &entries[1].2[..]).unwrap();
		assert_eq!(version, ENTRY_VERSION);
		assert_eq!(
			entry,
			LogEntry {
				signer: DOCTOR,
				origin: DOCTOR,
				acting_for: Some(HOSPITAL),
				purpose,
				event: created,
			}
		);
	});
}

#[test]
fn append_computes_the_hash_written_out() {
	run(|| {
		Audit::append(&PATIENT, &PATIENT, None, None, LogEvent::HoldersChosen);
		let mut entry = vec![1];
		entry.extend([1; 32]); // signer
		entry.extend([1; 32]); // origin
		entry.extend([0, 0, 43]); // for nobody, no purpose, HoldersChosen
		assert_eq!(appended(), [(PATIENT, 0, entry.clone())]);

		let mut bytes = b"vouchsafe/audit/1".to_vec();
		bytes.extend([7; 32]); // genesis
		bytes.extend([1; 32]); // patient
		bytes.extend([0; 8]); // seq
		bytes.extend([1, 0, 0, 0]); // block
		bytes.extend([0; 32]); // previous head
		bytes.extend([0x11, 0x01]); // the entry's length, 68, compact
		bytes.extend(entry);
		assert_eq!(Audit::head(&PATIENT), (1, H256(sp_io::hashing::blake2_256(&bytes))));
	});
}

#[test]
fn append_names_signer_and_origin() {
	run(|| {
		SignedBy::set(Some(REPRESENTATIVE));
		Audit::append(&PATIENT, &PATIENT, None, None, LogEvent::HoldersChosen);
		let (_, entry) = <(u8, LogEntry)>::decode(&mut &appended()[0].2[..]).unwrap();
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
