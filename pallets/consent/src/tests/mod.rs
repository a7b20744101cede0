//! Tests, one file a call, and what is common to them.

use crate::{
	mock::{Consent, *},
	weights::WeightInfo,
	Assisted, AssistedDelay, AwaitingAuthority, Consents, Error, Event,
};
use frame_support::{
	assert_noop, assert_ok,
	traits::{Hooks, UnixTime},
	weights::{constants::ParityDbWeight, Weight},
};
use sp_core::H256;
use sp_runtime::{DispatchError::BadOrigin, DispatchResult};
use vouchsafe_primitives::{
	audit::LogEvent,
	policy::{Basis, Decision, Mismatch, Question, Reason, Subject},
	Consent as Provision, *,
};
use vouchsafe_support::{self as traits, Enrolment};

mod amend;
mod assisted;
mod decide;
mod doubt;
mod grant;
mod grantees;
mod law;
mod representatives;
mod research;
mod revoke;

const DENY: Effect = Effect::Deny { binds_break_glass: false };

/// Two of the staff, whose consent counts a day from now.
fn assisted(first: AccountId, second: AccountId) -> Grantor {
	Grantor::Assisted { first, second, counts_from: doubles::now() + ASSISTED_DELAY }
}

fn signed(account: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(account)
}

fn team() -> Grantee {
	Grantee::CareTeam { institution: HOSPITAL, team: 1 }
}

/// A permit to read, for treatment, for a day.
fn terms() -> Terms {
	Terms {
		actions: Actions::of(&[Action::Read]),
		purposes: Purposes::of(&[Purpose::Treatment]),
		valid_until: Some(START + DAY),
		..Terms::all(Effect::Permit)
	}
}

/// A deny of these terms, with any label.
fn denying(terms: Terms) -> Terms {
	Terms { effect: DENY, labels: LabelFilter::Any, ..terms }
}

fn text() -> ShownText {
	ShownText { commitment: H256::repeat_byte(7), language: *b"en" }
}

/// Grants by the patient, and gives the consent's number.
fn grant(grantee: Grantee, terms: Terms) -> ConsentId {
	assert_ok!(Consent::grant(signed(PATIENT), grantee.clone(), terms, text()));
	last(&PATIENT, &grantee).id
}

/// Says who represents the patient in the calls that follow: somebody who can permit whatever the patient
/// can.
fn represent_by(representative: Option<AccountId>) {
	let highest = Confidentiality::VeryRestricted;
	Representatives::set_representing(representative.map(|it| (it, highest)));
}

/// Grants by a representative of the patient, and gives the consent's number.
fn grant_by(representative: AccountId, grantee: Grantee, terms: Terms) -> ConsentId {
	represent_by(Some(representative));
	let id = grant(grantee, terms);
	represent_by(None);
	id
}

/// All consents of a patient, as pages of a few.
fn consents_of(patient: AccountId) -> Vec<(Grantee, Provision)> {
	let mut all: Vec<(Grantee, Provision)> = vec![];
	loop {
		let after = all.last().map(|(grantee, consent)| (grantee.clone(), consent.id));
		let page = Consent::consents_of(patient.clone(), after, 3);
		let is_last = page.len() < 3;
		all.extend(page);
		if is_last {
			return all;
		}
	}
}

/// The latest of the patient's consents for the grantee.
fn last(patient: &AccountId, grantee: &Grantee) -> Provision {
	Consents::<Test>::get(patient, grantee).last().cloned().unwrap()
}

fn reference(grantee: Grantee, id: ConsentId) -> ConsentRef {
	ConsentRef { grantee, id }
}

/// A line that the patient wrote.
fn line(event: LogEvent) -> Line {
	Line { origin: PATIENT, acting_for: None, purpose: None, event }
}

