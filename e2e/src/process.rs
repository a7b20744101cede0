//! The processes of a network. Each writes to a log file, is waited for until it answers, and ends
//! at the latest with this process, as does the folder that it works in.

use anyhow::{bail, ensure, Context, Result};
use std::{
	fs::{File, OpenOptions},
	future::Future,
	io::Write,
	net::TcpListener,
	os::unix::{fs::OpenOptionsExt, process::CommandExt},
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	sync::{
		atomic::{AtomicU16, Ordering},
		mpsc, LazyLock, Mutex,
	},
	thread,
	time::{Duration, Instant},
};

/// How long a process, or the network, may take to get ready.
pub const TIMEOUT: Duration = Duration::from_secs(90);

/// A running program.
#[derive(Debug)]
pub struct Process {
	/// Its name in messages.
	pub name: String,
	/// The file that its output goes to.
	pub log: PathBuf,
	child: Option<Child>,
	pid: u32,
}

impl Process {
	/// Starts the program. If `tied`, the kernel kills it when this process ends, even by `SIGKILL`.
	pub fn start(name: &str, mut command: Command, log: &Path, tied: bool) -> Result<Self> {
		let out = OpenOptions::new().create(true).append(true).open(log)?;
		let err = out.try_clone()?;
		if tied {
			command = tie(&command);
		}
		command.stdin(Stdio::null()).stdout(out).stderr(err);
		let program = command.get_program().to_owned();
		let child = spawn(command)
			.with_context(|| format!("{name}: {} could not be started", program.display()))?;
		let pid = child.id();
		Ok(Self { name: name.into(), log: log.into(), child: Some(child), pid })
	}

	/// Its process id.
	pub fn pid(&self) -> u32 {
		self.pid
	}

	/// How long it has used the processors, to a hundredth of a second.
	pub fn processor_time(&self) -> Result<Duration> {
		let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
		// The program's name, in brackets, may have spaces.
		let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
		let mut ticks = 0;
		for field in fields.skip(11).take(2) {
			ticks += field.parse::<u64>()?;
		}
		Ok(Duration::from_millis(10 * ticks))
	}

	/// Whether it runs.
	pub fn is_running(&mut self) -> bool {
		self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
	}

	/// Waits until the program answers. Fails at once if it has ended.
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
			if !self.is_running() || start.elapsed() > TIMEOUT {
				bail!("{} does not answer. The end of its log:\n{}", self.name, self.tail());
			}
			tokio::time::sleep(Duration::from_millis(50)).await;
		}
	}

	/// Kills it with `SIGKILL`, so that it cannot clean up.
	pub fn kill(&mut self) {
		if let Some(mut child) = self.child.take() {
			let _ = child.kill();
			let _ = child.wait();
		}
	}

	/// Asks it to end (`SIGTERM`) and waits. Returns whether it ended by itself with success.
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

	/// Leaves it running and returns its process id.
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

/// A command that the kernel kills when the thread that starts it ends.
pub fn tie(command: &Command) -> Command {
	let mut tied = Command::new("setpriv");
	tied.args(["--pdeathsig", "KILL", "--"]).arg(command.get_program()).args(command.get_args());
	for (key, value) in command.get_envs() {
		match value {
			Some(value) => tied.env(key, value),
			None => tied.env_remove(key),
		};
	}
	tied
}

/// Starts a command on a thread that lives as long as this process. A program that is tied to us is
/// killed when the *thread* that started it ends, and each test has a thread of its own.
fn spawn(command: Command) -> Result<Child> {
	type Job = (Command, mpsc::Sender<std::io::Result<Child>>);
	static STARTER: LazyLock<Mutex<mpsc::Sender<Job>>> = LazyLock::new(|| {
		let (sender, jobs) = mpsc::channel::<Job>();
		thread::spawn(move || {
			for (mut command, answer) in jobs {
				let _ = answer.send(command.spawn());
			}
		});
		Mutex::new(sender)
	});
	let (answer, started) = mpsc::channel();
	let starter = STARTER.lock().ok().context("the starting thread has ended")?;
	starter.send((command, answer))?;
	drop(starter);
	Ok(started.recv()??)
}

/// A folder that is removed when this value is dropped, or when this process ends in any way.
#[derive(Debug)]
pub struct TemporaryFolder {
	path: PathBuf,
	remover: Child,
}

impl TemporaryFolder {
	/// Makes a new folder in the system's folder for temporary files.
	pub fn new() -> Result<Self> {
		let path = tempfile::Builder::new().prefix("vouchsafe-").tempdir()?.keep();
		// A shell that reads from a pipe which closes when we end, and then removes the folder. It
		// tries again while processes that are ending still write to it.
		let script = "read -r _; for _ in 1 2 3 4 5 6 7 8 9 10; do \
			rm -rf -- \"$0\" 2>/dev/null && exit; sleep 0.2; done";
		let remover = Command::new("sh")
			.args(["-c", script])
			.arg(&path)
			.stdin(Stdio::piped())
			.stdout(Stdio::null())
			.stderr(Stdio::null())
			// Ctrl-C ends the processes of our group, but this one must outlive us.
			.process_group(0)
			.spawn()?;
		Ok(Self { path, remover })
	}

	/// Its path.
	pub fn path(&self) -> &Path {
		&self.path
	}
}

impl Drop for TemporaryFolder {
	fn drop(&mut self) {
		drop(self.remover.stdin.take());
		let _ = self.remover.wait();
	}
}

/// Waits until the condition returns a value. The error says what was waited for.
pub async fn until<T, F, Fut>(what: &str, timeout: Duration, mut condition: F) -> Result<T>
where
	F: FnMut() -> Fut,
	Fut: Future<Output = Option<T>>,
{
	let start = Instant::now();
	loop {
		if let Some(value) = condition().await {
			return Ok(value);
		}
		if start.elapsed() > timeout {
			bail!("timed out after {} s: {what}", timeout.as_secs());
		}
		tokio::time::sleep(Duration::from_millis(50)).await;
	}
}

/// Finds free ports. They are below the range that the system uses for outgoing connections, so no
/// connection takes one before its server does. Each process has two hundred ports of its own and
/// returns each one once, so that networks that run at the same time do not collide.
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
	let mut file: File =
		OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
	file.write_all(content)?;
	Ok(())
}

/// The path of one of our own programs, which cargo builds beside this one.
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
