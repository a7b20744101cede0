//! The protocol of a study: found in IPFS, and checked against what the chain says of it.

use crate::{platform::Platform, session::Session};
use anyhow::{bail, ensure, Context as _, Result};
use sha2::{Digest, Sha256};
use vouchsafe_fhir::study::{Protocol, MAX_PROTOCOL};
use vouchsafe_protocol::{
	cid::{cid_of, Cid},
	traits::Custodian,
	types::{StudyTerms, H256},
};

/// The hash by which the chain knows a protocol, or the approval of an ethics committee: SHA-256.
pub fn hash(bytes: &[u8]) -> H256 {
	H256(Sha256::digest(bytes).into())
}

/// Whether the terms name this protocol.
pub fn is_named_by(protocol: &[u8], terms: &StudyTerms) -> bool {
	hash(protocol) == terms.protocol_hash && cid_of(protocol).to_bytes() == terms.protocol.to_vec()
}

/// Gets a study's protocol from one of the custodians, first from the aggregators'.
///
/// # Errors
///
/// No custodian gives it, or it is not the one that the chain names or does not fit the terms.
pub async fn fetch(session: &Session<impl Platform>, terms: &StudyTerms) -> Result<Protocol> {
	let cid = Cid::try_from(&terms.protocol[..]).context("the protocol's CID is malformed")?;
	let _task = session.waiting("getting the protocol");
	let others = session.members.iter().map(|member| &member.account);
	let others = others.filter(|account| !terms.aggregators.contains(account));
	let mut reasons = Vec::new();
	for institution in terms.aggregators.iter().chain(others) {
		let Ok(custodian) = session.custodian(institution) else { continue };
		match custodian.without_retries().content_bytes(cid, MAX_PROTOCOL).await {
			Ok(bytes) => return read(&bytes, terms),
			Err(error) => reasons.push(format!("{}: {error}", session.names.show(institution))),
		}
	}
	bail!("no custodian has the protocol of the study: {}", reasons.join("; "))
}

/// Reads a protocol, and checks that it is the one that the terms name and fits them.
///
/// # Errors
///
/// See [`fetch`].
pub fn read(bytes: &[u8], terms: &StudyTerms) -> Result<Protocol> {
	ensure!(
		hash(bytes) == terms.protocol_hash,
		"this is not the protocol of the study: its hash is not the one on the chain"
	);
	let protocol = Protocol::read(bytes, terms.traits).context("the protocol of the study")?;
	ensure!(
		protocol.question() == terms.question,
		"the protocol does not ask what the study's terms say, so do not answer it"
	);
	ensure!(
		protocol.sources().is_within(terms.sources),
		"the protocol uses kinds of records that the study's terms do not name, so do not answer it"
	);
	Ok(protocol)
}
