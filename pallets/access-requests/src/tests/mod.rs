//! Tests, one file a call, and what is common to them.

use crate::{
	mock::*, Asked, Error, Event, Open, OpenByAsker, OpenByInstitution, Request, Requests,
	SealedReason, WeightInfo,
};
use frame_support::{assert_noop, assert_ok, traits::Hooks};
use sp_core::H256;
use sp_runtime::DispatchError::BadOrigin;
use vouchsafe_primitives::{audit::LogEvent, *};

mod approve;
mod deny;
mod flood;
mod submit;
mod sweep;
mod withdraw;

const WEEK: Moment = 7 * DAY;
const MONTH: Moment = 30 * DAY;

fn signed(account: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(account)
}

fn team() -> Grantee {
	Grantee::CareTeam { institution: HOSPITAL, team: 1 }
}

fn alone(practitioner: AccountId, institution: AccountId) -> Grantee {
	Grantee::PractitionerAt { practitioner, institution }
}

fn record(id: u8) -> RecordId {
	H256([id; 32])
}

/// To read laboratory reports and images of two years, for treatment, with one label; three
/// records of them.
fn asked() -> Asked {
	Asked {
		actions: Actions::of(&[Action::Read, Action::Refer]),
		purposes: Purposes::of(&[Purpose::Treatment, Purpose::EmergencyTreatment]),
		categories: Categories::of(&[Category::Laboratory, Category::Imaging]),
		labels: LabelFilter::Also(tags(&[1, 2])),
		confidentiality: Confidentiality::Restricted,
		records: vec![record(1), record(2), record(3)].try_into().unwrap(),
		data_period: DataPeriod { from: Some(100), to: Some(124) },
	}
}

/// Terms that permit exactly what is asked, for as long as is asked.
fn terms() -> Terms {
	let Asked { actions, purposes, categories, labels, confidentiality, records, data_period } =
		asked();
	Terms {
		actions,
		purposes,
		categories,
		labels,
		confidentiality,
		records,
		data_period,
		valid_until: Some(START + MONTH),
		..Terms::all(Effect::Permit)
	}
}

fn text() -> ShownText {
	ShownText { commitment: H256::repeat_byte(7), language: *b"en" }
}

fn reason() -> SealedReason {
	let mut sealed = vec![9; 512];
	sealed[0] = SEALED_SUITE;
	sealed.try_into().unwrap()
}

/// Submits to the patient, for a month.
fn try_submit(
	asker: AccountId,
	grantee: Grantee,
	asked: Asked,
) -> frame_support::dispatch::DispatchResultWithPostInfo {
	AccessRequests::submit(signed(asker), PATIENT, HOSPITAL, grantee, asked, MONTH, reason())
}

/// Submits one of the hospital's staff's request for the team, and gives its number.
fn submit(asker: AccountId) -> RequestId {
	assert_ok!(try_submit(asker, team(), asked()));
	newest()
}

/// The number of the patient's newest request.
fn newest() -> RequestId {
	Requests::<Test>::iter_key_prefix(PATIENT).max().unwrap()
}

fn line(origin: AccountId, acting_for: Option<AccountId>, event: LogEvent) -> Line {
	Line { origin, acting_for, purpose: None, event }
}

/// Whether nothing is left of any request to the patient.
fn nothing_left() -> bool {
	Requests::<Test>::iter().next().is_none()
		&& OpenByAsker::<Test>::iter().next().is_none()
		&& OpenByInstitution::<Test>::iter().next().is_none()
}

#[test]
fn integrity_holds() {
	AccessRequests::integrity_test();
}

#[test]
fn try_state_finds_what_no_call_does() {
	build_and_execute(|| {
		let id = submit(DOCTOR);
		let request = Requests::<Test>::get(PATIENT, id).unwrap();
		let unsound = || AccessRequests::do_try_state().is_err();
		let by_asker = OpenByAsker::<Test>::take(PATIENT, DOCTOR);
		assert!(unsound(), "not counted for the asker");
		OpenByAsker::<Test>::insert(PATIENT, DOCTOR, by_asker);
		let by_institution = OpenByInstitution::<Test>::take(PATIENT, HOSPITAL);
		assert!(unsound(), "not counted for the institution");
		OpenByInstitution::<Test>::insert(PATIENT, HOSPITAL, by_institution);
		let referred_by = Some(CLINIC_DOCTOR);
		Requests::<Test>::insert(PATIENT, id, Request { referred_by, ..request.clone() });
		assert!(unsound(), "somebody else refers");
		Requests::<Test>::insert(PATIENT, id, request);
		OpenByAsker::<Test>::mutate(PATIENT, CLINIC_DOCTOR, |_| ());
		assert!(unsound(), "an empty count");
		OpenByAsker::<Test>::remove(PATIENT, CLINIC_DOCTOR);
	});
}
