//! Attacks on people who are counted in studies, or who did not agree to it: by hospitals that contribute,
//! and by a researcher.

use super::{
	got_through,
	scene::{account, custodian, HOSPITAL_B},
	Attack, By, Played, Stopped,
};
use crate::{
	commands::{enrol, keypair},
	network::{rpc, Network, INSTITUTIONS},
	process::{until, TIMEOUT},
	research::proposing::{approve, propose, Asked},
	stops,
	user::User,
};
use anyhow::{ensure, Context, Result};
use futures::future::try_join_all;
use serde_json::json;
use vouchsafe_client::{
	chain::{calls::StudiesCall, AccountId, Chain, StudyQuestion, StudyRound, Submit, View},
	custodian::{Custodian, CustodianError},
	messages::{EvaluateIdentifiers, Hex, SendReport},
	protocol::events::{Event, StudiesEvent},
};
use vouchsafe_vault::{
	seal::PublicKey,
	study::{
		nullifier::{Blinded, Input},
		report::{seal_share, shard, ReportContext},
	},
};

/// The attacks.
pub const ATTACKS: &[Attack] = &[
	Attack::shared(
		"4.1",
		"A hospital contributes people who have not agreed to the study",
		|network| Box::pin(people_who_have_not_agreed(network)),
	),
	Attack::shared(
		"4.2",
		"A hospital counts people whom it does not have, and looks for others",
		|network| Box::pin(people_whom_the_hospital_does_not_have(network)),
	),
	Attack::shared("4.3", "A researcher asks the research port for the state", |network| {
		Box::pin(the_state_by_the_research_port(network))
	}),
];

/// For how many seconds people can be contributed.
const OPEN: u64 = 30;
/// How many people a round needs.
const LEAST: u32 = 11;
/// The aggregators of the attacked studies.
const AGGREGATORS: [&str; 2] = ["Hospital B", "Health Authority"];

/// A study of a researcher of its own, which runs.
struct Attacked {
	chain: Chain,
	study: u32,
	researcher: User,
}

impl Attacked {
	async fn new(network: &Network, name: &str, traits: &'static [&'static str]) -> Result<Self> {
		let node = network.node_url();
		let researcher = User::new(&format!("//Attack//{name}"), &network.root, &node)?;
		let registrar = User::new("//RegistrarA", &network.root, &node)?;
		enrol(&researcher, &registrar, "Hospital A", "researcher").await?;
		let asked = Asked { protocol: "age-sex.json", aggregators: &AGGREGATORS, traits };
		let study = propose(network, &researcher, &asked, OPEN).await?;
		approve(network, study).await?;
		let chain = Chain::connect(&node).await?;
		let attacked = Self { chain, study, researcher };
		attacked.until_it_is("open").await?;
		Ok(attacked)
	}

	/// Waits until the study's round is in this phase.
	async fn until_it_is(&self, phase: &str) -> Result<()> {
		until(&format!("the round is {phase}"), TIMEOUT, || async {
			let shown = self.researcher.run(&["study", "show", &self.study.to_string()]).await;
			(shown.ok()?["current"]["phase"] == phase).then_some(())
		})
		.await
	}

	/// How many of these people the chain counts if this key contributes them.
	async fn counted(&self, key: &str, people: &[AccountId]) -> Result<u32> {
		let people = people.iter().map(|person| (person.clone(), None)).collect();
		let call = StudiesCall::contribute { study: self.study, people };
		let included = self.chain.submit(&keypair(key)?, call).await?;
		let counted = included.find(|event| match event {
			Event::Studies(StudiesEvent::Contributed { counted, .. }) => Some(*counted),
			_ => None,
		});
		counted.context("the chain does not say how many are counted")
	}
}

/// A patient of Hospital A who makes these choices, as arguments of `study`.
async fn patient<const N: usize>(network: &Network, choices: [&[&str]; N]) -> Result<User> {
	let patient = User::new(&network.next_patient()?, &network.root, &network.node_url())?;
	for choice in choices {
		patient.run(&[&["study"][..], choice, &["--yes"]].concat()).await?;
	}
	Ok(patient)
}

async fn people_who_have_not_agreed(network: &Network) -> Played {
	let attacked = Attacked::new(network, "NotAgreed", &["commercial"]).await?;
	let study = attacked.study.to_string();
	let all: &[&str] = &["choose", "--trait", "commercial"];
	let leave: &[&str] = &["leave", &study];
	let patients = tokio::try_join!(
		patient(network, []),
		patient(network, [&["choose"]]),
		patient(network, [&["choose", "--trait", "commercial", "--country", "CH"]]),
		patient(network, [all, leave]),
		patient(network, [all]),
	)?;
	let (nobody, not_commercial, elsewhere, left, agreed) = patients;
	let of = |user: &User| account(&user.key);
	for (who, why) in [
		(&nobody, "who chose nothing"),
		(&not_commercial, "who chose no commercial studies"),
		(&elsewhere, "who chose studies in another country"),
		(&left, "who has left this study"),
	] {
		let counted = attacked.counted("//RegistrarA", &[of(who)]).await?;
		stops!(counted == 0, "somebody is counted {why}");
	}
	// Hospital B did not enrol the one who agreed, and has written nothing about this patient.
	let counted = attacked.counted("//RegistrarB", &[of(&agreed)]).await?;
	stops!(counted == 0, "Hospital B counts a patient of Hospital A");
	let refused = attacked.counted("//DoctorA", &[of(&agreed)]).await;
	stops!(refused.is_err(), "a doctor alone contributes a patient");
	ensure!(attacked.counted("//RegistrarA", &[of(&agreed)]).await? == 1, "the honest one counts");
	let again = attacked.counted("//RegistrarA", &[of(&agreed)]).await?;
	stops!(again == 0, "one person is counted twice");
	Ok(Stopped::by_chain("it asks each patient's consents, and whose patient it is"))
}

