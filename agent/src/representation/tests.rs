use super::{
	registration::{
		check, confirmable, deliver_label_key, is_enrolled, sign, Claim, RegistrationFile,
	},
	*,
};
use crate::{
	consent::{fixtures::hospital, plain_terms},
	keys::Identity,
	scripted::Scripted,
	staff::other_proposal,
};
use vouchsafe_protocol::{
	api,
	calls::RuntimeCall,
	holders::Member,
	runtime::runtime_types::pallet_enrolment::types::StaffProposal,
	storage,
	types::{
		agreed_ward, new_year, ward_account, ward_proposal, Affiliation, Doubt, LegalBasis, Scope,
		Terms, H256, PROPOSAL_LIFETIME,
	},
};

const NOW: u64 = 1_700_000_000;
const DAY: u64 = 86_400;
const AUTHORITY: AccountId = AccountId::new([3; 32]);

fn who(uri: &str) -> AccountId {
	Identity::development(uri).unwrap().account()
}

fn patient() -> AccountId {
	who("//PatientA")
}

fn ada() -> AccountId {
	who("//Ada")
}

fn account(kind: AccountKind) -> Account {
	Account {
		kind,
		status: Status::Active,
		status_since: 0,
		disabled_since: None,
		doubt: None,
		encryption_key: [7; 32],
		enrolled_by: hospital().account,
	}
}

fn affiliated(role: Role) -> Affiliation {
	Affiliation { role, from: 0, until: None, accepted: true, attested: true, teams: vec![] }
}

fn consents() -> Scopes {
	Scopes::of(&[Scope::Consents])
}

fn registration() -> Registration {
	Registration {
		basis: LegalBasis::Guardian,
		scopes: consents(),
		until: Some(NOW + 100 * DAY),
		evidence: H256([6; 32]),
	}
}

fn represents(mandate: Mandate, suspension: Suspension, force: Force) -> RepresentationView {
	let representative = Representative { account: ada(), mandate, suspension };
	RepresentationView {
		ward: false,
		representatives: vec![RepresentativeView { representative, force }],
	}
}

fn appointed(standby: bool) -> Mandate {
	Mandate::Appointed { scopes: consents(), until: None, standby, at: NOW - 10 * DAY }
}

fn by_law(stage: Stage) -> Mandate {
	Mandate::ByLaw { registration: registration(), stage }
}

fn registered() -> Stage {
	Stage::Registered { at: NOW - DAY, first: who("//RegistrarA"), second: who("//DoctorA") }
}

fn attested_stage() -> Stage {
	Stage::Attested { authority: AUTHORITY, from: NOW - DAY }
}

/// A session of this key on a chain with a patient, two persons, a hospital and an authority.
fn session(uri: &str) -> Session<Scripted> {
	let mut session = Session::scripted(uri);
	let authority = Member {
		account: AUTHORITY,
		kind: AccountKind::Authority,
		name: "Health Authority".into(),
		..hospital()
	};
	session.members = vec![hospital(), authority];
	session.name_members();
	session.chain.change(|state| {
		state.set(storage::now(), &(NOW * 1000));
		state.answer("account", &None::<Account>);
		state.answer("affiliations", &Vec::<(AccountId, Affiliation)>::new());
		for (uri, kind) in [
			("//PatientA", AccountKind::Patient),
			("//PatientB", AccountKind::Patient),
			("//Ada", AccountKind::Person),
			("//Bo", AccountKind::Person),
			("//DoctorA", AccountKind::Practitioner),
			("//RegistrarA", AccountKind::Practitioner),
		] {
			state.answer_to(api::account(&who(uri)), &Some(account(kind)));
		}
	});
	session
}

fn has(session: &Session<Scripted>, view: &RepresentationView) {
	session.chain.change(|state| state.answer_care("representation", view));
}

fn is(session: &Session<Scripted>, account: &AccountId, found: Account) {
	session.chain.change(|state| state.answer_to(api::account(account), &Some(found)));
}

fn works(session: &Session<Scripted>, places: &[(AccountId, Role)]) {
	let all: Vec<_> = places.iter().map(|(at, role)| (at.clone(), affiliated(*role))).collect();
	session.chain.change(|state| state.answer("affiliations", &all));
}

