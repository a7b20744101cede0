//! Adds sensitivity labels to a record: as its patient, or as two of the author institution's staff.

use crate::{label_keys, labels::LabelTable, platform::Platform, session::Session};
use anyhow::{bail, Result};
use vouchsafe_protocol::{
	calls::RecordsCall,
	events::Included,
	types::{AccountId, LabelTags, H256},
};

/// The tags of words that a record is to get. `author` is the institution that wrote it, unless the patient
/// did. It is an error if one of the words cannot be named.
pub async fn tags(
	session: &Session<impl Platform>,
	patient: &AccountId,
	author: Option<&AccountId>,
	words: &[String],
) -> Result<LabelTags> {
	let tagged = label_keys::tags(session, patient, author, words).await?;
	match tagged.of(words)? {
		(tags, None) => Ok(tags),
		(_, Some(reason)) => bail!(
			"the labels could not be named: {reason}. If an institution lacks the label key, the \
			 patient gives it with `vouchsafe consent deliver-labels`"
		),
	}
}

/// Adds the labels, and notes their words. The staff's first call only proposes them.
pub async fn add(
	session: &Session<impl Platform>,
	patient: &AccountId,
	record: H256,
	words: &[String],
	labels: LabelTags,
) -> Result<Included> {
	LabelTable::update(&session.keep, session.me()?, patient, |table| {
		table.use_words(words);
		Ok(())
	})
	.await?;
	let call =
		RecordsCall::add_labels { patient: patient.clone(), record, labels: labels.into_inner() };
	session.submit_for_patient(call).await
}
