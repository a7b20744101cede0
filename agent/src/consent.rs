//! Grants, amends, revokes and explains consents, and carries the patient's own share to a
//! custodian, so that permitted records open even if one hospital cannot be reached.
//!
//! A member that has [changed](crate::pins) since the user saw it first gets nothing new until the user
//! has confirmed the change. Nothing else waits for that, above all no revocation.

mod backups;
#[cfg(test)]
mod changed_members;
#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod fresh_views;
mod texts;
mod widening;

use crate::{
	acting,
	advice::{Advice, Advised},
	english::{teller, WithFingerprints},
	labels::LabelTable,
	names::Names,
	open::{own_share, ClosedShare},
	platform::{Keep, Platform},
	session::{institutions_of, result_of, At, Session},
	study,
};
use anyhow::{anyhow, bail, Context as _, Result};
use codec::Encode;
use std::collections::BTreeMap;
use vouchsafe_protocol::{
	calls::ConsentCall,
	decider,
	events::{ConsentEvent, Event},
	messages::{CarryShare, Hex, HexBytes},
	traits::{Custodian, Submit, View},
	types::{
		account_bytes, Account, AccountId, AccountKind, Action, Actions, Consent, DataPeriod,
		Decision, Disease, Effect, Grantee, Ground, HolderKind, Purpose, Purposes, Record,
		RecordStatus, Role, ShownText, Terms, H256,
	},
};
use vouchsafe_speech::{Asked, Speech, Teller};
use vouchsafe_vault::{
	manifest::{seal_share, ShareAddress},
	seal::PublicKey,
};

use widening::{forbids_less, widens};

pub use backups::kept_in_backups;
pub(crate) use texts::{keep_texts, kept_texts, KeptText};

const FOLDER: &str = "consents";

/// A consent that was granted or amended.
#[derive(Clone, Debug)]
pub struct Granted {
	/// The grantee.
	pub grantee: Grantee,
	/// Its number.
	pub id: u32,
	/// The first block in which it is in force.
	pub block: u32,
	/// The sentence that the patient agreed to.
	pub sentence: String,
	/// Whether it existed before.
	pub amended: bool,
}

/// The result of carrying a patient's own shares.
#[derive(Clone, Debug, Default)]
pub struct CarryReport {
	/// The versions whose share was carried, and the institutions that got them.
	pub carried: Vec<(H256, u32, AccountId)>,
	/// The versions whose share could not be carried, and why.
	pub failed: Vec<(H256, u32, String)>,
	/// The versions whose share is sealed to another key than the user's, such as one that was replaced. It
	/// cannot be carried any more.
	pub closed: Vec<(H256, u32)>,
}

/// Reads a grantee: `everyone`, `role:nurse`, `role:nurse@Hospital B`, `institution:Hospital B` or
/// just `Hospital B`, `team:1@Hospital B`, `practitioner:Dr. Berger@Hospital B` or just
/// `Dr. Berger@Hospital B`, `person:Eva`, `study:3`, `research`, `research:MONDO:0005148`.
pub fn parse_grantee(
	names: &Names,
	is_institution: impl Fn(&AccountId) -> bool,
	text: &str,
) -> Result<Grantee> {
	if text == "everyone" {
		return Ok(Grantee::Everyone);
	}
	if text == "research" {
		return Ok(Grantee::Research);
	}
	let institution = |name: &str| -> Result<AccountId> {
		let account = names.resolve(name)?;
		if !is_institution(&account) {
			bail!("“{name}” is not an institution on this chain");
		}
		Ok(account)
	};
	let (kind, rest) = match text.split_once(':') {
		Some((kind, rest)) if !text.starts_with("//") => (kind, rest),
		_ => ("", text),
	};
	let (who, at) = match rest.rsplit_once('@') {
		Some((who, at)) => (who, Some(at)),
		None => (rest, None),
	};
	Ok(match (kind, at) {
		("role", None) => Grantee::Role(Role::from_word(who)?),
		("role", Some(at)) => {
			Grantee::RoleAt { role: Role::from_word(who)?, institution: institution(at)? }
		},
		("institution", None) => Grantee::Institution(institution(who)?),
		("team", Some(at)) => Grantee::CareTeam {
			institution: institution(at)?,
			team: who
				.parse()
				.with_context(|| format!("“{who}” is not the number of a care team"))?,
		},
		("team", None) => bail!("name the care team's institution: team:{who}@INSTITUTION"),
		("practitioner" | "", Some(at)) => Grantee::PractitionerAt {
			practitioner: names.resolve(who)?,
			institution: institution(at)?,
		},
		("practitioner", None) => bail!(
			"name the practitioner's institution: practitioner:{who}@INSTITUTION. A permit ends when the \
			 practitioner leaves it. For a deny that follows the person write person:{who}"
		),
		("person", None) => Grantee::Person(names.resolve(who)?),
		("study", None) => Grantee::Study(
			who.parse().with_context(|| format!("“{who}” is not the number of a study"))?,
		),
		("research", None) => Grantee::ResearchOn(disease(who)?),
		("", None) => {
			let account = names.resolve(who)?;
			if is_institution(&account) {
				Grantee::Institution(account)
			} else {
				bail!(
					"{who} is not an institution: write practitioner:{who}@INSTITUTION for a practitioner who \
					 works there, or person:{who} for the person anywhere"
				)
			}
		},
		_ => bail!(
			"“{text}” is not a grantee: write everyone, role:nurse, role:nurse@INSTITUTION, INSTITUTION, \
			 team:1@INSTITUTION, NAME@INSTITUTION, person:NAME, study:1, research or research:MONDO_ID"
		),
	})
}

