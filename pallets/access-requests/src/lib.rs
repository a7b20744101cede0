//! # Access requests
//!
//! Practitioners' requests for access, and the patients' answers.
//!
//! ## Terminology
//!
//! - **Access request**: a practitioner, the **asker**, asks a patient for a consent: for a care
//!   team, for a role or all of the institution, or for one person alone.
//! - **Referral**: a request that one practitioner makes for another, at any institution.
//! - **Narrowing**: the patient approves less than was asked for. More is never possible.
//!
//! ## Scenarios
//!
//! 1. A doctor asks for the care team: [`submit`](Pallet::submit), with a reason that only the
//!    patient can read. The patient removes what is not needed and [`approve`](Pallet::approve)s:
//!    the request becomes a consent.
//! 2. The patient [`deny`](Pallet::deny)s, or the doctor [`withdraw`](Pallet::withdraw)s. If nobody
//!    does anything, the request expires after [`Config::RequestLifetime`]. A withdrawn request
//!    counts until then as well.
//! 3. A general practitioner refers a patient to a clinic: a request for the colleague there.
//! 4. Somebody asks again and again. Few requests of one practitioner and one institution count, an
//!    institution can cause few lines a day in one patient's log, and a patient's deny for the asker
//!    refuses the request.
//!
//! ## Data structures
//!
//! [`Requests`] has what waits for an answer. [`OpenByAsker`] and [`OpenByInstitution`] bound how
//! many requests one practitioner, and one institution, can have with a patient. Expired requests
//! are dropped by the next submission that counts against the same bound, and by blocks that have room
//! for it (`sweep`). A request's number is
//! the sequence number of its log entry.
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

mod sweep;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::{Asked, Open, Request, SealedReason};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use frame_support::{pallet_prelude::*, traits::UnixTime};
use sp_core::H256;
use sp_runtime::SaturatedConversion;
use vouchsafe_primitives::{
	audit::LogEvent,
	policy::{Decision, Question, Reason, Subject},
	*,
};
use vouchsafe_support::{AuditLog, Consents, Enrolment, Uninvited};

/// The most requests that [`Pallet::requests_of`] lists at once.
pub const MAX_LISTED: u32 = 256;

