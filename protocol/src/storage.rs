//! Values in the chain's state: their keys, and how they are read. The runtime's API answers most
//! questions more easily, but only what is in the state can be [proven](crate::proven).

use crate::{
	compatibility::MAX_DEPTH,
	errors::ChainError,
	runtime::runtime_types::{
		frame_system::{self, LastRuntimeUpgradeInfo},
		pallet_balances::types::AccountData,
		pallet_collective::Votes,
		pallet_consent::types::Assisted,
		pallet_consortium::types::{Attendance, Release, ValidatorsChange},
		pallet_custody::types::{OpeningGroup, SharingSet},
		pallet_enrolment::types::StaffProposal,
		pallet_records::types::{Record, Version},
		pallet_studies::types::{Ledger, Round, Study},
		vouchsafe_runtime::{
			parameters::{
				values::{
					recovery::{AttemptLifetime, ParametersKey},
					representation::{self, RegistrationLifetime},
				},
				RuntimeParametersKey, RuntimeParametersValue,
			},
			SessionKeys,
		},
	},
	types::{
		Account, AccountId, Affiliation, Attempt, Consent, Grantee, GuardianSets, HolderChoice,
		HolderSet, Institution, KeyChange, KeyState, Log, MemberNode, Representatives, Request,
		StudyResult, H256,
	},
};
use codec::{DecodeLimit, Encode};
use sp_crypto_hashing::{blake2_128, twox_128, twox_64};
use std::marker::PhantomData;

/// Where a value is in the state, and of which type it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key<T> {
	/// The pallet's name.
	pub pallet: &'static str,
	/// The value's or the map's name.
	pub name: &'static str,
	/// The key's bytes.
	pub bytes: Vec<u8>,
	value: PhantomData<fn() -> T>,
}

impl<T: DecodeLimit> Key<T> {
	/// The value of these bytes.
	pub fn decode(&self, bytes: &[u8]) -> Result<T, ChainError> {
		T::decode_all_with_depth_limit(MAX_DEPTH, &mut &bytes[..]).map_err(ChainError::foreign)
	}
}

/// A map in the state, or the part of it whose first key is fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map<T> {
	/// The pallet's name.
	pub pallet: &'static str,
	/// The map's name.
	pub name: &'static str,
	/// What its keys begin with.
	pub prefix: Vec<u8>,
	value: PhantomData<fn() -> T>,
}

impl<T: DecodeLimit> Map<T> {
	/// The entry that has this key.
	pub fn entry(&self, bytes: Vec<u8>) -> Key<T> {
		Key { pallet: self.pallet, name: self.name, bytes, value: PhantomData }
	}
}

/// A value that is alone under its name.
pub fn value<T>(pallet: &'static str, name: &'static str) -> Key<T> {
	entry(pallet, name, &[])
}

/// A value of a map, whose keys are given as they are hashed.
fn entry<T>(pallet: &'static str, name: &'static str, hashed: &[Vec<u8>]) -> Key<T> {
	let bytes = [prefix(pallet, name), hashed.concat()].concat();
	Key { pallet, name, bytes, value: PhantomData }
}

/// The entries of a map that have this first key, as it is hashed, or all.
fn map<T>(pallet: &'static str, name: &'static str, hashed: Vec<u8>) -> Map<T> {
	Map { pallet, name, prefix: [prefix(pallet, name), hashed].concat(), value: PhantomData }
}

/// What is before the keys of a map.
pub fn prefix(pallet: &str, name: &str) -> Vec<u8> {
	[twox_128(pallet.as_bytes()), twox_128(name.as_bytes())].concat()
}

/// A map's key that is hashed by `Blake2_128Concat`.
pub fn blake2_128_concat(key: &impl Encode) -> Vec<u8> {
	let key = key.encode();
	[&blake2_128(&key)[..], &key].concat()
}

/// A map's key that is hashed by `Twox64Concat`.
fn twox_64_concat(key: &impl Encode) -> Vec<u8> {
	let key = key.encode();
	[&twox_64(&key)[..], &key].concat()
}

/// The block's time, in milliseconds since 1970.
pub fn now() -> Key<u64> {
	value("Timestamp", "Now")
}

/// The key of what happened in the block; [`events`](crate::compatibility::RuntimeMetadata::events)
/// reads it.
pub fn events() -> Vec<u8> {
	prefix("System", "Events")
}

