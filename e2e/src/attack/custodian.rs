//! Attacks on custodians: by a node that is behind, by uploads, by an author, by connections, by an
//! address, by terms that change.

use super::{
	power_cuts,
	scene::{account, Scene, HOSPITAL_A, HOSPITAL_B, HOSPITAL_C},
	Attack, By, Outcome, Played, Stopped,
};
use crate::{
	commands::{self, keypair, pending_opening},
	disk::can_mount,
	network::Network,
	process::{program, until, TemporaryFolder, TIMEOUT},
	scenario::Scenario,
	stops,
	user::User,
};
use anyhow::{ensure, Context, Result};
use futures::stream;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use std::{
	collections::VecDeque,
	io,
	path::Path,
	process::Command,
	time::{Duration, Instant},
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
};
use vouchsafe_client::{
	chain::{
		calls::{batch_all, EnrolmentCall, MultiSignature, RecordsCall, RuntimeCall},
		AccountId, Category, Chain, Confidentiality, Holder, HolderKind, HolderSet, NewRecord,
		NewSharingSet, NewVersion, Origin, ServicePeriod, Submit, View, H256,
	},
	cid::{cid_of, CHUNK},
	custodian::{AllowedAddresses, Custodian, CustodianClient, CustodianError},
	ipfs::Ipfs,
	messages::{Hex, SignedCustodian},
};

/// The attacks.
pub const ATTACKS: &[Attack] = &[
	Attack::in_turn(
		"2.1",
		"A node without peers hides a revocation from its custodian",
		|network| Box::pin(a_node_alone(network)),
	),
	Attack::own("2.2", "The power is cut, at one institution and at all", || Box::pin(power())),
	Attack::shared("2.3a", "An author uploads what is not the content that was named", |network| {
		Box::pin(refused_uploads(network))
	}),
	Attack::shared("2.4", "An author enters twelve records whose content nobody has", |network| {
		Box::pin(content_that_nobody_has(network))
	}),
	Attack::shared(
		"2.5a",
		"A stranger opens 1,500 connections and sends half a request on each",
		|network| Box::pin(half_sent_headers(network)),
	),
	Attack::shared(
		"2.6",
		"A hospital registers an address that would stop its readers' Kubo",
		|network| Box::pin(an_address_that_stops_kubo(network)),
	),
	Attack::shared(
		"2.7a",
		"A hospital keeps a patient's share after the consent was narrowed",
		|network| Box::pin(a_share_after_an_amendment(network)),
	),
];

/// Finality must have stopped for a minute.
const STALL: Duration = Duration::from_secs(90);

/// A's node is alone while the patient revokes elsewhere.
async fn a_node_alone(network: &mut Network) -> Played {
	let scenario = Scenario::new(network, "//Attack//Behind").await?;
	let record = scenario.add_letter(&[]).await?;
	let consent = scenario.permit(&[]).await?;
	let played = a_node_is_behind(network, &scenario, &record, consent).await;
	network.sites[HOSPITAL_A].node.process = None;
	network.start_node(HOSPITAL_A).await?;
	network.wait_ready(HOSPITAL_A).await?;
	played
}

async fn a_node_is_behind(
	network: &mut Network,
	scenario: &Scenario,
	record: &str,
	consent: u64,
) -> Played {
	// A's node has the opening, and does not see the revocation.
	let (reader, patient) = (&scenario.doctor_b, &scenario.patient);
	let opening = pending_opening(reader, network, patient, "Hospital B", record).await?;
	let last = network.finalized(HOSPITAL_B).await.context("B has no final block")?;
	network.wait_for_block(HOSPITAL_A, last).await?;
	ensure!(opening.ask(HOSPITAL_A).await.is_ok(), "A has its share and the consent is in force");
	network.sites[HOSPITAL_A].node.process = None;
	let node_b = network.sites[HOSPITAL_B].node.url();
	commands::revoke(&patient.at(&node_b), consent).await?;
	let revoked = Instant::now();
	network.start_node_alone(HOSPITAL_A).await?;
	let ready = format!("{}/ready", network.sites[HOSPITAL_A].custodian.monitoring_url());
	let noticed = until("A's custodian notices that its node is behind", STALL, || async {
		let node = &readiness(&ready).await?["node"];
		(node["ok"] == false && node["detail"].as_str()?.contains("final")).then_some(())
	})
	.await;
	let after = revoked.elapsed().as_secs();
	let asked = opening.ask(HOSPITAL_A).await;
	stops!(asked.is_err(), "a share, {after} s after the revocation");
	noticed?;
	ensure!(matches!(asked, Err(CustodianError::Behind(_))), "{asked:?}");
	let asked = opening.ask(HOSPITAL_B).await;
	ensure!(matches!(asked, Err(CustodianError::NoAccess)), "B released: {asked:?}");
	Ok(Stopped::by_custodian(format!("its node is behind, which it noticed within {after} s")))
}

