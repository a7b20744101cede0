//! Sessions, in which validators' keys change.

use super::chain::*;
use crate::Session;

#[test]
fn a_session_lasts_an_hour_of_the_chains_time() {
	let mut chain = Chain::new();
	let mut index_at = |age| {
		chain.block_at(age);
		chain.state(Session::current_index)
	};
	// The first block begins none, although 1970 is long ago.
	assert_eq!(index_at(4), 0);
	assert_eq!(index_at(3_598), 0);
	assert_eq!(index_at(3_600), 1);
	assert_eq!(index_at(3_602), 1);
	// One block in ten slots is enough.
	assert_eq!(index_at(7_190), 1);
	assert_eq!(index_at(7_210), 2);
	// After a standstill of three hours one session has passed, not three.
	assert_eq!(index_at(18_010), 3);
	assert_eq!(index_at(18_012), 3);
}
