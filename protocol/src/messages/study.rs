//! What the custodians of a study's aggregators take and answer: from contributors, and from one
//! another. Rounds and their formats are described in [`vouchsafe_primitives::study`].

use super::{Hex, HexBytes};
use base64::{prelude::BASE64_STANDARD, Engine};
use codec::{Decode, DecodeAll, Encode};
use serde::{
	de::{DeserializeOwned, Error as _},
	Deserialize, Deserializer, Serialize, Serializer,
};
use std::{borrow::Cow, fmt};
#[cfg(feature = "openapi")]
use utoipa::ToSchema;

/// The most blinded identifiers in one request.
pub const MAX_BLINDED: usize = 1_000;
/// The most nullifiers in one part of a list, and in one answer.
pub const MAX_NULLIFIERS: usize = 2_000;
/// The most parts of a list of nullifiers.
pub const MAX_PARTS: u32 = 10_000;
/// The most reports, or contributors, in one message between aggregators.
pub const MAX_PEER_ITEMS: usize = 500;
/// The most reports, or lists, in one packed message between aggregators.
pub const MAX_PACKED: usize = 2_000;

/// A value as base64 of its SCALE encoding. Messages about many reports are short and quickly read this
/// way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packed<T>(pub T);

impl<T: Encode> Serialize for Packed<T> {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&BASE64_STANDARD.encode(self.0.encode()))
	}
}

impl<'de, T: Decode> Deserialize<'de> for Packed<T> {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = Cow::<'de, str>::deserialize(deserializer)?;
		let bytes = BASE64_STANDARD.decode(text.as_bytes()).map_err(D::Error::custom)?;
		T::decode_all(&mut bytes.as_slice()).map(Self).map_err(D::Error::custom)
	}
}

/// Has blinded identifiers evaluated under the aggregator's key of the study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EvaluateIdentifiers {
	/// The study.
	pub study: u32,
	/// The round, from 0.
	pub round: u8,
	/// The institution, or the patient, whose people they are.
	pub contributor: Hex<32>,
	/// The blinded identifiers: at least 1, at most 1,000. In all as many different ones as the
	/// contributor has people whose consent is valid at the frozen block.
	#[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 1000))]
	pub blinded: Vec<Hex<32>>,
}

/// Evaluated identifiers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct EvaluatedIdentifiers {
	/// One for each blinded identifier, in their order.
	pub evaluated: Vec<Hex<32>>,
	/// Proves that all were evaluated under the key that the chain has.
	pub proof: Hex<64>,
}

/// A part of a contributor's list of nullifiers. A part can be sent again, and then replaces what was
/// sent before, until the list is complete at all aggregators or its time is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SendNullifiers {
	/// The study.
	pub study: u32,
	/// The round, from 0.
	pub round: u8,
	/// The institution, or the patient, whose people they are.
	pub contributor: Hex<32>,
	/// Which part, from 0.
	pub part: u32,
	/// How many parts the list has: 1 to 10,000. Another number than before begins a new list.
	pub parts: u32,
	/// The nullifiers, in ascending order: at most 2,000. The whole list has at most as many as the
	/// contributor has people whose consent is valid at the frozen block.
	#[cfg_attr(feature = "openapi", schema(max_items = 2000))]
	pub nullifiers: Vec<Hex<32>>,
}

/// How much of a list of nullifiers the aggregator has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct NullifiersReceipt {
	/// How many of its parts.
	pub parts: u32,
	/// Whether these are all.
	pub complete: bool,
}

/// Asks which of the contributor's nullifiers count elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AskDoubles {
	/// The study.
	pub study: u32,
	/// The round, from 0.
	pub round: u8,
	/// The institution, or the patient, whose people they are.
	pub contributor: Hex<32>,
	/// The last nullifier of the page before, if this is not the first one.
	pub after: Option<Hex<32>>,
}

