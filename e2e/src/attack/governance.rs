//! Attacks on the council and on the list of the chain's calls: by a seat, by a suspended institution, by
//! somebody who wants a proxy, and by an institution that names others' accounts.

use super::{
	scene::{account, Scene, HOSPITAL_C},
	Attack, Played, Stopped,
};
use crate::{
	commands::keypair,
	network::{hand_in, Network, Options},
	stops,
};
use anyhow::{ensure, Context, Result};
use codec::{Decode, Encode};
use sp_crypto_hashing::blake2_256;
use vouchsafe_client::{
	chain::{
		calls::{
			as_root, CouncilCall, EnrolmentCall, MultiSignature, RuntimeCall, UtilityCall,
			MAX_WEIGHT,
		},
		events::{ConsortiumEvent, CouncilEvent, Event},
		Chain, ChainError, Signer, Status, Submit, View, H256,
	},
	signing::now,
};

/// The attacks.
pub const ATTACKS: &[Attack] = &[
	Attack::shared("1.8a", "One seat of the council fills it with motions", |network| {
		Box::pin(many_motions(network))
	}),
	Attack::own("1.8b", "A suspended institution votes in the council", || Box::pin(suspended())),
	Attack::shared("1.10", "A thief adds a proxy that keeps acting for the patient", |network| {
		Box::pin(a_proxy(network))
	}),
	Attack::shared(
		"1.12a",
		"A hospital names somebody else's account as its custodian",
		|network| Box::pin(a_custodian_that_did_not_sign(network)),
	),
];

/// How many motions of a seat can be open.
const MOST_MOTIONS: u32 = 4;

/// The motion to raise Hospital C's limit of accounts to this.
fn motion(cap: u32) -> RuntimeCall {
	as_root(EnrolmentCall::set_cap { institution: account("//HospitalC"), cap }.into())
}

fn propose(motion: RuntimeCall) -> Result<RuntimeCall> {
	let length_bound = u32::try_from(motion.encoded_size())?;
	Ok(CouncilCall::propose { threshold: 3, proposal: Box::new(motion), length_bound }.into())
}

/// A proposal of a motion.
pub(super) fn some_motion() -> Result<RuntimeCall> {
	propose(motion(900_100))
}

async fn many_motions(network: &Network) -> Played {
	let scene = Scene::new(network, "Motions").await?;
	for cap in 0..MOST_MOTIONS {
		scene.ok("//HospitalC", propose(motion(900_000 + cap))?).await?;
	}
	let further = || propose(motion(900_000 + MOST_MOTIONS));
	let got = format!("{} open motions", MOST_MOTIONS + 1);
	scene.refused("//HospitalC", further()?, "Consortium.TooManyMotions", &got).await?;
	// The other seats go on.
	scene.ok("//HospitalB", further()?).await?;
	Ok(Stopped::by_chain(format!("a seat has at most {MOST_MOTIONS} open motions")))
}

/// Votes for a motion and closes it. Returns whether its call was dispatched with success.
pub(super) async fn carry(chain: &Chain, seats: &[&str], motion: RuntimeCall) -> Result<bool> {
	let proposal = H256(blake2_256(&motion.encode()));
	let proposed = propose(motion.clone())?;
	let included = chain.submit(&keypair(seats[0])?, proposed).await?;
	let index = included.find(|event| match event {
		Event::Council(CouncilEvent::Proposed { proposal_index, .. }) => Some(*proposal_index),
		_ => None,
	});
	let index = index.context("nothing was proposed")?;
	for seat in seats {
		let vote = CouncilCall::vote { proposal, index, approve: true };
		chain.submit(&keypair(seat)?, vote).await.with_context(|| format!("the vote of {seat}"))?;
	}
	let close = CouncilCall::close {
		proposal_hash: proposal,
		index,
		proposal_weight_bound: MAX_WEIGHT,
		length_bound: u32::try_from(motion.encoded_size())?,
	};
	let included = chain.submit(&keypair(seats[0])?, close).await?;
	let dispatched = included.find(|event| match event {
		Event::Consortium(ConsortiumEvent::Dispatched { result }) => Some(result.is_ok()),
		_ => None,
	});
	Ok(dispatched.unwrap_or(false))
}

