//! What the pallet's consents decide: that it is these, under the actor's keys, and at this moment.

use super::*;

fn question(now: Moment) -> Question {
	let teams = vec![1].try_into().unwrap();
	let mut actor = People::actor(&DOCTOR, Some(&HOSPITAL)).unwrap();
	let acting_for = actor.acting_for.take().unwrap();
	actor.acting_for = Some(ActingFor { teams, ..acting_for });
	Question {
		patient: PATIENT,
		standing: Standing::Active,
		doubt: None,
		actor,
		action: Action::Read,
		purpose: Purpose::Treatment,
		subject: Subject::Record(RecordFacts {
			id: H256::zero(),
			patient: PATIENT,
			author: CLINIC,
			responsible: CLINIC,
			category: Category::Summary,
			confidentiality: Confidentiality::Normal,
			labels: LabelTags::default(),
			service: ServicePeriod { first: 1, last: 1 },
			status: RecordStatus::Current,
		}),
		now,
		break_glass: false,
	}
}

fn decide(now: Moment) -> Decision {
	let decision = <Consent as traits::Consents>::decide(&question(now));
	assert_eq!(Consent::decide(question(now)), decision, "the view function says the same");
	decision
}

#[test]
fn decide_follows_grants_denies_and_revocations() {
	build_and_execute(|| {
		let no_consent = Decision::Refuse(Reason::NoConsent);
		assert_eq!(decide(START), no_consent);
		let id = grant(team(), terms());
		let permit = Decision::Permit(Basis::Consent(reference(team(), id)));
		assert_eq!(decide(START), permit);
		let person = Grantee::Person(DOCTOR);
		let deny = grant(person.clone(), Terms::all(DENY));
		let denied = Decision::Refuse(Reason::Denied(reference(person.clone(), deny)));
		assert_eq!(decide(START), denied);
		assert_ok!(Consent::revoke(signed(PATIENT), person, deny));
		assert_eq!(decide(START), permit);
		assert_eq!(decide(START + DAY - 1), permit);
		assert!(!decide(START + DAY).is_permit(), "expired, though it is still kept");
		assert_ok!(Consent::revoke(signed(PATIENT), team(), id));
		assert_eq!(decide(START), no_consent);
	});
}

#[test]
fn decide_does_not_mind_how_many_consents_there_are_for_others() {
	build_and_execute(|| {
		let id = grant(team(), terms());
		for team in 2..1_000 {
			grant(Grantee::CareTeam { institution: HOSPITAL, team }, Terms::all(DENY));
		}
		let permit = Decision::Permit(Basis::Consent(reference(team(), id)));
		assert_eq!(decide(START), permit);
	});
}

#[test]
fn decide_keeps_patients_apart() {
	build_and_execute(|| {
		assert_ok!(Consent::grant(signed(OTHER_PATIENT), team(), terms(), text()));
		assert_eq!(decide(START), Decision::Refuse(Reason::NoConsent));
	});
}
