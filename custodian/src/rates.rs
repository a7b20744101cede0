//! Limits how many requests an address, an account and an institution make per second.
//!
//! Every request counts for its address first, before anything is read of it. A request that an enrolled
//! account has signed then counts for the account and its institution instead, as long as these are within
//! their limits. So people behind one address do not take each other's turns, and who exceeds the limits
//! of an account pays as a stranger does.

use crate::{config::Api, parties::Party};
use std::{
	collections::HashMap,
	sync::{Mutex, MutexGuard},
	time::{Duration, Instant},
};

/// How often parties are forgotten that have made no requests for a while.
const SWEEP: Duration = Duration::from_secs(60);

/// The requests that each party may still make.
pub struct Rates {
	table: Mutex<Table>,
}

struct Table {
	buckets: HashMap<Party, Bucket>,
	swept: Instant,
}

/// The requests that a party may make at once. More come with time.
struct Bucket {
	left: f64,
	at: Instant,
	rate: Rate,
}

/// Requests per second, and at once.
#[derive(Clone, Copy)]
struct Rate {
	per_second: f64,
	burst: f64,
}

impl Rate {
	fn of(party: Party, api: &Api) -> Self {
		let (per_second, burst) = match party.limits(api) {
			Some(limits) => (limits.requests_per_second, limits.burst),
			None => (api.requests_per_second, api.burst),
		};
		Self { per_second: per_second.into(), burst: burst.into() }
	}
}

impl Bucket {
	fn fill(&mut self, now: Instant) {
		let passed = now.saturating_duration_since(self.at).as_secs_f64();
		self.left = (self.left + passed * self.rate.per_second).min(self.rate.burst);
		self.at = now;
	}
}

impl Default for Rates {
	fn default() -> Self {
		Self { table: Mutex::new(Table { buckets: HashMap::new(), swept: Instant::now() }) }
	}
}

impl Rates {
	/// Counts a request of all these parties, or of none of them if one has made too many.
	pub fn count(&self, api: &Api, parties: &[Party], now: Instant) -> bool {
		let mut table = self.table();
		table.sweep(now);
		if !parties.iter().all(|party| table.bucket(*party, api, now).left >= 1.0) {
			return false;
		}
		for party in parties {
			table.bucket(*party, api, now).left -= 1.0;
		}
		true
	}

	/// Takes back what was counted of a party.
	pub fn give_back(&self, api: &Api, party: Party, now: Instant) {
		let mut table = self.table();
		let bucket = table.bucket(party, api, now);
		bucket.left = (bucket.left + 1.0).min(bucket.rate.burst);
	}

	fn table(&self) -> MutexGuard<'_, Table> {
		self.table.lock().unwrap_or_else(|error| error.into_inner())
	}
}

impl Table {
	fn bucket(&mut self, party: Party, api: &Api, now: Instant) -> &mut Bucket {
		let bucket = self.buckets.entry(party).or_insert_with(|| {
			let rate = Rate::of(party, api);
			Bucket { left: rate.burst, at: now, rate }
		});
		bucket.fill(now);
		bucket
	}

	fn sweep(&mut self, now: Instant) {
		if now.saturating_duration_since(self.swept) < SWEEP {
			return;
		}
		self.swept = now;
		self.buckets.retain(|_, bucket| {
			bucket.fill(now);
			bucket.left < bucket.rate.burst
		});
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::config::{Config, PartyLimits};
	use std::net::IpAddr;

	fn api() -> Api {
		let mut api = Config::parse(include_str!("../sample.toml")).unwrap().api;
		(api.requests_per_second, api.burst) = (1, 2);
		api.per_account = PartyLimits { requests_per_second: 2, burst: 3, ..api.per_account };
		api.per_institution =
			PartyLimits { requests_per_second: 4, burst: 4, ..api.per_institution };
		api
	}

	fn source(last: u8) -> Party {
		Party::Source(IpAddr::from([192, 0, 2, last]).into())
	}

	#[test]
	fn each_party_has_its_rate_and_its_burst() {
		let (rates, api, start) = (Rates::default(), api(), Instant::now());
		let after = |seconds| start + Duration::from_secs_f64(seconds);
		let count = |party, seconds| rates.count(&api, &[party], after(seconds));
		assert!(count(source(1), 0.0) && count(source(1), 0.0));
		assert!(!count(source(1), 0.9) && count(source(2), 0.9));
		assert!(count(source(1), 1.0) && !count(source(1), 1.0));
		for party in [Party::Account([1; 32]), Party::Account([2; 32])] {
			assert!((0..3).all(|_| count(party, 1.0)) && !count(party, 1.0));
			assert!(count(party, 1.5));
		}
		let (staff, patients) = (Party::Staff([1; 32]), Party::Patients([1; 32]));
		assert!((0..4).all(|_| count(staff, 2.0)) && !count(staff, 2.0));
		assert!(count(patients, 2.0), "patients take nothing from the staff");
	}

	#[test]
	fn what_one_party_may_not_do_counts_for_none() {
		let (rates, api, now) = (Rates::default(), api(), Instant::now());
		let count = |account| {
			rates.count(&api, &[Party::Account([account; 32]), Party::Staff([9; 32])], now)
		};
		assert!((0..3).all(|_| count(1)) && !count(1));
		assert!(count(2), "the institution has one left");
		assert!(!count(2) && !count(3));
		assert!(rates.count(&api, &[Party::Account([3; 32])], now));
	}

	#[test]
	fn what_is_given_back_is_there_again_and_no_more() {
		let (rates, api, now) = (Rates::default(), api(), Instant::now());
		let count = || rates.count(&api, &[source(1)], now);
		for _ in 0..10 {
			assert!(count());
			rates.give_back(&api, source(1), now);
		}
		rates.give_back(&api, source(1), now);
		assert!(count() && count() && !count());
	}

	#[test]
	fn who_makes_no_requests_is_forgotten() {
		let (rates, api, now) = (Rates::default(), api(), Instant::now());
		for last in 0..100 {
			assert!(rates.count(&api, &[source(last)], now));
		}
		assert!(rates.count(&api, &[source(200)], now + SWEEP));
		assert_eq!(rates.table().buckets.len(), 1);
	}
}
