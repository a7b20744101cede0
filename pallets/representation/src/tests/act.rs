//! `act`.

use super::*;
use frame_support::dispatch::{DispatchClass, GetDispatchInfo};
use sp_runtime::DispatchError;

/// Calls that were made: as whom, and by which representative.
fn made() -> Vec<(AccountId, Option<AccountId>)> {
	let made = neighbours::Made::<Test>::get().into_iter();
	made.map(|(origin, representative, _)| (origin, representative)).collect()
}

fn act_call(patient: AccountId, call: impl Into<RuntimeCall>) -> RuntimeCall {
	crate::Call::<Test>::act { patient, call: Box::new(call.into()) }.into()
}

fn wrap(call: impl Into<RuntimeCall>) -> RuntimeCall {
	neighbours::Call::<Test>::wrap { call: Box::new(call.into()) }.into()
}

fn filtered() -> DispatchError {
	frame_system::Error::<Test>::CallFiltered.into()
}

#[test]
fn act_dispatches_as_the_patient() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), false);
		assert_ok!(consent());
		assert_eq!(made(), [(PATIENT, Some(FRIEND))]);
		assert_last(Event::Acted { patient: PATIENT, representative: FRIEND });
		// Nobody represents anybody any more.
		assert_eq!(Represented::representative(), None);
		assert_eq!(Represented::highest_confidentiality(), None);
		assert_ok!(neighbours::Pallet::<Test>::note(signed(PATIENT), None));
		assert_eq!(made()[1], (PATIENT, None));
	});
}

#[test]
fn act_within_each_scope_alone_works() {
	build_and_execute(|| {
		for scope in Scope::ALL {
			appoint(FRIEND, Scopes::of(&[*scope]), false);
			for other in Scope::ALL {
				let result = act(FRIEND, PATIENT, note(*other));
				let refused = Error::<Test>::OutOfScope.into();
				assert_eq!(result, if other == scope { Ok(()) } else { Err(refused) });
			}
		}
	});
}

#[test]
fn act_of_what_is_never_a_representatives_fails() {
	build_and_execute(|| {
		appoint(FRIEND, all_scopes(), false);
		let call = note(Scope::Consents);
		let calls = || vec![note(Scope::Consents)];
		let never: Vec<RuntimeCall> = vec![
			never(),
			// `act` in `act`, and all calls of this pallet.
			act_call(PATIENT, call.clone()),
			act_call(OTHER_PATIENT, call.clone()),
			crate::Call::appoint {
				representative: MOTHER,
				scopes: consents(),
				standby: false,
				until: None,
			}
			.into(),
			crate::Call::end { patient: PATIENT, representative: FRIEND }.into(),
			crate::Call::object { representative: FRIEND }.into(),
			// In a batch.
			pallet_utility::Call::batch { calls: calls() }.into(),
			pallet_utility::Call::batch_all { calls: calls() }.into(),
			pallet_utility::Call::force_batch { calls: calls() }.into(),
			pallet_utility::Call::as_derivative { index: 0, call: Box::new(call) }.into(),
			frame_system::Call::remark { remark: vec![] }.into(),
		];
		for call in never {
			assert_noop!(act(FRIEND, PATIENT, call), Error::<Test>::NeverByRepresentative);
		}
		assert_eq!(made(), []);
	});
}

/// A call that carries another one is not a way round the scopes.
#[test]
fn act_minds_what_a_call_carries() {
	build_and_execute(|| {
		appoint(FRIEND, Scopes::of(&[Scope::Records, Scope::Consents]), false);
		assert_ok!(act(FRIEND, PATIENT, wrap(note(Scope::Consents))));
		assert_eq!(made(), [(PATIENT, Some(FRIEND))]);
		for carried in [
			note(Scope::Holders),
			never(),
			act_call(PATIENT, note(Scope::Consents)),
			wrap(note(Scope::Requests)),
			pallet_utility::Call::batch { calls: vec![note(Scope::Consents)] }.into(),
		] {
			assert_noop!(act(FRIEND, PATIENT, wrap(carried)), filtered());
		}
	});
}

