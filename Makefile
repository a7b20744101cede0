# One target for each thing that a person does. What they share lies in scripts/.
#
# VOUCHSAFE_CACHE    what outlives a checkout (default ~/.cache/vouchsafe)
# CARGO_TARGET_DIR   what cargo compiles (default $VOUCHSAFE_CACHE/target)
# VOUCHSAFE_IPFS     the ipfs program to use (default: found or built by `make setup`)

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

# In the environment that setup found, with the compiled programs on PATH.
RUN := scripts/in-env
# cargo over the whole workspace: one profile, one feature set.
CARGO := scripts/cargo

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: ## install what is missing: Debian packages, Rust targets, Kubo
	@scripts/setup

# All that compiling needs; Kubo is left to those who run something.
.PHONY: setup-build
setup-build:
	@scripts/setup --no-ipfs

.PHONY: build
build: setup-build ## compile everything: runtime, node, tools, tests, with clippy looking on
	@$(CARGO) build --all-targets

.PHONY: check
check: setup-build ## compile what changed and run the unit tests
	@$(CARGO) test --lib --bins $(if $(TEST),-- $(TEST))

.PHONY: test
test: ## every test, the end-to-end ones too (CI runs this)
	@scripts/test

.PHONY: lint
lint: ## rustfmt, clippy, taplo, cargo deny, shellcheck
	@scripts/lint

# The programs alone. `--examples` makes cargo choose the same features as for tests; without it
# hundreds of crates would be compiled once more.
.PHONY: programs
programs: setup
	@$(CARGO) build --bins --examples

.PHONY: fhir-validate
fhir-validate: programs ## split example bundles and validate the records with HAPI (needs Java and Maven)
	@scripts/fhir-validate

.PHONY: demo
demo: programs ## play the story over real documents (BUNDLE=file: over your own FHIR bundle)
	@$(RUN) vouchsafe-demo $(if $(BUNDLE),--bundle '$(BUNDLE)')

.PHONY: up
up: programs ## start the same network and keep it; prints addresses and keys
	@$(RUN) vouchsafe-demo up

.PHONY: down
down: ## stop it
	@$(RUN) vouchsafe-demo down

.PHONY: bench
bench: programs ## measure, each figure beside its reference (JSON=1: as JSON)
	@$(RUN) vouchsafe-bench $(if $(JSON),--json)

# Both are tests that compare a file with what the code makes, and write it if UPDATE is set.
.PHONY: chain-specs
chain-specs: setup-build ## write chain-specs/ anew, as the node makes them
	@mkdir -p chain-specs
	@UPDATE=1 $(CARGO) test --lib --bins -- chain_specs_are_those_of_the_node

.PHONY: metadata
metadata: setup-build ## write protocol/metadata.scale, as the runtime has it
	@UPDATE=1 $(CARGO) test --lib --bins -- metadata_is_that_of_the_clients spec_version_rises_with_the_metadata

.PHONY: clean
clean: ## remove what cargo compiled; Kubo and the lint tools stay
	@$(RUN) cargo clean
