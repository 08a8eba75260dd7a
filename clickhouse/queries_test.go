package clickhouse

import (
	"errors"
	"testing"
)

func TestEveryQuerySaysWhatItAsks(t *testing.T) {
	all, err := Queries()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("%d queries", len(all))
	}
	for _, q := range all {
		if q.Question[len(q.Question)-1] != '?' {
			t.Errorf("%s: %q is no question", q.Name, q.Question)
		}
	}
	if _, err := parseQuery("x", "SELECT 1"); !errors.Is(err, ErrQuery) {
		t.Fatalf("a query without a question: %v", err)
	}
}
