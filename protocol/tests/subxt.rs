//! The protocol's bytes are those of subxt, which makes them from the metadata by itself: signed
//! extrinsics, storage keys, the runtime's API.

use codec::Encode;
use subxt::{
	client::{OfflineClient, OfflineClientAtBlock},
	config::{
		substrate::{SpecVersionForRange, SubstrateConfig},
		DefaultExtrinsicParamsBuilder,
	},
	utils::MultiSignature,
	Metadata,
};
use vouchsafe_protocol::{
	api,
	calls::{self, ConsentCall, CustodyCall, RecordsCall, RuntimeCall, UtilityCall},
	extrinsics::{self, Binding, Mortality, RuntimeVersion},
	storage,
	types::*,
	METADATA,
};

#[allow(missing_docs, clippy::all, rustdoc::all)]
#[subxt::subxt(runtime_metadata_path = "metadata.scale", derive_for_all_types = "Clone")]
mod theirs {}

use theirs::runtime_types as their;

const GENESIS: [u8; 32] = [3; 32];
const AT: u32 = 1000;
const AT_HASH: [u8; 32] = [4; 32];

/// The same signature for all, since sr25519 signatures differ each time.
const SIGNATURE: [u8; 64] = [2; 64];

fn client() -> OfflineClientAtBlock<SubstrateConfig> {
	let metadata = Metadata::decode_from(METADATA).unwrap().arc();
	let config = SubstrateConfig::builder()
		.set_genesis_hash(GENESIS.into())
		.set_metadata_for_spec_versions([(100, metadata)])
		.set_spec_version_for_block_ranges([SpecVersionForRange {
			block_range: 0..10_000,
			spec_version: 100,
			transaction_version: 7,
		}])
		.build();
	OfflineClient::new_with_config(config).at_block(AT).unwrap()
}

fn binding(nonce: u64, blocks: u64) -> Binding {
	Binding {
		version: RuntimeVersion { spec_version: 100, transaction_version: 7 },
		genesis: H256(GENESIS),
		mortality: Mortality::new(AT, blocks),
		from: H256(AT_HASH),
		nonce,
	}
}

fn same(ours: RuntimeCall, call: &impl subxt::transactions::Payload) {
	let client = client();
	assert_eq!(ours.encode(), client.transactions().call_data(call).unwrap());
	for (nonce, blocks) in [(0, 64), (63, 4), (64, 1024), (1 << 20, 4096)] {
		let params = DefaultExtrinsicParamsBuilder::new()
			.nonce(nonce)
			.mortal_from_unchecked(blocks, AT.into(), AT_HASH.into())
			.build();
		let mut signable = client.transactions().create_signable_offline(call, params).unwrap();
		let binding = binding(nonce, blocks);
		let payload = extrinsics::payload(&ours, &binding);
		assert_eq!(payload, signable.signer_payload().unwrap());
		let signature = MultiSignature::Sr25519(SIGNATURE);
		let signed = signable.sign_with_account_and_signature(&[1; 32].into(), &signature).unwrap();
		let account = AccountId::new([1; 32]);
		let extrinsic = extrinsics::with_signature(&account, &ours, &binding, &SIGNATURE);
		assert_eq!(extrinsic, signed.encoded());
		assert_eq!(extrinsics::hash(&extrinsic).0, signed.hash().0);
	}
}

#[test]
fn a_revocation_is_the_same() {
	let institution = AccountId::new([5; 32]);
	let ours = ConsentCall::revoke { grantee: Grantee::Institution(institution), id: 9 };
	let grantee = their::vouchsafe_primitives::consent::Grantee::Institution([5; 32].into());
	same(ours.into(), &theirs::tx().consent().revoke(grantee, 9));
}

/// A call that is longer than what is signed as it is.
#[test]
fn a_long_batch_is_the_same() {
	let record = |byte: u8| RecordsCall::add_labels {
		patient: AccountId::new([6; 32]),
		record: H256([byte; 32]),
		labels: vec![LabelTag([byte; 4])],
	};
	let ours = calls::batch_all((0..12).map(|byte| record(byte).into()).collect());
	let theirs_calls = (0..12)
		.map(|byte| {
			their::vouchsafe_runtime::RuntimeCall::Records(
				their::pallet_records::pallet::Call::add_labels {
					patient: [6; 32].into(),
					record: [byte; 32].into(),
					labels: their::bounded_collections::bounded_vec::BoundedVec(vec![
						their::vouchsafe_primitives::types::LabelTag([byte; 4]),
					]),
				},
			)
		})
		.collect();
	same(ours, &theirs::tx().utility().batch_all(theirs_calls));
}

