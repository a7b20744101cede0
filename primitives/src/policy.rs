//! [`decide`]: the one function that says who may do what with which record. It is pure: it reads the
//! question and the consents under the keys that fit the actor, and nothing else.
//!
//! The first rule that applies decides:
//!
//! 1. Refuse actors that are not active, practitioners who act for no institution, and the accounts
//!    of institutions and authorities: people act, organisations do not.
//! 2. Refuse if the patient's account is closed, and refuse new records if it was merged.
//! 3. Refuse records of another patient.
//! 4. Allow the patient to read.
//! 5. Refuse if a deny matches, whichever of the actor's affiliations it is addressed to. In an
//!    emergency only denies that bind break-glass count. A deny that a representative gave for the patient
//!    waits for rule 8, so it never binds break-glass.
//! 6. In an emergency allow attested physicians, nurses, midwives and dentists to read and write
//!    records, except of the dead, and refuse everybody else.
//! 7. Allow if a permit by law covers the question. So one parent cannot keep the other from reading, but
//!    the patient can.
//! 8. Refuse if a deny matches that a representative gave.
//! 9. Allow if another permit covers the question. It is addressed to the affiliation under which the actor
//!    acts, to the person, or to everyone, and it was not given with a stolen key. A permit to a
//!    practitioner at an institution ends with the affiliation to which it was given.
//! 10. Refuse.

use crate::{consent::*, types::*};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use core::borrow::Borrow;
use scale_info::TypeInfo;

pub mod carrying;

/// What the question is about: a record, or the patient's access log.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Subject {
	/// A record that exists or is about to be created.
	#[codec(index = 0)]
	Record(RecordFacts),
	/// The patient's access log. Only a permit without record filters covers it.
	#[codec(index = 1)]
	Log,
	/// A study that wants to count the patient's records.
	#[codec(index = 2)]
	Study(StudyFacts),
	/// Some record of the patient that the actor wants to write. It need not exist. Every permit to
	/// write covers it, also one that is limited to certain records. A deny matches it only if it is
	/// not limited to certain records.
	#[codec(index = 3)]
	SomeRecord,
}

/// A question to [`decide`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Question {
	/// The patient.
	pub patient: AccountId,
	/// Whether and how the patient takes part.
	pub standing: Standing,
	/// When the patient's key was in doubt before now.
	pub doubt: Option<Doubt>,
	/// Who asks.
	pub actor: Actor,
	/// What is to be done.
	pub action: Action,
	/// Why. Break-glass always has the purpose emergency treatment, whatever is said here.
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
	/// The account is an institution's or an authority's own: people act, organisations do not.
	#[codec(index = 6)]
	Organisation,
	/// The patient's account is closed, was merged into another, or the patient has died.
	#[codec(index = 7)]
	Standing(Standing),
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
		/// The record is more confidential than it covers.
		Confidentiality = 9, "confidentiality";
		/// The record has a label that it does not name, or it is for labelled records and the record has
		/// no label.
		Label = 10, "label";
		/// The study has a trait that it does not name.
		Trait = 11, "trait";
		/// It is not valid yet, or was entered by a hospital's staff a short time ago (usually a day).
		NotYetValid = 12, "not-yet-valid";
		/// It has expired, at its `valid_until`.
		Expired = 13, "expired";
		/// It does not count after the patient's death, or it was given while the patient's key was in
		/// doubt and has not been confirmed.
		Standing = 14, "standing";
		/// It was given to an affiliation of this practitioner that has ended.
		Affiliation = 15, "affiliation";
	}
}

/// How many grantees [`keys`] has at most: everyone, the person, and for each affiliation its role,
/// institution, role there, care teams and person there; and three for a study.
pub const MAX_KEYS: u32 = 2 + MAX_AFFILIATIONS * (3 + MAX_TEAMS) + 1 + 3;

