//! What contributing people weighs, and how fast the quota lets them in.

use super::*;
use frame_support::{
	dispatch::GetDispatchInfo,
	storage::{with_transaction, TransactionOutcome},
	traits::Get,
};
use sp_runtime::traits::Dispatchable as _;
use std::time::Instant;

fn weight(call: &RuntimeCall) -> u64 {
	call.get_dispatch_info().call_weight.ref_time()
}

/// The figure that the issue asks for, and how long 100,000 people take.
#[test]
fn people_are_contributed_in_time() {
	let of = |people| weight(&contribute((0..people).map(|_| person(0))));
	let a_person = (of(256) - of(0)) / 256;
	assert!(a_person <= 350_000_000, "{a_person} ps");
	let window: u64 = <Runtime as pallet_admission::Config>::Window::get();
	let share = Chain::new().state(Admission::share);
	let lane = share.part(pallet_admission::Lane::Research.part());
	let people = 256 * (lane.weight / of(256));
	let windows = 100_000u64.div_ceil(3 * people);
	println!(
		"{} µs a person; {} people/s and institution; 100,000 people of three hospitals take {} min",
		a_person / 1_000_000,
		people / window,
		(windows - 1) * window / 60,
	);
	assert!(people >= 5_000, "{people}");
	let bytes = codec::Encode::encoded_size(&contribute((0..256).map(|_| person(0))));
	assert!(u64::from(lane.bytes) / (bytes as u64 + 200) >= people / 256, "bytes suffice");
}

/// Each person has as many consents as fit under the researcher's keys. `--nocapture` shows how much
/// of its weight this takes.
#[test]
fn contributing_at_the_limit() {
	const PEOPLE: u32 = 64;
	let mut chain = Chain::new();
	let terms = StudyTerms { disease: Some(1), ..terms(&mut chain) };
	begin(&mut chain, terms);
	let full = Terms {
		records: vec![H256([1; 32]); 16].try_into().unwrap(),
		countries: vec![*b"DE"; 8].try_into().unwrap(),
		..counted()
	};
	for number in 0..PEOPLE {
		enrol(&mut chain, &person(number));
		chain.state(|| {
			let keys = [
				Grantee::Everyone,
				Grantee::Person(account("//Researcher")),
				Grantee::Study(STUDY),
				Grantee::Research,
				Grantee::ResearchOn(1),
			];
			for grantee in keys {
				let permit = |id, terms: &Terms| vouchsafe_primitives::Consent {
					id,
					revision: 0,
					policy_version: 1,
					granted_at: 0,
					confirmed_at: None,
					terms: terms.clone(),
					text: ShownText { commitment: [7; 32].into(), language: *b"en" },
					grantor: vouchsafe_primitives::Grantor::Patient,
				};
				let mut consents: Vec<_> = (0..19).map(|id| permit(id, &full)).collect();
				consents.push(permit(19, &counted()));
				pallet_consent::Consents::<Runtime>::insert(
					account(&person(number)),
					grantee,
					vouchsafe_primitives::Provisions::try_from(consents).unwrap(),
				);
			}
		});
	}
	let call = contribute((0..PEOPLE).map(person));
	let once = |_| {
		let origin = RuntimeOrigin::signed(account("//RegistrarA"));
		let took = with_transaction(|| {
			let begin = Instant::now();
			call.clone().dispatch(origin).unwrap();
			let took = begin.elapsed();
			assert_eq!(Studies::round(STUDY, 0).unwrap().people, PEOPLE);
			TransactionOutcome::Rollback(Ok::<_, sp_runtime::DispatchError>(took))
		});
		took.unwrap()
	};
	let took = chain.state(|| (0..10).map(once).min().unwrap());
	let weight = weight(&call);
	print_part_of_weight(&format!("contributing {PEOPLE} people"), took, weight);
}
