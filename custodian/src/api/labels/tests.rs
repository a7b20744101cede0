//! Delivering and fetching label keys, and computing tags, with a real database and a double of the
//! chain.

use super::*;
use crate::{
	chain::double::{account, BlockDouble, NodeDouble},
	state::{
		double::{state, Surroundings},
		Connected,
	},
};
use proptest::prelude::*;
use serde::Serialize;
use subxt_signer::sr25519::{dev, Keypair};
use vouchsafe_client::{
	chain::{Scopes, Signer, Status, H256},
	signing::{now, sign_request},
};
use vouchsafe_vault::seal::SecretKey;

const GENESIS: [u8; 32] = [1; 32];
const INSTITUTION: AccountId = AccountId::new([3; 32]);
const OTHER: AccountId = AccountId::new([4; 32]);

fn author() -> Keypair {
	dev::alice()
}

fn registrar() -> Keypair {
	dev::bob()
}

fn patient() -> Keypair {
	dev::charlie()
}

fn id(key: &Keypair) -> AccountId {
	key.account()
}

/// A custodian whose institution enrolled the patient.
struct Fixture {
	state: Arc<Shared>,
	patient_key: SecretKey,
	key: LabelKey,
	/// The chain while everything is allowed.
	block: BlockDouble,
	_surroundings: Surroundings,
}

impl Fixture {
	fn new() -> Self {
		let (state, surroundings) = state(None, |_| {});
		let state = Arc::new(state);
		let patient_key = SecretKey::random();
		let enrolled = |kind, key| account(kind, INSTITUTION, key);
		let block = BlockDouble {
			time: now(),
			accounts: [
				(author(), enrolled(AccountKind::Practitioner, [0; 32])),
				(registrar(), enrolled(AccountKind::Practitioner, [0; 32])),
				(patient(), enrolled(AccountKind::Patient, patient_key.public().0)),
			]
			.map(|(key, account)| (account_bytes(&id(&key)), account))
			.into(),
			registrars: vec![(id(&registrar()), INSTITUTION)],
			permitted: vec![id(&author())],
			..Default::default()
		};
		let key = LabelKey::random();
		let fixture = Self { state, patient_key, key, block, _surroundings: surroundings };
		fixture.set_chain(|_| (), |_| ());
		fixture
	}

	/// Sets the chain's finalised and best block, each with a change.
	fn set_chain(
		&self,
		finalized: impl FnOnce(&mut BlockDouble),
		best: impl FnOnce(&mut BlockDouble),
	) {
		let mut node = NodeDouble {
			genesis: GENESIS,
			finalized: self.block.clone(),
			best: self.block.clone(),
			..NodeDouble::default()
		};
		finalized(&mut node.finalized);
		best(&mut node.best);
		let institution = Some(INSTITUTION);
		self.state.set_connected(Some(Connected { node: Arc::new(node), institution }));
	}

	fn sign<T: Serialize>(&self, key: &Keypair, action: &str, body: &T) -> Bytes {
		let signed = sign_request(key, H256(GENESIS), &INSTITUTION, action, body, now());
		serde_json::to_vec(&signed).unwrap().into()
	}

	/// The key, sealed to this custodian.
	fn sealed(&self, key: &LabelKey) -> Vec<u8> {
		let to = self.state.keys.encryption.public();
		key.seal(&to, &GENESIS, &account_bytes(&id(&patient()))).unwrap()
	}

	async fn deliver_sealed(&self, by: &Keypair, key: Vec<u8>) -> Result<(), ApiError> {
		let delivery = DeliverLabelKey { patient: Hex::from(&id(&patient())), key: HexBytes(key) };
		let request = self.sign(by, action::DELIVER_LABEL_KEY, &delivery);
		deliver_label_key(State(self.state.clone()), request).await.map(drop)
	}

	async fn deliver(&self, by: &Keypair) -> Result<(), ApiError> {
		self.deliver_sealed(by, self.sealed(&self.key)).await
	}

	async fn fetch(&self, by: &Keypair) -> Result<LabelKey, ApiError> {
		self.fetch_of(by, None, &self.patient_key).await
	}

	/// Fetches the patient's key, or the requester's own, which is sealed to this key.
	async fn fetch_of(
		&self,
		by: &Keypair,
		of: Option<&Keypair>,
		key: &SecretKey,
	) -> Result<LabelKey, ApiError> {
		let body = FetchLabelKey { patient: of.map(|of| Hex::from(&id(of))) };
		let request = self.sign(by, action::FETCH_LABEL_KEY, &body);
		let Json(envelope) = fetch_label_key(State(self.state.clone()), request).await?;
		let patient = account_bytes(&id(&patient()));
		Ok(LabelKey::open(key, &GENESIS, &patient, &envelope.key.0).unwrap())
	}

