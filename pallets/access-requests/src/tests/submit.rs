//! `submit`.

use super::*;

#[test]
fn submit_works() {
	build_and_execute(|| {
		let post = try_submit(DOCTOR, team(), asked()).unwrap();
		assert_eq!(post.actual_weight, Some(<() as WeightInfo>::submit(0)));
		let request = Request {
			asker: DOCTOR,
			institution: HOSPITAL,
			grantee: team(),
			referred_by: None,
			asked: asked(),
			duration: MONTH,
			reason: reason(),
			submitted: START,
			expires: START + WEEK,
		};
		assert_eq!(AccessRequests::requests_of(PATIENT, None, 10), [(0, request)]);
		assert_eq!(AccessRequests::requests_of(OTHER_PATIENT, None, 10), []);
		let event =
			Event::Submitted { patient: PATIENT, request: 0, asker: DOCTOR, grantee: team() };
		System::assert_last_event(event.into());
		let event = LogEvent::RequestSubmitted { request: 0, grantee: team() };
		assert_eq!(Logs::of(&PATIENT), [line(DOCTOR, Some(HOSPITAL), event)]);
	});
}

#[test]
fn submit_for_each_grantee_of_the_institution_works() {
	build_and_execute(|| {
		let grantees = [
			Grantee::Institution(HOSPITAL),
			Grantee::RoleAt { role: Role::Nurse, institution: HOSPITAL },
			alone(DOCTOR, HOSPITAL),
		];
		for grantee in grantees {
			assert_ok!(try_submit(DOCTOR, grantee, asked()));
			assert_eq!(Requests::<Test>::get(PATIENT, newest()).unwrap().referred_by, None);
		}
	});
}

#[test]
fn submit_of_a_referral_works() {
	build_and_execute(|| {
		// To a colleague elsewhere, and to one at the same institution.
		for other in [alone(CLINIC_DOCTOR, CLINIC), alone(colleague(0), HOSPITAL)] {
			assert_ok!(try_submit(DOCTOR, other.clone(), asked()));
			let request = Requests::<Test>::get(PATIENT, newest()).unwrap();
			assert_eq!((request.referred_by, request.grantee), (Some(DOCTOR), other));
			assert_eq!(request.institution, HOSPITAL, "it counts for the one who refers");
		}
		for other in [alone(CLINIC_DOCTOR, HOSPITAL), alone(STRANGER, CLINIC)] {
			assert_noop!(try_submit(DOCTOR, other, asked()), Error::<Test>::GranteeNotFound);
		}
	});
}

#[test]
fn submit_for_another_institution_fails() {
	build_and_execute(|| {
		let grantees = [
			Grantee::Everyone,
			Grantee::Role(Role::Physician),
			Grantee::Institution(CLINIC),
			Grantee::RoleAt { role: Role::Physician, institution: CLINIC },
			Grantee::CareTeam { institution: CLINIC, team: 1 },
			// The asker, as if acting for another institution.
			alone(DOCTOR, CLINIC),
			Grantee::Person(DOCTOR),
			Grantee::Study(0),
		];
		for grantee in grantees {
			let other = Error::<Test>::OtherInstitution;
			assert_noop!(try_submit(DOCTOR, grantee, asked()), other);
		}
	});
}

#[test]
fn submit_by_others_than_active_staff_fails() {
	build_and_execute(|| {
		for account in [CLINIC_DOCTOR, HOSPITAL, PATIENT, RELATIVE, STRANGER] {
			let not_affiliated = Error::<Test>::NotAffiliated;
			assert_noop!(try_submit(account, team(), asked()), not_affiliated);
		}
		People::set_active(&DOCTOR, false);
		assert_noop!(try_submit(DOCTOR, team(), asked()), Error::<Test>::NotAffiliated);
		People::set_active(&DOCTOR, true);
		People::end_affiliation(&DOCTOR, &HOSPITAL);
		assert_noop!(try_submit(DOCTOR, team(), asked()), Error::<Test>::NotAffiliated);
		let root = RuntimeOrigin::root();
		assert_noop!(
			AccessRequests::submit(root, PATIENT, HOSPITAL, team(), asked(), MONTH, reason()),
			BadOrigin
		);
	});
}

