package batch

import (
	"slices"

	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// Keys are the record keys with an unresolved dead letter: the key's chain of before
// images is broken there, so its later records are resolved from what raw holds.
type Keys struct {
	versions map[string][]position.Position
}

// Add notes a dead letter of a key; a null key belongs to no row.
func (k *Keys) Add(key []byte, version position.Position) {
	if len(key) == 0 {
		return
	}
	if k.versions == nil {
		k.versions = map[string][]position.Position{}
	}
	all := k.versions[string(key)]
	if at, found := slices.BinarySearchFunc(all, version, position.Position.Compare); !found {
		k.versions[string(key)] = slices.Insert(all, at, version)
	}
}

// Torn is the version of the key's newest dead letter below a record, zero when there is
// none, and whether the key has any at all. A letter that is sent again is not torn by
// itself nor by later ones, only by those before it. It costs nothing while there is no
// dead letter, which is nearly always.
func (k *Keys) Torn(key []byte, below position.Position) (position.Position, bool) {
	if len(k.versions) == 0 {
		return position.Position{}, false
	}
	all, ok := k.versions[string(key)]
	if at, _ := slices.BinarySearchFunc(all, below, position.Position.Compare); at > 0 {
		return all[at-1], ok
	}
	return position.Position{}, ok
}

// Len is the number of keys.
func (k *Keys) Len() int { return len(k.versions) }
