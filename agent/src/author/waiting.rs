//! How long to wait for custodians while documents are added, and what to tell people meanwhile.

use super::*;
use crate::platform::Progress as _;
use futures::{
	future::{select, Either},
	Stream,
};
use std::{collections::BTreeMap, pin::pin};

/// How long an answer takes at least until it counts as missing.
const ANSWER: Duration = Duration::from_secs(2);
/// When to tell people which custodians are missing, if one has not accepted its share until then.
const TELL: Duration = Duration::from_secs(4);
/// The same if all custodians have their shares, and only acknowledgements are missing.
const TELL_LATER: Duration = Duration::from_secs(15);
/// How long to wait for custodians that do not accept their shares, or any content, unless the person has
/// said how long.
pub(super) const UNACCEPTED: Duration = Duration::from_secs(60);
/// How long custodians that have accepted their shares may take for the next acknowledgement: they
/// fetch the content first.
const UNACKNOWLEDGED: Duration = Duration::from_secs(600);

/// No custodian has taken the content in time, and one may take it later.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotTaken(pub(super) String);

/// Watches the delivery of shares.
#[derive(Debug)]
pub(super) struct Watch {
	begun: Duration,
	/// When a share was accepted or acknowledged last.
	progress: Duration,
	/// How many acknowledgements were open then.
	open: usize,
	/// Since when each custodian accepts no share.
	failing: BTreeMap<AccountId, Duration>,
	has_told: bool,
}

impl Watch {
	pub(super) fn begin(now: Duration) -> Self {
		let (failing, open, has_told) = (BTreeMap::new(), usize::MAX, false);
		Self { begun: now, progress: now, open, failing, has_told }
	}

	/// Notes how many acknowledgements are open.
	pub(super) fn sees_open(&mut self, open: usize, now: Duration) {
		if open < self.open {
			(self.open, self.progress) = (open, now);
		}
	}

	/// Notes that an institution's custodian has accepted a share, which it may have had already.
	pub(super) fn accepts(&mut self, institution: &AccountId, is_new: bool, now: Duration) {
		self.failing.remove(institution);
		if is_new {
			self.progress = now;
		}
	}

	/// Notes that an institution's custodian has not accepted a share that was sent at this time.
	pub(super) fn fails(&mut self, institution: &AccountId, sent: Duration) {
		self.failing.entry(institution.clone()).or_insert(sent);
	}

	/// Whether it is time to stop waiting for these institutions.
	pub(super) fn is_over(&self, absent: &[AccountId], now: Duration) -> bool {
		let is_long = |since: Duration, most| now.saturating_sub(since) >= most;
		let fails_long = |it| self.failing.get(it).is_some_and(|since| is_long(*since, UNACCEPTED));
		is_long(self.progress, UNACKNOWLEDGED) || absent.iter().all(fails_long)
	}

	/// How long until people are told that answers to what was sent at this time are missing. `None` if
	/// they were told.
	pub(super) fn tells_in(&self, sent: Duration, now: Duration) -> Option<Duration> {
		let when = (self.begun + TELL).max(sent + ANSWER);
		(!self.has_told).then(|| when.saturating_sub(now))
	}

	/// Whether to tell people now which custodians are missing. They are told once.
	pub(super) fn tells(&mut self, now: Duration) -> bool {
		let after = if self.failing.is_empty() { TELL_LATER } else { TELL };
		let tells = !self.has_told && now.saturating_sub(self.begun) >= after;
		self.has_told |= tells;
		tells
	}
}

/// The next answer; `None` if this time passes first.
pub(super) async fn next_within<S: Stream + Unpin>(
	clock: &impl Clock,
	answers: &mut S,
	time: Option<Duration>,
) -> Option<Option<S::Item>> {
	let Some(time) = time else { return Some(answers.next().await) };
	match select(answers.next(), pin!(clock.sleep(time))).await {
		Either::Left((next, _)) => Some(next),
		Either::Right(_) => None,
	}
}

/// Tells what is done of a group whose versions are on the chain, and which custodians are missing.
pub(super) async fn tell_waiting(
	session: &Session<impl Platform>,
	group: &Group,
	complaints: &Complaints,
) {
	match what_waits(session, group, complaints).await {
		Ok(news) => news.iter().for_each(|news| session.progress.tell(news)),
		// The node may be away for a moment. The work goes on.
		Err(error) => tracing::debug!("cannot tell which custodians are missing: {error:#}"),
	}
}

