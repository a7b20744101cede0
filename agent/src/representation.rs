//! Who acts for patients: patients appoint representatives, two of an institution's staff
//! [register](registration) those by law, and authorities attest them.
//!
//! Each function that submits a call has one that checks before it, and says what the chain would refuse.

pub mod registration;

use crate::{
	advice::{Advice, Advised},
	dates::show_moment,
	english::ENGLISH,
	platform::Platform,
	recovery::authority_of,
	registrar::account_at,
	session::{in_force, result_of, At, Session},
	staff::{proposer, Signed},
};
use anyhow::{bail, ensure, Context as _, Result};
use vouchsafe_protocol::{
	calls::RepresentationCall,
	decider::is_in_doubt,
	errors::{ChainError, CustodianError},
	events::{EnrolmentEvent, Event, RepresentationEvent},
	representatives::{basis, scopes, until},
	traits::{Submit, View},
	types::{
		agreed_matter, Account, AccountId, AccountKind, Consent, Effect, Force, Grantee, Grantor,
		Mandate, Moment, Registration, RepresentationView, Representative, RepresentativeView,
		Role, Scopes, StaffMatter, Stage, Status, Suspension,
	},
};
use vouchsafe_speech as speech;

/// A patient's representative with this account.
pub fn find<'a>(
	view: &'a RepresentationView,
	account: &AccountId,
) -> Option<&'a RepresentativeView> {
	view.representatives.iter().find(|it| it.representative.account == *account)
}

/// A representative as sentences need it.
pub fn spoken<'a>(
	patient: &'a AccountId,
	view: &'a RepresentativeView,
) -> speech::Representation<'a> {
	let RepresentativeView { representative, force } = view;
	let mandate = match &representative.mandate {
		Mandate::Appointed { .. } => speech::Mandate::Appointed,
		Mandate::ByLaw { registration, stage } => speech::Mandate::ByLaw {
			basis: registration.basis,
			authority: attested(stage).map(|(authority, _)| authority),
		},
	};
	let force = match *force {
		Force::InForce => speech::Force::InForce,
		Force::Suspended => speech::Force::Suspended,
		Force::NotForStanding => speech::Force::NotForStanding,
		Force::Standby => speech::Force::Standby,
		Force::InDoubt => speech::Force::InDoubt,
		Force::NotAttested => speech::Force::NotAttested,
		Force::Objected => speech::Force::Objected,
		Force::Waits { from } => speech::Force::Waits { from },
	};
	speech::Representation {
		patient,
		representative: &representative.account,
		mandate,
		scopes: scopes(representative),
		until: until(representative),
		force,
	}
}

/// Which authority attested a representation, and from when on it is in force.
pub fn attested(stage: &Stage) -> Option<(&AccountId, Moment)> {
	match stage {
		Stage::Attested { authority, from } | Stage::AttestedAgain { authority, from } => {
			Some((authority, *from))
		},
		Stage::Registered { .. } | Stage::Objected { .. } => None,
	}
}

/// An error if an account cannot represent a patient.
async fn ensure_person<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	patient: &AccountId,
	representative: &AccountId,
) -> Result<()> {
	let name = session.names.show(representative);
	ensure!(representative != patient, "{name} is the patient, and nobody represents themselves");
	let found = account_at(at, representative).await?;
	let found = found.with_context(|| {
		format!("{name} is not enrolled: an institution enrols representatives as persons")
	})?;
	ensure!(
		found.kind == AccountKind::Person,
		"{name} is {}: a representative has an account of its own, which is enrolled as a person",
		ENGLISH.phrase(found.kind)
	);
	ensure!(
		found.status == Status::Active,
		"{name} does not take part any more ({})",
		ENGLISH.phrase(found.status)
	);
	Ok(())
}

/// The representative, or an error that names where the others are shown.
fn existing<'a>(
	session: &Session<impl Platform>,
	view: &'a RepresentationView,
	patient: &AccountId,
	representative: &AccountId,
) -> Result<&'a Representative> {
	let found = find(view, representative).map(|it| &it.representative);
	found.ok_or_else(|| {
		let (who, name) = (session.names.show(representative), session.names.show(patient));
		let message = format!("{who} does not represent {name}, or no longer");
		Advised::new(message, Advice::ListRepresentatives(name)).into()
	})
}

/// The patient's account.
async fn account_of<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	patient: &AccountId,
) -> Result<Account> {
	let name = session.names.show(patient);
	let found = account_at(at, patient).await?;
	let found = found.filter(|found| found.kind == AccountKind::Patient);
	found.with_context(|| format!("{name} is not enrolled as a patient"))
}

