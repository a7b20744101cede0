//! What the calls of this pallet weigh: reads and writes counted, against ParityDB's constants,
//! with half as much again for the computing and as a margin. In the shape that benchmarks will
//! write: `p` is the number of people named, and `l` of people removed.

use crate::MAX_LOOKED_AT;
use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};
use vouchsafe_primitives::MAX_PROVISIONS;

/// Weights of `pallet_studies`.
pub trait WeightInfo {
	/// Weight of `propose`.
	fn propose() -> Weight;
	/// Weight of `withdraw`, `approve`, `stop` and `accept`.
	fn change_stage() -> Weight;
	/// Weight of `contribute`.
	fn contribute(p: u32) -> Weight;
	/// Weight of `freeze`, `commit` and `give_up`.
	fn change_round() -> Weight;
	/// Weight of `reveal`.
	fn reveal() -> Weight;
	/// Weight of `sweep`.
	fn sweep(l: u32) -> Weight;
	/// Weight of counting a standing choice that changed.
	fn count_choice() -> Weight;
}

/// So many reads and writes, and the margin.
fn counted(db: RuntimeDbWeight, reads: u64, writes: u64) -> Weight {
	let weight = db.reads_writes(reads, writes);
	weight.saturating_add(weight.saturating_div(2))
}

/// Reads: the researcher, account and entry of five aggregators, the number, the open studies, those of
/// the day. Writes: study, number, open studies, those of the day.
fn propose(db: RuntimeDbWeight) -> Weight {
	counted(db, 14, 4)
}

/// Reads: whose custodian it is (2), study, round, open studies. Writes: study, round, open studies.
fn change_stage(db: RuntimeDbWeight) -> Weight {
	counted(db, 5, 3)
}

/// Reads: who contributes (6), study, round, researcher, contributor. Writes: round, contributor. For
/// each person, reads: whether counted already, account, record, the consents under the researcher's
/// keys (5), ledger, log. Writes: person, ledger, log.
fn contribute(db: RuntimeDbWeight, p: u32) -> Weight {
	let p = u64::from(p);
	let (reads, writes) = (p.saturating_mul(10), p.saturating_mul(3));
	counted(db, reads.saturating_add(10), writes.saturating_add(2))
}

/// Reads: whose custodian it is (2) or who is enrolled, study, round, open studies. Writes: study, this
/// round, the next one, open studies.
fn change_round(db: RuntimeDbWeight) -> Weight {
	counted(db, 5, 4)
}

/// As for the others, and the result. The round holds up to five shares of 4 KB, so it counts twice. To
/// hash a share and to add up five takes less than 0.1 ms.
fn reveal(db: RuntimeDbWeight) -> Weight {
	counted(db, 6, 6).saturating_add(Weight::from_parts(100_000_000, 0))
}

/// Reads: whose custodian it is (2), study, the first person and contributor of each of twelve rounds;
/// each one removed. Writes: each one removed.
fn sweep(db: RuntimeDbWeight, l: u32) -> Weight {
	let l = u64::from(l);
	counted(db, l.saturating_add(27), l)
}

/// Reads: the patient, the institution's entry, the number of counts, and a count for each consent that
/// there can be under a key: all of them may have expired; and the counts looked at to make room. Writes:
/// the last three.
fn count_choice(db: RuntimeDbWeight) -> Weight {
	let counts = u64::from(MAX_PROVISIONS.saturating_add(MAX_LOOKED_AT));
	counted(db, counts.saturating_add(3), counts.saturating_add(1))
}

/// Weights against the runtime's own database.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn propose() -> Weight {
		propose(T::DbWeight::get())
	}
	fn change_stage() -> Weight {
		change_stage(T::DbWeight::get())
	}
	fn contribute(p: u32) -> Weight {
		contribute(T::DbWeight::get(), p)
	}
	fn change_round() -> Weight {
		change_round(T::DbWeight::get())
	}
	fn reveal() -> Weight {
		reveal(T::DbWeight::get())
	}
	fn sweep(l: u32) -> Weight {
		sweep(T::DbWeight::get(), l)
	}
	fn count_choice() -> Weight {
		count_choice(T::DbWeight::get())
	}
}

/// Weights against ParityDB.
impl WeightInfo for () {
	fn propose() -> Weight {
		propose(ParityDbWeight::get())
	}
	fn change_stage() -> Weight {
		change_stage(ParityDbWeight::get())
	}
	fn contribute(p: u32) -> Weight {
		contribute(ParityDbWeight::get(), p)
	}
	fn change_round() -> Weight {
		change_round(ParityDbWeight::get())
	}
	fn reveal() -> Weight {
		reveal(ParityDbWeight::get())
	}
	fn sweep(l: u32) -> Weight {
		sweep(ParityDbWeight::get(), l)
	}
	fn count_choice() -> Weight {
		count_choice(ParityDbWeight::get())
	}
}
