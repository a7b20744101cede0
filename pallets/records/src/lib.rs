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
//! *A clinic imports a patient's history.* Its client creates up to 64 records with one call,
//! [`Pallet::create_many`]: all of them or none, with one entry in the patient's log.
//!
//! *Two colleagues correct the same report.* Each names the head that they have seen. The second call
//! fails with [`Error::NotTheHead`]; its author looks at the version that came first and tries again.
//!
//! *A report was filed under the wrong patient.* A registrar and a clinician of the author institution
//! mark it [`RecordStatus::WrongPatient`], for which no consent is needed. From that block nobody can
//! open it. If they were wrong, two of the staff take the mark back.
//!
//! *The patient finds a record more sensitive than its author did* and adds a label. Permits that do
//! not name the label no longer cover the record. Nobody can remove the label. An author labels when it
//! creates the record or a version. Later that, too, takes two of the staff, because a label can close
//! a record to everybody.
//!
//! *An author cannot compute the tags of a record's labels*, because its custodian does not have the
//! patient's label key. It creates the record as [`LabelTag::UNCLASSIFIED`]. Later two of the author's
//! staff or the patient name the labels, and they replace it.
//!
//! ## Data structures
//!
//! [`Records`] by patient and id, and each record's [`Versions`]. A record's id is a hash of patient,
//! author and salt ([`record_id`]), so an author cannot take another's id. The chain computes the id,
//! so maps use it as a key without hashing it again.
//!
//! The stored types leave out what can be computed: see [`types`]. Clients see all fields, in
//! [`RecordView`] and [`VersionView`].
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