/// The hash of an earlier block. The state has those of the last 4,096 blocks and of the genesis block.
pub fn block_hash(number: u32) -> Key<H256> {
	entry("System", "BlockHash", &[twox_64_concat(&number)])
}

/// The runtime that made the block: the block that upgrades it is still made by the old one.
pub fn last_upgrade() -> Key<LastRuntimeUpgradeInfo> {
	value("System", "LastRuntimeUpgrade")
}

/// The account's nonce, references and deposits.
pub fn system_account(
	account: &AccountId,
) -> Key<frame_system::AccountInfo<u32, AccountData<u128>>> {
	entry("System", "Account", &[blake2_128_concat(account)])
}

/// The validators that finalise the blocks after this one, each with its number of votes.
pub fn authorities() -> Key<Vec<([u8; 32], u64)>> {
	value("Grandpa", "Authorities")
}

/// The number of their set.
pub fn set_id() -> Key<u64> {
	value("Grandpa", "CurrentSetId")
}

/// An account.
pub fn account(account: &AccountId) -> Key<Account> {
	entry("Enrolment", "Accounts", &[blake2_128_concat(account)])
}

/// All institutions and authorities.
pub fn institutions() -> Map<Institution> {
	map("Enrolment", "Institutions", vec![])
}

/// An institution or authority.
pub fn institution(institution: &AccountId) -> Key<Institution> {
	entry("Enrolment", "Institutions", &[blake2_128_concat(institution)])
}

/// The institution whose custodian signs with this account.
pub fn custodian_account(account: &AccountId) -> Key<AccountId> {
	entry("Enrolment", "CustodianAccounts", &[blake2_128_concat(account)])
}

/// All of a practitioner's affiliations.
pub fn affiliations(practitioner: &AccountId) -> Map<Affiliation> {
	map("Enrolment", "Affiliations", blake2_128_concat(practitioner))
}

/// A practitioner's affiliation with an institution.
pub fn affiliation(practitioner: &AccountId, institution: &AccountId) -> Key<Affiliation> {
	let hashed = [blake2_128_concat(practitioner), blake2_128_concat(institution)];
	entry("Enrolment", "Affiliations", &hashed)
}

/// What one of an institution's staff has proposed about a patient.
pub fn staff_proposal(patient: &AccountId, institution: &AccountId) -> Key<StaffProposal> {
	let hashed = [blake2_128_concat(patient), blake2_128_concat(institution)];
	entry("Enrolment", "StaffProposals", &hashed)
}

/// The consent on which two clinicians have agreed for a patient, and which waits for an authority.
pub fn awaiting_authority(patient: &AccountId, institution: &AccountId) -> Key<Assisted> {
	let hashed = [blake2_128_concat(patient), blake2_128_concat(institution)];
	entry("Consent", "AwaitingAuthority", &hashed)
}

/// Whether a patient has refused assisted consents for good: then there is a value.
pub fn assisted_refused(patient: &AccountId) -> Key<()> {
	entry("Consent", "AssistedRefused", &[blake2_128_concat(patient)])
}

/// The institutions with which a practitioner has affiliations now.
pub fn affiliated_with(practitioner: &AccountId) -> Key<Vec<AccountId>> {
	entry("Enrolment", "AffiliatedWith", &[blake2_128_concat(practitioner)])
}

/// All of a patient's records.
pub fn records(patient: &AccountId) -> Map<Record> {
	map("Records", "Records", blake2_128_concat(patient))
}

/// A patient's record.
pub fn record(patient: &AccountId, record: &H256) -> Key<Record> {
	entry("Records", "Records", &[blake2_128_concat(patient), record.encode()])
}

/// A record's version.
pub fn version(record: &H256, version: u32) -> Key<Version> {
	entry("Records", "Versions", &[record.encode(), version.encode()])
}

/// A version's sharing set.
pub fn sharing_set(record: &H256, version: u32) -> Key<SharingSet> {
	entry("Custody", "SharingSets", &[record.encode(), version.encode()])
}

/// One of a patient's sets of holders.
pub fn holder_set(patient: &AccountId, number: u32) -> Key<HolderSet> {
	entry("Custody", "HolderSets", &[blake2_128_concat(patient), number.encode()])
}

