//! `vouchsafe represent register` and `ward`: what takes two of the staff.

use super::{by_law, end_of, named, words};
use crate::{
	args::{self, Agreement, Register, Ward},
	commands::{
		account_json, agree,
		consent::is_refused,
		recovery::account,
		staff::{self, Proposal},
		time_of,
	},
	dates::show_moment,
	english::ENGLISH,
	evidence,
	home::write_private,
	names::Names,
	output::Output,
	session::{At, Session},
};
use anyhow::{bail, ensure, Context as _, Result};
use serde_json::{json, Value};
use std::path::Path;
use vouchsafe_agent::{
	representation::registration::{self, Claim, Done, RegistrationFile},
	staff::Signed,
};
use vouchsafe_client::{
	chain::{address, new_year, AccountId, Scopes},
	protocol::proven::registration_lifetime,
};

/// Registers a representative, or confirms what a colleague has proposed.
pub(super) async fn register(session: &Session, at: &At, command: Register) -> Result<Output> {
	let Register { representative, patient, claim, out, from, institution, agreement } = command;
	let who = account(session, at, &representative).await?;
	let patient = account(session, at, &patient).await?;
	if let Some(from) = from {
		let file = read(session, &from)?;
		ensure_about(session, &file, &patient, &who)?;
		return confirm(session, &file, &from, agreement).await;
	}
	let (Some(out), Some(claim)) = (out, self::claim(at, claim).await?) else {
		bail!("say what is registered with --basis, and where to write it with --out")
	};
	let institution = session.institution(institution.as_deref()).await?;
	let genesis = session.genesis();
	let file = RegistrationFile::of_patient(genesis, &institution, &patient, &who, claim)?;
	propose(session, &file, &out, agreement).await
}

/// Enrols a ward, or confirms what a colleague has proposed.
pub(super) async fn ward(session: &Session, at: &At, command: Ward) -> Result<Output> {
	let Ward { representatives, claim, out, from, institution, agreement } = command;
	if let Some(from) = from {
		let file = read(session, &from)?;
		ensure!(
			file.is_ward(),
			"{} is about a patient who is enrolled: `vouchsafe represent register` confirms it",
			from.display()
		);
		if registration::is_enrolled(session, &file).await? {
			return deliver(session, &file).await;
		}
		return confirm(session, &file, &from, agreement).await;
	}
	let out = out.context("say where to write the file with --out")?;
	let mut accounts = Vec::new();
	for name in &representatives {
		accounts.push(account(session, at, name).await?);
	}
	let claim = self::claim(at, claim).await?;
	let institution = session.institution(institution.as_deref()).await?;
	let file = RegistrationFile::of_ward(session, &institution, &accounts, claim).await?;
	propose(session, &file, &out, agreement).await
}

/// What the command line says of a registration. Nothing without a basis.
async fn claim(at: &At, claim: args::Claim) -> Result<Option<Claim>> {
	let args::Claim { basis, scope, until_year, until, evidence_file } = claim;
	let Some(basis) = basis else { return Ok(None) };
	let until = match (until_year, until) {
		(Some(year), _) => Some(new_year(year).context("a year is at least 1970")?),
		(None, Some(until)) => Some(end_of(at, &until).await?),
		(None, None) => None,
	};
	let evidence = evidence::read(evidence_file.as_deref())?;
	Ok(Some(Claim { basis, scopes: Scopes::of(&scope), until, evidence }))
}

/// Reads the file that the first of the staff has written.
pub(super) fn read(session: &Session, file: &Path) -> Result<RegistrationFile> {
	let failed = || file.display().to_string();
	let bytes = std::fs::read(file).with_context(failed)?;
	RegistrationFile::read(&bytes, session.genesis()).with_context(failed)
}

/// An error if a file is about another patient or another representative.
pub(super) fn ensure_about(
	session: &Session,
	file: &RegistrationFile,
	patient: &AccountId,
	who: &AccountId,
) -> Result<()> {
	ensure!(
		file.patient() == *patient && file.representatives().contains(who),
		"the file does not say that {} represents {}: use the file that was made for them",
		session.names.show(who),
		session.names.show(patient)
	);
	Ok(())
}

/// That somebody has seen what proves it, as a sentence that follows others.
pub(super) fn seen(file: &RegistrationFile) -> String {
	let evidence = file.evidence().map(|it| ENGLISH.insert(it));
	evidence.map_or_else(String::new, |it| format!(" I have seen this evidence: {it}."))
}

/// What one of the staff signs.
fn sentence(names: &Names, file: &RegistrationFile, colleague: Option<&AccountId>) -> String {
	let (institution, patient) = (file.institution(), file.patient());
	let by = names.in_sentence(&institution);
	let what = match file.is_ward() {
		true => "a new patient without a key",
		false => "a representative",
	};
	let mut said = match colleague {
		Some(colleague) => {
			let colleague = names.in_sentence(colleague);
			format!("For {by}, I confirm {what}, as {colleague} has proposed.")
		},
		None => format!("For {by}, I propose {what}."),
	};
	if file.is_ward() {
		said += &format!(
			" The account of the patient is {}. Nobody has a key to it.",
			named(names, &patient)
		);
	}
	if let Some(registration) = file.registration() {
		for who in file.representatives() {
			said += &format!(" {}", by_law(names, &patient, &who, &registration));
		}
	}
	said + &seen(file)
}

