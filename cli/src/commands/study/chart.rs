//! The result of a round as a chart with error bars: for a terminal, and as SVG.

use anyhow::{anyhow, Result};
use plotters::{coord::ranged1d::SegmentValue, prelude::*};

/// A cell of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
	/// Its name.
	pub name: String,
	/// Its value, unless it is hidden.
	pub value: Option<i64>,
}

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart<'a> {
	/// The question.
	pub title: &'a str,
	/// What is counted, with its unit.
	pub unit: &'a str,
	/// The cells.
	pub bars: &'a [Bar],
	/// The half-width of each cell's 95 % interval.
	pub half_width: i64,
	/// What is shown instead of a hidden value.
	pub hidden: &'a str,
}

/// How many characters wide the bars on a terminal are.
const WIDTH: i64 = 48;
/// The longest name of a cell on a terminal and in an SVG, in characters.
const NAME: usize = 36;
/// The SVG's width, the height of a bar and that of what is around the bars, in pixels.
const SVG_WIDTH: u32 = 960;
const ROW: u32 = 26;
const AROUND: u32 = 110;
/// How many characters of the title fit into a line of the SVG.
const TITLE_LINE: usize = 88;

impl Chart<'_> {
	/// The interval of a value.
	pub fn interval(&self, value: i64) -> (i64, i64) {
		(value.saturating_sub(self.half_width), value.saturating_add(self.half_width))
	}

	/// The lowest and the highest number that is drawn. Zero is between them.
	fn range(&self) -> (i64, i64) {
		let intervals = self.bars.iter().filter_map(|bar| bar.value).map(|it| self.interval(it));
		let (low, high) =
			intervals.fold((0, 0), |(low, high), (from, to)| (from.min(low), to.max(high)));
		(low, high.max(low.saturating_add(1)))
	}

	/// The cells as lines: name, bar with its interval, value.
	pub fn to_text(&self) -> String {
		let width = self.bars.iter().map(|bar| bar.name.chars().count()).max().unwrap_or(0);
		let width = width.min(NAME);
		let lines = self.bars.iter().map(|bar| {
			let name = shortened(&bar.name, width);
			match bar.value {
				Some(value) => {
					format!("{name:width$}  {}  {value} ± {}", self.drawn(value), self.half_width)
				},
				None => {
					let blank = " ".repeat(usize::try_from(WIDTH).unwrap_or_default());
					format!("{name:width$}  {blank}  {}", self.hidden)
				},
			}
		});
		lines.collect::<Vec<_>>().join("\n")
	}

	/// A bar from zero to the value, and over it the interval: `████├──┼──┤`.
	fn drawn(&self, value: i64) -> String {
		let (low, high) = self.range();
		let span = high.saturating_sub(low).max(1);
		let place =
			|number: i64| number.saturating_sub(low).saturating_mul(WIDTH.saturating_sub(1)) / span;
		let (from, to) = self.interval(value);
		let (from, at, to) = (place(from), place(value), place(to));
		let (start, end) = (place(0).min(at), place(0).max(at));
		(0..WIDTH)
			.map(|column| match column {
				_ if column == at => '┼',
				_ if column == from => '├',
				_ if column == to => '┤',
				_ if (from..=to).contains(&column) => '─',
				_ if (start..=end).contains(&column) => '█',
				_ => ' ',
			})
			.collect()
	}

	/// The chart as SVG. It names fonts and has none.
	pub fn to_svg(&self) -> Result<String> {
		let mut svg = String::new();
		self.draw(&mut svg).map_err(|error| anyhow!("the chart cannot be drawn: {error}"))?;
		Ok(svg)
	}

	fn draw(&self, svg: &mut String) -> Result<(), Box<dyn std::error::Error + '_>> {
		let title = wrapped(self.title, TITLE_LINE);
		let top = 24 * u32::try_from(title.len())? + 12;
		let rows = u32::try_from(self.bars.len())?.max(1);
		let size = (SVG_WIDTH, top + AROUND + ROW * rows);
		let root = SVGBackend::with_string(svg, size).into_drawing_area();
		root.fill(&WHITE)?;
		let (head, body) = root.split_vertically(top);
		for (number, line) in title.into_iter().enumerate() {
			let at = (16, 10 + 24 * i32::try_from(number)?);
			head.draw(&Text::new(line, at, ("sans-serif", 20)))?;
		}
		let (low, high) = self.range();
		let last = rows.saturating_sub(1);
		let mut chart = ChartBuilder::on(&body)
			.margin(12)
			.margin_right(110)
			.x_label_area_size(56)
			.y_label_area_size(270)
			.build_cartesian_2d(low..high, (0..last).into_segmented())?;
		// Rows count from the bottom, and cells from the top.
		let row = |cell: usize| last.saturating_sub(u32::try_from(cell).unwrap_or(u32::MAX));
		let name = |segment: &SegmentValue<u32>| match segment {
			SegmentValue::CenterOf(row) => {
				let cell = usize::try_from(last.saturating_sub(*row)).unwrap_or(usize::MAX);
				self.bars.get(cell).map_or(String::new(), |bar| shortened(&bar.name, NAME))
			},
			_ => String::new(),
		};
		let unit = format!("{}, with 95 % interval", self.unit);
		chart
			.configure_mesh()
			.disable_y_mesh()
			.x_desc(unit)
			.y_desc("cell")
			.y_labels(self.bars.len().max(2))
			.y_label_formatter(&name)
			.draw()?;
		let values = self.bars.iter().enumerate();
		let values: Vec<_> = values.filter_map(|(at, bar)| Some((row(at), bar.value?))).collect();
		chart.draw_series(
			Histogram::horizontal(&chart)
				.style(BLUE.mix(0.4).filled())
				.margin(4)
				.data(values.clone()),
		)?;
		chart.draw_series(values.iter().map(|(row, value)| {
			let (from, to) = self.interval(*value);
			let style = BLACK.stroke_width(1);
			ErrorBar::new_horizontal(SegmentValue::CenterOf(*row), from, *value, to, style, 8)
		}))?;
		chart.draw_series(self.bars.iter().enumerate().map(|(at, bar)| {
			let (from, label) = match bar.value {
				Some(value) => (self.interval(value).1, format!("{value} ± {}", self.half_width)),
				None => (0, self.hidden.to_owned()),
			};
			let place = (from, SegmentValue::CenterOf(row(at)));
			EmptyElement::at(place) + Text::new(label, (6, -6), ("sans-serif", 13))
		}))?;
		body.present()?;
		Ok(())
	}
}

