//! [`decide`]: the one function that says who may do what with which record. It is pure: it reads
//! the question and the consents for the grantees that fit the actor, and nothing else.
//!
//! The first rule that applies decides:
//!
//! 1. An actor who is not active is refused, and so is a practitioner who acts for no institution:
//!    otherwise a deny for an institution, role or team would be missed.
//! 2. A record that belongs to another patient (`WrongPatient`) is refused to everybody.
//! 3. The patient may always read their own records and log.
//! 4. A deny that matches refuses. With break-glass only those count that bind it.
//! 5. With break-glass an attested clinician may read and write records.
//! 6. A permit that covers the question allows.
//! 7. Everything else is refused.

use crate::{consent::*, types::*};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

/// What the question is about: a record, or the patient's access log.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Subject {
	/// A record that exists or is about to be created.
	#[codec(index = 0)]
	Record(RecordFacts),
	/// The patient's access log. Only a permit without record filters covers it.
	#[codec(index = 1)]
	Log,
}

/// A question to [`decide`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Question {
	/// The patient.
	pub patient: AccountId,
	/// Who asks.
	pub actor: Actor,
	/// What is to be done.
	pub action: Action,
	/// Why.
	pub purpose: Purpose,
	/// About what.
	pub subject: Subject,
	/// When.
	pub now: Moment,
	/// Whether break-glass was invoked for it.
	pub break_glass: bool,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Decision {
	/// Permitted, and why.
	#[codec(index = 0)]
	Permit(Basis),
	/// Refused, and why.
	#[codec(index = 1)]
	Refuse(Reason),
}

impl Decision {
	/// Whether it permits.
	pub fn is_permit(&self) -> bool {
		matches!(self, Self::Permit(_))
	}
}

/// Why something is permitted.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Basis {
	/// The patient asks.
	#[codec(index = 0)]
	Own,
	/// This consent.
	#[codec(index = 1)]
	Consent(ConsentRef),
	/// Break-glass.
	#[codec(index = 2)]
	BreakGlass,
}

/// Why something is refused. Only the patient may know; the actor learns only that it is refused.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Reason {
	/// The actor is not enrolled, or not active.
	#[codec(index = 0)]
	NotActive,
	/// The record belongs to another patient.
	#[codec(index = 1)]
	WrongPatient,
	/// This consent denies it.
	#[codec(index = 2)]
	Denied(ConsentRef),
	/// No permit is for a grantee that fits the actor.
	#[codec(index = 3)]
	NoConsent,
	/// There are permits, but none covers the question. This one comes closest.
	#[codec(index = 4)]
	NotCovered {
		/// The permit.
		consent: ConsentRef,
		/// What it does not cover.
		mismatch: Mismatch,
	},
	/// This actor may not invoke break-glass.
	#[codec(index = 5)]
	NotAttested,
}

crate::vocabulary::numbered! {
	/// What a permit does not cover, from the farthest to the closest.
	Mismatch, "mismatch" {
		/// It was made under a policy version that this runtime does not know.
		PolicyVersion = 0, "policy-version";
		/// Another action.
		Action = 1, "action";
		/// Another purpose.
		Purpose = 2, "purpose";
		/// Another country.
		Country = 3, "country";
		/// Other single records.
		Record = 4, "record";
		/// Other categories.
		Category = 5, "category";
		/// Other authors.
		Author = 6, "author";
		/// Another responsible institution.
		Responsible = 7, "responsible";
		/// Another period of service.
		DataPeriod = 8, "data-period";
		/// The record has a label that it does not name.
		Label = 9, "label";
		/// It is not valid yet.
		NotYetValid = 10, "not-yet-valid";
		/// It has expired, at its `valid_until`.
		Expired = 11, "expired";
	}
}

