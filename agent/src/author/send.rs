//! The steps that send what was prepared: upload, submit, deliver. Each can be repeated without
//! harm.

use super::{
	reseal::{seal_to_successor, CustodiansNow},
	waiting::{names_of, next_within, tell_waiting, NotTaken, Watch, UNACCEPTED},
	*,
};
use crate::{
	journal::{Entry, Envelope},
	open::LAG,
	platform::Progress as _,
	session::CustodianOf,
};
use codec::Decode;
use futures::future::{select, Either};
use std::{
	collections::{BTreeMap, HashMap},
	pin::pin,
	str::FromStr,
	sync::OnceLock,
};
use vouchsafe_protocol::{
	calls::{RecordsCall, RuntimeCall},
	cid::Cid,
	errors::{ChainError, CustodianError},
	messages::DeliverEnvelope,
	openings::has_custodian,
	traits::Custodian,
	types::{
		bounded, canonical_tags, Creation, Frame, Holder, HolderKind, HolderSet, LabelTag,
		LabelTags, NewRecord, NewSharingSet, NewVersion, Record, Relation, ServicePeriod,
		MAX_BATCH, MAX_LABELS,
	},
};

/// The most new records in one call.
const BATCH: usize = MAX_BATCH as usize;
/// The most entries that a message names. Further ones are only counted.
const NAMED: usize = 3;
/// How many envelopes are sent to one custodian at once.
const AT_ONCE: usize = 8;
/// How long to wait for the acknowledgement of a delivered envelope before it is delivered again.
const AGAIN: Duration = Duration::from_secs(60);
/// The first pause before an envelope is delivered again: the custodian's node may see the version a
/// little later than ours.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// How long a custodian may take to say whether it takes content.
const ABOUT: Duration = Duration::from_secs(5);
/// When people are told that no custodian has taken content yet.
const TELL: Duration = Duration::from_secs(4);
/// The longest pause between attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Notes the ciphertexts that custodians have dropped, so that they are uploaded again: what no version
/// has named for a day does not stay.
pub(super) async fn find_dropped(
	session: &Session<impl Platform>,
	group: &mut Group,
) -> Result<()> {
	for entry in group.entries.iter_mut().filter(|entry| entry.uploaded && !entry.complete) {
		let cid = Cid::from_str(&entry.content_cid).context("the journal's CID")?;
		let mut is_dropped = false;
		for envelope in &entry.envelopes {
			let Ok(custodian) = session.custodian(&envelope.institution.into()) else { continue };
			match custodian.without_retries().content(cid).await {
				Ok(_) => {
					is_dropped = false;
					break;
				},
				Err(CustodianError::NotFound | CustodianError::Incomplete) => is_dropped = true,
				Err(_) => {},
			}
		}
		entry.uploaded = !is_dropped;
	}
	Ok(())
}

/// Uploads each ciphertext to a custodian with an IPFS node.
pub(super) async fn upload<P: Platform>(
	session: &Session<P>,
	journal: &Journal<P::Keep>,
	group: &mut Group,
	until: Option<Duration>,
) -> Result<()> {
	for number in 0..group.entries.len() {
		let entry = group.entries[number].clone();
		if entry.uploaded {
			continue;
		}
		let cid = Cid::from_str(&entry.content_cid).context("the journal's CID")?;
		upload_one(session, journal, number, &entry, &cid, until).await?;
		group.entries[number].uploaded = true;
		journal.save(group).await?;
		session.step("uploaded").await;
	}
	Ok(())
}

