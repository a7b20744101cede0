//! `approve`.

use super::*;
use sp_runtime::{DispatchError, DispatchResult};

fn approve(request: RequestId, terms: Terms) -> DispatchResult {
	AccessRequests::approve(signed(PATIENT), request, team(), terms, text())
}

#[test]
fn approve_works() {
	build_and_execute(|| {
		let request = submit(DOCTOR);
		assert_ok!(approve(request, terms()));
		assert_eq!(GivenConsents::all(), [(PATIENT, team(), terms(), text())]);
		assert!(nothing_left());
		let consent = ConsentRef { grantee: team(), id: 1 };
		let event = Event::Approved { patient: PATIENT, request, consent: consent.clone() };
		System::assert_last_event(event.into());
		let effect = Effect::Permit;
		let lines = [
			LogEvent::ConsentGranted { consent: consent.clone(), effect },
			LogEvent::RequestApproved { request, consent },
		];
		assert_eq!(Logs::of(&PATIENT)[1..], lines.map(|event| line(PATIENT, None, event)));
		// It is answered, once.
		assert_noop!(approve(request, terms()), Error::<Test>::RequestNotFound);
	});
}

#[test]
fn approve_leaves_the_other_requests() {
	build_and_execute(|| {
		let (first, second, third) = (submit(DOCTOR), submit(DOCTOR), submit(colleague(0)));
		assert_ok!(approve(second, terms()));
		let left: Vec<_> = Requests::<Test>::iter_key_prefix(PATIENT).collect();
		assert!(left.len() == 2 && left.contains(&first) && left.contains(&third));
		assert_eq!(OpenByAsker::<Test>::get(PATIENT, DOCTOR).len(), 1);
		assert_eq!(OpenByInstitution::<Test>::get(PATIENT, HOSPITAL).len(), 2);
	});
}

#[test]
fn approve_narrower_works() {
	let narrower: &[fn(&mut Terms)] = &[
		|terms| terms.actions = Actions::of(&[Action::Read]),
		|terms| terms.purposes = Purposes::of(&[Purpose::Treatment]),
		|terms| terms.categories = Categories::of(&[Category::Imaging]),
		|terms| terms.labels = LabelFilter::Also(tags(&[1])),
		|terms| terms.labels = LabelFilter::Only(tags(&[1, 2])),
		|terms| terms.labels = LabelFilter::Unlabelled,
		|terms| terms.records = vec![record(2)].try_into().unwrap(),
		|terms| terms.data_period.from = Some(101),
		|terms| terms.data_period.to = Some(123),
		|terms| terms.valid_until = Some(START + 1),
		|terms| terms.valid_from = Some(START + DAY),
		// What can't be asked for narrows.
		|terms| terms.authors = vec![CLINIC].try_into().unwrap(),
		|terms| terms.responsible = vec![CLINIC].try_into().unwrap(),
		|terms| terms.countries = vec![*b"AT"].try_into().unwrap(),
	];
	for change in narrower {
		build_and_execute(|| {
			let request = submit(DOCTOR);
			let mut terms = terms();
			change(&mut terms);
			assert_ok!(approve(request, terms.clone()));
			assert_eq!(GivenConsents::all()[0].2, terms);
		});
	}
}

#[test]
fn approve_wider_than_asked_fails() {
	build_and_execute(|| {
		let wider: &[fn(&mut Terms)] = &[
			|terms| terms.actions = Actions::of(&[Action::Read, Action::Write]),
			|terms| terms.actions = Actions::default(),
			|terms| terms.purposes = Purposes::of(&[Purpose::Research]),
			|terms| terms.purposes = Purposes::default(),
			|terms| terms.categories = terms.categories.with(Category::Summary),
			|terms| terms.categories = Categories::default(),
			|terms| terms.confidentiality = Confidentiality::VeryRestricted,
			|terms| terms.labels = LabelFilter::Also(tags(&[1, 2, 3])),
			|terms| terms.labels = LabelFilter::Only(tags(&[3])),
			|terms| terms.labels = LabelFilter::Any,
			|terms| terms.records = vec![record(1), record(4)].try_into().unwrap(),
			|terms| terms.records = Default::default(),
			|terms| terms.data_period.from = Some(99),
			|terms| terms.data_period.from = None,
			|terms| terms.data_period.to = Some(125),
			|terms| terms.data_period.to = None,
		];
		let request = submit(DOCTOR);
		for change in wider {
			let mut terms = terms();
			change(&mut terms);
			assert_noop!(approve(request, terms), Error::<Test>::WiderThanAsked);
		}
	});
}

#[test]
fn approve_fills_in_what_was_left_open() {
	build_and_execute(|| {
		let open = Asked {
			categories: Categories::default(),
			records: Default::default(),
			data_period: DataPeriod::default(),
			..asked()
		};
		assert_ok!(try_submit(DOCTOR, team(), open.clone()));
		assert_ok!(approve(newest(), terms()));
		assert_ok!(try_submit(DOCTOR, team(), open));
		let as_open = Terms {
			categories: Categories::default(),
			records: Default::default(),
			data_period: DataPeriod::default(),
			..terms()
		};
		assert_ok!(approve(newest(), as_open));
	});
}

