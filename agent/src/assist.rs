//! Consents that two clinicians of a hospital enter for a patient who cannot use a wallet.
//!
//! The chain takes such a consent only if both make the same call, with the same commitment to its
//! text. So the first one keeps an [`AssistedConsent`] in a file, from which the second one makes that call, and
//! an authority if the patient's own key has signed before. The patient keeps the file as the text.

use crate::{
	consent::{ensure_grantee_confirmed, full_sentence, full_sentence_in},
	english::speech_of,
	platform::Platform,
	session::{result_of, At, Session},
	staff::matter_of,
};
use anyhow::{bail, ensure, Context as _, Result};
use codec::{DecodeLimit, Encode};
use serde::{Deserialize, Serialize};
use vouchsafe_protocol::{
	calls::ConsentCall,
	events::{ConsentEvent, EnrolmentEvent, Event, Included},
	messages::{Hex, HexBytes},
	storage,
	traits::View,
	types::{
		account_bytes, agreed_consent, AccountId, Grantee, ShownText, StudyTrait, Terms,
		ASSISTED_DELAY, ASSISTED_PERIOD, ASSISTED_RESEARCH_PERIOD, AUTHORITY_LIFETIME, H256,
		PROPOSAL_LIFETIME,
	},
};
use vouchsafe_vault::commitment::text_commitment;

/// How deep grantee and terms can be nested.
const MAX_DEPTH: u32 = 16;

/// What all of them sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssistedConsent {
	/// The genesis block's hash.
	genesis: Hex<32>,
	/// The patient's account.
	patient: Hex<32>,
	/// The account of the institution whose clinicians enter it.
	institution: Hex<32>,
	/// The grantee, encoded.
	grantee: HexBytes,
	/// The terms, encoded.
	terms: HexBytes,
	/// The sentence that the patient was shown.
	text: String,
	/// Its language (ISO 639-1).
	language: String,
	/// The salt of the commitment to it.
	salt: Hex<32>,
}

/// What a signature under an entry did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
	/// It is proposed: a second clinician has to sign, too.
	Proposed,
	/// An authority has to sign, too.
	AwaitsAuthority,
	/// It is stored under this number.
	Stored(u32),
}

/// What waits for a second of the staff about a patient. Another proposal would replace it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proposal {
	/// The consent itself, which this clinician proposed.
	Same(AccountId),
	/// Something else.
	Other,
}

impl AssistedConsent {
	/// A new entry.
	///
	/// # Errors
	///
	/// The sentence cannot be made, or the chain would refuse the consent.
	pub async fn new(
		session: &Session<impl Platform>,
		patient: &AccountId,
		institution: &AccountId,
		grantee: &Grantee,
		terms: &Terms,
	) -> Result<Self> {
		check(session, institution, grantee, terms).await?;
		let text = full_sentence(session, patient, grantee, terms).await?;
		let text = (session.speech.language(), text);
		Ok(Self::with_text(session.genesis(), patient, institution, grantee, terms, text))
	}

	/// A new entry with this sentence, after its language.
	pub(crate) fn with_text(
		genesis: H256,
		patient: &AccountId,
		institution: &AccountId,
		grantee: &Grantee,
		terms: &Terms,
		(language, text): (&str, String),
	) -> Self {
		Self {
			genesis: Hex(genesis.0),
			patient: Hex(account_bytes(patient)),
			institution: Hex(account_bytes(institution)),
			grantee: HexBytes(grantee.encode()),
			terms: HexBytes(terms.encode()),
			text,
			language: language.into(),
			salt: Hex(vouchsafe_vault::random_bytes()),
		}
	}

	/// Reads an entry from the file that the first clinician gave away.
	///
	/// # Errors
	///
	/// It is not such a file, or belongs to another chain.
	pub fn read(json: &str, genesis: H256) -> Result<Self> {
		let entry: Self =
			serde_json::from_str(json).context("this is not a consent that a colleague entered")?;
		entry.check(genesis)?;
		Ok(entry)
	}

