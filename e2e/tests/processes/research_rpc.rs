//! A node's listener for researchers, and what they use with it: `research.py` and the notebook.
//!
//! One validator has studies and results in its genesis block. How results come about is played by the
//! story of the studies.

use crate::suite::Suite;
use anyhow::{ensure, Context, Result};
use codec::{Decode, Encode};
use serde_json::{json, Map, Value};
use sha2::{Digest, Sha256};
use sp_crypto_hashing::{blake2_128, blake2_256, twox_128};
use std::{
	path::{Path, PathBuf},
	process::{Command, Output},
	time::Duration,
};
use vouchsafe_client::chain::H256;
use vouchsafe_e2e::{
	commands::keypair,
	network::{export_spec, insert_entry, rpc},
	process::{free_ports, program, until, Process, TemporaryFolder},
};
use vouchsafe_primitives::{
	AccountId, Categories, Category, Cid, Loss, Mechanism, Moment, Purpose, RoundPhase, StudyId,
	StudyQuestion, StudyResult, StudyStage, StudyTerms, StudyTraits, Tally,
};

static SUITE: Suite = Suite::new("research_rpc", 1);

/// Calls per second of an address. The first checks need fewer than five seconds' calls.
const RATE: u32 = 60;
/// 15 January 2027.
const CLOSE: Moment = 1_800_000_000;
const TABLE: StudyQuestion = StudyQuestion::Table { cells: 4, weight: 1 };

/// The part of a protocol that names cells.
const PROTOCOL: &str = r#"{ "table": { "by": [
	{ "sex": { "cells": [{ "name": "men" }, { "name": "women" }, { "name": "others" }] } }
] } }"#;

/// The studies, by number.
const ANSWERED_TABLE: StudyId = 0;
const ANSWERED_SUM: StudyId = 1;
const PROPOSED: StudyId = 2;
const FROZEN: StudyId = 3;
const LOST: StudyId = 4;
const STUDIES: u32 = 5;

/// The key of a storage value, or of the entry of a map with these keys.
fn storage_key(name: &str, keys: &[Vec<u8>]) -> Vec<u8> {
	let prefix = [twox_128(b"Studies"), twox_128(name.as_bytes())].concat();
	let hashed = keys.iter().flat_map(|key| [&blake2_128(key)[..], key].concat());
	prefix.into_iter().chain(hashed).collect()
}

fn account(name: &str) -> Result<AccountId> {
	Ok(AccountId::new(keypair(name)?.public_key().0))
}

fn terms(question: StudyQuestion, rounds: u8) -> Result<StudyTerms> {
	let aggregators = vec![account("//HospitalA")?, account("//Authority")?];
	Ok(StudyTerms {
		protocol: Cid::try_from([&[1, 0x55, 0x12, 0x20][..], &[7; 32]].concat())
			.ok()
			.context("a CID")?,
		protocol_hash: H256(Sha256::digest(PROTOCOL).into()),
		question,
		sources: Categories::of(&[Category::Laboratory]),
		purpose: Purpose::Research,
		disease: Some(5_015),
		traits: StudyTraits::default(),
		country: *b"DE",
		ethics: H256([8; 32]),
		aggregators: aggregators.try_into().ok().context("two aggregators")?,
		least: 11,
		epsilon: 1_000,
		rounds,
		first_close: CLOSE,
		interval: 600,
		gather: 60,
		answer: 60,
	})
}