#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use alloc::{vec, vec::Vec};
use frame_support::{
	pallet_prelude::*,
	traits::{Defensive, DefensiveTruncateFrom, UnixTime},
};
use frame_system::pallet_prelude::*;
use sp_core::H256;
use sp_runtime::{traits::SaturatedConversion, ArithmeticError};
use vouchsafe_primitives::{
	audit::{LogEvent, StaffMatter},
	policy::{Question, Subject},
	*,
};
use vouchsafe_support::{
	self as traits, Agreed, AuditLog, Book, Consents, Custody, DeclaredVersion, Enrolment, Pair,
	Representation, Staff,
};

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
		/// What takes two of an institution's staff.
		type Staff: Staff;
		/// What the patients' consents allow.
		type Consents: Consents;
		/// Who represents patients.
		type Representation: Representation;
		/// Who holds the shares of the versions' keys.
		type Custody: Custody;
		/// The patients' logs.
		type AuditLog: AuditLog;
		/// The time.
		type Time: UnixTime;
		/// The weights.
		type WeightInfo: WeightInfo;
	}

	/// Each patient's records.
	#[pallet::storage]
	pub type Records<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, AccountId, Identity, RecordId, Record>;

	/// Each record's versions. Their numbers count from 0 and nobody chooses them, so the state's
	/// tree stays balanced without hashing them.
	#[pallet::storage]
	pub type Versions<T: Config> =
		StorageDoubleMap<_, Identity, RecordId, Identity, VersionNumber, Version>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Records were created, each with its first version.
		RecordsCreated {
			/// Their patient.
			patient: AccountId,
			/// The institution that authored them, or the patient.
			author: AccountId,
			/// Each record with the hash of its version.
			records: BoundedVec<(RecordId, H256), ConstU32<MAX_BATCH>>,
		},
		/// A version was added to a record.
		VersionAdded {
			/// The record's patient.
			patient: AccountId,
			/// Which record.
			record: RecordId,
			/// Which version.
			version: VersionNumber,
			/// The version's hash.
			head: H256,
		},
		/// Labels were added to a record.
		Labelled {
			/// The record's patient.
			patient: AccountId,
			/// Which record.
			record: RecordId,
			/// Its labels now.
			labels: LabelTags,
		},
		/// A record was marked entered in error.
		EnteredInError {
			/// The record's patient.
			patient: AccountId,
			/// Which record.
			record: RecordId,
			/// Its status now.
			status: RecordStatus,
		},
		/// A record's mark was taken back: it counts again.
		MarkTakenBack {
			/// The record's patient.
			patient: AccountId,
			/// Which record.
			record: RecordId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The patient has no such record.
		RecordNotFound,
		/// The author already has a record with this salt for this patient, or the call names the
		/// salt twice.
		RecordExists,
		/// The call must name at least one record.
		NoRecords,
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
		/// The patient does not have the record that the relation names.
		RelatedRecordNotFound,
		/// The CID of the manifest is not of version 1 with SHA2-256.
		InvalidCid,
		/// The version does not follow the record's latest version.
		NotTheHead,
		/// The frame does not include the record's frame: a version may widen it, but not narrow it.
		FrameTooNarrow,
		/// The labels are not in ascending order, or a label is named twice.
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
		/// The record is not marked entered in error.
		NotEnteredInError,
		/// The record is more confidential than what this representative reads.
		HiddenFromRepresentative,
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
		/// The id is [`record_id`] of patient, author and salt. `sharing` says who holds the shares
		/// of the version's key. Custody checks it.
		///
		/// ## Errors
		///
		/// - [`Error::LabelsNotSorted`].
		/// - [`Error::NotUnclassified`].
		/// - [`Error::NotPatient`].
		/// - [`Error::NotAffiliated`].
		/// - [`Error::OriginMismatch`].
		/// - [`Error::InvalidPeriod`].
		/// - [`Error::InvalidCid`].
		/// - [`Error::RecordExists`].
		/// - [`Error::RelatedRecordNotFound`].
		/// - [`Error::NotPermitted`].
		/// - [`Error::HiddenFromRepresentative`].
		///
		/// ## Events
		///
		/// - [`Event::RecordsCreated`]. In the patient's log: `RecordsCreated`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::create(sharing.set.holders.len().saturated_into()))]
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
			let NewSharingSet { set, commitments } = sharing;
			let creation = Creation { salt, record, version, commitments };
			Self::do_create(&signer, patient, institution, set, vec![creation])
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
		/// `previous` is the record's head. `frame` replaces the record's frame: it may have more
		/// months, more labels and a higher confidentiality. The consents decide on the record as it
		/// will be. Custody checks `sharing`.
		///
		/// ## Errors
		///
		/// - [`Error::RecordNotFound`].
		/// - [`Error::AlreadyEnteredInError`].
		/// - [`Error::NotTheHead`].
		/// - [`Error::LabelsNotSorted`].
		/// - [`Error::NotUnclassified`].
		/// - [`Error::FrameTooNarrow`].
		/// - [`Error::InvalidCid`].
		/// - [`Error::NotPatient`].
		/// - [`Error::NotAffiliated`].
		/// - [`Error::NotPermitted`].
		/// - [`Error::HiddenFromRepresentative`].
		///
		/// ## Events
		///
		/// - [`Event::VersionAdded`]. In the patient's log: `VersionAdded`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::add_version(sharing.set.holders.len().saturated_into()))]
		pub fn add_version(
			origin: OriginFor<T>,
			patient: AccountId,
			record: RecordId,
			previous: H256,
			frame: Frame,
			version: NewVersion,
			sharing: NewSharingSet,
		) -> DispatchResult {
			let signer = ensure_signed(origin)?;
			let id = record;
			let mut record = Records::<T>::get(&patient, id).ok_or(Error::<T>::RecordNotFound)?;
			ensure!(record.status == RecordStatus::Current, Error::<T>::AlreadyEnteredInError);
			ensure!(previous == Self::head(&id, &record), Error::<T>::NotTheHead);
			Self::ensure_sound(&frame.labels)?;
			ensure!(frame.includes(&record.frame()), Error::<T>::FrameTooNarrow);
			let number = record.versions;
			let widened = frame != record.frame();
			let Frame { service, confidentiality, labels } = frame;
			record.service = service;
			record.confidentiality = confidentiality;
			record.labels = labels;
			record.versions = number.checked_add(1).ok_or(ArithmeticError::Overflow)?;
			let version = Self::new_version(&signer, version, Some(previous))?;
			let writer =
				Self::ensure_writer(&signer, &patient, record.author_institution(&patient))?;
			writer.ensure_permitted::<T>(record.facts(&patient, id))?;

			let NewSharingSet { set, commitments } = sharing;
			let declared = DeclaredVersion { record: id, version: number, commitments };
			T::Custody::declare(&patient, set, &[declared])?;
			let head = version.hash(&id, number, &record.author);
			Versions::<T>::insert(id, number, version);
			Records::<T>::insert(&patient, id, &record);
			T::AuditLog::append(
				&patient,
				&signer,
				record.author_institution(&patient),
				writer.purpose(),
				LogEvent::VersionAdded { record: id, version: number, widened },
			);
			Self::deposit_event(Event::VersionAdded { patient, record: id, version: number, head });
			Ok(())
		}

		/// Add labels to a record.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the patient; or by a registrar and an attested clinician of the author
		/// institution, each once.
		///
		/// ## Details
		///
		/// The staff's first call proposes the labels. The second, within [`PROPOSAL_LIFETIME`], adds
		/// them. The first named label replaces [`LabelTag::UNCLASSIFIED`]. Other labels are never
		/// removed.
		///
		/// The first named label can open the record, because permits can be for records with labels
		/// alone. So one of the two who add it must be allowed by the patient's consents to write the
		/// record as it will be. Further labels never open a record, and need no consent.
		///
		/// ## Errors
		///
		/// - [`Error::RecordNotFound`].
		/// - [`Error::LabelsNotSorted`].
		/// - [`Error::NotUnclassified`].
		/// - [`Error::NoNewLabels`].
		/// - [`Error::TooManyLabels`].
		/// - [`Error::NotPatient`].
		/// - [`Error::NotPermitted`].
		/// - [`Error::HiddenFromRepresentative`].
		/// - Those of [`traits::Staff`].
		///
		/// ## Events
		///
		/// - [`Event::Labelled`], at the second call of the staff. In the patient's log: `Labelled`,
		///   before which the staff have `StaffProposed`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::add_labels())]
		pub fn add_labels(
			origin: OriginFor<T>,
			patient: AccountId,
			record: RecordId,
			labels: LabelTags,
		) -> DispatchResult {
			let signer = ensure_signed(origin)?;
			let id = record;
			let mut record = Records::<T>::get(&patient, id).ok_or(Error::<T>::RecordNotFound)?;
			let institution =
				record.author_institution(&patient).filter(|_| signer != patient).cloned();
			let has_named = record.labels.iter().any(|tag| *tag != LabelTag::UNCLASSIFIED);
			record.labels = Self::labels_with(&record.labels, &labels)?;
			let matter = StaffMatter::Label { record: id, labels };
			let hidden = record.confidentiality;
			let agreed = Self::agree(&signer, &patient, institution.as_ref(), &matter, hidden)?;
			let event = match agreed {
				Agreed::Proposed => LogEvent::StaffProposed(matter),
				Agreed::Confirmed { first } => {
					if !has_named {
						let facts = record.facts(&patient, id);
						let two = [&signer, &first];
						Self::ensure_one_may_write(two, &patient, institution.as_ref(), facts)?;
					}
					Records::<T>::insert(&patient, id, &record);
					let labels = record.labels;
					let (patient, now) = (patient.clone(), labels.clone());
					Self::deposit_event(Event::Labelled { patient, record: id, labels: now });
					LogEvent::Labelled { record: id, labels }
				},
			};
			T::AuditLog::append(&patient, &signer, institution.as_ref(), None, event);
			Ok(())
		}

		/// Mark a record entered in error: its content is wrong, or it belongs to another patient.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by a registrar and an attested clinician of the author institution, each once. If
		/// the patient entered the record, by the patient.
		///
		/// ## Details
		///
		/// The staff's first call proposes the mark. The second, within [`PROPOSAL_LIFETIME`], sets
		/// it. Wrong content may become a wrong patient. No consent is needed, because marking never
		/// opens a record.
		///
		/// ## Errors
		///
		/// - [`Error::InvalidStatus`].
		/// - [`Error::RecordNotFound`].
		/// - [`Error::AlreadyEnteredInError`].
		/// - [`Error::NotPatient`].
		/// - [`Error::HiddenFromRepresentative`].
		/// - Those of [`traits::Staff`].
		///
		/// ## Events
		///
		/// - [`Event::EnteredInError`], at the second call of the staff. In the patient's log:
		///   `EnteredInError`, before which the staff have `StaffProposed`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::mark_entered_in_error())]
		pub fn mark_entered_in_error(
			origin: OriginFor<T>,
			patient: AccountId,
			record: RecordId,
			status: RecordStatus,
		) -> DispatchResult {
			let signer = ensure_signed(origin)?;
			ensure!(status != RecordStatus::Current, Error::<T>::InvalidStatus);
			let found = Records::<T>::get(&patient, record).ok_or(Error::<T>::RecordNotFound)?;
			ensure!(status > found.status, Error::<T>::AlreadyEnteredInError);
			Self::set_status(&signer, &patient, (record, found), status)
		}

		/// Create many records of one patient, each with its first version.
		///
		/// ## Dispatch Origin
		///
		/// As for [`Pallet::create`]. The consents must allow each of the records to be written.
		///
		/// ## Details
		///
		/// Either all records are created, or none. All versions have the same holders. A relation
		/// may name a record that comes earlier in the call.
		///
		/// ## Errors
		///
		/// - [`Error::NoRecords`].
		/// - Those of [`Pallet::create`].
		///
		/// ## Events
		///
		/// - [`Event::RecordsCreated`]. In the patient's log: one entry, `RecordsCreated`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::create_many(
			records.len().saturated_into(),
			holders.holders.len().saturated_into(),
		))]
		pub fn create_many(
			origin: OriginFor<T>,
			patient: AccountId,
			institution: Option<AccountId>,
			holders: HolderSet,
			records: BoundedVec<Creation, ConstU32<MAX_BATCH>>,
		) -> DispatchResult {
			let signer = ensure_signed(origin)?;
			ensure!(!records.is_empty(), Error::<T>::NoRecords);
			Self::do_create(&signer, patient, institution, holders, records.into_inner())
		}

		/// Take back that a record was entered in error: it counts again.
		///
		/// ## Dispatch Origin
		///
		/// As for [`Pallet::mark_entered_in_error`].
		///
		/// ## Errors
		///
		/// - [`Error::RecordNotFound`].
		/// - [`Error::NotEnteredInError`].
		/// - [`Error::NotPatient`].
		/// - [`Error::HiddenFromRepresentative`].
		/// - Those of [`traits::Staff`].
		///
		/// ## Events
		///
		/// - [`Event::MarkTakenBack`], at the second call of the staff. In the patient's log:
		///   `MarkTakenBack`, before which the staff have `StaffProposed`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::mark_entered_in_error())]
		pub fn take_mark_back(
			origin: OriginFor<T>,
			patient: AccountId,
			record: RecordId,
		) -> DispatchResult {
			let signer = ensure_signed(origin)?;
			let found = Records::<T>::get(&patient, record).ok_or(Error::<T>::RecordNotFound)?;
			ensure!(found.status != RecordStatus::Current, Error::<T>::NotEnteredInError);
			Self::set_status(&signer, &patient, (record, found), RecordStatus::Current)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The record.
		pub fn record(patient: AccountId, record: RecordId) -> Option<RecordView> {
			Records::<T>::get(&patient, record).map(|found| Self::view(patient, record, found))
		}

		/// The record's version.
		pub fn version(
			patient: AccountId,
			record: RecordId,
			version: VersionNumber,
		) -> Option<VersionView> {
			let Record { author, .. } = Records::<T>::get(patient, record)?;
			Versions::<T>::get(record, version).map(|version| version.view(author))
		}

		/// The patient's records after the one named, in the order of their ids: at most `limit` and
		/// [`MAX_LISTED`].
		pub fn records_of(
			patient: AccountId,
			after: Option<RecordId>,
			limit: u32,
		) -> Vec<(RecordId, RecordView)> {
			let records = match after {
				Some(after) => {
					let key = Records::<T>::hashed_key_for(&patient, after);
					Records::<T>::iter_prefix_from(&patient, key)
				},
				None => Records::<T>::iter_prefix(&patient),
			};
			records
				.take(limit.min(MAX_LISTED).saturated_into())
				.map(|(id, record)| (id, Self::view(patient.clone(), id, record)))
				.collect()
		}
	}
}

