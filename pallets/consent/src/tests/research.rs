//! Consents to be counted in studies: by the patient, and on paper.

use super::*;

const STUDY: Grantee = Grantee::Study(3);

/// A permit to be counted, for ever.
fn counted() -> Terms {
	Terms { actions: Actions::of(&[Action::Aggregate]), ..Terms::all(Effect::Permit) }
}

fn set_stage(stage: StudyStage) {
	KnownStudies::set(3, stage);
}

fn grantees() -> [Grantee; 3] {
	set_stage(StudyStage::Running);
	[Grantee::Research, Grantee::ResearchOn(5015), STUDY]
}

/// By one of the staff, for the hospital's patient.
fn assist_for(staff: AccountId, grantee: &Grantee, terms: Terms) -> DispatchResult {
	let grantee = grantee.clone();
	Consent::grant_assisted(signed(staff), PATIENT, HOSPITAL, grantee, terms, text())
}

fn until(until: Moment) -> Terms {
	Terms { valid_until: Some(until), ..counted() }
}

#[test]
fn a_study_must_exist() {
	build_and_execute(|| {
		let grant = |terms| Consent::grant(signed(PATIENT), STUDY, terms, text());
		assert_noop!(grant(counted()), Error::<Test>::StudyNotFound);
		assert_noop!(grant(denying(terms())), Error::<Test>::StudyNotFound);
		for stage in [StudyStage::Proposed, StudyStage::Approved, StudyStage::Running] {
			set_stage(stage);
			assert_ok!(grant(counted()));
			assert_ok!(grant(denying(terms())));
		}
	});
}

/// A patient can deny a study that has ended: another one of the same name does not come, but who reads
/// the list sees what the patient thinks of it.
#[test]
fn a_study_that_has_ended_is_permitted_nothing() {
	for stage in [StudyStage::Finished, StudyStage::Stopped, StudyStage::Withdrawn] {
		build_and_execute(|| {
			set_stage(StudyStage::Running);
			let (permit, deny) = (grant(STUDY, counted()), grant(STUDY, denying(terms())));
			set_stage(stage);
			let ended = Error::<Test>::StudyEnded;
			assert_noop!(Consent::grant(signed(PATIENT), STUDY, counted(), text()), ended);
			let amend = |id, terms| Consent::amend(signed(PATIENT), STUDY, id, 0, terms, text());
			assert_noop!(amend(deny, counted()), Error::<Test>::StudyEnded);
			assert_ok!(amend(deny, denying(terms())));
			grant(STUDY, denying(terms()));
			assert_ok!(Consent::revoke(signed(PATIENT), STUDY, permit));
		});
	}
}

#[test]
fn studies_are_permitted_to_count_and_nothing_else() {
	build_and_execute(|| {
		for grantee in grantees() {
			for actions in [
				Actions::default(),
				Actions::of(&[Action::Read]),
				Actions::of(&[Action::Aggregate, Action::Read]),
			] {
				let terms = Terms { actions, ..counted() };
				let granted = Consent::grant(signed(PATIENT), grantee.clone(), terms, text());
				assert_noop!(granted, Error::<Test>::ActionNotForGrantee);
			}
			grant(grantee, counted());
		}
		let everyone = Consent::grant(signed(PATIENT), Grantee::Everyone, counted(), text());
		assert_noop!(everyone, Error::<Test>::ActionNotForGrantee);
	});
}

/// The sentence that the patient agrees to would say less than what is done.
#[test]
fn studies_are_not_permitted_labelled_records_alone() {
	build_and_execute(|| {
		for grantee in grantees() {
			let with = |labels, effect| {
				let terms = Terms { labels, effect, ..counted() };
				Consent::grant(signed(PATIENT), grantee.clone(), terms, text())
			};
			let alone = || LabelFilter::Only(tags(&[1]));
			assert_noop!(with(alone(), Effect::Permit), Error::<Test>::LabelsNotForStudies);
			assert_ok!(with(LabelFilter::Also(tags(&[1])), Effect::Permit));
			assert_ok!(with(LabelFilter::Any, Effect::Permit));
			assert_ok!(with(alone(), DENY));
		}
	});
}

