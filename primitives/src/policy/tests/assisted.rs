//! Tests of consents that two of a hospital's staff entered: they count a day later.

use super::*;

const ENTERED: Moment = 1_000_000;

fn assisted(granted_at: Moment, terms: Terms) -> Consent {
	let counts_from = granted_at + ASSISTED_DELAY;
	let grantor = Grantor::Assisted { first: account(50), second: account(51), counts_from };
	Consent { granted_at, grantor, ..consent(0, terms) }
}

fn decide_at(now: Moment, consent: &Consent) -> Decision {
	decide_with(&Question { now, ..question() }, &book([(team(), consent.clone())]))
}

#[test]
fn an_assisted_permit_counts_a_day_after_it_was_entered() {
	let permit = assisted(ENTERED, Terms::all(Effect::Permit));
	let early = lacks(team(), 0, Mismatch::NotYetValid);
	for now in [ENTERED, ENTERED + ASSISTED_DELAY - 1] {
		assert_eq!(decide_at(now, &permit), early);
	}
	assert_eq!(decide_at(ENTERED + ASSISTED_DELAY, &permit), by(team(), 0));
	// The patient's own counts at once.
	let own = Consent { grantor: Grantor::Patient, ..permit };
	assert_eq!(decide_at(ENTERED, &own), by(team(), 0));
}

#[test]
fn an_assisted_permit_counts_no_earlier_than_it_says() {
	let late = ENTERED + 2 * ASSISTED_DELAY;
	for (from, counts_from) in
		[(None, ENTERED + ASSISTED_DELAY), (Some(1), ENTERED + ASSISTED_DELAY), (Some(late), late)]
	{
		let terms = Terms { valid_from: from, ..Terms::all(Effect::Permit) };
		let permit = assisted(ENTERED, terms);
		assert_eq!(permit.counts_from(), Some(counts_from));
		assert!(!decide_at(counts_from - 1, &permit).is_permit());
		assert!(decide_at(counts_from, &permit).is_permit());
	}
}
