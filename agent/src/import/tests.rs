use super::*;
use crate::{dates::month_index, memory::MemoryKeep};
use futures::future::join_all;
use vouchsafe_protocol::types::Category;

const TODAY: u16 = 1522;
const GENESIS: H256 = H256([1; 32]);

fn example(name: &str) -> Import {
	let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/examples").join(name);
	read(&std::fs::read(path).unwrap(), name, &Wish::default(), TODAY).unwrap()
}

fn import_json(text: &str) -> Import {
	read(text.as_bytes(), "bundle.json", &Wish::default(), TODAY).unwrap()
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
	let wish = Wish { labels: vec!["mine".into()], ..Wish::default() };
	let import = example("bundle.json");
	let summary = import.records.iter().find(|it| it.is_summary()).unwrap();
	let document = document_of(summary, "bundle.json", &wish, false).unwrap();
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
	let import = example("letter.txt");
	let undated = ask_for_months(&import, &Wish::default(), "letter.txt").unwrap_err();
	assert!(undated.to_string().contains("letter.txt"), "{undated}");
	assert_eq!(undated.downcast_ref::<Advised>().unwrap().advice, Advice::NameMonth);
	let wish = Wish { months: Some((7, 8)), ..Wish::default() };
	ask_for_months(&import, &wish, "letter.txt").unwrap();
	let document = document_of(&import.records[0], "letter.txt", &wish, true).unwrap();
	assert_eq!(document.media_type, "text/plain");
	assert_eq!(document.title, "letter.txt");

	let import = read(b"a letter", "letter.fodt", &wish, TODAY).unwrap();
	let document = document_of(&import.records[0], "letter.fodt", &wish, true).unwrap();
	assert_eq!(document.media_type, "application/octet-stream; extension=\"fodt\"");
}

#[tokio::test]
async fn imports_are_remembered_for_one_key_and_patient() {
	let keep = MemoryKeep::default();
	let me = Identity::development("//DoctorA").unwrap();
	let patient = AccountId::new([7; 32]);
	let import = import_json(&condition("c", "38341003", "2026-03-04"));
	let record = &import.records[0];
	let memory = Memory::load(&keep, &GENESIS, &me, &patient).await.unwrap();
	memory.refuse_again(&import).unwrap();
	memory.refuse_other_patient(&import).unwrap();
	assert!(!memory.has(record));
	let ids = [(record, H256([3; 32]))];
	let mut partly = Memory::default();
	partly.remember_records(&ids);
	assert!(partly.has(record) && partly.refuse_again(&import).is_ok(), "the rest can be imported");
	Memory::update(&keep, &GENESIS, &me, &patient, |memory| {
		memory.remember(&import, &ids, 1_798_675_200)
	})
	.await
	.unwrap();

	let memory = Memory::load(&keep, &GENESIS, &me, &patient).await.unwrap();
	let again = memory.refuse_again(&import).unwrap_err();
	assert!(again.to_string().contains("2026-12-31"), "{again}");
	assert_eq!(again.downcast_ref::<Advised>().unwrap().advice, Advice::ImportAgain);
	assert!(memory.has(record));
	assert_eq!(memory.summary(record), Some(H256([3; 32])));

	let later = import_json(&condition("d", "38341003", "2026-03-05"));
	memory.refuse_again(&later).unwrap();
	assert!(!memory.has(&later.records[0]), "other content");
	assert_eq!(memory.summary(&later.records[0]), Some(H256([3; 32])));

	let other =
		condition("c", "38341003", "2026-03-04").replace(r#""value":"1""#, r#""value":"2""#);
	let other = memory.refuse_other_patient(&import_json(&other)).unwrap_err();
	assert!(other.to_string().contains("another person"), "{other}");
	assert_eq!(other.downcast_ref::<Advised>().unwrap().advice, Advice::SamePatient);

	let nobody = Memory::load(&keep, &GENESIS, &me, &AccountId::new([8; 32])).await.unwrap();
	assert_eq!(nobody, Memory::default());
	// On another chain nothing was imported, for example after a development network was started again.
	let elsewhere = Memory::load(&keep, &H256([2; 32]), &me, &patient).await.unwrap();
	assert_eq!(elsewhere, Memory::default());
}

#[tokio::test]
async fn imports_that_end_at_once_are_all_remembered() {
	let keep = MemoryKeep::default();
	let me = Identity::development("//DoctorA").unwrap();
	let patient = AccountId::new([7; 32]);
	let imports: Vec<Import> = (1..=8)
		.map(|day| import_json(&condition("c", "38341003", &format!("2026-03-0{day}"))))
		.collect();
	join_all(imports.iter().map(|import| {
		Memory::update(&keep, &GENESIS, &me, &patient, |memory| memory.remember(import, &[], 0))
	}))
	.await;
	let memory = Memory::load(&keep, &GENESIS, &me, &patient).await.unwrap();
	assert!(imports.iter().all(|import| memory.refuse_again(import).is_err()));
}

fn observation(id: &str, value: &str) -> String {
	format!(
		r#"{{"resource":{{"resourceType":"Observation","id":"{id}",
		"encounter":{{"reference":"Encounter/{id}"}},"effectiveDateTime":"2026-03-04",
		"valueQuantity":{{"value":{value},"unit":"mg"}}}}}}"#
	)
}

