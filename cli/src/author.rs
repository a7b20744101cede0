//! Adding records and versions, from the document to the last acknowledgement.
//!
//! 1. *Prepare*: draw a secret, encrypt, split, seal every share to its holder, write the journal.
//!    Nothing has left the machine.
//! 2. *Upload* the ciphertext to a custodian (one's own institution's first).
//! 3. *Submit*: the call goes on chain and is final.
//! 4. *Deliver* each custodian's envelope, and wait until every acknowledgement is final.
//!
//! Each step can be repeated without harm, and the journal says from which to go on. A custodian
//! that is away is waited for: the version is available from its threshold on.

use crate::{
	dates,
	journal::{Entry, Envelope, Group, Journal, NewRow},
	labels::LabelTable,
	output::Progress,
	session::Session,
	words::{
		and, count, AccountKind, Category, Confidentiality, HolderKind, Origin, RelationKind, Word,
	},
};
use anyhow::{bail, Context as _, Result};
use blake2::{Blake2b256, Digest};
use bytes::Bytes;
use codec::{Decode, Encode};
use futures::{future::Either, stream, Stream, StreamExt};
use std::{
	collections::HashMap,
	fs::File,
	io::{BufWriter, Read, Write},
	os::unix::fs::OpenOptionsExt,
	path::{Path, PathBuf},
	str::FromStr,
	time::{Duration, Instant},
};
use vouchsafe_client::{
	chain::{
		self, runtime, AccountId, At, BoundedVec, ChainError, Holder, NewRecord, NewSharingSet,
		NewVersion, Relation, ServicePeriod, H256,
	},
	cid::{cid_of, Cid, CidBuilder},
	custodian::CustodianError,
	messages::{DeliverEnvelope, Hex, HexBytes},
};
use vouchsafe_vault::{
	commitment::PlaintextCommitment,
	document,
	manifest::{seal_share, Details, Manifest, ShareAddress},
	record_id,
	seal::PublicKey,
	sharing::{check_dealing, Secret},
	Context,
};

/// Calls in one batch: an import of a bundle is one or two transactions.
const BATCH: usize = 8;
/// How long to wait before a custodian that took its envelope and did not acknowledge gets it
/// again.
const AGAIN: Duration = Duration::from_secs(60);
/// The longest pause between tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Where a document's bytes come from.
#[derive(Clone, Debug)]
pub enum Content {
	/// A file.
	File(PathBuf),
	/// Bytes at hand.
	Bytes(Vec<u8>),
}

impl Content {
	fn open(&self) -> Result<(Box<dyn Read + Send + '_>, u64)> {
		match self {
			Self::File(path) => {
				let file = File::open(path)
					.with_context(|| format!("{} can't be read", path.display()))?;
				let metadata = file.metadata()?;
				if !metadata.is_file() {
					bail!("{} is no file", path.display());
				}
				Ok((Box::new(file), metadata.len()))
			},
			Self::Bytes(bytes) => Ok((Box::new(&bytes[..]), bytes.len() as u64)),
		}
	}

	fn digest(&self) -> Result<[u8; 32]> {
		let (mut reader, _) = self.open()?;
		let mut digest = Blake2b256::new();
		let mut buffer = vec![0; 1 << 16];
		loop {
			match reader.read(&mut buffer)? {
				0 => return Ok(digest.finalize().into()),
				read => digest.update(&buffer[..read]),
			}
		}
	}
}

/// What a document is added as.
#[derive(Clone, Debug)]
pub enum Place {
	/// A new record.
	New {
		/// Its category.
		category: Category,
		/// First and last month of service.
		months: (u16, u16),
		/// The words of its labels.
		labels: Vec<String>,
		/// What it is to another record of the patient's.
		relation: Option<(RelationKind, H256)>,
		/// How freely it may be seen.
		confidentiality: Confidentiality,
		/// Where it comes from.
		origin: Origin,
	},
	/// A further version of a record.
	VersionOf(H256),
}

/// A document to be added.
#[derive(Clone, Debug)]
pub struct NewDocument {
	/// Its bytes.
	pub content: Content,
	/// Its title, which only readers see.
	pub title: String,
	/// Its media type, which only readers see.
	pub media_type: String,
	/// What it becomes.
	pub place: Place,
}

