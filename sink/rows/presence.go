package rows

// presence remembers which columns an image held, without clearing anything per row.
type presence struct {
	row   uint64
	seen  []uint64
	count int
	list  []int
}

func newPresence(columns int) presence { return presence{seen: make([]uint64, columns)} }

func (p *presence) begin() {
	p.row++
	p.count = 0
}

// mark notes column c; false when it was noted before in this image.
func (p *presence) mark(c int) bool {
	if p.seen[c] == p.row {
		return false
	}
	p.seen[c] = p.row
	p.count++
	return true
}

// absent lists the columns that were not noted; valid until the next image.
func (p *presence) absent() []int {
	p.list = p.list[:0]
	if p.count == len(p.seen) {
		return p.list
	}
	for c, row := range p.seen {
		if row != p.row {
			p.list = append(p.list, c)
		}
	}
	return p.list
}