/// Terms that no call takes, for this grantee, and why.
fn unsound() -> Vec<(Grantee, Terms, Error<Test>)> {
	let there = team();
	let with = |change: fn(&mut Terms)| {
		let mut terms = terms();
		change(&mut terms);
		terms
	};
	let unknown = [
		Grantee::Institution(STRANGER),
		// A person isn't an institution.
		Grantee::Institution(DOCTOR),
		Grantee::RoleAt { role: Role::Nurse, institution: STRANGER },
		Grantee::CareTeam { institution: STRANGER, team: 1 },
		Grantee::PractitionerAt { practitioner: STRANGER, institution: HOSPITAL },
		Grantee::PractitionerAt { practitioner: CLINIC_DOCTOR, institution: HOSPITAL },
		Grantee::Person(STRANGER),
	];
	let at = Grantee::PractitionerAt { practitioner: DOCTOR, institution: HOSPITAL };
	let mut all = vec![
		(at, with(|terms| terms.effect = DENY), Error::<Test>::DenyThePerson),
		(
			there.clone(),
			with(|terms| terms.actions = Actions(0b10_0000)),
			Error::<Test>::UnknownCode,
		),
		(
			there.clone(),
			with(|terms| terms.purposes = Purposes(1 << 14)),
			Error::<Test>::UnknownCode,
		),
		(
			there.clone(),
			with(|terms| terms.traits = StudyTraits(1 << 6)),
			Error::<Test>::UnknownCode,
		),
		(
			there.clone(),
			with(|terms| terms.actions = Actions::of(&[Action::Read, Action::Aggregate])),
			Error::<Test>::ActionNotForGrantee,
		),
		(Grantee::Research, terms(), Error::<Test>::ActionNotForGrantee),
		(
			Grantee::ResearchOn(1),
			with(|terms| terms.actions = Actions::default()),
			Error::<Test>::ActionNotForGrantee,
		),
		(
			there.clone(),
			with(|terms| terms.valid_until = Some(START)),
			Error::<Test>::AlreadyExpired,
		),
		(
			there.clone(),
			with(|terms| terms.valid_from = terms.valid_until),
			Error::<Test>::InvalidPeriod,
		),
		(
			there,
			with(|terms| terms.data_period = DataPeriod { from: Some(2), to: Some(1) }),
			Error::<Test>::EmptyDataPeriod,
		),
	];
	let counted = with(|terms| terms.actions = Actions::of(&[Action::Aggregate]));
	let unsorted = vec![LabelTag([2; 4]), LabelTag([1; 4])];
	let twice = vec![LabelTag([1; 4]); 2];
	let unclassified = vec![LabelTag::UNCLASSIFIED, LabelTag([1; 4])];
	for named in [vec![], unsorted, twice, unclassified] {
		let named: NamedLabels = named.try_into().unwrap();
		for labels in [LabelFilter::Also(named.clone()), LabelFilter::Only(named)] {
			all.push((team(), Terms { labels, ..terms() }, Error::<Test>::InvalidLabels));
		}
	}
	for labels in [LabelFilter::Unlabelled, LabelFilter::Also(tags(&[1]))] {
		let deny = Terms { labels, ..denying(terms()) };
		all.push((team(), deny, Error::<Test>::LabelsNotForDeny));
	}
	all.push((Grantee::Study(0), counted, Error::<Test>::StudyNotFound));
	all.extend(unknown.map(|grantee| (grantee, terms(), Error::<Test>::GranteeNotFound)));
	all
}

#[test]
fn integrity_holds() {
	Consent::integrity_test();
}

