package mutants

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/sinktest"
	"github.com/tidemark-cdc/tidemark/test/journal"
	"github.com/tidemark-cdc/tidemark/test/validate"
)

// way is one table's way from PostgreSQL into ClickHouse, with the capture under test and
// the sink as it is.
type way struct {
	*Servers
	dir, name string
	capture   string // the program under test
	sink      string
	contract  *contract.Contract
	sides     *compare.Sides
	journal   *journal.Journal
	running   []*program
}

// newWay makes a table with rows in it, its topic's tables, and starts nothing yet.
func (s *Servers) newWay(ctx context.Context, capture, sink string) (w *way, err error) {
	w = &way{Servers: s, name: fmt.Sprintf("w%d", serial.Add(1)), capture: capture, sink: sink}
	if w.dir, err = s.folder(w.name); err != nil {
		return w, err
	}
	text := []byte(strings.Replace(sinktest.Contract(w.name), "source: pg", "source: "+w.name, 1))
	if w.contract, err = contract.Parse(text); err != nil {
		return w, err
	}
	if err := os.Mkdir(filepath.Join(w.dir, "contracts"), 0o755); err != nil {
		return w, err
	}
	if err := os.WriteFile(filepath.Join(w.dir, "contracts", "table.yaml"), text, 0o644); err != nil {
		return w, err
	}
	w.sides, err = compare.Open(ctx, compare.Addresses{Postgres: s.env["TIDEMARK_POSTGRES_URL"], ClickHouse: s.env["TIDEMARK_CLICKHOUSE_HTTP_URL"],
		ClickHouseUser: s.env["TIDEMARK_CLICKHOUSE_USER"], ClickHousePassword: s.env["TIDEMARK_CLICKHOUSE_PASSWORD"]})
	if err != nil {
		return w, err
	}
	return w, w.prepare(ctx)
}

func (w *way) prepare(ctx context.Context) (err error) {
	if err = w.sql(ctx, "CREATE TABLE "+w.name+" (id bigint PRIMARY KEY, name text NOT NULL, amount numeric(12,2) NOT NULL, note text, updated_at timestamptz NOT NULL DEFAULT now())"); err != nil {
		return err
	}
	if err = w.sql(ctx, "ALTER TABLE "+w.name+" REPLICA IDENTITY FULL"); err != nil {
		return err
	}
	w.journal, err = journal.Open(ctx, journal.Options{Contracts: []*contract.Contract{w.contract}, PostgresURL: w.env["TIDEMARK_POSTGRES_URL"], Dir: filepath.Join(w.dir, "journal")})
	if err != nil {
		return err
	}
	if err = w.insert(ctx, 1, 100); err != nil {
		return err
	}
	config := fmt.Sprintf("contracts: %s\nkafka: {brokers: [%q], partitions: 2}\nhttp: 127.0.0.1:0\nsources:\n  %s: {kind: postgresql, url: \"${TIDEMARK_POSTGRES_URL}\", publication: %[3]s, slot: %[3]s}\n",
		filepath.Join(w.dir, "contracts"), w.brokers()[0], w.name)
	if err = os.WriteFile(filepath.Join(w.dir, "capture.yaml"), []byte(config), 0o644); err != nil {
		return err
	}
	if err = w.once(ctx, w.capture, "setup", "--config", filepath.Join(w.dir, "capture.yaml")); err != nil {
		return err
	}
	return w.once(ctx, w.sink, append([]string{"migrate"}, w.sinkArgs()...)...)
}

func (w *way) once(ctx context.Context, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), w.Env()...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), args[0], err, out)
	}
	return nil
}

func (w *way) sinkArgs() []string {
	return []string{"--contracts", filepath.Join(w.dir, "contracts"), "--kafka-group", w.name, "--http", "", "--log-format", "text", "--batch-age", "100ms"}
}

func (w *way) startCapture() (*program, error) {
	return w.run("capture", w.capture, "run", "--config", filepath.Join(w.dir, "capture.yaml"))
}

