//! How many versions are pinned at the same time, so that no author's and no institution's versions
//! stop the others'.
//!
//! First tries and further tries have a lane each. Content that nobody has only fills the second
//! one. In both an author has a part of the places, and all authors whom one institution enrolled
//! have a part.

use crate::store::{DueVersion, VersionId};
use std::collections::HashMap;

/// How many versions are pinned at the same time in each lane.
pub const PLACES: usize = 16;
/// How many of them may be of one author.
pub const PLACES_OF_AUTHOR: usize = 4;
/// How many of them may be of authors whom one institution enrolled.
pub const PLACES_OF_ENROLLER: usize = 8;

/// A lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lane {
	/// Versions that have not failed.
	First,
	/// Versions that are tried again.
	Again,
}

impl Lane {
	fn of(failures: u32) -> Self {
		match failures {
			0 => Self::First,
			_ => Self::Again,
		}
	}
}

/// The versions that are being pinned.
#[derive(Default)]
pub struct Lanes {
	taken: HashMap<VersionId, (Lane, DueVersion)>,
}

impl Lanes {
	/// Whether there is a place for this version, which has failed so many times.
	pub fn have_place(&self, due: &DueVersion, failures: u32) -> bool {
		let lane = Lane::of(failures);
		let in_lane = || self.taken.values().filter(|(taken, _)| *taken == lane);
		let of_author = in_lane().filter(|(_, it)| it.author == due.author).count();
		let of_enroller = in_lane().filter(|(_, it)| it.enroller == due.enroller).count();
		in_lane().count() < PLACES
			&& of_author < PLACES_OF_AUTHOR
			&& of_enroller < PLACES_OF_ENROLLER
	}

	/// Takes a place.
	pub fn take(&mut self, due: &DueVersion, failures: u32) {
		self.taken.insert(due.id, (Lane::of(failures), *due));
	}

	/// Leaves a place.
	pub fn leave(&mut self, id: &VersionId) {
		self.taken.remove(id);
	}

	/// Leaves all places.
	pub fn clear(&mut self) {
		self.taken.clear();
	}

	/// Whether this version is being pinned.
	pub fn contains(&self, id: &VersionId) -> bool {
		self.taken.contains_key(id)
	}

	/// Whether every place is taken.
	pub fn are_full(&self) -> bool {
		self.taken.len() >= PLACES.saturating_mul(2)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn due(number: u8, author: u8) -> DueVersion {
		DueVersion {
			id: VersionId { record: [number; 32], version: 0, epoch: 0 },
			patient: [1; 32],
			pinned: false,
			author: [author; 32],
			// Ten authors each.
			enroller: [author / 10; 32],
			since: 0,
			is_lost: false,
		}
	}

	/// Takes places for these versions and returns how many there were.
	fn fill(lanes: &mut Lanes, versions: impl Iterator<Item = DueVersion>, failures: u32) -> usize {
		let mut taken = 0;
		for due in versions {
			if lanes.have_place(&due, failures) {
				lanes.take(&due, failures);
				taken += 1;
			}
		}
		taken
	}

	#[test]
	fn an_author_has_a_part_of_each_lane() {
		let mut lanes = Lanes::default();
		let (malicious, honest) = (7, 8);
		assert_eq!(fill(&mut lanes, (0..50).map(|it| due(it, malicious)), 0), PLACES_OF_AUTHOR);
		assert_eq!(fill(&mut lanes, (50..99).map(|it| due(it, malicious)), 3), PLACES_OF_AUTHOR);
		for failures in [0, 1] {
			assert!(!lanes.have_place(&due(100, malicious), failures));
			assert!(lanes.have_place(&due(100, honest), failures));
		}
		lanes.leave(&due(0, malicious).id);
		assert!(lanes.have_place(&due(100, malicious), 0));
		assert!(lanes.contains(&due(1, malicious).id) && !lanes.contains(&due(0, malicious).id));
	}

	/// An institution enrols as many authors as it wants.
	#[test]
	fn an_institution_has_a_part_of_each_lane() {
		let mut lanes = Lanes::default();
		for failures in [0, 1] {
			let number = |it: u8| it + failures as u8 * 100;
			let malicious = (0..40).map(|it| due(number(it), it % 10));
			assert_eq!(fill(&mut lanes, malicious, failures), PLACES_OF_ENROLLER);
			assert!(!lanes.have_place(&due(200, 9), failures));
			assert!(lanes.have_place(&due(200, 10), failures));
		}
	}

	#[test]
	fn what_fails_leaves_the_places_of_first_tries() {
		let mut lanes = Lanes::default();
		assert_eq!(fill(&mut lanes, (0..40).map(|it| due(it, it * 5)), 1), PLACES);
		assert!(!lanes.are_full());
		assert_eq!(fill(&mut lanes, (50..99).map(|it| due(it, (it - 50) * 5)), 0), PLACES);
		assert!(lanes.are_full());
		lanes.clear();
		assert!(lanes.have_place(&due(0, 0), 1) && lanes.have_place(&due(0, 0), 0));
	}
}
