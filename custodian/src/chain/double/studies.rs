//! A chain with one study for tests: it takes the calls of several aggregators as the pallet does.

use super::*;
use codec::{Decode, Encode};
use std::sync::{Mutex, MutexGuard};
use vouchsafe_client::{
	chain::{
		field, noised_commitment, Loss, RoundPhase, StudyId, StudyRound, StudyStage, StudyTerms,
		Tally, MAX_ATTEMPTS,
	},
	signing::now,
};

/// The number of the study.
pub const STUDY: StudyId = 7;

/// The study, its aggregators' custodians, and what was called.
pub struct StudiesDouble {
	/// The study.
	pub study: Study,
	/// The people of the round, with their contributors.
	pub people: BTreeMap<AccountId, AccountId>,
	/// Those whose consent is not valid at the frozen block.
	pub withdrawn: Vec<AccountId>,
	/// The institutions with custodians.
	pub institutions: BTreeMap<AccountId, Institution>,
	/// The number of the best block, which is final.
	pub number: u32,
	/// The commitments of the round.
	pub commitments: BTreeMap<AccountId, (Tally, H256)>,
	/// The shares that were revealed in the round.
	pub reveals: BTreeMap<AccountId, Vec<u128>>,
	/// The results, by round: the cells and the tally.
	pub results: BTreeMap<u8, (Vec<i64>, Tally)>,
	/// Every call that took effect, with the aggregator.
	pub calls: Vec<(AccountId, StudyCall)>,
	/// Whether the chain was made for measuring.
	pub is_measuring: bool,
}

/// The double as nodes and tests share it.
pub type SharedStudies = Arc<Mutex<StudiesDouble>>;

/// What the double has now.
pub fn lock(studies: &SharedStudies) -> MutexGuard<'_, StudiesDouble> {
	studies.lock().unwrap_or_else(|error| error.into_inner())
}

/// An institution with this custodian.
pub fn institution(url: &str, account: &AccountId, key: [u8; 32]) -> Institution {
	let custodian = Some((url.as_bytes().to_vec(), account, key));
	let bytes = (b"Hospital".to_vec(), *b"AT", custodian, 0u32, 0u32).encode();
	Institution::decode(&mut &bytes[..]).unwrap()
}

impl StudiesDouble {
	/// A study of these terms that the council has approved.
	pub fn new(terms: StudyTerms) -> Self {
		let stage = StudyStage::Approved;
		Self {
			study: Study { terms, stage, round: 0, keys: vec![], current: None },
			people: BTreeMap::new(),
			withdrawn: Vec::new(),
			institutions: BTreeMap::new(),
			number: 1,
			commitments: BTreeMap::new(),
			reveals: BTreeMap::new(),
			results: BTreeMap::new(),
			calls: Vec::new(),
			is_measuring: true,
		}
	}

	fn open_round(&mut self) {
		self.begin(RoundPhase::Open { closes: now() + 1_000 });
	}

	/// Begins a phase without commitments and shares.
	fn begin(&mut self, phase: RoundPhase) {
		self.number += 1;
		(self.commitments, self.reveals) = Default::default();
		let contributors: std::collections::BTreeSet<_> = self.people.values().collect();
		self.study.current = Some(Round {
			phase,
			people: u32::try_from(self.people.len()).unwrap(),
			contributors: u32::try_from(contributors.len()).unwrap(),
			committed: vec![],
			revealed: vec![],
		});
	}

	fn freeze(&mut self, attempt: u8) {
		let block = match attempt {
			0 => self.number + 1,
			_ => 1,
		};
		let gathers_until = now() + u64::from(self.study.terms.gather);
		let answers_until = gathers_until + u64::from(self.study.terms.answer);
		self.begin(RoundPhase::Frozen { block, gathers_until, answers_until, attempt });
	}

	/// The phase of the round.
	pub fn phase(&self) -> RoundPhase {
		self.study.current.as_ref().unwrap().phase
	}

	fn set_phase(&mut self, phase: RoundPhase) {
		self.number += 1;
		self.study.current.as_mut().unwrap().phase = phase;
	}

	/// Lets the round close.
	pub fn close(&mut self) {
		if let RoundPhase::Open { .. } = self.phase() {
			self.set_phase(RoundPhase::Open { closes: now() });
		}
	}

	/// Sets how many seconds are left to gather.
	pub fn set_left_to_gather(&mut self, left: u64) {
		if let RoundPhase::Frozen { block, attempt, .. } = self.phase() {
			let gathers_until = now() + left;
			let answers_until = gathers_until + 1_000;
			self.set_phase(RoundPhase::Frozen { block, gathers_until, answers_until, attempt });
		}
	}

	/// Sets how many seconds are left to agree.
	pub fn set_left_to_agree(&mut self, left: u64) {
		if let RoundPhase::Frozen { block, attempt, gathers_until, .. } = self.phase() {
			let answers_until = now() + left;
			self.set_phase(RoundPhase::Frozen { block, gathers_until, answers_until, attempt });
		}
	}

