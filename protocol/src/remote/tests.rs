//! What a wallet believes of honest, lying, dead and late custodians.

mod double;

use super::*;
use crate::{
	calls::{AccessRequestsCall, ConsentCall},
	proven::{AHEAD, TOO_OLD},
	signing::ReplacementKey,
	types::{Effect, Grantee, ShownText, Terms},
};
use double::*;
use futures::FutureExt as _;
use proptest::prelude::*;

fn chain_of(world: &Double, kept: Option<Trusted>) -> CustodianChain<Double> {
	let count = world.lock().lies.len();
	let custodians: Vec<_> =
		(0..count).map(|place| (url(place), institution(u8::try_from(place).unwrap()))).collect();
	let genesis = world.lock().genesis();
	let mut chain = CustodianChain::new(world.clone(), genesis, &custodians, kept).unwrap();
	// Each question is asked, though no time passes in between.
	chain.pace.recent = Duration::ZERO;
	chain.with_signer(Some(Arc::new(me())))
}

/// A chain with these custodians, of which nothing is known yet.
fn of(lies: &[Lie]) -> (Double, CustodianChain<Double>) {
	let world = Double::new(lies);
	let chain = chain_of(&world, None);
	(world, chain)
}

/// The names of all institutions, proven.
async fn names(chain: &CustodianChain<Double>) -> Result<Vec<String>, ChainError> {
	let view = chain.finalized().await?;
	let all = view.all_institutions().await?;
	Ok(all.into_iter().map(|(.., it)| String::from_utf8(it.name).unwrap()).collect())
}

fn all_names() -> Vec<String> {
	let mut names: Vec<_> = (0..INSTITUTIONS).map(|number| format!("Hospital {number}")).collect();
	names.sort();
	names
}

fn sorted(names: Result<Vec<String>, ChainError>) -> Result<Vec<String>, ChainError> {
	names.map(|mut names| {
		names.sort();
		names
	})
}

/// A call that only takes access away.
fn deny() -> RuntimeCall {
	AccessRequestsCall::deny { request: 1 }.into()
}

fn permit() -> RuntimeCall {
	let (grantee, terms) = (Grantee::Everyone, Terms::all(Effect::Permit));
	let text = ShownText { commitment: H256([1; 32]), language: *b"en" };
	ConsentCall::grant { grantee, terms, text }.into()
}

/// All lies about what is final and what is in the state.
fn lies() -> Vec<Lie> {
	let mut lies = vec![
		Lie::LeavesOutKey,
		Lie::Adds,
		Lie::Changes,
		Lie::Swaps,
		Lie::OtherHeader,
		Lie::Signature,
		Lie::Validators,
		Lie::OtherChain,
		Lie::Html,
		Lie::Large,
		Lie::Silent,
		Lie::Away,
		Lie::Runtime,
	];
	lies.extend((0..4).map(Lie::LeavesOut));
	lies.extend([0, 3, 17].map(Lie::ChangesNode));
	lies.extend([0, 32, 40, 70].map(Lie::ChangesHeader));
	lies
}

#[test]
fn an_honest_custodian_is_proven_from_its_genesis_block() {
	let (world, chain) = of(&[Lie::Nothing]);
	run(&world, async {
		assert_eq!(sorted(names(&chain).await), Ok(all_names()));
		assert_eq!(chain.finalized().await.unwrap().number(), NEWEST);
	});
	assert_eq!(chain.last_answers(), [Some(Ok(NEWEST))]);
	let kept = chain.trusted().unwrap().to_bytes();
	let kept = Trusted::from_bytes(&kept, chain.genesis()).unwrap();
	assert_eq!(kept.head().number, NEWEST);
}

