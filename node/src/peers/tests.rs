//! Tests of what `vouchsafe-node peers` writes.

use super::*;
use crate::local::tests::{good, listener};
use codec::Encode;
use std::{
	io::{Error, Write as _},
	process::{Command, Stdio},
};
use vouchsafe_primitives::MemberNode;

const A: &str = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";

fn node(institution: &str, addresses: &[&str]) -> Node {
	Node {
		institution: institution.into(),
		peer: A.into(),
		addresses: addresses.iter().map(|it| Address::parse(it.as_bytes())).collect(),
		archive: false,
		own: false,
	}
}

fn listed() -> Listed {
	let own = Node { own: true, ..node("Hospital A", &["/ip4/192.0.2.1/tcp/30333"]) };
	let b = node("Hospital B", &["/dns/node.b.example/tcp/30333", "/ip6/2001:db8::2/tcp/1"]);
	let c = Node { archive: true, ..node("Hospital C", &["/dns4/node.c.example/tcp/30333"]) };
	Listed { block: 18, nodes: vec![own, b, c] }
}

/// Both names have an address of each kind.
fn look_up(name: &str) -> IoResult<Vec<IpAddr>> {
	match name {
		"node.b.example" => Ok(vec![[192, 0, 2, 2].into(), "2001:db8::22".parse().unwrap()]),
		"node.c.example" => Ok(vec!["2001:db8::33".parse().unwrap(), [192, 0, 2, 3].into()]),
		_ => Err(Error::other("no such name")),
	}
}

#[test]
fn nft_has_sets_of_the_other_members_addresses() {
	let (sets, missing) = nft(&listed(), look_up);
	assert!(missing.is_empty(), "{missing:?}");
	let after = sets.split_once(SETS).unwrap().1;
	assert_eq!(
		after,
		format!(
			"# Hospital B, {A}\n\
			 # /dns/node.b.example/tcp/30333\n\
			 add element inet vouchsafe members4 {{ 192.0.2.2 }}\n\
			 add element inet vouchsafe nodes4 {{ 192.0.2.2 . 30333 }}\n\
			 add element inet vouchsafe members6 {{ 2001:db8::22 }}\n\
			 add element inet vouchsafe nodes6 {{ 2001:db8::22 . 30333 }}\n\
			 # /ip6/2001:db8::2/tcp/1\n\
			 add element inet vouchsafe members6 {{ 2001:db8::2 }}\n\
			 add element inet vouchsafe nodes6 {{ 2001:db8::2 . 1 }}\n\
			 # Hospital C, {A}\n\
			 # /dns4/node.c.example/tcp/30333\n\
			 add element inet vouchsafe members4 {{ 192.0.2.3 }}\n\
			 add element inet vouchsafe nodes4 {{ 192.0.2.3 . 30333 }}\n"
		)
	);
	assert!(sets.starts_with("# The members' nodes, from block 18,"));
	assert!(sets.lines().all(|line| ["#", "add ", "flush "].iter().any(|it| line.starts_with(it))));
	is_valid(&sets);
}

