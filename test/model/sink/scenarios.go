package sink

// The scenarios. Each is as small as it can be for what it is to show.
var (
	// resent: an update without a before image, sent twice by the capturer.
	resent = Scenario{Name: "a change sent twice, look-ups",
		Topic: []Record{put(1, 1, 1), put(1, 2, 2), put(1, 2, 2), put(2, 3, 3)}, Truth: [4]int8{1: 2, 2: 3},
		Batch: 2, May: Budget{Crashes: 1, Faults: 1, Moves: 1}}
	// chained: the same with before images that are believed, the older one last.
	chained = Scenario{Name: "changes sent again after newer ones, before images",
		Topic: []Record{update(1, 1, 1, 0), update(1, 2, 2, 1), update(1, 1, 1, 0), update(1, 2, 2, 1)}, Truth: [4]int8{1: 2},
		Batch: 2, May: Budget{Crashes: 1, Faults: 1, Moves: 1}}
	// flooded: the server's memory of tokens turns over.
	flooded = Scenario{Name: "the memory of tokens turns over",
		Topic: []Record{put(1, 1, 1), put(2, 2, 2)}, Truth: [4]int8{1: 1, 2: 2},
		Batch: 1, May: Budget{Crashes: 1, Faults: 1, Moves: 1, Floods: 1}}
	// killed: the server dies inside an insert.
	killed = Scenario{Name: "the server is killed inside an insert",
		Topic: []Record{put(1, 1, 1), put(1, 2, 2)}, Truth: [4]int8{1: 2},
		Batch: 2, May: Budget{Crashes: 1, Moves: 1, Kills: 1}}
	// meddled: tools change the group's commits.
	meddled = Scenario{Name: "tools change the group's commits",
		Topic: []Record{put(1, 1, 1), put(1, 2, 2), put(2, 3, 3)}, Truth: [4]int8{1: 2, 2: 3},
		Batch: 2, May: Budget{Crashes: 1, Moves: 1, Meddling: 1}}
	// upgraded: another program rebuilds what was sealed.
	upgraded = Scenario{Name: "another program rebuilds the range",
		Topic: []Record{put(1, 1, 1), put(2, 2, 2)}, Truth: [4]int8{1: 1, 2: 2},
		Batch: 2, May: Budget{Crashes: 1, Faults: 1}, Upgrades: true}
	// torn: the update between two is refused; the last one's before image is of a row
	// that raw never held.
	torn = Scenario{Name: "a dead letter breaks the chain",
		Topic: []Record{update(1, 1, 1, 0), bad(update(1, 2, 2, 1)), update(1, 3, 3, 2)}, Truth: [4]int8{1: 3},
		Batch: 2, May: Budget{Crashes: 1, Faults: 1, Moves: 1}}
	// first: a first snapshot that is broken off and sent again.
	first = Scenario{Name: "a first snapshot, broken off and sent again",
		Topic: []Record{{Kind: Begin, Version: 1, Initial: true}, read(1, 1, 1), {Kind: Begin, Version: 1, Initial: true}, read(1, 1, 1), read(2, 1, 2), {Kind: End, Version: 1}},
		Truth: [4]int8{1: 1, 2: 2}, Batch: 2, May: Budget{Crashes: 1}}
	// again: a re-snapshot after history was lost: key 1 changed, key 2 is gone.
	again = Scenario{Name: "a re-snapshot with a sweep",
		Topic: []Record{update(1, 1, 1, 0), update(2, 2, 2, 0), {Kind: Begin, Version: 5}, read(1, 5, 7), update(1, 6, 8, 7), {Kind: End, Version: 5}},
		Truth: [4]int8{1: 8}, Batch: 3, May: Budget{Crashes: 1, Moves: 1}}
	// repaired: a dead letter is sent again after the key went on.
	repaired = Scenario{Name: "dead letters are sent again",
		Topic: []Record{bad(put(1, 1, 1)), put(1, 2, 2), bad(put(2, 3, 3)), update(3, 5, 5, 0), repair(put(1, 1, 1)), repair(put(2, 3, 3)), update(3, 5, 5, 0)},
		Truth: [4]int8{1: 2, 2: 3, 3: 5}, Batch: 3, May: Budget{Crashes: 1}}
	// orphaned: a dead letter is sent again though its key was deleted since.
	orphaned = Scenario{Name: "a dead letter of a key that was deleted since is sent again",
		Topic: []Record{bad(put(1, 1, 1)), del(1, 2, 1), repair(put(1, 1, 1)), put(1, 4, 4)}, Truth: [4]int8{1: 4},
		Batch: 2, May: Budget{Crashes: 1, Moves: 1}}
)

// Case is a scenario and the rules without which it goes wrong.
type Case struct {
	Scenario
	Needs []Rule
}

// Cases are what is explored.
func Cases() []Case {
	return []Case{
		{resent, []Rule{Seal, ExactRange, SameBatch, HighWater, Fence, Token, TokenInViews, ViewsFailInsert,
			AppliedAfterAck, DoneAfterAck, SealEmpty, LookUpBelow, LookUpInBatch}},
		{chained, []Rule{DropByPosition, HighWater, SealEmpty}},
		{flooded, []Rule{Recheck, IdleClose, StallGuard}},
		{killed, []Rule{VerifyPart, VerifyTargets, StagingDropped, RecheckAttach}},
		{meddled, []Rule{MetadataStop, AppliedExplains}},
		{upgraded, []Rule{Fingerprint}},
		{torn, []Rule{TornLookUp, TornAtTakeOver}},
		{first, []Rule{StaleNoOp}},
		{again, []Rule{WindowLookUp, WindowSealed, Sweep, RetractAlone}},
		{repaired, []Rule{RepairPasses, RepairKeepsHigh, RepairLookUp}},
		{orphaned, []Rule{BuriedDelete, LettersFirst}},
	}
}
