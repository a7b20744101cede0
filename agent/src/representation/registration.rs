//! What two of an institution's staff register of representatives by law, of a patient who is enrolled or of a
//! new ward. The first of them proposes it and writes a [file](RegistrationFile), with the words for what proves
//! it. The second confirms it from that file, and the authority reads it there.

use super::{ensure_person, find};
use crate::{
	advice::{Advice, Advised},
	dates::{show_day, show_moment},
	english::ENGLISH,
	evidence, label_keys,
	platform::{Keep, Platform},
	registrar::account_at,
	session::{result_of, At, Session},
	staff::{proposer, Signed},
	text::line,
};
use anyhow::{anyhow, bail, ensure, Context as _, Result};
use codec::{DecodeAll, Encode};
use serde::{Deserialize, Serialize};
use vouchsafe_protocol::{
	calls::{RepresentationCall, RuntimeCall},
	events::{EnrolmentEvent, Event, RepresentationEvent},
	messages::Hex,
	storage,
	traits::View,
	types::{
		account_bytes, agreed_matter, agreed_ward, is_new_year, ward_account, ward_proposal,
		AccountId, AccountKind, LegalBasis, Mandate, Moment, Registration, Scope, Scopes,
		StaffMatter, Stage, Status, Suspension, H256, MAX_PARENTAL_PERIOD, MAX_REPRESENTATIVES,
	},
};

/// The folder of the registrations that the user has signed.
const FOLDER: &str = "registrations";
/// The most bytes of a file.
const MAX_FILE: usize = 16 * 1024;
/// How often a ward's salt is drawn, so that the proposal replaces none that waits.
const TRIES: usize = 16;

/// Why the law lets somebody act for a patient, and what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
	/// On which basis.
	pub basis: LegalBasis,
	/// What each representative may do, besides reading.
	pub scopes: Scopes,
	/// Until when, exclusive.
	pub until: Option<Moment>,
	/// What proves it, in the words of the staff.
	pub evidence: String,
}

/// What the two of the staff sign, as it is in a file.
///
/// ```text
/// file = JSON: the chain's genesis hash, the institution, the patient or the salt of the new ward, the
///        representatives, and unless there are none their basis, scopes and end, and the evidence with its salt
/// ```
///
/// The salts are not on the chain before both have signed, and that of the evidence never is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationFile {
	genesis: Hex<32>,
	institution: Hex<32>,
	subject: Subject,
	representatives: Vec<Hex<32>>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	claim: Option<SaltedClaim>,
}

