//! Cards: what a member writes down about itself before a network is founded, signed with its
//! institution's key. The node makes cards, checks them and puts them together to a chain
//! specification; the command line signs them. Only with `std`: no card is on the chain.

use crate::{AccountId, AccountKind, MemberNode, Moment};
use alloc::{
	format,
	string::{String, ToString},
	vec::Vec,
};
use codec::Encode;
use core::fmt;
use serde::{Deserialize, Serialize};
use sp_core::{sr25519, Pair, H256, H512};

/// The version of cards that this program writes and reads.
pub const CARD_VERSION: u8 = 1;

/// What is hashed before the card.
const DOMAIN: &str = "vouchsafe/v1/card";

/// A member of a network that is to be founded. Its encoding is signed, so a change of its fields is a
/// new version.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
	/// The format's version, [`CARD_VERSION`].
	pub version: u8,
	/// The institution's account, which signs the card.
	pub institution: AccountId,
	/// The X25519 public key of this account.
	pub encryption_key: H256,
	/// The institution's public name.
	pub name: String,
	/// Its country: ISO 3166-1 alpha-2.
	pub country: String,
	/// Institution or authority.
	pub kind: AccountKind,
	/// Its validator's keys, if it validates.
	pub validator: Option<CardValidator>,
	/// Whether it has a seat on the council.
	pub seat: bool,
	/// Its node.
	pub node: CardNode,
	/// Its custodian.
	pub custodian: CardCustodian,
	/// Until when the card can be used, in seconds since 1970.
	pub expires: Moment,
}

/// A validator's session keys. Each has signed the institution's account.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardValidator {
	/// For making blocks (sr25519).
	pub aura: H256,
	/// Its proof of possession.
	pub aura_proof: H512,
	/// For finalising them (ed25519).
	pub grandpa: H256,
	/// Its proof of possession.
	pub grandpa_proof: H512,
}

/// How other nodes reach a member's.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardNode {
	/// Its peer id.
	pub peer: String,
	/// Its addresses, as multiaddresses without the peer id.
	pub addresses: Vec<String>,
	/// Whether it keeps the states of all blocks.
	pub archive: bool,
}

impl CardNode {
	/// The node as the chain lists it. None if the peer id is none, or if there are more addresses or
	/// longer ones than the chain takes.
	pub fn listed(&self) -> Option<MemberNode> {
		let address = |address: &String| address.clone().into_bytes().try_into().ok();
		let addresses = self.addresses.iter().map(address).collect::<Option<Vec<_>>>()?;
		let addresses = addresses.try_into().ok()?;
		Some(MemberNode { peer: peer_key(&self.peer)?, addresses, archive: self.archive })
	}
}

impl From<&MemberNode> for CardNode {
	fn from(node: &MemberNode) -> Self {
		let text = |address: &[u8]| String::from_utf8_lossy(address).into_owned();
		Self {
			peer: peer_id(&node.peer),
			addresses: node.addresses.iter().map(|address| text(address)).collect(),
			archive: node.archive,
		}
	}
}

/// What precedes an Ed25519 key in its peer id: the key itself is the "hash" (multihash `identity`) of a
/// message with its type and its length.
/// [libp2p: Peer Ids](https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md)
const PEER_PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// The peer id of a node with this Ed25519 public key, such as
/// `12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust`.
pub fn peer_id(key: &[u8; 32]) -> String {
	bs58::encode([&PEER_PREFIX[..], key].concat()).into_string()
}

/// The Ed25519 public key of this peer id. None if it is none, or one of another kind of key.
pub fn peer_key(id: &str) -> Option<[u8; 32]> {
	let bytes = bs58::decode(id).into_vec().ok()?;
	bytes.strip_prefix(&PEER_PREFIX)?.try_into().ok()
}

/// A member's custodian.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardCustodian {
	/// Its address.
	pub url: String,
	/// The account with which it signs.
	pub account: AccountId,
	/// Its X25519 public key.
	pub encryption_key: H256,
}

/// A card in its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedCard {
	/// The card.
	pub card: Card,
	/// The institution's signature (sr25519) of [`Card::text`], if it has signed.
	pub signature: Option<H512>,
}

/// Why a card cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardError {
	/// It is not a card. The text says why.
	NotACard(String),
	/// It has this version, which is not ours.
	Version(u64),
	/// It could be used until this time, in seconds since 1970.
	Expired(Moment),
	/// Nobody has signed it.
	NotSigned,
	/// The signature is not the institution's, or something was changed after it.
	WrongSignature,
}

