//! The chain over custodians. A wallet reaches no node: custodians show it proofs of final blocks and of
//! their states, and take its extrinsics. It believes only what is [proven](crate::proven).
//!
//! With several custodians, the newest block counts that one of them proves. One that fails or does not
//! answer is left out for a while. What none of them can prove is what an extrinsic caused: its events
//! are a custodian's word, and the state proves the effect.

mod block;
mod submission;

use crate::{
	calls::RuntimeCall,
	errors::{ChainError, CustodianError},
	events::Included,
	messages::{AwaitLog, WAIT},
	nonces::OwnCalls,
	proof::{Header, ProofError, Trusted},
	proven::{check_fresh, follow, newest_of, Keeper, Newest, ProvenView, KNOWN_BLOCKS},
	rest::{RestCustodian, Transport, ANSWER},
	signing::{SharedSigner, Signer},
	storage,
	traits::{Finality, SendOutsideWasm, Submit, View},
	types::{AccountId, H256},
};
use block::Source;
use futures::{future::join_all, stream::FuturesUnordered, StreamExt};
use std::{
	collections::BTreeMap,
	future::Future,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};

pub use block::CustodianBlock;

/// How long to wait for custodians, and how often to ask them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RemotePace {
	/// For an answer, if there is no other custodian.
	answer: Duration,
	/// For an answer, if there are others.
	soon: Duration,
	/// For an answer that waits for news.
	news: Duration,
	/// For custodians that are behind.
	behind: Duration,
	/// How long a custodian is left out that did not answer.
	silent: Duration,
	/// How long a custodian is left out that proved nothing.
	failed: Duration,
	/// Between two questions about blocks.
	pause: Duration,
	/// How long the answer to such a question is used again.
	recent: Duration,
	/// Until a call is sent again.
	again: Duration,
	/// How long a custodian may say something of a call that is not proven.
	proof: Duration,
	/// How long a call is followed.
	patience: Duration,
}

impl Default for RemotePace {
	fn default() -> Self {
		Self {
			answer: ANSWER,
			soon: Duration::from_secs(5),
			news: ANSWER.saturating_add(Duration::from_secs(WAIT)),
			behind: Duration::from_secs(10),
			silent: Duration::from_secs(60),
			failed: Duration::from_secs(10),
			pause: Duration::from_millis(300),
			recent: Duration::from_millis(300),
			again: Duration::from_secs(2),
			proof: Duration::from_secs(30),
			patience: Duration::from_secs(600),
		}
	}
}

/// What several parts of a program know together.
#[derive(Default)]
struct Known {
	trusted: Option<Trusted>,
	/// The number of the last block that has a call of ours.
	awaited: u32,
	/// The custodians that are left out, and until when.
	left_out: BTreeMap<usize, Duration>,
	/// What each custodian has proven last, or why it has proven nothing.
	last: BTreeMap<usize, Result<u32, ChainError>>,
	/// When all were asked last, and what came of it: a block and the place of a custodian that has it.
	asked: Option<(Duration, Header, usize)>,
	/// What was proven of the block that was viewed last.
	viewed: Option<ProvenView<()>>,
}

/// The chain over custodians. Cheap to clone; all clones know the same blocks.
#[derive(Clone)]
pub struct CustodianChain<T> {
	transport: T,
	genesis: H256,
	custodians: Arc<[RestCustodian<T>]>,
	/// Who signs questions. Without it only what everybody may read can be read.
	signer: Option<SharedSigner>,
	keeper: Option<Keeper>,
	known: Arc<Mutex<Known>>,
	own_calls: OwnCalls,
	pace: RemotePace,
}

impl<T: Transport + Clone> CustodianChain<T> {
	/// The chain of this genesis block over custodians, each with its address and its institution. It
	/// goes on from the block that was `kept`, which can come with the program too, or from the genesis
	/// block. Nobody is asked yet.
	///
	/// # Errors
	///
	/// [`CustodianError::Address`].
	pub fn new(
		transport: T,
		genesis: H256,
		custodians: &[(String, AccountId)],
		kept: Option<Trusted>,
	) -> Result<Self, CustodianError> {
		let custodians = custodians
			.iter()
			.map(|(url, institution)| {
				RestCustodian::new(url, institution.clone(), genesis, transport.clone())
			})
			.collect::<Result<_, _>>()?;
		Ok(Self {
			transport,
			genesis,
			custodians,
			signer: None,
			keeper: None,
			known: Arc::new(Mutex::new(Known { trusted: kept, ..Known::default() })),
			own_calls: OwnCalls::default(),
			pace: RemotePace::default(),
		})
	}

