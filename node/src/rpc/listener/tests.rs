//! The listener as its clients see it: bytes over TCP.

use super::*;
use jsonrpsee::RpcModule;
use serde_json::{json, Value};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	time::timeout,
};

/// Longer than any answer takes.
const LONG: Duration = Duration::from_secs(20);

/// The methods: one that answers with its parameters.
fn methods() -> RpcModule<()> {
	let mut module = RpcModule::new(());
	module.register_method("research_echo", |params, _, _| params.parse::<Value>()).unwrap();
	module
}

fn options(rate: u32, proxies: u8) -> Options {
	let address = "127.0.0.1:0".parse().unwrap();
	Options { address, rate: NonZeroU32::new(rate).unwrap(), proxies }
}

/// Starts a listener.
fn start(rate: u32, proxies: u8) -> SocketAddr {
	let (address, serving) = open(options(rate, proxies), methods()).unwrap();
	tokio::spawn(serving);
	address
}

/// Starts a listener whose connections have these milliseconds.
async fn start_with(head: u64, connection: u64, last_request: u64, quiet: u64) -> SocketAddr {
	let options = options(1_000, 0);
	let listener = TcpListener::bind(options.address).await.unwrap();
	let address = listener.local_addr().unwrap();
	let [head, connection, last_request, quiet] =
		[head, connection, last_request, quiet].map(Duration::from_millis);
	let times = Times { head, connection, last_request, quiet };
	tokio::spawn(serve(listener, options, methods().into(), times));
	address
}

