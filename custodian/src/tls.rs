//! The certificate and key with which the custodian speaks TLS: versions 1.2 and 1.3, with authenticated
//! encryption only. Their files are read again when they change. If the new ones cannot be used, as while
//! they are being written, the custodian keeps those that it has. It warns two weeks before the
//! certificate expires.

#[cfg(test)]
mod tests;

use crate::{config, keys::read_secret, readiness::ReadinessReport, state::State};
use anyhow::{ensure, Context, Result};
use blake2::{digest::consts::U32, Blake2b, Digest};
use rustls::{
	crypto::{ring, CryptoProvider},
	pki_types::{pem::PemObject, CertificateDer, PrivateKeyDer},
	server::WebPkiClientVerifier,
	version::{TLS12, TLS13},
	RootCertStore, ServerConfig,
};
use std::{
	path::Path,
	sync::{Arc, Mutex, RwLock},
	time::Duration,
};
use vouchsafe_client::signing::now;
use zeroize::Zeroizing;

/// How often the files are read.
const EVERY: Duration = Duration::from_secs(2);
const DAY: i64 = 24 * 60 * 60;
/// How long before a certificate expires the custodian warns, in seconds.
const WARNING: i64 = 14 * DAY;

/// The certificate and key in use, and their files.
pub struct Tls {
	files: config::Tls,
	current: RwLock<Loaded>,
	last: Mutex<Option<Standing>>,
}

struct Loaded {
	config: Arc<ServerConfig>,
	/// When the first certificate of the file expires, in seconds since 1970.
	expires: i64,
	/// Hash of the files' content.
	hash: [u8; 32],
}

/// What is to be said about the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
	Good,
	ExpiresSoon,
	Expired,
	/// The files cannot be used. Those that were read before are in use.
	NotLoaded(String),
}

impl Tls {
	/// Reads the files.
	pub fn open(files: &config::Tls) -> Result<Self> {
		let loaded = Files::read(files)?.load()?;
		Ok(Self { files: files.clone(), current: RwLock::new(loaded), last: Mutex::default() })
	}

	/// What the next connection is served with.
	pub fn config(&self) -> Arc<ServerConfig> {
		self.current.read().unwrap_or_else(|error| error.into_inner()).config.clone()
	}

	/// Loads the files if they have changed, and reports the certificate in use.
	fn look(&self, readiness: &ReadinessReport, now: i64) {
		let failure = self.reload().err().map(|error| format!("{error:#}"));
		let expires = self.current.read().unwrap_or_else(|error| error.into_inner()).expires;
		let left = expires.saturating_sub(now);
		let standing = match failure {
			Some(error) => Standing::NotLoaded(error),
			None if left <= 0 => Standing::Expired,
			None if left <= WARNING => Standing::ExpiresSoon,
			None => Standing::Good,
		};
		let detail = standing.detail(left);
		readiness.set_certificate(standing == Standing::Good, &*detail);
		#[allow(clippy::cast_precision_loss)]
		metrics::gauge!("vouchsafe_custodian_certificate_expiry_seconds").set(left as f64);
		let mut last = self.last.lock().unwrap_or_else(|error| error.into_inner());
		if last.as_ref() != Some(&standing) {
			match &standing {
				Standing::Good => tracing::info!("{detail}"),
				Standing::ExpiresSoon => tracing::warn!("{detail}"),
				Standing::Expired | Standing::NotLoaded(_) => tracing::error!("{detail}"),
			}
			*last = Some(standing);
		}
	}

	fn reload(&self) -> Result<()> {
		let files = Files::read(&self.files)?;
		let hash = files.hash();
		let known = self.current.read().unwrap_or_else(|error| error.into_inner()).hash;
		if hash == known {
			return Ok(());
		}
		let loaded = files.load()?;
		*self.current.write().unwrap_or_else(|error| error.into_inner()) = loaded;
		tracing::info!("loaded a new certificate");
		Ok(())
	}
}

