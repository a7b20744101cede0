//! Words for failures: the agent's messages, with the commands and options that help.

use crate::{open::OpenError, output::line};
use std::error::Error;
use vouchsafe_agent::advice::{Advice, Advised};
use vouchsafe_speech::short;

/// An error with its causes, in one line. Nodes and custodians word some of them, so it is made
/// harmless.
pub fn say(error: &anyhow::Error) -> String {
	line(&error.chain().map(say_one).collect::<Vec<_>>().join(": "))
}

/// One error without its causes.
pub fn say_one(error: &(dyn Error + 'static)) -> String {
	if let Some(OpenError::Other(error)) = error.downcast_ref::<OpenError>() {
		return say(error);
	}
	let mut text = error.to_string();
	if let Some(advised) = error.downcast_ref::<Advised>() {
		text += &words(&advised.advice);
	}
	if let Some(OpenError::NoAccess { .. }) = error.downcast_ref::<OpenError>() {
		text +=
			". `vouchsafe request submit` asks the patient for access. The patient can see the \
		         reason with `vouchsafe consent explain`";
	}
	text
}

/// The advice, as the rest of a sentence.
fn words(advice: &Advice) -> String {
	let words = match advice {
		Advice::ChooseKey => {
			" with --key NAME (`vouchsafe key show` lists your keys, `vouchsafe key generate NAME` \
			 creates one)"
		},
		Advice::ChooseInstitution => ": choose one with --institution",
		Advice::NameInstitution => {
			": name the institution with --institution, or ask its registrar for an affiliation"
		},
		Advice::CopyName => ": write the name as `vouchsafe name list` shows it",
		Advice::AddName(name) => {
			return format!(
				". `vouchsafe name list` shows all names, and `vouchsafe name add \"{name}\" ADDRESS` \
				 adds one"
			)
		},
		Advice::ReplaceName => {
			": choose another name, or give this one to the new account with --replace"
		},
		Advice::ListConsents => ": `vouchsafe consent list` shows them",
		Advice::ListRequests => ": `vouchsafe request list` shows them",
		Advice::ListStudies => ": `vouchsafe study list` lists them",
		Advice::RunAgain => {
			". You can wait, or press Ctrl-C and run the same command again"
		},
		Advice::ListMotions => ": `vouchsafe council list` shows the motions",
		Advice::Resume { key } => {
			return format!(": `vouchsafe --key {key} record add --resume` continues")
		},
		Advice::WaitOrResume { key } => {
			return format!(
				". You can wait, or press Ctrl-C: nothing is lost, and `vouchsafe --key {key} record add \
				 --resume` continues"
			)
		},
		Advice::GiveUp { key, record } => {
			let record = short(record);
			return format!(
				": `vouchsafe --key {key} record add --resume` tries again, and `vouchsafe --key {key} \
				 record add --give-up {record}` gives it up"
			);
		},
		Advice::NewLabel => ". To use a label of your own, add --new-label",
		Advice::NameMonth => ". Name the month with --month YYYY-MM",
		Advice::ImportAgain => ". Use --again to import it once more",
		Advice::AllLabels => ": use --label all",
		Advice::ConfirmMember(name) => {
			return format!(
				". Ask the institution, in person or by telephone, whether this is right. Then `vouchsafe name \
				 confirm \"{name}\"` accepts it"
			)
		},
		Advice::RepairPins => {
			". Restore the file from a backup. If there is none, run `vouchsafe name repair`, and ask the \
			 institutions whether what it shows is right"
		},
		Advice::SamePatient => ". Check --patient. If it is the same person, use --same-patient",
		Advice::MakeKey => ". `vouchsafe key generate NAME` makes another key",
		Advice::RenewKey => ": `vouchsafe key renew NEW`",
		Advice::NameGuardians => {
			". `vouchsafe guardians set --threshold NUMBER WHO…` names guardians"
		},
		Advice::AskForCard => {
			": their owner has named others since, or it is forged. Let a guardian with a newer card begin"
		},
		Advice::AskForKeyRequest => {
			": have it made again, by the person with the new key, with `vouchsafe recovery request`"
		},
		Advice::BeginRecovery => ". `vouchsafe recovery start FILE` begins one",
		Advice::BeginWithCard => ". A guardian begins with --card CARD",
		Advice::BeginAtInstitution(name) => {
			return format!(
				". Two of the staff of {name} can begin: `vouchsafe recovery start FILE --institution \
				 \"{name}\"`"
			)
		},
		Advice::ApproveKey(name) => {
			return format!(". `vouchsafe recovery approve \"{name}\"` approves it")
		},
		Advice::ListRecovery(name) => {
			return format!(". `vouchsafe recovery list \"{name}\"` shows it")
		},
		Advice::ListRepresentatives(name) => {
			return format!(". `vouchsafe represent list \"{name}\"` shows who does")
		},
		Advice::ObjectTo(name) => return format!(": `vouchsafe represent object \"{name}\"`"),
	};
	words.to_owned()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_nodes_words_do_not_steer_the_terminal() {
		let docs = "\u{1b}[2Jdone".into();
		let (pallet, error) = ("Custody".into(), "Other".into());
		let error = vouchsafe_client::chain::ChainError::Dispatch { pallet, error, docs };
		assert_eq!(say(&error.into()), "the chain refused it: [2Jdone");
		let other = anyhow::anyhow!("a\u{1b}[2J\nerror: b").context("c\u{202e}");
		assert_eq!(say(&other), "c\u{fffd}: a\u{fffd}[2J error: b");
	}

	#[test]
	fn advice_is_said_where_it_belongs() {
		let cause = anyhow::anyhow!("the node is away");
		let advice = Advice::Resume { key: "eva".into() };
		let advised = Advised::new("not finished, and nothing is lost", advice).caused_by(cause);
		assert_eq!(
			say(&advised.into()),
			"not finished, and nothing is lost: `vouchsafe --key eva record add --resume` continues: the \
			 node is away"
		);
		let refused = OpenError::NoAccess { what: "record 07070707".into() };
		let said = say(&anyhow::Error::from(refused).context("opening"));
		// A refusal says the same whether a consent is missing or one denies access.
		assert!(said.starts_with(
			"opening: no access to record 07070707: the patient's consents do not permit it now. \
			 `vouchsafe request submit`"
		));
	}
}
