//! The number of active institutions, registrars as admission sees them, and lists in pages.

use super::*;
use crate::{mock::Enrolment, *};
use frame_support::assert_ok;

fn admit(name: &str) -> AccountId {
	let account = account(name);
	let text = name.as_bytes().to_vec().try_into().unwrap();
	let kind = AccountKind::Institution;
	assert_ok!(Enrolment::admit_institution(root(), account.clone(), kind, text, *b"CH", 5, KEY));
	account
}

#[test]
fn active_institutions_are_counted() {
	run(|| {
		let before = Enrolment::active_institutions();
		assert!(before > 0, "those of the genesis count");
		let hospital = admit("HospitalC");
		assert_eq!(Enrolment::active_institutions(), before + 1);
		let set = |account: &AccountId, status| {
			assert_ok!(Enrolment::set_status(root(), account.clone(), status));
			Enrolment::active_institutions() - before
		};
		assert_eq!(set(&hospital, Status::Active), 1);
		assert_eq!(set(&hospital, Status::Suspended), 0);
		assert_eq!(set(&hospital, Status::Suspended), 0);
		assert_eq!(set(&hospital, Status::Ended), 0);
		assert_eq!(set(&hospital, Status::Active), 1);
		// Others do not count.
		assert_eq!(set(&patient_a(), Status::Suspended), 1);
		assert_eq!(set(&doctor_a(), Status::Ended), 1);
	});
}

#[test]
fn registrars_are_known_while_they_are_affiliated() {
	run(|| {
		assert!(Enrolment::is_registrar(&registrar_a(), &hospital_a()));
		assert!(!Enrolment::is_registrar(&registrar_a(), &hospital_b()));
		assert!(!Enrolment::is_registrar(&doctor_a(), &hospital_a()));
		assert!(!Enrolment::is_registrar(&hospital_a(), &hospital_a()));
		let end = Enrolment::end_affiliation(signed(hospital_a()), hospital_a(), registrar_a());
		assert_ok!(end);
		assert!(!Enrolment::is_registrar(&registrar_a(), &hospital_a()));
	});
}

#[test]
fn institutions_come_in_pages() {
	run(|| {
		for name in ["One", "Two", "Three", "Four"] {
			admit(name);
		}
		let all = Enrolment::institutions(None, u32::MAX);
		assert_eq!(all.len(), Institutions::<Test>::iter().count());
		let mut pages = vec![];
		loop {
			let after = pages.last().map(|(account, ..): &(AccountId, _, _, _)| account.clone());
			let page = Enrolment::institutions(after, 2);
			pages.extend(page.clone());
			if page.len() < 2 {
				break;
			}
		}
		assert_eq!(pages, all);
		assert_eq!(Enrolment::institutions(None, 0), vec![]);
	});
}

#[test]
fn affiliations_come_in_pages() {
	run(|| {
		for name in ["One", "Two", "Three"] {
			let institution = admit(name);
			let affiliation = Affiliations::<Test>::get(registrar_a(), hospital_a()).unwrap();
			Affiliations::<Test>::insert(registrar_a(), &institution, affiliation);
			AffiliatedWith::<Test>::mutate(registrar_a(), |all| all.try_push(institution).unwrap());
		}
		let page = |after, limit| Enrolment::affiliations(registrar_a(), after, limit);
		let all = page(None, u32::MAX);
		assert_eq!(all.len(), 4);
		let first = page(None, 3);
		assert_eq!(first, all[..3]);
		assert_eq!(page(Some(first[2].0.clone()), 3), all[3..]);
	});
}
