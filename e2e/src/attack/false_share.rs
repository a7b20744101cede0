//! An author who does not use our client: makes a version by hand, and seals a false share to the patient.

use super::{
	scene::{account, custodian, wait_for_acknowledgements, Scene},
	Attack, By, Played,
};
use crate::{
	commands::{self, keypair},
	network::Network,
	process::{until, TIMEOUT},
	stops,
};
use anyhow::{ensure, Context, Result};
use codec::Encode;
use futures::stream;
use serde_json::Value;
use std::io;
use vouchsafe_client::{
	chain::{
		account_bytes, calls::RecordsCall, AccountId, Category, Confidentiality, Creation, Holder,
		HolderKind, HolderSet, NewRecord, NewVersion, Origin, ServicePeriod, Submit, View, H256,
	},
	cid::cid_of,
	custodian::Custodian,
	messages::{DeliverEnvelope, Hex, HexBytes},
	protocol::openings::context,
};
use vouchsafe_vault::{
	commitment::PlaintextCommitment,
	document::encrypt,
	manifest::{seal_share, Details, Manifest, ShareAddress},
	random_bytes, record_id,
	seal::PublicKey,
	sharing::{Secret, Share, Split},
	Context as VersionContext,
};

/// The attack.
pub const ATTACKS: &[Attack] =
	&[Attack::shared("2.8", "An author gives the patient a false key share", |network| {
		Box::pin(a_false_share(network))
	})];

const AUTHOR: &str = "//DoctorA";
const LETTER: &[u8] = b"A letter that was made by hand.\n";
/// The institutions that hold shares, before the patient and the authority, and how many shares open it.
const HOSPITALS: [&str; 3] = ["//HospitalA", "//HospitalB", "//HospitalC"];
const THRESHOLD: u8 = 3;
const HOLDERS: u8 = 5;
/// The places of the institutions among the holders, in the order of their sites, and of the patient.
const CUSTODIANS: [usize; 4] = [0, 1, 2, 4];
const PATIENT: usize = 3;

/// The holders, in the order of their shares.
fn holders(patient: &AccountId) -> Vec<Holder> {
	let holder = |account, kind| Holder { account, kind };
	let hospital = |key: &&str| holder(account(key), HolderKind::Institution);
	let mut holders: Vec<_> = HOSPITALS.iter().map(hospital).collect();
	holders.push(holder(patient.clone(), HolderKind::Patient));
	holders.push(holder(account("//Authority"), HolderKind::Emergency));
	holders
}

/// A version that was made by hand.
struct Version {
	context: VersionContext,
	ciphertext: Vec<u8>,
	manifest: Vec<u8>,
	split: Split,
	/// The commitment to the letter.
	commitment: [u8; 32],
}

impl Version {
	/// Encrypts the letter, and splits its key.
	fn make(context: VersionContext) -> Result<Self> {
		let secret = Secret::random();
		let mut ciphertext = Vec::new();
		let encrypted = encrypt(&secret.document_key(&context), &context, LETTER, &mut ciphertext)?;
		let commitment_salt = random_bytes();
		let mut commitment = PlaintextCommitment::new(commitment_salt);
		commitment.update(LETTER);
		let details = Details {
			title: "Letter".into(),
			media_type: "text/plain".into(),
			plaintext_len: encrypted.plaintext_len,
			commitment_salt,
		};
		let cid = cid_of(&ciphertext).to_bytes();
		let manifest = Manifest::new(&secret, &context, cid, encrypted.ciphertext_len, &details)?;
		let split = secret.split(THRESHOLD, HOLDERS)?;
		let (manifest, commitment) = (manifest.encode_versioned(), commitment.finish());
		Ok(Self { context, ciphertext, manifest, split, commitment })
	}

	/// What the chain gets of the version.
	fn creation(&self, salt: [u8; 16]) -> Creation {
		Creation {
			salt,
			record: NewRecord {
				origin: Origin::Authored,
				service: ServicePeriod { first: 1500, last: 1500 },
				relation: None,
				confidentiality: Confidentiality::Normal,
				labels: vec![],
				category: Category::Laboratory,
			},
			version: NewVersion {
				manifest: cid_of(&self.manifest).to_bytes(),
				commitment: H256(self.commitment),
			},
			commitments: H256(self.split.commitments.hash()),
		}
	}

	/// Seals a share to a holder.
	fn seal(&self, holder: &AccountId, key: [u8; 32], share: &Share) -> Result<HexBytes> {
		let VersionContext { genesis, record, version, .. } = self.context;
		let holder = account_bytes(holder);
		let address = ShareAddress { genesis, record, version, epoch: 0, holder };
		Ok(HexBytes(seal_share(&PublicKey(key), &address, share)?))
	}
}

