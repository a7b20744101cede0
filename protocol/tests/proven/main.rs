//! The proven view answers as the runtime does, whatever the state is; and a node that lies gets an
//! error, or the truth.

mod following;
mod inclusion;
mod log_file;
mod node;
mod states;

use codec::{Compact, Encode};
use futures::executor::block_on;
use node::{Lie, Node, State};
use proptest::prelude::*;
use sp_state_machine::BasicExternalities;
use states::*;
use std::fmt::Debug;
use vouchsafe_protocol::{
	errors::ChainError, proof::ProofError, proven::ProvenView,
	runtime::runtime_types::frame_system::LastRuntimeUpgradeInfo, storage, traits::View, types::*,
};

fn proven(node: Node) -> Result<ProvenView<Node>, ChainError> {
	let header = node.header();
	block_on(ProvenView::new(node, header))
}

/// What one case asks about.
#[derive(Clone, Debug)]
struct Case {
	reader: AccountId,
	institution: AccountId,
	patient: AccountId,
	grantee: Grantee,
	record: H256,
	number: u32,
	limit: u32,
	ground: Ground,
	action: Action,
	purpose: Purpose,
}

prop_compose! {
	fn case()(
		reader in reader(),
		institution in institution(),
		patient in prop_oneof![9 => patient(), 1 => any_account()],
		grantee in grantee(),
		record in any_record(),
		number in 0u32..4,
		limit in prop_oneof![Just(1), Just(3), Just(1000)],
		ground in ground(),
		action in prop::sample::select(Action::ALL.to_vec()),
		purpose in prop::sample::select(Purpose::ALL.to_vec()),
	) -> Case {
		Case {
			reader, institution, patient, grantee, record, number, limit, ground, action, purpose,
		}
	}
}

/// Everything that a view answers to these questions, each with its name.
fn answers<V: View>(view: &V, case: &Case) -> Vec<(&'static str, Result<String, ChainError>)> {
	fn text<T: Debug>(answer: Result<T, ChainError>) -> Result<String, ChainError> {
		answer.map(|answer| format!("{answer:?}"))
	}
	let Case { reader, institution, patient, grantee, record, number, limit, .. } = case;
	let Case { ground, action, purpose, .. } = case;
	let consent = || Ground::Consent { institution: Some(institution.clone()) };
	macro_rules! all {
		($($name:ident($($argument:expr),*)),* $(,)?) => {
			vec![$((stringify!($name), text(block_on(view.$name($($argument),*))))),*]
		};
	}
	all![
		decide(reader, ground.clone(), patient, *record, *action, *purpose),
		decide(reader, consent(), patient, *record, Action::Read, Purpose::Treatment),
		decide_log(reader, None, patient),
		decide_log(reader, Some(institution.clone()), patient),
		may_write(reader, institution, patient),
		may_carry(institution, patient, grantee, *number, &[*record, H256([1; 32])]),
		account(reader),
		institution(reader),
		institutions(None, *limit),
		institutions(Some(reader.clone()), *limit),
		affiliations(reader, None, *limit),
		affiliations(reader, Some(institution.clone()), *limit),
		custodian_of(reader),
		records_of(patient, None, *limit),
		records_of(patient, Some(*record), *limit),
		record(patient, *record),
		version(patient, *record, *number),
		sharing_set(patient, *record, *number),
		consents_of(patient, None, *limit),
		consents_of(patient, Some((grantee.clone(), *number)), *limit),
		requests_of(patient, None, *limit),
		requests_of(patient, Some(*number), *limit),
		openings(patient, reader),
		holder_choice(patient),
		audit_head(patient),
		key_state(reader),
		recovery(patient),
		recovery(reader),
		representation(patient),
		representation(reader),
		studies(None, *limit),
		studies(Some(*number), *limit),
		study(*number),
		round(*number, 0),
		result(*number, 0),
		mechanism(*number),
		standing(*number, None, *limit),
		standing(*number, Some(patient.clone()), *limit),
		contributed(*number, 0, &[patient.clone(), reader.clone()]),
		may_count(*number, patient),
		epsilon_left(patient),
		withheld(*number, patient, None, *limit),
		withheld(*number, patient, Some(*record), *limit),
		nonce(reader),
		time(),
		consent(patient, grantee, *number),
	]
}