/// Who is to hold the key's shares; what is left open takes the default.
#[derive(Clone, Debug, Default)]
pub struct SharingWish {
	/// How many shares open it.
	pub threshold: Option<u8>,
	/// The holding institutions and authorities.
	pub holders: Vec<AccountId>,
	/// Whether the patient holds none.
	pub without_patient: bool,
}

/// What is to be added.
#[derive(Clone, Debug)]
pub struct Addition {
	/// Whose it is.
	pub patient: AccountId,
	/// For which institution; `None` for what patients enter themselves.
	pub institution: Option<AccountId>,
	/// The documents.
	pub documents: Vec<NewDocument>,
	/// Who holds the shares.
	pub sharing: SharingWish,
}

/// What became of a document.
#[derive(Clone, Debug)]
pub struct Added {
	/// Its title.
	pub title: String,
	/// The record.
	pub record: H256,
	/// The version.
	pub version: u32,
	/// The record's category.
	pub category: Category,
	/// Institutions whose acknowledgement is not final yet.
	pub missing: Vec<AccountId>,
	/// Whether it was under way from an earlier run.
	pub resumed: bool,
}

/// Adds documents, and goes on until all is acknowledged or `patience` is over. If the same was
/// begun before and not finished, that is gone on with instead.
pub async fn add(
	session: &Session,
	addition: &Addition,
	patience: Option<Duration>,
) -> Result<Vec<Added>> {
	let me = session.me()?;
	let source = source_of(addition)?;
	for (journal, group) in Journal::unfinished(&session.home, me)? {
		let is_it = group.source == source
			&& group.signer.0 == me.account().0
			&& group.genesis.0 == session.genesis().0;
		if is_it {
			return run(session, journal, group, patience, true).await;
		}
	}
	let (journal, group) = prepare(session, addition, source).await?;
	session.step("prepared");
	run(session, journal, group, patience, false).await
}

/// Goes on with all that was begun with this key and on this chain.
pub async fn resume(session: &Session, patience: Option<Duration>) -> Result<Vec<Added>> {
	let me = session.me()?;
	let mut added = Vec::new();
	for (journal, group) in Journal::unfinished(&session.home, me)? {
		if group.signer.0 == me.account().0 && group.genesis.0 == session.genesis().0 {
			added.extend(run(session, journal, group, patience, true).await?);
		}
	}
	Ok(added)
}

fn source_of(addition: &Addition) -> Result<Hex<32>> {
	let mut digest = Blake2b256::new_with_prefix(b"vouchsafe/cli/source/1");
	digest.update(addition.patient.0);
	digest.update(addition.institution.map_or([0; 32], |it| it.0));
	for document in &addition.documents {
		digest.update(document.content.digest()?);
		digest.update(format!("{:?}{}", document.title, document.media_type));
		digest.update(match &document.place {
			Place::New { category, months, relation, .. } => format!(
				"{}{months:?}{:?}",
				category.word(),
				relation.as_ref().map(|(kind, target)| (kind.word(), target.0))
			),
			Place::VersionOf(record) => hex::encode(record.0),
		});
	}
	Ok(Hex(digest.finalize().into()))
}

/// A holder with what is sealed to it.
struct Chosen {
	account: AccountId,
	kind: HolderKind,
	key: [u8; 32],
}

