package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// Options of a demo.
type Options struct {
	Bin       string        // folder of the built programs
	Dir       string        // data folder of the demo's own stack; emptied first
	Contracts string        // folder of the contracts
	Olist     string        // folder of the Olist data set; empty: the shop makes up its orders
	Rate      int           // changes per second that the shop makes
	For       time.Duration // how long the shop runs
	Seed      int64
	Keep      bool // leave the stack running
	BI        bool // start the dashboards before the shop
	Terminal  bool // redraw the view in place
}

// lookEvery is how often the pipeline is looked at: looking costs it something too.
const lookEvery = 2 * time.Second

// drain is how long what is under way may take to arrive after the last write.
const drain = 2 * time.Minute

// ErrDiffers is what Run returns when the sources and ClickHouse do not hold the same.
var ErrDiffers = errors.New("the sources and ClickHouse differ")

// Run starts a stack, lets the shop work, shows the pipeline and compares at the end.
func Run(ctx context.Context, o Options, out io.Writer) (err error) {
	contracts, err := contract.Load(os.DirFS(o.Contracts))
	if err != nil {
		return err
	}
	s := newStack(o.Bin, o.Dir, out)
	if !o.Keep {
		defer func() {
			after, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
			defer cancel()
			err = errors.Join(err, s.down(after))
		}()
	}
	if err := s.up(ctx); err != nil {
		return err
	}
	if o.BI {
		if err := s.local(ctx, "superset"); err != nil {
			return err
		}
	}
	sides, err := compare.Open(ctx, s.addresses())
	if err != nil {
		return err
	}
	defer sides.Close(context.WithoutCancel(ctx))

	o.print(out)
	if err := watchShop(ctx, s, o, &observer{sides: sides, contracts: contracts}, out); err != nil {
		return err
	}
	return verdict(ctx, contracts, sides, o, out)
}

func (o Options) print(out io.Writer) {
	if o.Olist != "" {
		fmt.Fprintln(out, "\nThe shop replays the real orders of Olist.")
		return
	}
	fmt.Fprintf(out, "\nThe shop works for %s at about %d changes/s.\n", o.For, o.Rate)
}

// watchShop runs the shop and shows sights until it has ended.
func watchShop(ctx context.Context, s *stack, o Options, obs *observer, out io.Writer) error {
	args := []string{"run", "--rate", fmt.Sprint(o.Rate), "--for", o.For.String(), "--seed", fmt.Sprint(o.Seed)}
	if o.Olist != "" {
		args = []string{"load", "--olist", o.Olist, "--speed", "0"}
	}
	log, err := os.Create(s.dir + "/shop.log")
	if err != nil {
		return fmt.Errorf("the shop's log: %w", err)
	}
	defer log.Close()
	shop := s.command(ctx, "shop", args...)
	shop.Stdout, shop.Stderr = log, log
	if err := shop.Start(); err != nil {
		return fmt.Errorf("start the shop: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- shop.Wait() }()

	v := &view{out: out, terminal: o.Terminal, started: time.Now()}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			if err != nil {
				return fmt.Errorf("the shop failed (%s): %w", log.Name(), err)
			}
			v.show(obs.look(ctx))
			return nil
		case <-tick.C:
			v.show(obs.look(ctx))
		}
	}
}

// verdict compares tables and aggregates, prints both and fails when any differs.
func verdict(ctx context.Context, contracts []*contract.Contract, sides *compare.Sides, o Options, out io.Writer) error {
	results, err := compare.Tables(ctx, contracts, sides, drain)
	if err != nil {
		return err
	}
	fmt.Fprintln(out)
	compare.Print(out, results)
	sales, err := compareSales(ctx, sides)
	if err != nil {
		return err
	}
	printSales(out, sales)
	if o.Olist != "" {
		if err := printOlist(ctx, sides, out); err != nil {
			return err
		}
	}
	if !compare.AllEqual(results) || !salesEqual(sales) {
		return ErrDiffers
	}
	fmt.Fprintln(out, "\nEvery table and every aggregate is equal.")
	return nil
}
