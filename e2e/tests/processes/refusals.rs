//! Everything that must be refused. Each test shows both sides: the same question is permitted once
//! the one thing that the test is about is different. The tests use the `vouchsafe` command, and
//! forged requests to custodians and nodes.
//!
//! All tests share a network. Each has a patient of its own.

use crate::suite::{Suite, Turn};
use anyhow::{bail, ensure, Context, Result};
use codec::Encode;
use serde_json::{json, Map, Value};
use std::time::{Duration, Instant};
use subxt_signer::sr25519::Keypair;
use tokio::sync::OnceCell;
use vouchsafe_client::{
	chain::{
		calls::{ConsentCall, CustodyCall, RuntimeCall},
		refusal_of, storage, AccountId, Chain, ChainError, Grantee, Ground, Included, Purpose,
		Signer, Submit, View,
	},
	custodian::{AllowedAddresses, Custodian, CustodianClient, CustodianError},
	messages::{action, AskRelease, FetchPatientEnvelope, Hex, Payload, ReadLog, Signed},
	protocol::OPENING_LIFETIME,
	signing::{now, sign_payload, sign_request},
};
use vouchsafe_e2e::{
	attack::{self, account, custodian::enter_without_content},
	commands::{self, keypair, Permit},
	network::{hand_in, insert_entry, Network, Options, Research},
	process::until,
	scenario::Scenario,
	user::User,
};

static SUITE: Suite = Suite::new("refusals", 8);
static NETWORK: OnceCell<Network> = OnceCell::const_new();

/// Waits until the test may run, and returns the shared network.
pub(super) async fn shared_network() -> Result<(Turn, &'static Network)> {
	let turn = SUITE.turn().await;
	let research = Some(Research::WithNoise);
	let options = Options { state: Some(plant), research, ..Options::for_tests() };
	let network = NETWORK.get_or_try_init(|| Network::with(options)).await?;
	Ok((turn, network))
}

/// Adds what these tests and the attacks need to the genesis block's state.
fn plant(state: &mut Map<String, Value>) {
	plant_openings(state);
	attack::plant(state);
}

/// A consent that differs in one term from what the reader asks for.
struct Term {
	/// Names the folder of the patient and the readers.
	patient: &'static str,
	/// The record, as arguments of `record add`.
	record: &'static [&'static str],
	/// The consent, as arguments of `consent grant`.
	granted: &'static [&'static str],
	/// The question, as arguments of `record open`.
	asked: &'static [&'static str],
	/// The amendment that permits the same question.
	amended: &'static [&'static str],
}

async fn refused_for_one_term(term: Term) -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, &format!("//Refused//{}", term.patient)).await?;
	let record = scenario.add_letter(term.record).await?;
	let consent = scenario.permit(term.granted).await?;
	scenario.refused(&scenario.doctor_b, &record, term.asked).await?;
	commands::amend(&scenario.patient, consent, term.amended).await?;
	scenario.opens_with(&scenario.doctor_b, &record, &scenario.letter()?, term.asked).await
}

#[tokio::test]
async fn permit_that_is_not_valid_yet() -> Result<()> {
	refused_for_one_term(Term {
		patient: "NotYet",
		record: &[],
		granted: &["--valid-from", "+1h"],
		asked: &[],
		amended: &["--valid-from", "2020-01-01"],
	})
	.await
}

#[tokio::test]
async fn permit_for_another_purpose() -> Result<()> {
	refused_for_one_term(Term {
		patient: "Purpose",
		record: &[],
		granted: &["--purpose", "treatment"],
		asked: &["--purpose", "research"],
		amended: &["--purpose", "treatment,research"],
	})
	.await
}

#[tokio::test]
async fn permit_for_another_category() -> Result<()> {
	refused_for_one_term(Term {
		patient: "Category",
		record: &["--category", "laboratory"],
		granted: &["--category", "imaging,encounter"],
		asked: &[],
		amended: &["--category", "laboratory"],
	})
	.await
}

