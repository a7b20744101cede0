//! Builds a node from its parts: client, pool, Aura, GRANDPA, network and RPC.

use crate::{
	attendance::Attendance,
	client::{
		Executor, FullBackend, FullClient, FullPool, FullSelectChain, GrandpaBlockImport,
		GrandpaLink,
	},
	compiled, database,
	heartbeat::Heartbeat,
	live,
	members::Members,
	network::{self, Network, NetworkParts},
	observations::Observations,
	recovery::{Import, Recoveries, WarpSync},
	rpc::{self, genesis::GenesisState, listener},
};
use futures::FutureExt;
use sc_client_api::{Backend, BlockBackend};
use sc_consensus_aura::{ImportQueueParams, SlotProportion, StartAuraParams};
use sc_consensus_grandpa::{FinalityProofProvider, SharedVoterState, VotingRulesBuilder};
use sc_executor::{HeapAllocStrategy, DEFAULT_HEAP_ALLOC_STRATEGY};
use sc_network::NotificationMetrics;
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_service::{error::Error as ServiceError, Configuration, SpawnTasksParams, TaskManager};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sc_transaction_pool_api::{OffchainTransactionPoolFactory, TransactionPool};
use sp_blockchain::HeaderBackend;
use sp_consensus_aura::sr25519::{AuthorityId as AuraId, AuthorityPair as AuraPair};
use std::{path::PathBuf, sync::Arc, time::Duration};
use vouchsafe_runtime::{apis::RuntimeApi, opaque::Block};

/// The longest block, in bytes. The runtime allows no more.
const BLOCK_LENGTH: usize = 5 * 1024 * 1024;

/// The parts that do not need the network.
pub type Parts = sc_service::PartialComponents<
	FullClient,
	FullBackend,
	FullSelectChain,
	sc_consensus::DefaultImportQueue<Block>,
	FullPool,
	(GrandpaBlockImport, GrandpaLink, Recoveries, Option<Telemetry>),
>;

/// A proof of finality is stored for one block in this many, for nodes that catch up.
const JUSTIFICATION_PERIOD: u32 = 512;
/// How long GRANDPA expects a message to take to all validators. Its rounds last a multiple of it,
/// so it decides how fast a block becomes final. The SDK's default is one second.
const GOSSIP_DURATION: Duration = Duration::from_millis(100);
/// The share of a slot in which a validator may fill its block. The rest is for the others to import
/// it. With a larger share, loaded validators often make two blocks of the same height.
const PROPOSAL_PORTION: f32 = 0.5;

/// What a node does besides what the SDK's options say.
#[derive(Debug, Default)]
pub struct Options {
	/// The listener for researchers, if there is to be one.
	pub research: Option<listener::Options>,
	/// Files with the chain's recoveries of finality.
	pub recoveries: Vec<PathBuf>,
}

/// Executes runtimes as `sc_service::new_wasm_executor` does, and keeps them compiled in a folder, if there is one.
fn executor(config: &Configuration, compiled: Option<PathBuf>) -> Executor {
	let options = &config.executor;
	let heap = options.default_heap_pages.map_or(DEFAULT_HEAP_ALLOC_STRATEGY, |pages| {
		HeapAllocStrategy::Static { extra_pages: u32::try_from(pages).unwrap_or(u32::MAX) }
	});
	let executor = Executor::builder()
		.with_execution_method(options.wasm_method)
		.with_onchain_heap_alloc_strategy(heap)
		.with_offchain_heap_alloc_strategy(heap)
		.with_max_runtime_instances(options.max_runtime_instances)
		.with_runtime_cache_size(options.runtime_cache_size);
	match compiled {
		Some(folder) => executor.with_cache_path(folder).build(),
		None => executor.build(),
	}
}

