//! Acting for a patient, as a representative: who may do it now, what no representative may do, and how the
//! patient's calls are wrapped.
//!
//! The chain decides it all again. What is checked here is said before anything is signed or sent. A
//! representative reads in its own name, by consent, and never carries or uses the patient's own shares.

#[cfg(test)]
mod tests;

use crate::{
	advice::{Advice, Advised},
	english::ENGLISH,
	labels::LabelTable,
	overlap::person_of,
	platform::Platform,
	representation::{find, spoken},
	session::{At, Session},
};
use anyhow::{bail, ensure, Result};
use vouchsafe_protocol::{
	calls::{RepresentationCall, RuntimeCall},
	events::Included,
	representatives::{self, basis, scopes},
	traits::{SendOutsideWasm, View},
	types::{
		AccountId, Confidentiality, Consent, Effect, Force, Grantee, Grantor, LegalBasis,
		Representative, Scope, Status, Terms,
	},
};
use vouchsafe_speech::Teller;

impl<P: Platform> Session<P> {
	/// The patient whose commands these are: the one for whom the user acts, or else the user.
	pub fn patient(&self) -> Result<AccountId> {
		match &self.for_patient {
			Some(patient) => Ok(patient.clone()),
			None => Ok(self.me()?.account()),
		}
	}

	/// Whose something of the patient's is: “your”, or “Ada’s” if the user acts for Ada.
	pub fn whose(&self) -> String {
		match &self.for_patient {
			Some(patient) => format!("{}’s", self.names.show(patient)),
			None => "your".to_owned(),
		}
	}

	/// Whether this is the patient whose commands these are.
	pub fn is_patient(&self, account: &AccountId) -> bool {
		self.patient().is_ok_and(|patient| patient == *account)
	}

	/// A call that the patient makes. If the user acts for the patient, it is wrapped. A batch has to have
	/// wrapped calls, because no representative makes batches.
	pub fn as_patient(&self, call: impl Into<RuntimeCall>) -> RuntimeCall {
		match &self.for_patient {
			Some(patient) => {
				let (patient, call) = (patient.clone(), Box::new(call.into()));
				RepresentationCall::act { patient, call }.into()
			},
			None => call.into(),
		}
	}

	/// Signs and submits a call that the patient makes, and waits until it is final.
	pub async fn submit_for_patient(
		&self,
		call: impl Into<RuntimeCall> + SendOutsideWasm,
	) -> Result<Included> {
		self.submit(self.as_patient(call)).await
	}

	/// From now on, the user acts for this patient.
	///
	/// # Errors
	///
	/// The user does not represent the patient now, or not within this scope.
	pub async fn act_for(&mut self, patient: AccountId, scope: Option<Scope>) -> Result<()> {
		let me = self.me()?.account();
		let name = self.names.show(&patient);
		ensure!(me != patient, "you are {name} yourself, so you need not act for anybody");
		let at = self.finalized().await?;
		let found = in_force(self, &at, &patient).await?;
		if let Some(scope) = scope.filter(|scope| !scopes(&found).contains(*scope)) {
			bail!(lacks(&name, &found, scope));
		}
		self.for_patient = Some(patient);
		Ok(())
	}

	/// An error if the user acts for a patient. `what` is what only the patient's own key does, as the rest
	/// of a sentence: “confirms a consent”.
	pub fn ensure_own(&self, what: &str) -> Result<()> {
		let Some(patient) = &self.for_patient else { return Ok(()) };
		bail!(
			"no representative can make this call: only {}’s own key {what}",
			self.names.show(patient)
		)
	}
}

/// The user's representation of a patient, which is in force.
async fn in_force<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	patient: &AccountId,
) -> Result<Representative> {
	let me = session.me()?.account();
	let view = at.representation(patient).await?;
	let Some(found) = find(&view, &me) else {
		let name = session.names.show(patient);
		bail!(
			"you do not represent {name}, or your time is over. {name} can appoint you, or the institution \
			 that enrolled {name} can register you"
		);
	};
	if found.force != Force::InForce {
		let labels = LabelTable::default();
		let teller = Teller { speech: session.speech, names: &session.names, labels: &labels };
		let why = teller.force(&me, patient, spoken(patient, found).force);
		bail!(why.trim_end_matches('.').to_owned());
	}
	Ok(found.representative.clone())
}

/// Says that the user represents a patient, but without this scope.
fn lacks(patient: &str, representative: &Representative, scope: Scope) -> String {
	let has = scopes(representative);
	let has: Vec<_> =
		Scope::ALL.iter().filter(|it| has.contains(**it)).map(|it| it.word()).collect();
	let has = match has.is_empty() {
		true => "none".to_owned(),
		false => ENGLISH.and(&has),
	};
	let who = match basis(representative) {
		None => format!("{patient} can appoint you with it"),
		Some(_) => format!("the institution that enrolled {patient} can register you with it"),
	};
	format!(
		"this needs the scope “{}”, which you do not have for {patient}. Your scopes are: {has}. If you need it, \
		 {who}",
		scope.word()
	)
}

