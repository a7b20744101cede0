//! Opens records: sends the call to the chain, gets the shares from the custodians and the content
//! from a good copy, and checks every step. Faults are reported with the custodian that caused
//! them.

use crate::{
	english::ENGLISH,
	file_names::without_extension,
	hedge::{hedged, Meter, TooSlow},
	labels::{unmark, LabelTable},
	platform::{Clock, Document, Draft, Platform, Sink, Task},
	session::{found_result, At, Session},
	text::line,
};
use anyhow::{bail, Context as _, Result};
use futures::{future::join, stream::FuturesUnordered, StreamExt};
use std::{sync::Arc, time::Duration};
use thiserror::Error;
use vouchsafe_protocol::{
	calls::CustodyCall,
	cid::Cid,
	errors::{ChainError, CustodianError},
	messages::{AskRelease, FetchPatientEnvelope, PatientEnvelope, Release},
	openings::{has_custodian, Fault, Gathered, Source, Target},
	traits::{Custodian, View},
	types::{self, AccountId, Ground, HolderState, Purpose, RecordStatus, SharingSet, H256},
};
use vouchsafe_speech::{short, Noun};
use vouchsafe_vault::{
	commitment::PlaintextCommitment,
	document::{Decryptor, DocumentKey},
	manifest::{Details, Manifest, MAX_MANIFEST},
	seal::SecretKey,
	sharing::{Commitments, Share},
};

/// The most records in one opening.
pub const MAX_OPENED: usize = types::MAX_OPENED as usize;
/// How long a custodian that says "no access" is asked again after a final opening: its node may
/// see that block a little later than ours.
pub(crate) const LAG: Duration = Duration::from_secs(8);
/// The first pause before a custodian is asked again, and the longest. Nodes see a final block within
/// some tens of milliseconds of each other.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(400));

/// Why a record was not opened.
#[derive(Debug, Error)]
pub enum OpenError {
	/// The chain refused access.
	#[error("no access to {what}: the patient's consents do not permit it now")]
	NoAccess {
		/// The record or version.
		what: String,
	},
	/// The record is marked as another patient's, so the chain refuses it to everybody.
	#[error(
		"no access to record {record}: it is marked as another patient's, and is closed to everybody"
	)]
	AnotherPatients {
		/// Which record.
		record: String,
	},
	/// Too few shares came together.
	#[error("the key needs {need} shares{}", answers(.got, .failed))]
	TooFewShares {
		/// How many are needed.
		need: u8,
		/// The sources of the shares that came.
		got: Vec<String>,
		/// The holders that sent none, and why.
		failed: Vec<(String, String)>,
	},
	/// No copy of the content is good.
	#[error("no custodian has an intact copy of the {what}: {}", reasons(.failed))]
	NoGoodCopy {
		/// Manifest or ciphertext.
		what: &'static str,
		/// The institutions that have no good copy, and why.
		failed: Vec<(String, String)>,
	},
	/// The decrypted document is not the one that the author committed to.
	#[error(
		"the document of record {record} is not the one that its author registered on the chain. It was \
		 not written to disk. Tell the institution that wrote the record"
	)]
	WrongPlaintext {
		/// Which record.
		record: String,
	},
	/// Something else, such as a malformed manifest.
	#[error("{0:#}")]
	Other(anyhow::Error),
}

impl OpenError {
	/// Whether the chain refused it.
	pub fn is_refusal(&self) -> bool {
		matches!(self, Self::NoAccess { .. } | Self::AnotherPatients { .. })
	}

	/// Why the chain refused a record with this status, if its status is known.
	fn refused(record: &H256, status: Option<RecordStatus>) -> Self {
		let record = short(record);
		match status {
			Some(RecordStatus::WrongPatient) => Self::AnotherPatients { record },
			_ => Self::NoAccess { what: format!("record {record}") },
		}
	}
}

