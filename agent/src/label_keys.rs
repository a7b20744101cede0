//! Delivers and fetches the patient's label key, and gets tags from custodians for authors.
//!
//! At enrolment, the registrar's client draws the patient's key and delivers it to the custodian of the
//! enrolling institution. If no custodian that may have a key has one, the patient's client draws it. A
//! custodian keeps the first key that it gets. When a patient grants a permit to write, the patient's
//! client delivers the key to the custodians of the institutions that may write.
//!
//! A representative with the scope *consents* fetches the patient's key, too, and keeps it under the
//! patient. A representative draws and delivers none: with a false one, the patient's denies by label would
//! close nothing.

use crate::{
	consent::permits_writing,
	labels::{tells_apart, LabelTable},
	open::LAG,
	platform::{Clock, Platform},
	session::{institutions_of, At, Session},
};
use anyhow::{bail, ensure, Context as _, Result};
use std::time::Duration;
use vouchsafe_protocol::{
	errors::CustodianError,
	messages::{AskLabelTags, DeliverLabelKey, HexBytes, WordTags, MAX_LABEL_WORDS},
	traits::{Custodian, View},
	types::{
		account_bytes, canonical_tags, AccountId, AccountKind, Grantee, LabelTag, LabelTags,
		Status, Terms, MAX_LABELS,
	},
};
use vouchsafe_vault::{label::LabelKey, seal::PublicKey};

/// The tags of labels, as far as they could be computed.
#[derive(Clone, Debug, Default)]
pub struct Tagged {
	/// What is known of the patient's labels now.
	pub table: LabelTable,
	/// Why tags could not be computed.
	pub reason: Option<String>,
}

impl Tagged {
	/// The tags of a record's labels. If one of them is not known, the record is unclassified, and the
	/// reason is returned too.
	pub fn of(&self, words: &[String]) -> Result<(LabelTags, Option<String>)> {
		let unclassified =
			|| canonical_tags([LabelTag::UNCLASSIFIED]).context("one tag is too many");
		let tags: Option<Vec<LabelTag>> =
			words.iter().map(|word| self.table.tag_of(word)).collect();
		match tags {
			Some(tags) if tags.contains(&LabelTag::UNCLASSIFIED) => Ok((unclassified()?, None)),
			Some(tags) => {
				let tags = canonical_tags(tags)
					.with_context(|| format!("a record has at most {MAX_LABELS} labels"))?;
				Ok((tags, None))
			},
			None => {
				let reason =
					self.reason.clone().unwrap_or_else(|| "their tags are not known".into());
				Ok((unclassified()?, Some(reason)))
			},
		}
	}
}

/// The tags of words for a patient's labels: from the patient's own key, from what is kept here, or
/// from the custodian of the institution. It is asked for the tags of the usual labels too.
pub async fn tags(
	session: &Session<impl Platform>,
	patient: &AccountId,
	institution: Option<&AccountId>,
	words: &[String],
) -> Result<Tagged> {
	let table = known(session, patient, institution).await?;
	if words.iter().all(|word| table.tag_of(word).is_some()) {
		return Ok(Tagged { table, reason: None });
	}
	let learnt = match institution {
		_ if session.patient()? == *patient => own_key(session).await.map(drop),
		Some(institution) => ask(session, &table, patient, institution, words).await,
		None => Ok(()),
	};
	let reason = learnt.err().map(|error| format!("{error:#}"));
	Ok(Tagged { table: known(session, patient, institution).await?, reason })
}

/// What is known of a patient's labels for the records of an institution.
async fn known(
	session: &Session<impl Platform>,
	patient: &AccountId,
	institution: Option<&AccountId>,
) -> Result<LabelTable> {
	let mut table = session.labels_of(patient).await?;
	if let Some(institution) = institution {
		table.keep_tags_of(institution);
	}
	Ok(table)
}

