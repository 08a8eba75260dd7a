package batch

import "github.com/tidemark-cdc/tidemark/schemas/position"

// Keys are the record keys with an unresolved dead letter: the key's chain of before
// images is broken there, so its later records are resolved from what raw holds.
type Keys struct{ newest map[string]position.Position }

// Add notes a dead letter of a key; a null key belongs to no row.
func (k *Keys) Add(key []byte, version position.Position) {
	if len(key) == 0 {
		return
	}
	if k.newest == nil {
		k.newest = map[string]position.Position{}
	}
	if have, ok := k.newest[string(key)]; !ok || have.Before(version) {
		k.newest[string(key)] = version
	}
}

// Torn is the version of the key's newest dead letter, and false when it has none. It
// costs nothing while there is no dead letter, which is nearly always.
func (k *Keys) Torn(key []byte) (position.Position, bool) {
	if len(k.newest) == 0 {
		return position.Position{}, false
	}
	version, ok := k.newest[string(key)]
	return version, ok
}

// Len is the number of keys.
func (k *Keys) Len() int { return len(k.newest) }
