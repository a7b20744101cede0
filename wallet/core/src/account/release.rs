//! The release that this browser has, and what the council has published.

use super::Account;
use crate::{
	failure::Trouble,
	host::Host,
	messages::{ReleaseStanding, ReleaseView},
};
use anyhow::Result;
use vouchsafe_protocol::{
	release::{standing, version_of, Standing, WALLET},
	storage,
	traits::View as _,
	types::{Release, H256},
};

impl<H: Host> Account<H> {
	/// Compares the hash of a manifest with the published ones.
	pub(super) async fn release(&self, manifest: &str) -> Result<ReleaseView> {
		let mut hash = H256::zero();
		hex::decode_to_slice(manifest, &mut hash.0)
			.map_err(|_| Trouble::Input(manifest.chars().take(20).collect()))?;
		let session = self.any_session().await?;
		let at = session.finalized().await?;
		let published = at.read(storage::releases(WALLET)).await?.unwrap_or_default();
		Ok(view(&published, &hash))
	}
}

fn view(published: &[Release], hash: &H256) -> ReleaseView {
	let standing = match standing(published, hash) {
		Standing::Current => ReleaseStanding::Current,
		Standing::Earlier(_) => ReleaseStanding::Earlier,
		Standing::Unknown(_) => ReleaseStanding::Unknown,
		Standing::NothingPublished => ReleaseStanding::NothingPublished,
	};
	let current = published.last();
	ReleaseView {
		standing,
		version: current.map(version_of).unwrap_or_default(),
		hash: current.map(|it| hex::encode(it.hash.0)).unwrap_or_default(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_page_hears_what_was_published() {
		let release = |byte| Release { version: vec![b'0' + byte], hash: H256([byte; 32]) };
		let published = [release(1), release(2)];
		let of = |byte| view(&published, &H256([byte; 32]));
		assert_eq!(of(2).standing, ReleaseStanding::Current);
		assert_eq!(of(1).standing, ReleaseStanding::Earlier);
		assert_eq!(of(3).standing, ReleaseStanding::Unknown);
		assert_eq!((of(3).version, of(3).hash), ("2".to_owned(), "02".repeat(32)));
		let nothing = view(&[], &H256::zero());
		assert_eq!(nothing.standing, ReleaseStanding::NothingPublished);
		assert!(nothing.version.is_empty() && nothing.hash.is_empty());
	}
}
