//! `vouchsafe enrol`.

use super::{
	account_json, agree, ask_to_go_on,
	staff::{self, Proposal},
};
use crate::{
	address::{self, AddressOf},
	args::{Agreement, EnrolCommand},
	dates::{now, parse_end, parse_moment, parse_past, show_moment},
	english::ENGLISH,
	files,
	home::write_private,
	output::{table, Output},
	registrar::{self, Enrolment, NamedInDoubt},
	session::{Session, Settings},
};
use anyhow::{bail, Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{path::Path, time::Duration};
use tokio::time::timeout;
use vouchsafe_client::{
	chain::{
		calls::{EnrolmentCall, MultiSignature},
		AccountId, AccountKind, Signer, StaffMatter, Status, View,
	},
	custodian::Custodian,
	messages::{About, Hex, SignedCustodian},
	protocol::{qr::Code, traits::Custodians},
	signing::{enrolment_text, ToSign},
};

/// A signed enrolment, as the registrar receives it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedEnrolment {
	genesis: Hex<32>,
	institution: Hex<32>,
	account: Hex<32>,
	kind: String,
	encryption_key: Hex<32>,
	expires: u64,
	signature: Hex<64>,
}

pub(super) async fn run(settings: &Settings, command: EnrolCommand) -> Result<Output> {
	if let EnrolCommand::Submit { file, .. } | EnrolCommand::Custodian { file, .. } = &command {
		files::check(file)?;
	}
	let session = settings.connect().await?;
	let names = &session.names;
	match command {
		EnrolCommand::Sign { institution, kind, valid_for, out, unasked: _ } => {
			sign(&session, &institution, &kind, valid_for, out.as_deref()).await
		},
		EnrolCommand::Submit { file, unasked: _ } => submit(&session, &file).await,
		EnrolCommand::Code { kind, institution, valid_for } => {
			code(&session, kind, institution.as_deref(), valid_for).await
		},
		EnrolCommand::Affiliate { practitioner, role, institution, from, until, unasked: _ } => {
			let institution = session.institution(institution.as_deref()).await?;
			let practitioner = names.resolve(&practitioner)?;
			let time = session.finalized().await?.time().await?;
			let from = from.map_or(Ok(time), |from| parse_moment(&from, time))?;
			let until = until.map(|until| parse_end(&until, time)).transpose()?;
			let call = EnrolmentCall::affiliate {
				institution: institution.clone(),
				practitioner: practitioner.clone(),
				role,
				from,
				until,
			};
			let block = registrar::carry_out(&session, call).await?.block;
			let end = until.map_or("with no end".into(), |it| format!("until {}", show_moment(it)));
			let mut said = format!(
				"{} works for {} as {}, {end}.",
				names.show(&practitioner),
				names.show(&institution),
				role.word()
			);
			let made = session.finalized().await?.all_affiliations(&practitioner).await?;
			let made = made.iter().find(|(at, _)| *at == institution);
			if made.is_some_and(|(_, affiliation)| !affiliation.accepted) {
				said +=
					"\nIt counts when the practitioner has accepted it: `vouchsafe enrol accept`.";
			}
			Ok(done(said, block))
		},
		EnrolCommand::EndAffiliation { practitioner, institution, agreement } => {
			let institution = session.institution(institution.as_deref()).await?;
			let practitioner = names.resolve(&practitioner)?;
			let (who, at) = (names.in_sentence(&practitioner), names.in_sentence(&institution));
			agree(&format!("I end the affiliation of {who} with {at}."), agreement)?;
			let call = EnrolmentCall::end_affiliation { institution, practitioner };
			let block = registrar::carry_out(&session, call).await?.block;
			Ok(done(
				format!(
					"{who} no longer works for {at}. Permits for this affiliation end with it."
				),
				block,
			))
		},
		EnrolCommand::Team { practitioner, join, leave, institution, unasked: _ } => {
			let institution = session.institution(institution.as_deref()).await?;
			let practitioner = names.resolve(&practitioner)?;
			let who = names.show(&practitioner);
			let at = names.show(&institution);
			match (join, leave) {
				(Some(team), _) => {
					let call = EnrolmentCall::join_team { institution, practitioner, team };
					let block = session.submit(call).await?.number;
					Ok(done(format!("{who} has joined care team {team} at {at}."), block))
				},
				(None, Some(team)) => {
					let call = EnrolmentCall::leave_team { institution, practitioner, team };
					let block = session.submit(call).await?.number;
					Ok(done(format!("{who} has left care team {team} at {at}."), block))
				},
				(None, None) => bail!("name the care team with --join NUMBER or --leave NUMBER"),
			}
		},
		EnrolCommand::Attest { practitioner, institution, role, unasked: _ } => {
			let institution = names.resolve(&institution)?;
			let practitioner = names.resolve(&practitioner)?;
			let call = EnrolmentCall::attest_licence {
				institution: institution.clone(),
				practitioner: practitioner.clone(),
				role,
			};
			let block = session.submit(call).await?.number;
			Ok(done(
				format!(
					"The licence of {} as {} at {} is attested.",
					names.show(&practitioner),
					role.word(),
					names.show(&institution)
				),
				block,
			))
		},
		EnrolCommand::Status { account, status, agreement } => {
			let account = names.resolve(&account)?;
			let who = names.in_sentence(&account);
			let found = session.finalized().await?.account(&account).await?;
			let was_deceased = found.as_ref().is_some_and(|it| it.status == Status::Deceased);
			let matter = match status {
				Status::Deceased => Some(StaffMatter::DeclareDeceased),
				Status::Active if was_deceased => Some(StaffMatter::TakeDeathBack),
				_ => None,
			};
			if let Some((found, matter)) = found.as_ref().zip(matter.as_ref()) {
				let institution = &found.enrolled_by;
				staff::ask_to_replace(&session, &account, institution, matter, agreement).await?;
			}
			agree(&format!("I set the status of {who} to {}.", status.word()), agreement)?;
			let patient = account.clone();
			let call = match matter {
				Some(StaffMatter::DeclareDeceased) => EnrolmentCall::declare_deceased { patient },
				Some(_) => EnrolmentCall::take_death_back { patient },
				None => EnrolmentCall::set_status { account: patient, status },
			};
			let included = session.submit(call).await?;
			let block = included.number;
			if let Some(found) = found.filter(|_| staff::is_proposed(&included)) {
				let proposal = Proposal {
					institution: &found.enrolled_by,
					what: format!("the status of {who} becomes {}", status.word()),
					command: format!("enrol status {account} {}", status.word()),
					json: json!({ "account": account_json(&session, &account) }),
				};
				return staff::proposed(&session, block, proposal).await;
			}
			Ok(done(format!("The status of {who} is now: {}.", status.word()), block))
		},
		EnrolCommand::Signing { account, state, since, agreement } => {
			let account = names.resolve(&account)?;
			let who = names.in_sentence(&account);
			let since = match (state.as_str(), since) {
				("disabled", since) => {
					let time = session.finalized().await?.time().await?;
					Some(since.map_or(Ok(time), |since| parse_past(&since, time))?)
				},
				(_, Some(_)) => bail!("--since is only for disabling"),
				(_, None) => None,
			};
			let said = match since {
				Some(since) => {
					format!(
						"I disable signing for {who}. The key has been lost since {}.",
						show_moment(since)
					)
				},
				None => format!("I enable signing for {who}."),
			};
			agree(&said, agreement)?;
			let call = EnrolmentCall::set_signing_disabled { account: account.clone(), since };
			let block = registrar::carry_out(&session, call).await?.block;
			let what = match since {
				Some(since) => format!(
					"\nPermits that were given with this key since {} do not count.{}",
					show_moment(since),
					named_in_doubt(&session, &account, since).await
				),
				None => "\nPermits that were given with the lost key count only when they are confirmed: \
				         `vouchsafe consent list` shows them."
					.into(),
			};
			Ok(done(format!("Signing is {state} for {who}.{what}"), block))
		},
		EnrolCommand::Accept { institution, decline, agreement } => {
			let institution = names.resolve(&institution)?;
			let at = names.in_sentence(&institution);
			let practitioner = session.me()?.account();
			if decline {
				agree(&format!("I do not want to work for {at}."), agreement)?;
				let call = EnrolmentCall::end_affiliation { institution, practitioner };
				let block = session.submit(call).await?.number;
				return Ok(done(format!("You have declined to work for {at}."), block));
			}
			let said = format!(
				"I work for {at}. What patients deny to {at} is then denied to me everywhere."
			);
			agree(&said, agreement)?;
			let block =
				session.submit(EnrolmentCall::accept_affiliation { institution }).await?.number;
			Ok(done(format!("You work for {at} now."), block))
		},
		EnrolCommand::Custodian { file, yes } => {
			custodian(&session, &file, Agreement { yes }).await
		},
		EnrolCommand::Show { account } => {
			let account = super::patient(&session, account.as_deref())?;
			show(&session, &account).await
		},
		EnrolCommand::List => {
			let rows: Vec<_> = session
				.members
				.iter()
				.map(|member| {
					vec![
						session.names.show(&member.account),
						member.kind.word().to_owned(),
						member.country.clone(),
						member.status.word().to_owned(),
						member.account.to_string(),
						member.custodian.as_ref().map_or("none".into(), |it| it.0.clone()),
					]
				})
				.collect();
			let json: Vec<_> = session
				.members
				.iter()
				.map(|member| {
					json!({
						"institution": account_json(&session, &member.account),
						"kind": member.kind.word(),
						"country": member.country,
						"status": member.status.word(),
						"custodian": member.custodian.as_ref().map(|it| &it.0),
					})
				})
				.collect();
			let head = ["NAME", "KIND", "COUNTRY", "STATUS", "ACCOUNT", "CUSTODIAN"];
			Ok(Output::new(table(&head, &rows), json!({ "institutions": json })))
		},
	}
}

