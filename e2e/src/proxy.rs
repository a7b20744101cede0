//! A TCP proxy: it listens on a port of its own and passes each connection on to another port.

use anyhow::Result;
use std::{future::Future, net::SocketAddr};
use tokio::{
	net::{
		tcp::{OwnedReadHalf, OwnedWriteHalf},
		TcpListener, TcpStream,
	},
	task::JoinHandle,
};

/// A proxy. It ends when it is dropped.
#[derive(Debug)]
pub struct Proxy {
	/// The port to connect to.
	pub port: u16,
	task: JoinHandle<()>,
}

impl Drop for Proxy {
	fn drop(&mut self) {
		self.task.abort();
	}
}

impl Proxy {
	/// Passes connections on to `port`. `pass` moves the bytes of one direction until either side
	/// closes the connection.
	pub async fn new<P, F>(port: u16, pass: P) -> Result<Self>
	where
		P: Fn(OwnedReadHalf, OwnedWriteHalf) -> F + Clone + Send + Sync + 'static,
		F: Future<Output = ()> + Send + 'static,
	{
		let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
		let own = listener.local_addr()?.port();
		let task = tokio::spawn(async move {
			while let Ok((near, _)) = listener.accept().await {
				let pass = pass.clone();
				tokio::spawn(async move {
					let target = SocketAddr::from(([127, 0, 0, 1], port));
					let Ok(far) = TcpStream::connect(target).await else { return };
					let _ = (near.set_nodelay(true), far.set_nodelay(true));
					let (near_in, near_out) = near.into_split();
					let (far_in, far_out) = far.into_split();
					tokio::join!(pass(near_in, far_out), pass(far_in, near_out));
				});
			}
		});
		Ok(Self { port: own, task })
	}
}
