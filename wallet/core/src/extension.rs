//! Accounts whose key is in a wallet extension of the browser. Only the page reaches extensions, so the
//! core asks it by a message, and checks that what it gets is the account's signature of the very bytes.
//!
//! Calls and agreements are signed by the extension, one by one. Requests to custodians are signed by a
//! session key of the core, which the account lets do so for eight hours.

use crate::{
	host::Host,
	messages::{ExtensionAccount, ExtensionMethod, ExtensionOutcome, Message},
};
use anyhow::{Context as _, Result};
use futures::{channel::oneshot, lock::Mutex as AsyncMutex};
use serde::{Deserialize, Serialize};
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use subxt_signer::sr25519::Keypair;
use vouchsafe_agent::{backup::Sheet, keys::KeyFile};
use vouchsafe_protocol::{
	extension::{signature_of, CallPayload, TextPayload},
	messages::{Delegation, Hex, FRESHNESS},
	signing::{NotSigned, Signer, Signing, ToSign},
	types::{account_of, AccountId, H256},
};
use vouchsafe_vault::{random_bytes, seal::SecretKey};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// For how long a delegation must still hold when something is begun, in seconds.
const SPARE: u64 = 10 * 60;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The secrets of an account that are kept on this device.
pub enum Secrets {
	/// All: its key is in the wallet.
	InWallet(KeyFile),
	/// The encryption key alone: the key that signs is in an extension.
	InExtension(ExtensionSecrets),
}

/// What is kept of an account whose key is in an extension.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct ExtensionSecrets {
	/// The account.
	#[zeroize(skip)]
	pub account: ExtensionAccount,
	/// The secret encryption key, as the code of its sheet.
	sheet: String,
}

impl ExtensionSecrets {
	/// An account of an extension, with this encryption key.
	pub fn new(account: ExtensionAccount, encryption: &SecretKey) -> Self {
		Self { account, sheet: Sheet::of_encryption_key(encryption).code().to_string() }
	}

	/// The encryption key.
	pub fn encryption(&self) -> Result<SecretKey> {
		Ok(Sheet::encryption_key(&self.sheet)?)
	}
}

impl ExtensionAccount {
	/// The account of the address.
	pub fn id(&self) -> Result<AccountId> {
		account_of(&self.address).context("this is not the address of an account")
	}
}

/// What extensions are asked and have not answered. Clones share it.
#[derive(Clone, Default)]
pub struct Prompts(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
	last: u32,
	asked: BTreeMap<u32, oneshot::Sender<ExtensionOutcome>>,
}

impl Prompts {
	/// Takes an extension's answer. One that nobody waits for is nothing.
	pub fn answer(&self, id: u32, outcome: ExtensionOutcome) {
		if let Some(asker) = locked(&self.0).asked.remove(&id) {
			// The asker may have gone.
			let _ = asker.send(outcome);
		}
	}

	/// Waits for nothing any more.
	pub fn clear(&self) {
		locked(&self.0).asked.clear();
	}

	/// Asks an extension, and waits for its answer. The wallet locks itself if nobody answers.
	async fn ask(
		&self,
		host: &impl Host,
		extension: &str,
		method: ExtensionMethod,
		payload: String,
	) -> Result<[u8; 64], NotSigned> {
		let (asker, answer) = oneshot::channel();
		let id = {
			let mut waiting = locked(&self.0);
			waiting.last = waiting.last.wrapping_add(1);
			let id = waiting.last;
			waiting.asked.insert(id, asker);
			id
		};
		let extension = extension.to_owned();
		host.post(Message::AskExtension { id, extension, method, payload }, None);
		match answer.await {
			Ok(ExtensionOutcome::Signed { signature }) => {
				signature_of(&signature).ok_or(NotSigned::Other)
			},
			Ok(ExtensionOutcome::Refused) => Err(NotSigned::Refused),
			Ok(ExtensionOutcome::Away) | Err(_) => Err(NotSigned::Away),
		}
	}
}

/// Signs for an account whose key is in an extension.
pub struct ExtensionSigner<H> {
	host: H,
	prompts: Prompts,
	extension: ExtensionAccount,
	account: AccountId,
	session: Mutex<Session>,
	/// Held while the account is asked to delegate, so that it is asked once.
	delegating: AsyncMutex<()>,
}

