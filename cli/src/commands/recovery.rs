//! `vouchsafe recovery`.

mod describe;

use super::{
	account_json, agree,
	staff::{self, Proposal},
};
use crate::{
	args::{Agreement, Only, RecoveryCommand, StartRecovery},
	dates::show_moment,
	english::ENGLISH,
	evidence, files,
	home::write_private,
	names::Names,
	output::{self, Output},
	session::{At, Session, Settings},
};
use anyhow::{bail, ensure, Context as _, Result};
use serde_json::{json, Value};
use std::path::Path;
use vouchsafe_agent::{
	platform::Keep as _,
	recovery::{
		self,
		card::Card,
		proposal::{evidence_of, KeyProposal},
		Approver, Proposed, RequestFile, UnderWay,
	},
};
use vouchsafe_client::chain::{address, AccountId, Attempt, By, View};

pub(super) async fn run(settings: &Settings, command: RecoveryCommand) -> Result<Output> {
	match &command {
		RecoveryCommand::Request { out, .. } => {
			ensure!(!out.exists(), "{} already exists: choose another file", out.display());
		},
		RecoveryCommand::Start(StartRecovery { file, card, .. }) => {
			files::check(file)?;
			card.as_ref().map(|card| files::check(card)).transpose()?;
		},
		RecoveryCommand::Approve { request: Some(file), .. } => drop(files::check(file)?),
		_ => {},
	}
	let session = settings.connect().await?;
	let at = session.finalized().await?;
	match command {
		RecoveryCommand::Request { account, out, valid_for, unasked: _ } => {
			let account = self::account(&session, &at, &account).await?;
			request(&session, &account, &out, valid_for).await
		},
		RecoveryCommand::Start(start) => self::start(&session, &start).await,
		RecoveryCommand::Approve { account, institution, request, evidence_file, agreement } => {
			let account = self::account(&session, &at, &account).await?;
			let authority = institution.map(|name| session.names.resolve(&name)).transpose()?;
			let evidence = evidence_file.map(|file| evidence::read(Some(&file))).transpose()?;
			let seen = Seen { request: request.as_deref(), evidence: evidence.as_deref() };
			approve(&session, &account, authority.as_ref(), seen, agreement).await
		},
		RecoveryCommand::Object { account, only, agreement } => {
			let account = own_or(&session, &at, account.as_deref()).await?;
			object(&session, &account, only, agreement).await
		},
		RecoveryCommand::Finish { account, only, agreement } => {
			let account = own_or(&session, &at, account.as_deref()).await?;
			finish(&session, &account, only, agreement).await
		},
		RecoveryCommand::List { account } => {
			let account = own_or(&session, &at, account.as_deref()).await?;
			describe::list(&session, &at, &account).await
		},
	}
}

/// The account that somebody names, also by the key that signs for it now.
pub(super) async fn account(session: &Session, at: &At, name: &str) -> Result<AccountId> {
	recovery::account_of(at, &session.names.resolve(name)?).await
}

async fn own_or(session: &Session, at: &At, named: Option<&str>) -> Result<AccountId> {
	match named {
		Some(name) => account(session, at, name).await,
		None => Ok(session.me().context("name the account")?.account()),
	}
}

/// A new key, as people compare it.
pub(super) fn key_words(account: &AccountId, key: &AccountId, encryption_key: &[u8; 32]) -> String {
	let number = recovery::key_number(account, key, encryption_key);
	format!("{}, with the number {number}", address(key))
}

/// What people have to do before they sign.
const COMPARED: &str =
	"I have compared the number with the person who has the key, face to face or by telephone.";

async fn request(
	session: &Session,
	account: &AccountId,
	out: &Path,
	valid_for: u64,
) -> Result<Output> {
	let me = session.me()?;
	let file = recovery::request(session, account, valid_for).await?;
	write_private(out, file.to_text().as_bytes())?;
	let number = recovery::key_number(account, &me.key(), &me.encryption_key());
	let name = session.names.show(account);
	let mut json = file.to_json();
	json["number"] = json!(number);
	let to = match session.member(account) {
		Some(_) => format!(
			"a member of the council, who proposes the key: `vouchsafe council set-key {account} --request FILE`"
		),
		None => format!(
			"one of the guardians of {name} or, if there are none, to the registration desk of the institution that \
			 enrolled {name}"
		),
	};
	Ok(Output::new(
		format!(
			"{} asks to sign for {name}: {}. Give this file to {to}. It is valid until {}.\n\n\
			 Those who approve the key compare this number with you, face to face or by telephone:\n\n  {number}",
			me.name,
			out.display(),
			show_moment(file.request.expires)
		),
		json,
	))
}

