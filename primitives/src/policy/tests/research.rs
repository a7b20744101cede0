//! Studies: who can be permitted to count, and what a study's traits and sources do.

use super::*;

/// A case: what it is, what is lacking if anything is, and the change that makes it.
type Case = (&'static str, Option<Mismatch>, fn(&mut StudyFacts, &mut Terms));

const MONDO_DIABETES: Disease = 5015;

fn study() -> ActingStudy {
	ActingStudy { id: 3, disease: Some(MONDO_DIABETES), country: *b"AT" }
}

/// A researcher wants to count the patient in a study of laboratory records on diabetes.
fn counting() -> Question {
	let facts = StudyFacts {
		sources: Categories::of(&[Category::Laboratory]),
		traits: StudyTraits::default(),
	};
	Question {
		actor: Actor {
			account: account(40),
			kind: AccountKind::Researcher,
			active: true,
			acting_for: None,
			also_at: Default::default(),
			study: Some(study()),
		},
		action: Action::Aggregate,
		purpose: Purpose::Research,
		subject: Subject::Study(facts),
		..question()
	}
}

/// A permit to be counted, without filters.
fn counted() -> Terms {
	Terms { actions: Actions::of(&[Action::Aggregate]), ..Terms::all(Effect::Permit) }
}

fn decide_on(question: &Question, grantee: Grantee, terms: Terms) -> Decision {
	decide_with(question, &book([(grantee, consent(0, terms))]))
}

fn grantees() -> [Grantee; 3] {
	[Grantee::Study(3), Grantee::Research, Grantee::ResearchOn(MONDO_DIABETES)]
}

#[test]
fn a_study_is_reached_by_its_number_its_disease_and_all_research() {
	for grantee in grantees() {
		assert!(grantee.is_research());
		assert_eq!(decide_on(&counting(), grantee.clone(), counted()), by(grantee, 0));
	}
	let nothing = Decision::Refuse(Reason::NoConsent);
	for other in [Grantee::Study(4), Grantee::ResearchOn(1), Grantee::Everyone] {
		assert_eq!(decide_on(&counting(), other, counted()), nothing);
	}
	let mut on_no_disease = counting();
	on_no_disease.actor.study = Some(ActingStudy { disease: None, ..study() });
	let on = Grantee::ResearchOn(MONDO_DIABETES);
	assert_eq!(decide_on(&on_no_disease, on, counted()), nothing);
	assert_eq!(keys(&counting().actor).len(), 5);
	assert!(keys(&counting().actor).is_sorted());
}

#[test]
fn only_studies_count_and_they_do_nothing_else() {
	// It has to be named, as everything that is not care.
	let unnamed = Terms::all(Effect::Permit);
	let refused = |grantee| lacks(grantee, 0, Mismatch::Action);
	for grantee in grantees() {
		assert_eq!(decide_on(&counting(), grantee.clone(), unnamed.clone()), refused(grantee));
	}
	// A study is not permitted to read, whatever its permit names.
	let all = Terms { actions: Actions::of(Action::ALL), ..Terms::all(Effect::Permit) };
	for action in [Action::Read, Action::Write, Action::Refer, Action::ReadLog] {
		for subject in [Subject::Record(facts()), Subject::Log, counting().subject] {
			let question = Question { action, subject, ..counting() };
			let decision = decide_on(&question, Grantee::Research, all.clone());
			assert_eq!(decision, refused(Grantee::Research), "{question:?}");
		}
	}
	// Nobody else is permitted to count, whatever the permit names.
	let mut doctor = counting();
	doctor.actor = super::doctor();
	for subject in [Subject::Record(facts()), doctor.subject.clone()] {
		let question = Question { subject, ..doctor.clone() };
		assert_eq!(decide_on(&question, team(), all.clone()), refused(team()));
	}
	// And a permit to read reads no study.
	let reading = Question { action: Action::Read, ..doctor };
	assert_eq!(decide_on(&reading, team(), all), refused(team()));
}

#[test]
fn a_permit_covers_all_sources_and_traits_of_a_study() {
	let cases: &[Case] = &[
		("no filter", None, |_, _| {}),
		("no filter, all sources", None, |study, _| study.sources = Categories::default()),
		("its sources", None, |_, terms| {
			terms.categories = Categories::of(&[Category::Laboratory, Category::Imaging]);
		}),
		("one source of two", Some(Mismatch::Category), |study, terms| {
			study.sources = Categories::of(&[Category::Laboratory, Category::Imaging]);
			terms.categories = Categories::of(&[Category::Laboratory]);
		}),
		("some sources of all", Some(Mismatch::Category), |study, terms| {
			study.sources = Categories::default();
			terms.categories = Categories::of(&[Category::Laboratory]);
		}),
		("a trait that it names", None, |study, terms| {
			study.traits = StudyTraits::of(&[StudyTrait::Commercial]);
			terms.traits = StudyTraits::of(&[StudyTrait::Commercial, StudyTrait::Ancestry]);
		}),
		("a trait, naming none", Some(Mismatch::Trait), |study, _| {
			study.traits = StudyTraits::of(&[StudyTrait::Sensitive]);
		}),
		("one trait of two", Some(Mismatch::Trait), |study, terms| {
			study.traits = StudyTraits::of(&[StudyTrait::Commercial, StudyTrait::Ancestry]);
			terms.traits = StudyTraits::of(&[StudyTrait::Commercial]);
		}),
		("single records", Some(Mismatch::Record), |_, terms| {
			terms.records = vec![record(1)].try_into().unwrap();
		}),
		("an author", Some(Mismatch::Author), |_, terms| {
			terms.authors = vec![account(HOSPITAL_A)].try_into().unwrap();
		}),
		("a responsible institution", Some(Mismatch::Responsible), |_, terms| {
			terms.responsible = vec![account(HOSPITAL_A)].try_into().unwrap();
		}),
		("months", Some(Mismatch::DataPeriod), |_, terms| terms.data_period.from = Some(0)),
		// Labels and confidentiality have no effect: the trait *sensitive* has.
		("labelled records alone", None, |_, terms| terms.labels = only(&[1])),
		("restricted records too", None, |_, terms| {
			terms.confidentiality = Confidentiality::Restricted;
		}),
		("labelled records too", None, |_, terms| terms.labels = also(&[1])),
		("any label", None, |_, terms| terms.labels = LabelFilter::Any),
		("its country", None, |_, terms| terms.countries = vec![*b"AT"].try_into().unwrap()),
		("another country", Some(Mismatch::Country), |_, terms| {
			terms.countries = vec![*b"DE"].try_into().unwrap();
		}),
		("another purpose", Some(Mismatch::Purpose), |_, terms| {
			terms.purposes = Purposes::of(&[Purpose::PublicHealth]);
		}),
	];
	for (what, mismatch, change) in cases {
		let mut question = counting();
		let mut terms = counted();
		let Subject::Study(facts) = &mut question.subject else { unreachable!() };
		change(facts, &mut terms);
		let expected = match mismatch {
			Some(mismatch) => lacks(Grantee::Research, 0, *mismatch),
			None => by(Grantee::Research, 0),
		};
		assert_eq!(decide_on(&question, Grantee::Research, terms), expected, "{what}");
	}
}

#[test]
fn a_deny_stops_a_study_unless_it_selects_records() {
	let mut question = counting();
	let traits = StudyTraits::of(&[StudyTrait::Commercial]);
	question.subject = Subject::Study(StudyFacts { sources: Categories::default(), traits });
	let permit = Terms { traits: StudyTraits::of(StudyTrait::ALL), ..counted() };
	let cases: &[(&str, bool, table::Narrow)] = &[
		("everything", true, |_| {}),
		("counting", true, |terms| terms.actions = Actions::of(&[Action::Aggregate])),
		("reading", false, |terms| terms.actions = Actions::of(&[Action::Read])),
		("its trait", true, |terms| terms.traits = StudyTraits::of(&[StudyTrait::Commercial])),
		("one of several traits", true, |terms| terms.traits = StudyTraits::of(StudyTrait::ALL)),
		("another trait", false, |terms| {
			terms.traits = StudyTraits::of(&[StudyTrait::Ancestry]);
		}),
		("its country", true, |terms| terms.countries = vec![*b"AT"].try_into().unwrap()),
		("another country", false, |terms| terms.countries = vec![*b"DE"].try_into().unwrap()),
		("some categories", false, |terms| {
			terms.categories = Categories::of(&[Category::Laboratory]);
		}),
		("some records", false, |terms| terms.records = vec![record(1)].try_into().unwrap()),
		("an author", false, |terms| {
			terms.authors = vec![account(HOSPITAL_A)].try_into().unwrap();
		}),
		("a responsible institution", false, |terms| {
			terms.responsible = vec![account(HOSPITAL_A)].try_into().unwrap();
		}),
		("another purpose", false, |terms| {
			terms.purposes = Purposes::of(&[Purpose::PublicHealth]);
		}),
		("some labels", false, |terms| terms.labels = only(&[1])),
		("restricted records", false, |terms| {
			terms.confidentiality = Confidentiality::Restricted;
		}),
		("some months", false, |terms| terms.data_period.to = Some(0)),
	];
	for (what, stops, change) in cases {
		// A deny to everyone or to the researcher reaches studies too.
		let researcher = Grantee::Person(account(40));
		for grantee in grantees().into_iter().chain([Grantee::Everyone, researcher]) {
			let mut terms = Terms::all(DENY);
			change(&mut terms);
			let book = book([
				(Grantee::Research, consent(0, permit.clone())),
				(grantee.clone(), consent(1, terms)),
			]);
			let expected = if *stops { denied(grantee, 1) } else { by(Grantee::Research, 0) };
			assert_eq!(decide_with(&question, &book), expected, "{what}");
		}
	}
}

#[test]
fn a_deny_of_records_takes_them_out_of_a_study_that_goes_on() {
	let counting_the_record = || Question { subject: Subject::Record(facts()), ..counting() };
	let decide_beside = |question: &Question, deny: Terms| {
		let permit = (Grantee::Research, consent(0, counted()));
		decide_with(question, &book([permit, (Grantee::Everyone, consent(1, deny))]))
	};
	let imaging = Terms { categories: Categories::of(&[Category::Imaging]), ..Terms::all(DENY) };
	let mut question = counting_the_record();
	assert_eq!(decide_beside(&question, imaging.clone()), by(Grantee::Research, 0));
	of_record(&mut question).category = Category::Imaging;
	assert_eq!(decide_beside(&question, imaging), denied(Grantee::Everyone, 1));
	// Labelled and restricted records are counted only by a permit that covers them.
	let mut restricted = counting_the_record();
	of_record(&mut restricted).confidentiality = Confidentiality::Restricted;
	let lacking = lacks(Grantee::Research, 0, Mismatch::Confidentiality);
	assert_eq!(decide_on(&restricted, Grantee::Research, counted()), lacking);
	let mut labelled = counting_the_record();
	of_record(&mut labelled).labels = tags(&[1]);
	let lacking = lacks(Grantee::Research, 0, Mismatch::Label);
	assert_eq!(decide_on(&labelled, Grantee::Research, counted()), lacking);
	let wider =
		Terms { labels: also(&[1]), confidentiality: Confidentiality::Restricted, ..counted() };
	for question in [restricted, labelled] {
		let decision = decide_on(&question, Grantee::Research, wider.clone());
		assert_eq!(decision, by(Grantee::Research, 0));
	}
	// A deny that names traits says nothing to those who read.
	let commercial =
		Terms { traits: StudyTraits::of(&[StudyTrait::Commercial]), ..Terms::all(DENY) };
	let permit = consent(0, Terms::all(Effect::Permit));
	let reading = book([(team(), permit), (Grantee::Everyone, consent(1, commercial.clone()))]);
	assert_eq!(decide_with(&question_of_a_doctor(), &reading), by(team(), 0));
	assert_eq!(decide_beside(&counting_the_record(), commercial), denied(Grantee::Everyone, 1));
}

fn question_of_a_doctor() -> Question {
	super::question()
}
