//! Attacks on the key of a patient's account: by too few guardians, by a thief, by a hospital, and with a key
//! that was replaced.

use super::{
	representatives::{all_refused, enrol, persons},
	scene::{account, custodian, Scene, HOSPITAL_A},
	Attack, Played, Stopped,
};
use crate::{
	commands::{encryption_key, keypair},
	network::{hand_in, insert_entry, Network},
	stops,
};
use anyhow::{ensure, Context, Result};
use codec::Encode;
use serde_json::{Map, Value};
use std::sync::Arc;
use subxt_signer::sr25519::Keypair;
use vouchsafe_client::{
	chain::{
		calls::{batch_all, ConsentCall, EnrolmentCall, MultiSignature, RecoveryCall, RuntimeCall},
		guardians_commitment, refusal_of, storage, Account, AccountId, AccountKind, Chain,
		ChainError, Effect, Grantee, KeyState, RecoveryView, ShownText, Status, Submit, Terms,
		View, H256,
	},
	custodian::{Custodian, CustodianError},
	messages::{HexBytes, KeyRequest, ReadLog, ReadState, SubmitExtrinsic},
	signing::{now, ReplacementKey},
};

/// The attacks.
pub const ATTACKS: &[Attack] = &[
	Attack::shared(
		"5.5a",
		"One guardian of two, with the hospital, gives a patient another key",
		|network| Box::pin(one_guardian(network)),
	),
	Attack::shared(
		"5.5b",
		"A thief with the phone changes the key and the guardians at once",
		|network| Box::pin(a_thief(network)),
	),
	Attack::shared("5.5c", "A hospital disables a patient's key and proposes its own", |network| {
		Box::pin(a_hospital(network))
	}),
	Attack::shared("5.5d", "Who has a replaced key signs calls and requests with it", |network| {
		Box::pin(a_replaced_key(network))
	}),
];

/// A patient whose key was replaced, which takes days. The genesis block has the account and both keys.
const RENEWED: &str = "//Attack//Renewed";
const PRESENT: &str = "//Attack//Renewed//Present";
/// The salt of all lists of guardians here.
const SALT: H256 = H256([5; 32]);

/// Puts the patient whose key was replaced into the genesis block.
pub(super) fn plant(state: &mut Map<String, Value>) {
	let (patient, key) = (account(RENEWED), account(PRESENT));
	let enrolled = Account {
		kind: AccountKind::Patient,
		status: Status::Active,
		status_since: 0,
		disabled_since: None,
		doubt: None,
		encryption_key: encryption_key(PRESENT).public().0,
		enrolled_by: account("//HospitalA"),
	};
	let mut insert = |key: Vec<u8>, value: Vec<u8>| insert_entry(state, &key, &value);
	insert(storage::account(&patient).bytes, enrolled.encode());
	insert(storage::key_state(&patient).bytes, KeyState::Replaced.encode());
	insert(storage::key_state(&key).bytes, KeyState::Signs(patient.clone()).encode());
	insert(storage::present_key(&patient).bytes, key.encode());
	// Nonce, consumers, providers and sufficients, and no money.
	let system = (0u32, 0u32, 1u32, 0u32, [0u128; 4]).encode();
	for signs in [&patient, &key] {
		insert(storage::system_account(signs).bytes, system.clone());
	}
}

/// A new key's request for an account.
async fn request(scene: &Scene, account: &AccountId, key: &Keypair) -> Result<KeyRequest> {
	// Nobody opens anything with it.
	let encryption_key = encryption_key("//Attack//NewKey").public().0;
	let genesis = scene.chain.genesis();
	Ok(KeyRequest::sign(key, genesis, account, encryption_key, now() + 600).await?)
}

/// The call by which an account changes to this key.
pub(super) async fn change(
	scene: &Scene,
	account: &AccountId,
	key: &Keypair,
) -> Result<RuntimeCall> {
	let asked = request(scene, account, key).await?;
	Ok(RecoveryCall::change_key {
		key: asked.key.into(),
		encryption_key: asked.encryption_key.0,
		expires: asked.expires,
		signature: MultiSignature::Sr25519(asked.signature.0),
	}
	.into())
}

/// Accounts in ascending order, as guardians are listed.
fn guardians(keys: [&str; 2]) -> Vec<AccountId> {
	let mut guardians = keys.map(account).to_vec();
	guardians.sort();
	guardians
}

