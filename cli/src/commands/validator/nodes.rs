//! `vouchsafe validator nodes`: an institution lists its own nodes on the chain.

use super::own_member;
use crate::{
	args::{NodesCommand, PeerKey},
	commands::agree,
	english::ENGLISH,
	output::Output,
	session::Settings,
};
use anyhow::{bail, ensure, Context, Result};
use serde_json::json;
use vouchsafe_agent::council::nodes;
use vouchsafe_client::chain::{calls::ConsortiumCall, MemberNode};
use vouchsafe_primitives::{
	card::{peer_id, CardNode},
	NodeAddress, MAX_NODES, MAX_NODE_ADDRESSES,
};

pub(super) async fn run(settings: &Settings, command: NodesCommand) -> Result<Output> {
	let (change, agreement) = match command {
		NodesCommand::Add { peer, addresses, archive, replace, agreement } => {
			(Change::Add { node: node(peer, addresses, archive)?, replace }, agreement)
		},
		NodesCommand::Remove { peer, agreement } => (Change::Remove(peer), agreement),
	};
	let session = settings.connect().await?;
	let member = own_member(&session)?;
	ensure!(
		member.is_active(),
		"{} is {}: only an active institution or authority changes its nodes",
		member.name,
		member.status.word()
	);
	let all = nodes::all(&session).await?;
	let own = all.iter().find(|it| it.account == member.account);
	let nodes = change.apply(own.map(|it| it.nodes.clone()).unwrap_or_default())?;
	ensure!(
		!nodes.is_empty() || !own.is_some_and(|own| own.validates),
		"this is the only listed node of {}, which is a validator: add the new node first. To stop validating, \
		 ask the council for a motion",
		member.name
	);
	agree(&sentence(&member.name, &nodes), agreement)?;
	let block = session.submit(ConsortiumCall::set_nodes { nodes: nodes.clone() }).await?.number;
	let (verb, peer) = match &change {
		Change::Add { node, .. } => ("accept", node.peer),
		Change::Remove(peer) => ("refuse", *peer),
	};
	let text = format!(
		"{} lists {} since block {block}. The other members' nodes {verb} {} from the next final block on.",
		member.name,
		count(nodes.len()),
		peer_id(&peer)
	);
	let nodes: Vec<_> = nodes.iter().map(CardNode::from).collect();
	Ok(Output::new(text, json!({ "block": block, "nodes": nodes })))
}

/// How many nodes, in words.
fn count(nodes: usize) -> String {
	match nodes {
		0 => "no nodes".into(),
		1 => "1 node".into(),
		more => format!("{more} nodes"),
	}
}

/// The node that is to be listed.
fn node(peer: PeerKey, addresses: Vec<NodeAddress>, archive: bool) -> Result<MemberNode> {
	let addresses = addresses
		.try_into()
		.ok()
		.with_context(|| format!("a node can have at most {MAX_NODE_ADDRESSES} addresses"))?;
	Ok(MemberNode { peer, addresses, archive })
}

/// What is to become of the list.
enum Change {
	/// It gets this node, also in the place of what it has of the node.
	Add { node: MemberNode, replace: bool },
	/// This node is taken from it.
	Remove(PeerKey),
}

impl Change {
	/// The list with the change.
	fn apply(&self, mut nodes: Vec<MemberNode>) -> Result<Vec<MemberNode>> {
		match self {
			Self::Add { node, replace } => {
				let id = peer_id(&node.peer);
				match nodes.iter_mut().find(|known| known.peer == node.peer) {
					Some(known) if known == node => {
						bail!("the node {id} is listed like this already, so nothing was sent")
					},
					Some(_) if !replace => {
						bail!(
							"the node {id} is listed already: change what is listed with --replace"
						)
					},
					Some(known) => *known = node.clone(),
					None => nodes.push(node.clone()),
				}
				ensure!(
					nodes.len() <= usize::try_from(MAX_NODES)?,
					"an institution can list at most {MAX_NODES} nodes: first remove one with `vouchsafe validator \
					 nodes remove`"
				);
			},
			Self::Remove(peer) => {
				let before = nodes.len();
				nodes.retain(|node| node.peer != *peer);
				ensure!(
					nodes.len() < before,
					"your institution does not list the node {}: `vouchsafe council nodes` shows its nodes",
					peer_id(peer)
				);
			},
		}
		Ok(nodes)
	}
}