/// A list and its values take one question.
#[test]
fn a_view_costs_few_requests() {
	let (world, chain) = of(&[Lie::Nothing]);
	let (finality, read) = ("/v1/chain/finality", "/v1/chain/read");
	let asked = || -> Vec<String> {
		let path = |path: String| path.split('?').next().unwrap().to_owned();
		world.asked().into_iter().map(|(_, it)| path(it)).collect()
	};
	run(&world, async {
		chain.finalized().await.unwrap();
		// The genesis block and its state, the newest one, whether that is of the same chain, and its time.
		assert_eq!(asked(), [read, read, finality, read, read]);
		let view = chain.finalized().await.unwrap();
		assert_eq!(asked(), [finality], "its time is known");
		// The institutions with their values, and their accounts.
		assert_eq!(view.institutions(None, 100).await.unwrap().len(), usize::from(INSTITUTIONS));
		assert_eq!(asked(), [read, read]);
		let all = view.institutions(Some(institution(0)), 2).await.unwrap();
		assert!(all.len() <= 2);
		assert_eq!(asked().len(), 1, "the accounts are known");
		let again = chain.finalized().await.unwrap();
		again.account(&institution(0)).await.unwrap();
		assert_eq!(asked(), [finality], "what is proven of a block stays proven");
	});
}

#[test]
fn the_newest_block_is_not_asked_for_twice_in_a_moment() {
	let (world, mut chain) = of(&[Lie::Nothing, Lie::Nothing]);
	chain.pace.recent = Duration::from_millis(300);
	run(&world, async {
		chain.finalized().await.unwrap();
		world.asked();
		world.lock().make_block(vec![], Duration::ZERO);
		assert_eq!(chain.finalized().await.unwrap().number(), NEWEST);
		assert!(world.asked().is_empty());
		world.sleep(chain.pace.recent).await;
		assert_eq!(chain.finalized().await.unwrap().number(), NEWEST + 1);
		// A block with a call of ours is waited for, even if the custodians were asked a moment ago.
		let included = chain.submit(&me(), deny()).await.unwrap();
		assert_eq!(chain.finalized().await.unwrap().number(), included.number);
	});
}

#[test]
fn a_liar_alone_is_never_believed() {
	for lie in lies() {
		let (world, chain) = of(&[lie]);
		let told = run(&world, names(&chain));
		assert!(told.is_err() || sorted(told.clone()) == Ok(all_names()), "{lie:?}: {told:?}");
		if !matches!(lie, Lie::LeavesOut(_)) {
			assert!(told.is_err(), "{lie:?} is noticed");
		}
		// It begins to lie later, about a block that is proven already.
		let (world, chain) = of(&[Lie::Nothing]);
		run(&world, chain.finalized()).unwrap();
		world.lock().lies[0] = lie;
		let told = run(&world, names(&chain));
		assert!(told.is_err() || sorted(told.clone()) == Ok(all_names()), "{lie:?}: {told:?}");
	}
}

#[test]
fn a_liar_does_no_harm_beside_an_honest_custodian() {
	for lie in lies() {
		for custodians in [[lie, Lie::Nothing], [Lie::Nothing, lie]] {
			let (world, chain) = of(&custodians);
			let told = run(&world, names(&chain));
			assert_eq!(sorted(told), Ok(all_names()), "{custodians:?}");
			// Also if it begins to lie later.
			let (world, chain) = of(&[Lie::Nothing, Lie::Nothing]);
			let view = run(&world, chain.finalized()).unwrap();
			world.lock().lies = custodians.to_vec();
			let told = run(&world, view.all_institutions()).unwrap();
			assert_eq!(told.len(), usize::from(INSTITUTIONS), "{custodians:?}");
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(48))]

	#[test]
	fn no_change_of_a_proof_is_believed(at: usize, kind in 0..3) {
		let lie = match kind {
			0 => Lie::LeavesOut(at),
			1 => Lie::ChangesNode(at),
			_ => Lie::ChangesHeader(at),
		};
		let (world, chain) = of(&[lie]);
		let told = sorted(run(&world, names(&chain)));
		prop_assert!(told.is_err() || told == Ok(all_names()), "{:?}", told);
	}
}

