//! What is kept of the chain between two commands.

use super::*;
use tempfile::TempDir;
use vouchsafe_client::protocol::proof::Checkpoint;

const GENESIS_BLOCK: H256 = H256([7; 32]);
const OTHER: H256 = H256([8; 32]);
const NAME: &str = "chain";
const METADATA: &[u8] = include_bytes!("../../../protocol/metadata.scale");

fn home() -> (TempDir, Home) {
	let folder = tempfile::tempdir().unwrap();
	let home = Home::at(folder.path());
	(folder, home)
}

/// A block of this number that was proven before, as it is kept.
fn proven(number: u32) -> Trusted {
	let mut bytes = vec![1];
	bytes.extend(GENESIS_BLOCK.0);
	bytes.extend(number.to_le_bytes());
	bytes.extend([9; 32 * 4]);
	bytes.extend(0u64.to_le_bytes());
	// One validator.
	bytes.push(4);
	bytes.extend([5; 32]);
	Trusted::from_bytes(&bytes, GENESIS_BLOCK).unwrap()
}

fn kept(home: &Home) -> u32 {
	let bytes = read_private(&home.file(CHAINS, NAME)).unwrap();
	Trusted::from_bytes(&bytes, GENESIS_BLOCK).unwrap().head().number
}

fn settings(home: Home, genesis: Option<H256>, development: bool) -> Settings {
	Settings {
		nodes: vec![],
		genesis,
		home,
		key: None,
		development,
		allowed: vec![],
		secrets: Secrets::Prompt,
		checkpoint: None,
		best: false,
		for_patient: None,
	}
}

/// If a folder is first used without naming the chain, the command says which chain it is.
#[test]
fn the_first_use_without_a_named_chain_says_which_one_it_is() {
	let (_folder, home) = home();
	let said = first_use(&home, "0707");
	assert!(said.contains("without --genesis") && said.contains("0x0707"), "{said}");
	assert!(said.contains(&home.path().display().to_string()), "{said}");
}

#[test]
fn the_kept_block_never_goes_back() {
	let (_folder, home) = home();
	for (newest, now_kept) in [(5, 5), (4, 5), (5, 5), (9, 9), (6, 9)] {
		keep_newest(&home, NAME, &proven(newest)).unwrap();
		assert_eq!(kept(&home), now_kept);
	}
	forget(&home, NAME).unwrap();
	keep_newest(&home, NAME, &proven(2)).unwrap();
	assert_eq!(kept(&home), 2);
}

/// The attack: two commands at once, of which the one with the older block writes last.
#[test]
fn commands_at_once_keep_the_newest_block_of_all() {
	let (_folder, home) = home();
	std::thread::scope(|scope| {
		for command in 0..8u32 {
			let home = &home;
			scope.spawn(move || {
				for step in 0..25 {
					keep_newest(home, NAME, &proven(step * 8 + command)).unwrap();
				}
			});
		}
	});
	assert_eq!(kept(&home), 24 * 8 + 7);
}

#[test]
fn the_kept_block_is_written_by_one_command_at_a_time() {
	let (_folder, home) = home();
	keep_newest(&home, NAME, &proven(5)).unwrap();
	let held = home.lock_folder_now(CHAINS).unwrap();
	std::thread::scope(|scope| {
		let writing = scope.spawn(|| keep_newest(&home, NAME, &proven(6)).unwrap());
		std::thread::sleep(Duration::from_millis(100));
		assert!(!writing.is_finished());
		assert_eq!(kept(&home), 5);
		drop(held);
	});
	assert_eq!(kept(&home), 6);
}

#[tokio::test]
async fn a_chain_is_pinned_only_when_it_was_proven() {
	let (_folder, home) = home();
	let settings = settings(home, None, false);
	// The attack: a node that names some chain and proves nothing of it.
	settings.check_genesis(OTHER).await.unwrap();
	assert_eq!(settings.pinned().await.unwrap(), None);
	settings.pin_genesis(GENESIS_BLOCK).await.unwrap();
	settings.check_genesis(GENESIS_BLOCK).await.unwrap();
	let error = settings.check_genesis(OTHER).await.unwrap_err().to_string();
	assert!(error.contains("another chain than"), "{error}");
	assert!(settings.pin_genesis(OTHER).await.is_err(), "another command was first");
}

