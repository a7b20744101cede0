//! The vectors are what Kubo 0.43.0 said to `ipfs add -Q --cid-version=1 --raw-leaves
//! --chunker=size-262144 --hash=sha2-256` of the same bytes.

use super::*;
use proptest::prelude::*;

/// `length` bytes that don't repeat from chunk to chunk: byte `i` is `(i * 131 + i / 65536) % 256`.
fn bytes(length: u64) -> Vec<u8> {
	(0..length).map(|i| (i.wrapping_mul(131) + i / 65536) as u8).collect()
}

#[test]
fn kubo_says_the_same() {
	const C: u64 = CHUNK as u64;
	for (length, cid) in [
		(1, "bafkreidogqfzz75tpkmjzjke425xqcrmpcib2p5tg44hnbirumdbpl5adu"),
		(C, "bafkreigdkedef5lrotjhiwvcya5ul4xcqahp62qezabp5krjeqpwjjdjzu"),
		(C + 1, "bafybeiecrglrastcu3bbatcfay7km4qcvinaeuunlb3idjacxf3erzkwzy"),
		(2 * C, "bafybeieojm55sf2nxck5rd4r2xijfwnu7l7fqvozvg6jncq2dqrlpa5otm"),
		// One full node, and what first needs a second one and a root above.
		(174 * C, "bafybeihqmw5nqqdsoxyuxoqfvo5qc5basteonmghyqtdcubxhrdinokkue"),
		(174 * C + 1, "bafybeigewesa4nc7l7wncf3fl4dz3s76uevghc4eqoipzs7t2vilnlctty"),
		(175 * C, "bafybeie3irryxlgjsm2erwenaf3jctckeezbdgqxybyoawaf6s2ybncvle"),
		(349 * C + 5, "bafybeihixqpo2gfvth5gctykrz6uq3bbri2pbe5uyukehsdl45tkijrf6u"),
		(350 * C, "bafybeihvldvqch7jqjh7rb4hexeom4jztjplnx6cghsrouchmvq4tw3kcu"),
	] {
		assert_eq!(cid_of(&bytes(length)).to_string(), cid, "{length} bytes");
	}
}

#[test]
fn empty_and_small_files_are_one_raw_leaf() {
	assert_eq!(
		cid_of(b"").to_string(),
		"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
	);
	assert_eq!(cid_of(&bytes(CHUNK as u64)).codec(), RAW);
	assert_eq!(cid_of(&bytes(CHUNK as u64 + 1)).codec(), DAG_PB);
}

#[test]
fn other_cids_than_ours_are_refused() {
	const C: u64 = CHUNK as u64;
	for length in [0, 1, C, C + 1, 3 * C] {
		assert!(is_cid_for(&cid_of(&bytes(length)), length), "{length}");
	}
	let (small, large) = (cid_of(&bytes(1)), cid_of(&bytes(C + 1)));
	assert!(!is_cid_for(&small, C + 1) && !is_cid_for(&large, C));
	assert!(has_links(&large) && !has_links(&small));
	let hash = Code::Sha2_256.digest(b"x");
	let identity = ::cid::multihash::Multihash::wrap(0, b"x").unwrap();
	let short = ::cid::multihash::Multihash::wrap(0x12, b"x").unwrap();
	let sha512 = Code::Sha2_512.digest(b"x");
	for wrong in [
		Cid::new_v0(hash).unwrap(),
		// cbor, libp2p-key.
		Cid::new_v1(0x71, hash),
		Cid::new_v1(0x72, hash),
		Cid::new_v1(RAW, identity),
		Cid::new_v1(RAW, short),
		Cid::new_v1(RAW, sha512),
	] {
		assert!(!is_cid_for(&wrong, 1) && !is_cid_for(&wrong, C + 1), "{wrong}");
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(24))]
	#[test]
	fn how_the_bytes_are_cut_does_not_matter(
		length in 0u64..1_000_000,
		cuts in prop::collection::vec(0usize..400_000, 0..8),
	) {
		let bytes = bytes(length);
		let mut builder = CidBuilder::new();
		let mut rest = &bytes[..];
		for cut in cuts {
			let (now, later) = rest.split_at(cut.min(rest.len()));
			builder.update(now);
			rest = later;
		}
		builder.update(rest);
		prop_assert_eq!(builder.length(), length);
		prop_assert_eq!(builder.finish(), cid_of(&bytes));
	}
}

/// The CIDs of a node's links, and its block.
fn full_node() -> (Vec<Cid>, Vec<u8>) {
	let link = |number: usize| Link {
		cid: cid_of(&number.to_le_bytes()),
		content: 1 << 40,
		blocks: 1 << 41,
	};
	let links: Vec<Link> = (0..WIDTH).map(link).collect();
	(links.iter().map(|link| link.cid).collect(), encode_node(&links).1)
}

#[test]
fn the_links_of_a_node_are_read() {
	let (cids, block) = full_node();
	assert!(block.len() <= MAX_NODE, "{}", block.len());
	assert_eq!(links(&block), Some(cids));
	for wrong in [&block[1..], &block[..block.len() - 1], &b"\x12\x02\x0a\x00"[..], b"\x12\xff"] {
		assert_eq!(links(wrong), None);
	}
	assert_eq!(links(&[]), Some(vec![]));
}

#[test]
fn the_levels_of_content_are_known() {
	const C: u64 = CHUNK as u64;
	for (length, expected) in [
		(0, vec![]),
		(C, vec![]),
		(C + 1, vec![2]),
		(174 * C, vec![174]),
		(174 * C + 1, vec![2, 175]),
		(174 * 174 * C, vec![174, 174 * 174]),
		(174 * 174 * C + 1, vec![2, 175, 174 * 174 + 1]),
	] {
		assert_eq!(levels(length), expected, "{length}");
	}
}

proptest! {
	#[test]
	fn foreign_blocks_have_links_or_not(bytes: Vec<u8>, at: prop::sample::Index, to: u8) {
		let _ = links(&bytes);
		let (_, mut block) = full_node();
		let at = at.index(block.len());
		block[at] = to;
		let _ = links(&block);
	}
}

proptest! {
	#[test]
	fn the_text_is_the_librarys(content: Vec<u8>, is_raw: bool) {
		let codec = if is_raw { RAW } else { DAG_PB };
		let cid = Cid::new_v1(codec, *cid_of(&content).hash());
		prop_assert_eq!(text(&cid), cid.to_string());
	}
}
