//! What the next version of the runtime adds in the end-to-end test of an upgrade
//! (`scripts/next-runtime`): a call, an error, and an event of each block, which programs built for
//! this version do not know.

pub use pallet::*;

/// The pallet.
#[allow(clippy::expect_used, reason = "FRAME's macros make such code; calls are checked again")]
#[frame_support::pallet]
pub mod pallet {
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;

	/// The pallet.
	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// Nothing to decide.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {}

	/// The new events.
	#[pallet::event]
	#[pallet::generate_deposit(fn deposit_event)]
	pub enum Event<T: Config> {
		/// A block began.
		Began {
			/// Its number.
			number: BlockNumberFor<T>,
		},
	}

	/// The new errors.
	#[pallet::error]
	pub enum Error<T> {
		/// The call always fails.
		Always,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(number: BlockNumberFor<T>) -> Weight {
			Self::deposit_event(Event::Began { number });
			T::DbWeight::get().reads_writes(1, 1)
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Fails.
		#[pallet::call_index(0)]
		#[pallet::weight(Weight::zero())]
		pub fn fail(origin: OriginFor<T>) -> DispatchResult {
			ensure_signed(origin)?;
			Err(Error::<T>::Always.into())
		}
	}
}
