//! A platform for tests whose node answers from a state that the test makes, and reacts to calls as the
//! test says.

use crate::{
	english::ENGLISH,
	keys::Identity,
	memory::{FixedClock, MemoryCustodians, MemoryKeep, Quiet},
	names::Names,
	pins::Pins,
	platform::Platform,
	session::Session,
};
use codec::Encode;
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex},
};
use vouchsafe_protocol::{
	api::Query,
	calls::RuntimeCall,
	compatibility::RuntimeMetadata,
	errors::{ChainError, CustodianError},
	events::{Event, Included},
	holders::Member,
	runtime::runtime_types::pallet_enrolment::types::Custodian,
	signing::Signer,
	storage::Key,
	traits::{Submit, View},
	types::{Account, AccountId, Institution, RepresentationView, H256},
};

/// What the node does when a call is submitted: it may change the state, and says which events the call
/// caused.
type Reaction = Box<dyn FnMut(&RuntimeCall, &mut State) -> Vec<Event> + Send>;

/// What the node knows.
#[derive(Clone, Default)]
pub(crate) struct State {
	values: BTreeMap<Vec<u8>, Vec<u8>>,
	answers: BTreeMap<String, Vec<u8>>,
	/// What functions answer to certain arguments. They go before the other answers.
	certain: BTreeMap<(String, Vec<u8>), Vec<u8>>,
	/// The function that a custodian refuses to prove.
	refused: Option<String>,
}

impl State {
	/// Sets a value.
	pub(crate) fn set<T>(&mut self, key: Key<T>, value: &impl Encode) {
		self.values.insert(key.bytes, value.encode());
	}

	/// Sets what the node says of any institution and its account.
	pub(crate) fn institution(&mut self, member: &Member) {
		let custodian = member.custodian.as_ref().map(|(url, key)| Custodian {
			url: url.as_bytes().to_vec(),
			account: AccountId::new([77; 32]),
			key: *key,
		});
		let name = member.name.as_bytes().to_vec();
		let institution = Institution { name, country: *b"DE", custodian, cap: 1, enrolled: 0 };
		self.answer("institution", &Some(institution));
		let account = Account {
			kind: member.kind,
			status: member.status,
			status_since: 0,
			disabled_since: None,
			doubt: None,
			encryption_key: [0; 32],
			enrolled_by: member.account.clone(),
		};
		self.answer("account", &Some(account));
	}

	/// Sets what a function of the runtime answers to any arguments.
	pub(crate) fn answer(&mut self, function: &str, answer: &impl Encode) {
		self.answers.insert(format!("VouchsafeApi_{function}"), answer.encode());
	}

	/// The same for a question about keys.
	pub(crate) fn answer_care(&mut self, function: &str, answer: &impl Encode) {
		self.answers.insert(format!("CareApi_{function}"), answer.encode());
	}

	/// From now on, a function about people is refused, as a custodian does that stands in for the node.
	pub(crate) fn refuse_care(&mut self, function: &str) {
		self.refused = Some(format!("CareApi_{function}"));
	}

	/// Sets what is answered to a question with these arguments.
	pub(crate) fn answer_to<T: Encode>(&mut self, query: Query<T>, answer: &T) {
		self.certain.insert((query.function.to_owned(), query.arguments), answer.encode());
	}

	/// The same for a question about studies.
	pub(crate) fn answer_research(&mut self, function: &str, answer: &impl Encode) {
		self.answers.insert(format!("ResearchApi_{function}"), answer.encode());
	}
}

#[derive(Default)]
struct Script {
	state: State,
	calls: Vec<RuntimeCall>,
	reaction: Option<Reaction>,
	/// Why calls are refused, if they are.
	refusal: Option<ChainError>,
	/// What a fresh view is, if it is not the same.
	fresh: Option<Result<ScriptedNode, ChainError>>,
	/// Whether no view has the blocks in which calls are included.
	lags: bool,
}

/// A node with a script. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct ScriptedNode(Arc<Mutex<Script>>);

impl ScriptedNode {
	/// Changes the state.
	pub(crate) fn change(&self, change: impl FnOnce(&mut State)) {
		change(&mut self.0.lock().unwrap().state);
	}

	/// Sets what happens when a call is submitted.
	pub(crate) fn react(
		&self,
		reaction: impl FnMut(&RuntimeCall, &mut State) -> Vec<Event> + Send + 'static,
	) {
		self.0.lock().unwrap().reaction = Some(Box::new(reaction));
	}

	/// From now on, all calls are refused.
	pub(crate) fn refuses(&self, refusal: ChainError) {
		self.0.lock().unwrap().refusal = Some(refusal);
	}

