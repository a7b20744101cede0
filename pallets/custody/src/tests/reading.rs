//! What others read of this pallet, and what it checks of itself.

use super::*;

#[test]
fn unacknowledged_works() {
	run(|| {
		for number in 0..3 {
			assert_ok!(declare(record(number), usual()));
		}
		let held =
			|number| HeldVersion { patient: PATIENT, record: record(number), version: 0, epoch: 0 };
		let work = Custody::unacknowledged(hospital(0), 10);
		assert_eq!(work, [held(0), held(1), held(2)]);
		assert_eq!(Custody::unacknowledged(hospital(0), 2).len(), 2);
		assert_eq!(Custody::unacknowledged(hospital(3), 10), []);
		for number in 1..=MAX_LISTED {
			assert_ok!(Custody::declare(&PATIENT, usual(), &[version(record(0), number)]));
		}
		assert_eq!(Custody::unacknowledged(hospital(0), u32::MAX).len(), MAX_LISTED as usize);
	});
}

#[test]
fn decide_works() {
	run(|| {
		let treatment = Purpose::Treatment;
		let decide = |reader, ground, action| {
			Custody::decide(reader, ground, PATIENT, record(0), action, treatment)
		};
		let at = |number| Ground::Consent { institution: Some(hospital(number)) };
		let consent = ConsentRef { grantee: Grantee::Institution(hospital(1)), id: 0 };
		let permit = Decision::Permit(Basis::Consent(consent));
		assert_eq!(decide(doctor(1), at(1), Action::Read), permit);
		assert_eq!(decide(doctor(1), at(1), Action::Write), permit);
		assert_eq!(decide(doctor(0), at(0), Action::Read), Decision::Refuse(Reason::NoConsent));
		// Not affiliated with whom the ground names, suspended, or never enrolled.
		assert_eq!(decide(doctor(0), at(1), Action::Read), Decision::Refuse(Reason::NotActive));
		assert_eq!(decide(STRANGER, at(1), Action::Read), Decision::Refuse(Reason::NotActive));
		People::set_active(&doctor(1), false);
		assert_eq!(decide(doctor(1), at(1), Action::Read), Decision::Refuse(Reason::NotActive));

		assert_eq!(decide(PATIENT, Ground::Own, Action::Read), Decision::Permit(Basis::Own));
		assert_eq!(
			decide(RELATIVE, Ground::Own, Action::Read),
			Decision::Refuse(Reason::NoConsent)
		);
		let ground = Ground::BreakGlass { institution: hospital(0), invocation: 0 };
		assert_eq!(decide(doctor(0), ground, Action::Read), Decision::Refuse(Reason::NotAttested));
		assert_eq!(
			Custody::decide(PATIENT, Ground::Own, PATIENT, NO_RECORD, Action::Read, treatment),
			Decision::Refuse(Reason::NoConsent)
		);
	});
}

#[test]
fn try_state_finds_what_does_not_fit() {
	fn spoil_set(spoil: fn(&mut SharingSet)) {
		SharingSets::<Test>::mutate(record(0), 0, |set| spoil(set.as_mut().unwrap()));
	}
	fn spoil_holders(spoil: fn(&mut HolderSet)) {
		HolderSets::<Test>::mutate(PATIENT, 0, |set| {
			let set = set.as_mut().unwrap();
			spoil(set);
			let hash = BlakeTwo256::hash_of(set);
			HolderSetNumbers::<Test>::remove(PATIENT, BlakeTwo256::hash_of(&usual()));
			HolderSetNumbers::<Test>::insert(PATIENT, hash, 0);
		});
	}
	fn spoil_openings(spoil: fn(&mut Vec<OpeningGroup>)) {
		Openings::<Test>::mutate(PATIENT, PATIENT, |openings| {
			*openings = openings.clone().try_mutate(spoil).unwrap()
		});
	}
	fn work(patient: AccountId, epoch: u32, place: u8) -> Due {
		Due { patient, epoch, place }
	}
	let spoilers: [fn(); 25] = [
		|| spoil_holders(|set| set.threshold = 1),
		|| spoil_holders(|set| set.threshold = 6),
		|| spoil_holders(|set| set.holders[1].account = hospital(0)),
		|| spoil_holders(|set| set.holders[0].account = hospital(5)),
		|| HolderSets::<Test>::remove(PATIENT, 0),
		|| HolderSets::<Test>::insert(PATIENT, 1, usual()),
		|| HolderSets::<Test>::insert(PATIENT, 0, set(2, institutions(3))),
		|| HolderSetNumbers::<Test>::insert(PATIENT, NO_RECORD, 0),
		|| NextHolderSet::<Test>::remove(PATIENT),
		|| spoil_set(|set| set.epoch = 1),
		|| spoil_set(|set| set.holders = 1),
		|| spoil_set(|set| set.acknowledged = Acknowledged(0b1)),
		|| spoil_set(|set| set.acknowledged = Acknowledged(0b1000)),
		|| Unacknowledged::<Test>::remove(hospital(0), (record(0), 0)),
		|| Unacknowledged::<Test>::insert(PATIENT, (record(0), 0), work(PATIENT, 0, 3)),
		|| Unacknowledged::<Test>::insert(hospital(5), (record(0), 0), work(PATIENT, 0, 0)),
		|| Unacknowledged::<Test>::insert(hospital(0), (record(0), 0), work(PATIENT, 0, 1)),
		|| Unacknowledged::<Test>::insert(hospital(0), (record(0), 0), work(PATIENT, 1, 0)),
		|| Unacknowledged::<Test>::insert(hospital(0), (record(0), 0), work(STRANGER, 0, 0)),
		|| Unacknowledged::<Test>::insert(hospital(0), (NO_RECORD, 0), work(PATIENT, 0, 0)),
		|| spoil_openings(|groups| groups.clear()),
		|| spoil_openings(|groups| groups.push(groups[0].clone())),
		|| spoil_openings(|groups| groups[0].records.clear()),
		|| Refusals::<Test>::insert(PATIENT, PATIENT, (0, MAX_REFUSALS + 1)),
		|| Choices::<Test>::insert(PATIENT, HolderChoice::default()),
	];
	for spoil in spoilers {
		run(|| {
			assert_ok!(declare(record(0), usual()));
			assert_ok!(Custody::open(
				RuntimeOrigin::signed(PATIENT),
				PATIENT,
				vec![record(0)].try_into().unwrap(),
				Purpose::PatientRequest,
				Ground::Own
			));
			let spoiled = frame_support::storage::with_storage_layer(|| {
				spoil();
				Err::<(), _>(Custody::do_try_state().expect_err("it doesn't fit"))
			});
			assert!(spoiled.is_err());
		});
	}
}

/// A sharing set has only the number of its set of holders, so reading it needs its patient.
#[test]
fn sharing_set_needs_the_patient() {
	run(|| {
		assert_ok!(declare(record(0), usual()));
		let other = set(3, institutions(5));
		KnownRecords::change(&record(1), |facts| facts.patient = OTHER_PATIENT);
		assert_ok!(Custody::declare(&OTHER_PATIENT, other, &[version(record(1), 0)]));
		assert!(Custody::sharing_set(PATIENT, record(0), 0).is_some());
		for (patient, record) in
			[(OTHER_PATIENT, record(0)), (PATIENT, record(1)), (PATIENT, NO_RECORD)]
		{
			assert_eq!(Custody::sharing_set(patient, record, 0), None);
		}
		assert_eq!(Custody::sharing_set(PATIENT, record(0), 1), None);
	});
}
