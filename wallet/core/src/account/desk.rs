//! Enrolment at a registration desk, from the enrolled person's side.

use super::{
	connection::{network_of, Network},
	locked, Account,
};
use crate::{
	code::{qr, without_link},
	failure::Trouble,
	host::Host,
	messages::{Answer, DeskAnswer, DeskOffer},
};
use anyhow::Result;
use sha2::{Digest, Sha256};
use vouchsafe_protocol::{
	messages::Hex,
	qr::{Code, EnrolleeCode, RegistrarCode},
	traits::{Submit as _, View as _},
};
use vouchsafe_speech::Speech;

/// What a desk has asked for, and the network that it is in.
#[derive(Clone)]
pub(super) struct Offer {
	digest: String,
	code: RegistrarCode,
	network: Network,
}

impl<H: Host> Account<H> {
	/// Reads a desk's code and proves the name of its institution.
	pub(super) async fn read_desk_code(&self, text: &str, speech: &Speech) -> Result<Answer> {
		let code = Code::from_text(without_link(text))?.registrar()?;
		if code.expires <= self.host.now() {
			return Err(Trouble::CodeExpired.into());
		}
		let (genesis, institution) = (Hex::from(code.genesis), Hex::from(&code.institution));
		if self.kind().is_some() && self.network().is_some_and(|it| it.genesis != genesis) {
			return Err(Trouble::CodeOfOtherChain.into());
		}
		// The page's own hospital and the desk must be of one network. It says where the desk's custodian is
		// before anything is asked there.
		if let Ok(network) = network_of(&self.host).await {
			if network.genesis != genesis {
				return Err(Trouble::CodeOfOtherChain.into());
			}
			self.institution_of(&network, &code).await?;
		}
		let network = Network {
			genesis,
			custodians: vec![(code.url.clone(), institution)],
			is_chosen: false,
		};
		let institution = self.institution_of(&network, &code).await?;
		let role = speech.phrase(code.kind);
		let sentence = speech.wallet_enrol(speech.insert(&institution), role.clone());
		let digest = Sha256::new().chain_update(without_link(text)).chain_update(&sentence);
		let digest = hex::encode(digest.finalize());
		let offer = DeskOffer {
			digest: digest.clone(),
			sentence,
			institution,
			is_proven: true,
			role,
			until: speech.moment(code.expires),
		};
		*locked(&self.desk) = Some(Offer { digest, code, network });
		Ok(Answer::DeskOffer(offer))
	}

	/// Proves the name of the institution whose desk has made a code.
	async fn institution_of(&self, network: &Network, code: &RegistrarCode) -> Result<String> {
		let at = network.chain(&self.host, None)?.finalized().await?;
		let found = at.institution(&code.institution).await?.ok_or(Trouble::Code)?;
		// The code could lead to somebody else's custodian, who would then hear everything.
		let custodian = found.custodian.as_ref().ok_or(Trouble::Code)?;
		match custodian.url == code.url.as_bytes() {
			true => Ok(vouchsafe_agent::text::line(&String::from_utf8_lossy(&found.name))),
			false => Err(Trouble::Code.into()),
		}
	}

	/// Signs the offer that was shown last.
	pub(super) async fn accept_desk_code(&self, shown: &str) -> Result<Answer> {
		let offer = locked(&self.desk).clone().filter(|offer| offer.digest == shown);
		let Offer { code, network, .. } = offer.ok_or(Trouble::NotShown)?;
		self.set_network(network).await?;
		let identity = &self.identity;
		let answer = EnrolleeCode::sign(&identity.signer, &code, identity.encryption_key());
		let text = Code::Enrollee(answer.await?).to_text()?;
		Ok(Answer::DeskAnswer(DeskAnswer { code: qr(&text)? }))
	}
}
