//! The text that a new key signs, and the encoding of what is stored.

use super::*;
use codec::Encode;

#[test]
fn the_text_is_the_one_written_out() {
	let text = key_text(&GENESIS, &PATIENT, &SPOUSE, &SEALED, 1_798_761_600);
	let expected = format!(
		"Vouchsafe key\nchain 0x{}\naccount 0x{}\nkey 0x{}\nencryption key 0x{}\nuntil 1798761600",
		"11".repeat(32),
		"01".repeat(32),
		"29".repeat(32),
		"07".repeat(32)
	);
	assert_eq!(text, expected);
}

/// Clients decode it.
#[test]
fn encodings_are_fixed() {
	let guardians =
		By::Guardians { guardians: list(&[SPOUSE]), approvals: 1, threshold: 2, set_at: 3 };
	let bytes = [&[0, 4][..], &[41; 32], &[1, 2], &3u64.to_le_bytes()].concat();
	assert_eq!(guardians.encode(), bytes);
	let institution = By::Institution {
		institution: HOSPITAL,
		evidence: EVIDENCE,
		attestations: 1,
		objected: true,
	};
	let bytes = [&[1][..], &[10; 32], &[6; 32], &[1, 1]].concat();
	assert_eq!(institution.encode(), bytes);
	assert_eq!(KeyState::Signs(PATIENT).encode(), [&[0][..], &[1; 32]].concat());
	assert_eq!(KeyState::Replaced.encode(), [1]);
}

#[test]
fn lapsing_is_counted_from_the_later_moment() {
	let attempt = |from| Attempt {
		key: SPOUSE,
		encryption_key: SEALED,
		by: By::Institution {
			institution: HOSPITAL,
			evidence: EVIDENCE,
			attestations: 0,
			objected: false,
		},
		at: 100,
		from,
	};
	for (from, last) in [(None, 110), (Some(50), 110), (Some(200), 210)] {
		assert!(!attempt(from).has_lapsed(last - 1, 10), "{from:?}");
		assert!(attempt(from).has_lapsed(last, 10), "{from:?}");
	}
	assert!(!attempt(None).has_lapsed(Moment::MAX - 1, Moment::MAX));
}
