//! Builds the node's network, by litep2p. It consists of the SDK's parts, with two differences, for which
//! `sc_service::build_network` has no option:
//!
//! - Who may not connect is not answered either: [`Members::only`] is in front of the handlers of all protocols
//!   that give away the chain. These are `sync/2` (blocks), `state/2` (states) and `sync/warp` (proofs of
//!   finality), each below the genesis hash, and under the older name below the protocol id.
//! - There is neither `light/2` (proofs of states, for light clients) nor Bitswap. Nothing of ours uses them.

use crate::{
	client::{FullClient, FullPool},
	members::Members,
};
use futures::StreamExt;
use sc_client_api::{BlockBackend, BlockchainEvents};
use sc_network::{
	config::{
		FullNetworkConfiguration, NetworkBackendType, NetworkConfiguration, PeerStore, SyncMode,
	},
	service::traits::{NetworkService, RequestResponseConfig},
	Litep2pNetworkBackend, NetworkBackend, NetworkBlock, NotificationMetrics, Roles,
};
use sc_network_sync::{
	block_relay_protocol::BlockRelayParams,
	block_request_handler::BlockRequestHandler,
	engine::SyncingEngine,
	service::network::NetworkServiceProvider,
	state_request_handler::StateRequestHandler,
	strategy::{
		polkadot::{PolkadotSyncingStrategy, PolkadotSyncingStrategyConfig},
		warp::WarpSyncProvider,
	},
	warp_request_handler::RequestHandler as WarpRequestHandler,
	SyncingService, WarpSyncConfig,
};
use sc_network_transactions::{TransactionsHandlerController, TransactionsHandlerPrototype};
use sc_rpc::system::Request as SystemRequest;
use sc_service::{
	build_system_rpc_future, default_gap_sync_body_policy, error::Error as ServiceError,
	Configuration, ImportQueue, TaskManager, TransactionPoolAdapter,
};
use sc_utils::mpsc::{tracing_unbounded, TracingUnboundedSender};
use sp_blockchain::HeaderBackend;
use sp_consensus::block_validation::DefaultBlockAnnounceValidator;
use std::sync::Arc;
use vouchsafe_runtime::{opaque::Block, Hash};

/// The network's implementation.
pub type Backend = Litep2pNetworkBackend;
/// The network's configuration.
pub type NetworkParts = FullNetworkConfiguration<Block, Hash, Backend>;
/// The configuration of a protocol of requests and responses.
type RequestConfig = <Backend as NetworkBackend<Block, Hash>>::RequestResponseProtocolConfig;

/// How many requests to the RPC's `system_*` may wait, until the log warns.
const SYSTEM_REQUESTS: usize = 10_000;

/// What the network is built from.
pub struct Params<'a> {
	/// The node's configuration.
	pub config: &'a Configuration,
	/// The network's, with GRANDPA's protocol.
	pub parts: NetworkParts,
	/// The chain.
	pub client: Arc<FullClient>,
	/// The transactions that wait for a block.
	pub pool: Arc<FullPool>,
	/// Imports blocks.
	pub import_queue: sc_consensus::DefaultImportQueue<Block>,
	/// Makes and verifies proofs of finality.
	pub warp_sync: Arc<dyn WarpSyncProvider<Block>>,
	/// The metrics of protocols of notifications.
	pub metrics: NotificationMetrics,
	/// Who may connect.
	pub members: &'a Arc<Members>,
	/// Runs it.
	pub tasks: &'a TaskManager,
}

/// The running network.
pub struct Network {
	/// The connections.
	pub service: Arc<dyn NetworkService>,
	/// Blocks.
	pub sync: Arc<SyncingService<Block>>,
	/// Transactions.
	pub transactions: TransactionsHandlerController<Hash>,
	/// The RPC's `system_*`.
	pub system_rpc: TracingUnboundedSender<SystemRequest<Block>>,
}

