//! A hospital's node lies to its users: it swaps the names of hospitals, their custodians' keys and
//! addresses, and heads of logs. On the first release a patient consented to the wrong hospital, and
//! the liar read a document.

use crate::refusals::shared_network;
use anyhow::{ensure, Context, Result};
use vouchsafe_client::chain::{Chain, Submit, View};
use vouchsafe_e2e::{
	attack::account,
	commands::{self, Permit},
	liar::{lie, Swap},
	scenario::Scenario,
};

#[tokio::test]
async fn a_lying_node_is_not_believed() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Lied//To").await?;
	scenario.add_letter(&[]).await?;
	let patient = &scenario.patient;

	// What the node could swap, read from the node itself.
	let chain = Chain::connect(&network.sites[0].node.url()).await?;
	let at = chain.finalized().await?;
	let custodian = |path: &str| {
		let path = path.to_owned();
		let at = at.clone();
		async move {
			let found = at.institution(&account(&path)).await?;
			found.and_then(|found| found.custodian).context("a custodian")
		}
	};
	let (a, b) = (custodian("//HospitalA").await?, custodian("//HospitalB").await?);
	let (_, head) = at.audit_head(&account(&patient.key)).await?;
	let lies = [
		("the names", Swap::hex(b"Hospital A", b"Hospital B")?),
		("the custodians' keys", Swap::hex(&a.key, &b.key)?),
		("the addresses", Swap::hex(&a.url, &b.url)?),
		("the head of the log", Swap::hex(&head.0, &[7; 32])?),
	];
	let port = network.sites[0].node.rpc;
	for (what, swap) in lies {
		let liar = lie(port, vec![swap]).await?;
		let deceived = patient.at(&format!("ws://127.0.0.1:{}", liar.port));
		let arguments: &[&str] = match what {
			"the head of the log" => &["audit", "verify"],
			_ => &["consent", "grant", "--to", "Hospital B", "--action", "read", "--yes"],
		};
		let said = deceived.fails(arguments).await?;
		ensure!(said.contains("is not proven"), "{what}: {said}");
	}
	// A proxy that changes nothing is no liar.
	let honest = lie(port, vec![Swap::hex(&[1; 40], &[2; 40])?]).await?;
	let patient = patient.at(&format!("ws://127.0.0.1:{}", honest.port));
	patient.run(&["audit", "verify"]).await?;
	commands::grant(&patient, &Permit::read("Hospital B")).await?;
	Ok(())
}
