//! What people do with the `vouchsafe` command, one function each, so that the command line's
//! words stand here alone.

use crate::{network::Network, user::User};
use anyhow::{bail, ensure, Context, Result};
use serde_json::Value;
use std::{
	collections::BTreeMap,
	ffi::OsString,
	path::{Path, PathBuf},
	str::FromStr,
};
use subxt_signer::{sr25519::Keypair, SecretUri};
use vouchsafe_client::{
	chain::{calls::CustodyCall, Chain, Ground, Purpose, Signer, Submit, View},
	custodian::{Custodian, CustodianClient, CustodianError},
	messages::{AskRelease, Hex},
};

/// Arguments of different kinds in one list.
macro_rules! words {
	($($word:expr),* $(,)?) => { Vec::from([$(OsString::from($word)),*]) };
}

/// A permit, as the patient words it.
#[derive(Debug, Clone, Default)]
pub struct Permit {
	/// Further arguments of `consent grant`.
	pub arguments: Vec<String>,
}

impl Permit {
	/// To all who work for an institution, to write.
	pub fn write(institution: &str) -> Self {
		Self::to(institution).and(&["--action", "write", "--purpose", "treatment"])
	}

	/// To all who work for an institution, to read.
	pub fn read(institution: &str) -> Self {
		Self::to(institution).and(&["--action", "read", "--purpose", "treatment"])
	}

	/// To a grantee in the command's words.
	pub fn to(grantee: &str) -> Self {
		Self { arguments: vec!["--to".into(), grantee.into()] }
	}

	/// With further arguments.
	pub fn and(mut self, arguments: &[&str]) -> Self {
		self.arguments.extend(arguments.iter().map(ToString::to_string));
		self
	}
}

/// A bundle's records.
#[derive(Debug, Clone)]
pub struct Import {
	/// How many resources the bundle has.
	pub resources: u64,
	/// The records, each with its category.
	pub records: Vec<(String, String)>,
}

/// Enrols a patient at an institution.
pub async fn enrol_patient(patient: &User, registrar: &User, institution: &str) -> Result<()> {
	enrol(patient, registrar, institution, "patient").await.map(drop)
}

/// Enrols somebody as what is said, at an institution; gives the file that was signed for it.
pub async fn enrol(who: &User, registrar: &User, institution: &str, kind: &str) -> Result<PathBuf> {
	let file = who.home.join("enrolment.json");
	let arguments =
		words!["enrol", "sign", "--institution", institution, "--as", kind, "--out", &file];
	who.run(&arguments).await?;
	registrar.run(&words!["enrol", "submit", &file]).await?;
	Ok(file)
}

/// Grants a permit; gives the consent's number.
pub async fn grant(patient: &User, permit: &Permit) -> Result<u64> {
	let mut arguments = words!["consent", "grant", "--yes"];
	arguments.extend(permit.arguments.iter().map(OsString::from));
	let answer = patient.run(&arguments).await?;
	number(&answer, "consent")
}

/// Imports a FHIR bundle.
pub async fn import(
	doctor: &User,
	patient: &User,
	institution: &str,
	bundle: &Path,
) -> Result<Import> {
	let arguments = words![
		"record",
		"import",
		bundle,
		"--patient",
		&patient.key,
		"--institution",
		institution,
	];
	let answer = doctor.run(&arguments).await?;
	let resources = number(&answer, "resources")?;
	let records = list(&answer["records"])?
		.iter()
		.map(|record| Ok((text(record, "record")?, text(record, "category")?)))
		.collect::<Result<_>>()?;
	Ok(Import { resources, records })
}

/// Adds a document; gives the record.
pub async fn add(
	doctor: &User,
	patient: &User,
	institution: &str,
	file: &Path,
	category: &str,
) -> Result<String> {
	add_with(doctor, patient, institution, file, &["--category", category]).await
}

