//! A platform in memory, for tests: a [`Keep`] that yields to other tasks whenever it is used, a clock
//! whose time passes only while a task waits, progress that is not shown, and connections that fail.

use crate::{
	advice::Advised,
	consent::fixtures::hospital,
	english::ENGLISH,
	keys::Identity,
	names::Names,
	pins::Pins,
	platform::{Clock, Document, Draft, Keep, Pieces, Platform, Progress, Sink, Task},
	session::Session,
	study::aggregators::Aggregators,
};
use anyhow::Result;
use bytes::Bytes;
use futures::stream;
use std::{
	collections::{BTreeMap, BTreeSet},
	io,
	sync::{Arc, Mutex},
	time::Duration,
};
use tokio::{sync::OwnedMutexGuard, task::yield_now};
use vouchsafe_protocol::{
	calls::RuntimeCall,
	cid::Cid,
	compatibility::RuntimeMetadata,
	errors::{ChainError, CustodianError},
	events::Included,
	messages::*,
	signing::Signer,
	traits::{Content, Custodian, Custodians, Submit, View},
	types::{AccountId, H256},
};
use zeroize::Zeroizing;

/// What is kept, by folder and name.
type Places = BTreeMap<(String, String), Vec<u8>>;

/// A person's stored things. Clones share them, as several programs of one person do.
#[derive(Clone, Default)]
pub(crate) struct MemoryKeep {
	places: Arc<Mutex<Places>>,
	names: Arc<Mutex<BTreeMap<String, String>>>,
	claimed: Arc<Mutex<BTreeSet<String>>>,
	lock: Arc<tokio::sync::Mutex<()>>,
	/// The person's own keys.
	pub(crate) keys: Vec<(String, String)>,
}

/// The lock of everything, or the claim to a folder.
pub(crate) enum MemoryLock {
	Everything { _guard: OwnedMutexGuard<()> },
	Folder { name: String, claimed: Arc<Mutex<BTreeSet<String>>> },
}

impl Drop for MemoryLock {
	fn drop(&mut self) {
		if let Self::Folder { name, claimed } = self {
			claimed.lock().unwrap().remove(name);
		}
	}
}

/// Bytes that are being written.
#[derive(Default)]
pub(crate) struct MemoryDraft(Vec<u8>);

impl MemoryDraft {
	/// What was written.
	pub(crate) fn bytes(&self) -> Vec<u8> {
		self.0.clone()
	}
}

impl Draft for MemoryDraft {
	async fn write(&mut self, bytes: &[u8]) -> Result<()> {
		self.0.extend_from_slice(bytes);
		Ok(())
	}

	async fn read(&mut self) -> Result<Pieces> {
		Ok(once(Ok(self.0.clone().into())))
	}
}

fn once(piece: io::Result<Bytes>) -> Pieces {
	Pieces::new(stream::iter([piece]))
}

fn place(folder: &str, name: &str) -> (String, String) {
	(folder.to_owned(), name.to_owned())
}

impl MemoryKeep {
	/// All places that have bytes.
	pub(crate) fn places(&self) -> Vec<(String, String)> {
		self.places.lock().unwrap().keys().cloned().collect()
	}

	/// Copies the bytes of one place to another.
	pub(crate) fn copy(&self, from: (&str, &str), to: (&str, &str)) {
		let mut places = self.places.lock().unwrap();
		let bytes = places[&place(from.0, from.1)].clone();
		places.insert(place(to.0, to.1), bytes);
	}
}

impl Keep for MemoryKeep {
	type Lock = MemoryLock;
	type Draft = MemoryDraft;

	async fn lock(&self) -> Result<MemoryLock> {
		Ok(MemoryLock::Everything { _guard: self.lock.clone().lock_owned().await })
	}

	async fn claim(&self, folder: &str) -> Result<Option<MemoryLock>> {
		yield_now().await;
		let is_free = self.claimed.lock().unwrap().insert(folder.to_owned());
		let claim = || MemoryLock::Folder { name: folder.into(), claimed: self.claimed.clone() };
		Ok(is_free.then(claim))
	}

	async fn folders(&self, folder: &str) -> Result<Vec<String>> {
		yield_now().await;
		let start = format!("{folder}/");
		let places = self.places.lock().unwrap();
		let found = places.keys().filter_map(|(folder, _)| folder.strip_prefix(&start));
		Ok(found.map(ToOwned::to_owned).collect::<BTreeSet<_>>().into_iter().collect())
	}

