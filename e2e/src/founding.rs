//! Founds a network as its members do (`make found`): each makes a card in a folder of its own, signs it,
//! and puts all cards together. Then the nodes start with the members' own keys, and a document gets from
//! its author to a reader. No development key is used.

use crate::{
	commands::{self, arguments, Permit},
	kubo::{swarm_key, Kubo},
	network::{final_number, hash_at, Custodian, Node},
	process::{program, until, Process, TemporaryFolder, TIMEOUT},
	scenario::are_equal,
	secured::Issuer,
	story::Printer,
	user::User,
};
use anyhow::{bail, ensure, Context, Result};
use serde_json::{json, Value};
use std::{
	ffi::OsString,
	path::{Path, PathBuf},
	process::{Command, Output},
	time::Duration,
};

/// The peer id of a node that does not run.
pub const OTHER: &str = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";

/// A node may take this long until it refuses its configuration.
const REFUSAL: Duration = Duration::from_secs(30);

/// A member of the network.
#[derive(Debug)]
pub struct Member {
	/// Its public name.
	pub name: String,
	/// Its folder.
	pub folder: PathBuf,
	/// The key of the institution's account, on a machine without a network.
	pub institution: User,
	/// Its node, whose keys are in the node's folder.
	pub node: Node,
	/// Its custodian, with keys of its own.
	pub custodian: Custodian,
	/// Its Kubo node, unless it is the authority.
	pub kubo: Option<Kubo>,
}

impl Member {
	/// Its card as it made it.
	pub fn card(&self) -> PathBuf {
		self.folder.join("card.json")
	}

	/// Its signed card.
	pub fn signed_card(&self) -> PathBuf {
		self.folder.join("card.signed.json")
	}

	/// The chain specification that it has put together.
	pub fn spec(&self) -> PathBuf {
		self.folder.join("spec.json")
	}
}

/// A network that is being founded.
#[derive(Debug)]
pub struct Founding {
	/// Three hospitals and a health authority.
	pub members: Vec<Member>,
	root: PathBuf,
	// Dropped last: the processes above write to it.
	_temporary: TemporaryFolder,
}

/// Founds a network, and prints the steps.
pub async fn run(print: &mut Printer) -> Result<()> {
	print.begin("Three hospitals and an authority make their cards, and their institutions' keys sign them.");
	let mut founding = Founding::prepare().await?;
	print.end("Session keys, node keys and custodians' keys are new, and each stays in its member's folder.");

	print.begin("They exchange the cards, and each puts them together.");
	let line = founding.assemble()?;
	print.end(&format!("All four files have the same bytes. The line to compare: {line}."));

	print.begin("The nodes, the custodians and the Kubo nodes start.");
	founding.start().await?;
	founding.has_genesis(&line).await?;
	print.end("Blocks become final, and the genesis block is the one that was compared.");

	print.begin(
		"The chain lists the nodes of the cards. Hospital A lists another one, and removes it.",
	);
	founding.list_nodes().await?;
	print.end("`council nodes` shows each change.");

	print.begin(
		"The institutions enrol a patient and two doctors. One doctor writes, the other reads.",
	);
	founding.send_document().await?;
	print.end("The document came back as it was written.");
	Ok(())
}

