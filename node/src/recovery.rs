//! Recoveries of finality, as the node takes them from files (`--recovery`).
//!
//! After a recovery, the set of validators that finalises blocks is another one, and the set before has not
//! voted for it. A node that has every block finds this out by itself: the block that signals it is in the
//! chain. A node that syncs by warp follows votes only, so it has to begin after the recovery. The file
//! `vouchsafe council recovery-file` writes says where, and with which validators; whoever gives it to the
//! node trusts who wrote it.
//!
//! [`WarpSync`] begins there. [`Import`] takes the blocks up to it, of which no votes exist, into the history
//! of a node that has synced by warp.

use codec::{Decode, DecodeAll, Encode};
use sc_consensus::{BlockCheckParams, BlockImport, BlockImportParams, ImportResult};
use sc_consensus_grandpa::{
	find_forced_change, find_scheduled_change, warp_proof::WarpSyncFragment, GrandpaJustification,
	GRANDPA_ENGINE_ID,
};
use sc_network_sync::strategy::warp::{
	EncodedProof, VerificationResult, Verifier, WarpSyncProvider,
};
use serde_json::Value;
use sp_blockchain::HeaderBackend;
use sp_consensus::Error as ConsensusError;
use sp_consensus_grandpa::{AuthorityId, AuthorityList};
use sp_core::{crypto::UncheckedFrom, H256};
use sp_runtime::Justifications;
use std::{error::Error as StdError, path::PathBuf, sync::Arc};
use vouchsafe_runtime::{opaque::Block, BlockNumber, Hash, Header};

/// One recovery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
	/// The genesis block's hash: of which chain it is.
	pub genesis: Hash,
	/// The block that signals it.
	pub block: (BlockNumber, Hash),
	/// The last block that the set before has finalised.
	pub last_final: BlockNumber,
	/// The number of the set after it.
	pub set: u64,
	/// The validators of that set.
	pub authorities: AuthorityList,
}

impl Recovery {
	/// Reads the recovery from a file's JSON.
	fn parse(text: &str) -> Result<Self, String> {
		let json: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
		let number = |name: &str| {
			let found = json[name].as_u64().ok_or_else(|| format!("“{name}” is not a number"));
			found.and_then(|it| BlockNumber::try_from(it).map_err(|error| error.to_string()))
		};
		let hash = |name: &str| hash(&json[name]).ok_or_else(|| format!("“{name}” is not a hash"));
		let keys = json["authorities"].as_array().filter(|keys| !keys.is_empty());
		let keys = keys.ok_or("“authorities” is not a list of keys")?.iter().map(|key| {
			let key = self::hash(key).ok_or("“authorities” has something that is not a key")?;
			Ok((AuthorityId::unchecked_from(key.0), 1))
		});
		if json["last_final"].is_null() {
			return Err("it is a checkpoint of a chain whose finality was not recovered".into());
		}
		let recovery = Self {
			genesis: hash("genesis")?,
			block: (number("block")?, hash("hash")?),
			last_final: number("last_final")?,
			set: number("set")?.into(),
			authorities: keys.collect::<Result<_, String>>()?,
		};
		recovery.check_header(json["header"].as_str().unwrap_or_default())?;
		Ok(recovery)
	}

	/// Checks what the file says against the block's header, whose hash people have compared.
	fn check_header(&self, header: &str) -> Result<(), String> {
		let encoded = sp_core::bytes::from_hex(header).map_err(|_| "“header” is not in hex")?;
		let header = Header::decode_all(&mut &encoded[..]).ok();
		let header = header.filter(|header| (header.number, header.hash()) == self.block);
		let header = header.ok_or("“header” is not that of the block")?;
		let (last_final, change) = find_forced_change::<Block>(&header)
			.ok_or("the block does not signal a recovery of finality")?;
		match (last_final, change.next_authorities) == (self.last_final, self.authorities.clone()) {
			true => Ok(()),
			false => Err("the block names other validators or another last final block".into()),
		}
	}
}

/// A hash of 32 bytes in hex.
fn hash(value: &Value) -> Option<H256> {
	value.as_str()?.parse().ok()
}

/// The recoveries of a chain, the newest one last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recoveries(Vec<Recovery>);