/// Adds a document with further arguments of `record add`; gives the record.
pub async fn add_with(
	doctor: &User,
	patient: &User,
	institution: &str,
	file: &Path,
	further: &[&str],
) -> Result<String> {
	let mut arguments =
		words!["record", "add", file, "--patient", &patient.key, "--institution", institution];
	arguments.extend(further.iter().map(OsString::from));
	added(&doctor.run(&arguments).await?)
}

/// Adds a document that appends to a record; gives its own record.
pub async fn append(
	doctor: &User,
	patient: &User,
	institution: &str,
	file: &Path,
	to: &str,
) -> Result<String> {
	let arguments = words![
		"record",
		"add",
		file,
		"--patient",
		&patient.key,
		"--institution",
		institution,
		"--appends",
		to,
	];
	added(&doctor.run(&arguments).await?)
}

/// Adds a version to a record.
pub async fn add_version(doctor: &User, patient: &User, record: &str, file: &Path) -> Result<()> {
	let arguments =
		words!["record", "add", file, "--patient", &patient.key, "--version-of", record];
	doctor.run(&arguments).await.map(drop)
}

fn added(answer: &Value) -> Result<String> {
	text(list(&answer["records"])?.first().context("nothing was added")?, "record")
}

/// The arguments of `record open`.
pub fn opening(institution: Option<&str>, record: &str, out: &Path) -> Vec<OsString> {
	let mut arguments = words!["record", "open", record, "--out", out, "--force"];
	if let Some(institution) = institution {
		arguments.extend(words!["--institution", institution]);
	}
	arguments
}

/// Opens a record for an institution.
pub async fn open(reader: &User, institution: &str, record: &str, out: &Path) -> Result<Value> {
	reader.run(&opening(Some(institution), record, out)).await
}

/// Tries to open a record and must not be able to; gives what the reader is told.
pub async fn open_fails(
	reader: &User,
	institution: &str,
	record: &str,
	out: &Path,
) -> Result<String> {
	let said = reader.fails(&opening(Some(institution), record, out)).await?;
	ensure!(!out.exists(), "a refused record was written");
	Ok(said)
}

/// Opens all of a patient's records that the reader may, for an institution or, by the patient,
/// for nobody; gives each opened record's file.
pub async fn open_all(
	reader: &User,
	institution: Option<&str>,
	patient: &User,
	out: &Path,
) -> Result<BTreeMap<String, PathBuf>> {
	std::fs::create_dir_all(out)?;
	let mut arguments = words!["record", "open", "--all", "--patient", &patient.key, "--out", out];
	if let Some(institution) = institution {
		arguments.extend(words!["--institution", institution]);
	}
	let answer = reader.run(&arguments).await?;
	list(&answer["records"])?
		.iter()
		.filter(|record| record["opened"] == true)
		.map(|record| Ok((text(record, "record")?, text(record, "path")?.into())))
		.collect()
}

/// A patient opens an own record.
pub async fn open_own(patient: &User, record: &str, out: &Path) -> Result<Value> {
	patient.run(&opening(None, record, out)).await
}

/// Asks a patient for access, for a care team; gives the request's number.
pub async fn request(
	doctor: &User,
	patient: &User,
	institution: &str,
	team: u32,
	categories: &[&str],
) -> Result<u64> {
	let arguments = words![
		"request",
		"submit",
		"--patient",
		&patient.key,
		"--institution",
		institution,
		"--to",
		format!("team:{team}@{institution}"),
		"--category",
		categories.join(","),
		"--for",
		"30d",
		"--reason",
		"Second opinion before the operation",
	];
	number(&doctor.run(&arguments).await?, "request")
}

/// Approves a request, narrowed to these categories; gives the consent's number.
pub async fn approve(patient: &User, request: u64, categories: &[&str]) -> Result<u64> {
	let arguments = words![
		"request",
		"approve",
		request.to_string(),
		"--category",
		categories.join(","),
		"--yes",
	];
	number(&patient.run(&arguments).await?, "consent")
}

