//! A network whose custodians are reached with TLS: Hospital A behind nginx, Hospital B behind Caddy, with
//! the files of `docker/`, and Hospital C by its own listener. A test's issuer signs their certificates.

use crate::{
	network::Site,
	process::{free_ports, Process},
};
use anyhow::{ensure, Context, Result};
use std::{
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	process::Command,
};

const NGINX: &str = include_str!("../../docker/nginx.conf");
const CADDY: &str = include_str!("../../docker/Caddyfile");
/// The name in the files of `docker/`.
const NAME: &str = "custodian.hospital-a.example";

/// An issuer of certificates, in a folder.
#[derive(Debug, Clone)]
pub struct Issuer {
	folder: PathBuf,
}

/// A certificate and its key.
#[derive(Debug, Clone)]
pub struct Certificate {
	/// The certificate, in PEM.
	pub certificate: PathBuf,
	/// Its key, in PEM.
	pub key: PathBuf,
}

impl Issuer {
	/// A new issuer.
	pub fn new(folder: &Path) -> Result<Self> {
		std::fs::create_dir_all(folder)?;
		let issuer = Self { folder: folder.into() };
		issuer.openssl(&[
			"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out \
			 ca.crt -days 30 -subj /CN=Issuer -addext keyUsage=critical,keyCertSign",
		])?;
		Ok(issuer)
	}

	/// Its own certificate, which clients trust.
	pub fn certificate(&self) -> PathBuf {
		self.folder.join("ca.crt")
	}

	/// A certificate for this DNS name, in files of this name.
	pub fn issue(&self, file: &str, name: &str) -> Result<Certificate> {
		std::fs::write(self.folder.join("ext"), format!("subjectAltName=DNS:{name}\n"))?;
		self.openssl(&[
			&new_key(file),
			&format!(
				"x509 -req -in {file}.csr -out {file}.crt -days 30 -CA ca.crt -CAkey ca.key \
				 -CAcreateserial -extfile ext"
			),
		])?;
		self.files(file)
	}

	/// A certificate for this machine that has expired.
	pub fn issue_expired(&self, file: &str) -> Result<Certificate> {
		for (name, content) in [
			("index", ""),
			("serial", "77\n"),
			(
				"ca.conf",
				"[ca]\ndefault_ca=own\n[own]\ndatabase=index\nserial=serial\nnew_certs_dir=.\n\
				 default_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n",
			),
			("ext", "subjectAltName=DNS:localhost\n"),
		] {
			std::fs::write(self.folder.join(name), content)?;
		}
		self.openssl(&[
			&new_key(file),
			&format!(
				"ca -batch -notext -config ca.conf -in {file}.csr -out {file}.crt -cert ca.crt \
				 -keyfile ca.key -extfile ext -startdate 20250101000000Z -enddate 20260101000000Z"
			),
		])?;
		self.files(file)
	}

	/// A certificate for this machine that its own key signs.
	pub fn issue_self_signed(&self, file: &str) -> Result<Certificate> {
		self.openssl(&[&format!(
			"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {file}.key -out \
			 {file}.crt -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost -addext \
			 basicConstraints=critical,CA:FALSE"
		)])?;
		self.files(file)
	}

	fn files(&self, file: &str) -> Result<Certificate> {
		let path = |kind: &str| self.folder.join(format!("{file}.{kind}"));
		let files = Certificate { certificate: path("crt"), key: path("key") };
		std::fs::set_permissions(&files.key, PermissionsExt::from_mode(0o600))?;
		Ok(files)
	}

	fn openssl(&self, commands: &[&str]) -> Result<()> {
		for arguments in commands {
			let output = Command::new("openssl")
				.args(arguments.split_whitespace())
				.current_dir(&self.folder)
				.output()
				.context("openssl could not be started")?;
			let said = String::from_utf8_lossy(&output.stderr);
			ensure!(output.status.success(), "openssl {arguments}: {said}");
		}
		Ok(())
	}
}

fn new_key(file: &str) -> String {
	format!(
		"req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {file}.key -out \
		 {file}.csr -subj /CN=localhost"
	)
}

impl Certificate {
	/// Puts another certificate into these files, as who renews it does.
	pub fn replace(&self, by: &Self) -> Result<()> {
		std::fs::copy(&by.certificate, &self.certificate)?;
		std::fs::copy(&by.key, &self.key)?;
		Ok(())
	}
}

/// What is in front of the custodians.
#[derive(Debug)]
pub struct Secured {
	/// The issuer of the certificates.
	pub issuer: Issuer,
	/// The certificate of Hospital C's own listener.
	pub own: Certificate,
	/// The proxies' ports: nginx and Caddy.
	pub ports: [u16; 2],
	_proxies: [Process; 2],
}

