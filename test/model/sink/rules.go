package sink

// Rule is a rule that the sink's code keeps; the code marks the place with its name.
type Rule uint8

// The rules. Rules holds what each says.
const (
	Seal Rule = iota
	SealEmpty
	Fingerprint
	ExactRange
	SameBatch
	HighWater
	WindowSealed
	Fence
	Recheck
	IdleClose
	StallGuard
	Token
	TokenInViews
	ViewsFailInsert
	AppliedAfterAck
	DoneAfterAck
	MetadataStop
	AppliedExplains
	DropByPosition
	LookUpBelow
	LookUpInBatch
	TornLookUp
	TornAtTakeOver
	WindowLookUp
	StaleNoOp
	RetractAlone
	Sweep
	VerifyPart
	VerifyTargets
	StagingDropped
	RecheckAttach
	RepairPasses
	RepairKeepsHigh
	RepairLookUp
	BuriedDelete
	LettersFirst
	ruleCount
)

// Text is a rule's name, as the code marks it, and what it says.
type Text struct{ Name, Says string }

// Rules names the rules.
var Rules = [ruleCount]Text{
	Seal:            {"seal-before-insert", "a range is committed as sealed before any of it is inserted"},
	SealEmpty:       {"seal-empty", "a range that makes no rows is sealed too before ops.applied moves"},
	Fingerprint:     {"fingerprint", "rows are built before the seal, which holds their checksum; a rebuild that differs stops"},
	ExactRange:      {"exact-range", "a range that was sealed before is cut again exactly as it was"},
	SameBatch:       {"same-batch", "a retry sends the rows that were sealed, it never collects anew"},
	HighWater:       {"high-water-in-seal", "the high-water version below the range travels in the commit"},
	WindowSealed:    {"window-in-seal", "the open snapshot's window travels in the commit"},
	Fence:           {"fence", "a commit carries the generation in which the partition was assigned, and the broker refuses an older one"},
	Recheck:         {"recheck", "the seal is committed again before every send, over a connection that is open by then"},
	IdleClose:       {"idle-close", "the server closes idle connections before its memory of tokens can turn over"},
	StallGuard:      {"stall-guard", "while a range stays pending the table takes fewer blocks than the server remembers"},
	Token:           {"token", "an insert carries a token made of its range, and the server takes a token once"},
	TokenInViews:    {"token-in-views", "the token is checked in every target of a view by itself"},
	ViewsFailInsert: {"views-fail-insert", "a view that fails makes the insert fail"},
	AppliedAfterAck: {"applied-after-ack", "ops.applied moves only after ClickHouse has acknowledged the block"},
	DoneAfterAck:    {"done-after-applied", "the commit moves past a range only after ops.applied did"},
	MetadataStop:    {"metadata-stop", "a commit without metadata stops the partition"},
	AppliedExplains: {"applied-explains", "a commit that ops.applied does not explain stops the partition"},
	DropByPosition:  {"drop-by-position", "a change at or below the partition's high-water version is a duplicate"},
	LookUpBelow:     {"look-up-below", "a look-up sees only rows of offsets below the batch"},
	LookUpInBatch:   {"look-up-in-batch", "what the batch itself wrote of a key comes before what raw holds"},
	TornLookUp:      {"torn-look-up", "after a dead letter of its key a before image is not believed but looked up"},
	TornAtTakeOver:  {"torn-at-take-over", "the keys of unresolved dead letters are read at take-over"},
	WindowLookUp:    {"window-look-up", "while a snapshot is open before images are not believed, unless it is the table's first"},
	StaleNoOp:       {"stale-no-op", "a looked-up record at or below the version that raw holds of its key makes no rows"},
	RetractAlone:    {"retract-alone", "what takes back live rows is a range of its own"},
	Sweep:           {"sweep", "at a snapshot's end live keys older than its beginning are taken back"},
	VerifyPart:      {"verify-part", "after a retry or a take-over raw's rows of the range are counted, and put back if they are short"},
	VerifyTargets:   {"verify-targets", "then also what the views' targets hold of the range is set to what raw says"},
	StagingDropped:  {"staging-dropped", "before rows are counted the staging tables that others left for the range are dropped"},
	RecheckAttach:   {"recheck-attach", "the seal is committed again between filling the staging table and attaching it"},
	RepairPasses:    {"repair-passes", "a repair is not dropped by its position"},
	RepairKeepsHigh: {"repair-keeps-high", "a repair does not raise the high-water version"},
	RepairLookUp:    {"repair-look-up", "a repair is applied only above the newest version that raw holds of its key"},
	BuriedDelete:    {"buried-delete", "a delete of a torn key that finds nothing alive is kept, and a repair below it does nothing"},
	LettersFirst:    {"letters-before-done", "dead letters and deletes without a row are kept before ops.applied moves beyond them"},
}

// Name is the rule's name.
func (r Rule) Name() string { return Rules[r].Name }

// Off are the rules that are switched off.
type Off uint64

// Without switches rules off.
func Without(rules ...Rule) (o Off) {
	for _, r := range rules {
		o |= 1 << r
	}
	return o
}

func (o Off) has(r Rule) bool { return o>>r&1 == 1 }
