//! A proxy in front of a node's RPC that lies: it passes every message on, and changes the answers, or
//! answers by itself.

use anyhow::{Context, Result};
use futures::{SinkExt, StreamExt};
use serde_json::{json, Value};
use std::{collections::HashMap, sync::Arc};
use tokio::{
	net::{TcpListener, TcpStream},
	task::{JoinHandle, JoinSet},
};
use tokio_tungstenite::{accept_async, client_async, tungstenite::Message};

pub mod finality;
pub mod state;

/// What a client has asked, or the method of a subscription that tells it something.
#[derive(Debug, Clone)]
pub struct Asked {
	/// The method.
	pub method: String,
	/// Its parameters. `null` for what a subscription tells.
	pub params: Value,
}

/// What a lying node answers instead of the real one, which is not asked.
#[derive(Debug, Clone)]
pub enum Instead {
	/// This result.
	Result(Value),
	/// An error with this message.
	Error(String),
	/// It pretends to follow a transaction, and tells these statuses of it.
	Statuses(Vec<Value>),
}

/// How a node lies.
pub trait Lie: Send + Sync + 'static {
	/// What it answers by itself.
	fn instead(&self, _asked: &Asked) -> Option<Instead> {
		None
	}

	/// Changes what the real node has answered or told.
	fn change(&self, _asked: &Asked, _answer: &mut Value) {}
}

impl<F: Fn(&Asked, &mut Value) + Send + Sync + 'static> Lie for F {
	fn change(&self, asked: &Asked, answer: &mut Value) {
		self(asked, answer);
	}
}

/// A lying node. It ends when it is dropped.
#[derive(Debug)]
pub struct Liar {
	port: u16,
	task: JoinHandle<()>,
}

impl Drop for Liar {
	fn drop(&mut self) {
		self.task.abort();
	}
}

impl Liar {
	/// Lies in front of the node whose RPC has this port.
	pub async fn new(node: u16, lie: impl Lie) -> Result<Self> {
		let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
		let port = listener.local_addr()?.port();
		let lie: Arc<dyn Lie> = Arc::new(lie);
		let task = tokio::spawn(async move {
			// They end with this task.
			let mut connections = JoinSet::new();
			while let Ok((client, _)) = listener.accept().await {
				connections.spawn(serve(client, node, lie.clone()));
			}
		});
		Ok(Self { port, task })
	}

	/// The address that its victims connect to.
	pub fn url(&self) -> String {
		format!("ws://127.0.0.1:{}", self.port)
	}
}

async fn serve(client: TcpStream, node: u16, lie: Arc<dyn Lie>) -> Result<()> {
	client.set_nodelay(true)?;
	let mut client = accept_async(client).await?;
	let stream = TcpStream::connect(("127.0.0.1", node)).await?;
	stream.set_nodelay(true)?;
	let (mut node, _) = client_async(format!("ws://127.0.0.1:{node}"), stream).await?;
	let mut conversation = Conversation { lie, asked: HashMap::new() };
	loop {
		tokio::select! {
			message = client.next() => match message.context("the client has gone")?? {
				Message::Text(text) => match conversation.hear(text.as_str()) {
					Some(answers) => for answer in answers {
						client.send(Message::text(answer)).await?;
					},
					None => node.send(Message::Text(text)).await?,
				},
				other => node.send(other).await?,
			},
			message = node.next() => match message.context("the node has gone")?? {
				Message::Text(text) => {
					client.send(Message::text(conversation.retell(text.as_str()))).await?;
				},
				other => client.send(other).await?,
			},
		}
	}
}

/// What one client asks.
struct Conversation {
	lie: Arc<dyn Lie>,
	/// The questions that the node has not answered yet, by their ids.
	asked: HashMap<String, Asked>,
}