/// A node leaves out the node of the trie in the middle.
const LEAVES_OUT: Lie = |nodes| {
	nodes.remove(nodes.len() / 2);
};

/// A node changes a byte of the longest node.
const CHANGES: Lie = |nodes| {
	if let Some(node) = nodes.iter_mut().max_by_key(|node| node.len()) {
		let middle = node.len() / 2;
		node[middle] ^= 1;
	}
};

proptest! {
	#![proptest_config(ProptestConfig::with_cases(400))]

	#[test]
	fn a_proven_answer_is_the_runtimes(
		state in state(),
		cases in prop::collection::vec(case(), 8),
	) {
		let node = Node::new(state.clone());
		let proven = proven(Node::new(state)).unwrap();
		for case in cases {
			let theirs = answers(&node, &case);
			for (of_runtime, of_proof) in theirs.into_iter().zip(answers(&proven, &case)) {
				prop_assert!(of_runtime.1.is_ok(), "{:?}", of_runtime);
				prop_assert_eq!(of_runtime, of_proof, "{:?}", case);
			}
		}
	}

	#[test]
	fn what_can_be_opened_is_what_the_runtime_permits(
		state in state(),
		cases in prop::collection::vec((case(), any::<bool>()), 8),
		limit in 1..4usize,
	) {
		let node = Node::new(state.clone());
		let proven = proven(Node::new(state)).unwrap();
		for (Case { reader, institution, patient, .. }, alone) in cases {
			let institution = (!alone).then_some(institution);
			let ground = Ground::Consent { institution: institution.clone() };
			let purpose = if alone { Purpose::PatientRequest } else { Purpose::Treatment };
			let mut expected = Vec::new();
			for (record, _) in block_on(node.all_records_of(&patient)).unwrap() {
				let action = Action::Read;
				let asked = node.decide(&reader, ground.clone(), &patient, record, action, purpose);
				expected.extend(block_on(asked).unwrap().is_permit().then_some(record));
			}
			let (mut found, mut after) = (Vec::new(), None);
			loop {
				let asked =
					proven.openable(&reader, institution.as_ref(), &patient, after, limit);
				let (page, next) = block_on(asked).unwrap();
				prop_assert!(page.len() <= limit);
				found.extend(page);
				after = next;
				if next.is_none() {
					break;
				}
			}
			prop_assert_eq!(found, expected);
		}
	}

	#[test]
	fn a_liar_gets_an_error_or_the_truth(state in state(), case in case()) {
		let node = Node::new(state.clone());
		let truth = answers(&node, &case);
		for lie in [LEAVES_OUT, CHANGES] {
			let Ok(proven) = proven(Node::new(state.clone()).lying(lie)) else { continue };
			for (truth, told) in truth.iter().zip(answers(&proven, &case)) {
				let refused = matches!(told.1, Err(ChainError::NotProven(_)));
				prop_assert!(refused || *truth == told, "{:?} {:?}", truth, told);
			}
		}
	}
}

/// The states are not so random that no patient is ever counted in a study.
#[test]
fn some_people_are_counted() {
	use proptest::{strategy::ValueTree, test_runner::TestRunner};
	let mut runner = TestRunner::deterministic();
	let (mut standing, mut withheld) = (0, 0);
	for _ in 0..400 {
		let node = Node::new(state().new_tree(&mut runner).unwrap().current());
		for study in 0..2 {
			standing += block_on(node.standing(study, None, 9)).unwrap().len();
			for patient in [5, 6].map(account) {
				withheld += block_on(node.withheld(study, &patient, None, 9)).unwrap().len();
			}
		}
	}
	assert!(standing > 10 && withheld > 10, "{standing} and {withheld}");
}

