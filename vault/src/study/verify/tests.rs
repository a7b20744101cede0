use proptest::prelude::*;

use super::*;
use crate::study::{
	report::{shard, Sharded},
	tests::{account, context, key, plain, round, run, verifiers, TABLE},
};

mod liars;

fn report() -> Sharded {
	shard(&TABLE, 3, &context(41), &[4; 10]).unwrap()
}

fn verify(report: &Sharded) -> Result<Vec<CellShare>, Rejected> {
	run(&verifiers(&TABLE, 3, &context(41)), report)
}

#[test]
fn an_honest_report_works() {
	assert_eq!(plain(&verify(&report()).unwrap()), [4; 10]);
	let nothing = shard(&TABLE, 3, &context(41), &[0; 10]).unwrap();
	assert_eq!(plain(&verify(&nothing).unwrap()), [0; 10]);
	let less = shard(&TABLE, 3, &context(41), &[1, 0, 0, 0, 0, 0, 0, 0, 0, 39]).unwrap();
	assert_eq!(plain(&verify(&less).unwrap())[9], 39);
	// Whoever counts must notice a replay: the VDAF does not.
	let again = report();
	assert!(verify(&again).is_ok() && verify(&again).is_ok());
}

#[test]
fn another_context_fails() {
	let other = context(41);
	let others = [
		ReportContext { round: StudyRound { study: 4, ..round() }, ..other.clone() },
		ReportContext { round: StudyRound { round: 3, ..round() }, ..other.clone() },
		ReportContext { round: StudyRound { genesis: [0; 32].into(), ..round() }, ..other.clone() },
		ReportContext { contributor: account(1), ..other.clone() },
		ReportContext { report: [0; 16], ..other.clone() },
		// As many bits, and all people in one cell: only the context tells these bounds apart.
		ReportContext { people: 40, ..other.clone() },
		ReportContext { people: 42, ..other },
	];
	let report = shard(&TABLE, 3, &context(41), &[41, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
	for other in others {
		let rejected = run(&verifiers(&TABLE, 3, &other), &report);
		assert_eq!(rejected.unwrap_err(), Rejected::NotProven);
	}
	let other = ReportContext { people: 64, ..context(41) };
	assert_eq!(run(&verifiers(&TABLE, 3, &other), &report).unwrap_err(), Rejected::Malformed);
}

#[test]
fn aggregators_that_disagree_on_the_context_fail() {
	let mut mixed = verifiers(&TABLE, 3, &context(41));
	mixed[1] = Verifier::new(&TABLE, 3, 1, &context(42)).unwrap();
	assert!(run(&mixed, &report()).is_err());
}

#[test]
fn another_nonce_fails() {
	let report = Sharded { nonce: [0; 16], ..report() };
	assert_eq!(verify(&report).unwrap_err(), Rejected::NotProven);
}

#[test]
fn a_share_at_another_place_fails() {
	let mut swapped = report();
	swapped.input_shares.swap(1, 2);
	assert_eq!(verify(&swapped).unwrap_err(), Rejected::NotProven);
	let mut swapped = report();
	swapped.input_shares.swap(0, 1);
	assert_eq!(verify(&swapped).unwrap_err(), Rejected::Malformed);
	let (mut mixed, other) = (report(), report());
	mixed.input_shares[1] = other.input_shares[1].clone();
	assert_eq!(verify(&mixed).unwrap_err(), Rejected::NotProven);
}

#[test]
fn verify_keys_that_differ_fail() {
	let (verifiers, report) = (verifiers(&TABLE, 3, &context(41)), report());
	let share = |place: usize, key: &VerifyKey| {
		let input = &report.input_shares[place];
		verifiers[place].init(key, &report.nonce, &report.public_share, input).unwrap().1
	};
	let shares = [share(0, &key()), share(1, &key()), share(2, &VerifyKey::random())];
	assert_eq!(verifiers[0].message(&shares), Err(Rejected::NotProven));
}

#[test]
fn verifier_shares_in_another_number_or_order_fail() {
	let (verifiers, report) = (verifiers(&TABLE, 3, &context(41)), report());
	let begun: Vec<_> = verifiers
		.iter()
		.zip(&report.input_shares)
		.map(|(v, input)| v.init(&key(), &report.nonce, &report.public_share, input).unwrap())
		.collect();
	let mut shares: Vec<_> = begun.iter().map(|(_, share)| share.clone()).collect();
	assert_eq!(verifiers[0].message(&[]), Err(Rejected::Malformed));
	assert_eq!(verifiers[0].message(&shares[..2]), Err(Rejected::Malformed));
	assert_eq!(verifiers[0].message(&vec![shares[0].clone(); 259]), Err(Rejected::Malformed));
	shares.swap(1, 2);
	let message = verifiers[0].message(&shares).unwrap();
	let (state, _) = &begun[0];
	assert_eq!(verifiers[0].finish(state.clone(), &message).unwrap_err(), Rejected::Inconsistent);
}

#[test]
fn a_place_beyond_the_aggregators_fails() {
	assert!(Verifier::new(&TABLE, 3, 2, &context(1)).is_ok());
	for place in [3, 255] {
		let refused = Verifier::new(&TABLE, 3, place, &context(1));
		assert!(matches!(refused, Err(Error::ImpossibleStudy(_))));
	}
}

#[test]
fn verify_key_is_sealed_to_one_aggregator_and_round_works() {
	let secret = SecretKey::random();
	let key = VerifyKey::random();
	let sealed = key.seal(&secret.public(), &round(), &account(1)).unwrap();
	let opened = VerifyKey::open(&secret, &round(), &account(1), &sealed).unwrap();
	assert_eq!(opened.to_bytes(), key.to_bytes());
	let other_round = StudyRound { round: 3, ..round() };
	let refused = [
		VerifyKey::open(&SecretKey::random(), &round(), &account(1), &sealed),
		VerifyKey::open(&secret, &other_round, &account(1), &sealed),
		VerifyKey::open(&secret, &round(), &account(2), &sealed),
	];
	assert!(refused.into_iter().all(|refused| matches!(refused, Err(Error::CannotOpen))));
	let aad = (round(), account(1)).encode();
	let short = seal::seal(&secret.public(), Purpose::VerifyKey, &aad, &[0; 31]).unwrap();
	assert!(matches!(
		VerifyKey::open(&secret, &round(), &account(1), &short),
		Err(Error::MalformedSealed)
	));
}

#[test]
fn secrets_show_nothing_works() {
	let report = report();
	let verifier = &verifiers(&TABLE, 3, &context(41))[1];
	let (state, _) = verifier
		.init(&key(), &report.nonce, &report.public_share, &report.input_shares[1])
		.unwrap();
	assert_eq!(format!("{state:?} {:?}", key()), "State(..) VerifyKey(..)");
}

#[test]
fn reasons_keep_their_numbers_works() {
	let reasons =
		[Rejected::Sealed, Rejected::Malformed, Rejected::NotProven, Rejected::Inconsistent];
	for (number, reason) in (0u8..).zip(reasons) {
		assert_eq!(reason.encode(), [number]);
		assert!(reason.to_string().contains("make the report again") || number == 2);
	}
}

/// One flipped bit in any message of the contributor or an aggregator.
fn flip(bytes: &mut [u8], at: prop::sample::Index, bit: u8) {
	let at = at.index(bytes.len());
	bytes[at] ^= 1 << bit;
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(96))]

	#[test]
	fn a_tampered_report_fails(part in 0usize..4, at: prop::sample::Index, bit in 0u8..8) {
		let mut report = report();
		match part {
			3 => flip(&mut report.public_share, at, bit),
			place => flip(&mut report.input_shares[place], at, bit),
		}
		prop_assert!(verify(&report).is_err());
	}

	#[test]
	fn a_tampered_message_fails(share in 0usize..3, at: prop::sample::Index, bit in 0u8..8) {
		let (verifiers, report) = (verifiers(&TABLE, 3, &context(41)), report());
		let begun = verifiers.iter().zip(&report.input_shares).map(|(verifier, input)| {
			verifier.init(&key(), &report.nonce, &report.public_share, input).unwrap()
		});
		let (states, mut shares): (Vec<_>, Vec<_>) = begun.unzip();
		let mut message = verifiers[0].message(&shares).unwrap();
		flip(&mut message, at, bit);
		let rejected = verifiers[1].finish(states[1].clone(), &message);
		prop_assert_eq!(rejected.unwrap_err(), Rejected::Inconsistent);
		flip(&mut shares[share], at, bit);
		if let Ok(message) = verifiers[0].message(&shares) {
			let rejected = verifiers[1].finish(states[1].clone(), &message);
			prop_assert_eq!(rejected.unwrap_err(), Rejected::Inconsistent);
		}
	}

	#[test]
	fn cut_and_longer_messages_fail(cut: prop::sample::Index, more in 1usize..40) {
		let (verifiers, report) = (verifiers(&TABLE, 3, &context(41)), report());
		let wrong = |bytes: &[u8]| {
			let cut = bytes[..cut.index(bytes.len())].to_vec();
			[cut, [bytes, &vec![0; more]].concat()]
		};
		for (verifier, input) in verifiers.iter().zip(&report.input_shares) {
			let (nonce, public) = (&report.nonce, &report.public_share);
			for input in wrong(input) {
				let rejected = verifier.init(&key(), nonce, public, &input);
				prop_assert_eq!(rejected.unwrap_err(), Rejected::Malformed);
			}
			for public in wrong(public) {
				let rejected = verifier.init(&key(), nonce, &public, input);
				prop_assert_eq!(rejected.unwrap_err(), Rejected::Malformed);
			}
			let (state, share) = verifier.init(&key(), nonce, public, input).unwrap();
			for share in wrong(&share) {
				prop_assert_eq!(verifier.message(&vec![share; 3]), Err(Rejected::Malformed));
			}
			for message in wrong(&[0; 32]) {
				let rejected = verifier.finish(state.clone(), &message);
				prop_assert_eq!(rejected.unwrap_err(), Rejected::Malformed);
			}
			for state in wrong(&state.0) {
				let rejected = verifier.finish(State(Zeroizing::new(state)), &[0; 32]);
				prop_assert_eq!(rejected.unwrap_err(), Rejected::Malformed);
			}
		}
	}

	#[test]
	fn any_bytes_do_not_panic(
		public in prop::collection::vec(any::<u8>(), 90..100),
		input in prop::collection::vec(any::<u8>(), 0..2000),
		share in prop::collection::vec(any::<u8>(), 0..600),
		place in 0u8..3,
	) {
		let verifier = Verifier::new(&TABLE, 3, place, &context(41)).unwrap();
		let _ = verifier.init(&key(), &[0; 16], &public, &input);
		let _ = verifier.init(&key(), &[0; 16], &public[..90], &input[..input.len().min(64)]);
		prop_assert!(verifier.message(&vec![share.clone(); 3]).is_err());
		prop_assert!(verifier.finish(State(Zeroizing::new(input)), &share).is_err());
		prop_assert_eq!(VerifyKey::from_bytes(&share).is_some(), share.len() == 32);
	}
}
