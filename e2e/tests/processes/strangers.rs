//! Who may connect: the nodes of a founded network answer the nodes that members list, and nobody else. A
//! program (`node/examples/stranger.rs`) speaks their protocols, with a key of its own or a member's.

use crate::suite::Suite;
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use std::{ffi::OsString, fs, path::Path, process::Command};
use vouchsafe_e2e::{
	founding::{succeeds, Founding, Member, OTHER},
	network::{hash_at, rpc},
	process::{program, until, TIMEOUT},
};

static SUITE: Suite = Suite::new("strangers", 1);

/// What gives away the chain, or follows it.
const PROTOCOLS: [&str; 5] = ["blocks", "states", "proofs", "light", "announcements"];

/// The peer id of a member's node, from its card.
fn peer(member: &Member) -> Result<String> {
	let signed: Value = serde_json::from_slice(&fs::read(member.signed_card())?)?;
	Ok(signed["card"]["node"]["peer"].as_str().context("no peer id")?.to_owned())
}

/// Asks a member's node for everything, with a new key or with this one. Returns the answers, in the order of
/// [`PROTOCOLS`].
async fn ask(genesis: &str, member: &Member, key: Option<&Path>) -> Result<Vec<String>> {
	let address = format!("/ip4/127.0.0.1/tcp/{}/p2p/{}", member.node.p2p, peer(member)?);
	let mut command = Command::new(program("examples/stranger")?);
	command.args([genesis, &address]).args(key);
	let output = tokio::process::Command::from(command).kill_on_drop(true).output().await?;
	let said = String::from_utf8(output.stdout)?;
	let errors = String::from_utf8_lossy(&output.stderr);
	ensure!(output.status.success(), "the stranger failed: {said}{errors}");
	let answers = said.lines().zip(PROTOCOLS).map(|(line, what)| {
		let answer = line.strip_prefix(&format!("{what}: ")).map(ToOwned::to_owned);
		answer.with_context(|| format!("{what} was expected: {said}"))
	});
	let answers = answers.collect::<Result<Vec<_>>>()?;
	ensure!(answers.len() == PROTOCOLS.len(), "some answers are missing: {said}");
	Ok(answers)
}

/// Checks that everything was refused.
fn got_nothing(who: &str, answers: &[String]) -> Result<()> {
	let refused = |answer: &String| answer.contains("refused");
	ensure!(answers.iter().all(refused), "{who} got something: {answers:?}");
	Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_members_nodes_are_answered() -> Result<()> {
	let _turn = SUITE.turn().await;
	let mut founding = Founding::prepare().await?;
	founding.assemble()?;
	founding.start_nodes().await?;
	let a = &founding.members[0];
	let genesis = hash_at(&a.node.http_url(), 0).await.context("no genesis block")?;
	let ((), answers) = tokio::try_join!(founding.list_nodes(), ask(&genesis, a, None))?;
	got_nothing("a stranger", &answers)?;
	let [a, b, c, _] = &mut founding.members[..] else { unreachable!("there are four members") };

	// What the firewall gets to know.
	let port = a.node.rpc.to_string();
	let list = |format: &str| {
		let arguments = ["peers", "--format", format, "--rpc-port", &port];
		succeeds(&arguments.map(OsString::from))
	};
	let sets = list("nft")?;
	for (member, is_there) in [(&*a, false), (&*b, true), (&*c, true)] {
		let element = format!("nodes4 {{ 127.0.0.1 . {} }}", member.node.p2p);
		ensure!(sets.contains(&element) == is_there, "{}: {sets}", member.name);
	}
	let line = format!("{}  {}  /ip4/127.0.0.1/tcp/{}", c.name, peer(c)?, c.node.p2p);
	ensure!(list("text")?.contains(&line), "{line}: {}", list("text")?);

	// A member puts another node in the place of its own, which is disconnected and refused from now on.
	let remove = ["validator", "nodes", "remove", &peer(c)?, "--yes"];
	let member = c.institution.at(&a.node.url());
	let refused = member.fails(&remove).await?;
	ensure!(refused.contains("add the new node first"), "a validator keeps a node: {refused}");
	member.run(&["validator", "nodes", "add", OTHER, "--yes"]).await?;
	member.run(&remove).await?;
	let url = c.node.http_url();
	until("the others disconnect the node that left", TIMEOUT, || async {
		let health = rpc(&url, "system_health", json!([])).await?;
		(health["peers"] == 0).then_some(())
	})
	.await?;
	ensure!(!list("text")?.contains(&line), "the list has it still");
	let key = |member: &Member| member.node.base.join("node-key");
	c.node.process = None;
	got_nothing("a node that left", &ask(&genesis, a, Some(&key(c))).await?)?;

	// The same program with the key of a member's node is answered.
	b.node.process = None;
	let answers = ask(&genesis, a, Some(&key(b))).await?;
	let (accepted, rest) = (answers[4] == "accepted", &answers[..3]);
	ensure!(accepted && rest.iter().all(|it| it.ends_with("bytes")), "a member: {answers:?}");
	ensure!(answers[3].contains("refused"), "there is no protocol for light clients: {answers:?}");
	Ok(())
}