/// Refuses what this network does not have.
pub fn check(config: &NetworkConfiguration) -> Result<(), String> {
	if let NetworkBackendType::Libp2p = config.network_backend {
		return Err(
			"--network-backend libp2p is not supported: only with litep2p does the node refuse \
		            the requests of nodes that no member lists"
				.into(),
		);
	}
	if config.ipfs_server {
		return Err(
			"--ipfs-server is not supported: it would answer nodes that no member lists".into()
		);
	}
	Ok(())
}

/// Builds and starts the network.
pub fn start(params: Params<'_>) -> Result<Network, ServiceError> {
	let Params {
		config,
		mut parts,
		client,
		pool,
		import_queue,
		warp_sync,
		metrics,
		members,
		tasks: manager,
	} = params;
	let (tasks, essential) = (manager.spawn_handle(), manager.spawn_essential_handle());
	let networking = Some("networking");
	let (protocol, fork) = (config.protocol_id(), config.chain_spec.fork_id());
	let registry = config.prometheus_registry();
	let genesis = client.info().genesis_hash;
	let options = parts.network_config.clone();
	if options.sync_mode != SyncMode::Full && client.requires_full_sync() {
		return Err(ServiceError::Other(
			"--sync warp does not work with --state-pruning archive or archive-canonical, nor does --sync fast: the node \
			 would not have the states of the blocks before"
				.into(),
		));
	}

	// Requests.
	let set = &options.default_peers_set;
	let peers = usize::try_from(set.in_peers.saturating_add(set.out_peers)).unwrap_or(usize::MAX);
	let peers = peers.saturating_add(set.reserved_nodes.len());
	let provider = NetworkServiceProvider::new();
	let BlockRelayParams { server: mut blocks, downloader, request_response_config: block_config } =
		BlockRequestHandler::<Block, _>::new::<Backend>(
			provider.handle(),
			&protocol,
			fork,
			client.clone(),
			peers,
		);
	let (states, state_config) =
		StateRequestHandler::<Block, _>::new::<Backend>(&protocol, fork, client.clone(), peers);
	let (proofs, proof_config) = WarpRequestHandler::<Block>::new::<_, Backend>(
		protocol.clone(),
		genesis,
		fork,
		warp_sync.clone(),
	);
	let state_protocol = state_config.protocol_name().clone();
	let proof_protocol = proof_config.protocol_name().clone();
	for mut config in [block_config, state_config, proof_config] {
		for_members(&mut config, members, |filter| {
			tasks.spawn("members-only", networking, filter);
		});
		parts.add_request_response_protocol(config);
	}
	tasks.spawn("block-requests", networking, async move { blocks.run().await });
	tasks.spawn("state-requests", networking, states.run());
	tasks.spawn("warp-requests", networking, proofs.run());

	// Blocks.
	let warp_sync = Some(WarpSyncConfig::WithProvider(warp_sync));
	let strategy = PolkadotSyncingStrategy::new(
		PolkadotSyncingStrategyConfig {
			mode: options.sync_mode,
			max_parallel_downloads: options.max_parallel_downloads,
			max_blocks_per_request: options.max_blocks_per_request,
			min_peers_to_start_warp_sync: options.min_peers_to_start_warp_sync,
			metrics_registry: registry.cloned(),
			state_request_protocol_name: state_protocol,
			block_downloader: downloader,
			gap_sync_body_policy: default_gap_sync_body_policy(config.blocks_pruning),
		},
		client.clone(),
		warp_sync,
		Some(proof_protocol),
	)?;
	let (engine, sync, announcements) = SyncingEngine::new(
		Roles::from(&config.role),
		client.clone(),
		registry,
		metrics.clone(),
		&parts,
		protocol.clone(),
		fork,
		Box::new(DefaultBlockAnnounceValidator),
		Box::new(strategy),
		provider.handle(),
		import_queue.service(),
		parts.peer_store_handle(),
	)?;
	let sync = Arc::new(sync);
	let announcements_name = announcements.protocol_name.clone();
	essential.spawn_blocking("syncing", None, engine.run());

	// Connections.
	let (transactions, transactions_config) = TransactionsHandlerPrototype::new::<_, Block, Backend>(
		protocol.clone(),
		genesis,
		fork,
		metrics.clone(),
		parts.peer_store_handle(),
	);
	parts.add_notification_protocol(transactions_config);
	tasks.spawn("peer-store", networking, parts.take_peer_store().run());
	let spawner = tasks.clone();
	let backend = <Backend as NetworkBackend<Block, Hash>>::new(sc_network::config::Params {
		role: config.role,
		executor: Box::new(move |future| spawner.spawn("litep2p", networking, future)),
		network_config: parts,
		genesis_hash: genesis,
		protocol_id: protocol,
		fork_id: fork.map(ToOwned::to_owned),
		metrics_registry: registry.cloned(),
		block_announce_config: announcements,
		ipfs_config: None,
		notification_metrics: metrics,
	})?;
	let service = NetworkBackend::<Block, Hash>::network_service(&backend);

	// What uses them.
	let (transactions, controller) = transactions.build(
		service.clone(),
		sync.clone(),
		Arc::new(TransactionPoolAdapter::new(pool, client.clone())),
		registry,
	)?;
	tasks.spawn_blocking("transactions", networking, transactions.run());
	tasks.spawn_blocking("sync-connections", networking, provider.run(Arc::new(service.clone())));
	let link = sync.clone();
	tasks.spawn("import-queue", None, async move { import_queue.run(link.as_ref()).await });
	let (system_rpc, system_requests) = tracing_unbounded("mpsc_system_rpc", SYSTEM_REQUESTS);
	tasks.spawn(
		"system-rpc",
		networking,
		build_system_rpc_future::<_, _, Hash>(
			config.role,
			service.clone(),
			sync.clone(),
			client.clone(),
			system_requests,
			!options.boot_nodes.is_empty(),
		),
	);
	tasks.spawn(
		"members",
		networking,
		members.clone().follow(client.clone(), service.clone(), sync.clone(), announcements_name),
	);
	essential.spawn_blocking(
		"network",
		networking,
		run(backend, client, sync.clone(), config.announce_block),
	);
	Ok(Network { service, sync, transactions: controller, system_rpc })
}

