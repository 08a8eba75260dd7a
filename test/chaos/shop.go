package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// shop is `shop run`, which writes to both sources for as long as the faults strike.
type shop struct {
	cmd   *exec.Cmd
	out   strings.Builder
	count atomic.Int64
	gone  chan error
}

// openShop starts the writing; it is not ended by ctx but by end.
func (s *Scene) openShop(ctx context.Context, t Trial) (*shop, error) {
	log, err := os.Create(filepath.Join(s.dir, "shop.log"))
	if err != nil {
		return nil, fmt.Errorf("open the shop's log: %w", err)
	}
	defer log.Close()
	p := &shop{gone: make(chan error, 1)}
	p.cmd = s.program(context.WithoutCancel(ctx), "shop", "run", "--rate", strconv.FormatFloat(t.Rate, 'f', -1, 64),
		"--seed", strconv.FormatUint(t.Seed, 10), "--json")
	p.cmd.Stdout, p.cmd.Stderr = &p.out, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL} // an interrupt from the terminal is ours to pass on
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the shop: %w", err)
	}
	go func() { p.gone <- p.cmd.Wait() }()
	go p.follow(log.Name())
	return p, nil
}

// follow reads the progress that the shop prints over its last one.
func (p *shop) follow(path string) {
	for p.cmd.ProcessState == nil {
		if text, err := os.ReadFile(path); err == nil {
			words := strings.Fields(string(text[max(0, len(text)-200):]))
			for i, w := range words {
				if n, err := strconv.ParseInt(w, 10, 64); err == nil && i+1 < len(words) && words[i+1] == "changes" {
					p.count.Store(n)
				}
			}
		}
		time.Sleep(time.Second)
	}
}

func (p *shop) changes() int64 { return p.count.Load() }

// writes waits until it has written something.
func (p *shop) writes(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, toStart)
	defer cancel()
	for p.changes() == 0 {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the shop's first change: %w", ctx.Err())
		case <-time.After(glance):
		}
	}
	return nil
}

const toClose = 2 * time.Minute

// end lets the shop finish what it has begun and takes its summary.
func (p *shop) end(r *Report) error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-p.gone:
		if err != nil {
			return fmt.Errorf("the shop ended: %w", err)
		}
	case <-time.After(toClose):
		_ = p.cmd.Process.Kill()
		return errors.New("the shop could not finish what it had begun: a database is away")
	}
	var summary struct {
		Changes int64
		Tables  map[string]map[string]int64
	}
	if err := json.Unmarshal([]byte(p.out.String()), &summary); err != nil {
		return fmt.Errorf("read the shop's summary: %w", err)
	}
	r.Changes, r.Written = summary.Changes, summary.Tables
	return nil
}
