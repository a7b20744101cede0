//! A study, for tests.

use vouchsafe_protocol::types::{
	AccountId, Categories, Category, Cid, Purpose, StudyQuestion, StudyTerms, StudyTraits, H256,
};

/// Its terms.
pub(crate) fn terms() -> StudyTerms {
	StudyTerms {
		protocol: Cid::default(),
		protocol_hash: H256::zero(),
		question: StudyQuestion::Table { cells: 5, weight: 1 },
		sources: Categories::of(&[Category::Summary]),
		purpose: Purpose::Research,
		disease: None,
		traits: StudyTraits::default(),
		country: *b"DE",
		ethics: H256::zero(),
		aggregators: vec![AccountId::new([1; 32]), AccountId::new([2; 32])].try_into().unwrap(),
		least: 11,
		epsilon: 1_000,
		rounds: 1,
		first_close: 2_000_000_000,
		interval: 0,
		gather: 60,
		answer: 60,
	}
}
