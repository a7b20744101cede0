//! The protocol of a study: what is counted, of whom, and how the question is put to patients.

use super::{
	answer::Answer,
	error::ProtocolError,
	format::{self, ConditionFile, ExtractorFile, ProtocolFile, ValueFile},
	moment::Day,
	people::Facts,
	queries::{EntryKind, Queries},
};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_primitives::{
	Categories, Category, StudyQuestion, StudyTraits, MAX_CELLS, MAX_VALUE, MAX_WEIGHT,
};

/// The most bytes of a protocol.
pub const MAX_PROTOCOL: usize = 1024 * 1024;
/// The name of the last cell of every table.
pub const OUTSIDE: &str = "outside";

/// The version of the format.
const VERSION: u32 = 1;
/// The most conditions of a cohort.
const MOST_CONDITIONS: usize = 32;
/// The most bytes of a question in one language.
const LONGEST_QUESTION: usize = 2_000;
/// The most bytes of a cell's name.
const LONGEST_NAME: usize = 100;

/// The administrative genders of FHIR.
const SEXES: [&str; 4] = ["female", "male", "other", "unknown"];

/// A study's protocol.
#[derive(Debug)]
pub struct Protocol {
	texts: BTreeMap<String, String>,
	reference: Day,
	identifier: Option<String>,
	include_deceased: bool,
	cohort: Vec<Condition>,
	measure: Measure,
	pub(super) queries: Queries,
	asks_for_age: bool,
	asks_for_patient: bool,
}

/// What is counted.
#[derive(Debug)]
enum Measure {
	Table { extractors: Vec<Extractor>, weight: u8 },
	Sum { value: Value, max: u32 },
}

/// Some numbers: from the first, below the second.
#[derive(Clone, Copy, Debug)]
struct Limits {
	from: Option<f64>,
	below: Option<f64>,
}

impl Limits {
	fn contains(self, number: f64) -> bool {
		self.from.is_none_or(|from| from <= number) && self.below.is_none_or(|below| number < below)
	}

	fn overlaps(self, other: Self) -> bool {
		let ends_before = |one: Self, other: Self| match (one.below, other.from) {
			(Some(below), Some(from)) => below <= from,
			_ => false,
		};
		!ends_before(self, other) && !ends_before(other, self)
	}
}

/// A number of a person.
#[derive(Clone, Copy, Debug)]
enum Value {
	Age,
	Number(u16),
	Observation(u16),
}

#[derive(Debug)]
enum Condition {
	Within(Value, Limits),
	Sex(BTreeSet<&'static str>),
	Has(u16),
}

#[derive(Debug)]
struct Extractor {
	names: Vec<String>,
	choice: Choice,
	/// Whether the last cell is for the others.
	has_others: bool,
}

impl Extractor {
	/// In how many of its cells one person can be.
	fn most_cells_of_one(&self) -> usize {
		let most = match &self.choice {
			Choice::Bands(..) => 1,
			Choice::Sexes(cells) => {
				let all = cells.iter().flatten().collect::<BTreeSet<_>>();
				let with = |sex: &&str| cells.iter().filter(|cell| cell.contains(sex)).count();
				all.into_iter().map(with).max().unwrap_or(1)
			},
			Choice::Codes(cells) => cells.len(),
		};
		most.max(1)
	}
}

#[derive(Debug)]
enum Choice {
	Bands(Value, Vec<Limits>),
	Sexes(Vec<BTreeSet<&'static str>>),
	Codes(Vec<u16>),
}

impl Protocol {
	/// Reads a protocol for a study with these traits.
	pub fn read(bytes: &[u8], traits: StudyTraits) -> Result<Self, ProtocolError> {
		if bytes.len() > MAX_PROTOCOL {
			return Err(ProtocolError::TooLong(MAX_PROTOCOL));
		}
		let file: ProtocolFile =
			serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
		if file.version != VERSION {
			return Err(ProtocolError::Version(file.version));
		}
		check_texts(&file.question.0)?;
		let reference = Day::read(&file.reference_date)
			.ok_or_else(|| ProtocolError::ReferenceDate(file.reference_date.clone()))?;
		if let Some(system) = &file.identifier {
			check_identifier(system)?;
		}
		let mut reader = Reader { queries: Queries::new(traits), ..Reader::default() };
		let cohort = reader.cohort(file.cohort)?;
		let measure = match (file.table, file.sum) {
			(Some(table), None) => reader.table(table)?,
			(None, Some(sum)) => reader.sum(&sum)?,
			_ => return Err(ProtocolError::TableOrSum),
		};
		if reader.asks_for_patient || reader.queries.sources.is_empty() {
			// What an import makes of a Patient resource alone.
			reader.queries.add_sources(Categories::of(&[Category::Summary]));
		}
		Ok(Self {
			texts: file.question.0,
			reference,
			identifier: file.identifier,
			include_deceased: file.include_deceased,
			cohort,
			measure,
			asks_for_age: reader.asks_for_age,
			asks_for_patient: reader.asks_for_patient,
			queries: reader.queries,
		})
	}

