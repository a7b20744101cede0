//! Checks of the machine: modes of files, the database, room on the disk, backups.

use super::Finding;
use crate::{
	config::{Config, Store},
	keys::CREDENTIALS,
	store::sqlite::{inspection::Inspection, Sqlite},
	uploads::Free,
};
use std::{
	io::ErrorKind,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	time::Duration,
};
use vouchsafe_client::signing::now;

/// How long the database may be read to find damage.
const DAMAGE: Duration = Duration::from_secs(5);
const DAY: u64 = 24 * 60 * 60;
/// After how many days without a backup, or without a drill, somebody should look.
const BACKUP: u64 = 2;
const DRILL: u64 = 90;
/// From how many times the reserve on there is room enough.
const AMPLE: u64 = 2;

/// A file or folder, and what others may do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guarded {
	/// Where it is.
	pub path: PathBuf,
	/// The bits that its mode must not have.
	pub forbidden: u32,
	/// The right mode.
	pub right: u32,
}

impl Guarded {
	fn secret(path: impl Into<PathBuf>) -> Self {
		Self { path: path.into(), forbidden: 0o077, right: 0o600 }
	}

	fn closed(path: impl Into<PathBuf>) -> Self {
		Self { path: path.into(), forbidden: 0o077, right: 0o700 }
	}
}

/// The files and folders that others must not read or change.
pub fn paths(config: &Config, file: &Path, node_folder: Option<&Path>) -> Vec<Guarded> {
	let store = &config.store.directory;
	let mut all = vec![
		Guarded { path: file.into(), forbidden: 0o022, right: 0o644 },
		Guarded::closed(store),
		Guarded::secret(Sqlite::file(store)),
	];
	let keys = config.api.tls.iter().map(|tls| &tls.key).chain([&config.keys.file]);
	// Those that systemd keeps are nowhere while the service does not run.
	all.extend(keys.filter(|key| !key.starts_with(CREDENTIALS)).map(Guarded::secret));
	all.extend(node_folder.into_iter().flat_map(of_node));
	all
}

/// The keys of the node in this folder: its own and its session keys.
fn of_node(folder: &Path) -> Vec<Guarded> {
	let chains = std::fs::read_dir(folder.join("chains")).into_iter().flatten().flatten();
	let of_chains = chains.map(|entry| entry.path());
	let of_chains =
		of_chains.map(|chain| (chain.join("keystore"), chain.join("network/secret_ed25519")));
	// Where the packages put them, and where the node does.
	let places =
		std::iter::once((folder.join("keystore"), folder.join("node-key"))).chain(of_chains);
	let mut all = vec![Guarded { path: folder.into(), forbidden: 0o022, right: 0o755 }];
	for (keystore, node_key) in places {
		let keys = std::fs::read_dir(&keystore).into_iter().flatten().flatten();
		all.extend(keys.map(|entry| Guarded::secret(entry.path())));
		if keystore.exists() {
			// The node makes it for all to see. Its files are what matters.
			all.push(Guarded { path: keystore, forbidden: 0o022, right: 0o700 });
		}
		if node_key.exists() {
			all.push(Guarded::secret(node_key));
		}
	}
	all
}

/// The modes of files and folders, or why they cannot be read.
pub type Modes = Vec<(Guarded, Result<u32, ErrorKind>)>;

/// Reads the modes.
pub fn modes(paths: &[Guarded]) -> Modes {
	let mode = |path: &Path| {
		let found = std::fs::metadata(path).map_err(|error| error.kind())?;
		Ok(found.permissions().mode() & 0o777)
	};
	paths.iter().map(|guarded| (guarded.clone(), mode(&guarded.path))).collect()
}

/// Whether others may read or change what they must not. Names the first fault, and counts the others.
pub fn files(modes: &Modes) -> Finding {
	const NAME: &str = "files";
	let mut faults = Vec::new();
	let mut unknown = None;
	for (Guarded { path, forbidden, right }, mode) in modes {
		let path = path.display();
		match mode {
			Ok(mode) if mode & forbidden == 0 => {},
			Ok(mode) => faults.push((
				format!("others may use {path} (mode {mode:03o})"),
				format!("chmod {right:03o} {path}"),
			)),
			Err(ErrorKind::NotFound) => faults.push((
				format!("{path} does not exist"),
				"name the right file in the configuration".into(),
			)),
			Err(kind) => unknown = Some(format!("{path} cannot be seen: {kind}")),
		}
	}
	let count = faults.len();
	match (faults.into_iter().next(), unknown) {
		(Some((says, help)), _) if count == 1 => Finding::bad(NAME, says, help),
		(Some((says, help)), _) => {
			Finding::bad(NAME, format!("{says}, and {} more", count.saturating_sub(1)), help)
		},
		(None, Some(says)) => {
			Finding::warning(NAME, says, "run this as the user that runs the custodian, or as root")
		},
		(None, None) => {
			Finding::good(NAME, format!("{} files and folders are closed to others", modes.len()))
		},
	}
}

/// What is known of the database and its disk.
pub struct Stored {
	/// What the database says, or why it cannot be read.
	pub facts: Result<Inspection, String>,
	/// The disk of its folder, or why it cannot be looked at.
	pub disk: Result<Disk, String>,
}

