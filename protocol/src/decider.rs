//! What a patient's consents say, decided in memory. Whoever has read the state once can decide about
//! many records and people, also about consents that are not signed yet.
//!
//! [`decide`](vouchsafe_primitives::policy::decide) has the rules. This module only brings the values
//! of the state into the form in which it takes them, as the runtime does it.

use crate::{errors::ChainError, types::*};
use std::collections::BTreeMap;

/// An affiliation, with what the state says of its institution.
#[derive(Clone, Debug)]
pub struct AffiliatedAt {
	/// The institution.
	pub institution: AccountId,
	/// What it is.
	pub kind: AccountKind,
	/// Whether it takes part.
	pub status: Status,
	/// Its country.
	pub country: Country,
	/// The affiliation.
	pub affiliation: Affiliation,
}

/// The account as a decision sees it, acting for the institution if one is named.
///
/// # Errors
///
/// The affiliations are more than the chain can have.
pub fn actor(
	account: &AccountId,
	entry: &Account,
	institution: Option<&AccountId>,
	affiliations: impl IntoIterator<Item = AffiliatedAt>,
	now: Moment,
) -> Result<Actor, ChainError> {
	let mut acting_for = None;
	let mut also_at = Vec::new();
	let practises = entry.kind == AccountKind::Practitioner;
	for at in affiliations.into_iter().filter(|at| practises && counts(&at.affiliation, now)) {
		let is_active = at.status == Status::Active;
		let found = acting_at(at)?;
		if institution == Some(&found.institution) {
			acting_for = is_active.then_some(found);
		} else {
			also_at.push(found);
		}
	}
	let active = entry.status == Status::Active && (institution.is_none() || acting_for.is_some());
	let also_at = bounded(also_at, "affiliations").map_err(ChainError::foreign)?;
	let (account, kind) = (account.clone(), entry.kind);
	Ok(Actor { account, kind, active, acting_for, also_at, study: None })
}

fn acting_at(at: AffiliatedAt) -> Result<ActingFor, ChainError> {
	let AffiliatedAt { institution, kind, country, affiliation, .. } = at;
	Ok(ActingFor {
		institution,
		is_authority: kind == AccountKind::Authority,
		role: affiliation.role,
		country,
		teams: bounded(affiliation.teams, "teams").map_err(ChainError::foreign)?,
		attested: affiliation.attested,
		since: affiliation.from,
	})
}

/// Whether an affiliation counts at this moment.
fn counts(affiliation: &Affiliation, now: Moment) -> bool {
	let has_ended = affiliation.until.is_some_and(|until| until <= now);
	affiliation.accepted && affiliation.from <= now && !has_ended
}

/// Whether and how the patient takes part. The earlier of suspension and loss of the key counts. An
/// account that is not a patient's counts as closed.
pub(crate) fn standing(patient: Option<&Account>) -> Standing {
	let Some(account) = patient.filter(|account| account.kind == AccountKind::Patient) else {
		return Standing::Closed;
	};
	let since = account.status_since;
	match account.status {
		Status::Active => match account.disabled_since {
			Some(since) => Standing::Barred { since },
			None => Standing::Active,
		},
		Status::Suspended | Status::Ended => {
			let since = account.disabled_since.map_or(since, |disabled| disabled.min(since));
			Standing::Barred { since }
		},
		Status::Deceased => Standing::Deceased { since },
		Status::Merged => Standing::Merged,
		Status::Closed => Standing::Closed,
	}
}

/// Whether the account's key was in doubt at this moment: it counts as lost or stolen since then or an
/// earlier one, or did so until it was enabled again.
pub fn is_in_doubt(account: &Account, moment: Moment) -> bool {
	account.disabled_since.is_some_and(|since| since <= moment)
		|| account.doubt.is_some_and(|doubt| doubt.contains(moment))
}

/// When the patient's key was in doubt, beside what [`standing`] says: a death or a merger does not
/// make a key trusted that was lost before.
fn doubt(patient: &Account) -> Option<Doubt> {
	let is_hidden = matches!(patient.status, Status::Deceased | Status::Merged);
	let lost = patient.disabled_since.filter(|_| is_hidden);
	let lost = lost.map(|since| Doubt { since, until: Moment::MAX });
	match (patient.doubt, lost) {
		(Some(before), Some(lost)) => Some(before.with(lost)),
		(before, lost) => before.or(lost),
	}
}

