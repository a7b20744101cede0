//! What clients ask.

use super::*;

/// Those who withdrew, died or were suspended by the frozen block do not stand. Nobody joins.
#[test]
fn standing_lists_whose_consent_is_valid() {
	build_and_execute(|| {
		freeze_with(12);
		let standing = || {
			let people = Research::standing(STUDY, None, MAX_LISTED);
			assert!(people.iter().all(|(_, contributor)| *contributor == HOSPITAL));
			let mut people: Vec<_> = people.into_iter().map(|(person, _)| person).collect();
			people.sort();
			people
		};
		let sorted = |mut people: Vec<AccountId>| {
			people.sort();
			people
		};
		assert_eq!(standing(), sorted(patients(12)));
		let deny = Terms::all(Effect::Deny { binds_break_glass: false });
		GivenConsents::add(patient(0), Grantee::Study(STUDY), deny);
		Enrolled::set_active(&patient(1), false);
		Enrolled::set_standing(&patient(2), Standing::Deceased { since: START });
		consents(&patient(100));
		assert_eq!(standing(), sorted(patients(12)[3..].to_vec()));
	});
}

#[test]
fn standing_comes_in_full_pages() {
	build_and_execute(|| {
		freeze_with(20);
		let all = Research::standing(STUDY, None, 100);
		assert_eq!(all.len(), 20);
		let deny = Terms::all(Effect::Deny { binds_break_glass: false });
		for (person, _) in &all[3..9] {
			GivenConsents::add(person.clone(), Grantee::Everyone, deny.clone());
		}
		let page = |after: Option<AccountId>, limit| Research::standing(STUDY, after, limit);
		assert_eq!(page(None, 5), [&all[..3], &all[9..11]].concat());
		assert_eq!(page(Some(all[10].0.clone()), 5), all[11..16]);
		assert_eq!(page(Some(all[19].0.clone()), 5), []);
		assert_eq!(page(None, 0), []);
		assert_eq!(Research::standing(7, None, 5), []);
	});
}

#[test]
fn contributed_says_by_whom() {
	build_and_execute(|| {
		begin(terms());
		consents(&clinic_patient(0));
		assert_ok!(contribute(REGISTRAR, consenting(1)));
		assert_ok!(contribute(CLINIC_REGISTRAR, [clinic_patient(0)]));
		let people = vec![patient(1), clinic_patient(0), patient(0)];
		let answers = Research::contributed(STUDY, 0, people.clone());
		assert_eq!(answers, [None, Some(CLINIC), Some(HOSPITAL)]);
		assert_eq!(Research::contributed(STUDY, 1, people), [None, None, None]);
		let many = vec![patient(0); 1_025];
		assert_eq!(Research::contributed(STUDY, 0, many).len(), 1_024);
	});
}

#[test]
fn studies_come_in_pages() {
	build_and_execute(|| {
		for researcher in [RESEARCHER, COLLEAGUE] {
			for _ in 0..MAX_OPEN {
				assert_ok!(Research::propose(signed(researcher.clone()), terms()));
			}
		}
		let page = |after, limit| -> Vec<StudyId> {
			Research::studies(after, limit).into_iter().map(|(id, _)| id).collect()
		};
		assert_eq!(page(None, 100), [0, 1, 2, 3, 4, 5]);
		assert_eq!(page(None, 2), [0, 1]);
		assert_eq!(page(Some(1), 2), [2, 3]);
		assert_eq!(page(Some(5), 2), [0u32; 0]);
		assert_eq!(page(Some(StudyId::MAX), 2), [0u32; 0]);
		assert_eq!(Research::study(6), None);
		assert_eq!(Research::study(0).unwrap().current, None);
		assert_eq!(Research::mechanism(6), None);
	});
}
