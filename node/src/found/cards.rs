//! Why cards are refused. Each reason is a sentence, and all reasons are found at once.

use crate::members::Address;
use sp_state_machine::BasicExternalities;
use vouchsafe_primitives::{
	card::{peer_key, Card, SignedCard},
	Moment, LEAST_MEMBERS, MAX_MEMBERS, MAX_NODE_ADDRESS, MAX_NODE_ADDRESSES,
};
use vouchsafe_runtime::founding;

/// How many addresses a node can have, and how many bytes each of them.
const MOST_ADDRESSES: usize = MAX_NODE_ADDRESSES as usize;
const LONGEST_ADDRESS: usize = MAX_NODE_ADDRESS as usize;

/// What is wrong with these cards, one by one and together.
pub fn check(cards: &[SignedCard], now: Moment, lan: bool) -> Vec<String> {
	let mut wrong: Vec<_> = cards.iter().flat_map(|card| check_one(card, now, lan)).collect();
	let cards: Vec<_> = cards.iter().map(|signed| &signed.card).collect();
	for (place, one) in cards.iter().enumerate() {
		wrong.extend(cards.iter().skip(place + 1).flat_map(|other| check_two(one, other)));
	}
	let validators = cards.iter().filter(|card| card.validator.is_some()).count();
	let seats = cards.iter().filter(|card| card.seat).count();
	wrong.extend(check_count(validators, "validators"));
	wrong.extend(check_count(seats, "seats on the council"));
	wrong
}

fn check_count(count: usize, what: &str) -> Option<String> {
	let (least, most) = (LEAST_MEMBERS as usize, MAX_MEMBERS as usize);
	if count < least {
		return Some(format!("the cards have {count} {what}: a network needs at least {least}"));
	}
	(count > most).then(|| format!("the cards have {count} {what}: a network has at most {most}"))
}

/// What is wrong with one card.
fn check_one(signed: &SignedCard, now: Moment, lan: bool) -> Vec<String> {
	let card = &signed.card;
	let mut wrong = Vec::new();
	if let Err(error) = card.check(now) {
		wrong.push(of(card, &error.to_string()));
	}
	if let Err(error) = signed.check_signature() {
		wrong.push(of(card, &error.to_string()));
	}
	if let Some(keys) = &card.validator {
		if !founding::is_proven(&card.institution, keys) {
			wrong.push(of(
				card,
				"a session key has not signed the institution's account. Make the card again with \
				 `vouchsafe-node found card`",
			));
		}
	}
	wrong.extend(check_fields(card, lan));
	wrong
}

/// What is wrong with what a card says, whether it is signed or not.
pub fn check_fields(card: &Card, lan: bool) -> Vec<String> {
	let mut wrong = Vec::new();
	if let Err(error) =
		BasicExternalities::new_empty().execute_with(|| founding::check_enrolment(card))
	{
		wrong.push(of(card, &enrolment_says(&error)));
	}
	if !lan && !card.custodian.url.starts_with("https://") {
		wrong.push(of(
			card,
			"its custodian's address does not begin with https://. In one network of your own, add --lan",
		));
	}
	for (what, key) in keys(card) {
		if let Some(name) = founding::development_key(&key) {
			wrong.push(of(
				card,
				&format!("its {what} is the development key {name}, whose secret everybody has"),
			));
		}
	}
	wrong.extend(check_node(card));
	wrong
}

/// Enrolment's error in words.
fn enrolment_says(error: &str) -> String {
	let words = match error {
		"InvalidName" => "its name must have 1 to 64 bytes",
		"InvalidCountry" => "its country must be two capital letters, as in ISO 3166",
		"InvalidUrl" => {
			"its custodian's address must have https:// or http://, a host, perhaps a port and a path, and at \
			 most 128 bytes"
		},
		"KindNotAllowed" => "its kind must be institution or authority",
		"AlreadyEnrolled" => "its custodian has the institution's account, and needs another one",
		_ => return format!("enrolment refuses it ({error})"),
	};
	words.into()
}

