//! A host without a network, whose time passes when a test says so.

use crate::{
	account::Account,
	app::{App, Beside},
	device::DeviceKey,
	extension::Prompts,
	host::{Host, StorageError, Target, Writer, DOCUMENT},
	messages::{Answer, Ask, Failure, Message, Request},
	unlocked::Unlocked,
};
use anyhow::Result;
use std::{
	collections::BTreeMap,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc, Mutex,
	},
	time::Duration,
};
use vouchsafe_protocol::{
	errors::CustodianError,
	rest::{self, Response, Transport},
};
use vouchsafe_vault::passphrase::Cost;

/// What happens once.
type Happening = Box<dyn FnOnce() + Send>;

/// The host. Clones share what is stored.
#[derive(Clone, Default)]
pub(crate) struct TestHost {
	pub stored: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
	pub is_full: Arc<AtomicBool>,
	pub passed: Arc<Mutex<Duration>>,
	pub checkpoint: Option<String>,
	pub own_file: TestFile,
	/// What happens while the stored values are read.
	pub on_load: Arc<Mutex<Option<Happening>>>,
	posted: Arc<Mutex<Vec<Message>>>,
}

impl TestHost {
	/// A locked wallet on this host.
	pub fn app(&self) -> App<Self> {
		App::new(self.clone(), Cost::LEAST)
	}

	/// What was posted since this was asked last.
	pub fn posted(&self) -> Vec<Message> {
		std::mem::take(&mut self.posted.lock().unwrap())
	}

	/// Lets time pass.
	pub fn pass(&self, time: Duration) {
		*self.passed.lock().unwrap() += time;
	}
}

impl Transport for TestHost {
	async fn send(&self, _: rest::Request) -> Result<Response, CustodianError> {
		Err(CustodianError::Unreachable("there is no network".into()))
	}

	async fn sleep(&self, time: Duration) {
		self.pass(time);
	}

	fn now(&self) -> u64 {
		Host::now(self)
	}

	fn elapsed(&self) -> Duration {
		Host::elapsed(self)
	}

	fn check(&self, url: &str) -> Result<String, CustodianError> {
		Ok(url.to_owned())
	}
}

/// A file that is full after some bytes.
#[derive(Clone, Default)]
pub(crate) struct TestFile {
	pub written: Arc<Mutex<Option<Vec<u8>>>>,
	pub room: Arc<Mutex<Option<usize>>>,
	pub is_discarded: Arc<AtomicBool>,
}

pub(crate) struct TestWriter {
	file: TestFile,
	bytes: Vec<u8>,
}

impl Target for TestFile {
	type Writer = TestWriter;

	async fn begin(&self) -> Result<TestWriter, StorageError> {
		Ok(TestWriter { file: self.clone(), bytes: vec![] })
	}

	async fn discard(&self) {
		self.is_discarded.store(true, Ordering::Relaxed);
	}
}

impl Writer for TestWriter {
	async fn write(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
		self.bytes.extend_from_slice(bytes);
		let room = *self.file.room.lock().unwrap();
		match room.is_some_and(|room| self.bytes.len() > room) {
			true => Err(StorageError("it is full".into())),
			false => Ok(()),
		}
	}

	async fn finish(self) -> Result<(), StorageError> {
		*self.file.written.lock().unwrap() = Some(self.bytes);
		Ok(())
	}
}

impl Host for TestHost {
	type Transport = Self;
	type Target = TestFile;

	fn transport(&self) -> Self {
		self.clone()
	}

	fn checkpoint(&self) -> Option<String> {
		self.checkpoint.clone()
	}

	fn origin(&self) -> String {
		"http://localhost:1".to_owned()
	}

	async fn load(&self) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
		let happens = self.on_load.lock().unwrap().take();
		happens.into_iter().for_each(|it| it());
		let stored = self.stored.lock().unwrap().clone();
		Ok(stored.into_iter().filter(|(key, _)| !key.starts_with(DOCUMENT)).collect())
	}

	async fn store(&self, changes: Vec<(String, Option<Vec<u8>>)>) -> Result<(), StorageError> {
		if self.is_full.load(Ordering::Relaxed) {
			return Err(StorageError("it is full".into()));
		}
		let mut stored = self.stored.lock().unwrap();
		for (key, value) in changes {
			match value {
				Some(value) => drop(stored.insert(key, value)),
				None => drop(stored.remove(&key)),
			}
		}
		Ok(())
	}

	async fn texts(&self, _: &str) -> Option<String> {
		None
	}

	async fn replace(&self, values: Vec<(String, Vec<u8>)>) -> Result<(), StorageError> {
		if self.is_full.load(Ordering::Relaxed) && !values.is_empty() {
			return Err(StorageError("it is full".into()));
		}
		*self.stored.lock().unwrap() = values.into_iter().collect();
		Ok(())
	}

	async fn document(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
		Ok(self.stored.lock().unwrap().get(key).cloned())
	}

	fn own_file(&self) -> TestFile {
		self.own_file.clone()
	}

	fn remove_own_files(&self) {
		*self.own_file.written.lock().unwrap() = None;
	}

	async fn open_account(
		&self,
		key: DeviceKey,
		stored: Vec<(String, Vec<u8>)>,
		prompts: Prompts,
	) -> Result<Arc<dyn Unlocked<Self>>> {
		Account::unlock(self.clone(), key, stored, prompts).await
	}

	fn now(&self) -> u64 {
		1_798_675_200 + Host::elapsed(self).as_secs()
	}

	fn elapsed(&self) -> Duration {
		*self.passed.lock().unwrap()
	}

	async fn sleep(&self, time: Duration) {
		self.pass(time);
	}

	fn post(&self, message: Message, _: Option<Vec<u8>>) {
		self.posted.lock().unwrap().push(message);
	}

	fn post_file(&self, message: Message, _: &TestFile) {
		self.posted.lock().unwrap().push(message);
	}
}

/// What the wallet answers to a request.
pub(crate) async fn ask(host: &TestHost, app: &App<TestHost>, ask: Ask) -> Result<Answer, Failure> {
	app.handle(Request { id: 7, ask }, Beside::default()).await;
	let answers = host.posted().into_iter().filter_map(|message| match message {
		Message::Answer { id: 7, answer } => Some(Ok(*answer)),
		Message::Failed { id: 7, failure } => Some(Err(failure)),
		_ => None,
	});
	let answers: Vec<_> = answers.collect();
	let [answer] = <[_; 1]>::try_from(answers).expect("each request has one answer");
	answer
}
