//! Everything that must be refused, each proven from both sides: what differs in the one respect
//! is let through. By the commands that people use, by requests made for the attack to custodians,
//! and by transactions made for it to a node.

use anyhow::{bail, ensure, Context, Result};
use codec::Encode;
use futures::{future::LocalBoxFuture, stream, FutureExt, StreamExt};
use serde_json::{json, Map, Value};
use sp_crypto_hashing::{blake2_128, twox_128};
use std::time::{Duration, Instant};
use subxt_signer::sr25519::Keypair;
use vouchsafe_client::{
	chain::{
		account_bytes,
		calls::{ConsentCall, CustodyCall, MultiAddress, ProxyCall, RecordsCall, RuntimeCall},
		refusal_of, AccountId, Category, Chain, ChainError, Confidentiality, Grantee, Ground,
		Holder, HolderKind, Included, Labels, NewRecord, NewSharingSet, NewVersion, Origin,
		Purpose, ServicePeriod, Signer, Submit, View, H256,
	},
	custodian::{Custodian, CustodianClient, CustodianError},
	messages::{action, AskRelease, FetchPatientEnvelope, Hex, Payload, ReadLog, Signed},
	protocol::{
		runtime::runtime_types::vouchsafe_runtime::configs::accounts::ProxyType, OPENING_LIFETIME,
	},
	signing::{now, sign_payload, sign_request},
};
use vouchsafe_e2e::{
	acts::{self, keypair, Permit},
	network::{Network, Options},
	process::until,
	user::User,
	ward::Ward,
};

/// How many patients' cases are on their way at once.
const ABREAST: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn what_must_be_refused_is_refused() {
	let start = Instant::now();
	let options = Options { state: Some(plant_openings), ..Options::default() };
	let network = &Network::with(options).await.unwrap();
	println!("the network stands after {:.0} s", start.elapsed().as_secs_f64());

	let mut cases: Vec<(&str, LocalBoxFuture<Result<()>>)> = vec![
		("no consent; revoked", no_consent_or_a_revoked_one(network).boxed_local()),
		("expired", expired(network).boxed_local()),
		("denied", denied(network).boxed_local()),
		("action", another_action(network).boxed_local()),
		("team", not_in_the_team(network).boxed_local()),
		("affiliation", affiliation_ended(network).boxed_local()),
		("suspended", suspended(network).boxed_local()),
		("request denied", request_denied(network).boxed_local()),
		("custodian", requests_to_a_custodian(network).boxed_local()),
		("old opening", an_old_opening(network).boxed_local()),
		("stranger", a_stranger(network).boxed_local()),
		("flood", one_account_floods_the_pool(network).boxed_local()),
		("enrolment", replayed_enrolment(network).boxed_local()),
		("race", two_writers_race(network).boxed_local()),
	];
	for term in &TERMS {
		cases.push((term.name, another_term(network, term).boxed_local()));
	}
	let failed: Vec<String> = stream::iter(cases)
		.map(|(name, case)| async move {
			let start = Instant::now();
			let result = case.await;
			let took = start.elapsed().as_secs_f64();
			match result {
				Ok(()) => println!("{name}: refused, and permitted otherwise  [{took:.0} s]"),
				Err(error) => {
					println!("{name}: FAILED  [{took:.0} s]: {error:#}");
					return Some(name.to_string());
				},
			}
			None
		})
		.buffer_unordered(ABREAST)
		.filter_map(|failed| async { failed })
		.collect()
		.await;
	println!("all done after {:.0} s", start.elapsed().as_secs_f64());
	assert!(failed.is_empty(), "these failed: {failed:?}");
}

/// A consent that differs from what is asked in one term.
struct Term {
	name: &'static str,
	/// The record, in further arguments of `record add`.
	record: &'static [&'static str],
	/// What the consent says besides, in further arguments of `consent grant`.
	granted: &'static [&'static str],
	/// What is asked, in further arguments of `record open`.
	asked: &'static [&'static str],
	/// The amendment with which the same question is permitted.
	amended: &'static [&'static str],
}

