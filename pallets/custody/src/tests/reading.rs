//! What others read of this pallet, and what it checks of itself.

use super::*;

#[test]
fn unacknowledged_works() {
	run(|| {
		for number in 0..3 {
			assert_ok!(declare(record(number), usual()));
		}
		let mut work = Custody::unacknowledged(hospital(0), 10);
		work.sort();
		assert_eq!(work, [(record(0), 0, 0), (record(1), 0, 0), (record(2), 0, 0)]);
		assert_eq!(Custody::unacknowledged(hospital(0), 2).len(), 2);
		assert_eq!(Custody::unacknowledged(hospital(3), 10), []);
		for version in 1..=MAX_LISTED {
			let set = usual();
			assert_ok!(Custody::declare(&PATIENT, &PATIENT, None, record(0), version, set));
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
	fn spoil_openings(spoil: fn(&mut Vec<Opening>)) {
		Openings::<Test>::mutate(PATIENT, PATIENT, |openings| {
			*openings = openings.clone().try_mutate(spoil).unwrap()
		});
	}
	let spoilers: [fn(); 14] = [
		|| spoil_set(|set| set.threshold = 1),
		|| spoil_set(|set| set.threshold = 6),
		|| spoil_set(|set| set.epoch = 1),
		|| spoil_set(|set| set.holders[1].account = hospital(0)),
		|| spoil_set(|set| set.holders[0].acknowledged = true),
		|| spoil_set(|set| set.holders[3].acknowledged = true),
		|| Unacknowledged::<Test>::remove(hospital(0), (record(0), 0)),
		|| Unacknowledged::<Test>::insert(PATIENT, (record(0), 0), 0),
		|| Unacknowledged::<Test>::insert(hospital(5), (record(0), 0), 0),
		|| Unacknowledged::<Test>::insert(hospital(0), (NO_RECORD, 0), 0),
		|| spoil_openings(|openings| openings.clear()),
		|| spoil_openings(|openings| openings.push(openings[0].clone())),
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
