//! The drill: opens every share of a backup in a temporary folder, and compares them with the chain.

use super::{decrypt, identities, in_words, read_keys, RestoreArguments};
use crate::{
	backup::files::PlainFolder,
	carried,
	chain::{Block, Node},
	config::Config,
	heads::Heads,
	indexer,
	keys::Keys,
	scrub::{label_keys, missing, share_state, Fault, ShareState},
	state::{ensure_own_chain, own_institution, Connected, State},
	store::{sqlite::Sqlite, HeldShare, LogIndex, Scrubbing, Shares, VersionId},
	studies::destruction::keys_over,
};
use anyhow::{bail, ensure, Context};
use codec::DecodeAll;
use futures::{stream, StreamExt, TryStreamExt};
use serde::Serialize;
use std::{
	collections::HashSet,
	io::IsTerminal,
	process::ExitCode,
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::{signal::unix::SignalKind, sync::watch};
use vouchsafe_client::{
	chain::{AccountId, Chain, HeldVersion, Signer},
	messages::Hex,
	signing::now,
};
use vouchsafe_vault::sharing::Commitments;

/// How many shares are read together, and how many of them are checked at the same time.
const PAGE: u32 = 512;
const CONCURRENT: usize = 32;
/// How often progress is shown.
const PROGRESS: Duration = Duration::from_secs(1);
/// How many items of a kind are listed. JSON has all.
const LISTED: usize = 20;
/// The exit code if something is missing, too many or damaged.
const DIFFERENT: u8 = 2;

/// The configuration of a check on a machine that has none.
const ELSEWHERE: &str = "[api]\nlisten = \"127.0.0.1:0\"\n[chain]\nnode = \"ws://127.0.0.1:9944\"\n[keys]\nfile = \"\"\n[store]\ndirectory = \"\"\n";

/// A version, or a share or key of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
	/// The record's patient.
	pub patient: Hex<32>,
	/// The record.
	pub record: Hex<32>,
	/// The version.
	pub version: u32,
	/// The sharing set's epoch.
	pub epoch: u32,
	/// What is wrong with it, if that is not clear.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub reason: Option<String>,
}

/// What a check found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Findings {
	/// When the backup was made, in seconds since 1970.
	pub made: u64,
	/// The last block that it has indexed.
	pub indexed: u32,
	/// The block of the chain that it was compared with. None if it was not compared.
	pub compared_with: Option<u32>,
	/// How many shares it has.
	pub shares: u64,
	/// Those of them that open, fit their commitments, and may be held.
	pub good: u64,
	/// Those of them that the chain does not ask for any more: the version was erased, or has other holders
	/// now. They do no harm.
	pub not_needed: u64,
	/// Shares that do not open, or do not fit.
	pub damaged: Vec<Item>,
	/// Other keys that do not open, in words.
	pub damaged_keys: Vec<String>,
	/// Versions that the institution has acknowledged, and of which the backup has no share.
	pub missing: Vec<Item>,
	/// Carried shares that the chain no longer lets the custodian hold. After a restore they are destroyed.
	pub too_many: Vec<Item>,
	/// How many keys of rounds of studies that are over it has. After a restore they are destroyed.
	pub study_keys_over: usize,
	/// How many shares were opened in a second.
	pub shares_per_second: u64,
}

/// Runs the command.
pub fn run(arguments: RestoreArguments) -> anyhow::Result<ExitCode> {
	let (offline, json) = (arguments.offline, arguments.json);
	let own = arguments.config.as_deref().map(Config::read).transpose()?;
	let folder = PlainFolder::temporary()?;
	let directory = own.as_ref().map(|config| config.store.directory.clone());
	let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
	// The folder must be removed even if somebody presses Ctrl-C.
	let result = runtime.block_on(async {
		let mut terminate = tokio::signal::unix::signal(SignalKind::terminate())?;
		tokio::select! {
			found = check(&arguments, own, &folder) => found,
			_ = tokio::signal::ctrl_c() => bail!("stopped"),
			_ = terminate.recv() => bail!("stopped"),
		}
	});
	runtime.shutdown_background();
	folder.remove()?;
	let found = result.context("the backup could not be checked")?;
	if let Some(directory) = directory.filter(|_| found.is_whole() && !offline) {
		Sqlite::note_drill(&directory, now()).context("the check can't be noted")?;
	}
	match json {
		true => println!("{}", serde_json::to_string_pretty(&found)?),
		false => print!("{}", found.describe(now())),
	}
	Ok(if found.is_good() { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENT) })
}