/// What is signed: the whole list, or what it means that there is none.
fn sentence(member: &str, nodes: &[MemberNode]) -> String {
	if nodes.is_empty() {
		return format!(
			"I list no nodes for {member}. The other members' nodes refuse all of its nodes."
		);
	}
	let lines: Vec<_> = nodes.iter().map(|node| said(&CardNode::from(node))).collect();
	format!("These are the nodes of {member}, and no others:\n\n{}", lines.join("\n  "))
}

/// A node in words.
fn said(node: &CardNode) -> String {
	let at = match node.addresses.is_empty() {
		true => "without an address".into(),
		false => format!("at {}", ENGLISH.and(&node.addresses)),
	};
	format!("{} {at}{}", node.peer, if node.archive { ", an archive" } else { "" })
}

#[cfg(test)]
mod tests {
	use super::*;

	fn listed(id: u8) -> MemberNode {
		MemberNode { peer: [id; 32], addresses: Default::default(), archive: false }
	}

	fn add(node: MemberNode, replace: bool) -> Change {
		Change::Add { node, replace }
	}

	fn said_of(change: &Change, nodes: &[MemberNode]) -> String {
		change.apply(nodes.to_vec()).unwrap_err().to_string()
	}

	#[test]
	fn a_node_is_added_replaced_and_removed() {
		let two = [listed(1), listed(2)];
		let three = add(listed(3), false).apply(two.to_vec()).unwrap();
		assert_eq!(three, [listed(1), listed(2), listed(3)]);
		let archive = MemberNode { archive: true, ..listed(1) };
		let changed = add(archive.clone(), true).apply(two.to_vec()).unwrap();
		assert_eq!(changed, [archive, listed(2)], "in its place");
		assert_eq!(add(listed(3), true).apply(two.to_vec()).unwrap().len(), 3);
		assert_eq!(Change::Remove([1; 32]).apply(two.to_vec()).unwrap(), [listed(2)]);
		assert_eq!(Change::Remove([2; 32]).apply(vec![listed(2)]).unwrap(), []);
	}

	#[test]
	fn what_cannot_be_is_said_before_signing() {
		let four: Vec<_> = (1..=4).map(listed).collect();
		assert!(said_of(&add(listed(5), false), &four).contains("at most 4 nodes"));
		assert!(add(listed(4), false).apply(four[..3].to_vec()).is_ok());
		let archive = MemberNode { archive: true, ..listed(1) };
		assert!(said_of(&add(archive.clone(), false), &four).contains("--replace"));
		assert!(add(archive, true).apply(four.clone()).is_ok(), "there are four before and after");
		for replace in [false, true] {
			let same = said_of(&add(listed(1), replace), &four);
			assert!(same.contains("like this already"), "{same}");
		}
		let unknown = said_of(&Change::Remove([5; 32]), &four);
		assert!(unknown.contains("does not list the node 12D3Koo"), "{unknown}");
	}

	#[test]
	fn a_node_has_at_most_four_addresses() {
		let address =
			|number: u8| NodeAddress::try_from(format!("/{number}").into_bytes()).unwrap();
		let with = |count| node([1; 32], (0..count).map(address).collect(), true);
		assert_eq!(with(0).unwrap(), MemberNode { archive: true, ..listed(1) });
		assert_eq!(with(4).unwrap().addresses.len(), 4);
		assert!(with(5).unwrap_err().to_string().contains("at most 4 addresses"));
	}

	#[test]
	fn the_whole_list_is_shown_before_it_is_signed() {
		let addresses = [&b"/dns/a.example/tcp/1"[..], b"/ip4/192.0.2.7/tcp/1"];
		let addresses = addresses.map(|it| it.to_vec().try_into().unwrap()).to_vec();
		let first = node([1; 32], addresses, true).unwrap();
		let (one, two) = (peer_id(&[1; 32]), peer_id(&[2; 32]));
		assert_eq!(
			sentence("Hospital A", &[first, listed(2)]),
			format!(
				"These are the nodes of Hospital A, and no others:\n\n{one} at /dns/a.example/tcp/1 and \
				 /ip4/192.0.2.7/tcp/1, an archive\n  {two} without an address"
			)
		);
		assert!(sentence("Hospital A", &[]).contains("refuse all of its nodes."));
	}
}