#[tokio::test]
async fn permit_that_does_not_name_the_label() -> Result<()> {
	refused_for_one_term(Term {
		patient: "Label",
		record: &["--label", "psychiatry"],
		granted: &[],
		asked: &[],
		amended: &["--label", "psychiatry"],
	})
	.await
}

#[tokio::test]
async fn permit_for_less_confidential_records() -> Result<()> {
	refused_for_one_term(Term {
		patient: "Confidentiality",
		record: &["--confidentiality", "very-restricted"],
		granted: &["--confidentiality", "restricted"],
		asked: &[],
		amended: &["--confidentiality", "very-restricted"],
	})
	.await
}

#[tokio::test]
async fn permit_for_another_data_period() -> Result<()> {
	refused_for_one_term(Term {
		patient: "DataPeriod",
		record: &["--from", "2020-01", "--to", "2020-06"],
		granted: &["--data-from", "2019-01", "--data-to", "2020-05"],
		asked: &[],
		amended: &["--data-to", "2020-06"],
	})
	.await
}

#[tokio::test]
async fn permit_for_another_country() -> Result<()> {
	refused_for_one_term(Term {
		patient: "Country",
		record: &[],
		granted: &["--country", "DE,CH"],
		asked: &[],
		amended: &["--country", "AT"],
	})
	.await
}

#[tokio::test]
async fn permit_for_another_author() -> Result<()> {
	refused_for_one_term(Term {
		patient: "Author",
		record: &[],
		granted: &["--author", "Hospital C"],
		asked: &[],
		amended: &["--author", "Hospital A"],
	})
	.await
}

#[tokio::test]
async fn no_consent_and_revoked_consent() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Refused//NoConsent").await?;
	let record = scenario.add_letter(&[]).await?;
	scenario.refused(&scenario.doctor_b, &record, &[]).await?;
	let consent = scenario.permit(&[]).await?;
	scenario.opens(&scenario.doctor_b, &record, &scenario.letter()?).await?;
	commands::revoke(&scenario.patient, consent).await?;
	scenario.refused(&scenario.doctor_b, &record, &[]).await
}

#[tokio::test]
async fn expired_consent() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Refused//Expired").await?;
	let record = scenario.add_letter(&[]).await?;
	scenario.permit(&["--until", "+20s"]).await?;
	let end = now() + 20;
	let chain = Chain::connect(&scenario.doctor_b.node).await?;
	until("the chain's clock passes the consent's end", Duration::from_secs(60), || async {
		(chain.finalized().await.ok()?.time().await.ok()? > end).then_some(())
	})
	.await?;
	scenario.refused(&scenario.doctor_b, &record, &[]).await?;
	scenario.permit(&["--until", "+1d"]).await?;
	scenario.opens(&scenario.doctor_b, &record, &scenario.letter()?).await
}

#[tokio::test]
async fn denied_reader() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Refused//Denied").await?;
	let record = scenario.add_letter(&[]).await?;
	scenario.permit(&[]).await?;
	let deny = Permit::to("person://DoctorB").and(&["--deny"]);
	let deny = commands::grant(&scenario.patient, &deny).await?;
	scenario.refused(&scenario.doctor_b, &record, &[]).await?;
	scenario.opens(&scenario.doctor_b2, &record, &scenario.letter()?).await?;
	let revoke = ["consent", "revoke", &deny.to_string()];
	let said = scenario.patient.fails(&revoke).await?;
	ensure!(said.contains("--yes"), "a deny is revoked unasked: {said}");
	scenario.patient.run(&[&revoke[..], &["--yes"]].concat()).await?;
	scenario.opens(&scenario.doctor_b, &record, &scenario.letter()?).await
}

/// A permit to read is not a permit to write.
#[tokio::test]
async fn permit_for_another_action() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Refused//Action").await?;
	let consent = scenario.permit(&["--action", "read"]).await?;
	let letter = scenario.letter()?;
	let add: [&std::ffi::OsStr; 7] = [
		"record".as_ref(),
		"add".as_ref(),
		letter.as_ref(),
		"--patient".as_ref(),
		scenario.patient.key.as_ref(),
		"--institution".as_ref(),
		"Hospital B".as_ref(),
	];
	let said = scenario.doctor_b.fails(&add).await?;
	ensure!(said.contains("NotPermitted"), "B's doctor should be refused to write: {said}");
	commands::amend(&scenario.patient, consent, &["--action", "read,write"]).await?;
	scenario.doctor_b.run(&add).await.map(drop)
}

