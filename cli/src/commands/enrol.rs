//! `vouchsafe enrol`.

use super::account_json;
use crate::{
	args::{parse_key, EnrolCommand},
	dates::{now, parse_end, parse_moment, show_moment},
	home::write_private,
	output::{table, Output},
	session::{Session, Settings},
	words::{AccountKind, Word},
};
use anyhow::{bail, Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::Path;
use vouchsafe_client::{
	chain::{runtime, AccountId, BoundedVec},
	custodian::CustodianClient,
	messages::Hex,
	signing::{enrolment_text, verify, wrap},
};

/// What an enrollee has signed, as it goes to the registrar.
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
	let session = Session::connect(settings).await?;
	let tx = runtime::tx().enrolment();
	let names = &session.names;
	match command {
		EnrolCommand::Sign { institution, kind, valid_for, out } => {
			sign(&session, &institution, &kind, valid_for, out.as_deref())
		},
		EnrolCommand::Submit { file } => submit(&session, &file).await,
		EnrolCommand::Affiliate { practitioner, role, institution, from, until } => {
			let institution = session.institution(institution.as_deref()).await?;
			let practitioner = names.resolve(&practitioner)?;
			let time = session.finalized().await?.time().await?;
			let from = from.map_or(Ok(time), |from| parse_moment(&from, time))?;
			let until = until.map(|until| parse_end(&until, time)).transpose()?;
			let call = tx.affiliate(institution, practitioner, role.clone(), from, until);
			let block = session.submit(&call).await?.number;
			let end =
				until.map_or("until it is ended".into(), |it| format!("until {}", show_moment(it)));
			Ok(done(
				format!(
					"{} works for {} ({}), {end}.",
					names.show(&practitioner),
					names.show(&institution),
					role.word()
				),
				block,
			))
		},
		EnrolCommand::EndAffiliation { practitioner, institution } => {
			let institution = session.institution(institution.as_deref()).await?;
			let practitioner = names.resolve(&practitioner)?;
			let block =
				session.submit(&tx.end_affiliation(institution, practitioner)).await?.number;
			Ok(done(
				format!(
					"{} works for {} no more. Permits that were given to that work end with it.",
					names.show(&practitioner),
					names.show(&institution)
				),
				block,
			))
		},
		EnrolCommand::Team { practitioner, join, leave, institution } => {
			let institution = session.institution(institution.as_deref()).await?;
			let practitioner = names.resolve(&practitioner)?;
			let who = names.show(&practitioner);
			let at = names.show(&institution);
			match (join, leave) {
				(Some(team), _) => {
					let call = tx.join_team(institution, practitioner, team);
					let block = session.submit(&call).await?.number;
					Ok(done(format!("{who} is in care team {team} at {at}."), block))
				},
				(None, Some(team)) => {
					let call = tx.leave_team(institution, practitioner, team);
					let block = session.submit(&call).await?.number;
					Ok(done(format!("{who} is no more in care team {team} at {at}."), block))
				},
				(None, None) => bail!("say which team: --join NUMBER or --leave NUMBER"),
			}
		},
		EnrolCommand::Attest { practitioner, institution } => {
			let institution = names.resolve(&institution)?;
			let practitioner = names.resolve(&practitioner)?;
			let block = session.submit(&tx.attest_licence(institution, practitioner)).await?.number;
			Ok(done(
				format!(
					"The licence of {} at {} is attested.",
					names.show(&practitioner),
					names.show(&institution)
				),
				block,
			))
		},
		EnrolCommand::Status { account, status } => {
			let account = names.resolve(&account)?;
			let block = session.submit(&tx.set_status(account, status.clone())).await?.number;
			Ok(done(format!("{} is {} now.", names.show(&account), status.word()), block))
		},
		EnrolCommand::Signing { account, state } => {
			let account = names.resolve(&account)?;
			let disabled = state == "disabled";
			let block = session.submit(&tx.set_signing_disabled(account, disabled)).await?.number;
			Ok(done(
				format!(
					"{} {} sign.",
					names.show(&account),
					if disabled { "can't" } else { "may" }
				),
				block,
			))
		},
		EnrolCommand::Custodian { url, account, encryption_key } => {
			let me = session.me()?.account();
			let (account, key) = match (account, encryption_key) {
				(Some(account), Some(key)) => (names.resolve(&account)?, parse_key(&key)?),
				_ => {
					let custodian = CustodianClient::new(&url, me, session.genesis())?;
					let about = custodian.about().await.with_context(|| {
						format!(
							"the custodian at {url} can't be asked who it is; name it with --account and \
							 --encryption-key"
						)
					})?;
					if about.genesis.0 != session.genesis().0 {
						bail!("the custodian at {url} serves another chain");
					}
					(AccountId(about.account.0), about.key.0)
				},
			};
			let call = tx.set_custodian(BoundedVec(url.clone().into_bytes()), account, key);
			let block = session.submit(&call).await?.number;
			Ok(done(format!("The custodian of {} is at {url}.", names.show(&me)), block))
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
						member.name.clone(),
						member.kind.word().to_owned(),
						member.country.clone(),
						member.status.word().to_owned(),
						member.account.to_string(),
						member.custodian.as_ref().map_or("none named".into(), |it| it.0.clone()),
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

fn done(text: String, block: u32) -> Output {
	let json = json!({ "done": text, "block": block });
	Output::new(text, json)
}

fn sign(
	session: &Session,
	institution: &str,
	kind: &AccountKind,
	valid_for: u64,
	out: Option<&Path>,
) -> Result<Output> {
	if matches!(kind, AccountKind::Institution | AccountKind::Authority) {
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
		genesis: Hex(genesis.0),
		institution: Hex(institution.0),
		account: Hex(me.account().0),
		kind: kind.word().to_owned(),
		encryption_key: Hex(key),
		expires,
		signature: Hex(me.signer.sign(&wrap(&text)).0),
	};
	let json = serde_json::to_value(&signed)?;
	match out {
		Some(path) => {
			write_private(path, format!("{json:#}\n").as_bytes())?;
			Ok(Output::new(
				format!(
					"{} asks {} to be enrolled as {}, until {}: {}. Give that file to the registrar, who \
					 runs `vouchsafe enrol submit`.",
					me.name,
					session.names.show(&institution),
					kind.word(),
					show_moment(expires),
					path.display()
				),
				json,
			))
		},
		None => Ok(Output::new(format!("{json:#}"), json)),
	}
}

async fn submit(session: &Session, file: &Path) -> Result<Output> {
	use runtime::runtime_types::sp_runtime::MultiSignature;
	let text = std::fs::read_to_string(file)
		.with_context(|| format!("{} can't be read", file.display()))?;
	let signed: SignedEnrolment = serde_json::from_str(&text)
		.with_context(|| format!("{} holds no signed enrolment", file.display()))?;
	let kind = AccountKind::from_word(&signed.kind)?;
	let (account, institution) = (AccountId(signed.account.0), AccountId(signed.institution.0));
	// What the chain would refuse is said here, where it can be said better.
	if signed.genesis.0 != session.genesis().0 {
		bail!("it was signed for another chain");
	}
	if signed.expires <= now() {
		bail!("it was good until {}: have it signed anew", show_moment(signed.expires));
	}
	let text = enrolment_text(
		session.genesis(),
		&institution,
		kind.word(),
		&signed.encryption_key.0,
		signed.expires,
	);
	if !verify(&account, &text, &signed.signature.0) {
		bail!("the signature is not that account's: {} was changed", file.display());
	}
	let call = runtime::tx().enrolment().enrol(
		institution,
		account,
		kind.clone(),
		signed.encryption_key.0,
		signed.expires,
		MultiSignature::Sr25519(signed.signature.0),
	);
	let block = session.submit(&call).await?.number;
	let mut output = done(
		format!(
			"{} is enrolled by {} as {}.",
			session.names.show(&account),
			session.names.show(&institution),
			kind.phrase()
		),
		block,
	);
	output.json["account"] = account_json(session, &account);
	Ok(output)
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
	if found.signing_disabled {
		lines.push("  signing disabled".into());
	}
	let affiliations = at.affiliations(account).await?;
	let mut rows = Vec::new();
	for (institution, affiliation) in &affiliations {
		let until = affiliation.until.map_or("open end".into(), show_moment);
		let teams: Vec<_> = affiliation.teams.0.iter().map(ToString::to_string).collect();
		lines.push(format!(
			"  {} at {}, from {} to {until}{}{}",
			affiliation.role.word(),
			session.names.show(institution),
			show_moment(affiliation.from),
			if affiliation.attested { ", licence attested" } else { "" },
			if teams.is_empty() {
				String::new()
			} else {
				format!(", care team {}", crate::words::and(&teams))
			}
		));
		rows.push(json!({
			"institution": account_json(session, institution),
			"role": affiliation.role.word(),
			"from": affiliation.from,
			"until": affiliation.until,
			"attested": affiliation.attested,
			"teams": affiliation.teams.0,
		}));
	}
	Ok(Output::new(
		lines.join("\n"),
		json!({
			"account": account_json(session, account),
			"enrolled": true,
			"kind": found.kind.word(),
			"status": found.status.word(),
			"signing_disabled": found.signing_disabled,
			"enrolled_by": account_json(session, &found.enrolled_by),
			"encryption_key": format!("0x{}", hex::encode(found.encryption_key)),
			"affiliations": rows,
		}),
	))
}
