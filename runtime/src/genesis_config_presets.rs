//! The networks for development: `development` with one validator, `local` with four, and `care`, which is
//! `local` with short times. The people in them are the same: three hospitals and a health authority, with practitioners, patients and
//! a researcher, whose keys ([`crate::development`]) are public.
#![warn(missing_docs)]

use crate::{
	development::{self as dev, Key},
	AccountId, ConsortiumConfig, CouncilConfig, EnrolmentConfig, ParametersAtGenesisConfig,
	RuntimeGenesisConfig, SessionConfig, SessionKeys,
};
use alloc::{format, string::ToString, vec, vec::Vec};
use frame_support::build_struct_json_patch;
use pallet_consortium::LEAST_MEMBERS;
use pallet_enrolment::{GenesisAffiliation, GenesisCustodian, GenesisInstitution, GenesisPerson};
use serde_json::Value;
use sp_genesis_builder::PresetId;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use vouchsafe_primitives::{AccountKind, Role, TeamId};

/// One validator.
pub const DEVELOPMENT: &str = "development";
/// Four validators.
pub const LOCAL: &str = "local";
/// The same with times of seconds instead of days.
pub const CARE: &str = "care";

/// How many accounts an institution of these networks may enrol.
const CAP: u32 = 100_000;

/// The validators and council seats, and whose well-known session keys each of them has.
const SEATS: [(Key, Sr25519Keyring, Ed25519Keyring); 4] = [
	(dev::HOSPITAL_A, Sr25519Keyring::Alice, Ed25519Keyring::Alice),
	(dev::HOSPITAL_B, Sr25519Keyring::Bob, Ed25519Keyring::Bob),
	(dev::HOSPITAL_C, Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
	(dev::AUTHORITY, Sr25519Keyring::Dave, Ed25519Keyring::Dave),
];

/// The preset's JSON.
pub fn get(id: &PresetId) -> Option<Vec<u8>> {
	Some(preset(id.as_ref())?.to_string().into_bytes())
}

/// The presets' names.
pub fn names() -> Vec<PresetId> {
	vec![PresetId::from(DEVELOPMENT), PresetId::from(LOCAL), PresetId::from(CARE)]
}

/// What the preset of this name says of genesis, where it differs from the default.
pub fn preset(id: &str) -> Option<Value> {
	let seats = match id {
		DEVELOPMENT => SEATS.get(..1)?,
		LOCAL | CARE => SEATS.as_slice(),
		_ => return None,
	};
	let (institutions, people, affiliations) = (institutions(), people(), affiliations());
	Some(build_struct_json_patch!(RuntimeGenesisConfig {
		session: SessionConfig { keys: seats.iter().map(session_keys).collect::<Vec<_>>() },
		council: CouncilConfig {
			members: seats.iter().map(|(key, ..)| key.account()).collect::<Vec<_>>(),
		},
		consortium: ConsortiumConfig {
			least_members: if id == DEVELOPMENT { 1 } else { LEAST_MEMBERS }
		},
		enrolment: EnrolmentConfig { institutions, people, affiliations },
		parameters_at_genesis: parameters(id),
	}))
}

/// The times that differ from the usual ones. In `care` a person waits for them.
fn parameters(id: &str) -> ParametersAtGenesisConfig {
	let seconds = |seconds| (id == CARE).then_some(seconds);
	ParametersAtGenesisConfig {
		recovery_delay: seconds(20),
		key_delay: seconds(10),
		attempt_lifetime: seconds(10 * 60),
		objection_period: seconds(10),
		registration_lifetime: seconds(10 * 60),
		..Default::default()
	}
}

/// A validator: its account and its keys.
fn session_keys(
	(key, aura, grandpa): &(Key, Sr25519Keyring, Ed25519Keyring),
) -> (AccountId, AccountId, SessionKeys) {
	let keys = SessionKeys { aura: aura.public().into(), grandpa: grandpa.public().into() };
	(key.account(), key.account(), keys)
}

fn institutions() -> Vec<GenesisInstitution> {
	use AccountKind::{Authority, Institution};
	[
		(dev::HOSPITAL_A, dev::HOSPITAL_A_CUSTODIAN, Institution, "Hospital A", "DE"),
		(dev::HOSPITAL_B, dev::HOSPITAL_B_CUSTODIAN, Institution, "Hospital B", "AT"),
		(dev::HOSPITAL_C, dev::HOSPITAL_C_CUSTODIAN, Institution, "Hospital C", "CH"),
		(dev::AUTHORITY, dev::AUTHORITY_CUSTODIAN, Authority, "Health Authority", "DE"),
	]
	.into_iter()
	.enumerate()
	.map(|(place, (key, custodian, kind, name, country))| GenesisInstitution {
		account: key.account(),
		kind,
		name: name.into(),
		country: country.into(),
		cap: CAP,
		encryption_key: key.encryption_key(),
		custodian: Some(GenesisCustodian {
			url: format!("http://127.0.0.1:{}", 8080usize.saturating_add(place)),
			account: custodian.account(),
			key: custodian.encryption_key(),
		}),
	})
	.collect()
}

fn people() -> Vec<GenesisPerson> {
	use AccountKind::{Patient, Practitioner, Researcher};
	[
		(dev::REGISTRAR_A, Practitioner, dev::HOSPITAL_A),
		(dev::REGISTRAR_B, Practitioner, dev::HOSPITAL_B),
		(dev::REGISTRAR_C, Practitioner, dev::HOSPITAL_C),
		(dev::DOCTOR_A, Practitioner, dev::HOSPITAL_A),
		(dev::DOCTOR_A2, Practitioner, dev::HOSPITAL_A),
		(dev::DOCTOR_B, Practitioner, dev::HOSPITAL_B),
		(dev::DOCTOR_B2, Practitioner, dev::HOSPITAL_B),
		(dev::DOCTOR_C, Practitioner, dev::HOSPITAL_C),
		(dev::PATIENT_A, Patient, dev::HOSPITAL_A),
		(dev::PATIENT_B, Patient, dev::HOSPITAL_B),
		(dev::RESEARCHER, Researcher, dev::AUTHORITY),
	]
	.into_iter()
	.map(|(key, kind, institution)| GenesisPerson {
		account: key.account(),
		kind,
		encryption_key: key.encryption_key(),
		enrolled_by: institution.account(),
	})
	.collect()
}

fn affiliations() -> Vec<GenesisAffiliation> {
	use Role::{Physician, Registrar};
	const NO_TEAM: &[TeamId] = &[];
	[
		(dev::REGISTRAR_A, dev::HOSPITAL_A, Registrar, NO_TEAM),
		(dev::REGISTRAR_B, dev::HOSPITAL_B, Registrar, NO_TEAM),
		(dev::REGISTRAR_C, dev::HOSPITAL_C, Registrar, NO_TEAM),
		(dev::DOCTOR_A, dev::HOSPITAL_A, Physician, NO_TEAM),
		(dev::DOCTOR_A2, dev::HOSPITAL_A, Physician, NO_TEAM),
		(dev::DOCTOR_B, dev::HOSPITAL_B, Physician, &[1]),
		(dev::DOCTOR_B2, dev::HOSPITAL_B, Physician, &[1]),
		(dev::DOCTOR_C, dev::HOSPITAL_C, Physician, NO_TEAM),
	]
	.into_iter()
	.map(|(key, institution, role, teams)| GenesisAffiliation {
		practitioner: key.account(),
		institution: institution.account(),
		role,
		attested: role == Physician,
		teams: teams.to_vec(),
	})
	.collect()
}
