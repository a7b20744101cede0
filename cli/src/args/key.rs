//! The arguments of `vouchsafe key`.

use super::Agreement;
use clap::Subcommand;
use std::path::PathBuf;

/// `vouchsafe key …`
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
	/// Create a key with a new account. Prints the account's words.
	#[command(
		after_help = "The words restore the account on another machine. Write them down. They do not \
		restore the encryption key: also keep a copy of the key file.\n\n\
		Examples:\n  \
		vouchsafe key generate eva\n  \
		vouchsafe key show eva --words          (shows the words again)"
	)]
	Generate {
		/// Name of the key.
		name: String,
	},
	/// Import an existing account: its words, or a wallet's JSON export.
	#[command(
		after_help = "The account gets a new encryption key. If it is enrolled already, register that key \
		with `vouchsafe key register`.\n\n\
		Examples:\n  \
		vouchsafe key import eva                  (asks for the words)\n  \
		vouchsafe key import eva --wallet-json export.json"
	)]
	Import {
		/// Name of the key.
		name: String,
		/// An account exported by a polkadot-js wallet.
		#[arg(long, value_name = "FILE")]
		wallet_json: Option<PathBuf>,
		/// Read the export's password from the first line of FILE.
		#[arg(long, value_name = "FILE", requires = "wallet_json")]
		wallet_password_file: Option<PathBuf>,
		/// Read the account's words from the first line of FILE.
		#[arg(long, value_name = "FILE", conflicts_with = "wallet_json")]
		words_file: Option<PathBuf>,
	},
	/// Show the public part of your keys, or a key's words.
	#[command(after_help = "Examples:\n  \
		vouchsafe key show\n  \
		vouchsafe key show eva --json\n  \
		vouchsafe key show eva --words")]
	Show {
		/// Name of the key [default: all].
		name: Option<String>,
		/// Also print the account's words. Asks for the passphrase.
		#[arg(long, requires = "name")]
		words: bool,
	},
	/// Register this key's encryption key on the chain, in place of the one that is registered.
	#[command(
		after_help = "Use it after you imported an account on a new machine, or lost the key file. From \
		then on, custodians seal key shares to the new key. What was sealed to the old key \
		can be opened only with the old key file.\n\n\
		Example:\n  \
		vouchsafe --key eva key register"
	)]
	Register {
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
}
