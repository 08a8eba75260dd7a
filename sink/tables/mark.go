package tables

import (
	"strconv"

	"github.com/cespare/xxhash/v2"
)

// mark is the comment that tells which query a view was made from: the server gives a
// view's query back reformatted, so the text itself cannot be compared.
func mark(query string) string {
	return "tidemark " + strconv.FormatUint(xxhash.Sum64String(query), 16)
}
