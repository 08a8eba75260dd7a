package pgoutput

// Begin opens a transaction. Transactions come whole and in the order of their commits.
type Begin struct {
	// CommitLSN is where the transaction's commit record begins: known from the start, because only committed transactions are sent.
	CommitLSN uint64
	// CommitTime is in microseconds since 1970, UTC.
	CommitTime int64
	XID        uint32
}

// Parse reads a Begin message.
func (m *Begin) Parse(b []byte) error {
	r := open(b, KindBegin)
	m.CommitLSN = r.uint64()
	m.CommitTime = unixMicros(r.uint64())
	m.XID = r.uint32()
	return r.close(KindBegin, b)
}

// Commit closes a transaction.
type Commit struct {
	// CommitLSN equals the Begin's.
	CommitLSN uint64
	// EndLSN is the first byte after the commit record: a slot confirmed up to here does not send the transaction again.
	EndLSN uint64
	// CommitTime is in microseconds since 1970, UTC.
	CommitTime int64
}

// Parse reads a Commit message.
func (m *Commit) Parse(b []byte) error {
	r := open(b, KindCommit)
	r.uint8() // flags: none are defined
	m.CommitLSN = r.uint64()
	m.EndLSN = r.uint64()
	m.CommitTime = unixMicros(r.uint64())
	return r.close(KindCommit, b)
}

// Origin says that the transaction was replicated to this server from another one.
type Origin struct {
	CommitLSN uint64 // on the origin
	Name      []byte
}

// Parse reads an Origin message.
func (m *Origin) Parse(b []byte) error {
	r := open(b, KindOrigin)
	m.CommitLSN = r.uint64()
	m.Name = r.cstring()
	return r.close(KindOrigin, b)
}

// epochMicros is PostgreSQL's epoch, 2000-01-01, in microseconds since 1970.
const epochMicros = 946_684_800_000_000

func unixMicros(pg uint64) int64 { return int64(pg) + epochMicros }
