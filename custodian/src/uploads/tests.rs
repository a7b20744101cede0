//! Attacks on the disk, with a real database and a double of Kubo.

use super::*;
use crate::{
	config::Config,
	kubo::double::KuboDouble,
	state::double::{state, Surroundings},
};
use futures::stream;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use vouchsafe_client::cid::{cid_of, CHUNK};

const LENGTH: u64 = CHUNK as u64 + 1;

struct Fixture {
	state: State,
	kubo: KuboDouble,
	surroundings: Surroundings,
}

type Pieces = Vec<Result<Bytes, &'static str>>;

fn charge(length: u64) -> Charge {
	Charge { account: [1; 32], enroller: [2; 32], length }
}

/// Content of a number, and its CID.
fn content(number: u8) -> (Vec<u8>, Cid) {
	let bytes = vec![number; LENGTH as usize];
	let cid = cid_of(&bytes);
	(bytes, cid)
}

fn whole(bytes: Vec<u8>) -> Pieces {
	bytes.chunks(60_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect()
}

impl Fixture {
	async fn new(change: impl FnOnce(&mut Config)) -> Self {
		let kubo = KuboDouble::start().await;
		let (state, surroundings) = state(Some(kubo.ipfs.clone()), |config| {
			config.store.reserve = 0;
			change(config);
		});
		Self { state, kubo, surroundings }
	}

	async fn upload(&self, cid: Cid, length: u64, pieces: Pieces) -> Result<(), UploadError> {
		receive(&self.state, &self.kubo.ipfs, cid, charge(length), stream::iter(pieces)).await
	}

	/// The files beside key and database.
	fn files(&self) -> Vec<String> {
		let files = std::fs::read_dir(self.surroundings.directory.path()).unwrap();
		let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
		names.filter(|name| name != "key" && !name.starts_with("custodian.sqlite")).collect()
	}
}

#[tokio::test]
async fn content_is_added_and_pinned() {
	let fixture = Fixture::new(|_| ()).await;
	let (bytes, cid) = content(1);
	fixture.upload(cid, LENGTH, whole(bytes.clone())).await.unwrap();
	{
		let contents = fixture.kubo.contents();
		assert_eq!(contents.here[&cid.to_string()], bytes);
		assert!(contents.pins.contains(&cid.to_string()));
	}
	let length = fixture.state.database.content_length(cid.to_string()).await.unwrap();
	assert_eq!(length, Some(LENGTH));
	assert!(fixture.files().is_empty());
}

/// Each of them filled the repository before it was refused.
#[tokio::test]
async fn refused_uploads_leave_nothing() {
	// One more reserved byte that is not given back would refuse the next.
	let fixture = Fixture::new(|config| config.api.max_unclaimed = LENGTH + 1).await;
	let ((bytes, cid), (_, other)) = (content(1), content(2));
	let longer = [&bytes[..], b"x"].concat();
	let foreign = Cid::new_v1(0x71, *cid.hash());
	let mut broken = whole(bytes.clone());
	*broken.last_mut().unwrap() = Err("gone");
	let refusals = [
		fixture.upload(other, LENGTH, whole(bytes.clone())).await,
		fixture.upload(cid, LENGTH, whole(longer.clone())).await,
		fixture.upload(cid, LENGTH + 1, whole(bytes.clone())).await,
		fixture.upload(cid, LENGTH, broken).await,
		fixture.upload(foreign, LENGTH, whole(bytes.clone())).await,
		fixture.upload(cid, 1, whole(bytes.clone())).await,
		fixture.upload(cid, LENGTH + 2, whole(longer)).await,
	];
	assert!(
		matches!(
			refusals,
			[
				Err(UploadError::OtherCid(_)),
				Err(UploadError::OtherLength(LENGTH)),
				Err(UploadError::OtherLength(_)),
				Err(UploadError::BrokenOff(_)),
				Err(UploadError::ForeignCid(LENGTH)),
				Err(UploadError::ForeignCid(1)),
				Err(UploadError::OverLimit),
			]
		),
		"{refusals:?}"
	);
	assert!(fixture.kubo.is_untouched());
	assert!(fixture.files().is_empty());
	fixture.upload(cid, LENGTH, whole(bytes)).await.unwrap();
}

/// All six are received at the same time, and there is room for three.
#[tokio::test]
async fn parallel_uploads_have_one_limit() {
	for by_account in [true, false] {
		let fixture = Fixture::new(|config| match by_account {
			true => config.api.max_unclaimed = 3 * LENGTH,
			false => config.api.max_unclaimed_per_institution = 3 * LENGTH,
		})
		.await;
		let all_began = tokio::sync::Barrier::new(4);
		let upload = |number| {
			let (fixture, all_began) = (&fixture, &all_began);
			async move {
				let (bytes, cid) = content(number);
				let pieces = stream::once(async move {
					all_began.wait().await;
					Ok::<_, String>(Bytes::from(bytes))
				});
				let account = [if by_account { 1 } else { number }; 32];
				let charge = Charge { account, ..charge(LENGTH) };
				receive(&fixture.state, &fixture.kubo.ipfs, cid, charge, pieces).await
			}
		};
		let uploads = futures::future::join_all((0..6).map(upload));
		let (results, _) = tokio::join!(uploads, all_began.wait());
		let refused = |result: &&Result<_, _>| matches!(result, Err(UploadError::OverLimit));
		assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 3, "{results:?}");
		assert_eq!(results.iter().filter(refused).count(), 3, "{results:?}");
		assert_eq!(fixture.kubo.contents().here.len(), 3);
	}
}