#[allow(clippy::expect_used, reason = "FRAME's macros make such code; calls are checked again")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_system::pallet_prelude::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, Hash = H256> {
		/// Who takes part.
		type Enrolment: Enrolment;
		/// Stores the consent that an approved request becomes.
		type Consents: Consents;
		/// The patients' logs.
		type AuditLog: AuditLog;
		/// The time.
		type Time: UnixTime;
		/// How long a request waits for an answer, in seconds.
		#[pallet::constant]
		type RequestLifetime: Get<Moment>;
		/// How many requests of one practitioner can wait for a patient's answer.
		#[pallet::constant]
		type MaxOpenPerAsker: Get<u32>;
		/// How many requests of one institution can wait for a patient's answer.
		#[pallet::constant]
		type MaxOpenPerInstitution: Get<u32>;
		/// The weights.
		type WeightInfo: WeightInfo;
	}

	/// The requests that wait for a patient's answer.
	#[pallet::storage]
	pub type Requests<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		AccountId,
		Blake2_128Concat,
		RequestId,
		Request,
		OptionQuery,
	>;

	/// The unanswered requests of one practitioner to one patient. An expired request may still be
	/// listed after it was dropped.
	#[pallet::storage]
	pub type OpenByAsker<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		AccountId,
		Blake2_128Concat,
		AccountId,
		BoundedVec<Open, T::MaxOpenPerAsker>,
		ValueQuery,
	>;

	/// The unanswered requests of one institution to one patient. An expired request may still be
	/// listed after it was dropped.
	#[pallet::storage]
	pub type OpenByInstitution<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		AccountId,
		Blake2_128Concat,
		AccountId,
		BoundedVec<Open, T::MaxOpenPerInstitution>,
		ValueQuery,
	>;

	/// The request that was looked at last, to free those that have expired. `None` before the first.
	#[pallet::storage]
	pub type Swept<T: Config> = StorageValue<_, (AccountId, RequestId)>;

	/// The counts of practitioners and of institutions that were looked at last, to free those of
	/// requests that are no longer stored.
	#[pallet::storage]
	pub type SweptCounts<T: Config> = StorageValue<
		_,
		(Option<(AccountId, AccountId)>, Option<(AccountId, AccountId)>),
		ValueQuery,
	>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A request was submitted.
		Submitted {
			/// To whom.
			patient: AccountId,
			/// Its number.
			request: RequestId,
			/// By whom.
			asker: AccountId,
			/// For whom.
			grantee: Grantee,
		},
		/// A request was approved.
		Approved {
			/// By whom.
			patient: AccountId,
			/// Its number.
			request: RequestId,
			/// The consent that it became.
			consent: ConsentRef,
		},
		/// A request was denied.
		Denied {
			/// By whom.
			patient: AccountId,
			/// Its number.
			request: RequestId,
		},
		/// A request was withdrawn by its asker.
		Withdrawn {
			/// To whom it was.
			patient: AccountId,
			/// Its number.
			request: RequestId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The account is not a patient, or is a patient who acts without being active.
		NotPatient,
		/// The practitioner has no current affiliation with the institution.
		NotAffiliated,
		/// The grantee does not belong to the caller's institution.
		OtherInstitution,
		/// The grantee is not enrolled, or is not affiliated with the institution named.
		GranteeNotFound,
		/// A request must name at least one action, at least one purpose and a duration.
		NothingAsked,
		/// A request cannot ask for statistics: only studies are permitted them.
		AggregateAsked,
		/// A category, action, purpose or study trait is not defined.
		UnknownCode,
		/// The list of labels is empty, not in ascending order, has a label twice, or names
		/// *unclassified*, which cannot be named.
		InvalidLabels,
		/// The data period is empty: it ends before it begins.
		EmptyDataPeriod,
		/// The asker has as many unanswered requests to the patient as are allowed.
		TooManyByAsker,
		/// The institution has as many unanswered requests to the patient as are allowed.
		TooManyByInstitution,
		/// The patient's log is too long: no number is left.
		OutOfNumbers,
		/// No such request waits for the patient's answer.
		RequestNotFound,
		/// The request has expired.
		RequestExpired,
		/// The request was not for this grantee.
		OtherGrantee,
		/// The terms are a deny, but only a permit is allowed here.
		NotPermit,
		/// The terms allow more than was asked for.
		WiderThanAsked,
		/// The terms last longer than was asked for.
		LongerThanAsked,
		/// The signer is not the one who asked.
		NotAsker,
		/// The reason is not sealed: the patient's client seals it to the patient's key.
		ReasonNotSealed,
		/// A deny of the patient is for the asker.
		Denied,
		/// The institution has caused as many lines in the patient's log as are allowed on one day.
		TooManyLines,
	}

	#[pallet::call]
	#[deny(clippy::expect_used)]
	impl<T: Config> Pallet<T> {
		/// Ask a patient for access.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by a practitioner affiliated with the institution.
		///
		/// ## Details
		///
		/// The grantee is the institution, a role or care team of it, the asker alone, or, in a
		/// referral, another practitioner. `duration` counts from the approval. Expired requests of
		/// the asker and of the institution are dropped first.
		///
		/// ## Errors
		///
		/// - [`Error::NotAffiliated`].
		/// - [`Error::NotPatient`].
		/// - [`Error::NothingAsked`].
		/// - [`Error::AggregateAsked`].
		/// - [`Error::UnknownCode`].
		/// - [`Error::InvalidLabels`].
		/// - [`Error::EmptyDataPeriod`].
		/// - [`Error::ReasonNotSealed`].
		/// - [`Error::GranteeNotFound`].
		/// - [`Error::OtherInstitution`].
		/// - [`Error::OutOfNumbers`].
		/// - [`Error::TooManyByAsker`].
		/// - [`Error::TooManyByInstitution`].
		/// - [`Error::Denied`].
		/// - [`Error::TooManyLines`].
		///
		/// ## Events
		///
		/// - [`Event::Submitted`]. In the patient's log: `RequestSubmitted`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::submit(Pallet::<T>::max_expired()))]
		pub fn submit(
			origin: OriginFor<T>,
			patient: AccountId,
			institution: AccountId,
			grantee: Grantee,
			asked: Asked,
			duration: Moment,
			reason: SealedReason,
		) -> DispatchResultWithPostInfo {
			let asker = ensure_signed(origin)?;
			let actor =
				T::Enrolment::acting(&asker, &institution).ok_or(Error::<T>::NotAffiliated)?;
			Self::ensure_patient(&patient)?;
			Self::ensure_sound(&asked, duration)?;
			ensure!(looks_sealed(&reason), Error::<T>::ReasonNotSealed);
			let referred_by = Self::referral(&asker, &institution, &grantee)?;
			Self::ensure_not_denied(actor, &patient, &asked)?;

			let now = T::Time::now().as_secs();
			let mut by_asker = OpenByAsker::<T>::get(&patient, &asker);
			let mut by_institution = OpenByInstitution::<T>::get(&patient, &institution);
			let mut expired: Vec<RequestId> = by_asker
				.iter()
				.chain(by_institution.iter())
				.filter(|open| open.expires <= now)
				.map(|open| open.request)
				.collect();
			expired.sort_unstable();
			expired.dedup();
			by_asker.retain(|open| now < open.expires);
			by_institution.retain(|open| now < open.expires);

			let (lines, _) = T::AuditLog::head(&patient);
			let id = RequestId::try_from(lines).map_err(|_| Error::<T>::OutOfNumbers)?;
			let expires = now.saturating_add(T::RequestLifetime::get());
			let open = Open { request: id, expires };
			by_asker.try_push(open.clone()).map_err(|_| Error::<T>::TooManyByAsker)?;
			by_institution.try_push(open).map_err(|_| Error::<T>::TooManyByInstitution)?;
			Self::count_line(&patient, &institution)?;

			for request in &expired {
				Requests::<T>::remove(&patient, request);
			}
			OpenByAsker::<T>::insert(&patient, &asker, by_asker);
			OpenByInstitution::<T>::insert(&patient, &institution, by_institution);
			let request = Request {
				asker: asker.clone(),
				institution: institution.clone(),
				grantee: grantee.clone(),
				referred_by,
				asked,
				duration,
				reason,
				submitted: now,
				expires,
			};
			Requests::<T>::insert(&patient, id, request);
			let event = LogEvent::RequestSubmitted { request: id, grantee: grantee.clone() };
			T::AuditLog::append(&patient, &asker, Some(&institution), None, event);
			Self::deposit_event(Event::Submitted { patient, request: id, asker, grantee });
			let dropped = u32::try_from(expired.len()).unwrap_or(u32::MAX);
			Ok(Some(T::WeightInfo::submit(dropped)).into())
		}

		/// Approve a request as it was asked, or a narrower one: it becomes a consent.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the patient.
		///
		/// ## Details
		///
		/// The grantee is the one asked for, a part of it if that is an institution, or the asker
		/// alone. `text` commits to what the patient was shown. The grant itself may be refused
		/// with an error of the pallet consent.
		///
		/// ## Errors
		///
		/// - [`Error::NotPatient`].
		/// - [`Error::RequestNotFound`].
		/// - [`Error::RequestExpired`].
		/// - [`Error::OtherGrantee`].
		/// - [`Error::NotPermit`].
		/// - [`Error::WiderThanAsked`].
		/// - [`Error::LongerThanAsked`].
		///
		/// ## Events
		///
		/// - [`Event::Approved`]. In the patient's log: `ConsentGranted`, then `RequestApproved`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::approve())]
		pub fn approve(
			origin: OriginFor<T>,
			request: RequestId,
			grantee: Grantee,
			terms: Terms,
			text: ShownText,
		) -> DispatchResult {
			let patient = ensure_signed(origin)?;
			Self::ensure_patient(&patient)?;
			let found = Requests::<T>::get(&patient, request).ok_or(Error::<T>::RequestNotFound)?;
			let now = T::Time::now().as_secs();
			ensure!(!found.is_expired(now), Error::<T>::RequestExpired);
			ensure!(found.admits(&grantee), Error::<T>::OtherGrantee);
			ensure!(terms.effect == Effect::Permit, Error::<T>::NotPermit);
			ensure!(found.asked.admits(&terms), Error::<T>::WiderThanAsked);
			let latest = now.saturating_add(found.duration);
			ensure!(
				terms.valid_until.is_some_and(|until| until <= latest),
				Error::<T>::LongerThanAsked
			);

			let id = T::Consents::grant(&patient, grantee.clone(), terms, text)?;
			Self::remove(&patient, request, &found);
			let consent = ConsentRef { grantee, id };
			let event = LogEvent::RequestApproved { request, consent: consent.clone() };
			T::AuditLog::append(&patient, &patient, None, None, event);
			Self::deposit_event(Event::Approved { patient, request, consent });
			Ok(())
		}

		/// Deny a request.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the patient.
		///
		/// ## Errors
		///
		/// - [`Error::NotPatient`].
		/// - [`Error::RequestNotFound`].
		///
		/// ## Events
		///
		/// - [`Event::Denied`]. In the patient's log: `RequestDenied`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::deny())]
		pub fn deny(origin: OriginFor<T>, request: RequestId) -> DispatchResult {
			let patient = ensure_signed(origin)?;
			Self::ensure_patient(&patient)?;
			let found = Requests::<T>::get(&patient, request).ok_or(Error::<T>::RequestNotFound)?;

			Self::remove(&patient, request, &found);
			let event = LogEvent::RequestDenied { request };
			T::AuditLog::append(&patient, &patient, None, None, event);
			Self::deposit_event(Event::Denied { patient, request });
			Ok(())
		}

		/// Withdraw a request.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the practitioner who asked, also if the affiliation has ended since.
		///
		/// ## Details
		///
		/// The request counts against the bounds until it would have expired, so that nobody can
		/// fill a patient's log by asking and withdrawing.
		///
		/// ## Errors
		///
		/// - [`Error::RequestNotFound`].
		/// - [`Error::NotAsker`].
		/// - [`Error::TooManyLines`].
		///
		/// ## Events
		///
		/// - [`Event::Withdrawn`]. In the patient's log: `RequestWithdrawn`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::withdraw())]
		pub fn withdraw(
			origin: OriginFor<T>,
			patient: AccountId,
			request: RequestId,
		) -> DispatchResult {
			let asker = ensure_signed(origin)?;
			let found = Requests::<T>::get(&patient, request).ok_or(Error::<T>::RequestNotFound)?;
			ensure!(found.asker == asker, Error::<T>::NotAsker);
			Self::count_line(&patient, &found.institution)?;

			Requests::<T>::remove(&patient, request);
			let event = LogEvent::RequestWithdrawn { request };
			T::AuditLog::append(&patient, &asker, Some(&found.institution), None, event);
			Self::deposit_event(Event::Withdrawn { patient, request });
			Ok(())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The requests that wait for the patient's answer after the one named, in the order of the
		/// chain's keys, including expired ones that were not dropped yet: at most `limit` and
		/// [`MAX_LISTED`].
		pub fn requests_of(
			patient: AccountId,
			after: Option<RequestId>,
			limit: u32,
		) -> Vec<(RequestId, Request)> {
			let requests = match after {
				Some(after) => {
					let key = Requests::<T>::hashed_key_for(&patient, after);
					Requests::<T>::iter_prefix_from(&patient, key)
				},
				None => Requests::<T>::iter_prefix(&patient),
			};
			requests.take(limit.min(MAX_LISTED).saturated_into()).collect()
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::RequestLifetime::get() > 0, "a request has to wait");
			assert!(T::MaxOpenPerAsker::get() > 0, "an asker has to be able to ask");
			assert!(
				T::MaxOpenPerAsker::get() < T::MaxOpenPerInstitution::get(),
				"one asker must not be able to use up the institution's requests"
			);
		}

		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			Self::sweep(remaining)
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}