impl Founding {
	/// Each member makes and signs its card.
	pub async fn prepare() -> Result<Self> {
		crate::install_crypto();
		let temporary = TemporaryFolder::new()?;
		let root = temporary.path().to_path_buf();
		let (swarm, issuer) = (swarm_key(), Issuer::new(&root.join("tls"))?);
		let mut members: Vec<Member> = Vec::new();
		for (short, name) in [
			("a", "Hospital A"),
			("b", "Hospital B"),
			("c", "Hospital C"),
			("authority", "Authority"),
		] {
			let folder = root.join(short);
			let node = Node::new(&folder.join("node"))?;
			let mut custodian = Custodian::new(&folder.join("custodian"))?;
			custodian.wallet = None;
			// No client uses a custodian without TLS, but on a network for development.
			let own = issuer.issue(short, "localhost")?;
			custodian.further =
				format!("tls = {{ certificate = {:?}, key = {:?} }}\n", own.certificate, own.key);
			custodian.trusted = Some(issuer.certificate());
			let kubo = if short == "authority" {
				None
			} else {
				let others: Vec<_> = members.iter().filter_map(|it| it.kubo.as_ref()).collect();
				Some(Kubo::new(&format!("{name}'s Kubo"), &folder.join("kubo"), &swarm, &others)?)
			};
			let (institution, account, key) =
				User::generate("institution", &folder, &node.url()).await?;
			let member = Member { name: name.into(), folder, institution, node, custodian, kubo };
			member.make_card(&account, &key)?;
			member.sign_card().await?;
			members.push(member);
		}
		Ok(Self { members, root, _temporary: temporary })
	}

	/// The signed cards of all members.
	pub fn cards(&self) -> Vec<PathBuf> {
		self.members.iter().map(Member::signed_card).collect()
	}

	/// Each member puts the cards together, in another order. Returns the line that all compare.
	pub fn assemble(&self) -> Result<String> {
		let mut cards = self.cards();
		let mut lines = Vec::new();
		for member in &self.members {
			cards.rotate_left(1);
			lines.push(member.assemble(&cards)?);
			ensure!(are_equal(&member.spec(), &self.members[0].spec())?, "the bytes differ");
		}
		lines.dedup();
		ensure!(lines.len() == 1, "the lines differ: {lines:?}");
		Ok(lines.remove(0))
	}

	/// Starts the nodes, and then what works with them.
	pub async fn start(&mut self) -> Result<()> {
		self.start_nodes().await?;
		for member in &mut self.members {
			if let Some(kubo) = member.kubo.as_mut() {
				let log = kubo.repo.join("log");
				kubo.start(&log, true).await?;
			}
			let name = format!("{}'s custodian", member.name);
			member.custodian.start(&name, "", (&member.node, member.kubo.as_ref()))?;
		}
		for member in &mut self.members {
			member.custodian.wait_ready().await?;
		}
		Ok(())
	}

	/// Starts the nodes alone, and waits until each has a final block.
	pub async fn start_nodes(&mut self) -> Result<()> {
		for member in &mut self.members {
			member.start_node()?;
		}
		for member in &mut self.members {
			let url = member.node.http_url();
			let process = member.node.process.as_mut().context("the node was not started")?;
			let has_final_block =
				|| async { final_number(&url).await.filter(|number| *number > 0) };
			process.until(has_final_block).await?;
		}
		Ok(())
	}

	/// Checks that the nodes' genesis block is the one in the line that was compared.
	pub async fn has_genesis(&self, line: &str) -> Result<()> {
		for member in &self.members {
			let hash = hash_at(&member.node.http_url(), 0).await.context("no genesis block")?;
			ensure!(line.starts_with(&format!("genesis hash {hash},")), "{hash} is not in: {line}");
		}
		Ok(())
	}

