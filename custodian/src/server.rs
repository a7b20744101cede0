//! Serves the API on connections, within limits: of the number of connections in all and from one
//! address, of the time until a request's header is complete, and of the time without progress
//! while an answer is sent. With TLS, the handshake is a part of that first time.
//!
//! A connection without a request under way gives way to a new one. So connections that send half
//! a handshake, half a request, or nothing, keep nobody out. One whose peer takes nothing that is sent is
//! closed. Over HTTP/2, a peer can take everything except one answer: then only that answer's stream ends.
//!
//! An answer can come before the end of the request: a refused upload. Its sender must be able to read it.
//! So the connection says that it ends, and lingers.

mod fed;
mod stream;
mod streams;
#[cfg(test)]
mod tests;

use crate::{api::source::Source, config, tls::Tls};
use axum::{
	body::{Body, Bytes, HttpBody},
	extract::ConnectInfo,
	http::{
		header::{HeaderValue, CONNECTION},
		Request,
	},
	Router,
};
use fed::fed;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
	rt::{TokioIo, TokioTimer},
	server::conn::auto,
};
use rustls::ServerConfig;
use std::{
	collections::HashMap,
	future::pending,
	net::SocketAddr,
	pin::{pin, Pin},
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc, Mutex, MutexGuard,
	},
	task::{Context, Poll},
	time::Duration,
};
use stream::Unstalled;
use streams::{end_of_stream, Streams};
use tokio::{
	io::{AsyncRead, AsyncWrite},
	net::{TcpListener, TcpStream},
	sync::{watch, Notify},
	task::JoinSet,
	time::{sleep_until, timeout, Instant},
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// The pause after a connection could not be accepted, mostly because too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How many requests there may be at once on one connection of HTTP/2.
const REQUESTS_AT_ONCE: u32 = 32;

/// The limits of connections.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
	/// How many there may be.
	pub connections: usize,
	/// How many there may be from one address.
	pub of_one_source: usize,
	/// How long a request's header may take, and how long a connection may be idle.
	pub header: Duration,
	/// How long an answer may make no progress.
	pub stall: Duration,
}

impl Limits {
	/// The configured limits. All connections from a proxy have the same address.
	pub fn of(api: &config::Api) -> Self {
		let of_one_source = match api.trusted_proxies {
			0 => api.max_connections_per_address,
			_ => api.max_connections,
		};
		Self {
			connections: api.max_connections,
			of_one_source,
			header: Duration::from_secs(api.header_timeout),
			stall: Duration::from_secs(api.stall_timeout),
		}
	}
}

/// Serves until the custodian stops, and then finishes the requests under way.
pub async fn serve(
	listener: TcpListener,
	router: Router,
	limits: Limits,
	tls: Option<Arc<Tls>>,
	mut stopping: watch::Receiver<bool>,
) {
	let connections = Arc::new(Connections { limits, table: Mutex::default() });
	let mut tasks = JoinSet::new();
	loop {
		let accepted = tokio::select! {
			_ = stopping.wait_for(|stop| *stop) => break,
			Some(_) = tasks.join_next() => continue,
			accepted = listener.accept() => accepted,
		};
		match accepted {
			Ok((stream, peer)) => {
				if let Some(place) = connections.admit(peer) {
					let tls = tls.as_ref().map(|tls| tls.config());
					let service = Service { router: router.clone(), peer, place };
					tasks.spawn(serve_connection(stream, tls, service, stopping.clone()));
				}
			},
			Err(error) => {
				tracing::warn!(%error, "can't accept a connection");
				connections.make_room();
				tokio::time::sleep(ACCEPT_PAUSE).await;
			},
		}
	}
	drop(listener);
	while tasks.join_next().await.is_some() {}
}

/// What a connection is served with.
struct Service {
	router: Router,
	peer: SocketAddr,
	place: Place,
}

/// Serves a connection until it ends, or has to give way, or sends no request in time.
async fn serve_connection(
	stream: TcpStream,
	tls: Option<Arc<ServerConfig>>,
	service: Service,
	stopping: watch::Receiver<bool>,
) {
	let gives_way = service.place.gives_way.clone();
	// Answers are small or long. Nothing is gained by holding parts of them back.
	let _ = stream.set_nodelay(true);
	let stream = Unstalled::new(stream, service.place.connections.limits.stall);
	let served = async {
		let Some(tls) = tls else { return service.serve(stream, false, stopping).await };
		let mut stops = stopping.clone();
		let accepted = tokio::select! {
			accepted = TlsAcceptor::from(tls).accept(stream) => accepted,
			() = service.place.silence(false) => return,
			_ = stops.wait_for(|stop| *stop) => return,
		};
		match accepted {
			Ok(stream) => {
				let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
				service.serve(stream, is_http2, stopping).await;
			},
			Err(error) => {
				metrics::counter!("vouchsafe_custodian_handshakes_failed_total").increment(1);
				tracing::debug!(%error, "a TLS handshake failed");
			},
		}
	};
	tokio::select! {
		() = served => {},
		() = gives_way.notified() => {},
	}
}