/// A sentence without its advice, and the advice.
fn said<T>(result: Result<T>) -> (String, Option<Advice>) {
	let error = result.err().expect("it is refused");
	let advice = error.downcast_ref::<Advised>().map(|it| it.advice.clone());
	(format!("{error:#}"), advice)
}

#[tokio::test]
async fn a_patient_appoints_a_person() {
	let session = session("//PatientA");
	let until = Some(NOW + 1);
	assert_eq!(check_appointment(&session, &ada(), consents(), until).await.unwrap(), None);
	appoint(&session, &ada(), consents(), true, until).await.unwrap();
	let calls = session.chain.calls();
	let [RuntimeCall::Representation(RepresentationCall::appoint {
		representative, standby, ..
	})] = &calls[..]
	else {
		panic!("one appointment: {calls:?}")
	};
	assert_eq!((representative, *standby), (&ada(), true));
	has(&session, &represents(appointed(false), Suspension::None, Force::InForce));
	let present = check_appointment(&session, &ada(), consents(), None).await.unwrap();
	assert_eq!(present.unwrap().account, ada());
}

#[tokio::test]
async fn a_meaningless_appointment_is_refused() {
	let session = session("//PatientA");
	let tried = async |representative: &AccountId, scopes, until| {
		said(check_appointment(&session, representative, scopes, until).await).0
	};
	let why = tried(&patient(), consents(), None).await;
	assert!(why.ends_with("nobody represents themselves"), "{why}");
	let why = tried(&AccountId::new([40; 32]), consents(), None).await;
	assert!(why.contains("is not enrolled"), "{why}");
	let why = tried(&who("//DoctorA"), consents(), None).await;
	assert!(why.contains("is enrolled as a person"), "{why}");
	for scopes in [Scopes(0), Scopes(1 << 4)] {
		assert!(tried(&ada(), scopes, None).await.contains("at least one scope"));
	}
	let why = tried(&ada(), consents(), Some(NOW)).await;
	assert!(why.contains("2023-11-14 22:13 UTC, which is past"), "{why}");
	has(&session, &represents(by_law(attested_stage()), Suspension::None, Force::InForce));
	assert!(tried(&ada(), consents(), None).await.contains("represents you by law"));
	let suspended = Suspension::ByInstitution;
	has(&session, &represents(appointed(false), suspended, Force::Suspended));
	assert!(tried(&ada(), consents(), None).await.contains("is suspended"));
	let left = Account { status: Status::Ended, ..account(AccountKind::Person) };
	is(&session, &ada(), left);
	assert!(tried(&ada(), consents(), None).await.contains("does not take part any more"));

	let doctor = self::session("//DoctorA");
	let (why, _) = said(check_appointment(&doctor, &ada(), consents(), None).await);
	assert!(why.starts_with("only a patient who takes part"), "{why}");
	let mut acting = self::session("//Ada");
	acting.for_patient = Some(patient());
	let (why, _) = said(check_appointment(&acting, &who("//Bo"), consents(), None).await);
	assert!(why.contains("no representative can make this call"), "{why}");
	assert!(session.chain.calls().is_empty());
}

#[tokio::test]
async fn the_patient_and_the_representative_end_it() {
	for (uri, mandate, advice) in [
		("//PatientA", appointed(false), None),
		("//Ada", appointed(true), None),
		("//Ada", by_law(attested_stage()), None),
		("//PatientA", by_law(attested_stage()), Some("you can object")),
		("//Bo", appointed(false), Some("only ")),
	] {
		let session = session(uri);
		has(&session, &represents(mandate, Suspension::None, Force::InForce));
		let checked = check_end(&session, &patient(), &ada()).await;
		match advice {
			None => checked.unwrap(),
			Some(part) => assert!(said(checked).0.contains(part), "{uri}"),
		}
	}
	let session = session("//PatientA");
	let (why, advice) = said(check_end(&session, &patient(), &ada()).await);
	assert!(why.contains("does not represent") && advice.is_some(), "{why}");
	end(&session, &patient(), &ada()).await.unwrap();
	let [RuntimeCall::Representation(RepresentationCall::end { representative, .. })] =
		&session.chain.calls()[..]
	else {
		panic!("one end")
	};
	assert_eq!(*representative, ada());
}

