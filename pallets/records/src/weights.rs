//! What the calls of this pallet weigh: reads and writes counted, against ParityDB's constants,
//! with half as much again for the computing and as a margin. In the shape that benchmarks will
//! write: `r` is the number of records, `h` of holders in the versions' sharing sets.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// Weights of `pallet_records`.
pub trait WeightInfo {
	/// Weight of `create`.
	fn create(h: u32) -> Weight;
	/// Weight of `add_version`.
	fn add_version(h: u32) -> Weight;
	/// Weight of `add_labels`.
	fn add_labels() -> Weight;
	/// Weight of `mark_entered_in_error`.
	fn mark_entered_in_error() -> Weight;
	/// Weight of `create_many`.
	fn create_many(r: u32, h: u32) -> Weight;
}

/// So many reads and writes, and the margin.
fn counted(db: RuntimeDbWeight, reads: u64, writes: u64) -> Weight {
	let weight = db.reads_writes(reads, writes);
	weight.saturating_add(weight.saturating_div(2))
}

/// What deciding takes beyond the margin, on as many consents as there can be, each of the greatest
/// length.
const DECIDING: Weight = Weight::from_parts(150_000_000, 0);

/// Reads of checking a set of holders: its number and the next one, the patient's choice, each
/// holder's kind and country, and which practitioner is affiliated with which institution, twice at
/// most.
fn holders_reads(h: u32) -> u64 {
	let h = u64::from(h);
	h.saturating_mul(2).saturating_add(h.saturating_mul(h) / 2).saturating_add(3)
}

/// Writes of storing a new set of holders: itself, its number, the next one.
const HOLDERS_WRITES: u64 = 3;

/// Writes of a version: itself, its record, its sharing set, and each holder's work to be done.
fn version_writes(h: u32) -> u64 {
	u64::from(h).saturating_add(3)
}

/// Reads: the time, the actor (14), the patient's standing, the actor's consents (47), the log (3), the
/// holders; for each record itself, the one that it relates to, its sharing set, and four for deciding
/// once more with the same consents. Writes: log, the holders; for each record the version.
fn create_many(db: RuntimeDbWeight, r: u32, h: u32) -> Weight {
	let r = u64::from(r);
	counted(
		db,
		r.saturating_mul(7).saturating_add(holders_reads(h)).saturating_add(66),
		r.saturating_mul(version_writes(h)).saturating_add(HOLDERS_WRITES).saturating_add(1),
	)
	.saturating_add(DECIDING)
}

/// As [`create_many`] of one record, but reads the version before instead of the related record.
fn add_version(db: RuntimeDbWeight, h: u32) -> Weight {
	create_many(db, 1, h)
}

/// Reads: the record, what two of the staff agree on (30), the log (3). Writes: record, agreement (2), log.
fn amend(db: RuntimeDbWeight) -> Weight {
	counted(db, 34, 4)
}

/// As [`amend`], and for each of the two the patient's standing and the consents (47).
///
/// To read and decide on as many consents as there can be takes longer than the margin: 0.8 ms for each
/// of the two, as measured for an opening (`runtime/src/tests/openings.rs`).
fn add_labels(db: RuntimeDbWeight) -> Weight {
	counted(db, 130, 4).saturating_add(Weight::from_parts(1_200_000_000, 0))
}

/// Weights against the runtime's own database.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn create(h: u32) -> Weight {
		create_many(T::DbWeight::get(), 1, h)
	}
	fn add_version(h: u32) -> Weight {
		add_version(T::DbWeight::get(), h)
	}
	fn add_labels() -> Weight {
		add_labels(T::DbWeight::get())
	}
	fn mark_entered_in_error() -> Weight {
		amend(T::DbWeight::get())
	}
	fn create_many(r: u32, h: u32) -> Weight {
		create_many(T::DbWeight::get(), r, h)
	}
}

/// Weights against ParityDB.
impl WeightInfo for () {
	fn create(h: u32) -> Weight {
		create_many(ParityDbWeight::get(), 1, h)
	}
	fn add_version(h: u32) -> Weight {
		add_version(ParityDbWeight::get(), h)
	}
	fn add_labels() -> Weight {
		add_labels(ParityDbWeight::get())
	}
	fn mark_entered_in_error() -> Weight {
		amend(ParityDbWeight::get())
	}
	fn create_many(r: u32, h: u32) -> Weight {
		create_many(ParityDbWeight::get(), r, h)
	}
}
