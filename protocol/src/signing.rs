//! Who signs, signed requests, and the texts that an enrollee, a custodian, a new key and an account
//! that delegates sign. Every text is wrapped in `<Bytes>` and `</Bytes>`, as wallet extensions wrap the
//! bytes that they sign.
//!
//! A [`Signer`] signs requests at once: with the account's key or, under a [`Delegation`], with a session
//! key. Everything else only the account's key signs, which can be in another program and ask a person.
//!
//! An account outlives its key. Its first key has the account's name. A key that has replaced it signs for
//! the account as a [`ReplacementKey`]. What is signed names the *key*: the chain says for which account it
//! signs.

use crate::{
	calls::RuntimeCall,
	errors::one_line,
	extrinsics::{self, Binding},
	messages::{
		Delegation, Hex, KeyRequest, Payload, Signed, SignedCustodian, MAX_DELEGATION, MAX_REQUEST,
	},
	traits::{SendOutsideWasm, SyncOutsideWasm},
	types::{account_bytes, AccountId, H256},
};
use serde::{de::DeserializeOwned, Serialize};
use std::sync::Arc;

/// What every sr25519 signature of a Substrate chain is bound to.
const CONTEXT: &[u8] = b"substrate";

/// What only an account's own key signs.
#[derive(Clone, Copy, Debug)]
pub enum ToSign<'a> {
	/// A text, which is wrapped.
	Text(&'a str),
	/// A call, bound to its chain, its time and its nonce.
	Call(&'a RuntimeCall, &'a Binding),
}

impl ToSign<'_> {
	/// The bytes that are signed.
	pub fn bytes(&self) -> Vec<u8> {
		match self {
			Self::Text(text) => wrap(text),
			Self::Call(call, binding) => extrinsics::payload(call, binding),
		}
	}

	/// Whether this is the key's signature of it.
	pub fn is_signed_by(&self, key: &AccountId, signature: &[u8; 64]) -> bool {
		verify_bytes(key, &self.bytes(), signature)
	}
}

/// Why an account's key, which is in another program, has not signed. Nothing took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
	/// The person refused.
	#[error("it was refused in the wallet extension")]
	Refused,
	/// The program with the key is not there, does not answer, or does not have this key.
	#[error("the wallet extension does not answer, or does not have this account")]
	Away,
	/// It signed something else.
	#[error("the wallet extension signed something else")]
	Other,
}

/// What becomes of [`Signer::sign_as_account`].
#[cfg(not(target_family = "wasm"))]
pub type Signing<'a> = futures::future::BoxFuture<'a, Result<[u8; 64], NotSigned>>;

/// What becomes of [`Signer::sign_as_account`].
#[cfg(target_family = "wasm")]
pub type Signing<'a> = futures::future::LocalBoxFuture<'a, Result<[u8; 64], NotSigned>>;

/// Who signs for an account, by sr25519.
pub trait Signer: SyncOutsideWasm {
	/// The account for which it signs.
	fn account(&self) -> AccountId;

	/// The key that signs. Extrinsics and requests name it, and nonces are its own. It has the account's
	/// name unless it has replaced the account's first key.
	fn key(&self) -> AccountId {
		self.account()
	}

	/// Signs the text of a request, wrapped: with the key of the delegation if there is one, otherwise
	/// with the account's.
	fn sign_request(&self, text: &str) -> [u8; 64];

	/// What lets another key than the account's sign requests.
	fn delegation(&self) -> Option<Delegation> {
		None
	}

	/// Signs with the account's own key, the one that [`key`](Self::key) names.
	fn sign_as_account<'a>(&'a self, what: ToSign<'a>) -> Signing<'a>;
}

/// A key that several parts of a program use.
#[cfg(not(target_family = "wasm"))]
pub type SharedSigner = Arc<dyn Signer + Send>;

/// A key that several parts of a program use.
#[cfg(target_family = "wasm")]
pub type SharedSigner = Arc<dyn Signer>;

impl<S: Signer + SendOutsideWasm + ?Sized> Signer for Arc<S> {
	fn account(&self) -> AccountId {
		(**self).account()
	}

	fn key(&self) -> AccountId {
		(**self).key()
	}

	fn sign_request(&self, text: &str) -> [u8; 64] {
		(**self).sign_request(text)
	}

	fn delegation(&self) -> Option<Delegation> {
		(**self).delegation()
	}

	fn sign_as_account<'a>(&'a self, what: ToSign<'a>) -> Signing<'a> {
		(**self).sign_as_account(what)
	}
}

/// A key that has replaced the key of an account, and signs for this account.
#[derive(Clone)]
pub struct ReplacementKey {
	signer: SharedSigner,
	account: AccountId,
}

impl ReplacementKey {
	/// The signer's key, which signs for this account. Only the chain says whether it does.
	pub fn new(signer: SharedSigner, account: AccountId) -> Self {
		Self { signer, account }
	}
}

impl Signer for ReplacementKey {
	fn account(&self) -> AccountId {
		self.account.clone()
	}