#[tokio::test]
async fn the_patient_objects_once_to_who_is_attested() {
	let session = session("//PatientA");
	let tried = async |mandate: Mandate| {
		has(&session, &represents(mandate, Suspension::None, Force::InForce));
		check_objection(&session, &ada()).await
	};
	assert_eq!(tried(by_law(attested_stage())).await.unwrap(), registration());
	assert!(said(tried(appointed(false)).await).0.contains("end it instead"));
	assert!(said(tried(by_law(registered())).await).0.contains("no health authority has attested"));
	let again = Stage::AttestedAgain { authority: AUTHORITY, from: NOW };
	for stage in [Stage::Objected { at: NOW }, again] {
		assert!(said(tried(by_law(stage)).await).0.contains("can do that once"));
	}
	object(&session, &ada()).await.unwrap();
	let calls = session.chain.calls();
	assert!(matches!(&calls[..], [RuntimeCall::Representation(RepresentationCall::object { .. })]));
}

#[tokio::test]
async fn two_clinicians_activate_what_is_on_standby() {
	let session = session("//DoctorA");
	let institution = hospital().account;
	let tried = async || check_activation(&session, &patient(), &ada(), &institution).await;
	has(&session, &represents(appointed(true), Suspension::None, Force::Standby));
	assert_eq!(tried().await.unwrap(), None);
	let colleague = who("//DoctorA2");
	let content = agreed_matter(&activation(&ada()));
	let proposal =
		StaffProposal { signer: colleague.clone(), origin: colleague.clone(), content, at: NOW };
	session.chain.change(|state| {
		state.set(storage::staff_proposal(&patient(), &institution), &proposal);
		state.answer("records_of", &Vec::<u8>::new());
	});
	assert_eq!(tried().await.unwrap(), Some(colleague));
	// Who proposes something else is told what waits.
	let other = StaffMatter::DeclareDeceased;
	let waiting = other_proposal(&session, &patient(), &institution, &other).await.unwrap();
	assert!(waiting.unwrap().sentence.is_some());
	session.chain.change(|state| state.set(storage::now(), &((NOW + PROPOSAL_LIFETIME) * 1000)));
	assert_eq!(tried().await.unwrap(), None);

	has(&session, &represents(appointed(false), Suspension::None, Force::InForce));
	assert!(said(tried().await).0.contains("has not appointed"));
	has(&session, &represents(appointed(true), Suspension::ByAuthority, Force::Suspended));
	assert!(said(tried().await).0.contains("is suspended"));
	has(&session, &represents(appointed(true), Suspension::None, Force::Standby));
	let doubt = Some(Doubt { since: NOW - 11 * DAY, until: NOW - 9 * DAY });
	is(&session, &patient(), Account { doubt, ..account(AccountKind::Patient) });
	assert!(said(tried().await).0.contains("counted as lost or stolen"));
	let dead = Account { status: Status::Deceased, ..account(AccountKind::Patient) };
	is(&session, &patient(), dead);
	assert!(said(tried().await).0.contains("nobody whom"));
	is(&session, &patient(), account(AccountKind::Patient));
	let at_authority = check_activation(&session, &patient(), &ada(), &AUTHORITY).await;
	assert!(said(at_authority).0.contains("clinicians of a hospital"));

	session.chain.react(|_, _| {
		let (patient, representative) = (patient(), ada());
		let institution = hospital().account;
		vec![Event::Representation(RepresentationEvent::Activated {
			patient,
			representative,
			institution,
		})]
	});
	let done = activate(&session, &patient(), &ada(), &institution).await.unwrap();
	assert_eq!(done, (Signed::Agreed, 1));
}

