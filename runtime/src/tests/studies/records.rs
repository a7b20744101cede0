//! Which of a patient's records a study leaves out.

use super::*;
use vouchsafe_primitives::{Confidentiality, DataPeriod, LabelFilter, LabelTag};

/// A study that runs, and a patient with three own records of the category *other*.
fn with_records() -> (Chain, Vec<RecordId>) {
	let mut chain = with_patients(0);
	let create = create_many("//PatientA", 1..4);
	chain.ok("//PatientA", create);
	chain.ok("//PatientA", consent());
	let records = chain.state(|| Records::records_of(account("//PatientA"), None, 10));
	(chain, records.into_iter().map(|(id, _)| id).collect())
}

fn withheld(chain: &mut Chain, after: Option<RecordId>, limit: u32) -> Vec<RecordId> {
	let listed =
		chain.state(|| configs::studies::withheld(STUDY, account("//PatientA"), after, limit));
	let service = ServicePeriod { first: 1500, last: 1500 };
	assert!(listed
		.iter()
		.all(|(_, category, period)| { *category == Category::Other && *period == service }));
	listed.into_iter().map(|(id, ..)| id).collect()
}

/// What a deny with these filters withholds.
fn withheld_by(change: impl FnOnce(&mut Terms, &[RecordId])) -> (usize, bool) {
	let (mut chain, records) = with_records();
	assert_eq!(withheld(&mut chain, None, 10), []);
	let mut terms = Terms::all(Effect::Deny { binds_break_glass: false });
	change(&mut terms, &records);
	chain.ok("//PatientA", grant(Grantee::Everyone, terms));
	let may_count = chain.state(|| Studies::may_count(STUDY, account("//PatientA")));
	(withheld(&mut chain, None, 10).len(), may_count.is_permit())
}

#[test]
fn a_deny_with_filters_takes_records_out_of_a_study() {
	let all = (3, true);
	let none = (0, true);
	let other = |category| {
		move |it: &mut Terms, _: &[RecordId]| {
			it.categories = Categories::of(&[category]);
		}
	};
	assert_eq!(withheld_by(other(Category::Other)), all);
	assert_eq!(withheld_by(other(Category::Imaging)), none);
	assert_eq!(withheld_by(|it, ids| it.records = vec![ids[1]].try_into().unwrap()), (1, true));
	let months = |from| {
		move |it: &mut Terms, _: &[RecordId]| {
			it.data_period = DataPeriod { from: Some(from), to: None };
		}
	};
	assert_eq!(withheld_by(months(1500)), all);
	assert_eq!(withheld_by(months(1501)), none);
	assert_eq!(withheld_by(|it, _| it.confidentiality = Confidentiality::Restricted), none);
	assert_eq!(
		withheld_by(|it, _| {
			let named = vec![LabelTag([1; 4])].try_into().unwrap();
			it.labels = LabelFilter::Only(named);
		}),
		none
	);
	// Without a filter it stops the study.
	assert_eq!(withheld_by(|_, _| ()), (3, false));
	// For reading alone it says nothing to a study.
	let reading = Actions::of(&[Action::Read]);
	assert_eq!(withheld_by(|it, _| it.actions = reading), none);
}

/// A record that belongs to somebody else says nothing about this patient.
#[test]
fn a_record_of_another_patient_is_withheld() {
	let (mut chain, records) = with_records();
	chain.state(|| {
		pallet_records::Records::<Runtime>::mutate(account("//PatientA"), records[0], |record| {
			record.as_mut().unwrap().status = vouchsafe_primitives::RecordStatus::WrongPatient;
		});
	});
	assert_eq!(withheld(&mut chain, None, 10), [records[0]]);
}

#[test]
fn withheld_records_come_in_pages() {
	let (mut chain, records) = with_records();
	let terms = Terms {
		categories: Categories::of(&[Category::Other]),
		..Terms::all(Effect::Deny { binds_break_glass: false })
	};
	chain.ok("//PatientA", grant(Grantee::Everyone, terms));
	assert_eq!(withheld(&mut chain, None, 2), records[..2]);
	assert_eq!(withheld(&mut chain, Some(records[1]), 2), records[2..]);
	assert_eq!(withheld(&mut chain, Some(records[2]), 2), []);
	let unknown = chain.state(|| configs::studies::withheld(9, account("//PatientA"), None, 10));
	assert_eq!(unknown, []);
}
