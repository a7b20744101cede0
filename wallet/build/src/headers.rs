//! The HTTP headers of each file, for whoever serves the release: policies, caching, permissions. This
//! is the only table of them. Custodians and the service worker use it as it is in the release.
//!
//! - The *page* displays. It can connect to nothing, and it can make neither code nor HTML from text.
//! - The *worker* has the keys. It runs the core, and reaches custodians.
//! - The *reader* looks for codes in pictures, which may be hostile. It can reach nothing.
//! - A *viewer* shows documents, which may be hostile. It has no origin and can reach nothing.

use serde::Serialize;
use std::collections::BTreeMap;

/// Stands for custodians on the same machine. A server replaces it by `LOOPBACK_SOURCES` if it is
/// itself reached under localhost, and by nothing otherwise.
const LOOPBACK: &str = "{loopback}";
const LOOPBACK_SOURCES: &str = " http://localhost:* http://127.0.0.1:*";

/// What a browser may do on the page. The worker has the network, the viewer has the documents.
const PAGE: &str =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
	connect-src 'none'; worker-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; \
	form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
	trusted-types vouchsafe";
/// A service worker fetches the files of the release, and nothing else.
const SERVICE_WORKER: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; \
	require-trusted-types-for 'script'; trusted-types 'none'";
/// The reader compiles the WebAssembly that is in it. It loads nothing, not even from its own server.
const READER: &str = "default-src 'none'; script-src 'wasm-unsafe-eval'; \
	require-trusted-types-for 'script'; trusted-types 'none'";
/// What is neither page nor worker can do nothing, even if somebody opens it.
const OTHER: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// Features of the device that nothing of the wallet uses, and the camera.
const NOTHING: &str =
	"accelerometer=(), autoplay=(), bluetooth=(), browsing-topics=(), camera=(), \
	clipboard-read=(), display-capture=(), encrypted-media=(), fullscreen=(), gamepad=(), \
	geolocation=(), gyroscope=(), hid=(), idle-detection=(), local-fonts=(), magnetometer=(), \
	microphone=(), midi=(), payment=(), picture-in-picture=(), screen-wake-lock=(), serial=(), \
	storage-access=(), usb=(), window-management=(), xr-spatial-tracking=()";

/// What kind of file it is, as far as headers differ.
pub enum Kind {
	/// The page.
	Page,
	/// A worker with the core, or a part of it.
	Worker,
	/// The service worker.
	ServiceWorker,
	/// The worker that reads codes.
	Reader,
	/// A viewer, with the sources that its policy allows.
	Viewer {
		/// The script's hash, as a policy names it.
		script: String,
		/// The style's hash.
		style: String,
	},
	/// Anything else.
	Other,
}

/// The headers of one file, by lower-case names.
type Headers = BTreeMap<&'static str, String>;

/// The file `headers.json`.
#[derive(Serialize)]
pub struct HeadersFile {
	/// Headers of every answer. A file's own ones replace them.
	always: Headers,
	/// Headers of single files.
	files: BTreeMap<String, Headers>,
	/// What stands for `{loopback}` in a policy if the page is at localhost.
	loopback: &'static str,
}

impl HeadersFile {
	/// The headers of these files.
	pub fn new<'a>(files: impl Iterator<Item = (&'a str, &'a Kind)>) -> Self {
		let always = Headers::from([
			("content-security-policy", OTHER.to_owned()),
			("cross-origin-opener-policy", "same-origin".to_owned()),
			("cross-origin-resource-policy", "same-origin".to_owned()),
			("permissions-policy", NOTHING.to_owned()),
			("referrer-policy", "no-referrer".to_owned()),
			("x-content-type-options", "nosniff".to_owned()),
		]);
		Self {
			always,
			files: files.map(|(name, kind)| (name.to_owned(), of(name, kind))).collect(),
			loopback: LOOPBACK_SOURCES,
		}
	}
}

fn of(name: &str, kind: &Kind) -> Headers {
	let mut headers = Headers::from([
		("cache-control", caching(name).to_owned()),
		("content-type", content_type(name).to_owned()),
	]);
	if let Some(policy) = policy(kind) {
		headers.insert("content-security-policy", policy);
	}
	if let Some(allowed) = connections(kind) {
		headers.insert("connection-allowlist", allowed.to_owned());
	}
	if matches!(kind, Kind::Page) {
		let permissions = NOTHING.replace("camera=()", "camera=(self)");
		headers.insert("permissions-policy", permissions);
	}
	headers
}

/// The policy of this kind of file, if it is not that of all others.
pub fn policy(kind: &Kind) -> Option<String> {
	match kind {
		Kind::Page => Some(PAGE.to_owned()),
		Kind::Worker => Some(format!(
			"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
			connect-src 'self' https:{LOOPBACK}"
		)),
		Kind::ServiceWorker => Some(SERVICE_WORKER.to_owned()),
		Kind::Reader => Some(READER.to_owned()),
		Kind::Viewer { .. } => viewer(kind).map(|policy| {
			format!("sandbox allow-scripts allow-modals; {policy}; frame-ancestors 'self'")
		}),
		Kind::Other => None,
	}
}

