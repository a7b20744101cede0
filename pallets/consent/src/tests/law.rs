//! Permits by law, by which representatives read.

use super::*;
use crate::MAX_GRANTEES;
use vouchsafe_support::{Caller, Lawful};

type Granted = Result<ConsentId, sp_runtime::DispatchError>;

/// What the law permits, for ten days.
fn lawful() -> Terms {
	let (basis, scopes, evidence) = (LegalBasis::Parent, Scopes::default(), H256::zero());
	let until = Some(START + 10 * DAY);
	Registration { basis, scopes, until, evidence }.permit(START)
}

fn relative() -> Grantee {
	Grantee::Person(RELATIVE)
}

/// The authority's officer attests.
fn by() -> Caller<'static> {
	Caller { origin: &OFFICER, acting_for: Some(&AUTHORITY) }
}

fn grant_by_law(representative: &AccountId, terms: Terms) -> Granted {
	Consent::grant_by_law(&PATIENT, representative, terms, &AUTHORITY, by())
}

fn has_by_law() -> bool {
	Consent::has_by_law(&PATIENT, &RELATIVE)
}

/// The numbers of the patient's consents for the relative.
fn numbers() -> Vec<ConsentId> {
	Consents::<Test>::get(PATIENT, relative()).iter().map(|consent| consent.id).collect()
}

fn officers(event: LogEvent) -> Line {
	Line { origin: OFFICER, acting_for: Some(AUTHORITY), purpose: None, event }
}

#[test]
fn grant_and_end_by_law_work_in_every_standing() {
	for is_active in [true, false] {
		build_and_execute(|| {
			People::set_active(&PATIENT, is_active);
			assert!(!has_by_law());
			assert_eq!(grant_by_law(&RELATIVE, lawful()), Ok(0));
			let granted = Provision {
				id: 0,
				revision: 0,
				policy_version: POLICY_VERSION,
				granted_at: START,
				confirmed_at: None,
				terms: lawful(),
				text: ShownText { commitment: H256::zero(), language: *b"en" },
				grantor: Grantor::Law { authority: AUTHORITY },
			};
			assert_eq!(consents_of(PATIENT), [(relative(), granted)]);
			let event =
				Event::Granted { patient: PATIENT, grantee: relative(), id: 0, revision: 0 };
			System::assert_last_event(event.into());
			let consent = reference(relative(), 0);
			let event = LogEvent::ConsentGranted { consent, effect: Effect::Permit };
			assert_eq!(Logs::of(&PATIENT), [officers(event)]);
			assert!(has_by_law() && !Consent::has_by_law(&PATIENT, &OTHER_RELATIVE));
			assert!(!Consent::has_by_law(&OTHER_PATIENT, &RELATIVE));
			assert_eq!(Consent::grantees(&PATIENT), 1);

			let by = Caller { origin: &REGISTRAR, acting_for: Some(&HOSPITAL) };
			Consent::end_by_law(&PATIENT, &RELATIVE, by);
			assert!(!has_by_law());
			assert!(!Consents::<Test>::contains_key(PATIENT, relative()));
			assert_eq!(Consent::grantees(&PATIENT), 0);
			let event =
				Event::Revoked { patient: PATIENT, grantee: relative(), id: 0, revision: 0 };
			System::assert_last_event(event.into());
			let event = LogEvent::ConsentRevoked { consent: reference(relative(), 0) };
			let (origin, acting_for) = (REGISTRAR, Some(HOSPITAL));
			let line = Line { origin, acting_for, purpose: None, event };
			assert_eq!(Logs::of(&PATIENT).last(), Some(&line));
		});
	}
}

#[test]
fn end_by_law_leaves_the_patients_own_and_ends_what_has_expired() {
	build_and_execute(|| {
		let end = || Consent::end_by_law(&PATIENT, &RELATIVE, by());
		// There is nothing to end, and nothing is logged.
		end();
		assert_eq!(Logs::of(&PATIENT), []);
		let own = grant(relative(), Terms { valid_until: None, ..terms() });
		end();
		assert_eq!(numbers(), [own]);
		assert_ok!(grant_by_law(&RELATIVE, lawful()));
		Clock::set(START + 10 * DAY);
		end();
		assert_eq!(numbers(), [own]);
		assert_eq!(Logs::of(&PATIENT).len(), 3);
	});
}

#[test]
fn a_permit_by_law_counts_until_its_end() {
	build_and_execute(|| {
		assert_ok!(grant_by_law(&RELATIVE, lawful()));
		Clock::set(START + 10 * DAY - 1);
		assert!(has_by_law());
		Clock::set(START + 10 * DAY);
		assert!(!has_by_law());
	});
}

