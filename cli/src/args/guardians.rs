//! The arguments of `vouchsafe guardians`.

use super::Agreement;
use clap::Subcommand;
use std::path::PathBuf;

/// `vouchsafe guardians …`
#[derive(Debug, Subcommand)]
pub enum GuardiansCommand {
	/// Name your guardians, and write a card for each.
	#[command(
		after_help = "Guardians are two to seven people with an account. As many of them as the threshold says can \
		together give your account a new key. They get no key to your records. The chain has only a hash of who \
		they are, and nobody sees them before one of them begins. The first ones count at once. Others replace \
		them after a delay.\n\n\
		Examples:\n  \
		vouchsafe --key eva guardians set --threshold 2 Ada Ben Carl\n  \
		vouchsafe --key eva guardians set --threshold 2 Ada Ben Carl --name \"Eva Muster\" --cards cards/"
	)]
	Set {
		/// The guardians.
		#[arg(value_name = "WHO", required = true)]
		guardians: Vec<String>,
		/// How many of them have to approve a new key: at least 2.
		#[arg(long, value_name = "NUMBER")]
		threshold: u8,
		/// Folder for the cards.
		#[arg(long, value_name = "FOLDER", default_value = "guardian-cards")]
		cards: PathBuf,
		/// What your guardians call you. It is on their cards [default: the name of your key].
		#[arg(long)]
		name: Option<String>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Write your guardians' cards again.
	#[command(
		after_help = "It needs the list of your guardians, which is on the machine where you named them. The cards \
		are sealed to the encryption keys that the guardians have now.\n\n\
		Example:\n  \
		vouchsafe --key eva guardians card --cards cards/"
	)]
	Card {
		/// Folder for the cards.
		#[arg(long, value_name = "FOLDER", default_value = "guardian-cards")]
		cards: PathBuf,
	},
	/// Show your guardians, and from when on they count.
	#[command(after_help = "Example:\n  vouchsafe --key eva guardians show")]
	Show,
}