/// Changes a consent to these further arguments.
pub async fn amend(patient: &User, consent: u64, arguments: &[&str]) -> Result<()> {
	let mut amend = words!["consent", "amend", consent.to_string(), "--yes"];
	amend.extend(arguments.iter().map(OsString::from));
	patient.run(&amend).await.map(drop)
}

/// Revokes one consent.
pub async fn revoke(patient: &User, consent: u64) -> Result<()> {
	patient.run(&words!["consent", "revoke", consent.to_string()]).await.map(drop)
}

/// The numbers of the labels that each of a patient's records bears.
pub async fn labels(patient: &User) -> Result<BTreeMap<String, Vec<String>>> {
	let listed = patient.run(&["record", "list"]).await?;
	let bits =
		|bits: u64| (0..32).filter(move |bit| bits >> bit & 1 == 1).map(|bit| bit.to_string());
	list(&listed["records"])?
		.iter()
		.map(|record| Ok((text(record, "record")?, bits(number(record, "label_bits")?).collect())))
		.collect()
}

/// Revokes the patient's consents that let an institution's people read; gives the block in
/// which the last revocation is.
pub async fn revoke_all(patient: &User, institution: &str) -> Result<u64> {
	let consents = patient.run(&words!["consent", "list"]).await?;
	let mut block = None;
	for consent in
		list(&consents["consents"])?.iter().filter(|it| it.to_string().contains(institution))
	{
		let id = number(consent, "consent")?.to_string();
		block = Some(number(&patient.run(&words!["consent", "revoke", id]).await?, "block")?);
	}
	block.with_context(|| format!("there was no consent for {institution} to revoke"))
}

/// Verifies every copy of a record, one of which must be changed; gives what is said.
pub async fn verify_finds(reader: &User, record: &str) -> Result<String> {
	reader.fails(&words!["record", "verify", record]).await
}

/// Proves the patient's whole log; gives the number of entries.
pub async fn verified_log(patient: &User) -> Result<u64> {
	number(&patient.run(&words!["audit", "verify"]).await?, "entries")
}

/// Changes a byte of the record's ciphertext on the disk of a house's Kubo node; says which.
pub async fn change_a_byte(
	reader: &User,
	network: &Network,
	index: usize,
	record: &str,
) -> Result<String> {
	let shown = reader.run(&words!["record", "show", record]).await?;
	let cid = shown
		.pointer("/content/cid")
		.and_then(Value::as_str)
		.context("the record's content has no CID in the answer")?;
	let kubo = network.sites[index].kubo.as_ref().context("the house has no Kubo node")?;
	let block = kubo.block_of(cid).await?;
	let mut bytes = std::fs::read(&block)?;
	let middle = bytes.len() / 2;
	bytes[middle] ^= 1;
	// Written in place, as a failing disk would.
	std::fs::write(&block, &bytes)?;
	Ok(format!("byte {middle} of a block of {}", network.sites[index].house.name))
}

/// Checks that the records of a bundle, as they were read, hold all its resources.
pub fn same_resources(
	bundle: &Path,
	import: &Import,
	read: impl Fn(&str) -> PathBuf,
) -> Result<()> {
	let mut missing = resources(bundle)?;
	let whole = missing.values().sum::<usize>();
	ensure!(whole as u64 == import.resources, "the bundle has {whole} resources");
	for (record, _) in &import.records {
		for (resource, count) in resources(&read(record))? {
			let left = missing.get_mut(&resource).context("a resource that was not imported")?;
			*left = left.checked_sub(count).context("a resource came twice")?;
		}
	}
	let lost: usize = missing.values().sum();
	ensure!(lost == 0, "{lost} resources are lost");
	Ok(())
}

