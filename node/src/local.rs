//! Asks the node on this machine, over HTTP.

use serde_json::{json, Value};
use std::{
	io::{Read, Write},
	net::{Ipv4Addr, TcpStream},
	time::Duration,
};

/// How long the node may stay silent.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer that is read.
const MAX_ANSWER: u64 = 16 << 20;

/// What the node answers to GET.
///
/// # Errors
///
/// A sentence: it does not answer, or not well.
pub fn get(port: u16, path: &str) -> Result<String, String> {
	ask(port, &format!("GET {path} HTTP/1.1\r\n"), "")
}

/// The result of a method of its RPC.
///
/// # Errors
///
/// A sentence: it does not answer, or with an error.
pub fn call(port: u16, method: &str, parameters: Value) -> Result<Value, String> {
	let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters });
	let body = body.to_string();
	let head = format!(
		"POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
		body.len()
	);
	let answer = ask(port, &head, &body)?;
	let mut answer: Value = serde_json::from_str(&answer)
		.map_err(|error| format!("the node's answer to {method} is not JSON: {error}"))?;
	match answer.get_mut("result") {
		Some(result) => Ok(result.take()),
		None => Err(format!("the node answers to {method}: {}", answer["error"]["message"])),
	}
}

fn ask(port: u16, head: &str, body: &str) -> Result<String, String> {
	let answer = exchange(port, head, body)
		.map_err(|error| format!("the node does not answer at 127.0.0.1:{port}: {error}"))?;
	let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
	let status = head.lines().next().unwrap_or_default();
	match status.split(' ').nth(1) {
		Some("200") => Ok(body.trim().to_owned()),
		_ => Err(format!("the node answers at 127.0.0.1:{port} with “{status}”")),
	}
}

fn exchange(port: u16, head: &str, body: &str) -> std::io::Result<String> {
	let mut stream = TcpStream::connect_timeout(&(Ipv4Addr::LOCALHOST, port).into(), PATIENCE)?;
	stream.set_read_timeout(Some(PATIENCE))?;
	stream.set_write_timeout(Some(PATIENCE))?;
	// The node answers only if it knows the name.
	let ask = format!("{head}Host: localhost:{port}\r\nConnection: close\r\n\r\n{body}");
	stream.write_all(ask.as_bytes())?;
	let mut answer = String::new();
	stream.take(MAX_ANSWER).read_to_string(&mut answer)?;
	Ok(answer)
}

#[cfg(test)]
pub mod tests {
	use super::*;
	use std::{
		net::TcpListener,
		thread::{self, JoinHandle},
	};

	/// A listener that answers so, one caller after the other. Its thread returns what they asked.
	pub fn listener(answers: Vec<String>) -> (u16, JoinHandle<Vec<String>>) {
		let listener = TcpListener::bind("127.0.0.1:0").unwrap();
		let port = listener.local_addr().unwrap().port();
		let served = thread::spawn(move || {
			let answered = answers.into_iter().map(|answer| {
				let (mut stream, _) = listener.accept().unwrap();
				let mut request = [0; 4096];
				let got = stream.read(&mut request).unwrap();
				stream.write_all(answer.as_bytes()).unwrap();
				String::from_utf8_lossy(&request[..got]).into_owned()
			});
			answered.collect()
		});
		(port, served)
	}

	/// An answer with this body.
	pub fn good(body: &str) -> String {
		format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{body}")
	}

	#[test]
	fn a_method_has_a_result_or_an_error() {
		let (port, served) = listener(vec![
			good(r#"{"jsonrpc":"2.0","id":1,"result":{"a":7}}"#),
			good(
				r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}"#,
			),
			good("nonsense"),
			"HTTP/1.1 403 Forbidden\r\n\r\n".into(),
			String::new(),
		]);
		let asked = || call(port, "a_method", json!(["0x00"]));
		assert_eq!(asked(), Ok(json!({ "a": 7 })));
		assert_eq!(asked().unwrap_err(), "the node answers to a_method: \"Method not found\"");
		assert!(asked().unwrap_err().starts_with("the node's answer to a_method is not JSON"));
		assert!(asked().unwrap_err().ends_with("with “HTTP/1.1 403 Forbidden”"));
		assert!(asked().is_err());
		let requests = served.join().unwrap();
		let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
		assert!(head.starts_with("POST / HTTP/1.1\r\n"), "{head}");
		assert!(head.contains(&format!("Content-Length: {}\r\nHost: localhost:{port}", body.len())));
		let body: Value = serde_json::from_str(body).unwrap();
		assert_eq!((&body["method"], &body["params"]), (&json!("a_method"), &json!(["0x00"])));
	}
}