async fn check(
	arguments: &RestoreArguments,
	own: Option<Config>,
	folder: &PlainFolder,
) -> anyhow::Result<Findings> {
	let identities = identities(arguments.identity.as_deref())?;
	let has_own = own.is_some();
	let mut config = own.map_or_else(|| Config::parse(ELSEWHERE), Ok)?;
	let keys = match &arguments.key {
		Some(key) => read_keys(&identities, key, folder)?,
		None if has_own => Keys::read(&config.keys.file)?,
		None => bail!("name the custodian's key file (--key) or its configuration (--config)"),
	};
	ensure!(
		has_own || arguments.offline || arguments.node.is_some(),
		"name a node to compare with (--node), or say --offline"
	);
	if let Some(node) = &arguments.node {
		config.chain.node.clone_from(node);
	}
	let file = arguments.file.clone();
	let database = {
		let (identities, folder) = (&identities, &folder);
		// Blocking is fine: nothing else is done meanwhile, except waiting for Ctrl-C.
		tokio::task::block_in_place(|| {
			decrypt(identities, &file, folder)?;
			Sqlite::open(folder.path())
		})?
	};
	config.store.directory = folder.path().into();
	let node: Option<Arc<dyn Node>> = match arguments.offline {
		true => None,
		false => Some(Arc::new(Chain::connect(&config.chain.node).await?)),
	};
	let (_stop, stopping) = watch::channel(false);
	let state = State::new(config, keys, Arc::new(database.clone()), None, stopping);
	examine(&state, &database, node, &mut Progress::new()).await
}

/// Opens everything in the database of this state, and compares it with a node's chain.
pub(super) async fn examine(
	state: &State,
	database: &Sqlite,
	node: Option<Arc<dyn Node>>,
	progress: &mut Progress,
) -> anyhow::Result<Findings> {
	let mut found = Findings { made: database.made_at()?, ..Findings::default() };
	found.indexed = database.last_block().await?.map_or(0, |(number, _)| number);
	let connected = match node {
		Some(node) => Some(connect(state, node).await?),
		None => None,
	};
	let mut too_many = HashSet::new();
	if let Some((_, institution, block)) = &connected {
		found.compared_with = Some(block.number());
		let carried = database.all_carried(None).await?;
		for share in carried::lapsed(&**block, institution, &carried).await? {
			found.too_many.push(item(share.patient, share.id, None));
			too_many.insert((share.id, share.patient, share.consent.consent));
		}
		found.study_keys_over = keys_over(state, &**block).await?.len();
	}
	let chain = connected.as_ref().map(|(_, institution, block)| (&**block, institution));
	open_shares(state, database, chain, &too_many, &mut found, progress).await?;
	open_other_keys(state, &mut found).await?;
	if let Some((connected, institution, block)) = &connected {
		let last = block.number();
		while indexer::index_next(state, connected).await? {
			let indexed = database.last_block().await?.map_or(0, |(number, _)| number);
			progress.show("block", indexed.into(), last.into());
		}
		ensure!(
			state.replaced().is_none(),
			"the node has other blocks than those that the backup has indexed: compare it with other \
			 members' nodes"
		);
		let block = connected.node.finalized().await?;
		let missing = missing::missing(database, &*block, institution).await?;
		found.missing = missing.iter().map(item_of).collect();
	}
	progress.end();
	Ok(found)
}

