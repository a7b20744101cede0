use super::*;
use crate::dates::month_index;
use std::path::PathBuf;
use vouchsafe_client::chain::Category;

fn example(name: &str) -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/examples").join(name)
}

fn import_json(text: &str) -> Import {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("bundle.json");
	std::fs::write(&path, text).unwrap();
	read(&path, &Wish::default()).unwrap()
}

fn condition(id: &str, code: &str, date: &str) -> String {
	format!(
		r#"{{"resourceType":"Bundle","type":"collection","entry":[
		{{"resource":{{"resourceType":"Patient","id":"p","identifier":[{{"system":"h","value":"1"}}]}}}},
		{{"resource":{{"resourceType":"Condition","id":"{id}","subject":{{"reference":"Patient/p"}},
		"code":{{"coding":[{{"system":"http://snomed.info/sct","code":"{code}"}}]}},
		"recordedDate":"{date}"}}}}]}}"#
	)
}

#[test]
fn a_bundle_becomes_documents() {
	let path = example("bundle.json");
	let wish = Wish { labels: vec!["mine".into()], ..Wish::default() };
	let import = read(&path, &wish).unwrap();
	let summary = import.records.iter().find(|it| it.is_summary()).unwrap();
	let document = document_of(summary, &path, &wish, false).unwrap();
	assert_eq!(document.title, "Patient summary (6 resources)");
	assert_eq!(document.media_type, "application/fhir+json");
	let Place::New { category, months, labels, origin, confidentiality, .. } = &document.place
	else {
		panic!("a new record");
	};
	assert!(*category == Category::Summary && *origin == Origin::Imported);
	assert_eq!(months.1, month_index(2025, 4).unwrap());
	assert_eq!(labels, &["mine", "psychiatry"]);
	assert_eq!(confidentiality.word(), "restricted");
	let plain = Wish {
		without_labels: true,
		confidentiality: Some(Confidentiality::Normal),
		..Wish::default()
	};
	assert!(labels_of(summary, &plain).is_empty());
	assert_eq!(confidentiality_of(summary, &plain).word(), "normal");
}

#[test]
fn a_label_that_the_user_adds_raises_the_confidentiality() {
	let import = import_json(&condition("c", "38341003", "2026-03-04"));
	let wish = Wish { labels: vec!["hiv".into()], ..Wish::default() };
	assert_eq!(confidentiality_of(&import.records[0], &wish).word(), "restricted");
	assert_eq!(confidentiality_of(&import.records[0], &Wish::default()).word(), "normal");
}

#[test]
fn a_file_is_a_document_and_needs_a_month() {
	let path = example("letter.txt");
	let import = read(&path, &Wish::default()).unwrap();
	let said = ask_for_months(&import, &Wish::default(), &path).unwrap_err().to_string();
	assert!(said.contains("letter.txt") && said.contains("--month"), "{said}");
	let wish = Wish { months: Some((7, 8)), ..Wish::default() };
	ask_for_months(&import, &wish, &path).unwrap();
	let document = document_of(&import.records[0], &path, &wish, true).unwrap();
	assert_eq!(document.media_type, "text/plain");
	assert_eq!(document.title, "letter.txt");

	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("letter.fodt");
	std::fs::write(&path, "a letter").unwrap();
	let import = read(&path, &wish).unwrap();
	let document = document_of(&import.records[0], &path, &wish, true).unwrap();
	assert_eq!(document.media_type, "application/octet-stream; extension=\"fodt\"");
}

