//! A study in lines, for its researcher, the council and everybody who looks at it.

use crate::{
	commands::{account_json, id_json},
	dates::show_moment,
	english::ENGLISH,
	names::Names,
	session::Session,
};
use serde_json::{json, Value};
use vouchsafe_client::{
	chain::{AccountId, Mechanism, StudyQuestion, StudyTerms},
	cid::Cid,
};
use vouchsafe_fhir::study::Protocol;
use vouchsafe_primitives::{Category, StudyTrait, Vocabulary};
use vouchsafe_speech::{thousandths, Phrase};

/// What a study fixes, line by line.
pub(in crate::commands) fn lines(
	names: &Names,
	researcher: &AccountId,
	terms: &StudyTerms,
	protocol: &Protocol,
) -> Vec<String> {
	let line = |label: &str, text: String| format!("{:13}{text}", format!("{label}:"));
	let mut lines = vec![
		line("Question", ENGLISH.quote(protocol.text(ENGLISH.language()))),
		line("Researcher", names.show(researcher)),
		line(
			"Purpose",
			format!("{} in {}", ENGLISH.phrase(terms.purpose), ENGLISH.country(&terms.country)),
		),
	];
	if let Some(disease) = terms.disease {
		lines.push(line("Disease", format!("MONDO:{disease:07}")));
	}
	let traits: Vec<_> = phrases::<StudyTrait>(|it| terms.traits.contains(it));
	if !traits.is_empty() {
		lines.push(line("Traits", format!("studies that {}", ENGLISH.and(&traits))));
	}
	let sources: Vec<_> = phrases::<Category>(|it| terms.sources.contains(it));
	lines.push(line("Sources", ENGLISH.and(&sources)));
	lines.push(line("Counts", counted(&terms.question)));
	if let StudyQuestion::Table { .. } = terms.question {
		lines.push(line("Cells", protocol.cell_names().join("; ")));
	}
	let mut aggregators: Vec<_> = terms.aggregators.iter().map(|it| names.show(it)).collect();
	if let Some(first) = aggregators.first_mut() {
		first.push_str(" (leads)");
	}
	lines.push(line("Aggregators", ENGLISH.and(&aggregators)));
	lines.push(line("People", format!("at least {}", terms.least)));
	lines.push(line(
		"Privacy",
		format!(
			"ε = {} a round, {} in all. {}",
			thousandths(terms.epsilon),
			thousandths(terms.budget()),
			ENGLISH.result_exactness(Mechanism::of(terms).half_width())
		),
	));
	let rounds = match terms.rounds {
		1 => "1".to_owned(),
		rounds => {
			format!("{rounds}, one every {}", ENGLISH.duration(u64::from(terms.interval)))
		},
	};
	lines.push(line("Rounds", rounds));
	lines.push(line(
		"Times",
		format!(
			"the first round closes at {}; then {} to gather reports and {} to answer",
			show_moment(terms.first_close),
			ENGLISH.duration(u64::from(terms.gather)),
			ENGLISH.duration(u64::from(terms.answer))
		),
	));
	lines.push(line("Protocol", cid(terms)));
	lines.push(line("Ethics", format!("approval with the hash {}", id_json(&terms.ethics))));
	lines
}

/// The phrases of the items of a list that are chosen.
fn phrases<T: Phrase>(is_chosen: impl Fn(T) -> bool) -> Vec<String> {
	T::ITEMS.iter().filter(|it| is_chosen(**it)).map(|it| ENGLISH.phrase(*it)).collect()
}

fn cid(terms: &StudyTerms) -> String {
	Cid::try_from(&terms.protocol[..]).map_or_else(|_| "malformed".into(), |cid| cid.to_string())
}

/// What a report counts.
fn counted(question: &StudyQuestion) -> String {
	match question {
		StudyQuestion::Table { cells, weight: 1 } => {
			format!("a table of {cells} cells, each person in one")
		},
		StudyQuestion::Table { cells, weight } => {
			format!("a table of {cells} cells, each person in at most {weight}")
		},
		StudyQuestion::Sum { max } => format!("a sum of a number from 0 to {max} of each person"),
	}
}

/// The same for machines.
pub(super) fn json(
	session: &Session,
	researcher: &AccountId,
	terms: &StudyTerms,
	protocol: &Protocol,
) -> Value {
	let question = match terms.question {
		StudyQuestion::Table { cells, weight } => json!({ "cells": cells, "weight": weight }),
		StudyQuestion::Sum { max } => json!({ "max": max }),
	};
	json!({
		"question": protocol.text(ENGLISH.language()),
		"counts": question,
		"cells": protocol.cell_names(),
		"researcher": account_json(session, researcher),
		"purpose": terms.purpose.word(),
		"country": String::from_utf8_lossy(&terms.country),
		"disease": terms.disease,
		"traits": chosen(|it: StudyTrait| terms.traits.contains(it)),
		"sources": chosen(|it: Category| terms.sources.contains(it)),
		"aggregators": terms.aggregators.iter().map(|it| account_json(session, it)).collect::<Vec<_>>(),
		"least": terms.least,
		"epsilon": f64::from(terms.epsilon) / 1000.0,
		"half_width": Mechanism::of(terms).half_width(),
		"rounds": terms.rounds,
		"first_close": terms.first_close,
		"interval": terms.interval,
		"gather": terms.gather,
		"answer": terms.answer,
		"protocol": cid(terms),
		"protocol_hash": id_json(&terms.protocol_hash),
		"ethics": id_json(&terms.ethics),
	})
}

fn chosen<T: Vocabulary>(is_chosen: impl Fn(T) -> bool) -> Vec<String> {
	T::ITEMS.iter().filter(|it| is_chosen(**it)).map(ToString::to_string).collect()
}
