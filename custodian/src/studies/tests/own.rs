//! Patients' own reports, stored as if they had come in.

use super::harness::*;
use crate::{
	store::{ListPart, Report, ReportProgress},
	studies::secrets::{self, Stored},
};
use codec::Encode;
use futures::{future::try_join_all, StreamExt};
use vouchsafe_client::chain::{AccountId, StudyQuestion};
use vouchsafe_vault::study::report::{shard, ReportContext};

/// How many are stored at a time.
const TOGETHER: usize = 500;

/// A patient's account.
pub fn patient(number: u32) -> [u8; 32] {
	let mut account = [9; 32];
	account[..4].copy_from_slice(&number.to_be_bytes());
	account
}

/// An aggregator's part of a patient's report.
#[derive(Clone)]
pub struct OwnPart {
	pub contributor: [u8; 32],
	pub people: u32,
	pub report: [u8; 16],
	pub nonce: [u8; 16],
	pub public_share: Vec<u8>,
	pub share: Vec<u8>,
}

/// A report of a patient in this cell, for two aggregators.
pub fn own_report(
	network: &Network,
	question: &StudyQuestion,
	number: u32,
	cell: usize,
) -> [OwnPart; 2] {
	let contributor = patient(number);
	let context = ReportContext::new(network.round(), AccountId::from(contributor), 1);
	let cells: Vec<u64> = (0..question.cells() as usize).map(|at| u64::from(at == cell)).collect();
	let sharded = shard(question, 2, &context, &cells).unwrap();
	[0, 1].map(|place| OwnPart {
		contributor,
		people: 1,
		report: context.report,
		nonce: sharded.nonce,
		public_share: sharded.public_share.clone(),
		share: sharded.input_shares[place].to_vec(),
	})
}

/// Stores lists of one nullifier each at an aggregator.
pub async fn keep_lists(network: &Network, place: usize, contributors: &[[u8; 32]]) {
	let aggregated = network.aggregated(place).await;
	let (database, id) = (&aggregated.state.database, aggregated.id());
	let key = secrets::round_key(&aggregated.state, id).await.unwrap();
	let kept = contributors.iter().map(|contributor| {
		let context = Stored::Nullifiers(*contributor, 0).encode();
		let list = ListPart {
			contributor: *contributor,
			part: 0,
			parts: 1,
			length: 1,
			digest: *contributor,
			ciphertext: key.encrypt(&context, contributor).unwrap(),
		};
		database.keep_list_part(id, list, 1)
	});
	let kept: Vec<_> = kept.collect();
	let mut kept = futures::stream::iter(kept).ready_chunks(TOGETHER);
	while let Some(part) = kept.next().await {
		try_join_all(part).await.unwrap();
	}
}

/// Stores reports at an aggregator.
pub async fn keep_reports(network: &Network, place: usize, parts: &[OwnPart]) {
	let aggregated = network.aggregated(place).await;
	let (database, id) = (&aggregated.state.database, aggregated.id());
	let key = secrets::round_key(&aggregated.state, id).await.unwrap();
	let kept = parts.iter().map(|part| {
		let context = Stored::Share(part.contributor, part.report).encode();
		let report = Report {
			contributor: part.contributor,
			people: part.people,
			report: part.report,
			nonce: part.nonce,
			public_share: part.public_share.clone(),
			share: key.encrypt(&context, &part.share).unwrap(),
			progress: ReportProgress::Waiting,
			limit: None,
		};
		database.keep_report(id, report, 1)
	});
	let kept: Vec<_> = kept.collect();
	let mut kept = futures::stream::iter(kept).ready_chunks(TOGETHER);
	while let Some(part) = kept.next().await {
		try_join_all(part).await.unwrap();
	}
}
