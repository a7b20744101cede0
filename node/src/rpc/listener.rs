//! The listener for researchers (`--research-listen`): the methods `research_*` and `rpc_methods`
//! alone, over HTTP and WebSocket. The node's other RPC shows the whole state, so researchers do not
//! get it.
//!
//! Strangers may call it. So calls and connections of one address are limited (`limits`), as are the
//! sizes of requests and answers and the time of a connection. A WebSocket without a call
//! for a minute is closed. A client that sends much or does not read is read slowly or not at all (`socket`). Web pages
//! are refused: there is no CORS.

mod limits;
mod socket;
mod source;

use futures::future::{join, select, Either};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use jsonrpsee::{
	core::BoxError,
	server::{
		middleware::rpc::{RpcService, RpcServiceBuilder},
		stop_channel, ws, BatchRequestConfig, HttpBody, HttpRequest, HttpResponse, PingConfig,
		Server, StopHandle, TowerServiceBuilder,
	},
	Methods,
};
use limits::{CallLimits, Connections, Limited, Place};
use socket::Socket;
use source::Source;
use std::{
	future::Future,
	net::{IpAddr, SocketAddr},
	num::NonZeroU32,
	pin::pin,
	sync::Arc,
	time::Duration,
};
use tokio::{
	net::{TcpListener, TcpStream},
	sync::{watch, Notify},
	time::timeout,
};
use tower::{layer::util::Identity, Service};

/// The longest request in bytes, a batch as a whole.
const MAX_REQUEST: u32 = 16 << 10;
/// The longest answer in bytes.
const MAX_ANSWER: u32 = 4 << 20;
/// The most calls of a batch. Each counts as a call.
const MAX_BATCH: u32 = 20;
/// The most connections of one address.
const CONNECTIONS_EACH: usize = 16;
/// The most connections.
const CONNECTIONS: usize = 256;
/// Answers of one WebSocket that wait to be sent.
const QUEUE: u32 = 16;
/// The times of connections.
const TIMES: Times = Times {
	head: Duration::from_secs(10),
	connection: Duration::from_secs(60),
	last_request: Duration::from_secs(30),
	quiet: Duration::from_secs(60),
};
/// How often addresses are forgotten that have called nothing lately.
const FORGETTING: Duration = Duration::from_secs(60);
/// How long the listener waits if it cannot accept: there are no free file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// The options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
	/// The address to listen on.
	pub address: SocketAddr,
	/// Calls per second of one address.
	pub rate: NonZeroU32,
	/// How many reverse proxies a request passes.
	pub proxies: u8,
}

/// How long things of a connection may take.
#[derive(Clone, Copy)]
struct Times {
	/// The head of a request, and the pause before it.
	head: Duration,
	/// All requests over HTTP, until no further one is taken.
	connection: Duration,
	/// The last request over HTTP, beyond that.
	last_request: Duration,
	/// How long a WebSocket may be open without a call. Answers to pings are not calls.
	quiet: Duration,
}

/// Opens the listener. The future answers until it is dropped.
pub fn open(
	options: Options,
	methods: impl Into<Methods>,
) -> Result<(SocketAddr, impl Future<Output = ()> + Send), String> {
	let failed = |error| format!("--research-listen {}: {error}", options.address);
	let listener = std::net::TcpListener::bind(options.address).map_err(failed)?;
	listener.set_nonblocking(true).map_err(failed)?;
	let listener = TcpListener::from_std(listener).map_err(failed)?;
	let address = listener.local_addr().map_err(failed)?;
	Ok((address, serve(listener, options, methods.into(), TIMES)))
}

async fn serve(listener: TcpListener, options: Options, methods: Methods, times: Times) {
	// Connections end when the handle is dropped.
	let (stop, _handle) = stop_channel();
	// A proxy's connections are many people's.
	let each = if options.proxies == 0 { CONNECTIONS_EACH } else { CONNECTIONS };
	let connections = Connections::new(each, CONNECTIONS);
	let answers = Arc::new(Answers {
		builder: builder(),
		methods,
		limits: Arc::new(CallLimits::new(options.rate)),
		proxies: options.proxies,
		times,
		stop,
	});
	let accepting = async {
		loop {
			let Ok((stream, peer)) = listener.accept().await else {
				tokio::time::sleep(PAUSE).await;
				continue;
			};
			let Some(place) = connections.admit(peer.ip().into()) else { continue };
			tokio::spawn(serve_connection(stream, peer.ip(), place, answers.clone()));
		}
	};
	let forgetting = async {
		loop {
			tokio::time::sleep(FORGETTING).await;
			answers.limits.forget();
		}
	};
	join(accepting, forgetting).await;
}