/// Whom the representatives represent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Subject {
	/// A patient who is enrolled.
	Patient(Hex<32>),
	/// A new ward, by its salt.
	Ward(Hex<32>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaltedClaim {
	basis: LegalBasis,
	scopes: Vec<Scope>,
	until: Option<Moment>,
	evidence: String,
	salt: Hex<32>,
}

impl SaltedClaim {
	/// # Errors
	///
	/// The evidence is empty or too long, or a scope is not defined.
	fn new(claim: Claim) -> Result<Self> {
		let Claim { basis, scopes, until, evidence } = claim;
		ensure!(scopes.is_known(), "a scope is not defined");
		let all = Scope::ALL.iter().copied();
		Ok(Self {
			basis,
			scopes: all.filter(|scope| scopes.contains(*scope)).collect(),
			until,
			evidence: evidence::in_order(&evidence)?,
			salt: Hex(vouchsafe_vault::random_bytes()),
		})
	}

	fn registration(&self) -> Registration {
		Registration {
			basis: self.basis,
			scopes: Scopes::of(&self.scopes),
			until: self.until,
			evidence: evidence::commitment(&self.salt.0, &self.evidence),
		}
	}
}

impl RegistrationFile {
	/// What registers a representative of a patient who is enrolled.
	///
	/// # Errors
	///
	/// The evidence is empty or too long.
	pub fn of_patient(
		genesis: H256,
		institution: &AccountId,
		patient: &AccountId,
		representative: &AccountId,
		claim: Claim,
	) -> Result<Self> {
		Ok(Self {
			genesis: genesis.into(),
			institution: institution.into(),
			subject: Subject::Patient(patient.into()),
			representatives: vec![representative.into()],
			claim: Some(SaltedClaim::new(claim)?),
		})
	}

	/// What enrols a ward, with new salts.
	///
	/// # Errors
	///
	/// There are representatives and no claim, or a claim and no representatives; or the evidence is empty or too
	/// long.
	pub async fn of_ward(
		session: &Session<impl Platform>,
		institution: &AccountId,
		representatives: &[AccountId],
		claim: Option<Claim>,
	) -> Result<Self> {
		let claim = claim.map(SaltedClaim::new).transpose()?;
		let at = session.finalized().await?;
		let mut salt = H256(vouchsafe_vault::random_bytes());
		for _ in 0..TRIES {
			let place = storage::staff_proposal(&ward_proposal(institution, &salt), institution);
			if at.read(place).await?.is_none() {
				break;
			}
			salt = H256(vouchsafe_vault::random_bytes());
		}
		let file = Self {
			genesis: session.genesis().into(),
			institution: institution.into(),
			subject: Subject::Ward(salt.into()),
			representatives: representatives.iter().map(Into::into).collect(),
			claim,
		};
		file.checked()
	}

	/// Reads the file that the first of the staff gave away.
	///
	/// # Errors
	///
	/// It is not such a file, or belongs to another chain.
	pub fn read(file: &[u8], genesis: H256) -> Result<Self> {
		let wrong = "it is not a registration of representatives";
		// Errors repeat a part of it.
		ensure!(file.len() <= MAX_FILE, "{wrong}: it is too large");
		let file: Self = serde_json::from_slice(file)
			.map_err(|error| anyhow!("{wrong}: {}", line(&error.to_string())))?;
		ensure!(file.genesis.0 == genesis.0, "it was made for another chain");
		file.checked().context(wrong)
	}

	/// The file, if what is in it fits together.
	fn checked(self) -> Result<Self> {
		let count = self.representatives.len();
		// The other half is for those whom the patient appoints.
		let most = usize::try_from(MAX_REPRESENTATIVES / 2).unwrap_or(usize::MAX);
		ensure!(
			count <= most,
			"a patient has at most {most} representatives by law, and {count} are named"
		);
		let is_one = self.is_ward() || count == 1;
		ensure!(is_one, "it has to name one representative");
		ensure!(
			self.claim.is_some() != self.representatives.is_empty(),
			"it needs a basis if it names representatives, and only then"
		);
		if let Some(claim) = &self.claim {
			let is_in_order = evidence::in_order(&claim.evidence)? == claim.evidence;
			ensure!(is_in_order, "its evidence is not as this program writes it");
		}
		Ok(self)
	}

	/// The file's text.
	pub fn to_text(&self) -> String {
		let text = serde_json::to_string_pretty(self).expect("hex and text are JSON; qed");
		text + "\n"
	}

	/// The institution.
	pub fn institution(&self) -> AccountId {
		self.institution.into()
	}

	/// The patient: also the one who is to be enrolled as a ward.
	pub fn patient(&self) -> AccountId {
		match &self.subject {
			Subject::Patient(patient) => (*patient).into(),
			Subject::Ward(salt) => {
				ward_account(&H256(self.genesis.0), &self.institution(), &H256(salt.0))
			},
		}
	}

	/// Whether the patient is to be enrolled as a ward.
	pub fn is_ward(&self) -> bool {
		matches!(self.subject, Subject::Ward(_))
	}

	/// The representatives.
	pub fn representatives(&self) -> Vec<AccountId> {
		self.representatives.iter().map(|it| (*it).into()).collect()
	}

	/// What is registered of each of them. `None` if there are none.
	pub fn registration(&self) -> Option<Registration> {
		self.claim.as_ref().map(SaltedClaim::registration)
	}

	/// What proves it, in the words of the staff. `None` without representatives.
	pub fn evidence(&self) -> Option<&str> {
		self.claim.as_ref().map(|claim| &*claim.evidence)
	}

	/// Each representative with the registration.
	fn registered(&self) -> Vec<(AccountId, Registration)> {
		let all = self.representatives().into_iter();
		all.filter_map(|it| Some((it, self.registration()?))).collect()
	}

	/// What the two agree on about a patient who is enrolled.
	pub fn matter(&self) -> Option<StaffMatter> {
		let (representative, registration) = self.registered().into_iter().next()?;
		(!self.is_ward()).then_some(StaffMatter::Represent { representative, registration })
	}

	/// The call of each of the two.
	fn call(&self) -> Result<RepresentationCall> {
		let institution = self.institution();
		if let Subject::Ward(salt) = &self.subject {
			let (salt, representatives) = (H256(salt.0), self.registered());
			return Ok(RepresentationCall::enrol_ward { institution, salt, representatives });
		}
		let registered = self.registered().into_iter().next();
		let (representative, registration) = registered.context("nobody is named")?;
		let patient = self.patient();
		Ok(RepresentationCall::register { patient, institution, representative, registration })
	}

	/// Who of the staff has proposed it, if it waits for the second one.
	pub async fn proposer(&self, at: &impl View) -> Result<Option<AccountId>> {
		let institution = self.institution();
		let (subject, content) = match (&self.subject, self.matter()) {
			(Subject::Ward(salt), _) => (
				ward_proposal(&institution, &H256(salt.0)),
				agreed_ward(&self.patient(), &self.registered()),
			),
			(Subject::Patient(_), Some(matter)) => (self.patient(), agreed_matter(&matter)),
			(Subject::Patient(_), None) => return Ok(None),
		};
		proposer(at, &subject, &institution, &content).await
	}
}

/// An error if the chain would not take what is in a file.
pub async fn check(session: &Session<impl Platform>, file: &RegistrationFile) -> Result<()> {
	session.ensure_own("registers representatives")?;
	let at = session.finalized().await?;
	let now = at.time().await?;
	if let Some(registration) = file.registration() {
		check_registration(&registration, now)?;
		check_patient(session, &at, file, registration.basis).await?;
	}
	let patient = file.patient();
	let representatives = file.representatives();
	for (place, representative) in representatives.iter().enumerate() {
		let name = session.names.show(representative);
		ensure!(!representatives[..place].contains(representative), "{name} is named twice");
		ensure_person(session, &at, &patient, representative).await?;
		ensure_unlinked(session, &at, &patient, representative).await?;
	}
	Ok(())
}

/// An error if a registration is not one that anybody could sign.
fn check_registration(registration: &Registration, now: Moment) -> Result<()> {
	let Registration { basis, until, .. } = registration;
	if *basis == LegalBasis::Parent {
		let Some(until) = until.filter(|until| is_new_year(*until)) else {
			bail!(
				"a parent’s representation ends on 1 January (UTC), so that the birthday stays off the chain: name the \
				 year in which the child comes of age"
			);
		};
		ensure!(
			until <= now.saturating_add(MAX_PARENTAL_PERIOD),
			"nobody is a minor until {}: name an earlier year",
			show_day(until)
		);
	}
	if let Some(until) = until.filter(|until| *until <= now) {
		bail!(
			"the representation would end at {}, which is past: name a later end",
			show_moment(until)
		);
	}
	Ok(())
}

/// An error if nobody with this basis can be registered for the patient, or not by this institution.
async fn check_patient<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	file: &RegistrationFile,
	basis: LegalBasis,
) -> Result<()> {
	if file.is_ward() {
		ensure!(
			basis != LegalBasis::Executor,
			"an executor represents somebody who has died, and a ward is enrolled while it lives"
		);
		return Ok(());
	}
	let patient = file.patient();
	let name = session.names.show(&patient);
	let account = account_at(at, &patient).await?;
	let account = account.with_context(|| format!("{name} is not enrolled as a patient"))?;
	ensure!(
		account.kind == AccountKind::Patient,
		"{name} is {}, not a patient",
		ENGLISH.phrase(account.kind)
	);
	let institution = file.institution();
	ensure!(
		account.enrolled_by == institution,
		"{} has enrolled {name}: only its staff can register representatives of {name}, and not that of {}",
		session.names.show(&account.enrolled_by),
		session.names.show(&institution)
	);
	match (account.status, basis) {
		(Status::Merged | Status::Closed, _) => bail!(
			"the account of {name} is {}, and nobody represents it",
			ENGLISH.phrase(account.status)
		),
		(Status::Deceased, LegalBasis::Executor) => {},
		(Status::Deceased, _) => bail!("{name} has died: only an executor can be registered now"),
		(_, LegalBasis::Executor) => bail!(
			"an executor represents somebody who has died, and the chain does not say that of {name}"
		),
		_ => {},
	}
	let view = at.representation(&patient).await?;
	for representative in &file.representatives() {
		let Some(found) = find(&view, representative) else { continue };
		let waits = matches!(
			&found.representative.mandate,
			Mandate::ByLaw { stage: Stage::Registered { .. }, .. }
		);
		let who = session.names.show(representative);
		if !waits {
			let message =
				format!("{who} represents {name} already. This has to end first: {who} can end it");
			bail!(Advised::new(message, Advice::ListRepresentatives(name)));
		}
		ensure!(
			found.representative.suspension == Suspension::None,
			"{who} is suspended, and cannot be registered again before that is lifted"
		);
	}
	Ok(())
}

