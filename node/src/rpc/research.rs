//! The methods `research_*`: studies and their results, from the runtime's [`ResearchApi`]. None of
//! them takes or returns a patient's account, so `--research-listen` offers them to strangers.
//!
//! Parameters, pages, blocks and errors are those of `vouchsafe_*` (see `vouchsafe`). A reach cannot
//! be asked for at another block: the difference of two blocks could show one person's choice.
//!
//! A cell under [`FLOOR`] is shown as [`UNDER_FLOOR`] unless `raw` is `true`. This floor is a
//! publishing convention. What protects people is the noise, which every cell has, and their budgets.

use super::{
	method::{read_page, register, value, Call},
	parameters::{Cursor, Fault},
};
use crate::client::FullClient;
use codec::Encode;
use jsonrpsee::{core::RegisterMethodError, RpcModule};
use serde_json::{json, Value};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_core::{Blake2Hasher, Hasher};
use std::sync::Arc;
use vouchsafe_primitives::{
	Country, Disease, Mechanism, RoundPhase, StudyId, StudyResult, StudyStage, StudyTerms,
	StudyTraits, YEARLY_EPSILON,
};
use vouchsafe_runtime::{apis::ResearchApi, BlockNumber, Hash};

/// The smallest number that is shown without `raw`.
const FLOOR: i64 = 11;
/// What is shown in place of a smaller one.
const UNDER_FLOOR: &str = "under 11";

/// The methods.
pub fn methods(client: Arc<FullClient>) -> Result<RpcModule<FullClient>, RegisterMethodError> {
	let mut module = RpcModule::from_arc(client);
	register(&mut module, "research_studies", &["after", "limit", "at"], |call| {
		let (at, after, limit) = call.page()?;
		let items = call.client.runtime_api().studies(at, after, limit.saturating_add(1))?;
		read_page(items, at, limit, |(id, _)| *id)
	})?;
	register(&mut module, "research_study", &["study", "at"], |call| {
		let at = call.block()?;
		value(&call.client.runtime_api().study(at, call.take("study")?)?)
	})?;
	let parameters = &["study", "round", "raw", "after", "limit", "at"];
	register(&mut module, "research_results", parameters, results)?;
	register(&mut module, "research_budget", &["study", "at"], |call| {
		let at = call.block()?;
		let id = call.take("study")?;
		let study = call.client.runtime_api().study(at, id)?.ok_or_else(|| no_study(id))?;
		let phase = study.current.map(|round| round.phase);
		Ok(budget(&study.terms, study.stage, study.round, phase, study.spent))
	})?;
	register(&mut module, "research_mechanism", &["study", "at"], |call| {
		let at = call.block()?;
		let id = call.take("study")?;
		let found = call.client.runtime_api().mechanism(at, id)?;
		Ok(mechanism(&found.ok_or_else(|| no_study(id))?))
	})?;
	register(&mut module, "research_reach", &["disease", "traits", "country"], |call| {
		let disease: Option<Disease> = call.take("disease")?;
		let traits: Option<StudyTraits> = call.take("traits")?;
		let country: Option<Country> = call.take("country")?;
		let at = call.client.info().best_hash;
		let api = call.client.runtime_api();
		value(&api.reach(at, disease, traits.unwrap_or_default(), country)?)
	})?;
	Ok(module)
}

fn no_study(id: StudyId) -> Fault {
	Fault::Parameter(format!("parameter study: there is no study {id}"))
}

