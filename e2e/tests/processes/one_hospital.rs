//! An attack with everything that one hospital has. The attacker has copies of Hospital B's disks,
//! the keys on them, and the keys of its staff. Each test tries one thing: to decrypt with the shares
//! on the disk, to get shares from the other custodians, to use the opening of another reader, to use
//! a share that was carried to B after the revocation, and to enter a consent. None opens a record
//! that the chain does not allow. The tests prove that the attacker's tools work by opening the same
//! records with one more share, from another hospital's disk.
//!
//! All tests share a network. Each has a patient of its own.

use crate::suite::{Suite, Turn};
use aes_gcm::{
	aead::{Aead, KeyInit, Payload},
	Aes256Gcm,
};
use aho_corasick::AhoCorasick;
use anyhow::{bail, ensure, Context as _, Result};
use codec::{Decode, DecodeAll, Encode};
use curve25519_dalek::{constants::RISTRETTO_BASEPOINT_TABLE, Scalar};
use futures::future::try_join_all;
use hkdf::Hkdf;
use rusqlite::Connection;
use sha2::Sha256;
use std::{
	path::{Path, PathBuf},
	process::Command,
	time::Duration,
};
use subxt_signer::sr25519::Keypair;
use tokio::sync::{OnceCell, RwLock};
use vouchsafe_client::{
	chain::{
		account_bytes,
		calls::{ConsentCall, CustodyCall},
		AccountId, Actions, Chain, ChainError, Effect, Grantee, Ground, Purpose, Purposes,
		ShownText, Signer, Submit, Terms, View, H256,
	},
	cid::{cid_of, Cid},
	custodian::{AllowedAddresses, Custodian, CustodianClient, CustodianError},
	messages::{action, AskRelease, FetchPatientEnvelope, Hex, ReadLog, Signed},
	signing::{now, sign_request},
};
use vouchsafe_e2e::{
	commands::{self, keypair, Permit},
	network::Network,
	process::{until, TIMEOUT},
	scenario::Scenario,
};
use vouchsafe_vault::{
	document::decrypt,
	manifest::{open_release, open_share, Manifest, ShareAddress},
	seal::{self, SecretKey},
	sharing::{combine, Commitments, Share},
	Context, Error,
};

static SUITE: Suite = Suite::new("one_hospital", 5);

/// The shared network. A test holds it for reading while it needs all custodians, and for writing
/// while it stops some to copy their disks.
static NETWORK: OnceCell<RwLock<Network>> = OnceCell::const_new();

/// The staff of Hospital B.
const STAFF: [&str; 4] = ["//HospitalB", "//RegistrarB", "//DoctorB", "//DoctorB2"];

/// The contents of the documents.
const TEXTS: [&str; 2] = [
	"Finding: the ligament is torn, seen on the third of March.\n",
	"Finding: nothing to be seen, and nothing that concerns another hospital.\n",
];

fn account(uri: &str) -> Result<AccountId> {
	Ok(keypair(uri)?.account())
}

/// The development encryption key of an account.
fn encryption_key(uri: &str) -> SecretKey {
	let bytes = [b"vouchsafe/development/", uri.as_bytes()].concat();
	SecretKey::from_bytes(&sp_crypto_hashing::blake2_256(&bytes))
}

/// The keys that the attacker has.
struct StolenKeys {
	/// Keys that sign, with the names of their accounts.
	signing: Vec<(String, Keypair)>,
	/// Keys that open sealed messages, the custodian's first.
	encryption: Vec<SecretKey>,
}

impl StolenKeys {
	/// The keys of a custodian, which are on its disk, and of these people.
	fn new(custodian: &Path, people: &[&str]) -> Result<Self> {
		// The key file has two lines of the form: name = "value".
		let file = std::fs::read_to_string(custodian.join("keys"))?;
		let value = |name: &str| {
			let line = file.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")));
			line.map(|it| it.trim().trim_matches('"').to_string()).context("a line of the key file")
		};
		let mut own = [0; 32];
		hex::decode_to_slice(value("encryption")?.trim_start_matches("0x"), &mut own)?;
		let mut signing = vec![("custodian".to_string(), keypair(&value("account")?)?)];
		let mut encryption = vec![SecretKey::from_bytes(&own)];
		for person in people {
			signing.push((person.to_string(), keypair(person)?));
			encryption.push(encryption_key(person));
		}
		Ok(Self { signing, encryption })
	}
}

