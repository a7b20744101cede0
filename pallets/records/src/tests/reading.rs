//! What others read of this pallet, and what it checks of itself.

use super::*;

#[test]
fn facts_work() {
	run(|| {
		let id = created();
		let facts = <Records as traits::Records>::facts(&id);
		assert_eq!(
			facts,
			Some(RecordFacts {
				id,
				patient: PATIENT,
				author: HOSPITAL,
				responsible: HOSPITAL,
				category: Category::Laboratory,
				confidentiality: Confidentiality::Normal,
				labels: tags(&[1]),
				service: ServicePeriod { first: 1500, last: 1501 },
				status: RecordStatus::Current,
			})
		);
		assert_eq!(<Records as traits::Records>::facts(&NO_RECORD), None);
	});
}

#[test]
fn records_of_gives_pages() {
	run(|| {
		for salt in 0..5 {
			assert_ok!(create([salt; 16], new_record()));
		}
		created_own();
		let all = Records::records_of(PATIENT, None, u32::MAX);
		assert_eq!(all.len(), 6);
		let mut paged = Vec::new();
		while let Some(page) = Some(Records::records_of(
			PATIENT,
			paged.last().map(|(id, _): &(RecordId, Record)| *id),
			4,
		))
		.filter(|page| !page.is_empty())
		{
			assert!(page.len() <= 4);
			paged.extend(page);
		}
		assert_eq!(paged, all);
		assert_eq!(Records::records_of(PATIENT, None, 0), []);
		assert_eq!(Records::records_of(OTHER_PATIENT, None, 10), []);
	});
}

#[test]
fn records_of_is_bounded() {
	run(|| {
		for number in 0..=MAX_LISTED {
			let mut salt = [0; 16];
			salt[..4].copy_from_slice(&number.to_le_bytes());
			assert_ok!(create(salt, new_record()));
		}
		assert_eq!(Records::records_of(PATIENT, None, u32::MAX).len(), MAX_LISTED as usize);
	});
}

/// Erasure takes the manifest's CID away; the hashes stay, and the chain of versions holds.
#[test]
fn try_state_allows_erased_versions() {
	run(|| {
		let id = created();
		let version = || after(head(id));
		for _ in 0..2 {
			let new = version();
			assert_ok!(Records::add_version(RuntimeOrigin::signed(DOCTOR), id, new, sharing()));
		}
		for number in 0..3 {
			Versions::<Test>::mutate(id, number, |version| {
				version.as_mut().unwrap().manifest = None
			});
			assert_ok!(Records::do_try_state());
		}
	});
}

#[test]
fn try_state_finds_what_does_not_fit() {
	let spoilers: [fn(RecordId); 7] = [
		|id| RecordsOf::<Test>::remove(PATIENT, id),
		|id| RecordsOf::<Test>::insert(OTHER_PATIENT, id, ()),
		|id| crate::Records::<Test>::mutate(id, |record| record.as_mut().unwrap().versions = 2),
		|id| crate::Records::<Test>::mutate(id, |record| record.as_mut().unwrap().head = NO_RECORD),
		|id| Versions::<Test>::mutate(id, 0, |it| it.as_mut().unwrap().commitment = NO_RECORD),
		|id| Versions::<Test>::remove(id, 0),
		|id| Versions::<Test>::insert(NO_RECORD, 0, Versions::<Test>::get(id, 0).unwrap()),
	];
	for spoil in spoilers {
		run(|| {
			let id = created();
			let spoiled = frame_support::storage::with_storage_layer(|| {
				spoil(id);
				Err::<(), _>(Records::do_try_state().expect_err("it doesn't fit"))
			});
			assert!(spoiled.is_err());
		});
	}
}
