//! Calls through nodes that lie about nonces, blocks, bodies, events and runtimes.

use super::{node::*, *};
use jsonrpsee::server::ServerHandle;
use vouchsafe_protocol::{
	calls::{AccessRequestsCall, ConsentCall, EnrolmentCall, UtilityCall},
	types::{AccountId, Effect, Grantee, ShownText, Terms},
};

fn call() -> RuntimeCall {
	UtilityCall::batch { calls: vec![] }.into()
}

fn grant() -> RuntimeCall {
	let text = ShownText { commitment: H256([4; 32]), language: *b"en" };
	let terms = Terms::all(Effect::Permit);
	ConsentCall::grant { grantee: Grantee::Everyone, terms, text }.into()
}

fn revoke() -> RuntimeCall {
	ConsentCall::revoke { grantee: Grantee::Everyone, id: 1 }.into()
}

/// A node with this lie, and a connection to it that has proven its newest block.
async fn case(lie: Lie) -> (Shared, ProvenChain, ServerHandle) {
	let (node, chain, server) = node(lie, now()).await;
	(node, prove(chain, None).await.unwrap(), server)
}

async fn submit(chain: &ProvenChain, call: RuntimeCall) -> Result<Included, ChainError> {
	chain.submit(&signer(), call).await
}

/// The nonces of all signatures that the node got.
fn nonces(node: &Shared) -> Vec<u64> {
	lock(node).got.iter().map(|it| nonce_of(it)).collect()
}

/// Whether the signature is valid from the block of this hash on.
fn is_born_at(extrinsic: &[u8], block: H256, genesis: H256) -> bool {
	use codec::{Compact, Decode, Encode};
	let input = &mut &extrinsic[..];
	Compact::<u32>::decode(input).unwrap();
	let (_, _, account, _) = <(u8, u8, [u8; 32], u8)>::decode(input).unwrap();
	let signature = <[u8; 64]>::decode(input).unwrap();
	let explicit = *input;
	let _ = <([u8; 2], Compact<u64>, u8)>::decode(input).unwrap();
	let explicit = &explicit[..explicit.len() - input.len()];
	let version = vouchsafe_protocol::compatibility::RuntimeMetadata::own().version().unwrap();
	let implicit =
		(version.spec_version, version.transaction_version, genesis, block, None::<[u8; 32]>)
			.encode();
	let payload = [*input, explicit, &implicit].concat();
	let (signature, key) =
		(subxt_signer::sr25519::Signature(signature), subxt_signer::sr25519::PublicKey(account));
	subxt_signer::sr25519::verify(&signature, payload, &key)
}

#[tokio::test]
async fn a_call_is_done_when_it_is_proven() {
	let (node, chain, _server) = case(Lie::Nothing).await;
	let head = *chain.trusted().await.head();
	for nonce in 0..3 {
		let included = submit(&chain, call()).await.unwrap();
		let number = NEWEST + 1 + u32::try_from(nonce).unwrap();
		assert_eq!((included.number, included.events.len()), (number, 1));
		assert_eq!(
			chain.finalized().await.unwrap().nonce(&signer().account()).await,
			Ok(nonce + 1)
		);
	}
	assert_eq!(nonces(&node), [0, 1, 2]);
	let first = lock(&node).got[0].clone();
	assert!(is_born_at(&first, head.hash, chain.genesis()), "it is valid from the proven head on");
}

#[tokio::test]
async fn a_failure_is_proven_too() {
	let (node, chain, _server) = case(Lie::Nothing).await;
	lock(&node).fails = true;
	let error = submit(&chain, call()).await.unwrap_err();
	assert!(error.is_dispatch("System", "BadOrigin"), "{error}");
}

/// The attack: a signature with a later nonce lies ready at the node, and permits again what was
/// revoked meanwhile.
#[tokio::test]
async fn no_call_gets_a_nonce_that_only_the_node_names() {
	for waiting in [1, 7, 5_000_000_000] {
		let (node, chain, _server) = case(Lie::Pending(waiting)).await;
		assert_eq!(submit(&chain, grant()).await, Err(ChainError::OthersWait));
		assert!(lock(&node).got.is_empty(), "nothing was signed");
	}
}

#[tokio::test]
async fn calls_of_another_program_are_waited_for() {
	let (node, chain, _server) = case(Lie::Pending(1)).await;
	let other = async {
		sleep(PACE.others / 3).await;
		let mut node = lock(&node);
		node.lie = Lie::Nothing;
		node.make_block(vec![b"of another terminal".to_vec()]);
	};
	let (included, ()) = tokio::join!(submit(&chain, call()), other);
	assert_eq!(included.unwrap().number, NEWEST + 2);
	assert_eq!(nonces(&node), [1]);
}

