//! One function for each thing that people do with the `vouchsafe` command. Only this module knows
//! the command's arguments.

use crate::{network::Network, user::User};
use anyhow::{bail, ensure, Context, Result};
use serde_json::Value;
use sp_crypto_hashing::blake2_256;
use std::{
	collections::{BTreeMap, BTreeSet},
	ffi::OsString,
	path::{Path, PathBuf},
	str::FromStr,
};
use subxt_signer::{sr25519::Keypair, SecretUri};
use vouchsafe_client::{
	chain::{calls::CustodyCall, Chain, Ground, Purpose, Signer, Submit, View},
	custodian::{AllowedAddresses, Custodian, CustodianClient, CustodianError},
	messages::{AskRelease, Hex, Release},
};
use vouchsafe_vault::seal::SecretKey;

/// Makes a list of arguments of different types.
macro_rules! arguments {
	($($argument:expr),* $(,)?) => { Vec::from([$(OsString::from($argument)),*]) };
}
pub(crate) use arguments;

/// A permit, as arguments of `consent grant`.
#[derive(Debug, Clone, Default)]
pub struct Permit {
	/// The arguments.
	pub arguments: Vec<String>,
}

impl Permit {
	/// A permit to write, for everybody who acts for an institution.
	pub fn write(institution: &str) -> Self {
		Self::to(institution).and(&["--action", "write", "--purpose", "treatment"])
	}

	/// A permit to read, for everybody who acts for an institution.
	pub fn read(institution: &str) -> Self {
		Self::to(institution).and(&["--action", "read", "--purpose", "treatment"])
	}

	/// A permit for a grantee, as the command spells it.
	pub fn to(grantee: &str) -> Self {
		Self { arguments: vec!["--to".into(), grantee.into()] }
	}

	/// Adds arguments.
	pub fn and(mut self, arguments: &[&str]) -> Self {
		self.arguments.extend(arguments.iter().map(ToString::to_string));
		self
	}
}

/// The result of an import.
#[derive(Debug, Clone)]
pub struct Import {
	/// The number of resources in the bundle.
	pub resources: u64,
	/// The records with their categories.
	pub records: Vec<(String, String)>,
}

/// Enrols a patient at an institution.
pub async fn enrol_patient(patient: &User, registrar: &User, institution: &str) -> Result<()> {
	enrol(patient, registrar, institution, "patient").await.map(drop)
}

/// Enrols a person of some kind at an institution. Returns the file that the person signed.
pub async fn enrol(who: &User, registrar: &User, institution: &str, kind: &str) -> Result<PathBuf> {
	let file = who.home.join("enrolment.json");
	let arguments =
		arguments!["enrol", "sign", "--institution", institution, "--as", kind, "--out", &file];
	who.run(&arguments).await?;
	registrar.run(&arguments!["enrol", "submit", &file]).await?;
	Ok(file)
}

/// Grants a permit. Returns the number of the consent.
pub async fn grant(patient: &User, permit: &Permit) -> Result<u64> {
	let mut arguments = arguments!["consent", "grant", "--yes"];
	arguments.extend(permit.arguments.iter().map(OsString::from));
	let answer = patient.run(&arguments).await?;
	number(&answer, "consent")
}

/// Grants a permit. Returns what the command tells meanwhile on standard error.
pub async fn grant_and_tell(patient: &User, permit: &Permit) -> Result<String> {
	let mut arguments = arguments!["consent", "grant", "--yes"];
	arguments.extend(permit.arguments.iter().map(OsString::from));
	let output = patient.output(&arguments).await?;
	let told = String::from_utf8_lossy(&output.stderr).into_owned();
	ensure!(output.status.success(), "granting failed: {told}");
	Ok(told)
}

