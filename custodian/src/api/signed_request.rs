//! Authentication of signed requests. The checks come in this order, and the first that fails
//! determines the error: size, freshness, nonce, chain, audience (institution and action),
//! signature, key, enrolment, rate. The signature is that of the named key, or that of a session key that the
//! named one lets make requests. The named key is the account's first one, which has the account's name, or
//! the one that has replaced it: the chain says for which account it signs. A key that was replaced signs
//! nothing any more. The enrolment is the account's either way, so who may not sign cannot delegate either. Who
//! may not sign, but is enrolled, is admitted only where it can object: [`authenticate_enrolled`].
//! Custodians' accounts are not enrolled. Only what concerns studies, and the index for another member, is open
//! to them.

use super::{count_signed, error::ApiError};
use crate::{
	chain::{is_active, Block, Node},
	heads::Heads,
	parties::{Party, Signer},
	state::{Connected, State},
	store::Nonces,
};
use axum::http::HeaderMap;
use base64::{prelude::BASE64_STANDARD, Engine};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use vouchsafe_client::{
	chain::{account_bytes, Account, AccountId, AccountKind, KeyState},
	messages::{Hex, Signed, FRESHNESS, MAX_REQUEST, REQUEST_HEADER},
	signing::now,
};

/// What a request must be made for.
#[derive(Clone, Debug)]
struct Expected<'a> {
	/// The time, in seconds since 1970.
	now: u64,
	/// The institution.
	institution: AccountId,
	/// The action.
	action: &'a str,
}

/// The signer of a request that passed all checks, and the chain at that time.
pub struct Requester {
	/// The account for which the key signs.
	pub account: AccountId,
	/// The key that signed, or that let a session key sign.
	pub key: AccountId,
	/// The account's enrolment.
	pub enrolled: Account,
	/// The institution whose custodian this is.
	pub institution: AccountId,
	/// The node.
	pub node: Arc<dyn Node>,
	/// The last finalised block.
	pub finalized: Arc<dyn Block>,
}

impl Requester {
	/// Whether the account is active and may sign.
	pub fn is_active(&self) -> bool {
		is_active(&self.enrolled)
	}

	/// Whom limits count.
	pub fn signer(&self) -> Signer {
		Signer::enrolled(&self.account, &self.enrolled)
	}

	/// The chain's newest blocks, if they are recent enough to decide who has access and the
	/// requester may sign at both, with the same key. Check them again before something is given: the node may be slow.
	pub async fn heads(&self, state: &State) -> Result<Heads, ApiError> {
		let heads = Heads::read(state, &*self.node, self.finalized.clone()).await?;
		heads.check(state)?;
		if account_of(&*heads.best, &self.key).await? != self.account {
			return Err(ApiError::NoAccess);
		}
		let now = heads.best.account(&self.account).await?;
		match now.is_some_and(|account| is_active(&account)) {
			true => Ok(heads),
			false => Err(ApiError::NoAccess),
		}
	}
}

/// The signer of a request that concerns a study, or the index.
pub struct StudyRequester {
	/// The account for which the key signs.
	pub account: AccountId,
	/// Whether the signer is a patient.
	pub is_patient: bool,
	/// The institution whose custodian signed, if a custodian did.
	pub custodian_of: Option<AccountId>,
	/// The institution whose custodian this is.
	pub institution: AccountId,
	/// The node.
	pub node: Arc<dyn Node>,
	/// The last finalised block.
	pub finalized: Arc<dyn Block>,
}

impl StudyRequester {
	/// Whether the signer is the contributor, its registrar or its custodian.
	pub async fn acts_for(&self, contributor: &AccountId) -> Result<bool, ApiError> {
		if let Some(institution) = &self.custodian_of {
			return Ok(institution == contributor);
		}
		let is_same = self.account == *contributor;
		Ok(is_same || self.finalized.is_registrar(&self.account, contributor).await?)
	}
}

/// The signed request in a header. It is not checked.
pub fn in_header(headers: &HeaderMap) -> Result<Vec<u8>, ApiError> {
	let header = headers.get(REQUEST_HEADER).map_or(&[][..], |value| value.as_bytes());
	if header.len() > MAX_REQUEST {
		return Err(ApiError::TooLarge);
	}
	let decoded = BASE64_STANDARD.decode(header);
	decoded.map_err(|_| ApiError::Malformed(format!("{REQUEST_HEADER} is not base64")))
}