/// What a reader has opened of a patient's.
pub fn openings(patient: &AccountId, reader: &AccountId) -> Key<Vec<OpeningGroup>> {
	entry("Custody", "Openings", &[blake2_128_concat(patient), blake2_128_concat(reader)])
}

/// The holders that a patient chose.
pub fn holder_choice(patient: &AccountId) -> Key<HolderChoice> {
	entry("Custody", "Choices", &[blake2_128_concat(patient)])
}

/// A patient's log.
pub fn log(patient: &AccountId) -> Key<Log> {
	entry("Audit", "Logs", &[blake2_128_concat(patient)])
}

/// All of a patient's consents, by grantee.
pub fn all_consents(patient: &AccountId) -> Map<Vec<Consent>> {
	map("Consent", "Consents", blake2_128_concat(patient))
}

/// A patient's consents for one grantee.
pub fn consents(patient: &AccountId, grantee: &Grantee) -> Key<Vec<Consent>> {
	entry("Consent", "Consents", &[blake2_128_concat(patient), blake2_128_concat(grantee)])
}

/// All requests to a patient.
pub fn requests(patient: &AccountId) -> Map<Request> {
	map("AccessRequests", "Requests", blake2_128_concat(patient))
}

/// A request to a patient.
pub fn request(patient: &AccountId, id: u32) -> Key<Request> {
	let hashed = [blake2_128_concat(patient), blake2_128_concat(&id)];
	entry("AccessRequests", "Requests", &hashed)
}

/// From how long after it was stored an assisted consent counts, in seconds. Without a value it is
/// [`ASSISTED_DELAY`](crate::types::ASSISTED_DELAY).
pub fn assisted_delay() -> Key<u64> {
	value("Consent", "AssistedDelay")
}

/// What is known of a key that is not, or no longer, the key of the account of its own name.
pub fn key_state(key: &AccountId) -> Key<KeyState> {
	entry("Recovery", "Keys", &[blake2_128_concat(key)])
}

/// The key that has replaced an account's first one.
pub fn present_key(account: &AccountId) -> Key<AccountId> {
	entry("Recovery", "PresentKeys", &[blake2_128_concat(account)])
}

/// An account's guardians.
pub fn guardians(account: &AccountId) -> Key<GuardianSets> {
	entry("Recovery", "GuardiansOf", &[blake2_128_concat(account)])
}

/// The change of key that an account began itself.
pub fn key_change(account: &AccountId) -> Key<KeyChange> {
	entry("Recovery", "Changes", &[blake2_128_concat(account)])
}

/// The attempt to give an account a new key. It may have lapsed.
pub fn attempt(account: &AccountId) -> Key<Attempt> {
	entry("Recovery", "Attempts", &[blake2_128_concat(account)])
}

/// How long an attempt counts after it was begun, and after it can be finished. Without a value it is
/// [`ATTEMPT_LIFETIME`](crate::types::ATTEMPT_LIFETIME).
pub fn attempt_lifetime() -> Key<RuntimeParametersValue> {
	let lifetime = ParametersKey::AttemptLifetime(AttemptLifetime);
	let key = RuntimeParametersKey::Recovery(lifetime);
	entry("Parameters", "Parameters", &[blake2_128_concat(&key)])
}

/// The representatives of a patient. The time of some may be over.
pub fn representatives(patient: &AccountId) -> Key<Representatives> {
	entry("Representation", "RepresentativesOf", &[blake2_128_concat(patient)])
}

/// How long the registration of a representative, or an objection to it, waits for an authority. Without a value
/// it is [`REGISTRATION_LIFETIME`](crate::types::REGISTRATION_LIFETIME).
pub fn registration_lifetime() -> Key<RuntimeParametersValue> {
	let lifetime = representation::ParametersKey::RegistrationLifetime(RegistrationLifetime);
	let key = RuntimeParametersKey::Representation(lifetime);
	entry("Parameters", "Parameters", &[blake2_128_concat(&key)])
}

/// The number that the next study gets.
pub fn next_study() -> Key<u32> {
	value("Studies", "NextStudy")
}

/// A study.
pub fn study(study: u32) -> Key<Study> {
	entry("Studies", "Studies", &[blake2_128_concat(&study)])
}

/// A round of a study.
pub fn round(study: u32, round: u8) -> Key<Round> {
	entry("Studies", "Rounds", &[blake2_128_concat(&study), blake2_128_concat(&round)])
}

