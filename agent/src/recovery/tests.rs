use super::{proposal::evidence_of, *};
use crate::{
	consent::fixtures::hospital, council::set_key, scripted::Scripted, staff::other_proposal,
};
use vouchsafe_protocol::{
	api,
	calls::RuntimeCall,
	errors::ChainError,
	holders::Member,
	runtime::runtime_types::{
		pallet_enrolment::types::StaffProposal,
		vouchsafe_runtime::parameters::{
			values::recovery::ParametersValue, RuntimeParametersValue,
		},
	},
	storage,
	types::{
		agreed_matter, AccountKind, Affiliation, Doubt, Force, Guardians, LegalBasis, Mandate,
		Registration, RepresentationView, Representative, RepresentativeView, Scope, Scopes,
		StaffMatter, Stage, Suspension,
	},
};

const NOW: u64 = 1_700_000_000;
const DAY: u64 = 86_400;
const AUTHORITY: AccountId = AccountId::new([3; 32]);

fn identity(uri: &str) -> Identity {
	Identity::development(uri).unwrap()
}

fn who(uri: &str) -> AccountId {
	identity(uri).account()
}

fn patient() -> AccountId {
	who("//PatientA")
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

fn guardians() -> Vec<AccountId> {
	let mut all = ["//PatientB", "//DoctorA", "//DoctorB"].map(who).to_vec();
	all.sort_unstable();
	all
}

fn card() -> Card {
	let (salt, threshold) = (H256([5; 32]), 2);
	Card { account: patient(), name: "Eva".into(), guardians: guardians(), salt, threshold }
}

/// The guardians of the card, as the chain has them.
fn on_chain() -> Guardians {
	Guardians { commitment: card().commitment(), threshold: 2, count: 3, set_at: NOW - 100 * DAY }
}

fn nothing() -> RecoveryView {
	RecoveryView { key: patient(), guardians: None, next: None, change: None, attempt: None }
}

fn by_guardians(approvals: u8) -> By {
	By::Guardians { guardians: guardians(), approvals, threshold: 2, set_at: NOW - 100 * DAY }
}

fn by_hospital(attestations: u8, objected: bool) -> By {
	By::Institution {
		institution: hospital().account,
		evidence: H256([6; 32]),
		attestations,
		objected,
	}
}

fn attempt(key: &str, by: By, from: Option<u64>) -> Attempt {
	Attempt { key: who(key), encryption_key: [8; 32], by, at: NOW - DAY, from }
}

fn with_attempt(attempt: Attempt) -> RecoveryView {
	RecoveryView { guardians: Some(on_chain()), attempt: Some(attempt), ..nothing() }
}

/// A session of this key on a chain with a patient, guardians, a hospital and an authority.
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
		state.answer("custodian_of", &None::<AccountId>);
		state.answer("affiliations", &Vec::<(AccountId, Affiliation)>::new());
		state.answer_care("key_state", &None::<KeyState>);
		state.answer_care("recovery", &nothing());
		for (uri, kind) in [
			("//PatientA", AccountKind::Patient),
			("//PatientB", AccountKind::Patient),
			("//DoctorA", AccountKind::Practitioner),
			("//DoctorB", AccountKind::Practitioner),
			("//RegistrarA", AccountKind::Practitioner),
		] {
			state.answer_to(api::account(&who(uri)), &Some(account(kind)));
		}
		let hospital = account(AccountKind::Institution);
		state.answer_to(api::account(&self::hospital().account), &Some(hospital));
	});
	session
}

fn has(session: &Session<Scripted>, view: &RecoveryView) {
	session.chain.change(|state| state.answer_care("recovery", view));
}

/// What the person with the new key gives away.
async fn requested() -> RequestFile {
	request(&session("//PatientA//new"), &patient(), DAY).await.unwrap()
}

/// A sentence without its advice, and the advice.
fn said<T>(result: Result<T>) -> (String, Option<Advice>) {
	let error = result.err().expect("it is refused");
	let advice = error.downcast_ref::<Advised>().map(|it| it.advice.clone());
	(format!("{error:#}"), advice)
}

