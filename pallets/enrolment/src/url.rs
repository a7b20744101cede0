//! Which addresses a custodian can have. Clients call them, so a hostile one must not be able to make a
//! client's request mean something else.

/// Whether this is `http://` or `https://`, a host, perhaps a port, and perhaps a path. There is no
/// user, query or fragment, and no character that a parser could take for another.
pub(crate) fn is_url(url: &[u8]) -> bool {
	let rest = url.strip_prefix(b"http://").or_else(|| url.strip_prefix(b"https://"));
	let Some(rest) = rest else { return false };
	let end = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
	let (authority, path) = rest.split_at(end);
	is_authority(authority) && path.iter().all(|byte| is_of_path(*byte))
}

/// A host, perhaps with a port.
fn is_authority(authority: &[u8]) -> bool {
	let host_end = match authority.strip_prefix(b"[") {
		Some(rest) => rest.iter().position(|byte| *byte == b']').map(|at| at.saturating_add(2)),
		None => Some(authority.iter().position(|byte| *byte == b':').unwrap_or(authority.len())),
	};
	let Some((host, port)) = host_end.and_then(|end| authority.split_at_checked(end)) else {
		return false;
	};
	is_host(host) && (port.is_empty() || is_port(port))
}

/// A name or an address, of version 6 in brackets.
fn is_host(host: &[u8]) -> bool {
	match host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")) {
		Some(address) => {
			!address.is_empty()
				&& address.iter().all(|byte| byte.is_ascii_hexdigit() || b":.".contains(byte))
		},
		None => {
			!host.is_empty()
				&& host.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(byte))
		},
	}
}

/// A colon and a number up to 65,535.
fn is_port(port: &[u8]) -> bool {
	let digits = port.strip_prefix(b":").filter(|digits| (1..=5).contains(&digits.len()));
	let number = digits.filter(|digits| digits.iter().all(u8::is_ascii_digit));
	let number = number.and_then(|digits| core::str::from_utf8(digits).ok());
	number.is_some_and(|number| number.parse::<u16>().is_ok())
}

/// The characters of a path in RFC 3986.
fn is_of_path(byte: u8) -> bool {
	byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:@".contains(&byte)
}

#[cfg(test)]
mod tests {
	use super::is_url;

	#[test]
	fn a_custodian_has_an_address_without_secrets_or_tricks() {
		for url in [
			"https://custodian.hospital-a.example",
			"https://custodian.hospital-a.example/",
			"http://127.0.0.1:8700",
			"http://[::1]:8700/v1/a%20b",
			"https://h:65535/a.b/~c",
		] {
			assert!(is_url(url.as_bytes()), "{url}");
		}
		for url in [
			"",
			"https://",
			"https:///path",
			"ftp://host",
			"HTTP://host",
			"host",
			"https://user@host",
			"https://user:word@host",
			"https://host?x=",
			"https://host/shutdown?x=",
			"https://host/a#b",
			"https://host\\path",
			"https://host/a\\b",
			"https://host/a b",
			"https://host/\n",
			"https://host/\u{7f}",
			"https://höst",
			"https://host:",
			"https://host:65536",
			"https://host:+80",
			"https://host:80:80",
			"https://[::1",
			"https://[]",
			"https://[::1]x",
			"https://[gg]",
			"https://ho[st]",
		] {
			assert!(!is_url(url.as_bytes()), "{url}");
		}
	}
}
