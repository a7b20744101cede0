//! Who takes part says nothing about who is ill: everybody who consents is contributed, in the cohort
//! or not. Two whole rounds show it, from the same people's FHIR data to the revealed shares.

use super::*;
use codec::{Decode, Encode};
use pallet_studies::{Round, Study};
use serde_json::json;
use sp_io::hashing::{sha2_256, twox_128};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_fhir::study::{Answer, Extraction, Protocol};
use vouchsafe_primitives::{tally_root, Counted, StudyResult};
use vouchsafe_vault::{
	seal::SecretKey,
	study::{
		aggregate::{CellShare, NoisedShare},
		report::{self, ReportContext},
		verify::{State as VerifyState, Verifier, VerifyKey},
	},
};

/// All people. The hospital counts them but the last one, who has an own client.
const PEOPLE: u32 = 12;
const DIABETES: &str = "44054006";
const ASTHMA: &str = "195967001";
/// Women, men, and those outside of the cohort.
const CELLS: usize = 3;

/// A state: its keys and values.
type State = BTreeMap<Vec<u8>, Vec<u8>>;

fn state(chain: &mut Chain) -> State {
	chain.state(|| {
		let mut all = State::new();
		let mut key = vec![];
		while let Some(next) = sp_io::storage::next_key(&key) {
			all.insert(next.clone(), sp_io::storage::get(&next).unwrap().to_vec());
			key = next;
		}
		all
	})
}

/// What the hospital knows: eight people have diabetes and the others asthma. Every second one is a woman.
fn records() -> String {
	let of_person = |number: u32| {
		let gender = if number.is_multiple_of(2) { "female" } else { "male" };
		let code = if number < 8 { DIABETES } else { ASTHMA };
		let patient = json!({ "resourceType": "Patient", "id": id(number), "gender": gender });
		let condition = json!({
			"resourceType": "Condition",
			"id": format!("c{number}"),
			"subject": { "reference": format!("Patient/{}", id(number)) },
			"code": { "coding": [{ "system": "http://snomed.info/sct", "code": code }] },
		});
		format!("{patient}\n{condition}\n")
	};
	(0..PEOPLE).map(of_person).collect()
}

/// A person's id in the hospital's data.
fn id(number: u32) -> String {
	format!("patient-{number}")
}

/// The protocol that counts women and men who have this condition.
fn protocol(code: &str) -> Vec<u8> {
	json!({
		"version": 1,
		"question": { "en": "How many women and men have it?" },
		"reference_date": "2026-01-01",
		"cohort": [{ "condition": { "codes": { "SNOMED CT": [code] } } }],
		"table": { "by": [{ "sex": { "cells": [
			{ "name": "women", "is": ["female"] }, { "name": "men", "is": ["male"] },
		] } }] },
	})
	.to_string()
	.into_bytes()
}

/// A round of a study that uses one protocol.
struct Counting {
	chain: Chain,
	terms: StudyTerms,
	answers: BTreeMap<AccountId, Answer>,
	place: StudyRound,
}

impl Counting {
	/// The study is open, and all people consent.
	fn begin(code: &str) -> Self {
		let mut chain = Chain::new();
		let bytes = protocol(code);
		let protocol = Protocol::read(&bytes, StudyTraits::default()).unwrap();
		let hash = sha2_256(&bytes);
		let terms = StudyTerms {
			protocol: [&[1, 0x55, 0x12, 0x20][..], &hash].concat().try_into().unwrap(),
			protocol_hash: H256(hash),
			question: protocol.question(),
			sources: protocol.sources(),
			..terms(&mut chain)
		};
		begin(&mut chain, terms.clone());
		for number in 0..PEOPLE {
			enrol(&mut chain, &person(number));
			chain.ok(&person(number), consent());
		}
		let mut extraction = Extraction::new(&protocol, BTreeMap::new());
		extraction.add("export.ndjson", records().as_bytes()).unwrap();
		let found: BTreeMap<String, Answer> =
			extraction.finish().people.into_iter().map(|it| (it.id, it.answer)).collect();
		let answers = (0..PEOPLE).map(|it| (account(&person(it)), found[&id(it)].clone()));
		let genesis = chain.state(|| System::block_hash(0));
		let place = StudyRound { genesis, study: STUDY, round: 0 };
		Self { answers: answers.collect(), chain, terms, place }
	}

