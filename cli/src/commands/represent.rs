//! `vouchsafe represent`.

mod describe;
mod register;

pub(super) use describe::lines;

use super::{
	account_json, agree,
	recovery::account,
	staff::{self, Proposal},
};
use crate::{
	args::{Agreement, Register, RepresentCommand, Ward},
	dates::{parse_end, show_moment},
	english::ENGLISH,
	files,
	names::Names,
	output::Output,
	session::{At, Session, Settings},
};
use anyhow::{ensure, Context as _, Result};
use serde_json::{json, Value};
use vouchsafe_agent::{
	representation::{self, registration::RegistrationFile},
	staff::Signed,
};
use vouchsafe_client::chain::{
	AccountId, Confidentiality, Moment, Registration, Scope, Scopes, View,
};

pub(super) async fn run(settings: &Settings, command: RepresentCommand) -> Result<Output> {
	if let RepresentCommand::Register(Register { out, from, .. })
	| RepresentCommand::Ward(Ward { out, from, .. }) = &command
	{
		if let Some(out) = out {
			ensure!(!out.exists(), "{} already exists: choose another file", out.display());
		}
		from.as_ref().map(|from| files::check(from)).transpose()?;
	}
	if let RepresentCommand::Attest { from: Some(from), .. } = &command {
		files::check(from)?;
	}
	let session = settings.connect().await?;
	let session = &session;
	let at = session.finalized().await?;
	match command {
		RepresentCommand::Appoint { representative, scope, standby, until, agreement } => {
			let until = match until {
				Some(until) => Some(end_of(&at, &until).await?),
				None => None,
			};
			let appointment = Appointment {
				representative: account(session, &at, &representative).await?,
				scopes: Scopes::of(&scope),
				standby,
				until,
			};
			appoint(session, appointment, agreement).await
		},
		RepresentCommand::End { representative, patient, agreement } => {
			let me = session.me()?.account();
			let who = match representative {
				Some(name) => account(session, &at, &name).await?,
				None => me.clone(),
			};
			let patient = match patient {
				Some(name) => account(session, &at, &name).await?,
				None => me,
			};
			end(session, &patient, &who, agreement).await
		},
		RepresentCommand::Object { representative, agreement } => {
			let who = account(session, &at, &representative).await?;
			object(session, &who, agreement).await
		},
		RepresentCommand::List { patient } => {
			let patient = match patient {
				Some(name) => account(session, &at, &name).await?,
				None => session.patient().context("name the patient")?,
			};
			describe::list(session, &at, &patient).await
		},
		RepresentCommand::Register(command) => register::register(session, &at, command).await,
		RepresentCommand::Ward(command) => register::ward(session, &at, command).await,
		RepresentCommand::Attest { representative, patient, from, institution, agreement } => {
			let who = account(session, &at, &representative).await?;
			let patient = account(session, &at, &patient).await?;
			let authority = institution.map(|name| session.names.resolve(&name)).transpose()?;
			let file = from.map(|from| register::read(session, &from)).transpose()?;
			let about = (&patient, &who);
			attest(session, about, authority.as_ref(), file.as_ref(), agreement).await
		},
		RepresentCommand::Activate { representative, patient, institution, agreement } => {
			let who = account(session, &at, &representative).await?;
			let patient = account(session, &at, &patient).await?;
			let institution = session.institution(institution.as_deref()).await?;
			activate(session, &patient, &who, &institution, agreement).await
		},
		RepresentCommand::Suspend { representative, patient, lift, institution, agreement } => {
			let who = account(session, &at, &representative).await?;
			let patient = account(session, &at, &patient).await?;
			let named = institution.map(|name| session.names.resolve(&name)).transpose()?;
			suspend(session, (&patient, &who), named.as_ref(), !lift, agreement).await
		},
	}
}

/// Reads the end of a representation.
async fn end_of(at: &At, until: &str) -> Result<Moment> {
	parse_end(until, at.time().await?)
}

/// An account in a sentence that somebody signs.
fn named(names: &Names, account: &AccountId) -> String {
	ENGLISH.insert(&names.show_with_address(account))
}

