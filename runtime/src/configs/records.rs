//! Our own pallets: people, records, consents, requests, shares and logs. They use each other
//! through the traits of `vouchsafe_support`.

use super::{
	accounts::ALLOWANCE,
	system::{RuntimeBlockLength, RuntimeBlockWeights},
};
use crate::*;
use frame_support::{
	dispatch::DispatchClass,
	parameter_types,
	traits::{ConstU128, ConstU32, ConstU64, UnixTime},
};
use pallet_admission::{CallClass, Class, Quota};
use pallet_enrolment::Affiliation;
use sp_runtime::{Perbill, SaturatedConversion};
use vouchsafe_primitives::{
	policy::{
		carrying::{allows_some_reader, denying_grantees, Carried},
		Decision, Question, Reason, Subject,
	},
	AccountKind, Action, Actor, Consent as Provision, ConsentId, Grantee, Purpose, RecordId, Role,
	Scope, Status, ASSISTED_PERIOD, ASSISTED_RESEARCH_PERIOD,
};
use vouchsafe_support::{Consents, Enrolment as _, Records as _, Representation as _};

/// A minute in seconds.
const MINUTE: u64 = 60;
/// A day in seconds.
const DAY: u64 = 24 * 60 * MINUTE;

/// Length of a quota's window in seconds.
const WINDOW: u64 = 5 * MINUTE;

parameter_types! {
	/// What the blocks of a window can hold, if every slot has one.
	pub Capacity: Quota = {
		let slots = WINDOW.saturating_mul(1_000) / SLOT_DURATION;
		let class = DispatchClass::Normal;
		let block = RuntimeBlockWeights::get().get(class).max_total.unwrap_or_default();
		let length = *RuntimeBlockLength::get().max.get(class);
		Quota {
			weight: block.ref_time().saturating_mul(slots),
			bytes: length.saturating_mul(slots.saturated_into()),
		}
	};
	/// The part of it that all institutions may use together.
	pub const FairPart: Perbill = Perbill::from_percent(80);
}

impl pallet_enrolment::Config for Runtime {
	type Time = Timestamp;
	type Currency = Balances;
	type Audit = Audit;
	type Admission = Admission;
	type Consortium = super::governance::Seats;
	type Keys = Recovery;
	type Representation = Representation;
	type Allowance = ConstU128<ALLOWANCE>;
	type WeightInfo = pallet_enrolment::weights::SubstrateWeight<Runtime>;
}

impl pallet_admission::Config for Runtime {
	type Enrolment = Enrolment;
	type Keys = Recovery;
	type Time = Timestamp;
	type CallClass = Calls;
	type Window = ConstU64<WINDOW>;
	type Capacity = Capacity;
	type FairPart = FairPart;
	type WeightInfo = pallet_admission::weights::SubstrateWeight<Runtime>;
}

/// Tells the calls that have a priority. Only the outermost call counts, not the calls inside a
/// batch or of a multisig account, except those of research.
pub struct Calls;

impl CallClass<RuntimeCall> for Calls {
	fn class(call: &RuntimeCall, signer: &AccountId) -> Class {
		match call {
			RuntimeCall::Consent(pallet_consent::Call::revoke { grantee, id }) => {
				Class::Revocation { exists: Consent::has_permit(signer, grantee, *id) }
			},
			RuntimeCall::Council(_) => Class::Council,
			RuntimeCall::Enrolment(call) => Self::restriction(call, signer),
			RuntimeCall::Recovery(pallet_recovery::Call::object { account, key }) => {
				let admitted = account == signer && Recovery::may_object(account, key);
				Class::Objection { admitted }
			},
			RuntimeCall::Representation(call) => Self::representation(call, signer),
			RuntimeCall::Custody(pallet_custody::Call::open { .. }) => Class::Opening,
			RuntimeCall::Custody(
				pallet_custody::Call::acknowledge { .. }
				| pallet_custody::Call::acknowledge_many { .. }
				| pallet_custody::Call::report_loss { .. },
			) => Class::Acknowledgement,
			call if is_research(call) => Class::Research,
			_ => Class::Ordinary,
		}
	}
}

