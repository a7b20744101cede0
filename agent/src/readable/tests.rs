//! Each kind of resource as it is printed, all real documents at hand, and damaged ones.

use super::*;
use crate::{english::ENGLISH, text::is_harmful};
use proptest::prelude::*;
use serde_json::{json, Value};
use std::{
	collections::BTreeSet,
	io::Write as _,
	path::{Path, PathBuf},
};
use vouchsafe_fhir::{import, Options, Unit};

fn document(value: &Value) -> Document {
	let document = read(value.to_string().as_bytes(), &ENGLISH).unwrap();
	check(&document);
	document
}

/// A resource as it is printed.
fn said(value: Value) -> String {
	document(&value).print(100)
}

fn bundle(resources: &[Value]) -> Value {
	let entry: Vec<_> = resources.iter().map(|it| json!({ "resource": it })).collect();
	json!({ "resourceType": "Bundle", "type": "collection", "entry": entry })
}

/// A concept with a code.
fn coded(system: &str, code: &str) -> Value {
	json!({ "coding": [{ "system": system, "code": code }] })
}

fn text(text: &str) -> Value {
	json!({ "text": text })
}

/// All texts of a document, and of these the titles.
fn texts(document: &Document) -> (Vec<&str>, Vec<&str>) {
	let (mut all, mut titles): (Vec<&str>, Vec<&str>) = Default::default();
	for block in &document.blocks {
		match block {
			Block::Heading { text, .. } => titles.push(text),
			Block::Text { text } | Block::Note { text } => all.push(text),
			Block::Facts { facts } => {
				all.extend(facts.iter().flat_map(|it| [it.label.as_str(), &it.value]));
			},
			Block::Table { columns, rows } => {
				titles.extend(rows.iter().filter_map(|row| row.first()).map(String::as_str));
				all.extend(rows.iter().chain([columns]).flatten().map(String::as_str));
			},
			Block::Series { label, unit, points, range, .. } => {
				titles.push(label);
				all.extend([unit, range].map(String::as_str));
				let points = points.iter();
				all.extend(points.flat_map(|it| [it.when.as_str(), &it.text, &it.remark]));
			},
		}
	}
	all.extend(&titles);
	(all, titles)
}

/// What holds for every document.
fn check(document: &Document) {
	assert!(!document.blocks.is_empty());
	let (all, _) = texts(document);
	for text in all {
		let is_tag = |it: &str| it.starts_with(|c: char| c.is_alphabetic() || "/!?".contains(c));
		assert!(!text.split('<').skip(1).any(is_tag), "a tag: {text:?}");
		let belongs = ['\n', '\u{200c}', '\u{200d}'];
		let is_bad = |c: char| {
			is_harmful(c) && !belongs.contains(&c) && !('\u{fe00}'..='\u{fe0f}').contains(&c)
		};
		assert!(!text.contains(is_bad), "{text:?}");
		for nothing in ["unknown", "null", "undefined"] {
			assert!(!text.eq_ignore_ascii_case(nothing), "{text:?}");
		}
	}
	for block in &document.blocks {
		match block {
			Block::Heading { text, level } => {
				assert!(!text.is_empty() && (1..=3).contains(level));
			},
			Block::Text { text } | Block::Note { text } => assert!(!text.is_empty()),
			Block::Facts { facts } => {
				assert!(!facts.is_empty());
				let is_full = |it: &Fact| !it.label.is_empty() && !it.value.is_empty();
				assert!(facts.iter().all(is_full), "{facts:?}");
			},
			Block::Table { columns, rows } => {
				assert!(!rows.is_empty() && rows.iter().all(|it| it.len() == columns.len()));
			},
			Block::Series { points, label, .. } => {
				assert!(points.len() > 1 && !label.is_empty());
				assert!(points.iter().all(|it| !it.when.is_empty() && !it.text.is_empty()));
				assert!(points.windows(2).all(|it| it[0].moment < it[1].moment));
			},
		}
	}
	let size: usize = texts(document).0.iter().map(|it| it.len()).sum();
	assert!(document.blocks.len() <= layout::MOST_BLOCKS + 1 && size <= 2 * layout::MOST_BYTES);
}

#[test]
fn what_is_not_fhir_is_refused() {
	for bytes in [&b""[..], b"{", b"[]", b"{}", b"\xff", br#"{"resourceType":1}"#] {
		assert!(read(bytes, &ENGLISH).is_err(), "{bytes:?}");
	}
	let marked = b"\xef\xbb\xbf{\"resourceType\":\"Basic\"}";
	check(&read(marked, &ENGLISH).unwrap());
}

