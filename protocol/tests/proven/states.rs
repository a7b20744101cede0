//! Random states of a small network: few accounts, so that their affiliations, consents and records
//! meet often.

use crate::node::State;
use proptest::{collection::vec, option, prelude::*, sample::select};
use std::{collections::BTreeMap, fmt::Debug};
use vouchsafe_protocol::{
	runtime::runtime_types::{
		frame_system::{AccountInfo, LastRuntimeUpgradeInfo},
		pallet_balances::types::{AccountData, ExtraFlags},
		pallet_custody::types::{Acknowledged, OpeningGroup, SharingSet},
		pallet_records::types::{
			Content, ManifestCid, Record as StoredRecord, Version as StoredVersion,
		},
		pallet_studies::types::{
			Commitment, Ledger, RevealedShare, Round as StoredRound, Study as StoredStudy,
		},
		vouchsafe_runtime::parameters::{
			values::{recovery, representation},
			RuntimeParametersValue,
		},
	},
	storage,
	types::*,
};

/// The time, in seconds.
const NOW: Moment = 1_000_000_000;

/// The accounts' numbers: institutions (the last one is an authority), practitioners, patients and a
/// researcher. The last account is not enrolled.
const INSTITUTIONS: [u8; 3] = [0, 1, 2];
const PRACTITIONERS: [u8; 2] = [3, 4];
const PATIENTS: [u8; 2] = [5, 6];
const RESEARCHER: u8 = 7;
const STRANGER: u8 = 8;

/// The account of this number.
pub fn account(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

/// One of the accounts, mostly a practitioner's.
pub fn reader() -> impl Strategy<Value = AccountId> {
	let practitioner = select(PRACTITIONERS.to_vec()).prop_map(account);
	prop_oneof![2 => practitioner, 1 => any_account()]
}

/// One of the accounts.
pub fn any_account() -> impl Strategy<Value = AccountId> {
	(0..=STRANGER).prop_map(account)
}

/// One of the institutions.
pub fn institution() -> impl Strategy<Value = AccountId> {
	select(INSTITUTIONS.to_vec()).prop_map(account)
}

/// One of the patients.
pub fn patient() -> impl Strategy<Value = AccountId> {
	select(PATIENTS.to_vec()).prop_map(account)
}

/// One of the records' ids. Some exist for a patient.
pub fn any_record() -> impl Strategy<Value = H256> {
	(0u8..4).prop_map(|number| H256([number; 32]))
}

/// A ground for opening.
pub fn ground() -> impl Strategy<Value = Ground> {
	prop_oneof![
		8 => option::of(institution()).prop_map(|institution| Ground::Consent { institution }),
		1 => institution().prop_map(|institution| Ground::BreakGlass { institution, invocation: 0 }),
		1 => Just(Ground::Own),
	]
}

/// A moment near now, and often exactly at a limit.
fn moment() -> impl Strategy<Value = Moment> {
	prop_oneof![NOW - 100..NOW + 100, NOW - 1..NOW + 2]
}

fn any_of<T: Clone + Debug + 'static>(all: &[T]) -> impl Strategy<Value = T> {
	select(all.to_vec())
}

/// Whom a consent can be for. Most of them fit an actor.
pub fn grantee() -> impl Strategy<Value = Grantee> {
	let role = || select(vec![Role::Physician, Role::Nurse]);
	let practitioner = || select(PRACTITIONERS.to_vec()).prop_map(account);
	prop_oneof![
		4 => Just(Grantee::Everyone),
		1 => role().prop_map(Grantee::Role),
		2 => institution().prop_map(Grantee::Institution),
		1 => (role(), institution())
			.prop_map(|(role, institution)| Grantee::RoleAt { role, institution }),
		1 => (institution(), 0u32..2)
			.prop_map(|(institution, team)| Grantee::CareTeam { institution, team }),
		1 => (practitioner(), institution()).prop_map(|(practitioner, institution)| {
			Grantee::PractitionerAt { practitioner, institution }
		}),
		1 => any_account().prop_map(Grantee::Person),
		2 => Just(Grantee::Research),
		1 => (0u32..2).prop_map(Grantee::ResearchOn),
		1 => (0u32..2).prop_map(Grantee::Study),
	]
}

