//! What a call says, in words that are made from its bytes. The same words are on the sheet before somebody
//! signs, and each call is worded again when it is signed.
//!
//! Some calls name only a number, as a revocation does. What they are about is read from the chain when
//! they are signed. So a consent that was changed after the sheet was shown is not revoked by it.

use vouchsafe_agent::{
	consent::signed_sentence, labels::LabelTable, names::Names, registrar, request::spoken_call,
};
use vouchsafe_protocol::{
	calls::{AccessRequestsCall, ConsentCall, CustodyCall, RuntimeCall},
	types::{AccountId, Consent, Country, Grantee, Request, Terms},
};
use vouchsafe_speech::{Speech, Teller};

/// What is between two parts of a shown text.
pub const PARAGRAPH: &str = "\n\n";

/// What calls are about that name it by its number.
#[derive(Clone, Default)]
pub struct Known {
	/// The account's consents.
	pub consents: Vec<(Grantee, Consent)>,
	/// Requests to the account.
	pub requests: Vec<(u32, Request)>,
}

impl Known {
	/// The terms of a consent.
	pub fn terms(&self, grantee: &Grantee, id: u32) -> Option<&Terms> {
		let found = self.consents.iter().find(|(of, it)| of == grantee && it.id == id);
		found.map(|(_, consent)| &consent.terms)
	}
}

/// Words calls.
#[derive(Clone, Copy)]
pub struct Wording<'a> {
	/// The language.
	pub speech: &'a Speech,
	/// Who signs.
	pub me: &'a AccountId,
	/// Names of accounts.
	pub names: &'a Names,
	/// Words for labels.
	pub labels: &'a LabelTable,
}

