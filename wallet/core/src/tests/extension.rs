//! Accounts whose key is in an extension of the browser. The test is the page and the extension.

use super::host::{ask, TestHost};
use crate::{
	app::App,
	extension::{ExtensionSigner, Prompts},
	messages::{
		Answer, Ask, ExtensionAccount, ExtensionMethod, ExtensionOutcome, FailureKind, Message,
		Phase, RestoreSource, Secret,
	},
};
use futures::FutureExt;
use std::{pin::pin, time::Duration};
use subxt_signer::sr25519::dev;
use vouchsafe_protocol::{
	calls::{AccessRequestsCall, RuntimeCall},
	extrinsics::{Binding, Mortality, RuntimeVersion},
	messages::{HexBytes, MAX_DELEGATION},
	signing::{sign_request, NotSigned, Signer, ToSign},
	types::{address, AccountId, H256},
};

const GENESIS: H256 = H256([1; 32]);
const PASSPHRASE: &str = "correct horse battery";

fn account() -> ExtensionAccount {
	let address = address(&Signer::account(&dev::eve()));
	ExtensionAccount { extension: "one".into(), address }
}

/// A signer, and what its extension is asked.
struct Fixture {
	host: TestHost,
	prompts: Prompts,
	signer: ExtensionSigner<TestHost>,
}

impl Fixture {
	fn new(kept: Option<&[u8]>) -> Self {
		let (host, prompts) = (TestHost::default(), Prompts::default());
		let signer = ExtensionSigner::new(host.clone(), prompts.clone(), account(), kept).unwrap();
		Self { host, prompts, signer }
	}

	/// The only question that was put since this was asked last.
	fn asked(&self) -> (u32, ExtensionMethod, serde_json::Value) {
		let [Message::AskExtension { id, extension, method, payload }] = &self.host.posted()[..]
		else {
			panic!("the extension is asked once")
		};
		assert_eq!(extension, "one");
		(*id, *method, serde_json::from_str(payload).unwrap())
	}

	fn answer(&self, id: u32, signature: [u8; 64]) {
		let signature = HexBytes(signature.to_vec()).to_string();
		self.prompts.answer(id, ExtensionOutcome::Signed { signature });
	}

	/// The extension signs the text that it is asked to sign.
	fn sign_text(&self) -> String {
		let (id, method, payload) = self.asked();
		assert_eq!(method, ExtensionMethod::SignRaw);
		let data: HexBytes = payload["data"].as_str().unwrap().parse().unwrap();
		self.answer(id, dev::eve().sign(&data.0).0);
		String::from_utf8(data.0).unwrap()
	}

	fn delegate(&self) -> Vec<u8> {
		let mut delegating = pin!(self.signer.delegate(GENESIS));
		assert!(delegating.as_mut().now_or_never().is_none(), "it waits for the extension");
		assert!(self.sign_text().contains("cannot sign transactions"));
		delegating.now_or_never().unwrap().unwrap().unwrap().to_vec()
	}
}

#[test]
fn an_account_delegates_once_and_again_before_it_ends() {
	let fixture = Fixture::new(None);
	assert_eq!(fixture.signer.delegation(), None);
	let kept = fixture.delegate();
	let is_authentic = |signer: &ExtensionSigner<TestHost>, now| {
		let signed = sign_request(signer, GENESIS, &AccountId::new([2; 32]), "read", &1u8, now);
		assert_eq!(signed.account.0, dev::eve().public_key().0);
		signed.is_authentic(&GENESIS, now)
	};
	let now = crate::host::Host::now(&fixture.host);
	assert!(is_authentic(&fixture.signer, now));
	assert!(is_authentic(&fixture.signer, now - 100), "a custodian's clock can be behind");
	assert!(!is_authentic(&fixture.signer, now + MAX_DELEGATION));
	assert_eq!(fixture.signer.delegate(GENESIS).now_or_never(), Some(Ok(None)), "not asked again");
	// What is kept goes on after the wallet was locked.
	let again = Fixture::new(Some(&kept));
	assert!(is_authentic(&again.signer, now));
	assert_eq!(again.signer.delegate(GENESIS).now_or_never(), Some(Ok(None)));
	let other = again.signer.delegate(H256([9; 32])).now_or_never();
	assert_eq!(other, None, "another chain has another delegation");
	assert_eq!(again.asked().1, ExtensionMethod::SignRaw);
	fixture.host.pass(Duration::from_secs(MAX_DELEGATION - 15 * 60));
	assert_eq!(fixture.signer.delegate(GENESIS).now_or_never(), Some(Ok(None)));
	fixture.host.pass(Duration::from_secs(10 * 60));
	fixture.delegate();
}

#[test]
fn a_refusal_stands_until_the_person_wants_to_be_asked_again() {
	let fixture = Fixture::new(None);
	{
		let mut delegating = pin!(fixture.signer.delegate(GENESIS));
		assert!(delegating.as_mut().now_or_never().is_none());
		fixture.prompts.answer(fixture.asked().0, ExtensionOutcome::Refused);
		assert_eq!(delegating.now_or_never(), Some(Err(NotSigned::Refused)));
	}
	let again = fixture.signer.delegate(GENESIS).now_or_never();
	assert_eq!(again, Some(Err(NotSigned::Refused)));
	assert_eq!(fixture.host.posted(), []);
	fixture.signer.ask_again();
	fixture.delegate();
}

