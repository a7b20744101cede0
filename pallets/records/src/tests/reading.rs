//! What others read of this pallet, and what it checks of itself.

use super::*;

#[test]
fn facts_work() {
	run(|| {
		let id = created();
		let facts = <Records as traits::Records>::facts(&PATIENT, &id);
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
		assert_eq!(<Records as traits::Records>::facts(&PATIENT, &NO_RECORD), None);
		assert_eq!(<Records as traits::Records>::facts(&OTHER_PATIENT, &id), None);
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
			paged.last().map(|(id, _): &(RecordId, RecordView)| *id),
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
		added(id);
		added(id);
		let latest = head(id);
		for number in 0..3 {
			Versions::<Test>::mutate(id, number, |version| {
				let version = version.as_mut().unwrap();
				version.content = Content::Erased(version.hash(&id, number, &HOSPITAL));
			});
			assert_ok!(Records::do_try_state());
			assert_eq!(Records::version(PATIENT, id, number).unwrap().manifest, None);
		}
		assert_eq!(head(id), latest);
		added(id);
		assert_eq!(Records::version(PATIENT, id, 3).unwrap().previous, latest);
	});
}

#[test]
fn try_state_finds_what_does_not_fit() {
	fn spoil_record(id: RecordId, spoil: fn(&mut Record)) {
		crate::Records::<Test>::mutate(PATIENT, id, |record| spoil(record.as_mut().unwrap()));
	}
	fn spoil_version(id: RecordId, number: VersionNumber, spoil: fn(&mut Version)) {
		Versions::<Test>::mutate(id, number, |version| spoil(version.as_mut().unwrap()));
	}
	let spoilers: [fn(RecordId); 10] = [
		|id| crate::Records::<Test>::remove(PATIENT, id),
		|id| {
			let record = crate::Records::<Test>::get(PATIENT, id).unwrap();
			crate::Records::<Test>::insert(OTHER_PATIENT, id, record);
		},
		|id| spoil_record(id, |record| record.versions = 1),
		|id| spoil_record(id, |record| record.origin = Origin::PatientEntered),
		|id| spoil_record(id, |record| record.responsible = Some(record.author.clone())),
		|id| spoil_record(id, |record| record.service.last = 0),
		|id| spoil_version(id, 0, |version| version.commitment = NO_RECORD),
		|id| spoil_version(id, 0, |version| version.previous = Some(NO_RECORD)),
		|id| Versions::<Test>::remove(id, 0),
		|id| Versions::<Test>::insert(NO_RECORD, 0, Versions::<Test>::get(id, 0).unwrap()),
	];
	for spoil in spoilers {
		run(|| {
			let id = created();
			added(id);
			let spoiled = frame_support::storage::with_storage_layer(|| {
				spoil(id);
				Err::<(), _>(Records::do_try_state().expect_err("it doesn't fit"))
			});
			assert!(spoiled.is_err());
		});
	}
}

/// A record is not found under another patient.
#[test]
fn reading_needs_the_patient() {
	run(|| {
		let id = created();
		assert!(Records::record(PATIENT, id).is_some());
		assert_eq!(Records::record(OTHER_PATIENT, id), None);
		assert_eq!(Records::version(OTHER_PATIENT, id, 0), None);
		assert_eq!(Records::version(PATIENT, id, 1), None);
	});
}

#[test]
fn the_responsible_institution_can_be_another() {
	run(|| {
		let id = created();
		crate::Records::<Test>::mutate(PATIENT, id, |record| {
			record.as_mut().unwrap().responsible = Some(OTHER_HOSPITAL)
		});
		let facts = <Records as traits::Records>::facts(&PATIENT, &id).unwrap();
		assert_eq!((facts.author, facts.responsible), (HOSPITAL, OTHER_HOSPITAL));
		assert_eq!(record(id).responsible, OTHER_HOSPITAL);
	});
}
