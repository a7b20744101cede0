//! Who may be counted in a study, and contributing people to a round.

use crate::{pallet::*, ContributedPeople, Ledger, Round, Study};
use frame_support::{pallet_prelude::*, traits::UnixTime};
use sp_runtime::SaturatedConversion;
use vouchsafe_primitives::{
	audit::LogEvent,
	policy::{Decision, Question, Reason, Subject},
	*,
};
use vouchsafe_support::{AuditLog, Consents, Enrolment, Records};

/// What a call to contribute has in common for all people.
struct Contribution<'a> {
	/// The study's number and its round.
	key: (StudyId, u8),
	study: &'a Study,
	/// The researcher, who acts for the study. `None` if the account is not enrolled.
	actor: Option<Actor>,
	signer: &'a AccountId,
	contributor: &'a AccountId,
	/// Whether the contributor is an institution.
	is_institution: bool,
	now: Moment,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn now() -> Moment {
		T::Time::now().as_secs()
	}

	/// Contributes people.
	pub(crate) fn do_contribute(
		signer: AccountId,
		id: StudyId,
		people: ContributedPeople,
	) -> DispatchResult {
		ensure!(!people.is_empty(), Error::<T>::NobodyNamed);
		let (contributor, is_institution) = Self::contributor(&signer)?;
		let only_self = people.len() == 1 && people.iter().all(|(who, _)| *who == signer);
		ensure!(is_institution || only_self, Error::<T>::OwnAccountOnly);
		let (study, mut round) = Self::running(id)?;
		let now = Self::now();
		let is_open = matches!(round.phase, RoundPhase::Open { closes } if now < closes);
		ensure!(is_open, Error::<T>::RoundClosed);

		let contribution = Contribution {
			key: (id, study.round),
			actor: Self::acting(id, &study),
			study: &study,
			signer: &signer,
			contributor: &contributor,
			is_institution,
			now,
		};
		let offered = people.len().saturated_into();
		let counted = people.into_iter().filter(|it| Self::count(&contribution, it)).count();
		let counted = counted.saturated_into();
		Self::add_to_round(&contribution, &mut round, counted);
		let (study, round) = contribution.key;
		Self::deposit_event(Event::Contributed { study, round, contributor, offered, counted });
		Ok(())
	}

	/// Who contributes if this account signs, and whether it is an institution. At most 6 reads.
	fn contributor(signer: &AccountId) -> Result<(AccountId, bool), Error<T>> {
		if let Some(institution) = T::Enrolment::custodian_of(signer) {
			return Ok((institution, true));
		}
		if T::Enrolment::is_active_patient(signer) {
			return Ok((signer.clone(), false));
		}
		T::Enrolment::enrolled_by(signer)
			.filter(|institution| T::Enrolment::manages(signer, institution))
			.map(|institution| (institution, true))
			.ok_or(Error::<T>::NotContributor)
	}

	/// A study that is running, with its round.
	pub(crate) fn running(id: StudyId) -> Result<(Study, Round), Error<T>> {
		let study = Self::study_of(id)?;
		ensure!(study.stage == StudyStage::Running, Error::<T>::NotRunning);
		let round = Rounds::<T>::get(id, study.round).ok_or(Error::<T>::NotRunning)?;
		Ok((study, round))
	}

	/// Counts a person, if that is possible.
	fn count(by: &Contribution, (person, record): &(AccountId, Option<RecordId>)) -> bool {
		if People::<T>::contains_key(by.key, person)
			|| !T::Enrolment::is_active_patient(person)
			|| !Self::may_name(by, person, record.as_ref())
		{
			return false;
		}
		let epsilon = by.study.terms.epsilon;
		let Some(ledger) = Ledgers::<T>::get(person).pay(epsilon, by.now) else { return false };
		let Some(actor) = by.actor.clone() else { return false };
		let question = Self::question(by.study, actor, person.clone(), by.now);
		if !T::Consents::decide(&question).is_permit() {
			return false;
		}
		People::<T>::insert(by.key, person, by.contributor);
		Ledgers::<T>::insert(person, ledger);
		let (study, round) = by.key;
		let event = LogEvent::Counted { study, round, contributor: by.contributor.clone() };
		let acting_for = by.is_institution.then_some(by.contributor);
		let purpose = Some(by.study.terms.purpose);
		T::AuditLog::append(person, by.signer, acting_for, purpose, event);
		true
	}

	/// Whether the person is the contributor's: the patient, enrolled by the institution, or the patient
	/// of a record that it authored.
	fn may_name(by: &Contribution, person: &AccountId, record: Option<&RecordId>) -> bool {
		let has_authored = |record: &RecordId| {
			T::Records::facts(person, record).is_some_and(|facts| {
				facts.author == *by.contributor && facts.status != RecordStatus::WrongPatient
			})
		};
		person == by.contributor
			|| T::Enrolment::enrolled_by(person).as_ref() == Some(by.contributor)
			|| record.is_some_and(has_authored)
	}

	/// Adds the people who were counted to the round's numbers.
	fn add_to_round(by: &Contribution, round: &mut Round, counted: u32) {
		if counted == 0 {
			return;
		}
		let (id, number) = by.key;
		// Patients have no entry: each contributes one person, and an entry would take as much state.
		let before = Contributors::<T>::get(by.key, by.contributor);
		if before == 0 {
			round.contributors = round.contributors.saturating_add(1);
		}
		round.people = round.people.saturating_add(counted);
		if by.is_institution {
			Contributors::<T>::insert(by.key, by.contributor, before.saturating_add(counted));
		}
		Rounds::<T>::insert(id, number, &*round);
	}

	/// The researcher as one who acts for the study. 1 read.
	pub fn acting(id: StudyId, study: &Study) -> Option<Actor> {
		let mut actor = T::Enrolment::actor(&study.researcher, None)?;
		actor.study = Some(study.terms.acting(id));
		Some(actor)
	}

	/// Whether the patient may be counted, as a question to the patient's consents. 2 reads.
	pub fn question(study: &Study, actor: Actor, patient: AccountId, now: Moment) -> Question {
		Question {
			standing: T::Enrolment::standing(&patient),
			doubt: T::Enrolment::doubt(&patient),
			patient,
			actor,
			action: Action::Aggregate,
			purpose: study.terms.purpose,
			subject: Subject::Study(study.terms.facts()),
			now,
			break_glass: false,
		}
	}

	/// What the patient's consents say now to being counted in the study.
	pub fn may_count(id: StudyId, patient: AccountId) -> Decision {
		let Some(study) = Studies::<T>::get(id) else {
			return Decision::Refuse(Reason::NoConsent);
		};
		match Self::acting(id, &study) {
			Some(actor) => {
				T::Consents::decide(&Self::question(&study, actor, patient, Self::now()))
			},
			None => Decision::Refuse(Reason::NotActive),
		}
	}

	/// ε that the account can still spend on studies this year, in thousandths.
	pub fn epsilon_left(account: AccountId) -> u32 {
		let ledger: Ledger = Ledgers::<T>::get(account);
		ledger.left(Self::now())
	}
}
