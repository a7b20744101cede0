//! What people read about studies.

use crate::{phrase::Form, Join, Speech, Teller};
use vouchsafe_primitives::{
	policy::{Decision, Reason},
	study::{RoundPhase, StudyTerms, MAX_ATTEMPTS, YEARLY_EPSILON},
	AccountId, Consent, Grantee, Moment, StudyId, StudyTrait, Vocabulary,
};

/// What is between two paragraphs.
const PARAGRAPH: &str = "\n\n";
/// Up to which ε all results of a study together are given a factor: one of a thousand is no protection.
const LARGEST_BUDGET: u32 = 6_900;

/// A study that asks a patient.
#[derive(Clone, Copy, Debug)]
pub struct AskingStudy<'a> {
	/// Its number.
	pub id: StudyId,
	/// Who runs it.
	pub researcher: &'a AccountId,
	/// What it asks, as its protocol says.
	pub question: &'a str,
	/// The conditions of its cohort, in English.
	pub cohort: &'a [String],
	/// What it fixes.
	pub terms: &'a StudyTerms,
}

impl Teller<'_> {
	/// What a study is, as a patient reads it before agreeing to be counted: in paragraphs.
	pub fn study(&self, study: &AskingStudy) -> String {
		let AskingStudy { id, researcher, question, cohort, terms } = *study;
		let speech = self.speech;
		let mut said = vec![
			speech.study_asks(id.to_string(), speech.quote(question)),
			speech.study_run(
				self.who(researcher),
				speech.phrase(terms.purpose),
				speech.country_in(&terms.country, Form::Dative),
			),
		];
		said.extend(terms.disease.map(|it| speech.study_on_disease(format!("{it:07}"))));
		said.push(match terms.traits.contains(StudyTrait::ForProfitSponsor) {
			true => speech.study_sponsor_profit(),
			false => speech.study_sponsor_nonprofit(),
		});
		let traits: Vec<_> = StudyTrait::ITEMS
			.iter()
			.filter(|it| **it != StudyTrait::ForProfitSponsor && terms.traits.contains(**it))
			.map(|it| speech.phrase(*it))
			.collect();
		if !traits.is_empty() {
			said.push(speech.study_traits(speech.and(&traits)));
		}
		if !cohort.is_empty() {
			said.push(speech.study_cohort(cohort.join("; ")));
		}
		let counting = speech.study_counting(self.whose(Join::And, &terms.aggregators));
		let costs = vec![
			self.study_noise(terms),
			speech.study_cost(
				usize::from(terms.rounds),
				speech.number(&thousandths(terms.epsilon)),
				speech.number(&thousandths(YEARLY_EPSILON)),
			),
			speech.study_leaving(),
		];
		[speech.sentences(said), counting, speech.sentences(costs)].join(PARAGRAPH)
	}

	/// What the noise means for one result, and for all of them together.
	fn study_noise(&self, terms: &StudyTerms) -> String {
		let speech = self.speech;
		let one = speech.number(&factor(terms.epsilon));
		let rounds = terms.rounds.to_string();
		match terms.budget() {
			_ if terms.rounds == 1 => speech.study_noise(one),
			all if all <= LARGEST_BUDGET => {
				let all = speech.number(&factor(all));
				speech.study_noise_of_rounds(one, rounds, all)
			},
			_ => speech.study_noise_of_many(one, rounds),
		}
	}

	/// Whether a study counts the reader, whose consents these are and who has so much ε left.
	pub fn study_decision(
		&self,
		study: &AskingStudy,
		decision: &Decision,
		consents: &[(Grantee, Consent)],
		left: u32,
	) -> String {
		let speech = self.speech;
		match decision {
			Decision::Permit(_) if left < study.terms.epsilon => {
				let [left, cost] =
					[left, study.terms.epsilon].map(|it| speech.number(&thousandths(it)));
				speech.study_not_counted(speech.study_no_budget(left, cost))
			},
			Decision::Permit(basis) => speech.study_counted(self.basis(basis, consents)),
			Decision::Refuse(reason) => speech.study_not_counted(match reason {
				Reason::NotActive => speech.study_researcher_not_active(self.who(study.researcher)),
				Reason::NoConsent => speech.study_no_consent(),
				reason => self.reason(reason, &self.who(study.researcher), consents),
			}),
		}
	}
}

