use super::*;
use alloc::vec;
use proptest::prelude::*;

const GENESIS: H256 = H256([1; 32]);
const PATIENT: AccountId = AccountId::new([2; 32]);

fn log(entries: &[Vec<u8>]) -> Vec<LogLine> {
	let mut head = H256::zero();
	let lines = entries.iter().enumerate().map(|(i, entry)| {
		let (seq, block) = (i as u64, 10 + i as u32);
		head = next_head(&GENESIS, &PATIENT, seq, block, &head, entry);
		LogLine { seq, block, entry: entry.clone(), head: Some(head) }
	});
	lines.collect()
}

fn end(chain: &[LogLine]) -> Log {
	let head = chain.last().map_or(H256::zero(), |line| line.head.unwrap());
	Log { count: chain.len() as u64, head }
}

fn check(copy: Vec<LogLine>, chain: &[LogLine]) -> Result<(), ProofError> {
	verify(&GENESIS, &PATIENT, Log::default(), copy, end(chain))
}

fn hex(value: &serde_json::Value) -> Vec<u8> {
	hex::decode(value.as_str().unwrap()).unwrap()
}

fn hash(value: &serde_json::Value) -> [u8; 32] {
	hex(value).try_into().unwrap()
}

fn three() -> Vec<LogLine> {
	log(&[b"grant".to_vec(), vec![], b"revoke".to_vec()])
}

#[test]
fn vectors_work() {
	let vectors: serde_json::Value =
		serde_json::from_str(include_str!("../../vectors/audit.json")).unwrap();
	assert!(!vectors.as_array().unwrap().is_empty());
	for vector in vectors.as_array().unwrap() {
		let lines = vector["lines"].as_array().unwrap().iter();
		let lines: Vec<_> = lines
			.map(|line| LogLine {
				seq: line["seq"].as_u64().unwrap(),
				block: line["block"].as_u64().unwrap().try_into().unwrap(),
				entry: hex(&line["entry"]),
				head: Some(H256(hash(&line["head"]))),
			})
			.collect();
		let (genesis, patient) = (hash(&vector["genesis"]), hash(&vector["patient"]));
		let verify = |genesis: [u8; 32], patient: [u8; 32]| {
			verify(&genesis.into(), &patient.into(), Log::default(), lines.clone(), end(&lines))
		};
		verify(genesis, patient).unwrap();
		assert!(verify(patient, genesis).is_err());
	}
}

#[test]
fn the_hash_is_the_one_written_out() {
	let mut bytes = b"vouchsafe/audit/1".to_vec();
	bytes.extend([1; 32]); // genesis
	bytes.extend([2; 32]); // patient
	bytes.extend([3, 0, 0, 0, 0, 0, 0, 0]); // seq
	bytes.extend([4, 0, 0, 0]); // block
	bytes.extend([5; 32]); // previous head
	bytes.extend([2 << 2, 6, 7]); // the entry's length, compact, and the entry
	assert_eq!(
		next_head(&GENESIS, &PATIENT, 3, 4, &H256([5; 32]), &[6, 7]),
		H256(sp_crypto_hashing::blake2_256(&bytes))
	);
}

#[test]
fn entry_bytes_work() {
	let entry = LogEntry {
		signer: PATIENT,
		origin: PATIENT,
		acting_for: None,
		purpose: Some(Purpose::Research),
		event: LogEvent::HoldersChosen,
	};
	let bytes = entry.to_bytes();
	assert_eq!(bytes[0], ENTRY_VERSION);
	assert_eq!(LogEntry::from_bytes(&bytes), Some(entry));
	assert_eq!(LogEntry::from_bytes(&[]), None);
	assert_eq!(LogEntry::from_bytes(&bytes[..bytes.len() - 1]), None);
	assert_eq!(LogEntry::from_bytes(&[&bytes[..], &[0]].concat()), None);
	let other_version = [&[ENTRY_VERSION + 1], &bytes[1..]].concat();
	assert_eq!(LogEntry::from_bytes(&other_version), None);
}