	async fn tags(&self, by: &Keypair, words: &[&str]) -> Result<Vec<Hex<4>>, ApiError> {
		let words = words.iter().map(|word| (*word).to_owned()).collect();
		let ask = AskLabelTags { patient: Hex::from(&id(&patient())), words };
		let request = self.sign(by, action::LABEL_TAGS, &ask);
		label_tags(State(self.state.clone()), request).await.map(|Json(answer)| answer.tags)
	}

	fn change_patient(&self, change: impl Fn(&mut vouchsafe_client::chain::Account)) {
		self.set_chain(
			|block| {
				block.accounts.entry(account_bytes(&id(&patient()))).and_modify(change);
			},
			|_| (),
		);
	}
}

#[tokio::test]
async fn authors_get_tags_and_the_patient_gets_the_key() {
	for by in [patient(), registrar()] {
		let fixture = Fixture::new();
		assert!(matches!(fixture.fetch(&patient()).await, Err(ApiError::NoLabelKey)));
		assert!(matches!(fixture.tags(&author(), &["hiv"]).await, Err(ApiError::NoLabelKey)));
		// The same key can be delivered again.
		for _ in 0..2 {
			fixture.deliver(&by).await.unwrap();
		}
		let tags = fixture.tags(&author(), &["psychiatry", "hiv", "own-word"]).await.unwrap();
		let expected = ["psychiatry", "hiv", "own-word"].map(|word| Hex(fixture.key.tag(word).0));
		assert_eq!(tags, expected);
		assert!(fixture.fetch(&patient()).await.unwrap() == fixture.key);
	}
}

/// A custodian with the patient's key, and a representative of the patient with its secret key.
async fn with_representative() -> (Fixture, Keypair, SecretKey) {
	let (mut fixture, representative, secret) = (Fixture::new(), dev::dave(), SecretKey::random());
	fixture.deliver(&registrar()).await.unwrap();
	let enrolled = account(AccountKind::Person, INSTITUTION, secret.public().0);
	fixture.block.accounts.insert(account_bytes(&id(&representative)), enrolled);
	(fixture, representative, secret)
}

/// The representation of the patient by the representative.
fn represents(within: Scope) -> impl Fn(&mut BlockDouble) {
	move |block| {
		let within = Scopes::of(&[within]);
		block.representatives.push((id(&patient()), id(&dev::dave()), within));
	}
}

#[tokio::test]
async fn a_representative_with_the_scope_of_consents_gets_the_key() {
	let (fixture, representative, secret) = with_representative().await;
	let of = patient();
	let fetch = || fixture.fetch_of(&representative, Some(&of), &secret);
	fixture.set_chain(|_| (), |_| ());
	assert!(matches!(fetch().await, Err(ApiError::NoAccess)));
	fixture.set_chain(represents(Scope::Consents), represents(Scope::Consents));
	assert!(fetch().await.unwrap() == fixture.key, "sealed to the representative");
	assert!(fixture.fetch(&patient()).await.unwrap() == fixture.key);
	let by_name = fixture.fetch_of(&patient(), Some(&patient()), &fixture.patient_key).await;
	assert!(by_name.unwrap() == fixture.key);
	// A representative has no key of its own, and others represent nobody.
	assert!(matches!(fixture.fetch(&representative).await, Err(ApiError::NoAccess)));
	for by in [author(), registrar()] {
		let answer = fixture.fetch_of(&by, Some(&patient()), &secret).await;
		assert!(matches!(answer, Err(ApiError::NoAccess)));
	}
	let answer = fixture.fetch_of(&representative, Some(&author()), &secret).await;
	assert!(matches!(answer, Err(ApiError::NoAccess)));
}