	/// From now on, a fresh view has this state, and the other views are old.
	pub(crate) fn has_news(&self, change: impl FnOnce(&mut State)) {
		let newer = Self::default();
		newer.0.lock().unwrap().state = self.0.lock().unwrap().state.clone();
		newer.change(change);
		self.0.lock().unwrap().fresh = Some(Ok(newer));
	}

	/// From now on, the node proves only what is half an hour old.
	pub(crate) fn is_behind(&self) {
		self.0.lock().unwrap().fresh = Some(Err(ChainError::OldHead(Some(30))));
	}

	/// From now on, calls are included in a block that no view has yet.
	pub(crate) fn lags(&self) {
		self.0.lock().unwrap().lags = true;
	}

	/// The calls that were submitted.
	pub(crate) fn calls(&self) -> Vec<RuntimeCall> {
		self.0.lock().unwrap().calls.clone()
	}

	fn include(&self, call: RuntimeCall) -> Result<Included, ChainError> {
		let mut script = self.0.lock().unwrap();
		if let Some(refusal) = &script.refusal {
			return Err(refusal.clone());
		}
		let Script { state, calls, reaction, lags, .. } = &mut *script;
		let number = if *lags { 2 } else { 1 };
		let events = reaction.as_mut().map(|react| react(&call, state)).unwrap_or_default();
		calls.push(call);
		Ok(Included { block: H256::zero(), number, events })
	}
}

impl View for ScriptedNode {
	fn hash(&self) -> H256 {
		H256::zero()
	}

	fn number(&self) -> u32 {
		1
	}

	fn runtime(&self) -> &RuntimeMetadata {
		RuntimeMetadata::own()
	}

	fn made_by(&self) -> &RuntimeMetadata {
		RuntimeMetadata::own()
	}

	async fn call(&self, function: &str, arguments: Vec<u8>) -> Result<Vec<u8>, ChainError> {
		let state = self.0.lock().unwrap().state.clone();
		if state.refused.as_deref() == Some(function) {
			return Err(CustodianError::NoAccess.into());
		}
		let certain = state.certain.get(&(function.to_owned(), arguments));
		let found = certain.or_else(|| state.answers.get(function)).cloned();
		found.ok_or_else(|| ChainError::Unreachable(format!("nothing answers {function}")))
	}

	async fn storage(&self, key: Vec<u8>) -> Result<Option<Vec<u8>>, ChainError> {
		Ok(self.0.lock().unwrap().state.values.get(&key).cloned())
	}
}

impl Submit for ScriptedNode {
	type At = Self;

	fn genesis(&self) -> H256 {
		H256([1; 32])
	}

	async fn finalized(&self) -> Result<Self, ChainError> {
		Ok(self.clone())
	}

	async fn fresh(&self) -> Result<Self, ChainError> {
		let fresh = self.0.lock().unwrap().fresh.clone();
		fresh.unwrap_or_else(|| Ok(self.clone()))
	}

	async fn at_number(&self, _: u32) -> Result<Self, ChainError> {
		Ok(self.clone())
	}

	async fn best(&self) -> Result<Self, ChainError> {
		Ok(self.clone())
	}

	async fn submit(
		&self,
		_: &impl Signer,
		call: impl Into<RuntimeCall> + Send,
	) -> Result<Included, ChainError> {
		self.include(call.into())
	}

	async fn submit_revocation(
		&self,
		_: &impl Signer,
		call: impl Into<RuntimeCall> + Send,
	) -> Result<Included, ChainError> {
		self.include(call.into())
	}
}

/// A program in memory with a scripted node.
pub(crate) enum Scripted {}

impl Platform for Scripted {
	type Chain = ScriptedNode;
	type Custodians = MemoryCustodians;
	type Keep = MemoryKeep;
	type Clock = FixedClock;
	type Progress = Quiet;
}

impl Session<Scripted> {
	/// A session of a development key, on a chain on which nobody represents patients.
	pub(crate) fn scripted(uri: &str) -> Self {
		let chain = ScriptedNode::default();
		let nobody = RepresentationView { ward: false, representatives: vec![] };
		chain.change(|state| state.answer_care("representation", &nobody));
		Self {
			chain,
			custodians: MemoryCustodians::default(),
			keep: MemoryKeep::default(),
			clock: FixedClock::default(),
			progress: Quiet::default(),
			names: Names::default(),
			members: Vec::new(),
			pins: Pins::default(),
			me: Some(Identity::development(uri).unwrap()),
			for_patient: None,
			speech: &ENGLISH,
			hook: None,
		}
	}
}
