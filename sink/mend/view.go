package mend

import "regexp"

// Over gives a view's query another table, quoted, instead of the named one.
func Over(query, database, table, other string) string {
	d, t := regexp.QuoteMeta(database), regexp.QuoteMeta(table)
	name := regexp.MustCompile("(?:\\b" + d + "|`" + d + "`)\\.(?:" + t + "\\b|`" + t + "`)")
	return name.ReplaceAllLiteralString(query, other)
}
