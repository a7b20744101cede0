//! An unlocked account: its stored things, its keys, and what it knows of the chain.

mod adding;
mod connection;
mod consents;
mod drafts;
mod home;
mod kept;
mod labelling;
mod last;
mod log;
mod people;
mod records;
mod requests;
mod settings;
mod who_sees;

use crate::{
	device::DeviceKey,
	failure::Trouble,
	guard::Approval,
	host::Host,
	keep::BrowserKeep,
	messages::{Answer, Ask, Proof},
	platform::{Documents, Session},
};
use anyhow::Result;
use drafts::Draft;
use futures::lock::Mutex as AsyncMutex;
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};
use subxt_signer::sr25519::Keypair;
use vouchsafe_agent::{
	keys::{Identity, KeyFile},
	platform::Keep as _,
	synced::Outcome,
};
use vouchsafe_protocol::types::{AccountId, AccountKind, H256};
use vouchsafe_speech::Speech;
use zeroize::Zeroizing;

pub use connection::{network_of, Network};

/// The folder of the wallet's own things, and the names in it.
const FOLDER: &str = "wallet";
const KEY: &str = "key";
const BACKUP: &str = "backup";
const KIND: &str = "kind";
const NETWORK: &str = "network";
const TRUSTED: &str = "trusted";
const TITLES: &str = "titles";
const SETTINGS: &str = "settings";

/// How long members and names are used before they are read again.
const MEMBERS_FOR: Duration = Duration::from_secs(60);

/// An unlocked account.
pub struct Account<H: Host> {
	host: H,
	keep: BrowserKeep<H>,
	key_file: KeyFile,
	identity: Identity,
	/// The address that the page was loaded from.
	origin: String,
	approval: Approval,
	documents: Documents,
	known: Mutex<Known>,
	session: AsyncMutex<Option<(Duration, Arc<Session<H>>)>>,
	log: AsyncMutex<Option<log::Checked>>,
	drafts: Mutex<BTreeMap<String, Draft>>,
}

/// What is known without asking anybody.
#[derive(Default)]
struct Known {
	kind: Option<AccountKind>,
	/// Whether the custodians have answered this account's own questions.
	is_connected: bool,
	network: Option<Network>,
	/// The name of the institution that serves this page.
	server: Option<String>,
	has_backup: bool,
	/// What was proven last.
	last_proof: Option<Proof>,
	/// The number of lines of the log that the page knows.
	lines: u64,
	/// The language of what is signed.
	speech: Option<&'static Speech>,
	/// What became of the last exchange of synced data.
	synced: Option<Outcome>,
	/// Names of institutions' staff, each with whose word it is.
	staff: BTreeMap<AccountId, (AccountId, String)>,
	/// How records are called: by their titles, or else by category and month.
	record_names: BTreeMap<H256, String>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is stored first of an account. `is_saved` says whether its words were saved already.
pub fn first_values(
	key: &DeviceKey,
	key_file: &KeyFile,
	is_saved: bool,
) -> Result<Vec<(String, Vec<u8>)>> {
	let secret = Zeroizing::new(serde_json::to_vec(key_file)?);
	let mut values = vec![key.seal(FOLDER, KEY, &secret)];
	values.extend(is_saved.then(|| key.seal(FOLDER, BACKUP, &[1])));
	Ok(values)
}

impl<H: Host> Account<H> {
	/// The account that is stored on this device.
	pub async fn open(
		host: H,
		key: DeviceKey,
		stored: &[(String, Vec<u8>)],
		origin: String,
	) -> Result<Self> {
		let keep = BrowserKeep::open(host.clone(), key, stored);
		let secret = keep.read(FOLDER, KEY).await?.ok_or(crate::device::LockError::Damaged)?;
		let key_file = serde_json::from_slice(&secret)?;
		Self::new(host, keep, key_file, origin).await
	}

