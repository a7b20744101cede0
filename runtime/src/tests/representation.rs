//! Representatives act for patients: parents for a newborn, whom the patient appoints, and executors.

use super::{chain::*, *};
use pallet_admission::codes;
use sp_core::H256;
use sp_runtime::{traits::Dispatchable, transaction_validity::InvalidTransaction, DispatchError};
use vouchsafe_primitives::{
	new_year,
	policy::{Basis, Decision},
	ward_account, AccountKind, Action, Grantor, LegalBasis, Moment, Registration, Scope, Scopes,
	Standing, Status,
};
use vouchsafe_support::{AuditLog as _, Enrolment as _};

type Error = pallet_representation::Error<Runtime>;
type ConsentError = pallet_consent::Error<Runtime>;

const DAY: Moment = 24 * 60 * 60;
/// When the chains here begin, in seconds since 1970.
const BEGIN: Moment = 1_800_000_000;
const SALT: H256 = H256([5; 32]);
const MOTHER: &str = "//Mother";
const FATHER: &str = "//Father";

/// Enrols a person at hospital A.
fn person(chain: &mut Chain, path: &str) {
	chain.state(|| {
		let entry = pallet_enrolment::Accounts::<Runtime>::get(account("//PatientA")).unwrap();
		let entry = pallet_enrolment::Account { kind: AccountKind::Person, ..entry };
		pallet_enrolment::Accounts::<Runtime>::insert(account(path), entry);
		System::inc_providers(&account(path));
	});
}

fn all_scopes() -> Scopes {
	Scopes::of(&[Scope::Requests, Scope::Consents, Scope::Records, Scope::Holders])
}

fn parent() -> Registration {
	registration(LegalBasis::Parent, new_year(2044))
}

fn registration(basis: LegalBasis, until: Option<Moment>) -> Registration {
	Registration { basis, scopes: all_scopes(), until, evidence: H256([3; 32]) }
}

/// A newborn with two parents, whom an authority has attested.
fn newborn(chain: &mut Chain) -> AccountId {
	person(chain, MOTHER);
	person(chain, FATHER);
	let representatives =
		[MOTHER, FATHER].map(|path| (account(path), parent())).to_vec().try_into().unwrap();
	let enrol = RuntimeCall::from(pallet_representation::Call::enrol_ward {
		institution: account("//HospitalA"),
		salt: SALT,
		representatives,
	});
	chain.ok("//RegistrarA", enrol.clone());
	chain.ok("//DoctorA", enrol);
	let genesis = chain.state(|| System::block_hash(0));
	let ward = ward_account(&genesis, &account("//HospitalA"), &SALT);
	for path in [MOTHER, FATHER] {
		chain.ok("//Authority", attest(&ward, path, parent()));
	}
	ward
}

fn register(patient: &AccountId, path: &str, registration: Registration) -> RuntimeCall {
	pallet_representation::Call::register {
		patient: patient.clone(),
		institution: account("//HospitalA"),
		representative: account(path),
		registration,
	}
	.into()
}

fn attest(patient: &AccountId, path: &str, registration: Registration) -> RuntimeCall {
	pallet_representation::Call::attest {
		authority: account("//Authority"),
		patient: patient.clone(),
		representative: account(path),
		registration,
	}
	.into()
}

/// Patient A appoints a representative with these scopes.
fn appoint(chain: &mut Chain, path: &str, scopes: Scopes) {
	person(chain, path);
	let representative = account(path);
	let appoint = pallet_representation::Call::appoint {
		representative,
		scopes,
		standby: false,
		until: None,
	};
	chain.ok("//PatientA", appoint);
}

fn act(patient: &AccountId, call: impl Into<RuntimeCall>) -> RuntimeCall {
	let call = Box::new(call.into());
	pallet_representation::Call::act { patient: patient.clone(), call }.into()
}

fn suspend(patient: &AccountId, path: &str, suspended: bool) -> RuntimeCall {
	pallet_representation::Call::suspend {
		patient: patient.clone(),
		representative: account(path),
		institution: account("//HospitalA"),
		suspended,
	}
	.into()
}

fn object(path: &str) -> RuntimeCall {
	pallet_representation::Call::object { representative: account(path) }.into()
}