/// Checks that the node knows who may hold what. Returns the institution and the last finalised block.
async fn connect(
	state: &State,
	node: Arc<dyn Node>,
) -> anyhow::Result<(Connected, AccountId, Arc<dyn Block>)> {
	ensure_own_chain(&state.config, &*state.database, node.genesis()).await?;
	let heads = Heads::read(state, &*node, node.finalized().await?).await?;
	heads.check(state)?;
	let block = heads.finalized.clone();
	let institution = own_institution(&*block, &state.keys.account.account()).await?;
	let connected = Connected { node, institution: Some(institution.clone()) };
	Ok((connected, institution, block))
}

/// Opens every share, and compares it with the chain.
async fn open_shares(
	state: &State,
	database: &Sqlite,
	chain: Option<(&dyn Block, &AccountId)>,
	too_many: &HashSet<(VersionId, [u8; 32], u32)>,
	found: &mut Findings,
	progress: &mut Progress,
) -> anyhow::Result<()> {
	let (all, begin) = (database.shares_to_check().await?, Instant::now());
	let mut place = 0;
	loop {
		let page = database.shares_after(place, PAGE)?;
		let Some((last, _)) = page.last() else { break };
		place = *last;
		let states: Vec<(HeldShare, ShareState)> = stream::iter(page)
			.map(|(_, share)| async move {
				let found = match chain {
					Some((block, institution)) => {
						share_state(state, block, institution, &share).await?
					},
					None => share_state_offline(state, &share).await?,
				};
				anyhow::Ok((share, found))
			})
			.buffered(CONCURRENT)
			.try_collect()
			.await?;
		for (share, state) in states {
			found.shares += 1;
			let consent = share.carried.as_ref().map_or(0, |consent| consent.consent);
			let is_too_many =
				share.carried.is_some() && too_many.contains(&(share.id, share.patient, consent));
			match state {
				ShareState::Lost { fault, .. } => {
					found.damaged.push(item(share.patient, share.id, Some(fault.to_string())));
				},
				_ if is_too_many => {},
				ShareState::NotNeeded => found.not_needed += 1,
				ShareState::Good => found.good += 1,
			}
		}
		ensure!(
			(found.damaged.len() as u64) < found.shares,
			"none of the first {} shares can be opened: take the key file that the custodian had when the \
			 backup was made (--key)",
			found.shares
		);
		progress.show("share", found.shares, all);
	}
	let seconds = begin.elapsed().as_secs_f64().max(0.001);
	found.shares_per_second = (found.shares as f64 / seconds) as u64;
	Ok(())
}

/// The same without the chain: it may be held, and its commitments are the right ones.
async fn share_state_offline(state: &State, share: &HeldShare) -> anyhow::Result<ShareState> {
	let HeldShare { id, holder, carried, .. } = share;
	let lost = |fault| ShareState::Lost { fault, is_counted_on: false };
	let Some(sealed) = state.database.share(*id, *holder, carried.clone()).await? else {
		return Ok(lost(Fault::Missing));
	};
	let commitments = state.database.commitments(*id).await?.unwrap_or_default();
	let Ok(commitments) = Commitments::decode_all(&mut &commitments[..]) else {
		return Ok(lost(Fault::Commitments));
	};
	Ok(match state.encryption.open_share(*id, holder, &sealed) {
		Err(_) => lost(Fault::Sealed),
		Ok(opened) if opened.verify(&commitments).is_ok() => ShareState::Good,
		Ok(_) => lost(Fault::Value),
	})
}

/// Opens the patients' label keys, and the keys of the studies' rounds.
async fn open_other_keys(state: &State, found: &mut Findings) -> anyhow::Result<()> {
	for patient in label_keys::check(state).await?.lost {
		found.damaged_keys.push(format!("the label key of the patient {}", Hex(patient)));
	}
	for (study, round) in state.database.study_keys().await? {
		// One whose destruction was interrupted is there without its content.
		let Some(sealed) = state.database.study_key(study, round).await? else { continue };
		if state.encryption.open_round_key(study, round, &sealed).is_err() {
			let round = round.map_or_else(String::new, |round| format!(", round {round}"));
			found.damaged_keys.push(format!("a key of study {study}{round}"));
		}
	}
	Ok(())
}

