package batch

// Keys are the record keys with an unresolved dead letter: the key's chain of before
// images is broken there, so its later records are resolved from what raw holds.
type Keys struct{ set map[string]struct{} }

// Add notes a key; a null key belongs to no row.
func (k *Keys) Add(key []byte) {
	if len(key) == 0 {
		return
	}
	if k.set == nil {
		k.set = map[string]struct{}{}
	}
	k.set[string(key)] = struct{}{}
}

// Has costs nothing while there is no dead letter, which is nearly always.
func (k *Keys) Has(key []byte) bool {
	if len(k.set) == 0 {
		return false
	}
	_, ok := k.set[string(key)]
	return ok
}

// Len is the number of keys.
func (k *Keys) Len() int { return len(k.set) }
