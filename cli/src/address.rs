//! Addresses of nodes and custodians: checking what somebody typed, and masking passwords.

use anyhow::{bail, Result};
use url::Url;

/// What an address is of, and so how it must begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressOf {
	/// A node: WebSocket.
	Node,
	/// A custodian: HTTP.
	Custodian,
}

impl AddressOf {
	fn name(self) -> &'static str {
		match self {
			Self::Node => "a node",
			Self::Custodian => "a custodian",
		}
	}

	/// The scheme without TLS, and the one with it.
	fn schemes(self) -> [&'static str; 2] {
		match self {
			Self::Node => ["ws", "wss"],
			Self::Custodian => ["http", "https"],
		}
	}

	fn example(self) -> &'static str {
		match self {
			Self::Node => "ws://127.0.0.1:9944",
			Self::Custodian => "https://custodian.hospital-a.example",
		}
	}
}

/// Reads an address. The errors say what to write, and show no password.
pub fn parse(of: AddressOf, text: &str) -> Result<Url> {
	let (what, [plain, secure], example) = (of.name(), of.schemes(), of.example());
	let text = text.trim();
	let shown = mask_address(text);
	if text.is_empty() {
		bail!("the address of {what} is empty: write it as {example}");
	}
	let Some((scheme, rest)) = text.split_once("://") else {
		bail!("“{shown}” is not the address of {what}: it must begin with {plain}:// or {secure}://, as in {plain}://{shown}");
	};
	let scheme = scheme.to_lowercase();
	if scheme != plain && scheme != secure {
		let wanted = match scheme.as_str() {
			"ws" | "http" => plain,
			"wss" | "https" => secure,
			_ => bail!("“{shown}” is not the address of {what}: write {plain}:// or {secure}://, as in {example}"),
		};
		bail!(
			"“{shown}” is not the address of {what}: write {plain}:// or {secure}://, here {}",
			mask_address(&format!("{wanted}://{rest}"))
		);
	}
	match Url::parse(text) {
		Ok(url) if url.has_host() => Ok(url),
		Ok(_) => {
			bail!("“{shown}” is not the address of {what}: it has no host. Write it as {example}")
		},
		Err(error) => {
			bail!("“{shown}” is not the address of {what}: {error}. Write it as {example}")
		},
	}
}

/// One address with its password masked, also if it has no scheme or has a space in it.
fn mask_address(text: &str) -> String {
	let (scheme, address) = match text.find("://") {
		Some(at) => text.split_at(at + "://".len()),
		None => ("", text),
	};
	let (user_info, host) = address.split_at(host_start(address));
	match (user_info, user_info.split_once(':')) {
		("", _) => text.to_owned(),
		(_, Some((user, _))) => format!("{scheme}{user}:***@{host}"),
		// Without a colon it is a token, which is as secret.
		(_, None) => format!("{scheme}***@{host}"),
	}
}

/// Any text with the passwords of the addresses in it masked: `ws://user:***@host`.
pub fn mask(text: &str) -> String {
	let mut masked = String::with_capacity(text.len());
	let mut rest = text;
	while let Some(start) = rest.find("://") {
		let (before, address) = rest.split_at(start);
		masked.push_str(before);
		if ends_with_grantee(before) {
			masked.push_str("://");
			rest = &address["://".len()..];
			continue;
		}
		let end = address
			.find(|c: char| c.is_whitespace() || matches!(c, '"' | '“' | '”' | '`' | '<' | '>'));
		let (address, next) = address.split_at(end.unwrap_or(address.len()));
		masked.push_str(&mask_address(address));
		rest = next;
	}
	masked.push_str(rest);
	masked
}

/// Whether a text ends with the kind of a grantee. Then `://` after it begins the name of a development
/// key, as in `practitioner://DoctorA@INSTITUTION`, and no address.
fn ends_with_grantee(text: &str) -> bool {
	let is_of_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
	let word = text.rsplit(|c| !is_of_scheme(c)).next().unwrap_or_default();
	["practitioner", "person", "institution"].contains(&word)
}

