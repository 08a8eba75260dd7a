package compose

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestStack is the stack in containers from its first start on: the shop's changes reach ClickHouse, down and up keep the
// data and go on without gap or double, one more sink takes work. Ten minutes on a slow machine.
func TestStack(t *testing.T) {
	s := newStand(t, "core")
	s.compose("up", "-d", "--no-build", "--wait")
	s.sells(300)
	first := s.equal()
	s.exact()

	s.compose("down", "--timeout", "60")
	require.Empty(t, s.compose("ps", "-aq"), "down takes every container away")
	s.compose("up", "-d", "--no-build", "--wait")
	require.Equal(t, first, s.equal(), "the data outlive the containers")
	s.sells(200)
	require.Greater(t, s.equal(), first)
	s.exact()

	s.compose("up", "-d", "--no-build", "--no-recreate", "--wait", "--scale", "sink=2")
	before := s.batches()
	require.Len(t, before, 2)
	s.sells(300)
	s.equal()
	for sink, n := range s.batches() {
		require.Greater(t, n, before[sink], "%s takes work", sink)
	}
	s.exact()
	s.shopOfItsOwn()
}

// shopOfItsOwn is the profile shop: it writes by itself until it is stopped.
func (s *stand) shopOfItsOwn() {
	before := s.rows()
	s.compose("--profile", "shop", "up", "-d", "--no-build", "--no-recreate", "shop")
	await(s.t, "rows of the shop", func(context.Context) error {
		if s.rows() < before+50 {
			return errors.New("not fifty yet")
		}
		return nil
	})
	s.compose("--profile", "shop", "stop", "shop")
	s.equal()
	s.exact()
}

// sells has the shop make that many changes.
func (s *stand) sells(changes int) {
	s.t.Helper()
	s.shop(changes, "--users", "40", "--products", "20")
}

// sellsForMonths has it make them as of a time that is long enough for every chart to show something.
func (s *stand) sellsForMonths(changes int) {
	s.t.Helper()
	s.shop(changes, "--orders-per-hour", "1")
}

func (s *stand) shop(changes int, flags ...string) {
	s.t.Helper()
	s.compose(append([]string{"run", "--rm", "-T", "shop", "run", "--rate", "0", "--changes", strconv.Itoa(changes)}, flags...)...)
}