/// The grantees that fit the actor, each once, in ascending order. At most [`MAX_KEYS`], and three
/// fewer without a study. Those of affiliations other than the one under which the actor acts are for
/// denies only.
pub fn keys(actor: &Actor) -> Vec<Grantee> {
	let mut keys = alloc::vec![Grantee::Everyone, Grantee::Person(actor.account.clone())];
	for ActingFor { institution, role, teams, .. } in actor.affiliations() {
		let (role, institution) = (*role, institution.clone());
		keys.push(Grantee::Role(role));
		keys.push(Grantee::Institution(institution.clone()));
		keys.push(Grantee::RoleAt { role, institution: institution.clone() });
		keys.extend(
			teams.iter().map(|&team| Grantee::CareTeam { institution: institution.clone(), team }),
		);
	}
	if let Some(acting) = &actor.acting_for {
		keys.push(Grantee::PractitionerAt {
			practitioner: actor.account.clone(),
			institution: acting.institution.clone(),
		});
	}
	if let Some(study) = &actor.study {
		keys.push(Grantee::Study(study.id));
		keys.push(Grantee::Research);
		keys.extend(study.disease.map(Grantee::ResearchOn));
	}
	keys.sort_unstable();
	keys.dedup();
	keys
}

/// Decides the question. `lookup` returns the patient's consents for one grantee; it is called once
/// for each of the actor's [`keys`]. The order of the consents does not change the decision.
pub fn decide<I>(question: &Question, mut lookup: impl FnMut(&Grantee) -> I) -> Decision
where
	I: IntoIterator<Item: Borrow<Consent>>,
{
	let Question { actor, subject, standing, action, .. } = question;
	let practises = actor.kind != AccountKind::Practitioner || actor.acting_for.is_some();
	if !actor.active || !practises {
		return Decision::Refuse(Reason::NotActive);
	}
	if actor.kind.is_member() {
		return Decision::Refuse(Reason::Organisation);
	}
	let writes_after_merging = *standing == Standing::Merged && *action == Action::Write;
	if *standing == Standing::Closed || writes_after_merging {
		return Decision::Refuse(Reason::Standing(*standing));
	}
	if let Subject::Record(facts) = subject {
		if facts.status == RecordStatus::WrongPatient || facts.patient != question.patient {
			return Decision::Refuse(Reason::WrongPatient);
		}
	}
	let reads = matches!(action, Action::Read | Action::ReadLog);
	if actor.account == question.patient && reads {
		return Decision::Permit(Basis::Own);
	}

	// Break-glass allows reading and writing records, not reading the log.
	let emergency = question.break_glass
		&& matches!(subject, Subject::Record(_))
		&& matches!(action, Action::Read | Action::Write);
	let (mut permit, mut lawful) = (None, None);
	let (mut denied, mut denied_by_representative) = (None, None);
	let mut nearest: Option<(Mismatch, ConsentRef)> = None;
	for grantee in keys(actor) {
		for consent in lookup(&grantee) {
			let consent: &Consent = consent.borrow();
			let found = ConsentRef { grantee: grantee.clone(), id: consent.id };
			match consent.terms.effect {
				Effect::Deny { binds_break_glass } => {
					let counts = binds_break_glass || !emergency;
					if counts && denies(consent, question) {
						let place = match consent.grantor {
							Grantor::Representative(_) => &mut denied_by_representative,
							_ => &mut denied,
						};
						keep_first(place, found);
					}
				},
				Effect::Permit if !is_for(&grantee, actor) => {},
				Effect::Permit => match covers(&grantee, consent, question) {
					Ok(()) if consent.is_by_law() => keep_first(&mut lawful, found),
					Ok(()) => keep_first(&mut permit, found),
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
		let clinician = actor.acting_for.as_ref().is_some_and(ActingFor::may_break_glass);
		return match standing {
			Standing::Deceased { .. } => Decision::Refuse(Reason::Standing(*standing)),
			_ if clinician => Decision::Permit(Basis::BreakGlass),
			_ => Decision::Refuse(Reason::NotAttested),
		};
	}
	if let Some(consent) = lawful {
		return Decision::Permit(Basis::Consent(consent));
	}
	if let Some(consent) = denied_by_representative {
		return Decision::Refuse(Reason::Denied(consent));
	}
	match (permit, nearest) {
		(Some(consent), _) => Decision::Permit(Basis::Consent(consent)),
		(None, Some((mismatch, consent))) => {
			Decision::Refuse(Reason::NotCovered { consent, mismatch })
		},
		(None, None) => Decision::Refuse(Reason::NoConsent),
	}
}

/// Keeps the first of the consents found, so that their order does not change the decision.
fn keep_first(place: &mut Option<ConsentRef>, found: ConsentRef) {
	*place = Some(match place.take() {
		Some(other) => other.min(found),
		None => found,
	});
}

/// The purpose that counts.
fn purpose_of(question: &Question) -> Purpose {
	if question.break_glass {
		Purpose::EmergencyTreatment
	} else {
		question.purpose
	}
}

/// Whether a permit under one of the actor's keys is for the actor, who acts under one affiliation. A
/// permit for everyone is for those who act for an institution that is not an authority.
fn is_for(grantee: &Grantee, actor: &Actor) -> bool {
	let acting = actor.acting_for.as_ref();
	match grantee {
		Grantee::Everyone => acting.is_some_and(|acting| !acting.is_authority),
		Grantee::Role(role) => acting.is_some_and(|acting| acting.role == *role),
		_ => grantee
			.institution()
			.is_none_or(|institution| acting.is_some_and(|it| it.institution == *institution)),
	}
}

/// Whether a permit for the grantee names the action. Studies are permitted counting and nothing
/// else, and nobody else is. Reading the log has to be named too.
fn names_action(grantee: &Grantee, terms: &Terms, action: Action) -> bool {
	let is_about_studies = action == Action::Aggregate;
	let must_be_named = is_about_studies || action == Action::ReadLog;
	is_about_studies == grantee.is_research()
		&& (terms.actions.contains(action) || (!must_be_named && terms.actions.is_empty()))
}

/// Whether a consent was given with the patient's key while it was in doubt, and not confirmed: as the
/// patient takes part now and did before.
pub fn is_in_doubt(consent: &Consent, standing: Standing, doubt: Option<Doubt>) -> bool {
	consent.is_in_doubt(|moment| {
		doubt.is_some_and(|doubt| doubt.contains(moment))
			|| matches!(standing, Standing::Barred { since } if since <= moment)
	})
}

/// Whether a permit counts, as the patient takes part now and did before.
fn counts(consent: &Consent, question: &Question) -> bool {
	if is_in_doubt(consent, question.standing, question.doubt) {
		return false;
	}
	match question.standing {
		Standing::Active | Standing::Merged | Standing::Barred { .. } => true,
		Standing::Deceased { since } => {
			let in_time = question.now < since.saturating_add(WRITING_AFTER_DEATH);
			consent.is_by_law() || (question.action == Action::Write && in_time)
		},
		Standing::Closed => false,
	}
}

/// Whether a permit covers the question, or what it lacks most nearly.
fn covers(grantee: &Grantee, consent: &Consent, question: &Question) -> Result<(), Mismatch> {
	let terms = &consent.terms;
	// The farthest first, so that the reason names what is closest.
	let lacks = |lacking: bool, mismatch: Mismatch| if lacking { Err(mismatch) } else { Ok(()) };
	lacks(consent.policy_version != POLICY_VERSION, Mismatch::PolicyVersion)?;
	lacks(!names_action(grantee, terms, question.action), Mismatch::Action)?;
	lacks(!terms.purposes.include(purpose_of(question)), Mismatch::Purpose)?;
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
			let covered = facts.confidentiality <= terms.confidentiality;
			lacks(!covered, Mismatch::Confidentiality)?;
			lacks(!terms.labels.covers(&facts.labels), Mismatch::Label)?;
		},
		Subject::Log => {
			// The log shows every action and label: a permit must name it.
			lacks(!terms.actions.contains(Action::ReadLog), Mismatch::Action)?;
			ensure_selects_no_records(terms)?;
			lacks(!terms.categories.is_empty(), Mismatch::Category)?;
			lacks(terms.labels.narrows(), Mismatch::Label)?;
		},
		Subject::Study(facts) => {
			// Labels and confidentiality say nothing here: what is sensitive depends on the codes that the
			// study's protocol asks for, so it has a trait.
			lacks(question.action != Action::Aggregate, Mismatch::Action)?;
			ensure_selects_no_records(terms)?;
			lacks(!facts.sources.is_within(terms.categories), Mismatch::Category)?;
			lacks(!terms.traits.contains_all(facts.traits), Mismatch::Trait)?;
		},
		Subject::SomeRecord => lacks(question.action != Action::Write, Mismatch::Action)?,
	}
	lacks(consent.counts_from().is_some_and(|from| question.now < from), Mismatch::NotYetValid)?;
	lacks(terms.is_expired(question.now), Mismatch::Expired)?;
	lacks(!counts(consent, question), Mismatch::Standing)?;
	lacks(is_of_earlier_affiliation(grantee, consent, &question.actor), Mismatch::Affiliation)
}

/// Whether a permit to a practitioner at an institution was given before the affiliation there began: it
/// ended with an earlier one.
fn is_of_earlier_affiliation(grantee: &Grantee, consent: &Consent, actor: &Actor) -> bool {
	let since = actor.acting_for.as_ref().map(|acting| acting.since);
	matches!(grantee, Grantee::PractitionerAt { .. })
		&& since.is_some_and(|since| consent.granted_at < since)
}

/// Checks that a permit for something larger than records has none of the filters that select
/// records, except categories and labels. The filters that add confidential or labelled records do no
/// harm.
fn ensure_selects_no_records(terms: &Terms) -> Result<(), Mismatch> {
	let selects = |selects: bool, mismatch: Mismatch| if selects { Err(mismatch) } else { Ok(()) };
	selects(!terms.records.is_empty(), Mismatch::Record)?;
	selects(!terms.authors.is_empty(), Mismatch::Author)?;
	selects(!terms.responsible.is_empty(), Mismatch::Responsible)?;
	selects(terms.data_period != DataPeriod::default(), Mismatch::DataPeriod)
}

/// Whether a deny matches the question. A deny of a policy version that this runtime does not know
/// counts too: in doubt it denies.
fn denies(consent: &Consent, question: &Question) -> bool {
	let terms = &consent.terms;
	let in_time =
		terms.valid_from.is_none_or(|from| from <= question.now) && !terms.is_expired(question.now);
	let asked = terms.actions.admits(question.action)
		&& terms.purposes.include(purpose_of(question))
		&& admits_country(terms, question);
	let matched = match &question.subject {
		Subject::Record(facts) => {
			let DataPeriod { from, to } = terms.data_period;
			let overlaps = from.is_none_or(|from| from <= facts.service.last)
				&& to.is_none_or(|to| facts.service.first <= to);
			// A deny that names traits is about studies.
			let of_studies = terms.traits.is_empty() || question.action == Action::Aggregate;
			admits(&terms.records, &facts.id)
				&& terms.categories.admits(facts.category)
				&& admits(&terms.authors, &facts.author)
				&& admits(&terms.responsible, &facts.responsible)
				&& overlaps && terms.labels.matches(&facts.labels)
				&& terms.confidentiality <= facts.confidentiality
				&& of_studies
		},
		// A deny of some records closes neither the log nor a study nor the writing of other records;
		// a deny without filters does.
		Subject::Log | Subject::SomeRecord => !terms.selects_records() && terms.traits.is_empty(),
		Subject::Study(facts) => {
			!terms.selects_records()
				&& (terms.traits.is_empty() || terms.traits.intersects(facts.traits))
		},
	};
	in_time && asked && matched
}

/// Whether the item passes a list as a filter; an empty list means all.
fn admits<T: PartialEq>(filter: &[T], item: &T) -> bool {
	filter.is_empty() || filter.contains(item)
}

/// Whether the provision's countries admit the actor's. A permit is for the country from which the
/// actor asks. A deny matches the countries of all affiliations in force. If the country is unknown, a
/// deny for some countries matches, and a permit for some countries does not cover it.
fn admits_country(terms: &Terms, question: &Question) -> bool {
	let actor = &question.actor;
	let Some(country) = actor.country() else {
		return terms.countries.is_empty() || terms.effect != Effect::Permit;
	};
	let is_deny = terms.effect != Effect::Permit;
	admits(&terms.countries, &country)
		|| (is_deny && actor.affiliations().any(|it| terms.countries.contains(&it.country)))
}

#[cfg(test)]
mod tests;