/// Checks that the user can appoint a representative like this. Returns the appointment that this changes.
pub async fn check_appointment(
	session: &Session<impl Platform>,
	representative: &AccountId,
	scopes: Scopes,
	until: Option<Moment>,
) -> Result<Option<Representative>> {
	session.ensure_own("appoints representatives")?;
	let me = session.me()?.account();
	let at = session.finalized().await?;
	let own = account_at(&at, &me).await?.context("your account is not enrolled")?;
	ensure!(
		own.kind == AccountKind::Patient && own.status == Status::Active,
		"only a patient who takes part appoints representatives, and you are {} ({})",
		ENGLISH.phrase(own.kind),
		ENGLISH.phrase(own.status)
	);
	ensure_person(session, &at, &me, representative).await?;
	ensure!(
		!scopes.is_empty() && scopes.is_known(),
		"say what the representative may do: an appointment has at least one scope"
	);
	if let Some(until) = until {
		ensure!(
			at.time().await? < until,
			"the appointment would end at {}, which is past: name a later end",
			show_moment(until)
		);
	}
	let view = at.representation(&me).await?;
	let Some(found) = find(&view, representative).map(|it| &it.representative) else {
		return Ok(None);
	};
	let name = session.names.show(representative);
	ensure!(
		basis(found).is_none(),
		"{name} represents you by law. Only {name} can end that, and then you can appoint {name}"
	);
	ensure!(
		found.suspension == Suspension::None,
		"{name} is suspended: end the representation, and then appoint {name} again"
	);
	Ok(Some(found.clone()))
}

/// Appoints a representative, or changes the appointment. Returns the block.
pub async fn appoint(
	session: &Session<impl Platform>,
	representative: &AccountId,
	scopes: Scopes,
	standby: bool,
	until: Option<Moment>,
) -> Result<u32> {
	let representative = representative.clone();
	let call = RepresentationCall::appoint { representative, scopes, standby, until };
	Ok(session.submit(call).await?.number)
}

/// Checks that the user can end a representation.
pub async fn check_end(
	session: &Session<impl Platform>,
	patient: &AccountId,
	representative: &AccountId,
) -> Result<()> {
	session.ensure_own("ends a representation")?;
	let me = session.me()?.account();
	let (who, name) = (session.names.show(representative), session.names.show(patient));
	ensure!(
		me == *patient || me == *representative,
		"only {name} and {who} can end this. An institution or a health authority suspends a representative"
	);
	let view = session.finalized().await?.representation(patient).await?;
	let found = existing(session, &view, patient, representative)?;
	if me != *representative && basis(found).is_some() {
		let message = format!("{who} represents you by law, which you cannot end: you can object");
		bail!(Advised::new(message, Advice::ObjectTo(who)));
	}
	Ok(())
}

/// Ends a representation. Returns the block.
pub async fn end(
	session: &Session<impl Platform>,
	patient: &AccountId,
	representative: &AccountId,
) -> Result<u32> {
	let (patient, representative) = (patient.clone(), representative.clone());
	Ok(session.submit(RepresentationCall::end { patient, representative }).await?.number)
}

/// Checks that the user can object to a representative. Returns what was registered.
pub async fn check_objection(
	session: &Session<impl Platform>,
	representative: &AccountId,
) -> Result<Registration> {
	session.ensure_own("objects to a representative")?;
	let me = session.me()?.account();
	let who = session.names.show(representative);
	let view = session.finalized().await?.representation(&me).await?;
	match &existing(session, &view, &me, representative)?.mandate {
		Mandate::Appointed { .. } => {
			bail!("you have appointed {who} yourself: end it instead of objecting")
		},
		Mandate::ByLaw { registration, stage } => match stage {
			Stage::Attested { .. } => Ok(*registration),
			Stage::Registered { .. } => bail!(
				"no health authority has attested {who} yet, so {who} does not represent you. You can object as soon \
				 as one has"
			),
			Stage::Objected { .. } | Stage::AttestedAgain { .. } => bail!(
				"you have objected to {who} before, and can do that once. If an authority has attested {who} again, \
				 a court or the institution that enrolled you can help"
			),
		},
	}
}

/// Objects to a representative by law. Returns the block. It goes before the account's other calls.
pub async fn object(session: &Session<impl Platform>, representative: &AccountId) -> Result<u32> {
	let call = RepresentationCall::object { representative: representative.clone() };
	Ok(session.chain.submit_revocation(&session.me()?.signer, call).await?.number)
}

