use super::*;

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