/// Asks a custodian for the tags that are not known here, and keeps them.
async fn ask(
	session: &Session<impl Platform>,
	table: &LabelTable,
	patient: &AccountId,
	institution: &AccountId,
	words: &[String],
) -> Result<()> {
	let me = session.me()?;
	let name = session.names.show(institution);
	let at = session.finalized().await?;
	if !at.may_write(&me.account(), institution, patient).await?.is_permit() {
		bail!("no consent of the patient lets you add records for {name}");
	}
	for words in table.without_tag(words.iter().map(String::as_str)).chunks(MAX_LABEL_WORDS) {
		let request = AskLabelTags { patient: patient.into(), words: words.to_vec() };
		let answer = ask_custodian(session, institution, &request).await?;
		ensure!(
			answer.tags.len() == words.len(),
			"the custodian of {name} sent the wrong number of tags"
		);
		LabelTable::update(&session.keep, me, patient, |table| {
			table.note_tags(institution, words, &answer.tags)
		})
		.await
		.with_context(|| format!("the custodian of {name} computed false tags"))?;
	}
	Ok(())
}

async fn ask_custodian(
	session: &Session<impl Platform>,
	institution: &AccountId,
	request: &AskLabelTags,
) -> Result<WordTags> {
	let name = session.names.show(institution);
	let custodian = session.custodian(institution)?;
	let signer = &session.me()?.signer;
	// The custodian's node may see the consent a little later than ours.
	let deadline = session.clock.elapsed() + LAG;
	loop {
		match custodian.label_tags(signer, request).await {
			Err(CustodianError::NoAccess) if session.clock.elapsed() < deadline => {
				session.clock.sleep(Duration::from_millis(400)).await;
			},
			Err(CustodianError::NoLabelKey) => {
				bail!("the custodian of {name} does not have the patient's label key")
			},
			answer => {
				return answer
					.with_context(|| format!("the custodian of {name} did not compute the tags"))
			},
		}
	}
}

/// Learns the words of labels that are not known here: the patient and representatives from the enrolling
/// institution's custodian, authors from their own. It never draws a key. If the custodian does not help, the labels
/// stay unknown.
pub async fn learn(
	session: &Session<impl Platform>,
	patient: &AccountId,
	tags: impl IntoIterator<Item = LabelTag>,
) -> Result<LabelTable> {
	let table = session.labels_of(patient).await?;
	let is_known = tags.into_iter().all(|tag| table.word_of(tag).is_some());
	if is_known || session.me.is_none() {
		return Ok(table);
	}
	let learnt = if session.is_patient(patient) {
		fetch_key(session).await.map(drop)
	} else {
		match session.acting_for(None).await {
			Ok(Some(institution)) => {
				let table = known(session, patient, Some(&institution)).await?;
				ask(session, &table, patient, &institution, &[]).await
			},
			_ => Ok(()),
		}
	};
	if let Err(error) = learnt {
		tracing::info!("labels stay unknown: {error:#}");
	}
	session.labels_of(patient).await
}

/// The patient's label key: the one that is kept here, or the one that a custodian has. If there is
/// none, the patient draws a new key and delivers it to the custodian of the enrolling institution. If that
/// has no custodian, the key is kept only here.
pub async fn own_key(session: &Session<impl Platform>) -> Result<LabelKey> {
	if let Some(key) = fetch_key(session).await? {
		return Ok(key);
	}
	let (me, patient) = (session.me()?, session.patient()?);
	if session.for_patient.is_some() {
		let name = session.names.show(&patient);
		bail!(
			"no institution that may have {name}’s label key has it, and a representative draws none. {name} draws \
			 it with its own wallet; for a patient without a key, the institution that enrolled \
			 {name} does"
		);
	}
	let consents = session.finalized().await?.all_consents_of(&patient).await?;
	ensure!(
		!name_labels(consents.iter().map(|(_, consent)| &consent.terms)),
		"your label key is lost: it is neither here nor with an institution that may have it. With \
		 a new key, new records would get other tags, and your consents that name labels would not match \
		 them. Revoke these consents first, then grant them again"
	);
	let key = LabelKey::random();
	let home = home_of(session, &patient).await?;
	if !session.has_custodian(&home) {
		return LabelTable::keep_key(&session.keep, me, &patient, key).await;
	}
	match deliver_to(session, &patient, &key, &home).await {
		// Another device of the patient, or the registrar, delivered a key first.
		Err(error) if is_other_key(&error) => {
			let key = fetch_key(session).await?;
			key.context("the custodian has another label key but did not send it: try again")
		},
		Err(error) => Err(error),
		Ok(()) => LabelTable::keep_key(&session.keep, me, &patient, key).await,
	}
}

