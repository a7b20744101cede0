//! A custodian's key was stolen, and the hospital names another custodian. A key share that is on its way
//! must reach only the new custodian.

use super::{
	custodian::shares_of,
	scene::{account, name_custodian, wait_for_acknowledgements, HOSPITAL_C},
	Attack, By, Played,
};
use crate::{
	adding::Adding,
	commands::encryption_key,
	network::{Custodian, Network},
	scenario::Scenario,
	stops,
};
use anyhow::{ensure, Context};
use std::time::Duration;
use vouchsafe_client::{
	chain::{Chain, Submit, View, H256},
	messages::Hex,
};

/// The attack.
pub const ATTACKS: &[Attack] = &[Attack::in_turn(
	"2.9",
	"A custodian is replaced while a key share is on its way to it",
	|network| Box::pin(a_share_on_its_way(network)),
)];

const SUCCESSOR: &str = "//HospitalC//successor";
/// How long the author's client may go on before it has asked every custodian.
const A_WHILE: Duration = Duration::from_secs(5);

async fn a_share_on_its_way(network: &mut Network) -> Played {
	let scenario = Scenario::new(network, "//Attack//Successor").await?;
	let site = &network.sites[HOSPITAL_C];
	let (doctor, patient) = (&scenario.doctor_a, &scenario.patient);
	let chain = Chain::connect(&network.node_url()).await?;
	let letter = scenario.letter()?;
	let file = letter.display().to_string();
	let add = ["record", "add", &file, "--patient", &patient.key, "--step-by-step"];
	let mut adding = Adding::start(doctor, &add)?;
	adding.go_to("final").await?;

	// The thief has the old key, and the old custodian goes on.
	let mut successor = Custodian::new(&network.root.join("successor"))?;
	successor.start("C's new custodian", SUCCESSOR, (&site.node, site.kubo.as_ref()))?;
	successor.wait_alive().await?;
	let key = encryption_key(SUCCESSOR).public().0;
	name_custodian(&chain, "//HospitalC", SUCCESSOR, &successor.url(), key).await?;
	let at = chain.finalized().await?.number();
	for site in 0..network.sites.len() {
		network.wait_for_block(site, at).await?;
	}
	let played = deliver(network, &scenario, &chain, adding, &successor).await;

	// The others use the old one again.
	let site = &network.sites[HOSPITAL_C];
	let (old, url) = ("//HospitalC//custodian", site.custodian.url());
	name_custodian(&chain, "//HospitalC", old, &url, encryption_key(old).public().0).await?;
	network.wait_ready(HOSPITAL_C).await?;
	played
}

async fn deliver(
	network: &Network,
	scenario: &Scenario,
	chain: &Chain,
	mut adding: Adding,
	successor: &Custodian,
) -> Played {
	let (doctor, patient) = (&scenario.doctor_a, &scenario.patient);
	let listed = patient.run(&["record", "list"]).await?;
	let record = listed["records"][0]["record"].as_str().context("no record")?.to_owned();
	let id = record.parse::<Hex<32>>()?.0;
	// It delivers to the others, and asks before it seals to a new key.
	adding.next_step().await?;
	adding.go_to("delivered").await?;
	adding.next_step().await?;
	let ended = tokio::time::timeout(A_WHILE, adding.go_to("acknowledged")).await;
	ensure!(ended.is_err(), "it has ended without the share for C");
	adding.kill().await?;
	let old = network.sites[HOSPITAL_C].custodian.store();
	let got = shares_of(&old, &id)?;
	stops!(got == 0, "the share: it was sealed to the stolen key");
	let got = shares_of(&successor.store(), &id)?;
	stops!(got == 0, "a share, for a key that the author did not confirm");

	doctor.run(&["name", "confirm", "Hospital C", "--yes"]).await?;
	let resumed = doctor.run(&["record", "add", "--resume"]).await?;
	ensure!(resumed["records"].as_array().is_some_and(|it| it.len() == 1), "{resumed}");
	wait_for_acknowledgements(chain, &account(&patient.key), H256(id)).await?;
	stops!(shares_of(&old, &id)? == 0, "the share, after the author confirmed the new key");
	ensure!(shares_of(&successor.store(), &id)? == 1, "the new custodian has its share");
	scenario.permit(&[]).await?;
	scenario.opens(&scenario.doctor_b, &record, &scenario.letter()?).await?;
	Ok(By::Client.withstands("it seals the share again, to the new key, once that is confirmed"))
}