impl Speech {
	/// Where a round of a study with these terms is.
	pub fn round(&self, phase: &RoundPhase, terms: &StudyTerms, now: Moment) -> String {
		match phase {
			RoundPhase::Open { closes } if now < *closes => self.round_open(self.moment(*closes)),
			RoundPhase::Open { .. } => self.round_closed(),
			RoundPhase::Frozen { block, gathers_until, answers_until, attempt } => {
				let block = block.to_string();
				// For people, attempts are counted from 1.
				let [attempt, attempts] =
					[*attempt, MAX_ATTEMPTS].map(|it| it.saturating_add(1).to_string());
				let lists_until = lists_until(terms, *gathers_until);
				let [lists, reports] = [lists_until, *gathers_until].map(|it| self.moment(it));
				if now < lists_until {
					self.round_gathering_lists(block, attempt, attempts, lists, reports)
				} else if now < *gathers_until {
					self.round_gathering_reports(block, attempt, attempts, lists, reports)
				} else if now < *answers_until {
					self.round_agreeing(block, attempt, attempts, self.moment(*answers_until))
				} else {
					self.round_late(block, attempt, attempts)
				}
			},
			RoundPhase::Agreed { answers_until, .. } if now < *answers_until => {
				self.round_agreed(self.moment(*answers_until))
			},
			RoundPhase::Agreed { .. } => self.round_agreed_late(),
			RoundPhase::Answered => self.round_answered(),
			RoundPhase::Lost(loss) => self.round_lost(self.phrase(*loss)),
		}
	}

	/// That a study counts nobody any more.
	pub fn study_counts_nobody(&self) -> String {
		self.study_has_ended()
	}

	/// How exact a result is.
	pub fn result_exactness(&self, half_width: u64) -> String {
		self.result_noise(half_width.to_string())
	}

	/// That small cells are hidden.
	pub fn result_floor(&self, least: u32) -> String {
		self.result_hidden(least.to_string())
	}

	/// How many people a result counts.
	pub fn result_counts(&self, people: usize) -> String {
		self.result_people(people)
	}

	/// That so many cells may be empty.
	pub fn result_empty_cells(&self, cells: usize) -> String {
		self.result_empty(cells)
	}
}

/// Until when the aggregators take lists of people, if they gather reports until this moment: for the first
/// half of the time.
pub fn lists_until(terms: &StudyTerms, gathers_until: Moment) -> Moment {
	gathers_until.saturating_sub(u64::from(terms.gather / 2))
}

/// A number of thousandths: `1`, `0.25`.
pub fn thousandths(number: u32) -> String {
	let (whole, rest) = (number / 1_000, number % 1_000);
	match rest {
		0 => whole.to_string(),
		_ => format!("{whole}.{rest:03}").trim_end_matches('0').to_owned(),
	}
}

/// e^ε, rounded up to tenths: how much likelier one person's answer makes anything that a result shows.
fn factor(epsilon: u32) -> String {
	let factor = (f64::from(epsilon) / 1_000.0).exp();
	format!("{:.1}", (factor * 10.0).ceil() / 10.0)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn thousandths_have_no_needless_digits() {
		for (number, text) in
			[(0, "0"), (1, "0.001"), (100, "0.1"), (250, "0.25"), (1_000, "1"), (10_000, "10")]
		{
			assert_eq!(thousandths(number), text);
		}
	}

	#[test]
	fn the_factor_is_rounded_up() {
		for (epsilon, text) in [(100, "1.2"), (500, "1.7"), (1_000, "2.8"), (5_000, "148.5")] {
			assert_eq!(factor(epsilon), text);
		}
	}
}
