//! From signed cards to a chain specification, and the comparison of a specification with cards.

use super::{cards, now, read_card, write_new, Assemble, Check};
use crate::chain_spec::{self, ChainSpec};
use sc_network::config::MultiaddrWithPeerId;
use sc_service::{construct_genesis_block, ChainSpec as _, ChainType};
use sp_core::{
	storage::{well_known_keys::CODE, Storage},
	H256,
};
use sp_runtime::{
	traits::{BlakeTwo256, Block as _, Hash as _},
	BuildStorage,
};
use sp_state_machine::BasicExternalities;
use std::path::{Path, PathBuf};
use vouchsafe_primitives::{
	card::{Card, CardCustodian, CardNode, CardValidator, SignedCard},
	may_fail, MemberNode, LEAST_ARCHIVES,
};
use vouchsafe_runtime::{
	founding::{self, Member},
	opaque::Block,
	VERSION,
};

/// Puts the cards together, writes the chain specification and prints the line to compare.
pub fn assemble(options: &Assemble) -> Result<(), String> {
	let read = options.cards.iter().map(|path| read_card(path));
	let signed = read.collect::<Result<Vec<_>, _>>()?;
	let wrong = cards::check(&signed, now()?, options.lan);
	if !wrong.is_empty() {
		return Err(format!("these cards cannot found a network:\n{}", wrong.join("\n")));
	}
	let id = options.id.clone().unwrap_or_else(|| id_of(&options.name));
	check_id(&id)?;
	let genesis = |cards: &[Card]| founding::genesis(cards, options.cap, options.session_seconds);
	let archives = signed.iter().filter(|signed| signed.card.node.archive).count();
	let plain = plain(signed, (&options.name, &id), chain_spec::runtime()?, genesis)?;
	let json = plain.as_json(true)?;
	let spec = ChainSpec::from_json_bytes(json.clone().into_bytes())?;
	let summary = summary(&spec)?;
	write_new(&options.out, &json)?;
	println!("{} is the specification of the chain {id}.", options.out.display());
	println!("Each member must get this line:\n{summary}");
	if archives < LEAST_ARCHIVES {
		println!(
			"{archives} of these nodes keep the states of all blocks. At least {LEAST_ARCHIVES} should \
			 (`found card --archive`), so that somebody can look up the state of an old block."
		);
	}
	Ok(())
}

/// The specification that these cards give, not raw yet. The order of the cards does not matter.
fn plain(
	signed: Vec<SignedCard>,
	(name, id): (&str, &str),
	code: &[u8],
	genesis: impl Fn(&[Card]) -> vouchsafe_runtime::RuntimeGenesisConfig,
) -> Result<ChainSpec, String> {
	let mut cards: Vec<_> = signed.into_iter().map(|signed| signed.card).collect();
	cards.sort_by(|one, other| one.institution.cmp(&other.institution));
	let boot_nodes = cards.iter().flat_map(|card| {
		let CardNode { peer, addresses, .. } = &card.node;
		addresses.iter().map(move |address| format!("{address}/p2p/{peer}").parse())
	});
	let boot_nodes: Vec<MultiaddrWithPeerId> =
		boot_nodes.collect::<Result<_, _>>().map_err(|error| format!("a boot node: {error}"))?;
	let genesis = serde_json::to_value(genesis(&cards)).map_err(|error| error.to_string())?;
	Ok(ChainSpec::builder(code, None)
		.with_name(name)
		.with_id(id)
		.with_chain_type(ChainType::Live)
		.with_properties(chain_spec::properties())
		.with_boot_nodes(boot_nodes)
		.with_genesis_config(genesis)
		.build())
}

/// A network's id from its name.
fn id_of(name: &str) -> String {
	let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
	name.chars().map(letter).collect()
}

/// The id names a folder.
fn check_id(id: &str) -> Result<(), String> {
	let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
	match !id.is_empty() && id.len() <= 64 && id.chars().all(fits) {
		true => Ok(()),
		false => Err(format!(
			"{id:?} cannot be the network's id: use 1 to 64 small letters, digits and _ (--id)"
		)),
	}
}

/// The line by which members compare their specifications.
fn summary(spec: &ChainSpec) -> Result<String, String> {
	let state = spec.build_storage()?;
	let code = state.top.get(CODE).ok_or("the chain specification has no runtime")?;
	let code = BlakeTwo256::hash(code);
	let genesis = genesis_hash(&state);
	let validators = BasicExternalities::new(state).execute_with(founding::validators);
	let may_fail = may_fail(validators);
	Ok(format!(
		"genesis hash {genesis:?}, code hash {code:?}, {validators} validators, {may_fail} may fail"
	))
}

/// The hash of the genesis block with this state.
fn genesis_hash(state: &Storage) -> H256 {
	let version = VERSION.state_version();
	let entries = state.top.iter().map(|(key, value)| (key.clone(), value.clone()));
	let root = BlakeTwo256::trie_root(entries.collect(), version);
	construct_genesis_block::<Block>(root, version).header().hash()
}

