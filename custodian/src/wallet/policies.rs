//! What browsers let each of the wallet's files do: one table of policies.
//!
//! - The *page* displays. It can connect to nothing, and it can make neither code nor HTML from text.
//! - The *worker* has the keys. It runs the core, and reaches custodians.
//! - The *viewer* shows documents, which may be hostile. It has no origin and can reach nothing.

/// What a policy depends on besides the file.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
	/// The host and the port of this server, as the client knows them. The viewer's origin is not its
	/// server's, so its policy names the server.
	pub host: Option<String>,
	/// Whether the wallet may reach custodians on its own machine without TLS.
	pub is_development: bool,
}

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
	("/viewer/", "", Kind::Viewer),
	("/core/", ".js", Kind::Worker),
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

/// `{server}` is the server's address.
const VIEWER: &str = "default-src 'none'; script-src {server} 'wasm-unsafe-eval'; \
	style-src {server}; img-src blob: data:; font-src data:; worker-src 'none'; base-uri 'none'; \
	form-action 'none'; frame-ancestors {server}; sandbox allow-scripts";

const OTHER: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// The camera reads codes, and passkeys open the vault. Everything else is off.
const PERMISSIONS: &str = "camera=(self), publickey-credentials-get=(self), \
	publickey-credentials-create=(self), accelerometer=(), autoplay=(), bluetooth=(), \
	browsing-topics=(), clipboard-read=(), display-capture=(), encrypted-media=(), fullscreen=(), \
	gamepad=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), local-fonts=(), \
	magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), \
	screen-wake-lock=(), serial=(), storage-access=(), usb=(), window-management=(), \
	xr-spatial-tracking=()";

/// The headers of a file's answer. Nothing if its policy must name the server, and the client did not
/// say which server it asked.
pub fn policy(name: &str, surroundings: &Surroundings) -> Option<Vec<(&'static str, String)>> {
	let kind = kind(name);
	let content = match kind {
		Kind::Page => PAGE.to_owned(),
		Kind::Worker if surroundings.is_development => format!("{WORKER}{LOOPBACK}"),
		Kind::Worker => WORKER.to_owned(),
		Kind::ServiceWorker => SERVICE_WORKER.to_owned(),
		Kind::Viewer => {
			// A proxy may add TLS.
			let host = surroundings.host.as_ref()?;
			VIEWER.replace("{server}", &format!("http://{host} https://{host}"))
		},
		Kind::Other => OTHER.to_owned(),
	};
	let mut headers = vec![
		("content-security-policy", content),
		("x-content-type-options", "nosniff".to_owned()),
		("referrer-policy", "no-referrer".to_owned()),
		("permissions-policy", PERMISSIONS.to_owned()),
	];
	match kind {
		// Its scripts are asked for by a document without an origin.
		Kind::Viewer => headers.extend([
			("access-control-allow-origin", "*".to_owned()),
			("cross-origin-resource-policy", "cross-origin".to_owned()),
		]),
		Kind::Page => headers.push(("cross-origin-opener-policy", "same-origin".to_owned())),
		_ => {},
	}
	if kind != Kind::Viewer {
		headers.push(("cross-origin-resource-policy", "same-origin".to_owned()));
	}
	Some(headers)
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
		let host = Some("custodian.example:8700".to_owned());
		policy(name, &Surroundings { host, is_development }).unwrap().into_iter().collect()
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
		let name = "/core/worker-0a1b2c3d.js";
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
		for name in ["/viewer/index.html", "/viewer/pdf-0a1b2c3d.js"] {
			let found = directives(name, true);
			assert_eq!(found["sandbox"], "allow-scripts");
			assert!(!found.contains_key("connect-src"));
			assert_eq!(found["default-src"], "'none'");
			let server = "http://custodian.example:8700 https://custodian.example:8700";
			assert_eq!(found["script-src"], format!("{server} 'wasm-unsafe-eval'"));
			assert_eq!(found["frame-ancestors"], server);
			assert_eq!(headers(name, true)["access-control-allow-origin"], "*");
		}
		assert!(policy("/viewer/index.html", &Surroundings::default()).is_none());
	}

	#[test]
	fn other_files_are_no_documents() {
		for name in ["/page-0a1b2c3d.js", "/core/core.wasm", "/icon.svg", "/manifest.webmanifest"] {
			let found = directives(name, true);
			assert_eq!(found["default-src"], "'none'", "{name}");
			assert_eq!(found["sandbox"], "", "{name}");
			assert!(!headers(name, true).contains_key("access-control-allow-origin"));
		}
	}

	#[test]
	fn every_file_has_the_same_protection() {
		for name in ["/index.html", "/core/a.js", "/viewer/index.html", "/sw.js", "/a.png"] {
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
