//! What has expired is freed, also if its reader does not come back.

use super::*;
use frame_support::{traits::Hooks, weights::Weight};

fn ask(number: u8, wanted: u8) {
	let ground = Ground::Consent { institution: Some(hospital(number)) };
	let records = vec![record(wanted)].try_into().unwrap();
	let reader = RuntimeOrigin::signed(doctor(number));
	assert_ok!(Custody::open(reader, PATIENT, records, Purpose::Treatment, ground));
}

/// Lets the block end with this much room.
fn idle(weight: Weight) -> Weight {
	Custody::on_idle(1, weight)
}

fn kept() -> (usize, usize, usize) {
	(
		Openings::<Test>::iter().count(),
		Refusals::<Test>::iter().count(),
		Asked::<Test>::iter().count(),
	)
}

#[test]
fn expired_openings_and_refusals_are_freed() {
	run(|| {
		Clock::set(Moment::from(FIRST_WINDOW) * WINDOW);
		ask(1, 0);
		ask(1, 1);
		ask(0, 0);
		assert_eq!(kept(), (1, 1, 2));
		// Somebody can have asked in the window's last second.
		Clock::pass(WINDOW + LIFETIME - 1);
		idle(Weight::MAX);
		assert_eq!(kept(), (1, 1, 2));
		Clock::pass(1);
		idle(Weight::MAX);
		assert_eq!(kept(), (0, 0, 0));
		assert_eq!(OldestWindow::<Test>::get(), Some(FIRST_WINDOW + 1));
	});
}

#[test]
fn what_is_in_force_is_kept() {
	run(|| {
		Clock::set(Moment::from(FIRST_WINDOW) * WINDOW);
		ask(1, 0);
		ask(0, 0);
		Clock::pass(WINDOW + LIFETIME);
		ask(1, 1);
		ask(0, 0);
		idle(Weight::MAX);
		assert_eq!(kept(), (1, 1, 2));
		let opened: Vec<_> =
			Custody::openings(PATIENT, doctor(1)).into_iter().map(|it| it.record).collect();
		assert_eq!(opened, [record(1)]);
		Clock::pass(WINDOW + LIFETIME);
		idle(Weight::MAX);
		assert_eq!(kept(), (0, 0, 0));
	});
}

#[test]
fn a_block_frees_only_what_it_has_room_for() {
	run(|| {
		(0..12).for_each(|number| ask(number, 0));
		Clock::pass(WINDOW + WINDOW + LIFETIME);
		let step = <() as WeightInfo>::free_expired();
		assert_eq!(idle(step.saturating_sub(Weight::from_parts(1, 0))), Weight::zero());
		assert_eq!(kept().2, 12);
		assert_eq!(idle(step.saturating_mul(5)), step.saturating_mul(5));
		assert_eq!(kept().2, 7);
		// However much time has passed, the windows without readers are few at a time.
		Clock::pass(1_000 * WINDOW);
		assert_eq!(idle(Weight::MAX), step.saturating_mul(crate::expiry::MAX_FREED));
		assert_eq!(kept(), (0, 0, 0));
		assert_eq!(OldestWindow::<Test>::get(), Some(FIRST_WINDOW + 32 - 7));
	});
}