/// Checks that a record is not more confidential than what the representative reads who acts now, if one acts. Else
/// a parent could label or mark what a young person keeps secret. 1 read.
fn ensure_not_hidden<T: Config>(confidentiality: Confidentiality) -> DispatchResult {
	let highest = T::Representation::highest_confidentiality();
	let is_hidden = highest.is_some_and(|highest| confidentiality > highest);
	ensure!(!is_hidden, Error::<T>::HiddenFromRepresentative);
	Ok(())
}

/// Who writes: the patient's consents, and the question to them, without its subject, which differs
/// for each record of a call. `None` is the patient, who needs no consent.
struct Writer(Option<(Book, Question)>);

impl Writer {
	/// Checks that the consents allow this record to be written.
	fn ensure_permitted<T: Config>(&self, facts: RecordFacts) -> DispatchResult {
		let Some((book, question)) = &self.0 else {
			return ensure_not_hidden::<T>(facts.confidentiality);
		};
		let question = Question { subject: Subject::Record(facts), ..question.clone() };
		ensure!(book.decide(&question).is_permit(), Error::<T>::NotPermitted);
		Ok(())
	}

	/// The purpose for the log.
	fn purpose(&self) -> Option<Purpose> {
		self.0.as_ref().map(|(_, question)| question.purpose)
	}
}