/// Every change of what a patient permits to studies is told, and nothing else.
#[test]
fn changes_of_choices_are_told() {
	build_and_execute(|| {
		let told = |before, after| (PATIENT, Grantee::Research, before, after);
		let id = grant(Grantee::Research, until(START + DAY));
		grant(Grantee::Research, counted());
		assert_eq!(KnownStudies::changes(), [told(0, 1), told(1, 2)]);
		let amend =
			Consent::amend(signed(PATIENT), Grantee::Research, id, 0, until(START + 5), text());
		assert_ok!(amend);
		assert_eq!(KnownStudies::changes().last(), Some(&told(2, 2)));
		// The next grant drops what has expired.
		Clock::pass(5);
		let id = grant(Grantee::Research, counted());
		assert_eq!(KnownStudies::changes().last(), Some(&told(2, 2)));
		assert_ok!(Consent::revoke(signed(PATIENT), Grantee::Research, id));
		assert_eq!(KnownStudies::changes().last(), Some(&told(2, 1)));
		let doubt = Doubt { since: START, until: START + DAY };
		People::set_doubt(&PATIENT, doubt);
		let id = last(&PATIENT, &Grantee::Research).id;
		let revoke = Consent::revoke_in_doubt(signed(REGISTRAR), PATIENT, Grantee::Research, id);
		assert_ok!(revoke);
		assert_eq!(KnownStudies::changes().last(), Some(&told(1, 0)));

		let count = KnownStudies::changes().len();
		let id = grant(team(), terms());
		assert_ok!(Consent::revoke(signed(PATIENT), team(), id));
		assert_eq!(KnownStudies::changes().len(), count);
	});
}

/// Calls about studies weigh more, because the choice is counted.
#[test]
fn a_choice_weighs_more() {
	use frame_support::dispatch::GetDispatchInfo;
	let weight = |grantee| {
		let call = crate::Call::<Test>::revoke { grantee, id: 0 };
		call.get_dispatch_info().call_weight.ref_time()
	};
	assert_eq!(weight(Grantee::Research), weight(Grantee::Everyone) + 1);
}

#[test]
fn two_clinicians_enter_a_consent_from_paper() {
	build_and_execute(|| {
		for grantee in grantees() {
			let latest = START + ASSISTED_RESEARCH_PERIOD;
			assert_ok!(assist_for(COLLEAGUE, &grantee, until(latest)));
			assert_ok!(assist_for(DOCTOR, &grantee, until(latest)));
			let entered = last(&PATIENT, &grantee);
			assert_eq!(entered.grantor, super::assisted(COLLEAGUE, DOCTOR));
			assert_eq!(entered.counts_from(), Some(START + ASSISTED_DELAY));
			assert_eq!(entered.terms, until(latest));
			assert_ok!(Consent::revoke(signed(PATIENT), grantee, entered.id));
		}
	});
}

/// The attack: for six years, or for ever.
#[test]
fn paper_lasts_five_years_at_most() {
	assert_eq!(ASSISTED_RESEARCH_PERIOD / DAY, 5 * 365 + 1);
	build_and_execute(|| {
		for grantee in grantees() {
			let (five, six) = (START + ASSISTED_RESEARCH_PERIOD, START + 6 * 365 * DAY);
			let endless = counted();
			for terms in [until(five + 1), until(six), endless] {
				let entered = assist_for(COLLEAGUE, &grantee, terms);
				assert_noop!(entered, Error::<Test>::AssistedTooLong);
			}
			assert_ok!(assist_for(COLLEAGUE, &grantee, until(five)));
		}
		// For the hospital itself it is ninety days as ever.
		let care = Terms { valid_until: Some(START + 91 * DAY), ..terms() };
		assert_noop!(assist_for(COLLEAGUE, &team(), care), Error::<Test>::AssistedTooLong);
	});
}