	/// Checks what was read.
	pub(crate) fn check(&self, genesis: H256) -> Result<()> {
		ensure!(self.genesis.0 == genesis.0, "this consent was entered for another chain");
		self.grantee()?;
		self.terms()?;
		self.shown()?;
		Ok(())
	}

	/// The patient.
	pub fn patient(&self) -> AccountId {
		self.patient.0.into()
	}

	/// The institution whose clinicians enter it.
	pub fn institution(&self) -> AccountId {
		self.institution.0.into()
	}

	/// The sentence that the patient was shown.
	pub(crate) fn text(&self) -> &str {
		&self.text
	}

	pub(crate) fn grantee(&self) -> Result<Grantee> {
		decode(&self.grantee).ok().context("the grantee in the file is malformed")
	}

	pub(crate) fn terms(&self) -> Result<Terms> {
		decode(&self.terms).ok().context("the terms in the file are malformed")
	}

	/// What the terms say, in a sentence that this machine made in the language of the text; and the sentence that the patient was
	/// shown, if it is another one, for example because people are called by other names here.
	///
	/// # Errors
	///
	/// The sentence cannot be made, or the institution has changed and was not confirmed.
	pub async fn sentences(
		&self,
		session: &Session<impl Platform>,
	) -> Result<(String, Option<String>)> {
		let (grantee, terms) = (self.grantee()?, self.terms()?);
		ensure_grantee_confirmed(session, &grantee, &terms).await?;
		let (speech, patient) = (speech_of(&self.language), self.patient());
		let own = full_sentence_in(session, speech, &patient, &grantee, &terms).await?;
		let shown = crate::text::line(&self.text);
		Ok(if own == shown { (own, None) } else { (own, Some(shown)) })
	}

	/// The commitment to the text, for the chain.
	pub(crate) fn shown(&self) -> Result<ShownText> {
		let language = self.language.as_bytes().try_into();
		let language = language.ok().context("the language in the file is malformed")?;
		let commitment = text_commitment(&self.salt.0, &self.language, &self.text);
		Ok(ShownText { commitment: H256(commitment), language })
	}

	/// Confirms it: as the second clinician, or for an authority.
	///
	/// # Errors
	///
	/// No colleague's proposal of it waits, or the chain refuses it.
	pub async fn confirm(&self, session: &Session<impl Platform>) -> Result<(Entered, Included)> {
		if self.authority(session).await?.is_none() {
			let at = session.finalized().await?;
			ensure!(
				self.proposer(&at).await?.is_some(),
				"no colleague's proposal of this consent waits: it is confirmed already, another proposal \
				 about {} has replaced it, or nobody has made it",
				session.names.show(&self.patient())
			);
		}
		self.sign(session).await
	}

	/// The clinician who has proposed it, if it waits for another one.
	pub(crate) async fn proposer(&self, at: &impl View) -> Result<Option<AccountId>> {
		Ok(match self.proposal(at).await? {
			Some(Proposal::Same(by)) => Some(by),
			_ => None,
		})
	}

	/// What waits for a second of the staff about this patient.
	pub(crate) async fn proposal(&self, at: &impl View) -> Result<Option<Proposal>> {
		let key = storage::staff_proposal(&self.patient(), &self.institution());
		let content = agreed_consent(&self.grantee()?, &self.terms()?, &self.shown()?);
		let Some(found) = at.read(key).await? else { return Ok(None) };
		if at.time().await? >= found.at.saturating_add(PROPOSAL_LIFETIME) {
			return Ok(None);
		}
		let is_same = found.content == content;
		Ok(Some(if is_same { Proposal::Same(found.origin) } else { Proposal::Other }))
	}