/// A disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disk {
	/// What can still be written to it.
	pub free: Free,
	/// The kind of its file system, as the kernel numbers them.
	pub kind: u64,
}

impl Disk {
	fn of(folder: &Path) -> std::io::Result<Self> {
		let kind = rustix::fs::statfs(folder)?.f_type;
		Ok(Self { free: Free::on(folder)?, kind: u64::try_from(kind).unwrap_or_default() })
	}
}

impl Stored {
	/// Reads the database in this folder, and looks at the folder's disk.
	pub fn read(folder: &Path) -> Self {
		Self {
			facts: Sqlite::inspect(folder, DAMAGE).map_err(|error| format!("{error:#}")),
			disk: Disk::of(folder).map_err(|error| error.to_string()),
		}
	}
}

/// Whether the database keeps what it confirms, and whether it is damaged.
pub fn database(stored: &Stored) -> Vec<Finding> {
	const NAME: &str = "database";
	const RESTORE: &str =
		"stop the custodian and restore a backup: vouchsafe-custodian restore --help";
	let facts = match &stored.facts {
		Ok(facts) => facts,
		Err(error) => {
			let help = "start the custodian once, or run this as the user that runs it";
			return vec![Finding::bad(NAME, error, help)];
		},
	};
	let mut findings = Vec::new();
	if facts.journal != "wal" {
		let says =
			format!("its journal is {}, so writes are not synced as they should be", facts.journal);
		findings.push(Finding::bad(NAME, says, "systemctl restart vouchsafe-custodian"));
	}
	let why = stored.disk.as_ref().ok().and_then(|disk| match disk.kind {
		0x0102_1994 | 0x8584_58f6 => Some("in memory: a power cut takes all shares"),
		0x6969 | 0x517b | 0xff53_4d42 | 0xfe53_4d42 => {
			Some("on a network disk: locks and syncing are not certain")
		},
		_ => None,
	});
	if let Some(why) = why {
		let says = format!("its folder is {why}");
		findings.push(Finding::bad(NAME, says, "move store.directory to a local disk"));
	}
	match facts.damage.as_deref() {
		Some("ok") if findings.is_empty() => {
			findings.push(Finding::good(NAME, "it is not damaged, and syncs what it writes"));
		},
		Some("ok") => {},
		Some(damage) => {
			findings.push(Finding::bad(NAME, format!("it is damaged: {damage}"), RESTORE))
		},
		None if findings.is_empty() => {
			let says = format!(
				"it syncs what it writes; no damage was found in {} s, which was too short for all of it",
				DAMAGE.as_secs()
			);
			findings.push(Finding::good(NAME, says));
		},
		None => {},
	}
	findings
}

/// Whether the disk has room.
pub fn room(store: &Store, stored: &Stored) -> Finding {
	const NAME: &str = "room";
	let free = match &stored.disk {
		Ok(disk) => disk.free,
		Err(error) => {
			let folder = store.directory.display();
			return Finding::bad(NAME, format!("{folder}: {error}"), "check store.directory");
		},
	};
	let gib = |bytes: u64| {
		let tenths = bytes.saturating_mul(10) >> 30;
		format!("{}.{} GiB", tenths / 10, tenths % 10)
	};
	let mut says =
		format!("{} free, of which {} are reserved", gib(free.bytes), gib(store.reserve));
	if free.inodes < u64::MAX {
		says += &format!("; {} files, of which {}", free.inodes, store.reserve_inodes);
	}
	let has = |times: u64| {
		free.bytes >= store.reserve.saturating_mul(times)
			&& free.inodes >= store.reserve_inodes.saturating_mul(times)
	};
	let help = format!("make room: df -h {0}; df -i {0}", store.directory.display());
	match (has(1), has(AMPLE)) {
		(false, _) => Finding::bad(NAME, format!("content is refused: {says}"), help),
		(true, false) => Finding::warning(NAME, says, help),
		(true, true) => Finding::good(NAME, says),
	}
}

/// Whether there is a recent backup, and whether it was tried.
pub fn backups(kept_days: u16, stored: &Stored) -> Vec<Finding> {
	let Ok(facts) = &stored.facts else { return vec![] };
	let no_backups = kept_days == 0 && facts.backup == 0;
	let backup = "vouchsafe-custodian backup --to FILE --recipient age1… --config FILE";
	let drill = "vouchsafe-custodian restore FILE --check --identity FILE --config FILE";
	if no_backups {
		let says = "no backup was made yet: if the disk fails, all shares are lost";
		return vec![Finding::warning("backup", says, backup)];
	}
	vec![recent("backup", facts.backup, BACKUP, backup), recent("drill", facts.drill, DRILL, drill)]
}

fn recent(name: &str, at: u64, days: u64, help: &str) -> Finding {
	let age = now().saturating_sub(at) / DAY;
	match at {
		0 => Finding::warning(name, "there was none yet", help),
		_ if age >= days => {
			Finding::warning(name, format!("the last one was {age} days ago"), help)
		},
		_ => Finding::good(name, format!("the last one was {age} days ago")),
	}
}