#[test]
fn an_older_block_is_refused() {
	let (world, chain) = of(&[Lie::Nothing]);
	run(&world, chain.finalized()).unwrap();
	world.lock().lies = vec![Lie::OldBlock];
	let error = run(&world, chain.finalized()).map(drop).unwrap_err();
	assert_eq!(error, ProofError::Older(OLDER, NEWEST).into());
	// A wallet that has seen nothing newer cannot tell.
	let fresh = chain_of(&world, None);
	assert_eq!(run(&world, fresh.finalized()).unwrap().number(), OLDER);
	// Another custodian can.
	world.lock().lies = vec![Lie::OldBlock, Lie::Nothing];
	let both = chain_of(&world, fresh.trusted());
	assert_eq!(run(&world, both.finalized()).unwrap().number(), NEWEST);
	assert_eq!(both.last_answers(), [Some(Ok(OLDER)), Some(Ok(NEWEST))]);
}

#[test]
fn two_final_blocks_of_one_height_are_reported() {
	for custodians in [[Lie::Nothing, Lie::Fork], [Lie::Fork, Lie::Nothing]] {
		let (world, chain) = of(&custodians);
		let error = run(&world, chain.finalized()).map(drop).unwrap_err();
		assert_eq!(error, ProofError::TwoFinal(NEWEST).into());
	}
	// One after the other, too.
	let (world, chain) = of(&[Lie::Nothing]);
	run(&world, chain.finalized()).unwrap();
	world.lock().lies = vec![Lie::Fork];
	let error = run(&world, chain.finalized()).map(drop).unwrap_err();
	assert_eq!(error, ProofError::TwoFinal(NEWEST).into());
}

#[test]
fn what_was_kept_of_another_chain_is_not_used() {
	let (world, chain) = of(&[Lie::OtherChain]);
	assert!(run(&world, chain.finalized()).is_err());
	let (honest, other) = of(&[Lie::Nothing]);
	run(&honest, other.finalized()).unwrap();
	let genesis = H256([8; 32]);
	let custodians = [(url(0), institution(0))];
	let stranger =
		CustodianChain::new(honest.clone(), genesis, &custodians, other.trusted()).unwrap();
	let error = run(&honest, stranger.finalized()).map(drop).unwrap_err();
	assert_eq!(error, ProofError::Kept.into());
}

/// The attack: a custodian takes the connection and answers nothing, to delay each read.
#[test]
fn a_silent_custodian_is_left_out_for_a_while() {
	for custodians in [[Lie::Silent, Lie::Nothing], [Lie::Nothing, Lie::Silent]] {
		let (world, chain) = of(&[Lie::Nothing, Lie::Nothing]);
		run(&world, chain.finalized()).unwrap();
		world.lock().lies = custodians.to_vec();
		let begun = world.elapsed();
		for _ in 0..5 {
			assert_eq!(run(&world, chain.finalized()).unwrap().number(), NEWEST);
		}
		assert!(world.elapsed() - begun <= chain.pace.soon, "{:?}", world.elapsed() - begun);
		// If the other one fails, it is asked again.
		world.lock().lies = custodians
			.map(|lie| match lie {
				Lie::Silent => Lie::Nothing,
				_ => Lie::Away,
			})
			.to_vec();
		assert!(run(&world, chain.finalized()).is_ok());
	}
	let (world, chain) = of(&[Lie::Silent, Lie::Silent]);
	assert!(run(&world, chain.finalized()).is_err(), "it ends");
}

#[test]
fn a_custodian_that_is_behind_gets_a_moment() {
	let (world, chain) = of(&[Lie::Nothing]);
	run(&world, chain.finalized()).unwrap();
	world.lock().lies = vec![Lie::Behind];
	let head = world.lock().hash_of(NEWEST);
	let error = run(&world, chain.finalized()).map(drop).unwrap_err();
	assert_eq!(error, ProofError::Behind(head).into());
	let later = async {
		world.sleep(chain.pace.behind / 2).await;
		world.lock().lies = vec![Lie::Nothing];
	};
	let (view, ()) = run(&world, async { futures::join!(chain.finalized(), later) });
	assert_eq!(view.unwrap().number(), NEWEST);
}

