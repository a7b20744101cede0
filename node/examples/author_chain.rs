//! Makes a chain of blocks with the development keys and past times, in a folder from which nodes go on: for
//! tests and measurements of joining. Its network is the preset `local` or `bench`, as a specification has it.
//!
//! The blocks are as the validators of an idle chain make them: one each ten slots, with the seal of the
//! validator whose turn it is, the last one made now. All validators have voted for one block in 512 and for
//! the last one. With `--calls` each block has so many consents of the patients of `bench`.

use clap::Parser;
use codec::{Compact, Decode, DecodeAll, Encode};
use sc_block_builder::BlockBuilderBuilder;
use sc_cli::PruningParams;
use sc_client_api::execution_extensions::ExecutionExtensions;
use sc_consensus::{
	BlockImport, BlockImportParams, ForkChoiceStrategy, ImportResult, LongestChain, StateAction,
	StorageChanges,
};
use sc_consensus_grandpa::{find_scheduled_change, GrandpaJustification, GRANDPA_ENGINE_ID};
use sc_executor::WasmExecutor;
use sc_service::{
	config::ExecutorConfiguration, BasePath, ChainSpec, DatabaseSource, GenericChainSpec,
	GenesisBlockBuilder, TFullBackend, TFullClient, TaskManager,
};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::{ApplyExtrinsicFailed::Validity, Error as ChainError, HeaderBackend};
use sp_consensus::BlockOrigin;
use sp_consensus_aura::{sr25519::AuthorityId, AuraApi, Slot, AURA_ENGINE_ID};
use sp_consensus_grandpa::GrandpaApi;
use sp_core::{crypto::Pair as _, sr25519::Pair};
use sp_inherents::InherentDataProvider;
use sp_io::hashing::blake2_256;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::{traits::Header as _, Digest, DigestItem, Justifications, OpaqueExtrinsic};
use std::{
	error::Error,
	path::PathBuf,
	sync::Arc,
	time::{Instant, SystemTime},
};
use vouchsafe_primitives::{
	AccountId, Action, Actions, Categories, Category, Effect, Grantee, Purpose, Purposes,
	ShownText, Terms,
};
use vouchsafe_runtime::{
	apis::{RuntimeApi, VouchsafeApi},
	opaque::Block,
	Hash, Header, RuntimeCall, SLOT_DURATION, VERSION,
};

type Executor = WasmExecutor<sp_io::SubstrateHostFunctions>;
type Client = TFullClient<Block, RuntimeApi, Executor>;
type Specification = GenericChainSpec;
type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// One block in this many has votes, as the node keeps them.
const VOTED: u32 = 512;
/// The slots from one block of an idle chain to the next, and after every fourth one.
const PAUSES: (u64, u64) = (10, 11);
/// The patients of `bench`.
const PATIENTS: u64 = 1_000;
/// Where GRANDPA keeps the votes for the last final block.
const BEST_JUSTIFICATION: &[u8] = b"grandpa_best_justification";
/// The call `grant` of the consent pallet.
const GRANT: [u8; 2] = [22, 0];

/// The arguments.
#[derive(Parser)]
struct Arguments {
	/// The chain's specification, with its runtime
	#[arg(long, value_name = "FILE")]
	chain: PathBuf,
	/// The folder of a node
	#[arg(long, value_name = "FOLDER")]
	base_path: PathBuf,
	/// How many blocks to make
	#[arg(long)]
	blocks: u32,
	/// How many consents a block has
	#[arg(long, default_value = "0")]
	calls: u64,
	/// How many of the first blocks have them [default: all]
	#[arg(long)]
	loaded: Option<u32>,
	#[clap(flatten)]
	pruning: PruningParams,
}

fn main() -> Result<()> {
	let arguments = Arguments::parse();
	let tokio = tokio::runtime::Runtime::new()?;
	let tasks = TaskManager::new(tokio.handle().clone(), None)?;
	let client = open(&arguments, &tasks)?;
	let begun = Instant::now();
	let hash = tokio.block_on(author(&client, &arguments))?;
	let seconds = begun.elapsed().as_secs_f64();
	println!("{} blocks in {seconds:.1} s, the last one is {hash:?}", arguments.blocks);
	Ok(())
}