async fn suspended() -> Played {
	let options = Options { custodians: false, ..Options::default() };
	suspended_votes(&Network::with(options).await?).await
}

/// The council suspends Hospital C. After that its vote is not one of three.
pub async fn suspended_votes(network: &Network) -> Played {
	let chain = Chain::connect(&network.node_url()).await?;
	let cap = || async {
		let found = chain.finalized().await?.institution(&account("//HospitalC")).await?;
		anyhow::Ok(found.context("Hospital C is a member")?.cap)
	};
	let with_c = ["//HospitalA", "//HospitalB", "//HospitalC"];
	ensure!(carry(&chain, &with_c, motion(900_010)).await?, "three active seats are enough");
	ensure!(cap().await? == 900_010, "three active seats are Root");

	let account = account("//HospitalC");
	let suspend = as_root(EnrolmentCall::set_status { account, status: Status::Suspended }.into());
	let others = ["//HospitalA", "//HospitalB", "//Authority"];
	ensure!(carry(&chain, &others, suspend).await?, "the council suspends Hospital C");
	let voted = carry(&chain, &with_c, motion(900_011)).await;
	stops!(cap().await? == 900_010, "a motion that two active seats carried");
	let Err(error) = voted else {
		return Ok(Stopped::by_chain("its vote does not count"));
	};
	let Some(ChainError::MayNotSign) = error.downcast_ref() else { return Err(error) };
	Ok(Stopped::by_pool("a suspended institution signs nothing"))
}

/// The number of the pallet of proxies in the first release, which is not used again.
const PROXIES: u8 = 14;

async fn a_proxy(network: &Network) -> Played {
	let scene = Scene::new(network, "Proxy").await?;
	let key = keypair(&scene.scenario.patient.key)?;
	let harmless: RuntimeCall = UtilityCall::batch { calls: vec![] }.into();
	let at = scene.chain.best().await?;
	let nonce = at.nonce(&key.account()).await?;
	let honest = at.sign(&key, &harmless, nonce, 64).await?;
	// The call is the extrinsic's last part. In its place comes the first release's `add_proxy`, of type
	// `Any` and without delay.
	let mut body = &honest[..];
	codec::Compact::<u32>::decode(&mut body)?;
	let before = body.strip_suffix(&harmless.encode()[..]).context("the call comes last")?;
	let thief = account("//Attack//Proxy//Thief");
	let forged = [before, &(PROXIES, 1u8, 0u8, thief, 0u8, 0u32).encode()].concat().encode();
	let url = network.sites[0].node.http_url();
	let said = hand_in(&url, &forged).await?;
	stops!(said.is_some(), "a proxy");
	let honest = hand_in(&url, &honest).await?;
	ensure!(honest.is_none(), "the honest call of the same key: {honest:?}");
	Ok(Stopped::by_pool("the chain has no proxies").after(said))
}

async fn a_custodian_that_did_not_sign(network: &Network) -> Played {
	let scene = Scene::new(network, "Custodian").await?;
	let newcomer = "//Attack//Custodian//Newcomer";
	let call = EnrolmentCall::set_custodian {
		url: network.sites[HOSPITAL_C].custodian.url().into_bytes(),
		account: account(newcomer),
		key: [7; 32],
		expires: now() + 3_600,
		signature: MultiSignature::Sr25519([7; 64]),
	};
	let got = "the account of a newcomer, who can no longer enrol";
	scene.refused("//HospitalC", call, "Enrolment.InvalidSignature", got).await?;
	scene.practitioner(newcomer, "Hospital A", "physician").await.context("the newcomer")?;
	Ok(Stopped::by_chain("the account must sign for it"))
}