/// Compares a specification with cards. Prints a line for each field, and fails if one differs.
pub fn check(options: &Check) -> Result<(), String> {
	let path = options.specification.display().to_string();
	let spec = chain_spec::load(&path)?;
	println!("{}", summary(&spec)?);
	let state = spec.build_storage()?;
	let mut wrong = Vec::new();
	let mut found = BasicExternalities::new(state.clone());
	let mut without_card = found.execute_with(founding::institutions);
	for (file, signed) in read_cards(&options.card)? {
		println!("\n{}", file.display());
		if let Err(error) = signed.check_signature() {
			wrong.push(format!("{}: {error}", file.display()));
		}
		let card = &signed.card;
		without_card.remove(&card.institution);
		let Some(member) = found.execute_with(|| founding::member(&card.institution)) else {
			wrong.push(format!("{path} does not have the institution {}", card.institution));
			continue;
		};
		for Field { name, signed, found } in compare(card, member, spec.boot_nodes()) {
			match signed == found {
				true => println!("  same       {name:<19}  {signed}"),
				false => {
					println!("  DIFFERENT  {name:<19}  signed {signed}, but {path} has {found}");
					let who = card.name.escape_debug();
					wrong.push(format!("{path}: {who} signed another value of \"{name}\""));
				},
			}
		}
	}
	if !without_card.is_empty() {
		let names: Vec<_> =
			without_card.values().map(|name| name.escape_debug().to_string()).collect();
		println!("\nNot compared, for lack of a card: {}", names.join(", "));
	}
	// What no card says, but each member relies on.
	if state.top.get(CODE).map(Vec::as_slice) != Some(chain_spec::runtime()?) {
		wrong.push(format!("{path} has another runtime than this program: use the same release"));
	}
	if spec.chain_type() != ChainType::Live {
		wrong.push(format!("{path} is not of type Live"));
	}
	if !spec.code_substitutes().is_empty() {
		wrong.push(format!(
			"{path} has other code for later blocks (codeSubstitutes): nobody signed it"
		));
	}
	if spec.telemetry_endpoints().is_some() {
		wrong.push(format!("{path} has telemetry servers, to which nodes would report"));
	}
	if wrong.is_empty() {
		println!(
			"\nThe specification has what these cards signed, and this program's runtime. Compare the line above \
			 with the other members: it shows whether anything else differs."
		);
		return Ok(());
	}
	Err(wrong.join("\n"))
}

fn read_cards(paths: &[PathBuf]) -> Result<Vec<(&Path, SignedCard)>, String> {
	paths.iter().map(|path| Ok((path.as_path(), read_card(path)?))).collect()
}

/// A field of a card, as signed and as in the specification.
struct Field {
	name: &'static str,
	signed: String,
	found: String,
}

/// Compares a card with what a specification has of its institution.
fn compare(card: &Card, member: Member, boot_nodes: &[MultiaddrWithPeerId]) -> Vec<Field> {
	let own = boot_nodes.iter().filter(|node| node.peer_id.to_base58() == card.node.peer);
	let own: Vec<_> = own.map(|node| node.multiaddr.to_string()).collect();
	let boot_nodes =
		Field { name: "boot node", signed: card.node.addresses.join(", "), found: own.join(", ") };
	let found = found_card(card, member);
	let pairs = card.fields().into_iter().zip(found.fields());
	let fields = pairs.map(|((name, signed), (_, found))| Field { name, signed, found });
	fields.chain([boot_nodes]).collect()
}

/// The card that would have given this specification.
fn found_card(card: &Card, member: Member) -> Card {
	let none = || (String::from("none"), [0; 32].into(), [0; 32]);
	let (url, account, key) = member.custodian.unwrap_or_else(none);
	// Proofs, version and expiry are not in a specification, and not among the fields.
	let validator = member.validator.map(|keys| CardValidator {
		aura: H256::from_slice(keys.aura.as_ref()),
		aura_proof: Default::default(),
		grandpa: H256::from_slice(keys.grandpa.as_ref()),
		grandpa_proof: Default::default(),
	});
	Card {
		version: card.version,
		institution: card.institution.clone(),
		encryption_key: H256(member.encryption_key),
		name: member.name,
		country: String::from_utf8_lossy(&member.country).into_owned(),
		kind: member.kind,
		validator,
		seat: member.seat,
		node: found_node(&member.nodes),
		custodian: CardCustodian { url, account, encryption_key: H256(key) },
		expires: card.expires,
	}
}

