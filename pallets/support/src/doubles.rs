//! Test doubles of the pallets, for the pallets' own tests: people, records, consents, sharing sets
//! and logs are lists that a test fills and reads. Consents are decided by the real policy.
//!
//! All of it belongs to the running thread, and so to one test. A mock's `run` begins with
//! [`reset`].

mod representation;

pub use representation::{LawfulPermits, Representatives};

use crate::traits::*;
use core::{cell::RefCell, time::Duration};
use frame_support::{
	dispatch::DispatchResult,
	traits::{Get, UnixTime},
	weights::Weight,
	BoundedVec,
};
use sp_core::H256;
use sp_runtime::DispatchError;
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_primitives::{
	audit::LogEvent,
	policy::{Decision, Question},
	*,
};

/// The moment at which tests begin.
pub const START: Moment = 1_700_000_000;
/// How many lines an institution without a permit can cause in a patient's log on one day.
pub const MAX_UNINVITED: u32 = 16;
/// A day in seconds.
const DAY: Moment = 24 * 60 * 60;
/// The country of institutions, unless a test sets another.
pub const COUNTRY: Country = *b"AT";

/// An enrolled account.
#[derive(Clone)]
struct Person {
	kind: AccountKind,
	active: bool,
	enrolled_by: AccountId,
}

/// A consent that was set or granted: patient, grantee, terms, text.
pub type Given = (AccountId, Grantee, Terms, ShownText);

/// A sharing set that was declared: patient, holders, version.
pub type Declared = (AccountId, HolderSet, DeclaredVersion);

/// One line of a patient's log, as it was appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
	/// As whom.
	pub origin: AccountId,
	/// For which institution.
	pub acting_for: Option<AccountId>,
	/// For which purpose.
	pub purpose: Option<Purpose>,
	/// What happened.
	pub event: LogEvent,
}

#[derive(Default)]
struct World {
	now: Moment,
	people: BTreeMap<AccountId, Person>,
	affiliations: BTreeMap<(AccountId, AccountId), Role>,
	countries: BTreeMap<AccountId, Country>,
	custodians: BTreeMap<AccountId, AccountId>,
	unsigning: BTreeSet<AccountId>,
	keys: BTreeMap<AccountId, KeyState>,
	/// Accounts whose signing was disabled.
	told_disabled: Vec<AccountId>,
	/// Accounts that got another key: account, key, encryption key.
	replaced: Vec<(AccountId, AccountId, EncryptionKey)>,
	standings: BTreeMap<AccountId, Standing>,
	doubts: BTreeMap<AccountId, Doubt>,
	signer: Option<AccountId>,
	validators: BTreeSet<AccountId>,
	removed_seats: Vec<AccountId>,
	records: Vec<RecordFacts>,
	consents: Vec<Given>,
	grants_fail: bool,
	books: u32,
	sets: Vec<Declared>,
	sets_fail: bool,
	lines: Vec<(AccountId, Line)>,
	/// Lines without a permit: patient, institution, day.
	uninvited: BTreeMap<(AccountId, AccountId, u64), u32>,
	studies: BTreeMap<StudyId, StudyStage>,
	choices: Vec<(AccountId, Grantee, usize, usize)>,
	/// Entries before those in `lines`, by patient.
	earlier: BTreeMap<AccountId, u64>,
	/// Who proposed which content, by subject and institution.
	proposals: BTreeMap<(AccountId, AccountId), (AccountId, H256)>,
}

thread_local! {
	static WORLD: RefCell<World> = RefCell::default();
}

fn read<R>(f: impl FnOnce(&World) -> R) -> R {
	WORLD.with_borrow(f)
}

/// Labels whose tags begin with these bytes; 0 is *unclassified*.
pub fn tags<S: Get<u32>>(ids: &[u8]) -> BoundedVec<LabelTag, S> {
	canonical_tags(ids.iter().map(|id| LabelTag([*id, 0, 0, 0]))).unwrap()
}

fn change<R>(f: impl FnOnce(&mut World) -> R) -> R {
	WORLD.with_borrow_mut(f)
}

/// Empties everything and sets the time to [`START`].
pub fn reset() {
	WORLD.set(World { now: START, ..World::default() });
	representation::reset();
}

/// The chain's time, in seconds.
pub fn now() -> Moment {
	read(|world| world.now)
}

/// The chain's time.
pub struct Clock;

impl Clock {
	/// Sets the time.
	pub fn set(now: Moment) {
		change(|world| world.now = now);
	}