pub(super) fn read(session: &Session, file: &Path) -> Result<RequestFile> {
	let failed = || file.display().to_string();
	let bytes = std::fs::read(file).with_context(failed)?;
	RequestFile::read(&bytes, session.genesis()).with_context(failed)
}

async fn start(session: &Session, start: &StartRecovery) -> Result<Output> {
	let file = read(session, &start.file)?;
	match (&start.card, &start.institution) {
		(Some(card), _) => {
			let failed = || card.display().to_string();
			let bytes = std::fs::read(card).with_context(failed)?;
			let me = session.me()?;
			let card = Card::open(&bytes, session.genesis(), me, &session.names);
			begin(session, &file, &card.with_context(failed)?, start.agreement).await
		},
		(None, Some(institution)) => {
			let institution = session.names.resolve(institution)?;
			let evidence = evidence::read(start.evidence_file.as_deref())?;
			let proposal = KeyProposal::new(&file, &institution, &evidence)?;
			propose(session, &proposal, start).await
		},
		(None, None) => bail!("begin with --card CARD, or with --institution WHO"),
	}
}

/// Says that an attempt for another key ends with the one that begins.
fn note_replaced(session: &Session, account: &AccountId, replaced: Option<&Attempt>) {
	if let Some(attempt) = replaced {
		output::write_error(&format!(
			"NOTE: this replaces an attempt to give {} another key, {}, which began at {}\n",
			session.names.show(account),
			address(&attempt.key),
			show_moment(attempt.at)
		));
	}
}

/// A guardian begins.
async fn begin(
	session: &Session,
	file: &RequestFile,
	card: &Card,
	agreement: Agreement,
) -> Result<Output> {
	let request = &file.request;
	let (account, key) = (card.account.clone(), AccountId::from(request.key));
	let replaced = recovery::check_attempt(session, request, card).await?;
	note_replaced(session, &account, replaced.as_ref());
	agree(
		&format!(
			"As a guardian of {} ({} on my card), I begin to give this account a new key: {}. {COMPARED} From now on \
			 everybody can see who the guardians of this account are.",
			ENGLISH.insert(&session.names.show_with_address(&account)),
			ENGLISH.insert(&card.name),
			key_words(&account, &key, &request.encryption_key.0)
		),
		agreement,
	)?;
	let block = recovery::begin(session, request, card).await?;
	let me = session.me()?.account();
	let others: Vec<_> = card.guardians.iter().filter(|guardian| **guardian != me).collect();
	let names: Vec<_> = others.iter().map(|it| session.names.show(it)).collect();
	let missing = u32::from(card.threshold).saturating_sub(1);
	let text = format!(
		"You have begun, and approved the key. {missing} of the other guardians, {}, {} approve it too:\n  \
		 vouchsafe --key NAME recovery approve {account}",
		ENGLISH.and(&names),
		if missing == 1 { "has to" } else { "have to" }
	);
	let json = json!({
		"account": account_json(session, &account),
		"key": account_json(session, &key),
		"missing": missing,
		"guardians": others.iter().map(|it| account_json(session, it)).collect::<Vec<_>>(),
		"block": block,
	});
	Ok(Output::new(text, json))
}

