//! The node's methods `vouchsafe_*`, as somebody uses them who has only JSON.

use crate::suite::Suite;
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use vouchsafe_e2e::{
	commands::keypair,
	network::{Network, Options},
};

static SUITE: Suite = Suite::new("rpc", 1);

/// A node's RPC.
struct Node(String);

impl Node {
	/// The whole answer to one call.
	async fn call(&self, method: &str, params: Value) -> Result<Value> {
		let body = json!({
			"jsonrpc": "2.0", "id": 1, "method": format!("vouchsafe_{method}"), "params": params,
		});
		let answer = reqwest::Client::new().post(&self.0).json(&body).send().await?;
		Ok(answer.json().await?)
	}

	async fn result(&self, method: &str, params: Value) -> Result<Value> {
		let answer = self.call(method, params).await?;
		answer.get("result").cloned().with_context(|| format!("{method}: {answer}"))
	}

	/// The message of an error about a parameter.
	async fn error(&self, method: &str, params: Value) -> Result<String> {
		let answer = self.call(method, params).await?;
		ensure!(answer["error"]["code"] == -32602, "{method}: {answer}");
		Ok(answer["error"]["message"].as_str().context("no message")?.into())
	}
}

/// The public key of a development account, in hex.
fn hex_of(name: &str) -> Result<Value> {
	Ok(json!(format!("0x{}", hex::encode(keypair(name)?.public_key().0))))
}

#[tokio::test(flavor = "multi_thread")]
async fn rpc_accepts_what_it_returns() -> Result<()> {
	let _turn = SUITE.turn().await;
	let options = Options { custodians: false, ..Options::default() };
	let network = Network::with(options).await?;
	let node = Node(network.sites[0].node.http_url());

	// Institutions, page by page.
	let all = node.result("institutions", json!([])).await?;
	let institutions = all["items"].as_array().context("not a list")?;
	ensure!(institutions.len() == 4 && all["next"].is_null(), "{all}");
	let first = node.result("institutions", json!({ "limit": 3 })).await?;
	let second = node.result("institutions", json!({ "limit": 3, "after": first["next"] })).await?;
	ensure!(first["items"].as_array().map(Vec::len) == Some(3), "{first}");
	ensure!(second["items"] == json!([institutions[3]]) && second["next"].is_null(), "{second}");

	// Accounts, as the list returned them and in hex.
	let hospital = &institutions[0][0];
	let account = node.result("account", json!([hospital])).await?;
	ensure!(account["kind"] == institutions[0][1] && account["status"] == "active", "{account}");
	let (doctor, patient) = (hex_of("//DoctorA")?, hex_of("//PatientA")?);
	let account = node.result("account", json!({ "account": doctor })).await?;
	ensure!(account["kind"] == "practitioner", "{account}");
	let affiliations = node.result("affiliations", json!([doctor])).await?;
	let institution = &affiliations["items"][0][0];
	ensure!(affiliations["items"][0][1]["role"] == "physician", "{affiliations}");

	// A decision, in the words that answers have.
	let record = format!("0x{}", "00".repeat(32));
	let question = json!({
		"reader": doctor,
		"ground": { "consent": { "institution": institution } },
		"patient": patient,
		"record": record,
		"action": "read",
		"purpose": "emergency-treatment",
	});
	let decision = node.result("decide", question.clone()).await?;
	ensure!(decision.get("refuse").is_some(), "{decision}");

	// Errors name the parameter.
	let mut wrong = question;
	wrong["purpose"] = json!("EmergencyTreatment");
	let error = node.error("decide", wrong).await?;
	let expected = "parameter purpose: \"EmergencyTreatment\" is not one of: treatment, ";
	ensure!(error.starts_with(expected), "{error}");
	let error = node.error("account", json!(["//DoctorA"])).await?;
	let expected = "parameter account: \"//DoctorA\" is not an account: ";
	ensure!(error.starts_with(expected), "{error}");
	let error = node.error("account", json!([])).await?;
	ensure!(error == "parameter account is missing", "{error}");
	let error = node.error("account", json!([doctor, record])).await?;
	ensure!(error == format!("the node does not have the block {record}"), "{error}");
	Ok(())
}
