//! The arguments of `vouchsafe represent`.

use super::{word, Agreement};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use vouchsafe_client::chain::{LegalBasis, Scope};

/// Why the law lets somebody act for a patient, and what proves it.
#[derive(Clone, Debug, Args)]
pub struct Claim {
	/// Why the law lets the representative act for the patient.
	#[arg(long, value_parser = word::<LegalBasis>())]
	pub basis: Option<LegalBasis>,
	/// What the representative may do besides reading. Repeat it, or use commas [default: nothing].
	#[arg(long, value_name = "SCOPE", value_delimiter = ',', value_parser = word::<Scope>(), requires = "basis")]
	pub scope: Vec<Scope>,
	/// Year at whose beginning the representation ends. A parent needs it: the year in which the child comes of
	/// age.
	#[arg(
		long,
		value_name = "YEAR",
		value_parser = clap::value_parser!(u64).range(1970..=9999),
		conflicts_with = "until",
		requires = "basis"
	)]
	pub until_year: Option<u64>,
	/// End of the representation [default: none].
	#[arg(long, value_name = "MOMENT", requires = "basis")]
	pub until: Option<String>,
	/// File that says what proves it, such as the number of a birth certificate, or - for standard input
	/// [default: it is asked]. The chain gets only a salted hash of it.
	#[arg(long, value_name = "FILE", requires = "basis")]
	pub evidence_file: Option<PathBuf>,
}

/// Whom two of the staff register.
#[derive(Clone, Debug, Args)]
pub struct Register {
	/// The representative.
	#[arg(value_name = "WHO")]
	pub representative: String,
	/// The patient.
	#[arg(long, value_name = "WHO")]
	pub patient: String,
	/// What is registered.
	#[command(flatten)]
	pub claim: Claim,
	/// File to write for the second of the staff, and for the authority.
	#[arg(long, value_name = "FILE", required_unless_present = "from", requires = "basis")]
	pub out: Option<PathBuf>,
	/// Confirm what a colleague has proposed, from the colleague's file.
	#[arg(long, value_name = "FILE", conflicts_with_all = ["out", "basis", "scope", "until_year", "until", "institution"])]
	pub from: Option<PathBuf>,
	/// Your institution, if you work for several.
	#[arg(long, value_name = "WHO")]
	pub institution: Option<String>,
	/// Whether to ask.
	#[command(flatten)]
	pub agreement: Agreement,
}

/// A ward whom two of the staff enrol.
#[derive(Clone, Debug, Args)]
pub struct Ward {
	/// Representative by law. Can be repeated.
	#[arg(long = "representative", value_name = "WHO", requires = "basis")]
	pub representatives: Vec<String>,
	/// What is registered of all representatives.
	#[command(flatten)]
	pub claim: Claim,
	/// File to write for the second of the staff, and for the authority.
	#[arg(long, value_name = "FILE", required_unless_present = "from")]
	pub out: Option<PathBuf>,
	/// Confirm what a colleague has proposed, from the colleague's file.
	#[arg(
		long,
		value_name = "FILE",
		conflicts_with_all = ["out", "representatives", "basis", "scope", "until_year", "until", "institution"]
	)]
	pub from: Option<PathBuf>,
	/// Your institution, if you work for several.
	#[arg(long, value_name = "WHO")]
	pub institution: Option<String>,
	/// Whether to ask.
	#[command(flatten)]
	pub agreement: Agreement,
}

