//! Asks patients for access, and answers such requests.

pub mod reasons;

use crate::{
	advice::{Advice, Advised},
	consent::{ensure_grantee_confirmed, sentence, shown, Granted},
	platform::Platform,
	session::{result_of, Session},
};
use anyhow::{anyhow, bail, Context as _, Result};
use vouchsafe_protocol::{
	calls::AccessRequestsCall,
	events::{AccessRequestsEvent, Event},
	traits::View,
	types::{bounded, AccountId, Action, Actions, Asked, Effect, Grantee, Request, Terms},
};
use vouchsafe_speech::AccessRequest;

/// The longest reason, in bytes. It is shorter if the patient has representatives: see [`reasons`].
pub const LONGEST_REASON: usize = reasons::longest(1);

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

/// The call that asks a patient. Its reason is sealed for the patient and the patient's representatives, and
/// nothing is sent yet.
pub async fn prepare(
	session: &Session<impl Platform>,
	patient: AccountId,
	institution: AccountId,
	grantee: Grantee,
	asked: Asked,
	duration: u64,
	reason: &str,
) -> Result<AccessRequestsCall> {
	check_actions(asked.actions)?;
	let me = session.me()?;
	let at = session.fresh().await?;
	let account = at
		.account(&patient)
		.await?
		.with_context(|| format!("{} is not enrolled", session.names.show(&patient)))?;
	let mut recipients = vec![account.encryption_key];
	recipients.extend(reasons::answering(&at, &patient).await?);
	let (genesis, asker) = (session.genesis(), me.account());
	let reason = reasons::seal(&genesis, &patient, &asker, &recipients, reason)?;
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

/// The request with this number to the patient, who is the user or for whom the user acts.
pub async fn find(session: &Session<impl Platform>, id: u32) -> Result<Request> {
	let patient = session.patient()?;
	let at = session.finalized().await?;
	at.all_requests_of(&patient)
		.await?
		.into_iter()
		.find(|(number, _)| *number == id)
		.map(|(_, request)| request)
		.ok_or_else(|| match &session.for_patient {
			Some(patient) => anyhow!("there is no request {id} to {}", session.names.show(patient)),
			None => {
				let message = format!("there is no request {id} to you");
				Advised::new(message, Advice::ListRequests).into()
			},
		})
}

/// The reason, decrypted for the patient or for who acts for the patient. `None` if it cannot be decrypted.
pub fn reason(session: &Session<impl Platform>, request: &Request) -> Option<String> {
	let (me, patient) = (session.me.as_ref()?, session.patient().ok()?);
	reasons::open(&session.genesis(), &patient, request, &me.encryption)
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
	let sentence = sentence(session, &session.patient()?, &grantee, &terms).await?;
	let text = shown(session, &sentence).await?;
	let call = AccessRequestsCall::approve { request: id, grantee: grantee.clone(), terms, text };
	let included = session.submit_for_patient(call).await?;
	let id = result_of(&included, |event| match event {
		Event::AccessRequests(AccessRequestsEvent::Approved { consent, .. }) => Some(consent.id),
		_ => None,
	})?;
	Ok(Granted { grantee, id, block: included.number, sentence, amended: false })
}

/// Denies a request.
pub async fn deny(session: &Session<impl Platform>, id: u32) -> Result<u32> {
	let call = AccessRequestsCall::deny { request: id };
	Ok(session.submit_for_patient(call).await?.number)
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
	use crate::{
		consent::fixtures::hospital, consent::plain_terms, keys::Identity, scripted::Scripted,
	};
	use vouchsafe_protocol::{
		api,
		types::{
			Account, AccountKind, Force, Mandate, RepresentationView, Representative,
			RepresentativeView, Scope, Scopes, Status, Suspension,
		},
	};

	/// A request without a reason.
	pub(super) fn asked_by(asker: &AccountId) -> Request {
		let institution = hospital().account;
		Request {
			asker: asker.clone(),
			grantee: Grantee::Institution(institution.clone()),
			institution,
			referred_by: None,
			asked: asked_of(plain_terms(Effect::Permit)),
			duration: 1,
			reason: vec![],
			submitted: 0,
			expires: 1,
		}
	}

	fn representative(uri: &str, scope: Scope, force: Force) -> RepresentativeView {
		let (scopes, until, standby, at) = (Scopes::of(&[scope]), None, false, 0);
		let mandate = Mandate::Appointed { scopes, until, standby, at };
		let account = Identity::development(uri).unwrap().account();
		let suspension = Suspension::None;
		RepresentativeView {
			representative: Representative { account, mandate, suspension },
			force,
		}
	}

	/// Only those who answer requests for the patient now read why somebody asks.
	#[tokio::test]
	async fn a_reason_is_read_by_who_answers_the_request() {
		let patient = Identity::development("//PatientA").unwrap().account();
		let view = RepresentationView {
			ward: false,
			representatives: vec![
				representative("//Consents", Scope::Consents, Force::InForce),
				representative("//Standby", Scope::Requests, Force::Standby),
				representative("//Suspended", Scope::Requests, Force::Suspended),
				representative("//One", Scope::Requests, Force::InForce),
				representative("//Two", Scope::Requests, Force::InForce),
				representative("//Three", Scope::Requests, Force::InForce),
				representative("//Four", Scope::Requests, Force::InForce),
			],
		};
		let asking = Session::<Scripted>::scripted("//DoctorA");
		let people = [
			"//PatientA",
			"//Consents",
			"//Standby",
			"//Suspended",
			"//One",
			"//Two",
			"//Three",
			"//Four",
		];
		asking.chain.change(|state| {
			state.answer_care("representation", &view);
			for uri in people {
				let person = Identity::development(uri).unwrap();
				let account = Account {
					kind: AccountKind::Person,
					status: Status::Active,
					status_since: 0,
					disabled_since: None,
					doubt: None,
					encryption_key: person.encryption_key(),
					enrolled_by: hospital().account,
				};
				state.answer_to(api::account(&person.account()), &Some(account));
			}
		});
		let (institution, asked) = (hospital().account, asked_of(plain_terms(Effect::Permit)));
		let grantee = Grantee::Institution(institution.clone());
		let ask = async |reason: &str| {
			let (patient, asked) = (patient.clone(), asked.clone());
			let (institution, grantee) = (institution.clone(), grantee.clone());
			prepare(&asking, patient, institution, grantee, asked, 1, reason).await
		};
		let call = ask("second opinion").await.unwrap();
		let AccessRequestsCall::submit { reason: sealed, .. } = call else { panic!("{call:?}") };
		let asker = asking.me().unwrap().account();
		let request = Request { reason: sealed, ..asked_by(&asker) };
		for (uri, reads) in
			people.into_iter().zip([true, false, false, false, true, true, true, false])
		{
			let mut session = Session::<Scripted>::scripted(uri);
			session.for_patient = (uri != "//PatientA").then(|| patient.clone());
			assert_eq!(reason(&session, &request).is_some(), reads, "{uri}");
		}
		let error = ask(&"x".repeat(LONGEST_REASON)).await.unwrap_err().to_string();
		assert!(error.contains("sealed to the patient and 3 representatives"), "{error}");
		assert!(asking.chain.calls().is_empty());

		// If a custodian does not say who the representatives are, only the patient reads the reason.
		asking.chain.change(|state| state.refuse_care("representation"));
		assert!(ask(&"x".repeat(LONGEST_REASON)).await.is_ok());
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