/// Enrols a practitioner at Hospital B, without an affiliation.
async fn practitioner(scenario: &Scenario, key: &str) -> Result<User> {
	let user = User::new(key, &scenario.root, &scenario.doctor_b.node)?;
	commands::enrol(&user, &scenario.registrar_b, "Hospital B", "practitioner").await?;
	Ok(user)
}

/// Runs `enrol …` as the registrar of Hospital B.
async fn registrar(scenario: &Scenario, arguments: &[&str]) -> Result<()> {
	scenario.registrar_b.run(&[&["enrol"], arguments].concat()).await.map(drop)
}

#[tokio::test]
async fn reader_outside_the_care_team() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Refused//Team").await?;
	let record = scenario.add_letter(&[]).await?;
	let reader = practitioner(&scenario, "//Reader//Team").await?;
	registrar(&scenario, &["affiliate", &reader.key, "--role", "physician"]).await?;
	let permit = Permit::to("team:7@Hospital B");
	commands::grant(&scenario.patient, &permit).await?;
	scenario.refused(&reader, &record, &[]).await?;
	registrar(&scenario, &["team", &reader.key, "--join", "7"]).await?;
	scenario.opens(&reader, &record, &scenario.letter()?).await?;
	registrar(&scenario, &["team", &reader.key, "--leave", "7"]).await?;
	scenario.refused(&reader, &record, &[]).await
}

#[tokio::test]
async fn ended_affiliation() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Refused//Affiliation").await?;
	let record = scenario.add_letter(&[]).await?;
	let reader = practitioner(&scenario, "//Reader//Affiliation").await?;
	scenario.permit(&[]).await?;
	scenario.refused(&reader, &record, &[]).await?;
	registrar(&scenario, &["affiliate", &reader.key, "--role", "physician"]).await?;
	scenario.opens(&reader, &record, &scenario.letter()?).await?;
	registrar(&scenario, &["end-affiliation", &reader.key, "--yes"]).await?;
	scenario.refused(&reader, &record, &[]).await?;
	// The earlier opening is still fresh, but no custodian releases a share for it.
	let attempt = Attempt::new(network, &scenario, &record).await?;
	attempt.is_refused_everywhere(&keypair(&reader.key)?, &attempt.release()).await
}

/// A suspended account cannot send transactions, and gets no shares for an opening from
/// before.
#[tokio::test]
async fn suspended_reader() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Refused//Suspended").await?;
	let record = scenario.add_letter(&[]).await?;
	let reader = practitioner(&scenario, "//Reader//Suspended").await?;
	registrar(&scenario, &["affiliate", &reader.key, "--role", "physician"]).await?;
	scenario.permit(&[]).await?;
	scenario.opens(&reader, &record, &scenario.letter()?).await?;
	let attempt = Attempt::new(network, &scenario, &record).await?;
	let key = keypair(&reader.key)?;
	attempt.custodians[1].release(&key, &attempt.release()).await?;

	registrar(&scenario, &["status", &reader.key, "suspended", "--yes"]).await?;
	let refused = scenario.root.join("refused");
	let arguments = commands::opening(Some("Hospital B"), &scenario.patient, &record, &refused);
	let said = reader.fails(&arguments).await?;
	ensure!(said.contains("suspended"), "the error should name the suspension: {said}");
	attempt.is_refused_everywhere(&key, &attempt.release()).await?;

	registrar(&scenario, &["status", &reader.key, "active", "--yes"]).await?;
	scenario.opens(&reader, &record, &scenario.letter()?).await
}

