//! Receives content: reserves its bytes, spools it to a file, checks it, and only then adds it to
//! the IPFS node. What is refused leaves nothing there or on the disk.

use crate::{
	state::State,
	store::{Charge, ContentLimits, StoreError},
	transfers::time_limit,
};
use axum::body::Bytes;
use futures::{Stream, StreamExt};
use std::{
	io::{self, ErrorKind},
	path::Path,
	pin::pin,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc,
	},
	time::Duration,
};
use tokio::{
	fs::File,
	io::{AsyncSeekExt, AsyncWriteExt},
	task::spawn_blocking,
	time::{timeout, Instant},
};
use tokio_util::io::ReaderStream;
use vouchsafe_client::{
	cid::{is_cid_for, Cid, CidBuilder, CHUNK},
	ipfs::{Ipfs, IpfsError},
	signing::now,
};

/// How fast the sender must be.
const PACE: Pace = Pace { silence: Duration::from_secs(30), time_limit };
/// How long reserved bytes stay reserved beyond the time that the upload may take, in seconds.
const ADDING: u64 = 3600;
/// Up to how many bytes are read from a spooled file at once.
const PIECE: usize = 256 * 1024;

/// How fast a sender must be.
#[derive(Clone, Copy)]
struct Pace {
	/// How long it may be silent.
	silence: Duration,
	/// How long this many bytes may take. It counts at each moment, and not only at the end: a sender that
	/// is slow keeps others from sending.
	time_limit: fn(u64) -> Duration,
}