/// An error if somebody represents another patient with the same account, as far as this program has registered
/// it: everybody could see that the same person represents both.
async fn ensure_unlinked<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	patient: &AccountId,
	representative: &AccountId,
) -> Result<()> {
	for kept in kept(session).await? {
		if kept.representative != *representative || kept.patient == *patient {
			continue;
		}
		let view = at.representation(&kept.patient).await?;
		ensure!(
			find(&view, representative).is_none(),
			"{0} represents {1} already. A representative has an account of its own for each patient, so that \
			 nobody sees who belongs together: enrol another one for {0}",
			session.names.show(representative),
			session.names.show(&kept.patient)
		);
	}
	Ok(())
}

/// What a signature did.
#[derive(Debug)]
pub struct Done {
	/// Whether it waits for the second of the staff.
	pub signed: Signed,
	/// In which block.
	pub block: u32,
	/// Why a ward has no label key yet, if it was enrolled and has none. Only a registrar can deliver one: see
	/// [`deliver_label_key`].
	pub no_label_key: Option<anyhow::Error>,
}

/// Proposes it, as the first of the staff, or confirms it.
pub async fn sign(session: &Session<impl Platform>, file: &RegistrationFile) -> Result<Done> {
	if let Err(error) = keep(session, file).await {
		tracing::info!("the registration is not kept: {error:#}");
	}
	let call: RuntimeCall = file.call()?.into();
	let included = session.submit(call).await?;
	let signed = result_of(&included, |event| match event {
		Event::Enrolment(EnrolmentEvent::StaffProposed { .. }) => Some(Signed::Waits),
		Event::Representation(
			RepresentationEvent::Registered { .. } | RepresentationEvent::WardEnrolled { .. },
		) => Some(Signed::Agreed),
		_ => None,
	})?;
	let no_label_key = match (signed, file.is_ward()) {
		(Signed::Agreed, true) => deliver_label_key(session, file).await.err(),
		_ => None,
	};
	Ok(Done { signed, block: included.number, no_label_key })
}

