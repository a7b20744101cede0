//! What an aggregator stores of a study's rounds. Shares, nullifiers and keys are encrypted under a
//! key of their round, or of the study, and go with it.

use super::StoreError;
use crate::encryption::SealedValue;
use async_trait::async_trait;
use std::collections::BTreeMap;
use vouchsafe_client::{
	chain::StudyId,
	messages::{DropReason, ListDigest},
};

/// A round of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoundId {
	/// The study.
	pub study: StudyId,
	/// The round, from 0.
	pub round: u8,
}

/// How far a round is here. Numbers of attempts are counted from 1; 0 is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoundProgress {
	/// The frozen block.
	pub block: u32,
	/// How many people's consent was valid there.
	pub standing: u32,
	/// The attempt that is under way.
	pub attempt: u8,
	/// In which attempt the lists of nullifiers were closed. They stay closed in later ones, until they are
	/// opened again.
	pub lists_closed: u8,
	/// Whether it is decided which lists are left out, as the leader. This does not change any more.
	pub lists_decided: bool,
	/// Whether it is settled which nullifiers count where.
	pub lists_settled: bool,
	/// In which attempt no more reports are taken.
	pub reports_closed: u8,
	/// In which attempt the tally was settled.
	pub settled: u8,
	/// That tally, in SCALE.
	pub tally: Vec<u8>,
	/// Whether all aggregators agreed on that tally on the chain.
	pub agreed: bool,
}

/// A part of a contributor's list of nullifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPart {
	/// The contributor.
	pub contributor: [u8; 32],
	/// Which part.
	pub part: u32,
	/// Of how many.
	pub parts: u32,
	/// How many nullifiers it has.
	pub length: u32,
	/// A hash of them.
	pub digest: [u8; 32],
	/// The nullifiers, encrypted.
	pub ciphertext: Vec<u8>,
}

/// What became of a part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptPart {
	/// It is stored. So many parts are here, and whether these are all.
	Kept(u32, bool),
	/// The list would be longer than allowed.
	TooLong,
	/// No more lists are taken, and this part is not the one that is stored.
	Closed,
	/// The same, but the leader may open them again: they were closed in an earlier attempt.
	Waits,
}

/// What is settled of a contributor's nullifiers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettledList {
	/// The contributor.
	pub contributor: [u8; 32],
	/// How many nullifiers were sent.
	pub sent: u32,
	/// How many people the contributor can count.
	pub counts: u32,
	/// Whether the list was left out, because it is not the same at all aggregators.
	pub excluded: bool,
	/// The nullifiers that count elsewhere, in ascending order, encrypted. Empty if excluded.
	pub doubles: Vec<u8>,
}

/// How far a report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportProgress {
	/// It is to be verified.
	Waiting,
	/// It is verified.
	Verified,
	/// It does not count.
	Dropped(DropReason),
}

/// A contributor's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
	/// The contributor.
	pub contributor: [u8; 32],
	/// For how many people.
	pub people: u32,
	/// Its id.
	pub report: [u8; 16],
	/// The nonce with which it was split.
	pub nonce: [u8; 16],
	/// The public share.
	pub public_share: Vec<u8>,
	/// This aggregator's share, encrypted.
	pub share: Vec<u8>,
	/// How far it is.
	pub progress: ReportProgress,
	/// How many people the contributor can count, once that is settled. None if its list of nullifiers is
	/// missing or was left out.
	pub limit: Option<u32>,
}

/// What became of a report that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptReport {
	/// It is stored, or was stored before.
	Kept,
	/// The contributor has another report here that is verified or does not count.
	Other,
	/// No more reports are taken.
	Closed,
}

/// A contributor and its report's id.
pub type ReportKey = ([u8; 32], [u8; 16]);

/// This aggregator's shares of the cells of reports that were verified together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
	/// Its id, which is random.
	pub id: [u8; 16],
	/// The reports.
	pub reports: Vec<ReportKey>,
	/// The shares, in the same order, encrypted together.
	pub ciphertext: Vec<u8>,
}

/// What verification made of reports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
	/// Those that are verified here.
	pub verified: Output,
	/// Those that do not count, and why. They may be among the others: then another aggregator dropped them.
	pub dropped: Vec<(ReportKey, DropReason)>,
}

/// A report that is verified and not left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedRow {
	/// The contributor.
	pub contributor: [u8; 32],
	/// For how many people.
	pub people: u32,
	/// The report's id.
	pub report: [u8; 16],
}

