//! Tests of signing.

use super::*;
use crate::{
	calls::AccessRequestsCall,
	extrinsics::{Mortality, RuntimeVersion},
};
use futures::FutureExt;
use proptest::prelude::*;
use subxt_signer::sr25519::{dev, Keypair};

const NOW: u64 = 1_800_000_000;

#[test]
fn a_request_is_its_signers_and_for_one_use() {
	let (genesis, custodian) = (H256([1; 32]), AccountId::new([2; 32]));
	let sign = || sign_request(&dev::alice(), genesis, &custodian, "read", &7u32, NOW);
	let signed = sign();
	assert!(signed.is_authentic(&genesis, NOW));
	let payload = signed.payload::<u32>().unwrap();
	assert_eq!((payload.genesis.0, payload.custodian.0, payload.body), ([1; 32], [2; 32], 7));
	assert_eq!(payload.at, NOW);
	assert_ne!(payload.nonce, sign().payload::<u32>().unwrap().nonce);

	let forged = Signed { account: Hex(dev::bob().public_key().0), ..signed.clone() };
	assert!(!forged.is_authentic(&genesis, NOW));
	let changed = Signed { payload: signed.payload.replace('7', "8"), ..signed };
	assert!(!changed.is_authentic(&genesis, NOW));
}

/// An account whose requests another key signs.
struct Delegated {
	account: Keypair,
	session: Keypair,
	delegation: Delegation,
}

impl Signer for Delegated {
	fn account(&self) -> AccountId {
		Signer::account(&self.account)
	}

	fn sign_request(&self, text: &str) -> [u8; 64] {
		self.session.sign_request(text)
	}

	fn delegation(&self) -> Option<Delegation> {
		Some(self.delegation.clone())
	}

	fn sign_as_account<'a>(&'a self, what: ToSign<'a>) -> Signing<'a> {
		self.account.sign_as_account(what)
	}
}

const GENESIS: H256 = H256([1; 32]);

fn delegate(account: &Keypair, session: &Keypair) -> Delegation {
	let session = Signer::account(session);
	let signing = Delegation::sign(account, &session, GENESIS, NOW);
	signing.now_or_never().unwrap().unwrap()
}

/// A request of Alice, which Bob's key signs by this delegation.
fn by_session(delegation: Delegation) -> Signed {
	let signer = Delegated { account: dev::alice(), session: dev::bob(), delegation };
	sign_request(&signer, GENESIS, &AccountId::new([2; 32]), "read", &7u32, NOW)
}

/// Signs a changed delegation again.
fn resigned(mut delegation: Delegation, change: impl Fn(&mut Delegation)) -> Delegation {
	change(&mut delegation);
	let text = delegation_text(&delegation);
	Delegation { signature: Hex(dev::alice().sign(&wrap(&text)).0), ..delegation }
}

#[test]
fn a_session_key_makes_requests_for_eight_hours() {
	let delegation = delegate(&dev::alice(), &dev::bob());
	let signed = by_session(delegation.clone());
	assert_eq!(signed.account.0, dev::alice().public_key().0);
	for (now, is_in_time) in [
		(NOW - 1, false),
		(NOW, true),
		(NOW + MAX_DELEGATION - 1, true),
		(NOW + MAX_DELEGATION, false),
		(0, false),
		(u64::MAX, false),
	] {
		assert_eq!(signed.is_authentic(&GENESIS, now), is_in_time, "{now}");
	}
	assert!(!signed.is_authentic(&H256([9; 32]), NOW), "another chain");
	let json = serde_json::to_string(&signed).unwrap();
	assert_eq!(serde_json::from_str::<Signed>(&json).unwrap(), signed);
	let alone = serde_json::to_string(&Signed { delegation: None, ..signed }).unwrap();
	assert!(!alone.contains("delegation"), "custodians of the version before take it");
}

#[test]
fn a_delegation_is_what_the_account_signed() {
	let delegation = delegate(&dev::alice(), &dev::bob());
	let changes: [fn(&mut Delegation); 6] = [
		|it| it.account = Hex(dev::charlie().public_key().0),
		|it| it.session = Hex(dev::charlie().public_key().0),
		|it| it.genesis.0[0] ^= 1,
		|it| it.from -= 1,
		|it| it.until -= 1,
		|it| it.signature.0[0] ^= 1,
	];
	for change in changes {
		let mut changed = delegation.clone();
		change(&mut changed);
		assert!(!by_session(changed.clone()).is_authentic(&GENESIS, NOW), "{changed:?}");
	}
	// Signed by the account, and still not accepted.
	let changes: [fn(&mut Delegation); 4] = [
		|it| it.account = Hex(dev::charlie().public_key().0),
		|it| it.session = Hex(dev::charlie().public_key().0),
		|it| it.genesis.0[0] ^= 1,
		|it| it.until += 1,
	];
	for change in changes {
		let changed = resigned(delegation.clone(), change);
		assert!(!by_session(changed.clone()).is_authentic(&GENESIS, NOW), "{changed:?}");
	}
	let shorter = resigned(delegation.clone(), |it| it.until -= 1);
	assert!(by_session(shorter).is_authentic(&GENESIS, NOW));
	// Bob's own delegation is not Alice's, and a session key cannot delegate.
	let others = delegate(&dev::bob(), &dev::bob());
	assert!(!by_session(others.clone()).is_authentic(&GENESIS, NOW));
	let claimed = Delegation { account: Hex(dev::alice().public_key().0), ..others };
	assert!(!by_session(claimed).is_authentic(&GENESIS, NOW));
	// Alice's key under a delegation to Bob's, and Bob's without the delegation.
	let signed = by_session(delegation);
	let own = Hex(dev::alice().sign(&wrap(&signed.payload)).0);
	assert!(!Signed { signature: own, ..signed.clone() }.is_authentic(&GENESIS, NOW));
	assert!(!Signed { delegation: None, ..signed }.is_authentic(&GENESIS, NOW));
}