#[test]
fn numbers_tell_keys_apart() {
	let of = |account: u8, key: u8, encryption: u8| {
		let [account, key] = [account, key].map(|id| AccountId::new([id; 32]));
		key_number(&account, &key, &[encryption; 32])
	};
	assert_eq!(of(1, 2, 3), "12523 22645 64775 54367 62045 46091");
	let all = [of(1, 2, 3), of(2, 2, 3), of(1, 3, 3), of(1, 2, 4), of(2, 1, 3)];
	for (place, number) in all.iter().enumerate() {
		assert!(number.len() == 35 && !all[..place].contains(number), "{number}");
	}
}

#[tokio::test]
async fn a_request_is_a_file_that_cannot_be_changed() {
	let genesis = session("//PatientA").genesis();
	let made = requested().await;
	let new = identity("//PatientA//new");
	assert_eq!(AccountId::from(made.request.account), patient());
	assert_eq!(AccountId::from(made.request.key), new.key());
	assert_eq!(made.request.encryption_key.0, new.encryption_key());
	assert_eq!(made.request.expires, NOW + DAY);
	let read = |text: &str| RequestFile::read(text.as_bytes(), genesis);
	assert_eq!(read(&made.to_text()).unwrap(), made);
	let without_salt = RequestFile { salt: None, ..made.clone() };
	assert_eq!(read(&without_salt.to_text()).unwrap(), without_salt);

	let other = format!("0x{}", "07".repeat(32));
	for field in ["account", "key", "encryption_key", "genesis"] {
		let mut changed = made.to_json();
		changed[field] = other.clone().into();
		let (why, _) = said(read(&changed.to_string()));
		assert!(why.contains("not that of the key"), "{field}: {why}");
	}
	let (why, _) = said(RequestFile::read(made.to_text().as_bytes(), H256([2; 32])));
	assert_eq!(why, "it was signed for another chain");
	for wrong in ["", "[]", "{}", "null", "{\"salt\":1}", &"x".repeat(MAX_FILE + 1)] {
		assert!(read(wrong).is_err(), "{wrong:.20}");
	}
	// Each has its own salt.
	assert_ne!(requested().await.salt, made.salt);
}

#[tokio::test]
async fn a_key_that_is_somebodys_is_not_asked_for() {
	let asked = async |session: &Session<Scripted>| said(request(session, &patient(), DAY).await);
	let (why, advice) = asked(&session("//DoctorA")).await;
	assert!(why.starts_with("this key already signs for an account of its own"), "{why}");
	assert_eq!(advice, Some(Advice::MakeKey));
	let new = session("//PatientA//new");
	let is = |state: KeyState| new.chain.change(|it| it.answer_care("key_state", &Some(state)));
	is(KeyState::Signs(hospital().account));
	let found = (String::from("this key already signs for Hospital A"), Some(Advice::MakeKey));
	assert_eq!(asked(&new).await, found);
	is(KeyState::Replaced);
	let (why, advice) = asked(&new).await;
	assert!(why.contains("signs nothing any more") && advice == Some(Advice::MakeKey), "{why}");
	let new = session("//PatientA//new");
	new.chain.change(|it| it.answer("custodian_of", &Some(hospital().account)));
	let (why, _) = asked(&new).await;
	assert_eq!(why, "this key already signs for the custodian of Hospital A");
}

#[tokio::test]
async fn an_account_that_gets_no_key_is_named() {
	let new = session("//PatientA//new");
	let asked = async |account: &AccountId| said(request(&new, account, DAY).await).0;
	let why = asked(&AccountId::new([40; 32])).await;
	assert!(why.contains("is not enrolled: name the account"), "{why}");
	let dead = Account { status: Status::Deceased, ..account(AccountKind::Patient) };
	new.chain.change(|it| it.answer_to(api::account(&patient()), &Some(dead)));
	assert!(asked(&patient()).await.contains("gets no new key"));
}

