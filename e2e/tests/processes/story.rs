//! The story, on a network whose traffic is recorded. Then a search for personal data in everything
//! that the processes wrote or sent.

use crate::{both_views, suite::Suite};
use std::collections::BTreeSet;
use vouchsafe_client::{
	chain::{
		calls::{EnrolmentCall, MultiSignature},
		Chain, Signer, Submit,
	},
	messages::SignedCustodian,
};
use vouchsafe_e2e::{
	commands, data,
	network::{Network, Options},
	scan::{strings_of, Scanner},
	story::{self, Printer},
};

static SUITE: Suite = Suite::new("story", 1);

#[tokio::test(flavor = "multi_thread")]
async fn the_story_works_and_leaves_no_personal_data() {
	let _turn = SUITE.turn().await;
	let options = Options { recorded: true, ..Options::default() };
	let mut network = Network::with(options).await.unwrap();
	let bundle = data::bundles()[0].clone();

	// Strings that are there before any record are not the patient's. They are words of FHIR that
	// the programs' own texts contain.
	let strings = strings_of(std::slice::from_ref(&bundle)).unwrap();
	let all = Scanner::new(&strings).unwrap();
	let before: BTreeSet<String> = all.scan(&network.root).unwrap().into_keys().collect();
	let personal: BTreeSet<String> = strings.difference(&before).cloned().collect();
	println!("searching for {} strings of the bundle, {} left out", personal.len(), before.len());
	assert!(personal.len() > 10 * before.len(), "too few strings are left to search for");

	story::run(&mut network, &mut Printer::to_stdout(), Some(&bundle)).await.unwrap();
	both_views::agree_at_each_block(&network).await;

	// The readers may keep what they opened. Their home folders are searched separately.
	for readers in ["read", "homes"] {
		std::fs::rename(network.root.join(readers), network.root.with_extension(readers)).unwrap();
	}
	for file in ["second.json", "report.txt"] {
		let _ = std::fs::remove_file(network.root.join(file));
	}
	let scanner = Scanner::new(&personal).unwrap();
	let found = scanner.scan(&network.root).unwrap();
	let homes = network.root.with_extension("homes");
	let at_home = scanner.scan(&homes).unwrap();
	for readers in ["read", "homes"] {
		std::fs::remove_dir_all(network.root.with_extension(readers)).unwrap();
	}
	assert!(found.is_empty(), "personal strings are in: {found:#?}");
	assert!(at_home.is_empty(), "the command keeps plain text in its home folder: {at_home:#?}");

	// The search works: it finds a planted string in each place.
	let planted = personal.iter().find(|text| (12..40).contains(&text.len())).unwrap();
	let only = Scanner::new(&BTreeSet::from([planted.clone()])).unwrap();
	plant(&network, planted).await;
	let found = only.scan(&network.root).unwrap();
	let places: Vec<String> = found[planted]
		.iter()
		.map(|path| path.strip_prefix(&network.root).unwrap().display().to_string())
		.collect();
	println!("the planted string is found in {places:?}");
	for place in ["a/custodian", "a/kubo/blocks", "traffic/a-custodian", "a/node"] {
		assert!(places.iter().any(|found| found.starts_with(place)), "not found in {place}");
	}
}

/// Puts the text in places where a careless program could have put it.
async fn plant(network: &Network, text: &str) {
	let site = &network.sites[0];
	// A database of the custodian.
	let database = rusqlite::Connection::open(site.custodian.base.join("planted.sqlite")).unwrap();
	database.execute("CREATE TABLE planted (text BLOB)", []).unwrap();
	database.execute("INSERT INTO planted VALUES (?1)", [text]).unwrap();
	// IPFS, and so the traffic to it.
	let kubo = site.kubo.as_ref().unwrap();
	let ipfs = vouchsafe_client::ipfs::Ipfs::new(&kubo.url()).unwrap();
	ipfs.add_bytes(text.repeat(3).into_bytes()).await.unwrap();
	// The traffic to the custodian, in hex.
	let url = format!("{}/v1/planted", site.custodian.url());
	let _ = reqwest::Client::new().post(url).body(hex::encode(text)).send().await;
	// The chain, and so the node's database: the URL of a custodian.
	let chain = Chain::connect(&site.node.url()).await.unwrap();
	let key = |uri: &str| commands::keypair(uri).unwrap();
	let url = format!("http://{}", hex::encode(text));
	let (hospital, nobody) = (key("//HospitalA"), key("//Planted"));
	let (genesis, expires) = (chain.genesis(), 4_000_000_000);
	let signed =
		SignedCustodian::sign(&nobody, genesis, &hospital.account(), &url, [1; 32], expires);
	let call = EnrolmentCall::set_custodian {
		url: url.into_bytes(),
		account: nobody.account(),
		key: [1; 32],
		expires,
		signature: MultiSignature::Sr25519(signed.signature.0),
	};
	chain.submit(&hospital, call).await.unwrap();
}
