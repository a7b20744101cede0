//! Studies with the whole runtime: the attacks that the chain has to stop, and a study from its
//! proposal to its result, in signed transactions.

mod attacks;
mod membership;
mod records;
mod weights;

use super::{chain::*, governance::carry_motion, *};
use pallet_studies::{ContributedPeople, Event, RoundView, StudyView};
use sp_core::H256;
use vouchsafe_primitives::{
	field, noised_commitment, Action, Categories, Loss, RoundPhase, StudyQuestion, StudyRound,
	StudyStage, StudyTerms, StudyTrait, StudyTraits, Tally, MIN_PERSONS,
};

const STUDY: u32 = 0;
/// The first close, in seconds after the chain's beginning.
const CLOSE: u64 = 1_000;
const GATHER: u32 = 100;
const AGGREGATORS: [&str; 2] = ["//Authority", "//HospitalB"];
const CUSTODIANS: [&str; 2] = ["//Authority//custodian", "//HospitalB//custodian"];
/// Noisy shares that add up to 7, −3 and 2.
const SHARES: [[u128; 3]; 2] =
	[[10, 20, field::MODULUS - 1], [field::MODULUS - 3, field::MODULUS - 23, 3]];

fn now(chain: &mut Chain) -> u64 {
	chain.state(|| pallet_timestamp::Now::<Runtime>::get() / 1_000)
}

/// A study of records of any category, in one round.
fn terms(chain: &mut Chain) -> StudyTerms {
	let begin = chain.state(|| pallet_timestamp::Now::<Runtime>::get() / 1_000) / 3_600 * 3_600;
	StudyTerms {
		protocol: [&[1, 0x55, 0x12, 0x20][..], &[9; 32]].concat().try_into().unwrap(),
		protocol_hash: H256([9; 32]),
		question: StudyQuestion::Table { cells: 3, weight: 1 },
		sources: Categories::of(&[Category::Laboratory, Category::Other]),
		purpose: Purpose::Research,
		disease: None,
		traits: StudyTraits::default(),
		country: *b"DE",
		ethics: H256([8; 32]),
		aggregators: AGGREGATORS.map(account).to_vec().try_into().unwrap(),
		least: MIN_PERSONS,
		epsilon: 1_000,
		rounds: 1,
		first_close: begin + CLOSE,
		interval: 0,
		gather: GATHER,
		answer: 50,
	}
}

/// Dispatches a call as Root, by a motion of three seats.
fn by_council(chain: &mut Chain, call: pallet_studies::Call<Runtime>) {
	let call = Box::new(RuntimeCall::from(call));
	let motion = pallet_consortium::Call::dispatch_as_root { call }.into();
	let seats = ["//HospitalA", "//HospitalB", "//Authority"];
	assert_eq!(carry_motion(chain, motion, &seats, |_| ()), Ok(()));
}

/// Proposes a study, which the council approves and the aggregators accept. Its number.
fn begin(chain: &mut Chain, terms: StudyTerms) -> u32 {
	let study = chain.state(pallet_studies::NextStudy::<Runtime>::get);
	chain.ok("//Researcher", pallet_studies::Call::propose { terms });
	by_council(chain, pallet_studies::Call::approve { study });
	for (place, custodian) in (1..).zip(CUSTODIANS) {
		let call = pallet_studies::Call::accept { study, evaluation_key: [place; 32] };
		chain.ok(custodian, call);
	}
	assert_eq!(view(chain, study).stage, StudyStage::Running);
	study
}

/// A chain with a study that runs, and patients of hospital A who want to be counted.
fn with_patients(count: u32) -> Chain {
	let mut chain = Chain::new();
	let terms = terms(&mut chain);
	begin(&mut chain, terms);
	for number in 0..count {
		enrol(&mut chain, &person(number));
		chain.ok(&person(number), consent());
	}
	chain
}

fn person(number: u32) -> String {
	format!("//Person{number}")
}

/// Enrols a patient of hospital A. How it is done otherwise is the enrolment's own tests.
fn enrol(chain: &mut Chain, path: &str) {
	chain.state(|| {
		let entry = pallet_enrolment::Accounts::<Runtime>::get(account("//PatientA")).unwrap();
		pallet_enrolment::Accounts::<Runtime>::insert(account(path), entry);
		System::inc_providers(&account(path));
	});
}

/// A permit to be counted.
fn counted() -> Terms {
	Terms { actions: Actions::of(&[Action::Aggregate]), ..Terms::all(Effect::Permit) }
}

/// A standing choice.
fn consent() -> RuntimeCall {
	grant(Grantee::Research, counted())
}

fn deny(grantee: Grantee) -> RuntimeCall {
	grant(grantee, Terms::all(Effect::Deny { binds_break_glass: false }))
}

