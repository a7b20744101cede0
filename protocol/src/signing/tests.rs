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

fn binding(nonce: u64) -> Binding {
	Binding {
		version: RuntimeVersion { spec_version: 1, transaction_version: 1 },
		genesis: GENESIS,
		mortality: Mortality::new(5, 64),
		from: H256([4; 32]),
		nonce,
	}
}

#[test]
fn a_session_key_signs_no_transaction() {
	let call: RuntimeCall = AccessRequestsCall::deny { request: 1 }.into();
	let binding = binding(0);
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

/// Bob's key, which signs for Alice's account.
fn bobs_for_alice() -> ReplacementKey {
	ReplacementKey::new(Arc::new(dev::bob()), Signer::account(&dev::alice()))
}

#[test]
fn what_a_replacing_key_signs_names_the_key() {
	let (signer, bob) = (bobs_for_alice(), Signer::account(&dev::bob()));
	assert_eq!(signer.account(), Signer::account(&dev::alice()));
	assert_eq!((signer.key(), dev::bob().key()), (bob.clone(), bob.clone()));
	// As the several parts of a program have it.
	let shared: SharedSigner = Arc::new(signer.clone());
	assert_eq!((shared.account(), shared.key()), (signer.account(), bob.clone()));

	let signed = sign_request(&shared, GENESIS, &AccountId::new([2; 32]), "read", &7u32, NOW);
	assert_eq!(signed.account, Hex::from(&bob));
	assert!(signed.is_authentic(&GENESIS, NOW));
	let account = Hex::from(&signer.account());
	assert!(!Signed { account, ..signed }.is_authentic(&GENESIS, NOW));

	let call: RuntimeCall = AccessRequestsCall::deny { request: 1 }.into();
	let binding = binding(3);
	let extrinsic = extrinsics::sign(&shared, &call, &binding).now_or_never().unwrap().unwrap();
	assert_eq!(extrinsics::signer_and_nonce(&extrinsic), Some((bob.clone(), 3)));
	let what = ToSign::Call(&call, &binding);
	let signature = shared.sign_as_account(what).now_or_never().unwrap().unwrap();
	assert!(what.is_signed_by(&bob, &signature));
	assert!(!what.is_signed_by(&signer.account(), &signature));
}

#[test]
fn a_replacing_key_lets_a_session_key_make_requests() {
	let (session, account) = (dev::charlie(), Signer::account(&dev::alice()));
	let asked = Signer::account(&session);
	let signer = bobs_for_alice();
	let signing = Delegation::sign(&signer, &asked, GENESIS, NOW);
	let delegation = signing.now_or_never().unwrap().unwrap();
	assert_eq!(delegation.account, Hex(dev::bob().public_key().0));
	let delegated = Delegated { account: dev::bob(), session, delegation };
	let signer = ReplacementKey::new(Arc::new(delegated), account);
	let signed = sign_request(&signer, GENESIS, &AccountId::new([2; 32]), "read", &7u32, NOW);
	assert_eq!(signed.account, Hex(dev::bob().public_key().0));
	assert!(signed.is_authentic(&GENESIS, NOW));
	assert!(!signed.is_authentic(&GENESIS, NOW + MAX_DELEGATION));
}

/// The text of the recovery pallet's own test.
#[test]
fn the_text_of_a_new_key_is_the_pallets() {
	let [account, key] = [1, 41].map(|byte| AccountId::new([byte; 32]));
	let text = key_text(H256([0x11; 32]), &account, &key, &[7; 32], 1_798_761_600);
	let expected = [
		"Vouchsafe key",
		"chain 0x1111111111111111111111111111111111111111111111111111111111111111",
		"account 0x0101010101010101010101010101010101010101010101010101010101010101",
		"key 0x2929292929292929292929292929292929292929292929292929292929292929",
		"encryption key 0x0707070707070707070707070707070707070707070707070707070707070707",
		"until 1798761600",
	];
	assert_eq!(text, expected.join("\n"));
}

/// Bob's key wants to sign for Alice's account.
fn key_request() -> KeyRequest {
	let (account, key) = (Signer::account(&dev::alice()), dev::bob());
	let signing = KeyRequest::sign(&key, GENESIS, &account, [3; 32], NOW);
	signing.now_or_never().unwrap().unwrap()
}

#[test]
fn a_key_request_is_the_new_keys_and_for_this_account() {
	let request = key_request();
	assert!(request.is_authentic());
	assert_eq!(request.key, Hex(dev::bob().public_key().0));
	assert_eq!(request.account, Hex(dev::alice().public_key().0));
	let text = key_text(
		GENESIS,
		&Signer::account(&dev::alice()),
		&Signer::account(&dev::bob()),
		&[3; 32],
		NOW,
	);
	assert!(verify(&Signer::account(&dev::bob()), &text, &request.signature.0));
	let changes: [fn(&mut KeyRequest); 7] = [
		|request| request.genesis.0[0] ^= 1,
		|request| request.account = Hex(dev::charlie().public_key().0),
		|request| request.key = Hex(dev::charlie().public_key().0),
		// As if the account's first key had asked.
		|request| request.key = request.account,
		|request| request.encryption_key.0[0] ^= 1,
		|request| request.expires += 1,
		|request| request.signature.0[0] ^= 1,
	];
	for change in changes {
		let mut changed = key_request();
		change(&mut changed);
		assert!(!changed.is_authentic(), "{changed:?}");
		let file = serde_json::to_vec(&changed).unwrap();
		assert_eq!(KeyRequest::read(&file), Err(KeyRequestError::NotSigned));
	}
}

#[test]
fn a_file_with_a_key_request_is_checked() {
	let request = key_request();
	let json = serde_json::to_string_pretty(&request).unwrap();
	assert_eq!(KeyRequest::read(json.as_bytes()), Ok(request));
	let long = [json.as_bytes(), &vec![b' '; MAX_REQUEST]].concat();
	for file in [
		&b""[..],
		b"{}",
		b"\xff",
		&json.as_bytes()[1..],
		json.replace("\"account\"", "\"accounts\"").as_bytes(),
		json.replace("\"expires\"", "\"more\": 1, \"expires\"").as_bytes(),
		&long,
	] {
		let refused = KeyRequest::read(file);
		assert!(matches!(refused, Err(KeyRequestError::Malformed(_))), "{refused:?}");
	}
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

	#[test]
	fn foreign_files_are_no_key_requests(bytes: Vec<u8>) {
		prop_assert!(KeyRequest::read(&bytes).is_err());
	}
}
