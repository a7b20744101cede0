//! *Stop everything*: one deny for everyone. It matches every kind of actor and every study, and wins
//! over every permit. The permits stay, so revoking the deny restores the previous state.

#[cfg(test)]
mod tests;

use crate::{
	acting,
	consent::{self, Granted},
	platform::Platform,
	session::Session,
};
use anyhow::{bail, Result};
use vouchsafe_protocol::{
	traits::View,
	types::{
		AccountId, Action, Actions, Consent, ConsentId, Effect, Grantee, Grantor, Moment, Terms,
	},
};

/// What a stop leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, codec::Encode)]
pub struct Stop {
	/// Whether those who may add records can still add them.
	pub allows_adding: bool,
	/// Whether it also binds in an emergency.
	pub binds_emergencies: bool,
}

/// A stop that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
	/// The number of its consent.
	pub consent: ConsentId,
	/// Since when.
	pub since: Moment,
	/// What it leaves open.
	pub stop: Stop,
	/// Who gave it.
	pub by: Grantor,
}

impl Stopped {
	/// The representative who gave it. Those who read by law read on.
	pub fn representative(&self) -> Option<&AccountId> {
		match &self.by {
			Grantor::Representative(who) => Some(who),
			_ => None,
		}
	}
}

impl Stop {
	/// To whom the deny is addressed.
	pub const GRANTEE: Grantee = Grantee::Everyone;

	/// The terms of the deny.
	pub fn terms(self) -> Terms {
		let Self { allows_adding, binds_emergencies } = self;
		let mut terms = Terms::all(Effect::Deny { binds_break_glass: binds_emergencies });
		if allows_adding {
			let others = Action::ALL.iter().filter(|action| **action != Action::Write);
			terms.actions = Actions::of(&others.copied().collect::<Vec<_>>());
		}
		terms
	}

	/// The stop of which these are the terms.
	pub fn of_terms(terms: &Terms) -> Option<Self> {
		let both = [false, true];
		both.into_iter()
			.flat_map(|allows_adding| {
				both.map(|binds_emergencies| Self { allows_adding, binds_emergencies })
			})
			.find(|stop| stop.terms() == *terms)
	}
}

/// The stops that are in force among a patient's consents. More than one is possible.
pub fn in_force<'a>(
	consents: impl IntoIterator<Item = (&'a Grantee, &'a Consent)>,
) -> Vec<Stopped> {
	let of_everyone = consents.into_iter().filter(|(grantee, _)| **grantee == Stop::GRANTEE);
	of_everyone
		.filter_map(|(_, consent)| {
			let stop = Stop::of_terms(&consent.terms)?;
			let (id, since, by) = (consent.id, consent.granted_at, consent.grantor.clone());
			Some(Stopped { consent: id, since, stop, by })
		})
		.collect()
}

/// The stops of a patient that are in force.
pub async fn of(session: &Session<impl Platform>, patient: &AccountId) -> Result<Vec<Stopped>> {
	let consents = session.finalized().await?.all_consents_of(patient).await?;
	Ok(in_force(consents.iter().map(|(grantee, consent)| (grantee, consent))))
}

/// The sentence that the user signs to stop everything. It is an error if the user acts for a patient and may not
/// stop this.
pub async fn sentence(session: &Session<impl Platform>, stop: Stop) -> Result<String> {
	let terms = stop.terms();
	acting::ensure_may_store(session, &Stop::GRANTEE, &terms).await?;
	consent::sentence(session, &session.patient()?, &Stop::GRANTEE, &terms).await
}

/// Whether everything is stopped like this already. A representative's stop does for representatives, and not
/// for the patient: it keeps nobody from what the law permits.
pub async fn is_there(session: &Session<impl Platform>, stop: Stop) -> Result<bool> {
	let there = of(session, &session.patient()?).await?;
	let counts = |it: &Stopped| session.for_patient.is_some() || it.representative().is_none();
	Ok(there.iter().any(|it| it.stop == stop && counts(it)))
}

/// The consent that a stop amends. A representative amends only its own.
pub async fn amended(session: &Session<impl Platform>) -> Result<Option<ConsentId>> {
	let there = of(session, &session.patient()?).await?;
	let me = session.me()?.account();
	let is_own = |it: &&Stopped| match session.for_patient {
		None => it.representative().is_none(),
		Some(_) => it.representative() == Some(&me),
	};
	let any = there.first().filter(|_| session.for_patient.is_none());
	Ok(there.iter().find(is_own).or(any).map(|it| it.consent))
}

/// Stops everything, with one signature. A stop that is in force and leaves something else open is
/// amended, and by the patient also one that a representative gave: it is the patient's then. The user must have
/// seen its [`sentence`] and agreed to it.
pub async fn stop(session: &Session<impl Platform>, stop: Stop) -> Result<Granted> {
	if is_there(session, stop).await? {
		bail!("everything is stopped already");
	}
	match amended(session).await? {
		Some(id) => consent::amend(session, id, stop.terms()).await,
		None => consent::grant(session, Stop::GRANTEE, stop.terms()).await,
	}
}

/// Lifts every stop that is in force. What was permitted before counts again. Returns each consent that
/// was revoked, and the block.
pub async fn resume(session: &Session<impl Platform>) -> Result<Vec<(ConsentId, u32)>> {
	let mut lifted = Vec::new();
	for Stopped { consent, .. } in of(session, &session.patient()?).await? {
		let (_, block) = consent::revoke(session, consent).await?;
		lifted.push((consent, block));
	}
	if lifted.is_empty() {
		bail!("nothing is stopped");
	}
	Ok(lifted)
}
