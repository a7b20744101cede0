use super::*;
use crate::{
	access::fixtures::{access, everything, given, grantees, NOW, PATIENT},
	access::Access,
	scripted::Scripted,
	session::Session,
};
use vouchsafe_protocol::{
	calls::{ConsentCall, RepresentationCall, RuntimeCall},
	types::{
		AccountKind, Actor, Basis, Decision, Purpose, Question, Reason, StudyFacts, StudyTraits,
		Subject,
	},
};

const STOPS: [Stop; 4] = [
	Stop { allows_adding: false, binds_emergencies: false },
	Stop { allows_adding: true, binds_emergencies: false },
	Stop { allows_adding: false, binds_emergencies: true },
	Stop { allows_adding: true, binds_emergencies: true },
];

/// All questions that an actor can ask about the patient's records, log, and being counted.
fn questions(access: &Access, actor: &Actor) -> Vec<Question> {
	let mut subjects: Vec<Subject> =
		access.records().iter().cloned().map(Subject::Record).collect();
	let facts = StudyFacts { sources: Default::default(), traits: StudyTraits::default() };
	subjects.extend([Subject::Log, Subject::SomeRecord, Subject::Study(facts)]);
	let decider = access.decider();
	let ask =
		|(action, purpose, subject)| decider.question(actor.clone(), action, purpose, subject);
	let about = |subject: &Subject| {
		let each = |action| Purpose::ALL.iter().map(move |purpose| (action, *purpose));
		let asked = Action::ALL.iter().copied().flat_map(each);
		let subject = subject.clone();
		asked.map(move |(action, purpose)| (action, purpose, subject.clone()))
	};
	subjects.iter().flat_map(about).map(ask).collect()
}

fn with_everything_permitted() -> Access {
	let nobody = access(vec![]);
	let permits = grantees(&nobody).into_iter().zip(1..);
	access(permits.map(|((grantee, _), id)| (grantee, given(id, everything()))).collect())
}

/// Every kind of grantee has a permit for everything, and every kind of actor asks everything.
#[test]
fn while_it_is_in_force_nobody_but_the_patient_reads_and_no_study_counts() {
	let access = with_everything_permitted();
	for (grantee, actor) in grantees(&access) {
		let permitted: Vec<Question> = questions(&access, &actor)
			.into_iter()
			.filter(|question| access.decider().answer(question).is_permit())
			.collect();
		assert!(!permitted.is_empty(), "{grantee:?}");
		for stop in STOPS {
			let stopped = access.decider().clone().with(Stop::GRANTEE, given(99, stop.terms()));
			for question in &permitted {
				let decision = stopped.answer(question);
				let may = stop.allows_adding && question.action == Action::Write;
				assert_eq!(decision.is_permit(), may, "{grantee:?} {question:?}");
				let by_stop = |reason: &Reason| matches!(reason, Reason::Denied(it) if it.id == 99 && it.grantee == Stop::GRANTEE);
				assert!(may || matches!(&decision, Decision::Refuse(reason) if by_stop(reason)));
			}
			// Lifting it restores the previous state.
			let lifted = stopped.without(99);
			assert!(permitted.iter().all(|question| lifted.answer(question).is_permit()));
		}
	}
}

/// Whatever an account is, and whoever it acts for: only the patient reads, and no study counts.
#[test]
fn while_it_is_in_force_no_kind_of_account_reads() {
	let access = with_everything_permitted();
	let actors = grantees(&access).into_iter().map(|(_, actor)| actor);
	let actors: Vec<Actor> = actors
		.flat_map(|actor| {
			AccountKind::ALL.iter().map(move |kind| Actor { kind: *kind, ..actor.clone() })
		})
		.collect();
	assert!(actors.iter().all(|actor| actor.account != PATIENT));
	for stop in STOPS {
		let stopped = access.decider().clone().with(Stop::GRANTEE, given(99, stop.terms()));
		for actor in &actors {
			for question in questions(&access, actor) {
				let may = stop.allows_adding && question.action == Action::Write;
				let is_permitted = stopped.answer(&question).is_permit();
				assert!(may || !is_permitted, "{stop:?}: {:?} {question:?}", actor.kind);
			}
		}
	}
}

#[test]
fn the_patient_still_reads() {
	let access = access(vec![(Stop::GRANTEE, given(99, Stop::default().terms()))]);
	let seen = access.seen_by(&PATIENT, None);
	assert!(seen.len() == 3);
	assert!(seen.iter().all(|(_, decision)| *decision == Decision::Permit(Basis::Own)));
	let everybody = access.table();
	assert!(everybody.iter().flat_map(|row| &row.cells).all(|cell| cell.open == 0));
}

#[test]
fn an_emergency_is_bound_only_if_it_is_said() {
	let access = with_everything_permitted();
	let clinician = grantees(&access).into_iter().map(|(_, actor)| actor).find(|actor| {
		actor.kind == AccountKind::Practitioner
			&& actor.acting_for.as_ref().is_some_and(|acting| acting.attested)
	});
	let record = Subject::Record(access.records()[1].clone());
	let mut question = access.decider().question(
		clinician.unwrap(),
		Action::Read,
		Purpose::EmergencyTreatment,
		record,
	);
	question.break_glass = true;
	for stop in STOPS {
		let stopped = access.decider().clone().with(Stop::GRANTEE, given(99, stop.terms()));
		assert_eq!(stopped.answer(&question).is_permit(), !stop.binds_emergencies, "{stop:?}");
	}
}

