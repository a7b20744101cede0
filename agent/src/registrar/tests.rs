use super::*;
use crate::{english::speech_of, scripted::Scripted};
use futures::executor::block_on;
use subxt_signer::sr25519::dev;
use vouchsafe_protocol::{
	qr::{EnrolleeCode, PersonCode, MAX_TEXT},
	signing::Signer as _,
	storage,
	types::{
		Force, GuardianSets, Guardians, LegalBasis, Registration, RepresentationView,
		Representative, RepresentativeView, Scope, Scopes, Stage, Suspension,
	},
};
use vouchsafe_speech::LANGUAGES;

const GENESIS: H256 = H256([1; 32]);
const NOW: u64 = 1_798_675_200;
const HOSPITAL: AccountId = AccountId::new([2; 32]);
const OTHER: AccountId = AccountId::new([3; 32]);

fn asked(kind: AccountKind) -> RegistrarCode {
	let url = "https://a.example".to_owned();
	RegistrarCode { genesis: GENESIS, institution: HOSPITAL, kind, url, expires: NOW + 1 }
}

/// The answer to a registrar's code.
fn signed(asked: &RegistrarCode) -> EnrolleeCode {
	block_on(EnrolleeCode::sign(&dev::alice(), asked, [3; 32])).unwrap()
}

fn answer(kind: AccountKind) -> String {
	text(Code::Enrollee(signed(&asked(kind))))
}

fn text(code: Code) -> String {
	code.to_text().unwrap()
}

fn read(text: &str) -> Result<Enrolment, AnswerError> {
	read_answer(GENESIS, &Names::default(), &HOSPITAL, text, NOW)
}

fn account(kind: AccountKind, enrolled_by: AccountId) -> Account {
	Account { enrolled_by, ..crate::access::fixtures::account(kind) }
}

fn affiliation(role: Role) -> Affiliation {
	Affiliation { role, from: 0, until: None, accepted: true, attested: false, teams: vec![] }
}

#[test]
fn an_answer_says_who_is_enrolled_as_what() {
	for kind in KINDS {
		let read = read(&answer(kind)).unwrap();
		assert_eq!((&read.account, read.kind), (&dev::alice().account(), kind));
		assert!(read.is_authentic(GENESIS) && !read.is_authentic(H256([9; 32])));
		assert!(!Enrolment { kind: AccountKind::Institution, ..read }.is_authentic(GENESIS));
	}
	let institution = read(&answer(AccountKind::Institution));
	assert!(matches!(institution, Err(AnswerError::OtherInstitution(_))), "the council admits it");
}

#[test]
fn what_is_not_an_answer_to_the_desk_is_refused() {
	let patient = AccountKind::Patient;
	for (text, error) in [
		("https://example.org/menu", QrError::OtherProduct),
		("VOUCHSAFE2:AAAA", QrError::OtherVersion),
		(&answer(patient)[..100], QrError::Damaged),
		(&format!("VOUCHSAFE1:{}", "A".repeat(MAX_TEXT)), QrError::TooLarge),
	] {
		assert_eq!(read(text), Err(AnswerError::Code(error)), "{text}");
	}
	let own = text(Code::Registrar(asked(patient)));
	let person =
		text(Code::Person(PersonCode { genesis: GENESIS, account: dev::alice().account() }));
	for other in [own, person] {
		let error = read(&other).unwrap_err();
		assert!(matches!(error, AnswerError::Code(QrError::OtherKind { .. })), "{error}");
	}
	let elsewhere = RegistrarCode { genesis: H256([9; 32]), ..asked(patient) };
	let elsewhere = text(Code::Enrollee(signed(&elsewhere)));
	assert_eq!(read(&elsewhere), Err(AnswerError::Code(QrError::OtherChain(H256([9; 32])))));
	let theirs = RegistrarCode { institution: OTHER, ..asked(patient) };
	let theirs = text(Code::Enrollee(signed(&theirs)));
	assert!(matches!(read(&theirs), Err(AnswerError::OtherInstitution(_))));
	let after = |now| read_answer(GENESIS, &Names::default(), &HOSPITAL, &answer(patient), now);
	assert!(after(NOW).is_ok());
	assert_eq!(after(NOW + 1), Err(AnswerError::Expired(NOW + 1)));
}

