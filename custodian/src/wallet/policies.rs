//! What browsers let each of the wallet's files do: one table of policies.
//!
//! - The *page* displays. It can connect to nothing, and it can make neither code nor HTML from text.
//! - The *worker* has the keys. It runs the core, and reaches custodians.
//! - The *viewer* shows documents, which may be hostile. It has no origin and can reach nothing.

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
	Page,
	Worker,
	ServiceWorker,
	Viewer,
	/// It is no document and no worker, so its own policy counts only if somebody opens it directly.
	Other,
}

/// The kinds of files, by what their names begin and end with. The first that fits counts.
const KINDS: [(&str, &str, Kind); 4] = [
	("/viewer-", ".html", Kind::Viewer),
	("/worker-", ".js", Kind::Worker),
	("/sw.js", "", Kind::ServiceWorker),
	("/", ".html", Kind::Page),
];

const PAGE: &str =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
	connect-src 'none'; worker-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; \
	form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
	trusted-types vouchsafe";

/// `connect-src` is last, so that custodians on the own machine can follow.
const WORKER: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
	connect-src 'self' https:";

/// Custodians on the own machine, without TLS.
const LOOPBACK: &str = " http://localhost:* http://127.0.0.1:*";

const SERVICE_WORKER: &str = "default-src 'none'; script-src 'self'; connect-src 'self'";

/// A viewer is one file with its script in it, so it needs no address of ours, and can load nothing. The
/// file's own policy allows only that script, by its hash. Printing needs `allow-modals`.
const VIEWER: &str = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; \
	style-src 'unsafe-inline'; img-src blob: data:; font-src data:; base-uri 'none'; \
	form-action 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'; \
	trusted-types 'none'; sandbox allow-scripts allow-modals";

const OTHER: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// The camera reads codes, and passkeys open the vault. Everything else is off.
const PERMISSIONS: &str = "camera=(self), publickey-credentials-get=(self), \
	publickey-credentials-create=(self), accelerometer=(), autoplay=(), bluetooth=(), \
	browsing-topics=(), clipboard-read=(), display-capture=(), encrypted-media=(), fullscreen=(), \
	gamepad=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), local-fonts=(), \
	magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), \
	screen-wake-lock=(), serial=(), storage-access=(), usb=(), window-management=(), \
	xr-spatial-tracking=()";

/// The headers of a file's answer. In development the wallet may reach custodians on its own machine
/// without TLS.
pub fn policy(name: &str, is_development: bool) -> Vec<(&'static str, String)> {
	let kind = kind(name);
	let content = match kind {
		Kind::Page => PAGE.to_owned(),
		Kind::Worker if is_development => format!("{WORKER}{LOOPBACK}"),
		Kind::Worker => WORKER.to_owned(),
		Kind::ServiceWorker => SERVICE_WORKER.to_owned(),
		Kind::Viewer => VIEWER.to_owned(),
		Kind::Other => OTHER.to_owned(),
	};
	let mut headers = vec![
		("content-security-policy", content),
		("x-content-type-options", "nosniff".to_owned()),
		("referrer-policy", "no-referrer".to_owned()),
		("permissions-policy", PERMISSIONS.to_owned()),
		("cross-origin-resource-policy", "same-origin".to_owned()),
	];
	// Where a document may connect by any means: policies do not cover WebRTC. Browsers that do not know
	// this header ignore it.
	match kind {
		Kind::Page => headers.extend([
			("connection-allowlist", "(response-origin)".to_owned()),
			("cross-origin-opener-policy", "same-origin".to_owned()),
		]),
		Kind::Viewer => headers.push(("connection-allowlist", "()".to_owned())),
		Kind::Worker | Kind::ServiceWorker | Kind::Other => {},
	}
	headers
}

fn kind(name: &str) -> Kind {
	let found = KINDS.iter().find(|(start, end, _)| name.starts_with(start) && name.ends_with(end));
	found.map_or(Kind::Other, |(_, _, kind)| *kind)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::collections::BTreeMap;

	fn headers(name: &str, is_development: bool) -> BTreeMap<&'static str, String> {
		policy(name, is_development).into_iter().collect()
	}

	/// The directives of a file's policy.
	fn directives(name: &str, is_development: bool) -> BTreeMap<String, String> {
		let content = headers(name, is_development)["content-security-policy"].clone();
		assert!(!content.contains('\t') && !content.contains('\n'), "{content}");
		let parts = content.split("; ").map(|part| part.split_once(' ').unwrap_or((part, "")));
		parts.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
	}

	#[test]
	fn the_page_connects_nowhere_and_makes_no_code() {
		let content = headers("/index.html", true)["content-security-policy"].clone();
		// As the design says it, word for word.
		assert_eq!(
			content,
			"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src \
			 'none'; worker-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action \
			 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types vouchsafe"
		);
		assert_eq!(headers("/help.html", false)["content-security-policy"], content);
		assert_eq!(headers("/index.html", false)["cross-origin-opener-policy"], "same-origin");
	}

	#[test]
	fn the_worker_reaches_custodians_with_tls_and_its_own_machine_in_development() {
		let name = "/worker-ABCD2345.js";
		let found = directives(name, false);
		assert_eq!(found["script-src"], "'self' 'wasm-unsafe-eval'");
		assert_eq!(found["connect-src"], "'self' https:");
		assert_eq!(found["default-src"], "'none'");
		let found = directives(name, true);
		assert_eq!(found["connect-src"], "'self' https: http://localhost:* http://127.0.0.1:*");
	}

	#[test]
	fn the_service_worker_reaches_its_server_alone() {
		let found = directives("/sw.js", true);
		assert_eq!(found["connect-src"], "'self'");
		assert_eq!(found["script-src"], "'self'");
	}

	#[test]
	fn the_viewer_has_no_origin_and_reaches_nothing() {
		for name in ["/viewer-0a1b2c3d4e5f.html", "/viewer-pdf-0a1b2c3d4e5f.html"] {
			let found = directives(name, true);
			assert_eq!(found["sandbox"], "allow-scripts allow-modals");
			assert!(!found.contains_key("connect-src"));
			assert_eq!(found["default-src"], "'none'");
			assert_eq!(found["script-src"], "'unsafe-inline' 'wasm-unsafe-eval'");
			assert_eq!(found["trusted-types"], "'none'");
			assert_eq!(found["frame-ancestors"], "'self'");
			assert_eq!(headers(name, true)["connection-allowlist"], "()");
		}
	}

	#[test]
	fn other_files_are_no_documents() {
		for name in
			["/page-0a1b2c3d.js", "/core-0a1b2c3d4e5f.wasm", "/icon.svg", "/app.webmanifest"]
		{
			let found = directives(name, true);
			assert_eq!(found["default-src"], "'none'", "{name}");
			assert_eq!(found["sandbox"], "", "{name}");
		}
	}

	#[test]
	fn every_file_has_the_same_protection() {
		for name in ["/index.html", "/worker-a.js", "/viewer-a.html", "/sw.js", "/a.png"] {
			let found = headers(name, false);
			assert_eq!(found["x-content-type-options"], "nosniff");
			assert_eq!(found["referrer-policy"], "no-referrer");
			let permissions = &found["permissions-policy"];
			assert!(permissions.starts_with("camera=(self), "), "{permissions}");
			for off in ["microphone=()", "geolocation=()", "usb=()"] {
				assert!(permissions.contains(off), "{off}");
			}
		}
	}
}
