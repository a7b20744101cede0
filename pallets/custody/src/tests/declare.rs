use super::*;

/// That the set is refused for this, and changes nothing.
#[track_caller]
fn refused(set: HolderSet, error: Error<Test>) {
	assert_noop!(declare(record(0), set), error);
}

/// That the set is accepted. What it changes is undone, so that a test can go on with another.
#[track_caller]
fn accepted(set: HolderSet) {
	let outcome = frame_support::storage::with_storage_layer(|| {
		let outcome = declare(record(0), set);
		assert_ok!(Custody::do_try_state());
		Err::<(), _>(outcome)
	});
	assert_eq!(outcome, Err(Ok(())));
}

#[test]
fn declare_works() {
	run(|| {
		assert_ok!(declare(record(0), usual()));
		let kept = Custody::sharing_set(PATIENT, record(0), 0).unwrap();
		assert_eq!((kept.epoch, kept.threshold, kept.commitments), (0, 3, H256([3; 32])));
		let holders = kept.holders.iter().map(|HolderState { account, kind, acknowledged }| {
			assert!(!acknowledged);
			Holder { account: account.clone(), kind: *kind }
		});
		assert_eq!(holders.collect::<Vec<_>>(), usual().holders.into_inner());
		for (custodian, place) in
			[(hospital(0), 0), (hospital(1), 1), (hospital(2), 2), (AUTHORITY, 4)]
		{
			assert_eq!(due(custodian), Some(Due { patient: PATIENT, epoch: 0, place }));
		}
		assert_eq!(Unacknowledged::<Test>::iter().count(), 4);
		assert_eq!(Logs::all(), [], "the entry of the version implies it");
	});
}

#[test]
fn declare_twice_fails() {
	run(|| {
		assert_ok!(declare(record(0), usual()));
		refused(usual(), Error::AlreadyDeclared);
		// Another version, and another record, have sets of their own.
		assert_ok!(Custody::declare(&PATIENT, usual(), &[version(record(0), 1)]));
		assert_ok!(declare(record(1), usual()));
	});
}

#[test]
fn declare_with_a_low_threshold_fails() {
	run(|| {
		for threshold in [0, 1] {
			refused(set(threshold, institutions(4)), Error::ThresholdTooLow);
		}
		accepted(set(2, institutions(4)));
	});
}

#[test]
fn declare_with_a_high_threshold_fails() {
	run(|| {
		refused(set(5, institutions(4)), Error::ThresholdTooHigh);
		refused(set(u8::MAX, institutions(12)), Error::ThresholdTooHigh);
		// All of the holders would do, were it not that one of them may be away.
		refused(set(4, institutions(4)), Error::TooFewCustodians);
		accepted(set(3, institutions(4)));
		refused(set(2, []), Error::ThresholdTooHigh);
	});
}

#[test]
fn declare_with_too_few_custodians_fails() {
	run(|| {
		// The patient's and practitioners' shares don't count.
		refused(
			set(3, institutions(3).into_iter().chain([patient(), practitioner(0)])),
			Error::TooFewCustodians,
		);
		accepted(set(3, institutions(4).into_iter().chain([patient()])));
		// The authority does.
		accepted(set(3, institutions(3).into_iter().chain([patient(), emergency()])));
		refused(set(3, institutions(2).into_iter().chain([emergency()])), Error::TooFewCustodians);
		accepted(set(11, institutions(12)));
		refused(set(12, institutions(12)), Error::TooFewCustodians);
	});
}

#[test]
fn declare_with_a_holder_twice_fails() {
	run(|| {
		refused(
			set(3, institutions(4).into_iter().chain([institution(3)])),
			Error::DuplicateHolder,
		);
		refused(
			set(3, institutions(4).into_iter().chain([patient(), patient()])),
			Error::DuplicateHolder,
		);
		// As another kind neither.
		let twice = Holder { account: hospital(0), kind: HolderKind::Emergency };
		refused(set(3, institutions(4).into_iter().chain([twice])), Error::DuplicateHolder);
	});
}