/// A part of a report for so many people, for Hospital B's custodian.
fn report(
	round: StudyRound,
	contributor: &AccountId,
	people: u32,
	key: [u8; 32],
) -> Result<SendReport> {
	let question = StudyQuestion::Table { cells: 9, weight: 1 };
	let context = ReportContext::new(round, contributor.clone(), people);
	let mut cells = [0; 9];
	cells[0] = people.into();
	let sharded = shard(&question, 2, &context, &cells)?;
	let first = sharded.input_shares.first().context("a share")?;
	Ok(SendReport {
		study: round.study,
		round: round.round,
		contributor: contributor.into(),
		people,
		report: Hex(context.report),
		nonce: Hex(sharded.nonce),
		public_share: sharded.public_share.clone().into(),
		sealed_share: seal_share(&PublicKey(key), &context, 0, first)?.into(),
	})
}

/// Blinds the identifiers of these persons.
fn blinded(persons: &[u32]) -> Result<Vec<Hex<32>>> {
	let input = |person: &u32| Input::identifier("urn:persons", &person.to_string());
	let inputs = persons.iter().map(input).collect::<Result<_, _>>()?;
	Ok(Blinded::new(inputs)?.points().into_iter().map(Hex).collect())
}

async fn people_whom_the_hospital_does_not_have(network: &Network) -> Played {
	let attacked = Attacked::new(network, "TooMany", &[]).await?;
	let people = (0..LEAST).map(|_| patient(network, [&["choose"]]));
	let people: Vec<AccountId> =
		try_join_all(people).await?.iter().map(|it| account(&it.key)).collect();
	ensure!(attacked.counted("//RegistrarA", &people).await? == LEAST, "all of them count");
	attacked.until_it_is("frozen").await?;

	let Attacked { chain, study, .. } = &attacked;
	let custodian = custodian(network, HOSPITAL_B, chain.genesis())?;
	let hospital = account("//HospitalA");
	let registrar = keypair("//RegistrarA")?;
	let evaluate = async |persons: &[u32]| {
		let (contributor, blinded) = (Hex::from(&hospital), blinded(persons)?);
		let request = EvaluateIdentifiers { study: *study, round: 0, contributor, blinded };
		anyhow::Ok(custodian.evaluate(&registrar, &request).await)
	};
	let evaluated = evaluate(&(0..LEAST).collect::<Vec<_>>()).await?;
	ensure!(evaluated.context("of its own people")?.evaluated.len() == people.len(), "all of them");
	let more = evaluate(&[LEAST]).await?;
	let said = refusal(more, "the identifier of somebody whom it does not have is evaluated")?;

	let round = StudyRound { genesis: chain.genesis(), study: *study, round: 0 };
	let at = chain.finalized().await?;
	let aggregator = at.institution(&account(INSTITUTIONS[HOSPITAL_B].seed)).await?;
	let key = aggregator.and_then(|it| it.custodian).context("B has a custodian")?.key;
	let send = async |people: u32, signer: &str| {
		let report = report(round, &hospital, people, key)?;
		anyhow::Ok(custodian.send_report(&keypair(signer)?, &report).await)
	};
	let got = "a table for more people than it has is taken";
	refusal(send(LEAST + 1, "//RegistrarA").await?, got)?;
	refusal(send(LEAST, "//RegistrarB").await?, "Hospital B sends a table for Hospital A")?;
	let honest = send(LEAST, "//RegistrarA").await?.context("the honest table")?;
	ensure!(honest.accepted, "the honest table is taken");
	Ok(Stopped::by_custodian("it counts a hospital's people on the chain").after(Some(said)))
}

/// What a custodian says to a request that it must refuse.
fn refusal<T>(answer: Result<T, CustodianError>, got: &str) -> Result<String> {
	match answer {
		Ok(_) => Err(got_through(got)),
		Err(CustodianError::Refused { message, .. }) => Ok(message),
		Err(error @ CustodianError::NoAccess) => Ok(error.to_string()),
		Err(other) => Err(other).context("a refusal was expected"),
	}
}

async fn the_state_by_the_research_port(network: &Network) -> Played {
	let site = &network.sites[0].node;
	let (all, research) = (site.http_url(), site.research_url().context("no research port")?);
	let account = account("//HospitalA").to_string();
	for (method, params) in [
		("state_getKeysPaged", json!(["0x", 10, null])),
		("state_call", json!(["Core_version", "0x"])),
		("chain_getBlock", json!([])),
		("system_accountNextIndex", json!([account])),
	] {
		ensure!(rpc(&all, method, params.clone()).await.is_some(), "{method} at the node's RPC");
		let got = rpc(&research, method, params).await;
		stops!(got.is_none(), "the research port answers {method}");
	}
	let studies = rpc(&research, "research_studies", json!({})).await;
	ensure!(studies.is_some_and(|it| it["items"].is_array()), "studies are answered");
	Ok(By::Node.stopped(super::Way::Refused, "the research port has only the methods research_*"))
}