/// The number of a disease in MONDO: `MONDO:0005148`, or without the prefix.
pub fn disease(text: &str) -> Result<Disease> {
	let digits = text.strip_prefix("MONDO:").unwrap_or(text);
	let number = digits.parse().ok().filter(|_| digits.bytes().all(|it| it.is_ascii_digit()));
	number.with_context(|| {
		format!("“{text}” is not a disease: write its id in MONDO, such as MONDO:0005148")
	})
}

impl<P: Platform> Session<P> {
	/// Reads a grantee with the names of this session.
	pub fn grantee(&self, text: &str) -> Result<Grantee> {
		parse_grantee(&self.names, |account| self.member(account).is_some(), text)
	}

	/// The labels of a patient that are known on this machine.
	pub async fn labels_of(&self, patient: &AccountId) -> Result<LabelTable> {
		match &self.me {
			Some(me) => LabelTable::load(&self.keep, me, patient).await,
			None => Ok(LabelTable::default()),
		}
	}
}

/// The commitment to the text, for the chain. Text and salt stay on this machine.
pub(crate) async fn shown(session: &Session<impl Platform>, sentence: &str) -> Result<ShownText> {
	let me = session.me()?;
	let salt = vouchsafe_vault::random_bytes();
	let name = session.speech.language();
	let kept = KeptText { language: name.into(), text: sentence.into(), salt: Hex(salt) };
	let commitment = kept.commitment();
	// Stored before signing: a consent whose text is lost cannot be shown again.
	let bytes = serde_json::to_vec(&kept)?;
	session.keep.write_own(me, FOLDER, &hex::encode(commitment), &bytes).await?;
	let mut language = [0; 2];
	language.copy_from_slice(&name.as_bytes()[..2]);
	Ok(ShownText { commitment: H256(commitment), language })
}

/// The text of a consent, if it is stored on this machine and matches the commitment on the chain.
pub async fn kept_text(
	session: &Session<impl Platform>,
	text: &ShownText,
) -> Result<Option<String>> {
	let me = session.me()?;
	let name = hex::encode(text.commitment.0);
	let Some(bytes) = session.keep.read_own(me, FOLDER, &name).await? else {
		return Ok(None);
	};
	let kept: KeptText = serde_json::from_slice(&bytes).context("a kept text is damaged")?;
	Ok((kept.commitment() == text.commitment.0).then_some(kept.text))
}

/// Checks that study traits are said of studies only.
fn check_traits(grantee: &Grantee, terms: &Terms) -> Result<()> {
	if terms.effect == Effect::Permit && !terms.traits.is_empty() && !grantee.is_research() {
		bail!(
			"only a permit for studies can name study traits: give it to study:NUMBER, research or \
			 research:MONDO_ID"
		);
	}
	Ok(())
}

