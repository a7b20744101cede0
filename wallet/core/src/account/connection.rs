//! Connections to custodians, and what is proven of the chain.

use super::{locked, Account, FOLDER, KIND, MEMBERS_FOR, NETWORK, TRUSTED};
use crate::{
	failure::Trouble,
	guard::Guarded,
	host::Host,
	messages::{Message, Proof},
	platform::{Session, WalletClock, WalletCustodians, WalletProgress},
};
use anyhow::{Context as _, Result};
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use vouchsafe_agent::{platform::Keep as _, session::Parts};
use vouchsafe_protocol::{
	errors::{ChainError, CustodianError},
	holders::Member,
	messages::{Hex, MAX_NAME},
	proof::Trusted,
	proven::AHEAD,
	remote::CustodianChain,
	rest::RestCustodian,
	signing::SharedSigner,
	traits::{Custodian as _, Submit as _, View as _},
	types::{AccountId, AccountKind, H256},
};
use vouchsafe_speech::Speech;

/// After how many seconds the newest block is old: a chain without calls makes one every ten seconds.
const OLD: u64 = 60;
/// How many of a hospital's staff are named at most.
const MAX_STAFF: usize = 50;
/// How many custodians show the chain.
const CUSTODIANS: usize = 3;

/// How the chain is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
	/// Hash of the genesis block.
	pub genesis: Hex<32>,
	/// Custodians: address and institution. The first one serves this page, or enrolled the account.
	pub custodians: Vec<(String, Hex<32>)>,
}

impl Network {
	/// The hash of the genesis block.
	pub fn genesis(&self) -> H256 {
		self.genesis.into()
	}

	/// The chain over these custodians, with unsigned questions.
	pub fn chain<H: Host>(
		&self,
		host: &H,
		kept: Option<Trusted>,
	) -> Result<CustodianChain<H::Transport>> {
		let custodians: Vec<_> =
			self.custodians.iter().map(|(url, it)| (url.clone(), (*it).into())).collect();
		Ok(CustodianChain::new(host.transport(), self.genesis(), &custodians, kept)?)
	}
}

/// The network of the custodian that serves the page.
pub async fn network_of<H: Host>(host: &H, origin: &str) -> Result<Network> {
	if origin.is_empty() {
		return Err(Trouble::NoNetwork.into());
	}
	// Nothing is signed for it yet.
	let nobody = (AccountId::new([0; 32]), H256::zero());
	let custodian: RestCustodian<H::Transport> =
		RestCustodian::new(origin, nobody.0, nobody.1, host.transport())?;
	let about =
		custodian.without_retries().about().await.map_err(|error| match error.may_pass() {
			true => anyhow::Error::from(error),
			false => Trouble::NoNetwork.into(),
		})?;
	let institution = about.institution.ok_or(Trouble::NoNetwork)?;
	Ok(Network { genesis: about.genesis, custodians: vec![(origin.to_owned(), institution)] })
}

impl<H: Host> Account<H> {
	/// Reads whether the account is enrolled. Custodians answer only enrolled accounts what is not public.
	pub async fn connect(&self) -> Result<()> {
		let public = self.any_session().await?;
		let signer: SharedSigner = Arc::new(self.identity.signer.clone());
		let chain = public.chain.chain.with_signer(Some(signer));
		let enrolled = async {
			let at = chain.finalized().await?;
			at.account(&self.account()).await
		};
		let found = match enrolled.await.map_err(anyhow::Error::from) {
			Err(error) if is_refused(&error) => None,
			found => found?,
		};
		if let Some(found) = found {
			let session = Arc::new(self.begin(chain).await?);
			*self.session.lock().await = Some((self.host.elapsed(), session.clone()));
			self.keep.write(FOLDER, KIND, found.kind.word().as_bytes()).await?;
			{
				let mut known = locked(&self.known);
				(known.kind, known.is_connected) = (Some(found.kind), true);
			}
			self.synchronise(&session).await;
			if found.kind == AccountKind::Patient {
				self.learn_staff(&session).await;
			}
			self.renew_session().await?;
		}
		Ok(())
	}

	/// Exchanges names, texts, labels and settings with two custodians. The wallet works without.
	pub(super) async fn synchronise(&self, session: &Session<H>) {
		let outcome = vouchsafe_agent::synced::synchronise(session, false).await;
		locked(&self.known).synced = outcome.ok();
	}

