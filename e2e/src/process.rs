//! A process of the network: started with its output in a log file, found ready by a condition,
//! stopped gently or killed, and never left behind.

use anyhow::{bail, ensure, Context, Result};
use std::{
	fs::{File, OpenOptions},
	future::Future,
	net::TcpListener,
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	sync::atomic::{AtomicU16, Ordering},
	time::{Duration, Instant},
};

/// How long anything may take to become ready.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A running program.
#[derive(Debug)]
pub struct Process {
	/// What it is, for people.
	pub name: String,
	/// Where its output goes.
	pub log: PathBuf,
	child: Option<Child>,
	pid: u32,
}

impl Process {
	/// Starts the program. Where `tied`, the kernel ends it with us, even if we are killed.
	pub fn start(name: &str, mut command: Command, log: &Path, tied: bool) -> Result<Self> {
		let out = OpenOptions::new().create(true).append(true).open(log)?;
		let err = out.try_clone()?;
		if tied {
			let mut wrapped = Command::new("setpriv");
			wrapped.args(["--pdeathsig", "KILL", "--"]).arg(command.get_program());
			wrapped.args(command.get_args());
			for (key, value) in command.get_envs() {
				match value {
					Some(value) => wrapped.env(key, value),
					None => wrapped.env_remove(key),
				};
			}
			command = wrapped;
		}
		let child =
			command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().with_context(|| {
				format!("{name}: {:?} could not be started", command.get_program())
			})?;
		let pid = child.id();
		Ok(Self { name: name.into(), log: log.into(), child: Some(child), pid })
	}

	/// Its process id.
	pub fn pid(&self) -> u32 {
		self.pid
	}

	/// Whether it runs.
	pub fn is_running(&mut self) -> bool {
		self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
	}

	/// Waits until the program answers; fails at once if it has ended.
	pub async fn until<T, F, Fut>(&mut self, mut ask: F) -> Result<T>
	where
		F: FnMut() -> Fut,
		Fut: Future<Output = Option<T>>,
	{
		let start = Instant::now();
		loop {
			if let Some(answer) = ask().await {
				return Ok(answer);
			}
			if !self.is_running() || start.elapsed() > PATIENCE {
				bail!("{} does not answer. The end of its log:\n{}", self.name, self.tail());
			}
			tokio::time::sleep(Duration::from_millis(50)).await;
		}
	}

	/// Ends it at once, as a power cut would (`SIGKILL`).
	pub fn kill(&mut self) {
		if let Some(mut child) = self.child.take() {
			let _ = child.kill();
			let _ = child.wait();
		}
	}

	/// Asks it to end (`SIGTERM`) and waits; returns whether it ended by itself with success.
	pub fn stop(&mut self) -> bool {
		let Some(mut child) = self.child.take() else { return true };
		let _ = Command::new("kill").arg(child.id().to_string()).status();
		let start = Instant::now();
		while start.elapsed() < Duration::from_secs(20) {
			if let Ok(Some(status)) = child.try_wait() {
				return status.success();
			}
			std::thread::sleep(Duration::from_millis(20));
		}
		let _ = child.kill();
		let _ = child.wait();
		false
	}

	/// Lets it go on without us.
	pub fn release(mut self) -> u32 {
		self.child.take();
		self.pid
	}

	/// The end of its log, for messages.
	pub fn tail(&self) -> String {
		let text = std::fs::read_to_string(&self.log).unwrap_or_default();
		let lines: Vec<&str> = text.lines().collect();
		lines[lines.len().saturating_sub(15)..].join("\n")
	}
}

impl Drop for Process {
	fn drop(&mut self) {
		self.kill();
	}
}

/// Waits until the condition gives a value, and says what was waited for if it never does.
pub async fn until<T, F, Fut>(what: &str, patience: Duration, mut condition: F) -> Result<T>
where
	F: FnMut() -> Fut,
	Fut: Future<Output = Option<T>>,
{
	let start = Instant::now();
	loop {
		if let Some(value) = condition().await {
			return Ok(value);
		}
		if start.elapsed() > patience {
			bail!("{what}: not within {} s", patience.as_secs());
		}
		tokio::time::sleep(Duration::from_millis(50)).await;
	}
}

/// Ports that are free. They lie below those that the system gives to outgoing connections, so that
/// none of these takes one before its server does; each process has its own two hundred, and none
/// is given twice, so that networks side by side don't take each other's.
pub fn free_ports<const N: usize>() -> Result<[u16; N]> {
	static GIVEN: AtomicU16 = AtomicU16::new(0);
	const OWN: u16 = 200;
	let first = 10_000 + u16::try_from(std::process::id() % 110)? * OWN;
	let mut ports = [0; N];
	for port in &mut ports {
		*port = loop {
			let given = GIVEN.fetch_add(1, Ordering::Relaxed);
			ensure!(given < 10 * OWN, "no port is free");
			let port = first + given % OWN;
			if TcpListener::bind(("127.0.0.1", port)).is_ok() {
				break port;
			}
		};
	}
	Ok(ports)
}

/// Writes a file that only its owner can read.
pub fn write_private(path: &Path, content: &[u8]) -> Result<()> {
	use std::{io::Write, os::unix::fs::OpenOptionsExt};
	let mut file: File =
		OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
	file.write_all(content)?;
	Ok(())
}

/// One of our own programs, built beside this one.
pub fn program(name: &str) -> Result<PathBuf> {
	let mut folder = std::env::current_exe()?;
	folder.pop();
	if folder.ends_with("deps") {
		folder.pop();
	}
	let path = folder.join(name);
	if !path.exists() {
		bail!("{} is not there: build the whole workspace first (make build)", path.display());
	}
	Ok(path)
}
