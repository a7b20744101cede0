//! Tests of each rule, each mismatch, and both sides of each limit.

use super::*;
use bounded_collections::ConstU32;

/// A change to the question and to the one consent that the patient has.
type Change = fn(&mut Question, &mut Consent);

/// A change to terms.
pub(super) type Narrow = fn(&mut Terms);

/// Decides after the change, with the terms under the care team.
fn after(effect: Effect, change: Change, beside: &[(Grantee, Consent)]) -> Decision {
	let mut question = question();
	let mut consent = consent(7, exact(effect));
	change(&mut question, &mut consent);
	let entries = beside.iter().cloned().chain([(team(), consent)]);
	decide_with(&question, &book(entries))
}

#[test]
fn permit_covers_what_it_names() {
	let covered: &[(&str, Change)] = &[
		("all that it names", |_, _| {}),
		("from its first second", |question, _| question.now = FROM),
		("to the second before its end", |question, _| question.now = UNTIL - 1),
		("before a beginning that it hasn't", |question, consent| {
			question.now = 0;
			consent.terms.valid_from = None;
		}),
		("after an end that it hasn't", |question, consent| {
			question.now = Moment::MAX;
			consent.terms.valid_until = None;
		}),
		("one of several actions", |_, consent| {
			consent.terms.actions = Actions::of(&[Action::Write, Action::Read]);
		}),
		("any action", |question, consent| {
			question.action = Action::Refer;
			consent.terms.actions = Actions::default();
		}),
		("any purpose", |question, consent| {
			question.purpose = Purpose::Payment;
			consent.terms.purposes = Purposes::default();
		}),
		("any country", |question, consent| {
			acting(question).country = *b"DE";
			consent.terms.countries = Default::default();
		}),
		("one of several countries", |question, consent| {
			acting(question).country = *b"DE";
			consent.terms.countries = vec![*b"AT", *b"DE"].try_into().unwrap();
		}),
		("any record", |question, consent| {
			of_record(question).id = record(2);
			consent.terms.records = Default::default();
		}),
		("one of several records", |question, consent| {
			of_record(question).id = record(2);
			consent.terms.records = vec![record(1), record(2)].try_into().unwrap();
		}),
		("any category", |question, consent| {
			of_record(question).category = Category::Other;
			consent.terms.categories = Categories::default();
		}),
		("any author", |question, consent| {
			of_record(question).author = account(HOSPITAL_C);
			consent.terms.authors = Default::default();
		}),
		("any responsible institution", |question, consent| {
			of_record(question).responsible = account(HOSPITAL_C);
			consent.terms.responsible = Default::default();
		}),
		("a shorter service", |question, _| {
			of_record(question).service = ServicePeriod { first: FIRST + 1, last: LAST - 1 };
		}),
		("an earlier service, with an open beginning", |question, consent| {
			of_record(question).service.first = 0;
			consent.terms.data_period.from = None;
		}),
		("a later service, with an open end", |question, consent| {
			of_record(question).service.last = ServiceMonth::MAX;
			consent.terms.data_period.to = None;
		}),
		("a confidentiality that it names", |question, consent| {
			of_record(question).confidentiality = Confidentiality::VeryRestricted;
			consent.terms.confidentiality = Confidentiality::VeryRestricted;
		}),
		("less confidentiality than it names", |question, consent| {
			of_record(question).confidentiality = Confidentiality::Restricted;
			consent.terms.confidentiality = Confidentiality::VeryRestricted;
		}),
		("a label that it also names", |question, consent| {
			of_record(question).labels = tags(&[1]);
			consent.terms.labels = also(&[1]);
		}),
		("a record with fewer labels than it also names", |question, consent| {
			of_record(question).labels = tags(&[1]);
			consent.terms.labels = also(&[1, 2]);
		}),
		("an unlabelled record, naming labels also", |_, consent| {
			consent.terms.labels = also(&[1, 2]);
		}),
		("only labels that it names", |question, consent| {
			of_record(question).labels = tags(&[1, 2]);
			consent.terms.labels = only(&[1, 2, 3]);
		}),
		("labels, naming any", |question, consent| {
			of_record(question).labels = tags(&[1, 2]);
			consent.terms.labels = LabelFilter::Any;
		}),
		("an unlabelled record, naming any label", |_, consent| {
			consent.terms.labels = LabelFilter::Any;
		}),
		("an unclassified record, naming any label", |question, consent| {
			of_record(question).labels = unclassified();
			consent.terms.labels = LabelFilter::Any;
		}),
		("a record whose content is wrong", |question, _| {
			of_record(question).status = RecordStatus::WrongContent;
		}),
	];
	for (what, change) in covered {
		assert_eq!(after(Effect::Permit, *change, &[]), by(team(), 7), "{what}");
	}
}