/// The key that signs requests.
struct Session {
	secret: Zeroizing<[u8; 32]>,
	key: Keypair,
	delegation: Option<Delegation>,
	/// Why the account has not delegated when it was asked last. It is not asked again by itself.
	refusal: Option<NotSigned>,
}

/// A session as it is kept on the device, encrypted.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptSession {
	secret: Hex<32>,
	delegation: Delegation,
}

impl<H: Host> ExtensionSigner<H> {
	/// Signs for this account, with the session that was kept, or a new one.
	pub fn new(
		host: H,
		prompts: Prompts,
		extension: ExtensionAccount,
		kept: Option<&[u8]>,
	) -> Result<Self> {
		let account = extension.id()?;
		let kept = kept.and_then(|kept| serde_json::from_slice::<KeptSession>(kept).ok());
		let (secret, delegation) = match kept {
			Some(kept) => (kept.secret.0, Some(kept.delegation)),
			None => (random_bytes(), None),
		};
		let secret = Zeroizing::new(secret);
		let key = Keypair::from_secret_key(*secret).context("not a session key")?;
		let session = Mutex::new(Session { secret, key, delegation, refusal: None });
		Ok(Self { host, prompts, extension, account, session, delegating: AsyncMutex::default() })
	}

	/// The extension's name.
	pub fn extension(&self) -> &str {
		&self.extension.extension
	}

	/// Asks the account to let the session key make requests, unless it does already. Returns what is to
	/// be kept if it is new. A refusal stands until [`ask_again`](Self::ask_again).
	pub async fn delegate(&self, genesis: H256) -> Result<Option<Zeroizing<Vec<u8>>>, NotSigned> {
		let _turn = self.delegating.lock().await;
		let now = self.host.now();
		let session = {
			let session = locked(&self.session);
			let holds = session.delegation.as_ref().is_some_and(|it| {
				it.genesis == Hex::from(genesis)
					&& it.from <= now
					&& now.saturating_add(SPARE) < it.until
			});
			if holds {
				return Ok(None);
			}
			if let Some(refusal) = session.refusal {
				return Err(refusal);
			}
			session.key.account()
		};
		// A custodian's clock may be behind.
		let from = now.saturating_sub(FRESHNESS);
		let signed = Delegation::sign(self, &session, genesis, from).await;
		let mut session = locked(&self.session);
		match signed {
			Ok(delegation) => {
				session.delegation = Some(delegation.clone());
				let kept = KeptSession { secret: Hex(*session.secret), delegation };
				let kept = serde_json::to_vec(&kept).expect("our own types are JSON; qed");
				Ok(Some(Zeroizing::new(kept)))
			},
			Err(refusal) => {
				session.refusal = Some(refusal);
				Err(refusal)
			},
		}
	}

	/// Lets the account be asked again after a refusal.
	pub fn ask_again(&self) {
		locked(&self.session).refusal = None;
	}

	async fn ask(&self, what: ToSign<'_>) -> Result<[u8; 64], NotSigned> {
		let address = &self.extension.address;
		let json =
			|payload: serde_json::Result<String>| payload.expect("our own messages are JSON; qed");
		let (method, payload) = match what {
			ToSign::Text(text) => {
				let payload = serde_json::to_string(&TextPayload::new(address, text));
				(ExtensionMethod::SignRaw, json(payload))
			},
			ToSign::Call(call, binding) => {
				let payload = serde_json::to_string(&CallPayload::new(address, call, binding));
				(ExtensionMethod::SignPayload, json(payload))
			},
		};
		let signature = self.prompts.ask(&self.host, self.extension(), method, payload).await?;
		match what.is_signed_by(&self.account, &signature) {
			true => Ok(signature),
			false => Err(NotSigned::Other),
		}
	}
}

impl<H: Host> Signer for ExtensionSigner<H> {
	fn account(&self) -> AccountId {
		self.account.clone()
	}

	fn sign_request(&self, text: &str) -> [u8; 64] {
		locked(&self.session).key.sign_request(text)
	}

	fn delegation(&self) -> Option<Delegation> {
		locked(&self.session).delegation.clone()
	}

	fn sign_as_account<'a>(&'a self, what: ToSign<'a>) -> Signing<'a> {
		Box::pin(self.ask(what))
	}
}
