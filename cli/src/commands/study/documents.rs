//! Tests: the samples in the guide are what the commands print.

use super::{
	chart::Chart,
	result::{bars, in_lines},
	show,
};
use crate::{
	english::{teller, ENGLISH},
	labels::LabelTable,
	names::Names,
};
use vouchsafe_agent::study::{asking, choice::standing_terms, rounds::FoundStudy};
use vouchsafe_client::chain::{
	AccountId, Basis, Consent, ConsentRef, Decision, Grantee, Grantor, Mechanism, Purpose, Round,
	RoundPhase, ShownText, Study, StudyResult, StudyStage, StudyTerms, StudyTraits, Tally, H256,
	POLICY_VERSION,
};
use vouchsafe_fhir::study::Protocol;

const GUIDE: &str = include_str!("../../../../docs/guide.md");
const PROTOCOL: &[u8] = include_bytes!("../../../examples/studies/age-sex.json");
const RESEARCHER: AccountId = AccountId::new([1; 32]);
const AUTHORITY: AccountId = AccountId::new([2; 32]);
const HOSPITAL: AccountId = AccountId::new([3; 32]);
/// 31 December 2026 at 12:00 UTC.
const CLOSE: u64 = 1_798_718_400;

fn names() -> Names {
	let mut names = Names::default();
	let named =
		[("//Researcher", RESEARCHER), ("Health Authority", AUTHORITY), ("Hospital B", HOSPITAL)];
	named.into_iter().for_each(|(name, account)| names.add_institution(name, account));
	names
}

fn protocol() -> Protocol {
	Protocol::read(PROTOCOL, StudyTraits::default()).unwrap()
}

fn terms() -> StudyTerms {
	StudyTerms {
		protocol: vouchsafe_client::cid::cid_of(PROTOCOL).to_bytes().try_into().unwrap(),
		protocol_hash: H256::zero(),
		question: protocol().question(),
		sources: protocol().sources(),
		purpose: Purpose::Research,
		disease: None,
		traits: StudyTraits::default(),
		country: *b"DE",
		ethics: H256([0x5e; 32]),
		aggregators: vec![AUTHORITY, HOSPITAL].try_into().unwrap(),
		least: 11,
		epsilon: 1_000,
		rounds: 1,
		first_close: CLOSE,
		interval: 0,
		gather: 24 * 3_600,
		answer: 24 * 3_600,
	}
}

/// Fails if the guide does not have this sample.
fn assert_shown(lines: &[String]) {
	let sample = format!("```\n{}\n```", lines.join("\n"));
	assert!(GUIDE.contains(&sample), "docs/guide.md lacks this sample:\n{sample}");
}

#[test]
fn the_guide_shows_a_study_as_it_is() {
	let round = Round {
		phase: RoundPhase::Open { closes: CLOSE },
		people: 41,
		contributors: 2,
		committed: vec![],
		revealed: vec![],
	};
	let study = Study {
		researcher: RESEARCHER,
		proposed_at: 0,
		terms: terms(),
		stage: StudyStage::Running,
		round: 0,
		keys: vec![],
		spent: 0,
		current: Some(round),
	};
	let found = FoundStudy { id: 3, study };
	let (names, protocol) = (names(), protocol());
	let mut lines = show::in_lines(&names, &found, &protocol, CLOSE - 1);

	// A patient asks.
	let consent = Consent {
		id: 4,
		revision: 0,
		policy_version: POLICY_VERSION,
		granted_at: 0,
		confirmed_at: None,
		terms: standing_terms(),
		text: ShownText { commitment: H256::zero(), language: *b"en" },
		grantor: Grantor::Patient,
	};
	let permit = ConsentRef { grantee: Grantee::Research, id: consent.id };
	let permit = Decision::Permit(Basis::Consent(permit));
	let consents = [(Grantee::Research, consent)];
	let labels = LabelTable::default();
	let teller = teller(&names, &labels);
	lines.push(String::new());
	lines.push(teller.study_decision(
		&asking(&ENGLISH, &found, &protocol),
		&permit,
		&consents,
		9_000,
	));
	lines.push(show::cost(1_000, 9_000, vouchsafe_agent::study::mine::end_of_year(CLOSE - 1)));
	assert_shown(&lines);
}

#[test]
fn the_guide_shows_a_result_as_it_is() {
	let terms = terms();
	let mechanism = Mechanism::of(&terms);
	let result = StudyResult {
		cells: vec![96, 104, 55, 61, 33, 29, 12, 4, -5].try_into().unwrap(),
		tally: Tally { used: 386, withdrawn: 1, double: 2, ..Tally::default() },
		mechanism,
		half_width: mechanism.half_width(),
		frozen: 20,
		block: 33,
	};
	let protocol = protocol();
	let bars = bars(&result, protocol.cell_names(), false);
	let chart = Chart {
		title: protocol.text(ENGLISH.language()),
		unit: "people",
		bars: &bars,
		half_width: 9,
		hidden: "under 11",
	};
	assert_shown(&in_lines(3, 0, &result, &terms.question, &chart));
}