	async fn new(host: H, keep: BrowserKeep<H>, key_file: KeyFile, origin: String) -> Result<Self> {
		let identity = key_file.identity("")?;
		let has_backup = keep.read(FOLDER, BACKUP).await?.is_some();
		let network = match keep.read(FOLDER, NETWORK).await? {
			Some(bytes) => serde_json::from_slice(&bytes)?,
			None => None,
		};
		let kind = keep.read(FOLDER, KIND).await?;
		let kind = kind.and_then(|word| String::from_utf8_lossy(&word).parse().ok());
		let last_proof = last::proof(&keep).await;
		let known = Known { kind, last_proof, has_backup, network, ..Known::default() };
		Ok(Self {
			host,
			keep,
			key_file,
			identity,
			origin,
			approval: Approval::default(),
			documents: Documents::default(),
			known: Mutex::new(known),
			session: AsyncMutex::default(),
			log: AsyncMutex::default(),
			drafts: Mutex::default(),
		})
	}

	/// The account.
	pub fn account(&self) -> AccountId {
		self.identity.account()
	}

	/// Whose account it is. `None` if it is not enrolled, or nobody has proven that yet.
	pub fn kind(&self) -> Option<AccountKind> {
		locked(&self.known).kind
	}

	/// The institution that serves the page, by its proven name.
	pub fn server(&self) -> Option<String> {
		locked(&self.known).server.clone()
	}

	/// Signs for the account.
	pub fn signer(&self) -> &Keypair {
		&self.identity.signer
	}

	/// The public half of its encryption key.
	pub fn encryption_key(&self) -> [u8; 32] {
		self.identity.encryption_key()
	}

	/// The account's secrets.
	pub fn key_file(&self) -> &KeyFile {
		&self.key_file
	}

	/// What encrypts the stored things.
	pub fn device_key(&self) -> &DeviceKey {
		self.keep.key()
	}

	/// Whether the words were saved.
	pub fn has_backup(&self) -> bool {
		locked(&self.known).has_backup
	}

	/// Notes that the words were saved.
	pub async fn note_backup(&self) -> Result<()> {
		self.keep.write(FOLDER, BACKUP, &[1]).await?;
		locked(&self.known).has_backup = true;
		Ok(())
	}

	/// Chooses the language of what is signed from now on.
	fn set_speech(&self, speech: &'static Speech) {
		let before = locked(&self.known).speech.replace(speech);
		if before.is_some_and(|before| before.language() != speech.language()) {
			locked(&self.drafts).clear();
		}
	}

	/// Forgets what is open.
	pub fn close(&self) {
		self.documents.clear();
		self.host.remove_own_files();
		locked(&self.drafts).clear();
	}

	/// Answers what is asked of an unlocked account. If nobody answers, screens show what was proven last.
	pub async fn answer(
		&self,
		ask: Ask,
		speech: &'static Speech,
	) -> Result<(Answer, Option<Vec<u8>>)> {
		self.set_speech(speech);
		let place = last::place_of(&ask);
		let answer = self.answer_now(ask, speech).await;
		let Some(place) = place else { return answer };
		match answer {
			Ok((answer, bytes)) => {
				self.keep_last(place, &answer, speech).await;
				Ok((answer, bytes))
			},
			Err(error) => match self.last_answer(place, &error, speech).await {
				Some(answer) => Ok((answer, None)),
				None => Err(error),
			},
		}
	}

