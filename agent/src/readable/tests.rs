use super::*;
use serde_json::{json, Value};

fn document(value: &Value) -> Document {
	read(value.to_string().as_bytes(), &Speech::english()).unwrap()
}

/// A resource as it is printed.
fn said(value: &Value) -> String {
	document(value).print(100)
}

fn bundle(resources: &[Value]) -> Value {
	let entry: Vec<_> = resources.iter().map(|it| json!({ "resource": it })).collect();
	json!({ "resourceType": "Bundle", "type": "collection", "entry": entry })
}

#[test]
#[ignore]
fn show_one() {
	use vouchsafe_fhir::{import, Options, Unit};
	let path = std::env::var("SHOW").unwrap();
	let bytes = std::fs::read(&path).unwrap();
	let _ = (said, bundle);
	for unit in [Unit::Document, Unit::Category, Unit::Encounter] {
		let options = Options { unit, today: 1522, incomplete: true };
		let Ok(import) = import(&bytes, "x.json", &options) else {
			println!("{}", read(&bytes, &Speech::english()).unwrap().print(100));
			continue;
		};
		for record in import.records {
			println!(
				"\n##################### {unit:?} {:?} {}",
				record.category,
				record.content.len()
			);
			println!("{}", read(&record.content, &Speech::english()).unwrap().print(100));
		}
	}
}