	fn key(&self) -> AccountId {
		self.signer.key()
	}

	fn sign_request(&self, text: &str) -> [u8; 64] {
		self.signer.sign_request(text)
	}

	fn delegation(&self) -> Option<Delegation> {
		self.signer.delegation()
	}

	fn sign_as_account<'a>(&'a self, what: ToSign<'a>) -> Signing<'a> {
		self.signer.sign_as_account(what)
	}
}

#[cfg(feature = "subxt-signer")]
impl Signer for subxt_signer::sr25519::Keypair {
	fn account(&self) -> AccountId {
		AccountId::new(self.public_key().0)
	}

	fn sign_request(&self, text: &str) -> [u8; 64] {
		self.sign(&wrap(text)).0
	}

	fn sign_as_account<'a>(&'a self, what: ToSign<'a>) -> Signing<'a> {
		Box::pin(std::future::ready(Ok(self.sign(&what.bytes()).0)))
	}
}

/// What a wallet signs when it is asked to sign this text.
pub fn wrap(text: &str) -> Vec<u8> {
	[b"<Bytes>", text.as_bytes(), b"</Bytes>"].concat()
}

/// Signs a request to the custodian of an institution, for one use and for this time, in seconds
/// since 1970.
pub fn sign_request<T: Serialize>(
	signer: &impl Signer,
	genesis: H256,
	custodian: &AccountId,
	action: &str,
	body: &T,
	now: u64,
) -> Signed {
	let payload = Payload {
		action: action.to_owned(),
		genesis: genesis.into(),
		custodian: custodian.into(),
		at: now,
		nonce: Hex(vouchsafe_vault::random_bytes()),
		body,
	};
	sign_payload(signer, &payload)
}

/// Signs a payload as it is.
pub fn sign_payload<T: Serialize>(signer: &impl Signer, payload: &Payload<T>) -> Signed {
	let payload = serde_json::to_string(payload).expect("our own messages are JSON; qed");
	let signature = Hex(signer.sign_request(&payload));
	Signed { payload, account: (&signer.key()).into(), signature, delegation: signer.delegation() }
}

impl Signed {
	/// Whether the signature is that of the named key, over the payload, or that of a session key which the
	/// named one lets make requests on this chain at this time, in seconds since 1970. The chain says for
	/// which account the named key signs.
	pub fn is_authentic(&self, genesis: &H256, now: u64) -> bool {
		let key = match &self.delegation {
			None => self.account,
			Some(delegation) if delegation.lets(&self.account, genesis, now) => delegation.session,
			Some(_) => return false,
		};
		verify(&key.into(), &self.payload, &self.signature.0)
	}

	/// The payload, which nobody has checked yet.
	pub fn payload<T: DeserializeOwned>(&self) -> Result<Payload<T>, serde_json::Error> {
		serde_json::from_str(&self.payload)
	}
}

impl Delegation {
	/// Asks the account's key to let a session key make requests from this time on, in seconds since 1970.
	pub async fn sign(
		signer: &impl Signer,
		session: &AccountId,
		genesis: H256,
		from: u64,
	) -> Result<Self, NotSigned> {
		let unsigned = Self {
			account: (&signer.key()).into(),
			session: session.into(),
			genesis: genesis.into(),
			from,
			until: from.saturating_add(MAX_DELEGATION),
			signature: Hex([0; 64]),
		};
		let text = delegation_text(&unsigned);
		let signature = Hex(signer.sign_as_account(ToSign::Text(&text)).await?);
		Ok(Self { signature, ..unsigned })
	}

	/// Whether the account lets the session key make requests on this chain at this time.
	fn lets(&self, account: &Hex<32>, genesis: &H256, now: u64) -> bool {
		let is_short = self.until.saturating_sub(self.from) <= MAX_DELEGATION;
		self.account == *account
			&& self.genesis.0 == genesis.0
			&& is_short
			&& (self.from..self.until).contains(&now)
			&& verify(&self.account.into(), &delegation_text(self), &self.signature.0)
	}
}

/// The text that an account signs to let a session key make requests. A wallet extension shows it, so it
/// says what it is for.
pub fn delegation_text(delegation: &Delegation) -> String {
	let Delegation { account, session, genesis, from, until, .. } = delegation;
	format!(
		"Vouchsafe delegation\nFor eight hours at most, this wallet may ask custodians in your name. It cannot \
		 sign transactions.\nchain {genesis}\naccount {account}\nsession key {session}\nfrom {from}\nuntil {until}"
	)
}

/// Whether this is the account's signature of the wrapped text.
pub fn verify(account: &AccountId, text: &str, signature: &[u8; 64]) -> bool {
	verify_bytes(account, &wrap(text), signature)
}

fn verify_bytes(account: &AccountId, bytes: &[u8], signature: &[u8; 64]) -> bool {
	let key = schnorrkel::PublicKey::from_bytes(&account_bytes(account));
	match (key, schnorrkel::Signature::from_bytes(signature)) {
		(Ok(key), Ok(signature)) => key.verify_simple(CONTEXT, bytes, &signature).is_ok(),
		_ => false,
	}
}

