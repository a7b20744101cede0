//! The arguments of `vouchsafe doctor`.

use clap::Args;
use std::path::PathBuf;

/// `vouchsafe doctor`
#[derive(Debug, Args)]
pub struct Doctor {
	/// Configuration of the custodian.
	#[arg(long, value_name = "FILE", default_value = "/etc/vouchsafe/custodian.toml")]
	pub config: PathBuf,
	/// Folder of the node's database and keys, whose modes are checked too.
	#[arg(long, value_name = "FOLDER")]
	pub node_folder: Option<PathBuf>,
	/// The custodian's program, which makes the checks.
	#[arg(long, value_name = "PROGRAM", default_value = "vouchsafe-custodian")]
	pub custodian_program: PathBuf,
}