	/// The question as the chain has it.
	pub fn question(&self) -> StudyQuestion {
		match &self.measure {
			Measure::Table { extractors, weight } => {
				let cells = cells_of(extractors);
				StudyQuestion::Table { cells: u16::try_from(cells).unwrap_or(0), weight: *weight }
			},
			Measure::Sum { max, .. } => StudyQuestion::Sum { max: *max },
		}
	}

	/// The names of the cells of a result, in their order.
	pub fn cell_names(&self) -> Vec<String> {
		match &self.measure {
			Measure::Table { extractors, .. } => {
				let mut names = names_of(extractors);
				names.push(OUTSIDE.to_owned());
				names
			},
			Measure::Sum { .. } => vec!["sum".to_owned(), "rest to the max".to_owned()],
		}
	}

	/// The categories of the records that the question draws on.
	pub fn sources(&self) -> Categories {
		self.queries.sources
	}

	/// Whether it asks for a sensitive code, so that the study needs the trait *sensitive*.
	pub fn needs_sensitive(&self) -> bool {
		self.queries.is_sensitive
	}

	/// The question's text in this language; otherwise in English, otherwise in the first language.
	pub fn text(&self, language: &str) -> &str {
		let start = language.split('-').next().unwrap_or_default();
		let found = [language, start, "en"].into_iter().find_map(|it| self.texts.get(it));
		found.or_else(|| self.texts.values().next()).map_or("", String::as_str)
	}

	/// The languages in which the question has a text.
	pub fn languages(&self) -> impl Iterator<Item = &str> {
		self.texts.keys().map(String::as_str)
	}

	/// The system of the identifier by which a person is told from others.
	pub fn identifier_system(&self) -> Option<&str> {
		self.identifier.as_deref()
	}

	/// Whether the deceased count too.
	pub fn includes_deceased(&self) -> bool {
		self.include_deceased
	}

	/// Whether it asks for the age.
	pub(super) fn asks_for_age(&self) -> bool {
		self.asks_for_age
	}

	/// Whether it asks for something that only the Patient resource says.
	pub(super) fn asks_for_patient(&self) -> bool {
		self.asks_for_patient
	}

	/// A person's answer.
	pub(super) fn answer(&self, facts: &Facts) -> Answer {
		let is_counted = self.include_deceased || !facts.is_deceased();
		if !is_counted || !self.cohort.iter().all(|condition| self.is_met(condition, facts)) {
			return Answer::Outside;
		}
		match &self.measure {
			Measure::Table { extractors, weight } => self.cells(extractors, *weight, facts),
			Measure::Sum { value, max } => match self.value(*value, facts) {
				Some(number) => Answer::Value(whole(number, *max)),
				None => Answer::Outside,
			},
		}
	}

	fn is_met(&self, condition: &Condition, facts: &Facts) -> bool {
		match condition {
			Condition::Within(value, limits) => {
				self.value(*value, facts).is_some_and(|number| limits.contains(number))
			},
			Condition::Sex(sexes) => facts.sex().is_some_and(|sex| sexes.contains(sex)),
			Condition::Has(query) => facts.has(*query),
		}
	}