#[tokio::test]
async fn nobody_is_enrolled_twice() {
	let session = Session::<Scripted>::scripted("//RegistrarA");
	let person = dev::alice().account();
	session.chain.change(|state| state.answer("account", &None::<Account>));
	ensure_new(&session, &person).await.unwrap();
	let found = account(AccountKind::Patient, OTHER);
	session.chain.change(|state| state.answer("account", &Some(found)));
	let error = ensure_new(&session, &person).await.unwrap_err();
	assert!(matches!(error.downcast_ref(), Some(AnswerError::Enrolled(_))), "{error:#}");
}

#[tokio::test]
async fn a_registrar_has_the_desks_of_affiliations_in_force() {
	let session = Session::<Scripted>::scripted("//RegistrarA");
	let me = session.me().unwrap().account();
	let ended = Affiliation { until: Some(NOW), ..affiliation(Role::Registrar) };
	let later = Affiliation { from: NOW + 1, ..affiliation(Role::Registrar) };
	let waiting = Affiliation { accepted: false, ..affiliation(Role::Registrar) };
	let all: Vec<_> =
		[affiliation(Role::Registrar), affiliation(Role::Nurse), ended, later, waiting]
			.into_iter()
			.zip(2..)
			.map(|(it, id)| (AccountId::new([id; 32]), it))
			.collect();
	session.chain.change(|state| {
		state.set(storage::now(), &(NOW * 1000));
		state.answer("affiliations", &all);
	});
	for (kind, expected) in [
		(AccountKind::Practitioner, vec![HOSPITAL]),
		(AccountKind::Institution, vec![me.clone()]),
		(AccountKind::Patient, vec![]),
		(AccountKind::Researcher, vec![]),
	] {
		assert_eq!(desks(&session.chain, &me, kind).await.unwrap(), expected, "{kind:?}");
	}
}

/// The attack: a custodian says that a call has succeeded, and the state is not so.
#[tokio::test]
async fn a_call_is_done_when_the_state_says_so() {
	let session = Session::<Scripted>::scripted("//RegistrarA");
	let person = dev::alice().account();
	let suspend =
		|| EnrolmentCall::set_status { account: person.clone(), status: Status::Suspended };
	let found = account(AccountKind::Practitioner, HOSPITAL);
	session.chain.change(|state| state.answer("account", &Some(found.clone())));
	let error = carry_out(&session, suspend()).await.unwrap_err().to_string();
	assert!(error.contains("not as it should be"), "{error}");
	session.chain.react(move |_, state| {
		state.answer("account", &Some(Account { status: Status::Suspended, ..found.clone() }));
		vec![]
	});
	assert_eq!(carry_out(&session, suspend()).await.unwrap().block, 1);
}

