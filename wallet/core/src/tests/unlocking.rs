//! Keys on a device: made, kept, unlocked, locked, and what can be signed when.

use super::host::{ask, TestHost};
use crate::{
	app::App,
	messages::{Answer, Ask, FailureKind, Message, Phase, RestoreSource, Secret, Started},
};
use std::{sync::atomic::Ordering, time::Duration};

pub(super) const PASSPHRASE: &str = "correct horse battery";

pub(super) fn by(passphrase: &str) -> Secret {
	Secret::Passphrase { text: passphrase.into() }
}

pub(super) fn started(answer: Result<Answer, crate::messages::Failure>) -> Started {
	match answer {
		Ok(Answer::Started(started)) => started,
		other => panic!("{other:?}"),
	}
}

pub(super) async fn start(host: &TestHost, app: &App<TestHost>) -> Started {
	started(ask(host, app, Ask::Start { language: "de-AT".into() }).await)
}

/// A wallet with a new account, and the account's words.
pub(super) async fn created(host: &TestHost) -> (App<TestHost>, String) {
	let app = host.app();
	assert_eq!(start(host, &app).await.phase, Phase::Empty);
	let Ok(Answer::Words(words)) = ask(host, &app, Ask::MakeWords).await else { panic!() };
	let words = words.words.join(" ");
	let made = ask(host, &app, Ask::Create { passphrase: PASSPHRASE.into() }).await;
	assert_eq!(started(made).phase, Phase::NotEnrolled);
	(app, words)
}

pub(super) async fn kind(host: &TestHost, app: &App<TestHost>, asked: Ask) -> FailureKind {
	ask(host, app, asked).await.unwrap_err().kind
}

#[tokio::test]
async fn a_new_key_is_checked_and_kept() {
	let host = TestHost::default();
	let app = host.app();
	let first = start(&host, &app).await;
	assert_eq!((first.phase, first.language.as_str()), (Phase::Empty, "de"));
	let Ok(Answer::Words(words)) = ask(&host, &app, Ask::MakeWords).await else { panic!() };
	assert_eq!(words.words.len(), 12);
	let mut wrong = words.words.clone();
	wrong.swap(0, 1);
	let wrong = Ask::CheckWords { text: wrong.join(" ") };
	assert_eq!(kind(&host, &app, wrong).await, FailureKind::Input);
	for text in [words.words.join(" "), words.code.text.clone()] {
		assert_eq!(ask(&host, &app, Ask::CheckWords { text }).await, Ok(Answer::Done));
	}
	let short = Ask::Create { passphrase: "elevenchars".into() };
	assert_eq!(kind(&host, &app, short).await, FailureKind::Input);
	assert!(host.stored.lock().unwrap().is_empty(), "nothing is kept before");
	let made = ask(&host, &app, Ask::Create { passphrase: PASSPHRASE.into() }).await;
	assert_eq!(started(made).account, words.account);
}

#[tokio::test]
async fn what_is_kept_opens_with_the_passphrase_only() {
	let host = TestHost::default();
	let (_, words) = created(&host).await;
	let stored: Vec<u8> = host
		.stored
		.lock()
		.unwrap()
		.iter()
		.flat_map(|(key, value)| [key.as_bytes(), value].concat())
		.collect();
	for secret in words.split(' ').chain([PASSPHRASE]).filter(|it| it.len() > 4) {
		let found = stored.windows(secret.len()).any(|it| it == secret.as_bytes());
		assert!(!found, "{secret} is stored");
	}
	let again = host.app();
	assert_eq!(start(&host, &again).await.phase, Phase::Locked);
	assert_eq!(kind(&host, &again, Ask::Home).await, FailureKind::Locked);
	let wrong = Ask::Unlock { secret: by("another passphrase") };
	assert_eq!(kind(&host, &again, wrong).await, FailureKind::Passphrase);
	let right = ask(&host, &again, Ask::Unlock { secret: by(PASSPHRASE) }).await;
	assert_eq!(started(right).phase, Phase::NotEnrolled);
	let shown = ask(&host, &again, Ask::ShowWords { secret: by(PASSPHRASE) }).await;
	let Ok(Answer::Words(shown)) = shown else { panic!() };
	assert_eq!(shown.words.join(" "), words);
}