const TERMS: [Term; 8] = [
	Term {
		name: "not yet",
		record: &[],
		granted: &["--valid-from", "+1h"],
		asked: &[],
		amended: &["--valid-from", "2020-01-01"],
	},
	Term {
		name: "purpose",
		record: &[],
		granted: &["--purpose", "treatment"],
		asked: &["--purpose", "research"],
		amended: &["--purpose", "treatment,research"],
	},
	Term {
		name: "category",
		record: &["--category", "laboratory"],
		granted: &["--category", "imaging,encounter"],
		asked: &[],
		amended: &["--category", "laboratory"],
	},
	Term {
		name: "label",
		record: &["--label", "psychiatry"],
		granted: &[],
		asked: &[],
		amended: &["--label", "psychiatry"],
	},
	Term {
		name: "confidentiality",
		record: &["--confidentiality", "very-restricted"],
		granted: &["--confidentiality", "restricted"],
		asked: &[],
		amended: &["--confidentiality", "very-restricted"],
	},
	Term {
		name: "data period",
		record: &["--from", "2020-01", "--to", "2020-06"],
		granted: &["--data-from", "2019-01", "--data-to", "2020-05"],
		asked: &[],
		amended: &["--data-to", "2020-06"],
	},
	Term {
		name: "country",
		record: &[],
		granted: &["--country", "DE,CH"],
		asked: &[],
		amended: &["--country", "AT"],
	},
	Term {
		name: "author",
		record: &[],
		granted: &["--author", "Hospital C"],
		asked: &[],
		amended: &["--author", "Hospital A"],
	},
];

async fn another_term(network: &Network, term: &Term) -> Result<()> {
	let ward = Ward::new(network, &format!("//Refused//{}", term.name.replace(' ', "-"))).await?;
	let record = ward.add_letter(term.record).await?;
	// From the own record the patient learns what its labels mean.
	acts::open_own(&ward.patient, &record, &ward.root.join("own")).await?;
	let consent = ward.permit(term.granted).await?;
	ward.refused(&ward.doctor_b, &record, term.asked).await?;
	acts::amend(&ward.patient, consent, term.amended).await?;
	ward.opens_with(&ward.doctor_b, &record, &ward.letter()?, term.asked).await
}

async fn no_consent_or_a_revoked_one(network: &Network) -> Result<()> {
	let ward = Ward::new(network, "//Refused//NoConsent").await?;
	let record = ward.add_letter(&[]).await?;
	ward.refused(&ward.doctor_b, &record, &[]).await?;
	let consent = ward.permit(&[]).await?;
	ward.opens(&ward.doctor_b, &record, &ward.letter()?).await?;
	acts::revoke(&ward.patient, consent).await?;
	ward.refused(&ward.doctor_b, &record, &[]).await
}

async fn expired(network: &Network) -> Result<()> {
	let ward = Ward::new(network, "//Refused//Expired").await?;
	let record = ward.add_letter(&[]).await?;
	ward.permit(&["--until", "+20s"]).await?;
	let end = now() + 20;
	let chain = Chain::connect(&ward.doctor_b.node).await?;
	until("the chain's clock passes the consent's end", Duration::from_secs(60), || async {
		(chain.finalized().await.ok()?.time().await.ok()? > end).then_some(())
	})
	.await?;
	ward.refused(&ward.doctor_b, &record, &[]).await?;
	ward.permit(&["--until", "+1d"]).await?;
	ward.opens(&ward.doctor_b, &record, &ward.letter()?).await
}

async fn denied(network: &Network) -> Result<()> {
	let ward = Ward::new(network, "//Refused//Denied").await?;
	let record = ward.add_letter(&[]).await?;
	ward.permit(&[]).await?;
	let deny = Permit::to("person://DoctorB").and(&["--deny"]);
	let deny = acts::grant(&ward.patient, &deny).await?;
	ward.refused(&ward.doctor_b, &record, &[]).await?;
	ward.opens(&ward.doctor_b2, &record, &ward.letter()?).await?;
	acts::revoke(&ward.patient, deny).await?;
	ward.opens(&ward.doctor_b, &record, &ward.letter()?).await
}