/// A batch of several `act` is like as many calls.
#[test]
fn act_one_after_the_other_works() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), false);
		assert_ok!(Represented::appoint(signed(OTHER_PATIENT), FRIEND, consents(), false, None));
		let calls = vec![
			act_call(PATIENT, note(Scope::Consents)),
			never(),
			act_call(OTHER_PATIENT, note(Scope::Consents)),
		];
		assert_ok!(Utility::batch_all(signed(FRIEND), calls));
		let by = Some(FRIEND);
		assert_eq!(made(), [(PATIENT, by.clone()), (FRIEND, None), (OTHER_PATIENT, by)]);
	});
}

#[test]
fn act_obeys_the_call_filter() {
	build_and_execute(|| {
		appoint(FRIEND, all_scopes(), false);
		assert_noop!(act(FRIEND, PATIENT, neighbours::Call::<Test>::forbidden {}), filtered());
		// And a filter of the origin.
		let mut origin = signed(FRIEND);
		frame_support::traits::OriginTrait::add_filter(&mut origin, |call: &RuntimeCall| {
			!matches!(call, RuntimeCall::Neighbours(_))
		});
		let call = Box::new(note(Scope::Consents));
		let result = Represented::act(origin, PATIENT, call).map(|_| ());
		assert_eq!(result.map_err(|failed| failed.error), Err(filtered()));
		assert_eq!(made(), []);
	});
}

#[test]
fn act_of_a_call_that_fails_fails() {
	build_and_execute(|| {
		appoint(FRIEND, all_scopes(), false);
		let fail = neighbours::Call::<Test>::fail {};
		assert_noop!(act(FRIEND, PATIENT, fail.clone()), DispatchError::Other("as asked"));
		assert_eq!(Represented::representative(), None);
		let call = act_call(PATIENT, fail);
		assert!(call.dispatch_bypass_filter(signed(FRIEND)).is_err());
		assert_eq!((Represented::representative(), made()), (None, vec![]));
		// In a batch that goes on, the next call is not a representative's.
		let calls = vec![act_call(PATIENT, neighbours::Call::<Test>::fail {}), never()];
		assert_ok!(Utility::force_batch(signed(FRIEND), calls));
		assert_eq!(made(), [(FRIEND, None)]);
	});
}

/// Whoever represented before does again: also where no scopes would let one `act` carry another.
#[test]
fn act_leaves_what_it_finds() {
	for (fails, scope) in [(false, Scope::Consents), (true, Scope::Requests)] {
		build_and_execute(|| {
			appoint(FRIEND, all_scopes(), false);
			let before = Representing {
				patient: OTHER_PATIENT,
				representative: MOTHER,
				highest_confidentiality: Confidentiality::Restricted,
			};
			Acting::<Test>::put(&before);
			let fail = || RuntimeCall::from(neighbours::Call::<Test>::fail {});
			let call = if fails { fail() } else { note(scope) };
			assert_eq!(act(FRIEND, PATIENT, call).is_err(), fails);
			assert_eq!(Acting::<Test>::take(), Some(before));
			assert!(fails || made() == [(PATIENT, Some(FRIEND))]);
		});
	}
}

#[test]
fn act_says_up_to_which_confidentiality() {
	use Confidentiality::*;
	let highest = || neighbours::Made::<Test>::get().pop().unwrap().2;
	for (basis, expected) in [
		(LegalBasis::Parent, Restricted),
		(LegalBasis::Guardian, VeryRestricted),
		(LegalBasis::Attorney, VeryRestricted),
	] {
		build_and_execute(|| {
			represent_by_law(registration(basis));
			Clock::pass(OBJECTION_PERIOD);
			assert_ok!(consent());
			assert_eq!(highest(), Some(expected));
		});
	}
	build_and_execute(|| {
		appoint(FRIEND, consents(), false);
		assert_ok!(consent());
		assert_eq!(highest(), Some(VeryRestricted));
	});
}