	/// The same, with questions that this account signs, or unsigned ones.
	pub fn with_signer(&self, signer: Option<SharedSigner>) -> Self {
		Self { signer, ..self.clone() }
	}

	/// Gives each newer block to the keeper.
	pub fn on_newer(&mut self, keeper: Keeper) {
		self.keeper = Some(keeper);
	}

	/// What the first custodian shows of final blocks, for a proof that is kept.
	pub fn shown_by_first(&self) -> impl Finality {
		Source { chain: self.clone(), place: 0, newer: None }
	}

	/// The custodians, in their order.
	pub fn custodians(&self) -> &[RestCustodian<T>] {
		&self.custodians
	}

	/// The newest block that was proven so far.
	pub fn trusted(&self) -> Option<Trusted> {
		lock(&self.known).trusted.clone()
	}

	/// The number of the block that each custodian has proven last, or why it has proven nothing. Nothing
	/// for a custodian that was not asked yet.
	pub fn last_answers(&self) -> Vec<Option<Result<u32, ChainError>>> {
		let last = &lock(&self.known).last;
		(0..self.custodians.len()).map(|place| last.get(&place).cloned()).collect()
	}

	/// Waits, about 25 seconds at most, until a block is proven to be final that is newer than the one of
	/// this number. Returns the newest one's number.
	///
	/// # Errors
	///
	/// No custodian proves anything.
	pub async fn await_newer(&self, number: u32) -> Result<u32, ChainError> {
		if let Some(newest) = self.trusted().map(|it| it.head().number).filter(|it| *it > number) {
			return Ok(newest);
		}
		let asking = self.places().into_iter();
		let asking = asking.map(|place| self.ask(place, Some(number), self.pace.news));
		let mut asking: FuturesUnordered<_> = asking.collect();
		let mut best = None;
		while let Some((_, answer)) = asking.next().await {
			match answer.and_then(|newer| self.keep(newer)) {
				Ok(head) if head.number > number => return Ok(head.number),
				Err(error @ ChainError::NotProven(ProofError::TwoFinal(_))) => return Err(error),
				other if best.as_ref().is_none_or(Result::is_err) => best = Some(other),
				_ => {},
			}
		}
		best.unwrap_or_else(|| Err(silent())).map(|head| head.number)
	}

	/// Waits, about 25 seconds at most, until a custodian says that the signer's log has more lines than
	/// this. Returns how many it has, by the custodian's word.
	///
	/// # Errors
	///
	/// There is no signer, or no custodian answers.
	pub async fn await_log(&self, count: u64) -> Result<u64, ChainError> {
		let signer = self.signer.as_ref().ok_or(CustodianError::NoAccess)?;
		let (known, mut failure) = (AwaitLog { count }, None);
		for place in self.places() {
			let asking = self.custodian(place)?.await_log(signer, &known);
			match self.transport.in_time(self.pace.news, asking).await {
				Some(Ok(answer)) => return Ok(answer.count),
				Some(Err(error)) => failure = failure.or(Some(error.into())),
				None => failure = failure.or(Some(silent())),
			}
		}
		Err(failure.unwrap_or_else(silent))
	}

	fn custodian(&self, place: usize) -> Result<&RestCustodian<T>, ChainError> {
		self.custodians.get(place).ok_or_else(silent)
	}

	fn block(&self, place: usize, hash: H256) -> CustodianBlock<T> {
		CustodianBlock::new(self.clone(), place, hash)
	}

	/// The places of the custodians that are not left out; of all, if each one is.
	fn places(&self) -> Vec<usize> {
		let now = self.transport.elapsed();
		let mut known = lock(&self.known);
		known.left_out.retain(|_, until| *until > now);
		let is_used = |place: &usize| !known.left_out.contains_key(place);
		let used: Vec<usize> = (0..self.custodians.len()).filter(is_used).collect();
		match used.is_empty() {
			true => (0..self.custodians.len()).collect(),
			false => used,
		}
	}

	/// The same, with this one before the others.
	fn places_from(&self, first: usize) -> Vec<usize> {
		let others = self.places().into_iter().filter(|place| *place != first);
		std::iter::once(first).chain(others).collect()
	}

	/// Leaves a custodian out for a while.
	fn leave_out(&self, place: usize, error: &ChainError) {
		let time = match error {
			ChainError::Unreachable(_) => self.pace.silent,
			_ => self.pace.failed,
		};
		let until = self.transport.elapsed().saturating_add(time);
		lock(&self.known).left_out.insert(place, until);
	}