#[test]
fn allergies_say_how_dangerous_they_are() {
	let allergy = json!({
		"resourceType": "AllergyIntolerance",
		"clinicalStatus": coded("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active"),
		"verificationStatus": coded("x", "confirmed"),
		"criticality": "high",
		"category": ["food"],
		"code": text("Peanuts (substance)"),
		"onsetDateTime": "2011-05",
		"recordedDate": "2019-03-02T10:00:00Z",
		"reaction": [{
			"manifestation": [text("Hives"), text("Shortness of breath")],
			"severity": "severe",
			"description": "After half a biscuit",
		}],
		"note": [{ "text": "Carries an <b>autoinjector</b>" }],
	});
	assert_eq!(
		said(allergy),
		"Allergies\n=========\n\nPeanuts\n-------\n\nStatus:    current\nDanger:    high\nReaction:  Hives, \
		 Shortness of breath\nSeverity:  severe\nGroup:     food\nSince:     May 2011\nRecorded:  2 March \
		 2019\n\nAfter half a biscuit\n\nCarries an autoinjector"
	);
}

#[test]
fn problems_are_a_table_and_what_is_over_comes_last() {
	let problem = |what: &str, status: &str, since: &str| {
		json!({
			"resourceType": "Condition", "code": text(what), "onsetDateTime": since,
			"clinicalStatus": coded("x", status), "verificationStatus": coded("x", "confirmed"),
		})
	};
	let problems = bundle(&[
		problem("Fracture", "resolved", "2020-01-05"),
		problem("Asthma", "active", "1999"),
		problem("Diabetes", "active", "2015-04"),
	]);
	assert_eq!(
		said(problems),
		"Diagnoses and problems\n======================\n\nWhat      Status    Since\n\
		 ----------------------------------\nDiabetes  current   April 2015\nAsthma    current   1999\n\
		 Fracture  resolved  5 January 2020"
	);
	let ruled_out = json!({
		"resourceType": "Condition", "code": text("Malaria"), "verificationStatus": coded("x", "refuted"),
		"abatementString": "after the journey", "note": [text("Test negative")],
	});
	assert_eq!(
		said(ruled_out),
		"Diagnoses and problems\n======================\n\nMalaria\n-------\n\nCertainty:  ruled out\nUntil:\
		 \u{20}     after the journey\n\nTest negative"
	);
}

#[test]
fn medicines_say_dose_reason_and_who() {
	let request = |dosage: Value| {
		bundle(&[
			json!({ "resourceType": "Medication", "id": "m", "code": text("Ibuprofen 400 mg") }),
			json!({ "resourceType": "Practitioner", "id": "p",
				"name": [{ "prefix": ["Dr."], "given": ["Ada"], "family": "Berger" }] }),
			json!({
				"resourceType": "MedicationRequest", "status": "active", "authoredOn": "2026-11-02",
				"medicationReference": { "reference": "Medication/m" },
				"requester": { "reference": "Practitioner/p" },
				"reasonCode": [text("Back pain")],
				"dosageInstruction": [dosage],
			}),
		])
	};
	let dose = json!({
		"doseAndRate": [{ "doseQuantity": { "value": 1, "unit": "tablet" } }],
		"timing": { "repeat": { "frequency": 3, "period": 1, "periodUnit": "d", "when": ["PC"],
			"boundsDuration": { "value": 2, "code": "wk" } } },
		"route": text("by mouth"),
		"asNeededCodeableConcept": text("pain"),
	});
	let said = said(request(dose));
	assert!(said.contains("Ibuprofen 400 mg\n----------------\n\nStatus:  current\n"), "{said}");
	let dose =
		"Dose:    1 tablet; 3 times a day, after meals, for 2 weeks; by mouth; as needed: pain";
	assert!(said.contains(dose), "{said}");
	assert!(
		said.contains("Reason:  Back pain\nWhen:    2 November 2026\nWho:     Dr. Ada Berger"),
		"{said}"
	);
	assert_eq!(said.matches("Ibuprofen").count(), 1, "{said}");
	let free = json!({ "text": "1-0-1", "timing": { "code": coded("x", "BID") } });
	assert!(super::tests::said(request(free)).contains("Dose:    1-0-1\n"));
	let code = json!({ "timing": { "code": coded("x", "BID") }, "asNeededBoolean": true });
	assert!(super::tests::said(request(code)).contains("Dose:    twice a day, as needed\n"));
	let never = json!({ "resourceType": "MedicationRequest", "doNotPerform": true,
		"medicationCodeableConcept": text("Penicillin") });
	assert!(super::tests::said(never).contains("Must not be given or done:  yes"));
}

