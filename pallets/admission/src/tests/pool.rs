//! A model of the pool: many accounts of one institution send all that they may, and the calls that
//! matter still get into a block within three.
//!
//! The model takes what `validate` admits, keeps the calls of highest priority if it is full, and
//! fills blocks in the order of priority and of each account's nonces, as the node does.

use super::*;
use std::collections::BTreeMap;

/// Calls that a block holds.
const BLOCK: usize = 40;
/// Calls that the pool holds. It is full all the time.
const POOL: usize = 300;
/// Accounts of the flood.
const CROWD: usize = 100;

/// A call that waits.
#[derive(Clone)]
struct Waiting {
	who: AccountId,
	nonce: u64,
	call: RuntimeCall,
	priority: u64,
	/// When it came.
	order: usize,
}

#[derive(Default)]
struct Pool {
	waiting: Vec<Waiting>,
	came: usize,
}

impl Pool {
	/// Takes a call if it is valid, and drops the worst one if the pool is full: the one of lowest
	/// priority, and among these the oldest.
	fn submit(&mut self, who: &AccountId, nonce: u64, call: impl Into<RuntimeCall>) -> bool {
		let call = call.into();
		let Ok(valid) = offer(who, nonce, call.clone()) else { return false };
		self.insert(who, nonce, call, valid.priority)
	}

	fn insert(&mut self, who: &AccountId, nonce: u64, call: RuntimeCall, priority: u64) -> bool {
		let same = |waiting: &Waiting| waiting.who == *who && waiting.nonce == nonce;
		if let Some(place) = self.waiting.iter().position(same) {
			if self.waiting[place].priority >= priority {
				return false;
			}
			self.waiting.remove(place);
		}
		self.came += 1;
		let order = self.came;
		self.waiting.push(Waiting { who: who.clone(), nonce, call, priority, order });
		if self.waiting.len() > POOL {
			let worst = self.waiting.iter().min_by_key(|one| (one.priority, one.order)).unwrap();
			let worst = worst.order;
			self.waiting.retain(|one| one.order != worst);
			return worst != order;
		}
		true
	}

	/// Makes a block: the best of those whose nonce is next, one after the other.
	fn block(&mut self) -> Vec<Waiting> {
		let mut included = Vec::new();
		while included.len() < BLOCK {
			let next = |one: &&Waiting| one.nonce == System::account_nonce(&one.who);
			let best = self.waiting.iter().filter(next);
			let best = best.max_by_key(|one| (one.priority, usize::MAX - one.order)).cloned();
			let Some(best) = best else { break };
			self.waiting.retain(|one| one.order != best.order);
			if send(&best.who, best.call.clone()).is_ok() {
				included.push(best);
			}
		}
		self.waiting.retain(|one| one.nonce >= System::account_nonce(&one.who));
		included
	}
}

/// The attacker: everybody revokes a consent and sends openings, calls of a council in which they
/// have no seat, restrictions that nobody allowed, or other calls, as far as the pool takes them.
struct Flood {
	crowd: Vec<AccountId>,
}

impl Flood {
	fn new() -> Self {
		let crowd: Vec<_> = (0..CROWD).map(|number| account(&format!("Crowd{number}"))).collect();
		for account in &crowd {
			enrol(account, AccountKind::Patient);
			give_consents(account, 1);
		}
		Self { crowd }
	}

	fn send(&self, pool: &mut Pool) {
		for (number, account) in self.crowd.iter().enumerate() {
			let nonce = System::account_nonce(account);
			pool.submit(account, nonce, revoke(0));
			for ahead in 0..PERSON_CALLS {
				let call: RuntimeCall = match number % 4 {
					0 => Call::restrict { allowed: false }.into(),
					1 => Call::council {}.into(),
					2 => Call::open {}.into(),
					_ => note(),
				};
				pool.submit(account, nonce + ahead, call);
			}
		}
	}
}

/// Blocks until the account's call is included, while the flood goes on.
fn blocks_until(
	flood: &Flood,
	pool: &mut Pool,
	who: &AccountId,
	call: impl Into<RuntimeCall>,
) -> usize {
	let nonce = System::account_nonce(who);
	assert!(pool.submit(who, nonce, call), "a full pool takes it");
	for block in 1..=10 {
		flood.send(pool);
		if pool.block().iter().any(|one| one.who == *who) {
			return block;
		}
	}
	panic!("not included in ten blocks");
}

