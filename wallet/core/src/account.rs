//! An unlocked account: its stored things, its keys, and what it knows of the chain.

mod adding;
mod connection;
mod consents;
mod desk;
mod drafts;
mod home;
mod kept;
mod labelling;
mod last;
mod log;
mod people;
mod practitioner;
mod records;
mod registrar;
mod release;
mod requests;
mod settings;
mod studies;
mod who_sees;

use crate::{
	device::DeviceKey,
	extension::{ExtensionSecrets, ExtensionSigner, Prompts, Secrets},
	failure::Trouble,
	guard::Approval,
	host::Host,
	keep::BrowserKeep,
	messages::{Answer, Ask, FileView, Message, Proof},
	platform::{Documents, Session},
	unlocked::{AccountStatus, Pending, Question, Reply, Unlocked},
};
use anyhow::Result;
use drafts::Draft;
use futures::lock::Mutex as AsyncMutex;
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};
use vouchsafe_agent::{keys::Identity, platform::Keep as _, stop::Stop, synced::Outcome};
use vouchsafe_protocol::types::{AccountId, AccountKind, H256};
use vouchsafe_speech::Speech;
use zeroize::Zeroizing;

pub use connection::Network;

/// The folder of the wallet's own things, and the names in it.
const FOLDER: &str = "wallet";
const KEY: &str = "key";
const EXTENSION: &str = "extension";
const SESSION: &str = "session";
const BACKUP: &str = "backup";
const KIND: &str = "kind";
const DESKS: &str = "desks";
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
	secrets: Secrets,
	identity: Identity,
	/// Signs for the account if its key is in an extension.
	extension: Option<Arc<ExtensionSigner<H>>>,
	approval: Approval,
	documents: Documents,
	known: Mutex<Known>,
	session: AsyncMutex<Option<(Duration, Arc<Session<H>>)>>,
	log: AsyncMutex<Option<log::Checked>>,
	drafts: Mutex<BTreeMap<String, Draft>>,
	/// When documents of patients are closed.
	ends: Mutex<practitioner::Ends>,
	/// What a registration desk has asked for.
	desk: Mutex<Option<desk::Offer>>,
	/// Held while a short call is signed: what news bring is read afterwards.
	signing: AsyncMutex<()>,
	/// Held while it learns what other devices and hospitals know.
	catching_up: AsyncMutex<()>,
}

/// What is known without asking anybody.
#[derive(Default)]
struct Known {
	kind: Option<AccountKind>,
	/// Own requests that wait for an answer, by patient and number.
	waiting: BTreeSet<(AccountId, u32)>,
	/// Whether it registers for an institution.
	is_registrar: bool,
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
	/// Whether synced data and names are still to be read, after the next answer.
	is_behind: bool,
	/// Whether something was signed since the last exchange of synced data.
	is_unsynced: bool,
	/// What became of the last exchange of synced data.
	synced: Option<Outcome>,
	/// Names of institutions' staff, each with whose word it is.
	staff: BTreeMap<AccountId, (AccountId, String)>,
	/// As what the last code of the own desk asks somebody to be enrolled.
	asked_kind: Option<AccountKind>,
	/// How records are called: by their titles, or else by category and month.
	record_names: BTreeMap<H256, String>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is stored first of an account. `is_saved` says whether its words were saved already.
pub fn first_values(
	key: &DeviceKey,
	secrets: &Secrets,
	is_saved: bool,
) -> Result<Vec<(String, Vec<u8>)>> {
	let (name, secret) = match secrets {
		Secrets::InWallet(key_file) => (KEY, serde_json::to_vec(key_file)?),
		Secrets::InExtension(secrets) => (EXTENSION, serde_json::to_vec(secrets)?),
	};
	let mut values = vec![key.seal(FOLDER, name, &Zeroizing::new(secret))];
	values.extend(is_saved.then(|| key.seal(FOLDER, BACKUP, &[1])));
	Ok(values)
}

impl<H: Host> Account<H> {
	/// The account that is stored on this device.
	pub async fn open(
		host: H,
		key: DeviceKey,
		stored: &[(String, Vec<u8>)],
		prompts: Prompts,
	) -> Result<Self> {
		let keep = BrowserKeep::open(host.clone(), key, stored);
		let secrets = match keep.read(FOLDER, KEY).await? {
			Some(secret) => Secrets::InWallet(serde_json::from_slice(&secret)?),
			None => {
				let secret = keep.read(FOLDER, EXTENSION).await?;
				let secret = secret.ok_or(crate::device::LockError::Damaged)?;
				Secrets::InExtension(serde_json::from_slice(&secret)?)
			},
		};
		let (identity, extension) = match &secrets {
			Secrets::InWallet(key_file) => (key_file.identity("")?, None),
			Secrets::InExtension(secrets) => {
				let ExtensionSecrets { account, .. } = secrets;
				let kept = keep.read(FOLDER, SESSION).await?;
				let kept = kept.as_ref().map(|it| &it[..]);
				let signer = ExtensionSigner::new(host.clone(), prompts, account.clone(), kept)?;
				let (signer, encryption) = (Arc::new(signer), secrets.encryption()?);
				(Identity { name: String::new(), signer: signer.clone(), encryption }, Some(signer))
			},
		};
		let has_backup = keep.read(FOLDER, BACKUP).await?.is_some();
		let network = match keep.read(FOLDER, NETWORK).await? {
			Some(bytes) => serde_json::from_slice(&bytes)?,
			None => None,
		};
		let kind = keep.read(FOLDER, KIND).await?;
		let kind = kind.and_then(|word| String::from_utf8_lossy(&word).parse().ok());
		if kind == Some(AccountKind::Practitioner) {
			keep.store_only(practitioner::stays).await?;
		}
		let last_proof = last::proof(&keep).await;
		let is_registrar = keep.read(FOLDER, DESKS).await?.is_some_and(|it| it[..] == [1]);
		let known =
			Known { kind, is_registrar, last_proof, has_backup, network, ..Known::default() };
		Ok(Self {
			host,
			keep,
			secrets,
			identity,
			extension,
			approval: Approval::default(),
			documents: Documents::default(),
			known: Mutex::new(known),
			session: AsyncMutex::default(),
			log: AsyncMutex::default(),
			drafts: Mutex::default(),
			ends: Mutex::default(),
			desk: Mutex::default(),
			signing: AsyncMutex::default(),
			catching_up: AsyncMutex::default(),
		})
	}

