//! Serves the API on connections, within limits: of the number of connections in all and from one
//! address, of the time until a request's header is complete, and of the time without progress
//! while an answer is sent.
//!
//! A connection without a request under way gives way to a new one. So connections that send half
//! a request, or nothing, keep nobody out.

mod stream;
#[cfg(test)]
mod tests;

use crate::{api::source::Source, config};
use axum::{
	body::{Body, Bytes, HttpBody},
	extract::ConnectInfo,
	http::Request,
	Router,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
	collections::HashMap,
	net::SocketAddr,
	pin::{pin, Pin},
	sync::{Arc, Mutex, MutexGuard},
	task::{Context, Poll},
	time::Duration,
};
use stream::Unstalled;
use tokio::{
	net::{TcpListener, TcpStream},
	sync::{watch, Notify},
	task::JoinSet,
	time::Instant,
};
use tower::ServiceExt;

/// The pause after a connection could not be accepted, mostly because too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

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
					tasks.spawn(serve_connection(
						stream,
						peer,
						router.clone(),
						place,
						stopping.clone(),
					));
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

async fn serve_connection(
	stream: TcpStream,
	peer: SocketAddr,
	router: Router,
	place: Place,
	mut stopping: watch::Receiver<bool>,
) {
	let limits = place.connections.limits;
	// Answers are small or long. Nothing is gained by holding parts of them back.
	let _ = stream.set_nodelay(true);
	let stream = TokioIo::new(Unstalled::new(stream, limits.stall));
	let service = service_fn(|request: Request<Incoming>| {
		let (under_way, busy) = place.begin(&request);
		let mut request =
			request.map(|body| Body::new(RequestBody { body, under_way: under_way.clone() }));
		request.extensions_mut().insert(ConnectInfo(peer));
		request.extensions_mut().insert(under_way);
		let answer = router.clone().oneshot(request);
		async move {
			let answer = answer.await;
			answer.map(|answer| answer.map(|body| Body::new(BusyBody { body, _busy: busy })))
		}
	});
	let connection = http1::Builder::new()
		.timer(TokioTimer::new())
		.header_read_timeout(limits.header)
		.serve_connection(stream, service);
	let mut connection = pin!(connection);
	tokio::select! {
		_ = connection.as_mut() => return,
		_ = place.gives_way.notified() => return,
		_ = stopping.wait_for(|stop| *stop) => {
			if place.is_waiting() {
				return;
			}
			connection.as_mut().graceful_shutdown();
		},
	}
	let _ = connection.await;
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
	/// Since when it has waited for a request, or for the rest of one. None while one is under way.
	waiting: Option<Instant>,
	gives_way: Arc<Notify>,
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
		let id = table.next;
		table.next = table.next.wrapping_add(1);
		let gives_way = Arc::new(Notify::new());
		let connection =
			Connection { source, waiting: Some(Instant::now()), gives_way: gives_way.clone() };
		table.open.insert(id, connection);
		Some(Place { connections: self.clone(), id, gives_way })
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
	/// Closes the connection, of this source if one is named, that has waited longest for a
	/// request. False if none waits.
	fn close_oldest(&mut self, source: Option<Source>) -> bool {
		let oldest = self
			.open
			.iter()
			.filter(|(_, it)| source.is_none_or(|source| it.source == source))
			.filter_map(|(id, it)| Some((it.waiting?, *id)))
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
	/// Notes the header of a request. The request ends when the second result is dropped.
	fn begin(&self, request: &Request<Incoming>) -> (UnderWay, Busy) {
		let under_way = UnderWay { connections: self.connections.clone(), id: self.id };
		match request.body().is_end_stream() {
			true => under_way.begin(),
			false => under_way.set_waiting(Some(Instant::now())),
		}
		(under_way.clone(), Busy(under_way))
	}

	/// Whether no request is under way.
	fn is_waiting(&self) -> bool {
		self.connections.table().open.get(&self.id).is_none_or(|it| it.waiting.is_some())
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
}

impl UnderWay {
	/// The request is under way from now on: its connection does not give way.
	pub fn begin(&self) {
		self.set_waiting(None);
	}

	fn set_waiting(&self, waiting: Option<Instant>) {
		if let Some(connection) = self.connections.table().open.get_mut(&self.id) {
			connection.waiting = waiting;
		}
	}
}

/// A request until its answer is sent.
struct Busy(UnderWay);

impl Drop for Busy {
	fn drop(&mut self) {
		self.0.set_waiting(Some(Instant::now()));
	}
}

/// The body of a request. Once it is complete, the request is under way.
struct RequestBody {
	body: Incoming,
	under_way: UnderWay,
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