/// Why content is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
	/// The account or its institution has added too much that no version names.
	#[error("too much content that no version names was added")]
	OverLimit,
	/// There would be too little free space.
	#[error("the disk is almost full")]
	Full,
	/// The CID is not one that content of this length has here.
	#[error("content of {0} bytes does not have such a CID: it must be version 1, sha2-256, raw up to 256 KiB and dag-pb above")]
	ForeignCid(u64),
	/// The content has another CID.
	#[error("the content has the CID {0}")]
	OtherCid(Cid),
	/// The content has another length.
	#[error("the content has another length than {0} bytes")]
	OtherLength(u64),
	/// The sender stopped or is too slow.
	#[error("the upload broke off: {0}")]
	BrokenOff(String),
	/// The file can't be written or read.
	#[error("the content can't be spooled: {0}")]
	Spool(#[source] io::Error),
	/// The IPFS node failed.
	#[error(transparent)]
	Ipfs(#[from] IpfsError),
	/// The database failed.
	#[error(transparent)]
	Store(#[from] StoreError),
}

impl From<io::Error> for UploadError {
	fn from(error: io::Error) -> Self {
		match error.kind() {
			ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full,
			_ => Self::Spool(error),
		}
	}
}

/// Receives content of this CID, and pins it.
pub async fn receive<E: std::fmt::Display>(
	state: &State,
	ipfs: &Ipfs,
	cid: Cid,
	charge: Charge,
	content: impl Stream<Item = Result<Bytes, E>> + Send,
) -> Result<(), UploadError> {
	if !is_cid_for(&cid, charge.length) {
		return Err(UploadError::ForeignCid(charge.length));
	}
	let reservation = reserve(state, charge).await?;
	let (file, _room) = match receive_reserved(state, cid, charge.length, content).await {
		Ok(received) => received,
		Err(error) => {
			state.database.release_reservation(reservation).await?;
			return Err(error);
		},
	};
	// From here on the content is charged. If the IPFS node fails, the row stays, so that whatever
	// the node has of it is removed later.
	let _held = state.content_locks.hold([cid.to_string()]).await;
	state.database.charge(reservation, cid.to_string(), now()).await?;
	ipfs.add(ReaderStream::with_capacity(file, PIECE), &cid, charge.length).await?;
	Ok(())
}

async fn reserve(state: &State, charge: Charge) -> Result<i64, UploadError> {
	let api = &state.config.api;
	let limits =
		ContentLimits { account: api.max_unclaimed, enroller: api.max_unclaimed_per_institution };
	let until = now().saturating_add(time_limit(charge.length).as_secs()).saturating_add(ADDING);
	let reserved = state.database.reserve(charge, limits, now(), until).await?;
	reserved.ok_or(UploadError::OverLimit)
}

async fn receive_reserved<E: std::fmt::Display>(
	state: &State,
	cid: Cid,
	length: u64,
	content: impl Stream<Item = Result<Bytes, E>> + Send,
) -> Result<(File, Room), UploadError> {
	// Each byte is in the spooled file and in the IPFS node at the same time.
	let room = ensure_room(state, length.saturating_mul(2)).await?;
	let spooling = spool(&state.config.store.directory, cid, length, PACE, content);
	let late = |_| UploadError::BrokenOff("it is too slow".into());
	let file = timeout(time_limit(length), spooling).await.map_err(late)??;
	Ok((file, room))
}

/// Bytes that others do not count on, until this is dropped.
#[derive(Debug)]
pub struct Room {
	bytes: u64,
	expected: Arc<AtomicU64>,
}

impl Drop for Room {
	fn drop(&mut self) {
		self.expected.fetch_sub(self.bytes, Ordering::SeqCst);
	}
}

/// Takes room for bytes that are about to be written. Fails if there would be too little free space, or too
/// few free files, after these and all others that are expected.
pub async fn ensure_room(state: &State, bytes: u64) -> Result<Room, UploadError> {
	let (store, expected) = (&state.config.store, state.expected_bytes.clone());
	let others = expected.fetch_add(bytes, Ordering::SeqCst);
	let room = Room { bytes, expected };
	let written = others.saturating_add(bytes);
	// The IPFS node has a file for each block.
	let files = written / (CHUNK as u64);
	let directory = store.directory.clone();
	let free = spawn_blocking(move || Free::on(&directory)).await.map_err(io::Error::other)??;
	let is_enough = free.bytes >= store.reserve.saturating_add(written)
		&& free.inodes >= store.reserve_inodes.saturating_add(files);
	match is_enough {
		true => Ok(room),
		false => {
			metrics::counter!("vouchsafe_custodian_disk_full_total").increment(1);
			Err(UploadError::Full)
		},
	}
}

/// What this program can still write to a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Free {
	/// Bytes.
	pub bytes: u64,
	/// Files. Without limit if the file system has none.
	pub inodes: u64,
}

impl Free {
	/// On the disk of this directory.
	pub fn on(directory: &Path) -> io::Result<Self> {
		let disk = rustix::fs::statvfs(directory)?;
		let inodes = if disk.f_files == 0 { u64::MAX } else { disk.f_favail };
		Ok(Self { bytes: disk.f_bavail.saturating_mul(disk.f_frsize), inodes })
	}
}

/// Writes content to a file without a name, which is gone when it is closed, and checks it.
async fn spool<E: std::fmt::Display>(
	directory: &Path,
	cid: Cid,
	length: u64,
	pace: Pace,
	content: impl Stream<Item = Result<Bytes, E>> + Send,
) -> Result<File, UploadError> {
	let start = Instant::now();
	let directory = directory.to_owned();
	let file = spawn_blocking(move || tempfile::tempfile_in(directory));
	let mut file = File::from_std(file.await.map_err(io::Error::other)??);
	let (mut builder, mut content) = (CidBuilder::new(), pin!(content));
	let broken_off = |error: &dyn std::fmt::Display| UploadError::BrokenOff(error.to_string());
	while let Some(piece) = timeout(pace.silence, content.next())
		.await
		.map_err(|_| broken_off(&"nothing came for too long"))?
	{
		let piece = piece.map_err(|error| broken_off(&error))?;
		builder.update(&piece);
		if builder.length() > length {
			return Err(UploadError::OtherLength(length));
		}
		if start.elapsed() > (pace.time_limit)(builder.length()) {
			return Err(broken_off(&"it is too slow"));
		}
		file.write_all(&piece).await?;
	}
	if builder.length() != length {
		return Err(UploadError::OtherLength(length));
	}
	let got = builder.finish();
	if got != cid {
		return Err(UploadError::OtherCid(got));
	}
	file.flush().await?;
	file.rewind().await?;
	Ok(file)
}

#[cfg(test)]
mod tests;