	/// Asks the custodians for the names of the staff in the log and in requests. A hospital names only
	/// those who are proven to work there, or to have worked there.
	pub(super) async fn learn_staff(&self, session: &Session<H>) {
		let Ok(at) = session.finalized().await else { return };
		let custodians = session.chain.chain.custodians();
		let asked = custodians.iter().map(|it| it.names(&self.identity.signer));
		let answers = join_all(asked).await;
		for (custodian, answer) in custodians.iter().zip(answers) {
			let Ok(answer) = answer else { continue };
			for staff in answer.names.into_iter().take(MAX_STAFF) {
				let (account, institution) = (staff.account.into(), &custodian.institution);
				let works_there = at.all_affiliations(&account).await;
				let works_there =
					works_there.is_ok_and(|all| all.iter().any(|(it, _)| it == institution));
				if works_there && staff.name.len() <= MAX_NAME {
					let named = (institution.clone(), staff.name);
					locked(&self.known).staff.entry(account).or_insert(named);
				}
			}
		}
	}

	/// Whose word the name of an account is, if it is only somebody's word.
	pub(super) fn named_by(&self, session: &Session<H>, account: &AccountId) -> String {
		let known = locked(&self.known);
		match known.staff.get(account).filter(|_| session.names.is_word(account)) {
			Some((institution, _)) => session.names.show(institution),
			None => String::new(),
		}
	}

	/// Sets the network, such as from a registration desk's code, and keeps it.
	pub async fn set_network(&self, network: Network) -> Result<()> {
		self.keep.write(FOLDER, NETWORK, &serde_json::to_vec(&Some(&network))?).await?;
		locked(&self.known).network = Some(network);
		*self.session.lock().await = None;
		Ok(())
	}

	/// The network, if it is known.
	pub fn network(&self) -> Option<Network> {
		locked(&self.known).network.clone()
	}

	fn is_connected(&self) -> bool {
		locked(&self.known).is_connected
	}

	/// The session of an enrolled account.
	pub(super) async fn session(&self) -> Result<Arc<Session<H>>> {
		if !self.is_connected() {
			self.connect().await?;
		}
		match self.is_connected() {
			true => self.any_session().await,
			false => Err(Trouble::NotEnrolled.into()),
		}
	}

	/// A session with the members as they are now, or were less than a minute ago. If the account is not
	/// enrolled, it reads only what is public.
	async fn any_session(&self) -> Result<Arc<Session<H>>> {
		if let Some((since, session)) = &*self.session.lock().await {
			let is_new = self.host.elapsed().saturating_sub(*since) < MEMBERS_FOR;
			let speech = locked(&self.known).speech.unwrap_or(session.speech);
			if is_new && session.speech.language() == speech.language() {
				return Ok(session.clone());
			}
		}
		self.renew_session().await
	}

	/// A session with the members as they are now.
	pub(super) async fn renew_session(&self) -> Result<Arc<Session<H>>> {
		let mut kept = self.session.lock().await;
		let session = match kept.as_ref() {
			Some((_, session)) => self.begin(session.chain.chain.clone()).await,
			None => self.begin_anew().await,
		};
		let session = Arc::new(session?);
		*kept = Some((self.host.elapsed(), session.clone()));
		Ok(session)
	}

	/// A session of its own, which can be changed.
	pub(super) async fn own_session(&self) -> Result<Session<H>> {
		let session = self.session().await?;
		self.begin(session.chain.chain.clone()).await
	}

	async fn begin_anew(&self) -> Result<Session<H>> {
		let network = match self.network() {
			Some(network) => network,
			None => network_of(&self.host, &self.origin).await?,
		};
		let kept = self.keep.read(FOLDER, TRUSTED).await?;
		let kept = kept.and_then(|bytes| Trusted::from_bytes(&bytes, network.genesis()).ok());
		let chain = network.chain(&self.host, kept)?;
		let session = self.begin(chain).await?;
		let better = better_network(&network, &session.members);
		if better == network {
			if self.network().is_none() {
				self.keep_network(&network).await?;
			}
			return Ok(session);
		}
		// Others can prove newer blocks, so one alone cannot hide them.
		self.keep_network(&better).await?;
		let chain = better.chain(&self.host, session.chain.chain.trusted())?;
		self.begin(chain).await
	}

	async fn keep_network(&self, network: &Network) -> Result<()> {
		self.keep.write(FOLDER, NETWORK, &serde_json::to_vec(&Some(network))?).await?;
		locked(&self.known).network = Some(network.clone());
		Ok(())
	}