#[tokio::test]
async fn an_authority_attests_exactly_what_was_registered() {
	let officer = session("//DoctorB");
	has(&officer, &represents(by_law(registered()), Suspension::None, Force::NotAttested));
	let tried = async || attestable(&officer, &patient(), &ada(), None).await;
	assert!(said(tried().await).0.contains("you act for none"));
	works(&officer, &[(AUTHORITY, Role::PrivacyOfficer)]);
	let found = tried().await.unwrap();
	assert_eq!((&found.authority, &found.institution), (&AUTHORITY, &hospital().account));
	assert_eq!((found.registration, found.objected), (registration(), false));
	officer.chain.react(|_, _| {
		let (patient, representative, authority) = (patient(), ada(), AUTHORITY);
		vec![Event::Representation(RepresentationEvent::Attested {
			patient,
			representative,
			authority,
			from: NOW + 3 * DAY,
		})]
	});
	let done = attest(&officer, &patient(), &ada(), &found).await.unwrap();
	assert_eq!(done, (NOW + 3 * DAY, 1));
	let calls = officer.chain.calls();
	assert!(matches!(
		&calls[..],
		[RuntimeCall::Representation(RepresentationCall::attest { registration: it, .. })]
			if *it == registration()
	));

	works(&officer, &[(AUTHORITY, Role::PrivacyOfficer), (hospital().account, Role::Nurse)]);
	assert!(said(tried().await).0.starts_with("you also work for Hospital A"));
	works(&officer, &[(AUTHORITY, Role::PrivacyOfficer)]);
	let of_authority = Account { enrolled_by: AUTHORITY, ..account(AccountKind::Patient) };
	is(&officer, &patient(), of_authority);
	assert!(said(tried().await).0.contains("has registered"));
	is(&officer, &patient(), account(AccountKind::Patient));
	let objected = by_law(Stage::Objected { at: NOW });
	has(&officer, &represents(objected, Suspension::None, Force::Objected));
	assert!(tried().await.unwrap().objected);
	has(&officer, &represents(by_law(attested_stage()), Suspension::None, Force::InForce));
	let (why, advice) = said(tried().await);
	assert!(why.contains("is attested already") && advice.is_some(), "{why}");
	has(&officer, &represents(appointed(false), Suspension::None, Force::InForce));
	assert!(said(tried().await).0.contains("only representatives by law"));
	let (why, _) = said(attestable(&officer, &who("//Bo"), &ada(), None).await);
	assert!(why.ends_with("is not enrolled as a patient"), "{why}");

	// Also after leaving the hospital.
	let left = session("//RegistrarA");
	works(&left, &[(AUTHORITY, Role::PrivacyOfficer)]);
	has(&left, &represents(by_law(registered()), Suspension::None, Force::NotAttested));
	let (why, _) = said(attestable(&left, &patient(), &ada(), None).await);
	assert!(why.contains("you have registered"), "{why}");
}

#[tokio::test]
async fn the_hospital_and_an_authority_suspend() {
	let home = hospital().account;
	let view = |suspension| represents(appointed(false), suspension, Force::InForce);
	let tried = async |role: Option<(AccountId, Role)>, suspension, named, suspended| {
		let session = session("//RegistrarA");
		works(&session, role.as_slice());
		has(&session, &view(suspension));
		suspendable(&session, &patient(), &ada(), named, suspended).await
	};
	let (none, by_hospital, by_authority) =
		(Suspension::None, Suspension::ByInstitution, Suspension::ByAuthority);
	let registrar = Some((home.clone(), Role::Registrar));
	let officer = Some((home.clone(), Role::PrivacyOfficer));
	let duty = Some((AUTHORITY, Role::PrivacyOfficer));
	for role in [&registrar, &officer] {
		assert_eq!(tried(role.clone(), none.clone(), None, true).await.unwrap(), home);
	}
	assert_eq!(tried(duty.clone(), none.clone(), None, true).await.unwrap(), AUTHORITY);
	let lifted = tried(registrar.clone(), by_hospital.clone(), Some(&home), false).await;
	assert_eq!(lifted.unwrap(), home);
	// An authority can take over what the hospital has suspended.
	for suspended in [true, false] {
		let found = tried(duty.clone(), by_hospital.clone(), Some(&AUTHORITY), suspended).await;
		assert_eq!(found.unwrap(), AUTHORITY);
	}
	for (role, suspension, named, suspended, part) in [
		(None, &none, None, true, "you act for neither"),
		(Some((home.clone(), Role::Nurse)), &none, None, true, "you act for neither"),
		(registrar.clone(), &none, Some(&AUTHORITY), true, "you act for neither"),
		(registrar.clone(), &none, None, false, "is not suspended"),
		(registrar.clone(), &by_hospital, None, true, "is suspended already"),
		(registrar.clone(), &by_authority, None, true, "has suspended"),
		(registrar, &by_authority, None, false, "only an authority can lift that"),
		(duty, &by_authority, None, true, "has suspended"),
	] {
		let (why, _) = said(tried(role, suspension.clone(), named, suspended).await);
		assert!(why.contains(part), "{part}: {why}");
	}
	let session = session("//RegistrarA");
	suspend(&session, &patient(), &ada(), &home, true).await.unwrap();
	let calls = session.chain.calls();
	assert!(matches!(
		&calls[..],
		[RuntimeCall::Representation(RepresentationCall::suspend { suspended: true, .. })]
	));
}