#[tokio::test]
async fn a_named_chain_is_pinned_and_development_chains_are_not() {
	let (_folder, home) = home();
	settings(home.clone(), None, true).pin_genesis(OTHER).await.unwrap();
	assert_eq!(settings(home.clone(), None, false).pinned().await.unwrap(), None);
	let named = settings(home.clone(), Some(GENESIS_BLOCK), false);
	assert!(named.check_genesis(OTHER).await.is_err());
	named.pin_genesis(GENESIS_BLOCK).await.unwrap();
	settings(home.clone(), None, false).check_genesis(GENESIS_BLOCK).await.unwrap();
	// The user names another one.
	settings(home.clone(), Some(OTHER), false).pin_genesis(OTHER).await.unwrap();
	settings(home, None, false).check_genesis(OTHER).await.unwrap();
}

/// A node that says only what a connection to it needs, and its address.
async fn node() -> (jsonrpsee::server::ServerHandle, String) {
	use jsonrpsee::server::{RpcModule, Server};
	use serde_json::{json, Value};
	let hash = format!("0x{}", hex::encode(GENESIS_BLOCK.0));
	let header = json!({ "number": "0x0", "parentHash": hash, "digest": { "logs": [] } });
	// Some bytes, after their number in SCALE's form for large ones.
	let length = (u32::try_from(METADATA.len()).unwrap() << 2) | 2;
	let metadata = [&[1], length.to_le_bytes().as_slice(), METADATA].concat();
	let answers = [
		("chain_getBlockHash", json!(hash)),
		("chain_getFinalizedHead", json!(hash)),
		("chain_getHeader", header),
		("state_getRuntimeVersion", json!({ "specVersion": 1, "transactionVersion": 1 })),
		("state_call", json!(format!("0x{}", hex::encode(metadata)))),
	];
	let mut module = RpcModule::new(());
	for (name, answer) in answers {
		module.register_method(name, move |_, (), _| -> Value { answer.clone() }).unwrap();
	}
	let server = Server::builder().build("127.0.0.1:0").await.unwrap();
	let url = format!("ws://{}", server.local_addr().unwrap());
	(server.start(module), url)
}

/// The attack: the user's node is down, or takes the connection and says nothing.
#[tokio::test]
async fn a_dead_first_node_does_not_stop_a_command_if_a_second_one_answers() {
	let (_folder, home) = home();
	let (_server, honest) = node().await;
	let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
	let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
	let urls = [&silent, &closed].map(|it| format!("ws://{}", it.local_addr().unwrap()));
	drop(closed);
	for dead in urls {
		let nodes = vec![dead.clone(), honest.clone()];
		let named = Settings { nodes, ..settings(home.clone(), None, true) };
		let (chain, others, nodes) = named.connect_to_nodes().await.unwrap();
		assert_eq!(chain.genesis(), GENESIS_BLOCK);
		assert_eq!(nodes, [honest.clone(), dead], "in the order in which they are used");
		assert!(matches!(others.as_slice(), [Err(ChainError::Unreachable(_))]));
	}
	let alone = Settings { nodes: vec!["ws://127.0.0.1:1".into()], ..settings(home, None, true) };
	let error = format!("{:#}", alone.connect_to_nodes().await.map(drop).unwrap_err());
	assert!(error.contains("cannot connect to the node"), "{error}");
}

/// A checkpoint has to be one, and of the node's chain.
#[test]
fn a_checkpoint_is_of_this_chain_or_refused() {
	let (folder, home) = home();
	let file = folder.path().join("checkpoint.json");
	let settings = Settings { checkpoint: Some(file.clone()), ..settings(home, None, false) };
	let said = |genesis| format!("{:#}", settings.checkpoint(genesis).unwrap_err());
	assert!(said(GENESIS_BLOCK).contains("checkpoint.json"), "there is no file");
	std::fs::write(&file, "{}").unwrap();
	assert!(said(GENESIS_BLOCK).contains("the checkpoint is damaged"));
	let checkpoint = Checkpoint::from(&proven(5));
	std::fs::write(&file, serde_json::to_vec(&checkpoint).unwrap()).unwrap();
	assert_eq!(settings.checkpoint(GENESIS_BLOCK).unwrap(), Some(proven(5)));
	assert!(said(H256([9; 32])).contains("another chain"));
}
