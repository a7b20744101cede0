//! Finds out which FHIR version a resource is written in. A resource does not name its version, so
//! it is recognised by types and fields that R4 does not have, or has in another form.

use serde_json::Value;
use std::fmt;

/// A FHIR version that is not supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
	/// DSTU2 (1.0).
	Dstu2,
	/// STU3 (3.0).
	Stu3,
	/// R5 (5.0).
	R5,
}

impl fmt::Display for Version {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(match self {
			Self::Dstu2 => "DSTU2",
			Self::Stu3 => "STU3",
			Self::R5 => "R5",
		})
	}
}

/// The evidence that a resource is in another version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
	/// The version.
	pub version: Version,
	/// The entry, from 1; 0 for a file that is not a bundle.
	pub entry: usize,
	/// The resource's type.
	pub kind: String,
	/// The field that tells it, if it is not the type alone.
	pub field: Option<&'static str>,
}

impl fmt::Display for Evidence {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self.entry {
			0 => write!(formatter, "it ")?,
			entry => write!(formatter, "entry {entry} ")?,
		}
		match self.field {
			Some(field) => {
				write!(formatter, "({}) has the field {field} as in {}", self.kind, self.version)
			},
			None => write!(formatter, "is a {}, which R4 does not have", self.kind),
		}
	}
}

/// Types of one version alone.
const TYPES: [(Version, &[&str]); 3] = [
	(
		Version::Dstu2,
		&[
			"Conformance",
			"Contraindication",
			"DeviceUseRequest",
			"DiagnosticOrder",
			"ImagingObjectSelection",
			"MedicationOrder",
			"Order",
			"OrderResponse",
		],
	),
	(
		Version::Stu3,
		&[
			"BodySite",
			"DataElement",
			"DeviceComponent",
			"EligibilityRequest",
			"EligibilityResponse",
			"ExpansionProfile",
			"ImagingManifest",
			"ProcedureRequest",
			"ProcessRequest",
			"ProcessResponse",
			"ReferralRequest",
			"Sequence",
			"ServiceDefinition",
		],
	),
	(
		Version::R5,
		&[
			"ActorDefinition",
			"ArtifactAssessment",
			"BiologicallyDerivedProductDispense",
			"ConditionDefinition",
			"DeviceAssociation",
			"DeviceDispense",
			"DeviceUsage",
			"EncounterHistory",
			"FormularyItem",
			"GenomicStudy",
			"ImagingSelection",
			"InventoryItem",
			"InventoryReport",
			"MolecularDefinition",
			"NutritionIntake",
			"Permission",
			"RequestOrchestration",
			"Requirements",
			"TestPlan",
			"Transport",
		],
	),
];

/// Finds out whether a resource is in a version that is not read.
pub fn other_than_r4(resource: &Value, kind: &str, entry: usize) -> Option<Evidence> {
	let evidence = |version, field| Some(Evidence { version, entry, kind: kind.to_owned(), field });
	if let Some((version, _)) = TYPES.iter().find(|(_, types)| types.contains(&kind)) {
		return evidence(*version, None);
	}
	let profiles = resource.pointer("/meta/profile").and_then(Value::as_array);
	for profile in profiles.into_iter().flatten().filter_map(Value::as_str) {
		for (start, version) in [
			("http://hl7.org/fhir/1.0/", Version::Dstu2),
			("http://hl7.org/fhir/3.0/", Version::Stu3),
			("http://hl7.org/fhir/5.0/", Version::R5),
		] {
			if profile.starts_with(start) {
				return evidence(version, Some("meta.profile"));
			}
		}
	}
	for (version, kinds, field, shape) in FIELDS {
		let fits = kinds.is_empty() || kinds.contains(&kind);
		if fits && resource.get(field).is_some_and(shape) {
			return evidence(*version, Some(field));
		}
	}
	None
}

/// A field by which a version is told: for which types (all if empty), and in which shape.
type Field = (Version, &'static [&'static str], &'static str, fn(&Value) -> bool);