/// The study's rounds that have begun, or one of them, with their results.
fn results(call: &mut Call) -> Result<Value, Fault> {
	let (at, after, limit) = call.page::<u8>()?;
	let (id, only, raw) = (call.take("study")?, call.take("round")?, call.take("raw")?);
	let (only, raw): (Option<u8>, Option<bool>) = (only, raw);
	let api = call.client.runtime_api();
	let study = api.study(at, id)?.ok_or_else(|| no_study(id))?;
	if let Some(round) = only {
		let item = round_item(call, at, (id, round), &study.terms, raw.unwrap_or_default())?;
		let item = item.ok_or_else(|| {
			Fault::Parameter(format!("parameter round: study {id} has no round {round} yet"))
		})?;
		return Ok(json!({ "items": [item], "next": null }));
	}
	let first = after.map_or(0, |after| after.saturating_add(1));
	let mut items = Vec::new();
	for round in first..study.terms.rounds {
		let key = (id, round);
		let Some(item) = round_item(call, at, key, &study.terms, raw.unwrap_or_default())? else {
			break;
		};
		if items.len() >= limit as usize {
			let cursor = Cursor { block: at, after: round.saturating_sub(1) };
			return Ok(json!({ "items": items, "next": cursor.to_hex() }));
		}
		items.push(item);
	}
	Ok(json!({ "items": items, "next": null }))
}

/// A round and its result. `None` if it has not begun.
fn round_item(
	call: &Call,
	at: Hash,
	(id, number): (StudyId, u8),
	terms: &StudyTerms,
	is_raw: bool,
) -> Result<Option<Value>, Fault> {
	let api = call.client.runtime_api();
	let Some(round) = api.round(at, id, number)? else { return Ok(None) };
	let found = api.result(at, id, number)?;
	let found = found.map(|found| {
		let origin = origin(call, id, number, terms, found.block)?;
		let mut shown = result(&found, is_raw);
		shown["origin"] = origin;
		Ok::<_, Fault>(shown)
	});
	Ok(Some(json!({
		"round": number,
		"phase": value(&round.phase)?,
		"people": round.people,
		"contributors": round.contributors,
		"result": found.transpose()?,
	})))
}

/// Where a result is from, for clients that prove it from a full node's state.
fn origin(
	call: &Call,
	study: StudyId,
	round: u8,
	terms: &StudyTerms,
	block: BlockNumber,
) -> Result<Value, Fault> {
	let hash_of = |number| {
		let hash = call.client.hash(number);
		hash.map_err(|error| Fault::Node(format!("the node cannot read its database: {error}")))
	};
	Ok(json!({
		"genesis": call.client.info().genesis_hash,
		"study": study,
		"round": round,
		"block": block,
		"blockHash": hash_of(block)?,
		"isFinal": block <= call.client.info().finalized_number,
		"termsHash": terms_hash(terms),
	}))
}

/// Blake2b-256 of the SCALE-encoded terms.
fn terms_hash(terms: &StudyTerms) -> Hash {
	Blake2Hasher::hash(&terms.encode())
}

/// A result in JSON.
fn result(result: &StudyResult, is_raw: bool) -> Value {
	let half_width = i64::try_from(result.half_width).unwrap_or(i64::MAX);
	let cells: Vec<Value> = result
		.cells
		.iter()
		.map(|cell| match *cell {
			cell if is_raw || cell >= FLOOR => json!({
				"value": cell,
				"low": cell.saturating_sub(half_width),
				"high": cell.saturating_add(half_width),
			}),
			// The ends of the interval would show the value.
			_ => json!({ "value": UNDER_FLOOR, "low": null, "high": null }),
		})
		.collect();
	let tally = &result.tally;
	json!({
		"cells": cells,
		"halfWidth": result.half_width,
		"persons": {
			"used": tally.used,
			"withdrawn": tally.withdrawn,
			"double": tally.double,
			"refused": tally.refused,
		},
		"tallyRoot": tally.root,
		"mechanism": mechanism(&result.mechanism),
		"frozen": result.frozen,
		"block": result.block,
	})
}

/// What the formulas need: the noise of each aggregator has the scale Δ/ε.
fn mechanism(mechanism: &Mechanism) -> Value {
	let scale = f64::from(mechanism.sensitivity) * 1_000.0 / f64::from(mechanism.epsilon.max(1));
	json!({
		"distribution": "discrete-laplace",
		"epsilon": mechanism.epsilon,
		"sensitivity": mechanism.sensitivity,
		"aggregators": mechanism.aggregators,
		"scale": scale,
		"halfWidth": mechanism.half_width(),
	})
}

