//! An account's status, its signing, its encryption key.

use super::*;
use crate::{mock::Enrolment, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;
use vouchsafe_support::{doubles::MAX_UNINVITED, Enrolment as _};

fn set(who: AccountId, account: AccountId, status: Status) -> DispatchResult {
	Enrolment::set_status(signed(who), account, status).map(|_| ()).map_err(|failed| failed.error)
}

#[test]
fn set_status_works() {
	run(|| {
		assert_ok!(set(hospital_a(), patient_a(), Status::Suspended));
		assert_last(Event::StatusSet { account: patient_a(), status: Status::Suspended });
		assert_eq!(Enrolment::active_kind(&patient_a()), None);
		let actor = Enrolment::actor(&patient_a(), None).unwrap();
		assert!(!actor.active);
		assert_eq!(actor.kind, AccountKind::Patient);
		assert_eq!(may_sign(&patient_a()), Some(false));

		assert_ok!(set(registrar_a(), patient_a(), Status::Active));
		assert_eq!(Enrolment::active_kind(&patient_a()), Some(AccountKind::Patient));
		let line =
			|who, status| (patient_a(), who, Some(hospital_a()), LogEvent::StatusSet(status));
		assert_eq!(
			lines(),
			vec![line(hospital_a(), Status::Suspended), line(registrar_a(), Status::Active)]
		);

		assert_ok!(set(registrar_a(), doctor_a(), Status::Ended));
		assert_eq!(Enrolment::active_kind(&doctor_a()), None);
		// Only patients have a log.
		assert_eq!(lines().len(), 2);
	});
}

#[test]
fn set_status_by_root_works() {
	run(|| {
		assert_ok!(Enrolment::set_status(root(), hospital_a(), Status::Ended));
		assert_ok!(Enrolment::set_status(root(), hospital_a(), Status::Active));
		// In a motion, the log names who closed it.
		Admitted::set_signer(Some(hospital_b()));
		assert_ok!(Enrolment::set_status(root(), patient_a(), Status::Merged));
		Admitted::set_signer(None);
		assert_ok!(Enrolment::set_status(root(), patient_a(), Status::Active));
		assert_eq!(
			lines(),
			vec![
				(patient_a(), hospital_b(), None, LogEvent::StatusSet(Status::Merged)),
				(patient_a(), patient_a(), None, LogEvent::StatusSet(Status::Active)),
			]
		);
	});
}

#[test]
fn set_status_of_a_member_takes_its_seat() {
	run(|| {
		assert_ok!(Enrolment::set_status(root(), hospital_a(), Status::Active));
		assert_ok!(set(hospital_a(), patient_a(), Status::Ended));
		assert_eq!(Members::removed_seats(), []);
		assert_ok!(Enrolment::set_status(root(), hospital_a(), Status::Suspended));
		assert_ok!(Enrolment::set_status(root(), authority(), Status::Ended));
		assert_eq!(Members::removed_seats(), [hospital_a(), authority()]);
	});
}

#[test]
fn set_status_of_a_validator_suspends_but_does_not_end() {
	run(|| {
		Members::set_validator(hospital_a(), true);
		assert_noop!(
			Enrolment::set_status(root(), hospital_a(), Status::Ended),
			Error::<Test>::StillAValidator
		);
		assert_ok!(Enrolment::set_status(root(), hospital_a(), Status::Suspended));
		assert_noop!(
			Enrolment::set_status(root(), hospital_a(), Status::Ended),
			Error::<Test>::StillAValidator
		);
		Members::set_validator(hospital_a(), false);
		assert_ok!(Enrolment::set_status(root(), hospital_a(), Status::Ended));
	});
}

#[test]
fn set_status_weighs_what_follows() {
	use frame_support::dispatch::GetDispatchInfo;
	use vouchsafe_support::{Consortium as _, Representation as _};
	run(|| {
		let call = |account| Call::<Test>::set_status { account, status: Status::Suspended };
		let own = <() as WeightInfo>::set_status();
		let (seat, revival) = (Members::remove_seat_weight(), Representatives::on_revived_weight());
		let declared = call(patient_a()).get_dispatch_info().call_weight;
		assert_eq!(declared, own + seat.max(revival));
		let of =
			|account, status| Enrolment::set_status(root(), account, status).unwrap().actual_weight;
		assert_eq!(of(patient_a(), Status::Suspended), Some(own));
		assert_eq!(of(hospital_a(), Status::Suspended), Some(own + seat));
		assert_eq!(of(hospital_a(), Status::Active), Some(own));
		// And what follows from a death that is taken back only then.
		assert_eq!(of(patient_a(), Status::Deceased), Some(own));
		assert_eq!(of(patient_a(), Status::Active), Some(own + revival));
	});
}

/// Otherwise an executor would go on reading a living patient's records.
#[test]
fn set_status_of_a_patient_who_is_not_dead_ends_the_executors() {
	run(|| {
		let set = |status| {
			assert_ok!(Enrolment::set_status(root(), patient_a(), status));
		};
		for status in [Status::Suspended, Status::Active, Status::Deceased, Status::Deceased] {
			set(status);
		}
		assert_eq!(Representatives::told_revived(), []);
		set(Status::Active);
		// Root has no account, so it is the signer, or else the patient.
		let mut told = vec![(patient_a(), patient_a())];
		assert_eq!(Representatives::told_revived(), told);
		Admitted::set_signer(Some(hospital_b()));
		for status in [Status::Suspended, Status::Ended, Status::Merged, Status::Closed] {
			set(Status::Deceased);
			set(status);
			told.push((patient_a(), hospital_b()));
			assert_eq!(Representatives::told_revived(), told);
		}
	});
}

#[test]
fn set_status_from_a_final_one_fails() {
	for (account, last) in
		[(doctor_a(), Status::Ended), (patient_a(), Status::Merged), (patient_a(), Status::Closed)]
	{
		run(|| {
			assert_ok!(Enrolment::set_status(root(), account.clone(), last));
			for who in [hospital_a(), registrar_a()] {
				for status in [Status::Active, Status::Suspended, Status::Ended] {
					assert_noop!(
						set(who.clone(), account.clone(), status),
						Error::<Test>::StatusIsFinal
					);
				}
			}
			assert_ok!(Enrolment::set_status(root(), account.clone(), Status::Active));
		});
	}
}

/// Otherwise one registrar alone could take a patient's own records away for good.
#[test]
fn a_patients_end_can_be_taken_back() {
	run(|| {
		assert_ok!(set(registrar_a(), patient_a(), Status::Ended));
		assert_ok!(set(registrar_a(), patient_a(), Status::Active));
		assert_eq!(Enrolment::standing(&patient_a()), Standing::Active);
	});
}

/// A registrar wrote as many lines as quotas allow into a patient's log by switching to and fro.
#[test]
fn a_manager_causes_few_lines_a_day() {
	let disable =
		|since| Enrolment::set_signing_disabled(signed(registrar_a()), patient_a(), since);
	let status = |status| set(registrar_a(), patient_a(), status);
	run(|| {
		for _ in 0..MAX_UNINVITED / 2 {
			assert_ok!(disable(Some(NOW)));
			assert_ok!(disable(None));
		}
		// What may be urgent goes through all the same, but not to and fro.
		assert_ok!(disable(Some(NOW)));
		for since in [Some(NOW - 1), None] {
			assert_noop!(disable(since), Error::<Test>::TooManyLines);
		}
		assert_ok!(status(Status::Suspended));
		for again in [Status::Suspended, Status::Ended, Status::Active] {
			assert_noop!(status(again), Error::<Test>::TooManyLines);
		}
		assert_eq!(lines().len(), 18);
		// Root and other accounts are not counted.
		assert_ok!(Enrolment::set_status(root(), patient_a(), Status::Active));
		assert_ok!(set(registrar_a(), doctor_a(), Status::Suspended));
		assert_ok!(set(registrar_a(), doctor_a(), Status::Active));
		Clock::set(NOW + 24 * 60 * 60);
		assert_ok!(disable(None));
	});
}

#[test]
fn set_status_that_locks_the_records_is_not_for_one_registrar() {
	run(|| {
		for who in [hospital_a(), registrar_a()] {
			for status in [Status::Merged, Status::Closed] {
				assert_noop!(set(who.clone(), patient_a(), status), DispatchError::BadOrigin);
			}
			// A death takes two, and so does taking it back.
			assert_noop!(set(who.clone(), patient_a(), Status::Deceased), DispatchError::BadOrigin);
			assert_ok!(Enrolment::set_status(root(), patient_a(), Status::Deceased));
			assert_noop!(set(who, patient_a(), Status::Active), Error::<Test>::StatusIsFinal);
			assert_ok!(Enrolment::set_status(root(), patient_a(), Status::Active));
		}
	});
}

#[test]
fn set_status_of_patients_for_others_fails() {
	run(|| {
		for status in [Status::Deceased, Status::Merged, Status::Closed] {
			for account in [doctor_a(), person_a()] {
				assert_noop!(set(hospital_a(), account, status), Error::<Test>::StatusNotForKind);
			}
			assert_noop!(
				Enrolment::set_status(root(), hospital_a(), status),
				Error::<Test>::StatusNotForKind
			);
		}
	});
}

#[test]
fn set_status_by_others_fails() {
	run(|| {
		let suspend = |who, account| set(who, account, Status::Suspended);
		for who in [hospital_b(), authority(), doctor_a(), patient_a(), stranger()] {
			assert_noop!(suspend(who, patient_a()), Error::<Test>::NotRegistrar);
		}
		assert_noop!(suspend(registrar_a(), doctor_b()), Error::<Test>::NotRegistrar);
		assert_noop!(suspend(hospital_a(), stranger()), Error::<Test>::NotEnrolled);
		// An institution is the council's, not its own.
		for who in [hospital_a(), registrar_a(), hospital_b()] {
			assert_noop!(suspend(who, hospital_a()), DispatchError::BadOrigin);
		}
		assert_ok!(Enrolment::set_status(root(), hospital_a(), Status::Suspended));
		for who in [hospital_a(), registrar_a()] {
			assert_noop!(suspend(who, patient_a()), Error::<Test>::NotInstitution);
		}
	});
}

#[test]
fn a_registrar_has_no_say_over_registrars() {
	run(|| {
		let institution = hospital_a;
		assert_ok!(Enrolment::affiliate(
			signed(institution()),
			institution(),
			doctor_a(),
			Role::Registrar,
			0,
			None
		));
		for other in [doctor_a(), registrar_a()] {
			assert_noop!(
				set(registrar_a(), other.clone(), Status::Suspended),
				Error::<Test>::InstitutionOnly
			);
			assert_noop!(
				Enrolment::set_signing_disabled(signed(registrar_a()), other.clone(), Some(NOW)),
				Error::<Test>::InstitutionOnly
			);
			assert_ok!(set(institution(), other, Status::Suspended));
		}
	});
}

#[test]
fn set_signing_disabled_works() {
	run(|| {
		assert_eq!(may_sign(&patient_a()), Some(true));
		assert_ok!(Enrolment::set_signing_disabled(
			signed(registrar_a()),
			patient_a(),
			Some(NOW - 5)
		));
		assert_last(Event::SigningDisabledSet { account: patient_a(), since: Some(NOW - 5) });
		assert_eq!(may_sign(&patient_a()), Some(false));
		// The account still takes part.
		assert_eq!(Enrolment::active_kind(&patient_a()), Some(AccountKind::Patient));

		assert_ok!(Enrolment::set_signing_disabled(signed(hospital_a()), patient_a(), None));
		let line =
			|who, since| (patient_a(), who, Some(hospital_a()), LogEvent::SigningDisabled(since));
		assert_eq!(lines(), [line(registrar_a(), Some(NOW - 5)), line(hospital_a(), None)]);
		assert_eq!(may_sign(&patient_a()), Some(true));
		assert_ok!(Enrolment::set_signing_disabled(root(), hospital_a(), Some(NOW)));
		assert_eq!(may_sign(&hospital_a()), Some(false));
	});
}

#[test]
fn set_signing_disabled_of_a_ward_fails() {
	run(|| {
		Representatives::add_ward(&patient_a());
		let set = |since| Enrolment::set_signing_disabled(signed(hospital_a()), patient_a(), since);
		assert_noop!(set(Some(NOW)), Error::<Test>::NoKey);
		assert_ok!(set(None));
	});
}

#[test]
fn set_signing_disabled_fails() {
	run(|| {
		let disable =
			|who, account| Enrolment::set_signing_disabled(signed(who), account, Some(NOW));
		for who in [hospital_b(), doctor_a(), patient_a()] {
			assert_noop!(disable(who, patient_a()), Error::<Test>::NotRegistrar);
		}
		assert_noop!(disable(hospital_a(), hospital_a()), DispatchError::BadOrigin);
		assert_noop!(disable(hospital_a(), stranger()), Error::<Test>::NotEnrolled);
		for since in [NOW + 1, NOW - MAX_DOUBT - 1, 0] {
			assert_noop!(
				Enrolment::set_signing_disabled(signed(hospital_a()), patient_a(), Some(since)),
				Error::<Test>::InvalidSince
			);
		}
		assert_ok!(Enrolment::set_status(root(), hospital_a(), Status::Suspended));
		assert_noop!(disable(hospital_a(), patient_a()), Error::<Test>::NotInstitution);
	});
}

#[test]
fn a_new_key_signs_for_the_account() {
	run(|| {
		let (patient, key) = (patient_a(), stranger());
		System::set_block_number(70);
		assert!(Enrolment::is_unused(&key));
		for used in [patient_a(), hospital_a(), custodian_a()] {
			assert!(!Enrolment::is_unused(&used), "{used}");
		}
		let disable = |since| {
			assert_ok!(Enrolment::set_signing_disabled(signed(registrar_a()), patient_a(), since));
		};
		assert_eq!(KeyRing::told_disabled(), []);
		disable(Some(NOW - 5));
		assert_eq!(KeyRing::told_disabled(), [patient_a()]);
		for (moment, in_doubt) in [(NOW - 6, false), (NOW - 5, true), (NOW + 9, true)] {
			assert_eq!(Enrolment::is_in_doubt(&patient, moment), in_doubt, "{moment}");
		}
		Clock::set(NOW + 3);
		Enrolment::replace_key(&patient, &key, OTHER_KEY);
		let account = Accounts::<Test>::get(&patient).unwrap();
		assert_eq!((account.encryption_key, account.disabled_since), (OTHER_KEY, None));
		// What the lost key did remains in doubt.
		for (moment, in_doubt) in
			[(NOW - 6, false), (NOW - 5, true), (NOW + 3, true), (NOW + 4, false)]
		{
			assert_eq!(Enrolment::is_in_doubt(&patient, moment), in_doubt, "{moment}");
		}
		// It can sign, with nonces that it has not used as a custodian's.
		assert_eq!(System::account_nonce(&key), 70);
		assert_eq!(System::providers(&key), 1);
		let events = System::events().into_iter().map(|record| record.event);
		let own = |event: Event<Test>| RuntimeEvent::from(event);
		let (sealed, enabled) = (
			own(Event::EncryptionKeySet { account: patient.clone(), key: OTHER_KEY }),
			own(Event::SigningDisabledSet { account: patient.clone(), since: None }),
		);
		let last = events.filter(|event| [&sealed, &enabled].contains(&event)).collect::<Vec<_>>();
		assert_eq!(last, [sealed, enabled]);
		disable(None);
		assert_eq!(KeyRing::told_disabled(), [patient_a()], "it is enabled");
		assert_ok!(set(registrar_a(), patient_a(), Status::Suspended));
		assert_eq!(KeyRing::told_disabled(), [patient_a(), patient_a()]);
		assert_ok!(set(registrar_a(), patient_a(), Status::Active));
		assert_eq!(KeyRing::told_disabled().len(), 2);
	});
}

#[test]
fn a_key_of_an_account_is_not_enrolled() {
	run(|| {
		for state in [KeyState::Signs(patient_a()), KeyState::Replaced] {
			KeyRing::set(stranger(), state);
			let expires = NOW + 60;
			let text =
				enrolment_text(&genesis(), &hospital_a(), AccountKind::Patient, &KEY, expires);
			assert_noop!(
				Enrolment::enrol(
					signed(registrar_a()),
					hospital_a(),
					stranger(),
					AccountKind::Patient,
					KEY,
					expires,
					sign("Stranger", &text)
				),
				Error::<Test>::AlreadyEnrolled
			);
		}
	});
}

#[test]
fn set_encryption_key_works() {
	run(|| {
		for account in [patient_a(), doctor_a(), hospital_a()] {
			assert_ok!(Enrolment::set_encryption_key(signed(account.clone()), OTHER_KEY));
			assert_last(Event::EncryptionKeySet { account: account.clone(), key: OTHER_KEY });
			assert_eq!(Accounts::<Test>::get(account).unwrap().encryption_key, OTHER_KEY);
		}
		assert_eq!(lines(), vec![(patient_a(), patient_a(), None, LogEvent::EncryptionKeySet)]);
	});
}

#[test]
fn set_encryption_key_fails() {
	run(|| {
		let change = |who| Enrolment::set_encryption_key(signed(who), OTHER_KEY);
		for who in [stranger(), custodian_a()] {
			assert_noop!(change(who), Error::<Test>::NotActive);
		}
		assert_ok!(set(hospital_a(), patient_a(), Status::Suspended));
		assert_noop!(change(patient_a()), Error::<Test>::NotActive);
		// Not even Root changes it for the account.
		assert_noop!(Enrolment::set_encryption_key(root(), OTHER_KEY), DispatchError::BadOrigin);
	});
}

#[test]
fn standing_tells_since_when_a_patient_does_not_take_part() {
	run(|| {
		let standing = || Enrolment::standing(&patient_a());
		let at = |seconds| Clock::set(NOW + seconds);
		let disable = |disabled: bool| {
			let by = signed(registrar_a());
			let since = disabled.then(doubles::now);
			assert_ok!(Enrolment::set_signing_disabled(by, patient_a(), since));
		};
		assert_eq!(standing(), Standing::Active);
		at(10);
		disable(true);
		assert_eq!(standing(), Standing::Barred { since: NOW + 10 });
		// To say so again, or to suspend the account too, does not make the loss a later one.
		at(20);
		disable(true);
		assert_ok!(set(registrar_a(), patient_a(), Status::Suspended));
		assert_eq!(standing(), Standing::Barred { since: NOW + 10 });
		disable(false);
		assert_eq!(standing(), Standing::Barred { since: NOW + 20 });
		at(30);
		assert_ok!(set(registrar_a(), patient_a(), Status::Suspended));
		assert_eq!(standing(), Standing::Barred { since: NOW + 20 }, "it was suspended already");
		disable(true);
		assert_eq!(standing(), Standing::Barred { since: NOW + 20 });
		disable(false);
		assert_ok!(set(registrar_a(), patient_a(), Status::Active));
		assert_eq!(standing(), Standing::Active);

		at(40);
		for (status, expected) in [
			(Status::Ended, Standing::Barred { since: NOW + 40 }),
			(Status::Deceased, Standing::Deceased { since: NOW + 40 }),
			(Status::Merged, Standing::Merged),
			(Status::Closed, Standing::Closed),
		] {
			assert_ok!(Enrolment::set_status(root(), patient_a(), status));
			assert_eq!(standing(), expected);
		}
		// Accounts that are not a patient's have no records to decide on.
		for account in [doctor_a(), hospital_a(), person_a(), stranger()] {
			assert_eq!(Enrolment::standing(&account), Standing::Closed);
		}
	});
}

#[test]
fn the_time_of_a_lost_key_remains_in_doubt() {
	run(|| {
		let set = |since| {
			assert_ok!(Enrolment::set_signing_disabled(signed(registrar_a()), patient_a(), since));
		};
		let standing = || Enrolment::standing(&patient_a());
		let doubt = || Enrolment::doubt(&patient_a());
		set(None);
		assert_eq!(doubt(), None, "it was not disabled");
		// Both sides of the limit.
		set(Some(NOW));
		assert_eq!(standing(), Standing::Barred { since: NOW });
		set(Some(NOW - MAX_DOUBT));
		assert_eq!(standing(), Standing::Barred { since: NOW - MAX_DOUBT });
		// Only to an earlier moment.
		Clock::set(NOW + 10);
		set(Some(NOW + 10));
		assert_eq!(standing(), Standing::Barred { since: NOW - MAX_DOUBT });
		assert_eq!(doubt(), None);
		set(None);
		let first = Doubt { since: NOW - MAX_DOUBT, until: NOW + 11 };
		assert_eq!((standing(), doubt()), (Standing::Active, Some(first)));
		set(None);
		assert_eq!(doubt(), Some(first));
		// A second loss: one period has both.
		Clock::set(NOW + 100);
		set(Some(NOW + 90));
		assert_eq!((standing(), doubt()), (Standing::Barred { since: NOW + 90 }, Some(first)));
		set(None);
		assert_eq!(doubt(), Some(Doubt { since: NOW - MAX_DOUBT, until: NOW + 101 }));
		assert_eq!(Enrolment::doubt(&stranger()), None);
	});
}

/// Otherwise what a thief permitted would count again when the patient dies.
#[test]
fn a_lost_key_remains_in_doubt_after_death_and_merger() {
	for last in [Status::Deceased, Status::Merged] {
		run(|| {
			let (who, since) = (signed(registrar_a()), NOW - 10);
			assert_ok!(Enrolment::set_signing_disabled(who, patient_a(), Some(since)));
			assert_ok!(Enrolment::set_status(root(), patient_a(), last));
			let doubt = Doubt { since, until: Moment::MAX };
			assert_eq!(Enrolment::doubt(&patient_a()), Some(doubt));
			// What was in doubt before remains so.
			Accounts::<Test>::mutate(patient_a(), |entry| {
				entry.as_mut().unwrap().doubt = Some(Doubt { since: 5, until: 6 });
			});
			assert_eq!(Enrolment::doubt(&patient_a()), Some(Doubt { since: 5, ..doubt }));
		});
	}
}
