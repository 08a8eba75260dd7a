package cluster

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidemark-cdc/tidemark/clickhouse"
)

// TestStatementsAreTheGoldenOnes: testdata/*.sql is for one server, *.cluster.sql what it becomes; the fixed tables are
// those of the product itself.
func TestStatementsAreTheGoldenOnes(t *testing.T) {
	inputs := map[string][]string{}
	fixed, err := clickhouse.Statements()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range fixed {
		inputs["fixed"] = append(inputs["fixed"], s.SQL)
	}
	for _, name := range []string{"aggregates"} {
		text, err := os.ReadFile(filepath.Join("testdata", name+".sql"))
		if err != nil {
			t.Fatal(err)
		}
		inputs[name] = clickhouse.Split(string(text))
	}
	for name, statements := range inputs {
		var got []string
		for _, sql := range statements {
			out, err := Name("tidemark").Statements(sql)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, out...)
		}
		golden(t, name+".cluster.sql", strings.Join(got, ";\n\n")+";\n")
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs (UPDATE_GOLDEN=1 writes it anew):\n%s", name, got)
	}
}

func TestOneServerIsLeftAlone(t *testing.T) {
	sql := "CREATE TABLE raw.x (a Int8)\nENGINE = MergeTree\nORDER BY a"
	out, err := Name("").Statements(sql)
	if err != nil || len(out) != 1 || out[0] != sql {
		t.Fatalf("%q, %v", out, err)
	}
}

func TestWhatWouldDoSomethingElseIsRefused(t *testing.T) {
	for _, sql := range []string{
		"CREATE TABLE raw.keys (k String)\nENGINE = EmbeddedRocksDB\nPRIMARY KEY k",
		"ALTER TABLE raw.orders ATTACH PARTITION '2026-01-05' FROM raw.stage",
		"RENAME TABLE raw.a TO current.a", "EXCHANGE TABLES ops.a AND ops.b", "OPTIMIZE TABLE raw.orders FINAL", "ALTER USER bi",
	} {
		if out, err := Name("tidemark").Statements(sql); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%q: %q, %v", sql, out, err)
		}
	}
	if out, err := Name("tidemark").Statements("INSERT INTO raw.orders VALUES (1)"); err != nil || len(out) != 1 {
		t.Errorf("rows go by the plain name: %q, %v", out, err)
	}
}