/// Chooses the holders. The default is three institutions (the author first), the authority and
/// the patient, any three of whom open; where there are only three institutions and authorities in
/// all, any two of them.
fn choose_holders(
	session: &Session,
	author: Option<AccountId>,
	patient: (AccountId, [u8; 32]),
	choice: Option<&chain::HolderChoice>,
	wish: &SharingWish,
) -> Result<(u8, Vec<Chosen>)> {
	let allowed = |account: &AccountId, country: &str| {
		choice.is_none_or(|choice| {
			(choice.holders.0.is_empty() || choice.holders.0.contains(account))
				&& (choice.countries.0.is_empty()
					|| choice.countries.0.iter().any(|it| it.as_slice() == country.as_bytes()))
		})
	};
	let able = |kind: AccountKind| {
		session.members.iter().filter(move |member| {
			member.kind == kind
				&& member.is_active()
				&& member.custodian.is_some()
				&& allowed(&member.account, &member.country)
		})
	};
	let mut holders: Vec<AccountId> = wish.holders.clone();
	if holders.is_empty() {
		let mut institutions: Vec<_> =
			able(AccountKind::Institution).map(|member| member.account).collect();
		institutions.sort_by_key(|account| Some(*account) != author);
		holders.extend(institutions.into_iter().take(3));
		holders.extend(able(AccountKind::Authority).map(|member| member.account).take(1));
	}
	let mut chosen = Vec::new();
	for account in holders {
		let name = session.names.show(&account);
		let member = session
			.member(&account)
			.with_context(|| format!("{name} can't hold a share: it is no institution"))?;
		let (_, key) = member
			.custodian
			.as_ref()
			.with_context(|| format!("{name} can't hold a share: it has named no custodian"))?;
		let kind = match member.kind {
			AccountKind::Authority => HolderKind::Emergency,
			_ => HolderKind::Institution,
		};
		chosen.push(Chosen { account, kind, key: *key });
	}
	let with_patient = !wish.without_patient && chosen.len() >= 4;
	let threshold = wish.threshold.unwrap_or(if with_patient { 3 } else { 2 });
	if chosen.len() < usize::from(threshold) + 1 {
		bail!(
			"a key split so that {threshold} shares open it needs at least {} institutions and \
			 authorities with custodians, and {} can be taken. See `vouchsafe status`",
			threshold + 1,
			if chosen.is_empty() { "none".to_owned() } else { chosen.len().to_string() }
		);
	}
	if with_patient {
		// Before the authority, so that the order reads as it is told: hospitals, patient, authority.
		let place = chosen.iter().position(|it| it.kind == HolderKind::Emergency);
		let holder = Chosen { account: patient.0, kind: HolderKind::Patient, key: patient.1 };
		chosen.insert(place.unwrap_or(chosen.len()), holder);
	}
	Ok((threshold, chosen))
}

async fn prepare(
	session: &Session,
	addition: &Addition,
	source: Hex<32>,
) -> Result<(Journal, Group)> {
	let me = session.me()?;
	let at = session.finalized().await?;
	let patient = addition.patient;
	let account = at.account(&patient).await?.with_context(|| {
		format!("{} is not enrolled as a patient", session.names.show(&patient))
	})?;
	if account.kind != AccountKind::Patient {
		bail!("{} is {} and no patient", session.names.show(&patient), account.kind.phrase());
	}
	let choice = at.holder_choice(&patient).await?;
	let (threshold, holders) = choose_holders(
		session,
		addition.institution,
		(patient, account.encryption_key),
		choice.as_ref(),
		&addition.sharing,
	)?;
	let mut table = LabelTable::load(&session.home, me, &patient)?;
	let journal = Journal::begin(&session.home, me)?;
	let mut entries = Vec::new();
	for (number, document) in addition.documents.iter().enumerate() {
		let entry = prepare_one(
			session,
			&at,
			addition,
			document,
			(threshold, &holders),
			&mut table,
			&journal.content(number),
		)
		.await?;
		entries.push(entry);
	}
	table.save(&session.home, me, &patient)?;
	let group =
		Group { genesis: Hex(session.genesis().0), signer: Hex(me.account().0), source, entries };
	journal.save(&group)?;
	Ok((journal, group))
}

