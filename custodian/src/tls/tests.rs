//! Certificates that a test's own issuer signs with `openssl`: good ones, and all that can be wrong with
//! their files. Then handshakes with a real listener: both versions, both protocols of HTTP, clients with
//! and without certificates, and slow ones.

use super::*;
use crate::server::{self, Limits};
use axum::{
	body::Body,
	http::StatusCode,
	routing::{get, post},
	Router,
};
use hyper::client::conn::http2::{Builder, Connection, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{pki_types::ServerName, ClientConfig, SupportedProtocolVersion};
use std::{
	net::SocketAddr, os::unix::fs::PermissionsExt, path::PathBuf, process::Command, time::Instant,
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	sync::watch::Sender,
	time::timeout,
};
use tokio_rustls::{client::TlsStream, TlsConnector};

const LIMITS: Limits = Limits {
	connections: 8,
	of_one_source: 8,
	header: Duration::from_millis(500),
	stall: Duration::from_secs(1),
};
const SOON: Duration = Duration::from_secs(10);
/// The bytes of a long answer.
const LONG: usize = 1 << 20;
/// What a peer of HTTP/2 takes of each answer until it says that it takes more, unless it says otherwise.
const WINDOW: u32 = 65_535;

/// A folder with an issuer.
struct Issuer(tempfile::TempDir);

impl Issuer {
	fn new() -> Self {
		let issuer = Self(tempfile::tempdir().unwrap());
		let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
		let to = ["-keyout", "ca.key", "-out", "ca.crt", "-days", "400"];
		let is = ["-subj", "/CN=Test CA", "-addext", "keyUsage=critical,keyCertSign"];
		issuer.openssl(&[&["req", "-x509"], &key[..], &to, &is].concat());
		issuer
	}

	fn openssl(&self, arguments: &[&str]) {
		let output = Command::new("openssl").args(arguments).current_dir(&self.0).output().unwrap();
		assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	}

	fn path(&self, name: &str) -> PathBuf {
		self.0.path().join(name)
	}

	/// Writes `name.crt` and `name.key` for this machine, valid for this many days from now.
	fn issue(&self, name: &str, days: i32) {
		let (key, request) = (format!("{name}.key"), format!("{name}.csr"));
		let certificate = format!("{name}.crt");
		std::fs::write(self.path("ext"), "subjectAltName=DNS:localhost\n").unwrap();
		let new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
		let to = ["-keyout", &*key, "-out", &*request, "-subj", "/CN=localhost"];
		self.openssl(&[&["req"], &new[..], &to].concat());
		let by = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "ext"];
		let days = days.to_string();
		let of = ["x509", "-req", "-in", &*request, "-out", &*certificate, "-days", &*days];
		self.openssl(&[&of[..], &by].concat());
		self.set_mode(&key, 0o600);
	}

	fn set_mode(&self, name: &str, mode: u32) {
		std::fs::set_permissions(self.path(name), PermissionsExt::from_mode(mode)).unwrap();
	}

	fn files(&self, name: &str) -> config::Tls {
		config::Tls {
			certificate: self.path(&format!("{name}.crt")),
			key: self.path(&format!("{name}.key")),
			client_ca: None,
		}
	}

	/// Puts the files of one name in the place of another's.
	fn replace(&self, name: &str, by: &str) {
		for kind in ["crt", "key"] {
			let from = self.path(&format!("{by}.{kind}"));
			std::fs::copy(from, self.path(&format!("{name}.{kind}"))).unwrap();
		}
	}

	/// A client that trusts this issuer, with a certificate if one is named.
	fn client(&self, certificate: Option<&str>, protocols: &[&[u8]]) -> ClientConfig {
		self.client_of(&[&TLS13, &TLS12], certificate, protocols)
	}

	fn client_of(
		&self,
		versions: &[&'static SupportedProtocolVersion],
		certificate: Option<&str>,
		protocols: &[&[u8]],
	) -> ClientConfig {
		let mut roots = RootCertStore::empty();
		let issuer = std::fs::read(self.path("ca.crt")).unwrap();
		roots.add(CertificateDer::from_pem_slice(&issuer).unwrap()).unwrap();
		let provider = Arc::new(ring::default_provider());
		let builder = ClientConfig::builder_with_provider(provider)
			.with_protocol_versions(versions)
			.unwrap()
			.with_root_certificates(roots);
		let mut config = match certificate {
			None => builder.with_no_client_auth(),
			Some(name) => {
				let files = self.files(name);
				let chain = std::fs::read(files.certificate).unwrap();
				let key = std::fs::read(files.key).unwrap();
				let chain = vec![CertificateDer::from_pem_slice(&chain).unwrap()];
				builder
					.with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(&key).unwrap())
					.unwrap()
			},
		};
		config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
		config
	}
}

