package site

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Secrets are the passwords of one stack, generated at its first start. 24 hexadecimal digits each,
// so that they need no quoting in a URL, a shell or an SQL literal.
type Secrets struct {
	Postgres   string // superuser tidemark
	Capture    string // PostgreSQL role capture
	Mongo      string // user tidemark
	ClickHouse string // user tidemark
	BI         string // ClickHouse user bi, which only reads
	// What reconciles reads as PostgreSQL's role and ClickHouse's user reconcile; its findings are written as the second's user dags.
	PostgresReconcile, ClickHouseReconcile, ClickHouseDags string
	// Superset's users admin and analyst, and what it signs sessions and encrypts connections with.
	SupersetAdmin, SupersetAnalyst, SupersetKey string
	ID                                          string // not a password: names what this stack keeps outside its folder
}

func (s *Secrets) fields() []struct {
	name  string
	value *string
} {
	return []struct {
		name  string
		value *string
	}{
		{"POSTGRES_PASSWORD", &s.Postgres},
		{"CAPTURE_PASSWORD", &s.Capture},
		{"MONGO_PASSWORD", &s.Mongo},
		{"CLICKHOUSE_PASSWORD", &s.ClickHouse},
		{"CLICKHOUSE_BI_PASSWORD", &s.BI},
		{"POSTGRES_RECONCILE_PASSWORD", &s.PostgresReconcile},
		{"CLICKHOUSE_RECONCILE_PASSWORD", &s.ClickHouseReconcile},
		{"CLICKHOUSE_DAGS_PASSWORD", &s.ClickHouseDags},
		{"SUPERSET_ADMIN_PASSWORD", &s.SupersetAdmin},
		{"SUPERSET_ANALYST_PASSWORD", &s.SupersetAnalyst},
		{"SUPERSET_SECRET_KEY", &s.SupersetKey},
		{"STACK_ID", &s.ID},
	}
}

// openSecrets reads the file and adds what is missing to it; the file is readable by its owner only.
func openSecrets(path string) (Secrets, error) {
	var s Secrets
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("read the stack's passwords: %w", err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			known[name] = value
		}
	}
	var out bytes.Buffer
	for _, f := range s.fields() {
		*f.value = known[f.name]
		if *f.value == "" {
			*f.value = password()
		}
		fmt.Fprintf(&out, "%s=%s\n", f.name, *f.value)
	}
	if bytes.Equal(out.Bytes(), text) {
		return s, nil
	}
	if len(text) == 0 {
		err = create(path, out.Bytes())
	} else {
		err = WriteFile(path, out.Bytes(), 0o600)
	}
	if errors.Is(err, fs.ErrExist) { // somebody else has just made them
		return openSecrets(path)
	}
	if err != nil {
		return s, fmt.Errorf("store the stack's passwords: %w", err)
	}
	return s, nil
}

// create writes a file that must not be there yet, in one step.
func create(path string, data []byte) error {
	work := fmt.Sprintf("%s.%d.%s", path, os.Getpid(), password())
	if err := os.WriteFile(work, data, 0o600); err != nil {
		return err
	}
	defer os.Remove(work)
	return os.Link(work, path)
}

func password() string {
	b := make([]byte, 12)
	rand.Read(b) // never fails: it ends the program instead
	return hex.EncodeToString(b)
}