async fn what_waits(
	session: &Session<impl Platform>,
	group: &Group,
	complaints: &Complaints,
) -> Result<Option<Advised>> {
	// The others may have acknowledged since the deliveries began.
	let at = session.finalized().await?;
	let mut absent: Vec<AccountId> = Vec::new();
	let (mut complete, mut done) = (0_usize, String::new());
	for entry in &group.entries {
		let (threshold, held, missing) = holders_of(&at, entry).await?;
		let all = held.saturating_add(missing.len());
		done = format!(
			"“{}” is on the chain. {held} of {all} holders have their share of its key, and {threshold} are \
			 needed to open it",
			entry.title
		);
		complete = complete.saturating_add(usize::from(missing.is_empty()));
		absent.extend(missing);
	}
	if group.entries.len() > 1 {
		let records = ENGLISH.count(Noun::Record, group.entries.len());
		done =
			format!("{records} are on the chain, {complete} of them acknowledged by all holders");
	}
	absent.sort();
	absent.dedup();
	if absent.is_empty() {
		return Ok(None);
	}
	let message = format!("{done}. Waiting for {}", names_of(session, &absent, complaints));
	let advice = Advice::WaitOrResume { key: session.me()?.name.clone() };
	Ok(Some(Advised::new(message, advice)))
}

/// The institutions whose acknowledgement is missing, each with the reason.
pub(super) fn names_of(
	session: &Session<impl Platform>,
	absent: &[AccountId],
	complaints: &Complaints,
) -> String {
	let names: Vec<_> = absent
		.iter()
		.map(|it| match complaints.get(it) {
			Some(reason) => format!("{} ({reason})", session.names.show(it)),
			None => format!("the acknowledgement of {}", session.names.show(it)),
		})
		.collect();
	ENGLISH.and(&names)
}

#[cfg(test)]
mod tests {
	use super::*;

	const A: AccountId = AccountId::new([1; 32]);
	const B: AccountId = AccountId::new([2; 32]);

	fn secs(seconds: u64) -> Duration {
		Duration::from_secs(seconds)
	}

	#[test]
	fn a_silent_custodian_gets_a_minute() {
		let mut watch = Watch::begin(secs(100));
		watch.fails(&A, secs(101));
		watch.fails(&A, secs(130));
		assert!(!watch.is_over(&[A], secs(160)));
		assert!(watch.is_over(&[A], secs(161)));
		assert!(!watch.is_over(&[A, B], secs(161)), "the other one is at work");
		watch.accepts(&A, true, secs(170));
		assert!(!watch.is_over(&[A], secs(171)));
		watch.fails(&A, secs(171));
		assert!(!watch.is_over(&[A], secs(230)));
		assert!(watch.is_over(&[A], secs(231)));
	}

	#[test]
	fn an_acknowledgement_may_take_longer() {
		let mut watch = Watch::begin(secs(0));
		watch.sees_open(2, secs(0));
		watch.accepts(&A, true, secs(10));
		// What it has already, and what stays open, is not progress.
		watch.accepts(&A, false, secs(600));
		watch.sees_open(2, secs(600));
		assert!(!watch.is_over(&[A], secs(609)));
		assert!(watch.is_over(&[A], secs(610)));
		watch.sees_open(1, secs(609));
		assert!(!watch.is_over(&[A], secs(1_208)));
		assert!(watch.is_over(&[A], secs(1_209)));
	}

	#[test]
	fn people_are_told_once_and_sooner_about_a_silent_custodian() {
		let mut watch = Watch::begin(secs(100));
		assert_eq!(watch.tells_in(secs(100), secs(101)), Some(secs(3)));
		assert_eq!(watch.tells_in(secs(103), secs(104)), Some(secs(1)));
		watch.fails(&A, secs(100));
		assert!(!watch.tells(secs(103)));
		assert!(watch.tells(secs(104)));
		assert!(!watch.tells(secs(105)) && watch.tells_in(secs(100), secs(105)).is_none());
		let mut watch = Watch::begin(secs(100));
		assert!(!watch.tells(secs(114)));
		assert!(watch.tells(secs(115)) && !watch.tells(secs(116)));
	}
}
