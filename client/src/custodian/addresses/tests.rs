//! Which addresses are refused, and that nobody hears of the refused ones.

use super::*;
use crate::{
	chain::{AccountId, H256},
	custodian::{Custodian, CustodianClient},
};
use std::time::Duration;
use tokio::net::TcpListener;

fn production() -> AllowedAddresses {
	AllowedAddresses::public_and(vec![])
}

fn client(url: &str, allowed: &AllowedAddresses) -> Result<CustodianClient, CustodianError> {
	CustodianClient::new(url, AccountId::new([1; 32]), H256([2; 32]), allowed)
}

/// A custodian's URL that would stop the Kubo of everybody who asks that custodian.
#[tokio::test]
async fn a_url_that_stops_kubo_is_not_called() {
	let kubo = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let address = kubo.local_addr().unwrap();
	for path in ["/api/v0/shutdown?x=", "/api/v0/shutdown?", "/api/v0/shutdown#"] {
		let url = format!("http://{address}{path}");
		for allowed in [AllowedAddresses::all(), production()] {
			let refused = client(&url, &allowed).unwrap_err();
			assert!(matches!(refused, CustodianError::Address(_)), "{url}: {refused}");
		}
	}
	// By a name, only the connection is refused.
	let by_name = client(&format!("https://localhost:{}", address.port()), &production()).unwrap();
	let refused = by_name.about().await.unwrap_err();
	assert!(matches!(&refused, CustodianError::Address(said) if said.contains("--allow-address")));
	let heard = tokio::time::timeout(Duration::from_millis(100), kubo.accept()).await;
	assert!(heard.is_err(), "Kubo was called");
}

/// The same name is connected to once its address is listed.
#[tokio::test]
async fn a_listed_private_address_is_called() {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
	let listed = AllowedAddresses::public_and(vec!["127.0.0.0/8".parse().unwrap()]);
	let client = client(&url, &listed).unwrap().without_retries();
	let asking = tokio::spawn(async move { client.about().await });
	let heard = tokio::time::timeout(Duration::from_secs(10), listener.accept()).await;
	drop(heard.unwrap().unwrap());
	assert!(matches!(asking.await.unwrap(), Err(CustodianError::Unreachable(_))));
}

#[test]
fn urls_are_refused() {
	let listed = AllowedAddresses::public_and(vec!["10.1.0.0/16".parse().unwrap()]);
	for (url, by_production, by_listed, by_development) in [
		("https://custodian.hospital-a.example", true, true, true),
		("https://custodian.hospital-a.example:8700/vouchsafe", true, true, true),
		("https://8.8.8.8/", true, true, true),
		("https://[2600::1]", true, true, true),
		("https://10.1.2.3", false, true, true),
		("https://10.2.2.3", false, false, true),
		("https://127.0.0.1:8700", false, false, true),
		("https://2130706433/", false, false, true),
		("https://0x7f.1/", false, false, true),
		("https://[::ffff:10.1.2.3]", false, true, true),
		("https://[::ffff:127.0.0.1]", false, false, true),
		("https://[::1]", false, false, true),
		("http://8.8.8.8", false, false, true),
		("http://custodian.hospital-a.example", false, false, true),
		("https://a.example/?x=", false, false, false),
		("https://a.example/#", false, false, false),
		("https://user@a.example/", false, false, false),
		("https://:secret@a.example/", false, false, false),
		("ftp://a.example/", false, false, false),
		("file:///etc/passwd", false, false, false),
		("a.example", false, false, false),
		("", false, false, false),
	] {
		assert_eq!(production().check(url).is_ok(), by_production, "{url}");
		assert_eq!(listed.check(url).is_ok(), by_listed, "{url}");
		assert_eq!(AllowedAddresses::all().check(url).is_ok(), by_development, "{url}");
	}
}

#[test]
fn addresses_with_a_special_purpose_are_not_public() {
	for special in [
		"0.0.0.0",
		"10.0.0.1",
		"100.64.0.1",
		"127.0.0.1",
		"169.254.169.254",
		"172.16.0.1",
		"172.31.255.255",
		"192.0.0.8",
		"192.0.2.1",
		"192.168.1.1",
		"198.18.0.1",
		"203.0.113.1",
		"224.0.0.1",
		"255.255.255.255",
		"::",
		"::1",
		"::ffff:192.168.1.1",
		"64:ff9b::10.0.0.1",
		"2001::1",
		"2001:db8::1",
		"2002:7f00:1::",
		"3fff::1",
		"fc00::1",
		"fe80::1",
		"ff02::1",
	] {
		assert!(!production().allow(special.parse().unwrap()), "{special}");
		assert!(AllowedAddresses::all().allow(special.parse().unwrap()));
	}
	for public in
		["1.1.1.1", "100.128.0.1", "172.32.0.1", "192.0.1.1", "2600::1", "64:ff9b::1.1.1.1"]
	{
		assert!(production().allow(public.parse().unwrap()), "{public}");
	}
}

#[test]
fn networks_are_read() {
	for (text, address, inside) in [
		("10.1.2.3", "10.1.2.3", true),
		("10.1.2.3", "10.1.2.4", false),
		("10.1.0.0/16", "10.1.255.1", true),
		("fd00::/8", "fd12::1", true),
		("::1", "::1", true),
		("fd00::/8", "10.0.0.1", false),
	] {
		let listed = AllowedAddresses::public_and(vec![text.parse().unwrap()]);
		assert_eq!(listed.allow(address.parse().unwrap()), inside, "{text} {address}");
	}
	for wrong in ["", "10", "10.1.0.0/33", "localhost", "10.1.0.0/16/8"] {
		assert!(wrong.parse::<Network>().unwrap_err().contains("10.1.0.0/16"));
	}
}
