//! The addresses at which a client looks for custodians. Their URLs are on the chain, where any
//! institution writes its own. So a URL must not reach into the network of the client that reads
//! it: `http://127.0.0.1:5001/api/v0/shutdown?x=` would stop a reader's own Kubo.

use ipnet::IpNet;
use reqwest::{
	dns::{Addrs, Name, Resolve, Resolving},
	Url,
};
use std::{
	net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
	str::FromStr,
};
use vouchsafe_protocol::errors::CustodianError;

/// The custodian addresses that a client connects to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedAddresses {
	/// The allowed networks besides the public ones. None if every address is allowed.
	listed: Option<Vec<Network>>,
}

impl AllowedAddresses {
	/// Every address, without TLS too. For development and local chains.
	pub fn all() -> Self {
		Self { listed: None }
	}

	/// Public addresses and these networks, with TLS.
	pub fn public_and(listed: Vec<Network>) -> Self {
		Self { listed: Some(listed) }
	}

	/// The URL, if a client may use it. Names are resolved and checked later, for every connection.
	pub fn check(&self, url: &str) -> Result<Url, CustodianError> {
		let refuse = |reason: String| Err(CustodianError::Address(reason));
		let parsed = match Url::parse(url) {
			Ok(parsed) => parsed,
			Err(error) => return refuse(format!("it is not a URL: {error}")),
		};
		if !["http", "https"].contains(&parsed.scheme()) {
			return refuse("it must begin with https://".into());
		}
		if parsed.query().is_some() || parsed.fragment().is_some() {
			return refuse("it must not contain a query (?) or a fragment (#)".into());
		}
		if !parsed.username().is_empty() || parsed.password().is_some() {
			return refuse("it must not contain a user or a password".into());
		}
		if self.listed.is_some() && parsed.scheme() != "https" {
			return refuse("it must begin with https://".into());
		}
		let host = parsed.host_str().unwrap_or_default().trim_matches(['[', ']']);
		match host.parse() {
			Ok(address) if !self.allow(address) => refuse(NotAllowed(address).to_string()),
			_ => Ok(parsed),
		}
	}

	/// Whether a client may connect to this address.
	pub fn allow(&self, address: IpAddr) -> bool {
		let address = address.to_canonical();
		let Some(listed) = &self.listed else { return true };
		is_public(address) || listed.iter().any(|network| network.0.contains(&address))
	}
}

/// Resolves names to allowed addresses only. What is connected to is one of these.
impl Resolve for AllowedAddresses {
	fn resolve(&self, name: Name) -> Resolving {
		let allowed = self.clone();
		Box::pin(async move {
			let found = tokio::net::lookup_host((name.as_str(), 0)).await?.collect::<Vec<_>>();
			let (good, bad): (Vec<SocketAddr>, Vec<_>) =
				found.into_iter().partition(|address| allowed.allow(address.ip()));
			match (good.is_empty(), bad.first()) {
				(true, Some(address)) => Err(NotAllowed(address.ip()).into()),
				_ => Ok(Box::new(good.into_iter()) as Addrs),
			}
		})
	}
}

/// The address is neither public nor listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
	"{0} is a private address. If this custodian is in your own network, allow it with \
	 --allow-address {0}"
)]
pub(super) struct NotAllowed(IpAddr);

/// An address, or a network such as `10.1.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

impl FromStr for Network {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let network = text.parse::<IpAddr>().map(IpNet::from).or_else(|_| text.parse());
		network.map(Self).map_err(|_| {
			format!("“{text}” is not an IP address or network, such as 10.1.2.3 or 10.1.0.0/16")
		})
	}
}

/// Whether the address is one of the public internet.
fn is_public(address: IpAddr) -> bool {
	match address {
		IpAddr::V4(address) => is_public_v4(address),
		IpAddr::V6(address) => is_public_v6(address),
	}
}

/// By IANA's registry of IPv4 addresses with a special purpose.
fn is_public_v4(address: Ipv4Addr) -> bool {
	let [a, b, c, _] = address.octets();
	let is_special = address.is_private()
		|| address.is_loopback()
		|| address.is_link_local()
		|| address.is_documentation()
		|| a == 0
		// Carriers' networks.
		|| (a == 100 && (64..128).contains(&b))
		|| (a, b, c) == (192, 0, 0)
		|| (a, b, c) == (192, 88, 99)
		// Benchmarks.
		|| (a == 198 && (b == 18 || b == 19))
		// Multicast, reserved, broadcast.
		|| a >= 224;
	!is_special
}

/// What IANA gives out is `2000::/3`. In it, some networks have a special purpose.
fn is_public_v6(address: Ipv6Addr) -> bool {
	match address.segments() {
		// An IPv4 address behind NAT64.
		[0x64, 0xff9b, 0, 0, 0, 0, ..] => {
			let [.., a, b, c, d] = address.octets();
			is_public_v4(Ipv4Addr::new(a, b, c, d))
		},
		// Protocols of the IETF (among them Teredo), documentation, 6to4.
		[0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
		[0x2002, ..] | [0x3fff, 0..0x1000, ..] => false,
		[first, ..] => first & 0xe000 == 0x2000,
	}
}

#[cfg(test)]
mod tests;
