//! The examples of IHE's [Privacy Consent on FHIR](https://profiles.ihe.net/ITI/PCF/) (PCF 1.1.0),
//! each written as provisions of ours, with the rows that its text asks for.
//!
//! How they are read: there is no rule beside the provisions, so what none of them permits is
//! refused. A nested provision is an exception to the one around it. A provision without security
//! labels is for all data, so its permit covers every label and confidentiality. `N` and `R` are
//! levels of confidentiality, `PSY`, `SEX` and `SDV` labels. Dates are UTC's, and FHIR's end of a
//! period is inclusive.
//!
//! What cannot be expressed:
//!
//! | consent | what | what is done instead |
//! |---|---|---|
//! | authored by, not authored by | an author who is a practitioner: authors on the chain are institutions | the practitioner's institution |
//! | encounter, not encounter | data related to an encounter: the chain knows no encounters | an import makes one record of each encounter and category, and these records are named |
//! | purpose | a purpose outside HL7's vocabulary | research, for the named institution |

use super::*;
use bounded_collections::BoundedVec;

const PSY: LabelTag = LabelTag([1; 4]);
const SEX: LabelTag = LabelTag([2; 4]);
const HIV: LabelTag = LabelTag([3; 4]);

/// January and December 2022.
const YEAR: (ServiceMonth, ServiceMonth) = (122 * 12, 122 * 12 + 11);

/// Treatment, payment and operations.
fn usual_purposes() -> Purposes {
	Purposes::of(&[Purpose::Treatment, Purpose::Payment, Purpose::Operations])
}

/// A permit for the usual purposes and all data.
fn usual() -> Terms {
	Terms {
		labels: LabelFilter::Any,
		confidentiality: Confidentiality::VeryRestricted,
		purposes: usual_purposes(),
		..Terms::all(Effect::Permit)
	}
}

/// A permit for the usual purposes and data up to this confidentiality.
fn up_to(confidentiality: Confidentiality) -> Terms {
	Terms { confidentiality, ..usual() }
}

/// A permit for the usual purposes and data with these labels and no others.
fn labelled(tags: &[LabelTag]) -> Terms {
	Terms { labels: LabelFilter::Only(tags.to_vec().try_into().unwrap()), ..usual() }
}

fn everyone(terms: Terms) -> (Grantee, Terms) {
	(Grantee::Everyone, terms)
}

/// The practitioner whom some consents name.
fn named_doctor() -> Grantee {
	Grantee::Person(account(DOCTOR))
}

fn ask(change: impl FnOnce(&mut Question)) -> Question {
	let mut question = question();
	change(&mut question);
	question
}

fn for_purpose(purpose: Purpose) -> Question {
	ask(|question| question.purpose = purpose)
}

fn about(first: ServiceMonth, last: ServiceMonth) -> Question {
	ask(|question| of_record(question).service = ServicePeriod { first, last })
}

fn authored_by(institution: u8) -> Question {
	ask(|question| of_record(question).author = account(institution))
}

fn of_id(id: u8) -> Question {
	ask(|question| of_record(question).id = record(id))
}

fn sensitive(confidentiality: Confidentiality, tags: &[LabelTag]) -> Question {
	ask(|question| {
		of_record(question).confidentiality = confidentiality;
		of_record(question).labels = tags.to_vec().try_into().unwrap();
	})
}

/// The same question by another practitioner.
fn by_another(mut question: Question) -> Question {
	question.actor.account = account(OTHER_DOCTOR);
	question
}

/// The same question in break-glass, by a clinician who is attested or not.
fn in_emergency(mut question: Question, attested: bool) -> Question {
	question.break_glass = true;
	acting(&mut question).attested = attested;
	question
}

#[test]
fn basic_treat_and_ink() {
	check_rows(
		vec![everyone(usual())],
		vec![
			("treatment", true, for_purpose(Purpose::Treatment)),
			("payment", true, for_purpose(Purpose::Payment)),
			("operations", true, for_purpose(Purpose::Operations)),
			("research", false, for_purpose(Purpose::Research)),
			("public health", false, for_purpose(Purpose::PublicHealth)),
			("sensitive data", true, sensitive(Confidentiality::VeryRestricted, &[HIV])),
		],
	);
}