/// The grantees that fit the actor, each once, in ascending order. At most 7 + [`MAX_TEAMS`].
pub fn keys(actor: &Actor) -> Vec<Grantee> {
	let mut keys = alloc::vec![Grantee::Everyone];
	if let Some(acting) = &actor.acting_for {
		let institution = &acting.institution;
		keys.push(Grantee::Role(acting.role));
		keys.push(Grantee::Institution(institution.clone()));
		keys.push(Grantee::RoleAt { role: acting.role, institution: institution.clone() });
		let mut teams = acting.teams.to_vec();
		teams.sort_unstable();
		teams.dedup();
		keys.extend(
			teams
				.into_iter()
				.map(|team| Grantee::CareTeam { institution: institution.clone(), team }),
		);
		keys.push(Grantee::PractitionerAt {
			practitioner: actor.account.clone(),
			institution: institution.clone(),
		});
	}
	keys.push(Grantee::Person(actor.account.clone()));
	keys.extend(actor.study.map(Grantee::Study));
	keys
}

/// Decides the question. `lookup` returns the patient's consents for one grantee; it is called once
/// for each of the actor's [`keys`]. The order of the consents does not change the decision.
pub fn decide<I>(question: &Question, mut lookup: impl FnMut(&Grantee) -> I) -> Decision
where
	I: IntoIterator<Item = Consent>,
{
	let Question { actor, subject, .. } = question;
	let practises = actor.kind != AccountKind::Practitioner || actor.acting_for.is_some();
	if !actor.active || !practises {
		return Decision::Refuse(Reason::NotActive);
	}
	if let Subject::Record(facts) = subject {
		if facts.status == RecordStatus::WrongPatient || facts.patient != question.patient {
			return Decision::Refuse(Reason::WrongPatient);
		}
	}
	let reads = matches!(question.action, Action::Read | Action::ReadLog);
	if actor.account == question.patient && reads {
		return Decision::Permit(Basis::Own);
	}

	// Break-glass allows reading and writing records, not reading the log.
	let emergency = question.break_glass
		&& matches!(subject, Subject::Record(_))
		&& matches!(question.action, Action::Read | Action::Write);
	let mut permit: Option<ConsentRef> = None;
	let mut nearest: Option<(Mismatch, ConsentRef)> = None;
	let mut denied: Option<ConsentRef> = None;
	for grantee in keys(actor) {
		for consent in lookup(&grantee) {
			let found = ConsentRef { grantee: grantee.clone(), id: consent.id };
			match consent.terms.effect {
				Effect::Deny { binds_break_glass } => {
					let counts = binds_break_glass || !emergency;
					if counts && denies(&consent, question) {
						denied = Some(denied.map_or(found.clone(), |other| other.min(found)));
					}
				},
				Effect::Permit => match covers(&consent, question) {
					Ok(()) => permit = Some(permit.map_or(found.clone(), |other| other.min(found))),
					Err(mismatch) => {
						let nearer = match &nearest {
							Some((other, at)) => {
								mismatch > *other || (mismatch == *other && found < *at)
							},
							None => true,
						};
						if nearer {
							nearest = Some((mismatch, found));
						}
					},
				},
			}
		}
	}

	if let Some(consent) = denied {
		return Decision::Refuse(Reason::Denied(consent));
	}
	if emergency {
		let clinician = actor.acting_for.as_ref().is_some_and(|acting| acting.attested);
		return if clinician {
			Decision::Permit(Basis::BreakGlass)
		} else {
			Decision::Refuse(Reason::NotAttested)
		};
	}
	match (permit, nearest) {
		(Some(consent), _) => Decision::Permit(Basis::Consent(consent)),
		(None, Some((mismatch, consent))) => {
			Decision::Refuse(Reason::NotCovered { consent, mismatch })
		},
		(None, None) => Decision::Refuse(Reason::NoConsent),
	}
}

