//! Starts the custodian's tasks and stops them again.

use crate::{
	acknowledgements, api,
	chain::Node,
	config::{Config, LogFormat},
	history, indexer,
	keys::Keys,
	kubo, node, server,
	state::State,
	store::{sqlite::Sqlite, LogIndex, Rewound},
	studies, waiting,
	wallet::WalletFiles,
	wallet_check,
};
use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::{sync::Arc, time::Duration};
use tokio::{net::TcpListener, signal::unix::SignalKind, sync::watch};
use vouchsafe_client::{chain::Chain, ipfs::Ipfs, messages::Hex};

/// How long requests under way may take once the custodian is to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Runs the custodian until it receives SIGTERM or SIGINT, or its node must not be used.
pub fn run(config: Config) -> anyhow::Result<()> {
	start_log(&config)?;
	config.wallet.as_ref().map_or(Ok(()), |wallet| WalletFiles::of(wallet).check())?;
	let keys = Keys::read(&config.keys.file)?;
	let database = Sqlite::open(&config.store.directory)?;
	let ipfs = config.kubo.as_ref().map(|kubo| Ipfs::new(&kubo.url)).transpose()?;
	let metrics = PrometheusBuilder::new().install_recorder().context("can't start the metrics")?;
	let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
	let (stop, stopping) = watch::channel(false);
	let state = State::new(config, keys, Arc::new(database.clone()), ipfs, stopping);
	let result = runtime.block_on(run_tasks(Arc::new(state), metrics, stop));
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
		let genesis = Node::genesis(&chain).0;
		let known = database.genesis().await?;
		anyhow::ensure!(
			known.is_none_or(|known| known == genesis),
			"the node is on another chain: set chain.node to a node of the right chain"
		);
		Ok(history::rewind(&database, &chain).await?)
	})
}

async fn run_tasks(
	state: Arc<State>,
	metrics: PrometheusHandle,
	stop: watch::Sender<bool>,
) -> anyhow::Result<()> {
	let listen = state.config.api.listen;
	let listener =
		TcpListener::bind(listen).await.with_context(|| format!("can't listen on {listen}"))?;
	let (address, account) = (listener.local_addr()?, Hex(state.keys.account.public_key().0));
	tracing::info!(%address, %account, "listening");
	tokio::spawn(metrics_upkeep(metrics.clone(), state.clone()));
	tokio::spawn(kubo::watch(state.clone()));
	tokio::spawn(wallet_check::run(state.clone()));
	let acknowledging = tokio::spawn(acknowledgements::run(state.clone()));
	let indexing = tokio::spawn(indexer::run(state.clone()));
	let aggregating = tokio::spawn(studies::run(state.clone()));
	let waiting = tokio::spawn(waiting::run(state.clone()));
	let watching = tokio::spawn(node::watch(state.clone()));
	let router = api::router(state.clone(), metrics);
	let limits = server::Limits::of(&state.config.api);
	let serving = tokio::spawn(server::serve(listener, router, limits, state.stopping.clone()));
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

/// Removes old samples from the metrics.
async fn metrics_upkeep(metrics: PrometheusHandle, state: Arc<State>) {
	while state.pause(Duration::from_secs(5)).await {
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
