//! `vouchsafe council nodes`: which nodes the members list, and who keeps an archive.

use crate::{
	commands::account_json,
	council::{
		named,
		nodes::{self, Member},
	},
	output::{table, Output},
	session::Session,
};
use anyhow::Result;
use serde_json::json;
use vouchsafe_client::chain::{AccountId, Status};
use vouchsafe_primitives::{card::CardNode, LEAST_ARCHIVES};

const HEAD: [&str; 5] = ["MEMBER", "VALIDATES", "ARCHIVE", "NODE", "ADDRESSES"];

/// Shows the nodes of all members.
pub(super) async fn list(session: &Session) -> Result<Output> {
	let mut members = nodes::all(session).await?;
	members.sort_by_key(|member| session.names.show(&member.account));
	let show = |account: &AccountId| session.names.show(account);
	let all: Vec<_> = members.iter().flat_map(|it| rows(&show(&it.account), it)).collect();
	let mut lines = vec![table(&HEAD, &all)];
	let accounts = |of: &dyn Fn(&Member) -> bool| -> Vec<_> {
		members.iter().filter(|it| of(it)).map(|it| it.account.clone()).collect()
	};
	let archives = accounts(&Member::keeps_archive);
	if archives.len() < LEAST_ARCHIVES {
		lines.push(format!("\n{}", few_archives(&named(session, &archives), archives.len())));
	}
	let without = accounts(&|member| member.nodes.is_empty());
	if session.chain.node().chain_type().await? != LIVE {
		lines.push(format!("\n{FOR_DEVELOPMENT}"));
	} else if without.len() == members.len() {
		lines.push(format!("\n{NOBODY_LISTS}"));
	} else if !without.is_empty() {
		lines.push(format!("\n{}", no_nodes(&named(session, &without), without.len())));
	}
	let json: Vec<_> = members
		.iter()
		.map(|member| {
			let mut json = account_json(session, &member.account);
			json["status"] = json!(member.status.word());
			json["validates"] = json!(member.validates);
			json["archive"] = json!(member.keeps_archive());
			json["nodes"] = json!(member.nodes.iter().map(CardNode::from).collect::<Vec<_>>());
			json
		})
		.collect();
	Ok(Output::new(lines.join("\n"), json!({ "members": json })))
}

/// A row for each node of a member, or one that says that there is none.
fn rows(name: &str, member: &Member) -> Vec<Vec<String>> {
	let yes_or_no = |is: bool| String::from(if is { "yes" } else { "no" });
	let name = match member.status {
		Status::Active => name.to_owned(),
		status => format!("{name} ({})", status.word()),
	};
	let first = [name, yes_or_no(member.validates)];
	let with = |rest: [String; 3]| first.iter().cloned().chain(rest).collect();
	if member.nodes.is_empty() {
		return vec![with([yes_or_no(false), "none".into(), String::new()])];
	}
	let rows = member.nodes.iter().map(|node| {
		let CardNode { peer, addresses, archive } = CardNode::from(node);
		with([yes_or_no(archive), peer, addresses.join(", ")])
	});
	rows.collect()
}

/// That too few members keep archives.
fn few_archives(names: &str, count: usize) -> String {
	let who = match count {
		0 => "No member says that it keeps an archive.".to_owned(),
		_ => format!("Only {names} says that it keeps an archive."),
	};
	format!(
		"WARNING: {who} At least two members should keep one, so that somebody can look up the state of an old block \
		 if one is lost. Start a node with --state-pruning archive --blocks-pruning archive on a new database, and \
		 list it with `vouchsafe validator nodes add PEER --archive`."
	)
}

/// The type of a chain that was founded from cards.
const LIVE: &str = "Live";

/// What lists mean on other chains.
const FOR_DEVELOPMENT: &str = "This network is for development, so any node may connect.";

/// What it means that nobody lists nodes.
const NOBODY_LISTS: &str =
	"No member lists nodes, so any node may connect. As soon as one member lists a node, only \
	listed ones may.";

/// What it means that some members list no nodes.
fn no_nodes(names: &str, count: usize) -> String {
	let (lists, its) = match count {
		1 => ("lists", "its nodes"),
		_ => ("list", "their nodes"),
	};
	format!(
		"{names} {lists} no nodes, so the other members' nodes refuse {its}. Each institution lists its own: \
		 `vouchsafe validator nodes add`."
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_client::chain::MemberNode;
	use vouchsafe_primitives::card::peer_id;

	fn member(status: Status, nodes: Vec<MemberNode>) -> Member {
		Member { account: AccountId::new([1; 32]), status, validates: true, nodes }
	}

	fn node(id: u8, addresses: &[&str], archive: bool) -> MemberNode {
		let addresses: Vec<_> =
			addresses.iter().map(|it| it.as_bytes().to_vec().try_into().unwrap()).collect();
		MemberNode { peer: [id; 32], addresses: addresses.try_into().unwrap(), archive }
	}

	#[test]
	fn each_node_has_a_row() {
		let nodes =
			vec![node(1, &["/dns/a/tcp/1", "/ip4/192.0.2.7/tcp/1"], true), node(2, &[], false)];
		let (one, two) = (peer_id(&[1; 32]), peer_id(&[2; 32]));
		assert_eq!(
			rows("Hospital A", &member(Status::Active, nodes)),
			[
				["Hospital A", "yes", "yes", &one, "/dns/a/tcp/1, /ip4/192.0.2.7/tcp/1"],
				["Hospital A", "yes", "no", &two, ""],
			]
		);
		assert_eq!(
			rows("Hospital B", &member(Status::Suspended, vec![])),
			[["Hospital B (suspended)", "yes", "no", "none", ""]]
		);
	}

	#[test]
	fn what_is_missing_is_said_with_what_helps() {
		let said = few_archives("none", 0);
		assert!(said.starts_with("WARNING: No member says"), "{said}");
		let said = few_archives("Hospital A", 1);
		assert!(said.contains("Only Hospital A says") && said.contains("--archive"), "{said}");
		let said = no_nodes("Hospital A", 1);
		assert!(
			said.starts_with("Hospital A lists no nodes, so the other members' nodes refuse its")
		);
		let said = no_nodes("Hospital A and Hospital B", 2);
		assert!(said.contains("B list no nodes") && said.contains("their nodes"), "{said}");
	}
}
