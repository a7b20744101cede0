//! Writes the index into a file, or sends it to another member, while the custodian goes on.
//!
//! No long transaction is held, because what is destroyed meanwhile must go from the database's log. Logs only
//! grow, so each part can be read by itself: what came after the block at which the file ends is left out.

use super::file::{Head, Writer};
use crate::{
	config::Config,
	store::{sqlite::Sqlite, LogIndex, StoreError},
};
use anyhow::{ensure, Context};
use std::{
	fs::OpenOptions,
	io::{IsTerminal, Write},
	os::unix::fs::OpenOptionsExt,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};
use vouchsafe_client::chain::H256;

/// How many entries are read together.
const PAGE: u32 = 1024;
/// How often progress is shown.
const PROGRESS: Duration = Duration::from_secs(2);

/// The arguments of `index export`.
#[derive(Debug, clap::Args)]
pub struct ExportArguments {
	/// File to create.
	#[arg(long, value_name = "FILE")]
	to: PathBuf,
	/// Configuration file.
	#[arg(long, value_name = "FILE")]
	config: PathBuf,
}

/// An export under way.
#[derive(Debug)]
pub struct Export {
	head: Head,
	writer: Writer,
	after: Option<([u8; 32], u64)>,
	stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
	Beginning,
	Entries,
	Over,
}

impl Export {
	/// Begins to export what is indexed now. None if nothing is.
	pub async fn begin(database: &(impl LogIndex + ?Sized)) -> Result<Option<Self>, StoreError> {
		let (genesis, last) = (database.genesis().await?, database.last_block().await?);
		let (Some(genesis), Some((number, hash))) = (genesis, last) else { return Ok(None) };
		let (head, writer) = (Head { genesis, number, hash }, Writer::default());
		Ok(Some(Self { head, writer, after: None, stage: Stage::Beginning }))
	}

	/// The block at which it ends.
	pub fn block(&self) -> (u32, H256) {
		(self.head.number, self.head.hash)
	}

	/// The next piece of the file. None after the last one.
	pub async fn next(
		&mut self,
		database: &(impl LogIndex + ?Sized),
	) -> Result<Option<Vec<u8>>, StoreError> {
		match self.stage {
			Stage::Beginning => {
				self.stage = Stage::Entries;
				Ok(Some(Writer::begin(&self.head)))
			},
			Stage::Entries => {
				let page = database.exported_after(self.after, self.head.number, PAGE).await?;
				let Some(last) = page.last() else {
					self.stage = Stage::Over;
					return Ok(Some(self.writer.end()));
				};
				self.after = Some((last.patient, last.seq));
				let mut piece = Vec::new();
				self.writer.add(&page, &mut piece);
				Ok(Some(piece))
			},
			Stage::Over => Ok(None),
		}
	}

	/// How many entries were written.
	pub fn entries(&self) -> u64 {
		self.writer.entries()
	}
}

/// Runs the command.
pub fn run(arguments: &ExportArguments) -> anyhow::Result<()> {
	let ExportArguments { to, config } = arguments;
	let directory = Config::read(config)?.store.directory;
	ensure!(
		Sqlite::file_in(&directory).exists(),
		"there is no database in {}: nothing is indexed",
		directory.display()
	);
	let database = Sqlite::open(&directory)?;
	let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
	let is_shown = std::io::stderr().is_terminal();
	let say = |entries: u64| {
		if is_shown {
			eprintln!("{entries} entries written");
		}
	};
	let export = runtime.block_on(export(&database, to, say))?;
	let (number, entries) = (export.block().0, export.entries());
	println!("wrote {entries} entries, up to block {number}, into {}", to.display());
	Ok(())
}

/// Writes the index into a new file. If this fails, there is no file.
pub async fn export(
	database: &impl LogIndex,
	file: &Path,
	say: impl FnMut(u64),
) -> anyhow::Result<Export> {
	let export = Export::begin(database).await?;
	let export = export.context("nothing is indexed yet: start the custodian first")?;
	let failed = || format!("can't write {}", file.display());
	let mut options = OpenOptions::new();
	let opened = options.write(true).create_new(true).mode(0o600).open(file);
	let mut output = opened.with_context(failed)?;
	let written = write(database, export, &mut output, say).await;
	let written = written.and_then(|export| Ok(output.sync_all().map(|()| export)?));
	if written.is_err() {
		// It was made just now.
		let _ = std::fs::remove_file(file);
	}
	written.with_context(failed)
}

async fn write(
	database: &impl LogIndex,
	mut export: Export,
	output: &mut impl Write,
	mut say: impl FnMut(u64),
) -> anyhow::Result<Export> {
	let mut shown = Instant::now();
	while let Some(piece) = export.next(database).await? {
		output.write_all(&piece)?;
		if shown.elapsed() >= PROGRESS {
			shown = Instant::now();
			say(export.entries());
		}
	}
	Ok(export)
}
