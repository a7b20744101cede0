//! Each person's answer.

use vouchsafe_primitives::StudyQuestion;

/// What a person adds to a table or sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
	/// The question does not apply to the person.
	Outside,
	/// The cells in which the person counts, in the protocol's order: at most as many as the weight.
	Cells(Vec<u16>),
	/// The person's number, at most the highest one of the sum.
	Value(u32),
}

impl Answer {
	/// Adds it to the cells of a report. Outside is the last cell of a table; in a sum it adds to
	/// neither cell.
	pub fn add_to(&self, question: &StudyQuestion, cells: &mut [u64]) {
		let mut add = |place: Option<usize>, number: u32| {
			if let Some(cell) = place.and_then(|place| cells.get_mut(place)) {
				*cell = cell.saturating_add(u64::from(number));
			}
		};
		match (self, question) {
			(Self::Cells(list), _) => list.iter().for_each(|cell| add(Some((*cell).into()), 1)),
			(Self::Outside, StudyQuestion::Table { cells, .. }) => {
				add(usize::from(*cells).checked_sub(1), 1);
			},
			(Self::Value(value), StudyQuestion::Sum { max }) => {
				add(Some(0), *value);
				add(Some(1), max.saturating_sub(*value));
			},
			(Self::Outside | Self::Value(_), _) => {},
		}
	}
}

/// A person of the data, and the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
	/// The id of the Patient resource.
	pub id: String,
	/// The identifiers of the system that the protocol names, each as `system|value`, in ascending
	/// order. Empty if the person has none, or the protocol names no system.
	pub identifiers: Vec<String>,
	/// The answer.
	pub answer: Answer,
}
