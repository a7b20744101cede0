//! Failures in a hospital: a validator, a custodian, a Kubo node and the author's client are killed
//! (`SIGKILL`) between any two steps of adding a record, and started again. Nothing is lost, nothing
//! is added twice, and the rest of the network keeps working.
//!
//! In each round one of them is killed while five authors add a document, each at another step.

use crate::suite::Suite;
use anyhow::{ensure, Context, Result};
use futures::future::{join_all, try_join_all};
use serde_json::Value;
use std::{
	collections::{BTreeMap, BTreeSet},
	path::{Path, PathBuf},
	time::{Duration, Instant},
};
use vouchsafe_client::chain::{AccountId, Category, Chain, HolderKind, Signer, Submit, View, H256};
use vouchsafe_e2e::{
	adding::Adding,
	commands::{self, Permit},
	network::{Network, INSTITUTIONS},
	process::{until, TIMEOUT},
	user::User,
};

/// The authors, and the step of adding a record, as `--step-by-step` names it, that each has reached
/// when a process is killed. The authors at Hospital B use the processes that are killed.
const AUTHORS: [Author; 5] = [
	Author { key: "//DoctorA", institution: 0, category: "laboratory", step: "prepared" },
	Author { key: "//DoctorB", institution: 1, category: "imaging", step: "uploaded" },
	Author { key: "//DoctorC", institution: 2, category: "encounter", step: "final" },
	Author { key: "//DoctorA2", institution: 0, category: "discharge", step: "delivered" },
	Author { key: "//DoctorB2", institution: 1, category: "plan", step: "acknowledged" },
];

/// The institution whose processes are killed.
const HOSPITAL_B: usize = 1;

/// The tests run one after the other, because each has networks of its own.
static SUITE: Suite = Suite::new("failures", 1);

struct Author {
	key: &'static str,
	institution: usize,
	category: &'static str,
	step: &'static str,
}

/// The process that is killed in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
	Validator,
	Custodian,
	Kubo,
	Client,
}

/// The network, its users, and the records added so far.
struct Fixture {
	network: Network,
	chain: Chain,
	patient: User,
	other_patient: User,
	authors: Vec<User>,
	institutions: Vec<AccountId>,
	/// The records that are on the chain.
	known: BTreeSet<[u8; 32]>,
	/// The added documents by title.
	added: BTreeMap<String, PathBuf>,
}

fn account(uri: &str) -> AccountId {
	commands::keypair(uri).unwrap().account()
}

