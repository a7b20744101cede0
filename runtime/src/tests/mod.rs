//! The runtime as a whole.

mod access;
mod carrying;
mod chain;
mod custodians;
mod denies;
mod development;
mod filter;
mod governance;
mod log_lines;
mod metadata;
mod openings;
mod pool;
mod recovery;
mod representation;
mod sessions;
mod sources;
mod staff;
mod state;
mod stolen_keys;
mod studies;
mod validators;
mod weights;

use crate::*;
use vouchsafe_primitives::{
	Actions, Category, Confidentiality, Effect, Grantee, Ground, Holder, HolderKind, HolderSet,
	LabelTags, NewSharingSet, Origin, Purpose, RecordId, ServicePeriod, ShownText, Terms,
};

/// Machines differ, so no test fails because of how long a call takes.
fn print_part_of_weight(call: &str, took: std::time::Duration, weight: u64) {
	let part = took.as_secs_f64() * 1e12 / weight as f64;
	println!("{call} takes {took:?}: {part:.2} of its weight");
}

/// A permit to read everything that has no label.
fn permit() -> Terms {
	Terms {
		actions: Actions::of(&[vouchsafe_primitives::Action::Read]),
		..Terms::all(Effect::Permit)
	}
}

/// `consent.grant`.
fn grant(grantee: Grantee, terms: Terms) -> RuntimeCall {
	let text = ShownText { commitment: [7; 32].into(), language: *b"en" };
	pallet_consent::Call::grant { grantee, terms, text }.into()
}

/// Patient A grants hospital B to read. The call that revokes it.
fn grant_to_hospital_b(chain: &mut chain::Chain) -> RuntimeCall {
	let grantee = Grantee::Institution(chain::account("//HospitalB"));
	chain.ok("//PatientA", grant(grantee.clone(), permit()));
	let consents = chain.state(|| Consent::consents_of(chain::account("//PatientA"), None, 10));
	revoke(grantee, consents[0].1.id)
}

/// `consent.revoke`.
fn revoke(grantee: Grantee, id: u32) -> RuntimeCall {
	pallet_consent::Call::revoke { grantee, id }.into()
}

/// `custody.open` of one record, for hospital B.
fn open(patient: &str, record: RecordId) -> RuntimeCall {
	pallet_custody::Call::open {
		patient: chain::account(patient),
		records: vec![record].try_into().unwrap(),
		purpose: Purpose::Treatment,
		ground: Ground::Consent { institution: Some(chain::account("//HospitalB")) },
	}
	.into()
}

/// `records.create` by the patient, and the record's id.
fn create_own(patient: &str) -> (RuntimeCall, RecordId) {
	let account = chain::account(patient);
	let pallet_records::Creation { salt, record, version, commitments } =
		creation(3, Origin::PatientEntered);
	let sharing = NewSharingSet { set: five_holders(patient), commitments };
	let patient = account.clone();
	let institution = None;
	let call =
		pallet_records::Call::create { patient, institution, salt, record, version, sharing };
	let id = vouchsafe_primitives::record_id(&account, &account, &salt);
	(call.into(), id)
}

/// A record with this number.
fn creation(number: u8, origin: Origin) -> pallet_records::Creation {
	pallet_records::Creation {
		salt: [number; 16],
		record: pallet_records::NewRecord {
			origin,
			service: ServicePeriod { first: 1500, last: 1500 },
			relation: None,
			confidentiality: Confidentiality::Normal,
			labels: LabelTags::default(),
			category: Category::Other,
		},
		version: pallet_records::NewVersion {
			manifest: [&[1, 0x55, 0x12, 0x20][..], &[9; 32]].concat().try_into().unwrap(),
			commitment: [8; 32].into(),
		},
		commitments: [6; 32].into(),
	}
}

/// Three hospitals, the patient and the authority, of which three open.
fn five_holders(patient: &str) -> HolderSet {
	let holder = |path, kind| Holder { account: chain::account(path), kind };
	let holders = vec![
		holder("//HospitalA", HolderKind::Institution),
		holder("//HospitalB", HolderKind::Institution),
		holder("//HospitalC", HolderKind::Institution),
		holder(patient, HolderKind::Patient),
		holder("//Authority", HolderKind::Emergency),
	];
	HolderSet { threshold: 3, holders: holders.try_into().unwrap() }
}

/// `records.create_many` by the patient: records with these numbers.
fn create_many(patient: &str, numbers: impl IntoIterator<Item = u8>) -> RuntimeCall {
	let records = numbers.into_iter().map(|number| creation(number, Origin::PatientEntered));
	pallet_records::Call::create_many {
		patient: chain::account(patient),
		institution: None,
		holders: five_holders(patient),
		records: records.collect::<Vec<_>>().try_into().unwrap(),
	}
	.into()
}

/// `custody.acknowledge_many` of the first versions of the records with these numbers.
fn acknowledge_many(patient: &str, numbers: impl IntoIterator<Item = u8>) -> RuntimeCall {
	let patient = chain::account(patient);
	let versions = numbers.into_iter().map(|number| pallet_custody::HeldVersion {
		record: vouchsafe_primitives::record_id(&patient, &patient, &[number; 16]),
		patient: patient.clone(),
		version: 0,
		epoch: 0,
	});
	pallet_custody::Call::acknowledge_many {
		versions: versions.collect::<Vec<_>>().try_into().unwrap(),
	}
	.into()
}

/// `utility.batch_all`.
fn batch(calls: Vec<RuntimeCall>) -> RuntimeCall {
	pallet_utility::Call::batch_all { calls }.into()
}