/// Whether the call contributes people to a study or removes them after it, also in a batch or for a
/// multisig account: research never delays care.
fn is_research(call: &RuntimeCall) -> bool {
	match call {
		RuntimeCall::Studies(
			pallet_studies::Call::contribute { .. } | pallet_studies::Call::sweep { .. },
		) => true,
		RuntimeCall::Utility(
			pallet_utility::Call::batch { calls }
			| pallet_utility::Call::batch_all { calls }
			| pallet_utility::Call::force_batch { calls },
		) => calls.iter().any(is_research),
		RuntimeCall::Multisig(
			pallet_multisig::Call::as_multi { call, .. }
			| pallet_multisig::Call::as_multi_threshold_1 { call, .. },
		) => is_research(call),
		_ => false,
	}
}

impl Calls {
	/// A representative's revocation for the patient, the patient's objection to a representative, and a
	/// suspension. At most 7 reads.
	fn representation(call: &pallet_representation::Call<Runtime>, signer: &AccountId) -> Class {
		use pallet_representation::Call;
		match call {
			Call::act { patient, call } => match &**call {
				RuntimeCall::Consent(pallet_consent::Call::revoke { grantee, id }) => {
					let exists = Consent::has_permit(patient, grantee, *id)
						&& Representation::may_act(patient, signer, Scope::Consents);
					Class::Revocation { exists }
				},
				_ => Class::Ordinary,
			},
			Call::object { representative } => {
				Class::Objection { admitted: Representation::may_object(signer, representative) }
			},
			Call::suspend { patient, institution, suspended: true, .. } => {
				let now = <Timestamp as UnixTime>::now().as_secs();
				let speaks = |it: Affiliation| {
					let role = matches!(it.role, Role::Registrar | Role::PrivacyOfficer);
					role && it.is_in_force(now)
				};
				let theirs = || pallet_enrolment::Affiliations::<Runtime>::get(signer, institution);
				let may_suspend = Enrolment::enrolled_by(patient).as_ref() == Some(institution)
					|| Enrolment::active_kind(institution) == Some(AccountKind::Authority);
				let allowed =
					may_suspend && (signer == institution || theirs().is_some_and(speaks));
				Class::Restriction { allowed }
			},
			_ => Class::Ordinary,
		}
	}

	/// Whether the call suspends somebody, disables a key or ends an affiliation, and the signer
	/// manages the institution concerned. At most 3 reads.
	fn restriction(call: &pallet_enrolment::Call<Runtime>, signer: &AccountId) -> Class {
		use pallet_enrolment::Call;
		let institution = match call {
			Call::set_status { account, status: Status::Suspended | Status::Ended, .. }
			| Call::set_signing_disabled { account, since: Some(_) } => Enrolment::enrolled_by(account),
			Call::end_affiliation { institution, .. } => Some(institution.clone()),
			_ => return Class::Ordinary,
		};
		let allowed = institution.is_some_and(|institution| {
			let is_member =
				Enrolment::active_kind(&institution).is_some_and(AccountKind::is_member);
			is_member && (*signer == institution || Enrolment::is_registrar(signer, &institution))
		});
		Class::Restriction { allowed }
	}
}

impl pallet_records::Config for Runtime {
	type Enrolment = Enrolment;
	type Staff = Enrolment;
	type Consents = Consent;
	type Representation = Representation;
	type Custody = Custody;
	type AuditLog = Audit;
	type Time = Timestamp;
	type WeightInfo = pallet_records::weights::SubstrateWeight<Runtime>;
}

impl pallet_consent::Config for Runtime {
	type Enrolment = Enrolment;
	type Admission = Admission;
	type Staff = Enrolment;
	type AuditLog = Audit;
	type Time = Timestamp;
	type Studies = Studies;
	type Representation = Representation;
	type AssistedPeriod = ConstU64<ASSISTED_PERIOD>;
	type AssistedResearchPeriod = ConstU64<ASSISTED_RESEARCH_PERIOD>;
	type WeightInfo = pallet_consent::weights::SubstrateWeight<Runtime>;
}