async fn prepare_one(
	session: &Session,
	at: &At,
	addition: &Addition,
	document: &NewDocument,
	(threshold, holders): (u8, &[Chosen]),
	table: &mut LabelTable,
	path: &Path,
) -> Result<Entry> {
	let patient = addition.patient;
	let mut labels = chain::Labels(0);
	let (record, version, previous, new) = match &document.place {
		Place::New { category, months, labels: words, relation, confidentiality, origin } => {
			if let Some((_, target)) = relation {
				let found = at.record(*target).await?;
				if found.is_none_or(|found| found.patient != patient) {
					bail!("the record that it relates to isn't one of the patient's");
				}
			}
			for word in words {
				labels.0 |= 1 << table.bit_for(word, chain::Labels(0))?;
			}
			let salt = vouchsafe_vault::random_bytes::<16>();
			let author = addition.institution.unwrap_or(patient);
			let row = NewRow {
				salt: Hex(salt),
				origin: origin.word().into(),
				months: *months,
				relation: relation.as_ref().map(|(kind, it)| (kind.word().into(), Hex(it.0))),
				confidentiality: confidentiality.word().into(),
				labels: labels.0,
				category: category.word().into(),
			};
			(record_id(&patient.0, &author.0, &salt), 0, [0; 32], Some(row))
		},
		Place::VersionOf(record) => {
			let found = at.record(*record).await?.context("there is no such record")?;
			if found.patient != patient {
				bail!("that record is of another patient");
			}
			labels = found.labels.clone();
			(record.0, found.versions, found.head.0, None)
		},
	};
	let context = Context { genesis: session.genesis().0, record, version, patient: patient.0 };
	let secret = Secret::random();
	let encrypted = encrypt(document, &secret, &context, path).await?;
	let details = Details {
		title: document.title.clone(),
		media_type: table.mark(&document.media_type, &labels),
		plaintext_len: encrypted.plaintext_len,
		commitment_salt: encrypted.commitment_salt,
	};
	let manifest = Manifest::new(
		&secret,
		&context,
		encrypted.cid.to_bytes(),
		encrypted.ciphertext_len,
		&details,
	)?
	.encode_versioned();
	let holder_count = u8::try_from(holders.len()).context("too many holders")?;
	let split = secret.split(threshold, holder_count)?;
	check_dealing(&split.shares, &split.commitments)?;
	let mut envelopes = Vec::new();
	let mut patient_share = None;
	for (holder, share) in holders.iter().zip(&split.shares) {
		let address = ShareAddress {
			genesis: context.genesis,
			record,
			version,
			epoch: 0,
			holder: holder.account.0,
		};
		let sealed = seal_share(&PublicKey(holder.key), &address, share).with_context(|| {
			format!("nothing can be sealed to {}", session.names.show(&holder.account))
		})?;
		match holder.kind {
			HolderKind::Patient => patient_share = Some(HexBytes(sealed)),
			_ => envelopes.push(Envelope {
				institution: Hex(holder.account.0),
				share: HexBytes(sealed),
				delivered: false,
			}),
		}
	}
	Ok(Entry {
		title: document.title.clone(),
		patient: Hex(patient.0),
		institution: addition.institution.map(|it| Hex(it.0)),
		record: Hex(record),
		version,
		new,
		previous: Hex(previous),
		manifest_cid: cid_of(&manifest).to_string(),
		manifest: HexBytes(manifest),
		content_cid: encrypted.cid.to_string(),
		content_len: encrypted.ciphertext_len,
		commitment: Hex(encrypted.commitment),
		commitments: HexBytes(split.commitments.encode()),
		threshold,
		holders: holders.iter().map(|it| (Hex(it.account.0), it.kind.word().to_owned())).collect(),
		envelopes,
		patient_share,
		uploaded: false,
		is_final: false,
		complete: false,
	})
}

struct Encrypted {
	cid: Cid,
	plaintext_len: u64,
	ciphertext_len: u64,
	commitment: [u8; 32],
	commitment_salt: [u8; 32],
}

/// Reads, commits to what it reads, and shows how far it is.
struct Committing<'a> {
	inner: Box<dyn Read + Send + 'a>,
	commitment: PlaintextCommitment,
	progress: &'a Progress,
}

impl Read for Committing<'_> {
	fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
		let read = self.inner.read(buffer)?;
		self.commitment.update(&buffer[..read]);
		self.progress.advance(read as u64);
		Ok(read)
	}
}

/// Writes, and computes the CID of what it writes.
struct Addressing<W> {
	inner: W,
	cid: CidBuilder,
}

impl<W: Write> Write for Addressing<W> {
	fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
		let written = self.inner.write(bytes)?;
		self.cid.update(&bytes[..written]);
		Ok(written)
	}

	fn flush(&mut self) -> std::io::Result<()> {
		self.inner.flush()
	}
}