/// Uploads one ciphertext to the first custodian that takes it. If all refuse it for good, that is an
/// error at once. Without a limit of time, this waits a minute for custodians that do not take it.
async fn upload_one<P: Platform>(
	session: &Session<P>,
	journal: &Journal<P::Keep>,
	number: usize,
	entry: &Entry,
	cid: &Cid,
	until: Option<Duration>,
) -> Result<()> {
	let title = &entry.title;
	let key = session.me()?.name.clone();
	let waiting = session.waiting(&format!("uploading {title}"));
	let start = session.clock.elapsed();
	let mut pause = Duration::from_secs(1);
	let mut has_told = false;
	// The author's own institution first, then the others.
	let mut targets: Vec<_> = entry.envelopes.iter().map(|it| it.institution).collect();
	targets.sort_by_key(|target| Some(*target) != entry.institution);
	loop {
		let mut reasons = Vec::new();
		let mut may_pass = false;
		for target in &targets {
			let institution = AccountId::from(*target);
			let name = session.names.show(&institution);
			match upload_to(session, journal, number, &institution, cid, entry.content_len).await {
				Ok(true) => return Ok(()),
				Ok(false) => reasons.push(format!("{name}: it has no IPFS node")),
				Err(error) => {
					may_pass |= !is_refusal(&error, session.clock.elapsed().saturating_sub(start));
					reasons.push(format!("{name}: {error:#}"));
				},
			}
		}
		let reasons = reasons.join("; ");
		if !may_pass {
			let advice = Advice::GiveUp { key, record: H256(entry.record.0) };
			let message = format!("no custodian accepts “{title}”");
			bail!(Advised::new(message, advice).caused_by(RefusedForGood(reasons)));
		}
		let waited = session.clock.elapsed().saturating_sub(start);
		if is_over(session, until) || (until.is_none() && waited >= UNACCEPTED) {
			let message =
				format!("no custodian took “{title}”, so it is not on the chain. Nothing is lost");
			let advice = Advice::Resume { key };
			bail!(Advised::new(message, advice).caused_by(NotTaken(reasons)));
		}
		if !has_told && waited >= TELL {
			let message =
				format!("“{title}” is not on the chain yet. Waiting for a custodian that takes it ({reasons})");
			let advice = Advice::WaitOrResume { key: key.clone() };
			session.progress.tell(&Advised::new(message, advice));
			has_told = true;
		}
		waiting.say(&format!("waiting for a custodian that takes {title} ({reasons})"));
		session.clock.sleep(pause).await;
		pause = (pause * 2).min(LONGEST_PAUSE);
	}
}

/// Custodians refuse, and will always refuse: trying again is useless.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct RefusedForGood(String);

/// Whether a custodian will always refuse, as far as is known this long after the first try: its node
/// may see a consent or an enrolment a little later than ours.
fn is_refusal(error: &anyhow::Error, after: Duration) -> bool {
	match error.downcast_ref::<CustodianError>() {
		Some(CustodianError::NoAccess) => after >= LAG,
		Some(error) => error.is_final(),
		None => false,
	}
}

/// Whether the custodian accepted it. A custodian without an IPFS node does not.
async fn upload_to<P: Platform>(
	session: &Session<P>,
	journal: &Journal<P::Keep>,
	number: usize,
	institution: &AccountId,
	cid: &Cid,
	length: u64,
) -> Result<bool> {
	let custodian = session.custodian(institution)?;
	let (about, silence) = (pin!(custodian.about()), pin!(session.clock.sleep(ABOUT)));
	let about = match select(about, silence).await {
		Either::Left((about, _)) => about?,
		Either::Right(_) => bail!("no answer in {} seconds", ABOUT.as_secs()),
	};
	if !about.content {
		return Ok(false);
	}
	let content = journal.content(number);
	custodian.add_content(&session.me()?.signer, cid, length, content).await?;
	Ok(true)
}