#[test]
fn declare_with_a_holder_of_another_kind_fails() {
	run(|| {
		use HolderKind::*;
		let others = [
			(hospital(5), [Patient, Practitioner, Emergency].as_slice()),
			(doctor(5), &[Institution, Patient, Emergency]),
			(AUTHORITY, &[Institution, Patient, Practitioner]),
			(PATIENT, &[Institution, Practitioner, Emergency]),
			(OTHER_PATIENT, &[Institution, Patient, Practitioner, Emergency]),
			(RELATIVE, &[Institution, Patient, Practitioner, Emergency]),
			(STRANGER, &[Institution, Patient, Practitioner, Emergency]),
		];
		for (account, kinds) in others {
			for kind in kinds {
				let other = Holder { account: account.clone(), kind: *kind };
				refused(set(4, institutions(5).into_iter().chain([other])), Error::NotHolder);
			}
		}
		for right in [institution(5), practitioner(5), emergency(), patient()] {
			accepted(set(4, institutions(5).into_iter().chain([right])));
		}
	});
}

#[test]
fn declare_with_a_suspended_holder_fails() {
	run(|| {
		for holder in [institution(5), practitioner(5), emergency()] {
			People::set_active(&holder.account, false);
			refused(set(4, institutions(5).into_iter().chain([holder])), Error::NotHolder);
		}
	});
}

/// One institution's own share, its practitioners', and the patient's, which may be carried to it,
/// stay below the threshold.
#[test]
fn declare_where_an_institution_reaches_the_threshold_fails() {
	run(|| {
		// Own and carried: two.
		let carried = || [patient()];
		refused(
			set(2, institutions(3).into_iter().chain(carried())),
			Error::InstitutionReachesThreshold,
		);
		accepted(set(3, institutions(4).into_iter().chain(carried())));

		// Own and one practitioner: two.
		refused(
			set(2, institutions(3).into_iter().chain([practitioner(0)])),
			Error::InstitutionReachesThreshold,
		);
		accepted(set(3, institutions(4).into_iter().chain([practitioner(0)])));

		// Own, one practitioner and carried: three.
		let staff = || [practitioner(0), patient()];
		refused(
			set(3, institutions(4).into_iter().chain(staff())),
			Error::InstitutionReachesThreshold,
		);
		accepted(set(4, institutions(5).into_iter().chain(staff())));

		// Two practitioners of different institutions: two each.
		let two = || [practitioner(0), practitioner(1)];
		accepted(set(3, institutions(4).into_iter().chain(two())));
		// Of the same one, because the second works there too: three.
		People::affiliate(&doctor(1), &hospital(0), Role::Physician);
		refused(
			set(3, institutions(4).into_iter().chain(two())),
			Error::InstitutionReachesThreshold,
		);
	});
}

#[test]
fn declare_where_the_authority_reaches_the_threshold_fails() {
	run(|| {
		refused(
			set(2, institutions(2).into_iter().chain([emergency(), patient()])),
			Error::InstitutionReachesThreshold,
		);
		People::end_affiliation(&doctor(0), &hospital(0));
		People::affiliate(&doctor(0), &AUTHORITY, Role::Physician);
		refused(
			set(2, institutions(3).into_iter().chain([emergency(), practitioner(0)])),
			Error::InstitutionReachesThreshold,
		);
		accepted(set(3, institutions(3).into_iter().chain([emergency(), practitioner(0)])));
	});
}

/// The practitioners may all be of one institution that isn't in the set.
#[test]
fn declare_where_practitioners_reach_the_threshold_fails() {
	run(|| {
		let staff = |count: u8| (6..6 + count).map(practitioner);
		refused(
			set(3, institutions(4).into_iter().chain(staff(3))),
			Error::PractitionersReachThreshold,
		);
		accepted(set(3, institutions(4).into_iter().chain(staff(2))));
		refused(
			set(3, institutions(4).into_iter().chain(staff(2)).chain([patient()])),
			Error::PractitionersReachThreshold,
		);
		accepted(set(3, institutions(4).into_iter().chain(staff(1)).chain([patient()])));
	});
}

#[test]
fn declare_beyond_the_chosen_holders_fails() {
	run(|| {
		let chosen = (0..4).map(hospital).chain([doctor(0)]).collect();
		assert_ok!(choose(chosen, vec![]));
		accepted(set(3, institutions(4)));
		// The patient's own share needs no choosing.
		accepted(set(3, institutions(4).into_iter().chain([patient()])));
		accepted(set(3, institutions(4).into_iter().chain([practitioner(0)])));
		for other in [institution(4), practitioner(1), emergency()] {
			refused(set(3, institutions(4).into_iter().chain([other])), Error::HolderNotChosen);
		}
		// It was another patient who chose otherwise.
		let set = set(3, institutions(5));
		assert_ok!(Custody::declare(&OTHER_PATIENT, set, &[version(record(1), 0)]));
	});
}