/// Encrypts a document into a file, in bounded memory.
async fn encrypt(
	document: &NewDocument,
	secret: &Secret,
	context: &Context,
	path: &Path,
) -> Result<Encrypted> {
	let key = secret.document_key(context);
	let content = document.content.clone();
	let title = document.title.clone();
	let (context, path) = (*context, path.to_owned());
	tokio::task::spawn_blocking(move || {
		let (inner, length) = content.open()?;
		let progress = Progress::bytes(&format!("encrypting {title}"), length);
		let commitment_salt = vouchsafe_vault::random_bytes();
		let mut reader = Committing {
			inner,
			commitment: PlaintextCommitment::new(commitment_salt),
			progress: &progress,
		};
		let file = File::options()
			.create(true)
			.truncate(true)
			.write(true)
			.mode(0o600)
			.open(&path)
			.with_context(|| format!("{} can't be written", path.display()))?;
		let mut writer = Addressing { inner: BufWriter::new(file), cid: CidBuilder::new() };
		let done = document::encrypt(&key, &context, &mut reader, &mut writer)?;
		writer.inner.get_ref().sync_all()?;
		Ok(Encrypted {
			cid: writer.cid.finish(),
			plaintext_len: done.plaintext_len,
			ciphertext_len: done.ciphertext_len,
			commitment: reader.commitment.finish(),
			commitment_salt,
		})
	})
	.await?
}

/// Takes a group from wherever it is to its end.
async fn run(
	session: &Session,
	journal: Journal,
	mut group: Group,
	patience: Option<Duration>,
	resumed: bool,
) -> Result<Vec<Added>> {
	let until = patience.map(|patience| Instant::now() + patience);
	upload(session, &journal, &mut group, until).await?;
	if let Err(error) = submit(session, &journal, &mut group).await {
		if is_hopeless(&error) && group.entries.iter().all(|entry| !entry.is_final) {
			// The chain will not take it; nothing of it stands there.
			journal.remove()?;
		}
		return Err(error);
	}
	deliver(session, &journal, &mut group, until).await?;
	let at = session.finalized().await?;
	let mut added = Vec::new();
	for entry in &group.entries {
		let record = H256(entry.record.0);
		let found = at.record(record).await?.context("the record is gone from the chain")?;
		added.push(Added {
			title: entry.title.clone(),
			record,
			version: entry.version,
			category: found.category,
			missing: missing(&at, entry).await?,
			resumed,
		});
	}
	if group.entries.iter().all(|entry| entry.complete) {
		journal.remove()?;
	}
	Ok(added)
}

fn is_over(until: Option<Instant>) -> bool {
	until.is_some_and(|until| Instant::now() >= until)
}

/// Brings each ciphertext to a custodian with an IPFS node.
async fn upload(
	session: &Session,
	journal: &Journal,
	group: &mut Group,
	until: Option<Instant>,
) -> Result<()> {
	let me = session.me()?;
	for number in 0..group.entries.len() {
		let entry = group.entries[number].clone();
		if entry.uploaded || entry.is_final {
			continue;
		}
		let cid = Cid::from_str(&entry.content_cid).context("the journal's CID")?;
		let mut pause = Duration::from_secs(1);
		let waiting = Progress::waiting(&format!("uploading {}", entry.title));
		'tries: loop {
			let mut reasons = Vec::new();
			// One's own institution's first, then the others.
			let mut targets: Vec<_> = entry.envelopes.iter().map(|it| it.institution).collect();
			targets.sort_by_key(|target| Some(*target) != entry.institution);
			for target in targets {
				let institution = AccountId(target.0);
				let name = session.names.show(&institution);
				match upload_to(
					session,
					&institution,
					&cid,
					entry.content_len,
					journal.content(number),
				)
				.await
				{
					Ok(true) => break 'tries,
					Ok(false) => {},
					Err(error) => reasons.push(format!("{name}: {error:#}")),
				}
			}
			if is_over(until) {
				bail!(
					"no custodian took “{}” ({}). Nothing is lost: `vouchsafe --key {} record add \
					 --resume` goes on",
					entry.title,
					reasons.join("; "),
					me.name
				);
			}
			waiting.say(&format!("waiting for a custodian that takes {}", entry.title));
			tokio::time::sleep(pause).await;
			pause = (pause * 2).min(LONGEST_PAUSE);
		}
		group.entries[number].uploaded = true;
		journal.save(group)?;
		session.step("uploaded");
	}
	Ok(())
}

/// Whether the custodian took it; it doesn't if it has no IPFS node.
async fn upload_to(
	session: &Session,
	institution: &AccountId,
	cid: &Cid,
	length: u64,
	path: PathBuf,
) -> Result<bool> {
	let custodian = session.custodian(institution)?;
	if !custodian.about().await?.content {
		return Ok(false);
	}
	custodian.add_content(&session.me()?.signer, cid, length, || file_stream(&path)).await?;
	Ok(true)
}

