//! What is kept of the chain between two commands.

use super::*;
use tempfile::TempDir;

const GENESIS_BLOCK: H256 = H256([7; 32]);
const OTHER: H256 = H256([8; 32]);
const NAME: &str = "chain";

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
	}
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