	fn value(&self, value: Value, facts: &Facts) -> Option<f64> {
		match value {
			Value::Age => facts.birth()?.age_at(self.reference).map(f64::from),
			Value::Number(query) => Some(f64::from(facts.number(query))),
			Value::Observation(measure) => facts.latest(measure),
		}
	}

	fn cells(&self, extractors: &[Extractor], weight: u8, facts: &Facts) -> Answer {
		let mut cells = vec![0usize];
		for extractor in extractors {
			let own = self.cells_of_one(extractor, facts);
			let size = extractor.names.len();
			let cross = |cell: usize| {
				own.iter().map(move |own| cell.saturating_mul(size).saturating_add(*own))
			};
			cells = cells.iter().flat_map(|cell| cross(*cell)).collect();
		}
		let first = cells.into_iter().take(weight.into());
		let first: Vec<u16> = first.filter_map(|cell| u16::try_from(cell).ok()).collect();
		if first.is_empty() {
			Answer::Outside
		} else {
			Answer::Cells(first)
		}
	}

	/// The person's cells of one extractor, in its order.
	fn cells_of_one(&self, extractor: &Extractor, facts: &Facts) -> Vec<usize> {
		let places = |is_in: Vec<bool>| -> Vec<usize> {
			is_in
				.into_iter()
				.enumerate()
				.filter_map(|(place, is_in)| is_in.then_some(place))
				.collect()
		};
		let found = places(match &extractor.choice {
			Choice::Bands(value, bands) => {
				let number = self.value(*value, facts);
				let is_in = |band: &Limits| number.is_some_and(|number| band.contains(number));
				bands.iter().map(is_in).collect()
			},
			Choice::Sexes(cells) => cells
				.iter()
				.map(|sexes| facts.sex().is_some_and(|sex| sexes.contains(sex)))
				.collect(),
			Choice::Codes(queries) => queries.iter().map(|query| facts.has(*query)).collect(),
		});
		match (found.is_empty() && extractor.has_others, extractor.names.len().checked_sub(1)) {
			(true, Some(last)) => vec![last],
			_ => found,
		}
	}
}

/// The whole number nearest to a number, from 0 to the highest one.
fn whole(number: f64, max: u32) -> u32 {
	let number = number.round().clamp(0.0, f64::from(max));
	format!("{number:.0}").parse().unwrap_or(0)
}

/// How many cells a table has, the last one included.
fn cells_of(extractors: &[Extractor]) -> usize {
	let cells = extractors.iter().map(|it| it.names.len()).fold(1, usize::saturating_mul);
	cells.saturating_add(1)
}

/// The names of a table's cells, without the last one.
fn names_of(extractors: &[Extractor]) -> Vec<String> {
	let mut names = vec![String::new()];
	for extractor in extractors {
		let cross = |name: &String| -> Vec<String> {
			let join = |own: &String| match name.as_str() {
				"" => own.clone(),
				name => format!("{name}, {own}"),
			};
			extractor.names.iter().map(join).collect()
		};
		names = names.iter().flat_map(cross).collect();
	}
	names
}

fn malformed(error: &serde_json::Error) -> ProtocolError {
	let why = error.to_string();
	// It ends with the place, which has fields of its own. Only extractors are enums.
	let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why);
	let why = why.replace("unknown variant", "unknown extractor");
	ProtocolError::Malformed { why, line: error.line(), column: error.column() }
}

fn check_text(text: &str, most: usize) -> Result<(), ProtocolError> {
	if text.trim().is_empty() || text.len() > most || visible(text).count() < text.chars().count() {
		return Err(ProtocolError::Text { text: visible(text).take(40).collect(), most });
	}
	Ok(())
}

/// The characters of a text, without those that change how the text around them is shown.
fn visible(text: &str) -> impl Iterator<Item = char> + '_ {
	let mut before = ' ';
	text.chars().filter(move |letter| {
		// Some scripts cannot be written without joiners.
		let is_joiner = matches!(letter, '\u{200c}' | '\u{200d}') && before >= '\u{590}';
		before = *letter;
		is_joiner || !(letter.is_control() || is_invisible(*letter))
	})
}

