use super::*;

const PATIENT: AccountId = AccountId::new([1; 32]);
const DOCTOR: AccountId = AccountId::new([2; 32]);
const A: AccountId = AccountId::new([3; 32]);
const B: AccountId = AccountId::new([4; 32]);

fn account(kind: AccountKind, status: Status) -> Account {
	Account {
		kind,
		status,
		status_since: 50,
		disabled_since: None,
		doubt: None,
		encryption_key: [0; 32],
		enrolled_by: A,
	}
}

fn affiliated(institution: AccountId, status: Status, until: Option<Moment>) -> AffiliatedAt {
	let (role, teams) = (Role::Physician, vec![7]);
	AffiliatedAt {
		institution,
		kind: AccountKind::Institution,
		status,
		country: *b"DE",
		affiliation: Affiliation { role, from: 0, until, accepted: true, attested: true, teams },
	}
}

fn acting(institution: Option<&AccountId>, affiliations: Vec<AffiliatedAt>) -> Actor {
	let doctor = account(AccountKind::Practitioner, Status::Active);
	actor(&DOCTOR, &doctor, institution, affiliations, 100).unwrap()
}

fn permit(id: ConsentId) -> Consent {
	Consent {
		id,
		revision: 0,
		policy_version: POLICY_VERSION,
		granted_at: 60,
		confirmed_at: None,
		terms: Terms::all(Effect::Permit),
		text: ShownText { commitment: H256([0; 32]), language: *b"en" },
		grantor: Grantor::Patient,
	}
}

fn record(id: u8) -> RecordFacts {
	RecordFacts {
		id: H256([id; 32]),
		patient: PATIENT,
		author: A,
		responsible: A,
		category: Category::Laboratory,
		confidentiality: Confidentiality::Normal,
		labels: LabelTags::default(),
		service: ServicePeriod { first: 1, last: 1 },
		status: RecordStatus::Current,
	}
}

fn reads(decider: &Decider, actor: &Actor) -> bool {
	let decided =
		decider.decide_each(actor.clone(), Action::Read, Purpose::Treatment, &[record(1)]);
	decided.iter().all(Decision::is_permit)
}

#[test]
fn only_affiliations_in_force_count() {
	let at_both =
		|| vec![affiliated(A, Status::Active, Some(101)), affiliated(B, Status::Active, Some(100))];
	let found = acting(Some(&A), at_both());
	assert!(found.active && found.also_at.is_empty());
	assert_eq!(found.acting_for.unwrap().teams.into_inner(), [7]);
	let ended = acting(Some(&B), at_both());
	assert!(!ended.active && ended.acting_for.is_none());
	assert_eq!(ended.also_at.len(), 1);
	let suspended = acting(Some(&A), vec![affiliated(A, Status::Suspended, None)]);
	assert!(!suspended.active && suspended.acting_for.is_none());
}

#[test]
fn consents_are_added_and_taken_away() {
	let patient = account(AccountKind::Patient, Status::Active);
	let doctor = acting(Some(&A), vec![affiliated(A, Status::Active, None)]);
	let without = Decider::new(&PATIENT, Some(&patient), [], 100);
	assert!(!reads(&without, &doctor));
	let with = without.clone().with(Grantee::Institution(A), permit(5));
	assert!(reads(&with, &doctor));
	assert_eq!(with.consents().map(|(_, consent)| consent.id).collect::<Vec<_>>(), [5]);
	assert!(!reads(&with.clone().without(5), &doctor));
	assert!(reads(&with.clone().without(6), &doctor));
	let ending =
		Consent { terms: Terms { valid_until: Some(200), ..permit(5).terms }, ..permit(5) };
	let with = without.with(Grantee::Institution(A), ending);
	assert!(reads(&with, &doctor) && !reads(&with.at(200), &doctor));
}

#[test]
fn how_the_patient_takes_part_counts() {
	let doctor = acting(Some(&A), vec![affiliated(A, Status::Active, None)]);
	let of = |patient: Option<&Account>| {
		reads(
			&Decider::new(&PATIENT, patient, [(Grantee::Institution(A), permit(5))], 100),
			&doctor,
		)
	};
	let patient = |status| account(AccountKind::Patient, status);
	assert!(of(Some(&patient(Status::Active))));
	// The permit was given after the key was lost.
	assert!(!of(Some(&Account { disabled_since: Some(60), ..patient(Status::Active) })));
	assert!(of(Some(&Account { disabled_since: Some(61), ..patient(Status::Active) })));
	assert!(!of(Some(&Account { disabled_since: Some(60), ..patient(Status::Merged) })));
	assert!(!of(Some(&patient(Status::Suspended))));
	assert!(!of(Some(&patient(Status::Deceased))));
	assert!(!of(None) && !of(Some(&account(AccountKind::Person, Status::Active))));
}
