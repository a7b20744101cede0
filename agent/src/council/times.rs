//! The times that the council sets: how long new keys, representatives and what waits for them wait.

use crate::english::ENGLISH;
use vouchsafe_protocol::{
	calls::{ParametersCall, RuntimeCall},
	runtime::runtime_types::vouchsafe_runtime::parameters::{
		values::{
			recovery::{self, Parameters as Recovery},
			representation::{self, Parameters as Representation},
		},
		RuntimeParameters,
	},
};

/// A time that the council sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
	/// How long a new key waits after guardians or an authority have agreed to it.
	RecoveryDelay,
	/// How long an account's own change of key waits.
	KeyDelay,
	/// How long an attempt to give an account a new key counts.
	AttemptLifetime,
	/// How long a patient can object before a representation by law is in force.
	ObjectionPeriod,
	/// How long the registration of a representative waits for an authority.
	RegistrationLifetime,
}

impl Time {
	/// All of them.
	pub const ALL: [Self; 5] = [
		Self::RecoveryDelay,
		Self::KeyDelay,
		Self::AttemptLifetime,
		Self::ObjectionPeriod,
		Self::RegistrationLifetime,
	];

	/// Its name, as people write it.
	pub fn word(self) -> &'static str {
		match self {
			Self::RecoveryDelay => "recovery-delay",
			Self::KeyDelay => "key-delay",
			Self::AttemptLifetime => "attempt-lifetime",
			Self::ObjectionPeriod => "objection-period",
			Self::RegistrationLifetime => "registration-lifetime",
		}
	}

	/// The time of this name.
	pub fn from_word(word: &str) -> Option<Self> {
		Self::ALL.into_iter().find(|time| time.word() == word)
	}

	/// The call that sets it to so many seconds.
	pub fn call(self, seconds: u64) -> RuntimeCall {
		let value = Some(seconds);
		let key_value = match self {
			Self::RecoveryDelay => {
				RuntimeParameters::Recovery(Recovery::RecoveryDelay(recovery::RecoveryDelay, value))
			},
			Self::KeyDelay => {
				RuntimeParameters::Recovery(Recovery::KeyDelay(recovery::KeyDelay, value))
			},
			Self::AttemptLifetime => RuntimeParameters::Recovery(Recovery::AttemptLifetime(
				recovery::AttemptLifetime,
				value,
			)),
			Self::ObjectionPeriod => RuntimeParameters::Representation(
				Representation::ObjectionPeriod(representation::ObjectionPeriod, value),
			),
			Self::RegistrationLifetime => RuntimeParameters::Representation(
				Representation::RegistrationLifetime(representation::RegistrationLifetime, value),
			),
		};
		ParametersCall::set_parameter { key_value }.into()
	}
}

/// What a call does that sets a time, in words. Without a value, the runtime's own counts again.
pub(super) fn describe(parameter: &RuntimeParameters) -> String {
	let (time, seconds) = match parameter {
		RuntimeParameters::Recovery(parameter) => match parameter {
			Recovery::RecoveryDelay(_, seconds) => (Time::RecoveryDelay, seconds),
			Recovery::KeyDelay(_, seconds) => (Time::KeyDelay, seconds),
			Recovery::AttemptLifetime(_, seconds) => (Time::AttemptLifetime, seconds),
		},
		RuntimeParameters::Representation(parameter) => match parameter {
			Representation::ObjectionPeriod(_, seconds) => (Time::ObjectionPeriod, seconds),
			Representation::RegistrationLifetime(_, seconds) => {
				(Time::RegistrationLifetime, seconds)
			},
		},
	};
	let span = seconds.map_or("the usual time".into(), |seconds| ENGLISH.duration(seconds));
	match time {
		Time::RecoveryDelay => {
			format!("let a new key wait {span} after guardians or an authority have agreed to it")
		},
		Time::KeyDelay => format!("let an account’s own change of key wait {span}"),
		Time::AttemptLifetime => format!(
			"let an attempt to give an account a new key lapse {span} after it was begun, and {span} after it can \
			 be finished"
		),
		Time::ObjectionPeriod => {
			format!("let patients object for {span} before a representation by law is in force")
		},
		Time::RegistrationLifetime => {
			format!("let the registration of a representative lapse after {span} if no authority attests it")
		},
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::collections::BTreeSet;

	fn said(call: &RuntimeCall) -> String {
		let RuntimeCall::Parameters(ParametersCall::set_parameter { key_value }) = call else {
			panic!("a parameter is set: {call:?}")
		};
		describe(key_value)
	}

	#[test]
	fn each_time_has_its_name_and_its_sentence() {
		let calls = Time::ALL.map(|time| {
			assert_eq!(Time::from_word(time.word()), Some(time));
			time.call(90_000)
		});
		let sentences: BTreeSet<_> = calls.iter().map(said).collect();
		assert_eq!(sentences.len(), calls.len());
		assert!(sentences.iter().all(|it| it.contains("1 day and 1 hour")), "{sentences:?}");
		assert_eq!(
			said(&Time::KeyDelay.call(1)),
			"let an account’s own change of key wait 1 second"
		);
		assert_eq!(Time::from_word("least-members"), None);
	}

	#[test]
	fn a_time_without_a_value_is_the_usual_one() {
		let unset = Recovery::KeyDelay(recovery::KeyDelay, None);
		let said = describe(&RuntimeParameters::Recovery(unset));
		assert_eq!(said, "let an account’s own change of key wait the usual time");
	}
}
