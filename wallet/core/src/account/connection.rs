//! Connections to custodians, and what is proven of the chain.

use super::{locked, practitioner, Account, FOLDER, KIND, MEMBERS_FOR, NETWORK, SESSION, TRUSTED};
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
use vouchsafe_agent::{platform::Keep as _, session::Parts, synced::SyncError};
use vouchsafe_protocol::{
	errors::{ChainError, CustodianError},
	holders::Member,
	messages::{Hex, MAX_NAME},
	proof::Trusted,
	proven::AHEAD,
	remote::CustodianChain,
	rest::RestCustodian,
	traits::{Custodian as _, Submit as _, View as _},
	types::{AccountId, AccountKind, H256},
};
use vouchsafe_speech::Speech;

/// After how many seconds the newest block is old: a chain without calls makes one every ten seconds.
const OLD: u64 = 60;
/// How many of a hospital's staff are named at most.
const MAX_STAFF: usize = 50;
/// How many custodians show the chain.
pub(super) const CUSTODIANS: usize = 3;

/// How the chain is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
	/// Hash of the genesis block.
	pub genesis: Hex<32>,
	/// Custodians: address and institution. The first one serves this page, or enrolled the account, unless
	/// the person has chosen others.
	pub custodians: Vec<(String, Hex<32>)>,
	/// Whether the person has chosen these institutions. Otherwise others take the place of those that leave.
	#[serde(default, skip_serializing_if = "std::ops::Not::not")]
	pub is_chosen: bool,
}

impl Network {
	/// The hash of the genesis block.
	pub fn genesis(&self) -> H256 {
		self.genesis.into()
	}

	/// The chain over these custodians, with unsigned questions. It must be that of the release's
	/// checkpoint, if it has one: every way to a chain comes by here.
	pub fn chain<H: Host>(
		&self,
		host: &H,
		kept: Option<Trusted>,
	) -> Result<CustodianChain<H::Transport>> {
		let kept = first_block(host.checkpoint().as_deref(), self.genesis(), kept)?;
		let custodians: Vec<_> =
			self.custodians.iter().map(|(url, it)| (url.clone(), (*it).into())).collect();
		Ok(CustodianChain::new(host.transport(), self.genesis(), &custodians, kept)?)
	}
}

/// The block from which the chain of this genesis block is proven: the newer one of the checkpoint and of
/// what was kept. None if it is proven from the genesis block.
fn first_block(
	checkpoint: Option<&str>,
	genesis: H256,
	kept: Option<Trusted>,
) -> Result<Option<Trusted>, Trouble> {
	let Some(checkpoint) = checkpoint else { return Ok(kept) };
	let checkpoint = Trusted::from_checkpoint(checkpoint).map_err(|_| Trouble::Checkpoint)?;
	if checkpoint.genesis() != genesis {
		return Err(Trouble::OtherChain);
	}
	Ok(Some(match kept {
		Some(kept) => checkpoint.newer(kept),
		None => checkpoint,
	}))
}

/// The network of the custodian that serves the page.
pub(super) async fn network_of<H: Host>(host: &H) -> Result<Network> {
	let origin = host.origin();
	// Nothing is signed for it yet.
	let nobody = (AccountId::new([0; 32]), H256::zero());
	let custodian: RestCustodian<H::Transport> =
		RestCustodian::new(&origin, nobody.0, nobody.1, host.transport())?;
	let about =
		custodian.without_retries().about().await.map_err(|error| match error.may_pass() {
			true => anyhow::Error::from(error),
			false => Trouble::NoNetwork.into(),
		})?;
	let institution = about.institution.ok_or(Trouble::NoNetwork)?;
	let custodians = vec![(origin, institution)];
	Ok(Network { genesis: about.genesis, custodians, is_chosen: false })
}

