//! Counts as values of the metrics' gauges, which are floating-point numbers.

/// A count as the value of a gauge.
pub fn gauge_value(count: impl TryInto<u32>) -> f64 {
	count.try_into().map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn large_counts_do_not_wrap() {
		assert_eq!(gauge_value(7usize), 7.0);
		assert_eq!(gauge_value(u64::MAX), f64::from(u32::MAX));
	}
}
