//! The first step, prepare: makes everything that is needed before anything leaves the machine.

use super::{terms::Term, *};
use crate::{
	journal::{Entry, Envelope, NewRow, PatientCopy, WideningRow},
	label_keys::{self, Tagged},
	labels::{mark, LabelTable},
	platform::Draft,
};
use anyhow::anyhow;
use codec::Encode;
use futures::future::{join_all, select, Either};
use std::{collections::BTreeSet, pin::pin};
use vouchsafe_protocol::{
	cid::{cid_of, Cid, CidBuilder},
	holders::{choose, Choice, ChoiceError},
	messages::HexBytes,
	openings::{context, has_custodian},
	traits::Custodian,
	types::{address, AccountKind, HolderChoice, HolderKind, LabelTag},
};
use vouchsafe_speech::short;
use vouchsafe_vault::{
	commitment::PlaintextCommitment,
	document::{ciphertext_len, Encryptor},
	manifest::{seal_share, Details, Manifest, ShareAddress},
	record_id,
	seal::PublicKey,
	sharing::{check_dealing, Secret},
	Context,
};

/// The holders, or why none could be chosen, with names instead of accounts. Their keys are those of
/// the fresh view.
pub(super) async fn choose_holders<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	addition: &Addition,
	key: &[u8; 32],
	allowed: Option<&HolderChoice>,
) -> Result<Choice> {
	let (author, patient) = (addition.institution.as_ref(), &addition.patient);
	let chosen = choose(&session.members, author, (patient, key), allowed, &addition.sharing);
	let chosen = chosen.map_err(|error| match &error {
		ChoiceError::NotAnInstitution(account) | ChoiceError::NoCustodian(account) => {
			let name = session.names.show(account);
			anyhow!(error.to_string().replace(&address(account), &name))
		},
		ChoiceError::TooFew { .. } => error.into(),
	})?;
	for holder in &chosen.holders {
		if has_custodian(holder.kind) {
			session.ensure_recipient(at, &holder.account).await?;
		}
	}
	Ok(chosen)
}

/// How long a custodian may take to say how large a document it accepts. If it does not say it in time,
/// any length is tried.
const LIMIT: Duration = Duration::from_secs(2);

/// Checks, before anything of the documents is read, that a custodian takes the longest.
pub(super) async fn check_sizes(
	session: &Session<impl Platform>,
	addition: &Addition,
) -> Result<()> {
	let (patient, author) = (&addition.patient, addition.institution.as_ref());
	let allowed = async { session.finalized().await?.holder_choice(patient).await };
	// What goes wrong here goes wrong again when the documents are prepared, and is said then.
	let Ok(allowed) = allowed.await else { return Ok(()) };
	// Only the patient's own share needs the patient's key.
	let patient = (patient, &[0; 32]);
	let chosen = choose(&session.members, author, patient, allowed.as_ref(), &addition.sharing);
	let Ok(choice) = chosen else { return Ok(()) };
	check_lengths(session, addition, &choice).await
}

/// Checks that a custodian of the chosen holders takes the longest document.
pub(super) async fn check_lengths(
	session: &Session<impl Platform>,
	addition: &Addition,
	choice: &Choice,
) -> Result<()> {
	let mut longest = None;
	for document in &addition.documents {
		longest = longest.max(Some((ciphertext_len(document.content.length()?), &document.title)));
	}
	let Some((length, title)) = longest else { return Ok(()) };
	let custodians = choice.holders.iter().filter(|it| has_custodian(it.kind));
	let limits = join_all(custodians.map(|it| limit_of(session, &it.account))).await;
	// One that does not answer may take more.
	let Some(limits) = limits.into_iter().collect::<Option<Vec<u64>>>() else { return Ok(()) };
	let most = limits.into_iter().max().unwrap_or(0);
	if length > most {
		bail!(
			"“{title}” is too large: encrypted it has {length} bytes, and none of the holders' \
			 custodians takes more than {most}"
		);
	}
	Ok(())
}

