//! A connection that is read slowly, and not at all while its client does not read. It can be ended
//! whatever its client does.
//!
//! jsonrpsee reads a WebSocket's messages without waiting for their answers to be sent. A client that
//! sends faster than it reads, or faster than the node writes, would fill the node's memory.

use futures::future::BoxFuture;
use std::{
	future::Future,
	io::{ErrorKind, IoSlice, Result},
	pin::Pin,
	task::{ready, Context, Poll, Waker},
	time::Duration,
};
use tokio::{
	io::{AsyncRead, AsyncWrite, ReadBuf},
	sync::watch,
	time::{sleep_until, Instant, Sleep},
};

/// Bytes per second that are read, and at once. All allowed calls of an address need much less.
const RATE: u32 = 64 << 10;

/// The connection.
pub struct Socket<S> {
	inner: S,
	/// Whether the last write did not fit the buffers between us and the client.
	is_full: bool,
	/// Who waits to read until it fits.
	reader: Option<Waker>,
	/// When all that was read is paid off at [`RATE`].
	paid_off: Instant,
	/// Ends when the next bytes may be read.
	pause: Pin<Box<Sleep>>,
	end: End,
}

/// Whether the connection is over. Its reader and its writer can be different tasks, so each waits for
/// itself.
struct End {
	has_come: bool,
	for_reader: BoxFuture<'static, ()>,
	for_writer: BoxFuture<'static, ()>,
}

impl End {
	fn new(is_over: &watch::Receiver<bool>) -> Self {
		let wait = || {
			let mut is_over = is_over.clone();
			Box::pin(async move {
				if is_over.wait_for(|it| *it).await.is_err() {
					// Nobody can end it any more.
					std::future::pending().await
				}
			})
		};
		Self { has_come: false, for_reader: wait(), for_writer: wait() }
	}

	fn poll_for_reader(&mut self, context: &mut Context<'_>) -> bool {
		self.has_come = self.has_come || self.for_reader.as_mut().poll(context).is_ready();
		self.has_come
	}

	fn poll_for_writer(&mut self, context: &mut Context<'_>) -> bool {
		self.has_come = self.has_come || self.for_writer.as_mut().poll(context).is_ready();
		self.has_come
	}
}

impl<S> Socket<S> {
	/// Wraps a connection. Once `is_over` is true, it has no further bytes, and what cannot be written at
	/// once is an error.
	pub fn new(inner: S, is_over: &watch::Receiver<bool>) -> Self {
		let now = Instant::now();
		let pause = Box::pin(sleep_until(now));
		Self { inner, is_full: false, reader: None, paid_off: now, pause, end: End::new(is_over) }
	}

	/// Notes bytes that were read. Those of one second are read without a pause.
	fn charge(&mut self, bytes: usize) {
		let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
		let now = Instant::now();
		self.paid_off = self.paid_off.max(now) + Duration::from_secs(1) * bytes / RATE;
		let next = self.paid_off.checked_sub(Duration::from_secs(1)).unwrap_or(now);
		self.pause.as_mut().reset(next);
	}

	fn note(
		&mut self,
		written: Poll<Result<usize>>,
		context: &mut Context<'_>,
	) -> Poll<Result<usize>> {
		if written.is_pending() && self.end.poll_for_writer(context) {
			return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
		}
		self.is_full = written.is_pending();
		if !self.is_full {
			if let Some(reader) = self.reader.take() {
				reader.wake();
			}
		}
		written
	}
}