impl Recoveries {
	/// Reads them from these files. `genesis` is the node's own chain.
	///
	/// # Errors
	///
	/// What is wrong with a file, in a sentence.
	pub fn load(files: &[PathBuf], genesis: Hash) -> Result<Self, String> {
		let mut found = Vec::new();
		for file in files {
			let failed =
				|error: String| format!("cannot use the recovery in {}: {error}", file.display());
			let text = std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
			let recovery = Recovery::parse(&text).map_err(failed)?;
			if recovery.genesis != genesis {
				return Err(failed("it is for another chain".into()));
			}
			found.push(recovery);
		}
		found.sort_by_key(|recovery| recovery.block.0);
		Ok(Self(found))
	}

	/// Whether no votes exist that show that the set of validators changed with this block: neither for the
	/// block that signals a recovery, nor for changes that it undid.
	fn has_no_votes(&self, number: BlockNumber) -> bool {
		self.0.iter().any(|it| it.last_final < number && number <= it.block.0)
	}
}

/// Syncs by warp from the last recovery on. Without one, from the genesis block.
pub struct WarpSync<P> {
	inner: P,
	recovery: Option<Recovery>,
}

impl<P> WarpSync<P> {
	/// Begins at the last of the recoveries.
	pub fn new(inner: P, recoveries: &Recoveries) -> Self {
		Self { inner, recovery: recoveries.0.last().cloned() }
	}
}

impl<P: WarpSyncProvider<Block>> WarpSyncProvider<Block> for WarpSync<P> {
	fn generate(&self, start: Hash) -> Result<EncodedProof, Box<dyn StdError + Send + Sync>> {
		self.inner.generate(start)
	}

	fn create_verifier(&self) -> Box<dyn Verifier<Block>> {
		match &self.recovery {
			None => self.inner.create_verifier(),
			Some(recovery) => Box::new(FromRecovery {
				set: recovery.set,
				authorities: recovery.authorities.clone(),
				proven: recovery.block.1,
				sets: 0,
			}),
		}
	}
}

/// Follows votes from a recovery on, as the SDK's own verifier does from the genesis block.
struct FromRecovery {
	set: u64,
	authorities: AuthorityList,
	/// The last block that is proven.
	proven: Hash,
	/// How many sets were followed.
	sets: u64,
}

/// A proof, as peers send it: the last block of each set, and then perhaps the newest one.
#[derive(Decode, Encode)]
struct Proof {
	blocks: Vec<WarpSyncFragment<Block>>,
	is_finished: bool,
}

impl FromRecovery {
	/// Follows the proof. Nothing changes if it is wrong.
	fn follow(&mut self, proof: &Proof) -> Result<(), String> {
		let (mut set, mut authorities, mut proven) =
			(self.set, self.authorities.clone(), self.proven);
		let last = proof.blocks.len().saturating_sub(1);
		for (place, block) in proof.blocks.iter().enumerate() {
			let hash = block.header.hash();
			let votes = &block.justification;
			votes.verify(set, &authorities).map_err(|error| error.to_string())?;
			if votes.target().1 != hash {
				return Err("the votes are for another block".into());
			}
			match find_scheduled_change::<Block>(&block.header) {
				Some(change) => (set, authorities) = (set + 1, change.next_authorities),
				None if place == last && proof.is_finished => {},
				None => return Err("a block does not change the set of validators".into()),
			}
			proven = hash;
		}
		(self.set, self.authorities, self.proven) = (set, authorities, proven);
		self.sets += proof.blocks.len() as u64;
		Ok(())
	}
}

impl Verifier<Block> for FromRecovery {
	fn verify(
		&mut self,
		proof: &EncodedProof,
	) -> Result<VerificationResult<Block>, Box<dyn StdError + Send + Sync>> {
		let proof = Proof::decode_all(&mut &proof.0[..])?;
		let last = proof.blocks.last().ok_or("the proof is empty")?.header.clone();
		self.follow(&proof)?;
		let votes = |votes: &GrandpaJustification<Block>| {
			Justifications::from((GRANDPA_ENGINE_ID, votes.encode()))
		};
		let blocks = proof.blocks.into_iter().map(|it| (it.header, votes(&it.justification)));
		Ok(match proof.is_finished {
			true => VerificationResult::Complete(last, blocks.collect()),
			false => VerificationResult::Partial(blocks.collect()),
		})
	}

	fn next_proof_context(&self) -> Hash {
		self.proven
	}

	fn status(&self) -> Option<String> {
		Some(format!("{} sets of validators since the recovery", self.sets))
	}
}