#[tokio::test]
async fn denied_request() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Refused//Request").await?;
	let record = scenario.add_letter(&["--category", "laboratory"]).await?;
	let Scenario { patient, doctor_b, .. } = &scenario;
	let request = commands::request(doctor_b, patient, "Hospital B", 1, &["laboratory"]).await?;
	scenario.refused(doctor_b, &record, &[]).await?;
	let deny = ["request", "deny", &request.to_string()];
	let said = patient.fails(&deny).await?;
	ensure!(said.contains("--yes"), "a refusal is signed unasked: {said}");
	patient.run(&[&deny[..], &["--yes"]].concat()).await?;
	scenario.refused(doctor_b, &record, &[]).await?;
	let approve = ["request", "approve", &request.to_string(), "--yes"];
	let said = patient.fails(&approve).await?;
	ensure!(said.contains("no request"), "what was denied can't be approved: {said}");

	let request = commands::request(doctor_b, patient, "Hospital B", 1, &["laboratory"]).await?;
	let wider = ["request", "approve", &request.to_string(), "--yes", "--category", "imaging"];
	let said = patient.fails(&wider).await?;
	ensure!(said.contains("only narrow"), "an approval can't widen a request: {said}");
	commands::approve(patient, request, &["laboratory"]).await?;
	scenario.opens(doctor_b, &record, &scenario.letter()?).await?;

	// At most three requests of a doctor can wait for an answer.
	for _ in 0..3 {
		commands::request(doctor_b, patient, "Hospital B", 1, &["laboratory"]).await?;
	}
	let filled = commands::request(doctor_b, patient, "Hospital B", 1, &["laboratory"]).await;
	let said = filled.err().context("a doctor can submit more than three requests")?.to_string();
	ensure!(said.contains("TooManyByAsker"), "the error should be TooManyByAsker: {said}");
	Ok(())
}

/// Sends requests about one record to custodians and chain, without the command.
struct Attempt {
	chain: Chain,
	custodians: Vec<CustodianClient>,
	patient: AccountId,
	record: Hex<32>,
}

impl Attempt {
	async fn new(network: &Network, scenario: &Scenario, record: &str) -> Result<Self> {
		let chain = Chain::connect(&scenario.doctor_b.node).await?;
		let custodians = network
			.sites
			.iter()
			.map(|site| {
				let institution = keypair(site.institution.seed)?.account();
				let url = site.custodian.url();
				Ok(CustodianClient::new(
					&url,
					institution,
					chain.genesis(),
					&AllowedAddresses::all(),
				)?
				.without_retries())
			})
			.collect::<Result<_>>()?;
		let patient = keypair(&scenario.patient.key)?.account();
		Ok(Self { chain, custodians, patient, record: record.parse()? })
	}

	fn release(&self) -> AskRelease {
		AskRelease { patient: (&self.patient).into(), record: self.record, version: 0 }
	}

	/// Every custodian refuses without a reason.
	async fn is_refused_everywhere(&self, key: &Keypair, ask: &AskRelease) -> Result<()> {
		for custodian in &self.custodians {
			match custodian.release(key, ask).await {
				Err(CustodianError::NoAccess) => {},
				other => bail!("{} should answer “no access”: {other:?}", custodian.url),
			}
		}
		Ok(())
	}

	fn opening(&self) -> RuntimeCall {
		let institution = Some(self.custodians[1].institution.clone());
		CustodyCall::open {
			patient: self.patient.clone(),
			records: vec![self.record.into()],
			purpose: Purpose::Treatment,
			ground: Ground::Consent { institution },
		}
		.into()
	}

	/// Opens the record on the chain. Returns whether the chain opened it.
	async fn opens(&self, reader: &Keypair) -> Result<bool> {
		decided(self.chain.submit(reader, self.opening()).await?)
	}

	/// Sends a request body to B's custodian. Returns status and answer.
	async fn post(&self, path: &str, body: String) -> Result<(u16, Value)> {
		let request = reqwest::Client::new()
			.post(format!("{}{path}", self.custodians[1].url))
			.header("content-type", "application/json")
			.body(body);
		let answer = request.send().await?;
		let status = answer.status().as_u16();
		Ok((status, answer.json().await.unwrap_or_default()))
	}
}