impl Service {
	async fn serve(
		&self,
		stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
		is_http2: bool,
		mut stopping: watch::Receiver<bool>,
	) {
		let limits = self.place.connections.limits;
		let (connections, id) = (self.place.connections.clone(), self.place.id);
		let (router, peer) = (self.router.clone(), self.peer);
		let service = service_fn(move |request: Request<Incoming>| {
			let (under_way, busy) = connections.begin(id, &request);
			let is_read = Arc::new(AtomicBool::new(request.body().is_end_stream()));
			let mut request = request.map(|body| {
				let (under_way, is_read) = (under_way.clone(), is_read.clone());
				Body::new(RequestBody { body, under_way, is_read })
			});
			request.extensions_mut().insert(ConnectInfo(peer));
			request.extensions_mut().insert(under_way);
			let answer = router.clone().oneshot(request);
			async move {
				let answer = answer.await;
				answer.map(|answer| {
					let mut answer = answer.map(|body| {
						let body = match end_of_stream() {
							Some(end) => fed(body, limits.stall, end),
							None => body,
						};
						Body::new(BusyBody { body, _busy: busy })
					});
					// What nobody reads ends the connection. A proxy must not take it for another request.
					if !is_http2 && !is_read.load(Ordering::Relaxed) {
						answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
					}
					answer
				})
			}
		});
		let mut builder = auto::Builder::new(Streams);
		builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.header);
		builder.http2().timer(TokioTimer::new()).max_concurrent_streams(REQUESTS_AT_ONCE);
		let builder = match is_http2 {
			true => builder.http2_only(),
			false => builder.http1_only(),
		};
		let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
		let is_silent = tokio::select! {
			_ = connection.as_mut() => return,
			() = self.place.silence(is_http2) => true,
			_ = stopping.wait_for(|stop| *stop) => false,
		};
		if (is_silent && self.place.is_new()) || (!is_silent && self.place.is_waiting()) {
			return;
		}
		connection.as_mut().graceful_shutdown();
		match is_silent {
			// The peer has all answers. Only the end is to be sent.
			true => drop(timeout(limits.stall, connection).await),
			false => drop(connection.await),
		}
	}
}

/// The open connections.
struct Connections {
	limits: Limits,
	table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
	next: u64,
	open: HashMap<u64, Connection>,
}

/// An open connection.
struct Connection {
	source: Source,
	/// Its requests, by number, and whether each is under way.
	requests: HashMap<u64, bool>,
	/// Whether it has had no request yet.
	is_new: bool,
	/// When it was opened, or its last request began or ended.
	since: Instant,
	gives_way: Arc<Notify>,
}

impl Connection {
	/// Since when it has waited for a request, or for the rest of one. None while one is under way.
	fn waiting(&self) -> Option<Instant> {
		(!self.requests.values().any(|is_under_way| *is_under_way)).then_some(self.since)
	}
}

impl Connections {
	/// Gives a new connection its place, if need be that of one without a request under way.
	fn admit(self: &Arc<Self>, peer: SocketAddr) -> Option<Place> {
		let source = Source::from(peer.ip());
		let mut table = self.table();
		let of_source = table.open.values().filter(|it| it.source == source).count();
		let (is_full, only) = match of_source >= self.limits.of_one_source {
			true => (true, Some(source)),
			false => (table.open.len() >= self.limits.connections, None),
		};
		if is_full && !table.close_oldest(only) {
			metrics::counter!("vouchsafe_custodian_connections_refused_total").increment(1);
			return None;
		}
		let id = table.next_number();
		let gives_way = Arc::new(Notify::new());
		let connection = Connection {
			source,
			requests: HashMap::new(),
			is_new: true,
			since: Instant::now(),
			gives_way: gives_way.clone(),
		};
		table.open.insert(id, connection);
		Some(Place { connections: self.clone(), id, gives_way })
	}

	/// Notes the header of a request. The request ends when the second result is dropped.
	fn begin(self: &Arc<Self>, id: u64, request: &Request<Incoming>) -> (UnderWay, Busy) {
		let mut table = self.table();
		let number = table.next_number();
		if let Some(connection) = table.open.get_mut(&id) {
			connection.requests.insert(number, request.body().is_end_stream());
			(connection.is_new, connection.since) = (false, Instant::now());
		}
		let under_way = UnderWay { connections: self.clone(), id, number };
		(under_way.clone(), Busy(under_way))
	}