	async fn files(&self, folder: &str) -> Result<Vec<String>> {
		yield_now().await;
		let places = self.places.lock().unwrap();
		let found = places.keys().filter(|(known, _)| known == folder);
		Ok(found.map(|(_, name)| name.clone()).collect())
	}

	async fn remove_folder(&self, folder: &str, _first: &str) -> Result<()> {
		self.places.lock().unwrap().retain(|(known, _), _| known != folder);
		Ok(())
	}

	async fn read(&self, folder: &str, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
		yield_now().await;
		let found = self.places.lock().unwrap().get(&place(folder, name)).cloned();
		Ok(found.map(Zeroizing::new))
	}

	async fn write(&self, folder: &str, name: &str, bytes: &[u8]) -> Result<()> {
		yield_now().await;
		self.places.lock().unwrap().insert(place(folder, name), bytes.to_vec());
		Ok(())
	}

	async fn draft(&self, _folder: &str) -> Result<MemoryDraft> {
		Ok(MemoryDraft::default())
	}

	async fn scratch(&self) -> Result<MemoryDraft> {
		Ok(MemoryDraft::default())
	}

	async fn keep(&self, draft: MemoryDraft, folder: &str, name: &str) -> Result<()> {
		self.write(folder, name, &draft.0).await
	}

	fn content(&self, folder: &str, name: &str) -> Pieces {
		let found = self.places.lock().unwrap().get(&place(folder, name)).cloned();
		once(found.map(Bytes::from).ok_or_else(|| io::ErrorKind::NotFound.into()))
	}

	async fn address_book(&self) -> Result<BTreeMap<String, String>> {
		yield_now().await;
		Ok(self.names.lock().unwrap().clone())
	}

	async fn set_address_book(&self, names: &BTreeMap<String, String>) -> Result<()> {
		yield_now().await;
		self.names.lock().unwrap().clone_from(names);
		Ok(())
	}

	async fn own_keys(&self) -> Result<Vec<(String, String)>> {
		Ok(self.keys.clone())
	}

	fn describe(&self, folder: &str, name: &str) -> String {
		format!("{folder}/{name}")
	}
}

/// A clock whose time passes only while a task waits.
#[derive(Default)]
pub(crate) struct FixedClock(Mutex<Duration>);

impl Clock for FixedClock {
	fn now(&self) -> u64 {
		1_798_675_200 + self.elapsed().as_secs()
	}

	fn elapsed(&self) -> Duration {
		*self.0.lock().unwrap()
	}

	async fn sleep(&self, time: Duration) {
		*self.0.lock().unwrap() += time;
		yield_now().await;
	}
}

/// Shows nothing, and keeps what was told.
#[derive(Default)]
pub(crate) struct Quiet(Mutex<Vec<String>>);

impl Quiet {
	/// What was told, without its advice.
	pub(crate) fn told(&self) -> Vec<String> {
		self.0.lock().unwrap().clone()
	}
}

impl Progress for Quiet {
	type Task = Quiet;

	fn begin(&self, _what: &str, _total: Option<u64>) -> Quiet {
		Quiet::default()
	}

	fn tell(&self, news: &Advised) {
		self.0.lock().unwrap().push(news.to_string());
	}
}

impl Task for Quiet {
	fn say(&self, _what: &str) {}

	fn advance(&self, _by: u64) {}
}

/// A program in memory, whose node cannot be reached.
pub(crate) enum Offline {}

impl Platform for Offline {
	type Chain = Away;
	type Custodians = MemoryCustodians;
	type Keep = MemoryKeep;
	type Clock = FixedClock;
	type Progress = Quiet;
}

impl Session<Offline> {
	/// A session of this key with these stored things.
	pub(crate) fn offline(me: Identity, keep: MemoryKeep) -> Self {
		Self {
			chain: Away,
			custodians: MemoryCustodians::default(),
			keep,
			clock: FixedClock::default(),
			progress: Quiet::default(),
			names: Names::default(),
			members: Vec::new(),
			pins: Pins::default(),
			me: Some(me),
			for_patient: None,
			speech: &ENGLISH,
			hook: None,
		}
	}
}

