//! Codes that are not those of a registration desk.

use super::{
	host::{ask, TestHost},
	unlocking::created,
};
use crate::messages::{Ask, FailureKind};
use vouchsafe_protocol::qr::{Code, PersonCode, MAX_TEXT};

#[tokio::test]
async fn each_wrong_code_has_its_reason() {
	let host = TestHost::default();
	let (app, _) = created(&host).await;
	let person = PersonCode { genesis: [7; 32].into(), account: [8; 32].into() };
	let person = Code::Person(person).to_text().unwrap();
	let damaged = person.replace("VOUCHSAFE1:A", "VOUCHSAFE1:B");
	let large = format!("VOUCHSAFE1:{}", "A".repeat(MAX_TEXT));
	for (text, reason) in [
		("https://example.org/menu", "nicht von Vouchsafe"),
		("https://example.org/#menu", "nicht von Vouchsafe"),
		("", "nicht von Vouchsafe"),
		(&person, "nicht der, der hier gebraucht wird"),
		(&large, "zu groß"),
		(&damaged, "fehlt oder wurde verändert"),
		("VOUCHSAFE2:AAAA", "anderen Version"),
	] {
		let asked = Ask::ReadDeskCode { text: text.to_owned() };
		let failure = ask(&host, &app, asked).await.unwrap_err();
		assert_eq!(failure.kind, FailureKind::Input, "{text}");
		assert!(failure.text.contains(reason), "{text}: {}", failure.text);
	}
}
