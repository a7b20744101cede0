//! The sentence uses every field of the terms, and different terms never make the same sentence.

mod common;

use common::{also, only, teller, Known};
use proptest::{prelude::*, sample::select};
use vouchsafe_primitives::*;
use vouchsafe_speech::{AccessRequest, Speech, LANGUAGES};

fn account(byte: u8) -> AccountId {
	AccountId::new([byte; 32])
}

fn accounts() -> impl Strategy<Value = AccountId> {
	(0..8u8).prop_map(account)
}

fn roles() -> impl Strategy<Value = Role> {
	select(Role::ALL)
}

fn grantees() -> impl Strategy<Value = Grantee> {
	prop_oneof![
		Just(Grantee::Everyone),
		roles().prop_map(Grantee::Role),
		accounts().prop_map(Grantee::Institution),
		(roles(), accounts()).prop_map(|(role, institution)| Grantee::RoleAt { role, institution }),
		(accounts(), 0..4u32)
			.prop_map(|(institution, team)| Grantee::CareTeam { institution, team }),
		(accounts(), accounts()).prop_map(|(practitioner, institution)| {
			Grantee::PractitionerAt { practitioner, institution }
		}),
		accounts().prop_map(Grantee::Person),
		(0..4u32).prop_map(Grantee::Study),
		Just(Grantee::Research),
		prop_oneof![0..3u32, any::<u32>()].prop_map(Grantee::ResearchOn),
	]
}

fn effects() -> impl Strategy<Value = Effect> {
	prop_oneof![
		Just(Effect::Permit),
		any::<bool>().prop_map(|binds_break_glass| Effect::Deny { binds_break_glass }),
	]
}

/// Mostly from few values, so that two terms differ in little.
fn moments() -> impl Strategy<Value = Option<Moment>> {
	let near =
		prop_oneof![0..3u64, 1_798_675_199..1_798_675_202u64, (0..3u64).prop_map(|it| it * 60)];
	proptest::option::of(prop_oneof![near, any::<u64>()])
}

fn months() -> impl Strategy<Value = Option<ServiceMonth>> {
	proptest::option::of(prop_oneof![1_510..1_524u16, any::<u16>()])
}

fn records() -> impl Strategy<Value = RecordId> {
	(0..4u8).prop_map(|byte| [byte; 32].into())
}

fn countries() -> impl Strategy<Value = Country> {
	prop_oneof![select(vec![*b"DE", *b"AT", *b"CH", *b"ZZ"]), any::<[u8; 2]>()]
}

prop_compose! {
	fn terms()(
		effect in effects(),
		categories in prop_oneof![Just(0), 0..8u16, any::<u16>()],
		records in proptest::collection::vec(records(), 0..3),
		labels in label_filters(),
		confidentiality in select(Confidentiality::ALL),
		actions in prop_oneof![0..16u8, any::<u8>()],
		purposes in prop_oneof![Just(0), 0..8u16, any::<u16>()],
		traits in prop_oneof![Just(0), 0..64u16, any::<u16>()],
		valid_from in moments(),
		valid_until in moments(),
		from in months(),
		to in months(),
		authors in proptest::collection::vec(accounts(), 0..3),
		responsible in proptest::collection::vec(accounts(), 0..3),
		countries in proptest::collection::vec(countries(), 0..3),
	) -> Terms {
		stored(Terms {
			effect,
			categories: Categories(categories),
			records: records.try_into().unwrap(),
			labels,
			confidentiality,
			traits: StudyTraits(traits),
			actions: Actions(actions),
			purposes: Purposes(purposes),
			valid_from,
			valid_until,
			data_period: DataPeriod { from, to },
			authors: authors.try_into().unwrap(),
			responsible: responsible.try_into().unwrap(),
			countries: countries.try_into().unwrap(),
		})
	}
}

fn label_filters() -> impl Strategy<Value = LabelFilter> {
	let named = || proptest::collection::vec(1..6u8, 1..4);
	prop_oneof![
		Just(LabelFilter::Unlabelled),
		named().prop_map(|ids| also(&ids)),
		named().prop_map(|ids| only(&ids)),
		Just(LabelFilter::Any),
	]
}

/// The terms as the chain takes them: a deny names labels in one way only.
fn stored(terms: Terms) -> Terms {
	match (&terms.effect, &terms.labels) {
		(Effect::Permit, _) | (_, LabelFilter::Only(_)) => terms,
		_ => Terms { labels: LabelFilter::Any, ..terms },
	}
}

