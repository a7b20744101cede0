use super::*;

mod damage;
mod files;

use files::Dicom;

/// The shades of a frame, one for each point.
fn shades(picture: &mut Picture, frame: u32, level: f64, width: f64) -> Vec<u8> {
	let points = picture.draw(frame, Window { level, width }).unwrap();
	points.chunks(4).map(|point| point[0]).collect()
}

#[test]
fn a_window_shows_the_values_around_its_level() {
	let mut picture = Picture::open(Dicom::grey(&[0, 99, 100, 101, 200, 4_095]).bytes()).unwrap();
	assert_eq!(picture.range(), Some([0.0, 4_095.0]));
	assert_eq!(picture.window(), Some(Window { level: 2_047.5, width: 4_095.0 }));
	assert_eq!(shades(&mut picture, 0, 100.0, 1.0), [0, 0, 255, 255, 255, 255]);
	assert_eq!(shades(&mut picture, 0, 100.0, 201.0), [1, 127, 128, 129, 255, 255]);
	assert_eq!(shades(&mut picture, 0, 100.0, 0.0), [0, 0, 255, 255, 255, 255]);
	assert_eq!(shades(&mut picture, 0, f64::NAN, f64::NAN).len(), 6);
	let whole = picture.window().unwrap();
	assert_eq!(shades(&mut picture, 0, whole.level, whole.width)[5], 255);
}

#[test]
fn the_file_says_which_window_and_what_values_mean() {
	let mut file = Dicom::grey(&[0, 1_000, 2_000]);
	file.text(0x0028, 0x1050, b"DS", "40\\400 ").text(0x0028, 0x1051, b"DS", "80\\1500 ");
	file.text(0x0028, 0x1052, b"DS", "-1000").text(0x0028, 0x1053, b"DS", "0.5");
	let picture = Picture::open(file.bytes()).unwrap();
	assert_eq!(picture.window(), Some(Window { level: 40.0, width: 80.0 }));
	assert_eq!(picture.range(), Some([-1_000.0, 0.0]));
	for (center, width) in [("x", "80"), ("1", "0"), ("inf", "80"), ("", "")] {
		let mut file = Dicom::grey(&[0, 100]);
		file.text(0x0028, 0x1050, b"DS", center).text(0x0028, 0x1051, b"DS", width);
		let picture = Picture::open(file.bytes()).unwrap();
		assert_eq!(picture.window(), Some(Window { level: 50.0, width: 100.0 }), "{center}");
	}
}

#[test]
fn values_have_signs_and_bits_that_do_not_count() {
	let mut signed = Dicom::grey(&[0x0fff, 0x0800, 0xf7ff]);
	signed.number(0x0028, 0x0101, 12).number(0x0028, 0x0102, 11).number(0x0028, 0x0103, 1);
	assert_eq!(Picture::open(signed.bytes()).unwrap().range(), Some([-2_048.0, 2_047.0]));
	let mut high = Dicom::grey(&[0x123f, 0x0010]);
	high.number(0x0028, 0x0101, 12).number(0x0028, 0x0102, 15);
	assert_eq!(Picture::open(high.bytes()).unwrap().range(), Some([1.0, 291.0]));
}

#[test]
fn dark_and_bright_change_places() {
	let mut file = Dicom::grey(&[0, 100]);
	file.text(0x0028, 0x0004, b"CS", "MONOCHROME1 ");
	let mut picture = Picture::open(file.bytes()).unwrap();
	assert_eq!(shades(&mut picture, 0, 50.0, 10.0), [255, 0]);
}

#[test]
fn frames_are_drawn_one_by_one() {
	let mut file = Dicom::grey(&[1, 2, 3, 4, 5, 6]);
	file.number(0x0028, 0x0011, 2).text(0x0028, 0x0008, b"IS", "3 ");
	let mut picture = Picture::open(file.bytes()).unwrap();
	assert_eq!(picture.layout().frames(), 3);
	for (frame, range) in [(2, [5.0, 6.0]), (0, [1.0, 2.0]), (1, [3.0, 4.0])] {
		shades(&mut picture, frame, 0.0, 1.0);
		assert_eq!(picture.range(), Some(range));
	}
	let window = Window { level: 0.0, width: 1.0 };
	assert_eq!(picture.draw(3, window), Err(Refusal::Damaged));
}

#[test]
fn colors_are_shown_as_they_are() {
	let together = [255, 0, 0, 0, 255, 0];
	let apart = [255, 0, 0, 255, 0, 0];
	for (planar, bytes) in [(0, together), (1, apart)] {
		let mut file = Dicom::color("RGB", &bytes);
		file.number(0x0028, 0x0006, planar);
		let mut picture = Picture::open(file.bytes()).unwrap();
		assert_eq!((picture.range(), picture.window()), (None, None));
		let window = Window { level: 9.0, width: 1.0 };
		let drawn = picture.draw(0, window).unwrap();
		assert_eq!(drawn, [255, 0, 0, 255, 0, 255, 0, 255]);
	}
	let mut red =
		Picture::open(Dicom::color("YBR_FULL", &[76, 85, 255, 255, 128, 128]).bytes()).unwrap();
	let window = Window { level: 0.0, width: 1.0 };
	assert_eq!(red.draw(0, window).unwrap(), [254, 0, 0, 255, 255, 255, 255, 255]);
}