/// The sentence of a consent in the session's language. It is an error if nobody could use the consent
/// as it is.
pub async fn sentence(
	session: &Session<impl Platform>,
	patient: &AccountId,
	grantee: &Grantee,
	terms: &Terms,
) -> Result<String> {
	sentence_in(session, session.speech, patient, grantee, terms).await
}

async fn sentence_in(
	session: &Session<impl Platform>,
	speech: &Speech,
	patient: &AccountId,
	grantee: &Grantee,
	terms: &Terms,
) -> Result<String> {
	check_traits(grantee, terms)?;
	let labels = session.labels_of(patient).await?;
	Ok(signed_sentence(speech, &session.names, &labels, grantee, terms))
}

/// The sentence of a new consent. For a permit for a study, it also says what the study is.
pub async fn full_sentence(
	session: &Session<impl Platform>,
	patient: &AccountId,
	grantee: &Grantee,
	terms: &Terms,
) -> Result<String> {
	full_sentence_in(session, session.speech, patient, grantee, terms).await
}

/// The same in another language: that of a text to which somebody else agreed.
pub async fn full_sentence_in(
	session: &Session<impl Platform>,
	speech: &Speech,
	patient: &AccountId,
	grantee: &Grantee,
	terms: &Terms,
) -> Result<String> {
	let sentence = sentence_in(session, speech, patient, grantee, terms).await?;
	match (grantee, terms.effect) {
		(Grantee::Study(id), Effect::Permit) => {
			let found = study::rounds::find(session, *id).await?;
			let protocol = study::protocol::fetch(session, &found.study.terms).await?;
			let study = study::explained(speech, &session.names, &found, &protocol);
			Ok(format!("{sentence}\n\n{study}"))
		},
		_ => Ok(sentence),
	}
}

/// The sentence as it is signed: it shows a part of each account's address.
pub fn signed_sentence(
	speech: &Speech,
	names: &Names,
	labels: &LabelTable,
	grantee: &Grantee,
	terms: &Terms,
) -> String {
	Teller { speech, names: &WithFingerprints(names), labels }.consent(grantee, terms)
}

/// An error if a new consent would permit something to a member that has changed or does not take part, or
/// if its sentence would name a member as it was in an old block; and if the user acts for the patient, but no
/// representative or not this one may give it.
pub async fn ensure_grantee_confirmed(
	session: &Session<impl Platform>,
	grantee: &Grantee,
	terms: &Terms,
) -> Result<()> {
	acting::ensure_may_store(session, grantee, terms).await?;
	if terms.effect != Effect::Permit {
		return Ok(());
	}
	check_names(session, grantee, terms).await?;
	grantee.institution().map_or(Ok(()), |institution| session.ensure_confirmed(institution))
}

/// An error if an amendment would permit something more to a member that has changed, or if it gives
/// access and the newest block that is known is old; and if no representative or not this one may make it.
pub async fn ensure_grantee_confirmed_if_wider(
	session: &Session<impl Platform>,
	grantee: &Grantee,
	before: &Terms,
	after: &Terms,
) -> Result<()> {
	acting::ensure_may_store(session, grantee, after).await?;
	if widens(before, after) {
		return ensure_grantee_confirmed(session, grantee, after).await;
	}
	if forbids_less(before, after) {
		session.fresh().await?;
	}
	Ok(())
}

/// An error if a member that the sentence of a permit names is another one in a fresh view, or if the
/// grantee's institution does not take part in it.
async fn check_names(
	session: &Session<impl Platform>,
	grantee: &Grantee,
	terms: &Terms,
) -> Result<()> {
	let person = match grantee {
		Grantee::Person(person) | Grantee::PractitionerAt { practitioner: person, .. } => {
			Some(person)
		},
		_ => None,
	};
	let named = grantee.institution().into_iter().chain(person);
	let at = session.fresh().await?;
	for account in named.chain(terms.authors.iter()).chain(terms.responsible.iter()) {
		session.ensure_current(&at, account).await?;
	}
	match grantee.institution() {
		Some(institution) => session.ensure_active(&at, institution).await,
		None => Ok(()),
	}
}

