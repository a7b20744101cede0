//! A member lies to its users. On the first release a patient consented to the wrong hospital, and the
//! liar read a document.

use crate::suite::Suite;
use anyhow::{ensure, Result};
use futures::future::join_all;
use vouchsafe_e2e::{
	attack::{all, print::line},
	network::Network,
};

static SUITE: Suite = Suite::new("lying_node", 1);

#[tokio::test]
async fn a_lying_node_is_not_believed() -> Result<()> {
	let _turn = SUITE.turn().await;
	let network = Network::start().await?;
	let attacks = all().filter(|attack| attack.begins_with("3.1"));
	let lines = join_all(attacks.map(|attack| attack.play(Some(&network)))).await;
	lines.iter().for_each(|it| println!("{}", line(it, None)));
	let failed: Vec<_> = lines.iter().filter(|it| it.has_failed()).map(|it| it.attack.id).collect();
	ensure!(failed.is_empty(), "not stopped: {failed:?}");
	Ok(())
}
