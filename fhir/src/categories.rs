//! Classifies resources: their category, and their role in a record. The type decides first, then
//! the codes of `data/categories.toml`.

use crate::labels::{Systems, SYSTEMS};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, sync::LazyLock};
use vouchsafe_primitives::Category;

/// The role of a resource in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
	/// It is about the patient by itself.
	Own,
	/// It is on a standing list: problems, allergies, medication, immunisations, directives,
	/// family history.
	Standing,
	/// It is a bill, or about who pays.
	Bill,
	/// It is a document: one record with what belongs to it.
	Document,
	/// It gathers results, specimens and images.
	Report,
	/// It orders something.
	Order,
	/// It is about another resource (a provenance, a message's header).
	About,
	/// It only supports others: persons, institutions, products, definitions, the patient.
	Support,
}

/// The class of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
	/// Its category.
	pub category: Category,
	/// Whether its own type or codes say the category; otherwise a report may.
	pub is_certain: bool,
	/// Its role.
	pub role: Role,
	/// Whether it describes a person, an institution or a definition, so that its codes say nothing
	/// about the patient.
	pub is_administrative: bool,
}

#[derive(Debug, Default, Deserialize)]
struct Data {
	#[serde(default)]
	documents: BTreeMap<String, BTreeMap<String, String>>,
	#[serde(default)]
	reports: BTreeMap<String, String>,
	#[serde(default)]
	observations: BTreeMap<String, String>,
	#[serde(default)]
	directives: BTreeMap<String, String>,
	#[serde(default)]
	lists: BTreeMap<String, String>,
}

/// The tables of `data/categories.toml`. A test checks that the file can be read.
static DATA: LazyLock<Data> = LazyLock::new(|| serde_json::from_str(JSON).unwrap_or_default());

/// `data/categories.toml`, which the build script has turned into JSON.
const JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/categories.json"));

fn look_up(table: &BTreeMap<String, String>, code: &str) -> Option<Category> {
	table.get(code.trim()).and_then(|word| Category::from_word(word).ok())
}

/// Classifies a resource.
pub fn classify(resource: &Value, kind: &str) -> Class {
	let of = |role, category| Class {
		category,
		is_certain: true,
		role,
		is_administrative: role == Role::Support,
	};
	let concepts = |field: &str| codings(resource.get(field));
	match kind {
		"Patient"
		| "Practitioner"
		| "PractitionerRole"
		| "Organization"
		| "Location"
		| "HealthcareService"
		| "Endpoint"
		| "RelatedPerson"
		| "Person"
		| "Group"
		| "OrganizationAffiliation"
		| "Questionnaire"
		| "ActivityDefinition"
		| "PlanDefinition"
		| "ResearchStudy"
		| "StructureDefinition"
		| "ValueSet"
		| "CodeSystem"
		| "ConceptMap"
		| "CapabilityStatement"
		| "OperationDefinition"
		| "SearchParameter"
		| "Library"
		| "Measure"
		| "ImplementationGuide"
		| "NamingSystem"
		| "Substance"
		| "InsurancePlan"
		| "CatalogEntry" => of(Role::Support, Category::Other),
		// Products and contents say much about the patient.
		"Medication" | "Device" | "Binary" => {
			let category = match kind {
				"Medication" => Category::Prescription,
				"Device" => Category::Summary,
				_ => Category::Other,
			};
			Class { is_administrative: false, ..of(Role::Support, category) }
		},
		"Condition" if is_of_the_encounter(resource) => of(Role::Own, Category::Encounter),
		"Condition"
		| "AllergyIntolerance"
		| "FamilyMemberHistory"
		| "MedicationStatement"
		| "Flag"
		| "DeviceUseStatement"
		| "BodyStructure"
		| "DetectedIssue" => of(Role::Standing, Category::Summary),
		// Other lists (of documents that were sent together, for example) are about their items.
		"List" => match concepts("code").iter().find_map(|(_, code)| look_up(&DATA.lists, code)) {
			Some(category) => of(Role::Standing, category),
			None => of(Role::About, Category::Other),
		},
		"Immunization" | "ImmunizationEvaluation" | "ImmunizationRecommendation" => {
			of(Role::Standing, Category::Immunisation)
		},
		"Consent" => {
			let codes = [concepts("scope"), concepts("category")].concat();
			match codes.iter().find_map(|(_, code)| look_up(&DATA.directives, code)) {
				Some(category) => of(Role::Standing, category),
				None => of(Role::Own, Category::Other),
			}
		},
		"MedicationRequest" | "VisionPrescription" => of(Role::Own, Category::Prescription),
		"MedicationDispense" | "MedicationAdministration" => of(Role::Own, Category::Dispensation),
		"ImagingStudy" | "Media" => of(Role::Own, Category::Imaging),
		"Specimen" | "MolecularSequence" => of(Role::Own, Category::Laboratory),
		"Observation" => observation(resource),
		"DiagnosticReport" => of(Role::Report, report(resource)),
		"Encounter"
		| "EpisodeOfCare"
		| "Appointment"
		| "AppointmentResponse"
		| "ClinicalImpression"
		| "AdverseEvent"
		| "RiskAssessment"
		| "Communication" => of(Role::Own, Category::Encounter),
		"Procedure" => of(Role::Own, Category::Procedure),
		"QuestionnaireResponse" => of(Role::Own, Category::VitalSigns),
		"CarePlan" | "CareTeam" | "Goal" => of(Role::Own, Category::Plan),
		"ServiceRequest"
		| "NutritionOrder"
		| "DeviceRequest"
		| "RequestGroup"
		| "Task"
		| "SupplyRequest"
		| "CommunicationRequest" => of(Role::Order, Category::Plan),
		"Claim"
		| "ClaimResponse"
		| "ExplanationOfBenefit"
		| "Coverage"
		| "Account"
		| "ChargeItem"
		| "Invoice"
		| "Contract"
		| "PaymentNotice"
		| "PaymentReconciliation"
		| "CoverageEligibilityRequest"
		| "CoverageEligibilityResponse"
		| "EnrollmentRequest"
		| "EnrollmentResponse" => of(Role::Bill, Category::Financial),
		"DocumentReference" | "DocumentManifest" | "Composition" => {
			of(Role::Document, document(resource).unwrap_or(Category::Other))
		},
		"Bundle" => of(Role::Document, bundle(resource)),
		"Provenance" | "MessageHeader" | "AuditEvent" | "VerificationResult" => {
			of(Role::About, Category::Other)
		},
		_ => of(Role::Own, Category::Other),
	}
}

