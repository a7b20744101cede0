//! Ctrl-C, and worse, while a document is being written.

use super::{scene::Scene, Attack, By, Played};
use crate::{commands, network::Network, scenario::are_equal, stops};
use anyhow::{ensure, Context, Result};
use std::{
	io::Write,
	path::{Path, PathBuf},
	process::{Command, Stdio},
	time::{Duration, Instant},
};

/// The attack.
pub const ATTACKS: &[Attack] = &[Attack::shared(
	"3.5c",
	"A thief finds a half-written document on the disk after Ctrl-C",
	|network| Box::pin(half_written(network)),
)];

/// A document that takes a while, in lines that can be found again.
const LINES: usize = 700_000;
const LINE: &str = "This line is written to a disk and must not stay there.";
/// How many bytes must be written before the command is ended.
const WRITTEN: u64 = 1 << 20;
/// For how long the command runs between two looks.
const RUN: Duration = Duration::from_millis(3);
/// How often it may be too late, because the document is whole already.
const TRIES: usize = 20;
const AT_MOST: Duration = Duration::from_secs(60);

/// How many bytes a process has written into a file of this folder that it has open.
fn written(process: u32, folder: &Path) -> Option<u64> {
	let open = std::fs::read_dir(format!("/proc/{process}/fd")).ok()?;
	let files = open.flatten().filter(|file| {
		std::fs::read_link(file.path()).is_ok_and(|target| target.starts_with(folder))
	});
	files.filter_map(|file| Some(std::fs::metadata(file.path()).ok()?.len())).max()
}

/// The files below a folder that have a line of the document.
fn copies(folder: &Path) -> Result<Vec<PathBuf>> {
	let mut found = Vec::new();
	for entry in std::fs::read_dir(folder)? {
		let path = entry?.path();
		if path.is_dir() {
			found.extend(copies(&path)?);
		} else {
			let bytes = std::fs::read(&path)?;
			if bytes.windows(LINE.len()).any(|part| part == LINE.as_bytes()) {
				found.push(path);
			}
		}
	}
	Ok(found)
}

/// Sends a signal to a process.
fn signal(process: u32, name: &str) -> Result<()> {
	let sent = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status()?;
	ensure!(sent.success(), "the process has ended");
	Ok(())
}

/// Lets a process run for some milliseconds at a time, until it has written enough, and leaves it stopped. So it
/// is seen writing also on a busy machine. False if the document is whole.
async fn stop_while_it_writes(process: u32, folder: &Path, out: &Path) -> Result<bool> {
	let begun = Instant::now();
	loop {
		tokio::time::sleep(RUN).await;
		signal(process, "STOP")?;
		match written(process, folder) {
			_ if out.exists() => return Ok(false),
			Some(length) if length >= WRITTEN => return Ok(true),
			_ => ensure!(begun.elapsed() < AT_MOST, "it writes nothing"),
		}
		signal(process, "CONT")?;
	}
}

async fn half_written(network: &Network) -> Played {
	let scene = Scene::new(network, "HalfWritten").await?;
	let scenario = &scene.scenario;
	let document = scenario.root.join("document");
	let mut file = std::io::BufWriter::new(std::fs::File::create(&document)?);
	for number in 0..LINES {
		writeln!(file, "{number} {LINE}")?;
	}
	file.into_inner()?.sync_all()?;
	let record = scenario.add(&document, &[]).await?;
	scenario.permit(&[]).await?;
	let reader = &scenario.doctor_b;
	let folder = scenario.root.join("read");
	std::fs::create_dir_all(&folder)?;
	let out = folder.join("document");
	let opening = commands::opening(Some("Hospital B"), &scenario.patient, &record, &out);
	for name in ["INT", "TERM", "KILL"] {
		let mut is_ended = false;
		for _ in 0..TRIES {
			let mut command = tokio::process::Command::from(reader.command(&opening)?);
			command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
			let mut running = command.spawn()?;
			let process = running.id().context("it has ended")?;
			let writes = stop_while_it_writes(process, &folder, &out).await?;
			signal(process, name)?;
			signal(process, "CONT")?;
			let ended = running.wait().await?;
			if writes && !ended.success() {
				is_ended = true;
				break;
			}
			std::fs::remove_file(&out)?;
		}
		ensure!(is_ended, "it was whole before it could be interrupted");
		let left = copies(&scenario.root)?;
		let is_left = left.iter().find(|path| **path != document);
		stops!(is_left.is_none(), "a part of the document, after {name}: {is_left:?}");
		let others = std::fs::read_dir(&folder)?.count();
		stops!(others == 0, "{others} files, after {name}");
	}
	reader.run(&opening).await.context("without an interrupt")?;
	ensure!(are_equal(&out, &document)?, "it came back changed");
	Ok(By::Client
		.withstands("until it is whole, the document has no name and goes with the command"))
}