/// One of two of the staff proposes a key, or confirms a colleague's proposal.
async fn propose(
	session: &Session,
	proposal: &KeyProposal,
	StartRecovery { file, agreement, .. }: &StartRecovery,
) -> Result<Output> {
	let request = proposal.request();
	let (account, key) = (AccountId::from(request.account), AccountId::from(request.key));
	let institution = proposal.institution();
	let replaced = recovery::check_proposal(session, proposal).await?;
	staff::ask_to_replace(session, &account, institution, &proposal.matter(), *agreement).await?;
	note_replaced(session, &account, replaced.as_ref());
	let colleague = recovery::proposer(session, proposal).await?;
	let me = session.me()?.account();
	let what = match colleague.filter(|colleague| *colleague != me) {
		Some(colleague) => {
			let colleague = session.names.in_sentence(&colleague);
			format!("I confirm the new key that {colleague} has proposed")
		},
		None => "I propose a new key".to_owned(),
	};
	agree(
		&format!(
			"For {}, {what} for {}: {}. {COMPARED} I have seen this evidence: {}.",
			session.names.in_sentence(institution),
			ENGLISH.insert(&session.names.show_with_address(&account)),
			key_words(&account, &key, &request.encryption_key.0),
			ENGLISH.insert(proposal.evidence())
		),
		*agreement,
	)?;
	let (proposed, block) = recovery::propose(session, proposal).await?;
	let mut json = json!({
		"account": account_json(session, &account),
		"key": account_json(session, &key),
		"institution": account_json(session, institution),
	});
	let name = session.names.show(&account);
	match proposed {
		Proposed::Waits => {
			let proposal = Proposal {
				institution,
				what: format!("{name} gets the new key {}", address(&key)),
				command: format!(
					"recovery start {} --institution {} --evidence-file FILE",
					file.display(),
					address(institution)
				),
				json,
			};
			staff::proposed(session, block, proposal).await
		},
		Proposed::Agreed => {
			json["proposed"] = json!(false);
			json["block"] = json!(block);
			let text = format!(
				"Two of the staff agree. Now a health authority has to attest the key. Give it {} and the evidence. \
				 It runs:\n  vouchsafe --key NAME recovery approve {account} --request FILE --evidence-file FILE",
				file.display()
			);
			Ok(Output::new(text, json))
		},
	}
}

/// What the person who approves has seen.
#[derive(Clone, Copy)]
struct Seen<'a> {
	request: Option<&'a Path>,
	evidence: Option<&'a str>,
}

/// Checks that an attempt is for what somebody has seen.
fn check_seen(session: &Session, attempt: &Attempt, seen: Seen<'_>) -> Result<()> {
	let Some(file) = seen.request else { return Ok(()) };
	let request = read(session, file)?;
	let asked = (AccountId::from(request.request.key), request.request.encryption_key.0);
	ensure!(
		asked == (attempt.key.clone(), attempt.encryption_key),
		"the key that is under way is not the one of {}: do not approve it, and tell the person whose account it is",
		file.display()
	);
	let Some(evidence) = seen.evidence else { return Ok(()) };
	match &attempt.by {
		By::Institution { evidence: signed, .. } => ensure!(
			evidence_of(&request, evidence)? == *signed,
			"the staff have not signed this evidence. It has to be the same, to the letter: ask them for it"
		),
		By::Guardians { .. } => bail!("guardians do not sign evidence: leave out --evidence-file"),
	}
	Ok(())
}

async fn approve(
	session: &Session,
	account: &AccountId,
	authority: Option<&AccountId>,
	seen: Seen<'_>,
	agreement: Agreement,
) -> Result<Output> {
	let (attempt, approver) = recovery::approvable(session, account, authority).await?;
	check_seen(session, &attempt, seen)?;
	let whose = ENGLISH.insert(&session.names.show_with_address(account));
	let key = key_words(account, &attempt.key, &attempt.encryption_key);
	let sentence = match (&approver, &attempt.by) {
		(Approver::Authority(authority), By::Institution { institution, .. }) => format!(
			"For {}, I attest the new key that {} has proposed for {whose}: {key}. {COMPARED}",
			session.names.in_sentence(authority),
			session.names.in_sentence(institution)
		),
		_ => format!("As a guardian of {whose}, I approve its new key: {key}. {COMPARED}"),
	};
	agree(&sentence, agreement)?;
	let (from, block) = recovery::approve(session, account, &attempt.key, &approver).await?;
	let name = session.names.show(account);
	let missing = recovery::missing(&attempt.by).saturating_sub(1);
	let text = match (from, &approver) {
		(Some(from), _) => format!(
			"Approved, and nothing else is missing. From {} on, anybody who is enrolled can finish it with \
			 `vouchsafe recovery finish {account}`. {name} can object until it is finished.",
			show_moment(from)
		),
		(None, Approver::Guardian) if missing == 1 => {
			"Approved. One more guardian has to approve this key.".to_owned()
		},
		(None, Approver::Guardian) => {
			format!("Approved. {missing} more guardians have to approve this key.")
		},
		(None, Approver::Authority(_)) => {
			format!("Attested. {name} has objected, so the key has to be attested once more.")
		},
	};
	let json = json!({
		"account": account_json(session, account),
		"key": account_json(session, &attempt.key),
		"from": from,
		"missing": missing,
		"block": block,
	});
	Ok(Output::new(text, json))
}

