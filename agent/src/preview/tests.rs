use super::*;
use crate::{
	access::fixtures::{access, given, A, B, DOCTOR, NOW, NURSE},
	consent::plain_terms,
};
use vouchsafe_protocol::types::{canonical_tags, Category, Effect, LabelTag, Purposes, Role};

fn terms(edit: impl FnOnce(&mut Terms)) -> Terms {
	let mut terms = plain_terms(Effect::Permit);
	edit(&mut terms);
	terms
}

fn restricted() -> Terms {
	terms(|terms| terms.confidentiality = Confidentiality::VeryRestricted)
}

fn ids<'a>(records: impl Iterator<Item = &'a RecordFacts>) -> Vec<u8> {
	records.map(|record| record.id.0[0]).collect()
}

fn new(grantee: Grantee, terms: Terms) -> Change {
	Change::new(grantee, terms)
}

#[test]
fn a_permit_opens_what_is_not_open_already() {
	let (institution, team) =
		(Grantee::Institution(B), Grantee::CareTeam { institution: B, team: 1 });
	let access = access(vec![(institution.clone(), given(1, plain_terms(Effect::Permit)))]);
	let found = preview(&access, &new(team.clone(), restricted()));
	assert_eq!(ids(found.opened()), [2]);
	let counts = Counts { records: 1, restricted: 1, ..Counts::default() };
	assert_eq!(found.opens(), counts);
	assert_eq!((found.before().records, found.after().records), (2, 3));
	assert_eq!(found.closes(), Counts::default());
	let nothing_new = preview(&access, &new(team, plain_terms(Effect::Permit)));
	assert_eq!((ids(nothing_new.opened()), nothing_new.after().records), (vec![], 2));
	// At the other hospital everything is new.
	let other = preview(&access, &new(Grantee::Institution(A), restricted()));
	assert_eq!(ids(other.opened()), [1, 2, 3]);
	assert_eq!(other.before(), Counts::default());
}

#[test]
fn a_deny_wins_over_what_is_asked() {
	let deny = Terms::all(Effect::Deny { binds_break_glass: false });
	let access = access(vec![(Grantee::Person(DOCTOR), given(1, deny))]);
	let at = Grantee::PractitionerAt { practitioner: DOCTOR, institution: B };
	assert_eq!(preview(&access, &new(at, restricted())).opens(), Counts::default());
	let hospital = preview(&access, &new(Grantee::Institution(B), restricted()));
	assert_eq!(hospital.opens().records, 3, "it opens for the others there");
}

#[test]
fn a_deny_and_a_revocation_close() {
	let hospital = Grantee::Institution(B);
	let access = access(vec![(hospital.clone(), given(1, restricted()))]);
	let imaging = Terms {
		categories: Categories::of(&[Category::Imaging]),
		..Terms::all(Effect::Deny { binds_break_glass: false })
	};
	let denied = preview(&access, &new(hospital.clone(), imaging));
	assert_eq!((ids(denied.closed()), ids(denied.opened())), (vec![3], vec![]));
	let revoked = Change { grantee: hospital.clone(), terms: None, replaces: Some(1) };
	assert_eq!(ids(preview(&access, &revoked).closed()), [1, 2, 3]);
	let amended =
		Change { grantee: hospital, terms: Some(plain_terms(Effect::Permit)), replaces: Some(1) };
	assert_eq!(ids(preview(&access, &amended).closed()), [2]);
}

#[test]
fn a_person_at_two_hospitals_can_read_at_one_of_them() {
	let access = access(vec![(Grantee::Institution(A), given(1, restricted()))]);
	let found = preview(&access, &new(Grantee::Person(NURSE), restricted()));
	assert_eq!((found.opens().records, found.before().records), (0, 3));
	let nurses = preview(&access, &new(Grantee::Role(Role::Nurse), restricted()));
	assert_eq!((nurses.opens().records, nurses.before().records), (3, 0));
}

