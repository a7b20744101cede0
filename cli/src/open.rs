//! Opening records: the call on the chain, the shares from the custodians, the content from
//! whichever copy is good, and the checks at every step. What doesn't fit is named.

use crate::{
	labels::{unmark, LabelTable},
	output::{plain, Progress},
	sentence::short,
	session::Session,
	words::{and, count, HolderKind, Purpose},
};
use anyhow::{bail, Context as _, Result};
use codec::Decode;
use futures::{stream::FuturesUnordered, StreamExt};
use std::{
	io::{BufWriter, Write},
	path::{Path, PathBuf},
	time::{Duration, Instant},
};
use tempfile::NamedTempFile;
use thiserror::Error;
use vouchsafe_client::{
	chain::{
		runtime, AccountId, At, BoundedVec, Ground, HolderState, Included, Record, SharingSet, H256,
	},
	cid::Cid,
	custodian::CustodianError,
	messages::{AskRelease, FetchPatientEnvelope, Hex, PatientEnvelope, Release},
};
use vouchsafe_vault::{
	commitment::PlaintextCommitment,
	document::Decryptor,
	manifest::{open_release, open_share, Details, Manifest, ShareAddress, MAX_MANIFEST},
	sharing::{combine, Commitments, Share},
	Context,
};

/// Records in one opening.
pub const MAX_OPENED: usize = 16;
/// How long a custodian that says "no access" is asked again after a final opening: its node may
/// see that block a little later than ours.
const LAG: Duration = Duration::from_secs(8);

/// Why a record was not opened.
#[derive(Debug, Error)]
pub enum OpenError {
	/// The chain gives no access.
	#[error(
		"no access to {what}: there is no consent that fits. The patient can see why with `vouchsafe \
		 consent explain`; `vouchsafe request submit` asks for access"
	)]
	NoAccess {
		/// To what.
		what: String,
	},
	/// Too few shares came together.
	#[error("{need} shares are needed{}", answers(.got, .failed))]
	TooFewShares {
		/// How many are needed.
		need: u8,
		/// Whose shares came.
		got: Vec<String>,
		/// Who gave none, and why.
		failed: Vec<(String, String)>,
	},
	/// No copy of the content is good.
	#[error("no good copy of the {what} was found: {}", reasons(.failed))]
	NoGoodCopy {
		/// Manifest or ciphertext.
		what: &'static str,
		/// Who has none, and why.
		failed: Vec<(String, String)>,
	},
	/// What was decrypted is not what the author committed to.
	#[error(
		"the document of record {record} is not the one that its author committed to on the chain: \
		 nothing was written. Tell the author institution"
	)]
	WrongPlaintext {
		/// Which record.
		record: String,
	},
}

fn answers(got: &[String], failed: &[(String, String)]) -> String {
	let got = match got {
		[] => ", and none came".to_owned(),
		some => format!(", only {} came: {}", some.len(), and(some)),
	};
	let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
	for (who, why) in failed {
		match reasons.iter_mut().find(|(known, _)| known == why) {
			Some((_, names)) => names.push(who),
			None => reasons.push((why, vec![who])),
		}
	}
	let reasons: Vec<_> =
		reasons.iter().map(|(why, names)| format!("{}: {why}", and(names))).collect();
	if reasons.is_empty() {
		got
	} else {
		format!("{got}. {}", reasons.join(". "))
	}
}

fn reasons(failed: &[(String, String)]) -> String {
	let reasons: Vec<_> = failed.iter().map(|(who, why)| format!("{who}: {why}")).collect();
	if reasons.is_empty() {
		"nobody keeps one".into()
	} else {
		reasons.join("; ")
	}
}

/// What is to be opened.
#[derive(Clone, Debug)]
pub struct Opening {
	/// Whose records.
	pub patient: AccountId,
	/// Which, at most [`MAX_OPENED`].
	pub records: Vec<H256>,
	/// Which version; `None` for the last.
	pub version: Option<u32>,
	/// Why.
	pub purpose: Purpose,
	/// On what ground.
	pub ground: Ground,
}

