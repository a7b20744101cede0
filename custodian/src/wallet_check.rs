//! Compares the wallet that this custodian serves, and those of the other members, with the release that
//! the council has published: at the start, when another one is published, and every hour. A wallet that
//! differs is named in `/ready` and in a metric. The custodian is ready all the same.
//!
//! Another member's wallet is fetched by the rules that hold for custodians' addresses: TLS and public
//! addresses, no redirect, bounded sizes and time.

#[cfg(test)]
mod tests;

use crate::{
	chain::Block,
	state::{Connected, State},
	studies::peers::{allowed_on, name_of},
	wallet::WalletFiles,
};
use axum::http::{
	header::{ACCEPT_ENCODING, CONTENT_ENCODING},
	HeaderMap, HeaderValue,
};
use std::{
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::task::spawn_blocking;
use vouchsafe_client::{
	chain::{ChainError, Institution, Release},
	custodian::AllowedAddresses,
	release::{
		check, standing, version_of, Encoding, ReleaseError, Sent, Served, Source, Standing,
		Website,
	},
};

/// How often the chain is asked what is published.
const POLL: Duration = Duration::from_secs(5);
/// How often wallets are compared with it, if nothing else is published.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// How many members' wallets are compared.
const MAX_MEMBERS: usize = 64;
/// How many files of a wallet are named.
const MAX_NAMED: usize = 5;

/// What was found at one member.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
	/// The published release.
	AsPublished,
	/// Another one, and what is different.
	Differs(String),
	/// No wallet.
	NotServed,
	/// Nothing, because the member cannot be asked.
	Unknown(String),
}

/// Compares wallets until the custodian stops.
pub async fn run(state: Arc<State>) {
	let mut last: Option<(Vec<Release>, Instant)> = None;
	loop {
		if let Err(error) = look(&state, &mut last).await {
			tracing::debug!(%error, "wallets are not compared");
		}
		if !state.pause(POLL).await {
			return;
		}
	}
}

/// Compares if it is due.
async fn look(state: &State, last: &mut Option<(Vec<Release>, Instant)>) -> Result<(), ChainError> {
	let Some(connected) = state.connected() else { return Ok(()) };
	let block = connected.node.finalized().await?;
	let published = block.wallet_releases().await?;
	let is_due = last
		.as_ref()
		.is_none_or(|(before, since)| *before != published || since.elapsed() >= EVERY);
	if is_due {
		let found = compare(state, &connected, &*block, &published).await?;
		report(state, &published, &found);
		*last = Some((published, Instant::now()));
	}
	Ok(())
}

/// Compares the own wallet and the other members', one after the other. Each is named.
async fn compare(
	state: &State,
	connected: &Connected,
	block: &dyn Block,
	published: &[Release],
) -> Result<Vec<(String, Found)>, ChainError> {
	let mut all = Vec::new();
	if published.is_empty() {
		return Ok(all);
	}
	if let Some(wallet) = &state.config.wallet {
		let files = OwnFiles(Arc::new(WalletFiles::of(wallet)));
		let found = match verdict(check(&files).await, published) {
			Found::NotServed => Found::Differs("there is no manifest.json".into()),
			found => found,
		};
		all.push(("this custodian".into(), found));
	}
	let allowed = allowed_on(&state.config, &*connected.node).await?;
	let others = block.members().await?.into_iter();
	let others = others.filter(|(account, _)| Some(account) != connected.institution.as_ref());
	for (account, institution) in others.take(MAX_MEMBERS) {
		if let Some(url) = url_of(&institution) {
			let served = fetch(&url, &allowed).await;
			all.push((name_of(&account, Some(&institution)), verdict(served, published)));
		}
	}
	Ok(all)
}

fn url_of(institution: &Institution) -> Option<String> {
	let custodian = institution.custodian.as_ref()?;
	Some(String::from_utf8_lossy(&custodian.url).into_owned())
}

async fn fetch(url: &str, allowed: &AllowedAddresses) -> Result<Served, ReleaseError> {
	check(&Website::new(url, allowed)?).await
}

/// Whether what is served is the published release.
fn verdict(served: Result<Served, ReleaseError>, published: &[Release]) -> Found {
	let Served { version, hash, faults } = match served {
		Ok(served) => served,
		Err(ReleaseError::NoWallet) => return Found::NotServed,
		Err(ReleaseError::Manifest(error)) => return Found::Differs(error.to_string()),
		Err(error) => return Found::Unknown(error.to_string()),
	};
	if !faults.is_empty() {
		let mut named: Vec<_> = faults.iter().take(MAX_NAMED).map(ToString::to_string).collect();
		if faults.len() > MAX_NAMED {
			named.push(format!("{} more files", faults.len().saturating_sub(MAX_NAMED)));
		}
		return Found::Differs(named.join(", "));
	}
	match standing(published, &hash) {
		Standing::Current => Found::AsPublished,
		Standing::Earlier(current) => Found::Differs(format!(
			"it is version {version}, which was published before version {}",
			version_of(&current)
		)),
		Standing::Unknown(_) | Standing::NothingPublished => {
			Found::Differs(format!("version {version} with the hash {hash:?} is not published"))
		},
	}
}

/// Sets `/ready` and the metric.
fn report(state: &State, published: &[Release], all: &[(String, Found)]) {
	let Some(current) = published.last() else {
		return state.readiness.set_wallet(true, "the council has published no wallet");
	};
	let mut parts = vec![format!("version {} is published", version_of(current))];
	let good: Vec<_> = all
		.iter()
		.filter(|(_, found)| *found == Found::AsPublished)
		.map(|(name, _)| name.as_str())
		.collect();
	if !good.is_empty() {
		parts.push(format!("as published: {}", good.join(", ")));
	}
	for (name, found) in all {
		match found {
			Found::Differs(what) => parts.push(format!("{name} differs: {what}")),
			Found::Unknown(why) => parts.push(format!("{name} could not be asked: {why}")),
			Found::AsPublished | Found::NotServed => {},
		}
		// A member that cannot be asked keeps its value.
		if !matches!(found, Found::Unknown(_)) {
			let differs = matches!(found, Found::Differs(_));
			metrics::gauge!("vouchsafe_custodian_wallet_differs", "institution" => name.clone())
				.set(f64::from(u8::from(differs)));
		}
	}
	let is_good = !all.iter().any(|(_, found)| matches!(found, Found::Differs(_)));
	state.readiness.set_wallet(is_good, parts.join("; "));
}

/// The files that this custodian serves, as it sends them.
struct OwnFiles(Arc<WalletFiles>);

impl Source for OwnFiles {
	async fn get(
		&self,
		name: &str,
		encoding: Encoding,
		_most: usize,
	) -> Result<Option<Sent>, String> {
		let (files, path) = (self.0.clone(), format!("/{name}"));
		let accepted = HeaderValue::from_static(encoding.name());
		let request = HeaderMap::from_iter([(ACCEPT_ENCODING, accepted)]);
		let answer = spawn_blocking(move || files.answer(&path, &request)).await;
		let Some(answer) = answer.map_err(|error| error.to_string())? else { return Ok(None) };
		let named = answer.headers().get(CONTENT_ENCODING);
		let named = named.map(|name| name.to_str().unwrap_or_default());
		let encoding = Encoding::of(named).ok_or("it is compressed in an unknown way")?;
		Ok(Some(Sent { bytes: answer.into_body().to_vec(), encoding }))
	}
}
