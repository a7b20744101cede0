//! Records: what the chain knows about a patient's documents and their versions.
//!
//! ## Terminology
//!
//! - *Record* (FHIR DocumentReference): a document in all its versions. The chain has none of its
//!   content, only what decisions need: months, category, labels.
//! - *Author*: the institution for which it was written, or the patient who entered it.
//! - *Version*: the CID of a manifest, a salted commitment to the plaintext, and the hash of the
//!   version before. The versions form a chain; the latest hash is the record's *head*.
//!
//! ## Scenarios
//!
//! *A doctor writes a report.* The client draws a salt, computes the record's id (so that the
//! encryption binds it), and signs [`Pallet::create`] for the hospital. The patient's consents must
//! allow such a record to be written. The call declares who holds the shares of the key.
//!
//! *Two colleagues correct the same report.* Each names the head that they have seen. The second call
//! fails with [`Error::NotTheHead`]; its author looks at the version that came first and tries again.
//!
//! *A report was filed under the wrong patient.* Its author marks it [`RecordStatus::WrongPatient`],
//! for which no consent is needed. From that block nobody can open it. This cannot be undone.
//!
//! *The patient finds a record more sensitive than its author did* and adds a label. Permits that do
//! not name the label no longer cover the record. Labels are never removed.
//!
//! *An author cannot compute the tags of a record's labels*, because its custodian does not have the
//! patient's label key. It creates the record as [`LabelTag::UNCLASSIFIED`]. Later the author or the
//! patient names the labels, and they replace it.
//!
//! ## Data structures
//!
//! [`Records`] by id, [`RecordsOf`] by patient, and each record's [`Versions`]. A record's id is a
//! hash of patient, author and salt ([`record_id`]), so an author cannot take another's id.
#![cfg_attr(not(feature = "std"), no_std)]
// Code that goes into the runtime's WASM cannot panic or overflow. A test of the runtime refuses `as`.
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::expect_used,
		clippy::indexing_slicing,
		clippy::unwrap_used
	)
)]

extern crate alloc;

pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use alloc::vec::Vec;
use frame_support::{
	pallet_prelude::*,
	traits::{DefensiveOption, UnixTime},
};
use frame_system::pallet_prelude::*;
use sp_core::H256;
use sp_runtime::{traits::SaturatedConversion, ArithmeticError};
use vouchsafe_primitives::{
	audit::LogEvent,
	policy::{Question, Subject},
	*,
};
use vouchsafe_support::{self as traits, AuditLog, Consents, Custody, Enrolment};

/// The most records that one reading of a patient's list returns.
pub const MAX_LISTED: u32 = 256;