/// Where a document is written.
#[derive(Clone, Debug)]
pub enum Destination {
	/// Into this folder, under a name made from the title.
	Folder(PathBuf),
	/// Into this file.
	File {
		/// Which.
		path: PathBuf,
		/// Whether a file that is there is replaced.
		replace: bool,
	},
}

/// A record that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
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
	/// Where it was written.
	pub path: PathBuf,
	/// Whose shares opened it.
	pub shares_from: Vec<String>,
	/// Whose copy of the content it was.
	pub content_from: String,
	/// What was found wrong on the way: who gave a false share, whose copy was changed.
	pub warnings: Vec<String>,
}

/// What became of each record.
pub type Results = Vec<(H256, Result<Opened, OpenError>)>;

/// Opens records: asks the chain, and fetches what it opened. The error is one that concerns all;
/// what concerns one record stands in its result.
pub async fn open(
	session: &Session,
	opening: &Opening,
	destination: &Destination,
) -> Result<Results> {
	let (opened, refused) = ask(session, opening).await?;
	let mut results: Results = refused
		.into_iter()
		.map(|record| {
			(record, Err(OpenError::NoAccess { what: format!("record {}", short(&record)) }))
		})
		.collect();
	for record in opened {
		match fetch(session, opening, record, destination).await {
			Ok(opened) => results.push((record, Ok(opened))),
			Err(error) => match error.downcast::<OpenError>() {
				Ok(error) => results.push((record, Err(error))),
				Err(error) => return Err(error),
			},
		}
	}
	results.sort_by_key(|(record, _)| opening.records.iter().position(|it| it == record));
	Ok(results)
}

/// Asks the chain to open records, waits until that is final, and gives those that were opened and
/// those that were refused.
pub async fn ask(session: &Session, opening: &Opening) -> Result<(Vec<H256>, Vec<H256>)> {
	if opening.records.is_empty() || opening.records.len() > MAX_OPENED {
		bail!("from 1 to {MAX_OPENED} records can be opened at once");
	}
	let call = runtime::tx().custody().open(
		opening.patient,
		BoundedVec(opening.records.clone()),
		opening.purpose.clone(),
		opening.ground.clone(),
	);
	let waiting = Progress::waiting("waiting until the opening is final");
	let included: Included = session.submit(&call).await?;
	waiting.advance(1);
	let decided = included
		.events
		.find_first::<runtime::custody::events::OpeningDecided>()
		.context("the chain says nothing of the opening")?
		.context("the chain's answer can't be read")?;
	Ok((decided.opened.0, decided.refused.0))
}

/// All that is known of a version before its shares are asked for.
struct Target {
	patient: AccountId,
	record: H256,
	version: u32,
	set: SharingSet,
	manifest_cid: Cid,
	commitment: H256,
	context: Context,
}

impl Target {
	async fn find(
		session: &Session,
		at: &At,
		patient: AccountId,
		record: H256,
		version: Option<u32>,
	) -> Result<Self> {
		let found: Record = at.record(record).await?.context("there is no such record")?;
		let version = version.unwrap_or(found.versions.saturating_sub(1));
		let entry = at.version(record, version).await?.with_context(|| {
			format!(
				"the record has no version {version}: it has {}",
				count_versions(found.versions)
			)
		})?;
		let set = at
			.sharing_set(record, version)
			.await?
			.context("nobody holds the version's key any more: it was erased")?;
		let manifest = entry.manifest.context("the version's content was erased")?;
		let manifest_cid = Cid::try_from(&manifest.0[..]).context("the chain's CID is none")?;
		let context =
			Context { genesis: session.genesis().0, record: record.0, version, patient: patient.0 };
		Ok(Self {
			patient,
			record,
			version,
			set,
			manifest_cid,
			commitment: entry.commitment,
			context,
		})
	}

	fn address(&self, holder: &AccountId) -> ShareAddress {
		ShareAddress {
			genesis: self.context.genesis,
			record: self.record.0,
			version: self.version,
			epoch: self.set.epoch,
			holder: holder.0,
		}
	}