fn labels() -> impl Strategy<Value = Vec<LabelTag>> {
	prop_oneof![
		3 => Just(vec![]),
		2 => vec((1u8..4).prop_map(|tag| LabelTag([tag; 4])), 1..3).prop_map(|mut tags| {
			tags.sort_unstable();
			tags.dedup();
			tags
		}),
		1 => Just(vec![LabelTag::UNCLASSIFIED]),
	]
}

fn label_filter() -> impl Strategy<Value = LabelFilter> {
	let named = || labels().prop_map(NamedLabels::truncate_from);
	prop_oneof![
		Just(LabelFilter::Unlabelled),
		named().prop_map(LabelFilter::Also),
		named().prop_map(LabelFilter::Only),
		Just(LabelFilter::Any),
	]
}

/// A permit that covers whatever is not counting, or random terms.
fn terms() -> impl Strategy<Value = Terms> {
	let wide = Terms {
		actions: Actions::of(&[Action::Read, Action::Write, Action::Refer, Action::ReadLog]),
		labels: LabelFilter::Any,
		confidentiality: Confidentiality::VeryRestricted,
		..Terms::all(Effect::Permit)
	};
	prop_oneof![3 => Just(wide), 1 => Just(counted()), 3 => random_terms()]
}

/// A permit to be counted in every study.
fn counted() -> Terms {
	Terms {
		actions: Actions::of(&[Action::Aggregate]),
		traits: StudyTraits::of(StudyTrait::ALL),
		..Terms::all(Effect::Permit)
	}
}

fn random_terms() -> impl Strategy<Value = Terms> {
	let effect = prop_oneof![
		3 => Just(Effect::Permit),
		1 => any::<bool>().prop_map(|binds_break_glass| Effect::Deny { binds_break_glass }),
	];
	let sometimes = |some: u16| prop_oneof![3 => Just(0u16), 1 => 0..some];
	let filters = (sometimes(u16::MAX), sometimes(1 << 5), sometimes(1 << 14), label_filter());
	let times = (option::weighted(0.2, moment()), option::weighted(0.3, moment()));
	let records = prop_oneof![3 => Just(vec![]), 1 => vec(any_record(), 1..3)];
	let institutions = || prop_oneof![4 => Just(vec![]), 1 => vec(any_account(), 1..3)];
	let countries = prop_oneof![4 => Just(vec![]), 1 => Just(vec![*b"DE"])];
	let period = option::weighted(0.2, 1490u16..1510);
	let rest = (any_of(Confidentiality::ALL), period, countries);
	(effect, filters, times, records, institutions(), institutions(), rest).prop_map(
		|(effect, filters, times, records, authors, responsible, rest)| {
			let (categories, actions, purposes, labels) = filters;
			let (confidentiality, from, countries) = rest;
			Terms {
				effect,
				categories: Categories(categories),
				actions: Actions(actions as u8),
				purposes: Purposes(purposes),
				labels,
				confidentiality,
				valid_from: times.0,
				valid_until: times.1,
				data_period: DataPeriod { from, to: None },
				records: records.try_into().unwrap(),
				authors: authors.try_into().unwrap(),
				responsible: responsible.try_into().unwrap(),
				countries: countries.try_into().unwrap(),
				traits: StudyTraits::default(),
			}
		},
	)
}

fn consent() -> impl Strategy<Value = Consent> {
	let grantor = prop_oneof![
		6 => Just(Grantor::Patient),
		1 => moment().prop_map(|counts_from| Grantor::Assisted {
			first: account(3),
			second: account(4),
			counts_from,
		}),
		1 => Just(Grantor::Law { authority: account(2) }),
	];
	let version = prop_oneof![9 => Just(POLICY_VERSION), 1 => Just(POLICY_VERSION + 1)];
	(0u32..4, version, moment(), option::weighted(0.3, moment()), terms(), grantor).prop_map(
		|(id, policy_version, granted_at, confirmed_at, terms, grantor)| Consent {
			id,
			revision: 0,
			policy_version,
			granted_at,
			confirmed_at,
			terms,
			text: ShownText { commitment: H256([1; 32]), language: *b"en" },
			grantor,
		},
	)
}