/// Adds a letter for the patient. Seals the false share to the patient if there is one, and otherwise the
/// right one. Returns the record.
async fn add(network: &Network, scene: &Scene, false_share: Option<Share>) -> Result<String> {
	let (patient, institution) = (scene.patient(), account(HOSPITALS[0]));
	let (salt, genesis) = (random_bytes(), scene.chain.genesis());
	let record = record_id(&patient, &institution, &salt);
	let version = Version::make(context(genesis, record, 0, &patient))?;
	let author = keypair(AUTHOR)?;
	let ciphertext = &version.ciphertext;
	let pieces = || stream::iter([Ok::<_, io::Error>(ciphertext.clone().into())]);
	let (cid, length) = (cid_of(ciphertext), ciphertext.len() as u64);
	custodian(network, 0, genesis)?.add_content(&author, &cid, length, pieces).await?;
	let holders = holders(&patient).try_into().ok().context("too many holders")?;
	let call = RecordsCall::create_many {
		patient: patient.clone(),
		institution: Some(institution),
		holders: HolderSet { threshold: THRESHOLD, holders },
		records: vec![version.creation(salt)],
	};
	scene.ok(AUTHOR, call).await?;
	deliver(network, scene, record, &version, false_share).await?;
	wait_for_acknowledgements(&scene.chain, &patient, record).await?;
	Ok(hex::encode(record.0))
}

/// Delivers its share to each custodian, together with the patient's.
async fn deliver(
	network: &Network,
	scene: &Scene,
	record: H256,
	version: &Version,
	false_share: Option<Share>,
) -> Result<()> {
	let patient = scene.patient();
	let at = scene.chain.finalized().await?;
	let key = at.account(&patient).await?.context("the patient is enrolled")?.encryption_key;
	let shares = &version.split.shares;
	let share = false_share.as_ref().unwrap_or(&shares[PATIENT]);
	let patient_share = version.seal(&patient, key, share)?;
	let (author, holders) = (keypair(AUTHOR)?, holders(&patient));
	for (site, place) in CUSTODIANS.into_iter().enumerate() {
		let holder = &holders[place].account;
		let named = at.institution(holder).await?.and_then(|found| found.custodian);
		let key = named.context("an institution with a custodian")?.key;
		let envelope = DeliverEnvelope {
			patient: (&patient).into(),
			record: Hex(record.0),
			version: 0,
			epoch: 0,
			manifest: HexBytes(version.manifest.clone()),
			commitments: HexBytes(version.split.commitments.encode()),
			share: version.seal(holder, key, &shares[place])?,
			patient_share: Some(patient_share.clone()),
		};
		let custodian = custodian(network, site, scene.chain.genesis())?;
		until("the custodian takes the envelope", TIMEOUT, || async {
			custodian.deliver_envelope(&author, &envelope).await.ok()
		})
		.await?;
	}
	Ok(())
}

async fn a_false_share(network: &Network) -> Played {
	let scene = Scene::new(network, "FalseShare").await?;
	let patient = &scene.scenario.patient;
	let good = add(network, &scene, None).await.context("by hand, with the right share")?;
	let listed = patient.run(&["record", "list"]).await?;
	ensure!(listed["own_shares"].is_null(), "a good share is called false: {listed}");
	patient.run(&["record", "verify", &good]).await.context("a good share")?;
	let out = scene.scenario.root.join("by-hand");
	commands::open_own(patient, &good, &out).await?;
	ensure!(std::fs::read(&out)? == LETTER, "the letter was changed");

	// A share of another secret. No custodian can tell it from the right one.
	let other = Secret::random().split(THRESHOLD, HOLDERS)?.shares.swap_remove(PATIENT);
	let bad = add(network, &scene, Some(other)).await?;
	let listed = patient.run(&["record", "list"]).await?;
	let warned: Vec<_> = listed["own_shares"].as_array().into_iter().flatten().collect();
	let is_it = |report: &&Value| report["record"].as_str().is_some_and(|id| id.ends_with(&bad));
	stops!(warned.len() == 1 && is_it(&warned[0]), "a share that the patient relies on: {listed}");
	let false_at = warned[0]["false_at"].as_array().map_or(0, Vec::len);
	ensure!(false_at == CUSTODIANS.len(), "{listed}");
	let said = patient.fails(&["record", "verify", &bad]).await?;
	stops!(said.contains("is false at"), "a share that `record verify` calls good: {said}");
	ensure!(said.contains("DoctorA"), "who delivered it: {said}");
	patient.run(&["record", "verify", &good]).await.context("the good share again")?;
	Ok(By::Client
		.tells("the patient's client names the author at first sight, `record verify` too"))
}
