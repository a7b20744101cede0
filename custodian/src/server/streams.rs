//! Runs each stream of a connection of HTTP/2 as a task of its own, which can be ended without the others: a
//! proxy sends the requests of many people over one connection.

use hyper::rt::Executor;
use std::{future::Future, sync::Arc};
use tokio::{sync::Notify, task_local};

task_local! {
	/// Ends the stream that this task serves.
	static END: Arc<Notify>;
}

/// Runs the streams of a connection.
#[derive(Clone, Copy)]
pub(super) struct Streams;

impl<S: Future<Output: Send + 'static> + Send + 'static> Executor<S> for Streams {
	fn execute(&self, stream: S) {
		let end = Arc::new(Notify::new());
		let serving = END.scope(end.clone(), stream);
		tokio::spawn(async move {
			tokio::select! {
				_ = serving => {},
				// A stream that is dropped before its end is reset (RST_STREAM).
				() = end.notified() => {},
			}
		});
	}
}

/// What ends the stream that this task serves, if it is notified. None if the task serves no stream of HTTP/2.
pub(super) fn end_of_stream() -> Option<Arc<Notify>> {
	END.try_with(Arc::clone).ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::{
		sync::oneshot,
		time::{timeout, Duration},
	};

	const SOON: Duration = Duration::from_secs(5);

	/// Tells what ends it, and lasts until `over`.
	async fn stream(told: oneshot::Sender<Option<Arc<Notify>>>, over: oneshot::Receiver<()>) {
		let _ = told.send(end_of_stream());
		let _ = over.await;
	}

	#[tokio::test]
	async fn each_stream_ends_alone() {
		let mut streams = Vec::new();
		for _ in 0..2 {
			let ((told, end), (over, until)) = (oneshot::channel(), oneshot::channel());
			Streams.execute(stream(told, until));
			streams.push((end.await.unwrap().unwrap(), over));
		}
		let (second, mut first) = (streams.pop().unwrap(), streams.pop().unwrap());
		first.0.notify_one();
		timeout(SOON, first.1.closed()).await.unwrap();
		assert!(!second.1.is_closed(), "the other one goes on");
		second.1.send(()).unwrap();
		assert!(end_of_stream().is_none());
	}
}