	/// Lets so many seconds pass.
	pub fn pass(seconds: Moment) {
		change(|world| world.now += seconds);
	}
}

impl UnixTime for Clock {
	fn now() -> Duration {
		Duration::from_secs(read(|world| world.now))
	}
}

/// Stands in for pallet-enrolment.
pub struct People;

impl People {
	/// Enrols an active account, by itself.
	pub fn enrol(account: AccountId, kind: AccountKind) {
		Self::enrol_by(account.clone(), kind, account);
	}

	/// Enrols an active account, by an institution.
	pub fn enrol_by(account: AccountId, kind: AccountKind, enrolled_by: AccountId) {
		let person = Person { kind, active: true, enrolled_by };
		change(|world| world.people.insert(account, person));
	}

	/// Suspends the account, or makes it active again.
	pub fn set_active(account: &AccountId, active: bool) {
		change(|world| world.people.get_mut(account).unwrap().active = active);
	}

	/// Affiliates a practitioner. A physician is attested, nobody else is.
	pub fn affiliate(practitioner: &AccountId, institution: &AccountId, role: Role) {
		assert_eq!(Self::kind(practitioner), Some(AccountKind::Practitioner));
		let key = (practitioner.clone(), institution.clone());
		change(|world| world.affiliations.insert(key, role));
	}

	/// Ends an affiliation.
	pub fn end_affiliation(practitioner: &AccountId, institution: &AccountId) {
		let key = (practitioner.clone(), institution.clone());
		change(|world| world.affiliations.remove(&key)).unwrap();
	}

	/// Sets an institution's country.
	pub fn set_country(institution: &AccountId, country: Country) {
		change(|world| world.countries.insert(institution.clone(), country));
	}

	/// Names the account with which an institution's custodian signs.
	pub fn set_custodian(institution: &AccountId, custodian: AccountId) {
		change(|world| world.custodians.insert(custodian, institution.clone()));
	}

	/// Sets whether and how a patient takes part.
	pub fn set_standing(patient: &AccountId, standing: Standing) {
		change(|world| world.standings.insert(patient.clone(), standing));
	}

	/// Sets when the patient's key was in doubt.
	pub fn set_doubt(patient: &AccountId, doubt: Doubt) {
		change(|world| world.doubts.insert(patient.clone(), doubt));
	}

	/// The accounts that got another key: each with its key and encryption key.
	pub fn replaced_keys() -> Vec<(AccountId, AccountId, EncryptionKey)> {
		read(|world| world.replaced.clone())
	}

	/// Disables the account's signing.
	pub fn disable_signing(account: &AccountId) {
		change(|world| world.unsigning.insert(account.clone()));
	}

	fn kind(account: &AccountId) -> Option<AccountKind> {
		read(|world| world.people.get(account).map(|person| person.kind))
	}
}

impl Enrolment for People {
	fn actor(account: &AccountId, institution: Option<&AccountId>) -> Option<Actor> {
		let Person { kind, active, .. } = read(|world| world.people.get(account).cloned())?;
		let affiliations = read(|world| world.affiliations.clone()).into_iter();
		let (mut named, others): (Vec<_>, Vec<_>) = affiliations
			.filter(|((practitioner, _), _)| practitioner == account)
			.map(|((_, at), role)| ActingFor {
				is_authority: Self::kind(&at) == Some(AccountKind::Authority),
				role,
				country: Self::country(&at).unwrap(),
				teams: Default::default(),
				attested: role == Role::Physician,
				since: 0,
				institution: at,
			})
			.partition(|at| Some(&at.institution) == institution);
		let acting_for = named.pop();
		let active = active && (institution.is_none() || acting_for.is_some());
		let also_at = others.try_into().unwrap();
		Some(Actor { account: account.clone(), kind, active, acting_for, also_at, study: None })
	}

	fn active_kind(account: &AccountId) -> Option<AccountKind> {
		Self::actor(account, None).filter(|actor| actor.active).map(|actor| actor.kind)
	}

	fn custodian_of(account: &AccountId) -> Option<AccountId> {
		read(|world| world.custodians.get(account).cloned())
			.filter(|institution| Self::active_kind(institution).is_some())
	}

	fn has_custodian(institution: &AccountId) -> bool {
		Self::active_kind(institution).is_some()
			&& read(|world| world.custodians.values().any(|it| it == institution))
	}

	fn enrolled_by(account: &AccountId) -> Option<AccountId> {
		read(|world| world.people.get(account).map(|person| person.enrolled_by.clone()))
	}