/// The category of a bundle that is kept whole: that of its document, or of all that is in it.
pub fn bundle(bundle: &Value) -> Category {
	let entries = bundle.get("entry").and_then(Value::as_array);
	let resources = || entries.into_iter().flatten().filter_map(|entry| entry.get("resource"));
	let composition =
		resources().find(|it| it.get("resourceType").is_some_and(|kind| kind == "Composition"));
	if let Some(composition) = composition {
		return document(composition).unwrap_or(Category::Other);
	}
	let mut categories = resources().filter_map(|resource| {
		let class = classify(resource, resource.get("resourceType")?.as_str()?);
		(class.role != Role::Support).then_some(class.category)
	});
	match categories.next() {
		Some(first) if categories.all(|category| category == first) => first,
		_ => Category::Other,
	}
}

/// Whether a condition is a diagnosis of its encounter, and not on the problem list.
fn is_of_the_encounter(condition: &Value) -> bool {
	let codes = codings(condition.get("category"));
	let has = |wanted: &str| codes.iter().any(|(_, code)| *code == wanted);
	has("encounter-diagnosis")
		&& !has("problem-list-item")
		&& condition.get("encounter").is_some_and(|it| it.is_object())
}

/// Every coding (system and code) in a CodeableConcept, or in a list of them.
fn codings(concepts: Option<&Value>) -> Vec<(&str, &str)> {
	let list = match concepts {
		Some(Value::Array(list)) => list.as_slice(),
		Some(one) => std::slice::from_ref(one),
		None => &[],
	};
	list.iter()
		.filter_map(|concept| concept.get("coding")?.as_array())
		.flatten()
		.filter_map(|coding| {
			let system = coding.get("system").and_then(Value::as_str).unwrap_or_default();
			Some((system, coding.get("code")?.as_str()?))
		})
		.collect()
}

fn observation(resource: &Value) -> Class {
	let by = |field: &str| {
		codings(resource.get(field)).iter().find_map(|(_, code)| look_up(&DATA.observations, code))
	};
	// Without a category, a specimen shows that it was made in a laboratory.
	let found = by("category")
		.or_else(|| by("code"))
		.or_else(|| resource.get("specimen").map(|_| Category::Laboratory));
	Class {
		category: found.unwrap_or(Category::Other),
		is_certain: found.is_some(),
		role: Role::Own,
		is_administrative: false,
	}
}