#[tokio::test]
async fn calls_at_the_same_time_have_different_nonces() {
	let (node, chain, _server) = case(Lie::KeepsBack).await;
	let start = || {
		let chain = chain.clone();
		tokio::spawn(async move { submit(&chain, call()).await })
	};
	let (one, other) = (start(), start());
	while lock(&node).got.len() < 2 {
		sleep(PACE.pause).await;
	}
	let mut both = nonces(&node);
	both.truncate(2);
	assert_eq!(both, [0, 1]);
	for call in [one, other] {
		call.abort();
		assert!(call.await.unwrap_err().is_cancelled());
	}
	// They are not in flight any more, and neither is in a block.
	lock(&node).lie = Lie::Nothing;
	submit(&chain, call()).await.unwrap();
	assert_eq!(nonces(&node).last(), Some(&0));
}

/// The attack: the node says that the nonce was used, to get a signature with the next one.
#[tokio::test]
async fn a_call_gets_another_nonce_only_if_a_proven_block_has_used_its_own() {
	let (node, mut chain, _server) = node(Lie::SaysOutdated, now()).await;
	chain.pace.patience = Duration::from_secs(2);
	let chain = prove(chain, None).await.unwrap();
	assert_eq!(submit(&chain, grant()).await, Err(ChainError::Pending(0)));
	let nonces = nonces(&node);
	assert!(nonces.len() > 1 && nonces.iter().all(|nonce| *nonce == 0), "{nonces:?}");
}

/// The attack: the same, and the node includes the call each time.
#[tokio::test]
async fn a_call_that_is_called_outdated_and_included_takes_effect_once() {
	let (node, chain, _server) = case(Lie::OutdatedButIncludes).await;
	assert_eq!(submit(&chain, grant()).await.unwrap().number, NEWEST + 1);
	assert_eq!(lock(&node).newest(), NEWEST + 1);
	assert!(nonces(&node).iter().all(|nonce| *nonce == 0));
}

#[tokio::test]
async fn a_call_gets_the_next_nonce_if_another_call_has_used_its_own() {
	let (node, chain, _server) = case(Lie::KeepsBack).await;
	let other = async {
		while lock(&node).got.is_empty() {
			sleep(PACE.pause).await;
		}
		let mut node = lock(&node);
		node.lie = Lie::Nothing;
		node.make_block(vec![b"of another terminal".to_vec()]);
	};
	let (included, ()) = tokio::join!(submit(&chain, call()), other);
	assert_eq!(included.unwrap().number, NEWEST + 2);
	assert_eq!(nonces(&node).last(), Some(&1));
}

/// The attack: the node includes a call and hides it, to get a signature with the next nonce.
#[tokio::test]
async fn a_call_that_the_node_hides_is_not_signed_with_another_nonce() {
	let (node, chain, _server) = case(Lie::HidesCalls).await;
	let error = not_proven(submit(&chain, grant()).await);
	let hash = lock(&node).blocks().pop().unwrap().hash;
	assert_eq!(error, ProofError::Body(hash));
	assert!(nonces(&node).iter().all(|nonce| *nonce == 0));
}

/// The attack: "done", although nothing was done.
#[tokio::test]
async fn done_without_proof_is_not_done() {
	for lie in [Lie::SaysDone, Lie::OwnBlock, Lie::Events] {
		let (node, chain, _server) = case(lie).await;
		let error = not_proven(submit(&chain, revoke()).await);
		match (lie, &error) {
			(Lie::SaysDone, ProofError::NotThere(_))
			| (Lie::OwnBlock, ProofError::NotInChain(_))
			| (Lie::Events, ProofError::State(_)) => {},
			_ => panic!("{lie:?}: {error}"),
		}
		assert!(nonces(&node).iter().all(|nonce| *nonce == 0));
	}
}

#[tokio::test]
async fn a_revocation_replaces_a_call_that_waits() {
	let (node, chain, _server) = case(Lie::Pending(3)).await;
	chain.submit_revocation(&signer(), revoke()).await.unwrap();
	assert_eq!(nonces(&node), [0]);
}

/// The attack: a signature for another runtime.
#[tokio::test]
async fn a_call_is_signed_for_the_proven_runtime() {
	let (node, chain, _server) = case(Lie::Runtime).await;
	let own = vouchsafe_protocol::compatibility::RuntimeMetadata::own().version().unwrap();
	let error = not_proven(submit(&chain, call()).await);
	assert_eq!(error, ProofError::Runtime(own.spec_version + 1, own.spec_version));
	assert!(lock(&node).got.is_empty(), "nothing was signed");
}

/// The attack: an old block, at which the keys and consents are those of another time.
#[tokio::test]
async fn nothing_is_permitted_on_an_old_block_but_revocations_go_on() {
	let (node, chain, _server) = node(Lie::Nothing, now() - TOO_OLD).await;
	let chain = prove(chain, None).await.unwrap();
	let error = submit(&chain, grant()).await.unwrap_err();
	assert_eq!(error, ChainError::OldHead(Some(10)));
	assert!(lock(&node).got.is_empty(), "nothing was signed");
	chain.submit_revocation(&signer(), revoke()).await.unwrap();
	submit(&chain, call()).await.unwrap();
	assert_eq!(nonces(&node), [0, 1]);
}

/// A first node that tells this lie from now on, beside an honest second one.
async fn pair(lie: Lie) -> (Shared, Shared, ProvenChain, [ServerHandle; 2]) {
	let now = now();
	let (liar, first, server) = node(Lie::Nothing, now).await;
	let (honest, second, other_server) = node(Lie::Nothing, now).await;
	let (chain, _) = prove_with(first, vec![Ok(second)], None).await;
	lock(&liar).lie = lie;
	(liar, honest, chain.unwrap(), [server, other_server])
}

