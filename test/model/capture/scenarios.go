package capture

// The scenarios. Each is as small as it can be for what it is to show.
var (
	// killed: the capturer dies anywhere, answers are lost.
	killed = Scenario{Name: "killed, answers lost",
		Commits: []Commit{{Puts, Nothing}, {Puts, Puts}}, May: Budget{Crashes: 1, Lost: 1}}
	// two at once: a standby begins while the first one works, which is stopped and wakes.
	two = Scenario{Name: "two at once",
		Commits: []Commit{{Puts, Nothing}, {Nothing, Puts}}, May: Budget{Starts: 1, Lost: 1}}
	// robbed: a stranger reads the slot.
	robbed = Scenario{Name: "a stranger reads the slot",
		Commits: []Commit{{Puts, Nothing}, {Nothing, Puts}}, May: Budget{Crashes: 1, Strangers: 1}}
	// first: the first snapshot, broken off.
	first = Scenario{Name: "the first snapshot", Narrow: true,
		Commits: []Commit{{Puts, Nothing}, {Puts, Nothing}}, Snapshot: true, Slot: 1, May: Budget{Crashes: 1}}
	// doubled: an answer is lost while a first snapshot is published.
	doubled = Scenario{Name: "the first snapshot, answers lost",
		Commits: []Commit{{Puts, Puts}, {Puts, Nothing}}, Snapshot: true, Slot: 1, May: Budget{Lost: 1}}
	// gone: a key goes between a snapshot that was broken off and the next.
	gone = Scenario{Name: "a first snapshot broken off before a delete", Narrow: true,
		Commits: []Commit{{Puts, Nothing}, {Deletes, Nothing}}, Snapshot: true, Slot: 1, May: Budget{Crashes: 1}}
	// signalled: an operator asks for the table again.
	signalled = Scenario{Name: "the table is asked for again", Narrow: true,
		Commits: []Commit{{Puts, Nothing}, {Puts, Nothing}}, Before: 1, Signal: true, May: Budget{Crashes: 1}}
)

// Case is a scenario and the rules without which it goes wrong.
type Case struct {
	Scenario
	Needs []Rule
}

// Cases are what is explored.
func Cases() []Case {
	return []Case{
		{killed, []Rule{WatermarkAfterAck, ConfirmAfterWatermark, CommitBoundary, OneInFlight, SameBytes, ResumeAtCheckpoint}},
		{two, []Rule{ClaimBeforeRead, EpochFence, LookUnderLease}},
		{robbed, []Rule{SlotNotAhead, CarryForward}},
		{doubled, []Rule{Idempotent}},
		{first, []Rule{SnapshotContains, SnapshotDoneAtEnd, CompleteAfterSnapshot, InitialOnce}},
		{gone, []Rule{SnapshotInOrder}},
		{signalled, []Rule{SignalInCheckpoint, PendingInCheckpoint}},
	}
}
