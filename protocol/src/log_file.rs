//! A patient's log as a file. Whoever knows the chain's genesis hash can verify it without a connection:
//! that the block is final, that its state has this count and head of the log, and that the lines lead
//! to them.

use crate::{
	errors::ChainError,
	messages::{Hex, HexBytes, LogLine},
	proof::{FinalBlock, Header, ProofError, ProvenState, Trusted},
	proven::follow_keeping,
	storage,
	traits::{Evidence, Finality},
	types::{AccountId, Log, H256},
};
use serde::{Deserialize, Serialize};
use vouchsafe_vault::audit;

/// The version of the format.
pub const FORMAT: &str = "vouchsafe/log-file/1";

/// A final block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedBlock {
	/// Its header, encoded.
	pub header: HexBytes,
	/// The votes that made it final, encoded.
	pub justification: HexBytes,
}

/// A patient's log with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFile {
	/// [`FORMAT`].
	pub format: String,
	/// The chain: the hash of its genesis block.
	pub genesis: Hex<32>,
	/// The genesis block's header, encoded.
	pub genesis_header: HexBytes,
	/// The nodes of the genesis state's trie that name the first validators.
	pub genesis_proof: Vec<HexBytes>,
	/// The last block of each set of validators that has ended, and the block whose state has the log's
	/// head.
	pub blocks: Vec<SignedBlock>,
	/// The patient.
	pub patient: Hex<32>,
	/// The nodes of that block's state that say the log's count and head, the block's time and which
	/// chain it is.
	pub proof: Vec<HexBytes>,
	/// How many lines the log has.
	pub count: u64,
	/// The log's head.
	pub head: Hex<32>,
	/// The lines, in their order. Their times are the custodian's word.
	pub lines: Vec<LogLine>,
}

/// What a file proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
	/// The patient.
	pub patient: AccountId,
	/// The final block at which the log was like this.
	pub block: Header,
	/// The block's time, in seconds since 1970. 0 for the genesis block.
	pub time: u64,
	/// The log's count and head.
	pub log: Log,
}

/// Why a file does not prove a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotVerified {
	/// The file has another format.
	#[error("the file has the format “{0}”, which this program does not know")]
	Format(String),
	/// The file is about another chain, with this genesis block.
	#[error("the file is about another chain: its genesis block is {0}")]
	OtherChain(Hex<32>),
	/// The block or its state is not proven.
	#[error("the block of the file is not proven: {0}")]
	Block(#[from] ProofError),
	/// The state says something else about the log than the file.
	#[error(
		"the file says that the log has {said} entries, but its block proves that it has {proven}, or \
		 another head"
	)]
	Head {
		/// What the file says.
		said: u64,
		/// What is proven.
		proven: u64,
	},
	/// The lines are not the log.
	#[error("{0}")]
	Lines(audit::ProofError),
}

impl NotVerified {
	/// The first entry that does not fit, if it is known.
	pub fn entry(&self) -> Option<u64> {
		match self {
			Self::Lines(error) => first_wrong(error),
			_ => None,
		}
	}
}

/// The first entry that does not fit, if it is known.
pub fn first_wrong(error: &audit::ProofError) -> Option<u64> {
	match error {
		audit::ProofError::OutOfSequence { expected, .. } => Some(*expected),
		audit::ProofError::DoesNotFit { seq } | audit::ProofError::Surplus { seq } => Some(*seq),
		audit::ProofError::Missing { have, .. } => Some(*have),
		_ => None,
	}
}

/// The keys that a file proves: the log, the block's time, and the genesis block's hash.
fn keys(patient: &AccountId) -> [Vec<u8>; 3] {
	[storage::log(patient).bytes, storage::now().bytes, storage::block_hash(0).bytes]
}

fn bytes(nodes: &[HexBytes]) -> Vec<Vec<u8>> {
	nodes.iter().map(|node| node.0.clone()).collect()
}

