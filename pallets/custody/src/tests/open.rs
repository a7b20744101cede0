use super::*;

/// The ground on which the hospital's doctor reads.
fn at(number: u8) -> Ground {
	Ground::Consent { institution: Some(hospital(number)) }
}

fn open_for(
	reader: AccountId,
	records: impl IntoIterator<Item = RecordId>,
	purpose: Purpose,
	ground: Ground,
) -> DispatchResult {
	let records = records.into_iter().collect::<Vec<_>>().try_into().unwrap();
	Custody::open(RuntimeOrigin::signed(reader), PATIENT, records, purpose, ground)
}

/// The second hospital's doctor, whom the patient lets read.
fn open(records: impl IntoIterator<Item = u8>) -> DispatchResult {
	open_for(doctor(1), records.into_iter().map(record), Purpose::Treatment, at(1))
}

/// Another hospital's, whom the patient doesn't.
fn open_in_vain() -> DispatchResult {
	open_for(doctor(0), [record(0)], Purpose::Treatment, at(0))
}

/// The records that the reader has opened.
fn opened(reader: AccountId) -> Vec<RecordId> {
	Custody::openings(PATIENT, reader).into_iter().map(|opening| opening.record).collect()
}

/// What the last opening came to.
fn outcomes() -> Vec<(RecordId, Outcome)> {
	match Logs::last().4 {
		LogEvent::Opened { outcomes, .. } => outcomes.into_inner(),
		other => panic!("not an opening: {other:?}"),
	}
}

/// That the call goes through, and refuses everything.
#[track_caller]
fn refused(call: DispatchResult) {
	assert_ok!(call);
	assert!(outcomes().iter().all(|(_, outcome)| *outcome == Outcome::Refused));
}

fn by_consent(id: ConsentId) -> Outcome {
	Outcome::Consent(ConsentRef { grantee: Grantee::Institution(hospital(1)), id })
}

#[test]
fn open_works() {
	run(|| {
		System::set_block_number(7);
		KnownRecords::change(&record(1), |facts| facts.labels = tags(&[1]));
		assert_ok!(open([0, 1, 2]));
		let opening = |number| Opening {
			record: record(number),
			at: NOW,
			block: 7,
			purpose: Purpose::Treatment,
			ground: at(1),
		};
		assert_eq!(Custody::openings(PATIENT, doctor(1)), [opening(0), opening(2)]);
		assert_eq!(Refusals::<Test>::get(PATIENT, doctor(1)), (FIRST_WINDOW, 1));
		let logged = LogEvent::Opened {
			ground: at(1),
			outcomes: vec![
				(record(0), by_consent(0)),
				(record(1), Outcome::Refused),
				(record(2), by_consent(0)),
			]
			.try_into()
			.unwrap(),
		};
		let entry = Line {
			origin: doctor(1),
			acting_for: Some(hospital(1)),
			purpose: Some(Purpose::Treatment),
			event: logged,
		};
		assert_eq!(Logs::all(), [(PATIENT, entry)]);
		System::assert_last_event(
			Event::OpeningDecided {
				patient: PATIENT,
				reader: doctor(1),
				opened: vec![record(0), record(2)].try_into().unwrap(),
				refused: vec![record(1)].try_into().unwrap(),
			}
			.into(),
		);
	});
}

#[test]
fn open_by_the_patient_works() {
	run(|| {
		GivenConsents::set(Vec::new());
		for ground in [Ground::Own, Ground::Consent { institution: None }] {
			let purpose = Purpose::PatientRequest;
			assert_ok!(open_for(PATIENT, [record(0)], purpose, ground.clone()));
			assert_eq!(outcomes(), [(record(0), Outcome::Own)]);
			let opening = Opening { record: record(0), at: NOW, block: 1, purpose, ground };
			assert_eq!(Custody::openings(PATIENT, PATIENT), [opening]);
		}
		assert_eq!(Refusals::<Test>::iter().count(), 0);
	});
}

#[test]
fn open_by_a_person_works() {
	run(|| {
		let grantee = Grantee::Person(RELATIVE);
		GivenConsents::set(vec![(PATIENT, grantee.clone(), Terms::all(Effect::Permit))]);
		let ground = Ground::Consent { institution: None };
		assert_ok!(open_for(RELATIVE, [record(0)], Purpose::PatientRequest, ground));
		let consent = Outcome::Consent(ConsentRef { grantee, id: 0 });
		assert_eq!(outcomes(), [(record(0), consent)]);
		assert_eq!(Logs::last().2, None);
	});
}