/// Builds the parts that do not need the network. Opens the database and puts it into `config`. Compiled runtimes
/// are kept only by a running node: a command may be root's, who should execute nothing from the folder of
/// another user.
pub fn new_partial(
	config: &mut Configuration,
	recoveries: &[PathBuf],
	compiled: Option<PathBuf>,
) -> Result<Parts, ServiceError> {
	config.database = database::open(&config.database, config.state_pruning.as_ref())?;
	let config = &*config;
	let telemetry = config
		.telemetry_endpoints
		.clone()
		.filter(|endpoints| !endpoints.is_empty())
		.map(|endpoints| -> Result<_, sc_telemetry::Error> {
			let worker = TelemetryWorker::new(16)?;
			let telemetry = worker.handle().new_telemetry(endpoints);
			Ok((worker, telemetry))
		})
		.transpose()?;

	let executor = executor(config, compiled);
	let (client, backend, keystore_container, task_manager) =
		sc_service::new_full_parts::<Block, RuntimeApi, _>(
			config,
			telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
			executor,
			Default::default(),
		)?;
	let client = Arc::new(client);
	let genesis = client.info().genesis_hash;
	let recoveries = Recoveries::load(recoveries, genesis).map_err(ServiceError::Other)?;
	let telemetry = telemetry.map(|(worker, telemetry)| {
		task_manager.spawn_handle().spawn("telemetry", None, worker.run());
		telemetry
	});

	let select_chain = sc_consensus::LongestChain::new(backend.clone());
	let transaction_pool = Arc::from(
		sc_transaction_pool::Builder::new(
			task_manager.spawn_essential_handle(),
			client.clone(),
			config.role.is_authority().into(),
		)
		.with_options(config.transaction_pool.clone())
		.with_prometheus(config.prometheus_registry())
		.build(),
	);

	let (grandpa_block_import, grandpa_link) = sc_consensus_grandpa::block_import(
		client.clone(),
		JUSTIFICATION_PERIOD,
		&client,
		select_chain.clone(),
		telemetry.as_ref().map(Telemetry::handle),
	)?;
	let slot_duration = sc_consensus_aura::slot_duration::<AuraId, _, _>(&*client)?;
	let import_queue =
		sc_consensus_aura::import_queue::<AuraPair, _, _, _, _, _>(ImportQueueParams {
			block_import: Import {
				grandpa: grandpa_block_import.clone(),
				client: client.clone(),
				recoveries: recoveries.clone(),
			},
			justification_import: Some(Box::new(grandpa_block_import.clone())),
			client: client.clone(),
			create_inherent_data_providers: move |_, ()| async move { Ok(inherent_data(slot_duration)) },
			spawner: &task_manager.spawn_essential_handle(),
			registry: config.prometheus_registry(),
			check_for_equivocation: Default::default(),
			telemetry: telemetry.as_ref().map(Telemetry::handle),
			compatibility_mode: Default::default(),
		})?;

	Ok(sc_service::PartialComponents {
		client,
		backend,
		task_manager,
		import_queue,
		keystore_container,
		select_chain,
		transaction_pool,
		other: (grandpa_block_import, grandpa_link, recoveries, telemetry),
	})
}

/// What a validator puts into each of its blocks: the slot and the time.
fn inherent_data(
	slot_duration: sp_consensus_aura::SlotDuration,
) -> (sp_consensus_aura::inherents::InherentDataProvider, sp_timestamp::InherentDataProvider) {
	let timestamp = sp_timestamp::InherentDataProvider::from_system_time();
	let slot = sp_consensus_aura::inherents::InherentDataProvider::from_timestamp_and_slot_duration(
		*timestamp,
		slot_duration,
	);
	(slot, timestamp)
}

