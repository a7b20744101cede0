//! What fails in a hospital: a validator, a custodian, a Kubo node and the author's own client are
//! killed (`SIGKILL`) between any two steps of adding a record, and started again. Nothing is lost,
//! nothing is added twice, and the network goes on meanwhile.
//!
//! One round a victim: five authors add a document each and stand before five different steps when
//! it is killed, so that a round tries all of them at once.

use anyhow::{bail, ensure, Context, Result};
use futures::future::{join_all, try_join_all};
use serde_json::Value;
use std::{
	collections::{BTreeMap, BTreeSet},
	path::{Path, PathBuf},
	process::Stdio,
	str::FromStr,
	time::{Duration, Instant},
};
use subxt_signer::{sr25519::Keypair, SecretUri};
use tokio::{
	io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
	process::{Child, ChildStderr, Command},
	time::timeout,
};
use vouchsafe_client::chain::{AccountId, Category, Chain, HolderKind, Signer, Submit, View, H256};
use vouchsafe_e2e::{
	acts::{self, Permit},
	network::{Network, HOUSES},
	process::{until, PATIENCE},
	user::User,
};

/// The steps of adding a record, as `--step-by-step` names them, and who stands before each when
/// something is killed. Those of Hospital B talk to the victims themselves.
const AUTHORS: [Author; 5] = [
	Author { key: "//DoctorA", house: 0, category: "laboratory", step: "prepared" },
	Author { key: "//DoctorB", house: 1, category: "imaging", step: "uploaded" },
	Author { key: "//DoctorC", house: 2, category: "encounter", step: "final" },
	Author { key: "//DoctorA2", house: 0, category: "discharge", step: "delivered" },
	Author { key: "//DoctorB2", house: 1, category: "plan", step: "acknowledged" },
];

/// The house whose machines are killed.
const VICTIM: usize = 1;

/// Only one of the tests here runs at a time: each has networks of its own, and two cores.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

struct Author {
	key: &'static str,
	house: usize,
	category: &'static str,
	step: &'static str,
}

/// What is killed in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
	Validator,
	Custodian,
	Kubo,
	Client,
}

/// The command, adding a record step by step.
struct Adding {
	child: Child,
	said: BufReader<ChildStderr>,
	/// All that it said.
	heard: String,
}

impl Adding {
	/// Starts it; nothing has happened yet.
	fn start(author: &User, arguments: &[&str]) -> Result<Self> {
		let mut command = Command::from(author.command(arguments)?);
		command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
		let mut child = command.kill_on_drop(true).spawn()?;
		let said = BufReader::new(child.stderr.take().context("no standard error")?);
		Ok(Self { child, said, heard: String::new() })
	}

	/// Lets it go on until it stands before the end of this step.
	async fn go_to(&mut self, wanted: &str) -> Result<()> {
		loop {
			let mut line = String::new();
			let read = timeout(PATIENCE, self.said.read_line(&mut line)).await;
			if read.with_context(|| format!("before «{wanted}» it hangs: {}", self.heard))?? == 0
			{
				bail!("it ended before «{wanted}»: {}", self.heard);
			}
			self.heard += &line;
			let Some(step) = line.strip_prefix("step ") else { continue };
			if step.starts_with(wanted) {
				return Ok(());
			}
			self.enter().await?;
		}
	}

	/// Lets it go on with the next step.
	async fn enter(&mut self) -> Result<()> {
		let stdin = self.child.stdin.as_mut().context("no standard input")?;
		Ok(stdin.write_all(b"\n").await?)
	}

	/// Lets it go on to its end; gives its answer, or what it said when it failed.
	async fn end(mut self) -> Result<Result<Value, String>> {
		// At the end of its input it waits no more.
		drop(self.child.stdin.take());
		let mut out = self.child.stdout.take().context("no standard output")?;
		let mut answer = String::new();
		let ended = async {
			let (heard, answer) = (&mut self.heard, &mut answer);
			tokio::try_join!(self.said.read_to_string(heard), out.read_to_string(answer))?;
			self.child.wait().await
		};
		let status =
			timeout(Duration::from_secs(180), ended).await.context("it does not end")??;
		if status.success() {
			Ok(Ok(serde_json::from_str(&answer)?))
		} else {
			Ok(Err(format!("{answer}{}", self.heard)))
		}
	}