fn answers(got: &[String], failed: &[(String, String)]) -> String {
	let got = match got {
		[] => ", and no custodian gave one".to_owned(),
		some => format!(", and only {} came, from {}", some.len(), ENGLISH.and(some)),
	};
	let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
	for (who, why) in failed {
		match reasons.iter_mut().find(|(known, _)| known == why) {
			Some((_, names)) => names.push(who),
			None => reasons.push((why, vec![who])),
		}
	}
	let reasons: Vec<_> =
		reasons.iter().map(|(why, names)| format!("{}: {why}", ENGLISH.and(names))).collect();
	if reasons.is_empty() {
		got
	} else {
		format!("{got}. {}", reasons.join(". "))
	}
}

fn reasons(failed: &[(String, String)]) -> String {
	let reasons: Vec<_> = failed.iter().map(|(who, why)| format!("{who}: {why}")).collect();
	if reasons.is_empty() {
		"no institution keeps one".into()
	} else {
		reasons.join("; ")
	}
}

/// What is to be opened.
#[derive(Clone, Debug)]
pub struct OpeningRequest {
	/// The patient.
	pub patient: AccountId,
	/// The records, at most [`MAX_OPENED`].
	pub records: Vec<H256>,
	/// The version, or `None` for the last one.
	pub version: Option<u32>,
	/// The purpose of use.
	pub purpose: Purpose,
	/// The ground.
	pub ground: Ground,
}

/// A record that was opened.
#[derive(Clone, Debug)]
pub struct Opened<Place> {
	/// Which.
	pub record: H256,
	/// Which version.
	pub version: u32,
	/// Its title.
	pub title: String,
	/// Its media type.
	pub media_type: String,
	/// Its length.
	pub length: u64,
	/// Where it is.
	pub place: Place,
	/// The sources of the shares that opened it.
	pub shares_from: Vec<String>,
	/// The institution whose copy of the content was used. Empty if the content was not fetched yet.
	pub content_from: String,
	/// Whether the record is valid, or how it is marked as entered in error.
	pub status: RecordStatus,
	/// How many holders have a share of its key, and how many should. They differ if a share did not arrive,
	/// or was lost.
	pub held: (usize, usize),
	/// The faults that were found: custodians that sent a false share, copies that were changed.
	pub warnings: Vec<String>,
}

/// The result for each record.
pub type Results<Place> = Vec<(H256, Result<Opened<Place>, OpenError>)>;

/// Opens records: asks the chain, and fetches the records that it opened. An error concerns all
/// records. What goes wrong with one record is in that record's result.
pub async fn open<S: Sink>(
	session: &Session<impl Platform>,
	opening: &OpeningRequest,
	sink: &S,
) -> Result<Results<S::Place>> {
	let (opened, refused) = ask(session, opening).await?;
	let mut results: Results<S::Place> = Vec::new();
	let at = if refused.is_empty() { None } else { session.finalized().await.ok() };
	for record in refused {
		let found = match &at {
			Some(at) => at.record(&opening.patient, record).await.ok().flatten(),
			None => None,
		};
		let status = found.map(|found| found.status);
		results.push((record, Err(OpenError::refused(&record, status))));
	}
	// If the node is away for one record, it is not waited for again.
	let mut away = None;
	for record in opened {
		let result = match &away {
			Some(error) => Err(anyhow::Error::new(ChainError::clone(error))),
			None => fetch(session, opening, record, sink).await,
		};
		let result = result.map_err(|error| match error.downcast::<OpenError>() {
			Ok(error) => error,
			Err(error) => {
				let chain = error.downcast_ref::<ChainError>();
				away = chain.filter(|it| matches!(it, ChainError::Unreachable(_))).cloned();
				OpenError::Other(error)
			},
		});
		results.push((record, result));
	}
	results.sort_by_key(|(record, _)| opening.records.iter().position(|it| it == record));
	Ok(results)
}

/// Asks the chain to open records, and waits until that is final. Returns the records that were
/// opened and those that were refused.
pub async fn ask(
	session: &Session<impl Platform>,
	opening: &OpeningRequest,
) -> Result<(Vec<H256>, Vec<H256>)> {
	if opening.records.is_empty() || opening.records.len() > MAX_OPENED {
		bail!("1 to {MAX_OPENED} records can be opened at once");
	}
	let call = CustodyCall::open {
		patient: opening.patient.clone(),
		records: opening.records.clone(),
		purpose: opening.purpose,
		ground: opening.ground.clone(),
	};
	let waiting = session.waiting("waiting until the opening is final");
	let included = session.submit(call).await?;
	waiting.advance(1);
	found_result(&included, included.opening_decided())
}