#[test]
fn newer_blocks_are_given_to_the_keeper() {
	let (world, mut chain) = of(&[Lie::Nothing]);
	let kept = Arc::new(Mutex::new(Vec::new()));
	let keeper = kept.clone();
	chain.on_newer(Arc::new(move |trusted| keeper.lock().unwrap().push(trusted.head().number)));
	run(&world, async {
		chain.finalized().await.unwrap();
		chain.finalized().await.unwrap();
		world.lock().make_block(vec![], Duration::ZERO);
		chain.finalized().await.unwrap();
	});
	assert_eq!(*kept.lock().unwrap(), [NEWEST, NEWEST + 1]);
}

/// The attacks: keys that were replaced long ago, and a clock that takes old blocks for new ones.
#[test]
fn nothing_is_permitted_on_an_old_block_or_by_a_clock_that_is_behind() {
	for (age, behind, error) in [
		(0, 0, None),
		(TOO_OLD - 5, 0, None),
		(TOO_OLD, 0, Some(ChainError::OldHead(Some(10)))),
		(0, AHEAD, None),
		(0, 3_600, Some(ChainError::ClockBehind(3_600))),
	] {
		let (world, chain) = of(&[Lie::Nothing]);
		world.lock().age = age;
		world.lock().clock_behind = i64::try_from(behind).unwrap();
		assert!(run(&world, chain.finalized()).is_ok(), "reading goes on");
		assert_eq!(run(&world, chain.fresh()).map(drop).err(), error, "{age} {behind}");
		let permitted = run(&world, chain.submit(&me(), permit()));
		assert_eq!(permitted.map(drop).err(), error, "{age} {behind}");
		assert!(run(&world, chain.submit(&me(), deny())).is_ok(), "a deny does not wait");
	}
}

#[test]
fn another_runtime_needs_an_update() {
	let (world, chain) = of(&[Lie::Runtime]);
	// The genesis block of that chain is another one too.
	let genesis = {
		let world = world.lock();
		world.genesis_of(Lie::Runtime)
	};
	let custodians = [(url(0), institution(0))];
	let theirs = CustodianChain::new(world.clone(), genesis, &custodians, None).unwrap();
	assert!(run(&world, chain.finalized()).is_err());
	let error = run(&world, theirs.finalized()).map(drop).unwrap_err();
	assert!(error.to_string().contains("update"), "{error}");
}

#[test]
fn an_earlier_block_is_proven() {
	let (world, chain) = of(&[Lie::Nothing]);
	run(&world, async {
		for number in [NEWEST, OLDER, 1] {
			let view = chain.at_number(number).await.unwrap();
			assert_eq!(view.number(), number);
			assert_eq!(view.all_institutions().await.unwrap().len(), usize::from(INSTITUTIONS));
		}
		let newer = chain.at_number(NEWEST + 1).await.map(drop).unwrap_err();
		assert_eq!(newer, ProofError::NotInChain(NEWEST + 1).into());
	});
}

#[test]
fn a_newer_block_is_waited_for() {
	let (world, chain) = of(&[Lie::Nothing, Lie::OldBlock]);
	run(&world, async {
		chain.finalized().await.unwrap();
		assert_eq!(chain.await_newer(OLDER).await, Ok(NEWEST), "it is known");
		let begun = world.elapsed();
		assert_eq!(chain.await_newer(NEWEST).await, Ok(NEWEST), "there is none");
		assert!(world.elapsed() - begun >= Duration::from_secs(WAIT));
		let begun = world.elapsed();
		world.lock().make_block(vec![], Duration::from_secs(3));
		assert_eq!(chain.await_newer(NEWEST).await, Ok(NEWEST + 1));
		assert!(world.elapsed() - begun < Duration::from_secs(4));
		assert_eq!(chain.await_log(7).await, Ok(8));
		let stranger = chain.with_signer(None);
		assert_eq!(stranger.await_log(7).await, Err(CustodianError::NoAccess.into()));
	});
}

