//! A host without a network, whose time passes when a test says so.

use crate::{
	app::App,
	host::{Host, StorageError},
	messages::{Answer, Ask, Failure, Message, Request},
};
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

/// The host. Clones share what is stored.
#[derive(Clone, Default)]
pub(super) struct TestHost {
	pub stored: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
	pub is_full: Arc<AtomicBool>,
	pub passed: Arc<Mutex<Duration>>,
	/// What happens while the stored values are read.
	pub on_load: Arc<Mutex<Option<Box<dyn FnOnce() + Send>>>>,
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

impl Host for TestHost {
	type Transport = Self;

	fn transport(&self) -> Self {
		self.clone()
	}

	async fn load(&self) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
		let happens = self.on_load.lock().unwrap().take();
		happens.into_iter().for_each(|it| it());
		Ok(self.stored.lock().unwrap().clone().into_iter().collect())
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
}

/// What the wallet answers to a request.
pub(super) async fn ask(host: &TestHost, app: &App<TestHost>, ask: Ask) -> Result<Answer, Failure> {
	app.handle(Request { id: 7, ask }).await;
	let answers = host.posted().into_iter().filter_map(|message| match message {
		Message::Answer { id: 7, answer } => Some(Ok(*answer)),
		Message::Failed { id: 7, failure } => Some(Err(failure)),
		_ => None,
	});
	let answers: Vec<_> = answers.collect();
	let [answer] = <[_; 1]>::try_from(answers).expect("each request has one answer");
	answer
}
