//! A TCP proxy that records: it forwards connections from a port of its own to another port, and
//! writes all bytes of both directions to a file.

use anyhow::Result;
use std::{net::SocketAddr, path::Path, sync::Arc};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	sync::Mutex,
	task::JoinHandle,
};

/// A recording proxy. It ends when it is dropped.
#[derive(Debug)]
pub struct Recorder {
	/// The port that clients connect to.
	pub port: u16,
	task: JoinHandle<()>,
}

impl Drop for Recorder {
	fn drop(&mut self) {
		self.task.abort();
	}
}

impl Recorder {
	/// Forwards to `port` and appends the traffic to `file`.
	pub async fn new(port: u16, file: &Path) -> Result<Self> {
		let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
		let own = listener.local_addr()?.port();
		let file = tokio::fs::OpenOptions::new().create(true).append(true).open(file).await?;
		let file = Arc::new(Mutex::new(file));
		let task = tokio::spawn(async move {
			while let Ok((near, _)) = listener.accept().await {
				let file = file.clone();
				tokio::spawn(async move {
					let target = SocketAddr::from(([127, 0, 0, 1], port));
					let Ok(far) = TcpStream::connect(target).await else { return };
					let _ = (near.set_nodelay(true), far.set_nodelay(true));
					let (near_in, near_out) = near.into_split();
					let (far_in, far_out) = far.into_split();
					tokio::join!(
						forward(near_in, far_out, file.clone()),
						forward(far_in, near_out, file)
					);
				});
			}
		});
		Ok(Self { port: own, task })
	}
}

/// Forwards and records bytes until either side closes the connection.
async fn forward(
	mut from: impl AsyncReadExt + Unpin,
	mut to: impl AsyncWriteExt + Unpin,
	file: Arc<Mutex<tokio::fs::File>>,
) {
	let mut buffer = vec![0; 64 * 1024];
	while let Ok(length @ 1..) = from.read(&mut buffer).await {
		let _ = file.lock().await.write_all(&buffer[..length]).await;
		if to.write_all(&buffer[..length]).await.is_err() {
			break;
		}
	}
	let _ = file.lock().await.flush().await;
	let _ = to.shutdown().await;
}
