//! The validators change: sessions, block production and finality follow the council's list.

use super::{chain::*, governance::carry_motion, *};
use codec::{Decode, Encode};
use pallet_consortium::{Attended, Event, LastAttended};
use sp_consensus_grandpa::{ConsensusLog, GRANDPA_ENGINE_ID};
use sp_core::{ed25519, sr25519, Pair as _};
use sp_runtime::DispatchResult;

type Consortium = pallet_consortium::Call<Runtime>;
const SEATS: [&str; 3] = ["//HospitalA", "//HospitalB", "//Authority"];

/// The session keys of a name.
fn session_keys(name: &str) -> (crate::SessionKeys, sr25519::Pair, ed25519::Pair) {
	let aura = sr25519::Pair::from_string(&format!("//{name}//aura"), None).unwrap();
	let grandpa = ed25519::Pair::from_string(&format!("//{name}//grandpa"), None).unwrap();
	let keys = crate::SessionKeys { aura: aura.public().into(), grandpa: grandpa.public().into() };
	(keys, aura, grandpa)
}

/// What the keys of this name sign for the institution.
fn proof(name: &str, owner: &str) -> Vec<u8> {
	let (_, aura, grandpa) = session_keys(name);
	let message = [&b"POP_"[..], &account(owner).encode()].concat();
	(aura.sign(&message), grandpa.sign(&message)).encode()
}

fn set_keys(name: &str, proof: Vec<u8>) -> RuntimeCall {
	let keys = session_keys(name).0;
	pallet_session::Call::set_keys { keys, proof }.into()
}

/// The council carries a call as Root. Returns what became of the call itself.
fn decide(chain: &mut Chain, call: impl Into<RuntimeCall>) -> DispatchResult {
	let call = Box::new(call.into());
	carry_motion(chain, pallet_consortium::Call::dispatch_as_root { call }.into(), &SEATS, |_| ())
		.unwrap();
	let dispatched = |event| match event {
		RuntimeEvent::Consortium(Event::Dispatched { result }) => Some(result),
		_ => None,
	};
	chain.events().into_iter().find_map(dispatched).unwrap()
}

/// Admits `//HospitalD`, with session keys if it is to have some.
fn admit(chain: &mut Chain, with_keys: bool) {
	let call = pallet_enrolment::Call::admit_institution {
		account: account("//HospitalD"),
		kind: vouchsafe_primitives::AccountKind::Institution,
		name: b"Hospital D".to_vec().try_into().unwrap(),
		country: *b"FR",
		cap: 10,
		encryption_key: [1; 32],
	};
	decide(chain, call).unwrap();
	if with_keys {
		chain.ok("//HospitalD", set_keys("d", proof("d", "//HospitalD")));
	}
}

fn list(names: &[&str]) -> pallet_consortium::Members<AccountId> {
	names.iter().map(|name| account(name)).collect::<Vec<_>>().try_into().unwrap()
}

const FIVE: [&str; 5] = ["//HospitalA", "//HospitalB", "//HospitalC", "//Authority", "//HospitalD"];

/// GRANDPA's log items of the latest block.
fn signalled(chain: &mut Chain) -> Vec<ConsensusLog<u32>> {
	chain.state(|| {
		let logs = System::digest().logs;
		let items = logs.iter().filter_map(|item| item.as_consensus());
		let ours = items.filter(|(engine, _)| *engine == GRANDPA_ENGINE_ID);
		ours.map(|(_, mut bytes)| ConsensusLog::decode(&mut bytes).unwrap()).collect()
	})
}

fn set_id(chain: &mut Chain) -> u64 {
	chain.state(pallet_grandpa::CurrentSetId::<Runtime>::get)
}

#[test]
fn a_fifth_validator_makes_blocks_after_two() {
	let mut chain = Chain::new();
	admit(&mut chain, true);
	assert_eq!(decide(&mut chain, Consortium::set_validators { validators: list(&FIVE) }), Ok(()));
	assert_eq!(signalled(&mut chain), []);
	chain.block([]);
	assert_eq!(signalled(&mut chain), []);
	assert_eq!(chain.state(Aura::authorities_len), 4);
	chain.block([]);
	let [ConsensusLog::ScheduledChange(change)] = &signalled(&mut chain)[..] else {
		panic!("no change of the finality set")
	};
	let (keys, ..) = session_keys("d");
	assert_eq!((change.delay, change.next_authorities.len()), (0, 5));
	assert!(change.next_authorities.iter().any(|(key, _)| *key == keys.grandpa));
	assert_eq!(chain.state(Aura::authorities_len), 5);
	assert_eq!(set_id(&mut chain), 1);
	for _ in 0..5 {
		chain.block([]);
		assert_eq!(signalled(&mut chain), []);
	}
	let made = chain.state(crate::Consortium::attendance).0;
	assert_eq!(made.len(), 5);
	assert!(made.iter().all(|(_, made)| *made == 1), "{made:?}");
}

