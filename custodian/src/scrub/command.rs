//! The command `vouchsafe-custodian scrub`: checks everything at once, says what is lost, and tells the
//! chain if it is asked to. The custodian can keep running.

use super::{
	check_label_keys, note_missing, recent, report, Checked, CheckedLabelKeys, ContentState, Scrub,
	ShareState, BATCH,
};
use crate::{
	chain::Node,
	config::Config,
	keys::Keys,
	state::{ensure_own_chain, own_institution, Connected, State},
	store::{sqlite::Sqlite, LostShare, VersionId},
};
use anyhow::Context;
use serde_json::json;
use std::{
	fmt::Write,
	path::PathBuf,
	process::ExitCode,
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::sync::watch;
use vouchsafe_client::{
	chain::{AccountId, Chain, Signer},
	ipfs::Ipfs,
	messages::Hex,
};

/// How often progress is shown.
const PROGRESS: Duration = Duration::from_secs(2);
/// How many lines say what is wrong. JSON has everything.
const LINES: usize = 50;
/// The exit code if something is lost.
const LOST: u8 = 2;

/// The arguments of `scrub`.
#[derive(Debug, clap::Args)]
pub struct ScrubArguments {
	/// Tell the chain which shares are lost, if there are at most COUNT. Run it without this first, and
	/// restore the backup if it has them.
	#[arg(long, value_name = "COUNT")]
	report_losses: Option<u64>,
	/// Read all contents back, and not only one of scrub.read_back.
	#[arg(long)]
	read_all: bool,
	/// Print JSON.
	#[arg(long)]
	json: bool,
	/// Configuration file.
	#[arg(long, value_name = "FILE")]
	config: PathBuf,
}

/// What to do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
	/// Report the lost shares, if there are at most so many.
	pub report_losses: Option<u64>,
	/// Read all contents back, and not only some.
	pub read_all: bool,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Summary {
	/// How many shares were checked.
	pub checked: usize,
	/// Those of them that are good, or that the chain no longer asks for.
	pub good: usize,
	/// Versions whose content was fetched again.
	pub repaired: usize,
	/// Versions whose content nobody has, and why.
	pub failed: Vec<(VersionId, String)>,
	/// The lost shares on which the chain counts.
	pub lost: Vec<LostShare>,
	/// Lost shares on which the chain does not count: they were reported before, or not acknowledged yet.
	pub known: usize,
	/// Carried shares that are lost: the patients can carry them here again.
	pub carried: usize,
	/// The patients' label keys.
	pub label_keys: CheckedLabelKeys,
	/// How many losses were reported.
	pub reported: usize,
	/// Whether nothing was reported because more are lost than may be.
	pub is_refused: bool,
	/// How long it took to check the shares.
	pub took: Duration,
}

/// Runs the command. The exit code says whether something is lost that was not reported.
pub fn run(arguments: &ScrubArguments) -> anyhow::Result<ExitCode> {
	let ScrubArguments { report_losses, read_all, json, config } = arguments;
	let options = Options { report_losses: *report_losses, read_all: *read_all };
	let summary = check_all(Config::read(config)?, options)?;
	match json {
		true => println!("{}", serde_json::to_string_pretty(&summary.json())?),
		false => println!("{}", summary.text()),
	}
	Ok(if summary.is_good() { ExitCode::SUCCESS } else { ExitCode::from(LOST) })
}

/// Checks everything with this configuration.
fn check_all(config: Config, options: Options) -> anyhow::Result<Summary> {
	let keys = Keys::read(&config.keys.file)?;
	let database = Arc::new(Sqlite::open(&config.store.directory)?);
	let ipfs = config.kubo.as_ref().map(|kubo| Ipfs::new(&kubo.url)).transpose()?;
	let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
	runtime.block_on(async {
		let chain = Chain::connect(&config.chain.node)
			.await
			.context("the node can't be reached, so nothing was checked")?;
		if let Some(ipfs) = &ipfs {
			ipfs.version().await.context("nothing was checked")?;
		}
		ensure_own_chain(&config, &*database, Node::genesis(&chain)).await?;
		let finalized = Node::finalized(&chain).await?;
		let institution = own_institution(&*finalized, &keys.account.account()).await?;
		let (_stop, stopping) = watch::channel(false);
		let state = State::new(config, keys, database, ipfs, stopping);
		let node: Arc<dyn Node> = Arc::new(chain);
		let institution_of = Some(institution.clone());
		state.set_connected(Some(Connected { node: node.clone(), institution: institution_of }));
		let say = |line: &str| eprintln!("{line}");
		all(&state, &*node, &institution, options, say).await
	})
}

/// Checks everything, and reports what is lost if the options say so.
pub async fn all(
	state: &State,
	node: &dyn Node,
	institution: &AccountId,
	options: Options,
	mut say: impl FnMut(&str),
) -> anyhow::Result<Summary> {
	let read_back = if options.read_all { 1 } else { state.config.scrub.read_back };
	let mut scrub = Scrub::new(read_back);
	let begun = Instant::now();
	let (mut shown, mut last) = (begun, 0);
	let all = state.database.shares_to_check().await?;
	let mut summary = Summary::default();
	loop {
		let (places, shares): (Vec<i64>, Vec<_>) =
			state.database.held_after(last, BATCH).await?.into_iter().unzip();
		let Some(place) = places.last() else { break };
		last = *place;
		let block = recent(state, node).await?;
		for checked in scrub.check(state, &*block, institution, shares).await? {
			summary.add(checked);
		}
		if shown.elapsed() >= PROGRESS {
			shown = Instant::now();
			let lost = summary.lost.len();
			say(&format!("{} of {all} shares checked, {lost} lost", summary.checked));
		}
	}
	summary.took = begun.elapsed();
	let block = recent(state, node).await?;
	say("looking for shares that the chain counts on and that are not here");
	summary.lost.extend(note_missing(state, &*block, institution).await?);
	summary.label_keys = check_label_keys(state, &*block, institution).await?;
	if let Some(most) = options.report_losses.filter(|_| !summary.lost.is_empty()) {
		summary.is_refused = summary.lost.len() as u64 > most;
		if !summary.is_refused {
			let losses = state.database.unreported().await?;
			summary.reported = report(state, node, institution, losses).await?.reported.len();
		}
	}
	Ok(summary)
}

impl Summary {
	fn add(&mut self, checked: Checked) {
		let Checked { share, state, content } = checked;
		self.checked = self.checked.saturating_add(1);
		match state {
			ShareState::Good | ShareState::NotNeeded => self.good = self.good.saturating_add(1),
			ShareState::Lost { .. } if share.carried.is_some() => {
				self.carried = self.carried.saturating_add(1);
			},
			ShareState::Lost { fault, is_counted_on: true } => {
				self.lost.push(LostShare::of(&share, fault, true));
			},
			ShareState::Lost { .. } => self.known = self.known.saturating_add(1),
		}
		match content {
			ContentState::Good | ContentState::NotChecked => {},
			ContentState::Repaired => self.repaired = self.repaired.saturating_add(1),
			ContentState::Failed { reason, .. } => self.failed.push((share.id, reason)),
		}
	}

	/// Whether nothing is lost, except what the chain was told of.
	pub fn is_good(&self) -> bool {
		self.lost.len() <= self.reported
			&& self.failed.is_empty()
			&& self.carried == 0
			&& self.label_keys.lost.is_empty()
	}

	/// How many shares were checked in a second.
	pub fn rate(&self) -> f64 {
		let checked = u32::try_from(self.checked).unwrap_or(u32::MAX);
		f64::from(checked) / self.took.as_secs_f64().max(0.001)
	}

	/// The summary for people.
	pub fn text(&self) -> String {
		let Self { checked, good, repaired, failed, lost, known, carried, .. } = self;
		let (took, reported) = (self.took, self.reported);
		let mut text = format!(
			"checked {checked} shares in {:.1} s ({:.0} a second): {good} are good",
			took.as_secs_f64(),
			self.rate()
		);
		if *repaired > 0 {
			let _ = write!(text, "\nversions whose content was fetched again: {repaired}");
		}
		let version = |id: &VersionId| format!("record {} version {}", Hex(id.record), id.version);
		for LostShare { id, patient, reason, .. } in lost.iter().take(LINES) {
			let (version, patient) = (version(id), Hex(*patient));
			let _ = write!(text, "\nLOST: the share of {version} of patient {patient}: {reason}");
		}
		for (id, reason) in failed.iter().take(LINES) {
			let _ = write!(text, "\nCONTENT LOST: {}: {reason}", version(id));
		}
		let lines = lost.len().min(LINES).saturating_add(failed.len().min(LINES));
		let rest = lost.len().saturating_add(failed.len()).saturating_sub(lines);
		if rest > 0 {
			let _ = write!(text, "\n… and {rest} more (--json shows all)");
		}
		if *carried > 0 {
			let _ = write!(
				text,
				"\nlost shares that patients carried here: {carried}. They can carry them again"
			);
		}
		let CheckedLabelKeys { checked: all, lost: keys } = &self.label_keys;
		if !keys.is_empty() {
			let _ = write!(
				text,
				"\nLABEL KEYS LOST: {} of {all} can't be decrypted. Restore a backup that has them: until then, \
				 nobody can label these patients' records here",
				keys.len()
			);
		}
		if *known > 0 {
			let _ = write!(
				text,
				"\nfurther lost shares, on which the chain does not count: {known}. They were reported, or never \
				 acknowledged"
			);
		}
		if !failed.is_empty() {
			text += "\nThe custodian goes on to look for lost content at other members for a week.";
		}
		if reported > 0 {
			let _ = write!(text, "\nlost shares reported to the chain: {reported}");
		} else if !lost.is_empty() {
			let count = lost.len();
			let why = if self.is_refused { ", because that is more than COUNT" } else { "" };
			let _ = write!(
				text,
				"\nlost shares on which the chain counts: {count}. None was reported{why}. If a backup has \
				 them, restore it. If not, tell the chain:\n  vouchsafe-custodian scrub --report-losses {count} \
				 --config …"
			);
		}
		text
	}

	/// The summary for programs.
	pub fn json(&self) -> serde_json::Value {
		let version = |id: &VersionId| json!({ "record": Hex(id.record), "version": id.version, "epoch": id.epoch });
		let lost = self.lost.iter().map(
			|it| json!({ "share": version(&it.id), "patient": Hex(it.patient), "reason": it.reason }),
		);
		let failed =
			self.failed.iter().map(|(id, reason)| json!({ "of": version(id), "reason": reason }));
		json!({
			"checked": self.checked,
			"good": self.good,
			"seconds": self.took.as_secs_f64(),
			"shares_per_second": self.rate(),
			"content_repaired": self.repaired,
			"content_lost": failed.collect::<Vec<_>>(),
			"lost": lost.collect::<Vec<_>>(),
			"lost_and_not_counted_on": self.known,
			"carried_lost": self.carried,
			"label_keys": self.label_keys.checked,
			"label_keys_lost": self.label_keys.lost.len(),
			"reported": self.reported,
		})
	}
}