/// The states have guardians in force, guardians who wait, and attempts that have lapsed and that have not.
#[test]
fn some_accounts_get_new_keys() {
	use proptest::{strategy::ValueTree, test_runner::TestRunner};
	let mut runner = TestRunner::deterministic();
	let mut seen = [0; 5];
	for _ in 0..400 {
		let state = state().new_tree(&mut runner).unwrap().current();
		let node = Node::new(state.clone());
		for account in [5, 6].map(account) {
			let found = block_on(node.recovery(&account)).unwrap();
			let has_attempt = state.0.contains_key(&storage::attempt(&account).bytes);
			let each = [
				found.key != account,
				found.guardians.is_some(),
				found.next.is_some(),
				found.attempt.is_some(),
				has_attempt && found.attempt.is_none(),
			];
			seen.iter_mut().zip(each).for_each(|(count, it)| *count += u32::from(it));
		}
	}
	assert!(seen.iter().all(|count| *count > 10), "{seen:?}");
}

/// The runtime's own time, unless the council has set another one.
#[test]
fn an_attempt_counts_as_long_as_the_runtime_says() {
	let key = account(9);
	for lifetime in [None, Some(100)] {
		let lasts = lifetime.unwrap_or(vouchsafe_protocol::types::ATTEMPT_LIFETIME);
		for (passed, counts) in [(lasts - 1, true), (lasts, false)] {
			let mut state = two_institutions();
			state.put(storage::now(), &((1_000 + passed) * 1_000));
			if let Some(lifetime) = lifetime {
				state.put(storage::attempt_lifetime(), &states::lifetime(lifetime));
			}
			let by = By::Institution {
				institution: account(0),
				evidence: H256([1; 32]),
				attestations: 0,
				objected: false,
			};
			let (key, at) = (key.clone(), 1_000);
			let attempt = Attempt { key, encryption_key: [1; 32], by, at, from: None };
			state.put(storage::attempt(&account(5)), &attempt);
			let theirs = block_on(Node::new(state.clone()).recovery(&account(5))).unwrap();
			let ours = block_on(proven(Node::new(state)).unwrap().recovery(&account(5))).unwrap();
			assert_eq!(ours, theirs, "{lifetime:?} {passed}");
			assert_eq!(ours.attempt.is_some(), counts, "{lifetime:?} {passed}");
		}
	}
}

/// The states have representatives in force, and each reason why one is not; wards with a key and without one,
/// and representatives whose time is over.
#[test]
fn some_patients_are_represented() {
	use proptest::{strategy::ValueTree, test_runner::TestRunner};
	let mut runner = TestRunner::deterministic();
	let (mut seen, mut wards, mut over) = ([0; 8], [0; 2], 0);
	for _ in 0..600 {
		let state = state().new_tree(&mut runner).unwrap().current();
		let node = Node::new(state);
		for patient in [5, 6].map(account) {
			let stored = block_on(node.read(storage::representatives(&patient))).unwrap();
			let Some(stored) = stored else { continue };
			let found = block_on(node.representation(&patient)).unwrap();
			over += stored.list.len() - found.representatives.len();
			wards[usize::from(found.ward)] += u32::from(stored.ward);
			for view in found.representatives {
				let place = match view.force {
					Force::InForce => 0,
					Force::Suspended => 1,
					Force::NotForStanding => 2,
					Force::Standby => 3,
					Force::InDoubt => 4,
					Force::NotAttested => 5,
					Force::Objected => 6,
					Force::Waits { .. } => 7,
				};
				seen[place] += 1;
			}
		}
	}
	assert!(seen.iter().all(|count| *count > 10), "{seen:?}");
	assert!(wards.iter().all(|count| *count > 10) && over > 10, "{wards:?} {over}");
}