/// The resources of a bundle, and how often each is in it.
fn resources(bundle: &Path) -> Result<BTreeMap<String, usize>> {
	let bundle: Value = serde_json::from_slice(&std::fs::read(bundle)?)?;
	let mut found = BTreeMap::new();
	for entry in list(&bundle["entry"])?.iter().filter(|entry| entry["resource"].is_object()) {
		*found.entry(entry["resource"].to_string()).or_insert(0) += 1;
	}
	Ok(found)
}

/// What the command said, as one line for people: its error, if it says one.
pub fn sentence(said: &str) -> String {
	// The JSON comes first; what was said on standard error follows.
	let json = serde_json::Deserializer::from_str(said).into_iter::<Value>().next();
	let error =
		json.and_then(Result::ok).and_then(|json| Some(json["error"].as_str()?.to_string()));
	let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
	error.unwrap_or_else(|| line.trim_start_matches("error: ").trim().to_string())
}

fn list(value: &Value) -> Result<&Vec<Value>> {
	value.as_array().with_context(|| format!("no list: {value}"))
}

fn number(value: &Value, field: &str) -> Result<u64> {
	match &value[field] {
		Value::Number(number) => number.as_u64().context("a number out of range"),
		_ => bail!("no number “{field}” in the answer {value}"),
	}
}

fn text(value: &Value, field: &str) -> Result<String> {
	let text = value[field].as_str();
	Ok(text.with_context(|| format!("no text “{field}” in the answer {value}"))?.to_string())
}

/// An opening that the chain has logged and whose shares nobody has asked for yet.
pub struct UnderWay {
	custodians: Vec<CustodianClient>,
	key: Keypair,
	ask: AskRelease,
}

/// Opens a record on the chain alone, as a reader does who is then held up.
pub async fn opening_under_way(
	reader: &User,
	network: &Network,
	patient: &User,
	institution: &str,
	record: &str,
) -> Result<UnderWay> {
	let chain = Chain::connect(&reader.node).await?;
	let key = keypair(&reader.key)?;
	let of = |user: &User| anyhow::Ok(keypair(&user.key)?.account());
	let at = chain.finalized().await?;
	let members = at.institutions().await?;
	let named = members.iter().find(|(_, _, _, one)| one.name == institution.as_bytes());
	let (institution, ..) = named.context("no such institution")?;
	let id: Hex<32> = record.parse().context("a record's id")?;
	let ground = Ground::Consent { institution: Some(institution.clone()) };
	let (patient, purpose) = (of(patient)?, Purpose::Treatment);
	let call =
		CustodyCall::open { patient: patient.clone(), records: vec![id.into()], purpose, ground };
	let included = chain.submit(&key, call).await?;
	let (opened, _) = included.opening_decided().context("no decision")?;
	ensure!(opened.len() == 1, "the opening was refused");
	let custodians = network
		.sites
		.iter()
		.zip(&members)
		.map(|(site, _)| {
			let account = members
				.iter()
				.find(|(_, _, _, one)| one.name == site.house.name.as_bytes())
				.context("no such institution")?
				.0
				.clone();
			Ok(CustodianClient::new(&site.custodian.url(), account, chain.genesis())?)
		})
		.collect::<Result<_>>()?;
	let version = at.record(id.into()).await?.context("no such record")?.versions - 1;
	let ask = AskRelease { patient: (&patient).into(), record: id, version };
	Ok(UnderWay { custodians, key, ask })
}

impl UnderWay {
	/// Asks every custodian for its share: each must refuse.
	pub async fn is_refused_now(&self) -> Result<()> {
		for custodian in &self.custodians {
			match custodian.release(&self.key, &self.ask).await {
				Err(CustodianError::NoAccess) => {},
				Err(error) => bail!("{} should refuse, but: {error}", custodian.url),
				Ok(_) => bail!("{} released a share after the revocation", custodian.url),
			}
		}
		Ok(())
	}
}

/// The keypair of a development key.
pub fn keypair(uri: &str) -> Result<Keypair> {
	Ok(Keypair::from_uri(&SecretUri::from_str(uri)?)?)
}
