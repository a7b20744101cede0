//! Ten thousand malformed requests and reports, made from valid ones. Each is dropped alone, with its reason,
//! and the result is exact.

use super::{harness::*, own::*};
use crate::{
	api,
	chain::double::studies::{lock, STUDY},
	store::ReportProgress,
};
use axum::{
	body::Body,
	extract::ConnectInfo,
	http::{header, Request, StatusCode},
	Router,
};
use serde_json::{json, Value};
use std::{
	collections::{BTreeMap, BTreeSet},
	net::SocketAddr,
};
use subxt_signer::sr25519::Keypair;
use tower::ServiceExt;
use vouchsafe_client::{
	chain::{AccountId, StudyQuestion},
	messages::*,
	signing::{now, sign_payload},
};
use vouchsafe_vault::study::nullifier::{Blinded, Input};

/// Requests to each aggregator in each of two phases.
const REQUESTS: usize = 2_000;
/// Malformed reports that are stored, and valid ones among them.
const REPORTS: u32 = 2_000;
const VALID: u32 = 500;

/// The same numbers in each run (SplitMix64).
struct Random(u64);

impl Random {
	fn below(&mut self, most: usize) -> usize {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		usize::try_from((mixed ^ (mixed >> 31)) >> 8).unwrap() % most
	}

	fn flip(&mut self, bytes: &mut [u8]) {
		let place = self.below(bytes.len());
		bytes[place] ^= 1 << self.below(8);
	}
}

/// Changes one thing in a JSON value.
fn change(value: &mut Value, random: &mut Random) {
	match value {
		Value::Object(fields) if !fields.is_empty() => {
			let place = random.below(fields.len());
			let name = fields.keys().nth(place).unwrap().clone();
			match random.below(8) {
				0 => drop(fields.remove(&name)),
				1 => drop(fields.insert("more".into(), json!(1))),
				_ => change(&mut fields[&name], random),
			}
		},
		Value::Array(items) if !items.is_empty() && random.below(4) > 0 => {
			let place = random.below(items.len());
			change(&mut items[place], random);
		},
		Value::Array(items) => items.push(json!(null)),
		Value::String(text) if !text.is_empty() && random.below(3) > 0 => {
			match random.below(4) {
				0 => drop(text.pop()),
				1 => text.push('0'),
				2 => *text = text.repeat(2),
				_ => {
					let place = random.below(text.len());
					let digit = ["0", "7", "a", "f", "x", "=", "\u{1f}"][random.below(7)];
					text.replace_range(place..=place, digit);
				},
			};
		},
		other => {
			let foreign = [
				json!(null),
				json!(-1),
				json!(2),
				json!(u64::MAX),
				json!(1.5),
				json!("0x"),
				json!([]),
				json!({}),
			];
			*other = foreign[random.below(foreign.len())].clone();
		},
	}
}

/// A valid request: who makes it, where to, and its body.
struct Valid {
	signer: Keypair,
	path: &'static str,
	action: &'static str,
	body: Value,
}

fn valid<T: serde::Serialize>(
	signer: &Keypair,
	path: &'static str,
	action: &'static str,
	body: &T,
) -> Valid {
	let body = serde_json::to_value(body).unwrap();
	Valid { signer: signer.clone(), path, action, body }
}