/// The crowd is so large that its first revocations alone fill two and a half blocks.
#[test]
fn a_flood_delays_nothing_that_matters() {
	let seat_b = hospital_b;
	let calls: Vec<(AccountId, RuntimeCall, usize)> = vec![
		(registrar_a(), Call::restrict { allowed: true }.into(), 3),
		(registrar_a(), note(), 3),
		(hospital_a(), Call::council {}.into(), 3),
		(seat_b(), Call::council {}.into(), 3),
		(patient_a(), revoke(0), 3),
		// These wait for the flood's openings that came before any of them was counted.
		(custodian_a(), Call::acknowledge {}.into(), 6),
		(doctor_b(), Call::open {}.into(), 6),
	];
	for (who, call, most) in calls {
		run(|| {
			give_consents(&patient_a(), 1);
			let (flood, mut pool) = (Flood::new(), Pool::default());
			flood.send(&mut pool);
			assert_eq!(pool.waiting.len(), POOL, "the pool is full");
			pool.block();
			let blocks = blocks_until(&flood, &mut pool, &who, call.clone());
			assert!(blocks <= most, "{call:?} took {blocks} blocks");
		});
	}
}

/// There is no call for break-glass yet: its priority is above that of the flood.
#[test]
fn there_is_room_for_break_glass() {
	run(|| {
		let (flood, mut pool) = (Flood::new(), Pool::default());
		flood.send(&mut pool);
		pool.block();
		let nonce = System::account_nonce(doctor_a());
		assert!(pool.insert(&doctor_a(), nonce, note(), priorities::BREAK_GLASS));
		let mut blocks = 0;
		while !pool.block().iter().any(|one| one.who == doctor_a()) {
			flood.send(&mut pool);
			blocks += 1;
		}
		assert!(blocks < 3, "{blocks}");
	});
}

/// Patients who stored many consents cannot fill the blocks by revoking them.
#[test]
fn a_flood_of_revocations_ends() {
	run(|| {
		let (flood, mut pool) = (Flood::new(), Pool::default());
		for account in &flood.crowd {
			give_consents(account, 1_000);
		}
		let mut next: BTreeMap<AccountId, u32> = BTreeMap::new();
		let mut first = 0;
		for _ in 0..12 {
			for account in &flood.crowd {
				let id = 999 - next.get(account).copied().unwrap_or_default();
				pool.submit(account, System::account_nonce(account), revoke(id));
			}
			for included in pool.block() {
				*next.entry(included.who).or_default() += 1;
				first += usize::from(included.priority == priorities::REVOCATION);
			}
		}
		assert_eq!(first, CROWD, "the first of each");
		// Another patient of the same hospital revokes before openings, and those of other hospitals before
		// nearly everything.
		for (who, expected) in
			[(patient_a(), priorities::LATER_REVOCATION), (doctor_b(), priorities::REVOCATION)]
		{
			give_consents(&who, 1);
			assert_eq!(priority(&who, revoke(0)), expected);
		}
	});
}

/// The hospital has enrolled more patients than the pool has room for, and each revokes a consent. Their
/// first revocations fill the pool once, and no more.
#[test]
fn first_revocations_of_a_great_crowd_end_too() {
	run(|| {
		let name = |number| account(&format!("Crowd{number}"));
		let crowd: Vec<_> = (0..5 * POOL).map(name).collect();
		for account in &crowd {
			enrol(account, AccountKind::Patient);
			give_consents(account, 1);
		}
		let mut pool = Pool::default();
		let flood = |pool: &mut Pool| {
			for account in &crowd {
				let nonce = System::account_nonce(account);
				if nonce == 0 {
					pool.submit(account, nonce, revoke(0));
				}
			}
		};
		flood(&mut pool);
		let mut blocks = 0;
		while !pool.block().iter().any(|one| one.who == registrar_a()) {
			// It is sent again until a pool takes it.
			pool.submit(&registrar_a(), 0, Call::restrict { allowed: true });
			flood(&mut pool);
			blocks += 1;
		}
		assert!(blocks <= POOL / BLOCK + 1, "{blocks}");
	});
}

/// An urgent call takes the place of a waiting one: the client signs it with the next nonce.
#[test]
fn an_urgent_call_does_not_wait_behind_the_accounts_own() {
	run(|| {
		let mut pool = Pool::default();
		for nonce in 0..MANAGEMENT_CALLS / 2 {
			assert!(pool.submit(&registrar_a(), nonce, note()));
		}
		assert!(pool.submit(&registrar_a(), 0, Call::restrict { allowed: true }));
		let first = pool.block().remove(0);
		assert_eq!(first.priority, priorities::RESTRICTION);
	});
}
