//! The user's guardians: who they are, and their cards. The chain has only a salted hash of the list. The
//! list is kept here, sealed to the user's key, so that cards can be written again.

use super::card::{Card, MAX_NAME};
use crate::{
	advice::{Advice, Advised},
	english::ENGLISH,
	platform::{Clock as _, Keep, Platform},
	registrar::account_at,
	session::{result_of, Session},
	text::line,
};
use anyhow::{bail, ensure, Context as _, Result};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use vouchsafe_protocol::{
	calls::RecoveryCall,
	events::{Event, RecoveryEvent},
	messages::Hex,
	traits::View,
	types::{
		account_bytes, guardians_commitment, AccountId, Guardians, RecoveryView, Status, H256,
		MAX_GUARDIANS, MIN_GUARDIANS,
	},
};

/// The folder of the lists of guardians.
const FOLDER: &str = "guardians";
/// The version of what is kept.
const VERSION: u8 = 1;
/// How often to look whether another program has finished.
const PAUSE: Duration = Duration::from_secs(1);

/// Guardians, as the user named them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardianList {
	/// In strictly ascending order.
	guardians: Vec<Hex<32>>,
	threshold: u8,
	salt: Hex<32>,
	/// What the guardians call the user.
	name: String,
}

impl GuardianList {
	/// The guardians, in strictly ascending order.
	pub fn guardians(&self) -> Vec<AccountId> {
		self.guardians.iter().map(|guardian| (*guardian).into()).collect()
	}

	/// How many of them have to approve a new key.
	pub fn threshold(&self) -> u8 {
		self.threshold
	}

	/// What the guardians call the user.
	pub fn name(&self) -> &str {
		&self.name
	}

	/// The commitment to them, as the guardians of this account.
	pub fn commitment(&self, account: &AccountId) -> H256 {
		guardians_commitment(account, &self.guardians(), &H256(self.salt.0))
	}

	fn card(&self, account: &AccountId) -> Card {
		Card {
			account: account.clone(),
			name: self.name.clone(),
			guardians: self.guardians(),
			salt: H256(self.salt.0),
			threshold: self.threshold,
		}
	}
}

/// The lists that are kept: those that the chain has, and one that may be on its way there.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
	version: u8,
	lists: Vec<GuardianList>,
}

impl Kept {
	/// What is kept. A list that cannot be read is lost: its guardians have their cards, and others can be
	/// named.
	async fn read(session: &Session<impl Platform>) -> Result<Self> {
		let kept = session.keep.read_own(session.me()?, FOLDER, &place(session)?).await;
		let kept = kept.unwrap_or_else(|error| {
			tracing::info!("the list of guardians cannot be read: {error:#}");
			None
		});
		let kept = kept.and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
		let known = kept.filter(|kept| kept.version == VERSION);
		Ok(known.unwrap_or(Self { version: VERSION, lists: vec![] }))
	}

	/// Changes what is kept.
	async fn update(
		session: &Session<impl Platform>,
		change: impl FnOnce(&mut Vec<GuardianList>),
	) -> Result<()> {
		let _lock = session.keep.lock().await?;
		let mut kept = Self::read(session).await?;
		change(&mut kept.lists);
		let bytes = serde_json::to_vec(&kept)?;
		session.keep.write_own(session.me()?, FOLDER, &place(session)?, &bytes).await
	}
}

/// Named by the account and the chain.
fn place(session: &Session<impl Platform>) -> Result<String> {
	let me = account_bytes(&session.me()?.account());
	Ok(format!("{}-{}", hex::encode(&me[..16]), hex::encode(&session.genesis().0[..16])))
}

/// A list of these guardians with a new salt, if the user can name them.
pub async fn choose(
	session: &Session<impl Platform>,
	guardians: &[AccountId],
	threshold: u8,
	name: &str,
) -> Result<GuardianList> {
	let me = session.me()?.account();
	let mut guardians = guardians.to_vec();
	guardians.sort_unstable();
	let show = |account: &AccountId| session.names.show(account);
	if let Some(pair) = guardians.windows(2).find(|pair| pair[0] == pair[1]) {
		bail!("{} is named twice: name each guardian once", show(&pair[0]));
	}
	ensure!(
		!guardians.contains(&me),
		"you cannot be a guardian of your own account: if your key is lost, you cannot approve a new one"
	);
	check_numbers(threshold, guardians.len())?;
	let name = line(name.trim());
	ensure!(
		!name.is_empty() && name.chars().count() <= MAX_NAME,
		"your guardians have to know whose guardians they are: give a name of at most {MAX_NAME} characters"
	);
	// Their cards are sealed to the keys that they have now.
	let at = session.fresh().await?;
	let own = account_at(&at, &me).await?.context("your account is not enrolled")?;
	ensure!(
		!own.kind.is_member(),
		"an institution has no guardians: the council gives it a new key"
	);
	for guardian in &guardians {
		let who = show(guardian);
		let found = account_at(&at, guardian).await?.with_context(|| {
			format!(
				"{who} is not enrolled, and so cannot approve anything: have an institution enrol this person \
				 first, or name somebody else"
			)
		})?;
		ensure!(
			found.status == Status::Active,
			"{who} does not take part now ({}): name somebody else",
			ENGLISH.phrase(found.status)
		);
	}
	Ok(GuardianList {
		guardians: guardians.iter().map(Into::into).collect(),
		threshold,
		salt: Hex(vouchsafe_vault::random_bytes()),
		name,
	})
}

