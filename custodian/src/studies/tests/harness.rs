//! Aggregators, hospitals and a chain in one process.

use crate::{
	api,
	chain::double::{
		account,
		studies::{institution, lock, SharedStudies, StudiesDouble, STUDY},
		BlockDouble, NodeDouble,
	},
	config::Config,
	keys::Keys,
	server,
	state::{Connected, State},
	store::sqlite::Sqlite,
	studies::{steps, Aggregated, StudyError},
};
use std::{
	collections::BTreeMap,
	path::Path,
	sync::{atomic::Ordering, Arc, Mutex},
};
use subxt_signer::sr25519::Keypair;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch};
use vouchsafe_client::{
	chain::{
		account_bytes, AccountId, AccountKind, Purpose, Signer, StudyQuestion, StudyRound,
		StudyTerms, H256,
	},
	custodian::{AllowedAddresses, Custodian, CustodianClient, CustodianError},
	messages::*,
};
use vouchsafe_vault::{
	seal::PublicKey,
	study::{
		nullifier::{nullifier, Blinded, Evaluation, Input},
		report::{seal_share, shard, ReportContext},
	},
};

pub const GENESIS: [u8; 32] = [1; 32];
/// The time to gather, in seconds. Nothing waits for it: tests move the deadlines.
pub const GATHER: u32 = 10_000;

/// An aggregator's custodian.
pub struct Aggregator {
	pub id: AccountId,
	pub directory: TempDir,
	pub state: Arc<State>,
	pub url: String,
	/// Whether its chain takes calls.
	node: Arc<NodeDouble>,
	listener: Option<TcpListener>,
	stop: watch::Sender<bool>,
	/// Stops the daemon's tasks.
	running: watch::Sender<bool>,
}

/// All of them, and the chain.
pub struct Network {
	pub studies: SharedStudies,
	pub aggregators: Vec<Aggregator>,
	accounts: BTreeMap<[u8; 32], vouchsafe_client::chain::Account>,
	with_noise: bool,
}

pub fn key(name: &str) -> Keypair {
	Keypair::from_uri(&name.parse().unwrap()).unwrap()
}

pub fn hospital(name: &str) -> AccountId {
	key(name).account()
}