/// Checks a signed request for this action, and returns its signer and its body.
pub async fn authenticate<T: DeserializeOwned>(
	state: &State,
	action: &str,
	bytes: &[u8],
) -> Result<(Requester, T), ApiError> {
	admit(state, action, bytes, Requester::is_active).await
}

/// The same for an account that is enrolled, also if it is not active or its key is disabled. The caller gives it
/// nothing then but what it needs to object: see [`Requester::is_active`].
pub async fn authenticate_enrolled<T: DeserializeOwned>(
	state: &State,
	action: &str,
	bytes: &[u8],
) -> Result<(Requester, T), ApiError> {
	admit(state, action, bytes, |_| true).await
}

async fn admit<T: DeserializeOwned>(
	state: &State,
	action: &str,
	bytes: &[u8],
	is_admitted: impl FnOnce(&Requester) -> bool,
) -> Result<(Requester, T), ApiError> {
	let Connected { node, institution } = state.connected().ok_or(ApiError::Unavailable)?;
	let institution = institution.ok_or(ApiError::Unavailable)?;
	let expected = Expected { now: now(), institution, action };
	let limit = |requester: &Requester| match is_admitted(requester) {
		true => count_signed(state, &requester.signer().parties()),
		false => Err(ApiError::NoAccess),
	};
	let result = check(&*state.database, node, &expected, bytes, limit).await;
	count(action, &result);
	result
}

/// The same for what custodians' accounts are admitted to as well: what concerns studies, and the index.
pub async fn authenticate_for_study<T: DeserializeOwned>(
	state: &State,
	action: &str,
	bytes: &[u8],
) -> Result<(StudyRequester, T), ApiError> {
	let Connected { node, institution } = state.connected().ok_or(ApiError::Unavailable)?;
	let institution = institution.ok_or(ApiError::Unavailable)?;
	let expected = Expected { now: now(), institution, action };
	let limit = |parties: &[Party]| count_signed(state, parties);
	let result = check_for_study(&*state.database, node, &expected, bytes, limit).await;
	count(action, &result);
	result
}

fn count<T>(action: &str, result: &Result<T, ApiError>) {
	let outcome = result.as_ref().map_or_else(ApiError::name, |_| "admitted");
	metrics::counter!(
		"vouchsafe_custodian_requests_total",
		"action" => action.to_owned(),
		"outcome" => outcome
	)
	.increment(1);
}

async fn check<T: DeserializeOwned>(
	nonces: &dyn Nonces,
	node: Arc<dyn Node>,
	expected: &Expected<'_>,
	bytes: &[u8],
	admit: impl FnOnce(&Requester) -> Result<(), ApiError>,
) -> Result<(Requester, T), ApiError> {
	let authentic = Authentic::<T>::read(nonces, &*node, expected, bytes).await?;
	let key = authentic.key.clone();
	let finalized = node.finalized().await?;
	let account = account_of(&*finalized, &key).await?;
	let enrolled = finalized.account(&account).await?.ok_or(ApiError::NoAccess)?;
	let institution = expected.institution.clone();
	let requester = Requester { account, key, enrolled, institution, node, finalized };
	admit(&requester)?;
	let body = authentic.accept(nonces, expected).await?;
	Ok((requester, body))
}

async fn check_for_study<T: DeserializeOwned>(
	nonces: &dyn Nonces,
	node: Arc<dyn Node>,
	expected: &Expected<'_>,
	bytes: &[u8],
	limit: impl FnOnce(&[Party]) -> Result<(), ApiError>,
) -> Result<(StudyRequester, T), ApiError> {
	let authentic = Authentic::<T>::read(nonces, &*node, expected, bytes).await?;
	let finalized = node.finalized().await?;
	let account = account_of(&*finalized, &authentic.key).await?;
	let enrolled = finalized.account(&account).await?;
	let is_patient = enrolled.as_ref().is_some_and(|it| it.kind == AccountKind::Patient);
	let (signer, custodian_of) = match enrolled {
		Some(enrolled) if is_active(&enrolled) => (Signer::enrolled(&account, &enrolled), None),
		Some(_) => return Err(ApiError::NoAccess),
		None => {
			let institution = finalized.custodian_of(&account).await?.ok_or(ApiError::NoAccess)?;
			(Signer::custodian(&account, &institution), Some(institution))
		},
	};
	limit(&signer.parties())?;
	let body = authentic.accept(nonces, expected).await?;
	let institution = expected.institution.clone();
	Ok((StudyRequester { account, is_patient, custodian_of, institution, node, finalized }, body))
}