/// Whether a character takes no room, or turns the direction of the text after it. A test of the agent
/// checks that these are the characters that are invisible in sentences, too.
fn is_invisible(letter: char) -> bool {
	matches!(
		letter,
		'\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
			| '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
			| '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
			| '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
			| '\u{e0000}'..='\u{e0fff}'
	)
}

fn check_texts(texts: &BTreeMap<String, String>) -> Result<(), ProtocolError> {
	if texts.is_empty() {
		return Err(ProtocolError::NoQuestion);
	}
	for (language, text) in texts {
		let mut parts = language.split('-');
		let first = parts.next().unwrap_or_default();
		let is_first =
			(2..=3).contains(&first.len()) && first.bytes().all(|it| it.is_ascii_lowercase());
		let is_part = |part: &str| {
			(1..=8).contains(&part.len()) && part.bytes().all(|it| it.is_ascii_alphanumeric())
		};
		if !is_first || !parts.all(is_part) {
			return Err(ProtocolError::Language(language.clone()));
		}
		check_text(text, LONGEST_QUESTION)?;
	}
	Ok(())
}

fn check_identifier(system: &str) -> Result<(), ProtocolError> {
	let is_bad = |c: char| c.is_whitespace() || c.is_control() || c == '|' || is_invisible(c);
	if system.is_empty() || system.len() > LONGEST_QUESTION || system.chars().any(is_bad) {
		return Err(ProtocolError::Identifier(system.to_owned()));
	}
	Ok(())
}

/// A cell as it is in the file: its name, whether it is for the others, and its choice.
struct Cell<C> {
	name: String,
	otherwise: bool,
	choice: Option<C>,
}

/// Checks the cells of an extractor. Returns the names of all, the choices of those that choose, and
/// whether the last one is for the others.
fn checked<C>(
	kind: &'static str,
	needs: &'static str,
	cells: impl IntoIterator<Item = Cell<C>>,
) -> Result<(Vec<String>, Vec<C>, bool), ProtocolError> {
	let (mut names, mut choices, mut has_others) = (Vec::new(), Vec::new(), false);
	for cell in cells {
		check_text(&cell.name, LONGEST_NAME)?;
		if cell.name == OUTSIDE {
			return Err(ProtocolError::Outside);
		}
		if names.contains(&cell.name) {
			return Err(ProtocolError::Doubled(cell.name));
		}
		if has_others {
			// The cell before is for the others, and is not the last one.
			return Err(ProtocolError::Otherwise(names.pop().unwrap_or_default()));
		}
		match (cell.otherwise, cell.choice) {
			(true, None) => has_others = true,
			(true, Some(_)) => return Err(ProtocolError::Otherwise(cell.name)),
			(false, Some(choice)) => choices.push(choice),
			(false, None) => return Err(ProtocolError::Empty { cell: cell.name, needs }),
		}
		names.push(cell.name);
		if u32::try_from(names.len()).is_ok_and(|cells| cells >= MAX_CELLS) {
			return Err(ProtocolError::Cells(names.len().saturating_add(1)));
		}
	}
	if choices.is_empty() {
		return Err(ProtocolError::NoCells(kind));
	}
	Ok((names, choices, has_others))
}

fn limits<N: Into<f64> + Copy>(
	from: Option<N>,
	below: Option<N>,
) -> Result<Option<Limits>, ProtocolError> {
	let limits = Limits { from: from.map(Into::into), below: below.map(Into::into) };
	match (limits.from, limits.below) {
		(None, None) => Ok(None),
		(Some(from), Some(below)) if from >= below => {
			Err(ProtocolError::EmptyBand { from: from.to_string(), below: below.to_string() })
		},
		_ => Ok(Some(limits)),
	}
}

fn sexes(words: &[String]) -> Result<Option<BTreeSet<&'static str>>, ProtocolError> {
	let find = |word: &String| {
		let found = SEXES.into_iter().find(|sex| sex == word);
		found.ok_or_else(|| ProtocolError::Sex(word.clone()))
	};
	let found: BTreeSet<&'static str> = words.iter().map(find).collect::<Result<_, _>>()?;
	Ok((!found.is_empty()).then_some(found))
}