#[tokio::test]
async fn the_effect_of_each_call_is_read_in_the_state() {
	let session = Session::<Scripted>::scripted("//RegistrarA");
	let (chain, person) = (&session.chain, dev::alice().account());
	let practitioner = person.clone();
	let enrol = read(&answer(AccountKind::Patient)).unwrap().call();
	let affiliate = |until| EnrolmentCall::affiliate {
		institution: HOSPITAL,
		practitioner: practitioner.clone(),
		role: Role::Nurse,
		from: 0,
		until,
	};
	let end =
		EnrolmentCall::end_affiliation { institution: HOSPITAL, practitioner: person.clone() };
	let disable = |since| EnrolmentCall::set_signing_disabled { account: person.clone(), since };
	let at = |found: Option<Account>, affiliations: Vec<Affiliation>| {
		let all: Vec<_> = affiliations.into_iter().map(|it| (HOSPITAL, it)).collect();
		chain.change(|state| {
			state.set(storage::now(), &(NOW * 1000));
			state.answer("account", &found);
			state.answer("affiliations", &all);
		});
	};
	let has = async |call: &EnrolmentCall| has_effect(chain, call).await.unwrap();
	let patient = account(AccountKind::Patient, HOSPITAL);
	at(None, vec![]);
	assert!(!has(&enrol).await && !has(&affiliate(None)).await && has(&end).await);
	assert!(!has(&disable(None)).await && !has(&disable(Some(5))).await);
	at(Some(Account { enrolled_by: OTHER, ..patient.clone() }), vec![affiliation(Role::Physician)]);
	assert!(!has(&enrol).await && !has(&affiliate(None)).await && !has(&end).await);
	let nurse = Affiliation { until: Some(NOW), ..affiliation(Role::Nurse) };
	at(Some(Account { disabled_since: Some(5), ..patient.clone() }), vec![nurse]);
	assert!(has(&enrol).await && has(&affiliate(Some(NOW))).await && has(&end).await);
	assert!(!has(&affiliate(None)).await);
	assert!(has(&disable(Some(5))).await && has(&disable(Some(6))).await);
	assert!(!has(&disable(Some(4))).await && !has(&disable(None)).await);
	assert!(has_effect(chain, &EnrolmentCall::set_cap { institution: HOSPITAL, cap: 1 })
		.await
		.is_err());
}

#[tokio::test]
async fn who_was_named_with_a_lost_key_is_told() {
	let session = Session::<Scripted>::scripted("//RegistrarA");
	let (chain, patient) = (&session.chain, dev::alice().account());
	let named = async |since| named_since(chain, &patient, since).await.unwrap();
	chain.change(|state| {
		state.answer_care(
			"representation",
			&RepresentationView { ward: false, representatives: vec![] },
		)
	});
	assert_eq!(named(0).await, NamedInDoubt::default());

	let set = |set_at| Guardians { commitment: H256([1; 32]), threshold: 2, count: 3, set_at };
	let represents = |id: u8, mandate, force| RepresentativeView {
		representative: Representative {
			account: AccountId::new([id; 32]),
			mandate,
			suspension: Suspension::None,
		},
		force,
	};
	let (scopes, until) = (Scopes::of(&[Scope::Consents]), None);
	let appointed = |at, standby| Mandate::Appointed { scopes, until, standby, at };
	let evidence = H256([1; 32]);
	let registration = Registration { basis: LegalBasis::Attorney, scopes, until, evidence };
	let stage = Stage::Attested { authority: OTHER, from: 9 };
	let representatives = vec![
		represents(1, appointed(4, false), Force::InForce),
		represents(2, appointed(5, false), Force::InDoubt),
		represents(3, appointed(6, true), Force::Standby),
		represents(4, Mandate::ByLaw { registration, stage }, Force::InForce),
	];
	let sets = GuardianSets { present: Some(set(4)), next: Some((set(7), 9)) };
	chain.change(|state| {
		state.set(storage::guardians(&patient), &sets);
		let view = RepresentationView { ward: false, representatives };
		state.answer_care("representation", &view);
	});
	let accounts = |ids: &[u8]| ids.iter().map(|id| AccountId::new([*id; 32])).collect();
	let expected =
		|guardians, ids: &[u8]| NamedInDoubt { guardians, representatives: accounts(ids) };
	assert_eq!(named(5).await, expected(Some(7), &[2, 3]));
	assert_eq!(named(7).await, expected(Some(7), &[]));
	assert_eq!(named(8).await, expected(None, &[]));
}