impl<T: Config> Pallet<T> {
	/// How many expired requests one submission drops at most.
	fn max_expired() -> u32 {
		T::MaxOpenPerAsker::get().saturating_add(T::MaxOpenPerInstitution::get())
	}

	fn ensure_patient(account: &AccountId) -> DispatchResult {
		ensure!(T::Enrolment::is_active_patient(account), Error::<T>::NotPatient);
		Ok(())
	}

	/// Checks that what is asked for is valid.
	fn ensure_sound(asked: &Asked, duration: Moment) -> DispatchResult {
		let said = !asked.actions.is_empty() && !asked.purposes.is_empty() && duration > 0;
		ensure!(said, Error::<T>::NothingAsked);
		ensure!(!asked.actions.contains(Action::Aggregate), Error::<T>::AggregateAsked);
		let known =
			asked.categories.is_known() && asked.actions.is_known() && asked.purposes.is_known();
		ensure!(known, Error::<T>::UnknownCode);
		ensure!(asked.labels.is_sound(), Error::<T>::InvalidLabels);
		if let DataPeriod { from: Some(from), to: Some(to) } = asked.data_period {
			ensure!(from <= to, Error::<T>::EmptyDataPeriod);
		}
		Ok(())
	}

	/// Checks that the asker may ask for the grantee. Gives who refers, if the grantee is another
	/// practitioner. At most 1 read.
	fn referral(
		asker: &AccountId,
		institution: &AccountId,
		grantee: &Grantee,
	) -> Result<Option<AccountId>, DispatchError> {
		if let Grantee::PractitionerAt { practitioner, institution: at } = grantee {
			if practitioner != asker {
				let there = T::Enrolment::is_affiliated(practitioner, at);
				ensure!(there, Error::<T>::GranteeNotFound);
				return Ok(Some(asker.clone()));
			}
		}
		ensure!(grantee.institution() == Some(institution), Error::<T>::OtherInstitution);
		Ok(None)
	}

