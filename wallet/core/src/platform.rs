//! The wallet as an agent's platform.

use crate::{
	guard::Guarded,
	host::{Host, Target, Writer as _},
	keep::{BrowserKeep, MemoryDraft},
	messages::Message,
};
use anyhow::{bail, Result};
use std::{
	collections::BTreeMap,
	marker::PhantomData,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};
use vouchsafe_agent::{
	advice::Advised,
	open::Unsealed,
	platform::{Clock, Document, Draft, Pieces, Platform, Progress, Sink, Task},
};
use vouchsafe_protocol::{
	errors::CustodianError,
	remote::CustodianChain,
	rest::RestCustodian,
	traits::Custodians,
	types::{AccountId, H256},
};
use zeroize::Zeroizing;

/// The largest documents that are open at the same time, in bytes.
pub const MAX_OPEN: u64 = 160 * 1024 * 1024;

/// What is longer is not opened in memory, but goes straight into a file, in bytes.
pub const LARGE: u64 = 20 * 1024 * 1024;
/// After how many bytes the page is told how far a file is.
const STEP: u64 = 1024 * 1024;

/// The wallet as a platform.
pub struct Wallet<H>(PhantomData<fn() -> H>);

impl<H: Host> Platform for Wallet<H> {
	type Chain = Guarded<CustodianChain<H::Transport>>;
	type Custodians = WalletCustodians<H>;
	type Keep = BrowserKeep<H>;
	type Clock = WalletClock<H>;
	type Progress = WalletProgress<H>;
}

/// A session of the wallet.
pub type Session<H> = vouchsafe_agent::session::Session<Wallet<H>>;

/// The chain as of a final block.
pub type At<H> = vouchsafe_agent::session::At<Wallet<H>>;

/// The custodians of the chain's institutions.
#[derive(Clone)]
pub struct WalletCustodians<H> {
	/// What reaches them.
	pub host: H,
	/// Hash of the chain's genesis block.
	pub genesis: H256,
}

impl<H: Host> Custodians for WalletCustodians<H> {
	type Custodian = RestCustodian<H::Transport>;

	fn custodian(
		&self,
		url: &str,
		institution: &AccountId,
	) -> Result<Self::Custodian, CustodianError> {
		RestCustodian::new(url, institution.clone(), self.genesis, self.host.transport())
	}
}

/// The device's clock.
#[derive(Clone)]
pub struct WalletClock<H>(pub H);

impl<H: Host> Clock for WalletClock<H> {
	fn now(&self) -> u64 {
		self.0.now()
	}

	fn elapsed(&self) -> Duration {
		self.0.elapsed()
	}

	async fn sleep(&self, time: Duration) {
		self.0.sleep(time).await;
	}
}

/// Shows progress on the page.
#[derive(Clone)]
pub struct WalletProgress<H>(pub H);

/// A task that the page shows.
pub struct WalletTask<H> {
	host: H,
	state: Mutex<(String, u64)>,
	total: Option<u64>,
}

impl<H: Host> WalletTask<H> {
	fn post(&self) {
		let (what, done) = locked(&self.state).clone();
		self.host.post(Message::Waiting { id: 0, what, done, total: self.total }, None);
	}
}

impl<H: Host> Progress for WalletProgress<H> {
	type Task = WalletTask<H>;

	fn begin(&self, what: &str, total: Option<u64>) -> WalletTask<H> {
		let state = Mutex::new((what.to_owned(), 0));
		let task = WalletTask { host: self.0.clone(), state, total };
		task.post();
		task
	}

	fn tell(&self, news: &Advised) {
		self.0.post(Message::Notice { text: news.to_string() }, None);
	}
}

impl<H: Host> Task for WalletTask<H> {
	fn say(&self, what: &str) {
		what.clone_into(&mut locked(&self.state).0);
		self.post();
	}

	fn advance(&self, by: u64) {
		let state = &mut locked(&self.state).1;
		*state = state.saturating_add(by);
	}
}

/// A document that is open.
pub struct OpenDocument {
	/// As its author described it.
	pub document: Document,
	/// Its bytes.
	pub bytes: Zeroizing<Vec<u8>>,
}

