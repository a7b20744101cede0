//! `vouchsafe study check`.

use crate::{args::WhichReport, english::ENGLISH, output::Output, session::Session};
use anyhow::Result;
use serde_json::{json, Value};
use vouchsafe_agent::study::{
	counted::{self, Said},
	rounds,
};
use vouchsafe_client::chain::{AccountId, AccountKind, View};
use vouchsafe_speech::Noun;

/// Checks that the report of the user, or of the user's institution, is in the tally.
pub(super) async fn run(session: &Session, which: &WhichReport) -> Result<Output> {
	let found = rounds::find(session, which.study).await?;
	let round = which.round.unwrap_or(found.study.round);
	let contributor = contributor(session, which.institution.as_deref()).await?;
	let all = counted::check(session, &found, round, &contributor).await?;
	let people = all.iter().find_map(|(_, said)| match said {
		Said::Counted(people) => Some(*people),
		_ => None,
	});
	let verdict = match people {
		Some(people) => {
			let people = ENGLISH.count(Noun::Person, usize::try_from(people)?);
			format!("counts, for {people}: it is in the tally on the chain")
		},
		None if all.iter().any(|(_, said)| *said == Said::NotYet) => {
			"is not in a tally: the aggregators have not agreed".into()
		},
		None if all.iter().any(|(_, said)| matches!(said, Said::Dropped(_) | Said::Missing)) => {
			"does not count".into()
		},
		None => "is not proven to count".into(),
	};
	let mut lines = vec![format!(
		"The report of {} in round {round} of study {} {verdict}.",
		session.names.show(&contributor),
		found.id
	)];
	let (mut json, mut is_false) = (Vec::new(), false);
	for (aggregator, said) in &all {
		let name = session.names.show(aggregator);
		lines.push(format!("{name} {}", in_words(said)));
		json.push(json!({ "aggregator": name, "says": word(said) }));
		is_false |= *said == Said::Unproven;
	}
	let is_fine =
		!is_false && (people.is_some() || all.iter().any(|(_, said)| *said == Said::NotYet));
	let json = json!({
		"study": found.id,
		"round": round,
		"counted": people.is_some(),
		"people": people,
		"aggregators": json,
	});
	Ok(Output { code: u8::from(!is_fine), ..Output::new(lines.join("\n"), json) })
}

/// The user, if a patient, or else the institution that the user acts for.
async fn contributor(session: &Session, institution: Option<&str>) -> Result<AccountId> {
	let me = session.me()?.account();
	let account = session.finalized().await?.account(&me).await?;
	match account.is_some_and(|it| it.kind == AccountKind::Patient) {
		true => Ok(me),
		false => session.institution(institution).await,
	}
}

fn in_words(said: &Said) -> String {
	match said {
		Said::Counted(_) => "proved it.".into(),
		Said::NotYet => "has the report.".into(),
		Said::Dropped(reason) => format!("does not count it: {reason}."),
		Said::Missing => "has no report.".into(),
		Said::Unproven => {
			"says that it counts, but its proof does not lead to the tally on the chain. Tell the other \
			 aggregators."
				.into()
		},
		Said::Failed(error) => format!("gave no usable answer: {error}"),
	}
}

/// What an aggregator says, for machines.
fn word(said: &Said) -> Value {
	match said {
		Said::Counted(_) => json!("counted"),
		Said::NotYet => json!("waiting"),
		Said::Dropped(reason) => json!({ "dropped": reason }),
		Said::Missing => json!("missing"),
		Said::Unproven => json!("unproven"),
		Said::Failed(error) => json!({ "failed": error }),
	}
}
