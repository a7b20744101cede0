//! Compares a wallet that somebody serves with its manifest: each file as browsers get it, plain and
//! compressed. Sizes and time are bounded, no redirect is followed, and only [`AllowedAddresses`] are
//! connected to.

use crate::custodian::{build, builder, from_transport, AllowedAddresses};
use reqwest::{
	header::{ACCEPT_ENCODING, CONTENT_ENCODING},
	Client, StatusCode,
};
use std::{future::Future, io::Read, time::Duration};
use tokio::{task::spawn_blocking, time::timeout};
use vouchsafe_protocol::{
	errors::CustodianError,
	release::{sha256, Fault, MAX_FILE, MAX_MANIFEST, PAGE},
	types::H256,
};

pub use vouchsafe_protocol::release::{
	standing, version_of, Manifest, ManifestError, Served, Standing, Wrong, MANIFEST, WALLET,
};

/// How long everything may take.
const LIMIT: Duration = Duration::from_secs(180);
/// How long one file may take.
const FILE_LIMIT: Duration = Duration::from_secs(60);

/// How a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
	/// As it is.
	Plain,
	/// By brotli.
	Brotli,
	/// By gzip.
	Gzip,
}

impl Encoding {
	/// All of them.
	const ALL: [Self; 3] = [Self::Plain, Self::Brotli, Self::Gzip];

	/// Its name in HTTP.
	pub fn name(self) -> &'static str {
		match self {
			Self::Plain => "identity",
			Self::Brotli => "br",
			Self::Gzip => "gzip",
		}
	}

	/// The encoding that an answer names.
	pub fn of(name: Option<&str>) -> Option<Self> {
		let name = name.unwrap_or("identity");
		Self::ALL.into_iter().find(|it| it.name() == name)
	}

	/// The bytes that were sent, decoded, if there are at most this many.
	fn decode(self, bytes: Vec<u8>, most: usize) -> Result<Vec<u8>, String> {
		let mut decoded = Vec::new();
		let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
		let read = match self {
			Self::Plain => return Ok(bytes),
			Self::Brotli => {
				brotli::Decompressor::new(&bytes[..], 4096).take(limit).read_to_end(&mut decoded)
			},
			Self::Gzip => {
				flate2::read::GzDecoder::new(&bytes[..]).take(limit).read_to_end(&mut decoded)
			},
		};
		match read {
			Err(_) => Err(format!("it is not compressed by {}", self.name())),
			Ok(_) if decoded.len() > most => Err(TOO_LARGE.into()),
			Ok(_) => Ok(decoded),
		}
	}
}

const TOO_LARGE: &str = "it is too large";

/// A file as it was sent.
pub struct Sent {
	/// The bytes.
	pub bytes: Vec<u8>,
	/// How they are encoded.
	pub encoding: Encoding,
}

/// Who has a release's files.
pub trait Source: Sync {
	/// The file of this name, in this encoding if there is one. The empty name means the folder, for which
	/// the page is sent. `None` if there is no such file. At most this many bytes are read.
	///
	/// # Errors
	///
	/// Why it cannot be read.
	fn get(
		&self,
		name: &str,
		encoding: Encoding,
		most: usize,
	) -> impl Future<Output = Result<Option<Sent>, String>> + Send;
}

