//! Where a request comes from: what rates and connections are limited by.

use jsonrpsee::server::HttpRequest;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// An IPv4 address, or the first 64 bits of an IPv6 address: a household or a server has at least
/// that many IPv6 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Source(IpAddr);

impl From<IpAddr> for Source {
	fn from(address: IpAddr) -> Self {
		match address.to_canonical() {
			IpAddr::V6(address) => {
				let network = u128::from(address) >> 64 << 64;
				Self(Ipv6Addr::from(network).into())
			},
			address => Self(address),
		}
	}
}

impl Source {
	/// The source of a request that passes this many proxies: the peer, or what the outermost of the
	/// proxies says. Anybody can write the addresses to the left of that.
	pub fn of<B>(request: &HttpRequest<B>, peer: IpAddr, proxies: u8) -> Option<Self> {
		let Some(inner) = usize::from(proxies).checked_sub(1) else { return Some(peer.into()) };
		let values = request.headers().get_all("x-forwarded-for").iter();
		let text = values.map(|value| value.to_str().ok()).collect::<Option<Vec<_>>>()?.join(",");
		let address = text.rsplit(',').nth(inner)?.trim();
		let with_port = || address.parse::<SocketAddr>().ok().map(|address| address.ip());
		address.parse().ok().or_else(with_port).map(IpAddr::into)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn source(proxies: u8, forwarded: &[&str]) -> Option<Source> {
		let mut request = HttpRequest::builder();
		for value in forwarded {
			request = request.header("x-forwarded-for", *value);
		}
		Source::of(&request.body(()).unwrap(), "192.0.2.1".parse().unwrap(), proxies)
	}

	fn of(address: &str) -> Option<Source> {
		Some(address.parse::<IpAddr>().unwrap().into())
	}

	/// A caller writes addresses of its own into the header. The proxies append to them.
	#[test]
	fn forged_addresses_do_not_count() {
		assert_eq!(source(0, &["203.0.113.9"]), of("192.0.2.1"));
		for forged in [&["203.0.113.9, 198.51.100.7"][..], &["203.0.113.9", "198.51.100.7"]] {
			assert_eq!(source(1, forged), of("198.51.100.7"));
		}
		assert_eq!(source(2, &["203.0.113.9,198.51.100.7, 10.0.0.1"]), of("198.51.100.7"));
		assert_eq!(source(1, &["[2001:db8::1]:4711"]), of("2001:db8::1"));
	}

	#[test]
	fn a_proxy_that_names_nobody_gives_no_source() {
		for forwarded in [&[][..], &["unknown"], &["203.0.113.9, "], &["caf\u{e9}"]] {
			assert_eq!(source(1, forwarded), None, "{forwarded:?}");
		}
		assert_eq!(source(2, &["198.51.100.7"]), None);
	}

	#[test]
	fn ipv6_counts_by_its_network() {
		assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff:ffff:ffff:ffff"));
		assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
		assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
	}
}