/// The documents that are open in the wallet's memory, and the keys of large ones.
#[derive(Clone, Default)]
pub struct Documents {
	small: Arc<Mutex<BTreeMap<[u8; 32], Arc<OpenDocument>>>>,
	large: Arc<Mutex<BTreeMap<[u8; 32], Arc<Unsealed>>>>,
}

impl Documents {
	/// An open document.
	pub fn get(&self, record: &H256) -> Option<Arc<OpenDocument>> {
		locked(&self.small).get(&record.0).cloned()
	}

	/// A large record whose content can be fetched.
	pub fn large(&self, record: &H256) -> Option<Arc<Unsealed>> {
		locked(&self.large).get(&record.0).cloned()
	}

	/// Whether a record was opened.
	pub fn has(&self, record: &H256) -> bool {
		self.get(record).is_some() || self.large(record).is_some()
	}

	/// Forgets one.
	pub fn remove(&self, record: &H256) {
		locked(&self.small).remove(&record.0);
		locked(&self.large).remove(&record.0);
	}

	/// Forgets all.
	pub fn clear(&self) {
		locked(&self.small).clear();
		locked(&self.large).clear();
	}

	/// Opens a document.
	pub fn put(&self, document: Document, bytes: Zeroizing<Vec<u8>>) -> Result<()> {
		let mut open = locked(&self.small);
		open.remove(&document.record.0);
		let sum = |sum: u64, it: &Arc<OpenDocument>| sum.saturating_add(it.bytes.len() as u64);
		if open.values().fold(bytes.len() as u64, sum) > MAX_OPEN {
			bail!("too much is open: close other documents first");
		}
		open.insert(document.record.0, Arc::new(OpenDocument { document, bytes }));
		Ok(())
	}
}

impl Sink for Documents {
	type Draft = MemoryDraft;
	type Place = ();

	fn set_aside(&self, unsealed: &Arc<Unsealed>) -> Option<()> {
		let is_large = unsealed.length() > LARGE;
		is_large.then(|| {
			locked(&self.large).insert(unsealed.document().record.0, unsealed.clone());
		})
	}

	async fn draft(&self) -> Result<MemoryDraft> {
		Ok(MemoryDraft::default())
	}

	async fn keep(&self, draft: MemoryDraft, document: &Document) -> Result<()> {
		self.put(document.clone(), draft.into_bytes())
	}
}

/// A file into which one document is written as it arrives.
pub struct FileSink<H: Host> {
	/// The program around.
	pub host: H,
	/// The file.
	pub target: H::Target,
	/// The request that waits for it.
	pub request: u32,
	/// What the page says meanwhile.
	pub what: String,
	/// The document's length.
	pub total: u64,
}

/// A document that is being written into a file.
pub struct FileDraft<H: Host> {
	writer: <H::Target as Target>::Writer,
	host: H,
	request: u32,
	what: String,
	done: u64,
	total: u64,
}

impl<H: Host> Draft for FileDraft<H> {
	async fn write(&mut self, bytes: &[u8]) -> Result<()> {
		self.writer.write(bytes).await?;
		let before = self.done / STEP;
		self.done = self.done.saturating_add(bytes.len() as u64);
		if self.done / STEP != before {
			let (id, what) = (self.request, self.what.clone());
			let (done, total) = (self.done, Some(self.total));
			self.host.post(Message::Waiting { id, what, done, total }, None);
		}
		Ok(())
	}

	async fn read(&mut self) -> Result<Pieces> {
		bail!("what goes into a file is not read again")
	}
}

impl<H: Host> Sink for FileSink<H> {
	type Draft = FileDraft<H>;
	type Place = ();

	async fn draft(&self) -> Result<FileDraft<H>> {
		let writer = self.target.begin().await?;
		let Self { host, request, what, total, .. } = self;
		let (host, what, total) = (host.clone(), what.clone(), *total);
		Ok(FileDraft { writer, host, request: *request, what, done: 0, total })
	}

	async fn keep(&self, draft: FileDraft<H>, _: &Document) -> Result<()> {
		Ok(draft.writer.finish().await?)
	}
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
