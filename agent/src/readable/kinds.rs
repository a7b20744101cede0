//! Which fields of each kind of resource are shown, in which part of the document and under which
//! label.

use super::{
	source::{kind_of, list},
	values::{Reader, Reading},
};
use vouchsafe_speech::DocumentWord::{self, *};

/// A part of the document, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Section(u8);

const ALLERGIES: Section = Section(0);
const PROBLEMS: Section = Section(1);
const MEDICATION: Section = Section(2);
/// Reports, which may say no more than their results.
pub(super) const REPORTS: Section = Section(3);
/// Measurements, which [`super::results`] shows.
pub(super) const RESULTS: Section = Section(4);
const VACCINATIONS: Section = Section(5);
const VISITS: Section = Section(6);
const PROCEDURES: Section = Section(7);
const PLANS: Section = Section(8);
const GOALS: Section = Section(9);
const IMAGES: Section = Section(10);
const QUESTIONNAIRES: Section = Section(11);
const DOCUMENTS: Section = Section(12);
/// Consents, whose meaning is in their narrative.
pub(super) const WISHES: Section = Section(13);
const FAMILY: Section = Section(14);
const DEVICES: Section = Section(15);
const BILLS: Section = Section(16);
const INSURANCE: Section = Section(17);
const OTHERS: Section = Section(18);
/// Who and where.
pub(super) const PEOPLE: Section = Section(19);

/// The headings of the parts.
const HEADINGS: [DocumentWord; 20] = [
	Allergies,
	Problems,
	Medication,
	Reports,
	Results,
	Vaccinations,
	Visits,
	Procedures,
	Plans,
	Goals,
	Images,
	Questionnaires,
	Documents,
	Wishes,
	Family,
	Devices,
	Bills,
	Insurance,
	Others,
	People,
];

impl Section {
	/// Its heading.
	pub(super) fn heading(self) -> DocumentWord {
		HEADINGS.get(usize::from(self.0)).copied().unwrap_or(Others)
	}
}

/// A field that is shown.
pub(super) struct Field {
	pub(super) label: DocumentWord,
	/// Where it is. The first path that leads to something counts.
	pub(super) paths: &'static [&'static str],
	pub(super) reading: Reading,
	/// Codes that say only what a reader expects, such as "confirmed".
	pub(super) expected: &'static [&'static str],
}

const fn plain(label: DocumentWord, paths: &'static [&'static str]) -> Field {
	Field { label, paths, reading: Reading::Plain, expected: &[] }
}

const fn day(label: DocumentWord, paths: &'static [&'static str]) -> Field {
	Field { label, paths, reading: Reading::Day, expected: &[] }
}

const fn code(
	label: DocumentWord,
	paths: &'static [&'static str],
	group: &'static str,
	expected: &'static [&'static str],
) -> Field {
	Field { label, paths, reading: Reading::Code(group), expected }
}

/// How a kind of resource is shown.
pub(super) struct Kind {
	/// Its names in FHIR.
	names: &'static [&'static str],
	pub(super) section: Section,
	/// Where its title is.
	title: &'static [&'static str],
	/// The group of the codes that a title may be.
	group: &'static str,
	/// What it is called if it has no title of its own.
	word: DocumentWord,
	pub(super) fields: &'static [Field],
	/// Where its longer texts are.
	pub(super) texts: &'static [&'static str],
	/// Where its files are.
	pub(super) files: &'static str,
}

const DEFAULT: Kind = Kind {
	names: &[],
	section: OTHERS,
	title: &["title", "code", "name", "type", "description", "category"],
	group: "",
	word: Unnamed,
	fields: &[],
	texts: &["note"],
	files: "",
};

const STATUS: Field = code(Status, &["status"], "status", &[]);
/// A status that is not worth a word if all is done.
const UNUSUAL_STATUS: Field =
	code(Status, &["status"], "status", &["completed", "final", "finished", "active", "available"]);
const REASON: Field = plain(Reason, &["reasonCode", "reasonReference", "reason*", "reason"]);
const BODY_SITE: Field = plain(BodySite, &["bodySite"]);
const PERFORMER: Field = plain(Who, &["performer.actor", "performer"]);
const NOT_TO_BE_DONE: Field = code(NotToBeDone, &["doNotPerform"], "", &["false"]);
const MEDICINE: &[&str] = &["medication*", "medication"];
const PERSON: &[Field] = &[
	plain(Role, &["code", "specialty", "relationship", "qualification.code", "type"]),
	plain(Contact, &["telecom.value"]),
	plain(Address, &["address"]),
];
const BILL: &[Field] = &[
	code(Kind, &["type"], "bill", &[]),
	day(When, &["billablePeriod", "date", "created"]),
	plain(From, &["provider", "issuer"]),
	plain(Insurer, &["insurer", "insurance.coverage"]),
	plain(Diagnosis, &["diagnosis.diagnosis*"]),
	code(Status, &["status"], "status", &["active"]),
	plain(Total, &["total", "totalGross", "totalNet"]),
	plain(Paid, &["payment.amount"]),
];

