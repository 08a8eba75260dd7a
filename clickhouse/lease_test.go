package clickhouse

import (
	"testing"
	"time"
)

func TestALeaseIsHeldUntilItIsOver(t *testing.T) {
	at := time.Unix(1_000_000, 0)
	for comment, want := range map[string]bool{
		`{"holder": "h/1", "until": 1000000.5}`: true,
		`{"holder": "h/1", "until": 1000000}`:   false,
		`{"holder": "h/1", "until": 999999.5}`:  false,
		"made by hand":                          true,
	} {
		if LeaseHeld(comment, at) != want {
			t.Errorf("%s: held is not %v", comment, want)
		}
	}
}
