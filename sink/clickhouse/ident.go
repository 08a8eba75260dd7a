package clickhouse

import "strings"

var identEscapes = strings.NewReplacer("\\", "\\\\", "`", "\\`")
var textEscapes = strings.NewReplacer("\\", "\\\\", "'", "\\'", "\n", "\\n", "\x00", "\\0")

// Ident quotes a name for SQL: `name`.
func Ident(name string) string { return "`" + identEscapes.Replace(name) + "`" }

// Table quotes a qualified name for SQL: `database`.`table`.
func Table(database, table string) string { return Ident(database) + "." + Ident(table) }

// Text quotes a string literal for SQL: 'text'.
func Text(s string) string { return "'" + textEscapes.Replace(s) + "'" }

// Idents quotes names and joins them with commas.
func Idents(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = Ident(n)
	}
	return strings.Join(quoted, ", ")
}
