//! What is signed: drafts that the page shows, and the signing of those that it has shown.
//!
//! The core makes terms, sentence and call from one draft. The page gets the sentence and the draft's
//! digest, and signs by the digest. So it cannot have anything signed that the core did not word.

use super::{locked, people::count_records, Account};
use crate::{
	failure::Trouble,
	host::Host,
	messages::{Answer, ConsentForm, Draft as Shown, LabelChoice, Narrowing, Preview, Signed},
	platform::{At, Session},
};
use anyhow::{bail, Context as _, Result};
use codec::Encode;
use sha2::{Digest, Sha256};
use vouchsafe_agent::{
	access::Access,
	consent::{self, Granted},
	dates, label_keys,
	labels::LabelTable,
	overlap,
	preview::{self, Change},
	registrar, request,
	stop::{self, Stop},
};
use vouchsafe_protocol::{
	calls::{AccessRequestsCall, ConsentCall, EnrolmentCall, RuntimeCall},
	traits::View as _,
	types::{
		bounded, AccountId, Actions, Categories, Category, Confidentiality, DataPeriod, Effect,
		Grantee, LabelFilter, Purpose, Purposes, Terms, H256,
	},
};
use vouchsafe_speech::{Speech, Teller};

/// The most drafts that wait. The page shows one at a time.
const MAX_DRAFTS: usize = 16;

/// What a draft does.
#[derive(Clone, Encode)]
pub(super) enum Action {
	/// A new consent.
	Grant { grantee: Grantee, terms: Terms, carry: Option<AccountId> },
	/// A consent gets other terms.
	Amend { id: u32, grantee: Grantee, before: Terms, terms: Terms, carry: Option<AccountId> },
	/// A request is approved.
	Approve { request: u32, grantee: Grantee, terms: Terms, carry: Option<AccountId> },
	/// A request is refused.
	Refuse { request: u32, asker: AccountId },
	/// A consent is revoked.
	Revoke { id: u32, grantee: Grantee, terms: Terms },
	/// Everything is stopped.
	Stop(Stop),
	/// The stop is lifted.
	Resume { id: u32, grantee: Grantee, terms: Terms },
	/// A registrar's call.
	Register(EnrolmentCall),
}

impl Action {
	/// What it permits or forbids.
	fn terms(&self) -> Option<(Grantee, Terms)> {
		match self {
			Self::Grant { grantee, terms, .. }
			| Self::Amend { grantee, terms, .. }
			| Self::Approve { grantee, terms, .. } => Some((grantee.clone(), terms.clone())),
			Self::Stop(stop) => Some((Stop::GRANTEE, stop.terms())),
			Self::Refuse { .. } | Self::Revoke { .. } | Self::Resume { .. } | Self::Register(_) => {
				None
			},
		}
	}

	/// Whether it only takes access away.
	fn takes_away(&self) -> bool {
		match self {
			Self::Grant { terms, .. } => matches!(terms.effect, Effect::Deny { .. }),
			Self::Revoke { terms, .. } => terms.effect == Effect::Permit,
			Self::Refuse { .. } | Self::Stop(_) => true,
			Self::Register(call) => super::registrar::takes_away(call),
			Self::Amend { .. } | Self::Approve { .. } | Self::Resume { .. } => false,
		}
	}

	fn verb(&self, speech: &Speech) -> String {
		match self {
			Self::Grant { terms, .. } if terms.effect == Effect::Permit => {
				speech.wallet_verb_permit()
			},
			Self::Grant { .. } => speech.wallet_verb_forbid(),
			Self::Amend { .. } => speech.wallet_verb_change(),
			Self::Approve { .. } => speech.wallet_verb_permit(),
			Self::Refuse { .. } => speech.wallet_verb_refuse(),
			Self::Revoke { .. } => speech.wallet_verb_revoke(),
			Self::Stop(_) => speech.wallet_verb_stop(),
			Self::Resume { .. } => speech.wallet_verb_resume(),
			Self::Register(EnrolmentCall::enrol { .. }) => speech.desk_verb_enrol(),
			Self::Register(_) => speech.desk_verb_sign(),
		}
	}

	fn carry(&self) -> Option<&AccountId> {
		match self {
			Self::Grant { carry, .. } | Self::Amend { carry, .. } | Self::Approve { carry, .. } => {
				carry.as_ref()
			},
			_ => None,
		}
	}