#[tokio::test]
async fn an_institutions_request_is_the_councils() {
	let at = hospital().account;
	let file = request(&session("//PatientA//new"), &at, DAY).await.unwrap();
	let (why, _) = said(
		check_attempt(
			&session("//DoctorA"),
			&file.request,
			&Card { account: at.clone(), ..card() },
		)
		.await,
	);
	assert!(why.ends_with("the council gives it a new key"), "{why}");

	let (key, encryption_key) = (who("//PatientA//new"), file.request.encryption_key.0);
	let call: RuntimeCall =
		RecoveryCall::set_key { account: at.clone(), key, encryption_key }.into();
	let member = session("//DoctorB");
	let proposed = async |at: &AccountId, file: &RequestFile| set_key(&member, at, file).await;
	assert_eq!(proposed(&at, &file).await.unwrap(), call);
	let (why, _) = said(proposed(&AUTHORITY, &file).await);
	assert!(why.contains("is for a new key of Hospital A, and not of Health Authority"), "{why}");
	let of_patient = requested().await;
	let (why, _) = said(proposed(&patient(), &of_patient).await);
	assert!(why.contains("is not an institution or authority"), "{why}");
	let taken = Some(KeyState::Signs(patient()));
	member.chain.change(|it| it.answer_care("key_state", &taken));
	assert_eq!(said(proposed(&at, &file).await).1, Some(Advice::MakeKey));
	member.chain.change(|it| {
		it.answer_care("key_state", &None::<KeyState>);
		it.set(storage::now(), &((NOW + DAY - 1) * 1000));
	});
	assert_eq!(proposed(&at, &file).await.unwrap(), call);
	member.chain.change(|it| it.set(storage::now(), &((NOW + DAY) * 1000)));
	assert_eq!(said(proposed(&at, &file).await).1, Some(Advice::AskForKeyRequest));
}

#[tokio::test]
async fn a_guardian_begins_with_the_card() {
	let (file, session) = (requested().await, session("//DoctorA"));
	has(&session, &RecoveryView { guardians: Some(on_chain()), ..nothing() });
	assert_eq!(check_attempt(&session, &file.request, &card()).await.unwrap(), None);
	assert_eq!(begin(&session, &file.request, &card()).await.unwrap(), 1);
	let calls = session.chain.calls();
	let [RuntimeCall::Recovery(RecoveryCall::attempt { account, guardians, salt, key, .. })] =
		&calls[..]
	else {
		panic!("one attempt: {calls:?}")
	};
	assert_eq!((account, guardians, *salt), (&patient(), &self::guardians(), card().salt));
	assert_eq!(*key, who("//PatientA//new"));
}

#[tokio::test]
async fn why_a_guardian_cannot_begin_is_said() {
	let file = requested().await;
	let tried = async |session: &Session<Scripted>, card: &Card| {
		said(check_attempt(session, &file.request, card).await)
	};
	let doctor = session("//DoctorA");
	let (why, advice) = tried(&doctor, &card()).await;
	assert!(why.contains("has no guardians in force"), "{why}");
	assert_eq!(advice, Some(Advice::BeginAtInstitution("Hospital A".into())));

	let in_force = RecoveryView { guardians: Some(on_chain()), ..nothing() };
	has(&doctor, &in_force);
	let of_another = Card { account: who("//PatientB"), ..card() };
	assert!(tried(&doctor, &of_another).await.0.contains("the card is for the account of"));
	let older = Card { salt: H256([9; 32]), ..card() };
	let (why, advice) = tried(&doctor, &older).await;
	assert!(why.contains("does not have") && advice == Some(Advice::AskForCard), "{why}");
	let next = Guardians { commitment: older.commitment(), ..on_chain() };
	has(&doctor, &RecoveryView { next: Some((next, NOW + DAY)), ..in_force.clone() });
	let (why, _) = tried(&doctor, &older).await;
	assert!(why.contains("count only from 2023-11-15 22:13 UTC on"), "{why}");

	has(&doctor, &in_force);
	doctor.chain.change(|state| state.set(storage::now(), &((NOW + DAY) * 1000)));
	let (why, advice) = tried(&doctor, &card()).await;
	assert!(why.contains("expired at 2023-11-15"), "{why}");
	assert_eq!(advice, Some(Advice::AskForKeyRequest));

	let own = session("//PatientA");
	has(&own, &in_force);
	assert_eq!(tried(&own, &card()).await.1, Some(Advice::RenewKey));
	let taken = session("//DoctorA");
	has(&taken, &in_force);
	let state = Some(KeyState::Signs(who("//PatientB")));
	taken.chain.change(|it| it.answer_to(api::key_state(&who("//PatientA//new")), &state));
	assert_eq!(tried(&taken, &card()).await.1, Some(Advice::MakeKey));
}