#[tokio::test]
async fn a_representative_gets_the_key_at_both_blocks_and_within_its_scopes_only() {
	let (fixture, representative, secret) = with_representative().await;
	let patient = patient();
	let fetch = || fixture.fetch_of(&representative, Some(&patient), &secret);
	for scope in [Scope::Requests, Scope::Records, Scope::Holders] {
		fixture.set_chain(represents(scope), represents(scope));
		assert!(matches!(fetch().await, Err(ApiError::NoAccess)), "{scope}");
	}
	// Who was suspended in the best block gets nothing from then on.
	fixture.set_chain(represents(Scope::Consents), |_| ());
	assert!(matches!(fetch().await, Err(ApiError::NoAccess)));
	fixture.set_chain(|_| (), represents(Scope::Consents));
	assert!(matches!(fetch().await, Err(ApiError::NoAccess)));
	let disable = |block: &mut BlockDouble| {
		represents(Scope::Consents)(block);
		let own = block.accounts.get_mut(&account_bytes(&id(&dev::dave())));
		own.into_iter().for_each(|account| account.disabled_since = Some(1));
	};
	fixture.set_chain(disable, disable);
	assert!(matches!(fetch().await, Err(ApiError::NoAccess)));
	fixture.set_chain(represents(Scope::Consents), disable);
	assert!(matches!(fetch().await, Err(ApiError::NoAccess)));
	let old = |block: &mut BlockDouble| {
		represents(Scope::Consents)(block);
		block.time -= 1_000;
	};
	fixture.set_chain(old, old);
	assert!(matches!(fetch().await, Err(ApiError::Behind(_))));
}

/// The attack: with a false key here, the patient's denies by label would close nothing.
#[tokio::test]
async fn a_representative_delivers_no_key() {
	let (fixture, representative) = (Fixture::new(), dev::dave());
	let change = |block: &mut BlockDouble| {
		represents(Scope::Consents)(block);
		let enrolled = account(AccountKind::Person, INSTITUTION, [0; 32]);
		block.accounts.insert(account_bytes(&id(&dev::dave())), enrolled);
	};
	fixture.set_chain(change, change);
	assert!(matches!(fixture.deliver(&representative).await, Err(ApiError::NoAccess)));
}

#[tokio::test]
async fn the_first_key_stays() {
	let fixture = Fixture::new();
	fixture.deliver(&registrar()).await.unwrap();
	let other = fixture.sealed(&LabelKey::random());
	for by in [patient(), registrar()] {
		let result = fixture.deliver_sealed(&by, other.clone()).await;
		assert!(matches!(result, Err(ApiError::OtherLabelKey)));
	}
	assert!(fixture.fetch(&patient()).await.unwrap() == fixture.key);
}

#[tokio::test]
async fn only_the_patient_and_the_registrar_deliver() {
	let fixture = Fixture::new();
	assert!(matches!(fixture.deliver(&author()).await, Err(ApiError::NoAccess)));
	fixture.set_chain(|block| block.registrars = vec![(id(&registrar()), OTHER)], |_| ());
	assert!(matches!(fixture.deliver(&registrar()).await, Err(ApiError::NoAccess)));
	// A registrar delivers only for patients whom this institution enrolled; a patient everywhere.
	fixture.change_patient(|patient| patient.enrolled_by = OTHER);
	assert!(matches!(fixture.deliver(&registrar()).await, Err(ApiError::NoAccess)));
	fixture.deliver(&patient()).await.unwrap();

	let fixture = Fixture::new();
	fixture.change_patient(|patient| patient.kind = AccountKind::Person);
	for by in [registrar(), patient()] {
		assert!(matches!(fixture.deliver(&by).await, Err(ApiError::NoAccess)));
	}
	fixture.change_patient(|patient| patient.status = Status::Suspended);
	assert!(matches!(fixture.deliver(&patient()).await, Err(ApiError::NoAccess)));
	let unknown = |block: &mut BlockDouble| {
		block.accounts.remove(&account_bytes(&id(&patient())));
	};
	fixture.set_chain(unknown, |_| ());
	assert!(matches!(fixture.deliver(&registrar()).await, Err(ApiError::NotYet)));
}

#[tokio::test]
async fn a_registrar_delivers_within_a_day_or_before_anything_happens() {
	for (age, entries, is_in_time) in
		[(A_DAY, 9, true), (A_DAY + 1, 9, false), (A_DAY + 1, 2, false), (A_DAY + 1, 1, true)]
	{
		let fixture = Fixture::new();
		let late = |block: &mut BlockDouble| {
			(block.time, block.entries) = (1_000 + age, entries);
			let patient = block.accounts.get_mut(&account_bytes(&id(&patient()))).unwrap();
			patient.status_since = 1_000;
		};
		fixture.set_chain(late, |_| ());
		let delivered = fixture.deliver(&registrar()).await;
		assert_eq!(delivered.is_ok(), is_in_time, "{age} {entries}: {delivered:?}");
		// A patient may always.
		fixture.deliver(&patient()).await.unwrap();
	}
}