/// Who may read may not write.
async fn another_action(network: &Network) -> Result<()> {
	let ward = Ward::new(network, "//Refused//Action").await?;
	let consent = ward.permit(&["--action", "read"]).await?;
	let letter = ward.letter()?;
	let add: [&std::ffi::OsStr; 7] = [
		"record".as_ref(),
		"add".as_ref(),
		letter.as_ref(),
		"--patient".as_ref(),
		ward.patient.key.as_ref(),
		"--institution".as_ref(),
		"Hospital B".as_ref(),
	];
	let said = ward.doctor_b.fails(&add).await?;
	ensure!(said.contains("NotPermitted"), "B's doctor should be refused to write: {said}");
	acts::amend(&ward.patient, consent, &["--action", "read,write"]).await?;
	ward.doctor_b.run(&add).await.map(drop)
}

/// Enrols a practitioner at B, who is not affiliated yet.
async fn practitioner(ward: &Ward, key: &str) -> Result<User> {
	let user = User::new(key, &ward.root, &ward.doctor_b.node)?;
	acts::enrol(&user, &ward.registrar_b, "Hospital B", "practitioner").await?;
	Ok(user)
}

/// Runs `enrol …` as B's registrar.
async fn registrar(ward: &Ward, arguments: &[&str]) -> Result<()> {
	ward.registrar_b.run(&[&["enrol"], arguments].concat()).await.map(drop)
}

async fn not_in_the_team(network: &Network) -> Result<()> {
	let ward = Ward::new(network, "//Refused//Team").await?;
	let record = ward.add_letter(&[]).await?;
	let reader = practitioner(&ward, "//Reader//Team").await?;
	registrar(&ward, &["affiliate", &reader.key, "--role", "physician"]).await?;
	let permit = Permit::to("team:7@Hospital B");
	acts::grant(&ward.patient, &permit).await?;
	ward.refused(&reader, &record, &[]).await?;
	registrar(&ward, &["team", &reader.key, "--join", "7"]).await?;
	ward.opens(&reader, &record, &ward.letter()?).await?;
	registrar(&ward, &["team", &reader.key, "--leave", "7"]).await?;
	ward.refused(&reader, &record, &[]).await
}

async fn affiliation_ended(network: &Network) -> Result<()> {
	let ward = Ward::new(network, "//Refused//Affiliation").await?;
	let record = ward.add_letter(&[]).await?;
	let reader = practitioner(&ward, "//Reader//Affiliation").await?;
	ward.permit(&[]).await?;
	ward.refused(&reader, &record, &[]).await?;
	registrar(&ward, &["affiliate", &reader.key, "--role", "physician"]).await?;
	ward.opens(&reader, &record, &ward.letter()?).await?;
	registrar(&ward, &["end-affiliation", &reader.key]).await?;
	ward.refused(&reader, &record, &[]).await?;
	// The opening from before is still fresh; no custodian gives anything for it.
	let asked = Asked::new(network, &ward, &record).await?;
	asked.is_refused_everywhere(&keypair(&reader.key)?, &asked.release()).await
}