	/// Lets the deadline of the round pass.
	pub fn pass_deadline(&mut self) {
		let answers_until = now() - 100;
		match self.phase() {
			RoundPhase::Frozen { block, attempt, .. } => {
				let gathers_until = answers_until;
				self.set_phase(RoundPhase::Frozen { block, gathers_until, answers_until, attempt });
			},
			RoundPhase::Agreed { block, attempt, tally, .. } => {
				self.set_phase(RoundPhase::Agreed { block, answers_until, attempt, tally });
			},
			_ => {},
		}
	}

	fn end_round(&mut self, phase: RoundPhase) {
		self.set_phase(phase);
		if self.study.round + 1 < self.study.terms.rounds {
			self.study.round += 1;
			self.open_round();
		} else {
			self.study.stage = StudyStage::Finished;
		}
	}

	/// Does what the pallet does.
	fn call(
		&mut self,
		genesis: H256,
		account: &AccountId,
		call: StudyCall,
	) -> Result<u32, ChainError> {
		let is_of = |(_, it): &(&AccountId, &Institution)| {
			it.custodian.as_ref().is_some_and(|custodian| custodian.account == *account)
		};
		let aggregator = self.institutions.iter().find(is_of).map(|(id, _)| id.clone());
		let done = match aggregator.clone() {
			None => Err("NotAggregator".into()),
			Some(aggregator) => self.apply(genesis, aggregator, &call),
		};
		let refuse = |error: String| ChainError::Dispatch {
			pallet: "Studies".into(),
			error,
			docs: String::new(),
		};
		let removed = done.map_err(refuse)?;
		self.number += 1;
		self.calls.extend(aggregator.map(|aggregator| (aggregator, call)));
		Ok(removed)
	}

	fn apply(
		&mut self,
		genesis: H256,
		aggregator: AccountId,
		call: &StudyCall,
	) -> Result<u32, String> {
		let phase = self.study.current.as_ref().map(|round| round.phase);
		match (call, phase) {
			(StudyCall::Accept(key), _) => self.accept(aggregator, *key),
			(StudyCall::Freeze, Some(RoundPhase::Open { closes })) if closes <= now() => {
				self.freeze(0);
				Ok(0)
			},
			(
				StudyCall::Commit(of, tally, hash),
				Some(RoundPhase::Frozen { gathers_until, attempt, .. }),
			) if gathers_until <= now() && *of == attempt => self.commit(aggregator, *tally, *hash),
			(StudyCall::Reveal(share, salt), Some(RoundPhase::Agreed { tally, attempt, .. })) => {
				let place = StudyRound { genesis, study: STUDY, round: self.study.round };
				let hash = noised_commitment(&place, attempt, &aggregator, share, salt);
				match self.commitments.get(&aggregator).is_some_and(|(_, it)| *it == hash) {
					true => self.reveal(aggregator, share.clone(), tally),
					false => Err("OtherShare".into()),
				}
			},
			(
				StudyCall::GiveUp,
				Some(
					RoundPhase::Frozen { answers_until, .. }
					| RoundPhase::Agreed { answers_until, .. },
				),
			) if answers_until <= now() => {
				self.give_up();
				Ok(0)
			},
			(StudyCall::Sweep(_), _) if self.study.stage.has_ended() => {
				let removed = u32::try_from(self.people.len()).unwrap();
				self.people.clear();
				Ok(removed)
			},
			(call, phase) => Err(format!("{call:?} in {phase:?}")),
		}
	}

	fn accept(&mut self, aggregator: AccountId, key: [u8; 32]) -> Result<u32, String> {
		if self.study.keys.iter().any(|(it, _)| *it == aggregator) {
			return Err("AlreadyAccepted".into());
		}
		self.study.keys.push((aggregator, key));
		if self.study.keys.len() == self.study.terms.aggregators.len() {
			self.study.stage = StudyStage::Running;
			self.open_round();
		}
		Ok(0)
	}

	fn commit(&mut self, aggregator: AccountId, tally: Tally, hash: H256) -> Result<u32, String> {
		let round = self.study.current.as_mut().unwrap();
		if tally.people() != Some(round.people) {
			return Err(format!("PeopleDoNotAddUp {tally:?}"));
		}
		if tally.used < self.study.terms.least {
			return Err("TooFewUsed".into());
		}
		self.commitments.insert(aggregator, (tally, hash));
		round.committed = self.commitments.keys().cloned().collect();
		let all = self.commitments.len() == self.study.terms.aggregators.len();
		if let RoundPhase::Frozen { block, attempt, .. } = round.phase {
			if all && self.commitments.values().all(|(it, _)| *it == tally) {
				let answers_until = now() + u64::from(self.study.terms.answer);
				round.phase = RoundPhase::Agreed { block, answers_until, attempt, tally };
			}
		}
		Ok(0)
	}