#[tokio::test]
async fn a_second_attempt_replaces_only_one_that_is_not_complete() {
	let (file, session) = (requested().await, session("//DoctorA"));
	let tried = async |attempt: &Attempt| {
		has(&session, &with_attempt(attempt.clone()));
		check_attempt(&session, &file.request, &card()).await
	};
	let same = attempt("//PatientA//new", by_guardians(1), None);
	let (why, advice) = said(tried(&same).await);
	assert!(why.contains("has begun already"), "{why}");
	assert!(matches!(advice, Some(Advice::ApproveKey(_))));
	let other = attempt("//PatientA//thief", by_guardians(1), None);
	assert_eq!(tried(&other).await.unwrap(), Some(other.clone()));
	let complete = Attempt { by: by_guardians(3), from: Some(NOW + DAY), ..other };
	let (why, advice) = said(tried(&complete).await);
	assert!(why.contains("is complete, and can be finished from 2023-11-15"), "{why}");
	assert!(matches!(advice, Some(Advice::ListRecovery(_))));
	// A thief named those guardians, so their attempt cannot be finished.
	for (disabled_since, doubt) in [
		(Some(NOW - 100 * DAY), None),
		(None, Some(Doubt { since: NOW - 101 * DAY, until: NOW - 99 * DAY })),
	] {
		let lost = Account { disabled_since, doubt, ..account(AccountKind::Patient) };
		session.chain.change(|it| it.answer_to(api::account(&patient()), &Some(lost)));
		assert_eq!(tried(&complete).await.unwrap(), Some(complete.clone()));
	}
}

#[tokio::test]
async fn both_of_the_staff_sign_the_same() {
	let file = requested().await;
	let at = hospital().account;
	let one = KeyProposal::new(&file, &at, " identity card  L01X00T47\n").unwrap();
	let other = KeyProposal::new(&file, &at, "identity card L01X00T47").unwrap();
	assert_eq!(one, other);
	assert_eq!(one.evidence(), "identity card L01X00T47");
	let StaffMatter::NewKey { key, encryption_key, evidence } = one.matter() else { panic!() };
	assert_eq!((key, encryption_key), (file.request.key.into(), file.request.encryption_key.0));
	assert_eq!(evidence, evidence_of(&file, "identity card L01X00T47").unwrap());
	assert_ne!(evidence, evidence_of(&file, "identity card L01X00T48").unwrap());
	let again = requested().await;
	assert_ne!(evidence, evidence_of(&again, one.evidence()).unwrap(), "another salt");
	let salt = Some(Hex(std::array::from_fn(|place| u8::try_from(place).unwrap())));
	let known = RequestFile { salt, ..file.clone() };
	let known = evidence_of(&known, "Identity card L01X00T47, seen on 2026-12-31.").unwrap();
	let vector = "5ef70aba443173adf28dbb1844005e6566bedbd74fb68c6643d2b35f22f46a3f";
	assert_eq!(hex::encode(known.0), vector, "as in the vault's vectors");
	let u_umlaut = ["u\u{308}", "\u{fc}"].map(|it| evidence_of(&file, it).unwrap());
	assert_eq!(u_umlaut[0], u_umlaut[1]);
	for wrong in ["", " \n", "a\u{202e}b", &"x".repeat(501)] {
		assert!(KeyProposal::new(&file, &at, wrong).is_err(), "{wrong:.20}");
	}
	let without_salt = RequestFile { salt: None, ..file };
	let (why, _) = said(KeyProposal::new(&without_salt, &at, "identity card"));
	assert!(why.contains("could be guessed"), "{why}");
}

#[tokio::test]
async fn staff_propose_only_for_their_own_patients_without_guardians() {
	let (file, session) = (requested().await, session("//RegistrarA"));
	let proposal = |at: &AccountId| KeyProposal::new(&file, at, "identity card").unwrap();
	let own = proposal(&hospital().account);
	assert_eq!(check_proposal(&session, &own).await.unwrap(), None);
	let (why, _) = said(check_proposal(&session, &proposal(&AUTHORITY)).await);
	assert!(why.starts_with("Hospital A has enrolled"), "{why}");
	has(&session, &RecoveryView { guardians: Some(on_chain()), ..nothing() });
	let (why, advice) = said(check_proposal(&session, &own).await);
	assert!(why.contains("only they can give it a new key"), "{why}");
	assert_eq!(advice, Some(Advice::BeginWithCard));
}