#[tokio::test]
async fn the_words_restore_the_account() {
	let host = TestHost::default();
	let (app, words) = created(&host).await;
	let account = start(&host, &app).await.account;
	let other = TestHost::default();
	let restored = other.app();
	start(&other, &restored).await;
	let source = RestoreSource::Words { text: "these are no words".into() };
	let asked = Ask::Restore { source, passphrase: PASSPHRASE.into() };
	assert_eq!(kind(&other, &restored, asked).await, FailureKind::Input);
	let source = RestoreSource::Words { text: words };
	let asked = Ask::Restore { source, passphrase: PASSPHRASE.into() };
	let restored = started(ask(&other, &restored, asked).await);
	assert_eq!((restored.account, restored.has_backup), (account, true));
}

#[tokio::test]
async fn a_wallet_that_nobody_uses_locks_itself() {
	let host = TestHost::default();
	let (app, _) = created(&host).await;
	host.pass(Duration::from_secs(5 * 60 - 1));
	app.tick();
	assert_eq!(host.posted(), []);
	host.pass(Duration::from_secs(2));
	app.tick();
	assert_eq!(host.posted(), [Message::Locked]);
	assert_eq!(kind(&host, &app, Ask::Home).await, FailureKind::Locked);
}

/// Timers stop while a phone sleeps, so somebody who wakes it up can touch it before the next tick.
#[tokio::test]
async fn a_wallet_that_slept_is_locked_whatever_is_asked_first() {
	for first in [Ask::Touch, Ask::Home, Ask::Confirm { secret: by("a wrong passphrase") }] {
		let host = TestHost::default();
		let (app, _) = created(&host).await;
		host.posted();
		host.pass(Duration::from_secs(8 * 3600));
		let _ = ask(&host, &app, first).await;
		assert_eq!(kind(&host, &app, Ask::Home).await, FailureKind::Locked);
	}
}

#[tokio::test]
async fn new_words_that_nobody_kept_are_forgotten() {
	let host = TestHost::default();
	let app = host.app();
	start(&host, &app).await;
	ask(&host, &app, Ask::MakeWords).await.unwrap();
	host.posted();
	host.pass(Duration::from_secs(5 * 60));
	app.tick();
	assert_eq!(host.posted(), [Message::Locked]);
	let create = Ask::Create { passphrase: PASSPHRASE.into() };
	assert_eq!(kind(&host, &app, create).await, FailureKind::Input);
}

/// The attack: somebody takes the phone while it unlocks or works out a screen.
#[tokio::test]
async fn a_wallet_that_is_locked_meanwhile_stays_locked_and_shows_nothing() {
	let host = TestHost::default();
	let (app, _) = created(&host).await;
	app.lock_now();
	host.posted();
	let unlock = || Ask::Unlock { secret: by(PASSPHRASE) };
	let (again, host_again) = (app.clone(), host.clone());
	*host.on_load.lock().unwrap() = Some(Box::new(move || {
		// The second reading is that of the account.
		let lock = Box::new(move || again.lock_now());
		*host_again.on_load.lock().unwrap() = Some(lock);
	}));
	assert_eq!(kind(&host, &app, unlock()).await, FailureKind::Locked);
	assert_eq!(kind(&host, &app, Ask::Home).await, FailureKind::Locked);
}

#[tokio::test]
async fn only_what_was_shown_is_signed_and_only_soon_after_the_passphrase() {
	let host = TestHost::default();
	let (app, _) = created(&host).await;
	let sign = || Ask::Sign { digest: "00".into() };
	assert_eq!(kind(&host, &app, sign()).await, FailureKind::NotShown);
	host.pass(Duration::from_secs(61));
	assert_eq!(kind(&host, &app, sign()).await, FailureKind::ConfirmFirst);
	let open = Ask::Open { ids: vec![] };
	assert_eq!(kind(&host, &app, open).await, FailureKind::ConfirmFirst);
	let wrong = Ask::Confirm { secret: by("another passphrase") };
	assert_eq!(kind(&host, &app, wrong).await, FailureKind::Passphrase);
	let right = Ask::Confirm { secret: by(PASSPHRASE) };
	assert_eq!(ask(&host, &app, right).await, Ok(Answer::Done));
	assert_eq!(kind(&host, &app, sign()).await, FailureKind::NotShown);
}