/// The administrative gender with this code.
pub(super) fn sex_of(code: &str) -> Option<&'static str> {
	SEXES.into_iter().find(|sex| *sex == code)
}

/// Reads the parts of a protocol, and gathers what they ask for.
#[derive(Default)]
struct Reader {
	queries: Queries,
	asks_for_age: bool,
	asks_for_patient: bool,
}

impl Reader {
	fn age(&mut self) -> Value {
		self.asks_for_age = true;
		self.asks_for_patient = true;
		Value::Age
	}

	fn cohort(&mut self, list: Vec<ConditionFile>) -> Result<Vec<Condition>, ProtocolError> {
		if list.len() > MOST_CONDITIONS {
			return Err(ProtocolError::TooManyConditions(MOST_CONDITIONS));
		}
		list.into_iter().map(|condition| self.condition(condition)).collect()
	}

	fn condition(&mut self, condition: ConditionFile) -> Result<Condition, ProtocolError> {
		let mut has = |kind, codes: &format::CodeLimits| {
			self.queries.has(kind, &codes.codes).map(Condition::Has)
		};
		match condition {
			ConditionFile::Condition(codes) => has(EntryKind::Condition, &codes),
			ConditionFile::Allergy(codes) => has(EntryKind::Allergy, &codes),
			ConditionFile::Medication(codes) => has(EntryKind::Medication, &codes),
			ConditionFile::Procedure(codes) => has(EntryKind::Procedure, &codes),
			ConditionFile::Age(it) => {
				let limits = limits(it.from, it.below)?.ok_or(ProtocolError::NoLimit("age"))?;
				Ok(Condition::Within(self.age(), limits))
			},
			ConditionFile::Sex(it) => {
				self.asks_for_patient = true;
				let sexes = sexes(&it.is)?.ok_or_else(|| ProtocolError::Sex(String::new()))?;
				Ok(Condition::Sex(sexes))
			},
			ConditionFile::Number(it) => {
				let limits =
					limits(it.from, it.below)?.ok_or(ProtocolError::NoLimit("a number"))?;
				let most = it.from.max(it.below).unwrap_or(0);
				let query = self.queries.number(&it.of, it.codes.as_ref(), most)?;
				Ok(Condition::Within(Value::Number(query), limits))
			},
			ConditionFile::Observation(it) => {
				let limits =
					limits(it.from, it.below)?.ok_or(ProtocolError::NoLimit("an observation"))?;
				let measure = self.queries.observation(&it.loinc, &it.unit)?;
				Ok(Condition::Within(Value::Observation(measure), limits))
			},
		}
	}

	fn sum(&mut self, sum: &format::SumFile) -> Result<Measure, ProtocolError> {
		let max = u32::try_from(sum.max).ok().filter(|max| (1..=MAX_VALUE).contains(max));
		let max = max.ok_or(ProtocolError::Max(sum.max))?;
		let value = match &sum.value {
			ValueFile::Age(_) => self.age(),
			ValueFile::Number(it) => {
				Value::Number(self.queries.number(&it.of, it.codes.as_ref(), max)?)
			},
			ValueFile::Observation(it) => {
				Value::Observation(self.queries.observation(&it.loinc, &it.unit)?)
			},
		};
		Ok(Measure::Sum { value, max })
	}

	fn table(&mut self, table: format::TableFile) -> Result<Measure, ProtocolError> {
		let weight = u8::try_from(table.weight).ok().filter(|it| (1..=MAX_WEIGHT).contains(it));
		let weight = weight.ok_or(ProtocolError::Weight(table.weight))?;
		if !(1..=2).contains(&table.by.len()) {
			return Err(ProtocolError::Extractors(table.by.len()));
		}
		let extractors = table.by.into_iter().map(|extractor| self.extractor(extractor));
		let extractors: Vec<Extractor> = extractors.collect::<Result<_, _>>()?;
		let cells = cells_of(&extractors);
		if u32::try_from(cells).is_ok_and(|cells| cells > MAX_CELLS) {
			return Err(ProtocolError::Cells(cells));
		}
		let mut names = BTreeSet::new();
		for name in names_of(&extractors) {
			if !names.insert(name.clone()) {
				return Err(ProtocolError::Doubled(name));
			}
		}
		let most: usize = extractors.iter().map(Extractor::most_cells_of_one).product();
		if usize::from(weight) > most {
			return Err(ProtocolError::NeedlessWeight { weight, most });
		}
		Ok(Measure::Table { extractors, weight })
	}

