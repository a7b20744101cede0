//! Texts of the wallet about counted things, which the page cannot inflect.

use crate::Speech;
use fluent_bundle::FluentArgs;

macro_rules! counted {
	($($(#[doc = $doc:literal])+ $name:ident = $id:literal,)+) => {
		/// What the wallet counts.
		#[derive(Clone, Copy, Debug, PartialEq, Eq)]
		pub enum Counted {
			$($(#[doc = $doc])+ $name,)+
		}

		impl Counted {
			/// Each of them.
			pub const ALL: &[Self] = &[$(Self::$name),+];

			pub(crate) const fn id(self) -> &'static str {
				match self {
					$(Self::$name => $id,)+
				}
			}
		}
	};
}

counted! {
	/// Requests that wait for the patient.
	RequestsWaiting = "wallet-requests-waiting",
	/// Records that were opened since the last visit.
	OpenedSince = "wallet-opened-since",
	/// Entries of the log that are new.
	NewEntries = "wallet-new-entries",
	/// Entries of the log that were checked.
	EntriesChecked = "wallet-entries-checked",
	/// Entries of the log that are not shown.
	EntriesHidden = "wallet-entries-hidden",
	/// Records that a consent or request would open.
	WouldOpen = "wallet-would-open",
	/// Records that somebody sees already.
	SeesAlready = "wallet-sees-already",
	/// Records that narrowing leaves out.
	LeftOut = "wallet-left-out",
	/// Records with sensitivity labels among those.
	Labelled = "wallet-labelled",
	/// Restricted records among those.
	Restricted = "wallet-restricted",
	/// Records whose titles are not known.
	Untitled = "wallet-untitled",
	/// Chosen records.
	Chosen = "wallet-chosen",
	/// Records that were found.
	Found = "wallet-found",
	/// Records that a hospital holds.
	HeldHere = "wallet-held-here",
	/// Intact copies of a record.
	IntactCopies = "wallet-intact-copies",
	/// Copies of a record that are damaged or missing.
	BadCopies = "wallet-bad-copies",
	/// Consents that are in force.
	ConsentsInForce = "wallet-consents-in-force",
	/// Consents that a stop suspends.
	ConsentsStopped = "wallet-consents-stopped",
	/// Custodians that were asked.
	CustodiansAgree = "wallet-custodians-agree",
	/// Patients whom a practitioner knows.
	Patients = "wallet-patients",
}

impl Speech {
	/// So many of them, as a phrase or sentence of its own: "2 requests wait for you".
	pub fn counted(&self, what: Counted, count: usize) -> String {
		self.format(what.id(), None, &FluentArgs::from_iter([("count", count)]))
	}
}
