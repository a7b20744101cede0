//! Who validates and who has a seat, and what the council changes of it.

use super::named;
use crate::{
	platform::Platform,
	session::{At, Session},
};
use anyhow::{bail, Result};
use vouchsafe_protocol::{
	calls::{ConsortiumCall, RuntimeCall},
	storage,
	traits::View,
	types::{may_fail, AccountId, Status, LEAST_MEMBERS, MAX_MEMBERS, MIN_SHARE},
};

/// A validator, and how many blocks it made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validator {
	/// The institution.
	pub account: AccountId,
	/// Blocks that it made in this session.
	pub made: u32,
	/// Blocks that it made in the session before, if it was a validator.
	pub made_last: Option<u32>,
}

/// The validators, in the order in which they make blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validators {
	/// All of them.
	pub list: Vec<Validator>,
	/// Each one's share of the blocks of this session, and of the one before.
	pub shares: (u32, u32),
	/// Those of a change that is under way.
	pub next: Option<Vec<AccountId>>,
}

impl Validators {
	/// Their accounts.
	pub fn accounts(&self) -> Vec<AccountId> {
		self.list.iter().map(|validator| validator.account.clone()).collect()
	}

	/// Those that made no block of the last session, although several were expected of them.
	pub fn silent(&self) -> Vec<AccountId> {
		let is_due = self.shares.1 >= MIN_SHARE;
		let silent = self.list.iter().filter(|it| is_due && it.made_last == Some(0));
		silent.map(|validator| validator.account.clone()).collect()
	}
}

/// Reads the validators.
pub async fn validators<P: Platform>(session: &Session<P>) -> Result<Validators> {
	let at = session.finalized().await?;
	let accounts = at.read(storage::validators()).await?.unwrap_or_default();
	let attended = at.read(storage::attended()).await?;
	let made = attended.map(|attended| attended.made).unwrap_or_default();
	let last = at.read(storage::last_attended()).await?.unwrap_or_default();
	let next = at.read(storage::validators_change()).await?.map(|change| change.validators);
	let share = |made: &mut dyn Iterator<Item = u32>, of: usize| {
		let sum = made.fold(0u32, u32::saturating_add);
		sum.checked_div(u32::try_from(of).unwrap_or(u32::MAX)).unwrap_or_default()
	};
	let shares = (
		share(&mut made.iter().copied(), accounts.len()),
		share(&mut last.iter().map(|(_, made)| *made), last.len()),
	);
	let made = made.into_iter().chain(std::iter::repeat(0));
	let list = accounts.into_iter().zip(made).map(|(account, made)| {
		let made_last = last.iter().find(|(it, _)| *it == account).map(|(_, made)| *made);
		Validator { account, made, made_last }
	});
	Ok(Validators { list: list.collect(), shares, next })
}

/// The call that makes these the validators.
pub fn set_validators(validators: Vec<AccountId>) -> RuntimeCall {
	ConsortiumCall::set_validators { validators }.into()
}

/// The call that gives these the seats.
pub fn set_seats(seats: Vec<AccountId>) -> RuntimeCall {
	ConsortiumCall::set_seats { seats }.into()
}

/// The call that makes these the validators without waiting for finality, which goes on from the block
/// `last_final`, `delay` blocks after it was signalled. The motion counts up to the block `until`.
pub fn recover(validators: Vec<AccountId>, last_final: u32, delay: u32, until: u32) -> RuntimeCall {
	ConsortiumCall::recover_finality { validators, last_final, delay, until }.into()
}

/// From which block on a motion recovers finality, if it does.
pub fn recovers_from(proposal: &RuntimeCall) -> Option<u32> {
	let RuntimeCall::Consortium(ConsortiumCall::dispatch_as_root { call }) = proposal else {
		return None;
	};
	match &**call {
		RuntimeCall::Consortium(ConsortiumCall::recover_finality { last_final, .. }) => {
			Some(*last_final)
		},
		_ => None,
	}
}

/// What changes from one list to another, in words.
pub fn difference(
	session: &Session<impl Platform>,
	before: &[AccountId],
	after: &[AccountId],
) -> Vec<String> {
	let names = |of: &[AccountId], are_in_other: bool, other: &[AccountId]| {
		let of = of.iter().filter(|it| other.contains(it) == are_in_other);
		named(session, of)
	};
	vec![
		format!("Added: {}.", names(after, false, before)),
		format!("Removed: {}.", names(before, false, after)),
		format!("Unchanged: {}.", names(before, true, after)),
		format!("Before: {}, of which {} may fail.", before.len(), may_fail(before.len())),
		format!("After: {}, of which {} may fail.", after.len(), may_fail(after.len())),
	]
}