/// Checks that an appointment can be activated for this institution. Returns the colleague who has proposed it, if
/// that waits.
pub async fn check_activation(
	session: &Session<impl Platform>,
	patient: &AccountId,
	representative: &AccountId,
	institution: &AccountId,
) -> Result<Option<AccountId>> {
	session.ensure_own("activates an appointment")?;
	let at = session.finalized().await?;
	let account = account_of(session, &at, patient).await?;
	let (who, name) = (session.names.show(representative), session.names.show(patient));
	ensure!(
		!matches!(account.status, Status::Deceased | Status::Merged | Status::Closed),
		"{name} is {}, so nobody whom {name} appointed can act",
		ENGLISH.phrase(account.status)
	);
	ensure!(
		!session.is_authority(institution),
		"{} is an authority: clinicians of a hospital activate an appointment",
		session.names.show(institution)
	);
	let view = at.representation(patient).await?;
	let found = existing(session, &view, patient, representative)?;
	ensure!(found.suspension == Suspension::None, "{who} is suspended, and cannot be activated");
	let Mandate::Appointed { standby: true, at: appointed, .. } = &found.mandate else {
		let message =
			format!("{who} does not wait for this: {name} has not appointed {who} on standby");
		bail!(Advised::new(message, Advice::ListRepresentatives(name)));
	};
	ensure!(
		!is_in_doubt(&account, *appointed),
		"{name} appointed {who} while the key counted as lost or stolen, so the appointment does not count"
	);
	let content = agreed_matter(&activation(representative));
	proposer(&at, patient, institution, &content).await
}

/// What two clinicians agree on to activate an appointment.
pub fn activation(representative: &AccountId) -> StaffMatter {
	StaffMatter::Activate { representative: representative.clone() }
}

/// Activates an appointment, as one of two clinicians. Returns the block too.
pub async fn activate(
	session: &Session<impl Platform>,
	patient: &AccountId,
	representative: &AccountId,
	institution: &AccountId,
) -> Result<(Signed, u32)> {
	let call = RepresentationCall::activate {
		patient: patient.clone(),
		representative: representative.clone(),
		institution: institution.clone(),
	};
	let included = session.submit(call).await?;
	let signed = result_of(&included, |event| match event {
		Event::Enrolment(EnrolmentEvent::StaffProposed { .. }) => Some(Signed::Waits),
		Event::Representation(RepresentationEvent::Activated { .. }) => Some(Signed::Agreed),
		_ => None,
	})?;
	Ok((signed, included.number))
}

/// What somebody can attest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
	/// For which authority.
	pub authority: AccountId,
	/// The institution that enrolled the patient, and registered the representative.
	pub institution: AccountId,
	/// What was registered.
	pub registration: Registration,
	/// Whether the patient has objected before.
	pub objected: bool,
}

/// What the user can attest of a representative. `authority` chooses one of several.
pub async fn attestable(
	session: &Session<impl Platform>,
	patient: &AccountId,
	representative: &AccountId,
	authority: Option<&AccountId>,
) -> Result<Attestation> {
	session.ensure_own("attests a representative")?;
	let me = session.me()?.account();
	let at = session.finalized().await?;
	let institution = account_of(session, &at, patient).await?.enrolled_by;
	let (who, name) = (session.names.show(representative), session.names.show(patient));
	let view = at.representation(patient).await?;
	let Mandate::ByLaw { registration, stage } =
		&existing(session, &view, patient, representative)?.mandate
	else {
		bail!("{name} has appointed {who}: an authority attests only representatives by law");
	};
	let objected = match stage {
		Stage::Registered { first, second, .. } => {
			ensure!(
				me != *first && me != *second,
				"you have registered {who} yourself: somebody else has to attest it"
			);
			false
		},
		Stage::Objected { .. } => true,
		Stage::Attested { from, .. } | Stage::AttestedAgain { from, .. } => {
			let message = format!("{who} is attested already, from {} on", show_moment(*from));
			bail!(Advised::new(message, Advice::ListRepresentatives(name)));
		},
	};
	let found = authority_of(session, &at, authority).await?;
	let authority = found.context(
		"a health authority attests representatives, and you act for none: its privacy officers do",
	)?;
	let show = |account: &AccountId| session.names.show(account);
	ensure!(
		authority != institution,
		"{} has registered {who} itself: another authority has to attest it",
		show(&institution)
	);
	ensure!(
		!crate::session::institutions_of(&at, &me).await?.contains(&institution),
		"you also work for {}, which has registered {who}: somebody else has to attest it",
		show(&institution)
	);
	ensure_person(session, &at, patient, representative).await?;
	Ok(Attestation { authority, institution, registration: *registration, objected })
}

/// Attests exactly this. Returns from when on the representation is in force, and the block.
pub async fn attest(
	session: &Session<impl Platform>,
	patient: &AccountId,
	representative: &AccountId,
	attestation: &Attestation,
) -> Result<(Moment, u32)> {
	let call = RepresentationCall::attest {
		authority: attestation.authority.clone(),
		patient: patient.clone(),
		representative: representative.clone(),
		registration: attestation.registration,
	};
	let included = session.submit(call).await?;
	let from = result_of(&included, |event| match event {
		Event::Representation(RepresentationEvent::Attested { from, .. }) => Some(*from),
		_ => None,
	})?;
	Ok((from, included.number))
}