#[test]
fn a_stop_is_known_by_its_terms() {
	for stop in STOPS {
		assert_eq!(Stop::of_terms(&stop.terms()), Some(stop));
	}
	let terms = Stop::default().terms();
	for other in [
		Terms { valid_until: Some(5), ..terms.clone() },
		Terms { actions: Actions::of(&[Action::Read]), ..terms.clone() },
		Terms { traits: StudyTraits(1), ..terms.clone() },
		everything(),
	] {
		assert_eq!(Stop::of_terms(&other), None);
	}
	let of_everyone = (Grantee::Everyone, given(7, terms.clone()));
	let others = [
		(Grantee::Research, given(8, terms)),
		(Grantee::Everyone, given(9, everything())),
		of_everyone,
	];
	let found = in_force(others.iter().map(|(grantee, consent)| (grantee, consent)));
	let by = Grantor::Patient;
	assert_eq!(found, [Stopped { consent: 7, since: 10, stop: Stop::default(), by }]);
}

fn session(consents: &[(Grantee, Consent)]) -> Session<Scripted> {
	let session = Session::scripted("//PatientA");
	session.chain.change(|state| {
		state.set(vouchsafe_protocol::storage::now(), &(NOW * 1000));
		state.answer("consents_of", &consents.to_vec());
	});
	session
}

#[tokio::test]
async fn stopping_is_one_signature() {
	let calls = |session: &Session<Scripted>| session.chain.calls();
	let session_of_none = session(&[]);
	// The scripted node causes no events, so the result cannot be read.
	stop(&session_of_none, Stop::default()).await.unwrap_err();
	let [RuntimeCall::Consent(ConsentCall::grant { grantee, terms, .. })] =
		&calls(&session_of_none)[..]
	else {
		panic!("one grant")
	};
	assert_eq!((grantee, terms), (&Grantee::Everyone, &Stop::default().terms()));
	let error = resume(&session_of_none).await.unwrap_err().to_string();
	assert_eq!(error, "nothing is stopped");

	let stopped = [(Grantee::Everyone, given(7, Stop::default().terms()))];
	let session = session(&stopped);
	let error = stop(&session, Stop::default()).await.unwrap_err().to_string();
	assert_eq!(error, "everything is stopped already");
	assert!(calls(&session).is_empty());
	let stricter = Stop { binds_emergencies: true, ..Stop::default() };
	stop(&session, stricter).await.unwrap();
	resume(&session).await.unwrap();
	let [RuntimeCall::Consent(ConsentCall::amend { id: 7, terms, .. }), RuntimeCall::Consent(ConsentCall::revoke { id: 7, .. })] =
		&calls(&session)[..]
	else {
		panic!("{:?}", calls(&session))
	};
	assert_eq!(*terms, stricter.terms());
}

/// It keeps nobody from what the law permits, so the patient has to be able to give one that does.
#[tokio::test]
async fn a_representatives_stop_is_made_the_patients() {
	let ada = AccountId::new([8; 32]);
	let theirs = |id, stop: Stop| {
		let grantor = Grantor::Representative(ada.clone());
		(Grantee::Everyone, Consent { grantor, ..given(id, stop.terms()) })
	};
	let stricter = Stop { binds_emergencies: true, ..Stop::default() };
	let mine = (Grantee::Everyone, given(8, stricter.terms()));
	for (there, amended) in
		[(vec![theirs(7, Stop::default())], 7), (vec![theirs(7, Stop::default()), mine], 8)]
	{
		let session = session(&there);
		assert!(!is_there(&session, Stop::default()).await.unwrap());
		stop(&session, Stop::default()).await.unwrap();
		let [RuntimeCall::Consent(ConsentCall::amend { id, terms, .. })] =
			&session.chain.calls()[..]
		else {
			panic!("{:?}", session.chain.calls())
		};
		assert_eq!((*id, terms), (amended, &Stop::default().terms()));
	}
	let found = of(&session(&[theirs(7, stricter)]), &PATIENT).await.unwrap();
	assert_eq!(found[0].representative(), Some(&ada));

	// A representative amends only its own, and gives another one beside the patient's.
	for (own, call) in [(true, "amend"), (false, "grant")] {
		let mut session =
			session(&[theirs(7, stricter), (Grantee::Everyone, given(8, stricter.terms()))]);
		session.for_patient = Some(PATIENT);
		if own {
			let grantor = Grantor::Representative(session.me().unwrap().account());
			let there =
				vec![(Grantee::Everyone, Consent { grantor, ..given(9, stricter.terms()) })];
			session.chain.change(|state| state.answer("consents_of", &there));
		}
		assert!(is_there(&session, stricter).await.unwrap());
		let _ = stop(&session, Stop::default()).await;
		let [RuntimeCall::Representation(RepresentationCall::act { call: made, .. })] =
			&session.chain.calls()[..]
		else {
			panic!("{:?}", session.chain.calls())
		};
		let made = match &**made {
			RuntimeCall::Consent(ConsentCall::amend { id: 9, .. }) => "amend",
			RuntimeCall::Consent(ConsentCall::grant { .. }) => "grant",
			other => panic!("{other:?}"),
		};
		assert_eq!(made, call);
	}
}

#[tokio::test]
async fn the_sentence_says_what_it_is() {
	let session = session(&[]);
	let said = sentence(&session, Stop::default()).await.unwrap();
	assert!(
		said.starts_with("I deny everyone any access to my records or my access log"),
		"{said}"
	);
	assert!(said.contains("It does not apply in an emergency."), "{said}");
	let stricter = Stop { binds_emergencies: true, allows_adding: true };
	let said = sentence(&session, stricter).await.unwrap();
	assert!(said.starts_with("I forbid everyone to read"), "{said}");
	assert!(said.contains("It also applies in an emergency."), "{said}");
}