/// What a study has cost and may still cost each person whom it counts: ε in thousandths.
fn budget(
	terms: &StudyTerms,
	stage: StudyStage,
	round: u8,
	phase: Option<RoundPhase>,
	spent: u32,
) -> Value {
	// Agreement debits the current round, also if it has no result later.
	let is_debited = matches!(phase, Some(RoundPhase::Agreed { .. }));
	let begun = round.saturating_add(u8::from(is_debited));
	let open = if stage.has_ended() { 0 } else { terms.rounds.saturating_sub(begun) };
	json!({
		"epsilon": terms.epsilon,
		"rounds": terms.rounds,
		"total": terms.budget(),
		"spent": spent,
		"left": terms.epsilon.saturating_mul(u32::from(open)),
		"yearly": YEARLY_EPSILON,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::rpc::json::{from_json, to_json};
	use vouchsafe_primitives::{
		AccountId, Categories, Category, Cid, Loss, Purpose, StudyQuestion, StudyTrait, Tally,
	};

	fn terms() -> StudyTerms {
		StudyTerms {
			protocol: Cid::try_from(vec![1, 0x55, 0x12]).unwrap(),
			protocol_hash: Hash::repeat_byte(1),
			question: StudyQuestion::Table { cells: 4, weight: 1 },
			sources: Categories::of(&[Category::Laboratory]),
			purpose: Purpose::Research,
			disease: Some(5_015),
			traits: StudyTraits::of(&[StudyTrait::Commercial]),
			country: *b"DE",
			ethics: Hash::repeat_byte(2),
			aggregators: vec![AccountId::new([1; 32]), AccountId::new([2; 32])].try_into().unwrap(),
			least: 11,
			epsilon: 1_000,
			rounds: 3,
			first_close: 1_800_000_000,
			interval: 600,
			gather: 60,
			answer: 60,
		}
	}

	fn answered() -> StudyResult {
		let mechanism = Mechanism::of(&terms());
		StudyResult {
			cells: vec![52, 11, 10, -3].try_into().unwrap(),
			tally: Tally {
				root: Hash::repeat_byte(3),
				used: 70,
				withdrawn: 2,
				double: 1,
				refused: 0,
			},
			mechanism,
			half_width: mechanism.half_width(),
			frozen: 20,
			block: 33,
		}
	}

	/// The sample in the researchers' document, but for hashes.
	#[test]
	fn the_documents_show_a_result_as_it_is() {
		let blocks = include_str!("../../../docs/research.md").split("```");
		let mut samples = blocks.filter_map(|block| block.strip_prefix("json\n{\"jsonrpc\""));
		let sample = samples.next().map(|rest| format!("{{\"jsonrpc\"{rest}")).unwrap();
		let sample: Value = serde_json::from_str(&sample).unwrap();
		let mut shown = sample["result"]["items"][0]["result"].clone();
		let fields = shown.as_object_mut().unwrap();
		assert!(fields.remove("origin").is_some());
		fields["tallyRoot"] = json!(Hash::repeat_byte(3));
		assert_eq!(shown, result(&answered(), false));
	}

	#[test]
	fn a_result_has_intervals_persons_and_mechanism() {
		assert_eq!(
			result(&answered(), true),
			json!({
				"cells": [
					{ "value": 52, "low": 43, "high": 61 },
					{ "value": 11, "low": 2, "high": 20 },
					{ "value": 10, "low": 1, "high": 19 },
					{ "value": -3, "low": -12, "high": 6 },
				],
				"halfWidth": 9,
				"persons": { "used": 70, "withdrawn": 2, "double": 1, "refused": 0 },
				"tallyRoot": Hash::repeat_byte(3),
				"mechanism": {
					"distribution": "discrete-laplace",
					"epsilon": 1_000,
					"sensitivity": 2,
					"aggregators": 2,
					"scale": 2.0,
					"halfWidth": 9,
				},
				"frozen": 20,
				"block": 33,
			})
		);
	}

	/// Both sides of the floor. A hidden cell has no interval, whose middle would be its value.
	#[test]
	fn cells_under_eleven_are_hidden() {
		let cells = &result(&answered(), false)["cells"];
		assert_eq!(cells[0]["value"], 52);
		assert_eq!(cells[1], json!({ "value": 11, "low": 2, "high": 20 }));
		let hidden = json!({ "value": "under 11", "low": null, "high": null });
		assert_eq!([&cells[2], &cells[3]], [&hidden, &hidden]);
	}

	/// Aggregators that do not follow the rules can store any number.
	#[test]
	fn an_interval_does_not_overflow() {
		let mut extreme = answered();
		extreme.cells = vec![i64::MAX, i64::MIN].try_into().unwrap();
		let shown = result(&extreme, true);
		assert_eq!(shown["cells"][0]["high"], json!(i64::MAX));
		assert_eq!(shown["cells"][1]["low"], json!(i64::MIN));
		extreme.half_width = u64::MAX;
		assert_eq!(result(&extreme, true)["cells"][0]["low"], json!(0));
	}

	#[test]
	fn a_budget_counts_rounds_that_can_still_be_debited() {
		let left = |stage, round, phase| {
			budget(&terms(), stage, round, phase, 1_000)["left"].as_u64().unwrap()
		};
		let open = Some(RoundPhase::Open { closes: 0 });
		let agreed = Some(RoundPhase::Agreed {
			block: 1,
			answers_until: 0,
			attempt: 0,
			tally: Tally::default(),
		});
		assert_eq!(left(StudyStage::Approved, 0, None), 3_000);
		assert_eq!(left(StudyStage::Running, 1, open), 2_000);
		assert_eq!(left(StudyStage::Running, 1, agreed), 1_000);
		assert_eq!(left(StudyStage::Running, 2, agreed), 0);
		for ended in
			[StudyStage::Finished, StudyStage::Stopped, StudyStage::Withdrawn, StudyStage::Expired]
		{
			assert_eq!(left(ended, 1, open), 0);
		}
		assert_eq!(
			budget(&terms(), StudyStage::Running, 1, open, 1_000),
			json!({
				"epsilon": 1_000,
				"rounds": 3,
				"total": 3_000,
				"spent": 1_000,
				"left": 2_000,
				"yearly": 10_000,
			})
		);
	}

	#[test]
	fn terms_and_phases_are_readable() {
		let json = to_json(&terms()).unwrap();
		assert_eq!(json["question"], json!({ "table": { "cells": 4, "weight": 1 } }));
		assert_eq!(json["traits"], json!(["commercial"]));
		assert_eq!(json["country"], "DE");
		assert_eq!(json["sources"], json!(["laboratory"]));
		assert_eq!(json["firstClose"], 1_800_000_000);
		assert_eq!(json["protocol"], "0x015512");
		assert_eq!(from_json(&json), Ok(terms()));
		let phase = |phase: RoundPhase| to_json(&phase).unwrap();
		assert_eq!(phase(RoundPhase::Open { closes: 7 }), json!({ "open": { "closes": 7 } }));
		assert_eq!(phase(RoundPhase::Answered), json!("answered"));
		assert_eq!(phase(RoundPhase::Lost(Loss::TooFew)), json!({ "lost": "too-few" }));
	}

	#[test]
	fn the_hash_of_the_terms_binds_each_field() {
		let hash = terms_hash(&terms());
		assert_eq!(terms_hash(&terms()), hash);
		let mut changed = terms();
		changed.epsilon = changed.epsilon.saturating_add(1);
		assert_ne!(terms_hash(&changed), hash);
	}
}