/// A page of a contributor's nullifiers that count elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct Doubles {
	/// Whether it is settled which nullifiers count where. It does not change afterwards. Until then
	/// the page is empty.
	pub complete: bool,
	/// By when lists of nullifiers have to be here, in seconds since 1970.
	pub until: u64,
	/// How many people the contributor can count: its different nullifiers that do not count elsewhere.
	/// 0 until it is settled.
	pub counts: u32,
	/// The nullifiers that count elsewhere, in ascending order: at most 2,000.
	pub doubles: Vec<Hex<32>>,
	/// Whether there are others after these.
	pub more: bool,
}

/// One aggregator's part of a contributor's report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SendReport {
	/// The study.
	pub study: u32,
	/// The round, from 0.
	pub round: u8,
	/// The institution, or the patient, whose report it is.
	pub contributor: Hex<32>,
	/// For how many people.
	pub people: u32,
	/// The report's id, which is random.
	pub report: Hex<16>,
	/// The nonce with which it was split.
	pub nonce: Hex<16>,
	/// The public share, the same for all aggregators.
	pub public_share: HexBytes,
	/// This aggregator's share, sealed to its custodian's key.
	pub sealed_share: HexBytes,
}

/// The answer to a report. A report that is refused is answered with a refusal that says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct ReportReceipt {
	/// True: the aggregator has stored it.
	pub accepted: bool,
}

/// Asks how far a round and the contributor's report are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AskStudyStatus {
	/// The study.
	pub study: u32,
	/// The round, from 0.
	pub round: u8,
	/// The institution, or the patient.
	pub contributor: Hex<32>,
}

/// Where a round is, as the aggregator sees it in final blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum StudyPhase {
	/// People are contributed.
	Open,
	/// Lists of nullifiers and reports are gathered and verified.
	Gathering,
	/// The time to gather is over. The aggregators agree on the tally.
	Agreeing,
	/// All agreed on the tally. They reveal their shares.
	Revealing,
	/// It has a result.
	Answered,
	/// It ended without a result.
	Lost,
}

/// How far a contributor's list of nullifiers is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ListState {
	/// Nothing of it is here.
	Missing,
	/// Parts are missing.
	Incomplete,
	/// It is here, whole.
	Complete,
	/// The aggregators have different ones, or one of them has none: none of its people counts.
	NotEverywhere,
}

/// How far a contributor's report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ReportState {
	/// It is not here.
	Missing,
	/// It is here and not verified.
	Waiting,
	/// It is verified.
	Verified,
	/// It is in the tally.
	Counted,
	/// It does not count.
	Dropped,
}

/// Why a report does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Encode, Decode)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DropReason {
	/// Its proof fails: the answers are out of bounds, or it was made for another context.
	#[codec(index = 0)]
	Proof,
	/// Its shares do not have the right form.
	#[codec(index = 1)]
	Malformed,
	/// It counts more people than the contributor has left.
	#[codec(index = 2)]
	TooManyPeople,
	/// An aggregator has no report of the contributor, or has another one.
	#[codec(index = 3)]
	NotEverywhere,
	/// The contributor's list of nullifiers is not at every aggregator, or is not the same.
	#[codec(index = 4)]
	NoList,
}

impl DropReason {
	/// All reasons.
	pub const ALL: [Self; 5] =
		[Self::Proof, Self::Malformed, Self::TooManyPeople, Self::NotEverywhere, Self::NoList];

	/// Its name, as in JSON.
	pub fn name(self) -> &'static str {
		match self {
			Self::Proof => "proof",
			Self::Malformed => "malformed",
			Self::TooManyPeople => "too-many-people",
			Self::NotEverywhere => "not-everywhere",
			Self::NoList => "no-list",
		}
	}

	/// The reason of this name.
	pub fn of_name(name: &str) -> Option<Self> {
		Self::ALL.into_iter().find(|reason| reason.name() == name)
	}
}

impl fmt::Display for DropReason {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Proof => {
				"its proof fails: answers are out of bounds, or it was made for another round, contributor or \
				 number of people"
			},
			Self::Malformed => "its shares are malformed",
			Self::TooManyPeople => {
				"it counts more people than the contributor has left after withdrawals and doubles"
			},
			Self::NotEverywhere => "an aggregator does not have it, or has another one",
			Self::NoList => {
				"not every aggregator has the contributor's list of nullifiers, or the lists differ"
			},
		})
	}
}

