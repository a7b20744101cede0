use super::*;

fn add(who: AccountId, id: RecordId, previous: H256) -> DispatchResult {
	let known = crate::Records::<Test>::get(PATIENT, id);
	let frame = known.map_or_else(any_frame, |known| known.frame());
	let origin = RuntimeOrigin::signed(who);
	Records::add_version(origin, PATIENT, id, previous, frame, new_version(), sharing())
}

/// The doctor's call, with this frame.
fn widen(id: RecordId, frame: Frame) -> DispatchResult {
	let origin = RuntimeOrigin::signed(DOCTOR);
	Records::add_version(origin, PATIENT, id, head(id), frame, new_version(), sharing())
}

fn any_frame() -> Frame {
	Frame {
		service: ServicePeriod { first: 1500, last: 1501 },
		confidentiality: Confidentiality::Normal,
		labels: tags(&[1]),
	}
}

#[test]
fn add_version_works() {
	run(|| {
		let id = created();
		let before = head(id);
		System::set_block_number(9);
		assert_ok!(add(COLLEAGUE, id, before));
		let version = Records::version(PATIENT, id, 1).unwrap();
		assert_eq!((&version.author, &version.institution), (&COLLEAGUE, &HOSPITAL));
		assert_eq!((version.previous, version.block), (before, 9));
		let stored = Versions::<Test>::get(id, 1).unwrap();
		let record = record(id);
		assert_eq!((record.versions, record.head), (2, stored.hash(&id, 1, &HOSPITAL)));
		assert_eq!(DeclaredSets::all()[1], declared(id, 1));
		assert_eq!(
			Logs::last(),
			(
				PATIENT,
				COLLEAGUE,
				Some(HOSPITAL),
				Some(Purpose::Treatment),
				LogEvent::VersionAdded { record: id, version: 1, widened: false }
			)
		);
		System::assert_last_event(
			Event::VersionAdded { patient: PATIENT, record: id, version: 1, head: record.head }
				.into(),
		);
	});
}

#[test]
fn add_version_by_the_patient_works() {
	run(|| {
		let id = created_own();
		assert_ok!(add(PATIENT, id, head(id)));
		assert_eq!(
			Logs::last(),
			(
				PATIENT,
				PATIENT,
				None,
				None,
				LogEvent::VersionAdded { record: id, version: 1, widened: false }
			)
		);
	});
}

/// Two writers have seen the same head: the first to arrive wins, and the other is told.
#[test]
fn add_version_after_another_came_between_fails() {
	run(|| {
		let id = created();
		let seen = head(id);
		assert_ok!(add(DOCTOR, id, seen));
		assert_noop!(add(COLLEAGUE, id, seen), Error::<Test>::NotTheHead);
		assert_noop!(add(COLLEAGUE, id, H256::zero()), Error::<Test>::NotTheHead);
		assert_ok!(add(COLLEAGUE, id, head(id)));
		assert_eq!(record(id).versions, 3);
	});
}

#[test]
fn add_version_to_no_record_fails() {
	run(|| {
		assert_noop!(add(DOCTOR, NO_RECORD, H256::zero()), Error::<Test>::RecordNotFound);
		// Another patient's.
		let id = created();
		assert_noop!(
			Records::add_version(
				RuntimeOrigin::signed(DOCTOR),
				OTHER_PATIENT,
				id,
				head(id),
				frame(id),
				new_version(),
				sharing(),
			),
			Error::<Test>::RecordNotFound
		);
	});
}

#[test]
fn add_version_by_another_fails() {
	run(|| {
		let id = created();
		let seen = head(id);
		// The patient's consent lets another institution write, but not here.
		GivenConsents::add(PATIENT, Grantee::Institution(OTHER_HOSPITAL), may_write());
		for who in [STRANGER, FOREIGN_DOCTOR, PATIENT, OTHER_PATIENT, HOSPITAL] {
			assert_noop!(add(who, id, seen), Error::<Test>::NotAffiliated);
		}
		People::set_active(&DOCTOR, false);
		assert_noop!(add(DOCTOR, id, seen), Error::<Test>::NotAffiliated);
		People::end_affiliation(&COLLEAGUE, &HOSPITAL);
		assert_noop!(add(COLLEAGUE, id, seen), Error::<Test>::NotAffiliated);
	});
}