fn claim() -> Claim {
	let until = new_year(2042);
	let evidence = " birth certificate  G 12/2024\n".into();
	Claim { basis: LegalBasis::Parent, scopes: consents(), until, evidence }
}

/// What the first of the staff makes.
fn file(claim: Claim) -> RegistrationFile {
	let genesis = session("//RegistrarA").genesis();
	RegistrationFile::of_patient(genesis, &hospital().account, &patient(), &ada(), claim).unwrap()
}

#[test]
fn both_of_the_staff_have_the_same_file() {
	let genesis = session("//RegistrarA").genesis();
	let made = file(claim());
	let read = |text: &str| RegistrationFile::read(text.as_bytes(), genesis);
	assert_eq!(read(&made.to_text()).unwrap(), made);
	assert_eq!((made.patient(), made.representatives()), (patient(), vec![ada()]));
	assert_eq!(made.evidence(), Some("birth certificate G 12/2024"));
	let registration = made.registration().unwrap();
	assert_eq!((registration.basis, registration.until), (LegalBasis::Parent, new_year(2042)));
	assert_eq!(registration.scopes, consents());
	let again = file(claim()).registration().unwrap();
	assert_ne!(registration.evidence, again.evidence, "another salt");

	let (why, _) = said(RegistrationFile::read(made.to_text().as_bytes(), H256([2; 32])));
	assert_eq!(why, "it was made for another chain");
	let changed = |from: &str, to: &str| {
		let text = made.to_text();
		assert!(text.contains(from), "{text}");
		said(read(&text.replace(from, to))).0
	};
	for (from, to) in [
		("\"parent\"", "\"uncle\""),
		("\"consents\"", "\"everything\""),
		("birth certificate", "birth  certificate"),
		("birth certificate", "birth \\u202e certificate"),
		("\"representatives\"", "\"people\""),
	] {
		let why = changed(from, to);
		assert!(why.starts_with("it is not a registration of representatives"), "{why}");
		assert!(!why.contains('\u{202e}'));
	}
	let whose = format!("0x{}", hex::encode(vouchsafe_protocol::types::account_bytes(&ada())));
	let two = format!("\"{whose}\", \"{whose}\"");
	assert!(changed(&format!("\"{whose}\""), &two).contains("one representative"));
	for wrong in ["", "[]", "{}", "null", &"x".repeat(20_000)] {
		assert!(read(wrong).is_err(), "{wrong:.20}");
	}
	let empty = Claim { evidence: " ".into(), ..claim() };
	let made = RegistrationFile::of_patient(genesis, &AUTHORITY, &patient(), &ada(), empty);
	assert!(said(made).0.contains("describe the evidence"));
}