/// Starts a node.
pub fn new_full(mut config: Configuration, options: Options) -> Result<TaskManager, ServiceError> {
	network::check(&config.network).map_err(ServiceError::Other)?;
	let compiled = compiled::folder(config.base_path.path())
		.inspect_err(|error| tracing::warn!("The runtime is compiled again at each start: {error}"))
		.ok();
	let sc_service::PartialComponents {
		client,
		backend,
		mut task_manager,
		import_queue,
		keystore_container,
		select_chain,
		transaction_pool,
		other: (block_import, grandpa_link, recoveries, mut telemetry),
	} = new_partial(&mut config, &options.recoveries, compiled)?;

	let live = live::is_live(config.chain_spec.as_ref());
	let members = Members::read(&client, &mut config.network, live)?;
	let mut parts = NetworkParts::new(&config.network, config.prometheus_registry().cloned());
	let metrics = NotificationMetrics::new(config.prometheus_registry());
	let genesis = client
		.block_hash(0)?
		.ok_or_else(|| ServiceError::Other("the genesis block is not in the database".into()))?;
	let grandpa_protocol =
		sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
	let (grandpa_protocol_config, grandpa_notifications) =
		sc_consensus_grandpa::grandpa_peers_set_config::<Block, network::Backend>(
			grandpa_protocol.clone(),
			metrics.clone(),
			parts.peer_store_handle(),
		);
	parts.add_notification_protocol(grandpa_protocol_config);
	let warp_sync = sc_consensus_grandpa::warp_proof::NetworkProvider::new(
		backend.clone(),
		grandpa_link.shared_authority_set().clone(),
		Vec::default(),
	);
	let Network { service: network, sync: sync_service, transactions, system_rpc } =
		network::start(network::Params {
			config: &config,
			parts,
			client: client.clone(),
			pool: transaction_pool.clone(),
			import_queue,
			warp_sync: Arc::new(WarpSync::new(warp_sync, &recoveries)),
			metrics,
			members: &members,
			tasks: &task_manager,
		})?;

	if config.offchain_worker.enabled {
		let workers = OffchainWorkers::new(OffchainWorkerOptions {
			runtime_api_provider: client.clone(),
			is_validator: config.role.is_authority(),
			keystore: Some(keystore_container.keystore()),
			offchain_db: backend.offchain_storage(),
			transaction_pool: Some(OffchainTransactionPoolFactory::new(transaction_pool.clone())),
			network_provider: Arc::new(network.clone()),
			enable_http_requests: false,
			custom_extensions: |_| vec![],
		})?;
		task_manager.spawn_handle().spawn(
			"offchain-workers-runner",
			"offchain-worker",
			workers.run(client.clone(), task_manager.spawn_handle()).boxed(),
		);
	}

	let role = config.role;
	let force_authoring = config.force_authoring;
	let name = config.network.node_name.clone();
	let enable_grandpa = !config.disable_grandpa;
	let prometheus_registry = config.prometheus_registry().cloned();
	let folder = config.data_path.clone();

	let header = client
		.header(genesis)?
		.ok_or_else(|| ServiceError::Other("the genesis block is not in the database".into()))?;
	let genesis = Arc::new(GenesisState::new(config.chain_spec.as_ref(), &header));

	let voter_state = SharedVoterState::empty();
	let rpc_builder = {
		let client = client.clone();
		let pool = transaction_pool.clone();
		let authority_set = grandpa_link.shared_authority_set().clone();
		let justifications = grandpa_link.justification_stream();
		let voter_state = voter_state.clone();
		let finality_proofs =
			FinalityProofProvider::new_for_service(backend.clone(), Some(authority_set.clone()));
		Box::new(move |executor| {
			rpc::create(rpc::Deps {
				client: client.clone(),
				pool: pool.clone(),
				authority_set: authority_set.clone(),
				voter_state: voter_state.clone(),
				justifications: justifications.clone(),
				finality_proofs: finality_proofs.clone(),
				genesis: genesis.clone(),
				executor,
			})
			.map_err(ServiceError::Application)
		})
	};
	sc_service::spawn_tasks(SpawnTasksParams {
		config,
		client: client.clone(),
		backend,
		task_manager: &mut task_manager,
		keystore: keystore_container.keystore(),
		transaction_pool: transaction_pool.clone(),
		rpc_builder,
		network: network.clone(),
		system_rpc_tx: system_rpc,
		tx_handler_controller: transactions,
		sync_service: sync_service.clone(),
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
	})?;
	// After the RPC, which takes another port without an error if its own is in use.
	if let Some(options) = options.research {
		let methods = rpc::create_research(client.clone())
			.map_err(|error| ServiceError::Application(error.into()))?;
		let (address, serving) = listener::open(options, methods).map_err(ServiceError::Other)?;
		tracing::info!("Researchers are served at {address}");
		task_manager.spawn_essential_handle().spawn("research-listener", Some("rpc"), serving);
	}

	if let Some(registry) = &prometheus_registry {
		let attendance = Attendance::register(client.clone(), registry)
			.map_err(|error| ServiceError::Application(error.into()))?;
		task_manager.spawn_handle().spawn("attendance", None, attendance.run());
		let (client, sync) = (client.clone(), sync_service.clone());
		let observations = Observations::register(client, sync, members, folder, registry)
			.map_err(|error| ServiceError::Application(error.into()))?;
		task_manager.spawn_handle().spawn("observations", None, observations.run());
	}

	if role.is_authority() {
		let mut proposer_factory = sc_basic_authorship::ProposerFactory::new(
			task_manager.spawn_handle(),
			client.clone(),
			transaction_pool.clone(),
			prometheus_registry.as_ref(),
			telemetry.as_ref().map(Telemetry::handle),
		);
		// As long as the runtime allows. The SDK's own limit, 4 MiB, is shorter than an uncompressed runtime.
		proposer_factory.set_default_block_size_limit(BLOCK_LENGTH);
		let slot_duration = sc_consensus_aura::slot_duration::<AuraId, _, _>(&*client)?;
		let pool = transaction_pool.clone();
		let aura = sc_consensus_aura::start_aura::<AuraPair, _, _, _, _, _, _, _, _, _, _>(
			StartAuraParams {
				slot_duration,
				client,
				select_chain,
				block_import,
				proposer_factory,
				create_inherent_data_providers: move |_, ()| async move {
					Ok(inherent_data(slot_duration))
				},
				force_authoring,
				backoff_authoring_blocks: Some(Heartbeat::new(move || pool.status().ready > 0)),
				keystore: keystore_container.keystore(),
				sync_oracle: sync_service.clone(),
				justification_sync_link: sync_service.clone(),
				block_proposal_slot_portion: SlotProportion::new(PROPOSAL_PORTION),
				// Also after empty slots: a longer block would be imported too late.
				max_block_proposal_slot_portion: Some(SlotProportion::new(PROPOSAL_PORTION)),
				telemetry: telemetry.as_ref().map(Telemetry::handle),
				compatibility_mode: Default::default(),
			},
		)?;
		task_manager.spawn_essential_handle().spawn_blocking("aura", Some("block-authoring"), aura);
	}

	if enable_grandpa {
		let keystore = role.is_authority().then(|| keystore_container.keystore());
		let voter = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
			config: sc_consensus_grandpa::Config {
				gossip_duration: GOSSIP_DURATION,
				justification_generation_period: JUSTIFICATION_PERIOD,
				name: Some(name),
				observer_enabled: false,
				keystore,
				local_role: role,
				telemetry: telemetry.as_ref().map(Telemetry::handle),
				protocol_name: grandpa_protocol,
			},
			link: grandpa_link,
			network,
			sync: Arc::new(sync_service),
			notification_service: grandpa_notifications,
			// The default rules vote two blocks behind the head, for networks of strangers. Our
			// validators know each other, and a doctor waits for the block to become final.
			voting_rule: VotingRulesBuilder::new().build(),
			prometheus_registry,
			shared_voter_state: voter_state,
			telemetry: telemetry.as_ref().map(Telemetry::handle),
			offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(transaction_pool),
		})?;
		task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
	}

	Ok(task_manager)
}