/// An account of mostly this kind.
fn entry(kind: AccountKind) -> impl Strategy<Value = Account> {
	let kind = prop_oneof![9 => Just(kind), 1 => any_of(AccountKind::ALL)];
	// A lost key is hidden behind a death or a merger.
	let hidden = any_of(&[Status::Deceased, Status::Merged]);
	let status = prop_oneof![3 => Just(Status::Active), 1 => any_of(Status::ALL), 1 => hidden];
	let doubt = option::weighted(0.3, (moment(), moment()))
		.prop_map(|doubt| doubt.map(|(since, until)| Doubt { since, until }));
	let disabled = option::weighted(0.3, moment());
	(kind, status, moment(), disabled, doubt, institution()).prop_map(
		|(kind, status, status_since, disabled_since, doubt, enrolled_by)| Account {
			kind,
			status,
			status_since,
			disabled_since,
			doubt,
			encryption_key: [9; 32],
			enrolled_by,
		},
	)
}

fn affiliation() -> impl Strategy<Value = Affiliation> {
	let role = select(vec![Role::Physician, Role::Nurse, Role::Registrar]);
	let accepted = prop_oneof![4 => Just(true), 1 => Just(false)];
	let from = prop_oneof![3 => Just(0), 1 => moment()];
	(role, from, option::weighted(0.2, moment()), accepted, any::<bool>(), vec(0u32..3, 0..3))
		.prop_map(|(role, from, until, accepted, attested, teams)| Affiliation {
			role,
			from,
			until,
			accepted,
			attested,
			teams,
		})
}

fn stored_record() -> impl Strategy<Value = StoredRecord> {
	let author = prop_oneof![3 => institution(), 1 => patient()];
	let status = prop_oneof![4 => Just(RecordStatus::Current), 1 => any_of(RecordStatus::ALL)];
	let service = (1495u16..1505).prop_map(|first| ServicePeriod { first, last: first + 2 });
	let more = (any_of(Confidentiality::ALL), labels(), any_of(Category::ALL), status, 0u32..3);
	(author, option::of(institution()), any_of(Origin::ALL), service, more).prop_map(
		|(author, responsible, origin, service, more)| {
			let (confidentiality, labels, category, status, versions) = more;
			StoredRecord {
				author,
				responsible,
				origin,
				service,
				relation: None,
				confidentiality,
				labels,
				category,
				status,
				versions,
			}
		},
	)
}

fn stored_version() -> impl Strategy<Value = StoredVersion> {
	let content = prop_oneof![
		4 => any::<[u8; 32]>()
			.prop_map(|digest| Content::Manifest(ManifestCid { codec: 0x55, digest })),
		1 => any::<[u8; 32]>().prop_map(|hash| Content::Erased(H256(hash))),
	];
	(content, option::of(Just(H256([3; 32]))), any_account(), any::<u32>()).prop_map(
		|(content, previous, author, block)| StoredVersion {
			content,
			commitment: H256([4; 32]),
			previous,
			author,
			block,
		},
	)
}

prop_compose! {
	/// Accounts, institutions and affiliations.
	fn people()(
		entries in (0..STRANGER).map(|number| entry(kind_of(number))).collect::<Vec<_>>(),
		affiliations in vec(
			(select(PRACTITIONERS.to_vec()), select(INSTITUTIONS.to_vec()), affiliation()), 2..12,
		),
		listed in vec(vec(institution(), 1..6), PRACTITIONERS.len()),
		custodians in vec(institution(), 2),
	) -> State {
		let mut state = State::default();
		for (number, entry) in (0..).zip(entries) {
			state.put(storage::account(&account(number)), &entry);
			let info = AccountInfo {
				nonce: u32::from(number),
				consumers: 0,
				providers: 1,
				sufficients: 0,
				data: AccountData { free: 0, reserved: 0, frozen: 0, flags: ExtraFlags(0) },
			};
			state.put(storage::system_account(&account(number)), &info);
		}
		for number in INSTITUTIONS {
			let country = if number == 0 { *b"DE" } else { *b"FR" };
			let name = format!("Hospital {number}").into_bytes();
			let institution = Institution { name, country, custodian: None, cap: 9, enrolled: 1 };
			state.put(storage::institution(&account(number)), &institution);
		}
		for (practitioner, at, affiliation) in affiliations {
			state.put(storage::affiliation(&account(practitioner), &account(at)), &affiliation);
		}
		for (practitioner, mut at) in PRACTITIONERS.into_iter().zip(listed) {
			at.sort_unstable();
			at.dedup();
			state.put(storage::affiliated_with(&account(practitioner)), &at);
		}
		for (number, at) in (4u8..).zip(custodians) {
			state.put(storage::custodian_account(&account(number)), &at);
		}
		state
	}
}

