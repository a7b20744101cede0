//! The attacks on consents, contributions, quotas and ledgers.

use super::*;
use codec::{DecodeAll, Encode};
use pallet_admission::{codes, priorities};
use sp_runtime::transaction_validity::InvalidTransaction;
use vouchsafe_primitives::{Status, ASSISTED_DELAY};
use vouchsafe_support::AuditLog as _;

/// A permit for everything that was given before there were studies.
#[test]
fn a_permit_for_everything_counts_nobody() {
	let mut chain = with_patients(0);
	enrol(&mut chain, &person(0));
	for grantee in [Grantee::Everyone, Grantee::Institution(account("//HospitalA"))] {
		chain.ok(&person(0), grant(grantee, Terms::all(Effect::Permit)));
	}
	chain.ok("//RegistrarA", contribute([person(0)]));
	assert_eq!(round(&mut chain).people, 0);
	assert!(!chain.state(|| Studies::may_count(STUDY, account(&person(0)))).is_permit());
	chain.ok(&person(0), consent());
	chain.ok("//RegistrarA", contribute([person(0)]));
	assert_eq!(round(&mut chain).people, 1);
}

/// Whoever leaves before the freeze, or in its block, does not count; later it is too late, because the
/// aggregators work with the state of that block.
#[test]
fn who_leaves_before_or_in_the_frozen_block_does_not_count() {
	let mut chain = with_patients(15);
	chain.ok("//RegistrarA", contribute((0..15).map(person)));
	chain.ok(&person(0), deny(Grantee::Study(STUDY)));
	chain.ok(&person(1), deny(Grantee::Everyone));
	chain.ok(&person(2), revoke(Grantee::Research, 0));
	chain.block_at(CLOSE);
	// In the same block, one before and one after the freeze.
	let (three, four) = (person(3), person(4));
	let results = chain.block([
		(three.as_str(), revoke(Grantee::Research, 0)),
		(CUSTODIANS[0], freeze()),
		(four.as_str(), revoke(Grantee::Research, 0)),
	]);
	assert_eq!(results, [Ok(Ok(())); 3]);
	let frozen = chain.state(System::block_number);
	assert!(matches!(round(&mut chain).phase, RoundPhase::Frozen { block, .. } if block == frozen));
	let at_the_frozen_block = standing(&mut chain);
	assert_eq!(at_the_frozen_block.len(), 10);
	for number in 0..5 {
		assert!(!at_the_frozen_block.contains(&account(&person(number))), "{number}");
	}
	// One block later.
	chain.ok(&person(5), revoke(Grantee::Research, 0));
	assert!(at_the_frozen_block.contains(&account(&person(5))));
	assert!(!standing(&mut chain).contains(&account(&person(5))));
	// Nobody can come back, or come late.
	chain.ok(&person(0), consent());
	let closed = pallet_studies::Error::<Runtime>::RoundClosed;
	let late = chain.block([("//RegistrarA", contribute([person(0)]))]);
	assert_eq!(late, [Ok(Err(closed.into()))]);
}

/// Two clinicians enter what a patient signed on paper. It counts a day later, and one of them alone
/// enters nothing.
#[test]
fn paper_counts_a_day_later_and_takes_two() {
	let mut chain = Chain::new();
	let study = StudyTerms { first_close: now(&mut chain) + 5 * 24 * 3_600, ..terms(&mut chain) };
	begin(&mut chain, study);
	enrol(&mut chain, &person(0));
	let until = now(&mut chain) + 4 * 365 * 24 * 3_600;
	let assist = |until| -> RuntimeCall {
		pallet_consent::Call::grant_assisted {
			patient: account(&person(0)),
			institution: account("//HospitalA"),
			grantee: Grantee::Research,
			terms: Terms { valid_until: Some(until), ..counted() },
			text: ShownText { commitment: [7; 32].into(), language: *b"en" },
		}
		.into()
	};
	let six_years = chain.block([("//DoctorA", assist(until + 2 * 365 * 24 * 3_600))]);
	let too_long = pallet_consent::Error::<Runtime>::AssistedTooLong;
	assert_eq!(six_years, [Ok(Err(too_long.into()))]);
	let elsewhere = chain.block([("//DoctorB", assist(until))]);
	let not_staff = pallet_enrolment::Error::<Runtime>::NotStaff;
	assert_eq!(elsewhere, [Ok(Err(not_staff.into()))]);
	let people = |chain: &mut Chain| {
		chain.ok("//RegistrarA", contribute([person(0)]));
		round(chain).people
	};
	chain.ok("//DoctorA", assist(until));
	let same = pallet_enrolment::Error::<Runtime>::SameStaff;
	assert_eq!(chain.block([("//DoctorA", assist(until))]), [Ok(Err(same.into()))]);
	assert_eq!(people(&mut chain), 0);
	chain.ok("//DoctorA2", assist(until));
	assert_eq!(people(&mut chain), 0);
	chain.block_at(ASSISTED_DELAY - 600);
	assert_eq!(people(&mut chain), 0);
	chain.block_at(ASSISTED_DELAY + 600);
	assert_eq!(people(&mut chain), 1);
}