#[allow(clippy::expect_used, reason = "FRAME's macros make such code; calls are checked again")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, Hash = H256> {
		/// Who takes part.
		type Enrolment: Enrolment;
		/// What the patients' consents allow.
		type Consents: Consents;
		/// Who holds the shares of the versions' keys.
		type Custody: Custody;
		/// The patients' logs.
		type AuditLog: AuditLog;
		/// The time.
		type Time: UnixTime;
		/// The weights.
		type WeightInfo: WeightInfo;
	}

	/// The records.
	#[pallet::storage]
	pub type Records<T: Config> = StorageMap<_, Blake2_128Concat, RecordId, Record>;

	/// Each patient's records.
	#[pallet::storage]
	pub type RecordsOf<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, AccountId, Blake2_128Concat, RecordId, ()>;

	/// Each record's versions.
	#[pallet::storage]
	pub type Versions<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, RecordId, Blake2_128Concat, VersionNumber, Version>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A record was created, with its first version.
		RecordCreated {
			/// Its patient.
			patient: AccountId,
			/// Which.
			record: RecordId,
			/// The institution that authored it, or the patient.
			author: AccountId,
			/// The version's hash.
			head: H256,
		},
		/// A version was added to a record.
		VersionAdded {
			/// Which record.
			record: RecordId,
			/// Which version.
			version: VersionNumber,
			/// The version's hash.
			head: H256,
		},
		/// Labels were added to a record.
		Labelled {
			/// Which record.
			record: RecordId,
			/// Its labels now.
			labels: LabelTags,
		},
		/// A record was marked entered in error.
		EnteredInError {
			/// Which record.
			record: RecordId,
			/// Its status now.
			status: RecordStatus,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The record does not exist.
		RecordNotFound,
		/// The author already has a record with this salt for this patient.
		RecordExists,
		/// The practitioner has no current affiliation with the institution.
		NotAffiliated,
		/// The account is not a patient, or is a patient who acts without being active.
		NotPatient,
		/// The patient's consents do not allow this record to be written.
		NotPermitted,
		/// A record has the origin `PatientEntered` if and only if the patient enters it.
		OriginMismatch,
		/// The period is empty: it ends before it begins.
		InvalidPeriod,
		/// The record that the relation names does not exist or is not the patient's.
		RelatedRecordNotFound,
		/// The CID of the manifest is not of version 1 with SHA2-256.
		InvalidCid,
		/// The version does not follow the record's latest version.
		NotTheHead,
		/// The labels are not in ascending order, or one is there twice.
		LabelsNotSorted,
		/// A record cannot have named labels and be unclassified.
		NotUnclassified,
		/// The record already has all these labels.
		NoNewLabels,
		/// The record would have more labels than it can have.
		TooManyLabels,
		/// A record cannot be marked with this status.
		InvalidStatus,
		/// The record is already marked entered in error, in this way or a more serious one.
		AlreadyEnteredInError,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	#[deny(clippy::expect_used)]
	impl<T: Config> Pallet<T> {
		/// Create a record with its first version.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by a practitioner who acts for `institution` and is allowed by the patient's
		/// consents to write such a record for treatment. If there is no institution, by the
		/// patient.
		///
		/// ## Details
		///
		/// The id is [`record_id`] of patient, author and salt. `version.previous` is zero.
		/// `sharing` says who holds the shares of the version's key.
		///
		/// ## Errors
		///
		/// - [`Error::OriginMismatch`].
		/// - [`Error::InvalidPeriod`].
		/// - [`Error::LabelsNotSorted`].
		/// - [`Error::NotUnclassified`].
		/// - [`Error::NotPatient`].
		/// - [`Error::NotAffiliated`].
		/// - [`Error::NotPermitted`].
		/// - [`Error::RecordExists`].
		/// - [`Error::RelatedRecordNotFound`].
		/// - [`Error::NotTheHead`].
		/// - [`Error::InvalidCid`].
		///
		/// ## Events
		///
		/// - [`Event::RecordCreated`]. In the patient's log: `RecordCreated`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::create(sharing.holders.len().saturated_into()))]
		pub fn create(
			origin: OriginFor<T>,
			patient: AccountId,
			institution: Option<AccountId>,
			salt: [u8; 16],
			record: NewRecord,
			version: NewVersion,
			sharing: NewSharingSet,
		) -> DispatchResult {
			let signer = ensure_signed(origin)?;
			let author = institution.unwrap_or_else(|| patient.clone());
			let id = record_id(&patient, &author, &salt);
			let NewRecord { origin, service, relation, confidentiality, labels, category } = record;
			let mut record = Record {
				patient,
				responsible: author.clone(),
				author,
				origin,
				service,
				relation,
				confidentiality,
				labels,
				category,
				status: RecordStatus::Current,
				versions: 0,
				head: H256::zero(),
			};
			let entered_by_patient = record.author_institution().is_none();
			ensure!(
				entered_by_patient == (origin == Origin::PatientEntered),
				Error::<T>::OriginMismatch
			);
			ensure!(service.first <= service.last, Error::<T>::InvalidPeriod);
			Self::ensure_sound(&record.labels)?;
			let purpose = Self::ensure_writer(&signer, record.facts(id))?;
			ensure!(!Records::<T>::contains_key(id), Error::<T>::RecordExists);
			if let Some(Relation { target, .. }) = relation {
				let same_patient = Records::<T>::get(target)
					.is_some_and(|related| related.patient == record.patient);
				ensure!(same_patient, Error::<T>::RelatedRecordNotFound);
			}

			Self::push_version(&signer, id, &mut record, version, sharing)?;
			RecordsOf::<T>::insert(&record.patient, id, ());
			Records::<T>::insert(id, &record);
			T::AuditLog::append(
				&record.patient,
				&signer,
				record.author_institution(),
				purpose,
				LogEvent::RecordCreated { record: id },
			);
			let Record { patient, author, head, .. } = record;
			Self::deposit_event(Event::RecordCreated { patient, record: id, author, head });
			Ok(())
		}

		/// Add a version to a record.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by a practitioner who acts for the author institution and is allowed by the
		/// patient's consents to write to the record for treatment. If the patient entered the
		/// record, by the patient.
		///
		/// ## Details
		///
		/// `version.previous` is the record's head. Custody checks `sharing`.
		///
		/// ## Errors
		///
		/// - [`Error::RecordNotFound`].
		/// - [`Error::AlreadyEnteredInError`].
		/// - [`Error::NotPatient`].
		/// - [`Error::NotAffiliated`].
		/// - [`Error::NotPermitted`].
		/// - [`Error::NotTheHead`].
		/// - [`Error::InvalidCid`].
		///
		/// ## Events
		///
		/// - [`Event::VersionAdded`]. In the patient's log: `VersionAdded`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::add_version(sharing.holders.len().saturated_into()))]
		pub fn add_version(
			origin: OriginFor<T>,
			record: RecordId,
			version: NewVersion,
			sharing: NewSharingSet,
		) -> DispatchResult {
			let signer = ensure_signed(origin)?;
			let id = record;
			let mut record = Records::<T>::get(id).ok_or(Error::<T>::RecordNotFound)?;
			ensure!(record.status == RecordStatus::Current, Error::<T>::AlreadyEnteredInError);
			let purpose = Self::ensure_writer(&signer, record.facts(id))?;

			let version = Self::push_version(&signer, id, &mut record, version, sharing)?;
			Records::<T>::insert(id, &record);
			T::AuditLog::append(
				&record.patient,
				&signer,
				record.author_institution(),
				purpose,
				LogEvent::VersionAdded { record: id, version },
			);
			Self::deposit_event(Event::VersionAdded { record: id, version, head: record.head });
			Ok(())
		}

		/// Add labels to a record.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the patient or a practitioner who acts for the author institution.
		///
		/// ## Details
		///
		/// The first named label replaces [`LabelTag::UNCLASSIFIED`]. Other labels are never removed.
		/// No consent is needed: those who may call it could have created the record with the label.
		///
		/// ## Errors
		///
		/// - [`Error::RecordNotFound`].
		/// - [`Error::NotPatient`].
		/// - [`Error::NotAffiliated`].
		/// - [`Error::LabelsNotSorted`].
		/// - [`Error::NotUnclassified`].
		/// - [`Error::NoNewLabels`].
		/// - [`Error::TooManyLabels`].
		///
		/// ## Events
		///
		/// - [`Event::Labelled`]. In the patient's log: `Labelled`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::add_labels())]
		pub fn add_labels(
			origin: OriginFor<T>,
			record: RecordId,
			labels: LabelTags,
		) -> DispatchResult {
			let signer = ensure_signed(origin)?;
			let id = record;
			let mut record = Records::<T>::get(id).ok_or(Error::<T>::RecordNotFound)?;
			let institution =
				record.author_institution().filter(|_| signer != record.patient).cloned();
			Self::ensure_author(&signer, &record.patient, institution.as_ref())?;
			record.labels = Self::labels_with(&record.labels, &labels)?;

			let labels = record.labels.clone();
			Records::<T>::insert(id, &record);
			T::AuditLog::append(
				&record.patient,
				&signer,
				institution.as_ref(),
				None,
				LogEvent::Labelled { record: id, labels: labels.clone() },
			);
			Self::deposit_event(Event::Labelled { record: id, labels });
			Ok(())
		}

		/// Mark a record entered in error: its content is wrong, or it belongs to another patient.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by a practitioner who acts for the author institution. If the patient entered
		/// the record, by the patient.
		///
		/// ## Details
		///
		/// This cannot be undone, but wrong content may become a wrong patient. No consent is
		/// needed, because marking never opens a record.
		///
		/// ## Errors
		///
		/// - [`Error::InvalidStatus`].
		/// - [`Error::RecordNotFound`].
		/// - [`Error::NotPatient`].
		/// - [`Error::NotAffiliated`].
		/// - [`Error::AlreadyEnteredInError`].
		///
		/// ## Events
		///
		/// - [`Event::EnteredInError`]. In the patient's log: `EnteredInError`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::mark_entered_in_error())]
		pub fn mark_entered_in_error(
			origin: OriginFor<T>,
			record: RecordId,
			status: RecordStatus,
		) -> DispatchResult {
			let signer = ensure_signed(origin)?;
			ensure!(status != RecordStatus::Current, Error::<T>::InvalidStatus);
			let id = record;
			let mut record = Records::<T>::get(id).ok_or(Error::<T>::RecordNotFound)?;
			Self::ensure_author(&signer, &record.patient, record.author_institution())?;
			ensure!(status > record.status, Error::<T>::AlreadyEnteredInError);

			record.status = status;
			Records::<T>::insert(id, &record);
			T::AuditLog::append(
				&record.patient,
				&signer,
				record.author_institution(),
				None,
				LogEvent::EnteredInError { record: id, status },
			);
			Self::deposit_event(Event::EnteredInError { record: id, status });
			Ok(())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The record.
		pub fn record(record: RecordId) -> Option<Record> {
			Records::<T>::get(record)
		}

		/// The record's version.
		pub fn version(record: RecordId, version: VersionNumber) -> Option<Version> {
			Versions::<T>::get(record, version)
		}

		/// The patient's records after the one named, in the order of their keys: at most `limit` and
		/// [`MAX_LISTED`].
		pub fn records_of(
			patient: AccountId,
			after: Option<RecordId>,
			limit: u32,
		) -> Vec<(RecordId, Record)> {
			let ids = match after {
				Some(after) => {
					let key = RecordsOf::<T>::hashed_key_for(&patient, after);
					RecordsOf::<T>::iter_key_prefix_from(&patient, key)
				},
				None => RecordsOf::<T>::iter_key_prefix(&patient),
			};
			ids.filter_map(|id| Records::<T>::get(id).map(|record| (id, record)))
				.take(limit.min(MAX_LISTED).saturated_into())
				.collect()
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Checks that the signer may write the record. Gives the purpose for the log.
	fn ensure_writer(
		signer: &AccountId,
		facts: RecordFacts,
	) -> Result<Option<Purpose>, DispatchError> {
		let institution = Some(&facts.author).filter(|author| **author != facts.patient);
		let Some(actor) = Self::ensure_author(signer, &facts.patient, institution)? else {
			return Ok(None);
		};
		let purpose = Purpose::Treatment;
		let question = Question {
			patient: facts.patient.clone(),
			standing: T::Enrolment::standing(&facts.patient),
			actor,
			action: Action::Write,
			purpose,
			subject: Subject::Record(facts),
			now: T::Time::now().as_secs(),
			break_glass: false,
		};
		ensure!(T::Consents::decide(&question).is_permit(), Error::<T>::NotPermitted);
		Ok(Some(purpose))
	}

	/// Checks that the signer acts for the author institution, or is the patient if there is no
	/// institution.
	fn ensure_author(
		signer: &AccountId,
		patient: &AccountId,
		institution: Option<&AccountId>,
	) -> Result<Option<Actor>, DispatchError> {
		let Some(institution) = institution else {
			let is_patient = signer == patient && T::Enrolment::is_active_patient(signer);
			ensure!(is_patient, Error::<T>::NotPatient);
			return Ok(None);
		};
		let actor = T::Enrolment::acting(signer, institution).ok_or(Error::<T>::NotAffiliated)?;
		Ok(Some(actor))
	}

	/// Checks the labels that a call names.
	fn ensure_sound(labels: &LabelTags) -> DispatchResult {
		ensure!(are_canonical(labels), Error::<T>::LabelsNotSorted);
		let alone = labels.len() == 1 || !labels.contains(&LabelTag::UNCLASSIFIED);
		ensure!(alone, Error::<T>::NotUnclassified);
		Ok(())
	}

	/// A record's labels after `more` were added.
	fn labels_with(labels: &LabelTags, more: &LabelTags) -> Result<LabelTags, DispatchError> {
		Self::ensure_sound(more)?;
		ensure!(more.iter().any(|tag| !labels.contains(tag)), Error::<T>::NoNewLabels);
		let unclassified = more.contains(&LabelTag::UNCLASSIFIED);
		ensure!(labels.is_empty() || !unclassified, Error::<T>::NotUnclassified);
		let named = labels.iter().filter(|tag| **tag != LabelTag::UNCLASSIFIED);
		Ok(canonical_tags(named.chain(more).copied()).ok_or(Error::<T>::TooManyLabels)?)
	}

	/// Checks the version, stores it with its sharing set, and makes it the record's head.
	fn push_version(
		signer: &AccountId,
		id: RecordId,
		record: &mut Record,
		version: NewVersion,
		sharing: NewSharingSet,
	) -> Result<VersionNumber, DispatchError> {
		let NewVersion { previous, manifest, commitment } = version;
		ensure!(previous == record.head, Error::<T>::NotTheHead);
		ensure!(is_cid(&manifest), Error::<T>::InvalidCid);
		let number = record.versions;
		let version = Version {
			manifest: Some(manifest),
			commitment,
			previous,
			author: signer.clone(),
			institution: record.author.clone(),
			block: frame_system::Pallet::<T>::block_number().saturated_into(),
		};
		record.versions = number.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		record.head = version.hash(&id, number).defensive_ok_or(Error::<T>::InvalidCid)?;
		let institution = record.author_institution();
		T::Custody::declare(&record.patient, signer, institution, id, number, sharing)?;
		Versions::<T>::insert(id, number, version);
		Ok(number)
	}
}

/// Whether these are the bytes of a CID as our IPFS nodes make them: version 1, raw or dag-pb,
/// SHA2-256.
fn is_cid(cid: &Cid) -> bool {
	matches!(cid.as_slice(), [0x01, 0x55 | 0x70, 0x12, 0x20, digest @ ..] if digest.len() == 32)
}

impl<T: Config> traits::Records for Pallet<T> {
	fn facts(record: &RecordId) -> Option<RecordFacts> {
		Records::<T>::get(record).map(|found| found.facts(*record))
	}
}

#[cfg(any(feature = "try-runtime", test))]
impl<T: Config> Pallet<T> {
	/// - The patients' lists name every record under its patient.
	/// - Labels are in order, and unclassified records have no other.
	/// - Each record has as many versions as it counts, and each version follows the one before, up to
	///   the record's head.
	pub(crate) fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		for (patient, id, ()) in RecordsOf::<T>::iter() {
			let found = Records::<T>::get(id).is_some_and(|record| record.patient == patient);
			ensure!(found, "a patient's list names a record that isn't the patient's");
		}
		for (id, record) in Records::<T>::iter() {
			ensure!(
				RecordsOf::<T>::contains_key(&record.patient, id),
				"a record is missing in its patient's list"
			);
			ensure!(record.service.first <= record.service.last, "a service period is reversed");
			Self::ensure_sound(&record.labels).map_err(|_| "a record's labels are not sound")?;
			let kept = Versions::<T>::iter_key_prefix(id).count();
			ensure!(kept == record.versions.saturated_into::<usize>(), "versions are miscounted");
			ensure!(kept > 0, "a record has no version");
			// What the next one must name; unknown after an erased version.
			let mut head = Some(H256::zero());
			for number in 0..record.versions {
				let version = Versions::<T>::get(id, number).ok_or("a version is missing")?;
				ensure!(
					head.is_none_or(|head| version.previous == head),
					"a version doesn't follow the one before"
				);
				head = version.hash(&id, number);
			}
			ensure!(head.is_none_or(|head| record.head == head), "a head isn't the last version's");
		}
		for (id, _) in Versions::<T>::iter_keys() {
			ensure!(Records::<T>::contains_key(id), "a version belongs to no record");
		}
		Ok(())
	}
}
