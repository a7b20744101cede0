//! The wallet as the page knows it: it answers requests, one after the other or at the same time.

mod desk;
mod keys;

use crate::{
	account::Account,
	device::Locks,
	failure::{self, Trouble},
	host::Host,
	messages::{Answer, Ask, FailureKind, Message, Phase, Request, Started},
};
use anyhow::Result;
use futures::future::{AbortHandle, Abortable};
use std::{
	future::Future,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};
use vouchsafe_agent::{english::speech_of, keys::KeyFile};
use vouchsafe_protocol::types::{address, AccountKind};
use vouchsafe_speech::{Speech, LANGUAGES};
use vouchsafe_vault::passphrase::Cost;

/// After how long without a request the wallet locks itself.
const LOCKS_AFTER: Duration = Duration::from_secs(5 * 60);
/// How long after the passphrase something can be signed.
const SIGNS_FOR: Duration = Duration::from_secs(60);

/// The wallet. Cheap to clone.
#[derive(Clone)]
pub struct App<H: Host>(Arc<Inner<H>>);

struct Inner<H: Host> {
	host: H,
	cost: Cost,
	state: Mutex<State<H>>,
}

struct State<H: Host> {
	speech: &'static Speech,
	/// The address that the page was loaded from.
	origin: String,
	locks: Option<Locks>,
	/// A new account that is not kept yet.
	new: Option<Arc<KeyFile>>,
	/// The unlocked account.
	account: Option<Arc<Account<H>>>,
	/// When the person used it last.
	used: Instant,
	/// Since when something can be signed.
	signs_since: Option<Instant>,
	desk: Option<desk::Offer>,
	/// How often the wallet was locked: what began before is not shown afterwards.
	times_locked: u64,
	/// Ends the following of the chain, which has the account's keys in memory.
	following: Option<AbortHandle>,
}

/// A moment, by both of the device's clocks: one of them stops while a phone sleeps, and people set the
/// other one.
#[derive(Clone, Copy)]
struct Instant {
	elapsed: Duration,
	now: u64,
}

impl Instant {
	fn now(host: &impl Host) -> Self {
		Self { elapsed: host.elapsed(), now: host.now() }
	}

	/// The time since then, by the clock that says more.
	fn age(&self, host: &impl Host) -> Duration {
		let passed = host.elapsed().saturating_sub(self.elapsed);
		passed.max(Duration::from_secs(host.now().saturating_sub(self.now)))
	}
}

impl<H: Host> App<H> {
	/// A locked wallet. `cost` is that of new passphrases: [`Cost::USUAL`] but in tests.
	pub fn new(host: H, cost: Cost) -> Self {
		let used = Instant::now(&host);
		let state = State {
			speech: speech_of("en"),
			origin: String::new(),
			locks: None,
			new: None,
			account: None,
			used,
			signs_since: None,
			desk: None,
			times_locked: 0,
			following: None,
		};
		Self(Arc::new(Inner { host, cost, state: Mutex::new(state) }))
	}

	/// Answers a request by a message to the page.
	pub async fn handle(&self, request: Request) {
		let Request { id, ask } = request;
		let message = match self.answer(ask).await {
			Ok((answer, bytes)) => {
				return self.host().post(Message::Answer { id, answer: Box::new(answer) }, bytes);
			},
			Err(error) => Message::Failed { id, failure: failure::tell(&error, self.speech()) },
		};
		self.host().post(message, None);
	}

	/// Locks the wallet if nothing was asked for a while. To be called every few seconds.
	pub fn tick(&self) {
		let locks = {
			let state = self.state();
			state.account.is_some() && state.used.age(self.host()) >= LOCKS_AFTER
		};
		if locks {
			self.lock_now();
		}
	}

	/// Locks the wallet and tells the page.
	pub fn lock_now(&self) {
		self.lock();
		self.host().post(Message::Locked, None);
	}

	/// Follows the chain as long as the wallet is unlocked: tells the page of newer blocks and of new
	/// entries in the log. Ends when the wallet is locked.
	pub async fn follow(&self) {
		let (handle, registration) = AbortHandle::new_pair();
		self.state().following = Some(handle);
		let _ = Abortable::new(self.follow_on(), registration).await;
	}

	async fn follow_on(&self) {
		let mut pause = Duration::from_secs(1);
		while let Ok(account) = self.account() {
			match account.news(self.speech()).await {
				Ok(messages) => {
					pause = Duration::from_secs(1);
					messages.into_iter().for_each(|message| self.host().post(message, None));
				},
				Err(error) => {
					let failed = failure::tell(&error, self.speech());
					if failed.kind == FailureKind::Offline {
						let proof = account.offline();
						self.host().post(Message::Proof { proof }, None);
					}
					self.host().sleep(pause).await;
					pause = (pause * 2).min(Duration::from_secs(30));
				},
			}
		}
	}