#[test]
fn permit_covers_nothing_else() {
	let lacking: &[(&str, Mismatch, Change)] = &[
		("a policy of later", Mismatch::PolicyVersion, |_, consent| {
			consent.policy_version = POLICY_VERSION + 1;
		}),
		("another action", Mismatch::Action, |question, _| question.action = Action::Write),
		("another purpose", Mismatch::Purpose, |question, _| question.purpose = Purpose::Research),
		("another country", Mismatch::Country, |question, _| acting(question).country = *b"DE"),
		("another record", Mismatch::Record, |question, _| of_record(question).id = record(2)),
		("another category", Mismatch::Category, |question, _| {
			of_record(question).category = Category::Imaging;
		}),
		("another author", Mismatch::Author, |question, _| {
			of_record(question).author = account(HOSPITAL_B);
		}),
		("another responsible institution", Mismatch::Responsible, |question, _| {
			of_record(question).responsible = account(HOSPITAL_B);
		}),
		("a month before", Mismatch::DataPeriod, |question, _| {
			of_record(question).service.first = FIRST - 1;
		}),
		("a month after", Mismatch::DataPeriod, |question, _| {
			of_record(question).service.last = LAST + 1;
		}),
		("more confidentiality than it names", Mismatch::Confidentiality, |question, consent| {
			of_record(question).confidentiality = Confidentiality::VeryRestricted;
			consent.terms.confidentiality = Confidentiality::Restricted;
		}),
		("confidentiality, naming none", Mismatch::Confidentiality, |question, _| {
			of_record(question).confidentiality = Confidentiality::Restricted;
		}),
		("a label, naming none", Mismatch::Label, |question, _| {
			of_record(question).labels = tags(&[1]);
		}),
		("a label more than it also names", Mismatch::Label, |question, consent| {
			of_record(question).labels = tags(&[1, 2]);
			consent.terms.labels = also(&[1]);
		}),
		("another label than it also names", Mismatch::Label, |question, consent| {
			of_record(question).labels = tags(&[2]);
			consent.terms.labels = also(&[1]);
		}),
		("a label more than it only names", Mismatch::Label, |question, consent| {
			of_record(question).labels = tags(&[1, 2]);
			consent.terms.labels = only(&[1]);
		}),
		("an unlabelled record, naming labels only", Mismatch::Label, |_, consent| {
			consent.terms.labels = only(&[1]);
		}),
		("an unclassified record, naming none", Mismatch::Label, |question, _| {
			of_record(question).labels = unclassified();
		}),
		// The pallet refuses such terms, and the evaluator does not rely on that.
		("an unclassified record, naming it also", Mismatch::Label, |question, consent| {
			of_record(question).labels = unclassified();
			consent.terms.labels = also(&[0]);
		}),
		("an unclassified record, naming it only", Mismatch::Label, |question, consent| {
			of_record(question).labels = unclassified();
			consent.terms.labels = only(&[0]);
		}),
		("the second before it begins", Mismatch::NotYetValid, |question, _| {
			question.now = FROM - 1;
		}),
		("the second of its end", Mismatch::Expired, |question, _| question.now = UNTIL),
		("granted by a key that was stolen", Mismatch::Standing, |question, _| {
			question.standing = Standing::Barred { since: 0 };
		}),
	];
	for (what, mismatch, change) in lacking {
		let refused = lacks(team(), 7, *mismatch);
		assert_eq!(after(Effect::Permit, *change, &[]), refused, "{what}");
	}
	// All that can be lacking is in the table. Traits are lacking for studies only, and an affiliation only
	// for a practitioner there.
	let elsewhere = [Mismatch::Trait, Mismatch::Affiliation];
	for mismatch in Mismatch::ALL.iter().filter(|mismatch| !elsewhere.contains(mismatch)) {
		assert!(lacking.iter().any(|(_, other, _)| other == mismatch), "{mismatch:?}");
	}
}

/// An actor without an institution. Practitioners must have one, others need not.
fn without_affiliation() -> Actor {
	Actor { kind: AccountKind::Person, acting_for: None, ..doctor() }
}

#[test]
fn permit_for_a_country_needs_one() {
	let mut question = question();
	question.actor = without_affiliation();
	let person = Grantee::Person(account(DOCTOR));
	let permit = book([(person.clone(), consent(0, exact(Effect::Permit)))]);
	assert_eq!(decide_with(&question, &permit), lacks(person, 0, Mismatch::Country));
}