#[test]
fn add_version_to_the_patients_own_by_another_fails() {
	run(|| {
		let id = created_own();
		for who in [STRANGER, DOCTOR, OTHER_PATIENT] {
			assert_noop!(add(who, id, head(id)), Error::<Test>::NotPatient);
		}
		People::set_active(&PATIENT, false);
		assert_noop!(add(PATIENT, id, head(id)), Error::<Test>::NotPatient);
	});
}

#[test]
fn add_version_without_consent_fails() {
	run(|| {
		let id = created();
		GivenConsents::set(Vec::new());
		assert_noop!(add(DOCTOR, id, head(id)), Error::<Test>::NotPermitted);
		// A label that the patient added since closes it too.
		GivenConsents::set(vec![(
			PATIENT,
			Grantee::Institution(HOSPITAL),
			Terms { labels: LabelFilter::Also(tags(&[1])), ..may_write() },
		)]);
		assert_ok!(Records::add_labels(RuntimeOrigin::signed(PATIENT), PATIENT, id, tags(&[2])));
		assert_noop!(add(DOCTOR, id, head(id)), Error::<Test>::NotPermitted);
	});
}

#[test]
fn add_version_to_what_was_entered_in_error_fails() {
	run(|| {
		let id = created();
		for status in [RecordStatus::WrongContent, RecordStatus::WrongPatient] {
			for who in [DOCTOR, REGISTRAR] {
				let who = RuntimeOrigin::signed(who);
				assert_ok!(Records::mark_entered_in_error(who, PATIENT, id, status));
			}
			assert_noop!(add(DOCTOR, id, head(id)), Error::<Test>::AlreadyEnteredInError);
		}
	});
}

#[test]
fn add_version_with_another_manifest_than_a_cid_fails() {
	run(|| {
		let id = created();
		let version = NewVersion { manifest: BoundedVec::new(), ..new_version() };
		let (origin, frame) = (RuntimeOrigin::signed(DOCTOR), frame(id));
		assert_noop!(
			Records::add_version(origin, PATIENT, id, head(id), frame, version, sharing()),
			Error::<Test>::InvalidCid
		);
	});
}

#[test]
fn add_version_with_an_unsound_sharing_set_fails() {
	run(|| {
		let id = created();
		DeclaredSets::fail(true);
		assert_noop!(add(DOCTOR, id, head(id)), DispatchError::Other("unsound"));
	});
}

#[test]
fn add_version_beyond_the_last_number_fails() {
	run(|| {
		let id = created();
		let version = Versions::<Test>::get(id, 0).unwrap();
		let last = u32::MAX - 1;
		let head = version.hash(&id, last, &HOSPITAL);
		Versions::<Test>::insert(id, last, version);
		let versions = |number| {
			crate::Records::<Test>::mutate(PATIENT, id, |record| {
				record.as_mut().unwrap().versions = number
			})
		};
		versions(u32::MAX);
		assert_noop!(add(DOCTOR, id, head), ArithmeticError::Overflow);
		versions(1);
		Versions::<Test>::remove(id, last);
	});
}

