//! Asks patients for access, and answers such requests.

use crate::{
	advice::{Advice, Advised},
	consent::{ensure_grantee_confirmed, sentence, shown, Granted},
	platform::Platform,
	session::{result_of, Session},
};
use anyhow::{bail, Context as _, Result};
use vouchsafe_protocol::{
	calls::AccessRequestsCall,
	events::{AccessRequestsEvent, Event},
	traits::View,
	types::{
		account_bytes, bounded, AccountId, Action, Actions, Asked, Effect, Grantee, Request, Terms,
		H256,
	},
};
use vouchsafe_speech::AccessRequest;
use vouchsafe_vault::seal::{self, PublicKey, Purpose, OVERHEAD};

/// The longest reason, in bytes.
pub const LONGEST_REASON: usize = 512 - OVERHEAD;

/// The associated data of a sealed reason. It binds the reason to its asker and its patient.
fn address(genesis: &H256, patient: &AccountId, asker: &AccountId) -> Vec<u8> {
	let (patient, asker) = (account_bytes(patient), account_bytes(asker));
	[b"vouchsafe/reason/1".as_slice(), &genesis.0, &patient, &asker].concat()
}

/// Checks that a request can ask for these actions.
pub fn check_actions(actions: Actions) -> Result<()> {
	if actions.contains(Action::Aggregate) {
		bail!(
			"a request cannot ask to compute statistics, because only studies do that. A request can ask \
			 for reading, writing, referring and reading the access log"
		);
	}
	Ok(())
}

/// Submits a request. Returns its number and the block.
pub async fn submit(
	session: &Session<impl Platform>,
	patient: AccountId,
	institution: AccountId,
	grantee: Grantee,
	asked: Asked,
	duration: u64,
	reason: &str,
) -> Result<(u32, u32)> {
	let call = prepare(session, patient, institution, grantee, asked, duration, reason).await?;
	send(session, call).await
}

/// The call that asks a patient. Its reason is sealed for the patient, and nothing is sent yet.
pub async fn prepare(
	session: &Session<impl Platform>,
	patient: AccountId,
	institution: AccountId,
	grantee: Grantee,
	asked: Asked,
	duration: u64,
	reason: &str,
) -> Result<AccessRequestsCall> {
	if reason.len() > LONGEST_REASON {
		bail!(
			"the reason is too long: at most {LONGEST_REASON} bytes, and it has {}",
			reason.len()
		);
	}
	check_actions(asked.actions)?;
	let me = session.me()?;
	let at = session.fresh().await?;
	let account = at
		.account(&patient)
		.await?
		.with_context(|| format!("{} is not enrolled", session.names.show(&patient)))?;
	let reason = seal::seal(
		&PublicKey(account.encryption_key),
		Purpose::Text,
		&address(&session.genesis(), &patient, &me.account()),
		reason.as_bytes(),
	)?;
	Ok(AccessRequestsCall::submit { patient, institution, grantee, asked, duration, reason })
}

/// Sends a request that was prepared. Returns its number and the block.
pub async fn send(
	session: &Session<impl Platform>,
	call: AccessRequestsCall,
) -> Result<(u32, u32)> {
	let included = session.submit(call).await?;
	let request = result_of(&included, |event| match event {
		Event::AccessRequests(AccessRequestsEvent::Submitted { request, .. }) => Some(*request),
		_ => None,
	})?;
	Ok((request, included.number))
}

/// What a call asks a patient, as sentences need it. `None` if the call asks nothing.
pub fn spoken_call<'a>(
	asker: &'a AccountId,
	call: &'a AccessRequestsCall,
) -> Option<AccessRequest<'a>> {
	let AccessRequestsCall::submit { institution, grantee, asked, duration, .. } = call else {
		return None;
	};
	// The chain calls a request for a colleague a referral.
	let is_referral =
		matches!(grantee, Grantee::PractitionerAt { practitioner, .. } if practitioner != asker);
	let referred_by = is_referral.then_some(asker);
	Some(spoken_terms(asker, institution, grantee, referred_by, asked, *duration))
}

/// The request with this number to the user, who is the patient.
pub async fn find(session: &Session<impl Platform>, id: u32) -> Result<Request> {
	let me = session.me()?.account();
	let at = session.finalized().await?;
	at.all_requests_of(&me)
		.await?
		.into_iter()
		.find(|(number, _)| *number == id)
		.map(|(_, request)| request)
		.ok_or_else(|| {
			let message = format!("there is no request {id} to you");
			Advised::new(message, Advice::ListRequests).into()
		})
}