fn kind_of(number: u8) -> AccountKind {
	match number {
		0 | 1 => AccountKind::Institution,
		2 => AccountKind::Authority,
		3 | 4 => AccountKind::Practitioner,
		RESEARCHER => AccountKind::Researcher,
		_ => AccountKind::Patient,
	}
}

prop_compose! {
	/// A study, mostly of the researcher.
	fn study()(
		researcher in prop_oneof![4 => Just(account(RESEARCHER)), 1 => any_account()],
		sources in prop_oneof![Just(Category::ALL.to_vec()), vec(any_of(Category::ALL), 1..4)],
		traits in vec(select(vec![StudyTrait::Commercial, StudyTrait::Sensitive]), 0..2),
		purpose in select(vec![Purpose::Research, Purpose::PublicHealth]),
		disease in option::of(0u32..2),
		stage in any_of(StudyStage::ALL),
	) -> StoredStudy {
		StoredStudy {
			researcher,
			proposed_at: NOW - 9,
			terms: StudyTerms {
				protocol: Default::default(),
				protocol_hash: H256([1; 32]),
				question: StudyQuestion::Sum { max: 9 },
				sources: Categories::of(&sources),
				purpose,
				disease,
				traits: StudyTraits::of(&traits),
				country: *b"DE",
				ethics: H256([2; 32]),
				aggregators: vec![account(0), account(1)].try_into().unwrap(),
				least: 11,
				epsilon: 500,
				rounds: 2,
				first_close: NOW,
				interval: 7,
				gather: 10,
				answer: 10,
			},
			stage,
			round: 0,
			keys: vec![(account(1), [4; 32])],
			spent: 500,
		}
	}
}

prop_compose! {
	/// Studies, their first rounds, who is in them, and ledgers.
	fn studies()(
		studies in vec(study(), 0..3),
		people in vec(
			(0u32..3, prop_oneof![3 => patient(), 1 => any_account()], institution()), 0..9,
		),
		ledgers in vec((patient(), 30u16..33, 0u32..12_000), 0..3),
		answered in vec(0u32..3, 0..2),
		choosing in vec(patient(), 0..4),
	) -> State {
		let mut state = State::default();
		for patient in choosing {
			let permit = Consent {
				id: 9,
				revision: 0,
				policy_version: POLICY_VERSION,
				granted_at: NOW - 9,
				confirmed_at: None,
				terms: counted(),
				text: ShownText { commitment: H256([7; 32]), language: *b"de" },
				grantor: Grantor::Patient,
			};
			state.put(storage::consents(&patient, &Grantee::Research), &vec![permit]);
		}
		let count = u32::try_from(studies.len()).unwrap();
		state.put(storage::next_study(), &count);
		for (id, study) in (0..).zip(studies) {
			state.put(storage::study(id), &study);
			let tally = Tally { used: 11, ..Tally::default() };
			let commitment = Commitment { aggregator: account(1), tally, hash: H256([6; 32]) };
			let reveal = RevealedShare { aggregator: account(0), share: vec![1, 2] };
			let round = StoredRound {
				phase: RoundPhase::Agreed { block: 3, answers_until: NOW, attempt: 1, tally },
				people: 12,
				contributors: 2,
				commitments: vec![commitment],
				reveals: vec![reveal],
			};
			state.put(storage::round(id, 0), &round);
		}
		for (study, person, contributor) in people {
			state.put(storage::contributed(study, 0, &person), &contributor);
		}
		for (patient, year, spent) in ledgers {
			state.put(storage::ledger(&patient), &Ledger { year, spent });
		}
		for study in answered {
			let mechanism = Mechanism { epsilon: 500, sensitivity: 18, aggregators: 2 };
			let result = StudyResult {
				cells: vec![-3, 4].try_into().unwrap(),
				tally: Tally::default(),
				mechanism,
				half_width: mechanism.half_width(),
				frozen: 3,
				block: 4,
			};
			state.put(storage::study_result(study, 0), &result);
		}
		state
	}
}

