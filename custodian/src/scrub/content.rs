//! Whether manifest and ciphertext of a version are here. What is damaged or missing is fetched again from
//! other members' IPFS nodes.

use super::ScrubError;
use crate::{
	acknowledgements::{pin_again, WorkError},
	chain::Block,
	kubo::note_lost,
	state::State,
	store::{HeldShare, KeptVersion},
};
use futures::TryStreamExt;
use std::time::Duration;
use vouchsafe_client::{
	chain::H256,
	cid::{cid_of, has_links, Cid},
	ipfs::{Ipfs, IpfsError},
	protocol::openings,
};
use vouchsafe_vault::{manifest::Manifest, random_bytes};

/// How long it may take to fetch a manifest.
const MANIFEST: Duration = Duration::from_secs(30);

/// What became of the content of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentState {
	/// It is here.
	Good,
	/// It is not here yet, or nobody needs it.
	NotChecked,
	/// It was damaged or missing, and was fetched again.
	Repaired,
	/// It could not be read or fetched again.
	Failed {
		/// Whether the manifest is the reason.
		is_manifest: bool,
		/// Why.
		reason: String,
	},
}

/// How the IPFS node's copy of content is.
enum Copy {
	Whole,
	Missing,
	/// It gives other bytes, or none.
	Damaged(String),
}

/// Checks the content of a version, and has it fetched again. One of `read_back` ciphertexts is read. Of the
/// others the blocks are only looked for.
pub(super) async fn check(
	state: &State,
	block: &dyn Block,
	share: &HeldShare,
	read_back: u32,
) -> Result<ContentState, ScrubError> {
	let id = share.id;
	let is_own = share.carried.is_none();
	let kept = if is_own { state.database.version(id).await? } else { None };
	let patient = share.patient.into();
	let version = block.version(&patient, H256(id.record), id.version).await?;
	let named = version.and_then(|version| Cid::try_from(&version.manifest?[..]).ok());
	let (Some(kept), Some(named)) = (kept, named) else { return Ok(ContentState::NotChecked) };
	let (kept, is_repaired) = match manifest(state, share, kept, &named).await? {
		Ok(found) => found,
		Err(reason) => return Ok(ContentState::Failed { is_manifest: true, reason }),
	};
	let done = if is_repaired { ContentState::Repaired } else { ContentState::Good };
	let Some(ipfs) = &state.ipfs else { return Ok(done) };
	if !kept.pinned {
		return Ok(if is_repaired { done } else { ContentState::NotChecked });
	}
	let reads = read_back <= 1 || u32::from_le_bytes(random_bytes()) % read_back == 0;
	match look(state, ipfs, share, kept, reads).await {
		Ok(ContentState::Good) => Ok(done),
		Ok(other) => Ok(other),
		Err(ScrubError::Ipfs(error)) => {
			// One content can be too slow. If the IPFS node is away, nothing can be said of any.
			ipfs.version().await?;
			Ok(ContentState::Failed { is_manifest: false, reason: error.to_string() })
		},
		Err(error) => Err(error),
	}
}

/// Compares the manifest in the database with the chain, and replaces it if it is another. Returns the
/// version as it is kept then, and whether it was replaced; or why no good manifest could be had.
async fn manifest(
	state: &State,
	share: &HeldShare,
	kept: KeptVersion,
	named: &Cid,
) -> Result<Result<(KeptVersion, bool), String>, ScrubError> {
	let id = share.id;
	let bytes = match cid_of(&kept.manifest) == *named {
		true => kept.manifest.clone(),
		false => match fetch_manifest(state, named, kept.manifest.len() as u64).await {
			Ok(bytes) => bytes,
			Err(error) => return Ok(Err(error.to_string())),
		},
	};
	let genesis = state.genesis().await?.unwrap_or_default();
	let patient = share.patient.into();
	let context = openings::context(genesis, H256(id.record), id.version, &patient);
	let manifest = match Manifest::decode_versioned(&bytes, &context) {
		Ok(manifest) => manifest,
		Err(error) => return Ok(Err(error.to_string())),
	};
	let Ok(ciphertext) = Cid::try_from(&manifest.ciphertext_cid[..]) else {
		return Ok(Err("it names a malformed CID".into()));
	};
	let good = KeptVersion {
		manifest: bytes,
		manifest_cid: named.to_string(),
		ciphertext_cid: ciphertext.to_string(),
		ciphertext_len: manifest.ciphertext_len,
		..kept.clone()
	};
	if good == kept {
		return Ok(Ok((kept, false)));
	}
	let ciphertext = (good.ciphertext_cid.clone(), good.ciphertext_len);
	let (bytes, cid) = (good.manifest.clone(), good.manifest_cid.clone());
	state.database.replace_manifest(id, bytes, cid, ciphertext).await?;
	Ok(Ok((good, true)))
}