/// Grants a consent. The patient must have seen its sentence and agreed to it.
pub async fn grant(
	session: &Session<impl Platform>,
	grantee: Grantee,
	terms: Terms,
) -> Result<Granted> {
	ensure_grantee_confirmed(session, &grantee, &terms).await?;
	let sentence = full_sentence(session, &session.patient()?, &grantee, &terms).await?;
	let text = shown(session, &sentence).await?;
	let call = ConsentCall::grant { grantee: grantee.clone(), terms, text };
	let included = session.submit_for_patient(call).await?;
	let id = result_of(&included, |event| match event {
		Event::Consent(ConsentEvent::Granted { id, .. }) => Some(*id),
		_ => None,
	})?;
	Ok(Granted { grantee, id, block: included.number, sentence, amended: false })
}

/// Amends a consent to new terms. The patient must have seen their sentence and agreed to it.
pub async fn amend(session: &Session<impl Platform>, id: u32, terms: Terms) -> Result<Granted> {
	let (grantee, consent) = find_to_change(session, id).await?;
	ensure_grantee_confirmed_if_wider(session, &grantee, &consent.terms, &terms).await?;
	let sentence = full_sentence(session, &session.patient()?, &grantee, &terms).await?;
	let text = shown(session, &sentence).await?;
	let call = ConsentCall::amend {
		grantee: grantee.clone(),
		id,
		revision: consent.revision,
		terms,
		text,
	};
	let included = session.submit_for_patient(call).await?;
	Ok(Granted { grantee, id, block: included.number, sentence, amended: true })
}

/// Revokes a consent. From the returned block on it is not in force. The call uses the account's
/// own nonce, so that it replaces a pending call and goes first. Without a deny more may be open, so
/// only a permit is revoked on an old block.
pub async fn revoke(session: &Session<impl Platform>, id: u32) -> Result<(Grantee, u32)> {
	let me = session.me()?;
	let (grantee, consent) = find_to_change(session, id).await?;
	if consent.terms.effect != Effect::Permit {
		session.fresh().await?;
	}
	let call = session.as_patient(ConsentCall::revoke { grantee: grantee.clone(), id });
	let included = session.chain.submit_revocation(&me.signer, call).await?;
	Ok((grantee, included.number))
}

/// Whether a permit does not count because it was given while the patient's key was lost, or may have
/// been stolen, and the patient has not confirmed it since.
pub fn is_in_doubt(patient: &Account, consent: &Consent) -> bool {
	consent.terms.effect == Effect::Permit
		&& consent.is_in_doubt(|moment| decider::is_in_doubt(patient, moment))
}

/// Confirms a permit that was given while the user's key was in doubt. From the returned block on it
/// counts again.
pub async fn confirm(session: &Session<impl Platform>, id: u32) -> Result<u32> {
	session.ensure_own("confirms a consent")?;
	let (grantee, Consent { revision, terms, .. }) = find_to_change(session, id).await?;
	check_names(session, &grantee, &terms).await?;
	Ok(session.submit(ConsentCall::confirm { grantee, id, revision }).await?.number)
}

/// Revokes a patient's permit that was given while the patient's key was in doubt, for the institution
/// that enrolled the patient.
pub async fn revoke_in_doubt(
	session: &Session<impl Platform>,
	patient: &AccountId,
	id: u32,
) -> Result<(Grantee, u32)> {
	let (grantee, _) = find_of(session, patient, id).await?;
	let (patient, to) = (patient.clone(), grantee.clone());
	let call = ConsentCall::revoke_in_doubt { patient, grantee: to, id };
	Ok((grantee, session.submit(call).await?.number))
}

/// A patient's consent with this number.
pub async fn find_of(
	session: &Session<impl Platform>,
	patient: &AccountId,
	id: u32,
) -> Result<(Grantee, Consent)> {
	let consents = session.finalized().await?.all_consents_of(patient).await?;
	consents
		.into_iter()
		.find(|(_, consent)| consent.id == id)
		.with_context(|| format!("{} has no consent {id}", session.names.show(patient)))
}