/// An opening stands only where the consent stood: the same call is refused after the revocation.
#[test]
fn open_after_a_revocation_is_refused() {
	run(|| {
		assert_ok!(open([0]));
		GivenConsents::set(Vec::new());
		refused(open([0]));
		// What was opened stays on the list: the custodians decide once more.
		assert_eq!(opened(doctor(1)), [record(0)]);
		let decision =
			Custody::decide(doctor(1), at(1), PATIENT, record(0), Action::Read, Purpose::Treatment);
		assert_eq!(decision, Decision::Refuse(Reason::NoConsent));
	});
}

#[test]
fn open_without_consent_is_refused() {
	run(|| {
		refused(open_in_vain());
		assert_eq!(opened(doctor(0)), []);
		assert!(!Openings::<Test>::contains_key(PATIENT, doctor(0)));
		assert_eq!(
			Logs::last().2,
			Some(hospital(0)),
			"the affiliation in force is logged with a refusal too"
		);
	});
}

#[test]
fn open_beyond_the_consent_is_refused() {
	run(|| {
		let all = || Terms::all(Effect::Permit);
		let permits = [
			Terms { actions: Actions::of(&[Action::Write]), ..all() },
			Terms { purposes: Purposes::of(&[Purpose::Payment]), ..all() },
			Terms { categories: Categories::of(&[Category::Imaging]), ..all() },
			Terms { valid_from: Some(NOW + 1), ..all() },
			Terms { valid_until: Some(NOW), ..all() },
			Terms { countries: vec![*b"DE"].try_into().unwrap(), ..all() },
			Terms { records: vec![record(1)].try_into().unwrap(), ..all() },
		];
		for terms in permits {
			GivenConsents::set(vec![(PATIENT, Grantee::Institution(hospital(1)), terms)]);
			refused(open([0]));
		}
		let deny = Terms::all(Effect::Deny { binds_break_glass: false });
		GivenConsents::set(vec![
			(PATIENT, Grantee::Institution(hospital(1)), all()),
			(PATIENT, Grantee::Person(doctor(1)), deny),
		]);
		refused(open([0]));
	});
}

/// Who isn't affiliated any more can't say so, even where another consent would do.
#[test]
fn open_for_an_institution_of_another_is_refused() {
	run(|| {
		refused(open_for(doctor(0), [record(0)], Purpose::Treatment, at(1)));
		GivenConsents::set(vec![(PATIENT, Grantee::Everyone, Terms::all(Effect::Permit))]);
		refused(open_for(doctor(0), [record(0)], Purpose::Treatment, at(1)));
		assert_eq!(Logs::last().2, None, "an affiliation that isn't in force isn't logged as one");
		People::end_affiliation(&doctor(1), &hospital(1));
		refused(open([0]));
		// Nor does it help to name none: a deny addressed to the institution would be passed by.
		let alone = Ground::Consent { institution: None };
		refused(open_for(doctor(0), [record(0)], Purpose::Treatment, alone));
	});
}

#[test]
fn open_by_who_is_suspended_is_refused() {
	run(|| {
		People::set_active(&doctor(1), false);
		refused(open([0]));
		People::set_active(&PATIENT, false);
		refused(open_for(PATIENT, [record(0)], Purpose::PatientRequest, Ground::Own));
	});
}

#[test]
fn open_by_a_stranger_fails() {
	run(|| {
		GivenConsents::set(vec![(PATIENT, Grantee::Everyone, Terms::all(Effect::Permit))]);
		let ground = Ground::Consent { institution: None };
		assert_noop!(
			open_for(STRANGER, [record(0)], Purpose::Treatment, ground),
			Error::<Test>::NotEnrolled
		);
		assert_eq!(Logs::all(), []);
		assert_noop!(
			Custody::open(
				RuntimeOrigin::none(),
				PATIENT,
				vec![record(0)].try_into().unwrap(),
				Purpose::Treatment,
				at(1)
			),
			DispatchError::BadOrigin
		);
	});
}