/// `vouchsafe represent …`
#[derive(Debug, Subcommand)]
pub enum RepresentCommand {
	/// Appoint somebody who acts for you, or change the appointment.
	#[command(
		after_help = "A representative is a person with an account for you alone. It acts within its scopes, and reads \
		what you permit. With --standby it waits until two clinicians say that you cannot act.\n\n\
		Examples:\n  \
		vouchsafe --key eva represent appoint Ada --scope consents,requests --until +1year\n  \
		vouchsafe --key eva represent appoint Ada --scope consents --standby"
	)]
	Appoint {
		/// The representative.
		#[arg(value_name = "WHO")]
		representative: String,
		/// What the representative may do. Repeat it, or use commas.
		#[arg(
			long,
			value_name = "SCOPE",
			required = true,
			value_delimiter = ',',
			value_parser = word::<Scope>()
		)]
		scope: Vec<Scope>,
		/// Wait until two clinicians activate it.
		#[arg(long)]
		standby: bool,
		/// End [default: none].
		#[arg(long, value_name = "MOMENT")]
		until: Option<String>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// End a representation: of somebody whom you have appointed, or your own.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva represent end Ada           (as the patient)\n  \
		vouchsafe --key ada represent end --patient Eva (as the representative)")]
	End {
		/// The representative [default with --patient: yourself].
		#[arg(value_name = "WHO", required_unless_present = "patient")]
		representative: Option<String>,
		/// The patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Object to a representative by law. The representative then does not act or read by law, until an
	/// authority has attested it once more.
	#[command(
		after_help = "You can object to each representative once, as soon as an authority has attested it, and also if \
		your key is disabled.\n\n\
		Example:\n  \
		vouchsafe --key eva represent object Ada"
	)]
	Object {
		/// The representative.
		#[arg(value_name = "WHO")]
		representative: String,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Show who represents a patient, until when, and what can be done next.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva represent list\n  \
		vouchsafe --key ada represent list Eva")]
	List {
		/// The patient [default: yourself].
		#[arg(value_name = "PATIENT")]
		patient: Option<String>,
	},
	/// Register a representative by law, as one of two of the staff of the institution that enrolled the patient.
	#[command(
		after_help = "The first of the two proposes it and writes a file. Within a day, a colleague looks at the paper \
		too, and confirms what is in the file. One of the two is a registrar, and the other a clinician whose \
		licence is attested. Then a health authority attests it.\n\n\
		Examples:\n  \
		vouchsafe represent register Ada --patient Ben --basis parent --until-year 2042 --out ada.json\n  \
		vouchsafe represent register Ada --patient Ben --from ada.json"
	)]
	Register(Register),
	/// Attest a representative by law, for a health authority.
	#[command(
		after_help = "It shows exactly what was registered. With the hospital's file it also shows the evidence, and \
		checks that the staff have registered this.\n\n\
		Example:\n  \
		vouchsafe --key officer represent attest Ada --patient Ben --from ada.json"
	)]
	Attest {
		/// The representative.
		#[arg(value_name = "WHO")]
		representative: String,
		/// The patient.
		#[arg(long, value_name = "WHO")]
		patient: String,
		/// Check that what is registered is in this file of the hospital's.
		#[arg(long, value_name = "FILE")]
		from: Option<PathBuf>,
		/// Health authority that you act for, if you work for several.
		#[arg(long, value_name = "WHO")]
		institution: Option<String>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Activate an appointment that is on standby, because the patient cannot act: as one of two clinicians whose
	/// licences are attested.
	#[command(
		after_help = "The first of the two proposes it, and a colleague confirms it with the same command within a day.\n\n\
		Example:\n  \
		vouchsafe --key berger represent activate Ada --patient Eva"
	)]
	Activate {
		/// The representative.
		#[arg(value_name = "WHO")]
		representative: String,
		/// The patient.
		#[arg(long, value_name = "WHO")]
		patient: String,
		/// Your institution, if you work for several.
		#[arg(long, value_name = "WHO")]
		institution: Option<String>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Suspend a representative, or lift the suspension: as a registrar or privacy officer of the institution that
	/// enrolled the patient, or for a health authority.
	#[command(
		after_help = "From the next block on the representative neither acts nor reads by law.\n\n\
		Examples:\n  \
		vouchsafe --key registrar represent suspend Ada --patient Ben\n  \
		vouchsafe --key officer represent suspend Ada --patient Ben --lift"
	)]
	Suspend {
		/// The representative.
		#[arg(value_name = "WHO")]
		representative: String,
		/// The patient.
		#[arg(long, value_name = "WHO")]
		patient: String,
		/// Lift the suspension.
		#[arg(long)]
		lift: bool,
		/// Institution or authority that you do it for, if you could do it for several.
		#[arg(long = "as", value_name = "WHO")]
		institution: Option<String>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Enrol a patient who has no key, with the representatives by law: as one of two of the staff.
	#[command(
		after_help = "For a newborn, or an adult who cannot have a key. Nobody has a key to the account. The first of \
		the two writes a file, from which a colleague confirms it within a day. One of the two is a registrar, and \
		the other a clinician whose licence is attested. Then a health authority attests each representative.\n\n\
		Examples:\n  \
		vouchsafe represent ward --representative Ada --basis parent --until-year 2044 --out ward.json\n  \
		vouchsafe represent ward --from ward.json"
	)]
	Ward(Ward),
}