fn measured(code: &str, date: &str, value: f64, interpretation: &str) -> Value {
	json!({
		"resourceType": "Observation", "status": "final", "code": text(code), "effectiveDateTime": date,
		"category": [coded("x", "laboratory")],
		"valueQuantity": { "value": value, "unit": "mmol/L" },
		"interpretation": [coded("x", interpretation)],
		"referenceRange": [{ "low": { "value": 3.5, "unit": "mmol/L" }, "high": { "value": 5, "unit": "mmol/L" } }],
	})
}

#[test]
fn results_have_range_and_meaning() {
	assert_eq!(
		said(measured("Potassium", "2026-11-02T08:30:00+01:00", 5.6, "H")),
		"Results\n=======\n\nLaboratory\n----------\n\nWhat       Value       Assessment  Normal range  When\n\
		 -------------------------------------------------------------------------\nPotassium  5.6 \
		 mmol/L  too high    3.5 to 5      2 November 2026 at 08:30"
	);
}

#[test]
fn what_is_measured_again_is_a_course() {
	let resources = [
		measured("Potassium", "2026-11-02T08:30:00Z", 5.6, "H"),
		measured("Potassium", "2026-10-02", 4.123_456_789, "N"),
		measured("Sodium", "2026-10-02", 140.0, "N"),
	];
	let document = document(&bundle(&resources));
	let series = document.blocks.iter().find_map(|it| match it {
		Block::Series { label, unit, points, low, high, .. } => {
			Some((label.as_str(), unit.as_str(), points, *low, *high))
		},
		_ => None,
	});
	let (label, unit, points, low, high) = series.unwrap();
	assert_eq!((label, unit, low, high), ("Potassium", "mmol/L", Some(3.5), Some(5.0)));
	let points: Vec<_> =
		points.iter().map(|it| (&*it.moment, &*it.when, &*it.text, &*it.remark)).collect();
	assert_eq!(
		points,
		[
			("2026-10-02", "2 October 2026", "4.12", "normal"),
			("2026-11-02T08:30", "2 November 2026", "5.6", "too high"),
		]
	);
	assert!(document.print(100).contains("Sodium"));
}

#[test]
fn components_and_other_values_are_results() {
	let pressure = json!({
		"resourceType": "Observation", "code": text("Blood pressure"), "status": "preliminary",
		"component": [
			{ "code": text("Systolic blood pressure"), "valueQuantity": { "value": 120, "code": "mm[Hg]" } },
			{ "code": text("Cuff"), "valueCodeableConcept": text("large") },
			{ "code": text("Arm"), "dataAbsentReason": coded("x", "unknown") },
		],
	});
	let said_of = said(pressure);
	assert!(said_of.contains("Systolic blood pressure  120 mmHg  preliminary"), "{said_of}");
	assert!(said_of.contains("Blood pressure: Cuff     large     preliminary"), "{said_of}");
	assert!(!said_of.contains("Arm"));
	let value = |name: &str, value: Value| {
		let mut observation = json!({ "resourceType": "Observation", "code": text("X") });
		observation[name] = value;
		said(observation)
	};
	for (name, given, shown) in [
		("valueString", json!("some <i>text</i>"), "X     some text"),
		("valueInteger", json!(3), "X     3"),
		("valueBoolean", json!(false), "X     no"),
		(
			"valueRatio",
			json!({ "numerator": { "value": 1 }, "denominator": { "value": 128 } }),
			"X     1:128",
		),
		(
			"valueQuantity",
			json!({ "value": 5, "comparator": "<", "unit": "mg/L" }),
			"X     < 5 mg/L",
		),
		("valueQuantity", json!({ "value": 41.5, "unit": "%" }), "X     41.5 %"),
		("valueRange", json!({ "low": { "value": 1 }, "high": { "value": 2 } }), "X     1 to 2"),
		("valueDateTime", json!("2026-11"), "X     November 2026"),
		("interpretation", json!([coded("x", "POS")]), "X     positive"),
	] {
		let said = value(name, given);
		assert!(said.ends_with(shown), "{said}");
	}
	// Without any value, the facts are shown.
	let none = json!({ "resourceType": "Observation", "code": text("Seen"), "effectiveDateTime": "2020",
		"status": "cancelled" });
	assert_eq!(said(none), "Results\n=======\n\nSeen\n----\n\nStatus:  cancelled\nWhen:    2020");
}