/// The category of a report: by its category, otherwise by its code, otherwise imaging if it has
/// images, otherwise laboratory, because most reports are from laboratories.
fn report(resource: &Value) -> Category {
	let categories = codings(resource.get("category"));
	let by_category = categories.iter().find_map(|(system, code)| {
		look_up(&DATA.reports, code)
			.or_else(|| look_up(&DATA.reports, &code.to_uppercase()))
			.or_else(|| document_code(system, code))
	});
	let by_code = || {
		codings(resource.get("code")).iter().find_map(|(system, code)| {
			document_code(system, code).or_else(|| look_up(&DATA.reports, code))
		})
	};
	let with_images = || resource.get("imagingStudy").map(|_| Category::Imaging);
	by_category.or_else(by_code).or_else(with_images).unwrap_or({
		if categories.is_empty() {
			Category::Laboratory
		} else {
			Category::Other
		}
	})
}

/// The category of a document: by its type, otherwise by its category.
fn document(resource: &Value) -> Option<Category> {
	["type", "category"].iter().find_map(|field| {
		let concepts = resource.get(field);
		codings(concepts)
			.iter()
			.find_map(|(system, code)| document_code(system, code))
			.or_else(|| document_text(concepts?))
	})
}

fn document_code(system: &str, code: &str) -> Option<Category> {
	let table = |name: &str| DATA.documents.get(name);
	let name = Systems::normalise(system);
	if name.ends_with("/kdl") || name.contains("/kdl-") {
		// The longest beginning that is known.
		return (2..=code.len())
			.rev()
			.filter_map(|end| code.get(..end))
			.find_map(|start| look_up(table("kdl")?, start));
	}
	if name.ends_with("ihexdstypecode") || name == "1.3.6.1.4.1.19376.3.276.1.5.9" {
		return look_up(table("ihe-type")?, code);
	}
	if name.ends_with("ihexdsclasscode") || name == "1.3.6.1.4.1.19376.3.276.1.5.8" {
		return look_up(table("ihe-class")?, code);
	}
	if SYSTEMS.is(system, "snomed") {
		return look_up(table("snomed")?, code);
	}
	// LOINC's codes are unmistakable, so that they count without a system too.
	look_up(table("loinc")?, code)
}