	fn extractor(&mut self, extractor: ExtractorFile) -> Result<Extractor, ProtocolError> {
		match extractor {
			ExtractorFile::Age(it) => bands("age", self.age(), it.cells),
			ExtractorFile::Sex(it) => self.by_sex(it.cells),
			ExtractorFile::Condition(it) => self.by_code(EntryKind::Condition, it.cells),
			ExtractorFile::Allergy(it) => self.by_code(EntryKind::Allergy, it.cells),
			ExtractorFile::Medication(it) => self.by_code(EntryKind::Medication, it.cells),
			ExtractorFile::Procedure(it) => self.by_code(EntryKind::Procedure, it.cells),
			ExtractorFile::Number(it) => {
				let most = it.cells.iter().filter_map(|cell| cell.from.max(cell.below)).max();
				let query = self.queries.number(&it.of, it.codes.as_ref(), most.unwrap_or(0))?;
				bands("number", Value::Number(query), it.cells)
			},
			ExtractorFile::Observation(it) => {
				let measure = self.queries.observation(&it.loinc, &it.unit)?;
				bands("observation", Value::Observation(measure), it.cells)
			},
		}
	}

	fn by_sex(&mut self, cells: Vec<format::Sexes>) -> Result<Extractor, ProtocolError> {
		self.asks_for_patient = true;
		let cells = cells.into_iter().map(|cell| {
			let choice = sexes(&cell.is)?;
			Ok(Cell { name: cell.name, otherwise: cell.otherwise, choice })
		});
		let cells: Vec<_> = cells.collect::<Result<_, ProtocolError>>()?;
		let (names, sexes, has_others) = checked("sex", "\"is\"", cells)?;
		Ok(Extractor { names, choice: Choice::Sexes(sexes), has_others })
	}

	fn by_code(
		&mut self,
		kind: EntryKind,
		cells: Vec<format::Coded>,
	) -> Result<Extractor, ProtocolError> {
		let cells = cells.into_iter().map(|cell| Cell {
			name: cell.name,
			otherwise: cell.otherwise,
			choice: (!cell.codes.0.is_empty()).then_some(cell.codes),
		});
		let (names, codes, has_others) = checked(kind.word(), "\"codes\"", cells)?;
		let queries = codes.iter().map(|codes| self.queries.has(kind, codes));
		let queries = queries.collect::<Result<_, _>>()?;
		Ok(Extractor { names, choice: Choice::Codes(queries), has_others })
	}
}

fn bands<N: Into<f64> + Copy>(
	kind: &'static str,
	value: Value,
	cells: Vec<format::Band<N>>,
) -> Result<Extractor, ProtocolError> {
	let cells = cells.into_iter().map(|cell| {
		let choice = limits(cell.from, cell.below)?;
		Ok(Cell { name: cell.name, otherwise: cell.otherwise, choice })
	});
	let cells: Vec<_> = cells.collect::<Result<_, ProtocolError>>()?;
	let (names, bands, has_others) = checked(kind, "\"from\" or \"below\"", cells)?;
	let named: Vec<_> = names.iter().zip(&bands).collect();
	for (place, (name, band)) in named.iter().enumerate() {
		let earlier = named.iter().take(place).find(|(_, other)| other.overlaps(**band));
		if let Some((other, _)) = earlier {
			return Err(ProtocolError::Overlap((*other).clone(), (*name).clone()));
		}
	}
	Ok(Extractor { names, choice: Choice::Bands(value, bands), has_others })
}