/// Whom an account whose key is lost has named since then, in sentences.
async fn named_in_doubt(session: &Session, account: &AccountId, since: u64) -> String {
	let named = async {
		let at = session.finalized().await?;
		registrar::named_since(&at, account, since).await
	};
	match named.await {
		Ok(named) => say_named(&named, &|account| session.names.show(account)),
		// The key is disabled all the same.
		Err(error) => format!(
			"\nWhether guardians or representatives were named since then is not known: {error:#}"
		),
	}
}

fn say_named(named: &NamedInDoubt, show: &dyn Fn(&AccountId) -> String) -> String {
	let mut text = String::new();
	if let Some(at) = named.guardians {
		text +=
			&format!("\nGuardians that were named with it, at {}, do not count.", show_moment(at));
	}
	if !named.representatives.is_empty() {
		let names: Vec<_> = named.representatives.iter().map(show).collect();
		text += &format!(
			"\nRepresentatives who were appointed with it do not count: {}.",
			ENGLISH.and(&names)
		);
	}
	text
}

fn done(text: String, block: u32) -> Output {
	let json = json!({ "done": text, "block": block });
	Output::new(text, json)
}

async fn sign(
	session: &Session,
	institution: &str,
	kind: &AccountKind,
	valid_for: u64,
	out: Option<&Path>,
) -> Result<Output> {
	if kind.is_member() {
		bail!(
			"institutions and authorities are admitted by the council: `vouchsafe council admit`"
		);
	}
	let me = session.me()?;
	let institution = session.names.resolve(institution)?;
	let (genesis, key) = (session.genesis(), me.encryption_key());
	let expires = now().saturating_add(valid_for);
	let text = enrolment_text(genesis, &institution, kind.word(), &key, expires);
	let signed = SignedEnrolment {
		genesis: genesis.into(),
		institution: (&institution).into(),
		account: (&me.account()).into(),
		kind: kind.word().to_owned(),
		encryption_key: Hex(key),
		expires,
		signature: Hex(me.signer.sign_as_account(ToSign::Text(&text)).await?),
	};
	let json = serde_json::to_value(&signed)?;
	match out {
		Some(path) => {
			write_private(path, format!("{json:#}\n").as_bytes())?;
			Ok(Output::new(
				format!(
					"{} has signed the enrolment by {} as {}: {}. Give this file to the registrar, who runs \
					 `vouchsafe enrol submit` before {}.",
					me.name,
					session.names.show(&institution),
					kind.word(),
					path.display(),
					show_moment(expires)
				),
				json,
			))
		},
		None => Ok(Output::new(format!("{json:#}"), json)),
	}
}

