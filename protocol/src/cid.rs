//! The CID that every node computes for the same bytes: CIDv1, sha2-256, chunks of 256 KiB as raw
//! leaves, UnixFS in the balanced layout with 174 links per node. Clients compute it here, while
//! the bytes pass through, so that they need not trust a node.

pub use ::cid::Cid;
use multihash_codetable::{Code, MultihashDigest};

/// Bytes in a leaf.
pub const CHUNK: usize = 256 * 1024;
/// Links in a node.
const WIDTH: usize = 174;
/// The most bytes of a node's block: 174 links of 56 bytes, and their sizes.
pub const MAX_NODE: usize = 16 * 1024;
/// Multicodec of a raw leaf.
const RAW: u64 = 0x55;
/// Multicodec of a node (dag-pb).
const DAG_PB: u64 = 0x70;

/// A CID as text, in version 1: base32. As the library writes it, but without the other 22 bases that
/// it brings.
pub fn text(cid: &Cid) -> String {
	const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
	let bytes = Cid::new_v1(cid.codec(), *cid.hash()).to_bytes();
	let mut text = String::from("b");
	for five in bytes.chunks(5) {
		let mut group = [0; 8];
		group[3..3 + five.len()].copy_from_slice(five);
		let bits = u64::from_be_bytes(group);
		let letters = (five.len() * 8).div_ceil(5);
		text.extend((0..letters).map(|place| {
			let letter = (bits >> (35 - 5 * place)) & 31;
			char::from(LETTERS[letter as usize])
		}));
	}
	text
}

/// A child as its parent names it.
#[derive(Clone, Debug)]
struct Link {
	cid: Cid,
	/// Bytes of the file below it.
	content: u64,
	/// Bytes of the blocks from it downwards.
	blocks: u64,
}

/// Computes the CID of bytes that come in pieces. Its memory is one chunk and the links of the
/// rightmost nodes.
#[derive(Clone, Debug, Default)]
pub struct CidBuilder {
	chunk: Vec<u8>,
	/// From the leaves upwards: the links that still need a parent.
	levels: Vec<Vec<Link>>,
	length: u64,
}

impl CidBuilder {
	/// Nothing yet.
	pub fn new() -> Self {
		Self::default()
	}

	/// Takes more bytes.
	pub fn update(&mut self, mut bytes: &[u8]) {
		self.length += bytes.len() as u64;
		while !bytes.is_empty() {
			// A full chunk waits until a byte follows, so that the last one is never empty.
			if self.chunk.len() == CHUNK {
				self.end_chunk();
			}
			let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.chunk.len()));
			self.chunk.extend_from_slice(now);
			bytes = later;
		}
	}

	/// How many bytes there were so far.
	pub fn length(&self) -> u64 {
		self.length
	}

	/// The CID of all the bytes.
	pub fn finish(mut self) -> Cid {
		self.end_chunk();
		let mut level = 0;
		loop {
			let is_top = level + 1 == self.levels.len();
			match self.levels[level].as_slice() {
				[root] if is_top => return root.cid,
				links => {
					let node = node(links);
					self.levels[level].clear();
					self.push(level + 1, node);
				},
			}
			level += 1;
		}
	}

	fn end_chunk(&mut self) {
		let size = self.chunk.len() as u64;
		let cid = Cid::new_v1(RAW, Code::Sha2_256.digest(&self.chunk));
		self.chunk.clear();
		self.push(0, Link { cid, content: size, blocks: size });
	}

	fn push(&mut self, level: usize, link: Link) {
		if self.levels.len() == level {
			self.levels.push(Vec::with_capacity(WIDTH));
		}
		if self.levels[level].len() == WIDTH {
			let node = node(&self.levels[level]);
			self.levels[level].clear();
			self.push(level + 1, node);
		}
		self.levels[level].push(link);
	}
}

/// The CID of these bytes.
pub fn cid_of(bytes: &[u8]) -> Cid {
	let mut builder = CidBuilder::new();
	builder.update(bytes);
	builder.finish()
}

