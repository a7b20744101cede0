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
//! in [`Unacknowledged`], checks and stores its share, and calls [`Pallet::acknowledge`].
//!
//! *A doctor reads.* [`Pallet::open`] decides during its own dispatch, so the decision has its place
//! in the chain's order. It succeeds either way, because the outcome goes into the patient's log.
//! When the opening is final, the doctor asks the custodians for their shares.
//!
//! *A patient revokes* in block 7. An opening in block 8 is refused by every custodian alike.
//!
//! *A reader tries again and again.* Each refusal is in the patient's log, and all refusals use one
//! counter. After some refusals in a window the call fails and leaves no trace.
//!
//! *A patient does not want shares abroad* and says so with [`Pallet::choose_holders`]. It applies to
//! versions from then on.
//!
//! ## Data structures
//!
//! [`SharingSets`] per version, [`Unacknowledged`] per holder, [`Openings`] and [`Refusals`] per
//! patient and reader, [`Choices`] per patient. No call iterates over them: expired items are
//! dropped when the same key is written again.
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
	traits::{DefensiveOption, DefensiveTruncateFrom, UnixTime},
};
use frame_system::pallet_prelude::*;
use sp_core::H256;
use sp_runtime::traits::SaturatedConversion;
use vouchsafe_primitives::{
	audit::{LogEvent, Outcome},
	policy::{Basis, Decision, Question, Reason, Subject},
	*,
};
use vouchsafe_support::{self as traits, AuditLog, Consents, Enrolment, Records};

/// The lowest threshold: one share alone never opens.
pub const MIN_THRESHOLD: u8 = 2;
/// The most that one reading of a holder's list returns.
pub const MAX_LISTED: u32 = 256;

