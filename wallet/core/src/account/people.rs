//! People and institutions, as the page shows them.

use super::{connection::account_of, Account};
use crate::{
	host::Host,
	messages::{Answer, ChangedMember, Person},
	platform::{At, Session},
};
use anyhow::Result;
use vouchsafe_agent::{names, pins::in_words, platform::Keep as _, session::in_force};
use vouchsafe_protocol::{
	traits::View as _,
	types::{address, AccountId, Affiliation},
};
use vouchsafe_speech::{Noun, Speech};

/// An account without anything else.
pub(super) fn plain<H: Host>(session: &Session<H>, account: &AccountId) -> Person {
	Person {
		name: session.names.show(account),
		name_by: String::new(),
		function: String::new(),
		institution: String::new(),
		is_attested: None,
		account: address(account),
	}
}

/// A practitioner who acts for an institution.
pub(super) fn acting<H: Host>(
	session: &Session<H>,
	account: &AccountId,
	institution: Option<&AccountId>,
	affiliation: Option<&Affiliation>,
	speech: &Speech,
) -> Person {
	Person {
		institution: institution.map(|it| session.names.show(it)).unwrap_or_default(),
		function: affiliation.map(|it| speech.one_of(it.role)).unwrap_or_default(),
		is_attested: affiliation.map(|it| it.attested),
		..plain(session, account)
	}
}

/// The affiliation of a practitioner with an institution, if it is in force.
pub(super) async fn affiliation_of<H: Host>(
	at: &At<H>,
	practitioner: &AccountId,
	institution: &AccountId,
) -> Result<Option<Affiliation>> {
	let now = at.time().await?;
	let all = at.all_affiliations(practitioner).await?;
	let found =
		all.into_iter().find(|(it, affiliation)| it == institution && in_force(affiliation, now));
	Ok(found.map(|(_, affiliation)| affiliation))
}

impl<H: Host> Account<H> {
	/// Institutions of which something has changed that was not confirmed.
	pub(super) fn changed_members(&self, session: &Session<H>) -> Vec<ChangedMember> {
		let changed = session.changed_members().into_iter();
		changed
			.map(|(member, changes)| ChangedMember {
				institution: plain(session, &member.account),
				changes: vec![in_words(&changes)],
			})
			.collect()
	}

	pub(super) async fn confirm_member(&self, account: &str) -> Result<Answer> {
		let account = account_of(account)?;
		let mut session = self.own_session().await?;
		session.confirm_member(&account).await?;
		self.renew_session().await?;
		Ok(Answer::Done)
	}

	pub(super) async fn set_name(&self, account: &str, name: &str) -> Result<Answer> {
		let account = account_of(account)?;
		let name = name.trim();
		{
			let _lock = self.keep.lock().await?;
			let mut book = self.keep.address_book().await?;
			book.retain(|_, known| *known != address(&account));
			self.keep.set_address_book(&book).await?;
		}
		if !name.is_empty() {
			names::replace(&self.keep, name, &account).await?;
		}
		let session = self.renew_session().await?;
		self.synchronise(&session).await;
		Ok(Answer::Done)
	}
}

/// A number of records in words.
pub(super) fn count_records(speech: &Speech, count: usize) -> String {
	speech.count(Noun::Record, count)
}