/// The most bytes that an institution's custodian takes; 0 if it has no IPFS node. `None` if it did
/// not say.
async fn limit_of(session: &Session<impl Platform>, institution: &AccountId) -> Option<u64> {
	let custodian = session.custodian(institution).ok()?.without_retries();
	let (about, timeout) = (pin!(custodian.about()), pin!(session.clock.sleep(LIMIT)));
	match select(about, timeout).await {
		Either::Left((Ok(about), _)) => Some(if about.content { about.max_content } else { 0 }),
		_ => None,
	}
}

pub(super) async fn prepare<P: Platform>(
	session: &Session<P>,
	addition: &Addition,
	sources: Sources,
	terms: Vec<Term>,
	journal: &Journal<P::Keep>,
) -> Result<Group> {
	let me = session.me()?;
	let at = session.fresh().await?;
	let patient = addition.patient.clone();
	let account = at.account(&patient).await?.with_context(|| {
		format!("{} is not enrolled as a patient", session.names.show(&patient))
	})?;
	if account.kind != AccountKind::Patient {
		bail!(
			"{} is {}, not a patient",
			session.names.show(&patient),
			ENGLISH.phrase(account.kind)
		);
	}
	let allowed = at.holder_choice(&patient).await?;
	let key = &account.encryption_key;
	let choice = choose_holders(session, &at, addition, key, allowed.as_ref()).await?;
	let words: BTreeSet<&String> =
		addition.documents.iter().flat_map(|it| it.place.labels()).collect();
	let words: Vec<String> = words.into_iter().cloned().collect();
	let tagged = label_keys::tags(session, &patient, addition.institution.as_ref(), &words).await?;
	let mut entries = Vec::new();
	for (number, document) in addition.documents.iter().enumerate() {
		let mut draft = journal.draft().await?;
		let entry =
			prepare_one(session, &at, addition, document, &choice, &tagged, &mut draft).await?;
		journal.keep_content(draft, number).await?;
		entries.push(entry);
	}
	let (genesis, signer) = (session.genesis().into(), (&me.account()).into());
	let Sources { documents, all: source } = sources;
	let group = Group { genesis, signer, source, documents, terms, entries };
	journal.save(&group).await?;
	LabelTable::update(&session.keep, me, &patient, |table| {
		for entry in &group.entries {
			table.learn(&H256(entry.record.0), &entry.words);
		}
		Ok(())
	})
	.await?;
	Ok(group)
}

