//! What people read about studies.

use crate::{Join, Speech, Teller};
use vouchsafe_primitives::{
	policy::{Decision, Reason},
	study::{RoundPhase, StudyTerms, YEARLY_EPSILON},
	AccountId, Consent, Grantee, Moment, StudyId, StudyTrait, Vocabulary,
};

/// A study that asks a patient.
#[derive(Clone, Copy, Debug)]
pub struct AskingStudy<'a> {
	/// Its number.
	pub id: StudyId,
	/// Who runs it.
	pub researcher: &'a AccountId,
	/// What it asks, as its protocol says.
	pub question: &'a str,
	/// What it fixes.
	pub terms: &'a StudyTerms,
}

impl Teller<'_> {
	/// What a study is, as a patient reads it before agreeing to be counted.
	pub fn study(&self, study: &AskingStudy) -> String {
		let AskingStudy { id, researcher, question, terms } = *study;
		let speech = self.speech;
		let mut said = vec![
			speech.study_asks(id.to_string(), speech.quote(question)),
			speech.study_run(
				self.who(researcher),
				speech.phrase(terms.purpose),
				speech.country(&terms.country),
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
		said.push(speech.study_counting(self.whose(Join::And, &terms.aggregators)));
		said.push(speech.study_noise(factor(terms.epsilon)));
		said.push(speech.study_cost(
			usize::from(terms.rounds),
			thousandths(terms.epsilon),
			thousandths(YEARLY_EPSILON),
		));
		said.push(speech.study_leaving());
		speech.sentences(said)
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
			Decision::Permit(_) if left < study.terms.epsilon => speech.study_not_counted(
				speech.study_no_budget(thousandths(left), thousandths(study.terms.epsilon)),
			),
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
	/// Where a round is.
	pub fn round(&self, phase: &RoundPhase, now: Moment) -> String {
		match phase {
			RoundPhase::Open { closes } if now < *closes => self.round_open(self.moment(*closes)),
			RoundPhase::Open { .. } => self.round_closed(),
			RoundPhase::Frozen { block, gathers_until, answers_until, .. } => {
				let block = block.to_string();
				if now < *gathers_until {
					self.round_gathering(block, self.moment(*gathers_until))
				} else if now < *answers_until {
					self.round_agreeing(block, self.moment(*answers_until))
				} else {
					self.round_late(block)
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
