//! The members' nodes, which alone may connect to each other.

use crate::{pallet::*, types::*, Council};
use alloc::vec::Vec;
use frame_support::{dispatch::DispatchResult, ensure};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_nodes(member: T::AccountId, nodes: MemberNodes) -> DispatchResult {
		ensure!(T::Council::is_member(&member), Error::<T>::NotAMember);
		Self::check_nodes(&nodes)?;
		ensure!(!nodes.is_empty() || !Self::is_validator(&member), Error::<T>::TooFew);
		match nodes.is_empty() {
			true => Nodes::<T>::remove(&member),
			false => Nodes::<T>::insert(&member, &nodes),
		}
		Self::deposit_event(Event::NodesSet { member, nodes });
		Ok(())
	}

	/// Whether the chain takes this list: each node once, and addresses that may be multiaddresses.
	pub(crate) fn check_nodes(nodes: &[MemberNode]) -> DispatchResult {
		let mut others = nodes.iter();
		while let Some(node) = others.next() {
			ensure!(others.clone().all(|other| other.peer != node.peer), Error::<T>::Twice);
			ensure!(node.has_plain_addresses(), Error::<T>::InvalidAddress);
		}
		Ok(())
	}

	/// The nodes of all members that have not ended. Those that are suspended may connect: without them
	/// nothing might become final. For nodes that ask; no call reads this list.
	pub fn nodes() -> NodesOf<T::AccountId> {
		Nodes::<T>::iter().filter(|(member, _)| T::Council::takes_part(member)).collect::<Vec<_>>()
	}
}
