//! What needs no network: encryption, beside the machine's own AES-256-GCM.

use super::Row;
use anyhow::{Context, Result};
use std::{io::Read, process::Command, time::Instant};
use vouchsafe_vault::{document, sharing::Secret, Context as Version};

/// Bytes that are encrypted in one go.
const LENGTH: u64 = 512 * 1024 * 1024;

/// Encryption in the document's format, beside `openssl speed`.
pub fn encryption() -> Result<Vec<Row>> {
	let version = Version { genesis: [1; 32], record: [2; 32], version: 0, patient: [3; 32] };
	let key = Secret::random().document_key(&version);
	let mut best = 0f64;
	for _ in 0..3 {
		let start = Instant::now();
		document::encrypt(&key, &version, Zeros(LENGTH), std::io::sink())?;
		best = best.max(LENGTH as f64 / start.elapsed().as_secs_f64() / 1e6);
	}
	let raw = openssl()?;
	Ok(vec![Row::new(
		"encryption",
		format!("{best:.0} MB/s, Tink's streaming format, 1 MiB segments"),
		format!("{raw:.0} MB/s, openssl speed -evp aes-256-gcm, 1 MiB"),
		"at least 80 % of the machine's raw AES-256-GCM",
	)
	.ratio(best / raw)])
}

/// The machine's raw AES-256-GCM, in MB/s.
fn openssl() -> Result<f64> {
	let output = Command::new("openssl")
		.args(["speed", "-seconds", "2", "-bytes", "1048576", "-evp", "aes-256-gcm"])
		.output()
		.context("openssl could not be started")?;
	let text = String::from_utf8_lossy(&output.stdout);
	let figure = text
		.lines()
		.rfind(|line| line.to_lowercase().starts_with("aes-256-gcm"))
		.and_then(|line| line.split_whitespace().last())
		.context("openssl printed no figure")?;
	Ok(figure.trim_end_matches('k').parse::<f64>()? * 1000.0 / 1e6)
}

/// So many zeros.
struct Zeros(u64);

impl Read for Zeros {
	fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
		let length = buffer.len().min(self.0.try_into().unwrap_or(usize::MAX));
		buffer[..length].fill(0);
		self.0 -= length as u64;
		Ok(length)
	}
}