#[test]
fn add_version_unsigned_fails() {
	run(|| {
		let id = created();
		assert_noop!(
			Records::add_version(
				RuntimeOrigin::root(),
				PATIENT,
				id,
				head(id),
				frame(id),
				new_version(),
				sharing(),
			),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn add_version_can_widen() {
	run(|| {
		let id = created();
		let wider = [
			Frame { service: ServicePeriod { first: 1499, last: 1501 }, ..frame(id) },
			Frame { service: ServicePeriod { first: 1499, last: 1502 }, ..frame(id) },
			Frame { service: ServicePeriod { first: 0, last: u16::MAX }, ..frame(id) },
		];
		for frame in wider {
			assert_ok!(widen(id, frame.clone()));
			assert_eq!(super::frame(id), frame);
		}
		for confidentiality in [Confidentiality::Restricted, Confidentiality::VeryRestricted] {
			assert_ok!(widen(id, Frame { confidentiality, ..frame(id) }));
			assert_eq!(record(id).confidentiality, confidentiality);
		}
		assert_ok!(widen(id, Frame { labels: tags(&[1, 2, 3]), ..frame(id) }));
		let event = LogEvent::VersionAdded { record: id, version: 6, widened: true };
		assert_eq!(Logs::last().4, event);
		assert_eq!(record(id).labels, label_tags(&[1, 2, 3]));
		assert_eq!(record(id).versions, 7);
	});
}

#[test]
fn add_version_that_narrows_fails() {
	run(|| {
		let id = created();
		let restricted = Frame { confidentiality: Confidentiality::Restricted, ..frame(id) };
		assert_ok!(widen(id, restricted));
		let narrower = [
			Frame { service: ServicePeriod { first: 1501, last: 1501 }, ..frame(id) },
			Frame { service: ServicePeriod { first: 1500, last: 1500 }, ..frame(id) },
			// Wider on one side, and narrower on the other.
			Frame { service: ServicePeriod { first: 1490, last: 1500 }, ..frame(id) },
			Frame { service: ServicePeriod { first: 1501, last: 1500 }, ..frame(id) },
			Frame { confidentiality: Confidentiality::Normal, ..frame(id) },
			Frame { labels: tags(&[]), ..frame(id) },
			Frame { labels: tags(&[2]), ..frame(id) },
		];
		for frame in narrower {
			assert_noop!(widen(id, frame), Error::<Test>::FrameTooNarrow);
		}
	});
}

/// The patient has added a label that the author has not seen. The author cannot remove it.
#[test]
fn add_version_without_a_label_added_since_fails() {
	run(|| {
		let id = created();
		let seen = frame(id);
		assert_ok!(Records::add_labels(RuntimeOrigin::signed(PATIENT), PATIENT, id, tags(&[2])));
		assert_noop!(widen(id, seen), Error::<Test>::FrameTooNarrow);
		assert_ok!(widen(id, frame(id)));
	});
}

/// The consents decide on the record as it will be.
#[test]
fn add_version_leaves_unclassified_alone() {
	run(|| {
		assert_ok!(create(SALT, NewRecord { labels: tags(&[0]), ..new_record() }));
		let id = record_id(&PATIENT, &HOSPITAL, &SALT);
		// The labels of the new content need not be the ones that nobody has named yet.
		for labels in [&[][..], &[2]] {
			let frame = Frame { labels: tags(labels), ..frame(id) };
			assert_noop!(widen(id, frame), Error::<Test>::FrameTooNarrow);
		}
		let both = Frame { labels: tags(&[0, 2]), ..frame(id) };
		assert_noop!(widen(id, both), Error::<Test>::NotUnclassified);
		assert_ok!(widen(id, frame(id)));
	});
}

#[test]
fn add_version_that_widens_beyond_the_consent_fails() {
	run(|| {
		let id = created();
		let write = |terms| vec![(PATIENT, Grantee::Institution(HOSPITAL), terms)];
		GivenConsents::set(write(Terms {
			labels: LabelFilter::Also(tags(&[1])),
			confidentiality: Confidentiality::Normal,
			..may_write()
		}));
		let wider = [
			Frame { labels: tags(&[1, 2]), ..frame(id) },
			Frame { confidentiality: Confidentiality::Restricted, ..frame(id) },
		];
		for frame in wider.clone() {
			assert_noop!(widen(id, frame), Error::<Test>::NotPermitted);
		}
		GivenConsents::set(write(may_write()));
		for frame in wider.into_iter().take(1) {
			assert_ok!(widen(id, frame));
		}
	});
}