async fn prepare_one<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	addition: &Addition,
	document: &NewDocument,
	Choice { threshold, holders }: &Choice,
	tagged: &Tagged,
	draft: &mut impl Draft,
) -> Result<Entry> {
	let me = session.me()?;
	let patient = addition.patient.clone();
	let labels = document.place.labels();
	let (tags, unclassified) = tagged.of(labels)?;
	let mut words: BTreeSet<String> = labels.iter().cloned().collect();
	let tags: Vec<_> = tags.iter().map(|tag| Hex(tag.0)).collect();
	let (record, version, previous, new, widening) = match &document.place {
		Place::New { category, months, labels: _, relation, confidentiality, origin } => {
			if let Some((_, target)) = relation {
				if at.record(&patient, *target).await?.is_none() {
					bail!("the related record is not one of this patient's");
				}
			}
			let salt = vouchsafe_vault::random_bytes::<16>();
			let author = addition.institution.as_ref().unwrap_or(&patient);
			let row = NewRow {
				salt: Hex(salt),
				origin: origin.word().into(),
				months: *months,
				relation: relation.as_ref().map(|(kind, it)| (kind.word().into(), Hex(it.0))),
				confidentiality: confidentiality.word().into(),
				labels: tags,
				category: category.word().into(),
			};
			(record_id(&patient, author, &salt).0, 0, [0; 32], Some(row), None)
		},
		Place::VersionOf { record, widening } => {
			let found =
				at.record(&patient, *record).await?.context("this patient has no such record")?;
			let has_named = found.labels.iter().any(|tag| *tag != LabelTag::UNCLASSIFIED);
			if let Some(reason) = unclassified.as_ref().filter(|_| has_named) {
				bail!(
					"the labels of the new version of {} could not be named: {reason}",
					short(record)
				);
			}
			words.extend(tagged.table.words_of(record, &found.labels).unwrap_or_default());
			let widening = widening.as_ref().map(|wider| WideningRow {
				months: wider.months,
				labels: tags,
				confidentiality: wider.confidentiality.word().into(),
			});
			(record.0, found.versions, found.head.0, None, widening)
		},
	};
	let words: Vec<String> = words.into_iter().collect();
	let context = context(session.genesis(), H256(record), version, &patient);
	let secret = Secret::random();
	let progress =
		session.bytes(&format!("encrypting {}", document.title), document.content.length()?);
	let encrypted = encrypt(document, &secret, &context, draft, &progress).await?;
	drop(progress);
	let details = Details {
		title: document.title.clone(),
		media_type: mark(&document.media_type, &words),
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
	let split = secret.split(*threshold, holder_count)?;
	check_dealing(&split.shares, &split.commitments)?;
	let mut envelopes = Vec::new();
	let (mut patient_share, mut patient_copy) = (None, None);
	for (holder, share) in holders.iter().zip(&split.shares) {
		let address = ShareAddress {
			genesis: context.genesis,
			record,
			version,
			epoch: 0,
			holder: account_bytes(&holder.account),
		};
		let seal = |key: &PublicKey| {
			seal_share(key, &address, share).with_context(|| {
				format!("cannot seal a share to {}", session.names.show(&holder.account))
			})
		};
		let (key, sealed) = (Hex(holder.key), HexBytes(seal(&PublicKey(holder.key))?));
		let kept = HexBytes(seal(&me.encryption.public())?);
		match holder.kind {
			HolderKind::Patient => {
				patient_share = Some(sealed);
				patient_copy = Some(PatientCopy { key, kept });
			},
			_ => envelopes.push(Envelope {
				institution: (&holder.account).into(),
				key,
				share: sealed,
				kept,
				delivered: false,
			}),
		}
	}
	Ok(Entry {
		title: document.title.clone(),
		patient: (&patient).into(),
		institution: addition.institution.as_ref().map(Into::into),
		record: Hex(record),
		version,
		new,
		words: words.clone(),
		unclassified,
		widening,
		previous: Hex(previous),
		manifest_cid: cid_of(&manifest).to_string(),
		manifest: HexBytes(manifest),
		content_cid: encrypted.cid.to_string(),
		content_len: encrypted.ciphertext_len,
		commitment: Hex(encrypted.commitment),
		commitments: HexBytes(split.commitments.encode()),
		threshold: *threshold,
		holders: holders
			.iter()
			.map(|it| ((&it.account).into(), it.kind.word().to_owned()))
			.collect(),
		envelopes,
		patient_share,
		patient_copy,
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

/// Encrypts a document into a draft, in bounded memory.
async fn encrypt(
	document: &NewDocument,
	secret: &Secret,
	context: &Context,
	draft: &mut impl Draft,
	progress: &impl Task,
) -> Result<Encrypted> {
	let commitment_salt = vouchsafe_vault::random_bytes();
	let mut commitment = PlaintextCommitment::new(commitment_salt);
	let mut cid = CidBuilder::new();
	let mut encryptor = Encryptor::new(&secret.document_key(context), context);
	let mut ciphertext = Vec::new();
	let mut pieces = document.content.pieces();
	while let Some(piece) = pieces.next().await {
		let piece = piece.with_context(|| format!("cannot read {}", document.title))?;
		commitment.update(&piece);
		encryptor.update(&piece, &mut ciphertext)?;
		cid.update(&ciphertext);
		draft.write(&ciphertext).await?;
		ciphertext.clear();
		progress.advance(piece.len() as u64);
	}
	let done = encryptor.finish(&mut ciphertext)?;
	cid.update(&ciphertext);
	draft.write(&ciphertext).await?;
	Ok(Encrypted {
		cid: cid.finish(),
		plaintext_len: done.plaintext_len,
		ciphertext_len: done.ciphertext_len,
		commitment: commitment.finish(),
		commitment_salt,
	})
}

#[cfg(test)]
mod tests;