/// Puts a study with these rounds and cells into a genesis block.
fn plant(
	state: &mut Map<String, Value>,
	id: StudyId,
	terms: &StudyTerms,
	stage: StudyStage,
	rounds: &[(RoundPhase, &[i64])],
) -> Result<()> {
	let (keys, spent) = (Vec::<(AccountId, [u8; 32])>::new(), terms.epsilon);
	let round = u8::try_from(rounds.len().saturating_sub(1))?;
	let study = (account("//Researcher")?, CLOSE - 1_000, terms, stage, round, keys, spent);
	insert_entry(state, &storage_key("Studies", &[id.encode()]), &study.encode());
	for (number, (phase, cells)) in (0u8..).zip(rounds) {
		let keys = [id.encode(), number.encode()];
		let empty = Vec::<u8>::new();
		let round = (phase, 73u32, 3u32, &empty, &empty);
		insert_entry(state, &storage_key("Rounds", &keys), &round.encode());
		if cells.is_empty() {
			continue;
		}
		let mechanism = Mechanism::of(terms);
		let result = StudyResult {
			cells: cells.to_vec().try_into().ok().context("cells")?,
			tally: Tally { root: H256([9; 32]), used: 70, withdrawn: 2, double: 1, refused: 0 },
			mechanism,
			half_width: mechanism.half_width(),
			frozen: 0,
			block: 0,
		};
		insert_entry(state, &storage_key("Results", &keys), &result.encode());
	}
	Ok(())
}

fn plant_all(state: &mut Map<String, Value>) -> Result<()> {
	insert_entry(state, &storage_key("NextStudy", &[]), &STUDIES.encode());
	let (open, frozen) = (
		RoundPhase::Open { closes: CLOSE },
		RoundPhase::Frozen {
			block: 0,
			gathers_until: CLOSE,
			answers_until: CLOSE + 60,
			attempt: 0,
		},
	);
	let (answered, lost) = (RoundPhase::Answered, RoundPhase::Lost(Loss::TooFew));
	let (running, finished) = (StudyStage::Running, StudyStage::Finished);
	let rounds: [(RoundPhase, &[i64]); 2] = [(answered, &[52, 11, 10, -3]), (open, &[])];
	plant(state, ANSWERED_TABLE, &terms(TABLE, 3)?, running, &rounds)?;
	let sum = terms(StudyQuestion::Sum { max: 10 }, 1)?;
	plant(state, ANSWERED_SUM, &sum, finished, &[(answered, &[180, 1_020])])?;
	let table = terms(TABLE, 1)?;
	plant(state, PROPOSED, &table, StudyStage::Proposed, &[])?;
	plant(state, FROZEN, &table, running, &[(frozen, &[])])?;
	plant(state, LOST, &table, finished, &[(lost, &[])])
}

/// A validator with a listener for researchers.
struct Node {
	folder: TemporaryFolder,
	_process: Process,
	/// Its RPC for everything.
	full: String,
	/// Its port for researchers.
	research: String,
}

impl Node {
	async fn start() -> Result<Self> {
		vouchsafe_e2e::install_crypto();
		let folder = TemporaryFolder::new()?;
		let spec = folder.path().join("chain-spec.json");
		let mut raw = export_spec("development", &["--raw"])?;
		let top = raw.pointer_mut("/genesis/raw/top").and_then(Value::as_object_mut);
		plant_all(top.context("the raw chain spec has no state")?)?;
		std::fs::write(&spec, serde_json::to_vec(&raw)?)?;
		let [port, p2p, research] = free_ports()?;
		let mut command = Command::new(program("vouchsafe-node")?);
		command
			.arg("--chain")
			.arg(&spec)
			.arg("--base-path")
			.arg(folder.path().join("node"))
			.args(["--alice", "--validator", "--force-authoring", "--no-telemetry"])
			.args(["--no-prometheus", "--no-mdns", "--unsafe-force-node-key-generation"])
			.args(["--rpc-port", &port.to_string(), "--listen-addr"])
			.arg(format!("/ip4/127.0.0.1/tcp/{p2p}"))
			.args(["--research-listen", &format!("127.0.0.1:{research}")])
			.args(["--research-rate", &RATE.to_string()]);
		let log = folder.path().join("log");
		let mut process = Process::start("the validator", command, &log, true)?;
		let [full, research] = [port, research].map(|port| format!("http://127.0.0.1:{port}"));
		process.until(|| rpc(&research, "rpc_methods", json!([]))).await?;
		Ok(Self { folder, _process: process, full, research })
	}