/// The terms with one field as in the others, for each field.
fn changed(terms: &Terms, others: &Terms) -> Vec<Terms> {
	// Without `..`: a new field does not compile until it is changed here.
	let Terms {
		effect,
		categories,
		records,
		labels,
		confidentiality,
		actions,
		purposes,
		valid_from,
		valid_until,
		data_period,
		authors,
		responsible,
		countries,
		traits,
	} = others.clone();
	let changed = vec![
		Terms { effect, ..terms.clone() },
		Terms { categories, ..terms.clone() },
		Terms { records, ..terms.clone() },
		Terms { labels, ..terms.clone() },
		Terms { confidentiality, ..terms.clone() },
		Terms { traits, ..terms.clone() },
		Terms { actions, ..terms.clone() },
		Terms { purposes, ..terms.clone() },
		Terms { valid_from, ..terms.clone() },
		Terms { valid_until, ..terms.clone() },
		Terms { data_period, ..terms.clone() },
		Terms { authors, ..terms.clone() },
		Terms { responsible, ..terms.clone() },
		Terms { countries, ..terms.clone() },
	];
	changed.into_iter().map(stored).collect()
}

/// The sentence in each language.
fn said(grantee: &Grantee, terms: &Terms) -> [String; LANGUAGES.len()] {
	spoken(|speech| teller(speech, &Known).consent(grantee, terms))
}

fn spoken(say: impl Fn(&Speech) -> String) -> [String; LANGUAGES.len()] {
	thread_local! {
		static SPEECHES: [Speech; LANGUAGES.len()] = LANGUAGES.map(Speech::for_locale);
	}
	SPEECHES.with(|speeches| speeches.each_ref().map(say))
}

/// Whether both are the same in every language; it panics if they are in some only.
fn same(one: &[String], other: &[String]) -> bool {
	let same: Vec<_> = one.iter().zip(other).map(|(one, other)| one == other).collect();
	let all = same.iter().all(|it| *it);
	assert!(all || !same.contains(&true), "{one:#?}\n{other:#?}");
	all
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(1_000))]

	#[test]
	fn every_field_is_said(terms in terms(), others in terms(), grantee in grantees()) {
		let sentence = said(&grantee, &terms);
		for changed in changed(&terms, &others) {
			prop_assert_eq!(
				same(&said(&grantee, &changed), &sentence),
				changed == terms,
				"{:#?}\n{:?}\n{:?}", &sentence, &terms, &changed
			);
		}
	}

	#[test]
	fn different_terms_make_different_sentences(
		one in (grantees(), terms()),
		other in (grantees(), terms()),
	) {
		let sentence = said(&one.0, &one.1);
		prop_assert_eq!(same(&sentence, &said(&other.0, &other.1)), one == other);
		prop_assert_eq!(same(&sentence, &said(&other.0, &one.1)), one.0 == other.0);
	}

	#[test]
	fn different_requests_make_different_sentences(
		one in (grantees(), terms(), 1..4u64),
		other in (grantees(), terms(), 1..4u64),
	) {
		let asked = |(grantee, terms, duration): &(Grantee, Terms, Moment)| {
			let (asker, institution) = (account(1), account(2));
			spoken(|speech| teller(speech, &Known).request(&AccessRequest {
				asker: &asker,
				institution: &institution,
				grantee,
				referred_by: terms.authors.first(),
				actions: terms.actions,
				purposes: terms.purposes,
				categories: terms.categories,
				labels: &terms.labels,
				confidentiality: terms.confidentiality,
				records: &terms.records,
				data_period: terms.data_period,
				duration: *duration,
			}))
		};
		let key = |(grantee, terms, duration): &(Grantee, Terms, Moment)| {
			let Terms { actions, purposes, categories, labels, confidentiality, .. } = terms.clone();
			let filters = (categories, labels, confidentiality, terms.records.clone(), terms.data_period);
			(grantee.clone(), actions, purposes, filters, terms.authors.first().cloned(), *duration)
		};
		let sentence = asked(&one);
		prop_assert_eq!(same(&sentence, &asked(&other)), key(&one) == key(&other));
		let narrower = (one.0.clone(), other.1.clone(), one.2);
		prop_assert_eq!(same(&sentence, &asked(&narrower)), key(&one) == key(&narrower));
	}

	#[test]
	fn foreign_names_never_break_a_sentence(name in ".*") {
		let (plain, known) = (common::Called("Eva".into()), common::Called(name));
		let (grantee, terms) = (Grantee::Person(account(1)), Terms::all(Effect::Permit));
		let sentences = spoken(|speech| teller(speech, &known).consent(&grantee, &terms));
		let usual = spoken(|speech| teller(speech, &plain).consent(&grantee, &terms));
		for (sentence, usual) in sentences.iter().zip(&usual) {
			let (before, after) = usual.split_once("Eva").unwrap();
			prop_assert!(!sentence.chars().any(char::is_control));
			prop_assert!(sentence.starts_with(before) && sentence.ends_with(after));
			// It can end the quotation in no language.
			let name = &sentence[before.len()..sentence.len() - after.len()];
			let inside = name.strip_prefix(['“', '„']).map_or(name, |rest| {
				rest.strip_suffix(['”', '“']).unwrap_or(rest)
			});
			prop_assert!(!inside.contains(['“', '”', '„']), "{}", name);
		}
	}
}