fn deny(grantee: Grantee, binds_break_glass: bool) -> RuntimeCall {
	grant(grantee, Terms::all(Effect::Deny { binds_break_glass }))
}

fn refused(chain: &mut Chain, path: &str, call: RuntimeCall, error: impl Into<DispatchError>) {
	let shown = format!("{path}: {call:?}");
	assert_eq!(chain.block([(path, call)]), [Ok(Err(error.into()))], "{shown}");
}

/// The patient's latest consent for this grantee.
fn latest(
	chain: &mut Chain,
	patient: &AccountId,
	grantee: &Grantee,
) -> vouchsafe_primitives::Consent {
	let all = chain.state(|| pallet_consent::Consents::<Runtime>::get(patient, grantee));
	all.into_iter().max_by_key(|consent| consent.id).unwrap()
}

/// What the chain says if somebody wants to read, at the patient's request, a record of patient A's that is
/// this confidential.
fn reads(
	chain: &mut Chain,
	path: &str,
	record: RecordId,
	confidentiality: Confidentiality,
) -> Decision {
	use vouchsafe_primitives::policy::{Question, Subject};
	let (patient, reader) = (account("//PatientA"), account(path));
	chain.state(|| {
		let mut facts = <Records as vouchsafe_support::Records>::facts(&patient, &record).unwrap();
		facts.confidentiality = confidentiality;
		<Consent as vouchsafe_support::Consents>::decide(&Question {
			standing: Enrolment::standing(&patient),
			doubt: Enrolment::doubt(&patient),
			actor: Enrolment::actor(&reader, None).unwrap(),
			patient,
			action: Action::Read,
			purpose: Purpose::PatientRequest,
			subject: Subject::Record(facts),
			now: <Timestamp as frame_support::traits::UnixTime>::now().as_secs(),
			break_glass: false,
		})
	})
}

fn is_permitted(decision: &Decision) -> bool {
	matches!(decision, Decision::Permit(Basis::Consent(_)))
}

/// Registers a representative of patient A by law, and waits until it is in force.
fn by_law(chain: &mut Chain, path: &str, registration: Registration) {
	person(chain, path);
	let patient = account("//PatientA");
	chain.ok("//RegistrarA", register(&patient, path, registration));
	chain.ok("//DoctorA", register(&patient, path, registration));
	chain.ok("//Authority", attest(&patient, path, registration));
	refused(chain, path, act(&patient, grant(Grantee::Everyone, permit())), Error::NotInForce);
	let age =
		chain.state(|| <Timestamp as frame_support::traits::UnixTime>::now().as_secs()) - BEGIN;
	chain.block_at(age + 3 * DAY + 7);
}

#[test]
fn each_parent_acts_alone_and_neither_ends_the_other() {
	let mut chain = Chain::new();
	let child = newborn(&mut chain);
	// In force at once: a ward cannot object.
	let hospital = Grantee::Institution(account("//HospitalB"));
	chain.ok(MOTHER, act(&child, grant(hospital.clone(), permit())));
	let consent = latest(&mut chain, &child, &hospital);
	assert_eq!(consent.grantor, Grantor::Representative(account(MOTHER)));
	// The log names both.
	let entries = chain.state(|| Audit::head(&child).0);
	assert!(entries > 4, "{entries}");
	// The father revokes the mother's permit, but not her deny.
	chain.ok(FATHER, act(&child, revoke(hospital, consent.id)));
	chain.ok(MOTHER, act(&child, deny(Grantee::Everyone, false)));
	let consent = latest(&mut chain, &child, &Grantee::Everyone);
	let revocation = revoke(Grantee::Everyone, consent.id);
	refused(&mut chain, FATHER, act(&child, revocation.clone()), ConsentError::NotTheirDeny);
	// Her deny ends nobody's reading by law.
	assert!(is_permitted(&chain.state(|| configs::records::decide_log(
		account(FATHER),
		None,
		child.clone()
	))));
	let end = pallet_representation::Call::end {
		patient: child.clone(),
		representative: account(MOTHER),
	};
	refused(&mut chain, FATHER, end.clone().into(), Error::NotYours);
	refused(&mut chain, FATHER, act(&child, end), Error::NeverByRepresentative);
	refused(&mut chain, FATHER, suspend(&child, MOTHER, true), Error::MayNotSuspend);
	chain.ok(MOTHER, act(&child, revocation));

	// From the block of the suspension on, she reads nothing and does nothing.
	let log = |chain: &mut Chain| {
		chain.state(|| configs::records::decide_log(account(MOTHER), None, child.clone()))
	};
	assert!(is_permitted(&log(&mut chain)));
	chain.ok("//RegistrarA", suspend(&child, MOTHER, true));
	assert!(!is_permitted(&log(&mut chain)));
	refused(&mut chain, MOTHER, act(&child, deny(Grantee::Everyone, false)), Error::NotInForce);
	chain.ok("//RegistrarA", suspend(&child, MOTHER, false));
	assert!(is_permitted(&log(&mut chain)));
}