/// Some of the records of one opening.
pub type OpenedRecords = BoundedVec<RecordId, ConstU32<MAX_OPENED>>;

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

	/// Who holds the shares of each version's key.
	#[pallet::storage]
	pub type SharingSets<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		RecordId,
		Blake2_128Concat,
		VersionNumber,
		SharingSet,
	>;

	/// What each institution or authority still has to acknowledge, with the epoch.
	#[pallet::storage]
	pub type Unacknowledged<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		AccountId,
		Blake2_128Concat,
		(RecordId, VersionNumber),
		u32,
	>;

	/// What each reader has opened of a patient's records. Expired openings are dropped when the
	/// reader opens more.
	#[pallet::storage]
	pub type Openings<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		AccountId,
		Blake2_128Concat,
		AccountId,
		BoundedVec<Opening, ConstU32<MAX_OPENINGS>>,
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

	/// Which holders each patient has chosen.
	#[pallet::storage]
	pub type Choices<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, HolderChoice>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A version's sharing set was declared.
		SharingSetDeclared {
			/// Which record.
			record: RecordId,
			/// Which version.
			version: VersionNumber,
			/// Which epoch of the set.
			epoch: u32,
		},
		/// A holder acknowledged its share.
		Acknowledged {
			/// Which record.
			record: RecordId,
			/// Which version.
			version: VersionNumber,
			/// Which epoch of the set.
			epoch: u32,
			/// Which holder.
			holder: AccountId,
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
		/// The version has no sharing set.
		SharingSetNotFound,
		/// The sharing set has another epoch.
		WrongEpoch,
		/// The holder has already acknowledged its share.
		AlreadyAcknowledged,
		/// An opening must name at least one record.
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
		/// The reader was refused as often as is allowed in a window.
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
		/// - [`Event::Acknowledged`]. In the patient's log: `ShareAcknowledged`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::acknowledge())]
		pub fn acknowledge(
			origin: OriginFor<T>,
			record: RecordId,
			version: VersionNumber,
			epoch: u32,
		) -> DispatchResult {
			let signer = ensure_signed(origin)?;
			let institution =
				T::Enrolment::custodian_of(&signer).ok_or(Error::<T>::NotCustodian)?;
			let mut set =
				SharingSets::<T>::get(record, version).ok_or(Error::<T>::SharingSetNotFound)?;
			ensure!(epoch == set.epoch, Error::<T>::WrongEpoch);
			let holder = set
				.holders
				.iter_mut()
				.find(|holder| holder.has_custodian() && holder.account == institution)
				.ok_or(Error::<T>::NotHolder)?;
			ensure!(!holder.acknowledged, Error::<T>::AlreadyAcknowledged);
			let RecordFacts { patient, .. } =
				T::Records::facts(&record).defensive_ok_or(Error::<T>::SharingSetNotFound)?;

			holder.acknowledged = true;
			SharingSets::<T>::insert(record, version, set);
			Unacknowledged::<T>::remove(&institution, (record, version));
			T::AuditLog::append(
				&patient,
				&signer,
				Some(&institution),
				None,
				LogEvent::ShareAcknowledged { record, version, epoch, holder: institution.clone() },
			);
			let holder = institution;
			Self::deposit_event(Event::Acknowledged { record, version, epoch, holder });
			Ok(())
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
			let block = frame_system::Pallet::<T>::block_number().saturated_into();
			let outcomes = records
				.into_iter()
				.map(|record| {
					let decision =
						Self::decide_as(&actor, &patient, record, Action::Read, purpose, at);
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
				Openings::<T>::try_mutate(&patient, &reader, |openings| {
					openings.retain(|old| {
						at.saturating_sub(old.at) < T::OpeningLifetime::get()
							&& !opened.contains(&old.record)
					});
					openings
						.try_extend(opened.iter().map(|&record| Opening {
							record,
							at,
							block,
							purpose,
							ground: ground.clone(),
						}))
						.map_err(|()| Error::<T>::TooManyOpenings)
				})?;
			}
			if !refused.is_empty() {
				Self::count_refusal(&patient, &reader, at)?;
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
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The version's sharing set.
		pub fn sharing_set(record: RecordId, version: VersionNumber) -> Option<SharingSet> {
			SharingSets::<T>::get(record, version)
		}

		/// What the institution or authority still has to acknowledge, with the epoch: at most `limit`
		/// and [`MAX_LISTED`].
		pub fn unacknowledged(
			institution: AccountId,
			limit: u32,
		) -> Vec<(RecordId, VersionNumber, u32)> {
			Unacknowledged::<T>::iter_prefix(institution)
				.take(limit.min(MAX_LISTED).saturated_into())
				.map(|((record, version), epoch)| (record, version, epoch))
				.collect()
		}

		/// What the reader has opened of the patient's records, including expired openings.
		pub fn openings(patient: AccountId, reader: AccountId) -> Vec<Opening> {
			Openings::<T>::get(patient, reader).into_inner()
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
			Self::decide_as(&actor, &patient, record, action, purpose, T::Time::now().as_secs())
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Whether the actor may do this with the record. No consent covers a record that does not exist.
	fn decide_as(
		actor: &Actor,
		patient: &AccountId,
		record: RecordId,
		action: Action,
		purpose: Purpose,
		now: Moment,
	) -> Decision {
		let Some(facts) = T::Records::facts(&record) else {
			return Decision::Refuse(Reason::NoConsent);
		};
		T::Consents::decide(&Question {
			patient: patient.clone(),
			standing: T::Enrolment::standing(patient),
			actor: actor.clone(),
			action,
			purpose,
			subject: Subject::Record(facts),
			now,
			break_glass: false,
		})
	}

	/// Counts an opening in which something was refused.
	fn count_refusal(patient: &AccountId, reader: &AccountId, now: Moment) -> DispatchResult {
		let window = now.checked_div(T::RefusalWindow::get()).unwrap_or_default();
		let window: u32 = window.saturated_into();
		let (last, count) = Refusals::<T>::get(patient, reader);
		let count = if last == window { count } else { 0 };
		ensure!(count < T::MaxRefusals::get(), Error::<T>::TooManyRefusals);
		Refusals::<T>::insert(patient, reader, (window, count.saturating_add(1)));
		Ok(())
	}

	/// Whether the institution or authority is in one of the countries, if any are named.
	fn lies_in(institution: &AccountId, countries: &[Country]) -> bool {
		countries.is_empty()
			|| T::Enrolment::country(institution)
				.is_some_and(|country| countries.contains(&country))
	}

	/// Checks a sharing set:
	///
	/// - the threshold is at least two and at most the number of holders;
	/// - each holder is named once, is active, and is of its kind;
	/// - each holder is in the patient's choice; a practitioner counts as being in the country of an
	///   institution of the set with which they are affiliated;
	/// - there are more institutions and authorities than the threshold, so that any one of them can
	///   be away;
	/// - no institution reaches the threshold with its practitioners' shares and the patient's share,
	///   which may be carried to it; and the practitioners do not reach it either, because they may
	///   be at one institution that is not in the set.
	pub fn ensure_sound(patient: &AccountId, set: &NewSharingSet) -> DispatchResult {
		let NewSharingSet { threshold, holders, .. } = set;
		ensure!(*threshold >= MIN_THRESHOLD, Error::<T>::ThresholdTooLow);
		let threshold = usize::from(*threshold);
		ensure!(threshold <= holders.len(), Error::<T>::ThresholdTooHigh);
		let accounts = holders.iter().map(|holder| &holder.account).collect::<Vec<_>>();
		ensure!(!has_duplicates(&accounts), Error::<T>::DuplicateHolder);

		let of = |fits: fn(HolderKind) -> bool| {
			holders.iter().filter(move |holder| fits(holder.kind)).map(|holder| &holder.account)
		};
		let custodians = || of(has_custodian);
		let practitioners = || of(|kind| kind == HolderKind::Practitioner);
		let carried = of(|kind| kind == HolderKind::Patient).count();
		let reaches = |shares: usize| shares.saturating_add(carried) >= threshold;
		ensure!(custodians().count() > threshold, Error::<T>::TooFewCustodians);
		ensure!(!reaches(practitioners().count()), Error::<T>::PractitionersReachThreshold);

		let choice = Choices::<T>::get(patient).unwrap_or_default();
		for Holder { account, kind } in holders {
			let kind = match kind {
				HolderKind::Patient => {
					ensure!(account == patient, Error::<T>::NotHolder);
					continue;
				},
				HolderKind::Institution => AccountKind::Institution,
				HolderKind::Practitioner => AccountKind::Practitioner,
				HolderKind::Emergency => AccountKind::Authority,
			};
			ensure!(T::Enrolment::active_kind(account) == Some(kind), Error::<T>::NotHolder);
			ensure!(
				choice.holders.is_empty() || choice.holders.contains(account),
				Error::<T>::HolderNotChosen
			);
			let lies_in_chosen = if kind == AccountKind::Practitioner {
				choice.countries.is_empty()
					|| custodians().any(|other| T::Enrolment::is_affiliated(account, other))
			} else {
				Self::lies_in(account, &choice.countries)
			};
			ensure!(lies_in_chosen, Error::<T>::CountryNotChosen);
		}
		for institution in custodians() {
			let staff = practitioners()
				.filter(|practitioner| T::Enrolment::is_affiliated(practitioner, institution))
				.count();
			ensure!(!reaches(staff.saturating_add(1)), Error::<T>::InstitutionReachesThreshold);
		}
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

impl<T: Config> traits::Custody for Pallet<T> {
	fn declare(
		patient: &AccountId,
		origin: &AccountId,
		acting_for: Option<&AccountId>,
		record: RecordId,
		version: VersionNumber,
		set: NewSharingSet,
	) -> DispatchResult {
		ensure!(!SharingSets::<T>::contains_key(record, version), Error::<T>::AlreadyDeclared);
		Self::ensure_sound(patient, &set)?;

		let epoch = 0;
		let NewSharingSet { threshold, holders, commitments } = set;
		for Holder { account, .. } in holders.iter().filter(|holder| has_custodian(holder.kind)) {
			Unacknowledged::<T>::insert(account, (record, version), epoch);
		}
		let holders = BoundedVec::defensive_truncate_from(
			holders
				.into_iter()
				.map(|Holder { account, kind }| HolderState { account, kind, acknowledged: false })
				.collect(),
		);
		let set = SharingSet { epoch, threshold, holders, commitments };
		SharingSets::<T>::insert(record, version, set);
		T::AuditLog::append(
			patient,
			origin,
			acting_for,
			None,
			LogEvent::SharingSetDeclared { record, version, epoch },
		);
		Self::deposit_event(Event::SharingSetDeclared { record, version, epoch });
		Ok(())
	}
}

#[cfg(any(feature = "try-runtime", test))]
impl<T: Config> Pallet<T> {
	/// - Thresholds are within their bounds, no holder is named twice, and only holders with a
	///   custodian have acknowledged.
	/// - Exactly what is not acknowledged is listed as work.
	/// - No reader has opened a record twice, or has more refusals than are allowed.
	pub(crate) fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		for (record, version, set) in SharingSets::<T>::iter() {
			ensure!(set.threshold >= MIN_THRESHOLD, "a threshold is too low");
			ensure!(usize::from(set.threshold) <= set.holders.len(), "a threshold is too high");
			let accounts = set.holders.iter().map(|holder| &holder.account).collect::<Vec<_>>();
			ensure!(!has_duplicates(&accounts), "a holder is there twice");
			for holder in &set.holders {
				let to_do = Unacknowledged::<T>::get(&holder.account, (record, version));
				let expected =
					(holder.has_custodian() && !holder.acknowledged).then_some(set.epoch);
				ensure!(to_do == expected, "work to be done doesn't match a sharing set");
				ensure!(
					holder.has_custodian() || !holder.acknowledged,
					"a holder without custodian has acknowledged"
				);
			}
		}
		for (institution, (record, version), _) in Unacknowledged::<T>::iter() {
			let named = SharingSets::<T>::get(record, version)
				.is_some_and(|set| set.holders.iter().any(|holder| holder.account == institution));
			ensure!(named, "work is to be done for a sharing set that doesn't name the holder");
		}
		for openings in Openings::<T>::iter_values() {
			let records = openings.iter().map(|opening| opening.record).collect::<Vec<_>>();
			ensure!(!records.is_empty(), "a list of openings is kept empty");
			ensure!(!has_duplicates(&records), "a record is opened twice");
		}
		for (_, count) in Refusals::<T>::iter_values() {
			ensure!(count > 0, "no refusal is kept");
			ensure!(count <= T::MaxRefusals::get(), "more refusals than there can be");
		}
		for choice in Choices::<T>::iter_values() {
			ensure!(choice != HolderChoice::default(), "no choice is kept");
		}
		Ok(())
	}
}