const KINDS: &[Kind] = &[
	Kind {
		names: &["AllergyIntolerance"],
		section: ALLERGIES,
		title: &["code", "reaction.substance"],
		fields: &[
			code(Status, &["clinicalStatus"], "status", &[]),
			code(Certainty, &["verificationStatus"], "status", &["confirmed"]),
			code(Risk, &["criticality"], "risk", &["unable-to-assess"]),
			plain(Reaction, &["reaction.manifestation"]),
			code(Severity, &["reaction.severity"], "severity", &[]),
			code(Group, &["category"], "allergen", &[]),
			day(Since, &["onset*"]),
			day(Last, &["lastOccurrence"]),
			day(Recorded, &["recordedDate"]),
		],
		texts: &["reaction.description", "note"],
		..DEFAULT
	},
	Kind {
		names: &["Condition"],
		section: PROBLEMS,
		title: &["code"],
		fields: &[
			code(Status, &["clinicalStatus"], "status", &[]),
			code(Certainty, &["verificationStatus"], "status", &["confirmed"]),
			code(Severity, &["severity"], "severity", &[]),
			BODY_SITE,
			plain(Stage, &["stage.summary"]),
			day(Since, &["onset*"]),
			day(Until, &["abatement*"]),
			day(Recorded, &["recordedDate"]),
			plain(Who, &["asserter", "recorder"]),
		],
		..DEFAULT
	},
	Kind {
		names: &["MedicationRequest", "MedicationStatement", "MedicationAdministration"],
		section: MEDICATION,
		title: MEDICINE,
		fields: &[
			NOT_TO_BE_DONE,
			STATUS,
			plain(Dose, &["dosageInstruction", "dosage"]),
			REASON,
			day(When, &["effective*", "authoredOn", "dateAsserted"]),
			plain(Amount, &["dispenseRequest.quantity"]),
			day(Valid, &["dispenseRequest.validityPeriod"]),
			plain(Who, &["requester", "performer.actor", "informationSource"]),
		],
		..DEFAULT
	},
	Kind {
		names: &["MedicationDispense"],
		section: MEDICATION,
		title: MEDICINE,
		fields: &[
			UNUSUAL_STATUS,
			plain(Dose, &["dosageInstruction"]),
			plain(Amount, &["quantity"]),
			plain(Supply, &["daysSupply"]),
			day(When, &["whenHandedOver", "whenPrepared"]),
			PERFORMER,
		],
		..DEFAULT
	},
	Kind {
		names: &["Medication"],
		section: MEDICATION,
		title: &["code", "ingredient.item*"],
		fields: &[
			plain(Form, &["form"]),
			plain(Ingredients, &["ingredient.item*"]),
			plain(Manufacturer, &["manufacturer"]),
			plain(Lot, &["batch.lotNumber"]),
		],
		..DEFAULT
	},
	Kind {
		names: &["DiagnosticReport"],
		section: REPORTS,
		title: &["code", "category"],
		fields: &[
			UNUSUAL_STATUS,
			plain(When, &["effective*", "issued"]),
			plain(Who, &["performer", "resultsInterpreter"]),
			plain(Conclusion, &["conclusionCode"]),
		],
		texts: &["conclusion", "note"],
		files: "presentedForm",
		..DEFAULT
	},
	Kind {
		names: &["Observation"],
		section: RESULTS,
		title: &["code", "category"],
		fields: &[
			UNUSUAL_STATUS,
			plain(When, &["effective*", "issued"]),
			BODY_SITE,
			plain(Method, &["method"]),
			PERFORMER,
		],
		..DEFAULT
	},
	Kind {
		names: &["Immunization"],
		section: VACCINATIONS,
		title: &["vaccineCode"],
		fields: &[
			UNUSUAL_STATUS,
			plain(Reason, &["statusReason"]),
			day(When, &["occurrence*"]),
			plain(Against, &["protocolApplied.targetDisease"]),
			plain(DoseNumber, &["protocolApplied.doseNumber*"]),
			plain(Lot, &["lotNumber"]),
			plain(Manufacturer, &["manufacturer"]),
			plain(BodySite, &["site"]),
			PERFORMER,
			plain(Where, &["location"]),
			plain(Reaction, &["reaction.detail"]),
		],
		..DEFAULT
	},
	Kind {
		names: &["Encounter", "EpisodeOfCare"],
		section: VISITS,
		title: &["type", "serviceType", "class"],
		group: "visit",
		fields: &[
			UNUSUAL_STATUS,
			plain(When, &["period", "actualPeriod"]),
			code(Kind, &["class"], "visit", &[]),
			plain(Where, &["serviceProvider", "location.location", "managingOrganization"]),
			plain(Who, &["participant.individual", "participant.actor", "careManager"]),
			plain(Reason, &["reasonCode", "reasonReference", "reason.use", "reason.value"]),
			plain(Diagnosis, &["diagnosis.condition"]),
			plain(
				Discharge,
				&["hospitalization.dischargeDisposition", "hospitalization.destination"],
			),
		],
		..DEFAULT
	},
	Kind {
		names: &["Appointment"],
		section: VISITS,
		title: &["description", "serviceType", "appointmentType", "specialty"],
		fields: &[
			STATUS,
			plain(When, &["start"]),
			plain(Until, &["end"]),
			plain(Who, &["participant.actor"]),
			REASON,
		],
		texts: &["patientInstruction", "comment"],
		..DEFAULT
	},
	Kind {
		names: &["Procedure"],
		section: PROCEDURES,
		title: &["code", "category"],
		fields: &[
			UNUSUAL_STATUS,
			plain(When, &["performed*", "occurrence*"]),
			REASON,
			BODY_SITE,
			plain(Outcome, &["outcome"]),
			plain(Complications, &["complication", "complicationDetail"]),
			plain(FollowUp, &["followUp"]),
			PERFORMER,
			plain(Where, &["location"]),
		],
		..DEFAULT
	},
	Kind {
		names: &["CarePlan"],
		section: PLANS,
		title: &["title", "category", "description"],
		fields: &[
			STATUS,
			day(When, &["period"]),
			plain(Reason, &["addresses"]),
			plain(Goals, &["goal"]),
			plain(
				Measures,
				&["activity.detail.code", "activity.detail.description", "activity.reference"],
			),
			plain(Who, &["author", "careTeam"]),
		],
		texts: &["description", "note"],
		..DEFAULT
	},
	Kind {
		names: &["CareTeam"],
		section: PLANS,
		title: &["name", "category"],
		fields: &[STATUS, day(When, &["period"]), plain(Who, &["participant.member"])],
		..DEFAULT
	},
	Kind {
		names: &[
			"ServiceRequest",
			"Task",
			"NutritionOrder",
			"DeviceRequest",
			"CommunicationRequest",
		],
		section: PLANS,
		title: &["code", "description", "category"],
		fields: &[
			NOT_TO_BE_DONE,
			STATUS,
			plain(When, &["occurrence*", "authoredOn", "dateTime"]),
			REASON,
			BODY_SITE,
			plain(Who, &["requester", "orderer"]),
			plain(To, &["performer", "owner"]),
		],
		texts: &["patientInstruction", "note"],
		..DEFAULT
	},
	Kind {
		names: &["Goal"],
		section: GOALS,
		title: &["description"],
		fields: &[
			code(Status, &["lifecycleStatus"], "status", &[]),
			code(Progress, &["achievementStatus"], "status", &[]),
			day(Since, &["start*"]),
			plain(Target, &["target.detail*"]),
			day(Until, &["target.due*"]),
			plain(Reason, &["addresses"]),
		],
		..DEFAULT
	},
	Kind {
		names: &["ImagingStudy", "Media"],
		section: IMAGES,
		title: &[
			"description",
			"procedureCode",
			"series.instance.title",
			"series.modality",
			"modality",
			"content.title",
		],
		fields: &[
			plain(Kind, &["series.modality", "modality"]),
			plain(BodySite, &["series.bodySite", "bodySite"]),
			plain(When, &["started", "created*"]),
			plain(PicturesCount, &["numberOfInstances"]),
			REASON,
			plain(Who, &["interpreter", "operator", "referrer"]),
		],
		files: "content",
		..DEFAULT
	},
	Kind {
		names: &["QuestionnaireResponse"],
		section: QUESTIONNAIRES,
		title: &["title"],
		word: Questionnaires,
		fields: &[UNUSUAL_STATUS, plain(When, &["authored"]), plain(Who, &["author", "source"])],
		..DEFAULT
	},
	Kind {
		names: &["DocumentReference", "DocumentManifest", "Binary"],
		section: DOCUMENTS,
		title: &["description", "content.attachment.title", "type", "category"],
		fields: &[
			code(Status, &["status"], "status", &["current"]),
			code(Certainty, &["docStatus"], "status", &["final"]),
			plain(Kind, &["type"]),
			day(When, &["context.period", "date", "created"]),
			plain(Who, &["author"]),
			plain(From, &["custodian"]),
		],
		files: "content.attachment",
		..DEFAULT
	},
	Kind {
		names: &["Consent"],
		section: WISHES,
		title: &["category", "scope"],
		fields: &[
			STATUS,
			day(When, &["dateTime"]),
			day(Valid, &["provision.period"]),
			plain(To, &["provision.actor.reference"]),
			plain(Reason, &["provision.purpose"]),
			plain(Who, &["performer", "grantor"]),
			plain(Where, &["organization"]),
		],
		files: "sourceAttachment",
		..DEFAULT
	},
	Kind {
		names: &["FamilyMemberHistory"],
		section: FAMILY,
		title: &["relationship", "name"],
		fields: &[
			UNUSUAL_STATUS,
			plain(Conditions, &["condition.code"]),
			day(Born, &["born*"]),
			day(Died, &["deceased*"]),
		],
		texts: &["condition.note", "note"],
		..DEFAULT
	},
	Kind {
		names: &["Device", "DeviceUseStatement"],
		section: DEVICES,
		title: &["deviceName.name", "type", "device", "modelNumber"],
		fields: &[
			STATUS,
			plain(Kind, &["type"]),
			plain(Manufacturer, &["manufacturer"]),
			plain(Number, &["serialNumber"]),
			plain(Lot, &["lotNumber"]),
			day(When, &["timing*", "recordedOn"]),
			BODY_SITE,
			REASON,
		],
		..DEFAULT
	},
	Kind {
		names: &["Claim", "Invoice"],
		section: BILLS,
		title: &[],
		word: Bill,
		fields: BILL,
		..DEFAULT
	},
	Kind {
		names: &["ExplanationOfBenefit", "ClaimResponse"],
		section: BILLS,
		title: &[],
		word: Settlement,
		fields: BILL,
		texts: &["disposition"],
		..DEFAULT
	},
	Kind {
		names: &["Coverage"],
		section: INSURANCE,
		title: &["payor", "type"],
		word: Insurance,
		fields: &[
			UNUSUAL_STATUS,
			plain(Kind, &["type"]),
			plain(Number, &["subscriberId", "identifier.value"]),
			plain(Holder, &["subscriber", "policyHolder"]),
			day(Valid, &["period"]),
		],
		..DEFAULT
	},
	Kind {
		names: &["Patient"],
		section: PEOPLE,
		title: &["name"],
		word: Patient,
		fields: &[
			plain(Language, &["communication.language"]),
			plain(Contact, &["telecom.value"]),
			plain(Address, &["address"]),
		],
		..DEFAULT
	},
	Kind {
		names: &["Practitioner", "RelatedPerson", "Organization", "Location", "HealthcareService"],
		section: PEOPLE,
		title: &["name", "type", "relationship"],
		fields: PERSON,
		..DEFAULT
	},
	Kind {
		names: &["PractitionerRole"],
		section: PEOPLE,
		title: &["practitioner", "organization", "code"],
		fields: &[
			plain(Role, &["code", "specialty"]),
			plain(Where, &["organization", "location"]),
			plain(Contact, &["telecom.value"]),
		],
		..DEFAULT
	},
];

