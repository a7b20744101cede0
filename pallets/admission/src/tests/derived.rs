//! Calls as another account's: the signer's account and quota count, not the origin's.

use super::*;

#[test]
fn suspended_account_reaches_nothing_through_another() {
	run(|| {
		let origin = enrol_derived(&person_a());
		People::set_active(&origin, false);
		// The signer may sign; the suspended account's call is refused where it arrives.
		for call in [note(), batch(vec![note()])] {
			let _ = send(&person_a(), derived(call)).unwrap();
		}
		assert_eq!(made(), vec![]);
	});
}

#[test]
fn quota_is_the_signers_not_the_origins() {
	run(|| {
		let origin = enrol_derived(&person_a());
		assert_ok!(send(&person_a(), derived(note())).unwrap());
		assert_eq!(made(), vec![(origin.clone(), Some(person_a()))]);
		assert_eq!(Usage::<Test>::get(origin), AccountUsage::default());
		assert_ne!(Usage::<Test>::get(person_a()), AccountUsage::default());
	});
}
