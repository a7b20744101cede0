//! The arguments of `vouchsafe key`.

use super::Agreement;
use clap::Subcommand;
use std::path::PathBuf;

/// `vouchsafe key …`
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
	/// Create a key with a new account. Prints the account's words.
	#[command(
		after_help = "The words restore the account and its encryption key on another machine. Write them \
		down, and show them to nobody: they are the key.\n\n\
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
		after_help = "The words restore the account and its encryption key. The code of a printed sheet does \
		the same. A wallet's export has no words, so the account gets a new encryption key. If another key \
		is registered for it, register this one with `vouchsafe key register`.\n\n\
		Examples:\n  \
		vouchsafe key import eva                  (asks for the words)\n  \
		vouchsafe key import eva-2 --counter 1    (the next encryption key of the account)\n  \
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
		/// Counter of the encryption key, if the account's first one was replaced [default: 0, or that
		/// of the sheet's code].
		#[arg(long, value_name = "NUMBER", conflicts_with = "wallet_json")]
		counter: Option<u32>,
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
	/// Write a key file of version 1 again as version 2, which the wallet can import.
	#[command(
		after_help = "Passphrase and keys stay the same. The encryption key of such a file does not follow \
		from the words: keep a copy of the new file.\n\n\
		Example:\n  \
		vouchsafe key convert eva"
	)]
	Convert {
		/// Name of the key.
		name: String,
	},
	/// Change your account to a new key, with words of its own. The encryption key stays.
	#[command(
		after_help = "The new key replaces the present one after a delay, with `vouchsafe recovery finish`. Until \
		then the present key signs, and can end the change with `vouchsafe recovery object`. It ends too if \
		your institution disables signing. So it does not help against somebody who has your key.\n\n\
		The new words do not restore the encryption key: keep a copy of the new key file.\n\n\
		Example:\n  \
		vouchsafe --key eva key renew eva-2"
	)]
	Renew {
		/// Name of the new key. If there is a key of this name with the same encryption key, it is used.
		new: String,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Register this key's encryption key on the chain, in place of the one that is registered.
	#[command(
		after_help = "Use it after you imported an account from a wallet, or if somebody else may have the \
		old encryption key. From then on, custodians seal key shares to the new key. What was sealed to the \
		old key can be opened only with that one.\n\n\
		Example:\n  \
		vouchsafe --key eva key register"
	)]
	Register {
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
}