#[tokio::test]
async fn a_meaningless_registration_is_refused() {
	let session = session("//RegistrarA");
	let tried = async |change: &dyn Fn(&mut Claim)| {
		let mut claim = claim();
		change(&mut claim);
		check(&session, &file(claim)).await
	};
	tried(&|_| {}).await.unwrap();
	let guardian =
		|until| move |claim: &mut Claim| (claim.basis, claim.until) = (LegalBasis::Guardian, until);
	for until in [None, Some(NOW + 1), Some(NOW + 12_345)] {
		tried(&guardian(until)).await.unwrap();
	}
	let (why, _) = said(tried(&guardian(Some(NOW))).await);
	assert!(why.contains("which is past"), "{why}");
	let until = |until| move |claim: &mut Claim| claim.until = until;
	for wrong in [None, Some(NOW + 1), new_year(2042).map(|it| it + DAY)] {
		let (why, _) = said(tried(&until(wrong)).await);
		assert!(why.contains("ends on 1 January") && why.contains("birthday"), "{why}");
	}
	tried(&until(new_year(2045))).await.unwrap();
	let (why, _) = said(tried(&until(new_year(2046))).await);
	assert!(why.contains("nobody is a minor until 2046-01-01"), "{why}");
	assert!(said(tried(&until(new_year(2023))).await).0.contains("which is past"));

	let executor = |claim: &mut Claim| claim.basis = LegalBasis::Executor;
	assert!(said(tried(&executor).await).0.starts_with("an executor represents somebody who has"));
	let dead = Account { status: Status::Deceased, ..account(AccountKind::Patient) };
	is(&session, &patient(), dead);
	tried(&executor).await.unwrap();
	assert!(said(tried(&|_| {}).await).0.contains("only an executor"));
	let closed = Account { status: Status::Closed, ..account(AccountKind::Patient) };
	is(&session, &patient(), closed);
	assert!(said(tried(&executor).await).0.contains("nobody represents it"));
	let of_another = Account { enrolled_by: AUTHORITY, ..account(AccountKind::Patient) };
	is(&session, &patient(), of_another);
	assert!(said(tried(&|_| {}).await).0.starts_with("Health Authority has enrolled"));
	is(&session, &patient(), account(AccountKind::Practitioner));
	assert!(said(tried(&|_| {}).await).0.ends_with("not a patient"));
	is(&session, &patient(), account(AccountKind::Patient));
	is(&session, &ada(), account(AccountKind::Patient));
	assert!(said(tried(&|_| {}).await).0.contains("is enrolled as a person"));
	is(&session, &ada(), account(AccountKind::Person));

	// One that waits for an authority is replaced.
	has(&session, &represents(by_law(registered()), Suspension::None, Force::NotAttested));
	tried(&|_| {}).await.unwrap();
	has(&session, &represents(by_law(registered()), Suspension::ByInstitution, Force::Suspended));
	assert!(said(tried(&|_| {}).await).0.contains("is suspended"));
	for mandate in [appointed(true), by_law(attested_stage())] {
		has(&session, &represents(mandate, Suspension::None, Force::InForce));
		let (why, advice) = said(tried(&|_| {}).await);
		assert!(why.contains("already") && advice.is_some(), "{why}");
	}
	assert!(session.chain.calls().is_empty());
}

fn proposes(session: &Session<Scripted>, by: &AccountId, subject: &AccountId, content: H256) {
	let proposal = StaffProposal { signer: by.clone(), origin: by.clone(), content, at: NOW };
	session.chain.change(|state| {
		state.set(storage::staff_proposal(subject, &hospital().account), &proposal);
		state.answer("records_of", &Vec::<u8>::new());
	});
}

#[tokio::test]
async fn the_second_of_the_staff_confirms_what_the_first_has_proposed() {
	let (session, made) = (session("//DoctorA"), file(claim()));
	assert!(said(confirmable(&session, &made).await).0.starts_with("no proposal of this waits"));
	let content = agreed_matter(&made.matter().unwrap());
	proposes(&session, &who("//RegistrarA"), &patient(), content);
	assert_eq!(confirmable(&session, &made).await.unwrap(), who("//RegistrarA"));
	// With another salt, it is another one.
	let other = file(claim());
	assert!(confirmable(&session, &other).await.is_err());
	proposes(&session, &who("//DoctorA"), &patient(), content);
	assert!(said(confirmable(&session, &made).await).0.contains("a colleague has to confirm it"));

	session.chain.react(|_, _| {
		let (patient, representative) = (patient(), ada());
		vec![Event::Representation(RepresentationEvent::Registered { patient, representative })]
	});
	let done = sign(&session, &made).await.unwrap();
	assert_eq!((done.signed, done.block), (Signed::Agreed, 1));
	let calls = session.chain.calls();
	let [RuntimeCall::Representation(RepresentationCall::register { registration, .. })] =
		&calls[..]
	else {
		panic!("one registration: {calls:?}")
	};
	assert_eq!(Some(*registration), made.registration());

	// What this program has signed is recognised, and nothing else.
	let waits = async |matter: StaffMatter| {
		proposes(&session, &who("//RegistrarA"), &patient(), agreed_matter(&matter));
		let (home, ours) = (hospital().account, StaffMatter::DeclareDeceased);
		let waiting = other_proposal(&session, &patient(), &home, &ours).await.unwrap();
		waiting.unwrap().sentence
	};
	assert!(waits(made.matter().unwrap()).await.is_some());
	assert_eq!(waits(other.matter().unwrap()).await, None);
}