/// What a custodian says about its readiness.
pub(super) async fn readiness(url: &str) -> Option<Value> {
	reqwest::get(url).await.ok()?.json().await.ok()
}

async fn power() -> Played {
	let folder = TemporaryFolder::new()?;
	if let Err(error) = can_mount(folder.path()) {
		let reason = format!("it needs root and loop devices ({error:#})");
		return Ok(Outcome::NotPlayed(reason));
	}
	power_cuts::cut(folder.path(), 1).await?;
	Ok(By::Node.withstands("no final block was lost or replaced, and what was acknowledged opens"))
}

/// Two chunks that nobody else adds.
pub fn content(seed: u8) -> Vec<u8> {
	(0..CHUNK + 1000).map(|i| (i.wrapping_mul(7) as u8) ^ seed).collect()
}

/// Hospital B's custodian and Kubo.
pub fn hospital_b(network: &Network, chain: &Chain) -> Result<(CustodianClient, Ipfs)> {
	let kubo = network.sites[HOSPITAL_B].kubo.as_ref().context("Hospital B has no Kubo")?;
	let custodian = super::scene::custodian(network, HOSPITAL_B, chain.genesis())?;
	Ok((custodian.without_retries(), Ipfs::new(&kubo.url())?))
}

async fn refused_uploads(network: &Network) -> Played {
	let scene = Scene::new(network, "Uploads").await?;
	let (custodian, ipfs) = hospital_b(network, &scene.chain)?;
	let author = keypair("//DoctorB")?;
	let other = cid_of(b"other");
	for (seed, length, named) in [(1, 0i64, false), (2, 1, true), (3, -1, true)] {
		let bytes = content(seed);
		let cid = if named { cid_of(&bytes) } else { cid_of(&content(99)) };
		let length = (bytes.len() as u64).saturating_add_signed(length);
		let pieces = || stream::iter([Ok::<_, io::Error>(bytes.clone().into())]);
		let result = custodian.add_content(&author, &cid, length, pieces).await;
		stops!(result.is_err(), "wrong content was accepted ({seed})");
	}
	let bytes = content(4);
	let broken = || {
		let begin = Ok(bytes[..CHUNK + 1].to_vec().into());
		stream::iter([begin, Err(io::Error::other("broken off"))])
	};
	let length = bytes.len() as u64;
	let result = custodian.add_content(&author, &cid_of(&bytes), length, broken).await;
	stops!(result.is_err(), "content that broke off was accepted");
	let pieces = || stream::iter([Ok::<_, io::Error>(b"other".to_vec().into())]);
	let result = custodian.add_content(&author, &cid_of(&bytes), 5, pieces).await;
	let is_refused = matches!(result, Err(CustodianError::Refused { status: 422, .. }));
	stops!(is_refused, "a folder's CID for five bytes: {result:?}");
	for seed in 1..=4 {
		let bytes = content(seed);
		for cid in [cid_of(&bytes), cid_of(&bytes[..CHUNK]), cid_of(&bytes[CHUNK..])] {
			stops!(!ipfs.has_block(&cid).await?, "a block of refused content on the disk ({seed})");
		}
	}
	stops!(!ipfs.has_block(&other).await?, "refused content on the disk");

	// The same content is accepted if everything is right.
	let pieces = || stream::iter([Ok::<_, io::Error>(bytes.clone().into())]);
	custodian.add_content(&author, &cid_of(&bytes), bytes.len() as u64, pieces).await?;
	for cid in [cid_of(&bytes), cid_of(&bytes[..CHUNK]), cid_of(&bytes[CHUNK..])] {
		ensure!(ipfs.has_block(&cid).await?, "Kubo does not have accepted content");
	}
	Ok(Stopped::by_custodian("five of five, and no byte of them is in its Kubo"))
}

/// The call by which a patient enters a record whose content nobody has. No custodian gets a share of
/// it.
pub fn enter_without_content(patient: AccountId, salt: [u8; 16]) -> RuntimeCall {
	let holders = ["//HospitalA", "//HospitalB", "//HospitalC"]
		.map(|key| Holder { account: account(key), kind: HolderKind::Institution });
	let holders = holders.to_vec().try_into().expect("three holders are not too many");
	let sharing =
		NewSharingSet { set: HolderSet { threshold: 2, holders }, commitments: H256([1; 32]) };
	let record = NewRecord {
		origin: Origin::PatientEntered,
		service: ServicePeriod { first: 1500, last: 1500 },
		relation: None,
		confidentiality: Confidentiality::Normal,
		labels: vec![],
		category: Category::PatientEntered,
	};
	let version = NewVersion { manifest: cid_of(&salt).to_bytes(), commitment: H256([2; 32]) };
	let institution = None;
	RecordsCall::create { patient, institution, salt, record, version, sharing }.into()
}

