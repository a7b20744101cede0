//! At the registration desk.

use super::App;
use crate::{
	account::{network_of, Network},
	code::{qr, without_link},
	failure::Trouble,
	host::Host,
	messages::{Answer, DeskAnswer, DeskOffer},
};
use anyhow::Result;
use vouchsafe_protocol::{
	messages::Hex,
	qr::{Code, EnrolleeCode, RegistrarCode},
	traits::{Submit as _, View as _},
};

/// What a desk has asked for, and the network that it is in.
#[derive(Clone)]
pub(super) struct Offer {
	code: RegistrarCode,
	network: Network,
}

impl<H: Host> App<H> {
	/// Reads a desk's code and proves the name of its institution.
	pub(super) async fn read_desk_code(&self, text: &str) -> Result<Answer> {
		let account = self.account()?;
		let code = Code::from_text(without_link(text))?.registrar()?;
		if code.expires <= self.host().now() {
			return Err(Trouble::CodeExpired.into());
		}
		let genesis = Hex::from(code.genesis);
		let origin = self.state().origin.clone();
		if account.kind().is_some() && account.network().is_some_and(|it| it.genesis != genesis) {
			return Err(Trouble::CodeOfOtherChain.into());
		}
		// The page's own hospital and the desk must be of one network.
		if let Ok(network) = network_of(self.host(), &origin).await {
			if network.genesis != genesis {
				return Err(Trouble::CodeOfOtherChain.into());
			}
		}
		let institution = Hex::from(&code.institution);
		let network = Network {
			genesis,
			custodians: vec![(code.url.clone(), institution)],
			is_chosen: false,
		};
		let chain = network.chain(self.host(), None)?;
		let at = chain.finalized().await?;
		let found = at.institution(&code.institution).await?.ok_or(Trouble::Code)?;
		// The code could lead to somebody else's custodian, who would then hear everything.
		let custodian = found.custodian.as_ref().ok_or(Trouble::Code)?;
		if custodian.url != code.url.as_bytes() {
			return Err(Trouble::Code.into());
		}
		let name = vouchsafe_agent::text::line(&String::from_utf8_lossy(&found.name));
		let speech = self.speech();
		let institution = name;
		let role = speech.phrase(code.kind);
		let offer = DeskOffer {
			sentence: speech.wallet_enrol(speech.insert(&institution), role.clone()),
			institution,
			is_proven: true,
			role,
			until: speech.moment(code.expires),
		};
		self.state().desk = Some(Offer { code, network });
		Ok(Answer::DeskOffer(offer))
	}

	/// Signs the offer that was shown last.
	pub(super) async fn accept_desk_code(&self) -> Result<Answer> {
		self.ensure_agrees()?;
		let account = self.account()?;
		let Offer { code, network } = self.state().desk.clone().ok_or(Trouble::NotShown)?;
		account.set_network(network).await?;
		let answer = EnrolleeCode::sign(account.signer(), &code, account.encryption_key());
		let text = Code::Enrollee(answer.await?).to_text()?;
		Ok(Answer::DeskAnswer(DeskAnswer { code: qr(&text)? }))
	}
}