#[test]
fn reason_names_the_farthest_hurdle_of_the_nearest_permit() {
	// A permit with two mismatches: the first in the order of `Mismatch` is returned.
	let both: Change = |question, _| {
		question.purpose = Purpose::Research;
		of_record(question).category = Category::Imaging;
	};
	assert_eq!(after(Effect::Permit, both, &[]), lacks(team(), 7, Mismatch::Purpose));
	// Two permits: the closer one is returned, in any order.
	let expired = Terms { valid_until: Some(NOW), ..exact(Effect::Permit) };
	let other = [(Grantee::Everyone, consent(3, expired.clone()))];
	let change: Change = |_, consent| consent.terms.purposes = Purposes::of(&[Purpose::Payment]);
	assert_eq!(
		after(Effect::Permit, change, &other),
		lacks(Grantee::Everyone, 3, Mismatch::Expired)
	);
	// Equally close: the first by grantee, then by number.
	let change: Change = |_, consent| consent.terms.valid_until = Some(NOW);
	let others = [(team(), consent(8, expired.clone())), (team(), consent(6, expired))];
	assert_eq!(after(Effect::Permit, change, &others), lacks(team(), 6, Mismatch::Expired));
	assert_eq!(
		after(Effect::Permit, change, &other),
		lacks(Grantee::Everyone, 3, Mismatch::Expired)
	);
}

/// A permit for everything, under everyone: what is refused besides it is refused by a deny.
fn open_to_all() -> [(Grantee, Consent); 1] {
	let all = Terms {
		labels: LabelFilter::Any,
		confidentiality: Confidentiality::VeryRestricted,
		..Terms::all(Effect::Permit)
	};
	[(Grantee::Everyone, consent(1, all))]
}

#[test]
fn deny_beats_permit_where_it_matches() {
	let matching: &[(&str, Change)] = &[
		("all that it names", |_, _| {}),
		("without any filter", |_, consent| consent.terms = Terms::all(DENY)),
		("from its first second", |question, _| question.now = FROM),
		("to the second before its end", |question, _| question.now = UNTIL - 1),
		("its first month is the record's last", |question, _| {
			of_record(question).service = ServicePeriod { first: 0, last: FIRST };
		}),
		("its last month is the record's first", |question, _| {
			of_record(question).service = ServicePeriod { first: LAST, last: ServiceMonth::MAX };
		}),
		("a record around its period", |question, _| {
			of_record(question).service = ServicePeriod { first: 0, last: ServiceMonth::MAX };
		}),
		("naming no label, a labelled record", |question, _| {
			of_record(question).labels = tags(&[3]);
		}),
		("naming normal, whatever the confidentiality", |question, _| {
			of_record(question).confidentiality = Confidentiality::VeryRestricted;
		}),
		("from the confidentiality that it names", |question, consent| {
			of_record(question).confidentiality = Confidentiality::Restricted;
			consent.terms.confidentiality = Confidentiality::Restricted;
		}),
		("any of its labels", |question, consent| {
			of_record(question).labels = tags(&[2, 3]);
			consent.terms.labels = only(&[1, 2]);
		}),
		("labels, and an unclassified record that may have them", |question, consent| {
			of_record(question).labels = unclassified();
			consent.terms.labels = only(&[1]);
		}),
		("unlabelled records, which no deny should name", |question, consent| {
			of_record(question).labels = tags(&[1]);
			consent.terms.labels = LabelFilter::Unlabelled;
		}),
		("labels also, which no deny should name", |question, consent| {
			of_record(question).labels = tags(&[2]);
			consent.terms.labels = also(&[1]);
		}),
		("made under another policy", |_, consent| consent.policy_version = POLICY_VERSION + 1),
		("some countries, and the actor comes from none", |question, consent| {
			question.actor = without_affiliation();
			consent.terms.countries = vec![*b"CH"].try_into().unwrap();
		}),
	];
	for (what, change) in matching {
		let mut question = question();
		let mut consent = consent(7, exact(DENY));
		change(&mut question, &mut consent);
		// Under everyone too, so that it is found also for an actor without an institution.
		let entries = open_to_all().into_iter().chain([(Grantee::Everyone, consent)]);
		let refused = denied(Grantee::Everyone, 7);
		assert_eq!(decide_with(&question, &book(entries)), refused, "{what}");
	}
}