/// The records that nobody can keep.
const WITHOUT_CONTENT: u8 = 12;
/// An honest record must be acknowledged by everybody within so long. Alone it takes some seconds.
const ACKNOWLEDGED: Duration = Duration::from_secs(60);

async fn content_that_nobody_has(network: &Network) -> Played {
	let attacker = Scene::new(network, "NoContent").await?;
	let key = attacker.scenario.patient.key.clone();
	let enter = |number| enter_without_content(attacker.patient(), [100 + number; 16]);
	attacker.ok(&key, batch_all((0..WITHOUT_CONTENT).map(enter).collect())).await?;

	let honest = Scene::new(network, "WithContent").await?;
	let begin = Instant::now();
	let record = H256(honest.add_letter(&[]).await?.parse::<Hex<32>>()?.0);
	let acknowledged = until("every holder acknowledges", ACKNOWLEDGED, || async {
		let at = honest.chain.finalized().await.ok()?;
		let set = at.sharing_set(&honest.patient(), record, 0).await.ok()??;
		let holders = set.holders.iter().filter(|it| it.kind != HolderKind::Patient);
		holders.into_iter().all(|it| it.acknowledged).then_some(())
	});
	stops!(
		acknowledged.await.is_ok(),
		"an honest record is not acknowledged after {} s",
		ACKNOWLEDGED.as_secs()
	);
	let took = begin.elapsed().as_secs_f64();
	for site in &network.sites {
		let answer = reqwest::get(format!("{}/ready", site.custodian.monitoring_url())).await?;
		let name = site.institution.name;
		stops!(answer.status().is_success(), "{name}'s custodian is not ready any more");
	}
	let how = format!("an honest record is acknowledged by all after {took:.0} s");
	Ok(By::Custodian.withstands(how))
}

/// Connections with half a request, and those of them that stay open while others are opened. This
/// process may have few files open.
const HALF_SENT: usize = 1500;
const HELD: usize = 600;

async fn half_sent_headers(network: &Network) -> Played {
	let url = network.sites[HOSPITAL_C].custodian.url();
	let address = url.trim_start_matches("http://");
	let mut held = VecDeque::new();
	let mut given_way = 0;
	for number in 0..HALF_SENT {
		let mut stream = TcpStream::connect(address).await?;
		stream.write_all(b"GET /v1/custodian HTTP/1.1\r\nhost: ").await?;
		held.push_back(stream);
		if number % 250 == 249 {
			let about = reqwest::Client::new().get(format!("{url}/v1/custodian"));
			let answer = about.timeout(Duration::from_secs(5)).send().await;
			let is_answered = answer.is_ok_and(|answer| answer.status().is_success());
			stops!(is_answered, "no answer for others after {number} half requests");
		}
		if held.len() > HELD {
			let mut oldest = held.pop_front().context("there are some")?;
			let reading = tokio::time::timeout(Duration::from_secs(5), oldest.read_u8()).await;
			stops!(matches!(reading, Ok(Err(_))), "an old half request is still open");
			given_way += 1;
		}
	}
	ensure!(given_way == HALF_SENT - HELD, "{given_way} half requests gave way");
	Ok(By::Custodian.withstands("old half requests are closed, and others are answered"))
}

