use super::*;
use crate::{
	assist,
	consent::{self, fixtures::hospital, plain_terms},
	history, holdings, label_keys, labelling,
	labels::LabelTable,
	memory::MemoryKeep,
	request,
	scripted::Scripted,
	stop::{self, Stop},
};
use vouchsafe_protocol::{
	api,
	calls::{AccessRequestsCall, ConsentCall, CustodyCall, RecordsCall},
	types::{
		Account, AccountKind, Mandate, Purpose, Purposes, Registration, RepresentationView,
		RepresentativeView, Scopes, ShownText, Stage, Suspension, H256, POLICY_VERSION,
	},
};
use vouchsafe_vault::label::LabelKey;

const ADA: AccountId = AccountId::new([9; 32]);
const BEN: AccountId = AccountId::new([8; 32]);
const OTHER: AccountId = AccountId::new([7; 32]);
const ALL: [Scope; 4] = [Scope::Requests, Scope::Consents, Scope::Records, Scope::Holders];

fn appointed(scopes: &[Scope]) -> Mandate {
	Mandate::Appointed { scopes: Scopes::of(scopes), until: None, standby: false, at: 0 }
}

fn by_law(basis: LegalBasis) -> Mandate {
	let registration =
		Registration { basis, scopes: Scopes::of(&ALL), until: None, evidence: H256([1; 32]) };
	Mandate::ByLaw { registration, stage: Stage::Attested { authority: OTHER, from: 0 } }
}

/// A person who represents Ada.
fn session(mandate: Mandate, force: Force) -> Session<Scripted> {
	session_with(mandate, force, MemoryKeep::default())
}

/// The same with these stored things.
fn session_with(mandate: Mandate, force: Force, keep: MemoryKeep) -> Session<Scripted> {
	let mut session = Session { keep, ..Session::scripted("//Daughter") };
	session.members = vec![hospital()];
	session.name_members();
	let account = session.me().unwrap().account();
	let representative = Representative { account, mandate, suspension: Suspension::None };
	let representatives = vec![RepresentativeView { representative, force }];
	session.chain.change(|state| {
		state.institution(&hospital());
		let view = RepresentationView { ward: false, representatives };
		state.answer_to(api::representation(&ADA), &view);
		let nobody = RepresentationView { ward: false, representatives: vec![] };
		state.answer_care("representation", &nobody);
		state.answer("consents_of", &Vec::<(Grantee, Consent)>::new());
	});
	session
}

/// The same who acts for Ada.
async fn acting(mandate: Mandate) -> Session<Scripted> {
	let mut session = session(mandate, Force::InForce);
	session.act_for(ADA, None).await.unwrap();
	session
}

fn has(session: &Session<Scripted>, id: u32, terms: Terms, grantor: Grantor) {
	let consent = Consent {
		id,
		revision: 0,
		policy_version: POLICY_VERSION,
		granted_at: 0,
		confirmed_at: None,
		terms,
		text: ShownText { commitment: H256::zero(), language: *b"en" },
		grantor,
	};
	let grantee = Grantee::Person(OTHER);
	session.chain.change(|state| state.answer("consents_of", &vec![(grantee, consent)]));
}

fn permit() -> Terms {
	plain_terms(Effect::Permit)
}

fn deny() -> Terms {
	Terms::all(Effect::Deny { binds_break_glass: false })
}

/// The only call that was made, which has to be Ada's.
fn acted(session: &Session<Scripted>) -> RuntimeCall {
	let [RuntimeCall::Representation(RepresentationCall::act { patient: ADA, call })] =
		&session.chain.calls()[..]
	else {
		panic!("{:?}", session.chain.calls())
	};
	(**call).clone()
}

fn is_refused<T: std::fmt::Debug>(session: &Session<Scripted>, result: Result<T>, why: &str) {
	let error = format!("{:#}", result.unwrap_err());
	assert!(error.contains(why), "{error}");
	assert!(session.chain.calls().is_empty(), "nothing is signed");
	let texts = session.keep.places().into_iter().filter(|(folder, _)| folder == "consents");
	assert_eq!(texts.count(), 0, "nothing is kept");
}

