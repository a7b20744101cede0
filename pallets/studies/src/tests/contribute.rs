//! `contribute`: who contributes whom.

use super::*;

fn record(number: u8) -> RecordId {
	H256([number; 32])
}

/// A record of this patient that the institution authored.
fn facts(number: u8, patient: AccountId, author: AccountId) -> RecordFacts {
	RecordFacts {
		id: record(number),
		patient,
		responsible: author.clone(),
		author,
		category: Category::Laboratory,
		confidentiality: Confidentiality::Normal,
		labels: LabelTags::default(),
		service: ServicePeriod { first: 1500, last: 1500 },
		status: RecordStatus::Current,
	}
}

/// Who contributed the person to the first round.
fn contributor_of(person: &AccountId) -> Option<AccountId> {
	People::<Test>::get((STUDY, 0), person)
}

fn event(contributor: AccountId, offered: u32, counted: u32) -> Event<Test> {
	Event::Contributed { study: STUDY, round: 0, contributor, offered, counted }
}

#[test]
fn contribute_works_for_all_who_act_for_an_institution() {
	for who in [HOSPITAL, REGISTRAR, HOSPITAL_CUSTODIAN] {
		build_and_execute(|| {
			begin(terms());
			events();
			assert_ok!(contribute(who.clone(), consenting(3)));
			assert_eq!(events(), [event(HOSPITAL, 3, 3)]);
			for person in patients(3) {
				assert_eq!(contributor_of(&person), Some(HOSPITAL));
				assert_eq!(Research::epsilon_left(person.clone()), 9_000);
				let event = LogEvent::Counted { study: STUDY, round: 0, contributor: HOSPITAL };
				let line = Line {
					origin: who.clone(),
					acting_for: Some(HOSPITAL),
					purpose: Some(Purpose::Research),
					event,
				};
				assert_eq!(Logs::of(&person), [line]);
			}
			let round = round();
			assert_eq!((round.people, round.contributors), (3, 1));
			assert_eq!(Contributors::<Test>::get((STUDY, 0), HOSPITAL), 3);
		});
	}
}

#[test]
fn a_patient_contributes_alone() {
	build_and_execute(|| {
		begin(terms());
		let person = consenting(2).remove(0);
		for people in [vec![patient(1)], patients(2), vec![patient(0), patient(0)]] {
			let contributed = contribute(person.clone(), people);
			assert_noop!(contributed, Error::<Test>::OwnAccountOnly);
		}
		assert_ok!(contribute(person.clone(), [person.clone()]));
		assert_eq!(contributor_of(&person), Some(person.clone()));
		let line = Logs::of(&person).remove(0);
		assert_eq!((line.origin, line.acting_for), (person.clone(), None));
		// And not once more, by whomever.
		for who in [person.clone(), REGISTRAR] {
			assert_ok!(contribute(who, [person.clone()]));
		}
		assert_eq!((round().people, round().contributors), (1, 1));
		assert_eq!(Research::epsilon_left(person), 9_000);
	});
}

#[test]
fn contribute_by_others_fails() {
	build_and_execute(|| {
		begin(terms());
		consenting(1);
		assert_noop!(Research::contribute(root(), STUDY, named([patient(0)])), BadOrigin);
		Enrolled::set_active(&clinic_patient(0), false);
		for who in [DOCTOR, RESEARCHER, STRANGER, clinic_patient(0)] {
			assert_noop!(contribute(who, [patient(0)]), Error::<Test>::NotContributor);
		}
		Enrolled::set_active(&HOSPITAL, false);
		for who in [HOSPITAL, REGISTRAR, HOSPITAL_CUSTODIAN] {
			assert_noop!(contribute(who, [patient(0)]), Error::<Test>::NotContributor);
		}
	});
}