	/// Commitments that a custodian gave, if they are those of the chain.
	fn commitments(&self, bytes: &[u8], epoch: u32) -> Result<Commitments, String> {
		if epoch != self.set.epoch {
			return Err("it keeps a share of another sharing set".into());
		}
		let commitments =
			Commitments::decode(&mut &bytes[..]).map_err(|error| error.to_string())?;
		if commitments.hash() != self.set.commitments.0 {
			return Err("it gave commitments that are not those of the chain".into());
		}
		Ok(commitments)
	}

	fn custodians(&self) -> impl Iterator<Item = &HolderState> {
		self.set
			.holders
			.0
			.iter()
			.filter(|it| matches!(it.kind, HolderKind::Institution | HolderKind::Emergency))
	}

	/// The index of a holder's share.
	fn index(&self, holder: &AccountId) -> Option<u8> {
		let place = self.set.holders.0.iter().position(|it| it.account == *holder)?;
		u8::try_from(place + 1).ok()
	}
}

fn count_versions(versions: u32) -> String {
	count(usize::try_from(versions).unwrap_or(usize::MAX), "version")
}

/// Fetches what an opening has opened: shares, manifest, content. It needs a final, fresh opening.
pub async fn fetch(
	session: &Session,
	opening: &Opening,
	record: H256,
	destination: &Destination,
) -> Result<Opened> {
	let patient = opening.patient;
	let at = session.finalized().await?;
	let target = Target::find(session, &at, patient, record, opening.version).await?;
	let mut gathered = gather(session, &target).await?;
	let commitments = gathered.commitments.clone().ok_or_else(|| gathered.too_few(&target))?;
	let mut warnings = Vec::new();

	let near = match &opening.ground {
		Ground::Consent { institution } => *institution,
		Ground::BreakGlass { institution, .. } => Some(*institution),
		Ground::Own => None,
	};
	let places = content_places(&target, near);
	let manifest = fetch_manifest(session, &target, &places, &mut warnings).await?;
	let shares: Vec<(String, Share)> =
		gathered.shares.iter().map(|(who, share)| (who.clone(), share.clone())).collect();
	let secret = combine(&shares, &commitments, &manifest.key_commitment, &target.context)?;
	let details = manifest.details(&secret, &target.context)?;
	let key = secret.document_key(&target.context);

	let folder = match destination {
		Destination::Folder(folder) => folder.clone(),
		Destination::File { path, .. } => parent(path),
	};
	let mut failed = Vec::new();
	let mut good = None;
	for institution in &places {
		let name = session.names.show(institution);
		let decryptor = Decryptor::new(&key, &target.context).expecting(manifest.ciphertext_len);
		match fetch_copy(session, institution, &manifest, &details, decryptor, &folder).await? {
			Ok((file, commitment)) => {
				good = Some((name, file, commitment));
				break;
			},
			Err(reason) => {
				if reason.suspicious {
					warnings.push(format!("the copy at {name} was changed: {}", reason.text));
				}
				failed.push((name, reason.text));
			},
		}
	}
	let Some((content_from, file, commitment)) = good else {
		return Err(OpenError::NoGoodCopy { what: "ciphertext", failed }.into());
	};
	if commitment != target.commitment.0 {
		return Err(OpenError::WrongPlaintext { record: short(&record) }.into());
	}

	let (media_type, meanings) = unmark(&details.media_type);
	learn_labels(session, &patient, &meanings)?;
	let title = plain(&details.title);
	let media_type = plain(media_type);
	let path = keep(file, destination, &folder, &title, &media_type, &record)?;
	warnings.append(&mut gathered.warnings);
	Ok(Opened {
		record,
		version: target.version,
		title,
		media_type,
		length: details.plaintext_len,
		path,
		shares_from: gathered.shares.into_iter().map(|(who, _)| who).collect(),
		content_from,
		warnings,
	})
}

fn parent(path: &Path) -> PathBuf {
	match path.parent() {
		Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
		_ => PathBuf::from("."),
	}
}

