//! Blocks are counted for who made them, and who was absent is named.

use crate::{mock::*, Event, LastAttended};

fn absent() -> Vec<u64> {
	let validator = |event| match event {
		RuntimeEvent::Consortium(Event::ValidatorAbsent { validator }) => Some(validator),
		_ => None,
	};
	events().into_iter().filter_map(validator).collect()
}

/// A session in which these validators make so many blocks each.
fn session(blocks: [u32; 4]) {
	for (author, blocks) in (0..).zip(blocks) {
		for _ in 0..blocks {
			block(author);
		}
	}
}

#[test]
fn blocks_are_counted_in_this_session_and_the_last() {
	run(|| {
		session([2, 1, 0, 1]);
		let made = [(HOSPITAL_A, 2), (HOSPITAL_B, 1), (HOSPITAL_C, 0), (AUTHORITY, 1)];
		assert_eq!(Consortium::attendance(), (made.to_vec(), vec![]));
		// The block that begins a session was made by a validator of the one before, and counts once.
		System::set_block_number(System::block_number() + 1);
		world(|world| world.author = Some(2));
		rotate();
		<Consortium as frame_support::traits::Hooks<u64>>::on_initialize(System::block_number());
		let made = [(HOSPITAL_A, 2), (HOSPITAL_B, 1), (HOSPITAL_C, 1), (AUTHORITY, 1)];
		let none = made.map(|(account, _)| (account, 0));
		assert_eq!(Consortium::attendance(), (none.to_vec(), made.to_vec()));
	});
}

#[test]
fn who_makes_no_block_of_its_share_is_named() {
	run(|| {
		session([5, 5, 5, 0]);
		rotate();
		assert_eq!(absent(), Vec::<u64>::new(), "15 blocks are a share of less than 4");
		session([6, 5, 5, 0]);
		rotate();
		assert_eq!(absent(), [AUTHORITY]);
		session([6, 5, 4, 1]);
		rotate();
		assert_eq!(absent(), [AUTHORITY], "one block is enough");
		assert_eq!(LastAttended::<Test>::get()[3], (AUTHORITY, 1));
	});
}

#[test]
fn a_block_without_an_author_counts_for_nobody() {
	run(|| {
		System::set_block_number(2);
		<Consortium as frame_support::traits::Hooks<u64>>::on_initialize(2);
		assert!(Consortium::attendance().0.iter().all(|(_, made)| *made == 0));
	});
}
