//! Links that take time, as between hospitals in different cities: a connection to a link's port is
//! passed on to another port, and each byte arrives later by the link's delay.

use crate::proxy::Proxy;
use anyhow::Result;
use std::{
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc,
	},
	time::Duration,
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	sync::mpsc,
	time::{sleep_until, Instant},
};

/// How long bytes take, in each direction. Its clones are the same delay, and it can change while
/// links use it. It starts at zero.
#[derive(Clone, Debug, Default)]
pub struct Delay(Arc<AtomicU64>);

impl Delay {
	/// Changes the delay.
	pub fn set(&self, delay: Duration) {
		let micros = u64::try_from(delay.as_micros()).unwrap_or(u64::MAX);
		self.0.store(micros, Ordering::Relaxed);
	}

	/// The delay.
	pub fn get(&self) -> Duration {
		Duration::from_micros(self.0.load(Ordering::Relaxed))
	}
}

/// Opens a link to this port.
pub async fn link(port: u16, delay: Delay) -> Result<Proxy> {
	Proxy::new(port, move |from, to| pass(from, to, delay.clone())).await
}

/// Passes bytes on until either side ends. It goes on reading while earlier bytes wait, so that a
/// link has as much throughput as without a delay.
async fn pass(
	mut from: impl AsyncReadExt + Unpin,
	mut to: impl AsyncWriteExt + Unpin,
	delay: Delay,
) {
	let (sender, mut receiver) = mpsc::channel::<(Instant, Vec<u8>)>(1024);
	let reading = async move {
		let mut buffer = vec![0; 64 * 1024];
		while let Ok(length @ 1..) = from.read(&mut buffer).await {
			let piece = (Instant::now() + delay.get(), buffer[..length].to_vec());
			if sender.send(piece).await.is_err() {
				break;
			}
		}
	};
	let writing = async move {
		while let Some((due, bytes)) = receiver.recv().await {
			sleep_until(due).await;
			if to.write_all(&bytes).await.is_err() {
				break;
			}
		}
		let _ = to.shutdown().await;
	};
	tokio::join!(reading, writing);
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::net::{TcpListener, TcpStream};

	/// Sends bytes to and fro over a link, and returns how long that took.
	async fn round_trip(stream: &mut TcpStream, length: usize) -> Result<Duration> {
		let start = Instant::now();
		let (mut input, mut output) = stream.split();
		let bytes = vec![7; length];
		let mut back = vec![0; length];
		tokio::try_join!(output.write_all(&bytes), input.read_exact(&mut back))?;
		assert_eq!(back, bytes);
		Ok(start.elapsed())
	}

	#[tokio::test]
	async fn bytes_arrive_later_but_as_many() -> Result<()> {
		let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
		let port = listener.local_addr()?.port();
		let echo = tokio::spawn(async move {
			let (mut stream, _) = listener.accept().await?;
			let (mut input, mut output) = stream.split();
			tokio::io::copy(&mut input, &mut output).await
		});
		let delay = Delay::default();
		let link = link(port, delay.clone()).await?;
		let mut stream = TcpStream::connect(("127.0.0.1", link.port)).await?;
		assert!(round_trip(&mut stream, 1).await? < Duration::from_millis(100));
		delay.set(Duration::from_millis(50));
		let one = round_trip(&mut stream, 1).await?;
		assert!(one >= Duration::from_millis(100), "{one:?}");
		// Its 64 pieces travel together: one after the other they would take 6.4 s.
		let many = round_trip(&mut stream, 4 << 20).await?;
		assert!((100..3_000).contains(&many.as_millis()), "{many:?}");
		drop(stream);
		assert_eq!(echo.await??, 1 + 1 + (4 << 20));
		Ok(())
	}
}