/// An error if there cannot be so many guardians, of whom so many have to approve.
fn check_numbers(threshold: u8, count: usize) -> Result<()> {
	let least = usize::from(MIN_GUARDIANS);
	ensure!(
		count >= least,
		"one guardian alone could take over your account: name at least {least} guardians"
	);
	ensure!(
		u32::try_from(count).is_ok_and(|count| count <= MAX_GUARDIANS),
		"there can be at most {MAX_GUARDIANS} guardians, and you name {count}: leave some out"
	);
	ensure!(
		threshold >= MIN_GUARDIANS,
		"with a threshold of {threshold}, one guardian alone could take over your account: at least \
		 {least} guardians must have to approve a new key"
	);
	ensure!(
		usize::from(threshold) <= count,
		"{count} guardians cannot give {threshold} approvals: lower the threshold, or name more guardians"
	);
	Ok(())
}

/// Guardians that were named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
	/// From when on they count.
	pub from: u64,
	/// The block that has them.
	pub block: u32,
}

/// Names the guardians of this list. The user must have seen who they are and agreed.
pub async fn set(session: &Session<impl Platform>, list: &GuardianList) -> Result<Named> {
	let me = session.me()?.account();
	let count = u8::try_from(list.guardians.len()).context("there are too many guardians")?;
	// A list that another program sends meanwhile would count as a former one.
	let _claim = claim(session).await?;
	// Kept before it is signed: without the list, no card can be written.
	Kept::update(session, |lists| lists.push(list.clone())).await?;
	let (commitment, threshold) = (list.commitment(&me), list.threshold);
	let call = RecoveryCall::set_guardians { commitment, threshold, count };
	let included = session.submit(call).await?;
	if let Err(error) = forget_former(session, included.number).await {
		tracing::info!("former guardians are still kept: {error:#}");
	}
	let from = result_of(&included, |event| match event {
		Event::Recovery(RecoveryEvent::GuardiansSet { account, from }) if *account == me => {
			Some(*from)
		},
		_ => None,
	})?;
	Ok(Named { from, block: included.number })
}

/// The right to name guardians. It waits for another program of the user's that does. The lock of what is
/// kept is not for something that takes so long.
async fn claim<P: Platform>(session: &Session<P>) -> Result<<P::Keep as Keep>::Lock> {
	let mut waiting = None;
	loop {
		if let Some(claim) = session.keep.claim(FOLDER).await? {
			return Ok(claim);
		}
		waiting.get_or_insert_with(|| {
			session.waiting("waiting for another program that names guardians")
		});
		session.clock.sleep(PAUSE).await;
	}
}

/// Removes the lists that the chain does not have in this block or later.
async fn forget_former(session: &Session<impl Platform>, block: u32) -> Result<()> {
	let me = session.me()?.account();
	let at = session.finalized().await?;
	ensure!(at.number() >= block, "the node has not seen block {block} final yet");
	let view = at.recovery(&me).await?;
	Kept::update(session, |lists| {
		lists.retain(|list| {
			let commitment = list.commitment(&me);
			sets_of(&view).any(|guardians| guardians.commitment == commitment)
		});
	})
	.await
}

/// The guardians in force and those who replace them.
fn sets_of(view: &RecoveryView) -> impl Iterator<Item = &Guardians> {
	view.guardians.iter().chain(view.next.iter().map(|(next, _)| next))
}

/// Guardians that the chain has, with the list of who they are, if it is kept here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownGuardians {
	/// What the chain has.
	pub guardians: Guardians,
	/// From when on they replace the present ones. `None` if they are in force.
	pub from: Option<u64>,
	/// Who they are.
	pub list: Option<GuardianList>,
}

/// The user's guardians: those in force, and then those who replace them.
pub async fn known(session: &Session<impl Platform>) -> Result<Vec<KnownGuardians>> {
	let me = session.me()?.account();
	let view = session.finalized().await?.recovery(&me).await?;
	let kept = Kept::read(session).await?.lists;
	let list_of = |guardians: &Guardians| {
		kept.iter().find(|list| list.commitment(&me) == guardians.commitment).cloned()
	};
	let present = view.guardians.into_iter().map(|guardians| (guardians, None));
	let next = view.next.into_iter().map(|(guardians, from)| (guardians, Some(from)));
	let all = present.chain(next);
	Ok(all
		.map(|(guardians, from)| {
			let list = list_of(&guardians);
			KnownGuardians { guardians, from, list }
		})
		.collect())
}

/// The guardians whose cards are to be written: those who were named last.
pub async fn last_named(session: &Session<impl Platform>) -> Result<GuardianList> {
	let Some(last) = known(session).await?.pop() else {
		bail!(Advised::new("you have no guardians", Advice::NameGuardians));
	};
	last.list.ok_or_else(|| {
		let message =
			"the chain has only a hash of your guardians, and the list of who they are is not here. Their \
			 cards stay good";
		Advised::new(message, Advice::NameGuardians).into()
	})
}

/// The cards of all guardians of a list, each sealed to the encryption key that the guardian has now.
pub async fn cards(
	session: &Session<impl Platform>,
	list: &GuardianList,
) -> Result<Vec<(AccountId, String)>> {
	let card = list.card(&session.me()?.account());
	let at = session.fresh().await?;
	let mut cards = Vec::new();
	for guardian in &card.guardians {
		let who = session.names.show(guardian);
		let found = account_at(&at, guardian).await?;
		let key = found.with_context(|| format!("{who} is not enrolled"))?.encryption_key;
		let file = card
			.seal(session.genesis(), guardian, key)
			.with_context(|| format!("nothing can be sealed to {who}"))?;
		cards.push((guardian.clone(), file));
	}
	Ok(cards)
}

#[cfg(test)]
mod tests;