fn learn_labels(session: &Session, patient: &AccountId, meanings: &[(String, u8)]) -> Result<()> {
	if meanings.is_empty() {
		return Ok(());
	}
	let me = session.me()?;
	let mut table = LabelTable::load(&session.home, me, patient)?;
	if table.learn(meanings) {
		table.save(&session.home, me, patient)?;
	}
	Ok(())
}

/// Shares that came together, and who gave none.
#[derive(Default)]
struct Gathered {
	shares: Vec<(String, Share)>,
	commitments: Option<Commitments>,
	failed: Vec<(String, String)>,
	warnings: Vec<String>,
}

impl Gathered {
	fn take(&mut self, who: String, share: Share, commitments: &Commitments) {
		if share.verify(commitments).is_err() {
			self.warnings.push(format!("{who} gave a false share, which was left out: report it"));
			self.failed.push((who, "gave a false share".into()));
			return;
		}
		if self.shares.iter().all(|(_, known)| known.index != share.index) {
			self.shares.push((who, share));
		}
		self.commitments.get_or_insert_with(|| commitments.clone());
	}

	fn is_enough(&self, target: &Target) -> bool {
		self.shares.len() >= usize::from(target.set.threshold)
	}

	fn too_few(&self, target: &Target) -> OpenError {
		OpenError::TooFewShares {
			need: target.set.threshold,
			got: self.shares.iter().map(|(who, _)| who.clone()).collect(),
			failed: self.failed.clone(),
		}
	}
}

/// What a custodian answered.
enum Answer {
	Own(PatientEnvelope),
	Released(Release),
}

/// Asks all custodians at once, until enough shares have come.
async fn gather(session: &Session, target: &Target) -> Result<Gathered> {
	let me = session.me()?;
	let is_own = me.account() == target.patient;
	let patient_holds = target.set.holders.0.iter().any(|it| it.kind == HolderKind::Patient);
	let deadline = Instant::now() + LAG;
	let mut asked = FuturesUnordered::new();
	let mut gathered = Gathered::default();
	for holder in target.custodians() {
		let institution = holder.account;
		for own in [true, false] {
			// The patient's own share, and the custodian's.
			if own && !(is_own && patient_holds) {
				continue;
			}
			asked.push(async move {
				let answer = ask_custodian(session, target, &institution, own, deadline).await;
				(institution, answer)
			});
		}
	}
	let waiting = Progress::waiting("waiting for the custodians' shares");
	while let Some((institution, answer)) = asked.next().await {
		let name = session.names.show(&institution);
		waiting.say("waiting for the custodians' shares");
		match answer {
			Ok(Answer::Own(envelope)) => {
				match target.commitments(&envelope.commitments.0, envelope.epoch) {
					Ok(commitments) => {
						let address = target.address(&target.patient);
						match open_share(&me.encryption, &address, &envelope.share.0) {
							Ok(share) => {
								let who = "yourself".to_owned();
								if share.verify(&commitments).is_ok() {
									gathered.take(who, share, &commitments);
								} else {
									gathered.warnings.push(format!(
										"{name} kept a false share for you, which was left out"
									));
								}
							},
							// Another custodian may keep a good one, and custodians' shares may do.
							Err(error) => gathered
								.warnings
								.push(format!("your own share at {name} does not open: {error}")),
						}
					},
					Err(reason) => gathered.failed.push((name, reason)),
				}
			},
			Ok(Answer::Released(release)) => {
				match target.commitments(&release.commitments.0, release.epoch) {
					Ok(commitments) => {
						for released in release.shares {
							let holder = AccountId(released.holder.0);
							let who = if holder == institution {
								name.clone()
							} else if holder == target.patient {
								format!("the patient (carried by {name})")
							} else {
								format!("{} (carried by {name})", session.names.show(&holder))
							};
							let address = target.address(&holder);
							let share = open_release(
								&me.encryption,
								&address,
								&me.account().0,
								&released.sealed.0,
							);
							match share {
								Ok(share) if Some(share.index) == target.index(&holder) => {
									gathered.take(who, share, &commitments);
								},
								Ok(_) => {
									gathered
										.warnings
										.push(format!("{who} gave a false share: report it"));
									gathered
										.failed
										.push((who, "gave somebody else's share".into()));
								},
								Err(error) => gathered.failed.push((who, error.to_string())),
							}
						}
					},
					Err(reason) => {
						gathered.warnings.push(format!("{name}: {reason}"));
						gathered.failed.push((name, reason));
					},
				}
			},
			Err(reason) => {
				if !gathered.failed.iter().any(|(who, _)| *who == name) {
					gathered.failed.push((name, reason));
				}
			},
		}
		if gathered.is_enough(target) {
			return Ok(gathered);
		}
	}
	Err(gathered.too_few(target).into())
}

