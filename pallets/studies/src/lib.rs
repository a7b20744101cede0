//! # Studies
//!
//! Studies that count consenting patients: who proposes, approves and aggregates them, who is
//! counted, and what the rounds measured. The chain sees neither answers nor tables.
//!
//! ## Terminology
//!
//! - **Study**: a researcher's question, with all its [`StudyTerms`]. It has up to twelve **rounds**.
//! - **Aggregators**: two to five institutions whose custodians add up the reports. Only all
//!   of them together could learn what is in a report.
//! - **Contributor**: an institution that counts its patients, or a patient alone.
//! - **Ledger**: how much ε an account has spent on studies in a year. ε is a promise over all
//!   studies, so each account has one ledger.
//! - **Standing choice**: a patient's permit for every study, or for every study on a disease.
//!   **Reach** is how many there are.
//!
//! ## Scenarios
//!
//! 1. A researcher [`propose`](Pallet::propose)s a study, the council [`approve`](Pallet::approve)s
//!    it, and each aggregator [`accept`](Pallet::accept)s it. The first round opens.
//! 2. Hospitals [`contribute`](Pallet::contribute) all patients who consent, in the cohort or not. So
//!    nobody can tell from the list who is ill. The patients' ledgers pay, and their logs say so.
//! 3. After the close an aggregator [`freeze`](Pallet::freeze)s the round: the consents of this block
//!    are the round's. Off the chain, contributors send their reports.
//! 4. The aggregators [`commit`](Pallet::commit) to the same tally and [`reveal`](Pallet::reveal)
//!    their noisy shares. The last reveal makes the result, and the next round opens.
//! 5. An aggregator is away. Past the deadline anyone [`give_up`](Pallet::give_up)s: before the
//!    aggregators agreed, reports are gathered again; after that the round is lost. A study that has not
//!    begun by its first close ends in the same way, so that its researcher can propose another.
//! 6. Two studies differ by one person, or a study is repeated: each costs ε, until the ledger
//!    refuses.
//!
//! ## Data structures
//!
//! [`Studies`], [`Rounds`] and [`Results`]; [`People`] and [`Contributors`] of each round, which
//! [`sweep`](Pallet::sweep) removes when the study has ended; [`Ledgers`]; [`Choices`], which count
//! standing choices by week.
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

mod contribute;
mod lookups;
mod reach;
mod rounds;
mod stages;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use lookups::MAX_LISTED;
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use frame_support::{pallet_prelude::*, traits::UnixTime};
use sp_core::H256;
use sp_runtime::SaturatedConversion;
use vouchsafe_primitives::*;
use vouchsafe_support::{AuditLog, Consents, Enrolment, Records};