/// Else anybody could start logs for accounts that have none.
#[test]
fn open_of_another_than_a_patient_fails() {
	run(|| {
		for whose in [STRANGER, RELATIVE, doctor(2), hospital(2)] {
			assert_noop!(
				Custody::open(
					RuntimeOrigin::signed(doctor(1)),
					whose,
					vec![record(0)].try_into().unwrap(),
					Purpose::Treatment,
					at(1)
				),
				Error::<Test>::NotPatient
			);
		}
		// The dead, and who has left, keep their records and their logs.
		People::set_active(&PATIENT, false);
		assert_ok!(open([0]));
		assert_eq!(opened(doctor(1)), [record(0)]);
	});
}

#[test]
fn open_of_no_record_or_another_patients_is_refused() {
	run(|| {
		KnownRecords::change(&record(5), |facts| facts.patient = OTHER_PATIENT);
		let ids = [NO_RECORD, record(5), record(0)];
		assert_ok!(open_for(doctor(1), ids, Purpose::Treatment, at(1)));
		assert_eq!(
			outcomes(),
			[
				(NO_RECORD, Outcome::Refused),
				(record(5), Outcome::Refused),
				(record(0), by_consent(0))
			]
		);
		assert_eq!(opened(doctor(1)), [record(0)]);
		refused(open_for(PATIENT, [NO_RECORD, record(5)], Purpose::PatientRequest, Ground::Own));
	});
}

/// A record that is another patient's is closed to all, the patient included; one whose content is
/// wrong stays readable.
#[test]
fn open_of_a_wrong_patients_record_is_refused() {
	run(|| {
		KnownRecords::change(&record(0), |facts| facts.status = RecordStatus::WrongContent);
		assert_ok!(open([0]));
		assert_eq!(opened(doctor(1)), [record(0)]);
		KnownRecords::change(&record(0), |facts| facts.status = RecordStatus::WrongPatient);
		refused(open([0]));
		refused(open_for(PATIENT, [record(0)], Purpose::PatientRequest, Ground::Own));
	});
}

#[test]
fn open_own_by_another_fails() {
	run(|| {
		for who in [doctor(1), OTHER_PATIENT, RELATIVE, STRANGER] {
			assert_noop!(
				open_for(who, [record(0)], Purpose::PatientRequest, Ground::Own),
				Error::<Test>::NotOwn
			);
		}
	});
}

#[test]
fn open_by_break_glass_fails() {
	run(|| {
		let ground = Ground::BreakGlass { institution: hospital(1), invocation: 0 };
		assert_noop!(
			open_for(doctor(1), [record(0)], Purpose::EmergencyTreatment, ground),
			Error::<Test>::BreakGlassNotAvailable
		);
	});
}

#[test]
fn open_of_nothing_fails() {
	run(|| {
		assert_noop!(open([]), Error::<Test>::NoRecords);
	});
}

#[test]
fn open_of_a_record_twice_fails() {
	run(|| {
		assert_noop!(open([0, 1, 0]), Error::<Test>::DuplicateRecord);
		let refused_twice = [NO_RECORD, NO_RECORD];
		assert_noop!(
			open_for(doctor(1), refused_twice, Purpose::Treatment, at(1)),
			Error::<Test>::DuplicateRecord
		);
	});
}

#[test]
fn open_again_replaces() {
	run(|| {
		assert_ok!(open([0, 1]));
		Clock::pass(10);
		System::set_block_number(6);
		assert_ok!(open([1, 2]));
		let openings = Custody::openings(PATIENT, doctor(1)).into_iter();
		let openings: Vec<_> =
			openings.map(|opening| (opening.record, opening.at - NOW, opening.block)).collect();
		assert_eq!(openings, [(record(0), 0, 1), (record(1), 10, 6), (record(2), 10, 6)]);
	});
}

#[test]
fn open_drops_what_is_past() {
	run(|| {
		assert_ok!(open([0]));
		Clock::pass(LIFETIME - 1);
		assert_ok!(open([1]));
		assert_eq!(opened(doctor(1)), [record(0), record(1)]);
		Clock::pass(1);
		assert_ok!(open([2]));
		assert_eq!(opened(doctor(1)), [record(1), record(2)]);
	});
}