#[test]
fn deny_leaves_the_rest_open() {
	let beside: &[(&str, Change)] = &[
		("another action", |question, _| question.action = Action::Write),
		("another purpose", |question, _| question.purpose = Purpose::Research),
		("another country", |question, _| acting(question).country = *b"DE"),
		("another record", |question, _| of_record(question).id = record(2)),
		("another category", |question, _| of_record(question).category = Category::Imaging),
		("another author", |question, _| of_record(question).author = account(HOSPITAL_B)),
		("another responsible institution", |question, _| {
			of_record(question).responsible = account(HOSPITAL_B)
		}),
		("months before", |question, _| {
			of_record(question).service = ServicePeriod { first: 0, last: FIRST - 1 };
		}),
		("months after", |question, _| {
			let service = ServicePeriod { first: LAST + 1, last: ServiceMonth::MAX };
			of_record(question).service = service;
		}),
		("less confidentiality than it names", |question, consent| {
			of_record(question).confidentiality = Confidentiality::Normal;
			consent.terms.confidentiality = Confidentiality::Restricted;
		}),
		("none of its labels", |question, consent| {
			of_record(question).labels = tags(&[3]);
			consent.terms.labels = only(&[1, 2]);
		}),
		("an unlabelled record, naming labels", |_, consent| consent.terms.labels = only(&[1])),
		("the second before it begins", |question, _| question.now = FROM - 1),
		("the second of its end", |question, _| question.now = UNTIL),
	];
	for (what, change) in beside {
		let decision = after(DENY, *change, &open_to_all());
		assert_eq!(decision, by(Grantee::Everyone, 1), "{what}");
	}
}

#[test]
fn first_of_several_is_named() {
	let permit = |id| consent(id, exact(Effect::Permit));
	let person = Grantee::Person(account(DOCTOR));
	let several = [(person.clone(), permit(1)), (team(), permit(9)), (team(), permit(4))];
	assert_eq!(decide_with(&question(), &book(several.clone())), by(team(), 4));
	let deny = |id| consent(id, exact(DENY));
	let denies = [(person, deny(2)), (team(), deny(8)), (team(), deny(5))];
	let all = several.into_iter().chain(denies);
	assert_eq!(decide_with(&question(), &book(all)), denied(team(), 5));
}

#[test]
fn each_grantee_reaches_those_whom_it_names() {
	let b = || account(HOSPITAL_B);
	let reached = [
		Grantee::Everyone,
		Grantee::Role(Role::Physician),
		Grantee::Institution(b()),
		Grantee::RoleAt { role: Role::Physician, institution: b() },
		Grantee::CareTeam { institution: b(), team: 1 },
		Grantee::CareTeam { institution: b(), team: 2 },
		Grantee::PractitionerAt { practitioner: account(DOCTOR), institution: b() },
		Grantee::Person(account(DOCTOR)),
	];
	assert_eq!(keys(&doctor()), reached, "each key, once, in ascending order");
	for grantee in reached {
		for (effect, decision) in
			[(Effect::Permit, by(grantee.clone(), 0)), (DENY, denied(grantee.clone(), 0))]
		{
			let book = book([(grantee.clone(), consent(0, exact(effect)))]);
			assert_eq!(decide_with(&question(), &book), decision, "{grantee:?}");
		}
	}
	let c = || account(HOSPITAL_C);
	let not_reached = [
		Grantee::Role(Role::Nurse),
		Grantee::Institution(c()),
		Grantee::RoleAt { role: Role::Nurse, institution: b() },
		Grantee::RoleAt { role: Role::Physician, institution: c() },
		Grantee::CareTeam { institution: b(), team: 3 },
		Grantee::CareTeam { institution: c(), team: 1 },
		Grantee::PractitionerAt { practitioner: account(OTHER_DOCTOR), institution: b() },
		Grantee::PractitionerAt { practitioner: account(DOCTOR), institution: c() },
		Grantee::Person(account(OTHER_DOCTOR)),
		// An institution isn't a person.
		Grantee::Person(b()),
		Grantee::Study(0),
	];
	for grantee in not_reached {
		let book = book([(grantee.clone(), consent(0, exact(Effect::Permit)))]);
		let nothing = Decision::Refuse(Reason::NoConsent);
		assert_eq!(decide_with(&question(), &book), nothing, "{grantee:?}");
	}
}

#[test]
fn keys_are_few_whatever_the_actor() {
	// Without an affiliation: everyone and the person.
	let mut actor = Actor { acting_for: None, ..doctor() };
	let person = Grantee::Person(account(DOCTOR));
	assert_eq!(keys(&actor), [Grantee::Everyone, person]);
	// For a study.
	actor.study = Some(ActingStudy { id: 5, disease: None, country: *b"AT" });
	assert_eq!(keys(&actor)[2..], [Grantee::Study(5), Grantee::Research]);
	// In as many teams as there can be, one named twice and out of order.
	let mut acting_for = doctor().acting_for.unwrap();
	acting_for.teams = vec![9, 1, 8, 2, 7, 3, 6, 1].try_into().unwrap();
	actor.acting_for = Some(acting_for.clone());
	assert_eq!(keys(&actor).len(), 8 + 7);
	assert!(keys(&actor).is_sorted());
	acting_for.teams = vec![9, 1, 8, 2, 7, 3, 6, 5].try_into().unwrap();
	actor.acting_for = Some(acting_for);
	actor.study = Some(ActingStudy { id: 5, disease: Some(1), country: *b"AT" });
	assert_eq!(keys(&actor).len(), 9 + MAX_TEAMS as usize);
	// With as many affiliations as there can be, all with another role.
	let others = [(12, Role::Nurse), (13, Role::Dentist), (14, Role::Registrar)];
	let others = others.map(|(institution, role)| {
		let institution = account(institution);
		ActingFor { institution, role, ..actor.acting_for.clone().unwrap() }
	});
	actor.also_at = others.to_vec().try_into().unwrap();
	assert_eq!(keys(&actor).len(), MAX_KEYS as usize);
	assert!(keys(&actor).is_sorted());
	actor.study = None;
	assert_eq!(keys(&actor).len(), 47);
}

