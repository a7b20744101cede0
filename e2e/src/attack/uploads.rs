//! Uploads to a custodian that has no room for all of them.

use super::{
	custodian::{content, hospital_b},
	scene::HOSPITAL_B,
	Attack, Played, Stopped,
};
use crate::{
	commands::{keypair, pending_opening},
	network::{Limits, Network},
	scenario::Scenario,
	stops,
};
use anyhow::{ensure, Context, Result};
use futures::{future::join_all, stream, StreamExt};
use std::{io, time::Duration};
use vouchsafe_client::{
	chain::Chain,
	cid::{cid_of, CHUNK},
	custodian::{Custodian, CustodianClient, CustodianError},
};

/// The attack.
pub const ATTACKS: &[Attack] = &[Attack::in_turn(
	"2.3b",
	"An author uploads in parallel, past one limit, to a full disk",
	|network| Box::pin(parallel_uploads(network)),
)];

/// How many uploads the author begins, and for how many there is room.
const UPLOADS: u8 = 6;
const ROOM: usize = 3;
/// How long the author lets each upload last, so that all have begun before one ends.
const LASTS: Duration = Duration::from_secs(2);

/// Uploads content, of which the last part comes late.
async fn upload(
	custodian: &CustodianClient,
	author: &str,
	seed: u8,
	lasts: Duration,
) -> Result<Result<(), CustodianError>> {
	let bytes = content(seed);
	let pieces = || {
		let (first, last) = bytes.split_at(CHUNK);
		let pieces = [(first.to_vec(), Duration::ZERO), (last.to_vec(), lasts)];
		Box::pin(stream::iter(pieces).then(|(piece, pause)| async move {
			tokio::time::sleep(pause).await;
			Ok::<_, io::Error>(piece.into())
		}))
	};
	let length = bytes.len() as u64;
	Ok(custodian.add_content(&keypair(author)?, &cid_of(&bytes), length, pieces).await)
}

/// Whether the custodian refused the upload with this status.
fn is_refused(result: &Result<(), CustodianError>, with: u16) -> bool {
	matches!(result, Err(CustodianError::Refused { status, .. }) if *status == with)
}

async fn parallel_uploads(network: &mut Network) -> Played {
	let scenario = Scenario::new(network, "//Attack//Uploads").await?;
	let record = scenario.add_letter(&[]).await?;
	scenario.permit(&["--no-carry"]).await?;
	let room = (ROOM * content(0).len()) as u64;
	let limits = Limits { max_unclaimed: room, ..Limits::default() };
	network.restart_custodian(HOSPITAL_B, limits).await?;
	let chain = Chain::connect(&network.node_url()).await?;
	let (custodian, ipfs) = hospital_b(network, &chain)?;
	let uploads = (0..UPLOADS).map(|seed| upload(&custodian, "//DoctorB", 50 + seed, LASTS));
	let results = join_all(uploads).await.into_iter().collect::<Result<Vec<_>>>()?;
	let accepted = results.iter().filter(|result| result.is_ok()).count();
	stops!(accepted <= ROOM, "room for {accepted} uploads, although there is room for {ROOM}");
	let refused = results.iter().filter(|result| is_refused(result, 413)).count();
	ensure!(accepted == ROOM && accepted + refused == results.len(), "{results:?}");
	for (seed, result) in (0..UPLOADS).zip(&results) {
		let is_there = ipfs.has_block(&cid_of(&content(50 + seed))).await?;
		stops!(is_there == result.is_ok(), "a refused upload on the disk ({seed})");
	}
	let colleague = "//DoctorB2";
	upload(&custodian, colleague, 60, Duration::ZERO).await?.context("a colleague's upload")?;

	// As if the disk had nothing left but what must stay free.
	let full = Limits { reserve: i64::MAX as u64, ..Limits::default() };
	network.restart_custodian(HOSPITAL_B, full).await?;
	let result = upload(&custodian, colleague, 61, Duration::ZERO).await?;
	let is_there = ipfs.has_block(&cid_of(&content(61))).await?;
	stops!(result.is_err() && !is_there, "the last bytes of the disk");
	ensure!(is_refused(&result, 507), "{result:?}");
	let (reader, patient) = (&scenario.doctor_b, &scenario.patient);
	let opening = pending_opening(reader, network, patient, "Hospital B", &record).await?;
	opening.ask(HOSPITAL_B).await.context("a full disk stops no release")?;

	network.restart_custodian(HOSPITAL_B, Limits::default()).await?;
	upload(&custodian, colleague, 61, Duration::ZERO).await?.context("with room on the disk")?;
	Ok(Stopped::by_custodian(format!(
		"{refused} of {UPLOADS} (413), and all if the disk is full (507), while shares are released"
	)))
}