#[test]
fn a_call_is_done_when_its_nonce_is_proven_to_be_used() {
	for custodians in [
		vec![Lie::Nothing],
		vec![Lie::KeepsBack, Lie::Nothing],
		vec![Lie::Nothing, Lie::SaysFinal],
		vec![Lie::SaysFinalLater, Lie::Nothing],
		vec![Lie::NamesBlock(u32::MAX), Lie::Nothing],
		vec![Lie::Refuses("Invalid Transaction: Custom error: 3"), Lie::Nothing],
		vec![Lie::Refuses("Invalid Transaction: Transaction is outdated"), Lie::Nothing],
		vec![Lie::NoEvents, Lie::Nothing],
		vec![Lie::Silent, Lie::Nothing],
		vec![Lie::Html, Lie::Nothing],
	] {
		let (world, chain) = of(&custodians);
		let included = run(&world, chain.submit(&me(), deny())).unwrap();
		assert_eq!(included.number, NEWEST + 1, "{custodians:?}");
		assert_eq!(included.block, world.lock().hash_of(NEWEST + 1));
		assert_eq!(included.events.len(), 1);
		assert_eq!(world.lock().nonce(NEWEST + 1), 1, "once");
		// What is read next is not older.
		assert!(run(&world, chain.finalized()).unwrap().number() > NEWEST);
		let next = run(&world, chain.submit_revocation(&me(), deny())).unwrap();
		assert_eq!(next.number, NEWEST + 2, "{custodians:?}");
	}
}

#[test]
fn a_call_that_fails_in_its_block_is_told() {
	for custodians in [vec![Lie::Fails], vec![Lie::Fails, Lie::Fails]] {
		let (world, chain) = of(&custodians);
		let error = run(&world, chain.submit(&me(), deny())).unwrap_err();
		assert!(error.is_dispatch("System", "BadOrigin"), "{error}");
		assert!(world.elapsed() <= BLOCK * 2, "nobody else is waited for");
	}
}

/// The attack: a custodian says that a call failed that has succeeded, before another one answers.
#[test]
fn one_custodians_failure_is_not_believed_beside_anothers_success() {
	let (failed, fails) = (Lie::SaysFailedLater, Lie::Fails);
	for custodians in [
		vec![failed, Lie::Nothing],
		vec![Lie::Nothing, failed],
		vec![failed, failed, Lie::Nothing],
		vec![fails, Lie::Nothing],
		vec![Lie::Nothing, fails],
		vec![failed, Lie::Away, Lie::Silent, Lie::Nothing],
	] {
		let (world, chain) = of(&custodians);
		let included = run(&world, chain.submit(&me(), deny())).unwrap();
		assert_eq!(included.number, NEWEST + 1, "{custodians:?}");
	}
}

/// Another custodian is away at first.
#[test]
fn others_get_a_moment_to_deny_a_failure() {
	let (world, chain) = of(&[Lie::Fails, Lie::Away]);
	let key = me();
	let later = async {
		world.sleep(chain.pace.proof / 2).await;
		world.lock().lies[1] = Lie::Nothing;
	};
	let (sent, ()) = run(&world, async { futures::join!(chain.submit(&key, deny()), later) });
	assert_eq!(sent.unwrap().number, NEWEST + 1);
	for other in [Lie::Away, Lie::Silent, Lie::Html] {
		let (world, chain) = of(&[Lie::Fails, other]);
		let error = run(&world, chain.submit(&me(), deny())).unwrap_err();
		assert!(error.is_dispatch("System", "BadOrigin"), "{other:?}: {error}");
		assert!(world.elapsed() >= chain.pace.proof, "{other:?}");
		assert!(world.elapsed() < chain.pace.patience / 2, "{other:?}");
	}
}