#[test]
fn who_has_no_keys_or_anothers_cannot_validate() {
	let mut chain = Chain::new();
	admit(&mut chain, false);
	let call = || Consortium::set_validators { validators: list(&FIVE) };
	let no_keys = pallet_consortium::Error::<Runtime>::NoKeys.into();
	assert_eq!(decide(&mut chain, call()), Err(no_keys));
	// The proof is over the account: nobody registers keys that another has.
	let invalid = pallet_session::Error::<Runtime>::InvalidProof.into();
	let foreign = set_keys("d", proof("d", "//HospitalB"));
	assert_eq!(chain.block([("//HospitalD", foreign)]), [Ok(Err(invalid))]);
	chain.ok("//HospitalD", set_keys("d", proof("d", "//HospitalD")));
	let taken = pallet_session::Error::<Runtime>::DuplicatedKey.into();
	let again = set_keys("d", proof("d", "//HospitalB"));
	assert_eq!(chain.block([("//HospitalB", again)]), [Ok(Err(taken))]);
	assert_eq!(decide(&mut chain, call()), Ok(()));
}

#[test]
fn who_is_ended_must_have_left_the_validators() {
	let mut chain = Chain::new();
	admit(&mut chain, true);
	let status =
		|status| pallet_enrolment::Call::set_status { account: account("//HospitalC"), status };
	use vouchsafe_primitives::Status::{Ended, Suspended};
	assert_eq!(decide(&mut chain, status(Suspended)), Ok(()));
	let still = pallet_enrolment::Error::<Runtime>::StillAValidator.into();
	assert_eq!(decide(&mut chain, status(Ended)), Err(still));
	// It cannot be one of a new list either.
	let not_active = pallet_consortium::Error::<Runtime>::NotAMember.into();
	let call = Consortium::set_validators { validators: list(&FIVE) };
	assert_eq!(decide(&mut chain, call), Err(not_active));
	let others = ["//HospitalA", "//HospitalB", "//Authority", "//HospitalD"];
	let call = Consortium::set_validators { validators: list(&others) };
	assert_eq!(decide(&mut chain, call), Ok(()));
	assert_eq!(decide(&mut chain, status(Ended)), Ok(()), "the motion took more than two blocks");
}

/// A suspended institution's validator is still needed, so its node may connect until the institution ends.
#[test]
fn the_nodes_of_an_ended_institution_are_not_listed() {
	let mut chain = Chain::new();
	admit(&mut chain, false);
	let node = |peer| vouchsafe_primitives::MemberNode {
		peer: [peer; 32],
		addresses: Default::default(),
		archive: false,
	};
	let call = |peer| Consortium::set_nodes { nodes: vec![node(peer)].try_into().unwrap() };
	for (peer, member) in [(1, "//HospitalA"), (2, "//HospitalD")] {
		chain.ok(member, call(peer));
	}
	let not_a_member = pallet_consortium::Error::<Runtime>::NotAMember.into();
	assert_eq!(chain.block([("//DoctorA", call(3).into())]), [Ok(Err(not_a_member))]);
	let listed = |chain: &mut Chain| {
		let mut peers: Vec<_> = chain
			.state(crate::Consortium::nodes)
			.iter()
			.map(|(_, nodes)| nodes[0].peer[0])
			.collect();
		peers.sort();
		peers
	};
	use vouchsafe_primitives::Status::{Ended, Suspended};
	for (status, expected) in [(Suspended, vec![1, 2]), (Ended, vec![1])] {
		let account = account("//HospitalD");
		let call = pallet_enrolment::Call::set_status { account, status };
		assert_eq!(decide(&mut chain, call), Ok(()));
		assert_eq!(listed(&mut chain), expected);
	}
}

/// The seat of a suspended institution goes in the same call if four remain.
#[test]
fn a_suspended_institution_loses_its_seat() {
	let mut chain = Chain::new();
	admit(&mut chain, false);
	let seats = |chain: &mut Chain| {
		chain.state(pallet_collective::Members::<Runtime, pallet_collective::Instance1>::get)
	};
	let suspend = |name| pallet_enrolment::Call::set_status {
		account: account(name),
		status: vouchsafe_primitives::Status::Suspended,
	};
	assert_eq!(decide(&mut chain, suspend("//HospitalC")), Ok(()));
	assert_eq!(seats(&mut chain).len(), 4, "three are too few");
	let five = ["//HospitalA", "//HospitalB", "//Authority", "//HospitalD"];
	assert_eq!(decide(&mut chain, Consortium::set_seats { seats: list(&five) }), Ok(()));
	assert!(!seats(&mut chain).contains(&account("//HospitalC")));
}

