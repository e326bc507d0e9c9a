# Go, a C compiler for the race detector, git and make are all it takes: tools run through `go run` at the versions below,
# and the generator at the one in go.mod. `make` alone says what there is.

GOLANGCI_LINT    := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
OPENAPI_VALIDATE := github.com/getkin/kin-openapi/cmd/validate@v0.152.0
OASDIFF          := github.com/oasdiff/oasdiff@v1.38.0
APIDIFF          := golang.org/x/exp/cmd/apidiff@v0.0.0-20261113113407-e3970619a1a4
ACTIONLINT       := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
GOVULNCHECK      := golang.org/x/vuln/cmd/govulncheck@v1.9.0
GORELEASER       := github.com/goreleaser/goreleaser/v2@v2.15.1

GO       ?= go
FUZZTIME ?= 200x

# Where fuzzing keeps what it finds: beside the inputs of go test -fuzz, or only for the run.
FUZZCACHE = $(if $(filter %x,$(FUZZTIME)),$$tmp/$$package/found,$$($(GO) env GOCACHE)/fuzz/$$($(GO) list))

# The modules of the repository: the library with the tool, and those with dependencies that the library's users need not have.
MODULES    := $(sort $(dir $(shell find . -name node_modules -prune -o -name go.mod -print)))
in_modules  = @for module in $(MODULES); do (cd $$module && $(1)) || exit; done

