//! The door for signed requests. The checks come in this order, and the first that fails answers:
//! size, freshness, nonce, chain, audience (institution and action), signature, enrolment.

use super::refusal::Refused;
use crate::{app::App, store::Store};
use serde::de::DeserializeOwned;
use vouchsafe_client::{
	chain::{Account, AccountId, At, Chain, Status, Submit, View, H256},
	messages::{Hex, Signed, FRESHNESS, MAX_REQUEST},
	signing::now,
};

/// What a request must be made for.
#[derive(Clone, Debug)]
pub struct Expected<'a> {
	/// The time.
	pub now: u64,
	/// The chain.
	pub genesis: H256,
	/// The institution.
	pub institution: AccountId,
	/// What is asked.
	pub action: &'a str,
}

/// Somebody who was let in, and the chain as it was found then.
pub struct Visitor {
	/// The account that signed.
	pub account: AccountId,
	/// What the chain knows of it.
	pub enrolled: Account,
	/// The institution whose custodian this is.
	pub institution: AccountId,
	/// The chain.
	pub chain: Chain,
	/// As of the last finalised block.
	pub finalized: At,
}

/// Lets a request in.
pub async fn admit<T: DeserializeOwned>(
	app: &App,
	action: &str,
	bytes: &[u8],
) -> Result<(Visitor, T), Refused> {
	let node = app.node().ok_or(Refused::Unavailable)?;
	let institution = node.institution.ok_or(Refused::Unavailable)?;
	let genesis = node.chain.genesis();
	let expected = Expected { now: now(), genesis, institution: institution.clone(), action };
	let admitted = check(&app.store, &expected, bytes, |account| async move {
		let finalized = node.chain.finalized().await?;
		let known = finalized.account(&account).await?;
		Ok(known.map(|enrolled| (enrolled, finalized, node.chain)))
	})
	.await;
	let outcome = admitted.as_ref().map_or_else(|refused| refused.name(), |_| "admitted");
	metrics::counter!(
		"vouchsafe_custodian_requests_total",
		"action" => action.to_owned(),
		"outcome" => outcome
	)
	.increment(1);
	let (account, (enrolled, finalized, chain), body) = admitted?;
	Ok((Visitor { account, enrolled, institution, chain, finalized }, body))
}

/// The checks. `enrolment` looks the account up; all before it needs no chain.
pub async fn check<T, E, F>(
	store: &Store,
	expected: &Expected<'_>,
	bytes: &[u8],
	enrolment: impl FnOnce(AccountId) -> F,
) -> Result<(AccountId, E, T), Refused>
where
	T: DeserializeOwned,
	E: IsActive,
	F: std::future::Future<Output = Result<Option<E>, Refused>>,
{
	if bytes.len() > MAX_REQUEST {
		return Err(Refused::TooLarge);
	}
	let signed: Signed = serde_json::from_slice(bytes).map_err(Refused::malformed)?;
	let payload = signed.payload::<T>().map_err(Refused::malformed)?;
	if payload.at.abs_diff(expected.now) > FRESHNESS {
		return Err(Refused::NotFresh);
	}
	let (account, nonce) = (signed.account.0, payload.nonce.0);
	if store.run(move |store| store.is_used(account, nonce)).await? {
		return Err(Refused::Replayed);
	}
	if payload.genesis.0 != expected.genesis.0 {
		return Err(Refused::OtherChain);
	}
	if payload.custodian != Hex::from(&expected.institution) || payload.action != expected.action {
		return Err(Refused::OtherAudience);
	}
	if !signed.is_authentic() {
		return Err(Refused::NotSigned);
	}
	let id = account;
	let account = AccountId::from(account);
	let enrolled = enrolment(account.clone()).await?.ok_or(Refused::NoAccess)?;
	if !enrolled.is_active() {
		return Err(Refused::NoAccess);
	}
	// Only now, so that strangers can't fill the table; and it decides between two at once.
	let (now, expires) = (expected.now, payload.at.saturating_add(FRESHNESS));
	if !store.run(move |store| store.use_nonce(id, nonce, now, expires)).await? {
		return Err(Refused::Replayed);
	}
	Ok((account, enrolled, payload.body))
}

/// What the chain knows of an account, as far as the door cares.
pub trait IsActive {
	/// Whether it takes part and may sign.
	fn is_active(&self) -> bool;
}

impl IsActive for Account {
	fn is_active(&self) -> bool {
		self.status == Status::Active && !self.signing_disabled
	}
}

impl IsActive for (Account, At, Chain) {
	fn is_active(&self) -> bool {
		self.0.is_active()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use subxt_signer::sr25519::{dev, Keypair};
	use vouchsafe_client::{messages::Payload, signing::sign_payload};
	use vouchsafe_vault::seal::SecretKey;

	impl IsActive for bool {
		fn is_active(&self) -> bool {
			*self
		}
	}

	const NOW: u64 = 1_800_000_000;

	fn expected() -> Expected<'static> {
		Expected {
			now: NOW,
			genesis: H256([1; 32]),
			institution: AccountId::new([2; 32]),
			action: "read",
		}
	}

