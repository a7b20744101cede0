//! Members list their nodes.

use crate::{mock::*, Error, Event, MemberNode, MemberNodes, Nodes};
use core::slice::from_ref;
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::{BuildStorage, DispatchError};

fn node(peer: u8, addresses: &[&str]) -> MemberNode {
	let addresses = addresses.iter().map(|it| it.as_bytes().to_vec().try_into().unwrap());
	let addresses = addresses.collect::<Vec<_>>().try_into().unwrap();
	MemberNode { peer: [peer; 32], addresses, archive: peer == 1 }
}

fn list(nodes: &[MemberNode]) -> MemberNodes {
	nodes.to_vec().try_into().unwrap()
}

fn set(member: u64, nodes: &[MemberNode]) -> DispatchResult {
	Consortium::set_nodes(RuntimeOrigin::signed(member), list(nodes))
}

#[test]
fn set_nodes_works() {
	run(|| {
		let nodes = [node(1, &["/dns/a.example/tcp/1", "/ip4/10.0.0.1/tcp/1"]), node(2, &[])];
		assert_ok!(set(HOSPITAL_D, &nodes));
		let event = Event::<Test>::NodesSet { member: HOSPITAL_D, nodes: list(&nodes) };
		System::assert_last_event(event.into());
		assert_eq!(Consortium::nodes(), [(HOSPITAL_D, list(&nodes))]);
		let four: Vec<_> = (1..=4).map(|peer| node(peer, &[])).collect();
		assert_ok!(set(HOSPITAL_D, &four));
		assert_eq!(Consortium::nodes(), [(HOSPITAL_D, list(&four))]);
		// The same node may be listed by two members.
		assert_ok!(set(AUTHORITY, &four[..1]));
		assert_ok!(set(HOSPITAL_D, &[]));
		assert_eq!(Consortium::nodes(), [(AUTHORITY, list(&four[..1]))]);
		assert!(!Nodes::<Test>::contains_key(HOSPITAL_D));
	});
}

#[test]
fn set_nodes_fails() {
	run(|| {
		let good = node(1, &["/dns/a.example/tcp/1"]);
		assert_noop!(
			Consortium::set_nodes(RuntimeOrigin::root(), list(from_ref(&good))),
			DispatchError::BadOrigin
		);
		assert_noop!(set(STRANGER, from_ref(&good)), Error::<Test>::NotAMember);
		set_active(HOSPITAL_A, false);
		assert_noop!(set(HOSPITAL_A, from_ref(&good)), Error::<Test>::NotAMember);
		let twice = [good.clone(), node(2, &[]), node(1, &[])];
		assert_noop!(set(HOSPITAL_B, &twice), Error::<Test>::Twice);
		let wrong = [good, node(2, &["/dns/a.example/tcp/1", "a.example:1"])];
		assert_noop!(set(HOSPITAL_B, &wrong), Error::<Test>::InvalidAddress);
		// Others could not reach a validator that lists no node.
		assert_noop!(set(HOSPITAL_B, &[]), Error::<Test>::TooFew);
	});
}

#[test]
fn nodes_of_members_that_have_ended_are_not_among_them() {
	run(|| {
		for member in [HOSPITAL_A, HOSPITAL_B] {
			assert_ok!(set(member, &[node(1, &[])]));
		}
		set_active(HOSPITAL_A, false);
		end(HOSPITAL_B);
		assert_eq!(Consortium::nodes(), [(HOSPITAL_A, list(&[node(1, &[])]))]);
	});
}

#[test]
fn the_chain_begins_with_nodes() {
	let build = |nodes: &[MemberNode]| {
		let genesis = crate::GenesisConfig::<Test> {
			nodes: vec![(HOSPITAL_A, list(nodes))],
			..Default::default()
		};
		genesis.build_storage().unwrap()
	};
	let nodes = [node(1, &["/dns/a.example/tcp/1"])];
	let found = sp_io::TestExternalities::new(build(&nodes)).execute_with(Consortium::nodes);
	assert_eq!(found, [(HOSPITAL_A, list(&nodes))]);
	assert!(std::panic::catch_unwind(|| build(&[node(1, &["here"])])).is_err());
}