/// Opens a database as the node's, with the genesis block and GRANDPA's first validators.
fn open(arguments: &Arguments, tasks: &TaskManager) -> Result<Arc<Client>> {
	let spec = Specification::from_json_file(arguments.chain.clone())?;
	let folder = BasePath::new(&arguments.base_path).config_dir(spec.id());
	let backend = sc_service::new_db_backend::<Block>(sc_client_db::DatabaseSettings {
		trie_cache_maximum_size: Some(64 << 20),
		state_pruning: arguments.pruning.state_pruning()?,
		source: DatabaseSource::ParityDb { path: folder.join("paritydb").join("full") },
		blocks_pruning: arguments.pruning.blocks_pruning()?,
		pruning_filters: vec![],
		metrics_registry: None,
	})?;
	let executor: Executor = sc_service::new_wasm_executor(&ExecutorConfiguration::default());
	let genesis = GenesisBlockBuilder::<Block, TFullBackend<Block>, _>::new(
		spec.as_storage_builder(),
		true,
		backend.clone(),
		executor.clone(),
	)?;
	let client = sc_service::new_client::<_, Block, RuntimeApi, _>(
		backend.clone(),
		executor.clone(),
		genesis,
		None,
		None,
		ExecutionExtensions::new(None, Arc::new(executor)),
		Box::new(tasks.spawn_handle()),
		None,
		None,
		Default::default(),
	)?;
	let client = Arc::new(client);
	let chain = LongestChain::new(backend);
	sc_consensus_grandpa::block_import(client.clone(), VOTED, &client, chain, None)?;
	Ok(client)
}

/// Makes the blocks and imports them as final. Returns the last one's hash.
async fn author(client: &Client, arguments: &Arguments) -> Result<Hash> {
	let &Arguments { blocks, calls, loaded, .. } = arguments;
	let loaded = loaded.unwrap_or(blocks);
	let genesis = client.info().genesis_hash;
	let authors: Vec<AuthorityId> = client.runtime_api().authorities(genesis)?;
	let authors: Vec<Pair> = authors
		.iter()
		.map(|author| {
			let author: &[u8] = author.as_ref();
			let key = Sr25519Keyring::iter().find(|key| &key.public().0[..] == author);
			key.map(Sr25519Keyring::pair).ok_or("a validator has no development key")
		})
		.collect::<std::result::Result<_, _>>()?;
	let voters = client.runtime_api().grandpa_authorities(genesis)?;
	let voters: Vec<Ed25519Keyring> = voters
		.iter()
		.filter_map(|(voter, _)| {
			let voter: &[u8] = voter.as_ref();
			Ed25519Keyring::iter().find(|key| &key.public().0[..] == voter)
		})
		.collect();
	let patients = if calls == 0 { vec![] } else { patients()? };

	let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis();
	let last = u64::try_from(now)? / SLOT_DURATION;
	let mut slot = (1..blocks).map(pause).fold(last, |slot, pause| slot.saturating_sub(pause));
	let (mut parent, mut made) = (genesis, 0);
	for number in 1..=blocks {
		let digest = DigestItem::PreRuntime(AURA_ENGINE_ID, Slot::from(slot).encode());
		let mut builder = BlockBuilderBuilder::new(client)
			.on_parent_block(parent)
			.with_parent_block_number(number - 1)
			.with_inherent_digests(Digest { logs: vec![digest] })
			.build()?;
		let slots = sp_consensus_aura::inherents::InherentDataProvider::new(slot.into());
		let time = sp_timestamp::InherentDataProvider::new((slot * SLOT_DURATION).into());
		let inherents = (slots, time).create_inherent_data().await?;
		for inherent in builder.create_inherents(inherents)? {
			builder.push(inherent)?;
		}
		let calls = if number <= loaded { calls } else { 0 };
		for _ in 0..calls {
			match builder.push(grant(&patients, made, genesis)?) {
				Ok(()) => made += 1,
				// A block that begins a session has no room for calls.
				Err(ChainError::ApplyExtrinsicFailed(Validity(error)))
					if error.exhausted_resources() =>
				{
					break
				},
				Err(error) => return Err(error.into()),
			}
		}
		let (block, changes) = builder.build()?.into_inner();
		if find_scheduled_change::<Block>(&block.header).is_some() {
			return Err(format!("block {number} changes the validators").into());
		}
		let author = &authors[usize::try_from(slot)? % authors.len()];
		let seal = author.sign(block.header.hash().as_bytes());
		let seal = DigestItem::Seal(AURA_ENGINE_ID, seal.encode());

		let mut params = BlockImportParams::new(BlockOrigin::File, block.header.clone());
		params.post_digests = vec![seal.clone()];
		params.body = Some(block.extrinsics);
		params.state_action = StateAction::ApplyChanges(StorageChanges::Changes(changes));
		params.fork_choice = Some(ForkChoiceStrategy::LongestChain);
		params.finalized = true;
		let mut sealed = block.header;
		sealed.digest_mut().push(seal);
		parent = sealed.hash();
		if number.is_multiple_of(VOTED) || number == blocks {
			let votes = votes(&voters, number, parent)?.encode();
			params.auxiliary = vec![(BEST_JUSTIFICATION.to_vec(), Some(votes.clone()))];
			params.justifications = Some(Justifications::from((GRANDPA_ENGINE_ID, votes)));
		}
		match client.import_block(params).await? {
			ImportResult::Imported(_) => {},
			other => return Err(format!("block {number}: {other:?}").into()),
		}
		slot += pause(number);
	}
	if let Some(patient) = patients.first() {
		let patient = AccountId::from(patient.public());
		if client.runtime_api().consents_of(parent, patient, None, 1)?.is_empty() {
			return Err("the consents were not granted".into());
		}
	}
	Ok(parent)
}