/// A condition, which makes a summary, and observations.
fn bundle(observations: &[(&str, &str)], code: &str) -> String {
	let entries: Vec<String> = observations.iter().map(|it| observation(it.0, it.1)).collect();
	let condition = condition("c", code, "2026-03-04");
	format!("{},{}]}}", condition.strip_suffix("]}").unwrap(), entries.join(","))
}

#[test]
fn only_what_no_import_had_is_new() {
	let mut memory = Memory::default();
	let mut add = |text: &str| {
		let import = import_json(text);
		let refused = memory.refuse_again(&import).is_err();
		let new: Vec<_> = import.records.iter().filter(|it| !memory.has(it)).collect();
		let ids: Vec<_> = new.iter().map(|it| (*it, H256([1; 32]))).collect();
		let added = (new.len(), new.iter().any(|it| it.is_summary()));
		memory.remember(&import, &ids, 0);
		(refused, added)
	};
	let (asthma, diabetes) = ("195967001", "73211009");
	let first = bundle(&[("1", "1.0"), ("2", "2.0")], asthma);
	let reformatted = first.replace([' ', '\n', '\t'], "").replace(':', " : ");
	let reordered =
		first.replace(r#""value":1.0,"unit":"mg""#, r#""unit":"mg","value":1.0"#).replace(
			r#""resourceType":"Condition","id":"c""#,
			r#""id":"c","resourceType":"Condition""#,
		);
	assert!(first != reformatted && first != reordered);
	assert_eq!(add(&first), (false, (3, true)));
	assert_eq!(add(&reformatted.replace("http : //", "http://")), (true, (0, false)));
	assert_eq!(add(&reordered), (true, (0, false)));
	let one_more = bundle(&[("1", "1.0"), ("2", "2.0"), ("3", "3.0")], asthma);
	assert_eq!(add(&one_more), (false, (1, false)), "the summary is unchanged");
	let changed = bundle(&[("1", "1.00"), ("2", "2.0"), ("3", "3.0")], asthma);
	assert_eq!(add(&changed), (false, (1, false)));
	let fewer = bundle(&[("1", "1.0"), ("3", "3.0")], asthma);
	assert_eq!(add(&fewer), (false, (0, false)), "all imports are remembered");
	let other_summary = bundle(&[("1", "1.0")], diabetes);
	assert_eq!(add(&other_summary), (false, (1, true)));
	let back = bundle(&[("2", "2.0")], asthma);
	assert_eq!(add(&back), (false, (1, true)), "a summary can change back");
}

#[test]
fn an_export_in_another_order_has_nothing_new() {
	let import = example("bundle.json");
	let mut memory = Memory::default();
	let ids: Vec<_> = import.records.iter().map(|it| (it, H256([1; 32]))).collect();
	memory.remember(&import, &ids, 0);

	let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/examples/bundle.json");
	let mut bundle: serde_json::Value =
		serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
	bundle["id"] = "another".into();
	bundle["meta"] = serde_json::json!({ "versionId": "2", "lastUpdated": "2026-11-25T22:00:00Z" });
	bundle["entry"].as_array_mut().unwrap().reverse();
	let again = import_json(&serde_json::to_string_pretty(&bundle).unwrap());
	assert!(again.records.len() == import.records.len() && again.digest != import.digest);
	assert!(again.records.iter().all(|it| memory.has(it)));
	let refused = memory.refuse_again(&again).unwrap_err();
	assert!(refused.to_string().starts_with("a file with the same content was"), "{refused}");
}

#[test]
fn a_summary_is_continued_and_widens_the_earlier_one() {
	let march = month_index(2026, 3).unwrap();
	for (code, labels, confidentiality) in [
		("38341003", &[][..], Confidentiality::Normal),
		("86406008", &["hiv"], Confidentiality::Restricted),
	] {
		let import = import_json(&condition("c", code, "2026-03-04"));
		let mut document =
			document_of(&import.records[0], "bundle.json", &Wish::default(), false).unwrap();
		continue_summary(&mut document, H256([3; 32]));
		let Place::VersionOf { record, widening } = document.place else { panic!("not a version") };
		assert_eq!(record, H256([3; 32]));
		let labels = labels.iter().map(ToString::to_string).collect();
		let expected = Widening { months: (march, march), labels, confidentiality };
		assert_eq!(widening, Some(expected));
	}
}