#[test]
fn a_practitioner_acts_for_an_institution() {
	let own = book([(Grantee::Person(account(DOCTOR)), consent(0, Terms::all(Effect::Permit)))]);
	let mut question = question();
	assert!(decide_with(&question, &own).is_permit());
	question.actor.acting_for = None;
	let refused = Decision::Refuse(Reason::NotActive);
	assert_eq!(decide_with(&question, &own), refused);
	// Others have none to act for.
	question.actor.kind = AccountKind::Person;
	assert!(decide_with(&question, &own).is_permit());
}

#[test]
fn a_permit_ends_with_the_affiliation_and_a_deny_follows_the_person() {
	let at =
		Grantee::PractitionerAt { practitioner: account(DOCTOR), institution: account(HOSPITAL_B) };
	let permit = book([(at.clone(), consent(0, Terms::all(Effect::Permit)))]);
	let deny = (Grantee::Person(account(DOCTOR)), consent(1, Terms::all(DENY)));
	let mut elsewhere = question();
	acting(&mut elsewhere).institution = account(HOSPITAL_C);
	let mut nowhere = question();
	nowhere.actor = without_affiliation();
	assert_eq!(decide_with(&question(), &permit), by(at, 0));
	for moved in [elsewhere, nowhere] {
		assert_eq!(decide_with(&moved, &permit), Decision::Refuse(Reason::NoConsent));
		let book = book(open_to_all().into_iter().chain([deny.clone()]));
		assert_eq!(decide_with(&moved, &book), denied(deny.0.clone(), 1));
	}
}

#[test]
fn who_is_not_active_gets_nothing() {
	let mut question = question();
	question.actor.active = false;
	let all = book(open_to_all());
	assert_eq!(decide_noting(&question, &all), (Decision::Refuse(Reason::NotActive), vec![]));
	// Not even for the patient.
	question.actor.account = account(PATIENT);
	assert_eq!(decide_with(&question, &all), Decision::Refuse(Reason::NotActive));
}

#[test]
fn wrong_patient_is_closed_to_all() {
	let all = book(open_to_all());
	let closed = Decision::Refuse(Reason::WrongPatient);
	let mut marked = question();
	of_record(&mut marked).status = RecordStatus::WrongPatient;
	assert_eq!(decide_noting(&marked, &all), (closed.clone(), vec![]));
	marked.actor.account = account(PATIENT);
	assert_eq!(decide_with(&marked, &all), closed);
	marked.break_glass = true;
	assert_eq!(decide_with(&marked, &all), closed);
	// This patient's consents cannot open another patient's record.
	let mut foreign = question();
	of_record(&mut foreign).patient = account(2);
	assert_eq!(decide_with(&foreign, &all), closed);
}

#[test]
fn the_patient_reads_the_own_and_no_more() {
	let deny_all = book([(Grantee::Everyone, consent(0, Terms::all(DENY_ALWAYS)))]);
	let mut question = question();
	question.actor = Actor {
		account: account(PATIENT),
		kind: AccountKind::Patient,
		active: true,
		acting_for: None,
		also_at: Default::default(),
		study: None,
	};
	let own = Decision::Permit(Basis::Own);
	for purpose in Purpose::ALL {
		question.purpose = *purpose;
		assert_eq!(decide_with(&question, &deny_all), own);
	}
	of_record(&mut question).status = RecordStatus::WrongContent;
	assert_eq!(decide_with(&question, &deny_all), own);
	// Writing and referring are not reading.
	for action in [Action::Write, Action::Refer] {
		question.action = action;
		assert_eq!(decide_with(&question, &Book::new()), Decision::Refuse(Reason::NoConsent));
	}
	// Patients may read their own log, but not another patient's.
	question.action = Action::ReadLog;
	question.subject = Subject::Log;
	assert_eq!(decide_with(&question, &deny_all), own);
	question.patient = account(2);
	assert_eq!(decide_with(&question, &Book::new()), Decision::Refuse(Reason::NoConsent));
}