async fn ask_custodian(
	session: &Session,
	target: &Target,
	institution: &AccountId,
	own: bool,
	deadline: Instant,
) -> Result<Answer, String> {
	let me = session.me().map_err(|error| error.to_string())?;
	let custodian = session.custodian(institution).map_err(|error| error.to_string())?;
	let (record, version) = (Hex(target.record.0), target.version);
	loop {
		let answer = if own {
			let request = FetchPatientEnvelope { record, version };
			custodian.patient_envelope(&me.signer, &request).await.map(Answer::Own)
		} else {
			let request = AskRelease { patient: Hex(target.patient.0), record, version };
			custodian.release(&me.signer, &request).await.map(Answer::Released)
		};
		match answer {
			Err(CustodianError::NoAccess | CustodianError::NotYet) if Instant::now() < deadline => {
				tokio::time::sleep(Duration::from_millis(400)).await;
			},
			Ok(answer) => return Ok(answer),
			Err(CustodianError::Unreachable(detail)) => {
				tracing::debug!(detail, "a custodian is away");
				return Err("could not be reached".into());
			},
			Err(CustodianError::NoAccess) => return Err("gave no access".into()),
			Err(error) => return Err(error.to_string()),
		}
	}
}

/// Who keeps the content: the holding institutions, the reader's own first.
fn content_places(target: &Target, near: Option<AccountId>) -> Vec<AccountId> {
	let mut places: Vec<_> = target.custodians().map(|it| it.account).collect();
	places.sort_by_key(|place| Some(*place) != near);
	places
}

async fn fetch_manifest(
	session: &Session,
	target: &Target,
	places: &[AccountId],
	warnings: &mut Vec<String>,
) -> Result<Manifest> {
	let mut failed = Vec::new();
	for institution in places {
		let name = session.names.show(institution);
		let fetched = match session.custodian(institution) {
			Ok(custodian) => custodian
				.without_retries()
				.content_bytes(target.manifest_cid, MAX_MANIFEST)
				.await
				.map_err(|error| (matches!(error, CustodianError::Damaged(_)), error.to_string())),
			Err(error) => Err((false, error.to_string())),
		};
		match fetched {
			Ok(bytes) => {
				return Ok(Manifest::decode_versioned(&bytes, &target.context)?);
			},
			Err((changed, reason)) => {
				if changed {
					warnings.push(format!("the copy of the manifest at {name} was changed"));
				}
				failed.push((name, reason));
			},
		}
	}
	Err(OpenError::NoGoodCopy { what: "manifest", failed }.into())
}

/// CID and length of the last version's ciphertext, as its manifest has them.
pub async fn content_of(session: &Session, at: &At, record: H256) -> Result<(Cid, u64)> {
	let found = at.record(record).await?.context("there is no such record")?;
	let target = Target::find(session, at, found.patient, record, None).await?;
	let places = content_places(&target, None);
	let manifest = fetch_manifest(session, &target, &places, &mut Vec::new()).await?;
	let cid = Cid::try_from(&manifest.ciphertext_cid[..]).context("the manifest's CID is none")?;
	Ok((cid, manifest.ciphertext_len))
}

/// Why a copy could not be used.
struct BadCopy {
	text: String,
	/// Whether it was changed, and not just away.
	suspicious: bool,
}