fn decided(included: Included) -> Result<bool> {
	let (opened, _) = included.opening_decided().context("nothing was decided")?;
	Ok(!opened.is_empty())
}

/// Requests that are replayed, stale, changed or meant for something else, and openings of another
/// reader or for another record.
#[tokio::test]
async fn forged_requests_to_a_custodian() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Refused//Custodian").await?;
	let other = Scenario::new(network, "//Refused//Foreign").await?;
	let (record, foreign) = tokio::try_join!(scenario.add_letter(&[]), other.add_letter(&[]))?;
	scenario.permit(&[]).await?;
	scenario.opens(&scenario.doctor_b, &record, &scenario.letter()?).await?;

	let attempt = Attempt::new(network, &scenario, &record).await?;
	let (reader, colleague) = (keypair("//DoctorB")?, keypair("//DoctorB2")?);
	let stranger = keypair("//Refused//Nobody")?;
	let b = &attempt.custodians[1];
	let (ask, path) = (attempt.release(), "/v1/releases");
	let no_access = (403, json!({ "error": "no access", "kind": "no-access" }));

	// Openings of another reader, and records that were not opened, are refused alike.
	let of_foreign = AskRelease { record: foreign.parse()?, ..ask.clone() };
	let of_nothing = AskRelease { record: Hex([7; 32]), ..ask.clone() };
	let of_other =
		AskRelease { patient: Hex(keypair(&other.patient.key)?.public_key().0), ..ask.clone() };
	let sign = |key: &Keypair, ask: &AskRelease| {
		let signed = sign_request(key, b.genesis, &b.institution, action::RELEASE, ask, now());
		serde_json::to_string(&signed).expect("our own message")
	};
	for (what, key, ask) in [
		("an opening of another reader", &colleague, &ask),
		("the author without an opening", &keypair("//DoctorA")?, &ask),
		("the patient without an opening", &keypair(&scenario.patient.key)?, &ask),
		("a stranger", &stranger, &ask),
		("a record of another patient", &reader, &of_foreign),
		("another patient", &reader, &of_other),
		("a record that does not exist", &reader, &of_nothing),
	] {
		let answer = attempt.post(path, sign(key, ask)).await?;
		ensure!(answer == no_access, "{what}: {answer:?}");
	}
	// Nor does the chain open another patient's record under this patient's consent.
	let foreign_attempt =
		Attempt { record: foreign.parse()?, ..Attempt::new(network, &scenario, &record).await? };
	ensure!(!foreign_attempt.opens(&reader).await?, "a foreign record was opened");
	attempt.is_refused_everywhere(&reader, &of_foreign).await?;

	// Only the patient may fetch these.
	let envelope = FetchPatientEnvelope { patient: ask.patient, record: ask.record, version: 0 };
	let refused = b.patient_envelope(&reader, &envelope).await;
	ensure!(refused == Err(CustodianError::NoAccess), "the patient's envelope: {refused:?}");
	b.patient_envelope(&keypair(&scenario.patient.key)?, &envelope).await?;
	let log = ReadLog { patient: ask.patient, institution: None, from: 0, limit: 5 };
	let refused = b.log_page(&reader, &log).await;
	ensure!(refused == Err(CustodianError::NoAccess), "the patient's log: {refused:?}");
	b.log_page(&keypair(&scenario.patient.key)?, &log).await?;

	// A valid request, made invalid in every possible way.
	let good = || Payload {
		action: action::RELEASE.into(),
		genesis: Hex(b.genesis.0),
		custodian: (&b.institution).into(),
		at: now(),
		nonce: Hex(vouchsafe_vault::random_bytes()),
		body: ask.clone(),
	};
	let text = |signed: &Signed| serde_json::to_string(signed).expect("our own message");
	let signed = |payload: Payload<AskRelease>| text(&sign_payload(&reader, &payload));
	let once = signed(good());
	let (status, released) = attempt.post(path, once.clone()).await?;
	ensure!(status == 200 && released["shares"][0]["sealed"].is_string(), "{status}: {released}");

	let as_colleague =
		Signed { account: Hex(colleague.public_key().0), ..sign_payload(&reader, &good()) };
	let mut flipped = sign_payload(&reader, &good());
	flipped.signature.0[9] ^= 1;
	let mut changed = sign_payload(&reader, &good());
	changed.payload = changed.payload.replace("\"version\":0", "\"version\":1");
	let genesis = Hex([9; 32]);
	let custodian = Hex::from(&attempt.custodians[0].institution);
	let huge = "x".repeat(vouchsafe_client::messages::MAX_REQUEST + 1);
	for (what, body, expected) in [
		("replayed", once.clone(), 401),
		("stale", signed(Payload { at: now() - 200, ..good() }), 401),
		("from the future", signed(Payload { at: now() + 200, ..good() }), 401),
		("another account", text(&as_colleague), 401),
		("a flipped bit", text(&flipped), 401),
		("a changed payload", text(&changed), 401),
		("another chain", signed(Payload { genesis, ..good() }), 421),
		("another custodian", signed(Payload { custodian, ..good() }), 421),
		("another action", signed(Payload { action: action::READ_LOG.into(), ..good() }), 421),
		("not JSON", "{".into(), 400),
		("too large", huge, 413),
	] {
		let (status, answer) = attempt.post(path, body).await?;
		ensure!(status == expected, "{what} should be {expected}, not {status}: {answer}");
		let fields = answer.as_object().map_or(0, Map::len);
		ensure!(
			fields <= 2 && answer["error"].is_string() && answer["shares"].is_null(),
			"{what}: the answer says too much: {answer}"
		);
	}
	let (status, _) = attempt.post(path, signed(good())).await?;
	ensure!(status == 200, "a valid request should still be answered: {status}");
	Ok(())
}