/// The runtime's own time, unless the council has set another one.
#[test]
fn a_registration_counts_as_long_as_the_runtime_says() {
	for lifetime in [None, Some(100)] {
		let lasts = lifetime.unwrap_or(REGISTRATION_LIFETIME);
		for (passed, counts) in [(lasts - 1, true), (lasts, false)] {
			let mut state = two_institutions();
			state.put(storage::now(), &((1_000 + passed) * 1_000));
			if let Some(lifetime) = lifetime {
				let value = states::registration_lifetime(lifetime);
				state.put(storage::registration_lifetime(), &value);
			}
			let registration = Registration {
				basis: LegalBasis::Guardian,
				scopes: Scopes::default(),
				until: None,
				evidence: H256([1; 32]),
			};
			let stage = Stage::Registered { at: 1_000, first: account(3), second: account(4) };
			let mandate = Mandate::ByLaw { registration, stage };
			let suspension = Suspension::None;
			let list = vec![Representative { account: account(7), mandate, suspension }];
			let stored = Representatives { ward: true, list };
			state.put(storage::representatives(&account(5)), &stored);
			let asked = Node::new(state.clone());
			let theirs = block_on(asked.representation(&account(5))).unwrap();
			let proven = proven(Node::new(state)).unwrap();
			let ours = block_on(proven.representation(&account(5))).unwrap();
			assert_eq!(ours, theirs, "{lifetime:?} {passed}");
			assert_eq!((ours.ward, ours.representatives.len()), (true, usize::from(counts)));
		}
	}
}

/// A state with two institutions and a time.
fn two_institutions() -> State {
	let mut state = State::default();
	state.put(storage::now(), &1_000);
	for number in [0, 1] {
		let entry = Account {
			kind: AccountKind::Institution,
			status: Status::Active,
			status_since: 0,
			disabled_since: None,
			doubt: None,
			encryption_key: [number; 32],
			enrolled_by: account(number),
		};
		state.put(storage::account(&account(number)), &entry);
		let name = format!("Hospital {number}").into_bytes();
		let institution =
			Institution { name, country: *b"DE", custodian: None, cap: 1, enrolled: 0 };
		state.put(storage::institution(&account(number)), &institution);
	}
	state
}

#[test]
fn an_institution_that_is_left_out_is_noticed() {
	let mut node = Node::new(two_institutions());
	node.hides = Some(storage::institution(&account(1)).bytes);
	let proven = proven(node).unwrap();
	let found = block_on(proven.all_institutions());
	assert!(matches!(found, Err(ChainError::NotProven(_))), "{found:?}");
	// The hint is only needed for lists.
	assert!(block_on(proven.institution(&account(1))).unwrap().is_some());
}

#[test]
fn what_was_prefetched_is_proven_and_asked_once() {
	let keys = || [0, 1, 2].map(|number| storage::institution(&account(number)).bytes).to_vec();
	let honest = proven(Node::new(two_institutions())).unwrap();
	block_on(honest.prefetch(keys())).unwrap();
	let asked = honest.node().asked.lock().unwrap().len();
	for (number, is_there) in [(0, true), (1, true), (2, false)] {
		let found = block_on(honest.institution(&account(number))).unwrap();
		assert_eq!(found.is_some(), is_there, "{number}");
	}
	assert_eq!(honest.node().asked.lock().unwrap().len(), asked);

	let header = Node::new(two_institutions()).header();
	let liar = ProvenView::new(Node::new(two_institutions()), header);
	let liar = block_on(liar).unwrap().over(Node::new(two_institutions()).lying(LEAVES_OUT));
	let refused = block_on(liar.prefetch(keys()));
	assert!(matches!(refused, Err(ChainError::NotProven(_))), "{refused:?}");
}

#[test]
fn swapped_names_are_noticed() {
	let truth = two_institutions();
	let mut swapped = truth.clone();
	for (number, name) in [(0, "Hospital 1"), (1, "Hospital 0")] {
		let (name, custodian) = (name.as_bytes().to_vec(), None);
		let institution = Institution { name, country: *b"DE", custodian, cap: 1, enrolled: 0 };
		swapped.put(storage::institution(&account(number)), &institution);
	}
	let header = Node::new(truth).header();
	let view = block_on(ProvenView::new(Node::new(swapped), header));
	assert!(matches!(view, Err(ChainError::NotProven(_))), "the state is not that of the block");
}

