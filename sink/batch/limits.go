package batch

import "time"

// Limits say when a batch is closed.
type Limits struct {
	// Rows counts records, Bytes what the block occupies.
	Rows, Bytes int
	// Age is how long a record waits for more at rest. A partition that is behind fills
	// its batch instead, for at most Patience.
	Age, Patience time.Duration
}

// DefaultLimits suit six tables at rest: a new part every 500 ms in each.
func DefaultLimits() Limits {
	return Limits{Rows: 100_000, Bytes: 32 << 20, Age: 500 * time.Millisecond, Patience: 5 * time.Second}
}

// Full reports whether b has reached a limit of size.
func (l Limits) Full(b *Batch) bool {
	return b.Records >= l.Rows || b.Rows != nil && b.Rows.Bytes() >= l.Bytes
}

// Due reports whether b has waited long enough.
func (l Limits) Due(b *Batch, behind bool, now time.Time) bool {
	age := now.Sub(b.Began)
	return age >= l.Age && (!behind || age >= l.Patience)
}
