//! The arguments of `vouchsafe name`.

use clap::Subcommand;

/// `vouchsafe name …`
#[derive(Debug, Subcommand)]
pub enum NameCommand {
	/// Give an account a name.
	#[command(after_help = "Examples:\n  \
		vouchsafe name add \"Dr. Berger\" 5Grwva…\n  \
		vouchsafe name add \"Dr. Berger\" 5DAAnr… --replace")]
	Add {
		/// The name.
		name: String,
		/// The account: an address, or 0x and hex.
		account: String,
		/// Give the name to this account if it is the name of another one.
		#[arg(long)]
		replace: bool,
	},
	/// Remove a name.
	#[command(after_help = "Example:\n  vouchsafe name remove \"Dr. Berger\"")]
	Remove {
		/// The name.
		name: String,
	},
	/// Accept an institution's new name or its custodian's new key.
	///
	/// This computer keeps the name and the key of each institution as it saw them first. Until you accept
	/// a change, the institution gets no new permit, share or label key. Ask the institution first, in
	/// person or by telephone: somebody may have taken over its account.
	#[command(after_help = "Example:\n  vouchsafe name confirm \"Hospital B\"")]
	Confirm {
		/// The institution.
		institution: String,
		/// Accept without asking. What has changed is still shown.
		#[arg(long)]
		yes: bool,
	},
	/// Begin the list of the institutions' names and keys again if its file is damaged.
	///
	/// The file has what this computer saw first of each institution. If you have a backup of it, restore
	/// that instead: without it, a change since then cannot be noticed. The command shows all institutions
	/// as they are now. Ask them, in person or by telephone, whether their addresses and keys are right.
	/// The damaged file is kept under another name.
	#[command(after_help = "Example:\n  vouchsafe name repair")]
	Repair {
		/// Begin again without asking. The institutions are still shown.
		#[arg(long)]
		yes: bool,
	},
	/// List all names.
	#[command(after_help = "Example:\n  vouchsafe name list")]
	List,
}
