//! Properties that hold for all consents that a patient can have. Consents and questions are drawn
//! from few values, so that they match often.

use super::*;
use alloc::collections::BTreeSet;
use proptest::{
	collection::vec, option, prelude::*, sample::select, strategy::ValueTree,
	test_runner::TestRunner,
};

fn institution() -> impl Strategy<Value = AccountId> {
	select(vec![HOSPITAL_A, HOSPITAL_B, HOSPITAL_C]).prop_map(account)
}

fn person() -> impl Strategy<Value = AccountId> {
	select(vec![PATIENT, DOCTOR, DOCTOR, OTHER_DOCTOR]).prop_map(account)
}

fn role() -> impl Strategy<Value = Role> {
	select(vec![Role::Physician, Role::Nurse])
}

fn category() -> impl Strategy<Value = Category> {
	select(vec![Category::Laboratory, Category::Imaging])
}

fn action() -> impl Strategy<Value = Action> {
	select(Action::ALL.to_vec())
}

fn purpose() -> impl Strategy<Value = Purpose> {
	select(vec![Purpose::Treatment, Purpose::EmergencyTreatment, Purpose::PatientRequest])
}

pub(super) fn confidentiality() -> impl Strategy<Value = Confidentiality> {
	select(Confidentiality::ALL.to_vec())
}

fn standing() -> impl Strategy<Value = Standing> {
	prop_oneof![
		8 => Just(Standing::Active),
		1 => moment().prop_map(|since| Standing::Barred { since }),
		1 => moment().prop_map(|since| Standing::Deceased { since }),
		1 => Just(Standing::Merged),
		1 => Just(Standing::Closed),
	]
}

fn doubt() -> impl Strategy<Value = Doubt> {
	(moment(), moment()).prop_map(|(since, until)| Doubt { since, until })
}

fn traits() -> impl Strategy<Value = StudyTraits> {
	vec(select(vec![StudyTrait::Commercial, StudyTrait::Sensitive]), 0..2)
		.prop_map(|traits| StudyTraits::of(&traits))
}

fn study() -> impl Strategy<Value = ActingStudy> {
	(0u32..2, option::of(0u32..2), country()).prop_map(|(id, disease, country)| ActingStudy {
		id,
		disease,
		country,
	})
}

fn country() -> impl Strategy<Value = Country> {
	select(vec![*b"AT", *b"DE"])
}

fn labels() -> impl Strategy<Value = LabelTags> {
	vec(0u8..4, 0..3).prop_map(|ids| tags(&ids))
}

/// Filters that a provision with this effect can have.
fn label_filter(effect: Effect) -> impl Strategy<Value = LabelFilter> {
	let named = || vec(1u8..4, 1..3);
	let only = named().prop_map(|ids| only(&ids));
	match effect {
		Effect::Permit => prop_oneof![
			4 => Just(LabelFilter::Unlabelled),
			4 => named().prop_map(|ids| also(&ids)),
			1 => only,
			4 => Just(LabelFilter::Any),
		]
		.boxed(),
		Effect::Deny { .. } => prop_oneof![Just(LabelFilter::Any), only].boxed(),
	}
}

pub(super) fn moment() -> impl Strategy<Value = Moment> {
	0u64..6
}

fn affiliation() -> impl Strategy<Value = ActingFor> {
	(
		(institution(), prop::bool::weighted(0.1)),
		role(),
		country(),
		vec(0u32..3, 0..3),
		(any::<bool>(), prop_oneof![4 => Just(0), 1 => moment()]),
	)
		.prop_map(|((institution, is_authority), role, country, teams, (attested, since))| {
			ActingFor {
				institution,
				is_authority,
				role,
				country,
				teams: teams.try_into().unwrap(),
				attested,
				since,
			}
		})
}

pub(super) fn actor() -> impl Strategy<Value = Actor> {
	let kind = prop_oneof![
		8 => Just(AccountKind::Practitioner),
		1 => Just(AccountKind::Person),
		1 => Just(AccountKind::Institution),
	];
	(
		person(),
		kind,
		prop::bool::weighted(0.95),
		option::weighted(0.9, affiliation()),
		vec(affiliation(), 0..=3),
		option::of(study()),
	)
		.prop_map(|(account, kind, active, acting_for, mut also_at, study)| {
			// One has at most one affiliation with an institution.
			let mut institutions = BTreeSet::new();
			institutions.extend(acting_for.iter().map(|it| it.institution.clone()));
			also_at.retain(|it| institutions.insert(it.institution.clone()));
			let also_at = also_at.try_into().unwrap();
			Actor { kind, account, active, acting_for, also_at, study }
		})
}