func (w *way) startSink() (*program, error) {
	return w.run("sink", w.sink, append([]string{"run"}, w.sinkArgs()...)...)
}

func (w *way) run(name, path string, args ...string) (*program, error) {
	p, err := launch(w.dir, fmt.Sprintf("%s%d", name, len(w.running)), path, w.Env(), args...)
	if err == nil {
		w.running = append(w.running, p)
	}
	return p, err
}

func (w *way) sql(ctx context.Context, statement string, args ...any) error {
	if _, err := w.sides.Postgres.Exec(ctx, statement, args...); err != nil {
		return fmt.Errorf("%.80s: %w", statement, err)
	}
	return nil
}

// insert makes rows from first to last in one transaction.
func (w *way) insert(ctx context.Context, first, last int) error {
	return w.sql(ctx, "INSERT INTO "+w.name+" SELECT n, 'name ' || n, n * 1.25, CASE WHEN n % 3 > 0 THEN 'note' END FROM generate_series($1::bigint, $2::bigint) n", first, last)
}

// shown waits until so many rows are seen in ClickHouse.
func (w *way) shown(ctx context.Context, rows int) error {
	return until(ctx, fmt.Sprintf("%d rows are shown", rows), func() bool {
		var n string
		err := w.sides.ClickHouse.Query(ctx, "SELECT toString(count()) FROM "+w.contract.Target.String(), func(t []*string) error { n = *t[0]; return nil })
		return err == nil && n == fmt.Sprint(rows)
	})
}

// refuseWrites has the broker refuse what is written to the table's topic, and nothing
// else, until allowed: its largest message is smaller than any.
func (w *way) refuseWrites(ctx context.Context, refuse bool) error {
	limit := kafka.IncrementalAlterConfigsRequestConfig{Name: "max.message.bytes", ConfigOperation: kafka.ConfigOperationDelete}
	if refuse {
		limit.Value, limit.ConfigOperation = "60", kafka.ConfigOperationSet
	}
	res, err := w.kafka.IncrementalAlterConfigs(ctx, &kafka.IncrementalAlterConfigsRequest{Resources: []kafka.IncrementalAlterConfigsRequestResource{{
		ResourceType: kafka.ResourceTypeTopic, ResourceName: w.contract.Topic(),
		Configs: []kafka.IncrementalAlterConfigsRequestConfig{limit}}}})
	if err == nil {
		err = res.Resources[0].Error
	}
	if err != nil {
		return fmt.Errorf("configure %s: %w", w.contract.Topic(), err)
	}
	return nil
}

// written is how far PostgreSQL's log goes.
func (w *way) written(ctx context.Context) (lsn string, err error) {
	if err = w.sides.Postgres.QueryRow(ctx, "SELECT pg_current_wal_insert_lsn()::text").Scan(&lsn); err != nil {
		return "", fmt.Errorf("look how far the log goes: %w", err)
	}
	return lsn, nil
}

// confirmed says whether the slot is confirmed up to a place in the log.
func (w *way) confirmed(ctx context.Context, lsn string) (is bool) {
	_ = w.sides.Postgres.QueryRow(ctx, "SELECT confirmed_flush_lsn >= $2::pg_lsn FROM pg_replication_slots WHERE slot_name = $1", w.name, lsn).Scan(&is)
	return is
}

// judge asks the validators of a whole run.
func (w *way) judge(ctx context.Context, wait time.Duration) ([]validate.Failure, error) {
	return validate.All(ctx, validate.Env{Contracts: []*contract.Contract{w.contract}, Sides: w.sides, Brokers: w.brokers(),
		Journal: w.journal, Models: []string{}, Wait: wait})
}

func (w *way) close(ctx context.Context) {
	for _, p := range w.running {
		p.kill()
	}
	if w.journal != nil {
		_ = w.journal.Close(ctx)
	}
	if w.sides != nil {
		_ = w.sql(ctx, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active", w.name)
		_ = w.sides.Close(ctx)
	}
}
