//! Tests of which consents count if the patient's account is not active, of the grantee "everyone",
//! and of organisations' own accounts.

use super::*;

const SINCE: Moment = 1_200;

fn reading() -> Question {
	question()
}

fn writing() -> Question {
	Question { action: Action::Write, ..question() }
}

fn standing(standing: Standing, question: Question) -> Question {
	Question { standing, ..question }
}

/// The decision by one permit of the team's without filters, granted at this moment.
fn by_permit(question: &Question, granted_at: Moment, grantor: Grantor) -> Decision {
	let consent = Consent { granted_at, grantor, ..consent(0, Terms::all(Effect::Permit)) };
	decide_with(question, &book([(team(), consent)]))
}

fn by_law() -> Grantor {
	Grantor::Law { authority: account(50) }
}

fn does_not_count() -> Decision {
	lacks(team(), 0, Mismatch::Standing)
}

#[test]
fn permits_since_the_key_was_stolen_do_not_count() {
	let barred = standing(Standing::Barred { since: SINCE }, reading());
	assert_eq!(by_permit(&barred, SINCE - 1, Grantor::Patient), by(team(), 0));
	assert_eq!(by_permit(&barred, SINCE, Grantor::Patient), does_not_count());
	// A deny does, whenever it was made.
	let late = Consent { granted_at: SINCE, ..consent(1, Terms::all(DENY)) };
	let permit = consent(0, Terms::all(Effect::Permit));
	let decision = decide_with(&barred, &book([(team(), permit), (team(), late)]));
	assert_eq!(decision, denied(team(), 1));
}

#[test]
fn permits_given_in_doubt_count_when_they_are_confirmed() {
	let doubt = Some(Doubt { since: SINCE, until: SINCE + 100 });
	let question = Question { doubt, ..reading() };
	let at = |moment| by_permit(&question, moment, Grantor::Patient);
	assert_eq!(at(SINCE - 1), by(team(), 0));
	assert_eq!(at(SINCE), does_not_count());
	assert_eq!(at(SINCE + 99), does_not_count());
	assert_eq!(at(SINCE + 100), by(team(), 0));
	let by_representative = Grantor::Representative(account(51));
	assert_eq!(by_permit(&question, SINCE, by_representative), does_not_count());
	// What clinicians or the law grant does not use the patient's key, so it is not in doubt.
	let counts_from = SINCE + ASSISTED_DELAY;
	let assisted = || Grantor::Assisted { first: account(52), second: account(53), counts_from };
	let barred = standing(Standing::Barred { since: SINCE }, reading());
	for question in [&question, &barred] {
		// An assisted consent counts a day later.
		let later = Question { now: SINCE + ASSISTED_DELAY, ..question.clone() };
		assert_eq!(by_permit(&later, SINCE, assisted()), by(team(), 0));
		assert_eq!(by_permit(question, SINCE, by_law()), by(team(), 0));
	}
	let confirmed = |at| {
		let permit = Consent { granted_at: SINCE, ..consent(0, Terms::all(Effect::Permit)) };
		Consent { confirmed_at: Some(at), ..permit }
	};
	let decide_on =
		|question: &Question, at| decide_with(question, &book([(team(), confirmed(at))]));
	assert_eq!(decide_on(&question, SINCE + 99), does_not_count());
	assert_eq!(decide_on(&question, SINCE + 100), by(team(), 0));
	// A patient who died or was merged since then has confirmed nothing.
	for patient in [Standing::Merged, Standing::Deceased { since: NOW }] {
		let writes = patient != Standing::Merged;
		let about = if writes { writing() } else { reading() };
		let question = Question { doubt, ..standing(patient, about) };
		assert_eq!(by_permit(&question, SINCE, Grantor::Patient), does_not_count());
	}
	// A confirmation can itself be by a thief.
	let again = standing(Standing::Barred { since: SINCE + 200 }, question.clone());
	assert_eq!(decide_on(&again, SINCE + 199), by(team(), 0));
	assert_eq!(decide_on(&again, SINCE + 200), does_not_count());
	// A deny counts, whenever it was made.
	let late = Consent { granted_at: SINCE, ..consent(1, Terms::all(DENY)) };
	let permit = consent(0, Terms::all(Effect::Permit));
	let decision = decide_with(&question, &book([(team(), permit), (team(), late)]));
	assert_eq!(decision, denied(team(), 1));
}

