//! The members' nodes, as each member lists its own on the chain.

use crate::{platform::Platform, session::Session};
use anyhow::Result;
use vouchsafe_protocol::{
	storage,
	traits::View,
	types::{AccountId, MemberNode, Status},
};

/// A member with the nodes that it lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
	/// The institution or authority.
	pub account: AccountId,
	/// Whether it takes part.
	pub status: Status,
	/// Whether it is a validator.
	pub validates: bool,
	/// Its nodes.
	pub nodes: Vec<MemberNode>,
}

impl Member {
	/// Whether it says that one of its nodes is an archive.
	pub fn keeps_archive(&self) -> bool {
		self.nodes.iter().any(|node| node.archive)
	}
}

/// All members that have not ended, with their nodes.
pub async fn all<P: Platform>(session: &Session<P>) -> Result<Vec<Member>> {
	let at = session.finalized().await?;
	let validators = at.read(storage::validators()).await?.unwrap_or_default();
	let listing = || session.members.iter().filter(|member| member.status != Status::Ended);
	at.prefetch(listing().map(|member| storage::nodes(&member.account).bytes).collect()).await?;
	let mut members = Vec::new();
	for member in listing() {
		let account = member.account.clone();
		let nodes = at.read(storage::nodes(&account)).await?.unwrap_or_default();
		let validates = validators.contains(&account);
		members.push(Member { account, status: member.status, validates, nodes });
	}
	Ok(members)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::scripted::Scripted;
	use vouchsafe_protocol::{holders, types::AccountKind};

	fn account(id: u8) -> AccountId {
		AccountId::new([id; 32])
	}

	fn node(id: u8, archive: bool) -> MemberNode {
		MemberNode { peer: [id; 32], addresses: Default::default(), archive }
	}

	#[tokio::test]
	async fn members_that_have_not_ended_have_their_nodes() {
		let mut session: Session<Scripted> = Session::scripted("//HospitalA");
		let statuses = [Status::Active, Status::Suspended, Status::Ended, Status::Active];
		session.members = (1..).zip(statuses).map(|(id, status)| member(id, status)).collect();
		session.chain.change(|state| {
			state.set(storage::validators(), &vec![account(1), account(2)]);
			state.set(storage::nodes(&account(1)), &vec![node(1, false), node(2, true)]);
			state.set(storage::nodes(&account(3)), &vec![node(3, true)]);
			state.set(storage::nodes(&account(4)), &vec![node(4, false)]);
		});
		let found = all(&session).await.unwrap();
		let told: Vec<_> = found
			.iter()
			.map(|it| (it.account.clone(), it.validates, it.nodes.len(), it.keeps_archive()))
			.collect();
		let expected = [(1, true, 2, true), (2, true, 0, false), (4, false, 1, false)].map(|it| {
			let (id, validates, nodes, archive) = it;
			(account(id), validates, nodes, archive)
		});
		assert_eq!(told, expected);
		assert_eq!(found[1].status, Status::Suspended);
	}

	fn member(id: u8, status: Status) -> holders::Member {
		let (account, kind) = (account(id), AccountKind::Institution);
		let (name, country) = (format!("Hospital {id}"), "DE".into());
		holders::Member { account, kind, status, name, country, custodian: None }
	}
}
