//! The field of the aggregators' shares, Field128 of
//! [VDAF](https://datatracker.ietf.org/doc/draft-irtf-cfrg-vdaf/): adding shares up, and reading the
//! sum as a number that may be negative.

/// 2^66 · 4611686018427387897 + 1.
pub const MODULUS: u128 = 340_282_366_920_938_462_946_865_773_367_900_766_209;

/// The sum of two numbers modulo [`MODULUS`]. Numbers that are not below the modulus are reduced.
pub fn add(left: u128, right: u128) -> u128 {
	let (left, right) = (reduce(left), reduce(right));
	let (sum, overflowed) = left.overflowing_add(right);
	if overflowed || sum >= MODULUS {
		sum.wrapping_sub(MODULUS)
	} else {
		sum
	}
}

/// Whether the number is one of the field.
pub fn is_reduced(number: u128) -> bool {
	number < MODULUS
}

/// The number as an integer around zero: numbers above half of the modulus are negative. `None` if it
/// does not fit 64 bits.
pub fn centre(number: u128) -> Option<i64> {
	let number = reduce(number);
	if number <= MODULUS >> 1 {
		i64::try_from(number).ok()
	} else {
		let below = MODULUS.checked_sub(number)?;
		i64::try_from(below).ok()?.checked_neg()
	}
}

fn reduce(number: u128) -> u128 {
	if number >= MODULUS {
		number.wrapping_sub(MODULUS)
	} else {
		number
	}
}