impl<H: Host> Account<H> {
	/// Reads whether the account is enrolled. Custodians answer only enrolled accounts what is not public.
	/// What other devices have changed is read at once on a device that is new to the account, and otherwise
	/// after the first screen ([`settle`](Self::settle)), but before anything is permitted or signed.
	pub(super) async fn connect(&self) -> Result<()> {
		let was_known = self.kind().is_some();
		let public = self.any_session().await?;
		self.ensure_delegated(public.genesis()).await?;
		let chain = public.chain.chain.with_signer(Some(self.identity.signer.clone()));
		let enrolled = async {
			let at = chain.finalized().await?;
			at.account(&self.account()).await
		};
		let found = match enrolled.await.map_err(anyhow::Error::from) {
			Err(error) if is_refused(&error) => None,
			found => found?,
		};
		if let Some(found) = found {
			if found.kind == AccountKind::Practitioner {
				self.keep.store_only(practitioner::stays).await?;
			}
			let session = Arc::new(self.begin(chain).await?);
			*self.session.lock().await = Some((self.host.elapsed(), session.clone()));
			self.keep.write(FOLDER, KIND, found.kind.word().as_bytes()).await?;
			{
				let mut known = locked(&self.known);
				(known.kind, known.is_connected) = (Some(found.kind), true);
			}
			self.note_desks(&session, found.kind).await?;
			// A practitioner's device keeps nothing, so it is new each time.
			match was_known && found.kind != AccountKind::Practitioner {
				true => locked(&self.known).is_behind = true,
				false => self.catch_up(&session).await?,
			}
		}
		Ok(())
	}

	/// Learns what other devices and hospitals know for this account: synced data and names.
	async fn catch_up(&self, session: &Session<H>) -> Result<()> {
		self.synchronise(session).await;
		if self.kind() == Some(AccountKind::Patient) {
			self.learn_staff(session).await;
		}
		self.renew_session().await.map(drop)
	}

	/// Catches up, unless that was done.
	async fn caught_up(&self) -> Result<()> {
		let _only_one = self.catching_up.lock().await;
		if locked(&self.known).is_behind {
			self.catch_up(&*self.session().await?).await?;
			locked(&self.known).is_behind = false;
			self.host.post(Message::Changed, None);
		}
		Ok(())
	}

	/// What nobody waits for: catching up after the wallet was unlocked, and synced data after a signature.
	pub(super) async fn settle(&self) -> Result<()> {
		self.caught_up().await?;
		if locked(&self.known).is_unsynced {
			let session = self.session().await?;
			locked(&self.known).is_unsynced = false;
			self.synchronise(&session).await;
		}
		Ok(())
	}

	/// Connects after a refusal of the extension, which is asked again.
	pub(super) async fn delegate(&self) -> Result<()> {
		if let Some(extension) = &self.extension {
			extension.ask_again();
		}
		match self.is_connected() {
			true => self.session().await.map(drop),
			false => self.connect().await,
		}
	}

	/// Has the extension, if one has the account's key, let the session key make requests.
	async fn ensure_delegated(&self, genesis: H256) -> Result<()> {
		let Some(extension) = &self.extension else { return Ok(()) };
		if let Some(session) = extension.delegate(genesis).await? {
			self.keep.write(FOLDER, SESSION, &session).await?;
		}
		Ok(())
	}

