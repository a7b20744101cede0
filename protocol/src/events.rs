//! The events of a block, and the result of a call.

use crate::{
	compatibility::RuntimeMetadata,
	errors::ChainError,
	runtime::runtime_types::frame_system::Phase,
	types::{AccountId, H256},
};
use codec::{Compact, Encode};

pub use crate::runtime::runtime_types::{
	frame_system::pallet::Event as SystemEvent,
	pallet_access_requests::pallet::Event as AccessRequestsEvent,
	pallet_audit::pallet::Event as AuditEvent, pallet_collective::pallet::Event as CouncilEvent,
	pallet_consent::pallet::Event as ConsentEvent,
	pallet_consortium::pallet::Event as ConsortiumEvent,
	pallet_custody::pallet::Event as CustodyEvent,
	pallet_enrolment::pallet::Event as EnrolmentEvent,
	pallet_records::pallet::Event as RecordsEvent, pallet_recovery::pallet::Event as RecoveryEvent,
	pallet_representation::pallet::Event as RepresentationEvent,
	pallet_studies::pallet::Event as StudiesEvent, vouchsafe_runtime::RuntimeEvent as Event,
};

/// An event with the extrinsic that caused it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRecord {
	/// When it happened.
	pub phase: Phase,
	/// What happened.
	pub event: Result<Event, ForeignEvent>,
}

/// An event that has other types in the block's runtime than this program knows: its pallet and
/// name, with a dot between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignEvent(pub String);

/// A call that is in a block and has succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
	/// The block's hash.
	pub block: H256,
	/// The block's number.
	pub number: u32,
	/// What it caused, in order.
	pub events: Vec<Event>,
}

impl Included {
	/// The first event that `pick` takes.
	pub fn find<T>(&self, pick: impl FnMut(&Event) -> Option<T>) -> Option<T> {
		self.events.iter().find_map(pick)
	}

	/// The records that an opening opened, and those that it did not.
	pub fn opening_decided(&self) -> Option<(Vec<H256>, Vec<H256>)> {
		self.find(|event| match event {
			Event::Custody(CustodyEvent::OpeningDecided { opened, refused, .. }) => {
				Some((opened.clone(), refused.clone()))
			},
			_ => None,
		})
	}
}

/// What the extrinsic at this place in the block caused, if it succeeded. Leaves out events that this
/// program does not know. `runtime` is the one that made the block.
pub fn of_extrinsic(
	records: Vec<EventRecord>,
	place: u32,
	runtime: &RuntimeMetadata,
) -> Result<Vec<Event>, ChainError> {
	let of_place = |record: &EventRecord| record.phase == Phase::ApplyExtrinsic(place);
	outcome(records.into_iter().filter(of_place), runtime)
}

/// What an extrinsic caused, if it succeeded. `shown` are its events, each encoded as in the state of a
/// block that this runtime made. Nobody has proven them.
///
/// # Errors
///
/// [`ChainError::Dispatch`] if it failed, and [`ChainError::Foreign`] if these are not the events of an
/// extrinsic.
pub fn of_shown(shown: &[Vec<u8>], runtime: &RuntimeMetadata) -> Result<Vec<Event>, ChainError> {
	let count = u32::try_from(shown.len()).map_err(ChainError::foreign)?;
	let records = runtime.events(&[Compact(count).encode(), shown.concat()].concat())?;
	let events = outcome(records, runtime)?;
	let ends = |event: &Event| matches!(event, Event::System(SystemEvent::ExtrinsicSuccess { .. }));
	match events.iter().filter(|event| ends(event)).count() {
		1 => Ok(events),
		_ => Err(ChainError::foreign("the events do not say that the call succeeded")),
	}
}

/// What an extrinsic caused, by all its events.
fn outcome(
	records: impl IntoIterator<Item = EventRecord>,
	runtime: &RuntimeMetadata,
) -> Result<Vec<Event>, ChainError> {
	let mut events = Vec::new();
	for record in records {
		match record.event {
			Ok(Event::System(SystemEvent::ExtrinsicFailed { dispatch_error, .. })) => {
				return Err(runtime.dispatch_error(&dispatch_error));
			},
			Ok(event) => events.push(event),
			Err(ForeignEvent(name)) if name == "System.ExtrinsicFailed" => {
				return Err(ChainError::Dispatch {
					pallet: "System".into(),
					error: "ExtrinsicFailed".into(),
					docs: "Update this program, so that it can read the reason".into(),
				});
			},
			Err(_) => {},
		}
	}
	Ok(events)
}