#[test]
fn pages_are_as_long_as_the_runtimes() {
	let (mut state, patient) = (two_institutions(), account(5));
	let text = ShownText { commitment: H256([1; 32]), language: *b"en" };
	for number in 0u16..300 {
		let mut person = [9; 32];
		person[..2].copy_from_slice(&number.to_le_bytes());
		let consent = Consent {
			id: number.into(),
			revision: 0,
			policy_version: POLICY_VERSION,
			granted_at: 0,
			confirmed_at: None,
			terms: Terms::all(Effect::Permit),
			text,
			grantor: Grantor::Patient,
		};
		let grantee = Grantee::Person(AccountId::new(person));
		state.put(storage::consents(&patient, &grantee), &vec![consent]);
	}
	for id in 0..300 {
		let request = Request {
			asker: account(3),
			institution: account(0),
			grantee: Grantee::Institution(account(0)),
			referred_by: None,
			asked: Asked {
				actions: Actions::of(&[Action::Read]),
				purposes: Purposes::of(&[Purpose::Treatment]),
				categories: Categories::default(),
				labels: LabelFilter::Unlabelled,
				confidentiality: Confidentiality::Normal,
				records: vec![],
				data_period: DataPeriod::default(),
			},
			duration: 1,
			reason: vec![],
			submitted: 0,
			expires: 1,
		};
		state.put(storage::request(&patient, id), &request);
	}
	let node = Node::new(state.clone());
	let proven = proven(Node::new(state)).unwrap();
	let page = block_on(proven.requests_of(&patient, None, 1_000)).unwrap();
	assert_eq!(page.len(), 256);
	assert_eq!(Ok(page), block_on(node.requests_of(&patient, None, 1_000)));
	proven.node().asked.lock().unwrap().clear();
	let page = block_on(proven.consents_of(&patient, None, 1_000)).unwrap();
	assert_eq!(page.len(), 256);
	assert_eq!(Ok(page), block_on(node.consents_of(&patient, None, 1_000)));
	// Eight grantees at a time, and the one before them.
	assert_eq!(*proven.node().asked.lock().unwrap(), [8 + 1; 32]);
	let all = block_on(proven.all_consents_of(&patient)).unwrap();
	assert_eq!(all.len(), 300);
	assert_eq!(Ok(all), block_on(node.all_consents_of(&patient)));
}

/// A physician whom the patient permitted to read everything at some moment, in each standing that the
/// patient can have since then.
#[test]
fn permits_count_as_the_runtime_says_in_each_standing() {
	let (doctor, patient, hospital) = (account(3), account(5), account(0));
	let mut base = two_institutions();
	let entry = |kind, status, disabled_since, doubt| Account {
		kind,
		status,
		status_since: 600,
		disabled_since,
		doubt,
		encryption_key: [1; 32],
		enrolled_by: account(0),
	};
	let practitioner = entry(AccountKind::Practitioner, Status::Active, None, None);
	base.put(storage::account(&doctor), &practitioner);
	base.put(storage::affiliated_with(&doctor), &vec![hospital.clone()]);
	let affiliation = Affiliation {
		role: Role::Physician,
		from: 0,
		until: None,
		accepted: true,
		attested: true,
		teams: vec![],
	};
	base.put(storage::affiliation(&doctor, &hospital), &affiliation);
	base.put(storage::now(), &1_000_000);
	let mut decisions = Vec::new();
	for status in Status::ALL {
		for disabled_since in [None, Some(400), Some(800)] {
			for doubt in [None, Some(Doubt { since: 300, until: 500 })] {
				for granted_at in [200, 450, 700, 900] {
					let mut state = base.clone();
					let patients = entry(AccountKind::Patient, *status, disabled_since, doubt);
					state.put(storage::account(&patient), &patients);
					let consent = Consent {
						id: 1,
						revision: 0,
						policy_version: POLICY_VERSION,
						granted_at,
						confirmed_at: None,
						terms: Terms {
							actions: Actions::of(&[Action::Write]),
							..Terms::all(Effect::Permit)
						},
						text: ShownText { commitment: H256([1; 32]), language: *b"en" },
						grantor: Grantor::Patient,
					};
					state.put(storage::consents(&patient, &Grantee::Everyone), &vec![consent]);
					let node = Node::new(state.clone());
					let theirs = block_on(node.may_write(&doctor, &hospital, &patient)).unwrap();
					let proven = proven(Node::new(state)).unwrap();
					let ours = block_on(proven.may_write(&doctor, &hospital, &patient)).unwrap();
					assert_eq!(
						theirs, ours,
						"{status:?} {disabled_since:?} {doubt:?} {granted_at}"
					);
					decisions.push(ours.is_permit());
				}
			}
		}
	}
	assert!(decisions.contains(&true) && decisions.contains(&false));
}