/// How many slots after the block of this number the next one is made.
fn pause(number: u32) -> u64 {
	if number.is_multiple_of(4) {
		PAUSES.1
	} else {
		PAUSES.0
	}
}

/// The votes of all validators, the first set, for a block.
fn votes(
	voters: &[Ed25519Keyring],
	number: u32,
	hash: Hash,
) -> Result<GrandpaJustification<Block>> {
	let (round, set) = (1u64, 0u64);
	// A precommit's number among the messages is 1.
	let message = (1u8, hash, number, round, set).encode();
	let sign = |voter: &Ed25519Keyring| (hash, number, voter.sign(&message).0, voter.public().0);
	let votes: Vec<_> = voters.iter().map(sign).collect();
	let bytes = (round, hash, number, votes, Vec::<Header>::new()).encode();
	Ok(GrandpaJustification::decode_all(&mut &bytes[..])?)
}

fn patients() -> Result<Vec<Pair>> {
	let keys = (0..PATIENTS).map(|number| Pair::from_string(&format!("//Bench//{number}"), None));
	Ok(keys.collect::<std::result::Result<_, _>>().map_err(|error| format!("{error}"))?)
}

/// A patient's consent to another one, signed. `count` is how many calls were made before.
fn grant(patients: &[Pair], count: u64, genesis: Hash) -> Result<OpaqueExtrinsic> {
	let (signer, nonce) = (count % PATIENTS, count / PATIENTS);
	let pair = |number: u64| -> Result<&Pair> {
		let place = usize::try_from(number % PATIENTS)?;
		Ok(patients.get(place).ok_or("there are fewer patients")?)
	};
	let (signer, other) = (pair(signer)?, pair(signer + nonce + 1)?);
	let terms = Terms {
		categories: Categories::of(&[Category::Prescription, Category::Laboratory]),
		actions: Actions::of(&[Action::Read]),
		purposes: Purposes::of(&[Purpose::Treatment]),
		valid_until: Some(4_000_000_000),
		..Terms::all(Effect::Permit)
	};
	let text = ShownText { commitment: Hash::repeat_byte(7), language: *b"en" };
	let grantee = Grantee::Person(AccountId::from(other.public()));
	let call = (GRANT, grantee, terms, text).encode();
	RuntimeCall::decode_all(&mut &call[..])?;
	// Valid for ever, with this nonce, and without a hash of the metadata.
	let carried = (0u8, Compact(nonce), 0u8).encode();
	let (spec, transaction) = (VERSION.spec_version, VERSION.transaction_version);
	let meant = (spec, transaction, genesis, genesis, None::<[u8; 32]>).encode();
	let payload = [&call[..], &carried, &meant].concat();
	let signature = match payload.len() > 256 {
		true => signer.sign(&blake2_256(&payload)),
		false => signer.sign(&payload),
	};
	// A signed one of version 4, an account as the address, and a signature by sr25519.
	let mut bytes = (0x84u8, 0u8, signer.public(), 1u8, signature).encode();
	bytes.extend(carried);
	bytes.extend(call);
	Ok(OpaqueExtrinsic::decode(&mut &bytes.encode()[..])?)
}
