//! How often and when a custodian is asked again.

use super::*;
use bytes::Bytes;
use futures::FutureExt;
use std::sync::Mutex;

/// A custodian that refuses the first requests, and a clock that only moves when somebody sleeps.
struct Double {
	status: u16,
	retry_after: Option<&'static str>,
	kind: &'static str,
	/// How many requests it refuses. It accepts those after them.
	refused: usize,
	asked: Mutex<usize>,
	slept: Mutex<Vec<Duration>>,
}

impl Transport for Double {
	async fn send(&self, _: Request) -> Result<Response, CustodianError> {
		let mut asked = self.asked.lock().unwrap();
		*asked += 1;
		let is_refused = *asked <= self.refused;
		let text = format!(r#"{{"error":"no","kind":"{}"}}"#, self.kind);
		Ok(Response {
			status: if is_refused { self.status } else { 200 },
			reason: String::new(),
			retry_after: self.retry_after.map(str::to_owned).filter(|_| is_refused),
			content_length: None,
			body: boxed(futures::stream::iter([Ok(Bytes::from(text))])),
		})
	}

	async fn sleep(&self, time: Duration) {
		self.slept.lock().unwrap().push(time);
	}

	fn now(&self) -> u64 {
		0
	}

	fn elapsed(&self) -> Duration {
		self.slept.lock().unwrap().iter().sum()
	}
}

/// Asks it, and returns whether it accepted, or why not, and how long the pauses were, in milliseconds.
fn ask(
	double: Double,
	change: impl FnOnce(RestCustodian<Double>) -> RestCustodian<Double>,
) -> (Result<(), CustodianError>, Vec<u128>) {
	let url = "https://a.example";
	let custodian = RestCustodian::new(url, AccountId::new([1; 32]), H256::zero(), double).unwrap();
	let custodian = change(custodian);
	let answer = custodian.answer(&|| custodian.request(Method::Get, "/", None)).now_or_never();
	let slept = custodian.transport.slept.lock().unwrap().iter().map(Duration::as_millis).collect();
	(answer.unwrap().map(drop), slept)
}

fn busy(retry_after: Option<&'static str>, kind: &'static str, refused: usize) -> Double {
	let (asked, slept) = Default::default();
	Double { status: 503, retry_after, kind, refused, asked, slept }
}

#[test]
fn an_upload_is_sent_again_when_the_custodian_says() {
	let uploads = |seconds, refused| busy(Some(seconds), "too-many-uploads", refused);
	assert_eq!(ask(uploads("7", 3), |it| it), (Ok(()), vec![7_000; 3]));
	let (all, pauses) = ask(uploads("7", usize::MAX), |it| it);
	assert_eq!(all, Err(CustodianError::TooManyUploads(7)));
	assert_eq!(pauses.len() + 1, TRIES_FOR_A_TURN as usize, "a number of tries");
	// Not as long as it likes, and not at once.
	let (all, pauses) = ask(uploads("99999999", usize::MAX), |it| it);
	assert_eq!((all, pauses), (Err(CustodianError::TooManyUploads(99_999_999)), vec![30_000; 2]));
	for unread in ["0", "Fri, 27 Nov 2026 12:00:00 GMT", "-1"] {
		assert_eq!(ask(uploads(unread, 1), |it| it), (Ok(()), vec![400]), "{unread}");
	}
	let once = ask(uploads("7", 1), Custodian::without_retries);
	assert_eq!(once, (Err(CustodianError::TooManyUploads(7)), vec![]));
}

/// Nobody but the custodian's uploads says when: another custodian is asked, or the same one soon.
#[test]
fn other_answers_are_not_waited_for_longer() {
	let behind = ask(busy(Some("10"), "node-behind", usize::MAX), |it| it);
	assert_eq!(behind, (Err(CustodianError::Behind("no".into())), vec![]));
	let plain = ask(busy(None, "too-many-uploads", usize::MAX), |it| it);
	assert_eq!(plain, (Err(CustodianError::Busy), vec![400, 800]));
}
