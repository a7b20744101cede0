use super::*;
use crate::tests::{hex, hex_array, CONTEXT};
use proptest::prelude::*;

/// The secret of all vectors: not random, and so of no use.
pub(crate) fn vector_secret() -> Secret {
	let vectors: serde_json::Value =
		serde_json::from_str(include_str!("../../vectors/keys.json")).unwrap();
	let scalar = Scalar::from_canonical_bytes(hex_array(&vectors["secret"])).unwrap();
	Secret { scalar, confirmed_for: None }
}

fn labelled(shares: &[Share]) -> Vec<(String, Share)> {
	shares.iter().map(|share| (format!("holder {}", share.index), share.clone())).collect()
}

fn false_share(share: &Share) -> Share {
	let value = Scalar::from_canonical_bytes(*share.value).unwrap() + Scalar::ONE;
	Share { index: share.index, value: Zeroizing::new(value.to_bytes()) }
}

#[test]
fn feldman_vectors_work() {
	let vectors: serde_json::Value =
		serde_json::from_str(include_str!("../../vectors/sharing.json")).unwrap();
	for vector in vectors.as_array().unwrap() {
		// The polynomial's own dealing.
		let coefficients: Vec<u64> = vector["coefficients"]
			.as_array()
			.unwrap()
			.iter()
			.map(|c| c.as_u64().unwrap())
			.collect();
		let mut points = Points(vec![Point::default(); coefficients.len()]);
		points.0[0].value = IdentifierPrimeField(Scalar::from(coefficients[0]));
		for (point, coefficient) in points.0.iter_mut().zip(&coefficients).skip(1) {
			point.identifier = IdentifierPrimeField(Scalar::from(*coefficient));
		}
		let shares: Vec<_> = vector["shares"]
			.as_array()
			.unwrap()
			.iter()
			.map(|share| Share::decode(&mut &hex(share)[..]).unwrap())
			.collect();
		let commitments = Commitments::decode(&mut &hex(&vector["commitments"])[..]).unwrap();
		let dealt = points.deal(commitments.threshold(), shares.len() as u8);
		assert_eq!(dealt.shares, shares);
		assert_eq!(dealt.commitments, commitments);
		assert_eq!(commitments.hash(), hex_array(&vector["hash"]));
		check_dealing(&shares, &commitments).unwrap();
		// And back, from the last ones.
		let secret = Secret { scalar: Scalar::from(coefficients[0]), confirmed_for: None };
		let last = &labelled(&shares)[shares.len() - coefficients.len()..];
		let combined =
			combine(last, &commitments, &secret.key_commitment(&CONTEXT), &CONTEXT).unwrap();
		assert_eq!(combined.scalar, secret.scalar);
		for (share, bytes) in shares.iter().zip(vector["shares"].as_array().unwrap()) {
			assert_eq!(share.encode(), hex(bytes));
		}
	}
}

#[test]
fn split_impossible_fails() {
	let secret = Secret::random();
	for (threshold, holders) in [(0, 3), (1, 3), (4, 3), (2, 17), (17, 17), (2, 0)] {
		assert!(matches!(
			secret.split(threshold, holders),
			Err(Error::ImpossibleSharing { threshold: t, holders: n }) if (t, n) == (threshold, holders)
		));
	}
	for (threshold, holders) in [(2, 2), (2, 12), (12, 12)] {
		assert_eq!(secret.split(threshold, holders).unwrap().shares.len(), usize::from(holders));
	}
}

#[test]
fn split_is_random_works() {
	let secret = Secret::random();
	let (one, two) = (secret.split(2, 3).unwrap(), secret.split(2, 3).unwrap());
	assert_ne!(one.shares, two.shares);
	assert_eq!(one.commitments.0[0], two.commitments.0[0]);
	assert_ne!(one.commitments.0[1], two.commitments.0[1]);
}

#[test]
fn every_three_of_five_combine_works() {
	let secret = Secret::random();
	let commitment = secret.key_commitment(&CONTEXT);
	let Split { shares, commitments } = secret.split(3, 5).unwrap();
	for chosen in 0u8..32 {
		let some: Vec<_> =
			shares.iter().filter(|s| chosen & (1 << (s.index - 1)) != 0).cloned().collect();
		let combined = combine(&labelled(&some), &commitments, &commitment, &CONTEXT);
		if some.len() >= 3 {
			assert_eq!(combined.unwrap().scalar, secret.scalar);
		} else {
			let have = some.len() as u8;
			assert!(matches!(combined, Err(Error::TooFewShares { have: h, need: 3 }) if h == have));
		}
	}
}

#[test]
fn combine_repeated_share_fails() {
	let secret = Secret::random();
	let Split { shares, commitments } = secret.split(2, 3).unwrap();
	let twice = labelled(&[shares[0].clone(), shares[0].clone()]);
	let combined = combine(&twice, &commitments, &secret.key_commitment(&CONTEXT), &CONTEXT);
	assert!(matches!(combined, Err(Error::TooFewShares { have: 1, need: 2 })));
}

