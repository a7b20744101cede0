//! What the calls of this pallet weigh: reads and writes counted, against ParityDB's constants,
//! with half as much again for the computing and as a margin. In the shape that benchmarks will
//! write: `r` is the number of records in an opening, `h` of holders.

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
}

/// So many reads and writes, and the margin.
fn counted(db: RuntimeDbWeight, reads: u64, writes: u64) -> Weight {
	let weight = db.reads_writes(reads, writes);
	weight.saturating_add(weight.saturating_div(2))
}

/// Reads: whose custodian it is (2), sharing set, record, log (3). Writes: sharing set, work to be
/// done, log.
fn acknowledge(db: RuntimeDbWeight) -> Weight {
	counted(db, 7, 3)
}

/// Reads: patient (3), reader (3), time, openings, refusals, log (3), and for each record its facts
/// and the consents under the reader's keys (14). Writes: openings, refusals, log.
fn open(db: RuntimeDbWeight, r: u32) -> Weight {
	counted(db, u64::from(r).saturating_mul(15).saturating_add(12), 3)
}

/// Reads: the patient, log (3), and each holder's kind and country. Writes: choice, log.
fn choose_holders(db: RuntimeDbWeight, h: u32) -> Weight {
	counted(db, u64::from(h).saturating_mul(2).saturating_add(4), 2)
}

/// Weights against the runtime's own database.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn acknowledge() -> Weight {
		acknowledge(T::DbWeight::get())
	}
	fn open(r: u32) -> Weight {
		open(T::DbWeight::get(), r)
	}
	fn choose_holders(h: u32) -> Weight {
		choose_holders(T::DbWeight::get(), h)
	}
}

/// Weights against ParityDB.
impl WeightInfo for () {
	fn acknowledge() -> Weight {
		acknowledge(ParityDbWeight::get())
	}
	fn open(r: u32) -> Weight {
		open(ParityDbWeight::get(), r)
	}
	fn choose_holders(h: u32) -> Weight {
		choose_holders(ParityDbWeight::get(), h)
	}
}
