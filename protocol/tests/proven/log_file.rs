//! A log as a file proves itself, and a file that was changed does not.

use crate::{
	node::{Node, State},
	states::account,
};
use codec::{Compact, Encode};
use futures::executor::block_on;
use sp_core::{ed25519, Pair};
use vouchsafe_protocol::{
	errors::ChainError,
	log_file::{LogFile, NotVerified},
	messages::{Hex, HexBytes, LogLine},
	proof::{FinalBlock, ProofError, Trusted},
	storage,
	traits::Finality,
	types::{next_head, Log, H256},
};

const ENTRIES: u64 = 4;

fn validator(set: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[set + 1; 32])
}

fn hash(header: &[u8]) -> H256 {
	H256(sp_crypto_hashing::blake2_256(header))
}

fn header(number: u32, state: &State, next: Option<u8>) -> Vec<u8> {
	let [parent, extrinsics] = [1, 2].map(|byte| H256([byte; 32]));
	let fields = (parent, Compact(number), *state.trie().root(), extrinsics).encode();
	let digest = match next {
		Some(set) => {
			let votes = vec![(validator(set).public().0, 1u64)];
			(Compact(1u32), 4u8, *b"FRNK", (1u8, votes, 0u32).encode()).encode()
		},
		None => vec![0],
	};
	[fields, digest].concat()
}

fn genesis_state() -> State {
	let mut state = State::default();
	state.put(storage::authorities(), &vec![(validator(0).public().0, 1u64)]);
	state.put(storage::custodian_account(&account(1)), &account(2));
	state
}

fn genesis() -> H256 {
	hash(&header(0, &genesis_state(), None))
}

fn lines() -> Vec<LogLine> {
	let mut head = H256::zero();
	let line = |seq: u64| {
		let (block, entry) = (7, vec![1, seq as u8]);
		head = next_head(&genesis(), &account(5), seq, block, &head, &entry);
		LogLine { seq, block, time: 0, entry: HexBytes(entry), head: Hex(head.0) }
	};
	(0..ENTRIES).map(line).collect()
}

/// The state of a later block of the chain with this genesis block, before the log has entries.
fn earlier_state(genesis: H256) -> State {
	let mut state = genesis_state();
	state.put(storage::block_hash(0), &genesis);
	state
}

/// The same with the log.
fn later_state(genesis: H256) -> State {
	let mut state = earlier_state(genesis);
	state.put(storage::now(), &9_000);
	let head = H256(lines().last().unwrap().head.0);
	state.put(storage::log(&account(5)), &Log { count: ENTRIES, head });
	state
}

/// A block for which the validator of a set has voted.
fn block(number: u32, set: u8, state: &State, next: Option<u8>) -> FinalBlock {
	let header = header(number, state, next);
	let (round, hash) = (5u64, hash(&header));
	let message = (1u8, hash, number, round, u64::from(set)).encode();
	let vote = (hash, number, validator(set).sign(&message).0, validator(set).public().0);
	let justification = (round, hash, number, vec![vote], Vec::<()>::new()).encode();
	FinalBlock { header, justification }
}

/// A chain whose validators change once, and which shows blocks of the chain with this genesis block.
struct Chain(H256);

impl Finality for Chain {
	type Block = Node;

	async fn genesis_header(&self) -> Result<Vec<u8>, ChainError> {
		Ok(header(0, &genesis_state(), None))
	}

	async fn final_blocks(&self, after: H256) -> Result<(Vec<FinalBlock>, bool), ChainError> {
		let first = block(5, 0, &earlier_state(self.0), Some(1));
		let is_later = after == hash(&first.header);
		let newest = block(9, 1, &later_state(self.0), None);
		Ok(if is_later { (vec![newest], true) } else { (vec![first], false) })
	}

	fn block(&self, block: H256) -> Node {
		let is_genesis = block == genesis();
		Node::new(if is_genesis { genesis_state() } else { later_state(self.0) })
	}
}

fn file() -> LogFile {
	let proven = block_on(LogFile::prove(&Chain(genesis()), genesis(), &account(5))).unwrap();
	assert_eq!((proven.count, proven.blocks.len()), (ENTRIES, 2));
	let whole = LogFile { lines: lines(), ..proven };
	let text = serde_json::to_string(&whole).unwrap();
	let read: LogFile = serde_json::from_str(&text).unwrap();
	assert_eq!(read, whole);
	read
}

#[test]
fn a_file_proves_the_log_without_a_connection() {
	let verified = file().verify(genesis(), None).unwrap();
	assert_eq!((verified.patient, verified.block.number, verified.time), (account(5), 9, 9));
	assert_eq!(verified.log.count, ENTRIES);
	// Somebody without entries.
	let nobody = block_on(LogFile::prove(&Chain(genesis()), genesis(), &account(6))).unwrap();
	assert_eq!(nobody.verify(genesis(), None).unwrap().log, Log::default());
}

