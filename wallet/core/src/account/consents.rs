//! Consents.

use super::{
	drafts::{terms_of_form, Action},
	Account,
};
use crate::{
	failure::Trouble,
	host::Host,
	messages::{
		Agreed, Assisted, Choice, Choices, ConsentForm, ConsentLine, Consents, Draft, LabelChoice,
	},
	platform::{At, Session},
};
use anyhow::{Context as _, Result};
use vouchsafe_agent::{
	assist,
	consent::{self, is_in_doubt},
	dates, label_keys,
	labels::{LabelTable, UNCLASSIFIED},
	stop::{self, Stop},
};
use vouchsafe_protocol::{
	traits::View as _,
	types::{
		Action as Act, Category, Confidentiality, Consent, DataPeriod, Effect, Grantee,
		LabelFilter, Purpose, Role, Terms,
	},
};
use vouchsafe_speech::{Speech, Teller};

impl<H: Host> Account<H> {
	pub(super) async fn consents(&self, speech: &'static Speech) -> Result<Consents> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		self.consents_at(&session, &at, speech).await
	}

	pub(super) async fn consents_at(
		&self,
		session: &Session<H>,
		at: &At<H>,
		speech: &'static Speech,
	) -> Result<Consents> {
		let me = self.account();
		let now = at.time().await?;
		let account = at.account(&me).await?.ok_or(Trouble::NotEnrolled)?;
		let mut all = at.all_consents_of(&me).await?;
		all.sort_by_key(|(_, consent)| std::cmp::Reverse(consent.id));
		let tags = all.iter().filter_map(|(_, consent)| consent.terms.labels.named());
		let labels = label_keys::learn(session, &me, tags.flatten().copied()).await?;
		let is_stopped = all.iter().any(|(grantee, it)| is_stop(grantee, it));
		let assisted = self.assisted_at(session, at, speech).await?;
		let mut consents =
			Consents { current: vec![], planned: vec![], past: vec![], is_stopped, assisted };
		for (grantee, consent) in &all {
			let mut line =
				self.consent_line(session, &labels, grantee, consent, now, speech).await?;
			if is_in_doubt(&account, consent) {
				line.notes.push(speech.wallet_consent_in_doubt());
			}
			let list = match (consent.counts_from(), consent.terms.valid_until) {
				(_, Some(until)) if until <= now => &mut consents.past,
				(Some(from), _) if now < from => &mut consents.planned,
				_ => &mut consents.current,
			};
			list.push(line);
		}
		Ok(consents)
	}

	pub(super) async fn consent_line(
		&self,
		session: &Session<H>,
		labels: &LabelTable,
		grantee: &Grantee,
		found: &Consent,
		now: u64,
		speech: &'static Speech,
	) -> Result<ConsentLine> {
		let teller = Teller { speech, names: &session.names, labels };
		let language = String::from_utf8_lossy(&found.text.language).into_owned();
		let agreed = match language == speech.language() || found.is_by_law() {
			true => None,
			false => {
				let text = consent::kept_text(session, &found.text).await?;
				Some(Agreed { language, text })
			},
		};
		let mut notes = vec![teller.consent_state(found, now)];
		if found.is_assisted() {
			notes.push(speech.wallet_consent_by(teller.grantor(&found.grantor)));
		}
		let until = found.terms.valid_until;
		Ok(ConsentLine {
			id: found.id,
			permits: found.terms.effect == Effect::Permit,
			grantee: teller.grantee_short(grantee),
			sentence: teller.consent_of(&self.account(), grantee, found),
			agreed,
			notes,
			until: until.map(|it| speech.moment_near(it, now)).unwrap_or_default(),
			is_stop: is_stop(grantee, found),
			is_assisted: found.is_assisted(),
			is_by_law: found.is_by_law(),
			form: form_of(labels, grantee, found),
		})
	}

