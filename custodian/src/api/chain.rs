//! The endpoints by which wallets reach the chain: proofs of what is final and of the state, extrinsics,
//! and news of the signer's log. The node itself is open to nobody: its RPC shows everybody's consents.

use super::{
	error::{ApiError, CommonErrors, SignedRequestErrors},
	signed_request::{authenticate, authenticate_enrolled, Requester},
	source::Source,
};
use crate::{
	chain::{Block, Node},
	may_read::{may_read, Answer, Caller},
	state::{Connected, State as Shared},
	waiting::Who,
};
use axum::{
	body::Bytes,
	extract::{Query, State},
	Json,
};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
};
use vouchsafe_client::{
	chain::{
		calls::is_own_objection, storage, AccountId, AccountKind, ChainError, Request, Scope, H256,
	},
	messages::*,
	protocol::{
		extrinsics::{self, signer_and_nonce},
		proof::{FinalBlock, Header, ProofError},
	},
};

/// The longest key of the chain's state that is asked for. The longest of the table has some 200 bytes.
const MAX_KEY: usize = 512;
/// The most bytes of a proof's nodes: as much as clients accept, in base64.
const MAX_NODES: usize = MAX_ANSWER / 4 * 3 - 64 * 1024;
/// Of how many other people's records, logs and other things one request reads: each is decided about.
const MAX_DECIDED: usize = 16;
/// In how many new final blocks an extrinsic is looked for at once. Usually there is one.
const MOST_NEW: usize = 512;
/// In how many of the last final blocks an extrinsic is looked for whose nonce is used.
const LOOKED_BACK: u32 = 64;

/// Prove which block is final.
#[utoipa::path(
	get,
	path = "/v1/chain/finality",
	description = "Returns the last block of each set of validators that has ended after a block that the client knows, and the newest final block, with the votes. With `newer` it waits up to 25 seconds for a final block of a higher number. Not signed.",
	params(AskFinality),
	responses(
		CommonErrors,
		(status = 200, body = FinalBlocks, description = "The blocks"),
		(status = 404, body = Refusal, description = "For the custodian's node the block is not final"),
		(status = 429, body = Refusal, description = "The address makes too many requests, or too many of its requests wait"),
		(status = 503, body = Refusal, description = "The node cannot be asked now, or as many requests wait as may: ask without waiting"),
	),
	tag = "chain"
)]
pub async fn finality(
	State(state): State<Arc<Shared>>,
	source: Source,
	Query(asked): Query<AskFinality>,
) -> Result<Json<FinalBlocks>, ApiError> {
	let Connected { node, .. } = state.connected().ok_or(ApiError::Unavailable)?;
	if let Some(newer) = asked.newer {
		if node.finalized().await?.number() <= newer {
			state.waiting.begin(&state, source, Who::Anyone)?.after(newer).await;
		}
	}
	let (blocks, is_newest) = match node.final_blocks(asked.after.into()).await {
		Err(ChainError::NotProven(ProofError::Behind(_))) => return Err(ApiError::UnknownBlock),
		answer => answer?,
	};
	let blocks =
		blocks.into_iter().map(|FinalBlock { header, justification }| (header, justification));
	Ok(Json(FinalBlocks { blocks: Packed(blocks.collect()), is_newest }))
}