#[test]
fn an_opening_is_the_same() {
	use their::{
		bounded_collections::bounded_vec::BoundedVec,
		vouchsafe_primitives::types::{Ground as TheirGround, Purpose as TheirPurpose},
	};
	let patient = AccountId::new([6; 32]);
	let institution = Some(AccountId::new([7; 32]));
	let ours = CustodyCall::open {
		patient,
		records: vec![H256([8; 32])],
		purpose: Purpose::Treatment,
		ground: Ground::Consent { institution },
	};
	let ground = TheirGround::Consent { institution: Some([7; 32].into()) };
	let records = BoundedVec(vec![[8; 32].into()]);
	let open =
		theirs::tx().custody().open([6; 32].into(), records, TheirPurpose::Treatment, ground);
	same(ours.into(), &open);
}

#[test]
fn wrapped_calls_are_the_same() {
	let inner = || -> RuntimeCall { UtilityCall::batch_all { calls: vec![] }.into() };
	let their_inner = || {
		their::vouchsafe_runtime::RuntimeCall::Utility(
			their::pallet_utility::pallet::Call::batch_all { calls: vec![] },
		)
	};
	same(calls::as_root(inner()), &theirs::tx().consortium().dispatch_as_root(their_inner()));
	let weight = their::sp_weights::weight_v2::Weight {
		ref_time: calls::MAX_WEIGHT.ref_time,
		proof_size: calls::MAX_WEIGHT.proof_size,
	};
	let multi = theirs::tx().multisig().as_multi(
		2,
		vec![[1; 32].into(), [2; 32].into()],
		None,
		their_inner(),
		weight,
	);
	let others = [2, 1].map(|byte| AccountId::new([byte; 32])).into();
	same(calls::as_multi(2, others, None, inner()), &multi);
}

/// subxt's key of a value, from the hashers and key types that the metadata has.
fn key(pallet: &str, name: &str, parts: Vec<subxt::dynamic::Value>) -> Vec<u8> {
	let address = subxt::dynamic::storage::<Vec<_>, subxt::dynamic::Value>(pallet, name);
	client().storage().entry(address).unwrap().fetch_key(parts).unwrap()
}