/// A report of the tally, as a leaf of its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CountedReport {
	/// The contributor.
	pub contributor: Hex<32>,
	/// For how many people.
	pub people: u32,
	/// The report's id.
	pub report: Hex<16>,
}

/// What the aggregators agree on. The four numbers add up to the people of the round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TallyNumbers {
	/// Merkle root over the reports that count.
	pub root: Hex<32>,
	/// People in them.
	pub used: u32,
	/// People whose consent had ended at the frozen block.
	pub withdrawn: u32,
	/// People whom another contributor, or another account, counts.
	pub double: u32,
	/// People who are in no report that counts.
	pub refused: u32,
}

/// A report's place in the tally, and the proof of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct TallyPlace {
	/// The leaf.
	pub counted: CountedReport,
	/// Its place among the leaves, from 0.
	pub place: u32,
	/// The hashes beside the path to the root. None where a node has no sibling.
	pub proof: Vec<Option<Hex<32>>>,
	/// The tally that the aggregators agreed on.
	pub tally: TallyNumbers,
}

/// How far a round and the contributor's report are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct StudyStatus {
	/// Where the round is.
	pub phase: StudyPhase,
	/// What the aggregator waits for, for people.
	pub waits_for: String,
	/// By when lists of nullifiers have to be here, in seconds since 1970. None before the freeze.
	pub lists_until: Option<u64>,
	/// By when reports have to be here. None before the freeze.
	pub reports_until: Option<u64>,
	/// People of the contributor in the round whose consent is valid at the frozen block. None before the
	/// freeze.
	pub valid: Option<u32>,
	/// The contributor's list of nullifiers.
	pub list: ListState,
	/// Whether it is settled which nullifiers count where.
	pub settled: bool,
	/// The contributor's report.
	pub report: ReportState,
	/// The report's id, if there is one.
	pub id: Option<Hex<16>>,
	/// Why it does not count.
	pub dropped: Option<DropReason>,
	/// The same for people.
	pub reason: Option<String>,
	/// Where it is in the tally, once all aggregators agreed.
	pub place: Option<TallyPlace>,
}

/// A request of one aggregator's custodian to another's. Each can be repeated.
pub trait PeerRequest: Serialize + DeserializeOwned + Send + Sync + 'static {
	/// The endpoint.
	const PATH: &'static str;
	/// The action.
	const ACTION: &'static str;
	/// What is answered.
	type Answer: Serialize + DeserializeOwned + Send + 'static;
}

macro_rules! peer_requests {
	($($request:ident: $path:literal, $action:ident -> $answer:ident;)*) => {
		$(impl PeerRequest for $request {
			const PATH: &'static str = $path;
			const ACTION: &'static str = super::action::$action;
			type Answer = $answer;
		})*
	};
}

peer_requests! {
	DeliverVerifyKey: "/v1/studies/verify-keys", STUDY_VERIFY_KEY -> VerifyKeyReceipt;
	CompareLists: "/v1/studies/lists", STUDY_LISTS -> ListDigests;
	VerifyReports: "/v1/studies/verifications", STUDY_VERIFY -> VerifierShares;
	FinishReports: "/v1/studies/finishes", STUDY_FINISH -> FinishedReports;
	CompareTallies: "/v1/studies/tallies", STUDY_COMPARE -> ComparedTallies;
}

/// Delivers the key with which reports are verified, from the leader, after the freeze.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeliverVerifyKey {
	/// The study.
	pub study: u32,
	/// The round, from 0.
	pub round: u8,
	/// The key, sealed to the aggregator's custodian.
	pub key: HexBytes,
}

/// The answer to a verify key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct VerifyKeyReceipt {
	/// True: the aggregator has this key.
	pub accepted: bool,
}

