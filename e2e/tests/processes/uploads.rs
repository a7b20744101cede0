//! Content that must be refused, sent to a real custodian with a real Kubo. The tests share the
//! network of the refusals.

use crate::refusals::shared_network;
use anyhow::{ensure, Context, Result};
use futures::stream;
use std::{io, time::Duration};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
};
use vouchsafe_client::{
	chain::{Chain, Signer, Submit},
	cid::{cid_of, CHUNK},
	custodian::{AllowedAddresses, Custodian, CustodianClient, CustodianError},
	ipfs::Ipfs,
};
use vouchsafe_e2e::{commands::keypair, network::Network, scenario::Scenario};

/// Two chunks that nobody else adds.
fn content(seed: u8) -> Vec<u8> {
	(0..CHUNK + 1000).map(|i| (i.wrapping_mul(7) as u8) ^ seed).collect()
}

/// Hospital B's custodian and Kubo.
fn hospital_b(network: &Network, chain: &Chain) -> Result<(CustodianClient, Ipfs)> {
	let site = &network.sites[1];
	let institution = keypair(site.institution.seed)?.account();
	let (url, allowed) = (site.custodian.url(), AllowedAddresses::all());
	let custodian = CustodianClient::new(&url, institution, chain.genesis(), &allowed)?;
	let kubo = site.kubo.as_ref().context("Hospital B has no Kubo")?;
	Ok((custodian.without_retries(), Ipfs::new(&kubo.url())?))
}

/// Before, Kubo had the bytes when they were refused.
#[tokio::test]
async fn refused_uploads_leave_nothing_in_kubo() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Refused//Uploads").await?;
	let chain = Chain::connect(&scenario.doctor_b.node).await?;
	let (custodian, ipfs) = hospital_b(network, &chain)?;
	let author = keypair(&scenario.doctor_b.key)?;
	let other = cid_of(b"other");
	for (seed, length, named) in [(1, 0i64, false), (2, 1, true), (3, -1, true)] {
		let bytes = content(seed);
		let cid = if named { cid_of(&bytes) } else { cid_of(&content(99)) };
		let length = (bytes.len() as u64).saturating_add_signed(length);
		let pieces = || stream::iter([Ok::<_, io::Error>(bytes.clone().into())]);
		let result = custodian.add_content(&author, &cid, length, pieces).await;
		ensure!(result.is_err(), "{seed}: wrong content was accepted");
	}
	let bytes = content(4);
	let broken = || {
		let begin = Ok(bytes[..CHUNK + 1].to_vec().into());
		stream::iter([begin, Err(io::Error::other("broken off"))])
	};
	let length = bytes.len() as u64;
	let result = custodian.add_content(&author, &cid_of(&bytes), length, broken).await;
	ensure!(result.is_err(), "content that broke off was accepted");
	let pieces = || stream::iter([Ok::<_, io::Error>(b"other".to_vec().into())]);
	let result = custodian.add_content(&author, &cid_of(&bytes), 5, pieces).await;
	let is_refused = matches!(result, Err(CustodianError::Refused { status: 422, .. }));
	ensure!(is_refused, "a node's CID for five bytes: {result:?}");
	for seed in 1..=4 {
		let bytes = content(seed);
		for cid in [cid_of(&bytes), cid_of(&bytes[..CHUNK]), cid_of(&bytes[CHUNK..])] {
			ensure!(!ipfs.has_block(&cid).await?, "Kubo has a block of refused content {seed}");
		}
	}
	ensure!(!ipfs.has_block(&other).await?, "Kubo has refused content");

	// The same content is accepted if everything is right.
	let bytes = content(4);
	let pieces = || stream::iter([Ok::<_, io::Error>(bytes.clone().into())]);
	custodian.add_content(&author, &cid_of(&bytes), bytes.len() as u64, pieces).await?;
	for cid in [cid_of(&bytes), cid_of(&bytes[..CHUNK]), cid_of(&bytes[CHUNK..])] {
		ensure!(ipfs.has_block(&cid).await?, "Kubo does not have accepted content");
	}
	Ok(())
}

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
	Ok(())
}

/// More connections than a custodian has, none of which sends a whole request.
#[tokio::test]
async fn half_sent_headers_keep_nobody_out() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let url = network.sites[2].custodian.url();
	let address = url.trim_start_matches("http://");
	let mut held = std::collections::VecDeque::new();
	let mut given_way = 0;
	for number in 0..1500 {
		let mut stream = TcpStream::connect(address).await?;
		stream.write_all(b"GET /health HTTP/1.1\r\nhost: ").await?;
		held.push_back(stream);
		if number % 250 == 249 {
			let health = reqwest::Client::new().get(format!("{url}/health"));
			let answer = health.timeout(Duration::from_secs(5)).send().await?;
			ensure!(answer.status().is_success(), "no answer after {number} half requests");
		}
		// The test itself may have few files open.
		if held.len() > 600 {
			let mut oldest = held.pop_front().context("there are some")?;
			let reading = tokio::time::timeout(Duration::from_secs(5), oldest.read_u8()).await;
			ensure!(matches!(reading, Ok(Err(_))), "an old half request is still open");
			given_way += 1;
		}
	}
	ensure!(given_way == 900, "{given_way} half requests gave way");
	Ok(())
}
