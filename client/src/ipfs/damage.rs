//! Finds and removes damaged blocks. Kubo hands out a block without comparing it with its CID, and does not
//! fetch what it believes to have.

use super::*;
use crate::cid::is_block;

impl Ipfs {
	/// Removes the blocks of this content whose bytes are not those of their CIDs, and then its pin, so that
	/// pinning fetches these blocks again. Returns how many there were. Without one, nothing is removed.
	/// Blocks that are not here, and those below a damaged block, are left out.
	pub async fn remove_damaged(&self, cid: &Cid) -> Result<usize, IpfsError> {
		let damaged = self.damaged_blocks(cid).await?;
		if damaged.is_empty() {
			return Ok(0);
		}
		// Kubo removes no pinned block.
		self.unpin(cid).await?;
		for blocks in damaged.chunks(REMOVED_AT_ONCE) {
			let answers: Vec<Removed> =
				lines(&self.client, self.limits.content.silence, BlockRm { blocks }).await?;
			if let Some(error) = answers.into_iter().find_map(|answer| answer.error) {
				return Err(IpfsError::Refused(shortened(error)));
			}
		}
		Ok(damaged.len())
	}

	async fn damaged_blocks(&self, cid: &Cid) -> Result<Vec<Cid>, IpfsError> {
		let (mut next, mut known) = (vec![*cid], HashSet::from([*cid]));
		let mut damaged = Vec::new();
		while let Some(cid) = next.pop() {
			let request = BlockGet { arg: &cid.to_string(), offline: true };
			let getting = ask(&self.client, request, None, MAX_BLOCK);
			match in_time(self.limits.answer, getting).await {
				Err(IpfsError::Missing(_)) => {},
				Err(error) => return Err(error),
				Ok(block) if !is_block(&cid, &block) => damaged.push(cid),
				Ok(block) if has_links(&cid) => {
					let links = links(&block).unwrap_or_default();
					next.extend(links.into_iter().filter(|link| known.insert(*link)));
				},
				Ok(_) => {},
			}
		}
		Ok(damaged)
	}
}