fn any(_: &Value) -> bool {
	true
}

fn is_reference(value: &Value) -> bool {
	value.get("reference").is_some_and(Value::is_string)
}

/// R5's CodeableReference, also in a list.
fn is_codeable_reference(value: &Value) -> bool {
	let one = match value {
		Value::Array(items) => items.first().unwrap_or(value),
		_ => value,
	};
	one.get("concept").is_some_and(Value::is_object)
		|| one.get("reference").is_some_and(Value::is_object)
}

const FIELDS: &[Field] = &[
	(Version::Dstu2, &["Encounter"], "class", Value::is_string),
	(Version::Dstu2, &["Condition"], "patient", is_reference),
	(Version::Dstu2, &["Condition"], "dateRecorded", any),
	(Version::Dstu2, &["AllergyIntolerance"], "substance", any),
	(Version::Dstu2, &["Observation"], "category", Value::is_object),
	(Version::Dstu2, &["MedicationStatement", "Immunization"], "wasNotTaken", any),
	(Version::Dstu2, &["Immunization"], "wasNotGiven", any),
	(Version::Dstu2, &["Immunization"], "reported", any),
	(Version::Dstu2, &["Procedure"], "notPerformed", any),
	(
		Version::Stu3,
		&[
			"CarePlan",
			"ClinicalImpression",
			"Condition",
			"DiagnosticReport",
			"Media",
			"MedicationRequest",
			"Observation",
			"Procedure",
			"QuestionnaireResponse",
			"RiskAssessment",
		],
		"context",
		is_reference,
	),
	(Version::Stu3, &["Condition", "AllergyIntolerance"], "clinicalStatus", Value::is_string),
	(Version::Stu3, &["Condition", "AllergyIntolerance"], "verificationStatus", Value::is_string),
	(Version::Stu3, &["Condition", "AllergyIntolerance"], "assertedDate", any),
	(Version::Stu3, &["DiagnosticReport"], "codedDiagnosis", any),
	(Version::Stu3, &["DiagnosticReport"], "category", Value::is_object),
	(Version::Stu3, &["DiagnosticReport"], "image", any),
	(Version::Stu3, &["DocumentReference"], "class", any),
	(Version::Stu3, &["DocumentReference"], "indexed", any),
	(Version::Stu3, &["Composition"], "class", any),
	(Version::Stu3, &["MedicationStatement"], "taken", any),
	(Version::Stu3, &["Immunization"], "notGiven", any),
	(Version::Stu3, &["Immunization"], "vaccinationProtocol", any),
	(Version::Stu3, &["Observation"], "related", any),
	(Version::Stu3, &["Observation"], "comment", Value::is_string),
	(Version::Stu3, &["Procedure"], "notDone", any),
	(Version::Stu3, &["ImagingStudy"], "uid", any),
	(Version::Stu3, &["Claim", "ExplanationOfBenefit"], "information", any),
	(Version::Stu3, &["Consent"], "consentingParty", any),
	(Version::Stu3, &["Goal"], "status", Value::is_string),
	(Version::Stu3, &["Patient"], "animal", any),
	(Version::R5, &["Encounter"], "actualPeriod", any),
	(Version::R5, &["Encounter"], "class", Value::is_array),
	(
		Version::R5,
		&["Encounter", "Procedure", "ServiceRequest", "MedicationRequest"],
		"reason",
		is_encounter_reason,
	),
	(
		Version::R5,
		&[
			"MedicationRequest",
			"MedicationStatement",
			"MedicationDispense",
			"MedicationAdministration",
		],
		"medication",
		Value::is_object,
	),
	(Version::R5, &["Procedure"], "occurrenceDateTime", any),
	(Version::R5, &["Procedure"], "occurrencePeriod", any),
	(Version::R5, &["ServiceRequest"], "code", is_codeable_reference),
	(Version::R5, &["Condition", "AllergyIntolerance"], "participant", any),
	(Version::R5, &["DocumentReference"], "attester", any),
	(Version::R5, &["DocumentReference"], "context", Value::is_array),
	(Version::R5, &["Immunization"], "basedOn", any),
	(Version::R5, &["Immunization"], "informationSource", is_codeable_reference),
	(Version::R5, &["Observation"], "triggeredBy", any),
	(Version::R5, &["DiagnosticReport"], "supportingInfo", any),
	(Version::R5, &["Consent"], "decision", any),
];

