//! Quotas: whose they are, what counts, and when they are full again.

use super::*;
use frame_support::dispatch::DispatchInfo;
use frame_system::CheckNonce;
use sp_runtime::{
	traits::{TransactionExtension, TxBaseImplication},
	transaction_validity::TransactionSource,
};

#[test]
fn nonces_are_bounded_by_what_is_left_of_the_quota() {
	run(|| {
		let fits = |nonce| offer(&patient_a(), nonce, note());
		for nonce in 0..PERSON_CALLS {
			assert_ok!(fits(nonce));
		}
		for nonce in [PERSON_CALLS, PERSON_CALLS + 1, 64, u64::MAX] {
			assert_eq!(fits(nonce), refused(codes::NONCE_TOO_FAR));
		}
		// What is included leaves less to wait: the last nonce stays the same within the window.
		spend(&patient_a(), 2);
		assert_ok!(fits(PERSON_CALLS - 1));
		assert_eq!(fits(PERSON_CALLS), refused(codes::NONCE_TOO_FAR));
		// The next window is a new quota.
		Clock::pass(WINDOW);
		assert_ok!(fits(2 + PERSON_CALLS - 1));
		assert_eq!(fits(2 + PERSON_CALLS), refused(codes::NONCE_TOO_FAR));
	});
}

#[test]
fn one_account_has_at_most_256_calls_waiting() {
	run(|| {
		// The only institution has a share for which one account could have far more.
		for institution in [hospital_b(), authority()] {
			People::set_active(&institution, false);
		}
		let call = |nonce| offer_cheap(&patient_a(), nonce);
		assert_ok!(call(MAX_AHEAD - 1));
		assert_eq!(call(MAX_AHEAD), refused(codes::NONCE_TOO_FAR));
	});
}

#[test]
fn long_or_heavy_transactions_are_fewer() {
	run(|| {
		// Bytes for eight, weight for sixteen.
		let long = |nonce| offer_long(&patient_a(), nonce, note(), 400);
		assert_ok!(long(7));
		assert_eq!(long(8), refused(codes::NONCE_TOO_FAR));
		assert_ok!(offer_long(&patient_a(), 0, note(), 3_200));
		for len in [3_201, usize::MAX] {
			assert_eq!(offer_long(&patient_a(), 0, note(), len), refused(codes::QUOTA_SPENT));
		}
		// A batch weighs what it holds.
		let heavy = batch(vec![note(); 1_000]);
		let limit = Admission::share().part(Lane::Everyone.account_part());
		let calls = limit.weight / info(&heavy).total_weight().ref_time();
		assert!(calls < PERSON_CALLS);
		assert!(offer(&patient_a(), calls, heavy).is_err());
	});
}

#[test]
fn quota_spent_is_refused_until_the_next_window() {
	run(|| {
		spend(&patient_a(), PERSON_CALLS);
		let nonce = System::account_nonce(patient_a());
		assert_eq!(offer(&patient_a(), nonce, note()), refused(codes::QUOTA_SPENT));
		assert_eq!(offer(&patient_a(), nonce + 1, note()), refused(codes::QUOTA_SPENT));
		// In the block too, whatever the author's pool let through.
		assert_storage_noop!(assert!(send(&patient_a(), note()).is_err()));

		// It goes by the time, however many blocks there are.
		System::set_block_number(1_000);
		Clock::set(BEGIN + WINDOW - 1);
		assert_eq!(offer(&patient_a(), nonce, note()), refused(codes::QUOTA_SPENT));
		assert_storage_noop!(assert!(send(&patient_a(), note()).is_err()));
		Clock::set(BEGIN + WINDOW);
		assert_ok!(send(&patient_a(), note()).unwrap());
		let window = u32::try_from(BEGIN / WINDOW).unwrap() + 1;
		let used = Quota {
			weight: info(&note()).total_weight().ref_time(),
			bytes: u32::try_from(LEN).unwrap(),
		};
		let usage = AccountUsage { window, used, ..Default::default() };
		assert_eq!(Usage::<Test>::get(patient_a()), usage);
		let usage = ShareUsage { window, everyone: used, ..Default::default() };
		assert_eq!(Shares::<Test>::get(hospital_a()), usage);
	});
}

#[test]
fn failed_calls_count_too() {
	run(|| {
		for _ in 0..PERSON_CALLS {
			assert!(send(&patient_a(), Call::fail {}).unwrap().is_err());
		}
		assert_eq!(offer(&patient_a(), PERSON_CALLS, note()), refused(codes::QUOTA_SPENT));
	});
}

/// Accounts enrolled by hospital A.
fn crowd(kind: AccountKind, count: u64) -> Vec<AccountId> {
	let name = |number| account(&format!("Crowd{number}"));
	let crowd: Vec<AccountId> = (0..count).map(name).collect();
	for account in &crowd {
		enrol(account, kind);
	}
	crowd
}