#[test]
fn a_suspended_researcher_counts_nobody() {
	let mut chain = with_patients(2);
	chain.ok("//RegistrarA", contribute([person(0)]));
	let set =
		|status| pallet_enrolment::Call::set_status { account: account("//Researcher"), status };
	chain.ok("//Authority", set(Status::Suspended));
	chain.ok("//RegistrarA", contribute([person(1)]));
	assert_eq!(round(&mut chain).people, 1);
	assert_eq!(standing(&mut chain), []);
	chain.ok("//Authority", set(Status::Active));
	assert_eq!(standing(&mut chain), [account(&person(0))]);
}

/// A commercial study reaches only those who chose it.
#[test]
fn a_trait_too_many_counts_nobody() {
	let mut chain = Chain::new();
	let commercial = StudyTraits::of(&[StudyTrait::Commercial]);
	let terms = StudyTerms { traits: commercial, ..terms(&mut chain) };
	begin(&mut chain, terms);
	for number in 0..2 {
		enrol(&mut chain, &person(number));
	}
	chain.ok(&person(0), consent());
	chain.ok(&person(1), grant(Grantee::Research, Terms { traits: commercial, ..counted() }));
	chain.ok("//RegistrarA", contribute((0..2).map(person)));
	assert_eq!(standing(&mut chain), [account(&person(1))]);
}

/// Another institution's patient, one twice, a stranger; and then by the patient's own client.
#[test]
fn nobody_is_counted_twice_or_by_a_stranger() {
	let mut chain = with_patients(1);
	chain.ok("//PatientB", consent());
	chain.ok("//RegistrarA", contribute(["//PatientB".into(), "//Nobody".into()]));
	assert_eq!(round(&mut chain).people, 0);
	for who in ["//RegistrarA", "//HospitalA", "//HospitalA//custodian", &person(0)] {
		chain.ok(who, contribute([person(0)]));
	}
	chain.ok("//RegistrarA", contribute([person(0), person(0)]));
	assert_eq!((round(&mut chain).people, round(&mut chain).contributors), (1, 1));
	assert_eq!(chain.state(|| Studies::epsilon_left(account(&person(0)))), 9_000);
	// A patient names nobody else.
	let alone = pallet_studies::Error::<Runtime>::OwnAccountOnly;
	let other = chain.block([("//PatientB", contribute([person(0)]))]);
	assert_eq!(other, [Ok(Err(alone.into()))]);
	chain.ok("//PatientB", contribute(["//PatientB".into()]));
	assert_eq!((round(&mut chain).people, round(&mut chain).contributors), (2, 2));
	let stranger = chain.validate("//Nobody", contribute([person(0)]), 0);
	assert_eq!(stranger, Err(InvalidTransaction::Custom(codes::STRANGER).into()));
}

#[test]
fn a_call_of_257_people_is_no_call() {
	let call = contribute((0..256).map(|_| person(0)));
	assert!(RuntimeCall::decode_all(&mut &call.encode()[..]).is_ok());
	let people = vec![(account(&person(0)), None::<H256>); 257];
	let bytes = (27u8, 5u8, STUDY, people).encode();
	assert!(RuntimeCall::decode_all(&mut &bytes[..]).is_err());
}