/// The attacks: by one person, by another institution's staff, and by who is no clinician.
#[test]
fn paper_takes_two_clinicians_of_the_enrolling_institution() {
	build_and_execute(|| {
		let terms = || until(START + DAY);
		let grantee = Grantee::Research;
		assert_ok!(assist_for(COLLEAGUE, &grantee, terms()));
		assert_noop!(assist_for(COLLEAGUE, &grantee, terms()), SAME_STAFF);
		for who in [NURSE, REGISTRAR, CLINIC_DOCTOR, STRANGER, HOSPITAL] {
			assert_noop!(assist_for(who, &grantee, terms()), NOT_STAFF);
		}
		let elsewhere = Consent::grant_assisted(
			signed(CLINIC_DOCTOR),
			PATIENT,
			CLINIC,
			grantee.clone(),
			terms(),
			text(),
		);
		assert_noop!(elsewhere, Error::<Test>::NotTheirPatient);
		assert_eq!(consents_of(PATIENT), []);
		assert_ok!(Consent::refuse_assisted(signed(PATIENT)));
		assert_noop!(assist_for(DOCTOR, &grantee, terms()), Error::<Test>::Refused);
	});
}

#[test]
fn paper_is_never_for_sensitive_studies_and_never_a_deny() {
	build_and_execute(|| {
		let with = |change: fn(&mut Terms)| {
			let mut terms = until(START + DAY);
			change(&mut terms);
			assist_for(COLLEAGUE, &Grantee::Research, terms)
		};
		let too_wide: [fn(&mut Terms); 4] = [
			|it| it.traits = StudyTraits::of(&[StudyTrait::Sensitive]),
			|it| it.traits = StudyTraits::of(StudyTrait::ALL),
			|it| it.labels = LabelFilter::Any,
			|it| it.confidentiality = Confidentiality::Restricted,
		];
		for change in too_wide {
			assert_noop!(with(change), Error::<Test>::AssistedTooWide);
		}
		assert_noop!(
			assist_for(COLLEAGUE, &Grantee::Research, denying(until(START + DAY))),
			Error::<Test>::NotPermit
		);
		let others = StudyTrait::ALL.iter().filter(|it| **it != StudyTrait::Sensitive);
		assert_eq!(others.count(), 5);
		assert_ok!(with(|it| it.traits = StudyTraits(0b1_1111)));
	});
}

/// A patient whose own key has signed needs the authority as well.
#[test]
fn paper_of_a_patient_with_a_key_waits_for_the_authority() {
	build_and_execute(|| {
		System::inc_account_nonce(PATIENT);
		let terms = until(START + ASSISTED_RESEARCH_PERIOD);
		for who in [COLLEAGUE, DOCTOR] {
			assert_ok!(assist_for(who, &Grantee::Research, terms.clone()));
		}
		assert_eq!(consents_of(PATIENT), []);
		let confirm = |terms| {
			Consent::confirm_assisted(
				signed(AUTHORITY),
				AUTHORITY,
				PATIENT,
				HOSPITAL,
				Grantee::Research,
				terms,
				text(),
			)
		};
		let other = until(START + ASSISTED_RESEARCH_PERIOD - 1);
		assert_noop!(confirm(other), Error::<Test>::NothingWaits);
		assert_ok!(confirm(terms));
		assert_eq!(consents_of(PATIENT).len(), 1);
	});
}

/// Genesis can set another delay: a demonstration does not wait for a day.
#[test]
fn genesis_sets_the_delay() {
	use frame_support::traits::BuildGenesisConfig;
	build_and_execute(|| {
		assert_eq!(AssistedDelay::<Test>::get(), ASSISTED_DELAY);
		crate::GenesisConfig::<Test>::default().build();
		assert!(!AssistedDelay::<Test>::exists());
		crate::GenesisConfig::<Test> { assisted_delay: 3, ..Default::default() }.build();
		for who in [COLLEAGUE, DOCTOR] {
			assert_ok!(assist_for(who, &Grantee::Research, until(START + DAY)));
		}
		let entered = last(&PATIENT, &Grantee::Research);
		assert_eq!(entered.counts_from(), Some(START + 3));
		// A later beginning is kept.
		let terms = Terms { valid_from: Some(START + 9), ..until(START + DAY) };
		for who in [COLLEAGUE, DOCTOR] {
			assert_ok!(assist_for(who, &Grantee::Research, terms.clone()));
		}
		assert_eq!(last(&PATIENT, &Grantee::Research).counts_from(), Some(START + 9));
	});
}