/// Compares lists of nullifiers, from the leader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CompareLists {
	/// The study.
	pub study: u32,
	/// The round, from 0.
	pub round: u8,
	/// In which attempt the reports are gathered, from 1.
	pub attempt: u8,
	/// The last contributor of the page before, if this is not the first one.
	pub after: Option<Hex<32>>,
	/// Whether the aggregator takes no more lists in this attempt.
	pub close: bool,
	/// Contributors whose lists are not the same everywhere: none of their people counts. At most 500.
	pub excluded: Vec<Hex<32>>,
	/// Whether all excluded ones were named: the lists are settled.
	pub settle: bool,
}

/// What an aggregator has of a contributor's list of nullifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ListDigest {
	/// The contributor.
	pub contributor: Hex<32>,
	/// A hash over the list and its parts.
	pub digest: Hex<32>,
}

/// A page of the complete lists that an aggregator has, by contributor in ascending order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct ListDigests {
	/// The lists, each as contributor and digest (32 bytes each): at most 2,000.
	#[cfg_attr(feature = "openapi", schema(value_type = String, content_encoding = "base64"))]
	pub lists: Packed<Vec<ListDigest>>,
	/// Whether there are others after these.
	pub more: bool,
	/// Whether the lists are settled here.
	pub settled: bool,
}

/// Names a contributor's report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportName {
	/// The contributor.
	pub contributor: Hex<32>,
	/// The report's id.
	pub report: Hex<16>,
}

/// Asks for the aggregator's verifier shares of a page of reports, from the leader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct VerifyReports {
	/// The study.
	pub study: u32,
	/// The round, from 0.
	pub round: u8,
	/// The page's id, which is random.
	pub page: Hex<16>,
	/// The reports, each as contributor (32 bytes) and id (16 bytes): at most 2,000.
	#[cfg_attr(feature = "openapi", schema(value_type = String, content_encoding = "base64"))]
	pub reports: Packed<Vec<ReportName>>,
}

/// An aggregator's verifier share of a report.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum VerifierShare {
	/// The share.
	#[codec(index = 0)]
	Share(Vec<u8>),
	/// The aggregator does not have the report now. It may still come.
	#[codec(index = 1)]
	Missing,
	/// The aggregator has dropped it.
	#[codec(index = 2)]
	Dropped(DropReason),
}

/// Verifier shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct VerifierShares {
	/// One for each report, in their order: 0 and the share, 1 if the aggregator does not have the report, 2
	/// and the reason (0 to 4, in the order of `DropReason`) if it has dropped it.
	#[cfg_attr(feature = "openapi", schema(value_type = String, content_encoding = "base64"))]
	pub shares: Packed<Vec<VerifierShare>>,
}

/// What the leader made of all verifier shares of a report.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Verdict {
	/// The verifier message, with which each aggregator finishes for itself.
	#[codec(index = 0)]
	Message(Vec<u8>),
	/// The report waits: an aggregator does not have it.
	#[codec(index = 1)]
	Waits,
	/// The report is dropped.
	#[codec(index = 2)]
	Dropped(DropReason),
}

/// Distributes the verifier messages of a page of reports, from the leader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FinishReports {
	/// The study.
	pub study: u32,
	/// The round, from 0.
	pub round: u8,
	/// The page, for which verifier shares were asked before.
	pub page: Hex<16>,
	/// One for each report, in their order: 0 and the message, 1 if the report waits, 2 and the reason (0 to
	/// 4, in the order of `DropReason`) if it is dropped.
	#[cfg_attr(feature = "openapi", schema(value_type = String, content_encoding = "base64"))]
	pub verdicts: Packed<Vec<Verdict>>,
}

/// What became of reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct FinishedReports {
	/// For each report, in their order: why it does not count. None if it is verified, or waits.
	#[cfg_attr(feature = "openapi", schema(value_type = String, content_encoding = "base64"))]
	pub dropped: Packed<Vec<Option<DropReason>>>,
}