	/// Checks that no deny of the patient is for the asker: then the patient has answered already. A
	/// deny that is for some of the actions or purposes only leaves the rest to ask for. At most one
	/// decision for each action and purpose.
	fn ensure_not_denied(actor: Actor, patient: &AccountId, asked: &Asked) -> DispatchResult {
		let mut question = Question {
			standing: Standing::Active,
			doubt: None,
			patient: patient.clone(),
			actor,
			action: Action::Read,
			purpose: Purpose::Treatment,
			subject: Subject::SomeRecord,
			now: T::Time::now().as_secs(),
			break_glass: false,
		};
		let book = T::Consents::book(patient, &question.actor);
		let pairs = Action::ALL
			.iter()
			.flat_map(|action| Purpose::ALL.iter().map(move |purpose| (*action, *purpose)))
			.filter(|(action, purpose)| {
				asked.actions.contains(*action) && asked.purposes.contains(*purpose)
			});
		for (action, purpose) in pairs {
			(question.action, question.purpose) = (action, purpose);
			let decision = book.decide(&question);
			if !matches!(decision, Decision::Refuse(Reason::Denied(_))) {
				return Ok(());
			}
		}
		Err(Error::<T>::Denied.into())
	}

	/// Counts a line that the institution causes in the patient's log.
	fn count_line(patient: &AccountId, institution: &AccountId) -> DispatchResult {
		let is_allowed = T::AuditLog::count_uninvited(patient, institution, Uninvited::Request);
		ensure!(is_allowed, Error::<T>::TooManyLines);
		Ok(())
	}

