//! Which consents let somebody be counted. The table of all cases is the policy's own tests.

use super::*;

/// Whether the patient is counted, who gave these consents.
fn is_counted(study: StudyTerms, given: impl IntoIterator<Item = (Grantee, Terms)>) -> bool {
	let mut is_counted = false;
	build_and_execute(|| {
		begin(study);
		for (grantee, terms) in given {
			GivenConsents::add(patient(0), grantee, terms);
		}
		assert_ok!(contribute(REGISTRAR, [patient(0)]));
		is_counted = People::<Test>::contains_key((STUDY, 0), patient(0));
		assert_eq!(is_counted, Research::may_count(STUDY, patient(0)).is_permit());
	});
	is_counted
}

fn deny() -> Terms {
	Terms::all(Effect::Deny { binds_break_glass: false })
}

#[test]
fn the_three_grantees_are_counted_and_no_others() {
	for grantee in [Grantee::Study(STUDY), Grantee::Research, Grantee::ResearchOn(5015)] {
		assert!(is_counted(terms(), [(grantee, counted())]));
	}
	for grantee in [
		Grantee::Study(1),
		Grantee::ResearchOn(1),
		Grantee::Everyone,
		Grantee::Person(RESEARCHER),
		Grantee::Institution(HOSPITAL),
	] {
		assert!(!is_counted(terms(), [(grantee, counted())]));
	}
	assert!(!is_counted(
		StudyTerms { disease: None, ..terms() },
		[(Grantee::ResearchOn(5015), counted())]
	));
}

/// The attack: a permit for everything of the first release.
#[test]
fn a_permit_for_everything_is_not_a_permit_to_be_counted() {
	let everything = || Terms::all(Effect::Permit);
	for grantee in [Grantee::Everyone, Grantee::Research, Grantee::Study(STUDY)] {
		assert!(!is_counted(terms(), [(grantee, everything())]));
	}
}

#[test]
fn a_deny_stops_a_study() {
	let permit = || (Grantee::Research, counted());
	for grantee in [
		Grantee::Everyone,
		Grantee::Person(RESEARCHER),
		Grantee::Study(STUDY),
		Grantee::Research,
		Grantee::ResearchOn(5015),
	] {
		assert!(!is_counted(terms(), [permit(), (grantee, deny())]));
	}
	for grantee in [Grantee::Study(1), Grantee::Person(COLLEAGUE), Grantee::ResearchOn(1)] {
		assert!(is_counted(terms(), [permit(), (grantee, deny())]));
	}
	// A deny of some records leaves them out, and not the person.
	let imaging = Terms { categories: Categories::of(&[Category::Imaging]), ..deny() };
	assert!(is_counted(terms(), [permit(), (Grantee::Everyone, imaging)]));
}

#[test]
fn a_study_with_a_trait_too_many_does_not_count() {
	let commercial = StudyTraits::of(&[StudyTrait::Commercial]);
	let both = StudyTraits::of(&[StudyTrait::Commercial, StudyTrait::Ancestry]);
	let permit = |traits| [(Grantee::Research, Terms { traits, ..counted() })];
	let study = |traits| StudyTerms { traits, ..terms() };
	assert!(is_counted(study(commercial), permit(commercial)));
	assert!(is_counted(study(commercial), permit(both)));
	assert!(!is_counted(study(both), permit(commercial)));
	assert!(!is_counted(study(commercial), permit(StudyTraits::default())));
}

#[test]
fn sources_country_and_purpose_count() {
	let permit = |change: fn(&mut Terms)| {
		let mut terms = counted();
		change(&mut terms);
		is_counted(super::terms(), [(Grantee::Research, terms)])
	};
	assert!(permit(|it| it.categories = Categories::of(&[Category::Laboratory])));
	assert!(!permit(|it| it.categories = Categories::of(&[Category::Imaging])));
	assert!(permit(|it| it.countries = vec![*b"AT"].try_into().unwrap()));
	assert!(!permit(|it| it.countries = vec![*b"CH"].try_into().unwrap()));
	assert!(permit(|it| it.purposes = Purposes::of(&[Purpose::Research])));
	assert!(!permit(|it| it.purposes = Purposes::of(&[Purpose::PublicHealth])));
	assert!(!permit(|it| it.valid_until = Some(START)));
	assert!(!permit(|it| it.valid_from = Some(START + 1)));
}

/// The attack: a suspended researcher goes on.
#[test]
fn nobody_is_counted_for_a_suspended_researcher() {
	build_and_execute(|| {
		begin(terms());
		consenting(2);
		assert_ok!(contribute(REGISTRAR, [patient(0)]));
		Enrolled::set_active(&RESEARCHER, false);
		assert_ok!(contribute(REGISTRAR, [patient(1)]));
		assert_eq!(round().people, 1);
		let refused = Decision::Refuse(Reason::NotActive);
		assert_eq!(Research::may_count(STUDY, patient(1)), refused);
		assert_eq!(Research::standing(STUDY, None, 10), []);
		assert_eq!(Research::may_count(7, patient(1)), Decision::Refuse(Reason::NoConsent));
	});
}

#[test]
fn the_key_in_doubt_and_the_dead_do_not_count() {
	for standing in
		[Standing::Barred { since: START }, Standing::Deceased { since: START }, Standing::Closed]
	{
		build_and_execute(|| {
			begin(terms());
			let person = consenting(1).remove(0);
			Enrolled::set_standing(&person, standing);
			assert_ok!(contribute(REGISTRAR, [person.clone()]));
			assert_eq!(round().people, 0);
			let decision = Research::may_count(STUDY, person);
			assert!(matches!(
				decision,
				Decision::Refuse(
					Reason::Standing(_) | Reason::NotCovered { mismatch: Mismatch::Standing, .. }
				)
			));
		});
	}
}