#[tokio::test]
async fn what_the_patient_calls_is_wrapped() {
	let hospital = Grantee::Institution(hospital().account);
	// The scripted node causes no events, so some results cannot be read.
	let session = acting(appointed(&ALL)).await;
	consent::grant(&session, hospital.clone(), permit()).await.unwrap_err();
	let RuntimeCall::Consent(ConsentCall::grant { grantee, .. }) = acted(&session) else {
		panic!("a grant")
	};
	assert_eq!(grantee, hospital);

	let session = acting(appointed(&ALL)).await;
	has(&session, 3, permit(), Grantor::Patient);
	consent::amend(&session, 3, permit()).await.unwrap();
	assert!(matches!(acted(&session), RuntimeCall::Consent(ConsentCall::amend { id: 3, .. })));

	let session = acting(appointed(&ALL)).await;
	has(&session, 3, permit(), Grantor::Patient);
	consent::revoke(&session, 3).await.unwrap();
	assert!(matches!(acted(&session), RuntimeCall::Consent(ConsentCall::revoke { id: 3, .. })));

	let session = acting(appointed(&ALL)).await;
	stop::stop(&session, Stop::default()).await.unwrap_err();
	assert!(matches!(acted(&session), RuntimeCall::Consent(ConsentCall::grant { .. })));

	let session = acting(appointed(&ALL)).await;
	request::approve(&session, 4, hospital, permit()).await.unwrap_err();
	let call = acted(&session);
	assert!(matches!(
		call,
		RuntimeCall::AccessRequests(AccessRequestsCall::approve { request: 4, .. })
	));

	let session = acting(appointed(&ALL)).await;
	request::deny(&session, 4).await.unwrap();
	assert_eq!(acted(&session), AccessRequestsCall::deny { request: 4 }.into());

	let session = acting(appointed(&ALL)).await;
	let record = H256([5; 32]);
	let words = ["hiv".to_owned()];
	labelling::add(&session, &ADA, record, &words, Default::default()).await.unwrap();
	let RuntimeCall::Records(RecordsCall::add_labels { patient: ADA, .. }) = acted(&session) else {
		panic!("labels")
	};

	let mut session = acting(appointed(&ALL)).await;
	session.members = vec![hospital_of(1), hospital_of(2), hospital_of(3)];
	holdings::choose(&session, vec![], vec![]).await.unwrap();
	let choice = CustodyCall::choose_holders { holders: vec![], countries: vec![] };
	assert_eq!(acted(&session), choice.into());
}

fn hospital_of(id: u8) -> vouchsafe_protocol::holders::Member {
	let member = hospital();
	vouchsafe_protocol::holders::Member { account: AccountId::new([id; 32]), ..member }
}

#[tokio::test]
async fn without_a_patient_calls_are_the_users_own() {
	let session = session(appointed(&ALL), Force::InForce);
	assert_eq!(session.patient().unwrap(), session.me().unwrap().account());
	assert!(!session.is_patient(&ADA));
	request::deny(&session, 4).await.unwrap();
	assert_eq!(session.chain.calls(), [AccessRequestsCall::deny { request: 4 }.into()]);
	session.ensure_own("does it").unwrap();
	let binding = Terms::all(Effect::Deny { binds_break_glass: true });
	ensure_may_store(&session, &Grantee::Everyone, &binding).await.unwrap();
}

#[tokio::test]
async fn who_does_not_represent_the_patient_is_told_so() {
	let mut session = session(appointed(&ALL), Force::InForce);
	let error = session.act_for(BEN, None).await.unwrap_err().to_string();
	assert!(error.starts_with("you do not represent"), "{error}");
	let me = session.me().unwrap().account();
	let error = session.act_for(me, None).await.unwrap_err().to_string();
	assert!(error.contains("you need not act for anybody"), "{error}");
	assert_eq!(session.for_patient, None);
	session.me = None;
	let error = session.act_for(ADA, None).await.unwrap_err();
	assert_eq!(error.downcast_ref::<Advised>().unwrap().advice, Advice::ChooseKey);
}

