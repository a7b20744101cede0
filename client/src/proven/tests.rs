//! What a client believes of honest, lying, dead and late nodes.

mod node;
mod sending;

use super::*;
use node::{lock, node, Lie, HOSPITAL, NEWEST, OLDER};
use vouchsafe_protocol::{proof::ProofError, proven::TOO_OLD};

/// Waits for little.
const PACE: ProofPace = ProofPace {
	first: Duration::from_millis(400),
	behind: Duration::from_millis(400),
	newer: Duration::from_millis(400),
	silent: Duration::from_secs(60),
	others: Duration::from_millis(400),
	pause: Duration::from_millis(20),
};

/// What was told.
type Told = Arc<StdMutex<Vec<Notice>>>;

fn listener(told: &Told) -> Listener {
	let told = told.clone();
	Arc::new(move |notice| told.lock().unwrap().push(notice.clone()))
}

async fn prove_with(
	node: Chain,
	others: Vec<Connection>,
	kept: Option<Trusted>,
) -> (Result<ProvenChain, ChainError>, Told) {
	let told = Told::default();
	let chain = ProvenChain::with_pace(node, others, kept, listener(&told), PACE).await;
	(chain, told)
}

async fn prove(node: Chain, kept: Option<Trusted>) -> Result<ProvenChain, ChainError> {
	prove_with(node, vec![], kept).await.0
}

fn now() -> u64 {
	crate::signing::now()
}

fn not_proven<T>(answer: Result<T, ChainError>) -> ProofError {
	match answer {
		Err(ChainError::NotProven(error)) => error,
		Err(error) => panic!("{error}"),
		Ok(_) => panic!("it is believed"),
	}
}

async fn name(view: &impl View) -> Result<String, ChainError> {
	let institution = view.institution(&HOSPITAL).await?.unwrap();
	Ok(String::from_utf8(institution.name).unwrap())
}

#[tokio::test]
async fn an_honest_node_is_proven_from_its_genesis_block() {
	let (_node, chain, _server) = node(Lie::Nothing, now()).await;
	let chain = prove(chain, None).await.unwrap();
	let view = chain.finalized().await.unwrap();
	assert_eq!(view.number(), NEWEST);
	assert_eq!(name(&view).await.unwrap(), "Hospital A");
	// The hospital has no account, so it is not listed. But there is no other one either.
	assert_eq!(view.all_institutions().await, Ok(vec![]));
	let kept = Trusted::from_bytes(&chain.trusted().await.to_bytes(), chain.genesis()).unwrap();
	assert_eq!(kept.head().number, NEWEST);
}

/// Each question takes a trip to the node and back.
#[tokio::test]
async fn a_view_costs_few_requests() {
	let (node, chain, _server) = node(Lie::Nothing, now()).await;
	let asked = || std::mem::take(&mut lock(&node).asked);
	assert_eq!(asked(), ["chain_getBlockHash"]);
	let chain = prove(chain, None).await.unwrap();
	// The genesis block, the newest one, and whether that is of the same chain.
	let (finality, proof) = ("vouchsafe_finality", "state_getReadProof");
	let genesis_proof = "vouchsafe_genesisProof";
	assert_eq!(asked(), ["chain_getHeader", genesis_proof, finality, proof, finality]);
	let view = chain.finalized().await.unwrap();
	assert_eq!(asked(), [finality, proof]);
	name(&view).await.unwrap();
	name(&view).await.unwrap();
	assert_eq!(asked(), [proof]);
}

#[tokio::test]
async fn a_liar_is_not_believed() {
	for lie in [Lie::Signature, Lie::Genesis, Lie::State] {
		let (_node, chain, _server) = node(lie, now()).await;
		not_proven(prove(chain, None).await);
	}
	// It begins to lie later, about a block that is proven already.
	let (node, chain, _server) = node(Lie::Nothing, now()).await;
	let chain = prove(chain, None).await.unwrap();
	lock(&node).lie = Lie::State;
	not_proven(chain.finalized().await);
}

#[tokio::test]
async fn an_older_block_is_refused() {
	let (node, chain, _server) = node(Lie::Nothing, now()).await;
	let trusted = prove(chain.clone(), None).await.unwrap().trusted().await;
	node.lock().unwrap().lie = Lie::OldBlock;
	let error = not_proven(prove(chain.clone(), Some(trusted)).await);
	assert_eq!(error, ProofError::Older(OLDER, NEWEST));
	// A client that has seen nothing newer cannot tell.
	assert!(prove(chain, None).await.is_ok());
}

#[tokio::test]
async fn people_are_told_that_the_newest_block_is_old() {
	for (age, is_told) in [(0, false), (OLD - 5, false), (OLD, true), (86_400, true)] {
		let (_node, chain, _server) = node(Lie::Nothing, now() - age).await;
		let (chain, told) = prove_with(chain, vec![], None).await;
		chain.unwrap().finalized().await.unwrap();
		let told = told.lock().unwrap();
		assert_eq!(told.len(), usize::from(is_told), "{age}");
		let is_old = |notice: &Notice| match notice {
			Notice::Old { seconds } => seconds.is_some_and(|seconds| seconds >= age),
			_ => false,
		};
		assert!(told.iter().all(is_old), "{told:?}");
	}
}