/// Requests of a hospital of the round, and the same to other aggregators as their leader makes them. What
/// the leader may demand is not among them: to close lists and reports, and to leave some out.
fn requests(network: &Network, place: usize) -> Vec<Valid> {
	let hospital = key("//M");
	let (study, round, contributor) = (STUDY, 0, Hex::from(&super::harness::hospital("//M")));
	let input = |value: &&str| Input::identifier("urn:test", value).unwrap();
	let points = Blinded::new(["m", "n"].iter().map(input).collect()).unwrap().points();
	let blinded = points.into_iter().map(Hex).collect();
	let nullifiers = vec![Hex([1; 32]), Hex([2; 32])];
	let name = ReportName { contributor, report: Hex([1; 16]) };
	let page = Hex([1; 16]);
	let lists = CompareLists {
		study,
		round,
		attempt: 1,
		after: None,
		close: false,
		excluded: vec![],
		settle: false,
	};
	let tallies = CompareTallies {
		study,
		round,
		attempt: 2,
		leave_out: vec![],
		tally: None,
		settle: false,
		after: None,
	};
	let verify = VerifyReports { study, round, page, reports: Packed(vec![name]) };
	let verdicts = Packed(vec![Verdict::Message(vec![1; 32]), Verdict::Waits]);
	let finish = FinishReports { study, round, page, verdicts };
	let deliver = DeliverVerifyKey { study, round, key: vec![1; 80].into() };
	let mut all = vec![
		valid(
			&hospital,
			"/v1/studies/evaluations",
			action::STUDY_EVALUATE,
			&EvaluateIdentifiers { study, round, contributor, blinded },
		),
		valid(
			&hospital,
			"/v1/studies/nullifiers",
			action::STUDY_NULLIFIERS,
			&SendNullifiers { study, round, contributor, part: 0, parts: 1, nullifiers },
		),
		valid(
			&hospital,
			"/v1/studies/doubles",
			action::STUDY_DOUBLES,
			&AskDoubles { study, round, contributor, after: Some(Hex([1; 32])) },
		),
		valid(
			&hospital,
			"/v1/studies/reports",
			action::STUDY_REPORT,
			&network.report("//M", 3, &[0, 0, 0, 0])[place],
		),
		valid(
			&hospital,
			"/v1/studies/status",
			action::STUDY_STATUS,
			&AskStudyStatus { study, round, contributor },
		),
	];
	// As the leader, and as one who does not lead.
	for signer in [&network.aggregators[0].state.keys.account, &hospital] {
		all.extend([
			valid(signer, DeliverVerifyKey::PATH, DeliverVerifyKey::ACTION, &deliver),
			valid(signer, CompareLists::PATH, CompareLists::ACTION, &lists),
			valid(signer, VerifyReports::PATH, VerifyReports::ACTION, &verify),
			valid(signer, FinishReports::PATH, FinishReports::ACTION, &finish),
			valid(signer, CompareTallies::PATH, CompareTallies::ACTION, &tallies),
		]);
	}
	all
}

/// The bytes of a request in which something is changed: in its body, before it is signed, or afterwards.
fn changed(network: &Network, place: usize, valid: &Valid, random: &mut Random) -> Vec<u8> {
	let mut payload = Payload {
		action: valid.action.to_owned(),
		genesis: Hex(GENESIS),
		custodian: Hex::from(&network.aggregators[place].id),
		at: now(),
		nonce: Hex(vouchsafe_vault::random_bytes()),
		body: valid.body.clone(),
	};
	let kind = random.below(10);
	if kind < 7 {
		change(&mut payload.body, random);
	}
	let signed = sign_payload(&valid.signer, &payload);
	let mut json = serde_json::to_value(&signed).unwrap();
	if kind == 7 {
		change(&mut json, random);
	}
	let mut bytes = serde_json::to_vec(&json).unwrap();
	if kind > 7 {
		random.flip(&mut bytes);
	}
	bytes
}