/// The consent with this number of the user, or of the patient for whom the user acts.
pub async fn find(session: &Session<impl Platform>, id: u32) -> Result<(Grantee, Consent)> {
	let patient = session.patient()?;
	let at = session.finalized().await?;
	let all = at.all_consents_of(&patient).await?;
	let found = all.into_iter().find(|(_, consent)| consent.id == id);
	found.ok_or_else(|| match &session.for_patient {
		Some(patient) => anyhow!("{} has no consent {id}", session.names.show(patient)),
		None => Advised::new(format!("you have no consent {id}"), Advice::ListConsents).into(),
	})
}

/// The same, to amend, revoke or confirm it. It is an error if the user cannot.
pub async fn find_to_change(
	session: &Session<impl Platform>,
	id: u32,
) -> Result<(Grantee, Consent)> {
	let (grantee, consent) = find(session, id).await?;
	acting::ensure_may_change(session, &grantee, &consent).await?;
	Ok((grantee, consent))
}

/// Terms of a permit to read for treatment, about everything.
pub fn plain_terms(effect: Effect) -> Terms {
	Terms {
		actions: Actions::of(&[Action::Read]),
		purposes: Purposes::of(&[Purpose::Treatment]),
		..Terms::all(effect)
	}
}

/// Whether a record passes a permit's filters on records. The chain decides whether the reader, the
/// purpose and the time fit.
pub fn is_about(terms: &Terms, id: &H256, record: &Record) -> bool {
	let admits = |list: &[AccountId], account| list.is_empty() || list.contains(account);
	let DataPeriod { from, to } = &terms.data_period;
	record.status != RecordStatus::WrongPatient
		&& (terms.records.is_empty() || terms.records.contains(id))
		&& terms.categories.admits(record.category)
		&& record.confidentiality <= terms.confidentiality
		&& terms.labels.covers(&record.labels)
		&& from.is_none_or(|from| from <= record.service.first)
		&& to.is_none_or(|to| record.service.last <= to)
		&& admits(&terms.authors, &record.author)
		&& admits(&terms.responsible, &record.responsible)
}

/// Whether terms permit writing.
pub fn permits_writing(terms: &Terms) -> bool {
	terms.effect == Effect::Permit && terms.actions.admits(Action::Write)
}

/// Whether terms permit reading.
pub fn permits_reading(terms: &Terms) -> bool {
	terms.effect == Effect::Permit && terms.actions.admits(Action::Read)
}

/// Carries the patient's own share of every version that the consent covers to a custodian, sealed
/// again. It is the custodian of `to`, otherwise of the grantee's institution, otherwise of the
/// record's responsible institution. The institution of a person is the first with which the person is
/// affiliated now. The custodian releases the share under the same rule as its
/// own, and destroys it when the consent ends. No representative has the patient's share.
pub async fn carry(
	session: &Session<impl Platform>,
	grantee: &Grantee,
	id: u32,
	terms: &Terms,
	to: Option<&AccountId>,
) -> Result<CarryReport> {
	session.ensure_own("can give a custodian its key shares")?;
	let me = session.me()?;
	let mut carried = CarryReport::default();
	if !permits_reading(terms) {
		return Ok(carried);
	}
	let at = session.fresh().await?;
	let of_grantee = match grantee {
		Grantee::Person(person) => institution_of(session, &at, person).await?,
		other => other.institution().cloned(),
	};
	// A custodian that is away for one share is not waited for again.
	let mut away: BTreeMap<AccountId, String> = BTreeMap::new();
	for (record, entry) in at.all_records_of(&me.account()).await? {
		if !is_about(terms, &record, &entry) {
			continue;
		}
		let institution = to.or(of_grantee.as_ref()).unwrap_or(&entry.responsible);
		for version in 0..entry.versions {
			if let Some(why) = away.get(institution) {
				carried.failed.push((record, version, why.clone()));
				continue;
			}
			match carry_one(session, &at, record, version, grantee, id, institution).await {
				Ok(Carried::Yes) => {
					carried.carried.push((record, version, institution.clone()));
				},
				Ok(Carried::NoShare) => {},
				Ok(Carried::Closed) => carried.closed.push((record, version)),
				Ok(Carried::Away(why)) => {
					away.insert(institution.clone(), why.clone());
					carried.failed.push((record, version, why));
				},
				Err(error) => carried.failed.push((record, version, format!("{error:#}"))),
			}
		}
	}
	Ok(carried)
}

