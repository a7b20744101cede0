//! A small chain, custodians of it that lie, and a clock of their own, so that nothing is waited for.

use crate::{
	compatibility::RuntimeMetadata,
	errors::CustodianError,
	messages::{
		AwaitLog, FinalBlocks, HexBytes, KeysBelow, LogLength, Packed, Payload, ReadState, Signed,
		StateProof, SubmitExtrinsic, SubmitOutcome, WAIT,
	},
	rest::{Method, Request, RequestBody, Response, Transport},
	runtime::runtime_types::{
		frame_support::dispatch::{DispatchClass, Pays},
		frame_system::{
			pallet::Event as SystemEvent, DispatchEventInfo, LastRuntimeUpgradeInfo, Phase,
		},
		sp_runtime::DispatchError,
		sp_weights::weight_v2::Weight,
		vouchsafe_runtime::RuntimeEvent,
	},
	signing::Signer,
	storage,
	types::{account_bytes, Account, AccountId, AccountKind, Institution, Status, H256},
};
use bytes::Bytes;
use codec::{Compact, Decode, Encode};
use futures::{stream, StreamExt};
use serde::{de::DeserializeOwned, Serialize};
use sp_core::{ed25519, storage::StateVersion, Blake2Hasher, Pair};
use sp_state_machine::{prove_read_on_trie_backend, Backend, InMemoryBackend, IterArgs};
use std::{
	collections::BTreeMap,
	future::{pending, Future},
	pin::{pin, Pin},
	sync::{Arc, Mutex, MutexGuard},
	task::{Context, Poll, Waker},
	time::Duration,
};
use subxt_signer::sr25519::{dev, Keypair};

/// The time of the newest block at first, in seconds since 1970.
pub(super) const NOW: u64 = 1_800_000_000;
/// The newest final block at first, and the one before.
pub(super) const NEWEST: u32 = 5;
pub(super) const OLDER: u32 = 4;
/// How many institutions the chain has.
pub(super) const INSTITUTIONS: u8 = 5;
/// How long it takes until a call is final.
pub(super) const BLOCK: Duration = Duration::from_secs(1);

/// What is false about a custodian's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lie {
	Nothing,
	/// It leaves out a node of each proof: the one at this place, modulo their number.
	LeavesOut(usize),
	/// It leaves out a key and its value.
	LeavesOutKey,
	/// It adds a key, in a state of its own.
	Adds,
	/// It shows a state with another value.
	Changes,
	/// It swaps the values of two keys.
	Swaps,
	/// It changes a byte of a node of each proof.
	ChangesNode(usize),
	/// It changes a byte of each block's header.
	ChangesHeader(usize),
	/// It shows the header of the block before.
	OtherHeader,
	/// It changes a signature.
	Signature,
	/// It invents validators.
	Validators,
	/// It shows an older block as the newest one.
	OldBlock,
	/// It is of another chain.
	OtherChain,
	/// The validators have signed another block of this height too.
	Fork,
	/// It answers with a page of HTML.
	Html,
	/// It answers with five megabytes.
	Large,
	/// It does not answer.
	Silent,
	/// It cannot be reached.
	Away,
	/// It does not know what was final before.
	Behind,
	/// Its chain has another runtime.
	Runtime,
	/// It keeps calls back.
	KeepsBack,
	/// It keeps calls back, and says that each is in the newest block.
	SaysFinal,
	/// The same, and that it is in a block to come.
	SaysFinalLater,
	/// The same, and that it has failed there.
	SaysFailedLater,
	/// It includes calls, and says that each is in the block of this number.
	NamesBlock(u32),
	/// It refuses each call with these words.
	Refuses(&'static str),
	/// It includes calls, and does not say so.
	HidesCalls,
	/// It includes calls, and shows events that are none.
	NoEvents,
	/// Calls fail.
	Fails,
}