	/// Ends it as a power cut would.
	async fn kill(mut self) -> Result<()> {
		Ok(self.child.kill().await?)
	}
}

/// The network, who plays, and what was added so far.
struct Stage {
	network: Network,
	chain: Chain,
	patient: User,
	other_patient: User,
	authors: Vec<User>,
	institutions: Vec<AccountId>,
	/// The records that stand on the chain.
	known: BTreeSet<[u8; 32]>,
	/// What was added, by title.
	added: BTreeMap<String, PathBuf>,
}

fn account(uri: &str) -> AccountId {
	let uri = SecretUri::from_str(uri).unwrap();
	Keypair::from_uri(&uri).unwrap().account()
}

impl Stage {
	async fn open() -> Result<Self> {
		let network = Network::start().await?;
		let node = |house: usize| network.sites[house].node.url();
		let root = &network.root;
		let patient = User::new("//PatientA", root, &node(0))?;
		// Somebody else, at hospital C, whose affairs are to go on.
		let other_patient = User::new("//PatientB", root, &node(2))?;
		let authors = AUTHORS
			.iter()
			.map(|author| User::new(author.key, root, &node(author.house)))
			.collect::<Result<_>>()?;
		for house in &HOUSES[..3] {
			acts::grant(&patient, &Permit::write(house.name)).await?;
		}
		let chain = Chain::connect(&network.node_url()).await?;
		let institutions = HOUSES.iter().map(|house| account(house.seed)).collect();
		Ok(Self {
			network,
			chain,
			patient,
			other_patient,
			authors,
			institutions,
			known: BTreeSet::new(),
			added: BTreeMap::new(),
		})
	}

	/// The patient's records, as the chain has them finally.
	async fn records(&self) -> Result<Vec<H256>> {
		let at = self.chain.finalized().await?;
		let records = at.all_records_of(&account(&self.patient.key)).await?;
		for (id, record) in &records {
			ensure!(record.versions == 1, "record {id:?} has {} versions", record.versions);
		}
		Ok(records.into_iter().map(|(id, _)| id).collect())
	}

	/// Whose acknowledgements of this record are not final.
	async fn missing(&self, record: H256) -> Result<Vec<AccountId>> {
		let set = self.chain.finalized().await?.sharing_set(record, 0).await?;
		let holders = set.context("no sharing set")?.holders;
		Ok(holders
			.into_iter()
			.filter(|it| !it.acknowledged && it.kind != HolderKind::Patient)
			.map(|it| it.account)
			.collect())
	}

	/// Waits until this many new records are final and nobody's acknowledgement but those of
	/// `away` misses, save for as many records as are `stuck`.
	async fn wait_for_acknowledgements(
		&self,
		new: usize,
		stuck: usize,
		away: &[AccountId],
	) -> Result<()> {
		let what = format!("{new} records, acknowledged by all but {} holders", away.len());
		let wait = until(&what, Duration::from_secs(60), || async {
			let records = self.records().await.ok()?;
			let records: Vec<_> =
				records.into_iter().filter(|id| !self.known.contains(&id.0)).collect();
			let mut done = 0;
			for record in &records {
				let missing = self.missing(*record).await.ok()?;
				done += usize::from(missing.iter().all(|it| away.contains(it)));
			}
			(records.len() >= new && done + stuck >= new).then_some(())
		});
		if let Err(error) = wait.await {
			let mut state = String::new();
			for record in self.records().await? {
				state += &format!("\n{record:?}: {:?}", self.missing(record).await?);
			}
			return Err(error.context(state));
		}
		Ok(())
	}

	/// Waits until no institution has anything left to acknowledge.
	async fn wait_for_all_acknowledged(&self) -> Result<()> {
		until("everything is acknowledged", PATIENCE, || async {
			let at = self.chain.finalized().await.ok()?;
			for institution in &self.institutions {
				if !at.unacknowledged(institution, 10).await.ok()?.is_empty() {
					return None;
				}
			}
			Some(())
		})
		.await
	}

	fn kill(&mut self, victim: Victim) {
		let site = &mut self.network.sites[VICTIM];
		let process = match victim {
			Victim::Validator => site.node.process.as_mut(),
			Victim::Custodian => site.custodian.process.as_mut(),
			Victim::Kubo => site.kubo.as_mut().and_then(|kubo| kubo.process.as_mut()),
			Victim::Client => None,
		};
		if let Some(process) = process {
			process.kill();
		}
	}