/// An institution with a custodian with which the person is affiliated now.
async fn institution_of<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	person: &AccountId,
) -> Result<Option<AccountId>> {
	let institutions = institutions_of(at, person).await?;
	Ok(institutions.into_iter().find(|institution| session.has_custodian(institution)))
}

/// What became of one share.
enum Carried {
	/// It was carried.
	Yes,
	/// There is none.
	NoShare,
	/// It does not open.
	Closed,
	/// The custodian takes none now, for this reason.
	Away(String),
}

async fn carry_one<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	record: H256,
	version: u32,
	grantee: &Grantee,
	id: u32,
	institution: &AccountId,
) -> Result<Carried> {
	let me = session.me()?;
	let Some(set) = at.sharing_set(&me.account(), record, version).await? else {
		return Ok(Carried::NoShare);
	};
	if !set.holders.iter().any(|holder| holder.kind == HolderKind::Patient) {
		return Ok(Carried::NoShare);
	}
	let name = session.names.show(institution);
	let member =
		session.member(institution).with_context(|| format!("{name} is not an institution"))?;
	let (_, key) = member
		.custodian
		.as_ref()
		.with_context(|| format!("{name} has not named a custodian that could keep it"))?;
	session.ensure_recipient(at, institution).await?;
	let (share, commitments, set) = match own_share(session, at, record, version).await {
		Err(error) if error.is::<ClosedShare>() => return Ok(Carried::Closed),
		share => share?,
	};
	let address = ShareAddress {
		genesis: session.genesis().0,
		record: record.0,
		version,
		epoch: set.epoch,
		holder: account_bytes(&me.account()),
	};
	let message = CarryShare {
		patient: (&me.account()).into(),
		record: record.into(),
		version,
		epoch: set.epoch,
		grantee: HexBytes(grantee.encode()),
		consent: id,
		commitments: HexBytes(commitments.encode()),
		share: HexBytes(seal_share(&PublicKey(*key), &address, &share)?),
	};
	let custodian = session.custodian(institution)?;
	match custodian.carry_share(&me.signer, &message).await {
		Ok(()) => Ok(Carried::Yes),
		Err(error) if error.is_away() => {
			Ok(Carried::Away(format!("{name} did not take the share: {error}")))
		},
		Err(error) => Err(error).context(format!("{name} did not take the share")),
	}
}

/// The ground on which this account would read: as the patient, or under an affiliation.
pub async fn ground_of(
	session: &Session<impl Platform>,
	reader: &AccountId,
	patient: &AccountId,
	institution: Option<AccountId>,
) -> Result<Ground> {
	if reader == patient {
		return Ok(Ground::Own);
	}
	if institution.is_some() {
		return Ok(Ground::Consent { institution });
	}
	let at = session.finalized().await?;
	let account = at.account(reader).await?;
	if account.is_some_and(|account| account.kind != AccountKind::Practitioner) {
		return Ok(Ground::Consent { institution: None });
	}
	let current = institutions_of(&at, reader).await?;
	match &current[..] {
		[] => Ok(Ground::Consent { institution: None }),
		[one] => Ok(Ground::Consent { institution: Some(one.clone()) }),
		_ => {
			let message = format!("{} works for several institutions", session.names.show(reader));
			bail!(Advised::new(message, Advice::ChooseInstitution))
		},
	}
}

/// The chain's decision about a reader and a record, and the reason, in a sentence.
pub async fn explain(
	session: &Session<impl Platform>,
	reader: &AccountId,
	ground: Ground,
	patient: &AccountId,
	record: H256,
	action: Action,
	purpose: Purpose,
) -> Result<(Decision, String)> {
	let at = session.finalized().await?;
	let found = at.record(patient, record).await?.context("this patient has no such record")?;
	let decision = at.decide(reader, ground, patient, record, action, purpose).await?;
	let consents = at.all_consents_of(patient).await?;
	let labels = session.labels_of(patient).await?;
	let asked = Asked { reader, patient, action, purpose, record: Some((&record, found.category)) };
	let sentence = teller(&session.names, &labels).decision(&asked, &decision, &consents);
	Ok((decision, sentence))
}

