//! One hospital alone. Hospital B's disks are taken with all keys that lie on them or that its
//! people carry, and everything is tried: reading the custodian's database with the custodian's own
//! key, guessing the missing share, searching the disks for it, asking the other custodians in the
//! name of everybody at B, and using what B sees of another reader's honest opening. Nothing opens
//! that the chain does not allow. That the attack itself is a good one, it proves by opening the
//! same records once a third share comes from another hospital's disk.

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
	str::FromStr,
	time::{Duration, Instant},
};
use subxt_signer::{sr25519::Keypair, SecretUri};
use vouchsafe_client::{
	chain::{
		account_bytes,
		calls::{ConsentCall, CustodyCall},
		AccountId, Actions, Chain, ChainError, Effect, Grantee, Ground, Purpose, Purposes,
		ShownText, Signer, Submit, Terms, View, H256,
	},
	cid::{cid_of, Cid},
	custodian::{Custodian, CustodianClient, CustodianError},
	messages::{action, AskRelease, FetchPatientEnvelope, Hex, ReadLog, Signed},
	signing::{now, sign_request},
};
use vouchsafe_e2e::{
	acts::{self, Permit},
	network::{Network, HOUSES},
	process::{until, PATIENCE},
	user::User,
};
use vouchsafe_vault::{
	document::decrypt,
	manifest::{open_release, open_share, Manifest, ShareAddress},
	seal::{self, SecretKey},
	sharing::{combine, Commitments, Share},
	Context, Error,
};

/// Everybody at Hospital B whose key is taken, besides its custodian.
const PEOPLE: [&str; 4] = ["//HospitalB", "//RegistrarB", "//DoctorB", "//DoctorB2"];

/// What stands in the documents, so that it can be looked for.
const TEXTS: [&str; 2] = [
	"Finding: the ligament is torn, seen on the third of March.\n",
	"Finding: nothing to be seen, and nothing that concerns another hospital.\n",
];

fn keypair(uri: &str) -> Keypair {
	Keypair::from_uri(&SecretUri::from_str(uri).unwrap()).unwrap()
}

fn account(uri: &str) -> AccountId {
	keypair(uri).account()
}

/// The development encryption key of an account.
fn encryption_key(uri: &str) -> SecretKey {
	let bytes = [b"vouchsafe/development/", uri.as_bytes()].concat();
	SecretKey::from_bytes(&sp_crypto_hashing::blake2_256(&bytes))
}

/// A house's disks, in the thief's hands.
struct Loot {
	root: PathBuf,
	/// The keys that sign.
	signers: Vec<(String, Keypair)>,
	/// The keys that open what is sealed, the custodian's first.
	openers: Vec<SecretKey>,
}

/// A share from the loot, and whose it is.
struct Taken {
	holder: [u8; 32],
	share: Share,
}

/// What the custodian's database says of a version.
struct Row {
	context: Context,
	epoch: u32,
	commitments: Commitments,
	manifest: Manifest,
	ciphertext: Cid,
	patient_share: Vec<u8>,
}

impl Loot {
	/// Takes a copy of all that lies on the house's disks.
	fn take(house: &Path, to: &Path, people: &[&str]) -> Result<Self> {
		let copied =
			Command::new("cp").args(["-a", "--sparse=always"]).arg(house).arg(to).status()?;
		ensure!(copied.success(), "the disks could not be copied");
		// The key file has two lines of the form: name = "value".
		let file = std::fs::read_to_string(to.join("custodian/keys"))?;
		let value = |name: &str| {
			let line = file.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")));
			line.map(|it| it.trim().trim_matches('"').to_string()).context("a line of the key file")
		};
		let mut signers = vec![("custodian".to_string(), keypair(&value("account")?))];
		let mut encryption = [0; 32];
		hex::decode_to_slice(value("encryption")?.trim_start_matches("0x"), &mut encryption)?;
		let mut openers = vec![SecretKey::from_bytes(&encryption)];
		for person in people {
			signers.push((person.to_string(), keypair(person)));
			openers.push(encryption_key(person));
		}
		Ok(Self { root: to.into(), signers, openers })
	}

	fn database(&self) -> Result<Connection> {
		Ok(Connection::open(self.root.join("custodian/store/custodian.sqlite"))?)
	}