fn in_days(days: i64) -> i64 {
	i64::try_from(now()).unwrap() + days * DAY
}

fn refusal(files: &config::Tls) -> String {
	Tls::open(files).err().map(|error| format!("{error:#}")).unwrap()
}

#[test]
fn what_is_wrong_with_the_files_is_said() {
	let issuer = Issuer::new();
	issuer.issue("a", 30);
	issuer.issue("b", 30);
	let files = issuer.files("a");
	assert!(Tls::open(&files).is_ok());
	let other = config::Tls { key: issuer.path("b.key"), ..files.clone() };
	assert!(refusal(&other).contains("is not that of the certificate"), "{}", refusal(&other));
	for mode in [0o640, 0o604, 0o644] {
		issuer.set_mode("a.key", mode);
		assert!(refusal(&files).contains("run chmod 600"), "{mode:o}");
	}
	issuer.set_mode("a.key", 0o600);
	let key = std::fs::read_to_string(&files.key).unwrap();
	for broken in [&key[..key.len() / 2], "", "no key"] {
		std::fs::write(&files.key, broken).unwrap();
		let said = refusal(&files);
		assert!(said.contains("does not contain a private key in PEM"), "{said}");
		assert!(!key.lines().any(|line| line.len() > 20 && said.contains(line)));
	}
	std::fs::write(&files.key, &key).unwrap();
	let certificate = std::fs::read_to_string(&files.certificate).unwrap();
	for broken in [&certificate[..certificate.len() / 2], "", "no certificate"] {
		std::fs::write(&files.certificate, broken).unwrap();
		assert!(refusal(&files).contains("in PEM"), "{}", refusal(&files));
	}
	std::fs::remove_file(&files.certificate).unwrap();
	assert!(refusal(&files).contains("can't read"));
}

#[test]
fn it_warns_two_weeks_before_the_certificate_expires_and_stays_ready() {
	let issuer = Issuer::new();
	issuer.issue("a", 30);
	let (tls, readiness) = (Tls::open(&issuer.files("a")).unwrap(), ReadinessReport::default());
	for (days, ok, said) in [
		(0, true, "expires in 29 days"),
		(15, true, "expires in 14 days"),
		(17, false, "expires in 12 days: renew it"),
		(31, false, "clients refuse it"),
	] {
		tls.look(&readiness, in_days(days) + 60);
		let check = readiness.get().certificate;
		assert!(check.ok == ok && check.detail.contains(said), "{days}: {check:?}");
	}
}

#[test]
fn renewed_files_are_loaded_and_halves_are_not() {
	let issuer = Issuer::new();
	issuer.issue("old", 10);
	issuer.issue("new", 300);
	issuer.issue("used", 10);
	issuer.replace("used", "old");
	let (tls, readiness) = (Tls::open(&issuer.files("used")).unwrap(), ReadinessReport::default());
	let look = || {
		tls.look(&readiness, in_days(0) + 60);
		readiness.get().certificate
	};
	assert!(!look().ok);
	let before = tls.config();
	// The certificate comes first, in two pieces, and then the key.
	let new = std::fs::read(issuer.path("new.crt")).unwrap();
	for piece in [&new[..new.len() / 2], &new] {
		std::fs::write(issuer.path("used.crt"), piece).unwrap();
		let check = look();
		assert!(!check.ok && check.detail.contains("those from before stay in use"), "{check:?}");
		assert!(check.detail.contains("expires in 9 days"), "{check:?}");
		assert!(Arc::ptr_eq(&before, &tls.config()));
	}
	issuer.replace("used", "new");
	let check = look();
	assert!(check.ok && check.detail.contains("expires in 299 days"), "{check:?}");
	assert!(!Arc::ptr_eq(&before, &tls.config()));
	let loaded = tls.config();
	look();
	assert!(Arc::ptr_eq(&loaded, &tls.config()), "the same files are not loaded again");
	std::fs::remove_file(issuer.path("used.key")).unwrap();
	assert!(!look().ok);
	assert!(Arc::ptr_eq(&loaded, &tls.config()));
}

