//! Tables and properties of the decision. The people: a patient; hospital A, which wrote the record
//! and holds it; a physician of hospital B, in its teams 1 and 2, who wants to read it.

use super::*;
use alloc::collections::BTreeMap;
use bounded_collections::{BoundedVec, Get};
use core::cell::RefCell;
use sp_core::H256;

mod assisted;
mod carrying;
mod denies;
mod hl7;
mod ihe;
mod properties;
mod representatives;
mod research;
mod standing;
mod table;

const PATIENT: u8 = 1;
const HOSPITAL_A: u8 = 10;
const HOSPITAL_B: u8 = 11;
const HOSPITAL_C: u8 = 12;
const DOCTOR: u8 = 20;
const OTHER_DOCTOR: u8 = 21;

/// A moment within everything that is valid here.
const NOW: Moment = 1_500;
const FROM: Moment = 1_000;
const UNTIL: Moment = 2_000;
/// March and May 2019.
const FIRST: ServiceMonth = 119 * 12 + 2;
const LAST: ServiceMonth = 119 * 12 + 4;

/// A patient's consents, as the chain keeps them.
type Book = BTreeMap<Grantee, Vec<Consent>>;

fn account(id: u8) -> AccountId {
	AccountId::new([id; 32])
}

fn record(id: u8) -> RecordId {
	H256([id; 32])
}

/// Tags that begin with these bytes.
fn tags<S: Get<u32>>(ids: &[u8]) -> BoundedVec<LabelTag, S> {
	canonical_tags(ids.iter().map(|id| LabelTag([*id, 0, 0, 0]))).unwrap()
}

fn also(ids: &[u8]) -> LabelFilter {
	LabelFilter::Also(tags(ids))
}

fn only(ids: &[u8]) -> LabelFilter {
	LabelFilter::Only(tags(ids))
}

/// The labels of a record whose author could compute no tags.
fn unclassified() -> LabelTags {
	tags(&[0])
}

fn facts() -> RecordFacts {
	RecordFacts {
		id: record(1),
		patient: account(PATIENT),
		author: account(HOSPITAL_A),
		responsible: account(HOSPITAL_A),
		category: Category::Laboratory,
		confidentiality: Confidentiality::Normal,
		labels: LabelTags::default(),
		service: ServicePeriod { first: FIRST, last: LAST },
		status: RecordStatus::Current,
	}
}

fn doctor() -> Actor {
	Actor {
		account: account(DOCTOR),
		kind: AccountKind::Practitioner,
		active: true,
		acting_for: Some(ActingFor {
			institution: account(HOSPITAL_B),
			is_authority: false,
			role: Role::Physician,
			country: *b"AT",
			teams: vec![1, 2].try_into().unwrap(),
			attested: false,
			since: 0,
		}),
		also_at: Default::default(),
		study: None,
	}
}

/// The physician wants to read the record, for treatment.
fn question() -> Question {
	Question {
		patient: account(PATIENT),
		standing: Standing::Active,
		doubt: None,
		actor: doctor(),
		action: Action::Read,
		purpose: Purpose::Treatment,
		subject: Subject::Record(facts()),
		now: NOW,
		break_glass: false,
	}
}

fn of_record(question: &mut Question) -> &mut RecordFacts {
	match &mut question.subject {
		Subject::Record(facts) => facts,
		other => panic!("a question about {other:?}"),
	}
}

fn acting(question: &mut Question) -> &mut ActingFor {
	question.actor.acting_for.as_mut().unwrap()
}

fn consent(id: ConsentId, terms: Terms) -> Consent {
	Consent {
		id,
		revision: 0,
		policy_version: POLICY_VERSION,
		granted_at: 0,
		confirmed_at: None,
		terms,
		text: ShownText { commitment: H256::zero(), language: *b"en" },
		grantor: Grantor::Patient,
	}
}

/// Terms that fit the question and nothing beside it: every filter is set.
fn exact(effect: Effect) -> Terms {
	Terms {
		effect,
		categories: Categories::of(&[Category::Laboratory]),
		records: vec![record(1)].try_into().unwrap(),
		labels: LabelFilter::default_of(effect),
		confidentiality: Confidentiality::Normal,
		actions: Actions::of(&[Action::Read]),
		purposes: Purposes::of(&[Purpose::Treatment]),
		valid_from: Some(FROM),
		valid_until: Some(UNTIL),
		data_period: DataPeriod { from: Some(FIRST), to: Some(LAST) },
		authors: vec![account(HOSPITAL_A)].try_into().unwrap(),
		responsible: vec![account(HOSPITAL_A)].try_into().unwrap(),
		countries: vec![*b"AT"].try_into().unwrap(),
		traits: StudyTraits::default(),
	}
}

const DENY: Effect = Effect::Deny { binds_break_glass: false };
const DENY_ALWAYS: Effect = Effect::Deny { binds_break_glass: true };

fn team() -> Grantee {
	Grantee::CareTeam { institution: account(HOSPITAL_B), team: 1 }
}

fn book(entries: impl IntoIterator<Item = (Grantee, Consent)>) -> Book {
	let mut book = Book::new();
	for (grantee, consent) in entries {
		book.entry(grantee).or_default().push(consent);
	}
	book
}

/// The decision, and which keys were asked for, in their order.
fn decide_noting(question: &Question, book: &Book) -> (Decision, Vec<Grantee>) {
	let asked = RefCell::new(Vec::new());
	let decision = decide(question, |grantee| {
		asked.borrow_mut().push(grantee.clone());
		book.get(grantee).cloned().unwrap_or_default()
	});
	(decision, asked.into_inner())
}

/// The decision. It must ask only for the keys of the actor, and for none twice.
fn decide_with(question: &Question, book: &Book) -> Decision {
	let (decision, asked) = decide_noting(question, book);
	assert!(asked.is_empty() || asked == keys(&question.actor), "other keys than the actor's");
	decision
}

fn by(grantee: Grantee, id: ConsentId) -> Decision {
	Decision::Permit(Basis::Consent(ConsentRef { grantee, id }))
}

fn denied(grantee: Grantee, id: ConsentId) -> Decision {
	Decision::Refuse(Reason::Denied(ConsentRef { grantee, id }))
}

fn lacks(grantee: Grantee, id: ConsentId, mismatch: Mismatch) -> Decision {
	Decision::Refuse(Reason::NotCovered { consent: ConsentRef { grantee, id }, mismatch })
}

/// Checks the rows against the provisions.
fn check_rows(provisions: Vec<(Grantee, Terms)>, rows: Vec<(&str, bool, Question)>) {
	let numbered = provisions.into_iter().zip(0..);
	let book = book(numbered.map(|((grantee, terms), id)| (grantee, consent(id, terms))));
	for (what, opens, question) in rows {
		let decision = decide_with(&question, &book);
		assert_eq!(decision.is_permit(), opens, "{what}: {decision:?}");
	}
}