fn file_stream(path: &Path) -> impl Stream<Item = std::io::Result<Bytes>> + Send + Sync + 'static {
	match File::open(path) {
		Ok(file) => Either::Left(tokio_util::io::ReaderStream::with_capacity(
			tokio::fs::File::from_std(file),
			256 * 1024,
		)),
		Err(error) => Either::Right(stream::iter([Err(error)])),
	}
}

/// Whether the version is on the chain; an error if another one stands in its place.
async fn is_there(at: &At, entry: &Entry) -> Result<bool> {
	match at.version(H256(entry.record.0), entry.version).await? {
		Some(version) if version.commitment.0 == entry.commitment.0 => Ok(true),
		Some(_) => Err(Overtaken.into()),
		None => Ok(false),
	}
}

/// Another version was added first.
#[derive(Debug, thiserror::Error)]
#[error(
	"another version of this record was added in the meantime: look at it with `record open`, and \
	 add yours again if it is still wanted"
)]
struct Overtaken;

/// Whether the chain will never take it, however often it is tried.
fn is_hopeless(error: &anyhow::Error) -> bool {
	error.chain().any(|cause| {
		cause.downcast_ref::<Overtaken>().is_some()
			|| matches!(
				cause.downcast_ref::<ChainError>(),
				Some(ChainError::Dispatch { .. } | ChainError::Stranger | ChainError::MayNotSign)
			)
	})
}

/// Puts on the chain what isn't there yet, several in a batch, and waits until it is final.
async fn submit(session: &Session, journal: &Journal, group: &mut Group) -> Result<()> {
	let at = session.finalized().await?;
	let mut open = Vec::new();
	for (number, entry) in group.entries.iter_mut().enumerate() {
		if !entry.is_final && is_there(&at, entry).await? {
			entry.is_final = true;
		}
		if !entry.is_final {
			open.push(number);
		}
	}
	let waiting = Progress::waiting("waiting for finality");
	for batch in open.chunks(BATCH) {
		waiting.say("waiting for finality");
		let calls: Vec<_> = batch
			.iter()
			.map(|number| runtime_call(&group.entries[*number]))
			.collect::<Result<_>>()?;
		let result = if let [number] = batch {
			submit_one(session, &group.entries[*number]).await
		} else {
			session.submit(&runtime::tx().utility().batch_all(calls)).await.map(drop)
		};
		if let Err(error) = result {
			// It may stand there all the same: sent by an earlier run, or found too late.
			let at = session.finalized().await?;
			for number in batch {
				if !is_there(&at, &group.entries[*number]).await? {
					let entries: Vec<_> = batch.iter().map(|it| &group.entries[*it]).collect();
					return Err(error.context(not_added(&entries)));
				}
			}
		}
		for number in batch {
			group.entries[*number].is_final = true;
		}
		journal.save(group)?;
		session.step("final");
	}
	Ok(())
}

/// What is said where the chain refuses entries. The reason follows it.
fn not_added(entries: &[&Entry]) -> String {
	let titles: Vec<_> = entries.iter().map(|entry| entry.title.as_str()).collect();
	let labelled =
		entries.iter().any(|entry| entry.new.as_ref().is_some_and(|row| row.labels != 0));
	let hint = if labelled {
		" (a consent to write has to name a record's labels: `vouchsafe consent grant --action write` \
		 names all)"
	} else {
		""
	};
	format!("{} could not be added{hint}", and(&titles))
}

async fn submit_one(session: &Session, entry: &Entry) -> Result<()> {
	let tx = runtime::tx().records();
	match new_record(entry)? {
		Some((salt, record)) => {
			let call = tx.create(
				AccountId(entry.patient.0),
				entry.institution.map(|it| AccountId(it.0)),
				salt,
				record,
				new_version(entry)?,
				sharing(entry)?,
			);
			session.submit(&call).await?;
		},
		None => {
			let call = tx.add_version(H256(entry.record.0), new_version(entry)?, sharing(entry)?);
			session.submit(&call).await?;
		},
	}
	Ok(())
}