#[test]
fn a_rotation_of_keys_while_the_list_changes_counts() {
	let mut chain = Chain::new();
	admit(&mut chain, true);
	assert_eq!(decide(&mut chain, Consortium::set_validators { validators: list(&FIVE) }), Ok(()));
	chain.block([]);
	// The block that planned the list has read the keys. A block that begins a session has no room for calls.
	chain.state(|| {
		let (owner, keys) = (account("//HospitalD"), session_keys("new").0);
		let proof = proof("new", "//HospitalD");
		crate::Session::set_keys(RuntimeOrigin::signed(owner), keys, proof).unwrap();
	});
	chain.block([]);
	let has = |chain: &mut Chain, name: &str| {
		let (keys, ..) = session_keys(name);
		chain.state(|| Grandpa::grandpa_authorities().iter().any(|(key, _)| *key == keys.grandpa))
	};
	assert!(has(&mut chain, "d") && !has(&mut chain, "new"));
	chain.block_at(3_600);
	chain.block_at(7_200);
	assert!(!has(&mut chain, "d") && has(&mut chain, "new"));
	assert_eq!(set_id(&mut chain), 2);
}

/// The set is replaced with the new list, at the rotation that brings it. Until that is in force no other
/// session begins, because GRANDPA could not take another change.
#[test]
fn recovered_finality_replaces_the_set_at_the_second_rotation() {
	let mut chain = Chain::new();
	admit(&mut chain, true);
	// New keys are in force with the second session. The set that has them never becomes final.
	chain.ok("//HospitalA", set_keys("a", proof("a", "//HospitalA")));
	let last_final = chain.state(System::block_number);
	chain.block_at(3_600);
	chain.block_at(7_200);
	assert_eq!(set_id(&mut chain), 1);
	let validators = list(&["//HospitalA", "//HospitalB", "//Authority", "//HospitalD"]);
	let call = Consortium::recover_finality {
		validators: validators.clone(),
		last_final,
		delay: 3,
		until: 100,
	};
	assert_eq!(decide(&mut chain, call), Ok(()));
	chain.block([]);
	assert_eq!(signalled(&mut chain), []);
	chain.block([]);
	let [ConsensusLog::ForcedChange(median, change)] = &signalled(&mut chain)[..] else {
		panic!("no forced change")
	};
	assert_eq!((*median, change.delay), (last_final, 3));
	let (keys, ..) = session_keys("d");
	assert!(change.next_authorities.iter().any(|(key, _)| *key == keys.grandpa));
	assert_eq!(set_id(&mut chain), 1, "the one after 0, which was the last that finalised");
	let session = chain.state(crate::Session::current_index);
	let another = Consortium::set_validators { validators };
	let under_way = pallet_consortium::Error::<Runtime>::ChangeUnderWay.into();
	let root = RuntimeOrigin::root();
	let refused = chain.state(|| {
		use frame_support::traits::UnfilteredDispatchable;
		another.dispatch_bypass_filter(root).map(|_| ()).map_err(|failed| failed.error)
	});
	assert_eq!(refused, Err(under_way));
	// An hour is over, but the change is not in force.
	chain.block_at(10_800);
	assert_eq!(chain.state(crate::Session::current_index), session);
	for _ in 0..3 {
		chain.block([]);
	}
	let set = chain.state(Grandpa::grandpa_authorities);
	assert_eq!(set, change.next_authorities);
	let too_soon = pallet_consortium::Error::<Runtime>::TooSoon.into();
	let call = Consortium::recover_finality {
		validators: list(&FIVE[..4]),
		last_final: last_final + 1,
		delay: 100,
		until: 1_000,
	};
	chain.block_at(14_400);
	assert!(chain.state(crate::Session::current_index) > session);
	let at_once = chain.state(|| {
		pallet_grandpa::NextForced::<Runtime>::put(System::block_number() + 50);
		use frame_support::traits::UnfilteredDispatchable;
		call.dispatch_bypass_filter(RuntimeOrigin::root()).map(|_| ()).map_err(|it| it.error)
	});
	assert_eq!(at_once, Err(too_soon));
}

#[test]
fn sessions_are_as_long_as_genesis_says() {
	let mut chain = Chain::new();
	chain.state(|| pallet_consortium::SessionSeconds::<Runtime>::put(60));
	chain.block_at(10);
	chain.block_at(60);
	assert_eq!(chain.state(crate::Session::current_index), 1);
	chain.block_at(119);
	assert_eq!(chain.state(crate::Session::current_index), 1);
	chain.block_at(120);
	assert_eq!(chain.state(crate::Session::current_index), 2);
}

#[test]
fn who_is_absent_for_a_session_is_named() {
	let mut chain = Chain::new();
	// Of four slots, three have a block.
	for age in (2..70).filter(|age| age % 4 != 3) {
		chain.block_at(age);
	}
	assert_eq!(chain.state(|| Attended::<Runtime>::get().made.iter().sum::<u32>()), 52);
	chain.block_at(3_600);
	let absent = |event| match event {
		RuntimeEvent::Consortium(Event::ValidatorAbsent { validator }) => Some(validator),
		_ => None,
	};
	let absent: Vec<_> = chain.events().into_iter().filter_map(absent).collect();
	assert_eq!(absent, [account("//Authority")]);
	let last = chain.state(LastAttended::<Runtime>::get);
	assert_eq!(last.iter().map(|(_, made)| made).sum::<u32>(), 53);
}
