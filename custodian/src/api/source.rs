//! Where a request comes from: what rates and transfers are limited by.

use super::error::ApiError;
use crate::state::State;
use axum::{
	extract::{ConnectInfo, FromRequestParts},
	http::{request::Parts, Extensions, HeaderMap},
};
use std::{
	net::{IpAddr, Ipv6Addr, SocketAddr},
	sync::Arc,
};

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

/// The source of a request that passes this many proxies: the peer, or what the outermost proxy says.
/// Anybody can write the addresses to the left of that.
fn source_of(proxies: u8, headers: &HeaderMap, extensions: &Extensions) -> Option<Source> {
	let address = match usize::from(proxies) {
		0 => extensions.get::<ConnectInfo<SocketAddr>>()?.ip(),
		proxies => {
			let values = headers.get_all("x-forwarded-for").iter();
			let text = values.map(|value| value.to_str().ok()).collect::<Option<Vec<_>>>()?;
			let text = text.join(",");
			parse_address(text.rsplit(',').nth(proxies.saturating_sub(1))?.trim())?
		},
	};
	Some(address.into())
}

/// An address with or without a port.
fn parse_address(text: &str) -> Option<IpAddr> {
	let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
	text.parse().ok().or_else(with_port)
}

impl FromRequestParts<Arc<State>> for Source {
	type Rejection = ApiError;

	async fn from_request_parts(
		parts: &mut Parts,
		state: &Arc<State>,
	) -> Result<Self, Self::Rejection> {
		source_of(state.config.api.trusted_proxies, &parts.headers, &parts.extensions)
			.ok_or(ApiError::UnknownAddress)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use axum::http::Request;

	fn source(proxies: u8, forwarded: &[&str]) -> Option<Source> {
		let mut request = Request::builder();
		for value in forwarded {
			request = request.header("x-forwarded-for", *value);
		}
		let peer: SocketAddr = "192.0.2.1:1000".parse().unwrap();
		let request = request.extension(ConnectInfo(peer)).body(()).unwrap();
		source_of(proxies, request.headers(), request.extensions())
	}

	fn of(address: &str) -> Option<Source> {
		Some(address.parse::<IpAddr>().unwrap().into())
	}

	/// A caller writes addresses of its own into the header. The proxies append to them.
	#[test]
	fn forged_addresses_do_not_count() {
		let peer = of("192.0.2.1");
		assert_eq!(source(0, &["203.0.113.9"]), peer);
		for forged in [&["203.0.113.9, 198.51.100.7"][..], &["203.0.113.9", "198.51.100.7"]] {
			assert_eq!(source(1, forged), of("198.51.100.7"));
		}
		assert_eq!(source(2, &["203.0.113.9,198.51.100.7, 10.0.0.1"]), of("198.51.100.7"));
		assert_eq!(source(1, &["203.0.113.9, 198.51.100.7:4711"]), of("198.51.100.7"));
		assert_eq!(source(1, &["[2001:db8::1]:4711"]), of("2001:db8::1"));
	}

	#[test]
	fn a_proxy_that_sends_no_address_is_told() {
		for (proxies, forwarded) in [
			(1, &[][..]),
			(1, &["unknown"]),
			(1, &["203.0.113.9, "]),
			(2, &["198.51.100.7"]),
			(1, &["203.0.113.9, caf\u{e9}"]),
		] {
			assert_eq!(source(proxies, forwarded), None, "{forwarded:?}");
		}
	}

	#[test]
	fn ipv6_counts_by_its_network() {
		assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff:ffff:ffff:ffff"));
		assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
		assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
		assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
	}
}