fn check_node(card: &Card) -> Vec<String> {
	let mut wrong = Vec::new();
	if peer_key(&card.node.peer).is_none() {
		wrong.push(of(card, "its peer id is not that of an Ed25519 key"));
	}
	let addresses = &card.node.addresses;
	if addresses.is_empty() || addresses.len() > MOST_ADDRESSES {
		wrong.push(of(card, &format!("its node must have 1 to {MOST_ADDRESSES} addresses")));
	}
	for address in addresses {
		let is_plain = address.is_ascii()
			&& Address::parse(address.as_bytes())
				.is_ok_and(|it| it.multiaddress.to_string() == *address);
		if !is_plain || address.len() > LONGEST_ADDRESS {
			wrong.push(of(
				card,
				&format!(
					"{address:?} is not the address of a node: write it like \
					 /dns/node.hospital-a.example/tcp/30333, without the peer id, in at most \
					 {LONGEST_ADDRESS} bytes"
				),
			));
		}
	}
	wrong
}

/// What two cards must not have in common.
fn check_two(one: &Card, other: &Card) -> Vec<String> {
	let both = |what: &str| {
		let (one, other) = (one.name.escape_debug(), other.name.escape_debug());
		format!("the cards of {one} and {other} have the same {what}")
	};
	if one.institution == other.institution {
		// The same card twice would have everything in common.
		return vec![both("institution account")];
	}
	let mut wrong = Vec::new();
	if one.name.to_lowercase() == other.name.to_lowercase() {
		wrong.push(both("name"));
	}
	if one.node.peer == other.node.peer {
		wrong.push(both("peer id"));
	}
	let url = |card: &Card| card.custodian.url.trim_end_matches('/').to_lowercase();
	if url(one) == url(other) {
		wrong.push(both("custodian's address"));
	}
	for (what, key) in keys(one) {
		for (other_what, _) in keys(other).into_iter().filter(|(_, it)| *it == key) {
			wrong.push(match what == other_what {
				true => both(what),
				false => {
					format!(
						"the {what} of {} is the {other_what} of {}",
						one.name.escape_debug(),
						other.name.escape_debug()
					)
				},
			});
		}
	}
	wrong
}

/// A card's keys, each of which only this member has.
fn keys(card: &Card) -> Vec<(&'static str, [u8; 32])> {
	let mut keys = vec![
		("institution account", card.institution.clone().into()),
		("encryption key", card.encryption_key.0),
		("custodian's account", card.custodian.account.clone().into()),
		("custodian's encryption key", card.custodian.encryption_key.0),
	];
	if let Some(validator) = &card.validator {
		keys.push(("key for blocks", validator.aura.0));
		keys.push(("key for finality", validator.grandpa.0));
	}
	keys
}

