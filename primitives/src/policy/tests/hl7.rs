//! The six examples of HL7's FHIR R4 Consent, each written as provisions of ours, with the rows
//! that its coded elements ask for. If the files are available (`data/hl7-consent` of the test
//! data), a test checks that their coded elements are those that the rows are based on.
//!
//! How they are read: `policyRule` applies if no provision does. `OPTIN` is a permit for
//! everyone, `OPTOUT` permits nothing. The outermost provision has no type: it is the exception to the
//! rule, so under `OPTIN` it denies and under `OPTOUT` it permits. A nested provision has a type and is
//! an exception to the one around it. `CST` (custodian) is the institution that is responsible for
//! the record, `PRCP` the recipient. A provision without security labels is for all of them. FHIR's
//! end of a period is inclusive. Where the narrative wants something else than the elements say, both
//! readings have rows.
//!
//! What can't be expressed:
//!
//! | consent | what | why, and what is done instead |
//! |---|---|---|
//! | all with a date | the time zone of a date | our moments are UTC: the day is taken as UTC's |
//! | Emergency | a nested deny without a purpose, within the provision for `ETREAT` | deny beats permit here, so it would close what the provision around it opens: it becomes a deny of every other purpose, as the narrative has it, but treatment, which includes the emergency: treatment is refused because nothing permits it |
//! | basic, notTime | — (a period that begins before 1970 begins at 1970: nothing is asked earlier) | |
//! | notOrg | `correct` apart from adding | with us correcting is adding a version: it becomes `Write`, which denies both |
//! | grantor | the narrative's purpose, at the patient's request | it isn't coded |
//! | signature | a permit within a deny | deny beats permit here: it becomes a deny of every other category |
//! | signature | the author, who is a practitioner | authors of records are institutions on the chain: the document names its author. Left out, so the deny is narrower, or not granted |
//! | signature | the class, CDA by media type | media types are encrypted. Left out, as the author is |

use super::*;
use bounded_collections::BoundedVec;

/// The institution `Organization/f001` of the examples.
const F001: u8 = HOSPITAL_A;

const FOR_READING: [Action; 1] = [Action::Read];

