//! Requests that wait for an answer.

use super::{
	drafts::{narrowed, Action},
	people, Account,
};
use crate::{
	host::Host,
	messages::{Choice, Draft, Narrowing, Person, RequestLine, RequestView},
	platform::{At, Session},
};
use anyhow::Result;
use vouchsafe_agent::{label_keys, request};
use vouchsafe_protocol::{
	traits::View as _,
	types::{Category, Grantee, Request, Terms},
};
use vouchsafe_speech::{Speech, Teller};

impl<H: Host> Account<H> {
	pub(super) async fn requests(&self, speech: &'static Speech) -> Result<Vec<RequestLine>> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		self.requests_at(&session, &at, speech).await
	}

	pub(super) async fn requests_at(
		&self,
		session: &Session<H>,
		at: &At<H>,
		speech: &'static Speech,
	) -> Result<Vec<RequestLine>> {
		let now = at.time().await?;
		let mut lines = Vec::new();
		for (id, request) in at.all_requests_of(&self.account()).await? {
			if request.expires > now {
				lines.push(self.request_line(session, at, id, &request, speech).await?);
			}
		}
		Ok(lines)
	}

	async fn request_line(
		&self,
		session: &Session<H>,
		at: &At<H>,
		id: u32,
		found: &Request,
		speech: &'static Speech,
	) -> Result<RequestLine> {
		let tags = found.asked.labels.named().into_iter().flatten().copied();
		let labels = label_keys::learn(session, &self.account(), tags).await?;
		let affiliation = people::affiliation_of::<H>(at, &found.asker, &found.institution).await?;
		let who = people::acting(
			session,
			&found.asker,
			Some(&found.institution),
			affiliation.as_ref(),
			speech,
		);
		let who = Person { name_by: self.named_by(session, &found.asker), ..who };
		Ok(RequestLine {
			id,
			who,
			reason: request::reason(session, found),
			sentence: Teller { speech, names: &session.names, labels: &labels }
				.request(&request::spoken(found)),
			until: speech.moment_near(found.expires, at.time().await?),
		})
	}

	/// A request's terms after narrowing.
	pub(super) async fn terms_of(
		&self,
		session: &Session<H>,
		at: &At<H>,
		id: u32,
		narrowing: &Narrowing,
	) -> Result<(Request, Grantee, Terms)> {
		let found = request::find(session, id).await?;
		let whole = request::terms_of(&found, at.time().await?)?;
		let labels = session.labels_of(&self.account()).await?;
		let terms = narrowed(whole, narrowing, &labels)?;
		let grantee = found.grantee.clone();
		Ok((found, grantee, terms))
	}

	pub(super) async fn request(
		&self,
		id: u32,
		narrowing: &Narrowing,
		speech: &'static Speech,
	) -> Result<RequestView> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let (found, grantee, terms) = self.terms_of(&session, &at, id, narrowing).await?;
		let line = self.request_line(&session, &at, id, &found, speech).await?;
		let sentence = self.sentence(&session, &grantee, &terms, speech).await?;
		let preview = self.preview_at(&session, &at, &grantee, &terms, speech).await?;
		let asked = Category::ALL.iter().filter(|it| found.asked.categories.admits(**it));
		let categories = asked
			.map(|it| Choice {
				key: it.word().to_owned(),
				text: speech.phrase(*it),
				hint: String::new(),
			})
			.collect();
		let carry = session
			.has_custodian(&found.institution)
			.then(|| speech.wallet_note_carry(session.names.show(&found.institution)));
		Ok(RequestView { line, sentence, preview, categories, carry })
	}

	pub(super) async fn draft_approval(
		&self,
		id: u32,
		narrowing: &Narrowing,
		carry: bool,
		speech: &'static Speech,
	) -> Result<Draft> {
		let session = self.session_to_permit().await?;
		let at = session.finalized().await?;
		let (found, grantee, terms) = self.terms_of(&session, &at, id, narrowing).await?;
		let carry = carry.then(|| found.institution.clone());
		let action = Action::Approve { request: id, grantee, terms, carry };
		self.draft(&session, &at, action, speech).await
	}

	pub(super) async fn draft_refusal(&self, id: u32, speech: &'static Speech) -> Result<Draft> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		request::find(&session, id).await?;
		self.draft(&session, &at, Action::Refuse { request: id }, speech).await
	}
}
