//! A member lies to its users: with its node alone, or with its node and its custodian together.

use super::{account, scene::name_custodian, Attack, Played, Stopped};
use crate::{
	commands::{self, sentence, Permit},
	front::Front,
	liar::{
		finality::{Ahead, Stale, Swallowing, FORGERIES},
		state::{expand, Swap},
		Asked, Liar, Lie as _,
	},
	network::Network,
	process::{program, tie},
	scenario::Scenario,
	stops,
	user::User,
};
use anyhow::{ensure, Context, Result};
use codec::Encode;
use serde_json::{json, Value};
use std::{
	ffi::OsStr,
	process::{Command, Stdio},
	sync::Arc,
	time::Duration,
};
use vouchsafe_client::chain::{
	account_bytes, storage, Action, Actions, Chain, Grantee, Submit, View,
};

/// The attacks.
pub const ATTACKS: &[Attack] = &[
	Attack::shared(
		"3.1a",
		"Hospital A's node swaps members' names, custodians' keys and addresses, and a log's head",
		|network| Box::pin(values(network)),
	),
	Attack::shared(
		"3.1b",
		"Hospital A's node reverses decisions and changes consents",
		|network| Box::pin(decisions(network)),
	),
	Attack::shared(
		"3.1c",
		"Hospital C's node and custodian together leave out the end of a log",
		|network| Box::pin(shortened_log(network)),
	),
	Attack::shared("3.1d", "Hospital A's node shows an old state as the newest", |network| {
		Box::pin(old_state(network))
	}),
	Attack::shared(
		"3.1e",
		"Hospital A's node forges headers and the votes that make them final",
		|network| Box::pin(forged_blocks(network)),
	),
	Attack::shared(
		"3.1f",
		"Hospital A's node swallows a revocation, and says that it is final",
		|network| Box::pin(swallowed_call(network)),
	),
	Attack::shared("3.1g", "Hospital A's node sends a proof that expands without end", |network| {
		Box::pin(expanding_proof(network))
	}),
	Attack::shared(
		"3.1h",
		"Hospital A's node and custodian together name a key of theirs, to read a document",
		|network| Box::pin(swapped_key(network)),
	),
	Attack::shared(
		"3.1i",
		"Hospital A's node asks for a signature with a later nonce",
		|network| Box::pin(future_nonce(network)),
	),
	Attack::shared("3.1j", "Somebody has given Hospital C's custodian another key", |network| {
		Box::pin(changed_key(network))
	}),
];

/// How long a client may take to see that it is lied to. It waits for a node that is behind, and for the
/// first final block of a new chain.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a client may take that waits for what the node does not prove, or for other calls.
const UNTIL_IT_ENDS: Duration = Duration::from_secs(100);
/// How long a node says that other calls wait.
const LIED_TO: Duration = Duration::from_secs(15);

/// What the `vouchsafe` command said, and whether it succeeded.
struct Said {
	done: bool,
	text: String,
}

/// The command with at most this much memory, so that a hostile proof does not take the machine's.
fn bounded(command: &Command) -> Command {
	let mut bounded = Command::new("prlimit");
	bounded.arg("--as=4294967296").arg("--").arg(command.get_program()).args(command.get_args());
	bounded.stdin(Stdio::null());
	bounded
}

/// Runs the command, which is ended after this time: what it has not done by then, it has not done.
async fn run<S: AsRef<OsStr>>(
	user: &User,
	arguments: &[S],
	patience: Duration,
) -> Result<Option<Said>> {
	end(user.command(arguments)?, patience).await
}