/// In R5 a reason has `use` and `value`, or is a CodeableReference. R4 has no field of that name.
/// In STU3 it is an encounter's CodeableConcept.
fn is_encounter_reason(value: &Value) -> bool {
	let first = value.as_array().and_then(|items| items.first());
	is_codeable_reference(value)
		|| first.is_some_and(|it| it.get("value").is_some_and(Value::is_array))
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	fn told(resource: Value) -> Option<Version> {
		let kind = resource["resourceType"].as_str().unwrap().to_owned();
		other_than_r4(&resource, &kind, 1).map(|it| it.version)
	}

	#[test]
	fn versions_are_told_by_types_and_fields() {
		for (resource, version) in [
			(json!({ "resourceType": "MedicationOrder" }), Version::Dstu2),
			(json!({ "resourceType": "Encounter", "class": "inpatient" }), Version::Dstu2),
			(
				json!({ "resourceType": "Observation", "category": { "coding": [] } }),
				Version::Dstu2,
			),
			(json!({ "resourceType": "ProcedureRequest" }), Version::Stu3),
			(json!({ "resourceType": "Condition", "clinicalStatus": "active" }), Version::Stu3),
			(
				json!({ "resourceType": "Observation", "context": { "reference": "Encounter/1" } }),
				Version::Stu3,
			),
			(
				json!({ "resourceType": "Patient", "meta": { "profile":
				["http://hl7.org/fhir/3.0/StructureDefinition/Patient"] } }),
				Version::Stu3,
			),
			(
				json!({ "resourceType": "MedicationRequest", "medication": { "concept": {} } }),
				Version::R5,
			),
			(json!({ "resourceType": "Encounter", "class": [{ "coding": [] }] }), Version::R5),
			(json!({ "resourceType": "Encounter", "actualPeriod": {} }), Version::R5),
			(json!({ "resourceType": "Procedure", "reason": [{ "concept": {} }] }), Version::R5),
			(json!({ "resourceType": "NutritionIntake" }), Version::R5),
		] {
			assert_eq!(told(resource.clone()), Some(version), "{resource}");
		}
	}

	#[test]
	fn r4_is_not_mistaken() {
		for resource in [
			json!({ "resourceType": "Encounter", "class": { "code": "AMB" }, "reasonCode": [{}] }),
			json!({ "resourceType": "Condition", "clinicalStatus": { "coding": [] },
				"category": [{}], "encounter": { "reference": "Encounter/1" } }),
			json!({ "resourceType": "DocumentReference", "context": { "encounter": [] } }),
			json!({ "resourceType": "MedicationAdministration", "context": { "reference": "Encounter/1" } }),
			json!({ "resourceType": "Observation", "category": [{}], "meta": { "profile":
				["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab|6.1.0"] } }),
			json!({ "resourceType": "Immunization", "occurrenceDateTime": "2020" }),
		] {
			assert_eq!(told(resource.clone()), None, "{resource}");
		}
	}

	#[test]
	fn the_sentence_names_entry_and_field() {
		let resource = json!({ "resourceType": "Condition", "clinicalStatus": "active" });
		let evidence = other_than_r4(&resource, "Condition", 4).unwrap();
		assert_eq!(
			evidence.to_string(),
			"entry 4 (Condition) has the field clinicalStatus as in STU3"
		);
		let alone = other_than_r4(&json!({}), "MedicationOrder", 0).unwrap();
		assert_eq!(alone.to_string(), "it is a MedicationOrder, which R4 does not have");
	}
}
