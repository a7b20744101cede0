//! A disk that is almost full.

use super::*;
use crate::config::Config;

#[tokio::test]
async fn on_a_full_disk_envelopes_are_refused_and_shares_are_released_and_destroyed() {
	let mut fixture = Fixture::new();
	fn may_stay(block: &mut BlockDouble) {
		block.carried.push((account_bytes(&id(&patient())), 5, RECORD));
	}
	fixture.set_chain(may_stay, may_stay);
	let carry = fixture.carry();
	fn carried(fixture: &Fixture, share: &CarryShare) -> Bytes {
		fixture.sign(&patient(), action::CARRY_SHARE, share)
	}
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
	let is_carried = carry_share(State(fixture.state.clone()), carried(&fixture, &carry)).await;
	assert!(is_carried.is_ok());

	let full: [fn(&mut Config); 2] = [
		|config| config.store.reserve = u64::MAX / 2,
		|config| (config.store.reserve, config.store.reserve_inodes) = (0, u64::MAX / 2),
	];
	for change in full {
		change(&mut Arc::get_mut(&mut fixture.state).unwrap().config);
		let refused = fixture.deliver(&author(), &fixture.envelope()).await.unwrap_err();
		assert!(matches!(refused, ApiError::Full) && refused.status() == 507);
		assert!(refused.to_string().contains("make room"), "{refused}");
		let request = carried(&fixture, &carry);
		let refused = carry_share(State(fixture.state.clone()), request).await.map(drop);
		assert!(matches!(refused, Err(ApiError::Full)), "{refused:?}");
		assert_eq!(fixture.release(&reader()).await.unwrap().shares.len(), 2);
	}
	let shares = fixture.state.database.all_carried(None).await.unwrap();
	assert_eq!(fixture.state.database.destroy_carried(shares).await.unwrap(), 1);
	assert_eq!(fixture.release(&reader()).await.unwrap().shares.len(), 1);
}
