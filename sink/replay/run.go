package replay

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
	"github.com/tidemark-cdc/tidemark/sink/mend"
)

// Run is one replay of a topic, by one process.
type Run struct {
	Options
	Kafka    Kafka
	Group    string
	Contract *contract.Contract

	record *Record
	server *clickhouse.Conn // for statements
	keeper *clickhouse.Conn // for the lease
	filler *filler
	// Resumed is set when a replay that was broken off is gone on with.
	Resumed bool
}

// Want says what is to be replayed.
type Want struct {
	Kind  Kind
	Range Range
	Base  Base
	// Database is where Into leaves the copy.
	Database string
}

var (
	// ErrCut: retention has taken the topic's beginning.
	ErrCut = errors.New("the topic does not hold its beginning any more")
	// ErrEarlier: raw holds rows of a topic that is gone.
	ErrEarlier = errors.New("raw holds rows from an earlier incarnation of the topic")
	// ErrExists: the database is there already.
	ErrExists = errors.New("the database exists already")
)

// Open begins a replay, or finds the one that was broken off.
func (r *Run) Open(ctx context.Context, w Want) (err error) {
	if r.server, err = r.Connect(); err != nil {
		return err
	}
	if r.keeper, err = r.Connect(); err != nil {
		return err
	}
	all, err := Records(ctx, r.server, r.Contract.Topic())
	if err != nil {
		return err
	}
	for i := range all {
		old := &all[i]
		if old.Live || old.Kind != w.Kind || w.Kind == Into && old.Database != w.Database {
			return fmt.Errorf("%w: %s (%s, %s); wait for it, go on with it, or give it up with --give-up", ErrHeld, old.ID, old.Kind, old.Phase)
		}
		r.record, r.Resumed = old, true
	}
	if r.Resumed && (len(r.record.Plan.Pairs) > 0 || r.record.Phase == Exchanging) {
		return nil
	}
	if r.Resumed { // it ended before the copy was whole
		if err := r.GiveUp(ctx); err != nil {
			return err
		}
		r.Resumed = false
	}
	return r.begin(ctx, w)
}

// Close lets the lease and the connections go.
func (r *Run) Close() {
	if r.filler != nil {
		r.filler.close()
	}
	if r.record != nil && r.record.Phase == Building {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = r.record.Write(ctx, r.keeper, 0) // else it runs out by itself
	}
	for _, c := range []*clickhouse.Conn{r.server, r.keeper} {
		if c != nil {
			_ = c.Close() // nothing is in flight any more
		}
	}
}

// begin makes the copy.
func (r *Run) begin(ctx context.Context, w Want) error {
	parts, err := Look(ctx, r.Kafka, r.server, r.Contract, r.Group, w.Range)
	if err != nil {
		return err
	}
	if w.Kind == Missing {
		if err := beyondFold(ctx, r.server, r.Contract.Target.Table, parts); err != nil {
			return err
		}
	}
	if err := r.check(ctx, &w, parts); err != nil {
		return err
	}
	id := newID()
	rec := &Record{ID: id, Topic: r.Contract.Topic(), Kind: w.Kind, Phase: Building, Database: prefix + id,
		Plan: Plan{Table: r.Contract.Target.Table, Parts: parts, Base: w.Base}}
	for _, k := range r.Contract.KeyColumns() {
		rec.Plan.Key = append(rec.Plan.Key, k.Name)
	}
	if w.Kind == Into {
		rec.Database = w.Database
		n, err := number(ctx, r.server, "SELECT [toString(count())] AS r FROM system.databases WHERE name = "+clickhouse.Text(w.Database))
		if err == nil && n > 0 {
			err = fmt.Errorf("%w: %s", ErrExists, w.Database)
		}
		if err != nil {
			return err
		}
	}
	if err := rec.Write(ctx, r.server, lease); err != nil {
		return err
	}
	r.record = rec
	var targets []*mend.Target
	if w.Kind != Missing {
		if targets, err = mend.Targets(ctx, r.server, "raw", rec.Plan.Table); err != nil {
			return err
		}
	}
	if err := rec.create(ctx, r.server, targets); err != nil {
		return err
	}
	if err := rec.begin(ctx, r.server, r.Contract); err != nil {
		return err
	}
	return rec.Write(ctx, r.server, lease)
}

// check refuses what cannot come out right, and chooses what lies below.
func (r *Run) check(ctx context.Context, w *Want, parts []Part) error {
	if w.Base == BaseSnapshot {
		return atSnapshot(ctx, r.Broker, r.Contract.Topic(), parts)
	}
	var cut []string
	earlier := int64(0)
	for _, p := range parts {
		earlier += p.Others
		if p.Begin > 0 {
			cut = append(cut, fmt.Sprintf("partition %d is read from offset %d", p.Partition, p.Begin))
		}
	}
	w.Base = BaseTopic
	if w.Kind != Into {
		if err := built(ctx, r.server); err != nil {
			return err
		}
	}
	switch {
	case len(cut) == 0 && earlier == 0:
	case w.Kind == Missing:
		w.Base = BaseRaw
	case len(cut) > 0:
		return fmt.Errorf("%w: %s", ErrCut, strings.Join(cut, ", "))
	case w.Kind == Rebuild:
		return fmt.Errorf("%w: %d rows, which a rebuild would lose", ErrEarlier, earlier)
	}
	return nil
}

// GiveUp removes what was built, without a trace. It is refused once tables are being exchanged.
func (r *Run) GiveUp(ctx context.Context) error {
	if r.record.Phase == Exchanging {
		return errors.New("it exchanges tables already, which is gone through with: run it again to end it")
	}
	if err := r.record.drop(ctx, r.server); err != nil {
		return err
	}
	err := r.record.remove(ctx, r.server)
	r.record = nil
	return err
}

// ID names the replay; Base says what it is built on.
func (r *Run) ID() string { return r.record.ID }

// Plan is what the replay was begun with.
func (r *Run) Plan() Plan { return r.record.Plan }

// build fills the copy up to given offsets, holding the lease.
func (r *Run) build(ctx context.Context, to map[int]int64) (err error) {
	if r.filler == nil {
		if r.filler, err = newFiller(ctx, r.Options, r.record, r.Contract); err != nil {
			return err
		}
	}
	return r.record.renew(ctx, r.keeper, func(ctx context.Context) error { return r.filler.reach(ctx, to) })
}

// fixed are the offsets up to which the range goes.
func (r *Run) fixed() map[int]int64 {
	to := map[int]int64{}
	for _, p := range r.record.Plan.Parts {
		to[p.Partition] = p.To
	}
	return to
}

// where gives the offsets of commits.
func where(at []ledger.Entry) map[int]int64 {
	to := map[int]int64{}
	for p, e := range at {
		to[p] = e.Next
	}
	return to
}
