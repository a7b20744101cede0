//! Splits a FHIR R4 bundle into one record a category. Each is a valid bundle of its own (type
//! `collection`), and every resource stands in exactly one of them, byte for byte as it came.
//!
//! Where a resource goes is decided by its type, and for observations, reports, documents and
//! consents by what they are coded as: see [`category_of`]. Months of service are those of the
//! dates in the record's own resources ([`DATES`]; a birth date isn't among them); a record whose
//! resources have none gets the months of the whole bundle.

use crate::{
	dates::months_of,
	sensitivity::{self, Sensitivity},
	words::{Category, Word},
};
use serde::Deserialize;
use serde_json::{value::RawValue, Value};
use thiserror::Error;

/// The media type of a split-off record.
pub const MEDIA_TYPE: &str = "application/fhir+json";

/// The largest bundle that is read: it is held in memory whole.
pub const MAX_BUNDLE: u64 = 512 * 1024 * 1024;

/// Why a file can't be split.
#[derive(Debug, Error)]
pub enum FhirError {
	/// It isn't JSON of the shape of a bundle.
	#[error("this is no FHIR bundle in JSON: {0}")]
	Shape(#[from] serde_json::Error),
	/// It is some other resource.
	#[error(
		"this is a FHIR {0} and no Bundle: add it as it is with `vouchsafe record add`, or put it \
		 into a Bundle"
	)]
	NotABundle(String),
	/// An entry's resource isn't one.
	#[error("entry {0} of the bundle has a resource without a resourceType")]
	NotAResource(usize),
	/// The bundle has no resource.
	#[error("the bundle has no resource in it")]
	Empty,
}

#[derive(Deserialize)]
struct Bundle<'a> {
	#[serde(rename = "resourceType")]
	resource_type: String,
	#[serde(borrow, default)]
	entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
	#[serde(borrow, rename = "fullUrl")]
	full_url: Option<&'a RawValue>,
	#[serde(borrow)]
	resource: Option<&'a RawValue>,
}

/// One record of a bundle.
#[derive(Clone, Debug)]
pub struct Part {
	/// Its category.
	pub category: Category,
	/// Its first and last month of service; `None` if there is no date in the whole bundle.
	pub months: Option<(u16, u16)>,
	/// What is sensitive in it.
	pub sensitivities: Vec<Sensitivity>,
	/// How many resources it holds.
	pub resources: usize,
	/// The bundle itself, as JSON.
	pub bundle: Vec<u8>,
}

impl Part {
	/// A title that says what is in it.
	pub fn title(&self) -> String {
		let phrase = self.category.phrase();
		let mut letters = phrase.chars();
		let first = letters.next().map(|letter| letter.to_uppercase().to_string());
		format!("{}{}", first.unwrap_or_default(), letters.as_str())
	}
}

/// A bundle's records.
#[derive(Clone, Debug)]
pub struct Split {
	/// The records, by category.
	pub parts: Vec<Part>,
	/// How many resources the bundle has.
	pub resources: usize,
	/// Entries without a resource (deletions in a history, for example): there is nothing to keep.
	pub empty_entries: usize,
}

/// Splits a bundle.
pub fn split(json: &[u8]) -> Result<Split, FhirError> {
	let bundle: Bundle = serde_json::from_slice(json)?;
	if bundle.resource_type != "Bundle" {
		return Err(FhirError::NotABundle(bundle.resource_type));
	}
	struct Gathered<'a> {
		entries: Vec<(Option<&'a RawValue>, &'a RawValue)>,
		months: Option<(u16, u16)>,
		sensitivities: Vec<Sensitivity>,
	}
	let mut gathered: Vec<(Category, Gathered)> = Vec::new();
	let mut whole: Option<(u16, u16)> = None;
	let mut empty_entries = 0;
	for (place, entry) in bundle.entry.iter().enumerate() {
		let Some(raw) = entry.resource else {
			empty_entries += 1;
			continue;
		};
		let resource: Value = serde_json::from_str(raw.get())?;
		let category = category_of(&resource).ok_or(FhirError::NotAResource(place))?;
		let months = months_of_resource(&resource);
		whole = join(whole, months);
		let at = match gathered.iter().position(|(known, _)| *known == category) {
			Some(at) => at,
			None => {
				let empty =
					Gathered { entries: Vec::new(), months: None, sensitivities: Vec::new() };
				gathered.push((category, empty));
				gathered.len() - 1
			},
		};
		let part = &mut gathered[at].1;
		part.entries.push((entry.full_url, raw));
		part.months = join(part.months, months);
		part.sensitivities.extend(sensitivity::of_resource(&resource));
	}
	if gathered.is_empty() {
		return Err(FhirError::Empty);
	}
	gathered.sort_by_key(|(category, _)| category.index());
	let parts: Vec<Part> = gathered
		.into_iter()
		.map(|(category, mut part)| {
			part.sensitivities.sort_unstable();
			part.sensitivities.dedup();
			Part {
				category,
				months: part.months.or(whole),
				sensitivities: part.sensitivities,
				resources: part.entries.len(),
				bundle: collection(&part.entries),
			}
		})
		.collect();
	Ok(Split { resources: bundle.entry.len() - empty_entries, parts, empty_entries })
}