impl Conversation {
	/// Takes a message of the client. Returns the answers, if the node is not to get it.
	fn hear(&mut self, text: &str) -> Option<Vec<String>> {
		let message: Value = serde_json::from_str(text).ok()?;
		let asked =
			Asked { method: message["method"].as_str()?.into(), params: message["params"].clone() };
		let id = message["id"].clone();
		let answer = |result: Value| json!({ "jsonrpc": "2.0", "id": id, "result": result });
		let answers = match self.lie.instead(&asked) {
			None => {
				self.asked.insert(id.to_string(), asked);
				return None;
			},
			Some(Instead::Result(result)) => vec![answer(result)],
			Some(Instead::Error(message)) => {
				let error = json!({ "code": -32602, "message": message });
				vec![json!({ "jsonrpc": "2.0", "id": id, "error": error })]
			},
			Some(Instead::Statuses(statuses)) => {
				let subscription = format!("lie-{id}");
				let tell = |status| {
					let params = json!({ "subscription": subscription, "result": status });
					json!({ "jsonrpc": "2.0", "method": "author_extrinsicUpdate", "params": params })
				};
				let told: Vec<_> = statuses.into_iter().map(tell).collect();
				[vec![answer(subscription.clone().into())], told].concat()
			},
		};
		Some(answers.iter().map(Value::to_string).collect())
	}

	/// A message of the node, as the client gets it.
	fn retell(&mut self, text: &str) -> String {
		let Ok(mut message) = serde_json::from_str::<Value>(text) else { return text.into() };
		let asked = match message["method"].as_str() {
			Some(method) => Some(Asked { method: method.into(), params: Value::Null }),
			None => self.asked.remove(&message["id"].to_string()),
		};
		let answer = match message.get_mut("params") {
			Some(told) => told.get_mut("result"),
			None => message.get_mut("result"),
		};
		if let (Some(asked), Some(answer)) = (asked, answer) {
			self.lie.change(&asked, answer);
		}
		message.to_string()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	struct Liars;

	impl Lie for Liars {
		fn instead(&self, asked: &Asked) -> Option<Instead> {
			match asked.method.as_str() {
				"hidden" => Some(Instead::Error("I do not know".into())),
				"sent" => Some(Instead::Statuses(vec!["ready".into()])),
				_ => None,
			}
		}

		fn change(&self, asked: &Asked, answer: &mut Value) {
			if asked.method == "told" || asked.params == json!([1]) {
				*answer = "a lie".into();
			}
		}
	}

	#[test]
	fn an_answer_is_changed_for_its_question() {
		let mut conversation = Conversation { lie: Arc::new(Liars), asked: HashMap::new() };
		let mut ask = |id: u32, params: Value| {
			let question = json!({ "id": id, "method": "asked", "params": params });
			assert_eq!(conversation.hear(&question.to_string()), None);
		};
		ask(1, json!([1]));
		ask(2, json!([2]));
		let mut retold = |message: Value| {
			serde_json::from_str::<Value>(&conversation.retell(&message.to_string())).unwrap()
		};
		assert_eq!(retold(json!({ "id": 2, "result": "true" }))["result"], "true");
		assert_eq!(retold(json!({ "id": 1, "result": "true" }))["result"], "a lie");
		assert_eq!(retold(json!({ "id": 1, "result": "true" }))["result"], "true", "answered once");
		let told =
			retold(json!({ "method": "told", "params": { "subscription": 7, "result": 1 } }));
		assert_eq!(told["params"], json!({ "subscription": 7, "result": "a lie" }));
	}

	#[test]
	fn the_liar_answers_by_itself() {
		let mut conversation = Conversation { lie: Arc::new(Liars), asked: HashMap::new() };
		let mut hear = |method: &str| {
			let question = json!({ "id": 5, "method": method, "params": [] });
			let answers = conversation.hear(&question.to_string()).unwrap();
			answers.iter().map(|it| serde_json::from_str(it).unwrap()).collect::<Vec<Value>>()
		};
		assert_eq!(hear("hidden")[0]["error"]["message"], "I do not know");
		let told = hear("sent");
		assert_eq!(told[0]["result"], told[1]["params"]["subscription"]);
		assert_eq!(told[1]["params"]["result"], "ready");
	}
}