#[test]
fn studies_open_nothing() {
	let access = access(vec![]);
	for grantee in [Grantee::Study(1), Grantee::Research, Grantee::ResearchOn(2)] {
		let found = preview(&access, &new(grantee, restricted()));
		assert_eq!((found.opens(), found.before()), Default::default());
		assert_eq!(found.lines.len(), 3);
	}
}

#[test]
fn later_consents_and_other_purposes_are_looked_at_as_they_will_be() {
	let access = access(vec![]);
	let hospital = Grantee::Institution(A);
	let opens = |terms| preview(&access, &new(hospital.clone(), terms)).opens().records;
	assert_eq!(opens(terms(|terms| terms.valid_from = Some(NOW + 100))), 2);
	assert_eq!(opens(terms(|terms| terms.valid_until = Some(NOW))), 0);
	assert_eq!(opens(terms(|terms| terms.purposes = Purposes::of(&[Purpose::Payment]))), 2);
	assert_eq!(opens(terms(|terms| terms.purposes = Purposes::default())), 2);
}

#[test]
fn a_request_is_narrowed_and_never_widened() {
	let asked = Terms { valid_until: Some(NOW + 500), ..restricted() };
	let by = |edit: &dyn Fn(&mut Narrowing)| {
		let mut by = Narrowing::default();
		edit(&mut by);
		narrow(&asked, &by)
	};
	assert_eq!(by(&|_| {}).unwrap(), asked);
	let access = access(vec![]);
	let opens = |terms: Result<Terms>| {
		ids(preview(&access, &new(Grantee::Institution(A), terms.unwrap())).opened())
	};
	let (one, two) = (H256([1; 32]), H256([2; 32]));
	let imaging = Categories::of(&[Category::Imaging]);
	assert_eq!(opens(by(&|by| by.categories = imaging)), [3]);
	assert_eq!(opens(by(&|by| by.records = vec![one, two])), [1, 2]);
	let until_2000 = DataPeriod { from: None, to: Some(1_200) };
	assert_eq!(opens(by(&|by| by.months = until_2000)), [1, 2]);
	assert_eq!(opens(by(&|by| by.confidentiality = Some(Confidentiality::Normal))), [1, 3]);
	assert_eq!(by(&|by| by.until = Some(NOW + 400)).unwrap().valid_until, Some(NOW + 400));
	assert_eq!(by(&|by| by.until = Some(NOW + 600)).unwrap().valid_until, Some(NOW + 500));
	assert!(by(&|by| by.labels = Some(LabelFilter::Any)).is_err());

	let narrower = |by: Narrowing| {
		let mut asked = asked.clone();
		asked.categories = imaging;
		asked.records = vec![one].try_into().unwrap();
		asked.data_period = DataPeriod { from: Some(100), to: Some(110) };
		asked.labels = LabelFilter::Also(canonical_tags([LabelTag([1; 4])]).unwrap());
		asked.confidentiality = Confidentiality::Normal;
		narrow(&asked, &by)
	};
	let laboratory = Categories::of(&[Category::Laboratory]);
	let kept = narrower(Narrowing::default()).unwrap();
	assert_eq!(kept.categories, imaging);
	let by = || Narrowing::default();
	assert!(narrower(Narrowing { categories: laboratory, ..by() }).is_err());
	assert!(narrower(Narrowing { records: vec![two], ..by() }).is_err());
	let later = DataPeriod { from: Some(111), to: None };
	assert!(narrower(Narrowing { months: later, ..by() }).is_err());
	let wider = DataPeriod { from: Some(1), to: Some(105) };
	let months = narrower(Narrowing { months: wider, ..by() }).unwrap().data_period;
	assert_eq!(months, DataPeriod { from: Some(100), to: Some(105) });
	let labels = Some(LabelFilter::Unlabelled);
	assert!(narrower(Narrowing { labels, ..by() }).is_ok());
	let confidentiality = Some(Confidentiality::VeryRestricted);
	let capped = narrower(Narrowing { confidentiality, ..by() }).unwrap().confidentiality;
	assert_eq!(capped, Confidentiality::Normal);
}