#[test]
fn declare_beyond_the_chosen_countries_fails() {
	run(|| {
		// The second hospital lies in AT, the third in CH.
		assert_ok!(choose(vec![], vec![*b"DE", *b"AT"]));
		let near = || [0, 1, 3, 4].map(institution).into_iter();
		accepted(set(3, near()));
		refused(set(3, near().chain([institution(2)])), Error::CountryNotChosen);
		accepted(set(3, near().chain([emergency()])));
		// A practitioner lies where an institution of the set does.
		accepted(set(3, near().chain([practitioner(1)])));
		refused(set(3, near().chain([practitioner(2)])), Error::CountryNotChosen);

		assert_ok!(choose(vec![], vec![*b"AT"]));
		refused(set(3, near()), Error::CountryNotChosen);
		assert_ok!(choose(vec![], vec![]));
		accepted(set(3, institutions(5).into_iter().chain([practitioner(9)])));
	});
}

/// The number of the holders of this version.
fn number(record: RecordId, version: VersionNumber) -> u32 {
	SharingSets::<Test>::get(record, version).unwrap().holders
}

#[test]
fn declare_stores_the_same_holders_once() {
	run(|| {
		let versions = (0..5).map(|number| version(record(number), 0)).collect::<Vec<_>>();
		assert_ok!(Custody::declare(&PATIENT, usual(), &versions));
		assert_ok!(declare(record(5), usual()));
		assert_eq!(HolderSets::<Test>::iter().collect::<Vec<_>>(), [(PATIENT, 0, usual())]);
		for record_number in 0..6 {
			assert_eq!(number(record(record_number), 0), 0);
		}
	});
}

/// Another threshold, order or holder is another set, and each patient has sets of its own.
#[test]
fn declare_numbers_other_holders() {
	run(|| {
		let reversed = set(3, institutions(4).into_iter().rev());
		let others = [set(3, institutions(4)), set(2, institutions(4)), reversed, usual()];
		for (other, expected) in others.iter().zip(0..) {
			assert_ok!(declare(record(expected), other.clone()));
			assert_eq!(number(record(expected), 0), u32::from(expected));
		}
		assert_ok!(declare(record(9), others[1].clone()));
		assert_eq!(number(record(9), 0), 1);
		assert_eq!(NextHolderSet::<Test>::get(PATIENT), 4);

		KnownRecords::change(&record(10), |facts| facts.patient = OTHER_PATIENT);
		let other = set(3, institutions(5));
		assert_ok!(Custody::declare(&OTHER_PATIENT, other, &[version(record(10), 0)]));
		assert_eq!(number(record(10), 0), 0);
		let holders = |patient, record| Custody::sharing_set(patient, record, 0).unwrap().holders;
		assert_eq!(holders(OTHER_PATIENT, record(10)).len(), 5);
		assert_eq!(holders(PATIENT, record(0)).len(), 4);
	});
}

/// A set that was sound is checked again whenever it is declared.
#[test]
fn declare_known_holders_that_are_unsound_now_fails() {
	run(|| {
		assert_ok!(declare(record(0), usual()));
		People::set_active(&hospital(2), false);
		assert_noop!(declare(record(1), usual()), Error::<Test>::NotHolder);
		People::set_active(&hospital(2), true);
		assert_ok!(choose(vec![], vec![*b"DE"]));
		assert_noop!(declare(record(1), usual()), Error::<Test>::CountryNotChosen);
		assert_ok!(choose(vec![], vec![]));
		assert_ok!(declare(record(1), usual()));
		assert_eq!(number(record(1), 0), 0);
	});
}

#[test]
fn declare_more_sets_than_there_are_numbers_fails() {
	run(|| {
		NextHolderSet::<Test>::insert(PATIENT, u32::MAX);
		assert_noop!(declare(record(0), usual()), ArithmeticError::Overflow);
	});
}

#[test]
fn declare_one_again_with_others_fails() {
	run(|| {
		assert_ok!(declare(record(1), usual()));
		let versions = [version(record(0), 0), version(record(1), 0)];
		assert_noop!(
			Custody::declare(&PATIENT, usual(), &versions),
			Error::<Test>::AlreadyDeclared
		);
	});
}