/// The code that somebody scans who wants to be enrolled.
async fn code(
	session: &Session,
	kind: AccountKind,
	institution: Option<&str>,
	valid_for: u64,
) -> Result<Output> {
	let institution = session.institution(institution).await?;
	let expires = now().saturating_add(valid_for);
	let code = registrar::ask(session, institution, kind, expires)?;
	let text = Code::Registrar(code).to_text()?;
	let json = json!({ "code": text, "expires": expires });
	Ok(Output::new(text, json))
}

async fn submit(session: &Session, file: &Path) -> Result<Output> {
	let text =
		std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
	let enrolment = match text.trim_start().starts_with("VOUCHSAFE") {
		true => {
			let institution = session.institution(None).await?;
			registrar::read_answer(session.genesis(), &session.names, &institution, &text, now())?
		},
		false => from_file(session, file, &text)?,
	};
	let (account, institution) = (enrolment.account.clone(), enrolment.institution.clone());
	let kind = enrolment.kind;
	let done_in = registrar::carry_out(session, enrolment.call()).await?;
	let mut output = done(
		format!(
			"{} is now enrolled by {} as {}.",
			session.names.show(&account),
			session.names.show(&institution),
			ENGLISH.phrase(kind)
		),
		done_in.block,
	);
	output.json["account"] = account_json(session, &account);
	if let Some(error) = done_in.no_label_key {
		output.text += &format!(
			"\nThe label key was not delivered ({error:#}). The patient's client draws one when it \
			 needs it."
		);
		output.json["label_key"] = json!(false);
	}
	Ok(output)
}