/// What a representative may do, after “may”.
fn deeds(scopes: Scopes) -> String {
	let all = Scope::ALL.iter().filter(|scope| scopes.contains(**scope));
	ENGLISH.and(&all.map(|scope| ENGLISH.phrase(*scope)).collect::<Vec<_>>())
}

/// Until when, at the end of a sentence.
fn ending(until: Option<Moment>) -> String {
	until.map_or_else(String::new, |until| format!(", until {}", show_moment(until)))
}

/// What a representative by law may do, in sentences.
fn by_law(
	names: &Names,
	patient: &AccountId,
	representative: &AccountId,
	registration: &Registration,
) -> String {
	let Registration { basis, scopes, until, .. } = registration;
	let (who, whom) = (named(names, representative), named(names, patient));
	let except = match basis.highest_confidentiality() {
		Confidentiality::VeryRestricted => "",
		_ => ", except very restricted ones,",
	};
	let may = match scopes.is_empty() {
		true => String::new(),
		false => format!(", and may {} for this patient", deeds(*scopes)),
	};
	format!(
		"{who} represents {whom} by law as {}{}. This representative reads all records{except} and the access \
		 log{may}.",
		ENGLISH.phrase(*basis),
		ending(*until)
	)
}

struct Appointment {
	representative: AccountId,
	scopes: Scopes,
	standby: bool,
	until: Option<Moment>,
}

async fn appoint(
	session: &Session,
	appointment: Appointment,
	agreement: Agreement,
) -> Result<Output> {
	let Appointment { representative, scopes, standby, until } = appointment;
	let present =
		representation::check_appointment(session, &representative, scopes, until).await?;
	let mut sentence = format!(
		"I appoint {} as my representative, who may {} for me{}.",
		named(&session.names, &representative),
		deeds(scopes),
		ending(until)
	);
	if standby {
		sentence += " The appointment is on standby: it is in force when two clinicians say that I cannot act.";
	}
	if present.is_some() {
		sentence += " This replaces my present appointment of this representative.";
	}
	agree(&sentence, agreement)?;
	let block = representation::appoint(session, &representative, scopes, standby, until).await?;
	let who = session.names.show(&representative);
	let text = match standby {
		true => format!(
			"{who} is appointed on standby. If you cannot act, two clinicians of a hospital can activate it."
		),
		false => format!(
			"{who} can act for you now, and reads what you permit: `vouchsafe consent grant --to \"person:{who}\" \
			 --purpose patient-request`."
		),
	};
	let json = json!({
		"representative": account_json(session, &representative),
		"scopes": words(scopes),
		"standby": standby,
		"until": until,
		"block": block,
	});
	Ok(Output::new(text, json))
}

/// The words of scopes, for machines.
fn words(scopes: Scopes) -> Vec<&'static str> {
	Scope::ALL.iter().filter(|scope| scopes.contains(**scope)).map(|scope| scope.word()).collect()
}

async fn end(
	session: &Session,
	patient: &AccountId,
	who: &AccountId,
	agreement: Agreement,
) -> Result<Output> {
	representation::check_end(session, patient, who).await?;
	let sentence = match session.me()?.account() == *patient {
		true => format!("I no longer want {} to represent me.", named(&session.names, who)),
		false => format!("I no longer represent {}.", named(&session.names, patient)),
	};
	agree(&sentence, agreement)?;
	let block = representation::end(session, patient, who).await?;
	let (name, whom) = (session.names.show(who), session.names.show(patient));
	let mut text = format!("{name} no longer represents {whom}.");
	let mut json = about_json(session, patient, who, block);
	add_remaining(session, (patient, who), &mut text, &mut json).await;
	Ok(Output::new(text, json))
}