impl<T: Config> Pallet<T> {
	/// Checks all the records, and then creates them.
	fn do_create(
		signer: &AccountId,
		patient: AccountId,
		institution: Option<AccountId>,
		holders: HolderSet,
		creations: Vec<Creation>,
	) -> DispatchResult {
		let institution = institution.filter(|institution| *institution != patient);
		let author = institution.clone().unwrap_or_else(|| patient.clone());
		let writer = Self::ensure_writer(signer, &patient, institution.as_ref())?;
		let mut ids = Vec::with_capacity(creations.len());
		let mut declared = Vec::with_capacity(creations.len());
		let mut created = Vec::with_capacity(creations.len());
		for Creation { salt, record, version, commitments } in creations {
			let id = record_id(&patient, &author, &salt);
			let exists = |id| ids.contains(&id) || Records::<T>::contains_key(&patient, id);
			let NewRecord { origin, service, relation, confidentiality, labels, category } = record;
			ensure!(
				institution.is_none() == (origin == Origin::PatientEntered),
				Error::<T>::OriginMismatch
			);
			ensure!(service.first <= service.last, Error::<T>::InvalidPeriod);
			Self::ensure_sound(&labels)?;
			ensure!(!exists(id), Error::<T>::RecordExists);
			let is_related = relation.is_none_or(|Relation { target, .. }| exists(target));
			ensure!(is_related, Error::<T>::RelatedRecordNotFound);
			let version = Self::new_version(signer, version, None)?;
			let record = Record {
				author: author.clone(),
				responsible: None,
				origin,
				service,
				relation,
				confidentiality,
				labels,
				category,
				status: RecordStatus::Current,
				versions: 1,
			};
			writer.ensure_permitted::<T>(record.facts(&patient, id))?;
			ids.push(id);
			declared.push(DeclaredVersion { record: id, version: 0, commitments });
			created.push((id, record, version));
		}

		T::Custody::declare(&patient, holders, &declared)?;
		let mut heads = Vec::with_capacity(created.len());
		for (id, record, version) in created {
			heads.push((id, version.hash(&id, 0, &author)));
			Versions::<T>::insert(id, 0, version);
			Records::<T>::insert(&patient, id, record);
		}
		T::AuditLog::append(
			&patient,
			signer,
			institution.as_ref(),
			writer.purpose(),
			LogEvent::RecordsCreated { records: BoundedVec::defensive_truncate_from(ids) },
		);
		let records = BoundedVec::defensive_truncate_from(heads);
		Self::deposit_event(Event::RecordsCreated { patient, author, records });
		Ok(())
	}