#[cfg(test)]
mod tests {
	use super::{fixtures::record, *};
	use crate::memory::MemoryKeep;
	use vouchsafe_protocol::types::{Doubt, Grantor, Status, POLICY_VERSION};

	async fn names() -> (Names, AccountId, AccountId) {
		let keep = MemoryKeep::default();
		let (hospital, doctor) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
		crate::names::add(&keep, "Dr. Berger", &doctor).await.unwrap();
		let mut names = Names::load(&keep, true).await.unwrap();
		names.add_institution("Hospital B", hospital.clone());
		(names, hospital, doctor)
	}

	#[tokio::test]
	async fn grantees_are_read() {
		let (names, institution, practitioner) = names().await;
		let known = institution.clone();
		let read = |text: &str| parse_grantee(&names, |it| *it == known, text);
		assert!(read("everyone").unwrap() == Grantee::Everyone);
		assert!(read("Hospital B").unwrap() == Grantee::Institution(institution.clone()));
		assert!(
			read("institution:Hospital B").unwrap() == Grantee::Institution(institution.clone())
		);
		assert!(
			read("team:1@Hospital B").unwrap()
				== Grantee::CareTeam { institution: institution.clone(), team: 1 }
		);
		assert!(read("role:nurse").unwrap() == Grantee::Role(Role::Nurse));
		assert!(
			read("role:nurse@Hospital B").unwrap()
				== Grantee::RoleAt { role: Role::Nurse, institution: institution.clone() }
		);
		let at = Grantee::PractitionerAt { practitioner: practitioner.clone(), institution };
		assert!(read("practitioner:Dr. Berger@Hospital B").unwrap() == at);
		assert!(read("Dr. Berger@Hospital B").unwrap() == at);
		assert!(read("person:Dr. Berger").unwrap() == Grantee::Person(practitioner));
		assert!(read("person://DoctorB").is_ok());
		assert!(read("//DoctorB@Hospital B").is_ok());
		assert!(read("study:3").unwrap() == Grantee::Study(3));
		assert!(read("research").unwrap() == Grantee::Research);
		for disease in ["research:MONDO:0005148", "research:0005148", "research:5148"] {
			assert!(read(disease).unwrap() == Grantee::ResearchOn(5148), "{disease}");
		}
		for wrong in [
			"",
			"nobody",
			"team:1",
			"team:x@Hospital B",
			"role:king",
			"Dr. Berger",
			"study:x",
			"research:",
			"research:diabetes",
			"research:+5148",
			"research:ICD:5148",
			"research:5148@Hospital B",
			"practitioner:Dr. Berger",
			"institution:Dr. Berger",
			"Dr. Berger@Dr. Berger",
			"a:b:c",
		] {
			assert!(read(wrong).is_err(), "{wrong}");
		}
	}

	#[test]
	fn what_a_permit_is_about_is_what_the_chain_would_say() {
		use vouchsafe_protocol::types::{
			canonical_tags, Categories, Confidentiality, DataPeriod, LabelFilter, LabelTag,
		};
		let request = |edit: &dyn Fn(&mut Terms)| {
			let mut terms = plain_terms(Effect::Permit);
			edit(&mut terms);
			terms
		};
		let id = H256([5; 32]);
		let about = |edit: &dyn Fn(&mut Terms)| is_about(&request(edit), &id, &record());
		assert!(about(&|_| {}));
		assert!(about(&|terms| terms.categories = Categories(1 << 4)));
		assert!(!about(&|terms| terms.categories = Categories(1 << 3)));
		assert!(about(&|terms| terms.records = vec![id].try_into().unwrap()));
		assert!(!about(&|terms| terms.records = vec![H256([6; 32])].try_into().unwrap()));
		assert!(about(&|terms| terms.data_period = DataPeriod { from: Some(100), to: Some(110) }));
		assert!(!about(&|terms| terms.data_period = DataPeriod { from: Some(101), to: None }));
		assert!(!about(&|terms| terms.data_period = DataPeriod { from: None, to: Some(109) }));
		assert!(about(&|terms| terms.authors = vec![AccountId::new([1; 32])].try_into().unwrap()));
		assert!(!about(&|terms| terms.authors = vec![AccountId::new([2; 32])].try_into().unwrap()));
		assert!(!about(
			&|terms| terms.responsible = vec![AccountId::new([2; 32])].try_into().unwrap()
		));
		let mut labelled = record();
		labelled.labels = vec![LabelTag([2; 4])];
		assert!(!is_about(&request(&|_| {}), &id, &labelled));
		let also = |tag| LabelFilter::Also(canonical_tags([LabelTag(tag)]).unwrap());
		assert!(is_about(&request(&|terms| terms.labels = also([2; 4])), &id, &labelled));
		assert!(!is_about(&request(&|terms| terms.labels = also([3; 4])), &id, &labelled));
		let mut restricted = record();
		restricted.confidentiality = Confidentiality::Restricted;
		let covers = |confidentiality| {
			let terms = request(&|terms| terms.confidentiality = confidentiality);
			is_about(&terms, &id, &restricted)
		};
		assert!(!covers(Confidentiality::Normal));
		assert!(covers(Confidentiality::Restricted) && covers(Confidentiality::VeryRestricted));
		let mut wrong = record();
		wrong.status = RecordStatus::WrongPatient;
		assert!(!is_about(&request(&|_| {}), &id, &wrong));
	}