impl<S: AsyncRead + Unpin> AsyncRead for Socket<S> {
	fn poll_read(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<Result<()>> {
		if self.end.poll_for_reader(context) {
			return Poll::Ready(Ok(()));
		}
		if self.is_full {
			self.reader = Some(context.waker().clone());
			return Poll::Pending;
		}
		ready!(self.pause.as_mut().poll(context));
		let before = buffer.filled().len();
		let read = ready!(Pin::new(&mut self.inner).poll_read(context, buffer));
		self.charge(buffer.filled().len().saturating_sub(before));
		Poll::Ready(read)
	}
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Socket<S> {
	fn poll_write(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		bytes: &[u8],
	) -> Poll<Result<usize>> {
		let written = Pin::new(&mut self.inner).poll_write(context, bytes);
		self.note(written, context)
	}

	fn poll_write_vectored(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		slices: &[IoSlice<'_>],
	) -> Poll<Result<usize>> {
		let written = Pin::new(&mut self.inner).poll_write_vectored(context, slices);
		self.note(written, context)
	}

	fn is_write_vectored(&self) -> bool {
		self.inner.is_write_vectored()
	}

	fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
		Pin::new(&mut self.inner).poll_flush(context)
	}

	fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
		Pin::new(&mut self.inner).poll_shutdown(context)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::{
		io::{duplex, split, AsyncReadExt, AsyncWriteExt},
		time::timeout,
	};

	const BRIEF: Duration = Duration::from_millis(50);
	const LONG: Duration = Duration::from_secs(20);

	#[tokio::test]
	async fn a_client_that_does_not_read_is_not_read() {
		let (client, server) = duplex(8);
		let (mut from_server, mut to_server) = split(client);
		let (mut from_client, mut to_client) = split(Socket::new(server, &watch::channel(false).1));

		to_server.write_all(b"one").await.unwrap();
		let mut word = [0; 3];
		from_client.read_exact(&mut word).await.unwrap();
		// The answer does not fit.
		let answering = tokio::spawn(async move { to_client.write_all(&[7; 20]).await });
		tokio::time::sleep(BRIEF).await;
		to_server.write_all(b"two").await.unwrap();
		assert!(timeout(BRIEF, from_client.read_exact(&mut word)).await.is_err());
		// Now the client reads, and is read.
		let reading = tokio::spawn(async move {
			let mut answer = [0; 20];
			from_server.read_exact(&mut answer).await.map(|_| answer)
		});
		timeout(LONG, from_client.read_exact(&mut word)).await.unwrap().unwrap();
		assert_eq!(&word, b"two");
		assert_eq!(reading.await.unwrap().unwrap(), [7; 20]);
		answering.await.unwrap().unwrap();
	}

	#[tokio::test]
	async fn a_connection_that_is_over_ends_although_the_client_does_not_read() {
		let (end, is_over) = watch::channel(false);
		let (_client, server) = duplex(8);
		let (mut from_client, mut to_client) = split(Socket::new(server, &is_over));
		let reading = tokio::spawn(async move { from_client.read(&mut [0; 8]).await });
		let writing = tokio::spawn(async move { to_client.write_all(&[7; 20]).await });
		tokio::time::sleep(BRIEF).await;
		assert!(!reading.is_finished() && !writing.is_finished());
		end.send_replace(true);
		assert_eq!(timeout(LONG, reading).await.unwrap().unwrap().unwrap(), 0);
		let error = timeout(LONG, writing).await.unwrap().unwrap().unwrap_err();
		assert_eq!(error.kind(), ErrorKind::ConnectionAborted);
	}

	#[tokio::test]
	async fn a_client_that_sends_much_is_read_slowly() {
		let all = 3 * usize::try_from(RATE).unwrap();
		let (mut client, server) = duplex(all);
		client.write_all(&vec![7; all]).await.unwrap();
		let mut server = Socket::new(server, &watch::channel(false).1);
		let began = Instant::now();
		// A second's bytes are read at once, then those of two more.
		let mut bytes = [0; 1 << 10];
		for _ in 0..all / bytes.len() {
			timeout(LONG, server.read_exact(&mut bytes)).await.unwrap().unwrap();
		}
		let lasted = began.elapsed();
		assert!(lasted > Duration::from_millis(1_900), "{lasted:?}");
	}
}