	/// What the database has of a version.
	fn row(&self, genesis: H256, record: H256) -> Result<Row> {
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
		Ok(Row {
			context,
			epoch,
			commitments: Commitments::decode_all(&mut &commitments[..])?,
			manifest: Manifest::decode_versioned(&manifest, &context)?,
			ciphertext: ciphertext.parse()?,
			patient_share,
		})
	}

	/// All shares of a version that the custodian's key opens, as the custodian itself does it.
	fn shares(&self, row: &Row) -> Result<Vec<Taken>> {
		let database = self.database()?;
		let mut query = database.prepare(
			"SELECT holder, sealed, ciphertext FROM shares JOIN share_keys ON key = id
			 WHERE record = ?1",
		)?;
		let rows = query.query_map([row.context.record], |row| {
			Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, Vec<u8>>(2)?))
		})?;
		let mut taken = Vec::new();
		for found in rows {
			let (holder, sealed, ciphertext): ([u8; 32], _, _) = found?;
			let aad = row.storage_aad(&holder);
			let key = seal::open(&self.openers[0], seal::Purpose::Storage, &aad, &sealed)?;
			let cipher = Aes256Gcm::new_from_slice(&key)?;
			let share = cipher
				.decrypt(&[0; 12].into(), Payload { msg: &ciphertext, aad: &aad })
				.ok()
				.context("a share does not open")?;
			taken.push(Taken { holder, share: Share::decode_all(&mut &share[..])? });
		}
		Ok(taken)
	}

	/// Looks at every byte of the custodian's disk for the sealed key of a share of this version,
	/// also where the database has thrown it away.
	fn carve(&self, row: &Row, holders: &[[u8; 32]]) -> Result<usize> {
		const SEALED_KEY: usize = 32 + seal::OVERHEAD;
		let mut found = std::collections::BTreeSet::new();
		for path in files_below(&self.root.join("custodian"))? {
			let bytes = std::fs::read(&path)?;
			for window in bytes.windows(SEALED_KEY).filter(|window| window[0] == 1) {
				for holder in holders {
					let aad = row.storage_aad(holder);
					if let Ok(key) =
						seal::open(&self.openers[0], seal::Purpose::Storage, &aad, window)
					{
						found.insert(key.to_vec());
					}
				}
			}
		}
		Ok(found.len())
	}

	/// The ciphertext, from the Kubo repository as it lies on the disk.
	fn ciphertext(&self, row: &Row) -> Result<Vec<u8>> {
		for path in files_below(&self.root.join("kubo/blocks"))? {
			let bytes = std::fs::read(path)?;
			if cid_of(&bytes) == row.ciphertext {
				return Ok(bytes);
			}
		}
		bail!("the ciphertext does not lie on the disk")
	}

	/// How many of these byte strings stand anywhere on the disks.
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

impl Row {
	fn storage_aad(&self, holder: &[u8; 32]) -> Vec<u8> {
		(self.context.record, 0u32, self.epoch, holder).encode()
	}

	fn address(&self, holder: [u8; 32]) -> ShareAddress {
		let Context { genesis, record, version, .. } = self.context;
		ShareAddress { genesis, record, version, epoch: self.epoch, holder }
	}

	/// Opens the version with these shares, as any reader does.
	fn open(&self, shares: &[(String, Share)], ciphertext: &[u8]) -> Result<Vec<u8>, Error> {
		let expected = &self.manifest.key_commitment;
		let secret = combine(shares, &self.commitments, expected, &self.context)?;
		let mut document = Vec::new();
		decrypt(&secret.document_key(&self.context), &self.context, ciphertext, &mut document)?;
		Ok(document)
	}

