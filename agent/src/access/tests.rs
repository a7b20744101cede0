use super::{fixtures::*, *};
use crate::{consent::plain_terms, scripted::ScriptedNode};
use vouchsafe_protocol::{
	storage,
	types::{
		Categories, Confidentiality, Consent, Effect, Grantor, LegalBasis, RecordStatus,
		Registration, Scopes, Terms, MAX_CONSENTS_PER_GRANTEE,
	},
};

fn permit(id: u32, grantee: Grantee) -> (Grantee, Consent) {
	(grantee, given(id, plain_terms(Effect::Permit)))
}

fn deny(id: u32, grantee: Grantee) -> (Grantee, Consent) {
	(grantee, given(id, Terms::all(Effect::Deny { binds_break_glass: false })))
}

/// Category, open and all.
fn counts(access: &Access, who: Grantee) -> Vec<(Category, usize, usize)> {
	let row = access.row(who);
	row.cells.iter().map(|cell| (cell.category, cell.open, cell.all)).collect()
}

fn at(practitioner: AccountId, institution: AccountId) -> Grantee {
	Grantee::PractitionerAt { practitioner, institution }
}

#[test]
fn without_consents_nobody_sees_anything() {
	let access = access(vec![]);
	let table = access.table();
	// Three institutions, the doctor, the nurse at two hospitals, and the relative.
	assert_eq!(table.len(), 7);
	for row in table {
		for cell in row.cells {
			assert_eq!((cell.extent(), &cell.by[..]), (Extent::None, &[][..]), "{:?}", row.who);
			assert_eq!(cell.why_not, [Reason::NoConsent]);
		}
	}
}

#[test]
fn a_cell_says_how_much_is_open_by_what_and_why_not_more() {
	let access = access(vec![permit(4, Grantee::Institution(B))]);
	let row = access.row(Grantee::Institution(B));
	let [imaging, laboratory] = &row.cells[..] else { panic!("{row:?}") };
	let consent = ConsentRef { grantee: Grantee::Institution(B), id: 4 };
	assert_eq!((imaging.category, imaging.extent()), (Category::Imaging, Extent::All));
	assert_eq!(imaging.by, std::slice::from_ref(&consent));
	assert!(imaging.why_not.is_empty());
	assert_eq!((laboratory.category, laboratory.extent()), (Category::Laboratory, Extent::Some));
	assert_eq!((laboratory.open, laboratory.all), (1, 2));
	let [Reason::NotCovered { consent: closest, mismatch }] = &laboratory.why_not[..] else {
		panic!("{laboratory:?}")
	};
	assert_eq!((closest, mismatch.word()), (&consent, "confidentiality"));
	let open = [(Category::Imaging, 1, 1), (Category::Laboratory, 1, 2)];
	assert_eq!(counts(&access, at(DOCTOR, B)), open);
	assert_eq!(counts(&access, at(NURSE, B)), open);
	let closed = [(Category::Imaging, 0, 1), (Category::Laboratory, 0, 2)];
	assert_eq!(counts(&access, at(NURSE, A)), closed);
	assert_eq!(counts(&access, Grantee::Institution(A)), closed);
	assert_eq!(counts(&access, at(DOCTOR, A)), closed, "the doctor does not work there");
}

#[test]
fn roles_and_teams_of_consents_have_rows() {
	let team = Grantee::CareTeam { institution: B, team: 1 };
	let access = access(vec![permit(1, Grantee::Role(Role::Nurse)), permit(2, team.clone())]);
	let everybody = access.everybody();
	for institution in [A, B, AUTHORITY] {
		let nurses = Grantee::RoleAt { role: Role::Nurse, institution: institution.clone() };
		assert!(everybody.contains(&nurses));
		assert_eq!(counts(&access, nurses)[0].1, 1);
		assert_eq!(counts(&access, Grantee::Institution(institution))[0].1, 0);
	}
	assert!(everybody.contains(&team));
	assert_eq!(counts(&access, team)[0].1, 1);
	assert_eq!(counts(&access, Grantee::CareTeam { institution: B, team: 2 })[0].1, 0);
	assert_eq!(everybody.len(), everybody.iter().collect::<BTreeSet<_>>().len());
}

#[test]
fn the_staff_as_such_have_a_role_that_no_consent_names() {
	// Also if the first role of the list is named.
	let access = access(vec![
		permit(1, Grantee::Institution(A)),
		deny(2, Grantee::Role(Role::Physician)),
		deny(3, Grantee::RoleAt { role: Role::Nurse, institution: A }),
	]);
	assert_eq!(counts(&access, Grantee::Institution(A))[0].1, 1);
	assert_eq!(counts(&access, at(NURSE, A))[0].1, 0);
	let row = access.row(Grantee::RoleAt { role: Role::Physician, institution: A });
	assert!(matches!(row.cells[0].why_not[..], [Reason::Denied(_)]), "{row:?}");
}

#[test]
fn a_deny_follows_a_person_to_other_institutions() {
	let access = access(vec![permit(1, Grantee::Institution(B)), deny(2, Grantee::Institution(A))]);
	assert_eq!(counts(&access, at(NURSE, B))[0].1, 0, "the nurse works at Hospital A too");
	assert_eq!(counts(&access, at(DOCTOR, B))[0].1, 1);
}

