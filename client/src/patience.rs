//! Limits how long a stream may take.

use bytes::Bytes;
use futures::{Stream, StreamExt};
use std::time::Duration;
use tokio::time::{timeout, Instant};

/// How long a sender may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
	/// For the next bytes.
	pub silence: Duration,
	/// The bytes per second that they must send after that.
	pub slowest: u64,
}

impl Patience {
	/// How long this many bytes may take.
	pub(crate) fn of_content(&self, length: u64) -> Duration {
		self.silence.saturating_add(Duration::from_secs(length / self.slowest))
	}

	/// Ends a stream with this error if it is silent for too long, or too slow. Only the time counts in
	/// which the receiver waits.
	pub(crate) fn limit<E: Clone + Send>(
		self,
		stream: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
		late: E,
	) -> impl Stream<Item = Result<Bytes, E>> + Send {
		let state = Some((stream, Duration::ZERO, 0u64));
		futures::stream::unfold(state, move |state| {
			let late = late.clone();
			async move {
				let (mut stream, waited, got) = state?;
				let left = self.of_content(got).saturating_sub(waited).min(self.silence);
				let start = Instant::now();
				match timeout(left, stream.next()).await {
					Ok(Some(Ok(piece))) => {
						let got = got.saturating_add(piece.len() as u64);
						let waited = waited.saturating_add(start.elapsed());
						Some((Ok(piece), Some((stream, waited, got))))
					},
					Ok(Some(Err(error))) => Some((Err(error), None)),
					Ok(None) => None,
					Err(_) => Some((Err(late), None)),
				}
			}
		})
	}
}