	/// Contributes everybody and freezes the round.
	fn freeze(&mut self) {
		self.chain.ok("//RegistrarA", contribute((0..PEOPLE - 1).map(person)));
		let own = person(PEOPLE - 1);
		self.chain.ok(&own, contribute([own.clone()]));
		self.chain.block_at(CLOSE);
		self.chain.ok(CUSTODIANS[0], freeze());
	}

	/// The people whose consent is valid at the frozen block, by contributor.
	fn contributors(&mut self) -> BTreeMap<AccountId, Vec<AccountId>> {
		let mut all = BTreeMap::<AccountId, Vec<AccountId>>::new();
		for (person, contributor) in self.chain.state(|| Studies::standing(STUDY, None, 100)) {
			all.entry(contributor).or_default().push(person);
		}
		all
	}

	/// Makes a contributor's report, seals its shares to the aggregators, and lets these verify it. Gives
	/// what the report counts, and the aggregators' shares of its cells.
	fn report(&self, contributor: AccountId, people: &[AccountId]) -> (Counted, Vec<CellShare>) {
		let question = &self.terms.question;
		let mut cells = [0; CELLS];
		people.iter().for_each(|it| self.answers[it].add_to(question, &mut cells));
		let count = people.len().try_into().unwrap();
		let context = ReportContext::new(self.place, contributor.clone(), count);
		let sharded = report::shard(question, 2, &context, &cells).unwrap();
		let verify_key = VerifyKey::random();
		let begun = sharded.input_shares.iter().zip(0u8..).map(|(input, place)| {
			let key = SecretKey::random();
			let sealed = report::seal_share(&key.public(), &context, place, input).unwrap();
			let input = report::open_share(&key, &context, place, &sealed).unwrap();
			let verifier = Verifier::new(question, 2, place, &context).unwrap();
			let (state, share) =
				verifier.init(&verify_key, &sharded.nonce, &sharded.public_share, &input).unwrap();
			((verifier, state), share)
		});
		let (begun, shares): (Vec<(Verifier, VerifyState)>, Vec<Vec<u8>>) = begun.unzip();
		let message = begun[0].0.message(&shares).unwrap();
		let finish = |(verifier, state): (Verifier, VerifyState)| verifier.finish(state, &message);
		let shares = begun.into_iter().map(finish).collect::<Result<_, _>>().unwrap();
		(Counted { contributor, people: count, report: context.report }, shares)
	}

	/// Each aggregator adds up its shares. Gives the tally and these sums.
	fn add_up(&mut self) -> (Tally, [CellShare; 2]) {
		let mut sums = [(); 2].map(|()| CellShare::zero(&self.terms.question));
		let mut counted = vec![];
		for (contributor, people) in self.contributors() {
			let (report, shares) = self.report(contributor, &people);
			counted.push(report);
			for (sum, share) in sums.iter_mut().zip(&shares) {
				sum.add(share).unwrap();
			}
		}
		let used = counted.iter().map(|report| report.people).sum();
		(Tally { root: tally_root(&self.place, &counted), used, ..Tally::default() }, sums)
	}

	/// The aggregators add noise, agree and reveal. Gives the states when they have agreed, and at the end.
	fn answer(&mut self, tally: Tally, sums: [CellShare; 2]) -> [State; 2] {
		let Self { chain, terms, place, .. } = self;
		let noised: Vec<NoisedShare> = sums
			.into_iter()
			.map(|sum| sum.add_noise(&terms.question, terms.epsilon).unwrap())
			.collect();
		chain.block_at(CLOSE + u64::from(GATHER) + 2);
		for ((aggregator, custodian), share) in AGGREGATORS.into_iter().zip(CUSTODIANS).zip(&noised)
		{
			let hash = H256(share.commitment(place, 0, &account(aggregator)));
			let call = pallet_studies::Call::commit { study: STUDY, attempt: 0, tally, hash };
			chain.ok(custodian, call);
		}
		let agreed = state(chain);
		for (custodian, share) in CUSTODIANS.into_iter().zip(&noised) {
			let salt = *share.salt();
			let share = share.cells().to_vec().try_into().unwrap();
			chain.ok(custodian, pallet_studies::Call::reveal { study: STUDY, share, salt });
		}
		[agreed, state(chain)]
	}
}

