//! A connection that breaks off if its peer takes too little of what is sent.

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

/// A stream whose peer must take 64 KiB, or all that there is, in a given time.
pub(super) struct Unstalled<S> {
	stream: S,
	patience: Duration,
	/// While the peer does not take everything at once: the end of its time.
	deadline: Option<Pin<Box<Sleep>>>,
	/// The bytes that it took since.
	taken: usize,
}

impl<S> Unstalled<S> {
	pub(super) fn new(stream: S, patience: Duration) -> Self {
		Self { stream, patience, deadline: None, taken: 0 }
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

impl<S: AsyncWrite + Unpin> AsyncWrite for Unstalled<S> {
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

	fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.stream).poll_shutdown(context)
	}
}