#[tokio::test]
async fn a_key_for_another_custodian_or_patient_is_refused() {
	let fixture = Fixture::new();
	let patient_bytes = account_bytes(&id(&patient()));
	let key = &fixture.key;
	let own = fixture.state.keys.encryption.public();
	let foreign = key.seal(&SecretKey::random().public(), &GENESIS, &patient_bytes).unwrap();
	let other_patient = key.seal(&own, &GENESIS, &[9; 32]).unwrap();
	let other_chain = key.seal(&own, &[9; 32], &patient_bytes).unwrap();
	for sealed in [foreign, other_patient, other_chain, vec![], vec![1; 81]] {
		let result = fixture.deliver_sealed(&patient(), sealed).await;
		assert!(matches!(result, Err(ApiError::Mismatch(_))), "{result:?}");
	}
	assert!(matches!(fixture.fetch(&patient()).await, Err(ApiError::NoLabelKey)));
}

#[tokio::test]
async fn only_a_patient_fetches_and_only_the_own_key() {
	let fixture = Fixture::new();
	fixture.deliver(&patient()).await.unwrap();
	for by in [author(), registrar()] {
		assert!(matches!(fixture.fetch(&by).await, Err(ApiError::NoAccess)));
	}
	let other = account(AccountKind::Patient, INSTITUTION, SecretKey::random().public().0);
	let author_bytes = account_bytes(&id(&author()));
	let as_patient = |block: &mut BlockDouble| {
		block.accounts.insert(author_bytes, other);
	};
	fixture.set_chain(as_patient, |_| ());
	assert!(matches!(fixture.fetch(&author()).await, Err(ApiError::NoLabelKey)));
}

#[tokio::test]
async fn tags_are_for_those_who_may_write_at_both_blocks() {
	let fixture = Fixture::new();
	fixture.deliver(&patient()).await.unwrap();
	for by in [registrar(), patient()] {
		assert!(matches!(fixture.tags(&by, &["hiv"]).await, Err(ApiError::NoAccess)));
	}
	fn not_permitted(block: &mut BlockDouble) {
		block.permitted.clear();
	}
	fixture.set_chain(not_permitted, |_| ());
	assert!(matches!(fixture.tags(&author(), &["hiv"]).await, Err(ApiError::NoAccess)));
	fixture.set_chain(|_| (), not_permitted);
	assert!(matches!(fixture.tags(&author(), &["hiv"]).await, Err(ApiError::NoAccess)));
	fixture.set_chain(|_| (), |_| ());
	assert!(fixture.tags(&author(), &["hiv"]).await.is_ok());
}

#[tokio::test]
async fn words_are_checked() {
	let fixture = Fixture::new();
	fixture.deliver(&patient()).await.unwrap();
	let long = "x".repeat(25);
	for words in [&[][..], &["hiv"; 33], &["HIV"], &["hiv", ""], &[&long]] {
		let result = fixture.tags(&author(), words).await;
		assert!(matches!(result, Err(ApiError::Mismatch(_))), "{words:?}");
	}
	assert!(fixture.tags(&author(), &["hiv"; 32]).await.is_ok());
}

#[tokio::test]
async fn an_account_asks_for_4096_words_an_hour() {
	let fixture = Fixture::new();
	fixture.deliver(&patient()).await.unwrap();
	for _ in 0..128 {
		assert_eq!(fixture.tags(&author(), &["hiv"; 32]).await.unwrap().len(), 32);
	}
	assert!(matches!(fixture.tags(&author(), &["hiv"; 32]).await, Err(ApiError::TooManyTags)));
	// Each account has a limit of its own.
	let permit = |block: &mut BlockDouble| block.permitted.push(id(&registrar()));
	fixture.set_chain(permit, permit);
	assert!(fixture.tags(&registrar(), &["hiv"; 32]).await.is_ok());
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(32))]
	#[test]
	fn foreign_bodies_never_panic(key: Vec<u8>, words: Vec<String>) {
		let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
		let fixture = Fixture::new();
		let words: Vec<_> = words.iter().map(String::as_str).collect();
		runtime.block_on(async {
			assert!(fixture.deliver_sealed(&patient(), key).await.is_err());
			fixture.deliver(&patient()).await.unwrap();
			let _ = fixture.tags(&author(), &words).await;
		});
	}
}
