package part

import (
	"fmt"
	"strings"
)

// UnknownError is a part's name that there is not.
type UnknownError struct {
	Name  string
	Known []string
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("no part is called %q (there are %s)", e.Name, strings.Join(e.Known, ", "))
}
