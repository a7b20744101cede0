//! Units of UCUM: which texts are units, and which of them are the same unit.

use std::collections::BTreeMap;

/// Units that take a prefix.
const METRIC: [&str; 37] = [
	"m", "g", "L", "mol", "s", "J", "Pa", "K", "Cel", "A", "V", "Hz", "W", "N", "kat", "U", "eq",
	"osm", "Bq", "Gy", "Sv", "Ci", "t", "bar", "cal", "cd", "C", "F", "Ohm", "S", "T", "lx", "By",
	"m[Hg]", "m[H2O]", "[iU]", "mho",
];

/// Units without a prefix.
const OTHERS: [&str; 29] = [
	"%", "min", "h", "d", "wk", "mo", "a", "deg", "[pH]", "[ppth]", "[ppm]", "[ppb]", "[in_i]",
	"[ft_i]", "[lb_av]", "[oz_av]", "[degF]", "[drp]", "[CFU]", "[HPF]", "[LPF]", "[Ch]", "[diop]",
	"[arb'U]", "[USP'U]", "[MET]", "[car_Au]", "[GPL'U]", "[MPL'U]",
];

const PREFIXES: [&str; 16] =
	["da", "E", "P", "T", "G", "M", "k", "h", "d", "c", "m", "u", "n", "p", "f", "a"];

/// A unit in the form in which equal units are equal; `None` if it is not a unit that is known here.
/// Annotations in braces do not change a unit, so `{score}` is the unit 1.
pub fn canonical(unit: &str) -> Option<String> {
	let unit = without_annotations(unit.trim())?;
	let mut powers: BTreeMap<String, i32> = BTreeMap::new();
	let mut sign = 1i32;
	for (place, part) in unit.split_inclusive(['.', '/']).enumerate() {
		let (factor, next) = match part.strip_suffix('/') {
			Some(factor) => (factor, -1),
			None => (part.strip_suffix('.').unwrap_or(part), 1),
		};
		// A unit may begin with a slash, as in `/min`.
		let is_empty = factor.is_empty() && place == 0 && next < 0;
		if !is_empty && factor != NOTHING {
			let (atom, power) = factor_of(factor)?;
			let known = powers.entry(atom).or_default();
			*known = known.saturating_add(power.saturating_mul(sign));
		}
		sign = next;
	}
	if unit.is_empty() || unit.ends_with(['.', '/']) {
		return None;
	}
	powers.retain(|atom, power| *power != 0 && atom != "1");
	let factors: Vec<String> =
		powers.into_iter().map(|(atom, power)| format!("{atom}{power:+}")).collect();
	Some(if factors.is_empty() { "1".to_owned() } else { factors.join(".") })
}

/// What stands for a factor that was only an annotation.
const NOTHING: &str = "1";

/// The unit without its annotations; `None` if a brace is not closed.
fn without_annotations(unit: &str) -> Option<String> {
	let mut kept = String::new();
	let mut rest = unit;
	while let Some((before, annotation)) = rest.split_once('{') {
		let (text, after) = annotation.split_once('}')?;
		if text.contains('{') {
			return None;
		}
		kept.push_str(before);
		if kept.is_empty() || kept.ends_with(['.', '/']) {
			kept.push_str(NOTHING);
		}
		rest = after;
	}
	kept.push_str(rest);
	(!rest.contains('}')).then_some(kept)
}

/// A factor as its unit and its power.
fn factor_of(factor: &str) -> Option<(String, i32)> {
	let power = |text: &str| if text.is_empty() { Some(1) } else { text.parse::<i8>().ok() };
	if let Some(exponent) = factor.strip_prefix("10*").or_else(|| factor.strip_prefix("10^")) {
		return Some(("10*".to_owned(), power(exponent)?.into()));
	}
	if factor.bytes().all(|byte| byte.is_ascii_digit()) && !factor.is_empty() {
		return Some((factor.to_owned(), 1));
	}
	let end = factor.trim_end_matches(|c: char| c.is_ascii_digit());
	let end = end.strip_suffix(['+', '-']).unwrap_or(end);
	let (name, exponent) = factor.split_at_checked(end.len())?;
	Some((atom_of(name)?, power(exponent)?.into()))
}

/// A unit with its prefix, in its usual spelling.
fn atom_of(name: &str) -> Option<String> {
	let name = name.replace(['µ', 'μ'], "u").replace("[IU]", "[iU]");
	let with_prefix = |name: &str| {
		let bases = || PREFIXES.iter().filter_map(|prefix| name.strip_prefix(prefix));
		METRIC.contains(&name) || bases().any(|base| METRIC.contains(&base))
	};
	if OTHERS.contains(&name.as_str()) || with_prefix(&name) {
		return Some(name);
	}
	// The litre has two symbols.
	let litre = format!("{}L", name.strip_suffix('l')?);
	with_prefix(&litre).then_some(litre)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn units_of_the_clinic_are_known() {
		for unit in [
			"mg/dL",
			"mmol/L",
			"%",
			"kg",
			"cm",
			"kg/m2",
			"fL",
			"10*3/uL",
			"10*6/uL",
			"10*9/L",
			"g/dL",
			"pg",
			"mL/min/{1.73_m2}",
			"Cel",
			"mg/g",
			"mm",
			"ng/mL",
			"{score}",
			"mm[Hg]",
			"[iU]/L",
			"m[IU]/L",
			"U/L",
			"/min",
			"{beats}/min",
			"mmol/mol",
			"meq/L",
			"ug/L",
			"1",
			"ng/dL",
			"pmol/L",
			"[degF]",
			"[lb_av]",
			"[in_i]",
			"min-1",
			"%{HbA1c}",
			"mosm/kg",
			"s",
			"nmol/L",
			"ug/mL{FEU}",
			"[pH]",
			"g/(24.h)",
		] {
			let known = canonical(unit).is_some();
			assert_eq!(known, unit != "g/(24.h)", "{unit}");
		}
	}

	#[test]
	fn one_unit_has_many_spellings() {
		for (one, other) in [
			("mg/dL", "mg/dl"),
			("mg/dL", " mg.dL-1 "),
			("mmol/L", "mmol/l"),
			("10*3/uL", "10^3/ul"),
			("/min", "min-1"),
			("{beats}/min", "/min"),
			("{score}", "1"),
			("%{HbA1c}", "%"),
			("m[IU]/L", "m[iU]/L"),
			("ug/L", "µg/L"),
		] {
			assert_eq!(canonical(one), canonical(other), "{one} {other}");
		}
		for (one, other) in
			[("mg/dL", "mmol/L"), ("mg/dL", "g/dL"), ("mg", "Mg"), ("%", "1"), ("m2", "m")]
		{
			assert_ne!(canonical(one), canonical(other), "{one} {other}");
		}
	}

	#[test]
	fn other_texts_are_not_units() {
		for wrong in [
			"", " ", "percent", "mgdl", "mg/", "mg//dL", ".", "xg", "kmin", "{", "}", "{a{b}}",
			"l/",
		] {
			assert_eq!(canonical(wrong), None, "{wrong}");
		}
	}

	proptest! {
		#[test]
		fn any_text_is_read_without_panic(text in ".{0,30}", unit in "[a-zA-Z0-9*^./{}%+-]{0,20}") {
			let _ = canonical(&text);
			let _ = canonical(&unit);
		}
	}
}