impl Standing {
	/// The sentence for `/ready` and the log, with this many seconds left.
	fn detail(&self, left: i64) -> String {
		let days = left.abs() / DAY;
		let validity = match left > 0 {
			true => format!("the certificate expires in {days} days"),
			false => format!("the certificate expired {days} days ago"),
		};
		match self {
			Self::Good => validity,
			Self::ExpiresSoon => format!(
				"{validity}: renew it, and put the new one into its file. The custodian loads it by itself"
			),
			Self::Expired => format!(
				"{validity}, and clients refuse it: renew it, and put the new one into its file. The \
				 custodian loads it by itself"
			),
			Self::NotLoaded(error) => format!(
				"the new certificate or key cannot be used, and those from before stay in use: {error}; \
				 {validity}"
			),
		}
	}
}

/// Looks at the files and the clock until the custodian stops.
pub async fn watch(state: Arc<State>, tls: Arc<Tls>) {
	loop {
		let now = i64::try_from(now()).unwrap_or(i64::MAX);
		tls.look(&state.readiness, now);
		if !state.pause(EVERY).await {
			return;
		}
	}
}

/// The content of the files.
struct Files<'a> {
	names: &'a config::Tls,
	certificate: Vec<u8>,
	key: Zeroizing<String>,
	client_ca: Option<Vec<u8>>,
}

impl<'a> Files<'a> {
	fn read(names: &'a config::Tls) -> Result<Self> {
		let read = |path: &Path| {
			std::fs::read(path).with_context(|| format!("can't read {}", path.display()))
		};
		Ok(Self {
			names,
			certificate: read(&names.certificate)?,
			key: read_secret(&names.key)?,
			client_ca: names.client_ca.as_deref().map(read).transpose()?,
		})
	}

	fn hash(&self) -> [u8; 32] {
		let mut hash = Blake2b::<U32>::new();
		for part in [
			self.certificate.as_slice(),
			self.key.as_bytes(),
			self.client_ca.as_deref().unwrap_or_default(),
		] {
			hash.update(part.len().to_le_bytes());
			hash.update(part);
		}
		hash.finalize().into()
	}

	fn load(&self) -> Result<Loaded> {
		let chain = certificates(&self.names.certificate, &self.certificate)?;
		let expires = chain.iter().map(expiry).collect::<Result<Vec<_>>>();
		let expires = expires
			.ok()
			.and_then(|times| times.into_iter().min())
			.with_context(|| format!("{} is malformed", self.names.certificate.display()))?;
		// The parser's message could show a part of the key.
		let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).ok().with_context(|| {
			format!("{} does not contain a private key in PEM", self.names.key.display())
		})?;
		let provider = Arc::new(ring::default_provider());
		let builder = ServerConfig::builder_with_provider(provider.clone())
			.with_protocol_versions(&[&TLS13, &TLS12])?;
		let builder = match &self.client_ca {
			Some(issuers) => builder.with_client_cert_verifier(self.verifier(issuers, provider)?),
			None => builder.with_no_client_auth(),
		};
		let mut config = builder.with_single_cert(chain, key).with_context(|| {
			format!(
				"the key in {} is not that of the certificate in {}",
				self.names.key.display(),
				self.names.certificate.display()
			)
		})?;
		config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
		Ok(Loaded { config: Arc::new(config), expires, hash: self.hash() })
	}

	/// Accepts client certificates of these issuers.
	fn verifier(
		&self,
		issuers: &[u8],
		provider: Arc<CryptoProvider>,
	) -> Result<Arc<dyn rustls::server::danger::ClientCertVerifier>> {
		let name = self.names.client_ca.as_deref().unwrap_or(Path::new("client_ca"));
		let mut roots = RootCertStore::empty();
		for issuer in certificates(name, issuers)? {
			roots.add(issuer).with_context(|| format!("in {}", name.display()))?;
		}
		Ok(WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build()?)
	}
}

/// The certificates in a file.
fn certificates(name: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
	let all = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
	let all = all.with_context(|| format!("{} is not a file in PEM", name.display()))?;
	ensure!(!all.is_empty(), "{} does not contain a certificate in PEM", name.display());
	Ok(all)
}

/// When a certificate expires, in seconds since 1970.
fn expiry(certificate: &CertificateDer<'_>) -> Result<i64> {
	let (_, certificate) = x509_parser::parse_x509_certificate(certificate)?;
	Ok(certificate.validity().not_after.timestamp())
}