#[test]
fn nobody_acts_for_somebody_without_being_a_representative() {
	let mut chain = Chain::new();
	let patient = account("//PatientA");
	let call = act(&patient, grant(Grantee::Everyone, permit()));
	refused(&mut chain, "//PatientB", call.clone(), Error::NotPerson);
	refused(&mut chain, "//DoctorA", call.clone(), Error::NotPerson);
	person(&mut chain, MOTHER);
	refused(&mut chain, MOTHER, call.clone(), Error::RepresentativeNotFound);
	// A hospital alone, and one of its staff twice.
	let guardian = registration(LegalBasis::Guardian, None);
	chain.ok("//RegistrarA", register(&patient, MOTHER, guardian));
	refused(
		&mut chain,
		"//RegistrarA",
		register(&patient, MOTHER, guardian),
		pallet_enrolment::Error::<Runtime>::SameStaff,
	);
	chain.ok("//DoctorA", register(&patient, MOTHER, guardian));
	refused(&mut chain, MOTHER, call.clone(), Error::NotInForce);
	refused(&mut chain, "//HospitalA", attest(&patient, MOTHER, guardian), Error::NotForAuthority);
	chain.block_at(31 * DAY);
	refused(
		&mut chain,
		"//Authority",
		attest(&patient, MOTHER, guardian),
		Error::RepresentativeNotFound,
	);
}

#[test]
fn a_representative_does_what_its_scopes_say_and_never_the_rest() {
	let mut chain = Chain::new();
	let patient = account("//PatientA");
	let daughter = "//Daughter";
	appoint(&mut chain, daughter, Scopes::of(&[Scope::Requests]));
	let (create, _) = create_own("//PatientA");
	let choose = pallet_custody::Call::choose_holders {
		holders: Default::default(),
		countries: Default::default(),
	};
	let in_scopes = [
		(Scope::Consents, grant(Grantee::Everyone, permit())),
		(Scope::Records, create),
		(Scope::Holders, choose.into()),
	];
	for (scope, call) in in_scopes {
		appoint(&mut chain, daughter, Scopes::of(&[Scope::Requests]));
		refused(&mut chain, daughter, act(&patient, call.clone()), Error::OutOfScope);
		appoint(&mut chain, daughter, Scopes::of(&[scope]));
		chain.ok(daughter, act(&patient, call));
	}
	// A request that is not there: the call itself fails.
	appoint(&mut chain, daughter, Scopes::of(&[Scope::Requests]));
	let denial = pallet_access_requests::Call::deny { request: 7 };
	let unknown = pallet_access_requests::Error::<Runtime>::RequestNotFound;
	refused(&mut chain, daughter, act(&patient, denial), unknown);

	appoint(&mut chain, daughter, all_scopes());
	let granted = grant(Grantee::Everyone, permit());
	let representative = account("//PatientB");
	let (_, record) = create_own("//PatientA");
	let never: Vec<RuntimeCall> = vec![
		pallet_representation::Call::appoint {
			representative,
			scopes: all_scopes(),
			standby: false,
			until: None,
		}
		.into(),
		pallet_representation::Call::object { representative: account(daughter) }.into(),
		act(&patient, granted.clone()),
		batch(vec![granted.clone()]),
		pallet_multisig::Call::as_multi_threshold_1 {
			other_signatories: vec![account("//DoctorA")],
			call: Box::new(granted),
		}
		.into(),
		pallet_enrolment::Call::set_encryption_key { key: [9; 32] }.into(),
		pallet_recovery::Call::set_guardians { commitment: SALT, threshold: 2, count: 2 }.into(),
		pallet_consent::Call::refuse_assisted {}.into(),
		pallet_consent::Call::confirm { grantee: Grantee::Everyone, id: 0, revision: 0 }.into(),
		open("//PatientA", record),
		pallet_session::Call::purge_keys {}.into(),
	];
	for call in never {
		refused(&mut chain, daughter, act(&patient, call), Error::NeverByRepresentative);
	}
}

