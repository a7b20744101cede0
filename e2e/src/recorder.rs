//! A proxy that writes all bytes of both directions to a file.

use crate::proxy::Proxy;
use anyhow::Result;
use std::{path::Path, sync::Arc};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	sync::Mutex,
};

/// Forwards to `port` and appends the traffic to `file`.
pub async fn record(port: u16, file: &Path) -> Result<Proxy> {
	let file = tokio::fs::OpenOptions::new().create(true).append(true).open(file).await?;
	let file = Arc::new(Mutex::new(file));
	Proxy::new(port, move |from, to| forward(from, to, file.clone())).await
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