/// Prove values of the chain's state.
#[utoipa::path(
	post,
	path = "/v1/chain/read",
	description = "Returns a block's header and the nodes of its state's tree that prove the values at keys, and which keys are below a prefix. A patient reads everything of the patient's own, and the nonce of the key that signed; a practitioner and a person also the records that they can open now, each version and sharing set together with its record's own key. What belongs to another account is proven only if it is there at that block, except versions, sharing sets, affiliations, and what a representative reads. A representative reads the patient's consents, requests, choice of holders and recovery within its scopes, and who reads the log also its head. Practitioners read who represents a patient, and so do the representatives. An account that is not active, or whose key is disabled, reads only what an objection needs: its own account, nonce, keys, what is under way to replace them, and its representatives. The body is a signed request with the action `read-state`, whose payload is a `Payload_ReadState`; or the `ReadState` alone, which reads only the clock, the validators, the institutions and their custodians.",
	request_body = ReadRequest,
	responses(
		SignedRequestErrors,
		(status = 200, body = StateProof, description = "The proof"),
		(status = 403, body = Refusal, description = "The account may not read one of the keys, or all below the prefix"),
		(status = 404, body = Refusal, description = "For the custodian's node the block is not final"),
		(status = 413, body = Refusal, description = "The request is too large, or its answer would be: ask for fewer keys"),
		(status = 422, body = Refusal, description = "There are too many keys, or a key is too long"),
	),
	tag = "chain"
)]
pub async fn read_state(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<StateProof>, ApiError> {
	if bytes.len() > MAX_REQUEST {
		return Err(ApiError::TooLarge);
	}
	let (requester, asked) = match serde_json::from_slice::<ReadState>(&bytes) {
		Ok(asked) => (None, asked),
		Err(_) => {
			let (requester, asked) =
				authenticate_enrolled::<ReadState>(&state, action::READ_STATE, &bytes).await?;
			(Some(requester), asked)
		},
	};
	check_size(&asked)?;
	let questions = Questions::about(requester.as_ref(), &asked)?;
	let (node, finalized) = match &requester {
		Some(requester) => (requester.node.clone(), requester.finalized.clone()),
		None => {
			let Connected { node, .. } = state.connected().ok_or(ApiError::Unavailable)?;
			let finalized = node.finalized().await?;
			(node, finalized)
		},
	};
	let block = H256(asked.block.0);
	let header = final_header(&*node, finalized.number(), block).await?;
	questions.ensure(&state, &*node, block, requester.as_ref()).await?;
	prove(&*node, block, header, asked).await.map(Json)
}

/// A signed request, or what anybody may ask.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it only describes")]
pub enum ReadRequest {
	/// A signed request.
	Signed(Signed),
	/// What anybody may read.
	Unsigned(ReadState),
}

fn check_size(asked: &ReadState) -> Result<(), ApiError> {
	if asked.keys.len() > MAX_STATE_KEYS {
		return Err(ApiError::Mismatch(format!("ask for at most {MAX_STATE_KEYS} keys")));
	}
	let below = asked.below.iter();
	if below.clone().any(|below| !(1..=MAX_KEYS_BELOW).contains(&below.limit)) {
		return Err(ApiError::Mismatch(format!(
			"ask for 1 to {MAX_KEYS_BELOW} keys below a prefix"
		)));
	}
	let below = below.flat_map(|below| below.after.iter().chain([&below.prefix]));
	if asked.keys.iter().chain(below).any(|key| key.0.len() > MAX_KEY) {
		return Err(ApiError::Mismatch(format!("a key has at most {MAX_KEY} bytes")));
	}
	Ok(())
}

/// The header of a block that is final for the node.
async fn final_header(node: &dyn Node, newest: u32, block: H256) -> Result<Vec<u8>, ApiError> {
	let header = match node.header_of(block).await {
		Ok(Some(header)) => header,
		Ok(None) | Err(ChainError::StateGone) => return Err(ApiError::UnknownBlock),
		Err(error) => return Err(error.into()),
	};
	let number = Header::verify(&header, block).map_err(|_| ApiError::UnknownBlock)?.number;
	if number > newest || node.hash_of(number).await? != block {
		return Err(ApiError::UnknownBlock);
	}
	Ok(header)
}

/// What the state must say before the keys are read.
#[derive(Debug, Default)]
struct Questions {
	institutions: BTreeSet<AccountId>,
	/// Accounts that must be enrolled.
	enrolled: BTreeSet<AccountId>,
	/// Keys that must have a value.
	there: Vec<Vec<u8>>,
	/// Records of versions and sharing sets.
	records: BTreeSet<H256>,
	/// Records of others, by patient.
	openable: BTreeMap<AccountId, BTreeSet<H256>>,
	/// Patients of whom some record must be open to the caller.
	any_openable: BTreeSet<AccountId>,
	/// Keys of records and sets of holders of others. At an older block they may not exist yet, and a
	/// proof of that can show a neighbour.
	of_others: Vec<Vec<u8>>,
	/// Keys of requests, each with the patient who was asked.
	requests: BTreeMap<Vec<u8>, AccountId>,
	/// Patients who must have a list of representatives, and whether they must be wards.
	lists: BTreeMap<AccountId, bool>,
	/// Patients whom the caller must represent, and within which scopes.
	represented: BTreeSet<(AccountId, &'static [Scope])>,
	/// Patients whose logs the caller must be permitted to read.
	logs: BTreeSet<AccountId>,
}

impl Questions {
	/// What must be asked before these keys are read.
	fn about(requester: Option<&Requester>, asked: &ReadState) -> Result<Self, ApiError> {
		let caller = match requester {
			Some(Requester { account, key, .. }) if requester.is_some_and(Requester::is_active) => {
				Caller::Account { account, key }
			},
			Some(Requester { account, key, .. }) => Caller::Barred { account, key },
			None => Caller::Anyone,
		};
		let mut questions = Self::default();
		for HexBytes(key) in &asked.keys {
			match may_read(caller, key) {
				Answer::Yes => {},
				Answer::No => return Err(ApiError::NoAccess),
				Answer::IfInstitution(account) => drop(questions.institutions.insert(account)),
				Answer::IfEnrolled(account) => drop(questions.enrolled.insert(account)),
				Answer::IfThere => questions.there.push(key.clone()),
				Answer::IfRecord(record) => drop(questions.records.insert(record)),
				Answer::IfOpenable(patient, record) => {
					questions.openable.entry(patient).or_default().insert(record);
					questions.of_others.push(key.clone());
				},
				Answer::IfAnyOpenable(patient) => {
					questions.any_openable.insert(patient);
					questions.of_others.push(key.clone());
				},
				Answer::IfAsker(patient) => drop(questions.requests.insert(key.clone(), patient)),
				Answer::IfRepresents(patient, scopes) => {
					questions.represented.insert((patient, scopes));
				},
				Answer::IfListed(patient) => {
					questions.lists.entry(patient).or_default();
				},
				Answer::IfListedForWard(patient) => drop(questions.lists.insert(patient, true)),
				Answer::IfMayReadLog(patient) => drop(questions.logs.insert(patient)),
			}
		}
		if let Some(below) = &asked.below {
			let after = below.after.as_ref();
			let is_outside = after.is_some_and(|after| !after.0.starts_with(&below.prefix.0));
			match may_read(caller, &below.prefix.0) {
				_ if is_outside => return Err(ApiError::NoAccess),
				Answer::Yes => {},
				Answer::IfEnrolled(account) => drop(questions.enrolled.insert(account)),
				Answer::IfRepresents(patient, scopes) => {
					questions.represented.insert((patient, scopes));
				},
				_ => return Err(ApiError::NoAccess),
			}
		}
		questions.ensure_few()?;
		Ok(questions)
	}

	/// Checks that it is not too much to decide.
	fn ensure_few(&self) -> Result<(), ApiError> {
		let patients = [self.any_openable.len(), self.represented.len(), self.logs.len()];
		let decided = self.openable.values().map(BTreeSet::len).chain(patients);
		match decided.sum::<usize>() > MAX_DECIDED {
			true => Err(ApiError::Mismatch(format!(
				"ask for at most {MAX_DECIDED} records and other things of others"
			))),
			false => Ok(()),
		}
	}

	/// Asks them.
	async fn ensure(
		mut self,
		state: &Shared,
		node: &dyn Node,
		block: H256,
		requester: Option<&Requester>,
	) -> Result<(), ApiError> {
		let mut keys: Vec<_> =
			self.institutions.iter().map(|it| storage::institution(it).bytes).collect();
		let Some(requester) = requester else { return ensure_keys(node, block, keys).await };
		// A record that is read in the same request is decided about there.
		for records in self.openable.values() {
			self.records.retain(|record| !records.contains(record));
		}
		let own = |record| storage::record(&requester.account, record).bytes;
		keys.extend(self.records.iter().map(own));
		keys.extend(self.enrolled.iter().map(|it| storage::account(it).bytes));
		keys.append(&mut self.there);
		ensure_keys(node, block, keys).await?;
		let lists = std::mem::take(&mut self.lists);
		ensure_listed(node, block, lists, requester).await?;
		let requests = std::mem::take(&mut self.requests);
		for patient in asked_by_others(node, block, requests, &requester.account).await? {
			self.represented.insert((patient, &[Scope::Requests]));
		}
		self.ensure_few()?;
		let is_decided = self.openable.is_empty()
			&& self.any_openable.is_empty()
			&& self.represented.is_empty()
			&& self.logs.is_empty();
		if is_decided {
			return Ok(());
		}
		let heads = requester.heads(state).await?;
		for at in heads.both() {
			self.ensure_open(node, at.hash(), &requester.account).await?;
			self.ensure_permitted(at, &requester.account).await?;
		}
		// Only now: others do not learn whether a record exists.
		ensure_keys(node, block, self.of_others).await?;
		Ok(heads.check(state)?)
	}

	/// Checks that the caller represents the patients, and may read their logs, at this block.
	async fn ensure_permitted(&self, at: &dyn Block, caller: &AccountId) -> Result<(), ApiError> {
		for (patient, scopes) in &self.represented {
			if !at.represents(patient, caller, scopes).await? {
				return Err(ApiError::NoAccess);
			}
		}
		for patient in &self.logs {
			if !at.may_read_log(caller, patient).await? {
				return Err(ApiError::NoAccess);
			}
		}
		Ok(())
	}

	/// Checks that the reader can open the records of others at this block.
	async fn ensure_open(
		&self,
		node: &dyn Node,
		block: H256,
		reader: &AccountId,
	) -> Result<(), ApiError> {
		for (patient, records) in &self.openable {
			let records: Vec<H256> = records.iter().copied().collect();
			let open = node.which_open(block, reader, patient, &records).await?;
			if open.len() != records.len() || open.contains(&false) {
				return Err(ApiError::NoAccess);
			}
		}
		for patient in &self.any_openable {
			// Asked about already, and it can be opened.
			let is_known = self.openable.contains_key(patient);
			if !is_known && !node.opens_any(block, reader, patient).await? {
				return Err(ApiError::NoAccess);
			}
		}
		Ok(())
	}
}

/// Checks that the state has a value at each of these keys.
async fn ensure_keys(node: &dyn Node, block: H256, keys: Vec<Vec<u8>>) -> Result<(), ApiError> {
	values(node, block, keys).await.map(drop)
}

/// Checks that each of these patients has a list of representatives, and is a ward where that is `true`. It has
/// to have the requester, who is not a practitioner.
async fn ensure_listed(
	node: &dyn Node,
	block: H256,
	patients: BTreeMap<AccountId, bool>,
	requester: &Requester,
) -> Result<(), ApiError> {
	let keys = patients.keys().map(|patient| storage::representatives(patient).bytes).collect();
	let mut lists = values(node, block, keys).await?;
	for (patient, is_ward) in patients {
		let key = storage::representatives(&patient);
		let list = lists.remove(&key.bytes).ok_or(ApiError::NoAccess)?;
		let list = key.decode(&list)?;
		let is_listed = requester.enrolled.kind == AccountKind::Practitioner
			|| list.list.iter().any(|it| it.account == requester.account);
		if !is_listed || (is_ward && !list.ward) {
			return Err(ApiError::NoAccess);
		}
	}
	Ok(())
}

/// The patients of those of these requests that the account did not make. There may be none under some keys.
async fn asked_by_others(
	node: &dyn Node,
	block: H256,
	mut requests: BTreeMap<Vec<u8>, AccountId>,
	account: &AccountId,
) -> Result<BTreeSet<AccountId>, ApiError> {
	if requests.is_empty() {
		return Ok(BTreeSet::new());
	}
	let keys: Vec<_> = requests.keys().cloned().collect();
	for (key, value) in node.values_at(block, &keys).await? {
		let request: Request = storage::requests(account).entry(key.clone()).decode(&value)?;
		if request.asker == *account || request.referred_by.as_ref() == Some(account) {
			requests.remove(&key);
		}
	}
	Ok(requests.into_values().collect())
}

/// The values at these keys. Each must have one.
async fn values(
	node: &dyn Node,
	block: H256,
	keys: Vec<Vec<u8>>,
) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, ApiError> {
	if keys.is_empty() {
		return Ok(BTreeMap::new());
	}
	let found = node.values_at(block, &keys).await?;
	match keys.iter().all(|key| found.contains_key(key)) {
		true => Ok(found),
		false => Err(ApiError::NoAccess),
	}
}

/// The header and the proof.
async fn prove(
	node: &dyn Node,
	block: H256,
	header: Vec<u8>,
	asked: ReadState,
) -> Result<StateProof, ApiError> {
	let mut keys: Vec<Vec<u8>> = asked.keys.into_iter().map(|key| key.0).collect();
	let mut found = Vec::new();
	if let Some(below) = asked.below {
		found = node.keys_below(block, &below).await?;
		// This also proves that no key is between it and the first one.
		keys.push(below.after.unwrap_or(below.prefix).0);
		keys.extend(found.iter().cloned());
	}
	let nodes = match keys.is_empty() {
		true => Vec::new(),
		false => node.read_proof(block, keys).await?,
	};
	let bytes = nodes.iter().chain(&found).fold(0usize, |sum, it| sum.saturating_add(it.len()));
	if bytes > MAX_NODES {
		return Err(ApiError::TooMuch);
	}
	Ok(StateProof { header: Packed(header), found: Packed(found), nodes: Packed(nodes) })
}

/// Submit an extrinsic.
#[utoipa::path(
	post,
	path = "/v1/chain/submit",
	description = "Hands an extrinsic to the node's pool and waits up to 25 seconds until it is in a final block. The key that signs the request, or that lets a session key sign it, must be the key that signs the extrinsic. The same bytes can be sent again. The answer is the custodian's word: only the state proves what the extrinsic did. If too many requests wait, it is handed in and not waited for. From an account that is not active, or whose key is disabled, only its own objection to a new key or to a representative is taken. The body is a signed request with the action `submit`; its payload is a `Payload_SubmitExtrinsic`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = SubmitOutcome, description = "What became of it so far"),
		(status = 403, body = Refusal, description = "The account is not active and this is not an objection of its own, or another key has signed the extrinsic"),
		(status = 422, body = Refusal, description = "It is not an extrinsic of this chain"),
	),
	tag = "chain"
)]
pub async fn submit(
	State(state): State<Arc<Shared>>,
	source: Source,
	bytes: Bytes,
) -> Result<Json<SubmitOutcome>, ApiError> {
	let (requester, body) =
		authenticate_enrolled::<SubmitExtrinsic>(&state, action::SUBMIT, &bytes).await?;
	let extrinsic = body.extrinsic.0;
	if extrinsic.len() > MAX_EXTRINSIC {
		return Err(ApiError::TooLarge);
	}
	let (key, nonce) = signer_and_nonce(&extrinsic)
		.ok_or_else(|| ApiError::Mismatch("it is not a signed extrinsic of this chain".into()))?;
	// The pool refuses a key that was replaced in the best block.
	if key != requester.key {
		return Err(ApiError::NoAccess);
	}
	// The pool decides whether there is something to object to.
	let is_objection = || {
		let call = extrinsics::call(&extrinsic);
		call.is_some_and(|call| is_own_objection(&call, &requester.account))
	};
	if !requester.is_active() && !is_objection() {
		return Err(ApiError::NoAccess);
	}
	let who = Who::Signer(requester.signer());
	let sent = Sent { node: &*requester.node, who, key, nonce, extrinsic };
	let outcome = sent.hand_in(&state, source, requester.finalized.number()).await?;
	let name = match &outcome {
		SubmitOutcome::Waiting => "waiting",
		SubmitOutcome::Final { .. } => "final",
		SubmitOutcome::Refused { .. } => "refused",
	};
	metrics::counter!("vouchsafe_custodian_extrinsics_total", "outcome" => name).increment(1);
	Ok(Json(outcome))
}