	async fn start_again(&mut self, victim: Victim) -> Result<()> {
		match victim {
			Victim::Validator => self.network.start_node(VICTIM).await?,
			Victim::Custodian => self.network.start_custodian(VICTIM).await?,
			Victim::Kubo => self.network.start_kubo(VICTIM).await?,
			Victim::Client => return Ok(()),
		}
		self.network.wait_ready(VICTIM).await
	}

	/// What the victims' custodian says of itself once this part of it is not well.
	async fn unready(&self, part: &str) -> Result<String> {
		let url = format!("{}/ready", self.network.sites[VICTIM].custodian.url());
		until(&format!("/ready says that {part} is away"), PATIENCE, || async {
			let answer = reqwest::get(&url).await.ok()?;
			let status = answer.status();
			let said: Value = answer.json().await.ok()?;
			let away = said[part]["ok"] == false && said["ready"] == false;
			(status == 503 && away).then(|| said[part]["detail"].to_string())
		})
		.await
	}

	/// A round: five authors before five steps, one victim.
	async fn round(&mut self, victim: Victim) -> Result<()> {
		let began = Instant::now();
		let files = self.write_documents(victim)?;
		let arguments = |number: usize| {
			[
				"record",
				"add",
				&files[number],
				"--patient",
				"//PatientA",
				"--category",
				AUTHORS[number].category,
			]
		};
		let begun = join_all(self.authors.iter().enumerate().map(|(number, author)| async move {
			let words = [&arguments(number)[..], &["--step-by-step"]].concat();
			let mut adding = Adding::start(author, &words)?;
			adding.go_to(AUTHORS[number].step).await?;
			anyhow::Ok(adding)
		}));
		let mut adding: Vec<_> =
			begun.await.into_iter().map(|it| it.map(Some)).collect::<Result<_>>()?;
		println!(
			"{victim:?}: all stand before their steps [{:.1} s]",
			began.elapsed().as_secs_f64()
		);

		self.kill(victim);
		let killed = Instant::now();
		if victim == Victim::Client {
			for (number, adding) in adding.iter_mut().enumerate() {
				let mut adding = adding.take().context("it is there")?;
				if AUTHORS[number].step == "uploaded" {
					self.between_block_and_finality(&mut adding).await?;
				}
				adding.kill().await?;
			}
		}
		let adding: Vec<_> = adding.into_iter().flatten().collect();
		let mut ends: Vec<_> = adding.into_iter().map(|it| tokio::spawn(it.end())).collect();

		// The network goes on: somebody else's call becomes final.
		let permit = Permit::read("Hospital C").and(&["--category", "imaging"]);
		let consent = acts::grant(&self.other_patient, &permit).await?;
		println!("    another patient's consent {consent} is final [{:.1} s]", secs(killed));
		let b = self.institutions[VICTIM].clone();
		match victim {
			Victim::Validator => {
				// B's own author at the second step can't reach the chain.
				self.wait_for_acknowledgements(4, 0, std::slice::from_ref(&b)).await?;
				println!("    four records are acknowledged by all but B [{:.1} s]", secs(killed));
				println!("    B's custodian: {}", self.unready("node").await?);
			},
			Victim::Custodian => {
				self.wait_for_acknowledgements(5, 0, std::slice::from_ref(&b)).await?;
				println!("    five records are acknowledged by all but B [{:.1} s]", secs(killed));
				let open = self.chain.finalized().await?.unacknowledged(&b, 10).await?;
				ensure!(!open.is_empty(), "nothing waits for the custodian that is away");
			},
			Victim::Kubo => {
				println!("    B's custodian: {}", self.unready("kubo").await?);
				// The ciphertext of B's author at the second step lies there alone.
				self.wait_for_acknowledgements(5, 1, std::slice::from_ref(&b)).await?;
				println!("    four records are acknowledged by all but B [{:.1} s]", secs(killed));
				self.kill_between_share_and_acknowledgement(&mut ends).await?;
			},
			Victim::Client => {},
		}
		self.start_again(victim).await?;
		println!("    B is whole again [{:.1} s]", secs(killed));

		// Who ended with an error, or was killed, goes on: by saying so, or by saying the same again.
		let mut resumed = Vec::new();
		for (number, author) in self.authors.iter().enumerate() {
			match ends.get_mut(number) {
				None => resumed.push(number),
				Some(end) => match end.await {
					Ok(ended) => {
						if let Err(said) = ended? {
							ensure!(said.contains("--resume"), "it says not how to go on: {said}");
							println!(
								"    {} had to give up: {}",
								author.key,
								acts::sentence(&said)
							);
							resumed.push(number);
						}
					},
					// Killed with the custodian, see above.
					Err(_) => resumed.push(number),
				},
			}
		}
		let resuming = resumed.iter().map(|number| {
			let words = match number % 2 {
				0 => vec!["record", "add", "--resume"],
				_ => arguments(*number).to_vec(),
			};
			let author = &self.authors[*number];
			async move { author.run(&words).await }
		});
		for answer in try_join_all(resuming).await? {
			let text = answer.to_string();
			ensure!(!text.contains("\"complete\":false"), "not complete: {text}");
			ensure!(text.contains("\"resumed\":true"), "begun anew instead of resumed: {text}");
		}
		self.wait_for_all_acknowledged().await?;
		println!("    everything is acknowledged [{:.1} s]", secs(killed));
		self.nothing_lost_nothing_twice().await?;
		println!("{victim:?}: {} resumed, {:.1} s in all", resumed.len(), secs(began));
		Ok(())
	}