#[test]
fn a_representative_cannot_give_itself_more_nor_take_the_patients_denies() {
	let mut chain = Chain::new();
	let patient = account("//PatientA");
	by_law(&mut chain, MOTHER, parent());
	let own = Grantee::Person(account(MOTHER));
	refused(&mut chain, MOTHER, act(&patient, grant(own, permit())), ConsentError::OwnConsent);
	let binding = deny(Grantee::Everyone, true);
	refused(&mut chain, MOTHER, act(&patient, binding), ConsentError::BindsBreakGlass);
	// What is very restricted stays a young person's secret.
	let secret = Terms { confidentiality: Confidentiality::VeryRestricted, ..permit() };
	let somebody = Grantee::Person(account("//PatientB"));
	refused(
		&mut chain,
		MOTHER,
		act(&patient, grant(somebody.clone(), secret.clone())),
		ConsentError::TooConfidential,
	);
	let restricted = Terms { confidentiality: Confidentiality::Restricted, ..secret };
	chain.ok(MOTHER, act(&patient, grant(somebody, restricted)));
	let (create, record) = create_own("//PatientA");
	chain.ok("//PatientA", create);
	use Confidentiality::{Restricted, VeryRestricted};
	assert!(is_permitted(&reads(&mut chain, MOTHER, record, Restricted)));
	assert!(!is_permitted(&reads(&mut chain, MOTHER, record, VeryRestricted)));

	// The permit by law is nobody's to revoke, and the patient's own deny beats it.
	let law = latest(&mut chain, &patient, &Grantee::Person(account(MOTHER)));
	assert!(matches!(law.grantor, Grantor::Law { .. }));
	let revocation = revoke(Grantee::Person(account(MOTHER)), law.id);
	refused(&mut chain, "//PatientA", revocation.clone(), ConsentError::PermitByLaw);
	refused(&mut chain, MOTHER, act(&patient, revocation), ConsentError::PermitByLaw);
	chain.ok("//PatientA", deny(Grantee::Everyone, false));
	let denied = latest(&mut chain, &patient, &Grantee::Everyone);
	assert!(!is_permitted(&reads(&mut chain, MOTHER, record, Restricted)));
	let revocation = act(&patient, revoke(Grantee::Everyone, denied.id));
	refused(&mut chain, MOTHER, revocation, ConsentError::NotTheirDeny);
}

#[test]
fn the_patient_objects_also_with_a_disabled_key() {
	let mut chain = Chain::new();
	let patient = account("//PatientA");
	let guardian = registration(LegalBasis::Guardian, None);
	by_law(&mut chain, MOTHER, guardian);
	let disable = pallet_enrolment::Call::set_signing_disabled {
		account: patient.clone(),
		since: Some(BEGIN + 3 * DAY),
	};
	chain.ok("//RegistrarA", disable);
	let refusal = InvalidTransaction::Custom(codes::INACTIVE).into();
	let ordinary = grant(Grantee::Everyone, permit());
	assert_eq!(chain.validate("//PatientA", ordinary, 0), Err(refusal));
	assert_eq!(chain.validate("//PatientA", object(FATHER), 0), Err(refusal));
	chain.ok("//PatientA", object(MOTHER));
	refused(
		&mut chain,
		MOTHER,
		act(&patient, grant(Grantee::Everyone, permit())),
		Error::NotInForce,
	);
	// Once: then it is the authority's to say, and there is no further objection.
	assert_eq!(chain.validate("//PatientA", object(MOTHER), 0), Err(refusal));
	chain.ok("//Authority", attest(&patient, MOTHER, guardian));
	assert_eq!(chain.validate("//PatientA", object(MOTHER), 0), Err(refusal));
}

