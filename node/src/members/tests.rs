//! Tests of who may connect and who is answered.

use super::*;
use futures::channel::oneshot::{channel, Receiver as Answer};
use sc_network::config::OutgoingResponse;
use sp_core::{ed25519, Pair};
use vouchsafe_primitives::MemberNode;

/// The node key's public half of the node with this number.
fn key(number: u8) -> [u8; 32] {
	ed25519::Pair::from_seed(&[number; 32]).public().0
}

fn peer(number: u8) -> PeerId {
	PeerId::from_ed25519(&key(number)).unwrap()
}

fn node(number: u8, addresses: &[&str]) -> MemberNode {
	let address = |text: &&str| text.as_bytes().to_vec().try_into().unwrap();
	let addresses: Vec<_> = addresses.iter().map(address).collect();
	MemberNode { peer: key(number), addresses: addresses.try_into().unwrap(), archive: false }
}

/// The list in which each of these institutions has one node.
fn list(numbers: &[u8]) -> Nodes {
	let entry = |number: &u8| {
		let nodes = vec![node(*number, &["/dns/node.example/tcp/30333"])];
		([*number; 32].into(), nodes.try_into().unwrap())
	};
	numbers.iter().map(entry).collect()
}

fn config() -> NetworkConfiguration {
	NetworkConfiguration::new("test", "test", Default::default(), None)
}

fn at(number: u8) -> MultiaddrWithPeerId {
	MultiaddrWithPeerId {
		multiaddr: "/ip4/127.0.0.1/tcp/1".parse().unwrap(),
		peer_id: peer(number),
	}
}

/// The members as node 1 knows them.
fn members(nodes: Option<Nodes>) -> Arc<Members> {
	Arc::new(Members::new(peer(1), true, &config(), nodes))
}

fn allowed(members: &Members) -> Vec<u8> {
	(1..=9).filter(|number| members.may_connect(&peer(*number))).collect()
}

#[test]
fn an_empty_list_lets_everybody_connect() {
	let members = members(Some(vec![]));
	assert_eq!(allowed(&members), (1..=9).collect::<Vec<_>>());
	assert!(!members.refuses_others());
	assert!(members.peers().is_empty());
	assert!(members.is_listed(&peer(9)));
}

#[test]
fn only_listed_and_reserved_nodes_may_connect() {
	let mut config = config();
	config.default_peers_set.reserved_nodes = vec![at(7)];
	config.boot_nodes = vec![at(8)];
	let members = Members::new(peer(1), true, &config, Some(list(&[1, 2, 3])));
	assert_eq!(allowed(&members), [2, 3, 7]);
	assert!(members.refuses_others());
	let mut ids: Vec<_> = members.peers().into_keys().collect();
	let mut expected = vec![peer(2), peer(3), peer(7)];
	ids.sort();
	expected.sort();
	assert_eq!(ids, expected, "without this node itself");
	assert!(members.is_listed(&peer(2)) && !members.is_listed(&peer(7)));
}

#[test]
fn a_change_of_the_list_is_in_force_at_once() {
	let members = members(Some(list(&[1, 2, 3])));
	assert!(!members.take(list(&[1, 2, 3])), "the same list");
	assert!(members.take(list(&[1, 3, 4])));
	assert_eq!(allowed(&members), [3, 4]);
	assert!(members.take(vec![]));
	assert_eq!(allowed(&members).len(), 9);
	assert!(members.take(list(&[1])));
	assert_eq!(allowed(&members), [0_u8; 0], "its own institution alone lists a node");
}

#[test]
fn without_a_state_boot_nodes_and_reserved_ones_may_connect() {
	let mut config = config();
	config.default_peers_set.reserved_nodes = vec![at(7)];
	config.boot_nodes = vec![at(8)];
	let members = Members::new(peer(1), true, &config, None);
	assert_eq!(allowed(&members), [7, 8]);
	assert_eq!(members.peers().len(), 2);
	assert!(!members.is_listed(&peer(8)));
	assert!(members.take(list(&[2])));
	assert_eq!(allowed(&members), [2, 7]);
	assert!(members.take(vec![]));
	assert_eq!(allowed(&members).len(), 9);
}