/// A manifest, from the own IPFS node or others. It has as many bytes as its damaged copy.
async fn fetch_manifest(state: &State, cid: &Cid, length: u64) -> Result<Vec<u8>, IpfsError> {
	let Some(ipfs) = &state.ipfs else {
		return Err(IpfsError::Missing("there is no IPFS node".into()));
	};
	if let Ok(bytes) = ipfs.cat_bytes(*cid, length).await {
		return Ok(bytes);
	}
	ipfs.remove_damaged(cid).await?;
	ipfs.fetch(cid, length, MANIFEST).await?;
	ipfs.cat_bytes(*cid, length).await
}

/// Looks for manifest and ciphertext in the IPFS node, and has them fetched again.
async fn look(
	state: &State,
	ipfs: &Ipfs,
	share: &HeldShare,
	kept: KeptVersion,
	reads: bool,
) -> Result<ContentState, ScrubError> {
	let contents = [
		(&kept.manifest_cid, kept.manifest.len() as u64, true),
		(&kept.ciphertext_cid, kept.ciphertext_len, reads),
	];
	let mut bad = Vec::new();
	for (text, length, reads) in contents {
		let Ok(cid) = text.parse::<Cid>() else { continue };
		match copy_of(ipfs, &cid, length, reads).await? {
			Copy::Whole => {},
			Copy::Missing => bad.push((cid, length)),
			Copy::Damaged(reason) => {
				// Without a damaged block it is something else, and nothing is removed.
				if ipfs.remove_damaged(&cid).await? == 0 {
					return Ok(ContentState::Failed { is_manifest: false, reason });
				}
				bad.push((cid, length));
			},
		}
	}
	if bad.is_empty() {
		return Ok(ContentState::Good);
	}
	note_lost(state, bad.iter().map(|(cid, _)| cid.to_string()).collect()).await?;
	match pin_again(state, share.id, share.patient, kept).await {
		Ok(()) => {},
		Err(WorkError::Store(error)) => return Err(error.into()),
		Err(error) => {
			ipfs.version().await?;
			return Ok(ContentState::Failed { is_manifest: false, reason: error.to_string() });
		},
	}
	for (cid, length) in bad {
		if !matches!(copy_of(ipfs, &cid, length, true).await?, Copy::Whole) {
			let reason = format!("{cid} is damaged although it was fetched again: check the disk");
			return Ok(ContentState::Failed { is_manifest: false, reason });
		}
	}
	Ok(ContentState::Repaired)
}

async fn copy_of(ipfs: &Ipfs, cid: &Cid, length: u64, reads: bool) -> Result<Copy, IpfsError> {
	if !ipfs.is_pinned(cid).await? {
		return Ok(Copy::Missing);
	}
	let is_here = match has_links(cid) {
		true => ipfs.is_whole(cid, length).await,
		false => ipfs.has_block(cid).await,
	};
	match is_here {
		Ok(true) if !reads => return Ok(Copy::Whole),
		// Kubo can't make sense of a block: reading says more.
		Ok(true) | Err(IpfsError::Refused(_)) => {},
		Ok(false) | Err(IpfsError::Missing(_)) => return Ok(Copy::Missing),
		Err(error) => return Err(error),
	}
	let mut stream = ipfs.cat(*cid);
	loop {
		match stream.try_next().await {
			Ok(Some(_)) => {},
			Ok(None) => return Ok(Copy::Whole),
			Err(IpfsError::Missing(_)) => return Ok(Copy::Missing),
			Err(error @ IpfsError::Unreachable(_)) => return Err(error),
			Err(error) => return Ok(Copy::Damaged(error.to_string())),
		}
	}
}
