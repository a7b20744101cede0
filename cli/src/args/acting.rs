//! `--for`: acting for a patient, as a representative.

use clap::Args;

/// The heading of the option.
pub(super) const ACTING: &str = "Options of representatives";

/// `--for` of the commands of a patient that a representative can give, too.
#[derive(Clone, Debug, Default, Args)]
pub struct Acting {
	/// Act for this patient, whom you represent.
	#[arg(long = "for", value_name = "PATIENT", help_heading = ACTING)]
	pub for_patient: Option<String>,
}
