//! What a node, a custodian, the CLI or a wallet asks the runtime: the SDK's interfaces,
//! [`VouchsafeApi`], [`CareApi`], [`ConsortiumApi`] and [`ResearchApi`].
// The macro adds arguments to the functions that it makes.
#![allow(clippy::too_many_arguments)]

use crate::{
	configs, genesis_config_presets, AccessRequests, Audit, Aura, Block, Consortium, Custody,
	Enrolment, Executive, Grandpa, InherentDataExt, Nonce, Records, Recovery, Representation,
	Runtime, RuntimeGenesisConfig, RuntimeVersion, SessionKeys, Studies, System, VERSION,
};
use alloc::vec::Vec;
use frame_support::{
	genesis_builder_helper::{build_state, get_preset},
	view_functions::{runtime_api, ViewFunctionDispatchError, ViewFunctionId},
};
use pallet_access_requests::Request;
use pallet_consortium::{Made, NodesOf};
use pallet_custody::{HeldVersion, HolderChoice, Opening, SharingSetView};
use pallet_enrolment::{Account, Affiliation, Institution};
use pallet_records::{RecordView, VersionView};
use pallet_recovery::RecoveryView;
use pallet_representation::RepresentationView;
use pallet_studies::{Reach, RoundView, StudyView};
use sp_api::impl_runtime_apis;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_core::{crypto::KeyTypeId, OpaqueMetadata, H256};
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_runtime::{
	traits::{Block as BlockT, NumberFor},
	transaction_validity::{TransactionSource, TransactionValidity},
	ApplyExtrinsicResult, ExtrinsicInclusionMode,
};
use sp_session::OpaqueGeneratedSessionKeys;
use vouchsafe_primitives::{
	audit, policy::Decision, AccountId, AccountKind, Action, Category, Consent, ConsentId, Country,
	Disease, Grantee, Ground, KeyState, Mechanism, Purpose, RecordId, RequestId, ServicePeriod,
	Status, StudyId, StudyResult, StudyTraits, VersionNumber,
};
use vouchsafe_support::{self as traits, AuditLog as _};

sp_api::decl_runtime_apis! {
	/// What the chain knows of people, records and consents. Every node has this data. Calls never
	/// read these lists.
	#[api_version(1)]
	pub trait VouchsafeApi {
		/// The account, if it is enrolled.
		fn account(account: AccountId) -> Option<Account>;
		/// The institution or authority.
		fn institution(institution: AccountId) -> Option<Institution>;
		/// The institutions and authorities, at most `limit` (and 256) after `after`, as for records.
		fn institutions(
			after: Option<AccountId>,
			limit: u32,
		) -> Vec<(AccountId, AccountKind, Status, Institution)>;
		/// The practitioner's affiliations, including those that have ended: at most `limit` (and
		/// 256) after the institution `after`, as for records.
		fn affiliations(
			practitioner: AccountId,
			after: Option<AccountId>,
			limit: u32,
		) -> Vec<(AccountId, Affiliation)>;
		/// The active institution or authority whose custodian signs with this account.
		fn custodian_of(account: AccountId) -> Option<AccountId>;
		/// The patient's records, at most `limit` (and 256) after `after`, in the order of the
		/// chain's keys.
		fn records_of(
			patient: AccountId,
			after: Option<RecordId>,
			limit: u32,
		) -> Vec<(RecordId, RecordView)>;
		/// The patient's record.
		fn record(patient: AccountId, record: RecordId) -> Option<RecordView>;
		/// A version of the patient's record.
		fn version(
			patient: AccountId,
			record: RecordId,
			version: VersionNumber,
		) -> Option<VersionView>;
		/// Who holds the shares of a version's key.
		fn sharing_set(
			patient: AccountId,
			record: RecordId,
			version: VersionNumber,
		) -> Option<SharingSetView>;
		/// At most `limit` versions that the institution's custodian has not yet acknowledged.
		fn unacknowledged(institution: AccountId, limit: u32) -> Vec<HeldVersion>;
		/// The patient's consents, at most `limit` (and 256) after `after`, as for records.
		fn consents_of(
			patient: AccountId,
			after: Option<(Grantee, ConsentId)>,
			limit: u32,
		) -> Vec<(Grantee, Consent)>;
		/// The open requests to the patient, at most `limit` (and 256) after `after`, as for
		/// records.
		fn requests_of(
			patient: AccountId,
			after: Option<RequestId>,
			limit: u32,
		) -> Vec<(RequestId, Request)>;
		/// What the reader has opened of the patient's records lately.
		fn openings(patient: AccountId, reader: AccountId) -> Vec<Opening>;
		/// What [`vouchsafe_primitives::policy::decide`] says now of this reader and record.
		fn decide(
			reader: AccountId,
			ground: Ground,
			patient: AccountId,
			record: RecordId,
			action: Action,
			purpose: Purpose,
		) -> Decision;
		/// What it says of reading the patient's log.
		fn decide_log(
			reader: AccountId,
			institution: Option<AccountId>,
			patient: AccountId,
		) -> Decision;
		/// The decision about writing some record of the patient for the institution, before the
		/// record exists.
		fn may_write(author: AccountId, institution: AccountId, patient: AccountId) -> Decision;
		/// Whether the institution may still keep each of the shares of these records that the
		/// patient carried to it under a consent: whether the consent still lets somebody read the
		/// record. Answers for the first 64 records.
		fn may_carry(
			holder: AccountId,
			patient: AccountId,
			grantee: Grantee,
			consent: ConsentId,
			records: Vec<RecordId>,
		) -> Vec<bool>;
		/// Which holders the patient has named for future records.
		fn holder_choice(patient: AccountId) -> Option<HolderChoice>;
		/// Count and head of the patient's log.
		fn audit_head(patient: AccountId) -> (u64, H256);
		/// The entry of these bytes, if they are one. It also puts the entries' types into the
		/// metadata, which clients need to decode them.
		fn log_entry(entry: Vec<u8>) -> Option<audit::LogEntry>;
	}
}

