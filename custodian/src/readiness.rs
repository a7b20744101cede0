//! Whether the custodian can serve: the checks that `/ready` reports. A backlog of versions to
//! acknowledge is a metric and not a failure, and neither is a study's round that waits, a wallet that is
//! not the published one, or a certificate that expires soon.

use std::{
	sync::{Mutex, MutexGuard},
	time::{Duration, Instant},
};
use vouchsafe_client::messages::{Check, Readiness};

/// How long all tasks may stay silent. The node is checked every few seconds, so longer silence
/// means that its task hangs.
const SILENCE: Duration = Duration::from_secs(120);

/// One of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckName {
	/// The node is recent enough to decide who has access.
	Node,
	/// The node is on the right chain.
	Chain,
	/// The node has the states of the blocks that are not indexed yet.
	States,
	/// The chain names this custodian.
	Enrolled,
	/// The IPFS node answers.
	Kubo,
	/// The index is up to date and agrees with the chain.
	Index,
	/// The IPFS node still has what was acknowledged.
	Pins,
	/// The task that acknowledges versions works.
	Work,
}

/// The latest result of every check.
pub struct ReadinessReport {
	latest: Mutex<Latest>,
}

struct Latest {
	readiness: Readiness,
	changed: Instant,
}

impl Default for ReadinessReport {
	fn default() -> Self {
		let unknown = || Check { ok: false, detail: "not checked yet".into() };
		let readiness = Readiness {
			ready: false,
			node: unknown(),
			chain: unknown(),
			states: unknown(),
			enrolled: unknown(),
			kubo: unknown(),
			index: unknown(),
			pins: unknown(),
			work: unknown(),
			research: Check { ok: true, detail: "not checked yet".into() },
			wallet: Check { ok: true, detail: "not checked yet".into() },
			certificate: Check { ok: true, detail: "the custodian speaks no TLS itself".into() },
			backup: Check { ok: true, detail: "not checked yet".into() },
		};
		Self { latest: Mutex::new(Latest { readiness, changed: Instant::now() }) }
	}
}

impl ReadinessReport {
	/// Records the result of a check.
	pub fn set(&self, name: CheckName, ok: bool, detail: impl Into<String>) {
		let detail = detail.into();
		let mut latest = self.latest();
		let readiness = &mut latest.readiness;
		let check = match name {
			CheckName::Node => &mut readiness.node,
			CheckName::Chain => &mut readiness.chain,
			CheckName::States => &mut readiness.states,
			CheckName::Enrolled => &mut readiness.enrolled,
			CheckName::Kubo => &mut readiness.kubo,
			CheckName::Index => &mut readiness.index,
			CheckName::Pins => &mut readiness.pins,
			CheckName::Work => &mut readiness.work,
		};
		if check.ok != ok {
			match ok {
				true => tracing::info!(check = ?name, detail, "a check passes now"),
				false => tracing::warn!(check = ?name, detail, "a check fails now"),
			}
		}
		*check = Check { ok, detail };
		let checks = [
			&readiness.node,
			&readiness.chain,
			&readiness.states,
			&readiness.enrolled,
			&readiness.kubo,
			&readiness.index,
			&readiness.pins,
			&readiness.work,
		];
		readiness.ready = checks.iter().all(|check| check.ok);
		metrics::gauge!("vouchsafe_custodian_ready").set(f64::from(u8::from(readiness.ready)));
		latest.changed = Instant::now();
	}

	/// Records what the rounds of studies wait for. The custodian serves all the same.
	pub fn set_research(&self, detail: impl Into<String>) {
		self.latest().readiness.research = Check { ok: true, detail: detail.into() };
	}

	/// Records whether the wallets of the members are the published one. The custodian serves all the same.
	pub fn set_wallet(&self, ok: bool, detail: impl Into<String>) {
		let detail = detail.into();
		let mut latest = self.latest();
		let wallet = &mut latest.readiness.wallet;
		if wallet.ok != ok {
			match ok {
				true => tracing::info!(detail, "all wallets are the published one now"),
				false => tracing::warn!(detail, "a wallet is not the published one"),
			}
		}
		*wallet = Check { ok, detail };
	}

	/// Records whether the certificate is good for some time. The custodian serves all the same.
	pub fn set_certificate(&self, ok: bool, detail: impl Into<String>) {
		self.latest().readiness.certificate = Check { ok, detail: detail.into() };
	}

	/// Records how old the last backup is, and what is missing since a restore. The custodian serves all the
	/// same.
	pub fn set_backup(&self, detail: impl Into<String>) {
		self.latest().readiness.backup = Check { ok: true, detail: detail.into() };
	}

	/// The latest results.
	pub fn get(&self) -> Readiness {
		let latest = self.latest();
		let mut readiness = latest.readiness.clone();
		if latest.changed.elapsed() > SILENCE {
			readiness.ready = false;
			readiness.node =
				Check { ok: false, detail: "nothing was checked for 2 minutes".into() };
		}
		readiness
	}

	fn latest(&self) -> MutexGuard<'_, Latest> {
		self.latest.lock().unwrap_or_else(|error| error.into_inner())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn it_is_ready_once_every_check_passes() {
		let report = ReadinessReport::default();
		let all = [
			CheckName::Node,
			CheckName::Chain,
			CheckName::States,
			CheckName::Enrolled,
			CheckName::Kubo,
			CheckName::Index,
			CheckName::Pins,
			CheckName::Work,
		];
		for name in all {
			assert!(!report.get().ready);
			report.set(name, true, "fine");
		}
		assert!(report.get().ready);
		for name in all {
			report.set(name, false, "broken");
			assert!(!report.get().ready);
			report.set(name, true, "fine");
		}
		assert_eq!(report.get().index, Check { ok: true, detail: "fine".into() });
		// Another member's wallet is no reason to release no shares.
		report.set_wallet(false, "altered");
		assert!(report.get().ready && !report.get().wallet.ok);
		report.set_certificate(false, "expires tomorrow");
		assert!(report.get().ready && !report.get().certificate.ok);
	}
}
