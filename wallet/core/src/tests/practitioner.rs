//! What a practitioner's device keeps, and what needs the passphrase.

use super::{
	host::{ask, TestHost},
	unlocking::{by, created, kind, start, started, PASSPHRASE},
};
use crate::{
	device::{DeviceKey, Locks},
	keep::BrowserKeep,
	messages::{AccountKind, Ask, FailureKind, Phase},
};
use std::time::Duration;
use vouchsafe_agent::{keys::composed, platform::Keep as _};
use vouchsafe_vault::passphrase::Cost;

fn places(host: &TestHost, key: &DeviceKey) -> Vec<(String, String)> {
	let stored = host.stored.lock().unwrap();
	let opened = stored.iter().filter_map(|(name, value)| key.open(name, value).ok());
	let mut places: Vec<_> = opened.map(|(folder, name, _)| (folder, name)).collect();
	places.sort();
	places
}

#[tokio::test]
async fn what_is_not_to_be_stored_is_only_in_memory() {
	let host = TestHost::default();
	let (key, _) = DeviceKey::create("a passphrase", Cost::LEAST).unwrap();
	let keep = BrowserKeep::open(host.clone(), key.clone(), &[]);
	keep.write("wallet", "key", b"secret").await.unwrap();
	keep.write("requests", "me", b"before").await.unwrap();
	assert_eq!(places(&host, &key).len(), 2);
	keep.store_only(|folder, _| folder == "wallet").await.unwrap();
	let only = [("wallet".to_owned(), "key".to_owned())];
	assert_eq!(places(&host, &key), only);
	keep.write("requests", "me", b"after").await.unwrap();
	keep.set_address_book(&[("Eva".into(), "5…".into())].into()).await.unwrap();
	keep.write("wallet", "key", b"changed").await.unwrap();
	assert_eq!(places(&host, &key), only);
	assert_eq!(keep.read("requests", "me").await.unwrap().unwrap().as_slice(), b"after");
	assert_eq!(keep.address_book().await.unwrap().len(), 1);
	keep.remove_folder("requests", "me").await.unwrap();
	assert!(keep.read("requests", "me").await.unwrap().is_none());
	let stored: Vec<_> = host.stored.lock().unwrap().clone().into_iter().collect();
	let again = BrowserKeep::open(host, key, &stored);
	assert!(again.address_book().await.unwrap().is_empty());
	assert_eq!(again.read("wallet", "key").await.unwrap().unwrap().as_slice(), b"changed");
}

/// What an earlier version, or the time before the enrolment, has left there is removed.
#[tokio::test]
async fn a_practitioners_device_keeps_only_the_account() {
	let host = TestHost::default();
	created(&host).await;
	let stored: Vec<_> = host.stored.lock().unwrap().clone().into_iter().collect();
	let locks = Locks::find(&stored).unwrap().unwrap();
	let key = locks.open(&composed(PASSPHRASE)).unwrap();
	let keep = BrowserKeep::open(host.clone(), key.clone(), &stored);
	for (folder, name, bytes) in [
		("wallet", "kind", "practitioner"),
		("wallet", "desks", "\0"),
		("wallet", "extension", "{}"),
		("wallet", "session", "{}"),
		("wallet", "titles", "{}"),
		("wallet", "last-home", "{}"),
		("requests", "me", "{}"),
		("consents", "text", "{}"),
		("members", "genesis", "{}"),
		("", "names", "{}"),
	] {
		keep.write(folder, name, bytes.as_bytes()).await.unwrap();
	}
	let app = host.app();
	start(&host, &app).await;
	let opened = started(ask(&host, &app, Ask::Unlock { secret: by(PASSPHRASE) }).await);
	assert_eq!((opened.phase, opened.kind), (Phase::Open, Some(AccountKind::Practitioner)));
	let left = places(&host, &key);
	let left: Vec<_> = left.iter().map(|(folder, name)| (folder.as_str(), name.as_str())).collect();
	let own = ["desks", "extension", "key", "kind", "session"].map(|name| ("wallet", name));
	assert_eq!(left, [&[("members", "genesis")][..], &own].concat());
	// A screen that fails for want of a network shows nothing of an earlier time.
	for asked in [Ask::Practice, Ask::Home] {
		assert_eq!(kind(&host, &app, asked).await, FailureKind::Offline);
	}
	assert_eq!(places(&host, &key).len(), 6);
}

#[tokio::test]
async fn the_desk_decides_between_practitioners_and_registrars() {
	for (desks, kind) in [
		(&[1][..], AccountKind::Registrar),
		(&[0], AccountKind::Practitioner),
		(&[], AccountKind::Practitioner),
	] {
		let host = TestHost::default();
		created(&host).await;
		let stored: Vec<_> = host.stored.lock().unwrap().clone().into_iter().collect();
		let key = Locks::find(&stored).unwrap().unwrap().open(&composed(PASSPHRASE)).unwrap();
		let keep = BrowserKeep::open(host.clone(), key, &stored);
		keep.write("wallet", "kind", b"practitioner").await.unwrap();
		keep.write("wallet", "desks", desks).await.unwrap();
		let app = host.app();
		start(&host, &app).await;
		let opened = started(ask(&host, &app, Ask::Unlock { secret: by(PASSPHRASE) }).await);
		assert_eq!(opened.kind, Some(kind), "{desks:?}");
	}
}

#[tokio::test]
async fn records_of_patients_are_opened_only_soon_after_the_passphrase() {
	let host = TestHost::default();
	let (app, _) = created(&host).await;
	host.pass(Duration::from_secs(61));
	let open =
		Ask::OpenOfPatient { patient: String::new(), institution: String::new(), ids: vec![] };
	assert_eq!(kind(&host, &app, open).await, FailureKind::ConfirmFirst);
}
