//! Whether a custodian may keep a share that a patient carried to it, asked through the runtime API.

use super::{chain::*, *};
use apis::runtime_decl_for_vouchsafe_api::VouchsafeApi;
use vouchsafe_primitives::{Categories, Category};

/// Patient A's record and consent for hospital B.
struct Carried {
	chain: Chain,
	record: RecordId,
	consent: u32,
	revoke: RuntimeCall,
}

impl Carried {
	fn new() -> Self {
		let mut chain = Chain::new();
		let (create, record) = create_own("//PatientA");
		chain.ok("//PatientA", create);
		let revoke = grant_to_hospital_b(&mut chain);
		let consents = chain.state(|| Consent::consents_of(account("//PatientA"), None, 10));
		Self { chain, record, consent: consents[0].1.id, revoke }
	}

	/// Whether this holder may keep the share.
	fn may_stay_at(&mut self, holder: &str) -> bool {
		let (record, consent) = (self.record, self.consent);
		self.chain.state(|| {
			let grantee = Grantee::Institution(account("//HospitalB"));
			let patient = account("//PatientA");
			let records = vec![record, RecordId::zero()];
			let answers = <Runtime as VouchsafeApi<Block>>::may_carry(
				account(holder),
				patient,
				grantee,
				consent,
				records,
			);
			assert_eq!(answers.len(), 2);
			assert!(!answers[1], "there is no such record");
			answers[0]
		})
	}

	fn amend(&mut self, terms: Terms) {
		let text = ShownText { commitment: [7; 32].into(), language: *b"en" };
		let grantee = Grantee::Institution(account("//HospitalB"));
		let id = self.consent;
		let call = pallet_consent::Call::amend { grantee, id, revision: 0, terms, text };
		self.chain.ok("//PatientA", call);
	}
}

#[test]
fn a_share_stays_while_the_consent_is_in_force() {
	let mut carried = Carried::new();
	assert!(carried.may_stay_at("//HospitalB"));
	let revoke = carried.revoke.clone();
	carried.chain.ok("//PatientA", revoke);
	assert!(!carried.may_stay_at("//HospitalB"));
}

#[test]
fn an_amendment_that_narrows_ends_it() {
	let mut carried = Carried::new();
	let other = Category::ALL.iter().copied();
	let category = carried.chain.state(|| {
		let records = Records::records_of(account("//PatientA"), None, 1);
		records[0].1.category
	});
	let others: Vec<Category> = other.filter(|other| *other != category).collect();
	carried.amend(Terms { categories: Categories::of(&others), ..permit() });
	assert!(!carried.may_stay_at("//HospitalB"));
}

#[test]
fn denies_of_the_grantee_and_of_the_holder_end_it() {
	for (denied, holder, stays) in [
		("//HospitalB", "//HospitalB", false),
		("//HospitalB", "//HospitalA", false),
		("//HospitalA", "//HospitalA", false),
		("//HospitalA", "//HospitalB", true),
	] {
		let mut carried = Carried::new();
		let terms = Terms::all(Effect::Deny { binds_break_glass: false });
		let deny = grant(Grantee::Institution(account(denied)), terms);
		carried.chain.ok("//PatientA", deny);
		assert_eq!(carried.may_stay_at(holder), stays, "{denied} {holder}");
	}
}

#[test]
fn it_answers_for_the_first_64_records() {
	let Carried { mut chain, record, consent, .. } = Carried::new();
	let ask = |count: usize| {
		let grantee = Grantee::Institution(account("//HospitalB"));
		let (holder, patient) = (account("//HospitalB"), account("//PatientA"));
		let records = vec![record; count];
		configs::records::may_carry(holder, patient, grantee, consent, records).len()
	};
	chain.state(|| assert_eq!([0, 1, 64, 65].map(ask), [0, 1, 64, 64]));
}
