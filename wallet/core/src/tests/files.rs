//! A document that goes straight into a file.

use super::host::TestHost;
use crate::{
	host::{Host, StorageError},
	messages::Message,
	platform::FileSink,
};
use vouchsafe_agent::platform::{Document, Draft as _, Sink as _};

fn sink(host: &TestHost) -> FileSink<TestHost> {
	FileSink {
		host: host.clone(),
		target: host.own_file(),
		request: 3,
		what: "saving".into(),
		total: 3_000_000,
	}
}

fn document() -> Document {
	Document {
		record: Default::default(),
		version: 0,
		title: "Scan".into(),
		media_type: "application/dicom".into(),
	}
}

#[tokio::test]
async fn the_page_is_told_how_far_it_is_and_the_file_is_there_at_the_end() {
	let host = TestHost::default();
	let sink = sink(&host);
	let mut draft = sink.draft().await.unwrap();
	for _ in 0..30 {
		draft.write(&[7; 100_000]).await.unwrap();
	}
	assert_eq!(*host.own_file().written.lock().unwrap(), None, "not before the end");
	let told = host.posted().into_iter().map(|message| match message {
		Message::Waiting { id: 3, done, total: Some(3_000_000), .. } => done,
		other => panic!("{other:?}"),
	});
	assert_eq!(told.collect::<Vec<_>>(), [1_100_000, 2_100_000], "after each mebibyte");
	sink.keep(draft, &document()).await.unwrap();
	assert_eq!(host.own_file().written.lock().unwrap().as_ref().map(Vec::len), Some(3_000_000));
}

#[tokio::test]
async fn a_full_device_keeps_nothing_of_it() {
	let host = TestHost::default();
	*host.own_file().room.lock().unwrap() = Some(150_000);
	let mut draft = sink(&host).draft().await.unwrap();
	draft.write(&[7; 100_000]).await.unwrap();
	let error = draft.write(&[7; 100_000]).await.unwrap_err();
	assert!(error.downcast_ref::<StorageError>().is_some(), "{error:#}");
	drop(draft);
	assert_eq!(*host.own_file().written.lock().unwrap(), None);
}
