//! The arguments of `vouchsafe validator`.

use super::Agreement;
use anyhow::{bail, ensure, Context, Result};
use clap::Subcommand;
use std::net::{Ipv4Addr, Ipv6Addr};
use vouchsafe_primitives::{card::peer_key, NodeAddress, MAX_NODE_ADDRESS};

/// `vouchsafe validator …`
#[derive(Debug, Subcommand)]
pub enum ValidatorCommand {
	/// Have your node generate new session keys, and register them for your institution.
	#[command(
		after_help = "Name your own node, at an address at which it takes unsafe methods: start it with \
		--rpc-methods unsafe, or run this on its machine.\n\n\
		Example:\n  \
		vouchsafe --key hospital-a --node ws://127.0.0.1:9944 validator rotate"
	)]
	Rotate {
		/// Do not wait until the keys are in force, which takes up to two hours.
		#[arg(long)]
		no_wait: bool,
		/// Go on at the node's best block, while nothing becomes final.
		#[arg(long)]
		best: bool,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// The nodes that your institution lists on the chain. The other members' nodes answer only these.
	#[command(
		subcommand,
		after_help = "`vouchsafe council nodes` shows the nodes of all members.\n\n\
		Example:\n  \
		vouchsafe --key hospital-a validator nodes add 12D3Koo… --address /dns/node.a.example/tcp/30333"
	)]
	Nodes(NodesCommand),
}

/// `vouchsafe validator nodes …`
#[derive(Debug, Subcommand)]
pub enum NodesCommand {
	/// List a node of your institution, which may also be one that does not validate.
	///
	/// The other members' nodes connect to it and answer it from the next final block on. An institution can
	/// list four nodes.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key hospital-a validator nodes add 12D3Koo… --address /dns/node.a.example/tcp/30333\n  \
		vouchsafe --key hospital-a validator nodes add 12D3Koo… --archive --replace\n\n\
		`vouchsafe-node key inspect-node-key --file FILE` prints the peer id of a node key.")]
	Add {
		/// Peer id of the node.
		#[arg(value_parser = parse_peer)]
		peer: PeerKey,
		/// Where the other nodes reach it: /ip4, /ip6, /dns, /dns4 or /dns6, the address or name, and /tcp
		/// with the port. Can be repeated, up to four times. Without an address, this node connects to others, but they
		/// cannot connect to it.
		#[arg(long = "address", value_name = "MULTIADDRESS", value_parser = parse_address)]
		addresses: Vec<NodeAddress>,
		/// It keeps the states of all blocks (--state-pruning archive).
		#[arg(long)]
		archive: bool,
		/// Replace what is listed of this node already.
		#[arg(long)]
		replace: bool,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// List a node of your institution no longer.
	///
	/// The other members' nodes refuse it from the next final block on.
	#[command(
		after_help = "Example:\n  vouchsafe --key hospital-a validator nodes remove 12D3Koo…"
	)]
	Remove {
		/// Peer id of the node.
		#[arg(value_parser = parse_peer)]
		peer: PeerKey,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
}

/// The Ed25519 public key of a node, which people write as its peer id.
pub type PeerKey = [u8; 32];

/// Reads a peer id.
fn parse_peer(text: &str) -> Result<PeerKey> {
	peer_key(text).with_context(|| {
		format!(
			"“{text}” is not a complete peer id: copy it from `vouchsafe-node key inspect-node-key`"
		)
	})
}

