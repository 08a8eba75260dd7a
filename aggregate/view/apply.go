package view

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Server runs statements.
type Server interface {
	Exec(ctx context.Context, sql string) error
	Rows(ctx context.Context, sql string) ([][]string, error)
}

// Create gives the statement that makes the view or replaces it. It reads with the rights of who makes it, so that
// whoever may read sales needs no grant on what lies below.
func (v *View) Create() string {
	return fmt.Sprintf("CREATE OR REPLACE VIEW sales.%s DEFINER = CURRENT_USER SQL SECURITY DEFINER AS\n%s\nCOMMENT '%s'",
		v.Name, v.Select, strings.ReplaceAll(v.About, "'", "''"))
}

// Apply makes the view. It makes nothing and gives what is missing when a table that it reads is not there: its contract
// is not used here.
func (v *View) Apply(ctx context.Context, server Server) (missing []string, err error) {
	rows, err := server.Rows(ctx, "SELECT concat(database, '.', name) FROM system.tables WHERE concat(database, '.', name) IN ('"+strings.Join(v.Over, "', '")+"')")
	if err != nil {
		return nil, fmt.Errorf("view %s: look for what it reads: %w", v.Name, err)
	}
	for _, name := range v.Over {
		if !slices.ContainsFunc(rows, func(r []string) bool { return r[0] == name }) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return missing, nil
	}
	if v.Refresh != "" {
		return nil, v.keep(ctx, server)
	}
	if err := server.Exec(ctx, v.Create()); err != nil {
		return nil, fmt.Errorf("view %s: %w", v.Name, err)
	}
	return nil, nil
}
