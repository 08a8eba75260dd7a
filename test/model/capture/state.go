package capture

// Phase is where a process stands.
type Phase int8

// The phases.
const (
	Down    Phase = iota
	Began         // it has a session
	Loaded        // it has read the last watermark
	Claimed       // it has shut the older session out of the watermarks
	Opened        // it knows the topics' ends
	Running
	Stopped // with an error that needs a person
)

// Mark is a watermark.
type Mark struct {
	Made     bool
	At       int8 // commit
	Complete bool
	// Done: the first snapshot is published; Signal: the one that was asked for.
	Done, Signal bool
	Next         [parts]int8
}

// Barrier is a flush on its way to become a watermark.
type Barrier struct {
	On, Written bool
	Mark        Mark
	Need        [parts]int8 // records still to be acknowledged
}

// Proc is one process.
type Proc struct {
	Phase Phase
	Epoch int8
	From  Mark // the last watermark that it read
	// At is the last commit whose records are all appended, Mid how many partitions of the
	// next were looked at.
	At, Mid int8
	// Pending: a snapshot is due, which holds commits up to S; Placed counts its records
	// that are appended. Fresh: the topic held nothing when it was opened.
	Pending, Fresh bool
	S, Placed      int8
	Done, Signal   bool
	// Queue is appended and not acknowledged; the first Sent of it are on their way under
	// the numbers from Seq on.
	Queue [parts]Batch
	Sent  [parts]int8
	Seq   [parts]int8
	// Next are the offsets that the next watermark states, End those behind the last record
	// that is acknowledged.
	Next, End [parts]int8
	Barrier   Barrier
	Last      Mark // of the last barrier
	Confirmed int8
}

// Way is where a request is.
type Way int8

// The places.
const (
	NoRequest Way = iota
	ToBroker
	Taken     // the answer is on its way back: written at Base
	Duplicate // the broker had it
	Fenced
)

// Request is a produce request, or its answer.
type Request struct {
	Way        Way
	Epoch, Seq int8
	Base       int8
	Batch      Batch
}

// Part is a topic-partition: its records and what the broker knows of the producer.
type Part struct {
	Log        Items
	Epoch, Seq int8
}

// State is everything. It holds no pointers, so that equal states are equal values.
type State struct {
	Epoch int8 // the coordinator's
	Slot  int8 // confirmed; -1: there is none
	Part  [parts]Part
	// Newest is the greatest watermark, without its offsets; MarkEpoch the least epoch that
	// the broker takes among them. Ahead is one that was written and claims too much.
	Newest, Ahead Mark
	MarkEpoch     int8
	Proc          [2]Proc
	// Wire holds a process's requests per partition, which outlive it. The second is used
	// only without OneInFlight.
	Wire [2][parts][2]Request
	Used Budget
	// Asked: the operator's signal is sent. Robbed: a stranger has read the slot. Stop: a
	// process stopped.
	Asked, Robbed, Stop bool
}

// mark notes a watermark. Partitions only grow, so what it claims is checked once.
func (s *State) mark(m *Model, w Mark) {
	for part := range m.width() {
		if m.ahead(&s.Part[part].Log, part, &w) != "" {
			s.Ahead = w
		}
	}
	if w.At >= s.Newest.At || !s.Newest.Made {
		w.Next = [parts]int8{}
		s.Newest = w
	}
}