/// Imports a FHIR bundle.
pub async fn import(
	doctor: &User,
	patient: &User,
	institution: &str,
	bundle: &Path,
) -> Result<Import> {
	let arguments = arguments![
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

/// Adds a document. Returns the record.
pub async fn add(
	doctor: &User,
	patient: &User,
	institution: &str,
	file: &Path,
	category: &str,
) -> Result<String> {
	add_with(doctor, patient, institution, file, &["--category", category]).await
}

/// Adds a document with more arguments of `record add`. Returns the record.
pub async fn add_with(
	doctor: &User,
	patient: &User,
	institution: &str,
	file: &Path,
	further: &[&str],
) -> Result<String> {
	let mut arguments =
		arguments!["record", "add", file, "--patient", &patient.key, "--institution", institution];
	arguments.extend(further.iter().map(OsString::from));
	added(&doctor.run(&arguments).await?)
}

/// Adds a document that appends to a record. Returns the new record.
pub async fn append(
	doctor: &User,
	patient: &User,
	institution: &str,
	file: &Path,
	to: &str,
) -> Result<String> {
	let arguments = arguments![
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
		arguments!["record", "add", file, "--patient", &patient.key, "--version-of", record];
	doctor.run(&arguments).await.map(drop)
}

fn added(answer: &Value) -> Result<String> {
	text(list(&answer["records"])?.first().context("nothing was added")?, "record")
}

/// The arguments of `record open`.
pub fn opening(
	institution: Option<&str>,
	patient: &User,
	record: &str,
	out: &Path,
) -> Vec<OsString> {
	let mut arguments =
		arguments!["record", "open", record, "--patient", &patient.key, "--out", out, "--force"];
	if let Some(institution) = institution {
		arguments.extend(arguments!["--institution", institution]);
	}
	arguments
}

/// Opens a record for an institution.
pub async fn open(
	reader: &User,
	institution: &str,
	patient: &User,
	record: &str,
	out: &Path,
) -> Result<Value> {
	reader.run(&opening(Some(institution), patient, record, out)).await
}

/// Tries to open a record, which must fail. Returns what the command says.
pub async fn open_fails(
	reader: &User,
	institution: &str,
	patient: &User,
	record: &str,
	out: &Path,
) -> Result<String> {
	let said = reader.fails(&opening(Some(institution), patient, record, out)).await?;
	ensure!(!out.exists(), "a refused record was written");
	Ok(said)
}

/// Opens all records of a patient that the reader may open. Practitioners name the institution that
/// they act for. Returns the file of each opened record.
pub async fn open_all(
	reader: &User,
	institution: Option<&str>,
	patient: &User,
	out: &Path,
) -> Result<BTreeMap<String, PathBuf>> {
	std::fs::create_dir_all(out)?;
	let mut arguments =
		arguments!["record", "open", "--all", "--patient", &patient.key, "--out", out];
	if let Some(institution) = institution {
		arguments.extend(arguments!["--institution", institution]);
	}
	let output = reader.output(&arguments).await?;
	// With 3, only some of the records were refused.
	ensure!(matches!(output.status.code(), Some(0 | 3)), "opening failed: {output:?}");
	let answer: Value = serde_json::from_slice(&output.stdout)?;
	list(&answer["records"])?
		.iter()
		.filter(|record| record["opened"] == true)
		.map(|record| Ok((text(record, "record")?, text(record, "path")?.into())))
		.collect()
}

/// Opens a record as its patient.
pub async fn open_own(patient: &User, record: &str, out: &Path) -> Result<Value> {
	patient.run(&opening(None, patient, record, out)).await
}

/// Opens a record as its patient, and returns it as headings, facts and tables.
pub async fn show_readable(patient: &User, record: &str) -> Result<Value> {
	let shown = patient.run(&arguments!["record", "show", record, "--readable"]).await?;
	Ok(shown["document"].clone())
}

/// Asks a patient for access for a care team. Returns the number of the request.
pub async fn request(
	doctor: &User,
	patient: &User,
	institution: &str,
	team: u32,
	categories: &[&str],
) -> Result<u64> {
	let arguments = arguments![
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

/// Approves a request, narrowed to these categories. Returns the number of the consent.
pub async fn approve(patient: &User, request: u64, categories: &[&str]) -> Result<u64> {
	let arguments = arguments![
		"request",
		"approve",
		request.to_string(),
		"--category",
		categories.join(","),
		"--yes",
	];
	number(&patient.run(&arguments).await?, "consent")
}

/// Amends a consent with these arguments of `consent amend`.
pub async fn amend(patient: &User, consent: u64, arguments: &[&str]) -> Result<()> {
	let mut amend = arguments!["consent", "amend", consent.to_string(), "--yes"];
	amend.extend(arguments.iter().map(OsString::from));
	patient.run(&amend).await.map(drop)
}

/// Revokes a consent, a permit or a deny.
pub async fn revoke(patient: &User, consent: u64) -> Result<()> {
	patient.run(&arguments!["consent", "revoke", consent.to_string(), "--yes"]).await.map(drop)
}

/// The words of the labels of each of a patient's records, as the patient sees them.
pub async fn labels(patient: &User) -> Result<BTreeMap<String, Vec<String>>> {
	let listed = patient.run(&["record", "list"]).await?;
	list(&listed["records"])?
		.iter()
		.map(|record| {
			let words = list(&record["labels"])?.iter().filter_map(Value::as_str);
			let words: Vec<_> = words.map(ToOwned::to_owned).collect();
			// Every label that the test data have is a usual one.
			ensure!(words.len() == list(&record["label_tags"])?.len(), "unnamed labels: {record}");
			Ok((text(record, "record")?, words))
		})
		.collect()
}

/// Revokes all consents that name an institution. Returns the block of the last revocation.
pub async fn revoke_all(patient: &User, institution: &str) -> Result<u64> {
	let consents = patient.run(&arguments!["consent", "list"]).await?;
	let mut block = None;
	for consent in
		list(&consents["consents"])?.iter().filter(|it| it.to_string().contains(institution))
	{
		let id = number(consent, "consent")?.to_string();
		block = Some(number(&patient.run(&arguments!["consent", "revoke", id]).await?, "block")?);
	}
	block.with_context(|| format!("there is no consent for {institution}"))
}

/// Verifies all copies of a record and must find a fault. Returns what the command says.
pub async fn verify_finds(reader: &User, patient: &User, record: &str) -> Result<String> {
	reader.fails(&arguments!["record", "verify", record, "--patient", &patient.key]).await
}

/// Verifies that the patient's log is complete. Returns the number of entries.
pub async fn verified_log(patient: &User) -> Result<u64> {
	number(&patient.run(&arguments!["audit", "verify"]).await?, "entries")
}

/// Changes a byte of the record's ciphertext on the disk of an institution's Kubo node. Returns a
/// description of the change.
pub async fn change_a_byte(
	reader: &User,
	patient: &User,
	network: &Network,
	index: usize,
	record: &str,
) -> Result<String> {
	let arguments = arguments!["record", "show", record, "--patient", &patient.key];
	let shown = reader.run(&arguments).await?;
	let cid = shown
		.pointer("/content/cid")
		.and_then(Value::as_str)
		.context("the record's content has no CID in the answer")?;
	let kubo = network.sites[index].kubo.as_ref().context("the institution has no Kubo node")?;
	let block = kubo.block_of(cid).await?;
	let mut bytes = std::fs::read(&block)?;
	let middle = bytes.len() / 2;
	bytes[middle] ^= 1;
	// In place, as a failing disk changes it.
	std::fs::write(&block, &bytes)?;
	Ok(format!("byte {middle} of a block of {}", network.sites[index].institution.name))
}

/// Checks that the opened records of a bundle together contain all of its resources, and no others.
/// A resource can be in several records, because each record repeats what it refers to.
pub fn same_resources(
	bundle: &Path,
	import: &Import,
	read: impl Fn(&str) -> PathBuf,
) -> Result<()> {
	let expected = resources(bundle)?;
	let total = expected.len();
	ensure!(total as u64 == import.resources, "the bundle has {total} resources");
	let mut found = BTreeSet::new();
	for (record, _) in &import.records {
		found.extend(resources(&read(record))?);
	}
	let expected = BTreeSet::from_iter(expected);
	let lost = expected.difference(&found).count();
	ensure!(lost == 0, "{lost} resources are lost");
	ensure!(found.is_subset(&expected), "the records contain a resource that was not imported");
	Ok(())
}

/// The resources of a bundle.
fn resources(bundle: &Path) -> Result<Vec<String>> {
	let bundle: Value = serde_json::from_slice(&std::fs::read(bundle)?)?;
	let resources = list(&bundle["entry"])?.iter().map(|entry| &entry["resource"]);
	Ok(resources.filter(|resource| resource.is_object()).map(Value::to_string).collect())
}

/// The command's error, or else the first line that it printed.
pub fn sentence(said: &str) -> String {
	// Standard output, which is JSON, comes before standard error.
	let json = serde_json::Deserializer::from_str(said).into_iter::<Value>().next();
	let error =
		json.and_then(Result::ok).and_then(|json| Some(json["error"].as_str()?.to_string()));
	let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
	error.unwrap_or_else(|| line.trim_start_matches("error: ").trim().to_string())
}

fn list(value: &Value) -> Result<&Vec<Value>> {
	value.as_array().with_context(|| format!("not a list: {value}"))
}

fn number(value: &Value, field: &str) -> Result<u64> {
	match &value[field] {
		Value::Number(number) => number.as_u64().context("a number out of range"),
		_ => bail!("the answer has no number “{field}”: {value}"),
	}
}

fn text(value: &Value, field: &str) -> Result<String> {
	let text = value[field].as_str();
	Ok(text.with_context(|| format!("the answer has no text “{field}”: {value}"))?.to_string())
}

/// An opening that the chain has logged, before the reader asks the custodians for shares.
pub struct PendingOpening {
	custodians: Vec<CustodianClient>,
	key: Keypair,
	ask: AskRelease,
}

/// Opens a record on the chain, without asking the custodians for shares yet.
pub async fn pending_opening(
	reader: &User,
	network: &Network,
	patient: &User,
	institution: &str,
	record: &str,
) -> Result<PendingOpening> {
	let chain = Chain::connect(&reader.node).await?;
	let key = keypair(&reader.key)?;
	let of = |user: &User| anyhow::Ok(keypair(&user.key)?.account());
	let at = chain.finalized().await?;
	let members = at.all_institutions().await?;
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
				.find(|(_, _, _, one)| one.name == site.institution.name.as_bytes())
				.context("no such institution")?
				.0
				.clone();
			Ok(CustodianClient::new(
				&site.custodian.url(),
				account,
				chain.genesis(),
				&AllowedAddresses::all(),
			)?)
		})
		.collect::<Result<_>>()?;
	let version = at.record(&patient, id.into()).await?.context("no such record")?.versions - 1;
	let ask = AskRelease { patient: (&patient).into(), record: id, version };
	Ok(PendingOpening { custodians, key, ask })
}

impl PendingOpening {
	/// Asks the custodian of one site for its share.
	pub async fn ask(&self, site: usize) -> std::result::Result<Release, CustodianError> {
		self.custodians[site].clone().without_retries().release(&self.key, &self.ask).await
	}

	/// Asks every custodian for its share. All must refuse.
	pub async fn is_refused(&self) -> Result<()> {
		for custodian in &self.custodians {
			match custodian.release(&self.key, &self.ask).await {
				Err(CustodianError::NoAccess) => {},
				Err(error) => bail!("{} should refuse: {error}", custodian.url),
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

/// The secret encryption key of a development key, as the `vouchsafe` command derives it.
pub fn encryption_key(uri: &str) -> SecretKey {
	SecretKey::from_bytes(&blake2_256(format!("vouchsafe/development/{uri}").as_bytes()))
}