impl fmt::Display for CardError {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		match self {
			Self::NotACard(why) => write!(f, "it is not a card: {why}"),
			Self::Version(version) => write!(
				f,
				"it is a card of version {version}, and this program knows version {CARD_VERSION}: make it \
				 again with the same release as the other members"
			),
			Self::Expired(_) => f.write_str("it has expired: make and sign it again"),
			Self::NotSigned => f.write_str(
				"it is not signed: sign it with `vouchsafe council sign-card`",
			),
			Self::WrongSignature => f.write_str(
				"its signature is wrong: it was changed after it was signed, or another key signed it",
			),
		}
	}
}

impl core::error::Error for CardError {}

impl Card {
	/// The text that the institution signs: four lines, separated by line feeds, without one after the
	/// last. The hash is `blake2b-256(SCALE("vouchsafe/v1/card", card))`.
	///
	/// ```text
	/// Vouchsafe card
	/// institution 0x<account>
	/// card 0x<hash>
	/// until 1798761600
	/// ```
	///
	/// The signature (sr25519) is over `<Bytes>`, this text and `</Bytes>`.
	pub fn text(&self) -> String {
		let institution = H256(self.institution.clone().into());
		let hash = H256(sp_crypto_hashing::blake2_256(&(DOMAIN, self).encode()));
		let until = self.expires;
		format!("Vouchsafe card\ninstitution {institution:?}\ncard {hash:?}\nuntil {until}")
	}

	/// What the card says, but for its version, its expiry and the proofs: names and values for people.
	pub fn fields(&self) -> Vec<(&'static str, String)> {
		let yes_or_no = |is: bool| String::from(if is { "yes" } else { "no" });
		let validator = self.validator.as_ref();
		let key = |key: Option<&H256>| key.map_or("none".into(), |key| format!("{key:?}"));
		Vec::from([
			("institution", self.institution.to_string()),
			("encryption key", format!("{:?}", self.encryption_key)),
			("name", visible(&self.name)),
			("country", visible(&self.country)),
			("kind", self.kind.word().into()),
			("validates", yes_or_no(validator.is_some())),
			("key for blocks", key(validator.map(|keys| &keys.aura))),
			("key for finality", key(validator.map(|keys| &keys.grandpa))),
			("seat", yes_or_no(self.seat)),
			("peer id", visible(&self.node.peer)),
			("addresses", visible(&self.node.addresses.join(", "))),
			("archive", yes_or_no(self.node.archive)),
			("custodian", visible(&self.custodian.url)),
			("custodian's account", self.custodian.account.to_string()),
			("custodian's key", format!("{:?}", self.custodian.encryption_key)),
		])
	}

	/// Checks version and expiry.
	///
	/// # Errors
	///
	/// If it has another version, or has expired.
	pub fn check(&self, now: Moment) -> Result<(), CardError> {
		if self.version != CARD_VERSION {
			return Err(CardError::Version(self.version.into()));
		}
		if self.expires <= now {
			return Err(CardError::Expired(self.expires));
		}
		Ok(())
	}
}

impl SignedCard {
	/// Reads a card's file.
	///
	/// # Errors
	///
	/// If it is not a card of this version.
	pub fn from_json(text: &str) -> Result<Self, CardError> {
		let not_a_card = |error: serde_json::Error| CardError::NotACard(error.to_string());
		let json: serde_json::Value = serde_json::from_str(text).map_err(not_a_card)?;
		// A card of another version has other fields.
		let version = json.pointer("/card/version").and_then(serde_json::Value::as_u64);
		match version {
			Some(version) if version != u64::from(CARD_VERSION) => Err(CardError::Version(version)),
			_ => serde_json::from_value(json).map_err(not_a_card),
		}
	}

	/// What is written into the card's file.
	pub fn to_json(&self) -> String {
		let json = serde_json::to_string_pretty(self).unwrap_or_default();
		json + "\n"
	}

	/// Checks that the institution has signed what the card says.
	///
	/// # Errors
	///
	/// If nobody has signed it, or the signature is wrong.
	pub fn check_signature(&self) -> Result<(), CardError> {
		let signature = self.signature.ok_or(CardError::NotSigned)?;
		let signed = format!("<Bytes>{}</Bytes>", self.card.text());
		let key = sr25519::Public::from(<[u8; 32]>::from(self.card.institution.clone()));
		let signature = sr25519::Signature::from(signature.0);
		match sr25519::Pair::verify(&signature, signed, &key) {
			true => Ok(()),
			false => Err(CardError::WrongSignature),
		}
	}
}

/// A text of somebody else on one line: characters that a terminal would obey are escaped.
fn visible(text: &str) -> String {
	let mut shown = String::new();
	for character in text.chars() {
		match character.is_control() || character == '\\' {
			true => shown.extend(character.escape_default()),
			false => shown.push(character),
		}
	}
	shown
}

#[cfg(test)]
mod tests;