/// An extrinsic that is handed to the pool.
struct Sent<'a> {
	node: &'a dyn Node,
	who: Who,
	/// The key that signed it, whose nonce it uses.
	key: AccountId,
	nonce: u64,
	extrinsic: Vec<u8>,
}

impl Sent<'_> {
	/// Hands it in, and follows it. `last` is the last final block before that.
	async fn hand_in(
		&self,
		state: &Shared,
		source: Source,
		last: u32,
	) -> Result<SubmitOutcome, ApiError> {
		if let Err(error) = self.node.hand_in(&self.extrinsic).await {
			match &error {
				ChainError::Unreachable(text) if !text.contains("banned") => {
					return Err(error.into())
				},
				_ => {},
			}
			let refused = SubmitOutcome::Refused { error: error.to_string() };
			if !matches!(error, ChainError::Stale | ChainError::Unreachable(_)) {
				return Ok(refused);
			}
			let finalized = self.node.finalized().await?;
			if self.is_passed(finalized.hash()).await? {
				// It may be in a block already: it was sent before.
				let found = self.look_back(finalized.number()).await?;
				return Ok(found.unwrap_or(refused));
			}
		}
		let Ok(mut place) = state.waiting.begin(state, source, self.who) else {
			return Ok(SubmitOutcome::Waiting);
		};
		let mut last = last;
		while let Some(block) = place.after(last).await {
			// To ask for the nonce costs the node less than to read a block's body.
			if self.is_passed(block.hash()).await? {
				let found = self.look_in(last.saturating_add(1), block.number()).await?;
				let refused = || SubmitOutcome::Refused { error: ChainError::Stale.to_string() };
				return Ok(found.unwrap_or_else(refused));
			}
			last = block.number();
		}
		Ok(SubmitOutcome::Waiting)
	}

	/// Looks for it in the block that used its nonce. It is used at the final block `newest`. Only that one
	/// block is read as a whole.
	async fn look_back(&self, newest: u32) -> Result<Option<SubmitOutcome>, ApiError> {
		let (mut first, mut used) = (newest.saturating_sub(LOOKED_BACK), newest);
		while first < used {
			let middle = first.midpoint(used);
			match self.is_passed(self.node.hash_of(middle).await?).await? {
				true => used = middle,
				false => first = middle.saturating_add(1),
			}
		}
		self.look_in(used, used).await
	}

	/// Looks for it in these final blocks, the newest first.
	async fn look_in(&self, first: u32, last: u32) -> Result<Option<SubmitOutcome>, ApiError> {
		for number in (first..=last).rev().take(MOST_NEW) {
			let hash = self.node.hash_of(number).await?;
			let extrinsics = self.node.extrinsics_of(hash).await?;
			let place = extrinsics.iter().position(|other| *other == self.extrinsic);
			let Some(place) = place.and_then(|place| u32::try_from(place).ok()) else { continue };
			let events = Packed(self.node.events_of(hash, place).await?);
			return Ok(Some(SubmitOutcome::Final { block: hash.into(), number, events }));
		}
		Ok(None)
	}

	/// Whether its nonce was used at this block, so that it is never included any more.
	async fn is_passed(&self, block: H256) -> Result<bool, ApiError> {
		let key = storage::system_account(&self.key);
		let found = self.node.values_at(block, std::slice::from_ref(&key.bytes)).await?;
		let account = found.values().next().map(|value| key.decode(value)).transpose()?;
		Ok(account.is_some_and(|account| u64::from(account.nonce) > self.nonce))
	}
}