#[tokio::test]
async fn a_full_device_loses_nothing() {
	let host = TestHost::default();
	let app = host.app();
	start(&host, &app).await;
	let Ok(Answer::Words(_)) = ask(&host, &app, Ask::MakeWords).await else { panic!() };
	host.is_full.store(true, Ordering::Relaxed);
	let create = || Ask::Create { passphrase: PASSPHRASE.into() };
	assert_eq!(kind(&host, &app, create()).await, FailureKind::Storage);
	assert!(host.stored.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_passkey_opens_the_wallet_too() {
	let host = TestHost::default();
	let (app, _) = created(&host).await;
	let (credential, output) = ("AQID".to_owned(), "A".repeat(43) + "=");
	let add = Ask::AddPasskey { credential: credential.clone(), output: output.clone() };
	assert_eq!(ask(&host, &app, add).await, Ok(Answer::Done));
	let again = host.app();
	assert!(start(&host, &again).await.has_passkey);
	let unlock =
		|output| Ask::Unlock { secret: Secret::Passkey { credential: credential.clone(), output } };
	let other = "E".repeat(43) + "=";
	assert_eq!(kind(&host, &again, unlock(other)).await, FailureKind::Passphrase);
	let opened = ask(&host, &again, unlock(output)).await;
	assert_eq!(started(opened).phase, Phase::NotEnrolled);
	assert_eq!(ask(&host, &again, Ask::Forget).await.map(|_| ()), Ok(()));
	assert!(host.stored.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_single_passkey_is_removed() {
	let host = TestHost::default();
	let (app, _) = created(&host).await;
	let output = "A".repeat(43) + "=";
	for credential in ["AQID", "BAUG"] {
		let add = Ask::AddPasskey { credential: credential.into(), output: output.clone() };
		assert_eq!(ask(&host, &app, add).await, Ok(Answer::Done));
	}
	let remove = || Ask::RemovePasskey { credential: "AQID".into() };
	host.pass(Duration::from_secs(61));
	assert_eq!(kind(&host, &app, remove()).await, FailureKind::ConfirmFirst);
	let confirm = Ask::Confirm { secret: by(PASSPHRASE) };
	assert_eq!(ask(&host, &app, confirm).await, Ok(Answer::Done));
	assert_eq!(ask(&host, &app, remove()).await, Ok(Answer::Done));
	let Ok(Answer::Passkeys(left)) = ask(&host, &app, Ask::Passkeys).await else { panic!() };
	assert_eq!(left.credentials, ["BAUG"]);
	let again = host.app();
	start(&host, &again).await;
	let unlock = |credential: &str| Ask::Unlock {
		secret: Secret::Passkey { credential: credential.into(), output: output.clone() },
	};
	assert_eq!(kind(&host, &again, unlock("AQID")).await, FailureKind::Passphrase);
	assert_eq!(started(ask(&host, &again, unlock("BAUG")).await).phase, Phase::NotEnrolled);
}

#[tokio::test]
async fn the_passphrase_is_changed_by_who_knows_it() {
	let host = TestHost::default();
	let (app, _) = created(&host).await;
	let change = |secret: &str, passphrase: &str| Ask::ChangePassphrase {
		secret: by(secret),
		passphrase: passphrase.into(),
	};
	const NEW: &str = "staple battery horse";
	let wrong = change("another passphrase", NEW);
	assert_eq!(kind(&host, &app, wrong).await, FailureKind::Passphrase, "although just unlocked");
	assert_eq!(kind(&host, &app, change(PASSPHRASE, "elevenchars")).await, FailureKind::Input);
	let again = host.app();
	start(&host, &again).await;
	assert_eq!(kind(&host, &again, change(PASSPHRASE, NEW)).await, FailureKind::Locked);
	started(ask(&host, &again, Ask::Unlock { secret: by(PASSPHRASE) }).await);
	assert_eq!(ask(&host, &again, change(PASSPHRASE, NEW)).await, Ok(Answer::Done));
	// It counts for what is already open, too.
	let confirm = |passphrase| Ask::Confirm { secret: by(passphrase) };
	assert_eq!(kind(&host, &again, confirm(PASSPHRASE)).await, FailureKind::Passphrase);
	assert_eq!(ask(&host, &again, confirm(NEW)).await, Ok(Answer::Done));
	let third = host.app();
	start(&host, &third).await;
	let unlock = |passphrase| Ask::Unlock { secret: by(passphrase) };
	assert_eq!(kind(&host, &third, unlock(PASSPHRASE)).await, FailureKind::Passphrase);
	assert_eq!(started(ask(&host, &third, unlock(NEW)).await).phase, Phase::NotEnrolled);
}

/// The danger: what goes on after an answer has keys, and could store things after everything was forgotten.
#[tokio::test]
async fn what_goes_on_without_a_request_ends_when_the_wallet_is_locked() {
	let app = TestHost::default().app();
	app.in_background(async {}).await;
	let (first, second) = (std::future::pending::<()>(), std::future::pending::<()>());
	let lock = async { app.lock_now() };
	futures::join!(app.in_background(first), app.in_background(second), lock);
}