#[test]
fn a_desk_offers_what_the_chain_allows() {
	let me = dev::bob().account();
	let allowed = |me: &AccountId, account: &Account, affiliation: Option<&Affiliation>| {
		Allowed::new(me, &HOSPITAL, account, affiliation, NOW)
	};
	let doctor = account(AccountKind::Practitioner, HOSPITAL);
	let nurse = affiliation(Role::Nurse);
	let found = allowed(&me, &doctor, Some(&nurse));
	assert!(found.end && found.signing && !found.roles.contains(&Role::Registrar));
	assert_eq!(found.statuses, [Status::Suspended, Status::Ended]);
	assert!(allowed(&HOSPITAL, &doctor, Some(&nurse)).roles.contains(&Role::Registrar));
	// Only the institution manages its registrars, as long as they are.
	let registrar = affiliation(Role::Registrar);
	assert_eq!(allowed(&me, &doctor, Some(&registrar)), Allowed::default());
	assert!(allowed(&HOSPITAL, &doctor, Some(&registrar)).end);
	let former = Affiliation { until: Some(NOW), ..registrar };
	let found = allowed(&me, &doctor, Some(&former));
	assert!(!found.end && found.signing && !found.roles.is_empty());
	// Somebody else's practitioner.
	let theirs = account(AccountKind::Practitioner, OTHER);
	let found = allowed(&me, &theirs, None);
	assert!(!found.roles.is_empty() && !found.signing && found.statuses.is_empty());
	// An end is final, except a patient's. What the council did is final, too.
	let with = |kind, status| {
		let account = Account { status, ..account(kind, HOSPITAL) };
		allowed(&me, &account, None).statuses
	};
	let (patient, practitioner) = (AccountKind::Patient, AccountKind::Practitioner);
	assert_eq!(with(patient, Status::Ended), [Status::Active, Status::Suspended]);
	assert_eq!(with(practitioner, Status::Ended), []);
	assert_eq!(with(practitioner, Status::Suspended), [Status::Active, Status::Ended]);
	for status in [Status::Deceased, Status::Merged, Status::Closed] {
		assert_eq!(with(patient, status), []);
	}
	let found = allowed(&me, &account(patient, HOSPITAL), None);
	assert!(found.roles.is_empty() && found.signing && !found.end);
	let itself = account(AccountKind::Institution, HOSPITAL);
	assert_eq!(allowed(&me, &itself, None), Allowed::default());
}

#[test]
fn each_call_has_a_sentence_of_its_own() {
	let person = dev::alice().account();
	let affiliate = |role, from, until| EnrolmentCall::affiliate {
		institution: HOSPITAL,
		practitioner: dev::alice().account(),
		role,
		from,
		until,
	};
	let enrol = |kind| read(&answer(kind)).unwrap().call();
	let signing = |since| EnrolmentCall::set_signing_disabled { account: person.clone(), since };
	let status = |status| EnrolmentCall::set_status { account: person.clone(), status };
	let calls = [
		enrol(AccountKind::Patient),
		enrol(AccountKind::Practitioner),
		affiliate(Role::Nurse, 0, None),
		affiliate(Role::Physician, 0, None),
		affiliate(Role::Nurse, 1, None),
		affiliate(Role::Nurse, 0, Some(NOW)),
		affiliate(Role::Nurse, 0, Some(NOW + 1)),
		EnrolmentCall::end_affiliation { institution: HOSPITAL, practitioner: person.clone() },
		EnrolmentCall::end_affiliation { institution: OTHER, practitioner: person.clone() },
		status(Status::Suspended),
		status(Status::Active),
		status(Status::Ended),
		signing(Some(5)),
		signing(Some(6)),
		signing(None),
	];
	for language in LANGUAGES {
		let speech = speech_of(language);
		let said = |call| sentence(speech, &Names::default(), call);
		let all: std::collections::BTreeSet<_> =
			calls.iter().map(|call| said(call).unwrap()).collect();
		assert_eq!(all.len(), calls.len(), "{all:#?}");
		assert_eq!(said(&EnrolmentCall::set_cap { institution: HOSPITAL, cap: 1 }), None);
	}
}
