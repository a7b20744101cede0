//! What the page shows at a registration desk.

use super::{Choice, Draft, Person, QrCode};
use serde::{Deserialize, Serialize};

/// The registration desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Desk {
	/// The institutions for which the account registers now. There may be none.
	pub institutions: Vec<Choice>,
	/// What people can be enrolled as.
	pub kinds: Vec<Choice>,
}

/// The code of a registration desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DeskCode {
	/// The code.
	pub code: QrCode,
	/// The same as a link to this wallet.
	pub link: String,
	/// As what it enrols, in the person's language.
	pub role: String,
	/// Until when it can be answered, for people.
	pub until: String,
}

/// What would be signed to enrol somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EnrolmentDraft {
	/// What would be signed.
	pub draft: Draft,
	/// The account.
	pub account: String,
	/// Whether it is a practitioner, who needs a function and a name next.
	pub is_practitioner: bool,
}

/// The names that an institution tells its patients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Staff {
	/// Accounts with their names, by name.
	pub names: Vec<Choice>,
}

/// An account, as its registrar sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Managed {
	/// Who.
	pub who: Person,
	/// The name that the institution tells its patients. Empty if there is none.
	pub staff_name: String,
	/// Whether such a name can be set.
	pub can_be_named: bool,
	/// What kind of account it is, in words.
	pub kind: String,
	/// The institution that enrolled it.
	pub enrolled_by: String,
	/// Its status, in words.
	pub status: String,
	/// Since when signing with its key is disabled, for people. Empty if it is not.
	pub disabled_since: String,
	/// The affiliation with this institution, if there is or was one.
	pub affiliation: Option<AffiliationView>,
	/// Functions that can be given.
	pub roles: Vec<Choice>,
	/// Whether the affiliation can be ended.
	pub can_end: bool,
	/// Statuses that can be set.
	pub statuses: Vec<Choice>,
	/// Whether signing can be disabled and enabled.
	pub can_disable: bool,
}

/// Somebody's work for an institution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AffiliationView {
	/// The function's key.
	pub role: String,
	/// The function, in words.
	pub role_text: String,
	/// From when on, for people.
	pub from: String,
	/// Until when, for people. Empty if it has no end.
	pub until: String,
	/// Whether it has ended.
	pub has_ended: bool,
	/// Whether the person has accepted it.
	pub is_accepted: bool,
}

/// A change of an account or of somebody's work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Management {
	/// A function is given, or the affiliation gets another end.
	Affiliate {
		/// The function's key.
		role: String,
		/// The last day, in UTC: `2027-12-31`. Without it there is no end.
		until: Option<String>,
	},
	/// The affiliation ends now.
	EndAffiliation,
	/// The account gets another status.
	Status {
		/// Its key.
		status: String,
	},
	/// Nobody can sign with the key any more.
	DisableSigning {
		/// The day since which it may be in other hands, in UTC. Without it: now.
		since: Option<String>,
	},
	/// The account can sign again.
	EnableSigning,
}
