//! What a representative may do with records that are more confidential than what it reads.

use super::*;
use Confidentiality::{Restricted, VeryRestricted};

/// Creates the patient's own record of this confidentiality, with this salt.
fn own(byte: u8, confidentiality: Confidentiality) -> DispatchResult {
	Records::create(
		RuntimeOrigin::signed(PATIENT),
		PATIENT,
		None,
		[byte; 16],
		NewRecord { confidentiality, ..own_record() },
		new_version(),
		sharing(),
	)
}

/// Adds a version that is this confidential.
fn add(id: RecordId, confidentiality: Confidentiality) -> DispatchResult {
	let frame = Frame { confidentiality, ..frame(id) };
	let (by, head) = (RuntimeOrigin::signed(PATIENT), head(id));
	Records::add_version(by, PATIENT, id, head, frame, new_version(), sharing())
}

/// Labels, marks, and takes the mark back.
fn change(id: RecordId, label: u8) -> [DispatchResult; 3] {
	let by = || RuntimeOrigin::signed(PATIENT);
	[
		Records::add_labels(by(), PATIENT, id, label_tags(&[label])),
		Records::mark_entered_in_error(by(), PATIENT, id, RecordStatus::WrongContent),
		Records::take_mark_back(by(), PATIENT, id),
	]
}

#[test]
fn a_representative_changes_no_record_that_it_does_not_read() {
	run(|| {
		assert_ok!(own(1, VeryRestricted));
		let secret = record_id(&PATIENT, &PATIENT, &[1; 16]);
		let hidden = Error::<Test>::HiddenFromRepresentative;
		Representatives::set_representing(Some((RELATIVE, Restricted)));
		assert_noop!(add(secret, VeryRestricted), hidden);
		let by = || RuntimeOrigin::signed(PATIENT);
		let labels = label_tags(&[2]);
		assert_noop!(
			Records::add_labels(by(), PATIENT, secret, labels),
			Error::<Test>::HiddenFromRepresentative
		);
		let mark =
			Records::mark_entered_in_error(by(), PATIENT, secret, RecordStatus::WrongPatient);
		assert_eq!(mark, Err(Error::<Test>::HiddenFromRepresentative.into()));
		assert_noop!(own(2, VeryRestricted), Error::<Test>::HiddenFromRepresentative);
		// Up to what it reads. It cannot make it more confidential than that.
		assert_ok!(own(2, Restricted));
		let read = record_id(&PATIENT, &PATIENT, &[2; 16]);
		assert_ok!(add(read, Restricted));
		assert_noop!(add(read, VeryRestricted), Error::<Test>::HiddenFromRepresentative);
		assert_eq!(change(read, 2), [Ok(()), Ok(()), Ok(())]);

		// The patient, and a representative who reads everything.
		for who in [None, Some((RELATIVE, VeryRestricted))] {
			Representatives::set_representing(who);
			assert_ok!(add(secret, VeryRestricted));
		}
		assert_eq!(change(secret, 2), [Ok(()), Ok(()), Ok(())]);
	});
}

#[test]
fn a_representative_takes_no_mark_off_what_it_does_not_read() {
	run(|| {
		assert_ok!(own(1, VeryRestricted));
		let id = record_id(&PATIENT, &PATIENT, &[1; 16]);
		let by = || RuntimeOrigin::signed(PATIENT);
		assert_ok!(Records::mark_entered_in_error(by(), PATIENT, id, RecordStatus::WrongContent));
		Representatives::set_representing(Some((RELATIVE, Restricted)));
		assert_noop!(
			Records::take_mark_back(by(), PATIENT, id),
			Error::<Test>::HiddenFromRepresentative
		);
	});
}