/// Everybody would see that the same person represents both.
#[tokio::test]
async fn nobody_represents_two_patients_with_one_account() {
	let session = session("//RegistrarA");
	session.chain.react(|_, _| {
		let (subject, institution, by) = (patient(), hospital().account, who("//RegistrarA"));
		vec![Event::Enrolment(EnrolmentEvent::StaffProposed { subject, institution, by })]
	});
	assert_eq!(sign(&session, &file(claim())).await.unwrap().signed, Signed::Waits);
	let (genesis, home) = (session.genesis(), hospital().account);
	let of = |representative: &AccountId| {
		let patient = who("//PatientB");
		RegistrationFile::of_patient(genesis, &home, &patient, representative, claim()).unwrap()
	};
	// The first was only proposed, and nothing came of it.
	check(&session, &of(&ada())).await.unwrap();
	let view = represents(by_law(attested_stage()), Suspension::None, Force::InForce);
	session.chain.change(|state| {
		state.answer_to(api::representation(&patient()), &view);
	});
	let (why, _) = said(check(&session, &of(&ada())).await);
	assert!(why.contains("an account of its own for each patient"), "{why}");
	check(&session, &of(&who("//Bo"))).await.unwrap();
}

#[tokio::test]
async fn a_ward_is_enrolled_by_two_of_the_staff() {
	let session = session("//DoctorA");
	let (home, parents) = (hospital().account, [ada(), who("//Bo")]);
	let made = RegistrationFile::of_ward(&session, &home, &parents, Some(claim())).await.unwrap();
	check(&session, &made).await.unwrap();
	assert_eq!(RegistrationFile::read(made.to_text().as_bytes(), session.genesis()).unwrap(), made);
	session.chain.react(move |call, _| {
		let RuntimeCall::Representation(RepresentationCall::enrol_ward { salt, .. }) = call else {
			panic!("{call:?}")
		};
		let ward = ward_account(&H256([1; 32]), &hospital().account, salt);
		let institution = hospital().account;
		vec![Event::Representation(RepresentationEvent::WardEnrolled { ward, institution })]
	});
	let done = sign(&session, &made).await.unwrap();
	assert_eq!(done.signed, Signed::Agreed);
	// The custodian does not answer. A registrar tries again.
	assert!(done.no_label_key.is_some());
	assert!(deliver_label_key(&session, &made).await.is_err());
	let calls = session.chain.calls();
	let [RuntimeCall::Representation(RepresentationCall::enrol_ward {
		institution,
		salt,
		representatives,
	})] = &calls[..]
	else {
		panic!("one ward: {calls:?}")
	};
	assert_eq!(made.patient(), ward_account(&session.genesis(), institution, salt));
	let registered = parents.map(|parent| (parent, made.registration().unwrap()));
	assert_eq!(representatives[..], registered);

	// The second recognises exactly this.
	let content = agreed_ward(&made.patient(), &registered);
	let place = ward_proposal(&home, salt);
	proposes(&session, &who("//RegistrarA"), &place, content);
	assert_eq!(confirmable(&session, &made).await.unwrap(), who("//RegistrarA"));
	proposes(&session, &who("//RegistrarA"), &place, H256([9; 32]));
	assert!(confirmable(&session, &made).await.is_err());
	assert!(!is_enrolled(&session, &made).await.unwrap());
	is(&session, &made.patient(), account(AccountKind::Patient));
	assert!(is_enrolled(&session, &made).await.unwrap());
	assert!(!is_enrolled(&session, &file(claim())).await.unwrap());
	// Each ward has its own salt.
	let other = RegistrationFile::of_ward(&session, &home, &[], None).await.unwrap();
	assert_ne!(other.patient(), made.patient());
	check(&session, &other).await.unwrap();
	assert_eq!(other.registration(), None);
}

#[tokio::test]
async fn a_meaningless_ward_is_refused() {
	let session = session("//RegistrarA");
	let home = hospital().account;
	let tried = async |all: &[AccountId], claim: Option<Claim>| {
		let made = RegistrationFile::of_ward(&session, &home, all, claim).await?;
		check(&session, &made).await
	};
	let twice = [ada(), ada()];
	assert!(said(tried(&twice, Some(claim())).await).0.ends_with("is named twice"));
	assert!(said(tried(&[], Some(claim())).await).0.contains("needs a basis"));
	assert!(said(tried(&[ada()], None).await).0.contains("needs a basis"));
	let many: Vec<_> = (0..9).map(|id| AccountId::new([id; 32])).collect();
	assert!(said(tried(&many, Some(claim())).await).0.contains("at most 8"));
	RegistrationFile::of_ward(&session, &home, &many[..8], Some(claim())).await.unwrap();
	let executor = Claim { basis: LegalBasis::Executor, ..claim() };
	assert!(said(tried(&[ada()], Some(executor)).await).0.contains("while it lives"));
	let doctor = [who("//DoctorA")];
	assert!(said(tried(&doctor, Some(claim())).await).0.contains("is enrolled as a person"));
	assert!(session.chain.calls().is_empty());
}