fn about_the_log() -> Question {
	Question { action: Action::ReadLog, subject: Subject::Log, ..question() }
}

/// A permit for the log, as narrow as one can be.
fn for_the_log() -> Terms {
	Terms {
		actions: Actions::of(&[Action::ReadLog]),
		purposes: Purposes::of(&[Purpose::Treatment]),
		valid_from: Some(FROM),
		valid_until: Some(UNTIL),
		countries: vec![*b"AT"].try_into().unwrap(),
		..Terms::all(Effect::Permit)
	}
}

#[test]
fn log_opens_to_a_permit_that_says_so() {
	let decide_on = |question: &Question, terms: Terms| {
		decide_with(question, &book([(team(), consent(0, terms))]))
	};
	let log = about_the_log();
	assert_eq!(decide_on(&log, for_the_log()), by(team(), 0));
	let changes: &[(Mismatch, Narrow)] = &[
		// "All actions" does not include this one: a permit must name it.
		(Mismatch::Action, |terms| terms.actions = Actions::default()),
		(Mismatch::Action, |terms| terms.actions = Actions::of(&[Action::Read])),
		(Mismatch::Purpose, |terms| terms.purposes = Purposes::of(&[Purpose::Payment])),
		(Mismatch::Country, |terms| terms.countries = vec![*b"DE"].try_into().unwrap()),
		(Mismatch::Record, |terms| terms.records = vec![record(1)].try_into().unwrap()),
		(Mismatch::Category, |terms| terms.categories = Categories::of(&[Category::Summary])),
		(Mismatch::Author, |terms| terms.authors = vec![account(10)].try_into().unwrap()),
		(Mismatch::Responsible, |terms| terms.responsible = vec![account(10)].try_into().unwrap()),
		(Mismatch::DataPeriod, |terms| terms.data_period.from = Some(0)),
		(Mismatch::DataPeriod, |terms| terms.data_period.to = Some(ServiceMonth::MAX)),
		(Mismatch::Label, |terms| terms.labels = only(&[1])),
		(Mismatch::NotYetValid, |terms| terms.valid_from = Some(NOW + 1)),
		(Mismatch::Expired, |terms| terms.valid_until = Some(NOW)),
	];
	for (mismatch, change) in changes {
		let mut terms = for_the_log();
		change(&mut terms);
		assert_eq!(decide_on(&log, terms), lacks(team(), 0, *mismatch));
	}
	// A permit that adds labelled or confidential records selects none.
	for labels in [also(&[1]), LabelFilter::Any] {
		let confidentiality = Confidentiality::Restricted;
		let wider = Terms { labels, confidentiality, ..for_the_log() };
		assert_eq!(decide_on(&log, wider), by(team(), 0));
	}
	// And a permit for the log opens no record.
	let refused = lacks(team(), 0, Mismatch::Action);
	assert_eq!(decide_on(&question(), for_the_log()), refused);
}

#[test]
fn log_closes_to_a_deny_of_everything() {
	let decide_on = |terms: Terms| {
		let permit = (team(), consent(0, for_the_log()));
		decide_with(&about_the_log(), &book([permit, (Grantee::Everyone, consent(1, terms))]))
	};
	let refused = denied(Grantee::Everyone, 1);
	assert_eq!(decide_on(Terms::all(DENY)), refused);
	let log = Actions::of(&[Action::ReadLog]);
	assert_eq!(decide_on(Terms { actions: log, ..Terms::all(DENY) }), refused);
	// A deny of some records, or of another action, does not apply to the log.
	let beside: &[Narrow] = &[
		|terms| terms.actions = Actions::of(&[Action::Read]),
		|terms| terms.purposes = Purposes::of(&[Purpose::Payment]),
		|terms| terms.countries = vec![*b"DE"].try_into().unwrap(),
		|terms| terms.records = vec![record(1)].try_into().unwrap(),
		|terms| terms.categories = Categories::of(&[Category::Summary]),
		|terms| terms.labels = only(&[1]),
		|terms| terms.confidentiality = Confidentiality::Restricted,
		|terms| terms.traits = StudyTraits::of(&[StudyTrait::Commercial]),
		|terms| terms.authors = vec![account(HOSPITAL_A)].try_into().unwrap(),
		|terms| terms.responsible = vec![account(HOSPITAL_A)].try_into().unwrap(),
		|terms| terms.data_period.from = Some(FIRST),
		|terms| terms.valid_from = Some(NOW + 1),
		|terms| terms.valid_until = Some(NOW),
	];
	for change in beside {
		let mut terms = Terms::all(DENY);
		change(&mut terms);
		assert_eq!(decide_on(terms.clone()), by(team(), 0), "{terms:?}");
	}
}

/// The physician wants to write some record.
fn about_some_record() -> Question {
	Question { action: Action::Write, subject: Subject::SomeRecord, ..question() }
}

