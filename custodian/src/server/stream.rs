//! A connection that breaks off if its peer takes too little of what is sent, and that lingers at its end
//! (RFC 9112, section 9.6): whoever closes a connection while the peer still sends, as after the refusal of
//! an upload, resets it, and the peer loses the answer.

use std::{
	future::Future,
	io::{self, IoSlice},
	pin::Pin,
	task::{ready, Context, Poll},
	time::Duration,
};
use tokio::{
	io::{AsyncRead, AsyncWrite, ReadBuf},
	time::Sleep,
};

/// How many bytes the peer must take until it gets more time.
const PROGRESS: usize = 64 * 1024;

/// How long a connection whose end was sent waits for the peer's end.
const LINGER: Duration = Duration::from_secs(2);
/// How many bytes of the peer it takes meanwhile. What is more waits in the peer.
const LINGER_BYTES: usize = 1024 * 1024;

/// A stream whose peer must take 64 KiB, or all that there is, in a given time.
pub(super) struct Unstalled<S> {
	stream: S,
	patience: Duration,
	/// Once the end was sent.
	lingering: Option<Lingering>,
	/// While the peer does not take everything at once: the end of its time.
	deadline: Option<Pin<Box<Sleep>>>,
	/// The bytes that it took since.
	taken: usize,
}

/// The wait for the peer's end.
struct Lingering {
	until: Pin<Box<Sleep>>,
	/// How many bytes are still taken.
	left: usize,
}

impl<S> Unstalled<S> {
	pub(super) fn new(stream: S, patience: Duration) -> Self {
		Self { stream, patience, lingering: None, deadline: None, taken: 0 }
	}

	fn note(
		&mut self,
		context: &mut Context<'_>,
		written: Poll<io::Result<usize>>,
	) -> Poll<io::Result<usize>> {
		match written {
			Poll::Pending => {
				let patience = self.patience;
				let deadline =
					self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
				ready!(deadline.as_mut().poll(context));
				Poll::Ready(Err(io::Error::new(
					io::ErrorKind::TimedOut,
					"the peer takes too little",
				)))
			},
			Poll::Ready(Ok(written)) => {
				self.taken = self.taken.saturating_add(written);
				if self.taken >= PROGRESS {
					self.reset();
				}
				Poll::Ready(Ok(written))
			},
			failed => failed,
		}
	}

	fn reset(&mut self) {
		(self.deadline, self.taken) = (None, 0);
	}
}

impl<S: AsyncRead + Unpin> AsyncRead for Unstalled<S> {
	fn poll_read(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		Pin::new(&mut self.stream).poll_read(context, buffer)
	}
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Unstalled<S> {
	fn poll_write(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		bytes: &[u8],
	) -> Poll<io::Result<usize>> {
		let written = Pin::new(&mut self.stream).poll_write(context, bytes);
		self.note(context, written)
	}

	fn poll_write_vectored(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		slices: &[IoSlice<'_>],
	) -> Poll<io::Result<usize>> {
		let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
		self.note(context, written)
	}

	fn is_write_vectored(&self) -> bool {
		self.stream.is_write_vectored()
	}

	/// All that there was is sent.
	fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		self.reset();
		Pin::new(&mut self.stream).poll_flush(context)
	}

	/// Sends the end, and takes what comes until the peer's end, for a while. The stream is closed when it
	/// is dropped.
	fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		let Self { stream, lingering, .. } = &mut *self;
		if lingering.is_none() {
			ready!(Pin::new(&mut *stream).poll_shutdown(context))?;
		}
		let Lingering { until, left } = lingering.get_or_insert_with(|| Lingering {
			until: Box::pin(tokio::time::sleep(LINGER)),
			left: LINGER_BYTES,
		});
		let mut dropped = [0; 8 * 1024];
		while *left > 0 {
			let mut buffer = ReadBuf::new(&mut dropped);
			match Pin::new(&mut *stream).poll_read(context, &mut buffer) {
				Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
					*left = left.saturating_sub(buffer.filled().len());
				},
				// The peer's end, or a reset.
				Poll::Ready(_) => return Poll::Ready(Ok(())),
				Poll::Pending => break,
			}
		}
		until.as_mut().poll(context).map(Ok)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::{
		io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
		time::{timeout, Instant},
	};

	const AT_ONCE: Duration = Duration::from_millis(500);

	/// A connection with room for this many bytes on their way, and its peer.
	fn connection(room: usize) -> (Unstalled<DuplexStream>, DuplexStream) {
		let (own, peer) = tokio::io::duplex(room);
		(Unstalled::new(own, Duration::from_secs(30)), peer)
	}

	#[tokio::test]
	async fn the_end_is_sent_at_once_and_then_the_peers_is_awaited() {
		let (mut own, mut peer) = connection(1024);
		let closing = tokio::spawn(async move { own.shutdown().await });
		assert_eq!(timeout(AT_ONCE, peer.read(&mut [0; 8])).await.unwrap().unwrap(), 0);
		// More than fits on the way: it is taken.
		timeout(AT_ONCE, peer.write_all(&[7; 100_000])).await.unwrap().unwrap();
		assert!(!closing.is_finished());
		drop(peer);
		timeout(AT_ONCE, closing).await.unwrap().unwrap().unwrap();
	}

	#[tokio::test]
	async fn a_peer_without_an_end_is_left_after_a_while() {
		for sends in [0, 1] {
			let (mut own, mut peer) = connection(1024);
			let begun = Instant::now();
			let sending = tokio::spawn(async move {
				while sends > 0 && peer.write_all(&[7; 1024]).await.is_ok() {}
				peer
			});
			timeout(LINGER + AT_ONCE, own.shutdown()).await.unwrap().unwrap();
			assert!(begun.elapsed() >= LINGER, "{sends}: {:?}", begun.elapsed());
			sending.abort();
		}
	}

	#[tokio::test]
	async fn no_more_is_taken_than_may_be() {
		let (mut own, mut peer) = connection(1024);
		let closing = tokio::spawn(async move { own.shutdown().await.map(|()| own) });
		timeout(AT_ONCE, peer.write_all(&vec![7; LINGER_BYTES])).await.unwrap().unwrap();
		let more = vec![7; 64 * 1024];
		assert!(timeout(AT_ONCE, peer.write_all(&more)).await.is_err(), "it goes on reading");
		assert!(!closing.is_finished(), "it is closed before its time");
		closing.await.unwrap().unwrap();
	}
}