#[test]
fn only_a_signature_of_the_very_bytes_is_taken() {
	let fixture = Fixture::new(None);
	let call: RuntimeCall = AccessRequestsCall::deny { request: 1 }.into();
	let binding = Binding {
		version: RuntimeVersion { spec_version: 1, transaction_version: 1 },
		genesis: GENESIS,
		mortality: Mortality::new(5, 64),
		from: H256([4; 32]),
		nonce: 7,
	};
	let what = ToSign::Call(&call, &binding);
	let other = ToSign::Call(&call, &Binding { nonce: 8, ..binding }).bytes();
	let outcome = |signature: &dyn Fn() -> String| {
		let mut signing = pin!(fixture.signer.sign_as_account(what));
		assert!(signing.as_mut().now_or_never().is_none());
		let (id, method, payload) = fixture.asked();
		assert_eq!(method, ExtensionMethod::SignPayload);
		assert_eq!(payload["nonce"], "0x0000000000000007");
		let signature = signature();
		fixture.prompts.answer(id, ExtensionOutcome::Signed { signature });
		signing.now_or_never().unwrap()
	};
	let hex = |signature: [u8; 64]| HexBytes([&[1], &signature[..]].concat()).to_string();
	assert!(outcome(&|| hex(dev::eve().sign(&what.bytes()).0)).is_ok());
	for wrong in [
		hex(dev::eve().sign(&other).0),
		hex(dev::bob().sign(&what.bytes()).0),
		"0x".into(),
		"nonsense".into(),
	] {
		assert_eq!(outcome(&|| wrong.clone()), Err(NotSigned::Other), "{wrong}");
	}
	let mut signing = pin!(fixture.signer.sign_as_account(what));
	assert!(signing.as_mut().now_or_never().is_none());
	// An answer to another question is nothing.
	fixture.prompts.answer(fixture.asked().0 + 1, ExtensionOutcome::Refused);
	assert!(signing.as_mut().now_or_never().is_none());
	fixture.prompts.clear();
	assert_eq!(signing.now_or_never(), Some(Err(NotSigned::Away)));
}

async fn words(host: &TestHost, app: &App<TestHost>) -> String {
	let asked = Ask::UseExtension { account: account() };
	let Ok(Answer::Words(words)) = ask(host, app, asked).await else { panic!() };
	assert!(words.is_encryption_key && words.words.len() == 24);
	assert_eq!(words.account, account().address);
	words.words.join(" ")
}

#[tokio::test]
async fn an_extensions_account_has_a_sheet_of_its_encryption_key() {
	let host = TestHost::default();
	let app = host.app();
	let wrong = ExtensionAccount { address: "nobody".into(), ..account() };
	let failed = ask(&host, &app, Ask::UseExtension { account: wrong }).await.unwrap_err();
	assert_eq!(failed.kind, FailureKind::Input);
	let words = words(&host, &app).await;
	let check = Ask::CheckWords { text: words.clone() };
	assert_eq!(ask(&host, &app, check).await, Ok(Answer::Done));
	let create = Ask::Create { passphrase: PASSPHRASE.into() };
	let Ok(Answer::Started(started)) = ask(&host, &app, create).await else { panic!() };
	assert_eq!((started.phase, started.account), (Phase::NotEnrolled, account().address));
	assert_eq!(started.extension.as_deref(), Some("one"));
	let secret = Secret::Passphrase { text: PASSPHRASE.into() };
	let Ok(Answer::Words(shown)) = ask(&host, &app, Ask::ShowWords { secret }).await else {
		panic!()
	};
	assert_eq!(shown.words.join(" "), words);
	// The extension asks by itself before something is signed.
	host.pass(Duration::from_secs(61));
	let failed = ask(&host, &app, Ask::Sign { digest: "00".into() }).await.unwrap_err();
	assert_eq!(failed.kind, FailureKind::NotShown);
	let failed =
		ask(&host, &app, Ask::RemovePasskey { credential: String::new() }).await.unwrap_err();
	assert_eq!(failed.kind, FailureKind::ConfirmFirst);
	// A staff's name is sent by the session key, so no extension asks.
	let address = account().address;
	let set =
		Ask::SetStaffName { institution: address.clone(), account: address, name: "Ann".into() };
	assert_eq!(ask(&host, &app, set).await.unwrap_err().kind, FailureKind::ConfirmFirst);
}

#[tokio::test]
async fn the_extension_and_the_sheet_restore_the_account() {
	let host = TestHost::default();
	let words = words(&host, &host.app()).await;
	let other = TestHost::default();
	let app = other.app();
	let restore = |text: &str| {
		let source = RestoreSource::Extension { account: account(), text: text.into() };
		Ask::Restore { source, passphrase: PASSPHRASE.into() }
	};
	// Twelve words are an account's.
	let failed = ask(&other, &app, restore(&"abandon ".repeat(12))).await.unwrap_err();
	assert_eq!(failed.kind, FailureKind::Input);
	let Ok(Answer::Started(started)) = ask(&other, &app, restore(&words)).await else { panic!() };
	assert_eq!((started.account, started.has_backup), (account().address, true));
	let stored = other.stored.lock().unwrap().clone();
	let stored: Vec<u8> =
		stored.into_iter().flat_map(|(key, it)| [key.into_bytes(), it].concat()).collect();
	for secret in words.split(' ').chain([&account().address[..]]).filter(|it| it.len() > 4) {
		assert!(!stored.windows(secret.len()).any(|it| it == secret.as_bytes()), "{secret}");
	}
}
