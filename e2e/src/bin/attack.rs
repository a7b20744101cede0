//! `vouchsafe-attack`: plays attacks on a network of its own and says who stops them (`make attack`).

use anyhow::{bail, Context, Result};
use clap::Parser;
use futures::{stream, StreamExt};
use std::{
	io::{IsTerminal, Write},
	process::{Command, ExitCode, Stdio},
	time::Instant,
};
use vouchsafe_e2e::{
	attack::{all, print, shared_network, Attack, Line, Stage},
	network::Network,
};

/// How many attacks are played at the same time on the shared network.
const AT_ONCE: usize = 6;

/// Plays attacks on networks of its own and prints who stops each of them.
///
/// The attackers are hospitals, their staff, thieves of keys, authors, nodes and strangers. They use what
/// everybody can use: signed calls to a node, requests to custodians and IPFS nodes, and the `vouchsafe`
/// command. Each attack also checks that the honest thing still works.
///
/// The exit code is 0 if all were stopped, and 1 if one got through or could not be played to its end.
#[derive(Debug, Parser)]
#[command(after_help = "Examples:\n  \
	vouchsafe-attack                     (all; about ten minutes on two cores)\n  \
	vouchsafe-attack --only 1.1          (1.1a, 1.1b and so on)\n  \
	vouchsafe-attack --only 1.2 --only 2 --json\n  \
	vouchsafe-attack --list")]
struct Options {
	/// Play only the attacks whose number begins with this. Can be repeated.
	#[arg(long, value_name = "PREFIX")]
	only: Vec<String>,
	/// Print the attacks, and play none.
	#[arg(long, conflicts_with = "json")]
	list: bool,
	/// Print JSON.
	#[arg(long)]
	json: bool,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
	let options = Options::parse();
	let selected: Vec<_> = all()
		.filter(|attack| {
			options.only.is_empty() || options.only.iter().any(|it| attack.begins_with(it))
		})
		.collect();
	if selected.is_empty() {
		bail!("no attack has a number that begins with {}: see --list", options.only.join(" or "));
	}
	if options.list {
		let mut selected = selected;
		selected.sort_by_key(|attack| place_of(attack.id));
		selected.iter().for_each(|attack| println!("{:<6} {}", attack.id, attack.what));
		return Ok(ExitCode::SUCCESS);
	}
	let begin = Instant::now();
	let lines = play(&selected).await?;
	if options.json {
		println!("{}", serde_json::to_string_pretty(&print::json(&lines))?);
	} else {
		println!("{}", print::report(&lines, begin.elapsed().as_secs(), width()));
	}
	let has_failed = lines.iter().any(Line::has_failed);
	Ok(if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The place of a number such as `1.10a` in the list: after `1.9`.
fn place_of(id: &str) -> (Vec<u32>, String) {
	let end = id.find(|letter: char| letter.is_ascii_lowercase()).unwrap_or(id.len());
	let (numbers, letter) = id.split_at(end);
	(numbers.split('.').filter_map(|number| number.parse().ok()).collect(), letter.to_owned())
}

/// Plays the attacks: first those that share a network, several at a time, then the others.
async fn play(attacks: &[&'static Attack]) -> Result<Vec<Line>> {
	let (mut shared, mut in_turn, mut own) = (Vec::new(), Vec::new(), Vec::new());
	for attack in attacks.iter().copied() {
		match attack.stage {
			Stage::Shared(play) => shared.push((attack, play)),
			Stage::InTurn(play) => in_turn.push((attack, play)),
			Stage::Own(play) => own.push((attack, play)),
		}
	}
	let mut progress = Progress::new(attacks.len());
	let mut lines = Vec::new();
	if !shared.is_empty() {
		progress.say("starting four institutions …");
		let network = shared_network().await.context("the network does not start")?;
		progress.say("playing …");
		let mut playing = stream::iter(shared)
			.map(|(attack, play)| attack.watch(play(&network)))
			.buffer_unordered(AT_ONCE);
		while let Some(line) = playing.next().await {
			lines.push(line);
			progress.played = lines.len();
			progress.say("playing …");
		}
	}
	let mut network = None;
	for (attack, play) in in_turn {
		let mut played_on = match network.take() {
			Some(network) => network,
			None => {
				progress.say("starting four institutions …");
				Network::start().await.context("the network does not start")?
			},
		};
		progress.say(&format!("playing {}: {}", attack.id, attack.what));
		let line = attack.watch(play(&mut played_on)).await;
		// One that failed may have left something stopped.
		network = (!line.has_failed()).then_some(played_on);
		lines.push(line);
		progress.played += 1;
	}
	drop(network);
	for (attack, play) in own {
		progress.say(&format!("playing {}: {}", attack.id, attack.what));
		lines.push(attack.watch(play()).await);
		progress.played += 1;
	}
	progress.clear();
	Ok(lines)
}

/// One line on standard error, if that is a terminal.
struct Progress {
	played: usize,
	of: usize,
	is_shown: bool,
}

impl Progress {
	fn new(of: usize) -> Self {
		Self { played: 0, of, is_shown: std::io::stderr().is_terminal() }
	}

	fn say(&self, what: &str) {
		if self.is_shown {
			eprint!("\r\x1b[K[{}/{}] {what}", self.played, self.of);
			let _ = std::io::stderr().flush();
		}
	}

	fn clear(&self) {
		if self.is_shown {
			eprint!("\r\x1b[K");
		}
	}
}

/// The width of the terminal, if standard output is one.
fn width() -> Option<usize> {
	if !std::io::stdout().is_terminal() {
		return None;
	}
	let asked = Command::new("stty").arg("size").stdin(Stdio::inherit()).output().ok();
	let text = asked.and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
	let columns = text.split_whitespace().nth(1).and_then(|columns| columns.parse().ok());
	Some(columns.filter(|columns| *columns > 0).unwrap_or(100))
}