/// The text that an enrollee signs, so that nobody is enrolled without agreeing. The enrolment
/// pallet builds the same text: see its `enrolment_text`.
pub fn enrolment_text(
	genesis: H256,
	institution: &AccountId,
	kind: &str,
	encryption_key: &[u8; 32],
	expires: u64,
) -> String {
	format!(
		"Vouchsafe enrolment\nchain 0x{}\ninstitution 0x{}\nas {kind}\nencryption key 0x{}\nuntil {expires}",
		hex::encode(genesis.0),
		hex::encode(account_bytes(institution)),
		hex::encode(encryption_key),
	)
}

/// The text that a custodian signs, so that no institution registers an account that is not its
/// custodian's. The enrolment pallet builds the same text: see its `custodian_text`.
pub fn custodian_text(
	genesis: H256,
	institution: &AccountId,
	url: &str,
	encryption_key: &[u8; 32],
	expires: u64,
) -> String {
	format!(
		"Vouchsafe custodian\nchain 0x{}\ninstitution 0x{}\naddress {url}\nencryption key 0x{}\nuntil {expires}",
		hex::encode(genesis.0),
		hex::encode(account_bytes(institution)),
		hex::encode(encryption_key),
	)
}

impl SignedCustodian {
	/// Signs, as a custodian, that this institution may register it. Custodians do not delegate.
	pub fn sign(
		signer: &impl Signer,
		genesis: H256,
		institution: &AccountId,
		url: &str,
		encryption_key: [u8; 32],
		expires: u64,
	) -> Self {
		let text = custodian_text(genesis, institution, url, &encryption_key, expires);
		Self {
			genesis: genesis.into(),
			institution: institution.into(),
			url: url.to_owned(),
			account: (&signer.key()).into(),
			encryption_key: Hex(encryption_key),
			expires,
			signature: Hex(signer.sign_request(&text)),
		}
	}

	/// Whether the signature is the account's, over all the rest.
	pub fn is_authentic(&self) -> bool {
		let text = custodian_text(
			H256(self.genesis.0),
			&self.institution.into(),
			&self.url,
			&self.encryption_key.0,
			self.expires,
		);
		verify(&self.account.into(), &text, &self.signature.0)
	}
}

/// The text that a new key signs for an account, so that the account gets no key that nobody has, or that
/// was meant for another account. The recovery pallet builds the same text: see its `key_text`.
pub fn key_text(
	genesis: H256,
	account: &AccountId,
	key: &AccountId,
	encryption_key: &[u8; 32],
	expires: u64,
) -> String {
	format!(
		"Vouchsafe key\nchain 0x{}\naccount 0x{}\nkey 0x{}\nencryption key 0x{}\nuntil {expires}",
		hex::encode(genesis.0),
		hex::encode(account_bytes(account)),
		hex::encode(account_bytes(key)),
		hex::encode(encryption_key),
	)
}

/// Why a file is not a key request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRequestError {
	/// It is not the JSON of one.
	#[error("it is not a key request: {0}")]
	Malformed(String),
	/// Its signature is not the key's.
	#[error("its signature is not that of the key: it was changed, or the key did not sign it")]
	NotSigned,
}

impl KeyRequest {
	/// Signs, as a new key, that it may sign for this account. The signer's key is the new one.
	pub async fn sign(
		signer: &impl Signer,
		genesis: H256,
		account: &AccountId,
		encryption_key: [u8; 32],
		expires: u64,
	) -> Result<Self, NotSigned> {
		let key = signer.key();
		let text = key_text(genesis, account, &key, &encryption_key, expires);
		let signature = signer.sign_as_account(ToSign::Text(&text)).await?;
		Ok(Self {
			genesis: genesis.into(),
			account: account.into(),
			key: (&key).into(),
			encryption_key: Hex(encryption_key),
			expires,
			signature: Hex(signature),
		})
	}

	/// Whether the signature is the new key's, over all the rest.
	pub fn is_authentic(&self) -> bool {
		let Self { genesis, account, key, encryption_key, expires, signature } = self;
		let key = AccountId::from(*key);
		let text = key_text(H256(genesis.0), &(*account).into(), &key, &encryption_key.0, *expires);
		verify(&key, &text, &signature.0)
	}

	/// Reads a file, and checks the signature in it. Whether it is for this chain and account, and still
	/// valid, is the caller's to check.
	pub fn read(file: &[u8]) -> Result<Self, KeyRequestError> {
		// Errors repeat a part of it.
		if file.len() > MAX_REQUEST {
			return Err(KeyRequestError::Malformed("it is too large".into()));
		}
		let request: Self = serde_json::from_slice(file)
			.map_err(|error| KeyRequestError::Malformed(one_line(&error.to_string())))?;
		match request.is_authentic() {
			true => Ok(request),
			false => Err(KeyRequestError::NotSigned),
		}
	}
}

#[cfg(test)]
mod tests;
