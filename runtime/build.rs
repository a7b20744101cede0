//! Builds the runtime to WASM. `SKIP_WASM_BUILD` leaves that out, for what needs only the native
//! build: unit tests, lints, the metadata.

fn main() {
	#[cfg(feature = "std")]
	substrate_wasm_builder::WasmBuilder::build_using_defaults();
}