/// What the first of two nodes can do to a call.
const KEPT_BACK: [Lie; 10] = [
	Lie::KeepsBack,
	Lie::Refuses,
	Lie::SaysOutdated,
	Lie::Chatters,
	Lie::FarNonce,
	Lie::Silent,
	Lie::OnlyProves,
	Lie::SaysDone,
	Lie::OwnBlock,
	Lie::Runtime,
];

/// The attack: the user's node keeps a call back. Another institution's node gets it too.
#[tokio::test]
async fn one_node_alone_cannot_keep_a_call_back() {
	for lie in KEPT_BACK {
		for is_revocation in [false, true] {
			let (liar, honest, chain, _servers) = pair(lie).await;
			let begun = Instant::now();
			let included = match is_revocation {
				true => chain.submit_revocation(&signer(), revoke()).await,
				false => submit(&chain, call()).await,
			};
			assert_eq!(included.unwrap().number, NEWEST + 1, "{lie:?}");
			assert!(begun.elapsed() < Duration::from_secs(5), "{lie:?}: {:?}", begun.elapsed());
			assert!(nonces(&honest).iter().all(|nonce| *nonce == 0), "{lie:?}");
			let first = lock(&liar).got.first().cloned();
			let same = first.is_none_or(|first| lock(&honest).got[0] == first);
			assert!(same, "{lie:?}: the same bytes");
		}
	}
}

#[tokio::test]
async fn a_refusal_by_all_nodes_counts() {
	for others in [Lie::Refuses, Lie::Silent] {
		let (_, other, chain, _servers) = pair(Lie::Refuses).await;
		lock(&other).lie = others;
		assert_eq!(submit(&chain, call()).await, Err(ChainError::MayNotSign), "{others:?}");
	}
}

/// The attack: the only node says that other calls wait, to hold up a deny or a refusal.
#[tokio::test]
async fn what_only_takes_access_does_not_wait_for_calls_that_a_node_names() {
	let text = ShownText { commitment: H256([4; 32]), language: *b"en" };
	let terms = Terms::all(Effect::Deny { binds_break_glass: true });
	let account = AccountId::new([3; 32]);
	let calls: [RuntimeCall; 4] = [
		ConsentCall::grant { grantee: Grantee::Everyone, terms, text }.into(),
		ConsentCall::refuse_assisted.into(),
		AccessRequestsCall::deny { request: 1 }.into(),
		EnrolmentCall::set_signing_disabled { account, since: Some(1) }.into(),
	];
	let (node, chain, _server) = case(Lie::Pending(7)).await;
	for call in calls {
		submit(&chain, call).await.unwrap();
	}
	assert_eq!(nonces(&node), [0, 1, 2, 3]);
}

/// The attack: a node names a far nonce, and every honest pool keeps the revocation for later.
#[tokio::test]
async fn a_revocation_has_the_proven_nonce() {
	let (node, chain, _server) = case(Lie::FarNonce).await;
	let later = async {
		while lock(&node).got.is_empty() {
			sleep(PACE.pause).await;
		}
		lock(&node).lie = Lie::Nothing;
	};
	let revoking = async { chain.submit_revocation(&signer(), revoke()).await };
	let (included, ()) = tokio::join!(revoking, later);
	included.unwrap();
	assert!(nonces(&node).iter().all(|nonce| *nonce == 0));
}

/// A revocation goes on while other calls of this program wait.
#[tokio::test]
async fn a_revocation_does_not_queue_behind_calls_that_wait() {
	let (node, chain, _server) = node(Lie::Pending(3), now()).await;
	let pace = ProofPace { others: Duration::from_secs(600), ..PACE };
	let chain = ProvenChain::with_pace(chain, vec![], None, Arc::new(|_| {}), pace).await.unwrap();
	let start = || {
		let chain = chain.clone();
		tokio::spawn(async move { submit(&chain, call()).await })
	};
	let waiting = [start(), start(), start()];
	sleep(Duration::from_millis(200)).await;
	let signer = signer();
	let revoking = chain.submit_revocation(&signer, revoke());
	timeout(Duration::from_secs(3), revoking).await.expect("it does not wait").unwrap();
	assert_eq!(nonces(&node), [0]);
	for call in waiting {
		call.abort();
	}
}

/// The attack: the first signature is kept back until the head is old, then a new one is wanted.
#[tokio::test]
async fn nothing_is_permitted_again_on_an_old_block() {
	let (node, chain, _server) = node(Lie::Nothing, now() - TOO_OLD).await;
	let chain = prove(chain, None).await.unwrap();
	let last = chain.finalized().await.unwrap();
	let old = Err(ChainError::OldHead(Some(10)));
	assert_eq!(submission::prepare(&chain, &grant(), &last, 1).await.map(drop), old);
	assert!(submission::prepare(&chain, &revoke(), &last, 1).await.is_ok());
	assert!(lock(&node).got.is_empty());
}
