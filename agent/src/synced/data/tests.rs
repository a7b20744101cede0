use super::*;
use proptest::{collection, option, prelude::*};

fn entry(number: u8) -> Hex<32> {
	Hex([number; 32])
}

fn entries<T: std::fmt::Debug + Clone + 'static>(
	value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = BTreeMap<String, Entry<T>>> {
	let value = (0..3_u32, option::of(value)).prop_map(|(changed, value)| Entry { changed, value });
	collection::btree_map("[ab]", value, 0..3)
}

fn pinned() -> impl Strategy<Value = Pinned> {
	let sight = ("[ab]", option::of((0..2_u8).prop_map(entry)));
	let names = collection::btree_set("[ab]", 0..3);
	(0..3_u32, collection::btree_set(sight, 0..3), names)
		.prop_map(|(changed, sights, names)| Pinned { changed, sights, names })
}

/// Data of few values, so that they often differ in one of them only.
pub(in crate::synced) fn data() -> impl Strategy<Value = Data> {
	let key = || (0..3_u8).prop_map(entry);
	let texts = collection::btree_map(key(), "[ab]".prop_map(|text| KeptText::new(&text, 0)), 0..3);
	let label_key = option::of((0..3_u8).prop_map(|it| LabelKey::from_bytes(&[it; 32]).unwrap()));
	let words = || collection::btree_set("[ab]", 0..3);
	let records = collection::btree_map(key(), collection::vec("[ab]", 0..3), 0..3);
	let names = entries((0..3_u8).prop_map(entry));
	let members = collection::btree_map(key(), pinned(), 0..3);
	let requests = entries((0..3_u64).prop_map(|asked| Noted { asked, expires: 9 }));
	(names, texts, label_key, words(), records, members, entries("[ab]"), requests).prop_map(
		|(names, texts, label_key, labels, record_labels, members, settings, requests)| Data {
			version: VERSION,
			names,
			texts,
			label_key,
			labels,
			record_labels,
			members,
			settings,
			requests,
		},
	)
}

fn merged(mut one: Data, other: &Data) -> Data {
	one.merge(other.clone());
	one
}

proptest! {
	#[test]
	fn the_order_of_merging_does_not_matter(a in data(), b in data(), c in data()) {
		let left = merged(merged(a.clone(), &b), &c);
		prop_assert_eq!(&left, &merged(a.clone(), &merged(b.clone(), &c)));
		prop_assert_eq!(merged(a.clone(), &b), merged(b.clone(), &a));
		prop_assert_eq!(merged(left.clone(), &b), left);
		prop_assert_eq!(merged(a.clone(), &a), a.clone());
		prop_assert_eq!(merged(Data::default(), &a), a);
	}

	#[test]
	fn data_is_written_and_read(data in data()) {
		prop_assert_eq!(Data::from_bytes(&data.to_bytes()).unwrap(), data);
	}

	#[test]
	fn a_change_wins_over_what_it_changed(before in data(), now: BTreeMap<String, String>) {
		let mut after = before.clone();
		after.settings = changes(&before.settings, now.clone());
		prop_assert_eq!(after.settings(), now.clone());
		prop_assert_eq!(merged(before, &after).settings(), now);
	}

	#[test]
	fn foreign_bytes_never_panic(bytes: Vec<u8>, text in ".*") {
		prop_assert!(Data::from_bytes(&bytes).is_err());
		prop_assert!(Data::from_bytes(text.as_bytes()).is_err());
	}
}

#[test]
fn versions_and_unknown_fields_are_told() {
	let read = |text: &str| Data::from_bytes(text.as_bytes()).unwrap_err();
	assert_eq!(read(r#"{"version":2,"more":1}"#), ReadError::Newer);
	for damaged in ["", "{}", r#"{"version":1}"#, r#"{"version":"1"}"#] {
		assert_eq!(read(damaged), ReadError::Damaged, "{damaged}");
	}
	let text = String::from_utf8(Data::default().to_bytes().to_vec()).unwrap();
	assert_eq!(read(&text.replace("}}", "},\"more\":1}")), ReadError::Damaged);
}

/// The format: what one version of this program has written, later ones read.
#[test]
fn the_json_is_the_known_one() {
	let mut data = Data::default();
	let value = |value: &str| Entry { changed: 1, value: Some(value.to_owned()) };
	data.names.insert("Eva".into(), Entry { changed: 2, value: Some(Hex([7; 32])) });
	data.names.insert("Max".into(), Entry { changed: 3, value: None });
	data.texts.insert(Hex([1; 32]), KeptText::new("I permit", 9));
	data.label_key = LabelKey::from_bytes(&[5; 32]);
	data.labels.insert("hiv".into());
	data.record_labels.insert(Hex([2; 32]), vec!["hiv".into()]);
	let sights = BTreeSet::from([("Hospital A".to_owned(), Some(Hex([3; 32])))]);
	let names = BTreeSet::from(["Hospital A".to_owned()]);
	data.members.insert(Hex([4; 32]), Pinned { changed: 1, sights, names });
	data.settings.insert("language".into(), value("de"));
	let bytes = |byte: &str| format!("0x{}", byte.repeat(32));
	let expected = format!(
		r#"{{"version":1,"names":{{"Eva":{{"changed":2,"value":"{}"}},"Max":{{"changed":3,"value":null}}}},"texts":{{"{}":{{"language":"en","text":"I permit","salt":"{}"}}}},"label_key":"{}","labels":["hiv"],"record_labels":{{"{}":["hiv"]}},"members":{{"{}":{{"changed":1,"sights":[["Hospital A","{}"]],"names":["Hospital A"]}}}},"settings":{{"language":{{"changed":1,"value":"de"}}}}}}"#,
		bytes("07"),
		bytes("01"),
		bytes("09"),
		"05".repeat(32),
		bytes("02"),
		bytes("04"),
		bytes("03"),
	);
	assert_eq!(String::from_utf8(data.to_bytes().to_vec()).unwrap(), expected);
	assert_eq!(Data::from_bytes(expected.as_bytes()).unwrap(), data);
	assert!(!format!("{data:?}").contains("050505"), "the label key is not printed");
}