fn item(patient: [u8; 32], id: VersionId, reason: Option<String>) -> Item {
	let VersionId { record, version, epoch } = id;
	Item { patient: Hex(patient), record: Hex(record), version, epoch, reason }
}

fn item_of(held: &HeldVersion) -> Item {
	let HeldVersion { patient, record, version, epoch } = held;
	let (patient, record) = (Hex::from(patient), Hex(record.0));
	Item { patient, record, version: *version, epoch: *epoch, reason: None }
}

impl Findings {
	/// Whether all of it opens and fits. Then a drill has succeeded.
	pub(super) fn is_whole(&self) -> bool {
		self.damaged.is_empty() && self.damaged_keys.is_empty()
	}

	/// Whether the backup is as the chain says.
	pub fn is_good(&self) -> bool {
		self.is_whole()
			&& self.missing.is_empty()
			&& self.too_many.is_empty()
			&& self.study_keys_over == 0
	}

	/// What was found, for people.
	pub fn describe(&self, now: u64) -> String {
		let made = in_words(now.saturating_sub(self.made));
		let mut text = format!("made {made} ago, indexed up to block {}\n", self.indexed);
		text += &match self.compared_with {
			Some(block) => format!("compared with the chain at block {block}\n"),
			None => {
				"not compared with the chain: what is missing or too many is not known\n".into()
			},
		};
		let counts = [
			(self.good, "good", "they open, fit their commitments, and may be held"),
			(
				self.missing.len() as u64,
				"missing",
				"acknowledged by the chain, and not in the backup",
			),
			(
				self.too_many.len() as u64,
				"too many",
				"the chain no longer lets them be held: a restore destroys them",
			),
			(
				self.damaged.len() as u64,
				"damaged",
				"they do not open, or do not fit their commitments",
			),
			(self.not_needed, "not needed", "the version was erased, or has other holders now"),
		];
		for (count, what, why) in counts {
			text += &format!("{count:>10} {what}: {why}\n");
		}
		if self.study_keys_over > 0 {
			let over = self.study_keys_over;
			text += &format!(
				"{over:>10} keys of rounds of studies that are over: a restore destroys them\n"
			);
		}
		for (what, items) in
			[("missing", &self.missing), ("too many", &self.too_many), ("damaged", &self.damaged)]
		{
			for Item { patient, record, version, reason, .. } in items.iter().take(LISTED) {
				text += &format!("{what}: record {record}, version {version}, of {patient}");
				text += &reason.as_ref().map_or_else(String::new, |reason| format!(" ({reason})"));
				text.push('\n');
			}
			if let Some(more) = items.len().checked_sub(LISTED).filter(|more| *more > 0) {
				text += &format!("{what}: {more} more (--json lists all)\n");
			}
		}
		for key in &self.damaged_keys {
			text += &format!("damaged: {key} does not open\n");
		}
		text += &format!("opened {} shares, {} a second\n", self.shares, self.shares_per_second);
		text
	}
}

/// Shows progress, if somebody watches.
pub(super) struct Progress {
	shown: Option<Instant>,
	is_on: bool,
}

impl Progress {
	pub(super) fn new() -> Self {
		Self { shown: None, is_on: std::io::stderr().is_terminal() }
	}

	fn show(&mut self, what: &str, done: u64, of: u64) {
		if self.is_on && self.shown.is_none_or(|at| at.elapsed() >= PROGRESS) {
			self.shown = Some(Instant::now());
			eprint!("\r\x1b[K{what} {done} of {of}");
		}
	}

	fn end(&self) {
		if self.shown.is_some() {
			eprint!("\r\x1b[K");
		}
	}
}