	#[test]
	fn only_permits_for_studies_name_traits() {
		use vouchsafe_protocol::types::{StudyTrait, StudyTraits};
		let traits = StudyTraits::of(&[StudyTrait::Commercial]);
		let permit = Terms { traits, ..plain_terms(Effect::Permit) };
		let deny = Terms { traits, ..Terms::all(Effect::Deny { binds_break_glass: false }) };
		for grantee in [Grantee::Research, Grantee::Study(1), Grantee::ResearchOn(5148)] {
			assert!(check_traits(&grantee, &permit).is_ok());
		}
		let institution = Grantee::Institution(AccountId::new([1; 32]));
		for grantee in [institution, Grantee::Everyone] {
			let error = check_traits(&grantee, &permit).unwrap_err().to_string();
			assert!(error.contains("research:MONDO_ID"), "{error}");
			assert!(check_traits(&grantee, &plain_terms(Effect::Permit)).is_ok());
			assert!(check_traits(&grantee, &deny).is_ok());
		}
	}

	#[test]
	fn only_permits_to_read_are_carried_for() {
		use vouchsafe_protocol::types::Actions;
		let mut terms = plain_terms(Effect::Permit);
		assert!(permits_reading(&terms));
		terms.actions = Actions(0);
		assert!(permits_reading(&terms));
		terms.actions = Actions(2);
		assert!(!permits_reading(&terms));
		let deny = plain_terms(Effect::Deny { binds_break_glass: false });
		assert!(!permits_reading(&deny));
	}

	#[test]
	fn permits_of_a_lost_key_are_in_doubt_until_they_are_confirmed() {
		let account = |disabled_since, doubt| Account {
			kind: AccountKind::Patient,
			status: Status::Active,
			status_since: 0,
			disabled_since,
			doubt,
			encryption_key: [0; 32],
			enrolled_by: AccountId::new([1; 32]),
		};
		let given = |effect, granted_at, confirmed_at| Consent {
			id: 0,
			revision: 0,
			policy_version: POLICY_VERSION,
			granted_at,
			confirmed_at,
			terms: Terms::all(effect),
			text: ShownText { commitment: H256([0; 32]), language: *b"en" },
			grantor: Grantor::Patient,
		};
		let permit = |granted_at, confirmed_at| given(Effect::Permit, granted_at, confirmed_at);
		let lost = account(Some(10), None);
		let found = account(None, Some(Doubt { since: 10, until: 20 }));
		for patient in [&lost, &found] {
			assert!(!is_in_doubt(patient, &permit(9, None)));
			assert!(is_in_doubt(patient, &permit(10, None)));
			let deny = given(Effect::Deny { binds_break_glass: false }, 10, None);
			assert!(!is_in_doubt(patient, &deny));
		}
		assert!(is_in_doubt(&lost, &permit(10, Some(20))));
		assert!(is_in_doubt(&found, &permit(10, Some(19))));
		assert!(!is_in_doubt(&found, &permit(10, Some(20))));
		assert!(!is_in_doubt(&account(None, None), &permit(10, None)));
	}
}