/// A nurse's loop uses an eighth of the hospital's quota. Colleagues, registrars and the custodian
/// continue.
#[test]
fn one_account_gets_an_eighth_of_its_institutions_quota() {
	run(|| {
		spend(&doctor_a(), PERSON_CALLS);
		assert_eq!(PERSON_CALLS, INSTITUTION_CALLS / 8);
		assert_eq!(offer(&doctor_a(), PERSON_CALLS, note()), refused(codes::QUOTA_SPENT));
		for who in [hospital_a(), registrar_a(), patient_a(), custodian_a()] {
			assert_ok!(offer(&who, 0, note()));
		}
	});
}

/// Everybody whom an institution enrolled counts against its share, whatever they are. A quarter is
/// reserved for its management, and other institutions have their own shares.
#[test]
fn an_institution_cannot_take_more_than_its_share() {
	use AccountKind::*;
	for kind in [Practitioner, Patient, Person, Researcher] {
		run(|| {
			let crowd = crowd(kind, 9);
			for account in &crowd[..8] {
				spend(account, PERSON_CALLS);
			}
			for account in [&crowd[8], &patient_a(), &person_a(), &doctor_a()] {
				assert_eq!(offer(account, 0, note()), refused(codes::QUOTA_SPENT), "{kind}");
			}
			assert_ok!(offer(&doctor_b(), 0, note()));
			for who in [hospital_a(), registrar_a(), custodian_a()] {
				assert_ok!(offer(&who, 0, note()));
			}
			assert_ok!(offer(&custodian_a(), 0, Call::acknowledge {}));
			// A practitioner who works elsewhere as well counts where enrolled.
			People::affiliate(&doctor_a(), &hospital_b(), Role::Registrar);
			assert_eq!(offer(&doctor_a(), 0, note()), refused(codes::QUOTA_SPENT));
		});
	}
}

/// Neither can the registrars lock the institution's own account out, nor openings or registrars the
/// custodian's acknowledgements.
#[test]
fn what_is_reserved_is_not_shared_either() {
	run(|| {
		let second = account("SecondRegistrar");
		enrol(&second, AccountKind::Practitioner);
		People::affiliate(&second, &hospital_a(), Role::Registrar);
		for registrar in [&registrar_a(), &second] {
			spend(registrar, MANAGEMENT_CALLS / 2);
			let spent = offer(registrar, MANAGEMENT_CALLS / 2, note());
			assert_eq!(spent, refused(codes::QUOTA_SPENT));
		}
		// The custodian's other calls count with the registrars'.
		assert_eq!(offer(&custodian_a(), 0, note()), refused(codes::QUOTA_SPENT));
		spend_any(&custodian_a(), PERSON_CALLS, Call::acknowledge {});
		let spent = offer(&custodian_a(), PERSON_CALLS, Call::acknowledge {});
		assert_eq!(spent, refused(codes::QUOTA_SPENT));
		// A new custodian does not get a new quota.
		let new = account("NewCustodian");
		People::set_custodian(&hospital_a(), new.clone());
		System::inc_providers(&new);
		assert_eq!(offer(&new, 0, Call::acknowledge {}), refused(codes::QUOTA_SPENT));

		spend(&hospital_a(), MANAGEMENT_CALLS);
		assert_eq!(offer(&hospital_a(), MANAGEMENT_CALLS, note()), refused(codes::QUOTA_SPENT));
		assert_ok!(offer(&doctor_a(), 0, note()));
	});
}

/// Contributing people to studies takes nothing from care, and care nothing from it. Whoever of the
/// institution contributes, it counts together.
#[test]
fn research_has_a_lane_of_its_own() {
	let contributors = [hospital_a(), registrar_a(), custodian_a()];
	for who in &contributors {
		run(|| {
			let call = || RuntimeCall::from(Call::contribute {});
			let info = info(&call());
			let lane = Admission::share().part(Lane::Research.part());
			let calls = lane.weight / info.total_weight().ref_time();
			spend_any(who, calls, Call::contribute {});
			for other in &contributors {
				let nonce = System::account_nonce(other);
				assert_eq!(offer(other, nonce, call()), refused(codes::QUOTA_SPENT));
				assert!(Shares::<Test>::get(hospital_a()).research.weight > 0);
			}
			let others = [registrar_a(), hospital_a(), doctor_a()];
			for other in others.iter().filter(|other| *other != who) {
				assert_ok!(offer(other, System::account_nonce(other), note()));
			}
			let acknowledge = Call::acknowledge {};
			let nonce = System::account_nonce(custodian_a());
			if *who != custodian_a() {
				assert_ok!(offer(&custodian_a(), nonce, acknowledge));
			}
			// A patient's own contribution counts with everyone's.
			assert_ok!(offer(&patient_a(), 0, call()));
			assert_ok!(send(&patient_a(), call()).unwrap());
			assert!(Shares::<Test>::get(hospital_a()).everyone.weight > 0);
			assert_ok!(offer(&doctor_b(), 0, note()));
		});
	}
	// And what everyone has used up takes nothing from research.
	run(|| {
		let crowd = crowd(AccountKind::Practitioner, 8);
		crowd.iter().for_each(|account| spend(account, PERSON_CALLS));
		assert_eq!(offer(&patient_a(), 0, Call::contribute {}), refused(codes::QUOTA_SPENT));
		assert_ok!(offer(&registrar_a(), 0, Call::contribute {}));
	});
}