/// For whom the user can suspend a representative, or lift the suspension: the institution that enrolled the
/// patient, or an authority. `named` chooses one.
pub async fn suspendable(
	session: &Session<impl Platform>,
	patient: &AccountId,
	representative: &AccountId,
	named: Option<&AccountId>,
	suspended: bool,
) -> Result<AccountId> {
	session.ensure_own("suspends a representative")?;
	let at = session.finalized().await?;
	let home = account_of(session, &at, patient).await?.enrolled_by;
	let institution = match suspends_for(session, &at, &home, named).await? {
		Some(institution) => institution,
		None => bail!(
			"a registrar or privacy officer of {} suspends representatives of {}, or a health authority, and you act \
			 for neither",
			session.names.show(&home),
			session.names.show(patient)
		),
	};
	let view = at.representation(patient).await?;
	let found = existing(session, &view, patient, representative)?;
	let who = session.names.show(representative);
	let is_authority = session.is_authority(&institution);
	match (suspended, &found.suspension) {
		(true, Suspension::ByAuthority) => bail!("a health authority has suspended {who} already"),
		(true, Suspension::ByInstitution) if !is_authority => bail!("{who} is suspended already"),
		(false, Suspension::None) => bail!("{who} is not suspended"),
		(false, Suspension::ByAuthority) if !is_authority => {
			bail!("a health authority has suspended {who}, and only an authority can lift that")
		},
		_ => Ok(institution),
	}
}

/// For whom the user suspends: the named one, the institution that enrolled the patient, or an authority.
async fn suspends_for<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	home: &AccountId,
	named: Option<&AccountId>,
) -> Result<Option<AccountId>> {
	let me = session.me()?.account();
	let now = at.time().await?;
	let manages = me == *home
		|| at.all_affiliations(&me).await?.iter().any(|(place, affiliation)| {
			let may = matches!(affiliation.role, Role::Registrar | Role::PrivacyOfficer);
			place == home && may && in_force(affiliation, now)
		});
	if manages && named.is_none_or(|named| named == home) {
		return Ok(Some(home.clone()));
	}
	let found = authority_of(session, at, named).await?;
	Ok(found.filter(|found| named.is_none_or(|named| named == found)))
}

/// Suspends a representative, or lifts the suspension. Returns the block.
pub async fn suspend(
	session: &Session<impl Platform>,
	patient: &AccountId,
	representative: &AccountId,
	institution: &AccountId,
	suspended: bool,
) -> Result<u32> {
	let call = RepresentationCall::suspend {
		patient: patient.clone(),
		representative: representative.clone(),
		institution: institution.clone(),
		suspended,
	};
	Ok(session.submit(call).await?.number)
}

/// The numbers of the permits that a representative has given for a patient, or that name it, and that do not end
/// with the representation.
pub async fn remaining(
	session: &Session<impl Platform>,
	patient: &AccountId,
	representative: &AccountId,
) -> Result<Vec<u32>> {
	let at = session.finalized().await?;
	let now = at.time().await?;
	let all = at.all_consents_of(patient).await?.into_iter();
	let remains = |(grantee, consent): &(Grantee, Consent)| {
		let by = consent.grantor == Grantor::Representative(representative.clone());
		let to = *grantee == Grantee::Person(representative.clone());
		let by_law = matches!(consent.grantor, Grantor::Law { .. });
		let ended = consent.terms.valid_until.is_some_and(|until| until <= now);
		(by || to) && !by_law && !ended && consent.terms.effect == Effect::Permit
	};
	Ok(all.filter(remains).map(|(_, consent)| consent.id).collect())
}

/// A patient's representatives. Nobody, if a custodian refuses to tell.
pub(crate) async fn known(
	at: &impl View,
	patient: &AccountId,
) -> Result<RepresentationView, ChainError> {
	match at.representation(patient).await {
		Err(ChainError::Custodian(CustodianError::NoAccess)) => {
			Ok(RepresentationView { ward: false, representatives: Vec::new() })
		},
		view => view,
	}
}

/// What two clinicians could activate.
pub(crate) async fn on_standby(
	at: &impl View,
	patient: &AccountId,
) -> Result<Vec<StaffMatter>, ChainError> {
	let all = known(at, patient).await?.representatives.into_iter();
	let is_on_standby =
		|it: &Representative| matches!(it.mandate, Mandate::Appointed { standby: true, .. });
	let waiting = all.map(|it| it.representative).filter(is_on_standby);
	Ok(waiting.map(|it| activation(&it.account)).collect())
}

#[cfg(test)]
mod tests;