#[test]
fn runs_are_unpacked() {
	let values = [0x0100, 0x0100, 0x0100, 0x0203, 0x0405];
	// Three times 1, then 2 and 4. Then three times 0, 128 says nothing, then 3 and 5.
	let high = [254, 1, 1, 2, 4];
	let low = [254, 0, 128, 1, 3, 5];
	let mut frame = vec![0; 64];
	frame[0] = 2;
	frame[4] = 64;
	frame[8] = 64 + 5;
	frame.extend(high);
	frame.extend(low);
	frame.push(0);
	let mut file = Dicom::grey(&values);
	file.pieces("1.2.840.10008.1.2.5", &[], &[&frame]);
	let packed = Picture::open(file.bytes()).unwrap();
	assert_eq!(packed.range(), Some([256.0, 1_029.0]));
	let (_, Frame::Grey(found)) = packed.drawn.unwrap() else { panic!("it is grey") };
	assert_eq!(found, values.map(i32::from));
}

#[test]
fn jpeg_without_loss_is_read() {
	let values = [0, 4_095, 17, 2_048, 2_047, 1];
	let mut file = Dicom::grey(&values);
	file.number(0x0028, 0x0010, 2).number(0x0028, 0x0011, 3).number(0x0028, 0x0101, 12);
	file.number(0x0028, 0x0102, 11);
	let whole = files::lossless_jpeg(&values, 3, 12);
	file.pieces("1.2.840.10008.1.2.4.70", &[], &[&whole]);
	let picture = Picture::open(file.bytes()).unwrap();
	let Some((_, Frame::Grey(found))) = &picture.drawn else { panic!("it is grey") };
	assert_eq!(*found, values.map(i32::from));
	// In two pieces, as a writer may cut it.
	file.pieces("1.2.840.10008.1.2.4.70", &[], &[&whole[..20], &whole[20..]]);
	assert_eq!(Picture::open(file.bytes()).unwrap().range(), Some([0.0, 4_095.0]));
	// Of another size than the file says, and of so few bits that a byte is enough.
	file.number(0x0028, 0x0011, 2);
	assert_eq!(Picture::open(file.bytes()).err(), Some(Refusal::Damaged));
	let mut few = Dicom::grey(&[1, 255]);
	few.pieces("1.2.840.10008.1.2.4.57", &[], &[&files::lossless_jpeg(&[1, 255], 2, 8)]);
	assert_eq!(Picture::open(few.bytes()).unwrap().range(), Some([1.0, 255.0]));
}

#[test]
fn only_what_does_not_name_the_patient_is_read() {
	let mut file = Dicom::grey(&[1, 2]);
	file.text(0x0008, 0x0020, b"DA", "20261127").text(0x0008, 0x0060, b"CS", "CT");
	file.text(0x0010, 0x0010, b"PN", "Mangrove^Ada");
	let picture = Picture::open(file.bytes()).unwrap();
	assert_eq!(picture.file().date(), "20261127");
	assert_eq!(picture.file().modality(), "CT");
	for (tag, is_date) in [(0x0020, true), (0x0060, false)] {
		for text in ["<b>x</b>", "2026-11-", "é", ""] {
			let mut file = Dicom::grey(&[1]);
			file.text(0x0008, tag, if is_date { b"DA" } else { b"CS" }, text);
			let picture = Picture::open(file.bytes()).unwrap();
			assert_eq!(picture.file().date() + &picture.file().modality(), "", "{text}");
		}
	}
}

#[test]
fn sequences_are_passed_over() {
	let inner = files::element(0x0028, 0x0010, b"US", &7_u16.to_le_bytes());
	let mut file = Dicom::grey(&[1, 2]);
	file.raw(&files::sequence(&inner, true)).raw(&files::sequence(&inner, false));
	file.raw(&files::unknown_sequence());
	let picture = Picture::open(file.bytes()).unwrap();
	assert_eq!((picture.layout().width(), picture.layout().height()), (2, 1));
}

#[test]
fn elements_need_not_name_their_types() {
	let mut file = Dicom::grey(&[3, 4]);
	file.is_implicit = true;
	assert_eq!(Picture::open(file.bytes()).unwrap().range(), Some([3.0, 4.0]));
}

/// A CT image from NEMA, if the folder of test data is there.
#[test]
fn a_real_ct_is_read() {
	let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/documents/CT_small.dcm");
	let Ok(bytes) = std::fs::read(file) else { return };
	for length in (0..bytes.len()).step_by(997) {
		assert!(Picture::open(bytes[..length].to_vec()).is_err(), "{length}");
	}
	let mut picture = Picture::open(bytes).unwrap();
	assert_eq!((picture.layout().width(), picture.layout().height()), (128, 128));
	assert_eq!(
		(picture.file().modality(), picture.file().date()),
		("CT".into(), "20040119".into())
	);
	let [lowest, highest] = picture.range().unwrap();
	assert!(lowest >= -1_024.0 && highest < 3_000.0, "{lowest} to {highest}");
	let window = picture.window().unwrap();
	let shades = shades(&mut picture, 0, window.level, window.width);
	assert!(shades.contains(&0) && shades.iter().any(|shade| *shade > 200));
}
