//! Times that the council can change without an upgrade: a motion of three quarters sets them with
//! `Parameters.set_parameter`. What is not set has the value that is written here. Genesis can set them
//! too, so that a network for trying things out does not take days.
#![warn(missing_docs)]

use crate::Runtime;
use frame_support::dynamic_params::{dynamic_pallet_params, dynamic_params};
use vouchsafe_primitives::{Moment, ATTEMPT_LIFETIME, REGISTRATION_LIFETIME};

pub use pallet::*;

/// A day in seconds.
const DAY: Moment = 24 * 60 * 60;

/// The parameters and their values, all in seconds.
#[allow(missing_docs, reason = "FRAME's macro makes modules without documentation")]
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod values {
	use super::*;

	/// Of pallet-recovery.
	#[dynamic_pallet_params]
	#[codec(index = 0)]
	pub mod recovery {
		/// How long a new key waits after guardians or an authority have agreed to it, so that the account
		/// can object.
		#[codec(index = 0)]
		pub static RecoveryDelay: Moment = 7 * DAY;

		/// The same for a key to which the account itself changes.
		#[codec(index = 1)]
		pub static KeyDelay: Moment = 3 * DAY;

		/// How long an attempt counts after it was begun, and after it can be finished.
		#[codec(index = 2)]
		pub static AttemptLifetime: Moment = ATTEMPT_LIFETIME;
	}

	/// Of pallet-representation.
	#[dynamic_pallet_params]
	#[codec(index = 1)]
	pub mod representation {
		/// How long a patient can object before a representation by law is in force.
		#[codec(index = 0)]
		pub static ObjectionPeriod: Moment = 3 * DAY;

		/// How long a registration, or an objection, waits for an authority.
		#[codec(index = 1)]
		pub static RegistrationLifetime: Moment = REGISTRATION_LIFETIME;
	}
}

/// Sets parameters at genesis. There are no calls.
#[allow(clippy::expect_used, reason = "FRAME's macros make such code; calls are checked again")]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		values::{recovery, representation},
		Runtime, RuntimeParameters,
	};
	use frame_support::{pallet_prelude::*, traits::dynamic_params::AggregatedKeyValue};
	use vouchsafe_primitives::Moment;

	/// The pallet.
	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// Nothing to decide.
	#[pallet::config]
	pub trait Config: frame_system::Config {}

	/// The parameters that differ from their usual values, in seconds.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// See [`recovery::RecoveryDelay`].
		pub recovery_delay: Option<Moment>,
		/// See [`recovery::KeyDelay`].
		pub key_delay: Option<Moment>,
		/// See [`recovery::AttemptLifetime`].
		pub attempt_lifetime: Option<Moment>,
		/// See [`representation::ObjectionPeriod`].
		pub objection_period: Option<Moment>,
		/// See [`representation::RegistrationLifetime`].
		pub registration_lifetime: Option<Moment>,
		/// The runtime.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			use recovery::{AttemptLifetime, KeyDelay, Parameters, RecoveryDelay};
			use representation::{ObjectionPeriod, Parameters as Law, RegistrationLifetime};
			let recovery = [
				self.recovery_delay.map(|it| Parameters::RecoveryDelay(RecoveryDelay, Some(it))),
				self.key_delay.map(|it| Parameters::KeyDelay(KeyDelay, Some(it))),
				self.attempt_lifetime
					.map(|it| Parameters::AttemptLifetime(AttemptLifetime, Some(it))),
			];
			let law = [
				self.objection_period.map(|it| Law::ObjectionPeriod(ObjectionPeriod, Some(it))),
				self.registration_lifetime
					.map(|it| Law::RegistrationLifetime(RegistrationLifetime, Some(it))),
			];
			let recovery = recovery.into_iter().flatten().map(RuntimeParameters::Recovery);
			let law = law.into_iter().flatten().map(RuntimeParameters::Representation);
			for parameter in recovery.chain(law) {
				let (key, value) = parameter.into_parts();
				pallet_parameters::Parameters::<Runtime>::set(key, value);
			}
		}
	}
}