#[test]
fn storage_keys_are_the_same() {
	use subxt::dynamic::Value;
	assert_eq!(storage::now().bytes, key("Timestamp", "Now", vec![]));
	assert_eq!(storage::events(), key("System", "Events", vec![]));
	assert_eq!(storage::council_members().bytes, key("Council", "Members", vec![]));
	assert_eq!(storage::council_proposals().bytes, key("Council", "Proposals", vec![]));
	for (ours, pallet, name) in [
		(storage::least_members().bytes, "Consortium", "LeastMembers"),
		(storage::validators_change().bytes, "Consortium", "Change"),
		(storage::attended().bytes, "Consortium", "Attended"),
		(storage::last_recovery().bytes, "Consortium", "LastRecovery"),
		(storage::last_attended().bytes, "Consortium", "LastAttended"),
		(storage::validators().bytes, "Session", "Validators"),
		(storage::block_authors().bytes, "Aura", "Authorities"),
	] {
		assert_eq!(ours, key(pallet, name, vec![]));
	}
	let hash = || vec![Value::from_bytes([9; 32])];
	let account = AccountId::new([9; 32]);
	for (ours, name) in [
		(storage::key_state(&account).bytes, "Keys"),
		(storage::present_key(&account).bytes, "PresentKeys"),
		(storage::guardians(&account).bytes, "GuardiansOf"),
		(storage::key_change(&account).bytes, "Changes"),
		(storage::attempt(&account).bytes, "Attempts"),
	] {
		assert_eq!(ours, key("Recovery", name, hash()));
	}
	let unit = Value::unnamed_composite([]);
	let lifetime = Value::unnamed_variant("AttemptLifetime", [unit]);
	let parameter = vec![Value::unnamed_variant("Recovery", [lifetime])];
	assert_eq!(storage::attempt_lifetime().bytes, key("Parameters", "Parameters", parameter));
	let ours = storage::representatives(&account).bytes;
	assert_eq!(ours, key("Representation", "RepresentativesOf", hash()));
	let unit = Value::unnamed_composite([]);
	let lifetime = Value::unnamed_variant("RegistrationLifetime", [unit]);
	let parameter = vec![Value::unnamed_variant("Representation", [lifetime])];
	assert_eq!(storage::registration_lifetime().bytes, key("Parameters", "Parameters", parameter));
	let keys = storage::session_keys(&AccountId::new([9; 32]));
	assert_eq!(keys.bytes, key("Session", "NextKeys", hash()));
	let motion = H256([9; 32]);
	assert_eq!(storage::council_proposal(&motion).bytes, key("Council", "ProposalOf", hash()));
	assert_eq!(storage::council_votes(&motion).bytes, key("Council", "Voting", hash()));
	let team = Grantee::CareTeam { institution: AccountId::new([5; 32]), team: 3 };
	let grantee = Value::named_variant(
		"CareTeam",
		[("institution", Value::from_bytes([5; 32])), ("team", Value::u128(3))],
	);
	let parts = vec![Value::from_bytes([6; 32]), grantee];
	let ours = storage::consents(&AccountId::new([6; 32]), &team).bytes;
	assert_eq!(ours, key("Consent", "Consents", parts));
	let round = || Value::unnamed_composite([Value::u128(7), Value::u128(2)]);
	let parts = || vec![round(), Value::from_bytes([6; 32])];
	let person = AccountId::new([6; 32]);
	let ours = storage::people_of(7, 2, &person).bytes;
	assert_eq!(ours, key("Studies", "Contributors", parts()));
	let ours = storage::contributed(7, 2, &person).bytes;
	assert_eq!(ours, key("Studies", "People", parts()));
	assert_eq!(storage::measuring().bytes, key("Measuring", "Enabled", vec![]));
}

/// Every function of the runtime's API that is asked is in the metadata, with arguments of the
/// lengths that the metadata's types have.
#[test]
fn the_runtimes_api_has_what_is_asked() {
	let metadata = Metadata::decode_from(METADATA).unwrap();
	let account = AccountId::new([1; 32]);
	let (record, ground) = (H256([2; 32]), Ground::Own);
	let (action, purpose) = (Action::Read, Purpose::Treatment);
	let asked = [
		(api::account(&account).function, 1),
		(api::institution(&account).function, 1),
		(api::institutions(None, 1).function, 2),
		(api::affiliations(&account, None, 1).function, 3),
		(api::custodian_of(&account).function, 1),
		(api::records_of(&account, None, 1).function, 3),
		(api::record(&account, record).function, 2),
		(api::version(&account, record, 0).function, 3),
		(api::sharing_set(&account, record, 0).function, 3),
		(api::unacknowledged(&account, 1).function, 2),
		(api::consents_of(&account, None, 1).function, 3),
		(api::requests_of(&account, None, 1).function, 3),
		(api::openings(&account, &account).function, 2),
		(api::decide(&account, ground, &account, record, action, purpose).function, 6),
		(api::decide_log(&account, None, &account).function, 3),
		(api::holder_choice(&account).function, 1),
		(api::audit_head(&account).function, 1),
		(api::key_state(&account).function, 1),
		(api::recovery(&account).function, 1),
		(api::representation(&account).function, 1),
		(api::nonce(&account).function, 1),
		(api::metadata(16).function, 1),
	];
	for (function, arguments) in asked {
		let (api, method) = function.split_once('_').unwrap();
		let api = metadata.runtime_api_trait_by_name(api).unwrap();
		let method = api.method_by_name(method).unwrap_or_else(|| panic!("no {function}"));
		assert_eq!(method.inputs().count(), arguments, "{function}");
	}
}

#[test]
fn an_opening_lasts_as_long_as_the_metadata_says() {
	let metadata = Metadata::decode_from(METADATA).unwrap();
	let custody = metadata.pallet_by_name("Custody").unwrap();
	let lifetime = custody.constant_by_name("OpeningLifetime").unwrap().value();
	assert_eq!(lifetime, vouchsafe_protocol::OPENING_LIFETIME.encode());
}
