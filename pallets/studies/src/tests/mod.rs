//! Tests, by call or subject, and what they have in common.

use crate::{
	mock::{Research, *},
	types::*,
	Choices, Contributors, DiseaseCounts, Error, Event, Ledgers, NextStudy, OpenOf, People, Rounds,
	Studies, WeightInfo, MAX_DISEASE_COUNTS, MAX_LISTED, MAX_LOOKED_AT, MAX_OPEN, MAX_SWEPT,
};
use frame_support::{assert_noop, assert_ok, traits::Hooks};
use sp_core::H256;
use sp_runtime::{DispatchError::BadOrigin, DispatchResult};
use vouchsafe_primitives::{
	audit::LogEvent,
	policy::{Decision, Mismatch, Reason},
	*,
};
use vouchsafe_support::doubles::Line;

mod commit;
mod consents;
mod contribute;
mod give_up;
mod ledger;
mod lookups;
mod properties;
mod propose;
mod reach;
mod reveal;
mod rounds;
mod stages;
mod sweep;

/// The number of the study with which most tests begin.
const STUDY: StudyId = 0;
const CLOSE: Moment = START + 1_000;
const GATHER: u32 = 100;
const ANSWER: u32 = 50;

fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

fn signed(account: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(account)
}

/// A study of laboratory records: a table of three cells, two rounds, two aggregators.
fn terms() -> StudyTerms {
	StudyTerms {
		protocol: [&[1, 0x55, 0x12, 0x20][..], &[9; 32]].concat().try_into().unwrap(),
		protocol_hash: H256([9; 32]),
		question: StudyQuestion::Table { cells: 3, weight: 1 },
		sources: Categories::of(&[Category::Laboratory]),
		purpose: Purpose::Research,
		disease: Some(5015),
		traits: StudyTraits::default(),
		country: *b"AT",
		ethics: H256([8; 32]),
		aggregators: vec![AUTHORITY, HOSPITAL].try_into().unwrap(),
		least: MIN_PERSONS,
		epsilon: 1_000,
		rounds: 2,
		first_close: CLOSE,
		interval: 10_000,
		gather: GATHER,
		answer: ANSWER,
	}
}

/// A permit to be counted.
fn counted() -> Terms {
	Terms { actions: Actions::of(&[Action::Aggregate]), ..Terms::all(Effect::Permit) }
}

/// The patient wants to be counted in all studies without traits.
fn consents(patient: &AccountId) {
	GivenConsents::add(patient.clone(), Grantee::Research, counted());
}

/// The hospital's first patients.
fn patients(count: u16) -> Vec<AccountId> {
	(0..count).map(patient).collect()
}

/// The hospital's first patients, who want to be counted.
fn consenting(count: u16) -> Vec<AccountId> {
	let patients = patients(count);
	patients.iter().for_each(consents);
	patients
}

fn named(people: impl IntoIterator<Item = AccountId>) -> ContributedPeople {
	people.into_iter().map(|person| (person, None)).collect::<Vec<_>>().try_into().unwrap()
}

fn contribute(signer: AccountId, people: impl IntoIterator<Item = AccountId>) -> DispatchResult {
	Research::contribute(signed(signer), STUDY, named(people))
}

/// Proposes a study, approves and accepts it. Its number.
fn begin(terms: StudyTerms) -> StudyId {
	let id = NextStudy::<Test>::get();
	assert_ok!(Research::propose(signed(RESEARCHER), terms.clone()));
	assert_ok!(Research::approve(root(), id));
	for aggregator in &terms.aggregators {
		assert_ok!(Research::accept(signed(custodian(aggregator)), id, [3; 32]));
	}
	assert_eq!(Research::study(id).unwrap().stage, StudyStage::Running);
	id
}

fn custodian(institution: &AccountId) -> AccountId {
	match institution {
		_ if *institution == HOSPITAL => HOSPITAL_CUSTODIAN,
		_ if *institution == CLINIC => CLINIC_CUSTODIAN,
		_ => AUTHORITY_CUSTODIAN,
	}
}

fn round() -> Round {
	let study = Studies::<Test>::get(STUDY).unwrap();
	Rounds::<Test>::get(STUDY, study.round).unwrap()
}

/// Begins the study, contributes so many of the hospital's patients, and freezes the round in block 7.
fn freeze_with(people: u16) {
	begin(terms());
	for chunk in consenting(people).chunks(256) {
		assert_ok!(contribute(REGISTRAR, chunk.to_vec()));
	}
	Clock::set(CLOSE);
	System::set_block_number(7);
	assert_ok!(Research::freeze(signed(AUTHORITY_CUSTODIAN), STUDY));
}

/// A tally of so many people, all of whom are used.
fn tally(used: u32) -> Tally {
	Tally { root: H256([5; 32]), used, ..Tally::default() }
}

/// The commitment to an aggregator's share in the first attempt of the round.
fn committed(aggregator: &AccountId, share: &[u128], round: u8) -> H256 {
	let place = StudyRound { genesis: GENESIS, study: STUDY, round };
	noised_commitment(&place, 0, aggregator, share, &[7; 32])
}