	/// Opens the account, and returns it as the trait that the app uses.
	pub async fn unlock(
		host: H,
		key: DeviceKey,
		stored: Vec<(String, Vec<u8>)>,
		prompts: Prompts,
	) -> Result<Arc<dyn Unlocked<H>>> {
		Ok(Arc::new(Self::open(host, key, &stored, prompts).await?))
	}

	fn account(&self) -> AccountId {
		self.identity.account()
	}

	/// Whose account it is. `None` if it is not enrolled, or nobody has proven that yet.
	fn kind(&self) -> Option<AccountKind> {
		locked(&self.known).kind
	}

	/// Whether it registers for an institution.
	fn is_registrar(&self) -> bool {
		locked(&self.known).is_registrar
	}

	/// Whether the words were saved.
	fn has_backup(&self) -> bool {
		locked(&self.known).has_backup
	}

	/// Chooses the language of what is signed from now on.
	fn set_speech(&self, speech: &'static Speech) {
		let before = locked(&self.known).speech.replace(speech);
		if before.is_some_and(|before| before.language() != speech.language()) {
			locked(&self.drafts).clear();
		}
	}

	/// Answers a question. If no custodian answers, it returns what was proven last.
	async fn answer_or_last(&self, question: Question) -> Result<Reply> {
		let speech = question.speech;
		self.set_speech(speech);
		let place = last::place_of(&question.ask);
		let answer = self.answer_now(question).await;
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

	async fn answer_now(&self, question: Question) -> Result<Reply> {
		let Question { ask, request, bytes, speech } = question;
		if let Ask::File { id } = &ask {
			let (file, bytes) = self.file(id)?;
			return Ok((Answer::File(file), Some(bytes)));
		}
		if let Ask::ExportLog = &ask {
			let (file, bytes) = self.export_log().await?;
			return Ok((Answer::File(file), Some(bytes)));
		}
		let answer = match ask {
			Ask::Delegate => {
				self.delegate().await?;
				Answer::Done
			},
			Ask::ReadDeskCode { text } => self.read_desk_code(&text, speech).await?,
			Ask::AcceptDeskCode { digest } => self.accept_desk_code(&digest).await?,
			Ask::Sign { digest } => self.sign(&digest, request, speech).await?,
			Ask::DraftAddition { form } => {
				let bytes = bytes.ok_or(Trouble::NoDocument)?;
				self.draft_addition(&form, bytes, speech).await?
			},
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
			Ask::DraftStop { allows_adding, binds_emergencies } => {
				let stop = Stop { allows_adding, binds_emergencies };
				Answer::Draft(self.draft_stop(stop, speech).await?)
			},
			Ask::DraftRefuseAssisted => Answer::Draft(self.draft_refuse_assisted(speech).await?),
			Ask::Studies => Answer::Studies(self.studies(speech).await?),
			Ask::Study { id } => Answer::Study(self.study(id, speech).await?),
			Ask::DraftStudyChoice { choice } => {
				Answer::Draft(self.draft_study_choice(&choice, speech).await?)
			},
			Ask::DraftJoin { study } => Answer::Draft(self.draft_join(study, speech).await?),
			Ask::DraftLeave { study } => Answer::Draft(self.draft_leave(study, speech).await?),
			Ask::DraftHolders { holders, countries } => {
				Answer::Draft(self.draft_holders(&holders, &countries, speech).await?)
			},
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
			Ask::Release { manifest } => Answer::Release(self.release(&manifest).await?),
			Ask::SetSetting { name, value } => {
				self.set_setting(&name, &value).await?;
				Answer::Settings(self.settings(speech).await?)
			},
			Ask::ChooseCustodians { institutions } => {
				self.choose_custodians(&institutions).await?;
				Answer::Settings(self.settings(speech).await?)
			},
			Ask::SetName { account, name } => self.set_name(&account, &name).await?,
			Ask::ConfirmMember { account } => self.confirm_member(&account).await?,
			Ask::OwnCode => Answer::Code(self.own_code().await?),
			Ask::Practice => Answer::Practice(self.practice(speech).await?),
			Ask::FindPatient { text } => Answer::Person(self.find_patient(&text).await?),
			Ask::Patient { patient, institution } => {
				Answer::Patient(self.patient(&patient, institution.as_deref(), speech).await?)
			},
			Ask::DraftAccessRequest { form } => {
				Answer::Draft(self.draft_access_request(&form, speech).await?)
			},
			Ask::DraftWithdrawal { patient, id } => {
				Answer::Draft(self.draft_withdrawal(&patient, id, speech).await?)
			},
			Ask::OpenOfPatient { patient, institution, ids } => {
				Answer::Opened(self.open_of_patient(&patient, &institution, &ids, speech).await?)
			},
			Ask::Desk => Answer::Desk(self.desk(speech).await?),
			Ask::DeskCode { institution, kind } => {
				Answer::DeskCode(self.desk_code(&institution, &kind, speech).await?)
			},
			Ask::DraftEnrolment { institution, text } => {
				Answer::Enrolment(self.draft_enrolment(&institution, &text, speech).await?)
			},
			Ask::Staff { institution } => Answer::Staff(self.staff(&institution).await?),
			Ask::Managed { institution, account } => {
				Answer::Managed(self.managed(&institution, &account, speech).await?)
			},
			Ask::DraftManagement { institution, account, change } => {
				Answer::Draft(self.draft_management(&institution, &account, &change, speech).await?)
			},
			Ask::SetStaffName { institution, account, name } => {
				self.set_staff_name(&institution, &account, &name).await?
			},
			// The app answers the others itself.
			_ => return Err(Trouble::Locked.into()),
		};
		Ok((answer, None))
	}
}

impl<H: Host> Unlocked<H> for Account<H> {
	fn status(&self) -> AccountStatus {
		let known = locked(&self.known);
		AccountStatus {
			account: self.account(),
			kind: known.kind,
			is_registrar: known.is_registrar,
			server: known.server.clone(),
			has_backup: known.has_backup,
			extension: self.extension.as_ref().map(|it| it.extension().to_owned()),
		}
	}