#[test]
fn act_by_others_than_representatives_fails() {
	build_and_execute(|| {
		be_guardian();
		for who in [MOTHER, person(0)] {
			assert_noop!(
				act(who, PATIENT, note(Scope::Consents)),
				Error::<Test>::RepresentativeNotFound
			);
		}
		for who in [PATIENT, OTHER_PATIENT, DOCTOR, REGISTRAR, HOSPITAL, AUTHORITY, STRANGER] {
			assert_noop!(act(who, PATIENT, note(Scope::Consents)), Error::<Test>::NotPerson);
		}
		// For another patient.
		for patient in [OTHER_PATIENT, STRANGER, DOCTOR] {
			assert_noop!(
				act(FRIEND, patient, note(Scope::Consents)),
				Error::<Test>::RepresentativeNotFound
			);
		}
		let call = Box::new(note(Scope::Consents));
		assert_noop!(Represented::act(root(), PATIENT, call), BadOrigin);
	});
}

#[test]
fn act_by_one_who_is_no_longer_active_fails() {
	build_and_execute(|| {
		be_guardian();
		People::set_active(&FRIEND, false);
		assert_noop!(consent(), Error::<Test>::NotPerson);
	});
}

#[test]
fn act_until_the_end_works() {
	build_and_execute(|| {
		represent_by_law(parent());
		Clock::set(majority() - 1);
		assert_ok!(consent());
		Clock::set(majority());
		assert_noop!(consent(), Error::<Test>::RepresentativeNotFound);
	});
}

/// Only executors represent the dead, and only others the living.
#[test]
fn act_suits_how_the_patient_takes_part() {
	build_and_execute(|| {
		be_guardian();
		appoint(MOTHER, consents(), false);
		let by_mother = || act(MOTHER, PATIENT, note(Scope::Consents));
		for standing in [Standing::Active, Standing::Barred { since: START }] {
			People::set_standing(&PATIENT, standing);
			assert_ok!(consent());
			assert_ok!(by_mother());
		}
		for standing in [Standing::Deceased { since: START }, Standing::Merged, Standing::Closed] {
			People::set_standing(&PATIENT, standing);
			assert_eq!(force(), Some(Force::NotForStanding));
			assert_noop!(consent(), Error::<Test>::NotInForce);
			assert_noop!(by_mother(), Error::<Test>::NotInForce);
		}
	});
	build_and_execute(|| {
		die(&PATIENT);
		represent_by_law(executor());
		Clock::pass(OBJECTION_PERIOD);
		assert_ok!(consent());
		for standing in [
			Standing::Active,
			Standing::Barred { since: START },
			Standing::Merged,
			Standing::Closed,
		] {
			People::set_standing(&PATIENT, standing);
			assert_noop!(consent(), Error::<Test>::NotInForce);
		}
	});
}

/// Each of two parents acts alone.
#[test]
fn act_by_each_of_several_works() {
	build_and_execute(|| {
		for parent_account in [MOTHER, FATHER] {
			for who in [REGISTRAR, DOCTOR] {
				let by = signed(who);
				let account = parent_account.clone();
				assert_ok!(Represented::register(by, PATIENT, HOSPITAL, account, parent()));
			}
			let by = signed(AUTHORITY);
			assert_ok!(Represented::attest(by, AUTHORITY, PATIENT, parent_account, parent()));
		}
		Clock::pass(OBJECTION_PERIOD);
		for who in [MOTHER, FATHER] {
			assert_ok!(act(who, PATIENT, note(Scope::Consents)));
		}
		assert_eq!(made(), [(PATIENT, Some(MOTHER)), (PATIENT, Some(FATHER))]);
	});
}

#[test]
fn act_weighs_what_the_call_weighs() {
	build_and_execute(|| {
		appoint(FRIEND, all_scopes(), false);
		let own = <() as WeightInfo>::act();
		for fails in [false, true] {
			let weigh = neighbours::Call::<Test>::weigh { fails };
			let call = act_call(PATIENT, weigh.clone());
			let info = call.get_dispatch_info();
			let most = own.saturating_add(Weight::from_parts(1_000_000, 0));
			// Whatever the class of the call within.
			assert_eq!((info.call_weight, info.class), (most, DispatchClass::Normal));
			let weighs = own.saturating_add(Weight::from_parts(400, 0));
			let result = Represented::act(signed(FRIEND), PATIENT, Box::new(weigh.into()));
			assert_eq!(result.is_err(), fails);
			let post_info = match result {
				Ok(post_info) => post_info,
				Err(failed) => failed.post_info,
			};
			assert_eq!(post_info.actual_weight, Some(weighs));
		}
	});
}
