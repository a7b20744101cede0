//! Who acts for a patient, within which scopes, and why a representation is not in force.

use crate::{
	consent::{bits, What},
	Join, Person, Speech, Teller,
};
use vouchsafe_primitives::{
	AccountId, Consent, Effect, Grantee, Grantor, LegalBasis, Moment, Scope, Scopes, Terms,
};

/// Whether a representation is in force, and if not, why: what the chain says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
	/// It is in force.
	InForce,
	/// It is suspended.
	Suspended,
	/// It is not for how the patient takes part.
	NotForStanding,
	/// Two clinicians have to activate it.
	Standby,
	/// The patient's key was in doubt when it appointed.
	InDoubt,
	/// An authority has to attest it.
	NotAttested,
	/// The patient objected.
	Objected,
	/// The time in which the patient can object has not passed.
	Waits {
		/// From when on it is in force.
		from: Moment,
	},
}

/// By whom somebody represents a patient.
#[derive(Clone, Copy, Debug)]
pub enum Mandate<'a> {
	/// By the patient.
	Appointed,
	/// By law.
	ByLaw {
		/// On which basis.
		basis: LegalBasis,
		/// Which authority has attested it, if one has.
		authority: Option<&'a AccountId>,
	},
}

/// Somebody who represents a patient, or is to.
#[derive(Clone, Copy, Debug)]
pub struct Representation<'a> {
	/// Who is represented.
	pub patient: &'a AccountId,
	/// Who represents.
	pub representative: &'a AccountId,
	/// By whom.
	pub mandate: Mandate<'a>,
	/// What the representative may do.
	pub scopes: Scopes,
	/// Until when, exclusive.
	pub until: Option<Moment>,
	/// Whether it is in force.
	pub force: Force,
}

impl Teller<'_> {
	/// Who represents a patient, by whom, within which scopes and until when, and whether it is in force.
	pub fn representation(&self, of: &Representation) -> String {
		let speech = self.speech;
		let Representation { patient, representative, mandate, scopes, until, force } = *of;
		let (name, who) = (self.who(patient), self.who(representative));
		let mut said = match mandate {
			Mandate::Appointed => {
				vec![speech.representation_appointed(name, who, speech.may_do(scopes, until))]
			},
			Mandate::ByLaw { basis, authority } => {
				let scopes = speech.may_do_by_law(scopes, until);
				let registered =
					speech.representation_by_law(who, name, speech.phrase(basis), scopes);
				let attested = |it| speech.representation_attested(self.who(it));
				[Some(registered), authority.map(attested)].into_iter().flatten().collect()
			},
		};
		said.push(self.force(representative, patient, force));
		speech.sentences(said)
	}

	/// Whether a representation is in force, and if not, why and what to do.
	pub fn force(&self, representative: &AccountId, patient: &AccountId, force: Force) -> String {
		let (speech, who, patient) = (self.speech, self.who(representative), self.who(patient));
		match force {
			Force::InForce => speech.force_in_force(who, patient),
			Force::Suspended => speech.force_suspended(who, patient),
			Force::NotForStanding => speech.force_not_for_standing(who, patient),
			Force::Standby => speech.force_standby(who, patient),
			Force::InDoubt => speech.force_in_doubt(who, patient),
			Force::NotAttested => speech.force_not_attested(who, patient),
			Force::Objected => speech.force_objected(who, patient),
			Force::Waits { from } => speech.force_waits(who, patient, speech.moment(from)),
		}
	}

	/// That somebody acts for a patient: "Ada acts for Ben."
	pub fn acts_for(&self, representative: &AccountId, patient: &AccountId) -> String {
		self.speech.acts_for_patient(self.who(representative), self.who(patient))
	}

	/// What a representative says for a patient, who is "I" in the text: "Ada, for Ben: “I allow …”"
	pub fn said_for(
		&self,
		representative: &AccountId,
		patient: &AccountId,
		text: String,
	) -> String {
		self.speech.said_for_patient(self.who(representative), self.who(patient), text)
	}

	/// What a consent of a patient says, by who gave it: the patient, or somebody for the patient. The law
	/// does not say "I".
	pub fn consent_of(&self, patient: &AccountId, grantee: &Grantee, consent: &Consent) -> String {
		match &consent.grantor {
			Grantor::Law { authority } => self.permit_by_law(grantee, consent, authority),
			Grantor::Representative(who) => {
				self.said_for(who, patient, self.consent(grantee, &consent.terms))
			},
			Grantor::Patient | Grantor::Assisted { .. } => self.consent(grantee, &consent.terms),
		}
	}

	/// What a permit by law says. The chain makes its terms: they have no other filters.
	pub(crate) fn permit_by_law(
		&self,
		grantee: &Grantee,
		consent: &Consent,
		authority: &AccountId,
	) -> String {
		let speech = self.speech;
		let Terms { actions, purposes, categories, records, labels, confidentiality, .. } =
			&consent.terms;
		let what = What {
			effect: Effect::Permit,
			person: Person::Third,
			actions: *actions,
			categories: *categories,
			records,
			limited: false,
		};
		let for_what = self.purposes(*purposes, Join::And, Person::Third);
		let who = self.grantee(grantee, &Effect::Permit);
		let what = self.what(&what, for_what);
		let mut said = vec![speech.law_allows(who, what, self.who(authority))];
		said.extend(self.sensitive_included(labels, *confidentiality));
		let from = speech.moment(consent.terms.valid_from.unwrap_or(consent.granted_at));
		said.push(match consent.terms.valid_until {
			None => speech.law_valid_from(from),
			Some(until) => speech.law_valid_between(from, speech.moment(until)),
		});
		speech.sentences(said)
	}
}

impl Speech {
	/// What an appointed representative may do, and until when, after "may".
	pub(crate) fn may_do(&self, scopes: Scopes, until: Option<Moment>) -> String {
		self.until(self.scopes(scopes), until)
	}

	/// The same of a representative by law, who also reads.
	pub(crate) fn may_do_by_law(&self, scopes: Scopes, until: Option<Moment>) -> String {
		let mut all = vec![self.scope_by_law()];
		all.extend(self.scopes(scopes));
		self.until(all, until)
	}

	fn until(&self, scopes: Vec<String>, until: Option<Moment>) -> String {
		let scopes = self.list(Join::And, &scopes);
		match until {
			None => scopes,
			Some(until) => self.scopes_until(scopes, self.moment(until)),
		}
	}

	fn scopes(&self, scopes: Scopes) -> Vec<String> {
		bits(scopes.0.into())
			.map(|bit| match Scope::from_index(bit) {
				Some(scope) => self.phrase(scope),
				None => self.scope_unknown(bit.to_string()),
			})
			.collect()
	}
}