/// It replaces the one before, drops what has expired, and leaves the rest.
#[test]
fn a_representative_has_one_permit_by_law() {
	build_and_execute(|| {
		let short = grant(relative(), terms());
		let (own, deny) = (
			grant(relative(), Terms { valid_until: None, ..terms() }),
			grant(relative(), denying(Terms { valid_until: None, ..terms() })),
		);
		let first = grant_by_law(&RELATIVE, lawful()).unwrap();
		assert_eq!(numbers(), [short, own, deny, first]);
		Clock::set(START + DAY);
		let longer = Terms { valid_until: None, ..lawful() };
		let second = grant_by_law(&RELATIVE, longer.clone()).unwrap();
		assert_eq!(numbers(), [own, deny, second]);
		assert_eq!(last(&PATIENT, &relative()).terms, longer);
		assert_eq!(Consent::grantees(&PATIENT), 1);
		// Alone under its key it is replaced without counting the key again.
		for id in [own, deny] {
			assert_ok!(Consent::revoke(signed(PATIENT), relative(), id));
		}
		let third = grant_by_law(&RELATIVE, lawful()).unwrap();
		assert_eq!(numbers(), [third]);
		assert_eq!(Consent::grantees(&PATIENT), 1);
	});
}

#[test]
fn grant_by_law_checks_terms_and_representative() {
	build_and_execute(|| {
		let not_there = Err(Error::<Test>::GranteeNotFound.into());
		assert_eq!(grant_by_law(&STRANGER, lawful()), not_there);
		Clock::set(START + 10 * DAY);
		assert_eq!(grant_by_law(&RELATIVE, lawful()), Err(Error::<Test>::AlreadyExpired.into()));
		Logs::set_earlier(&PATIENT, u64::from(u32::MAX) + 1);
		let terms = Terms { valid_until: None, ..lawful() };
		assert_eq!(grant_by_law(&RELATIVE, terms), Err(Error::<Test>::OutOfNumbers.into()));
		assert_eq!(consents_of(PATIENT), []);
	});
}

/// Neither does it take the patient's places, nor can the patient take its place.
#[test]
fn a_permit_by_law_has_a_place_of_its_own() {
	for is_first in [true, false] {
		build_and_execute(|| {
			if is_first {
				assert_ok!(grant_by_law(&RELATIVE, lawful()));
			}
			for _ in 1..MAX_CONSENTS_PER_GRANTEE {
				grant(relative(), terms());
			}
			let more = |terms| Consent::grant(signed(PATIENT), relative(), terms, text());
			assert_noop!(more(terms()), Error::<Test>::PlaceKeptForDeny);
			let deny = grant(relative(), denying(terms()));
			for terms in [terms(), denying(terms())] {
				assert_noop!(more(terms), Error::<Test>::TooManyConsents);
			}
			// Assisted ones are not for persons. If they were, there would be places for them.
			for _ in 0..MAX_ASSISTED_PER_GRANTEE {
				let others = Consents::<Test>::get(PATIENT, relative());
				let content = (terms(), text(), assisted(DOCTOR, NURSE));
				let by = Some(&HOSPITAL);
				assert_ok!(Consent::store(&PATIENT, &DOCTOR, by, relative(), others, content));
			}
			assert_ok!(grant_by_law(&RELATIVE, lawful()));
			assert_ok!(grant_by_law(&RELATIVE, lawful()));
			assert_eq!(numbers().len(), usize::try_from(MAX_PROVISIONS).unwrap());
			assert_ok!(Consent::amend(
				signed(PATIENT),
				relative(),
				deny,
				0,
				denying(terms()),
				text()
			));
			assert_eq!(more(terms()), Err(Error::<Test>::TooManyConsents.into()));
		});
	}
}

#[test]
fn a_patient_with_many_grantees_does_not_shut_the_law_out() {
	build_and_execute(|| {
		let team = |team| Grantee::CareTeam { institution: HOSPITAL, team };
		let more = |number| Consent::grant(signed(PATIENT), team(number), terms(), text());
		for number in 0..MAX_GRANTEES {
			assert_ok!(more(number));
		}
		assert_noop!(more(MAX_GRANTEES), Error::<Test>::TooManyGrantees);
		assert_ok!(grant_by_law(&RELATIVE, lawful()));
		assert_ok!(grant_by_law(&OTHER_RELATIVE, lawful()));
		assert_eq!(Consent::grantees(&PATIENT), MAX_GRANTEES + 2);
		assert_noop!(more(MAX_GRANTEES), Error::<Test>::TooManyGrantees);
		Consent::end_by_law(&PATIENT, &RELATIVE, by());
		assert_eq!(Consent::grantees(&PATIENT), MAX_GRANTEES + 1);
	});
}