#[tokio::test]
async fn a_proposal_waits_for_the_second_of_the_staff() {
	let (file, session) = (requested().await, session("//RegistrarA"));
	let at = hospital().account;
	let proposal = KeyProposal::new(&file, &at, "identity card").unwrap();
	let institution = at.clone();
	session.chain.react(move |_, _| {
		let (account, institution) = (patient(), institution.clone());
		let key = who("//PatientA//new");
		vec![Event::Recovery(RecoveryEvent::RecoveryProposed { account, key, institution })]
	});
	assert_eq!(proposer(&session, &proposal).await.unwrap(), None);
	assert_eq!(propose(&session, &proposal).await.unwrap(), (Proposed::Agreed, 1));

	// What this program has signed is recognised, and nothing else.
	let waits = |matter: &StaffMatter| {
		let (signer, origin) = (who("//DoctorA"), who("//DoctorA"));
		let waiting = StaffProposal { signer, origin, content: agreed_matter(matter), at: NOW };
		session.chain.change(|state| {
			state.set(storage::staff_proposal(&patient(), &at), &waiting);
			state.answer("records_of", &Vec::<u8>::new());
		});
	};
	waits(&proposal.matter());
	assert_eq!(proposer(&session, &proposal).await.unwrap(), Some(who("//DoctorA")));
	let found = async || {
		let matter = StaffMatter::DeclareDeceased;
		other_proposal(&session, &patient(), &at, &matter).await.unwrap().unwrap().sentence
	};
	let sentence = found().await.unwrap();
	assert!(sentence.contains("new key"), "{sentence}");
	let other = KeyProposal::new(&file, &at, "passport").unwrap();
	assert_eq!(proposer(&session, &other).await.unwrap(), None);
	waits(&other.matter());
	assert_eq!(found().await, None);
}

#[test]
fn approvals_are_counted() {
	let all = guardians();
	let of = |approvals| approved(&all, approvals).cloned().collect::<Vec<_>>();
	assert_eq!(of(0), []);
	assert_eq!(of(0b101), [all[0].clone(), all[2].clone()]);
	assert_eq!(of(0b1111_1111), all);
	for (by, count) in [
		(by_guardians(0), 2),
		(by_guardians(0b100), 1),
		(by_guardians(0b111), 0),
		(by_hospital(0, false), 1),
		(by_hospital(1, false), 0),
		(by_hospital(0, true), 2),
		(by_hospital(1, true), 1),
	] {
		assert_eq!(missing(&by), count, "{by:?}");
	}
}

#[tokio::test]
async fn another_guardian_approves() {
	let place = guardians().iter().position(|it| *it == who("//DoctorB")).unwrap();
	let (session, own, others) = (session("//DoctorB"), 1u8 << place, 1u8 << ((place + 1) % 3));
	let waiting = attempt("//PatientA//new", by_guardians(others), None);
	has(&session, &with_attempt(waiting.clone()));
	let (found, approver) = approvable(&session, &patient(), None).await.unwrap();
	assert_eq!((&found, &approver), (&waiting, &Approver::Guardian));
	session.chain.react(|_, _| {
		let (account, key) = (patient(), who("//PatientA//new"));
		let (guardian, from) = (who("//DoctorB"), Some(NOW + 7 * DAY));
		vec![Event::Recovery(RecoveryEvent::RecoveryApproved { account, key, guardian, from })]
	});
	let done = approve(&session, &patient(), &found.key, &approver).await.unwrap();
	assert_eq!(done, (Some(NOW + 7 * DAY), 1));

	has(&session, &with_attempt(attempt("//PatientA//new", by_guardians(own), None)));
	let (why, advice) = said(approvable(&session, &patient(), None).await);
	assert_eq!(why, "you have approved this key already");
	assert!(matches!(advice, Some(Advice::ListRecovery(_))));
	has(&session, &nothing());
	let (why, advice) = said(approvable(&session, &patient(), None).await);
	assert!(why.contains("nobody is giving") && advice == Some(Advice::BeginRecovery), "{why}");
	let stranger = self::session("//RegistrarA");
	has(&stranger, &with_attempt(waiting));
	let (why, _) = said(approvable(&stranger, &patient(), None).await);
	assert!(why.ends_with("you are not one of them"), "{why}");
}