/// What the chain stores about a version, or about the last version if none is named.
pub(crate) async fn find<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	patient: &AccountId,
	record: H256,
	version: Option<u32>,
) -> Result<Target> {
	let found = at.record(patient, record).await?.context("this patient has no such record")?;
	let number = version.unwrap_or(found.versions.saturating_sub(1));
	let version = at.version(patient, record, number).await?.with_context(|| {
		format!("the record has no version {number}: it has {}", count_versions(found.versions))
	})?;
	let set = at.sharing_set(patient, record, number).await?;
	Ok(Target::new(session.genesis(), record, number, found, version, set)?)
}

fn count_versions(versions: u32) -> String {
	ENGLISH.count(Noun::Version, usize::try_from(versions).unwrap_or(usize::MAX))
}

/// A record whose key came together: what is left is its content. It has the key, so it stays in memory.
pub struct Unsealed {
	target: Target,
	manifest: Manifest,
	details: Details,
	key: DocumentKey,
	/// The reader's own institution: it is asked first.
	near: Option<AccountId>,
	document: Document,
	shares_from: Vec<String>,
	warnings: Vec<String>,
}

impl Unsealed {
	/// The document, as its author described it.
	pub fn document(&self) -> &Document {
		&self.document
	}

	/// Its length.
	pub fn length(&self) -> u64 {
		self.details.plaintext_len
	}
}

/// Fetches shares, manifest and content of an opened record. The opening must be final and valid.
pub async fn fetch<S: Sink>(
	session: &Session<impl Platform>,
	opening: &OpeningRequest,
	record: H256,
	sink: &S,
) -> Result<Opened<S::Place>> {
	let unsealed = Arc::new(unseal(session, opening, record).await?);
	match sink.set_aside(&unsealed) {
		Some(place) => {
			let warnings = unsealed.warnings.clone();
			Ok(opened(&unsealed, place, String::new(), warnings))
		},
		None => fetch_content(session, &unsealed, sink).await,
	}
}

/// Fetches shares and manifest of an opened record.
async fn unseal(
	session: &Session<impl Platform>,
	opening: &OpeningRequest,
	record: H256,
) -> Result<Unsealed> {
	let at = session.finalized().await?;
	let target = find(session, &at, &opening.patient, record, opening.version).await?;
	let mut warnings = Vec::new();
	let near = opening.ground.institution().cloned();
	let places = content_places(&target, near.as_ref());
	let (gathered, manifest) =
		join(gather(session, &target), fetch_manifest(session, &target, &places, &mut warnings))
			.await;
	let (gathered, manifest) = (gathered?, manifest?);
	let secret = gathered.combine(&target, &manifest)?;
	let details = manifest.details(&secret, &target.context)?;
	let key = secret.document_key(&target.context);
	let (media_type, words) = unmark(&details.media_type);
	learn_labels(session, &target.patient, &record, &words).await?;
	let (title, media_type) = (line(&details.title), media_type.to_owned());
	let suspicious = gathered.faults.iter().filter(|(_, fault)| fault.is_suspicious());
	warnings.extend(suspicious.map(|(source, fault)| {
		format!("{}: {fault}. It was not used: report it", name_of(session, &target, source))
	}));
	let shares = gathered.shares.iter();
	let shares_from = shares.map(|(source, _)| name_of(session, &target, source)).collect();
	let document = Document { record, version: target.version, title, media_type };
	Ok(Unsealed { target, manifest, details, key, near, document, shares_from, warnings })
}

