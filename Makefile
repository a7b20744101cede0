# One target for each task. What they share is in scripts/.
#
# VOUCHSAFE_CACHE    files that outlive a checkout (default ~/.cache/vouchsafe)
# CARGO_TARGET_DIR   what cargo compiles (default $VOUCHSAFE_CACHE/target)
# VOUCHSAFE_DATA     folder whose subfolder data/ has real documents for tests (default ../shared)
# VOUCHSAFE_WALLET   folder for the built wallet (default $CARGO_TARGET_DIR/wallet-release)
# VOUCHSAFE_IPFS     the ipfs program to use (default: found or built by `make setup`)

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Runs a program in the environment that setup found, with the compiled programs on PATH.
RUN := scripts/in-env
# cargo over the whole workspace: one profile, one feature set.
CARGO := scripts/cargo

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: ## install what is missing: Debian packages, Rust targets, Kubo, Node, Chromium
	@scripts/setup

# What compiling needs. Only running needs Kubo, only the wallet Node, only its tests Chromium.
.PHONY: setup-build setup-run setup-images
setup-build setup-run setup-images:
	@scripts/setup $(@:setup-%=%)

.PHONY: build
build: setup-build ## compile everything with clippy: runtime, node, tools, tests
	@$(CARGO) build --all-targets

.PHONY: check
check: setup-build ## compile what changed and run the unit tests
	@$(CARGO) test --lib --bins $(if $(TEST),-- $(TEST))

.PHONY: test
test: ## all tests but the wallet's longer ones (CI runs this)
	@scripts/test

.PHONY: lint
lint: ## rustfmt, clippy, unused dependencies, links, taplo, cargo deny, shellcheck
	@scripts/lint

# Only the programs. `--examples` makes cargo choose the same features as for
# tests. Without it, hundreds of crates would be compiled again.
.PHONY: programs
programs: setup-run
	@$(CARGO) build --bins --examples

.PHONY: wallet
wallet: ## build the patients' wallet and print its files' sizes and its hash (CORE=file: with another core; CHECKPOINT=file: for one chain only)
	@scripts/wallet

.PHONY: test-wallet
test-wallet: programs ## test the wallet in Chromium: the whole story, each screen in each language, scheme and width; two builds are equal
	@scripts/test-wallet

.PHONY: attack
attack: programs ## play attacks on networks of its own, and print who stops each (ONLY=1.2, JSON=1)
	@$(RUN) vouchsafe-attack $(foreach prefix,$(ONLY),--only $(prefix)) $(if $(JSON),--json)

.PHONY: power-cuts
power-cuts: programs ## cut the power of one institution and of all, twenty times each (needs root; CUTS=n)
	@VOUCHSAFE_CUTS=$(or $(CUTS),20) $(CARGO) test --test processes -- --nocapture what_was_final_is_final

.PHONY: recover
recover: programs ## lose two of four validators for good, and recover finality after three minutes (STALL=seconds)
	@VOUCHSAFE_STALL=$(or $(STALL),180) $(CARGO) test --test processes -- --ignored --nocapture finality_is_recovered

.PHONY: join
join: programs ## join a chain of 10,000 blocks by warp and by import, and measure what joining and blocks take (BLOCKS=n)
	@VOUCHSAFE_BLOCKS=$(or $(BLOCKS),10000) $(CARGO) test --test processes -- --ignored --nocapture --test-threads=1 joining::

.PHONY: packages
packages: programs ## make Debian packages of the programs, and print their sizes
	@scripts/packages

.PHONY: test-packages
test-packages: packages ## install, start, upgrade and remove the packages on a fresh Debian, and run lintian (needs root)
	@scripts/test-packages

.PHONY: fhir-validate
fhir-validate: programs ## split example bundles and validate the records with HAPI (needs Java and Maven)
	@scripts/fhir-validate

.PHONY: images
images: programs setup-images ## build the images of node, custodian and command line, and print their ids, sizes and times
	@scripts/images

.PHONY: test-images
test-images: programs setup-images ## build the images twice; run four members from docker/compose.yaml, and the short story (needs root)
	@scripts/test-images

.PHONY: demo
demo: programs ## run the story with real documents (BUNDLE=file: with your own FHIR bundle; STORY=research: of a study; STORY=care: of lost phones and representatives)
	@$(RUN) vouchsafe-demo $(if $(BUNDLE),--bundle '$(BUNDLE)') $(STORY)

.PHONY: found
found: programs ## found a network from its members' cards, with new keys, and send a document through it
	@$(RUN) vouchsafe-demo found

.PHONY: up
up: programs wallet ## start the same network and leave it running; prints addresses and keys (STORY=care: that story's)
	@$(RUN) vouchsafe-demo up $(if $(filter care,$(STORY)),--chain care)

.PHONY: down
down: ## stop the network that `make up` started
	@$(RUN) vouchsafe-demo down

.PHONY: bench
bench: setup programs wallet ## measure, with a reference for each figure (JSON=1: as JSON; ONLY=group: one group; LARGE=1: studies with 100,000 people)
	@$(RUN) vouchsafe-bench $(if $(JSON),--json) $(if $(ONLY),--only $(ONLY)) $(if $(LARGE),--large)

# Both are tests that compare a file with what the code makes, and write the file if UPDATE is set.
.PHONY: chain-specs
chain-specs: setup-build ## write chain-specs/ again, as the node exports them
	@mkdir -p chain-specs
	@UPDATE=1 $(CARGO) test --lib --bins -- chain_specs_are_those_of_the_node

.PHONY: metadata
metadata: setup-build ## write protocol/metadata.scale again, as the runtime has it
	@UPDATE=1 $(CARGO) test --lib --bins -- metadata_is_that_of_the_clients spec_version_rises_with_the_metadata

.PHONY: clean
clean: ## remove what cargo compiled; Kubo and the lint tools stay
	@$(RUN) cargo clean