/// Fetches one copy and decrypts it into a temporary file as it comes. What is kept is only a copy
/// whose CID, length and every segment are right. The outer error is one of this machine.
async fn fetch_copy(
	session: &Session,
	institution: &AccountId,
	manifest: &Manifest,
	details: &Details,
	mut decryptor: Decryptor,
	folder: &Path,
) -> Result<Result<(NamedTempFile, [u8; 32]), BadCopy>> {
	let bad = |text: String, suspicious| Ok(Err(BadCopy { text, suspicious }));
	let cid = Cid::try_from(&manifest.ciphertext_cid[..]).context("the manifest's CID is none")?;
	let custodian = match session.custodian(institution) {
		Ok(custodian) => custodian.without_retries(),
		Err(error) => return bad(error.to_string(), false),
	};
	let mut stream = match custodian.content(cid).await {
		Ok(stream) => stream,
		Err(error) => return bad(error.to_string(), matches!(error, CustodianError::Damaged(_))),
	};
	std::fs::create_dir_all(folder)
		.with_context(|| format!("the folder {} can't be made", folder.display()))?;
	let file = NamedTempFile::new_in(folder)
		.with_context(|| format!("nothing can be written in {}", folder.display()))?;
	let mut writer = BufWriter::new(file);
	let mut commitment = PlaintextCommitment::new(details.commitment_salt);
	let progress = Progress::bytes("fetching", manifest.ciphertext_len);
	let mut plaintext = Vec::new();
	while let Some(piece) = stream.next().await {
		let piece = match piece {
			Ok(piece) => piece,
			Err(error) => {
				return bad(error.to_string(), matches!(error, CustodianError::Damaged(_)))
			},
		};
		plaintext.clear();
		if let Err(error) = decryptor.update(&piece, &mut plaintext) {
			return bad(error.to_string(), true);
		}
		commitment.update(&plaintext);
		writer.write_all(&plaintext).context("the document can't be written")?;
		progress.advance(piece.len() as u64);
	}
	plaintext.clear();
	match decryptor.finish(&mut plaintext) {
		Ok(length) if length == details.plaintext_len => {},
		Ok(_) => return bad("its length is not the one that its author named".into(), true),
		Err(error) => return bad(error.to_string(), true),
	}
	commitment.update(&plaintext);
	writer.write_all(&plaintext).context("the document can't be written")?;
	let file = writer.into_inner().context("the document can't be written")?;
	file.as_file().sync_all().context("the document can't be written")?;
	Ok(Ok((file, commitment.finish())))
}

/// Gives the temporary file its name. Until here nobody has seen it.
fn keep(
	file: NamedTempFile,
	destination: &Destination,
	folder: &Path,
	title: &str,
	media_type: &str,
	record: &H256,
) -> Result<PathBuf> {
	match destination {
		Destination::File { path, replace } => {
			if *replace { file.persist(path) } else { file.persist_noclobber(path) }.with_context(
				|| format!("{} is there already: --force replaces it", path.display()),
			)?;
			Ok(path.clone())
		},
		Destination::Folder(_) => {
			let stem = file_name(title, &short(record));
			let extension = extension_of(media_type);
			let mut file = file;
			for number in 1..1000 {
				let name = match number {
					1 => format!("{stem}.{extension}"),
					_ => format!("{stem} ({number}).{extension}"),
				};
				let path = folder.join(name);
				match file.persist_noclobber(&path) {
					Ok(_) => return Ok(path),
					Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
						file = error.file;
					},
					Err(error) => {
						return Err(error.error)
							.with_context(|| format!("{} can't be written", path.display()))
					},
				}
			}
			bail!("there are too many files named {stem} in {}", folder.display())
		},
	}
}

/// A file's name from a title that somebody else has written.
fn file_name(title: &str, id: &str) -> String {
	let safe: String = title
		.chars()
		.map(|c| if c.is_alphanumeric() || matches!(c, ' ' | '-' | '_') { c } else { ' ' })
		.collect();
	let words: Vec<_> = safe.split_whitespace().collect();
	let name: String = words.join(" ").chars().take(60).collect();
	format!("{} {id}", if name.is_empty() { "record" } else { name.trim() })
}