#[test]
fn a_failure_that_is_disputed_is_not_told_as_one() {
	let outdated = Lie::Refuses("Invalid Transaction: Transaction is outdated");
	for other in [Lie::HidesCalls, Lie::NoEvents, outdated] {
		let (world, chain) = of(&[Lie::Fails, other]);
		let error = run(&world, chain.submit(&me(), deny())).unwrap_err();
		assert_eq!(error, ChainError::Unnamed(0), "{other:?}");
	}
}

/// The attack: a block is named in which the call cannot be.
#[test]
fn a_call_is_in_no_block_in_which_its_nonce_does_not_change() {
	for named in [0, OLDER, NEWEST, NEWEST + 1] {
		let (world, chain) = of(&[Lie::NamesBlock(named)]);
		let included = run(&world, chain.submit(&me(), deny())).unwrap();
		assert_eq!(included.number, NEWEST + 1, "{named}");
		assert_eq!(included.block, world.lock().hash_of(NEWEST + 1), "{named}");
	}
	// It is proven that the nonce was used before.
	let (world, chain) = of(&[Lie::NamesBlock(NEWEST + 2)]);
	let key = me();
	let later = async {
		world.sleep(chain.pace.proof * 2).await;
		world.lock().make_block(vec![], Duration::ZERO);
	};
	let (sent, ()) = run(&world, async { futures::join!(chain.submit(&key, deny()), later) });
	assert_eq!(sent.unwrap().number, NEWEST + 1);
	// No block so far ahead can have it, so that none is waited for.
	for named in [NEWEST + 64, u32::MAX] {
		let (world, chain) = of(&[Lie::NamesBlock(named)]);
		let error = run(&world, chain.submit(&me(), deny())).unwrap_err();
		assert_eq!(error, ChainError::Unnamed(0), "{named}");
		assert!(world.elapsed() < chain.pace.proof + Duration::from_secs(10), "{named}");
	}
}

#[test]
fn a_call_that_all_refuse_ends() {
	let stranger = Lie::Refuses("Invalid Transaction: Custom error: 1");
	let (world, chain) = of(&[stranger, stranger]);
	assert_eq!(run(&world, chain.submit(&me(), deny())), Err(ChainError::Stranger));
	let (world, chain) = of(&[Lie::Refuses("no\nthanks")]);
	let error = run(&world, chain.submit(&me(), deny())).unwrap_err();
	assert_eq!(error, ChainError::Refused("no thanks".into()));
}

/// The attack: a custodian refuses a call, keeps it, and hands it in later.
#[test]
fn a_call_that_not_all_refuse_can_still_take_effect() {
	let (stranger, outdated) = (
		Lie::Refuses("Invalid Transaction: Custom error: 1"),
		Lie::Refuses("Invalid Transaction: Transaction is outdated"),
	);
	for custodians in [
		vec![stranger, Lie::Away],
		vec![Lie::Silent, stranger],
		vec![stranger, Lie::Html],
		vec![stranger, Lie::SaysFailedLater],
		vec![outdated],
	] {
		let (world, chain) = of(&custodians);
		let error = run(&world, chain.submit(&me(), deny())).unwrap_err();
		assert!(matches!(error, ChainError::Uncertain(_)), "{custodians:?}: {error}");
		assert!(error.to_string().contains("It can still take effect"), "{error}");
	}
	// The other one comes back.
	let (world, chain) = of(&[stranger, Lie::Away]);
	let key = me();
	let later = async {
		world.sleep(chain.pace.proof / 2).await;
		world.lock().lies[1] = Lie::Nothing;
	};
	let (sent, ()) = run(&world, async { futures::join!(chain.submit(&key, deny()), later) });
	assert_eq!(sent.unwrap().number, NEWEST + 1);
}