pub(super) fn record_facts() -> impl Strategy<Value = RecordFacts> {
	(
		1u8..3,
		institution(),
		institution(),
		category(),
		confidentiality(),
		labels(),
		(0u16..4, 0u16..4),
		prop::bool::weighted(0.05),
	)
		.prop_map(
			|(id, author, responsible, category, confidentiality, labels, months, wrong)| {
				let (first, length) = months;
				RecordFacts {
					id: record(id),
					patient: account(PATIENT),
					author,
					responsible,
					category,
					confidentiality,
					labels,
					service: ServicePeriod { first, last: first + length },
					status: if wrong { RecordStatus::WrongPatient } else { RecordStatus::Current },
				}
			},
		)
}

pub(super) fn a_question() -> impl Strategy<Value = Question> {
	let subject = prop_oneof![
		6 => record_facts().prop_map(Subject::Record),
		1 => Just(Subject::Log),
		1 => (vec(category(), 0..2), traits()).prop_map(|(sources, traits)| {
			Subject::Study(StudyFacts { sources: Categories::of(&sources), traits })
		}),
	];
	let who = (standing(), option::weighted(0.2, doubt()), actor());
	(who, action(), purpose(), subject, moment(), prop::bool::weighted(0.3)).prop_map(
		|((standing, doubt, actor), action, purpose, subject, now, break_glass)| Question {
			patient: account(PATIENT),
			standing,
			doubt,
			actor,
			action,
			purpose,
			subject,
			now,
			break_glass,
		},
	)
}

pub(super) fn grantee() -> impl Strategy<Value = Grantee> {
	prop_oneof![
		Just(Grantee::Everyone),
		role().prop_map(Grantee::Role),
		institution().prop_map(Grantee::Institution),
		(role(), institution())
			.prop_map(|(role, institution)| Grantee::RoleAt { role, institution }),
		(institution(), 0u32..3)
			.prop_map(|(institution, team)| Grantee::CareTeam { institution, team }),
		(person(), institution()).prop_map(|(practitioner, institution)| {
			Grantee::PractitionerAt { practitioner, institution }
		}),
		person().prop_map(Grantee::Person),
		(0u32..2).prop_map(Grantee::Study),
		Just(Grantee::Research),
		(0u32..2).prop_map(Grantee::ResearchOn),
	]
}

pub(super) fn terms(effect: impl Strategy<Value = Effect>) -> impl Strategy<Value = Terms> {
	let what = (
		effect.prop_flat_map(|effect| (Just(effect), label_filter(effect))),
		vec(category(), 0..2),
		vec(1u8..3, 0..2),
		confidentiality(),
		vec(action(), 0..3),
		vec(purpose(), 0..2),
		traits(),
	);
	let limits = (
		option::weighted(0.3, moment()),
		option::weighted(0.3, moment()),
		option::weighted(0.3, 0u16..4),
		option::weighted(0.3, 2u16..8),
		vec(institution(), 0..2),
		vec(institution(), 0..2),
		vec(country(), 0..2),
	);
	(what, limits).prop_map(
		|(
			((effect, labels), categories, records, confidentiality, actions, purposes, traits),
			(valid_from, valid_until, from, to, authors, responsible, countries),
		)| Terms {
			effect,
			categories: Categories::of(&categories),
			records: records.into_iter().map(record).collect::<Vec<_>>().try_into().unwrap(),
			labels,
			confidentiality,
			actions: Actions::of(&actions),
			purposes: Purposes::of(&purposes),
			valid_from,
			valid_until,
			data_period: DataPeriod { from, to },
			authors: authors.try_into().unwrap(),
			responsible: responsible.try_into().unwrap(),
			countries: countries.try_into().unwrap(),
			traits,
		},
	)
}

pub(super) fn permit() -> impl Strategy<Value = Effect> {
	Just(Effect::Permit)
}

pub(super) fn deny() -> impl Strategy<Value = Effect> {
	any::<bool>().prop_map(|binds_break_glass| Effect::Deny { binds_break_glass })
}

fn provision() -> impl Strategy<Value = (Grantee, Terms)> {
	let effect = prop_oneof![4 => permit(), 1 => deny()];
	(grantee(), terms(effect))
}

/// Who grants. A permit by law can be anybody's here, so that it covers often.
fn grantor() -> impl Strategy<Value = Grantor> {
	let (first, second) = (account(52), account(53));
	prop_oneof![
		6 => Just(Grantor::Patient),
		2 => Just(Grantor::Representative(account(51))),
		1 => moment().prop_map(move |counts_from| {
			Grantor::Assisted { first: first.clone(), second: second.clone(), counts_from }
		}),
		1 => Just(Grantor::Law { authority: account(50) }),
	]
}

/// A consent that somebody grants who can: nobody but the patient and representatives denies.
fn granted(id: ConsentId, terms: Terms, grantor: Grantor) -> Consent {
	let denies = terms.effect != Effect::Permit;
	let only_permits = matches!(grantor, Grantor::Assisted { .. } | Grantor::Law { .. });
	let grantor = if denies && only_permits { Grantor::Patient } else { grantor };
	Consent { grantor, ..consent(id, terms) }
}

