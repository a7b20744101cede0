//! The wallet as the page knows it: it answers requests, one after the other or at the same time.

mod keys;

use crate::{
	device::Locks,
	extension::{Prompts, Secrets},
	failure::{self, Trouble},
	host::Host,
	messages::{Answer, Ask, FailureKind, FileView, Message, Phase, Request, Started},
	unlocked::{Question, Reply, Unlocked},
};
use anyhow::Result;
use futures::future::{AbortHandle, Abortable};
use std::{
	future::Future,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};
use vouchsafe_agent::english::{learn, speech_of, unknown};
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
	/// What extensions are asked. It is also needed while an account opens.
	prompts: Prompts,
	state: Mutex<State<H>>,
}

struct State<H: Host> {
	speech: &'static Speech,
	locks: Option<Locks>,
	/// A new account that is not kept yet.
	new: Option<Arc<Secrets>>,
	/// The unlocked account.
	account: Option<Arc<dyn Unlocked<H>>>,
	/// When the person used it last.
	used: Instant,
	/// Since when something can be signed.
	signs_since: Option<Instant>,
	/// How often the wallet was locked: what began before is not shown afterwards.
	times_locked: u64,
	/// End what goes on without a request: it has the account's keys in memory.
	background: Vec<AbortHandle>,
}

/// What is beside a request of the page.
pub struct Beside<H: Host> {
	/// The bytes of a document.
	pub bytes: Option<Vec<u8>>,
	/// A file to write into.
	pub file: Option<H::Target>,
}

impl<H: Host> Default for Beside<H> {
	fn default() -> Self {
		Self { bytes: None, file: None }
	}
}

/// A moment, by both of the device's clocks: one of them stops while a phone sleeps, and people set the
/// other one.
#[derive(Clone, Copy)]
pub(crate) struct Instant {
	elapsed: Duration,
	now: u64,
}

impl Instant {
	pub(crate) fn now(host: &impl Host) -> Self {
		Self { elapsed: host.elapsed(), now: host.now() }
	}