/// The first second of a day.
fn day(year: u64, month: u64, day: u64) -> Moment {
	let leap = |year: u64| {
		(year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
	};
	let days_of = |month: u64| match month {
		2 if leap(year) => 29,
		2 => 28,
		4 | 6 | 9 | 11 => 30,
		_ => 31,
	};
	let years: u64 = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
	let months: u64 = (1..month).map(days_of).sum();
	(years + months + day - 1) * 86_400
}

/// A permit without filters, for records of any label and confidentiality.
fn permit() -> Terms {
	Terms {
		labels: LabelFilter::Any,
		confidentiality: Confidentiality::VeryRestricted,
		..Terms::all(Effect::Permit)
	}
}

/// What `OPTIN` says.
fn opted_in() -> (Grantee, Terms) {
	(Grantee::Everyone, permit())
}

/// A record that `f001` wrote and holds, and a physician of another hospital who asks for it.
fn ask(change: impl FnOnce(&mut Question)) -> Question {
	let mut question = Question { now: day(2015, 12, 1), ..question() };
	of_record(&mut question).author = account(F001);
	of_record(&mut question).responsible = account(F001);
	of_record(&mut question).labels = tags(&[8]);
	change(&mut question);
	question
}

#[test]
fn days_are_seconds_since_1970() {
	assert_eq!(day(1970, 1, 1), 0);
	assert_eq!(day(2016, 1, 2), 1_451_692_800);
	assert_eq!(day(2016, 10, 11), 1_476_144_000);
}

#[test]
fn basic() {
	// As coded: opted in, except from 1964 to the first of January 2016.
	let until = Some(day(2016, 1, 2));
	check_rows(
		vec![opted_in(), (Grantee::Everyone, Terms { valid_until: until, ..Terms::all(DENY) })],
		vec![
			("the beginning of time", false, ask(|question| question.now = 0)),
			("the last day", false, ask(|question| question.now = day(2016, 1, 2) - 1)),
			("the day after", true, ask(|question| question.now = day(2016, 1, 2))),
		],
	);
	// As its narrative has it: available for normal use in that time.
	check_rows(
		vec![(Grantee::Everyone, Terms { valid_until: until, ..permit() })],
		vec![
			("normal treatment", true, ask(|_| {})),
			("any purpose", true, ask(|question| question.purpose = Purpose::Payment)),
			("any action", true, ask(|question| question.action = Action::Write)),
			(
				"any responsible institution",
				true,
				ask(|question| of_record(question).responsible = account(HOSPITAL_C)),
			),
			("the beginning of time", true, ask(|question| question.now = 0)),
			("the last day", true, ask(|question| question.now = day(2016, 1, 2) - 1)),
			("the day after", false, ask(|question| question.now = day(2016, 1, 2))),
		],
	);
}

#[test]
fn emergency() {
	// Opted out; of the data that f001 holds emergencies are excepted, and nothing else is.
	let responsible: BoundedVec<_, _> = vec![account(F001)].try_into().unwrap();
	let emergency = Purposes::of(&[Purpose::EmergencyTreatment]);
	// Treatment includes the emergency, so a deny of it would close what is to be open.
	let treatment = emergency.with(Purpose::Treatment);
	let others = Purposes(Purposes::of(Purpose::ALL).0 & !treatment.0);
	let in_emergency = Terms { purposes: emergency, responsible: responsible.clone(), ..permit() };
	let otherwise = Terms { purposes: others, responsible, ..Terms::all(DENY) };
	let mut rows = vec![(
		"an emergency",
		true,
		ask(|question| question.purpose = Purpose::EmergencyTreatment),
	)];
	for purpose in Purpose::ALL.iter().filter(|purpose| !emergency.contains(**purpose)) {
		rows.push(("another purpose", false, ask(|question| question.purpose = *purpose)));
	}
	rows.push((
		"an emergency, the data of another hospital",
		false,
		ask(|question| {
			question.purpose = Purpose::EmergencyTreatment;
			of_record(question).responsible = account(HOSPITAL_C);
		}),
	));
	let both = vec![(Grantee::Everyone, in_emergency), (Grantee::Everyone, otherwise)];
	check_rows(both.clone(), rows);
	// The deny overrides every permit of the patient. At another hospital it does not apply.
	let permitted_besides =
		both.into_iter().chain([(Grantee::Everyone, permit())]).collect::<Vec<_>>();
	check_rows(
		permitted_besides,
		vec![
			(
				"payment, the data of f001",
				false,
				ask(|question| question.purpose = Purpose::Payment),
			),
			(
				"payment, the data of another hospital",
				true,
				ask(|question| {
					question.purpose = Purpose::Payment;
					of_record(question).responsible = account(HOSPITAL_C);
				}),
			),
			// What can't be expressed shows: this should be refused.
			("treatment, the data of f001", true, ask(|_| {})),
		],
	);
}

#[test]
fn grantor() {
	// Opted out; excepted is that `Patient/example` has access to the data that f001 holds.
	let relative = |question: &mut Question| {
		question.actor = Actor {
			account: account(30),
			kind: AccountKind::Person,
			active: true,
			acting_for: None,
			also_at: Default::default(),
			study: None,
		};
	};
	let terms = Terms {
		actions: Actions::of(&FOR_READING),
		responsible: vec![account(F001)].try_into().unwrap(),
		..permit()
	};
	check_rows(
		vec![(Grantee::Person(account(30)), terms)],
		vec![
			("the recipient", true, ask(relative)),
			(
				"the recipient, at the patient's request",
				true,
				ask(|question| {
					relative(question);
					question.purpose = Purpose::PatientRequest;
				}),
			),
			(
				"the recipient, to write",
				false,
				ask(|question| {
					relative(question);
					question.action = Action::Write;
				}),
			),
			(
				"the recipient, the data of another hospital",
				false,
				ask(|question| {
					relative(question);
					of_record(question).responsible = account(HOSPITAL_C);
				}),
			),
			("anybody else", false, ask(|_| {})),
		],
	);
}

#[test]
fn not_org() {
	// Opted in, but f001 may neither access nor correct.
	let deny = Terms { actions: Actions::of(&[Action::Read, Action::Write]), ..Terms::all(DENY) };
	let at_f001 = |question: &mut Question| acting(question).institution = account(F001);
	check_rows(
		vec![opted_in(), (Grantee::Institution(account(F001)), deny)],
		vec![
			("another hospital", true, ask(|_| {})),
			("f001, to access", false, ask(at_f001)),
			(
				"f001, to correct",
				false,
				ask(|question| {
					at_f001(question);
					question.action = Action::Write;
				}),
			),
			(
				"f001, the data of another hospital",
				false,
				ask(|question| {
					at_f001(question);
					of_record(question).responsible = account(HOSPITAL_C);
					of_record(question).author = account(HOSPITAL_C);
				}),
			),
			(
				"f001, what isn't denied",
				true,
				ask(|question| {
					at_f001(question);
					question.action = Action::Refer;
				}),
			),
		],
	);
}

#[test]
fn not_time() {
	// As coded: opted in, except in January 2015 and on the first day of February.
	let withdrawn = Terms {
		valid_from: Some(day(2015, 1, 1)),
		valid_until: Some(day(2015, 2, 2)),
		..Terms::all(DENY)
	};
	check_rows(
		vec![opted_in(), (Grantee::Everyone, withdrawn)],
		vec![
			("the day before", true, ask(|question| question.now = day(2015, 1, 1) - 1)),
			("the first day", false, ask(|question| question.now = day(2015, 1, 1))),
			("the last day", false, ask(|question| question.now = day(2015, 2, 2) - 1)),
			("the day after", true, ask(|question| question.now = day(2015, 2, 2))),
		],
	);
	// As its narrative has it: data of January and February 2015 are withheld from everybody.
	let (january, february) = (115 * 12, 115 * 12 + 1);
	let data_period = DataPeriod { from: Some(january), to: Some(february) };
	let withheld = Terms { data_period, ..Terms::all(DENY) };
	let about =
		|first, last| ask(|question| of_record(question).service = ServicePeriod { first, last });
	check_rows(
		vec![opted_in(), (Grantee::Everyone, withheld)],
		vec![
			("data of before", true, about(january - 1, january - 1)),
			("data of January", false, about(january, january)),
			("data of the whole winter", false, about(january - 1, february + 1)),
			("data of after", true, about(february + 1, february + 1)),
		],
	);
}

#[test]
fn signature() {
	// Opted in, except for one practitioner, for a year, who gets two kinds of document only. The
	// nested provision's author, a practitioner, and class, a media type, can't be expressed.
	let practitioner = Grantee::Person(account(DOCTOR));
	let excepted = Categories::of(&[Category::EpisodeSummary, Category::Discharge]);
	let others = Categories(Categories::of(Category::ALL).0 & !excepted.0);
	let terms = Terms {
		categories: others,
		valid_from: Some(day(2015, 10, 10)),
		valid_until: Some(day(2016, 10, 11)),
		..Terms::all(DENY)
	};
	let discharge = |question: &mut Question| of_record(question).category = Category::Discharge;
	let at = |now| ask(|question| question.now = now);
	check_rows(
		vec![opted_in(), (practitioner, terms)],
		vec![
			("a discharge summary", true, ask(discharge)),
			(
				"an episode summary",
				true,
				ask(|question| of_record(question).category = Category::EpisodeSummary),
			),
			("a laboratory report", false, ask(|_| {})),
			(
				"another practitioner",
				true,
				ask(|question| question.actor.account = account(OTHER_DOCTOR)),
			),
			("the day before", true, at(day(2015, 10, 10) - 1)),
			("the first day", false, at(day(2015, 10, 10))),
			("the last day", false, at(day(2016, 10, 11) - 1)),
			("the day after", true, at(day(2016, 10, 11))),
			// What can't be expressed shows: this should be refused, and the chain can't tell.
			(
				"a discharge summary by another author",
				true,
				ask(|question| {
					discharge(question);
					of_record(question).author = account(HOSPITAL_C);
				}),
			),
		],
	);
	// The codes are the categories' LOINC classes.
	assert_eq!(Category::EpisodeSummary.loinc(), Some("34133-9"));
	assert_eq!(Category::Discharge.loinc(), Some("18842-5"));
}

/// The codes of a list of codings, or of concepts that hold such lists.
fn codes(values: &serde_json::Value) -> Vec<String> {
	let list = values.as_array().cloned().unwrap_or_default();
	list.iter()
		.flat_map(|value| match value["code"].as_str() {
			Some(code) => vec![code.to_string()],
			None => codes(&value["coding"]),
		})
		.collect()
}

/// A provision's coded elements, one a line, those of nested ones indented.
fn coded(provision: &serde_json::Value, indent: &str, lines: &mut Vec<String>) {
	let mut line = |what: &str, value: String| lines.push(format!("{indent}{what} {value}"));
	for (name, value) in provision.as_object().expect("a provision is an object") {
		match name.as_str() {
			"type" => line(name, value.as_str().unwrap().to_string()),
			"period" | "dataPeriod" => line(
				name,
				format!("{}..{}", value["start"].as_str().unwrap(), value["end"].as_str().unwrap()),
			),
			"actor" => {
				for actor in value.as_array().unwrap() {
					let role = codes(&actor["role"]["coding"]).join(" ");
					let reference = actor["reference"]["reference"].as_str().unwrap();
					line(name, format!("{role} {reference}"));
				}
			},
			"action" | "purpose" | "class" | "code" | "securityLabel" => {
				line(name, codes(value).join(" "));
			},
			"provision" => {},
			other => panic!("an element that no row rests on: {other}"),
		}
	}
	for nested in provision["provision"].as_array().into_iter().flatten() {
		coded(nested, &format!("{indent}- "), lines);
	}
}

#[test]
fn rows_rest_on_the_files() {
	let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/hl7-consent");
	let expected: [(&str, &str, &[&str]); 6] = [
		("basic", "OPTIN", &["period 1964-01-01..2016-01-01"]),
		(
			"Emergency",
			"OPTOUT",
			&[
				"actor CST Organization/f001",
				"purpose ETREAT",
				"- type deny",
				"- actor CST Organization/f001",
			],
		),
		(
			"grantor",
			"OPTOUT",
			&["actor CST Organization/f001", "actor PRCP Patient/example", "action access"],
		),
		(
			"notOrg",
			"OPTIN",
			&["type deny", "actor PRCP Organization/f001", "action access correct"],
		),
		("notTime", "OPTIN", &["period 2015-01-01..2015-02-01"]),
		(
			"signature",
			"OPTIN",
			&[
				"period 2015-10-10..2016-10-10",
				"actor PRCP Practitioner/13",
				"- type permit",
				"- actor AUT Practitioner/xcda-author",
				"- class application/hl7-cda+xml",
				"- code 34133-9 18842-5",
			],
		),
	];
	if !std::path::Path::new(folder).exists() {
		eprintln!("no {folder}: the rows are not compared with the files");
		return;
	}
	for (name, rule, lines) in expected {
		let text = std::fs::read(format!("{folder}/consent-{name}.json")).unwrap();
		let file: serde_json::Value = serde_json::from_slice(&text).unwrap();
		assert_eq!(file["status"], "active", "{name}");
		assert_eq!(codes(&file["scope"]["coding"]), ["patient-privacy"], "{name}");
		assert_eq!(codes(&file["policyRule"]["coding"]), [rule], "{name}");
		let mut found = Vec::new();
		coded(&file["provision"], "", &mut found);
		found.sort();
		let mut lines: Vec<String> = lines.iter().map(|line| line.to_string()).collect();
		lines.sort();
		assert_eq!(found, lines, "{name}");
	}
}