#[test]
fn try_state_finds_what_no_call_does() {
	build_and_execute(|| {
		grant(team(), terms());
		let sound = Consents::<Test>::get(PATIENT, team());
		let spoil = |grantee: Grantee, change: fn(&mut Provision)| {
			let mut provisions = sound.clone();
			provisions.iter_mut().for_each(change);
			Consents::<Test>::remove(PATIENT, team());
			Consents::<Test>::insert(PATIENT, &grantee, provisions);
			assert!(Consent::do_try_state().is_err());
			Consents::<Test>::remove(PATIENT, grantee);
		};
		spoil(team(), |consent| consent.id = 1);
		spoil(team(), |consent| consent.terms.valid_from = consent.terms.valid_until);
		spoil(team(), |consent| {
			consent.grantor = assisted(DOCTOR, DOCTOR);
		});
		spoil(team(), |consent| {
			consent.grantor = assisted(DOCTOR, NURSE);
			consent.terms.valid_until = None;
		});
		spoil(team(), |consent| {
			consent.grantor = assisted(DOCTOR, NURSE);
			consent.terms.labels = LabelFilter::Any;
		});
		spoil(team(), |consent| {
			consent.grantor = Grantor::Representative(RELATIVE);
			consent.terms = denying(consent.terms.clone());
			consent.terms.effect = Effect::Deny { binds_break_glass: true };
		});
		let relative = || Grantee::Person(RELATIVE);
		spoil(relative(), |consent| consent.grantor = Grantor::Representative(RELATIVE));
		spoil(team(), |consent| consent.grantor = Grantor::Law { authority: AUTHORITY });
		spoil(relative(), |consent| {
			consent.grantor = Grantor::Law { authority: AUTHORITY };
			consent.terms = denying(consent.terms.clone());
		});
		let at = Grantee::PractitionerAt { practitioner: DOCTOR, institution: HOSPITAL };
		spoil(at, |consent| consent.terms.effect = DENY);
		// Two by law, with different numbers. The second is in the log too.
		grant(Grantee::Everyone, terms());
		let second = Consents::<Test>::take(PATIENT, Grantee::Everyone);
		let mut two = sound.clone();
		two.try_extend(second.into_iter()).unwrap();
		two.iter_mut().for_each(|it| it.grantor = Grantor::Law { authority: AUTHORITY });
		System::dec_sufficients(&PATIENT);
		Consents::<Test>::insert(PATIENT, relative(), two.clone());
		assert!(Consent::do_try_state().is_err());
		two.truncate(1);
		Consents::<Test>::insert(PATIENT, relative(), two);
		assert_ok!(Consent::do_try_state());
		Consents::<Test>::remove(PATIENT, relative());
		Consents::<Test>::insert(PATIENT, team(), Provisions::default());
		assert!(Consent::do_try_state().is_err());
		Consents::<Test>::insert(PATIENT, team(), sound.clone());
		Consents::<Test>::insert(PATIENT, Grantee::Everyone, sound);
		assert!(Consent::do_try_state().is_err());
		Consents::<Test>::remove(PATIENT, Grantee::Everyone);
	});
}

/// The number that the design asks for: one grant is at most 1.5 × a balance transfer.
#[test]
fn grant_weighs_at_most_one_and_a_half_transfers() {
	// pallet-balances 51.0.2, weights.rs, `transfer_allow_death`.
	let transfer = Weight::from_parts(48_834_000, 3593)
		.saturating_add(ParityDbWeight::get().reads(1))
		.saturating_add(ParityDbWeight::get().writes(1));
	let grant = <() as WeightInfo>::grant();
	assert!(grant.ref_time() * 2 <= transfer.ref_time() * 3, "{grant:?} and {transfer:?}");
}

/// The number that the design asks for: a consent takes at most 256 bytes of state, its key
/// included.
#[test]
fn a_consent_takes_few_bytes() {
	build_and_execute(|| {
		let at = Grantee::PractitionerAt { practitioner: DOCTOR, institution: HOSPITAL };
		grant(at.clone(), terms());
		let key = Consents::<Test>::hashed_key_for(PATIENT, &at);
		let value = sp_io::storage::get(&key).unwrap();
		assert!(key.len() + value.len() <= 256, "{} and {}", key.len(), value.len());
	});
}
