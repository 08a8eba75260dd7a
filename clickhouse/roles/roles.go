// Package roles holds the rights of the roles of roles.sql, for servers whose users stand in a file.
package roles

import (
	_ "embed"
	"strings"

	"github.com/tidemark-cdc/tidemark/clickhouse"
)

//go:embed roles.sql
var statements string

// Element is what a role may do, as the element of a user in a users' file.
func Element(role string) string {
	return "<grants><query>" + strings.Join(Grants(role), "</query><query>") + "</query></grants>"
}

// Grants gives the grants of a role without the role: GRANT SELECT ON raw.*.
func Grants(role string) []string {
	var out []string
	for _, sql := range clickhouse.Split(statements) {
		if grant, ok := strings.CutSuffix(sql, " TO "+role); ok && strings.HasPrefix(grant, "GRANT ") {
			out = append(out, grant)
		}
	}
	return out
}
