//! Contributors whose programs prove false tables.

use prio::{
	field::{Field128, FieldElement},
	flp::{
		gadgets::{Mul, ParallelSum},
		types::L1BoundSum,
		Flp, FlpError, Gadget, Type,
	},
	vdaf::{
		prio3::{optimal_chunk_length, Prio3},
		xof::XofTurboShake128,
		Client as _,
	},
};

use super::*;

const CELLS: usize = 10;
/// Prio3L1BoundSum's number in the draft.
const ALGORITHM: u32 = 7;

/// Proves an encoding of its own making, with all else as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Liar {
	honest: L1BoundSum<Field128, ParallelSum<Field128, Mul>>,
	encoding: Vec<Field128>,
}

impl Flp for Liar {
	type Field = Field128;

	fn gadget(&self) -> Vec<Box<dyn Gadget<Field128>>> {
		self.honest.gadget()
	}

	fn num_gadgets(&self) -> usize {
		self.honest.num_gadgets()
	}

	fn valid(
		&self,
		gadgets: &mut Vec<Box<dyn Gadget<Field128>>>,
		input: &[Field128],
		joint_rand: &[Field128],
		num_shares: usize,
	) -> Result<Vec<Field128>, FlpError> {
		self.honest.valid(gadgets, input, joint_rand, num_shares)
	}

	fn input_len(&self) -> usize {
		self.honest.input_len()
	}

	fn proof_len(&self) -> usize {
		self.honest.proof_len()
	}

	fn verifier_len(&self) -> usize {
		self.honest.verifier_len()
	}

	fn joint_rand_len(&self) -> usize {
		self.honest.joint_rand_len()
	}

	fn eval_output_len(&self) -> usize {
		self.honest.eval_output_len()
	}

	fn prove_rand_len(&self) -> usize {
		self.honest.prove_rand_len()
	}
}

impl Type for Liar {
	type Measurement = ();
	type AggregateResult = ();

	fn encode_measurement(&self, (): &()) -> Result<Vec<Field128>, FlpError> {
		Ok(self.encoding.clone())
	}

	fn truncate(&self, input: Vec<Field128>) -> Result<Vec<Field128>, FlpError> {
		self.honest.truncate(input)
	}

	fn decode_result(&self, _: &[Field128], _: usize) -> Result<(), FlpError> {
		Ok(())
	}

	fn output_len(&self) -> usize {
		self.honest.output_len()
	}
}

/// The bits of a report: those of each cell, then those of the claimed total.
struct Encoding {
	bound: u128,
	bits: usize,
	elements: Vec<Field128>,
}

impl Encoding {
	fn of(bound: u128, cells: [u128; CELLS], claimed: u128) -> Self {
		let bits = bound.ilog2() as usize + 1;
		let mut encoding = Self { bound, bits, elements: Vec::new() };
		cells.into_iter().chain([claimed]).for_each(|number| encoding.push(number));
		encoding
	}

	/// The last bit counts so much that all bits together give the bound.
	fn push(&mut self, number: u128) {
		let rest = (1 << (self.bits - 1)) - 1;
		let high = number > rest;
		let low = if high { number - (self.bound - rest) } else { number };
		let bits = (0..self.bits - 1).map(|bit| (low >> bit) & 1).chain([u128::from(high)]);
		self.elements.extend(bits.map(Field128::from));
	}

	/// Adds to the lowest bit of a cell (or, at [`CELLS`], of the claimed total).
	fn lie(mut self, at: usize, by: Field128) -> Self {
		self.elements[at * self.bits] += by;
		self
	}

	fn report(self, context: &ReportContext) -> Sharded {
		let chunk = optimal_chunk_length(self.elements.len());
		let honest = L1BoundSum::new(self.bound, CELLS, chunk).unwrap();
		let liar = Liar { honest, encoding: self.elements };
		let vdaf = Prio3::<_, XofTurboShake128, 32>::new(3, 1, ALGORITHM, liar).unwrap();
		let nonce = crate::random_bytes();
		let (public, inputs) = vdaf.shard(&context.vdaf(), &(), &nonce).unwrap();
		Sharded {
			nonce,
			public_share: encoded(&public),
			input_shares: inputs.iter().map(|input| Zeroizing::new(encoded(input))).collect(),
		}
	}
}

fn one(at: usize, number: u128) -> [u128; CELLS] {
	let mut cells = [0; CELLS];
	cells[at] = number;
	cells
}

#[test]
fn false_tables_fail() {
	let (one_more, one_less) = (Field128::one(), -Field128::one());
	for people in [1u32, 33, 41, 63, 1_000] {
		let (bound, context) = (u128::from(people), context(people));
		let verifiers = verifiers(&TABLE, 3, &context);
		let verify = |encoding: Encoding| run(&verifiers, &encoding.report(&context));

		let full = || Encoding::of(bound, one(0, bound), bound);
		assert_eq!(plain(&verify(full()).unwrap())[0], i64::from(people), "the honest control");
		let nothing = || Encoding::of(bound, [0; CELLS], 0);
		assert_eq!(plain(&verify(nothing()).unwrap()), [0; CELLS]);

		let mut more = one(0, bound);
		more[1] = 1;
		let false_tables = [
			("n + 1 in all, n claimed", Encoding::of(bound, more, bound)),
			("n in every cell, n claimed", Encoding::of(bound, [bound; CELLS], bound)),
			("n + 1 in one cell and claimed", full().lie(0, one_more).lie(CELLS, one_more)),
			("n + 1 in all and claimed", Encoding::of(bound, more, bound).lie(CELLS, one_more)),
			("one more here, one less there", full().lie(1, one_more).lie(2, one_less)),
			("a person less than nobody", nothing().lie(1, one_less).lie(CELLS, one_less)),
			("nothing, n claimed", Encoding::of(bound, [0; CELLS], bound)),
		];
		for (lie, encoding) in false_tables {
			assert_eq!(verify(encoding).unwrap_err(), Rejected::NotProven, "{people}: {lie}");
		}
	}
}