/// In which attempt the round is.
fn attempt() -> u8 {
	match round().phase {
		RoundPhase::Frozen { attempt, .. } | RoundPhase::Agreed { attempt, .. } => attempt,
		_ => 0,
	}
}

fn commit(aggregator: &AccountId, tally: Tally, share: &[u128]) -> DispatchResult {
	let place = StudyRound {
		genesis: GENESIS,
		study: STUDY,
		round: Studies::<Test>::get(STUDY).unwrap().round,
	};
	let hash = noised_commitment(&place, attempt(), aggregator, share, &[7; 32]);
	Research::commit(signed(custodian(aggregator)), STUDY, attempt(), tally, hash)
}

fn reveal(aggregator: &AccountId, share: &[u128]) -> DispatchResult {
	let share = share.to_vec().try_into().unwrap();
	Research::reveal(signed(custodian(aggregator)), STUDY, share, [7; 32])
}

/// Shares that add up to 4, −2 and 9.
const SHARES: [[u128; 3]; 2] = [[field::MODULUS - 1, 5, 2], [5, field::MODULUS - 7, 7]];

/// The aggregators agree about twelve people.
fn agree() {
	freeze_with(12);
	Clock::pass(GATHER.into());
	assert_ok!(commit(&AUTHORITY, tally(12), &SHARES[0]));
	assert_ok!(commit(&HOSPITAL, tally(12), &SHARES[1]));
}

/// The events since the last call of this.
fn events() -> Vec<Event<Test>> {
	let found = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Research(event) => Some(event),
		_ => None,
	});
	let found = found.collect();
	System::reset_events();
	found
}

#[test]
fn integrity_test_works() {
	build_and_execute(<Research as Hooks<u64>>::integrity_test);
}

/// The figure that the issue asks for.
#[test]
fn a_person_weighs_at_most_350_microseconds() {
	let of = |people| <() as WeightInfo>::contribute(people).ref_time();
	let person = (of(MAX_CONTRIBUTED) - of(0)) / u64::from(MAX_CONTRIBUTED);
	assert!(person <= 350_000_000, "{person} ps");
}

/// Bytes of all keys and values of the pallet.
fn state_bytes() -> usize {
	let prefix = sp_io::hashing::twox_128(b"Research").to_vec();
	let (mut key, mut bytes) = (prefix.clone(), 0);
	while let Some(next) = sp_io::storage::next_key(&key).filter(|it| it.starts_with(&prefix)) {
		bytes += next.len() + sp_io::storage::get(&next).unwrap().len();
		key = next;
	}
	bytes
}

/// The figure that the issue asks for: what a round stores for one more person, keys included.
#[test]
fn a_person_takes_at_most_250_bytes() {
	build_and_execute(|| {
		begin(terms());
		let people = consenting(2);
		assert_ok!(contribute(REGISTRAR, [people[0].clone()]));
		let alone = people[1].clone();
		// The logs are those of another pallet.
		let before = state_bytes();
		assert_ok!(contribute(alone.clone(), [alone.clone()]));
		let bytes = state_bytes() - before;
		println!("a person in a round takes {bytes} bytes");
		assert!(bytes <= 250, "{bytes}");
	});
}

#[test]
fn a_spoiled_state_is_noticed() {
	build_and_execute(|| {
		begin(terms());
		assert_ok!(contribute(REGISTRAR, consenting(2)));
		let spoil = |change: fn(), back: fn()| {
			assert_ok!(Research::do_try_state());
			change();
			assert!(Research::do_try_state().is_err());
			back();
		};
		spoil(|| NextStudy::<Test>::put(0), || NextStudy::<Test>::put(1));
		spoil(|| OpenOf::<Test>::insert(RESEARCHER, 2), || OpenOf::<Test>::insert(RESEARCHER, 1));
		spoil(
			|| Contributors::<Test>::insert((STUDY, 0), HOSPITAL, 3),
			|| Contributors::<Test>::insert((STUDY, 0), HOSPITAL, 2),
		);
		spoil(
			|| People::<Test>::remove((STUDY, 0), patient(0)),
			|| People::<Test>::insert((STUDY, 0), patient(0), HOSPITAL),
		);
		spoil(
			|| Ledgers::<Test>::mutate(patient(0), |ledger| ledger.spent = YEARLY_EPSILON + 1),
			|| Ledgers::<Test>::mutate(patient(0), |ledger| ledger.spent = 1_000),
		);
		spoil(|| DiseaseCounts::<Test>::put(1), DiseaseCounts::<Test>::kill);
		spoil(
			|| Rounds::<Test>::insert(STUDY, 1, Round::open_until(0)),
			|| Rounds::<Test>::remove(STUDY, 1),
		);
		spoil(
			|| Studies::<Test>::mutate(STUDY, |it| it.as_mut().unwrap().spent = 2_001),
			|| Studies::<Test>::mutate(STUDY, |it| it.as_mut().unwrap().spent = 0),
		);
	});
}