	/// What this custodian answers. If there are others, it has to answer soon.
	async fn hear<R: SendOutsideWasm>(
		&self,
		place: usize,
		asking: impl Future<Output = Result<R, ChainError>> + SendOutsideWasm,
	) -> Result<R, ChainError> {
		let limit = match self.custodians.len() {
			0 | 1 => self.pace.answer,
			_ => self.pace.soon,
		};
		self.hear_for(place, limit, asking).await
	}

	/// What this custodian answers, in this time. If it fails, it is left out for a while.
	async fn hear_for<R: SendOutsideWasm>(
		&self,
		place: usize,
		limit: Duration,
		asking: impl Future<Output = Result<R, ChainError>> + SendOutsideWasm,
	) -> Result<R, ChainError> {
		let answer = self.transport.in_time(limit, asking).await;
		let answer = answer.unwrap_or_else(|| Err(silent()));
		if let Err(error) = &answer {
			if is_fault(error) {
				self.leave_out(place, error);
			}
		}
		answer
	}

	/// What this custodian can prove, from what is trusted.
	async fn ask(
		&self,
		place: usize,
		newer: Option<u32>,
		limit: Duration,
	) -> (usize, Result<Trusted, ChainError>) {
		let source = Source { chain: self.clone(), place, newer };
		let asking = follow(&source, self.genesis, self.trusted());
		let answer = self.hear_for(place, limit, asking).await;
		let said = answer.as_ref().map(|newer| newer.head().number).map_err(Clone::clone);
		lock(&self.known).last.insert(place, said);
		(place, answer)
	}

	async fn ask_each(
		&self,
		places: Vec<usize>,
		limit: Duration,
	) -> Vec<(usize, Result<Trusted, ChainError>)> {
		join_all(places.into_iter().map(|place| self.ask(place, None, limit))).await
	}

	/// What the custodians prove. If none of those proves anything that are not left out, all are asked,
	/// and have longer to answer.
	async fn ask_all(&self) -> Vec<(usize, Result<Trusted, ChainError>)> {
		let places = self.places();
		if self.custodians.len() > 1 {
			let answers = self.ask_each(places, self.pace.soon).await;
			if answers.iter().any(|(_, answer)| answer.is_ok()) {
				return answers;
			}
		}
		self.ask_each((0..self.custodians.len()).collect(), self.pace.answer).await
	}

	/// Takes what was proven for the newest block, unless a newer one is known. Returns the newest one.
	fn keep(&self, newer: Trusted) -> Result<Header, ChainError> {
		let is_newer = {
			let mut known = lock(&self.known);
			let head = known.trusted.as_ref().map(|trusted| *trusted.head());
			match head {
				Some(head) if head.number == newer.head().number => {
					if head.hash != newer.head().hash {
						return Err(ProofError::TwoFinal(head.number).into());
					}
					return Ok(head);
				},
				Some(head) if head.number > newer.head().number => return Ok(head),
				_ => known.trusted = Some(newer.clone()),
			}
			true
		};
		if let Some(keeper) = self.keeper.as_ref().filter(|_| is_newer) {
			keeper(&newer);
		}
		Ok(*newer.head())
	}

	/// Proves the newest final block, and returns it with the place of a custodian that has it. Waits a
	/// while for a block that has a call of ours, and for custodians that are behind.
	async fn newest(&self) -> Result<(Header, usize), ChainError> {
		let begun = self.transport.elapsed();
		loop {
			let answer = self.advance().await;
			let patience = match &answer {
				Ok((head, _)) if head.number < lock(&self.known).awaited => self.pace.soon,
				Err(ChainError::NotProven(ProofError::Behind(_))) => self.pace.behind,
				_ => return answer,
			};
			if self.transport.elapsed().saturating_sub(begun) >= patience {
				return answer;
			}
			self.transport.sleep(self.pace.pause).await;
		}
	}

	async fn advance(&self) -> Result<(Header, usize), ChainError> {
		if let Some(known) = self.asked_just_now() {
			return Ok(known);
		}
		let Newest { trusted, place, .. } = newest_of(self.ask_all().await)?;
		let head = *trusted.head();
		self.keep(trusted)?;
		lock(&self.known).asked = Some((self.transport.elapsed(), head, place));
		Ok((head, place))
	}