/// What an aggregator stores of studies.
#[async_trait]
pub trait Studies: Send + Sync {
	/// Stores the key of a round, or of the study itself, unless there is one already, and returns the
	/// stored one.
	async fn keep_study_key(
		&self,
		study: StudyId,
		round: Option<u8>,
		key: SealedValue,
	) -> Result<SealedValue, StoreError>;

	/// The key of a round, or of the study itself.
	async fn study_key(
		&self,
		study: StudyId,
		round: Option<u8>,
	) -> Result<Option<SealedValue>, StoreError>;

	/// The rounds, and the studies themselves, of which there is a key, or something that a destroyed key
	/// has encrypted.
	async fn study_keys(&self) -> Result<Vec<(StudyId, Option<u8>)>, StoreError>;

	/// Destroys the key of a round, or of the study itself, and then what is encrypted under it. Afterwards
	/// it is in none of the database's files. If this fails, repeat it: [`Self::study_keys`] still has it.
	async fn destroy_study_key(&self, study: StudyId, round: Option<u8>) -> Result<(), StoreError>;

	/// Removes what was destroyed from the files, if another program that reads the database prevented it
	/// before. Does nothing if nothing is left.
	async fn remove_destroyed(&self) -> Result<(), StoreError>;

	/// Stores a secret of a round, or of the study itself, unless there is one of this name, and returns
	/// the stored one.
	async fn keep_study_secret(
		&self,
		study: StudyId,
		round: Option<u8>,
		name: &'static str,
		ciphertext: Vec<u8>,
	) -> Result<Vec<u8>, StoreError>;

	/// A secret of a round, or of the study itself.
	async fn study_secret(
		&self,
		study: StudyId,
		round: Option<u8>,
		name: &'static str,
	) -> Result<Option<Vec<u8>>, StoreError>;

	/// Notes that a round is frozen, with the accounts of the people whose consent is valid, by
	/// contributor. What was noted before stays.
	async fn note_frozen(
		&self,
		id: RoundId,
		block: u32,
		standing: Vec<([u8; 32], Vec<[u8; 32]>)>,
	) -> Result<(), StoreError>;

	/// Begins an attempt to gather a round, if it is a later one than before. Reports that were not
	/// everywhere wait again.
	async fn begin_attempt(&self, id: RoundId, attempt: u8) -> Result<(), StoreError>;

	/// How far a round is. None before its freeze.
	async fn round_progress(&self, id: RoundId) -> Result<Option<RoundProgress>, StoreError>;

	/// How many people of a contributor have a valid consent at the frozen block.
	async fn standing_of(&self, id: RoundId, contributor: [u8; 32]) -> Result<u32, StoreError>;

	/// The same for all contributors that have such people.
	async fn all_standing(&self, id: RoundId) -> Result<BTreeMap<[u8; 32], u32>, StoreError>;

	/// How many contributors have such people.
	async fn standing_contributors(&self, id: RoundId) -> Result<u64, StoreError>;

	/// Counts blinded identifiers of a contributor, those that were counted before only once. False, and
	/// nothing changes, if there would be more than the limit.
	async fn count_points(
		&self,
		id: RoundId,
		contributor: [u8; 32],
		points: Vec<[u8; 32]>,
		limit: u32,
	) -> Result<bool, StoreError>;

	/// Stores a part of a list of nullifiers, if the whole list then has at most `limit`.
	async fn keep_list_part(
		&self,
		id: RoundId,
		part: ListPart,
		limit: u32,
	) -> Result<KeptPart, StoreError>;

	/// How many parts of a contributor's list are here, and of how many.
	async fn list_parts(
		&self,
		id: RoundId,
		contributor: [u8; 32],
	) -> Result<(u32, u32), StoreError>;

	/// Up to `limit` complete lists, by contributor, with a hash of each.
	async fn list_digests(
		&self,
		id: RoundId,
		after: Option<[u8; 32]>,
		limit: usize,
	) -> Result<Vec<ListDigest>, StoreError>;

	/// How many lists are complete.
	async fn complete_lists(&self, id: RoundId) -> Result<u64, StoreError>;

	/// Takes no more lists in this attempt.
	async fn close_lists(&self, id: RoundId, attempt: u8) -> Result<(), StoreError>;

	/// Takes lists again that were closed in an earlier attempt, also those that were left out then. Does
	/// nothing once it is decided which are left out, or all is settled.
	async fn reopen_lists(&self, id: RoundId) -> Result<(), StoreError>;

	/// Leaves out the lists of these contributors, and notes that this is decided.
	async fn decide_lists(&self, id: RoundId, excluded: Vec<[u8; 32]>) -> Result<(), StoreError>;