/// Without bytes or without inodes.
#[tokio::test]
async fn a_full_disk_takes_no_content() {
	for change in [
		|config: &mut Config| config.store.reserve = u64::MAX / 2,
		|config: &mut Config| config.store.reserve_inodes = u64::MAX / 2,
	] {
		let fixture = Fixture::new(change).await;
		let (bytes, cid) = content(1);
		let is_read = AtomicBool::new(false);
		let pieces = stream::once(async {
			is_read.store(true, Relaxed);
			Ok::<_, String>(Bytes::from(bytes))
		});
		let upload = receive(&fixture.state, &fixture.kubo.ipfs, cid, charge(LENGTH), pieces);
		let result = upload.await;
		assert!(matches!(result, Err(UploadError::Full)), "{result:?}");
		assert!(
			!is_read.load(Relaxed) && fixture.kubo.is_untouched() && fixture.files().is_empty()
		);
	}
}

/// Uploads and pins that have begun count as if they had ended, until they have.
#[tokio::test]
async fn expected_bytes_are_not_free() {
	let fixture = Fixture::new(|_| ()).await;
	let free = Free::on(fixture.surroundings.directory.path()).unwrap().bytes;
	let most = free / 4 * 3;
	let room = ensure_room(&fixture.state, most).await.unwrap();
	let result = ensure_room(&fixture.state, most).await;
	assert!(matches!(result, Err(UploadError::Full)), "{result:?}");
	drop(room);
	let room = ensure_room(&fixture.state, most).await.unwrap();
	let (bytes, cid) = content(1);
	fixture.state.expected_bytes.fetch_add(free, Relaxed);
	let result = fixture.upload(cid, LENGTH, whole(bytes.clone())).await;
	assert!(matches!(result, Err(UploadError::Full)), "{result:?}");
	fixture.state.expected_bytes.fetch_sub(free, Relaxed);
	drop(room);
	fixture.upload(cid, LENGTH, whole(bytes)).await.unwrap();
	assert_eq!(fixture.state.expected_bytes.load(Relaxed), 0);
}

/// Kubo may have a part of it, so that the content stays charged until it is removed. The same
/// upload once more is not charged again.
#[tokio::test]
async fn an_upload_that_kubo_fails_can_be_repeated() {
	let fixture = Fixture::new(|config| config.api.max_unclaimed = 2 * LENGTH).await;
	fixture.kubo.contents().is_broken = true;
	let (bytes, cid) = content(1);
	for _ in 0..3 {
		let result = fixture.upload(cid, LENGTH, whole(bytes.clone())).await;
		assert!(matches!(result, Err(UploadError::Ipfs(_))), "{result:?}");
	}
	fixture.kubo.contents().is_broken = false;
	fixture.upload(cid, LENGTH, whole(bytes)).await.unwrap();
	assert_eq!(fixture.kubo.contents().here.len(), 1);
}

#[tokio::test]
async fn a_silent_sender_is_left() {
	let fixture = Fixture::new(|_| ()).await;
	let (bytes, cid) = content(1);
	let begin = stream::iter([Ok::<_, String>(Bytes::from(bytes[..9].to_vec()))]);
	let silent = begin.chain(stream::pending());
	let pace = Pace { silence: Duration::from_millis(50), ..PACE };
	let directory = fixture.surroundings.directory.path();
	let spooled = spool(directory, cid, LENGTH, pace, silent).await;
	assert!(matches!(spooled, Err(UploadError::BrokenOff(_))));
	assert!(fixture.files().is_empty());
}

/// For 2 GiB there are 18 hours. Somebody who sends a byte now and then does not get them.
#[tokio::test]
async fn a_dripping_sender_is_cut_off_early() {
	let fixture = Fixture::new(|_| ()).await;
	let dripping = stream::repeat(Ok::<_, String>(Bytes::from_static(b"x"))).then(|byte| async {
		tokio::time::sleep(Duration::from_millis(10)).await;
		byte
	});
	let pace = Pace {
		time_limit: |length| Duration::from_millis(100) + Duration::from_secs(length / 10_000),
		..PACE
	};
	let directory = fixture.surroundings.directory.path();
	let spooling = spool(directory, content(1).1, 2 << 30, pace, dripping);
	let spooled = timeout(Duration::from_secs(5), spooling).await.unwrap();
	assert!(matches!(spooled, Err(UploadError::BrokenOff(_))), "{spooled:?}");
}