#[test]
fn the_same_answer_on_several_dates_is_one_row() {
	let smoking = |date: &str, answer: &str| {
		json!({ "resourceType": "Observation", "code": text("Smoking"), "effectiveDateTime": date,
			"valueCodeableConcept": text(answer) })
	};
	let said = said(bundle(&[
		smoking("2012-01-01", "yes"),
		smoking("2013-01-01", "no"),
		smoking("2015-01-01", "no"),
	]));
	let rows: Vec<_> = said.lines().skip(8).collect();
	assert_eq!(
		rows,
		[
			"Smoking  no     1 January 2013 to 1 January 2015 (2 times)",
			"Smoking  yes    1 January 2012"
		]
	);
}

#[test]
fn reports_say_their_conclusion_and_head_their_results() {
	let mut result = measured("Potassium", "2026-11-02", 5.6, "H");
	result["id"] = json!("r");
	let report = |conclusion: Value| {
		bundle(&[
			json!({
				"resourceType": "DiagnosticReport", "code": text("Blood salts"), "status": "final",
				"effectiveDateTime": "2026-11-02", "result": [{ "reference": "Observation/r" }],
				"conclusion": conclusion,
			}),
			result.clone(),
		])
	};
	let said_of = said(report(json!("Drink <less> juice.\nCome again.")));
	assert!(said_of.starts_with("Reports\n=======\n\nBlood salts\n-----------\n\n"), "{said_of}");
	assert!(said_of.contains("\n\nDrink ‹less> juice.\nCome again.\n\nResults\n"), "{said_of}");
	let said_of = said(report(Value::Null));
	assert!(said_of.starts_with("Results\n=======\n\nBlood salts\n-----------\n\n"), "{said_of}");
	let letter = json!({
		"resourceType": "DiagnosticReport", "code": text("X-ray"),
		"presentedForm": [
			{ "contentType": "text/plain", "data": "Tm8gZnJhY3R1cmUu" },
			{ "contentType": "text/html", "data": "PHA+QWxsIDxiPndlbGw8L2I+PC9wPjxzY3JpcHQ+eDwvc2NyaXB0Pg==" },
			{ "contentType": "application/pdf", "data": "JVBERg==", "title": "Report.pdf" },
		],
	});
	let said_of = said(letter);
	assert!(said_of.contains("The file contains “Report.pdf”"), "{said_of}");
	assert!(said_of.ends_with("No fracture.\n\nAll well"), "{said_of}");
}

#[test]
fn vaccinations_say_against_what_and_whether_they_were_given() {
	let given = json!({
		"resourceType": "Immunization", "status": "not-done", "vaccineCode": text("MMR"),
		"statusReason": text("Fever"), "occurrenceDateTime": "2026-03-04T10:00:00Z", "lotNumber": "A12",
		"protocolApplied": [{ "targetDisease": [text("Measles"), text("Mumps")], "doseNumberPositiveInt": 2 }],
	});
	assert_eq!(
		said(given),
		"Vaccinations\n============\n\nMMR\n---\n\nStatus:       not done\nReason:       Fever\nWhen:         4 \
		 March 2026\nAgainst:      Measles, Mumps\nDose number:  2\nBatch:        A12"
	);
}

#[test]
fn visits_say_where_when_and_why() {
	let visit = bundle(&[
		json!({ "resourceType": "Organization", "id": "o", "name": "Hospital A" }),
		json!({
			"resourceType": "Encounter", "status": "finished",
			"class": { "code": "IMP", "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode" },
			"period": { "start": "2026-11-02T08:30:00Z", "end": "2026-11-04T10:00:00Z" },
			"serviceProvider": { "reference": "Organization/o" },
			"participant": [{ "individual": { "display": "Dr. Chen" } }],
			"reasonCode": [text("Appendicitis")],
		}),
	]);
	assert_eq!(
		said(visit),
		"Visits and stays\n================\n\nhospital stay\n-------------\n\nWhen:    2 November 2026 at 08:30 \
		 to 4 November 2026 at 10:00\nWhere:   Hospital A\nWho:     Dr. Chen\nReason:  Appendicitis\n\n\
		 People and places\n=================\n\nHospital A\n----------"
	);
	let appointment = json!({
		"resourceType": "Appointment", "status": "booked", "description": "Check-up",
		"start": "2026-12-01T09:00:00+01:00", "participant": [{ "actor": { "display": "Dr. Chen" } }],
	});
	assert!(said(appointment)
		.contains("Status:  booked\nWhen:    1 December 2026 at 09:00\nWho:     Dr. Chen"));
}