/// An entry that a block appended to a patient's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendedEntry {
	/// Whose log.
	pub patient: AccountId,
	/// The entry's number, from 0.
	pub seq: u64,
	/// Its bytes; see [`LogEntry::from_bytes`](crate::types::LogEntry::from_bytes).
	pub entry: Vec<u8>,
}

/// What a block appended to patients' logs, in its order.
pub fn appended(records: Vec<EventRecord>) -> Result<Vec<AppendedEntry>, ChainError> {
	let mut entries = Vec::new();
	for record in records {
		match record.event {
			Ok(Event::Audit(AuditEvent::Appended { patient, seq, entry })) => {
				entries.push(AppendedEntry { patient, seq, entry });
			},
			Err(ForeignEvent(name)) if name == "Audit.Appended" => {
				return Err(ChainError::Foreign(format!("its event {name} differs")));
			},
			_ => {},
		}
	}
	Ok(entries)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::runtime::runtime_types::{
		frame_support::dispatch::{DispatchClass, Pays},
		frame_system::DispatchEventInfo,
		sp_runtime::DispatchError,
		sp_weights::weight_v2::Weight,
	};

	fn record(place: u32, event: Event) -> EventRecord {
		EventRecord { phase: Phase::ApplyExtrinsic(place), event: Ok(event) }
	}

	fn decided(opened: Vec<H256>) -> Event {
		Event::Custody(CustodyEvent::OpeningDecided {
			patient: AccountId::new([1; 32]),
			reader: AccountId::new([2; 32]),
			opened,
			refused: vec![],
		})
	}

	fn failed(error: DispatchError) -> Event {
		Event::System(SystemEvent::ExtrinsicFailed {
			dispatch_error: error,
			dispatch_info: DispatchEventInfo {
				weight: Weight { ref_time: 0, proof_size: 0 },
				class: DispatchClass::Normal,
				pays_fee: Pays::No,
			},
		})
	}

	#[test]
	fn an_extrinsic_has_its_own_events() {
		let record_id = H256([7; 32]);
		let records = vec![record(1, decided(vec![])), record(2, decided(vec![record_id]))];
		let events = of_extrinsic(records, 2, RuntimeMetadata::own()).unwrap();
		let included = Included { block: H256::zero(), number: 1, events };
		assert_eq!(included.opening_decided(), Some((vec![record_id], vec![])));
	}

	#[test]
	fn a_failure_is_that_of_its_extrinsic_alone() {
		let error = DispatchError::BadOrigin;
		let records = vec![record(1, failed(error)), record(2, decided(vec![]))];
		let own = RuntimeMetadata::own();
		assert_eq!(of_extrinsic(records.clone(), 2, own).unwrap().len(), 1);
		let told = of_extrinsic(records, 1, own).unwrap_err();
		assert!(told.is_dispatch("System", "BadOrigin"), "{told}");
	}

	#[test]
	fn a_failure_of_another_type_is_a_failure() {
		let foreign = |name: &str| EventRecord {
			phase: Phase::ApplyExtrinsic(1),
			event: Err(ForeignEvent(name.into())),
		};
		let own = RuntimeMetadata::own();
		let records = vec![foreign("Custody.Else"), record(1, decided(vec![]))];
		assert_eq!(of_extrinsic(records, 1, own).unwrap().len(), 1, "other events are left out");
		let told = of_extrinsic(vec![foreign("System.ExtrinsicFailed")], 1, own).unwrap_err();
		assert!(told.is_dispatch("System", "ExtrinsicFailed"), "{told}");
		let told = appended(vec![foreign("Audit.Appended")]).unwrap_err();
		assert!(told.to_string().contains("Audit.Appended"), "{told}");
	}

	#[test]
	fn appended_entries_keep_their_order() {
		let entry = |seq| AppendedEntry { patient: AccountId::new([1; 32]), seq, entry: vec![1] };
		let event = |AppendedEntry { patient, seq, entry }| {
			Event::Audit(AuditEvent::Appended { patient, seq, entry })
		};
		let records = vec![
			record(1, event(entry(4))),
			record(1, decided(vec![])),
			record(2, event(entry(5))),
		];
		assert_eq!(appended(records).unwrap(), [entry(4), entry(5)]);
	}
}