	async fn answer(&self, ask: Ask) -> Result<(Answer, Option<Vec<u8>>)> {
		let answer = match ask {
			Ask::Start { language, origin } => self.start(&language, origin).await?,
			Ask::SetLanguage { language } => {
				self.state().speech = speech_of(&language);
				self.started()
			},
			Ask::MakeWords => self.make_words()?,
			Ask::CheckWords { text } => self.check_words(&text).await?,
			Ask::Create { passphrase } => self.create(&passphrase).await?,
			Ask::Restore { source, passphrase } => self.restore(source, &passphrase).await?,
			Ask::Unlock { secret } => self.unlock(secret).await?,
			Ask::Confirm { secret } => self.confirm(secret)?,
			Ask::Touch => {
				self.state().used = Instant::now(self.host());
				Answer::Done
			},
			Ask::Lock => {
				self.lock();
				Answer::Done
			},
			Ask::ShowWords { secret } => self.show_words(secret).await?,
			Ask::AddPasskey { credential, output } => {
				self.add_passkey(&credential, &output).await?
			},
			Ask::Passkeys => self.passkeys()?,
			Ask::RemovePasskeys => self.remove_passkeys().await?,
			Ask::Forget => self.forget().await?,
			Ask::ReadDeskCode { text } => self.read_desk_code(&text).await?,
			Ask::AcceptDeskCode => self.accept_desk_code().await?,
			Ask::Sign { digest } => {
				self.ensure_signs()?;
				self.account()?.sign(&digest, self.speech()).await?
			},
			Ask::ConfirmMember { account } => {
				self.ensure_signs()?;
				return self.from_account(Ask::ConfirmMember { account }).await;
			},
			Ask::Open { ids } => {
				self.ensure_signs()?;
				return self.from_account(Ask::Open { ids }).await;
			},
			other => return self.from_account(other).await,
		};
		Ok((answer, None))
	}

	/// What the unlocked account answers.
	async fn from_account(&self, ask: Ask) -> Result<(Answer, Option<Vec<u8>>)> {
		let account = self.account()?;
		self.while_open(account.answer(ask, self.speech())).await
	}

	/// What comes of this, unless the wallet was locked meanwhile: a locked wallet shows nothing.
	async fn while_open<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
		let before = self.state().times_locked;
		let done = work.await?;
		match self.state().times_locked == before {
			true => Ok(done),
			false => Err(Trouble::Locked.into()),
		}
	}

	fn host(&self) -> &H {
		&self.0.host
	}

	fn state(&self) -> MutexGuard<'_, State<H>> {
		self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn speech(&self) -> &'static Speech {
		self.state().speech
	}

	/// The unlocked account.
	fn account(&self) -> Result<Arc<Account<H>>, Trouble> {
		self.state().account.clone().ok_or(Trouble::Locked)
	}

	fn ensure_signs(&self) -> Result<(), Trouble> {
		match self.state().signs_since.is_some_and(|since| since.age(self.host()) < SIGNS_FOR) {
			true => Ok(()),
			false => Err(Trouble::ConfirmFirst),
		}
	}

	fn lock(&self) {
		let account = {
			let mut state = self.state();
			state.signs_since = None;
			(state.new, state.desk) = (None, None);
			state.times_locked = state.times_locked.wrapping_add(1);
			state.following.take().into_iter().for_each(|it| it.abort());
			state.account.take()
		};
		if let Some(account) = account {
			account.close();
		}
	}

	async fn start(&self, language: &str, origin: String) -> Result<Answer> {
		let stored = self.host().load().await?;
		let locks = Locks::find(&stored)?;
		{
			let mut state = self.state();
			state.speech = speech_of(language);
			state.origin = origin;
			state.locks = locks;
		}
		Ok(self.started())
	}

	/// Where the wallet is.
	fn started(&self) -> Answer {
		let state = self.state();
		let account = state.account.as_ref();
		let kind = account.and_then(|it| it.kind());
		let phase = match (account, &state.locks) {
			(None, None) => Phase::Empty,
			(None, Some(_)) => Phase::Locked,
			(Some(_), _) if kind.is_none() => Phase::NotEnrolled,
			(Some(_), _) => Phase::Open,
		};
		Answer::Started(Started {
			phase,
			language: state.speech.language().to_owned(),
			languages: LANGUAGES.map(str::to_owned).to_vec(),
			account: account.map(|it| address(&it.account())).unwrap_or_default(),
			kind: kind.map(|kind| match kind {
				AccountKind::Patient => crate::messages::AccountKind::Patient,
				AccountKind::Practitioner => crate::messages::AccountKind::Practitioner,
				_ => crate::messages::AccountKind::Other,
			}),
			server: account.and_then(|it| it.server()),
			has_passkey: state.locks.as_ref().is_some_and(|it| it.passkeys().next().is_some()),
			has_backup: account.is_some_and(|it| it.has_backup()),
			version: env!("CARGO_PKG_VERSION").to_owned(),
		})
	}
}
