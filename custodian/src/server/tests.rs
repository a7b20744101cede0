//! Attacks on the connections of a real listener.

use super::*;
use axum::{
	routing::{get, post},
	Extension,
};
use std::{collections::VecDeque, net::Ipv4Addr};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpSocket,
	sync::watch::Sender,
	time::{sleep, timeout},
};

const LIMITS: Limits = Limits {
	connections: 48,
	of_one_source: 24,
	header: Duration::from_secs(600),
	stall: Duration::from_secs(1),
};
const SOON: Duration = Duration::from_secs(10);

struct Service {
	address: SocketAddr,
	stop: Sender<bool>,
	serving: tokio::task::JoinHandle<()>,
}

/// Serves `/health`, a long answer, and one that comes after a second.
async fn service(limits: Limits) -> Service {
	let slow = || async {
		sleep(Duration::from_secs(1)).await;
		"slow"
	};
	let upload = |Extension(under_way): Extension<UnderWay>, body: Body| async move {
		under_way.begin();
		axum::body::to_bytes(body, 100).await.unwrap_or_default()
	};
	let router = Router::new()
		.route("/upload", post(upload))
		.route("/health", get(|| async { "alive" }))
		.route("/long", get(|| async { vec![0u8; 64 << 20] }))
		.route("/echo", post(|body: Bytes| async { body }))
		.route("/refused", post(|| async { axum::http::StatusCode::FORBIDDEN }))
		.route("/slow", get(slow));
	let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
	let port = listener.local_addr().unwrap().port();
	let (stop, stopping) = watch::channel(false);
	let serving = tokio::spawn(serve(listener, router, limits, None, stopping));
	Service { address: (Ipv4Addr::LOCALHOST, port).into(), stop, serving }
}

impl Service {
	/// A connection from this address of the loopback interface.
	async fn connect(&self, last: u8) -> TcpStream {
		let socket = TcpSocket::new_v4().unwrap();
		socket.bind((Ipv4Addr::new(127, 0, 0, last), 0).into()).unwrap();
		socket.connect(self.address).await.unwrap()
	}