#[test]
fn after_death_only_the_law_reads_and_letters_still_arrive() {
	let dead = |question| standing(Standing::Deceased { since: SINCE }, question);
	assert_eq!(by_permit(&dead(reading()), 0, Grantor::Patient), does_not_count());
	assert_eq!(by_permit(&dead(reading()), 0, by_law()), by(team(), 0));
	let mut letter = dead(writing());
	letter.now = SINCE + WRITING_AFTER_DEATH - 1;
	assert_eq!(by_permit(&letter, 0, Grantor::Patient), by(team(), 0));
	letter.now += 1;
	assert_eq!(by_permit(&letter, 0, Grantor::Patient), does_not_count());
	// The patient's deny overrides a permit by law.
	let law = Consent { grantor: by_law(), ..consent(0, Terms::all(Effect::Permit)) };
	let deny = consent(1, Terms::all(DENY));
	let decision = decide_with(&dead(reading()), &book([(team(), law), (team(), deny)]));
	assert_eq!(decision, denied(team(), 1));
	// Break-glass does not work after death.
	let mut emergency = dead(reading());
	emergency.break_glass = true;
	acting(&mut emergency).attested = true;
	let refused = Decision::Refuse(Reason::Standing(Standing::Deceased { since: SINCE }));
	assert_eq!(decide_with(&emergency, &Book::new()), refused);
}

#[test]
fn a_merged_account_is_read_and_not_written() {
	let merged = |question| standing(Standing::Merged, question);
	assert_eq!(by_permit(&merged(reading()), 0, Grantor::Patient), by(team(), 0));
	let refused = Decision::Refuse(Reason::Standing(Standing::Merged));
	assert_eq!(by_permit(&merged(writing()), 0, Grantor::Patient), refused);
}

#[test]
fn a_closed_account_is_closed_to_all() {
	let refused = Decision::Refuse(Reason::Standing(Standing::Closed));
	let mut closed = standing(Standing::Closed, reading());
	assert_eq!(by_permit(&closed, 0, by_law()), refused);
	closed.break_glass = true;
	acting(&mut closed).attested = true;
	assert_eq!(decide_with(&closed, &Book::new()), refused);
	closed.actor.account = account(PATIENT);
	assert_eq!(decide_with(&closed, &Book::new()), refused);
}

#[test]
fn everyone_is_permitted_who_acts_for_an_institution_and_denied_who_acts_at_all() {
	let permit = (Grantee::Everyone, consent(0, Terms::all(Effect::Permit)));
	let permits = |question: &Question| decide_with(question, &book([permit.clone()]));
	assert_eq!(permits(&question()), by(Grantee::Everyone, 0));
	let mut at_authority = question();
	acting(&mut at_authority).is_authority = true;
	let mut person = question();
	person.actor.kind = AccountKind::Person;
	person.actor.acting_for = None;
	let mut researcher = person.clone();
	researcher.actor.kind = AccountKind::Researcher;
	researcher.actor.study = Some(ActingStudy { id: 0, disease: None, country: *b"AT" });
	for question in [at_authority, person, researcher] {
		assert_eq!(permits(&question), Decision::Refuse(Reason::NoConsent), "{question:?}");
		// A deny to everyone also refuses a person who has a permit of their own.
		let own = Grantee::Person(account(DOCTOR));
		let person = (own.clone(), consent(1, Terms::all(Effect::Permit)));
		assert_eq!(decide_with(&question, &book([person.clone()])), by(own, 1));
		let deny = (Grantee::Everyone, consent(2, Terms::all(DENY)));
		let decision = decide_with(&question, &book([person, deny]));
		assert_eq!(decision, denied(Grantee::Everyone, 2));
	}
}