	fn reveal(
		&mut self,
		aggregator: AccountId,
		share: Vec<u128>,
		tally: Tally,
	) -> Result<u32, String> {
		if self.reveals.contains_key(&aggregator) {
			return Err("AlreadyRevealed".into());
		}
		self.reveals.insert(aggregator, share);
		let round = self.study.current.as_mut().unwrap();
		round.revealed = self.reveals.keys().cloned().collect();
		if self.reveals.len() == self.study.terms.aggregators.len() {
			let mut sums = vec![0u128; self.study.terms.question.cells() as usize];
			for share in self.reveals.values() {
				let cells = sums.iter_mut().zip(share);
				cells.for_each(|(sum, number)| *sum = field::add(*sum, *number));
			}
			let cells = sums.into_iter().map(|sum| field::centre(sum).unwrap()).collect();
			self.results.insert(self.study.round, (cells, tally));
			self.end_round(RoundPhase::Answered);
		}
		Ok(0)
	}

	fn give_up(&mut self) {
		match self.phase() {
			RoundPhase::Frozen { attempt, .. } if attempt < MAX_ATTEMPTS => {
				self.freeze(attempt + 1);
			},
			RoundPhase::Frozen { .. } => self.end_round(RoundPhase::Lost(Loss::NotAgreed)),
			_ => self.end_round(RoundPhase::Lost(Loss::NotRevealed)),
		}
	}
}

impl NodeDouble {
	/// The block as the study's chain has it, if there is one.
	pub(super) fn with_study(&self, mut block: BlockDouble) -> BlockDouble {
		if let Some(studies) = &self.studies {
			block.time = now();
			block.number = lock(studies).number;
			block.studies = Some(studies.clone());
		}
		block
	}
}

#[async_trait]
impl SubmitStudies for NodeDouble {
	async fn submit_study(
		&self,
		key: &Keypair,
		study: StudyId,
		call: StudyCall,
	) -> Result<u32, ChainError> {
		assert_eq!(study, STUDY);
		tokio::task::yield_now().await;
		if self.is_deaf.load(std::sync::atomic::Ordering::Relaxed) {
			return Err(ChainError::Unreachable("deaf".into()));
		}
		if self.is_stuck.load(std::sync::atomic::Ordering::Relaxed) {
			std::future::pending::<()>().await;
		}
		let studies = self.studies.as_ref().unwrap();
		let done = lock(studies).call(H256(self.genesis), &key.public_key().0.into(), call);
		tokio::task::yield_now().await;
		done
	}

	async fn is_local(&self) -> Result<bool, ChainError> {
		Ok(true)
	}
}

#[async_trait]
impl StudiesAt for BlockDouble {
	async fn studies(
		&self,
		after: Option<StudyId>,
		_limit: u32,
	) -> Result<Vec<(StudyId, Study)>, ChainError> {
		let studies = self.studies.iter().map(|studies| (STUDY, lock(studies).study.clone()));
		Ok(studies.filter(|(id, _)| after.is_none_or(|after| *id > after)).collect())
	}

	async fn study(&self, study: StudyId) -> Result<Option<Study>, ChainError> {
		let studies = self.studies.as_ref().filter(|_| study == STUDY);
		Ok(studies.map(|studies| lock(studies).study.clone()))
	}

	async fn study_round(&self, study: StudyId, round: u8) -> Result<Option<Round>, ChainError> {
		let Some(study) = StudiesAt::study(self, study).await? else { return Ok(None) };
		if round == study.round {
			return Ok(study.current);
		}
		let phase = RoundPhase::Answered;
		let past = Round { phase, people: 0, contributors: 0, committed: vec![], revealed: vec![] };
		Ok((round < study.round).then_some(past))
	}

	async fn standing(
		&self,
		_study: StudyId,
		after: Option<AccountId>,
		limit: u32,
	) -> Result<Vec<(AccountId, AccountId)>, ChainError> {
		let studies = lock(self.studies.as_ref().unwrap());
		let people = studies.people.iter().filter(|(person, _)| {
			!studies.withdrawn.contains(person) && after.as_ref().is_none_or(|it| *person > it)
		});
		let people = people.map(|(person, by)| (person.clone(), by.clone()));
		Ok(people.take(limit as usize).collect())
	}

	async fn people_of(
		&self,
		_study: StudyId,
		_round: u8,
		contributor: &AccountId,
	) -> Result<u32, ChainError> {
		let studies = lock(self.studies.as_ref().unwrap());
		// As on the chain, a patient who contributes alone has no number.
		let is_of = |(person, by): &(&AccountId, &AccountId)| *by == contributor && person != by;
		Ok(u32::try_from(studies.people.iter().filter(is_of).count()).unwrap())
	}

	async fn has_contributed_alone(
		&self,
		_study: StudyId,
		_round: u8,
		patient: &AccountId,
	) -> Result<bool, ChainError> {
		let studies = lock(self.studies.as_ref().unwrap());
		Ok(studies.people.get(patient) == Some(patient))
	}

	async fn is_measuring(&self) -> Result<bool, ChainError> {
		Ok(self.studies.as_ref().is_some_and(|studies| lock(studies).is_measuring))
	}
}
