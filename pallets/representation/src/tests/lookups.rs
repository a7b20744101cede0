//! What other pallets and clients ask.

use super::*;

fn may_consent(who: &AccountId) -> bool {
	Represented::may_act(&PATIENT, who, Scope::Consents)
}

#[test]
fn may_act_says_what_act_does() {
	build_and_execute(|| {
		assert!(!may_consent(&FRIEND));
		assert!(!Represented::represents(&PATIENT, &FRIEND));
		appoint(FRIEND, consents(), false);
		assert!(may_consent(&FRIEND));
		assert!(Represented::represents(&PATIENT, &FRIEND));
		assert!(!Represented::may_act(&PATIENT, &FRIEND, Scope::Records));
		assert!(!Represented::may_act(&OTHER_PATIENT, &FRIEND, Scope::Consents));
		assert!(!may_consent(&MOTHER));

		assert_ok!(suspend(REGISTRAR, HOSPITAL, true));
		assert!(!may_consent(&FRIEND));
		assert!(!Represented::represents(&PATIENT, &FRIEND));
		assert_ok!(suspend(REGISTRAR, HOSPITAL, false));
		assert!(may_consent(&FRIEND));
		// A key that is disabled acts for nobody, though it may sign what is exempt.
		People::disable_signing(&FRIEND);
		assert!(!may_consent(&FRIEND));
		assert!(!Represented::represents(&PATIENT, &FRIEND));
	});
	build_and_execute(|| {
		represent_by_law(guardian());
		assert!(!may_consent(&FRIEND));
		Clock::pass(OBJECTION_PERIOD);
		assert!(may_consent(&FRIEND));
		People::set_active(&FRIEND, false);
		assert!(!may_consent(&FRIEND));
	});
	// Nobody else than a person, whatever is stored.
	build_and_execute(|| {
		appoint(FRIEND, consents(), false);
		People::enrol_by(FRIEND, AccountKind::Researcher, HOSPITAL);
		assert!(!may_consent(&FRIEND));
	});
}

#[test]
fn representation_lists_those_whose_time_is_not_over() {
	build_and_execute(|| {
		assert_eq!(Represented::representation(PATIENT), RepresentationView::default());
		assert_eq!(Represented::representation(STRANGER), RepresentationView::default());
		appoint(MOTHER, consents(), true);
		let until = Some(START + DAY);
		assert_ok!(Represented::appoint(signed(PATIENT), FATHER, consents(), false, until));
		register_by_two(guardian());
		let accounts = || -> Vec<AccountId> {
			let views = Represented::representation(PATIENT).representatives.into_iter();
			views.map(|view| view.representative.account).collect()
		};
		assert_eq!(accounts(), [MOTHER, FATHER, FRIEND]);
		Clock::pass(DAY);
		assert_eq!(accounts(), [MOTHER, FRIEND]);
		Clock::set(START + LIFETIME);
		assert_eq!(accounts(), [MOTHER]);
		assert!(!Represented::representation(PATIENT).ward);
	});
}

/// Two of the staff were wrong about a death, and an executor reads what a living patient has.
#[test]
fn a_death_that_is_taken_back_ends_the_executors() {
	build_and_execute(|| {
		appoint(MOTHER, consents(), false);
		die(&PATIENT);
		represent_by_law(executor());
		for who in [REGISTRAR, DOCTOR] {
			let by = signed(who);
			assert_ok!(Represented::register(by, PATIENT, HOSPITAL, FATHER, executor()));
		}
		Clock::pass(OBJECTION_PERIOD);
		assert!(reads());
		revive(&PATIENT);
		let by = Caller { origin: &REGISTRAR, acting_for: Some(&HOSPITAL) };
		Represented::on_revived(&PATIENT, by);
		assert!(!reads());
		let ended = lines(&PATIENT).into_iter().rev().take(2).collect::<Vec<_>>();
		let line_of = |representative| {
			let event = LogEvent::RepresentativeEnded { representative };
			line(REGISTRAR, Some(HOSPITAL), event)
		};
		assert_eq!(ended, [line_of(FATHER), line_of(FRIEND)]);
		assert_last(Event::Ended { patient: PATIENT, representative: FATHER });
		// The others remain.
		assert_eq!(force_of(&PATIENT, &MOTHER), Some(Force::InForce));
		assert_eq!(RepresentativesOf::<Test>::get(PATIENT).list.len(), 1);
	});
	build_and_execute(|| {
		die(&PATIENT);
		register_by_two(executor());
		revive(&PATIENT);
		let by = Caller { origin: &REGISTRAR, acting_for: Some(&HOSPITAL) };
		Represented::on_revived(&PATIENT, by);
		assert!(!RepresentativesOf::<Test>::contains_key(PATIENT));
		// Without executors nothing happens.
		let before = lines(&PATIENT);
		Represented::on_revived(&PATIENT, by);
		Represented::on_revived(&STRANGER, by);
		assert_eq!(lines(&PATIENT), before);
	});
}

#[test]
fn what_weighs_for_revival_is_said() {
	assert_eq!(Represented::on_revived_weight(), <() as WeightInfo>::on_revived());
}