/// Fetches the content of a record. It gets its place once its commitment was checked.
pub async fn fetch_content<S: Sink>(
	session: &Session<impl Platform>,
	unsealed: &Unsealed,
	sink: &S,
) -> Result<Opened<S::Place>> {
	let Unsealed { target, manifest, details, key, document, .. } = unsealed;
	let places = content_places(target, unsealed.near.as_ref());
	let cid = Cid::try_from(&manifest.ciphertext_cid[..])
		.context("the CID in the manifest is malformed")?;
	let copy = Copy { cid, length: manifest.ciphertext_len, details };
	let (good, failed) = hedged(&session.clock, &places, |institution, meter| {
		let decryptor = Decryptor::new(key, &target.context).expecting(copy.length);
		fetch_copy(session, institution, copy, decryptor, sink, meter)
	})
	.await;
	let failed = bad_copies(session, failed);
	let mut warnings = unsealed.warnings.clone();
	warnings.extend(
		failed
			.iter()
			.filter(|(_, bad)| bad.is_changed)
			.map(|(name, bad)| format!("the copy at {name} was changed: {}", bad.text)),
	);
	let Some((content_from, fetched)) = good else {
		return Err(OpenError::NoGoodCopy { what: "ciphertext", failed: texts(failed) }.into());
	};
	let content_from = session.names.show(content_from);
	let (draft, commitment) = fetched?;
	if !target.is_committed(&commitment) {
		return Err(OpenError::WrongPlaintext { record: short(&target.record) }.into());
	}
	let place = sink.keep(draft, document).await?;
	Ok(opened(unsealed, place, content_from, warnings))
}

fn opened<Place>(
	unsealed: &Unsealed,
	place: Place,
	content_from: String,
	warnings: Vec<String>,
) -> Opened<Place> {
	let Unsealed { target, document, shares_from, .. } = unsealed;
	Opened {
		record: target.record,
		version: target.version,
		title: document.title.clone(),
		media_type: line(without_extension(&document.media_type).0),
		length: unsealed.length(),
		place,
		shares_from: shares_from.clone(),
		content_from,
		status: target.status,
		held: held(&target.set),
		warnings,
	}
}

/// How many holders of a version have their share, and how many holders there are. The patient's share is
/// with those of the institutions.
pub fn held(set: &SharingSet) -> (usize, usize) {
	let has = |holder: &&HolderState| holder.acknowledged || !has_custodian(holder.kind);
	(set.holders.iter().filter(has).count(), set.holders.len())
}

async fn learn_labels(
	session: &Session<impl Platform>,
	patient: &AccountId,
	record: &H256,
	words: &[String],
) -> Result<()> {
	if words.is_empty() {
		return Ok(());
	}
	let me = session.me()?;
	LabelTable::update(&session.keep, me, patient, |table| {
		table.learn(record, words);
		Ok(())
	})
	.await?;
	Ok(())
}

/// The source of a share, in words.
fn name_of(session: &Session<impl Platform>, target: &Target, source: &Source) -> String {
	let name = session.names.show(source.custodian());
	match source {
		Source::Custodian(_) => name,
		Source::Own { .. } => format!("yourself (kept by {name})"),
		Source::Carried { holder, .. } if *holder == target.patient => {
			format!("the patient (carried by {name})")
		},
		Source::Carried { holder, .. } => {
			format!("{} (carried by {name})", session.names.show(holder))
		},
	}
}

/// A custodian's answer.
enum Answer {
	Own(PatientEnvelope),
	Released(Release),
}