fn runtime_call(entry: &Entry) -> Result<runtime::runtime_types::vouchsafe_runtime::RuntimeCall> {
	use runtime::runtime_types::{pallet_records::pallet::Call, vouchsafe_runtime::RuntimeCall};
	let (version, sharing) = (new_version(entry)?, sharing(entry)?);
	Ok(RuntimeCall::Records(match new_record(entry)? {
		Some((salt, record)) => Call::create {
			patient: AccountId(entry.patient.0),
			institution: entry.institution.map(|it| AccountId(it.0)),
			salt,
			record,
			version,
			sharing,
		},
		None => Call::add_version { record: H256(entry.record.0), version, sharing },
	}))
}

fn new_record(entry: &Entry) -> Result<Option<([u8; 16], NewRecord)>> {
	let Some(row) = &entry.new else { return Ok(None) };
	let relation = match &row.relation {
		Some((kind, target)) => {
			Some(Relation { kind: RelationKind::from_word(kind)?, target: H256(target.0) })
		},
		None => None,
	};
	let record = NewRecord {
		origin: Origin::from_word(&row.origin)?,
		service: ServicePeriod { first: row.months.0, last: row.months.1 },
		relation,
		confidentiality: Confidentiality::from_word(&row.confidentiality)?,
		labels: chain::Labels(row.labels),
		category: Category::from_word(&row.category)?,
	};
	Ok(Some((row.salt.0, record)))
}

fn new_version(entry: &Entry) -> Result<NewVersion> {
	let manifest = Cid::from_str(&entry.manifest_cid).context("the journal's CID")?;
	Ok(NewVersion {
		previous: H256(entry.previous.0),
		manifest: BoundedVec(manifest.to_bytes()),
		commitment: H256(entry.commitment.0),
	})
}

fn sharing(entry: &Entry) -> Result<NewSharingSet> {
	let holders = entry
		.holders
		.iter()
		.map(|(account, kind)| {
			Ok(Holder { account: AccountId(account.0), kind: HolderKind::from_word(kind)? })
		})
		.collect::<Result<_>>()?;
	let commitments = vouchsafe_vault::sharing::Commitments::decode(&mut &entry.commitments.0[..])
		.context("the journal's commitments")?;
	Ok(NewSharingSet {
		threshold: entry.threshold,
		holders: BoundedVec(holders),
		commitments: H256(commitments.hash()),
	})
}

/// Institutions whose acknowledgement isn't there.
async fn missing(at: &At, entry: &Entry) -> Result<Vec<AccountId>> {
	let set = at
		.sharing_set(H256(entry.record.0), entry.version)
		.await?
		.context("the version's sharing set is gone from the chain")?;
	Ok(set
		.holders
		.0
		.iter()
		.filter(|holder| {
			!holder.acknowledged
				&& matches!(holder.kind, HolderKind::Institution | HolderKind::Emergency)
		})
		.map(|holder| holder.account)
		.collect())
}