	fn payload() -> Payload<u32> {
		Payload {
			action: "read".into(),
			genesis: Hex([1; 32]),
			custodian: Hex([2; 32]),
			at: NOW,
			nonce: Hex([3; 16]),
			body: 7,
		}
	}

	fn key() -> Keypair {
		dev::alice()
	}

	struct Door {
		store: Store,
		_directory: tempfile::TempDir,
	}

	fn door() -> Door {
		let directory = tempfile::tempdir().unwrap();
		let store = Store::open(directory.path(), SecretKey::random()).unwrap();
		Door { store, _directory: directory }
	}

	impl Door {
		async fn knock(&self, signed: &Signed, enrolled: Option<bool>) -> Result<u32, Refused> {
			self.knock_with(&serde_json::to_vec(signed).unwrap(), enrolled).await
		}

		async fn knock_with(&self, bytes: &[u8], enrolled: Option<bool>) -> Result<u32, Refused> {
			let enrolment = |_| async move { Ok(enrolled) };
			check(&self.store, &expected(), bytes, enrolment).await.map(|(_, _, body)| body)
		}
	}

	#[tokio::test]
	async fn a_good_request_is_let_in_once() {
		let (door, signed) = (door(), sign_payload(&key(), &payload()));
		assert_eq!(door.knock(&signed, Some(true)).await.unwrap(), 7);
		assert!(matches!(door.knock(&signed, Some(true)).await, Err(Refused::Replayed)));
	}

	/// Each request fails from one check on; the first that fails answers.
	#[tokio::test]
	async fn the_checks_come_in_their_order() {
		let door = door();
		let mut bad = payload();
		// From the last check to the first, each adds a fault.
		let unenrolled = sign_payload(&key(), &bad);
		assert!(matches!(door.knock(&unenrolled, None).await, Err(Refused::NoAccess)));
		assert!(matches!(door.knock(&unenrolled, Some(false)).await, Err(Refused::NoAccess)));

		let mut forged = sign_payload(&key(), &bad);
		forged.account = Hex(dev::bob().public_key().0);
		assert!(matches!(door.knock(&forged, None).await, Err(Refused::NotSigned)));
		let forge = |bad: &Payload<u32>| {
			let mut signed = sign_payload(&key(), bad);
			signed.signature.0[5] ^= 1;
			signed
		};

		bad.action = "write".into();
		assert!(matches!(door.knock(&forge(&bad), None).await, Err(Refused::OtherAudience)));
		bad.action = "read".into();
		bad.custodian = Hex([9; 32]);
		assert!(matches!(door.knock(&forge(&bad), None).await, Err(Refused::OtherAudience)));

		bad.genesis = Hex([9; 32]);
		assert!(matches!(door.knock(&forge(&bad), None).await, Err(Refused::OtherChain)));

		let account = key().public_key().0;
		assert!(door.store.use_nonce(account, [3; 16], NOW, NOW + 1000).unwrap());
		assert!(matches!(door.knock(&forge(&bad), None).await, Err(Refused::Replayed)));

		for at in [NOW - FRESHNESS - 1, NOW + FRESHNESS + 1, 0, u64::MAX] {
			bad.at = at;
			assert!(matches!(door.knock(&forge(&bad), None).await, Err(Refused::NotFresh)));
		}

		let mut large = forge(&bad);
		large.payload.push_str(&" ".repeat(MAX_REQUEST));
		assert!(matches!(door.knock(&large, None).await, Err(Refused::TooLarge)));
	}

	#[tokio::test]
	async fn the_edges_of_freshness_are_let_in() {
		for at in [NOW - FRESHNESS, NOW + FRESHNESS] {
			let signed = sign_payload(&key(), &Payload { at, ..payload() });
			assert!(door().knock(&signed, Some(true)).await.is_ok());
		}
	}

	#[tokio::test]
	async fn strangers_use_up_no_nonce() {
		let (door, signed) = (door(), sign_payload(&key(), &payload()));
		assert!(door.knock(&signed, None).await.is_err());
		assert!(door.knock(&signed, Some(true)).await.is_ok());
	}

	#[tokio::test]
	async fn another_body_than_asked_for_is_malformed() {
		let door = door();
		let text =
			serde_json::to_string(&payload()).unwrap().replace("\"body\":7", "\"body\":\"x\"");
		let signed = Signed { payload: text, ..sign_payload(&key(), &payload()) };
		assert!(matches!(door.knock(&signed, Some(true)).await, Err(Refused::Malformed(_))));
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(64))]
		#[test]
		fn foreign_bytes_never_get_in(bytes: Vec<u8>, text in "\\PC*") {
			let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
			let door = door();
			let signed = Signed { payload: text, ..sign_payload(&key(), &payload()) };
			runtime.block_on(async {
				assert!(door.knock_with(&bytes, Some(true)).await.is_err());
				assert!(door.knock(&signed, Some(true)).await.is_err());
			});
		}
	}
}
