//! The texts of consents, as they are stored on a person's devices.

use super::FOLDER;
use crate::{keys::Identity, platform::Keep};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_protocol::messages::Hex;
use vouchsafe_vault::commitment::text_commitment;

/// The text of a consent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct KeptText {
	pub(super) language: String,
	pub(super) text: String,
	pub(super) salt: Hex<32>,
}

impl KeptText {
	/// The commitment that is on the chain.
	pub(crate) fn commitment(&self) -> [u8; 32] {
		text_commitment(&self.salt.0, &self.language, &self.text)
	}

	#[cfg(test)]
	pub(crate) fn new(text: &str, salt: u8) -> Self {
		Self { language: "en".into(), text: text.into(), salt: Hex([salt; 32]) }
	}
}

/// The texts that are kept here, by their commitments, without the known ones. A text that is sealed to
/// another key of the person, or does not fit, is not among them.
pub(crate) async fn kept_texts(
	keep: &impl Keep,
	me: &Identity,
	known: &BTreeMap<Hex<32>, KeptText>,
) -> Result<BTreeMap<Hex<32>, KeptText>> {
	let mut texts = BTreeMap::new();
	for name in keep.files(FOLDER).await? {
		let mut commitment = Hex([0; 32]);
		let is_text = hex::decode_to_slice(&name, &mut commitment.0).is_ok();
		if !is_text || known.contains_key(&commitment) {
			continue;
		}
		let read = keep.read_own(me, FOLDER, &name).await;
		let Ok(Some(bytes)) = read else { continue };
		let Ok(text) = serde_json::from_slice::<KeptText>(&bytes) else { continue };
		if text.commitment() == commitment.0 {
			texts.insert(commitment, text);
		}
	}
	Ok(texts)
}

/// Keeps those of the texts that are not kept here yet.
pub(crate) async fn keep_texts(
	keep: &impl Keep,
	me: &Identity,
	texts: &BTreeMap<Hex<32>, KeptText>,
) -> Result<()> {
	let kept: BTreeSet<String> = keep.files(FOLDER).await?.into_iter().collect();
	for (commitment, text) in texts {
		let name = hex::encode(commitment.0);
		if !kept.contains(&name) && text.commitment() == commitment.0 {
			let bytes = serde_json::to_vec(text)?;
			keep.write_own(me, FOLDER, &name, &bytes).await?;
		}
	}
	Ok(())
}