/// An error, before anything is signed, if the chain would refuse the list when the motion has passed.
pub async fn check_validators<P: Platform>(
	session: &Session<P>,
	before: &Validators,
	after: &[AccountId],
	is_recovery: bool,
) -> Result<()> {
	let at = session.finalized().await?;
	if before.next.is_some() {
		bail!("a change of the validators is under way: try again when it is in force, after two blocks");
	}
	check_members(session, &at, "validators", after).await?;
	for account in after {
		if at.read(storage::session_keys(account)).await?.is_none() {
			bail!(
				"{} has not registered session keys: it does so with `vouchsafe validator rotate`",
				session.names.show(account)
			);
		}
	}
	if is_recovery {
		return Ok(());
	}
	let before = before.accounts();
	let new = after.iter().filter(|it| !before.contains(it)).count();
	if new == 0 && after.len() == before.len() {
		bail!("these are the validators already");
	}
	if new > may_fail(after.len()) {
		bail!(
			"{new} of {} validators would be new, but at most {} may be new at once, because a new one may not \
			 run yet. Add the others with later motions",
			after.len(),
			may_fail(after.len())
		);
	}
	Ok(())
}

/// The same for a list of seats.
pub async fn check_seats<P: Platform>(session: &Session<P>, after: &[AccountId]) -> Result<()> {
	check_members(session, &session.finalized().await?, "seats", after).await
}

async fn check_members<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	what: &str,
	list: &[AccountId],
) -> Result<()> {
	let least = at.read(storage::least_members()).await?.unwrap_or(LEAST_MEMBERS);
	if list.len() > usize::try_from(MAX_MEMBERS)? {
		bail!("there can be at most {MAX_MEMBERS} {what}");
	}
	if list.len() < usize::try_from(least)? {
		bail!("name all {what} of the new list: there must be at least {least}");
	}
	for (place, account) in list.iter().enumerate() {
		let name = session.names.show(account);
		if list.iter().take(place).any(|before| before == account) {
			bail!("{name} is named twice");
		}
		if session.member(account).is_none() {
			bail!("{name} is not an institution of this network");
		}
		let status = at.account(account).await?.map(|it| it.status);
		if status != Some(Status::Active) {
			bail!("{name} is not active, so it can neither validate nor have a seat");
		}
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{keys::Identity, memory::MemoryKeep, scripted::Scripted};

	fn account(id: u8) -> AccountId {
		AccountId::new([id; 32])
	}

	fn list(ids: impl IntoIterator<Item = u8>) -> Vec<AccountId> {
		ids.into_iter().map(account).collect()
	}

	#[test]
	fn a_motion_to_recover_names_its_block() {
		let motion = |call| vouchsafe_protocol::calls::as_root(call);
		assert_eq!(recovers_from(&motion(recover(list(1..=4), 7, 3, 99))), Some(7));
		assert_eq!(recovers_from(&motion(set_seats(list(1..=4)))), None);
		assert_eq!(recovers_from(&recover(list(1..=4), 7, 3, 99)), None, "it is not for Root");
	}

	#[tokio::test]
	async fn validators_have_their_blocks_and_shares() {
		let session: Session<Scripted> = Session::scripted("//HospitalA");
		session.chain.change(|state| {
			state.set(storage::validators(), &list(1..=4));
			// The fourth has made no block, so it is not counted yet.
			state.set(storage::attended(), &(9u32, vec![4u32, 3, 2]));
			let last = [(account(1), 90u32), (account(2), 90), (account(9), 60)];
			state.set(storage::last_attended(), &last.to_vec());
		});
		let found = validators(&session).await.unwrap();
		assert_eq!(found.accounts(), list(1..=4));
		assert_eq!(found.shares, (2, 80));
		let made: Vec<_> = found.list.iter().map(|it| (it.made, it.made_last)).collect();
		assert_eq!(made, [(4, Some(90)), (3, Some(90)), (2, None), (0, None)]);
		assert_eq!(found.next, None);
	}

	#[test]
	fn a_difference_says_who_comes_and_goes() {
		let me = Identity::development("//DoctorA").unwrap();
		let mut session = Session::offline(me, MemoryKeep::default());
		for (name, id) in [("A", 1), ("B", 2), ("C", 3), ("D", 4), ("E", 5)] {
			session.names.add_institution(name, account(id));
		}
		let said = difference(&session, &list(1..=4), &list([1, 2, 3, 5])).join(" ");
		assert_eq!(
			said,
			"Added: E. Removed: D. Unchanged: A, B and C. Before: 4, of which 1 may fail. After: 4, of which 1 \
			 may fail."
		);
		let said = difference(&session, &list(1..=4), &list(1..=4)).join(" ");
		assert!(said.starts_with("Added: none. Removed: none."), "{said}");
	}

	#[tokio::test]
	async fn what_the_chain_would_refuse_is_said_before_signing() {
		let session: Session<Scripted> = Session::scripted("//HospitalA");
		session.chain.change(|state| state.set(storage::validators(), &list(1..=4)));
		let said = |after: Vec<AccountId>| {
			let session = &session;
			async move {
				let before = validators(session).await.unwrap();
				check_validators(session, &before, &after, false).await.unwrap_err().to_string()
			}
		};
		assert!(said(list(1..=3)).await.contains("at least 4"), "three");
		assert!(said(list(1..=33)).await.contains("at most 32"), "thirty-three");
		assert!(said(list([1, 2, 3, 3])).await.contains("is not an institution"));
		session.chain.change(|state| {
			let change = (list(1..=5), false, None::<(u32, u32)>);
			state.set(storage::validators_change(), &change);
		});
		assert!(said(list(1..=5)).await.contains("under way"));
	}
}