#[test]
fn procedures_plans_and_goals_are_shown() {
	let procedure = json!({
		"resourceType": "Procedure", "status": "completed", "performedPeriod": { "start": "2026-01-02" },
		"code": { "coding": [{ "system": "http://snomed.info/sct", "code": "80146002",
			"display": "Appendectomy (procedure)" }] },
		"outcome": text("Successful"), "bodySite": [coded("http://snomed.info/sct", "66754008")],
	});
	assert_eq!(
		said(procedure),
		"Procedures\n==========\n\nAppendectomy\n------------\n\nWhen:              since 2 January \
		 2026\nPart of the body:  code 66754008 of SNOMED CT\nOutcome:           Successful"
	);
	let plan = said(bundle(&[
		json!({ "resourceType": "Goal", "id": "g", "lifecycleStatus": "active", "description": text("Walk daily"),
			"achievementStatus": coded("x", "improving"),
			"target": [{ "detailQuantity": { "value": 30, "unit": "min" }, "dueDate": "2027" }] }),
		json!({ "resourceType": "CarePlan", "status": "active", "title": "Back on your feet",
			"goal": [{ "reference": "Goal/g" }], "description": "See you soon",
			"activity": [{ "detail": { "code": text("Swimming") } }] }),
	]));
	assert!(
		plan.contains("Status:    current\nGoals:     Walk daily\nMeasures:  Swimming\n\nSee you"),
		"{plan}"
	);
	assert!(
		plan.contains(
			"Status:    current\nProgress:  improving\nTarget:    30 min\nUntil:     2027"
		),
		"{plan}"
	);
}

#[test]
fn bills_have_amounts() {
	let bill = json!({
		"resourceType": "Claim", "status": "active", "type": coded("x", "pharmacy"),
		"billablePeriod": { "start": "2026-01-02", "end": "2026-01-02" },
		"provider": { "display": "Pharmacy B" }, "total": { "value": 12.5, "currency": "EUR" },
		"item": [
			{ "productOrService": text("Ibuprofen"), "net": { "value": 10, "currency": "EUR" } },
			{ "productOrService": text("Bandage"), "net": { "value": 2.5, "currency": "EUR" } },
		],
	});
	assert_eq!(
		said(bill),
		"Bills\n=====\n\nBill: Ibuprofen\n---------------\n\nKind:   pharmacy\nWhen:   2 January 2026\nFrom:   \
		 Pharmacy B\nTotal:  12.50 EUR\n\nWhat       Amount\n-------------------\nIbuprofen  10 EUR\nBandage    \
		 2.50 EUR"
	);
	let settled = said(json!({
		"resourceType": "ExplanationOfBenefit", "insurer": { "display": "Insurer C" },
		"payment": { "amount": { "value": 8, "currency": "EUR" } },
		"total": [{ "category": text("Allowed"), "amount": { "value": 9, "currency": "EUR" } }],
	}));
	assert!(settled.contains("Insurer:  Insurer C\nPaid:     8 EUR\nAllowed:  9 EUR"), "{settled}");
	let insured = said(json!({ "resourceType": "Coverage", "payor": [{ "display": "Insurer C" }],
		"subscriberId": "77", "period": { "end": "2027" } }));
	assert!(insured.contains("Number:  77\nValid:   until 2027"), "{insured}");
}

#[test]
fn documents_images_and_questionnaires_are_shown() {
	let letter = said(json!({
		"resourceType": "DocumentReference", "status": "current", "description": "Discharge letter",
		"date": "2026-01-02", "author": [{ "display": "Dr. Chen" }],
		"content": [{ "attachment": { "contentType": "application/pdf", "url": "Binary/1", "title": "a.pdf" } }],
	}));
	assert!(letter.contains("When:  2 January 2026\nWho:   Dr. Chen\nFile:  a.pdf"), "{letter}");
	let image = said(json!({
		"resourceType": "ImagingStudy", "started": "2026-01-02", "numberOfInstances": 2,
		"series": [{ "modality": { "code": "DX", "display": "Digital Radiography" },
			"bodySite": { "display": "Clavicle", "code": "1" } }],
	}));
	assert!(image.contains("Digital Radiography\n-------------------"), "{image}");
	assert!(image.contains("Part of the body:  Clavicle\n"), "{image}");
	assert!(image.contains("Number of images:  2"), "{image}");
	let answers = said(json!({
		"resourceType": "QuestionnaireResponse", "authored": "2026-01-02",
		"item": [{ "text": "Smoking", "item": [{ "text": "Do you smoke?", "answer": [{ "valueBoolean": false }] }] }],
	}));
	assert!(answers.contains("Smoking\nDo you smoke?  no"), "{answers}");
	let file = said(
		json!({ "resourceType": "Binary", "contentType": "application/pdf", "data": "JVBERg==" }),
	);
	assert!(file.contains("The file contains “PDF”"), "{file}");
}