/// Whether some of the terms name labels, by tags that a key has made.
fn name_labels<'a>(mut terms: impl Iterator<Item = &'a Terms>) -> bool {
	terms.any(|terms| terms.labels.named().is_some())
}

/// The patient's label key, if it is kept here or a custodian has it. It is an error if none of those
/// that answered has it, but one did not answer: a second key would give labels other tags.
async fn fetch_key(session: &Session<impl Platform>) -> Result<Option<LabelKey>> {
	let patient = session.patient()?;
	if let Some(key) = session.labels_of(&patient).await?.key() {
		return Ok(Some(key.clone()));
	}
	let home = home_of(session, &patient).await?;
	let mut answers = Vec::new();
	for institution in keepers(session, &patient, &home).await? {
		answers.push((institution.clone(), fetch_from(session, &patient, &institution).await));
	}
	match agreed_key(answers, &home, |institution| session.names.show(institution))? {
		Some(key) => {
			LabelTable::keep_key(&session.keep, session.me()?, &patient, key).await.map(Some)
		},
		None => Ok(None),
	}
}

/// The key that the custodians give. With a false one, the patient's denies by label would close nothing.
/// So the enrolling institution's answer counts, which got the key first, or that of two others, and none
/// may differ. If nobody has failed to answer, one is enough.
fn agreed_key(
	answers: Vec<(AccountId, Result<Option<LabelKey>>)>,
	home: &AccountId,
	name: impl Fn(&AccountId) -> String,
) -> Result<Option<LabelKey>> {
	let mut found: Vec<(AccountId, LabelKey)> = Vec::new();
	let mut failed = None;
	for (institution, answer) in answers {
		match answer {
			Ok(Some(key)) => found.push((institution, key)),
			Ok(None) => {},
			Err(error) => failed = failed.or(Some(error)),
		}
	}
	let Some((first, key)) = found.first() else { return failed.map_or(Ok(None), Err) };
	if let Some((other, _)) = found.iter().find(|(_, other)| other != key) {
		bail!(
			"the custodians of {} and {} give different label keys, so one of them is false: tell the \
			 authority",
			name(first),
			name(other)
		);
	}
	match failed {
		Some(error) if found.len() == 1 && first != home => Err(error.context(format!(
			"only the custodian of {} has given a label key, and a false one would make denies by label \
			 useless",
			name(first)
		))),
		_ => Ok(Some(key.clone())),
	}
}

/// The institutions whose custodians may have a patient's label key: the one that enrolled the patient,
/// those that may write now, and those that wrote records with labels.
async fn keepers(
	session: &Session<impl Platform>,
	patient: &AccountId,
	home: &AccountId,
) -> Result<Vec<AccountId>> {
	let mut keepers = vec![home.clone()];
	let at = session.finalized().await?;
	for (grantee, consent) in at.all_consents_of(patient).await? {
		if permits_writing(&consent.terms) {
			keepers.extend(institutions_meant(session, &at, &grantee).await?);
		}
	}
	let records = at.all_records_of(patient).await?.into_iter().map(|(_, record)| record);
	let labelled = records.filter(|it| it.labels.iter().any(|it| *it != LabelTag::UNCLASSIFIED));
	keepers.extend(labelled.map(|record| record.author));
	Ok(distinct(keepers).into_iter().filter(|it| session.has_custodian(it)).collect())
}

/// The same without repetitions.
fn distinct(accounts: Vec<AccountId>) -> Vec<AccountId> {
	let mut distinct = Vec::new();
	for account in accounts {
		if !distinct.contains(&account) {
			distinct.push(account);
		}
	}
	distinct
}

/// A patient's label key from an institution's custodian, which seals it to the user. `None` if that does not
/// have it.
async fn fetch_from(
	session: &Session<impl Platform>,
	patient: &AccountId,
	institution: &AccountId,
) -> Result<Option<LabelKey>> {
	let me = session.me()?;
	let name = session.names.show(institution);
	let sealed = match session.custodian(institution)?.label_key(&me.signer, patient).await {
		Err(CustodianError::NoLabelKey) => return Ok(None),
		answer => answer.with_context(|| {
			format!("{} label key could not be fetched from {name}", session.whose())
		})?,
	};
	let (genesis, patient) = (session.genesis().0, account_bytes(patient));
	let key = LabelKey::open(&me.encryption, &genesis, &patient, &sealed.key.0)
		.with_context(|| format!("cannot open the label key from {name}"))?;
	ensure!(
		tells_apart(&key),
		"the label key from {name} gives two labels the same tag, so it was not drawn at random: tell the \
		 authority"
	);
	Ok(Some(key))
}

