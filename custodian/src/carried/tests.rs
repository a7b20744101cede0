//! Which carried shares go, with a real database and a double of the chain.

use super::*;
use crate::{
	chain::double::BlockDouble,
	state::double::{state, Surroundings},
	store::{ConsentKey, VersionId},
};
use codec::Encode;
use vouchsafe_vault::sharing::Secret;

const INSTITUTION: AccountId = AccountId::new([3; 32]);
const PATIENT: [u8; 32] = [4; 32];
const OTHER: [u8; 32] = [5; 32];

fn id(number: u8) -> VersionId {
	VersionId { record: [number; 32], version: 0, epoch: 0 }
}

fn consent(consent: u32) -> ConsentKey {
	ConsentKey { grantee: Grantee::Institution(INSTITUTION).encode(), consent }
}

struct Fixture {
	state: State,
	_surroundings: Surroundings,
}

impl Fixture {
	/// A custodian to which shares of these patients' records were carried under these consents.
	async fn new(carried: &[([u8; 32], ConsentKey, u8)]) -> Self {
		let (state, surroundings) = state(None, |_| {});
		let share = Secret::random().split(2, 3).unwrap().shares.remove(0);
		for (patient, consent, record) in carried {
			let sealed = state.encryption.seal_share(id(*record), patient, &share).unwrap();
			state
				.database
				.keep_carried(id(*record), *patient, consent.clone(), sealed, vec![])
				.await
				.unwrap();
		}
		Self { state, _surroundings: surroundings }
	}

	/// Sweeps while these may stay, and returns what is left.
	async fn sweep(
		&self,
		carried: &[([u8; 32], u32, u8)],
		patients: Option<Vec<[u8; 32]>>,
	) -> Vec<([u8; 32], u32, u8)> {
		let carried = carried
			.iter()
			.map(|(patient, consent, record)| (*patient, *consent, id(*record).record));
		let block = BlockDouble { carried: carried.collect(), ..BlockDouble::default() };
		sweep(&self.state, &block, &INSTITUTION, patients).await.unwrap();
		let left = self.state.database.all_carried(None).await.unwrap();
		left.into_iter()
			.map(|share| (share.patient, share.consent.consent, share.id.record[0]))
			.collect()
	}
}

#[tokio::test]
async fn each_share_goes_when_its_consent_no_longer_covers_its_record() {
	let all = [(PATIENT, 1, 1), (PATIENT, 1, 2), (PATIENT, 2, 1), (OTHER, 1, 7)];
	let carried = all.map(|(patient, number, record)| (patient, consent(number), record));
	let fixture = Fixture::new(&carried).await;
	assert_eq!(fixture.sweep(&all, None).await, all);
	// The first consent was narrowed so that it no longer covers the second record.
	let narrowed = [all[0], all[2], all[3]];
	assert_eq!(fixture.sweep(&narrowed, None).await, narrowed);
	// The other patient's share is not looked at.
	assert_eq!(fixture.sweep(&[all[2]], Some(vec![PATIENT])).await, [all[2], all[3]]);
	assert_eq!(fixture.sweep(&[all[2]], Some(vec![OTHER])).await, [all[2]]);
	assert_eq!(fixture.sweep(&[], None).await, []);
}

#[tokio::test]
async fn more_shares_than_one_question_takes_are_all_checked() {
	let records: Vec<u8> = (0..130).collect();
	let carried: Vec<_> = records.iter().map(|record| (PATIENT, consent(1), *record)).collect();
	let fixture = Fixture::new(&carried).await;
	let left: Vec<_> =
		records.iter().filter(|it| **it % 2 == 0).map(|record| (PATIENT, 1, *record)).collect();
	assert_eq!(fixture.sweep(&left, None).await, left);
}

#[tokio::test]
async fn a_grantee_that_is_malformed_lets_nobody_read() {
	let malformed = ConsentKey { grantee: vec![255], consent: 1 };
	let fixture = Fixture::new(&[(PATIENT, malformed, 1)]).await;
	assert_eq!(fixture.sweep(&[(PATIENT, 1, 1)], None).await, []);
}