/// A suspended account can neither send transactions, nor have a proxy send them, nor get shares
/// for an opening that it made before.
async fn suspended(network: &Network) -> Result<()> {
	let ward = Ward::new(network, "//Refused//Suspended").await?;
	let record = ward.add_letter(&[]).await?;
	let reader = practitioner(&ward, "//Reader//Suspended").await?;
	registrar(&ward, &["affiliate", &reader.key, "--role", "physician"]).await?;
	ward.permit(&[]).await?;
	ward.opens(&reader, &record, &ward.letter()?).await?;
	let asked = Asked::new(network, &ward, &record).await?;
	let key = keypair(&reader.key)?;
	asked.custodians[1].release(&key, &asked.release()).await?;
	let (chain, proxy) = (&asked.chain, keypair("//DoctorB2")?);
	let delegate = proxy.account();
	let (delegate, proxy_type) = (MultiAddress::Id(delegate), ProxyType::Any);
	chain.submit(&key, ProxyCall::add_proxy { delegate, proxy_type, delay: 0 }).await?;
	ensure!(asked.opens_by_proxy(&proxy, &key).await?, "a proxy of an active account may open");

	registrar(&ward, &["status", &reader.key, "suspended"]).await?;
	let arguments = acts::opening(Some("Hospital B"), &record, &ward.root.join("refused"));
	let said = reader.fails(&arguments).await?;
	ensure!(said.contains("suspended"), "the reader should hear of the suspension: {said}");
	asked.is_refused_everywhere(&key, &asked.release()).await?;
	ensure!(!asked.opens_by_proxy(&proxy, &key).await?, "a proxy opened for a suspended account");

	registrar(&ward, &["status", &reader.key, "active"]).await?;
	ward.opens(&reader, &record, &ward.letter()?).await
}

async fn request_denied(network: &Network) -> Result<()> {
	let ward = Ward::new(network, "//Refused//Request").await?;
	let record = ward.add_letter(&["--category", "laboratory"]).await?;
	let Ward { patient, doctor_b, .. } = &ward;
	let request = acts::request(doctor_b, patient, "Hospital B", 1, &["laboratory"]).await?;
	ward.refused(doctor_b, &record, &[]).await?;
	patient.run(&["request", "deny", &request.to_string()]).await?;
	ward.refused(doctor_b, &record, &[]).await?;
	let approve = ["request", "approve", &request.to_string(), "--yes"];
	let said = patient.fails(&approve).await?;
	ensure!(said.contains("no request"), "what was denied can't be approved: {said}");

	let request = acts::request(doctor_b, patient, "Hospital B", 1, &["laboratory"]).await?;
	let wider = ["request", "approve", &request.to_string(), "--yes", "--category", "imaging"];
	let said = patient.fails(&wider).await?;
	ensure!(said.contains("only narrow"), "an approval can't widen a request: {said}");
	acts::approve(patient, request, &["laboratory"]).await?;
	ward.opens(doctor_b, &record, &ward.letter()?).await?;

	// Three can wait for an answer, and no more.
	for _ in 0..3 {
		acts::request(doctor_b, patient, "Hospital B", 1, &["laboratory"]).await?;
	}
	let filled = acts::request(doctor_b, patient, "Hospital B", 1, &["laboratory"]).await;
	let said = filled.err().context("a doctor can fill a patient's requests")?.to_string();
	ensure!(said.contains("TooManyByAsker"), "the doctor should hear of too many: {said}");
	Ok(())
}

/// What is asked of custodians about one record, past the command.
struct Asked {
	chain: Chain,
	custodians: Vec<CustodianClient>,
	patient: AccountId,
	record: Hex<32>,
}

impl Asked {
	async fn new(network: &Network, ward: &Ward, record: &str) -> Result<Self> {
		let chain = Chain::connect(&ward.doctor_b.node).await?;
		let custodians = network
			.sites
			.iter()
			.map(|site| {
				let institution = keypair(site.house.seed)?.account();
				let url = site.custodian.url();
				Ok(CustodianClient::new(&url, institution, chain.genesis())?.without_retries())
			})
			.collect::<Result<_>>()?;
		let patient = keypair(&ward.patient.key)?.account();
		Ok(Self { chain, custodians, patient, record: record.parse()? })
	}

	fn release(&self) -> AskRelease {
		AskRelease { patient: (&self.patient).into(), record: self.record, version: 0 }
	}

