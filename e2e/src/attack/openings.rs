//! Openings at their limit: the most records, by a reader with the most affiliations, of a patient with the
//! most consents for each of them. What a node needs for such a block is compared with what the chain
//! charged for it.

use super::{
	custodian::enter_without_content,
	flood::{blocks, blocks_until, fill},
	scene::account,
	Attack, By, Played,
};
use crate::{
	commands::keypair,
	network::{hex_of, insert_entry, rpc, Network, Node, Options},
	stops,
};
use anyhow::{ensure, Context, Result};
use codec::{Compact, Decode, Encode};
use serde_json::{json, Map, Value};
use std::time::Duration;
use vouchsafe_client::chain::{
	calls::{batch_all, CustodyCall, RuntimeCall, UtilityCall},
	storage, AccountId, Affiliation, Chain, Consent, DataPeriod, Effect, Grantee, Grantor, Ground,
	LabelFilter, LabelTag, Purpose, Role, ShownText, Submit, Terms, View, H256, POLICY_VERSION,
};

/// The attack.
pub const ATTACKS: &[Attack] = &[Attack::own(
	"1.11",
	"A reader opens records that cost the chain more than they are charged",
	|| Box::pin(openings_on_their_own_network()),
)];

const READER: &str = "//DoctorB";
const PATIENT: &str = "//PatientA";
/// The most care teams of an affiliation.
const TEAMS: u32 = 8;
/// The most records of one opening, and the most consents under one key.
const RECORDS: u8 = 16;
const CONSENTS_EACH: u32 = 16;
/// Openings in one call, so that few calls fill a block.
const OPENINGS: usize = 40;
/// Calls that are handed in. They fill more than two blocks.
const CALLS: u64 = 20;
/// What the chain must have charged at least for the block that is measured: as much as for two calls, in
/// nanoseconds.
const MUCH: u64 = 200_000_000;
/// In how many blocks other calls must be included.
const BLOCKS: u32 = 3;
/// The first byte of a digest's item that has the author's signature.
const SEAL: u8 = 5;

fn records() -> Vec<H256> {
	let patient = account(PATIENT);
	let id = |number| vouchsafe_vault::record_id(&patient, &patient, &[number; 16]);
	(0..RECORDS).map(id).collect()
}

/// The institutions for which the reader acts, with the reader's role there.
fn affiliations() -> [(AccountId, Role); 4] {
	[
		("//HospitalB", Role::Physician),
		("//HospitalA", Role::Nurse),
		("//HospitalC", Role::Dentist),
		("//Authority", Role::Administration),
	]
	.map(|(institution, role)| (account(institution), role))
}

/// All grantees by which a consent can name the reader.
fn keys() -> Vec<Grantee> {
	let practitioner = account(READER);
	let mut keys = vec![Grantee::Everyone, Grantee::Person(practitioner.clone())];
	for (institution, role) in affiliations() {
		keys.push(Grantee::Role(role));
		keys.push(Grantee::RoleAt { role, institution: institution.clone() });
		let team = |team| Grantee::CareTeam { institution: institution.clone(), team };
		keys.extend((0..TEAMS).map(team));
		keys.push(Grantee::Institution(institution));
	}
	let institution = account("//HospitalB");
	keys.push(Grantee::PractitionerAt { practitioner, institution });
	keys
}

/// The longest permit that there can be. It is checked to its last condition, and does not cover the records.
fn longest() -> Terms {
	const FITS: &str = "each list is as long as it can be";
	let institutions = affiliations().map(|(institution, _)| institution).to_vec();
	let labels: Vec<_> = (1..=16).map(|id| LabelTag([id, 0, 0, 0])).collect();
	let countries = [*b"AA", *b"AB", *b"AC", *b"AD", *b"AF", *b"AG", *b"DE", *b"AT"].to_vec();
	Terms {
		records: records().try_into().expect(FITS),
		labels: LabelFilter::Also(labels.try_into().expect(FITS)),
		authors: institutions.clone().try_into().expect(FITS),
		responsible: institutions.try_into().expect(FITS),
		countries: countries.try_into().expect(FITS),
		data_period: DataPeriod { from: Some(0), to: Some(u16::MAX) },
		valid_from: Some(0),
		valid_until: Some(1),
		..Terms::all(Effect::Permit)
	}
}

/// Puts the reader's affiliations and the patient's consents into the genesis block.
pub fn plant(state: &mut Map<String, Value>) {
	let mut insert = |key: Vec<u8>, value: Vec<u8>| insert_entry(state, &key, &value);
	let (reader, patient) = (account(READER), account(PATIENT));
	for (institution, role) in affiliations() {
		let teams = (0..TEAMS).collect();
		let affiliation =
			Affiliation { role, from: 0, until: None, accepted: true, attested: true, teams };
		insert(storage::affiliation(&reader, &institution).bytes, affiliation.encode());
	}
	let institutions = affiliations().map(|(institution, _)| institution).to_vec();
	insert(storage::affiliated_with(&reader).bytes, institutions.encode());
	let keys = keys();
	let last = keys.len() - 1;
	for (place, key) in keys.iter().enumerate() {
		let consent = |id| Consent {
			id,
			revision: 0,
			policy_version: POLICY_VERSION,
			granted_at: 0,
			confirmed_at: Some(0),
			// The last one covers, so that the records are opened.
			terms: match (place, id) == (last, CONSENTS_EACH - 1) {
				true => Terms::all(Effect::Permit),
				false => longest(),
			},
			text: ShownText { commitment: H256([7; 32]), language: *b"en" },
			grantor: Grantor::Representative(account("//PatientB")),
		};
		let consents: Vec<_> = (0..CONSENTS_EACH).map(consent).collect();
		insert(storage::consents(&patient, key).bytes, consents.encode());
	}
}