fn builder() -> TowerServiceBuilder<Identity, Identity> {
	Server::builder()
		.max_request_body_size(MAX_REQUEST)
		.max_response_body_size(MAX_ANSWER)
		.max_connections(u32::try_from(CONNECTIONS).unwrap_or(u32::MAX))
		.max_subscriptions_per_connection(0)
		.set_batch_request_config(BatchRequestConfig::Limit(MAX_BATCH))
		.set_message_buffer_capacity(QUEUE)
		.enable_ws_ping(PingConfig::new())
		.to_service_builder()
}

async fn serve_connection(stream: TcpStream, peer: IpAddr, place: Place, answers: Arc<Answers>) {
	let _ = stream.set_nodelay(true);
	let (times, stop) = (answers.times, answers.stop.clone());
	let (end, is_over) = watch::channel(false);
	let connection = Arc::new(Connection { _place: place, calls: Arc::default(), end });
	let service = service_fn(move |request: HttpRequest<Incoming>| {
		let (answers, connection) = (answers.clone(), connection.clone());
		async move { answers.answer(request, peer, connection).await.map_err(std::io::Error::other) }
	});
	// Only HTTP/1: a connection of HTTP/2 has many requests at once.
	let serving = http1::Builder::new()
		.timer(TokioTimer::new())
		.header_read_timeout(times.head)
		.serve_connection(TokioIo::new(Socket::new(stream, &is_over)), service)
		.with_upgrades();
	let closing = tokio::time::timeout(times.connection, stop.shutdown());
	let (serving, closing) = (pin!(serving), pin!(closing));
	if let Either::Right((_, mut serving)) = select(serving, closing).await {
		serving.as_mut().graceful_shutdown();
		let _ = tokio::time::timeout(times.last_request, serving).await;
	}
}

/// A connection.
struct Connection {
	_place: Place,
	/// Notified of each call.
	calls: Arc<Notify>,
	/// Ends it.
	end: watch::Sender<bool>,
}

impl Connection {
	/// Waits until there was no call for this time, and ends it.
	async fn end_when_quiet(&self, time: Duration) {
		while timeout(time, self.calls.notified()).await.is_ok() {}
		self.end.send_replace(true);
	}
}

/// What all connections have in common.
struct Answers {
	builder: TowerServiceBuilder<Identity, Identity>,
	methods: Methods,
	limits: Arc<CallLimits>,
	proxies: u8,
	times: Times,
	stop: StopHandle,
}

impl Answers {
	async fn answer(
		&self,
		request: HttpRequest<Incoming>,
		peer: IpAddr,
		connection: Arc<Connection>,
	) -> Result<HttpResponse, BoxError> {
		if request.headers().contains_key("origin") {
			return refusal(403, "requests of web pages are refused");
		}
		let Some(source) = Source::of(&request, peer, self.proxies) else {
			let message = "the proxy does not say in X-Forwarded-For who asks: set it up so, or \
				correct --research-proxies";
			return refusal(400, message);
		};
		let (limits, calls) = (self.limits.clone(), connection.calls.clone());
		let middleware = RpcServiceBuilder::new().layer_fn(move |service: RpcService| Limited {
			service,
			source,
			limits: limits.clone(),
			calls: calls.clone(),
		});
		let mut service = self
			.builder
			.clone()
			.set_rpc_middleware(middleware)
			.build(self.methods.clone(), self.stop.clone());
		if ws::is_upgrade_request(&request) {
			// A WebSocket outlives the HTTP connection that it began as, and keeps its place.
			let closed = service.on_session_closed();
			let quiet = self.times.quiet;
			tokio::spawn(async move {
				let ending = pin!(connection.end_when_quiet(quiet));
				if let Either::Right(((), closed)) = select(closed, ending).await {
					closed.await;
				}
			});
		}
		service.call(request).await
	}
}

fn refusal(status: u16, message: &'static str) -> Result<HttpResponse, BoxError> {
	let response = HttpResponse::builder().status(status).header("content-type", "text/plain");
	Ok(response.body(HttpBody::from(message))?)
}

#[cfg(test)]
mod tests;
