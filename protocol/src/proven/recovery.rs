//! Which key signs for which account, and who can give an account another one: guardians, changes of key
//! and attempts, worked out from the state as the runtime does it.

use super::ProvenView;
use crate::{
	decider,
	errors::ChainError,
	runtime::runtime_types::vouchsafe_runtime::parameters::{
		values::recovery::ParametersValue, RuntimeParametersValue,
	},
	storage,
	traits::{Evidence, View},
	types::*,
};

impl<E: Evidence> ProvenView<E> {
	pub(super) async fn recovery_of(
		&self,
		account: &AccountId,
	) -> Result<RecoveryView, ChainError> {
		self.fetch([
			storage::present_key(account).bytes,
			storage::guardians(account).bytes,
			storage::key_change(account).bytes,
			storage::attempt(account).bytes,
			storage::account(account).bytes,
			storage::now().bytes,
			storage::attempt_lifetime().bytes,
		])
		.await?;
		let (now, entry) = (self.time().await?, self.read(storage::account(account)).await?);
		let is_in_doubt = |guardians: &Guardians| {
			entry.as_ref().is_some_and(|entry| decider::is_in_doubt(entry, guardians.set_at))
		};
		let sets = self.read(storage::guardians(account)).await?;
		let sets = sets.unwrap_or(GuardianSets { present: None, next: None });
		let lifetime = attempt_lifetime(self).await?;
		let attempt = self.read(storage::attempt(account)).await?;
		let key = self.read(storage::present_key(account)).await?;
		Ok(RecoveryView {
			key: key.unwrap_or_else(|| account.clone()),
			guardians: in_force(&sets, now, is_in_doubt),
			next: sets.next.filter(|(next, from)| now < *from && !is_in_doubt(next)),
			change: self.read(storage::key_change(account)).await?,
			attempt: attempt.filter(|attempt| now < lapses(attempt, lifetime)),
		})
	}
}

/// The guardians in force: the next ones if their time has come, else the present ones. Those that were
/// named while the key was in doubt do not count.
fn in_force(
	sets: &GuardianSets,
	now: Moment,
	is_in_doubt: impl Fn(&Guardians) -> bool,
) -> Option<Guardians> {
	let begun = sets.next.as_ref().filter(|(_, from)| *from <= now).map(|(next, _)| next);
	let found = [begun, sets.present.as_ref()].into_iter().flatten();
	found.into_iter().find(|guardians| !is_in_doubt(guardians)).cloned()
}

/// How long attempts count, in seconds.
///
/// # Errors
///
/// Those of reading, and a value that is another parameter's.
pub async fn attempt_lifetime(at: &impl View) -> Result<Moment, ChainError> {
	match at.read(storage::attempt_lifetime()).await? {
		Some(RuntimeParametersValue::Recovery(ParametersValue::AttemptLifetime(it))) => Ok(it),
		Some(_) => Err(ChainError::foreign("a parameter has another one's value")),
		None => Ok(ATTEMPT_LIFETIME),
	}
}

/// When an attempt lapses that counts so long, unless somebody completes or finishes it before.
pub fn lapses(attempt: &Attempt, lifetime: Moment) -> Moment {
	let since = attempt.from.map_or(attempt.at, |from| from.max(attempt.at));
	since.saturating_add(lifetime)
}