#[test]
fn compositions_come_as_they_were_written() {
	let letter = bundle(&[
		json!({
			"resourceType": "Composition", "status": "final", "title": "Discharge letter",
			"date": "2026-01-02T10:00:00Z", "author": [{ "display": "Dr. Chen" }],
			"section": [
				{ "title": "History", "text": { "status": "additional", "div": "<div><p>Fell &amp; got up</p></div>" } },
				{ "title": "Allergies", "entry": [{ "reference": "AllergyIntolerance/a" }],
					"text": { "status": "generated", "div": "<div>Peanuts again</div>" } },
				{ "title": "Empty" },
				{ "title": "Outer", "section": [{ "title": "Inner", "text": {
					"div": "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>" } }] },
			],
		}),
		json!({ "resourceType": "AllergyIntolerance", "id": "a", "code": text("Peanuts") }),
	]);
	assert_eq!(
		said(letter),
		"Discharge letter\n================\n\nRecorded:  2 January 2026 at 10:00\nWho:       Dr. Chen\n\n\
		 History\n-------\n\nFell & got up\n\nOuter\n-----\n\nInner\n\nA  B\n----\n1  2\n\nAllergies\n=========\
		 \n\nPeanuts\n-------"
	);
}

#[test]
fn other_kinds_are_shown_by_what_they_say() {
	let other = json!({
		"resourceType": "NutritionIntake", "id": "1", "status": "completed",
		"code": text("Breakfast"), "occurrenceDateTime": "2026-01-02",
		"consumedItem": [{ "type": text("Porridge"), "amount": { "value": 200, "unit": "g" }, "rate": "xyz" }],
		"subject": { "display": "Eva" },
	});
	assert_eq!(
		said(other),
		"Other information\n=================\n\nBreakfast\n---------\n\nStatus:        completed\nWhen:          2 \
		 January 2026\nMore details:  200 g, Porridge"
	);
	let with_text = json!({ "resourceType": "Basic", "text": { "status": "generated",
		"div": "<div>Only <i>this</i></div>" } });
	assert!(said(with_text).ends_with("Without a name\n--------------\n\nOnly this"));
	assert!(said(json!({ "resourceType": "Basic" })).ends_with("The file has all of it."));
	assert!(said(bundle(&[])).ends_with("The file has all of it."));
}

#[test]
fn what_is_wrong_is_said_first() {
	let wrong = json!({ "resourceType": "Condition", "code": text("Gout"),
		"verificationStatus": coded("x", "entered-in-error") });
	let note = "! Entered in error: do not rely on this.";
	assert!(said(wrong.clone()).starts_with(note));
	let right = json!({ "resourceType": "Condition", "code": text("Asthma") });
	let said_of = said(bundle(&[right.clone(), right, wrong]));
	assert!(said_of.starts_with("! Entered in error: Gout. Do not rely on this.\n"), "{said_of}");
	assert_eq!(said_of.matches(note).count(), 1);
	assert!(said_of.find(note) < said_of.find("Asthma"));
	let mut result = measured("Potassium", "2026-11-02", 5.6, "H");
	result["status"] = json!("entered-in-error");
	let said_of = said(result);
	assert!(said_of.starts_with(note) && said_of.ends_with("Entered in error"), "{said_of}");
}