struct Service {
	address: SocketAddr,
	_stop: Sender<bool>,
}

/// Serves with these files.
async fn serve(files: &config::Tls, limits: Limits) -> Service {
	let tls = Arc::new(Tls::open(files).unwrap());
	let slow = || async {
		tokio::time::sleep(Duration::from_secs(1)).await;
		"slow"
	};
	let slow_nothing = || async {
		tokio::time::sleep(Duration::from_millis(300)).await;
		StatusCode::NOT_FOUND
	};
	let endless = || async {
		let pieces = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![7; 64 * 1024]));
		Body::from_stream(pieces)
	};
	let router = Router::new()
		.route("/slow-nothing", get(slow_nothing))
		.route("/endless", get(endless))
		.route("/health", get(|| async { "alive" }))
		.route("/long", get(|| async { vec![7u8; LONG] }))
		.route("/refused", post(|| async { StatusCode::FORBIDDEN }))
		.route("/slow", get(slow));
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let address = listener.local_addr().unwrap();
	let (stop, stopping) = tokio::sync::watch::channel(false);
	tokio::spawn(server::serve(listener, router, limits, Some(tls), stopping));
	Service { address, _stop: stop }
}

impl Service {
	async fn connect(&self, config: ClientConfig) -> std::io::Result<TlsStream<TcpStream>> {
		let stream = TcpStream::connect(self.address).await?;
		let name = ServerName::try_from("localhost").unwrap();
		TlsConnector::from(Arc::new(config)).connect(name, stream).await
	}

	/// A connection of HTTP/2, whose client takes this many bytes of each answer until it says more.
	async fn http2(
		&self,
		issuer: &Issuer,
		window: u32,
	) -> (SendRequest<Body>, Connection<TokioIo<TlsStream<TcpStream>>, Body, TokioExecutor>) {
		let stream = self.connect(issuer.client(None, &[b"h2"])).await.unwrap();
		Builder::new(TokioExecutor::new())
			.initial_stream_window_size(window)
			.initial_connection_window_size(1 << 30)
			.handshake(TokioIo::new(stream))
			.await
			.unwrap()
	}

	/// The answer to one request over HTTP/1.1, or why there is none.
	async fn ask(&self, config: ClientConfig, path: &str) -> std::io::Result<String> {
		let mut stream = self.connect(config).await?;
		let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
		stream.write_all(request.as_bytes()).await?;
		let mut answer = String::new();
		// The custodian may close without the end of TLS.
		let read = timeout(SOON, stream.read_to_string(&mut answer)).await.unwrap();
		match answer.is_empty() {
			true => read.map(|_| answer),
			false => Ok(answer),
		}
	}
}

#[tokio::test]
async fn both_versions_and_both_protocols_are_spoken_and_plain_http_is_not() {
	let issuer = Issuer::new();
	issuer.issue("a", 30);
	let service = serve(&issuer.files("a"), LIMITS).await;
	for (protocols, chosen) in [
		(&[&b"h2"[..], b"http/1.1"][..], Some(&b"h2"[..])),
		(&[b"http/1.1"], Some(b"http/1.1")),
		(&[], None),
	] {
		let stream = service.connect(issuer.client(None, protocols)).await.unwrap();
		assert_eq!(stream.get_ref().1.alpn_protocol(), chosen);
	}
	let only_1_2 = issuer.client_of(&[&TLS12], None, &[]);
	let stream = service.connect(only_1_2).await.unwrap();
	let (_, connection) = stream.get_ref();
	assert_eq!(connection.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_2));
	let suite = format!("{:?}", connection.negotiated_cipher_suite().unwrap().suite());
	assert!(suite.contains("GCM") || suite.contains("CHACHA20_POLY1305"), "{suite}");
	let answer = service.ask(issuer.client(None, &[]), "/health").await.unwrap();
	assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("alive"), "{answer}");
	let mut plain = TcpStream::connect(service.address).await.unwrap();
	plain.write_all(b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
	let mut answer = Vec::new();
	let _ = timeout(SOON, plain.read_to_end(&mut answer)).await.unwrap();
	assert!(!String::from_utf8_lossy(&answer).contains("HTTP/1.1"), "plain HTTP was answered");
}

