//! A hospital, a record and a consent, for tests.

use super::*;
use vouchsafe_protocol::{
	holders::Member,
	types::{Category, Confidentiality, Grantor, Origin, ServicePeriod, Status, POLICY_VERSION},
};

/// The consent's number.
pub(super) const ID: u32 = 5;

pub(crate) fn hospital() -> Member {
	Member {
		account: AccountId::new([1; 32]),
		kind: AccountKind::Institution,
		status: Status::Active,
		name: "Hospital A".into(),
		country: "DE".into(),
		custodian: Some(("http://a.example".into(), [1; 32])),
	}
}

/// The patient's own consent with these terms.
pub(crate) fn consent(terms: Terms) -> Consent {
	Consent {
		id: ID,
		revision: 3,
		policy_version: POLICY_VERSION,
		granted_at: 10,
		confirmed_at: None,
		terms,
		text: ShownText { commitment: H256([0; 32]), language: *b"en" },
		grantor: Grantor::Patient,
	}
}

/// A laboratory record that the hospital wrote.
pub(crate) fn record() -> Record {
	Record {
		patient: AccountId::new([9; 32]),
		author: AccountId::new([1; 32]),
		responsible: AccountId::new([1; 32]),
		origin: Origin::Authored,
		service: ServicePeriod { first: 100, last: 110 },
		relation: None,
		confidentiality: Confidentiality::Normal,
		labels: vec![],
		category: Category::Laboratory,
		status: RecordStatus::Current,
		versions: 1,
		head: H256([0; 32]),
	}
}
