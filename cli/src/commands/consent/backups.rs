//! What is said of backups after a revocation: a custodian destroys the shares that it got for the consent, but
//! its backups have them until they are erased.

use crate::english::ENGLISH;

/// Says, after a revocation, for how many days backups may have what the custodians of these institutions destroy.
pub(super) fn kept(kept: &[(String, u16)], patient: Option<&str>) -> Option<String> {
	if kept.is_empty() {
		return None;
	}
	let whose = patient.map_or("your own".to_owned(), |patient| format!("{patient}'s"));
	let each = kept.iter().map(|(institution, days)| {
		let days = if *days == 1 { "1 day".to_owned() } else { format!("{days} days") };
		format!("at {institution} for {days}")
	});
	let each = ENGLISH.and(&each.collect::<Vec<_>>());
	Some(format!("Backups may still have {whose} key shares: {each}."))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn institutions_that_keep_backups_are_named_with_their_days() {
		let at = |institution: &str, days| (institution.to_owned(), days);
		assert_eq!(kept(&[], None), None);
		assert_eq!(
			kept(&[at("Hospital B", 30)], None).unwrap(),
			"Backups may still have your own key shares: at Hospital B for 30 days."
		);
		assert_eq!(
			kept(&[at("Hospital B", 30), at("Hospital C", 1)], Some("Eva")).unwrap(),
			"Backups may still have Eva's key shares: at Hospital B for 30 days and at Hospital C for 1 day."
		);
	}
}