impl Fixture {
	async fn new() -> Result<Self> {
		let network = Network::start().await?;
		let node = |institution: usize| network.sites[institution].node.url();
		let root = &network.root;
		let patient = User::new("//PatientA", root, &node(0))?;
		// Another patient, who must not be affected.
		let other_patient = User::new("//PatientB", root, &node(2))?;
		let authors = AUTHORS
			.iter()
			.map(|author| User::new(author.key, root, &node(author.institution)))
			.collect::<Result<_>>()?;
		for institution in &INSTITUTIONS[..3] {
			commands::grant(&patient, &Permit::write(institution.name)).await?;
		}
		let chain = Chain::connect(&network.node_url()).await?;
		let institutions =
			INSTITUTIONS.iter().map(|institution| account(institution.seed)).collect();
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

	/// The patient's records at the last finalised block.
	async fn records(&self) -> Result<Vec<H256>> {
		let at = self.chain.finalized().await?;
		let records = at.all_records_of(&account(&self.patient.key)).await?;
		for (id, record) in &records {
			ensure!(record.versions == 1, "record {id:?} has {} versions", record.versions);
		}
		Ok(records.into_iter().map(|(id, _)| id).collect())
	}

	/// The holders whose acknowledgements of this record are not final.
	async fn missing(&self, record: H256) -> Result<Vec<AccountId>> {
		let patient = account(&self.patient.key);
		let set = self.chain.finalized().await?.sharing_set(&patient, record, 0).await?;
		let holders = set.context("no sharing set")?.holders;
		Ok(holders
			.into_iter()
			.filter(|it| !it.acknowledged && it.kind != HolderKind::Patient)
			.map(|it| it.account)
			.collect())
	}

	/// Waits until this many new records are final, and all but `stuck` of them are acknowledged by
	/// all holders except those in `away`.
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

	/// Waits until no institution has a record to acknowledge.
	async fn wait_for_all_acknowledged(&self) -> Result<()> {
		until("everything is acknowledged", TIMEOUT, || async {
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

	fn kill(&mut self, target: Target) {
		let site = &mut self.network.sites[HOSPITAL_B];
		let process = match target {
			Target::Validator => site.node.process.as_mut(),
			Target::Custodian => site.custodian.process.as_mut(),
			Target::Kubo => site.kubo.as_mut().and_then(|kubo| kubo.process.as_mut()),
			Target::Client => None,
		};
		if let Some(process) = process {
			process.kill();
		}
	}

	async fn start_again(&mut self, target: Target) -> Result<()> {
		match target {
			Target::Validator => self.network.start_node(HOSPITAL_B).await?,
			Target::Custodian => self.network.start_custodian(HOSPITAL_B).await?,
			Target::Kubo => self.network.start_kubo(HOSPITAL_B).await?,
			Target::Client => return Ok(()),
		}
		self.network.wait_ready(HOSPITAL_B).await
	}

	/// Waits until B's custodian reports that this part is not available. Returns what it says.
	async fn unready(&self, part: &str) -> Result<String> {
		let url = format!("{}/ready", self.network.sites[HOSPITAL_B].custodian.monitoring_url());
		until(&format!("/ready reports that {part} is not available"), TIMEOUT, || async {
			let answer = reqwest::get(&url).await.ok()?;
			let status = answer.status();
			let said: Value = answer.json().await.ok()?;
			let away = said[part]["ok"] == false && said["ready"] == false;
			(status == 503 && away).then(|| said[part]["detail"].to_string())
		})
		.await
	}

	/// A round: five authors at five steps, and one process that is killed.
	async fn round(&mut self, target: Target) -> Result<()> {
		let began = Instant::now();
		let files = self.write_documents(target)?;
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
			"{target:?}: all authors have reached their steps [{:.1} s]",
			began.elapsed().as_secs_f64()
		);

		self.kill(target);
		let killed = Instant::now();
		if target == Target::Client {
			for (number, adding) in adding.iter_mut().enumerate() {
				let mut adding = adding.take().context("each author has a command")?;
				if AUTHORS[number].step == "uploaded" {
					self.between_block_and_finality(&mut adding).await?;
				}
				adding.kill().await?;
			}
		}
		let adding: Vec<_> = adding.into_iter().flatten().collect();
		let mut ends: Vec<_> = adding.into_iter().map(|it| tokio::spawn(it.end())).collect();

		// The network keeps working: another patient's call becomes final.
		let permit = Permit::read("Hospital C").and(&["--category", "imaging"]);
		let consent = commands::grant(&self.other_patient, &permit).await?;
		println!("    another patient's consent {consent} is final [{:.1} s]", secs(killed));
		let b = self.institutions[HOSPITAL_B].clone();
		let but_b = std::slice::from_ref(&b);
		match target {
			Target::Validator => {
				// B's own author at the second step cannot reach the chain.
				self.wait_for_acknowledgements(4, 0, but_b).await?;
				println!("    four records are acknowledged by all but B [{:.1} s]", secs(killed));
				println!("    B's custodian: {}", self.unready("node").await?);
			},
			Target::Custodian => {
				self.wait_for_acknowledgements(5, 0, but_b).await?;
				println!("    five records are acknowledged by all but B [{:.1} s]", secs(killed));
				let open = self.chain.finalized().await?.unacknowledged(&b, 10).await?;
				ensure!(!open.is_empty(), "B has nothing to acknowledge");
			},
			Target::Kubo => {
				println!("    B's custodian: {}", self.unready("kubo").await?);
				// The ciphertext of B's author at the second step is only in this Kubo node.
				self.wait_for_acknowledgements(5, 1, but_b).await?;
				println!("    four records are acknowledged by all but B [{:.1} s]", secs(killed));
				self.kill_between_share_and_acknowledgement(&mut ends).await?;
			},
			Target::Client => {},
		}
		self.start_again(target).await?;
		println!("    all of B runs again [{:.1} s]", secs(killed));

		// Authors whose command failed or was killed resume, by `--resume` or by the same command.
		let mut resumed = Vec::new();
		for (number, author) in self.authors.iter().enumerate() {
			match ends.get_mut(number) {
				None => resumed.push(number),
				Some(end) => match end.await {
					Ok(ended) => {
						if let Err(said) = ended? {
							ensure!(
								said.contains("--resume"),
								"the error does not say how to resume: {said}"
							);
							println!("    {} failed: {}", author.key, commands::sentence(&said));
							resumed.push(number);
						}
					},
					// Killed together with the custodian, see above.
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
			ensure!(text.contains("\"resumed\":true"), "not resumed: {text}");
		}
		self.wait_for_all_acknowledged().await?;
		println!("    everything is acknowledged [{:.1} s]", secs(killed));
		self.nothing_lost_nothing_twice().await?;
		println!("{target:?}: {} resumed, {:.1} s in all", resumed.len(), secs(began));
		Ok(())
	}

	/// Lets the client send its call, and waits until a block contains it, final or not.
	async fn between_block_and_finality(&self, adding: &mut Adding) -> Result<()> {
		adding.next_step().await?;
		let patient = account(&self.patient.key);
		until("the call is in a block", TIMEOUT, || async {
			let records = self.chain.best().await.ok()?.all_records_of(&patient).await.ok()?;
			let found = records.iter().any(|(id, record)| {
				!self.known.contains(&id.0) && record.category == Category::Imaging
			});
			found.then_some(())
		})
		.await?;
		Ok(())
	}

	fn write_documents(&mut self, target: Target) -> Result<Vec<String>> {
		let mut files = Vec::new();
		for author in &AUTHORS {
			let title = format!("{target:?}-{}.txt", author.step);
			let path = self.network.root.join(&title);
			std::fs::write(&path, format!("Written while it was {}; {title}\n", author.step))?;
			files.push(path.display().to_string());
			self.added.insert(title, path);
		}
		Ok(files)
	}

	/// Kills B's custodian, and all clients but one, while it has a share that it cannot acknowledge
	/// because Kubo is not available. It must finish the work by itself.
	async fn kill_between_share_and_acknowledgement(
		&mut self,
		ends: &mut [tokio::task::JoinHandle<Result<Result<Value, String>>>],
	) -> Result<()> {
		let store = self.network.sites[HOSPITAL_B].custodian.base.join("store/custodian.sqlite");
		let kept = until("B's custodian has a share that is not acknowledged", TIMEOUT, || async {
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
			// This one waits for content that is only in this Kubo node.
			if author.step != "uploaded" {
				end.abort();
			}
		}
		self.kill(Target::Custodian);
		println!("    B's custodian is killed with {kept} shares that are not acknowledged");
		self.network.start_custodian(HOSPITAL_B).await?;
		self.unready("kubo").await?;
		let b = self.institutions[HOSPITAL_B].clone();
		let open = self.chain.finalized().await?.unacknowledged(&b, 10).await?;
		ensure!(
			open.len() >= usize::try_from(kept)?,
			"it acknowledged content that it could not pin"
		);
		Ok(())
	}

	/// Checks that there is exactly one record with one version for each document, and no open
	/// journal.
	async fn nothing_lost_nothing_twice(&mut self) -> Result<()> {
		let records = self.records().await?;
		ensure!(records.len() == self.added.len(), "there are {} records", records.len());
		self.known = records.iter().map(|id| id.0).collect();
		for author in &self.authors {
			let journal = author.home.join("journal");
			let open = journal.read_dir().map_or(0, Iterator::count);
			ensure!(open == 0, "{} has {open} journals open", author.key);
		}
		Ok(())
	}

	/// Checks that the patient can open all records, and that they are the added documents.
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
		ensure!(expected == opened, "the opened records differ from the added documents");
		println!("the patient opened all {} records, byte for byte", opened.len());
		Ok(())
	}

	/// Checks that every custodian's copy of the log is complete.
	async fn logs_verify(&self) -> Result<()> {
		for institution in &INSTITUTIONS {
			let said = self
				.patient
				.run(&["audit", "verify", "--from", institution.name])
				.await?
				.to_string();
			ensure!(
				said.contains("\"whole\":true"),
				"{}'s copy of the log: {said}",
				institution.name
			);
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
async fn kills_at_any_step_lose_and_duplicate_nothing() {
	let _turn = SUITE.turn().await;
	let began = Instant::now();
	let mut fixture = Fixture::new().await.unwrap();
	println!("the network runs [{:.1} s]", secs(began));
	for target in [Target::Client, Target::Custodian, Target::Validator, Target::Kubo] {
		fixture.round(target).await.unwrap();
	}
	fixture.all_open().await.unwrap();
	fixture.logs_verify().await.unwrap();
	// The validator that was killed catches up.
	let last = fixture.network.finalized(0).await.unwrap();
	fixture.network.wait_for_block(HOSPITAL_B, last).await.unwrap();
	println!("in all {:.1} s", secs(began));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_networks_run_side_by_side() {
	let _turn = SUITE.turn().await;
	let began = Instant::now();
	let (first, second) = tokio::join!(Network::start(), Network::start());
	let networks = [first.unwrap(), second.unwrap()];
	println!("both run [{:.1} s]", secs(began));
	let records = try_join_all(networks.iter().map(add_and_open)).await.unwrap();
	println!("both added and opened a record [{:.1} s]", secs(began));
	// They are two chains: a record of one is not on the other.
	let mut genesis = Vec::new();
	for (network, foreign) in networks.iter().zip([&records[1], &records[0]]) {
		let chain = Chain::connect(&network.node_url()).await.unwrap();
		genesis.push(chain.genesis());
		let mut id = [0; 32];
		hex::decode_to_slice(foreign.trim_start_matches("0x"), &mut id).unwrap();
		let (at, patient) = (chain.finalized().await.unwrap(), account("//PatientA"));
		assert!(at.record(&patient, H256(id)).await.unwrap().is_none());
	}
	assert_ne!(genesis[0], genesis[1]);
}

/// A patient permits a doctor to write, and opens what the doctor adds.
async fn add_and_open(network: &Network) -> Result<String> {
	let node = network.node_url();
	let patient = User::new("//PatientA", &network.root, &node)?;
	let doctor = User::new("//DoctorA", &network.root, &node)?;
	commands::grant(&patient, &Permit::write("Hospital A")).await?;
	let (file, out) = (network.root.join("letter.txt"), network.root.join("opened"));
	std::fs::write(&file, format!("A letter of the network in {}.\n", network.root.display()))?;
	let record = commands::add(&doctor, &patient, "Hospital A", &file, "discharge").await?;
	commands::open_own(&patient, &record, &out).await?;
	ensure!(std::fs::read(&out)? == std::fs::read(&file)?, "the bytes differ");
	Ok(record)
}
