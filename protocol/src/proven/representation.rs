//! Who represents a patient, worked out from the state as the runtime does it.

use super::ProvenView;
use crate::{
	errors::ChainError,
	representatives::{force, is_over},
	runtime::runtime_types::vouchsafe_runtime::parameters::{
		values::representation::ParametersValue, RuntimeParametersValue,
	},
	storage,
	traits::{Evidence, View},
	types::*,
};

impl<E: Evidence> ProvenView<E> {
	pub(super) async fn representation_of(
		&self,
		patient: &AccountId,
	) -> Result<RepresentationView, ChainError> {
		self.fetch([
			storage::representatives(patient).bytes,
			storage::account(patient).bytes,
			storage::now().bytes,
			storage::registration_lifetime().bytes,
		])
		.await?;
		let stored = self.read(storage::representatives(patient)).await?;
		let Representatives { ward, list } =
			stored.unwrap_or(Representatives { ward: false, list: vec![] });
		// Custodians show others this of wards alone.
		let ward = ward && self.read(storage::present_key(patient)).await?.is_none();
		let (now, lifetime) = (self.time().await?, registration_lifetime(self).await?);
		let account = self.read(storage::account(patient)).await?;
		let representatives = list
			.into_iter()
			.filter(|representative| !is_over(representative, now, lifetime))
			.map(|representative| RepresentativeView {
				force: force(account.as_ref(), &representative, now),
				representative,
			})
			.collect();
		Ok(RepresentationView { ward, representatives })
	}
}

/// How long a registration, or an objection, waits for an authority, in seconds.
///
/// # Errors
///
/// Those of reading, and a value that is another parameter's.
pub async fn registration_lifetime(at: &impl View) -> Result<Moment, ChainError> {
	use ParametersValue::RegistrationLifetime;
	match at.read(storage::registration_lifetime()).await? {
		Some(RuntimeParametersValue::Representation(RegistrationLifetime(it))) => Ok(it),
		Some(_) => Err(ChainError::foreign("a parameter has another one's value")),
		None => Ok(REGISTRATION_LIFETIME),
	}
}