impl LogFile {
	/// Asks a node for the proof of a patient's log at its newest final block. The lines are to be added:
	/// the first [`count`](Self::count) of what a custodian sends.
	///
	/// # Errors
	///
	/// [`ChainError::NotProven`], or the node does not answer.
	pub async fn prove<F: Finality>(
		node: &F,
		genesis: H256,
		patient: &AccountId,
	) -> Result<Self, ChainError> {
		let header = node.genesis_header().await?;
		let first = node.block(genesis).read_proof(Trusted::genesis_keys()).await?;
		let start = Trusted::from_genesis(genesis, &header, &first)?;
		let mut blocks: Vec<FinalBlock> = Vec::new();
		let trusted =
			follow_keeping(node, genesis, Some(start), |found| blocks.extend(found)).await?;
		let head = trusted.head();
		let nodes = node.block(head.hash).read_proof(keys(patient).to_vec()).await?;
		let (log, _) = read(genesis, head, &nodes, patient)?;
		let hex = |nodes: Vec<Vec<u8>>| nodes.into_iter().map(HexBytes).collect();
		let signed = |FinalBlock { header, justification }| SignedBlock {
			header: HexBytes(header),
			justification: HexBytes(justification),
		};
		Ok(Self {
			format: FORMAT.into(),
			genesis: genesis.into(),
			genesis_header: HexBytes(header),
			genesis_proof: hex(first),
			blocks: blocks.into_iter().map(signed).collect(),
			patient: patient.into(),
			proof: hex(nodes),
			count: log.count,
			head: log.head.into(),
			lines: vec![],
		})
	}

	/// Verifies the file for the chain with this genesis block. With a `checkpoint`, blocks up to it are
	/// not verified again: it must be older than the file.
	///
	/// # Errors
	///
	/// [`NotVerified`]: what is not proven, and the first line that does not fit.
	pub fn verify(
		&self,
		genesis: H256,
		checkpoint: Option<Trusted>,
	) -> Result<Verified, NotVerified> {
		if self.format != FORMAT {
			return Err(NotVerified::Format(self.format.chars().take(64).collect()));
		}
		if self.genesis.0 != genesis.0 {
			return Err(NotVerified::OtherChain(self.genesis));
		}
		let start = match checkpoint.filter(|checkpoint| checkpoint.genesis() == genesis) {
			Some(checkpoint) => checkpoint,
			None => {
				let proof = bytes(&self.genesis_proof);
				Trusted::from_genesis(genesis, &self.genesis_header.0, &proof)?
			},
		};
		let block = *self.newest(start)?.head();
		let patient = AccountId::from(self.patient);
		let (log, time) = read(genesis, &block, &bytes(&self.proof), &patient)?;
		if (self.count, H256(self.head.0)) != (log.count, log.head) {
			return Err(NotVerified::Head { said: self.count, proven: log.count });
		}
		let lines = self.lines.iter().map(|line| audit::LogLine {
			seq: line.seq,
			block: line.block,
			entry: line.entry.0.clone(),
			head: Some(H256(line.head.0)),
		});
		audit::verify(&genesis, &patient, audit::Log::default(), lines, log)
			.map_err(NotVerified::Lines)?;
		Ok(Verified { patient, block, time, log })
	}

	/// Goes on to the newest block of the file.
	fn newest(&self, mut trusted: Trusted) -> Result<Trusted, ProofError> {
		for SignedBlock { header, justification } in &self.blocks {
			let block =
				FinalBlock { header: header.0.clone(), justification: justification.0.clone() };
			match trusted.advance(&[block]) {
				Ok(()) | Err(ProofError::Older(..)) => {},
				Err(error) => return Err(error),
			}
		}
		Ok(trusted)
	}
}

/// What the state of a block says of a patient's log, and the block's time in seconds.
fn read(
	genesis: H256,
	block: &Header,
	nodes: &[Vec<u8>],
	patient: &AccountId,
) -> Result<(Log, u64), ProofError> {
	let state = ProvenState::new(block.state_root, nodes)?;
	let malformed = |_: ChainError| ProofError::State("a value is malformed".into());
	macro_rules! value {
		($key:expr) => {{
			let key = $key;
			let found = state.get(&key.bytes)?.map(|bytes| key.decode(bytes));
			found.transpose().map_err(malformed)?.unwrap_or_default()
		}};
	}
	if block.number > 0 {
		// The validators' votes do not name the chain.
		let found: H256 = value!(storage::block_hash(0));
		if found != genesis {
			return Err(ProofError::OtherChain(found));
		}
	}
	Ok((value!(storage::log(patient)), value!(storage::now()) / 1000))
}
