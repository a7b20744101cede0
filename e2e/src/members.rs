//! The council changes who takes part: what its members type, one after the other.

use crate::{
	commands::keypair,
	network::{best_number, Institution, Network},
	process::{until, TIMEOUT},
	user::User,
};
use anyhow::{ensure, Context, Result};
use serde_json::Value;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use vouchsafe_client::chain::{
	calls::UtilityCall, storage, AccountId, Chain, Signer, Submit, View,
};

/// A hospital that is not in the preset.
pub const HOSPITAL_D: Institution =
	Institution { name: "Hospital D", short: "d", seed: "//HospitalD", session: "", kubo: false };

/// The members of a council that carry its motions: the first one proposes and closes.
pub struct Seats(Vec<User>);

impl Seats {
	/// These institutions of a network, by their index, each at its own node.
	pub fn new(network: &Network, indices: &[usize]) -> Result<Self> {
		let root = network.root.join("council");
		let seat = |index: &usize| {
			let site = &network.sites[*index];
			User::new(site.institution.seed, &root, &site.node.url())
		};
		Ok(Self(indices.iter().map(seat).collect::<Result<_>>()?))
	}

	/// The first of them.
	pub fn first(&self) -> &User {
		&self.0[0]
	}

	/// Carries a motion, which `vouchsafe council` proposes with these arguments. Returns when it was closed.
	pub async fn carry(&self, arguments: &[&str]) -> Result<Instant> {
		let proposed = self.first().run(&council(&[arguments, &["--yes"]].concat())).await?;
		let motion = proposed["motion"].as_u64().context("no motion")?.to_string();
		for seat in &self.0[1..] {
			let vote = ["vote", &motion, "yes", "--yes"];
			seat.run(&council(&[best(arguments), &vote].concat())).await?;
		}
		let close = ["close", &motion, "--yes"];
		let closed = self.first().run(&council(&[best(arguments), &close].concat())).await?;
		ensure!(closed["executed"] == true, "the motion {arguments:?} was not executed: {closed}");
		Ok(Instant::now())
	}
}

/// `--best`, if these arguments have it.
fn best<'a>(arguments: &[&str]) -> &'a [&'a str] {
	match arguments.contains(&"--best") {
		true => &["--best"],
		false => &[],
	}
}

/// The arguments of a command of the council.
fn council<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
	[&["council"][..], arguments].concat()
}

/// Admits an institution with its development key.
pub async fn admit(seats: &Seats, institution: Institution) -> Result<()> {
	let account = account(institution)?.to_string();
	let key = crate::commands::encryption_key(institution.seed).public();
	let key = format!("0x{}", hex::encode(key.0));
	let arguments = [
		"admit",
		&account,
		"--name",
		institution.name,
		"--country",
		"FR",
		"--encryption-key",
		&key,
	];
	seats.carry(&arguments).await.map(drop)
}

/// The account of an institution.
pub fn account(institution: Institution) -> Result<AccountId> {
	Ok(keypair(institution.seed)?.account())
}

/// The institution has its own node generate session keys, and registers them. Waits until they are in force, unless
/// `further` has `--no-wait`.
pub async fn rotate(network: &Network, index: usize, further: &[&str]) -> Result<Value> {
	let site = &network.sites[index];
	let root = network.root.join("validator");
	let user = User::new(site.institution.seed, &root, &site.node.url())?;
	user.run(&[&["validator", "rotate", "--yes"][..], further].concat()).await
}

/// Waits until the institution has made a block in this session or in the one before.
pub async fn wait_for_author(chain: &Chain, institution: Institution) -> Result<()> {
	let account = account(institution)?;
	let what = format!("{} makes a block", institution.name);
	until(&what, TIMEOUT, || async {
		let at = chain.best().await.ok()?;
		let last = at.read(storage::last_attended()).await.ok()?.unwrap_or_default();
		if last.iter().any(|(it, made)| *it == account && *made > 0) {
			return Some(());
		}
		let validators = at.read(storage::validators()).await.ok()??;
		let place = validators.iter().position(|it| *it == account)?;
		let attended = at.read(storage::attended()).await.ok()??;
		attended.made.get(place).filter(|made| **made > 0).map(drop)
	})
	.await
}

/// Calls that keep the validators busy, so that each makes a block in its slot. They end when this is dropped.
pub struct Traffic(JoinHandle<()>);

impl Traffic {
	/// A call after the other, through this node.
	pub async fn begin(node: &str) -> Result<Self> {
		let (chain, signer) = (Chain::connect(node).await?, keypair("//PatientA")?);
		let calling = async move {
			// A call that fails is followed by the next one, too.
			loop {
				let _ = chain.submit(&signer, UtilityCall::batch { calls: vec![] }).await;
			}
		};
		Ok(Self(tokio::spawn(calling)))
	}
}

impl Drop for Traffic {
	fn drop(&mut self) {
		self.0.abort();
	}
}

/// Waits until the node has finalised a block that is newer than its best block is now.
pub async fn wait_for_new_finality(network: &Network, index: usize) -> Result<u32> {
	let best = best_number(&network.sites[index].node.http_url()).await.context("no best block")?;
	network.wait_for_block(index, best + 1).await?;
	Ok(best + 1)
}

/// Waits until this much time has passed, in which nothing becomes final.
pub async fn stall(network: &Network, index: usize, long: Duration) -> Result<u32> {
	let before = network.finalized(index).await.context("no final block")?;
	tokio::time::sleep(long).await;
	let after = network.finalized(index).await.context("no final block")?;
	ensure!(after == before, "block {after} became final with half of the validators");
	Ok(after)
}