	/// Finds whether the staff of the author institution agree. The patient decides alone where there
	/// is no institution, and counts as both.
	fn agree(
		signer: &AccountId,
		patient: &AccountId,
		institution: Option<&AccountId>,
		matter: &StaffMatter,
		confidentiality: Confidentiality,
	) -> Result<Agreed, DispatchError> {
		let Some(institution) = institution else {
			Self::ensure_author(signer, patient, None)?;
			ensure_not_hidden::<T>(confidentiality)?;
			return Ok(Agreed::Confirmed { first: signer.clone() });
		};
		let (content, pair) = (agreed_matter(matter), Pair::RegistrarAndClinician);
		T::Staff::agree(signer, institution, patient, content, pair)
	}

	/// Sets a record's status when those who have to have agreed, and logs it.
	fn set_status(
		signer: &AccountId,
		patient: &AccountId,
		(id, mut record): (RecordId, Record),
		status: RecordStatus,
	) -> DispatchResult {
		let matter = match status {
			RecordStatus::Current => StaffMatter::TakeMarkBack { record: id },
			status => StaffMatter::Mark { record: id, status },
		};
		let institution = record.author_institution(patient).cloned();
		let agreed =
			Self::agree(signer, patient, institution.as_ref(), &matter, record.confidentiality)?;
		let event = match agreed {
			Agreed::Proposed => LogEvent::StaffProposed(matter),
			Agreed::Confirmed { .. } => {
				record.status = status;
				Records::<T>::insert(patient, id, &record);
				let patient = patient.clone();
				match status {
					RecordStatus::Current => {
						Self::deposit_event(Event::MarkTakenBack { patient, record: id });
						LogEvent::MarkTakenBack { record: id }
					},
					status => {
						Self::deposit_event(Event::EnteredInError { patient, record: id, status });
						LogEvent::EnteredInError { record: id, status }
					},
				}
			},
		};
		T::AuditLog::append(patient, signer, institution.as_ref(), None, event);
		Ok(())
	}

