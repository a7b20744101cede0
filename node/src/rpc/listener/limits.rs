//! The limits of the listener: calls and connections of one address, and calls at once.

use super::source::Source;
use futures::{future::BoxFuture, FutureExt};
use governor::{clock::Clock, DefaultKeyedRateLimiter, Quota, RateLimiter};
use jsonrpsee::{
	server::middleware::rpc::RpcServiceT,
	types::{error::INTERNAL_ERROR_CODE, ErrorObjectOwned, Request},
	MethodResponse,
};
use std::{
	collections::HashMap,
	num::NonZeroU32,
	sync::{Arc, Mutex},
};
use tokio::sync::{Notify, Semaphore};

/// The error of an address that calls too often: “limit exceeded” in
/// [EIP-1474](https://eips.ethereum.org/EIPS/eip-1474), for want of a code in JSON-RPC.
pub const LIMIT_EXCEEDED_CODE: i32 = -32_005;
/// Calls at once that the runtime answers. The node's own work goes on beside them.
const CALLS_AT_ONCE: usize = 4;
/// An address may use up so many seconds' calls at once.
const BURST_SECONDS: u32 = 5;

/// Limits calls.
pub struct CallLimits {
	rate: NonZeroU32,
	calls: DefaultKeyedRateLimiter<Source>,
	at_once: Semaphore,
}

impl CallLimits {
	/// Limits each address to so many calls per second.
	pub fn new(rate: NonZeroU32) -> Self {
		let burst = rate.saturating_mul(NonZeroU32::MIN.saturating_add(BURST_SECONDS - 1));
		let calls = RateLimiter::keyed(Quota::per_second(rate).allow_burst(burst));
		Self { rate, calls, at_once: Semaphore::new(CALLS_AT_ONCE) }
	}

	/// Forgets addresses that have called nothing lately.
	pub fn forget(&self) {
		self.calls.retain_recent();
	}

	/// Counts a call.
	fn count(&self, source: Source) -> Result<(), ErrorObjectOwned> {
		self.calls.check_key(&source).map_err(|refusal| {
			let wait = refusal.wait_time_from(self.calls.clock().now());
			let message = format!(
				"too many calls from this address: at most {} per second; try again in {} ms",
				self.rate,
				wait.as_millis().max(1)
			);
			ErrorObjectOwned::owned(LIMIT_EXCEEDED_CODE, message, None::<()>)
		})
	}
}

/// Answers the calls of one source, within the limits.
#[derive(Clone)]
pub struct Limited<S> {
	/// Answers.
	pub service: S,
	/// Who calls.
	pub source: Source,
	/// The limits.
	pub limits: Arc<CallLimits>,
	/// Notified of each call when it comes and when it is answered.
	pub calls: Arc<Notify>,
}

impl<'a, S> RpcServiceT<'a> for Limited<S>
where
	S: RpcServiceT<'a> + Clone + Send + Sync + 'static,
{
	type Future = BoxFuture<'a, MethodResponse>;

	fn call(&self, request: Request<'a>) -> Self::Future {
		let Self { service, source, limits, calls } = self.clone();
		calls.notify_one();
		async move {
			if let Err(refusal) = limits.count(source) {
				return MethodResponse::error(request.id, refusal);
			}
			let Ok(_turn) = limits.at_once.acquire().await else {
				let message = "the node is stopping";
				let refusal = ErrorObjectOwned::owned(INTERNAL_ERROR_CODE, message, None::<()>);
				return MethodResponse::error(request.id, refusal);
			};
			let answer = service.call(request).await;
			calls.notify_one();
			answer
		}
		.boxed()
	}
}

/// Limits connections.
pub struct Connections {
	each: usize,
	all: usize,
	open: Mutex<HashMap<Source, usize>>,
}

/// The right to have a connection. It ends when this is dropped.
pub struct Place {
	source: Source,
	connections: Arc<Connections>,
}

impl Connections {
	/// At most `all` connections, of which one source has at most `each`.
	pub fn new(each: usize, all: usize) -> Arc<Self> {
		Arc::new(Self { each, all, open: Mutex::default() })
	}

	/// Admits a connection, if there is a place.
	pub fn admit(self: &Arc<Self>, source: Source) -> Option<Place> {
		let mut open = self.open.lock().ok()?;
		let own = open.get(&source).copied().unwrap_or_default();
		if own >= self.each || open.values().sum::<usize>() >= self.all {
			return None;
		}
		open.insert(source, own.saturating_add(1));
		Some(Place { source, connections: self.clone() })
	}
}

impl Drop for Place {
	fn drop(&mut self) {
		let Ok(mut open) = self.connections.open.lock() else { return };
		let left = open.get(&self.source).copied().unwrap_or_default().saturating_sub(1);
		if left == 0 {
			open.remove(&self.source);
		} else {
			open.insert(self.source, left);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::net::IpAddr;

	fn source(last: u8) -> Source {
		IpAddr::from([192, 0, 2, last]).into()
	}

	#[test]
	fn each_address_has_a_rate_of_its_own() {
		let rate = NonZeroU32::new(2).unwrap();
		let limits = CallLimits::new(rate);
		for _ in 0..2 * BURST_SECONDS {
			assert_eq!(limits.count(source(1)), Ok(()));
		}
		let refusal = limits.count(source(1)).unwrap_err();
		assert_eq!(refusal.code(), LIMIT_EXCEEDED_CODE);
		let message = refusal.message();
		let expected = "too many calls from this address: at most 2 per second; try again in ";
		assert!(message.starts_with(expected), "{message}");
		assert_eq!(limits.count(source(2)), Ok(()));
		// What is still limited is not forgotten.
		limits.forget();
		assert!(limits.count(source(1)).is_err());
	}

	#[test]
	fn connections_have_places() {
		let connections = Connections::new(2, 3);
		let places = [source(1), source(1), source(2)].map(|source| connections.admit(source));
		assert!(places.iter().all(Option::is_some));
		// The first address has all of its own, and the third finds none left.
		assert!(connections.admit(source(1)).is_none());
		assert!(connections.admit(source(3)).is_none());
		let [first, _second, _third] = places;
		drop(first);
		let again = connections.admit(source(1));
		assert!(again.is_some() && connections.admit(source(1)).is_none());
	}

	#[test]
	fn places_are_given_back() {
		let connections = Connections::new(1, 1);
		for last in 0..10 {
			assert!(connections.admit(source(last)).is_some());
		}
		assert!(connections.open.lock().unwrap().is_empty());
	}
}
