use super::*;
use crate::messages::{Hex, HexBytes, ReleasedShare};
use codec::Encode;
use vouchsafe_vault::{
	manifest::{seal_release, seal_share, Details},
	seal::PublicKey,
	sharing::Split,
};

const GENESIS: H256 = H256([1; 32]);
const RECORD: H256 = H256([2; 32]);

fn account(byte: u8) -> AccountId {
	AccountId::new([byte; 32])
}

/// A version whose key is split 2 of 4: between institutions 10, 11 and 12, and the patient, 9.
struct Case {
	target: Target,
	manifest: Manifest,
	split: Split,
	reader: SecretKey,
}

fn case() -> Case {
	let kinds = [
		(10, HolderKind::Institution),
		(11, HolderKind::Institution),
		(12, HolderKind::Emergency),
		(9, HolderKind::Patient),
	];
	let context = context(GENESIS, RECORD, 3, &account(9));
	let secret = Secret::random();
	let split = secret.split(2, 4).unwrap();
	let details = Details {
		title: "Letter".into(),
		media_type: "text/plain".into(),
		plaintext_len: 5,
		commitment_salt: [7; 32],
	};
	let cid = crate::cid::cid_of(b"ciphertext");
	let manifest = Manifest::new(&secret, &context, cid.to_bytes(), 10, &details).unwrap();
	let set = SharingSet {
		epoch: 4,
		threshold: 2,
		holders: kinds
			.map(|(byte, kind)| HolderState { account: account(byte), kind, acknowledged: true })
			.into(),
		commitments: H256(split.commitments.hash()),
	};
	let target = Target {
		patient: account(9),
		record: RECORD,
		status: RecordStatus::Current,
		version: 3,
		set,
		manifest: crate::cid::cid_of(&manifest.encode_versioned()),
		commitment: H256([5; 32]),
		context,
	};
	Case { target, manifest, split, reader: SecretKey::random() }
}

impl Case {
	/// What `custodian` releases: the shares at these places, as those of these holders.
	fn release(&self, shares: &[(u8, usize)]) -> Release {
		let sealed = |(holder, place): &(u8, usize)| {
			let address = self.target.address(&account(*holder));
			let (to, share) = (self.reader.public(), &self.split.shares[*place]);
			ReleasedShare {
				holder: Hex([*holder; 32]),
				index: share.index,
				sealed: HexBytes(seal_release(&to, &address, &[8; 32], share).unwrap()),
			}
		};
		Release {
			epoch: self.target.set.epoch,
			commitments: HexBytes(self.split.commitments.encode()),
			shares: shares.iter().map(sealed).collect(),
		}
	}

	fn take(&self, gathered: &mut Gathered, custodian: u8, release: &Release) {
		gathered.take_release(
			&self.target,
			&self.reader,
			&account(8),
			&account(custodian),
			release,
		);
	}
}

#[test]
fn enough_good_shares_give_the_secret() {
	let case = case();
	let mut gathered = Gathered::default();
	case.take(&mut gathered, 10, &case.release(&[(10, 0)]));
	assert!(!gathered.is_enough(&case.target));
	assert!(matches!(
		gathered.combine(&case.target, &case.manifest),
		Err(Error::TooFewShares { have: 1, need: 2 })
	));
	case.take(&mut gathered, 10, &case.release(&[(10, 0)]));
	assert_eq!(gathered.shares.len(), 1, "the same share twice is one");
	// A custodian's own share and the one that the patient carried there.
	case.take(&mut gathered, 11, &case.release(&[(11, 1), (9, 3)]));
	let carried = Source::Carried { custodian: account(11), holder: account(9) };
	assert_eq!(gathered.shares[2].0, carried);
	assert!(gathered.is_enough(&case.target) && gathered.faults.is_empty());
	let secret = gathered.combine(&case.target, &case.manifest).unwrap();
	assert_eq!(case.manifest.details(&secret, &case.target.context).unwrap().title, "Letter");
}