/// The patient and the reader of the openings in the genesis block.
const PATIENT: &str = "//PatientA";
const READER: &str = "//DoctorB";
/// The salts of the records of the expired and of the fresh opening.
const OLD: [u8; 16] = [42; 16];
const FRESH: [u8; 16] = [43; 16];

/// The id of the record that the patient will enter with this salt.
fn own_record(salt: [u8; 16]) -> [u8; 32] {
	let patient = account(PATIENT);
	vouchsafe_vault::record_id(&patient, &patient, &salt).0
}

/// Puts two openings into the genesis block, because a test cannot wait until one expires: one that
/// has just expired, and a fresh one. The fresh one is dated an hour ahead: other tests share this
/// network, so its turn may come later than an opening lasts.
fn plant_openings(state: &mut Map<String, Value>) {
	let key = storage::openings(&account(PATIENT), &account(READER)).bytes;
	// Records, moment, block, purpose (treatment), and ground (a consent, for Hospital B).
	let opening = |salt, at: u64| {
		(vec![own_record(salt)], at, 0u32, 0u8, (0u8, Some(account("//HospitalB"))))
	};
	let openings = vec![opening(OLD, now() - OPENING_LIFETIME - 1), opening(FRESH, now() + 3600)];
	insert_entry(state, &key, &openings.encode());
}

/// Two openings of records that the reader may read differ only in their age. For the expired one
/// the custodian refuses. For the fresh one it looks for its share, and answers that it has none.
#[tokio::test]
async fn expired_opening() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let chain = Chain::connect(&network.node_url()).await?;
	for salt in [OLD, FRESH] {
		enter_record(&chain, salt).await?;
	}
	let patient = User::new(PATIENT, &network.root.join("old-opening"), &network.node_url())?;
	commands::grant(&patient, &Permit::read("Hospital B").and(&["--no-carry"])).await?;

	let at = chain.finalized().await?;
	let ground = Ground::Consent { institution: Some(account("//HospitalB")) };
	let planted = at.openings(&account(PATIENT), &account(READER)).await?;
	for (opening, salt) in planted.iter().zip([OLD, FRESH]) {
		let correct = opening.record.0 == own_record(salt)
			&& opening.ground == ground
			&& opening.purpose == Purpose::Treatment;
		ensure!(correct, "the planted opening is wrong");
	}
	ensure!(planted.len() == 2, "{} openings were planted", planted.len());

	let url = network.sites[1].custodian.url();
	let custodian = &CustodianClient::new(
		&url,
		account("//HospitalB"),
		chain.genesis(),
		&AllowedAddresses::all(),
	)?;
	let answer = |salt| async move {
		let record = Hex(own_record(salt));
		let ask = AskRelease { patient: (&account(PATIENT)).into(), record, version: 0 };
		anyhow::Ok(custodian.release(&keypair(READER)?, &ask).await)
	};
	// The custodian's node may see the consent later than ours.
	until("the custodian accepts the fresh opening", Duration::from_secs(20), || async {
		(answer(FRESH).await.ok()? == Err(CustodianError::NotFound)).then_some(())
	})
	.await?;
	let refused = answer(OLD).await?;
	ensure!(refused == Err(CustodianError::NoAccess), "an expired opening: {refused:?}");
	Ok(())
}