#[tokio::test]
async fn a_representation_that_is_not_in_force_says_why_and_what_helps() {
	for (force, why) in [
		(Force::Suspended, "is suspended and cannot act"),
		(Force::NotForStanding, "Executors act for patients who have died"),
		(Force::Standby, "have to activate the appointment"),
		(Force::InDoubt, "counted as lost or stolen"),
		(Force::NotAttested, "A health authority has to attest"),
		(Force::Objected, "attested this once more"),
		(Force::Waits { from: 1_798_675_200 }, "2026"),
	] {
		let mut session = session(appointed(&ALL), force.clone());
		let error = session.act_for(ADA, None).await.unwrap_err().to_string();
		assert!(error.contains(why), "{force:?}: {error}");
		assert_eq!(session.for_patient, None);
		// It may have ended since the session began.
		session.for_patient = Some(ADA);
		is_refused(&session, consent::grant(&session, Grantee::Everyone, permit()).await, why);
	}
}

#[tokio::test]
async fn a_scope_that_is_missing_is_named() {
	let mut session = session(appointed(&[Scope::Requests, Scope::Holders]), Force::InForce);
	let error = session.act_for(ADA, Some(Scope::Consents)).await.unwrap_err().to_string();
	assert!(error.starts_with("this needs the scope “consents”"), "{error}");
	assert!(error.contains("Your scopes are: requests and holders"), "{error}");
	assert_eq!(session.for_patient, None);
	session.act_for(ADA, Some(Scope::Requests)).await.unwrap();
	assert_eq!(session.patient().unwrap(), ADA);
	let mut session = super::tests::session(appointed(&[]), Force::InForce);
	session.act_for(ADA, None).await.unwrap();
	let error = session.act_for(ADA, Some(Scope::Records)).await.unwrap_err().to_string();
	assert!(error.contains("Your scopes are: none"), "{error}");
}

/// Nobody else can bind emergencies, or give a consent about itself.
#[tokio::test]
async fn what_no_representative_may_store_is_not_sent() {
	let session = acting(appointed(&ALL)).await;
	let binding = Terms::all(Effect::Deny { binds_break_glass: true });
	let why = "no representative can forbid what saves";
	is_refused(&session, consent::grant(&session, Grantee::Everyone, binding.clone()).await, why);
	let stop = Stop { binds_emergencies: true, ..Stop::default() };
	is_refused(&session, stop::sentence(&session, stop).await, why);
	is_refused(&session, stop::stop(&session, stop).await, why);
	has(&session, 3, permit(), Grantor::Patient);
	is_refused(&session, consent::amend(&session, 3, binding).await, why);

	let me = Grantee::Person(session.me().unwrap().account());
	let why = "no representative can give a consent about its own account";
	is_refused(&session, consent::grant(&session, me.clone(), permit()).await, why);
	is_refused(&session, request::approve(&session, 4, me.clone(), permit()).await, why);
	is_refused(&session, consent::grant(&session, me, deny()).await, why);
}

#[tokio::test]
async fn a_parent_permits_nothing_that_is_very_restricted() {
	let terms = |confidentiality| Terms { confidentiality, ..permit() };
	let grantee = Grantee::Institution(hospital().account);
	let session = acting(by_law(LegalBasis::Parent)).await;
	assert_eq!(highest_confidentiality(&session).await.unwrap(), Confidentiality::Restricted);
	let secret = terms(Confidentiality::VeryRestricted);
	let why = "a parent can permit records up to the confidentiality “restricted”";
	is_refused(&session, consent::grant(&session, grantee.clone(), secret.clone()).await, why);
	consent::grant(&session, grantee.clone(), terms(Confidentiality::Restricted))
		.await
		.unwrap_err();
	acted(&session);
	for mandate in [by_law(LegalBasis::Guardian), appointed(&ALL)] {
		let session = acting(mandate).await;
		consent::grant(&session, grantee.clone(), secret.clone()).await.unwrap_err();
		acted(&session);
	}
}

/// Another representative of Ada's, and how the account takes part.
fn represents_too(session: &Session<Scripted>, force: Force, status: Status) {
	let me = session.me().unwrap().account();
	let view = |account, force| RepresentativeView {
		representative: Representative {
			account,
			mandate: by_law(LegalBasis::Parent),
			suspension: Suspension::None,
		},
		force,
	};
	let representatives = vec![view(me, Force::InForce), view(OTHER, force)];
	session.chain.change(|state| {
		let view = RepresentationView { ward: false, representatives };
		state.answer_to(api::representation(&ADA), &view);
		let account = crate::access::fixtures::account(AccountKind::Person);
		state.answer("account", &Some(Account { status, ..account }));
	});
}

