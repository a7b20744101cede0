//! Consents to studies that patients gave on paper, which two clinicians of the hospital enter in
//! batches. Each is an [assisted consent](crate::assist) with a text of its own.

use super::people::{lines_in_words, numbers_in_words};
use crate::{
	assist::{self, AssistedConsent, Proposal},
	consent,
	platform::{Clock, Platform, Task as _},
	session::Session,
};
use anyhow::{bail, ensure, Context as _, Result};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};
use vouchsafe_protocol::{
	api,
	calls::UtilityCall,
	errors::ChainError,
	events::{ConsentEvent, EnrolmentEvent, Event},
	storage,
	traits::View,
	types::{AccountId, AccountKind, Grantee, Terms, H256},
};

/// How many consents one call enters.
const BATCH: usize = 32;
/// How long to wait while the quota is used up, before the next call is tried.
const QUOTA: Duration = Duration::from_secs(15);
/// For how long.
const PATIENCE: Duration = Duration::from_secs(600);

/// The same consent of several patients, as the first clinician gives it to the second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperConsents {
	consents: Vec<AssistedConsent>,
}

/// What a signature under them did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EnteredMany {
	/// They wait for another clinician.
	pub proposed: usize,
	/// They are stored.
	pub stored: usize,
	/// They wait for a health authority, because the patient's own key has signed before.
	pub awaiting_authority: usize,
	/// The user had signed them before, or they were stored before.
	pub before: usize,
	/// They were left out: the patients' own keys have signed before, so these patients can choose themselves.
	/// An authority would have to agree.
	pub own_keys: usize,
	/// They were left out: something else about the patient waits for a second of the staff, which they
	/// would replace.
	pub other_proposals: usize,
	/// The chain has refused them.
	pub refused: usize,
}

impl PaperConsents {
	/// Makes the same consent for each of these patients, whose lines in the list are given.
	///
	/// # Errors
	///
	/// Clinicians may not enter it, or somebody is not a patient whom the institution has enrolled. The
	/// error names lines, not people.
	pub async fn new(
		session: &Session<impl Platform>,
		institution: &AccountId,
		grantee: &Grantee,
		terms: &Terms,
		patients: &[(AccountId, usize)],
	) -> Result<Self> {
		ensure!(grantee.is_research(), "these consents are for studies");
		assist::check(session, institution, grantee, terms).await?;
		let at = session.finalized().await?;
		let mut strangers = Vec::new();
		for (patient, line) in patients {
			let account = at.ask(api::account(patient)).await?;
			let is_own = account.is_some_and(|it| {
				it.kind == AccountKind::Patient && it.enrolled_by == *institution
			});
			if !is_own {
				strangers.push(*line);
			}
		}
		ensure!(
			strangers.is_empty(),
			"the list has accounts that are not patients whom {} has enrolled ({}): correct them first, and \
			 nothing was sent",
			session.names.show(institution),
			lines_in_words(&strangers)
		);
		let Some((first, _)) = patients.first() else { bail!("the list names nobody") };
		// It has no names or labels of the patient's own.
		let text = consent::full_sentence(session, first, grantee, terms).await?;
		let consents = patients.iter().map(|(patient, _)| {
			let (genesis, text) = (session.genesis(), (session.speech.language(), text.clone()));
			AssistedConsent::with_text(genesis, patient, institution, grantee, terms, text)
		});
		Ok(Self { consents: consents.collect() })
	}

	/// Reads the file that the first clinician made.
	///
	/// # Errors
	///
	/// It is not such a file, belongs to another chain, or has different consents.
	pub fn read(json: &str, genesis: H256) -> Result<Self> {
		let read: Self = serde_json::from_str(json)
			.context("this is not a file of consents that a colleague entered")?;
		let first = read.first()?;
		for consent in &read.consents {
			consent.check(genesis)?;
			let is_same = consent.institution() == first.institution()
				&& consent.grantee()? == first.grantee()?
				&& consent.terms()? == first.terms()?;
			ensure!(
				is_same,
				"the file has different consents, so one sentence cannot describe all of them"
			);
		}
		Ok(read)
	}

	fn first(&self) -> Result<&AssistedConsent> {
		self.consents.first().context("the file has no consents")
	}