/// Why nothing can be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
	/// The address is not allowed.
	#[error(transparent)]
	Address(#[from] CustodianError),
	/// There is no wallet.
	#[error("no wallet is served there")]
	NoWallet,
	/// The manifest cannot be read.
	#[error("the manifest cannot be read: {0}")]
	Unreadable(String),
	/// It is not a manifest.
	#[error(transparent)]
	Manifest(#[from] ManifestError),
	/// It takes too long.
	#[error("it takes longer than {} seconds", LIMIT.as_secs())]
	Late,
}

/// Compares each file of a source with the source's manifest, plain and compressed.
///
/// # Errors
///
/// There is no manifest, or it takes too long. A file that is missing or cannot be read is a fault.
pub async fn check(source: &impl Source) -> Result<Served, ReleaseError> {
	timeout(LIMIT, check_all(source)).await.unwrap_or(Err(ReleaseError::Late))
}

async fn check_all(source: &impl Source) -> Result<Served, ReleaseError> {
	let found = read(source, MANIFEST, Encoding::Plain, MAX_MANIFEST).await;
	let bytes = found.map_err(ReleaseError::Unreadable)?.ok_or(ReleaseError::NoWallet)?;
	let Manifest { version, files, hash } = Manifest::parse(&bytes)?;
	let mut faults = Vec::new();
	// Browsers open the folder, and may get the manifest compressed.
	let page = files.get(PAGE).map(|hash| ("", *hash));
	let files = files.iter().map(|(name, hash)| (name.as_str(), *hash));
	for (name, hash) in [(MANIFEST, hash)].into_iter().chain(page).chain(files) {
		if let Some(wrong) = fault_of(source, name, hash).await {
			let file = if name.is_empty() { "the start page" } else { name };
			faults.push(Fault { file: file.to_owned(), wrong });
		}
	}
	Ok(Served { version, hash, faults })
}

/// What is wrong with a file.
async fn fault_of(source: &impl Source, name: &str, hash: H256) -> Option<Wrong> {
	for encoding in Encoding::ALL {
		match read(source, name, encoding, MAX_FILE).await {
			Ok(Some(bytes)) if sha256(&bytes) == hash => {},
			Ok(Some(_)) => return Some(Wrong::Differs),
			Ok(None) => return Some(Wrong::Missing),
			Err(why) => return Some(Wrong::Unreadable(why)),
		}
	}
	None
}

/// A file's decoded bytes.
async fn read(
	source: &impl Source,
	name: &str,
	encoding: Encoding,
	most: usize,
) -> Result<Option<Vec<u8>>, String> {
	let Some(Sent { bytes, encoding }) = source.get(name, encoding, most).await? else {
		return Ok(None);
	};
	if bytes.len() > most {
		return Err(TOO_LARGE.into());
	}
	let decoding = spawn_blocking(move || encoding.decode(bytes, most));
	decoding.await.map_err(|error| error.to_string())?.map(Some)
}

/// A wallet that is served at an address.
pub struct Website {
	http: Client,
	url: String,
}

impl Website {
	/// The wallet at this address, if it may be connected to. Nobody is asked yet.
	///
	/// # Errors
	///
	/// [`CustodianError::Address`].
	pub fn new(url: &str, allowed: &AllowedAddresses) -> Result<Self, CustodianError> {
		let mut url = String::from(allowed.check(url)?);
		if !url.ends_with('/') {
			url.push('/');
		}
		Ok(Self { http: build(builder(allowed).timeout(FILE_LIMIT))?, url })
	}
}

impl Source for Website {
	async fn get(
		&self,
		name: &str,
		encoding: Encoding,
		most: usize,
	) -> Result<Option<Sent>, String> {
		let said = |error: reqwest::Error| from_transport(error).to_string();
		let request = self.http.get(format!("{}{name}", self.url));
		let asking = request.header(ACCEPT_ENCODING, encoding.name()).send();
		let mut answer = asking.await.map_err(said)?;
		match answer.status() {
			StatusCode::OK => {},
			StatusCode::NOT_FOUND => return Ok(None),
			other if other.is_redirection() => {
				return Err(format!(
					"the server redirects ({}), which is not followed",
					other.as_u16()
				))
			},
			other => return Err(format!("the server answers {}", other.as_u16())),
		}
		let named = answer.headers().get(CONTENT_ENCODING);
		let named = named.map(|name| name.to_str().unwrap_or_default());
		let encoding = Encoding::of(named).ok_or("the server compresses it in an unknown way")?;
		let mut bytes = Vec::new();
		while let Some(piece) = answer.chunk().await.map_err(said)? {
			if bytes.len().saturating_add(piece.len()) > most {
				return Err(TOO_LARGE.into());
			}
			bytes.extend_from_slice(&piece);
		}
		Ok(Some(Sent { bytes, encoding }))
	}
}

#[cfg(test)]
mod tests;