	/// Every custodian refuses, and says nothing of why.
	async fn is_refused_everywhere(&self, key: &Keypair, ask: &AskRelease) -> Result<()> {
		for custodian in &self.custodians {
			match custodian.release(key, ask).await {
				Err(CustodianError::NoAccess) => {},
				other => bail!("{} should give no access: {other:?}", custodian.url),
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

	/// Opens the record on the chain; whether it was opened.
	async fn opens(&self, reader: &Keypair) -> Result<bool> {
		decided(self.chain.submit(reader, self.opening()).await?)
	}

	/// The same, by a proxy.
	async fn opens_by_proxy(&self, proxy: &Keypair, reader: &Keypair) -> Result<bool> {
		let real = MultiAddress::Id(reader.account());
		let call =
			ProxyCall::proxy { real, force_proxy_type: None, call: Box::new(self.opening()) };
		decided(self.chain.submit(proxy, call).await?)
	}

	/// Sends a request, as it is, to B's custodian; gives status and answer.
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

/// Requests to a custodian that were replayed, kept, changed, or made for something else; openings
/// that are foreign or another's.
async fn requests_to_a_custodian(network: &Network) -> Result<()> {
	let ward = Ward::new(network, "//Refused//Custodian").await?;
	let other = Ward::new(network, "//Refused//Foreign").await?;
	let (record, foreign) = tokio::try_join!(ward.add_letter(&[]), other.add_letter(&[]))?;
	ward.permit(&[]).await?;
	ward.opens(&ward.doctor_b, &record, &ward.letter()?).await?;

	let asked = Asked::new(network, &ward, &record).await?;
	let (reader, colleague) = (keypair("//DoctorB")?, keypair("//DoctorB2")?);
	let stranger = keypair("//Refused//Nobody")?;
	let b = &asked.custodians[1];
	let (ask, path) = (asked.release(), "/v1/releases");
	let no_access = (403, json!({ "error": "no access" }));

	// Another's opening, and one's own of another's record: refused as if there were nothing.
	let of_foreign = AskRelease { record: foreign.parse()?, ..ask.clone() };
	let of_nothing = AskRelease { record: Hex([7; 32]), ..ask.clone() };
	let of_other =
		AskRelease { patient: Hex(keypair(&other.patient.key)?.public_key().0), ..ask.clone() };
	let sign = |key: &Keypair, ask: &AskRelease| {
		let signed = sign_request(key, b.genesis, &b.institution, action::RELEASE, ask, now());
		serde_json::to_string(&signed).expect("our own message")
	};
	for (what, key, ask) in [
		("another's opening", &colleague, &ask),
		("the author's without an opening", &keypair("//DoctorA")?, &ask),
		("the patient's without an opening", &keypair(&ward.patient.key)?, &ask),
		("a stranger's", &stranger, &ask),
		("a foreign record", &reader, &of_foreign),
		("a foreign patient", &reader, &of_other),
		("no record at all", &reader, &of_nothing),
	] {
		let answer = asked.post(path, sign(key, ask)).await?;
		ensure!(answer == no_access, "{what}: {answer:?}");
	}
	// On the chain too: another patient's record does not open under this patient's consent.
	let foreign_asked =
		Asked { record: foreign.parse()?, ..Asked::new(network, &ward, &record).await? };
	ensure!(!foreign_asked.opens(&reader).await?, "a foreign record was opened");
	asked.is_refused_everywhere(&reader, &of_foreign).await?;

	// What is the patient's alone.
	let envelope = FetchPatientEnvelope { record: ask.record, version: 0 };
	let refused = b.patient_envelope(&reader, &envelope).await;
	ensure!(refused == Err(CustodianError::NoAccess), "the patient's envelope: {refused:?}");
	b.patient_envelope(&keypair(&ward.patient.key)?, &envelope).await?;
	let log = ReadLog { patient: ask.patient, institution: None, from: 0, limit: 5 };
	let refused = b.log_page(&reader, &log).await;
	ensure!(refused == Err(CustodianError::NoAccess), "the patient's log: {refused:?}");
	b.log_page(&keypair(&ward.patient.key)?, &log).await?;

	// The same good request in all ways in which it can be bad.
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
	let (status, released) = asked.post(path, once.clone()).await?;
	ensure!(status == 200 && released["shares"][0]["sealed"].is_string(), "{status}: {released}");

	let as_colleague =
		Signed { account: Hex(colleague.public_key().0), ..sign_payload(&reader, &good()) };
	let mut flipped = sign_payload(&reader, &good());
	flipped.signature.0[9] ^= 1;
	let mut changed = sign_payload(&reader, &good());
	changed.payload = changed.payload.replace("\"version\":0", "\"version\":1");
	let genesis = Hex([9; 32]);
	let custodian = Hex::from(&asked.custodians[0].institution);
	let huge = "x".repeat(vouchsafe_client::messages::MAX_REQUEST + 1);
	for (what, body, expected) in [
		("replayed", once.clone(), 401),
		("stale", signed(Payload { at: now() - 200, ..good() }), 401),
		("from the future", signed(Payload { at: now() + 200, ..good() }), 401),
		("another's name", text(&as_colleague), 401),
		("a flipped bit", text(&flipped), 401),
		("a changed payload", text(&changed), 401),
		("another chain", signed(Payload { genesis, ..good() }), 421),
		("another custodian", signed(Payload { custodian, ..good() }), 421),
		("another action", signed(Payload { action: action::READ_LOG.into(), ..good() }), 421),
		("no JSON", "{".into(), 400),
		("too large", huge, 413),
	] {
		let (status, answer) = asked.post(path, body).await?;
		ensure!(status == expected, "{what} should be {expected}, not {status}: {answer}");
		let fields = answer.as_object().map_or(0, Map::len);
		ensure!(fields <= 1 && answer["shares"].is_null(), "{what} tells too much: {answer}");
	}
	let (status, _) = asked.post(path, signed(good())).await?;
	ensure!(status == 200, "after all that the good request is still a good one: {status}");
	Ok(())
}

/// How long an opening stands, in seconds.
const LIFETIME: u64 = 600;
/// Whose records were opened, and by whom, before the chain began.
const PATIENT: &str = "//PatientA";
const READER: &str = "//DoctorB";
/// The salt of the record that was opened too long ago, and of one that was opened just now.
const OLD: [u8; 16] = [42; 16];
const FRESH: [u8; 16] = [43; 16];

fn account(key: &str) -> AccountId {
	keypair(key).expect("a development key").account()
}

/// The record that the patient will enter with this salt: its id follows from both.
fn own_record(salt: [u8; 16]) -> [u8; 32] {
	let patient = account(PATIENT);
	vouchsafe_vault::record_id(&patient, &patient, &salt).0
}

/// Puts two openings into genesis, since nobody can wait that long: one a second past its time, and
/// a fresh one.
fn plant_openings(state: &mut Map<String, Value>) {
	let hashed = |account: AccountId| {
		let account = account_bytes(&account);
		[&blake2_128(&account)[..], &account].concat()
	};
	let key = [
		&twox_128(b"Custody")[..],
		&twox_128(b"Openings"),
		&hashed(account(PATIENT)),
		&hashed(account(READER)),
	]
	.concat();
	// Record, moment, block, purpose (treatment), and ground (a consent, for Hospital B).
	let opening =
		|salt, at: u64| (own_record(salt), at, 0u32, 0u8, (0u8, Some(account("//HospitalB"))));
	let openings = vec![opening(OLD, now() - LIFETIME - 1), opening(FRESH, now())];
	let text = |bytes: Vec<u8>| format!("0x{}", hex::encode(bytes));
	state.insert(text(key), Value::String(text(openings.encode())));
}

/// Two openings that differ only in their age, of records that the reader may read: for the old one
/// nothing is given. The fresh one is heeded: the custodian looks for its share of that record, and
/// says that there never was one.
async fn an_old_opening(network: &Network) -> Result<()> {
	let chain = Chain::connect(&network.node_url()).await?;
	for salt in [OLD, FRESH] {
		enter_record(&chain, salt).await?;
	}
	let patient = User::new(PATIENT, &network.root.join("old-opening"), &network.node_url())?;
	acts::grant(&patient, &Permit::read("Hospital B").and(&["--no-carry"])).await?;

	let at = chain.finalized().await?;
	ensure!(OPENING_LIFETIME == LIFETIME, "an opening's time has changed");
	let ground = Ground::Consent { institution: Some(account("//HospitalB")) };
	let planted = at.openings(&account(PATIENT), &account(READER)).await?;
	for (opening, salt) in planted.iter().zip([OLD, FRESH]) {
		let as_meant = opening.record.0 == own_record(salt)
			&& opening.ground == ground
			&& opening.purpose == Purpose::Treatment;
		ensure!(as_meant, "the opening was planted otherwise than meant");
	}
	ensure!(planted.len() == 2, "{} openings were planted", planted.len());

	let url = network.sites[1].custodian.url();
	let custodian = &CustodianClient::new(&url, account("//HospitalB"), chain.genesis())?;
	let answer = |salt| async move {
		let record = Hex(own_record(salt));
		let ask = AskRelease { patient: (&account(PATIENT)).into(), record, version: 0 };
		anyhow::Ok(custodian.release(&keypair(READER)?, &ask).await)
	};
	// The custodian's node may see the consent a little later than ours.
	until("the fresh opening is heeded", Duration::from_secs(20), || async {
		(answer(FRESH).await.ok()? == Err(CustodianError::NotFound)).then_some(())
	})
	.await?;
	let refused = answer(OLD).await?;
	ensure!(refused == Err(CustodianError::NoAccess), "an old opening: {refused:?}");
	Ok(())
}

/// The patient enters a record whose id is known beforehand. No custodian is given a share of it.
async fn enter_record(chain: &Chain, salt: [u8; 16]) -> Result<()> {
	let holders = ["//HospitalA", "//HospitalB", "//HospitalC"]
		.map(|key| Holder { account: account(key), kind: HolderKind::Institution });
	let sharing = NewSharingSet {
		threshold: 2,
		holders: holders.to_vec().try_into().expect("three holders are not too many"),
		commitments: H256([1; 32]),
	};
	let record = NewRecord {
		origin: Origin::PatientEntered,
		service: ServicePeriod { first: 1500, last: 1500 },
		relation: None,
		confidentiality: Confidentiality::Normal,
		labels: Labels(0),
		category: Category::PatientEntered,
	};
	let manifest = vouchsafe_client::cid::cid_of(b"nothing").to_bytes();
	let version = NewVersion { previous: H256([0; 32]), manifest, commitment: H256([2; 32]) };
	let (patient, institution) = (account(PATIENT), None);
	let call = RecordsCall::create { patient, institution, salt, record, version, sharing };
	chain.submit(&keypair(PATIENT)?, call).await?;
	Ok(())
}

/// A call that anybody enrolled may make.
fn harmless(to: &str) -> RuntimeCall {
	ConsentCall::revoke { grantee: Grantee::Institution(account(to)), id: 4_000_000 }.into()
}

/// Sends a call with a nonce of one's own choice to a node's pool.
async fn send(
	network: &Network,
	chain: &Chain,
	key: &Keypair,
	call: &RuntimeCall,
	nonce: u64,
) -> Result<Result<(), ChainError>> {
	let extrinsic = chain.finalized().await?.sign(key, call, nonce, 64);
	let bytes = format!("0x{}", hex::encode(extrinsic));
	let ask = json!({
		"jsonrpc": "2.0", "id": 1, "method": "author_submitExtrinsic", "params": [bytes],
	});
	let url = format!("http://127.0.0.1:{}", network.sites[0].node.rpc);
	let answer: Value = reqwest::Client::new().post(url).json(&ask).send().await?.json().await?;
	let Some(error) = answer.get("error") else { return Ok(Ok(())) };
	let said = format!("{} {}", error["message"], error["data"]);
	Ok(Err(refusal_of(&said).with_context(|| format!("no refusal that is known: {said}"))?))
}

async fn a_stranger(network: &Network) -> Result<()> {
	let chain = Chain::connect(&network.node_url()).await?;
	let stranger = keypair("//Refused//Stranger")?;
	let refused = send(network, &chain, &stranger, &harmless("//HospitalA"), 0).await?;
	ensure!(refused == Err(ChainError::Stranger), "a stranger's transaction: {refused:?}");
	let ward = Ward::new(network, "//Refused//Stranger").await?;
	let nonce = chain.best().await?.nonce(&account(&ward.patient.key)).await?;
	send(network, &chain, &stranger, &harmless("//HospitalA"), nonce).await?.context("enrolled")
}

/// One account fills the pool with transactions, and with revocations: it is stopped by its quota,
/// its one next revocation is not, and nobody else is held up.
async fn one_account_floods_the_pool(network: &Network) -> Result<()> {
	let ward = Ward::new(network, "//Refused//Flood").await?;
	let consent = ward.permit(&[]).await?;
	let chain = Chain::connect(&network.node_url()).await?;
	let key = keypair(&ward.patient.key)?;
	let grantee = Grantee::Institution(account("//HospitalB"));
	let revoke: RuntimeCall = ConsentCall::revoke { grantee, id: u32::try_from(consent)? }.into();
	let nonce = chain.best().await?.nonce(&account(&ward.patient.key)).await?;

	let far = send(network, &chain, &key, &revoke, nonce + 1_000_000).await?;
	ensure!(far == Err(ChainError::TooFarAhead), "a revocation far ahead: {far:?}");
	// From the second nonce on: so they wait in the pool, and none of them is in a block.
	let mut waiting = 0;
	let refused = loop {
		match send(network, &chain, &key, &revoke, nonce + 1 + waiting).await? {
			Ok(()) => waiting += 1,
			Err(refused) => break refused,
		}
		ensure!(waiting < 1000, "nothing stops the flood");
	};
	ensure!(refused == ChainError::TooFarAhead, "the flood was stopped otherwise: {refused:?}");
	println!("flood: {waiting} revocations of one account wait, then no more");
	ensure!(waiting > 50, "a patient should be able to do more: {waiting}");

	let start = Instant::now();
	let other = User::new("//PatientB", &ward.root, &network.node_url())?;
	acts::grant(&other, &Permit::write("Hospital B")).await?;
	ensure!(start.elapsed() < Duration::from_secs(60), "another patient was held up");
	let start = Instant::now();
	chain.submit_revocation(&key, revoke).await.context("the revocation that is next")?;
	println!("flood: the revocation went through in {:.1} s", start.elapsed().as_secs_f64());
	Ok(())
}

/// What an enrollee signed is good once, for one institution, as it was signed.
async fn replayed_enrolment(network: &Network) -> Result<()> {
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
	ensure!(said.contains("the chain refused"), "another's registrar: {said}");

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

/// Two doctors add a version to the same one at the same time: one of them is told.
async fn two_writers_race(network: &Network) -> Result<()> {
	let ward = Ward::new(network, "//Refused//Race").await?;
	let record = ward.add_letter(&[]).await?;
	let second = User::new("//DoctorA2", &ward.root, &ward.doctor_a.node)?;
	let file = |name: &str| {
		let file = ward.root.join(name);
		std::fs::write(&file, format!("The version of {name}.\n"))?;
		anyhow::Ok(file)
	};
	let (one, other) = (file("one")?, file("other")?);
	let raced = tokio::join!(
		acts::add_version(&ward.doctor_a, &ward.patient, &record, &one),
		acts::add_version(&second, &ward.patient, &record, &other),
	);
	let (won, said) = match raced {
		(Ok(()), Err(error)) => (&one, error),
		(Err(error), Ok(())) => (&other, error),
		(Ok(()), Ok(())) => bail!("both versions went through"),
		(Err(one), Err(other)) => bail!("neither version went through: {one:#}; {other:#}"),
	};
	let said = format!("{said:#}");
	let told = said.contains("NotTheHead") || said.contains("in the meantime");
	ensure!(told, "the slower writer should be told: {said}");
	ward.permit(&[]).await?;
	ward.opens(&ward.doctor_b, &record, won).await?;
	// Upon the version that won, the slower one goes through.
	acts::add_version(&second, &ward.patient, &record, &other).await?;
	ward.opens(&ward.doctor_b, &record, &other).await
}