/// All that a decision needs to know of a record.
///
/// # Errors
///
/// The record has more labels than the chain can store.
pub fn facts(id: H256, record: &Record) -> Result<RecordFacts, ChainError> {
	Ok(RecordFacts {
		id,
		patient: record.patient.clone(),
		author: record.author.clone(),
		responsible: record.responsible.clone(),
		category: record.category,
		confidentiality: record.confidentiality,
		labels: bounded(record.labels.clone(), "labels").map_err(ChainError::foreign)?,
		service: record.service,
		status: record.status,
	})
}

/// A patient's consents and account at one moment.
#[derive(Clone, Debug)]
pub struct Decider {
	patient: AccountId,
	standing: Standing,
	doubt: Option<Doubt>,
	consents: BTreeMap<Grantee, Vec<Consent>>,
	now: Moment,
}

impl Decider {
	/// The consents must be all that the patient has for the grantees of whoever is decided about.
	/// Without an account the patient counts as one whose account is closed.
	pub fn new(
		patient: &AccountId,
		account: Option<&Account>,
		consents: impl IntoIterator<Item = (Grantee, Consent)>,
		now: Moment,
	) -> Self {
		let mut book: BTreeMap<Grantee, Vec<Consent>> = BTreeMap::new();
		for (grantee, consent) in consents {
			book.entry(grantee).or_default().push(consent);
		}
		Self {
			patient: patient.clone(),
			standing: standing(account),
			doubt: account.and_then(doubt),
			consents: book,
			now,
		}
	}

	/// The patient.
	pub fn patient(&self) -> &AccountId {
		&self.patient
	}

	/// The moment at which it decides.
	pub fn now(&self) -> Moment {
		self.now
	}

	/// The consents.
	pub fn consents(&self) -> impl Iterator<Item = (&Grantee, &Consent)> {
		self.consents
			.iter()
			.flat_map(|(grantee, consents)| consents.iter().map(move |consent| (grantee, consent)))
	}

	/// The same at another moment.
	#[must_use]
	pub fn at(mut self, now: Moment) -> Self {
		self.now = now;
		self
	}

	/// The same with one more consent.
	#[must_use]
	pub fn with(mut self, grantee: Grantee, consent: Consent) -> Self {
		self.consents.entry(grantee).or_default().push(consent);
		self
	}

	/// The same without the consent of this number.
	#[must_use]
	pub fn without(mut self, id: ConsentId) -> Self {
		for consents in self.consents.values_mut() {
			consents.retain(|consent| consent.id != id);
		}
		self
	}

	/// The question that is decided, without an emergency.
	pub fn question(
		&self,
		actor: Actor,
		action: Action,
		purpose: Purpose,
		subject: Subject,
	) -> Question {
		Question {
			patient: self.patient.clone(),
			standing: self.standing,
			doubt: self.doubt,
			actor,
			action,
			purpose,
			subject,
			now: self.now,
			break_glass: false,
		}
	}

	/// What the consents say to a question.
	pub fn answer(&self, question: &Question) -> Decision {
		decide(question, |grantee| self.consents.get(grantee).into_iter().flatten())
	}

	/// What the consents say now, without an emergency.
	pub fn decide(
		&self,
		actor: Actor,
		action: Action,
		purpose: Purpose,
		subject: Subject,
	) -> Decision {
		self.answer(&self.question(actor, action, purpose, subject))
	}

	/// The decision about each of these records, in their order.
	pub fn decide_each<'a>(
		&self,
		actor: Actor,
		action: Action,
		purpose: Purpose,
		records: impl IntoIterator<Item = &'a RecordFacts>,
	) -> Vec<Decision> {
		let mut question = self.question(actor, action, purpose, Subject::SomeRecord);
		let mut decisions = Vec::new();
		for record in records {
			question.subject = Subject::Record(record.clone());
			decisions.push(self.answer(&question));
		}
		decisions
	}
}

#[cfg(test)]
mod tests;