#[test]
fn some_record_may_be_written_under_a_permit_for_any() {
	let question = about_some_record();
	let decide_on = |question: &Question, terms: Terms| {
		decide_with(question, &book([(team(), consent(0, terms))]))
	};
	let write = Actions::of(&[Action::Write]);
	// Every filter on records is set, and another than the record's labels.
	let narrow = Terms { actions: write, labels: only(&[1]), ..exact(Effect::Permit) };
	assert_eq!(decide_on(&question, narrow.clone()), by(team(), 0));
	assert_eq!(decide_on(&question, Terms::all(Effect::Permit)), by(team(), 0));
	let changes: &[(Mismatch, Narrow)] = &[
		(Mismatch::Action, |terms| terms.actions = Actions::of(&[Action::Read])),
		(Mismatch::Purpose, |terms| terms.purposes = Purposes::of(&[Purpose::Payment])),
		(Mismatch::Country, |terms| terms.countries = vec![*b"DE"].try_into().unwrap()),
		(Mismatch::NotYetValid, |terms| terms.valid_from = Some(NOW + 1)),
		(Mismatch::Expired, |terms| terms.valid_until = Some(NOW)),
	];
	for (mismatch, change) in changes {
		let mut terms = narrow.clone();
		change(&mut terms);
		assert_eq!(decide_on(&question, terms), lacks(team(), 0, *mismatch));
	}
	// It is a question about writing alone.
	let reading = Question { action: Action::Read, ..question.clone() };
	let refused = lacks(team(), 0, Mismatch::Action);
	assert_eq!(decide_on(&reading, Terms::all(Effect::Permit)), refused);
	// Breaking the glass opens records that exist.
	let emergency = Question { break_glass: true, ..question };
	assert_eq!(decide_with(&emergency, &Book::new()), Decision::Refuse(Reason::NoConsent));
}

#[test]
fn some_record_closes_to_a_deny_of_everything() {
	let decide_on = |terms: Terms| {
		let deny = (Grantee::Everyone, consent(7, terms));
		decide_with(&about_some_record(), &book(open_to_all().into_iter().chain([deny])))
	};
	let refused = denied(Grantee::Everyone, 7);
	assert_eq!(decide_on(Terms::all(DENY)), refused);
	let write = Terms { actions: Actions::of(&[Action::Write]), ..Terms::all(DENY) };
	assert_eq!(decide_on(write.clone()), refused);
	let beside: &[Narrow] = &[
		|terms| terms.actions = Actions::of(&[Action::Read]),
		|terms| terms.records = vec![record(1)].try_into().unwrap(),
		|terms| terms.categories = Categories::of(&[Category::Summary]),
		|terms| terms.labels = only(&[1]),
		|terms| terms.confidentiality = Confidentiality::Restricted,
		|terms| terms.traits = StudyTraits::of(&[StudyTrait::Commercial]),
		|terms| terms.data_period.from = Some(FIRST),
		|terms| terms.valid_until = Some(NOW),
	];
	for change in beside {
		let mut terms = write.clone();
		change(&mut terms);
		assert_eq!(decide_on(terms.clone()), by(Grantee::Everyone, 1), "{terms:?}");
	}
}

#[test]
fn a_filter_is_within_what_covers_at_least_as_much() {
	let filters = [
		LabelFilter::Unlabelled,
		also(&[1]),
		also(&[1, 2]),
		only(&[1]),
		only(&[1, 2]),
		LabelFilter::Any,
	];
	let all: Vec<LabelTags> =
		[&[][..], &[1], &[2], &[1, 2], &[3], &[0], &[0, 1]].into_iter().map(tags).collect();
	for narrow in &filters {
		for wide in &filters {
			let covered = all.iter().all(|tags| !narrow.covers(tags) || wide.covers(tags));
			assert_eq!(narrow.is_within(wide), covered, "{narrow:?} within {wide:?}");
		}
	}
}

#[test]
fn tags_are_kept_in_order_and_once() {
	let sorted: LabelTags = tags(&[3, 1, 3, 2]);
	assert_eq!(sorted[..], [1, 2, 3].map(|id| LabelTag([id, 0, 0, 0])));
	assert!(are_canonical(&sorted) && are_canonical(&[]));
	let tag = |id| LabelTag([id, 0, 0, 0]);
	assert!(!are_canonical(&[tag(2), tag(1)]) && !are_canonical(&[tag(1), tag(1)]));
	let most = (1..=8).map(tag);
	assert!(canonical_tags::<ConstU32<MAX_LABELS>>(most.clone()).is_some());
	assert!(canonical_tags::<ConstU32<MAX_LABELS>>(most.chain([tag(9)])).is_none());
}