	/// Whether a call, as its bytes say it, is the one that this is about. The sentence of a consent is
	/// made again from the call's own terms.
	pub(super) fn is_done_by(
		&self,
		call: &RuntimeCall,
		says: impl Fn(&Grantee, &Terms) -> bool,
	) -> bool {
		let is_shown = |grantee: &Grantee, terms: &Terms| {
			self.terms() == Some((grantee.clone(), terms.clone())) && says(grantee, terms)
		};
		match (self, call) {
			(
				Self::Grant { .. } | Self::Stop(_),
				RuntimeCall::Consent(ConsentCall::grant { grantee, terms, .. }),
			) => is_shown(grantee, terms),
			(
				Self::Amend { id, .. },
				RuntimeCall::Consent(ConsentCall::amend { grantee, id: called, terms, .. }),
			) => called == id && is_shown(grantee, terms),
			(
				Self::Approve { request, .. },
				RuntimeCall::AccessRequests(AccessRequestsCall::approve {
					request: called,
					grantee,
					terms,
					..
				}),
			) => called == request && is_shown(grantee, terms),
			(
				Self::Refuse { request, .. },
				RuntimeCall::AccessRequests(AccessRequestsCall::deny { request: called }),
			) => called == request,
			(
				Self::Revoke { id, grantee, .. } | Self::Resume { id, grantee, .. },
				RuntimeCall::Consent(ConsentCall::revoke { grantee: called, id: number }),
			) => called == grantee && number == id,
			(Self::Register(shown), RuntimeCall::Enrolment(call)) => shown == call,
			_ => false,
		}
	}
}

/// A draft that the page has.
#[derive(Clone)]
pub(super) struct Draft {
	action: Action,
	sentence: String,
	speech: &'static Speech,
}

impl<H: Host> Account<H> {
	/// The sentence of a consent as it is signed.
	pub(super) async fn sentence(
		&self,
		session: &Session<H>,
		grantee: &Grantee,
		terms: &Terms,
		speech: &'static Speech,
	) -> Result<String> {
		if session.speech.language() != speech.language() {
			return Err(Trouble::NotShown.into());
		}
		consent::full_sentence(session, &self.account(), grantee, terms).await
	}

	/// What the page shows of an action before it is signed.
	pub(super) async fn draft(
		&self,
		session: &Session<H>,
		at: &At<H>,
		action: Action,
		speech: &'static Speech,
	) -> Result<Shown> {
		let me = self.account();
		let labels = label_keys::learn(session, &me, []).await?;
		let teller = Teller { speech, names: &session.names, labels: &labels };
		let sentence = match &action {
			Action::Refuse { asker, .. } => speech.wallet_refuse(session.names.show(asker)),
			Action::Revoke { id, grantee, terms } | Action::Resume { id, grantee, terms } => {
				let said = speech.quote(&teller.consent(grantee, terms));
				speech.wallet_revoke(id.to_string(), said)
			},
			_ => {
				let (grantee, terms) = action.terms().context("an action without terms")?;
				match &action {
					Action::Amend { before, .. } => {
						let ensured = consent::ensure_grantee_confirmed_if_wider(
							session, &grantee, before, &terms,
						);
						ensured.await?;
					},
					_ => consent::ensure_grantee_confirmed(session, &grantee, &terms).await?,
				}
				self.sentence(session, &grantee, &terms, speech).await?
			},
		};
		let notes = self.notes(session, &teller, &action).await?;
		let preview = match action.terms() {
			Some((grantee, terms)) if consent::permits_reading(&terms) => {
				Some(self.preview_at(session, at, &grantee, &terms, speech).await?)
			},
			_ => None,
		};
		Ok(self.show(action, sentence, notes, preview, speech))
	}

	/// Keeps a draft, and shows it to the page.
	pub(super) fn show(
		&self,
		action: Action,
		sentence: String,
		notes: Vec<String>,
		preview: Option<Preview>,
		speech: &'static Speech,
	) -> Shown {
		let digest = Sha256::new()
			.chain_update(action.encode())
			.chain_update(speech.language())
			.chain_update(&sentence)
			.chain_update(vouchsafe_vault::random_bytes::<16>())
			.finalize();
		let digest = hex::encode(&digest[..16]);
		let shown = Shown {
			digest: digest.clone(),
			sentence: sentence.clone(),
			language: speech.language().to_owned(),
			notes,
			verb: action.verb(speech),
			takes_away: action.takes_away(),
			preview,
		};
		let mut drafts = locked(&self.drafts);
		if drafts.len() >= MAX_DRAFTS {
			drafts.clear();
		}
		drafts.insert(digest, Draft { action, sentence, speech });
		shown
	}