	async fn begin(&self, chain: CustodianChain<H::Transport>) -> Result<Session<H>> {
		let genesis = chain.genesis();
		let parts = Parts {
			chain: Guarded { chain, approval: self.approval.clone() },
			custodians: WalletCustodians { host: self.host.clone(), genesis },
			keep: self.keep.clone(),
			clock: WalletClock(self.host.clone()),
			progress: WalletProgress(self.host.clone()),
		};
		let mut session = Session::new(parts, Some(self.identity.clone()), false).await?;
		if let Some(speech) = locked(&self.known).speech {
			session.speech = speech;
		}
		for (account, (_, name)) in &locked(&self.known).staff {
			session.names.add_staff(name, account.clone());
		}
		if let Some(trusted) = session.chain.chain.trusted() {
			self.keep.write(FOLDER, TRUSTED, &trusted.to_bytes()).await?;
		}
		let server = self.network().and_then(|it| it.custodians.first().map(|(_, it)| *it));
		if let Some(server) = server {
			locked(&self.known).server = Some(session.names.show(&server.into()));
		}
		Ok(session)
	}

	/// What is proven now.
	pub(super) async fn proof(&self, speech: &Speech) -> Result<Proof> {
		let session = self.any_session().await?;
		let at = session.finalized().await?;
		Ok(self.proof_of(&session, at.number(), at.time().await.ok(), speech))
	}

	/// What is proven by a block of this number and time.
	pub(super) fn proof_of(
		&self,
		session: &Session<H>,
		block: u32,
		time: Option<u64>,
		speech: &Speech,
	) -> Proof {
		let time = time.filter(|time| *time > 0);
		let age = time.map(|time| self.host.now().saturating_sub(time));
		let chain = &session.chain.chain;
		let behind = chain.custodians().iter().zip(chain.last_answers());
		let behind = behind
			.filter(|(_, said)| {
				said.as_ref().is_some_and(|said| match said {
					Ok(number) => number.saturating_add(1) < block,
					Err(_) => true,
				})
			})
			.map(|(custodian, _)| session.names.show(&custodian.institution))
			.collect();
		let proof = Proof {
			block,
			time: time.map(|time| speech.moment(time)).unwrap_or_default(),
			age,
			is_old: age.is_none_or(|age| age >= OLD)
				|| time.is_some_and(|time| time.saturating_sub(self.host.now()) > AHEAD),
			behind,
			is_offline: false,
		};
		locked(&self.known).last_proof = Some(proof.clone());
		proof
	}

	/// What was proven last, when nobody answers.
	pub fn offline(&self) -> Proof {
		let nothing = Proof {
			block: 0,
			time: String::new(),
			age: None,
			is_old: true,
			behind: vec![],
			is_offline: true,
		};
		let last = locked(&self.known).last_proof.clone().unwrap_or(nothing);
		Proof { is_old: true, is_offline: true, ..last }
	}

	/// Waits for a newer block, and says what is new.
	pub async fn news(&self, speech: &Speech) -> Result<Vec<Message>> {
		let session = self.any_session().await?;
		let chain = &session.chain.chain;
		let known = chain.trusted().map_or(0, |it| it.head().number);
		chain.await_newer(known).await?;
		let at = session.finalized().await?;
		let time = at.time().await.ok();
		let mut messages =
			vec![Message::Proof { proof: self.proof_of(&session, at.number(), time, speech) }];
		if !self.is_connected() {
			return Ok(messages);
		}
		let (count, _) = at.audit_head(&self.account()).await?;
		let before = std::mem::replace(&mut locked(&self.known).lines, count);
		if before != count {
			messages.push(Message::Changed);
		}
		Ok(messages)
	}
}

/// Whether a custodian has refused something.
pub(super) fn is_refused(error: &anyhow::Error) -> bool {
	error.chain().any(|cause| {
		let chain = cause.downcast_ref::<ChainError>();
		let refused = |error: &CustodianError| matches!(error, CustodianError::NoAccess);
		cause.downcast_ref().is_some_and(refused)
			|| chain.is_some_and(|it| matches!(it, ChainError::Custodian(error) if refused(error)))
	})
}

/// The custodians of a network and of its members, the first ones first, at most [`CUSTODIANS`].
fn better_network(network: &Network, members: &[Member]) -> Network {
	let mut custodians = network.custodians.clone();
	for member in members.iter().filter(|member| member.is_active()) {
		let Some((url, _)) = &member.custodian else { continue };
		let account = Hex::from(&member.account);
		let is_known = custodians.iter().any(|(_, it)| *it == account);
		if !is_known && custodians.len() < CUSTODIANS {
			custodians.push((url.clone(), account));
		}
	}
	Network { genesis: network.genesis, custodians }
}

/// A member's account from text of the page.
pub(super) fn account_of(text: &str) -> Result<AccountId> {
	vouchsafe_protocol::types::account_of(text).context("this is not the address of an account")
}
