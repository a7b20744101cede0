//! The address of a node, as members list it: a name or an IP address, and a TCP port.

use sc_network::{multiaddr::Protocol, Multiaddr};
use std::net::IpAddr;

/// The address of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
	/// As it is listed.
	pub multiaddress: Multiaddr,
	/// The machine.
	pub host: Host,
	/// The port.
	pub port: u16,
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
	/// An IP address.
	Ip(IpAddr),
	/// A name with addresses of both kinds.
	Dns(String),
	/// A name with IPv4 addresses.
	Dns4(String),
	/// A name with IPv6 addresses.
	Dns6(String),
}

impl Address {
	/// Reads a multiaddress.
	///
	/// # Errors
	///
	/// A sentence with the address.
	pub fn parse(bytes: &[u8]) -> Result<Self, String> {
		let text = String::from_utf8_lossy(bytes);
		let multiaddress: Multiaddr = text.parse().map_err(|error| format!("{text}: {error}"))?;
		let parts: Vec<_> = multiaddress.iter().collect();
		let (host, port) = match &parts[..] {
			[host, Protocol::Tcp(port)]
			| [host, Protocol::Tcp(port), Protocol::Ws(_) | Protocol::Wss(_)] => (host, *port),
			_ => return Err(format!("{text} is not a name or an IP address with a TCP port")),
		};
		let host = match host {
			Protocol::Ip4(address) => Host::Ip((*address).into()),
			Protocol::Ip6(address) => Host::Ip((*address).into()),
			Protocol::Dns(name) => Host::Dns(name.to_string()),
			Protocol::Dns4(name) => Host::Dns4(name.to_string()),
			Protocol::Dns6(name) => Host::Dns6(name.to_string()),
			_ => return Err(format!("{text} does not begin with a name or an IP address")),
		};
		Ok(Self { multiaddress, host, port })
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn an_address_is_a_host_and_a_tcp_port() {
		let read = |text: &str| Address::parse(text.as_bytes()).map(|it| (it.host, it.port));
		let name = || "node.a.example".to_string();
		for (text, host) in [
			("/ip4/192.0.2.7/tcp/30333", Host::Ip([192, 0, 2, 7].into())),
			("/ip6/2001:db8::7/tcp/30333", Host::Ip("2001:db8::7".parse().unwrap())),
			("/dns/node.a.example/tcp/30333", Host::Dns(name())),
			("/dns4/node.a.example/tcp/30333/ws", Host::Dns4(name())),
			("/dns6/node.a.example/tcp/30333", Host::Dns6(name())),
		] {
			assert_eq!(read(text), Ok((host, 30_333)), "{text}");
			let address = Address::parse(text.as_bytes()).unwrap();
			assert!(address.multiaddress.to_string().starts_with(text));
		}
		let peer = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
		for wrong in [
			"/",
			"/ip4/192.0.2.7",
			"/ip4/192.0.2/tcp/1",
			"/ip4/192.0.2.7/udp/30333",
			"/unix/node",
			"/memory/7/tcp/1",
			"/dns/node.a.example/tcp/65536",
			"/nothing",
			&format!("/dns/node.a.example/tcp/30333/p2p/{peer}"),
		] {
			let error = read(wrong).unwrap_err();
			assert!(error.starts_with(wrong), "{error}");
		}
		assert!(Address::parse(&[b'/', 0xff]).is_err());
	}
}
