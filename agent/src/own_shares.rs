//! Checks the patient's own sealed shares. Custodians keep them but cannot check them, because they
//! are sealed to the patient. Without a check, a false share would be found only when the patient
//! needs it.
//!
//! A version is checked when the patient's client first sees it. What was good is kept, sealed to the
//! patient's key, and is not asked for again.

use crate::{
	english::ENGLISH,
	open::{ask_own_share, find, BadCopy},
	platform::{Clock, Keep, Platform},
	session::{At, Session},
};
use anyhow::{Context as _, Result};
use futures::{
	future::{join_all, select, Either},
	pin_mut, stream, StreamExt,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};
use vouchsafe_protocol::{
	openings::{Target, Unavailable},
	traits::View,
	types::{account_bytes, AccountId, Record, H256},
};
use vouchsafe_speech::short;

const FOLDER: &str = "own-shares";
/// The most versions that one command checks. Later commands check the others.
const MOST: usize = 64;
/// How many versions are checked at once.
const AT_ONCE: usize = 8;
/// How long a command waits for these checks.
const PATIENCE: Duration = Duration::from_secs(10);

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
	/// The institutions whose custodians gave none, and why.
	pub missing: Vec<(AccountId, String)>,
}

impl OwnShareReport {
	/// Whether some custodian gave a share, and none gave a false one.
	pub fn is_good(&self) -> bool {
		!self.good.is_empty() && self.bad.is_empty()
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

/// The versions whose shares were good.
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
			(record, version, check(session, at, record, version).await)
		})
		.buffer_unordered(AT_ONCE);
	let mut good: Vec<Key> = Vec::new();
	let mut bad = Vec::new();
	{
		let taking = checking.for_each(|(record, version, result)| {
			match result {
				Ok(Some(report)) if !report.bad.is_empty() => bad.push(report),
				Ok(Some(report)) if report.is_good() => good.push((record.0, version, 0)),
				// It has no share of the patient's.
				Ok(None) => good.push((record.0, version, 0)),
				Ok(Some(_)) => {},
				Err(error) => tracing::debug!("checking an own share: {error:#}"),
			}
			futures::future::ready(())
		});
		let sleeping = session.clock.sleep(PATIENCE);
		pin_mut!(taking, sleeping);
		if let Either::Right(_) = select(taking, sleeping).await {
			tracing::debug!("not all own shares were checked in time");
		}
	}
	if let Err(error) = Checked::add(session, &good).await {
		tracing::debug!("keeping which own shares were checked: {error:#}");
	}
	Ok(bad)
}

/// Checks what every custodian keeps as the patient's own share of a version. `None` if the patient
/// holds no share of it.
pub async fn check<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	record: H256,
	version: u32,
) -> Result<Option<OwnShareReport>> {
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
	Ok(Some(report(&target, found.author, institution, answers)))
}

fn report(
	target: &Target,
	author: AccountId,
	institution: AccountId,
	answers: Vec<(AccountId, Result<(), BadCopy>)>,
) -> OwnShareReport {
	let (good, bad, missing) = (Vec::new(), Vec::new(), Vec::new());
	let (record, version) = (target.record, target.version);
	let mut report = OwnShareReport { record, version, author, institution, good, bad, missing };
	for (place, answer) in answers {
		match answer {
			Ok(()) => report.good.push(place),
			Err(fault) if fault.is_changed => report.bad.push((place, fault.text)),
			Err(fault) => report.missing.push((place, fault.text)),
		}
	}
	report
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		keys::Identity,
		memory::{MemoryKeep, Offline},
		open::judge_own_share,
	};
	use codec::Encode;
	use vouchsafe_protocol::{
		cid::cid_of,
		messages::{HexBytes, PatientEnvelope},
		openings::context,
		types::{HolderKind, HolderState, RecordStatus, SharingSet},
	};
	use vouchsafe_vault::{
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
		let garbage = PatientEnvelope { share: HexBytes(vec![7; 90]), ..forged };
		assert!(is_false(&garbage), "not a share");

		let answers = vec![
			(account(1), judged(&garbage).map(drop)),
			(account(2), judged(&envelope(2, &split, &key)).map(drop)),
			(account(3), Err(BadCopy::away("could not be reached"))),
		];
		let report = report(&target, account(5), account(6), answers);
		assert_eq!((report.good.len(), report.bad.len(), report.missing.len()), (1, 1, 1));
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