#[tokio::test]
async fn a_client_certificate_is_needed_if_its_issuer_is_named() {
	let (issuer, foreign) = (Issuer::new(), Issuer::new());
	issuer.issue("a", 30);
	issuer.issue("client", 30);
	foreign.issue("client", 30);
	let files = config::Tls { client_ca: Some(issuer.path("ca.crt")), ..issuer.files("a") };
	let service = serve(&files, LIMITS).await;
	let with = issuer.client(Some("client"), &[]);
	assert!(service.ask(with, "/health").await.unwrap().ends_with("alive"));
	assert!(service.ask(issuer.client(None, &[]), "/health").await.is_err());
	std::fs::copy(foreign.path("client.crt"), issuer.path("foreign.crt")).unwrap();
	std::fs::copy(foreign.path("client.key"), issuer.path("foreign.key")).unwrap();
	assert!(service.ask(issuer.client(Some("foreign"), &[]), "/health").await.is_err());
	let none = config::Tls { client_ca: Some(issuer.path("a.key")), ..files };
	assert!(refusal(&none).contains("does not contain a certificate"));
}

/// Whether the server closes the connection within this time.
async fn is_closed(mut stream: TcpStream, within: Duration) -> bool {
	let mut bytes = [0; 4096];
	let closed = async { while matches!(stream.read(&mut bytes).await, Ok(1..)) {} };
	timeout(within, closed).await.is_ok()
}

/// A handshake and the first header have the time of a header together, and a connection in a handshake
/// gives way.
#[tokio::test]
async fn slow_handshakes_keep_nobody_out() {
	let issuer = Issuer::new();
	issuer.issue("a", 30);
	let service = serve(&issuer.files("a"), LIMITS).await;
	let begun = Instant::now();
	let mut half = TcpStream::connect(service.address).await.unwrap();
	half.write_all(&[22, 3, 1, 2, 0, 1, 0]).await.unwrap();
	let silent = TcpStream::connect(service.address).await.unwrap();
	let shaken = service.connect(issuer.client(None, &[])).await.unwrap();
	let http2 = service.connect(issuer.client(None, &[b"h2"])).await.unwrap();
	for stream in [half, silent, shaken.into_inner().0, http2.into_inner().0] {
		assert!(is_closed(stream, SOON).await);
	}
	assert!(begun.elapsed() < LIMITS.header * 4, "{:?}", begun.elapsed());

	let patient = Limits { header: Duration::from_secs(600), ..LIMITS };
	let service = serve(&issuer.files("a"), patient).await;
	let mut held = Vec::new();
	for number in 0..40 {
		let mut half = TcpStream::connect(service.address).await.unwrap();
		half.write_all(&[22, 3, 1, 2, 0, 1, 0]).await.unwrap();
		held.push(half);
		if number % 10 == 9 {
			let answer = service.ask(issuer.client(None, &[]), "/health").await.unwrap();
			assert!(answer.ends_with("alive"), "{number}");
		}
	}
	assert!(is_closed(held.swap_remove(0), SOON).await, "the oldest gave way");
}

/// An idle connection of HTTP/2 is closed, and one with a request under way is not.
#[tokio::test]
async fn http2_is_served_and_closed_when_it_is_idle() {
	let issuer = Issuer::new();
	issuer.issue("a", 30);
	let service = serve(&issuer.files("a"), LIMITS).await;
	let (mut sender, connection) = service.http2(&issuer, WINDOW).await;
	let connection = tokio::spawn(connection);
	// Longer than a header may take.
	let (slow, fast) = tokio::join!(sender.clone().send_request(get_of("/slow")), async {
		sender.send_request(get_of("/health")).await
	});
	for answer in [slow.unwrap(), fast.unwrap()] {
		assert_eq!(answer.status(), 200);
	}
	timeout(SOON, connection).await.expect("it is closed").unwrap().unwrap();
}

fn get_of(path: &str) -> hyper::Request<Body> {
	hyper::Request::get(format!("https://localhost{path}")).body(Body::empty()).unwrap()
}