#[test]
fn what_one_person_sees_is_told_for_each_record() {
	let terms = Terms {
		categories: Categories::of(&[Category::Laboratory]),
		confidentiality: Confidentiality::Restricted,
		..plain_terms(Effect::Permit)
	};
	let access = access(vec![(at(DOCTOR, B), given(1, terms))]);
	let seen = |reader, institution: Option<&AccountId>| {
		let seen = access.seen_by(reader, institution).into_iter();
		seen.map(|(record, decision)| (record.id.0[0], decision.is_permit())).collect::<Vec<_>>()
	};
	assert_eq!(seen(&DOCTOR, Some(&B)), [(1, true), (2, true), (3, false)]);
	assert_eq!(seen(&DOCTOR, Some(&A)), [(1, false), (2, false), (3, false)]);
	assert_eq!(seen(&DOCTOR, None), [(1, false), (2, false), (3, false)]);
	assert_eq!(seen(&PATIENT, None), [(1, true), (2, true), (3, true)]);
	let stranger = AccountId::new([77; 32]);
	assert_eq!(seen(&stranger, None), [(1, false), (2, false), (3, false)]);
	assert_eq!(access.institutions_of(&NURSE), [A, B]);
	assert!(access.institutions_of(&stranger).is_empty());
}

/// The permit by law is for the patient's request alone.
#[test]
fn a_representative_by_law_is_seen_to_read() {
	let registration = Registration {
		basis: LegalBasis::Parent,
		scopes: Scopes::of(&[]),
		until: None,
		evidence: H256([6; 32]),
	};
	let grantor = Grantor::Law { authority: AUTHORITY };
	let by_law = Consent { grantor, ..given(7, registration.permit(NOW)) };
	let relative = Grantee::Person(RELATIVE);
	let access = access(vec![(relative.clone(), by_law)]);
	let open = [(Category::Imaging, 1, 1), (Category::Laboratory, 2, 2)];
	assert_eq!(counts(&access, relative.clone()), open);
	assert!(access.table().iter().any(|row| row.who == relative && row.cells[0].open == 1));
	assert!(access.seen_by(&RELATIVE, None).iter().all(|(_, decision)| decision.is_permit()));
	assert_eq!(counts(&access, at(DOCTOR, B))[0].1, 0);
	// Nothing keeps a relative from reading for treatment either.
	let access = super::fixtures::access(vec![permit(8, relative.clone())]);
	assert_eq!(counts(&access, relative)[0].1, 1);
}

#[test]
fn another_patients_record_is_nobodys() {
	let mut records = records();
	records[0].1.status = RecordStatus::WrongPatient;
	let patient = account(AccountKind::Patient);
	let decider = Decider::new(&PATIENT, Some(&patient), [], NOW);
	let access = Access::new(decider, &records, institutions(), people()).unwrap();
	assert_eq!(access.records().len(), 2);
}

/// The answers of the node's runtime are read once, whoever is decided about.
#[tokio::test]
async fn the_state_is_read_once() {
	let node = ScriptedNode::default();
	let consents = vec![permit(1, at(DOCTOR, B))];
	node.change(|state| {
		state.set(storage::now(), &(NOW * 1000));
		state.answer("account", &Some(account(AccountKind::Practitioner)));
		state.answer("records_of", &Vec::<u8>::new());
		state.answer("consents_of", &consents);
		state.answer("institutions", &institutions());
		state.answer("affiliations", &vec![(B, affiliation(Role::Physician, vec![]))]);
	});
	let access = Access::read(&node, &PATIENT, [NURSE]).await.unwrap();
	assert_eq!(access.decider().now(), NOW);
	assert_eq!(access.institutions_of(&DOCTOR), [B]);
	assert_eq!(access.institutions_of(&NURSE), [B]);
	let known = access.decider().consents().map(|(_, consent)| consent.id);
	assert_eq!(known.collect::<Vec<_>>(), [1]);
}

/// Twenty rows against a thousand records, with as many consents as a grantee can have.
#[test]
fn a_large_table() {
	let records: Vec<_> = (0..1_000u32)
		.map(|number| {
			let mut record = crate::consent::fixtures::record();
			record.category = Category::ALL[number as usize % Category::ALL.len()];
			let mut id = [0; 32];
			id[..4].copy_from_slice(&number.to_le_bytes());
			(H256(id), record)
		})
		.collect();
	let mut consents: Vec<_> =
		(0..MAX_CONSENTS_PER_GRANTEE).map(|id| permit(id, Grantee::Institution(B))).collect();
	consents
		.extend((100..112).map(|team| permit(team, Grantee::CareTeam { institution: A, team })));
	let decider = Decider::new(&PATIENT, Some(&account(AccountKind::Patient)), consents, NOW);
	let access = Access::new(decider, &records, institutions(), people()).unwrap();
	let table = access.table();
	assert!(table.len() >= 19, "{}", table.len());
	let all: usize = table.iter().flat_map(|row| &row.cells).map(|cell| cell.all).sum();
	assert_eq!(all, table.len() * 1_000);
}