/// Sends changed requests to an aggregator. Each is refused with a reason, or had no effect for others.
/// Returns how many were refused, by path and by kind.
async fn attack(
	network: &Network,
	place: usize,
	random: &mut Random,
) -> BTreeMap<(&'static str, String), usize> {
	let router: Router = api::router(network.aggregators[place].state.clone());
	let address: SocketAddr = "192.0.2.1:1000".parse().unwrap();
	let requests = requests(network, place);
	let mut refused = BTreeMap::new();
	for number in 0..REQUESTS {
		let valid = &requests[number % requests.len()];
		let bytes = changed(network, place, valid, random);
		let request = Request::post(valid.path)
			.header(header::CONTENT_TYPE, "application/json")
			.extension(ConnectInfo(address))
			.body(Body::from(bytes.clone()))
			.unwrap();
		let response = router.clone().oneshot(request).await.unwrap();
		let status = response.status();
		let body = axum::body::to_bytes(response.into_body(), 1 << 22).await.unwrap();
		let text = String::from_utf8_lossy(&bytes);
		if status == StatusCode::OK {
			continue;
		}
		assert!(status.is_client_error(), "{status} to {}: {text}", valid.path);
		let refusal: Refusal = serde_json::from_slice(&body).unwrap();
		assert!(!refusal.error.is_empty() && !refusal.kind.is_empty(), "{text}");
		*refused.entry((valid.path, refusal.kind)).or_default() += 1;
	}
	refused
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_requests_are_refused_alone() {
	let people: [(&str, &[u8]); 3] = [("//A", &[1, 2, 3]), ("//B", &[4, 5]), ("//M", &[6, 7, 8])];
	let network = Network::new(terms(2), &people, false).await;
	network.freeze().await;
	let mut random = Random(9);
	network.send_lists("//A", &["a", "b", "c"]).await;
	let mut refused = 0;
	for place in 0..2 {
		let by_reason = attack(&network, place, &mut random).await;
		let paths: BTreeSet<_> = by_reason.keys().map(|(path, _)| path).collect();
		let kinds: BTreeSet<_> = by_reason.keys().map(|(_, kind)| kind.as_str()).collect();
		assert_eq!(paths.len(), 10, "{paths:?}");
		for kind in ["malformed", "mismatch", "no-access", "not-found", "not-signed", "not-yet"] {
			assert!(kinds.contains(kind), "{kind} is not in {kinds:?}");
		}
		refused += by_reason.values().sum::<usize>();
	}
	network.send_lists("//B", &["d", "e"]).await;
	network.end_lists();
	network.step_all().await;
	network.send_report("//A", 3, &[3, 1, 0, 0]).await;
	network.step_all().await;
	for place in 0..2 {
		let by_reason = attack(&network, place, &mut random).await;
		refused += by_reason.values().sum::<usize>();
	}
	// The others were changed where it does not matter, or read only what their sender may know.
	assert!(refused > 3 * REQUESTS, "{refused}");
	network.send_report("//B", 2, &[0, 1, 2, 0]).await;
	network.end_gathering();
	assert_eq!(network.finish().await, [3, 2, 2, 0]);
	for name in ["//A", "//B"] {
		assert_eq!(network.status(1, name).await.report, ReportState::Counted);
	}
}

/// What is wrong with a stored report, and why it may be dropped.
fn spoil(parts: &mut [OwnPart; 2], other: &[OwnPart; 2], random: &mut Random) -> Vec<DropReason> {
	use DropReason::*;
	let place = random.below(2);
	let part = &mut parts[place];
	match random.below(9) {
		0 => {
			// The highest bytes of a number can be too high for the field.
			random.flip(&mut part.share);
			vec![Proof, Malformed]
		},
		1 => {
			// Each aggregator computes its own half.
			random.flip(&mut part.public_share[(1 - place) * 32..][..32]);
			vec![Proof]
		},
		2 => {
			random.flip(&mut part.nonce);
			vec![Proof]
		},
		3 => {
			let length = random.below(part.share.len());
			part.share.truncate(length);
			vec![Malformed]
		},
		4 => {
			part.public_share.push(0);
			vec![Malformed]
		},
		5 => {
			part.share.clone_from(&other[place].share);
			vec![Proof]
		},
		6 => {
			random.flip(&mut part.report);
			vec![NotEverywhere]
		},
		7 => {
			part.people = 2;
			vec![TooManyPeople]
		},
		_ => {
			part.share.iter_mut().for_each(|byte| *byte = u8::try_from(random.below(256)).unwrap());
			vec![Proof, Malformed]
		},
	}
}

/// They are verified in pages of thousands, among valid ones.
#[tokio::test(flavor = "multi_thread")]
async fn malformed_reports_are_dropped_alone() {
	let mut terms = terms(2);
	terms.question = StudyQuestion::Table { cells: 4, weight: 1 };
	let question = terms.question;
	let network = Network::new(terms, &[("//A", &[])], false).await;
	let contributors: Vec<[u8; 32]> = (0..REPORTS + VALID).map(patient).collect();
	for contributor in &contributors {
		let patient = AccountId::new(*contributor);
		lock(&network.studies).people.insert(patient.clone(), patient);
	}
	network.freeze().await;
	let mut random = Random(11);
	let other = own_report(&network, &question, u32::MAX, 0);
	let (mut cells, mut reasons) = ([0; 4], Vec::new());
	let mut all: [Vec<OwnPart>; 2] = [vec![], vec![]];
	for number in 0..REPORTS + VALID {
		let cell = random.below(4);
		let mut parts = own_report(&network, &question, number, cell);
		match number % (REPORTS / VALID + 1) {
			0 => {
				cells[cell] += 1;
				reasons.push(vec![]);
			},
			_ => reasons.push(spoil(&mut parts, &other, &mut random)),
		}
		all.iter_mut().zip(parts).for_each(|(all, part)| all.push(part));
	}
	for (place, parts) in all.iter().enumerate() {
		keep_lists(&network, place, &contributors).await;
		keep_reports(&network, place, parts).await;
	}
	network.step_all().await;
	network.end_gathering();
	let result = network.finish().await;
	assert_eq!(result, cells);
	assert_eq!(result.iter().sum::<i64>(), i64::from(VALID));
	for place in 0..2 {
		let aggregated = network.aggregated(place).await;
		let database = &aggregated.state.database;
		let reports = database.reports(aggregated.id(), contributors.clone()).await.unwrap();
		for (report, reasons) in reports.into_iter().zip(&reasons) {
			match report.unwrap().progress {
				ReportProgress::Verified => assert!(reasons.is_empty(), "{reasons:?}"),
				ReportProgress::Dropped(reason) => {
					assert!(reasons.contains(&reason), "{reason:?} is not in {reasons:?}");
				},
				ReportProgress::Waiting => panic!("a report waits"),
			}
		}
	}
}
