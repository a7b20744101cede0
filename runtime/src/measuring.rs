//! Marks a network for measurements.
//!
//! `make bench` compares grants with plain balance transfers on the same node. On other networks
//! transfers are refused, because deposits are not money. So there is a mark that only the genesis
//! can set, and [`crate::configs::system::CallFilter`] allows transfers only if it is set.
#![warn(missing_docs)]

pub use pallet::*;

/// The pallet.
#[allow(clippy::expect_used, reason = "FRAME's macros make such code; calls are checked again")]
#[frame_support::pallet]
pub mod pallet {
	use frame_support::pallet_prelude::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Nothing to decide.
	#[pallet::config]
	pub trait Config: frame_system::Config {}

	/// The mark.
	#[pallet::storage]
	pub type Enabled<T: Config> = StorageValue<_, bool, ValueQuery>;

	/// The mark at genesis.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Whether the network is one for measuring.
		pub enabled: bool,
		/// The runtime.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			if self.enabled {
				Enabled::<T>::put(true);
			}
		}
	}
}
