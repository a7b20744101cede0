//! A new key that two of an institution's staff propose for an account without guardians. Both make the same
//! call from the same [request file](RequestFile), with the same words for what proves who asked for the key.
//! The chain has a commitment to these words, whose salt is in the request file.

use super::RequestFile;
use crate::{
	evidence::{self, in_order},
	platform::{Keep, Platform},
	session::Session,
};
use anyhow::{Context as _, Result};
use codec::{DecodeAll, Encode};
use vouchsafe_protocol::{
	calls::{MultiSignature, RecoveryCall},
	messages::KeyRequest,
	storage,
	traits::View,
	types::{account_bytes, agreed_matter, AccountId, StaffMatter, H256, PROPOSAL_LIFETIME},
};

/// The folder of the proposals that the user has signed.
const FOLDER: &str = "key-proposals";

/// What the two of the staff sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyProposal {
	request: KeyRequest,
	institution: AccountId,
	evidence: String,
	commitment: H256,
}

impl KeyProposal {
	/// What one of the two signs.
	///
	/// # Errors
	///
	/// The evidence is empty or too long, or the request has no salt.
	pub fn new(file: &RequestFile, institution: &AccountId, evidence: &str) -> Result<Self> {
		let evidence = in_order(evidence)?;
		let commitment = commitment(file, &evidence)?;
		let (request, institution) = (file.request.clone(), institution.clone());
		Ok(Self { request, institution, evidence, commitment })
	}

	/// The request of the person with the new key.
	pub fn request(&self) -> &KeyRequest {
		&self.request
	}

	/// The institution.
	pub fn institution(&self) -> &AccountId {
		&self.institution
	}

	/// What proves who asked for the key, as it is signed.
	pub fn evidence(&self) -> &str {
		&self.evidence
	}

	/// What the two agree on.
	pub fn matter(&self) -> StaffMatter {
		StaffMatter::NewKey {
			key: self.request.key.into(),
			encryption_key: self.request.encryption_key.0,
			evidence: self.commitment,
		}
	}

	/// The call of each of them.
	pub(super) fn call(&self) -> RecoveryCall {
		RecoveryCall::propose {
			account: self.request.account.into(),
			institution: self.institution.clone(),
			key: self.request.key.into(),
			encryption_key: self.request.encryption_key.0,
			expires: self.request.expires,
			signature: MultiSignature::Sr25519(self.request.signature.0),
			evidence: self.commitment,
		}
	}

	/// Who has proposed it, if it waits for the second of the staff.
	pub(super) async fn proposer(&self, at: &impl View) -> Result<Option<AccountId>> {
		let key = storage::staff_proposal(&self.request.account.into(), &self.institution);
		let Some(found) = at.read(key).await? else { return Ok(None) };
		let waits = at.time().await? < found.at.saturating_add(PROPOSAL_LIFETIME);
		let is_it = found.content == agreed_matter(&self.matter());
		Ok((waits && is_it).then_some(found.origin))
	}

	/// Keeps what was signed, so that this program can say what waits.
	pub(super) async fn keep(&self, session: &Session<impl Platform>) -> Result<()> {
		let name = place(session, &self.request.account.into(), &self.institution);
		let (key, bytes) = (&session.me()?.encryption, self.matter().encode());
		session.keep.write_sealed(key, FOLDER, &name, &bytes).await
	}
}

/// The commitment to these words, with the salt of this request.
///
/// # Errors
///
/// The words are empty or too long, or the request has no salt.
pub fn evidence_of(file: &RequestFile, evidence: &str) -> Result<H256> {
	commitment(file, &in_order(evidence)?)
}

fn commitment(file: &RequestFile, evidence: &str) -> Result<H256> {
	let salt = file.salt.context(
		"this request has no salt, without which the evidence could be guessed: have the request made again",
	)?;
	Ok(evidence::commitment(&salt.0, evidence))
}

/// The last new key for this account that the user has signed for this institution. The chain has only a hash
/// of what waits.
pub(crate) async fn kept_matter(
	session: &Session<impl Platform>,
	account: &AccountId,
	institution: &AccountId,
) -> Option<StaffMatter> {
	let (me, name) = (session.me.as_ref()?, place(session, account, institution));
	let kept = session.keep.read_sealed(&me.encryption, FOLDER, &name).await.ok()??;
	StaffMatter::decode_all(&mut &kept[..]).ok()
}

/// Named by the account, the institution and the chain.
fn place(session: &Session<impl Platform>, account: &AccountId, institution: &AccountId) -> String {
	let [account, institution] = [account, institution].map(account_bytes);
	let names = [account, institution, session.genesis().0].map(|it| hex::encode(&it[..16]));
	names.join("-")
}
