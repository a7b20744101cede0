//! What is signed: drafts that the page shows, and the signing of those that it has shown.
//!
//! The core makes terms, sentence and call from one draft. The page gets the sentence and the draft's
//! digest, and signs by the digest. So it cannot have anything signed that the core did not word.

mod forms;

pub(super) use forms::{
	end_of, id, month, narrowed, parsed, period_of, start_of, terms_of_form, word,
};

use super::{
	adding::{self, Adding},
	labelling, locked,
	people::count_records,
	Account,
};
use crate::{
	failure::Trouble,
	guard::wording::{Known, Wording, PARAGRAPH},
	host::Host,
	messages::{Answer, Difference, Draft as Shown, Message, Preview, Signed},
	platform::{At, Session},
};
use anyhow::{bail, Context as _, Result};
use codec::Encode;
use sha2::{Digest, Sha256};
use vouchsafe_agent::{
	access::Access,
	assist,
	consent::{self, Granted},
	difference::{difference, Became},
	holdings, label_keys,
	labels::LabelTable,
	overlap,
	preview::{self, Change},
	request,
	stop::{self, Stop},
	study::choice,
};
use vouchsafe_protocol::{
	calls::{
		AccessRequestsCall, ConsentCall, CustodyCall, EnrolmentCall, RecordsCall, RuntimeCall,
	},
	errors::ChainError,
	traits::View as _,
	types::{
		AccountId, AccountKind, Country, Effect, Grantee, HolderChoice, LabelTags, StudyId, Terms,
		H256,
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
	Refuse { request: u32 },
	/// A consent is revoked.
	Revoke { id: u32, grantee: Grantee, terms: Terms },
	/// Everything is stopped: a deny, or a stop that there is gets other terms.
	Stop { stop: Stop, amends: Option<u32> },
	/// The stop is lifted.
	Resume { id: u32, grantee: Grantee },
	/// A study is joined: a permit, in place of one that there is, and the denies for it end.
	Join { study: StudyId, amends: Option<u32>, terms: Terms, denies: Vec<u32> },
	/// A study is left.
	Leave { study: StudyId },
	/// Nobody may enter consents for the patient any more.
	RefuseAssisted,
	/// Who may hold keys of new records, and in which countries.
	Holders { holders: Vec<AccountId>, countries: Vec<Country> },
	/// A document is added.
	Add(Box<Adding>),
	/// A document that was begun to be added is finished.
	Finish { record: H256, title: String },
	/// The labels of a record are named.
	Label { record: H256, name: String, words: Vec<String>, labels: LabelTags },
	/// A practitioner asks a patient, with the reason as it is sealed in the call.
	Ask { call: AccessRequestsCall, reason: String },
	/// A practitioner withdraws a request.
	Withdraw { patient: AccountId, request: u32 },
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
			Self::Stop { stop, .. } => Some((Stop::GRANTEE, stop.terms())),
			Self::Join { study, terms, .. } => Some((Grantee::Study(*study), terms.clone())),
			Self::Leave { study } => Some((Grantee::Study(*study), choice::leaving_terms())),
			_ => None,
		}
	}

	/// Whether it only takes access away.
	fn takes_away(&self) -> bool {
		match self {
			Self::Grant { terms, .. } => matches!(terms.effect, Effect::Deny { .. }),
			Self::Revoke { terms, .. } => terms.effect == Effect::Permit,
			Self::Refuse { .. }
			| Self::Stop { .. }
			| Self::Leave { .. }
			| Self::RefuseAssisted
			| Self::Withdraw { .. } => true,
			Self::Register(call) => super::registrar::takes_away(call),
			_ => false,
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
			Self::Stop { .. } => speech.wallet_verb_stop(),
			Self::Resume { .. } => speech.wallet_verb_resume(),
			Self::Join { .. } => speech.wallet_verb_join(),
			Self::Leave { .. } => speech.wallet_verb_leave(),
			Self::RefuseAssisted => speech.wallet_verb_refuse_all(),
			Self::Holders { .. } => speech.wallet_verb_choose(),
			Self::Add(_) => speech.wallet_verb_add(),
			Self::Finish { .. } => speech.wallet_verb_finish(),
			Self::Label { .. } => speech.wallet_verb_label(),
			Self::Ask { .. } => speech.wallet_verb_ask(),
			Self::Withdraw { .. } => speech.wallet_verb_withdraw(),
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

	/// Whether a call, as its bytes say it, is one of those that this is about.
	pub(super) fn is_done_by(&self, call: &RuntimeCall) -> bool {
		let is_this = |grantee: &Grantee, terms: &Terms| {
			self.terms() == Some((grantee.clone(), terms.clone()))
		};
		match (self, call) {
			(
				Self::Grant { .. }
				| Self::Stop { amends: None, .. }
				| Self::Leave { .. }
				| Self::Join { amends: None, .. },
				RuntimeCall::Consent(ConsentCall::grant { grantee, terms, .. }),
			) => is_this(grantee, terms),
			(
				Self::Amend { id, .. }
				| Self::Stop { amends: Some(id), .. }
				| Self::Join { amends: Some(id), .. },
				RuntimeCall::Consent(ConsentCall::amend { grantee, id: called, terms, .. }),
			) => called == id && is_this(grantee, terms),
			(
				Self::Approve { request, .. },
				RuntimeCall::AccessRequests(AccessRequestsCall::approve {
					request: called,
					grantee,
					terms,
					..
				}),
			) => called == request && is_this(grantee, terms),
			(
				Self::Refuse { request },
				RuntimeCall::AccessRequests(AccessRequestsCall::deny { request: called }),
			) => called == request,
			(
				Self::Revoke { id, grantee, .. } | Self::Resume { id, grantee },
				RuntimeCall::Consent(ConsentCall::revoke { grantee: called, id: number }),
			) => called == grantee && number == id,
			(
				Self::Join { study, denies, .. },
				RuntimeCall::Consent(ConsentCall::revoke { grantee, id }),
			) => *grantee == Grantee::Study(*study) && denies.contains(id),
			(Self::RefuseAssisted, RuntimeCall::Consent(ConsentCall::refuse_assisted)) => true,
			(
				Self::Holders { holders, countries },
				RuntimeCall::Custody(CustodyCall::choose_holders {
					holders: called,
					countries: in_countries,
				}),
			) => called == holders && in_countries == countries,
			(Self::Ask { call, .. }, RuntimeCall::AccessRequests(called)) => called == call,
			(
				Self::Withdraw { patient, request },
				RuntimeCall::AccessRequests(AccessRequestsCall::withdraw {
					patient: to,
					request: called,
				}),
			) => (to, called) == (patient, request),
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
		speech: &Speech,
	) -> Result<String> {
		if session.speech.language() != speech.language() {
			return Err(Trouble::NotShown.into());
		}
		consent::full_sentence(session, &self.account(), grantee, terms).await
	}

	/// What an action says, made from the chain as it is now.
	async fn text(
		&self,
		session: &Session<H>,
		action: &Action,
		known: &Known,
		wording: Wording<'_>,
	) -> Result<String> {
		let speech = wording.speech;
		let revocation = |grantee: &Grantee, id: u32| {
			let terms = known.terms(grantee, id).ok_or(Trouble::NotShown)?;
			anyhow::Ok(wording.revocation(grantee, id, terms))
		};
		Ok(match action {
			Action::Refuse { request } => {
				let found = known.requests.iter().find(|(id, _)| id == request);
				wording.refusal(&found.ok_or(Trouble::NotShown)?.1.asker)
			},
			Action::Revoke { id, grantee, .. } | Action::Resume { id, grantee } => {
				revocation(grantee, *id)?
			},
			Action::Ask { call, .. } => {
				let said = wording.call(&call.clone().into(), known);
				said.context("a request that asks nothing")?
			},
			Action::Withdraw { patient, request } => wording.withdrawal(patient, *request),
			Action::Register(call) => {
				wording.call(&call.clone().into(), known).ok_or(Trouble::NotShown)?
			},
			Action::Add(adding) => adding.sentence(speech, wording.labels),
			Action::Finish { title, .. } => speech.wallet_finish(speech.quote(title)),
			Action::Label { name, labels, .. } => {
				labelling::sentence(speech, name, labels, wording.labels)
			},
			Action::RefuseAssisted => wording.speech.wallet_refuse_assisted(),
			Action::Holders { holders, countries } => wording.holders(holders, countries),
			Action::Grant { grantee, terms, .. }
			| Action::Amend { grantee, terms, .. }
			| Action::Approve { grantee, terms, .. } => {
				self.sentence(session, grantee, terms, speech).await?
			},
			Action::Stop { .. } | Action::Leave { .. } | Action::Join { .. } => {
				let (grantee, terms) = action.terms().context("an action without terms")?;
				let mut said = vec![self.sentence(session, &grantee, &terms, speech).await?];
				if let Action::Join { denies, .. } = action {
					for deny in denies {
						said.push(revocation(&grantee, *deny)?);
					}
				}
				said.join(PARAGRAPH)
			},
		})
	}

	/// What calls of this action are about, as of this block.
	async fn known_at(&self, at: &At<H>, action: &Action) -> Result<Known> {
		let me = self.account();
		let requests = match action {
			Action::Refuse { .. } => at.all_requests_of(&me).await?,
			_ => vec![],
		};
		Ok(Known { consents: at.all_consents_of(&me).await?, requests })
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
		let wording = Wording { speech, me: &me, names: &session.names, labels: &labels };
		if let Some((grantee, terms)) = action.terms() {
			match &action {
				Action::Amend { before, .. } => {
					let ensured = consent::ensure_grantee_confirmed_if_wider(
						session, &grantee, before, &terms,
					);
					ensured.await?;
				},
				_ => consent::ensure_grantee_confirmed(session, &grantee, &terms).await?,
			}
		}
		let known = self.known_at(at, &action).await?;
		let sentence = self.text(session, &action, &known, wording).await?;
		let changes = match &action {
			Action::Amend { grantee, before, .. } => {
				changed(&wording.consent(grantee, before), &sentence)
			},
			_ => vec![],
		};
		let notes = self.notes(session, &teller, &action).await?;
		let preview = match action.terms() {
			Some((grantee, terms)) if consent::permits_reading(&terms) => {
				Some(self.preview_at(session, at, &grantee, &terms, speech).await?)
			},
			_ => None,
		};
		let shown = self.show(action, sentence, notes, preview, speech);
		Ok(Shown { changes, ..shown })
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
			changes: vec![],
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
			Action::Stop { stop, .. } => {
				notes.extend(teller.stop(stop.allows_adding, stop.binds_emergencies));
			},
			Action::Resume { .. } => notes.push(speech.wallet_note_resume()),
			Action::Add(adding) => notes.extend(adding.notes(session, speech)),
			Action::Finish { .. } => {},
			Action::Label { .. } => notes.push(speech.wallet_note_label()),
			Action::Refuse { .. } => notes.push(speech.wallet_note_refuse()),
			Action::Ask { reason, .. } => {
				if !reason.is_empty() {
					notes.push(speech.wallet_note_reason(reason.clone()));
				}
				notes.push(speech.wallet_note_ask());
			},
			Action::Withdraw { .. } | Action::Register(_) => {},
			Action::RefuseAssisted => notes.push(speech.wallet_note_refuse_assisted()),
			Action::Holders { .. } => notes.push(speech.wallet_note_holders()),
			Action::Leave { .. } => notes.push(speech.wallet_note_leave()),
			Action::Join { study, amends, terms, denies } => {
				let grantee = Grantee::Study(*study);
				let others =
					overlap::others(session, speech, &me, &grantee, terms, *amends).await?;
				let stay = others.denies.into_iter().filter(|it| !denies.contains(&it.id));
				notes.extend(
					stay.map(|it| speech.wallet_note_still_denied(it.id.to_string(), it.sentence)),
				);
			},
			Action::Revoke { id, grantee, terms } => {
				let others =
					overlap::others(session, speech, &me, grantee, terms, Some(*id)).await?;
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
				let others = overlap::others(session, speech, &me, grantee, terms, except).await?;
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
	pub(super) async fn sign(
		&self,
		digest: &str,
		request: u32,
		speech: &'static Speech,
	) -> Result<Answer> {
		let draft = locked(&self.drafts).get(digest).cloned().ok_or(Trouble::NotShown)?;
		if draft.speech.language() != speech.language() {
			return Err(Trouble::NotShown.into());
		}
		let session = self.session_to_sign().await?;
		let me = self.account();
		let labels = session.labels_of(&me).await?;
		let at = session.finalized().await?;
		let known = self.known_at(&at, &draft.action).await?;
		let wording = Wording { speech, me: &me, names: &session.names, labels: &labels };
		let shown = draft.sentence.clone();
		if self.text(&session, &draft.action, &known, wording).await? != shown {
			return Err(Trouble::NotShown.into());
		}
		// Each draft is signed once.
		let kept = locked(&self.drafts).remove(digest).ok_or(Trouble::NotShown)?;
		let approved = draft.action.clone();
		let (says_session, says_labels) = (session.clone(), labels.clone());
		let approval = self.approval.give(move |call| match (&approved, call) {
			(Action::Add(adding), call) => {
				let says = |said: String| said == shown;
				adding.is_done_by(call, &me, speech, &says_labels, says)
			},
			(Action::Finish { record, .. }, call) => adding::adds(call, &me, record),
			(
				Action::Label { record, name, labels, .. },
				RuntimeCall::Records(RecordsCall::add_labels {
					patient,
					record: called,
					labels: tags,
				}),
			) => {
				let is_it = *patient == me && called == record && tags[..] == labels[..];
				is_it && labelling::sentence(speech, name, tags, &says_labels) == shown
			},
			_ => {
				let names = &says_session.names;
				let wording = Wording { speech, me: &me, names, labels: &says_labels };
				approved.is_done_by(call) && wording.says(&shown, call, &known)
			},
		});
		if matches!(draft.action, Action::Add(_) | Action::Finish { .. }) {
			let what = speech.wallet_waiting_adding();
			let waiting = Message::Waiting { id: request, what, done: 0, total: None };
			self.host.post(waiting, None);
		}
		let is_long =
			matches!(draft.action, Action::Add(_) | Action::Finish { .. } | Action::Label { .. });
		// News do not wait for documents and labels, which can take minutes. A second signature does not wait
		// for the first.
		let _news_wait = (!is_long).then(|| self.signing.try_lock());
		let signed = self.carry_out(&session, draft.action, speech).await;
		if signed.as_ref().is_err_and(is_unsigned) {
			// It was shown, and can be signed after all.
			locked(&self.drafts).insert(digest.to_owned(), kept);
		}
		let signed = approval.mark(signed)?;
		// A second device needs the text that was agreed to. A practitioner's device keeps nothing, so its
		// request would be lost.
		match self.kind() {
			Some(AccountKind::Practitioner) => self.synchronise(&session).await,
			_ => locked(&self.known).is_unsynced = true,
		}
		Ok(Answer::Signed(signed))
	}

	async fn carry_out(
		&self,
		session: &Session<H>,
		action: Action,
		speech: &'static Speech,
	) -> Result<Signed> {
		let granted = match action {
			Action::Add(adding) => return self.add(session, *adding, speech).await,
			Action::Finish { record, .. } => return self.finish(session, record, speech).await,
			Action::Label { record, name, words, labels } => {
				return self.label(session, (record, &name), &words, labels, speech).await;
			},
			Action::Grant { grantee, terms, carry } => {
				let granted = consent::grant(session, grantee, terms.clone()).await?;
				(granted, terms, carry)
			},
			Action::Stop { stop, .. } => (stop::stop(session, stop).await?, stop.terms(), None),
			Action::Amend { id, terms, carry, .. } => {
				(consent::amend(session, id, terms.clone()).await?, terms, carry)
			},
			Action::Approve { request, grantee, terms, carry } => {
				let granted = request::approve(session, request, grantee, terms.clone()).await?;
				(granted, terms, carry)
			},
			Action::Ask { call, .. } => return self.ask(session, call, speech).await,
			Action::Withdraw { patient, request } => {
				return self.withdraw(session, patient, request, speech).await;
			},
			Action::Refuse { request } => {
				let block = request::deny(session, request).await?;
				return self.refused(session, request, block, speech).await;
			},
			Action::Join { study, terms, denies, .. } => {
				let granted = choice::join(session, study, terms.clone()).await?;
				self.ensure_gone(session, &granted.grantee, &denies).await?;
				(granted, terms, None)
			},
			Action::Leave { study } => {
				(choice::leave(session, study).await?, choice::leaving_terms(), None)
			},
			Action::RefuseAssisted => {
				let block = assist::refuse(session).await?;
				let at = session.finalized().await?;
				if !assist::are_refused(&at, &self.account()).await? {
					bail!("the chain does not have the refusal");
				}
				let text = speech.wallet_assisted_refused(block.to_string());
				return Ok(Signed { text, block, notes: vec![] });
			},
			Action::Holders { holders, countries } => {
				let block = holdings::choose(session, holders.clone(), countries.clone()).await?;
				let at = session.finalized().await?;
				let found = at
					.holder_choice(&self.account())
					.await?
					.unwrap_or(HolderChoice { holders: vec![], countries: vec![] });
				if (found.holders, found.countries) != (holders, countries) {
					bail!("the chain has another choice than the one that was signed");
				}
				let text = speech.wallet_holders_changed(block.to_string());
				return Ok(Signed { text, block, notes: vec![] });
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

	/// An error if the chain still has one of these consents.
	async fn ensure_gone(
		&self,
		session: &Session<H>,
		grantee: &Grantee,
		ids: &[u32],
	) -> Result<()> {
		let at = session.finalized().await?;
		for id in ids {
			if at.consent(&self.account(), grantee, *id).await?.is_some() {
				bail!("the chain still has consent {id}");
			}
		}
		Ok(())
	}

	async fn revoked(
		&self,
		session: &Session<H>,
		grantee: Grantee,
		id: u32,
		block: u32,
		speech: &'static Speech,
	) -> Result<Signed> {
		self.ensure_gone(session, &grantee, &[id]).await?;
		let at = session.finalized().await?;
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

/// How a sentence changes.
fn changed(before: &str, after: &str) -> Vec<Difference> {
	let parts = difference(before, after).into_iter();
	parts
		.map(|(became, text)| Difference {
			text,
			became: match became {
				Became::Same => crate::messages::Became::Same,
				Became::Removed => crate::messages::Became::Removed,
				Became::Added => crate::messages::Became::Added,
			},
		})
		.collect()
}

/// Whether an extension has not signed, so that nothing happened.
fn is_unsigned(error: &anyhow::Error) -> bool {
	error.chain().any(|it| matches!(it.downcast_ref(), Some(ChainError::NotSigned(_))))
}

#[cfg(test)]
mod tests;
