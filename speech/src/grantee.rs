//! The phrases for a consent's grantee and grantor.

use crate::{
	phrase::{effect_key, Form},
	Teller,
};
use vouchsafe_primitives::{ConsentRef, Effect, Grantee, Grantor};

impl Teller<'_> {
	/// A grantee, as it follows "I allow" or "I forbid".
	pub fn grantee(&self, grantee: &Grantee, effect: &Effect) -> String {
		let speech = self.speech;
		match grantee {
			Grantee::Everyone => speech.grantee_everyone(effect_key(effect)),
			Grantee::PractitionerAt { practitioner, institution } => {
				speech.grantee_practitioner_at(self.who(practitioner), self.who(institution))
			},
			other => self.grantee_in(other, Form::Dative),
		}
	}

	/// A grantee without a clause between commas.
	pub fn grantee_short(&self, grantee: &Grantee) -> String {
		self.grantee_in(grantee, Form::Plain)
	}

	fn grantee_in(&self, grantee: &Grantee, form: Form) -> String {
		let (speech, key) = (self.speech, form.key());
		match grantee {
			Grantee::Everyone => speech.grantee_everyone_short(),
			Grantee::Role(role) => speech.grantee_role(speech.phrase_in(*role, form), key),
			Grantee::Institution(institution) => {
				speech.grantee_institution(self.who(institution), key)
			},
			Grantee::RoleAt { role, institution } => {
				let role = speech.phrase_in(*role, form);
				speech.grantee_role_at(role, self.who(institution), key)
			},
			Grantee::CareTeam { institution, team } => {
				speech.grantee_care_team(team.to_string(), self.who(institution), key)
			},
			Grantee::PractitionerAt { practitioner, institution } => {
				speech.grantee_practitioner_at_short(self.who(practitioner), self.who(institution))
			},
			Grantee::Person(person) => self.who(person),
			Grantee::Study(study) => speech.grantee_study(study.to_string(), key),
			Grantee::Research => speech.grantee_research(key),
			Grantee::ResearchOn(disease) => {
				speech.grantee_research_on(format!("{disease:07}"), key)
			},
		}
	}

	/// Who gave a consent, as it follows "given by".
	pub fn grantor(&self, grantor: &Grantor) -> String {
		let speech = self.speech;
		match grantor {
			Grantor::Patient => speech.grantor_patient(),
			Grantor::Representative(who) => speech.grantor_representative(self.who(who)),
			Grantor::Law { authority } => speech.grantor_law(self.who(authority)),
			Grantor::Assisted { first, second, .. } => {
				speech.grantor_assisted(self.who(first), self.who(second))
			},
		}
	}

	/// A consent by its number: "consent 4 for care team 1 at Hospital B".
	pub fn consent_ref(&self, consent: &ConsentRef) -> String {
		self.speech.consent_ref(consent.id.to_string(), self.grantee_short(&consent.grantee))
	}
}