impl Session<Offline> {
	/// Adds Hospital A, whose custodian cannot be reached or refuses everything.
	pub(crate) fn with_custodian(mut self, refusal: Option<CustodianError>) -> Self {
		self.custodians.refusal = refusal;
		self.members.push(hospital());
		self
	}
}

/// A node that cannot be reached.
pub(crate) struct Away;

fn no_node<T>() -> Result<T, ChainError> {
	Err(ChainError::Unreachable("it is away".into()))
}

impl View for Away {
	fn hash(&self) -> H256 {
		H256::zero()
	}

	fn number(&self) -> u32 {
		0
	}

	fn runtime(&self) -> &RuntimeMetadata {
		RuntimeMetadata::own()
	}

	fn made_by(&self) -> &RuntimeMetadata {
		RuntimeMetadata::own()
	}

	async fn call(&self, _: &str, _: Vec<u8>) -> Result<Vec<u8>, ChainError> {
		no_node()
	}

	async fn storage(&self, _: Vec<u8>) -> Result<Option<Vec<u8>>, ChainError> {
		no_node()
	}
}

impl Submit for Away {
	type At = Away;

	fn genesis(&self) -> H256 {
		H256([1; 32])
	}

	async fn finalized(&self) -> Result<Away, ChainError> {
		no_node()
	}

	async fn at_number(&self, _: u32) -> Result<Away, ChainError> {
		no_node()
	}

	async fn best(&self) -> Result<Away, ChainError> {
		no_node()
	}

	async fn submit(
		&self,
		_: &impl Signer,
		_: impl Into<RuntimeCall> + Send,
	) -> Result<Included, ChainError> {
		no_node()
	}

	async fn submit_revocation(
		&self,
		_: &impl Signer,
		_: impl Into<RuntimeCall> + Send,
	) -> Result<Included, ChainError> {
		no_node()
	}
}

/// Custodians that cannot be reached, or that refuse everything with the same error. As aggregators of a
/// study they may work.
#[derive(Clone, Default)]
pub(crate) struct MemoryCustodians {
	/// With what they refuse everything, if they do.
	pub(crate) refusal: Option<CustodianError>,
	/// What they do as aggregators.
	pub(crate) aggregators: Option<Aggregators>,
	/// What they say is open to practitioners.
	pub(crate) openable: Option<Openable>,
	/// The pieces of content that each institution's custodian sends, whatever is asked for.
	pub(crate) content: BTreeMap<AccountId, Vec<Result<Bytes, CustodianError>>>,
	/// For how many days their backups are kept.
	pub(crate) backup_days: u16,
	/// The log that they send, if it has lines.
	pub(crate) log: Vec<LogLine>,
	/// The label keys of patients that they send, as they are sealed.
	pub(crate) label_keys: BTreeMap<AccountId, Vec<u8>>,
	/// The institution whose custodian it is.
	institution: Option<AccountId>,
}

impl MemoryCustodians {
	fn fail<T>(&self) -> Result<T, CustodianError> {
		let refusal = self.refusal.clone();
		Err(refusal.unwrap_or_else(|| CustodianError::Unreachable("it is away".into())))
	}

	/// What it does as an aggregator.
	fn aggregate<T>(
		&self,
		act: impl FnOnce(&Aggregators, &AccountId) -> Result<T, CustodianError>,
	) -> Result<T, CustodianError> {
		match (&self.aggregators, &self.institution) {
			(Some(aggregators), Some(institution)) => act(aggregators, institution),
			_ => self.fail(),
		}
	}
}

impl Custodians for MemoryCustodians {
	type Custodian = Self;

	fn custodian(&self, _: &str, institution: &AccountId) -> Result<Self, CustodianError> {
		Ok(Self { institution: Some(institution.clone()), ..self.clone() })
	}
}

impl Custodian for MemoryCustodians {
	async fn openable(&self, _: &impl Signer, _: &AskOpenable) -> Result<Openable, CustodianError> {
		self.openable.clone().map_or_else(|| self.fail(), Ok)
	}

	type Download = stream::BoxStream<'static, Result<Bytes, CustodianError>>;

	fn without_retries(self) -> Self {
		self
	}