/// The first of the staff proposes it.
async fn propose(
	session: &Session,
	file: &RegistrationFile,
	out: &Path,
	agreement: Agreement,
) -> Result<Output> {
	registration::check(session, file).await?;
	let (institution, patient) = (file.institution(), file.patient());
	if let Some(matter) = file.matter() {
		staff::ask_to_replace(session, &patient, &institution, &matter, agreement).await?;
	}
	agree(&sentence(&session.names, file, None), agreement)?;
	// Before signing: without the file nobody can confirm it.
	write_private(out, file.to_text().as_bytes())?;
	let signed = registration::sign(session, file).await;
	if signed.as_ref().is_err_and(is_refused) {
		let _ = std::fs::remove_file(out);
	}
	say(session, file, out, signed?).await
}

/// The second of the staff confirms it.
async fn confirm(
	session: &Session,
	file: &RegistrationFile,
	path: &Path,
	agreement: Agreement,
) -> Result<Output> {
	let colleague = registration::confirmable(session, file).await?;
	registration::check(session, file).await?;
	agree(&sentence(&session.names, file, Some(&colleague)), agreement)?;
	let signed = registration::sign(session, file).await?;
	say(session, file, path, signed).await
}

/// What a signature did, and what has to be done next.
async fn say(
	session: &Session,
	file: &RegistrationFile,
	path: &Path,
	done: Done,
) -> Result<Output> {
	let Done { signed, block, no_label_key } = done;
	let institution = file.institution();
	let mut json = file_json(session, file);
	let names: Vec<_> = file.representatives().iter().map(|who| session.names.show(who)).collect();
	if signed == Signed::Waits {
		let (path, patient) = (path.display(), file.patient());
		let (what, command) = match (file.is_ward(), file.representatives().first()) {
			(false, Some(who)) => (
				format!("{} represents {}", ENGLISH.and(&names), session.names.show(&patient)),
				format!("represent register {who} --patient {patient} --from {path}"),
			),
			_ => (
				format!("{} is enrolled as a patient without a key", address(&patient)),
				format!("represent ward --from {path}"),
			),
		};
		let proposal = Proposal { institution: &institution, what, command, json };
		return staff::proposed(session, block, proposal).await;
	}
	json["proposed"] = json!(false);
	json["block"] = json!(block);
	let mut text = match file.is_ward() {
		true => enrolled(file),
		false => "Two of the staff agree.".to_owned(),
	};
	if !names.is_empty() {
		let lifetime = registration_lifetime(&session.finalized().await?).await?;
		let until = time_of(session, block).await.saturating_add(lifetime);
		text += &format!(
			" Before {}, a health authority has to attest {}. Give it {}. It runs:",
			show_moment(until),
			ENGLISH.and(&names),
			path.display()
		);
		for who in file.representatives() {
			text += &format!(
				"\n  vouchsafe --key NAME represent attest {who} --patient {} --from FILE",
				file.patient()
			);
		}
	}
	if let Some(error) = no_label_key {
		text += &format!(
			"\nThe patient has no label key yet ({error:#}). A registrar of {} has to run this command once more \
			 today: it then draws one.",
			session.names.show(&institution)
		);
		json["label_key"] = json!(false);
	}
	Ok(Output::new(text, json))
}

fn enrolled(file: &RegistrationFile) -> String {
	let patient = file.patient();
	format!(
		"{patient} is enrolled as a patient without a key. `vouchsafe name add NAME {patient}` gives the account a \
		 name on this machine."
	)
}

/// Draws the label key of a ward who is enrolled.
async fn deliver(session: &Session, file: &RegistrationFile) -> Result<Output> {
	registration::deliver_label_key(session, file).await?;
	let text = format!(
		"{} The custodian of {} has the patient’s label key.",
		enrolled(file),
		session.names.show(&file.institution())
	);
	let mut json = file_json(session, file);
	json["label_key"] = json!(true);
	Ok(Output::new(text, json))
}

fn file_json(session: &Session, file: &RegistrationFile) -> Value {
	let representatives = file.representatives();
	let rows: Vec<_> = representatives.iter().map(|who| account_json(session, who)).collect();
	let registration = file.registration();
	json!({
		"patient": account_json(session, &file.patient()),
		"institution": account_json(session, &file.institution()),
		"ward": file.is_ward(),
		"representatives": rows,
		"basis": registration.map(|it| it.basis.word()),
		"scopes": registration.map(|it| words(it.scopes)),
		"until": registration.and_then(|it| it.until),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_client::chain::{LegalBasis, Scope, H256};

	#[test]
	fn the_second_of_the_staff_is_shown_what_the_first_has_proposed() {
		let account = |id: u8| AccountId::new([id; 32]);
		let mut names = Names::default();
		for (id, name) in [(1, "Hospital A"), (4, "Ada"), (7, "Dr. Berger"), (9, "Eva")] {
			names.add_institution(name, account(id));
		}
		let claim = Claim {
			basis: LegalBasis::Guardian,
			scopes: Scopes::of(&[Scope::Requests]),
			until: None,
			evidence: "order 5 C 12/26. Everything else is void".into(),
		};
		let (hospital, eva, ada) = (account(1), account(9), account(4));
		let file = RegistrationFile::of_patient(H256([1; 32]), &hospital, &eva, &ada, claim);
		let file = file.unwrap();
		let first = sentence(&names, &file, None);
		assert!(first.starts_with("For Hospital A, I propose a representative. “Ada ("), "{first}");
		// Words from elsewhere do not go on as words of the program.
		assert!(
			first.ends_with("this evidence: “order 5 C 12/26. Everything else is void”."),
			"{first}"
		);
		let second = sentence(&names, &file, Some(&account(7)));
		let begins = "For Hospital A, I confirm a representative, as Dr. Berger has proposed.";
		assert!(second.starts_with(begins), "{second}");
		assert_eq!(second.split_once("“Ada").unwrap().1, first.split_once("“Ada").unwrap().1);
	}
}