/// Differencing: a study is asked again and again, once with one person less. Each costs the same people ε,
/// until the ledger refuses. Then not even the person who was left out can be asked alone.
#[test]
fn a_repeated_study_ends_with_the_ledger() {
	let mut chain = with_patients(12);
	chain.ok("//RegistrarA", contribute((0..12).map(person)));
	for (epsilon, people) in [(5_000, 12), (4_000, 11)] {
		let terms = StudyTerms { epsilon, ..terms(&mut chain) };
		let study = begin(&mut chain, terms);
		chain.ok("//RegistrarA", contribute_to(study, (0..people).map(person)));
		assert_eq!(view(&mut chain, study).current.unwrap().people, people);
		by_council(&mut chain, pallet_studies::Call::stop { study });
	}
	let left =
		|chain: &mut Chain, number| chain.state(|| Studies::epsilon_left(account(&person(number))));
	assert_eq!((left(&mut chain, 0), left(&mut chain, 11)), (0, 4_000));
	let terms = StudyTerms { epsilon: 100, ..terms(&mut chain) };
	let study = begin(&mut chain, terms);
	chain.ok("//RegistrarA", contribute_to(study, (0..12).map(person)));
	let alone: Vec<_> = chain.state(|| Studies::standing(study, None, 100));
	assert_eq!(alone, [(account(&person(11)), account("//HospitalA"))]);
	chain.block_at(CLOSE);
	chain.ok(CUSTODIANS[0], pallet_studies::Call::freeze { study });
	let round = view(&mut chain, study).current.unwrap();
	assert_eq!(round.phase, RoundPhase::Lost(Loss::TooFew));
}

/// A call for the multisig account that the signer alone can use.
fn alone(call: RuntimeCall) -> RuntimeCall {
	let other_signatories = vec![account("//DoctorA")];
	let call = Box::new(call);
	pallet_multisig::Call::as_multi_threshold_1 { other_signatories, call }.into()
}

/// A call for the multisig account of the signer and another one.
fn with_another(call: RuntimeCall) -> RuntimeCall {
	pallet_multisig::Call::as_multi {
		threshold: 2,
		other_signatories: vec![account("//DoctorA")],
		maybe_timepoint: None,
		call: Box::new(call),
		max_weight: Default::default(),
	}
	.into()
}

/// Research never delays care: it goes last, also in a batch or for a multisig account, and has a quota of
/// its own.
#[test]
fn contributing_goes_last() {
	let mut chain = with_patients(1);
	let call = || contribute([person(0)]);
	let sweep = || pallet_studies::Call::sweep { study: STUDY, limit: 256 };
	for who in ["//HospitalA", "//RegistrarA", "//HospitalA//custodian", "//PatientA"] {
		let calls = [
			call(),
			batch(vec![call()]),
			batch(vec![batch(vec![call()])]),
			alone(call()),
			with_another(call()),
			batch(vec![with_another(alone(call()))]),
			sweep().into(),
			batch(vec![sweep().into()]),
		];
		for call in calls {
			let validity = chain.validate(who, call, 0).unwrap();
			assert!(validity.priority <= priorities::RESEARCH, "{who}");
		}
		let other = chain.validate(who, deny(Grantee::Everyone), 0).unwrap();
		assert!(other.priority > priorities::RESEARCH);
	}
	let usage = |chain: &mut Chain| {
		chain.state(|| pallet_admission::Shares::<Runtime>::get(account("//HospitalA")))
	};
	let before = usage(&mut chain);
	chain.ok("//RegistrarA", call());
	chain.ok("//HospitalA", batch(vec![call()]));
	let after = usage(&mut chain);
	assert!(after.research.weight > before.research.weight);
	assert_eq!((after.registrars, after.institution), (before.registrars, before.institution));
}

/// Whoever does not want to be counted any more goes first, as with every other permit.
#[test]
fn leaving_research_goes_first() {
	let mut chain = with_patients(1);
	let revoked = chain.validate(&person(0), revoke(Grantee::Research, 0), 0).unwrap();
	assert_eq!(revoked.priority, priorities::REVOCATION);
}