#[test]
fn references_lead_to_names() {
	let patient = json!({
		"resourceType": "Patient", "gender": "female", "birthDate": "1950-01-02",
		"name": [{ "use": "maiden", "text": "Eva Alt" }, { "use": "official", "given": ["Eva"], "family": "Muster" }],
	});
	assert!(said(patient)
		.starts_with("Patient:  Eva Muster\nBorn:     2 January 1950\nSex:      female"));
	let doctor = json!({ "resourceType": "Practitioner", "id": "d", "name": [{ "text": "Dr. Chen" }],
		"identifier": [{ "system": "s", "value": "7" }] });
	let role = json!({ "resourceType": "PractitionerRole", "id": "r",
		"practitioner": { "reference": "http://a.example/fhir/Practitioner/d" } });
	let asserted = |asserter: Value| {
		let mut condition = json!({ "resourceType": "Condition", "code": text("Gout"),
			"contained": [{ "resourceType": "RelatedPerson", "id": "c", "name": [{ "text": "Otto" }] }] });
		condition["asserter"] = asserter;
		said(bundle(&[doctor.clone(), role.clone(), condition]))
	};
	for (reference, name) in [
		(json!({ "reference": "Practitioner/d" }), "Dr. Chen"),
		(json!({ "reference": "Practitioner/d/_history/2" }), "Dr. Chen"),
		(json!({ "reference": "PractitionerRole/r" }), "Dr. Chen"),
		(json!({ "reference": "Practitioner?identifier=s|7" }), "Dr. Chen"),
		(
			json!({ "type": "Practitioner", "identifier": { "system": "s", "value": "7" } }),
			"Dr. Chen",
		),
		(json!({ "reference": "#c" }), "Otto"),
		(json!({ "reference": "urn:uuid:1", "display": "Dr. Away" }), "Dr. Away"),
	] {
		let said = asserted(reference.clone());
		assert!(said.contains(&format!("Who:  {name}\n")), "{reference} {said}");
	}
	assert!(!asserted(json!({ "reference": "urn:uuid:1" })).contains("Who:"));
	// A circle of references ends.
	let circle = json!({ "resourceType": "PractitionerRole", "id": "r",
		"practitioner": { "reference": "PractitionerRole/r" } });
	document(&circle);
}

#[test]
fn long_documents_are_cut_with_a_note() {
	let note = |number: usize| {
		json!({ "resourceType": "Condition", "code": text(&format!("No. {number}")),
			"note": [{ "text": "x".repeat(1_000) }] })
	};
	let many: Vec<_> = (0..3_000).map(note).collect();
	let document = document(&bundle(&many));
	let Some(Block::Note { text }) = document.blocks.last() else { panic!("no note") };
	assert!(text.contains("more parts were left out"), "{text}");
	let few = super::tests::document(&bundle(&many[..100]));
	assert!(!few.blocks.iter().any(|it| matches!(it, Block::Note { .. })));
}

#[test]
fn documents_are_for_other_programs_too() {
	let json = serde_json::to_value(document(&measured("K", "2026", 5.0, "N"))).unwrap();
	assert_eq!(json["blocks"][0], json!({ "kind": "heading", "level": 1, "text": "Results" }));
}

/// The folder with `data/` and `cases/`: `VOUCHSAFE_DATA`, or `shared` beside the checkout.
fn shared() -> Option<PathBuf> {
	let folder = match std::env::var_os("VOUCHSAFE_DATA") {
		Some(folder) => PathBuf::from(folder),
		None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
	};
	if folder.join("data").is_dir() {
		return Some(folder);
	}
	// Straight to the terminal, because the output of a test that passes is hidden.
	let missing = folder.display();
	let _ = writeln!(std::io::stderr(), "skipped: {missing} is not here; set VOUCHSAFE_DATA");
	None
}

/// The FHIR files in a folder and the folders in it. Each line of NDJSON is one.
fn files_in(folder: &Path, files: &mut Vec<Vec<u8>>) {
	for entry in std::fs::read_dir(folder).unwrap() {
		let path = entry.unwrap().path();
		match path.extension().and_then(|it| it.to_str()) {
			_ if path.is_dir() => files_in(&path, files),
			Some("json") => files.push(std::fs::read(path).unwrap()),
			Some("ndjson") => {
				let bytes = std::fs::read(path).unwrap();
				files.extend(bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec));
			},
			_ => {},
		}
	}
}