/// A key of nobody's own name.
fn any_key() -> impl Strategy<Value = AccountId> {
	(20u8..23).prop_map(account)
}

fn guardians() -> impl Strategy<Value = Guardians> {
	moment().prop_map(|set_at| Guardians {
		commitment: H256([1; 32]),
		threshold: 2,
		count: 3,
		set_at,
	})
}

fn attempt() -> impl Strategy<Value = Attempt> {
	let by = prop_oneof![
		moment().prop_map(|set_at| By::Guardians {
			guardians: vec![account(3), account(4), account(6)],
			approvals: 0b11,
			threshold: 2,
			set_at,
		}),
		(institution(), any::<bool>()).prop_map(|(institution, objected)| By::Institution {
			institution,
			evidence: H256([2; 32]),
			attestations: 1,
			objected,
		}),
	];
	(any_key(), by, moment(), option::of(moment())).prop_map(|(key, by, at, from)| Attempt {
		key,
		encryption_key: [7; 32],
		by,
		at,
		from,
	})
}

/// How long an attempt counts, as the council has set it.
pub fn lifetime(seconds: Moment) -> RuntimeParametersValue {
	RuntimeParametersValue::Recovery(recovery::ParametersValue::AttemptLifetime(seconds))
}

/// How long a registration of a representative counts, as the council has set it.
pub fn registration_lifetime(seconds: Moment) -> RuntimeParametersValue {
	use representation::ParametersValue::RegistrationLifetime;
	RuntimeParametersValue::Representation(RegistrationLifetime(seconds))
}

prop_compose! {
	/// Keys that have replaced others, guardians, changes of key and attempts.
	fn keys()(
		replaced in vec((any_account(), any_key()), 0..3),
		sets in vec((patient(), option::of(guardians()), option::of((guardians(), moment()))), 0..3),
		changes in vec((any_account(), any_key(), moment()), 0..3),
		attempts in vec((patient(), attempt()), 0..3),
		lasts in option::of(1u64..150),
	) -> State {
		let mut state = State::default();
		for (account, key) in replaced {
			state.put(storage::key_state(&account), &KeyState::Replaced);
			state.put(storage::key_state(&key), &KeyState::Signs(account.clone()));
			state.put(storage::present_key(&account), &key);
		}
		for (account, present, next) in sets {
			state.put(storage::guardians(&account), &GuardianSets { present, next });
		}
		for (account, key, from) in changes {
			let change = KeyChange { key, encryption_key: [7; 32], from };
			state.put(storage::key_change(&account), &change);
		}
		for (account, attempt) in attempts {
			state.put(storage::attempt(&account), &attempt);
		}
		if let Some(lasts) = lasts {
			state.put(storage::attempt_lifetime(), &lifetime(lasts));
		}
		state
	}
}

fn scopes() -> impl Strategy<Value = Scopes> {
	(0u8..16).prop_map(Scopes)
}

fn mandate() -> impl Strategy<Value = Mandate> {
	let appointed = (scopes(), option::of(moment()), any::<bool>(), moment())
		.prop_map(|(scopes, until, standby, at)| Mandate::Appointed { scopes, until, standby, at });
	let registration = (any_of(LegalBasis::ALL), scopes(), option::of(moment())).prop_map(
		|(basis, scopes, until)| Registration { basis, scopes, until, evidence: H256([3; 32]) },
	);
	let stage = prop_oneof![
		moment().prop_map(|at| Stage::Registered { at, first: account(3), second: account(4) }),
		moment().prop_map(|from| Stage::Attested { authority: account(2), from }),
		moment().prop_map(|at| Stage::Objected { at }),
		moment().prop_map(|from| Stage::AttestedAgain { authority: account(2), from }),
	];
	let by_law = (registration, stage)
		.prop_map(|(registration, stage)| Mandate::ByLaw { registration, stage });
	prop_oneof![appointed, by_law]
}

fn suspension() -> impl Strategy<Value = Suspension> {
	prop_oneof![
		4 => Just(Suspension::None),
		1 => Just(Suspension::ByInstitution),
		1 => Just(Suspension::ByAuthority),
	]
}