	/// Removes an answered request, also from the counts.
	fn remove(patient: &AccountId, id: RequestId, request: &Request) {
		Requests::<T>::remove(patient, id);
		OpenByAsker::<T>::mutate_exists(patient, &request.asker, |open| drop_from(open, id));
		OpenByInstitution::<T>::mutate_exists(patient, &request.institution, |open| {
			drop_from(open, id)
		});
	}

	/// Every request is counted in both its bounds, with its own expiry. What is counted and not
	/// stored has expired or was withdrawn.
	#[cfg(any(feature = "try-runtime", test))]
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		for (patient, id, request) in Requests::<T>::iter() {
			let open = Open { request: id, expires: request.expires };
			let by_asker = OpenByAsker::<T>::get(&patient, &request.asker);
			ensure!(by_asker.contains(&open), "a request isn't counted for its asker");
			let by_institution = OpenByInstitution::<T>::get(&patient, &request.institution);
			ensure!(by_institution.contains(&open), "a request isn't counted for its institution");
			let (lines, _) = T::AuditLog::head(&patient);
			ensure!(u64::from(id) < lines, "a request's submission isn't in the log");
			let referral = request.referred_by.is_none_or(|by| by == request.asker);
			ensure!(referral, "somebody else refers");
		}
		for (_, _, open) in OpenByAsker::<T>::iter() {
			ensure!(!open.is_empty(), "an empty count is kept");
		}
		for (_, _, open) in OpenByInstitution::<T>::iter() {
			ensure!(!open.is_empty(), "an empty count is kept");
		}
		Ok(())
	}
}

/// Removes a request from a count, and the count if it is empty then.
fn drop_from<S: Get<u32>>(counted: &mut Option<BoundedVec<Open, S>>, id: RequestId) {
	if let Some(open) = counted {
		open.retain(|open| open.request != id);
		if open.is_empty() {
			*counted = None;
		}
	}
}