#[tokio::test]
async fn a_deny_of_somebody_else_stays() {
	for grantor in [Grantor::Patient, Grantor::Representative(OTHER)] {
		let session = acting(by_law(LegalBasis::Parent)).await;
		represents_too(&session, Force::InForce, Status::Active);
		has(&session, 3, deny(), grantor);
		let why = "you can amend or revoke only your own denies";
		is_refused(&session, consent::revoke(&session, 3).await, why);
		is_refused(&session, consent::amend(&session, 3, deny()).await, why);
	}
	let session = acting(by_law(LegalBasis::Parent)).await;
	let me = session.me().unwrap().account();
	has(&session, 3, deny(), Grantor::Representative(me));
	consent::revoke(&session, 3).await.unwrap();
	acted(&session);
	// Nobody else could end what is left of a representative who is suspended, or has died.
	for (force, status) in [(Force::Suspended, Status::Active), (Force::InForce, Status::Deceased)]
	{
		let session = acting(by_law(LegalBasis::Parent)).await;
		represents_too(&session, force, status);
		has(&session, 3, deny(), Grantor::Representative(OTHER));
		consent::revoke(&session, 3).await.unwrap();
		acted(&session);
	}
	// A permit of the other parent's can be revoked.
	let session = acting(by_law(LegalBasis::Parent)).await;
	has(&session, 3, permit(), Grantor::Representative(OTHER));
	consent::revoke(&session, 3).await.unwrap();
	acted(&session);
}

/// A representative's deny does not keep anybody from what the law permits.
#[tokio::test]
async fn it_is_said_who_reads_on_by_law() {
	let session = acting(by_law(LegalBasis::Parent)).await;
	has(&session, 3, permit(), Grantor::Law { authority: AccountId::new([6; 32]) });
	let note = async |session: &Session<Scripted>, grantee, terms| {
		note_of_deny(session, &grantee, &terms).await.unwrap()
	};
	for grantee in [Grantee::Person(OTHER), Grantee::Everyone] {
		let said = note(&session, grantee.clone(), deny()).await.unwrap();
		let (name, patient) = (session.names.show(&OTHER), session.names.show(&ADA));
		assert!(said.starts_with(&format!("This does not keep {name} from reading")), "{said}");
		assert!(said.contains(&format!("Only {patient}, the institution that enrolled")), "{said}");
		assert_eq!(note(&session, grantee, permit()).await, None);
	}
	assert_eq!(note(&session, Grantee::Person(BEN), deny()).await, None);
	has(&session, 3, permit(), Grantor::Patient);
	assert_eq!(note(&session, Grantee::Person(OTHER), deny()).await, None);
	// The patient's own deny does.
	let own = Session::<Scripted>::scripted("//PatientA");
	has(&own, 3, permit(), Grantor::Law { authority: AccountId::new([6; 32]) });
	assert_eq!(note(&own, Grantee::Everyone, deny()).await, None);
}

/// Neither the patient nor a representative, but the patient is told what helps.
#[tokio::test]
async fn nobody_revokes_a_permit_by_law() {
	let law = || Grantor::Law { authority: OTHER };
	let session = acting(appointed(&ALL)).await;
	has(&session, 3, permit(), law());
	let why = "nobody amends or revokes it";
	is_refused(&session, consent::revoke(&session, 3).await, why);
	is_refused(&session, consent::amend(&session, 3, permit()).await, why);

	let own = Session::<Scripted>::scripted("//PatientA");
	has(&own, 3, permit(), law());
	let error = consent::revoke(&own, 3).await.unwrap_err();
	let advice = &error.downcast_ref::<Advised>().unwrap().advice;
	assert_eq!(*advice, Advice::ObjectTo(own.names.show(&OTHER)));
	is_refused(&own, consent::confirm(&own, 3).await, why);
}

#[tokio::test]
async fn what_only_the_patients_own_key_does_is_not_sent() {
	let session = acting(appointed(&ALL)).await;
	has(&session, 3, permit(), Grantor::Patient);
	let why = "no representative can make this call: only";
	is_refused(&session, consent::confirm(&session, 3).await, why);
	is_refused(&session, assist::refuse(&session).await, why);
	let carried = consent::carry(&session, &Grantee::Everyone, 3, &permit(), None).await;
	is_refused(&session, carried, why);
}