sp_api::decl_runtime_apis! {
	/// What the chain knows of studies. Every node has this data. Calls never read these lists.
	#[api_version(1)]
	pub trait ResearchApi {
		/// The studies, at most `limit` (and 1,024) after `after`, in the order of their numbers.
		fn studies(after: Option<StudyId>, limit: u32) -> Vec<(StudyId, StudyView)>;
		/// The study.
		fn study(study: StudyId) -> Option<StudyView>;
		/// A round of the study, if it has begun.
		fn round(study: StudyId, round: u8) -> Option<RoundView>;
		/// What a round of the study measured.
		fn result(study: StudyId, round: u8) -> Option<StudyResult>;
		/// How many people a study on this disease, with these traits, could reach in this country, or
		/// in all: as of the start of last week, in tens, without what fewer than 11 people chose.
		fn reach(disease: Option<Disease>, traits: StudyTraits, country: Option<Country>) -> Reach;
		/// How the study's noise is drawn.
		fn mechanism(study: StudyId) -> Option<Mechanism>;
		/// The people of the study's current round whose consents permit the study at this block, and
		/// who contributed each: at most `limit` (and 1,024) after `after`, in the order of the chain's
		/// keys. At the frozen block, they are the people who count.
		fn standing(
			study: StudyId,
			after: Option<AccountId>,
			limit: u32,
		) -> Vec<(AccountId, AccountId)>;
		/// Who contributed each of these people to a round. Answers for the first 1,024.
		fn contributed(
			study: StudyId,
			round: u8,
			people: Vec<AccountId>,
		) -> Vec<Option<AccountId>>;
		/// What the patient's consents say now to being counted in the study.
		fn may_count(study: StudyId, patient: AccountId) -> Decision;
		/// ε that the patient can still spend on studies this year, in thousandths.
		fn epsilon_left(patient: AccountId) -> u32;
		/// The patient's records that the study must leave out, though it may count the patient: those of
		/// its sources that a deny matches, and those that belong to another patient. At most `limit`
		/// (and 256) after `after`, in the order of the chain's keys.
		fn withheld(
			study: StudyId,
			patient: AccountId,
			after: Option<RecordId>,
			limit: u32,
		) -> Vec<(RecordId, Category, ServicePeriod)>;
	}
}

sp_api::decl_runtime_apis! {
	/// What the chain knows of accounts whose key is lost or changes. Every node has this data.
	#[api_version(1)]
	pub trait CareApi {
		/// What is known of a key: for which account it signs, or that it was replaced. Nothing if it signs
		/// for the account of its own name, or for nobody.
		fn key_state(key: AccountId) -> Option<KeyState>;
		/// The account's present key, its guardians, and what is under way.
		fn recovery(account: AccountId) -> RecoveryView;
		/// The patient's representatives, and whether each is in force.
		fn representation(patient: AccountId) -> RepresentationView;
	}
}

sp_api::decl_runtime_apis! {
	/// Who takes part in consensus, and the members' nodes.
	#[api_version(1)]
	pub trait ConsortiumApi {
		/// The validators of this session and those of the session before, and how many blocks each made.
		fn attendance() -> (Made<AccountId>, Made<AccountId>);
		/// The nodes of all institutions and authorities that have not ended. Only they may connect.
		fn nodes() -> NodesOf<AccountId>;
	}
}

