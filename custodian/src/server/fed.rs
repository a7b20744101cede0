//! The body of an answer over HTTP/2. A peer of HTTP/2 can take all that is sent on the connection and yet
//! nothing of one answer, so each answer has its own limit of the time without progress.

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use std::{
	future::poll_fn,
	pin::Pin,
	sync::Arc,
	task::{ready, Context, Poll},
	time::Duration,
};
use tokio::{
	sync::{mpsc, Notify},
	time::{error::Elapsed, timeout},
};

/// The most bytes of a piece. As soon as the peer takes one byte of a piece, all of it counts as taken.
const PIECE: usize = 64 * 1024;

type Piece = Result<Frame<Bytes>, axum::Error>;

/// A body whose pieces come from a task. None is the end.
struct Fed {
	pieces: mpsc::Receiver<Option<Piece>>,
	has_ended: bool,
	hint: SizeHint,
}

/// The body. If its receiver takes no piece of it for some time, or not its end, this is notified. It must end
/// the stream: as long as the peer has no room for the answer, hyper does not ask for the next piece, and would
/// not see an error in its place.
pub(super) fn fed(body: Body, patience: Duration, stalled: Arc<Notify>) -> Body {
	if body.is_end_stream() {
		return body;
	}
	let hint = body.size_hint();
	let (sender, pieces) = mpsc::channel(1);
	tokio::spawn(async move {
		if feed(body, sender, patience).await.is_err() {
			stalled.notify_one();
		}
	});
	Body::new(Fed { pieces, has_ended: false, hint })
}

/// Hands all pieces out, until the receiver has the end or is gone.
async fn feed(
	mut body: Body,
	sender: mpsc::Sender<Option<Piece>>,
	patience: Duration,
) -> Result<(), Elapsed> {
	loop {
		let piece = tokio::select! {
			piece = poll_fn(|context| Pin::new(&mut body).poll_frame(context)) => piece,
			() = sender.closed() => return Ok(()),
		};
		let is_last = !matches!(piece, Some(Ok(_)));
		for part in cut(piece) {
			if timeout(patience, sender.send(part)).await?.is_err() {
				return Ok(());
			}
		}
		if is_last {
			break;
		}
	}
	// The end is taken once the peer has taken a part of the last piece. The rest of that piece waits in the
	// connection, which is closed when it has no request under way.
	timeout(patience, sender.closed()).await
}

/// The same in pieces that are not too long.
fn cut(piece: Option<Piece>) -> Vec<Option<Piece>> {
	match piece.map(|piece| piece.map(Frame::into_data)) {
		Some(Ok(Ok(mut data))) => {
			let mut parts = Vec::new();
			while !data.is_empty() {
				let part = data.split_to(data.len().min(PIECE));
				parts.push(Some(Ok(Frame::data(part))));
			}
			parts
		},
		Some(Ok(Err(other))) => vec![Some(Ok(other))],
		Some(Err(error)) => vec![Some(Err(error))],
		None => vec![None],
	}
}

impl HttpBody for Fed {
	type Data = Bytes;
	type Error = axum::Error;

	fn poll_frame(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
	) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
		if self.has_ended {
			return Poll::Ready(None);
		}
		let given_up = || Some(Err(axum::Error::new("the receiver is too slow")));
		let piece = ready!(self.pieces.poll_recv(context)).unwrap_or_else(given_up);
		self.has_ended = !matches!(piece, Some(Ok(_)));
		Poll::Ready(piece)
	}

	fn size_hint(&self) -> SizeHint {
		self.hint
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::{stream, StreamExt};

	const LONG: Duration = Duration::from_secs(5);
	const SHORT: Duration = Duration::from_millis(50);

	fn body(pieces: usize) -> Body {
		let pieces = (0..pieces).map(|_| Ok::<_, std::io::Error>(Bytes::from_static(b"piece")));
		Body::from_stream(stream::iter(pieces))
	}

	/// The body, and what is notified.
	fn start(body: Body, patience: Duration) -> (Body, Arc<Notify>) {
		let stalled = Arc::new(Notify::new());
		(fed(body, patience, stalled.clone()), stalled)
	}

	async fn is_notified(stalled: &Notify, within: Duration) -> bool {
		timeout(within, stalled.notified()).await.is_ok()
	}

	#[tokio::test]
	async fn all_of_it_comes_and_keeps_its_length() {
		let (all, stalled) = start(body(1_000), LONG);
		assert_eq!(axum::body::to_bytes(all, 10_000).await.unwrap().len(), 5_000);
		let (known, _) = start(Body::from("known"), LONG);
		assert_eq!(known.size_hint().exact(), Some(5));
		assert_eq!(axum::body::to_bytes(known, 10).await.unwrap(), "known");
		assert!(start(Body::empty(), Duration::ZERO).0.is_end_stream());
		assert!(!is_notified(&stalled, SHORT).await);
	}

	#[tokio::test]
	async fn long_pieces_are_cut() {
		for length in [1, PIECE, PIECE + 1, 5 * PIECE + 7] {
			let (cut, _) = start(Body::from(vec![7; length]), LONG);
			let parts = cut.into_data_stream().map(|part| part.unwrap().len());
			let parts = parts.collect::<Vec<_>>().await;
			assert_eq!(parts.iter().sum::<usize>(), length);
			assert!(parts.len() == length.div_ceil(PIECE) && parts.iter().all(|it| *it <= PIECE));
		}
	}

	#[tokio::test]
	async fn who_takes_nothing_is_told_of_and_gets_an_error_and_not_an_end() {
		let (all, stalled) = start(body(1_000), SHORT);
		let mut pieces = all.into_data_stream();
		assert!(pieces.next().await.unwrap().is_ok());
		assert!(is_notified(&stalled, LONG).await);
		let mut rest = pieces.collect::<Vec<_>>().await;
		assert!(rest.pop().unwrap().is_err() && rest.len() < 5, "{}", rest.len());
	}

	/// All pieces fit on their way to the receiver.
	#[tokio::test]
	async fn an_answer_of_one_piece_is_no_different() {
		for pieces in [1, 2] {
			let (_nobody_takes_it, stalled) = start(body(pieces), SHORT);
			assert!(is_notified(&stalled, LONG).await, "{pieces}");
			let (all, stalled) = start(body(pieces), SHORT);
			let mut taken = all.into_data_stream().take(pieces);
			while taken.next().await.is_some() {}
			assert!(is_notified(&stalled, LONG).await, "{pieces}: the end is not taken");
		}
	}

	#[tokio::test]
	async fn a_receiver_that_is_gone_does_not_stall() {
		let (gone, stalled) = start(body(1_000), SHORT);
		drop(gone);
		assert!(!is_notified(&stalled, SHORT * 4).await);
	}

	#[tokio::test]
	async fn what_fails_fails() {
		let failing = stream::iter([Ok(Bytes::from_static(b"a")), Err(std::io::Error::other("b"))]);
		let (failing, _) = start(Body::from_stream(failing), LONG);
		assert!(axum::body::to_bytes(failing, 10).await.is_err());
	}
}