/// Consents with the numbers from 0.
pub(super) fn consents() -> impl Strategy<Value = Vec<(Grantee, Consent)>> {
	vec((provision(), grantor()), 0..24).prop_map(|provisions| {
		let numbered = provisions.into_iter().zip(0..);
		numbered
			.map(|(((grantee, terms), grantor), id)| (grantee, granted(id, terms, grantor)))
			.collect()
	})
}

fn permits(question: &Question, consents: &[(Grantee, Consent)]) -> bool {
	decide_with(question, &book(consents.iter().cloned())).is_permit()
}

fn is_permit(consent: &Consent) -> bool {
	consent.terms.effect == Effect::Permit
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() })]

	#[test]
	fn adding_a_deny_never_opens(
		question in a_question(),
		mut consents in consents(),
		(grantee, terms) in (grantee(), terms(deny())),
	) {
		let before = permits(&question, &consents);
		consents.push((grantee, consent(99, terms)));
		prop_assert!(before || !permits(&question, &consents));
	}

	#[test]
	fn revoking_a_permit_never_opens(
		question in a_question(),
		consents in consents(),
		which in any::<prop::sample::Index>(),
	) {
		let before = permits(&question, &consents);
		let permit_places: Vec<usize> =
			(0..consents.len()).filter(|place| is_permit(&consents[*place].1)).collect();
		prop_assume!(!permit_places.is_empty());
		let mut fewer = consents.clone();
		fewer.remove(permit_places[which.index(permit_places.len())]);
		prop_assert!(before || !permits(&question, &fewer));
	}

	#[test]
	fn adding_a_label_never_opens(
		mut question in a_question(),
		consents in consents(),
		label in 0u8..4,
	) {
		let Subject::Record(facts) = &mut question.subject else { return Ok(()) };
		// A permit for labelled records alone covers what becomes one.
		prop_assume!(!facts.labels.is_empty());
		let labels = facts.labels.iter().copied().chain([LabelTag([label, 0, 0, 0])]);
		let labels = canonical_tags(labels).unwrap();
		let before = permits(&question, &consents);
		of_record(&mut question).labels = labels;
		prop_assert!(before || !permits(&question, &consents));
	}

	#[test]
	fn more_confidentiality_never_opens(
		mut question in a_question(),
		consents in consents(),
		higher in confidentiality(),
	) {
		let before = permits(&question, &consents);
		if let Subject::Record(facts) = &mut question.subject {
			facts.confidentiality = facts.confidentiality.max(higher);
		}
		prop_assert!(before || !permits(&question, &consents));
	}

	#[test]
	fn a_patient_who_does_not_take_part_opens_nothing_more(
		mut question in a_question(),
		consents in consents(),
	) {
		let now = permits(&question, &consents);
		question.standing = Standing::Active;
		question.doubt = None;
		prop_assert!(!now || permits(&question, &consents));
	}

	#[test]
	fn narrowing_a_permit_never_opens(
		question in a_question(),
		mut consents in consents(),
		which in any::<prop::sample::Index>(),
		narrower in terms(permit()),
	) {
		let before = permits(&question, &consents);
		prop_assume!(!consents.is_empty());
		let place = which.index(consents.len());
		let terms = &mut consents[place].1.terms;
		prop_assume!(terms.effect == Effect::Permit);
		if narrower.labels.is_within(&terms.labels) {
			terms.labels = narrower.labels;
		}
		terms.confidentiality = terms.confidentiality.min(narrower.confidentiality);
		terms.traits = StudyTraits(terms.traits.0 & narrower.traits.0);
		if terms.categories.is_empty() {
			terms.categories = narrower.categories;
		}
		if terms.records.is_empty() {
			terms.records = narrower.records;
		}
		if terms.countries.is_empty() {
			terms.countries = narrower.countries;
		}
		terms.valid_until = terms.valid_until.into_iter().chain(narrower.valid_until).min();
		terms.valid_from = terms.valid_from.into_iter().chain(narrower.valid_from).max();
		prop_assert!(before || !permits(&question, &consents));
	}

	#[test]
	fn order_does_not_matter(
		question in a_question(),
		(ordered, shuffled) in consents().prop_flat_map(|c| (Just(c.clone()), Just(c).prop_shuffle())),
	) {
		prop_assert_eq!(
			decide_with(&question, &book(ordered)),
			decide_with(&question, &book(shuffled))
		);
	}

	#[test]
	fn no_entry_outside_its_key_is_read(
		question in a_question(),
		mut consents in consents(),
		(grantee, terms) in provision(),
	) {
		let (decision, asked) = decide_noting(&question, &book(consents.clone()));
		prop_assert!(asked.is_empty() || asked == keys(&question.actor));
		if keys(&question.actor).contains(&grantee) {
			return Ok(());
		}
		consents.push((grantee, consent(99, terms)));
		prop_assert_eq!(decision, decide_with(&question, &book(consents)));
	}

	#[test]
	fn broken_glass_minds_the_denies_that_bind_it_and_no_others(
		mut question in a_question(),
		consents in consents(),
		key in any::<prop::sample::Index>(),
		action in select(vec![Action::Read, Action::Write]),
		facts in record_facts(),
	) {
		question.break_glass = true;
		question.standing = Standing::Active;
		question.action = action;
		question.subject = Subject::Record(facts);
		let book = book(consents.clone());
		let decision = decide_with(&question, &book);
		// Other denies have no effect, and neither have permits: break-glass does not need them.
		let binding: Book = book.iter().map(|(grantee, consents)| {
			let binding = |consent: &&Consent| consent.terms.effect == DENY_ALWAYS;
			(grantee.clone(), consents.iter().filter(binding).cloned().collect())
		}).collect();
		prop_assert_eq!(&decision, &decide_with(&question, &binding));
		// One that binds and has no filter closes, under whichever key of the actor.
		let keys = keys(&question.actor);
		let mut closed = book;
		closed
			.entry(keys[key.index(keys.len())].clone())
			.or_default()
			.push(consent(99, Terms::all(DENY_ALWAYS)));
		let own = decision == Decision::Permit(Basis::Own);
		prop_assert_eq!(decide_with(&question, &closed).is_permit(), own);
	}

	#[test]
	fn a_permit_names_a_consent_that_opens_alone(question in a_question(), consents in consents()) {
		match decide_with(&question, &book(consents.clone())) {
			Decision::Permit(Basis::Consent(found)) => {
				let alone = consents.into_iter().find(|(_, consent)| consent.id == found.id);
				let (grantee, consent) = alone.expect("the consent named is one of these");
				prop_assert_eq!(&grantee, &found.grantee);
				prop_assert!(permits(&question, &[(grantee, consent)]));
			},
			Decision::Refuse(Reason::Denied(found)) => {
				let others: Vec<_> =
					consents.into_iter().filter(|(_, consent)| consent.id == found.id).collect();
				prop_assert_eq!(
					decide_with(&question, &book(others)),
					Decision::Refuse(Reason::Denied(found))
				);
			},
			_ => {},
		}
	}

	#[test]
	fn the_closed_stay_closed(mut question in a_question(), consents in consents()) {
		let mut inactive = question.clone();
		inactive.actor.active = false;
		prop_assert!(!permits(&inactive, &consents));
		if let Subject::Record(facts) = &mut question.subject {
			facts.status = RecordStatus::WrongPatient;
			prop_assert!(!permits(&question, &consents));
		}
	}

	#[test]
	fn encodings_come_back(question in a_question(), consents in consents()) {
		prop_assert_eq!(Question::decode(&mut &question.encode()[..]).unwrap(), question.clone());
		let decision = decide_with(&question, &book(consents.clone()));
		prop_assert_eq!(Decision::decode(&mut &decision.encode()[..]).unwrap(), decision);
		prop_assert_eq!(
			Vec::<(Grantee, Consent)>::decode(&mut &consents.encode()[..]).unwrap(),
			consents
		);
	}
}

