//! What the calls of this pallet weigh: reads and writes counted, against ParityDB's constants,
//! with half as much again for the computing and as a margin. In the shape that benchmarks will
//! write: `h` is the number of holders in the version's sharing set.

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
}

/// So many reads and writes, and the margin.
fn counted(db: RuntimeDbWeight, reads: u64, writes: u64) -> Weight {
	let weight = db.reads_writes(reads, writes);
	weight.saturating_add(weight.saturating_div(2))
}

/// Reads of declaring a sharing set: itself and the patient's choice, each holder's kind and
/// country, and which practitioner is affiliated with which institution, twice at most.
fn declare_reads(h: u32) -> u64 {
	let h = u64::from(h);
	h.saturating_mul(2).saturating_add(h.saturating_mul(h) / 2).saturating_add(2)
}

/// Writes of declaring a sharing set: itself, and each holder's work to be done.
fn declare_writes(h: u32) -> u64 {
	u64::from(h).saturating_add(1)
}

/// Reads: the record and the one it relates to, the time, the actor (3), the actor's consents (14),
/// two entries of the log (3 each), the sharing set. Writes: record, its patient's list, version,
/// log, the sharing set.
fn create(db: RuntimeDbWeight, h: u32) -> Weight {
	counted(db, declare_reads(h).saturating_add(26), declare_writes(h).saturating_add(4))
}

/// As [`create`], without the related record and the patient's list.
fn add_version(db: RuntimeDbWeight, h: u32) -> Weight {
	counted(db, declare_reads(h).saturating_add(25), declare_writes(h).saturating_add(3))
}

/// Reads: the record, the actor (3), the log (3). Writes: record, log.
fn amend(db: RuntimeDbWeight) -> Weight {
	counted(db, 7, 2)
}

/// Weights against the runtime's own database.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn create(h: u32) -> Weight {
		create(T::DbWeight::get(), h)
	}
	fn add_version(h: u32) -> Weight {
		add_version(T::DbWeight::get(), h)
	}
	fn add_labels() -> Weight {
		amend(T::DbWeight::get())
	}
	fn mark_entered_in_error() -> Weight {
		amend(T::DbWeight::get())
	}
}

/// Weights against ParityDB.
impl WeightInfo for () {
	fn create(h: u32) -> Weight {
		create(ParityDbWeight::get(), h)
	}
	fn add_version(h: u32) -> Weight {
		add_version(ParityDbWeight::get(), h)
	}
	fn add_labels() -> Weight {
		amend(ParityDbWeight::get())
	}
	fn mark_entered_in_error() -> Weight {
		amend(ParityDbWeight::get())
	}
}