/// Where a document may connect by any means. Policies do not cover WebRTC. Browsers that do not know
/// this header ignore it.
fn connections(kind: &Kind) -> Option<&'static str> {
	match kind {
		Kind::Page => Some("(response-origin)"),
		Kind::Viewer { .. } | Kind::Reader => Some("()"),
		Kind::Worker | Kind::ServiceWorker | Kind::Other => None,
	}
}

/// The part of a viewer's policy that its own file repeats, for servers without our headers. There
/// `sandbox` is the frame's attribute.
pub fn viewer(kind: &Kind) -> Option<String> {
	let Kind::Viewer { script, style } = kind else { return None };
	Some(format!(
		"default-src 'none'; script-src '{script}' 'wasm-unsafe-eval'; style-src '{style}'; img-src blob: data:; \
		font-src data:; base-uri 'none'; form-action 'none'; \
		require-trusted-types-for 'script'; trusted-types 'none'"
	))
}

/// Names with a hash never change their content.
fn caching(name: &str) -> &'static str {
	let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
	let hashed = stem.rsplit_once('-').is_some_and(|(_, hash)| {
		hash.len() >= 8 && hash.chars().all(|letter| letter.is_ascii_alphanumeric())
	});
	if hashed {
		"public, max-age=31536000, immutable"
	} else {
		"no-cache"
	}
}

fn content_type(name: &str) -> &'static str {
	match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
		"html" => "text/html; charset=utf-8",
		"js" => "text/javascript; charset=utf-8",
		"css" => "text/css; charset=utf-8",
		"wasm" => "application/wasm",
		"svg" => "image/svg+xml",
		"png" => "image/png",
		"json" => "application/json",
		"ftl" => "text/plain; charset=utf-8",
		"webmanifest" => "application/manifest+json",
		_ => "application/octet-stream",
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn only_names_with_a_hash_are_kept_for_ever() {
		assert!(caching("core-0123456789ab.wasm").contains("immutable"));
		assert!(caching("page-ABCD2345.js").contains("immutable"));
		for name in ["index.html", "sw.js", "manifest.json", "app.webmanifest", "a-b.js"] {
			assert_eq!(caching(name), "no-cache", "{name}");
		}
	}

	fn some_viewer() -> Kind {
		Kind::Viewer { script: "sha256-a".into(), style: "sha256-b".into() }
	}

	/// The directives of a policy.
	fn directives(kind: &Kind) -> BTreeMap<String, String> {
		let policy = policy(kind).unwrap_or_else(|| OTHER.to_owned());
		assert!(!policy.contains('\t') && !policy.contains('\n'), "{policy}");
		let parts = policy.split("; ").map(|part| part.split_once(' ').unwrap_or((part, "")));
		parts.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
	}

	#[test]
	fn the_page_connects_nowhere_and_makes_no_code() {
		// As the design says it, word for word.
		assert_eq!(
			policy(&Kind::Page).unwrap(),
			"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src \
			 'none'; worker-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action \
			 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types vouchsafe"
		);
	}

	#[test]
	fn only_the_worker_connects_elsewhere() {
		for kind in [Kind::Page, Kind::ServiceWorker, Kind::Reader, some_viewer(), Kind::Other] {
			let compiles = matches!(kind, Kind::Viewer { .. } | Kind::Reader);
			let policy = policy(&kind).unwrap_or_else(|| OTHER.to_owned());
			assert!(policy.contains("default-src 'none'"), "{policy}");
			assert!(!policy.contains("https:") && !policy.contains("'unsafe-"), "{policy}");
			assert_eq!(policy.contains("wasm"), compiles, "{policy}");
		}
		let worker = directives(&Kind::Worker);
		assert_eq!(worker["script-src"], "'self' 'wasm-unsafe-eval'");
		assert_eq!(worker["connect-src"], "'self' https:{loopback}");
		assert_eq!(directives(&Kind::ServiceWorker)["connect-src"], "'self'");
	}

	#[test]
	fn readers_and_viewers_reach_nothing() {
		for kind in [Kind::Reader, some_viewer()] {
			let found = directives(&kind);
			assert_eq!(found["default-src"], "'none'");
			assert_eq!(found["trusted-types"], "'none'");
			assert!(!found.contains_key("connect-src") && !found["script-src"].contains("'self'"));
			assert_eq!(of("a.js", &kind)["connection-allowlist"], "()");
		}
		let found = directives(&some_viewer());
		assert_eq!(found["sandbox"], "allow-scripts allow-modals");
		assert_eq!(found["frame-ancestors"], "'self'");
		assert_eq!(directives(&Kind::Other)["sandbox"], "");
	}

	#[test]
	fn only_the_page_has_the_camera() {
		assert!(of("index.html", &Kind::Page)["permissions-policy"].contains("camera=(self)"));
		assert!(!of("sw.js", &Kind::ServiceWorker).contains_key("permissions-policy"));
		for off in ["camera=()", "microphone=()", "geolocation=()", "usb=()"] {
			assert!(NOTHING.contains(off), "{off}");
		}
	}
}