/// A bundle of these entries, each resource as it is. A collection's entries have no request.
fn collection(entries: &[(Option<&RawValue>, &RawValue)]) -> Vec<u8> {
	let mut json = br#"{"resourceType":"Bundle","type":"collection","entry":["#.to_vec();
	for (place, (full_url, resource)) in entries.iter().enumerate() {
		json.extend(if place == 0 { "{" } else { ",{" }.as_bytes());
		if let Some(url) = full_url {
			json.extend(br#""fullUrl":"#);
			json.extend(url.get().as_bytes());
			json.push(b',');
		}
		json.extend(br#""resource":"#);
		json.extend(resource.get().as_bytes());
		json.push(b'}');
	}
	json.extend(b"]}");
	json
}

/// The category of a resource; `None` if it has no type.
pub fn category_of(resource: &Value) -> Option<Category> {
	let coded = |field: &str| codes(resource.get(field));
	Some(match resource.get("resourceType")?.as_str()? {
		"Patient"
		| "Condition"
		| "AllergyIntolerance"
		| "FamilyMemberHistory"
		| "AdverseEvent"
		| "ClinicalImpression"
		| "DetectedIssue"
		| "RiskAssessment"
		| "Flag"
		| "RelatedPerson"
		| "MedicationStatement"
		| "DeviceUseStatement"
		| "BodyStructure"
		| "List" => Category::Summary,
		"MedicationRequest" | "Medication" | "VisionPrescription" => Category::Prescription,
		"MedicationDispense" | "MedicationAdministration" => Category::Dispensation,
		"ImagingStudy" | "Media" => Category::Imaging,
		"Specimen" | "MolecularSequence" => Category::Laboratory,
		"Observation" => observation(&coded("category")),
		"DiagnosticReport" => report(&coded("category")),
		"Encounter" | "EpisodeOfCare" | "Appointment" | "AppointmentResponse" => {
			Category::Encounter
		},
		"Procedure" => Category::Procedure,
		"Immunization" | "ImmunizationEvaluation" | "ImmunizationRecommendation" => {
			Category::Immunisation
		},
		"QuestionnaireResponse" => Category::VitalSigns,
		"CarePlan" | "CareTeam" | "Goal" | "ServiceRequest" | "NutritionOrder"
		| "DeviceRequest" | "RequestGroup" | "Task" => Category::Plan,
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
		| "EnrollmentResponse" => Category::Financial,
		"Consent" => consent(&[coded("scope"), coded("category")].concat()),
		"DocumentReference" | "Composition" => document(&coded("type")),
		_ => Category::Other,
	})
}

/// Every code in a CodeableConcept, or in a list of them.
fn codes(concepts: Option<&Value>) -> Vec<&str> {
	let list = match concepts {
		Some(Value::Array(list)) => list.as_slice(),
		Some(one) => std::slice::from_ref(one),
		None => &[],
	};
	list.iter()
		.filter_map(|concept| concept.get("coding")?.as_array())
		.flatten()
		.filter_map(|coding| coding.get("code")?.as_str())
		.collect()
}

/// By [observation category](http://terminology.hl7.org/CodeSystem/observation-category).
fn observation(codes: &[&str]) -> Category {
	let found = codes.iter().find_map(|code| {
		Some(match *code {
			"laboratory" => Category::Laboratory,
			"vital-signs" | "survey" | "social-history" | "exam" | "activity" => {
				Category::VitalSigns
			},
			"imaging" => Category::Imaging,
			"procedure" | "therapy" => Category::Procedure,
			_ => return None,
		})
	});
	found.unwrap_or(Category::Other)
}

/// By [diagnostic service section](http://terminology.hl7.org/CodeSystem/v2-0074): imaging, or
/// else laboratory.
fn report(codes: &[&str]) -> Category {
	const IMAGING: [&str; 12] =
		["RAD", "IMG", "CT", "NMR", "NMS", "RUS", "OUS", "VUS", "CUS", "RX", "XRC", "LP29684-5"];
	if codes.iter().any(|code| IMAGING.contains(code)) {
		Category::Imaging
	} else {
		Category::Laboratory
	}
}

/// An advance directive is one by its [scope](http://terminology.hl7.org/CodeSystem/consentscope)
/// or [category](http://terminology.hl7.org/CodeSystem/consentcategorycodes).
fn consent(codes: &[&str]) -> Category {
	const DIRECTIVE: [&str; 6] = ["adr", "acd", "dnr", "hcd", "polst", "42348-3"];
	if codes.iter().any(|code| DIRECTIVE.contains(code)) {
		Category::AdvanceDirective
	} else {
		Category::Other
	}
}

/// By the LOINC document classes of the categories.
fn document(codes: &[&str]) -> Category {
	let found = codes.iter().find_map(|code| {
		Some(match *code {
			"60591-5" => Category::Summary,
			"57833-6" => Category::Prescription,
			"60593-1" => Category::Dispensation,
			"18748-4" => Category::Imaging,
			"11502-2" => Category::Laboratory,
			"18842-5" => Category::Discharge,
			"34133-9" => Category::EpisodeSummary,
			"11488-4" => Category::Encounter,
			"28570-0" => Category::Procedure,
			"11369-6" => Category::Immunisation,
			"8716-3" => Category::VitalSigns,
			"18776-5" => Category::Plan,
			"42348-3" => Category::AdvanceDirective,
			_ => return None,
		})
	});
	found.unwrap_or(Category::Other)
}

/// Fields that say when something was, began or ended: a date, a date-time or a period.
pub const DATES: &[&str] = &[
	"abatementDateTime",
	"abatementPeriod",
	"assertedDate",
	"authored",
	"authoredOn",
	"billablePeriod",
	"collectedDateTime",
	"collectedPeriod",
	"created",
	"createdDateTime",
	"date",
	"dateTime",
	"dateWritten",
	"deceasedDateTime",
	"effectiveDateTime",
	"effectiveInstant",
	"effectivePeriod",
	"end",
	"executionPeriod",
	"identifiedDateTime",
	"identifiedPeriod",
	"issued",
	"lastOccurrence",
	"occurrenceDateTime",
	"occurrencePeriod",
	"occurredDateTime",
	"onsetDateTime",
	"onsetPeriod",
	"performedDateTime",
	"performedPeriod",
	"period",
	"recordedDate",
	"servicedDate",
	"servicedPeriod",
	"start",
	"startDate",
	"started",
	"statusDate",
	"time",
	"whenHandedOver",
	"whenPrepared",
];

/// First and last month named in a resource's own [`DATES`].
fn months_of_resource(resource: &Value) -> Option<(u16, u16)> {
	DATES
		.iter()
		.filter_map(|field| match resource.get(field)? {
			Value::String(date) => months_of(date),
			Value::Object(period) => {
				let end = |name: &str| period.get(name)?.as_str().and_then(months_of);
				join(end("start"), end("end"))
			},
			_ => None,
		})
		.fold(None, |months, more| join(months, Some(more)))
}

/// The span of two spans.
fn join(one: Option<(u16, u16)>, other: Option<(u16, u16)>) -> Option<(u16, u16)> {
	match (one, other) {
		(Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
		(one, other) => one.or(other),
	}
}

#[cfg(test)]
mod tests;