/// A whole round. Gives the plain table, which nobody sees, and the states.
fn run(code: &str) -> ([i64; CELLS], [State; 2]) {
	let mut counting = Counting::begin(code);
	counting.freeze();
	let (tally, sums) = counting.add_up();
	let plain = [0, 1, 2].map(|cell| {
		let shares = sums.iter().map(|sum| sum.clone().without_noise().cells()[cell]);
		field::centre(shares.fold(0, field::add)).unwrap()
	});
	(plain, counting.answer(tally, sums))
}

fn map(pallet: &str, name: &str) -> Vec<u8> {
	[twox_128(pallet.as_bytes()), twox_128(name.as_bytes())].concat()
}

/// A value without hashes and results.
fn without_hashes(key: &[u8], value: &[u8]) -> Vec<u8> {
	if key.starts_with(&map("Studies", "Studies")) {
		let mut study = Study::decode(&mut &*value).unwrap();
		study.terms.protocol = Default::default();
		study.terms.protocol_hash = H256::zero();
		return study.encode();
	}
	if key.starts_with(&map("Studies", "Rounds")) {
		let mut round = Round::decode(&mut &*value).unwrap();
		if let RoundPhase::Agreed { tally, .. } = &mut round.phase {
			tally.root = H256::zero();
		}
		for commitment in &mut round.commitments {
			commitment.tally.root = H256::zero();
			commitment.hash = H256::zero();
		}
		return round.encode();
	}
	if key.starts_with(&map("Studies", "Results")) {
		let mut result = StudyResult::decode(&mut &*value).unwrap();
		result.cells.iter_mut().for_each(|cell| *cell = 0);
		result.tally.root = H256::zero();
		return result.encode();
	}
	// Hashes of blocks, and what is in the block itself.
	let of_blocks = ["BlockHash", "ParentHash", "Digest", "Events", "ExtrinsicData"];
	if of_blocks.iter().any(|name| key.starts_with(&map("System", name))) {
		return vec![];
	}
	value.to_vec()
}

/// The keys at which the states differ in more than hashes and results.
fn differences(one: &State, other: &State) -> BTreeSet<Vec<u8>> {
	let said = |state: &State, key: &[u8]| state.get(key).map(|value| without_hashes(key, value));
	let keys = one.keys().chain(other.keys());
	keys.filter(|key| said(one, key) != said(other, key)).cloned().collect()
}

/// Two runs with different cohorts: eight people with diabetes, and four with asthma.
#[test]
fn two_cohorts_leave_the_same_state_but_for_hashes_and_results() {
	let (diabetes, one) = run(DIABETES);
	let (asthma, other) = run(ASTHMA);
	assert_eq!((diabetes, asthma), ([4, 4, 4], [2, 2, 8]));
	for (one, other) in one.iter().zip(&other) {
		assert!(one.len() > 100);
		assert_ne!(one, other);
		assert_eq!(differences(one, other), BTreeSet::new());
	}
}

/// If hospitals contributed only the cohort, everybody would see who is ill.
#[test]
fn two_cohorts_contributed_alone_are_seen() {
	let [one, other] = [0..8, 8..PEOPLE].map(|ill| {
		let mut counting = Counting::begin(DIABETES);
		counting.chain.ok("//RegistrarA", contribute(ill.map(person)));
		state(&mut counting.chain)
	});
	let people = map("Studies", "People");
	let seen = differences(&one, &other);
	assert_eq!(seen.iter().filter(|key| key.starts_with(&people)).count(), PEOPLE as usize);
}