#[test]
fn open_of_too_many_fails() {
	run(|| {
		const ANOTHER: RecordId = H256([0xbb; 32]);
		let another = RecordFacts { id: ANOTHER, ..facts(0) };
		KnownRecords::set((0..=255).map(facts).chain([another]).collect());
		let open_another = || open_for(doctor(1), [ANOTHER], Purpose::Treatment, at(1));
		for first in (0..=255).step_by(16) {
			assert_ok!(open(first..=first + 15));
		}
		assert_eq!(opened(doctor(1)).len(), MAX_OPENINGS as usize);
		assert_noop!(open_another(), Error::<Test>::TooManyOpenings);
		// Opening some of them again takes no more room, and refusals take none.
		assert_ok!(open([0]));
		assert_ok!(open(8..24));
		assert_eq!(opened(doctor(1)).len(), MAX_OPENINGS as usize);
		refused(open_for(doctor(1), [NO_RECORD], Purpose::Treatment, at(1)));
		assert_noop!(open_another(), Error::<Test>::TooManyOpenings);
		// Others have their own.
		assert_ok!(open_for(PATIENT, [ANOTHER], Purpose::PatientRequest, Ground::Own));
		Clock::pass(LIFETIME);
		assert_ok!(open_another());
		assert_eq!(opened(doctor(1)), [ANOTHER]);
	});
}

/// Each record is opened alone, so the list has the most groups that are possible.
#[test]
fn open_of_many_one_by_one_works() {
	run(|| {
		KnownRecords::set((0..=255).map(facts).collect());
		for number in 0..=255 {
			assert_ok!(open([number]));
		}
		assert_eq!(Openings::<Test>::get(PATIENT, doctor(1)).len(), MAX_OPENINGS as usize);
		assert_ok!(open(0..16));
		assert_eq!(Openings::<Test>::get(PATIENT, doctor(1)).len(), MAX_OPENINGS as usize - 15);
	});
}

#[test]
fn open_is_refused_only_so_often() {
	run(|| {
		let next_window = NOW - NOW % WINDOW + WINDOW;
		Clock::set(next_window - WINDOW);
		for count in 1..=MAX_REFUSALS {
			refused(open_in_vain());
			assert_eq!(Refusals::<Test>::get(PATIENT, doctor(0)), (FIRST_WINDOW, count));
		}
		assert_noop!(open_in_vain(), Error::<Test>::TooManyRefusals);
		assert_eq!(Logs::all().len(), MAX_REFUSALS as usize);

		// What is allowed isn't held up by what wasn't, and others have their own count.
		let permit =
			Terms { records: vec![record(1)].try_into().unwrap(), ..Terms::all(Effect::Permit) };
		GivenConsents::add(PATIENT, Grantee::Institution(hospital(0)), permit);
		assert_ok!(open_for(doctor(0), [record(1)], Purpose::Treatment, at(0)));
		assert_noop!(
			open_for(doctor(0), [record(1), record(2)], Purpose::Treatment, at(0)),
			Error::<Test>::TooManyRefusals
		);
		refused(open_for(doctor(2), [record(0)], Purpose::Treatment, at(2)));

		// The count starts again with the next window, and takes no more room. The window goes by
		// the time, however many blocks there are.
		System::set_block_number(1_000);
		Clock::set(next_window - 1);
		assert_noop!(open_in_vain(), Error::<Test>::TooManyRefusals);
		Clock::set(next_window);
		refused(open_in_vain());
		assert_eq!(Refusals::<Test>::get(PATIENT, doctor(0)), (FIRST_WINDOW + 1, 1));
		assert_eq!(Refusals::<Test>::iter_prefix(PATIENT).count(), 2);
	});
}

