package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/tidemark-cdc/tidemark/compose/shop/drive"
	"github.com/tidemark-cdc/tidemark/compose/shop/olist"
	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/term"
)

type loadCommand struct {
	Olist string  `required:"" type:"existingdir" help:"Folder with the CSV files of the data set."`
	Speed float64 `default:"0" help:"Seconds of the data per second; 0: as fast as the databases take them."`
}

// bulk is how many steps go together at least when all of them wait: every write that is not alone spares a sync.
const bulk = 500

// Run replays the folder.
func (l *loadCommand) Run(c *cli) error {
	ctx := context.Background()
	stop, cancel := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer cancel()
	replay, err := olist.Open(l.Olist)
	if err != nil {
		return err
	}
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	loaded, err := s.Mongo.Collection("orders").CountDocuments(ctx, bson.D{{Key: "_id", Value: replay.FirstOrder()}})
	if err != nil {
		return fmt.Errorf("look for earlier loads: %w", err)
	}
	if loaded > 0 {
		return fmt.Errorf("these orders are loaded already; empty the databases to load them again")
	}
	var count drive.Count
	driver := &drive.Driver{Store: s, Writers: c.Writers, Batch: max(c.Batch, bulk), Count: &count}
	began, done := time.Now(), make(chan struct{})
	finished := bar(&count, replay.Total(), done)
	err = driver.Run(ctx, stop, &drive.Clock{Speed: l.Speed, At: replay.At}, replay.Next)
	close(done)
	<-finished
	if err != nil {
		return err
	}
	summary := count.Summary(time.Since(began))
	summary.Clock = replay.At()
	return c.print(summary)
}

// bar shows how much of the total has been written until done is closed; the channel it gives closes when it is gone.
func bar(count *drive.Count, total int, done <-chan struct{}) <-chan struct{} {
	finished := make(chan struct{})
	b := progressbar.NewOptions(total, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("changes"), progressbar.OptionSetDescription("orders"), progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetVisibility(term.IsTerminal(int(os.Stderr.Fd()))))
	go func() {
		defer close(finished)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			_ = b.Set64(count.Total())
			select {
			case <-done:
				_ = b.Set64(count.Total())
				fmt.Fprintln(os.Stderr)
				return
			case <-tick.C:
			}
		}
	}()
	return finished
}
