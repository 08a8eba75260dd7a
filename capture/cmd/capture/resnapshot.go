package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/capture/signal"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

type resnapshotCmd struct {
	Source string   `short:"s" required:"" placeholder:"NAME" help:"The configured source."`
	Table  []string `short:"t" placeholder:"NAME" help:"Only this table or collection (schema.table, db.collection); may be given again. Without it: the whole source, in a new epoch, which is also what recovers from lost history."`
	Reason string   `placeholder:"TEXT" help:"For those who read the log."`
	Yes    bool     `short:"y" help:"Send it. Without this the command only says what would happen, and ends with 2."`
	JSON   bool     `name:"json" help:"Print what was sent as JSON."`
}

// Help is shown by --help.
func (resnapshotCmd) Help() string {
	return `Asks the capture of a source to read it, or some of its tables, again. The capture does it once: now if it runs, at its next start if it is stopped, also if it stopped because history was lost. Readers see every row again between two markers; rows that are gone in the source are removed at the end, and the tidemark rests meanwhile.

Examples:
  capture resnapshot --source pg --yes
  capture resnapshot --source pg --table public.orders --reason "restored from a backup" --yes
  capture resnapshot --source mongo --table shop.users --yes --json`
}

// report is what --json prints.
type report struct {
	signal.Signal
	Offset int64  `json:"offset"`
	Epoch  uint16 `json:"epoch"` // the epoch that the source will be in; 0 where it was never captured
	Sent   bool   `json:"sent"`
}

// Run says what will happen and sends the signal.
func (r *resnapshotCmd) Run(ctx context.Context, a *app) error {
	if err := r.check(a); err != nil {
		return err
	}
	cfg, err := a.Kafka.Publish(r.Source)
	if err != nil {
		return err
	}
	client := &kafka.Client{Addr: kafka.TCP(cfg.Brokers...), Timeout: 10 * time.Second, Transport: cfg.Transport}
	if err := publish.Prepare(ctx, cfg); err != nil {
		return err
	}
	last, err := publish.Stored(ctx, cfg)
	if err != nil {
		return err
	}
	out := report{Signal: signal.Signal{Source: r.Source, Kind: signal.Resnapshot, Tables: r.Table, Reason: r.Reason}, Offset: -1, Sent: r.Yes}
	if last != nil {
		out.Epoch = last.Position.Epoch
		if out.Whole() {
			out.Epoch++
		}
	}
	if r.Yes {
		if out.Signal, err = signal.Send(ctx, client, a.Kafka.Replication, out.Signal); err != nil {
			return err
		}
		out.Offset = out.Signal.Offset
	}
	return r.tell(a, out, last)
}

// check refuses names that no capture of this configuration knows.
func (r *resnapshotCmd) check(a *app) error {
	if _, err := a.sources(selection{Source: []string{r.Source}}); err != nil {
		return err
	}
	all, err := a.LoadContracts()
	if err != nil {
		return err
	}
	var names []string
	for _, c := range contract.OfSource(all, r.Source) {
		names = append(names, c.Name())
	}
	for _, t := range r.Table {
		if !slices.Contains(names, t) {
			return fault.New(fault.Config, "find table "+t, fmt.Errorf("no contract of source %s names it; there are %s", r.Source, strings.Join(names, ", ")), "")
		}
	}
	return nil
}

// errNotSent ends a command that only said what it would do.
var errNotSent = errors.New("nothing was sent: add --yes")

func (r *resnapshotCmd) tell(a *app, out report, last *watermark.Watermark) error {
	if r.JSON {
		if err := json.NewEncoder(a.out).Encode(out); err != nil {
			return err
		}
	} else {
		fmt.Fprint(a.out, r.words(out, last))
	}
	if !r.Yes {
		return errNotSent
	}
	return nil
}

func (r *resnapshotCmd) words(out report, last *watermark.Watermark) string {
	var b strings.Builder
	switch {
	case last == nil:
		fmt.Fprintf(&b, "Source %s was never captured; its first start reads everything, and this signal with it.\n", r.Source)
	case out.Whole():
		fmt.Fprintf(&b, "Source %s stands at %s. Everything is read again in epoch %d: a slot of ours that is not in use is dropped and made anew, and what was not captured of the history before is given up.\n", r.Source, last.Position, out.Epoch)
	default:
		fmt.Fprintf(&b, "Source %s stands at %s. %s is read again in the same epoch, while the other tables go on.\n", r.Source, last.Position, strings.Join(out.Tables, ", "))
	}
	b.WriteString("Rows that are gone in the source are removed at the end. A capture that runs begins at once; one that is stopped begins when it is started.\n")
	if out.Sent {
		fmt.Fprintf(&b, "Sent: signal %s at offset %d.\n", out.ID, out.Offset)
	}
	return b.String()
}

// complete makes hints that name `capture resnapshot` ready to copy: whoever gave the hint did
// not know the source's name in this configuration.
func complete(hint, source string) string {
	return command.ReplaceAllStringFunc(hint, func(m string) string {
		if source == "" || strings.Contains(m, "--source") {
			return m
		}
		rest := strings.TrimSuffix(strings.TrimPrefix(m, "`capture resnapshot"), "`")
		return "`capture resnapshot --source " + source + rest + " --yes`"
	})
}

var command = regexp.MustCompile("`capture resnapshot[^`]*`")
