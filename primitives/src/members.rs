//! How many members validate and have a seat in the council, and how many of them may fail. And their nodes.

use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// The least number of validators, and of seats: one of four may fail.
pub const LEAST_MEMBERS: u32 = 4;
/// The most validators, and the most seats.
pub const MAX_MEMBERS: u32 = 32;
/// A validator that made no block of a session was absent if at least this many were expected of it. In so many
/// rounds of an idle chain, each validator has had a turn.
pub const MIN_SHARE: u32 = 4;

/// At least so many members should keep archives, so that one of them can be lost.
pub const LEAST_ARCHIVES: usize = 2;
/// How many nodes a member can list.
pub const MAX_NODES: u32 = 4;
/// How many addresses a node can have.
pub const MAX_NODE_ADDRESSES: u32 = 4;
/// Bytes that each of them can have.
pub const MAX_NODE_ADDRESS: u32 = 128;

/// The address at which other nodes reach a node: a multiaddress without the peer id, such as
/// `/dns/node.hospital-a.example/tcp/30333`.
pub type NodeAddress = BoundedVec<u8, ConstU32<MAX_NODE_ADDRESS>>;

/// A node of a member.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct MemberNode {
	/// The node key's public half (Ed25519). The peer id is another way to write it.
	pub peer: [u8; 32],
	/// Where other nodes reach it, the best address first. None if only it connects to others.
	pub addresses: BoundedVec<NodeAddress, ConstU32<MAX_NODE_ADDRESSES>>,
	/// Whether the member says that it keeps the states of all blocks.
	pub archive: bool,
}

/// The nodes of one member.
pub type MemberNodes = BoundedVec<MemberNode, ConstU32<MAX_NODES>>;

impl MemberNode {
	/// Whether all addresses are written as multiaddresses are: visible ASCII characters after a `/`.
	pub fn has_plain_addresses(&self) -> bool {
		let is_plain = |address: &NodeAddress| {
			address.starts_with(b"/") && address.iter().all(u8::is_ascii_graphic)
		};
		self.addresses.iter().all(is_plain)
	}
}

/// Of this many validators, how many may fail without stopping finality. Of a new list, as many may be new.
pub const fn may_fail(members: usize) -> usize {
	members.saturating_sub(1) / 3
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn addresses_are_visible_characters_after_a_slash() {
		let has = |address: &[u8]| {
			let addresses = [address.to_vec().try_into().unwrap()].to_vec().try_into().unwrap();
			MemberNode { peer: [1; 32], addresses, archive: false }.has_plain_addresses()
		};
		assert!(has(b"/dns/node.hospital-a.example/tcp/30333"));
		for wrong in [&b""[..], b"dns/a.example", b"/dns/a example", b"/dns/a\n", b"/dns/\xc3\xa9"]
		{
			assert!(!has(wrong), "{wrong:?}");
		}
		let none = MemberNode { peer: [1; 32], addresses: Default::default(), archive: true };
		assert!(none.has_plain_addresses());
	}

	#[test]
	fn a_third_may_fail() {
		let may = [0, 1, 3, 4, 6, 7, 9, 10, 32].map(may_fail);
		assert_eq!(may, [0, 0, 0, 1, 1, 2, 2, 3, 10]);
	}
}