/// Reads an answer to its end, or until it fails, with a pause after each piece.
async fn read(
	answer: hyper::Response<hyper::body::Incoming>,
	pause: Duration,
) -> hyper::Result<usize> {
	let (mut body, mut length) = (answer.into_body(), 0);
	while let Some(frame) = std::future::poll_fn(|context| {
		hyper::body::Body::poll_frame(std::pin::Pin::new(&mut body), context)
	})
	.await
	{
		length += frame?.into_data().map_or(0, |data| data.len());
		tokio::time::sleep(pause).await;
	}
	Ok(length)
}

/// A proxy whose client takes nothing of one answer, however short it is, while it goes on with others' requests
/// on the same connection: only that answer ends.
#[tokio::test]
async fn who_takes_nothing_of_an_answer_over_http2_ends_no_other() {
	let issuer = Issuer::new();
	issuer.issue("a", 30);
	let patient = Limits { header: Duration::from_secs(600), ..LIMITS };
	let service = serve(&issuer.files("a"), patient).await;
	for (window, path) in [(WINDOW, "/long"), (0, "/long"), (0, "/health")] {
		let (mut sender, connection) = service.http2(&issuer, window).await;
		let connection = tokio::spawn(connection);
		let untaken = sender.send_request(get_of(path)).await.unwrap();
		assert_eq!(untaken.status(), 200);
		// Others' requests are under way when it ends, and come after it.
		let begun = Instant::now();
		while begun.elapsed() < LIMITS.stall * 2 {
			let other = timeout(SOON, sender.send_request(get_of("/slow-nothing"))).await;
			assert_eq!(other.unwrap().unwrap().status(), 404, "{window} {path}");
		}
		let ended = timeout(SOON, read(untaken, Duration::ZERO)).await.expect("it stays open");
		let error = ended.expect_err("it was not taken, and yet it is complete");
		assert!(format!("{error:?}").contains("CANCEL"), "{window} {path}: {error:?}");
		assert!(!connection.is_finished(), "{window} {path}: the connection was closed");
		assert_eq!(sender.send_request(get_of("/nothing")).await.unwrap().status(), 404);
	}
}

/// A peer that stops reading altogether: its connection is closed, although its windows have room.
#[tokio::test]
async fn who_takes_nothing_of_a_connection_over_http2_is_left() {
	let issuer = Issuer::new();
	issuer.issue("a", 30);
	let patient = Limits { header: Duration::from_secs(600), ..LIMITS };
	let service = serve(&issuer.files("a"), patient).await;
	let client = move || {
		let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
		let (connection, _held) = runtime.block_on(async {
			let (mut sender, connection) = service.http2(&issuer, 1 << 30).await;
			let connection = tokio::spawn(connection);
			let answer = sender.send_request(get_of("/endless")).await.unwrap();
			(connection, (sender, answer))
		});
		// Nothing runs the client meanwhile, so it reads nothing.
		std::thread::sleep(LIMITS.stall * 4);
		runtime.block_on(async { timeout(SOON, connection).await.is_ok() })
	};
	assert!(tokio::task::spawn_blocking(client).await.unwrap(), "the connection stays open");
}

#[tokio::test]
async fn a_slow_receiver_gets_everything_over_http2() {
	let issuer = Issuer::new();
	issuer.issue("a", 30);
	let service = serve(&issuer.files("a"), LIMITS).await;
	let (mut sender, connection) = service.http2(&issuer, WINDOW).await;
	tokio::spawn(connection);
	let begun = Instant::now();
	let answer = sender.send_request(get_of("/long")).await.unwrap();
	assert_eq!(read(answer, LIMITS.stall / 40).await.unwrap(), LONG);
	assert!(begun.elapsed() > LIMITS.stall, "it was not slow");
}

/// The end of an upload that is refused does not come, and the connection goes on.
#[tokio::test]
async fn an_early_refusal_over_http2_leaves_the_connection_open() {
	let issuer = Issuer::new();
	issuer.issue("a", 30);
	let service = serve(&issuer.files("a"), LIMITS).await;
	let (mut sender, connection) = service.http2(&issuer, WINDOW).await;
	tokio::spawn(connection);
	for _ in 0..3 {
		let pieces = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![7; 16 * 1024]));
		let upload = hyper::Request::post("https://localhost/refused");
		let upload = upload.body(Body::from_stream(pieces)).unwrap();
		let refused = timeout(SOON, sender.send_request(upload)).await.unwrap().unwrap();
		assert_eq!(refused.status(), 403);
	}
}
