//! Speaks the network's protocols as a node that no member lists, and prints what it gets. It is for tests.
//! With the node key of a member it speaks as the member's node.
//!
//! ```text
//! stranger GENESIS-HASH /ip4/127.0.0.1/tcp/30333/p2p/12D3Koo… [NODE-KEY-FILE]
//! ```

use codec::Encode;
use sc_network::{
	config::{
		FullNetworkConfiguration, MultiaddrWithPeerId, NetworkConfiguration, NodeKeyConfig,
		NonReservedPeerMode, NotificationHandshake, Params, PeerStore, ProtocolId, Role, Secret,
		SetConfig,
	},
	service::traits::{NotificationEvent, ValidationResult},
	IfDisconnected, Litep2pNetworkBackend, NetworkBackend, NotificationMetrics,
	NotificationService, ProtocolName, Roles,
};
use std::{error::Error, time::Duration};
use vouchsafe_runtime::{opaque::Block, BlockNumber, Hash};

/// How long an answer may take. A node that accepts announcements does so at once, or when it tries again
/// after five seconds.
const PATIENCE: Duration = Duration::from_secs(7);
const MAX_REQUEST: u64 = 1 << 20;
const MAX_RESPONSE: u64 = 16 << 20;

type Backend = Litep2pNetworkBackend;

/// A field of a message in protobuf.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
	let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
	[&[(number << 3) | 2, length][..], bytes].concat()
}

/// The protocols that give away the chain, with a request for each.
fn requests(genesis: Hash) -> [(&'static str, &'static str, Vec<u8>); 4] {
	let (hash, first) = (genesis.as_bytes(), BlockNumber::from(1_u32).encode());
	// Header and body: 3 in the highest of four bytes, as a number in protobuf.
	let fields = [1 << 3, 0x80, 0x80, 0x80, 0x18];
	let most = [6 << 3, 5];
	let read = [field(2, hash), field(3, b":heappages")].concat();
	[
		("blocks", "sync/2", [&fields[..], &field(3, &first), &most].concat()),
		("states", "state/2", field(1, hash)),
		("proofs", "sync/warp", hash.to_vec()),
		("light", "light/2", field(2, &read)),
	]
}

/// The protocol of block announcements, which this node wants to speak with the other.
fn announcements(
	genesis: Hash,
	other: &MultiaddrWithPeerId,
	parts: &FullNetworkConfiguration<Block, Hash, Backend>,
) -> (
	<Backend as NetworkBackend<Block, Hash>>::NotificationProtocolConfig,
	Box<dyn NotificationService>,
) {
	let name = format!("/{genesis:x}/block-announces/1");
	// Role, best block and genesis block.
	let handshake = (Roles::FULL, BlockNumber::from(0_u32), genesis, genesis).encode();
	<Backend as NetworkBackend<Block, Hash>>::notification_config(
		name.into(),
		vec![],
		MAX_REQUEST,
		Some(NotificationHandshake::from_bytes(handshake)),
		SetConfig {
			in_peers: 0,
			out_peers: 0,
			reserved_nodes: vec![other.clone()],
			non_reserved_mode: NonReservedPeerMode::Deny,
		},
		NotificationMetrics::new(None),
		parts.peer_store_handle(),
	)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
	let arguments: Vec<String> = std::env::args().skip(1).collect();
	let [genesis, other, key @ ..] = &arguments[..] else {
		return Err(
			"say the genesis hash, the address of a node, and a file with a node key".into()
		);
	};
	let genesis: Hash = genesis.parse()?;
	let other: MultiaddrWithPeerId = other.parse()?;
	let key = key.first().map_or(Secret::New, |file| Secret::File(file.into()));
	let mut config =
		NetworkConfiguration::new("stranger", "stranger", NodeKeyConfig::Ed25519(key), None);
	config.boot_nodes = vec![other.clone()];
	let mut parts = FullNetworkConfiguration::<Block, Hash, Backend>::new(&config, None);
	let name = |end: &str| ProtocolName::from(format!("/{genesis:x}/{end}"));
	for (_, end, _) in requests(genesis) {
		let protocol = <Backend as NetworkBackend<Block, Hash>>::request_response_config(
			name(end),
			vec![],
			MAX_REQUEST,
			MAX_RESPONSE,
			PATIENCE,
			None,
		);
		parts.add_request_response_protocol(protocol);
	}
	let (announcements, mut announced) = announcements(genesis, &other, &parts);
	tokio::spawn(parts.take_peer_store().run());
	let backend = <Backend as NetworkBackend<Block, Hash>>::new(Params {
		role: Role::Full,
		executor: Box::new(|future| drop(tokio::spawn(future))),
		network_config: parts,
		genesis_hash: genesis,
		protocol_id: ProtocolId::from("stranger"),
		fork_id: None,
		metrics_registry: None,
		block_announce_config: announcements,
		ipfs_config: None,
		notification_metrics: NotificationMetrics::new(None),
	})?;
	let network = NetworkBackend::<Block, Hash>::network_service(&backend);
	tokio::spawn(NetworkBackend::<Block, Hash>::run(backend));

	for (what, end, request) in requests(genesis) {
		let connect = IfDisconnected::TryConnect;
		match network.request(other.peer_id, name(end), request, None, connect).await {
			Ok((answer, _)) => println!("{what}: {} bytes", answer.len()),
			Err(error) => println!("{what}: {error}"),
		}
	}
	let opened = async {
		while let Some(event) = announced.next_event().await {
			match event {
				NotificationEvent::ValidateInboundSubstream { result_tx, .. } => {
					drop(result_tx.send(ValidationResult::Accept));
				},
				NotificationEvent::NotificationStreamOpened { .. } => return,
				_ => {},
			}
		}
	};
	match tokio::time::timeout(PATIENCE, opened).await {
		Ok(()) => println!("announcements: accepted"),
		Err(_) => println!("announcements: refused"),
	}
	Ok(())
}
