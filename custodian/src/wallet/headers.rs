//! The headers of the wallet's files, which say what browsers let each file do. The release brings
//! them (`headers.json`): whoever builds it writes the only table of policies. A custodian checks that
//! they protect every file, and that they are nothing else than such headers.

use anyhow::{ensure, Context as _, Result};
use axum::http::{header, HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// What stands in a policy for custodians on the own machine.
const LOOPBACK: &str = "{loopback}";
/// Each file has these.
const NEEDED: [HeaderName; 6] = [
	header::CACHE_CONTROL,
	header::CONTENT_SECURITY_POLICY,
	header::CONTENT_TYPE,
	header::REFERRER_POLICY,
	header::X_CONTENT_TYPE_OPTIONS,
	HeaderName::from_static("permissions-policy"),
];
/// A file may have these too.
const ALLOWED: [HeaderName; 3] = [
	HeaderName::from_static("connection-allowlist"),
	HeaderName::from_static("cross-origin-opener-policy"),
	HeaderName::from_static("cross-origin-resource-policy"),
];

/// `headers.json`, as `vouchsafe-wallet-build` writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadersFile {
	/// Headers of every file. A file's own ones replace them.
	always: BTreeMap<String, String>,
	/// Headers of single files.
	files: BTreeMap<String, BTreeMap<String, String>>,
	/// What `{loopback}` in a policy stands for in development. Otherwise it stands for nothing.
	loopback: String,
}

/// The headers of each file.
pub struct Headers(HashMap<String, HeaderMap>);

impl Headers {
	/// Reads `headers.json`. In development the wallet may reach custodians on its own machine without
	/// TLS.
	pub fn parse(json: &[u8], is_development: bool) -> Result<Self> {
		let HeadersFile { always, files, loopback } = serde_json::from_slice(json)?;
		let loopback = if is_development { &*loopback } else { "" };
		let files = files.into_iter().map(|(name, own)| {
			ensure!(is_plain(&name), "{name:?} cannot be the name of a file");
			let mut both = always.clone();
			both.extend(own);
			let both = both.iter();
			let both = both.map(|(name, value)| known(name, &value.replace(LOOPBACK, loopback)));
			let headers = both.collect::<Result<HeaderMap>>().and_then(check);
			Ok((name.clone(), headers.with_context(|| name)?))
		});
		Ok(Self(files.collect::<Result<_>>()?))
	}

	/// The headers of this file, if it belongs to the release.
	pub fn of(&self, name: &str) -> Option<&HeaderMap> {
		self.0.get(name)
	}

	/// The names of all files.
	pub fn names(&self) -> impl Iterator<Item = &str> {
		self.0.keys().map(String::as_str)
	}
}

/// A header, if it is one of those that a file of the wallet may have.
fn known(name: &str, value: &str) -> Result<(HeaderName, HeaderValue)> {
	let known = NEEDED.into_iter().chain(ALLOWED).find(|known| *known == name);
	let name = known.with_context(|| format!("{name:?} is not a header of the wallet's files"))?;
	Ok((name, HeaderValue::from_str(value)?))
}

/// The headers, if they protect a file.
fn check(headers: HeaderMap) -> Result<HeaderMap> {
	for name in NEEDED {
		ensure!(headers.contains_key(&name), "the header {name} is missing");
	}
	let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap_or_default();
	ensure!(
		policy.split(';').any(|part| part.trim() == "default-src 'none'"),
		"the policy allows what it does not name: {policy}"
	);
	let nosniff = &headers[header::X_CONTENT_TYPE_OPTIONS];
	ensure!(nosniff == "nosniff", "browsers would guess the type: {nosniff:?}");
	Ok(headers)
}

/// Whether it is the name of a file in a folder, which is not hidden.
fn is_plain(name: &str) -> bool {
	let may_have = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
	!name.is_empty() && !name.starts_with('.') && name.chars().all(may_have)
}

#[cfg(test)]
pub(super) mod tests {
	use super::*;
	use serde_json::{json, Value};

	/// A release's headers, for files of these names.
	pub fn release<'a>(names: impl IntoIterator<Item = &'a str>) -> Value {
		let own = json!({ "cache-control": "no-cache", "content-type": "text/plain" });
		let mut files: BTreeMap<_, _> =
			names.into_iter().map(|name| (name.to_owned(), own.clone())).collect();
		let policy = "default-src 'none'; connect-src 'self' https:{loopback}";
		if let Some(worker) = files.get_mut("worker.js") {
			worker["content-security-policy"] = policy.into();
		}
		json!({
			"always": {
				"content-security-policy": "default-src 'none'; sandbox",
				"permissions-policy": "camera=()",
				"referrer-policy": "no-referrer",
				"x-content-type-options": "nosniff",
			},
			"files": files,
			"loopback": " http://localhost:*",
		})
	}

	fn parse(value: &Value) -> Result<Headers> {
		Headers::parse(value.to_string().as_bytes(), false)
	}

	#[test]
	fn a_files_own_headers_replace_the_common_ones() {
		let headers = parse(&release(["index.html", "worker.js"])).unwrap();
		let policy = |name: &str| headers.of(name).unwrap()["content-security-policy"].clone();
		assert_eq!(policy("index.html"), "default-src 'none'; sandbox");
		assert_eq!(policy("worker.js"), "default-src 'none'; connect-src 'self' https:");
		assert_eq!(headers.of("worker.js").unwrap()["referrer-policy"], "no-referrer");
		assert!(headers.of("other.js").is_none());
		assert_eq!(headers.names().count(), 2);
	}

	#[test]
	fn headers_that_do_not_protect_are_refused() {
		let always: [(&str, Value); 9] = [
			("set-cookie", json!("a=b")),
			("access-control-allow-origin", json!("*")),
			("Content-Length", json!("1")),
			("content-security-policy", json!("script-src 'self'")),
			("content-security-policy", json!("default-src 'none' https:")),
			("x-content-type-options", json!("")),
			("referrer-policy", Value::Null),
			("referrer-policy", json!("a\nb: c")),
			("referrer-policy", json!(1)),
		];
		for (name, value) in always {
			let mut changed = release(["index.html"]);
			changed["always"][name] = value.clone();
			assert!(parse(&changed).is_err(), "{name}: {value}");
		}
		for name in ["referrer-policy", "permissions-policy", "content-security-policy"] {
			let mut without = release(["index.html"]);
			without["always"].as_object_mut().unwrap().remove(name);
			assert!(parse(&without).is_err(), "{name}");
		}
		for name in ["", ".", "..", ".hidden", "a/b", "../a", "a\\b", "a%2fb", "a b", "ä"] {
			assert!(parse(&release([name])).is_err(), "{name}");
		}
		let mut more = release([]);
		more["other"] = json!({});
		for wrong in [more, json!({}), json!([]), json!("")] {
			assert!(parse(&wrong).is_err(), "{wrong}");
		}
		assert!(Headers::parse(b"", false).is_err());
	}
}