/// An aggregator is away. Somebody gives up, and after four attempts the round is lost; nobody pays again.
#[test]
fn a_round_without_agreement_is_lost_after_four_attempts() {
	let mut chain = with_patients(11);
	chain.ok("//RegistrarA", contribute((0..11).map(person)));
	chain.block_at(CLOSE);
	chain.ok(CUSTODIANS[0], freeze());
	let give_up = || pallet_studies::Call::give_up { study: STUDY };
	for attempt in 1..=4 {
		let early = chain.block([("//PatientB", give_up().into())]);
		let not_overdue = pallet_studies::Error::<Runtime>::NotOverdue;
		assert_eq!(early, [Ok(Err(not_overdue.into()))]);
		chain.block_at(CLOSE + 200 * attempt);
		chain.ok("//PatientB", give_up());
	}
	let study = view(&mut chain, STUDY);
	assert_eq!((study.stage, study.spent), (StudyStage::Finished, 0));
	assert_eq!(study.current.unwrap().phase, RoundPhase::Lost(Loss::NotAgreed));
	assert_eq!(chain.state(|| Studies::epsilon_left(account(&person(0)))), 9_000);
}

/// A researcher has three studies. One is not approved, one not accepted by all, and one not frozen: none
/// of them keeps its place for ever.
#[test]
fn studies_that_nobody_goes_on_with_end() {
	let mut chain = Chain::new();
	let terms = terms(&mut chain);
	let running = begin(&mut chain, terms.clone());
	for _ in 0..2 {
		chain.ok("//Researcher", pallet_studies::Call::propose { terms: terms.clone() });
	}
	let (accepting, proposed) = (running + 1, running + 2);
	by_council(&mut chain, pallet_studies::Call::approve { study: accepting });
	let accept = pallet_studies::Call::accept { study: accepting, evaluation_key: [1; 32] };
	chain.ok(CUSTODIANS[0], accept);
	let again = StudyTerms { first_close: terms.first_close + 10_000, ..terms };
	let propose =
		|| -> RuntimeCall { pallet_studies::Call::propose { terms: again.clone() }.into() };
	let many = pallet_studies::Error::<Runtime>::TooManyStudies;
	assert_eq!(chain.block([("//Researcher", propose())]), [Ok(Err(many.into()))]);

	let early: sp_runtime::DispatchError = pallet_studies::Error::<Runtime>::NotOverdue.into();
	let rest = u64::from(GATHER + again.answer);
	for (study, after, stage) in [
		(proposed, CLOSE, StudyStage::Expired),
		(accepting, CLOSE + 20, StudyStage::Expired),
		(running, CLOSE + rest, StudyStage::Finished),
	] {
		let give_up = || -> RuntimeCall { pallet_studies::Call::give_up { study }.into() };
		if study != accepting {
			chain.block_at(after - 10);
			assert_eq!(chain.block([("//Researcher", give_up())]), [Ok(Err(early))]);
		}
		chain.block_at(after);
		chain.ok("//Researcher", give_up());
		assert_eq!(view(&mut chain, study).stage, stage);
		chain.ok("//Researcher", propose());
	}
	let lost = view(&mut chain, running).current.unwrap();
	assert_eq!(lost.phase, RoundPhase::Lost(Loss::NotFrozen));
}

/// Membership, own reports and logs: each person's log says who counted them.
#[test]
fn each_person_who_is_counted_can_see_it() {
	let mut chain = with_patients(2);
	let heads = |chain: &mut Chain| {
		chain.state(|| (0..2).map(|number| Audit::head(&account(&person(number))).0).collect())
	};
	let before: Vec<u64> = heads(&mut chain);
	let events = chain.ok("//RegistrarA", contribute((0..2).map(person)));
	let after: Vec<u64> = heads(&mut chain);
	assert_eq!(after, before.iter().map(|count| count + 1).collect::<Vec<_>>());
	let entries: Vec<_> = events
		.into_iter()
		.filter_map(|event| match event {
			RuntimeEvent::Audit(pallet_audit::Event::Appended { patient, entry, .. }) => {
				Some((patient, vouchsafe_primitives::audit::LogEntry::from_bytes(&entry).unwrap()))
			},
			_ => None,
		})
		.collect();
	assert_eq!(entries.len(), 2);
	for (_, entry) in entries {
		assert_eq!(entry.signer, account("//RegistrarA"));
		assert_eq!(entry.acting_for, Some(account("//HospitalA")));
		assert_eq!(entry.purpose, Some(Purpose::Research));
	}
}