/// The attack: a node that knows keys that were replaced long ago.
#[tokio::test]
async fn nothing_is_sealed_on_an_old_block() {
	for (age, is_fresh) in [(0, true), (TOO_OLD - 5, true), (TOO_OLD, false)] {
		let (_node, chain, _server) = node(Lie::Nothing, now() - age).await;
		let chain = prove(chain, None).await.unwrap();
		match chain.fresh().await {
			Ok(_) => assert!(is_fresh, "{age}"),
			Err(error) => {
				assert!(!is_fresh, "{age}: {error}");
				assert_eq!(error, ChainError::OldHead(Some(10)));
				assert!(error.to_string().contains("10 minutes ago"), "{error}");
			},
		}
		assert_eq!(chain.is_newer_than(Duration::from_secs(20)).await, Ok(age == 0));
		assert!(chain.finalized().await.is_ok(), "reading goes on");
	}
}

/// The attack: a machine whose clock is weeks behind takes each old block for a new one.
#[tokio::test]
async fn a_clock_that_is_behind_is_noticed() {
	for (ahead, is_noticed) in [(AHEAD - 5, false), (AHEAD + 60, true)] {
		let (_node, chain, _server) = node(Lie::Nothing, now() + ahead).await;
		let (chain, told) = prove_with(chain, vec![], None).await;
		let chain = chain.unwrap();
		assert!(chain.finalized().await.is_ok(), "reading goes on");
		let is_told =
			told.lock().unwrap().iter().any(|notice| matches!(notice, Notice::ClockBehind(_)));
		assert_eq!(is_told, is_noticed, "{ahead}");
		match chain.fresh().await {
			Ok(_) => assert!(!is_noticed, "{ahead}"),
			Err(error) => {
				assert!(is_noticed && matches!(error, ChainError::ClockBehind(_)), "{error}");
				assert!(error.to_string().contains("this machine's clock is behind"), "{error}");
			},
		}
	}
}

/// The attack: a second node takes the connection and answers nothing, to delay each read.
#[tokio::test]
async fn a_silent_node_is_left_out_for_a_while() {
	let now = now();
	for is_first in [false, true] {
		let (silent, one, _server) = node(Lie::Nothing, now).await;
		let (honest, other, _other_server) = node(Lie::Nothing, now).await;
		let (first, second) = if is_first { (one, other) } else { (other, one) };
		let chain = prove_with(first, vec![Ok(second)], None).await.0.unwrap();
		lock(&silent).lie = Lie::Silent;
		let begun = Instant::now();
		for _ in 0..5 {
			assert_eq!(chain.finalized().await.unwrap().number(), NEWEST);
		}
		assert!(begun.elapsed() < PACE.newer * 2, "{:?}", begun.elapsed());
		// If the other one fails, it is asked again.
		lock(&silent).lie = Lie::Nothing;
		lock(&honest).lie = Lie::Signature;
		lock(&honest).make_block(vec![]);
		assert!(chain.finalized().await.is_ok(), "{is_first}");
	}
}

/// The attack: a new folder is shown the genesis state.
#[tokio::test]
async fn the_genesis_state_alone_is_old() {
	let (node, chain, _server) = node(Lie::OnlyGenesis, now()).await;
	let (chain, told) = prove_with(chain, vec![], None).await;
	let chain = chain.unwrap();
	// It has waited for a newer block already.
	let asked = tokio::time::Instant::now();
	assert_eq!(chain.finalized().await.unwrap().number(), 0);
	assert!(asked.elapsed() < PACE.first);
	assert_eq!(*told.lock().unwrap(), [Notice::Old { seconds: None }]);
	assert_eq!(chain.fresh().await.map(drop), Err(ChainError::OldHead(None)));
	lock(&node).lie = Lie::Nothing;
	assert_eq!(chain.fresh().await.unwrap().number(), NEWEST);
}