	/// Who and what can be named in a consent.
	pub(super) async fn choices(&self, speech: &'static Speech) -> Result<Choices> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let me = self.account();
		let labels = label_keys::learn(&session, &me, []).await?;
		let teller = Teller { speech, names: &session.names, labels: &labels };
		let mut grantees: Vec<Grantee> = session
			.members
			.iter()
			.filter(|member| member.is_active())
			.map(|member| Grantee::Institution(member.account.clone()))
			.collect();
		for (grantee, _) in at.all_consents_of(&me).await? {
			if !grantees.contains(&grantee) {
				grantees.push(grantee);
			}
		}
		for (_, request) in at.all_requests_of(&me).await? {
			if !grantees.contains(&request.grantee) {
				grantees.push(request.grantee);
			}
		}
		for (account, practitioner_at) in self.people_of_log().await {
			let grantee =
				Grantee::PractitionerAt { practitioner: account, institution: practitioner_at };
			if !grantees.contains(&grantee) {
				grantees.push(grantee);
			}
		}
		for grantee in
			[Grantee::Everyone, Grantee::Role(Role::Physician), Grantee::Role(Role::Nurse)]
		{
			if !grantees.contains(&grantee) {
				grantees.push(grantee);
			}
		}
		let grantees = grantees
			.iter()
			.map(|grantee| Choice {
				key: key_of(grantee),
				text: teller.grantee_short(grantee),
				hint: String::new(),
			})
			.collect();
		Ok(Choices {
			grantees,
			categories: choices::<Category>(speech),
			actions: choices::<Act>(speech),
			purposes: choices::<Purpose>(speech),
			confidentiality: choices::<Confidentiality>(speech),
			labels: labels
				.words()
				.into_iter()
				// No consent can name it, and nobody chooses it for a record.
				.filter(|word| *word != UNCLASSIFIED)
				.map(|word| Choice {
					key: word.to_owned(),
					text: speech.label(word),
					hint: String::new(),
				})
				.collect(),
		})
	}

	pub(super) async fn draft_consent(
		&self,
		form: &ConsentForm,
		amends: Option<u32>,
		carry: bool,
		speech: &'static Speech,
	) -> Result<Draft> {
		let session = match form.permits {
			true => self.session_to_permit().await?,
			false => self.renew_session().await?,
		};
		let at = session.finalized().await?;
		let labels = label_keys::learn(&session, &self.account(), []).await?;
		let grantee = grantee_of(&form.grantee)?;
		let carry = match grantee.institution() {
			Some(institution) if carry => Some(institution.clone()),
			_ => None,
		};
		let action = match amends {
			Some(id) => {
				let (grantee, found) = consent::find_to_change(&session, id).await?;
				let terms = terms_of_form(form, found.terms.clone(), &labels)?;
				Action::Amend { id, grantee, before: found.terms, terms, carry }
			},
			None => {
				let effect = match form.permits {
					true => Effect::Permit,
					false => Effect::Deny { binds_break_glass: false },
				};
				let start = match form.permits {
					true => consent::plain_terms(effect),
					false => Terms::all(effect),
				};
				let terms = terms_of_form(form, start, &labels)?;
				Action::Grant { grantee, terms, carry }
			},
		};
		self.draft(&session, &at, action, speech).await
	}

	pub(super) async fn draft_revocation(&self, id: u32, speech: &'static Speech) -> Result<Draft> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let (grantee, found) = consent::find_to_change(&session, id).await?;
		self.draft(&session, &at, Action::Revoke { id, grantee, terms: found.terms }, speech).await
	}

	pub(super) async fn draft_stop(&self, stop: Stop, speech: &'static Speech) -> Result<Draft> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let amends = stop::amended(&session).await?;
		self.draft(&session, &at, Action::Stop { stop, amends }, speech).await
	}

	pub(super) async fn draft_refuse_assisted(&self, speech: &'static Speech) -> Result<Draft> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		self.draft(&session, &at, Action::RefuseAssisted, speech).await
	}

	/// What others enter in the patient's name: whether the patient has refused it, and what waits for
	/// another signature.
	async fn assisted_at(
		&self,
		session: &Session<H>,
		at: &At<H>,
		speech: &Speech,
	) -> Result<Assisted> {
		let me = self.account();
		let now = at.time().await?;
		let are_refused = assist::are_refused(at, &me).await?;
		let waiting = match are_refused {
			// Nothing comes of them.
			true => vec![],
			false => assist::waiting(session, at, &me).await?,
		};
		let said = waiting.iter().map(|it| {
			let signed: Vec<_> = it.signed.iter().map(|who| session.names.show(who)).collect();
			let (signed, at) = (speech.and(&signed), session.names.show(&it.institution));
			let until = speech.moment_near(it.until, now);
			match it.is_for_authority() {
				true => speech.wallet_assisted_waits_authority(signed, at, until),
				false => speech.wallet_assisted_waits(signed, at, until),
			}
		});
		Ok(Assisted { are_refused, waiting: said.collect() })
	}