impl Secured {
	/// Starts the proxies, and sets the addresses of the custodians and nodes.
	pub fn new(root: &Path, sites: &mut [Site]) -> Result<Self> {
		let folder = root.join("tls");
		let issuer = Issuer::new(&folder)?;
		let proxied = issuer.issue("proxied", "localhost")?;
		let own = issuer.issue("own", "localhost")?;
		let [nginx, caddy] = free_ports()?;
		let [a, b, c, ..] = sites else { anyhow::bail!("there are too few institutions") };
		for (site, port) in [(&mut *a, nginx), (&mut *b, caddy)] {
			site.custodian.limits.trusted_proxies = 1;
			site.custodian.public_url = Some(format!("https://localhost:{port}"));
			site.node.public_url = Some(format!("wss://localhost:{port}/rpc"));
		}
		c.custodian.public_url = Some(format!("https://localhost:{}", c.custodian.port));
		c.custodian.further =
			format!("tls = {{ certificate = {:?}, key = {:?} }}\n", own.certificate, own.key);
		for site in sites.iter_mut() {
			site.custodian.trusted = Some(issuer.certificate());
		}
		let proxies = [
			start_nginx(&folder, nginx, &sites[0], &proxied)?,
			start_caddy(&folder, caddy, &sites[1], &proxied)?,
		];
		Ok(Self { issuer, own, ports: [nginx, caddy], _proxies: proxies })
	}
}

/// The text with each part replaced, which must be there.
fn replaced(text: &str, parts: &[(&str, &str)]) -> Result<String> {
	let mut text = text.to_owned();
	for (part, by) in parts {
		ensure!(text.contains(part), "{part} is not in the proxy's configuration");
		text = text.replace(part, by);
	}
	Ok(text)
}

/// nginx with `docker/nginx.conf`, with this machine's addresses and files.
fn start_nginx(folder: &Path, port: u16, site: &Site, files: &Certificate) -> Result<Process> {
	let server = replaced(
		NGINX,
		&[
			("listen 443", &format!("listen 127.0.0.1:{port}")),
			("127.0.0.1:8700", &format!("127.0.0.1:{}", site.custodian.port)),
			("127.0.0.1:9944", &format!("127.0.0.1:{}", site.node.rpc)),
			("/etc/ssl/vouchsafe/custodian.crt", &files.certificate.display().to_string()),
			("/etc/ssl/vouchsafe/custodian.key", &files.key.display().to_string()),
			(NAME, "localhost"),
		],
	)?;
	let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
		.iter()
		.map(|kind| format!("{kind}_temp_path {}/{kind};\n", folder.display()))
		.collect();
	let user = if is_root() { "user root;\n" } else { "" };
	let main = format!(
		"{user}daemon off;\nmaster_process off;\npid {0}/nginx.pid;\nerror_log {0}/nginx-errors;\nevents {{}}\n\
		 http {{\naccess_log off;\n{temporary}{server}}}\n",
		folder.display()
	);
	let file = folder.join("nginx.conf");
	std::fs::write(&file, main)?;
	let mut command = Command::new(debian_program("nginx"));
	command.arg("-c").arg(&file).arg("-p").arg(folder);
	command.arg("-e").arg(folder.join("nginx-errors"));
	Process::start("nginx", command, &folder.join("nginx-log"), true)
}

/// Caddy with `docker/Caddyfile`, with this machine's addresses and files.
fn start_caddy(folder: &Path, port: u16, site: &Site, files: &Certificate) -> Result<Process> {
	let [http] = free_ports()?;
	let text = replaced(
		CADDY,
		&[
			("127.0.0.1:8700", &format!("127.0.0.1:{}", site.custodian.port)),
			("127.0.0.1:9944", &format!("127.0.0.1:{}", site.node.rpc)),
			("/etc/ssl/vouchsafe/custodian.crt", &files.certificate.display().to_string()),
			("/etc/ssl/vouchsafe/custodian.key", &files.key.display().to_string()),
			("\tadmin off\n", &format!("\tadmin off\n\thttp_port {http}\n")),
			(&format!("\n{NAME} {{"), &format!("\nhttps://localhost:{port} {{\n\tbind 127.0.0.1")),
		],
	)?;
	let file = folder.join("Caddyfile");
	std::fs::write(&file, text)?;
	let mut command = Command::new(debian_program("caddy"));
	command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file);
	command.env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder).env("HOME", folder);
	Process::start("Caddy", command, &folder.join("caddy-log"), true)
}

fn is_root() -> bool {
	std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// A program that `scripts/setup` has found, or Debian's.
fn debian_program(name: &str) -> PathBuf {
	let found = std::env::var_os(format!("VOUCHSAFE_{}", name.to_uppercase()));
	let debians = || Path::new("/usr/sbin").join(name);
	match found {
		Some(found) => found.into(),
		None if debians().exists() => debians(),
		None => name.into(),
	}
}
