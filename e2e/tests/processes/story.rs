//! The story, once, on a network whose wires are listened in on; and then the search for anything
//! personal in all that the processes wrote and sent.

use std::{collections::BTreeSet, str::FromStr};
use subxt_signer::{sr25519::Keypair, SecretUri};
use vouchsafe_client::chain::{calls::EnrolmentCall, Chain, Signer, Submit};
use vouchsafe_e2e::{
	data,
	network::{Network, Options},
	scan::{strings_of, Scanner},
	story::{self, Narrator},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_story_works_and_leaves_nothing_personal_behind() {
	let options = Options { tapped: true, ..Options::default() };
	let mut network = Network::with(options).await.unwrap();
	let bundle = data::bundles()[0].clone();

	// What stands there before anybody's record does is none of the patient's: words of FHIR's
	// that stand in the programs' own texts.
	let strings = strings_of(std::slice::from_ref(&bundle)).unwrap();
	let all = Scanner::new(&strings).unwrap();
	let before: BTreeSet<String> = all.scan(&network.root).unwrap().into_keys().collect();
	let personal: BTreeSet<String> = strings.difference(&before).cloned().collect();
	println!("{} strings of the bundle are looked for, {} left out", personal.len(), before.len());
	assert!(personal.len() > 10 * before.len(), "too little is left to look for");

	story::play(&mut network, &mut Narrator::aloud(), Some(&bundle)).await.unwrap();

	// The readers' own copies and homes are theirs.
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
	assert!(found.is_empty(), "personal strings stand in: {found:#?}");
	assert!(at_home.is_empty(), "the command keeps plain text at home: {at_home:#?}");

	// The search proves itself: one planted string is found wherever it is planted.
	let planted = personal.iter().find(|text| (12..40).contains(&text.len())).unwrap();
	let only = Scanner::new(&BTreeSet::from([planted.clone()])).unwrap();
	plant(&network, planted).await;
	let found = only.scan(&network.root).unwrap();
	let places: Vec<String> = found[planted]
		.iter()
		.map(|path| path.strip_prefix(&network.root).unwrap().display().to_string())
		.collect();
	println!("planted, and found in {places:?}");
	for place in ["a/custodian", "a/kubo/blocks", "traffic/a-custodian", "a/node"] {
		assert!(places.iter().any(|found| found.starts_with(place)), "not found in {place}");
	}
}

/// Puts the text where a careless program would have put it.
async fn plant(network: &Network, text: &str) {
	let site = &network.sites[0];
	// In a database of the custodian's.
	let database = rusqlite::Connection::open(site.custodian.base.join("planted.sqlite")).unwrap();
	database.execute("CREATE TABLE planted (text BLOB)", []).unwrap();
	database.execute("INSERT INTO planted VALUES (?1)", [text]).unwrap();
	// In IPFS, and so on the wire to it.
	let kubo = site.kubo.as_ref().unwrap();
	let ipfs = vouchsafe_client::ipfs::Ipfs::new(&kubo.url()).unwrap();
	ipfs.add_bytes(text.repeat(3).into_bytes()).await.unwrap();
	// On the wire to the custodian, in hex.
	let url = format!("{}/v1/planted", site.custodian.url());
	let _ = reqwest::Client::new().post(url).body(hex::encode(text)).send().await;
	// On the chain, and so in the node's database: in the address of a custodian.
	let chain = Chain::connect(&site.node.url()).await.unwrap();
	let key = |uri: &str| Keypair::from_uri(&SecretUri::from_str(uri).unwrap()).unwrap();
	let nobody = key("//Planted").account();
	let url = format!("http://{}", hex::encode(text)).into_bytes();
	let call = EnrolmentCall::set_custodian { url, account: nobody, key: [1; 32] };
	chain.submit(&key("//HospitalA"), call).await.unwrap();
}
