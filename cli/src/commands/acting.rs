//! `--for PATIENT`: which commands a representative can give for a patient, and the scopes that they need.

use crate::{
	args::{
		Acting, AuditCommand, Command, ConsentCommand, RecordCommand, RequestCommand, WhichLog,
		WhichRecords,
	},
	session::{ForPatient, Session},
};
use anyhow::{bail, ensure, Result};
use clap::error::{ContextKind, ErrorKind};
use vouchsafe_client::chain::Scope;

/// How a command can be given for a patient.
enum Commanded<'a> {
	/// It can, within this scope. Without one, by every representative in force.
	For(&'a Acting, Option<Scope>),
	/// It cannot, for this reason.
	Never(&'static str),
}

use Commanded::{For, Never};

/// The patient for whom a command is to be given. `before` is the patient whom the command line names before
/// the command.
pub(super) fn of(
	command: &Command,
	before: Option<String>,
	is_silent: bool,
) -> Result<Option<ForPatient>> {
	match commanded(command) {
		Never(why) => {
			ensure!(before.is_none(), "--for does not help here: {why}");
			Ok(None)
		},
		For(Acting { for_patient }, scope) => {
			if before.is_some() && for_patient.is_some() {
				bail!("--for is given twice: name one patient");
			}
			let patient = before.or_else(|| for_patient.clone());
			Ok(patient.map(|patient| ForPatient::new(patient, scope, is_silent)))
		},
	}
}

/// What is said if `--for` comes after a command that has no such option.
pub(super) fn misplaced(usage: &clap::Error) -> Option<String> {
	let named = usage.get(ContextKind::InvalidArg).map(ToString::to_string);
	let is_for = named.is_some_and(|named| named.split(['=', ' ']).next() == Some("--for"));
	(usage.kind() == ErrorKind::UnknownArgument && is_for).then(|| {
		"error: this command cannot be given with --for. A representative gives only a patient’s commands \
		 for the patient: most of `consent`, `request`, `record` and `audit`\n"
			.to_owned()
	})
}

fn commanded(command: &Command) -> Commanded<'_> {
	match command {
		Command::Consent(command) => consent(command),
		Command::Request(command) => request(command),
		Command::Record(command) => record(command),
		Command::Audit(AuditCommand::Verify { file: Some(_), .. }) => {
			Never("the file says whose log it is")
		},
		Command::Audit(
			AuditCommand::Show { which: WhichLog { acting, .. }, .. }
			| AuditCommand::Verify { which: WhichLog { acting, .. }, .. }
			| AuditCommand::Export { which: WhichLog { acting, .. }, .. },
		) => For(acting, None),
		Command::Key(_) | Command::Guardians(_) | Command::Recovery(_) => Never(
			"no representative decides about the patient’s keys and guardians. Give the command without --for, in \
			 your own name",
		),
		Command::Represent(_) => Never(
			"no representative appoints another one, or decides about a representation. Give the command without \
			 --for, in your own name",
		),
		Command::Study(_) => Never(
			"no representative takes part in studies with the patient’s records. A representative can give consents \
			 for research: `vouchsafe consent grant --to research`",
		),
		Command::Name(_)
		| Command::Enrol(_)
		| Command::Council(_)
		| Command::Validator(_)
		| Command::Wallet(_)
		| Command::Status
		| Command::Doctor(_) => Never(
			"it is not a command of a patient. Give it without --for, in your own name",
		),
	}
}

fn consent(command: &ConsentCommand) -> Commanded<'_> {
	use ConsentCommand::{
		Amend, Assist, Carry, Confirm, ConfirmAssisted, DeliverLabels, Explain, Grant, List,
		RefuseAssisted, Resume, Revoke, Stop, Who,
	};
	match command {
		Grant { acting, .. }
		| Amend { acting, .. }
		| Revoke { acting, .. }
		| Stop { acting, .. }
		| Resume { acting, .. } => For(acting, Some(Scope::Consents)),
		List { acting, .. } | Who { acting, .. } | Explain { acting, .. } => For(acting, None),
		Confirm { .. } => {
			Never("no representative confirms a consent. Only the patient’s own key does it")
		},
		RefuseAssisted { .. } => Never(
			"no representative refuses such consents, because it is for good. Only the patient’s own key does it",
		),
		Carry { .. } => Never(
			"no representative has key shares of the patient’s. Only the patient’s own key can carry them",
		),
		DeliverLabels { .. } => Never(
			"no representative gives an institution the patient’s label key. Only the patient’s own key does it",
		),
		Assist { .. } | ConfirmAssisted { .. } => {
			Never("a hospital’s staff enter such consents. Give the command without --for, in your own name")
		},
	}
}

fn request(command: &RequestCommand) -> Commanded<'_> {
	use RequestCommand::{Approve, Deny, List, Preview, Submit, Withdraw};
	match command {
		Approve { acting, .. } | Deny { acting, .. } => For(acting, Some(Scope::Requests)),
		List { acting, .. } | Preview { acting, .. } => For(acting, None),
		Submit { .. } | Withdraw { .. } => Never(
			"who asks for access does it in their own name. How long the access lasts is written after the command: \
			 `vouchsafe request submit --for 30d`",
		),
	}
}