/// A person's account.
pub fn person(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

pub fn terms(aggregators: usize) -> StudyTerms {
	let names = ["//Authority", "//B", "//C", "//D", "//E"];
	let aggregators: Vec<AccountId> = names.into_iter().take(aggregators).map(hospital).collect();
	StudyTerms {
		protocol: Default::default(),
		protocol_hash: H256([0; 32]),
		question: StudyQuestion::Table { cells: 4, weight: 2 },
		sources: Default::default(),
		purpose: Purpose::Research,
		disease: None,
		traits: Default::default(),
		country: *b"AT",
		ethics: H256([0; 32]),
		aggregators: aggregators.try_into().unwrap(),
		least: 3,
		epsilon: 1_000,
		rounds: 1,
		first_close: 0,
		interval: 0,
		gather: GATHER,
		answer: 1_000,
	}
}

fn new_state(
	directory: &Path,
	url_of: &str,
	with_noise: bool,
) -> (Arc<State>, watch::Sender<bool>) {
	let mut config = Config::parse(include_str!("../../../sample.toml")).unwrap();
	config.store.directory = directory.into();
	config.research.aggregate = true;
	config.research.noise = with_noise;
	config.api.requests_per_second = 100_000;
	config.api.burst = 100_000;
	let path = directory.join("key");
	let keys = match path.exists() {
		true => Keys::read(&path).unwrap(),
		false => Keys::development(&path, url_of).unwrap(),
	};
	let database = Arc::new(Sqlite::open(directory).unwrap());
	let (running, stopping) = watch::channel(false);
	(Arc::new(State::new(config, keys, database, None, stopping)), running)
}

impl Network {
	/// A study that the aggregators have accepted, with these people of these hospitals. A patient has no
	/// people, and contributes alone.
	pub async fn new(terms: StudyTerms, people: &[(&str, &[u8])], with_noise: bool) -> Self {
		let names: Vec<AccountId> = terms.aggregators.iter().cloned().collect();
		let mut chain = StudiesDouble::new(terms);
		let mut accounts = BTreeMap::new();
		let kind = |name: &str| match name.starts_with("//Patient") {
			true => AccountKind::Patient,
			false => AccountKind::Institution,
		};
		for (name, people) in people {
			let id = hospital(name);
			let enrolled = account(kind(name), id.clone(), [0; 32]);
			accounts.insert(account_bytes(&id), enrolled);
			chain.people.extend(people.iter().map(|it| (person(*it), id.clone())));
			if kind(name) == AccountKind::Patient {
				chain.people.insert(id.clone(), id);
			}
		}
		let studies: SharedStudies = Arc::new(Mutex::new(chain));
		let mut network = Self { studies, aggregators: vec![], accounts, with_noise };
		for id in names {
			network.add(id).await;
		}
		for _ in 0..2 {
			for place in 0..network.aggregators.len() {
				network.step(place).await.unwrap();
			}
		}
		network
	}

	async fn add(&mut self, id: AccountId) {
		let directory = tempfile::tempdir().unwrap();
		let name = format!("//custodian//{id}");
		let (state, running) = new_state(directory.path(), &name, self.with_noise);
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}", listener.local_addr().unwrap());
		let custodian = institution(
			&url,
			&state.keys.account.public_key().0.into(),
			state.keys.encryption.public().0,
		);
		lock(&self.studies).institutions.insert(id.clone(), custodian);
		let node = Arc::new(NodeDouble::default());
		let (stop, _) = watch::channel(false);
		let listener = Some(listener);
		let aggregator = Aggregator { id, directory, state, url, node, listener, stop, running };
		self.aggregators.push(aggregator);
		self.connect(self.aggregators.len() - 1).await;
	}

	/// Connects the custodian to the chain, and serves it.
	async fn connect(&mut self, place: usize) {
		let block = BlockDouble { accounts: self.accounts.clone(), ..Default::default() };
		let node = Arc::new(NodeDouble {
			genesis: GENESIS,
			finalized: block.clone(),
			best: block,
			studies: Some(self.studies.clone()),
			..NodeDouble::default()
		});
		let aggregator = &mut self.aggregators[place];
		aggregator.node = node.clone();
		let institution = Some(aggregator.id.clone());
		aggregator.state.set_connected(Some(Connected { node, institution }));
		self.serve(place).await;
	}

	async fn serve(&mut self, place: usize) {
		let aggregator = &mut self.aggregators[place];
		let listener = match aggregator.listener.take() {
			Some(listener) => listener,
			None => {
				let address = aggregator.url.strip_prefix("http://").unwrap();
				let mut tries = 0;
				loop {
					match TcpListener::bind(address).await {
						Ok(listener) => break listener,
						Err(error) => assert!(tries < 100, "{error}"),
					}
					tries += 1;
					tokio::time::sleep(std::time::Duration::from_millis(20)).await;
				}
			},
		};
		let (stop, stopping) = watch::channel(false);
		let router = api::router(aggregator.state.clone());
		let limits = server::Limits::of(&aggregator.state.config.api);
		tokio::spawn(server::serve(listener, router, limits, None, stopping));
		aggregator.stop = stop;
	}

	/// Kills a custodian.
	pub fn kill(&mut self, place: usize) {
		self.aggregators[place].stop.send_replace(true);
	}

	/// Starts it again with what is on its disk.
	pub async fn restart(&mut self, place: usize) {
		self.kill(place);
		tokio::task::yield_now().await;
		let aggregator = &mut self.aggregators[place];
		let name = format!("//custodian//{}", aggregator.id);
		aggregator.running.send_replace(true);
		(aggregator.state, aggregator.running) =
			new_state(aggregator.directory.path(), &name, self.with_noise);
		self.connect(place).await;
	}

	/// Whether a custodian's calls reach the chain.
	pub fn set_deaf(&self, place: usize, is_deaf: bool) {
		self.aggregators[place].node.is_deaf.store(is_deaf, Ordering::Relaxed);
	}

	/// Whether a custodian's calls are never in a block.
	pub fn set_stuck(&self, place: usize, is_stuck: bool) {
		self.aggregators[place].node.is_stuck.store(is_stuck, Ordering::Relaxed);
	}

	/// The study as one aggregator sees it now.
	pub async fn aggregated(&self, place: usize) -> Aggregated {
		let aggregator = &self.aggregators[place];
		let Connected { node, .. } = aggregator.state.connected().unwrap();
		let block = node.finalized().await.unwrap();
		let id = &aggregator.id;
		let found = Aggregated::find(&aggregator.state, &node, &block, id, STUDY).await;
		found.unwrap().unwrap()
	}

	/// One step of an aggregator, and what it waits for.
	pub async fn step(&self, place: usize) -> Result<String, StudyError> {
		let aggregated = self.aggregated(place).await;
		steps::step(&aggregated).await.map(|waits| waits.text.unwrap_or_default())
	}

	/// One step of each aggregator.
	pub async fn step_all(&self) {
		for place in 0..self.aggregators.len() {
			let _ = self.step(place).await;
		}
	}

	/// Steps until the round has a result, and returns it.
	pub async fn finish(&self) -> Vec<i64> {
		for _ in 0..6 {
			self.step_all().await;
			if let Some((cells, _)) = lock(&self.studies).results.get(&0) {
				return cells.clone();
			}
		}
		let mut waits = Vec::new();
		for place in 0..self.aggregators.len() {
			waits.push(self.step(place).await.map_err(|error| error.to_string()));
		}
		panic!("no result in {:?}: {waits:?}", lock(&self.studies).phase());
	}

	pub fn round(&self) -> StudyRound {
		let round = lock(&self.studies).study.round;
		StudyRound { genesis: H256(GENESIS), study: STUDY, round }
	}

	pub fn client(&self, place: usize) -> CustodianClient {
		let Aggregator { url, id, .. } = &self.aggregators[place];
		CustodianClient::new(url, id.clone(), H256(GENESIS), &AllowedAddresses::all())
			.unwrap()
			.without_retries()
	}

	/// The nullifiers of these identifiers, from all aggregators.
	pub async fn nullifiers(&self, name: &str, identifiers: &[&str]) -> Vec<[u8; 32]> {
		let input = |value: &&str| Input::identifier("urn:test", value).unwrap();
		let blinded = Blinded::new(identifiers.iter().map(input).collect()).unwrap();
		let round = self.round();
		let mut outputs = vec![Vec::new(); identifiers.len()];
		for place in 0..self.aggregators.len() {
			let evaluated = self.evaluate(place, name, blinded.points()).await.unwrap();
			let evaluation = Evaluation {
				points: evaluated.evaluated.iter().map(|point| point.0).collect(),
				proof: evaluated.proof.0,
			};
			let id = &self.aggregators[place].id;
			let keys = lock(&self.studies).study.keys.clone();
			let key = keys.iter().find(|(of, _)| of == id).unwrap().1;
			let finished = blinded.finish(&evaluation, &key).unwrap();
			outputs.iter_mut().zip(finished).for_each(|(all, output)| all.push(output));
		}
		outputs.iter().map(|outputs| nullifier(&round, outputs)).collect()
	}

	pub async fn evaluate(
		&self,
		place: usize,
		name: &str,
		points: Vec<[u8; 32]>,
	) -> Result<EvaluatedIdentifiers, CustodianError> {
		let StudyRound { study, round, .. } = self.round();
		let contributor = Hex::from(&hospital(name));
		let blinded = points.into_iter().map(Hex).collect();
		let request = EvaluateIdentifiers { study, round, contributor, blinded };
		self.client(place).evaluate(&key(name), &request).await
	}

	/// Sends a list of nullifiers to one aggregator, in two parts.
	pub async fn send_list(
		&self,
		place: usize,
		name: &str,
		list: &[[u8; 32]],
	) -> Result<NullifiersReceipt, CustodianError> {
		let StudyRound { study, round, .. } = self.round();
		let contributor = Hex::from(&hospital(name));
		let (first, second) = list.split_at(list.len() / 2);
		let mut receipt = NullifiersReceipt { parts: 0, complete: false };
		for (part, nullifiers) in [(0, first), (1, second)] {
			let nullifiers = nullifiers.iter().copied().map(Hex).collect();
			let part = SendNullifiers { study, round, contributor, part, parts: 2, nullifiers };
			receipt = self.client(place).send_nullifiers(&key(name), &part).await?;
		}
		Ok(receipt)
	}

	/// Computes a hospital's nullifiers and sends them to all aggregators.
	pub async fn send_lists(&self, name: &str, identifiers: &[&str]) -> Vec<[u8; 32]> {
		let mut list = self.nullifiers(name, identifiers).await;
		list.sort_unstable();
		for place in 0..self.aggregators.len() {
			assert!(self.send_list(place, name, &list).await.unwrap().complete);
		}
		list
	}

	pub async fn doubles(&self, place: usize, name: &str) -> Result<Doubles, CustodianError> {
		let StudyRound { study, round, .. } = self.round();
		let contributor = Hex::from(&hospital(name));
		let request = AskDoubles { study, round, contributor, after: None };
		self.client(place).doubles(&key(name), &request).await
	}

	pub async fn status(&self, place: usize, name: &str) -> StudyStatus {
		let StudyRound { study, round, .. } = self.round();
		let contributor = Hex::from(&hospital(name));
		let request = AskStudyStatus { study, round, contributor };
		self.client(place).study_status(&key(name), &request).await.unwrap()
	}

	/// A report for each aggregator.
	pub fn report(&self, name: &str, people: u32, cells: &[u64]) -> Vec<SendReport> {
		let context = ReportContext::new(self.round(), hospital(name), people);
		let terms = lock(&self.studies).study.terms.clone();
		let aggregators = u8::try_from(self.aggregators.len()).unwrap();
		let sharded = shard(&terms.question, aggregators, &context, cells).unwrap();
		let parts = self.aggregators.iter().zip(&sharded.input_shares).enumerate();
		parts
			.map(|(place, (aggregator, share))| {
				let to = PublicKey(aggregator.state.keys.encryption.public().0);
				let place = u8::try_from(place).unwrap();
				let sealed = seal_share(&to, &context, place, share).unwrap();
				SendReport {
					study: STUDY,
					round: context.round.round,
					contributor: Hex::from(&hospital(name)),
					people,
					report: Hex(context.report),
					nonce: Hex(sharded.nonce),
					public_share: sharded.public_share.clone().into(),
					sealed_share: sealed.into(),
				}
			})
			.collect()
	}

	pub async fn send_part(
		&self,
		place: usize,
		name: &str,
		part: &SendReport,
	) -> Result<ReportReceipt, CustodianError> {
		self.client(place).send_report(&key(name), part).await
	}

	pub async fn send_report(&self, name: &str, people: u32, cells: &[u64]) {
		for (place, part) in self.report(name, people, cells).iter().enumerate() {
			assert!(self.send_part(place, name, part).await.unwrap().accepted);
		}
	}

	/// Freezes the round.
	pub async fn freeze(&self) {
		lock(&self.studies).close();
		self.step_all().await;
		self.step_all().await;
	}

	/// Ends the time to gather.
	pub fn end_gathering(&self) {
		lock(&self.studies).set_left_to_gather(0);
	}

	/// Ends the time for lists of nullifiers.
	pub fn end_lists(&self) {
		lock(&self.studies).set_left_to_gather(u64::from(GATHER / 2));
	}
}

/// Whether the refusal contains these words.
pub fn is_refused<T: std::fmt::Debug>(result: Result<T, CustodianError>, words: &str) -> bool {
	match result {
		Err(CustodianError::Refused { status: 422, message }) => message.contains(words),
		other => panic!("{other:?}"),
	}
}
