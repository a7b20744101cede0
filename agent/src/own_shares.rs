//! Checks the patient's own sealed shares. Custodians keep them but cannot check them, because they
//! are sealed to the patient. Without a check, a false share would be found only when the patient
//! needs it.
//!
//! A version is checked when the patient's client first sees it. What was good is kept, sealed to the
//! patient's key, and is not asked for again.
//!
//! After the patient's encryption key was replaced, earlier shares do not open. They count as missing, and the
//! other holders' shares open the record. The patient's log says when a key was replaced, so a share that
//! was added later is false.

use crate::{
	audit,
	english::ENGLISH,
	open::{ask_own_share, find, BadCopy},
	platform::{Clock, Keep, Platform},
	session::{At, Session},
};
use anyhow::{ensure, Context as _, Result};
use futures::{
	future::{join_all, select, Either},
	pin_mut, stream, StreamExt,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};
use vouchsafe_protocol::{
	openings::{Target, Unavailable},
	traits::View,
	types::{account_bytes, AccountId, LogEvent, Record, H256},
};
use vouchsafe_speech::short;

const FOLDER: &str = "own-shares";
/// The most versions that one command checks. Later commands check the others.
const MOST: usize = 64;
/// How many versions are checked at once.
const AT_ONCE: usize = 8;
/// How long a command waits for these checks.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many blocks after a key was replaced a version may be added whose share its author had sealed before:
/// a day, because adding it can be resumed.
const RESUMED: u32 = 86_400;

/// What custodians keep as the patient's own share of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnShareReport {
	/// The record.
	pub record: H256,
	/// The version.
	pub version: u32,
	/// Who delivered the share.
	pub author: AccountId,
	/// For which institution. It is the patient if the author is the patient.
	pub institution: AccountId,
	/// The institutions whose custodians keep a good one.
	pub good: Vec<AccountId>,
	/// The institutions whose custodians keep a false one, and what is wrong with it.
	pub bad: Vec<(AccountId, String)>,
	/// The institutions whose custodians gave none that can be judged, and why.
	pub missing: Vec<(AccountId, String)>,
	/// The institutions whose custodians keep one that is sealed to an encryption key of the patient's that
	/// was replaced. It counts as missing.
	pub former: Vec<AccountId>,
}

impl OwnShareReport {
	/// Whether some custodian gave a share, and none gave a false one.
	pub fn is_good(&self) -> bool {
		!self.good.is_empty() && self.bad.is_empty()
	}

	/// Whether the share is lost, because it is sealed to a key that was replaced.
	pub fn is_lost(&self) -> bool {
		!self.former.is_empty() && self.good.is_empty() && self.bad.is_empty()
	}

	/// What is wrong, if something is. `show` names an account.
	pub fn complaint(&self, show: impl Fn(&AccountId) -> String) -> Option<String> {
		let (_, why) = self.bad.first()?;
		let at: Vec<_> = self.bad.iter().map(|(place, _)| show(place)).collect();
		let author = match self.author == self.institution {
			true => show(&self.author),
			false => format!("{} for {}", show(&self.author), show(&self.institution)),
		};
		let (record, version) = (short(&self.record), self.version);
		Some(format!(
			"your own key share of record {record}, version {version}, is false at {}: {why}. It was \
			 delivered by {author}. Tell them, and do not rely on this share",
			ENGLISH.and(&at)
		))
	}
}

/// The versions whose shares were good, or are lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Checked {
	/// Record, version and epoch.
	versions: BTreeSet<([u8; 32], u32, u32)>,
}

impl Checked {
	/// What was kept. If it cannot be read, everything is checked again.
	async fn read<P: Platform>(session: &Session<P>) -> Result<Self> {
		let (key, name) = (&session.me()?.encryption, file_name(session)?);
		let kept = session.keep.read_sealed(key, FOLDER, &name).await.ok().flatten();
		Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
	}

	/// Adds versions. Other programs may have added some in the meantime.
	async fn add<P: Platform>(session: &Session<P>, more: &[Key]) -> Result<()> {
		if more.is_empty() {
			return Ok(());
		}
		let _lock = session.keep.lock().await?;
		let mut checked = Self::read(session).await?;
		checked.versions.extend(more);
		let bytes = serde_json::to_vec(&checked)?;
		let name = file_name(session)?;
		session.keep.write_sealed(&session.me()?.encryption, FOLDER, &name, &bytes).await
	}
}

