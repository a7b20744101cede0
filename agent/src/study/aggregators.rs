//! Aggregators in memory: they evaluate, keep lists and reports, and do what a test says.

use std::{
	collections::{BTreeMap, BTreeSet},
	sync::{Arc, Mutex},
};
use vouchsafe_protocol::{
	errors::CustodianError,
	messages::{
		AskDoubles, Doubles, EvaluateIdentifiers, EvaluatedIdentifiers, Hex, ListState,
		NullifiersReceipt, ReportReceipt, ReportState, SendNullifiers, SendReport, StudyPhase,
		StudyStatus, TallyPlace,
	},
	types::AccountId,
};
use vouchsafe_vault::{seal::SecretKey, study::nullifier::EvaluationKey};

/// One of them.
pub(crate) struct Aggregator {
	/// Its evaluation key.
	pub key: EvaluationKey,
	/// The points that it has evaluated.
	pub points: BTreeSet<[u8; 32]>,
	/// The parts of the list of nullifiers.
	pub list: BTreeMap<u32, SendNullifiers>,
	/// Which places of the list count elsewhere.
	pub doubles: Vec<usize>,
	/// The reports that it was sent.
	pub reports: Vec<SendReport>,
	/// Why it drops the report.
	pub reason: Option<String>,
	/// The report's place in the tally.
	pub place: Option<TallyPlace>,
	/// How often it is away before it answers.
	pub away: usize,
}

impl Aggregator {
	fn nullifiers(&self) -> Vec<Hex<32>> {
		self.list.values().flat_map(|part| part.nullifiers.clone()).collect()
	}
}

/// All of them. Clones share them.
#[derive(Clone)]
pub(crate) struct Aggregators {
	all: Arc<Mutex<BTreeMap<AccountId, Aggregator>>>,
	/// The key of all their custodians.
	pub secret: Arc<SecretKey>,
	protocol: Arc<Mutex<Option<Vec<u8>>>>,
}

impl Aggregators {
	/// These institutions.
	pub fn new(institutions: &[AccountId]) -> Self {
		let aggregator = |institution: &AccountId| {
			let aggregator = Aggregator {
				key: EvaluationKey::random(),
				points: BTreeSet::new(),
				list: BTreeMap::new(),
				doubles: Vec::new(),
				reports: Vec::new(),
				reason: None,
				place: None,
				away: 0,
			};
			(institution.clone(), aggregator)
		};
		let all = institutions.iter().map(aggregator).collect();
		Self {
			all: Arc::new(Mutex::new(all)),
			secret: Arc::new(SecretKey::random()),
			protocol: Arc::default(),
		}
	}

	/// Looks at one of them, or changes it.
	pub fn at<T>(&self, institution: &AccountId, act: impl FnOnce(&mut Aggregator) -> T) -> T {
		act(self.all.lock().unwrap().get_mut(institution).unwrap())
	}

	/// The content that all have.
	pub fn have(&self, protocol: &[u8]) {
		*self.protocol.lock().unwrap() = Some(protocol.to_vec());
	}

	pub fn protocol(&self) -> Result<Vec<u8>, CustodianError> {
		self.protocol.lock().unwrap().clone().ok_or(CustodianError::NotFound)
	}

	fn ask<T>(
		&self,
		institution: &AccountId,
		act: impl FnOnce(&mut Aggregator) -> T,
	) -> Result<T, CustodianError> {
		self.at(institution, |it| {
			if it.away > 0 {
				it.away = it.away.saturating_sub(1);
				return Err(CustodianError::Unreachable("it is away".into()));
			}
			Ok(act(it))
		})
	}

	pub fn evaluate(
		&self,
		at: &AccountId,
		request: &EvaluateIdentifiers,
	) -> Result<EvaluatedIdentifiers, CustodianError> {
		self.ask(at, |it| {
			let points: Vec<_> = request.blinded.iter().map(|point| point.0).collect();
			let found = it.key.evaluate(&points).unwrap();
			it.points.extend(points);
			let evaluated = found.points.into_iter().map(Hex).collect();
			EvaluatedIdentifiers { evaluated, proof: Hex(found.proof) }
		})
	}

	pub fn take_nullifiers(
		&self,
		at: &AccountId,
		part: &SendNullifiers,
	) -> Result<NullifiersReceipt, CustodianError> {
		self.ask(at, |it| {
			it.list.insert(part.part, part.clone());
			let parts = u32::try_from(it.list.len()).unwrap();
			NullifiersReceipt { parts, complete: parts == part.parts }
		})
	}

	pub fn doubles(&self, at: &AccountId, _: &AskDoubles) -> Result<Doubles, CustodianError> {
		self.ask(at, |it| {
			let list = it.nullifiers();
			let doubles: Vec<_> = it.doubles.iter().map(|place| list[*place]).collect();
			let counts = u32::try_from(list.len().saturating_sub(doubles.len())).unwrap();
			Doubles { complete: true, until: 0, counts, doubles, more: false }
		})
	}

	pub fn take_report(
		&self,
		at: &AccountId,
		report: &SendReport,
	) -> Result<ReportReceipt, CustodianError> {
		self.ask(at, |it| {
			it.reports.push(report.clone());
			ReportReceipt { accepted: true }
		})
	}

	/// Has a report of this id.
	pub fn report(&self, at: &AccountId, report: [u8; 16]) {
		self.at(at, |it| {
			it.reports.push(SendReport {
				study: 0,
				round: 0,
				contributor: Hex([0; 32]),
				people: 1,
				report: Hex(report),
				nonce: Hex([0; 16]),
				public_share: Vec::new().into(),
				sealed_share: Vec::new().into(),
			});
		});
	}

	pub fn status(&self, at: &AccountId) -> Result<StudyStatus, CustodianError> {
		self.ask(at, |it| {
			let report = it.reports.last();
			StudyStatus {
				phase: StudyPhase::Gathering,
				waits_for: String::new(),
				lists_until: None,
				reports_until: None,
				valid: None,
				list: if it.list.is_empty() { ListState::Missing } else { ListState::Complete },
				settled: false,
				report: if report.is_some() { ReportState::Waiting } else { ReportState::Missing },
				id: report.map(|report| report.report),
				dropped: None,
				reason: it.reason.clone().filter(|_| report.is_some()),
				place: it.place.clone(),
			}
		})
	}
}
