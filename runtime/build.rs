//! Builds the runtime to WASM. `SKIP_WASM_BUILD` leaves that out, for what needs only the native
//! build: unit tests, lints, the metadata.

fn main() {
	// `scripts/next-runtime` builds the version after this one, to test an upgrade with it: `next.rs`.
	println!("cargo:rustc-check-cfg=cfg(vouchsafe_next)");
	println!("cargo:rerun-if-env-changed=VOUCHSAFE_NEXT");
	if std::env::var_os("VOUCHSAFE_NEXT").is_some() {
		println!("cargo:rustc-cfg=vouchsafe_next");
	}

	#[cfg(feature = "std")]
	substrate_wasm_builder::WasmBuilder::build_using_defaults();
}