/// Record, version and epoch.
type Key = ([u8; 32], u32, u32);

/// Named by the patient and the chain.
fn file_name(session: &Session<impl Platform>) -> Result<String> {
	let me = account_bytes(&session.me()?.account());
	Ok(format!("{}-{}", hex::encode(&me[..16]), hex::encode(&session.genesis().0[..16])))
}

/// What was asked about a version. Shares that do not open count as sealed to a former key until
/// [`settle`] has judged them.
struct Found {
	report: OwnShareReport,
	/// The block that has the version.
	block: u32,
}

/// Checks the shares of versions that this program has not seen yet. Only the patient can. Returns
/// what is false. A later command asks again if no custodian gave the share. Those that were away while
/// another one gave a good share are not asked again: `record verify` asks them all.
pub async fn check_new<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	records: &[(H256, Record)],
) -> Result<Vec<OwnShareReport>> {
	let me = session.me()?.account();
	let checked = Checked::read(session).await?;
	let versions = records
		.iter()
		.filter(|(_, record)| record.patient == me)
		.flat_map(|(id, record)| (0..record.versions).map(|version| (*id, version)))
		// The epoch is known only after a question to the node. Shares are not split again yet.
		.filter(|(id, version)| !checked.versions.contains(&(id.0, *version, 0)))
		.take(MOST);
	let versions: Vec<_> = versions.collect();
	let checking = stream::iter(versions)
		.map(|(record, version)| async move {
			(record, version, ask(session, at, record, version).await)
		})
		.buffer_unordered(AT_ONCE);
	let mut found: Vec<Found> = Vec::new();
	let mut seen: Vec<Key> = Vec::new();
	let are_settled = {
		let taking = async {
			let take = |(record, version, result): (H256, u32, Result<Option<Found>>)| {
				match result {
					Ok(Some(it)) => found.push(it),
					// It has no share of the patient's.
					Ok(None) => seen.push((record.0, version, 0)),
					Err(error) => tracing::debug!("checking an own share: {error:#}"),
				}
				futures::future::ready(())
			};
			checking.for_each(take).await;
			settle(session, at, &mut found).await;
		};
		let sleeping = session.clock.sleep(PATIENCE);
		pin_mut!(taking, sleeping);
		matches!(select(taking, sleeping).await, Either::Left(_))
	};
	if !are_settled {
		tracing::debug!("not all own shares were checked in time");
	}
	let mut bad = Vec::new();
	for Found { report, .. } in found {
		if report.is_good() || (are_settled && report.is_lost()) {
			seen.push((report.record.0, report.version, 0));
		} else if !report.bad.is_empty() {
			bad.push(report);
		}
	}
	if let Err(error) = Checked::add(session, &seen).await {
		tracing::debug!("keeping which own shares were checked: {error:#}");
	}
	Ok(bad)
}

/// Checks what every custodian keeps as the patient's own shares of these versions. Versions of which the
/// patient holds no share are left out.
pub async fn check<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	versions: impl IntoIterator<Item = (H256, u32)>,
) -> Result<Vec<OwnShareReport>> {
	let mut found = Vec::new();
	for (record, version) in versions {
		found.extend(ask(session, at, record, version).await?);
	}
	settle(session, at, &mut found).await;
	Ok(found.into_iter().map(|it| it.report).collect())
}

/// Asks every custodian for what it keeps as the patient's own share of a version. `None` if the patient
/// holds no share of it.
async fn ask<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	record: H256,
	version: u32,
) -> Result<Option<Found>> {
	let patient = session.me()?.account();
	let target = match find(session, at, &patient, record, Some(version)).await {
		Ok(target) => target,
		Err(error) if error.is::<Unavailable>() => return Ok(None),
		Err(error) => return Err(error),
	};
	if !target.is_held_by_patient() {
		return Ok(None);
	}
	let found = at.version(&patient, record, version).await?.context("the version is gone")?;
	let institution = at.record(&patient, record).await?.context("the record is gone")?.author;
	let answers = join_all(target.custodians().map(|holder| {
		let target = &target;
		async move {
			(
				holder.account.clone(),
				ask_own_share(session, target, &holder.account).await.map(drop),
			)
		}
	}))
	.await;
	let report = report(&target, found.author, institution, answers);
	Ok(Some(Found { report, block: found.block }))
}