/// The chain, its custodians and the clock.
pub(super) struct World {
	now: Duration,
	/// Who waits until when.
	sleepers: BTreeMap<u64, (Duration, Option<Waker>)>,
	next_sleeper: u64,
	/// How far the custodians' clocks are before the wallet's, in seconds.
	pub(super) clock_behind: i64,
	/// How old the newest block is, in seconds.
	pub(super) age: u64,
	/// The calls of each block, and from when on it is final.
	blocks: Vec<(Vec<Vec<u8>>, Duration)>,
	/// How each custodian lies, by its place.
	pub(super) lies: Vec<Lie>,
	/// What each custodian was asked, in order.
	pub(super) asked: Vec<(usize, String)>,
	/// All extrinsics that a custodian got.
	pub(super) got: Vec<Vec<u8>>,
	/// The chains that were made already: by lie, length and age.
	made: Mutex<Vec<Made>>,
}

/// All blocks of a chain.
type Blocks = Arc<Vec<Block>>;

/// A chain that was made already, and what it depends on.
type Made = ((Lie, usize, u64), Blocks);

#[derive(Clone)]
pub(super) struct Double(pub(super) Arc<Mutex<World>>);

/// Waits for a moment of the double's clock.
struct Sleep {
	world: Double,
	id: u64,
	until: Duration,
}

impl Future for Sleep {
	type Output = ();

	fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
		let mut world = self.world.lock();
		if world.now >= self.until {
			return Poll::Ready(());
		}
		let waker = Some(context.waker().clone());
		world.sleepers.insert(self.id, (self.until, waker));
		Poll::Pending
	}
}

impl Drop for Sleep {
	fn drop(&mut self) {
		self.world.lock().sleepers.remove(&self.id);
	}
}

/// Runs this to its end. When all wait, the clock goes on to the first moment that is waited for.
pub(super) fn run<F: Future>(world: &Double, future: F) -> F::Output {
	let mut future = pin!(future);
	loop {
		// The clock stands still while there is something to do.
		for _ in 0..3 {
			let mut context = Context::from_waker(Waker::noop());
			if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
				return output;
			}
		}
		let woken: Vec<_> = {
			let mut world = world.lock();
			let first = world.sleepers.values().map(|(until, _)| *until).min();
			let now = first.expect("somebody waits for ever").max(world.now);
			world.now = now;
			let due = world.sleepers.values().filter(|(until, _)| *until <= now);
			due.filter_map(|(_, waker)| waker.clone()).collect()
		};
		woken.iter().for_each(Waker::wake_by_ref);
	}
}

/// A block.
#[derive(Clone)]
struct Block {
	header: Vec<u8>,
	hash: H256,
	state: InMemoryBackend<Blake2Hasher>,
}

pub(super) fn me() -> Keypair {
	dev::alice()
}

