//! What two of an institution's staff agree on. The chain keeps only a hash of it, by which clients
//! recognise it.

use crate::{audit::StaffMatter, Grantee, ShownText, Terms};
use codec::Encode;
use sp_core::H256;

/// The hash of a matter: `blake2b-256(SCALE("matter", matter))`.
pub fn agreed_matter(matter: &StaffMatter) -> H256 {
	agreed(b"matter", matter)
}

/// The hash of a consent that clinicians enter for a patient:
/// `blake2b-256(SCALE("consent", grantee, terms, text))`.
pub fn agreed_consent(grantee: &Grantee, terms: &Terms, text: &ShownText) -> H256 {
	agreed(b"consent", &(grantee, terms, text))
}

pub(crate) fn agreed(domain: &[u8], content: &impl Encode) -> H256 {
	H256(sp_crypto_hashing::blake2_256(&(domain, content).encode()))
}