/// A share from a copied disk, and the account of its holder.
struct StolenShare {
	holder: [u8; 32],
	share: Share,
}

/// What a custodian's database contains about a version.
struct StoredVersion {
	context: Context,
	epoch: u32,
	commitments: Commitments,
	manifest: Manifest,
	ciphertext: Cid,
	patient_share: Vec<u8>,
}

/// A copy of an institution's disks.
struct CopiedDisks {
	root: PathBuf,
	/// The custodian's key.
	key: SecretKey,
}

impl CopiedDisks {
	/// Copies a folder of an institution that does not run.
	fn copy(from: &Path, to: &Path) -> Result<()> {
		let copied =
			Command::new("cp").args(["-a", "--sparse=always"]).arg(from).arg(to).status()?;
		ensure!(copied.success(), "{} could not be copied", from.display());
		Ok(())
	}

	/// The copied disks in this folder.
	fn new(root: PathBuf) -> Result<Self> {
		let keys = StolenKeys::new(&root.join("custodian"), &[])?;
		let key = keys.encryption.into_iter().next().context("the custodian's key")?;
		Ok(Self { root, key })
	}

	fn database(&self) -> Result<Connection> {
		Ok(Connection::open(self.root.join("custodian/store/custodian.sqlite"))?)
	}

	/// Reads a version from the database.
	fn version(&self, genesis: H256, record: H256) -> Result<StoredVersion> {
		let (epoch, patient, commitments, manifest, ciphertext, patient_share) =
			self.database()?.query_row(
				"SELECT epoch, patient, commitments, manifest, ciphertext_cid, patient_share
				 FROM versions WHERE record = ?1 AND version = 0",
				[record.0],
				|row| {
					Ok((
						row.get(0)?,
						row.get(1)?,
						row.get::<_, Vec<u8>>(2)?,
						row.get::<_, Vec<u8>>(3)?,
						row.get::<_, String>(4)?,
						row.get(5)?,
					))
				},
			)?;
		let context = Context { genesis: genesis.0, record: record.0, version: 0, patient };
		Ok(StoredVersion {
			context,
			epoch,
			commitments: Commitments::decode_all(&mut &commitments[..])?,
			manifest: Manifest::decode_versioned(&manifest, &context)?,
			ciphertext: ciphertext.parse()?,
			patient_share,
		})
	}