/// The node that the specification lists. A card has one, so another one beside it is a difference.
fn found_node(nodes: &[MemberNode]) -> CardNode {
	let nodes: Vec<_> = nodes.iter().map(CardNode::from).collect();
	let peers: Vec<_> = nodes.iter().map(|node| node.peer.clone()).collect();
	CardNode {
		peer: if peers.is_empty() { "none".into() } else { peers.join(", ") },
		archive: nodes.iter().any(|node| node.archive),
		addresses: nodes.into_iter().flat_map(|node| node.addresses).collect(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::found::card::tests::signed_cards;

	/// The state that the cards give, by the native runtime, and the boot nodes.
	fn state(cards: Vec<SignedCard>) -> (Storage, Vec<MultiaddrWithPeerId>) {
		let genesis = |cards: &[Card]| founding::genesis(cards, 100, None);
		let plain = plain(cards.clone(), ("Test", "test"), &[1, 2, 3], genesis).unwrap();
		let mut cards: Vec<_> = cards.into_iter().map(|signed| signed.card).collect();
		cards.sort_by(|one, other| one.institution.cmp(&other.institution));
		(genesis(&cards).build_storage().unwrap(), plain.boot_nodes().to_vec())
	}

	fn differing(card: &Card, state: &Storage, boot_nodes: &[MultiaddrWithPeerId]) -> Vec<String> {
		let member = BasicExternalities::new(state.clone())
			.execute_with(|| founding::member(&card.institution))
			.unwrap();
		let fields = compare(card, member, boot_nodes);
		assert_eq!(fields.len(), card.fields().len() + 1);
		let differing = fields.into_iter().filter(|field| field.signed != field.found);
		differing.map(|field| field.name.to_string()).collect()
	}

	#[test]
	fn the_order_of_the_cards_does_not_matter() {
		let folder = tempfile::tempdir().unwrap();
		let cards = signed_cards(folder.path(), 5);
		let genesis = |cards: &[Card]| founding::genesis(cards, 100, None);
		let json = |cards| {
			plain(cards, ("Test", "test"), &[1, 2, 3], genesis).unwrap().as_json(false).unwrap()
		};
		let one = json(cards.clone());
		let mut other = cards;
		other.reverse();
		assert_eq!(one, json(other.clone()));
		other.swap(1, 3);
		assert_eq!(one, json(other));
		assert!(one.contains(r#""chainType": "Live""#), "{one}");
	}

	#[test]
	fn each_field_of_each_card_is_in_the_specification() {
		let folder = tempfile::tempdir().unwrap();
		let mut cards = signed_cards(folder.path(), 5);
		cards[4].card.seat = false;
		cards[3].card.validator = None;
		let (state, boot_nodes) = state(cards.clone());
		for signed in &cards {
			assert_eq!(differing(&signed.card, &state, &boot_nodes), Vec::<String>::new());
		}
		assert_eq!(
			BasicExternalities::new(state).execute_with(founding::validators),
			4,
			"one does not validate"
		);
	}

	#[test]
	fn what_differs_is_named() {
		let folder = tempfile::tempdir().unwrap();
		let cards = signed_cards(folder.path(), 4);
		let (state, boot_nodes) = state(cards.clone());
		type Change = fn(&mut Card);
		let changes: [(Change, &[&str]); 14] = [
			(|card| card.encryption_key.0[0] ^= 1, &["encryption key"]),
			(|card| card.name += "x", &["name"]),
			(|card| card.country = "AT".into(), &["country"]),
			(|card| card.kind = vouchsafe_primitives::AccountKind::Authority, &["kind"]),
			(|card| card.validator = None, &["validates", "key for blocks", "key for finality"]),
			(|card| card.validator.as_mut().unwrap().aura.0[0] ^= 1, &["key for blocks"]),
			(|card| card.validator.as_mut().unwrap().grandpa.0[0] ^= 1, &["key for finality"]),
			(|card| card.seat = false, &["seat"]),
			(|card| card.node.peer += "x", &["peer id", "boot node"]),
			(
				|card| card.node.addresses.push("/ip4/10.0.0.9/tcp/1".into()),
				&["addresses", "boot node"],
			),
			(|card| card.node.archive = true, &["archive"]),
			(|card| card.custodian.url += "x", &["custodian"]),
			(|card| card.custodian.account = [99; 32].into(), &["custodian's account"]),
			(|card| card.custodian.encryption_key.0[0] ^= 1, &["custodian's key"]),
		];
		for (change, expected) in changes {
			let mut card = cards[2].card.clone();
			change(&mut card);
			assert_eq!(differing(&card, &state, &boot_nodes), expected);
		}
	}

	#[test]
	fn an_id_names_a_folder() {
		assert_eq!(id_of("Health Network 1"), "health_network_1");
		assert_eq!(check_id("health_network_1"), Ok(()));
		for wrong in ["", "..", "a/b", "A", "a b", &"x".repeat(65)] {
			let error = check_id(wrong).unwrap_err();
			assert!(error.contains("cannot be the network's id"), "{error}");
		}
	}
}
