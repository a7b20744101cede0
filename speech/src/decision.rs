//! Who may do what, and why.

use crate::{compared, phrase::Form, Teller};
use vouchsafe_primitives::{
	policy::{Basis, Decision, Reason},
	AccountId, Action, Category, Consent, ConsentRef, Grantee, Grantor, Purpose, RecordId,
	Standing,
};

/// What was asked of the decision.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
	/// Who wants to do it.
	pub reader: &'a AccountId,
	/// Whose record or log it is.
	pub patient: &'a AccountId,
	/// What is to be done.
	pub action: Action,
	/// What for.
	pub purpose: Purpose,
	/// The record and its category, or the access log.
	pub record: Option<(&'a RecordId, Category)>,
}

impl Teller<'_> {
	/// What a decision says, and why. The consent that decided is quoted if it is among `consents`.
	pub fn decision(
		&self,
		asked: &Asked,
		decision: &Decision,
		consents: &[(Grantee, Consent)],
	) -> String {
		let speech = self.speech;
		let (reader, patient) = (self.who(asked.reader), self.who(asked.patient));
		let act = match asked.record {
			Some((record, category)) => speech.act_on_record(
				speech.phrase_in(asked.action, Form::To),
				compared(record),
				patient,
				speech.one_record(category),
			),
			None => speech.act_on_log(patient),
		};
		let purpose = speech.phrase(asked.purpose);
		match decision {
			Decision::Permit(basis) => {
				speech.decision_permit(reader, act, purpose, self.basis(basis, consents))
			},
			Decision::Refuse(reason) => {
				let reason = self.reason(reason, &reader, consents);
				speech.decision_refuse(reader, act, purpose, reason)
			},
		}
	}

	pub(crate) fn basis(&self, basis: &Basis, consents: &[(Grantee, Consent)]) -> String {
		let speech = self.speech;
		match basis {
			Basis::Own => speech.basis_own(),
			Basis::Consent(found) => {
				let (id, grantee) = (found.id.to_string(), self.grantee_short(&found.grantee));
				self.quoting(speech.basis_consent(id, grantee), found, consents)
			},
			Basis::BreakGlass => speech.basis_break_glass(),
		}
	}

	pub(crate) fn reason(
		&self,
		reason: &Reason,
		reader: &str,
		consents: &[(Grantee, Consent)],
	) -> String {
		let (speech, reader) = (self.speech, reader.to_owned());
		match reason {
			Reason::NotActive => speech.reason_not_active(reader),
			Reason::WrongPatient => speech.reason_wrong_patient(),
			Reason::Denied(found) => {
				let (id, grantee) = (found.id.to_string(), self.grantee_short(&found.grantee));
				self.quoting(speech.reason_denied(id, grantee), found, consents)
			},
			Reason::NoConsent => speech.reason_no_consent(reader),
			Reason::NotCovered { consent: found, mismatch } => {
				let (id, grantee) = (found.id.to_string(), self.grantee_short(&found.grantee));
				let said = speech.reason_not_covered(id, grantee, speech.phrase(*mismatch));
				self.quoting(said, found, consents)
			},
			Reason::NotAttested => speech.reason_not_attested(),
			Reason::Organisation => speech.reason_organisation(reader),
			Reason::Standing(Standing::Active) => speech.reason_standing(),
			Reason::Standing(Standing::Barred { since }) => {
				speech.reason_barred(speech.moment(*since))
			},
			Reason::Standing(Standing::Deceased { since }) => {
				speech.reason_deceased(speech.moment(*since))
			},
			Reason::Standing(Standing::Merged) => speech.reason_merged(),
			Reason::Standing(Standing::Closed) => speech.reason_closed(),
		}
	}

	/// The sentence, and then that of the consent.
	fn quoting(&self, said: String, found: &ConsentRef, consents: &[(Grantee, Consent)]) -> String {
		let consent = consents
			.iter()
			.find(|(grantee, consent)| *grantee == found.grantee && consent.id == found.id);
		match consent {
			Some((grantee, consent)) => {
				let text = || self.consent(grantee, &consent.terms);
				let quoted = match &consent.grantor {
					Grantor::Law { authority } => self.permit_by_law(grantee, consent, authority),
					Grantor::Representative(who) => {
						self.speech.consent_quoted_for(self.who(who), text())
					},
					Grantor::Patient | Grantor::Assisted { .. } => {
						self.speech.consent_quoted(text())
					},
				};
				self.speech.sentences(vec![said, quoted])
			},
			None => said,
		}
	}
}
