//! Reach: the counts of standing choices, and what is shown of them.

use super::*;
use vouchsafe_support::Studies as _;

const WEEK: Moment = crate::WEEK;

fn commercial() -> StudyTraits {
	StudyTraits::of(&[StudyTrait::Commercial])
}

fn permit(traits: StudyTraits) -> Consent {
	Consent {
		id: 0,
		revision: 0,
		policy_version: POLICY_VERSION,
		granted_at: START,
		confirmed_at: None,
		terms: Terms { traits, ..counted() },
		text: ShownText { commitment: H256::zero(), language: *b"de" },
		grantor: Grantor::Patient,
	}
}

fn chooses(patient: &AccountId, grantee: Grantee, traits: StudyTraits) {
	Research::choice_changed(patient, &grantee, &[], &[permit(traits)]);
}

fn revokes(patient: &AccountId, grantee: Grantee, traits: StudyTraits) {
	Research::choice_changed(patient, &grantee, &[permit(traits)], &[]);
}

/// So many of the hospital's patients choose to be counted in all studies.
fn choose(people: std::ops::Range<u16>, traits: StudyTraits) {
	people.for_each(|number| chooses(&patient(number), Grantee::Research, traits));
}

/// The numbers shown for studies without traits in any country.
fn shown() -> Vec<u32> {
	let reach = Research::reach(None, StudyTraits::default(), None);
	assert_eq!(reach.people, reach.cells.iter().map(|cell| cell.people).sum::<u32>());
	reach.cells.into_iter().map(|cell| cell.people).collect()
}

/// The first moment of the week after the next one, when this week's choices show.
fn later() {
	Clock::set((doubles::now() / WEEK + 2) * WEEK);
}

#[test]
fn what_is_shown_is_two_weeks_old_and_rounded() {
	build_and_execute(|| {
		let none = StudyTraits::default();
		Clock::set(100 * WEEK + 5);
		choose(0..25, none);
		assert_eq!(shown(), [0u32; 0]);
		// The next week begins with 25. It is last week's start only a week later.
		Clock::set(101 * WEEK);
		assert_eq!(shown(), [0u32; 0]);
		choose(25..40, none);
		Clock::set(102 * WEEK - 1);
		assert_eq!(shown(), [0u32; 0]);
		Clock::set(102 * WEEK);
		assert_eq!(shown(), [20]);
		choose(40..60, none);
		assert_eq!(shown(), [20]);
		let reach = Research::reach(None, none, None);
		assert_eq!(reach.counted_at, 101 * WEEK);
		Clock::set(103 * WEEK);
		assert_eq!(shown(), [40]);
		Clock::set(104 * WEEK);
		assert_eq!(shown(), [60]);
		// Nothing changes for a year.
		Clock::set(160 * WEEK);
		assert_eq!(shown(), [60]);
		(0..60).for_each(|number| revokes(&patient(number), Grantee::Research, none));
		assert_eq!(shown(), [60]);
		Clock::set(162 * WEEK);
		assert_eq!(shown(), [0u32; 0]);
	});
}

/// Differencing: reach before and after one choice, also at the limits of rounding and hiding.
#[test]
fn one_choice_shows_nothing_in_its_week() {
	for before in [0, 9, 10, 11, 19, 20] {
		build_and_execute(|| {
			choose(0..before, StudyTraits::default());
			later();
			let reach = |disease| Research::reach(disease, StudyTraits::default(), None);
			let earlier = (reach(None), reach(Some(1)));
			choose(before..before + 1, StudyTraits::default());
			choose(100..101, commercial());
			chooses(&patient(101), Grantee::ResearchOn(1), StudyTraits::default());
			assert_eq!((reach(None), reach(Some(1))), earlier);
			let people = if before < 11 { 0 } else { u32::from(before) / 10 * 10 };
			assert_eq!(reach(None).people, people);
		});
	}
}

#[test]
fn fewer_than_eleven_are_not_shown() {
	build_and_execute(|| {
		choose(0..10, StudyTraits::default());
		later();
		assert_eq!(Research::reach(None, StudyTraits::default(), None).cells, []);
		choose(10..11, StudyTraits::default());
		later();
		assert_eq!(shown(), [10]);
	});
}

/// By traits, country and disease. The total is made of what is shown.
#[test]
fn a_study_reaches_the_choices_that_cover_it() {
	build_and_execute(|| {
		choose(0..35, StudyTraits::default());
		choose(35..59, commercial());
		for number in 0..12 {
			chooses(&clinic_patient(number), Grantee::Research, commercial());
		}
		for number in 60..75 {
			chooses(&patient(number), Grantee::ResearchOn(5015), commercial());
		}
		later();
		let reach = |disease, traits, country| {
			let reach = Research::reach(disease, traits, country);
			let cells = reach.cells.iter().map(|it| (it.disease, it.country, it.people));
			(cells.collect::<Vec<_>>(), reach.people)
		};
		let (at, ch) = (*b"AT", *b"CH");
		let none = StudyTraits::default();
		let all = vec![(None, at, 30), (None, at, 20), (None, ch, 10)];
		assert_eq!(reach(None, none, None), (all, 60));
		let commercially = vec![(None, at, 20), (None, ch, 10)];
		assert_eq!(reach(None, commercial(), None), (commercially, 30));
		assert_eq!(reach(None, commercial(), Some(ch)), (vec![(None, ch, 10)], 10));
		assert_eq!(reach(None, commercial(), Some(*b"DE")), (vec![], 0));
		let on = vec![(None, at, 20), (Some(5015), at, 10)];
		assert_eq!(reach(Some(5015), commercial(), Some(at)), (on, 30));
		assert_eq!(reach(Some(1), commercial(), Some(at)).1, 20);
		let ancestry = StudyTraits::of(&[StudyTrait::Ancestry]);
		assert_eq!(reach(Some(5015), ancestry, None).1, 0);
	});
}