	/// What people should know before they sign.
	async fn notes(
		&self,
		session: &Session<H>,
		teller: &Teller<'_>,
		action: &Action,
	) -> Result<Vec<String>> {
		let (me, speech) = (self.account(), teller.speech);
		let mut notes = Vec::new();
		match action {
			Action::Stop(stop) => {
				notes.extend(teller.stop(stop.allows_adding, stop.binds_emergencies));
			},
			Action::Resume { .. } => notes.push(speech.wallet_note_resume()),
			Action::Refuse { .. } => notes.push(speech.wallet_note_refuse()),
			Action::Register(_) => {},
			Action::Revoke { id, grantee, terms } => {
				let others = overlap::others(session, &me, grantee, terms, Some(*id)).await?;
				notes.push(speech.wallet_note_read_stays());
				notes.extend(
					others.permits.into_iter().map(|it| {
						speech.wallet_note_still_permitted(it.id.to_string(), it.sentence)
					}),
				);
			},
			Action::Grant { grantee, terms, .. }
			| Action::Amend { grantee, terms, .. }
			| Action::Approve { grantee, terms, .. } => {
				let except = match action {
					Action::Amend { id, .. } => Some(*id),
					_ => None,
				};
				let others = overlap::others(session, &me, grantee, terms, except).await?;
				notes.extend(
					others
						.denies
						.into_iter()
						.map(|it| speech.wallet_note_still_denied(it.id.to_string(), it.sentence)),
				);
				if terms.valid_until.is_none() {
					notes.push(speech.wallet_note_no_end());
				}
				if consent::permits_reading(terms) {
					notes.push(match action.carry() {
						Some(to) => speech.wallet_note_carry(session.names.show(to)),
						None => speech.wallet_note_no_carry(),
					});
				}
			},
		}
		Ok(notes)
	}

	/// Signs a draft that was shown, and waits until its effect is proven.
	pub async fn sign(&self, digest: &str, speech: &'static Speech) -> Result<Answer> {
		let draft = locked(&self.drafts).remove(digest).ok_or(Trouble::NotShown)?;
		if draft.speech.language() != speech.language() {
			return Err(Trouble::NotShown.into());
		}
		let session = self.session().await?;
		let me = self.account();
		let labels = session.labels_of(&me).await?;
		let shown = draft.sentence.clone();
		let again = match (&draft.action, draft.action.terms()) {
			(_, Some((grantee, terms))) => {
				self.sentence(&session, &grantee, &terms, speech).await?
			},
			(Action::Register(call), _) => {
				registrar::sentence(speech, &session.names, call).unwrap_or_default()
			},
			_ => shown.clone(),
		};
		if again != shown {
			return Err(Trouble::NotShown.into());
		}
		let approved = draft.action.clone();
		let (says_session, says_labels) = (session.clone(), labels.clone());
		let approval = self.approval.give(move |call| {
			approved.is_done_by(call, |grantee, terms| {
				let said = consent::signed_sentence(
					speech,
					&says_session.names,
					&says_labels,
					grantee,
					terms,
				);
				shown.starts_with(&said)
			})
		});
		let signed = approval.mark(self.carry_out(&session, draft.action, speech).await)?;
		// A second device needs the text that was agreed to.
		self.synchronise(&session).await;
		Ok(Answer::Signed(signed))
	}

	async fn carry_out(
		&self,
		session: &Session<H>,
		action: Action,
		speech: &'static Speech,
	) -> Result<Signed> {
		let granted = match action {
			Action::Grant { grantee, terms, carry } => {
				let granted = consent::grant(session, grantee, terms.clone()).await?;
				(granted, terms, carry)
			},
			Action::Stop(stop) => (stop::stop(session, stop).await?, stop.terms(), None),
			Action::Amend { id, terms, carry, .. } => {
				(consent::amend(session, id, terms.clone()).await?, terms, carry)
			},
			Action::Approve { request, grantee, terms, carry } => {
				let granted = request::approve(session, request, grantee, terms.clone()).await?;
				(granted, terms, carry)
			},
			Action::Refuse { request, .. } => {
				let block = request::deny(session, request).await?;
				return self.refused(session, request, block, speech).await;
			},
			Action::Revoke { id, .. } | Action::Resume { id, .. } => {
				let (grantee, block) = consent::revoke(session, id).await?;
				return self.revoked(session, grantee, id, block, speech).await;
			},
			Action::Register(call) => return self.register(session, call, speech).await,
		};
		let (granted, terms, carry) = granted;
		self.granted(session, granted, &terms, carry.as_ref(), speech).await
	}

