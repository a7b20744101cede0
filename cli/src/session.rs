//! A session: a connection to a node, the home folder, the user's key, and names of accounts.

use crate::{
	address::{self, AddressOf},
	english::ENGLISH,
	home::Home,
	keys::{Identity, KeyStore, Secrets},
	names::Names,
};
use anyhow::{bail, Context, Result};
use std::{sync::Arc, time::Duration};
use vouchsafe_client::{
	chain::{
		calls::RuntimeCall, AccountId, Affiliation, At, Chain, ChainError, Included, Submit, View,
		H256,
	},
	custodian::CustodianClient,
	protocol::holders::Member,
};

/// Called after each step of work that can be resumed, with the step's name.
pub type StepHook = Arc<dyn Fn(&str) + Send + Sync>;

/// The settings of a session.
#[derive(Clone, Debug)]
pub struct Settings {
	/// The node's WebSocket.
	pub node: String,
	/// The CLI's folder.
	pub home: Home,
	/// The key's name, or a development URI.
	pub key: Option<String>,
	/// Whether development keys may be used.
	pub development: bool,
	/// Where the key's passphrase comes from.
	pub secrets: Secrets,
}

/// A session.
#[derive(Clone)]
pub struct Session {
	/// The chain.
	pub chain: Chain,
	/// The folder.
	pub home: Home,
	/// The names of accounts.
	pub names: Names,
	/// All institutions and authorities.
	pub members: Vec<Member>,
	/// The user's key, if one was named.
	pub me: Option<Identity>,
	/// See [`StepHook`].
	pub hook: Option<StepHook>,
}

impl Session {
	/// Connects, and unlocks the key if one is named.
	pub async fn connect(settings: &Settings) -> Result<Self> {
		settings.check_key()?;
		let node = address::parse(AddressOf::Node, &settings.node)
			.context("--node or VOUCHSAFE_NODE is wrong")?;
		let failed =
			|| {
				let node = address::mask(&settings.node);
				format!("cannot connect to the node at {node}. --node or VOUCHSAFE_NODE sets the address")
			};
		listens(&node).await.with_context(failed)?;
		let chain = Chain::connect(node.as_str()).await.with_context(failed)?;
		if settings.development {
			let kind = chain.chain_type().await?;
			if kind != "Development" && kind != "Local" {
				bail!(
					"--dev is only for development and local chains, because development keys are public. \
					 This chain is of type {kind}"
				);
			}
		}
		let me = settings.unlock()?;
		Self::new(chain, settings.home.clone(), me, settings.development).await
	}

	/// A session on an existing connection.
	pub async fn new(
		chain: Chain,
		home: Home,
		me: Option<Identity>,
		development: bool,
	) -> Result<Self> {
		let names = Names::load(&home, development)?;
		let mut session = Self { chain, home, names, members: Vec::new(), me, hook: None };
		session.learn_members().await?;
		if let Some(me) = session.me.as_ref().filter(|me| me.name.starts_with("//")) {
			session.names.add_development(me);
		}
		Ok(session)
	}

	/// Reads the institutions and the addresses of their custodians.
	pub async fn learn_members(&mut self) -> Result<()> {
		let at = self.chain.finalized().await?;
		let institutions = at.institutions().await?;
		let signers: Vec<(AccountId, AccountId)> = institutions
			.iter()
			.filter_map(|(account, _, _, it)| {
				Some((account.clone(), it.custodian.as_ref()?.account.clone()))
			})
			.collect();
		self.members = institutions
			.into_iter()
			.map(|(account, kind, status, institution)| Member {
				account,
				kind,
				status,
				name: crate::output::plain(&String::from_utf8_lossy(&institution.name)),
				country: String::from_utf8_lossy(&institution.country).into_owned(),
				custodian: institution.custodian.map(|custodian| {
					(String::from_utf8_lossy(&custodian.url).into_owned(), custodian.key)
				}),
			})
			.collect();
		for member in &self.members {
			self.names.add_institution(&member.name, member.account.clone());
		}
		for (institution, account) in signers {
			self.names.add_custodian(&self.names.show(&institution), account);
		}
		Ok(())
	}

	/// The user's key.
	pub fn me(&self) -> Result<&Identity> {
		self.me.as_ref().context(
			"choose a key with --key NAME (`vouchsafe key show` lists your keys, `vouchsafe key \
			 generate NAME` creates one)",
		)
	}

	/// The genesis hash.
	pub fn genesis(&self) -> H256 {
		self.chain.genesis()
	}

