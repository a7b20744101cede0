use super::*;
use proptest::prelude::*;

const ROUND: StudyRound = StudyRound { genesis: H256([0x11; 32]), study: 3, round: 2 };

fn counted(contributor: u8) -> Counted {
	Counted { contributor: [contributor; 32].into(), people: 40, report: [contributor; 16] }
}

#[test]
fn question_limits_work() {
	let table = |cells, weight| StudyQuestion::Table { cells, weight }.is_sound();
	assert!(table(2, 1) && table(256, 8));
	assert!(!table(1, 1) && !table(257, 1) && !table(2, 0) && !table(2, 9));
	let sum = |max| StudyQuestion::Sum { max }.is_sound();
	assert!(sum(1) && sum(MAX_VALUE));
	assert!(!sum(0) && !sum(MAX_VALUE + 1));
	let table = StudyQuestion::Table { cells: 10, weight: 3 };
	assert_eq!((table.cells(), table.bound(41), table.sensitivity()), (10, 123, 6));
	let sum = StudyQuestion::Sum { max: 9 };
	assert_eq!((sum.cells(), sum.bound(41), sum.sensitivity()), (2, 369, 18));
}

#[test]
fn half_widths_work() {
	let width = |epsilon, sensitivity, aggregators| {
		Mechanism { epsilon, sensitivity, aggregators }.half_width()
	};
	assert_eq!(width(1_000, 2, 2), 9); // 4.13 · 2 = 8.26
	assert_eq!(width(1_000, 2, 3), 10);
	assert_eq!(width(1_000, 2, 4), 12); // 11.4
	assert_eq!(width(1_000, 2, 5), 13); // 12.68
	assert_eq!(width(500, 6, 3), 60);
	assert_eq!(width(100, 2_000_000, 5), 126_800_000);
}

#[test]
fn a_commitment_binds_everything() {
	let base = noised_commitment(&ROUND, 0, &[1; 32].into(), &[1, 2], &[7; 32]);
	let others = [
		noised_commitment(&ROUND, 0, &[2; 32].into(), &[1, 2], &[7; 32]),
		noised_commitment(&ROUND, 0, &[1; 32].into(), &[1, 3], &[7; 32]),
		noised_commitment(&ROUND, 0, &[1; 32].into(), &[1, 2], &[8; 32]),
		noised_commitment(&ROUND, 1, &[1; 32].into(), &[1, 2], &[7; 32]),
		noised_commitment(&StudyRound { round: 3, ..ROUND }, 0, &[1; 32].into(), &[1, 2], &[7; 32]),
	];
	assert!(others.iter().all(|other| *other != base));
}

#[test]
fn the_root_of_nothing_is_zero() {
	assert_eq!(tally_root(&ROUND, &[]), H256::zero());
	assert_eq!(tally_root(&ROUND, &[counted(1)]), tally_leaf(&ROUND, &counted(1)));
}

proptest! {
	#[test]
	fn tally_proofs_work(number in 1u8..40, place in 0usize..40, other in 0usize..40) {
		let all: Vec<Counted> = (0..number).rev().map(counted).collect();
		let root = tally_root(&ROUND, &all);
		prop_assert_eq!(root, tally_root(&ROUND, &all.iter().rev().cloned().collect::<Vec<_>>()));
		let proof = tally_proof(&ROUND, &all, place);
		prop_assert_eq!(proof.is_some(), place < usize::from(number));
		let Some(proof) = proof else { return Ok(()) };
		let mine = counted(u8::try_from(place).unwrap());
		prop_assert!(is_in_tally(&ROUND, &mine, place, &proof, &root));
		let more = Counted { people: 41, ..mine.clone() };
		prop_assert!(!is_in_tally(&ROUND, &more, place, &proof, &root));
		// At another place of the tree the proof does not hold.
		let elsewhere = other % usize::from(number);
		let holds = is_in_tally(&ROUND, &mine, elsewhere, &proof, &root);
		prop_assert_eq!(holds, elsewhere == place);
		// Nor beyond the last one.
		for beyond in usize::from(number)..2 * usize::from(number) + 2 {
			prop_assert!(!is_in_tally(&ROUND, &mine, beyond, &proof, &root));
		}
	}

	#[test]
	fn numbers_are_centred(number: i64, other in any::<i32>()) {
		let number = number.max(-i64::MAX);
		let of = |number: i64| {
			let size = u128::from(number.unsigned_abs());
			if number < 0 { field::MODULUS - size } else { size }
		};
		prop_assert_eq!(field::centre(of(number)), Some(number));
		if let Some(sum) = number.checked_add(other.into()).filter(|sum| *sum != i64::MIN) {
			prop_assert_eq!(field::centre(field::add(of(number), of(other.into()))), Some(sum));
		}
	}

	#[test]
	fn sums_stay_in_the_field(left: u128, right: u128) {
		prop_assert!(field::is_reduced(field::add(left, right)));
		prop_assert_eq!(field::add(left, right), field::add(right, left));
	}
}