	/// The contributors whose lists are left out.
	async fn excluded_lists(&self, id: RoundId) -> Result<Vec<[u8; 32]>, StoreError>;

	/// Leaves out the lists of these contributors.
	async fn exclude_lists(
		&self,
		id: RoundId,
		contributors: Vec<[u8; 32]>,
	) -> Result<(), StoreError>;

	/// The encrypted parts of all complete lists that are not left out, by contributor.
	async fn lists(&self, id: RoundId) -> Result<Vec<ListPart>, StoreError>;

	/// Settles which nullifiers count where.
	async fn settle_lists(&self, id: RoundId, settled: Vec<SettledList>) -> Result<(), StoreError>;

	/// What is settled of a contributor's nullifiers.
	async fn settled_list(
		&self,
		id: RoundId,
		contributor: [u8; 32],
	) -> Result<Option<SettledList>, StoreError>;

	/// How many people count elsewhere, of all lists.
	async fn count_doubles(&self, id: RoundId) -> Result<u32, StoreError>;

	/// Stores a report. It replaces an earlier one of the contributor that waits, or that was not
	/// everywhere in an earlier attempt. The attempt is 0 before the freeze.
	async fn keep_report(
		&self,
		id: RoundId,
		report: Report,
		attempt: u8,
	) -> Result<KeptReport, StoreError>;

	/// A contributor's report.
	async fn report(
		&self,
		id: RoundId,
		contributor: [u8; 32],
	) -> Result<Option<Report>, StoreError>;

	/// Up to `limit` reports that wait, by contributor. Fewer if their shares have more than about so many
	/// bytes. None if none is left.
	async fn waiting_reports(
		&self,
		id: RoundId,
		after: Option<[u8; 32]>,
		limit: usize,
		bytes: usize,
	) -> Result<Vec<Report>, StoreError>;

	/// These contributors' reports.
	async fn reports(
		&self,
		id: RoundId,
		contributors: Vec<[u8; 32]>,
	) -> Result<Vec<Option<Report>>, StoreError>;

	/// How many reports wait, are verified, and are dropped.
	async fn count_reports(&self, id: RoundId) -> Result<[u64; 3], StoreError>;

	/// Notes what verification made of reports. It concerns only those that wait and were not replaced. An
	/// output may have others too, and those that are dropped. Returns how many are verified now.
	async fn note_outcomes(&self, id: RoundId, outcomes: Outcomes) -> Result<u64, StoreError>;

	/// Takes no more reports in this attempt.
	async fn close_reports(&self, id: RoundId, attempt: u8) -> Result<(), StoreError>;

	/// Leaves out verified reports in this attempt.
	async fn leave_out(&self, id: RoundId, reports: Vec<ReportKey>) -> Result<(), StoreError>;

	/// Up to `limit` reports that are verified and not left out, by contributor.
	async fn counted(
		&self,
		id: RoundId,
		after: Option<[u8; 32]>,
		limit: usize,
	) -> Result<Vec<CountedRow>, StoreError>;

	/// The output with the next id.
	async fn next_output(
		&self,
		id: RoundId,
		after: Option<[u8; 16]>,
	) -> Result<Option<Output>, StoreError>;

	/// Settles the tally of an attempt. Reports that still wait do not count in it.
	async fn settle_tally(
		&self,
		id: RoundId,
		attempt: u8,
		tally: Vec<u8>,
	) -> Result<(), StoreError>;

	/// Stores the noisy share of an attempt with its salt, encrypted, unless there is one, and returns the
	/// stored one. Those of earlier attempts are destroyed.
	async fn keep_noised(
		&self,
		id: RoundId,
		attempt: u8,
		ciphertext: Vec<u8>,
	) -> Result<Vec<u8>, StoreError>;

	/// The noisy share of an attempt with its salt, encrypted.
	async fn noised(&self, id: RoundId, attempt: u8) -> Result<Option<Vec<u8>>, StoreError>;

	/// Notes that all aggregators agreed on the tally.
	async fn note_agreed(&self, id: RoundId) -> Result<(), StoreError>;

	/// Notes when the study was seen to have ended, and returns when it was seen first, and whether nobody
	/// of it is left on the chain.
	async fn note_study_end(&self, study: StudyId, at: u64) -> Result<(u64, bool), StoreError>;

	/// Notes that nobody of an ended study is left on the chain.
	async fn note_swept(&self, study: StudyId) -> Result<(), StoreError>;

	/// Forgets all rounds of studies that were seen to have ended until this time.
	async fn forget_studies(&self, until: u64) -> Result<(), StoreError>;
}