/// The highest confidentiality of records that the user can permit: a parent does not permit all.
pub async fn highest_confidentiality(session: &Session<impl Platform>) -> Result<Confidentiality> {
	let basis = match &session.for_patient {
		Some(patient) => basis(&in_force(session, &session.finalized().await?, patient).await?),
		None => None,
	};
	Ok(basis.map_or(Confidentiality::VeryRestricted, LegalBasis::highest_confidentiality))
}

/// An error if the user acts for a patient, and no representative or not this one may store such a consent.
pub async fn ensure_may_store(
	session: &Session<impl Platform>,
	grantee: &Grantee,
	terms: &Terms,
) -> Result<()> {
	let Some(patient) = &session.for_patient else { return Ok(()) };
	let name = session.names.show(patient);
	let me = session.me()?.account();
	ensure!(
		*grantee != Grantee::Person(me),
		"no representative can give a consent about its own account: {name} can do it, or another representative \
		 of {name}"
	);
	if let Effect::Deny { binds_break_glass } = terms.effect {
		ensure!(
			!binds_break_glass,
			"no representative can forbid what saves {name}’s life: leave out that it also applies in an \
			 emergency"
		);
		return Ok(());
	}
	let highest = highest_confidentiality(session).await?;
	ensure!(
		terms.confidentiality <= highest,
		"a parent can permit records up to the confidentiality “{}”: what is more confidential is {name}’s own \
		 secret",
		highest.word()
	);
	Ok(())
}

/// An error if nobody can amend, revoke or confirm this consent, or the user cannot as a representative.
pub async fn ensure_may_change(
	session: &Session<impl Platform>,
	grantee: &Grantee,
	consent: &Consent,
) -> Result<()> {
	let id = consent.id;
	if let (Grantor::Law { .. }, Grantee::Person(representative)) = (&consent.grantor, grantee) {
		let name = session.names.show(representative);
		let message = format!(
			"consent {id} is a permit by law: nobody amends or revokes it. It ends with what {name} is to the \
			 patient, who can object to {name} as a representative"
		);
		let advice = Advice::ObjectTo(name);
		return match &session.for_patient {
			None => Err(Advised::new(message, advice).into()),
			Some(_) => bail!(message),
		};
	}
	let Some(patient) = &session.for_patient else { return Ok(()) };
	let me = session.me()?.account();
	let may_change = match &consent.grantor {
		_ if consent.terms.effect == Effect::Permit => true,
		Grantor::Representative(giver) => {
			*giver == me || !represents(session, patient, giver).await?
		},
		_ => false,
	};
	ensure!(
		may_change,
		"consent {id} is a deny that {} gave, or another representative: you can amend or revoke only your own \
		 denies, and those of who represents {0} no more",
		session.names.show(patient)
	);
	Ok(())
}

/// Whether somebody can act for a patient now.
async fn represents(
	session: &Session<impl Platform>,
	patient: &AccountId,
	representative: &AccountId,
) -> Result<bool> {
	let at = session.finalized().await?;
	let view = at.representation(patient).await?;
	if !representatives::represents(&view, representative, &[]) {
		return Ok(false);
	}
	let account = at.account(representative).await?;
	Ok(account.is_some_and(|it| it.status == Status::Active && it.disabled_since.is_none()))
}

/// What the user has to know before a deny is signed for a patient: a representative's deny keeps nobody from
/// reading who reads by law.
pub async fn note_of_deny(
	session: &Session<impl Platform>,
	grantee: &Grantee,
	terms: &Terms,
) -> Result<Option<String>> {
	let Some(patient) = &session.for_patient else { return Ok(None) };
	if terms.effect == Effect::Permit {
		return Ok(None);
	}
	let consents = session.finalized().await?.all_consents_of(patient).await?;
	let by_law = consents.iter().filter(|(_, consent)| consent.is_by_law());
	let readers: Vec<_> = by_law
		.filter(|(reader, _)| *grantee == Grantee::Everyone || grantee == reader)
		.filter_map(|(reader, _)| person_of(reader))
		.map(|reader| session.names.show(reader))
		.collect();
	if readers.is_empty() {
		return Ok(None);
	}
	Ok(Some(format!(
		"This does not keep {} from reading, because the law permits it. Only {}, the institution that enrolled {1} \
		 or a health authority can end that.",
		ENGLISH.and(&readers),
		session.names.show(patient)
	)))
}