	/// The chain lists the nodes of the cards. A hospital lists another one, and removes it.
	pub async fn list_nodes(&self) -> Result<()> {
		let hospital = &self.members[0];
		let listed = async || -> Result<Vec<Value>> {
			let shown = hospital.institution.run(&["council", "nodes"]).await?;
			let members = shown["members"].as_array().context("no members")?;
			ensure!(members.iter().all(|member| member["validates"] == true), "{shown}");
			Ok(members.clone())
		};
		let card = |member: &Member, field: &str| -> Result<Value> {
			let card: Value = serde_json::from_slice(&std::fs::read(member.signed_card())?)?;
			Ok(card["card"][field].clone())
		};
		let signed = |member: &Member| card(member, "node");
		let members = listed().await?;
		for member in &self.members {
			let account = card(member, "institution")?;
			let found = members.iter().find(|it| it["account"] == account);
			let nodes = found.with_context(|| format!("{} is not listed", member.name))?;
			ensure!(nodes["nodes"] == json!([signed(member)?]), "not as in the card: {nodes}");
		}

		let address = "/dns/node.hospital-a.example/tcp/30333";
		let add = ["validator", "nodes", "add", OTHER, "--address", address, "--archive", "--yes"];
		let added = hospital.institution.run(&add).await?;
		let both = json!([
			signed(hospital)?,
			{ "peer": OTHER, "addresses": [address], "archive": true },
		]);
		ensure!(added["nodes"] == both, "{added}");
		let account = card(hospital, "institution")?;
		let has = |members: &[Value], nodes: &Value| {
			members.iter().any(|it| it["account"] == account && it["nodes"] == *nodes)
		};
		ensure!(has(&listed().await?, &both), "the node is listed");
		let remove = ["validator", "nodes", "remove", OTHER, "--yes"];
		let removed = hospital.institution.run(&remove).await?;
		ensure!(has(&listed().await?, &removed["nodes"]), "the node is not listed");
		ensure!(removed["nodes"] == json!([signed(hospital)?]), "{removed}");
		let twice = hospital.institution.fails(&remove).await?;
		ensure!(twice.contains("does not list the node"), "{twice}");
		Ok(())
	}

	/// A doctor at Hospital A writes a document about a patient, and a doctor at Hospital B reads it.
	pub async fn send_document(&self) -> Result<()> {
		let [a, b, _, authority] = &self.members[..] else { bail!("there are four members") };
		let homes = self.root.join("people");
		let person = |name: &'static str, at: &Member| {
			let (homes, node, trusted) =
				(homes.clone(), at.node.url(), at.custodian.trusted.clone());
			async move {
				let (mut user, account, key) = User::generate(name, &homes, &node).await?;
				user.trusted = trusted;
				anyhow::Ok((user, account, key))
			}
		};
		let (patient, patient_account, _) = person("patient", a).await?;
		let (author, author_account, _) = person("author", a).await?;
		let (reader, reader_account, _) = person("reader", b).await?;
		commands::enrol(&patient, &a.institution, &a.name, "patient").await?;
		for (doctor, account, at) in [(&author, &author_account, a), (&reader, &reader_account, b)]
		{
			commands::enrol(doctor, &at.institution, &at.name, "practitioner").await?;
			let role = ["--institution", &at.name, "--role", "physician"];
			at.institution.run(&[&["enrol", "affiliate", account][..], &role].concat()).await?;
			authority.institution.run(&[&["enrol", "attest", account][..], &role].concat()).await?;
			doctor.run(&["name", "add", "patient", &patient_account]).await?;
		}
		commands::grant(&patient, &Permit::write(&a.name)).await?;
		commands::grant(&patient, &Permit::read(&b.name)).await?;
		let letter = self.root.join("letter.txt");
		std::fs::write(&letter, "A letter from one hospital to another.\n")?;
		let record = commands::add(&author, &patient, &a.name, &letter, "imaging").await?;
		let read = self.root.join("read.txt");
		commands::open(&reader, &b.name, &patient, &record, &read).await?;
		ensure!(are_equal(&letter, &read)?, "the document came back changed");
		Ok(())
	}
}

impl Member {
	/// Generates the custodian's and the node's keys, and makes the card.
	fn make_card(&self, account: &str, encryption_key: &str) -> Result<()> {
		let keys = Command::new(program("vouchsafe-custodian")?)
			.args(["key", "generate", "--out"])
			.arg(self.custodian.base.join("keys"))
			.output()?;
		let keys = said(&keys);
		let value = |what: &str| {
			let line = keys.lines().find_map(|line| line.strip_prefix(what));
			line.map(str::trim).with_context(|| format!("no {what}: {keys}"))
		};
		let mut command = arguments![
			"found",
			"card",
			"--base-path",
			&self.node.base,
			"--institution",
			account,
			"--encryption-key",
			encryption_key,
			"--name",
			&self.name,
			"--country",
			"DE",
			"--address",
			format!("/ip4/127.0.0.1/tcp/{}", self.node.p2p),
			"--custodian-url",
			self.custodian.url(),
			"--custodian-account",
			value("account")?,
			"--custodian-key",
			value("encryption key")?,
			"--out",
			self.card(),
		];
		if self.kubo.is_none() {
			command.push("--authority".into());
		}
		succeeds(&command).map(drop)
	}