	/// Checks that one of the two who label a record for its author may write it as it will be. The
	/// patient may.
	fn ensure_one_may_write(
		two: [&AccountId; 2],
		patient: &AccountId,
		institution: Option<&AccountId>,
		facts: RecordFacts,
	) -> DispatchResult {
		let may_write = |who: &AccountId| {
			let writer = Self::ensure_writer(who, patient, institution)?;
			writer.ensure_permitted::<T>(facts.clone())
		};
		let [second, first] = two;
		may_write(second).or_else(|_| may_write(first))
	}

	/// Checks that the signer acts for the author institution, or is the patient if there is no
	/// institution. The consents decide about each record.
	fn ensure_writer(
		signer: &AccountId,
		patient: &AccountId,
		institution: Option<&AccountId>,
	) -> Result<Writer, DispatchError> {
		let Some(actor) = Self::ensure_author(signer, patient, institution)? else {
			return Ok(Writer(None));
		};
		let book = T::Consents::book(patient, &actor);
		let question = Question {
			patient: patient.clone(),
			standing: T::Enrolment::standing(patient),
			doubt: T::Enrolment::doubt(patient),
			actor,
			action: Action::Write,
			purpose: Purpose::Treatment,
			subject: Subject::SomeRecord,
			now: T::Time::now().as_secs(),
			break_glass: false,
		};
		Ok(Writer(Some((book, question))))
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

	/// The version as it will be stored.
	fn new_version(
		signer: &AccountId,
		version: NewVersion,
		previous: Option<H256>,
	) -> Result<Version, DispatchError> {
		let NewVersion { manifest, commitment } = version;
		let manifest = ManifestCid::new(&manifest).ok_or(Error::<T>::InvalidCid)?;
		Ok(Version {
			content: Content::Manifest(manifest),
			commitment,
			previous,
			author: signer.clone(),
			block: frame_system::Pallet::<T>::block_number().saturated_into(),
		})
	}

	/// The hash of the record's latest version. 1 read.
	fn head(id: &RecordId, record: &Record) -> H256 {
		record
			.versions
			.checked_sub(1)
			.and_then(|number| {
				let version = Versions::<T>::get(id, number)?;
				Some(version.hash(id, number, &record.author))
			})
			.defensive_unwrap_or_default()
	}

	fn view(patient: AccountId, id: RecordId, record: Record) -> RecordView {
		let head = Self::head(&id, &record);
		record.view(patient, head)
	}
}

impl<T: Config> traits::Records for Pallet<T> {
	fn facts(patient: &AccountId, record: &RecordId) -> Option<RecordFacts> {
		Records::<T>::get(patient, record).map(|found| found.facts(patient, *record))
	}
}