	/// The time since then, by the clock that says more.
	pub(crate) fn age(&self, host: &impl Host) -> Duration {
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
			locks: None,
			new: None,
			account: None,
			used,
			signs_since: None,
			times_locked: 0,
			background: vec![],
		};
		let (prompts, state) = (Prompts::default(), Mutex::new(state));
		Self(Arc::new(Inner { host, cost, prompts, state }))
	}

	/// Answers a request by a message to the page.
	pub async fn handle(&self, request: Request, beside: Beside<H>) {
		self.lock_if_left();
		let Request { id, ask } = request;
		let Beside { bytes, file } = beside;
		let answer = |answer| Message::Answer { id, answer: Box::new(answer) };
		let failed = match ask {
			Ask::SaveLarge { id: record } => match self.save_large(&record, file, id).await {
				Ok((view, file)) => {
					return self.host().post_file(answer(Answer::File(view)), &file);
				},
				Err(error) => error,
			},
			ask => match self.answer(ask, id, bytes).await {
				Ok((said, bytes)) => return self.host().post(answer(said), bytes),
				Err(error) => error,
			},
		};
		let failure = failure::tell(&failed, self.speech());
		self.host().post(Message::Failed { id, failure }, None);
	}

	/// Does the work that an answer left for later, until the wallet is locked. To be called after each answer,
	/// and not to be waited for: custodians can take minutes.
	pub async fn settle(&self) {
		if let Ok(account) = self.account() {
			self.in_background(account.settle()).await;
		}
	}

	/// Goes on with this until it is done, or until the wallet is locked.
	pub(crate) async fn in_background<T>(&self, work: impl Future<Output = T>) {
		let (handle, registration) = AbortHandle::new_pair();
		{
			let background = &mut self.state().background;
			background.retain(|it| !it.is_aborted());
			background.push(handle.clone());
		}
		let _ = Abortable::new(work, registration).await;
		// So that nobody keeps it any longer.
		handle.abort();
	}

	async fn save_large(
		&self,
		record: &str,
		file: Option<H::Target>,
		request: u32,
	) -> Result<(FileView, H::Target)> {
		let account = self.account()?;
		let saving = account.save_large(record.to_owned(), file, request, self.speech());
		let saved = self.while_open(saving).await;
		if self.account().is_err() {
			self.host().remove_own_files();
		}
		saved
	}

	/// Locks the wallet if nothing was asked for a while, and closes documents whose opening has ended. To be
	/// called every few seconds.
	pub fn tick(&self) {
		self.lock_if_left();
		if self.account().is_ok_and(|account| account.close_ended()) {
			self.host().post(Message::Changed, None);
		}
	}

	/// Locks the wallet if nothing was asked for a while. Timers stand still while a device sleeps, so each
	/// request looks, too. New words that nobody kept are forgotten in the same way.
	fn lock_if_left(&self) {
		let is_left = {
			let state = self.state();
			let has_keys = state.account.is_some() || state.new.is_some();
			has_keys && state.used.age(self.host()) >= LOCKS_AFTER
		};
		if is_left {
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
		self.in_background(self.follow_on()).await;
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

	async fn answer(&self, ask: Ask, request: u32, bytes: Option<Vec<u8>>) -> Result<Reply> {
		let answer = match ask {
			Ask::Start { language } => self.start(&language).await?,
			Ask::SetLanguage { language } => {
				let speech = self.speech_in(&language).await;
				self.state().speech = speech;
				self.started()
			},
			Ask::MakeWords => self.make_words()?,
			Ask::UseExtension { account } => self.use_extension(account)?,
			Ask::ExtensionAnswer { id, outcome } => {
				self.0.prompts.answer(id, outcome);
				Answer::Done
			},
			Ask::Delegate => {
				self.ask_account(Ask::Delegate, request, None).await?;
				self.started()
			},
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
			Ask::RemovePasskey { credential } => self.remove_passkey(&credential).await?,
			Ask::ChangePassphrase { secret, passphrase } => {
				self.change_passphrase(secret, &passphrase).await?
			},
			Ask::Forget => self.forget().await?,
			asked => {
				self.ensure_allowed(&asked)?;
				return self.ask_account(asked, request, bytes).await;
			},
		};
		Ok((answer, None))
	}

	/// Refuses what needs a recent confirmation by the person, if there is none.
	fn ensure_allowed(&self, ask: &Ask) -> Result<(), Trouble> {
		match ask {
			Ask::AcceptDeskCode { .. }
			| Ask::Sign { .. }
			| Ask::Open { .. }
			| Ask::OpenOfPatient { .. } => self.ensure_agrees(),
			// A session key signs names: no extension asks.
			Ask::ConfirmMember { .. } | Ask::SetStaffName { .. } => self.ensure_signs(),
			_ => Ok(()),
		}
	}

	/// What the unlocked account answers.
	async fn ask_account(&self, ask: Ask, request: u32, bytes: Option<Vec<u8>>) -> Result<Reply> {
		let account = self.account()?;
		// What was signed is told, even if the wallet was locked meanwhile.
		let is_signature = matches!(ask, Ask::Sign { .. });
		let answer = account.answer(Question { ask, request, bytes, speech: self.speech() });
		match is_signature {
			true => answer.await,
			false => self.while_open(answer).await,
		}
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
	fn account(&self) -> Result<Arc<dyn Unlocked<H>>, Trouble> {
		self.state().account.clone().ok_or(Trouble::Locked)
	}

	fn ensure_signs(&self) -> Result<(), Trouble> {
		match self.state().signs_since.is_some_and(|since| since.age(self.host()) < SIGNS_FOR) {
			true => Ok(()),
			false => Err(Trouble::ConfirmFirst),
		}
	}

	/// The same for what an extension signs, if one has the account's key: it asks by itself.
	fn ensure_agrees(&self) -> Result<(), Trouble> {
		match self.account()?.status().extension {
			Some(_) => Ok(()),
			None => self.ensure_signs(),
		}
	}

	fn lock(&self) {
		self.0.prompts.clear();
		let account = {
			let mut state = self.state();
			state.signs_since = None;
			state.new = None;
			state.times_locked = state.times_locked.wrapping_add(1);
			state.background.drain(..).for_each(|it| it.abort());
			state.account.take()
		};
		if let Some(account) = account {
			account.close();
		}
	}

	/// The language of a locale, or English if its texts are not there.
	async fn speech_in(&self, locale: &str) -> &'static Speech {
		if let Some(language) = unknown(locale) {
			let texts = self.host().texts(language).await;
			learn(language, &texts.unwrap_or_default());
		}
		speech_of(locale)
	}

	async fn start(&self, language: &str) -> Result<Answer> {
		let stored = self.host().load().await?;
		let speech = self.speech_in(language).await;
		let locks = Locks::find(&stored)?;
		{
			let mut state = self.state();
			state.speech = speech;
			state.locks = locks;
		}
		Ok(self.started())
	}

	/// Where the wallet is.
	fn started(&self) -> Answer {
		let state = self.state();
		let status = state.account.as_ref().map(|it| it.status());
		let kind = status.as_ref().and_then(|it| it.kind);
		let phase = match (&status, &state.locks) {
			(None, None) => Phase::Empty,
			(None, Some(_)) => Phase::Locked,
			(Some(_), _) if kind.is_none() => Phase::NotEnrolled,
			(Some(_), _) => Phase::Open,
		};
		let is_registrar = status.as_ref().is_some_and(|it| it.is_registrar);
		let has_backup = status.as_ref().is_some_and(|it| it.has_backup);
		Answer::Started(Started {
			phase,
			language: state.speech.language().to_owned(),
			languages: LANGUAGES.map(str::to_owned).to_vec(),
			account: status.as_ref().map(|it| address(&it.account)).unwrap_or_default(),
			kind: kind.map(|kind| match kind {
				AccountKind::Patient => crate::messages::AccountKind::Patient,
				_ if is_registrar => crate::messages::AccountKind::Registrar,
				AccountKind::Practitioner => crate::messages::AccountKind::Practitioner,
				_ => crate::messages::AccountKind::Other,
			}),
			has_passkey: state.locks.as_ref().is_some_and(|it| it.passkeys().next().is_some()),
			has_backup,
			server: status.as_ref().and_then(|it| it.server.clone()),
			extension: status.and_then(|it| it.extension),
			version: env!("CARGO_PKG_VERSION").to_owned(),
		})
	}
}