#[test]
fn combine_lying_holder_fails() {
	let secret = Secret::random();
	let commitment = secret.key_commitment(&CONTEXT);
	let Split { mut shares, commitments } = secret.split(2, 3).unwrap();
	shares[1] = false_share(&shares[1]);
	let combined = combine(&labelled(&shares), &commitments, &commitment, &CONTEXT);
	assert!(matches!(combined, Err(Error::LyingHolder { holder }) if holder == "holder 2"));
	// A true share under another number is a lie too.
	shares[1] = Share { index: 2, value: shares[0].value.clone() };
	let combined = combine(&labelled(&shares), &commitments, &commitment, &CONTEXT);
	assert!(matches!(combined, Err(Error::LyingHolder { holder }) if holder == "holder 2"));
	// Without the liar it goes on.
	shares.remove(1);
	combine(&labelled(&shares), &commitments, &commitment, &CONTEXT).unwrap();
}

#[test]
fn combine_another_version_fails() {
	let secret = Secret::random();
	let Split { shares, commitments } = secret.split(2, 3).unwrap();
	let shares = labelled(&shares);
	let commitment = secret.key_commitment(&CONTEXT);
	let next = Context { version: 4, ..CONTEXT };
	assert!(matches!(
		combine(&shares, &commitments, &commitment, &next),
		Err(Error::WrongKeyCommitment)
	));
	let other = Secret::random().key_commitment(&CONTEXT);
	assert!(matches!(
		combine(&shares, &commitments, &other, &CONTEXT),
		Err(Error::WrongKeyCommitment)
	));
}

#[test]
fn verify_share_off_the_polynomial_fails() {
	let Split { shares, commitments } = Secret::random().split(3, 5).unwrap();
	for share in &shares {
		share.verify(&commitments).unwrap();
		assert!(matches!(false_share(share).verify(&commitments), Err(Error::InconsistentShares)));
	}
	let other = Secret::random().split(3, 5).unwrap().commitments;
	assert!(matches!(shares[0].verify(&other), Err(Error::InconsistentShares)));
}

#[test]
fn check_dealing_fails() {
	let Split { shares, commitments } = Secret::random().split(2, 3).unwrap();
	check_dealing(&shares, &commitments).unwrap();
	let refused = |shares: &[Share]| {
		matches!(check_dealing(shares, &commitments), Err(Error::InconsistentShares))
	};
	let mut one_false = shares.clone();
	one_false[2] = false_share(&shares[2]);
	assert!(refused(&one_false));
	assert!(refused(&shares[..1]));
	assert!(refused(&shares[1..]));
	assert!(refused(&[shares[0].clone(), shares[0].clone()]));
}

#[test]
fn malformed_commitments_fail() {
	let Split { shares, commitments } = Secret::random().split(2, 3).unwrap();
	let with_last = |point: [u8; 32]| Commitments(vec![commitments.0[0], point]);
	let malformed = [
		Commitments(vec![]),
		Commitments(commitments.0[..1].to_vec()),
		Commitments([commitments.0.clone(), vec![commitments.0[0]; 15]].concat()),
		// The identity, which would make one share enough; and no point at all.
		with_last([0; 32]),
		with_last([0xff; 32]),
	];
	for commitments in malformed {
		assert!(matches!(shares[0].verify(&commitments), Err(Error::MalformedCommitments)));
	}
}

#[test]
fn commitments_decoding_is_bounded_works() {
	for count in [0, 1, 2, 12, 13, 300] {
		let commitments = Commitments(vec![[7; 32]; count]);
		let decoded = Commitments::decode(&mut &commitments.encode()[..]);
		assert_eq!(decoded.is_ok(), (2..=12).contains(&count));
	}
	assert!(Commitments::decode(&mut &[0xff; 8][..]).is_err());
}

#[test]
fn malformed_share_fails() {
	let good = Secret::random().split(2, 2).unwrap().shares[0].encode();
	let with = |at: usize, byte: u8| {
		let mut bytes = good.clone();
		bytes[at] = byte;
		bytes
	};
	assert_eq!(good.len(), 34);
	Share::decode(&mut &good[..]).unwrap();
	// Another version, index 0, a value that is not reduced, a cut one.
	for bad in [with(0, 2), with(1, 0), with(33, 0xff), good[..33].to_vec()] {
		assert!(Share::decode(&mut &bad[..]).is_err());
	}
}

#[test]
fn secrets_show_nothing_works() {
	let secret = Secret::random();
	assert_eq!(format!("{secret:?}"), "Secret(..)");
	let share = &secret.split(2, 2).unwrap().shares[0];
	assert_eq!(format!("{share:?}"), "Share { index: 1, .. }");
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(32))]

	#[test]
	fn split_and_combine_any_works(threshold in 2u8..=12, more in 0u8..=10, from: prop::sample::Index) {
		let holders = threshold.saturating_add(more).min(12);
		let secret = Secret::random();
		let Split { shares, commitments } = secret.split(threshold, holders).unwrap();
		let mut shares = labelled(&shares);
		let first = from.index(shares.len());
		shares.rotate_left(first);
		let commitment = secret.key_commitment(&CONTEXT);
		let enough = &shares[..threshold.into()];
		let combined = combine(enough, &commitments, &commitment, &CONTEXT).unwrap();
		prop_assert_eq!(combined.scalar, secret.scalar);
		let few = &shares[1..threshold.into()];
		let combined = combine(few, &commitments, &commitment, &CONTEXT);
		prop_assert!(matches!(combined, Err(Error::TooFewShares { .. })), "too few");
	}
}