/// The patient enters a record whose id is known in advance. No custodian gets a share of it.
async fn enter_record(chain: &Chain, salt: [u8; 16]) -> Result<()> {
	let call = enter_without_content(account(PATIENT), salt);
	chain.submit(&keypair(PATIENT)?, call).await?;
	Ok(())
}

/// A call that every enrolled account may make.
fn harmless(to: &str) -> RuntimeCall {
	ConsentCall::revoke { grantee: Grantee::Institution(account(to)), id: 4_000_000 }.into()
}

/// Sends a call with this nonce to a node's transaction pool.
async fn send(
	network: &Network,
	chain: &Chain,
	key: &Keypair,
	call: &RuntimeCall,
	nonce: u64,
) -> Result<Result<(), ChainError>> {
	let extrinsic = chain.finalized().await?.sign(key, call, nonce, 64).await?;
	let url = network.sites[0].node.http_url();
	let Some(said) = hand_in(&url, &extrinsic).await? else { return Ok(Ok(())) };
	Ok(Err(refusal_of(&said).with_context(|| format!("an unknown refusal: {said}"))?))
}

/// The node refuses a stranger's call. It takes the same bytes once the stranger is enrolled, although they were
/// sent again and again before: a refusal does not make the node refuse the next attempt.
#[tokio::test]
async fn transaction_of_a_stranger() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let (root, node) = (network.root.join("Refused-Stranger"), network.node_url());
	let stranger = User::new("//Refused//Stranger", &root, &node)?;
	let key = keypair(&stranger.key)?;
	let chain = Chain::connect(&node).await?;
	let call = harmless("//HospitalA");
	let extrinsic = chain.finalized().await?.sign(&key, &call, 0, 256).await?;
	let url = network.sites[0].node.http_url();
	let said = hand_in(&url, &extrinsic).await?.context("a stranger's transaction")?;
	ensure!(refusal_of(&said) == Some(ChainError::Stranger), "a stranger's transaction: {said}");
	let taken =
		until("the enrolled stranger's call is taken", Duration::from_secs(300), || async {
			hand_in(&url, &extrinsic).await.ok()?.is_none().then_some(())
		});
	let registrar = User::new("//RegistrarA", &root, &node)?;
	let enrolled = commands::enrol_patient(&stranger, &registrar, "Hospital A");
	tokio::try_join!(taken, enrolled)?;
	Ok(())
}