/// Whether content of this length can have this CID: version 1, sha2-256, and a single leaf or a
/// node, whichever the length asks for.
pub fn is_cid_for(cid: &Cid, length: u64) -> bool {
	let codec = if length <= CHUNK as u64 { RAW } else { DAG_PB };
	let is_sha = cid.hash().code() == u64::from(Code::Sha2_256) && cid.hash().size() == 32;
	cid.version() == ::cid::Version::V1 && cid.codec() == codec && is_sha
}

/// Whether these bytes are the block of this CID. Only sha2-256 is known here.
pub fn is_block(cid: &Cid, block: &[u8]) -> bool {
	*cid.hash() == Code::Sha2_256.digest(block)
}

/// Whether the block of this CID can name other blocks.
pub fn has_links(cid: &Cid) -> bool {
	cid.codec() != RAW
}

/// How many blocks each level below the root has, from the root downwards, for content of this length. The
/// last level has the leaves. Empty if the root is the only leaf.
pub fn levels(length: u64) -> Vec<usize> {
	let mut levels = Vec::new();
	let mut count = usize::try_from(length.div_ceil(CHUNK as u64)).unwrap_or(usize::MAX);
	while count > 1 {
		levels.push(count);
		count = count.div_ceil(WIDTH);
	}
	levels.reverse();
	levels
}

/// What the block of a node links to. `None` if it is not a node of a file.
pub fn links(block: &[u8]) -> Option<Vec<Cid>> {
	let mut links = Vec::new();
	let mut rest = block;
	while !rest.is_empty() {
		match take_field(&mut rest)? {
			(0x12, mut link) => match take_field(&mut link)? {
				(0x0a, cid) => links.push(Cid::try_from(cid).ok()?),
				_ => return None,
			},
			(0x0a, _) => {},
			_ => return None,
		}
	}
	Some(links)
}

/// The first protobuf field of bytes.
fn take_field<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
	let (tag, mut after) = rest.split_first()?;
	let mut length = 0usize;
	for shift in [0, 7, 14, 21] {
		let (byte, more) = after.split_first()?;
		after = more;
		length |= usize::from(byte & 0x7f) << shift;
		if byte & 0x80 == 0 {
			let (field, more) = after.split_at_checked(length)?;
			*rest = more;
			return Some((*tag, field));
		}
	}
	None
}

/// A dag-pb node over these links, with UnixFS's description of a file.
fn node(links: &[Link]) -> Link {
	let (content, block) = encode_node(links);
	let below: u64 = links.iter().map(|link| link.blocks).sum();
	Link {
		cid: Cid::new_v1(DAG_PB, Code::Sha2_256.digest(&block)),
		content,
		blocks: below + block.len() as u64,
	}
}

/// The bytes of the file below a node, and the node's block.
fn encode_node(links: &[Link]) -> (u64, Vec<u8>) {
	let content = links.iter().map(|link| link.content).sum();
	let mut unixfs = vec![0x08, 2, 0x18];
	varint(&mut unixfs, content);
	for link in links {
		unixfs.push(0x20);
		varint(&mut unixfs, link.content);
	}
	let mut block = Vec::new();
	for link in links {
		let mut pb = Vec::new();
		field(&mut pb, 0x0a, &link.cid.to_bytes());
		field(&mut pb, 0x12, &[]);
		pb.push(0x18);
		varint(&mut pb, link.blocks);
		field(&mut block, 0x12, &pb);
	}
	field(&mut block, 0x0a, &unixfs);
	(content, block)
}

/// A protobuf field of bytes.
fn field(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
	out.push(tag);
	varint(out, bytes.len() as u64);
	out.extend_from_slice(bytes);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
	while value >= 0x80 {
		out.push((value & 0x7f) as u8 | 0x80);
		value >>= 7;
	}
	out.push(value as u8);
}

#[cfg(test)]
mod tests;