	/// The call of one of the two clinicians.
	pub(crate) fn call(&self) -> Result<ConsentCall> {
		Ok(ConsentCall::grant_assisted {
			patient: self.patient(),
			institution: self.institution(),
			grantee: self.grantee()?,
			terms: self.terms()?,
			text: self.shown()?,
		})
	}

	/// Signs it: as one of the two clinicians, or for an authority if the user is one or acts for one.
	///
	/// # Errors
	///
	/// The chain refuses it.
	pub async fn sign(&self, session: &Session<impl Platform>) -> Result<(Entered, Included)> {
		let call = match self.authority(session).await? {
			Some(authority) => ConsentCall::confirm_assisted {
				authority,
				patient: self.patient(),
				institution: self.institution(),
				grantee: self.grantee()?,
				terms: self.terms()?,
				text: self.shown()?,
			},
			None => self.call()?,
		};
		let included = session.submit(call).await?;
		let entered = result_of(&included, |event| match event {
			Event::Enrolment(EnrolmentEvent::StaffProposed { .. }) => Some(Entered::Proposed),
			Event::Consent(ConsentEvent::AwaitsAuthority { .. }) => Some(Entered::AwaitsAuthority),
			Event::Consent(ConsentEvent::Granted { id, .. }) => Some(Entered::Stored(*id)),
			_ => None,
		})?;
		Ok((entered, included))
	}

	/// The authority that the user is, or acts for instead of the institution.
	async fn authority(&self, session: &Session<impl Platform>) -> Result<Option<AccountId>> {
		let is_authority = |account: &AccountId| session.is_authority(account);
		let me = session.me()?.account();
		if is_authority(&me) {
			return Ok(Some(me));
		}
		let at = session.finalized().await?;
		let places = crate::session::institutions_of(&at, &me).await?;
		if places.contains(&self.institution()) {
			return Ok(None);
		}
		match places.into_iter().find(is_authority) {
			Some(authority) => Ok(Some(authority)),
			None => bail!(
				"only {}’s clinicians can enter this consent, or a health authority",
				session.names.show(&self.institution())
			),
		}
	}
}

/// For how long a consent for this grantee can be in force at most, if clinicians enter it, in seconds.
pub fn longest(grantee: &Grantee) -> u64 {
	match grantee.is_research() {
		true => ASSISTED_RESEARCH_PERIOD,
		false => ASSISTED_PERIOD,
	}
}

/// After how many seconds a consent counts that clinicians enter now.
pub async fn delay(at: &impl View) -> Result<u64> {
	Ok(at.read(storage::assisted_delay()).await?.unwrap_or(ASSISTED_DELAY))
}

/// Checks that an institution's clinicians may enter this consent for patients.
pub(crate) async fn check(
	session: &Session<impl Platform>,
	institution: &AccountId,
	grantee: &Grantee,
	terms: &Terms,
) -> Result<()> {
	let latest = session.finalized().await?.time().await?.saturating_add(longest(grantee));
	ensure!(
		grantee.is_research() || grantee.institution() == Some(institution),
		"clinicians can only let in their own institution, or somebody there, or studies"
	);
	ensure!(
		!terms.traits.contains(StudyTrait::Sensitive),
		"clinicians cannot enter a consent for studies that use sensitive records"
	);
	ensure!(
		terms.valid_until.is_some_and(|until| until <= latest),
		"a consent that others enter lasts {} at most: name an earlier --until",
		if grantee.is_research() { "five years" } else { "90 days" }
	);
	Ok(())
}

/// A consent that waits for another signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
	/// The institution whose clinicians enter it.
	pub institution: AccountId,
	/// The clinicians who have signed.
	pub signed: Vec<AccountId>,
	/// Until when it waits.
	pub until: u64,
}

impl Waiting {
	/// Whether it waits for an authority, and not for a second clinician.
	pub fn is_for_authority(&self) -> bool {
		self.signed.len() > 1
	}
}