/// Asks all custodians at once, until enough shares have come.
async fn gather(session: &Session<impl Platform>, target: &Target) -> Result<Gathered> {
	let me = session.me()?;
	let account = me.account();
	let asks_for_own = account == target.patient && target.is_held_by_patient();
	let deadline = session.clock.elapsed() + LAG;
	let mut asked = FuturesUnordered::new();
	for holder in target.custodians() {
		// The patient's own share, and the custodian's.
		for own in [true, false] {
			if own && !asks_for_own {
				continue;
			}
			asked.push(async move {
				let institution = &holder.account;
				(institution, ask_custodian(session, target, institution, own, deadline).await)
			});
		}
	}
	let _waiting = session.waiting("waiting for the custodians' shares");
	let mut gathered = Gathered::default();
	let mut away: Vec<(&AccountId, String)> = Vec::new();
	while let Some((institution, answer)) = asked.next().await {
		match answer {
			Ok(Answer::Own(envelope)) => {
				gathered.take_own(target, &me.encryption, institution, &envelope);
			},
			Ok(Answer::Released(release)) => {
				gathered.take_release(target, &me.encryption, &account, institution, &release);
			},
			Err(_) if away.iter().any(|(known, _)| *known == institution) => {},
			Err(reason) => away.push((institution, reason)),
		}
		if gathered.is_enough(target) {
			return Ok(gathered);
		}
	}
	let faults = gathered.faults.iter().map(|(source, fault): &(Source, Fault)| {
		let what = match source {
			Source::Own { .. } if is_closed(fault) => CLOSED.into(),
			_ => fault.to_string(),
		};
		(name_of(session, target, source), what)
	});
	let away =
		away.into_iter().map(|(institution, reason)| (session.names.show(institution), reason));
	Err(OpenError::TooFewShares {
		need: target.set.threshold,
		got: gathered.shares.iter().map(|(source, _)| name_of(session, target, source)).collect(),
		failed: faults.chain(away).collect(),
	}
	.into())
}

async fn ask_custodian(
	session: &Session<impl Platform>,
	target: &Target,
	institution: &AccountId,
	own: bool,
	deadline: Duration,
) -> Result<Answer, String> {
	let me = session.me().map_err(|error| error.to_string())?;
	let custodian = session.custodian(institution).map_err(|error| error.to_string())?;
	let (patient, record) = ((&target.patient).into(), target.record.into());
	let version = target.version;
	let (mut pause, longest) = PAUSES;
	loop {
		let answer = if own {
			let request = FetchPatientEnvelope { patient, record, version };
			custodian.patient_envelope(&me.signer, &request).await.map(Answer::Own)
		} else {
			let request = AskRelease { patient, record, version };
			custodian.release(&me.signer, &request).await.map(Answer::Released)
		};
		match answer {
			Err(CustodianError::NoAccess | CustodianError::NotYet)
				if session.clock.elapsed() < deadline =>
			{
				session.clock.sleep(pause).await;
				pause = (pause * 2).min(longest);
			},
			Ok(answer) => return Ok(answer),
			Err(CustodianError::Unreachable(detail)) => {
				tracing::debug!(detail, "a custodian is away");
				return Err("could not be reached".into());
			},
			Err(CustodianError::NoAccess) => return Err("refused access".into()),
			Err(error) => return Err(error.to_string()),
		}
	}
}

/// The institutions that keep the content: those that hold a share, the reader's own first.
fn content_places(target: &Target, near: Option<&AccountId>) -> Vec<AccountId> {
	let mut places: Vec<_> = target.custodians().map(|it| it.account.clone()).collect();
	places.sort_by_key(|place| Some(place) != near);
	places
}

async fn fetch_manifest(
	session: &Session<impl Platform>,
	target: &Target,
	places: &[AccountId],
	warnings: &mut Vec<String>,
) -> Result<Manifest> {
	let (found, failed) = hedged(&session.clock, places, |institution, _| async move {
		let custodian = session.custodian(institution).map_err(BadCopy::away)?;
		let custodian = custodian.without_retries();
		Ok::<_, BadCopy>(custodian.content_bytes(target.manifest, MAX_MANIFEST).await?)
	})
	.await;
	let failed = bad_copies(session, failed);
	warnings.extend(
		failed
			.iter()
			.filter(|(_, bad)| bad.is_changed)
			.map(|(name, _)| format!("the copy of the manifest at {name} was changed")),
	);
	match found {
		Some((_, bytes)) => Ok(Manifest::decode_versioned(&bytes, &target.context)
			.context("the record is malformed, tell the institution that wrote it")?),
		None => Err(OpenError::NoGoodCopy { what: "manifest", failed: texts(failed) }.into()),
	}
}