	pub(super) async fn draft_resume(&self, speech: &'static Speech) -> Result<Draft> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let all = at.all_consents_of(&self.account()).await?;
		let found = all.into_iter().find(|(grantee, it)| is_stop(grantee, it));
		let (grantee, found) = found.context("nothing is stopped")?;
		let action = Action::Resume { id: found.id, grantee };
		self.draft(&session, &at, action, speech).await
	}
}

pub(super) fn choices<V: vouchsafe_speech::Phrase>(speech: &Speech) -> Vec<Choice> {
	V::ITEMS
		.iter()
		.map(|it| Choice { key: it.to_string(), text: speech.phrase(*it), hint: String::new() })
		.collect()
}

/// What names a grantee on the page.
pub(super) fn key_of(grantee: &Grantee) -> String {
	hex::encode(codec::Encode::encode(grantee))
}

pub(super) fn grantee_of(key: &str) -> Result<Grantee> {
	let bytes = hex::decode(key).context("not a grantee")?;
	codec::DecodeAll::decode_all(&mut &bytes[..]).ok().context("not a grantee")
}

/// A consent as the page's form has it, if the form can express it and the patient can amend it.
fn form_of(labels: &LabelTable, grantee: &Grantee, consent: &Consent) -> Option<ConsentForm> {
	let Terms {
		effect,
		categories,
		records,
		labels: filter,
		confidentiality,
		actions,
		purposes,
		valid_from,
		valid_until,
		data_period,
		authors,
		responsible,
		countries,
		traits,
	} = &consent.terms;
	let is_simple = !consent.is_by_law()
		&& authors.is_empty()
		&& responsible.is_empty()
		&& countries.is_empty()
		&& traits.is_empty()
		&& !grantee.is_research();
	if !is_simple {
		return None;
	}
	let labels = match filter {
		LabelFilter::Unlabelled => Some(LabelChoice::Unlabelled),
		LabelFilter::Any => Some(LabelChoice::Any),
		LabelFilter::Also(tags) => {
			let words = tags.iter().map(|tag| labels.word_of(*tag)).collect::<Option<_>>()?;
			Some(LabelChoice::Also { words })
		},
		LabelFilter::Only(_) => return None,
	};
	let DataPeriod { from, to } = data_period;
	Some(ConsentForm {
		permits: *effect == Effect::Permit,
		grantee: key_of(grantee),
		categories: words(Category::ALL, |it| categories.contains(it)),
		records: records.iter().map(|it| hex::encode(it.0)).collect(),
		actions: words(Act::ALL, |it| actions.contains(it)),
		purposes: words(Purpose::ALL, |it| purposes.contains(it)),
		from_month: from.map(dates::show_month),
		to_month: to.map(dates::show_month),
		from: valid_from.map(dates::show_day),
		until: valid_until.map(|until| dates::show_day(until.saturating_sub(1))),
		confidentiality: Some(confidentiality.word().to_owned()),
		labels,
	})
}

fn words<V: vouchsafe_speech::Phrase>(items: &[V], has: impl Fn(V) -> bool) -> Vec<String> {
	items.iter().filter(|it| has(**it)).map(ToString::to_string).collect()
}

/// Whether this consent stops everything. One that a representative gave does not stop who reads by law, so the
/// patient can give another one.
fn is_stop(grantee: &Grantee, consent: &Consent) -> bool {
	stop::in_force([(grantee, consent)]).iter().any(|it| it.representative().is_none())
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_protocol::types::{AccountId, Grantor, ShownText, H256, POLICY_VERSION};

	const ADA: AccountId = AccountId::new([4; 32]);

	fn consent(terms: Terms, grantor: Grantor) -> Consent {
		Consent {
			id: 7,
			revision: 0,
			policy_version: POLICY_VERSION,
			granted_at: 10,
			confirmed_at: None,
			terms,
			text: ShownText { commitment: H256::zero(), language: *b"en" },
			grantor,
		}
	}

	#[test]
	fn a_representatives_stop_is_not_the_patients() {
		let by = |grantor| is_stop(&Grantee::Everyone, &consent(Stop::default().terms(), grantor));
		assert!(by(Grantor::Patient));
		assert!(!by(Grantor::Representative(ADA)));
	}

	#[test]
	fn a_permit_by_law_is_not_amended() {
		let of = |grantor| {
			let consent = consent(consent::plain_terms(Effect::Permit), grantor);
			form_of(&LabelTable::default(), &Grantee::Person(ADA), &consent)
		};
		assert!(of(Grantor::Patient).is_some());
		assert!(of(Grantor::Representative(ADA)).is_some());
		assert_eq!(of(Grantor::Law { authority: ADA }), None);
	}
}
