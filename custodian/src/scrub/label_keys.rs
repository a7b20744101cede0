//! Whether the patients' label keys open. A custodian without a patient's key gives no tags, so nobody can label
//! the patient's records there.

use crate::{state::State, store::StoreError};

/// How many label keys are read together.
const PAGE: u32 = 512;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckedLabelKeys {
	/// How many there are.
	pub checked: usize,
	/// The patients whose keys do not open.
	pub lost: Vec<[u8; 32]>,
}

/// Opens all label keys with the keys of the key file.
pub(crate) async fn check(state: &State) -> Result<CheckedLabelKeys, StoreError> {
	let mut found = CheckedLabelKeys::default();
	let mut last = None;
	loop {
		let page = state.database.label_keys_after(last, PAGE).await?;
		let Some((patient, _)) = page.last() else { return Ok(found) };
		last = Some(*patient);
		found.checked = found.checked.saturating_add(page.len());
		let lost = page
			.into_iter()
			.filter(|(patient, sealed)| state.encryption.open_label_key(patient, sealed).is_err());
		found.lost.extend(lost.map(|(patient, _)| patient));
	}
}
