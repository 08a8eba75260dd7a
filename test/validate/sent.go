package validate

import (
	"fmt"
	"sort"

	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// sent is a change as it stands in a partition: what of it must be the same when it is
// sent again.
type sent struct {
	version position.Position
	id      uint64 // of operation and key
	images  uint64 // of both images; 0 when they need not be the same
}

func (s sent) same(o sent) bool {
	return s.version == o.version && s.id == o.id && (s.images == o.images || s.images == 0 || o.images == 0)
}

// history is a partition's changes in the order in which they first came. A capturer
// that starts again sends a suffix of them again, so the newest of them is where the
// partition goes on.
type history struct {
	all []sent
	at  int // index of the change that came last
}

// take adds the next change. again says that it came before; broken says, unless empty,
// which promise it breaks.
func (h *history) take(s sent) (again bool, broken string) {
	last := len(h.all) - 1
	if last < 0 || h.at == last && h.all[last].version.Before(s.version) {
		h.all = append(h.all, s)
		h.at = len(h.all) - 1
		return false, ""
	}
	if h.at < last && h.all[h.at+1].same(s) {
		h.at++
		return true, ""
	}
	i := sort.Search(len(h.all), func(i int) bool { return !h.all[i].version.Before(s.version) })
	switch {
	case i > last: // newer than all, while some were still to be sent again
		broken = fmt.Sprintf("after %s, sent again, %s were left out", h.all[h.at].version, h.all[h.at+1].version)
		h.all = append(h.all, s)
		h.at = len(h.all) - 1
		return false, broken
	case h.all[i].version != s.version:
		return true, fmt.Sprintf("%s came first after %s", s.version, h.all[last].version)
	case !h.all[i].same(s):
		return true, fmt.Sprintf("%s is there with two contents", s.version)
	case i > h.at+1:
		broken = fmt.Sprintf("after %s, sent again, %s were left out", h.all[h.at].version, h.all[h.at+1].version)
	}
	h.at = i
	return true, broken
}