	/// Pretends that two shares were enough: lays a line through them, makes the commitments that
	/// fit it and the key commitment that fits those, and decrypts. What fails is told.
	fn open_as_if_two_were_enough(
		&self,
		a: &Share,
		b: &Share,
		ciphertext: &[u8],
	) -> Result<Vec<String>> {
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
			other => bail!("the line gives {other:?}"),
		}
		// … and with the one that the guess itself would have.
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

fn labelled(taken: Vec<Taken>) -> Vec<(String, Share)> {
	taken.into_iter().map(|it| (hex::encode(it.holder), it.share)).collect()
}

/// The network as the thief finds it.
struct Crime {
	network: Network,
	chain: Chain,
	patient: User,
	doctor_b: User,
	/// Of which the patient lets B's team read, for now, and has carried a share there.
	allowed: H256,
	/// Of which B may read nothing.
	foreign: H256,
	began: Instant,
}

impl Crime {
	async fn prepare() -> Result<Self> {
		let began = Instant::now();
		let network = Network::start().await?;
		let node = |house: usize| network.sites[house].node.url();
		let patient = User::new("//PatientA", &network.root, &node(0))?;
		let doctor_a = User::new("//DoctorA", &network.root, &node(0))?;
		let doctor_b = User::new("//DoctorB", &network.root, &node(1))?;
		let permit = Permit::to("Hospital A").and(&["--action", "read,write"]);
		acts::grant(&patient, &permit).await?;
		let mut records = Vec::new();
		for (text, category) in TEXTS.iter().zip(["laboratory", "imaging"]) {
			let file = network.root.join(format!("{category}.txt"));
			std::fs::write(&file, text)?;
			let record = acts::add(&doctor_a, &patient, "Hospital A", &file, category).await?;
			let mut id = [0; 32];
			hex::decode_to_slice(record.trim_start_matches("0x"), &mut id)?;
			records.push(H256(id));
			std::fs::remove_file(&file)?;
		}
		let permit = Permit::to("team:1@Hospital B").and(&["--category", "laboratory"]);
		acts::grant(&patient, &permit).await?;
		let chain = Chain::connect(&node(0)).await?;
		let (allowed, foreign) = (records[0], records[1]);
		Ok(Self { network, chain, patient, doctor_b, allowed, foreign, began })
	}

	fn say(&self, text: &str) {
		println!("[{:5.1} s] {text}", self.began.elapsed().as_secs_f64());
	}

	/// B's machines stop, their disks are copied, and they go on.
	async fn take_b(&mut self, name: &str) -> Result<Loot> {
		let index = self.network.index("b");
		self.network.stop_site(index);
		let to = self.network.root.join(name);
		let loot = Loot::take(&self.network.root.join("b"), &to, &PEOPLE)?;
		self.network.start_site(index).await?;
		Ok(loot)
	}

	/// The custodians of the other houses.
	fn others(&self) -> Result<Vec<(&'static str, CustodianClient)>> {
		let others = [0, 2, 3].iter().map(|index| {
			let site = &self.network.sites[*index];
			let client = CustodianClient::new(
				&site.custodian.url(),
				account(HOUSES[*index].seed),
				self.chain.genesis(),
			)?;
			Ok((site.house.name, client.without_retries()))
		});
		others.collect()
	}

	fn ask(&self, record: H256) -> AskRelease {
		let patient = account(&self.patient.key);
		AskRelease { patient: (&patient).into(), record: record.into(), version: 0 }
	}

	/// Asks every other custodian, in everybody's name, for whatever it may have of a record.
	async fn nobody_gives_anything(&self, loot: &Loot, record: H256) -> Result<usize> {
		let mut refusals = 0;
		let patient = Hex::from(&account(&self.patient.key));
		for (house, custodian) in self.others()? {
			for (who, key) in &loot.signers {
				let fetch = FetchPatientEnvelope { record: Hex(record.0), version: 0 };
				let institution = Some(Hex::from(&account("//HospitalB")));
				let read = ReadLog { patient, institution, from: 0, limit: 100 };
				let answers = [
					custodian.release(key, &self.ask(record)).await.map(drop),
					custodian.patient_envelope(key, &fetch).await.map(drop),
					custodian.log_page(key, &read).await.map(drop),
				];
				for answer in answers {
					let is_refused = matches!(answer, Err(CustodianError::NoAccess));
					ensure!(is_refused, "{house} answers {who} with {answer:?}");
					refusals += 1;
				}
			}
		}
		Ok(refusals)
	}

	/// Has everybody at B ask the chain to open the record; the chain opens it for nobody. Done once
	/// the custodians know that.
	async fn nobody_is_opened_for(&self, loot: &Loot, record: H256) -> Result<()> {
		let institution = account("//HospitalB");
		let grounds = [
			Ground::Consent { institution: Some(institution.clone()) },
			Ground::Consent { institution: None },
			Ground::Consent { institution: Some(account("//HospitalA")) },
			Ground::BreakGlass { institution, invocation: 0 },
			Ground::Own,
		];
		let tries = loot.signers.iter().flat_map(|signer| {
			grounds.iter().map(move |ground| self.is_not_opened_for(signer, record, ground))
		});
		try_join_all(tries).await?;
		let last = self.chain.best().await?.number;
		for index in 0..self.network.sites.len() {
			self.network.wait_for_block(index, last).await?;
		}
		Ok(())
	}

