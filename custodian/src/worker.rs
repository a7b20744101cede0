//! Does what is to be done: for each version whose envelope has come and that the chain's state
//! says the institution has not acknowledged, pins manifest and ciphertext, and acknowledges. Each
//! step may be done twice without harm, and what is left is always read anew, so a kill at any
//! point costs nothing.

use crate::{
	app::{App, Backoff, Connected, Part},
	store::{KeptVersion, StoreError, VersionId},
};
use std::{
	collections::{HashMap, HashSet},
	sync::Arc,
	time::Duration,
};
use tokio::{task::JoinSet, time::Instant};
use vouchsafe_client::{
	chain::{calls::CustodyCall, AccountId, At, Chain, ChainError, Submit, View, H256},
	cid::Cid,
	ipfs::{Ipfs, IpfsError},
	messages::Hex,
	signing::now,
};

/// How often the chain is asked.
const INTERVAL: Duration = Duration::from_secs(2);
/// Versions to be acknowledged that are counted.
const COUNTED: u32 = 1000;
/// Versions that are worked on side by side.
const ABREAST: usize = 32;
/// How long content stays that no version names.
const UNCLAIMED: u64 = 24 * 3600;
/// How often the IPFS node is looked at.
const KUBO_INTERVAL: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
enum WorkError {
	#[error(transparent)]
	Chain(#[from] ChainError),
	#[error(transparent)]
	Ipfs(#[from] IpfsError),
	#[error(transparent)]
	Store(#[from] StoreError),
	#[error("the manifest names no CID that is one")]
	NoCid,
}

/// A version that failed, and when it is tried again.
struct Later {
	at: Instant,
	backoff: Backoff,
	failures: u32,
	why: String,
}

/// What is under way and what failed.
#[derive(Default)]
struct Desk {
	tasks: JoinSet<(VersionId, Result<(), WorkError>)>,
	under_way: HashSet<VersionId>,
	later: HashMap<VersionId, Later>,
}

/// Works until the custodian stops.
pub async fn run(app: Arc<App>) {
	let mut desk = Desk::default();
	loop {
		if let Some(Connected { chain, institution: Some(institution) }) = app.node() {
			match desk.round(&app, &chain, institution).await {
				Ok(open) => desk.report(&app, open),
				Err(error) => app.report(Part::Work, false, error.to_string()),
			}
		}
		tokio::select! {
			going_on = app.pause(INTERVAL) => if !going_on { return },
			_ = app.work.notified() => {},
			Some(done) = desk.tasks.join_next() => desk.note(done),
		}
	}
}

impl Desk {
	/// Starts what is due; answers with how many versions the chain waits for.
	async fn round(
		&mut self,
		app: &Arc<App>,
		chain: &Chain,
		institution: AccountId,
	) -> Result<usize, WorkError> {
		while let Some(done) = self.tasks.try_join_next() {
			self.note(done);
		}
		let at = chain.finalized().await?;
		let open = at.unacknowledged(&institution, COUNTED).await?.len();
		metrics::gauge!("vouchsafe_custodian_unacknowledged").set(open as f64);
		let mut kept = app.store.run(|store| store.to_acknowledge()).await?;
		self.later.retain(|id, _| kept.contains(id));
		kept.retain(|id| {
			!self.under_way.contains(id)
				&& self.later.get(id).is_none_or(|later| later.at <= Instant::now())
		});
		kept.truncate(ABREAST.saturating_sub(self.tasks.len()));
		// What was sent before a kill may be in the best block already, and only wait to be final.
		let best = match kept.is_empty() {
			true => at.clone(),
			false => chain.best().await?,
		};
		for id in kept {
			if !is_open(&at, id, &institution).await? {
				app.store.run(move |store| store.set_acknowledged(id)).await?;
			} else if is_open(&best, id, &institution).await? {
				if let Some(version) = app.store.run(move |store| store.version(id)).await? {
					self.under_way.insert(id);
					let failures = self.later.get(&id).map_or(0, |later| later.failures);
					let (app, chain) = (app.clone(), chain.clone());
					self.tasks.spawn(async move {
						(id, finish(&app, &chain, id, version, failures).await)
					});
				}
			}
		}
		Ok(open)
	}

	/// Notes what became of a version.
	fn note(&mut self, done: Result<(VersionId, Result<(), WorkError>), tokio::task::JoinError>) {
		let Ok((id, result)) = done else {
			// It panicked; nobody knows which it was, so all that is not under way starts anew.
			tracing::error!("an acknowledgement failed badly");
			self.tasks.abort_all();
			self.under_way.clear();
			return;
		};
		self.under_way.remove(&id);
		match result {
			Ok(()) => {
				self.later.remove(&id);
				metrics::counter!("vouchsafe_custodian_acknowledged_total").increment(1);
				tracing::info!(record = %Hex(id.record), version = id.version, "acknowledged");
			},
			Err(error) => {
				tracing::warn!(record = %Hex(id.record), version = id.version, %error, "can't acknowledge yet");
				let later = self.later.entry(id).or_insert_with(|| Later {
					at: Instant::now(),
					backoff: Backoff::new(Duration::from_secs(1), Duration::from_secs(60)),
					failures: 0,
					why: String::new(),
				});
				later.at = Instant::now() + later.backoff.next();
				later.failures = later.failures.saturating_add(1);
				later.why = error.to_string();
			},
		}
	}

	fn report(&self, app: &App, open: usize) {
		match self.later.values().next() {
			Some(later) => {
				let (count, why) = (self.later.len(), &later.why);
				app.report(Part::Work, false, format!("{count} versions wait: {why}"));
			},
			None => app.report(Part::Work, true, format!("{open} versions to acknowledge")),
		}
	}
}

/// Whether the chain waits for this institution's acknowledgement.
async fn is_open(at: &At, id: VersionId, institution: &AccountId) -> Result<bool, ChainError> {
	let set = at.sharing_set(H256(id.record), id.version).await?;
	Ok(set.is_some_and(|set| {
		set.epoch == id.epoch
			&& set.holders.iter().any(|it| it.account == *institution && !it.acknowledged)
	}))
}

async fn finish(
	app: &App,
	chain: &Chain,
	id: VersionId,
	kept: KeptVersion,
	failures: u32,
) -> Result<(), WorkError> {
	if let (Some(ipfs), false) = (&app.ipfs, kept.pinned) {
		pin(app, ipfs, &kept, failures).await?;
		app.store.run(move |store| store.set_pinned(id, now())).await?;
	}
	let (record, version, epoch) = (H256(id.record), id.version, id.epoch);
	let call = CustodyCall::acknowledge { record, version, epoch };
	match chain.submit(&app.keys.account, call).await {
		// Somebody was faster: ourselves, before a kill.
		Err(error) if error.is_dispatch("Custody", "AlreadyAcknowledged") => Ok(()),
		Err(error) => Err(error.into()),
		Ok(_) => Ok(()),
	}
}

async fn pin(app: &App, ipfs: &Ipfs, kept: &KeptVersion, failures: u32) -> Result<(), WorkError> {
	// Short at first, so that content that nobody has does not hold up the rest; what was fetched
	// stays for the next time.
	let longest = app.config.kubo.as_ref().map_or(120, |kubo| kubo.patience);
	let patience = 5u64.saturating_mul(1 << failures.min(10)).min(longest);
	let added = ipfs.add_bytes(kept.manifest.clone()).await?;
	if added.cid.to_string() != kept.manifest_cid {
		return Err(WorkError::NoCid);
	}
	let ciphertext: Cid = kept.ciphertext_cid.parse().map_err(|_| WorkError::NoCid)?;
	ipfs.pin(&ciphertext, Duration::from_secs(patience)).await?;
	Ok(())
}

/// Looks at the IPFS node, and drops content that no version names, until the custodian stops.
pub async fn tend_content(app: Arc<App>) {
	let Some(ipfs) = &app.ipfs else {
		app.report(Part::Kubo, true, "there is none, by configuration");
		return;
	};
	loop {
		match ipfs.version().await {
			Ok(version) => {
				metrics::gauge!("vouchsafe_custodian_kubo_up").set(1.0);
				app.report(Part::Kubo, true, format!("Kubo {version}"));
				if let Err(error) = drop_unclaimed(&app, ipfs).await {
					tracing::warn!(%error, "content that no version names could not be dropped");
				}
			},
			Err(error) => {
				metrics::gauge!("vouchsafe_custodian_kubo_up").set(0.0);
				app.report(Part::Kubo, false, error.to_string());
			},
		}
		if !app.pause(KUBO_INTERVAL).await {
			return;
		}
	}
}

async fn drop_unclaimed(app: &App, ipfs: &Ipfs) -> Result<(), WorkError> {
	let before = now().saturating_sub(UNCLAIMED);
	for cid in app.store.run(move |store| store.drop_unclaimed(before)).await? {
		tracing::info!(cid, "drops content that no version names");
		let Ok(parsed) = cid.parse() else { continue };
		ipfs.unpin(&parsed).await?;
		// A version may have named it just now.
		if app.store.run(move |store| store.content(&cid)).await?.is_some() {
			ipfs.pin(&parsed, Duration::from_secs(60)).await?;
		}
	}
	Ok(())
}
