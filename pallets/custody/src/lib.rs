//! Custody: who holds the shares of a version's key, and who may open records.
//!
//! ## Terminology
//!
//! - *Holder*: who holds one share: an institution, the patient, a practitioner, or the health
//!   authority for emergencies.
//! - *Custodian*: the daemon that keeps an institution's or the authority's shares. It signs with an
//!   account of its own.
//! - *Sharing set*: the holders of a version's shares, and the *threshold*: how many of them open
//!   it. Its *epoch* changes when the key is split again.
//! - *Carried share*: the patient's own share, which the patient's client gives to one custodian
//!   together with a consent.
//! - *Opening*: the chain's decision that a reader may open a record, for some minutes.
//!
//! ## Scenarios
//!
//! *A record is written.* Its author declares the sharing set with it. Each custodian finds its work
//! in [`Unacknowledged`], checks and stores its share, and calls [`Pallet::acknowledge`], or
//! [`Pallet::acknowledge_many`] for up to 64 versions at once.
//!
//! *A custodian's disk loses shares.* [`Pallet::report_loss`] takes its acknowledgements back. What it
//! lost is in [`Unacknowledged`] again, until the shares are sent to it once more.
//!
//! *A doctor reads.* [`Pallet::open`] decides during its own dispatch, so the decision has its place
//! in the chain's order. It succeeds either way, because the outcome goes into the patient's log.
//! When the opening is final, the doctor asks the custodians for their shares.
//!
//! *A patient revokes* in block 7. An opening in block 8 is refused by every custodian alike.
//!
//! *A reader tries again and again.* Each refusal is in the patient's log, and all refusals use one
//! counter. After some refusals in a window the call fails and leaves no trace. The same holds after
//! some refusals on one day of all readers of an institution that has no permit together.
//!
//! *A patient does not want shares abroad* and says so with [`Pallet::choose_holders`]. It applies to
//! versions from then on.
//!
//! ## Data structures
//!
//! [`SharingSets`] per version. Most of a patient's versions have the same holders, so
//! [`HolderSets`] stores each set of holders once for each patient, under a number. [`HolderSetNumbers`] finds
//! the number of a set by its hash. [`Unacknowledged`] per holder, [`Openings`] and [`Refusals`] per
//! patient and reader, [`Choices`] per patient. No call iterates over them: expired items are
//! dropped when the same key is written again, and those of readers who do not come back are freed,
//! a few in each block ([`Asked`]).
//!
//! [`Pallet::ensure_sound`] says what makes a sharing set sound.
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

mod expiry;
mod soundness;
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

use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec,
	vec::Vec,
};
use frame_support::{
	pallet_prelude::*,
	traits::{DefensiveOption, DefensiveTruncateFrom, UnixTime},
};
use frame_system::pallet_prelude::*;
use sp_core::H256;
use sp_runtime::{
	traits::{BlakeTwo256, Hash, SaturatedConversion},
	ArithmeticError,
};
use vouchsafe_primitives::{
	audit::{LogEvent, Outcome},
	policy::{self, Basis, Decision, Mismatch, Question, Reason, Subject},
	*,
};
use vouchsafe_support::{
	self as traits, AuditLog, Book, Consents, DeclaredVersion, Enrolment, Records, Uninvited,
};

