//! Who may connect: the nodes that the members list on the chain (`consortium.set_nodes`).
//!
//! The node reads the list in its last final state, when it starts and after each final block. On a network of
//! type Live, only the listed nodes may connect, and those of `--reserved-nodes`, with which a node that has
//! fallen behind finds members that have moved. If no member lists a node, and on networks for development,
//! anybody may connect. A node without a state, as at the beginning of a sync by warp, does not know the
//! list. Until it does, it connects to its boot nodes (of its chain specification, and `--bootnodes`) and to
//! those of `--reserved-nodes`.
//!
//! This holds for two things:
//!
//! - *Connections.* The nodes that may connect are the reserved peers of the protocol for block announcements,
//!   which accepts no others. The protocols for transactions and for GRANDPA's votes accept the peers of that
//!   protocol only.
//! - *Requests* for blocks, states and proofs. The SDK answers them to anybody who knows the genesis hash,
//!   also if it accepts reserved peers only. So [`Members::only`] is in front of their handlers.

mod address;

pub use address::{Address, Host};

use crate::client::FullClient;
use async_channel::{Receiver, Sender};
use futures::StreamExt;
use sc_client_api::BlockchainEvents;
use sc_network::{
	config::{IncomingRequest, MultiaddrWithPeerId, NetworkConfiguration, NonReservedPeerMode},
	multiaddr::Protocol,
	service::traits::NetworkService,
	Multiaddr, PeerId, ProtocolName,
};
use sc_network_sync::SyncingService;
use sc_service::error::Error as ServiceError;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use std::{
	collections::{HashMap, HashSet},
	future::Future,
	sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};
use vouchsafe_primitives::{AccountId, MemberNodes};
use vouchsafe_runtime::{apis::ConsortiumApi, opaque::Block, Hash};

/// The nodes of the institutions, as the chain lists them.
pub type Nodes = Vec<(AccountId, MemberNodes)>;

/// Nodes and where they are reached.
type Peers = HashMap<PeerId, Vec<Multiaddr>>;

/// Who may connect.
pub struct Members {
	/// This node.
	own: PeerId,
	/// Whether people use this network: only then may others not connect.
	live: bool,
	/// `--reserved-only`: others may not connect, even if the list is empty.
	reserved_only: bool,
	/// `--reserved-nodes`.
	reserved: Peers,
	/// The boot nodes.
	boot: Peers,
	list: RwLock<List>,
}

/// The list on the chain.
#[derive(Default)]
struct List {
	/// As it is there. None if the node has no state yet.
	nodes: Option<Nodes>,
	/// The other nodes that it names.
	peers: Peers,
}

impl Members {
	/// Reads the list, and has the network accept only the nodes that may connect.
	///
	/// # Errors
	///
	/// The node key cannot be read.
	pub fn read(
		client: &FullClient,
		config: &mut NetworkConfiguration,
		live: bool,
	) -> Result<Arc<Self>, ServiceError> {
		let key = config.node_key.clone().into_keypair();
		let key =
			key.map_err(|error| ServiceError::Other(format!("can't read the node key: {error}")))?;
		let state = client.info().finalized_state;
		let nodes = state.and_then(|(block, _)| listed(client, block));
		let members = Self::new(key.public().to_peer_id(), live, config, nodes);
		let set = &mut config.default_peers_set;
		if members.refuses_others() {
			set.non_reserved_mode = NonReservedPeerMode::Deny;
		}
		let peers = members.peers().into_iter();
		set.reserved_nodes = peers.flat_map(|(peer, addresses)| with_id(peer, addresses)).collect();
		Ok(Arc::new(members))
	}

	fn new(own: PeerId, live: bool, config: &NetworkConfiguration, nodes: Option<Nodes>) -> Self {
		let set = &config.default_peers_set;
		let members = Self {
			own,
			live,
			reserved_only: set.non_reserved_mode == NonReservedPeerMode::Deny,
			reserved: peers_of(&set.reserved_nodes),
			boot: peers_of(&config.boot_nodes),
			list: RwLock::default(),
		};
		match nodes {
			Some(nodes) => drop(members.take(nodes)),
			None if !live => {},
			None => tracing::info!(
				"The node has no state yet. Until it has, only boot nodes and --reserved-nodes may connect"
			),
		}
		members
	}

	/// Takes a list from the chain. Returns whether it is another one than before.
	fn take(&self, nodes: Nodes) -> bool {
		if self.list().nodes.as_ref() == Some(&nodes) {
			return false;
		}
		let mut peers = Peers::new();
		for (institution, node) in
			nodes.iter().flat_map(|(account, nodes)| nodes.iter().map(move |node| (account, node)))
		{
			let Some(peer) = PeerId::from_ed25519(&node.peer) else {
				tracing::warn!(%institution, "The institution lists a node whose key is not valid");
				continue;
			};
			if peer == self.own {
				continue;
			}
			let addresses = peers.entry(peer).or_default();
			for address in &node.addresses {
				match Address::parse(address) {
					Ok(address) => addresses.push(address.multiaddress),
					Err(error) => tracing::warn!(
						%institution, %peer, "The institution lists an address of its node that cannot be used: {error}"
					),
				}
			}
		}
		match (self.live, nodes.is_empty()) {
			(false, _) => tracing::info!("This network is for development: anybody may connect"),
			(true, true) => tracing::info!("No member lists a node: anybody may connect"),
			(true, false) => tracing::info!("{} other nodes of members may connect", peers.len()),
		}
		*self.list.write().unwrap_or_else(PoisonError::into_inner) =
			List { nodes: Some(nodes), peers };
		true
	}