	/// Checks that they are of exactly the patients in the user's own list, whose lines are given. Their
	/// order does not count. Otherwise a colleague alone could enter consents of others.
	///
	/// # Errors
	///
	/// They are of other patients. The error names lines and numbers, not people.
	pub fn ensure_of(&self, own: &[(AccountId, usize)]) -> Result<()> {
		let mut lines: BTreeMap<_, _> = own.iter().cloned().collect();
		let mut others = Vec::new();
		for (number, consent) in (1..).zip(&self.consents) {
			if lines.remove(&consent.patient()).is_none() {
				others.push(number);
			}
		}
		let mut missing: Vec<_> = lines.into_values().collect();
		missing.sort_unstable();
		let mut differences = String::new();
		if !others.is_empty() {
			let which = numbers_in_words("number", &others);
			differences +=
				&format!(" In the file but not in your list: {} ({which}).", others.len());
		}
		if !missing.is_empty() {
			let which = lines_in_words(&missing);
			differences +=
				&format!(" In your list but not in the file: {} ({which}).", missing.len());
		}
		ensure!(
			differences.is_empty(),
			"the file has other patients than your list.{differences} Compare both with the papers. Nothing was \
			 signed"
		);
		Ok(())
	}

	/// How many they are.
	pub fn count(&self) -> usize {
		self.consents.len()
	}

	/// The institution whose clinicians enter them.
	pub fn institution(&self) -> Result<AccountId> {
		Ok(self.first()?.institution())
	}

	/// What each of them says, in a sentence that this machine made.
	///
	/// # Errors
	///
	/// A text in the list is another one.
	pub async fn sentence(&self, session: &Session<impl Platform>) -> Result<String> {
		let first = self.first()?;
		let (own, shown) = first.sentences(session).await?;
		let is_same = self.consents.iter().all(|it| it.text() == first.text());
		ensure!(
			shown.is_none() && is_same,
			"the text in the file does not match its consents: “{}”",
			shown.as_deref().unwrap_or("several texts")
		);
		Ok(own)
	}

	/// Signs them: proposes them, or confirms those that a colleague has proposed. What was signed before is
	/// left out, so this can be repeated. So are patients who can choose themselves, and those about whom
	/// something else waits.
	///
	/// # Errors
	///
	/// The chain does not take a call. What was entered before stays.
	pub async fn sign(&self, session: &Session<impl Platform>) -> Result<EnteredMany> {
		let me = session.me()?.account();
		let at = session.finalized().await?;
		let mut entered = EnteredMany::default();
		let mut calls = Vec::new();
		for consent in &self.consents {
			let count = match state(consent, &at, &me).await? {
				State::Ready => {
					calls.push(consent.call()?);
					continue;
				},
				State::SignedBefore => &mut entered.before,
				State::OwnKey => &mut entered.own_keys,
				State::OtherProposal => &mut entered.other_proposals,
			};
			*count = count.saturating_add(1);
		}
		let task = session.waiting("entering consents");
		let total = calls.len();
		let mut done = 0usize;
		for batch in calls.chunks(BATCH) {
			task.say(&format!("entered {done} of {total} consents"));
			let calls: Vec<_> = batch.iter().cloned().map(Into::into).collect();
			let begun = session.clock.elapsed();
			let included = loop {
				// One that is refused does not stop the others.
				let call = UtilityCall::force_batch { calls: calls.clone() };
				match session.submit(call).await {
					Err(error)
						if may_pass(&error) && session.clock.elapsed() - begun < PATIENCE =>
					{
						task.say("waiting until the quota allows more consents");
						session.clock.sleep(QUOTA).await;
					},
					result => break result?,
				}
			};
			done = done.saturating_add(batch.len());
			entered.add(included.events.iter(), batch.len());
			session.step("entered").await;
		}
		Ok(entered)
	}
}

/// Whether a consent can be signed.
enum State {
	Ready,
	SignedBefore,
	OwnKey,
	OtherProposal,
}

async fn state(consent: &AssistedConsent, at: &impl View, me: &AccountId) -> Result<State> {
	let (patient, text) = (consent.patient(), consent.shown()?);
	let key = storage::consents(&patient, &consent.grantee()?);
	let stored = at.read(key).await?.unwrap_or_default();
	if stored.iter().any(|it| it.text.commitment == text.commitment) {
		return Ok(State::SignedBefore);
	}
	// What waits for an authority is only of such patients, so it is not replaced either.
	let account = at.read(storage::system_account(&patient)).await?;
	if account.is_some_and(|account| account.nonce > 0) {
		return Ok(State::OwnKey);
	}
	Ok(match consent.proposal(at).await? {
		Some(Proposal::Same(by)) if by == *me => State::SignedBefore,
		Some(Proposal::Other) => State::OtherProposal,
		Some(Proposal::Same(_)) | None => State::Ready,
	})
}