/// The call by which an account names two guardians, both of whom have to approve.
fn name_guardians(account: &AccountId, keys: [&str; 2]) -> RuntimeCall {
	let commitment = guardians_commitment(account, &guardians(keys), &SALT);
	RecoveryCall::set_guardians { commitment, threshold: 2, count: 2 }.into()
}

/// The call by which one of these guardians begins.
fn begin(asked: &KeyRequest, keys: [&str; 2]) -> RuntimeCall {
	RecoveryCall::attempt {
		account: asked.account.into(),
		guardians: guardians(keys),
		salt: SALT,
		key: asked.key.into(),
		encryption_key: asked.encryption_key.0,
		expires: asked.expires,
		signature: MultiSignature::Sr25519(asked.signature.0),
	}
	.into()
}

fn approve(asked: &KeyRequest) -> RuntimeCall {
	RecoveryCall::approve { account: asked.account.into(), key: asked.key.into() }.into()
}

fn finish(asked: &KeyRequest) -> RuntimeCall {
	RecoveryCall::finish { account: asked.account.into(), key: asked.key.into() }.into()
}

fn object(asked: &KeyRequest) -> RuntimeCall {
	RecoveryCall::object { account: asked.account.into(), key: asked.key.into() }.into()
}

fn attest(authority: &str, asked: &KeyRequest) -> RuntimeCall {
	let authority = account(authority);
	RecoveryCall::attest { authority, account: asked.account.into(), key: asked.key.into() }.into()
}

/// The call by which one of Hospital A's staff proposes the key.
fn propose(asked: &KeyRequest) -> RuntimeCall {
	RecoveryCall::propose {
		account: asked.account.into(),
		institution: account("//HospitalA"),
		key: asked.key.into(),
		encryption_key: asked.encryption_key.0,
		expires: asked.expires,
		signature: MultiSignature::Sr25519(asked.signature.0),
		evidence: H256([4; 32]),
	}
	.into()
}

fn disable(account: &AccountId, since: u64) -> RuntimeCall {
	EnrolmentCall::set_signing_disabled { account: account.clone(), since: Some(since) }.into()
}

async fn recovery(scene: &Scene) -> Result<RecoveryView> {
	Ok(scene.chain.finalized().await?.recovery(&scene.patient()).await?)
}

/// The pool must refuse the call, because the account's key is disabled.
async fn disabled_key_is_refused(
	scene: &Scene,
	key: &str,
	call: RuntimeCall,
	got: &str,
) -> Result<()> {
	match scene.chain.submit(&keypair(key)?, call).await {
		Err(ChainError::MayNotSign) => Ok(()),
		Ok(_) => Err(super::got_through(got)),
		Err(other) => Err(other.into()),
	}
}

async fn one_guardian(network: &Network) -> Played {
	let scene = Scene::new(network, "OneGuardian").await?;
	let (patient, key) = (scene.patient(), scene.scenario.patient.key.as_str());
	let both = ["//Attack//OneGuardian//Sister", "//Attack//OneGuardian//Friend"];
	let [sister, friend] = both;
	enrol(&scene, &persons(&both)).await?;
	scene.ok(key, name_guardians(&patient, both)).await?;
	let theirs = request(&scene, &patient, &keypair("//Attack//OneGuardian//Theirs")?).await?;
	let right = request(&scene, &patient, &keypair("//Attack//OneGuardian//Right")?).await?;
	let staff = ["//DoctorA", "//RegistrarA"];

	scene.ok(sister, begin(&theirs, both)).await?;
	let got = "a step to another key for the patient";
	// The signature of another request.
	let mixed = KeyRequest { signature: theirs.signature, ..right.clone() };
	tokio::try_join!(
		all_refused(
			&scene,
			sister,
			vec![
				(approve(&theirs), "Recovery.ApprovedBefore", got),
				(finish(&theirs), "Recovery.Incomplete", got),
			],
		),
		all_refused(
			&scene,
			"//DoctorA",
			vec![
				(propose(&theirs), "Recovery.HasGuardians", got),
				(approve(&theirs), "Recovery.NotGuardian", got),
				(begin(&theirs, staff), "Recovery.OtherGuardians", got),
			],
		),
		all_refused(
			&scene,
			"//Authority",
			vec![(attest("//Authority", &theirs), "Recovery.ByGuardians", got)],
		),
		all_refused(
			&scene,
			friend,
			vec![
				(approve(&right), "Recovery.OtherKey", got),
				(begin(&mixed, both), "Recovery.InvalidKeySignature", got),
			],
		)
	)?;
	// The friend begins for the patient's new key. What the sister said of the other one does not count.
	scene.ok(friend, begin(&right, both)).await?;
	let calls = vec![
		(finish(&right), "Recovery.Incomplete", "the use of an approval for another key"),
		(approve(&theirs), "Recovery.OtherKey", "the use of an approval for another key"),
	];
	all_refused(&scene, sister, calls).await?;

	scene.ok(sister, approve(&right)).await?;
	let attempt = recovery(&scene).await?.attempt.context("no attempt")?;
	ensure!(attempt.from.is_some() && attempt.key == right.key.into(), "{attempt:?}");
	all_refused(&scene, sister, vec![(finish(&right), "Recovery.TooEarly", got)]).await?;
	scene.ok(key, object(&right)).await?;
	ensure!(recovery(&scene).await?.attempt.is_none(), "the patient's objection ends it");
	Ok(Stopped::by_chain(
		"it takes both, for the same key, and seven days in which the patient objects",
	))
}

