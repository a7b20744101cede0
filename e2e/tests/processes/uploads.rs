//! Content that a custodian's Kubo removes. The test shares the network of the refusals.

use crate::refusals::shared_network;
use anyhow::{ensure, Result};
use vouchsafe_client::{
	chain::Chain,
	cid::{cid_of, CHUNK},
	ipfs::Ipfs,
};
use vouchsafe_e2e::attack::custodian::{content, hospital_b};

/// Removal takes each block of a file, and leaves what another file needs.
#[tokio::test]
async fn content_is_removed_block_by_block() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let chain = Chain::connect(&network.node_url()).await?;
	let (_, ipfs) = hospital_b(network, &chain)?;
	let long = [content(10), content(11), content(12)].concat();
	let (first, rest) = long.split_at(CHUNK);
	// Its first block is also that of the long file.
	let short = [first, b"end"].concat();
	let kept = ipfs.add_bytes(short.clone()).await?;
	let removed = ipfs.add_bytes(long.clone()).await?;
	ipfs.remove(&removed).await?;
	ensure!(!ipfs.has_block(&removed).await?, "the first block of the removed file is there");
	for chunk in rest.chunks(CHUNK) {
		ensure!(!ipfs.has_block(&cid_of(chunk)).await?, "a block of the removed file is there");
	}
	ensure!(ipfs.cat_bytes(kept, short.len() as u64).await? == short, "the other file is damaged");
	// Once more does no harm, nor does what was never there.
	ipfs.remove(&removed).await?;
	ipfs.remove(&cid_of(b"never added")).await?;
	ipfs.remove(&kept).await?;
	ensure!(!ipfs.has_block(&cid_of(first)).await?, "nobody needs this block any more");
	what_is_left_is_removed(&ipfs, &long).await
}

/// Content without one of its blocks is not whole, and the others are removed.
async fn what_is_left_is_removed(ipfs: &Ipfs, content: &[u8]) -> Result<()> {
	let (cid, length) = (ipfs.add_bytes(content.to_vec()).await?, content.len() as u64);
	ensure!(ipfs.is_whole(&cid, length).await?, "all its blocks are there");
	ipfs.unpin(&cid).await?;
	let blocks: Vec<_> = content.chunks(CHUNK).map(cid_of).collect();
	ipfs.remove(&blocks[1]).await?;
	ensure!(!ipfs.is_whole(&cid, length).await?, "one of its blocks is gone");
	ipfs.remove(&cid).await?;
	for block in blocks.iter().chain([&cid]) {
		ensure!(!ipfs.has_block(block).await?, "a block of what was left is there");
	}
	Ok(())
}
