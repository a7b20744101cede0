//! The registration desk without a network: what is refused before anything is signed.

use super::host::{ask, TestHost};
use crate::{
	app::App,
	messages::{Answer, Ask, Failure, FailureKind},
};
use futures::executor::block_on;
use std::time::Duration;
use subxt_signer::sr25519::dev;
use vouchsafe_agent::{english::speech_of, registrar::AnswerError};
use vouchsafe_protocol::{
	qr::{Code, EnrolleeCode, PersonCode, QrError, RegistrarCode, MAX_TEXT},
	signing::Signer as _,
	types::{address, AccountId, AccountKind, H256},
};
use vouchsafe_speech::LANGUAGES;

const GENESIS: H256 = H256([1; 32]);

/// A registrar's code that is valid for so many seconds from the host's beginning on.
fn asked(seconds: u64) -> RegistrarCode {
	let (institution, kind) = (AccountId::new([2; 32]), AccountKind::Patient);
	let (url, expires) = ("https://a.example".to_owned(), 1_798_675_200 + seconds);
	RegistrarCode { genesis: GENESIS, institution, kind, url, expires }
}

fn text(code: Code) -> String {
	code.to_text().unwrap()
}

fn answer() -> String {
	text(Code::Enrollee(block_on(EnrolleeCode::sign(&dev::alice(), &asked(60), [3; 32])).unwrap()))
}

/// A wallet with a new account.
async fn created(host: &TestHost) -> App<TestHost> {
	let app = host.app();
	ask(host, &app, Ask::Start { language: "en".into() }).await.unwrap();
	ask(host, &app, Ask::MakeWords).await.unwrap();
	let passphrase = "correct horse battery".to_owned();
	ask(host, &app, Ask::Create { passphrase }).await.unwrap();
	app
}

async fn fails(host: &TestHost, app: &App<TestHost>, asked: Ask) -> Failure {
	let failure = ask(host, app, asked).await.unwrap_err();
	assert!(!failure.may_take_effect, "nothing is signed");
	failure
}

#[tokio::test]
async fn a_registrar_is_told_what_is_not_an_answer() {
	let host = TestHost::default();
	let app = created(&host).await;
	let institution = address(&AccountId::new([2; 32]));
	let read = |text: String| Ask::DraftEnrolment { institution: institution.clone(), text };
	let english = speech_of("en");
	for (text, said) in [
		("WIFI:T:WPA;S:hospital;;".to_owned(), english.wallet_failed_code_foreign()),
		("https://a.example/#/desk".to_owned(), english.wallet_failed_code_foreign()),
		("VOUCHSAFE2:AAAA".to_owned(), english.desk_failed_version()),
		(answer()[..90].to_owned(), english.desk_failed_damaged()),
		(format!("VOUCHSAFE1:{}", "A".repeat(MAX_TEXT)), english.wallet_failed_code_large()),
		("A".repeat(5 << 20), english.wallet_failed_code_large()),
	] {
		let failure = fails(&host, &app, read(text.clone())).await;
		assert_eq!((failure.kind, &failure.text), (FailureKind::Input, &said), "{text:.40}");
	}
	// A whole answer, also in a link, needs the chain.
	for text in [answer(), format!("https://a.example/#/?code={}", answer())] {
		assert_eq!(fails(&host, &app, read(text)).await.kind, FailureKind::Offline);
	}
}

#[tokio::test]
async fn an_enrollee_is_told_what_is_not_a_desks_code() {
	let host = TestHost::default();
	let app = created(&host).await;
	let english = speech_of("en");
	let person = PersonCode { genesis: GENESIS, account: dev::alice().account() };
	for (text, said) in [
		("VOUCHSAFE".to_owned(), english.wallet_failed_code_foreign()),
		(answer(), english.desk_failed_kind()),
		(text(Code::Person(person)), english.desk_failed_kind()),
		(text(Code::Registrar(asked(0))), english.wallet_failed_code_expired()),
	] {
		let failure = fails(&host, &app, Ask::ReadDeskCode { text }).await;
		assert_eq!((failure.kind, failure.text), (FailureKind::Input, said));
	}
	let valid = Ask::ReadDeskCode { text: text(Code::Registrar(asked(60))) };
	assert_eq!(fails(&host, &app, valid).await.kind, FailureKind::Offline);
	// Nothing was shown, so nothing is accepted.
	assert_eq!(
		fails(&host, &app, Ask::AcceptDeskCode { digest: String::new() }).await.kind,
		FailureKind::NotShown
	);
}

#[tokio::test]
async fn names_are_set_only_soon_after_the_passphrase() {
	let host = TestHost::default();
	let app = created(&host).await;
	let (institution, account) =
		(address(&AccountId::new([2; 32])), address(&dev::bob().account()));
	let set = || Ask::SetStaffName {
		institution: institution.clone(),
		account: account.clone(),
		name: "Anna Berg".into(),
	};
	assert_eq!(fails(&host, &app, set()).await.kind, FailureKind::Offline);
	host.pass(Duration::from_secs(61));
	assert_eq!(fails(&host, &app, set()).await.kind, FailureKind::ConfirmFirst);
	assert_eq!(ask(&host, &app, Ask::Lock).await, Ok(Answer::Done));
	assert_eq!(fails(&host, &app, Ask::Desk).await.kind, FailureKind::Locked);
}

#[test]
fn each_refusal_of_an_answer_has_words_of_its_own() {
	let code = AnswerError::Code;
	let errors = [
		code(QrError::OtherProduct),
		code(QrError::OtherVersion),
		code(QrError::TooLarge),
		code(QrError::Damaged),
		code(QrError::OtherKind { found: "a", wanted: "b" }),
		code(QrError::OtherChain(GENESIS)),
		AnswerError::OtherInstitution("Hospital A".into()),
		AnswerError::Expired(5),
		AnswerError::Enrolled("5Grw".into()),
	];
	for language in LANGUAGES {
		let tell = |error: AnswerError| crate::failure::tell(&error.into(), speech_of(language));
		let all: Vec<_> = errors.iter().cloned().map(tell).collect();
		let texts: std::collections::BTreeSet<_> = all.iter().map(|it| &it.text).collect();
		assert_eq!(texts.len(), errors.len(), "{texts:#?}");
		assert!(all.iter().all(|it| it.kind == FailureKind::Input));
	}
}