	/// An institution by its account.
	pub fn member(&self, account: &AccountId) -> Option<&Member> {
		self.members.iter().find(|member| member.account == *account)
	}

	/// The custodian of an institution.
	pub fn custodian(&self, institution: &AccountId) -> Result<CustodianClient> {
		let name = self.names.show(institution);
		let member =
			self.member(institution).with_context(|| format!("{name} is not an institution"))?;
		let (url, _) = member
			.custodian
			.as_ref()
			.with_context(|| format!("{name} has not named a custodian yet"))?;
		Ok(CustodianClient::new(url, institution.clone(), self.genesis())?)
	}

	/// Signs and submits a call, and waits until it is final.
	pub async fn submit(&self, call: impl Into<RuntimeCall> + Send) -> Result<Included> {
		Ok(self.chain.submit(&self.me()?.signer, call).await?)
	}

	/// The institution that the user acts for: the named one, or the only one that the user is
	/// affiliated with now, or none.
	pub async fn acting_for(&self, named: Option<&str>) -> Result<Option<AccountId>> {
		if let Some(name) = named {
			return Ok(Some(self.names.resolve(name)?));
		}
		let me = self.me()?.account();
		if self.member(&me).is_some() {
			return Ok(Some(me));
		}
		let at = self.chain.finalized().await?;
		let now = at.time().await?;
		let affiliations = at.affiliations(&me).await?;
		let current: Vec<AccountId> = affiliations
			.iter()
			.filter(|(_, affiliation)| in_force(affiliation, now))
			.map(|(institution, _)| institution.clone())
			.collect();
		match &current[..] {
			[] => Ok(None),
			[institution] => Ok(Some(institution.clone())),
			_ => {
				let names: Vec<_> = current.iter().map(|it| self.names.show(it)).collect();
				bail!("you work for {}: choose one with --institution", ENGLISH.and(&names))
			},
		}
	}

	/// The same. It is an error if there is none.
	pub async fn institution(&self, named: Option<&str>) -> Result<AccountId> {
		self.acting_for(named).await?.context(
			"you do this for an institution, but you have no affiliation now: name the institution with \
			 --institution, or ask its registrar for an affiliation",
		)
	}

	/// The chain as of the last finalised block.
	pub async fn finalized(&self) -> Result<At, ChainError> {
		self.chain.finalized().await
	}

	/// Tells the hook that a step is done.
	pub fn step(&self, name: &str) {
		tracing::info!(step = name);
		if let Some(hook) = &self.hook {
			hook(name);
		}
	}
}

impl Settings {
	/// Checks that a key with this name exists, before connecting to a node or asking the user.
	fn check_key(&self) -> Result<()> {
		match &self.key {
			Some(key) if key.starts_with("//") => {
				if !self.development {
					bail!("{key} is a development key, which is public: add --dev to use it");
				}
				Identity::development(key).map(drop)
			},
			Some(key) => KeyStore::new(&self.home).find(key).map(drop),
			None => Ok(()),
		}
	}

	/// The named key, unlocked.
	pub fn unlock(&self) -> Result<Option<Identity>> {
		let Some(key) = &self.key else { return Ok(None) };
		self.check_key()?;
		if key.starts_with("//") {
			return Ok(Some(Identity::development(key)?));
		}
		let store = KeyStore::new(&self.home);
		let passphrase = self.secrets.ask(&format!("Passphrase of the key {key}"))?;
		store.unlock(key, &passphrase).map(Some)
	}
}

/// Checks that a server listens at a node's address, because connecting itself would keep trying.
async fn listens(node: &url::Url) -> Result<()> {
	let host = node.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
	let port = node.port_or_known_default().unwrap_or_default();
	let mut tries = 0;
	loop {
		let connecting = tokio::net::TcpStream::connect((host.as_str(), port));
		let error = match tokio::time::timeout(Duration::from_secs(10), connecting).await {
			Ok(Ok(_)) => return Ok(()),
			Ok(Err(error)) => error.to_string(),
			Err(_) => "no answer in 10 seconds".to_owned(),
		};
		tries += 1;
		if tries == 4 {
			bail!("nothing listens there ({error})");
		}
		tokio::time::sleep(Duration::from_millis(500)).await;
	}
}

/// Whether an affiliation is in force.
pub fn in_force(affiliation: &Affiliation, now: u64) -> bool {
	affiliation.from <= now && affiliation.until.is_none_or(|until| now < until)
}