/// The account for which a key signs at this block. It need not be enrolled.
async fn account_of(block: &dyn Block, key: &AccountId) -> Result<AccountId, ApiError> {
	match block.key_state(key).await? {
		None => Ok(key.clone()),
		Some(KeyState::Signs(account)) => Ok(account),
		Some(KeyState::Replaced) => Err(ApiError::ReplacedKey),
	}
}

/// A request whose key signed it, for this custodian and this action.
struct Authentic<T> {
	key: AccountId,
	nonce: [u8; 16],
	at: u64,
	body: T,
}

impl<T: DeserializeOwned> Authentic<T> {
	async fn read(
		nonces: &dyn Nonces,
		node: &dyn Node,
		expected: &Expected<'_>,
		bytes: &[u8],
	) -> Result<Self, ApiError> {
		if bytes.len() > MAX_REQUEST {
			return Err(ApiError::TooLarge);
		}
		let signed: Signed = serde_json::from_slice(bytes).map_err(ApiError::malformed)?;
		let payload = signed.payload::<T>().map_err(ApiError::malformed)?;
		if payload.at.abs_diff(expected.now) > FRESHNESS {
			return Err(ApiError::NotFresh);
		}
		let (id, nonce) = (signed.account.0, payload.nonce.0);
		if nonces.is_used(id, nonce).await? {
			return Err(ApiError::Replayed);
		}
		if payload.genesis.0 != node.genesis().0 {
			return Err(ApiError::OtherChain);
		}
		let is_for_us = payload.custodian == Hex::from(&expected.institution);
		if !is_for_us || payload.action != expected.action {
			return Err(ApiError::OtherAudience);
		}
		if !signed.is_authentic(&node.genesis(), expected.now) {
			return Err(ApiError::NotSigned);
		}
		// Only from here on is the chain asked.
		Ok(Self { key: signed.account.into(), nonce, at: payload.at, body: payload.body })
	}