/// The institution that enrolled a patient.
async fn home_of(session: &Session<impl Platform>, patient: &AccountId) -> Result<AccountId> {
	let account = session.finalized().await?.account(patient).await?;
	let account = account.with_context(|| match &session.for_patient {
		Some(patient) => format!("{} is not enrolled", session.names.show(patient)),
		None => "your account is not enrolled".to_owned(),
	})?;
	Ok(account.enrolled_by)
}

/// Draws a label key for a patient who was just enrolled, and delivers it to the custodian of the
/// institution. The patient's client fetches it from there.
pub async fn draw_for(
	session: &Session<impl Platform>,
	patient: &AccountId,
	institution: &AccountId,
) -> Result<()> {
	match deliver_to(session, patient, &LabelKey::random(), institution).await {
		Err(error) if is_other_key(&error) => Ok(()),
		result => result,
	}
}

fn is_other_key(error: &anyhow::Error) -> bool {
	matches!(error.downcast_ref(), Some(CustodianError::OtherLabelKey))
}

/// Delivers a label key to the custodian of an institution.
async fn deliver_to(
	session: &Session<impl Platform>,
	patient: &AccountId,
	key: &LabelKey,
	institution: &AccountId,
) -> Result<()> {
	let name = session.names.show(institution);
	let custodian = session.custodian(institution)?;
	let member = session.member(institution).and_then(|member| member.custodian.as_ref());
	let (_, to) = member.with_context(|| format!("{name} has not named a custodian yet"))?;
	session.ensure_recipient(&session.fresh().await?, institution).await?;
	let sealed = key.seal(&PublicKey(*to), &session.genesis().0, &account_bytes(patient))?;
	let delivery = DeliverLabelKey { patient: patient.into(), key: HexBytes(sealed) };
	custodian
		.deliver_label_key(&session.me()?.signer, &delivery)
		.await
		.with_context(|| format!("the custodian of {name} did not accept the label key"))
}

/// The institutions to which the key was delivered, and those to which it could not be.
#[derive(Clone, Debug, Default)]
pub struct KeyDeliveries {
	/// Those that have it.
	pub delivered: Vec<AccountId>,
	/// Those that do not have it, and why.
	pub failed: Vec<(AccountId, String)>,
}

/// Delivers the patient's label key to the custodians of all institutions that may write by these permits. A
/// representative delivers none: the report has those that may lack it, which are all but the one that enrolled
/// the patient.
pub async fn deliver<'a>(
	session: &Session<impl Platform>,
	permits: impl IntoIterator<Item = (&'a Grantee, &'a Terms)>,
) -> Result<KeyDeliveries> {
	let mut report = KeyDeliveries::default();
	let at = session.finalized().await?;
	let mut institutions = Vec::new();
	for (grantee, terms) in permits {
		if permits_writing(terms) {
			institutions.extend(institutions_meant(session, &at, grantee).await?);
		}
	}
	institutions.sort_unstable();
	institutions.dedup();
	if institutions.is_empty() {
		return Ok(report);
	}
	let patient = session.patient()?;
	if session.for_patient.is_some() {
		let home = home_of(session, &patient).await?;
		let why = "only the patient gives it to institutions";
		let others = institutions.into_iter().filter(|it| *it != home);
		report.failed = others.map(|it| (it, why.to_owned())).collect();
		return Ok(report);
	}
	let key = own_key(session).await?;
	for institution in institutions {
		match deliver_to(session, &patient, &key, &institution).await {
			Ok(()) => report.delivered.push(institution),
			Err(error) => report.failed.push((institution, format!("{error:#}"))),
		}
	}
	Ok(report)
}