fn contribute(paths: impl IntoIterator<Item = String>) -> RuntimeCall {
	contribute_to(STUDY, paths)
}

fn contribute_to(study: u32, paths: impl IntoIterator<Item = String>) -> RuntimeCall {
	let people: Vec<_> = paths.into_iter().map(|path| (account(&path), None)).collect();
	let people = ContributedPeople::try_from(people).unwrap();
	pallet_studies::Call::contribute { study, people }.into()
}

fn freeze() -> RuntimeCall {
	pallet_studies::Call::freeze { study: STUDY }.into()
}

fn view(chain: &mut Chain, study: u32) -> StudyView {
	chain.state(|| Studies::study(study)).unwrap()
}

fn round(chain: &mut Chain) -> RoundView {
	view(chain, STUDY).current.unwrap()
}

/// Whose consent is valid as of the latest block.
fn standing(chain: &mut Chain) -> Vec<AccountId> {
	let people = chain.state(|| Studies::standing(STUDY, None, 1_000));
	people.into_iter().map(|(person, _)| person).collect()
}

/// Both aggregators commit to this tally.
fn commit(chain: &mut Chain, tally: Tally, shares: &[[u128; 3]; 2], salt: u8) {
	let genesis = chain.state(|| System::block_hash(0));
	let place = StudyRound { genesis, study: STUDY, round: 0 };
	for ((aggregator, custodian), share) in AGGREGATORS.into_iter().zip(CUSTODIANS).zip(shares) {
		let hash = noised_commitment(&place, 0, &account(aggregator), share, &[salt; 32]);
		chain.ok(custodian, pallet_studies::Call::commit { study: STUDY, attempt: 0, tally, hash });
	}
}

/// Both aggregators reveal.
fn reveal(chain: &mut Chain, shares: &[[u128; 3]; 2], salt: u8) {
	for (custodian, share) in CUSTODIANS.into_iter().zip(shares) {
		let share = share.to_vec().try_into().unwrap();
		let call = pallet_studies::Call::reveal { study: STUDY, share, salt: [salt; 32] };
		chain.ok(custodian, call);
	}
}

#[test]
fn a_study_goes_from_its_proposal_to_its_result() {
	let mut chain = with_patients(12);
	chain.ok("//RegistrarA", contribute((0..12).map(person)));
	let round = round(&mut chain);
	assert_eq!((round.people, round.contributors), (12, 1));
	let answers = chain
		.state(|| Studies::contributed(STUDY, 0, vec![account(&person(3)), account("//PatientA")]));
	assert_eq!(answers, [Some(account("//HospitalA")), None]);
	assert_eq!(chain.state(|| Studies::epsilon_left(account(&person(3)))), 9_000);

	chain.block_at(CLOSE);
	chain.ok(CUSTODIANS[1], freeze());
	assert_eq!(standing(&mut chain).len(), 12);
	chain.block_at(CLOSE + u64::from(GATHER) + 2);
	let tally = Tally { root: H256([5; 32]), used: 11, double: 1, ..Default::default() };
	commit(&mut chain, tally, &SHARES, 7);
	assert_eq!(view(&mut chain, STUDY).spent, 1_000);
	reveal(&mut chain, &SHARES, 7);
	let finished = RuntimeEvent::Studies(Event::Finished { study: STUDY });
	assert!(chain.events().contains(&finished));
	let result = chain.state(|| Studies::result(STUDY, 0)).unwrap();
	assert_eq!(result.cells.to_vec(), [7, -3, 2]);
	assert_eq!((result.tally, result.half_width), (tally, 9));

	let sweep = pallet_studies::Call::sweep { study: STUDY, limit: 100 };
	chain.ok(CUSTODIANS[0], sweep);
	let left = chain.state(|| pallet_studies::People::<Runtime>::iter().count());
	assert_eq!(left, 0);
}

/// A standing choice is counted by the consent pallet's calls, and shows two weeks later.
#[test]
fn choices_are_counted_as_they_are_made() {
	const WEEK: u64 = pallet_studies::WEEK;
	let mut chain = with_patients(13);
	let reach = |chain: &mut Chain| {
		chain.state(|| Studies::reach(None, StudyTraits::default(), Some(*b"DE")))
	};
	assert_eq!(reach(&mut chain).cells, []);
	chain.ok(&person(12), revoke(Grantee::Research, 0));
	chain.block_at(2 * WEEK);
	let shown = reach(&mut chain);
	assert_eq!((shown.people, shown.cells.len()), (10, 1));
	// Eleven are twelve less one; ten are not shown. One more or less shows nothing now.
	for number in [10, 11] {
		chain.ok(&person(number), revoke(Grantee::Research, 0));
		assert_eq!(reach(&mut chain), shown);
	}
	chain.block_at(4 * WEEK);
	assert_eq!(reach(&mut chain).cells, []);
}
