//! `vouchsafe-node health`: asks the node on this machine whether it answers, for a program that watches it,
//! such as a container's.

use crate::local;

/// The arguments of `vouchsafe-node health`.
#[derive(Debug, clap::Args)]
pub struct HealthCommand {
	/// Port of the node's RPC
	#[arg(long, value_name = "PORT", default_value_t = 9944)]
	rpc_port: u16,
}

impl HealthCommand {
	/// Asks, and prints the answer.
	pub fn run(&self) -> Result<(), String> {
		println!("{}", ask(self.rpc_port)?);
		Ok(())
	}
}

/// What the node answers.
fn ask(port: u16) -> Result<String, String> {
	local::get(port, "/health")
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::local::tests::{good, listener};

	/// Asks a listener that answers so.
	fn answered(answer: String) -> Result<String, String> {
		let (port, served) = listener(vec![answer]);
		let asked = ask(port);
		let request = served.join().unwrap().concat();
		assert!(request.starts_with("GET /health HTTP/1.1\r\nHost: localhost:"), "{request}");
		asked
	}

	#[test]
	fn only_a_node_that_answers_well_is_healthy() {
		let health = r#"{"peers":3,"isSyncing":false,"shouldHavePeers":true}"#;
		assert_eq!(answered(good(health)).as_deref(), Ok(health));
		let error = answered("HTTP/1.1 500 Internal Server Error\r\n\r\n".into()).unwrap_err();
		assert!(error.ends_with("with “HTTP/1.1 500 Internal Server Error”"), "{error}");
		assert!(answered(String::new()).is_err());
		let error = ask(9).unwrap_err();
		assert!(error.starts_with("the node does not answer at 127.0.0.1:9: "), "{error}");
	}
}
