package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/schemas/topic"
	"github.com/tidemark-cdc/tidemark/test/bench/backlog"
	"github.com/tidemark-cdc/tidemark/test/bench/broker"
	"github.com/tidemark-cdc/tidemark/test/bench/host"
	"github.com/tidemark-cdc/tidemark/test/bench/report"
)

// lab is what the stages share.
type lab struct {
	opts   Options
	host   *host.Host
	broker *broker.Broker
	db     *pgx.Conn // database shop
	report *report.Report
	runs   int
}

// Run starts the servers, measures and takes everything away again. The report holds
// what was measured also when it fails.
func Run(ctx context.Context, o Options) (_ *report.Report, err error) {
	r := &report.Report{Time: time.Now().UTC().Truncate(time.Second), Machine: report.ThisMachine(), Command: o.Command}
	defer r.Compare()
	fmt.Fprintln(o.Log, "starting the servers")
	h, err := host.Open(ctx, o.Host)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	l := &lab{opts: o, host: h, broker: broker.New(h.Kafka()), report: r}
	if l.db, err = pgx.Connect(ctx, h.Admin("shop")); err != nil {
		return r, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer l.db.Close(context.WithoutCancel(ctx))
	if o.has("capture") || o.has("sink") {
		if err := l.drains(ctx); err != nil {
			return r, err
		}
	}
	if o.has("latency") {
		return r, l.latency(ctx)
	}
	return r, nil
}

// say tells the progress.
func (l *lab) say(format string, args ...any) { fmt.Fprintf(l.opts.Log, format+"\n", args...) }

// note puts a sentence under the tables.
func (l *lab) note(format string, args ...any) {
	l.report.Notes = append(l.report.Notes, fmt.Sprintf(format, args...))
}

// name gives each run of a program files of its own.
func (l *lab) name(program string) string {
	l.runs++
	return fmt.Sprintf("%s-%d", program, l.runs)
}

func topics(source string) (names []string) {
	for _, t := range backlog.Tables {
		names = append(names, topic.Name(source, "public", t))
	}
	return names
}
