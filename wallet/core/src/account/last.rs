//! What screens showed last, sealed on this device, for when nobody answers.

use super::{Account, FOLDER};
use crate::{
	failure,
	host::Host,
	keep::BrowserKeep,
	messages::{Answer, Ask, FailureKind, LogFilter, Proof},
};
use anyhow::Error;
use serde_json::{from_slice, from_value, Value};
use vouchsafe_agent::platform::Keep as _;
use vouchsafe_speech::Speech;

/// The longest answer that is kept, in bytes.
const LONGEST: usize = 512 * 1024;

/// Where the proof is in the answer [`Home`](Answer::Home), the only one that has it.
const PROOF: &str = "/value/proof";

/// Where the answer to a screen's question is kept.
pub(super) fn place_of(ask: &Ask) -> Option<&'static str> {
	Some(match ask {
		Ask::Home => "last-home",
		Ask::Requests => "last-requests",
		Ask::Consents => "last-consents",
		Ask::Records => "last-records",
		Ask::WhoSees => "last-access",
		Ask::Holdings => "last-holdings",
		Ask::Settings => "last-settings",
		Ask::Desk => "last-desk",
		Ask::Studies => "last-studies",
		Ask::Log { filter } if *filter == LogFilter::default() => "last-log",
		_ => return None,
	})
}

/// What was proven when the first screen was shown last.
pub(super) async fn proof<H: Host>(keep: &BrowserKeep<H>) -> Option<Proof> {
	let bytes = keep.read(FOLDER, "last-home").await.ok()??;
	let (_, mut answer) = from_slice::<(String, Value)>(&bytes).ok()?;
	from_value(answer.pointer_mut(PROOF)?.take()).ok()
}

impl<H: Host> Account<H> {
	/// Keeps what was answered. It is only a convenience, so a device that is full is no failure.
	pub(super) async fn keep_last(&self, place: &str, answer: &Answer, speech: &Speech) {
		let Ok(bytes) = serde_json::to_vec(&(speech.language(), answer)) else { return };
		if bytes.len() <= LONGEST {
			let _ = self.keep.write(FOLDER, place, &bytes).await;
		}
	}

	/// What was answered last, if nobody answers now.
	pub(super) async fn last_answer(
		&self,
		place: &str,
		error: &Error,
		speech: &Speech,
	) -> Option<Answer> {
		if failure::tell(error, speech).kind != FailureKind::Offline {
			return None;
		}
		let bytes = self.keep.read(FOLDER, place).await.ok()??;
		let (language, mut answer): (String, Value) = from_slice(&bytes).ok()?;
		if language != speech.language() {
			return None;
		}
		if let Some(Value::Object(proof)) = answer.pointer_mut(PROOF) {
			proof.extend(["isOffline", "isOld"].map(|name| (name.to_owned(), true.into())));
		}
		Some(Answer::Last(answer))
	}
}