#[tokio::test]
async fn a_representative_reads_by_consent_in_its_own_name() {
	let session = acting(appointed(&ALL)).await;
	let me = session.me().unwrap().account();
	session.chain.change(|state| {
		let mut person = hospital();
		person.kind = vouchsafe_protocol::types::AccountKind::Person;
		state.institution(&person);
	});
	let ground = consent::ground_of(&session, &me, &ADA, None).await.unwrap();
	assert_eq!(ground, vouchsafe_protocol::types::Ground::Consent { institution: None });
}

/// Who represents two patients keeps what belongs to each of them apart.
#[tokio::test]
async fn two_patients_are_never_mixed() {
	let keep = MemoryKeep::default();
	let mut session = session_with(appointed(&ALL), Force::InForce, keep.clone());
	session.members.clear();
	session.for_patient = Some(ADA);
	session.chain.change(|state| state.answer("records_of", &Vec::<u8>::new()));
	let me = session.me().unwrap().clone();
	let key = LabelKey::random();
	LabelTable::keep_key(&keep, &me, &ADA, key.clone()).await.unwrap();
	labelling::add(&session, &ADA, H256([5; 32]), &["own".to_owned()], Default::default())
		.await
		.unwrap();
	assert!(label_keys::own_key(&session).await.unwrap() == key);
	history::mark_seen(&session, &ADA, 5).await.unwrap();

	session.for_patient = Some(BEN);
	let error = label_keys::own_key(&session).await.unwrap_err().to_string();
	assert!(error.contains("a representative draws none"), "{error}");
	let table = session.labels_of(&BEN).await.unwrap();
	assert!(table.key().is_none() && table.used_words().count() == 0);
	assert_eq!(history::seen(&session, &BEN).await.unwrap(), 0);
	// Nor with what is the user's own.
	session.for_patient = None;
	assert!(session.labels_of(&me.account()).await.unwrap().key().is_none());

	// The patient can use the same machine.
	let patient = Session { keep: keep.clone(), ..Session::<Scripted>::scripted("//PatientA") };
	let account = patient.me().unwrap().account();
	history::mark_seen(&session, &account, 7).await.unwrap();
	assert_eq!(history::seen(&patient, &account).await.unwrap(), 0);
	history::mark_seen(&patient, &account, 3).await.unwrap();
	assert_eq!(history::seen(&session, &account).await.unwrap(), 7);
	assert_eq!(history::seen(&patient, &account).await.unwrap(), 3);
	assert_eq!(history::seen(&session, &ADA).await.unwrap(), 5);
}

/// The text of each consent is found by the commitment on the chain, and says for whom nothing else.
#[tokio::test]
async fn the_texts_of_two_patients_are_kept_apart() {
	let keep = MemoryKeep::default();
	let mut session = session_with(appointed(&ALL), Force::InForce, keep.clone());
	let view = RepresentationView {
		ward: false,
		representatives: vec![RepresentativeView {
			representative: Representative {
				account: session.me().unwrap().account(),
				mandate: appointed(&ALL),
				suspension: Suspension::None,
			},
			force: Force::InForce,
		}],
	};
	session.chain.change(|state| state.answer_to(api::representation(&BEN), &view));
	let research =
		Terms { purposes: Purposes::of(&[Purpose::Research]), ..plain_terms(Effect::Permit) };
	for (patient, terms) in [(ADA, permit()), (BEN, research)] {
		session.for_patient = Some(patient);
		consent::grant(&session, Grantee::Everyone, terms).await.unwrap_err();
	}
	let mut texts = Vec::new();
	for (call, whose) in session.chain.calls().into_iter().zip([ADA, BEN]) {
		let RuntimeCall::Representation(RepresentationCall::act { patient, call }) = call else {
			panic!("it is wrapped")
		};
		assert_eq!(patient, whose);
		let RuntimeCall::Consent(ConsentCall::grant { text, .. }) = *call else {
			panic!("a grant")
		};
		texts.push(consent::kept_text(&session, &text).await.unwrap().unwrap());
	}
	assert!(texts[0].contains("treatment") && !texts[0].contains("research"), "{texts:?}");
	assert!(texts[1].contains("research") && !texts[1].contains("treatment"), "{texts:?}");
}
