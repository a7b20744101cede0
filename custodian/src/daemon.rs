//! Starts the custodian's tasks and stops them again.

use crate::{
	acknowledgements, api, backup,
	chain::Node,
	config::{Config, LogFormat},
	history, indexer,
	keys::Keys,
	kubo,
	lock::Lock,
	node, recorder, rotation, scrub, server,
	state::{ensure_own_chain, State},
	store::{sqlite::Sqlite, Rewound},
	studies,
	tls::{self, Tls},
	waiting,
	wallet::WalletFiles,
	wallet_check,
};
use anyhow::Context;
use metrics_exporter_prometheus::PrometheusHandle;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, signal::unix::SignalKind, sync::watch};
use vouchsafe_client::{chain::Chain, ipfs::Ipfs, messages::Hex};

/// How long requests under way may take once the custodian is to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Runs the custodian until it receives SIGTERM or SIGINT, or its node must not be used. `lan` says that the
/// network is closed, so that it may listen there without TLS.
pub fn run(config: Config, lan: bool) -> anyhow::Result<()> {
	start_log(&config)?;
	config.api.check_plain(lan)?;
	let tls = config.api.tls.as_ref().map(Tls::open).transpose().context("in [api.tls]")?;
	config.wallet.as_ref().map_or(Ok(()), |wallet| WalletFiles::of(wallet).check())?;
	let keys = Keys::read(&config.keys.file)?;
	let _lock = Lock::of_custodian(&config.store.directory)?;
	backup::remove_leftovers(&config.store.directory)?;
	let database = Sqlite::open(&config.store.directory)?;
	let ipfs = config.kubo.as_ref().map(|kubo| Ipfs::new(&kubo.url)).transpose()?;
	let metrics = recorder::install()?;
	let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
	let (stop, stopping) = watch::channel(false);
	let state = State::new(config, keys, Arc::new(database.clone()), ipfs, stopping);
	let result = runtime.block_on(run_tasks(Arc::new(state), tls.map(Arc::new), metrics, stop));
	runtime.shutdown_timeout(Duration::from_secs(2));
	database.checkpoint()?;
	result
}

/// Removes from the index what the configured node no longer has. Returns the last block that stays
/// and what was removed, or nothing if the node has every block.
pub fn rewind(config: &Config) -> anyhow::Result<Option<(Option<u32>, Rewound)>> {
	let database = Sqlite::open(&config.store.directory)?;
	let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
	runtime.block_on(async {
		let chain = Chain::connect(&config.chain.node).await?;
		ensure_own_chain(config, &database, Node::genesis(&chain)).await?;
		Ok(history::rewind(&database, &chain).await?)
	})
}

async fn run_tasks(
	state: Arc<State>,
	tls: Option<Arc<Tls>>,
	metrics: PrometheusHandle,
	stop: watch::Sender<bool>,
) -> anyhow::Result<()> {
	let api = &state.config.api;
	let listener = listen("api.listen", api.listen).await?;
	let inner = listen("api.monitoring_listen", api.monitoring_listen).await?;
	let (address, account) = (listener.local_addr()?, Hex(state.keys.account.public_key().0));
	let monitoring = inner.local_addr()?;
	tracing::info!(%address, %monitoring, %account, tls = tls.is_some(), "listening");
	if let Some(tls) = tls.clone() {
		tokio::spawn(tls::watch(state.clone(), tls));
	}
	tokio::spawn(recorder::run(metrics.clone(), state.clone()));
	tokio::spawn(api::cross_origin::watch(state.clone()));
	tokio::spawn(kubo::watch(state.clone()));
	tokio::spawn(backup::watch::watch(state.clone()));
	tokio::spawn(wallet_check::run(state.clone()));
	tokio::spawn(scrub::run(state.clone()));
	tokio::spawn(rotation::run(state.clone()));
	let acknowledging = tokio::spawn(acknowledgements::run(state.clone()));
	let indexing = tokio::spawn(indexer::run(state.clone()));
	let aggregating = tokio::spawn(studies::run(state.clone()));
	let waiting = tokio::spawn(waiting::run(state.clone()));
	let watching = tokio::spawn(node::watch(state.clone()));
	let limits = server::Limits::of(&state.config.api);
	let router = api::monitoring_router(state.clone(), metrics);
	tokio::spawn(server::serve(inner, router, limits, None, state.stopping.clone()));
	let router = api::router(state.clone());
	let serving =
		tokio::spawn(server::serve(listener, router, limits, tls, state.stopping.clone()));
	let mut terminate = tokio::signal::unix::signal(SignalKind::terminate())?;
	let result = tokio::select! {
		_ = terminate.recv() => Ok(()),
		_ = tokio::signal::ctrl_c() => Ok(()),
		// Before the custodian stops, this task ends only if the node must not be used.
		ended = watching => ended?.map_err(anyhow::Error::from),
	};
	tracing::info!("stopping");
	stop.send_replace(true);
	let ended = async { tokio::join!(serving, acknowledging, indexing, aggregating, waiting) };
	if tokio::time::timeout(GRACE, ended).await.is_err() {
		tracing::warn!("stopping although requests are still under way");
	}
	result
}

/// Listens on the address of this entry of the configuration.
async fn listen(entry: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
	let failed = || format!("can't listen on {address} ({entry})");
	TcpListener::bind(address).await.with_context(failed)
}

fn start_log(config: &Config) -> anyhow::Result<()> {
	let filter = tracing_subscriber::EnvFilter::try_new(&config.log.level).context("log.level")?;
	let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
	match config.log.format {
		// A line has the name of the request that it is about, once.
		LogFormat::Json => builder.json().flatten_event(true).with_span_list(false).init(),
		LogFormat::Text => builder.init(),
	}
	Ok(())
}