fn report(
	target: &Target,
	author: AccountId,
	institution: AccountId,
	answers: Vec<(AccountId, Result<(), BadCopy>)>,
) -> OwnShareReport {
	let mut report = OwnShareReport {
		record: target.record,
		version: target.version,
		author,
		institution,
		good: Vec::new(),
		bad: Vec::new(),
		missing: Vec::new(),
		former: Vec::new(),
	};
	for (place, answer) in answers {
		match answer {
			Ok(()) => report.good.push(place),
			Err(fault) if fault.is_closed => report.former.push(place),
			Err(fault) if fault.is_changed => report.bad.push((place, fault.text)),
			Err(fault) => report.missing.push((place, fault.text)),
		}
	}
	report
}

/// Judges the shares that do not open. Only those of versions that were added before the user's encryption
/// key was last replaced can be sealed to a former one. If nobody can tell, they are missing.
async fn settle<P: Platform>(session: &Session<P>, at: &At<P>, found: &mut [Found]) {
	if found.iter().all(|it| it.report.former.is_empty()) {
		return;
	}
	let change = last_change(session, at).await;
	for Found { report, block } in found {
		let (why, list) = match &change {
			Ok(Some(change)) if *block <= change.saturating_add(RESUMED) => continue,
			Ok(_) => {
				let why = "it is not sealed to your encryption key, or was changed".to_owned();
				(why, &mut report.bad)
			},
			Err(error) => (format!("it does not open: {error:#}"), &mut report.missing),
		};
		list.extend(report.former.drain(..).map(|place| (place, why.clone())));
	}
}