/// Adds which permits by and to the representative stay in force.
async fn add_remaining(
	session: &Session,
	(patient, who): (&AccountId, &AccountId),
	text: &mut String,
	json: &mut Value,
) {
	// What was signed is done, also if the consents cannot be read.
	let remaining = representation::remaining(session, patient, who).await.unwrap_or_default();
	json["permits"] = json!(remaining);
	if let Some(first) = remaining.first() {
		let all: Vec<_> = remaining.iter().map(ToString::to_string).collect();
		let plural = if all.len() == 1 { "" } else { "s" };
		*text += &format!(
			" Permit{plural} {} by or to {} stay{} in force: `vouchsafe consent revoke {first}` revokes one.",
			ENGLISH.and(&all),
			session.names.show(who),
			if all.len() == 1 { "s" } else { "" }
		);
	}
}

fn about_json(session: &Session, patient: &AccountId, who: &AccountId, block: u32) -> Value {
	json!({
		"patient": account_json(session, patient),
		"representative": account_json(session, who),
		"block": block,
	})
}

async fn object(session: &Session, who: &AccountId, agreement: Agreement) -> Result<Output> {
	let registration = representation::check_objection(session, who).await?;
	agree(
		&format!(
			"I object to {}, who represents me by law as {}. This representative then neither acts for me nor reads by \
			 law, until a health authority has attested it once more. I cannot object to this representative again.",
			named(&session.names, who),
			ENGLISH.phrase(registration.basis)
		),
		agreement,
	)?;
	let block = representation::object(session, who).await?;
	let name = session.names.show(who);
	let mut text = format!(
		"You have objected. {name} neither acts for you nor reads by law from now on, unless a health authority \
		 attests it once more: `vouchsafe represent list` shows that."
	);
	let me = session.me()?.account();
	let mut json = about_json(session, &me, who, block);
	add_remaining(session, (&me, who), &mut text, &mut json).await;
	Ok(Output::new(text, json))
}

async fn activate(
	session: &Session,
	patient: &AccountId,
	who: &AccountId,
	institution: &AccountId,
	agreement: Agreement,
) -> Result<Output> {
	let colleague = representation::check_activation(session, patient, who, institution).await?;
	let matter = representation::activation(who);
	staff::ask_to_replace(session, patient, institution, &matter, agreement).await?;
	let (name, whom) = (named(&session.names, who), named(&session.names, patient));
	let sentence = format!(
		"For {}, {} {name} to act for {whom}, who cannot act and has appointed this representative on standby.",
		session.names.in_sentence(institution),
		match confirmed(session, colleague)? {
			Some(colleague) => format!("I confirm the proposal of {colleague} to allow"),
			None => "I propose to allow".into(),
		}
	);
	agree(&sentence, agreement)?;
	let (signed, block) = representation::activate(session, patient, who, institution).await?;
	let (name, whom) = (session.names.show(who), session.names.show(patient));
	let mut json = about_json(session, patient, who, block);
	match signed {
		Signed::Waits => {
			let what = format!("{name} acts for {whom}");
			let command = format!("represent activate {who} --patient {patient}");
			staff::proposed(session, block, Proposal { institution, what, command, json }).await
		},
		Signed::Agreed => {
			json["proposed"] = json!(false);
			let text = format!(
				"{name} can act for {whom} now. When {whom} can act again, {whom} can appoint {name} on standby again, \
				 or end it."
			);
			Ok(Output::new(text, json))
		},
	}
}

/// The colleague whose proposal the user confirms, in a sentence. `None` if the user proposes.
fn confirmed(session: &Session, colleague: Option<AccountId>) -> Result<Option<String>> {
	let me = session.me()?.account();
	let other = colleague.filter(|colleague| *colleague != me);
	Ok(other.map(|colleague| session.names.in_sentence(&colleague)))
}