/// The same for a command that is ready.
async fn end(command: Command, patience: Duration) -> Result<Option<Said>> {
	let mut command = tokio::process::Command::from(bounded(&command));
	command.kill_on_drop(true);
	let Ok(output) = tokio::time::timeout(patience, command.output()).await else {
		return Ok(None);
	};
	let output = output?;
	let [out, err] =
		[output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
	Ok(Some(Said { done: output.status.success(), text: format!("{out}{err}") }))
}

/// Runs the command, which must fail because of this. `got` is what the attacker has if it succeeds.
async fn refused<S: AsRef<OsStr>>(
	user: &User,
	arguments: &[S],
	because: &str,
	got: &str,
) -> Result<String> {
	let said = run(user, arguments, PATIENCE).await?;
	fails(said, because, got)
}

/// What the command said, which must have failed because of this.
fn fails(said: Option<Said>, because: &str, got: &str) -> Result<String> {
	let said = said.context("the command does not end")?;
	stops!(!said.done, "{got}: {}", said.text);
	ensure!(said.text.contains(because), "{got}: failed without “{because}”: {}", said.text);
	let how = sentence(&said.text);
	let last = how.rsplit(": ").next().unwrap_or_default();
	ensure!(how.matches(last).count() == 1, "it says the same twice: {how}");
	Ok(how)
}

/// The permit that the tests ask for, as a command.
fn grant_to(institution: &str) -> [&str; 9] {
	["consent", "grant", "--to", institution, "--action", "read", "--purpose", "treatment", "--yes"]
}

/// The port of a site's node, where it does not lie.
fn port(network: &Network, site: usize) -> u16 {
	network.sites[site].node.rpc
}

/// A person who has used the command at no node yet.
fn newcomer(network: &Network, key: &str, folder: &str, node: &str) -> Result<User> {
	User::new(key, &network.root.join("newcomers").join(folder), node)
}

/// The address and the key of the custodian that the chain names for an institution.
async fn custodian(network: &Network, institution: &str) -> Result<(Vec<u8>, [u8; 32])> {
	let at = Chain::connect(&network.sites[0].node.url()).await?.finalized().await?;
	let found = at.institution(&account(institution)).await?;
	let found =
		found.and_then(|found| found.custodian).context("an institution with a custodian")?;
	Ok((found.url.to_vec(), found.key))
}

async fn values(network: &Network) -> Played {
	let patient = Scenario::new(network, "//Lied//Values").await?.patient;
	let (a_url, a_key) = custodian(network, "//HospitalA").await?;
	let (b_url, b_key) = custodian(network, "//HospitalB").await?;
	let at = Chain::connect(&network.sites[0].node.url()).await?.finalized().await?;
	let (_, head) = at.audit_head(&account(&patient.key)).await?;
	let lies = [
		("a grant to the wrong hospital", Swap::new(b"Hospital A", b"Hospital B")?),
		("a grant while keys are swapped", Swap::new(&a_key, &b_key)?),
		("a grant while addresses are swapped", Swap::new(&a_url, &b_url)?),
		("a log of another head", Swap::new(&head.0, &[7; 32])?),
	];
	let mut how = String::new();
	for (got, swap) in lies {
		let liar = Liar::new(port(network, 0), swap).await?;
		let deceived = patient.at(&liar.url());
		how = match got {
			"a log of another head" => {
				refused(&deceived, &["audit", "verify"], "not proven", got).await?
			},
			_ => refused(&deceived, &grant_to("Hospital B"), "not proven", got).await?,
		};
	}
	// One that changes nothing is not in the way: no call has these bytes.
	let honest = Liar::new(port(network, 0), Swap::new(&[0xab; 40], &[0xcd; 40])?).await?;
	let patient = patient.at(&honest.url());
	commands::verified_log(&patient).await?;
	commands::grant(&patient, &Permit::read("Hospital B")).await?;
	Ok(Stopped::by_client(how))
}

/// A node that says the opposite whenever the runtime is asked for a decision.
fn turn_round(asked: &Asked, answer: &mut Value) {
	let asks = asked.params[0].as_str().is_some_and(|function| function.contains("decide"));
	if asked.method == "state_call" && asks {
		// The first byte says which of the two it is.
		let answered = answer.as_str().unwrap_or_default();
		let turned = if answered.starts_with("0x00") { "0x0100" } else { "0x0000000000" };
		*answer = turned.into();
	}
}

async fn decisions(network: &Network) -> Played {
	let scenario = Scenario::new(network, "//Lied//Decisions").await?;
	let record = scenario.add_letter(&[]).await?;
	let (patient, doctor) = (&scenario.patient, &scenario.doctor_b);
	let explain = |by: &User| -> Vec<String> {
		let mut words = vec!["consent", "explain", "--reader", &doctor.key, "--record", &record];
		words.extend(["--patient", &patient.key, "--institution", "Hospital B"]);
		let own = if by.key == patient.key { words.len() - 4..words.len() - 2 } else { 0..0 };
		words.drain(own);
		words.into_iter().map(Into::into).collect()
	};
	let liar = Liar::new(port(network, 1), turn_round).await?;
	let check = async |permitted: bool| -> Result<()> {
		for user in [patient, doctor] {
			let said = user.at(&liar.url()).run(&explain(user)).await?;
			stops!(said["permitted"] == permitted, "{} was told the opposite: {said}", user.key);
		}
		Ok(())
	};
	check(false).await?;
	scenario.permit(&[]).await?;
	check(true).await?;
	// The consent itself is turned round, in a trie of the liar's.
	let at = Chain::connect(&network.sites[0].node.url()).await?.finalized().await?;
	let to = Grantee::Institution(account("//HospitalB"));
	let key = storage::consents(&account(&patient.key), &to);
	let bytes = at.storage(key.bytes.clone()).await?.context("a consent")?;
	let mut consents = key.decode(&bytes)?;
	let writing = Actions::of(&[Action::Write]);
	consents.iter_mut().for_each(|consent| consent.terms.actions = writing);
	let liar = Liar::new(port(network, 1), Swap::new(&bytes, &consents.encode())?).await?;
	let deceived = doctor.at(&liar.url());
	let got = "a consent that says something else";
	let how = refused(&deceived, &explain(doctor), "not proven", got).await?;
	Ok(Stopped::by_client(how))
}

/// Puts a custodian that lies in front of an institution's, and names its address on the chain. The
/// institution does that itself, with its own keys.
async fn put_in_front(
	network: &Network,
	site: usize,
	change: impl Fn(&str, &str, &mut Value) + Send + Sync + 'static,
) -> Result<()> {
	let front = Front::new(network.sites[site].custodian.port, change)?;
	let institution = network.sites[site].institution.seed;
	let chain = Chain::connect(&network.sites[site].node.url()).await?;
	let (_, key) = custodian(network, institution).await?;
	let custodian = format!("{institution}//custodian");
	name_custodian(&chain, institution, &custodian, &front.url(), key).await
}

async fn shortened_log(network: &Network) -> Played {
	let patient = Scenario::new(network, "//Lied//Log").await?.patient;
	let kept = commands::verified_log(&patient).await?;
	let victim = hex::encode(account_bytes(&account(&patient.key)));
	put_in_front(network, 2, move |path, request, answer| {
		if path == "/v1/log" && request.contains(&victim) {
			answer["count"] = answer["count"].as_u64().map_or(kept, |count| count.min(kept)).into();
			if let Some(lines) = answer["lines"].as_array_mut() {
				lines.retain(|line| line["seq"].as_u64().is_some_and(|seq| seq < kept));
			}
		}
	})
	.await?;
	let stale = Stale::now(port(network, 2)).await?;
	commands::grant(&patient, &Permit::read("Hospital B")).await?;
	let verify = ["audit", "verify", "--from", "Hospital C"];
	// One that has seen a newer block goes back to no older one.
	let got = "a log without its end";
	let liar = Liar::new(port(network, 2), stale.clone()).await?;
	refused(&patient.at(&liar.url()), &verify, "is older than block", got).await?;
	// One that has seen nothing, and asks another institution's node too.
	let both = format!("{},{}", liar.url(), network.sites[0].node.url());
	let new = newcomer(network, &patient.key, "log", &both)?;
	let how = refused(&new, &verify, "is not the one on the chain", got).await?;
	let whole = patient.run(&["audit", "verify", "--from", "Hospital A"]).await?;
	ensure!(whole["whole"] == true, "the honest log is whole: {whole}");
	Ok(Stopped::by_client(how))
}

async fn old_state(network: &Network) -> Played {
	let scenario = Scenario::new(network, "//Lied//Old").await?;
	let patient = &scenario.patient;
	let stale = Stale::now(port(network, 0)).await?;
	let consent = scenario.permit(&[]).await?;
	commands::revoke(patient, consent).await?;
	let got = "the state before a revocation";
	let list = ["consent", "list"];
	// The patient has seen newer blocks.
	let replayed = async || -> Result<()> {
		let liar = Liar::new(port(network, 0), stale.clone()).await?;
		refused(&patient.at(&liar.url()), &list, "is older than block", got).await?;
		// With a second node, the newer block counts.
		let both = patient.at(&format!("{},{}", liar.url(), network.sites[1].node.url()));
		let listed = both.run(&list).await.context("a second, honest node")?;
		ensure!(!listed.to_string().contains("Hospital B"), "revoked: {listed}");
		Ok(())
	};
	// On a development chain, a node that does not know the newer block is one whose chain began anew.
	let forgotten = async || -> Result<()> {
		let liar = Liar::new(port(network, 0), stale.clone().forgetting()).await?;
		let home = network.root.join("newcomers").join("forgotten");
		std::fs::create_dir_all(&home)?;
		let show = |node: &str| -> Result<Command> {
			let mut command = Command::new(program("vouchsafe")?);
			command.arg("--home").arg(&home).args(["--node", node, "--json"]);
			command.args(["enrol", "show", &account(&patient.key).to_string()]);
			Ok(tie(&command))
		};
		let honest = end(show(&network.sites[0].node.url())?, PATIENCE).await?;
		ensure!(honest.is_some_and(|said| said.done), "at the honest node");
		fails(end(show(&liar.url())?, PATIENCE).await?, "does not know", got)?;
		Ok(())
	};
	// Somebody new is shown the first block of the chain.
	let new = async || {
		let liar = Liar::new(port(network, 0), stale.genesis()).await?;
		let new = newcomer(network, &patient.key, "old", &liar.url())?;
		refused(&new, &grant_to("Hospital B"), "first", "a grant in the chain's first state").await
	};
	let (.., how) = tokio::try_join!(replayed(), forgotten(), new())?;
	Ok(Stopped::by_client(how))
}

async fn forged_blocks(network: &Network) -> Played {
	let mut how = String::new();
	for forgery in FORGERIES {
		let liar = Liar::new(port(network, 0), forgery).await?;
		let new = newcomer(network, "//DoctorA", &format!("{forgery:?}"), &liar.url())?;
		let got = format!("a forged block ({forgery:?})");
		how = refused(&new, &["enrol", "show"], "not proven", &got).await?;
	}
	Ok(Stopped::by_client(how))
}

async fn swallowed_call(network: &Network) -> Played {
	let scenario = Scenario::new(network, "//Lied//Swallowed").await?;
	let consent = scenario.permit(&[]).await?.to_string();
	let lie = Swallowing::now(port(network, 0)).await?;
	let liar = Liar::new(port(network, 0), lie.clone()).await?;
	let revoke = ["consent", "revoke", &consent];
	// The client gives the node half a minute to prove what it says.
	let said = run(&scenario.patient.at(&liar.url()), &revoke, UNTIL_IT_ENDS).await?;
	let got = "“revoked”, for a call that was never sent on";
	let how = fails(said, "not proven", got)?;
	ensure!(!lie.calls.nonces().is_empty(), "nothing was sent: {how}");
	ensure!(lie.calls.nonces().len() == 1, "signed for several nonces: {:?}", lie.calls.nonces());
	scenario.patient.run(&revoke).await.context("the same at the honest node")?;
	Ok(Stopped::by_client(how))
}

async fn expanding_proof(network: &Network) -> Played {
	let liar = Liar::new(port(network, 0), expand(9)).await?;
	let new = newcomer(network, "//DoctorA", "expanding", &liar.url())?;
	let got = "the memory of a client";
	let how = refused(&new, &["enrol", "show"], "not proven", got).await?;
	Ok(Stopped::by_client(how))
}

async fn swapped_key(network: &Network) -> Played {
	let scenario = Scenario::new(network, "//Lied//Key").await?;
	let (_, real) = custodian(network, "//HospitalA").await?;
	let own = vouchsafe_vault::seal::SecretKey::random().public().0;
	// The custodian itself says that it has the liar's key.
	let swap = Arc::new(Swap::new(&real, &own)?);
	// As long as this attack is played.
	let told = Arc::downgrade(&swap);
	put_in_front(network, 0, move |path, _, answer| {
		if let ("/v1/custodian", Some(told)) = (path, told.upgrade()) {
			told.change(&Asked { method: path.into(), params: Value::Null }, answer);
		}
	})
	.await?;
	let liar = Liar::new(port(network, 0), Swap::clone(&swap)).await?;
	scenario.doctor_a.run(&["enrol", "show"]).await?;
	let letter = scenario.letter()?;
	let mut add = vec![OsStr::new("record"), OsStr::new("add"), letter.as_os_str()];
	let further = ["--patient", &scenario.patient.key, "--institution", "Hospital A"];
	add.extend(further.map(OsStr::new));
	for (node, folder) in [("a doctor who knows A's key", None), ("a new doctor", Some("key"))] {
		let doctor = match folder {
			None => scenario.doctor_a.at(&liar.url()),
			Some(folder) => newcomer(network, "//DoctorA", folder, &liar.url())?,
		};
		refused(&doctor, &add, "not proven", &format!("a share of the document of {node}")).await?;
	}
	let listed = scenario.patient.run(&["record", "list"]).await?;
	ensure!(listed["records"] == json!([]), "a record was made: {listed}");
	scenario.add_letter(&[]).await.context("the same at the honest node")?;
	Ok(Stopped::by_client("nothing is sealed to a key that is not proven"))
}

async fn future_nonce(network: &Network) -> Played {
	let patient = Scenario::new(network, "//Lied//Nonce").await?.patient;
	let at = Chain::connect(&network.sites[0].node.url()).await?.finalized().await?;
	let next = u32::try_from(at.nonce(&account(&patient.key)).await?)?;
	let lie = Ahead::default();
	let liar = Liar::new(port(network, 0), lie.clone()).await?;
	let deceived = patient.at(&liar.url());
	let permit = grant_to("Hospital B");
	let granting = run(&deceived, &permit, UNTIL_IT_ENDS);
	let ending = async {
		tokio::time::sleep(LIED_TO).await;
		let signed = lie.calls.nonces();
		lie.end();
		signed
	};
	let (said, signed) = tokio::join!(granting, ending);
	let nonces = lie.calls.nonces();
	stops!(nonces.iter().all(|nonce| *nonce == next), "calls for {nonces:?} instead of {next}");
	ensure!(signed.is_empty(), "it signed although other calls seemed to wait: {signed:?}");
	// It waits, says so, and signs for the proven nonce as soon as the node stops lying.
	let said = said?.context("the command does not end when the node stops lying")?;
	ensure!(said.done && nonces == [next], "{nonces:?}: {}", said.text);
	let tells = said.text.contains("another program uses this key");
	ensure!(tells, "it waits without a word: {}", said.text);
	let waited = LIED_TO.as_secs();
	Ok(Stopped::by_client(format!("it signed nothing for {waited} s, then for the proven nonce")))
}

/// For the patient it is the same whether the key changed on the chain or the pinned one was another.
async fn changed_key(network: &Network) -> Played {
	let scenario = Scenario::new(network, "//Lied//Pin").await?;
	let patient = &scenario.patient;
	let consent = commands::grant(patient, &Permit::read("Hospital C")).await?;
	let (_, key) = custodian(network, "//HospitalC").await?;
	for file in std::fs::read_dir(patient.home.join("members"))? {
		let path = file?.path();
		let mut bytes = std::fs::read(&path)?;
		let at = bytes.windows(32).position(|part| part == key).context("C's key is pinned")?;
		bytes[at..at + 32].fill(7);
		// The file ends with a checksum.
		let (body, check) = bytes.split_last_chunk_mut::<4>().context("the file is too short")?;
		check.copy_from_slice(&sp_crypto_hashing::blake2_256(body)[..4]);
		std::fs::write(path, bytes)?;
	}
	let (command, got) = ("name confirm \"Hospital C\"", "a grant to somebody with another key");
	let how = refused(patient, &grant_to("Hospital C"), "has changed", got).await?;
	for shown in [command, "070707070707", &hex::encode(key)[..12]] {
		ensure!(how.contains(shown), "{shown} is shown: {how}");
	}
	commands::revoke(patient, consent).await.context("a revocation waits for nothing")?;
	patient.run(&["name", "confirm", "Hospital C", "--yes"]).await?;
	commands::grant(patient, &Permit::read("Hospital C")).await?;
	damaged_pins(patient).await?;
	Ok(Stopped::by_client(how))
}

/// With a damaged file nobody can tell which institution has changed: nothing is granted to one, and the
/// rest goes on.
async fn damaged_pins(patient: &User) -> Result<()> {
	for file in std::fs::read_dir(patient.home.join("members"))? {
		std::fs::write(file?.path(), b"damaged")?;
	}
	let said = patient.fails(&grant_to("Hospital B")).await?;
	for shown in ["is damaged", "vouchsafe name repair"] {
		ensure!(said.contains(shown), "{shown} is shown: {said}");
	}
	patient.run(&["record", "list"]).await.context("reading waits for nothing")?;
	patient.fails(&["name", "confirm", "Hospital C", "--yes"]).await?;
	patient.run(&["name", "repair", "--yes"]).await?;
	commands::grant(patient, &Permit::read("Hospital B")).await?;
	Ok(())
}