	/// What is said of a consent that is proven to be on the chain.
	async fn granted(
		&self,
		session: &Session<H>,
		granted: Granted,
		terms: &Terms,
		carry: Option<&AccountId>,
		speech: &'static Speech,
	) -> Result<Signed> {
		let at = session.finalized().await?;
		let Granted { grantee, id, block, amended, .. } = granted;
		let found = at.consent(&self.account(), &grantee, id).await?;
		if found.is_none_or(|found| found.terms != *terms) {
			bail!("the chain does not have the consent as it was signed");
		}
		let mut notes = Vec::new();
		if let Some(to) = carry {
			let carried = consent::carry(session, &grantee, id, terms, Some(to)).await;
			match carried {
				Ok(report) if report.failed.is_empty() => {},
				Ok(report) => notes.push(speech.wallet_not_carried(
					count_records(speech, report.failed.len()),
					report.failed.first().map(|(_, _, why)| why.clone()).unwrap_or_default(),
				)),
				Err(error) => notes.push(
					speech.wallet_not_carried(count_records(speech, 0), format!("{error:#}")),
				),
			}
		}
		if let Ok(report) = label_keys::deliver(session, [(&grantee, terms)]).await {
			notes.extend(
				report
					.failed
					.iter()
					.map(|(to, _)| speech.wallet_label_key_not_delivered(session.names.show(to))),
			);
		}
		let labels = LabelTable::default();
		let teller = Teller { speech, names: &session.names, labels: &labels };
		let (now, time) = (self.host.now(), at.time().await?);
		let text = match amended {
			true => teller.amended(id, time, block, now),
			false => teller.granted(id, time, block, now),
		};
		Ok(Signed { text, block, notes })
	}

	async fn revoked(
		&self,
		session: &Session<H>,
		grantee: Grantee,
		id: u32,
		block: u32,
		speech: &'static Speech,
	) -> Result<Signed> {
		let at = session.finalized().await?;
		if at.consent(&self.account(), &grantee, id).await?.is_some() {
			bail!("the chain still has the consent");
		}
		let labels = LabelTable::default();
		let teller = Teller { speech, names: &session.names, labels: &labels };
		let consent = vouchsafe_protocol::types::ConsentRef { grantee, id };
		let text = teller.revoked(&consent, at.time().await?, block, self.host.now());
		Ok(Signed { text, block, notes: vec![] })
	}

	async fn refused(
		&self,
		session: &Session<H>,
		request: u32,
		block: u32,
		speech: &'static Speech,
	) -> Result<Signed> {
		let at = session.finalized().await?;
		let left = at.all_requests_of(&self.account()).await?;
		if left.iter().any(|(id, _)| *id == request) {
			bail!("the chain still has the request");
		}
		Ok(Signed { text: speech.wallet_refused(block.to_string()), block, notes: vec![] })
	}

	/// What terms would open, beside what is open already.
	pub(super) async fn preview_at(
		&self,
		session: &Session<H>,
		at: &At<H>,
		grantee: &Grantee,
		terms: &Terms,
		speech: &'static Speech,
	) -> Result<Preview> {
		let person = match grantee {
			Grantee::PractitionerAt { practitioner: person, .. } | Grantee::Person(person) => {
				Some(person.clone())
			},
			_ => None,
		};
		let access = Access::read(at, &self.account(), person).await?;
		let change = Change::new(grantee.clone(), terms.clone());
		let found = preview::preview(&access, &change);
		let mut lines = self.lines_by_id(session, at, speech).await?;
		let (mut opens, mut already, mut closed) = (vec![], vec![], 0usize);
		for line in &found.lines {
			let shown = lines.remove(&line.record.id);
			match (line.opens, line.before) {
				(true, _) => opens.extend(shown),
				(false, true) => already.extend(shown),
				(false, false) => closed = closed.saturating_add(1),
			}
		}
		let counts = found.opens();
		let labels = session.labels_of(&self.account()).await?;
		let teller = Teller { speech, names: &session.names, labels: &labels };
		let summary = teller.change(
			grantee,
			&vouchsafe_speech::Change {
				opens: counts.records,
				labelled: counts.labelled,
				restricted: counts.restricted,
				very_restricted: counts.very_restricted,
				closes: found.closes().records,
				before: found.before().records,
			},
		);
		let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
		Ok(Preview {
			opens,
			already,
			closed: number(closed),
			labelled: number(counts.labelled),
			restricted: number(counts.restricted.saturating_add(counts.very_restricted)),
			summary,
		})
	}
}

