//! `vouchsafe-node peers`: writes the list of the members' nodes, for the firewall or the tunnel in front of
//! this node. It asks the node on this machine.

use crate::{
	local,
	members::{Address, Host, Nodes},
};
use codec::DecodeAll;
use serde_json::{json, Value};
use std::{
	fmt::Write,
	io::Result as IoResult,
	net::{IpAddr, ToSocketAddrs},
};
use vouchsafe_primitives::card::peer_id;

/// The arguments of `vouchsafe-node peers`.
#[derive(Debug, clap::Args)]
pub struct PeersCommand {
	/// What to write: sets for nftables, peers for WireGuard, or one line for each address
	#[arg(long, value_enum)]
	format: Format,

	/// Fail if the sets for nftables are incomplete
	#[arg(long)]
	strict: bool,

	/// Port of the node's RPC
	#[arg(long, value_name = "PORT", default_value_t = 9944)]
	rpc_port: u16,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
	/// Sets of addresses for nftables. Names are looked up now, so write it again when one has moved
	Nft,
	/// Peers for WireGuard. Fill in keys and endpoints yourself: the chain does not have them
	Wireguard,
	/// For people: institution, peer id, address
	Text,
}

/// The list in a block.
#[derive(Debug, PartialEq, Eq)]
struct Listed {
	/// The block's number.
	block: u64,
	/// The nodes.
	nodes: Vec<Node>,
}

/// A member's node.
#[derive(Debug, PartialEq, Eq)]
struct Node {
	/// The institution's name.
	institution: String,
	/// The peer id.
	peer: String,
	/// The addresses, or what is wrong with them.
	addresses: Vec<Result<Address, String>>,
	/// Whether it says that it is an archive.
	archive: bool,
	/// Whether it is the node that was asked.
	own: bool,
}

impl PeersCommand {
	/// Asks the node, and prints the list.
	pub fn run(&self) -> Result<(), String> {
		let listed = read(self.rpc_port)?;
		if listed.nodes.is_empty() {
			return Err("the chain lists no nodes: any node may connect".into());
		}
		match self.format {
			Format::Text => print!("{}", text(&listed)),
			Format::Wireguard => print!("{}", wireguard(&listed)),
			Format::Nft => {
				let (sets, missing) = nft(&listed, |name| {
					Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
				});
				print!("{sets}");
				for what in &missing {
					eprintln!("Warning: missing in the sets: {what}");
				}
				if self.strict && !missing.is_empty() {
					return Err(format!("{} addresses are missing in the sets", missing.len()));
				}
			},
		}
		Ok(())
	}
}

/// Asks the node for the list in its last final state.
fn read(port: u16) -> Result<Listed, String> {
	let call = |method: &str, parameters: Value| local::call(port, method, parameters);
	let at = call("chain_getFinalizedHead", json!([]))?;
	let number = call("chain_getHeader", json!([at]))?["number"].take();
	let number = number.as_str().and_then(|it| it.strip_prefix("0x"));
	let block = number.and_then(|it| u64::from_str_radix(it, 16).ok());
	let own = call("system_localPeerId", json!([]))?;
	let encoded = call("state_call", json!(["ConsortiumApi_nodes", "0x", at]))?;
	let encoded = encoded.as_str().and_then(|hex| sp_core::bytes::from_hex(hex).ok());
	let list = encoded.and_then(|bytes| Nodes::decode_all(&mut &bytes[..]).ok());
	let (Some(block), Some(list)) = (block, list) else {
		return Err("the node's answer cannot be read: is it of another release?".into());
	};
	let mut nodes = Vec::new();
	for (account, listed) in list {
		let found = call("vouchsafe_institution", json!([account.to_string(), at]))?;
		let institution = plain(found["name"].as_str().unwrap_or_default());
		nodes.extend(listed.into_iter().map(|node| {
			let peer = peer_id(&node.peer);
			Node {
				institution: institution.clone(),
				own: own == peer.as_str(),
				addresses: node.addresses.iter().map(|it| Address::parse(it)).collect(),
				archive: node.archive,
				peer,
			}
		}));
	}
	Ok(Listed { block, nodes })
}