	async fn about(&self) -> Result<About, CustodianError> {
		if self.refusal.is_none() {
			return self.fail();
		}
		let (version, zero) = (String::new(), Hex([0; 32]));
		let (institution, content, max_content) = (None, true, 10);
		Ok(About {
			version,
			genesis: zero,
			institution,
			account: zero,
			key: zero,
			next_key: None,
			content,
			max_content,
			backup_days: self.backup_days,
			ready: true,
		})
	}

	async fn add_content<S: Content<io::Error> + 'static>(
		&self,
		_: &impl Signer,
		_: &Cid,
		_: u64,
		_: impl Fn() -> S + Send + Sync,
	) -> Result<(), CustodianError> {
		self.fail()
	}

	async fn content(&self, _: Cid) -> Result<Self::Download, CustodianError> {
		match self.institution.as_ref().and_then(|it| self.content.get(it)) {
			Some(pieces) => Ok(Box::pin(stream::iter(pieces.clone()))),
			None => self.fail(),
		}
	}

	async fn content_bytes(&self, _: Cid, _: usize) -> Result<Vec<u8>, CustodianError> {
		self.aggregate(|them, _| them.protocol())
	}

	async fn deliver_envelope(
		&self,
		_: &impl Signer,
		_: &DeliverEnvelope,
	) -> Result<EnvelopeReceipt, CustodianError> {
		self.fail()
	}

	async fn release(&self, _: &impl Signer, _: &AskRelease) -> Result<Release, CustodianError> {
		self.fail()
	}

	async fn carry_share(&self, _: &impl Signer, _: &CarryShare) -> Result<(), CustodianError> {
		self.fail()
	}

	async fn patient_envelope(
		&self,
		_: &impl Signer,
		_: &FetchPatientEnvelope,
	) -> Result<PatientEnvelope, CustodianError> {
		self.fail()
	}

	async fn deliver_label_key(
		&self,
		_: &impl Signer,
		_: &DeliverLabelKey,
	) -> Result<(), CustodianError> {
		self.fail()
	}

	async fn label_key(
		&self,
		_: &impl Signer,
		patient: &AccountId,
	) -> Result<SealedLabelKey, CustodianError> {
		match self.label_keys.get(patient) {
			Some(key) => Ok(SealedLabelKey { key: HexBytes(key.clone()) }),
			None => self.fail(),
		}
	}

	async fn label_tags(
		&self,
		_: &impl Signer,
		_: &AskLabelTags,
	) -> Result<WordTags, CustodianError> {
		self.fail()
	}

	async fn log_page(&self, _: &impl Signer, _: &ReadLog) -> Result<LogPage, CustodianError> {
		match self.log.len() {
			0 => self.fail(),
			count => Ok(LogPage { count: count as u64, lines: self.log.clone() }),
		}
	}

	async fn evaluate(
		&self,
		_: &impl Signer,
		request: &EvaluateIdentifiers,
	) -> Result<EvaluatedIdentifiers, CustodianError> {
		self.aggregate(|them, at| them.evaluate(at, request))
	}

	async fn send_nullifiers(
		&self,
		_: &impl Signer,
		part: &SendNullifiers,
	) -> Result<NullifiersReceipt, CustodianError> {
		self.aggregate(|them, at| them.take_nullifiers(at, part))
	}

	async fn doubles(
		&self,
		_: &impl Signer,
		request: &AskDoubles,
	) -> Result<Doubles, CustodianError> {
		self.aggregate(|them, at| them.doubles(at, request))
	}

	async fn send_report(
		&self,
		_: &impl Signer,
		report: &SendReport,
	) -> Result<ReportReceipt, CustodianError> {
		self.aggregate(|them, at| them.take_report(at, report))
	}

	async fn study_status(
		&self,
		_: &impl Signer,
		_: &AskStudyStatus,
	) -> Result<StudyStatus, CustodianError> {
		self.aggregate(|them, at| them.status(at))
	}
}

impl Sink for MemoryKeep {
	type Draft = MemoryDraft;
	type Place = String;

	async fn draft(&self) -> Result<MemoryDraft> {
		Ok(MemoryDraft::default())
	}

	async fn keep(&self, draft: MemoryDraft, document: &Document) -> Result<String> {
		self.write("opened", &document.title, &draft.0).await?;
		Ok(document.title.clone())
	}
}