/// Compares tallies, from the leader, once the time to gather is over. With the first of these requests
/// the aggregator takes no more reports in this attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CompareTallies {
	/// The study.
	pub study: u32,
	/// The round, from 0.
	pub round: u8,
	/// In which attempt the reports are gathered, from 1.
	pub attempt: u8,
	/// Reports to leave out: not every aggregator has them. At most 500.
	pub leave_out: Vec<ReportName>,
	/// The leader's tally. None if reports are only left out.
	pub tally: Option<TallyNumbers>,
	/// Whether all aggregators have that tally. If it is this one's too, it is settled, and the aggregator
	/// commits itself to it.
	pub settle: bool,
	/// The last contributor of the page before, if this is not the first one.
	pub after: Option<Hex<32>>,
}

/// An aggregator's tally.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct ComparedTallies {
	/// The tally of the reports that it has verified.
	pub tally: TallyNumbers,
	/// Whether it is the leader's.
	pub agrees: bool,
	/// Whether it is settled: it does not change in this attempt.
	pub settled: bool,
	/// If no tally and nothing to leave out was sent: a page of its reports, by contributor in ascending order, at most 500.
	pub counted: Vec<CountedReport>,
	/// Whether there are others after these.
	pub more: bool,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn reasons_have_the_names_of_their_json() {
		for reason in DropReason::ALL {
			let json = serde_json::to_string(&reason).unwrap();
			assert_eq!(json, format!("\"{}\"", reason.name()));
			assert_eq!(DropReason::of_name(reason.name()), Some(reason));
		}
		assert_eq!(DropReason::of_name("other"), None);
	}

	/// The largest messages, with signature and quoting, stay below the limit of a request.
	#[test]
	fn the_largest_messages_fit_into_a_request() {
		let size = |body: &dyn Fn() -> String| {
			let payload = body();
			serde_json::to_string(&payload).unwrap().len() + 1024
		};
		let (study, round, contributor) = (u32::MAX, u8::MAX, Hex([255; 32]));
		let blinded = vec![Hex([255; 32]); MAX_BLINDED];
		let evaluate = EvaluateIdentifiers { study, round, contributor, blinded };
		let nullifiers = vec![Hex([255; 32]); MAX_NULLIFIERS];
		let send = SendNullifiers {
			study,
			round,
			contributor,
			part: u32::MAX,
			parts: u32::MAX,
			nullifiers,
		};
		let name = ReportName { contributor, report: Hex([255; 16]) };
		let leave_out = vec![name; MAX_PEER_ITEMS];
		let (page, reports) = (Hex([255; 16]), Packed(vec![name; MAX_PACKED]));
		let verify = VerifyReports { study, round, page, reports };
		let verdicts = Packed(vec![Verdict::Message(vec![255; 32]); MAX_PACKED]);
		let finish = FinishReports { study, round, page, verdicts };
		for size in [
			size(&|| serde_json::to_string(&evaluate).unwrap()),
			size(&|| serde_json::to_string(&send).unwrap()),
			size(&|| serde_json::to_string(&leave_out).unwrap()),
			size(&|| serde_json::to_string(&verify).unwrap()),
			size(&|| serde_json::to_string(&finish).unwrap()),
		] {
			assert!(size < crate::messages::MAX_REQUEST, "{size}");
		}
	}

	#[test]
	fn foreign_fields_are_refused() {
		let text = r#"{"study":1,"round":0,"contributor":"0x00","more":1}"#;
		assert!(serde_json::from_str::<AskStudyStatus>(text).is_err());
	}

	#[test]
	fn packed_values_come_back_and_others_are_refused() {
		let shares = Packed(vec![
			VerifierShare::Share(vec![7; 40]),
			VerifierShare::Missing,
			VerifierShare::Dropped(DropReason::NoList),
		]);
		let json = serde_json::to_string(&shares).unwrap();
		let read = serde_json::from_str::<Packed<Vec<VerifierShare>>>;
		assert_eq!(read(&json).unwrap(), shares);
		for wrong in ["\"DAC\"", "\"!\"", "\"\"", "[]", "\"BAM=\"", "\"BAEB\""] {
			assert!(read(wrong).is_err(), "{wrong}");
		}
	}
}