fn affiliated(role: Role) -> Affiliation {
	Affiliation { role, from: 0, until: None, accepted: true, attested: false, teams: vec![] }
}

#[tokio::test]
async fn an_authority_that_did_not_propose_the_key_attests_it() {
	let proposed = attempt("//PatientA//new", by_hospital(0, false), None);
	let officer = session("//DoctorB");
	has(&officer, &with_attempt(proposed.clone()));
	let works = |places: &[(AccountId, Role)]| {
		let all: Vec<_> = places.iter().map(|(at, role)| (at.clone(), affiliated(*role))).collect();
		officer.chain.change(|state| state.answer("affiliations", &all));
	};
	let tried = async || approvable(&officer, &patient(), None).await;
	assert!(said(tried().await).0.contains("you act for none"));
	works(&[(AUTHORITY, Role::Registrar)]);
	assert!(said(tried().await).0.contains("its privacy officers do"));
	works(&[(AUTHORITY, Role::PrivacyOfficer)]);
	assert_eq!(tried().await.unwrap().1, Approver::Authority(AUTHORITY));
	works(&[(AUTHORITY, Role::PrivacyOfficer), (hospital().account, Role::Physician)]);
	assert!(said(tried().await).0.starts_with("you also work for Hospital A"));
	works(&[(AUTHORITY, Role::PrivacyOfficer)]);
	let by_authority = By::Institution {
		institution: AUTHORITY,
		evidence: H256([6; 32]),
		attestations: 0,
		objected: false,
	};
	has(&officer, &with_attempt(Attempt { by: by_authority, ..proposed.clone() }));
	assert!(said(tried().await).0.starts_with("Health Authority has proposed this key itself"));
	let attested = Attempt { from: Some(NOW), by: by_hospital(1, false), ..proposed };
	has(&officer, &with_attempt(attested));
	assert!(said(tried().await).0.starts_with("this key is attested already"));
}

#[tokio::test]
async fn the_account_objects_to_what_is_under_way() {
	let session = session("//PatientA");
	let tried = async || objectionable(&session, &patient()).await;
	assert!(said(tried().await).0.starts_with("nobody is giving your account"));
	let change =
		KeyChange { key: who("//PatientA//new"), encryption_key: [8; 32], from: NOW + DAY };
	let of_others = attempt("//PatientA//thief", by_guardians(1), None);
	let both = RecoveryView { change: Some(change.clone()), ..with_attempt(of_others.clone()) };
	has(&session, &both);
	let found = tried().await.unwrap();
	assert_eq!(found, [UnderWay::Change(change), UnderWay::Attempt(of_others)]);
	assert_eq!(found[1].key(), &who("//PatientA//thief"));
	has(&session, &with_attempt(attempt("//PatientA//new", by_hospital(0, true), None)));
	assert!(said(tried().await).0.contains("you cannot object again"));

	session.chain.react(|_, _| {
		let (account, key, ended) = (patient(), who("//PatientA//new"), false);
		vec![Event::Recovery(RecoveryEvent::RecoveryObjected { account, key, ended })]
	});
	let done = object(&session, &patient(), &who("//PatientA//new")).await.unwrap();
	assert_eq!(done, (false, 1));
}

/// Nobody has the key of a ward that comes of age.
#[tokio::test]
async fn who_represents_a_ward_objects_for_it() {
	let (session, ward) = (session("//PatientB"), AccountId::new([40; 32]));
	let represented = |is_ward, force| {
		let (scopes, until) = (Scopes::of(&[Scope::Consents]), None);
		let evidence = H256([1; 32]);
		let registration = Registration { basis: LegalBasis::Parent, scopes, until, evidence };
		let stage = Stage::Attested { authority: AUTHORITY, from: 0 };
		let representative = Representative {
			account: who("//PatientB"),
			mandate: Mandate::ByLaw { registration, stage },
			suspension: Suspension::None,
		};
		let representatives = vec![RepresentativeView { representative, force }];
		let view = RepresentationView { ward: is_ward, representatives };
		session.chain.change(|state| state.answer_care("representation", &view));
	};
	let tried = async || objectionable(&session, &ward).await;
	let proposed = attempt("//PatientA//new", by_hospital(0, false), None);
	has(&session, &RecoveryView { attempt: Some(proposed.clone()), ..nothing() });
	for (is_ward, force) in [(false, Force::InForce), (true, Force::Suspended)] {
		represented(is_ward, force);
		assert!(said(tried().await).0.contains("sign with its present key"));
	}
	represented(true, Force::InForce);
	assert_eq!(tried().await.unwrap(), [UnderWay::Attempt(proposed)]);
	let objected = attempt("//PatientA//new", by_hospital(0, true), None);
	has(&session, &RecoveryView { attempt: Some(objected), ..nothing() });
	assert!(said(tried().await).0.starts_with("somebody has objected to this key before"));

	session.chain.react(|call, _| {
		let RuntimeCall::Recovery(RecoveryCall::object { account, key }) = call else { panic!() };
		let (account, key, ended) = (account.clone(), key.clone(), false);
		vec![Event::Recovery(RecoveryEvent::RecoveryObjected { account, key, ended })]
	});
	let done = object(&session, &ward, &who("//PatientA//new")).await.unwrap();
	assert_eq!(done, (false, 1));
}