/// Another proposal would be replaced.
#[tokio::test]
async fn a_wards_proposal_replaces_none_that_waits() {
	let session = session("//RegistrarA");
	let home = hospital().account;
	let places: Vec<_> = (0..64).map(|first| ward_proposal(&home, &H256([first; 32]))).collect();
	for place in &places {
		proposes(&session, &who("//DoctorA"), place, H256::zero());
	}
	session.chain.react(|_, _| {
		let (subject, institution, by) = (patient(), hospital().account, who("//RegistrarA"));
		vec![Event::Enrolment(EnrolmentEvent::StaffProposed { subject, institution, by })]
	});
	for _ in 0..20 {
		let made = RegistrationFile::of_ward(&session, &home, &[], None).await.unwrap();
		assert_eq!(sign(&session, &made).await.unwrap().signed, Signed::Waits);
	}
	for call in session.chain.calls() {
		let RuntimeCall::Representation(RepresentationCall::enrol_ward { salt, .. }) = call else {
			panic!("{call:?}")
		};
		assert!(!places.contains(&ward_proposal(&home, &salt)));
	}
}

#[tokio::test]
async fn what_a_representative_has_permitted_is_listed_at_the_end() {
	let session = session("//PatientA");
	let permit = |id, grantor, valid_until| {
		let terms = Terms { valid_until, ..plain_terms(Effect::Permit) };
		Consent { id, grantor, ..crate::consent::fixtures::consent(terms) }
	};
	let (by, law) = (Grantor::Representative(ada()), Grantor::Law { authority: AUTHORITY });
	let deny = Effect::Deny { binds_break_glass: false };
	let deny =
		Consent { grantor: by.clone(), ..crate::consent::fixtures::consent(plain_terms(deny)) };
	let consents: Vec<(Grantee, Consent)> = vec![
		(Grantee::Everyone, permit(1, by.clone(), None)),
		(Grantee::Everyone, permit(2, by.clone(), Some(NOW + 1))),
		(Grantee::Everyone, permit(3, by, Some(NOW))),
		(Grantee::Everyone, permit(4, Grantor::Patient, None)),
		(Grantee::Everyone, permit(5, Grantor::Representative(who("//Bo")), None)),
		(Grantee::Person(ada()), permit(6, Grantor::Patient, None)),
		(Grantee::Person(ada()), permit(7, law, None)),
		(Grantee::Everyone, deny),
	];
	session.chain.change(|state| state.answer("consents_of", &consents));
	assert_eq!(remaining(&session, &patient(), &ada()).await.unwrap(), [1, 2, 6]);
}

#[test]
fn every_representative_can_be_said() {
	use crate::{english::teller, labels::LabelTable};
	let mut names = crate::names::Names::default();
	names.add_institution("Ada", ada());
	names.add_institution("Eva", patient());
	names.add_institution("Health Authority", AUTHORITY);
	let labels = LabelTable::default();
	for (mandate, force) in [
		(appointed(false), Force::InForce),
		(appointed(true), Force::Standby),
		(appointed(false), Force::InDoubt),
		(appointed(false), Force::Suspended),
		(by_law(registered()), Force::NotAttested),
		(by_law(attested_stage()), Force::Waits { from: NOW }),
		(by_law(attested_stage()), Force::NotForStanding),
		(by_law(Stage::Objected { at: NOW }), Force::Objected),
		(by_law(Stage::AttestedAgain { authority: AUTHORITY, from: NOW }), Force::InForce),
	] {
		let is_attested =
			matches!(&mandate, Mandate::ByLaw { stage, .. } if attested(stage).is_some());
		let view = represents(mandate, Suspension::None, force);
		let patient = patient();
		let said =
			teller(&names, &labels).representation(&spoken(&patient, &view.representatives[0]));
		assert!(said.contains("Ada") && said.contains("Eva"), "{said}");
		assert_eq!(said.contains("Health Authority"), is_attested, "{said}");
	}
}
