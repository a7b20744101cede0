//! Help texts and error messages, exactly as people see them. After a change of a text, run the test
//! with `TRYCMD=overwrite`, and read the difference aloud.

use std::path::Path;

fn cases() -> trycmd::TestCases {
	let cases = trycmd::TestCases::new();
	cases
		.register_bin("vouchsafe", Path::new(env!("CARGO_BIN_EXE_vouchsafe")))
		// Variables that would change the output.
		.env("COLUMNS", "100")
		.env("HOME", "/home/eva")
		.env("XDG_CONFIG_HOME", "");
	cases
}

#[test]
fn help() {
	cases().case("tests/help/*.md");
}

#[test]
fn errors() {
	cases().case("tests/errors/*.md");
}