	/// Exchanges names, texts, labels and settings with two custodians. The wallet works without.
	pub(super) async fn synchronise(&self, session: &Session<H>) {
		let outcome = vouchsafe_agent::synced::synchronise(session, false).await;
		for (institution, problem) in outcome.iter().flat_map(|it| &it.problems) {
			if let SyncError::Rollback { .. } = problem {
				let text = session.speech.wallet_synced_older(session.names.show(institution));
				self.host.post(Message::Notice { text }, None);
			}
		}
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
				// An institution can affiliate anybody. It counts once the person has accepted it.
				let works_there = at.all_affiliations(&account).await.is_ok_and(|all| {
					all.iter().any(|(it, affiliation)| it == institution && affiliation.accepted)
				});
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
	pub(super) async fn set_network(&self, network: Network) -> Result<()> {
		self.keep.write(FOLDER, NETWORK, &serde_json::to_vec(&Some(&network))?).await?;
		locked(&self.known).network = Some(network);
		*self.session.lock().await = None;
		Ok(())
	}

	/// The network, if it is known.
	pub(super) fn network(&self) -> Option<Network> {
		locked(&self.known).network.clone()
	}

	fn is_connected(&self) -> bool {
		locked(&self.known).is_connected
	}

	/// The session of an enrolled account.
	pub(super) async fn session(&self) -> Result<Arc<Session<H>>> {
		if !self.is_connected() {
			self.connect().await?;
		} else if let Some(network) = self.network() {
			self.ensure_delegated(network.genesis()).await?;
		}
		match self.is_connected() {
			true => self.any_session().await,
			false => Err(Trouble::NotEnrolled.into()),
		}
	}

	/// A session with the members as they are now, or were less than a minute ago. If the account is not
	/// enrolled, it reads only what is public.
	pub(super) async fn any_session(&self) -> Result<Arc<Session<H>>> {
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

	/// The same, to permit something: only once the words are saved.
	pub(super) async fn session_to_permit(&self) -> Result<Arc<Session<H>>> {
		if !self.has_backup() {
			return Err(Trouble::Backup.into());
		}
		self.session_to_sign().await?;
		self.renew_session().await
	}

	/// The same, to sign something: another device may know that a member's key has changed.
	pub(super) async fn session_to_sign(&self) -> Result<Arc<Session<H>>> {
		self.session().await?;
		self.caught_up().await?;
		self.session().await
	}

	/// A session of its own, which can be changed.
	pub(super) async fn own_session(&self) -> Result<Session<H>> {
		let session = self.session().await?;
		self.begin(session.chain.chain.clone()).await
	}

	async fn begin_anew(&self) -> Result<Session<H>> {
		let network = match self.network() {
			Some(network) => network,
			None => network_of(&self.host).await?,
		};
		let kept = self.keep.read(FOLDER, TRUSTED).await?;
		let kept = kept.and_then(|bytes| Trusted::from_bytes(&bytes, network.genesis()).ok());
		let chain = network.chain(&self.host, kept.clone())?;
		let session = match self.begin(chain).await {
			Ok(session) => session,
			// Those that were chosen may be gone: the page's own server may still answer.
			Err(error) => {
				let served = network_of(&self.host).await;
				return match served.ok().filter(|served| served.genesis == network.genesis) {
					Some(served) => self.begin(served.chain(&self.host, kept)?).await,
					None => Err(error),
				};
			},
		};
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

	/// Talks with these institutions' custodians from now on, if they prove the chain. If none is named, the
	/// wallet chooses.
	pub(super) async fn choose_custodians(&self, institutions: &[String]) -> Result<()> {
		let session = self.renew_session().await?;
		let chosen: Vec<AccountId> =
			institutions.iter().map(|it| account_of(it)).collect::<Result<_>>()?;
		let network = chosen_network(&session.chain.genesis(), &session.members, &chosen)?;
		let trusted = session.chain.chain.trusted();
		let chain =
			network.chain(&self.host, trusted)?.with_signer(Some(self.identity.signer.clone()));
		// One that answers nothing true is not chosen.
		let session = Arc::new(self.begin(chain).await?);
		session.fresh().await?;
		self.keep_network(&network).await?;
		*self.session.lock().await = Some((self.host.elapsed(), session));
		Ok(())
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
	pub(super) fn offline(&self) -> Proof {
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
	pub(super) async fn news(&self, speech: &Speech) -> Result<Vec<Message>> {
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
		// Most often the news is the account's own call, whose proof the person waits for. The next block
		// brings the rest.
		if self.signing.try_lock().is_none() {
			return Ok(messages);
		}
		let (count, _) = at.audit_head(&self.account()).await?;
		let before = std::mem::replace(&mut locked(&self.known).lines, count);
		let is_new = match self.kind() {
			Some(AccountKind::Practitioner) => self.is_answered(&at).await?,
			_ => before != count,
		};
		if is_new {
			if self.kind() == Some(AccountKind::Patient) {
				// Somebody may be in the log whom nobody has named yet.
				self.learn_staff(&session).await;
				self.renew_session().await?;
			}
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

/// A network as its proven members are now. A custodian's address is the one that its institution names. What
/// has left is left out. Unless the person has chosen, others fill up to [`CUSTODIANS`]. A network of which
/// nobody takes part any more stays as it is.
fn better_network(network: &Network, members: &[Member]) -> Network {
	let able = || members.iter().filter(|member| member.is_active() && member.custodian.is_some());
	let named = |member: &Member| {
		let (url, _) = member.custodian.as_ref()?;
		Some((url.clone(), Hex::from(&member.account)))
	};
	let mut custodians = Vec::new();
	for (place, (url, account)) in network.custodians.iter().enumerate() {
		let Some(member) = able().find(|it| Hex::from(&it.account) == *account) else { continue };
		match place {
			// The page's own server, perhaps by another address than the one that its institution names.
			0 if !network.is_chosen => custodians.push((url.clone(), *account)),
			_ => custodians.extend(named(member)),
		}
	}
	let mut others = able()
		.filter_map(named)
		.filter(|(_, it)| network.custodians.iter().all(|(_, known)| known != it));
	while !network.is_chosen && custodians.len() < CUSTODIANS {
		let Some(next) = others.next() else { break };
		custodians.push(next);
	}
	match custodians.is_empty() {
		true => network.clone(),
		false => Network { custodians, ..network.clone() },
	}
}

/// The network of these institutions. If none is named, that of the first ones that take part.
fn chosen_network(genesis: &H256, members: &[Member], chosen: &[AccountId]) -> Result<Network> {
	if chosen.len() > CUSTODIANS {
		return Err(Trouble::Input(chosen.len().to_string()).into());
	}
	let mut custodians = Vec::new();
	for account in chosen {
		let member = members.iter().find(|member| member.account == *account);
		let found = member.filter(|it| it.is_active()).and_then(|it| it.custodian.as_ref());
		let (url, _) = found.context("this institution has no custodian, or does not take part")?;
		if custodians.iter().all(|(_, it)| *it != Hex::from(account)) {
			custodians.push((url.clone(), Hex::from(account)));
		}
	}
	let network = Network { genesis: Hex(genesis.0), custodians, is_chosen: !chosen.is_empty() };
	Ok(better_network(&network, members))
}

/// A member's account from text of the page.
pub(super) fn account_of(text: &str) -> Result<AccountId> {
	vouchsafe_protocol::types::account_of(text).context("this is not the address of an account")
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_protocol::types::Status;

	fn account(id: u8) -> AccountId {
		AccountId::new([id; 32])
	}

	fn url(id: u8) -> String {
		format!("https://hospital-{id}.example")
	}

	fn member(id: u8) -> Member {
		Member {
			account: account(id),
			kind: AccountKind::Institution,
			status: Status::Active,
			name: format!("Hospital {id}"),
			country: "DE".into(),
			custodian: Some((url(id), [id; 32])),
		}
	}

	fn network(ids: &[u8], is_chosen: bool) -> Network {
		let custodians = ids.iter().map(|id| (url(*id), Hex([*id; 32]))).collect();
		Network { genesis: Hex([9; 32]), custodians, is_chosen }
	}

	#[test]
	fn custodians_are_not_chosen_once_and_for_all() {
		let all: Vec<_> = (1..=4).map(member).collect();
		assert_eq!(better_network(&network(&[2], false), &all), network(&[2, 1, 3], false));
		// One leaves, one moves.
		let mut later = all.clone();
		later[0].status = Status::Ended;
		later[2].custodian = Some(("https://elsewhere.example".into(), [3; 32]));
		let mut expected = network(&[2, 3, 4], false);
		expected.custodians[1].0 = "https://elsewhere.example".into();
		assert_eq!(better_network(&network(&[2, 1, 3], false), &later), expected);
		// The page's server may be known by another address.
		let mut served = network(&[2, 1], false);
		served.custodians[0].0 = "http://localhost:1".into();
		assert_eq!(better_network(&served, &all).custodians[0].0, "http://localhost:1");
		// Without anybody left, the last ones are asked.
		assert_eq!(better_network(&network(&[2, 1], false), &[]), network(&[2, 1], false));
	}

	#[test]
	fn what_a_person_chose_stays() {
		let all: Vec<_> = (1..=4).map(member).collect();
		let choose = |ids: &[u8]| {
			let ids: Vec<_> = ids.iter().map(|id| account(*id)).collect();
			chosen_network(&H256([9; 32]), &all, &ids)
		};
		let chosen = choose(&[4]).unwrap();
		assert_eq!(chosen, network(&[4], true));
		assert_eq!(better_network(&chosen, &all), chosen, "nobody is added");
		assert_eq!(choose(&[4, 4, 1]).unwrap(), network(&[4, 1], true));
		assert_eq!(choose(&[]).unwrap(), network(&[1, 2, 3], false));
		assert!(choose(&[1, 2, 3]).is_ok() && choose(&[1, 2, 3, 4]).is_err());
		assert!(choose(&[7]).is_err(), "not a member");
		let mut left = all.clone();
		left[3].status = Status::Ended;
		assert!(chosen_network(&H256([9; 32]), &left, &[account(4)]).is_err());
	}

	#[test]
	fn a_network_that_was_kept_before_is_read() {
		let before = r#"{"genesis":"GENESIS","custodians":[["https://hospital-2.example","ID"]]}"#;
		let hex = |byte: &str| format!("0x{}", byte.repeat(32));
		let before = before.replace("GENESIS", &hex("09")).replace("ID", &hex("02"));
		assert_eq!(serde_json::from_str::<Network>(&before).unwrap(), network(&[2], false));
		let written = serde_json::to_string(&network(&[2], true)).unwrap();
		assert_eq!(serde_json::from_str::<Network>(&written).unwrap(), network(&[2], true));
	}
}
