//! Whether this network is one for measuring.
//!
//! `make bench` compares grants with plain balance transfers on the same node. On a network that
//! people use, transfers are refused: deposits are no money. So there is a mark that only genesis
//! can set, no call, and [`crate::configs::system::CallFilter`] lets transfers through only where
//! it stands.
#![warn(missing_docs)]
// The pallet's macro qualifies what the pallet imports.

pub use pallet::*;

/// The pallet.
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