#[test]
fn submit_to_no_active_patient_fails() {
	build_and_execute(|| {
		let to = |patient| {
			let signed = signed(DOCTOR);
			AccessRequests::submit(signed, patient, HOSPITAL, team(), asked(), MONTH, reason())
		};
		for account in [STRANGER, RELATIVE, CLINIC_DOCTOR, HOSPITAL] {
			assert_noop!(to(account), Error::<Test>::NotPatient);
		}
		People::set_active(&PATIENT, false);
		assert_noop!(to(PATIENT), Error::<Test>::NotPatient);
	});
}

#[test]
fn submit_has_to_ask_for_something() {
	build_and_execute(|| {
		let no_action = Asked { actions: Actions::default(), ..asked() };
		assert_noop!(try_submit(DOCTOR, team(), no_action), Error::<Test>::NothingAsked);
		let no_purpose = Asked { purposes: Purposes::default(), ..asked() };
		assert_noop!(try_submit(DOCTOR, team(), no_purpose), Error::<Test>::NothingAsked);
		assert_noop!(
			AccessRequests::submit(signed(DOCTOR), PATIENT, HOSPITAL, team(), asked(), 0, reason()),
			Error::<Test>::NothingAsked
		);
		for actions in [&[Action::Aggregate][..], &[Action::Read, Action::Aggregate]] {
			let counting = Asked { actions: Actions::of(actions), ..asked() };
			assert_noop!(try_submit(DOCTOR, team(), counting), Error::<Test>::AggregateAsked);
		}
		let unknown = Asked { actions: Actions(0b10_0001), ..asked() };
		assert_noop!(try_submit(DOCTOR, team(), unknown), Error::<Test>::UnknownCode);
		let unknown = Asked { purposes: Purposes(1 << 14 | 1), ..asked() };
		assert_noop!(try_submit(DOCTOR, team(), unknown), Error::<Test>::UnknownCode);
		for named in [&[][..], &[0, 1]] {
			let labels = LabelFilter::Also(tags(named));
			let unsound = Asked { labels, ..asked() };
			assert_noop!(try_submit(DOCTOR, team(), unsound), Error::<Test>::InvalidLabels);
		}
		let backwards = DataPeriod { from: Some(2), to: Some(1) };
		let backwards = Asked { data_period: backwards, ..asked() };
		assert_noop!(try_submit(DOCTOR, team(), backwards), Error::<Test>::EmptyDataPeriod);
		// The rest may be open, and a month is a period.
		let month = DataPeriod { from: Some(1), to: Some(1) };
		let open = Asked {
			categories: Categories::default(),
			labels: LabelFilter::Unlabelled,
			records: Default::default(),
			data_period: month,
			..asked()
		};
		assert_ok!(try_submit(DOCTOR, team(), open));
	});
}

#[test]
fn one_doctor_cannot_fill_a_patients_requests() {
	build_and_execute(|| {
		let first = submit(DOCTOR);
		submit(DOCTOR);
		submit(DOCTOR);
		assert_noop!(try_submit(DOCTOR, team(), asked()), Error::<Test>::TooManyByAsker);
		// Nor under another affiliation.
		People::affiliate(&DOCTOR, &CLINIC, Role::Physician);
		let clinic = Grantee::Institution(CLINIC);
		assert_noop!(
			AccessRequests::submit(
				signed(DOCTOR),
				PATIENT,
				CLINIC,
				clinic,
				asked(),
				MONTH,
				reason()
			),
			Error::<Test>::TooManyByAsker
		);
		// Others can ask, and the doctor can ask others.
		submit(colleague(0));
		assert_ok!(AccessRequests::submit(
			signed(DOCTOR),
			OTHER_PATIENT,
			HOSPITAL,
			team(),
			asked(),
			MONTH,
			reason()
		));
		// An answer makes room for one.
		assert_ok!(AccessRequests::deny(signed(PATIENT), first));
		submit(DOCTOR);
		assert_noop!(try_submit(DOCTOR, team(), asked()), Error::<Test>::TooManyByAsker);
	});
}

