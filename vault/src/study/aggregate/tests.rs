use prio::{
	codec::Encode as _,
	vdaf::{prio3::Prio3L1BoundSum, Aggregatable as _, Collector as _},
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use vouchsafe_primitives::study::Mechanism;

use super::*;
use crate::study::{
	report::shard,
	tests::{account, context, element, round, run, total, verifiers, TABLE},
};

/// Shares of a sum of zeros, with the noise of one aggregator each.
fn noise(question: &StudyQuestion, epsilon: u32, aggregators: u8) -> Vec<i64> {
	let noised = || CellShare::zero(question).add_noise(question, epsilon).unwrap();
	let shares: Vec<_> = (0..aggregators).map(|_| noised()).collect();
	total(&shares)
}

/// At least so many draws, from as many rounds as they need.
fn draws(question: &StudyQuestion, epsilon: u32, aggregators: u8, number: usize) -> Vec<f64> {
	let rounds = number.div_ceil(question.cells() as usize);
	(0..rounds)
		.flat_map(|_| noise(question, epsilon, aggregators))
		.map(|draw| draw as f64)
		.collect()
}

fn variance(draws: &[f64]) -> f64 {
	draws.iter().map(|draw| draw * draw).sum::<f64>() / draws.len() as f64
}

/// Of the discrete Laplace distribution.
fn theory(sensitivity: u32, epsilon: u32) -> f64 {
	let t = (-f64::from(epsilon) / 1_000.0 / f64::from(sensitivity)).exp();
	2.0 * t / (1.0 - t).powi(2)
}

/// The variance of 20,000 draws has a standard deviation of 1.6 % of itself, so six of them.
fn assert_near(draws: &[f64], theory: f64) {
	let measured = variance(draws);
	assert!((measured / theory - 1.0).abs() < 0.1, "{measured} instead of {theory}");
}

const WIDE: StudyQuestion = StudyQuestion::Table { cells: 256, weight: 1 };

#[test]
fn noise_has_the_scale_of_one_person_works() {
	let three = StudyQuestion::Table { cells: 256, weight: 3 };
	assert_near(&draws(&WIDE, 1_000, 1, 20_000), theory(2, 1_000));
	assert_near(&draws(&WIDE, 500, 1, 20_000), theory(2, 500));
	assert_near(&draws(&three, 1_000, 1, 20_000), theory(6, 1_000));
	let sum = StudyQuestion::Sum { max: 9 };
	assert_near(&draws(&sum, 1_000, 1, 20_000), theory(18, 1_000));
}

#[test]
fn the_others_noise_remains_if_one_adds_none_works() {
	let mut rounds = Vec::new();
	for _ in 0..80 {
		let silent = CellShare::zero(&WIDE).without_noise();
		let honest = CellShare::zero(&WIDE).add_noise(&WIDE, 1_000).unwrap();
		rounds.extend(total([&silent, &honest]).into_iter().map(|draw| draw as f64));
	}
	assert_near(&rounds, theory(2, 1_000));
	// The whole distribution, not only its width.
	let t = (-0.5f64).exp();
	for value in -4i32..=4 {
		let share = rounds.iter().filter(|draw| **draw == f64::from(value)).count() as f64
			/ rounds.len() as f64;
		let expected = (1.0 - t) / (1.0 + t) * t.powi(value.abs());
		assert!((share - expected).abs() < 0.02, "{value}: {share} instead of {expected}");
	}
	assert_near(&draws(&WIDE, 1_000, 2, 20_000), 2.0 * theory(2, 1_000));
}

/// 200 results of one report at ε = 1. The interval covers 96.1 to 97.2 %, and the share of 2,000
/// cells has a standard deviation below 0.5 %.
#[test]
fn errors_are_within_the_stated_interval_works() {
	let table: Vec<u64> = (0..10).collect();
	for aggregators in 2..=5 {
		let report = shard(&TABLE, aggregators, &context(45), &table).unwrap();
		let shares = run(&verifiers(&TABLE, aggregators, &context(45)), &report).unwrap();
		let mechanism = Mechanism { epsilon: 1_000, sensitivity: 2, aggregators };
		let half_width = mechanism.half_width();
		let mut within = 0;
		for _ in 0..200 {
			let noised: Vec<_> = shares
				.iter()
				.map(|share| share.clone().add_noise(&TABLE, 1_000).unwrap())
				.collect();
			let errors = total(&noised).into_iter().zip(&table);
			within += errors
				.filter(|(result, truth)| result.abs_diff(**truth as i64) <= half_width)
				.count();
		}
		assert!((1_860..=1_980).contains(&within), "{aggregators}: {within} of 2000");
	}
}

const ILL_OR_NOT: StudyQuestion = StudyQuestion::Table { cells: 2, weight: 1 };

/// The results of one study at ε = 1, less the truth about all people but the last. Of two aggregators one
/// adds no noise, which is the worst case.
fn results_less(table: [u64; 2], others: [i64; 2], number: usize) -> Vec<[i64; 2]> {
	let people = u32::try_from(table[0] + table[1]).unwrap();
	let report = shard(&ILL_OR_NOT, 2, &context(people), &table).unwrap();
	let shares = run(&verifiers(&ILL_OR_NOT, 2, &context(people)), &report).unwrap();
	let silent = shares[0].clone().without_noise();
	let result = || {
		let honest = shares[1].clone().add_noise(&ILL_OR_NOT, 1_000).unwrap();
		let cells = total([&silent, &honest]);
		[cells[0] - others[0], cells[1] - others[1]]
	};
	(0..number).map(|_| result()).collect()
}

/// How often each value is among these.
fn frequencies(values: impl ExactSizeIterator<Item = i64>) -> BTreeMap<i64, f64> {
	let part = 1.0 / values.len() as f64;
	let mut frequencies = BTreeMap::new();
	values.for_each(|value| *frequencies.entry(value).or_default() += part);
	frequencies
}

/// Differencing: two studies that differ by one person. Whoever subtracts them, or even knows the answers of
/// all others, sees nothing that is more than e^ε times as likely if the person is ill. So the best guess is
/// right in at most e^ε / (1 + e^ε) of all cases, which is 73 %.
#[test]
fn one_person_more_does_not_tell_the_answer_works() {
	const NUMBER: usize = 20_000;
	let (others, e) = ([20, 25], 1f64.exp());
	let ill = results_less([21, 25], others, NUMBER);
	let healthy = results_less([20, 26], others, NUMBER);
	let without = results_less([20, 25], others, NUMBER);
	// What speaks for the illness: the likelihood of each cell, whose noise falls off from its true value.
	let speaks =
		|[ill, other]: [i64; 2]| (ill.abs() - (ill - 1).abs()) + ((other - 1).abs() - other.abs());
	let difference =
		|(with, without): (&[i64; 2], &[i64; 2])| (with[0] - without[0]) - (with[1] - without[1]);
	let by_knowing = [&ill, &healthy].map(|it| frequencies(it.iter().copied().map(speaks)));
	let by_subtracting =
		[&ill, &healthy].map(|it| frequencies(it.iter().zip(&without).map(difference)));
	let right = [by_knowing, by_subtracting].map(|[if_ill, if_healthy]| {
		for (one, other) in [(&if_ill, &if_healthy), (&if_healthy, &if_ill)] {
			for (value, share) in one {
				let bound = e * other.get(value).copied().unwrap_or_default();
				// Six standard deviations.
				assert!(*share < bound + 0.045, "{value}: {share} is more than {bound}");
			}
		}
		// The guess: ill if more speaks for it than against it, and a coin in between.
		let ill: f64 = if_ill.range(1..).map(|(_, share)| share).sum();
		ill + if_ill.get(&0).copied().unwrap_or_default() / 2.0
	});
	// Theory: 62.2 % and, because two noises are subtracted, less.
	assert!((right[0] - 0.622).abs() < 0.02 && right[0] < e / (1.0 + e), "{right:?}");
	assert!((0.52..right[0]).contains(&right[1]), "{right:?}");
}

#[test]
fn add_noise_outside_the_limits_fails() {
	let share = || CellShare::zero(&TABLE);
	assert!(share().add_noise(&TABLE, 100).is_ok() && share().add_noise(&TABLE, 5_000).is_ok());
	let hard = StudyQuestion::Sum { max: 1_000_000 };
	assert!(CellShare::zero(&hard).add_noise(&hard, 100).is_ok());
	for epsilon in [0, 99, 5_001] {
		assert!(matches!(share().add_noise(&TABLE, epsilon), Err(Error::ImpossibleStudy(_))));
	}
	let unsound = StudyQuestion::Table { cells: 10, weight: 0 };
	assert!(matches!(share().add_noise(&unsound, 1_000), Err(Error::ImpossibleStudy(_))));
	assert!(matches!(
		share().add_noise(&WIDE, 1_000),
		Err(Error::WrongCells { have: 10, need: 256 })
	));
	assert!(matches!(
		share().add(&CellShare::zero(&WIDE)),
		Err(Error::WrongCells { have: 256, need: 10 })
	));
}

#[test]
fn a_commitment_is_of_one_share_works() {
	let noised = CellShare::zero(&TABLE).add_noise(&TABLE, 1_000).unwrap();
	let stored = NoisedShare::from_bytes(&noised.to_bytes()).unwrap();
	let commitment = noised.commitment(&round(), 1, &account(1));
	assert_eq!(stored.commitment(&round(), 1, &account(1)), commitment);
	assert_eq!(
		noised_commitment(&round(), 1, &account(1), noised.cells(), noised.salt()).0,
		commitment
	);
	assert_ne!(noised.commitment(&round(), 1, &account(2)), commitment);
	assert_ne!(noised.commitment(&round(), 2, &account(1)), commitment);
	let [one, other] = [0, 0].map(|_| CellShare::zero(&TABLE).without_noise());
	assert_eq!(one.cells(), other.cells());
	assert_ne!(
		one.commitment(&round(), 1, &account(1)),
		other.commitment(&round(), 1, &account(1))
	);
	assert_eq!(format!("{one:?} {:?}", CellShare::zero(&TABLE)), "NoisedShare(..) CellShare(..)");
}

#[test]
fn stored_shares_outside_the_field_fail() {
	let bytes = |version: u8, cells: Vec<u128>| (version, cells).encode();
	assert!(CellShare::from_bytes(&bytes(1, vec![field::MODULUS - 1; 256])).is_ok());
	let refused = [
		bytes(2, vec![0; 10]),
		bytes(1, vec![field::MODULUS]),
		bytes(1, vec![0; 257]),
		[bytes(1, vec![0]), vec![0]].concat(),
		vec![],
	];
	for refused in refused {
		assert!(matches!(CellShare::from_bytes(&refused), Err(Error::MalformedAggregation)));
		let noised = NoisedShare::from_bytes(&[refused, vec![0; 32]].concat());
		assert!(matches!(noised, Err(Error::MalformedAggregation)));
	}
	assert!(matches!(NoisedShare::from_bytes(&[1; 31]), Err(Error::MalformedAggregation)));
}

/// What prio's collector makes of the aggregators' shares, as integers around zero.
fn prio_result(shares: &[Vec<Field128>]) -> Vec<i128> {
	let vdaf = Prio3L1BoundSum::new_l1_bound_sum(2, 1, shares[0].len(), 1).unwrap();
	let mut sum = AggregateShare::from(shares[0].clone());
	for share in &shares[1..] {
		sum.merge(&AggregateShare::from(share.clone())).unwrap();
	}
	let result = vdaf.unshard(&(), [sum], 1).unwrap();
	let centred = |number: u128| match i128::try_from(number) {
		Ok(number) if number.unsigned_abs() <= field::MODULUS / 2 => number,
		_ => -i128::try_from(field::MODULUS - number).unwrap(),
	};
	result.into_iter().map(centred).collect()
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(128))]

	/// What the runtime adds and centres is what prio adds.
	#[test]
	fn adding_is_prios_on_random_shares(
		shares in (2usize..=5).prop_flat_map(|n| {
			prop::collection::vec(prop::collection::vec(element(), 6), n)
		}),
	) {
		let prio = prio_result(&shares);
		for (at, prio) in prio.into_iter().enumerate() {
			let numbers = shares.iter().map(|share| u128::from(share[at]));
			let sum = numbers.fold(0, field::add);
			prop_assert_eq!(field::centre(sum), i64::try_from(prio).ok());
			let as_prio = if prio < 0 { field::MODULUS - prio.unsigned_abs() } else { prio as u128 };
			prop_assert_eq!(sum, as_prio);
		}
	}

	/// The same for shares of small numbers, with every aggregator's noise: negative results too.
	#[test]
	fn adding_is_prios_on_noisy_shares(
		cells in prop::collection::vec(0u64..3, 6),
		masks in (1usize..=4).prop_flat_map(|n| {
			prop::collection::vec(prop::collection::vec(element(), 6), n)
		}),
		epsilon in 100u32..=5_000,
	) {
		let question = StudyQuestion::Table { cells: 6, weight: 2 };
		let first = cells.iter().enumerate().map(|(at, cell)| {
			masks.iter().fold(Field128::from(u128::from(*cell)), |rest, mask| rest - mask[at])
		});
		let shares: Vec<Vec<_>> = [first.collect()].into_iter().chain(masks.clone()).collect();
		let noised: Vec<_> = shares
			.iter()
			.map(|share| CellShare::of(share).add_noise(&question, epsilon).unwrap())
			.collect();
		let for_prio: Vec<Vec<_>> = noised
			.iter()
			.map(|share| share.cells().iter().copied().map(Field128::from).collect())
			.collect();
		let ours: Vec<i128> = total(&noised).into_iter().map(i128::from).collect();
		prop_assert_eq!(ours, prio_result(&for_prio));
	}

	#[test]
	fn stored_shares_are_read_again(cells in prop::collection::vec(element(), 0..=256)) {
		let share = CellShare::of(&cells);
		let read = CellShare::from_bytes(&share.to_bytes()).unwrap();
		prop_assert_eq!(&read.0, &share.0);
		let noised = share.without_noise();
		let read = NoisedShare::from_bytes(&noised.to_bytes()).unwrap();
		prop_assert_eq!((read.cells(), read.salt()), (noised.cells(), noised.salt()));
		// prio's encoding of the same numbers, without version and length.
		let prio: Vec<u8> = cells.iter().flat_map(|cell| cell.get_encoded().unwrap()).collect();
		prop_assert!(read.share.to_bytes().ends_with(&prio));
	}

	#[test]
	fn any_bytes_do_not_panic(bytes: Vec<u8>) {
		let _ = CellShare::from_bytes(&bytes);
		let _ = NoisedShare::from_bytes(&bytes);
	}
}
