//! Custodians: what a replaced one has signed.

use super::{chain::*, *};
use sp_core::Pair as _;
use sp_runtime::transaction_validity::InvalidTransaction;

/// When the custodians' signatures expire: an hour after the chain's beginning.
const EXPIRES: u64 = 1_800_003_600;

/// The institution names the account of this path as its custodian.
fn name(chain: &mut Chain, institution: &str, path: &str) {
	let (url, key, expires) = (b"https://custodian.example", [1; 32], EXPIRES);
	let genesis = chain.state(|| System::block_hash(0));
	let institution_account = account(institution);
	let text = pallet_enrolment::custodian_text(&genesis, &institution_account, url, &key, expires);
	let signature = pair(path).sign(format!("<Bytes>{text}</Bytes>").as_bytes()).into();
	let (url, account) = (url.to_vec().try_into().unwrap(), account(path));
	let call = pallet_enrolment::Call::set_custodian { url, account, key, expires, signature };
	chain.ok(institution, call);
}

/// The attack: a custodian's account moves to another institution, and somebody sends again what it has
/// acknowledged for the first one. The second would then count as keeping what it does not keep.
#[test]
fn an_acknowledgement_does_not_count_for_another_institution() {
	let mut chain = Chain::new();
	name(&mut chain, "//HospitalA", "//Moving");
	chain.ok("//PatientA", create_many("//PatientA", 0..1));
	let acknowledge = || acknowledge_many("//PatientA", 0..1);
	let old = chain.sign("//Moving", acknowledge(), 0);
	assert!(chain.pool(old.clone()).is_ok());
	chain.ok("//Moving", acknowledge());

	name(&mut chain, "//HospitalA", "//Next");
	name(&mut chain, "//HospitalB", "//Moving");
	assert_eq!(chain.pool(old), Err(InvalidTransaction::Stale.into()));
	// What it signs now counts.
	chain.ok("//Moving", acknowledge());
}