/// A name on one line, so that nothing in it is read as a command.
fn plain(name: &str) -> String {
	name.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// One line for each address.
fn text(listed: &Listed) -> String {
	let mut out = String::new();
	for Node { institution, peer, addresses, archive, own } in &listed.nodes {
		let archive = if *archive { "  archive" } else { "" };
		let own = if *own { "  this node" } else { "" };
		let mut line = |address: &dyn std::fmt::Display| {
			let _ = writeln!(out, "{institution}  {peer}  {address}{archive}{own}");
		};
		for address in addresses {
			match address {
				Ok(address) => line(&address.multiaddress),
				Err(error) => line(&format_args!("cannot be used: {error}")),
			}
		}
		if addresses.is_empty() {
			line(&"no address");
		}
	}
	out
}

/// A peer of a tunnel for each of the other nodes, commented out until somebody has filled in what the chain
/// does not have.
fn wireguard(listed: &Listed) -> String {
	let mut out = format!(
		"# The members' nodes, from block {}, by `vouchsafe-node peers --format wireguard`.\n\
		 # The chain does not have the keys of tunnels and where they end: ask the members' engineers. Then take\n\
		 # away the # in front of a peer. AllowedIPs is where the node is reached within the tunnel.\n",
		listed.block
	);
	for Node { institution, peer, addresses, .. } in listed.nodes.iter().filter(|node| !node.own) {
		let _ = write!(out, "\n# {institution}, {peer}\n#[Peer]\n#PublicKey = \n#Endpoint = \n");
		let addresses = addresses.iter().flatten();
		let allowed = addresses.map(|address| match &address.host {
			Host::Ip(ip @ IpAddr::V4(_)) => format!("{ip}/32"),
			Host::Ip(ip) => format!("{ip}/128"),
			Host::Dns(name) | Host::Dns4(name) | Host::Dns6(name) => {
				format!("(the address of {name} within the tunnel)")
			},
		});
		let _ = writeln!(out, "#AllowedIPs = {}", allowed.collect::<Vec<_>>().join(", "));
	}
	out
}

/// The sets, with the commands that replace them. Rules name them, so the file can be loaded again at any time.
const SETS: &str = "\
add table inet vouchsafe
add set inet vouchsafe members4 { type ipv4_addr; }
add set inet vouchsafe members6 { type ipv6_addr; }
add set inet vouchsafe nodes4 { type ipv4_addr . inet_service; }
add set inet vouchsafe nodes6 { type ipv6_addr . inet_service; }
flush set inet vouchsafe members4
flush set inet vouchsafe members6
flush set inet vouchsafe nodes4
flush set inet vouchsafe nodes6
";

/// Sets for nftables: the addresses from which the other nodes connect, and those with the ports at which they
/// are reached. Also what is missing in them.
fn nft(listed: &Listed, look_up: impl Fn(&str) -> IoResult<Vec<IpAddr>>) -> (String, Vec<String>) {
	let mut out = format!(
		"# The members' nodes, from block {}, by `vouchsafe-node peers --format nft`. Load it with `nft -f FILE`.\n\
		 # members4 and members6: addresses from which they connect. nodes4 and nodes6: addresses and ports at\n\
		 # which they are reached.\n{SETS}",
		listed.block
	);
	let mut missing = Vec::new();
	for Node { institution, peer, addresses, .. } in listed.nodes.iter().filter(|node| !node.own) {
		let _ = writeln!(out, "# {institution}, {peer}");
		for address in addresses {
			let found = address.as_ref().map_err(Clone::clone).and_then(|address| {
				let found = ips(&address.host, &look_up)?;
				Ok((address, found))
			});
			match found {
				Ok((Address { multiaddress, port, .. }, found)) => {
					let _ = writeln!(out, "# {multiaddress}");
					for ip in found {
						let kind = if ip.is_ipv4() { 4 } else { 6 };
						let _ = writeln!(
							out,
							"add element inet vouchsafe members{kind} {{ {ip} }}\n\
							 add element inet vouchsafe nodes{kind} {{ {ip} . {port} }}"
						);
					}
				},
				Err(error) => {
					let _ = writeln!(out, "# missing: {}", plain(&error));
					missing.push(format!("{institution}: {error}"));
				},
			}
		}
		if addresses.is_empty() {
			let _ = writeln!(out, "# missing: it lists no address");
			missing.push(format!("{institution}: its node {peer} lists no address"));
		}
	}
	(out, missing)
}

/// The IP addresses of a machine now.
fn ips(
	host: &Host,
	look_up: impl Fn(&str) -> IoResult<Vec<IpAddr>>,
) -> Result<Vec<IpAddr>, String> {
	let (name, wanted): (_, fn(&IpAddr) -> bool) = match host {
		Host::Ip(ip) => return Ok(vec![*ip]),
		Host::Dns(name) => (name, |_| true),
		Host::Dns4(name) => (name, IpAddr::is_ipv4),
		Host::Dns6(name) => (name, IpAddr::is_ipv6),
	};
	let mut found =
		look_up(name).map_err(|error| format!("{name} cannot be looked up: {error}"))?;
	found.retain(wanted);
	found.sort();
	found.dedup();
	match found.is_empty() {
		true => Err(format!("{name} has no address")),
		false => Ok(found),
	}
}

#[cfg(test)]
mod tests;