/// The consents in this patient's name that wait for another signature: at most one for a second
/// clinician, and one for an authority. Of the first, the chain has only the hash. If the patient's log
/// cannot be read, it may also be that of labels, a new key or a representative that are not known here.
pub async fn waiting<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	patient: &AccountId,
) -> Result<Vec<Waiting>> {
	let Some(account) = at.account(patient).await? else { return Ok(Vec::new()) };
	// Nobody else can enter one.
	let institution = account.enrolled_by;
	let now = at.time().await?;
	let mut waiting = Vec::new();
	if let Some(found) = at.read(storage::staff_proposal(patient, &institution)).await? {
		let until = found.at.saturating_add(PROPOSAL_LIFETIME);
		let (known, _) = matter_of(session, at, patient, &institution, &found.content).await?;
		if now < until && known.is_none() {
			let signed = vec![found.origin];
			let institution = institution.clone();
			waiting.push(Waiting { institution, signed, until });
		}
	}
	if let Some(found) = at.read(storage::awaiting_authority(patient, &institution)).await? {
		let until = found.at.saturating_add(AUTHORITY_LIFETIME);
		if now < until {
			let signed = vec![found.first, found.second];
			waiting.push(Waiting { institution, signed, until });
		}
	}
	Ok(waiting)
}

/// Whether the patient has refused for good that others enter consents in the patient's name.
pub async fn are_refused(at: &impl View, patient: &AccountId) -> Result<bool> {
	Ok(at.read(storage::assisted_refused(patient)).await?.is_some())
}

/// Refuses for good that others enter consents in the user's name. The user must have agreed to it. Those
/// that were entered before stay. Returns the block.
pub async fn refuse(session: &Session<impl Platform>) -> Result<u32> {
	session.ensure_own("refuses them for good")?;
	Ok(session.submit(ConsentCall::refuse_assisted).await?.number)
}