impl Wording<'_> {
	/// A permit or deny.
	pub fn consent(&self, grantee: &Grantee, terms: &Terms) -> String {
		signed_sentence(self.speech, self.names, self.labels, grantee, terms)
	}

	/// The revocation of a consent of these terms.
	pub fn revocation(&self, grantee: &Grantee, id: u32, terms: &Terms) -> String {
		let said = self.speech.quote(&self.consent(grantee, terms));
		self.speech.wallet_revoke(id.to_string(), said)
	}

	/// The refusal of somebody's request.
	pub fn refusal(&self, asker: &AccountId) -> String {
		self.speech.wallet_refuse(self.names.show(asker))
	}

	/// The withdrawal of an own request.
	pub fn withdrawal(&self, patient: &AccountId, request: u32) -> String {
		self.speech.wallet_withdraw(request.to_string(), self.names.show(patient))
	}

	/// The choice of those who may hold keys.
	pub fn holders(&self, holders: &[AccountId], countries: &[Country]) -> String {
		let Self { speech, names, labels, .. } = *self;
		let choice = Teller { speech, names, labels }.may_hold(holders, countries);
		speech.wallet_choose_holders(choice)
	}

	/// What a call says. `None` if the wallet does not sign such a call, or the chain does not have what it is
	/// about.
	pub fn call(&self, call: &RuntimeCall, known: &Known) -> Option<String> {
		Some(match call {
			RuntimeCall::Consent(
				ConsentCall::grant { grantee, terms, .. }
				| ConsentCall::amend { grantee, terms, .. },
			)
			| RuntimeCall::AccessRequests(AccessRequestsCall::approve { grantee, terms, .. }) => {
				self.consent(grantee, terms)
			},
			RuntimeCall::Consent(ConsentCall::revoke { grantee, id }) => {
				self.revocation(grantee, *id, known.terms(grantee, *id)?)
			},
			RuntimeCall::Consent(ConsentCall::refuse_assisted) => {
				self.speech.wallet_refuse_assisted()
			},
			RuntimeCall::AccessRequests(AccessRequestsCall::deny { request }) => {
				let (_, found) = known.requests.iter().find(|(id, _)| id == request)?;
				self.refusal(&found.asker)
			},
			RuntimeCall::AccessRequests(AccessRequestsCall::withdraw { patient, request }) => {
				self.withdrawal(patient, *request)
			},
			RuntimeCall::AccessRequests(asked) => {
				let Self { speech, me, names, labels } = *self;
				Teller { speech, names, labels }.request(&spoken_call(me, asked)?)
			},
			RuntimeCall::Enrolment(call) => registrar::sentence(self.speech, self.names, call)?,
			RuntimeCall::Custody(CustodyCall::choose_holders { holders, countries }) => {
				self.holders(holders, countries)
			},
			_ => return None,
		})
	}

	/// Whether a text that was shown says what the call does.
	pub fn says(&self, shown: &str, call: &RuntimeCall, known: &Known) -> bool {
		let said = self.call(call, known);
		said.is_some_and(|said| shown.split(PARAGRAPH).any(|paragraph| paragraph == said))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_agent::english::speech_of;
	use vouchsafe_protocol::types::{Actions, Effect, Grantor, ShownText, H256, POLICY_VERSION};

	const HOSPITAL: AccountId = AccountId::new([1; 32]);

	fn permit() -> Terms {
		vouchsafe_agent::consent::plain_terms(Effect::Permit)
	}

	fn known(id: u32, terms: Terms) -> Known {
		let consent = Consent {
			id,
			revision: 0,
			policy_version: POLICY_VERSION,
			granted_at: 0,
			confirmed_at: None,
			terms,
			text: ShownText { commitment: H256::zero(), language: *b"en" },
			grantor: Grantor::Patient,
		};
		Known { consents: vec![(Grantee::Institution(HOSPITAL), consent)], requests: vec![] }
	}

	fn revoke(id: u32) -> RuntimeCall {
		ConsentCall::revoke { grantee: Grantee::Institution(HOSPITAL), id }.into()
	}

	fn with_wording(language: &str, test: impl FnOnce(Wording)) {
		let (mut names, labels) = (Names::default(), LabelTable::default());
		names.add_institution("Hospital A", HOSPITAL);
		test(Wording {
			speech: speech_of(language),
			me: &HOSPITAL,
			names: &names,
			labels: &labels,
		});
	}

	/// The attack: the consent is another one, or was changed, after the person has read what is revoked.
	#[test]
	fn a_revocation_is_worded_again_from_what_the_chain_has() {
		for language in ["en", "de", "id"] {
			with_wording(language, |wording| {
				let grantee = Grantee::Institution(HOSPITAL);
				let shown = wording.revocation(&grantee, 4, &permit());
				assert!(shown.contains("Hospital A") && shown.contains('4'), "{shown}");
				assert!(wording.says(&shown, &revoke(4), &known(4, permit())));
				let wider = Terms { actions: Actions::default(), ..permit() };
				assert!(!wording.says(&shown, &revoke(4), &known(4, wider)), "it was changed");
				assert!(!wording.says(&shown, &revoke(5), &known(5, permit())), "another number");
				assert!(!wording.says(&shown, &revoke(4), &Known::default()), "it is not there");
				let other = ConsentCall::revoke { grantee: Grantee::Everyone, id: 4 }.into();
				assert!(!wording.says(&shown, &other, &known(4, permit())), "somebody else's");
				// In quotes it is only a part of what was shown.
				let grant = ConsentCall::grant {
					grantee,
					terms: permit(),
					text: ShownText { commitment: H256::zero(), language: *b"en" },
				};
				assert!(!wording.says(&shown, &grant.into(), &known(4, permit())));
			});
		}
	}

	#[test]
	fn each_part_of_a_text_stands_for_itself() {
		with_wording("en", |wording| {
			let known = known(4, permit());
			let revocation = wording.revocation(&Grantee::Institution(HOSPITAL), 4, &permit());
			let shown = ["Something else.", &revocation].join(PARAGRAPH);
			assert!(wording.says(&shown, &revoke(4), &known));
			assert!(!wording.says(&format!("I do not say: {revocation}"), &revoke(4), &known));
			let refusal = wording.speech.wallet_refuse_assisted();
			assert!(wording.says(&refusal, &ConsentCall::refuse_assisted.into(), &known));
			assert!(!wording.says(&shown, &ConsentCall::refuse_assisted.into(), &known));
		});
	}

	#[test]
	fn holders_are_named() {
		with_wording("en", |wording| {
			let call = |holders: Vec<AccountId>| -> RuntimeCall {
				CustodyCall::choose_holders { holders, countries: vec![*b"DE"] }.into()
			};
			let shown = wording.holders(&[HOSPITAL], &[*b"DE"]);
			assert!(shown.contains("Hospital A") && shown.contains("Germany"), "{shown}");
			assert!(wording.says(&shown, &call(vec![HOSPITAL]), &Known::default()));
			assert!(!wording.says(&shown, &call(vec![]), &Known::default()));
		});
	}

	#[test]
	fn what_the_wallet_does_not_sign_has_no_words() {
		with_wording("en", |wording| {
			let withdraw = AccessRequestsCall::deny { request: 1 }.into();
			assert_eq!(wording.call(&withdraw, &Known::default()), None, "there is no request");
			let confirm = ConsentCall::confirm { grantee: Grantee::Everyone, id: 1, revision: 0 };
			assert_eq!(wording.call(&confirm.into(), &Known::default()), None);
		});
	}
}
