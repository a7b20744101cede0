//! Ctrl-C while documents are added: what is kept of them, and how to go on or undo it.

use crate::{
	author, commands::Interrupted, drafts::HearsInterrupts, english::ENGLISH, output::line,
	session::Session,
};
use anyhow::Result;
use std::{future::Future, io};
use tokio::signal::ctrl_c;
use vouchsafe_client::chain::H256;
use vouchsafe_speech::{short, Noun};

/// The most titles that the message names.
const NAMED: usize = 3;

/// Does work until it is done or the user interrupts it.
pub(super) async fn interruptible<T>(
	session: &Session,
	work: impl Future<Output = Result<T>>,
) -> Result<T> {
	let _hears = HearsInterrupts::begin();
	match until(ctrl_c(), work).await {
		Some(result) => result,
		None => Err(Interrupted(kept(session).await).into()),
	}
}

/// The result of the work, or `None` if there is a signal first. Then the work is dropped, so that
/// nothing holds what it has claimed.
async fn until<T>(
	signal: impl Future<Output = io::Result<()>>,
	work: impl Future<Output = T>,
) -> Option<T> {
	tokio::select! {
		result = work => Some(result),
		Ok(()) = signal => None,
	}
}

/// What is kept of work that was interrupted.
async fn kept(session: &Session) -> String {
	let key = session.me.as_ref().map_or("NAME", |me| &me.name);
	match author::list_unfinished(session).await {
		Ok(documents) => say(key, &documents),
		Err(error) => {
			format!("interrupted, and what is kept cannot be read ({error:#}): {}", resume(key))
		},
	}
}

fn resume(key: &str) -> String {
	format!("`vouchsafe --key {key} record add --resume` continues")
}

fn say(key: &str, documents: &[(String, H256)]) -> String {
	let Some((_, first)) = documents.first() else {
		return "interrupted: nothing is kept of what was not finished".into();
	};
	let mut titles: Vec<_> =
		documents.iter().take(NAMED).map(|(title, _)| format!("“{}”", line(title))).collect();
	if let Some(more) = documents.len().checked_sub(NAMED).filter(|more| *more > 0) {
		titles.push(ENGLISH.count(Noun::Record, more) + " more");
	}
	let (are, them) = match documents {
		[_] => ("is", "it"),
		_ => ("are", "the first"),
	};
	format!(
		"interrupted: {} {are} unfinished and kept on this machine: {}, and `vouchsafe --key {key} record \
		 add --give-up {}` gives {them} up",
		ENGLISH.and(&titles),
		resume(key),
		short(first)
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::future::{pending, ready};

	#[tokio::test]
	async fn work_ends_at_a_signal_and_not_without_one() {
		assert_eq!(until(pending(), ready(5)).await, Some(5));
		assert_eq!(until(ready(Ok(())), pending::<u8>()).await, None);
		// Where no signals can be heard, the work goes on.
		let deaf = ready(Err(io::ErrorKind::Unsupported.into()));
		let slow = async {
			tokio::task::yield_now().await;
			7
		};
		assert_eq!(until(deaf, slow).await, Some(7));
	}

	#[test]
	fn what_is_kept_is_said_with_how_to_go_on_and_undo() {
		assert_eq!(say("eva", &[]), "interrupted: nothing is kept of what was not finished");
		let document = |number: u8| (format!("Letter {number}"), H256([number; 32]));
		assert_eq!(
			say("eva", &[document(5)]),
			"interrupted: “Letter 5” is unfinished and kept on this machine: `vouchsafe --key eva record \
			 add --resume` continues, and `vouchsafe --key eva record add --give-up 05050505` gives it up"
		);
		let many: Vec<_> = (1..=5).map(document).collect();
		let said = say("eva", &many);
		assert!(said.contains("“Letter 3” and 2 records more are unfinished"), "{said}");
		assert!(said.ends_with("--give-up 01010101` gives the first up"), "{said}");
	}
}