	async fn is_not_opened_for(
		&self,
		(who, key): &(String, Keypair),
		record: H256,
		ground: &Ground,
	) -> Result<()> {
		let call = CustodyCall::open {
			patient: account(&self.patient.key),
			records: vec![record],
			purpose: Purpose::Treatment,
			ground: ground.clone(),
		};
		match self.chain.submit_best(key, call).await {
			Ok(included) => {
				let (opened, _) = included.opening_decided().context("nothing was decided")?;
				ensure!(opened.is_empty(), "{who} with {ground:?} opens it");
				Ok(())
			},
			Err(ChainError::Dispatch { .. } | ChainError::Stranger) => Ok(()),
			Err(error) => bail!("{who} with {ground:?}: {error}"),
		}
	}
}

/// What a custodian answers to a request as it was signed once.
async fn post(url: &str, signed: &Signed) -> Result<(u16, String)> {
	let answer =
		reqwest::Client::new().post(format!("{url}/v1/releases")).json(signed).send().await?;
	Ok((answer.status().as_u16(), answer.text().await?))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_hospitals_disks_and_keys_open_nothing_that_the_chain_does_not_allow() {
	let mut crime = Crime::prepare().await.unwrap();
	crime.say(
		"two records of Hospital A's; B's team may read one, and has the patient's share of it",
	);
	let loot = crime.take_b("stolen").await.unwrap();
	crime.say("Hospital B's disks and keys are taken, with its people's");
	two_of_three_shares_open_nothing(&crime, &loot).await.unwrap();
	the_others_refuse(&crime, &loot).await.unwrap();
	another_readers_opening_is_of_no_use(&crime, &loot).await.unwrap();
	what_was_carried_is_destroyed_at_revocation(&mut crime, &loot).await.unwrap();
	bs_staff_can_enter_no_consent(&crime, &loot).await.unwrap();
}

async fn two_of_three_shares_open_nothing(crime: &Crime, loot: &Loot) -> Result<()> {
	let genesis = crime.chain.genesis();
	let b = account_bytes(&account("//HospitalB"));
	let patient = account_bytes(&account(&crime.patient.key));
	let mut others = Vec::new();
	for (house, index) in [("a", 0), ("c", 2)] {
		// The same theft at two more houses, to prove the thief's tools.
		let to = crime.network.root.join(format!("stolen-{house}"));
		others.push(Loot::take(&crime.network.root.join(house), &to, &[HOUSES[index].seed])?);
	}
	for (record, expected, text) in
		[(crime.allowed, vec![b, patient], TEXTS[0]), (crime.foreign, vec![b], TEXTS[1])]
	{
		let row = loot.row(genesis, record)?;
		let ciphertext = loot.ciphertext(&row)?;
		let mut taken = loot.shares(&row)?;
		taken.sort_by_key(|it| it.holder != b);
		let holders: Vec<_> = taken.iter().map(|it| it.holder).collect();
		ensure!(holders == expected, "B's disk has shares of {holders:?}");
		ensure!(loot.carve(&row, &[b, patient])? == expected.len(), "deleted shares lie there");
		let have = u8::try_from(taken.len())?;

		// The vault's own way.
		let mut shares = labelled(taken);
		match row.open(&shares, &ciphertext) {
			Err(Error::TooFewShares { have: found, need: 3 }) if found == have => {},
			other => bail!("with B's shares: {other:?}"),
		}
		// A share twice, and one made up, are none.
		let twice = [shares.clone(), shares.clone()].concat();
		ensure!(
			matches!(row.open(&twice, &ciphertext), Err(Error::TooFewShares { have: found, .. }) if found == have)
		);
		let made_up = Share::decode(&mut &[&[1, 5][..], &[7; 32]].concat()[..])?;
		let with_made_up = [shares.clone(), vec![("made up".into(), made_up.clone())]].concat();
		ensure!(matches!(row.open(&with_made_up, &ciphertext), Err(Error::LyingHolder { .. })));
		// By force.
		let second = shares.get(1).map_or(&made_up, |(_, share)| share);
		let failures = row.open_as_if_two_were_enough(&shares[0].1, second, &ciphertext)?;
		crime.say(&format!(
			"{have} of 3 shares lie on B's disk; by force: {}",
			failures.join(" | ")
		));
		// The patient's own share, which B's custodian keeps sealed to the patient.
		for key in &loot.openers {
			let opened = open_share(key, &row.address(patient), &row.patient_share);
			ensure!(matches!(opened, Err(Error::CannotOpen)), "B opens the patient's share");
		}

		// The rest lies elsewhere: neither other shares, nor the secret, nor the document are here.
		let mut elsewhere = Vec::new();
		for other in &others {
			elsewhere.extend(other.shares(&other.row(genesis, record)?)?);
		}
		let mut patterns: Vec<_> = elsewhere
			.iter()
			.map(|it| it.share.encode()[2..].to_vec())
			.chain(shares.iter().map(|(_, share)| share.encode()[2..].to_vec()))
			.collect();
		patterns.push(text.trim_end().as_bytes().to_vec());
		let absent = patterns.len();
		// What does lie there, so that it is seen that the search finds.
		patterns.push(ciphertext[..64].to_vec());
		patterns.push(row.patient_share.clone());
		let found = loot.contains(&patterns)?;
		ensure!(found[..absent].iter().all(|found| !found), "in plain on B's disks: {found:?}");
		ensure!(found[absent..].iter().all(|found| *found), "the search finds nothing: {found:?}");

		// With a third share from another house's disk the same tools open it.
		shares.extend(labelled(elsewhere));
		shares.truncate(3);
		let document = row.open(&shares, &ciphertext)?;
		ensure!(document == text.as_bytes(), "the tools of the theft are no good");
	}
	crime.say("with a third share, from another hospital's disk, the same tools open both");
	Ok(())
}

async fn the_others_refuse(crime: &Crime, loot: &Loot) -> Result<()> {
	let refusals = crime.nobody_gives_anything(loot, crime.foreign).await?;
	crime.say(&format!("{refusals} requests to the other custodians: no access"));
	crime.nobody_is_opened_for(loot, crime.foreign).await?;
	let refusals = crime.nobody_gives_anything(loot, crime.foreign).await?;
	crime.say(&format!(
		"after they asked the chain, which opened nothing: {refusals} times no access"
	));
	Ok(())
}

/// A's doctor opens the record, as the consent allows; B sees all that goes over the wires.
async fn another_readers_opening_is_of_no_use(crime: &Crime, loot: &Loot) -> Result<()> {
	let (reader, record) = (keypair("//DoctorA"), crime.foreign);
	let call = CustodyCall::open {
		patient: account(&crime.patient.key),
		records: vec![record],
		purpose: Purpose::Treatment,
		ground: Ground::Consent { institution: Some(account("//HospitalA")) },
	};
	crime.chain.submit(&reader, call).await?;
	let genesis = crime.chain.genesis();
	let c = account("//HospitalC");
	let url = |house: usize| crime.network.sites[house].custodian.url();
	let ask = crime.ask(record);
	// The reader asks all custodians; B has the request that was made to it, and this is C's.
	let to_c = sign_request(&reader, genesis, &c, action::RELEASE, &ask, now());
	let to_b =
		sign_request(&reader, genesis, &account("//HospitalB"), action::RELEASE, &ask, now());
	let answer = until("C's custodian gives its share", PATIENCE, || async {
		let signed = sign_request(&reader, genesis, &c, action::RELEASE, &ask, now());
		post(&url(2), &signed).await.ok().filter(|(status, _)| *status == 200)
	})
	.await?;
	let (status, _) = post(&url(2), &to_c).await?;
	ensure!(status == 200, "asking again within the time gives the same: {status}");
	let (status, said) = post(&url(2), &to_c).await?;
	ensure!(status == 401, "replayed to the same custodian: {status} {said}");
	for (name, signed, house) in
		[("C's to A", &to_c, 0), ("B's to C", &to_b, 2), ("B's to A", &to_b, 0)]
	{
		let (status, said) = post(&url(house), signed).await?;
		ensure!(status == 421, "{name}: {status} {said}");
	}
	// In its own name, with the other's words.
	for (who, key) in &loot.signers {
		let mut forged = to_c.clone();
		forged.account = Hex(key.public_key().0);
		let (status, said) = post(&url(2), &forged).await?;
		ensure!(status == 401, "{who} with the reader's signature: {status} {said}");
	}
	crime.nobody_gives_anything(loot, record).await?;
	// And the answer is sealed to the reader.
	let release: vouchsafe_client::messages::Release = serde_json::from_str(&answer.1)?;
	let row = loot.row(genesis, record)?;
	let sealed = &release.shares.first().context("no share in the answer")?.sealed.0;
	let address = row.address(account_bytes(&c));
	let reader = account_bytes(&account("//DoctorA"));
	for key in &loot.openers {
		let opened = open_release(key, &address, &reader, sealed);
		ensure!(matches!(opened, Err(Error::CannotOpen)), "B opens another reader's share");
	}
	open_release(&encryption_key("//DoctorA"), &address, &reader, sealed)?;
	crime.say("an honest reader's requests can't be replayed, and its answers don't open");
	Ok(())
}

async fn what_was_carried_is_destroyed_at_revocation(
	crime: &mut Crime,
	before: &Loot,
) -> Result<()> {
	let (genesis, record) = (crime.chain.genesis(), crime.allowed);
	let out = crime.network.root.join("allowed");
	acts::open(&crime.doctor_b, "Hospital B", &hex::encode(record.0), &out).await?;
	ensure!(std::fs::read(&out)? == TEXTS[0].as_bytes(), "the bytes differ");
	crime.say("B's doctor opens what is allowed");
	acts::revoke_all(&crime.patient, "Hospital B").await?;
	crime.say("the patient has revoked");
	let b = account_bytes(&account("//HospitalB"));
	let patient = account_bytes(&account(&crime.patient.key));
	let store = crime.network.root.join("b/custodian/store/custodian.sqlite");
	until("B's custodian destroys what was carried", Duration::from_secs(30), || async {
		let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
		let database = Connection::open_with_flags(&store, flags).ok()?;
		let carried = "SELECT count(*) FROM shares WHERE consent >= 0";
		let left = database.query_row(carried, [], |row| row.get::<_, i64>(0)).ok()?;
		(left == 0).then_some(())
	})
	.await?;
	let loot = crime.take_b("stolen-later").await?;
	let row = loot.row(genesis, record)?;
	let shares = labelled(loot.shares(&row)?);
	ensure!(shares.len() == 1 && shares[0].0 == hex::encode(b), "more than B's own share is left");
	let carved = loot.carve(&row, &[b, patient])?;
	ensure!(carved == 1, "{carved} keys of shares lie on the disk");
	let ciphertext = loot.ciphertext(&row)?;
	ensure!(matches!(
		row.open(&shares, &ciphertext),
		Err(Error::TooFewShares { have: 1, need: 3 })
	));
	crime.say("on the disk as it is now lies one share, and no trace of the other");
	// Whoever took the disks before keeps two; that stays too few, and the rest is refused: after
	// the opening that was fresh when the patient revoked, and after another try.
	let kept = labelled(before.shares(&row)?);
	ensure!(matches!(row.open(&kept, &ciphertext), Err(Error::TooFewShares { have: 2, need: 3 })));
	let mut refusals = crime.nobody_gives_anything(&loot, record).await?;
	crime.nobody_is_opened_for(&loot, record).await?;
	refusals += crime.nobody_gives_anything(&loot, record).await?;
	crime.say(&format!("after the revocation: {refusals} times no access"));
	Ok(())
}

/// Two of a hospital's staff can enter a consent for a patient who can't use a wallet, but only for
/// one whom their hospital enrolled: B's staff can't let themselves in to A's patient.
async fn bs_staff_can_enter_no_consent(crime: &Crime, loot: &Loot) -> Result<()> {
	let (patient, institution) = (account(&crime.patient.key), account("//HospitalB"));
	let grantee = Grantee::Institution(institution.clone());
	let terms = Terms {
		actions: Actions(1),
		purposes: Purposes(1),
		valid_until: Some(crime.chain.finalized().await?.time().await? + 3600),
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
		match crime.chain.submit(&keypair(staff), call).await {
			Err(error) if error.is_dispatch("Consent", "NotTheirPatient") => {},
			other => bail!("B's staff entered a consent: {:?}", other.map(|it| it.number)),
		}
	}
	for record in [crime.foreign, crime.allowed] {
		crime.nobody_is_opened_for(loot, record).await?;
	}
	crime.nobody_gives_anything(loot, crime.foreign).await?;
	crime.say("B's staff can enter no consent in the name of A's patient");
	Ok(())
}