#[test]
fn a_revocation_for_the_patient_comes_first_in_the_pool() {
	let mut chain = Chain::new();
	let patient = account("//PatientA");
	let daughter = "//Daughter";
	let revocation = act(&patient, grant_to_hospital_b(&mut chain));
	let priority = |chain: &mut Chain, path: &str, call: RuntimeCall| {
		chain.validate(path, call, 0).map(|valid| valid.priority)
	};
	person(&mut chain, daughter);
	// Not for somebody who is no representative.
	let ordinary = priority(&mut chain, daughter, revocation.clone()).unwrap();
	appoint(&mut chain, daughter, Scopes::of(&[Scope::Consents]));
	let first = priority(&mut chain, daughter, revocation.clone()).unwrap();
	let own = priority(&mut chain, "//PatientA", grant(Grantee::Everyone, permit())).unwrap();
	assert!(first > ordinary && first > own, "{first}, {ordinary}, {own}");
	let wrong = act(&patient, revoke(Grantee::Everyone, 99));
	assert_eq!(priority(&mut chain, daughter, wrong).unwrap(), ordinary);
	// A representative whose phone was stolen sends nothing.
	let disable = pallet_enrolment::Call::set_signing_disabled {
		account: account(daughter),
		since: Some(BEGIN),
	};
	chain.ok("//RegistrarA", disable);
	let refusal = InvalidTransaction::Custom(codes::INACTIVE).into();
	assert_eq!(priority(&mut chain, daughter, revocation), Err(refusal));
}

#[test]
fn an_executor_reads_what_the_dead_did_not_deny() {
	let mut chain = Chain::new();
	let patient = account("//PatientA");
	let (create, record) = create_own("//PatientA");
	chain.ok("//PatientA", create);
	chain.ok("//PatientA", grant(Grantee::Person(account("//PatientB")), permit()));
	let executor = registration(LegalBasis::Executor, None);
	person(&mut chain, "//Heir");
	refused(&mut chain, "//RegistrarA", register(&patient, "//Heir", executor), Error::WrongBasis);
	let deceased =
		RuntimeCall::from(pallet_enrolment::Call::declare_deceased { patient: patient.clone() });
	chain.ok("//RegistrarA", deceased.clone());
	chain.ok("//DoctorA", deceased);
	assert!(matches!(chain.state(|| Enrolment::standing(&patient)), Standing::Deceased { .. }));
	chain.ok("//RegistrarA", register(&patient, "//Heir", executor));
	chain.ok("//DoctorA", register(&patient, "//Heir", executor));
	chain.ok("//Authority", attest(&patient, "//Heir", executor));
	use Confidentiality::Normal;
	assert!(!is_permitted(&reads(&mut chain, "//Heir", record, Normal)), "a death that is news");
	chain.block_at(3 * DAY + 30);
	assert!(is_permitted(&reads(&mut chain, "//Heir", record, Normal)));
	assert!(!is_permitted(&reads(&mut chain, "//PatientB", record, Normal)), "an old permit");
	// The two take it back: the executor's reading ends in that block.
	let back =
		RuntimeCall::from(pallet_enrolment::Call::take_death_back { patient: patient.clone() });
	chain.ok("//RegistrarA", back.clone());
	chain.ok("//DoctorA", back);
	assert_eq!(chain.state(|| Enrolment::standing(&patient)), Standing::Active);
	assert!(!is_permitted(&reads(&mut chain, "//Heir", record, Normal)));
	refused(
		&mut chain,
		"//Heir",
		act(&patient, grant(Grantee::Everyone, permit())),
		Error::RepresentativeNotFound,
	);
}