/// The block in which an encryption key of the user's was last replaced, by the user's log. It is proven, so
/// that no custodian can excuse a false share.
async fn last_change<P: Platform>(session: &Session<P>, at: &At<P>) -> Result<Option<u32>> {
	let me = session.me()?;
	let account = at.account(&me.account()).await?;
	ensure!(
		account.is_some_and(|account| account.encryption_key == me.encryption_key()),
		"this key file has another encryption key than the chain"
	);
	let reading = "it cannot be checked whether your key was replaced since";
	let log = audit::read(session, &me.account(), None, None).await.context(reading)?;
	audit::verify(session, &log, None).await?.context(reading)?;
	let changes = log.entries().filter(|(_, entry)| {
		let event = entry.as_ref().map(|entry| &entry.event);
		matches!(event, Some(LogEvent::EncryptionKeySet | LogEvent::KeyReplaced { .. }))
	});
	Ok(changes.map(|(line, _)| line.block).last())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		consent::fixtures::hospital,
		keys::Identity,
		memory::{MemoryKeep, Offline},
		open::judge_own_share,
		scripted::Scripted,
	};
	use codec::Encode;
	use vouchsafe_protocol::{
		cid::cid_of,
		messages::{Hex, HexBytes, LogLine, PatientEnvelope},
		openings::context,
		types::{
			Account, AccountKind, HolderKind, HolderState, LogEntry, RecordStatus, SharingSet,
			Status,
		},
	};
	use vouchsafe_vault::{
		audit as audit_chain,
		manifest::seal_share,
		seal::SecretKey,
		sharing::{Secret, Split},
	};

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	fn answered(bad: &[u8], good: &[u8]) -> OwnShareReport {
		OwnShareReport {
			record: H256([7; 32]),
			version: 1,
			author: account(5),
			institution: account(6),
			good: good.iter().map(|byte| account(*byte)).collect(),
			bad: bad.iter().map(|byte| (account(*byte), "gave a false share".into())).collect(),
			missing: vec![(account(9), "could not be reached".into())],
			former: vec![],
		}
	}

	/// A version whose key is split 2 of 3, between institutions 1 and 2 and the patient, 9.
	fn dealt() -> (Target, Split) {
		let split = Secret::random().split(2, 3).unwrap();
		let (record, patient) = (H256([7; 32]), account(9));
		let holder = |byte, kind| HolderState { account: account(byte), kind, acknowledged: true };
		let holders = vec![
			holder(1, HolderKind::Institution),
			holder(2, HolderKind::Institution),
			holder(9, HolderKind::Patient),
		];
		let commitments = H256(split.commitments.hash());
		let target = Target {
			context: context(H256([1; 32]), record, 0, &patient),
			patient,
			record,
			status: RecordStatus::Current,
			version: 0,
			set: SharingSet { epoch: 0, threshold: 2, holders, commitments },
			manifest: cid_of(b"manifest"),
			commitment: H256([5; 32]),
		};
		(target, split)
	}

	/// Custodians cannot see that any of these is false: it is sealed to the patient.
	#[test]
	fn a_false_share_is_found_by_the_patient_alone() {
		let (target, split) = dealt();
		let (key, other) = (SecretKey::random(), SecretKey::random());
		let envelope = |place: usize, split: &Split, to: &SecretKey| PatientEnvelope {
			epoch: 0,
			commitments: HexBytes(split.commitments.encode()),
			share: HexBytes(
				seal_share(&to.public(), &target.address(&account(9)), &split.shares[place])
					.unwrap(),
			),
		};
		let judged = |envelope: &PatientEnvelope| {
			judge_own_share(&target, &key, &account(1), envelope).map(|(share, _)| share.index)
		};
		let is_false =
			|envelope: &PatientEnvelope| judged(envelope).is_err_and(|fault| fault.is_changed);
		assert_eq!(judged(&envelope(2, &split, &key)).ok(), Some(3));
		assert!(is_false(&envelope(1, &split, &key)), "another holder's");
		assert!(is_false(&envelope(2, &split, &other)), "sealed to another key");
		let foreign = dealt().1;
		let mut forged = envelope(2, &foreign, &key);
		assert!(is_false(&forged), "commitments that are not the chain's");
		forged.commitments = HexBytes(split.commitments.encode());
		assert!(is_false(&forged), "of another secret");
		let is_closed =
			|envelope: &PatientEnvelope| judged(envelope).is_err_and(|fault| fault.is_closed);
		assert!(is_closed(&envelope(2, &split, &other)), "perhaps to a key that was replaced");
		assert!(!is_closed(&forged) && !is_closed(&envelope(1, &split, &key)));
		let garbage = PatientEnvelope { share: HexBytes(vec![7; 90]), ..forged };
		assert!(is_false(&garbage) && !is_closed(&garbage), "not a share");

		let answers = vec![
			(account(1), judged(&garbage).map(drop)),
			(account(2), judged(&envelope(2, &split, &key)).map(drop)),
			(account(3), Err(BadCopy::away("could not be reached"))),
			(account(4), judged(&envelope(2, &split, &other)).map(drop)),
		];
		let report = report(&target, account(5), account(6), answers);
		assert_eq!((report.good.len(), report.bad.len(), report.missing.len()), (1, 1, 1));
		assert_eq!(report.former, [account(4)]);
		assert_eq!(report.bad[0].0, account(1));
		assert!(!report.is_good());
	}

	#[test]
	fn a_false_share_names_who_delivered_it() {
		let show = |account: &AccountId| format!("#{}", account_bytes(account)[0]);
		assert_eq!(
			answered(&[1, 2], &[3]).complaint(show).unwrap(),
			"your own key share of record 07070707, version 1, is false at #1 and #2: gave a false share. \
			 It was delivered by #5 for #6. Tell them, and do not rely on this share"
		);
		let own = OwnShareReport { author: account(6), ..answered(&[1], &[]) };
		assert!(own.complaint(show).unwrap().contains("delivered by #6. Tell"));
		assert_eq!(answered(&[], &[3]).complaint(show), None);
		assert!(answered(&[], &[3]).is_good());
		assert!(!answered(&[1], &[3]).is_good() && !answered(&[], &[]).is_good());
	}

	/// A patient's session, whose log has these events, each in a block of the same number.
	fn with_log(events: &[(u32, LogEvent)]) -> Session<Scripted> {
		let mut session = Session::scripted("//PatientA");
		let (me, genesis) = (session.me().unwrap().account(), session.genesis());
		let mut head = H256::zero();
		for (seq, (block, event)) in (0u64..).zip(events) {
			let entry = LogEntry {
				signer: me.clone(),
				origin: me.clone(),
				acting_for: None,
				purpose: None,
				event: event.clone(),
			};
			let entry = entry.to_bytes();
			head = audit_chain::next_head(&genesis, &me, seq, *block, &head, &entry);
			let (entry, head) = (HexBytes(entry), Hex(head.0));
			session.custodians.log.push(LogLine { seq, block: *block, time: 0, entry, head });
		}
		session.members = vec![hospital()];
		let count = events.len() as u64;
		let account = Account {
			kind: AccountKind::Patient,
			status: Status::Active,
			status_since: 0,
			disabled_since: None,
			doubt: None,
			encryption_key: session.me().unwrap().encryption_key(),
			enrolled_by: account(1),
		};
		session.chain.change(|state| {
			state.answer("audit_head", &(count, head));
			state.answer("account", &Some(account));
		});
		session
	}

	/// What becomes of a share that does not open, of a version in this block.
	async fn settled(session: &Session<Scripted>, block: u32) -> OwnShareReport {
		let closed = OwnShareReport { former: vec![account(3)], ..answered(&[], &[]) };
		let mut found = [Found { report: closed, block }];
		let at = session.finalized().await.unwrap();
		settle(session, &at, &mut found).await;
		let [Found { report, .. }] = found;
		report
	}

	/// Otherwise the patient would be told that each author delivered false shares.
	#[tokio::test]
	async fn a_share_that_is_sealed_to_a_replaced_key_is_missing() {
		let replaced = LogEvent::KeyReplaced { key: account(8) };
		for event in [replaced.clone(), LogEvent::EncryptionKeySet] {
			let session = with_log(&[(0, LogEvent::Enrolled), (1, event)]);
			for block in [0, 1, 1 + RESUMED] {
				let report = settled(&session, block).await;
				assert!(report.is_lost() && !report.is_good(), "{block}: {report:?}");
				assert_eq!(report.complaint(|_| String::new()), None);
			}
			let report = settled(&session, 2 + RESUMED).await;
			assert!(!report.is_lost() && report.bad.len() == 1, "{report:?}");
			assert!(report.complaint(|_| String::new()).unwrap().contains("is not sealed to your"));
		}
		let never = with_log(&[(0, LogEvent::Enrolled)]);
		assert_eq!(settled(&never, 1).await.bad.len(), 1, "no key was replaced");
	}

	#[tokio::test]
	async fn nobody_is_accused_if_nobody_can_tell() {
		let mut session = with_log(&[(0, LogEvent::Enrolled)]);
		session.custodians.log[0].entry.0.push(1);
		let report = settled(&session, 1).await;
		assert!(report.bad.is_empty() && report.former.is_empty() && !report.is_lost());
		let (_, why) = report.missing.last().unwrap();
		assert!(why.contains("whether your key was replaced since"), "{why}");
		// The user has taken an old key file.
		let session = with_log(&[(0, LogEvent::Enrolled)]);
		let me = session.me.as_ref().unwrap().clone();
		let encryption = SecretKey::random();
		let session = Session { me: Some(Identity { encryption, ..me }), ..session };
		let report = settled(&session, 1).await;
		let (_, why) = report.missing.last().unwrap();
		assert!(why.contains("another encryption key than the chain"), "{why}");
	}

	#[tokio::test]
	async fn what_was_good_is_kept_for_its_patient() {
		let keep = MemoryKeep::default();
		let session = |uri: &str| -> Session<Offline> {
			Session::offline(Identity::development(uri).unwrap(), keep.clone())
		};
		let patient = session("//PatientA");
		assert_eq!(Checked::read(&patient).await.unwrap(), Checked::default());
		Checked::add(&patient, &[]).await.unwrap();
		assert!(keep.places().is_empty());
		Checked::add(&patient, &[([1; 32], 0, 0)]).await.unwrap();
		Checked::add(&patient, &[([1; 32], 1, 0), ([1; 32], 0, 0)]).await.unwrap();
		let checked = Checked::read(&patient).await.unwrap();
		assert_eq!(checked.versions, BTreeSet::from([([1; 32], 0, 0), ([1; 32], 1, 0)]));
		let name = file_name(&patient).unwrap();
		patient.keep.write(FOLDER, &name, b"damaged").await.unwrap();
		assert_eq!(Checked::read(&patient).await.unwrap(), Checked::default());
		let other = session("//PatientB");
		assert_eq!(Checked::read(&other).await.unwrap(), Checked::default());
	}
}