	/// Lets the client send its call, and waits until that is in a block which is not final.
	async fn between_block_and_finality(&self, adding: &mut Adding) -> Result<()> {
		adding.enter().await?;
		let patient = account(&self.patient.key);
		until("the call is in a block", PATIENCE, || async {
			let records = self.chain.best().await.ok()?.all_records_of(&patient).await.ok()?;
			let found = records.iter().any(|(id, record)| {
				!self.known.contains(&id.0) && record.category == Category::Imaging
			});
			found.then_some(())
		})
		.await?;
		Ok(())
	}

	fn write_documents(&mut self, victim: Victim) -> Result<Vec<String>> {
		let mut files = Vec::new();
		for author in &AUTHORS {
			let title = format!("{victim:?}-{}.txt", author.step);
			let path = self.network.root.join(&title);
			std::fs::write(&path, format!("Written while it was {}; {title}\n", author.step))?;
			files.push(path.display().to_string());
			self.added.insert(title, path);
		}
		Ok(files)
	}

	/// Where B's custodian has a share that it can't acknowledge, because Kubo is away, it is killed
	/// too, with all clients: what it took it must bring to its end by itself.
	async fn kill_between_share_and_acknowledgement(
		&mut self,
		ends: &mut [tokio::task::JoinHandle<Result<Result<Value, String>>>],
	) -> Result<()> {
		let store = self.network.sites[VICTIM].custodian.base.join("store/custodian.sqlite");
		let kept =
			until("B's custodian keeps a share that is not acknowledged", PATIENCE, || async {
				let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
				let database = rusqlite::Connection::open_with_flags(&store, flags).ok()?;
				let counted = database.query_row(
					"SELECT count(*) FROM versions JOIN shares USING (record, version, epoch)
				 WHERE pinned = 0 AND acknowledged = 0",
					[],
					|row| row.get::<_, i64>(0),
				);
				counted.ok().filter(|count| *count > 0)
			})
			.await?;
		for (end, author) in ends.iter().zip(&AUTHORS) {
			// One goes on waiting for what lies in that Kubo node alone.
			if author.step != "uploaded" {
				end.abort();
			}
		}
		self.kill(Victim::Custodian);
		println!("    B's custodian is killed with {kept} shares kept and not acknowledged");
		self.network.start_custodian(VICTIM).await?;
		self.unready("kubo").await?;
		let b = self.institutions[VICTIM].clone();
		let open = self.chain.finalized().await?.unacknowledged(&b, 10).await?;
		ensure!(open.len() >= usize::try_from(kept)?, "it acknowledged what it could not pin");
		Ok(())
	}

