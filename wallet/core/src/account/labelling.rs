//! Names the sensitivity labels of a record.

use super::{drafts::id as record_id, drafts::Action, Account};
use crate::{
	failure::Trouble,
	host::Host,
	messages::{Draft, Signed},
	platform::Session,
};
use anyhow::{bail, Context as _, Result};
use vouchsafe_agent::{
	labelling,
	labels::{LabelTable, UNCLASSIFIED},
};
use vouchsafe_protocol::{
	traits::View as _,
	types::{LabelTag, LabelTags, H256},
};
use vouchsafe_speech::Speech;

/// What is signed to name labels. It is made from their tags, so that it says what the call does.
pub(super) fn sentence(
	speech: &Speech,
	name: &str,
	tags: &[LabelTag],
	labels: &LabelTable,
) -> String {
	speech.wallet_label(speech.quote(name), speech.and(&words_of(speech, tags, labels)))
}

/// Labels in the person's words.
pub(super) fn words_of(speech: &Speech, tags: &[LabelTag], labels: &LabelTable) -> Vec<String> {
	tags.iter()
		.map(|tag| match labels.word_of(*tag) {
			Some(word) => speech.label(&word),
			None => hex::encode(tag.0),
		})
		.collect()
}

impl<H: Host> Account<H> {
	pub(super) async fn draft_labels(
		&self,
		id: &str,
		words: &[String],
		speech: &'static Speech,
	) -> Result<Draft> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let (me, record) = (self.account(), record_id(id)?);
		if words.is_empty() {
			return Err(Trouble::Input(speech.wallet_no_label()).into());
		}
		// The words must be known ones. That nobody knows the labels is not the name of one.
		if words.iter().any(|word| word == UNCLASSIFIED) {
			return Err(Trouble::Input(words.join(", ")).into());
		}
		session
			.labels_of(&me)
			.await?
			.check(words, false)
			.map_err(|_| Trouble::Input(words.join(", ")))?;
		let labels = labelling::tags(&session, &me, None, words).await?;
		let name = self.name_of(&session, &at, record, speech).await?;
		let words = words.to_vec();
		let action = Action::Label { record, name, words, labels };
		self.draft(&session, &at, action, speech).await
	}

	pub(super) async fn label(
		&self,
		session: &Session<H>,
		(record, name): (H256, &str),
		words: &[String],
		labels: LabelTags,
		speech: &Speech,
	) -> Result<Signed> {
		let me = self.account();
		let included = labelling::add(session, &me, record, words, labels.clone()).await?;
		let at = session.finalized().await?;
		let found = at.record(&me, record).await?.context("there is no such record")?;
		if labels.iter().any(|tag| !found.labels.contains(tag)) {
			bail!("the chain does not have the labels as they were signed");
		}
		let table = session.labels_of(&me).await?;
		let now = speech.and(&words_of(speech, &found.labels, &table));
		let text = speech.wallet_labels_added(speech.quote(name), now);
		Ok(Signed { text, block: included.number, notes: vec![] })
	}
}
