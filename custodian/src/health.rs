//! `vouchsafe-custodian health`: asks the custodian on this machine whether it answers, for a program that
//! watches it, such as a container's.

use crate::{config::Config, doctor::custodians::monitoring};
use anyhow::{ensure, Context};
use clap::Args;
use std::path::PathBuf;
use vouchsafe_client::custodian::{inspection::look, AllowedAddresses};

/// The arguments of `vouchsafe-custodian health`.
#[derive(Args)]
pub struct HealthArguments {
	/// Configuration file.
	#[arg(long, value_name = "FILE")]
	config: PathBuf,
}

/// Asks at the address for monitoring.
pub fn run(arguments: &HealthArguments) -> anyhow::Result<()> {
	let config = Config::read(&arguments.config)?;
	let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
	runtime.block_on(ask(&monitoring(&config.api)))
}

async fn ask(url: &str) -> anyhow::Result<()> {
	let seen = look(url, "/health", &AllowedAddresses::all()).await;
	let seen = seen.with_context(|| format!("the custodian does not answer at {url}"))?;
	ensure!(seen.status == 200, "{url}/health answers with status {}", seen.status);
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::io::{AsyncReadExt, AsyncWriteExt};

	/// Asks a listener that answers so.
	async fn answered(answer: &'static str) -> anyhow::Result<()> {
		let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}", listener.local_addr().unwrap());
		let served = tokio::spawn(async move {
			let (mut stream, _) = listener.accept().await.unwrap();
			let mut request = vec![0; 4096];
			let got = stream.read(&mut request).await.unwrap();
			stream.write_all(answer.as_bytes()).await.unwrap();
			String::from_utf8_lossy(&request[..got]).into_owned()
		});
		let asked = ask(&url).await;
		assert!(served.await.unwrap().starts_with("GET /health "));
		asked
	}

	#[tokio::test]
	async fn only_a_custodian_that_answers_well_is_healthy() {
		answered("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nalive").await.unwrap();
		let busy = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
		let error = answered(busy).await.unwrap_err().to_string();
		assert!(error.ends_with("/health answers with status 503"), "{error}");
		let error = answered("").await.unwrap_err().to_string();
		assert!(error.starts_with("the custodian does not answer at http://127.0.0.1:"), "{error}");
		assert!(ask("http://127.0.0.1:9").await.is_err());
	}

	#[test]
	fn a_configuration_is_needed() {
		let config = PathBuf::from("/nothing/custodian.toml");
		let error = run(&HealthArguments { config }).unwrap_err().to_string();
		assert!(error.contains("/nothing/custodian.toml"), "{error}");
	}
}