/// Delivers envelopes until every acknowledgement is final.
async fn deliver(
	session: &Session,
	journal: &Journal,
	group: &mut Group,
	until: Option<Instant>,
) -> Result<()> {
	let me = session.me()?;
	let waiting = Progress::waiting("waiting for the custodians");
	// When each envelope may be sent next, and how long to wait after that.
	let mut due: HashMap<(usize, usize), (Instant, Duration)> = HashMap::new();
	let mut complaints: HashMap<[u8; 32], String> = HashMap::new();
	loop {
		let at = match session.finalized().await {
			Ok(at) => at,
			Err(error) if !is_over(until) && error.may_pass() => {
				waiting.say("waiting for the node");
				tokio::time::sleep(Duration::from_secs(2)).await;
				continue;
			},
			Err(error) => return Err(error.into()),
		};
		let mut absent: Vec<AccountId> = Vec::new();
		let mut sending = Vec::new();
		let now = Instant::now();
		for (number, entry) in group.entries.iter_mut().enumerate() {
			if entry.complete {
				continue;
			}
			let missing = missing(&at, entry).await?;
			if missing.is_empty() {
				entry.complete = true;
				continue;
			}
			for (place, envelope) in entry.envelopes.iter().enumerate() {
				let institution = AccountId(envelope.institution.0);
				if !missing.contains(&institution) {
					continue;
				}
				if !absent.contains(&institution) {
					absent.push(institution);
				}
				let first = if envelope.delivered { now + AGAIN } else { now };
				let (when, _) =
					*due.entry((number, place)).or_insert((first, Duration::from_secs(1)));
				if when <= now {
					sending.push((number, place, institution, message(entry, envelope)));
				}
			}
		}
		if group.entries.iter().all(|entry| entry.complete) {
			journal.save(group)?;
			session.step("acknowledged");
			return Ok(());
		}
		let mut results = stream::iter(sending)
			.map(|(number, place, institution, message)| async move {
				let result = match session.custodian(&institution) {
					Ok(custodian) => custodian
						.without_retries()
						.deliver_envelope(&me.signer, &message)
						.await
						.map_err(|error: CustodianError| error.to_string()),
					Err(error) => Err(error.to_string()),
				};
				(number, place, institution, result)
			})
			.buffer_unordered(8);
		let mut delivered = false;
		while let Some((number, place, institution, result)) = results.next().await {
			let envelope = &mut group.entries[number].envelopes[place];
			let (when, pause) = due.entry((number, place)).or_insert((now, Duration::from_secs(1)));
			match result {
				Ok(_) => {
					complaints.remove(&institution.0);
					delivered |= !envelope.delivered;
					envelope.delivered = true;
					*when = Instant::now() + AGAIN;
				},
				Err(reason) => {
					tracing::debug!(reason, "delivering an envelope");
					complaints.insert(institution.0, reason);
					*when = Instant::now() + *pause;
					*pause = (*pause * 2).min(LONGEST_PAUSE);
				},
			}
		}
		drop(results);
		if delivered {
			journal.save(group)?;
			session.step("delivered");
		}
		if is_over(until) {
			return Ok(());
		}
		let names: Vec<_> = absent
			.iter()
			.map(|it| match complaints.get(&it.0) {
				Some(reason) => format!("{} ({reason})", session.names.show(it)),
				None => session.names.show(it),
			})
			.collect();
		waiting.say(&format!("waiting for the acknowledgement of {}", and(&names)));
		tokio::time::sleep(Duration::from_millis(500)).await;
	}
}

fn message(entry: &Entry, envelope: &Envelope) -> DeliverEnvelope {
	DeliverEnvelope {
		record: entry.record,
		version: entry.version,
		epoch: 0,
		manifest: entry.manifest.clone(),
		commitments: entry.commitments.clone(),
		share: envelope.share.clone(),
		patient_share: entry.patient_share.clone(),
	}
}

/// Splits a FHIR bundle into documents to be added, one a category.
pub fn documents_of_bundle(
	json: &[u8],
	extra_labels: &[String],
	without_labels: bool,
) -> Result<(Vec<NewDocument>, crate::fhir::Split)> {
	let split = crate::fhir::split(json)?;
	let this_month = dates::month_of_moment(dates::now());
	let documents = split
		.parts
		.iter()
		.map(|part| {
			let mut labels = extra_labels.to_vec();
			if !without_labels {
				labels.extend(part.sensitivities.iter().map(|it| it.word().to_owned()));
			}
			labels.sort();
			labels.dedup();
			NewDocument {
				content: Content::Bytes(part.bundle.clone()),
				title: format!("{} ({})", part.title(), count(part.resources, "resource")),
				media_type: crate::fhir::MEDIA_TYPE.into(),
				place: Place::New {
					category: part.category.clone(),
					months: part.months.unwrap_or((this_month, this_month)),
					labels,
					relation: None,
					confidentiality: Confidentiality::Normal,
					origin: Origin::Imported,
				},
			}
		})
		.collect();
	Ok((documents, split))
}

/// The media type of a file, by its name: only what is common in medicine.
pub fn media_type_of(path: &Path) -> &'static str {
	let extension = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
	match extension.to_ascii_lowercase().as_str() {
		"pdf" => "application/pdf",
		"dcm" | "dicom" => "application/dicom",
		"json" => "application/json",
		"xml" | "cda" => "application/xml",
		"txt" => "text/plain",
		"md" => "text/markdown",
		"html" | "htm" => "text/html",
		"csv" => "text/csv",
		"jpg" | "jpeg" => "image/jpeg",
		"png" => "image/png",
		"tif" | "tiff" => "image/tiff",
		"mp4" => "video/mp4",
		"hl7" => "x-application/hl7-v2+er7",
		_ => "application/octet-stream",
	}
}
