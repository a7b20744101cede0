//! A study of two aggregators, for tests.

use super::{aggregators::Aggregators, protocol, rounds::FoundStudy};
use crate::{
	consent::fixtures::hospital, platform::Clock as _, scripted::Scripted, session::Session,
};
use vouchsafe_protocol::{
	cid::cid_of,
	holders::Member,
	types::{
		AccountId, Categories, Category, Purpose, Round, RoundPhase, Study, StudyQuestion,
		StudyStage, StudyTerms, StudyTraits, H256,
	},
};

/// Its number.
pub(super) const ID: u32 = 3;
/// Its protocol: three cells.
pub(super) const PROTOCOL: &str = r#"{
	"version": 1,
	"question": { "en": "How old are the people?" },
	"reference_date": "2026-01-01",
	"table": { "by": [{ "age": { "cells": [
		{ "name": "young", "below": 18 }, { "name": "old", "from": 18 }
	] } }] }
}"#;

/// The institutions that aggregate it.
pub(super) fn aggregators() -> [AccountId; 2] {
	[1, 2].map(|id| AccountId::new([id; 32]))
}

/// What it fixes.
pub(super) fn terms() -> StudyTerms {
	StudyTerms {
		protocol: cid_of(PROTOCOL.as_bytes()).to_bytes().try_into().unwrap(),
		protocol_hash: protocol::hash(PROTOCOL.as_bytes()),
		question: StudyQuestion::Table { cells: 3, weight: 1 },
		sources: Categories::of(&[Category::Summary]),
		purpose: Purpose::Research,
		disease: None,
		traits: StudyTraits::default(),
		country: *b"DE",
		ethics: H256::zero(),
		aggregators: aggregators().to_vec().try_into().unwrap(),
		least: 11,
		epsilon: 1_000,
		rounds: 2,
		first_close: 2_000_000_000,
		interval: 60,
		gather: 60,
		answer: 60,
	}
}

/// A phase that the session's clock is in: people are contributed.
pub(super) fn open(session: &Session<Scripted>) -> RoundPhase {
	RoundPhase::Open { closes: session.clock.now() + 3_600 }
}

/// The same: reports are gathered.
pub(super) fn frozen(session: &Session<Scripted>) -> RoundPhase {
	let now = session.clock.now();
	RoundPhase::Frozen {
		block: 1,
		gathers_until: now + 3_600,
		answers_until: now + 7_200,
		attempt: 0,
	}
}

/// The study, whose first round is in this phase. The node has it, too.
pub(super) fn study(session: &Session<Scripted>, phase: RoundPhase) -> FoundStudy {
	let doubles = session.custodians.aggregators.as_ref().unwrap();
	let keys = aggregators().map(|it| (it.clone(), doubles.at(&it, |it| it.key.public())));
	let current = Round { phase, people: 3, contributors: 1, committed: vec![], revealed: vec![] };
	let study = Study {
		researcher: AccountId::new([8; 32]),
		proposed_at: 0,
		terms: terms(),
		stage: StudyStage::Running,
		round: 0,
		keys: keys.to_vec(),
		spent: 0,
		current: Some(current.clone()),
	};
	session.chain.change(|state| {
		state.answer_research("study", &Some(study.clone()));
		state.answer_research("round", &Some(current));
		state.set(vouchsafe_protocol::storage::now(), &(session.clock.now() * 1_000));
	});
	FoundStudy { id: ID, study }
}

/// A session of this key, with two aggregators.
pub(super) fn session(uri: &str) -> Session<Scripted> {
	let mut session = Session::scripted(uri);
	let doubles = Aggregators::new(&aggregators());
	doubles.have(PROTOCOL.as_bytes());
	let key = doubles.secret.public().0;
	// The scripted node says the same of any institution.
	session.members = aggregators()
		.map(|account| Member {
			account,
			custodian: Some(("http://a.example".into(), key)),
			..hospital()
		})
		.to_vec();
	let member = session.members[0].clone();
	session.chain.change(|state| state.institution(&member));
	session.custodians.aggregators = Some(doubles);
	session.name_members();
	session
}
