//! The story of lost phones, and what is left of it on the disks and in the traffic.

use crate::{both_views, suite::Suite};
use std::collections::BTreeSet;
use vouchsafe_e2e::{
	care,
	network::{Network, Options},
	scan::Scanner,
	story::Printer,
};

static SUITE: Suite = Suite::new("care", 1);

#[tokio::test(flavor = "multi_thread")]
async fn lost_phones_are_replaced_and_leave_no_personal_data() {
	let _turn = SUITE.turn().await;
	let options = Options { recorded: true, ..care::options() };
	let network = Network::with(options).await.unwrap();
	care::run(&network, &mut Printer::to_stdout()).await.unwrap();
	both_views::agree_at_each_block(&network).await;

	// People keep letters, cards and names in their home folders.
	for kept in ["homes", "letter.txt"] {
		let moved = network.root.with_extension(kept);
		std::fs::rename(network.root.join(kept), moved).unwrap();
	}
	let personal = care::PERSONAL.map(String::from);
	let found = Scanner::new(&BTreeSet::from(personal)).unwrap().scan(&network.root).unwrap();
	for kept in ["homes", "letter.txt"] {
		let moved = network.root.with_extension(kept);
		let _ = std::fs::remove_dir_all(&moved).or_else(|_| std::fs::remove_file(&moved));
	}
	assert!(found.is_empty(), "personal strings are in: {found:#?}");
}