/// What somebody signs who objects.
fn objection(session: &Session, account: &AccountId, what: &UnderWay) -> String {
	let key = key_words(account, what.key(), what.encryption_key());
	match what {
		UnderWay::Change(_) => format!(
			"I end the change of my key that was begun with my key. My account does not get the new key {key}."
		),
		UnderWay::Attempt(attempt) => match &attempt.by {
			By::Guardians { .. } => format!(
				"I object to the new key that my guardians want to give to my account: {key}. My account does not \
				 get it."
			),
			By::Institution { institution, .. } => {
				let is_own = session.me.as_ref().is_some_and(|me| me.account() == *account);
				let whose = match is_own {
					true => "my account".into(),
					// A ward's. Only its institution can give it a key.
					false => ENGLISH.insert(&session.names.show_with_address(account)),
				};
				format!(
					"I object to the new key that {} has proposed for {whose}: {key}. A health authority then has to \
					 attest it twice, and I cannot object to it again.",
					session.names.in_sentence(institution)
				)
			},
		},
	}
}

/// Whose account it is, in what is said after the objection.
fn whose(names: &Names, is_own: bool, account: &AccountId) -> String {
	match is_own {
		true => "your account".into(),
		// A ward's.
		false => format!("the account of {}", names.show(account)),
	}
}

/// Whether something under way is of the kind that is named.
fn is_of(only: Option<Only>, what: &UnderWay) -> bool {
	match only {
		None => true,
		Some(Only::Change) => matches!(what, UnderWay::Change(_)),
		Some(Only::Attempt) => matches!(what, UnderWay::Attempt(_)),
	}
}

const NONE_OF_THIS_KIND: &str =
	"nothing of this kind is under way: `vouchsafe recovery list` shows what is under way";

async fn object(
	session: &Session,
	account: &AccountId,
	only: Option<Only>,
	agreement: Agreement,
) -> Result<Output> {
	let mut all = recovery::objectionable(session, account).await?;
	all.retain(|it| is_of(only, it));
	ensure!(!all.is_empty(), NONE_OF_THIS_KIND);
	let sentences: Vec<_> = all.iter().map(|it| objection(session, account, it)).collect();
	agree(&sentences.join("\n\n"), agreement)?;
	let is_own = session.me()?.account() == *account;
	let (mut lines, mut rows) = (Vec::new(), Vec::new());
	for what in &all {
		let (ended, block) = recovery::object(session, account, what.key()).await?;
		let key = address(what.key());
		lines.push(match ended {
			true => format!(
				"It has ended: {} does not get the key {key}.",
				whose(&session.names, is_own, account)
			),
			false => format!(
				"You have objected to the key {key}. It now needs two attestations by a health authority."
			),
		});
		rows.push(json!({
			"key": account_json(session, what.key()),
			"ended": ended,
			"block": block,
		}));
	}
	Ok(Output::new(lines.join("\n"), json!({ "objected": rows })))
}

/// Which of the keys that are due replaces the present one.
fn which(account: &AccountId, mut due: Vec<UnderWay>, only: Option<Only>) -> Result<UnderWay> {
	due.retain(|it| is_of(only, it));
	if let [one, other] = &due[..] {
		let [one, other] = [one, other].map(|it| key_words(account, it.key(), it.encryption_key()));
		bail!(
			"two keys can replace the present one. Choose the account’s own change with --only change, to {one}; or \
			 what others have begun with --only attempt, to {other}"
		);
	}
	due.pop().context(NONE_OF_THIS_KIND)
}

