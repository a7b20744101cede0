//! `vouchsafe status`.

use super::account_json;
use crate::{
	english::{teller, ENGLISH},
	names::Names,
	output::{table, Output},
	session::{in_force, is_waiting, Settings},
};
use anyhow::Result;
use futures::future::join_all;
use serde_json::json;
use vouchsafe_agent::{
	recovery,
	stop::{self, Stopped},
};
use vouchsafe_client::{
	chain::{address, AccountKind, Submit, View},
	custodian::{Custodian, CustodianError},
	messages::Hex,
};

pub(super) async fn run(settings: &Settings) -> Result<Output> {
	let (session, nodes) = settings.connect_with_nodes().await?;
	let node = session.chain.node();
	let (best, finalized) = (node.best().await?, session.finalized().await?);
	let name = node.chain_name().await?;
	let kind = node.chain_type().await?;
	let (peers, syncing) = node.peers().await?;
	let archive = node.is_archive().await?;

	let custodians = join_all(session.members.iter().map(|member| async {
		let custodian = match session.custodian(&member.account) {
			Ok(custodian) => custodian,
			Err(_) if member.custodian.is_none() => return ("none".to_owned(), false),
			Err(error) => return (crate::output::line(&error.to_string()), false),
		};
		let registered = member.custodian.as_ref().map(|(_, key)| *key);
		let has = |key: Option<Hex<32>>| key.map(|key| key.0) == registered;
		match custodian.without_retries().about().await {
			Ok(about) if !has(Some(about.key)) && !has(about.next_key) => {
				("another custodian answers at the registered address".to_owned(), false)
			},
			Ok(about) if about.ready => ("ready".to_owned(), true),
			// It says so of itself, or has not seen the chain yet.
			Ok(_) | Err(CustodianError::Busy) => ("not ready".to_owned(), false),
			Err(CustodianError::Unreachable(_)) => ("cannot be reached".to_owned(), false),
			Err(error) => (error.to_string(), false),
		}
	}))
	.await;

	let mut rows: Vec<_> = session
		.members
		.iter()
		.zip(&custodians)
		.map(|(member, (state, _))| {
			vec![
				session.names.show(&member.account),
				member.kind.word().to_owned(),
				member.country.clone(),
				member.status.word().to_owned(),
				state.clone(),
			]
		})
		.collect();
	rows.sort();
	let proven = session.chain.survey().await;
	let nodes: Vec<_> = nodes.iter().map(|it| crate::address::mask(it)).collect();
	let each = nodes.iter().zip(&proven).map(|(node, proven)| match proven {
		Ok(number) => format!("{node} (proves block {number})"),
		Err(error) => format!("{node} ({error})"),
	});
	let mut text = format!(
		"Node       {}\nChain      {name} ({kind}), genesis 0x{}\nBlocks     best {}, final {}\nState      \
		 {}, {}, {peers} {}\n\n{}",
		each.collect::<Vec<_>>().join("\n           "),
		hex::encode(session.genesis().0),
		best.number,
		finalized.number(),
		if archive { "an archive" } else { "pruned" },
		if syncing { "catching up" } else { "up to date" },
		if peers == 1 { "peer" } else { "peers" },
		table(&["INSTITUTION", "KIND", "COUNTRY", "STATUS", "CUSTODIAN"], &rows),
	);
	let mut json = json!({
		"nodes": nodes.iter().zip(&proven).map(|(node, proven)| json!({
			"node": node,
			"proven": proven.as_ref().ok(),
		})).collect::<Vec<_>>(),
		"chain": name,
		"type": kind,
		"genesis": format!("0x{}", hex::encode(session.genesis().0)),
		"best": best.number,
		"finalized": finalized.number(),
		"archive": archive,
		"syncing": syncing,
		"peers": peers,
		"institutions": session.members.iter().zip(&custodians).map(|(member, (state, ready))| json!({
			"institution": account_json(&session, &member.account),
			"kind": member.kind.word(),
			"country": member.country,
			"status": member.status.word(),
			"custodian": { "url": member.custodian.as_ref().map(|it| &it.0), "ready": ready, "state": state },
		})).collect::<Vec<_>>(),
	});

	if let Some(me) = &session.me {
		let account = me.account();
		let mine = finalized.account(&account).await?;
		let mut new_keys = Vec::new();
		let state = match &mine {
			None => "not enrolled: sign with `vouchsafe enrol sign`, and an institution enrols you"
				.to_owned(),
			Some(mine) => {
				let mut state = format!(
					"{}, {}, enrolled by {}",
					mine.kind.word(),
					mine.status.word(),
					session.names.show(&mine.enrolled_by)
				);
				if mine.disabled_since.is_some() {
					state += ", signing disabled";
				}
				if mine.encryption_key != me.encryption_key() {
					state += &format!(
						".\n           The chain has another encryption key for you than this key file: \
						 this key cannot open records. `vouchsafe --key {} key register` registers it",
						me.name
					);
				}
				let view = finalized.recovery(&account).await?;
				for what in recovery::under_way(&view) {
					new_keys.push(account_json(&session, what.key()));
					state += &format!(
						"\n           A new key for your account is under way, {}: `vouchsafe recovery list`",
						address(what.key())
					);
				}
				if mine.kind == AccountKind::Patient {
					let labels = Default::default();
					let teller = teller(&session.names, &labels);
					for stopped in stop::of(&session, &account).await? {
						let Stopped { consent, since, .. } = stopped;
						state += &format!(
							"\n           {}{} `vouchsafe consent resume` lifts it.",
							teller.stopped(consent, since),
							by_whom(&session.names, &stopped)
						);
					}
					for line in super::represent::lines(&session, &finalized, &account).await? {
						state += &format!("\n           {line}");
					}
					for line in super::consent::assisted(&session, &finalized, &account).await? {
						state += &format!("\n           {line}");
					}
				}
				let now = finalized.time().await?;
				for (institution, affiliation) in finalized.all_affiliations(&account).await? {
					if is_waiting(&affiliation, now) {
						let at = session.names.show(&institution);
						state += &format!(
							"\n           {} at {at}, when you accept it: `vouchsafe enrol accept`",
							affiliation.role.word()
						);
					}
					if in_force(&affiliation, now) {
						let teams: Vec<_> =
							affiliation.teams.iter().map(ToString::to_string).collect();
						state += &format!(
							"\n           {} at {}{}",
							affiliation.role.word(),
							session.names.show(&institution),
							if teams.is_empty() {
								String::new()
							} else {
								format!(", care team {}", ENGLISH.and(&teams))
							}
						);
					}
				}
				state
			},
		};
		text += &format!("\n\nAccount    {} ({account})\n           {state}", me.name);
		json["me"] = account_json(&session, &account);
		json["me"]["enrolled"] = json!(mine.as_ref().map(|mine| json!({
			"kind": mine.kind.word(),
			"status": mine.status.word(),
			"enrolled_by": account_json(&session, &mine.enrolled_by),
			"signing_disabled": mine.disabled_since.is_some(),
		})));
		json["me"]["new_keys"] = json!(new_keys);
	}
	Ok(Output::new(text, json))
}

/// What is said of a stop that a representative gave: it is not the patient's.
fn by_whom(names: &Names, stopped: &Stopped) -> String {
	stopped.representative().map_or_else(String::new, |who| {
		format!(
			" {} gave this stop for you, so who represents you by law reads on: `vouchsafe consent stop` makes it \
			 yours.",
			names.show(who)
		)
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_agent::stop::Stop;
	use vouchsafe_client::chain::{AccountId, Grantor};

	#[test]
	fn a_representatives_stop_is_not_said_to_be_the_patients() {
		let mut names = Names::default();
		let ada = AccountId::new([4; 32]);
		names.add_institution("Ada", ada.clone());
		let said =
			|by| by_whom(&names, &Stopped { consent: 7, since: 10, stop: Stop::default(), by });
		assert_eq!(said(Grantor::Patient), "");
		let said = said(Grantor::Representative(ada));
		assert!(said.starts_with(" Ada gave this stop") && said.contains("reads on"), "{said}");
	}
}