/// Puts the filter in front of a protocol's handler.
fn for_members(
	config: &mut RequestConfig,
	members: &Arc<Members>,
	spawn: impl FnOnce(futures::future::BoxFuture<'static, ()>),
) {
	config.inbound_queue = config.inbound_queue.take().map(|queue| {
		let (all, filter) = members.only(queue);
		spawn(Box::pin(filter));
		all
	});
}

/// Runs the network, and tells it of new blocks, until it or the chain ends.
async fn run(
	backend: Backend,
	client: Arc<FullClient>,
	sync: Arc<SyncingService<Block>>,
	announce: bool,
) {
	let mut imported = client.import_notification_stream();
	let mut finalised = client.finality_notification_stream();
	let mut network = NetworkBackend::<Block, Hash>::run(backend);
	loop {
		tokio::select! {
			block = imported.next() => {
				let Some(block) = block else { return };
				if announce {
					sync.announce_block(block.hash, None);
				}
				if block.is_new_best {
					sync.new_best_block_imported(block.hash, block.header.number);
				}
			},
			block = finalised.next() => {
				let Some(block) = block else { return };
				sync.on_block_finalized(block.hash, block.header);
			},
			() = &mut network => return,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_would_answer_strangers_is_refused() {
		let config = || NetworkConfiguration::new("test", "test", Default::default(), None);
		assert_eq!(check(&config()), Ok(()));
		let libp2p =
			NetworkConfiguration { network_backend: NetworkBackendType::Libp2p, ..config() };
		assert!(check(&libp2p).unwrap_err().starts_with("--network-backend libp2p"));
		let bitswap = NetworkConfiguration { ipfs_server: true, ..config() };
		assert!(check(&bitswap).unwrap_err().starts_with("--ipfs-server"));
	}
}