fn may_pass(error: &anyhow::Error) -> bool {
	matches!(error.downcast_ref(), Some(ChainError::QuotaSpent))
}

impl EnteredMany {
	/// Adds what the events of a call say of its consents.
	fn add<'a>(&mut self, events: impl Iterator<Item = &'a Event>, consents: usize) {
		let mut known = 0usize;
		for event in events {
			let place = match event {
				Event::Enrolment(EnrolmentEvent::StaffProposed { .. }) => &mut self.proposed,
				Event::Consent(ConsentEvent::Granted { .. }) => &mut self.stored,
				Event::Consent(ConsentEvent::AwaitsAuthority { .. }) => {
					&mut self.awaiting_authority
				},
				_ => continue,
			};
			*place = place.saturating_add(1);
			known = known.saturating_add(1);
		}
		self.refused = self.refused.saturating_add(consents.saturating_sub(known));
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		english::speech_of,
		scripted::Scripted,
		study::{
			choice::standing_terms,
			fixtures::{open, session, study},
		},
	};
	use vouchsafe_protocol::{
		calls::{ConsentCall, RuntimeCall},
		runtime::runtime_types::pallet_enrolment::types::StaffProposal,
		types::{
			agreed_consent, Account, Consent, Grantor, Status, StudyTrait, StudyTraits,
			ASSISTED_RESEARCH_PERIOD, POLICY_VERSION, PROPOSAL_LIFETIME,
		},
	};

	const HOSPITAL: AccountId = AccountId::new([1; 32]);

	fn patients(count: u8) -> Vec<(AccountId, usize)> {
		(0..count).map(|id| (AccountId::new([id; 32]), usize::from(id) + 2)).collect()
	}

	/// A clinician's session, whose node says that everybody is a patient of this hospital.
	fn clinician(uri: &str, enrolled_by: AccountId) -> Session<Scripted> {
		let session = session(uri);
		study(&session, open(&session));
		let account = Account {
			kind: AccountKind::Patient,
			status: Status::Active,
			status_since: 0,
			disabled_since: None,
			doubt: None,
			encryption_key: [0; 32],
			enrolled_by,
		};
		session.chain.change(|state| state.answer("account", &Some(account)));
		session
	}

	fn terms(session: &Session<Scripted>) -> Terms {
		let until = session.clock.now() + ASSISTED_RESEARCH_PERIOD;
		Terms { valid_until: Some(until), ..standing_terms() }
	}

	async fn made(session: &Session<Scripted>, count: u8) -> PaperConsents {
		let (grantee, terms) = (Grantee::Research, terms(session));
		PaperConsents::new(session, &HOSPITAL, &grantee, &terms, &patients(count)).await.unwrap()
	}

	#[tokio::test]
	async fn a_colleague_reads_the_text_in_its_language() {
		let session = clinician("//DoctorA", HOSPITAL);
		let german = Session { speech: speech_of("de"), ..clinician("//DoctorA", HOSPITAL) };
		let consents = made(&german, 2).await;
		assert_eq!(consents.first().unwrap().shown().unwrap().language, *b"de");
		let said = consents.sentence(&session).await.unwrap();
		assert!(said.starts_with("Ich erlaube jeder Studie, "), "{said}");
	}

	#[tokio::test]
	async fn what_clinicians_may_not_enter_is_refused() {
		let session = clinician("//DoctorA", HOSPITAL);
		let right = terms(&session);
		let said = async |grantee: Grantee, terms: Terms| {
			let two = patients(2);
			let made = PaperConsents::new(&session, &HOSPITAL, &grantee, &terms, &two);
			made.await.unwrap_err().to_string()
		};
		let none = Terms { valid_until: None, ..right.clone() };
		assert!(said(Grantee::Research, none).await.contains("five years at most"));
		let later = Terms { valid_until: right.valid_until.map(|it| it + 1), ..right.clone() };
		assert!(said(Grantee::ResearchOn(1), later).await.contains("five years at most"));
		let traits = StudyTraits::of(&[StudyTrait::Sensitive]);
		let sensitive = Terms { traits, ..right.clone() };
		assert!(said(Grantee::Research, sensitive).await.contains("sensitive records"));
		assert!(said(Grantee::Everyone, right.clone()).await.contains("are for studies"));

		let other = clinician("//DoctorA", AccountId::new([2; 32]));
		let two = patients(2);
		let made = PaperConsents::new(&other, &HOSPITAL, &Grantee::Research, &right, &two);
		let error = made.await.unwrap_err().to_string();
		assert!(error.contains("(lines 2 and 3)") && error.contains("nothing was sent"), "{error}");
		assert!(session.chain.calls().is_empty() && other.chain.calls().is_empty());
	}

	#[tokio::test]
	async fn a_list_is_entered_in_batches_and_confirmed() {
		let session = clinician("//DoctorA", HOSPITAL);
		let consents = made(&session, 33).await;
		let sentence = consents.sentence(&session).await.unwrap();
		assert!(sentence.starts_with("I allow every study to compute statistics"), "{sentence}");
		session.chain.react(|call, _| {
			let RuntimeCall::Utility(UtilityCall::force_batch { calls }) = call else {
				return vec![];
			};
			// The last one is refused.
			let taken = calls.len().saturating_sub(usize::from(calls.len() == 1));
			let proposed = |_: &RuntimeCall| {
				let (who, institution) = (AccountId::new([7; 32]), HOSPITAL);
				Event::Enrolment(EnrolmentEvent::StaffProposed {
					subject: who.clone(),
					institution,
					by: who,
				})
			};
			calls.iter().take(taken).map(proposed).collect()
		});
		let entered = consents.sign(&session).await.unwrap();
		assert_eq!(entered, EnteredMany { proposed: 32, refused: 1, ..EnteredMany::default() });
		let sizes: Vec<_> = session
			.chain
			.calls()
			.into_iter()
			.map(|call| match call {
				RuntimeCall::Utility(UtilityCall::force_batch { calls }) => {
					assert!(calls.iter().all(|call| matches!(
						call,
						RuntimeCall::Consent(ConsentCall::grant_assisted { .. })
					)));
					calls.len()
				},
				other => panic!("{other:?}"),
			})
			.collect();
		assert_eq!(sizes, [32, 1]);
	}

	#[tokio::test]
	async fn what_was_signed_before_is_left_out() {
		let session = clinician("//DoctorA", HOSPITAL);
		let consents = made(&session, 2).await;
		let [one, two] = &consents.consents[..] else { panic!("two consents") };
		let me = session.me().unwrap().account();
		let content =
			agreed_consent(&one.grantee().unwrap(), &one.terms().unwrap(), &one.shown().unwrap());
		let at = session.clock.now();
		let proposal = StaffProposal { signer: me.clone(), origin: me, content, at };
		let stored = Consent {
			id: 1,
			revision: 0,
			policy_version: POLICY_VERSION,
			granted_at: at,
			confirmed_at: None,
			terms: two.terms().unwrap(),
			text: two.shown().unwrap(),
			grantor: Grantor::Patient,
		};
		session.chain.change(|state| {
			state.set(storage::staff_proposal(&one.patient(), &HOSPITAL), &proposal);
			state.set(storage::consents(&two.patient(), &Grantee::Research), &vec![stored]);
		});
		let entered = consents.sign(&session).await.unwrap();
		assert_eq!(entered, EnteredMany { before: 2, ..EnteredMany::default() });
		assert!(session.chain.calls().is_empty());
	}

	/// The attack: a clinician adds patients who never agreed, and lets a colleague confirm all of them.
	#[tokio::test]
	async fn a_colleague_confirms_only_the_patients_of_an_own_list() {
		let session = clinician("//DoctorA", HOSPITAL);
		let consents = made(&session, 3).await;
		let mut own = patients(3);
		own.reverse();
		consents.ensure_of(&own).unwrap();
		let said = |own: &[(AccountId, usize)]| consents.ensure_of(own).unwrap_err().to_string();
		let fewer = said(&own[..2]);
		assert!(fewer.contains("In the file but not in your list: 1 (number 1)."), "{fewer}");
		assert!(!fewer.contains("In your list but"), "{fewer}");
		let more = said(&patients(5));
		assert!(more.contains("In your list but not in the file: 2 (lines 5 and 6)."), "{more}");
		// As many, but others.
		let other = said(&[patients(2), vec![(AccountId::new([9; 32]), 7)]].concat());
		assert!(other.contains("1 (number 3).") && other.contains("1 (line 7)."), "{other}");
		let mut twice = consents.clone();
		twice.consents.push(consents.consents[0].clone());
		let error = twice.ensure_of(&own).unwrap_err().to_string();
		assert!(error.contains("1 (number 4)."), "{error}");
	}

	/// A batch must not replace a consent for care that waits, or labels, or what an authority has to confirm.
	#[tokio::test]
	async fn what_waits_about_a_patient_is_not_replaced() {
		let session = clinician("//DoctorA2", HOSPITAL);
		let consents = made(&session, 5).await;
		let first = AccountId::new([8; 32]);
		let content = |number: usize| {
			let consent = &consents.consents[number];
			let (grantee, terms) = (consent.grantee().unwrap(), consent.terms().unwrap());
			agreed_consent(&grantee, &terms, &consent.shown().unwrap())
		};
		let now = session.clock.now();
		session.chain.change(|state| {
			for (number, content, at) in [
				(0, content(0), now),
				(1, H256([5; 32]), now),
				// It waits no longer.
				(2, H256([5; 32]), now - PROPOSAL_LIFETIME),
				(3, content(3), now),
			] {
				let (signer, origin) = (first.clone(), first.clone());
				let patient = consents.consents[number].patient();
				let proposal = StaffProposal { signer, origin, content, at };
				state.set(storage::staff_proposal(&patient, &HOSPITAL), &proposal);
			}
			for (number, nonce) in [(3, 1u32), (4, 0)] {
				let patient = consents.consents[number].patient();
				// Nonce, references and deposits.
				let account = (nonce, [0u32, 1, 0], [0u128; 4]);
				state.set(storage::system_account(&patient), &account);
			}
		});
		let entered = consents.sign(&session).await.unwrap();
		let expected =
			EnteredMany { own_keys: 1, other_proposals: 1, refused: 3, ..EnteredMany::default() };
		// The node says nothing of the three that are signed.
		assert_eq!(entered, expected);
		let [RuntimeCall::Utility(UtilityCall::force_batch { calls })] = &session.chain.calls()[..]
		else {
			panic!("one batch");
		};
		let signed: Vec<RuntimeCall> =
			[0, 2, 4].map(|number| consents.consents[number].call().unwrap().into()).to_vec();
		assert_eq!(*calls, signed);
	}

	#[tokio::test]
	async fn a_colleague_reads_what_was_entered_and_nothing_else() {
		let session = clinician("//DoctorA", HOSPITAL);
		let consents = made(&session, 2).await;
		let json = serde_json::to_string(&consents).unwrap();
		assert_eq!(PaperConsents::read(&json, session.genesis()).unwrap(), consents);
		let said =
			|json: &str| PaperConsents::read(json, session.genesis()).unwrap_err().to_string();
		assert!(PaperConsents::read(&json, H256([9; 32])).is_err());
		assert!(said("{}").contains("not a file of consents"));
		assert!(said(r#"{"consents":[]}"#).contains("no consents"));
		let mut mixed = consents.clone();
		let wider = Terms { valid_until: Some(1), ..terms(&session) };
		let (patient, text) = (AccountId::new([9; 32]), ("en", "I agree.".to_owned()));
		let genesis = session.genesis();
		let grantee = Grantee::Research;
		let other = AssistedConsent::with_text(
			genesis,
			&patient,
			&HOSPITAL,
			&grantee,
			&wider,
			text.clone(),
		);
		mixed.consents.push(other);
		assert!(said(&serde_json::to_string(&mixed).unwrap()).contains("different consents"));
		// The terms are the same, but the text says something else.
		let terms = terms(&session);
		let lying =
			AssistedConsent::with_text(genesis, &patient, &HOSPITAL, &grantee, &terms, text);
		let mut lied = consents.clone();
		lied.consents.push(lying);
		let error = lied.sentence(&session).await.unwrap_err().to_string();
		assert!(error.contains("does not match its consents"), "{error}");
	}
}
