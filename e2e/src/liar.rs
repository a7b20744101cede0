//! A proxy in front of a node that exchanges some of the bytes that the node sends, for others of the
//! same length. Messages of WebSocket servers are not masked, so this changes the answers.

use crate::proxy::Proxy;
use anyhow::{ensure, Result};
use std::{sync::Arc, time::Duration};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// For how long bytes that may be the beginning of something to exchange wait for the rest.
const PATIENCE: Duration = Duration::from_millis(50);

/// Two texts, each of which becomes the other.
#[derive(Debug, Clone)]
pub struct Swap {
	one: Vec<u8>,
	other: Vec<u8>,
}

impl Swap {
	/// Exchanges two byte strings where the node writes them in hex.
	pub fn hex(one: &[u8], other: &[u8]) -> Result<Self> {
		ensure!(one.len() == other.len() && !one.is_empty(), "they need the same length");
		let [one, other] = [one, other].map(|bytes| hex::encode(bytes).into_bytes());
		Ok(Self { one, other })
	}

	fn apply(&self, bytes: &mut [u8]) {
		let length = self.one.len();
		let mut at = 0;
		while let Some(part) = bytes.get_mut(at..at + length) {
			if part == self.one {
				part.copy_from_slice(&self.other);
				at += length;
			} else if part == self.other {
				part.copy_from_slice(&self.one);
				at += length;
			} else {
				at += 1;
			}
		}
	}
}

/// A proxy in front of this port that lies like this.
pub async fn lie(port: u16, swaps: Vec<Swap>) -> Result<Proxy> {
	let swaps = Arc::new(swaps);
	Proxy::new(port, move |from, to| forward(from, to, swaps.clone())).await
}

async fn forward(
	mut from: impl AsyncReadExt + Unpin,
	mut to: impl AsyncWriteExt + Unpin,
	swaps: Arc<Vec<Swap>>,
) {
	let longest = swaps.iter().map(|swap| swap.one.len()).max().unwrap_or(1);
	let mut buffer = vec![0; 64 * 1024];
	let mut held: Vec<u8> = Vec::new();
	loop {
		let patience = if held.is_empty() { Duration::MAX } else { PATIENCE };
		let read = tokio::time::timeout(patience, from.read(&mut buffer)).await;
		let send = match read {
			Ok(Ok(length @ 1..)) => {
				held.extend(&buffer[..length]);
				swaps.iter().for_each(|swap| swap.apply(&mut held));
				// The end may be the beginning of something to exchange.
				held.len().saturating_sub(longest - 1)
			},
			Err(_) => held.len(),
			Ok(_) => break,
		};
		let rest = held.split_off(send);
		if to.write_all(&held).await.is_err() {
			break;
		}
		held = rest;
	}
	let _ = to.write_all(&held).await;
	let _ = to.shutdown().await;
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::net::{TcpListener, TcpStream};

	#[test]
	fn both_become_the_other() {
		let swap = Swap::hex(b"AB", b"CD").unwrap();
		let mut bytes = *b"..4142.4344.41424142";
		swap.apply(&mut bytes);
		assert_eq!(&bytes, b"..4344.4142.43444344");
		assert!(Swap::hex(b"A", b"CD").is_err());
	}

	#[tokio::test]
	async fn what_arrives_in_pieces_is_exchanged_too() {
		let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
		let port = listener.local_addr().unwrap().port();
		let liar = lie(port, vec![Swap::hex(b"AB", b"CD").unwrap()]).await.unwrap();
		let server = tokio::spawn(async move {
			let (mut client, _) = listener.accept().await.unwrap();
			for piece in ["x41", "42y"] {
				client.write_all(piece.as_bytes()).await.unwrap();
				client.flush().await.unwrap();
				tokio::time::sleep(Duration::from_millis(5)).await;
			}
		});
		let mut client = TcpStream::connect(("127.0.0.1", liar.port)).await.unwrap();
		let mut told = String::new();
		client.read_to_string(&mut told).await.unwrap();
		server.await.unwrap();
		assert_eq!(told, "x4344y");
	}
}
