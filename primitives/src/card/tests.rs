//! Tests of cards.

use super::*;

fn card() -> Card {
	Card {
		version: CARD_VERSION,
		institution: sr25519::Pair::from_seed(&[1; 32]).public().into(),
		encryption_key: H256([2; 32]),
		name: "Hospital Ä".into(),
		country: "DE".into(),
		kind: AccountKind::Institution,
		validator: Some(CardValidator {
			aura: H256([3; 32]),
			aura_proof: H512([4; 64]),
			grandpa: H256([5; 32]),
			grandpa_proof: H512([6; 64]),
		}),
		seat: true,
		node: CardNode {
			peer: "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp".into(),
			addresses: Vec::from(["/dns/node.hospital-a.example/tcp/30333".into()]),
			archive: true,
		},
		custodian: CardCustodian {
			url: "https://custodian.hospital-a.example".into(),
			account: [7; 32].into(),
			encryption_key: H256([8; 32]),
		},
		expires: 1_798_761_600,
	}
}

fn sign(card: Card) -> SignedCard {
	let text = format!("<Bytes>{}</Bytes>", card.text());
	let signature = sr25519::Pair::from_seed(&[1; 32]).sign(text.as_bytes());
	SignedCard { card, signature: Some(H512(signature.0)) }
}

#[test]
fn vectors_work() {
	let vectors: serde_json::Value =
		serde_json::from_str(include_str!("../../vectors/card.json")).unwrap();
	for vector in vectors.as_array().unwrap() {
		let signed = SignedCard::from_json(&vector["file"].to_string()).unwrap();
		let encoded = format!("0x{}", hex::encode(signed.card.encode()));
		assert_eq!(vector["encoded"], encoded);
		assert_eq!(vector["text"], signed.card.text());
		assert_eq!(signed.check_signature(), Ok(()));
	}
	let file = serde_json::to_value(sign(card())).unwrap();
	assert_eq!(vectors[0]["file"]["card"], file["card"]);
}

#[test]
fn a_card_is_what_its_institution_signed() {
	let signed = sign(card());
	assert_eq!(signed.check_signature(), Ok(()));
	assert_eq!(SignedCard::from_json(&signed.to_json()), Ok(signed.clone()));
	let unsigned = SignedCard { signature: None, ..signed.clone() };
	assert_eq!(unsigned.check_signature(), Err(CardError::NotSigned));

	type Change = fn(&mut Card);
	let changes: [Change; 15] = [
		|card| card.version = 2,
		|card| card.institution = [9; 32].into(),
		|card| card.encryption_key.0[0] ^= 1,
		|card| card.name += "x",
		|card| card.country = "AT".into(),
		|card| card.kind = AccountKind::Authority,
		|card| card.validator = None,
		|card| card.validator.as_mut().unwrap().aura.0[0] ^= 1,
		|card| card.validator.as_mut().unwrap().grandpa_proof.0[0] ^= 1,
		|card| card.seat = false,
		|card| card.node.peer += "x",
		|card| card.node.addresses.clear(),
		|card| card.custodian.url += "/",
		|card| card.custodian.account = [9; 32].into(),
		|card| card.expires += 1,
	];
	for (number, change) in changes.into_iter().enumerate() {
		let mut changed = signed.clone();
		change(&mut changed.card);
		assert_eq!(changed.check_signature(), Err(CardError::WrongSignature), "change {number}");
	}
}

#[test]
fn expired_cards_and_other_versions_are_refused() {
	let card = card();
	assert_eq!(card.check(card.expires - 1), Ok(()));
	assert_eq!(card.check(card.expires), Err(CardError::Expired(card.expires)));
	let newer = Card { version: 2, ..card.clone() };
	assert_eq!(newer.check(0), Err(CardError::Version(2)));
	// A newer card has fields that we do not know.
	let text = r#"{ "card": { "version": 2, "more": true }, "signature": null }"#;
	assert_eq!(SignedCard::from_json(text), Err(CardError::Version(2)));
	for wrong in ["", "{}", r#"{ "card": { "version": 1 }, "signature": null }"#] {
		let error = SignedCard::from_json(wrong).unwrap_err();
		assert!(matches!(error, CardError::NotACard(_)), "{wrong}: {error}");
	}
}

#[test]
fn a_name_cannot_imitate_another_field() {
	let card = Card { name: "A\nseat  yes\u{1b}[2K\\".into(), ..card() };
	let fields = card.fields();
	let (_, name) = fields.iter().find(|(field, _)| *field == "name").unwrap();
	assert_eq!(name, "A\\nseat  yes\\u{1b}[2K\\\\");
}

#[test]
fn a_node_has_a_key_and_a_peer_id() {
	let id = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
	assert_eq!(peer_id(&peer_key(id).unwrap()), id);
	// The last one is the hash of an RSA key.
	for wrong in ["", "12D3", "0", &id[1..], "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N"] {
		assert_eq!(peer_key(wrong), None, "{wrong}");
	}
}

#[test]
fn the_chain_lists_what_the_card_says() {
	let node = card().node;
	let listed = node.listed().unwrap();
	assert_eq!(CardNode::from(&listed), node);
	let with = |change: fn(&mut CardNode)| {
		let mut node = node.clone();
		change(&mut node);
		node.listed()
	};
	assert_eq!(with(|node| node.peer += "x"), None);
	assert!(with(|node| node.addresses = vec!["/".repeat(128); 4]).is_some());
	assert_eq!(with(|node| node.addresses = vec!["/".repeat(129)]), None);
	assert_eq!(with(|node| node.addresses = vec!["/".into(); 5]), None);
}