/// CID and length of the last version's ciphertext, as its manifest has them.
pub async fn content_of<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	patient: &AccountId,
	record: H256,
) -> Result<(Cid, u64)> {
	let target = find(session, at, patient, record, None).await?;
	let places = content_places(&target, None);
	let manifest = fetch_manifest(session, &target, &places, &mut Vec::new()).await?;
	let cid = Cid::try_from(&manifest.ciphertext_cid[..])
		.context("the CID in the manifest is malformed")?;
	Ok((cid, manifest.ciphertext_len))
}

/// Why a copy could not be used.
pub(crate) struct BadCopy {
	/// The reason.
	pub(crate) text: String,
	/// Whether it was changed. Otherwise it could not be fetched.
	pub(crate) is_changed: bool,
	/// Whether it does not open with the user's encryption key. It may be sealed to one that was replaced.
	pub(crate) is_closed: bool,
}

impl BadCopy {
	pub(crate) fn away(error: impl ToString) -> Self {
		Self { text: error.to_string(), is_changed: false, is_closed: false }
	}

	fn changed(error: impl ToString) -> Self {
		Self { text: error.to_string(), is_changed: true, is_closed: false }
	}

	/// Something that is sealed, but not to the user's encryption key.
	fn closed() -> Self {
		Self { text: CLOSED.into(), is_changed: true, is_closed: true }
	}
}

/// Why the user's own share does not open. After a key was replaced, this is so for each earlier share.
const CLOSED: &str =
	"it does not open with your encryption key: it is sealed to one that was replaced, or it was changed";

/// Whether something is well sealed, but does not open with the user's key.
fn is_closed(fault: &Fault) -> bool {
	matches!(fault, Fault::DoesNotOpen(why) if *why == vouchsafe_vault::Error::CannotOpen.to_string())
}

impl From<TooSlow> for BadCopy {
	fn from(error: TooSlow) -> Self {
		Self::away(error)
	}
}

impl From<CustodianError> for BadCopy {
	fn from(error: CustodianError) -> Self {
		match error {
			CustodianError::Damaged(_) => Self::changed(error),
			error => Self::away(error),
		}
	}
}

/// The bad copies, with the names of their institutions.
fn bad_copies(
	session: &Session<impl Platform>,
	failed: Vec<(&AccountId, BadCopy)>,
) -> Vec<(String, BadCopy)> {
	failed.into_iter().map(|(place, bad)| (session.names.show(place), bad)).collect()
}

fn texts(failed: Vec<(String, BadCopy)>) -> Vec<(String, String)> {
	failed.into_iter().map(|(name, bad)| (name, bad.text)).collect()
}

/// What a copy of the ciphertext should be.
#[derive(Clone, Copy)]
struct Copy<'a> {
	cid: Cid,
	length: u64,
	details: &'a Details,
}

/// Fetches one copy and decrypts it into a draft as it arrives. The draft is returned only if CID,
/// length and every segment are right. The inner error is an error of this machine.
async fn fetch_copy<S: Sink>(
	session: &Session<impl Platform>,
	institution: &AccountId,
	copy: Copy<'_>,
	mut decryptor: Decryptor,
	sink: &S,
	meter: Meter,
) -> Result<Result<(S::Draft, [u8; 32])>, BadCopy> {
	let custodian = session.custodian(institution).map_err(BadCopy::away)?.without_retries();
	let mut stream = custodian.content(copy.cid).await?;
	let mut draft = match sink.draft().await {
		Ok(draft) => draft,
		Err(error) => return Ok(Err(error)),
	};
	let mut commitment = PlaintextCommitment::new(copy.details.commitment_salt);
	let progress = session.bytes("fetching", copy.length);
	let mut plaintext = Vec::new();
	while let Some(piece) = stream.next().await {
		let piece = piece?;
		meter.add(piece.len());
		plaintext.clear();
		decryptor.update(&piece, &mut plaintext).map_err(BadCopy::changed)?;
		commitment.update(&plaintext);
		if let Err(error) = draft.write(&plaintext).await {
			return Ok(Err(error));
		}
		progress.advance(piece.len() as u64);
	}
	plaintext.clear();
	let length = decryptor.finish(&mut plaintext).map_err(BadCopy::changed)?;
	if length != copy.details.plaintext_len {
		return Err(BadCopy::changed("its length is not the one that its author registered"));
	}
	commitment.update(&plaintext);
	Ok(draft.write(&plaintext).await.map(|()| (draft, commitment.finish())))
}