async fn finish(
	session: &Session,
	account: &AccountId,
	only: Option<Only>,
	agreement: Agreement,
) -> Result<Output> {
	let ready = which(account, recovery::finishable(session, account).await?, only)?;
	let before = session.finalized().await?.account(account).await?;
	agree(
		&format!(
			"I replace the present key of {} with a new one: {}. The present one then signs nothing any more.",
			ENGLISH.insert(&session.names.show_with_address(account)),
			key_words(account, ready.key(), ready.encryption_key())
		),
		agreement,
	)?;
	let key = ready.key();
	let block = recovery::finish(session, account, key).await?;
	let name = session.names.show(account);
	let mut text = format!("The key {} signs for {name} now.", address(key));
	let own = session.keep.own_keys().await?;
	if let Some((own, _)) = own.iter().find(|(_, own)| *own == address(key)) {
		text += &format!(" Use it with --key {own}.");
	}
	let is_other_encryption =
		before.is_some_and(|before| before.encryption_key != *ready.encryption_key());
	if is_other_encryption {
		text += " What was sealed to the former encryption key does not open with the new one, such as the account’s \
		         own key shares of earlier records. These records open with the other holders’ shares.";
	}
	let json = json!({
		"account": account_json(session, account),
		"key": account_json(session, key),
		"encryption_key": format!("0x{}", hex::encode(ready.encryption_key())),
		"block": block,
	});
	Ok(Output::new(text, json))
}

/// What is under way, for machines.
fn under_way_json(session: &Session, account: &AccountId, what: &UnderWay) -> Value {
	let mut json = json!({
		"key": account_json(session, what.key()),
		"encryption_key": format!("0x{}", hex::encode(what.encryption_key())),
		"number": recovery::key_number(account, what.key(), what.encryption_key()),
		"from": what.from(),
	});
	let UnderWay::Attempt(attempt) = what else {
		json["by"] = json!("account");
		return json;
	};
	json["at"] = json!(attempt.at);
	json["missing"] = json!(recovery::missing(&attempt.by));
	match &attempt.by {
		By::Guardians { guardians, approvals, threshold, .. } => {
			let approved: Vec<_> = recovery::approved(guardians, *approvals).collect();
			json["by"] = json!("guardians");
			json["threshold"] = json!(threshold);
			json["guardians"] = guardians
				.iter()
				.map(|guardian| {
					let mut json = account_json(session, guardian);
					json["approved"] = json!(approved.contains(&guardian));
					json
				})
				.collect();
		},
		By::Institution { institution, attestations, objected, .. } => {
			json["by"] = json!("institution");
			json["institution"] = account_json(session, institution);
			json["attestations"] = json!(attestations);
			json["objected"] = json!(objected);
		},
	}
	json
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_client::chain::KeyChange;

	#[test]
	fn an_objection_for_a_ward_names_it() {
		let (mut names, ward) = (Names::default(), AccountId::new([9; 32]));
		names.add_institution("Eva", ward.clone());
		assert_eq!(whose(&names, true, &ward), "your account");
		assert_eq!(whose(&names, false, &ward), "the account of Eva");
	}

	#[test]
	fn which_of_two_keys_is_finished_is_said() {
		let id = |id: u8| AccountId::new([id; 32]);
		let change = KeyChange { key: id(1), encryption_key: [1; 32], from: 5 };
		let by = By::Institution {
			institution: id(2),
			evidence: Default::default(),
			attestations: 1,
			objected: false,
		};
		let attempt = Attempt { key: id(3), encryption_key: [3; 32], by, at: 5, from: Some(5) };
		let both = [UnderWay::Change(change), UnderWay::Attempt(attempt)];
		let which = |due: &[UnderWay], only| super::which(&id(9), due.to_vec(), only);
		let why = which(&both, None).unwrap_err().to_string();
		for what in &both {
			let number = recovery::key_number(&id(9), what.key(), what.encryption_key());
			assert!(why.contains(&number) && why.contains("--only attempt"), "{why}");
		}
		let [change, attempt] = &both;
		assert_eq!(which(&both, Some(Only::Change)).unwrap(), *change);
		assert_eq!(which(&both, Some(Only::Attempt)).unwrap(), *attempt);
		assert_eq!(which(&both[1..], None).unwrap(), *attempt);
		let none = which(&both[1..], Some(Only::Change)).unwrap_err().to_string();
		assert_eq!(none, NONE_OF_THIS_KIND);
	}
}