#[test]
fn all_but_one_person_is_a_permit_and_a_deny() {
	let b = account(HOSPITAL_B);
	let all = [
		Grantee::Everyone,
		Grantee::Role(Role::Physician),
		Grantee::Institution(b.clone()),
		Grantee::RoleAt { role: Role::Physician, institution: b },
	];
	for all in all {
		let person = Grantee::Person(account(DOCTOR));
		let but = book([
			(all.clone(), consent(0, Terms::all(Effect::Permit))),
			(person.clone(), consent(1, Terms::all(DENY))),
		]);
		assert_eq!(decide_with(&question(), &but), denied(person, 1));
		let mut other = question();
		other.actor.account = account(OTHER_DOCTOR);
		assert_eq!(decide_with(&other, &but), by(all, 0));
	}
}

#[test]
fn an_organisation_itself_does_nothing() {
	for kind in [AccountKind::Institution, AccountKind::Authority] {
		let mut question = question();
		question.actor = Actor { account: account(HOSPITAL_B), kind, acting_for: None, ..doctor() };
		let permit = (Grantee::Person(account(HOSPITAL_B)), consent(0, Terms::all(Effect::Permit)));
		let book = book([permit]);
		for action in Action::ALL {
			question.action = *action;
			let refused = Decision::Refuse(Reason::Organisation);
			assert_eq!(decide_with(&question, &book), refused, "{action:?}");
		}
	}
}

#[test]
fn purposes_include_those_below_them() {
	let covers = |named: &[Purpose], asked: Purpose| {
		let terms = Terms { purposes: Purposes::of(named), ..Terms::all(Effect::Permit) };
		let question = Question { purpose: asked, ..question() };
		decide_with(&question, &book([(team(), consent(0, terms))])).is_permit()
	};
	for purpose in Purpose::ALL {
		assert!(covers(&[*purpose], *purpose));
		assert!(covers(&[], *purpose), "empty means all");
		for other in Purpose::ALL.iter().filter(|other| *other != purpose) {
			let below = purpose.parent() == Some(*other);
			assert_eq!(covers(&[*other], *purpose), below, "{other:?} includes {purpose:?}");
		}
		// The tree has two levels.
		assert_eq!(purpose.parent().and_then(Purpose::parent), None);
	}
	let (treatment, emergency) =
		(Purposes::of(&[Purpose::Treatment]), Purposes::of(&[Purpose::EmergencyTreatment]));
	assert!(emergency.are_within(treatment) && !treatment.are_within(emergency));
	assert!(treatment.are_within(Purposes::default()));
	assert!(!Purposes::default().are_within(treatment));
}

#[test]
fn a_break_glass_is_for_emergency_treatment_whatever_it_says() {
	let mut emergency = question();
	emergency.break_glass = true;
	acting(&mut emergency).attested = true;
	for named in [Purpose::Treatment, Purpose::EmergencyTreatment] {
		let terms = Terms { purposes: Purposes::of(&[named]), ..Terms::all(DENY_ALWAYS) };
		let book = book([(Grantee::Everyone, consent(0, terms))]);
		for purpose in Purpose::ALL {
			emergency.purpose = *purpose;
			let decision = decide_with(&emergency, &book);
			assert_eq!(decision, denied(Grantee::Everyone, 0), "{named:?} {purpose:?}");
		}
	}
	let payment = Terms { purposes: Purposes::of(&[Purpose::Payment]), ..Terms::all(DENY_ALWAYS) };
	emergency.purpose = Purpose::Payment;
	let book = book([(Grantee::Everyone, consent(0, payment))]);
	assert_eq!(decide_with(&emergency, &book), Decision::Permit(Basis::BreakGlass));
}