#[test]
fn expired_treat() {
	// The end is 2022-12-31, inclusive.
	let end = 1_672_531_200;
	let terms = Terms { valid_until: Some(end), ..usual() };
	check_rows(
		vec![everyone(terms)],
		vec![
			("the last second", true, ask(|question| question.now = end - 1)),
			("the second after", false, ask(|question| question.now = end)),
		],
	);
}

#[test]
fn basic_reject() {
	let reject = Terms { purposes: usual_purposes(), ..Terms::all(DENY) };
	let anything = Terms { purposes: Purposes::default(), ..usual() };
	check_rows(
		vec![everyone(reject), everyone(anything)],
		vec![
			("treatment", false, for_purpose(Purpose::Treatment)),
			("payment", false, for_purpose(Purpose::Payment)),
			("operations", false, for_purpose(Purpose::Operations)),
			("another purpose, which something else permits", true, for_purpose(Purpose::Research)),
		],
	);
}

#[test]
fn intermediate_timeframe() {
	let (from, to) = YEAR;
	let data_period = DataPeriod { from: Some(from), to: Some(to) };
	check_rows(
		vec![everyone(Terms { data_period, ..usual() })],
		vec![
			("the first and the last month", true, about(from, to)),
			("the month before", false, about(from - 1, from - 1)),
			("over the new year", false, about(from - 1, from)),
			("the month after", false, about(to + 1, to + 1)),
		],
	);
}

#[test]
fn intermediate_not_timeframe() {
	let (from, to) = YEAR;
	let data_period = DataPeriod { from: Some(from), to: Some(to) };
	check_rows(
		vec![everyone(usual()), everyone(Terms { data_period, ..Terms::all(DENY) })],
		vec![
			("the month before", true, about(from - 1, from - 1)),
			("the first month", false, about(from, from)),
			("over the new year", false, about(to, to + 1)),
			("the month after", true, about(to + 1, to + 1)),
		],
	);
}

#[test]
fn intermediate_authored_by() {
	let authors = vec![account(HOSPITAL_C)].try_into().unwrap();
	check_rows(
		vec![everyone(Terms { authors, ..usual() })],
		vec![
			("by the author", true, authored_by(HOSPITAL_C)),
			("by another author", false, authored_by(HOSPITAL_A)),
		],
	);
}

#[test]
fn intermediate_not_authored_by() {
	let authors = vec![account(HOSPITAL_C)].try_into().unwrap();
	check_rows(
		vec![everyone(usual()), everyone(Terms { authors, ..Terms::all(DENY) })],
		vec![
			("by the author", false, authored_by(HOSPITAL_C)),
			("by another author", true, authored_by(HOSPITAL_A)),
		],
	);
}

#[test]
fn intermediate_data_and_encounter() {
	// The six resources of the example, or the records of an encounter.
	let records: BoundedVec<_, _> = (1..=6).map(record).collect::<Vec<_>>().try_into().unwrap();
	check_rows(
		vec![everyone(Terms { records, ..usual() })],
		vec![
			("the first", true, of_id(1)),
			("the last", true, of_id(6)),
			("other data", false, of_id(7)),
		],
	);
}

#[test]
fn intermediate_not_data_and_not_encounter() {
	let records = vec![record(1)].try_into().unwrap();
	check_rows(
		vec![everyone(usual()), everyone(Terms { records, ..Terms::all(DENY) })],
		vec![("the data named", false, of_id(1)), ("other data", true, of_id(2))],
	);
}

#[test]
fn intermediate_purpose() {
	let terms = Terms { purposes: Purposes::of(&[Purpose::Research]), ..usual() };
	let elsewhere = |mut question: Question| {
		acting(&mut question).institution = account(HOSPITAL_C);
		question
	};
	check_rows(
		vec![(Grantee::Institution(account(HOSPITAL_B)), terms)],
		vec![
			("the project", true, for_purpose(Purpose::Research)),
			("treatment there", false, for_purpose(Purpose::Treatment)),
			("research elsewhere", false, elsewhere(for_purpose(Purpose::Research))),
		],
	);
}

#[test]
fn dissent_intermediate_break_glass() {
	check_rows(
		vec![everyone(usual()), everyone(Terms::all(DENY))],
		vec![
			("treatment", false, ask(|_| {})),
			("break-glass", true, in_emergency(ask(|_| {}), true)),
			("break-glass by somebody who may not", false, in_emergency(ask(|_| {}), false)),
		],
	);
}