fn of(card: &Card, what: &str) -> String {
	format!("the card of {}: {what}", card.name.escape_debug())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::found::card::tests::{sign, signed_cards};
	use sp_core::{sr25519, Pair, H256, H512};
	use std::path::Path;
	use vouchsafe_primitives::AccountKind;
	use vouchsafe_runtime::development;

	fn four(folder: &Path) -> Vec<SignedCard> {
		signed_cards(folder, 4)
	}

	/// Changes the first card, signs it again, and checks that the one reason contains the text.
	fn refused(cards: &[SignedCard], change: impl Fn(&mut Card), expected: &str) {
		let mut cards = cards.to_vec();
		let mut card = cards[0].card.clone();
		change(&mut card);
		cards[0] = sign(card, 1);
		let wrong = check(&cards, 0, false);
		assert!(wrong.len() == 1 && wrong[0].contains(expected), "{expected}: {wrong:#?}");
	}

	#[test]
	fn four_sound_cards_are_accepted() {
		let folder = tempfile::tempdir().unwrap();
		let mut cards = four(folder.path());
		assert_eq!(check(&cards, 0, false), Vec::<String>::new());
		cards.reverse();
		assert_eq!(check(&cards, 0, false), Vec::<String>::new());
	}

	#[test]
	fn a_card_must_be_signed_current_and_proven() {
		let folder = tempfile::tempdir().unwrap();
		let cards = four(folder.path());
		let expires = cards[0].card.expires;
		assert!(check(&cards[..1], expires - 1, false)
			.iter()
			.all(|wrong| wrong.contains("at least 4")));
		let wrong = check(&cards[..1], expires, false);
		assert!(wrong[0].contains("the card of Hospital 1: it has expired"), "{wrong:?}");

		let mut changed = cards.clone();
		changed[0].card.seat = false;
		changed[1].signature = None;
		let wrong = check(&changed, 0, false);
		assert!(wrong[0].contains("its signature is wrong"), "{wrong:?}");
		assert!(wrong[1].contains("it is not signed"), "{wrong:?}");

		refused(&cards, |card| card.version = 2, "it is a card of version 2");
		// A proof of another member's, and one with a changed byte.
		let of_another = cards[1].card.validator.clone().unwrap();
		let expected = "a session key has not signed the institution's account";
		refused(
			&cards,
			|card| {
				let keys = card.validator.as_mut().unwrap();
				keys.grandpa_proof = of_another.grandpa_proof;
			},
			expected,
		);
		refused(
			&cards,
			|card| card.validator.as_mut().unwrap().aura_proof = H512([0; 64]),
			expected,
		);
	}

	#[test]
	fn two_cards_have_nothing_in_common() {
		let folder = tempfile::tempdir().unwrap();
		let cards = four(folder.path());
		let other = cards[1].card.clone();
		let mut twice = cards.clone();
		twice.push(cards[0].clone());
		let wrong = check(&twice, 0, false);
		assert_eq!(
			wrong,
			["the cards of Hospital 1 and Hospital 1 have the same institution account"]
		);

		let same = "the cards of Hospital 1 and Hospital 2 have the same";
		refused(&cards, |card| card.name = "HOSPITAL 2".into(), "have the same name");
		refused(
			&cards,
			|card| card.node.peer = other.node.peer.clone(),
			&format!("{same} peer id"),
		);
		refused(
			&cards,
			|card| {
				card.custodian.url =
					other.custodian.url.to_uppercase().replace("HTTPS", "https") + "/"
			},
			&format!("{same} custodian's address"),
		);
		refused(
			&cards,
			|card| card.custodian.account = other.custodian.account.clone(),
			&format!("{same} custodian's account"),
		);
		refused(
			&cards,
			|card| card.custodian.encryption_key = other.custodian.encryption_key,
			&format!("{same} custodian's encryption key"),
		);
		refused(
			&cards,
			|card| card.encryption_key = other.encryption_key,
			&format!("{same} encryption key"),
		);
		refused(
			&cards,
			|card| card.custodian.account = other.institution.clone(),
			"the custodian's account of Hospital 1 is the institution account of Hospital 2",
		);
		// Session keys: the same member's keys, for another institution.
		let mut shared = cards.clone();
		shared[0].card.validator = other.validator.clone();
		let wrong = check(&shared, 0, false);
		for key in ["key for blocks", "key for finality"] {
			let expected = format!("{same} {key}");
			assert!(wrong.contains(&expected), "{expected}: {wrong:#?}");
		}
	}

	#[test]
	fn a_network_has_four_to_thirty_two_validators_and_seats() {
		let folder = tempfile::tempdir().unwrap();
		let cards = four(folder.path());
		refused(&cards, |card| card.validator = None, "3 validators: a network needs at least 4");
		refused(
			&cards,
			|card| card.seat = false,
			"3 seats on the council: a network needs at least 4",
		);
		assert_eq!(check_count(4, "seats"), None);
		assert_eq!(check_count(32, "seats"), None);
		let many = check_count(33, "seats").unwrap();
		assert!(many.contains("at most 32"), "{many}");
	}

	#[test]
	fn development_keys_are_refused_in_each_place() {
		let folder = tempfile::tempdir().unwrap();
		let cards = four(folder.path());
		let hospital = development::HOSPITAL_A;
		let named = "is the development key //HospitalA, whose secret everybody has";
		refused(&cards, |card| card.encryption_key = hospital.encryption_key(), named);
		refused(&cards, |card| card.custodian.account = hospital.account(), named);
		refused(
			&cards,
			|card| card.custodian.encryption_key = H256(hospital.encryption_key),
			named,
		);
		// These have other faults too, because nobody here signs with them.
		let says = |change: &dyn Fn(&mut Card), expected: &str| {
			let mut card = cards[0].card.clone();
			change(&mut card);
			let wrong = check_fields(&card, false);
			assert!(wrong.iter().any(|it| it.contains(expected)), "{expected}: {wrong:?}");
		};
		says(&|card| card.institution = hospital.account(), named);
		let alice = H256(sr25519::Pair::from_string("//Alice", None).unwrap().public().0);
		says(
			&|card| card.validator.as_mut().unwrap().aura = alice,
			"key for blocks is the development key //Alice",
		);
	}

	#[test]
	fn what_enrolment_refuses_is_refused() {
		let folder = tempfile::tempdir().unwrap();
		let cards = four(folder.path());
		refused(&cards, |card| card.name.clear(), "its name must have 1 to 64 bytes");
		refused(&cards, |card| card.name = "x".repeat(65), "its name must have 1 to 64 bytes");
		for country in ["de", "DEU", "D", ""] {
			refused(
				&cards,
				|card| card.country = country.into(),
				"its country must be two capital letters",
			);
		}
		refused(&cards, |card| card.kind = AccountKind::Patient, "its kind must be");
		refused(
			&cards,
			|card| card.custodian.account = card.institution.clone(),
			"its custodian has the institution's account",
		);
		refused(
			&cards,
			|card| card.custodian.url = "https://user@host".into(),
			"its custodian's address must have",
		);
		let mut longest = cards.clone();
		longest[0].card.name = "x".repeat(64);
		longest[0] = sign(longest[0].card.clone(), 1);
		assert_eq!(check(&longest, 0, false), Vec::<String>::new());
	}

	#[test]
	fn custodians_have_https_unless_on_a_lan() {
		let folder = tempfile::tempdir().unwrap();
		let cards = four(folder.path());
		let plain = |card: &mut Card| card.custodian.url = "http://10.1.2.3:8700".into();
		refused(&cards, plain, "does not begin with https://");
		let mut card = cards[0].card.clone();
		plain(&mut card);
		assert_eq!(check_fields(&card, true), Vec::<String>::new());
	}

	#[test]
	fn a_node_has_a_peer_id_and_addresses() {
		let folder = tempfile::tempdir().unwrap();
		let cards = four(folder.path());
		refused(&cards, |card| card.node.peer = "nobody".into(), "its peer id is not that");
		refused(&cards, |card| card.node.addresses.clear(), "1 to 4 addresses");
		let address = |number| format!("/ip4/10.0.0.{number}/tcp/30333");
		refused(
			&cards,
			|card| card.node.addresses = (1..=5).map(address).collect(),
			"1 to 4 addresses",
		);
		let with_peer = format!("{}/p2p/{}", address(1), cards[0].card.node.peer);
		let long = format!("/dns/{}/tcp/1", "x".repeat(LONGEST_ADDRESS - 11 + 1));
		let tls = "/dns/a.example/tcp/443/tls/ws";
		let foreign = "/dns/knoten.österreich.example/tcp/30333";
		for wrong in ["node.example:30333", "", &with_peer, &long, tls, foreign] {
			refused(
				&cards,
				|card| card.node.addresses = vec![wrong.into()],
				"is not the address of a node",
			);
		}
		let mut card = cards[0].card.clone();
		card.node.addresses = (1..=4).map(address).collect();
		card.node.addresses[0] = format!("/dns/{}/tcp/1", "x".repeat(LONGEST_ADDRESS - 11));
		assert_eq!(card.node.addresses[0].len(), LONGEST_ADDRESS);
		assert_eq!(check_fields(&card, false), Vec::<String>::new());
	}
}
