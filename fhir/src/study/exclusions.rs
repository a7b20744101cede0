//! What a deny takes out of a study: some categories in some months.

use crate::dates::Months;
use vouchsafe_primitives::{Categories, Category, ServicePeriod};

/// The categories and months that are left out for a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exclusions(Vec<(Category, ServicePeriod)>);

impl Exclusions {
	/// Leaves out what has this category and one of these months.
	pub fn add(&mut self, category: Category, months: ServicePeriod) {
		self.0.push((category, months));
	}

	/// Whether nothing is left out.
	pub fn is_empty(&self) -> bool {
		self.0.is_empty()
	}

	/// Whether something of one of these categories is left out. If its months are not known, it can
	/// be in any month.
	pub(super) fn withholds(&self, categories: Categories, months: Option<Months>) -> bool {
		self.0.iter().any(|(category, period)| {
			let overlaps =
				|months: Months| months.first <= period.last && period.first <= months.last;
			categories.contains(*category) && months.is_none_or(overlaps)
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn category_and_months_must_both_match() {
		let mut exclusions = Exclusions::default();
		assert!(exclusions.is_empty());
		exclusions.add(Category::Laboratory, ServicePeriod { first: 10, last: 20 });
		let laboratory = Categories::of(&[Category::Laboratory, Category::Other]);
		let months = |first, last| Some(Months { first, last });
		for (first, last, withheld) in
			[(1, 9, false), (1, 10, true), (15, 16, true), (20, 30, true), (21, 30, false)]
		{
			assert_eq!(exclusions.withholds(laboratory, months(first, last)), withheld);
		}
		assert!(exclusions.withholds(laboratory, None));
		assert!(!exclusions.withholds(Categories::of(&[Category::Imaging]), None));
		assert!(!exclusions.withholds(Categories::of(&[Category::Imaging]), months(10, 20)));
	}
}