async fn attest(
	session: &Session,
	(patient, who): (&AccountId, &AccountId),
	authority: Option<&AccountId>,
	file: Option<&RegistrationFile>,
	agreement: Agreement,
) -> Result<Output> {
	let attestation = representation::attestable(session, patient, who, authority).await?;
	let registration = &attestation.registration;
	let mut sentence = format!(
		"For {}, I attest what {} has registered: {}",
		session.names.in_sentence(&attestation.authority),
		session.names.in_sentence(&attestation.institution),
		by_law(&session.names, patient, who, registration)
	);
	if let Some(file) = file {
		register::ensure_about(session, file, patient, who)?;
		ensure!(
			file.registration().as_ref() == Some(registration),
			"what is registered is not what is in the file: do not attest it, and tell {}",
			session.names.show(&attestation.institution)
		);
		sentence += &register::seen(file);
	}
	if attestation.objected {
		sentence += " The patient has objected to this representative.";
	}
	agree(&sentence, agreement)?;
	let (from, block) = representation::attest(session, patient, who, &attestation).await?;
	let (name, whom) = (session.names.show(who), session.names.show(patient));
	let now = super::time_of(session, block).await;
	let text = match from <= now {
		true => format!("Attested. {name} represents {whom} now."),
		false => format!(
			"Attested. {name} represents {whom} from {} on. {whom} sees it in the log{}.",
			show_moment(from),
			if attestation.objected { "" } else { ", and can object" }
		),
	};
	let mut json = about_json(session, patient, who, block);
	json["authority"] = account_json(session, &attestation.authority);
	json["from"] = json!(from);
	Ok(Output::new(text, json))
}

async fn suspend(
	session: &Session,
	(patient, who): (&AccountId, &AccountId),
	named_institution: Option<&AccountId>,
	suspended: bool,
	agreement: Agreement,
) -> Result<Output> {
	let institution =
		representation::suspendable(session, patient, who, named_institution, suspended).await?;
	let (name, whom) = (named(&session.names, who), named(&session.names, patient));
	let by = session.names.in_sentence(&institution);
	let sentence = match suspended {
		true => format!(
			"For {by}, I suspend {name} as a representative of {whom}. From the next block on, this representative \
			 neither acts for the patient nor reads by law."
		),
		false => format!("For {by}, I lift the suspension of {name} as a representative of {whom}."),
	};
	agree(&sentence, agreement)?;
	let block = representation::suspend(session, patient, who, &institution, suspended).await?;
	let (name, whom) = (session.names.show(who), session.names.show(patient));
	let mut json = about_json(session, patient, who, block);
	let mut text = format!("The suspension of {name} as a representative of {whom} is lifted.");
	if suspended {
		text = format!("{name} neither acts for {whom} nor reads by law from now on.");
		add_remaining(session, (patient, who), &mut text, &mut json).await;
	}
	json["institution"] = account_json(session, &institution);
	json["suspended"] = json!(suspended);
	Ok(Output::new(text, json))
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_client::chain::{new_year, LegalBasis, H256};

	fn account(id: u8) -> AccountId {
		AccountId::new([id; 32])
	}

	fn said(basis: LegalBasis, scopes: &[Scope], until: Option<Moment>) -> String {
		let mut names = Names::default();
		for (id, name) in [(4, "Ada"), (9, "Eva")] {
			names.add_institution(name, account(id));
		}
		let (scopes, evidence) = (Scopes::of(scopes), H256([6; 32]));
		let registration = Registration { basis, scopes, until, evidence };
		by_law(&names, &account(9), &account(4), &registration)
	}

	#[test]
	fn what_is_registered_is_said_before_it_is_signed() {
		let parent = said(LegalBasis::Parent, &[Scope::Consents], new_year(2042));
		for part in [
			"“Ada (",
			"represents “Eva (",
			"by law as a parent, until 2042-01-01 00:00 UTC.",
			"except very restricted ones",
			"and may manage consents for this patient.",
		] {
			assert!(parent.contains(part), "{part}: {parent}");
		}
		let guardian = said(LegalBasis::Guardian, &[], None);
		assert!(!guardian.contains("except") && !guardian.contains("may"), "{guardian}");
		assert!(!guardian.contains("until"), "{guardian}");
	}

	#[test]
	fn scopes_are_a_list() {
		let all = deeds(Scopes::of(Scope::ALL));
		assert!(all.contains(", ") && all.contains(" and "), "{all}");
		assert_eq!(words(Scopes::of(Scope::ALL)), ["requests", "consents", "records", "holders"]);
	}
}
