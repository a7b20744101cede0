//! Files that are cut, changed, huge or of a kind that is not read: each gets a reason, and none panics.

use super::*;

fn refusal(bytes: Vec<u8>) -> Option<Refusal> {
	Picture::open(bytes).err()
}

#[test]
fn every_cut_file_is_refused() {
	let mut files =
		[Dicom::grey(&[1, 2, 3]), Dicom::grey(&[1, 2, 3]), Dicom::color("RGB", &[1; 9])];
	files[0].raw(&files::sequence(&files::unknown_sequence(), false));
	files[1].pieces("1.2.840.10008.1.2.5", &[], &[&[0; 64]]);
	for file in files {
		let bytes = file.bytes();
		for length in 0..bytes.len() {
			assert!(refusal(bytes[..length].to_vec()).is_some(), "{length}");
		}
	}
}

#[test]
fn a_changed_byte_never_panics() {
	let mut runs = Dicom::grey(&[1; 8]);
	let mut frame = vec![0; 64];
	frame[..12].copy_from_slice(&[2, 0, 0, 0, 64, 0, 0, 0, 66, 0, 0, 0]);
	frame.extend([249, 0, 249, 1]);
	runs.pieces("1.2.840.10008.1.2.5", &[0], &[&frame]);
	let mut nested = Dicom::grey(&[1; 8]);
	nested.raw(&files::sequence(&files::unknown_sequence(), false));
	let mut jpeg = Dicom::grey(&[1; 8]);
	jpeg.pieces("1.2.840.10008.1.2.4.70", &[], &[&files::lossless_jpeg(&[1; 8], 8, 16)]);
	for file in [runs, nested, jpeg, Dicom::color("YBR_FULL", &[9; 30])] {
		let bytes = file.bytes();
		for at in 132..bytes.len() {
			for value in [0, 1, 0x7f, 0x80, 0xfe, 0xff] {
				let mut changed = bytes.clone();
				changed[at] = value;
				let _ = refusal(changed);
			}
		}
	}
}

#[test]
fn what_is_no_dicom_is_damaged() {
	for bytes in [vec![], b"DICM".to_vec(), vec![0; 132], vec![0xff; 10_000]] {
		assert_eq!(refusal(bytes), Some(Refusal::Damaged));
	}
}

#[test]
fn other_compressions_are_named() {
	// JPEG 2000, JPEG-LS, a film, deflated, the highest byte first.
	for syntax in [
		"1.2.840.10008.1.2.4.90",
		"1.2.840.10008.1.2.4.80",
		"1.2.840.10008.1.2.4.102",
		"1.2.840.10008.1.2.1.99",
		"1.2.840.10008.1.2.2",
		"",
	] {
		let file = Dicom::grey(&[1]).syntax(syntax).bytes();
		assert_eq!(refusal(file), Some(Refusal::Compression), "{syntax}");
	}
}

#[test]
fn files_without_a_picture_and_rare_pictures_are_of_another_type() {
	let mut report = Dicom::grey(&[]).bytes();
	report.truncate(report.len() - 12);
	assert_eq!(refusal(report), Some(Refusal::Type));
	let mut palette = Dicom::grey(&[1]);
	palette.text(0x0028, 0x0004, b"CS", "PALETTE COLOR ");
	assert_eq!(refusal(palette.bytes()), Some(Refusal::Type));
	for bits in [1, 12, 32] {
		let file = Dicom::grey(&[1]).number(0x0028, 0x0100, bits).bytes();
		assert_eq!(refusal(file), Some(Refusal::Type), "{bits}");
	}
	let mut deep = Dicom::color("RGB", &[1; 6]);
	deep.number(0x0028, 0x0100, 16);
	assert_eq!(refusal(deep.bytes()), Some(Refusal::Type));
}