	/// The body, once it is known that the account may sign. The nonce, which is the key's, is stored last, so
	/// that strangers can't fill the table. This also decides between two identical requests at the same time.
	async fn accept(self, nonces: &dyn Nonces, expected: &Expected<'_>) -> Result<T, ApiError> {
		let expires = self.at.saturating_add(FRESHNESS);
		let id = account_bytes(&self.key);
		match nonces.use_nonce(id, self.nonce, expected.now, expires).await? {
			true => Ok(self.body),
			false => Err(ApiError::Replayed),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		chain::double::{account, BlockDouble, NodeDouble},
		store::sqlite::Sqlite,
	};
	use proptest::prelude::*;
	use subxt_signer::sr25519::{dev, Keypair};
	use vouchsafe_client::{
		chain::{Signer as _, Status},
		messages::{Delegation, Payload, MAX_DELEGATION},
		signing::{delegation_text, sign_payload, wrap},
	};

	const NOW: u64 = 1_800_000_000;
	const INSTITUTION: AccountId = AccountId::new([2; 32]);

	fn payload() -> Payload<u32> {
		Payload {
			action: "read".into(),
			genesis: Hex([1; 32]),
			custodian: Hex::from(&INSTITUTION),
			at: NOW,
			nonce: Hex([3; 16]),
			body: 7,
		}
	}

	fn key() -> Keypair {
		dev::alice()
	}

	fn signer() -> Account {
		account(AccountKind::Practitioner, INSTITUTION, [4; 32])
	}

	/// Admits who is active, as most endpoints do.
	fn active(requester: &Requester) -> Result<(), ApiError> {
		match requester.is_active() {
			true => Ok(()),
			false => Err(ApiError::NoAccess),
		}
	}

	/// A database with a check in front of it.
	struct Fixture {
		database: Sqlite,
		is_over_limit: bool,
		_directory: tempfile::TempDir,
	}

	impl Fixture {
		fn new() -> Self {
			let directory = tempfile::tempdir().unwrap();
			let database = Sqlite::open(directory.path()).unwrap();
			Self { database, is_over_limit: false, _directory: directory }
		}

		fn limit(&self) -> Result<(), ApiError> {
			match self.is_over_limit {
				true => Err(ApiError::RateLimited),
				false => Ok(()),
			}
		}

		/// Checks a request while the chain has this enrolment of its signer.
		async fn check(&self, signed: &Signed, enrolled: Option<Account>) -> Result<u32, ApiError> {
			self.check_bytes(&serde_json::to_vec(signed).unwrap(), enrolled).await
		}

		async fn check_bytes(
			&self,
			bytes: &[u8],
			enrolled: Option<Account>,
		) -> Result<u32, ApiError> {
			let node = node(block(enrolled));
			let expected = Expected { now: NOW, institution: INSTITUTION, action: "read" };
			let admit = |requester: &Requester| active(requester).and_then(|()| self.limit());
			check(&self.database, node, &expected, bytes, admit).await.map(|(_, body)| body)
		}

		/// The requester, while the chain has this block.
		async fn requester(
			&self,
			signed: &Signed,
			block: BlockDouble,
		) -> Result<Requester, ApiError> {
			let bytes = serde_json::to_vec(signed).unwrap();
			let expected = Expected { now: NOW, institution: INSTITUTION, action: "read" };
			let checked = check::<u32>(&self.database, node(block), &expected, &bytes, active);
			checked.await.map(|(requester, _)| requester)
		}
	}

	/// A block that has this enrolment of the signer.
	fn block(enrolled: Option<Account>) -> BlockDouble {
		let signer = key().public_key().0;
		let accounts = enrolled.into_iter().map(|account| (signer, account)).collect();
		BlockDouble { accounts, ..Default::default() }
	}

	/// The same, at which Bob's key has replaced the account's first one.
	fn block_with_new_key() -> BlockDouble {
		let mut block = block(Some(signer()));
		block.replace_key(&key().account(), &key().account(), &dev::bob().account());
		block
	}

	fn node(block: BlockDouble) -> Arc<NodeDouble> {
		let (genesis, best) = ([1; 32], block.clone());
		Arc::new(NodeDouble { genesis, finalized: block, best, ..NodeDouble::default() })
	}

	#[tokio::test]
	async fn a_valid_request_is_accepted_once() {
		let (fixture, signed) = (Fixture::new(), sign_payload(&key(), &payload()));
		assert_eq!(fixture.check(&signed, Some(signer())).await.unwrap(), 7);
		let again = fixture.check(&signed, Some(signer())).await;
		assert!(matches!(again, Err(ApiError::Replayed)));
	}

	/// It can be sent again, and who is not enrolled is told so, and not of limits.
	#[tokio::test]
	async fn who_is_over_the_limit_uses_up_no_nonce() {
		let (mut fixture, signed) = (Fixture::new(), sign_payload(&key(), &payload()));
		fixture.is_over_limit = true;
		let refused = fixture.check(&signed, Some(signer())).await;
		assert!(matches!(refused, Err(ApiError::RateLimited)));
		assert!(matches!(fixture.check(&signed, None).await, Err(ApiError::NoAccess)));
		fixture.is_over_limit = false;
		assert_eq!(fixture.check(&signed, Some(signer())).await.unwrap(), 7);
	}

	/// Each request fails one check earlier than the one before it.
	#[tokio::test]
	async fn the_checks_come_in_their_order() {
		let fixture = Fixture::new();
		let mut bad = payload();
		let valid = sign_payload(&key(), &bad);
		for not_active in [
			None,
			Some(Account { status: Status::Suspended, ..signer() }),
			Some(Account { disabled_since: Some(1), ..signer() }),
		] {
			let result = fixture.check(&valid, not_active).await;
			assert!(matches!(result, Err(ApiError::NoAccess)));
		}

		let mut forged = sign_payload(&key(), &bad);
		forged.account = Hex(dev::bob().public_key().0);
		assert!(matches!(fixture.check(&forged, None).await, Err(ApiError::NotSigned)));
		let forge = |bad: &Payload<u32>| {
			let mut signed = sign_payload(&key(), bad);
			signed.signature.0[5] ^= 1;
			signed
		};

		bad.action = "write".into();
		assert!(matches!(fixture.check(&forge(&bad), None).await, Err(ApiError::OtherAudience)));
		bad.action = "read".into();
		bad.custodian = Hex([9; 32]);
		assert!(matches!(fixture.check(&forge(&bad), None).await, Err(ApiError::OtherAudience)));

		bad.genesis = Hex([9; 32]);
		assert!(matches!(fixture.check(&forge(&bad), None).await, Err(ApiError::OtherChain)));

		let account = key().public_key().0;
		assert!(fixture.database.use_nonce(account, [3; 16], NOW, NOW + 1000).await.unwrap());
		assert!(matches!(fixture.check(&forge(&bad), None).await, Err(ApiError::Replayed)));

		for at in [NOW - FRESHNESS - 1, NOW + FRESHNESS + 1, 0, u64::MAX] {
			bad.at = at;
			assert!(matches!(fixture.check(&forge(&bad), None).await, Err(ApiError::NotFresh)));
		}

		let mut large = forge(&bad);
		large.payload.push_str(&" ".repeat(MAX_REQUEST));
		assert!(matches!(fixture.check(&large, None).await, Err(ApiError::TooLarge)));
	}

	#[tokio::test]
	async fn the_limits_of_freshness_are_accepted() {
		for at in [NOW - FRESHNESS, NOW + FRESHNESS] {
			let signed = sign_payload(&key(), &Payload { at, ..payload() });
			assert!(Fixture::new().check(&signed, Some(signer())).await.is_ok());
		}
	}

	#[tokio::test]
	async fn strangers_use_up_no_nonce() {
		let (fixture, signed) = (Fixture::new(), sign_payload(&key(), &payload()));
		assert!(matches!(fixture.check(&signed, None).await, Err(ApiError::NoAccess)));
		assert_eq!(fixture.check(&signed, Some(signer())).await.unwrap(), 7);
	}

	#[tokio::test]
	async fn another_body_than_expected_is_malformed() {
		let fixture = Fixture::new();
		let text =
			serde_json::to_string(&payload()).unwrap().replace("\"body\":7", "\"body\":\"x\"");
		let signed = Signed { payload: text, ..sign_payload(&key(), &payload()) };
		let result = fixture.check(&signed, Some(signer())).await;
		assert!(matches!(result, Err(ApiError::Malformed(_))));
	}

	/// A request that a session key signs for the account, by a delegation that is changed before the
	/// account signs it.
	fn delegated(change: impl Fn(&mut Delegation)) -> Signed {
		delegated_by(&key(), &dev::bob(), change)
	}

	/// The same with these keys.
	fn delegated_by(by: &Keypair, session: &Keypair, change: impl Fn(&mut Delegation)) -> Signed {
		let mut delegation = Delegation {
			account: Hex(by.public_key().0),
			session: Hex(session.public_key().0),
			genesis: Hex([1; 32]),
			from: NOW,
			until: NOW + MAX_DELEGATION,
			signature: Hex([0; 64]),
		};
		change(&mut delegation);
		delegation.signature = Hex(by.sign(&wrap(&delegation_text(&delegation))).0);
		let signed = sign_payload(session, &payload());
		Signed { account: Hex(by.public_key().0), delegation: Some(delegation), ..signed }
	}

	#[tokio::test]
	async fn a_session_key_is_accepted_for_the_account_and_each_request_once() {
		let (fixture, signed) = (Fixture::new(), delegated(|_| {}));
		assert_eq!(fixture.check(&signed, Some(signer())).await.unwrap(), 7);
		let again = fixture.check(&signed, Some(signer())).await;
		assert!(matches!(again, Err(ApiError::Replayed)));
	}

	#[tokio::test]
	async fn a_new_key_makes_requests_as_the_account() {
		let (fixture, signed) = (Fixture::new(), sign_payload(&dev::bob(), &payload()));
		// Before, it is nobody's.
		let stranger = fixture.requester(&signed, block(Some(signer()))).await;
		assert!(matches!(stranger, Err(ApiError::NoAccess)));
		let requester = fixture.requester(&signed, block_with_new_key()).await.unwrap();
		assert_eq!(requester.account, key().account());
		assert_eq!(requester.key, dev::bob().account());
		// Limits count the account, whichever its key is.
		let before = crate::parties::Signer::enrolled(&key().account(), &signer());
		assert_eq!(requester.signer(), before);
		let again = fixture.requester(&signed, block_with_new_key()).await;
		assert!(matches!(again, Err(ApiError::Replayed)));
	}

	#[tokio::test]
	async fn a_new_key_may_sign_only_if_the_account_may() {
		let signed = sign_payload(&dev::bob(), &payload());
		for change in [
			|block: &mut BlockDouble| block.accounts.clear(),
			|block: &mut BlockDouble| {
				let each = |account: &mut Account| account.status = Status::Suspended;
				block.accounts.values_mut().for_each(each);
			},
			|block: &mut BlockDouble| {
				let each = |account: &mut Account| account.disabled_since = Some(1);
				block.accounts.values_mut().for_each(each);
			},
		] {
			let mut block = block_with_new_key();
			change(&mut block);
			let refused = Fixture::new().requester(&signed, block).await;
			assert!(matches!(refused, Err(ApiError::NoAccess)));
		}
	}

	/// Where an account can object, it is admitted once, and it is known that it is not active.
	#[tokio::test]
	async fn who_may_not_sign_is_admitted_only_where_it_can_object() {
		let fixture = Fixture::new();
		let bytes = serde_json::to_vec(&sign_payload(&key(), &payload())).unwrap();
		let expected = Expected { now: NOW, institution: INSTITUTION, action: "read" };
		let enrolled = Account { disabled_since: Some(1), ..signer() };
		let check = async |block: BlockDouble| {
			let node = node(block);
			check::<u32>(&fixture.database, node, &expected, &bytes, |_| Ok(())).await
		};
		let stranger = check(block(None)).await;
		assert!(matches!(stranger, Err(ApiError::NoAccess)));
		let (requester, _) = check(block(Some(enrolled.clone()))).await.unwrap();
		assert!(!requester.is_active());
		let again = check(block(Some(enrolled))).await;
		assert!(matches!(again, Err(ApiError::Replayed)));
	}

	/// It is told so after its signature was checked, and uses up no nonce.
	#[tokio::test]
	async fn a_replaced_key_and_its_session_keys_are_refused() {
		let fixture = Fixture::new();
		for signed in [sign_payload(&key(), &payload()), delegated(|_| {})] {
			let refused = fixture.requester(&signed, block_with_new_key()).await;
			assert!(matches!(refused, Err(ApiError::ReplacedKey)));
			let mut forged = signed.clone();
			forged.signature.0[5] ^= 1;
			let refused = fixture.requester(&forged, block_with_new_key()).await;
			assert!(matches!(refused, Err(ApiError::NotSigned)));
		}
		let signed = sign_payload(&key(), &payload());
		assert!(fixture.requester(&signed, block(Some(signer()))).await.is_ok());
	}

	#[tokio::test]
	async fn a_new_keys_session_key_makes_requests_as_the_account() {
		let signed = delegated_by(&dev::bob(), &dev::charlie(), |_| {});
		let requester = Fixture::new().requester(&signed, block_with_new_key()).await.unwrap();
		assert_eq!(requester.account, key().account());
		assert_eq!(requester.key, dev::bob().account());
	}

	#[tokio::test]
	async fn requests_about_studies_know_keys_too() {
		let fixture = Fixture::new();
		let check = async |by: &Keypair, block: BlockDouble| {
			let bytes = serde_json::to_vec(&sign_payload(by, &payload())).unwrap();
			let expected = Expected { now: NOW, institution: INSTITUTION, action: "read" };
			let checking =
				check_for_study::<u32>(&fixture.database, node(block), &expected, &bytes, |_| {
					Ok(())
				});
			checking.await.map(|(requester, _)| requester.account)
		};
		let replaced = check(&key(), block_with_new_key()).await;
		assert!(matches!(replaced, Err(ApiError::ReplacedKey)));
		assert_eq!(check(&dev::bob(), block_with_new_key()).await.unwrap(), key().account());
	}

	/// The requester's key at the last final block is another one than at the best block.
	#[tokio::test]
	async fn the_key_signs_for_the_account_at_the_best_block_too() {
		let (state, _surroundings) = crate::state::double::state(None, |_| ());
		let current = |block: BlockDouble| BlockDouble { number: 5, time: now(), ..block };
		let requester = |by: &Keypair, finalized: BlockDouble, best: BlockDouble| {
			let node = NodeDouble {
				genesis: [1; 32],
				finalized: current(finalized),
				best: BlockDouble { number: 6, ..current(best) },
				..NodeDouble::default()
			};
			let bytes = serde_json::to_vec(&sign_payload(by, &payload())).unwrap();
			async move {
				let fixture = Fixture::new();
				let expected = Expected { now: NOW, institution: INSTITUTION, action: "read" };
				let (database, node) = (&fixture.database, Arc::new(node));
				let checking = check::<u32>(database, node, &expected, &bytes, |_| Ok(()));
				checking.await.unwrap().0
			}
		};
		let (before, after) = (|| block(Some(signer())), block_with_new_key);
		let first = requester(&key(), before(), before()).await;
		assert!(first.heads(&state).await.is_ok());
		let replaced = requester(&key(), before(), after()).await;
		assert!(matches!(replaced.heads(&state).await, Err(ApiError::ReplacedKey)));
		let new = requester(&dev::bob(), after(), after()).await;
		assert!(new.heads(&state).await.is_ok());
		// A fork on which the key was not replaced, and one on which it is another account's.
		let forked = requester(&dev::bob(), after(), before()).await;
		assert!(matches!(forked.heads(&state).await, Err(ApiError::NoAccess)));
		let mut others = after();
		let (other, bob) = (dev::dave().account(), dev::bob().account());
		others.replace_key(&other, &other, &bob);
		others.accounts.insert(account_bytes(&other), signer());
		let forked = requester(&dev::bob(), after(), others).await;
		assert!(matches!(forked.heads(&state).await, Err(ApiError::NoAccess)));
	}

	#[tokio::test]
	async fn who_may_not_sign_cannot_delegate_either() {
		let fixture = Fixture::new();
		for not_active in [
			None,
			Some(Account { status: Status::Suspended, ..signer() }),
			Some(Account { disabled_since: Some(1), ..signer() }),
		] {
			let result = fixture.check(&delegated(|_| {}), not_active).await;
			assert!(matches!(result, Err(ApiError::NoAccess)));
		}
	}

	#[tokio::test]
	async fn a_delegation_holds_within_its_limits_only() {
		let limits: [fn(&mut Delegation); 2] =
			[|it| (it.from, it.until) = (NOW - 1, NOW + 1), |it| it.until = NOW + 1];
		for change in limits {
			assert!(Fixture::new().check(&delegated(change), Some(signer())).await.is_ok());
		}
		type Change = fn(&mut Delegation);
		let others: [(&str, Change); 6] = [
			("expired", |it| (it.from, it.until) = (NOW - MAX_DELEGATION, NOW)),
			("not yet valid", |it| (it.from, it.until) = (NOW + 1, NOW + 2)),
			("too long", |it| it.until += 1),
			("of another chain", |it| it.genesis = Hex([9; 32])),
			("of another account", |it| it.account = Hex(dev::charlie().public_key().0)),
			("for another key", |it| it.session = Hex(dev::charlie().public_key().0)),
		];
		for (what, change) in others {
			let result = Fixture::new().check(&delegated(change), Some(signer())).await;
			assert!(matches!(result, Err(ApiError::NotSigned)), "{what}");
		}
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(64))]
		#[test]
		fn foreign_bytes_are_never_accepted(bytes: Vec<u8>, text in "\\PC*") {
			let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
			let fixture = Fixture::new();
			let signed = Signed { payload: text, ..sign_payload(&key(), &payload()) };
			runtime.block_on(async {
				assert!(fixture.check_bytes(&bytes, Some(signer())).await.is_err());
				assert!(fixture.check(&signed, Some(signer())).await.is_err());
			});
		}
	}
}