	/// Exactly one record of one version for each document, no journal left open, and nothing that
	/// could be gone on with.
	async fn nothing_lost_nothing_twice(&mut self) -> Result<()> {
		let records = self.records().await?;
		ensure!(records.len() == self.added.len(), "{} records stand there", records.len());
		self.known = records.iter().map(|id| id.0).collect();
		for author in &self.authors {
			let journal = author.home.join("journal");
			let open = journal.read_dir().map_or(0, Iterator::count);
			ensure!(open == 0, "{} has {open} journals open", author.key);
		}
		Ok(())
	}

	/// The patient opens all records; each is what was added, once.
	async fn all_open(&self) -> Result<()> {
		let out = self.network.root.join("opened");
		std::fs::create_dir_all(&out)?;
		let out_text = out.display().to_string();
		self.patient.run(&["record", "open", "--all", "--out", &out_text]).await?;
		let mut expected = Vec::new();
		for path in self.added.values() {
			expected.push(std::fs::read(path)?);
		}
		let mut opened = contents(&out)?;
		expected.sort();
		opened.sort();
		ensure!(expected == opened, "what was opened is not what was added");
		println!("the patient opened all {} records, byte for byte", opened.len());
		Ok(())
	}

	/// The log as each hospital's custodian has it is whole, also where it was down.
	async fn logs_verify(&self) -> Result<()> {
		for house in &HOUSES {
			let said =
				self.patient.run(&["audit", "verify", "--from", house.name]).await?.to_string();
			ensure!(said.contains("\"whole\":true"), "{}'s copy of the log: {said}", house.name);
		}
		println!("the log verifies from all four custodians");
		Ok(())
	}
}

fn secs(since: Instant) -> f64 {
	since.elapsed().as_secs_f64()
}

fn contents(folder: &Path) -> Result<Vec<Vec<u8>>> {
	folder.read_dir()?.map(|entry| Ok(std::fs::read(entry?.path())?)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_at_any_step_lose_nothing_and_add_nothing_twice() {
	let _alone = ALONE.lock().await;
	let began = Instant::now();
	let mut stage = Stage::open().await.unwrap();
	println!("the network runs [{:.1} s]", secs(began));
	for victim in [Victim::Client, Victim::Custodian, Victim::Validator, Victim::Kubo] {
		stage.round(victim).await.unwrap();
	}
	stage.all_open().await.unwrap();
	stage.logs_verify().await.unwrap();
	// The validator that was killed has what the others have.
	let last = stage.network.finalized(0).await.unwrap();
	stage.network.wait_for_block(VICTIM, last).await.unwrap();
	println!("in all {:.1} s", secs(began));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_networks_run_side_by_side() {
	let _alone = ALONE.lock().await;
	let began = Instant::now();
	let (first, second) = tokio::join!(Network::start(), Network::start());
	let networks = [first.unwrap(), second.unwrap()];
	println!("both run [{:.1} s]", secs(began));
	let records = try_join_all(networks.iter().map(add_and_open)).await.unwrap();
	println!("both added and opened a record [{:.1} s]", secs(began));
	// They are two chains, and what is on one is not on the other.
	let mut genesis = Vec::new();
	for (network, foreign) in networks.iter().zip([&records[1], &records[0]]) {
		let chain = Chain::connect(&network.node_url()).await.unwrap();
		genesis.push(chain.genesis());
		let mut id = [0; 32];
		hex::decode_to_slice(foreign.trim_start_matches("0x"), &mut id).unwrap();
		assert!(chain.finalized().await.unwrap().record(H256(id)).await.unwrap().is_none());
	}
	assert_ne!(genesis[0], genesis[1]);
}

/// A patient lets a doctor write, and opens what was written.
async fn add_and_open(network: &Network) -> Result<String> {
	let node = network.node_url();
	let patient = User::new("//PatientA", &network.root, &node)?;
	let doctor = User::new("//DoctorA", &network.root, &node)?;
	acts::grant(&patient, &Permit::write("Hospital A")).await?;
	let (file, out) = (network.root.join("letter.txt"), network.root.join("opened"));
	std::fs::write(&file, format!("A letter of the network in {}.\n", network.root.display()))?;
	let record = acts::add(&doctor, &patient, "Hospital A", &file, "discharge").await?;
	acts::open_own(&patient, &record, &out).await?;
	ensure!(std::fs::read(&out)? == std::fs::read(&file)?, "the bytes differ");
	Ok(record)
}