#[test]
fn advanced_normal() {
	check_rows(
		vec![everyone(up_to(Confidentiality::Normal))],
		vec![
			("normal", true, sensitive(Confidentiality::Normal, &[])),
			("restricted", false, sensitive(Confidentiality::Restricted, &[])),
			("very restricted", false, sensitive(Confidentiality::VeryRestricted, &[])),
		],
	);
}

#[test]
fn advanced_normal_restricted() {
	check_rows(
		vec![everyone(up_to(Confidentiality::Restricted))],
		vec![
			("normal", true, sensitive(Confidentiality::Normal, &[])),
			("restricted", true, sensitive(Confidentiality::Restricted, &[])),
			("very restricted", false, sensitive(Confidentiality::VeryRestricted, &[])),
		],
	);
}

#[test]
fn advanced_normal_not_restricted() {
	let deny = Terms { confidentiality: Confidentiality::Restricted, ..Terms::all(DENY) };
	check_rows(
		vec![everyone(up_to(Confidentiality::Normal)), everyone(deny.clone())],
		vec![
			("normal", true, sensitive(Confidentiality::Normal, &[])),
			("restricted", false, sensitive(Confidentiality::Restricted, &[])),
		],
	);
	// The deny also holds against a permit that would cover restricted data.
	check_rows(
		vec![everyone(usual()), everyone(deny)],
		vec![
			("normal", true, sensitive(Confidentiality::Normal, &[])),
			("restricted", false, sensitive(Confidentiality::Restricted, &[])),
			("very restricted", false, sensitive(Confidentiality::VeryRestricted, &[])),
		],
	);
}

#[test]
fn advanced_normal_focused_restricted() {
	let restricted = || sensitive(Confidentiality::Restricted, &[]);
	check_rows(
		vec![
			everyone(up_to(Confidentiality::Normal)),
			(named_doctor(), up_to(Confidentiality::Restricted)),
		],
		vec![
			("normal, to another", true, by_another(ask(|_| {}))),
			("restricted, to another", false, by_another(restricted())),
			("restricted, to the practitioner", true, restricted()),
		],
	);
}

#[test]
fn advanced_normal_break_glass_restricted() {
	let restricted = || sensitive(Confidentiality::Restricted, &[]);
	check_rows(
		vec![everyone(up_to(Confidentiality::Normal))],
		vec![
			("normal", true, ask(|_| {})),
			("restricted", false, restricted()),
			("restricted, in break-glass", true, in_emergency(restricted(), true)),
			("restricted, by somebody who may not", false, in_emergency(restricted(), false)),
		],
	);
}

#[test]
fn advanced_normal_focused_psy() {
	let psychiatric = || sensitive(Confidentiality::Restricted, &[PSY]);
	check_rows(
		vec![everyone(up_to(Confidentiality::Normal)), (named_doctor(), labelled(&[PSY]))],
		vec![
			("normal, to another", true, by_another(ask(|_| {}))),
			("mental health, to another", false, by_another(psychiatric())),
			("mental health, to the practitioner", true, psychiatric()),
			("normal, to the practitioner", true, ask(|_| {})),
			("HIV, to the practitioner", false, sensitive(Confidentiality::Restricted, &[HIV])),
			(
				"mental health and HIV, to the practitioner",
				false,
				sensitive(Confidentiality::Restricted, &[PSY, HIV]),
			),
			("restricted without label", false, sensitive(Confidentiality::Restricted, &[])),
		],
	);
}

#[test]
fn advanced_normal_focused_psy_or_sex() {
	// The example with SDV instead of SEX differs in the label alone.
	let of = |tags: &[LabelTag]| sensitive(Confidentiality::Restricted, tags);
	check_rows(
		vec![everyone(up_to(Confidentiality::Normal)), (named_doctor(), labelled(&[PSY, SEX]))],
		vec![
			("mental health", true, of(&[PSY])),
			("sexual health", true, of(&[SEX])),
			("both", true, of(&[PSY, SEX])),
			("both, to another", false, by_another(of(&[PSY, SEX]))),
			("HIV", false, of(&[HIV])),
		],
	);
}