/// Wait for the signer's log.
#[utoipa::path(
	post,
	path = "/v1/chain/wait",
	description = "Waits until the log of the signer, a patient, has more lines than the signer knows, at most 25 seconds, and returns how long it is at the last final block. The body is a signed request with the action `await-log`; its payload is a `Payload_AwaitLog`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = LogLength, description = "How long the log is"),
		(status = 403, body = Refusal, description = "The signer is not an active patient"),
		(status = 429, body = Refusal, description = "The address makes too many requests, or too many of its requests wait"),
	),
	tag = "chain"
)]
pub async fn await_log(
	State(state): State<Arc<Shared>>,
	source: Source,
	bytes: Bytes,
) -> Result<Json<LogLength>, ApiError> {
	let (requester, body) = authenticate::<AwaitLog>(&state, action::AWAIT_LOG, &bytes).await?;
	if requester.enrolled.kind != AccountKind::Patient {
		return Err(ApiError::NoAccess);
	}
	let (mut count, _) = requester.finalized.audit_head(&requester.account).await?;
	if count > body.count {
		return Ok(Json(LogLength { count }));
	}
	let who = Who::Signer(requester.signer());
	let mut place = state.waiting.begin(&state, source, who)?;
	let mut last = requester.finalized.number();
	while let Some(block) = place.after(last).await {
		(count, _) = block.audit_head(&requester.account).await?;
		if count > body.count {
			break;
		}
		last = block.number();
	}
	Ok(Json(LogLength { count }))
}

#[cfg(test)]
mod tests;
