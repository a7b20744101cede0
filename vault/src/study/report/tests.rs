use proptest::prelude::*;

use super::*;
use crate::{
	study::{
		tests::{account, context, plain, round, run, verifiers, TABLE},
		verify::VerifyKey,
	},
	tests::{hex, hex_array},
};

#[test]
fn impossible_studies_fail() {
	let shard = |question: StudyQuestion, aggregators, people| {
		let cells = vec![0; question.cells() as usize];
		shard(&question, aggregators, &context(people), &cells)
	};
	assert!(shard(TABLE, 2, 1).is_ok() && shard(TABLE, 5, u32::MAX).is_ok());
	assert!(shard(StudyQuestion::Sum { max: 1_000_000 }, 5, u32::MAX).is_ok());
	let refused = [
		shard(TABLE, 1, 1),
		shard(TABLE, 6, 1),
		shard(TABLE, 2, 0),
		shard(StudyQuestion::Table { cells: 1, weight: 1 }, 2, 1),
		shard(StudyQuestion::Table { cells: 10, weight: 9 }, 2, 1),
		shard(StudyQuestion::Sum { max: 0 }, 2, 1),
	];
	for refused in refused {
		assert!(matches!(refused, Err(Error::ImpossibleStudy(_))));
	}
}

#[test]
fn shard_out_of_bound_by_one_fails() {
	let question = StudyQuestion::Table { cells: 3, weight: 3 };
	assert!(shard(&question, 2, &context(14), &[42, 0, 0]).is_ok());
	assert!(shard(&question, 2, &context(14), &[14, 14, 14]).is_ok());
	for cells in [[43, 0, 0], [14, 15, 14], [u64::MAX, u64::MAX, 0]] {
		let refused = shard(&question, 2, &context(14), &cells);
		assert!(matches!(refused, Err(Error::OutOfBound { people: 14, bound: 42, .. })));
	}
	for cells in [&[1, 1][..], &[0; 4]] {
		let refused = shard(&question, 2, &context(14), cells);
		assert!(matches!(refused, Err(Error::WrongCells { need: 3, .. })));
	}
}

#[test]
fn shares_have_the_documented_size_works() {
	let question = StudyQuestion::Table { cells: 256, weight: 1 };
	let report = shard(&question, 3, &context(333_333), &[1_000; 256]).unwrap();
	assert_eq!(report.public_share.len(), 3 * 32);
	assert_eq!(report.input_shares[1].len(), 64);
	assert_eq!(report.input_shares[2].len(), 64);
}

#[test]
fn shares_are_drawn_anew_works() {
	let [one, other] = [0, 0].map(|_| shard(&TABLE, 2, &context(1), &[0; 10]).unwrap());
	assert_ne!(one.nonce, other.nonce);
	assert_ne!(one.public_share, other.public_share);
	assert!(one.input_shares.iter().zip(&other.input_shares).all(|(one, other)| one != other));
	assert_eq!(format!("{one:?}"), "Sharded(..)");
	assert_ne!(
		ReportContext::new(round(), account(1), 1).report,
		ReportContext::new(round(), account(1), 1).report
	);
}

#[test]
fn open_share_elsewhere_fails() {
	let key = SecretKey::random();
	let sealed = seal_share(&key.public(), &context(41), 1, b"share").unwrap();
	assert_eq!(sealed.len(), 5 + seal::OVERHEAD);
	assert_eq!(&**open_share(&key, &context(41), 1, &sealed).unwrap(), b"share");
	let other_round = StudyRound { round: 3, ..round() };
	let refused = [
		open_share(&SecretKey::random(), &context(41), 1, &sealed),
		open_share(&key, &context(41), 0, &sealed),
		open_share(&key, &context(42), 1, &sealed),
		open_share(&key, &ReportContext { round: other_round, ..context(41) }, 1, &sealed),
		open_share(&key, &ReportContext { contributor: account(1), ..context(41) }, 1, &sealed),
		open_share(&key, &ReportContext { report: [0; 16], ..context(41) }, 1, &sealed),
		open_share(&key, &context(41), 1, &sealed[1..]),
		open_share(&key, &context(41), 1, &[]),
	];
	assert!(refused.into_iter().all(|refused| refused == Err(Rejected::Sealed)));
}

#[test]
fn vectors_work() {
	let vector: serde_json::Value =
		serde_json::from_str(include_str!("../../../vectors/report.json")).unwrap();
	let context = context(41);
	assert_eq!(context.encode(), hex(&vector["context"]));
	assert_eq!(context.vdaf(), hex(&vector["vdaf_context"]));
	assert_eq!(context.sealing(1), hex(&vector["associated_data"]));
	let inputs = vector["input_shares"].as_array().unwrap().iter();
	let report = Sharded {
		nonce: hex_array(&vector["nonce"]),
		public_share: hex(&vector["public_share"]),
		input_shares: inputs.map(|share| Zeroizing::new(hex(share))).collect(),
	};
	let key = SecretKey::from_bytes(&hex_array(&vector["recipient_secret"]));
	let opened = open_share(&key, &context, 1, &hex(&vector["sealed_share"])).unwrap();
	assert_eq!(opened, report.input_shares[1]);
	let sealed = hex(&vector["sealed_verify_key"]);
	let verify_key = VerifyKey::open(&key, &round(), &account(0x55), &sealed).unwrap();
	assert_eq!(verify_key.to_bytes(), crate::study::tests::key().to_bytes());
	let question = StudyQuestion::Table { cells: 3, weight: 3 };
	let shares = run(&verifiers(&question, 2, &context), &report).unwrap();
	for (share, stored) in shares.iter().zip(vector["cell_shares"].as_array().unwrap()) {
		assert_eq!(share.to_bytes().to_vec(), hex(stored));
	}
	assert_eq!(plain(&shares), [100, 20, 3]);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn open_share_of_any_bytes_does_not_panic(bytes: Vec<u8>, at: prop::sample::Index, bit in 0u8..8) {
		let key = SecretKey::from_bytes(&[7; 32]);
		prop_assert_eq!(open_share(&key, &context(41), 0, &bytes), Err(Rejected::Sealed));
		let mut sealed = seal_share(&key.public(), &context(41), 0, &bytes).unwrap();
		let at = at.index(sealed.len());
		sealed[at] ^= 1 << bit;
		prop_assert_eq!(open_share(&key, &context(41), 0, &sealed), Err(Rejected::Sealed));
	}
}
