//! Affiliations: who may make them, what ends with them, licences, care teams.

use super::*;
use crate::{mock::Enrolment, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;
use vouchsafe_support::Enrolment as _;

fn affiliate(
	who: AccountId,
	institution: AccountId,
	practitioner: AccountId,
	role: Role,
) -> DispatchResult {
	Enrolment::affiliate(signed(who), institution, practitioner, role, NOW, None)
}

fn affiliation(practitioner: AccountId, institution: AccountId) -> Affiliation {
	Affiliations::<Test>::get(practitioner, institution).unwrap()
}

#[test]
fn affiliate_works() {
	run(|| {
		// A practitioner can work in two places. Another institution than the one that enrolled can
		// affiliate, and the practitioner accepts.
		assert_ok!(Enrolment::affiliate(
			signed(registrar_a()),
			hospital_a(),
			doctor_b(),
			Role::Nurse,
			NOW + 10,
			Some(NOW + 20),
		));
		assert_last(Event::Affiliated {
			institution: hospital_a(),
			practitioner: doctor_b(),
			role: Role::Nurse,
			from: NOW + 10,
			until: Some(NOW + 20),
		});
		assert_eq!(
			affiliation(doctor_b(), hospital_a()),
			Affiliation {
				role: Role::Nurse,
				from: NOW + 10,
				until: Some(NOW + 20),
				accepted: false,
				attested: false,
				teams: Default::default(),
			}
		);
		assert_ok!(Enrolment::accept_affiliation(signed(doctor_b()), hospital_a()));
		let in_force = || Enrolment::is_affiliated(&doctor_b(), &hospital_a());
		for (now, expected) in [(9, false), (10, true), (19, true), (20, false)] {
			Clock::set(NOW + now);
			assert_eq!(in_force(), expected, "{now}");
			let actor = Enrolment::actor(&doctor_b(), Some(&hospital_a())).unwrap();
			assert_eq!((actor.active, actor.acting_for.is_some()), (expected, expected), "{now}");
			assert_eq!(Enrolment::acting(&doctor_b(), &hospital_a()).is_some(), expected, "{now}");
			assert!(Enrolment::actor(&doctor_b(), None).unwrap().active);
		}
		assert!(Enrolment::is_affiliated(&doctor_b(), &hospital_b()));
	});
}

#[test]
fn actor_tells_the_affiliation() {
	run(|| {
		assert_ok!(Enrolment::join_team(signed(registrar_a()), hospital_a(), doctor_a(), 3));
		assert_eq!(
			Enrolment::actor(&doctor_a(), Some(&hospital_a())),
			Some(Actor {
				account: doctor_a(),
				kind: AccountKind::Practitioner,
				active: true,
				acting_for: Some(ActingFor {
					institution: hospital_a(),
					is_authority: false,
					role: Role::Physician,
					country: *b"DE",
					teams: vec![3].try_into().unwrap(),
					attested: true,
					since: 0,
				}),
				also_at: Default::default(),
				study: None,
			})
		);
		let acting_for = |institution: Option<&AccountId>| {
			Enrolment::actor(&doctor_a(), institution).unwrap().acting_for
		};
		assert_eq!(acting_for(None), None);
		assert_eq!(acting_for(Some(&hospital_b())), None);
		assert_ok!(Enrolment::set_status(root(), hospital_a(), Status::Suspended));
		assert_eq!(acting_for(Some(&hospital_a())), None);
		assert_eq!(Enrolment::actor(&stranger(), None), None);
	});
}

/// Affiliates the doctor of hospital B with hospital A.
fn affiliate_with_a(role: Role) -> DispatchResult {
	affiliate(registrar_a(), hospital_a(), doctor_b(), role)
}

fn accept(who: AccountId, institution: AccountId) -> DispatchResult {
	Enrolment::accept_affiliation(signed(who), institution)
}

/// The institutions for which the doctor of hospital B also works, in a decision on acting for B.
fn also_at() -> Vec<AccountId> {
	let actor = Enrolment::actor(&doctor_b(), Some(&hospital_b())).unwrap();
	assert!(actor.active);
	actor.also_at.into_iter().map(|at| at.institution).collect()
}

#[test]
fn an_affiliation_elsewhere_counts_for_nothing_until_it_is_accepted() {
	run(|| {
		assert_ok!(affiliate(hospital_a(), hospital_a(), doctor_b(), Role::Registrar));
		assert_eq!(also_at(), []);
		assert!(!Enrolment::is_affiliated(&doctor_b(), &hospital_a()));
		assert_eq!(Enrolment::acting(&doctor_b(), &hospital_a()), None);
		assert!(!Enrolment::manages(&doctor_b(), &hospital_a()));
		assert_noop!(
			affiliate(doctor_b(), hospital_a(), doctor_a(), Role::Nurse),
			Error::<Test>::NotRegistrar
		);

		assert_ok!(accept(doctor_b(), hospital_a()));
		assert_last(Event::AffiliationAccepted {
			institution: hospital_a(),
			practitioner: doctor_b(),
		});
		assert_eq!(also_at(), [hospital_a()]);
		assert!(Enrolment::manages(&doctor_b(), &hospital_a()));
		let actor = Enrolment::acting(&doctor_b(), &hospital_a()).unwrap();
		assert_eq!(actor.also_at[0].institution, hospital_b());
		// A deny to an institution still counts when that institution is suspended.
		assert_ok!(Enrolment::set_status(root(), hospital_a(), Status::Suspended));
		assert_eq!(also_at(), [hospital_a()]);
		assert_eq!(Enrolment::acting(&doctor_b(), &hospital_a()), None);
	});
}

#[test]
fn another_role_is_accepted_again() {
	run(|| {
		assert_ok!(affiliate_with_a(Role::Nurse));
		assert_ok!(accept(doctor_b(), hospital_a()));
		assert_ok!(affiliate_with_a(Role::Nurse));
		assert_eq!(also_at(), [hospital_a()]);
		assert_ok!(affiliate_with_a(Role::Physician));
		assert_eq!(also_at(), []);
		assert_ok!(accept(doctor_b(), hospital_a()));
		assert_eq!(also_at(), [hospital_a()]);
		// One that has ended begins again without being accepted.
		assert_ok!(Enrolment::end_affiliation(signed(registrar_a()), hospital_a(), doctor_b()));
		assert_ok!(affiliate_with_a(Role::Physician));
		assert_eq!(also_at(), []);
	});
}

#[test]
fn accept_affiliation_fails() {
	run(|| {
		assert_noop!(accept(doctor_b(), hospital_a()), Error::<Test>::NotAffiliated);
		assert_noop!(accept(doctor_a(), hospital_a()), Error::<Test>::NotWaiting);
		assert_noop!(Enrolment::accept_affiliation(root(), hospital_a()), DispatchError::BadOrigin);
		assert_ok!(affiliate_with_a(Role::Nurse));
		assert_noop!(accept(registrar_a(), hospital_b()), Error::<Test>::NotAffiliated);
		assert_ok!(accept(doctor_b(), hospital_a()));
		assert_noop!(accept(doctor_b(), hospital_a()), Error::<Test>::NotWaiting);
	});
}

#[test]
fn who_is_asked_can_decline() {
	run(|| {
		let decline = || Enrolment::end_affiliation(signed(doctor_b()), hospital_a(), doctor_b());
		assert_ok!(affiliate_with_a(Role::Nurse));
		assert_ok!(decline());
		assert_eq!(AffiliatedWith::<Test>::get(doctor_b()).into_inner(), [hospital_b()]);
		assert_noop!(accept(doctor_b(), hospital_a()), Error::<Test>::NotAffiliated);
		// One that is accepted ends by the institution: leaving it for a moment would pass a deny.
		assert_ok!(affiliate_with_a(Role::Nurse));
		assert_ok!(accept(doctor_b(), hospital_a()));
		assert_noop!(decline(), Error::<Test>::NotRegistrar);
	});
}

#[test]
fn a_practitioner_has_few_affiliations_at_a_time() {
	run(|| {
		let hospital = |number: u32| account(&format!("Hospital{number}"));
		for number in 0..MAX_AFFILIATIONS {
			let name = b"Hospital".to_vec().try_into().unwrap();
			let kind = AccountKind::Institution;
			assert_ok!(Enrolment::admit_institution(
				root(),
				hospital(number),
				kind,
				name,
				*b"DE",
				0,
				KEY
			));
		}
		let take_on = |number, until| {
			let (by, doctor) = (signed(hospital(number)), doctor_b());
			Enrolment::affiliate(by, hospital(number), doctor, Role::Nurse, NOW, until)
		};
		let accepts = |number| accept(doctor_b(), hospital(number));
		// Those that wait take no place: other institutions cannot use them up.
		for number in 0..MAX_AFFILIATIONS {
			assert_ok!(take_on(number, Some(NOW + 10)));
		}
		assert_eq!(AffiliatedWith::<Test>::get(doctor_b()).into_inner(), [hospital_b()]);
		// One is with the institution that enrolled.
		for number in 1..MAX_AFFILIATIONS {
			assert_ok!(accepts(number));
		}
		assert_noop!(accepts(0), Error::<Test>::TooManyAffiliations);
		// Changing one is not another one.
		assert_ok!(take_on(1, Some(NOW + 20)));
		assert_eq!(also_at(), [hospital(2), hospital(3), hospital(1)]);
		// Those that have ended make room.
		Clock::set(NOW + 10);
		assert_ok!(take_on(0, None));
		assert_ok!(accepts(0));
		assert_eq!(
			AffiliatedWith::<Test>::get(doctor_b()).into_inner(),
			[hospital_b(), hospital(1), hospital(0)]
		);
		Clock::set(NOW + 20);
		assert_eq!(also_at(), [hospital(0)]);
	});
}

#[test]
fn affiliate_again_changes_it() {
	run(|| {
		assert_ok!(Enrolment::join_team(signed(registrar_a()), hospital_a(), doctor_a(), 3));
		// The same role: the attestation stays, and the teams.
		assert_ok!(affiliate(registrar_a(), hospital_a(), doctor_a(), Role::Physician));
		assert!(affiliation(doctor_a(), hospital_a()).attested);
		assert_eq!(affiliation(doctor_a(), hospital_a()).teams.into_inner(), vec![3]);
		// Another role needs another attestation.
		assert_ok!(affiliate(registrar_a(), hospital_a(), doctor_a(), Role::Dentist));
		assert!(!affiliation(doctor_a(), hospital_a()).attested);
		assert_eq!(affiliation(doctor_a(), hospital_a()).teams.into_inner(), vec![3]);
	});
}

#[test]
fn affiliate_after_the_end_begins_anew() {
	run(|| {
		assert_ok!(Enrolment::join_team(signed(registrar_a()), hospital_a(), doctor_a(), 3));
		assert_ok!(Enrolment::end_affiliation(signed(registrar_a()), hospital_a(), doctor_a()));
		assert_ok!(affiliate(registrar_a(), hospital_a(), doctor_a(), Role::Physician));
		let anew = affiliation(doctor_a(), hospital_a());
		assert!(!anew.attested);
		assert!(anew.teams.is_empty());
	});
}

/// A permit that was given to an affiliation ends with it, so its beginning says what it was.
#[test]
fn an_affiliation_begins_once() {
	run(|| {
		let set = |from, until| {
			let origin = signed(registrar_a());
			let role = Role::Nurse;
			assert_ok!(Enrolment::affiliate(origin, hospital_a(), doctor_b(), role, from, until));
			affiliation(doctor_b(), hospital_a()).from
		};
		let since = || {
			let actor = Enrolment::actor(&doctor_b(), Some(&hospital_a())).unwrap();
			actor.acting_for.map(|acting| acting.since)
		};
		assert_eq!(set(0, Some(NOW + 20)), NOW, "not in the past");
		// It counts from when it was accepted.
		Clock::set(NOW + 5);
		assert_ok!(accept(doctor_b(), hospital_a()));
		assert_eq!(since(), Some(NOW + 5));
		// What is extended before its end keeps its beginning.
		Clock::set(NOW + 19);
		assert_eq!(set(NOW + 19, Some(NOW + 30)), NOW + 5);
		assert_eq!(since(), Some(NOW + 5));
		Clock::set(NOW + 30);
		assert_eq!(set(NOW + 5, None), NOW + 30, "it has ended");
		assert_eq!(since(), None);
		Clock::set(NOW + 31);
		assert_ok!(accept(doctor_b(), hospital_a()));
		assert_eq!(since(), Some(NOW + 31));
		// One that has not begun can begin later.
		assert_ok!(Enrolment::end_affiliation(signed(registrar_a()), hospital_a(), doctor_b()));
		assert_eq!(set(NOW + 50, None), NOW + 50);
		assert_eq!(set(NOW + 60, None), NOW + 60);
	});
}

#[test]
fn affiliate_fails() {
	run(|| {
		let physician =
			|who, practitioner| affiliate(who, hospital_a(), practitioner, Role::Physician);
		for who in [hospital_b(), doctor_a(), doctor_b(), patient_a(), custodian_a()] {
			assert_noop!(physician(who, doctor_b()), Error::<Test>::NotRegistrar);
		}
		for no_practitioner in [patient_a(), person_a(), hospital_b(), stranger()] {
			assert_noop!(physician(hospital_a(), no_practitioner), Error::<Test>::NotPractitioner);
		}
		assert_noop!(
			affiliate(doctor_a(), patient_a(), doctor_a(), Role::Physician),
			Error::<Test>::NotInstitution
		);
		let empty = || Error::<Test>::InvalidPeriod;
		let over = || Error::<Test>::AlreadyExpired;
		for (from, until, error) in [
			(NOW + 5, NOW + 5, empty()),
			(NOW + 5, NOW + 4, empty()),
			(0, NOW, over()),
			(0, NOW - 1, over()),
		] {
			assert_noop!(
				Enrolment::affiliate(
					signed(hospital_a()),
					hospital_a(),
					doctor_a(),
					Role::Physician,
					from,
					Some(until)
				),
				error
			);
		}
		assert_ok!(Enrolment::set_status(signed(hospital_b()), doctor_b(), Status::Suspended));
		assert_noop!(physician(hospital_a(), doctor_b()), Error::<Test>::NotPractitioner);
	});
}

#[test]
fn a_registrar_makes_and_unmakes_no_registrar() {
	run(|| {
		// Not another one, not for another institution, and not its own for longer.
		assert_noop!(
			affiliate(registrar_a(), hospital_a(), doctor_a(), Role::Registrar),
			Error::<Test>::InstitutionOnly
		);
		assert_noop!(
			affiliate(registrar_a(), hospital_b(), doctor_b(), Role::Nurse),
			Error::<Test>::NotRegistrar
		);
		for role in [Role::Registrar, Role::Physician] {
			assert_noop!(
				affiliate(registrar_a(), hospital_a(), registrar_a(), role),
				Error::<Test>::InstitutionOnly
			);
		}
		assert_noop!(
			Enrolment::end_affiliation(signed(registrar_a()), hospital_a(), registrar_a()),
			Error::<Test>::InstitutionOnly
		);
		assert_noop!(
			Enrolment::join_team(signed(registrar_a()), hospital_a(), registrar_a(), 1),
			Error::<Test>::InstitutionOnly
		);
		assert_noop!(
			Enrolment::leave_team(signed(registrar_a()), hospital_a(), registrar_a(), 1),
			Error::<Test>::InstitutionOnly
		);

		assert_ok!(affiliate(hospital_a(), hospital_a(), doctor_a(), Role::Registrar));
		assert_ok!(Enrolment::end_affiliation(signed(hospital_a()), hospital_a(), doctor_a()));
		// Who is a registrar no more may be taken on by one.
		assert_ok!(affiliate(registrar_a(), hospital_a(), doctor_a(), Role::Physician));
	});
}

#[test]
fn end_affiliation_works() {
	run(|| {
		assert_ok!(Enrolment::end_affiliation(signed(registrar_a()), hospital_a(), doctor_a()));
		assert_last(Event::AffiliationEnded {
			institution: hospital_a(),
			practitioner: doctor_a(),
		});
		// At once; and the past stays on record.
		assert!(!Enrolment::is_affiliated(&doctor_a(), &hospital_a()));
		assert_eq!(affiliation(doctor_a(), hospital_a()).until, Some(NOW));
		let actor = Enrolment::actor(&doctor_a(), Some(&hospital_a())).unwrap();
		assert_eq!((actor.active, actor.acting_for), (false, None));
		// The account itself goes on.
		assert!(Enrolment::actor(&doctor_a(), None).unwrap().active);

		// One that has not begun never will.
		assert_ok!(Enrolment::affiliate(
			signed(hospital_a()),
			hospital_a(),
			doctor_b(),
			Role::Nurse,
			NOW + 10,
			None
		));
		assert_ok!(Enrolment::accept_affiliation(signed(doctor_b()), hospital_a()));
		assert_ok!(Enrolment::end_affiliation(signed(hospital_a()), hospital_a(), doctor_b()));
		Clock::set(NOW + 20);
		assert!(!Enrolment::is_affiliated(&doctor_b(), &hospital_a()));
	});
}

#[test]
fn end_affiliation_fails() {
	run(|| {
		let end = |who, institution, practitioner| {
			Enrolment::end_affiliation(signed(who), institution, practitioner)
		};
		for who in [hospital_b(), doctor_a(), doctor_b()] {
			assert_noop!(end(who, hospital_a(), doctor_a()), Error::<Test>::NotRegistrar);
		}
		assert_noop!(end(patient_a(), patient_a(), doctor_a()), Error::<Test>::NotInstitution);
		assert_noop!(end(hospital_a(), hospital_a(), doctor_b()), Error::<Test>::NotAffiliated);
		assert_ok!(end(hospital_a(), hospital_a(), doctor_a()));
		assert_noop!(end(hospital_a(), hospital_a(), doctor_a()), Error::<Test>::NotAffiliated);
	});
}

#[test]
fn attest_licence_works() {
	run(|| {
		assert_ok!(affiliate(hospital_a(), hospital_a(), doctor_b(), Role::Physician));
		assert_ok!(Enrolment::attest_licence(
			signed(authority()),
			hospital_a(),
			doctor_b(),
			Role::Physician
		));
		assert_last(Event::LicenceAttested {
			institution: hospital_a(),
			practitioner: doctor_b(),
			authority: authority(),
		});
		assert!(affiliation(doctor_b(), hospital_a()).attested);
	});
}

#[test]
fn attest_licence_fails() {
	run(|| {
		let attest = |who, institution, practitioner| {
			Enrolment::attest_licence(signed(who), institution, practitioner, Role::Physician)
		};
		for who in [hospital_a(), registrar_a(), doctor_a(), stranger()] {
			assert_noop!(attest(who, hospital_a(), doctor_a()), Error::<Test>::NotAuthority);
		}
		assert_noop!(attest(authority(), hospital_b(), doctor_a()), Error::<Test>::NotAffiliated);
		// The registrar cannot have another role attested than the authority looked at.
		assert_ok!(affiliate(hospital_a(), hospital_a(), doctor_a(), Role::Nurse));
		assert_noop!(attest(authority(), hospital_a(), doctor_a()), Error::<Test>::OtherRole);
		assert_ok!(Enrolment::end_affiliation(signed(hospital_a()), hospital_a(), doctor_a()));
		assert_noop!(attest(authority(), hospital_a(), doctor_a()), Error::<Test>::NotAffiliated);
		assert_ok!(Enrolment::set_status(root(), authority(), Status::Suspended));
		assert_noop!(attest(authority(), hospital_b(), doctor_b()), Error::<Test>::NotAuthority);
	});
}

#[test]
fn teams_work() {
	run(|| {
		let join =
			|team| Enrolment::join_team(signed(registrar_a()), hospital_a(), doctor_a(), team);
		let leave = |who, team| Enrolment::leave_team(signed(who), hospital_a(), doctor_a(), team);
		for team in 0..MAX_TEAMS {
			assert_ok!(join(team));
			assert_last(Event::TeamJoined {
				institution: hospital_a(),
				practitioner: doctor_a(),
				team,
			});
		}
		assert_noop!(join(3), Error::<Test>::AlreadyInTeam);
		assert_noop!(join(MAX_TEAMS), Error::<Test>::TooManyTeams);

		assert_ok!(leave(hospital_a(), 3));
		assert_last(Event::TeamLeft {
			institution: hospital_a(),
			practitioner: doctor_a(),
			team: 3,
		});
		assert_noop!(leave(hospital_a(), 3), Error::<Test>::NotInTeam);
		assert!(!affiliation(doctor_a(), hospital_a()).teams.contains(&3));
		assert_ok!(join(MAX_TEAMS));
	});
}

#[test]
fn teams_of_others_fail() {
	run(|| {
		let institution = hospital_a;
		for who in [hospital_b(), doctor_a(), doctor_b()] {
			let who = signed(who);
			assert_noop!(
				Enrolment::join_team(who.clone(), institution(), doctor_a(), 1),
				Error::<Test>::NotRegistrar
			);
			assert_noop!(
				Enrolment::leave_team(who, institution(), doctor_a(), 1),
				Error::<Test>::NotRegistrar
			);
		}
		let who = signed(hospital_a());
		assert_noop!(
			Enrolment::join_team(who.clone(), institution(), doctor_b(), 1),
			Error::<Test>::NotAffiliated
		);
		assert_noop!(
			Enrolment::leave_team(who, institution(), doctor_b(), 1),
			Error::<Test>::NotAffiliated
		);
		let who = signed(patient_a());
		assert_noop!(
			Enrolment::join_team(who.clone(), patient_a(), doctor_a(), 1),
			Error::<Test>::NotInstitution
		);
		assert_noop!(
			Enrolment::leave_team(who, patient_a(), doctor_a(), 1),
			Error::<Test>::NotInstitution
		);
		assert_noop!(
			Enrolment::join_team(root(), institution(), doctor_a(), 1),
			DispatchError::BadOrigin
		);
	});
}