/// Reads the address of a node. Of all multiaddresses, these are the ones that members use: a name or an IP
/// address, and a TCP port.
fn parse_address(text: &str) -> Result<NodeAddress> {
	let parts: Vec<&str> = text.split('/').collect();
	let (kind, host, port) = match parts[..] {
		["", kind, host, "tcp", port] => (kind, host, port),
		["", _, _, "tcp", _, "p2p", _] => bail!("leave out the end, /p2p and the peer id"),
		_ => bail!(
			"write it like /dns/node.hospital-a.example/tcp/30333 or /ip4/192.0.2.7/tcp/30333"
		),
	};
	let is_host = match kind {
		"ip4" => host.parse::<Ipv4Addr>().is_ok_and(|host| !host.is_unspecified()),
		"ip6" => host.parse::<Ipv6Addr>().is_ok_and(|host| !host.is_unspecified()),
		"dns" | "dns4" | "dns6" => is_name(host),
		_ => bail!("it begins with /ip4, /ip6, /dns, /dns4 or /dns6"),
	};
	ensure!(is_host, "“{host}” is not a name or an address for /{kind}");
	let is_port = port.bytes().all(|letter| letter.is_ascii_digit())
		&& port.parse::<u16>().is_ok_and(|port| port > 0);
	ensure!(is_port, "“{port}” is not a port");
	text.as_bytes()
		.to_vec()
		.try_into()
		.map_err(|_| anyhow::anyhow!("it is longer than {MAX_NODE_ADDRESS} characters"))
}

/// Whether this is a name for DNS.
fn is_name(host: &str) -> bool {
	let is_label = |label: &str| {
		let letters = || label.bytes();
		(1..=63).contains(&label.len())
			&& letters().all(|letter| letter.is_ascii_alphanumeric() || b"-_".contains(&letter))
			&& !label.starts_with('-')
			&& !label.ends_with('-')
	};
	host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_node_has_a_peer_id() {
		let id = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
		assert_eq!(Some(parse_peer(id).unwrap()), peer_key(id));
		for wrong in ["", "12D3Koo", "//HospitalA", &id[1..], &format!("/p2p/{id}")] {
			let said = parse_peer(wrong).unwrap_err().to_string();
			assert!(said.contains("is not a complete peer id"), "{wrong}: {said}");
		}
	}

	#[test]
	fn an_address_is_a_host_and_a_port() {
		for right in [
			"/dns/node.hospital-a.example/tcp/30333",
			"/dns4/node/tcp/1",
			"/dns6/node_1.example/tcp/65535",
			"/ip4/192.0.2.7/tcp/30333",
			"/ip6/2001:db8::7/tcp/30333",
		] {
			assert_eq!(&parse_address(right).unwrap()[..], right.as_bytes());
		}
		for (wrong, expected) in [
			("", "write it like"),
			("node.hospital-a.example:30333", "write it like"),
			("dns/node/tcp/30333", "write it like"),
			("/dns/node/udp/30333", "write it like"),
			("/dns/node/tcp/30333/", "write it like"),
			("/dns/node/tcp/30333/ws", "write it like"),
			("/dns/node/tcp/30333/p2p/12D3KooW", "leave out the end"),
			("/unix/node/tcp/30333", "it begins with"),
			("/dns//tcp/30333", "“” is not a name"),
			("/dns/-node/tcp/30333", "is not a name"),
			("/dns/no de/tcp/30333", "is not a name"),
			("/dns/knoten.krankenhaus-ö.example/tcp/30333", "is not a name"),
			("/ip4/192.0.2/tcp/30333", "is not a name or an address for /ip4"),
			("/ip4/0.0.0.0/tcp/30333", "is not a name or an address for /ip4"),
			("/ip4/2001:db8::7/tcp/30333", "is not a name or an address for /ip4"),
			("/ip6/192.0.2.7/tcp/30333", "is not a name or an address for /ip6"),
			("/dns/node/tcp/0", "“0” is not a port"),
			("/dns/node/tcp/65536", "is not a port"),
			("/dns/node/tcp/+1", "is not a port"),
			("/dns/node/tcp/", "“” is not a port"),
		] {
			let said = parse_address(wrong).unwrap_err().to_string();
			assert!(said.contains(expected), "{wrong}: {said}");
		}
	}

	#[test]
	fn an_address_fits_on_the_chain() {
		let with = |more: usize| {
			let label = "a".repeat(50);
			format!("/dns/{label}.{label}.{}/tcp/30333", "b".repeat(more))
		};
		let fits = 128 - with(0).len();
		assert_eq!(parse_address(&with(fits)).unwrap().len(), 128);
		let said = parse_address(&with(fits + 1)).unwrap_err().to_string();
		assert!(said.contains("longer than 128"), "{said}");
	}
}
