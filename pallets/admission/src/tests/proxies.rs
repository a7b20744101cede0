//! Calls through a proxy: the signer's account and quota count, not the origin's.

use super::*;

#[test]
fn suspended_account_reaches_nothing_through_a_proxy() {
	run(|| {
		assert_ok!(Proxy::add_proxy(signed(patient_a()), person_a(), AnyProxy, 0));
		People::set_active(&patient_a(), false);
		// The proxy may sign; the suspended account's call is refused where it arrives.
		for (window, call) in [note(), batch(vec![note()])].into_iter().enumerate() {
			Clock::set(BEGIN + u64::try_from(window).unwrap() * WINDOW);
			assert_ok!(send(&person_a(), through_proxy(patient_a(), call)).unwrap());
		}
		assert_eq!(made(), vec![]);
	});
}

#[test]
fn proxy_that_may_not_sign_is_refused() {
	for setup in
		[|| People::set_active(&person_a(), false), || People::disable_signing(&person_a())]
	{
		run(|| {
			assert_ok!(Proxy::add_proxy(signed(patient_a()), person_a(), AnyProxy, 0));
			setup();
			assert_eq!(
				offer(&person_a(), 0, through_proxy(patient_a(), note())),
				refused(codes::INACTIVE)
			);
		});
	}
	run(|| {
		// A proxy who is a stranger stays one.
		assert_ok!(Proxy::add_proxy(signed(patient_a()), stranger(), AnyProxy, 0));
		assert_eq!(
			offer(&stranger(), 0, through_proxy(patient_a(), note())),
			refused(codes::STRANGER)
		);
	});
}

#[test]
fn account_with_a_lost_key_goes_on_through_its_proxy() {
	run(|| {
		assert_ok!(Proxy::add_proxy(signed(patient_a()), person_a(), AnyProxy, 0));
		People::disable_signing(&patient_a());
		assert_ok!(send(&person_a(), through_proxy(patient_a(), note())).unwrap());
		assert_eq!(made(), vec![(patient_a(), Some(person_a()))]);
	});
}

#[test]
fn quota_is_the_signers_not_the_origins() {
	run(|| {
		assert_ok!(Proxy::add_proxy(signed(patient_a()), person_a(), AnyProxy, 0));
		assert_ok!(send(&person_a(), through_proxy(patient_a(), note())).unwrap());
		assert_eq!(Usage::<Test>::get(patient_a()), WindowUsage::default());
		assert_ne!(Usage::<Test>::get(person_a()), WindowUsage::default());
	});
}
