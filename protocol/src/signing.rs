//! Who signs, signed requests, and the texts that an enrollee, a custodian and an account that
//! delegates sign. Every text is wrapped in `<Bytes>` and `</Bytes>`, as wallet extensions wrap the
//! bytes that they sign.
//!
//! A [`Signer`] signs requests at once: with the account's key or, under a [`Delegation`], with a session
//! key. Everything else only the account's key signs, which can be in another program and ask a person.

use crate::{
	calls::RuntimeCall,
	extrinsics::{self, Binding},
	messages::{Delegation, Hex, Payload, Signed, SignedCustodian, MAX_DELEGATION},
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

	/// Whether this is the account's signature of it.
	pub fn is_signed_by(&self, account: &AccountId, signature: &[u8; 64]) -> bool {
		verify_bytes(account, &self.bytes(), signature)
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
	/// The account.
	fn account(&self) -> AccountId;

	/// Signs the text of a request, wrapped: with the key of the delegation if there is one, otherwise
	/// with the account's.
	fn sign_request(&self, text: &str) -> [u8; 64];

	/// What lets another key than the account's sign requests.
	fn delegation(&self) -> Option<Delegation> {
		None
	}

	/// Signs with the account's own key.
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
	Signed {
		payload,
		account: (&signer.account()).into(),
		signature,
		delegation: signer.delegation(),
	}
}

impl Signed {
	/// Whether the signature is the account's, over the payload, or that of a key which the account lets
	/// make requests on this chain at this time, in seconds since 1970.
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
	/// Asks the account to let a session key make requests from this time on, in seconds since 1970.
	pub async fn sign(
		signer: &impl Signer,
		session: &AccountId,
		genesis: H256,
		from: u64,
	) -> Result<Self, NotSigned> {
		let unsigned = Self {
			account: (&signer.account()).into(),
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
			account: (&signer.account()).into(),
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

#[cfg(test)]
mod tests;