/// The institutions whose staff a permit for this grantee lets in.
pub(crate) async fn institutions_meant<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	grantee: &Grantee,
) -> Result<Vec<AccountId>> {
	if let Some(institution) = grantee.institution() {
		return Ok(vec![institution.clone()]);
	}
	match grantee {
		Grantee::Person(person) => Ok(institutions_of(at, person).await?),
		Grantee::Everyone | Grantee::Role(_) => {
			let everyone = *grantee == Grantee::Everyone;
			let members = session.members.iter().filter(|member| {
				// A permit for everyone is not for an authority's staff.
				let is_meant = !everyone || member.kind == AccountKind::Institution;
				is_meant && member.status == Status::Active && member.custodian.is_some()
			});
			Ok(members.map(|member| member.account.clone()).collect())
		},
		_ => Ok(vec![]),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		consent::fixtures::hospital, keys::Identity, memory::MemoryKeep, scripted::Scripted,
	};
	use vouchsafe_protocol::types::{Action, Actions, Consent, Effect, LabelFilter, Record, H256};

	#[test]
	fn a_record_is_unclassified_unless_all_its_tags_are_known() {
		let mut table = LabelTable::default();
		let hex = vouchsafe_protocol::messages::Hex([1; 4]);
		table.note_tags(&AccountId::new([1; 32]), &["hiv".to_owned()], &[hex]).unwrap();
		let tagged = Tagged { table, reason: Some("it is away".into()) };
		let of = |words: &[&str]| {
			let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
			let (tags, reason) = tagged.of(&words).unwrap();
			(tags.to_vec(), reason)
		};
		let unclassified = vec![LabelTag::UNCLASSIFIED];
		let away = Some("it is away".to_owned());
		assert_eq!(of(&[]), (vec![], None));
		assert_eq!(of(&["hiv"]), (vec![LabelTag([1; 4])], None));
		assert_eq!(of(&["hiv", "psychiatry"]), (unclassified.clone(), away));
		// An author who names *unclassified-sensitive* does not need the key.
		assert_eq!(of(&["hiv", "unclassified-sensitive"]), (unclassified, None));
	}

	#[tokio::test]
	async fn tags_that_are_kept_need_no_custodian() {
		let doctor = Identity::development("//DoctorA").unwrap();
		let keep = MemoryKeep::default();
		let (patient, hospital) = (AccountId::new([7; 32]), AccountId::new([1; 32]));
		let note = |table: &mut LabelTable| {
			let hex = vouchsafe_protocol::messages::Hex([1; 4]);
			table.note_tags(&AccountId::new([1; 32]), &["hiv".to_owned()], &[hex])
		};
		LabelTable::update(&keep, &doctor, &patient, note).await.unwrap();
		let session = Session::offline(doctor, keep);
		let words =
			|words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
		let tagged = tags(&session, &patient, Some(&hospital), &words(&["hiv"])).await.unwrap();
		assert_eq!(tagged.reason, None);
		// What another institution's custodian says does not count.
		let clinic = AccountId::new([2; 32]);
		let tagged = tags(&session, &patient, Some(&clinic), &words(&["hiv"])).await.unwrap();
		assert_eq!(tagged.table.tag_of("hiv"), None);
		assert!(tagged.reason.is_some());
		// Nobody answers for the other tags. That is a reason, not a failure.
		let words = words(&["hiv", "psychiatry"]);
		let tagged = tags(&session, &patient, Some(&hospital), &words).await.unwrap();
		let (tags, reason) = tagged.of(&words).unwrap();
		assert_eq!(tags.to_vec(), [LabelTag::UNCLASSIFIED]);
		assert!(reason.unwrap().contains("it is away"));
	}

	#[test]
	fn a_consent_that_names_labels_needs_its_key() {
		let plain = Terms::all(Effect::Permit);
		let tags = canonical_tags([LabelTag([1; 4])]).unwrap();
		let named = Terms { labels: LabelFilter::Only(tags), ..Terms::all(Effect::Permit) };
		let any = Terms { labels: LabelFilter::Any, ..plain.clone() };
		assert!(!name_labels([&plain, &any].into_iter()));
		assert!(name_labels([&plain, &named].into_iter()));
	}

	/// It is sealed to the representative, who keeps the keys of two patients apart.
	#[tokio::test]
	async fn a_representative_fetches_the_key_of_each_patient() {
		let mut session = Session::<Scripted>::scripted("//Daughter");
		session.members = vec![hospital()];
		session.chain.change(|state| {
			state.institution(&hospital());
			state.answer("consents_of", &Vec::<(Grantee, Consent)>::new());
			state.answer("records_of", &Vec::<(H256, Record)>::new());
		});
		let me = session.me().unwrap().clone();
		let keys = [8, 9].map(|id| (AccountId::new([id; 32]), LabelKey::random()));
		for (patient, key) in &keys {
			let to = PublicKey(me.encryption_key());
			let sealed = key.seal(&to, &session.genesis().0, &account_bytes(patient)).unwrap();
			session.custodians.label_keys.insert(patient.clone(), sealed);
		}
		for (patient, key) in &keys {
			session.for_patient = Some(patient.clone());
			assert!(own_key(&session).await.unwrap() == *key);
			assert_eq!(learn(&session, patient, [key.tag("hiv")]).await.unwrap().key(), Some(key));
		}
		// From now on, no custodian is needed.
		session.custodians.label_keys.clear();
		for (patient, key) in &keys {
			session.for_patient = Some(patient.clone());
			assert!(own_key(&session).await.unwrap() == *key);
		}
		// It is given to no institution. The one that enrolled the patient has it.
		let writing =
			Terms { actions: Actions::of(&[Action::Write]), ..Terms::all(Effect::Permit) };
		let clinic = AccountId::new([2; 32]);
		let permits = [hospital().account, clinic.clone()].map(Grantee::Institution);
		let permits = permits.iter().map(|grantee| (grantee, &writing));
		let KeyDeliveries { delivered, failed } = deliver(&session, permits).await.unwrap();
		let lacking: Vec<_> = failed.into_iter().map(|(institution, _)| institution).collect();
		assert_eq!((delivered, lacking), (vec![], vec![clinic]));

		let other = AccountId::new([7; 32]);
		session.for_patient = Some(other.clone());
		let error = format!("{:#}", own_key(&session).await.unwrap_err());
		let whose = format!("{}’s label key could not be fetched", session.names.show(&other));
		assert!(error.starts_with(&whose), "{error}");
	}

	/// The attack: while the custodian of the enrolling institution is away, another one gives a false key.
	#[test]
	fn one_custodian_alone_cannot_give_a_false_key() {
		let account = |id: u8| AccountId::new([id; 32]);
		let key = |byte: u8| Ok(LabelKey::from_bytes(&[byte; 32]));
		let away = || Err(anyhow::anyhow!("it is away"));
		let agreed = |answers: Vec<Result<Option<LabelKey>>>| {
			let answers = (1u8..).map(account).zip(answers).collect();
			agreed_key(answers, &account(1), |it| format!("{}", AsRef::<[u8]>::as_ref(it)[0]))
		};
		let bytes = |key: Option<LabelKey>| key.map(|key| key.to_bytes()[0]);
		assert_eq!(bytes(agreed(vec![key(7), away(), Ok(None)]).unwrap()), Some(7));
		assert_eq!(bytes(agreed(vec![away(), key(7), key(7)]).unwrap()), Some(7));
		assert_eq!(bytes(agreed(vec![Ok(None), key(7), Ok(None)]).unwrap()), Some(7));
		assert_eq!(bytes(agreed(vec![Ok(None), Ok(None)]).unwrap()), None);
		let error = |answers| format!("{:#}", agreed(answers).map(bytes).unwrap_err());
		assert!(error(vec![away(), key(8), Ok(None)]).starts_with("only the custodian of 2"));
		assert!(error(vec![key(7), key(8), key(7)]).contains("of 1 and 2 give different"));
		assert!(error(vec![Ok(None), key(8), key(7)]).contains("of 2 and 3 give different"));
		assert_eq!(error(vec![Ok(None), away()]), "it is away");
	}

	#[test]
	fn each_keeper_is_asked_once_and_the_first_stays_first() {
		let account = |id: u8| AccountId::new([id; 32]);
		let found = distinct([3, 1, 3, 2, 1].map(account).to_vec());
		assert_eq!(found, [3, 1, 2].map(account));
	}

	#[test]
	fn a_record_has_at_most_eight_labels() {
		let words: Vec<String> = (0..9).map(|number| format!("own-{number}")).collect();
		let mut table = LabelTable::default();
		let tags: Vec<_> = (1..=9).map(|id| vouchsafe_protocol::messages::Hex([id; 4])).collect();
		table.note_tags(&AccountId::new([1; 32]), &words, &tags).unwrap();
		let tagged = Tagged { table, reason: None };
		assert!(tagged.of(&words[..8]).is_ok() && tagged.of(&words).is_err());
	}
}
