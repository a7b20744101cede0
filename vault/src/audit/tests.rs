use super::*;
use crate::tests::{hex, hex_array};
use proptest::prelude::*;

const GENESIS: [u8; 32] = [1; 32];
const PATIENT: [u8; 32] = [2; 32];

fn log(entries: &[Vec<u8>]) -> Vec<LogLine> {
	let mut head = [0; 32];
	let lines = entries.iter().enumerate().map(|(i, entry)| {
		let (seq, block) = (i as u64, 10 + i as u32);
		head = next_head(&GENESIS, &PATIENT, seq, block, &head, entry);
		LogLine { seq, block, entry: entry.clone(), head: Some(head) }
	});
	lines.collect()
}

fn check(copy: Vec<LogLine>, chain: &[LogLine]) -> Result<(), AuditError> {
	let head = chain.last().map_or([0; 32], |line| line.head.unwrap());
	verify(&GENESIS, &PATIENT, copy.into_iter(), chain.len() as u64, head)
}

fn three() -> Vec<LogLine> {
	log(&[b"grant".to_vec(), vec![], b"revoke".to_vec()])
}

#[test]
fn vectors_work() {
	let vectors: serde_json::Value =
		serde_json::from_str(include_str!("../../vectors/audit.json")).unwrap();
	for vector in vectors.as_array().unwrap() {
		let lines = vector["lines"].as_array().unwrap().iter();
		let lines: Vec<_> = lines
			.map(|line| LogLine {
				seq: line["seq"].as_u64().unwrap(),
				block: line["block"].as_u64().unwrap().try_into().unwrap(),
				entry: hex(&line["entry"]),
				head: Some(hex_array(&line["head"])),
			})
			.collect();
		let (count, head) = (lines.len() as u64, lines.last().unwrap().head.unwrap());
		let (genesis, patient) = (hex_array(&vector["genesis"]), hex_array(&vector["patient"]));
		verify(&genesis, &patient, lines.clone().into_iter(), count, head).unwrap();
		assert!(verify(&patient, &genesis, lines.into_iter(), count, head).is_err());
	}
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
	assert_eq!(check(copy, &three()), Err(AuditError::OutOfSequence { expected: 1, found: 2 }));
	let mut copy = three();
	copy.pop();
	assert_eq!(check(copy, &three()), Err(AuditError::Missing { have: 2, expected: 3 }));
}

#[test]
fn verify_surplus_fails() {
	let chain = &three()[..2];
	assert_eq!(check(three(), chain), Err(AuditError::Surplus { seq: 2 }));
}

#[test]
fn verify_changed_entry_is_named_fails() {
	for seq in 0..3 {
		let mut copy = three();
		copy[seq as usize].entry.push(0);
		assert_eq!(check(copy, &three()), Err(AuditError::DoesNotFit { seq }));
		let mut copy = three();
		copy[seq as usize].block += 1;
		assert_eq!(check(copy, &three()), Err(AuditError::DoesNotFit { seq }));
	}
}

#[test]
fn verify_rewritten_log_fails() {
	let copy = log(&[b"grant".to_vec(), b"x".to_vec(), b"revoke".to_vec()]);
	assert_eq!(check(copy, &three()), Err(AuditError::AnotherLog { count: 3 }));
	let mut copy = three();
	copy[1].entry.push(0);
	copy.iter_mut().for_each(|line| line.head = None);
	assert_eq!(check(copy, &three()), Err(AuditError::AnotherLog { count: 3 }));
}

#[test]
fn verify_swapped_fails() {
	let mut copy = three();
	copy.swap(0, 1);
	assert_eq!(check(copy, &three()), Err(AuditError::OutOfSequence { expected: 0, found: 1 }));
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
			AuditError::DoesNotFit { seq: seq as u64 }
		} else {
			AuditError::AnotherLog { count: chain.len() as u64 }
		};
		prop_assert_eq!(check(copy, &chain), Err(expected));
	}
}