/// The encoded header of a block, and its hash.
fn encoded_header(number: u32) -> (Vec<u8>, H256) {
	let [parent, state, extrinsics] = [1, 2, 3].map(|byte| H256([byte; 32]));
	let header = (parent, Compact(number), state, extrinsics, Vec::<()>::new()).encode();
	let hash = H256(sp_crypto_hashing::blake2_256(&header));
	(header, hash)
}

#[test]
fn earlier_blocks_are_proven_by_their_hashes_in_the_state() {
	let ((earlier, hash), (other, _)) = (encoded_header(5), encoded_header(6));
	let mut state = two_institutions();
	state.put(storage::block_hash(5), &hash);
	let view = proven(Node::new(state)).unwrap();
	let found = block_on(view.block(5, &earlier)).unwrap();
	assert_eq!((found.number, found.hash), (5, hash));
	assert_eq!((found.state_root, found.extrinsics_root), (H256([2; 32]), H256([3; 32])));
	let refused = |number, header: &[u8]| block_on(view.block(number, header)).unwrap_err();
	assert_eq!(refused(5, &other), ProofError::Header(hash).into());
	// The head's own header is not this one.
	assert_eq!(refused(7, &other), ProofError::Header(view.head().hash).into());
	for unknown in [0, 4, 8] {
		assert_eq!(refused(unknown, &earlier), ProofError::NotInChain(unknown).into());
	}
}

#[test]
fn the_runtime_keeps_hashes_where_they_are_looked_for() {
	let mut externalities = BasicExternalities::default();
	externalities.insert(storage::block_hash(77).bytes, H256([7; 32]).encode());
	let hash = externalities.execute_with(|| vouchsafe_runtime::System::block_hash(77));
	assert_eq!(hash, H256([7; 32]));
}

#[test]
fn a_block_is_as_old_as_its_time_and_the_genesis_block_has_none() {
	let view = proven(Node::new(two_institutions())).unwrap();
	assert_eq!([0, 1, 31].map(|now| view.age(now)), [Some(0), Some(0), Some(30)]);
	assert_eq!([0, 1, 31].map(|now| view.ahead(now)), [1, 0, 0]);
	let mut genesis = State::default();
	genesis.put(storage::custodian_account(&account(1)), &account(2));
	assert_eq!(proven(Node::new(genesis)).unwrap().age(1_000_000_000), None);
}

#[test]
fn the_runtimes_version_is_proven() {
	let mut state = two_institutions();
	assert_eq!(proven(Node::new(state.clone())).unwrap().spec_version(), None);
	let upgrade = LastRuntimeUpgradeInfo { spec_name: "other".into(), spec_version: 7 };
	state.put(storage::last_upgrade(), &upgrade);
	assert_eq!(proven(Node::new(state)).unwrap().spec_version(), Some(("other", 7)));
}