/// The reason, decrypted for the patient. `None` if it cannot be decrypted.
pub fn reason(session: &Session<impl Platform>, request: &Request) -> Option<String> {
	let me = session.me.as_ref()?;
	let address = address(&session.genesis(), &me.account(), &request.asker);
	let bytes = seal::open(&me.encryption, Purpose::Text, &address, &request.reason).ok()?;
	Some(crate::text::line(&String::from_utf8_lossy(&bytes)))
}

/// The request as sentences need it.
pub fn spoken(request: &Request) -> AccessRequest<'_> {
	let Request { asker, institution, grantee, asked, duration, referred_by, .. } = request;
	spoken_terms(asker, institution, grantee, referred_by.as_ref(), asked, *duration)
}

fn spoken_terms<'a>(
	asker: &'a AccountId,
	institution: &'a AccountId,
	grantee: &'a Grantee,
	referred_by: Option<&'a AccountId>,
	asked: &'a Asked,
	duration: u64,
) -> AccessRequest<'a> {
	let Asked { actions, purposes, categories, labels, confidentiality, records, data_period } =
		asked;
	AccessRequest {
		asker,
		institution,
		grantee,
		referred_by,
		actions: *actions,
		purposes: *purposes,
		categories: *categories,
		labels,
		confidentiality: *confidentiality,
		records,
		data_period: *data_period,
		duration,
	}
}

/// What a request asks that wants these terms.
pub fn asked_of(terms: Terms) -> Asked {
	Asked {
		actions: terms.actions,
		purposes: terms.purposes,
		categories: terms.categories,
		labels: terms.labels,
		confidentiality: terms.confidentiality,
		records: terms.records.into_inner(),
		data_period: terms.data_period,
	}
}

/// The terms that approve all of a request, at the chain's time `now`.
pub fn terms_of(request: &Request, now: u64) -> Result<Terms> {
	let Asked { actions, purposes, categories, labels, confidentiality, records, data_period } =
		request.asked.clone();
	let records = bounded(records, "records")?;
	Ok(Terms {
		categories,
		records,
		labels,
		confidentiality,
		actions,
		purposes,
		valid_until: Some(now.saturating_add(request.duration)),
		data_period,
		..Terms::all(Effect::Permit)
	})
}

/// Approves a request with these terms. The patient must have seen their sentence and agreed to it.
pub async fn approve(
	session: &Session<impl Platform>,
	id: u32,
	grantee: Grantee,
	terms: Terms,
) -> Result<Granted> {
	ensure_grantee_confirmed(session, &grantee, &terms).await?;
	let sentence = sentence(session, &session.me()?.account(), &grantee, &terms).await?;
	let text = shown(session, &sentence).await?;
	let call = AccessRequestsCall::approve { request: id, grantee: grantee.clone(), terms, text };
	let included = session.submit(call).await?;
	let id = result_of(&included, |event| match event {
		Event::AccessRequests(AccessRequestsEvent::Approved { consent, .. }) => Some(consent.id),
		_ => None,
	})?;
	Ok(Granted { grantee, id, block: included.number, sentence, amended: false })
}

/// Denies a request.
pub async fn deny(session: &Session<impl Platform>, id: u32) -> Result<u32> {
	Ok(session.submit(AccessRequestsCall::deny { request: id }).await?.number)
}

/// Withdraws the user's own request to a patient.
pub async fn withdraw(
	session: &Session<impl Platform>,
	patient: AccountId,
	id: u32,
) -> Result<u32> {
	let call = AccessRequestsCall::withdraw { patient, request: id };
	Ok(session.submit(call).await?.number)
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The chain takes no other reasons.
	#[test]
	fn an_empty_reason_looks_sealed() {
		use vouchsafe_protocol::types::{looks_sealed, SEALED_OVERHEAD};
		let key = vouchsafe_vault::seal::SecretKey::random().public();
		let sealed = seal::seal(&key, Purpose::Text, b"", b"").unwrap();
		assert!(looks_sealed(&sealed));
		assert_eq!(sealed.len(), SEALED_OVERHEAD);
		assert!(!looks_sealed(&sealed[1..]));
	}

	#[test]
	fn requests_do_not_ask_for_statistics() {
		for actions in [&[Action::Aggregate][..], &[Action::Read, Action::Aggregate]] {
			let error = check_actions(Actions::of(actions)).unwrap_err().to_string();
			assert!(error.contains("only studies"), "{error}");
		}
		let all = [Action::Read, Action::Write, Action::Refer, Action::ReadLog];
		assert!(check_actions(Actions::of(&all)).is_ok());
	}
}