fn document_text(concept: &Value) -> Option<Category> {
	let concept = concept.as_array().and_then(|it| it.first()).unwrap_or(concept);
	let display = concept.pointer("/coding/0/display");
	let texts = [concept.get("text"), display];
	let table = DATA.documents.get("text")?;
	texts.iter().flatten().find_map(|text| look_up(table, &text.as_str()?.to_lowercase()))
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	fn class(resource: Value) -> Class {
		let kind = resource["resourceType"].as_str().unwrap_or_default().to_owned();
		classify(&resource, &kind)
	}

	fn category_of(resource: Value) -> Category {
		class(resource).category
	}

	fn coded(system: &str, code: &str) -> Value {
		json!({ "coding": [{ "system": system, "code": code }] })
	}

	#[test]
	fn the_data_file_can_be_read() {
		let data: Data = serde_json::from_str(JSON).unwrap();
		let tables = data.documents.values().chain([&data.reports, &data.observations]);
		for (code, word) in tables.chain([&data.directives, &data.lists]).flatten() {
			assert!(Category::from_word(word).is_ok(), "{code} = {word}");
		}
	}

	#[test]
	fn reports_that_are_not_a_laboratorys() {
		let report = |code: &str| {
			category_of(json!({ "resourceType": "DiagnosticReport",
				"category": [coded("http://terminology.hl7.org/CodeSystem/v2-0074", code)] }))
		};
		assert_eq!(report("LAB"), Category::Laboratory);
		assert_eq!(report("RAD"), Category::Imaging);
		assert_eq!(report("rad"), Category::Imaging);
		for code in ["RT", "PF", "10847001", "CTH", "EC"] {
			assert_eq!(report(code), Category::Procedure, "{code}");
		}
		assert_eq!(report("unheard-of"), Category::Other);
		assert_eq!(
			category_of(json!({ "resourceType": "DiagnosticReport" })),
			Category::Laboratory
		);
		assert_eq!(
			category_of(
				json!({ "resourceType": "DiagnosticReport", "code": coded("http://loinc.org", "18744-3") })
			),
			Category::Procedure
		);
	}

	#[test]
	fn documents_by_loinc_snomed_and_german_types() {
		let typed = |system: &str, code: &str| {
			category_of(json!({ "resourceType": "Composition", "type": coded(system, code) }))
		};
		let snomed = "http://snomed.info/sct";
		assert_eq!(typed("http://loinc.org", "18842-5"), Category::Discharge);
		assert_eq!(typed("http://loinc.org", "34105-7"), Category::Discharge);
		assert_eq!(typed(snomed, "373942005"), Category::Discharge);
		assert_eq!(typed("urn:oid:2.16.840.1.113883.6.96", "440545006"), Category::Prescription);
		assert_eq!(typed(snomed, "721981007"), Category::Laboratory);
		assert_eq!(typed(snomed, "371530004"), Category::Encounter);
		assert_eq!(typed(snomed, "41000179103"), Category::Immunisation);
		assert_eq!(typed("http://dvmd.de/fhir/CodeSystem/kdl", "AD010103"), Category::Discharge);
		assert_eq!(
			typed("http://dvmd.de/fhir/CodeSystem/kdl-2024", "AD010108"),
			Category::Encounter
		);
		assert_eq!(typed("http://dvmd.de/fhir/CodeSystem/kdl", "LB020101"), Category::Laboratory);
		assert_eq!(
			typed("http://ihe-d.de/CodeSystems/IHEXDStypeCode", "LABO"),
			Category::Laboratory
		);
		assert_eq!(typed(snomed, "1"), Category::Other);
		assert_eq!(
			category_of(
				json!({ "resourceType": "Composition", "type": { "text": "Wellness Record" } })
			),
			Category::VitalSigns
		);
		assert_eq!(
			category_of(json!({ "resourceType": "DocumentReference",
				"category": [coded("http://loinc.org", "11502-2")] })),
			Category::Laboratory
		);
	}

	#[test]
	fn observations_without_category_are_uncertain() {
		let observation =
			|category: Value| class(json!({ "resourceType": "Observation", "category": category }));
		assert_eq!(observation(json!([coded("x", "laboratory")])).category, Category::Laboratory);
		assert_eq!(observation(json!([coded("x", "survey")])).category, Category::VitalSigns);
		assert!(!observation(json!([])).is_certain);
		let by_code = class(
			json!({ "resourceType": "Observation", "code": coded("http://loinc.org", "8480-6") }),
		);
		assert_eq!(by_code.category, Category::VitalSigns);
		let by_specimen = class(json!({ "resourceType": "Observation", "specimen": {} }));
		assert_eq!(by_specimen.category, Category::Laboratory);
	}

	#[test]
	fn standing_lists_and_bills() {
		let role = |resource| class(resource).role;
		for kind in [
			"Condition",
			"AllergyIntolerance",
			"MedicationStatement",
			"Immunization",
			"FamilyMemberHistory",
		] {
			assert_eq!(role(json!({ "resourceType": kind })), Role::Standing, "{kind}");
		}
		let list = |code: &str| role(json!({ "resourceType": "List", "code": coded("x", code) }));
		assert_eq!(list("11450-4"), Role::Standing);
		assert_eq!(list("submissionset"), Role::About);
		let directive = json!({ "resourceType": "Consent", "scope": coded("x", "adr") });
		assert_eq!(role(directive.clone()), Role::Standing);
		assert_eq!(category_of(directive), Category::AdvanceDirective);
		assert_eq!(role(json!({ "resourceType": "Consent" })), Role::Own);
		assert_eq!(role(json!({ "resourceType": "Claim" })), Role::Bill);
		let diagnosis = json!({ "resourceType": "Condition", "encounter": {},
			"category": [coded("x", "encounter-diagnosis")] });
		assert_eq!(class(diagnosis.clone()).role, Role::Own);
		assert_eq!(category_of(diagnosis), Category::Encounter);
	}

	#[test]
	fn bundles_that_are_kept_whole() {
		let of = |kinds: &[&str]| {
			let entries: Vec<Value> =
				kinds.iter().map(|kind| json!({ "resource": { "resourceType": kind } })).collect();
			bundle(&json!({ "entry": entries }))
		};
		assert_eq!(of(&["Patient", "Claim", "Coverage"]), Category::Financial);
		assert_eq!(of(&["Patient", "Claim", "Goal"]), Category::Other);
		assert_eq!(of(&[]), Category::Other);
	}
}