/// Terms without what a narrowing leaves out.
pub(super) fn narrowed(
	mut terms: Terms,
	narrowing: &Narrowing,
	labels: &LabelTable,
) -> Result<Terms> {
	let Narrowing {
		categories,
		records,
		from_month,
		to_month,
		until,
		confidentiality,
		labels: choice,
	} = narrowing;
	if !categories.is_empty() {
		terms.categories = Categories::of(&parsed::<Category>(categories)?);
	}
	if !records.is_empty() {
		terms.records = bounded(ids(records)?, "records")?;
	}
	narrow_period(&mut terms.data_period, from_month.as_deref(), to_month.as_deref())?;
	if let Some(until) = until {
		let until = end_of(until)?;
		terms.valid_until = Some(terms.valid_until.map_or(until, |asked| asked.min(until)));
	}
	if let Some(level) = confidentiality {
		let level: Confidentiality = word(level)?;
		terms.confidentiality = terms.confidentiality.min(level);
	}
	if let Some(choice) = choice {
		let filter = filter_of(choice, labels)?;
		if filter.is_within(&terms.labels) {
			terms.labels = filter;
		}
	}
	Ok(terms)
}

/// The terms of the page's form, from terms that name nothing, or from those that are changed.
pub(super) fn terms_of_form(
	form: &ConsentForm,
	start: Terms,
	labels: &LabelTable,
) -> Result<Terms> {
	let mut terms = start;
	terms.categories = Categories::of(&parsed::<Category>(&form.categories)?);
	terms.records = bounded(ids(&form.records)?, "records")?;
	terms.actions = Actions::of(&parsed(&form.actions)?);
	terms.purposes = Purposes::of(&parsed::<Purpose>(&form.purposes)?);
	terms.data_period = DataPeriod {
		from: form.from_month.as_deref().map(month).transpose()?,
		to: form.to_month.as_deref().map(month).transpose()?,
	};
	terms.valid_from = form.from.as_deref().map(start_of).transpose()?;
	terms.valid_until = form.until.as_deref().map(end_of).transpose()?;
	if let Some(level) = &form.confidentiality {
		terms.confidentiality = word(level)?;
	}
	if let Some(choice) = &form.labels {
		terms.labels = filter_of(choice, labels)?;
	}
	Ok(terms)
}

fn filter_of(choice: &LabelChoice, labels: &LabelTable) -> Result<LabelFilter> {
	Ok(match choice {
		LabelChoice::Unlabelled => LabelFilter::Unlabelled,
		LabelChoice::Any => LabelFilter::Any,
		LabelChoice::Also { words } => LabelFilter::Also(labels.named(words)?),
	})
}

fn narrow_period(period: &mut DataPeriod, from: Option<&str>, to: Option<&str>) -> Result<()> {
	if let Some(from) = from.map(month).transpose()? {
		period.from = Some(period.from.map_or(from, |asked| asked.max(from)));
	}
	if let Some(to) = to.map(month).transpose()? {
		period.to = Some(period.to.map_or(to, |asked| asked.min(to)));
	}
	Ok(())
}

fn word<V: std::str::FromStr>(text: &str) -> Result<V>
where
	V::Err: std::fmt::Display,
{
	text.parse().map_err(|error: V::Err| Trouble::Input(error.to_string()).into())
}

fn parsed<V: std::str::FromStr>(words: &[String]) -> Result<Vec<V>>
where
	V::Err: std::fmt::Display,
{
	words.iter().map(|it| word(it)).collect()
}

fn ids(texts: &[String]) -> Result<Vec<H256>> {
	let mut ids = texts.iter().map(|text| id(text)).collect::<Result<Vec<_>>>()?;
	ids.sort_unstable();
	ids.dedup();
	Ok(ids)
}

/// A record's id.
pub(super) fn id(text: &str) -> Result<H256> {
	let mut id = H256::zero();
	hex::decode_to_slice(text, &mut id.0).context("not the id of a record")?;
	Ok(id)
}

/// A month such as `2024-05`.
fn month(text: &str) -> Result<u16> {
	let parse = || {
		let (year, month) = text.split_once('-')?;
		dates::month_index(year.parse().ok()?, month.parse().ok()?)
	};
	parse().ok_or_else(|| Trouble::Input(text.to_owned()).into())
}

/// The first second of a day in UTC.
pub(super) fn start_of(day: &str) -> Result<u64> {
	dates::start_of_day(day).ok_or_else(|| Trouble::Input(day.to_owned()).into())
}

/// The end of a day in UTC, exclusive.
pub(super) fn end_of(day: &str) -> Result<u64> {
	Ok(start_of(day)?.saturating_add(24 * 60 * 60))
}