/// One account floods the pool with revocations. Its quota stops it, but not the revocation with
/// the next nonce, and other patients are not delayed.
#[tokio::test]
async fn flood_of_one_account() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Refused//Flood").await?;
	let consent = scenario.permit(&[]).await?;
	let chain = Chain::connect(&network.node_url()).await?;
	let key = keypair(&scenario.patient.key)?;
	let grantee = Grantee::Institution(account("//HospitalB"));
	let revoke: RuntimeCall = ConsentCall::revoke { grantee, id: u32::try_from(consent)? }.into();
	let nonce = chain.best().await?.nonce(&account(&scenario.patient.key)).await?;

	let far = send(network, &chain, &key, &revoke, nonce + 1_000_000).await?;
	ensure!(far == Err(ChainError::TooFarAhead), "a revocation far ahead: {far:?}");
	// The next nonce is left out, so all of these wait in the pool.
	let mut waiting = 0;
	let refused = loop {
		match send(network, &chain, &key, &revoke, nonce + 1 + waiting).await? {
			Ok(()) => waiting += 1,
			Err(refused) => break refused,
		}
		ensure!(waiting < 1000, "the flood is not stopped");
	};
	ensure!(
		refused == ChainError::TooFarAhead,
		"the flood was stopped for another reason: {refused:?}"
	);
	println!("{waiting} revocations of one account wait in the pool");
	ensure!(waiting > 50, "the quota is too small: {waiting}");

	let start = Instant::now();
	let other = User::new("//PatientB", &scenario.root, &network.node_url())?;
	commands::grant(&other, &Permit::write("Hospital B")).await?;
	ensure!(start.elapsed() < Duration::from_secs(60), "another patient was delayed");
	let start = Instant::now();
	chain.submit_revocation(&key, revoke).await.context("the revocation with the next nonce")?;
	println!(
		"the revocation with the next nonce is final after {:.1} s",
		start.elapsed().as_secs_f64()
	);
	Ok(())
}

/// A signed enrolment is valid once, for one institution, and unchanged.
#[tokio::test]
async fn replayed_enrolment() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let root = network.root.join("enrolment");
	let user = |key: &str| User::new(key, &root, &network.node_url());
	let (patient, registrar, other) =
		(user("//Refused//Enrolment")?, user("//RegistrarA")?, user("//RegistrarB")?);
	let file = patient.home.join("signed.json");
	let path = file.display().to_string();
	let sign = ["enrol", "sign", "--institution", "Hospital A", "--as", "patient", "--out", &path];
	patient.run(&sign).await?;
	let submit = ["enrol", "submit", &path];
	let said = other.fails(&submit).await?;
	ensure!(said.contains("the chain refused"), "the registrar of another institution: {said}");

	let signed: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
	let mut changed = signed.clone();
	changed["kind"] = json!("practitioner");
	std::fs::write(&file, changed.to_string())?;
	let said = registrar.fails(&submit).await?;
	ensure!(said.contains("signature"), "a changed enrolment: {said}");

	std::fs::write(&file, signed.to_string())?;
	registrar.run(&submit).await?;
	let said = registrar.fails(&submit).await?;
	ensure!(said.contains("AlreadyEnrolled"), "a replayed enrolment: {said}");
	Ok(())
}

/// Two doctors add a version to the same record at the same time. One of them gets an error.
#[tokio::test]
async fn race_of_two_writers() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Refused//Race").await?;
	let record = scenario.add_letter(&[]).await?;
	let second = User::new("//DoctorA2", &scenario.root, &scenario.doctor_a.node)?;
	let file = |name: &str| {
		let file = scenario.root.join(name);
		std::fs::write(&file, format!("The version of {name}.\n"))?;
		anyhow::Ok(file)
	};
	let (one, other) = (file("one")?, file("other")?);
	let raced = tokio::join!(
		commands::add_version(&scenario.doctor_a, &scenario.patient, &record, &one),
		commands::add_version(&second, &scenario.patient, &record, &other),
	);
	let (won, said) = match raced {
		(Ok(()), Err(error)) => (&one, error),
		(Err(error), Ok(())) => (&other, error),
		(Ok(()), Ok(())) => bail!("both versions were added"),
		(Err(one), Err(other)) => bail!("neither version was added: {one:#}; {other:#}"),
	};
	let said = format!("{said:#}");
	let told = said.contains("NotTheHead") || said.contains("in the meantime");
	ensure!(told, "the slower writer should get an error: {said}");
	scenario.permit(&[]).await?;
	scenario.opens(&scenario.doctor_b, &record, won).await?;
	// After the version that won, the slower one can be added.
	commands::add_version(&second, &scenario.patient, &record, &other).await?;
	scenario.opens(&scenario.doctor_b, &record, &other).await
}