#[test]
fn verify_from_a_later_start_works() {
	let chain = three();
	let start = end(&chain[..1]);
	let verify = |copy: &[LogLine]| verify(&GENESIS, &PATIENT, start, copy.to_vec(), end(&chain));
	assert_eq!(verify(&chain[1..]), Ok(()));
	assert_eq!(verify(&chain), Err(ProofError::OutOfSequence { expected: 1, found: 0 }));
	assert_eq!(verify(&chain[2..]), Err(ProofError::OutOfSequence { expected: 1, found: 2 }));
	assert_eq!(verify(&[]), Err(ProofError::Missing { have: 1, expected: 3 }));
}

#[test]
fn errors_name_the_line() {
	use alloc::string::ToString;
	assert_eq!(
		ProofError::OutOfSequence { expected: 1, found: 2 }.to_string(),
		"entry 1 is missing: entry 2 is in its place"
	);
	assert_eq!(
		ProofError::Missing { have: 2, expected: 3 }.to_string(),
		"the copy ends after 2 entries, but the chain counts 3: entry 2 is the first one missing"
	);
	assert_eq!(
		ProofError::Surplus { seq: 2 }.to_string(),
		"entry 2 is too many: the chain counts only 2 entries"
	);
}

#[test]
fn verify_whole_log_works() {
	check(three(), &three()).unwrap();
	check(vec![], &[]).unwrap();
	let unclaimed = three().into_iter().map(|line| LogLine { head: None, ..line }).collect();
	check(unclaimed, &three()).unwrap();
}

#[test]
fn verify_missing_fails() {
	let mut copy = three();
	copy.remove(1);
	assert_eq!(check(copy, &three()), Err(ProofError::OutOfSequence { expected: 1, found: 2 }));
	let mut copy = three();
	copy.pop();
	assert_eq!(check(copy, &three()), Err(ProofError::Missing { have: 2, expected: 3 }));
}

#[test]
fn verify_surplus_fails() {
	let chain = &three()[..2];
	assert_eq!(check(three(), chain), Err(ProofError::Surplus { seq: 2 }));
}

#[test]
fn verify_changed_entry_is_named_fails() {
	for seq in 0..3 {
		let mut copy = three();
		copy[seq as usize].entry.push(0);
		assert_eq!(check(copy, &three()), Err(ProofError::DoesNotFit { seq }));
		let mut copy = three();
		copy[seq as usize].block += 1;
		assert_eq!(check(copy, &three()), Err(ProofError::DoesNotFit { seq }));
	}
}

#[test]
fn verify_rewritten_log_fails() {
	let copy = log(&[b"grant".to_vec(), b"x".to_vec(), b"revoke".to_vec()]);
	assert_eq!(check(copy, &three()), Err(ProofError::AnotherLog { count: 3 }));
	let mut copy = three();
	copy[1].entry.push(0);
	copy.iter_mut().for_each(|line| line.head = None);
	assert_eq!(check(copy, &three()), Err(ProofError::AnotherLog { count: 3 }));
}

#[test]
fn verify_swapped_fails() {
	let mut copy = three();
	copy.swap(0, 1);
	assert_eq!(check(copy, &three()), Err(ProofError::OutOfSequence { expected: 0, found: 1 }));
}

proptest! {
	#[test]
	fn verify_any_flipped_bit_fails(
		entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 1..8),
		which: prop::sample::Index,
		bit: prop::sample::Index,
		claimed: bool,
	) {
		let chain = log(&entries);
		check(chain.clone(), &chain).unwrap();
		let mut copy = chain.clone();
		if !claimed {
			copy.iter_mut().for_each(|line| line.head = None);
		}
		let seq = which.index(copy.len());
		let bit = bit.index(copy[seq].entry.len() * 8);
		copy[seq].entry[bit / 8] ^= 1 << (bit % 8);
		let expected = if claimed {
			ProofError::DoesNotFit { seq: seq as u64 }
		} else {
			ProofError::AnotherLog { count: chain.len() as u64 }
		};
		prop_assert_eq!(check(copy, &chain), Err(expected));
	}
}