/// Two of the staff say that a living patient has died.
#[test]
fn who_is_not_dead_objects_to_the_executor() {
	let mut chain = Chain::new();
	let patient = account("//PatientA");
	let (create, record) = create_own("//PatientA");
	chain.ok("//PatientA", create);
	let executor = registration(LegalBasis::Executor, None);
	person(&mut chain, "//Heir");
	let deceased =
		RuntimeCall::from(pallet_enrolment::Call::declare_deceased { patient: patient.clone() });
	chain.ok("//RegistrarA", deceased.clone());
	chain.ok("//DoctorA", deceased);
	chain.block_at(4 * DAY + 7);
	for staff in ["//RegistrarA", "//DoctorA"] {
		chain.ok(staff, register(&patient, "//Heir", executor));
	}
	chain.ok("//Authority", attest(&patient, "//Heir", executor));
	chain.block_at(5 * DAY + 7);
	chain.ok("//PatientA", object("//Heir"));
	chain.block_at(8 * DAY + 7);
	assert!(!is_permitted(&reads(&mut chain, "//Heir", record, Confidentiality::Normal)));
}

#[test]
fn nobody_suspends_first_in_the_pool_whom_it_may_not_suspend() {
	let mut chain = Chain::new();
	let patient = account("//PatientA");
	appoint(&mut chain, MOTHER, all_scopes());
	let suspend = |institution: &str| {
		RuntimeCall::from(pallet_representation::Call::suspend {
			patient: account("//PatientA"),
			representative: account(MOTHER),
			institution: account(institution),
			suspended: true,
		})
	};
	// Whether the call goes before the signer's ordinary ones.
	let mut goes_first = |path: &str, call: RuntimeCall| {
		let ordinary = act(&patient, grant(Grantee::Everyone, permit()));
		let [ordinary, priority] = [ordinary, call]
			.map(|call| chain.validate(path, call, 0).map(|valid| valid.priority).unwrap());
		priority > ordinary
	};
	assert!(goes_first("//RegistrarA", suspend("//HospitalA")));
	assert!(goes_first("//Authority", suspend("//Authority")));
	for (path, institution) in [
		("//PatientA", "//PatientA"),
		("//RegistrarB", "//HospitalB"),
		("//RegistrarB", "//HospitalA"),
		("//DoctorA", "//HospitalA"),
	] {
		assert!(!goes_first(path, suspend(institution)), "{path} {institution}");
	}
	let (practitioner, institution) = (account("//DoctorA"), account("//PatientA"));
	let end = pallet_enrolment::Call::end_affiliation { practitioner, institution };
	assert!(!goes_first("//PatientA", end.into()));
}

#[test]
fn the_council_sets_how_long_a_patient_can_object() {
	use crate::parameters::{
		values::representation::{ObjectionPeriod, Parameters},
		RuntimeParameters,
	};
	let mut chain = Chain::new();
	let day = Parameters::ObjectionPeriod(ObjectionPeriod, Some(DAY));
	let key_value = RuntimeParameters::Representation(day);
	let set = RuntimeCall::from(pallet_parameters::Call::set_parameter { key_value });
	chain.state(|| set.dispatch(frame_system::RawOrigin::Root.into())).unwrap();
	let patient = account("//PatientA");
	let guardian = registration(LegalBasis::Guardian, None);
	person(&mut chain, MOTHER);
	for staff in ["//RegistrarA", "//DoctorA"] {
		chain.ok(staff, register(&patient, MOTHER, guardian));
	}
	chain.ok("//Authority", attest(&patient, MOTHER, guardian));
	chain.block_at(DAY - 60);
	let call = act(&patient, grant(Grantee::Everyone, permit()));
	refused(&mut chain, MOTHER, call.clone(), Error::NotInForce);
	chain.block_at(DAY + 60);
	chain.ok(MOTHER, call);
}

#[test]
fn a_suspended_person_represents_nobody() {
	let mut chain = Chain::new();
	let patient = account("//PatientA");
	appoint(&mut chain, "//Daughter", all_scopes());
	let status = Status::Suspended;
	let suspend = pallet_enrolment::Call::set_status { account: account("//Daughter"), status };
	chain.ok("//RegistrarA", suspend);
	let refusal = InvalidTransaction::Custom(codes::INACTIVE).into();
	let call = act(&patient, grant(Grantee::Everyone, permit()));
	assert_eq!(chain.block([("//Daughter", call)]), [Err(refusal)]);
}
