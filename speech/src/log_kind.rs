//! Kinds of lines of a patient's log, for lists and filters.

use crate::Speech;
use vouchsafe_primitives::{
	audit::{LogEntry, LogEvent, Outcome, StaffMatter},
	Effect,
};

macro_rules! kinds {
	($($(#[$meta:meta])* $name:ident = $word:literal;)+) => {
		/// What a line of the log is about. What people did with records comes first.
		#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
		pub enum LogKind {
			$($(#[$meta])* $name),+
		}

		impl LogKind {
			/// All kinds.
			pub const ALL: &'static [Self] = &[$(Self::$name),+];

			/// The word that names it in filters and files.
			pub const fn word(self) -> &'static str {
				match self {
					$(Self::$name => $word),+
				}
			}
		}
	};
}

kinds! {
	/// Somebody asked for access, or took that back.
	Asked = "asked";
	/// Somebody opened records.
	Opened = "opened";
	/// Somebody asked to open records, and nothing was opened.
	Refused = "refused";
	/// Something was permitted.
	Permitted = "permitted";
	/// Something was forbidden, or a request denied.
	Forbidden = "forbidden";
	/// A consent was revoked.
	Revoked = "revoked";
	/// The patient was counted in a study.
	Counted = "counted";
	/// Records or versions were added.
	Added = "added";
	/// Labels, marks or responsibility were changed.
	Changed = "changed";
	/// The account, its keys, who holds keys, or who acts for the patient.
	Account = "account";
	/// A holder acknowledged key shares: people cause it, but do not do it.
	Shares = "shares";
	/// An entry that this version of the program does not know.
	Unknown = "unknown";
}

impl LogKind {
	/// The kind of an entry. `None` is one that this program does not know.
	pub fn of(entry: Option<&LogEntry>) -> Self {
		let Some(LogEntry { event, .. }) = entry else { return Self::Unknown };
		match event {
			LogEvent::RequestSubmitted { .. } | LogEvent::RequestWithdrawn { .. } => Self::Asked,
			LogEvent::Opened { outcomes, .. } => {
				let is_refused = |(_, outcome): &(_, Outcome)| *outcome == Outcome::Refused;
				match outcomes.iter().all(is_refused) {
					true => Self::Refused,
					false => Self::Opened,
				}
			},
			LogEvent::ConsentGranted { effect: Effect::Deny { .. }, .. }
			| LogEvent::RequestDenied { .. }
			| LogEvent::AssistedRefused => Self::Forbidden,
			LogEvent::ConsentGranted { .. }
			| LogEvent::ConsentAmended { .. }
			| LogEvent::ConsentProposed { .. }
			| LogEvent::ConsentAwaitsAuthority { .. }
			| LogEvent::ConsentConfirmed { .. }
			| LogEvent::RequestApproved { .. } => Self::Permitted,
			LogEvent::ConsentRevoked { .. } => Self::Revoked,
			LogEvent::Counted { .. } => Self::Counted,
			LogEvent::RecordsCreated { .. } | LogEvent::VersionAdded { .. } => Self::Added,
			LogEvent::Enrolled
			| LogEvent::StatusSet(_)
			| LogEvent::EncryptionKeySet
			| LogEvent::SigningDisabled(_)
			| LogEvent::HoldersChosen
			| LogEvent::StaffProposed(
				StaffMatter::NewKey { .. }
				| StaffMatter::Activate { .. }
				| StaffMatter::Represent { .. },
			)
			| LogEvent::GuardiansSet { .. }
			| LogEvent::KeyChangeBegan { .. }
			| LogEvent::KeyChangeEnded { .. }
			| LogEvent::RecoveryBegan { .. }
			| LogEvent::RecoveryApproved { .. }
			| LogEvent::RecoveryProposed { .. }
			| LogEvent::RecoveryAttested { .. }
			| LogEvent::RecoveryObjected { .. }
			| LogEvent::KeyReplaced { .. }
			| LogEvent::Appointed { .. }
			| LogEvent::RepresentativeEnded { .. }
			| LogEvent::Activated { .. }
			| LogEvent::Registered { .. }
			| LogEvent::Attested { .. }
			| LogEvent::RepresentativeObjected { .. }
			| LogEvent::RepresentativeSuspended { .. }
			| LogEvent::WardEnrolled { .. } => Self::Account,
			LogEvent::Labelled { .. }
			| LogEvent::EnteredInError { .. }
			| LogEvent::MarkTakenBack { .. }
			| LogEvent::ResponsibilityMoved { .. }
			| LogEvent::StaffProposed(_) => Self::Changed,
			LogEvent::SharesAcknowledged { .. } | LogEvent::SharesLost { .. } => Self::Shares,
		}
	}

	/// The kind of this word.
	pub fn from_word(word: &str) -> Option<Self> {
		Self::ALL.iter().copied().find(|kind| kind.word() == word)
	}

	pub(crate) fn id(self) -> String {
		format!("log-kind-{}", self.word())
	}
}

impl Speech {
	/// A kind of lines, as a list of filters names it.
	pub fn log_kind(&self, kind: LogKind) -> String {
		self.text(&kind.id())
	}
}
