package capture

// Rule is a rule that the capturer's code keeps; the code marks the place with its name.
type Rule uint8

// The rules. Rules holds what each says.
const (
	WatermarkAfterAck Rule = iota
	ConfirmAfterWatermark
	CommitBoundary
	ClaimBeforeRead
	EpochFence
	Idempotent
	OneInFlight
	SameBytes
	CarryForward
	ResumeAtCheckpoint
	SlotNotAhead
	LookUnderLease
	SnapshotInOrder
	SnapshotContains
	SnapshotDoneAtEnd
	CompleteAfterSnapshot
	InitialOnce
	SignalInCheckpoint
	PendingInCheckpoint
	ruleCount
)

// Text is a rule's name, as the code marks it, and what it says.
type Text struct{ Name, Says string }

// Rules names the rules.
var Rules = [ruleCount]Text{
	WatermarkAfterAck:     {"watermark-after-ack", "a watermark is written only when everything up to its position is acknowledged"},
	ConfirmAfterWatermark: {"confirm-after-watermark", "the slot is confirmed only up to a watermark that is acknowledged"},
	CommitBoundary:        {"commit-boundary", "a watermark's position is one up to which whole commits were appended"},
	ClaimBeforeRead:       {"claim-before-read", "a new session shuts the older one out of the watermarks before it believes the last of them"},
	EpochFence:            {"epoch-fence", "a session has a higher epoch than any before of the source, and the broker refuses lower ones"},
	Idempotent:            {"idempotent", "batches are numbered, and the broker takes a number once"},
	OneInFlight:           {"one-in-flight", "a partition has one request on its way"},
	SameBytes:             {"same-bytes", "a batch is sent again as it was, never joined with what came after it"},
	CarryForward:          {"carry-forward", "a watermark states for a partition that was not touched what was true of it before, across restarts too"},
	ResumeAtCheckpoint:    {"resume-at-checkpoint", "a run begins at the last watermark's position and sends again all that lies beyond it"},
	SlotNotAhead:          {"slot-not-ahead", "a slot that is confirmed beyond the last watermark stops the source"},
	LookUnderLease:        {"look-under-lease", "the slot is looked at over the connection that holds the lease, which who lost it no longer has"},
	SnapshotInOrder:       {"snapshot-in-order", "a snapshot's rows stand after the last commit that it holds and before the first that it does not"},
	SnapshotContains:      {"snapshot-contains", "changes that the snapshot to come holds are not published before it"},
	SnapshotDoneAtEnd:     {"snapshot-done-at-end", "the checkpoint says that a snapshot is done only together with its end marker"},
	CompleteAfterSnapshot: {"complete-after-snapshot", "a watermark is complete only when no snapshot is open"},
	InitialOnce:           {"initial-once", "a snapshot is trusted not to repeat rows only while nothing of the partition was applied"},
	PendingInCheckpoint:   {"pending-in-checkpoint", "from the moment on that a table's changes are passed over for a snapshot to come, the checkpoint says that the snapshot is due"},
	SignalInCheckpoint:    {"signal-in-checkpoint", "the checkpoint remembers up to which signal an operator's wishes were taken up"},
}

// Name is the rule's name.
func (r Rule) Name() string { return Rules[r].Name }

// Off are the rules that are switched off.
type Off uint32

// Without switches rules off.
func Without(rules ...Rule) (o Off) {
	for _, r := range rules {
		o |= 1 << r
	}
	return o
}

func (o Off) has(r Rule) bool { return o>>r&1 == 1 }