#[test]
fn a_network_for_development_refuses_nobody() {
	let mut config = config();
	config.boot_nodes = vec![at(8)];
	for nodes in [None, Some(vec![]), Some(list(&[2]))] {
		let members = Members::new(peer(1), false, &config, nodes);
		assert_eq!(allowed(&members).len(), 9);
		assert!(members.take(list(&[3])));
		assert_eq!(allowed(&members).len(), 9);
		assert!(members.is_listed(&peer(3)) && !members.is_listed(&peer(2)));
	}
}

#[test]
fn reserved_only_holds_with_an_empty_list_too() {
	let mut config = config();
	config.default_peers_set.reserved_nodes = vec![at(7)];
	config.default_peers_set.non_reserved_mode = NonReservedPeerMode::Deny;
	let members = Members::new(peer(1), true, &config, Some(vec![]));
	assert_eq!(allowed(&members), [7]);
}

#[test]
fn a_node_has_its_addresses_that_can_be_used() {
	let addresses = ["/dns/node.example/tcp/30333", "/udp/1", "/ip4/192.0.2.7/tcp/30333"];
	let nodes = vec![node(2, &addresses), node(3, &["/nonsense"])];
	let members = members(Some(vec![([9; 32].into(), nodes.try_into().unwrap())]));
	let peers = members.peers();
	let found: Vec<_> = peers[&peer(2)].iter().map(ToString::to_string).collect();
	assert_eq!(found, [addresses[0], addresses[2]]);
	assert!(peers[&peer(3)].is_empty());
	assert_eq!(allowed(&members), [2, 3], "it may connect by itself");
	let configured = with_id(peer(3), vec![]);
	assert_eq!(configured.len(), 1);
	assert_eq!(configured[0].to_string(), format!("/p2p/{}", peer(3)));
}

/// A request, and where its answer comes.
fn request(number: u8) -> (IncomingRequest, Answer<OutgoingResponse>) {
	let (pending_response, answer) = channel();
	(IncomingRequest { peer: peer(number), payload: vec![number], pending_response }, answer)
}

#[tokio::test]
async fn only_members_are_answered() {
	let members = members(Some(list(&[1, 2, 3])));
	let (queue, handled) = async_channel::bounded(8);
	let (all, filter) = members.only(queue);
	assert_eq!(all.capacity(), Some(8));
	tokio::spawn(filter);

	// Refused at once: the request's channel is closed, and no reputation changes.
	let refused = async |number: u8| {
		let (request, answer) = request(number);
		all.send(request).await.unwrap();
		assert!(answer.await.is_err(), "{number} was answered");
	};
	let passed = async |number: u8| {
		let (request, answer) = request(number);
		all.send(request).await.unwrap();
		let request = handled.recv().await.unwrap();
		assert_eq!((request.peer, request.payload), (peer(number), vec![number]));
		let response = OutgoingResponse {
			result: Ok(vec![42]),
			reputation_changes: vec![],
			sent_feedback: None,
		};
		request.pending_response.send(response).unwrap();
		assert_eq!(answer.await.unwrap().result, Ok(vec![42]));
	};
	passed(2).await;
	refused(4).await;
	passed(3).await;
	members.take(list(&[1, 3, 4]));
	refused(2).await;
	passed(4).await;
	members.take(vec![]);
	passed(2).await;
	passed(9).await;
	assert!(handled.is_empty());
}

#[tokio::test]
async fn a_busy_handler_refuses_members_too() {
	let members = members(Some(list(&[1, 2])));
	let (queue, handled) = async_channel::bounded(1);
	let (all, filter) = members.only(queue);
	tokio::spawn(filter);
	let (first, waiting) = request(2);
	let (second, refused) = request(2);
	all.send(first).await.unwrap();
	all.send(second).await.unwrap();
	assert!(refused.await.is_err());
	drop(handled.recv().await.unwrap());
	assert!(waiting.await.is_err());
}