async fn an_address_that_stops_kubo(network: &Network) -> Played {
	let root = network.root.join("sign-up");
	std::fs::create_dir_all(&root)?;
	let site = &network.sites[HOSPITAL_C];
	let hospital = User::new("//HospitalC", &root, &site.node.url())?;
	let chain = Chain::connect(&network.node_url()).await?;
	let genesis = format!("0x{}", hex::encode(chain.genesis()));
	let institution = account("//HospitalC").to_string();
	let run_sign_up = |url: &str| -> Result<_> {
		let mut command = Command::new(program("vouchsafe-custodian")?);
		command.arg("sign-up").arg("--key").arg(site.custodian.base.join("keys"));
		command.args(["--genesis", &genesis, "--institution", &institution, "--url", url]);
		Ok(command.output()?)
	};
	let sign_up = |url: &str| -> Result<String> {
		let output = run_sign_up(url)?;
		ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
		Ok(String::from_utf8(output.stdout)?)
	};
	let signed = sign_up(&site.custodian.url())?;
	let file = root.join("custodian.json");
	let register = ["enrol", "custodian", file.to_str().unwrap_or_default()];
	std::fs::write(&file, signed.replace("http://", "https://"))?;
	let said = hospital.fails(&register).await?;
	ensure!(said.contains("changed after signing"), "{said}");

	let url = "http://127.0.0.1:5001/api/v0/shutdown?x=";
	let refused = run_sign_up(url)?;
	let said = String::from_utf8_lossy(&refused.stderr);
	ensure!(!refused.status.success() && said.contains("query"), "{said}");
	let honest: SignedCustodian = serde_json::from_str(&signed)?;
	let hostile = SignedCustodian::sign(
		&keypair("//HospitalC//custodian")?,
		chain.genesis(),
		&account("//HospitalC"),
		url,
		honest.encryption_key.0,
		honest.expires,
	);
	std::fs::write(&file, serde_json::to_string(&hostile)?)?;
	let said = hospital.fails(&register).await?;
	ensure!(said.contains("query"), "{said}");
	let elsewhere = network.sites[HOSPITAL_B].custodian.url();
	for (url, why) in
		[("http://127.0.0.1:9", "no custodian answers"), (&*elsewhere, "another custodian")]
	{
		std::fs::write(&file, sign_up(url)?)?;
		let said = hospital.fails(&register).await?;
		ensure!(said.contains(why) && said.contains("--yes"), "{url} is registered: {said}");
	}
	// Without the command, the chain refuses it, and a reader's client does too.
	let call = EnrolmentCall::set_custodian {
		url: hostile.url.into_bytes(),
		account: hostile.account.into(),
		key: hostile.encryption_key.0,
		expires: hostile.expires,
		signature: MultiSignature::Sr25519(hostile.signature.0),
	};
	let refusal = chain.submit(&keypair("//HospitalC")?, call).await;
	let is_refused = refusal
		.as_ref()
		.is_err_and(|error| error.code().as_deref() == Some("Enrolment.InvalidUrl"));
	stops!(is_refused, "the address is on the chain: {:?}", refusal.map(|it| it.number));
	let genesis = chain.genesis();
	let client =
		CustodianClient::new(url, account("//HospitalC"), genesis, &AllowedAddresses::all());
	stops!(client.is_err(), "readers' clients call the address");

	std::fs::write(&file, &signed)?;
	hospital.run(&register).await?;
	let other = User::new("//HospitalB", &root, &site.node.url())?;
	let said = other.fails(&register).await?;
	ensure!(said.contains("signed for"), "{said}");
	Ok(Stopped::by_chain("the address has a query; clients refuse it too"))
}

/// How many shares of a record a custodian's database has under consents.
pub(super) fn carried(database: &Path, record: &[u8; 32]) -> Option<i64> {
	let carried = "SELECT count(*) FROM shares WHERE record = ?1 AND consent >= 0";
	count(database, carried, record).ok()
}

/// How many shares of a record are in a custodian's folder.
pub(super) fn shares_of(folder: &Path, record: &[u8; 32]) -> Result<i64> {
	let shares = "SELECT count(*) FROM shares WHERE record = ?1";
	count(&folder.join("custodian.sqlite"), shares, record)
}

fn count(database: &Path, query: &str, record: &[u8; 32]) -> Result<i64> {
	let database = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
	Ok(database.query_row(query, [record], |row| row.get(0))?)
}

async fn a_share_after_an_amendment(network: &Network) -> Played {
	let scene = Scene::new(network, "Narrowed").await?;
	let (kept, closed) = tokio::try_join!(
		scene.add_letter(&["--category", "laboratory"]),
		scene.add_letter(&["--category", "imaging"])
	)?;
	let consent = scene.permit(&[]).await?;
	let store = network.root.join("b/custodian/store/custodian.sqlite");
	let id = |record: &str| anyhow::Ok(record.parse::<Hex<32>>()?.0);
	let (kept_id, closed_id) = (id(&kept)?, id(&closed)?);
	until("B's custodian keeps the patient's shares", TIMEOUT, || async {
		(carried(&store, &kept_id)? == 1 && carried(&store, &closed_id)? == 1).then_some(())
	})
	.await?;
	let patient = &scene.scenario.patient;
	commands::amend(patient, consent, &["--category", "laboratory"]).await?;
	let begin = Instant::now();
	let destroyed = until("B's custodian destroys the share", Duration::from_secs(30), || async {
		(carried(&store, &closed_id)? == 0).then_some(())
	});
	stops!(destroyed.await.is_ok(), "the patient's share of a record that is closed to it");
	let took = begin.elapsed().as_secs() + 1;
	ensure!(carried(&store, &kept_id) == Some(1), "the other record's share is kept");
	scene.opens(&scene.doctor_b, &kept, &scene.letter()?).await?;
	Ok(By::Custodian.withstands(format!("it destroyed the share within {took} s of the amendment")))
}