/// Whether the version is on the chain; an error if another one is in its place.
pub(super) async fn is_there(at: &impl View, entry: &Entry) -> Result<bool> {
	let (patient, record) = (entry.patient.into(), H256(entry.record.0));
	let found = match at.version(&patient, record, entry.version).await {
		// Custodians prove to a wallet nothing about versions of a record that is not there yet.
		Err(ChainError::Custodian(CustodianError::NoAccess)) if entry.version == 0 => {
			match at.record(&patient, record).await? {
				None => None,
				Some(_) => return Err(CustodianError::NoAccess.into()),
			}
		},
		found => found?,
	};
	match found {
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
pub(super) struct Overtaken;

/// Whether the chain or the custodians will never accept it, so that trying again is useless.
pub(super) fn is_hopeless(error: &anyhow::Error) -> bool {
	error.chain().any(|cause| {
		cause.is::<Overtaken>()
			|| cause.is::<RefusedForGood>()
			|| matches!(
				cause.downcast_ref::<ChainError>(),
				Some(
					ChainError::Dispatch { .. }
						| ChainError::Stranger
						| ChainError::MayNotSign
						| ChainError::Replaced
				)
			)
	})
}

/// Submits the versions that are not on the chain yet, and waits until they are final. One call
/// creates many records.
pub(super) async fn submit<P: Platform>(
	session: &Session<P>,
	journal: &Journal<P::Keep>,
	group: &mut Group,
	until: Option<Duration>,
) -> Result<()> {
	let waiting = session.waiting("waiting for finality");
	let mut pause = Duration::from_secs(1);
	loop {
		match try_submit(session, journal, group, &waiting).await {
			Err(error) if passes(&error) && !is_over(session, until) => {
				tracing::debug!("submitting again: {error:#}");
				waiting.say("waiting for the node");
				session.clock.sleep(pause).await;
				pause = (pause * 2).min(LONGEST_PAUSE);
			},
			result => return result,
		}
	}
}

async fn try_submit<P: Platform>(
	session: &Session<P>,
	journal: &Journal<P::Keep>,
	group: &mut Group,
	waiting: &impl Task,
) -> Result<()> {
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
	for batch in batches(&group.entries, &open) {
		waiting.say("waiting for finality");
		let entries: Vec<&Entry> = batch.iter().map(|number| &group.entries[*number]).collect();
		let call = runtime_call(&at, &entries).await?;
		if let Err(error) = session.submit(call).await {
			// It may be on the chain anyway: sent by an earlier run, or included too late to be
			// seen.
			let at = session.finalized().await?;
			for entry in &entries {
				if !is_there(&at, entry).await? {
					let said = not_added(&entries, &error);
					return Err(error.context(said));
				}
			}
		}
		for number in batch {
			group.entries[number].is_final = true;
		}
		journal.save(group).await?;
		session.step("final").await;
	}
	Ok(())
}

/// The entries that are open, by the call that submits them: many new records, or one version.
pub(super) fn batches(entries: &[Entry], open: &[usize]) -> Vec<Vec<usize>> {
	open.chunk_by(|one, other| are_created_together(&entries[*one], &entries[*other]))
		.flat_map(|batch| batch.chunks(BATCH))
		.map(<[usize]>::to_vec)
		.collect()
}

/// Whether one call can create both.
fn are_created_together(one: &Entry, other: &Entry) -> bool {
	one.new.is_some()
		&& other.new.is_some()
		&& (one.patient, one.institution) == (other.patient, other.institution)
		&& (one.threshold, &one.holders) == (other.threshold, &other.holders)
}

/// Whether waiting may help: the node cannot be reached, or the quota of this window is used up.
fn passes(error: &anyhow::Error) -> bool {
	error.chain().any(|cause| match cause.downcast_ref::<ChainError>() {
		Some(ChainError::QuotaSpent | ChainError::TooFarAhead) => true,
		Some(error) => error.may_pass(),
		None => false,
	})
}

/// The beginning of the message if the chain refuses entries. The reason follows.
fn not_added(entries: &[&Entry], error: &anyhow::Error) -> String {
	let titles: Vec<_> = entries.iter().map(|entry| entry.title.as_str()).collect();
	let what = match titles.len() <= NAMED {
		true => ENGLISH.and(&titles),
		false => ENGLISH.count(Noun::Record, titles.len()),
	};
	let labelled =
		entries.iter().any(|entry| entry.new.as_ref().is_some_and(|row| !row.labels.is_empty()));
	let is_refused = error.chain().any(|cause| {
		let cause = cause.downcast_ref::<ChainError>();
		cause.is_some_and(|cause| cause.is_dispatch("Records", "NotPermitted"))
	});
	let hint = if labelled && is_refused {
		" (a consent to write has to cover a record's labels, or all labels)"
	} else {
		""
	};
	format!("{what} could not be added{hint}")
}

/// The call that adds the entries of a batch.
async fn runtime_call(at: &impl View, entries: &[&Entry]) -> Result<RuntimeCall> {
	let first = *entries.first().context("there is nothing to add")?;
	let (patient, set) = (first.patient.into(), holder_set(first)?);
	let call = if let Some(creations) =
		entries.iter().map(|entry| creation(entry)).collect::<Result<Option<Vec<_>>>>()?
	{
		let institution = first.institution.map(Into::into);
		RecordsCall::create_many { patient, institution, holders: set, records: creations }
	} else {
		let record = H256(first.record.0);
		let found = at.record(&patient, record).await?.context("there is no such record")?;
		RecordsCall::add_version {
			patient,
			record,
			previous: H256(first.previous.0),
			frame: frame(&found, first)?,
			version: new_version(first)?,
			sharing: NewSharingSet { set, commitments: key_commitments(first)? },
		}
	};
	Ok(call.into())
}

/// What the record covers with the version: what it has now, and what the version widens.
pub(super) fn frame(record: &Record, entry: &Entry) -> Result<Frame> {
	let Record { service, confidentiality, labels, .. } = record;
	let (service, confidentiality, labels) = (*service, *confidentiality, labels.clone());
	let mut frame = Frame { service, confidentiality, labels };
	if let Some(wider) = &entry.widening {
		frame.service.first = frame.service.first.min(wider.months.0);
		frame.service.last = frame.service.last.max(wider.months.1);
		// A record stays unclassified until its labels are named.
		if !frame.labels.contains(&LabelTag::UNCLASSIFIED) {
			let more = wider.labels.iter().map(|tag| LabelTag(tag.0));
			let labels: LabelTags = canonical_tags(frame.labels.into_iter().chain(more))
				.with_context(|| format!("a record has at most {MAX_LABELS} labels"))?;
			frame.labels = labels.into_inner();
		}
		let confidentiality = Confidentiality::from_word(&wider.confidentiality)?;
		frame.confidentiality = frame.confidentiality.max(confidentiality);
	}
	Ok(frame)
}

/// The new record of an entry; `None` if it is a further version.
fn creation(entry: &Entry) -> Result<Option<Creation>> {
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
		labels: row.labels.iter().map(|tag| LabelTag(tag.0)).collect(),
		category: Category::from_word(&row.category)?,
	};
	let (version, commitments) = (new_version(entry)?, key_commitments(entry)?);
	Ok(Some(Creation { salt: row.salt.0, record, version, commitments }))
}

fn new_version(entry: &Entry) -> Result<NewVersion> {
	let manifest = Cid::from_str(&entry.manifest_cid).context("the journal's CID")?;
	Ok(NewVersion { manifest: manifest.to_bytes(), commitment: H256(entry.commitment.0) })
}

fn holder_set(entry: &Entry) -> Result<HolderSet> {
	let holders = entry
		.holders
		.iter()
		.map(|(account, kind)| {
			Ok(Holder { account: (*account).into(), kind: HolderKind::from_word(kind)? })
		})
		.collect::<Result<Vec<_>>>()?;
	Ok(HolderSet { threshold: entry.threshold, holders: bounded(holders, "holders")? })
}

/// The hash of the Feldman commitments.
fn key_commitments(entry: &Entry) -> Result<H256> {
	let commitments = vouchsafe_vault::sharing::Commitments::decode(&mut &entry.commitments.0[..]);
	let commitments = commitments.ok().context("the journal's commitments")?;
	Ok(H256(commitments.hash()))
}

/// How many shares open a version that is on the chain, how many holders have theirs, and the
/// institutions whose acknowledgement is missing.
pub(super) async fn holders_of(
	at: &impl View,
	entry: &Entry,
) -> Result<(u8, usize, Vec<AccountId>)> {
	let set = at.sharing_set(&entry.patient.into(), H256(entry.record.0), entry.version).await?;
	let set = set.context("the version's sharing set is gone from the chain")?;
	let (held, missing): (Vec<_>, Vec<_>) =
		set.holders.into_iter().partition(|it| it.acknowledged || !has_custodian(it.kind));
	let missing = missing.into_iter().map(|holder| holder.account).collect();
	Ok((set.threshold, held.len(), missing))
}

/// Why institutions did not accept their shares.
pub(super) type Complaints = BTreeMap<AccountId, String>;

/// Delivers envelopes until every acknowledgement is final or the time is over. If all custodians
/// whose acknowledgement is missing refuse their shares for good, that is an error at once. Without a
/// limit of time, this waits a minute for custodians that do not accept their shares.
pub(super) async fn deliver<P: Platform>(
	session: &Session<P>,
	journal: &Journal<P::Keep>,
	group: &mut Group,
	until: Option<Duration>,
) -> Result<Complaints> {
	let waiting = session.waiting("waiting for the custodians");
	// When each envelope may be sent next, and how long to wait afterwards.
	let mut due: HashMap<(usize, usize), (Duration, Duration)> = HashMap::new();
	let mut complaints = Complaints::new();
	// When a custodian first refused an envelope for good, and whether that is certain.
	let mut refused: HashMap<(usize, usize), (Duration, bool)> = HashMap::new();
	let mut watch = Watch::begin(session.clock.elapsed());
	loop {
		let at = match session.finalized().await {
			Ok(at) => at,
			Err(error) if !is_over(session, until) && error.may_pass() => {
				waiting.say("waiting for the node");
				session.clock.sleep(Duration::from_secs(2)).await;
				continue;
			},
			Err(error) => return Err(error.into()),
		};
		let mut absent: Vec<AccountId> = Vec::new();
		let mut custodians = CustodiansNow::default();
		let mut due_now = Vec::new();
		// Envelopes that have to be sealed again first, and why they could not be.
		let mut unsealed: HashMap<(usize, usize), anyhow::Error> = HashMap::new();
		let mut open = Vec::new();
		let now = session.clock.elapsed();
		for (number, entry) in group.entries.iter_mut().enumerate() {
			if entry.complete {
				continue;
			}
			let (_, _, missing) = holders_of(&at, entry).await?;
			if missing.is_empty() {
				entry.complete = true;
				continue;
			}
			for (place, envelope) in entry.envelopes.iter().enumerate() {
				let institution = AccountId::from(envelope.institution);
				if !missing.contains(&institution) {
					continue;
				}
				if !absent.contains(&institution) {
					absent.push(institution.clone());
				}
				open.push((number, place));
				let first = if envelope.delivered { now + AGAIN } else { now };
				let (when, _) = *due.entry((number, place)).or_insert((first, FIRST_PAUSE));
				if when <= now {
					custodians.learn(&at, &institution).await?;
					due_now.push((number, place, institution));
				}
			}
			// Its custodian may have been replaced since it was prepared.
			for (_, place, _) in due_now.iter().filter(|(it, ..)| *it == number) {
				let sealed = seal_to_successor(session, &mut custodians, entry, *place).await;
				if let Err(error) = sealed {
					unsealed.insert((number, *place), error);
				}
			}
		}
		if group.entries.iter().all(|entry| entry.complete) {
			journal.save(group).await?;
			session.step("acknowledged").await;
			return Ok(complaints);
		}
		watch.sees_open(open.len(), now);
		let mut asked: Vec<AccountId> = due_now.iter().map(|(.., it)| it.clone()).collect();
		// Each institution's envelopes are sent apart from the others', so that one that does not answer
		// holds up nobody else.
		let mut sending: BTreeMap<AccountId, (Silence, Vec<_>)> = BTreeMap::new();
		for (number, place, institution) in due_now {
			let message = message(&group.entries[number], &group.entries[number].envelopes[place]);
			let custodian = match unsealed.remove(&(number, place)) {
				Some(error) => Err(error),
				None => custodians.connect(session, &institution),
			};
			let (silence, theirs) = sending.entry(institution.clone()).or_default();
			let delivery = (custodian, message);
			theirs.push(deliver_one(
				session,
				(number, place),
				institution,
				delivery,
				silence.clone(),
			));
		}
		let sending = sending.into_values();
		let mut results = stream::select_all(
			sending.map(|(_, theirs)| stream::iter(theirs).buffer_unordered(AT_ONCE)),
		);
		let mut delivered = false;
		loop {
			let time = watch.tells_in(now, session.clock.elapsed());
			let Some(next) = next_within(&session.clock, &mut results, time).await else {
				for institution in &asked {
					complaints.entry(institution.clone()).or_insert_with(|| "no answer yet".into());
					watch.fails(institution, now);
				}
				if watch.tells(session.clock.elapsed()) {
					tell_waiting(session, group, &complaints).await;
				}
				continue;
			};
			let Some(((number, place), institution, result)) = next else { break };
			asked.retain(|it| *it != institution);
			let envelope = &mut group.entries[number].envelopes[place];
			let (when, pause) = due.entry((number, place)).or_insert((now, FIRST_PAUSE));
			match result {
				Ok(_) => {
					complaints.remove(&institution);
					watch.accepts(&institution, !envelope.delivered, session.clock.elapsed());
					refused.remove(&(number, place));
					delivered |= !envelope.delivered;
					envelope.delivered = true;
					*when = session.clock.elapsed() + AGAIN;
				},
				Err(error) => {
					let reason = format!("{error:#}");
					tracing::debug!(reason, "delivering an envelope");
					watch.fails(&institution, now);
					complaints.insert(institution, reason);
					let elapsed = session.clock.elapsed();
					if is_refusal(&error, Duration::MAX) {
						let (first, is_final) =
							refused.entry((number, place)).or_insert((elapsed, false));
						// Its node may see a new version or a new custodian's key later than ours.
						*is_final = elapsed.saturating_sub(*first) >= LAG;
					} else {
						refused.remove(&(number, place));
					}
					*when = session.clock.elapsed() + *pause;
					*pause = (*pause * 2).min(LONGEST_PAUSE);
				},
			}
		}
		drop(results);
		if delivered {
			journal.save(group).await?;
			session.step("delivered").await;
		}
		if !open.is_empty() && open.iter().all(|it| refused.get(it).is_some_and(|it| it.1)) {
			return Err(not_acknowledged(session, group, &open, &complaints));
		}
		let elapsed = session.clock.elapsed();
		if is_over(session, until) || (until.is_none() && watch.is_over(&absent, elapsed)) {
			return Ok(complaints);
		}
		if watch.tells(elapsed) {
			tell_waiting(session, group, &complaints).await;
		}
		waiting.say(&format!("waiting for {}", names_of(session, &absent, &complaints)));
		session.clock.sleep(Duration::from_millis(500)).await;
	}
}

/// The error if every custodian whose acknowledgement is missing refuses its share for good.
fn not_acknowledged(
	session: &Session<impl Platform>,
	group: &Group,
	open: &[(usize, usize)],
	complaints: &Complaints,
) -> anyhow::Error {
	let reasons: Vec<_> = complaints
		.iter()
		.map(|(institution, reason)| format!("{}: {reason}", session.names.show(institution)))
		.collect();
	let refused = RefusedForGood(reasons.join("; "));
	let Some(entry) = open.first().and_then(|(number, _)| group.entries.get(*number)) else {
		return refused.into();
	};
	let message =
		format!("“{}” is on the chain, but not every custodian accepts its share", entry.title);
	let key = session.me.as_ref().map_or_else(String::new, |me| me.name.clone());
	let advice = Advice::GiveUp { key, record: H256(entry.record.0) };
	Advised::new(message, advice).caused_by(refused).into()
}

/// Set once a custodian has not answered. All envelopes for that custodian share it.
type Silence = Arc<OnceLock<CustodianError>>;

/// Delivers one envelope, unless its custodian is silent. Returns its place and institution with the
/// result.
async fn deliver_one<P: Platform>(
	session: &Session<P>,
	place: (usize, usize),
	institution: AccountId,
	(custodian, message): (Result<CustodianOf<P>>, DeliverEnvelope),
	silence: Silence,
) -> ((usize, usize), AccountId, Result<()>) {
	let deliver = async {
		if let Some(error) = silence.get() {
			return Err(error.clone().into());
		}
		let custodian = custodian?.without_retries();
		let delivered = custodian.deliver_envelope(&session.me()?.signer, &message).await;
		if let Err(error @ CustodianError::Unreachable(_)) = &delivered {
			let _ = silence.set(error.clone());
		}
		delivered?;
		anyhow::Ok(())
	};
	let result = deliver.await;
	(place, institution, result)
}

fn message(entry: &Entry, envelope: &Envelope) -> DeliverEnvelope {
	DeliverEnvelope {
		patient: entry.patient,
		record: entry.record,
		version: entry.version,
		epoch: 0,
		manifest: entry.manifest.clone(),
		commitments: entry.commitments.clone(),
		share: envelope.share.clone(),
		patient_share: entry.patient_share.clone(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::scripted::Scripted;
	use vouchsafe_protocol::messages::HexBytes;

	/// A custodian that has not answered for one envelope is not asked for the next ones of the same round.
	#[tokio::test]
	async fn a_silent_custodian_is_asked_once_a_round() {
		let mut session = Session::<Scripted>::scripted("//DoctorA");
		let silence = Silence::default();
		let hospital = AccountId::new([1; 32]);
		let mut deliver = async |answer: Option<CustodianError>| {
			session.custodians.refusal = answer;
			let custodian = Ok(session.custodians.clone());
			let message = DeliverEnvelope {
				patient: Hex([9; 32]),
				record: Hex([5; 32]),
				version: 0,
				epoch: 0,
				manifest: HexBytes(vec![]),
				commitments: HexBytes(vec![]),
				share: HexBytes(vec![]),
				patient_share: None,
			};
			let delivery = (custodian, message);
			let place = (0, 0);
			let delivered =
				deliver_one(&session, place, hospital.clone(), delivery, silence.clone()).await;
			delivered.2.unwrap_err().to_string()
		};
		assert_eq!(deliver(Some(CustodianError::Busy)).await, CustodianError::Busy.to_string());
		let first = deliver(None).await;
		assert!(first.contains("can't be reached"), "{first}");
		assert_eq!(deliver(Some(CustodianError::Busy)).await, first, "it is not asked");
	}
}