#[test]
fn real_documents_are_readable() {
	let mut files = vec![include_bytes!("../../../cli/examples/bundle.json").to_vec()];
	if let Some(folder) = shared() {
		files_in(&folder, &mut files);
	}
	let (mut kinds, mut seen) = (BTreeSet::new(), BTreeSet::new());
	let mut read_all = 0;
	for file in &files {
		let Ok(whole) = read(file, &ENGLISH) else { continue };
		check(&whole);
		let mut records = BTreeSet::from([file.clone()]);
		for unit in Unit::ALL {
			let options = Options { unit, today: 1522, incomplete: true };
			if let Ok(import) = import(file, "file.json", &options) {
				records.extend(import.records.into_iter().map(|it| it.content));
			}
		}
		for record in records {
			let document = read(&record, &ENGLISH).unwrap();
			check(&document);
			let value: Value = serde_json::from_slice(&record).unwrap();
			let resources = Source::new(&value).unwrap().resources;
			let (all, titles) = texts(&document);
			for text in all {
				let small = text.to_lowercase();
				let is_bad = ["unknown", "null", "undefined"].iter().any(|it| small.contains(it));
				assert!(!is_bad, "{text}");
			}
			for resource in resources {
				let kind = source::kind_of(resource).unwrap();
				assert!(!titles.contains(&kind), "a type as a title: {kind}");
				kinds.insert(kind.to_owned());
				if seen.insert(resource.to_string()) {
					assert!(!super::tests::document(resource).blocks.is_empty(), "{resource}");
				}
			}
			read_all += 1;
		}
	}
	assert!(read_all >= files.len().min(2) && !kinds.is_empty(), "{read_all} {kinds:?}");
}

/// A value in place of another.
fn strange() -> impl Strategy<Value = Value> {
	prop_oneof![
		Just(Value::Null),
		Just(json!(true)),
		Just(json!(-1.5e300)),
		Just(json!(1e-300)),
		Just(json!(u64::MAX)),
		Just(json!("")),
		Just(json!("unknown")),
		Just(json!("entered-in-error")),
		Just(json!("<script>alert(1)</script><p>x")),
		Just(json!("&lt;img src=x>\u{202e}\u{1b}[2J")),
		Just(json!("2026-11-21T14:05:00Z")),
		Just(json!("Observation/r")),
		Just(json!("#")),
		Just(json!([])),
		Just(json!([[["x"]]])),
		Just(json!({})),
		Just(json!({ "coding": { "code": 1 } })),
		Just(json!({ "value": 1, "unit": "<b>" })),
		Just(json!({ "reference": "Observation/r" })),
		Just(json!({ "resourceType": "Patient" })),
		Just(json!({ "div": "<div>&#60;b&#62;</div>" })),
		".{0,20}".prop_map(Value::from),
	]
}

/// Replaces the value at this place, counted from the root.
fn replace(value: &mut Value, place: &mut usize, new: &Value) {
	if *place == 0 {
		*value = new.clone();
	}
	*place = place.wrapping_sub(1);
	match value {
		Value::Array(items) => items.iter_mut().for_each(|it| replace(it, place, new)),
		Value::Object(fields) => fields.values_mut().for_each(|it| replace(it, place, new)),
		_ => {},
	}
}

proptest! {
	#[test]
	fn damaged_documents_are_read(
		changes in proptest::collection::vec((1usize..352, strange()), 1..12),
	) {
		let mut whole: Value =
			serde_json::from_slice(include_bytes!("../../../cli/examples/bundle.json")).unwrap();
		for (mut place, new) in changes {
			replace(&mut whole, &mut place, &new);
		}
		if let Ok(document) = read(whole.to_string().as_bytes(), &ENGLISH) {
			check(&document);
			let _ = document.print(80);
		}
	}
}

#[test]
fn work_is_bounded() {
	let start = std::time::Instant::now();
	let quotes = "<a \">".repeat(100_000);
	let ids = (0..20_000).map(|it| json!({ "resourceType": "Basic", "id": format!("{it}") }));
	let contained: Vec<_> = ids.collect();
	let references = vec![json!({ "reference": "#19999" }); 20_000];
	let total = |number: usize| {
		let labels = (0..20).map(|it| {
			let label = text(&format!("{number} {it}"));
			json!({ "category": label, "amount": { "value": it, "currency": "EUR" } })
		});
		json!({ "resourceType": "ExplanationOfBenefit", "total": labels.collect::<Vec<_>>() })
	};
	let totals: Vec<_> = (0..2_000).map(total).collect();
	document(&json!({ "resourceType": "Basic", "text": { "div": quotes } }));
	document(&json!({ "resourceType": "DiagnosticReport", "contained": contained,
		"result": references, "performer": references }));
	document(&bundle(&totals));
	let long: Value = serde_json::from_str(&format!(
		r#"{{ "resourceType": "Observation", "valueQuantity": {{ "value": 1{} }} }}"#,
		"0".repeat(200_000)
	))
	.unwrap_or_default();
	if !long.is_null() {
		assert!(said(long).len() < 1_000);
	}
	// Far less than a minute even on a busy machine; without bounds it takes many minutes.
	assert!(start.elapsed().as_secs() < 60);
}