	fn standing(patient: &AccountId) -> Standing {
		match Self::kind(patient) {
			Some(AccountKind::Patient) => {
				read(|world| world.standings.get(patient).copied()).unwrap_or_default()
			},
			_ => Standing::Closed,
		}
	}

	fn doubt(patient: &AccountId) -> Option<Doubt> {
		read(|world| world.doubts.get(patient).copied())
	}

	fn manages(who: &AccountId, institution: &AccountId) -> bool {
		let key = (who.clone(), institution.clone());
		let role = read(|world| world.affiliations.get(&key).copied());
		Self::active_kind(institution).is_some()
			&& (who == institution || role == Some(Role::Registrar))
	}

	fn country(institution: &AccountId) -> Option<Country> {
		let kind = Self::kind(institution)?;
		kind.is_member()
			.then(|| read(|world| world.countries.get(institution).copied().unwrap_or(COUNTRY)))
	}

	fn is_affiliated(practitioner: &AccountId, institution: &AccountId) -> bool {
		let key = (practitioner.clone(), institution.clone());
		read(|world| world.affiliations.contains_key(&key))
	}

	fn is_registrar(account: &AccountId, institution: &AccountId) -> bool {
		let key = (account.clone(), institution.clone());
		read(|world| world.affiliations.get(&key) == Some(&Role::Registrar))
	}

	fn active_institutions() -> u32 {
		let is_counted = |person: &&Person| person.active && person.kind.is_member();
		u32::try_from(read(|world| world.people.values().filter(is_counted).count())).unwrap()
	}

	fn signatory(account: &AccountId) -> Option<Signatory> {
		if let Some(person) = read(|world| world.people.get(account).cloned()) {
			let disabled = read(|world| world.unsigning.contains(account));
			return Some(Signatory {
				kind: Some(person.kind),
				institution: person.enrolled_by,
				may_sign: person.active && !disabled,
			});
		}
		let institution = read(|world| world.custodians.get(account).cloned())?;
		let may_sign = Self::active_kind(&institution).is_some();
		Some(Signatory { kind: None, institution, may_sign })
	}

	fn is_in_doubt(account: &AccountId, moment: Moment) -> bool {
		Self::doubt(account).is_some_and(|doubt| doubt.contains(moment))
	}

	fn is_unused(account: &AccountId) -> bool {
		Self::kind(account).is_none() && read(|world| !world.custodians.contains_key(account))
	}

	fn replace_key(account: &AccountId, key: &AccountId, encryption_key: EncryptionKey) {
		change(|world| {
			world.unsigning.remove(account);
			world.replaced.push((account.clone(), key.clone(), encryption_key));
		});
	}
}

/// Stands in for what pallet-recovery knows of keys.
pub struct KeyRing;

impl KeyRing {
	/// Says what is known of a key.
	pub fn set(key: AccountId, state: KeyState) {
		change(|world| world.keys.insert(key, state));
	}

	/// The accounts of which it was told that their signing was disabled.
	pub fn told_disabled() -> Vec<AccountId> {
		read(|world| world.told_disabled.clone())
	}
}

impl Keys for KeyRing {
	fn find(key: &AccountId) -> Option<KeyState> {
		read(|world| world.keys.get(key).cloned())
	}

	fn on_disabled(account: &AccountId) {
		change(|world| world.told_disabled.push(account.clone()));
	}
}

/// The error of [`TwoOfStaff`] for somebody who is neither part of the pair.
pub const NOT_STAFF: DispatchError = DispatchError::Other("not of the staff");
/// The error of [`TwoOfStaff`] for somebody who cannot be the second.
pub const SAME_STAFF: DispatchError = DispatchError::Other("the same staff");

/// Stands in for what pallet-enrolment knows of proposals, which do not expire here.
pub struct TwoOfStaff;

impl TwoOfStaff {
	/// Who has proposed something about the subject for the institution.
	pub fn proposer(subject: &AccountId, institution: &AccountId) -> Option<AccountId> {
		let key = (subject.clone(), institution.clone());
		read(|world| world.proposals.get(&key).map(|(who, _)| who.clone()))
	}
}