	/// Closes a connection without a request under way.
	fn make_room(&self) {
		self.table().close_oldest(None);
	}

	fn table(&self) -> MutexGuard<'_, Table> {
		self.table.lock().unwrap_or_else(|error| error.into_inner())
	}
}

impl Table {
	fn next_number(&mut self) -> u64 {
		let number = self.next;
		self.next = number.wrapping_add(1);
		number
	}

	/// Closes the connection, of this source if one is named, that has waited longest for a
	/// request. False if none waits.
	fn close_oldest(&mut self, source: Option<Source>) -> bool {
		let oldest = self
			.open
			.iter()
			.filter(|(_, it)| source.is_none_or(|source| it.source == source))
			.filter_map(|(id, it)| Some((it.waiting()?, *id)))
			.min();
		let Some(closed) = oldest.and_then(|(_, id)| self.open.remove(&id)) else { return false };
		closed.gives_way.notify_one();
		true
	}
}

/// A connection's place among the open ones, until it is dropped.
struct Place {
	connections: Arc<Connections>,
	id: u64,
	gives_way: Arc<Notify>,
}

impl Place {
	/// Whether no request is under way.
	fn is_waiting(&self) -> bool {
		self.connections.table().open.get(&self.id).is_none_or(|it| it.waiting().is_some())
	}

	/// Whether there has been no request yet.
	fn is_new(&self) -> bool {
		self.connections.table().open.get(&self.id).is_none_or(|it| it.is_new)
	}

	/// Waits until there is no request for as long as a header may take. In HTTP/1.1 this is about the first
	/// one: hyper sees to the others.
	async fn silence(&self, is_http2: bool) {
		let limit = self.connections.limits.header;
		loop {
			let now = Instant::now();
			let until = {
				let table = self.connections.table();
				match table.open.get(&self.id) {
					Some(it) if it.is_new => Some(it.since + limit),
					Some(it) if is_http2 && it.requests.is_empty() => Some(it.since + limit),
					Some(_) if is_http2 => Some(now + limit),
					_ => None,
				}
			};
			match until {
				Some(until) if until <= now => return,
				Some(until) => sleep_until(until).await,
				None => return pending().await,
			}
		}
	}
}

impl Drop for Place {
	fn drop(&mut self) {
		self.connections.table().open.remove(&self.id);
	}
}

/// Marks a request as under way. This happens when its body is complete, or earlier, when the service
/// knows who sends it.
#[derive(Clone)]
pub struct UnderWay {
	connections: Arc<Connections>,
	id: u64,
	number: u64,
}

impl UnderWay {
	/// The request is under way from now on: its connection does not give way.
	pub fn begin(&self) {
		let mut table = self.connections.table();
		let connection = table.open.get_mut(&self.id);
		if let Some(begun) = connection.and_then(|it| it.requests.get_mut(&self.number)) {
			*begun = true;
		}
	}
}

/// A request until its answer is sent.
struct Busy(UnderWay);

impl Drop for Busy {
	fn drop(&mut self) {
		let UnderWay { connections, id, number } = &self.0;
		if let Some(connection) = connections.table().open.get_mut(id) {
			connection.requests.remove(number);
			connection.since = Instant::now();
		}
	}
}

/// The body of a request. Once it is complete, the request is under way.
struct RequestBody {
	body: Incoming,
	under_way: UnderWay,
	is_read: Arc<AtomicBool>,
}

impl HttpBody for RequestBody {
	type Data = Bytes;
	type Error = hyper::Error;

	fn poll_frame(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
	) -> Poll<Option<Result<hyper::body::Frame<Bytes>, hyper::Error>>> {
		let frame = Pin::new(&mut self.body).poll_frame(context);
		if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
			self.is_read.store(true, Ordering::Relaxed);
			self.under_way.begin();
		}
		frame
	}

	fn is_end_stream(&self) -> bool {
		self.body.is_end_stream()
	}

	fn size_hint(&self) -> hyper::body::SizeHint {
		self.body.size_hint()
	}
}

/// The body of an answer. The request is under way until it is dropped.
struct BusyBody {
	body: Body,
	_busy: Busy,
}

impl HttpBody for BusyBody {
	type Data = Bytes;
	type Error = axum::Error;

	fn poll_frame(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
	) -> Poll<Option<Result<hyper::body::Frame<Bytes>, axum::Error>>> {
		Pin::new(&mut self.body).poll_frame(context)
	}

	fn is_end_stream(&self) -> bool {
		self.body.is_end_stream()
	}

	fn size_hint(&self) -> hyper::body::SizeHint {
		self.body.size_hint()
	}
}