/// How any other kind is shown. [`super::layout`] adds what its fields say.
static OTHER: Kind = Kind {
	fields: &[
		STATUS,
		plain(
			When,
			&["period", "effective*", "occurrence*", "occurred*", "date", "dateTime", "recorded"],
		),
		plain(Who, &["author", "performer", "agent.who", "requester", "recorder"]),
		REASON,
	],
	texts: &["note", "comment"],
	..DEFAULT
};

/// How resources of this type are shown, and whether they are only shown generically.
pub(super) fn kind(name: &str) -> (&'static Kind, bool) {
	let found = KINDS.iter().find(|kind| kind.names.contains(&name));
	found.map_or((&OTHER, true), |kind| (kind, false))
}

impl Reader<'_> {
	/// The title that the resource has of its own.
	pub(super) fn title(&self) -> Option<String> {
		let (kind, _) = kind(kind_of(self.home)?);
		let reading =
			if kind.group.is_empty() { Reading::Plain } else { Reading::Code(kind.group) };
		let title = |reader: &Self| {
			kind.title.iter().find_map(|path| match *path {
				"name" => reader.main_name(),
				path => reader.at(path, reading),
			})
		};
		// A code is the title only if there are no words.
		title(&self.without_codes()).or_else(|| title(self))
	}

	/// The official name, or the first one: former names are not titles.
	fn main_name(&self) -> Option<String> {
		let names = list(&self.home["name"]);
		let official = names.iter().filter(|it| it["use"] == "official");
		official.chain(names).find_map(|it| self.show(it))
	}

	/// Its title, or what it is called without one.
	pub(super) fn title_or_word(&self) -> String {
		let word = kind_of(self.home).map_or(Unnamed, |name| kind(name).0.word);
		self.title().unwrap_or_else(|| self.word(word))
	}
}