impl Staff for TwoOfStaff {
	fn agree(
		who: &AccountId,
		institution: &AccountId,
		subject: &AccountId,
		content: H256,
		pair: Pair,
	) -> Result<Agreed, DispatchError> {
		let of_staff = |who: &AccountId| {
			let acting = People::acting(who, institution)?.acting_for?;
			pair.admits(&acting).then_some(acting)
		};
		let second = of_staff(who).ok_or(NOT_STAFF)?;
		let key = (subject.clone(), institution.clone());
		match read(|world| world.proposals.get(&key).cloned()) {
			Some((first, same)) if same == content => {
				let acting = of_staff(&first).ok_or(NOT_STAFF)?;
				let complete = first != *who && pair.is_complete(&acting, &second);
				frame_support::ensure!(complete, SAME_STAFF);
				change(|world| world.proposals.remove(&key));
				Ok(Agreed::Confirmed { first })
			},
			_ => {
				change(|world| world.proposals.insert(key, (who.clone(), content)));
				Ok(Agreed::Proposed)
			},
		}
	}
}

/// Stands in for pallet-admission.
pub struct Admitted;

impl Admitted {
	/// Says who signed the transaction that is being dispatched.
	pub fn set_signer(signer: Option<AccountId>) {
		change(|world| world.signer = signer);
	}
}

impl Admission for Admitted {
	fn signer() -> Option<AccountId> {
		read(|world| world.signer.clone())
	}
}

/// Stands in for pallet-consortium.
pub struct Members;

impl Members {
	/// Makes the institution a validator, or lets it be one no more.
	pub fn set_validator(institution: AccountId, is_one: bool) {
		change(|world| match is_one {
			true => world.validators.insert(institution),
			false => world.validators.remove(&institution),
		});
	}

	/// The institutions whose seats were removed.
	pub fn removed_seats() -> Vec<AccountId> {
		read(|world| world.removed_seats.clone())
	}
}

impl Consortium for Members {
	fn is_validator(institution: &AccountId) -> bool {
		read(|world| world.validators.contains(institution))
	}

	fn remove_seat(institution: &AccountId) {
		change(|world| world.removed_seats.push(institution.clone()));
	}

	fn remove_seat_weight() -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
}

/// Stands in for pallet-records.
pub struct KnownRecords;

impl KnownRecords {
	/// Sets what records there are.
	pub fn set(records: Vec<RecordFacts>) {
		change(|world| world.records = records);
	}

	/// Changes one of them.
	pub fn change(record: &RecordId, f: impl FnOnce(&mut RecordFacts)) {
		change(|world| f(world.records.iter_mut().find(|facts| facts.id == *record).unwrap()));
	}
}

impl Records for KnownRecords {
	fn facts(patient: &AccountId, record: &RecordId) -> Option<RecordFacts> {
		let is_it = |facts: &&RecordFacts| facts.id == *record && facts.patient == *patient;
		read(|world| world.records.iter().find(is_it).cloned())
	}
}

/// Stands in for pallet-consent. A grant is logged, as the pallet does.
pub struct GivenConsents;

impl GivenConsents {
	/// Sets whose consents there are. Each has its place as its number.
	pub fn set(consents: Vec<(AccountId, Grantee, Terms)>) {
		change(|world| world.consents.clear());
		consents
			.into_iter()
			.for_each(|(patient, grantee, terms)| Self::add(patient, grantee, terms));
	}

	/// Adds one.
	pub fn add(patient: AccountId, grantee: Grantee, terms: Terms) {
		let text = ShownText { commitment: H256::zero(), language: *b"de" };
		change(|world| world.consents.push((patient, grantee, terms, text)));
	}

	/// All of them.
	pub fn all() -> Vec<Given> {
		read(|world| world.consents.clone())
	}

	/// How often consents were read for an actor.
	pub fn books() -> u32 {
		read(|world| world.books)
	}

	/// Makes grants fail, or work again.
	pub fn fail(fail: bool) {
		change(|world| world.grants_fail = fail);
	}
}

impl Consents for GivenConsents {
	fn book(patient: &AccountId, actor: &Actor) -> Book {
		change(|world| world.books += 1);
		Book::read(actor, |grantee| {
			let consents = Self::all().into_iter().zip(0..);
			consents
				.filter(|((whose, to, ..), _)| whose == patient && to == grantee)
				.map(|((_, _, terms, text), id)| Consent {
					id,
					revision: 0,
					policy_version: POLICY_VERSION,
					granted_at: START,
					confirmed_at: None,
					terms,
					text,
					grantor: Grantor::Patient,
				})
				.collect()
		})
	}

	fn decide(question: &Question) -> Decision {
		assert_eq!(question.now, Clock::now().as_secs(), "decided at another time than now");
		Self::book(&question.patient, &question.actor).decide(question)
	}