/// The colleague who has proposed what is in a file, which the user can confirm.
///
/// # Errors
///
/// No such proposal waits, or it is the user's own.
pub async fn confirmable(
	session: &Session<impl Platform>,
	file: &RegistrationFile,
) -> Result<AccountId> {
	let proposer = file.proposer(&session.finalized().await?).await?;
	let proposer = proposer.context(
		"no proposal of this waits on the chain: it is confirmed already, another one has replaced it, it has \
		 lapsed, or nobody has made it. The chain has only a hash of a proposal, so each letter counts",
	)?;
	ensure!(
		proposer != session.me()?.account(),
		"you have proposed this yourself: a colleague has to confirm it"
	);
	Ok(proposer)
}

/// Whether the ward of a file is enrolled already.
pub async fn is_enrolled(
	session: &Session<impl Platform>,
	file: &RegistrationFile,
) -> Result<bool> {
	let at = session.finalized().await?;
	Ok(file.is_ward() && account_at(&at, &file.patient()).await?.is_some())
}

/// Draws a label key for the ward of a file, and delivers it to the custodian of the institution. The custodian
/// takes it only from a registrar, and keeps one that it has.
pub async fn deliver_label_key(
	session: &Session<impl Platform>,
	file: &RegistrationFile,
) -> Result<()> {
	label_keys::draw_for(session, &file.patient(), &file.institution()).await
}

/// What the user has signed of one representative.
struct Kept {
	patient: AccountId,
	institution: AccountId,
	representative: AccountId,
	registration: Registration,
}

/// Keeps what was signed, so that this program can say what waits and who represents whom.
async fn keep(session: &Session<impl Platform>, file: &RegistrationFile) -> Result<()> {
	let (patient, me) = (file.patient(), session.me()?);
	for (representative, registration) in file.registered() {
		let name = place(session, &patient, &representative);
		let kept = (&patient, file.institution(), representative, registration);
		session.keep.write_own(me, FOLDER, &name, &kept.encode()).await?;
	}
	Ok(())
}

/// Named by the chain, the patient and the representative.
fn place(session: &Session<impl Platform>, patient: &AccountId, who: &AccountId) -> String {
	let [patient, who] = [patient, who].map(|account| hex::encode(&account_bytes(account)[..16]));
	format!("{}-{patient}-{who}", chain(session))
}

fn chain(session: &Session<impl Platform>) -> String {
	hex::encode(&session.genesis().0[..16])
}

/// What the user has signed on this chain. What cannot be read is left out.
async fn kept(session: &Session<impl Platform>) -> Result<Vec<Kept>> {
	let (me, chain) = (session.me()?, chain(session));
	let mut all = Vec::new();
	for name in session.keep.files(FOLDER).await? {
		if !name.starts_with(&chain) {
			continue;
		}
		let Ok(Some(bytes)) = session.keep.read_own(me, FOLDER, &name).await else { continue };
		if let Ok(kept) = DecodeAll::decode_all(&mut &bytes[..]) {
			let (patient, institution, representative, registration) = kept;
			all.push(Kept { patient, institution, representative, registration });
		}
	}
	Ok(all)
}

/// The representatives of this patient whom the user has proposed for this institution. The chain has only a hash
/// of what waits.
pub(crate) async fn kept_matters(
	session: &Session<impl Platform>,
	patient: &AccountId,
	institution: &AccountId,
) -> Vec<StaffMatter> {
	let kept = kept(session).await.unwrap_or_default().into_iter();
	let about = kept.filter(|it| it.patient == *patient && it.institution == *institution);
	about
		.map(|Kept { representative, registration, .. }| StaffMatter::Represent {
			representative,
			registration,
		})
		.collect()
}