/// The enrolment that somebody has signed in a file, if the chain would take it.
fn from_file(session: &Session, file: &Path, text: &str) -> Result<Enrolment> {
	let signed: SignedEnrolment = serde_json::from_str(text)
		.with_context(|| format!("{} is not a signed enrolment", file.display()))?;
	// The chain would refuse these too, but with less helpful errors.
	if signed.genesis.0 != session.genesis().0 {
		bail!("the enrolment was signed for another chain");
	}
	if signed.expires <= now() {
		bail!("the signature expired at {}: have it signed again", show_moment(signed.expires));
	}
	let enrolment = Enrolment {
		institution: signed.institution.into(),
		account: signed.account.into(),
		kind: AccountKind::from_word(&signed.kind)?,
		encryption_key: signed.encryption_key.0,
		expires: signed.expires,
		signature: signed.signature.0,
	};
	match enrolment.is_authentic(session.genesis()) {
		true => Ok(enrolment),
		false => {
			bail!("the signature does not match: {} was changed after signing", file.display())
		},
	}
}

/// How long a custodian may take to answer before it is registered.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is wrong at the address that a custodian has signed, if the custodian does not answer there.
async fn trouble_of(session: &Session, signed: &SignedCustodian) -> Option<String> {
	let url = address::mask(&signed.url);
	let about = async {
		let custodian = session.custodians.custodian(&signed.url, &signed.institution.into())?;
		custodian.without_retries().about().await
	};
	match timeout(PATIENCE, about).await {
		Ok(Ok(about)) => differs(&about, signed).map(|who| format!("{who} answers at {url}")),
		Ok(Err(error)) => Some(format!("no custodian answers at {url} ({error})")),
		Err(_) => Some(format!("nothing has answered at {url} for {} seconds", PATIENCE.as_secs())),
	}
}

/// Who answers, if it is not the custodian that has signed.
fn differs(about: &About, signed: &SignedCustodian) -> Option<&'static str> {
	if about.genesis != signed.genesis {
		return Some("a custodian of another chain");
	}
	// It has a new key, which the chain does not name yet.
	let has_key =
		about.key == signed.encryption_key || about.next_key == Some(signed.encryption_key);
	let is_same = about.account == signed.account && has_key;
	(!is_same).then_some("another custodian than the one that has signed")
}

/// Registers the custodian that has signed this file.
async fn custodian(session: &Session, file: &Path, agreement: Agreement) -> Result<Output> {
	let text =
		std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
	let signed: SignedCustodian = serde_json::from_str(&text).with_context(|| {
		format!(
			"{} is not a custodian's registration: `vouchsafe-custodian sign-up` prints one",
			file.display()
		)
	})?;
	let me = session.me()?.account();
	let url = &signed.url;
	address::parse(AddressOf::Custodian, url)?;
	let allowed = &session.custodians.allowed;
	allowed
		.check(url)
		.with_context(|| format!("clients would not use the address {}", address::mask(url)))?;
	// The chain would refuse these too, but with less helpful errors.
	if signed.genesis.0 != session.genesis().0 {
		bail!("the custodian has signed for another chain");
	}
	if AccountId::from(signed.institution) != me {
		let named = session.names.show(&signed.institution.into());
		bail!("the custodian has signed for {named}, and not for {}", session.names.show(&me));
	}
	if signed.expires <= now() {
		bail!("the signature expired at {}: have it signed again", show_moment(signed.expires));
	}
	if !signed.is_authentic() {
		bail!("the signature does not match: {} was changed after signing", file.display());
	}
	if let Some(trouble) = trouble_of(session, &signed).await {
		let warning = format!(
			"WARNING: {trouble}. While it does not answer there, no hospital can deliver key shares to it, \
			 and nobody gets any from it."
		);
		ask_to_go_on(&warning, "Register this address anyway?", agreement)?;
	}
	let call = EnrolmentCall::set_custodian {
		url: url.clone().into_bytes(),
		account: signed.account.into(),
		key: signed.encryption_key.0,
		expires: signed.expires,
		signature: MultiSignature::Sr25519(signed.signature.0),
	};
	let block = session.submit(call).await?.number;
	Ok(done(format!("The custodian of {} is registered at {url}.", session.names.show(&me)), block))
}

