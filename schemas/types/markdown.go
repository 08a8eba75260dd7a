package types

import (
	"fmt"
	"strings"
)

// Markdown prints the table as TYPES.md holds it.
func Markdown() string {
	var b strings.Builder
	b.WriteString(typesIntro)
	for _, f := range []Family{PostgreSQL, MongoDB} {
		fmt.Fprintf(&b, "\n## %s\n\n| type | also | on the wire | example | ClickHouse | what it cannot hold |\n|---|---|---|---|---|---|\n",
			map[Family]string{PostgreSQL: "PostgreSQL", MongoDB: "MongoDB"}[f])
		for _, r := range Table() {
			if r.Family == f {
				fmt.Fprintf(&b, "| %s | %s | %s | `%s` | %s | %s |\n", r.Name, strings.Join(r.Aliases, ", "), r.Form, r.Example, r.ClickHouse, r.Edge)
			}
		}
	}
	return b.String()
}

const typesIntro = `# Types

Printed from the table in types/table.go (` + "`go test ./types -update`" + ` writes it again), so that the wire and
ClickHouse can never disagree about a type.

- A snapshot and the stream give the same bytes for the same value: both print it through one encoder.
- Null is JSON null. An unchanged TOAST column is absent from ` + "`after`" + ` and listed in ` + "`unchanged`" + `. NaN and the
  infinities are written as such. None of them is ever a sentinel of another.
- ` + "`nullable: true`" + ` in a contract makes the column Nullable. ` + "`clickhouse:`" + ` names another type; a value that it cannot
  hold exactly becomes a dead letter, never a rounded or clamped value.
- ` + "`type[]`" + ` is an array: Array(Nullable(T)) from PostgreSQL, Array(T) from MongoDB. An array column is never NULL: a
  null array becomes an empty one.
- A MongoDB path with ` + "`[]`" + ` (` + "`items[].price`" + `) gathers a member of each element of an array into an Array.
`