/// The properties would also hold if every question were refused. So every answer must occur.
#[test]
fn the_world_has_every_answer() {
	let mut runner = TestRunner::deterministic();
	let strategy = (a_question(), consents());
	let mut seen = BTreeMap::<&str, u32>::new();
	for _ in 0..8_000 {
		let (question, consents) = strategy.new_tree(&mut runner).unwrap().current();
		let answer = match decide_with(&question, &book(consents)) {
			Decision::Permit(Basis::Own) => "own",
			Decision::Permit(Basis::Consent(_)) => "consent",
			Decision::Permit(Basis::BreakGlass) => "break-glass",
			Decision::Refuse(Reason::NotActive) => "not active",
			Decision::Refuse(Reason::WrongPatient) => "wrong patient",
			Decision::Refuse(Reason::Denied(_)) => "denied",
			Decision::Refuse(Reason::NoConsent) => "no consent",
			Decision::Refuse(Reason::NotCovered { .. }) => "not covered",
			Decision::Refuse(Reason::NotAttested) => "not attested",
			Decision::Refuse(Reason::Organisation) => "organisation",
			Decision::Refuse(Reason::Standing(_)) => "standing",
		};
		*seen.entry(answer).or_default() += 1;
	}
	assert_eq!(seen.len(), 11, "{seen:?}");
	assert!(seen.values().all(|times| *times >= 50), "{seen:?}");
}
