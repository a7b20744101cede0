//! What an institution that the patient never permitted anything can write into the patient's log.

use super::*;
use frame_support::traits::UnixTime;
use proptest::prelude::*;

const DENY: Effect = Effect::Deny { binds_break_glass: false };

fn deny(grantee: Grantee, terms: Terms) {
	let terms = Terms { effect: DENY, labels: LabelFilter::Any, ..terms };
	GivenConsents::add(PATIENT, grantee, terms);
}

#[test]
fn withdrawn_requests_count_until_they_would_have_expired() {
	build_and_execute(|| {
		for _ in 0..3 {
			let request = submit(DOCTOR);
			assert_ok!(AccessRequests::withdraw(signed(DOCTOR), PATIENT, request));
		}
		assert_noop!(try_submit(DOCTOR, team(), asked()), Error::<Test>::TooManyByAsker);
		Clock::pass(WEEK - 1);
		assert_noop!(try_submit(DOCTOR, team(), asked()), Error::<Test>::TooManyByAsker);
		Clock::pass(1);
		submit(DOCTOR);
		assert_eq!(OpenByAsker::<Test>::get(PATIENT, DOCTOR).len(), 1);
		assert_eq!(OpenByInstitution::<Test>::get(PATIENT, HOSPITAL).len(), 1);
	});
}

#[test]
fn withdrawn_requests_count_for_the_institution_too() {
	build_and_execute(|| {
		for number in 0..16 {
			let request = submit(colleague(number));
			// Two lines each: the limit of a day is reached after six.
			if number % 6 == 5 {
				Clock::pass(DAY);
			}
			if number < 8 {
				let asker = signed(colleague(number));
				assert_ok!(AccessRequests::withdraw(asker, PATIENT, request));
			}
		}
		assert_noop!(try_submit(DOCTOR, team(), asked()), Error::<Test>::TooManyByInstitution);
	});
}

#[test]
fn submit_after_a_deny_for_the_asker_fails() {
	let denies = [
		Grantee::Everyone,
		Grantee::Person(DOCTOR),
		Grantee::Institution(HOSPITAL),
		Grantee::Role(Role::Physician),
		Grantee::RoleAt { role: Role::Physician, institution: HOSPITAL },
	];
	for grantee in denies {
		build_and_execute(|| {
			deny(grantee, Terms::all(DENY));
			assert_noop!(try_submit(DOCTOR, team(), asked()), Error::<Test>::Denied);
			assert_eq!(Logs::all(), []);
		});
	}
}

#[test]
fn submit_after_a_deny_for_others_or_for_a_part_works() {
	let all = Terms::all(DENY);
	let denies = [
		(Grantee::Person(CLINIC_DOCTOR), all.clone()),
		(Grantee::Institution(CLINIC), all.clone()),
		(Grantee::Role(Role::Nurse), all.clone()),
		(Grantee::Everyone, Terms { actions: Actions::of(&[Action::Read]), ..all.clone() }),
		(Grantee::Everyone, Terms { purposes: Purposes::of(&[Purpose::Payment]), ..all.clone() }),
		(Grantee::Everyone, Terms { valid_until: Some(START), ..all.clone() }),
		(Grantee::Everyone, Terms { records: vec![record(1)].try_into().unwrap(), ..all }),
	];
	for (grantee, terms) in denies {
		build_and_execute(|| {
			deny(grantee, terms);
			submit(DOCTOR);
		});
	}
}

#[test]
fn an_institution_causes_at_most_12_lines_a_day() {
	build_and_execute(|| {
		for number in 0..6 {
			let request = submit(colleague(number));
			assert_ok!(AccessRequests::withdraw(signed(colleague(number)), PATIENT, request));
		}
		assert_noop!(try_submit(DOCTOR, team(), asked()), Error::<Test>::TooManyLines);
		// Another institution, and another patient's log, are not affected.
		People::affiliate(&DOCTOR, &CLINIC, Role::Physician);
		let submit_to = |patient, institution: AccountId| {
			let grantee = Grantee::Institution(institution.clone());
			let doctor = signed(DOCTOR);
			AccessRequests::submit(doctor, patient, institution, grantee, asked(), MONTH, reason())
		};
		assert_ok!(submit_to(PATIENT, CLINIC));
		assert_ok!(submit_to(OTHER_PATIENT, HOSPITAL));
		// A withdrawal is a line as well.
		Clock::pass(DAY);
		let request = submit(DOCTOR);
		for number in 6..15 {
			submit(colleague(number));
		}
		assert_ok!(AccessRequests::withdraw(signed(DOCTOR), PATIENT, request));
	});
}

#[test]
fn withdraw_is_refused_when_the_days_lines_are_used_up() {
	build_and_execute(|| {
		let requests: Vec<_> = (0..12).map(|number| submit(colleague(number))).collect();
		assert_noop!(
			AccessRequests::withdraw(signed(colleague(0)), PATIENT, requests[0]),
			Error::<Test>::TooManyLines
		);
		Clock::pass(DAY);
		assert_ok!(AccessRequests::withdraw(signed(colleague(0)), PATIENT, requests[0]));
	});
}

/// What somebody does: submits, withdraws or waits.
#[derive(Clone, Debug)]
enum Step {
	Submit(u8),
	Withdraw(u8, u8),
	PatientDenies(u8),
	Wait(Moment),
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		8 => (0..20u8).prop_map(Step::Submit),
		8 => (0..20u8, 0..40u8).prop_map(|(who, request)| Step::Withdraw(who, request)),
		2 => (0..40u8).prop_map(Step::PatientDenies),
		1 => (0..2 * DAY).prop_map(Step::Wait),
	]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	/// Whatever all people of the institution do, and whatever the patient answers.
	#[test]
	fn no_institution_fills_a_log(steps in prop::collection::vec(step(), 0..400)) {
		build_and_execute(|| {
			let mut lines = std::collections::BTreeMap::<Moment, usize>::new();
			for step in steps {
				let before = Logs::of(&PATIENT).len();
				let today = Clock::now().as_secs() / DAY;
				match step {
					Step::Submit(who) => {
						let _ = try_submit(colleague(who), team(), asked());
					},
					Step::Withdraw(who, request) => {
						let asker = signed(colleague(who));
						let _ = AccessRequests::withdraw(asker, PATIENT, request.into());
					},
					Step::PatientDenies(request) => {
						let _ = AccessRequests::deny(signed(PATIENT), request.into());
						continue;
					},
					Step::Wait(seconds) => Clock::pass(seconds),
				}
				*lines.entry(today).or_default() += Logs::of(&PATIENT).len() - before;
			}
			assert!(lines.values().all(|lines| *lines <= 12), "{lines:?}");
		});
	}
}
