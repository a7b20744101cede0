use super::*;
use crate::dates::month_index;

const PATIENT: AccountId = AccountId::new([9; 32]);

#[test]
fn a_file_and_its_bytes_are_the_same_source() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("file");
	std::fs::write(&path, b"abc").unwrap();
	let digest = Content::File(path).digest().unwrap();
	assert_eq!(digest, Content::Bytes(b"abc".to_vec()).digest().unwrap());
	assert!(Content::File(folder.path().to_owned()).digest().is_err(), "a folder");
	assert!(Content::File(folder.path().join("none")).digest().is_err());
}

#[test]
fn what_is_handed_in_again_is_known_again() {
	let addition = |content: &[u8], title: &str, months| Addition {
		patient: PATIENT,
		institution: Some(AccountId::new([1; 32])),
		documents: vec![NewDocument {
			content: Content::Bytes(content.to_vec()),
			title: title.into(),
			media_type: "text/plain".into(),
			place: Place::New {
				category: Category::Other,
				months,
				labels: vec![],
				relation: None,
				confidentiality: Confidentiality::Normal,
				origin: Origin::Authored,
			},
		}],
		sharing: SharingWish::default(),
	};
	let source = |addition: &Addition| source_of(addition).unwrap();
	let one = source(&addition(b"abc", "It", (1, 2)));
	assert_eq!(one, source(&addition(b"abc", "It", (1, 2))));
	assert_ne!(one, source(&addition(b"abd", "It", (1, 2))));
	assert_ne!(one, source(&addition(b"abc", "Is", (1, 2))));
	assert_ne!(one, source(&addition(b"abc", "It", (1, 3))));
	let mut other = addition(b"abc", "It", (1, 2));
	other.patient = AccountId::new([8; 32]);
	assert_ne!(one, source(&other));
}

#[test]
fn a_bundle_becomes_documents() {
	let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/bundle.json");
	let json = std::fs::read(path).unwrap();
	let (documents, split) = documents_of_bundle(&json, &["mine".into()], false).unwrap();
	assert_eq!(documents.len(), split.parts.len());
	let summary = &documents[0];
	assert_eq!(summary.title, "Patient summaries (4 resources)");
	assert_eq!(summary.media_type, "application/fhir+json");
	let Place::New { category, months, labels, origin, .. } = &summary.place else {
		panic!("a new record");
	};
	assert!(*category == Category::Summary && *origin == Origin::Imported);
	assert_eq!(months.1, month_index(2025, 4).unwrap());
	assert_eq!(labels, &["mine", "psychiatry"]);
	let (documents, _) = documents_of_bundle(&json, &[], true).unwrap();
	assert!(documents.iter().all(|document| matches!(
		&document.place,
		Place::New { labels, .. } if labels.is_empty()
	)));
}
