//! The short story through nginx, through Caddy and by the custodian's own TLS, and what goes wrong with
//! certificates, proxies and origins. One network, one test: its parts change the same custodians.

use crate::suite::Suite;
use anyhow::{ensure, Context, Result};
use serde_json::Value;
use std::{
	path::Path,
	process::Command,
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::{
	io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
	time::timeout,
};
use vouchsafe_e2e::{
	commands::{self, Permit},
	network::{Limits, Network, Options},
	process::{program, until},
	secured::{Certificate, Secured},
	user::User,
};

/// The hospitals behind nginx and behind Caddy, and the one that speaks TLS itself.
const NGINX: usize = 0;
const CADDY: usize = 1;
const OWN: usize = 2;

static SUITE: Suite = Suite::new("TLS", 1);

#[tokio::test(flavor = "multi_thread")]
async fn custodians_are_reached_with_tls() -> Result<()> {
	let _turn = SUITE.turn().await;
	let options = Options { secured: true, ..Options::default() };
	let mut network = Network::with(options).await?;
	let slow = SlowSenders::start(&network).await?;
	tokio::try_join!(
		short_story(&network, NGINX, "Nginx"),
		short_story(&network, CADDY, "Caddy"),
		only_the_api_is_public(&network, NGINX),
		only_the_api_is_public(&network, CADDY),
		only_the_api_is_public(&network, OWN),
		uploads_pass_as_they_come(&network, NGINX),
		uploads_pass_as_they_come(&network, CADDY),
		uploads_pass_as_they_come(&network, OWN),
		rpc_is_for_safe_calls_over_websockets(&network, NGINX),
		rpc_is_for_safe_calls_over_websockets(&network, CADDY),
		plain_http_is_refused(&network),
	)?;
	bad_certificates_are_named(&network).await?;
	slow.are_closed().await?;
	foreign_origins_are_refused(&mut network).await?;
	forged_addresses_do_not_count(&mut network).await
}

fn secured(network: &Network) -> Result<&Secured> {
	network.secured.as_ref().context("the network has TLS")
}

fn user(network: &Network, key: &str, root: &Path, site: usize) -> Result<User> {
	let node = &network.sites[site].node;
	let url = node.public_url.clone().unwrap_or_else(|| node.url());
	let mut user = User::new(key, root, &url)?;
	user.trusted = Some(secured(network)?.issuer.certificate());
	Ok(user)
}

/// Enrol, import, ask, approve, open, revoke, be refused: with the node of this site, and all custodians.
async fn short_story(network: &Network, site: usize, name: &str) -> Result<()> {
	let root = network.root.join(name);
	let user = |key: &str| user(network, key, &root, site);
	let patient = user(&format!("//Tls//{name}"))?;
	let (registrar, doctor_a, doctor_b) =
		(user("//RegistrarA")?, user("//DoctorA")?, user("//DoctorB")?);
	commands::enrol_patient(&patient, &registrar, "Hospital A").await?;
	commands::grant(&patient, &Permit::write("Hospital A")).await?;
	let letter = root.join("letter.txt");
	std::fs::write(&letter, format!("A letter about {name}.\n"))?;
	let record = commands::add(&doctor_a, &patient, "Hospital A", &letter, "imaging").await?;
	let request = commands::request(&doctor_b, &patient, "Hospital B", 1, &["imaging"]).await?;
	let out = root.join("before");
	let said = commands::open_fails(&doctor_b, "Hospital B", &patient, &record, &out).await?;
	ensure!(said.contains("no access"), "the doctor should hear “no access”: {said}");
	commands::approve(&patient, request, &["imaging"]).await?;
	let out = root.join("opened");
	commands::open(&doctor_b, "Hospital B", &patient, &record, &out).await?;
	ensure!(std::fs::read(&out)? == std::fs::read(&letter)?, "the letter came back changed");
	commands::revoke_all(&patient, "Hospital B").await?;
	let out = root.join("revoked");
	let said = commands::open_fails(&doctor_b, "Hospital B", &patient, &record, &out).await?;
	ensure!(said.contains("no access"), "the doctor should hear “no access”: {said}");
	Ok(())
}

/// Sends this over TLS to a site, by HTTP/1.1, and returns the header of what comes back.
async fn exchange(network: &Network, site: usize, bytes: &[u8]) -> Result<String> {
	let mut stream = tls_stream(network, site).await?;
	stream.write_all(bytes).await?;
	Ok(header_of(&mut stream).await)
}

/// The header of an answer, or what comes of it within some seconds, or until the other side closes.
async fn header_of(stream: &mut (impl AsyncRead + Unpin)) -> String {
	let mut answer = Vec::new();
	let mut piece = [0; 4096];
	while !String::from_utf8_lossy(&answer).contains("\r\n\r\n") {
		match timeout(Duration::from_secs(8), stream.read(&mut piece)).await {
			Ok(Ok(read @ 1..)) => answer.extend_from_slice(&piece[..read]),
			_ => break,
		}
	}
	String::from_utf8_lossy(&answer).into_owned()
}

fn port(network: &Network, site: usize) -> Result<u16> {
	let url = url::Url::parse(&network.sites[site].custodian.url())?;
	url.port().context("the address has a port")
}

async fn tls_stream(
	network: &Network,
	site: usize,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>> {
	use rustls::pki_types::{pem::PemObject, CertificateDer, ServerName};
	let mut roots = rustls::RootCertStore::empty();
	roots.add(CertificateDer::from_pem_file(secured(network)?.issuer.certificate())?)?;
	let config =
		rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
	let stream = TcpStream::connect(("127.0.0.1", port(network, site)?)).await?;
	let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
	Ok(connector.connect(ServerName::try_from("localhost")?, stream).await?)
}

/// The status of one request with this first line and these further headers.
async fn status(network: &Network, site: usize, line: &str, headers: &str) -> Result<u16> {
	let request = format!("{line} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
	let answer = exchange(network, site, request.as_bytes()).await?;
	let status = answer.get(9..12).with_context(|| format!("{line}: no answer: {answer}"))?;
	Ok(status.parse()?)
}

async fn only_the_api_is_public(network: &Network, site: usize) -> Result<()> {
	let ask = async |path: &str| status(network, site, &format!("GET {path}"), "").await;
	ensure!(ask("/v1/custodian").await? == 200, "the API is not reached");
	for path in
		["/health", "/metrics", "/ready", "//ready", "/%72eady", "/x/../metrics", "/ready?x"]
	{
		let status = ask(path).await?;
		ensure!(status == 404 || status == 400, "{path} is public: {status}");
	}
	// HTTP/2, as browsers use it.
	let custodian = &network.sites[site].custodian;
	let answer = custodian.http()?.get(format!("{}/v1/custodian", custodian.url())).send().await?;
	ensure!(answer.status().is_success(), "over HTTP/2: {}", answer.status());
	Ok(())
}

/// The custodian sees the header of an upload before its end, and who uploads gets its refusal although
/// more comes. Proxies refuse what is too long.
async fn uploads_pass_as_they_come(network: &Network, site: usize) -> Result<()> {
	let begin = async |length: u64| -> Result<String> {
		let (mut receiving, mut sending) = tokio::io::split(tls_stream(network, site).await?);
		let upload = async {
			let head = format!(
				"POST /v1/content HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\n"
			);
			let mut sent = sending.write_all(head.as_bytes()).await;
			while sent.is_ok() {
				sent = sending.write_all(&[7; 16 << 10]).await;
			}
			std::future::pending().await
		};
		tokio::select! {
			answer = header_of(&mut receiving) => Ok(answer),
			ended = upload => ended,
		}
	};
	for _ in 0..8 {
		let answer = begin(2 << 30).await?;
		// It is not signed. A proxy that collects the upload would not answer yet.
		ensure!(
			answer.starts_with("HTTP/1.1 400"),
			"no refusal while the upload goes on: {answer}"
		);
	}
	let answer = begin((2 << 30) + 1).await?;
	ensure!(answer.starts_with("HTTP/1.1 4"), "more than 2 GiB: {answer}");
	Ok(())
}

async fn rpc_is_for_safe_calls_over_websockets(network: &Network, site: usize) -> Result<()> {
	let plain = status(network, site, "POST /rpc", "content-length: 0\r\n").await?;
	ensure!(plain == 404, "the RPC answers without a WebSocket: {plain}");
	let url = network.sites[site].node.public_url.clone().context("it has one")?;
	let call = async |method: &str| -> Result<Value> {
		use futures::{SinkExt, StreamExt};
		use tokio_tungstenite::tungstenite::Message;
		let stream = tls_stream(network, site).await?;
		let (mut socket, _) = tokio_tungstenite::client_async(url.as_str(), stream).await?;
		let text = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":[]}}"#);
		socket.send(Message::text(text)).await?;
		loop {
			let message = timeout(Duration::from_secs(10), socket.next()).await?;
			// The node also sends pings.
			if let Message::Text(answer) = message.context("the node hung up")?? {
				return Ok(serde_json::from_str(&answer)?);
			}
		}
	};
	let health = call("system_health").await?;
	ensure!(health["result"]["peers"].is_number(), "a safe call fails: {health}");
	for method in ["author_rotateKeys", "system_addReservedPeer", "offchain_localStorageGet"] {
		let refused = call(method).await?;
		ensure!(refused["error"].is_object(), "{method} was answered: {refused}");
	}
	Ok(())
}

async fn plain_http_is_refused(network: &Network) -> Result<()> {
	// A custodian that speaks TLS does not answer plain HTTP.
	let custodian = &network.sites[OWN].custodian;
	let plain = format!("http://localhost:{}/v1/custodian", custodian.port);
	ensure!(reqwest::get(plain).await.is_err(), "plain HTTP was answered");
	// One without does not start on an address that others reach, and says what to do.
	let file = network.root.join("open.toml");
	let config = std::fs::read_to_string(network.sites[3].custodian.base.join("custodian.toml"))?;
	let own = format!("\"127.0.0.1:{}\"", network.sites[3].custodian.port);
	let config = config.replace(&own, "\"0.0.0.0:0\"");
	let monitoring = format!("\"127.0.0.1:{}\"", network.sites[3].custodian.monitoring);
	let config = config.replace(&monitoring, "\"127.0.0.1:0\"");
	let other = format!("{:?}", network.sites[3].custodian.store());
	let config = config.replace(&other, &format!("{:?}", network.root.join("open")));
	std::fs::write(&file, config)?;
	let output =
		Command::new(program("vouchsafe-custodian")?).arg("--config").arg(&file).output()?;
	let said = String::from_utf8_lossy(&output.stderr);
	ensure!(!output.status.success(), "it started");
	for part in ["[api.tls]", "127.0.0.1", "--lan"] {
		ensure!(said.contains(part), "{part} is not in: {said}");
	}
	let mut lan = Command::new(program("vouchsafe-custodian")?);
	lan.arg("--lan").arg("--config").arg(&file);
	let log = network.root.join("open-log");
	let mut process = vouchsafe_e2e::process::Process::start("an open custodian", lan, &log, true)?;
	let listens = || async {
		std::fs::read_to_string(&log).ok().filter(|log| log.contains("listening")).map(drop)
	};
	process.until(listens).await
}

/// What `vouchsafe status` says about a site's custodian.
async fn said_of(user: &User, site: usize) -> Result<String> {
	let status = user.run(&["status"]).await?;
	let all = status["institutions"].as_array().context("no institutions")?;
	let name = ["Hospital A", "Hospital B", "Hospital C"][site];
	let entry = all.iter().find(|it| it.to_string().contains(name)).context("not listed")?;
	Ok(entry["custodian"]["state"].as_str().unwrap_or_default().to_owned())
}

/// The custodian loads each of these without a restart, and clients say what is wrong with it.
async fn bad_certificates_are_named(network: &Network) -> Result<()> {
	let secured = secured(network)?;
	let (issuer, own) = (&secured.issuer, &secured.own);
	let foreign = vouchsafe_e2e::secured::Issuer::new(&network.root.join("foreign"))?;
	// Without a proxy in front of the node: the command is run again and again.
	let doctor = user(network, "//DoctorA", &network.root, OWN)?;
	let good = issuer.issue("renewed", "localhost")?;
	let is_ready = async || {
		until("the custodian with a good certificate", Duration::from_secs(20), || async {
			said_of(&doctor, OWN).await.ok().filter(|said| said == "ready").map(drop)
		})
		.await
	};
	is_ready().await?;
	ensure!(said_of(&doctor, NGINX).await? == "ready", "through nginx");
	// Each has another fault than the one before it.
	let bad: [(Certificate, &str); 4] = [
		(issuer.issue_expired("expired")?, "has expired"),
		(foreign.issue("foreign", "localhost")?, "does not know who issued"),
		(issuer.issue("other", "other.example")?, "for another name"),
		(issuer.issue_self_signed("self")?, "does not know who issued"),
	];
	for (certificate, fault) in bad {
		own.replace(&certificate)?;
		let what = format!("a certificate that {fault}");
		let said = until(&what, Duration::from_secs(20), || async {
			said_of(&doctor, OWN).await.ok().filter(|said| said.contains(fault))
		});
		let said = match said.await {
			Ok(said) => said,
			Err(error) => {
				let (file, said) = (certificate.certificate.display(), said_of(&doctor, OWN).await);
				return Err(error.context(format!("with {file}, the command says {said:?}")));
			},
		};
		ensure!(said.contains("localhost"), "{fault}: {said}");
	}
	own.replace(&good)?;
	is_ready().await?;
	let custodian = &network.sites[OWN].custodian;
	let ask = async |path: &str| -> Result<String> {
		Ok(reqwest::get(format!("{}/{path}", custodian.monitoring_url())).await?.text().await?)
	};
	let ready: Value = serde_json::from_str(&ask("ready").await?)?;
	ensure!(ready["certificate"]["ok"] == true, "{ready}");
	let metrics = ask("metrics").await?;
	let left = metrics
		.lines()
		.find_map(|line| line.strip_prefix("vouchsafe_custodian_certificate_expiry_seconds "));
	let left: f64 = left.context("no metric of the certificate")?.parse()?;
	ensure!((29.0..31.0).contains(&(left / 86_400.0)), "{left} seconds are left");
	Ok(())
}

/// Connections that stop in the middle of a handshake or of a header, at each of the three.
struct SlowSenders {
	connections: Vec<(&'static str, TcpStream)>,
	since: Instant,
}

impl SlowSenders {
	async fn start(network: &Network) -> Result<Self> {
		let mut connections = Vec::new();
		for (site, name) in [(NGINX, "nginx"), (CADDY, "Caddy"), (OWN, "the custodian")] {
			let mut half = TcpStream::connect(("127.0.0.1", port(network, site)?)).await?;
			half.write_all(&[22, 3, 1, 2, 0, 1, 0]).await?;
			connections.push((name, half));
			let mut header = tls_stream(network, site).await?;
			header.write_all(b"GET /v1/custodian HTTP/1.1\r\nhost: ").await?;
			connections.push((name, header.into_inner().0));
		}
		Ok(Self { connections, since: Instant::now() })
	}

	async fn are_closed(self) -> Result<()> {
		for (name, mut stream) in self.connections {
			let mut bytes = [0; 4096];
			let left = Duration::from_secs(20).saturating_sub(self.since.elapsed());
			let closed = async { while matches!(stream.read(&mut bytes).await, Ok(1..)) {} };
			let left = left.max(Duration::from_secs(1));
			timeout(left, closed).await.with_context(|| format!("{name} waits for ever"))?;
		}
		Ok(())
	}
}

async fn foreign_origins_are_refused(network: &mut Network) -> Result<()> {
	let listed = "https://wallet.hospital-a.example";
	for site in [NGINX, CADDY] {
		network.sites[site].custodian.further = format!("origins = [{listed:?}]\n");
		network.start_custodian(site).await?;
	}
	for site in [NGINX, CADDY] {
		network.wait_ready(site).await?;
		let member = network.sites[OWN].custodian.url();
		let ask = async |origin: &str| {
			status(network, site, "GET /v1/custodian", &format!("origin: {origin}\r\n")).await
		};
		ensure!(ask(listed).await? == 200, "{listed} is refused");
		// Until the custodian has read the chain, it does not know its members.
		until("the members' origins", Duration::from_secs(20), || async {
			ask(&member).await.ok().filter(|status| *status == 200).map(drop)
		})
		.await?;
		for origin in ["https://attacker.example", "http://wallet.hospital-a.example", "null"] {
			ensure!(ask(origin).await? == 403, "{origin} is not refused");
		}
	}
	Ok(())
}

/// A caller writes addresses into the header. The proxies drop them, so all requests are of one address.
async fn forged_addresses_do_not_count(network: &mut Network) -> Result<()> {
	let (burst, requests) = (10, 40);
	for site in [NGINX, CADDY] {
		let trusted_proxies = 1;
		let limits = Limits { requests_per_second: 1, burst, trusted_proxies, ..Limits::default() };
		network.restart_custodian(site, limits).await?;
		let begun = Instant::now();
		let mut answered = 0;
		for number in 0..requests {
			let forged = format!("x-forwarded-for: 203.0.113.{number}\r\n");
			let status = status(network, site, "GET /v1/custodian", &forged).await?;
			answered += u64::from(status == 200);
		}
		let most = u64::from(burst) + begun.elapsed().as_secs() + 1;
		ensure!(answered >= 10 && answered <= most, "{answered} of {requests} were answered");
	}
	Ok(())
}