#[test]
fn a_former_registrar_counts_as_everyone() {
	run(|| {
		spend(&registrar_a(), MANAGEMENT_CALLS / 2);
		People::end_affiliation(&registrar_a(), &hospital_a());
		// What was used counts all the same.
		let left = PERSON_CALLS - MANAGEMENT_CALLS / 2;
		spend(&registrar_a(), left);
		assert_eq!(offer(&registrar_a(), PERSON_CALLS, note()), refused(codes::QUOTA_SPENT));
	});
}

#[test]
fn shares_follow_the_number_of_active_institutions() {
	run(|| {
		let all = Capacity::get().part(FairPart::get());
		assert_eq!(Admission::share(), all.over(3));
		People::set_active(&hospital_b(), false);
		assert_eq!(Admission::share(), all.over(2));
		for institution in [hospital_a(), authority()] {
			People::set_active(&institution, false);
		}
		// Never by zero.
		assert_eq!(Admission::share(), all);
	});
}

/// Otherwise a hospital that floods would get a larger share by being suspended: there are fewer active
/// ones, and its people can still sign.
#[test]
fn the_people_of_an_inactive_institution_have_an_eighth_of_a_share() {
	run(|| {
		People::set_active(&hospital_a(), false);
		let limit = Admission::share().over(8).part(Lane::Everyone.account_part());
		let calls = limit.weight / info(&note()).total_weight().ref_time();
		assert!((1..PERSON_CALLS).contains(&calls), "{calls}");
		spend(&patient_a(), calls);
		assert_eq!(offer(&patient_a(), calls, note()), refused(codes::QUOTA_SPENT));
		give_consents(&patient_a(), 1);
		assert_ok!(offer(&patient_a(), calls, revoke(0)));
		People::set_active(&hospital_a(), true);
		assert_ok!(offer(&patient_a(), calls, note()));
	});
}

#[test]
fn lanes_are_the_share_and_a_quarter() {
	use Lane::*;
	let share = Quota { weight: 3_200, bytes: 320 };
	let reserved = [Registrars, Institution, Acknowledgements].map(|lane| share.part(lane.part()));
	assert_eq!(share.part(Everyone.part()), share);
	assert_eq!(reserved.iter().map(|part| part.weight).sum::<u64>(), share.weight / 4);
	assert_eq!(reserved.iter().map(|part| part.bytes).sum::<u32>(), share.bytes / 4);
	// What research has in addition is left over by all others: it has the lowest priority.
	assert_eq!(share.part(Research.part()), share.over(16));
	for lane in [Everyone, Registrars, Institution, Acknowledgements, Research] {
		assert!(share.part(lane.account_part()).weight <= share.weight / 8, "{lane:?}");
	}
}

#[test]
fn a_call_of_no_weight_still_counts() {
	run(|| {
		let call = note();
		let info = DispatchInfo::default();
		let extension = CheckEnrolled::<Test>(CheckNonce::from(0));
		let (_, val, origin) = extension
			.validate(
				signed(patient_a()),
				&call,
				&info,
				0,
				(),
				&TxBaseImplication(&call),
				TransactionSource::External,
			)
			.unwrap();
		let pre = extension.prepare(val, &origin, &call, &info, 0).unwrap();
		assert_eq!(Usage::<Test>::get(patient_a()).used, Quota { weight: 1, bytes: 1 });
		assert_eq!(Admission::signer(), Some(patient_a()));
		assert_ok!(
			<CheckEnrolled<Test> as TransactionExtension<RuntimeCall>>::post_dispatch_details(
				pre,
				&info,
				&Default::default(),
				0,
				&Ok(()),
			)
		);
		assert_eq!(Admission::signer(), None);
	});
}

/// What the pool says to a transaction that costs nearly nothing.
fn offer_cheap(who: &AccountId, nonce: u64) -> Validity {
	use sp_runtime::traits::DispatchTransaction;
	CheckEnrolled::<Test>(CheckNonce::from(nonce))
		.validate_only(
			signed(who.clone()),
			&note(),
			&DispatchInfo::default(),
			1,
			TransactionSource::External,
			0,
		)
		.map(|(validity, ..)| validity)
}

/// Uses up calls, whatever becomes of them.
fn spend_any(who: &AccountId, calls: u64, call: impl Into<RuntimeCall> + Clone) {
	for _ in 0..calls {
		assert_ok!(send(who, call.clone()));
	}
}