#[tokio::test]
async fn what_is_ready_is_finished() {
	let guardian = session("//DoctorA");
	let tried = async |view: &RecoveryView| {
		has(&guardian, view);
		finishable(&guardian, &patient()).await
	};
	assert!(said(tried(&nothing()).await).0.contains("nobody is giving"));
	let open = attempt("//PatientA//new", by_guardians(1), None);
	let (why, advice) = said(tried(&with_attempt(open)).await);
	assert!(why.ends_with("one more guardian has to approve it"), "{why}");
	assert!(matches!(advice, Some(Advice::ApproveKey(_))));
	let complete = |from| attempt("//PatientA//new", by_guardians(3), Some(from));
	let (why, _) = said(tried(&with_attempt(complete(NOW + 1))).await);
	assert!(why.contains("from 2023-11-14 22:13 UTC on: finish it then"), "{why}");
	let ready = with_attempt(complete(NOW));
	let due = vec![UnderWay::Attempt(complete(NOW))];
	assert_eq!(tried(&ready).await.unwrap(), due);
	// The account's own change is due, too.
	let change = |key: &str, from| KeyChange { key: who(key), encryption_key: [9; 32], from };
	let with = |change: &KeyChange| RecoveryView { change: Some(change.clone()), ..ready.clone() };
	let other = change("//PatientA//own", NOW);
	assert_eq!(tried(&with(&other)).await.unwrap(), [UnderWay::Change(other), due[0].clone()]);
	let later = change("//PatientA//own", NOW + 1);
	assert_eq!(tried(&with(&later)).await.unwrap(), due);
	let same = change("//PatientA//new", NOW);
	assert_eq!(tried(&with(&same)).await.unwrap(), [UnderWay::Change(same)]);
	let same = change("//PatientA//new", NOW + 1);
	assert_eq!(tried(&with(&same)).await.unwrap(), due);
	let lapsed = change("//PatientA//own", NOW - 30 * DAY);
	assert_eq!(tried(&with(&lapsed)).await.unwrap(), due);
	let alone = |change| RecoveryView { change: Some(change), ..nothing() };
	let (why, _) = said(tried(&alone(lapsed)).await);
	assert!(why.contains("lapsed at 2023-11-14 22:13 UTC"), "{why}");
	let last = change("//PatientA//own", NOW - 30 * DAY + 1);
	assert_eq!(tried(&alone(last.clone())).await.unwrap(), [UnderWay::Change(last)]);

	// Guardians whom a thief named give nothing.
	let stolen =
		Account { disabled_since: Some(NOW - 100 * DAY), ..self::account(AccountKind::Patient) };
	guardian.chain.change(|it| it.answer_to(api::account(&patient()), &Some(stolen)));
	assert!(said(tried(&ready).await).0.contains("while its key counted as lost or stolen"));
	let approving = session("//DoctorB");
	has(&approving, &with_attempt(attempt("//PatientA//new", by_guardians(0), None)));
	assert!(approvable(&approving, &patient(), None).await.is_ok());
	let stolen = Account {
		doubt: Some(Doubt { since: 0, until: NOW }),
		..self::account(AccountKind::Patient)
	};
	approving.chain.change(|it| it.answer_to(api::account(&patient()), &Some(stolen)));
	let (why, _) = said(approvable(&approving, &patient(), None).await);
	assert!(why.contains("while its key counted as lost or stolen"), "{why}");

	let new = session("//PatientA//new");
	has(&new, &ready);
	let (why, _) = said(finishable(&new, &patient()).await);
	assert!(why.contains("somebody who is enrolled has to finish it"), "{why}");

	let key = who("//PatientA//new");
	assert_eq!(finish(&guardian, &patient(), &key).await.unwrap(), 1);
	let expected: RuntimeCall = RecoveryCall::finish { account: patient(), key }.into();
	assert_eq!(guardian.chain.calls(), [expected], "the key that was agreed on");
}