/// Imports blocks as GRANDPA does, except those of a recovery into the history of a node that has a later
/// final block: GRANDPA would ask for votes that do not exist.
#[derive(Clone)]
pub struct Import<G, C> {
	/// GRANDPA's import.
	pub grandpa: G,
	/// The chain.
	pub client: Arc<C>,
	/// The recoveries.
	pub recoveries: Recoveries,
}

#[async_trait::async_trait]
impl<G, C> BlockImport<Block> for Import<G, C>
where
	G: BlockImport<Block, Error = ConsensusError> + Send + Sync,
	C: HeaderBackend<Block> + Send + Sync,
	for<'a> &'a C: BlockImport<Block, Error = ConsensusError>,
{
	type Error = ConsensusError;

	async fn check_block(
		&self,
		block: BlockCheckParams<Block>,
	) -> Result<ImportResult, ConsensusError> {
		self.grandpa.check_block(block).await
	}

	async fn import_block(
		&self,
		block: BlockImportParams<Block>,
	) -> Result<ImportResult, ConsensusError> {
		let number = block.header.number;
		let is_history = number <= self.client.info().finalized_number && !block.with_state();
		match is_history && self.recoveries.has_no_votes(number) {
			true => (&*self.client).import_block(block).await,
			false => self.grandpa.import_block(block).await,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;
	use sp_consensus_grandpa::{ConsensusLog, ScheduledChange};
	use sp_keyring::Ed25519Keyring::{self, Alice, Bob, Charlie, Dave};
	use sp_runtime::{traits::Header as _, Digest, DigestItem};

	/// The block that signals a recovery, and its file.
	fn file() -> (Header, Value) {
		let next_authorities = votes_of(&[Alice, Bob]);
		let change = ScheduledChange { next_authorities, delay: 3 };
		let log = ConsensusLog::<u32>::ForcedChange(5, change);
		let digest = Digest { logs: vec![DigestItem::Consensus(GRANDPA_ENGINE_ID, log.encode())] };
		let header = Header::new(9, H256::zero(), H256::zero(), H256::zero(), digest);
		let keys = [Alice, Bob].map(|key| H256(key.public().0));
		let json = json!({
			"genesis": H256([1; 32]), "block": 9, "hash": header.hash(), "set": 3, "last_final": 5,
			"header": sp_core::bytes::to_hex(&header.encode(), false), "proven": "0x00",
			"authorities": keys,
		});
		(header, json)
	}

	fn load(text: &str) -> Result<Recoveries, String> {
		let folder = tempfile::tempdir().unwrap();
		let file = folder.path().join("recovery.json");
		std::fs::write(&file, text).unwrap();
		Recoveries::load(&[file], H256([1; 32]))
	}

	#[test]
	fn a_file_is_a_recovery() {
		let (header, json) = file();
		let recoveries = load(&json.to_string()).unwrap();
		let [recovery] = &recoveries.0[..] else { panic!("one recovery") };
		assert_eq!((recovery.block, recovery.set), ((9, header.hash()), 3));
		assert_eq!(recovery.authorities, votes_of(&[Alice, Bob]));
		let without_votes: Vec<_> = (0..20).filter(|it| recoveries.has_no_votes(*it)).collect();
		assert_eq!(without_votes, [6, 7, 8, 9]);
	}

	#[test]
	fn what_is_none_is_named() {
		let foreign = H256([9; 32]);
		for (field, value, expected) in [
			("last_final", Value::Null, "was not recovered"),
			("last_final", json!(4), "another last final block"),
			("block", json!("nine"), "“block” is not a number"),
			("block", json!(8), "“header” is not that of the block"),
			("hash", json!("0x02"), "“hash” is not a hash"),
			("hash", json!(foreign), "“header” is not that of the block"),
			("genesis", json!(foreign), "another chain"),
			("authorities", json!([foreign]), "other validators"),
			("authorities", json!(["0x03"]), "not a key"),
			("authorities", json!([]), "not a list of keys"),
			("header", Value::Null, "“header” is not that of the block"),
			("header", json!("no hex"), "“header” is not in hex"),
		] {
			let (_, mut json) = file();
			json[field] = value;
			let error = load(&json.to_string()).unwrap_err();
			assert!(
				error.contains(expected) && error.contains("recovery.json"),
				"{field}: {error}"
			);
		}
		assert!(load("no JSON").unwrap_err().contains("recovery.json"));
		let missing = Recoveries::load(&["no-such-file".into()], H256([1; 32])).unwrap_err();
		assert!(missing.contains("no-such-file"), "{missing}");
	}

	/// A block that names others is no recovery, whatever the file says.
	#[test]
	fn a_block_without_a_signal_is_no_recovery() {
		let header = block(9, 3, &[Alice], Some(votes_of(&[Alice, Bob]))).header;
		let (_, mut json) = file();
		json["hash"] = json!(header.hash());
		json["header"] = json!(sp_core::bytes::to_hex(&header.encode(), false));
		let error = load(&json.to_string()).unwrap_err();
		assert!(error.contains("does not signal a recovery"), "{error}");
	}

	fn votes_of(voters: &[Ed25519Keyring]) -> AuthorityList {
		voters.iter().map(|voter| (voter.public().into(), 1)).collect()
	}

	/// A block of a set, with the votes of these. It may end the set.
	fn block(
		number: u32,
		set: u64,
		voters: &[Ed25519Keyring],
		next: Option<AuthorityList>,
	) -> WarpSyncFragment<Block> {
		let change = |next_authorities| {
			let change = ScheduledChange { next_authorities, delay: 0 };
			let log = ConsensusLog::<u32>::ScheduledChange(change);
			DigestItem::Consensus(GRANDPA_ENGINE_ID, log.encode())
		};
		let digest = Digest { logs: next.map(change).into_iter().collect() };
		let header = Header::new(number, H256::zero(), H256::zero(), H256::zero(), digest);
		let (hash, round) = (header.hash(), 7u64);
		// A precommit's number among the messages is 1.
		let message = (1u8, hash, number, round, set).encode();
		let sign =
			|voter: &Ed25519Keyring| (hash, number, voter.sign(&message).0, voter.public().0);
		let votes: Vec<_> = voters.iter().map(sign).collect();
		let bytes = (round, hash, number, votes, Vec::<Header>::new()).encode();
		let justification = GrandpaJustification::decode_all(&mut &bytes[..]).unwrap();
		WarpSyncFragment { header, justification }
	}

	fn verifier() -> FromRecovery {
		FromRecovery {
			set: 3,
			authorities: votes_of(&[Alice, Bob, Charlie, Dave]),
			proven: H256([2; 32]),
			sets: 0,
		}
	}

	fn verify(
		verifier: &mut FromRecovery,
		blocks: Vec<WarpSyncFragment<Block>>,
		is_finished: bool,
	) -> Result<VerificationResult<Block>, String> {
		let proof = EncodedProof(Proof { blocks, is_finished }.encode());
		verifier.verify(&proof).map_err(|error| error.to_string())
	}

	#[test]
	fn sets_are_followed_from_the_recovery_on() {
		let mut verifier = verifier();
		assert_eq!(verifier.next_proof_context(), H256([2; 32]));
		let next = votes_of(&[Alice, Bob]);
		let ended = block(12, 3, &[Alice, Bob, Charlie], Some(next));
		let last = ended.header.hash();
		let found = verify(&mut verifier, vec![ended], false).unwrap();
		assert!(matches!(found, VerificationResult::Partial(blocks) if blocks.len() == 1));
		assert_eq!(verifier.next_proof_context(), last);
		let newest = block(20, 4, &[Alice, Bob], None);
		let found = verify(&mut verifier, vec![newest], true).unwrap();
		assert!(matches!(found, VerificationResult::Complete(header, _) if header.number == 20));
	}

	#[test]
	fn a_wrong_proof_changes_nothing() {
		let mut verifier = verifier();
		let next = || Some(votes_of(&[Alice, Bob]));
		let mut foreign = block(12, 3, &[Alice, Bob, Charlie], next());
		foreign.header.number = 13;
		for (wrong, is_finished, expected) in [
			(vec![block(12, 3, &[Alice, Bob], next())], false, ""),
			(vec![block(12, 2, &[Alice, Bob, Charlie], next())], false, ""),
			(vec![foreign], false, "another block"),
			(vec![block(12, 3, &[Alice, Bob, Charlie], None)], false, "does not change"),
			(vec![], true, "empty"),
			// The second block is not of the set that the first one names.
			(
				vec![
					block(12, 3, &[Alice, Bob, Charlie], next()),
					block(20, 4, &[Charlie, Dave], None),
				],
				true,
				"",
			),
		] {
			let error = verify(&mut verifier, wrong, is_finished).err().expect("it is wrong");
			assert!(error.contains(expected), "{error}");
			assert_eq!((verifier.set, verifier.proven), (3, H256([2; 32])));
		}
		assert!(verifier.verify(&EncodedProof(vec![1, 2])).is_err());
	}
}