#[tokio::test]
async fn the_first_block_of_a_new_chain_is_waited_for() {
	let (node, chain, _server) = node(Lie::OnlyGenesis, now()).await;
	let later = async {
		sleep(PACE.first / 2).await;
		lock(&node).lie = Lie::Nothing;
	};
	let ((chain, told), ()) = tokio::join!(prove_with(chain, vec![], None), later);
	assert_eq!(chain.unwrap().trusted().await.head().number, NEWEST);
	assert!(told.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_node_that_is_behind_gets_a_moment() {
	let (node, chain, _server) = node(Lie::Nothing, now()).await;
	let kept = prove(chain.clone(), None).await.unwrap().trusted().await;
	lock(&node).lie = Lie::Behind;
	let error = not_proven(prove(chain.clone(), Some(kept.clone())).await);
	assert_eq!(error, ProofError::Behind(kept.head().hash));
	assert!(error.to_string().contains("behind or on another fork"));
	let later = async {
		sleep(PACE.behind / 2).await;
		lock(&node).lie = Lie::Nothing;
	};
	let (chain, ()) = tokio::join!(prove(chain, Some(kept)), later);
	assert_eq!(chain.unwrap().finalized().await.unwrap().number(), NEWEST);
}

#[tokio::test]
async fn newer_blocks_are_given_to_the_keeper() {
	let (_node, chain, _server) = node(Lie::Nothing, now()).await;
	let mut chain = prove(chain, None).await.unwrap();
	let kept = Arc::new(StdMutex::new(Vec::new()));
	let keeper = kept.clone();
	let keep = move |trusted: &Trusted| keeper.lock().unwrap().push(trusted.head().number);
	chain.on_newer(Arc::new(keep)).await;
	chain.finalized().await.unwrap();
	assert_eq!(*kept.lock().unwrap(), [NEWEST], "there is no newer one");
}

#[tokio::test]
async fn one_node_alone_cannot_hide_newer_blocks() {
	let now = now();
	let (_liar, liar, _server) = node(Lie::OldBlock, now).await;
	let (_honest, honest, _other_server) = node(Lie::Nothing, now).await;
	let alone = prove(liar.clone(), None).await.unwrap();
	assert_eq!(alone.finalized().await.unwrap().number(), OLDER);
	let kept = Some(alone.trusted().await);
	let (chain, told) = prove_with(liar, vec![Ok(honest)], kept).await;
	let chain = chain.unwrap();
	let view = chain.finalized().await.unwrap();
	assert_eq!((view.number(), name(&view).await.unwrap()), (NEWEST, "Hospital A".into()));
	// Now it is known, the first node is behind, and the second one answers.
	let older = ChainError::from(ProofError::Older(OLDER, NEWEST));
	assert_eq!(chain.survey().await, [Err(older.clone()), Ok(NEWEST)]);
	assert_eq!(chain.finalized().await.unwrap().number(), NEWEST);
	assert_eq!(*told.lock().unwrap(), [Notice::Node { place: 0, error: older }]);
}

#[tokio::test]
async fn a_lying_or_dead_second_node_does_no_harm_and_is_named() {
	let now = now();
	let (honest_node, honest, _server) = node(Lie::Nothing, now).await;
	let (_liar, liar, _other_server) = node(Lie::Signature, now).await;
	let (_late, late, _late_server) = node(Lie::Behind, now).await;
	let mut stranger = honest.clone();
	stranger.set_genesis(H256([8; 32]));
	let dead = ChainError::Unreachable("nothing listens there".into());
	let others = vec![Ok(liar), Err(dead.clone()), Ok(late), Ok(stranger)];
	let (chain, told) = prove_with(honest, others, None).await;
	let chain = chain.unwrap();
	lock(&honest_node).make_block(vec![]);
	for _ in 0..2 {
		assert_eq!(chain.finalized().await.unwrap().number(), NEWEST + 1);
	}
	let told = told.lock().unwrap().clone();
	let places: Vec<_> = told
		.iter()
		.map(|notice| match notice {
			Notice::Node { place, .. } => *place,
			_ => panic!("{notice}"),
		})
		.collect();
	assert_eq!(places, [2, 3, 4, 1], "each once");
	assert_eq!(told[0], Notice::Node { place: 2, error: dead });
	assert!(told[2].to_string().contains("another chain"), "{}", told[2]);
	let liar = told[3].to_string();
	assert!(liar.starts_with("node 2 is not used: the node's answer is not proven"), "{liar}");
	assert!(!liar.contains("Use another"), "another one is used: {liar}");
}

#[tokio::test]
async fn two_final_blocks_of_one_height_are_reported() {
	let now = now();
	let (_one, one, _server) = node(Lie::Nothing, now).await;
	let (_other, other, _other_server) = node(Lie::Fork, now).await;
	let trusted = prove(one.clone(), None).await.unwrap().trusted().await;
	let (both, _) = prove_with(one, vec![Ok(other.clone())], None).await;
	assert_eq!(not_proven(both), ProofError::TwoFinal(NEWEST));
	// One after the other, too.
	let error = not_proven(prove(other, Some(trusted)).await);
	assert_eq!(error, ProofError::TwoFinal(NEWEST));
}

#[tokio::test]
async fn an_earlier_block_is_proven() {
	let (_node, chain, _server) = node(Lie::Nothing, now()).await;
	let chain = prove(chain, None).await.unwrap();
	for number in [NEWEST, OLDER, 1] {
		let view = chain.at_number(number).await.unwrap();
		assert_eq!(view.number(), number);
		assert_eq!(name(&view).await.unwrap(), "Hospital A");
	}
	let newer = not_proven(chain.at_number(NEWEST + 1).await);
	assert_eq!(newer, ProofError::NotInChain(NEWEST + 1));
}

#[tokio::test]
async fn a_false_earlier_block_is_not_believed() {
	let (node, chain, _server) = node(Lie::Nothing, now()).await;
	let chain = prove(chain, None).await.unwrap();
	lock(&node).lie = Lie::State;
	let view = chain.at_number(OLDER).await;
	let believed = match view {
		Ok(view) => name(&view).await.is_ok_and(|name| name != "Hospital A"),
		Err(_) => false,
	};
	assert!(!believed);
}