#[tokio::test]
async fn an_account_changes_its_own_key() {
	let (session, new) = (session("//PatientA"), identity("//PatientA//new"));
	assert_eq!(check_change(&session, Some(&new)).await.unwrap(), None);
	session.chain.react(|_, _| {
		let (account, key, from) = (patient(), who("//PatientA//new"), NOW + 3 * DAY);
		vec![Event::Recovery(RecoveryEvent::KeyChangeBegan { account, key, from })]
	});
	assert_eq!(change(&session, &new).await.unwrap(), (NOW + 3 * DAY, 1));
	let calls = session.chain.calls();
	let [RuntimeCall::Recovery(RecoveryCall::change_key {
		key,
		encryption_key,
		expires,
		signature: MultiSignature::Sr25519(signature),
	})] = &calls[..]
	else {
		panic!("one change: {calls:?}")
	};
	let request = KeyRequest {
		genesis: session.genesis().into(),
		account: (&patient()).into(),
		key: key.into(),
		encryption_key: Hex(*encryption_key),
		expires: *expires,
		signature: Hex(*signature),
	};
	assert!(request.is_authentic() && *key == new.key() && *expires > NOW);

	let begun = KeyChange { key: new.key(), encryption_key: [8; 32], from: NOW + 3 * DAY };
	has(&session, &RecoveryView { change: Some(begun.clone()), ..nothing() });
	let (why, advice) = said(check_change(&session, Some(&new)).await);
	assert!(why.contains("has begun already, and can be finished from 2023-11-17"), "{why}");
	assert!(matches!(advice, Some(Advice::ListRecovery(_))));
	assert_eq!(check_change(&session, None).await.unwrap().as_ref(), Some(&begun));
	let another = check_change(&session, Some(&identity("//PatientA//other"))).await.unwrap();
	assert_eq!(another, Some(begun));
	assert!(said(check_change(&session, Some(&identity("//DoctorA"))).await)
		.0
		.contains("already signs"));
}

#[tokio::test]
async fn an_attempt_lapses_after_its_lifetime() {
	let session = session("//DoctorA");
	let at = session.finalized().await.unwrap();
	let open = attempt("//PatientA//new", by_guardians(1), None);
	assert_eq!(lapses(&at, &open).await.unwrap(), open.at + 30 * DAY);
	let complete = Attempt { from: Some(NOW + DAY), ..open };
	assert_eq!(lapses(&at, &complete).await.unwrap(), NOW + 31 * DAY);
	let council = ParametersValue::AttemptLifetime(60);
	let value = RuntimeParametersValue::Recovery(council);
	session.chain.change(|state| state.set(storage::attempt_lifetime(), &value));
	assert_eq!(lapses(&at, &complete).await.unwrap(), NOW + DAY + 60);
}

#[tokio::test]
async fn a_key_leads_to_its_account() {
	let session = session("//DoctorA");
	let at = session.finalized().await.unwrap();
	assert_eq!(account_of(&at, &patient()).await.unwrap(), patient());
	let (new, state) = (who("//PatientA//new"), Some(KeyState::Signs(patient())));
	session.chain.change(|it| it.answer_to(api::key_state(&new), &state));
	assert_eq!(account_of(&at, &new).await.unwrap(), patient());
}

#[tokio::test]
async fn what_the_chain_refuses_is_not_done() {
	let (file, session) = (requested().await, session("//DoctorA"));
	session.chain.refuses(ChainError::MayNotSign);
	assert!(begin(&session, &file.request, &card()).await.is_err());
	assert!(finish(&session, &patient(), &who("//PatientA//new")).await.is_err());
	assert!(change(&session, &identity("//DoctorA//new")).await.is_err());
}