/// Sends a request with these headers, and returns status and body.
async fn post(address: SocketAddr, headers: &str, body: &str) -> (u16, String) {
	let mut stream = TcpStream::connect(address).await.unwrap();
	let request = format!(
		"POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: \
		 application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
		body.len()
	);
	stream.write_all(request.as_bytes()).await.unwrap();
	let mut answer = String::new();
	timeout(LONG, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
	let (head, body) = answer.split_once("\r\n\r\n").unwrap();
	(head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_string())
}

fn call(method: &str) -> Value {
	json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": [7] })
}

async fn answer(address: SocketAddr, headers: &str) -> Value {
	let (status, body) = post(address, headers, &call("research_echo").to_string()).await;
	assert_eq!(status, 200, "{body}");
	serde_json::from_str(&body).unwrap()
}

/// Opens a WebSocket.
async fn web_socket(address: SocketAddr) -> Option<TcpStream> {
	let mut stream = TcpStream::connect(address).await.ok()?;
	let request = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: \
		websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: \
		dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
	stream.write_all(request.as_bytes()).await.ok()?;
	let mut head = Vec::new();
	while !head.ends_with(b"\r\n\r\n") {
		head.push(timeout(LONG, stream.read_u8()).await.ok()?.ok()?);
	}
	head.starts_with(b"HTTP/1.1 101").then_some(stream)
}

/// A client's frame with a short text, masked with zeros.
fn frame(text: &str) -> Vec<u8> {
	let length = u8::try_from(text.len()).unwrap();
	assert!(length < 126);
	[&[0x81, 0x80 | length, 0, 0, 0, 0], text.as_bytes()].concat()
}

#[tokio::test]
async fn calls_are_answered_over_http_and_web_socket() {
	let address = start(100, 0);
	assert_eq!(answer(address, "").await["result"], json!([7]));
	let mut socket = web_socket(address).await.unwrap();
	socket.write_all(&frame(&call("research_echo").to_string())).await.unwrap();
	let mut head = [0; 2];
	// The node also pings at once.
	while head[0] != 0x81 {
		timeout(LONG, socket.read_exact(&mut head)).await.unwrap().unwrap();
	}
	let mut body = vec![0; usize::from(head[1])];
	socket.read_exact(&mut body).await.unwrap();
	let body: Value = serde_json::from_slice(&body).unwrap();
	assert_eq!(body["result"], json!([7]));
}

#[tokio::test]
async fn other_methods_are_unknown() {
	let address = start(100, 0);
	for method in ["state_getStorage", "author_submitExtrinsic", "vouchsafe_account"] {
		let (status, body) = post(address, "", &call(method).to_string()).await;
		let body: Value = serde_json::from_str(&body).unwrap();
		assert_eq!((status, &body["error"]["code"]), (200, &json!(-32601)), "{body}");
	}
}

#[tokio::test]
async fn an_address_that_calls_too_often_is_told() {
	let address = start(1, 0);
	let mut answered = 0;
	let refused = loop {
		let answer = answer(address, "").await;
		if answer["result"] != json!([7]) {
			break answer;
		}
		answered += 1;
		assert!(answered < 50, "nothing was refused");
	};
	assert!(answered >= 5, "{answered}");
	assert_eq!(refused["error"]["code"], -32005, "{refused}");
	let message = refused["error"]["message"].as_str().unwrap();
	assert!(message.starts_with("too many calls from this address: at most 1 per second"));
}

/// Each call of a batch counts.
#[tokio::test]
async fn a_batch_is_no_way_around_the_rate() {
	let address = start(1, 0);
	let batch = |calls| Value::from(vec![call("research_echo"); calls]).to_string();
	let (_, body) = post(address, "", &batch(20)).await;
	let answers: Vec<Value> = serde_json::from_str(&body).unwrap();
	let refused = answers.iter().filter(|answer| answer["error"]["code"] == -32005).count();
	// Five at once, and one more for each second that passes.
	assert!(answers.len() == 20 && (1..=15).contains(&refused), "{body}");
	let (_, body) = post(address, "", &batch(21)).await;
	assert!(body.contains("batch") && body.contains("20"), "{body}");
}

#[tokio::test]
async fn behind_a_proxy_each_client_has_a_rate() {
	let address = start(1, 1);
	for client in 1..=10 {
		let header = format!("x-forwarded-for: 192.0.2.{client}\r\n");
		assert_eq!(answer(address, &header).await["result"], json!([7]));
	}
	let (status, body) = post(address, "", &call("research_echo").to_string()).await;
	assert!(status == 400 && body.contains("X-Forwarded-For"), "{status} {body}");
}

#[tokio::test]
async fn long_requests_and_web_pages_are_refused() {
	let address = start(100, 0);
	let most = usize::try_from(MAX_REQUEST).unwrap();
	let of_length = |length: usize| {
		let call = call("research_echo").to_string();
		format!("{call}{}", " ".repeat(length - call.len()))
	};
	assert_eq!(post(address, "", &of_length(most)).await.0, 200);
	assert_eq!(post(address, "", &of_length(most + 1)).await.0, 413);
	let page = "origin: https://page.example\r\n";
	let (status, body) = post(address, page, &call("research_echo").to_string()).await;
	assert_eq!((status, body.as_str()), (403, "requests of web pages are refused"));
}

#[tokio::test]
async fn an_address_has_only_so_many_connections() {
	let address = start(100, 0);
	let mut open = Vec::new();
	for _ in 0..CONNECTIONS_EACH {
		open.push(web_socket(address).await.unwrap());
	}
	assert!(web_socket(address).await.is_none());
	// A closed one makes place.
	open.pop();
	let again = async {
		while web_socket(address).await.is_none() {
			tokio::time::sleep(PAUSE).await;
		}
	};
	timeout(LONG, again).await.unwrap();
}

/// The attack: WebSockets that only answer pings, or send what is not a call, take all places.
#[tokio::test]
async fn a_web_socket_without_calls_is_closed() {
	let hour = 3_600_000;
	let address = start_with(hour, hour, hour, 1_000).await;
	let pong = [0x8a, 0x80, 0, 0, 0, 0];
	let mut quiet = Vec::new();
	for bytes in [vec![], pong.to_vec(), frame("7")] {
		let socket = web_socket(address).await.unwrap();
		quiet.push(tokio::spawn(async move { talk(socket, &bytes).await }));
	}
	let mut calling = web_socket(address).await.unwrap();
	let call = frame(&call("research_echo").to_string());
	let keep_calling = async {
		while quiet.iter().any(|it| !it.is_finished()) {
			calling.write_all(&call).await.unwrap();
			assert_ne!(calling.read(&mut [0; 1_024]).await.unwrap(), 0, "it is closed");
			tokio::time::sleep(PAUSE).await;
		}
	};
	timeout(LONG, keep_calling).await.unwrap();
}

/// Waits until the listener closes a connection on which these bytes are sent again and again.
async fn until_closed(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
	talk(TcpStream::connect(address).await.unwrap(), bytes).await
}

/// The same on an open connection.
async fn talk(mut stream: TcpStream, bytes: &[u8]) -> Vec<u8> {
	let mut answers = Vec::new();
	let mut buffer = [0; 1_024];
	let talking = async {
		loop {
			let pause = Duration::from_millis(20);
			match timeout(pause, stream.read(&mut buffer)).await {
				Ok(Ok(0) | Err(_)) => return,
				Ok(Ok(read)) => answers.extend_from_slice(&buffer[..read]),
				Err(_) if stream.write_all(bytes).await.is_err() => return,
				Err(_) => {},
			}
		}
	};
	timeout(LONG, talking).await.unwrap();
	answers
}

#[tokio::test]
async fn slow_clients_do_not_keep_a_connection() {
	let hour = 3_600_000;
	// Nothing, and a head without an end.
	let address = start_with(200, hour, hour, hour).await;
	until_closed(address, b"").await;
	until_closed(address, b"POST / HTTP/1.1\r\n").await;
	// A body without an end.
	let address = start_with(hour, 200, 200, hour).await;
	let head = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
		content-length: 9000\r\n\r\n";
	until_closed(address, head.as_bytes()).await;
	// One good request after the other.
	let address = start_with(hour, 1_000, hour, hour).await;
	let call = call("research_echo").to_string();
	let head = head.replace("9000", &call.len().to_string());
	let answers = until_closed(address, format!("{head}{call}").as_bytes()).await;
	let answers = String::from_utf8(answers).unwrap();
	assert!(answers.matches("HTTP/1.1 200").count() > 1, "{answers}");
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
	let address = start(100, 0);
	for body in ["", "{", "[]", "7", "{\"id\": 1}", &"[".repeat(5_000)] {
		let (status, answer) = post(address, "", body).await;
		assert!(status == 400 || answer.contains("error"), "{body}: {status} {answer}");
	}
	assert_eq!(answer(address, "").await["result"], json!([7]));
}

#[tokio::test]
async fn a_port_in_use_is_an_error() {
	let address = start(1, 0);
	let error = open(Options { address, ..options(1, 0) }, methods()).map(drop).unwrap_err();
	let expected = format!("--research-listen {address}: Address already in use");
	assert!(error.starts_with(&expected), "{error}");
}