#[test]
fn huge_pictures_are_refused_by_their_head() {
	let sized = |rows, columns| {
		let mut file = Dicom::grey(&[1]);
		file.number(0x0028, 0x0010, rows).number(0x0028, 0x0011, columns);
		refusal(file.bytes())
	};
	assert_eq!(sized(u16::MAX, u16::MAX), Some(Refusal::Size));
	assert_eq!(sized(4_097, 4_096), Some(Refusal::Size));
	// It may be as large as that, but then it must have its points.
	assert_eq!(sized(4_096, 4_096), Some(Refusal::Damaged));
	for (frames, expected) in [
		("10001", Refusal::Size),
		("4294967295", Refusal::Size),
		("10000", Refusal::Damaged),
		("4294967296", Refusal::Damaged),
		("-1", Refusal::Damaged),
		("0", Refusal::Damaged),
	] {
		let mut file = Dicom::grey(&[1]);
		file.text(0x0028, 0x0008, b"IS", frames);
		let found = Picture::open(file.bytes());
		// The first frame is there, the last one is not.
		let found = found.and_then(|mut picture| {
			let window = Window { level: 0.0, width: 1.0 };
			picture.draw(picture.layout().frames() - 1, window)
		});
		assert_eq!(found.err(), Some(expected), "{frames}");
	}
}

#[test]
fn contradictions_are_damage() {
	let with = |group, tag, value| {
		let mut file = Dicom::grey(&[1, 2]);
		file.number(group, tag, value);
		refusal(file.bytes())
	};
	for (tag, value) in [
		(0x0010, 0),
		(0x0011, 0),
		(0x0011, 3),
		(0x0002, 3),
		(0x0101, 0),
		(0x0101, 17),
		(0x0102, 16),
	] {
		assert_eq!(with(0x0028, tag, value), Some(Refusal::Damaged), "{tag:x}: {value}");
	}
	for tag in [0x0010, 0x0011, 0x0100] {
		let file = Dicom::grey(&[1, 2]).without(0x0028, tag).bytes();
		assert_eq!(refusal(file), Some(Refusal::Damaged), "{tag:x}");
	}
	// Compressed points that are not in pieces, and pieces of what is not compressed.
	let file = Dicom::grey(&[1]).syntax("1.2.840.10008.1.2.4.50").bytes();
	assert_eq!(refusal(file), Some(Refusal::Damaged));
	let file = Dicom::grey(&[1]).pieces("1.2.840.10008.1.2.1", &[], &[&[1, 0]]).bytes();
	assert_eq!(refusal(file), Some(Refusal::Damaged));
}

#[test]
fn frames_are_found_in_pieces() {
	let frame = |value: u8| {
		let mut frame = vec![0; 64];
		frame[..12].copy_from_slice(&[2, 0, 0, 0, 64, 0, 0, 0, 66, 0, 0, 0]);
		frame.extend([0, 0, 0, value]);
		frame
	};
	let (one, two) = (frame(1), frame(2));
	let mut file = Dicom::grey(&[0]);
	file.text(0x0028, 0x0008, b"IS", "2 ");
	let range_of_last = |file: &Dicom| {
		let mut picture = Picture::open(file.bytes()).ok()?;
		picture.draw(1, Window { level: 0.0, width: 1.0 }).ok()?;
		picture.range()
	};
	// A piece for each frame, without a table.
	file.pieces("1.2.840.10008.1.2.5", &[], &[&one, &two]);
	assert_eq!(range_of_last(&file), Some([2.0, 2.0]));
	// Two pieces for each frame, which only the table tells apart.
	let halves = [&one[..40], &one[40..], &two[..40], &two[40..]];
	let second = u32::try_from(one.len()).unwrap() + 2 * 8;
	file.pieces("1.2.840.10008.1.2.5", &[0, second], &halves);
	assert_eq!(range_of_last(&file), Some([2.0, 2.0]));
	for table in [&[][..], &[0], &[0, 0], &[second, 0], &[0, u32::MAX]] {
		file.pieces("1.2.840.10008.1.2.5", table, &halves);
		assert_eq!(range_of_last(&file), None, "{table:?}");
	}
}