fn decode<T: DecodeLimit>(bytes: &HexBytes) -> Result<T, codec::Error> {
	T::decode_all_with_depth_limit(MAX_DEPTH, &mut &bytes.0[..])
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{consent::plain_terms, scripted::Scripted};
	use vouchsafe_protocol::{
		runtime::runtime_types::{
			pallet_consent::types::Assisted, pallet_enrolment::types::StaffProposal,
		},
		types::{agreed_matter, Account, AccountKind, Effect, Record, StaffMatter, Status},
	};

	const PATIENT: AccountId = AccountId::new([9; 32]);
	const HOSPITAL: AccountId = AccountId::new([1; 32]);
	const FIRST: AccountId = AccountId::new([7; 32]);
	const SECOND: AccountId = AccountId::new([8; 32]);
	const SIGNED: u64 = 1_700_000_000;

	/// A session whose node has the patient, whom the hospital enrolled, this long after a signature.
	fn after(seconds: u64) -> Session<Scripted> {
		let session = Session::scripted("//PatientA");
		let account = Account {
			kind: AccountKind::Patient,
			status: Status::Active,
			status_since: 0,
			disabled_since: None,
			doubt: None,
			encryption_key: [0; 32],
			enrolled_by: HOSPITAL,
		};
		session.chain.change(|state| {
			state.answer("account", &Some(account));
			state.answer("records_of", &Vec::<(H256, Record)>::new());
			state.set(storage::now(), &((SIGNED + seconds) * 1000));
		});
		session
	}

	fn propose(session: &Session<Scripted>, content: H256) {
		let proposal = StaffProposal { signer: FIRST, origin: FIRST, content, at: SIGNED };
		session
			.chain
			.change(|state| state.set(storage::staff_proposal(&PATIENT, &HOSPITAL), &proposal));
	}

	async fn waiting_for(session: &Session<Scripted>) -> Vec<Waiting> {
		waiting(session, &session.finalized().await.unwrap(), &PATIENT).await.unwrap()
	}

	#[tokio::test]
	async fn what_waits_for_a_second_clinician_is_shown_until_it_is_too_late() {
		let session = after(PROPOSAL_LIFETIME - 1);
		assert_eq!(waiting_for(&session).await, []);
		propose(&session, H256([5; 32]));
		let [found] = &waiting_for(&session).await[..] else { panic!("one waits") };
		assert_eq!((&found.institution, &found.signed[..]), (&HOSPITAL, &[FIRST][..]));
		assert_eq!(found.until, SIGNED + PROPOSAL_LIFETIME);
		assert!(!found.is_for_authority());
		// Something else that two of the staff agree on is not a consent.
		propose(&session, agreed_matter(&StaffMatter::DeclareDeceased));
		assert_eq!(waiting_for(&session).await, []);
		let late = after(PROPOSAL_LIFETIME);
		propose(&late, H256([5; 32]));
		assert_eq!(waiting_for(&late).await, []);
	}

	#[tokio::test]
	async fn what_waits_for_an_authority_is_shown_until_it_is_too_late() {
		for (seconds, is_shown) in [(AUTHORITY_LIFETIME - 1, true), (AUTHORITY_LIFETIME, false)] {
			let session = after(seconds);
			let (first, second, content) = (FIRST, SECOND, H256([5; 32]));
			let assisted = Assisted { first, second, content, at: SIGNED };
			session.chain.change(|state| {
				state.set(storage::awaiting_authority(&PATIENT, &HOSPITAL), &assisted);
			});
			let found = waiting_for(&session).await;
			assert_eq!(found.len(), usize::from(is_shown));
			for found in found {
				assert!(found.is_for_authority());
				assert_eq!(found.signed, [FIRST, SECOND]);
			}
		}
	}

	#[tokio::test]
	async fn a_refusal_is_read() {
		let session = after(1);
		let are_refused = async || {
			let at = session.finalized().await.unwrap();
			are_refused(&at, &PATIENT).await.unwrap()
		};
		assert!(!are_refused().await);
		session.chain.change(|state| state.set(storage::assisted_refused(&PATIENT), &()));
		assert!(are_refused().await);
	}

	fn entry() -> AssistedConsent {
		AssistedConsent {
			genesis: Hex([1; 32]),
			patient: Hex([2; 32]),
			institution: Hex([3; 32]),
			grantee: HexBytes(Grantee::Institution([3; 32].into()).encode()),
			terms: HexBytes(plain_terms(Effect::Permit).encode()),
			text: "I permit it.".into(),
			language: "en".into(),
			salt: Hex([4; 32]),
		}
	}

	#[test]
	fn a_colleague_reads_what_the_first_one_wrote() {
		let entry = entry();
		let json = serde_json::to_string(&entry).unwrap();
		assert_eq!(AssistedConsent::read(&json, H256([1; 32])).unwrap(), entry);
		assert_eq!(entry.terms().unwrap(), plain_terms(Effect::Permit));
		let commitment = text_commitment(&[4; 32], "en", "I permit it.");
		assert_eq!(entry.shown().unwrap().commitment, H256(commitment));
	}

	#[test]
	fn other_files_are_refused_with_a_reason() {
		let read = |entry: &AssistedConsent, genesis| {
			let json = serde_json::to_string(entry).unwrap();
			format!("{:#}", AssistedConsent::read(&json, H256([genesis; 32])).unwrap_err())
		};
		assert!(read(&entry(), 9).contains("another chain"));
		let malformed = HexBytes(vec![255]);
		let grantee = AssistedConsent { grantee: malformed.clone(), ..entry() };
		assert!(read(&grantee, 1).contains("the grantee in the file is malformed"));
		let terms = AssistedConsent { terms: malformed, ..entry() };
		assert!(read(&terms, 1).contains("the terms in the file are malformed"));
		let language = AssistedConsent { language: "english".into(), ..entry() };
		assert!(read(&language, 1).contains("the language in the file is malformed"));
		assert!(AssistedConsent::read("{}", H256([1; 32])).is_err());
	}
}
