//! `vouchsafe guardians`.

use super::{account_json, agree};
use crate::{
	args::GuardiansCommand,
	dates::show_moment,
	english::ENGLISH,
	home::write_private,
	output::{table, Output},
	session::{Session, Settings},
};
use anyhow::{Context as _, Result};
use serde_json::{json, Value};
use std::path::{Path, PathBuf};
use vouchsafe_agent::{
	file_names::file_name,
	recovery::guardians::{self, GuardianList, KnownGuardians},
};
use vouchsafe_client::chain::AccountId;

pub(super) async fn run(settings: &Settings, command: GuardiansCommand) -> Result<Output> {
	match command {
		GuardiansCommand::Set { guardians: named, threshold, cards, name, agreement } => {
			let session = settings.connect().await?;
			let me = session.me()?;
			let mut accounts = Vec::new();
			let at = session.finalized().await?;
			for name in &named {
				accounts.push(super::recovery::account(&session, &at, name).await?);
			}
			let name = name.unwrap_or_else(|| me.name.trim_start_matches('/').to_owned());
			let list = guardians::choose(&session, &accounts, threshold, &name).await?;
			// Before anything is signed.
			make_folder(&cards)?;
			agree(&sentence(&session, &list), agreement)?;
			let named = guardians::set(&session, &list).await?;
			let files = write_cards(&session, &list, &cards).await.context(
				"your guardians are named, but not all of their cards were written: `vouchsafe guardians card` \
				 writes them",
			)?;
			let now = super::time_of(&session, named.block).await;
			let count = list.guardians().len();
			let mut text = if named.from <= now {
				format!("You have {count} guardians now. ")
			} else {
				format!(
					"These {count} guardians replace yours at {}. Until then, your present guardians can give \
					 your account a new key. ",
					show_moment(named.from)
				)
			};
			text += &give_away(&session, &files);
			let json = json!({
				"threshold": list.threshold(),
				"guardians": files_json(&session, &files),
				"from": named.from,
				"block": named.block,
			});
			Ok(Output::new(text, json))
		},
		GuardiansCommand::Card { cards } => {
			let session = settings.connect().await?;
			let list = guardians::last_named(&session).await?;
			make_folder(&cards)?;
			let files = write_cards(&session, &list, &cards).await?;
			let json = json!({
				"threshold": list.threshold(),
				"guardians": files_json(&session, &files),
			});
			Ok(Output::new(give_away(&session, &files), json))
		},
		GuardiansCommand::Show => {
			let session = settings.connect().await?;
			let known = guardians::known(&session).await?;
			let text = match known.is_empty() {
				true => "You have no guardians in force. `vouchsafe guardians set --threshold NUMBER WHO…` \
				         names some."
					.to_owned(),
				false => known.iter().map(|it| show(&session, it)).collect::<Vec<_>>().join("\n\n"),
			};
			let json: Vec<_> = known.iter().map(|it| known_json(&session, it)).collect();
			Ok(Output::new(text, json!({ "guardians": json })))
		},
	}
}

/// What is signed.
fn sentence(session: &Session, list: &GuardianList) -> String {
	let who = |account: &AccountId| ENGLISH.insert(&session.names.show_with_address(account));
	let who: Vec<_> = list.guardians().iter().map(who).collect();
	let (count, threshold) = (who.len(), usize::from(list.threshold()));
	let which = match threshold == count {
		true => "All of them".to_owned(),
		false => format!("Any {threshold} of them"),
	};
	format!(
		"I name {count} guardians: {}. {which} together can give my account a new key, if I do not object \
		 in time. The person with that key can sign for me and read my records.",
		ENGLISH.and(&who)
	)
}

/// Makes the folder of the cards.
fn make_folder(folder: &Path) -> Result<()> {
	std::fs::create_dir_all(folder)
		.with_context(|| format!("cannot create the folder {}", folder.display()))
}

/// Writes a card for each guardian, over those that were written before.
async fn write_cards(
	session: &Session,
	list: &GuardianList,
	folder: &Path,
) -> Result<Vec<(AccountId, PathBuf)>> {
	let mut files: Vec<(AccountId, PathBuf)> = Vec::new();
	for (guardian, card) in guardians::cards(session, list).await? {
		let name = session.names.show(&guardian);
		let path = (1..)
			.map(|number| folder.join(card_name(&name, number)))
			.find(|path| files.iter().all(|(_, taken)| taken != path))
			.context("no file name is left for a card")?;
		write_private(&path, card.as_bytes())?;
		files.push((guardian, path));
	}
	Ok(files)
}

/// The name of a guardian's card. A number tells apart what a file system would not.
fn card_name(guardian: &str, number: u32) -> String {
	let (stem, extension) = file_name(guardian, "application/json", "card");
	match number {
		1 => format!("{stem}{extension}"),
		_ => format!("{stem} {number}{extension}"),
	}
}

/// Tells which card is for whom.
fn give_away(session: &Session, files: &[(AccountId, PathBuf)]) -> String {
	let rows: Vec<_> = files
		.iter()
		.map(|(guardian, path)| vec![session.names.show(guardian), path.display().to_string()])
		.collect();
	format!(
		"Give each guardian the card that was made for them. It says who the guardians are, and only its \
		 guardian can open it. Any one card is enough to begin.\n\n{}",
		table(&["GUARDIAN", "CARD"], &rows)
	)
}

fn files_json(session: &Session, files: &[(AccountId, PathBuf)]) -> Vec<Value> {
	let rows = files.iter().map(|(guardian, path)| {
		let mut json = account_json(session, guardian);
		json["card"] = json!(path);
		json
	});
	rows.collect()
}

fn show(session: &Session, known: &KnownGuardians) -> String {
	let KnownGuardians { guardians, from, list } = known;
	let (threshold, count) = (guardians.threshold, guardians.count);
	let since = show_moment(guardians.set_at);
	let head = match from {
		None => format!(
			"{threshold} of your {count} guardians together can give your account a new key. You named \
			 them at {since}."
		),
		Some(from) => format!(
			"From {} on, {threshold} of {count} other guardians can, whom you named at {since}.",
			show_moment(*from)
		),
	};
	let who = match list {
		Some(list) => {
			let guardians = list.guardians();
			let rows: Vec<_> =
				guardians.iter().map(|it| vec![session.names.show(it), it.to_string()]).collect();
			table(&["GUARDIAN", "ACCOUNT"], &rows)
		},
		None => "The chain has only a hash of who they are, and the list is not on this machine."
			.to_owned(),
	};
	format!("{head}\n{who}")
}

fn known_json(session: &Session, known: &KnownGuardians) -> Value {
	let KnownGuardians { guardians, from, list } = known;
	let who = list.as_ref().map(|list| {
		let guardians = list.guardians();
		guardians.iter().map(|it| account_json(session, it)).collect::<Vec<_>>()
	});
	json!({
		"threshold": guardians.threshold,
		"count": guardians.count,
		"set_at": guardians.set_at,
		"from": from,
		"guardians": who,
		"name": list.as_ref().map(GuardianList::name),
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_card_is_named_by_its_guardian() {
		assert_eq!(card_name("Dr. Berger", 1), "Dr. Berger card.json");
		assert_eq!(card_name("//PatientB", 1), "PatientB card.json");
		assert_eq!(card_name("a/b", 2), "a b card 2.json");
	}
}