impl pallet_access_requests::Config for Runtime {
	type Enrolment = Enrolment;
	type Consents = Consent;
	type AuditLog = Audit;
	type Time = Timestamp;
	type RequestLifetime = ConstU64<{ 7 * DAY }>;
	type MaxOpenPerAsker = ConstU32<3>;
	type MaxOpenPerInstitution = ConstU32<16>;
	type WeightInfo = pallet_access_requests::weights::SubstrateWeight<Runtime>;
}

impl pallet_custody::Config for Runtime {
	type Enrolment = Enrolment;
	type Records = Records;
	type Consents = Consent;
	type AuditLog = Audit;
	type Time = Timestamp;
	type OpeningLifetime = ConstU64<{ 10 * MINUTE }>;
	type RefusalWindow = ConstU64<{ 10 * MINUTE }>;
	type MaxRefusals = ConstU32<20>;
	type WeightInfo = pallet_custody::weights::SubstrateWeight<Runtime>;
}

impl pallet_audit::Config for Runtime {
	type Admission = Admission;
	type Time = Timestamp;
	type MaxUninvited = ConstU32<16>;
}

/// Whether the reader may read the patient's log. Anyone else than the patient reads it at the
/// patient's request, so a consent has to allow that purpose.
pub fn decide_log(
	reader: AccountId,
	institution: Option<AccountId>,
	patient: AccountId,
) -> Decision {
	let Some(actor) = Enrolment::actor(&reader, institution.as_ref()) else {
		return Decision::Refuse(Reason::NotActive);
	};
	decide_for(actor, patient, Action::ReadLog, Purpose::PatientRequest, Subject::Log)
}

/// Whether the author may write some record of the patient's for the institution. For a
/// particular record, the decision uses that record's own facts.
pub fn may_write(author: AccountId, institution: AccountId, patient: AccountId) -> Decision {
	let Some(actor) = Enrolment::actor(&author, Some(&institution)) else {
		return Decision::Refuse(Reason::NotActive);
	};
	decide_for(actor, patient, Action::Write, Purpose::Treatment, Subject::SomeRecord)
}

/// For how many records [`may_carry`] answers.
const MAX_CARRIED: usize = 64;

/// Whether the institution may still keep each share that the patient carried to it under a consent.
pub fn may_carry(
	holder: AccountId,
	patient: AccountId,
	grantee: Grantee,
	consent: ConsentId,
	records: Vec<RecordId>,
) -> Vec<bool> {
	let now = <Timestamp as UnixTime>::now().as_secs();
	let of = |grantee: &Grantee| pallet_consent::Consents::<Runtime>::get(&patient, grantee);
	let found = of(&grantee).into_iter().find(|found| found.id == consent);
	let country = grantee.institution().and_then(Enrolment::country);
	let denies: Vec<Provision> = denying_grantees(&grantee, &holder).iter().flat_map(of).collect();
	let may_carry = |record: &RecordId| {
		let facts = Records::facts(&patient, record)?;
		let carried = Carried { grantee: &grantee, consent: found.as_ref()?, country };
		Some(allows_some_reader(&carried, &facts, &denies, now))
	};
	records.iter().take(MAX_CARRIED).map(|record| may_carry(record).unwrap_or(false)).collect()
}

/// What the patient's consents say now, without an emergency.
fn decide_for(
	actor: Actor,
	patient: AccountId,
	action: Action,
	purpose: Purpose,
	subject: Subject,
) -> Decision {
	<Consent as Consents>::decide(&Question {
		standing: Enrolment::standing(&patient),
		doubt: Enrolment::doubt(&patient),
		patient,
		actor,
		action,
		purpose,
		subject,
		now: <Timestamp as UnixTime>::now().as_secs(),
		break_glass: false,
	})
}