CONTRACTS := $(filter-out api/overlay%,$(wildcard api/*.yaml))

.DEFAULT_GOAL := help
.NOTPARALLEL:

.PHONY: help
help: ## Say what can be made.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## Run every chat operation against a service inside the process, and say what happens.
	@$(GO) run ./cmd/acschat demo

# Two modules are tested at a time: the suites of some wait for databases rather than compute.
.PHONY: test
test: ## Test, with the race detector and in random order.
	@printf '%s\n' $(MODULES) | xargs -P 2 -I MODULE $(GO) test -C MODULE -race -shuffle=on ./... -ginkgo.randomize-all
	@for module in chat/limits/redislimits chat/outbox; do \
		$(GO) test -C $$module -race -count=1 -v -run '^TestServer$$' . | grep 'are skipped' || true; \
	done

.PHONY: guard
guard: ## Count what calls allocate and hold, which the race detector would hide.
	$(GO) test ./chat/benchmarks ./chat/realtime ./chat/feed -ginkgo.focus-file guard_test -ginkgo.fail-on-empty

# Each package is compiled once. Go would spend the time minimizing inputs, so it may try once. A run of a number of executions
# begins without the inputs that earlier runs have found, which would make each run longer than the last.
.PHONY: fuzz-smoke
fuzz-smoke: ## Fuzz each target for FUZZTIME: 200x is a number of executions, 5m a time.
	@tmp=$$(mktemp -d) && trap 'rm -rf "$$tmp"' EXIT && \
	grep -ro --include='*_test.go' '^func Fuzz[A-Za-z0-9]*' . | sed 's|/[^/]*:func | |' | sort > "$$tmp/targets" && \
	cut -d' ' -f1 "$$tmp/targets" | uniq | xargs -P 4 -I PACKAGE sh -c \
		'mkdir -p "$$0/PACKAGE" && $(GO) test -C PACKAGE -c -fuzz . -ldflags "-s -w" -o "$$0/PACKAGE/fuzz.test"' "$$tmp" && \
	while read -r package target; do \
		echo "$$package $$target"; \
		(cd "$$package" && "$$tmp/$$package/fuzz.test" -test.run '^$$' -test.fuzz "^$$target\$$" -test.fuzztime $(FUZZTIME) \
			-test.fuzzminimizetime 1x -test.fuzzcachedir "$(FUZZCACHE)") || exit; \
	done < "$$tmp/targets"

.PHONY: bench
bench: ## Measure the library beside a client written by hand and the generated one, and say whether the bounds hold.
	GOEXPERIMENT= $(GO) run ./chat/benchmarks

.PHONY: kill-test
kill-test: ## Kill the emulator in the middle of load, 50 times over, and look for what it had acknowledged.
	ACSCHAT_KILL_ROUNDS=50 $(GO) test -count=1 ./cmd/acschat/internal/emulator ./cmd/acschat/internal/export -ginkgo.focus kill -ginkgo.no-color

# The whole run of chat/soak, and then those of the feed and the outbox: half an hour on two cores. make test has a short form.
.PHONY: soak
soak: ## Break connections, servers and the emulator under load, compare chat/soak/REPORT.md, and print figures. Half an hour.
	ACSCHAT_SOAK=1 $(GO) test -count=1 -v -timeout 40m ./chat/soak -ginkgo.no-color -ginkgo.succinct
	@$(MAKE) --no-print-directory soak-feed soak-once

.PHONY: soak-feed
soak-feed: ## Compare the feed with a model of 24 hours of 50 threads, with outages and three replicas, and print figures.
	ACSCHAT_FEED_HOURS=24 $(GO) test -count=1 -v ./chat/feed -ginkgo.focus 'in a model' -ginkgo.fail-on-empty -ginkgo.no-color -ginkgo.succinct

# The emulator and the workers are processes of their own.
.PHONY: soak-once
soak-once: ## Send messages once while workers are killed and replies are lost, on Postgres with Redis and on SQLite, and print figures.
	@tmp=$$(mktemp -d) && trap 'rm -rf "$$tmp"' EXIT && \
	$(GO) build -o "$$tmp/acschat" ./cmd/acschat && $(GO) run -C chat/outbox ./soak -emulator "$$tmp/acschat"

# with_chromium runs a command if Chromium is here.
with_chromium = @for name in "$$CHROMIUM" chromium chromium-browser google-chrome; do \
		if [ -n "$$name" ] && command -v "$$name" >/dev/null; then $(1); exit; fi; \
	done; \
	echo '$@: skipped, for want of Chromium: install it, or name one in CHROMIUM'

.PHONY: browser
browser: page official-javascript ## Run the page of the emulator and the official client in headless Chromium, or in what CHROMIUM names.
	$(call with_chromium,$(GO) test -count=1 -tags conformance ./chat/chattest/conformance -ginkgo.no-color -ginkgo.focus 'in Chromium')

.PHONY: page
page: ## Test the page of the emulator in headless Chromium, or in what CHROMIUM names.
	$(call with_chromium,$(GO) test -count=1 -tags browser ./cmd/acschat/internal/inspector/browser)

.PHONY: pictures
pictures: ## Take the pictures of the README again, in .github/images.
	README_PICTURES=$(CURDIR)/.github/images $(GO) test -count=1 -tags browser ./cmd/acschat/internal/inspector/browser \
		-ginkgo.focus 'The pictures of the README'

OFFICIAL_JS := chat/chattest/conformance/testdata/javascript

.PHONY: official-javascript
official-javascript:
	@if command -v npm >/dev/null && ! [ $(OFFICIAL_JS)/node_modules/.package-lock.json -nt $(OFFICIAL_JS)/package-lock.json ]; then \
		npm ci --prefix $(OFFICIAL_JS) --loglevel=error || true; \
	fi

.PHONY: conformance
conformance: official-javascript ## Run the official clients against the emulator, in Node, Chromium and Python, as far as these are here.
	$(GO) test -tags conformance -count=1 -v ./chat/chattest/conformance -ginkgo.no-color -ginkgo.succinct

.PHONY: generate
generate: ## Generate the bindings from api/.
	$(GO) generate ./...

# What counts is whether the generator changes anything, not whether the tree has changes: those may be yours.
.PHONY: check-generate
check-generate: ## Check that the bindings are what the generator makes of api/.
	@sums() { find . -name '*.gen.go' -exec cksum {} + | sort; }; \
	before=$$(sums) && $(GO) generate ./... && after=$$(sums) || exit; \
	stale=$$(printf '%s\n%s\n' "$$before" "$$after" | sort | uniq -u | cut -d' ' -f3- | sort -u); \
	if [ -n "$$stale" ]; then \
		printf 'these files were not up to date, and are now:\n%s\n' "$$stale" >&2; exit 1; \
	fi

.PHONY: contract-diff
contract-diff: ## List what changed between two contracts: OLD and NEW are files, or revisions such as HEAD~5:api/chat.yaml.
	@[ -n "$(OLD)" ] && [ -n "$(NEW)" ] || { echo 'usage: make contract-diff OLD=HEAD:api/chat.yaml NEW=api/chat.yaml' >&2; exit 2; }
	$(GO) run $(OASDIFF) changelog $(OLD) $(NEW)

# The last version, or the beginning of the changelog while there is none.
BASE ?= $(shell git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || git log --diff-filter=A --format=%H -- .github/CHANGELOG.md | tail -1)

.PHONY: breaking
breaking: ## List what breaks programs written for BASE, the last version: in the packages below chat, and in api/.
	@[ -n "$(BASE)" ] || { echo 'breaking: there is no version to compare with' >&2; exit 2; }
	@echo "compared with $(BASE):"
	@tmp=$$(mktemp -d) && trap 'git worktree remove --force "$$tmp/base"; rm -rf "$$tmp"' EXIT && \
	git worktree add -q --detach "$$tmp/base" $(BASE) && found=0 && \
	for package in $$($(GO) list -C "$$tmp/base" -f '{{if ne .Name "main"}}{{.ImportPath}}{{end}}' ./chat/... | grep -v /internal/); do \
		(cd "$$tmp/base" && $(GO) run $(APIDIFF) -w "$$tmp/old" "$$package") && \
		changes=$$($(GO) run $(APIDIFF) -incompatible "$$tmp/old" "$$package") || exit; \
		if [ -n "$$changes" ]; then printf '%s\n%s\n' "$$package" "$$changes"; found=1; fi; \
	done && \
	for contract in $(CONTRACTS); do \
		$(GO) run $(OASDIFF) breaking --fail-on ERR "$$tmp/base/$$contract" "$$contract" || found=1; \
	done && exit $$found

.PHONY: lint-workflows
lint-workflows: ## Lint the workflows of CI.
	$(GO) run $(ACTIONLINT)

.PHONY: vulnerabilities
vulnerabilities: ## Look for known vulnerabilities. It needs the network.
	$(call in_modules,$(GO) run $(GOVULNCHECK) ./...)

# What the image has in /usr/share/licenses. For a release, GoReleaser makes it.
LICENSES := $(CURDIR)/bin/licenses/acschat

.PHONY: image
image: ## Write the container image of this machine's platform to bin/image, and run the emulator in it.
	CGO_ENABLED=0 GOOS=linux $(GO) build -trimpath -ldflags '-s -w' -o bin/image/acschat ./cmd/acschat
	@.github/licenses.sh . ./cmd/acschat bin/licenses/acschat
	@$(GO) run -C .github/image . -licenses $(LICENSES) -o $(CURDIR)/bin/image $(CURDIR)/bin/image/acschat
	@.github/image/try.sh bin/image/acschat_linux_$$($(GO) env GOARCH).tar

RELEASE := bin/release

.PHONY: snapshot
snapshot: ## Build in bin/release what a release of this commit would have, and run the emulator in its image.
	$(GO) run $(GORELEASER) release --snapshot --clean --skip=sbom --config .github/goreleaser.yaml
	@$(GO) run -C .github/image . -licenses $(LICENSES) -o $(CURDIR)/$(RELEASE)/image $(CURDIR)/$(RELEASE)/acschat_linux_*/acschat
	@.github/image/try.sh $(RELEASE)/image/acschat_linux_$$($(GO) env GOARCH).tar

.PHONY: release-check
release-check: ## Check that this commit is ready to be published as VERSION: its tags, its changelog, what a program gets.
	.github/release.sh check '$(VERSION)'

.PHONY: release-rehearsal
release-rehearsal: ## Release the last commit in a clone, and check what a program would get.
	.github/release.sh rehearse v0.99.0

# The name of the image, with its tag and digest, goes to bin/release/image/name for the attestation.
.PHONY: publish
publish: ## Publish this commit as VERSION: the binaries and the image. CI does it for a tag.
	mkdir -p bin && .github/release.sh notes '$(VERSION)' >bin/notes.md
	GORELEASER_CURRENT_TAG='$(VERSION)' $(GO) run $(GORELEASER) release --clean --release-notes bin/notes.md --config .github/goreleaser.yaml
	$(GO) run -C .github/image . -licenses $(LICENSES) -push -o $(CURDIR)/$(RELEASE)/image $(CURDIR)/$(RELEASE)/acschat_linux_*/acschat >bin/image-name
	mv bin/image-name $(RELEASE)/image/name

.PHONY: vet
vet: ## Run go vet, also for 386, where integers are smaller.
	$(call in_modules,$(GO) vet ./...)
	GOARCH=386 $(GO) vet ./...

.PHONY: lint
lint: lint-go lint-api lint-workflows ## Lint the Go code, the API descriptions and the workflows.

.PHONY: lint-go
lint-go:
	$(call in_modules,$(GO) run $(GOLANGCI_LINT) run -c $(CURDIR)/.github/golangci.yml)

.PHONY: lint-api
lint-api: $(CONTRACTS:%=lint-%)

.PHONY: $(CONTRACTS:%=lint-%)
$(CONTRACTS:%=lint-%): lint-%:
	$(GO) run $(OPENAPI_VALIDATE) -multi -- $*

.PHONY: tidy-check
tidy-check: ## Check that go.mod and go.sum are tidy.
	$(call in_modules,$(GO) mod tidy -diff)

# The tests come last, so that what they say is what one sees.
.PHONY: check
check: check-generate vet lint tidy-check release-rehearsal image conformance page guard fuzz-smoke test ## All checks that CI runs on Linux.

.PHONY: clean
clean: ## Remove what builds, tests and profiles leave in the tree.
	rm -rf bin coverage.out $(OFFICIAL_JS)/node_modules
	find . \( -name '*.test' -o -name '*.prof' \) -type f -delete