	fn list(&self) -> RwLockReadGuard<'_, List> {
		self.list.read().unwrap_or_else(PoisonError::into_inner)
	}

	/// Whether there are nodes that may not connect.
	fn refuses_others(&self) -> bool {
		let refuses = |list: &List| list.nodes.as_ref().is_none_or(|nodes| !nodes.is_empty());
		self.reserved_only || (self.live && refuses(&self.list()))
	}

	/// The nodes to connect to. Others may connect only if none are refused.
	fn peers(&self) -> Peers {
		let list = self.list();
		let boot = (self.live && list.nodes.is_none()).then_some(&self.boot);
		let mut peers = Peers::new();
		for (peer, addresses) in [&list.peers, &self.reserved].into_iter().chain(boot).flatten() {
			peers.entry(*peer).or_default().extend(addresses.iter().cloned());
		}
		peers
	}

	/// Whether this node may connect, and is answered.
	pub fn may_connect(&self, peer: &PeerId) -> bool {
		if !self.refuses_others() {
			return true;
		}
		let list = self.list();
		let is_boot = list.nodes.is_none() && self.boot.contains_key(peer);
		is_boot || list.peers.contains_key(peer) || self.reserved.contains_key(peer)
	}

	/// Whether a member lists this node. If no member lists any, every node is one of a member.
	pub fn is_listed(&self, peer: &PeerId) -> bool {
		let list = self.list();
		list.nodes.as_ref().is_some_and(Nodes::is_empty) || list.peers.contains_key(peer)
	}

	/// Lets only requests of nodes that may connect through to a handler's queue. The network gets the
	/// queue that this returns. The future does the work.
	pub fn only(
		self: &Arc<Self>,
		queue: Sender<IncomingRequest>,
	) -> (Sender<IncomingRequest>, impl Future<Output = ()>) {
		let (all, requests) = async_channel::bounded(queue.capacity().unwrap_or(1));
		(all, pass_on(self.clone(), requests, queue))
	}

	/// Reads the list again after each final block, until the node stops.
	pub async fn follow(
		self: Arc<Self>,
		client: Arc<FullClient>,
		network: Arc<dyn NetworkService>,
		sync: Arc<SyncingService<Block>>,
		announcements: ProtocolName,
	) {
		let mut finalised = client.finality_notification_stream();
		while let Some(block) = finalised.next().await {
			let Some(nodes) = listed(&client, block.hash) else { continue };
			let refused = self.refuses_others();
			if self.take(nodes) {
				if let Err(error) = self.show(refused, &*network, &announcements) {
					tracing::error!("The network does not take the list of nodes: {error}");
				}
				sync.set_no_slot_peers(self.peers().into_keys().collect());
			}
		}
	}

	/// Has the running network accept the nodes that may connect now. `refused` says whether it has refused
	/// others so far.
	fn show(
		&self,
		refused: bool,
		network: &dyn NetworkService,
		announcements: &ProtocolName,
	) -> Result<(), String> {
		let (peers, refuses) = (self.peers(), self.refuses_others());
		if refuses && !refused {
			// At this moment the SDK also disconnects reserved peers, but does not notice it. So there are none.
			network.set_reserved_peers(announcements.clone(), HashSet::new())?;
			network.deny_unreserved_peers();
		}
		// Before they are no longer reserved, so that they stay connected.
		if refused && !refuses {
			network.accept_unreserved_peers();
		}
		for (peer, addresses) in &peers {
			for address in addresses {
				network.add_known_address(*peer, address.clone());
			}
		}
		let ids = peers.into_keys().map(|peer| Protocol::P2p(peer.into()).into());
		network.set_reserved_peers(announcements.clone(), ids.collect())
	}
}

/// The list in the state of this block. None if the node does not have the state.
fn listed(client: &FullClient, block: Hash) -> Option<Nodes> {
	match client.runtime_api().nodes(block) {
		Ok(nodes) => Some(nodes),
		Err(error) => {
			tracing::debug!(?block, %error, "The members' nodes cannot be read");
			None
		},
	}
}

/// Passes the requests of nodes that may connect on to a handler. All others are dropped, by which the network
/// answers at once that it refuses them.
async fn pass_on(
	members: Arc<Members>,
	requests: Receiver<IncomingRequest>,
	handler: Sender<IncomingRequest>,
) {
	while let Ok(request) = requests.recv().await {
		if members.may_connect(&request.peer) {
			// A handler that has too much to do refuses a request in the same way.
			drop(handler.try_send(request));
		}
	}
}

fn peers_of(nodes: &[MultiaddrWithPeerId]) -> Peers {
	let mut peers = Peers::new();
	for node in nodes {
		peers.entry(node.peer_id).or_default().push(node.multiaddr.clone());
	}
	peers
}

/// A node in the network's configuration, with each of its addresses. It has an empty one if it has none.
fn with_id(peer_id: PeerId, mut addresses: Vec<Multiaddr>) -> Vec<MultiaddrWithPeerId> {
	if addresses.is_empty() {
		addresses.push(Multiaddr::empty());
	}
	addresses.into_iter().map(|multiaddr| MultiaddrWithPeerId { multiaddr, peer_id }).collect()
}

#[cfg(test)]
mod tests;