/// Whether a permit covers the question, or what it does not cover.
fn covers(consent: &Consent, question: &Question) -> Result<(), Mismatch> {
	let terms = &consent.terms;
	// The farthest first, so that the reason names what is closest.
	let lacks = |lacking: bool, mismatch: Mismatch| if lacking { Err(mismatch) } else { Ok(()) };
	lacks(consent.policy_version != POLICY_VERSION, Mismatch::PolicyVersion)?;
	lacks(!terms.actions.admits(question.action), Mismatch::Action)?;
	lacks(!terms.purposes.admits(question.purpose), Mismatch::Purpose)?;
	lacks(!admits_country(terms, question), Mismatch::Country)?;
	match &question.subject {
		Subject::Record(facts) => {
			lacks(!admits(&terms.records, &facts.id), Mismatch::Record)?;
			lacks(!terms.categories.admits(facts.category), Mismatch::Category)?;
			lacks(!admits(&terms.authors, &facts.author), Mismatch::Author)?;
			lacks(!admits(&terms.responsible, &facts.responsible), Mismatch::Responsible)?;
			let DataPeriod { from, to } = terms.data_period;
			let within = from.is_none_or(|from| from <= facts.service.first)
				&& to.is_none_or(|to| facts.service.last <= to);
			lacks(!within, Mismatch::DataPeriod)?;
			lacks(!facts.labels.is_subset(terms.labels), Mismatch::Label)?;
		},
		Subject::Log => {
			lacks(!terms.records.is_empty(), Mismatch::Record)?;
			lacks(!terms.categories.is_empty(), Mismatch::Category)?;
			lacks(!terms.authors.is_empty(), Mismatch::Author)?;
			lacks(!terms.responsible.is_empty(), Mismatch::Responsible)?;
			lacks(terms.data_period != DataPeriod::default(), Mismatch::DataPeriod)?;
			// The log shows every action and label: a permit must name it.
			lacks(!terms.actions.contains(Action::ReadLog), Mismatch::Action)?;
		},
	}
	lacks(terms.valid_from.is_some_and(|from| question.now < from), Mismatch::NotYetValid)?;
	lacks(terms.is_expired(question.now), Mismatch::Expired)
}

/// Whether a deny matches the question. A deny of a policy version that this runtime does not know
/// counts too: in doubt it denies.
fn denies(consent: &Consent, question: &Question) -> bool {
	let terms = &consent.terms;
	let in_time =
		terms.valid_from.is_none_or(|from| from <= question.now) && !terms.is_expired(question.now);
	let asked = terms.actions.admits(question.action)
		&& terms.purposes.admits(question.purpose)
		&& admits_country(terms, question);
	let matched = match &question.subject {
		Subject::Record(facts) => {
			let DataPeriod { from, to } = terms.data_period;
			let overlaps = from.is_none_or(|from| from <= facts.service.last)
				&& to.is_none_or(|to| facts.service.first <= to);
			admits(&terms.records, &facts.id)
				&& terms.categories.admits(facts.category)
				&& admits(&terms.authors, &facts.author)
				&& admits(&terms.responsible, &facts.responsible)
				&& overlaps && (terms.labels == Labels::default()
				|| facts.labels.intersects(terms.labels))
		},
		// A deny of some records does not close the log; a deny without filters does.
		Subject::Log => {
			terms.records.is_empty()
				&& terms.categories.is_empty()
				&& terms.authors.is_empty()
				&& terms.responsible.is_empty()
				&& terms.labels == Labels::default()
				&& terms.data_period == DataPeriod::default()
		},
	};
	in_time && asked && matched
}

/// Whether the item passes a list as a filter; an empty list means all.
fn admits<T: PartialEq>(filter: &[T], item: &T) -> bool {
	filter.is_empty() || filter.contains(item)
}

/// Whether the actor's country is one of those named. If it is unknown, a deny for some countries
/// matches, and a permit for some countries does not cover it.
fn admits_country(terms: &Terms, question: &Question) -> bool {
	match &question.actor.acting_for {
		Some(acting) => admits(&terms.countries, &acting.country),
		None => terms.countries.is_empty() || terms.effect != Effect::Permit,
	}
}

#[cfg(test)]
mod tests;