	fn grant(
		patient: &AccountId,
		grantee: Grantee,
		terms: Terms,
		text: ShownText,
	) -> Result<ConsentId, DispatchError> {
		if read(|world| world.grants_fail) {
			return Err(DispatchError::Other("refused"));
		}
		let (lines, _) = Logs::head(patient);
		let id = ConsentId::try_from(lines).unwrap();
		let consent = ConsentRef { grantee: grantee.clone(), id };
		let event = LogEvent::ConsentGranted { consent, effect: terms.effect };
		Logs::append(patient, patient, None, None, event);
		change(|world| world.consents.push((patient.clone(), grantee, terms, text)));
		Ok(id)
	}
}

/// Stands in for pallet-studies.
pub struct KnownStudies;

impl KnownStudies {
	/// Says where a study is.
	pub fn set(study: StudyId, stage: StudyStage) {
		change(|world| world.studies.insert(study, stage));
	}

	/// The changes of research consents that were told: patient, grantee, and how many consents there
	/// were before and after.
	pub fn changes() -> Vec<(AccountId, Grantee, usize, usize)> {
		read(|world| world.choices.clone())
	}
}

impl Studies for KnownStudies {
	fn stage(study: StudyId) -> Option<StudyStage> {
		read(|world| world.studies.get(&study).copied())
	}

	fn choice_changed(
		patient: &AccountId,
		grantee: &Grantee,
		before: &[Consent],
		after: &[Consent],
	) {
		if grantee.is_research() {
			let told = (patient.clone(), grantee.clone(), before.len(), after.len());
			change(|world| world.choices.push(told));
		}
	}

	fn choice_weight(grantee: &Grantee) -> Weight {
		Weight::from_parts(u64::from(grantee.is_research()), 0)
	}
}

/// Stands in for pallet-custody.
pub struct DeclaredSets;

impl DeclaredSets {
	/// The sharing sets that were declared.
	pub fn all() -> Vec<Declared> {
		read(|world| world.sets.clone())
	}

	/// Makes declarations fail, or work again.
	pub fn fail(fail: bool) {
		change(|world| world.sets_fail = fail);
	}
}

impl Custody for DeclaredSets {
	fn declare(
		patient: &AccountId,
		set: HolderSet,
		versions: &[DeclaredVersion],
	) -> DispatchResult {
		if read(|world| world.sets_fail) {
			return Err(DispatchError::Other("unsound"));
		}
		let sets = versions.iter().map(|version| (patient.clone(), set.clone(), *version));
		change(|world| world.sets.extend(sets));
		Ok(())
	}
}

/// Stands in for pallet-audit. Heads are zero.
pub struct Logs;

impl Logs {
	/// The lines of a patient's log that the test caused.
	pub fn of(patient: &AccountId) -> Vec<Line> {
		let lines = Self::all().into_iter().filter(|(whose, _)| whose == patient);
		lines.map(|(_, line)| line).collect()
	}

	/// The lines of all logs, with their patients.
	pub fn all() -> Vec<(AccountId, Line)> {
		read(|world| world.lines.clone())
	}

	/// The latest line: patient, origin, institution, purpose, event.
	pub fn last() -> (AccountId, AccountId, Option<AccountId>, Option<Purpose>, LogEvent) {
		let (patient, line) = Self::all().pop().unwrap();
		let Line { origin, acting_for, purpose, event } = line;
		(patient, origin, acting_for, purpose, event)
	}

	/// As if the log had so many entries before.
	pub fn set_earlier(patient: &AccountId, count: u64) {
		change(|world| world.earlier.insert(patient.clone(), count));
	}
}

impl AuditLog for Logs {
	fn append(
		patient: &AccountId,
		origin: &AccountId,
		acting_for: Option<&AccountId>,
		purpose: Option<Purpose>,
		event: LogEvent,
	) {
		let line = Line { origin: origin.clone(), acting_for: acting_for.cloned(), purpose, event };
		change(|world| world.lines.push((patient.clone(), line)));
	}

	fn count_uninvited(patient: &AccountId, institution: &AccountId, by: Uninvited) -> bool {
		change(|world| {
			let key = (patient.clone(), institution.clone(), world.now / DAY);
			let count = world.uninvited.entry(key).or_default();
			let is_allowed = *count < by.limit(MAX_UNINVITED);
			*count += u32::from(is_allowed);
			is_allowed
		})
	}

	fn head(patient: &AccountId) -> (u64, H256) {
		read(|world| {
			let lines = world.lines.iter().filter(|(whose, _)| whose == patient).count() as u64;
			let earlier = world.earlier.get(patient).copied().unwrap_or_default();
			(earlier + lines, H256::zero())
		})
	}
}
