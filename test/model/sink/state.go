package sink

// Phase is where a worker stands.
type Phase int8

// The phases of a worker (package sink/worker's doc names them).
const (
	Out      Phase = iota // the process has no part of the partition
	Assigned              // the commit is to be read
	Idle                  // a range is to be cut
	Built                 // rows stand in one block, the seal is to be committed
	Sealed                // the block is to be sent
	Waiting               // it is on its way
	Acked                 // ClickHouse has acknowledged it
	Short                 // rows were counted, and some are missing
	Staged                // they stand in a staging table
	Attach                // that table is to be attached
	Verified              // letters, and deletes without a row, are to be kept
	Noted                 // ops.applied is to be written
	Stopped
)

// Window is an open snapshot, as ledger.Window.
type Window struct {
	Open, Initial, Chained bool
	Begin                  int8
}

// Commit is the group's commit of the partition, as ledger.Entry.
type Commit struct {
	// Made is unset while the group has never committed; Sealed is the entry's kind.
	Made, Sealed, NoMetadata bool
	Next, Last               int8
	High                     int8
	Window                   Window
	// Rows and Dead are the fingerprint.
	Rows Block
	Dead uint16
}

// Proc is one process of the sink, with its worker of the partition.
type Proc struct {
	Phase      Phase
	Generation int8
	// Next, High and Window are the state below the next range; First and Last the range.
	Next, High             int8
	Window                 Window
	First, Last, AfterHigh int8
	AfterWindow            Window
	// Torn is the version of the newest dead letter per key.
	Torn, AfterTorn [4]int8
	Rows            Block
	Dead, Buried    uint16
	// Owed: the last range is applied, the commit does not say so yet.
	Owed bool
	// Once: this worker has committed the range's seal; Again: the range was sent before.
	Once, Again bool
	// Newer programs refuse what the older ones read.
	Newer bool
}

// Insert is one on its way through the server. Owner is -1 when nobody waits for it.
type Insert struct {
	Owner, First, Last, Step int8
	Rows                     Block
}

// tables are what one insert fills, in this order.
const (
	raw = iota
	current
	aggregate
	tables
)

var tableNames = [tables]string{"raw", "current", "the aggregate"}

// State is everything. It holds no pointers, so that equal states are equal values.
type State struct {
	Generation, Owner int8
	Commit            Commit
	Table             [tables]Table
	Tokens            [tables]uint64
	Applied           int8
	// Letters are the offsets in the table of dead letters, Buried those of deletes that
	// left no row.
	Letters, Buried uint16
	Proc            [2]Proc
	Insert          [2]Insert // Step is -1 where there is none
	// Staging says what stands in each process's staging table.
	Staging [2]Staging
	Used    Budget
	// Meddled: somebody changed the group's commits; Upgraded: a newer program runs.
	Meddled, Upgraded bool
	// Stop is why a worker stopped.
	Stop Stop
}

// Staging is what a process staged to mend.
type Staging int8

// What may stand there.
const (
	NoStaging Staging = iota
	StagedRows
	StagedTargets // nothing of raw is missing
)

// Stop is why a worker stopped.
type Stop int8

// The stops, as the errors of sink/worker and sink/ledger.
const (
	Runs Stop = iota
	NoMetadata
	NoCommit
	AppliedDiffers
	Rebuilt
	Doubled
)

var stops = [...]string{Runs: "", NoMetadata: "a commit without metadata", NoCommit: "rows without a commit",
	AppliedDiffers: "the commit and ops.applied disagree", Rebuilt: "the sealed range was rebuilt into other rows",
	Doubled: "raw holds more rows of the range than were sealed"}

// Budget counts what may happen only so often, else there would be no end of states.
type Budget struct {
	// Crashes of a process, Faults of an insert or its answer, Moves of the partition,
	// Kills of the server inside an insert, Floods of the memory of tokens, Meddling with
	// the group's commits.
	Crashes, Faults, Moves, Kills, Floods, Meddling int8
}
