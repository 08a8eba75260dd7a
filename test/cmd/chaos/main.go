// Command chaos lets faults strike the whole pipeline and says whether every promise was kept.
package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/tidemark-cdc/tidemark/test/chaos"
	"github.com/tidemark-cdc/tidemark/test/fault"
)

const about = `Runs the whole pipeline on a stack of its own, lets the shop write to both sources and faults strike for some
minutes, and then compares ClickHouse with the sources, asks every validator and recomputes every aggregate.
Which fault strikes when follows from the seed alone.

  chaos --seed 7 --minutes 20
  chaos --seed 7 --minutes 20 --plan          what would strike, and when
  chaos --minutes 3 --faults 'kill-*' --faults stop
  chaos --list

Exit codes: 0 every promise kept, 1 a promise broken (or a fault could not be struck), 2 wrong usage, 3 could not run.`

type flags struct {
	Seed    uint64        `help:"Draws the faults, and the shop's changes (default: a new one, which is printed)."`
	Minutes float64       `help:"How long faults strike." default:"20"`
	Faults  []string      `help:"Only these: a name, a pattern such as 'kill-*', or a kind." placeholder:"NAME" sep:","`
	Every   time.Duration `help:"Mean time from one fault to the next." default:"12s"`
	Rate    float64       `help:"Changes per second that the shop makes at most." default:"200"`
	Plan    bool          `help:"Print what would strike, and end."`
	List    bool          `help:"Print the faults that there are and what each must not cause, and end."`
	JSON    bool          `name:"json" help:"Print the report as JSON."`
	Bin     string        `help:"Folder of the programs (default: the folder of this one)." env:"TIDEMARK_BIN" type:"path"`
	Parts   string        `help:"Folder of the downloaded servers." env:"TIDEMARK_PARTS" type:"path"`
	Dir     string        `help:"Where to make a folder for the stack (default: the system's temporary folder)." type:"existingdir"`
	Keep    bool          `help:"Leave the stack's logs and data."`
}

func main() {
	var f flags
	kong.Parse(&f, kong.Name("chaos"), kong.Description(about), kong.ShortUsageOnError(), kong.Exit(func(code int) {
		if code != 0 {
			code = 2
		}
		os.Exit(code)
	}))
	os.Exit(f.run())
}

func (f *flags) run() int {
	faults, err := chaos.Choose(fault.All(), f.Faults)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		return 2
	}
	if f.Seed == 0 {
		f.Seed = rand.Uint64N(1_000_000) + 1
	}
	switch {
	case f.List:
		list(faults)
		return 0
	case f.Plan:
		plan(f.draw(faults))
		return 0
	}
	if f.Bin == "" {
		self, _ := os.Executable()
		f.Bin = filepath.Dir(self)
	}
	fault.InNamespace()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fmt.Fprintf(os.Stderr, "seed %d\n", f.Seed)
	report, err := chaos.Run(ctx, chaos.Options{Dir: f.Dir, Bin: f.Bin, Parts: f.Parts, Keep: f.Keep, Log: os.Stderr},
		chaos.Trial{Seed: f.Seed, Length: f.length(), Rate: f.Rate, Plan: f.draw(faults)})
	return f.say(report, err)
}

func (f *flags) length() time.Duration { return time.Duration(f.Minutes * float64(time.Minute)) }

func (f *flags) draw(faults []fault.Fault) []chaos.Blow {
	return chaos.Plan(f.Seed, f.length(), f.Every, faults)
}

func (f *flags) say(report *chaos.Report, err error) int {
	if report != nil && f.JSON {
		_ = report.JSON(os.Stdout)
	} else if report != nil {
		report.Print(os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		return 3
	}
	if !report.Right() {
		fmt.Fprintf(os.Stderr, "chaos: a promise was broken; the same again: %s\n", f.again())
		return 1
	}
	if !report.Whole() {
		fmt.Fprintln(os.Stderr, "chaos: every promise was kept, but not every fault could be struck: a part was away for too long, see --keep")
		return 1
	}
	return 0
}

// again is the command that strikes the same faults.
func (f *flags) again() string {
	text := fmt.Sprintf("chaos --seed %d --minutes %g --every %s --rate %g", f.Seed, f.Minutes, f.Every, f.Rate)
	for _, name := range f.Faults {
		text += fmt.Sprintf(" --faults %q", name)
	}
	return text
}

func plan(blows []chaos.Blow) {
	for _, b := range blows {
		fmt.Printf("%7.1f s  for %5.1f s  %s\n", b.At.Seconds(), b.For.Seconds(), b.Fault.Name)
	}
}

func list(faults []fault.Fault) {
	for _, f := range faults {
		fmt.Printf("%-32s %s\n%32s %s\n", f.Name, f.Kind, "", f.MustNot)
	}
}
