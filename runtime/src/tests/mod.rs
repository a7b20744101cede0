//! The runtime as a whole.

mod access;
mod chain;
mod development;
mod filter;
mod governance;
mod metadata;
mod pool;
mod proxies;
mod sessions;
mod sources;
mod weights;

use crate::*;
use vouchsafe_primitives::{
	Actions, Category, Confidentiality, Effect, Grantee, Ground, Holder, HolderKind, LabelTags,
	NewSharingSet, Origin, Purpose, RecordId, ServicePeriod, ShownText, Terms,
};

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
	let consents = chain.state(|| Consent::consents_of(chain::account("//PatientA")));
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
	let holder = |path, kind| Holder { account: chain::account(path), kind };
	let salt = [3; 16];
	let call = pallet_records::Call::create {
		patient: account.clone(),
		institution: None,
		salt,
		record: pallet_records::NewRecord {
			origin: Origin::PatientEntered,
			service: ServicePeriod { first: 1500, last: 1500 },
			relation: None,
			confidentiality: Confidentiality::Normal,
			labels: LabelTags::default(),
			category: Category::PatientEntered,
		},
		version: pallet_records::NewVersion {
			previous: Default::default(),
			manifest: [&[1, 0x55, 0x12, 0x20][..], &[9; 32]].concat().try_into().unwrap(),
			commitment: [8; 32].into(),
		},
		sharing: NewSharingSet {
			threshold: 3,
			holders: vec![
				holder("//HospitalA", HolderKind::Institution),
				holder("//HospitalB", HolderKind::Institution),
				holder("//HospitalC", HolderKind::Institution),
				holder(patient, HolderKind::Patient),
				holder("//Authority", HolderKind::Emergency),
			]
			.try_into()
			.unwrap(),
			commitments: [6; 32].into(),
		},
	};
	let id = vouchsafe_primitives::record_id(&account, &account, &salt);
	(call.into(), id)
}

/// `utility.batch_all`.
fn batch(calls: Vec<RuntimeCall>) -> RuntimeCall {
	pallet_utility::Call::batch_all { calls }.into()
}

/// `proxy.proxy`.
fn proxied(real: &str, call: RuntimeCall) -> RuntimeCall {
	let real = chain::account(real).into();
	pallet_proxy::Call::proxy { real, force_proxy_type: None, call: Box::new(call) }.into()
}

/// `proxy.add_proxy`.
fn add_proxy(delegate: &str, proxy_type: configs::accounts::ProxyType) -> RuntimeCall {
	let delegate = chain::account(delegate).into();
	pallet_proxy::Call::add_proxy { delegate, proxy_type, delay: 0 }.into()
}