#[test]
fn approve_for_longer_than_asked_fails() {
	build_and_execute(|| {
		let request = submit(DOCTOR);
		Clock::set(START + DAY);
		let until = |until| Terms { valid_until: until, ..terms() };
		// The duration counts from the approval on.
		let latest = START + DAY + MONTH;
		assert_noop!(approve(request, until(Some(latest + 1))), Error::<Test>::LongerThanAsked);
		assert_noop!(approve(request, until(None)), Error::<Test>::LongerThanAsked);
		assert_ok!(approve(request, until(Some(latest))));
	});
}

#[test]
fn approve_of_a_deny_fails() {
	build_and_execute(|| {
		let request = submit(DOCTOR);
		let effect = Effect::Deny { binds_break_glass: false };
		assert_noop!(approve(request, Terms { effect, ..terms() }), Error::<Test>::NotPermit);
	});
}

#[test]
fn approve_of_an_expired_request_fails() {
	build_and_execute(|| {
		let (first, second) = (submit(DOCTOR), submit(DOCTOR));
		Clock::set(START + WEEK - 1);
		assert_ok!(approve(first, terms()));
		Clock::set(START + WEEK);
		assert_noop!(approve(second, terms()), Error::<Test>::RequestExpired);
	});
}

#[test]
fn approve_of_another_patients_request_fails() {
	build_and_execute(|| {
		let request = submit(DOCTOR);
		assert_noop!(
			AccessRequests::approve(signed(OTHER_PATIENT), request, team(), terms(), text()),
			Error::<Test>::RequestNotFound
		);
		assert_noop!(approve(request + 1, terms()), Error::<Test>::RequestNotFound);
	});
}

#[test]
fn approve_by_others_than_an_active_patient_fails() {
	build_and_execute(|| {
		let request = submit(DOCTOR);
		let by =
			|account| AccessRequests::approve(signed(account), request, team(), terms(), text());
		for account in [DOCTOR, HOSPITAL, RELATIVE, STRANGER] {
			assert_noop!(by(account), Error::<Test>::NotPatient);
		}
		People::set_active(&PATIENT, false);
		assert_noop!(by(PATIENT), Error::<Test>::NotPatient);
		let root = RuntimeOrigin::root();
		assert_noop!(AccessRequests::approve(root, request, team(), terms(), text()), BadOrigin);
	});
}

#[test]
fn approve_is_for_whom_was_asked() {
	let approve = |asked_for: Grantee, grantee: Grantee| {
		assert_ok!(try_submit(DOCTOR, asked_for, asked()));
		AccessRequests::approve(signed(PATIENT), newest(), grantee, terms(), text())
	};
	let hospital = || Grantee::Institution(HOSPITAL);
	let nurses = || Grantee::RoleAt { role: Role::Nurse, institution: HOSPITAL };
	let referral = || alone(CLINIC_DOCTOR, CLINIC);
	for (asked_for, grantee) in [
		(team(), team()),
		// The asker alone.
		(team(), alone(DOCTOR, HOSPITAL)),
		(hospital(), alone(DOCTOR, HOSPITAL)),
		// Part of the institution.
		(hospital(), team()),
		(hospital(), nurses()),
		(hospital(), alone(colleague(0), HOSPITAL)),
		(referral(), referral()),
	] {
		build_and_execute(|| {
			assert_ok!(approve(asked_for, grantee.clone()));
			assert_eq!(GivenConsents::all()[0].1, grantee);
		});
	}
	for (asked_for, grantee) in [
		(team(), hospital()),
		(team(), Grantee::Everyone),
		(team(), Grantee::CareTeam { institution: HOSPITAL, team: 2 }),
		(team(), Grantee::CareTeam { institution: CLINIC, team: 1 }),
		(team(), nurses()),
		(team(), alone(colleague(0), HOSPITAL)),
		(team(), alone(DOCTOR, CLINIC)),
		(team(), Grantee::Person(DOCTOR)),
		(hospital(), Grantee::Institution(CLINIC)),
		(hospital(), Grantee::Everyone),
		(alone(DOCTOR, HOSPITAL), team()),
		// A referral is for the other one, and not for the one who refers.
		(referral(), alone(DOCTOR, HOSPITAL)),
		(referral(), Grantee::Institution(CLINIC)),
	] {
		build_and_execute(|| {
			assert_ok!(try_submit(DOCTOR, asked_for, asked()));
			assert_noop!(
				AccessRequests::approve(signed(PATIENT), newest(), grantee, terms(), text()),
				Error::<Test>::OtherGrantee
			);
		});
	}
}

#[test]
fn approve_fails_where_the_grant_does() {
	build_and_execute(|| {
		let request = submit(DOCTOR);
		GivenConsents::fail(true);
		assert_noop!(approve(request, terms()), DispatchError::Other("refused"));
		GivenConsents::fail(false);
		assert_ok!(approve(request, terms()));
	});
}