#[test]
fn a_session_key_signs_no_transaction() {
	let call: RuntimeCall = AccessRequestsCall::deny { request: 1 }.into();
	let binding = Binding {
		version: RuntimeVersion { spec_version: 1, transaction_version: 1 },
		genesis: GENESIS,
		mortality: Mortality::new(5, 64),
		from: H256([4; 32]),
		nonce: 0,
	};
	let (account, session) = (Signer::account(&dev::alice()), dev::bob());
	let what = ToSign::Call(&call, &binding);
	let forged = session.sign(&what.bytes()).0;
	assert!(!what.is_signed_by(&account, &forged));
	// What signs requests is asked for the account's own signature.
	let delegation = delegate(&dev::alice(), &session);
	let signer = Delegated { account: dev::alice(), session, delegation };
	let signed = extrinsics::sign(&signer, &call, &binding).now_or_never().unwrap().unwrap();
	let own = signer.sign_as_account(what).now_or_never().unwrap().unwrap();
	assert!(what.is_signed_by(&account, &own));
	assert_eq!(extrinsics::signer_and_nonce(&signed), Some((account, 0)));
}

#[test]
fn the_delegations_text_does_not_change() {
	let delegation = Delegation {
		account: Hex([0xab; 32]),
		session: Hex([0xcd; 32]),
		genesis: Hex([0xef; 32]),
		from: 1_798_761_600,
		until: 1_798_790_400,
		signature: Hex([0; 64]),
	};
	let expected = [
		"Vouchsafe delegation",
		"For eight hours at most, this wallet may ask custodians in your name. It cannot sign transactions.",
		"chain 0xefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef",
		"account 0xabababababababababababababababababababababababababababababababab",
		"session key 0xcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		"from 1798761600",
		"until 1798790400",
	];
	assert_eq!(delegation_text(&delegation), expected.join("\n"));
}

/// The text of the enrolment pallet's own test.
#[test]
fn the_enrolment_text_is_the_pallets() {
	let institution = AccountId::new([1; 32]);
	let text =
		enrolment_text(H256([0xab; 32]), &institution, "patient", &[0xef; 32], 1_798_761_600);
	let expected = [
		"Vouchsafe enrolment",
		"chain 0xabababababababababababababababababababababababababababababababab",
		"institution 0x0101010101010101010101010101010101010101010101010101010101010101",
		"as patient",
		"encryption key 0xefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef",
		"until 1798761600",
	];
	assert_eq!(text, expected.join("\n"));
}

#[test]
fn a_registration_is_the_custodians_and_for_this_institution() {
	let sign = || {
		let (genesis, institution) = (H256([1; 32]), AccountId::new([2; 32]));
		let url = "https://a.example";
		SignedCustodian::sign(&dev::alice(), genesis, &institution, url, [3; 32], NOW)
	};
	assert!(sign().is_authentic());
	let changes: [fn(&mut SignedCustodian); 6] = [
		|signed| signed.genesis.0[0] ^= 1,
		|signed| signed.institution.0[0] ^= 1,
		|signed| signed.url.push('x'),
		|signed| signed.account = Hex(dev::bob().public_key().0),
		|signed| signed.encryption_key.0[0] ^= 1,
		|signed| signed.expires += 1,
	];
	for change in changes {
		let mut changed = sign();
		change(&mut changed);
		assert!(!changed.is_authentic(), "{changed:?}");
	}
}

/// The text of the enrolment pallet's own test.
#[test]
fn the_custodians_text_is_the_pallets() {
	let institution = AccountId::new([1; 32]);
	let url = "https://a.example";
	let text = custodian_text(H256([0xab; 32]), &institution, url, &[0xef; 32], 1_798_761_600);
	let expected = [
		"Vouchsafe custodian",
		"chain 0xabababababababababababababababababababababababababababababababab",
		"institution 0x0101010101010101010101010101010101010101010101010101010101010101",
		"address https://a.example",
		"encryption key 0xefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef",
		"until 1798761600",
	];
	assert_eq!(text, expected.join("\n"));
}

proptest! {
	#[test]
	fn foreign_signatures_are_false(account: [u8; 32], text: String, signature: Vec<u8>) {
		let mut bytes = [0; 64];
		for (to, from) in bytes.iter_mut().zip(signature) {
			*to = from;
		}
		prop_assert!(!verify(&AccountId::new(account), &text, &bytes));
	}
}