	async fn sign_card(&self) -> Result<()> {
		let (card, out) = (self.card(), self.signed_card());
		self.institution
			.run(&arguments!["council", "sign-card", card, "--out", out, "--yes"])
			.await
			.map(drop)
	}

	/// Puts the cards together, and compares the result with its own card. Returns the line to compare.
	pub fn assemble(&self, cards: &[PathBuf]) -> Result<String> {
		let mut command = arguments!["found", "assemble"];
		command.extend(cards.iter().map(OsString::from));
		command.extend(arguments!["--name", "Health Network", "--out", self.spec()]);
		let said = succeeds(&command)?;
		let line = said.lines().find(|line| line.starts_with("genesis hash"));
		let line = line.with_context(|| format!("no line to compare: {said}"))?;
		ensure!(line.ends_with("4 validators, 1 may fail"), "{line}");
		let check = arguments!["found", "check", self.spec(), "--card", self.signed_card()];
		let said = succeeds(&check)?;
		let others =
			said.lines().find_map(|line| line.strip_prefix("Not compared, for lack of a card: "));
		ensure!(others.is_some_and(|names| names.split(", ").count() == 3), "three others: {said}");
		Ok(line.to_owned())
	}

	/// The node's arguments, as `found card` printed them, and those for one machine.
	pub fn node_arguments(&self) -> Vec<OsString> {
		let mut command = arguments!["--chain", self.spec(), "--validator"];
		command.extend(arguments!["--base-path", &self.node.base]);
		command.extend(arguments!["--keystore-path", self.node.base.join("keystore")]);
		command.extend(arguments!["--node-key-file", self.node.base.join("node-key")]);
		command.extend(self.local_arguments());
		command
	}

	/// What a node on one machine with others needs.
	pub fn local_arguments(&self) -> Vec<OsString> {
		let mut command = arguments!["--state-pruning", "archive"];
		command.extend(self.node.local_arguments().into_iter().map(OsString::from));
		command
	}

	fn start_node(&mut self) -> Result<()> {
		let mut command = Command::new(program("vouchsafe-node")?);
		command.args(self.node_arguments());
		let log = self.node.base.join("log");
		let name = format!("{}'s validator", self.name);
		self.node.process = Some(Process::start(&name, command, &log, true)?);
		Ok(())
	}
}

/// Runs the node's program, which must succeed. Returns what it says.
pub fn succeeds(arguments: &[OsString]) -> Result<String> {
	let output = Command::new(program("vouchsafe-node")?).args(arguments).output()?;
	ensure!(output.status.success(), "vouchsafe-node {arguments:?}: {}", said(&output));
	Ok(said(&output))
}

/// Runs the node's program, which must fail. Returns what it says.
pub fn fails(arguments: &[OsString]) -> Result<String> {
	let output = Command::new(program("vouchsafe-node")?).args(arguments).output()?;
	ensure!(
		!output.status.success(),
		"vouchsafe-node {arguments:?} should fail: {}",
		said(&output)
	);
	Ok(said(&output))
}

/// Starts a node, which must end by itself with an error. Returns its log.
pub async fn refuses_to_start(arguments: &[OsString], log: &Path) -> Result<String> {
	let mut command = Command::new(program("vouchsafe-node")?);
	command.args(arguments);
	let mut process = Process::start("the node", command, log, true)?;
	until("the node refuses to start", REFUSAL.min(TIMEOUT), || {
		let runs = process.is_running();
		async move { (!runs).then_some(()) }
	})
	.await?;
	Ok(std::fs::read_to_string(log)?)
}

fn said(output: &Output) -> String {
	let out = String::from_utf8_lossy(&output.stdout);
	format!("{out}{}", String::from_utf8_lossy(&output.stderr))
}