	/// The status and body of one request on a connection of its own.
	async fn ask(&self, last: u8, path: &str) -> String {
		let mut stream = self.connect(last).await;
		let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
		stream.write_all(request.as_bytes()).await.unwrap();
		let mut answer = String::new();
		timeout(SOON, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
		let body = answer.rsplit("\r\n").next().unwrap();
		format!("{} {body}", &answer[9..12])
	}

	/// A connection with the beginning of a request.
	async fn begun(&self, last: u8, beginning: &str) -> TcpStream {
		let mut stream = self.connect(last).await;
		// It may be closed already.
		let _ = stream.write_all(beginning.as_bytes()).await;
		stream
	}

	/// A connection with half a header.
	async fn half_a_request(&self, last: u8) -> TcpStream {
		self.begun(last, "GET /health HTTP/1.1\r\nhost: ").await
	}

	/// A connection with half a body.
	async fn half_a_body(&self, last: u8, path: &str) -> TcpStream {
		let header = format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n1");
		self.begun(last, &header).await
	}
}

/// Whether the server closes the connection soon.
async fn is_closed(mut stream: TcpStream) -> bool {
	let mut byte = [0];
	matches!(timeout(SOON, stream.read(&mut byte)).await, Ok(Ok(0) | Err(_)))
}

#[tokio::test]
async fn half_sent_headers_keep_nobody_out() {
	let service = service(LIMITS).await;
	let mut held = VecDeque::new();
	for number in 0..1500u32 {
		held.push_back(service.half_a_request(if number % 2 == 0 { 1 } else { 2 }).await);
		if number % 100 == 99 {
			for last in [1, 2, 3] {
				assert_eq!(service.ask(last, "/health").await, "200 alive", "{number}");
			}
		}
		// The oldest gave way. Without that, they would all stay open.
		if held.len() > 200 {
			assert!(is_closed(held.pop_front().unwrap()).await);
		}
	}
}

/// Anybody can send half a body: who sends it is only known when it is complete.
#[tokio::test]
async fn half_sent_bodies_keep_nobody_out() {
	let service = service(LIMITS).await;
	let mut held = VecDeque::new();
	for number in 0..200u32 {
		let last = if number % 2 == 0 { 1 } else { 2 };
		held.push_back(service.half_a_body(last, "/echo").await);
		if number % 50 == 49 {
			for last in [1, 2, 3] {
				assert_eq!(service.ask(last, "/health").await, "200 alive", "{number}");
			}
		}
		if held.len() > 100 {
			assert!(is_closed(held.pop_front().unwrap()).await);
		}
	}
}

#[tokio::test]
async fn uploads_of_known_senders_do_not_give_way() {
	let service = service(Limits { connections: 4, of_one_source: 2, ..LIMITS }).await;
	let mut uploads =
		[service.half_a_body(1, "/upload").await, service.half_a_body(1, "/upload").await];
	sleep(Duration::from_millis(200)).await;
	assert!(is_closed(service.connect(1).await).await);
	assert_eq!(service.ask(2, "/health").await, "200 alive");
	for upload in &mut uploads {
		upload.write_all(b"2").await.unwrap();
		let mut answer = vec![0; 12];
		timeout(SOON, upload.read_exact(&mut answer)).await.unwrap().unwrap();
		assert_eq!(answer, b"HTTP/1.1 200");
	}
	assert_eq!(service.ask(1, "/health").await, "200 alive");
}

#[tokio::test]
async fn half_sent_headers_are_closed_after_a_while() {
	let service = service(Limits { header: Duration::from_millis(300), ..LIMITS }).await;
	let half = service.half_a_request(1).await;
	let silent = service.connect(1).await;
	let mut idle = service.connect(1).await;
	idle.write_all(b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
	let mut answer = [0; 9];
	idle.read_exact(&mut answer).await.unwrap();
	assert_eq!(&answer, b"HTTP/1.1 ");
	let mut rest = Vec::new();
	timeout(SOON, idle.read_to_end(&mut rest)).await.unwrap().unwrap();
	assert!(is_closed(half).await && is_closed(silent).await);
}

#[tokio::test]
async fn who_takes_nothing_of_an_answer_is_left() {
	let service = service(LIMITS).await;
	let mut stream = service.connect(1).await;
	stream.write_all(b"GET /long HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
	// The connection counts as busy until the server gives it up.
	sleep(LIMITS.stall * 3).await;
	let mut taken = Vec::new();
	let ended = timeout(SOON, stream.read_to_end(&mut taken)).await.unwrap();
	assert!(ended.is_err() || taken.len() < 64 << 20, "{} bytes came", taken.len());
}

/// Somebody who takes the answer slowly, but takes it, gets all of it.
#[tokio::test]
async fn a_slow_receiver_gets_everything() {
	let service = service(LIMITS).await;
	let mut stream = service.connect(1).await;
	let request = b"GET /long HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
	stream.write_all(request).await.unwrap();
	let (mut length, mut piece) = (0, vec![0; 2 << 20]);
	loop {
		match stream.read(&mut piece).await.unwrap() {
			0 => break,
			read => length += read,
		}
		sleep(Duration::from_millis(20)).await;
	}
	assert!(length > 64 << 20, "{length} bytes came");
}

/// Closing while the sender still sends would reset the connection, and the sender would lose the answer.
#[tokio::test]
async fn who_still_sends_gets_the_refusal() {
	let service = service(LIMITS).await;
	let begin = |length: usize| {
		format!("POST /refused HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n")
	};
	let piece = vec![7; 64 * 1024];
	for _ in 0..20 {
		let mut stream = service.begun(1, &begin(64 << 20)).await;
		for _ in 0..8 {
			stream.write_all(&piece).await.expect("the connection is open");
		}
		let mut answer = String::new();
		timeout(SOON, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
		assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
		assert!(answer.contains("connection: close"), "{answer}");
	}
	// A sender that never stops is left.
	let mut stream = service.begun(1, &begin(64 << 20)).await;
	let sending = async { while stream.write_all(&piece).await.is_ok() {} };
	timeout(SOON, sending).await.expect("it is left");
}

/// Its places are not kept for those who are left.
#[tokio::test]
async fn connections_that_linger_give_way() {
	let service = service(Limits { connections: 4, of_one_source: 2, ..LIMITS }).await;
	let mut lingering = Vec::new();
	for _ in 0..20 {
		let refused = "POST /refused HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n1";
		lingering.push(service.begun(1, refused).await);
	}
	assert_eq!(service.ask(1, "/health").await, "200 alive");
}

#[tokio::test]
async fn a_connection_whose_requests_are_read_stays_open() {
	let service = service(LIMITS).await;
	let mut stream = service.connect(1).await;
	for request in [
		"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n12",
		"POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\n12\r\n0\r\n\r\n",
		"POST /refused HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n",
		"GET /health HTTP/1.1\r\nhost: a\r\n\r\n",
	] {
		stream.write_all(request.as_bytes()).await.unwrap();
		let mut answer = vec![0; 4096];
		let read = timeout(SOON, stream.read(&mut answer)).await.unwrap().unwrap();
		let answer = String::from_utf8_lossy(&answer[..read]);
		assert!(answer.starts_with("HTTP/1.1 ") && !answer.contains("close"), "{answer}");
	}
}

#[tokio::test]
async fn requests_under_way_do_not_give_way() {
	let service = service(Limits { connections: 4, of_one_source: 2, ..LIMITS }).await;
	let (first, second) = tokio::join!(service.ask(1, "/slow"), async {
		sleep(Duration::from_millis(100)).await;
		let second = service.ask(1, "/slow");
		let third = async {
			sleep(Duration::from_millis(100)).await;
			// Both places of this address are busy. Others have theirs.
			assert!(is_closed(service.connect(1).await).await);
			assert_eq!(service.ask(2, "/health").await, "200 alive");
		};
		tokio::join!(second, third).0
	});
	assert_eq!((first.as_str(), second.as_str()), ("200 slow", "200 slow"));
	assert_eq!(service.ask(1, "/health").await, "200 alive");
}

#[tokio::test]
async fn requests_under_way_are_finished_at_the_end() {
	let service = service(LIMITS).await;
	let idle = service.half_a_request(1).await;
	let answer = async { service.ask(1, "/slow").await };
	let stop = async {
		sleep(Duration::from_millis(200)).await;
		service.stop.send_replace(true);
	};
	assert_eq!(tokio::join!(answer, stop).0, "200 slow");
	timeout(SOON, service.serving).await.unwrap().unwrap();
	assert!(is_closed(idle).await);
}