/// The text, or its beginning.
fn shortened(text: &str, width: usize) -> String {
	if text.chars().count() <= width {
		return text.to_owned();
	}
	text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// The text in lines of at most `width` characters, broken between words.
fn wrapped(text: &str, width: usize) -> Vec<String> {
	let mut lines: Vec<String> = Vec::new();
	for word in text.split_whitespace() {
		match lines.last_mut() {
			Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
				line.push(' ');
				line.push_str(word);
			},
			_ => lines.push(word.to_owned()),
		}
	}
	lines
}

#[cfg(test)]
mod tests {
	use super::*;

	fn bars() -> Vec<Bar> {
		[("0 to 17, female", Some(40)), ("18 to 64, female", Some(-3)), ("outside", None)]
			.map(|(name, value)| Bar { name: name.into(), value })
			.to_vec()
	}

	fn chart(bars: &[Bar]) -> Chart<'_> {
		let title = "How many people of each age and sex are there?";
		Chart { title, unit: "people", bars, half_width: 9, hidden: "under 11" }
	}

	#[test]
	fn a_terminal_shows_bars_with_their_intervals() {
		let bars = bars();
		let text = chart(&bars).to_text();
		let lines: Vec<&str> = text.lines().collect();
		assert!(lines[0].starts_with("0 to 17, female "), "{text}");
		assert!(lines[0].contains('█') && lines[0].ends_with("┤  40 ± 9"), "{text}");
		assert!(lines[1].contains('├') && lines[1].ends_with("-3 ± 9"), "{text}");
		assert!(lines[2].ends_with("  under 11") && !lines[2].contains('┼'), "{text}");
		let wide = lines[0].find("┼").is_some() && lines.len() == 3;
		assert!(wide, "{text}");
	}

	#[test]
	fn the_svg_has_title_axes_names_and_error_bars() {
		let bars = bars();
		let svg = chart(&bars).to_svg().unwrap();
		assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
		for text in ["How many people of each", "people, with 95 % interval", "cell", "outside"] {
			assert!(svg.contains(text), "{text}");
		}
		for text in ["0 to 17, female", "40 ± 9", "under 11"] {
			assert!(svg.contains(text), "{text}");
		}
		assert!(svg.contains("<rect") && svg.contains("<line") || svg.contains("<polyline"));
		assert!(!svg.contains("@font-face") && !svg.contains("href"));
	}

	#[test]
	fn names_and_titles_of_any_kind_are_drawn() {
		let long = "word ".repeat(60);
		let bars = vec![Bar { name: "<a & b>".repeat(20), value: Some(i64::MAX) }; 256];
		let chart = Chart { title: &long, half_width: i64::MAX, ..chart(&bars) };
		let svg = chart.to_svg().unwrap();
		assert!(!svg.contains("<a "), "names are escaped");
		assert_eq!(chart.to_text().lines().count(), 256);
		let none = Chart { title: "", bars: &[], ..chart };
		assert!(none.to_svg().is_ok() && none.to_text().is_empty());
	}
}