impl_runtime_apis! {
	impl sp_api::Core<Block> for Runtime {
		fn version() -> RuntimeVersion {
			VERSION
		}

		fn execute_block(block: <Block as BlockT>::LazyBlock) {
			Executive::execute_block(block)
		}

		fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
			Executive::initialize_block(header)
		}
	}

	impl sp_api::Metadata<Block> for Runtime {
		fn metadata() -> OpaqueMetadata {
			OpaqueMetadata::new(Runtime::metadata().into())
		}

		fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
			Runtime::metadata_at_version(version)
		}

		fn metadata_versions() -> Vec<u32> {
			Runtime::metadata_versions()
		}
	}

	impl runtime_api::RuntimeViewFunction<Block> for Runtime {
		fn execute_view_function(
			id: ViewFunctionId,
			input: Vec<u8>,
		) -> Result<Vec<u8>, ViewFunctionDispatchError> {
			Runtime::execute_view_function(id, input)
		}
	}

	impl sp_block_builder::BlockBuilder<Block> for Runtime {
		fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
			Executive::apply_extrinsic(extrinsic)
		}

		fn finalize_block() -> <Block as BlockT>::Header {
			Executive::finalize_block()
		}

		fn inherent_extrinsics(data: InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
			data.create_extrinsics()
		}

		fn check_inherents(
			block: <Block as BlockT>::LazyBlock,
			data: InherentData,
		) -> CheckInherentsResult {
			data.check_extrinsics(&block)
		}
	}

	impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
		fn validate_transaction(
			source: TransactionSource,
			transaction: <Block as BlockT>::Extrinsic,
			block: <Block as BlockT>::Hash,
		) -> TransactionValidity {
			Executive::validate_transaction(source, transaction, block)
		}
	}

	impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
		fn offchain_worker(header: &<Block as BlockT>::Header) {
			Executive::offchain_worker(header)
		}
	}

	impl sp_consensus_aura::AuraApi<Block, AuraId> for Runtime {
		fn slot_duration() -> sp_consensus_aura::SlotDuration {
			sp_consensus_aura::SlotDuration::from_millis(Aura::slot_duration())
		}

		fn authorities() -> Vec<AuraId> {
			pallet_aura::Authorities::<Runtime>::get().into_inner()
		}
	}

	impl sp_session::SessionKeys<Block> for Runtime {
		fn generate_session_keys(
			owner: Vec<u8>,
			seed: Option<Vec<u8>>,
		) -> OpaqueGeneratedSessionKeys {
			SessionKeys::generate(&owner, seed).into()
		}

		fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
			SessionKeys::decode_into_raw_public_keys(&encoded)
		}
	}

	impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
		fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
			Grandpa::grandpa_authorities()
		}

		fn current_set_id() -> sp_consensus_grandpa::SetId {
			pallet_grandpa::CurrentSetId::<Runtime>::get()
		}

		fn submit_report_equivocation_unsigned_extrinsic(
			_proof: sp_consensus_grandpa::EquivocationProof<
				<Block as BlockT>::Hash,
				NumberFor<Block>,
			>,
			_owner: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
		) -> Option<()> {
			None
		}

		fn generate_key_ownership_proof(
			_set: sp_consensus_grandpa::SetId,
			_authority: GrandpaId,
		) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
			None
		}
	}

	impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
		fn account_nonce(account: AccountId) -> Nonce {
			System::account_nonce(account)
		}
	}

	impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
		fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
			build_state::<RuntimeGenesisConfig>(config)
		}

		fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
			get_preset::<RuntimeGenesisConfig>(id, genesis_config_presets::get)
		}

		fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
			genesis_config_presets::names()
		}
	}

	impl self::VouchsafeApi<Block> for Runtime {
		fn account(account: AccountId) -> Option<Account> {
			pallet_enrolment::Accounts::<Runtime>::get(account)
		}

		fn institution(institution: AccountId) -> Option<Institution> {
			pallet_enrolment::Institutions::<Runtime>::get(institution)
		}

		fn institutions(
			after: Option<AccountId>,
			limit: u32,
		) -> Vec<(AccountId, AccountKind, Status, Institution)> {
			Enrolment::institutions(after, limit)
		}

		fn affiliations(
			practitioner: AccountId,
			after: Option<AccountId>,
			limit: u32,
		) -> Vec<(AccountId, Affiliation)> {
			Enrolment::affiliations(practitioner, after, limit)
		}

		fn custodian_of(account: AccountId) -> Option<AccountId> {
			<Enrolment as traits::Enrolment>::custodian_of(&account)
		}

		fn records_of(
			patient: AccountId,
			after: Option<RecordId>,
			limit: u32,
		) -> Vec<(RecordId, RecordView)> {
			Records::records_of(patient, after, limit)
		}

		fn record(patient: AccountId, record: RecordId) -> Option<RecordView> {
			Records::record(patient, record)
		}

		fn version(
			patient: AccountId,
			record: RecordId,
			version: VersionNumber,
		) -> Option<VersionView> {
			Records::version(patient, record, version)
		}

		fn sharing_set(
			patient: AccountId,
			record: RecordId,
			version: VersionNumber,
		) -> Option<SharingSetView> {
			Custody::sharing_set(patient, record, version)
		}

		fn unacknowledged(institution: AccountId, limit: u32) -> Vec<HeldVersion> {
			Custody::unacknowledged(institution, limit)
		}

		fn consents_of(
			patient: AccountId,
			after: Option<(Grantee, ConsentId)>,
			limit: u32,
		) -> Vec<(Grantee, Consent)> {
			crate::Consent::consents_of(patient, after, limit)
		}

		fn requests_of(
			patient: AccountId,
			after: Option<RequestId>,
			limit: u32,
		) -> Vec<(RequestId, Request)> {
			AccessRequests::requests_of(patient, after, limit)
		}

		fn openings(patient: AccountId, reader: AccountId) -> Vec<Opening> {
			Custody::openings(patient, reader)
		}

		fn decide(
			reader: AccountId,
			ground: Ground,
			patient: AccountId,
			record: RecordId,
			action: Action,
			purpose: Purpose,
		) -> Decision {
			Custody::decide(reader, ground, patient, record, action, purpose)
		}

		fn decide_log(
			reader: AccountId,
			institution: Option<AccountId>,
			patient: AccountId,
		) -> Decision {
			configs::records::decide_log(reader, institution, patient)
		}

		fn may_write(author: AccountId, institution: AccountId, patient: AccountId) -> Decision {
			configs::records::may_write(author, institution, patient)
		}

		fn may_carry(
			holder: AccountId,
			patient: AccountId,
			grantee: Grantee,
			consent: ConsentId,
			records: Vec<RecordId>,
		) -> Vec<bool> {
			configs::records::may_carry(holder, patient, grantee, consent, records)
		}

		fn holder_choice(patient: AccountId) -> Option<HolderChoice> {
			Custody::holder_choice(patient)
		}

		fn audit_head(patient: AccountId) -> (u64, H256) {
			Audit::head(&patient)
		}

		fn log_entry(entry: Vec<u8>) -> Option<audit::LogEntry> {
			audit::LogEntry::from_bytes(&entry)
		}
	}

	impl self::CareApi<Block> for Runtime {
		fn key_state(key: AccountId) -> Option<KeyState> {
			<Recovery as traits::Keys>::find(&key)
		}

		fn recovery(account: AccountId) -> RecoveryView {
			Recovery::recovery(account)
		}

		fn representation(patient: AccountId) -> RepresentationView {
			Representation::representation(patient)
		}
	}

	impl self::ConsortiumApi<Block> for Runtime {
		fn attendance() -> (Made<AccountId>, Made<AccountId>) {
			Consortium::attendance()
		}

		fn nodes() -> NodesOf<AccountId> {
			Consortium::nodes()
		}
	}

	impl self::ResearchApi<Block> for Runtime {
		fn studies(after: Option<StudyId>, limit: u32) -> Vec<(StudyId, StudyView)> {
			Studies::studies(after, limit)
		}

		fn study(study: StudyId) -> Option<StudyView> {
			Studies::study(study)
		}

		fn round(study: StudyId, round: u8) -> Option<RoundView> {
			Studies::round(study, round)
		}

		fn result(study: StudyId, round: u8) -> Option<StudyResult> {
			Studies::result(study, round)
		}

		fn reach(disease: Option<Disease>, traits: StudyTraits, country: Option<Country>) -> Reach {
			Studies::reach(disease, traits, country)
		}

		fn mechanism(study: StudyId) -> Option<Mechanism> {
			Studies::mechanism(study)
		}

		fn standing(
			study: StudyId,
			after: Option<AccountId>,
			limit: u32,
		) -> Vec<(AccountId, AccountId)> {
			Studies::standing(study, after, limit)
		}

		fn contributed(
			study: StudyId,
			round: u8,
			people: Vec<AccountId>,
		) -> Vec<Option<AccountId>> {
			Studies::contributed(study, round, people)
		}

		fn may_count(study: StudyId, patient: AccountId) -> Decision {
			Studies::may_count(study, patient)
		}

		fn epsilon_left(patient: AccountId) -> u32 {
			Studies::epsilon_left(patient)
		}

		fn withheld(
			study: StudyId,
			patient: AccountId,
			after: Option<RecordId>,
			limit: u32,
		) -> Vec<(RecordId, Category, ServicePeriod)> {
			configs::studies::withheld(study, patient, after, limit)
		}
	}
}