prop_compose! {
	/// Representatives of patients, some of whom are wards.
	fn representatives()(
		lists in vec((patient(), any::<bool>(), vec((any_account(), mandate(), suspension()), 0..5)), 0..3),
		lasts in option::of(1u64..150),
	) -> State {
		let mut state = State::default();
		for (patient, ward, named) in lists {
			let mut list: Vec<Representative> = Vec::new();
			for (account, mandate, suspension) in named {
				if list.iter().all(|other| other.account != account) {
					list.push(Representative { account, mandate, suspension });
				}
			}
			state.put(storage::representatives(&patient), &Representatives { ward, list });
		}
		if let Some(lasts) = lasts {
			state.put(storage::registration_lifetime(), &registration_lifetime(lasts));
		}
		state
	}
}

prop_compose! {
	/// A whole state.
	pub fn state()(
		mut state in people(),
		studies in studies(),
		keys in keys(),
		representatives in representatives(),
		consents in vec((patient(), grantee(), consent()), 0..12),
		records in vec((patient(), any_record(), stored_record()), 0..6),
		versions in vec((any_record(), 0u32..2, stored_version()), 0..6),
		sets in vec((any_record(), 0u32..2, 0u32..3, any::<u16>()), 0..4),
		holders in vec((patient(), 0u32..3), 0..4),
		openings in vec((patient(), any_account(), vec(any_record(), 1..3), ground()), 0..3),
		logs in vec((patient(), any::<u64>()), 0..2),
		choices in vec((patient(), vec(institution(), 0..3)), 0..2),
	) -> State {
		state.0.extend(studies.0);
		state.0.extend(keys.0);
		state.0.extend(representatives.0);
		state.put(storage::now(), &(NOW * 1_000 + 7));
		let (spec_name, spec_version) = ("vouchsafe".into(), vouchsafe_runtime::VERSION.spec_version);
		state.put(storage::last_upgrade(), &LastRuntimeUpgradeInfo { spec_name, spec_version });
		let mut books = BTreeMap::<_, Vec<Consent>>::new();
		for (patient, grantee, consent) in consents {
			let book = books.entry((patient, grantee)).or_default();
			if book.iter().all(|other| other.id != consent.id) {
				book.push(consent);
				book.sort_by_key(|consent| consent.id);
			}
		}
		for ((patient, grantee), book) in books {
			state.put(storage::consents(&patient, &grantee), &book);
		}
		for (patient, id, record) in records {
			// The chain has the last version of each record.
			if let Some(number) = record.versions.checked_sub(1) {
				let version = StoredVersion {
					content: Content::Erased(H256([5; 32])),
					commitment: H256([4; 32]),
					previous: None,
					author: account(3),
					block: 1,
				};
				state.put(storage::version(&id, number), &version);
			}
			state.put(storage::record(&patient, &id), &record);
		}
		for (record, number, version) in versions {
			state.put(storage::version(&record, number), &version);
		}
		for (record, version, holders, acknowledged) in sets {
			let acknowledged = Acknowledged(acknowledged);
			let set = SharingSet { epoch: 1, holders, acknowledged, commitments: H256([6; 32]) };
			state.put(storage::sharing_set(&record, version), &set);
		}
		for (patient, number) in holders {
			let of = |account: AccountId, kind| Holder { account, kind };
			let holders = vec![
				of(account(0), HolderKind::Institution),
				of(account(1), HolderKind::Institution),
				of(patient.clone(), HolderKind::Patient),
			];
			let set = HolderSet { threshold: 2, holders: holders.try_into().unwrap() };
			state.put(storage::holder_set(&patient, number), &set);
		}
		for (patient, reader, records, ground) in openings {
			let purpose = Purpose::Treatment;
			let group = OpeningGroup { records, at: NOW, block: 3, purpose, ground };
			state.put(storage::openings(&patient, &reader), &vec![group.clone(), group]);
		}
		for (patient, count) in logs {
			state.put(storage::log(&patient), &Log { count, head: H256([8; 32]) });
		}
		for (patient, holders) in choices {
			let choice = HolderChoice { holders, countries: vec![*b"DE"] };
			state.put(storage::holder_choice(&patient), &choice);
		}
		state
	}
}