#[test]
fn a_choice_counts_once_however_it_is_said() {
	build_and_execute(|| {
		let person = patient(0);
		let none = StudyTraits::default();
		let now = |traits| Choices::<Test>::get(None::<Disease>, (*b"AT", traits)).now;
		let change = |before: &[StudyTraits], after: &[StudyTraits]| {
			let consents = |traits: &[StudyTraits]| -> Vec<Consent> {
				traits.iter().copied().map(permit).collect()
			};
			let (before, after) = (consents(before), consents(after));
			Research::choice_changed(&person, &Grantee::Research, &before, &after);
		};
		change(&[], &[none, none]);
		change(&[none, none], &[none]);
		assert_eq!((now(none), now(commercial())), (1, 0));
		// An amendment.
		change(&[none], &[commercial()]);
		assert_eq!((now(none), now(commercial())), (0, 1));
		change(&[commercial()], &[commercial(), none]);
		assert_eq!((now(none), now(commercial())), (1, 1));
		// Denies and other grantees are no choices.
		let deny = Consent {
			terms: Terms::all(Effect::Deny { binds_break_glass: false }),
			..permit(none)
		};
		Research::choice_changed(&patient(1), &Grantee::Research, &[], &[deny]);
		for grantee in [Grantee::Study(STUDY), Grantee::Everyone] {
			chooses(&patient(1), grantee, none);
		}
		chooses(&STRANGER, Grantee::Research, none);
		assert_eq!(now(none), 1);
	});
}

#[test]
fn counts_of_nobody_are_removed() {
	build_and_execute(|| {
		let none = StudyTraits::default();
		let count = || (Choices::<Test>::iter().count(), DiseaseCounts::<Test>::get());
		chooses(&patient(0), Grantee::ResearchOn(1), none);
		chooses(&patient(0), Grantee::ResearchOn(2), none);
		chooses(&patient(0), Grantee::Research, none);
		assert_eq!(count(), (3, 2));
		revokes(&patient(0), Grantee::ResearchOn(1), none);
		assert_eq!(count(), (2, 1));
		// What was there when a week began is kept, because it is shown later.
		Clock::pass(WEEK);
		revokes(&patient(0), Grantee::ResearchOn(2), none);
		assert_eq!(count(), (2, 1));
		Clock::pass(3 * WEEK);
		chooses(&patient(0), Grantee::ResearchOn(2), none);
		revokes(&patient(0), Grantee::ResearchOn(2), none);
		assert_eq!(count(), (1, 0));
		// A revocation of what was never counted.
		revokes(&patient(5), Grantee::ResearchOn(9), none);
		assert_eq!(count(), (1, 0));
	});
}

/// The counts of single diseases are bounded, because anybody can name any number.
#[test]
fn counts_of_diseases_are_bounded() {
	build_and_execute(|| {
		let none = StudyTraits::default();
		for disease in 0..MAX_DISEASE_COUNTS {
			chooses(&patient(0), Grantee::ResearchOn(disease), none);
		}
		assert_eq!(DiseaseCounts::<Test>::get(), MAX_DISEASE_COUNTS);
		chooses(&patient(0), Grantee::ResearchOn(MAX_DISEASE_COUNTS), none);
		assert_eq!(DiseaseCounts::<Test>::get(), MAX_DISEASE_COUNTS);
		// Known ones and choices for all studies still count.
		chooses(&patient(1), Grantee::ResearchOn(0), none);
		chooses(&patient(1), Grantee::Research, none);
		assert_eq!(Choices::<Test>::get(Some(0), (*b"AT", none)).now, 2);
		assert_eq!(Choices::<Test>::get(None::<Disease>, (*b"AT", none)).now, 1);
	});
}

/// Choices that were revoked long ago do not keep the places of others.
#[test]
fn counts_of_nobody_make_room() {
	build_and_execute(|| {
		let none = StudyTraits::default();
		for disease in 0..MAX_DISEASE_COUNTS {
			chooses(&patient(0), Grantee::ResearchOn(disease), none);
		}
		Clock::pass(WEEK);
		for disease in 0..MAX_DISEASE_COUNTS - 1 {
			revokes(&patient(0), Grantee::ResearchOn(disease), none);
		}
		let other = MAX_DISEASE_COUNTS;
		let count = |disease| Choices::<Test>::get(Some(disease), (*b"AT", none)).now;
		let choose = || chooses(&patient(1), Grantee::ResearchOn(other), none);
		// They can still be shown, so they are kept.
		Clock::pass(WEEK);
		choose();
		assert_eq!((count(other), DiseaseCounts::<Test>::get()), (0, MAX_DISEASE_COUNTS));
		Clock::pass(WEEK);
		choose();
		let left = MAX_DISEASE_COUNTS - MAX_LOOKED_AT + 1;
		assert_eq!((count(other), DiseaseCounts::<Test>::get()), (1, left));
		// The one that was not revoked is still there.
		assert_eq!(count(MAX_DISEASE_COUNTS - 1), 1);
	});
}

#[test]
fn only_standing_choices_weigh() {
	for grantee in [Grantee::Research, Grantee::ResearchOn(1)] {
		assert_eq!(Research::choice_weight(&grantee), <() as WeightInfo>::count_choice());
	}
	for grantee in [Grantee::Study(1), Grantee::Everyone, Grantee::Person(DOCTOR)] {
		assert_eq!(Research::choice_weight(&grantee), frame_support::weights::Weight::zero());
	}
}