/// All readers of an institution that has no permit cause at most eight lines a day. Readers who have
/// one are logged each time.
#[test]
fn open_without_a_permit_is_refused_only_so_often_by_one_institution() {
	run(|| {
		let colleagues: Vec<_> = (100..117).map(|byte| AccountId::new([byte; 32])).collect();
		for colleague in &colleagues {
			People::enrol_by(colleague.clone(), AccountKind::Practitioner, hospital(0));
			People::affiliate(colleague, &hospital(0), Role::Nurse);
		}
		let try_one = |number: usize| {
			open_for(colleagues[number].clone(), [record(0)], Purpose::Treatment, at(0))
		};
		for number in 0..8 {
			refused(try_one(number));
		}
		assert_noop!(try_one(16), Error::<Test>::TooManyRefusals);
		assert_eq!(Logs::all().len(), 8);
		// A permit for something else invites, until it has expired.
		let until = |until| Terms {
			records: vec![record(1)].try_into().unwrap(),
			valid_until: Some(until),
			..Terms::all(Effect::Permit)
		};
		let permit = |until_when| {
			let grantee = Grantee::Institution(hospital(0));
			GivenConsents::set(vec![(PATIENT, grantee, until(until_when))]);
		};
		permit(NOW);
		assert_noop!(try_one(16), Error::<Test>::TooManyRefusals);
		permit(NOW + 1);
		refused(try_one(16));
		// One that a thief may have given does not.
		for (standing, doubt) in [
			(Standing::Barred { since: NOW }, Doubt { since: 0, until: 1 }),
			(Standing::Active, Doubt { since: NOW, until: NOW + 1 }),
		] {
			People::set_standing(&PATIENT, standing);
			People::set_doubt(&PATIENT, doubt);
			assert_noop!(try_one(16), Error::<Test>::TooManyRefusals);
		}
		GivenConsents::set(vec![]);
		assert_noop!(try_one(16), Error::<Test>::TooManyRefusals);
		Clock::pass(24 * 60 * 60);
		refused(try_one(16));
	});
}

#[test]
fn open_weighs_more_with_more_records() {
	use crate::weights::{SubstrateWeight, WeightInfo};
	let call = |count: u8| Call::<Test>::open {
		patient: PATIENT,
		records: (0..count).map(record).collect::<Vec<_>>().try_into().unwrap(),
		purpose: Purpose::Treatment,
		ground: at(1),
	};
	use frame_support::dispatch::GetDispatchInfo;
	let weight = |count| call(count).get_dispatch_info().call_weight;
	assert_eq!(weight(16), <()>::open(16));
	assert!(weight(16).ref_time() > weight(1).ref_time());
	assert!(<()>::choose_holders(12).ref_time() > <()>::choose_holders(0).ref_time());
	assert!(SubstrateWeight::<Test>::acknowledge().all_lte(<()>::acknowledge()));
}

#[test]
fn open_of_a_restricted_record_needs_a_permit_that_covers_it() {
	run(|| {
		let restrict = |facts: &mut RecordFacts| {
			facts.confidentiality = Confidentiality::Restricted;
		};
		KnownRecords::change(&record(0), restrict);
		refused(open([0]));
		assert_ok!(open([1]));
		assert!(outcomes().iter().all(|(_, outcome)| *outcome != Outcome::Refused));
	});
}

#[test]
fn open_minds_the_patients_standing() {
	run(|| {
		// The consent was given at the beginning.
		People::set_standing(&PATIENT, Standing::Barred { since: NOW + 1 });
		assert_ok!(open([0]));
		assert_eq!(opened(doctor(1)), [record(0)]);
		for standing in
			[Standing::Barred { since: NOW }, Standing::Deceased { since: NOW }, Standing::Closed]
		{
			People::set_standing(&PATIENT, standing);
			refused(open([1]));
		}
		People::set_standing(&PATIENT, Standing::Merged);
		assert_ok!(open([1]));
		assert_eq!(opened(doctor(1)), [record(0), record(1)]);
	});
}

#[test]
fn open_reads_the_consents_once_for_all_records() {
	run(|| {
		assert_ok!(open(0..16));
		assert_eq!(GivenConsents::books(), 1);
	});
}

#[test]
fn open_for_an_institution_needs_an_affiliation() {
	run(|| {
		let permit = |account| (PATIENT, Grantee::Person(account), Terms::all(Effect::Permit));
		GivenConsents::set(vec![permit(RELATIVE), permit(doctor(0))]);
		let read = |reader, ground| open_for(reader, [record(0)], Purpose::Treatment, ground);
		for reader in [RELATIVE, doctor(0)] {
			refused(read(reader, at(1)));
		}
		assert_ok!(read(doctor(0), at(0)));
		assert_eq!(opened(doctor(0)), [record(0)]);
		assert_ok!(read(RELATIVE, Ground::Consent { institution: None }));
		assert_eq!(opened(RELATIVE), [record(0)]);
		// A deny to another institution of the reader's counts.
		People::affiliate(&doctor(0), &hospital(2), Role::Nurse);
		let deny = Terms::all(Effect::Deny { binds_break_glass: false });
		GivenConsents::add(PATIENT, Grantee::Institution(hospital(2)), deny);
		refused(read(doctor(0), at(0)));
	});
}