fn record(command: &RecordCommand) -> Commanded<'_> {
	use RecordCommand::{
		Add, Holders, Holdings, Import, Label, List, Mark, Open, Show, Unmark, Verify,
	};
	match command {
		Label { acting, .. } | Mark { acting, .. } | Unmark { acting, .. } => {
			For(acting, Some(Scope::Records))
		},
		Holders { acting, .. } => For(acting, Some(Scope::Holders)),
		Open(command) => For(&command.which.acting, None),
		List { acting, .. }
		| Show { acting, .. }
		| Verify { which: WhichRecords { acting, .. }, .. }
		| Holdings { acting, .. } => For(acting, None),
		Add(_) | Import(_) => Never(
			"records are added in the name of who writes them. Have a hospital add the document, or add it with the \
			 patient’s own key",
		),
	}
}

/// `--for` with the patient's name, as an advised command repeats it.
pub(super) fn repeated(session: &Session) -> String {
	match &session.for_patient {
		Some(patient) => format!(" --for \"{}\"", session.names.show(patient)),
		None => String::new(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::args::Cli;
	use clap::Parser;

	/// What a command line says of a patient for whom it is given, and the scope that it needs.
	fn read(line: &str) -> Result<Option<(String, Option<Scope>)>> {
		let cli = Cli::try_parse_from(["vouchsafe"].into_iter().chain(line.split(' ')))?;
		let found = of(&cli.command, cli.for_patient, true)?;
		Ok(found.map(|found| (found.patient, found.scope)))
	}

	#[test]
	fn a_patients_command_is_given_for_a_patient() {
		for (line, scope) in [
			("consent grant --to everyone", Some(Scope::Consents)),
			("consent amend 3", Some(Scope::Consents)),
			("consent revoke 3", Some(Scope::Consents)),
			("consent stop", Some(Scope::Consents)),
			("consent resume", Some(Scope::Consents)),
			("consent list", None),
			("consent who", None),
			("consent explain --reader Ben --record 3f9a0c1d", None),
			("request approve 3", Some(Scope::Requests)),
			("request deny 3", Some(Scope::Requests)),
			("request list", None),
			("request preview 3", None),
			("record label 3f9a0c1d hiv", Some(Scope::Records)),
			("record mark 3f9a0c1d wrong-content", Some(Scope::Records)),
			("record unmark 3f9a0c1d", Some(Scope::Records)),
			("record holders", Some(Scope::Holders)),
			("record list", None),
			("record show 3f9a0c1d", None),
			("record open --all", None),
			("record verify --all", None),
			("record holdings", None),
			("audit show", None),
			("audit verify", None),
			("audit export --out file", None),
		] {
			let ada = Some(("Ada".to_owned(), scope));
			assert_eq!(read(&format!("{line} --for Ada")).unwrap(), ada, "{line}");
			assert_eq!(read(&format!("--for Ada {line}")).unwrap(), ada, "{line}");
			assert_eq!(read(line).unwrap(), None);
			let twice = read(&format!("--for Ada {line} --for Ben")).unwrap_err().to_string();
			assert!(twice.contains("given twice"), "{twice}");
		}
	}

	#[test]
	fn what_has_no_such_option_says_so() {
		for line in ["key show --for Ada", "consent confirm 3 --for=Ada", "status --for Ada"] {
			let words = ["vouchsafe"].into_iter().chain(line.split(' '));
			let usage = Cli::try_parse_from(words).unwrap_err();
			let said = misplaced(&usage).unwrap();
			assert!(said.starts_with("error: this command cannot be given with --for"), "{said}");
		}
		let other = Cli::try_parse_from(["vouchsafe", "status", "--fort"]).unwrap_err();
		assert_eq!(misplaced(&other), None);
	}

	#[test]
	fn no_other_command_is_given_for_a_patient() {
		for (line, why) in [
			("consent confirm 3", "no representative confirms a consent"),
			("consent refuse-assisted", "no representative refuses such consents"),
			("consent deliver-labels", "no representative gives an institution"),
			("consent carry 3", "no representative has key shares"),
			("consent confirm-assisted file", "a hospital’s staff enter such consents"),
			("request submit --patient Ada", "who asks for access does it in their own name"),
			("request withdraw 3 --patient Ada", "who asks for access does it in their own name"),
			("audit verify --file log.json", "the file says whose log it is"),
			("record add file", "records are added in the name of who writes them"),
			(
				"record import file --patient Ada",
				"records are added in the name of who writes them",
			),
			("key show", "no representative decides about the patient’s keys"),
			("guardians show", "no representative decides about the patient’s keys"),
			("recovery list", "no representative decides about the patient’s keys"),
			("represent list", "no representative appoints another one"),
			("study list", "no representative takes part in studies"),
			("name list", "it is not a command of a patient"),
			("enrol list", "it is not a command of a patient"),
			("council list", "it is not a command of a patient"),
			("validator rotate", "it is not a command of a patient"),
			("wallet show", "it is not a command of a patient"),
			("status", "it is not a command of a patient"),
		] {
			let error = read(&format!("--for Ada {line}")).unwrap_err().to_string();
			assert!(error.starts_with(&format!("--for does not help here: {why}")), "{error}");
			assert_eq!(read(line).unwrap(), None);
		}
		// After the command it has another meaning here.
		assert_eq!(read("request submit --patient Ada --for 30d").unwrap(), None);
	}
}
