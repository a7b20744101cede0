//! What a member's custodian asks another one about the index of the patients' logs.

use serde::{Deserialize, Serialize};
#[cfg(feature = "openapi")]
use utoipa::ToSchema;

/// Asks for the whole index of the patients' logs. The signer is an active institution or authority, or its
/// custodian. The answer is a file, whose format is the custodian's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadIndex {}