/// The lowest threshold: one share alone never opens.
pub const MIN_THRESHOLD: u8 = 2;
/// The most that one reading of a holder's list returns.
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
		/// What is known of records.
		type Records: Records;
		/// What the patients' consents allow.
		type Consents: Consents;
		/// The patients' logs.
		type AuditLog: AuditLog;
		/// The time.
		type Time: UnixTime;
		/// How long an opening is in force, in seconds.
		#[pallet::constant]
		type OpeningLifetime: Get<u64>;
		/// Length of the window in which refusals are counted, in seconds.
		#[pallet::constant]
		type RefusalWindow: Get<Moment>;
		/// How many refused openings of one patient's records one reader can have in a window.
		#[pallet::constant]
		type MaxRefusals: Get<u32>;
		/// The weights.
		type WeightInfo: WeightInfo;
	}

	/// Each version's sharing set. The record's id is a hash that the chain has computed, and the
	/// numbers of versions count from 0. Nobody chooses them, so they need no hashing.
	#[pallet::storage]
	pub type SharingSets<T: Config> =
		StorageDoubleMap<_, Identity, RecordId, Identity, VersionNumber, SharingSet>;

	/// Each patient's sets of holders, by their numbers, which count from 0.
	#[pallet::storage]
	pub type HolderSets<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, AccountId, Identity, u32, HolderSet>;

	/// The number of each of a patient's sets of holders, by the hash of its encoding.
	#[pallet::storage]
	pub type HolderSetNumbers<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, AccountId, Identity, H256, u32>;

	/// The number of the patient's next set of holders.
	#[pallet::storage]
	pub type NextHolderSet<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, u32, ValueQuery>;

	/// What each institution or authority still has to acknowledge.
	#[pallet::storage]
	pub type Unacknowledged<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, AccountId, Identity, (RecordId, VersionNumber), Due>;

	/// What each reader has opened of a patient's records. Expired openings are dropped when the
	/// reader opens more.
	#[pallet::storage]
	pub type Openings<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		AccountId,
		Blake2_128Concat,
		AccountId,
		BoundedVec<OpeningGroup, ConstU32<MAX_OPENINGS>>,
		ValueQuery,
	>;

	/// In which window a reader was last refused a patient's record, and how often in it.
	#[pallet::storage]
	pub type Refusals<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		AccountId,
		Blake2_128Concat,
		AccountId,
		(u32, u32),
		ValueQuery,
	>;

	/// Which readers have asked for which patients' records in each window, until what that left has
	/// expired and is freed.
	#[pallet::storage]
	pub type Asked<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		u32,
		Blake2_128Concat,
		(AccountId, AccountId),
		(),
		OptionQuery,
	>;

	/// The first window of which something may still have to be freed.
	#[pallet::storage]
	pub type OldestWindow<T: Config> = StorageValue<_, u32>;

	/// Which holders each patient has chosen.
	#[pallet::storage]
	pub type Choices<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, HolderChoice>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A holder acknowledged its shares of versions.
		SharesAcknowledged {
			/// The records' patient.
			patient: AccountId,
			/// Which holder.
			holder: AccountId,
			/// Each version's record and number, and the epoch of its sharing set.
			versions: AcknowledgedVersions,
		},
		/// A holder lost shares that it had acknowledged.
		SharesReportedLost {
			/// The records' patient.
			patient: AccountId,
			/// Which holder.
			holder: AccountId,
			/// Each version's record and number, and the epoch of its sharing set.
			versions: AcknowledgedVersions,
		},
		/// An opening was decided.
		OpeningDecided {
			/// Whose records.
			patient: AccountId,
			/// Who asked.
			reader: AccountId,
			/// What was opened.
			opened: OpenedRecords,
			/// What was refused.
			refused: OpenedRecords,
		},
		/// A patient chose the holders of future versions.
		HoldersChosen {
			/// Who.
			patient: AccountId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The version already has a sharing set.
		AlreadyDeclared,
		/// The threshold is less than two.
		ThresholdTooLow,
		/// The threshold is greater than the number of holders.
		ThresholdTooHigh,
		/// A holder is named twice.
		DuplicateHolder,
		/// The account is not an active holder of this kind.
		NotHolder,
		/// The patient's choice does not include this holder.
		HolderNotChosen,
		/// The holder is not in a country of the patient's choice.
		CountryNotChosen,
		/// If one institution or authority were away, the others could not open the version.
		TooFewCustodians,
		/// One institution alone, with its practitioners' shares and a carried one, could open the
		/// version.
		InstitutionReachesThreshold,
		/// The practitioners alone, who may all be at one institution, could open the version with
		/// a carried share.
		PractitionersReachThreshold,
		/// The signer is not the custodian of an active institution or authority.
		NotCustodian,
		/// The patient has no such version with a sharing set.
		SharingSetNotFound,
		/// The sharing set has another epoch.
		WrongEpoch,
		/// The holder has already acknowledged its share, or the call names the version twice.
		AlreadyAcknowledged,
		/// The holder has not acknowledged this share, or the call names the version twice.
		NotAcknowledged,
		/// The call must name at least one version.
		NoVersions,
		/// The call must name at least one record.
		NoRecords,
		/// A record is named twice.
		DuplicateRecord,
		/// Break-glass is not available yet.
		BreakGlassNotAvailable,
		/// The account is not enrolled.
		NotEnrolled,
		/// The account is not a patient, or is a patient who acts without being active.
		NotPatient,
		/// Only the patient can open records as the patient's own.
		NotOwn,
		/// The reader has as many openings in force as are allowed.
		TooManyOpenings,
		/// The reader was refused as often as is allowed in a window, or the institution, which has
		/// no permit, as often as is allowed on one day.
		TooManyRefusals,
		/// The country is not two capital letters.
		InvalidCountry,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::OpeningLifetime::get() > 0, "an opening is in force for some time");
			assert!(T::RefusalWindow::get() > 0, "a window lasts some time");
			assert!(T::MaxRefusals::get() > 0, "a first refusal can be counted");
			const { assert!(MAX_OPENINGS >= MAX_OPENED, "what one call opens can be kept") };
		}

		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			Self::free_expired(remaining)
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	#[deny(clippy::expect_used)]
	impl<T: Config> Pallet<T> {
		/// Acknowledge that the share of an institution or authority is checked and stored.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the custodian of an active institution or authority that the version's
		/// sharing set names.
		///
		/// ## Details
		///
		/// Once for each epoch of the set.
		///
		/// ## Errors
		///
		/// - [`Error::NotCustodian`].
		/// - [`Error::SharingSetNotFound`].
		/// - [`Error::WrongEpoch`].
		/// - [`Error::NotHolder`].
		/// - [`Error::AlreadyAcknowledged`].
		///
		/// ## Events
		///
		/// - [`Event::SharesAcknowledged`]. In the patient's log: `SharesAcknowledged`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::acknowledge())]
		pub fn acknowledge(
			origin: OriginFor<T>,
			patient: AccountId,
			record: RecordId,
			version: VersionNumber,
			epoch: u32,
		) -> DispatchResult {
			let signer = ensure_signed(origin)?;
			Self::do_acknowledge(&signer, vec![HeldVersion { patient, record, version, epoch }])
		}

		/// Open records of a patient.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the reader.
		///
		/// ## Details
		///
		/// For each record the call decides whether the reader may read it now, and it succeeds
		/// either way. The custodians release the shares of opened records for
		/// [`Config::OpeningLifetime`] seconds, as long as the decision stays the same. A record
		/// that does not exist is refused like any other.
		///
		/// ## Errors
		///
		/// - [`Error::NoRecords`].
		/// - [`Error::DuplicateRecord`].
		/// - [`Error::BreakGlassNotAvailable`].
		/// - [`Error::NotOwn`].
		/// - [`Error::NotEnrolled`].
		/// - [`Error::NotPatient`].
		/// - [`Error::TooManyOpenings`].
		/// - [`Error::TooManyRefusals`].
		///
		/// ## Events
		///
		/// - [`Event::OpeningDecided`]. In the patient's log: `Opened`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::open(records.len().saturated_into()))]
		pub fn open(
			origin: OriginFor<T>,
			patient: AccountId,
			records: OpenedRecords,
			purpose: Purpose,
			ground: Ground,
		) -> DispatchResult {
			let reader = ensure_signed(origin)?;
			ensure!(!records.is_empty(), Error::<T>::NoRecords);
			ensure!(!has_duplicates(&records), Error::<T>::DuplicateRecord);
			match ground {
				Ground::Consent { .. } => (),
				Ground::BreakGlass { .. } => return Err(Error::<T>::BreakGlassNotAvailable.into()),
				Ground::Own => ensure!(reader == patient, Error::<T>::NotOwn),
			}
			let actor = T::Enrolment::actor(&reader, ground.institution())
				.ok_or(Error::<T>::NotEnrolled)?;
			// Otherwise anybody could start a log for an account that has none.
			let is_patient = T::Enrolment::actor(&patient, None)
				.is_some_and(|found| found.kind == AccountKind::Patient);
			ensure!(is_patient, Error::<T>::NotPatient);

			let at = T::Time::now().as_secs();
			let book = T::Consents::book(&patient, &actor);
			let block = frame_system::Pallet::<T>::block_number().saturated_into();
			let mut is_invited = reader == patient;
			let outcomes = records
				.into_iter()
				.map(|record| {
					let decision =
						Self::decide_as(&book, &actor, &patient, record, Action::Read, purpose, at);
					is_invited |= Self::is_invited(&book, &decision, &patient, at);
					let outcome = match decision {
						Decision::Permit(Basis::Own) => Outcome::Own,
						Decision::Permit(Basis::Consent(consent)) => Outcome::Consent(consent),
						Decision::Permit(Basis::BreakGlass) => Outcome::BreakGlass,
						Decision::Refuse(_) => Outcome::Refused,
					};
					(record, outcome)
				})
				.collect::<Vec<_>>();
			let (opened, refused): (Vec<_>, Vec<_>) =
				outcomes.iter().partition(|(_, outcome)| *outcome != Outcome::Refused);
			let ids = |some: Vec<&(RecordId, Outcome)>| {
				OpenedRecords::defensive_truncate_from(some.iter().map(|(id, _)| *id).collect())
			};
			let (opened, refused) = (ids(opened), ids(refused));

			if !opened.is_empty() {
				let (records, ground) = (opened.clone(), ground.clone());
				let group = OpeningGroup { records, at, block, purpose, ground };
				Self::add_openings(&patient, &reader, group)?;
			}
			if !refused.is_empty() {
				Self::count_refusal(&patient, &reader, at)?;
			}
			Self::note_asked(&patient, &reader, at);
			if !is_invited {
				Self::count_uninvited(&patient, &actor)?;
			}
			T::AuditLog::append(
				&patient,
				&reader,
				actor.acting_for.as_ref().map(|acting| &acting.institution),
				Some(purpose),
				LogEvent::Opened {
					ground,
					outcomes: BoundedVec::defensive_truncate_from(outcomes),
				},
			);
			Self::deposit_event(Event::OpeningDecided { patient, reader, opened, refused });
			Ok(())
		}

		/// Choose who may hold shares of future versions, and in which countries.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an active patient.
		///
		/// ## Details
		///
		/// Replaces the choice before. An empty list allows all. The patient's own share needs no
		/// choice. If holders are named, at least three of them must be institutions or authorities
		/// in the chosen countries: otherwise no version could be declared.
		///
		/// ## Errors
		///
		/// - [`Error::NotPatient`].
		/// - [`Error::InvalidCountry`].
		/// - [`Error::DuplicateHolder`].
		/// - [`Error::NotHolder`].
		/// - [`Error::TooFewCustodians`].
		///
		/// ## Events
		///
		/// - [`Event::HoldersChosen`]. In the patient's log: `HoldersChosen`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::choose_holders(holders.len().saturated_into()))]
		pub fn choose_holders(
			origin: OriginFor<T>,
			holders: BoundedVec<AccountId, ConstU32<MAX_HOLDERS>>,
			countries: BoundedVec<Country, ConstU32<MAX_COUNTRIES>>,
		) -> DispatchResult {
			let patient = ensure_signed(origin)?;
			ensure!(T::Enrolment::is_active_patient(&patient), Error::<T>::NotPatient);
			ensure!(
				countries.iter().flatten().all(u8::is_ascii_uppercase),
				Error::<T>::InvalidCountry
			);
			ensure!(!has_duplicates(&holders), Error::<T>::DuplicateHolder);
			let mut custodians: u8 = 0;
			for holder in &holders {
				match T::Enrolment::active_kind(holder) {
					Some(AccountKind::Institution | AccountKind::Authority) => {
						if Self::lies_in(holder, &countries) {
							custodians = custodians.saturating_add(1);
						}
					},
					Some(AccountKind::Practitioner) => (),
					_ => return Err(Error::<T>::NotHolder.into()),
				}
			}
			ensure!(holders.is_empty() || custodians > MIN_THRESHOLD, Error::<T>::TooFewCustodians);

			if holders.is_empty() && countries.is_empty() {
				Choices::<T>::remove(&patient);
			} else {
				Choices::<T>::insert(&patient, HolderChoice { holders, countries });
			}
			T::AuditLog::append(&patient, &patient, None, None, LogEvent::HoldersChosen);
			Self::deposit_event(Event::HoldersChosen { patient });
			Ok(())
		}

		/// Acknowledge the shares of many versions, of one or more patients.
		///
		/// ## Dispatch Origin
		///
		/// As for [`Pallet::acknowledge`].
		///
		/// ## Details
		///
		/// Either all versions are acknowledged, or none.
		///
		/// ## Errors
		///
		/// - [`Error::NoVersions`].
		/// - Those of [`Pallet::acknowledge`].
		///
		/// ## Events
		///
		/// - [`Event::SharesAcknowledged`] for each patient. In each patient's log: one entry,
		///   `SharesAcknowledged`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::acknowledge_many(
			versions.len().saturated_into(),
			count_patients(versions),
		))]
		pub fn acknowledge_many(
			origin: OriginFor<T>,
			versions: BoundedVec<HeldVersion, ConstU32<MAX_BATCH>>,
		) -> DispatchResult {
			let signer = ensure_signed(origin)?;
			ensure!(!versions.is_empty(), Error::<T>::NoVersions);
			Self::do_acknowledge(&signer, versions.into_inner())
		}

		/// Take acknowledgements back, because the shares are lost.
		///
		/// ## Dispatch Origin
		///
		/// As for [`Pallet::acknowledge`].
		///
		/// ## Details
		///
		/// Either all versions are reported, or none. The holder can acknowledge them again, if it gets
		/// its shares again.
		///
		/// ## Errors
		///
		/// - [`Error::NotCustodian`].
		/// - [`Error::NoVersions`].
		/// - [`Error::SharingSetNotFound`].
		/// - [`Error::WrongEpoch`].
		/// - [`Error::NotHolder`].
		/// - [`Error::NotAcknowledged`].
		///
		/// ## Events
		///
		/// - [`Event::SharesReportedLost`] for each patient. In each patient's log: one entry,
		///   `SharesLost`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::report_loss(
			versions.len().saturated_into(),
			count_patients(versions),
		))]
		pub fn report_loss(
			origin: OriginFor<T>,
			versions: BoundedVec<HeldVersion, ConstU32<MAX_BATCH>>,
		) -> DispatchResult {
			let signer = ensure_signed(origin)?;
			ensure!(!versions.is_empty(), Error::<T>::NoVersions);
			Self::do_report_loss(&signer, versions.into_inner())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The version's sharing set.
		pub fn sharing_set(
			patient: AccountId,
			record: RecordId,
			version: VersionNumber,
		) -> Option<SharingSetView> {
			// The number of the set of holders counts for the patient, not for the record.
			T::Records::facts(&patient, &record)?;
			let set = SharingSets::<T>::get(record, version)?;
			let holders = HolderSets::<T>::get(patient, set.holders)?;
			Some(set.view(holders))
		}

		/// What the institution or authority still has to acknowledge: at most `limit` and
		/// [`MAX_LISTED`].
		pub fn unacknowledged(institution: AccountId, limit: u32) -> Vec<HeldVersion> {
			Unacknowledged::<T>::iter_prefix(institution)
				.take(limit.min(MAX_LISTED).saturated_into())
				.map(|((record, version), Due { patient, epoch, .. })| HeldVersion {
					patient,
					record,
					version,
					epoch,
				})
				.collect()
		}

		/// What the reader has opened of the patient's records, including expired openings.
		pub fn openings(patient: AccountId, reader: AccountId) -> Vec<Opening> {
			let groups = Openings::<T>::get(patient, reader);
			let each = groups.into_iter().flat_map(|group| {
				let OpeningGroup { records, at, block, purpose, ground } = group;
				records.into_iter().map(move |record| {
					let ground = ground.clone();
					Opening { record, at, block, purpose, ground }
				})
			});
			each.collect()
		}

		/// The patient's choice of holders, if there is one.
		pub fn holder_choice(patient: AccountId) -> Option<HolderChoice> {
			Choices::<T>::get(patient)
		}

		/// The decision for the reader on this ground now: as in [`Pallet::open`], but with the
		/// reason, and for every action.
		pub fn decide(
			reader: AccountId,
			ground: Ground,
			patient: AccountId,
			record: RecordId,
			action: Action,
			purpose: Purpose,
		) -> Decision {
			let Some(actor) = T::Enrolment::actor(&reader, ground.institution()) else {
				return Decision::Refuse(Reason::NotActive);
			};
			match ground {
				Ground::BreakGlass { .. } => return Decision::Refuse(Reason::NotAttested),
				Ground::Own if reader != patient => return Decision::Refuse(Reason::NoConsent),
				_ => (),
			}
			let book = T::Consents::book(&patient, &actor);
			let now = T::Time::now().as_secs();
			Self::decide_as(&book, &actor, &patient, record, action, purpose, now)
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Whether the actor may do this with the record. No consent covers a record that does not exist.
	fn decide_as(
		book: &Book,
		actor: &Actor,
		patient: &AccountId,
		record: RecordId,
		action: Action,
		purpose: Purpose,
		now: Moment,
	) -> Decision {
		let Some(facts) = T::Records::facts(patient, &record) else {
			return Decision::Refuse(Reason::NoConsent);
		};
		book.decide(&Question {
			patient: patient.clone(),
			standing: T::Enrolment::standing(patient),
			doubt: T::Enrolment::doubt(patient),
			actor: actor.clone(),
			action,
			purpose,
			subject: Subject::Record(facts),
			now,
			break_glass: false,
		})
	}

	/// Checks all the acknowledgements, and then stores them.
	fn do_acknowledge(signer: &AccountId, versions: Vec<HeldVersion>) -> DispatchResult {
		let holder = T::Enrolment::custodian_of(signer).ok_or(Error::<T>::NotCustodian)?;
		let mut sets = BTreeMap::new();
		let mut by_patient = BTreeMap::<AccountId, Vec<_>>::new();
		for version in versions {
			let place = Self::place_of_due(&holder, &version)?;
			let HeldVersion { patient, record, version, epoch } = version;
			let mut set = SharingSets::<T>::get(record, version)
				.defensive_ok_or(Error::<T>::SharingSetNotFound)?;
			set.acknowledged = set.acknowledged.with(place);
			let is_first = sets.insert((record, version), set).is_none();
			ensure!(is_first, Error::<T>::AlreadyAcknowledged);
			by_patient.entry(patient).or_default().push((record, version, epoch));
		}

		for ((record, version), set) in sets {
			SharingSets::<T>::insert(record, version, set);
			Unacknowledged::<T>::remove(&holder, (record, version));
		}
		for (patient, versions) in by_patient {
			let versions = AcknowledgedVersions::defensive_truncate_from(versions);
			T::AuditLog::append(
				&patient,
				signer,
				Some(&holder),
				None,
				LogEvent::SharesAcknowledged { holder: holder.clone(), versions: versions.clone() },
			);
			let holder = holder.clone();
			Self::deposit_event(Event::SharesAcknowledged { patient, holder, versions });
		}
		Ok(())
	}

	/// Checks all the reports of losses, and then stores them.
	fn do_report_loss(signer: &AccountId, versions: Vec<HeldVersion>) -> DispatchResult {
		let holder = T::Enrolment::custodian_of(signer).ok_or(Error::<T>::NotCustodian)?;
		let mut lost = BTreeMap::new();
		let mut by_patient = BTreeMap::<AccountId, Vec<_>>::new();
		for HeldVersion { patient, record, version, epoch } in versions {
			let sharing = Self::sharing_set(patient.clone(), record, version)
				.ok_or(Error::<T>::SharingSetNotFound)?;
			ensure!(sharing.epoch == epoch, Error::<T>::WrongEpoch);
			let mut places = sharing.holders.iter().zip(0..);
			let (state, place) = places
				.find(|(it, _)| it.account == holder && has_custodian(it.kind))
				.ok_or(Error::<T>::NotHolder)?;
			ensure!(state.acknowledged, Error::<T>::NotAcknowledged);
			let due = Due { patient: patient.clone(), epoch, place };
			let is_first = lost.insert((record, version), due).is_none();
			ensure!(is_first, Error::<T>::NotAcknowledged);
			by_patient.entry(patient).or_default().push((record, version, epoch));
		}

		for ((record, version), due) in lost {
			SharingSets::<T>::mutate(record, version, |set| {
				if let Some(set) = set {
					set.acknowledged = set.acknowledged.without(due.place);
				}
			});
			Unacknowledged::<T>::insert(&holder, (record, version), due);
		}
		for (patient, versions) in by_patient {
			let versions = AcknowledgedVersions::defensive_truncate_from(versions);
			T::AuditLog::append(
				&patient,
				signer,
				Some(&holder),
				None,
				LogEvent::SharesLost { holder: holder.clone(), versions: versions.clone() },
			);
			let holder = holder.clone();
			Self::deposit_event(Event::SharesReportedLost { patient, holder, versions });
		}
		Ok(())
	}

	/// The holder's place in the sharing set of a version that it has to acknowledge.
	fn place_of_due(holder: &AccountId, held: &HeldVersion) -> Result<u8, Error<T>> {
		let HeldVersion { patient, record, version, epoch } = held;
		if let Some(due) = Unacknowledged::<T>::get(holder, (record, version)) {
			ensure!(due.patient == *patient, Error::<T>::SharingSetNotFound);
			ensure!(due.epoch == *epoch, Error::<T>::WrongEpoch);
			return Ok(due.place);
		}
		// Finds the reason for the error.
		let set = Self::sharing_set(patient.clone(), *record, *version)
			.ok_or(Error::<T>::SharingSetNotFound)?;
		ensure!(set.epoch == *epoch, Error::<T>::WrongEpoch);
		let is_holder = set.holders.iter().any(|it| it.account == *holder);
		Err(if is_holder { Error::<T>::AlreadyAcknowledged } else { Error::<T>::NotHolder })
	}

	/// Adds an opening to those in force. A record that is opened again counts once.
	fn add_openings(patient: &AccountId, reader: &AccountId, new: OpeningGroup) -> DispatchResult {
		let mut groups = Openings::<T>::get(patient, reader).into_inner();
		for old in &mut groups {
			old.records.retain(|record| !new.records.contains(record));
		}
		groups.retain(|old| Self::is_in_force(old, new.at) && !old.records.is_empty());
		groups.push(new);
		ensure!(count_openings(&groups) <= MAX_OPENINGS, Error::<T>::TooManyOpenings);
		let groups = BoundedVec::try_from(groups).map_err(|_| Error::<T>::TooManyOpenings)?;
		Openings::<T>::insert(patient, reader, groups);
		Ok(())
	}

	/// The number of the patient's set of holders. A new one is stored.
	fn number_of(patient: &AccountId, set: &HolderSet) -> Result<u32, DispatchError> {
		let hash = BlakeTwo256::hash_of(set);
		if let Some(number) = HolderSetNumbers::<T>::get(patient, hash) {
			return Ok(number);
		}
		let number = NextHolderSet::<T>::get(patient);
		let next = number.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		NextHolderSet::<T>::insert(patient, next);
		HolderSetNumbers::<T>::insert(patient, hash, number);
		HolderSets::<T>::insert(patient, number, set);
		Ok(number)
	}

	/// Whether the reader has a permit, even if it does not cover the record: one that has not expired
	/// and counts. One that a thief may have given does not. 1 read.
	fn is_invited(book: &Book, decision: &Decision, patient: &AccountId, now: Moment) -> bool {
		match decision {
			Decision::Permit(_) => true,
			Decision::Refuse(Reason::NotCovered { consent, mismatch }) => {
				let (standing, doubt) =
					(T::Enrolment::standing(patient), T::Enrolment::doubt(patient));
				!matches!(mismatch, Mismatch::Standing | Mismatch::Affiliation)
					&& book.find(consent).is_some_and(|consent| {
						!consent.terms.is_expired(now)
							&& !policy::is_in_doubt(consent, standing, doubt)
					})
			},
			Decision::Refuse(_) => false,
		}
	}

	/// Counts a line that an institution causes without a permit.
	fn count_uninvited(patient: &AccountId, actor: &Actor) -> DispatchResult {
		let institution = match &actor.acting_for {
			Some(acting) => Some(acting.institution.clone()),
			None => T::Enrolment::enrolled_by(&actor.account),
		};
		let by = Uninvited::Opening;
		let is_allowed = institution
			.is_none_or(|institution| T::AuditLog::count_uninvited(patient, &institution, by));
		ensure!(is_allowed, Error::<T>::TooManyRefusals);
		Ok(())
	}

	/// Counts an opening in which something was refused.
	fn count_refusal(patient: &AccountId, reader: &AccountId, now: Moment) -> DispatchResult {
		let window = Self::window(now);
		let (last, count) = Refusals::<T>::get(patient, reader);
		let count = if last == window { count } else { 0 };
		ensure!(count < T::MaxRefusals::get(), Error::<T>::TooManyRefusals);
		Refusals::<T>::insert(patient, reader, (window, count.saturating_add(1)));
		Ok(())
	}
}

/// Whether an item is in the list twice.
fn has_duplicates<I: PartialEq>(items: &[I]) -> bool {
	items
		.iter()
		.enumerate()
		.any(|(place, item)| items.iter().take(place).any(|other| other == item))
}

/// How many patients the versions have.
fn count_patients(versions: &[HeldVersion]) -> u32 {
	let patients: BTreeSet<_> = versions.iter().map(|held| &held.patient).collect();
	patients.len().saturated_into()
}

/// How many records the groups have.
fn count_openings(groups: &[OpeningGroup]) -> u32 {
	groups
		.iter()
		.fold(0usize, |count, group| count.saturating_add(group.records.len()))
		.saturated_into()
}

impl<T: Config> traits::Custody for Pallet<T> {
	fn declare(
		patient: &AccountId,
		set: HolderSet,
		versions: &[DeclaredVersion],
	) -> DispatchResult {
		for DeclaredVersion { record, version, .. } in versions {
			let is_declared = SharingSets::<T>::contains_key(record, version);
			ensure!(!is_declared, Error::<T>::AlreadyDeclared);
		}
		Self::ensure_sound(patient, &set)?;

		let (epoch, acknowledged) = (0, Acknowledged::default());
		let holders = Self::number_of(patient, &set)?;
		for &DeclaredVersion { record, version, commitments } in versions {
			for (Holder { account, kind }, place) in set.holders.iter().zip(0..) {
				if has_custodian(*kind) {
					let due = Due { patient: patient.clone(), epoch, place };
					Unacknowledged::<T>::insert(account, (record, version), due);
				}
			}
			let set = SharingSet { epoch, holders, acknowledged, commitments };
			SharingSets::<T>::insert(record, version, set);
		}
		Ok(())
	}
}