fn extension_of(media_type: &str) -> &'static str {
	match media_type {
		"application/fhir+json" | "application/json" => "json",
		"application/pdf" => "pdf",
		"application/dicom" => "dcm",
		"application/xml" => "xml",
		"text/plain" => "txt",
		"text/markdown" => "md",
		"text/html" => "html",
		"text/csv" => "csv",
		"image/jpeg" => "jpg",
		"image/png" => "png",
		"image/tiff" => "tif",
		"video/mp4" => "mp4",
		_ => "bin",
	}
}

/// The patient's own share of a version, from whichever custodian keeps it, with the commitments.
pub async fn own_share(
	session: &Session,
	at: &At,
	record: H256,
	version: u32,
) -> Result<(Share, Commitments, SharingSet)> {
	let me = session.me()?;
	let target = Target::find(session, at, me.account(), record, Some(version)).await?;
	let mut failed = Vec::new();
	for holder in target.custodians() {
		let name = session.names.show(&holder.account);
		let request = FetchPatientEnvelope { record: Hex(record.0), version };
		let custodian = session.custodian(&holder.account)?;
		let envelope =
			match custodian.without_retries().patient_envelope(&me.signer, &request).await {
				Ok(envelope) => envelope,
				Err(error) => {
					failed.push((name, error.to_string()));
					continue;
				},
			};
		let commitments = match target.commitments(&envelope.commitments.0, envelope.epoch) {
			Ok(commitments) => commitments,
			Err(reason) => {
				failed.push((name, reason));
				continue;
			},
		};
		let address = target.address(&me.account());
		match open_share(&me.encryption, &address, &envelope.share.0) {
			Ok(share) if share.verify(&commitments).is_ok() => {
				return Ok((share, commitments, target.set.clone()))
			},
			Ok(_) => failed.push((name, "the share that it keeps for you is false".into())),
			Err(error) => failed.push((name, error.to_string())),
		}
	}
	bail!("your own share could not be had: {}", reasons(&failed))
}

#[cfg(test)]
mod tests {
	use super::*;

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
			"3 shares are needed, only 2 came: Hospital A and Hospital B. Hospital C and Health \
			 Authority: could not be reached"
		);
		let none = OpenError::TooFewShares { need: 3, got: vec![], failed: vec![] };
		assert_eq!(none.to_string(), "3 shares are needed, and none came");
	}

	#[test]
	fn titles_make_harmless_file_names() {
		assert_eq!(file_name("../../etc/passwd", "ab"), "etc passwd ab");
		assert_eq!(file_name("\u{1b}[2J", "ab"), "2J ab");
		assert_eq!(file_name("…", "ab"), "record ab");
		assert_eq!(file_name(&"x".repeat(500), "ab").len(), 63);
	}

	#[test]
	fn a_document_keeps_its_place() {
		let folder = tempfile::tempdir().unwrap();
		let record = H256([7; 32]);
		let destination = Destination::Folder(folder.path().to_owned());
		let file = || NamedTempFile::new_in(folder.path()).unwrap();
		let keep = |file| {
			keep(file, &destination, folder.path(), "CT", "application/dicom", &record).unwrap()
		};
		assert_eq!(keep(file()).file_name().unwrap(), "CT 07070707.dcm");
		assert_eq!(keep(file()).file_name().unwrap(), "CT 07070707 (2).dcm");
	}

	#[test]
	fn a_file_is_replaced_only_when_asked() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("out");
		let kept = |replace| {
			let destination = Destination::File { path: path.clone(), replace };
			let file = NamedTempFile::new_in(folder.path()).unwrap();
			keep(file, &destination, folder.path(), "", "", &H256([0; 32]))
		};
		kept(false).unwrap();
		assert!(kept(false).unwrap_err().to_string().contains("--force"));
		kept(true).unwrap();
	}
}