/// Has nftables check a file, if it is on this machine and we may.
fn is_valid(sets: &str) {
	let mut command = Command::new("nft");
	command.args(["-c", "-f", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped());
	let Ok(mut nft) = command.spawn() else { return eprintln!("not checked: there is no nft") };
	nft.stdin.take().unwrap().write_all(sets.as_bytes()).unwrap();
	let output = nft.wait_with_output().unwrap();
	let said = String::from_utf8_lossy(&output.stderr);
	if said.contains("Operation not permitted") {
		return eprintln!("not checked: nft may not be used");
	}
	assert!(output.status.success(), "{said}");
}

#[test]
fn what_is_missing_in_the_sets_is_named() {
	let nodes = vec![
		node("Hospital B", &["/dns/gone.example/tcp/30333"]),
		node("Hospital C", &["/dns6/node.b.example/tcp/1", "/udp/7"]),
		node("Hospital D", &[]),
	];
	let only_four = |_: &str| Ok(vec![[192, 0, 2, 2].into()]);
	let listed = Listed { block: 1, nodes };
	let (sets, missing) = nft(&listed, |name| match name {
		"node.b.example" => only_four(name),
		_ => look_up(name),
	});
	assert_eq!(missing[0], "Hospital B: gone.example cannot be looked up: no such name");
	assert_eq!(missing[1], "Hospital C: node.b.example has no address");
	assert!(missing[2].starts_with("Hospital C: /udp/7"), "{}", missing[2]);
	assert!(missing[3].ends_with(&format!("its node {A} lists no address")));
	assert_eq!(missing.len(), 4);
	assert_eq!(sets.matches("# missing: ").count(), 4);
	assert!(!sets.contains("add element"));
}

#[test]
fn wireguard_has_peers_to_be_filled_in() {
	let written = wireguard(&listed());
	let after = written.split_once("\n\n").unwrap().1;
	assert_eq!(
		after,
		format!(
			"# Hospital B, {A}\n#[Peer]\n#PublicKey = \n#Endpoint = \n\
			 #AllowedIPs = (the address of node.b.example within the tunnel), 2001:db8::2/128\n\n\
			 # Hospital C, {A}\n#[Peer]\n#PublicKey = \n#Endpoint = \n\
			 #AllowedIPs = (the address of node.c.example within the tunnel)\n"
		)
	);
	let b = Listed { block: 1, nodes: vec![node("B", &["/ip4/10.0.0.2/tcp/30333"])] };
	assert!(wireguard(&b).ends_with("#AllowedIPs = 10.0.0.2/32\n"));
	assert!(written.lines().all(|line| line.is_empty() || line.starts_with('#')));
}

#[test]
fn text_has_one_line_for_each_address() {
	let mut listed = listed();
	listed.nodes.push(node("Hospital D", &[]));
	listed.nodes.push(node("Hospital E", &["/udp/7"]));
	let written = text(&listed);
	let lines: Vec<_> = written.lines().collect();
	assert_eq!(lines[0], format!("Hospital A  {A}  /ip4/192.0.2.1/tcp/30333  this node"));
	assert_eq!(lines[1], format!("Hospital B  {A}  /dns/node.b.example/tcp/30333"));
	assert_eq!(lines[2], format!("Hospital B  {A}  /ip6/2001:db8::2/tcp/1"));
	assert_eq!(lines[3], format!("Hospital C  {A}  /dns4/node.c.example/tcp/30333  archive"));
	assert_eq!(lines[4], format!("Hospital D  {A}  no address"));
	assert!(lines[5].starts_with(&format!("Hospital E  {A}  cannot be used: /udp/7")));
}

#[test]
fn the_list_is_read_from_the_node() {
	let answer = |result: Value| good(&json!({ "result": result }).to_string());
	let address = b"/ip4/192.0.2.1/tcp/30333".to_vec().try_into().unwrap();
	let key = vouchsafe_primitives::card::peer_key(A).unwrap();
	let member =
		MemberNode { peer: key, addresses: vec![address].try_into().unwrap(), archive: true };
	let list: Nodes = vec![([7; 32].into(), vec![member].try_into().unwrap())];
	let encoded =
		format!("0x{}", sp_core::bytes::to_hex(&list.encode(), false).trim_start_matches("0x"));
	let (port, served) = listener(vec![
		answer(json!("0xaa")),
		answer(json!({ "number": "0x12" })),
		answer(json!(A)),
		answer(json!(encoded)),
		answer(json!({ "name": "Hospital\nadd table inet filter" })),
	]);
	let read = read(port).unwrap();
	let expected = Node {
		archive: true,
		own: true,
		..node("Hospital add table inet filter", &["/ip4/192.0.2.1/tcp/30333"])
	};
	assert_eq!(read, Listed { block: 18, nodes: vec![expected] });
	let asked = served.join().unwrap();
	assert!(asked[3].contains("\"ConsortiumApi_nodes\",\"0x\",\"0xaa\""), "{}", asked[3]);
	assert!(asked[4].contains("vouchsafe_institution"), "{}", asked[4]);

	let broken =
		vec![answer(json!("0xaa")), answer(json!({})), answer(json!(A)), answer(json!("0x01"))];
	let (port, served) = listener(broken);
	assert!(super::read(port).unwrap_err().contains("of another release"));
	served.join().unwrap();
}