#[test]
fn broken_glass_lets_in_attested_clinicians() {
	let mut emergency = question();
	emergency.break_glass = true;
	emergency.purpose = Purpose::EmergencyTreatment;
	let not_attested = Decision::Refuse(Reason::NotAttested);
	assert_eq!(decide_with(&emergency, &Book::new()), not_attested);
	acting(&mut emergency).attested = true;
	let let_in = Decision::Permit(Basis::BreakGlass);
	assert_eq!(decide_with(&emergency, &Book::new()), let_in);
	of_record(&mut emergency).labels = tags(&[0, 1, 2, 3, 4, 5, 6, 7]);
	assert_eq!(decide_with(&emergency, &Book::new()), let_in);
	emergency.action = Action::Write;
	assert_eq!(decide_with(&emergency, &Book::new()), let_in);
	// A deny counts if it says that it binds break-glass.
	let with = |effect| book([(Grantee::Everyone, consent(0, Terms::all(effect)))]);
	assert_eq!(decide_with(&emergency, &with(DENY)), let_in);
	assert_eq!(decide_with(&emergency, &with(DENY_ALWAYS)), denied(Grantee::Everyone, 0));
	// Only those who treat emergencies. Others have attested licences, too.
	for role in Role::ALL {
		use Role::{Dentist, Midwife, Nurse, Physician};
		acting(&mut emergency).role = *role;
		let treats = [Physician, Nurse, Midwife, Dentist].contains(role);
		let expected = if treats { &let_in } else { &not_attested };
		assert_eq!(decide_with(&emergency, &Book::new()), *expected, "{role}");
	}
	// Without an affiliation nobody is a clinician.
	emergency.actor = without_affiliation();
	assert_eq!(decide_with(&emergency, &Book::new()), not_attested);
}

#[test]
fn a_permit_ends_with_the_affiliation_it_was_given_to() {
	let there =
		Grantee::PractitionerAt { practitioner: account(DOCTOR), institution: account(HOSPITAL_B) };
	let given = |granted_at| Consent { granted_at, ..consent(3, Terms::all(Effect::Permit)) };
	let with = |grantee: &Grantee, granted_at| book([(grantee.clone(), given(granted_at))]);
	let mut again = question();
	acting(&mut again).since = FROM;
	let ended = lacks(there.clone(), 3, Mismatch::Affiliation);
	assert_eq!(decide_with(&again, &with(&there, FROM - 1)), ended);
	assert_eq!(decide_with(&again, &with(&there, FROM)), by(there.clone(), 3));
	// What was given to the person or to the hospital does not end.
	for grantee in [Grantee::Person(account(DOCTOR)), Grantee::Institution(account(HOSPITAL_B))] {
		assert_eq!(decide_with(&again, &with(&grantee, FROM - 1)), by(grantee, 3));
	}
}

#[test]
fn broken_glass_is_for_records_to_read_and_write() {
	let nothing = Decision::Refuse(Reason::NoConsent);
	let mut log = about_the_log();
	log.break_glass = true;
	acting(&mut log).attested = true;
	for action in Action::ALL {
		log.action = *action;
		assert_eq!(decide_with(&log, &Book::new()), nothing);
	}
	let mut refer = question();
	refer.break_glass = true;
	refer.action = Action::Refer;
	acting(&mut refer).attested = true;
	assert_eq!(decide_with(&refer, &Book::new()), nothing);
	// There every deny counts, as without.
	let deny = (Grantee::Everyone, consent(7, Terms::all(DENY)));
	let book = book(open_to_all().into_iter().chain([deny]));
	assert_eq!(decide_with(&refer, &book), denied(Grantee::Everyone, 7));
}

#[test]
fn bit_sets_as_filters() {
	type Set = Categories;
	let of = Set::of;
	let (none, one) = (Set::default(), of(&[Category::Summary]));
	let (two, last) = (of(&[Category::Summary, Category::Plan]), of(&[Category::Other]));
	assert!(none.admits(Category::Plan) && !none.contains(Category::Plan));
	assert!(one.admits(Category::Summary) && !one.admits(Category::Plan));
	assert!(last.contains(Category::Other), "the highest bit");
	for (narrow, wide, within) in [
		(none, none, true),
		(one, none, true),
		(none, one, false),
		(one, one, true),
		(one, two, true),
		(two, one, false),
		(last, two, false),
	] {
		assert_eq!(narrow.is_within(wide), within, "{narrow:?} within {wide:?}");
	}
	assert!(of(Category::ALL).is_known() && none.is_known());
	assert!(Actions::of(Action::ALL).is_known() && !Actions(0b10_0000).is_known());
	assert!(Purposes::of(Purpose::ALL).is_known() && !Purposes(1 << 14).is_known());
}
