//! The weight of an opening, measured at its limit: a reader with as many affiliations and teams as
//! there can be, a patient with as many consents under each of the reader's keys as there can be, and
//! as many records as one call opens.

use super::{chain::*, *};
use frame_support::{dispatch::GetDispatchInfo, traits::UnfilteredDispatchable, BoundedVec};
use pallet_enrolment::{AffiliatedWith, Affiliation, Affiliations};
use std::time::{Duration, Instant};
use vouchsafe_primitives::{
	policy, DataPeriod, Grantor, LabelFilter, LabelTag, Role, MAX_AFFILIATIONS,
	MAX_CONSENTS_PER_GRANTEE, MAX_OPENED, POLICY_VERSION,
};
use vouchsafe_support::Enrolment as _;

const READER: &str = "//DoctorB";
const PATIENT: &str = "//PatientA";

/// A permit as long as there can be, which is checked to its last condition and does not cover.
fn longest(records: &[RecordId]) -> Terms {
	let institutions = ["//HospitalA", PATIENT, "//HospitalB", "//HospitalC"].map(account);
	let labels = (1..=16).map(|id| LabelTag([id, 0, 0, 0])).collect::<Vec<_>>();
	Terms {
		records: records.to_vec().try_into().unwrap(),
		labels: LabelFilter::Also(labels.try_into().unwrap()),
		authors: institutions.to_vec().try_into().unwrap(),
		responsible: institutions.to_vec().try_into().unwrap(),
		countries: [*b"AA", *b"AB", *b"AC", *b"AD", *b"AF", *b"AG", *b"DE", *b"AT"]
			.to_vec()
			.try_into()
			.unwrap(),
		data_period: DataPeriod { from: Some(0), to: Some(u16::MAX) },
		valid_from: Some(0),
		valid_until: Some(1),
		..Terms::all(Effect::Permit)
	}
}

/// Gives the reader as many affiliations and teams as there can be.
fn affiliate_everywhere() {
	let reader = account(READER);
	let institutions = ["//HospitalB", "//HospitalA", "//HospitalC", "//Authority"].map(account);
	assert_eq!(institutions.len(), MAX_AFFILIATIONS as usize);
	let roles = [Role::Physician, Role::Nurse, Role::Dentist, Role::Administration];
	for (institution, role) in institutions.iter().zip(roles) {
		let teams = (0..8).collect::<Vec<_>>().try_into().unwrap();
		let affiliation =
			Affiliation { role, from: 0, until: None, accepted: true, attested: true, teams };
		Affiliations::<Runtime>::insert(&reader, institution, affiliation);
	}
	let listed = BoundedVec::try_from(institutions.to_vec()).unwrap();
	AffiliatedWith::<Runtime>::insert(&reader, listed);
}

/// A chain with all of it, and the records.
fn at_the_limit() -> (Chain, Vec<RecordId>) {
	let mut chain = Chain::new();
	chain.ok(PATIENT, create_many(PATIENT, 0..MAX_OPENED as u8));
	let patient = account(PATIENT);
	let records: Vec<_> = (0..MAX_OPENED as u8)
		.map(|number| vouchsafe_primitives::record_id(&patient, &patient, &[number; 16]))
		.collect();
	chain.state(|| {
		affiliate_everywhere();
		let institution = account("//HospitalB");
		let actor = Enrolment::actor(&account(READER), Some(&institution)).unwrap();
		let keys = policy::keys(&actor);
		assert_eq!(keys.len(), 47);
		for key in keys {
			let consents = (0..MAX_CONSENTS_PER_GRANTEE).map(|id| vouchsafe_primitives::Consent {
				id,
				revision: 0,
				policy_version: POLICY_VERSION,
				granted_at: 0,
				confirmed_at: Some(0),
				terms: longest(&records),
				text: ShownText { commitment: [7; 32].into(), language: *b"en" },
				grantor: Grantor::Representative(account("//PatientB")),
			});
			let consents: Vec<_> = consents.collect();
			let consents: vouchsafe_primitives::Provisions = consents.try_into().unwrap();
			pallet_consent::Consents::<Runtime>::insert(&patient, key, consents);
		}
	});
	(chain, records)
}

/// How long the call takes at best.
fn measure(chain: &mut Chain, records: &[RecordId]) -> (Duration, u64) {
	let call = RuntimeCall::from(pallet_custody::Call::open {
		patient: account(PATIENT),
		records: records.to_vec().try_into().unwrap(),
		purpose: Purpose::Treatment,
		ground: Ground::Consent { institution: Some(account("//HospitalB")) },
	});
	let weight = call.get_dispatch_info().call_weight.ref_time();
	let once = |_| {
		chain.state(|| {
			pallet_custody::Refusals::<Runtime>::remove(account(PATIENT), account(READER));
			// The permits have expired, so they do not invite.
			pallet_audit::Uninvited::<Runtime>::remove(account(PATIENT));
			let origin = RuntimeOrigin::signed(account(READER));
			let begin = Instant::now();
			call.clone().dispatch_bypass_filter(origin).unwrap();
			begin.elapsed()
		})
	};
	((0..20).map(once).min().unwrap(), weight)
}

/// `--nocapture` shows how much of its weight an opening takes. Our own crates are compiled for tests
/// without much optimisation: about as fast as in WASM.
#[test]
fn opening_at_the_limit() {
	let (mut chain, records) = at_the_limit();
	for count in [1, 16] {
		let (took, weight) = measure(&mut chain, &records[..count]);
		print_part_of_weight(&format!("opening {count} records"), took, weight);
	}
}

/// Asks with every action and purpose, of which a deny leaves none. `--nocapture` shows how much of
/// its weight this takes.
#[test]
fn asking_at_the_limit() {
	let (mut chain, _) = at_the_limit();
	let (patient, institution) = (account(PATIENT), account("//HospitalB"));
	let everyone = Grantee::Everyone;
	chain.state(|| {
		pallet_consent::Consents::<Runtime>::mutate(&patient, &everyone, |consents| {
			consents.iter_mut().last().unwrap().terms =
				Terms::all(Effect::Deny { binds_break_glass: false });
		});
	});
	use vouchsafe_primitives::Action;
	let call = RuntimeCall::from(pallet_access_requests::Call::submit {
		patient,
		institution: institution.clone(),
		grantee: Grantee::Institution(institution),
		asked: pallet_access_requests::Asked {
			actions: Actions::of(&[Action::Read, Action::Write, Action::Refer, Action::ReadLog]),
			purposes: vouchsafe_primitives::Purposes::of(Purpose::ALL),
			categories: Default::default(),
			labels: LabelFilter::Any,
			confidentiality: Confidentiality::Normal,
			records: Default::default(),
			data_period: DataPeriod::default(),
		},
		duration: 60,
		reason: vec![vouchsafe_primitives::SEALED_SUITE; 512].try_into().unwrap(),
	});
	let once = |_| {
		chain.state(|| {
			let origin = RuntimeOrigin::signed(account(READER));
			let begin = Instant::now();
			let refused = call.clone().dispatch_bypass_filter(origin).unwrap_err();
			let took = begin.elapsed();
			let denied = pallet_access_requests::Error::<Runtime>::Denied;
			assert_eq!(refused.error, denied.into());
			took
		})
	};
	let took = (0..20).map(once).min().unwrap();
	let weight = call.get_dispatch_info().call_weight.ref_time();
	print_part_of_weight("asking", took, weight);
}
