//! Signs an institution's card, for founding a network. It needs no node: there is no network yet.

use crate::{
	args::SignCard,
	commands::agree,
	dates::{now, show_moment},
	drafts::FileDraft,
	files,
	output::Output,
	session::Settings,
};
use anyhow::{bail, ensure, Context, Result};
use serde_json::json;
use vouchsafe_agent::keys::Identity;
use vouchsafe_client::{chain::account_bytes, signing::ToSign};
use vouchsafe_primitives::card::{Card, SignedCard};

/// Shows the card, signs it and writes it.
pub async fn sign(settings: &Settings, command: &SignCard) -> Result<Output> {
	let path = command.card.display();
	files::check(&command.card)?;
	if let Some(out) = &command.out {
		ensure!(!out.exists(), "{} already exists: choose another file", out.display());
	}
	let text =
		std::fs::read_to_string(&command.card).with_context(|| format!("cannot read {path}"))?;
	let card = SignedCard::from_json(&text).with_context(|| path.to_string())?.card;
	card.check(now()).with_context(|| path.to_string())?;
	let me = settings.unlock()?.context("name the institution's key with --key")?;
	check_own(&card, &me)?;
	agree(&sentence(&card), command.agreement)?;
	let signature = me.signer.sign_as_account(ToSign::Text(&card.text())).await?;
	let signed = SignedCard { card, signature: Some(signature.into()) };
	signed.check_signature()?;
	let json = json!(signed);
	match &command.out {
		Some(out) => {
			FileDraft::write_new(out, signed.to_json().as_bytes()).await?;
			Ok(Output::new(
				format!(
					"{} has signed the card: {}. Give this file to all members, and get theirs. It contains \
					 nothing secret. Each member runs `vouchsafe-node found assemble` before {}.",
					me.name,
					out.display(),
					show_moment(signed.card.expires)
				),
				json,
			))
		},
		None => Ok(Output::new(format!("{json:#}"), json)),
	}
}

/// Checks that the card names this key's account and encryption key.
fn check_own(card: &Card, me: &Identity) -> Result<()> {
	if account_bytes(&me.account()) != <[u8; 32]>::from(card.institution.clone()) {
		bail!(
			"the card is of the account {}, and the key {} is of {}: name the institution's key with --key",
			card.institution,
			me.name,
			me.account()
		);
	}
	if me.encryption_key() != card.encryption_key.0 {
		bail!(
			"the card has another encryption key than the key {0}, which has 0x{1}. Nobody could open what is \
			 sealed to the institution: make the card again with --encryption-key 0x{1}",
			me.name,
			hex::encode(me.encryption_key())
		);
	}
	Ok(())
}

/// What is signed.
fn sentence(card: &Card) -> String {
	let fields = card.fields();
	let lines: Vec<_> = fields.iter().map(|(name, value)| format!("{name:<18}  {value}")).collect();
	format!(
		"We take part in founding a network, as this card says. It can be used until {}.\n\n{}",
		show_moment(card.expires),
		lines.join("\n  ")
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_primitives::{
		card::{CardCustodian, CardNode, CARD_VERSION},
		AccountKind,
	};

	fn card(me: &Identity) -> Card {
		Card {
			version: CARD_VERSION,
			institution: account_bytes(&me.account()).into(),
			encryption_key: me.encryption_key().into(),
			name: "Hospital A".into(),
			country: "DE".into(),
			kind: AccountKind::Institution,
			validator: None,
			seat: true,
			node: CardNode {
				peer: "12D3".into(),
				addresses: vec!["/dns/a.example/tcp/1".into()],
				archive: false,
			},
			custodian: CardCustodian {
				url: "https://custodian.hospital-a.example".into(),
				account: [7; 32].into(),
				encryption_key: [8; 32].into(),
			},
			expires: 1_798_761_600,
		}
	}

	#[test]
	fn only_the_institutions_own_key_signs() {
		let me = Identity::development("//HospitalA").unwrap();
		let own = card(&me);
		check_own(&own, &me).unwrap();
		let other = Identity::development("//HospitalB").unwrap();
		let error = check_own(&own, &other).unwrap_err().to_string();
		assert!(error.contains("the key //HospitalB is of"), "{error}");
		let wrong = Card { encryption_key: [1; 32].into(), ..own };
		let error = check_own(&wrong, &me).unwrap_err().to_string();
		assert!(error.contains("make the card again with --encryption-key 0xc5c24495"), "{error}");
	}

	#[test]
	fn everything_that_is_signed_is_shown() {
		let card = card(&Identity::development("//HospitalA").unwrap());
		let shown = sentence(&card);
		for (name, value) in card.fields() {
			assert!(shown.contains(&format!("{name:<18}  {value}")), "{name}: {shown}");
		}
		assert!(shown.contains("until 2027-01-01"), "{shown}");
	}
}
