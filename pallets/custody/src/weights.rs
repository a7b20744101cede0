//! What the calls of this pallet weigh: reads and writes counted, against ParityDB's constants,
//! with half as much again for the computing and as a margin. In the shape that benchmarks will
//! write: `r` is the number of records in an opening, `h` of holders, `v` of versions, `p` of their
//! patients.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// Weights of `pallet_custody`.
pub trait WeightInfo {
	/// Weight of `acknowledge`.
	fn acknowledge() -> Weight;
	/// Weight of `open`.
	fn open(r: u32) -> Weight;
	/// Weight of `choose_holders`.
	fn choose_holders(h: u32) -> Weight;
	/// Weight of `acknowledge_many`.
	fn acknowledge_many(v: u32, p: u32) -> Weight;
	/// Weight of `report_loss`.
	fn report_loss(v: u32, p: u32) -> Weight;
	/// Weight of freeing what one reader has left.
	fn free_expired() -> Weight;
}

/// So many reads and writes, and the margin.
fn counted(db: RuntimeDbWeight, reads: u64, writes: u64) -> Weight {
	let weight = db.reads_writes(reads, writes);
	weight.saturating_add(weight.saturating_div(2))
}

/// Reads: whose custodian it is (2); for each version the work to be done and its sharing set; for
/// each patient the log (3). Writes: for each version both; for each patient the log. A call that
/// fails also reads the record and the holders of the version that is wrong.
fn acknowledge_many(db: RuntimeDbWeight, v: u32, p: u32) -> Weight {
	let (v, p) = (u64::from(v), u64::from(p));
	let reads = v.saturating_mul(2).saturating_add(p.saturating_mul(3)).saturating_add(2);
	counted(db, reads, v.saturating_mul(2).saturating_add(p))
}

/// Reads: whose custodian it is (2); for each version its record, its sharing set twice, its holders;
/// for each patient the log (3). Writes: for each version its sharing set and the work to be done; for
/// each patient the log.
fn report_loss(db: RuntimeDbWeight, v: u32, p: u32) -> Weight {
	let (v, p) = (u64::from(v), u64::from(p));
	let reads = v.saturating_mul(4).saturating_add(p.saturating_mul(3)).saturating_add(2);
	counted(db, reads, v.saturating_mul(2).saturating_add(p))
}

/// Reads: patient, reader (14), time, openings, refusals, the window's list, the oldest window, log (3),
/// the consents under the reader's keys (47), and each record's facts. Writes: openings, refusals, the
/// window's list, the oldest window, log. The list of 256 openings is so long that it counts twice.
///
/// Computing is measured, not a part of what is read: 752 consents of the greatest length (47 keys × 16)
/// took 0.8 ms to read and decide on, and 16 µs for each further record
/// (`runtime/src/tests/openings.rs`). Half as much again is the margin. It also covers the assisted
/// consents: 4 each under the 11 keys of the one institution that can enter them.
fn open(db: RuntimeDbWeight, r: u32) -> Weight {
	let r = u64::from(r);
	let computing = OPENING.saturating_add(OPENED_RECORD.saturating_mul(r));
	let database = db.reads_writes(r.saturating_add(70), 6);
	database.saturating_add(Weight::from_parts(computing, 0))
}

/// What an opening computes for all its records, in picoseconds.
const OPENING: u64 = 1_200_000_000;
/// What it computes for each record.
const OPENED_RECORD: u64 = 24_000_000;

/// Reads: time, the oldest window, its list, openings, refusals. Writes: one of the window's, openings,
/// refusals.
fn free_expired(db: RuntimeDbWeight) -> Weight {
	counted(db, 5, 3)
}

/// Reads: the patient, log (3), and each holder's kind and country. Writes: choice, log.
fn choose_holders(db: RuntimeDbWeight, h: u32) -> Weight {
	counted(db, u64::from(h).saturating_mul(2).saturating_add(4), 2)
}

/// Weights against the runtime's own database.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn acknowledge() -> Weight {
		acknowledge_many(T::DbWeight::get(), 1, 1)
	}
	fn open(r: u32) -> Weight {
		open(T::DbWeight::get(), r)
	}
	fn choose_holders(h: u32) -> Weight {
		choose_holders(T::DbWeight::get(), h)
	}
	fn acknowledge_many(v: u32, p: u32) -> Weight {
		acknowledge_many(T::DbWeight::get(), v, p)
	}
	fn report_loss(v: u32, p: u32) -> Weight {
		report_loss(T::DbWeight::get(), v, p)
	}
	fn free_expired() -> Weight {
		free_expired(T::DbWeight::get())
	}
}

/// Weights against ParityDB.
impl WeightInfo for () {
	fn acknowledge() -> Weight {
		acknowledge_many(ParityDbWeight::get(), 1, 1)
	}
	fn open(r: u32) -> Weight {
		open(ParityDbWeight::get(), r)
	}
	fn choose_holders(h: u32) -> Weight {
		choose_holders(ParityDbWeight::get(), h)
	}
	fn acknowledge_many(v: u32, p: u32) -> Weight {
		acknowledge_many(ParityDbWeight::get(), v, p)
	}
	fn report_loss(v: u32, p: u32) -> Weight {
		report_loss(ParityDbWeight::get(), v, p)
	}
	fn free_expired() -> Weight {
		free_expired(ParityDbWeight::get())
	}
}
