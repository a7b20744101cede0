//! A hospital's daemon. It keeps the institution's shares of documents' keys and gives one only
//! when the chain has logged an opening; it pins documents in IPFS, acknowledges what it keeps on
//! the chain, and serves patients their access logs.
//!
//! - [`api`]: the REST API. [`worker`]: pins and acknowledges. [`indexer`]: reads the patients'
//!   logs from the finalised blocks. [`node`]: watches the chain's node. [`store`]: the database.
//!
//! *Invariant*: a share leaves the database only in `api::shares::release`, sealed to the reader,
//! after the chain has decided at the last finalised and the best block.
//!
//! *Invariant*: nothing is acknowledged that is not on the disk and pinned.

mod api;
mod app;
mod config;
mod indexer;
mod keys;
mod node;
mod store;
mod worker;

use anyhow::Context;
use app::App;
use clap::{Args, Parser, Subcommand};
use config::{Config, LogFormat};
use keys::Keys;
use metrics_exporter_prometheus::PrometheusBuilder;
use std::{
	future::IntoFuture, net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc,
	time::Duration,
};
use tokio::{signal::unix::SignalKind, sync::watch};
use vouchsafe_client::{ipfs::Ipfs, messages::Hex};

/// How long requests may still take once the custodian is to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Keeps a hospital's key shares and releases one only after the chain has logged an opening.
#[derive(Parser)]
#[command(
	version,
	args_conflicts_with_subcommands = true,
	arg_required_else_help = true,
	after_help = "Examples:
  vouchsafe-custodian key generate --out /etc/vouchsafe/custodian.key
  vouchsafe-custodian --config /etc/vouchsafe/custodian.toml
  curl http://127.0.0.1:8700/ready

sample.toml, in the sources, documents the configuration. SIGTERM stops the custodian cleanly."
)]
struct Arguments {
	/// The configuration file.
	#[arg(long, value_name = "FILE", required = true)]
	config: Option<PathBuf>,
	#[command(subcommand)]
	command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
	/// Makes and shows the custodian's keys.
	#[command(subcommand)]
	Key(KeyCommand),
}

#[derive(Subcommand)]
enum KeyCommand {
	/// Draws new keys and writes them to a new file that only its user may read. The file has no
	/// passphrase, because the daemon starts without anybody: protect its disk.
	Generate(Out),
	/// Writes the keys of a development network's custodian. Everybody knows them.
	Development {
		/// The account's development path, such as //HospitalA//custodian.
		#[arg(value_name = "PATH")]
		path: String,
		#[command(flatten)]
		out: Out,
	},
	/// Shows the public halves: what the institution enters with `set_custodian`.
	Show {
		/// The key file.
		#[arg(value_name = "FILE")]
		file: PathBuf,
	},
}

#[derive(Args)]
struct Out {
	/// The file to write.
	#[arg(long, value_name = "FILE")]
	out: PathBuf,
}

fn main() -> ExitCode {
	let arguments = Arguments::parse();
	let result = match (arguments.command, arguments.config) {
		(Some(Command::Key(command)), _) => key(command),
		(None, Some(config)) => serve(config),
		(None, None) => unreachable!("clap asks for one of them; qed"),
	};
	match result {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("vouchsafe-custodian: {error:#}");
			ExitCode::FAILURE
		},
	}
}

fn key(command: KeyCommand) -> anyhow::Result<()> {
	let keys = match command {
		KeyCommand::Generate(Out { out }) => Keys::generate(&out)?,
		KeyCommand::Development { path, out: Out { out } } => Keys::development(&out, &path)?,
		KeyCommand::Show { file } => Keys::read(&file)?,
	};
	println!("account        {}", Hex(keys.account.public_key().0));
	println!("encryption key {}", Hex(keys.encryption.public().0));
	Ok(())
}

fn serve(path: PathBuf) -> anyhow::Result<()> {
	let config = Config::read(&path)?;
	start_log(&config)?;
	let keys = Keys::read(&config.keys.file)?;
	let store = store::Store::open(&config.store.directory, keys.encryption.clone()).with_context(
		|| format!("can't open the database in {}", config.store.directory.display()),
	)?;
	let ipfs = config.kubo.as_ref().map(|kubo| Ipfs::new(&kubo.url)).transpose()?;
	let metrics = PrometheusBuilder::new().install_recorder().context("can't start the metrics")?;
	let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
	let (stop, stopping) = watch::channel(false);
	let app = Arc::new(App::new(config, keys, store, ipfs, stopping));
	let result = runtime.block_on(run(app.clone(), metrics, stop));
	runtime.shutdown_timeout(Duration::from_secs(2));
	app.store.checkpoint()?;
	result
}

/// Runs all parts until a signal comes, or one of them fails.
async fn run(
	app: Arc<App>,
	metrics: metrics_exporter_prometheus::PrometheusHandle,
	stop: watch::Sender<bool>,
) -> anyhow::Result<()> {
	let listen = app.config.api.listen;
	let listener = tokio::net::TcpListener::bind(listen)
		.await
		.with_context(|| format!("can't listen on {listen}"))?;
	tracing::info!(%listen, account = %Hex(app.keys.account.public_key().0), "listens");
	tokio::spawn(upkeep(metrics.clone(), app.clone()));
	tokio::spawn(worker::tend_content(app.clone()));
	let work = tokio::spawn(worker::run(app.clone()));
	let index = tokio::spawn(indexer::run(app.clone()));
	let watch_node = tokio::spawn(node::watch(app.clone()));
	let router = api::router(app.clone(), metrics);
	let mut stopping = app.stopping.clone();
	let serving = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
		.with_graceful_shutdown(async move {
			let _ = stopping.wait_for(|stop| *stop).await;
		});
	let serving = tokio::spawn(serving.into_future());
	let mut terminate = tokio::signal::unix::signal(SignalKind::terminate())?;
	let result = tokio::select! {
		_ = terminate.recv() => Ok(()),
		_ = tokio::signal::ctrl_c() => Ok(()),
		// Until it is to stop, the node's watcher ends only if the node is to be refused.
		ended = watch_node => ended?.map_err(anyhow::Error::from),
	};
	tracing::info!("stops");
	stop.send_replace(true);
	let ended = async { tokio::join!(serving, work, index) };
	if tokio::time::timeout(GRACE, ended).await.is_err() {
		tracing::warn!("did not wait longer for requests that are under way");
	}
	result
}

/// Lets the metrics forget what is old.
async fn upkeep(metrics: metrics_exporter_prometheus::PrometheusHandle, app: Arc<App>) {
	while app.pause(Duration::from_secs(5)).await {
		metrics.run_upkeep();
	}
}

fn start_log(config: &Config) -> anyhow::Result<()> {
	let filter = tracing_subscriber::EnvFilter::try_new(&config.log.level).context("log.level")?;
	let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
	match config.log.format {
		LogFormat::Json => builder.json().flatten_event(true).init(),
		LogFormat::Text => builder.init(),
	}
	Ok(())
}