/// Somebody else's patient, a stranger, one who is not a patient, and one twice: nobody is told.
#[test]
fn people_who_cannot_be_counted_are_skipped() {
	build_and_execute(|| {
		begin(terms());
		events();
		consenting(3);
		consents(&clinic_patient(0));
		consents(&STRANGER);
		consents(&DOCTOR);
		Enrolled::set_active(&patient(2), false);
		let without_consent = patient(9);
		let people = [
			clinic_patient(0),
			STRANGER,
			DOCTOR,
			without_consent,
			patient(2),
			patient(0),
			patient(0),
			patient(1),
		];
		assert_ok!(contribute(REGISTRAR, people));
		assert_eq!(events(), [event(HOSPITAL, 8, 2)]);
		assert_eq!(People::<Test>::iter().count(), 2);
		assert_eq!(Logs::all().len(), 2);
		assert_eq!(Ledgers::<Test>::iter().count(), 2);
	});
}

#[test]
fn nobody_of_many_changes_nothing() {
	build_and_execute(|| {
		begin(terms());
		assert_ok!(contribute(REGISTRAR, patients(5)));
		assert_eq!((round().people, round().contributors), (0, 0));
		assert_eq!(Contributors::<Test>::iter().count(), 0);
	});
}

/// A hospital counts also whom another one enrolled, if it authored a record of this patient.
#[test]
fn a_record_shows_whose_patient_somebody_is() {
	build_and_execute(|| {
		begin(terms());
		let guest = clinic_patient(0);
		consents(&guest);
		let wrong =
			RecordFacts { status: RecordStatus::WrongPatient, ..facts(4, guest.clone(), HOSPITAL) };
		KnownRecords::set(vec![
			facts(1, guest.clone(), HOSPITAL),
			facts(2, guest.clone(), CLINIC),
			facts(3, clinic_patient(1), HOSPITAL),
			wrong,
		]);
		let with = |number| {
			let people = vec![(guest.clone(), Some(record(number)))].try_into().unwrap();
			assert_ok!(Research::contribute(signed(REGISTRAR), STUDY, people));
			contributor_of(&guest)
		};
		// Of another author, of another patient, entered for the wrong patient, unknown.
		for number in [2, 3, 4, 5] {
			assert_eq!(with(number), None, "{number}");
		}
		assert_eq!(with(1), Some(HOSPITAL));
		// The clinic comes later.
		assert_ok!(contribute(CLINIC_REGISTRAR, [guest.clone()]));
		assert_eq!(contributor_of(&guest), Some(HOSPITAL));
	});
}

#[test]
fn contribute_takes_256_people_and_no_more() {
	build_and_execute(|| {
		begin(terms());
		let people = consenting(257);
		assert_ok!(contribute(REGISTRAR, people[..256].to_vec()));
		assert_eq!(round().people, 256);
		let people = people.into_iter().map(|person| (person, None)).collect::<Vec<_>>();
		assert!(ContributedPeople::try_from(people).is_err());
		assert_noop!(
			Research::contribute(signed(REGISTRAR), STUDY, named([])),
			Error::<Test>::NobodyNamed
		);
		// The next call adds to what the contributor has.
		assert_ok!(contribute(HOSPITAL_CUSTODIAN, [patient(256)]));
		assert_eq!(Contributors::<Test>::get((STUDY, 0), HOSPITAL), 257);
		assert_eq!((round().people, round().contributors), (257, 1));
	});
}

#[test]
fn contribute_until_the_close_only() {
	build_and_execute(|| {
		assert_noop!(contribute(REGISTRAR, [patient(0)]), Error::<Test>::StudyNotFound);
		assert_ok!(Research::propose(signed(RESEARCHER), terms()));
		assert_noop!(contribute(REGISTRAR, [patient(0)]), Error::<Test>::NotRunning);
	});
	build_and_execute(|| {
		begin(terms());
		consenting(12);
		Clock::set(CLOSE - 1);
		assert_ok!(contribute(REGISTRAR, patients(11)));
		Clock::set(CLOSE);
		assert_noop!(contribute(REGISTRAR, [patient(11)]), Error::<Test>::RoundClosed);
		// Whoever freezes late gains nothing by it.
		Clock::pass(5_000);
		assert_noop!(contribute(REGISTRAR, [patient(11)]), Error::<Test>::RoundClosed);
		assert_ok!(Research::freeze(signed(HOSPITAL_CUSTODIAN), STUDY));
		assert_noop!(contribute(REGISTRAR, [patient(11)]), Error::<Test>::RoundClosed);
	});
}