/// The patient's own share does not open with the patient's key, and no custodian has another one.
#[derive(Clone, Copy, Debug, Error)]
#[error("your own key share cannot be used: {}", CLOSED)]
pub(crate) struct ClosedShare;

/// The patient's own share of a version, from a custodian that keeps it, with the commitments. The error is
/// [`ClosedShare`] if there are only shares that are sealed to another key.
pub async fn own_share<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	record: H256,
	version: u32,
) -> Result<(Share, Commitments, SharingSet)> {
	let me = session.me()?;
	let patient = me.account();
	let target = find(session, at, &patient, record, Some(version)).await?;
	let places = content_places(&target, None);
	let (found, failed) = hedged(&session.clock, &places, |institution, _| {
		ask_own_share(session, &target, institution)
	})
	.await;
	if let Some((_, (share, commitments))) = found {
		return Ok((share, commitments, target.set.clone()));
	}
	if failed.iter().any(|(_, bad)| bad.is_closed) {
		bail!(ClosedShare);
	}
	let failed = bad_copies(session, failed);
	bail!("no custodian gave your own share: {}", reasons(&texts(failed)))
}

/// The patient's own share of a version from this custodian, if it is good.
pub(crate) async fn ask_own_share(
	session: &Session<impl Platform>,
	target: &Target,
	institution: &AccountId,
) -> Result<(Share, Commitments), BadCopy> {
	let me = session.me().map_err(BadCopy::away)?;
	let (patient, record) = ((&target.patient).into(), target.record.into());
	let request = FetchPatientEnvelope { patient, record, version: target.version };
	let custodian = session.custodian(institution).map_err(BadCopy::away)?.without_retries();
	let envelope = custodian.patient_envelope(&me.signer, &request).await?;
	judge_own_share(target, &me.encryption, institution, &envelope)
}

/// The share in a patient's envelope, if it is the patient's share of this version.
pub(crate) fn judge_own_share(
	target: &Target,
	key: &SecretKey,
	institution: &AccountId,
	envelope: &PatientEnvelope,
) -> Result<(Share, Commitments), BadCopy> {
	let mut gathered = Gathered::default();
	gathered.take_own(target, key, institution, envelope);
	match gathered.faults.first() {
		Some((_, fault)) if is_closed(fault) => return Err(BadCopy::closed()),
		Some((_, fault)) => return Err(BadCopy::changed(fault)),
		None => {},
	}
	match (gathered.shares.first(), gathered.commitments()) {
		(Some((_, share)), Some(commitments)) => Ok((share.clone(), commitments.clone())),
		_ => Err(BadCopy::changed("it sent no share")),
	}
}

#[cfg(test)]
mod content_tests;

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_refusal_names_its_reason_if_the_chain_proves_it() {
		let said = |status| OpenError::refused(&H256([7; 32]), status).to_string();
		let consents = "no access to record 07070707: the patient's consents do not permit it now";
		for status in [None, Some(RecordStatus::Current), Some(RecordStatus::WrongContent)] {
			assert_eq!(said(status), consents);
		}
		let other = said(Some(RecordStatus::WrongPatient));
		assert!(other.contains("no access") && other.contains("another patient's"), "{other}");
	}

	#[test]
	fn too_few_shares_reads_well() {
		let error = OpenError::TooFewShares {
			need: 3,
			got: vec!["Hospital A".into(), "Hospital B".into()],
			failed: vec![
				("Hospital C".into(), "could not be reached".into()),
				("Health Authority".into(), "could not be reached".into()),
			],
		};
		assert_eq!(
			error.to_string(),
			"the key needs 3 shares, and only 2 came, from Hospital A and Hospital B. Hospital C and Health \
			 Authority: could not be reached"
		);
		let none = OpenError::TooFewShares { need: 3, got: vec![], failed: vec![] };
		assert_eq!(none.to_string(), "the key needs 3 shares, and no custodian gave one");
	}
}