async fn a_thief(network: &Network) -> Played {
	let scene = Scene::new(network, "Thief").await?;
	let (patient, key) = (scene.patient(), scene.scenario.patient.key.as_str());
	let both = ["//Attack//Thief//Sister", "//Attack//Thief//Friend"];
	let [sister, friend] = both;
	enrol(&scene, &persons(&both)).await?;
	scene.ok(key, name_guardians(&patient, both)).await?;
	let thief = keypair("//Attack//Thief//Thief")?;
	let theirs = request(&scene, &patient, &thief).await?;
	let of_thief = ["//DoctorB", "//DoctorB2"];
	let stealing =
		vec![change(&scene, &patient, &thief).await?, name_guardians(&patient, of_thief)];
	let stolen = scene.ok(key, batch_all(stealing)).await?;
	let view = recovery(&scene).await?;
	ensure!(view.change.is_some() && view.next.is_some(), "both have begun: {view:?}");

	let since = scene.chain.at_number(stolen).await?.time().await?;
	scene.ok("//RegistrarA", disable(&patient, since)).await?;
	let view = recovery(&scene).await?;
	stops!(view.change.is_none(), "the patient's key, in three days");
	let guardians_are = view.guardians.context("no guardians in force")?.commitment;
	stops!(
		guardians_are == guardians_commitment(&patient, &guardians(both), &SALT),
		"guardians of the thief's choice"
	);
	let got = "a step to the patient's key";
	let calls = vec![
		(begin(&theirs, of_thief), "Recovery.OtherGuardians", got),
		(finish(&theirs), "Recovery.NothingUnderWay", got),
	];
	let right = request(&scene, &patient, &keypair("//Attack//Thief//Right")?).await?;
	// Before the right key is under way: then there is another key to finish.
	all_refused(&scene, "//DoctorB", calls).await?;
	scene.ok(sister, begin(&right, both)).await?;
	scene.ok(friend, approve(&right)).await?;
	let again = change(&scene, &patient, &thief).await?;
	disabled_key_is_refused(&scene, key, again, "the patient's key, begun anew").await?;
	let ends = "the end of the patient's own recovery";
	disabled_key_is_refused(&scene, key, object(&right), ends).await?;
	let view = recovery(&scene).await?;
	let attempt = view.attempt.context("no attempt")?;
	ensure!(attempt.from.is_some() && attempt.key == right.key.into(), "{attempt:?}");
	ensure!(view.next.is_none(), "the thief's guardians wait no more");
	Ok(Stopped::by_chain("once the key is disabled: the guardians before the theft give a new one"))
}