/// What a round of a study measured.
pub fn study_result(study: u32, round: u8) -> Key<StudyResult> {
	entry("Studies", "Results", &[blake2_128_concat(&study), blake2_128_concat(&round)])
}

/// The people of a round, with who contributed each.
pub fn people(study: u32, round: u8) -> Map<AccountId> {
	map("Studies", "People", blake2_128_concat(&(study, round)))
}

/// Who contributed this person to a round.
pub fn contributed(study: u32, round: u8, person: &AccountId) -> Key<AccountId> {
	let hashed = [blake2_128_concat(&(study, round)), blake2_128_concat(person)];
	entry("Studies", "People", &hashed)
}

/// How many people a contributor has in a round.
pub fn people_of(study: u32, round: u8, contributor: &AccountId) -> Key<u32> {
	let hashed = [blake2_128_concat(&(study, round)), blake2_128_concat(contributor)];
	entry("Studies", "Contributors", &hashed)
}

/// Whether the chain was made for measuring.
pub fn measuring() -> Key<bool> {
	value("Measuring", "Enabled")
}

/// What an account has spent on studies.
pub fn ledger(account: &AccountId) -> Key<Ledger> {
	entry("Studies", "Ledgers", &[blake2_128_concat(account)])
}

/// The releases that the council has published under this name, the current one last.
pub fn releases(name: &str) -> Key<Vec<Release>> {
	entry("Consortium", "Releases", &[blake2_128_concat(&name.as_bytes().to_vec())])
}

/// The least number of validators, and of seats.
pub fn least_members() -> Key<u32> {
	value("Consortium", "LeastMembers")
}

/// A change of the validators that is under way.
pub fn validators_change() -> Key<ValidatorsChange<AccountId, u32>> {
	value("Consortium", "Change")
}

/// Who made the blocks of this session, by the validators' order.
pub fn attended() -> Key<Attendance<u32>> {
	value("Consortium", "Attended")
}

/// The validators of the session before, and how many blocks each made.
pub fn last_attended() -> Key<Vec<(AccountId, u32)>> {
	value("Consortium", "LastAttended")
}

/// The nodes that an institution or authority lists.
pub fn nodes(member: &AccountId) -> Key<Vec<MemberNode>> {
	entry("Consortium", "Nodes", &[blake2_128_concat(member)])
}

/// The block that signalled the last recovery of finality.
pub fn last_recovery() -> Key<u32> {
	value("Consortium", "LastRecovery")
}

/// The validators of this session, in the order in which they make blocks.
pub fn validators() -> Key<Vec<AccountId>> {
	value("Session", "Validators")
}

/// The session keys that an account has registered. They may not be in force yet.
pub fn session_keys(account: &AccountId) -> Key<SessionKeys> {
	entry("Session", "NextKeys", &[twox_64_concat(account)])
}

/// The keys of the validators that make blocks.
pub fn block_authors() -> Key<Vec<[u8; 32]>> {
	value("Aura", "Authorities")
}

/// The council's seats.
pub fn council_members() -> Key<Vec<AccountId>> {
	value("Council", "Members")
}

/// Hashes of the council's open motions.
pub fn council_proposals() -> Key<Vec<H256>> {
	value("Council", "Proposals")
}

/// What a motion is for.
pub fn council_proposal(motion: &H256) -> Key<crate::calls::RuntimeCall> {
	entry("Council", "ProposalOf", &[motion.0.to_vec()])
}

/// How far a motion is.
pub fn council_votes(motion: &H256) -> Key<Votes<AccountId, u32>> {
	entry("Council", "Voting", &[motion.0.to_vec()])
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	proptest! {
		#[test]
		fn foreign_bytes_are_a_value_or_an_error(bytes: Vec<u8>) {
			let account = AccountId::new([1; 32]);
			let _ = consents(&account, &Grantee::Everyone).decode(&bytes);
			let _ = council_proposal(&H256([1; 32])).decode(&bytes);
			let _ = council_votes(&H256([1; 32])).decode(&bytes);
			let _ = guardians(&account).decode(&bytes);
			let _ = attempt(&account).decode(&bytes);
			let _ = attempt_lifetime().decode(&bytes);
			let _ = representatives(&account).decode(&bytes);
		}
	}
}