/// The attack: a call takes effect and is called outdated, so that it is signed again with the next nonce.
#[test]
fn a_call_whose_fate_nobody_names_is_not_signed_again() {
	let outdated = Lie::Refuses("Invalid Transaction: Transaction is outdated");
	for custodians in [vec![Lie::HidesCalls], vec![Lie::NoEvents], vec![outdated, Lie::HidesCalls]]
	{
		let (world, chain) = of(&custodians);
		let error = run(&world, chain.submit(&me(), deny())).unwrap_err();
		assert_eq!(error, ChainError::Unnamed(0), "{custodians:?}");
		assert!(error.to_string().contains("before you repeat it"), "{error}");
		let got = world.lock().got.clone();
		assert!(got.iter().all(|it| *it == got[0]), "the same bytes");
	}
}

/// The custodians know of the key's nonce alone, and the extrinsic and each question name the key.
#[test]
fn a_key_that_has_replaced_another_submits_with_its_own_nonce() {
	let (world, chain) = of(&[Lie::Nothing]);
	let signer = Arc::new(ReplacementKey::new(Arc::new(me()), institution(1)));
	let chain = chain.with_signer(Some(signer.clone()));
	for nonce in [0, 1] {
		let included = run(&world, chain.submit(&signer, deny())).unwrap();
		assert_eq!(included.number, NEWEST + 1 + u32::try_from(nonce).unwrap());
		let got = world.lock().got.last().cloned().unwrap();
		let expected = (Signer::account(&me()), nonce);
		assert_eq!(crate::extrinsics::signer_and_nonce(&got), Some(expected));
	}
}

/// Another program of the account was first: that is proven before a call is signed.
#[test]
fn the_nonce_of_a_call_is_the_proven_one() {
	let (world, chain) = of(&[Lie::Nothing]);
	let view = run(&world, chain.finalized()).unwrap();
	let (me, deny) = (me(), deny());
	let other = submission::sign(&chain, &me, &deny, &view, 0).now_or_never().unwrap().unwrap();
	world.lock().make_block(vec![other], Duration::ZERO);
	run(&world, chain.submit(&me, deny)).unwrap();
	assert_eq!(world.lock().got.iter().map(|it| nonce_of(it)).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_call_that_is_kept_back_is_signed_again_with_the_same_nonce_and_given_up_at_last() {
	let (world, mut chain) = of(&[Lie::KeepsBack]);
	chain.pace.patience = Duration::from_secs(300);
	let blocks = async {
		for _ in 0..80 {
			world.sleep(Duration::from_secs(1)).await;
			world.lock().make_block(vec![], Duration::ZERO);
		}
	};
	let key = me();
	let (sent, ()) = run(&world, async { futures::join!(chain.submit(&key, deny()), blocks) });
	assert_eq!(sent, Err(ChainError::Pending(5)));
	let mut got = world.lock().got.clone();
	assert!(got.iter().all(|it| nonce_of(it) == 0));
	got.dedup();
	assert!(got.len() > 1, "it was signed again when it had become too old");
}

#[test]
fn a_wallet_without_an_account_reads_what_everybody_may() {
	let (world, chain) = of(&[Lie::Nothing]);
	let stranger = chain.with_signer(None);
	assert_eq!(sorted(run(&world, names(&stranger))), Ok(all_names()));
}

#[test]
fn custodians_have_plain_https_addresses() {
	let world = Double::new(&[]);
	let genesis = world.lock().genesis();
	let chain = |url: &str| {
		let custodians = [(url.to_owned(), institution(0))];
		CustodianChain::new(world.clone(), genesis, &custodians, None)
	};
	let url = "https://a.example/custodian/";
	assert_eq!(chain(url).unwrap().custodians()[0].url, "https://a.example/custodian");
	for url in [
		"http://a.example",
		"a.example",
		"https://",
		"https://a.example/?x=",
		"https://a.example/#x",
		"https://me@a.example",
		"https://a.example/ x",
		"javascript:alert(1)",
	] {
		assert!(matches!(chain(url), Err(CustodianError::Address(_))), "{url}");
	}
}