pub(super) fn institution(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

pub(super) fn url(place: usize) -> String {
	format!("https://{place}.example")
}

fn validators(seed: u8) -> Vec<ed25519::Pair> {
	(0..4).map(|number| ed25519::Pair::from_seed(&[seed + number; 32])).collect()
}

fn hash(bytes: &[u8]) -> H256 {
	H256(sp_crypto_hashing::blake2_256(bytes))
}

type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

fn backend(entries: Entries) -> InMemoryBackend<Blake2Hasher> {
	let entries = entries.into_iter().map(|(key, value)| (key, Some(value))).collect();
	InMemoryBackend::default().update(vec![(None, entries)], StateVersion::V1)
}

/// The account and the nonce of an extrinsic's signer.
pub(super) fn nonce_of(extrinsic: &[u8]) -> u64 {
	let input = &mut &extrinsic[..];
	Compact::<u32>::decode(input).unwrap();
	let _signed = <(u8, u8, [u8; 32], u8, [u8; 64], [u8; 2])>::decode(input).unwrap();
	Compact::<u64>::decode(input).unwrap().0
}

/// The events of a call.
pub(super) fn events(place: u32, fails: bool) -> Vec<Vec<u8>> {
	let weight = Weight { ref_time: 0, proof_size: 0 };
	let dispatch_info =
		DispatchEventInfo { weight, class: DispatchClass::Normal, pays_fee: Pays::No };
	let event = match fails {
		true => {
			SystemEvent::ExtrinsicFailed { dispatch_error: DispatchError::BadOrigin, dispatch_info }
		},
		false => SystemEvent::ExtrinsicSuccess { dispatch_info },
	};
	let phase = Phase::ApplyExtrinsic(place);
	vec![(phase, RuntimeEvent::System(event), Vec::<H256>::new()).encode()]
}

impl World {
	pub(super) fn newest(&self) -> u32 {
		let is_final = |(_, since): &&(Vec<Vec<u8>>, Duration)| *since <= self.now;
		u32::try_from(self.blocks.iter().take_while(is_final).count()).unwrap() - 1
	}

	/// Makes a block with these calls that becomes final after this time.
	pub(super) fn make_block(&mut self, calls: Vec<Vec<u8>>, after: Duration) {
		self.blocks.push((calls, self.now + after));
	}

	/// The account's nonce at a block.
	pub(super) fn nonce(&self, number: u32) -> u64 {
		self.blocks[..=number as usize].iter().map(|(calls, _)| calls.len() as u64).sum()
	}

	fn entries(&self, number: u32, before: &[Block], lie: Lie) -> Entries {
		let own = RuntimeMetadata::own().version().unwrap().spec_version;
		let spec_version = if lie == Lie::Runtime { own + 1 } else { own };
		let upgrade = LastRuntimeUpgradeInfo { spec_name: "vouchsafe".into(), spec_version };
		let seed = if lie == Lie::OtherChain { 32 } else { 0 };
		let votes: Vec<_> = validators(seed).iter().map(|pair| (pair.public().0, 1u64)).collect();
		let mut entries = Entries::from([
			(storage::authorities().bytes, votes.encode()),
			(storage::set_id().bytes, 0u64.encode()),
			(storage::last_upgrade().bytes, upgrade.encode()),
		]);
		if number == 0 {
			return entries;
		}
		let nonce = u32::try_from(self.nonce(number)).unwrap();
		let me = (nonce, 0u32, 1u32, 0u32, (0u128, 0u128, 0u128, 0u128));
		let made = NOW - self.age + u64::from(number) - u64::from(NEWEST);
		entries.insert(storage::now().bytes, (made * 1_000).encode());
		entries.insert(storage::system_account(&me_account()).bytes, me.encode());
		for (number, block) in before.iter().enumerate() {
			let key = storage::block_hash(u32::try_from(number).unwrap());
			entries.insert(key.bytes, block.hash.encode());
		}
		let count = if lie == Lie::Adds { INSTITUTIONS + 1 } else { INSTITUTIONS };
		for number in 0..count {
			let (account, entry) = institution_of(number, lie);
			entries.insert(storage::institution(&institution(number)).bytes, entry.encode());
			entries.insert(storage::account(&institution(number)).bytes, account.encode());
		}
		if lie == Lie::LeavesOutKey {
			entries.remove(&storage::institution(&institution(2)).bytes);
		}
		if lie == Lie::Swaps {
			let [one, two] = [1, 2].map(|it| storage::institution(&institution(it)).bytes);
			let (first, second) = (entries[&one].clone(), entries[&two].clone());
			entries.extend([(one, second), (two, first)]);
		}
		entries
	}

	/// All blocks, as somebody shows them who lies so.
	fn chain(&self, lie: Lie) -> Blocks {
		let key = (lie, self.blocks.len(), self.age);
		let mut made = self.made.lock().unwrap();
		if let Some((_, blocks)) = made.iter().find(|(known, _)| *known == key) {
			return blocks.clone();
		}
		let blocks = Arc::new(self.make_chain(lie));
		made.push((key, blocks.clone()));
		blocks
	}

	fn make_chain(&self, lie: Lie) -> Vec<Block> {
		let mut blocks: Vec<Block> = Vec::new();
		for number in 0..u32::try_from(self.blocks.len()).unwrap() {
			let state = backend(self.entries(number, &blocks, lie));
			let other = u8::from(lie == Lie::Fork && number > OLDER);
			let parent = H256([9 + other; 32]);
			let digest = Compact(0u32);
			let header = (parent, Compact(number), *state.root(), H256([3; 32]), digest).encode();
			blocks.push(Block { hash: hash(&header), header, state });
		}
		blocks
	}

	pub(super) fn genesis(&self) -> H256 {
		self.genesis_of(Lie::Nothing)
	}

	pub(super) fn genesis_of(&self, lie: Lie) -> H256 {
		self.chain(lie)[0].hash
	}

	pub(super) fn hash_of(&self, number: u32) -> H256 {
		self.chain(Lie::Nothing)[number as usize].hash
	}

	/// The chain whose blocks a custodian shows that lies so.
	fn shown_chain(&self, lie: Lie) -> Blocks {
		match lie {
			Lie::OtherChain | Lie::Fork | Lie::Runtime => self.chain(lie),
			_ => self.chain(Lie::Nothing),
		}
	}

	fn finality(&self, lie: Lie, after: &str) -> Answer {
		let number = match lie {
			Lie::OldBlock => OLDER,
			Lie::Behind => return Answer::refused(404, "unknown-block"),
			_ => self.newest(),
		};
		let Block { mut header, hash, .. } = self.shown_chain(lie)[number as usize].clone();
		if after.ends_with(&hex::encode(hash.0)) {
			return Answer::json(&FinalBlocks { blocks: Packed(vec![]), is_newest: true });
		}
		let seed = if matches!(lie, Lie::Validators | Lie::OtherChain) { 32 } else { 0 };
		let (round, set_id) = (1u64, 0u64);
		let votes: Vec<_> = validators(seed)[..3]
			.iter()
			.map(|pair| {
				let message = (1u8, hash, number, round, set_id).encode();
				let mut signature = pair.sign(&message).0;
				signature[7] ^= u8::from(lie == Lie::Signature);
				(hash, number, signature, pair.public().0)
			})
			.collect();
		let justification = (round, hash, number, votes, Vec::<()>::new()).encode();
		change_header(lie, &mut header, &self.shown_chain(lie), number);
		let blocks = Packed(vec![(header, justification)]);
		Answer::json(&FinalBlocks { blocks, is_newest: true })
	}

	fn read(&self, lie: Lie, asked: ReadState) -> Answer {
		let chain = self.shown_chain(lie);
		let block = H256(asked.block.0);
		let Some(number) = chain.iter().position(|it| it.hash == block) else {
			return Answer::refused(404, "unknown-block");
		};
		let place = u32::try_from(number).unwrap();
		let state = match lie {
			Lie::LeavesOutKey | Lie::Adds | Lie::Changes | Lie::Swaps => {
				backend(self.entries(place, &chain[..number], lie))
			},
			_ => chain[number].state.clone(),
		};
		let mut keys: Vec<Vec<u8>> = asked.keys.into_iter().map(|key| key.0).collect();
		let mut found = Vec::new();
		if let Some(below) = asked.below {
			found = keys_below(&state, &below);
			keys.push(below.after.unwrap_or(below.prefix).0);
			keys.extend(found.iter().cloned());
		}
		let proof = prove_read_on_trie_backend(&state, &keys).unwrap();
		let mut nodes: Vec<_> = proof.into_iter_nodes().collect();
		if let (Lie::LeavesOut(at), false) = (lie, nodes.is_empty()) {
			nodes.remove(at % nodes.len());
		}
		if let (Lie::ChangesNode(at), false) = (lie, nodes.is_empty()) {
			let count = nodes.len();
			let node = &mut nodes[at % count];
			let last = node.len() - 1;
			node[last - at % last] ^= 1;
		}
		let mut header = chain[number].header.clone();
		change_header(lie, &mut header, &chain, place);
		Answer::json(&StateProof {
			header: Packed(header),
			found: Packed(found),
			nodes: Packed(nodes),
		})
	}

	/// Takes an extrinsic. Returns the block and the place of it, if it will be in one.
	fn take(&mut self, lie: Lie, extrinsic: Vec<u8>) -> Result<Option<u32>, SubmitOutcome> {
		self.got.push(extrinsic.clone());
		match lie {
			Lie::KeepsBack => return Err(SubmitOutcome::Waiting),
			Lie::Refuses(error) => return Err(SubmitOutcome::Refused { error: error.into() }),
			Lie::SaysFinal => return Err(self.says_final(self.newest(), false)),
			Lie::SaysFinalLater => return Err(self.says_final(self.newest() + 1, false)),
			Lie::SaysFailedLater => return Err(self.says_final(self.newest() + 1, true)),
			_ => {},
		}
		let known = self.blocks.iter().position(|(calls, _)| calls.contains(&extrinsic));
		if let Some(number) = known {
			return Ok(Some(u32::try_from(number).unwrap()));
		}
		let last = u32::try_from(self.blocks.len()).unwrap() - 1;
		match nonce_of(&extrinsic).cmp(&self.nonce(last)) {
			std::cmp::Ordering::Less => {
				let error = "Invalid Transaction: Transaction is outdated".into();
				Err(SubmitOutcome::Refused { error })
			},
			std::cmp::Ordering::Greater => Ok(None),
			std::cmp::Ordering::Equal => {
				self.make_block(vec![extrinsic], BLOCK);
				Ok(Some(last + 1))
			},
		}
	}

	fn says_final(&self, number: u32, fails: bool) -> SubmitOutcome {
		let block =
			self.chain(Lie::Nothing).get(number as usize).map_or(H256([7; 32]), |it| it.hash);
		SubmitOutcome::Final { block: block.into(), number, events: Packed(events(0, fails)) }
	}
}

fn me_account() -> AccountId {
	Signer::account(&me())
}

fn institution_of(number: u8, lie: Lie) -> (Account, Institution) {
	let other = if lie == Lie::Changes && number == 1 { "Hospital X" } else { "Hospital" };
	let name = format!("{other} {number}").into_bytes();
	let entry = Institution { name, country: *b"DE", custodian: None, cap: 1, enrolled: 0 };
	let account = Account {
		kind: AccountKind::Institution,
		status: Status::Active,
		status_since: 0,
		disabled_since: None,
		doubt: None,
		encryption_key: [number; 32],
		enrolled_by: institution(number),
	};
	(account, entry)
}

fn change_header(lie: Lie, header: &mut Vec<u8>, chain: &[Block], number: u32) {
	match lie {
		Lie::ChangesHeader(at) => {
			let length = header.len();
			header[at % length] ^= 1;
		},
		Lie::OtherHeader if number > 0 => *header = chain[number as usize - 1].header.clone(),
		_ => {},
	}
}

fn keys_below(state: &InMemoryBackend<Blake2Hasher>, below: &KeysBelow) -> Vec<Vec<u8>> {
	let mut of_prefix = IterArgs::default();
	of_prefix.prefix = Some(&below.prefix.0);
	let keys = state.keys(of_prefix).unwrap().map(|key| key.unwrap());
	let is_after = |key: &Vec<u8>| below.after.as_ref().is_none_or(|after| *key > after.0);
	keys.filter(is_after).take(below.limit as usize).collect()
}

/// What is answered.
struct Answer {
	status: u16,
	body: Vec<u8>,
}

impl Answer {
	fn json(value: &impl Serialize) -> Self {
		Self { status: 200, body: serde_json::to_vec(value).unwrap() }
	}

	fn refused(status: u16, kind: &str) -> Self {
		let body = format!(r#"{{"error":"no","kind":"{kind}"}}"#).into_bytes();
		Self { status, body }
	}
}

/// The body of a request that is signed, or of one that is not.
fn body<B: DeserializeOwned>(bytes: &[u8]) -> B {
	if let Ok(signed) = serde_json::from_slice::<Signed>(bytes) {
		let payload: Payload<B> = signed.payload().unwrap();
		assert!(signed.is_authentic(&payload.genesis.into(), payload.at));
		assert_eq!(signed.account.0, account_bytes(&me_account()));
		return payload.body;
	}
	serde_json::from_slice(bytes).unwrap()
}

impl Double {
	/// A chain with custodians that lie so.
	pub(super) fn new(lies: &[Lie]) -> Self {
		Self(Arc::new(Mutex::new(World {
			now: Duration::ZERO,
			sleepers: BTreeMap::new(),
			next_sleeper: 0,
			clock_behind: 0,
			age: 0,
			blocks: vec![(vec![], Duration::ZERO); NEWEST as usize + 1],
			lies: lies.to_vec(),
			asked: vec![],
			got: vec![],
			made: Mutex::default(),
		})))
	}

	pub(super) fn lock(&self) -> MutexGuard<'_, World> {
		self.0.lock().unwrap()
	}

	/// What was asked since the last time, without the address.
	pub(super) fn asked(&self) -> Vec<(usize, String)> {
		std::mem::take(&mut self.lock().asked)
	}

	/// Waits until a block of a higher number is final, for 25 seconds at most.
	async fn wait_for_newer(&self, number: u32) {
		let begun = self.elapsed();
		while self.lock().newest() <= number && self.elapsed() < begun + Duration::from_secs(WAIT) {
			self.sleep(Duration::from_millis(100)).await;
		}
	}

	async fn submit(&self, lie: Lie, extrinsic: Vec<u8>) -> SubmitOutcome {
		let taken = self.lock().take(lie, extrinsic);
		let number = match taken {
			Ok(number) => number,
			Err(outcome) => {
				if outcome == SubmitOutcome::Waiting {
					self.sleep(Duration::from_secs(WAIT)).await;
				}
				return outcome;
			},
		};
		let Some(number) = number.filter(|_| lie != Lie::HidesCalls) else {
			self.sleep(Duration::from_secs(WAIT)).await;
			return SubmitOutcome::Waiting;
		};
		self.wait_for_newer(number - 1).await;
		if let Lie::NamesBlock(other) = lie {
			return self.lock().says_final(other, false);
		}
		let block = self.lock().hash_of(number).into();
		let events = match lie {
			Lie::NoEvents => vec![],
			_ => events(0, lie == Lie::Fails),
		};
		SubmitOutcome::Final { block, number, events: Packed(events) }
	}

	async fn answer(&self, lie: Lie, path: &str, sent: &[u8]) -> Answer {
		match path.split('?').next().unwrap() {
			"/v1/chain/finality" => {
				assert!(sent.is_empty());
				let query = path.split_once('?').unwrap().1;
				let mut parts = query.split('&');
				let after = parts.next().unwrap().strip_prefix("after=").unwrap();
				if let Some(newer) = parts.next().and_then(|it| it.strip_prefix("newer=")) {
					self.wait_for_newer(newer.parse().unwrap()).await;
				}
				self.lock().finality(lie, after)
			},
			"/v1/chain/read" => self.lock().read(lie, body(sent)),
			"/v1/chain/submit" => {
				let SubmitExtrinsic { extrinsic: HexBytes(extrinsic) } = body(sent);
				Answer::json(&self.submit(lie, extrinsic).await)
			},
			"/v1/chain/wait" => {
				let AwaitLog { count } = body(sent);
				Answer::json(&LogLength { count: count + 1 })
			},
			other => panic!("nobody asks {other}"),
		}
	}
}

impl Transport for Double {
	async fn send(&self, request: Request) -> Result<Response, CustodianError> {
		let rest = request.url.strip_prefix("https://").unwrap();
		let (place, path) = rest.split_once(".example").unwrap();
		let place: usize = place.parse().unwrap();
		let path = path.to_owned();
		let sent = match (request.method, request.body) {
			(Method::Get, RequestBody::Empty) => vec![],
			(Method::Post, RequestBody::Bytes(bytes)) => bytes,
			_ => panic!("nobody sends content"),
		};
		let lie = self.lock().lies[place];
		self.lock().asked.push((place, path.clone()));
		let answer = match lie {
			Lie::Silent => pending().await,
			Lie::Away => return Err(CustodianError::Unreachable("nothing listens there".into())),
			Lie::Html => Answer { status: 200, body: b"<!doctype html><h1>Login</h1>".to_vec() },
			Lie::Large => Answer { status: 200, body: vec![b' '; 5_000_000] },
			_ => self.answer(lie, &path, &sent).await,
		};
		let pieces: Vec<_> =
			answer.body.chunks(64 * 1024).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
		Ok(Response {
			status: answer.status,
			reason: String::new(),
			retry_after: None,
			content_length: None,
			body: stream::iter(pieces).boxed(),
		})
	}

	async fn sleep(&self, time: Duration) {
		let sleep = {
			let mut world = self.lock();
			let (id, until) = (world.next_sleeper, world.now + time);
			world.next_sleeper += 1;
			world.sleepers.insert(id, (until, None));
			Sleep { world: self.clone(), id, until }
		};
		sleep.await;
	}

	fn now(&self) -> u64 {
		let world = self.lock();
		(NOW + world.now.as_secs()).checked_add_signed(-world.clock_behind).unwrap()
	}

	fn elapsed(&self) -> Duration {
		self.lock().now
	}
}