	/// What the custodians proved a moment ago, unless a newer block is known or awaited. One action asks
	/// for the newest block several times.
	fn asked_just_now(&self) -> Option<(Header, usize)> {
		let known = lock(&self.known);
		let (when, head, place) = known.asked?;
		let newest = known.trusted.as_ref().map_or(0, |it| it.head().number);
		let is_recent = self.transport.elapsed().saturating_sub(when) < self.pace.recent;
		(is_recent && head.number >= known.awaited.max(newest)).then_some((head, place))
	}

	/// The chain as of the newest block that can be proven.
	async fn view(&self) -> Result<ProvenView<CustodianBlock<T>>, ChainError> {
		let (head, place) = self.newest().await?;
		self.view_of(head, place).await
	}

	/// The block of this header, which is proven to be final, over this custodian.
	async fn view_of(
		&self,
		head: Header,
		place: usize,
	) -> Result<ProvenView<CustodianBlock<T>>, ChainError> {
		let block = self.block(place, head.hash);
		{
			let known = lock(&self.known);
			if let Some(viewed) = known.viewed.as_ref().filter(|it| it.head().hash == head.hash) {
				return Ok(viewed.over(block));
			}
		}
		let view = ProvenView::new(block, head).await?;
		lock(&self.known).viewed = Some(view.over(()));
		Ok(view)
	}

	/// An error if this view is too old to seal or permit something.
	fn ensure_fresh(&self, view: &ProvenView<CustodianBlock<T>>) -> Result<(), ChainError> {
		check_fresh(view, self.transport.now())
	}

	/// The block of this number, one of those whose hashes the view's state has.
	async fn earlier(
		&self,
		view: &ProvenView<CustodianBlock<T>>,
		number: u32,
	) -> Result<ProvenView<CustodianBlock<T>>, ChainError> {
		let hash = view.read(storage::block_hash(number)).await?;
		let hash = hash.ok_or(ProofError::NotInChain(number))?;
		let block = self.block(0, hash);
		let head = view.block(number, &block.header().await?).await?;
		ProvenView::new(block, head).await
	}
}

/// Whether a custodian that answers so is of no use for a while.
fn is_fault(error: &ChainError) -> bool {
	match error {
		ChainError::NotProven(error) => {
			!matches!(error, ProofError::TwoFinal(_) | ProofError::Kept)
		},
		ChainError::Custodian(error) => matches!(
			error,
			CustodianError::Unreachable(_)
				| CustodianError::Address(_)
				| CustodianError::Nonsense(_)
				| CustodianError::Refused { status: 500.., .. }
		),
		ChainError::Unreachable(_) => true,
		_ => false,
	}
}

fn silent() -> ChainError {
	ChainError::Unreachable("no custodian answers".into())
}

fn lock<V>(value: &Mutex<V>) -> MutexGuard<'_, V> {
	value.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T: Transport + Clone> Submit for CustodianChain<T> {
	type At = ProvenView<CustodianBlock<T>>;

	fn genesis(&self) -> H256 {
		self.genesis
	}

	async fn finalized(&self) -> Result<Self::At, ChainError> {
		self.view().await
	}

	async fn fresh(&self) -> Result<Self::At, ChainError> {
		let view = self.view().await?;
		self.ensure_fresh(&view)?;
		Ok(view)
	}

	async fn at_number(&self, number: u32) -> Result<Self::At, ChainError> {
		let mut view = self.view().await?;
		while view.number() > number {
			let next = view.number().saturating_sub(KNOWN_BLOCKS).max(number);
			view = self.earlier(&view, next).await?;
		}
		match view.number() == number {
			true => Ok(view),
			false => Err(ProofError::NotInChain(number).into()),
		}
	}

	/// The same as [`finalized`](Self::finalized): nobody can prove which block is the best one.
	async fn best(&self) -> Result<Self::At, ChainError> {
		self.finalized().await
	}

	/// The call gets the next nonce that no call of this program uses. The signer must be the one of the
	/// questions.
	async fn submit(
		&self,
		signer: &impl Signer,
		call: impl Into<RuntimeCall> + SendOutsideWasm,
	) -> Result<Included, ChainError> {
		submission::submit(self, signer, &call.into(), submission::Nonce::Next).await
	}

	async fn submit_revocation(
		&self,
		signer: &impl Signer,
		call: impl Into<RuntimeCall> + SendOutsideWasm,
	) -> Result<Included, ChainError> {
		submission::submit(self, signer, &call.into(), submission::Nonce::Own).await
	}
}

#[cfg(test)]
mod tests;