	/// The whole answer of the port for researchers.
	async fn answer(&self, body: &Value) -> Result<Value> {
		let request = reqwest::Client::new().post(&self.research).json(body);
		Ok(request.send().await?.json().await?)
	}

	async fn call(&self, method: &str, params: Value) -> Result<Value> {
		self.answer(&request(method, params)).await
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

	/// Runs a Python program of the examples in a folder of its own.
	fn python(&self, file: &str, arguments: &[&str], study: StudyId) -> Result<Output> {
		let output = Command::new("python3")
			.arg("-B")
			.arg(example(file))
			.args(arguments)
			.current_dir(self.folder.path())
			.env("VOUCHSAFE_RESEARCH", &self.research)
			.env("VOUCHSAFE_STUDY", study.to_string())
			.output();
		output.context("python3 could not be started: sudo apt-get install python3")
	}

	/// What a command of `research.py` prints.
	fn prints(&self, arguments: &[&str]) -> Result<String> {
		let output = self.python("research.py", arguments, 0)?;
		let error = String::from_utf8_lossy(&output.stderr);
		ensure!(output.status.success(), "research.py {arguments:?}: {error}");
		Ok(String::from_utf8(output.stdout)?)
	}

	/// The sentence with which a command of `research.py` fails.
	fn fails(&self, arguments: &[&str]) -> Result<String> {
		let output = self.python("research.py", arguments, 0)?;
		ensure!(output.status.code() == Some(1) && output.stdout.is_empty(), "{output:?}");
		Ok(String::from_utf8(output.stderr)?.trim().into())
	}
}

fn request(method: &str, params: Value) -> Value {
	json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

fn example(file: &str) -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/examples").join(file)
}

/// The node has written the compiled runtime below its base path.
async fn the_compiled_runtime_is_kept(node: &Node) -> Result<()> {
	let base = node.folder.path().join("node").join("compiled-runtimes");
	until("the compiled runtime is written", Duration::from_secs(60), || async {
		let boot = std::fs::read_dir(&base).ok()?.next()?.ok()?.path();
		let version = std::fs::read_dir(boot.join("modules")).ok()?.next()?.ok()?.path();
		let mut files = std::fs::read_dir(version).ok()?.filter_map(Result::ok);
		files.any(|file| file.metadata().is_ok_and(|it| it.len() > 1 << 20)).then_some(())
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn researchers_query_results_and_nothing_else() -> Result<()> {
	let _turn = SUITE.turn().await;
	let node = Node::start().await?;
	the_compiled_runtime_is_kept(&node).await?;
	everything_else_is_refused(&node).await?;
	studies_and_budgets(&node).await?;
	results(&node).await?;
	wrong_parameters(&node).await?;
	commands(&node)?;
	messages(&node)?;
	notebook(&node)?;
	rates(&node).await
}

/// The node's other methods answer at its own port only.
async fn everything_else_is_refused(node: &Node) -> Result<()> {
	let own = node.result("rpc_methods", json!([])).await?;
	let expected = [
		"research_budget",
		"research_mechanism",
		"research_reach",
		"research_results",
		"research_studies",
		"research_study",
		"rpc_methods",
	];
	ensure!(own["methods"] == json!(expected), "{own}");
	let all = rpc(&node.full, "rpc_methods", json!([])).await.context("the node's methods")?;
	let all = all["methods"].as_array().context("no list")?;
	let others: Vec<&Value> =
		all.iter().filter(|name| !expected.iter().any(|it| **name == *it)).collect();
	ensure!(others.contains(&&json!("state_getStorage")), "{all:?}");
	ensure!(expected.iter().all(|name| all.contains(&json!(name))), "{all:?}");
	for batch in others.chunks(20) {
		let requests = batch.iter().filter_map(|name| Some(request(name.as_str()?, json!([]))));
		let answers = node.answer(&requests.collect()).await?;
		let answers = answers.as_array().context("no list")?;
		ensure!(answers.len() == batch.len(), "{answers:?}");
		ensure!(answers.iter().all(|it| it["error"]["code"] == -32601), "{answers:?}");
	}
	Ok(())
}

async fn studies_and_budgets(node: &Node) -> Result<()> {
	let all = node.result("research_studies", json!({ "limit": 3 })).await?;
	let rest = node.result("research_studies", json!({ "limit": 3, "after": all["next"] })).await?;
	let numbers = [&all, &rest].map(|page| {
		let items = page["items"].as_array().into_iter().flatten();
		items.map(|item| item[0].clone()).collect::<Vec<_>>()
	});
	ensure!(numbers.concat() == [0, 1, 2, 3, 4].map(|number| json!(number)), "{numbers:?}");
	ensure!(rest["next"].is_null(), "{rest}");

	let study = node.result("research_study", json!([ANSWERED_TABLE])).await?;
	ensure!(study == all["items"][0][1], "{study}");
	ensure!(study["stage"] == "running" && study["round"] == 1, "{study}");
	let question = json!({ "table": { "cells": 4, "weight": 1 } });
	ensure!(study["terms"]["question"] == question, "{study}");
	ensure!(study["current"]["phase"] == json!({ "open": { "closes": CLOSE } }), "{study}");
	ensure!(node.result("research_study", json!([STUDIES])).await?.is_null());

	let budget = node.result("research_budget", json!([ANSWERED_TABLE])).await?;
	let expected = json!({
		"epsilon": 1_000, "rounds": 3, "total": 3_000, "spent": 1_000, "left": 2_000,
		"yearly": 10_000,
	});
	ensure!(budget == expected, "{budget}");
	let mechanism = node.result("research_mechanism", json!([ANSWERED_SUM])).await?;
	let expected = json!({
		"distribution": "discrete-laplace", "epsilon": 1_000, "sensitivity": 20,
		"aggregators": 2, "scale": 20.0, "halfWidth": 83,
	});
	ensure!(mechanism == expected, "{mechanism}");
	// Nobody has made a choice.
	let reach = node.result("research_reach", json!([null, ["commercial"], "DE"])).await?;
	ensure!(reach["people"] == 0 && reach["cells"] == json!([]), "{reach}");
	Ok(())
}

async fn results(node: &Node) -> Result<()> {
	let all = node.result("research_results", json!([ANSWERED_TABLE])).await?;
	let [answered, open] = &all["items"].as_array().context("no list")?[..] else {
		anyhow::bail!("{all}");
	};
	ensure!(open["round"] == 1 && open["result"].is_null() && all["next"].is_null(), "{all}");
	let hidden = json!({ "value": "under 11", "low": null, "high": null });
	let shown = |value: i64| json!({ "value": value, "low": value - 9, "high": value + 9 });
	let result = &answered["result"];
	ensure!(result["cells"] == json!([shown(52), shown(11), hidden, hidden]), "{result}");
	let persons = json!({ "used": 70, "withdrawn": 2, "double": 1, "refused": 0 });
	ensure!(result["persons"] == persons && result["halfWidth"] == 9, "{result}");

	// Where it is from can be proven.
	let genesis = rpc(&node.full, "chain_getBlockHash", json!([0])).await.context("no genesis")?;
	let origin = &result["origin"];
	ensure!(origin["genesis"] == genesis && origin["blockHash"] == genesis, "{origin}");
	ensure!(origin["isFinal"] == true && origin["block"] == 0, "{origin}");
	let keys = [ANSWERED_TABLE.encode(), 0u8.encode()];
	let key = format!("0x{}", hex::encode(storage_key("Results", &keys)));
	let stored = rpc(&node.full, "state_getStorage", json!([key, origin["blockHash"]])).await;
	let stored =
		stored.and_then(|stored| Some(stored.as_str()?.trim_start_matches("0x").to_owned()));
	let stored = hex::decode(stored.context("not in the state")?)?;
	let stored = StudyResult::decode(&mut &stored[..])?;
	ensure!(result["tallyRoot"] == json!(format!("{:?}", stored.tally.root)), "{result}");
	let terms_hash = blake2_256(&terms(TABLE, 3)?.encode());
	ensure!(origin["termsHash"] == json!(format!("0x{}", hex::encode(terms_hash))), "{origin}");

	let raw = json!({ "study": ANSWERED_TABLE, "round": 0, "raw": true, "at": genesis });
	let raw = node.result("research_results", raw).await?;
	let cells = [52, 11, 10, -3].map(shown);
	ensure!(raw["items"][0]["result"]["cells"] == json!(cells), "{raw}");
	let page = json!({ "study": ANSWERED_TABLE, "limit": 1 });
	let page = node.result("research_results", page).await?;
	let next = json!({ "study": ANSWERED_TABLE, "limit": 1, "after": page["next"] });
	let next = node.result("research_results", next).await?;
	ensure!(page["items"] == json!([answered]) && next["items"] == json!([open]), "{page} {next}");
	ensure!(next["next"].is_null(), "{next}");
	Ok(())
}

async fn wrong_parameters(node: &Node) -> Result<()> {
	let cases = [
		("research_results", json!([STUDIES]), "parameter study: there is no study 5"),
		("research_budget", json!([STUDIES]), "parameter study: there is no study 5"),
		("research_mechanism", json!([STUDIES]), "parameter study: there is no study 5"),
		("research_results", json!([0, 2]), "parameter round: study 0 has no round 2 yet"),
		("research_results", json!([0, 256]), "parameter round: 256 is too large"),
		("research_results", json!([]), "parameter study is missing"),
		("research_study", json!(["one"]), "parameter study: \"one\" is not a whole number"),
		(
			"research_reach",
			json!({ "at": null }),
			"unknown parameter at; the parameters are: disease, traits, country",
		),
		("research_studies", json!([null, 201]), "parameter limit: 201 is not between 1 and 200"),
	];
	for (method, params, expected) in cases {
		let error = node.error(method, params).await?;
		ensure!(error == expected, "{method}: {error}");
	}
	let error = node.error("research_reach", json!([null, ["sold"]])).await?;
	ensure!(error.starts_with("parameter traits: \"sold\" is not one of: commercial, "), "{error}");
	Ok(())
}

fn commands(node: &Node) -> Result<()> {
	let list = node.prints(&["list"])?;
	ensure!(list.lines().count() == 5, "{list}");
	ensure!(
		list.contains("running    round 1   3 rounds   epsilon 1      DE  table of 4 cells"),
		"{list}"
	);
	let show = node.prints(&["show", "0"])?;
	for part in [
		"1 a round, 1 spent, 2 left; a person has 10 a year",
		"95 % within 9, standard deviation 3.96",
		"MONDO:0005015",
		"people can be contributed until 2027-01-15 08:00 UTC",
		"bafkr",
	] {
		ensure!(show.contains(part), "{part}: {show}");
	}
	let result = node.prints(&["result", "0"])?;
	for part in [
		"Study 0, round 0: 70 persons (2 withdrawn, 1 double, 0 refused)",
		"0               52  43 to 61",
		"2         under 11\n",
		"the true number is within 9 of the one shown (epsilon 1, 2 aggregators)",
		"From block 0 (final) 0x",
	] {
		ensure!(result.contains(part), "{part}: {result}");
	}
	std::fs::write(node.folder.path().join("protocol"), PROTOCOL)?;
	let named = ["--protocol", "protocol"];
	let raw = ["result", "0", "--raw", "--round", "0", "--svg", "bars.svg"];
	let raw = node.prints(&[&raw[..], &named].concat())?;
	ensure!(raw.contains("outside         -3  -12 to 6") && raw.contains("men "), "{raw}");
	let svg = std::fs::read_to_string(node.folder.path().join("bars.svg"))?;
	ensure!(svg.starts_with("<svg ") && svg.contains("women"), "{svg}");
	let json: Value = serde_json::from_str(&node.prints(&["result", "1", "--json"])?)?;
	ensure!(json["result"]["cells"][1]["value"] == 1_020, "{json}");
	let mean = node.prints(&["mean", "1"])?;
	ensure!(mean.starts_with("mean 1.500 (95 % interval 0.8"), "{mean}");
	ensure!(mean.contains("persons 120.0 (95 % interval 108.3 to 131.7)"), "{mean}");
	let difference = node.prints(&[&["difference", "0", "men", "1"], &named[..]].concat())?;
	ensure!(difference == "men - women = 41 (95 % interval 28 to 54)\n", "{difference}");
	let difference = node.prints(&["difference", "0", "1", "2"])?;
	ensure!(difference.ends_with("The noise alone could make this difference.\n"), "{difference}");
	let reach = node.prints(&["reach", "--trait", "commercial"])?;
	ensure!(reach.starts_with("0 people, on "), "{reach}");
	Ok(())
}

/// What `research.py` says if there is no answer.
fn messages(node: &Node) -> Result<()> {
	for (arguments, expected) in [
		(&["show", "5"][..], "there is no study 5"),
		(&["result", "2"], "study 2 has no result: the council has not approved it"),
		(
			&["result", "3"],
			"study 3 has no result: round 0: reports are gathered until 2027-01-15 08:00 UTC, and a \
			 result is due by 2027-01-15 08:01 UTC",
		),
		(
			&["result", "0", "--round", "1"],
			"study 0 has no result: round 1: people can be contributed until 2027-01-15 08:00 UTC",
		),
		(&["result", "0", "--round", "2"], "study 0 has no round 2 yet"),
		(
			&["mean", "4"],
			"study 4 has no result: round 0: lost: fewer persons than it needs were contributed",
		),
		(&["mean", "0"], "study 0 is a table, and only a sum has a mean"),
		(
			&["difference", "0", "0", "4"],
			"4 is not a cell: use a number from 0 to 3, or a name",
		),
		(
			&["--url", "http://127.0.0.1:9", "list"],
			"the node at http://127.0.0.1:9 cannot be reached: [Errno 111] Connection refused",
		),
	] {
		let message = node.fails(arguments)?;
		ensure!(message == expected, "{arguments:?}: {message}");
	}
	Ok(())
}

/// The notebook's cells, as a program.
fn notebook(node: &Node) -> Result<()> {
	let path = example("research.ipynb").display().to_string();
	for (study, expected) in
		[(ANSWERED_TABLE, "0 - 1 = 41 (95 % interval 28 to 54)"), (ANSWERED_SUM, "mean 1.500")]
	{
		let output = node.python("run_notebook.py", &[&path], study)?;
		let error = String::from_utf8_lossy(&output.stderr);
		ensure!(output.status.success(), "{error}");
		let printed = String::from_utf8(output.stdout)?;
		ensure!(printed.contains(expected), "{printed}");
	}
	Ok(())
}

/// Whoever calls too often is told, and `research.py` waits.
async fn rates(node: &Node) -> Result<()> {
	let batch: Value = vec![request("research_studies", json!({ "limit": 1 })); 20].into();
	let mut refused = Value::Null;
	for _ in 0..100 {
		let answers = node.answer(&batch).await?;
		let answers = answers.as_array().context("no list")?;
		if let Some(answer) = answers.iter().find(|answer| answer["error"]["code"] == -32005) {
			refused = answer.clone();
			break;
		}
	}
	let message = refused["error"]["message"].as_str().unwrap_or_default();
	let expected = "too many calls from this address: at most 60 per second; try again in ";
	ensure!(message.starts_with(expected), "{refused}");
	ensure!(node.prints(&["list"])?.lines().count() == 5);
	Ok(())
}