#[test]
fn nobody_changes_a_permit_by_law() {
	build_and_execute(|| {
		People::affiliate(&NURSE, &HOSPITAL, Role::Registrar);
		let id = grant_by_law(&RELATIVE, lawful()).unwrap();
		let by_law = || Err(Error::<Test>::PermitByLaw.into());
		// Admission makes no revocation of it free.
		assert!(!Consent::has_permit(&PATIENT, &relative(), id));
		for who in [None, Some(RELATIVE), Some(OTHER_RELATIVE)] {
			represent_by(who);
			let revoked = Consent::revoke(signed(PATIENT), relative(), id);
			assert_eq!(revoked, by_law());
			for terms in [terms(), denying(terms())] {
				let amended = Consent::amend(signed(PATIENT), relative(), id, 0, terms, text());
				assert_eq!(amended, by_law());
			}
		}
		represent_by(None);
		// Given while the key was in doubt or not.
		for doubt in [None, Some(Doubt { since: START, until: START + 1 })] {
			if let Some(doubt) = doubt {
				People::set_doubt(&PATIENT, doubt);
				Clock::set(START + 1);
			}
			let confirmed = Consent::confirm(signed(PATIENT), relative(), id, 0);
			assert_eq!(confirmed, by_law());
			for who in [HOSPITAL, NURSE] {
				let revoked = Consent::revoke_in_doubt(signed(who), PATIENT, relative(), id);
				assert_eq!(revoked, by_law());
			}
		}
		assert!(has_by_law());
		// What the patient permits beside it is the patient's.
		let own = grant(relative(), terms());
		assert!(Consent::has_permit(&PATIENT, &relative(), own));
		assert_ok!(Consent::revoke(signed(PATIENT), relative(), own));
		assert_eq!(numbers(), [id]);
	});
}

/// Each parent reads, whatever the other one denies, until the child denies it.
#[test]
fn neither_parent_ends_the_others_reading() {
	build_and_execute(|| {
		for parent in [RELATIVE, OTHER_RELATIVE] {
			assert_ok!(grant_by_law(&parent, lawful()));
		}
		let record = RecordFacts {
			id: H256::zero(),
			patient: PATIENT,
			author: HOSPITAL,
			responsible: HOSPITAL,
			category: Category::Summary,
			confidentiality: Confidentiality::Restricted,
			labels: tags(&[7]),
			service: ServicePeriod { first: 1, last: 1 },
			status: RecordStatus::Current,
		};
		let reads = |reader: &AccountId| {
			let asked = Question {
				patient: PATIENT,
				standing: People::standing(&PATIENT),
				doubt: None,
				actor: People::actor(reader, None).unwrap(),
				action: Action::Read,
				purpose: Purpose::PatientRequest,
				subject: Subject::Record(record.clone()),
				now: START,
				break_glass: false,
			};
			<Consent as traits::Consents>::decide(&asked).is_permit()
		};
		assert!(reads(&RELATIVE) && reads(&OTHER_RELATIVE));
		let ever = || Terms::all(DENY);
		grant_by(OTHER_RELATIVE, Grantee::Everyone, ever());
		grant_by(OTHER_RELATIVE, relative(), ever());
		assert!(reads(&RELATIVE) && reads(&OTHER_RELATIVE));
		let deny = grant(relative(), ever());
		assert!(!reads(&RELATIVE) && reads(&OTHER_RELATIVE));
		People::set_active(&PATIENT, false);
		People::set_standing(&PATIENT, Standing::Deceased { since: START });
		assert!(!reads(&RELATIVE) && reads(&OTHER_RELATIVE));
		People::set_active(&PATIENT, true);
		People::set_standing(&PATIENT, Standing::Active);
		assert_ok!(Consent::revoke(signed(PATIENT), relative(), deny));
		assert!(reads(&RELATIVE));
		Consent::end_by_law(&PATIENT, &RELATIVE, by());
		assert!(!reads(&RELATIVE) && reads(&OTHER_RELATIVE));
	});
}

/// The number that the design asks for: a consent takes at most 256 bytes of state, its key included.
#[test]
fn a_permit_by_law_takes_few_bytes() {
	build_and_execute(|| {
		assert_ok!(grant_by_law(&RELATIVE, lawful()));
		let key = Consents::<Test>::hashed_key_for(PATIENT, relative());
		let value = sp_io::storage::get(&key).unwrap();
		assert!(key.len() + value.len() <= 256, "{} and {}", key.len(), value.len());
	});
}