	/// Opens all shares of a version with the custodian's key, as the custodian does.
	fn shares(&self, version: &StoredVersion) -> Result<Vec<StolenShare>> {
		let database = self.database()?;
		let mut query = database.prepare(
			"SELECT holder, sealed, ciphertext FROM shares JOIN share_keys ON key = id
			 WHERE record = ?1",
		)?;
		let rows = query.query_map([version.context.record], |row| {
			Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, Vec<u8>>(2)?))
		})?;
		let mut shares = Vec::new();
		for row in rows {
			let (holder, sealed, ciphertext): ([u8; 32], _, _) = row?;
			let aad = version.storage_aad(&holder);
			let key = seal::open(&self.key, seal::Purpose::Storage, &aad, &sealed)?;
			let cipher = Aes256Gcm::new_from_slice(&key)?;
			let share = cipher
				.decrypt(&[0; 12].into(), Payload { msg: &ciphertext, aad: &aad })
				.ok()
				.context("a share does not open")?;
			shares.push(StolenShare { holder, share: Share::decode_all(&mut &share[..])? });
		}
		Ok(shares)
	}

	/// Searches all bytes of the custodian's disk for sealed keys of shares of this version, deleted
	/// ones included. Returns how many there are.
	fn search_share_keys(&self, version: &StoredVersion, holders: &[[u8; 32]]) -> Result<usize> {
		const SEALED_KEY: usize = 32 + seal::OVERHEAD;
		let mut found = std::collections::BTreeSet::new();
		for path in files_below(&self.root.join("custodian"))? {
			let bytes = std::fs::read(&path)?;
			for window in bytes.windows(SEALED_KEY).filter(|window| window[0] == 1) {
				for holder in holders {
					let aad = version.storage_aad(holder);
					let opened = seal::open(&self.key, seal::Purpose::Storage, &aad, window);
					if let Ok(key) = opened {
						found.insert(key.to_vec());
					}
				}
			}
		}
		Ok(found.len())
	}

	/// Reads the ciphertext from the Kubo repository.
	fn ciphertext(&self, version: &StoredVersion) -> Result<Vec<u8>> {
		for path in files_below(&self.root.join("kubo/blocks"))? {
			let bytes = std::fs::read(path)?;
			if cid_of(&bytes) == version.ciphertext {
				return Ok(bytes);
			}
		}
		bail!("the ciphertext is not on the disk")
	}

	/// Which of these byte strings are anywhere on the disks.
	fn contains(&self, patterns: &[Vec<u8>]) -> Result<Vec<bool>> {
		let automaton = AhoCorasick::new(patterns)?;
		let mut found = vec![false; patterns.len()];
		for path in files_below(&self.root)? {
			let bytes = std::fs::read(&path)?;
			for hit in automaton.find_overlapping_iter(&bytes) {
				found[hit.pattern().as_usize()] = true;
			}
		}
		Ok(found)
	}
}

impl StoredVersion {
	fn storage_aad(&self, holder: &[u8; 32]) -> Vec<u8> {
		(self.context.record, 0u32, self.epoch, holder).encode()
	}

	fn address(&self, holder: [u8; 32]) -> ShareAddress {
		let Context { genesis, record, version, .. } = self.context;
		ShareAddress { genesis, record, version, epoch: self.epoch, holder }
	}

	/// Opens the version with these shares, as a reader does.
	fn open(&self, shares: &[(String, Share)], ciphertext: &[u8]) -> Result<Vec<u8>, Error> {
		let expected = &self.manifest.key_commitment;
		let secret = combine(shares, &self.commitments, expected, &self.context)?;
		let mut document = Vec::new();
		decrypt(&secret.document_key(&self.context), &self.context, ciphertext, &mut document)?;
		Ok(document)
	}

	/// Tries to open the version as if the threshold were two: computes the line through two shares,
	/// and forges the commitments and the key commitment that fit it. Returns the errors.
	fn open_with_two_shares(&self, a: &Share, b: &Share, ciphertext: &[u8]) -> Result<Vec<String>> {
		let (x, y) = (point(a), point(b));
		let slope = (y.1 - x.1) * (y.0 - x.0).invert();
		let secret = x.1 - slope * x.0;
		let commit = |value: &Scalar| (value * RISTRETTO_BASEPOINT_TABLE).compress().to_bytes();
		let forged = Commitments(vec![commit(&secret), commit(&slope)]);
		let shares = [("own".into(), a.clone()), ("second".into(), b.clone())];
		let mut failures = Vec::new();
		// With the key commitment of the manifest …
		let real = &self.manifest.key_commitment;
		match combine(&shares, &forged, real, &self.context) {
			Err(error @ Error::WrongKeyCommitment) => failures.push(error.to_string()),
			other => bail!("combining two shares returns {other:?}"),
		}
		// … and with one that fits the guessed secret.
		let mut commitment = [0; 32];
		let info = [&b"vouchsafe/v1/"[..], b"key-commitment", &self.context.encode()].concat();
		Hkdf::<Sha256>::new(None, &secret.to_bytes())
			.expand(&info, &mut commitment)
			.ok()
			.context("HKDF gives 32 bytes")?;
		let guess = combine(&shares, &forged, &commitment, &self.context)?;
		let key = guess.document_key(&self.context);
		match decrypt(&key, &self.context, ciphertext, &mut Vec::new()) {
			Err(error) => failures.push(error.to_string()),
			Ok(_) => bail!("the guessed key decrypts the document"),
		}
		match self.manifest.details(&guess, &self.context) {
			Err(error) => failures.push(error.to_string()),
			Ok(details) => bail!("the guessed key opens the details: {details:?}"),
		}
		Ok(failures)
	}
}