#[test]
fn one_institution_cannot_fill_a_patients_requests() {
	build_and_execute(|| {
		for number in 0..16 {
			if number == 4 {
				Clock::pass(DAY);
			}
			submit(colleague(number));
		}
		assert_noop!(try_submit(DOCTOR, team(), asked()), Error::<Test>::TooManyByInstitution);
		// Referrals to other institutions count as well.
		let referral = alone(CLINIC_DOCTOR, CLINIC);
		assert_noop!(try_submit(DOCTOR, referral, asked()), Error::<Test>::TooManyByInstitution);
		// Another institution has room of its own.
		assert_ok!(AccessRequests::submit(
			signed(CLINIC_DOCTOR),
			PATIENT,
			CLINIC,
			Grantee::Institution(CLINIC),
			asked(),
			MONTH,
			reason()
		));
		// An answer makes room for one, on another day.
		assert_ok!(AccessRequests::deny(signed(PATIENT), 0));
		assert_noop!(try_submit(DOCTOR, team(), asked()), Error::<Test>::TooManyLines);
		Clock::pass(DAY);
		submit(DOCTOR);
	});
}

#[test]
fn submit_drops_what_has_expired() {
	build_and_execute(|| {
		for _ in 0..3 {
			submit(DOCTOR);
		}
		Clock::set(START + 1);
		for number in 0..13 {
			if number == 5 {
				Clock::set(START + DAY);
			}
			submit(colleague(number));
		}
		Clock::set(START + WEEK - 1);
		assert_noop!(try_submit(DOCTOR, team(), asked()), Error::<Test>::TooManyByAsker);
		let other = colleague(13);
		assert_noop!(
			try_submit(other.clone(), team(), asked()),
			Error::<Test>::TooManyByInstitution
		);
		// The doctor's have expired: a colleague's submission finds the institution's room, and
		// what the doctor still has counted counts no more.
		Clock::set(START + WEEK);
		let post = try_submit(other, team(), asked()).unwrap();
		assert_eq!(post.actual_weight, Some(<() as WeightInfo>::submit(3)));
		assert_eq!(Requests::<Test>::iter_prefix(PATIENT).count(), 14);
		assert_eq!(OpenByAsker::<Test>::get(PATIENT, DOCTOR).len(), 3);
		AccessRequests::do_try_state().unwrap();
		submit(DOCTOR);
		assert_eq!(OpenByAsker::<Test>::get(PATIENT, DOCTOR).len(), 1);
		// All at once, as many as there can be.
		Clock::set(START + 3 * WEEK);
		submit(DOCTOR);
		assert_eq!(Requests::<Test>::iter_prefix(PATIENT).count(), 1);
		let expires = START + 4 * WEEK;
		let open = Open { request: newest(), expires };
		assert_eq!(OpenByInstitution::<Test>::get(PATIENT, HOSPITAL).into_inner(), [open]);
	});
}

#[test]
fn submit_numbers_by_the_line_of_the_log() {
	build_and_execute(|| {
		assert_eq!(submit(DOCTOR), 0);
		assert_ok!(AccessRequests::deny(signed(PATIENT), 0));
		assert_eq!(submit(DOCTOR), 2);
		Logs::set_earlier(&PATIENT, u64::from(u32::MAX) - 2);
		assert_noop!(try_submit(DOCTOR, team(), asked()), Error::<Test>::OutOfNumbers);
		Logs::set_earlier(&PATIENT, u64::from(u32::MAX) - 3);
		assert_eq!(submit(DOCTOR), u32::MAX);
	});
}

#[test]
fn submit_with_a_reason_that_is_not_sealed_fails() {
	build_and_execute(|| {
		let submit = |reason: Vec<u8>| {
			let reason = reason.try_into().unwrap();
			let asker = signed(DOCTOR);
			AccessRequests::submit(asker, PATIENT, HOSPITAL, team(), asked(), MONTH, reason)
		};
		let sealed = [&[SEALED_SUITE][..], &[9; SEALED_OVERHEAD - 1]].concat();
		let mut other_suite = sealed.clone();
		other_suite[0] = 2;
		let short = sealed[1..].to_vec();
		let plain = b"A plain reason that everybody could read, for ever, on the chain".to_vec();
		for reason in [vec![], short, sealed[..SEALED_OVERHEAD - 1].to_vec(), other_suite, plain] {
			assert_noop!(submit(reason), Error::<Test>::ReasonNotSealed);
		}
		assert_ok!(submit(sealed));
	});
}