	fn secrets(&self) -> &Secrets {
		&self.secrets
	}

	fn device_key(&self) -> &DeviceKey {
		self.keep.key()
	}

	fn note_backup(&self) -> Pending<'_, ()> {
		Box::pin(async {
			self.keep.write(FOLDER, BACKUP, &[1]).await?;
			locked(&self.known).has_backup = true;
			Ok(())
		})
	}

	fn connect(&self) -> Pending<'_, ()> {
		Box::pin(Self::connect(self))
	}

	fn answer(&self, question: Question) -> Pending<'_, Reply> {
		Box::pin(self.answer_or_last(question))
	}

	fn settle(&self) -> Pending<'_, ()> {
		Box::pin(Self::settle(self))
	}

	fn save_large(
		&self,
		record: String,
		file: Option<H::Target>,
		request: u32,
		speech: &'static Speech,
	) -> Pending<'_, (FileView, H::Target)> {
		Box::pin(Self::save_large(self, record, file, request, speech))
	}

	fn news(&self, speech: &'static Speech) -> Pending<'_, Vec<Message>> {
		Box::pin(Self::news(self, speech))
	}

	fn offline(&self) -> Proof {
		Self::offline(self)
	}

	fn close_ended(&self) -> bool {
		Self::close_ended(self)
	}

	fn close(&self) {
		self.documents.clear();
		self.host.remove_own_files();
		locked(&self.drafts).clear();
	}
}