#[test]
fn imports_are_remembered_for_one_key_and_patient() {
	let folder = tempfile::tempdir().unwrap();
	let home = Home::at(folder.path());
	let me = Identity::development("//DoctorA").unwrap();
	let patient = AccountId::new([7; 32]);
	let import = import_json(&condition("c", "38341003", "2026-03-04"));
	let record = &import.records[0];
	let memory = Memory::load(&home, &me, &patient).unwrap();
	memory.refuse_again(&import).unwrap();
	memory.refuse_other_patient(&import).unwrap();
	assert!(!memory.has(record));
	let ids = [(record, H256([3; 32]))];
	Memory::update(&home, &me, &patient, |memory| memory.remember(&import, &ids, 1_798_675_200))
		.unwrap();

	let memory = Memory::load(&home, &me, &patient).unwrap();
	let said = memory.refuse_again(&import).unwrap_err().to_string();
	assert!(said.contains("2026-12-31") && said.contains("--again"), "{said}");
	assert!(memory.has(record));
	assert_eq!(memory.summary(record), Some(H256([3; 32])));

	let later = import_json(&condition("d", "38341003", "2026-03-05"));
	memory.refuse_again(&later).unwrap();
	assert!(!memory.has(&later.records[0]), "other content");
	assert_eq!(memory.summary(&later.records[0]), Some(H256([3; 32])));

	let other =
		condition("c", "38341003", "2026-03-04").replace(r#""value":"1""#, r#""value":"2""#);
	let said = memory.refuse_other_patient(&import_json(&other)).unwrap_err().to_string();
	assert!(said.contains("another person") && said.contains("--same-patient"), "{said}");

	let nobody = Memory::load(&home, &me, &AccountId::new([8; 32])).unwrap();
	assert_eq!(nobody, Memory::default());
}

#[test]
fn imports_that_end_at_once_are_all_remembered() {
	let folder = tempfile::tempdir().unwrap();
	let home = Home::at(folder.path());
	let me = Identity::development("//DoctorA").unwrap();
	let patient = AccountId::new([7; 32]);
	let imports: Vec<Import> = (1..=8)
		.map(|day| import_json(&condition("c", "38341003", &format!("2026-03-0{day}"))))
		.collect();
	std::thread::scope(|scope| {
		for import in &imports {
			let (home, me, patient) = (&home, &me, &patient);
			scope.spawn(move || {
				Memory::update(home, me, patient, |memory| memory.remember(import, &[], 0))
					.unwrap();
			});
		}
	});
	let memory = Memory::load(&home, &me, &patient).unwrap();
	assert!(imports.iter().all(|import| memory.refuse_again(import).is_err()));
}

#[test]
fn a_summary_is_continued_and_widens_the_earlier_one() {
	let path = example("bundle.json");
	let march = month_index(2026, 3).unwrap();
	for (code, labels, confidentiality) in [
		("38341003", &[][..], Confidentiality::Normal),
		("86406008", &["hiv"], Confidentiality::Restricted),
	] {
		let import = import_json(&condition("c", code, "2026-03-04"));
		let mut document = document_of(&import.records[0], &path, &Wish::default(), false).unwrap();
		continue_summary(&mut document, H256([3; 32]));
		let Place::VersionOf { record, widening } = document.place else { panic!("not a version") };
		assert_eq!(record, H256([3; 32]));
		let labels = labels.iter().map(ToString::to_string).collect();
		let expected = Widening { months: (march, march), labels, confidentiality };
		assert_eq!(widening, Some(expected));
	}
}

#[test]
fn the_plan_reads_well() {
	let path = example("bundle.json");
	let import = read(&path, &Wish::default()).unwrap();
	let (text, json) = plan(&import, &path, &Wish::default());
	let summary = text.lines().find(|line| line.contains("summary")).unwrap();
	assert!(summary.contains("psychiatry") && summary.contains("restricted"), "{summary}");
	assert!(summary.contains("2019-08 to 2025-04"), "{summary}");
	assert_eq!(json["records"].as_array().unwrap().len(), import.records.len());
	let total: u64 =
		json["plan"].as_array().unwrap().iter().map(|row| row["records"].as_u64().unwrap()).sum();
	assert_eq!(total, import.records.len() as u64);
}

#[test]
fn notices_are_folded() {
	let notices: Vec<Notice> = (1..=8)
		.map(|entry| Notice::EnteredInError { entry, kind: "Goal".into() })
		.chain([Notice::Outside { count: 1 }])
		.collect();
	let lines = say_notices(&notices);
	assert_eq!(lines.len(), SHOWN_NOTICES + 1);
	assert!(lines[0].starts_with("NOTE: entry 1"));
	assert!(lines[SHOWN_NOTICES].contains("3 more"));
	assert_eq!(notices_json(&notices).as_array().unwrap().len(), 9);
}