/// Thousands of false shares would be as many checks and warnings.
#[test]
fn a_custodian_sends_two_shares_at_most() {
	let case = case();
	let mut gathered = Gathered::default();
	case.take(&mut gathered, 10, &case.release(&[(10, 1); 1000]));
	assert_eq!(gathered.faults.len(), 2);
}

#[test]
fn what_is_false_is_left_out_and_named() {
	let case = case();
	let taken = |custodian: u8, release: &Release| {
		let mut gathered = Gathered::default();
		case.take(&mut gathered, custodian, release);
		assert!(gathered.shares.is_empty());
		assert_eq!(gathered.faults.len(), 1);
		gathered.faults.remove(0)
	};
	let b = Source::Custodian(account(11));
	assert_eq!(taken(11, &case.release(&[(11, 0)])), (b.clone(), Fault::OtherHoldersShare));
	let old = Release { epoch: 3, ..case.release(&[(11, 1)]) };
	assert_eq!(taken(11, &old), (b.clone(), Fault::OtherSharingSet));
	let other = Release { commitments: HexBytes(other_commitments()), ..case.release(&[(11, 1)]) };
	assert_eq!(taken(11, &other), (b.clone(), Fault::OtherCommitments));
	let none = Release { commitments: HexBytes(vec![1]), ..case.release(&[(11, 1)]) };
	assert!(matches!(taken(11, &none), (_, Fault::MalformedCommitments(_))));
	let mut broken = case.release(&[(11, 1)]);
	broken.shares[0].sealed.0[20] ^= 1;
	let (source, fault) = taken(11, &broken);
	assert!(source == b && matches!(fault, Fault::DoesNotOpen(_)) && !fault.is_suspicious());
	// Of another secret, but with the right index.
	let mut lie = case.release(&[(11, 1)]);
	let share = &Secret::random().split(2, 4).unwrap().shares[1];
	let address = case.target.address(&account(11));
	lie.shares[0].sealed.0 =
		seal_release(&case.reader.public(), &address, &[8; 32], share).unwrap();
	assert_eq!(taken(11, &lie), (b, Fault::FalseShare));
}

fn other_commitments() -> Vec<u8> {
	Secret::random().split(2, 4).unwrap().commitments.encode()
}

#[test]
fn patients_use_their_own_share() {
	let case = case();
	let seal = |place: usize| {
		let to: PublicKey = case.reader.public();
		let share = seal_share(&to, &case.target.address(&account(9)), &case.split.shares[place]);
		PatientEnvelope {
			epoch: 4,
			commitments: HexBytes(case.split.commitments.encode()),
			share: HexBytes(share.unwrap()),
		}
	};
	let mut gathered = Gathered::default();
	gathered.take_own(&case.target, &case.reader, &account(10), &seal(3));
	assert_eq!(gathered.shares[0].0, Source::Own { custodian: account(10) });
	gathered.take_own(&case.target, &case.reader, &account(11), &seal(2));
	let own = Source::Own { custodian: account(11) };
	assert_eq!(gathered.faults, [(own, Fault::OtherHoldersShare)]);
}

#[test]
fn a_manifest_of_another_version_is_found() {
	let (case, other) = (case(), self::case());
	let mut gathered = Gathered::default();
	case.take(&mut gathered, 10, &case.release(&[(10, 0)]));
	case.take(&mut gathered, 11, &case.release(&[(11, 1)]));
	assert!(gathered.combine(&case.target, &case.manifest).is_ok());
	assert!(matches!(
		gathered.combine(&case.target, &other.manifest),
		Err(Error::WrongKeyCommitment)
	));
}

#[test]
fn indices_follow_the_places() {
	let target = case().target;
	assert_eq!(target.index(&account(10)), Some(1));
	assert_eq!(target.index(&account(9)), Some(4));
	assert_eq!(target.index(&account(77)), None);
	assert_eq!(target.custodians().count(), 3);
	assert!(target.is_held_by_patient());
	assert!(target.is_committed(&[5; 32]) && !target.is_committed(&[6; 32]));
}
