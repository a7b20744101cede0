//! The first screen.

use super::Account;
use crate::{host::Host, messages::Home};
use anyhow::Result;
use vouchsafe_agent::audit::Unread;
use vouchsafe_protocol::traits::View as _;
use vouchsafe_speech::Speech;

/// How many news are shown at once.
const NEWS: usize = 5;

impl<H: Host> Account<H> {
	pub(super) async fn home(&self, speech: &'static Speech) -> Result<Home> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let now = at.time().await?;
		let consents = self.consents_at(&session, &at, speech).await?;
		let requests = self.requests_at(&session, &at, speech).await?;
		let records = at.all_records_of(&self.account()).await?;
		let log = self.verdict_at(&session, &at, speech).await?;
		let (news, more_news) = match self.news_at(&session, &at, NEWS, speech).await {
			Err(error) if error.is::<Unread>() => (vec![], 0),
			found => found?,
		};
		let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
		Ok(Home {
			proof: self.proof_of(&session, at.number(), Some(now), speech),
			requests,
			news,
			more_news,
			log,
			is_stopped: consents.is_stopped,
			begins_soon: consents.planned.into_iter().filter(|it| it.is_assisted).collect(),
			assisted: consents.assisted,
			changed_members: self.changed_members(&session),
			records: number(records.len()),
			consents: number(consents.current.len()),
		})
	}
}