/// Where the host begins in an address without its scheme: after user and password, if there are
/// any.
fn host_start(address: &str) -> usize {
	let authority = address.split(['/', '?', '#']).next().unwrap_or_default();
	if let Some(at) = authority.rfind('@') {
		return at + 1;
	}
	// A password with a slash in it is malformed, and is to be masked all the same.
	let is_port = |text: &str| text.chars().all(|c| c.is_ascii_digit());
	match (authority.split_once(':'), address.rfind('@')) {
		(Some((host, port)), Some(at)) if !host.starts_with('[') && !is_port(port) => at + 1,
		_ => 0,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn errors_show_no_password() {
		for text in [
			"user:hidden@host",
			"user:hid den@host:1",
			"http://user:hid\"den@host",
			"hidden@host",
			"wss://user:hid<den@ho st",
		] {
			let error = parse(AddressOf::Node, text).unwrap_err().to_string();
			assert!(!error.contains("hid") && !error.contains("den@"), "{error}");
		}
	}

	#[test]
	fn addresses_are_checked() {
		for good in
			["ws://127.0.0.1:9944", " wss://node.example ", "WS://[::1]:1", "ws://u:p@host/x"]
		{
			parse(AddressOf::Node, good).unwrap();
		}
		parse(AddressOf::Custodian, "https://custodian.example").unwrap();
		let refused = |text| parse(AddressOf::Node, text).unwrap_err().to_string();
		for (wrong, hint) in [
			("", "is empty"),
			("  ", "is empty"),
			("http://127.0.0.1:20000", "write ws:// or wss://, here ws://127.0.0.1:20000"),
			("HTTPS://node.example", "here wss://node.example"),
			("ftp://node.example", "write ws:// or wss://"),
			("127.0.0.1:9944", "as in ws://127.0.0.1:9944"),
			("localhost:9944", "as in ws://localhost:9944"),
			("ws://", "Write it as"),
			("ws://host:99999", "Write it as"),
		] {
			let said = refused(wrong);
			assert!(said.contains(hint), "{wrong}: {said}");
		}
		let said = parse(AddressOf::Custodian, "wss://a.example").unwrap_err().to_string();
		assert!(said.contains("here https://a.example"), "{said}");
	}

	#[test]
	fn no_password_is_shown() {
		for (text, masked) in [
			("ws://user:secret@127.0.0.1:1", "ws://user:***@127.0.0.1:1"),
			("ws://secret@host", "ws://***@host"),
			("ws://user:se@cret@host/p", "ws://user:***@host/p"),
			("ws://user:sec/ret@host", "ws://user:***@host"),
			("ws://:secret@host", "ws://:***@host"),
			("ws://host:1/@x", "ws://host:1/@x"),
			("ws://[::1]:1/@x", "ws://[::1]:1/@x"),
			(
				"no “ws://a:secret@b” and https://c:secret@d: no",
				"no “ws://a:***@b” and https://c:***@d: no",
			),
			("{\"url\": \"ws://a:secret@b\"}", "{\"url\": \"ws://a:***@b\"}"),
			("a@b and c://d", "a@b and c://d"),
			("x-person://a:secret@b", "x-person://a:***@b"),
			("person://ws://a:secret@b", "person://ws://a:***@b"),
		] {
			assert_eq!(mask(text), masked);
		}
		for wrong in
			["http://u:secret@h", "ws://u:secret@", "ws://u:sec/ret@h", "ws://u:secret@h:x"]
		{
			let said = parse(AddressOf::Node, wrong).unwrap_err().to_string();
			assert!(!said.contains("secret") && !said.contains("ret@"), "{said}");
		}
	}

	#[test]
	fn names_of_grantees_are_no_addresses() {
		for text in [
			"write practitioner://DoctorC@INSTITUTION for a practitioner",
			"“practitioner://DoctorC@//HospitalA”",
			"person://DoctorC@x",
		] {
			assert_eq!(mask(text), text);
		}
	}

	proptest! {
		#[test]
		fn foreign_text_never_panics(text: String) {
			let _ = mask(&text);
			let _ = mask(&format!("a://{text}"));
			let _ = parse(AddressOf::Node, &text);
			let _ = parse(AddressOf::Node, &format!("ws://{text}"));
		}

		#[test]
		fn what_has_no_address_stays(text in "[a-z @:/]{0,40}") {
			prop_assume!(!text.contains("://"));
			prop_assert_eq!(mask(&text), text);
		}
	}
}
