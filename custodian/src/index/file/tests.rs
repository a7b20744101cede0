//! Files of others: cut off, changed, or made up.

use super::*;
use proptest::prelude::*;

const HEAD: Head = Head { genesis: [1; 32], number: 100, hash: H256([2; 32]) };

fn entry(patient: u8, seq: u64, block: u32, bytes: &[u8]) -> ExportedEntry {
	ExportedEntry { patient: [patient; 32], seq, block, entry: bytes.to_vec() }
}

fn file(entries: &[ExportedEntry]) -> Vec<u8> {
	let mut writer = Writer::default();
	let mut bytes = Writer::begin(&HEAD);
	// In two pieces, which may part a patient's entries.
	let (first, second) = entries.split_at(entries.len() / 2);
	writer.add(first, &mut bytes);
	writer.add(second, &mut bytes);
	bytes.extend(writer.end());
	bytes
}

fn read(bytes: &[u8]) -> Result<(Head, Vec<ExportedEntry>), FileError> {
	let mut reader = Reader::open(bytes)?;
	let (head, mut entries) = (*reader.head(), Vec::new());
	let (mut patient, mut seq) = ([0; 32], 0);
	while let Some(item) = reader.next_item()? {
		match item {
			Item::Patient(next) => (patient, seq) = (next, 0),
			Item::Entry(block, HexBytes(entry)) => {
				entries.push(ExportedEntry { patient, seq, block, entry });
				seq += 1;
			},
		}
	}
	assert_eq!(reader.next_item()?, None);
	Ok((head, entries))
}

/// The error's text.
fn refusal(bytes: &[u8]) -> String {
	read(bytes).unwrap_err().to_string()
}

fn some() -> Vec<ExportedEntry> {
	vec![entry(3, 0, 5, b"one"), entry(3, 1, 5, b"two"), entry(4, 0, 100, &[7; MAX_ENTRY])]
}

#[test]
fn what_was_written_is_read() {
	assert_eq!(read(&file(&some())).unwrap(), (HEAD, some()));
	assert_eq!(read(&file(&[])).unwrap(), (HEAD, vec![]));
	let bytes = file(&[entry(3, 0, 5, b"one")]);
	assert_eq!(bytes.len(), 18 + 32 + 4 + 32 + 33 + 9 + 3 + 9);
	let expected = "766f756368736166652f696e6465782f310a\
		0101010101010101010101010101010101010101010101010101010101010101\
		64000000\
		0202020202020202020202020202020202020202020202020202020202020202\
		010303030303030303030303030303030303030303030303030303030303030303\
		0205000000030000006f6e65\
		000100000000000000";
	assert_eq!(hex::encode(bytes), expected);
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
	let whole = file(&[entry(3, 0, 5, b"one"), entry(4, 0, 6, b"two")]);
	for length in 0..whole.len() {
		let said = refusal(&whole[..length]);
		match length {
			0..18 => assert!(said.contains("not a file of"), "{length}: {said}"),
			_ => assert!(said.contains("cut off"), "{length}: {said}"),
		}
	}
	assert!(refusal(&[&whole[..], b"x"].concat()).contains("follows its end"));
}

#[test]
fn another_form_is_refused() {
	for (entries, says) in [
		(vec![entry(3, 0, 5, b"one"), entry(4, 0, 5, b"x"), entry(3, 1, 6, b"two")], "twice"),
		(vec![entry(4, 0, 5, b"one"), entry(3, 0, 5, b"x")], "out of order"),
		(vec![entry(3, 0, 6, b"one"), entry(3, 1, 5, b"two")], "blocks of patient"),
		(vec![entry(3, 0, 0, b"one")], "blocks of patient"),
		(vec![entry(3, 0, 101, b"one")], "blocks of patient"),
		(vec![entry(3, 0, 5, b"")], "has 0 bytes"),
		(vec![entry(3, 0, 5, &[7; MAX_ENTRY + 1])], "has 65537 bytes"),
	] {
		let said = refusal(&file(&entries));
		assert!(said.contains(says) && said.contains("Get it again"), "{said} lacks {says}");
	}
	let begin = Writer::begin(&HEAD);
	let patient = |number: u8| [&[PATIENT][..], &[number; 32]].concat();
	let end = Writer::default().end();
	for (parts, says) in [
		(vec![patient(3), end.clone()], "has no entries"),
		(vec![patient(3), patient(4)], "has no entries"),
		(vec![vec![ENTRY]], "an entry of no patient"),
		(vec![vec![9]], "unknown kind"),
		(vec![vec![END], 1u64.to_le_bytes().to_vec()], "another number of entries"),
		// It says that it has 4 GiB: nothing is made room for.
		(vec![patient(3), vec![ENTRY, 5, 0, 0, 0, 255, 255, 255, 255]], "4294967295 bytes"),
	] {
		let said = refusal(&[&begin[..], &parts.concat()].concat());
		assert!(said.contains(says), "{said} lacks {says}");
	}
	let mut newer = file(&some());
	newer[16] = b'2';
	assert!(refusal(&newer).contains("newer version"));
}

proptest! {
	#[test]
	fn any_entries_come_back(
		logs in prop::collection::btree_map(
			any::<[u8; 32]>(),
			prop::collection::vec((1..=HEAD.number, prop::collection::vec(any::<u8>(), 1..50)), 1..5),
			0..5,
		),
	) {
		let mut entries = Vec::new();
		for (patient, mut log) in logs {
			log.sort_by_key(|(block, _)| *block);
			for (seq, (block, entry)) in (0..).zip(log) {
				entries.push(ExportedEntry { patient, seq, block, entry });
			}
		}
		prop_assert_eq!(read(&file(&entries)).unwrap(), (HEAD, entries));
	}

	#[test]
	fn foreign_bytes_never_panic(bytes: Vec<u8>) {
		let _ = read(&bytes);
		let _ = read(&[&Writer::begin(&HEAD)[..], &bytes].concat());
	}

	/// Whatever is read of a changed file is not what the file had.
	#[test]
	fn no_changed_byte_is_overlooked(place in 0usize..192, change in 1u8..) {
		let entries = [entry(3, 0, 5, b"one"), entry(4, 0, 7, &[8; 10])];
		let mut bytes = file(&entries);
		prop_assert_eq!(bytes.len(), 192);
		bytes[place] ^= change;
		if let Ok((head, read)) = read(&bytes) {
			prop_assert!(head != HEAD || read != entries);
		}
	}
}