/// Studies that one researcher can have open.
pub const MAX_OPEN: u32 = 3;
/// Studies that one researcher can propose on one day: they are stored for ever, also if they are
/// withdrawn.
pub const MAX_PROPOSED: u32 = 32;
/// People whom one call of [`Pallet::sweep`] removes at most.
pub const MAX_SWEPT: u32 = 256;
/// The most counts of choices for single diseases, of all countries and traits. Choices beyond them
/// are not counted.
pub const MAX_DISEASE_COUNTS: u32 = 16_384;
/// How many counts a new choice looks at to make room for itself, if there are [`MAX_DISEASE_COUNTS`].
pub const MAX_LOOKED_AT: u32 = 8;

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
		/// The patients' records.
		type Records: Records;
		/// What the patients' consents say.
		type Consents: Consents;
		/// The patients' logs.
		type AuditLog: AuditLog;
		/// The time.
		type Time: UnixTime;
		/// The weights.
		type WeightInfo: WeightInfo;
	}

	/// The next study's number.
	#[pallet::storage]
	pub type NextStudy<T: Config> = StorageValue<_, StudyId, ValueQuery>;

	/// The studies. None is ever removed: consents, logs and results name them.
	#[pallet::storage]
	pub type Studies<T: Config> = StorageMap<_, Blake2_128Concat, StudyId, Study>;

	/// How many studies of a researcher have not ended.
	#[pallet::storage]
	pub type OpenOf<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, u32, ValueQuery>;

	/// On which day (since 1970) a researcher last proposed studies, and how many on that day.
	#[pallet::storage]
	pub type ProposedBy<T: Config> =
		StorageMap<_, Blake2_128Concat, AccountId, (u32, u32), ValueQuery>;

	/// The rounds that have begun.
	#[pallet::storage]
	pub type Rounds<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, StudyId, Blake2_128Concat, u8, Round>;

	/// Who was contributed to a round, and by whom.
	#[pallet::storage]
	pub type People<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		(StudyId, u8),
		Blake2_128Concat,
		AccountId,
		AccountId,
	>;

	/// How many people each institution has in a round. A patient who contributes alone has no entry.
	#[pallet::storage]
	pub type Contributors<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		(StudyId, u8),
		Blake2_128Concat,
		AccountId,
		u32,
		ValueQuery,
	>;

	/// What each account has spent on studies.
	#[pallet::storage]
	pub type Ledgers<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Ledger, ValueQuery>;

	/// What the rounds measured.
	#[pallet::storage]
	pub type Results<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, StudyId, Blake2_128Concat, u8, StudyResult>;

	/// How many standing choices there are: for a disease or all studies, by the country of the
	/// institution that enrolled the patient, and by the traits named.
	#[pallet::storage]
	pub type Choices<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		Option<Disease>,
		Blake2_128Concat,
		(Country, StudyTraits),
		WeeklyCount,
		ValueQuery,
	>;

	/// How many of [`Choices`] are for single diseases.
	#[pallet::storage]
	pub type DiseaseCounts<T: Config> = StorageValue<_, u32, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A study was proposed.
		Proposed {
			/// Its number.
			study: StudyId,
			/// By whom.
			researcher: AccountId,
		},
		/// Its researcher withdrew a study.
		Withdrawn {
			/// Which.
			study: StudyId,
		},
		/// The council approved a study.
		Approved {
			/// Which.
			study: StudyId,
		},
		/// The council stopped a study.
		Stopped {
			/// Which.
			study: StudyId,
		},
		/// An aggregator accepted a study.
		Accepted {
			/// Which.
			study: StudyId,
			/// The aggregator.
			aggregator: AccountId,
		},
		/// A round opened.
		Opened {
			/// The study.
			study: StudyId,
			/// The round.
			round: u8,
			/// When it closes.
			closes: Moment,
		},
		/// People were contributed.
		Contributed {
			/// The study.
			study: StudyId,
			/// The round.
			round: u8,
			/// By whom.
			contributor: AccountId,
			/// How many were named.
			offered: u32,
			/// How many of them are counted.
			counted: u32,
		},
		/// A round was frozen.
		Frozen {
			/// The study.
			study: StudyId,
			/// The round.
			round: u8,
			/// How many people were contributed.
			people: u32,
		},
		/// An aggregator committed itself.
		Committed {
			/// The study.
			study: StudyId,
			/// The round.
			round: u8,
			/// The aggregator.
			aggregator: AccountId,
		},
		/// The aggregators agreed on a tally.
		Agreed {
			/// The study.
			study: StudyId,
			/// The round.
			round: u8,
			/// The tally.
			tally: Tally,
		},
		/// An aggregator revealed its share.
		Revealed {
			/// The study.
			study: StudyId,
			/// The round.
			round: u8,
			/// The aggregator.
			aggregator: AccountId,
		},
		/// A round has a result.
		Answered {
			/// The study.
			study: StudyId,
			/// The round.
			round: u8,
		},
		/// The reports of a round are gathered again.
		GatheredAgain {
			/// The study.
			study: StudyId,
			/// The round.
			round: u8,
			/// How often, with this time.
			attempt: u8,
		},
		/// A round ended without a result.
		RoundLost {
			/// The study.
			study: StudyId,
			/// The round.
			round: u8,
			/// Why.
			loss: Loss,
			/// The aggregators that did not do their part.
			missing: Aggregators,
		},
		/// All rounds of a study have ended.
		Finished {
			/// Which.
			study: StudyId,
		},
		/// A study that had not begun by its first close was given up.
		Expired {
			/// Which.
			study: StudyId,
		},
		/// People of a study that has ended were removed.
		Swept {
			/// The study.
			study: StudyId,
			/// How many.
			people: u32,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The account is not an active researcher.
		NotResearcher,
		/// The researcher has as many studies open as are allowed.
		TooManyStudies,
		/// The researcher has proposed as many studies as are allowed on one day.
		TooManyProposals,
		/// A table needs 2 to 256 cells and a weight of 1 to 8, a sum a highest value of 1 to a million.
		InvalidQuestion,
		/// The study must name the categories of the records that it draws on.
		NoSources,
		/// A category, action, purpose or study trait is not defined.
		UnknownCode,
		/// A study can only be for research or for public health.
		PurposeNotForStudies,
		/// The country is not two capital letters.
		InvalidCountry,
		/// The CID of the protocol is not of version 1 with SHA2-256.
		InvalidProtocol,
		/// A study needs two to five aggregators, each named once.
		InvalidAggregators,
		/// An aggregator is not an active institution or authority with a custodian.
		AggregatorWithoutCustodian,
		/// A result must be grounded in more persons.
		TooFewPersons,
		/// A result may need at most a million persons.
		TooManyPersons,
		/// The privacy budget of a round is too small or too large.
		EpsilonOutOfRange,
		/// A study has one to twelve rounds.
		InvalidRounds,
		/// The first close must be in the future. More than one round need an interval, of at most two
		/// years.
		InvalidSchedule,
		/// The times to gather and to answer must be 10 seconds to 30 days.
		InvalidTimes,
		/// There is no such study.
		StudyNotFound,
		/// Another researcher proposed the study.
		OtherResearcher,
		/// The council has approved the study before.
		AlreadyApproved,
		/// The study has ended.
		StudyEnded,
		/// The study has not ended.
		StudyNotEnded,
		/// The study is not running: the council has to approve it, and each aggregator to accept it.
		NotRunning,
		/// The signer is not the custodian of one of the study's aggregators.
		NotAggregator,
		/// The aggregator has accepted the study before.
		AlreadyAccepted,
		/// The evaluation key is not one.
		InvalidEvaluationKey,
		/// Nobody was named.
		NobodyNamed,
		/// The signer acts neither for an institution, as its registrar or custodian, nor as a patient.
		NotContributor,
		/// A patient contributes only the own account.
		OwnAccountOnly,
		/// The round has closed.
		RoundClosed,
		/// The round has not closed.
		RoundOpen,
		/// The round is not frozen.
		RoundNotFrozen,
		/// The commitment is for another attempt to gather reports.
		OtherAttempt,
		/// Reports are still gathered.
		StillGathering,
		/// The time to agree is over: give the attempt up, and reports are gathered again.
		TimeToAgreeOver,
		/// The tally's numbers do not add up to the people of the round.
		PeopleDoNotAddUp,
		/// The tally uses fewer persons than the study needs.
		TooFewUsed,
		/// The aggregators have not agreed on a tally.
		NotAgreed,
		/// The aggregator has revealed its share before.
		AlreadyRevealed,
		/// The share does not have one number of the field for each cell.
		InvalidShare,
		/// The share is not the one to which the aggregator committed itself.
		OtherShare,
		/// The signer is neither enrolled and active nor the custodian of an active institution.
		NotTakingPart,
		/// There is nothing to give up: the time is not over.
		NotOverdue,
	}

	#[pallet::call]
	#[deny(clippy::expect_used)]
	impl<T: Config> Pallet<T> {
		/// Propose a study.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an active researcher.
		///
		/// ## Details
		///
		/// A researcher can have three studies that have not ended, and can propose 32 on one day.
		///
		/// ## Errors
		///
		/// - [`Error::NotResearcher`].
		/// - [`Error::InvalidQuestion`].
		/// - [`Error::NoSources`].
		/// - [`Error::UnknownCode`].
		/// - [`Error::PurposeNotForStudies`].
		/// - [`Error::InvalidCountry`].
		/// - [`Error::InvalidProtocol`].
		/// - [`Error::TooFewPersons`].
		/// - [`Error::TooManyPersons`].
		/// - [`Error::EpsilonOutOfRange`].
		/// - [`Error::InvalidRounds`].
		/// - [`Error::InvalidSchedule`].
		/// - [`Error::InvalidTimes`].
		/// - [`Error::InvalidAggregators`].
		/// - [`Error::AggregatorWithoutCustodian`].
		/// - [`Error::TooManyStudies`].
		/// - [`Error::TooManyProposals`].
		///
		/// ## Events
		///
		/// - [`Event::Proposed`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::propose())]
		pub fn propose(origin: OriginFor<T>, terms: StudyTerms) -> DispatchResult {
			Self::do_propose(ensure_signed(origin)?, terms)
		}

		/// Withdraw a study before the council has approved it.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the researcher who proposed it.
		///
		/// ## Errors
		///
		/// - [`Error::StudyNotFound`].
		/// - [`Error::OtherResearcher`].
		/// - [`Error::StudyEnded`].
		/// - [`Error::AlreadyApproved`].
		///
		/// ## Events
		///
		/// - [`Event::Withdrawn`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::change_stage())]
		pub fn withdraw(origin: OriginFor<T>, study: StudyId) -> DispatchResult {
			Self::do_withdraw(ensure_signed(origin)?, study)
		}

		/// Approve a study. If each aggregator has accepted it, its first round opens.
		///
		/// ## Dispatch Origin
		///
		/// Root.
		///
		/// ## Errors
		///
		/// - [`Error::StudyNotFound`].
		/// - [`Error::StudyEnded`].
		/// - [`Error::AlreadyApproved`].
		///
		/// ## Events
		///
		/// - [`Event::Approved`].
		/// - [`Event::Opened`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::change_stage())]
		pub fn approve(origin: OriginFor<T>, study: StudyId) -> DispatchResult {
			ensure_root(origin)?;
			Self::do_approve(study)
		}

		/// Stop a study. The round that takes place is lost.
		///
		/// ## Dispatch Origin
		///
		/// Root.
		///
		/// ## Errors
		///
		/// - [`Error::StudyNotFound`].
		/// - [`Error::StudyEnded`].
		///
		/// ## Events
		///
		/// - [`Event::RoundLost`].
		/// - [`Event::Stopped`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::change_stage())]
		pub fn stop(origin: OriginFor<T>, study: StudyId) -> DispatchResult {
			ensure_root(origin)?;
			Self::do_stop(study)
		}

		/// Accept a study as one of its aggregators. If it is approved and each other aggregator has
		/// accepted it, its first round opens.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the custodian of the aggregator.
		///
		/// ## Details
		///
		/// `evaluation_key` is the public key under which it evaluates the contributors' identifiers
		/// for this study.
		///
		/// ## Errors
		///
		/// - [`Error::StudyNotFound`].
		/// - [`Error::NotAggregator`].
		/// - [`Error::StudyEnded`].
		/// - [`Error::AlreadyAccepted`].
		/// - [`Error::InvalidEvaluationKey`].
		///
		/// ## Events
		///
		/// - [`Event::Accepted`].
		/// - [`Event::Opened`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::change_stage())]
		pub fn accept(
			origin: OriginFor<T>,
			study: StudyId,
			evaluation_key: EvaluationKey,
		) -> DispatchResult {
			Self::do_accept(ensure_signed(origin)?, study, evaluation_key)
		}

		/// Contribute people to the round that is open.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an institution, one of its registrars whom it enrolled, or its custodian; or by a
		/// patient, alone.
		///
		/// ## Details
		///
		/// It succeeds whether they are counted or not. A person is counted if active, not yet in the
		/// round, enrolled by the institution or the patient of the named record that it authored, if the
		/// person's consents permit the study, and if the person's ledger has enough ε left. The ledger
		/// pays. [`Pallet::contributed`] says who is counted.
		///
		/// ## Errors
		///
		/// - [`Error::NobodyNamed`].
		/// - [`Error::NotContributor`].
		/// - [`Error::OwnAccountOnly`].
		/// - [`Error::StudyNotFound`].
		/// - [`Error::NotRunning`].
		/// - [`Error::RoundClosed`].
		///
		/// ## Events
		///
		/// - [`Event::Contributed`]. In the log of each person counted: `Counted`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::contribute(people.len().saturated_into()))]
		pub fn contribute(
			origin: OriginFor<T>,
			study: StudyId,
			people: ContributedPeople,
		) -> DispatchResult {
			Self::do_contribute(ensure_signed(origin)?, study, people)
		}

		/// Freeze a round that has closed: the consents of this block are the round's.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the custodian of an aggregator.
		///
		/// ## Details
		///
		/// If fewer people were contributed than the study needs, the round is lost.
		///
		/// ## Errors
		///
		/// - [`Error::StudyNotFound`].
		/// - [`Error::NotAggregator`].
		/// - [`Error::NotRunning`].
		/// - [`Error::RoundClosed`]: it is frozen already.
		/// - [`Error::RoundOpen`].
		///
		/// ## Events
		///
		/// - [`Event::Frozen`]; or [`Event::RoundLost`], and [`Event::Opened`] or [`Event::Finished`].
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::change_round())]
		pub fn freeze(origin: OriginFor<T>, study: StudyId) -> DispatchResult {
			Self::do_freeze(ensure_signed(origin)?, study)
		}

		/// Commit to a tally and to a noisy share. It replaces an earlier commitment.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the custodian of an aggregator.
		///
		/// ## Details
		///
		/// `attempt` is how often the reports were gathered before, so that a commitment that arrives late
		/// does not count in the next attempt. `hash` is [`noised_commitment`]. When all aggregators have
		/// committed to the same tally, the reports are used up, the study has spent the round's ε, and
		/// revealing begins.
		///
		/// ## Errors
		///
		/// - [`Error::StudyNotFound`].
		/// - [`Error::NotAggregator`].
		/// - [`Error::NotRunning`].
		/// - [`Error::RoundNotFrozen`].
		/// - [`Error::OtherAttempt`].
		/// - [`Error::StillGathering`].
		/// - [`Error::TimeToAgreeOver`].
		/// - [`Error::PeopleDoNotAddUp`].
		/// - [`Error::TooFewUsed`].
		///
		/// ## Events
		///
		/// - [`Event::Committed`].
		/// - [`Event::Agreed`].
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::change_round())]
		pub fn commit(
			origin: OriginFor<T>,
			study: StudyId,
			attempt: u8,
			tally: Tally,
			hash: H256,
		) -> DispatchResult {
			Self::do_commit(ensure_signed(origin)?, study, attempt, tally, hash)
		}

		/// Reveal the noisy share. The last one makes the result.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the custodian of an aggregator.
		///
		/// ## Details
		///
		/// A late reveal counts until somebody gives the round up.
		///
		/// ## Errors
		///
		/// - [`Error::StudyNotFound`].
		/// - [`Error::NotAggregator`].
		/// - [`Error::NotRunning`].
		/// - [`Error::NotAgreed`].
		/// - [`Error::AlreadyRevealed`].
		/// - [`Error::InvalidShare`].
		/// - [`Error::OtherShare`].
		///
		/// ## Events
		///
		/// - [`Event::Revealed`]. With the last one also [`Event::Answered`] or [`Event::RoundLost`], and
		///   [`Event::Opened`] or [`Event::Finished`].
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::reveal())]
		pub fn reveal(
			origin: OriginFor<T>,
			study: StudyId,
			share: Share,
			salt: [u8; 32],
		) -> DispatchResult {
			Self::do_reveal(ensure_signed(origin)?, study, share, salt)
		}

		/// Give up what was not done in time.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by any active account or a custodian.
		///
		/// ## Details
		///
		/// - A study that the council has not approved, or that not all aggregators have accepted, by its
		///   first close: it ends.
		/// - A round that no aggregator has frozen: it is lost. The aggregators have as long for this after
		///   the close as to gather reports and to agree.
		/// - A round in which the aggregators have not agreed: the reports of the same people are gathered
		///   again, at most three times. After that it is lost.
		/// - A round in which they have agreed but not revealed: it is lost.
		///
		/// ## Errors
		///
		/// - [`Error::NotTakingPart`].
		/// - [`Error::StudyNotFound`].
		/// - [`Error::NotRunning`].
		/// - [`Error::NotOverdue`].
		///
		/// ## Events
		///
		/// - [`Event::Expired`].
		/// - [`Event::GatheredAgain`]; or [`Event::RoundLost`], and [`Event::Opened`] or
		///   [`Event::Finished`].
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::change_round())]
		pub fn give_up(origin: OriginFor<T>, study: StudyId) -> DispatchResult {
			Self::do_give_up(ensure_signed(origin)?, study)
		}

		/// Remove people of a study that has ended, and its contributors, up to `limit` and 256.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the custodian of an aggregator.
		///
		/// ## Errors
		///
		/// - [`Error::StudyNotFound`].
		/// - [`Error::NotAggregator`].
		/// - [`Error::StudyNotEnded`].
		///
		/// ## Events
		///
		/// - [`Event::Swept`].
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::sweep((*limit).min(MAX_SWEPT)))]
		pub fn sweep(origin: OriginFor<T>, study: StudyId, limit: u32) -> DispatchResult {
			Self::do_sweep(ensure_signed(origin)?, study, limit)
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			const { assert!(MAX_EPSILON <= YEARLY_EPSILON, "a ledger has to be able to pay a round") };
			const { assert!(MIN_AGGREGATORS >= 2, "one aggregator alone would see all") };
			let block = T::BlockWeights::get().get(DispatchClass::Normal).max_extrinsic;
			let most = T::WeightInfo::contribute(MAX_CONTRIBUTED);
			assert!(block.is_none_or(|block| most.all_lte(block)), "a call has to fit a block");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
