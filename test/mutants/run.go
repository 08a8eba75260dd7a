package mutants

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tidemark-cdc/tidemark/test/validate"
)

// Outcome is what the validators said of a program in a scenario.
type Outcome struct {
	Mutation, Scenario string
	Failures           []validate.Failure
	// Stopped is what the program said when it gave up by itself, "" when it did not.
	Stopped string
	Took    time.Duration
}

// Caught reports whether a validator failed.
func (o Outcome) Caught() bool { return len(o.Failures) > 0 }

// patience is how long what is still on its way after a fault may take. A mutated
// program may never get there; the unmutated one takes a second.
const patience = 15 * time.Second

// limit is for a whole scenario, building apart.
const limit = 3 * time.Minute

// Sink builds the sink with a mutation and plays a scenario. An error says that the
// scenario itself did not come about: then nothing was shown.
func (s *Servers) Sink(ctx context.Context, m Mutation, sc Scenario) (o Outcome, err error) {
	began := time.Now()
	o = Outcome{Mutation: m.Name, Scenario: sc.Name}
	defer func() { o.Took = time.Since(began) }()
	program, err := s.build(ctx, m, "./sink/cmd/sink")
	if err != nil {
		return o, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	l, err := s.newLine(ctx, program, sc.Partitions)
	if err != nil {
		return o, err
	}
	defer l.close()
	if err := sc.play(ctx, l); err != nil {
		return o, fmt.Errorf("%s: %s: %w\n%s", m.Name, sc.Name, err, logs(l.running))
	}
	late := l.applied(ctx, patience)
	o.Failures, err = l.judge(ctx)
	if late != nil {
		o.Failures = append(o.Failures, validate.Failure{Table: l.src.Table, Validator: "everything in the topic is applied", Count: "1", Example: late.Error()})
	}
	o.Stopped = stopped(l.running, "sink: ")
	return o, err
}

// Capture builds capture with a mutation and plays a passage, with the sink as it is.
func (s *Servers) Capture(ctx context.Context, m Mutation, pa Passage) (o Outcome, err error) {
	began := time.Now()
	o = Outcome{Mutation: m.Name, Scenario: pa.Name}
	defer func() { o.Took = time.Since(began) }()
	capture, err := s.build(ctx, m, "./capture/cmd/capture")
	if err != nil {
		return o, err
	}
	sink, err := s.build(ctx, Mutation{Name: None}, "./sink/cmd/sink")
	if err != nil {
		return o, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	w, err := s.newWay(ctx, capture, sink)
	defer w.close(context.WithoutCancel(ctx))
	if err == nil {
		err = pa.play(ctx, w)
	}
	if err == nil {
		o.Failures, err = w.judge(ctx, patience)
	}
	o.Stopped = stopped(w.running, "capture: ")
	if err != nil {
		err = fmt.Errorf("%s: %s: %w\n%s", m.Name, pa.Name, err, logs(w.running))
	}
	return o, err
}

// None is the name of no mutation: the program as it is.
const None = "none"

// build builds a program once per mutation.
func (s *Servers) build(ctx context.Context, m Mutation, pkg string) (string, error) {
	if path, ok := s.built[m.Name+pkg]; ok {
		return path, nil
	}
	path, err := s.buildAnew(ctx, m, pkg)
	if err == nil {
		s.built[m.Name+pkg] = path
	}
	return path, err
}

func (s *Servers) buildAnew(ctx context.Context, m Mutation, pkg string) (string, error) {
	dir, err := s.folder("bin")
	if err != nil {
		return "", err
	}
	o, err := m.Lay(s.Root, dir)
	if err != nil {
		return "", err
	}
	return o.Build(ctx, pkg)
}

// stopped is the last message of a program that gave up by itself.
func stopped(all []*program, name string) string {
	for _, p := range all {
		if text := p.said(); p.ended() && strings.Contains(text, name) {
			return text[strings.LastIndex(text, name):]
		}
	}
	return ""
}

// logs are the ends of the programs' logs.
func logs(all []*program) string {
	var b strings.Builder
	for _, p := range all {
		text := p.said()
		fmt.Fprintf(&b, "--- %s\n%s\n", filepath.Base(p.log), text[max(0, len(text)-3000):])
	}
	return b.String()
}

// Root is the repository's folder, found from one of its own.
func Root() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, e := os.Stat(filepath.Join(dir, "go.work")); e == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", fmt.Errorf("no go.work above the working folder")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}