	async fn answer_now(
		&self,
		ask: Ask,
		speech: &'static Speech,
	) -> Result<(Answer, Option<Vec<u8>>)> {
		if let Ask::File { id } = &ask {
			let (file, bytes) = self.file(id)?;
			return Ok((Answer::File(file), Some(bytes)));
		}
		if let Ask::ExportLog = &ask {
			let (file, bytes) = self.export_log().await?;
			return Ok((Answer::File(file), Some(bytes)));
		}
		let answer = match ask {
			Ask::Proof => Answer::Proof(self.proof(speech).await?),
			Ask::Home => Answer::Home(self.home(speech).await?),
			Ask::Requests => Answer::Requests(self.requests(speech).await?),
			Ask::Request { id, narrowing } => {
				Answer::Request(self.request(id, &narrowing, speech).await?)
			},
			Ask::DraftApproval { id, narrowing, carry } => {
				Answer::Draft(self.draft_approval(id, &narrowing, carry, speech).await?)
			},
			Ask::DraftRefusal { id } => Answer::Draft(self.draft_refusal(id, speech).await?),
			Ask::Consents => Answer::Consents(self.consents(speech).await?),
			Ask::Choices => Answer::Choices(self.choices(speech).await?),
			Ask::DraftConsent { form, amends, carry } => {
				Answer::Draft(self.draft_consent(&form, amends, carry, speech).await?)
			},
			Ask::DraftRevocation { id } => Answer::Draft(self.draft_revocation(id, speech).await?),
			Ask::DraftStop => Answer::Draft(self.draft_stop(speech).await?),
			Ask::DraftResume => Answer::Draft(self.draft_resume(speech).await?),
			Ask::Discard { digest } => {
				locked(&self.drafts).remove(&digest);
				Answer::Done
			},
			Ask::WhoSees => Answer::Access(self.who_sees(speech).await?),
			Ask::WhatSees { account, institution } => {
				Answer::Seen(self.what_sees(&account, institution.as_deref(), speech).await?)
			},
			Ask::Records => Answer::Records(self.records(speech).await?),
			Ask::Record { id } => Answer::Record(Box::new(self.record(&id, speech).await?)),
			Ask::Open { ids } => Answer::Opened(self.open_records(&ids, speech).await?),
			Ask::Read { id } => Answer::Document(self.read(&id, speech)?),
			Ask::Sizes { ids } => Answer::Sizes(self.sizes(&ids).await?),
			Ask::DraftNote { id, text } => self.draft_note(&id, &text, speech).await?,
			Ask::DraftLabels { id, words } => {
				Answer::Draft(self.draft_labels(&id, &words, speech).await?)
			},
			Ask::Unfinished => Answer::Unfinished(self.unfinished(speech).await?),
			Ask::DraftFinish { id } => Answer::Draft(self.draft_finish(&id, speech).await?),
			Ask::GiveUp { id } => Answer::Unfinished(self.give_up(&id, speech).await?),
			Ask::Kept => Answer::Kept(self.kept(speech).await?),
			Ask::Keep { id } => Answer::Kept(self.keep_document(&id, speech).await?),
			Ask::OpenKept { id } => Answer::Opened(vec![self.open_kept(&id, speech).await?]),
			Ask::ForgetKept { id } => Answer::Kept(self.forget_kept(&id, speech).await?),
			Ask::CheckCopies { id } => Answer::Copies(self.check_copies(&id, speech).await?),
			Ask::CloseDocuments => {
				self.documents.clear();
				self.host.remove_own_files();
				Answer::Done
			},
			Ask::Log { filter } => Answer::Log(self.log(&filter, speech).await?),
			Ask::VerifyLog => Answer::LogVerdict(self.verify_log(speech).await?),
			Ask::SeenLog { count } => self.seen_log(count).await?,
			Ask::Holdings => Answer::Holdings(self.holdings(speech).await?),
			Ask::Settings => Answer::Settings(self.settings(speech).await?),
			Ask::SetSetting { name, value } => {
				self.set_setting(&name, &value).await?;
				Answer::Settings(self.settings(speech).await?)
			},
			Ask::SetName { account, name } => self.set_name(&account, &name).await?,
			Ask::ConfirmMember { account } => self.confirm_member(&account).await?,
			// The app answers the others itself.
			_ => return Err(Trouble::Locked.into()),
		};
		Ok((answer, None))
	}
}