async fn show(session: &Session, account: &AccountId) -> Result<Output> {
	let at = session.finalized().await?;
	let name = session.names.show(account);
	let Some(found) = at.account(account).await? else {
		return Ok(Output::new(
			format!("{name} is not enrolled."),
			json!({ "account": account_json(session, account), "enrolled": false }),
		));
	};
	let mut lines = vec![
		format!("{name} ({account})"),
		format!("  {}, {}", found.kind.word(), found.status.word()),
		format!("  enrolled by {}", session.names.show(&found.enrolled_by)),
		format!("  encryption key 0x{}", hex::encode(found.encryption_key)),
	];
	if let Some(since) = found.disabled_since {
		lines.push(format!("  signing disabled, key lost since {}", show_moment(since)));
	}
	let affiliations = at.all_affiliations(account).await?;
	let mut rows = Vec::new();
	for (institution, affiliation) in &affiliations {
		let until =
			affiliation.until.map_or_else(String::new, |it| format!(" to {}", show_moment(it)));
		let teams: Vec<_> = affiliation.teams.iter().map(ToString::to_string).collect();
		lines.push(format!(
			"  {} at {}, from {}{until}{}{}{}",
			affiliation.role.word(),
			session.names.show(institution),
			show_moment(affiliation.from),
			if affiliation.accepted { "" } else { ", not accepted yet" },
			if affiliation.attested { ", licence attested" } else { "" },
			if teams.is_empty() {
				String::new()
			} else {
				format!(", care team {}", ENGLISH.and(&teams))
			}
		));
		rows.push(json!({
			"institution": account_json(session, institution),
			"role": affiliation.role.word(),
			"from": affiliation.from,
			"until": affiliation.until,
			"accepted": affiliation.accepted,
			"attested": affiliation.attested,
			"teams": affiliation.teams,
		}));
	}
	Ok(Output::new(
		lines.join("\n"),
		json!({
			"account": account_json(session, account),
			"enrolled": true,
			"kind": found.kind.word(),
			"status": found.status.word(),
			"signing_disabled": found.disabled_since.is_some(),
			"disabled_since": found.disabled_since,
			"enrolled_by": account_json(session, &found.enrolled_by),
			"encryption_key": format!("0x{}", hex::encode(found.encryption_key)),
			"affiliations": rows,
		}),
	))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn who_does_not_count_is_named() {
		let say = |named: &NamedInDoubt| say_named(named, &|_| "Ada".into());
		assert_eq!(say(&NamedInDoubt::default()), "");
		let guardians = NamedInDoubt { guardians: Some(1_700_000_000), ..Default::default() };
		let said = "\nGuardians that were named with it, at 2023-11-14 22:13 UTC, do not count.";
		assert_eq!(say(&guardians), said);
		let representatives = vec![AccountId::new([1; 32]), AccountId::new([2; 32])];
		let both = NamedInDoubt { representatives, ..guardians };
		let expected = format!(
			"{said}\nRepresentatives who were appointed with it do not count: Ada and Ada."
		);
		assert_eq!(say(&both), expected);
	}

	#[test]
	fn the_custodian_that_answers_is_the_one_that_has_signed() {
		let hex = |id: u8| Hex([id; 32]);
		let signed = SignedCustodian {
			genesis: hex(1),
			institution: hex(2),
			account: hex(3),
			encryption_key: hex(4),
			url: "https://a.example".into(),
			expires: 0,
			signature: Hex([0; 64]),
		};
		let about = |genesis, account, key| About {
			version: String::new(),
			genesis: hex(genesis),
			institution: None,
			account: hex(account),
			key: hex(key),
			next_key: None,
			content: true,
			max_content: 0,
			backup_days: 0,
			ready: true,
		};
		assert_eq!(differs(&about(1, 3, 4), &signed), None);
		let rotating = About { next_key: Some(hex(4)), ..about(1, 3, 7) };
		assert_eq!(differs(&rotating, &signed), None);
		let another = About { next_key: Some(hex(9)), ..about(1, 3, 7) };
		assert!(differs(&another, &signed).unwrap().starts_with("another custodian"));
		assert_eq!(differs(&about(9, 3, 4), &signed), Some("a custodian of another chain"));
		for other in [about(1, 9, 4), about(1, 3, 9)] {
			assert!(differs(&other, &signed).unwrap().starts_with("another custodian"));
		}
	}
}