async fn a_hospital(network: &Network) -> Played {
	let scene = Scene::new(network, "HospitalsKey").await?;
	let (patient, key) = (scene.patient(), scene.scenario.patient.key.as_str());
	let own = request(&scene, &patient, &keypair("//Attack//HospitalsKey//Own")?).await?;
	scene.ok("//RegistrarA", disable(&patient, now() - 60)).await?;
	for staff in ["//RegistrarA", "//DoctorA"] {
		scene.ok(staff, propose(&own)).await?;
	}
	let got = "the patient's key, without the authority";
	let calls = vec![
		(finish(&own), "Recovery.Incomplete", got),
		(attest("//Authority", &own), "Recovery.NotForAuthority", got),
		(attest("//HospitalA", &own), "Recovery.NotForAuthority", got),
	];
	all_refused(&scene, "//RegistrarA", calls).await?;
	scene.ok("//Authority", attest("//Authority", &own)).await?;
	let calls = vec![(finish(&own), "Recovery.TooEarly", "the patient's key at once")];
	all_refused(&scene, "//RegistrarA", calls).await?;

	let objecting = scene.ok(key, object(&own)).await;
	stops!(objecting.is_ok(), "a patient who cannot object: {objecting:?}");
	let attempt = recovery(&scene).await?.attempt.context("no attempt")?;
	stops!(attempt.from.is_none(), "a key to which the patient objected: {attempt:?}");
	let calls = vec![(finish(&own), "Recovery.Incomplete", "the same")];
	all_refused(&scene, "//RegistrarA", calls).await?;
	// It is the authority's to say then.
	disabled_key_is_refused(&scene, key, object(&own), "objections without end").await?;
	scene.ok("//Authority", attest("//Authority", &own)).await?;
	let attempt = recovery(&scene).await?.attempt.context("no attempt")?;
	ensure!(attempt.from.is_some(), "a second attestation counts: {attempt:?}");
	Ok(Stopped::by_chain(
		"not without the authority, and seven days later; the disabled key objects once",
	))
}

async fn a_replaced_key(network: &Network) -> Played {
	let chain = Chain::connect(&network.node_url()).await?;
	let (patient, old) = (account(RENEWED), keypair(RENEWED)?);
	let new = ReplacementKey::new(Arc::new(keypair(PRESENT)?), patient.clone());
	let grant = || -> RuntimeCall {
		let (grantee, terms) = (Grantee::Everyone, Terms::all(Effect::Permit));
		let text = ShownText { commitment: H256([1; 32]), language: *b"en" };
		ConsentCall::grant { grantee, terms, text }.into()
	};
	let object = RecoveryCall::object { account: patient.clone(), key: account(PRESENT) };
	for call in [grant(), object.into()] {
		match chain.submit(&old, call).await {
			Err(ChainError::Replaced) => {},
			Ok(_) => stops!(false, "a call of the patient's, with the replaced key"),
			Err(other) => return Err(other.into()),
		}
	}
	let at = chain.finalized().await?;
	let signed = at.sign(&old, &grant(), at.nonce(&patient).await?, 64).await?;
	let said = hand_in(&network.sites[HOSPITAL_A].node.http_url(), &signed).await?;
	stops!(said.is_some(), "a call by the node's RPC, with the replaced key");
	let said = said.unwrap_or_default();
	ensure!(refusal_of(&said) == Some(ChainError::Replaced), "another refusal: {said}");

	// The present key first, so that there is something to ask for.
	chain.submit(&new, grant()).await.context("the present key signs for the account")?;
	let custodian = custodian(network, HOSPITAL_A, chain.genesis())?;
	let block = chain.finalized().await?.hash().into();
	let own = HexBytes(storage::account(&patient).bytes);
	let read = ReadState { block, keys: vec![own], below: None };
	let log = ReadLog { patient: (&patient).into(), institution: None, from: 0, limit: 10 };
	let asked = [
		("the state", custodian.read_state(Some(&old), &read).await.err()),
		("the log", custodian.log_page(&old, &log).await.err()),
		("the label key", custodian.label_key(&old, &patient).await.err()),
		("the synced data", custodian.synced(&old).await.err()),
		(
			"a call",
			custodian
				.submit_extrinsic(&old, &SubmitExtrinsic { extrinsic: HexBytes(signed) })
				.await
				.err(),
		),
	];
	for (what, refusal) in asked {
		stops!(refusal.is_some(), "{what} at A's custodian, with the replaced key");
		ensure!(refusal == Some(CustodianError::Replaced), "{what}: {refusal:?}");
	}
	custodian.read_state(Some(&new), &read).await.context("the present key reads the state")?;
	custodian.log_page(&new, &log).await.context("the present key reads the log")?;
	Ok(Stopped::by_pool("and by RPC, and five of five requests by A's custodian"))
}