#[test]
fn a_checkpoint_is_gone_on_from() {
	let file = file();
	let (header, node) = (header(0, &genesis_state(), None), Node::new(genesis_state()));
	let proof =
		block_on(vouchsafe_protocol::traits::Evidence::read_proof(&node, Trusted::genesis_keys()));
	let mut checkpoint = Trusted::from_genesis(genesis(), &header, &proof.unwrap()).unwrap();
	checkpoint.advance(&[block(5, 0, &earlier_state(genesis()), Some(1))]).unwrap();
	let without_start = LogFile { genesis_proof: vec![], ..file.clone() };
	assert!(without_start.verify(genesis(), Some(checkpoint.clone())).is_ok());
	assert!(matches!(without_start.verify(genesis(), None), Err(NotVerified::Block(_))));
	// A checkpoint of another chain is not used.
	let other = Trusted::from_bytes(&checkpoint.to_bytes(), genesis()).unwrap();
	assert!(file.verify(genesis(), Some(other)).is_ok());
}

#[test]
fn the_first_line_that_does_not_fit_is_named() {
	let entry = |edit: &dyn Fn(&mut LogFile)| {
		let mut changed = file();
		edit(&mut changed);
		let error = changed.verify(genesis(), None).unwrap_err();
		assert!(matches!(error, NotVerified::Lines(_)), "{error}");
		error.entry()
	};
	assert_eq!(entry(&|file| file.lines[2].entry.0[1] ^= 1), Some(2));
	assert_eq!(entry(&|file| file.lines[1].block = 8), Some(1));
	assert_eq!(entry(&|file| file.lines.swap(1, 2)), Some(1));
	assert_eq!(entry(&|file| drop(file.lines.remove(0))), Some(0));
	assert_eq!(entry(&|file| drop(file.lines.pop())), Some(3));
	let more = |file: &mut LogFile| file.lines.push(LogLine { seq: 4, ..file.lines[3].clone() });
	assert_eq!(entry(&more), Some(4));
	// Lines that fit each other, but end in another head.
	let forged = |file: &mut LogFile| {
		let mut head = H256::zero();
		for line in &mut file.lines {
			line.entry.0.push(9);
			let (seq, block) = (line.seq, line.block);
			head = next_head(&genesis(), &account(5), seq, block, &head, &line.entry.0);
			line.head = head.into();
		}
	};
	assert_eq!(entry(&forged), None);
}

#[test]
fn what_the_file_says_of_the_chain_is_proven() {
	let error = |edit: &dyn Fn(&mut LogFile)| {
		let mut changed = file();
		edit(&mut changed);
		changed.verify(genesis(), None).unwrap_err()
	};
	assert!(matches!(error(&|file| file.format.push('0')), NotVerified::Format(_)));
	assert!(matches!(error(&|file| file.genesis.0[0] ^= 1), NotVerified::OtherChain(_)));
	assert!(matches!(error(&|file| file.count += 1), NotVerified::Head { said: 5, proven: 4 }));
	assert!(matches!(error(&|file| file.head.0[0] ^= 1), NotVerified::Head { .. }));
	let edits: [&dyn Fn(&mut LogFile); 7] = [
		&|file| file.patient = (&account(6)).into(),
		&|file| drop(file.proof.pop()),
		&|file| drop(file.blocks.pop()),
		&|file| drop(file.blocks.remove(0)),
		&|file| file.blocks[1].header.0[40] ^= 1,
		&|file| file.blocks[1].justification.0[90] ^= 1,
		&|file| file.genesis_proof[0].0[3] ^= 1,
	];
	for (number, edit) in edits.iter().enumerate() {
		let mut changed = file();
		edit(&mut changed);
		assert!(changed.verify(genesis(), None).is_err(), "{number}");
	}
}

/// The attack: validators use their keys on another chain too, whose votes do not say which chain it is.
#[test]
fn a_block_of_another_chain_is_refused() {
	let other = H256([9; 32]);
	let found = block_on(LogFile::prove(&Chain(other), genesis(), &account(5)));
	assert_eq!(found.unwrap_err(), ProofError::OtherChain(other).into());
	let mut file = file();
	let proof = keys_of(&later_state(other));
	file.blocks = vec![];
	for block in
		[block(5, 0, &earlier_state(other), Some(1)), block(9, 1, &later_state(other), None)]
	{
		let (header, justification) = (HexBytes(block.header), HexBytes(block.justification));
		file.blocks.push(vouchsafe_protocol::log_file::SignedBlock { header, justification });
	}
	file.proof = proof;
	let error = file.verify(genesis(), None).unwrap_err();
	assert_eq!(error, NotVerified::Block(ProofError::OtherChain(other)));
}

fn keys_of(state: &State) -> Vec<HexBytes> {
	let keys =
		[storage::log(&account(5)).bytes, storage::now().bytes, storage::block_hash(0).bytes];
	let node = Node::new(state.clone());
	let proof = vouchsafe_protocol::traits::Evidence::read_proof(&node, keys.to_vec());
	block_on(proof).unwrap().into_iter().map(HexBytes).collect()
}