/// A share's point on the polynomial.
fn point(share: &Share) -> (Scalar, Scalar) {
	let bytes = share.encode();
	let mut value = [0; 32];
	value.copy_from_slice(&bytes[2..]);
	(Scalar::from(share.index), Scalar::from_bytes_mod_order(value))
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
	let (mut files, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
	while let Some(folder) = folders.pop() {
		for entry in std::fs::read_dir(&folder)? {
			let entry = entry?;
			match entry.file_type()? {
				kind if kind.is_dir() => folders.push(entry.path()),
				kind if kind.is_file() => files.push(entry.path()),
				_ => {},
			}
		}
	}
	Ok(files)
}

fn with_names(shares: Vec<StolenShare>) -> Vec<(String, Share)> {
	shares.into_iter().map(|it| (hex::encode(it.holder), it.share)).collect()
}

/// A patient of Hospital A with two records, and the attacker at Hospital B.
struct Attack {
	_turn: Turn,
	network: &'static RwLock<Network>,
	scenario: Scenario,
	chain: Chain,
	keys: StolenKeys,
	/// The record that B's care team may read if the patient permits it.
	laboratory: H256,
	/// The record that nobody at Hospital B may ever read.
	imaging: H256,
}

impl Attack {
	async fn new(patient: &str) -> Result<Self> {
		let turn = SUITE.turn().await;
		let start = || async { anyhow::Ok(RwLock::new(Network::start().await?)) };
		let network = NETWORK.get_or_try_init(start).await?;
		let running = network.read().await;
		let scenario = Scenario::new(&running, &format!("//OneHospital//{patient}")).await?;
		let add = async |text: &str, category: &str| {
			let file = scenario.root.join(category);
			std::fs::write(&file, text)?;
			let record = scenario.add(&file, &["--category", category]).await?;
			anyhow::Ok(H256(record.parse::<Hex<32>>()?.0))
		};
		let (laboratory, imaging) =
			tokio::try_join!(add(TEXTS[0], "laboratory"), add(TEXTS[1], "imaging"))?;
		let chain = Chain::connect(&running.node_url()).await?;
		let b = &running.sites[running.index("b")];
		let keys = StolenKeys::new(&b.custodian.base, &STAFF)?;
		drop(running);
		Ok(Self { _turn: turn, network, scenario, chain, keys, laboratory, imaging })
	}

	fn patient(&self) -> Result<AccountId> {
		account(&self.scenario.patient.key)
	}

	/// The patient permits B's care team to read the laboratory record, and so carries the patient's
	/// share of it to B's custodian.
	async fn permit_laboratory(&self) -> Result<()> {
		let _all_run = self.network.read().await;
		let permit = Permit::to("team:1@Hospital B").and(&["--category", "laboratory"]);
		commands::grant(&self.scenario.patient, &permit).await.map(drop)
	}

	/// Copies all of Hospital B's disks. Its machines stop meanwhile.
	async fn copy_disks(&self, name: &str) -> Result<CopiedDisks> {
		let mut network = self.network.write().await;
		let index = network.index("b");
		network.stop_site(index);
		let to = self.scenario.root.join(name);
		CopiedDisks::copy(&network.root.join("b"), &to)?;
		network.start_site(index).await?;
		CopiedDisks::new(to)
	}

	/// Copies the disk of another institution's custodian, which stops meanwhile.
	async fn copy_custodian(&self, institution: &str) -> Result<CopiedDisks> {
		let mut network = self.network.write().await;
		let index = network.index(institution);
		network.sites[index].custodian.process = None;
		let to = self.scenario.root.join(format!("disk-{institution}"));
		std::fs::create_dir_all(&to)?;
		CopiedDisks::copy(&network.sites[index].custodian.base, &to)?;
		network.start_custodian(index).await?;
		network.wait_ready(index).await?;
		CopiedDisks::new(to)
	}

	/// The custodians of the other institutions.
	fn other_custodians(&self, network: &Network) -> Result<Vec<(&'static str, CustodianClient)>> {
		let others = network.sites.iter().filter(|site| site.institution.short != "b");
		others
			.map(|site| {
				let institution = account(site.institution.seed)?;
				let url = site.custodian.url();
				let client = CustodianClient::new(
					&url,
					institution,
					self.chain.genesis(),
					&AllowedAddresses::all(),
				)?;
				Ok((site.institution.name, client.without_retries()))
			})
			.collect()
	}

	fn ask(&self, record: H256) -> Result<AskRelease> {
		Ok(AskRelease { patient: (&self.patient()?).into(), record: record.into(), version: 0 })
	}

	/// Asks every other custodian for everything that it may have of a record, with each stolen key.
	/// All must refuse. Returns the number of refusals.
	async fn custodians_refuse(&self, network: &Network, record: H256) -> Result<usize> {
		let mut refusals = 0;
		let patient = Hex::from(&self.patient()?);
		for (name, custodian) in self.other_custodians(network)? {
			for (who, key) in &self.keys.signing {
				let fetch = FetchPatientEnvelope { patient, record: Hex(record.0), version: 0 };
				let institution = Some(Hex::from(&account("//HospitalB")?));
				let read = ReadLog { patient, institution, from: 0, limit: 100 };
				let answers = [
					custodian.release(key, &self.ask(record)?).await.map(drop),
					custodian.patient_envelope(key, &fetch).await.map(drop),
					custodian.log_page(key, &read).await.map(drop),
				];
				for answer in answers {
					let is_refused = matches!(answer, Err(CustodianError::NoAccess));
					ensure!(is_refused, "{name} answers {who} with {answer:?}");
					refusals += 1;
				}
			}
		}
		Ok(refusals)
	}

	/// Asks the chain to open the record with each stolen key and ground. All must be refused.
	/// Returns once all custodians know that.
	async fn chain_refuses(&self, network: &Network, record: H256) -> Result<()> {
		let institution = account("//HospitalB")?;
		let grounds = [
			Ground::Consent { institution: Some(institution.clone()) },
			Ground::Consent { institution: None },
			Ground::Consent { institution: Some(account("//HospitalA")?) },
			Ground::BreakGlass { institution, invocation: 0 },
			Ground::Own,
		];
		let tries = self.keys.signing.iter().flat_map(|signer| {
			grounds.iter().map(move |ground| self.chain_refuses_one(signer, record, ground))
		});
		try_join_all(tries).await?;
		let last = self.chain.best().await?.number;
		for index in 0..network.sites.len() {
			network.wait_for_block(index, last).await?;
		}
		Ok(())
	}

	async fn chain_refuses_one(
		&self,
		(who, key): &(String, Keypair),
		record: H256,
		ground: &Ground,
	) -> Result<()> {
		let call = CustodyCall::open {
			patient: self.patient()?,
			records: vec![record],
			purpose: Purpose::Treatment,
			ground: ground.clone(),
		};
		match self.chain.submit_best(key, call).await {
			Ok(included) => {
				let decided = included.opening_decided();
				let (opened, _) = decided.context("there is no event of the decision")?;
				ensure!(opened.is_empty(), "the chain opens it for {who}, {ground:?}");
				Ok(())
			},
			Err(ChainError::Dispatch { .. } | ChainError::Stranger) => Ok(()),
			Err(error) => bail!("{who}, {ground:?}: {error}"),
		}
	}
}

/// Sends a signed request for a release. Returns status and answer.
async fn post(url: &str, signed: &Signed) -> Result<(u16, String)> {
	let answer =
		reqwest::Client::new().post(format!("{url}/v1/releases")).json(signed).send().await?;
	Ok((answer.status().as_u16(), answer.text().await?))
}

#[tokio::test(flavor = "multi_thread")]
async fn shares_on_its_disk_are_too_few() -> Result<()> {
	let attack = Attack::new("Disk").await?;
	attack.permit_laboratory().await?;
	let disks = attack.copy_disks("disks-b").await?;
	// The same tools on the disks of two more hospitals must work.
	let others = [attack.copy_custodian("a").await?, attack.copy_custodian("c").await?];
	let genesis = attack.chain.genesis();
	let (b, patient) = (account_bytes(&account("//HospitalB")?), account_bytes(&attack.patient()?));
	for (record, expected, text) in
		[(attack.laboratory, vec![b, patient], TEXTS[0]), (attack.imaging, vec![b], TEXTS[1])]
	{
		let version = disks.version(genesis, record)?;
		let ciphertext = disks.ciphertext(&version)?;
		let mut stolen = disks.shares(&version)?;
		stolen.sort_by_key(|it| it.holder != b);
		let holders: Vec<_> = stolen.iter().map(|it| it.holder).collect();
		ensure!(holders == expected, "B's disk has the shares of {holders:?}");
		let keys = disks.search_share_keys(&version, &[b, patient])?;
		ensure!(keys == expected.len(), "B's disk has the keys of {keys} shares");
		let have = u8::try_from(stolen.len())?;

		// By the vault's own functions.
		let mut shares = with_names(stolen);
		match version.open(&shares, &ciphertext) {
			Err(Error::TooFewShares { have: found, need: 3 }) if found == have => {},
			other => bail!("with B's shares: {other:?}"),
		}
		// The same share twice, and an invented share, do not count.
		let twice = [shares.clone(), shares.clone()].concat();
		ensure!(
			matches!(version.open(&twice, &ciphertext), Err(Error::TooFewShares { have: found, .. }) if found == have)
		);
		let invented = Share::decode(&mut &[&[1, 5][..], &[7; 32]].concat()[..])?;
		let with_invented = [shares.clone(), vec![("invented".into(), invented.clone())]].concat();
		let opened = version.open(&with_invented, &ciphertext);
		ensure!(matches!(opened, Err(Error::LyingHolder { .. })), "an invented share: {opened:?}");
		// By forged commitments.
		let second = shares.get(1).map_or(&invented, |(_, share)| share);
		let errors = version.open_with_two_shares(&shares[0].1, second, &ciphertext)?;
		println!("{have} of 3 shares are on B's disk. With two shares: {}", errors.join(" | "));
		// B's custodian keeps the patient's own share, sealed to the patient.
		for key in &attack.keys.encryption {
			let opened = open_share(key, &version.address(patient), &version.patient_share);
			ensure!(matches!(opened, Err(Error::CannotOpen)), "B opens the patient's share");
		}

		// Neither shares, nor the shares of others, nor the document are on the disks in plain text.
		let mut elsewhere = Vec::new();
		for other in &others {
			elsewhere.extend(other.shares(&other.version(genesis, record)?)?);
		}
		let mut patterns: Vec<_> = elsewhere
			.iter()
			.map(|it| it.share.encode()[2..].to_vec())
			.chain(shares.iter().map(|(_, share)| share.encode()[2..].to_vec()))
			.collect();
		patterns.push(text.trim_end().as_bytes().to_vec());
		let absent = patterns.len();
		// The search finds what is there.
		patterns.push(ciphertext[..64].to_vec());
		patterns.push(version.patient_share.clone());
		let found = disks.contains(&patterns)?;
		ensure!(
			found[..absent].iter().all(|found| !found),
			"in plain text on B's disks: {found:?}"
		);
		ensure!(found[absent..].iter().all(|found| *found), "the search finds nothing: {found:?}");

		// With a third share, from another hospital's disk, the same tools open the record.
		shares.extend(with_names(elsewhere));
		shares.truncate(3);
		let document = version.open(&shares, &ciphertext)?;
		ensure!(document == text.as_bytes(), "three shares should open the record");
	}
	Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn other_custodians_refuse_its_keys() -> Result<()> {
	let attack = Attack::new("Keys").await?;
	attack.permit_laboratory().await?;
	let network = attack.network.read().await;
	let before = attack.custodians_refuse(&network, attack.imaging).await?;
	attack.chain_refuses(&network, attack.imaging).await?;
	let after = attack.custodians_refuse(&network, attack.imaging).await?;
	println!("refused {before} times, and {after} times after asking the chain");
	Ok(())
}

/// A's doctor opens a record, and Hospital B sees all messages.
#[tokio::test(flavor = "multi_thread")]
async fn the_opening_of_another_reader_is_useless() -> Result<()> {
	let attack = Attack::new("Reader").await?;
	let network = attack.network.read().await;
	let permit = Permit::read("Hospital A");
	commands::grant(&attack.scenario.patient, &permit).await?;
	let (reader, record) = (keypair("//DoctorA")?, attack.imaging);
	let call = CustodyCall::open {
		patient: attack.patient()?,
		records: vec![record],
		purpose: Purpose::Treatment,
		ground: Ground::Consent { institution: Some(account("//HospitalA")?) },
	};
	attack.chain.submit(&reader, call).await?;
	let genesis = attack.chain.genesis();
	let (b, c) = (account("//HospitalB")?, account("//HospitalC")?);
	let url = |index: usize| network.sites[index].custodian.url();
	let ask = attack.ask(record)?;
	// The reader asks all custodians. B has the request to itself, and has seen the one to C.
	let to_c = sign_request(&reader, genesis, &c, action::RELEASE, &ask, now());
	let to_b = sign_request(&reader, genesis, &b, action::RELEASE, &ask, now());
	let answer = until("C's custodian releases its share", TIMEOUT, || async {
		let signed = sign_request(&reader, genesis, &c, action::RELEASE, &ask, now());
		post(&url(2), &signed).await.ok().filter(|(status, _)| *status == 200)
	})
	.await?;
	let (status, _) = post(&url(2), &to_c).await?;
	ensure!(status == 200, "the reader may ask again while the opening is valid: {status}");
	let (status, said) = post(&url(2), &to_c).await?;
	ensure!(status == 401, "replayed to the same custodian: {status} {said}");
	for (name, signed, index) in
		[("C's to A", &to_c, 0), ("B's to C", &to_b, 2), ("B's to A", &to_b, 0)]
	{
		let (status, said) = post(&url(index), signed).await?;
		ensure!(status == 421, "{name}: {status} {said}");
	}
	// With the reader's signature under another account.
	for (who, key) in &attack.keys.signing {
		let mut forged = to_c.clone();
		forged.account = Hex(key.public_key().0);
		let (status, said) = post(&url(2), &forged).await?;
		ensure!(status == 401, "{who} with the reader's signature: {status} {said}");
	}
	attack.custodians_refuse(&network, record).await?;
	// The answer is sealed to the reader.
	let release: vouchsafe_client::messages::Release = serde_json::from_str(&answer.1)?;
	let sealed = &release.shares.first().context("the answer has no share")?.sealed.0;
	let set = attack.chain.finalized().await?.sharing_set(&attack.patient()?, record, 0).await?;
	let epoch = set.context("no sharing set")?.epoch;
	let (genesis, record) = (genesis.0, record.0);
	let address = ShareAddress { genesis, record, version: 0, epoch, holder: account_bytes(&c) };
	let reader = account_bytes(&account("//DoctorA")?);
	for key in &attack.keys.encryption {
		let opened = open_release(key, &address, &reader, sealed);
		ensure!(matches!(opened, Err(Error::CannotOpen)), "B opens another reader's share");
	}
	open_release(&encryption_key("//DoctorA"), &address, &reader, sealed)?;
	Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carried_share_is_destroyed_at_revocation() -> Result<()> {
	let attack = Attack::new("Carried").await?;
	attack.permit_laboratory().await?;
	let before = attack.copy_disks("disks-before").await?;
	let (genesis, record) = (attack.chain.genesis(), attack.laboratory);
	let (b, patient) = (account_bytes(&account("//HospitalB")?), account_bytes(&attack.patient()?));
	let Scenario { root, patient: user, doctor_b, .. } = &attack.scenario;

	let network = attack.network.read().await;
	let out = root.join("opened");
	commands::open(doctor_b, "Hospital B", user, &hex::encode(record.0), &out).await?;
	ensure!(std::fs::read(&out)? == TEXTS[0].as_bytes(), "the bytes differ");
	commands::revoke_all(user, "Hospital B").await?;
	let store = network.root.join("b/custodian/store/custodian.sqlite");
	until("B's custodian destroys the carried share", Duration::from_secs(30), || async {
		let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
		let database = Connection::open_with_flags(&store, flags).ok()?;
		let carried = "SELECT count(*) FROM shares WHERE record = ?1 AND consent >= 0";
		let left = database.query_row(carried, [record.0], |row| row.get::<_, i64>(0)).ok()?;
		(left == 0).then_some(())
	})
	.await?;
	drop(network);

	let after = attack.copy_disks("disks-after").await?;
	let version = after.version(genesis, record)?;
	let shares = with_names(after.shares(&version)?);
	ensure!(shares.len() == 1 && shares[0].0 == hex::encode(b), "more than B's own share is left");
	let keys = after.search_share_keys(&version, &[b, patient])?;
	ensure!(keys == 1, "the disk has the keys of {keys} shares");
	let ciphertext = after.ciphertext(&version)?;
	let opened = version.open(&shares, &ciphertext);
	ensure!(matches!(opened, Err(Error::TooFewShares { have: 1, need: 3 })), "{opened:?}");

	// An attacker who copied the disks before has two shares. These are too few, and nobody gives a
	// third one: not for the opening that was fresh at the revocation, and not for a new one.
	let kept = with_names(before.shares(&version)?);
	let opened = version.open(&kept, &ciphertext);
	ensure!(matches!(opened, Err(Error::TooFewShares { have: 2, need: 3 })), "{opened:?}");
	let network = attack.network.read().await;
	attack.custodians_refuse(&network, record).await?;
	attack.chain_refuses(&network, record).await?;
	attack.custodians_refuse(&network, record).await?;
	Ok(())
}

/// Two of a hospital's staff can enter a consent for a patient whom their hospital enrolled. B's
/// staff cannot do this for a patient of Hospital A.
#[tokio::test(flavor = "multi_thread")]
async fn its_staff_cannot_enter_a_consent() -> Result<()> {
	let attack = Attack::new("Consent").await?;
	let network = attack.network.read().await;
	let (patient, institution) = (attack.patient()?, account("//HospitalB")?);
	let grantee = Grantee::Institution(institution.clone());
	let terms = Terms {
		actions: Actions(1),
		purposes: Purposes(1),
		valid_until: Some(attack.chain.finalized().await?.time().await? + 3600),
		..Terms::all(Effect::Permit)
	};
	let text = ShownText { commitment: H256([1; 32]), language: *b"en" };
	for staff in ["//DoctorB", "//DoctorB2"] {
		let call = ConsentCall::grant_assisted {
			patient: patient.clone(),
			institution: institution.clone(),
			grantee: grantee.clone(),
			terms: terms.clone(),
			text,
		};
		match attack.chain.submit(&keypair(staff)?, call).await {
			Err(error) if error.is_dispatch("Consent", "NotTheirPatient") => {},
			other => bail!("B's staff entered a consent: {:?}", other.map(|it| it.number)),
		}
	}
	for record in [attack.imaging, attack.laboratory] {
		attack.chain_refuses(&network, record).await?;
		attack.custodians_refuse(&network, record).await?;
	}
	Ok(())
}