async fn openings_on_their_own_network() -> Played {
	let options = Options { custodians: false, state: Some(plant), ..Options::default() };
	openings_at_their_limit(&Network::with(options).await?).await
}

/// A block as a node has it.
struct Block {
	parent: Value,
	/// Encoded, without the author's seal, as the runtime executes it.
	bytes: Vec<u8>,
	/// What the chain charged for its calls, in nanoseconds.
	charged: u64,
}

impl Block {
	async fn of(url: &str, number: u32) -> Result<Self> {
		let ask = async |method: &str, params: Value| {
			rpc(url, method, params).await.with_context(|| format!("{method}: no answer"))
		};
		let hash = ask("chain_getBlockHash", json!([number])).await?;
		let block = ask("chain_getBlock", json!([hash])).await?;
		let header = &block["block"]["header"];
		let bytes = |value: &Value| -> Result<Vec<u8>> {
			let text = value.as_str().context("no bytes")?.trim_start_matches("0x");
			Ok(hex::decode(text)?)
		};
		let list = |value: &Value| -> Result<Vec<Vec<u8>>> {
			value.as_array().context("no list")?.iter().map(bytes).collect()
		};
		let digest = list(&header["digest"]["logs"])?;
		let digest: Vec<_> = digest.into_iter().filter(|item| item[0] != SEAL).collect();
		let calls = list(&block["block"]["extrinsics"])?;
		let length = |items: &[Vec<u8>]| anyhow::Ok(Compact(u32::try_from(items.len())?).encode());
		let encoded = [
			bytes(&header["parentHash"])?,
			Compact(number).encode(),
			bytes(&header["stateRoot"])?,
			bytes(&header["extrinsicsRoot"])?,
			length(&digest)?,
			digest.concat(),
			length(&calls)?,
			calls.concat(),
		];
		let value =
			async |key: Vec<u8>| bytes(&ask("state_getStorage", json!([hex_of(key), hash])).await?);
		// Reference time and proof size, of normal, operational and mandatory calls.
		let weight = value(storage::prefix("System", "BlockWeight")).await?;
		let weights = <[(Compact<u64>, Compact<u64>); 3]>::decode(&mut &weight[..])?;
		Ok(Self {
			parent: header["parentHash"].clone(),
			bytes: encoded.concat(),
			charged: weights.iter().map(|(time, _)| time.0 / 1_000).sum(),
		})
	}

	/// How long a node uses the processor to execute it: other processes may need it meanwhile.
	async fn execute(&self, node: &Node) -> Result<Duration> {
		let url = node.http_url();
		let process = node.process.as_ref().context("the node does not run")?;
		let bytes = hex_of(&self.bytes);
		let before = process.processor_time()?;
		let executed = rpc(&url, "state_call", json!(["Core_execute_block", bytes, self.parent]));
		executed.await.context("the block does not execute again")?;
		Ok(process.processor_time()?.saturating_sub(before))
	}
}

/// A reader fills blocks with openings. Other calls get into the next blocks, and no block takes much longer
/// than it was charged.
pub async fn openings_at_their_limit(network: &Network) -> Played {
	let url = network.sites[0].node.http_url();
	let chain = Chain::connect(&network.node_url()).await?;
	let enter = |number| enter_without_content(account(PATIENT), [number; 16]);
	let entering = batch_all((0..RECORDS).map(enter).collect());
	chain.submit(&keypair(PATIENT)?, entering).await.context("the records")?;
	let open = |records: Vec<H256>| -> RuntimeCall {
		let ground = Ground::Consent { institution: Some(account("//HospitalB")) };
		let patient = account(PATIENT);
		CustodyCall::open { patient, records, purpose: Purpose::Treatment, ground }.into()
	};
	let opened = chain.submit(&keypair(READER)?, open(records())).await?;
	let (opened, _) = opened.opening_decided().context("nothing was decided")?;
	ensure!(opened.len() == usize::from(RECORDS), "{} records were opened", opened.len());

	let begin = chain.best().await?.number();
	let calls = UtilityCall::force_batch { calls: vec![open(records()); OPENINGS] }.into();
	let (taken, refusal) = fill(&url, &chain, &keypair(READER)?, &calls, CALLS).await?;
	ensure!(taken > CALLS / 2, "only {taken} calls were taken: {refusal:?}");
	let mut waited = 0;
	for key in ["//RegistrarB", "//DoctorB2", "//PatientB"] {
		let harmless = UtilityCall::batch { calls: vec![] }.into();
		waited = waited.max(blocks_until(&chain, key, harmless).await?);
	}
	stops!(waited <= BLOCKS, "{} that others waited for", blocks(waited));
	// All of the reader's calls are in blocks.
	chain.submit(&keypair(READER)?, UtilityCall::batch { calls: vec![] }).await?;
	let end = chain.finalized().await?.number();

	let mut made = Vec::new();
	for number in begin + 1..=end {
		made.push(Block::of(&url, number).await?);
	}
	let fullest = made.iter().max_by_key(|block| block.charged).context("no block")?;
	let charged = Duration::from_nanos(fullest.charged);
	ensure!(fullest.charged >= MUCH, "the fullest block was charged only {charged:?}");
	let mut took = Duration::MAX;
	for _ in 0..5 {
		took = took.min(fullest.execute(&network.sites[0].node).await?);
	}
	// Machines differ, and weights are for one of them: an attack would gain more than that.
	stops!(took <= 2 * charged, "{took:?} of every node's time for a block charged {charged:?}");
	Ok(By::Chain.withstands(format!(
		"a block full of openings is charged {} ms and takes {} ms; others waited for {} at most",
		charged.as_millis(),
		took.as_millis(),
		blocks(waited)
	)))
}
