package clickhouse

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestSplitCutsOnlyWhereAStatementEnds(t *testing.T) {
	for script, want := range map[string][]string{
		"":                                   nil,
		" ;; \n;":                            nil,
		"SELECT 1":                           {"SELECT 1"},
		"SELECT 1; SELECT 2;":                {"SELECT 1", "SELECT 2"},
		"SELECT ';' ; SELECT `a;b`, \"c;d\"": {"SELECT ';'", "SELECT `a;b`, \"c;d\""},
		`SELECT 'it\';s'; SELECT 2`:          {`SELECT 'it\';s'`, "SELECT 2"},
		"-- first; not a cut\nSELECT 1 -- it's\n+ 1;": {"SELECT 1  \n+ 1"},
		"/* a; b */ SELECT 1; /* open":                {"SELECT 1"},
		"SELECT '--' ; SELECT '/*'":                   {"SELECT '--'", "SELECT '/*'"},
		"SELECT 4 - 3 / 1":                            {"SELECT 4 - 3 / 1"},
		"SELECT 'unclosed; ":                          {"SELECT 'unclosed;"},
	} {
		if got := Split(script); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", script, got, want)
		}
	}
}

func FuzzSplitKeepsWhatIsNotComment(f *testing.F) {
	f.Add("SELECT 1; SELECT 'a;b' -- c")
	f.Fuzz(func(t *testing.T, script string) {
		for _, s := range Split(script) {
			if strings.TrimSpace(s) != s || s == "" {
				t.Fatalf("%q gave %q", script, s)
			}
		}
		if strings.ContainsAny(script, "-/") {
			return
		}
		letters := func(s string) string { return strings.Join(strings.Fields(strings.ReplaceAll(s, ";", " ")), "") }
		if got := letters(strings.Join(Split(script), " ")); got != letters(script) {
			t.Fatalf("%q lost text: %q", script, got)
		}
	})
}

func TestApplyRunsEverythingInOrderAndStopsAtAnError(t *testing.T) {
	statements, err := Statements()
	if err != nil || len(statements) < 10 {
		t.Fatalf("%d statements, %v", len(statements), err)
	}
	if !strings.Contains(statements[0].SQL, "CREATE DATABASE") {
		t.Fatalf("databases come first, not %q", statements[0].SQL)
	}
	for _, s := range statements {
		if !strings.Contains(s.SQL, "IF NOT EXISTS") && !strings.Contains(s.SQL, "OR REPLACE VIEW") {
			t.Errorf("%s is not safe to run again: %q", s.File, s.SQL)
		}
	}
	refused, ran := errors.New("refused"), 0
	err = Apply(context.Background(), func(context.Context, string) error {
		if ran++; ran == 3 {
			return refused
		}
		return nil
	})
	if !errors.Is(err, refused) || ran != 3 {
		t.Fatalf("ran %d, %v", ran, err)
	}
}
