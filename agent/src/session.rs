//! A session: a connection to a node, the home folder, the user's key, and names of accounts.

use crate::{english::ENGLISH, home::Home, keys::Identity, names::Names};
use anyhow::{bail, Context, Result};
use std::sync::Arc;
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
				name: crate::text::plain(&String::from_utf8_lossy(&institution.name)),
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

/// Whether an affiliation is in force.
pub fn in_force(affiliation: &Affiliation, now: u64) -> bool {
	affiliation.from <= now && affiliation.until.is_none_or(|until| now < until)
}
