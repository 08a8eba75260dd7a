package mutants

// SinkMutant is a mutation of the sink and the scenario that exposes it.
type SinkMutant struct {
	Mutation
	Scenario
	Level
}

// unsealed inserts without saying so before.
var unsealed = Edit{"sink/worker/settle.go", "		if err := w.ledger.Commit(ctx, seal); err != nil { // rule: seal-before-insert", "		if err := error(nil); err != nil {"}

// SinkMutants are the rules of the sink, each taken out.
var SinkMutants = []SinkMutant{
	{Level: Named, Scenario: Refused, Mutation: Mutation{
		Name: "commit before insert", Breaks: "done is committed, then the batch is inserted",
		Edits: []Edit{
			{"sink/worker/apply.go", "	if err := w.settle(ctx, b, r); err != nil {", "	if err := w.acked(ctx, b, r.Rows); err != nil {\n		return err\n	}\n	if err := w.ledger.Commit(ctx, *w.owed); err != nil {\n		return err\n	}\n	if err := w.settle(ctx, b, r); err != nil {"},
			unsealed,
		}}},
	{Level: Quick, Scenario: Unheard, Mutation: Mutation{
		Name: "no deduplication token", Breaks: "every insert is new to ClickHouse",
		Edits: []Edit{
			{"sink/clickhouse/insert.go", "func insertInto(", "var sends int\n\nfunc insertInto("},
			{"sink/clickhouse/insert.go", "	attempt := fmt", "	sends++\n	token = fmt.Sprint(token, \"#\", sends)\n	attempt := fmt"},
		}}},
	{Level: Named, Scenario: Zombie, Mutation: Mutation{
		Name: "no fencing", Breaks: "the broker's refusal of a stale generation's commit is not heeded",
		Edits: []Edit{{"sink/ledger/ledger.go", "			if p.Error != nil {\n				return fmt.Errorf(\"commit %s/%d at %d: %w\", l.topic, l.partition, e.Next, p.Error)\n			}\n", ""}}}},
	{Level: Named, Scenario: Flow, Mutation: Mutation{
		Name: "no before-image look-up", Breaks: "raw is not asked what it holds of a key",
		Edits: []Edit{{"sink/rows/resolve.go", "	if err != nil || len(byValue) == 0 {\n		return err\n	}\n	for k", "	if err != nil || len(byValue) >= 0 {\n		return err\n	}\n	for k"}}}},

	{Scenario: Zombie, Mutation: Mutation{
		Name: "no recheck before a send", Breaks: "the seal is committed before the first send only",
		Edits: []Edit{{"sink/worker/settle.go", "		if err := w.ledger.Commit(ctx, seal); err != nil { // rule: seal-before-insert", "		if sends > 0 {\n		} else if err := w.ledger.Commit(ctx, seal); err != nil {"}}}},
	{Scenario: UnheardKilled, Mutation: Mutation{
		Name: "no seal", Breaks: "nothing says what was in flight when a sink died",
		Edits: []Edit{unsealed}}},
	{Scenario: UnheardKilled, Mutation: Mutation{
		Name: "new batch boundaries on a retry", Breaks: "the next owner cuts a sealed range as it likes",
		Edits: []Edit{{"sink/batch/collector.go", "	if e.Kind == ledger.Sealed {\n		r := e.Range\n		c.pending = &r\n	}\n", ""}}}},
	{Scenario: HalfKilled, Mutation: Mutation{
		Name: "high-water from max(raw)", Breaks: "at take-over the rebuilt batch takes its own rows for duplicates",
		Edits: []Edit{
			{"sink/worker/takeover.go", "	w.collector.Start(e)\n", "	_ = w.attempt(ctx, \"max\", func(l *Lease) error {\n		n, err := count(ctx, l, \"SELECT toUInt64(bitShiftRight(max(_version), 48)) AS n FROM \"+w.rawTable())\n		e.State.HighWater.Commit, e.State.HighWater.Ordinal = uint64(n), 1<<47\n		return err\n	})\n	w.collector.Start(e)\n"},
			{"sink/worker/settle.go", "	if !r.SameRows(*pending) {", "	if false {"},
		}}},
	{Scenario: Flow, Mutation: Mutation{
		Name: "drop by position off", Breaks: "what capture sends again counts again",
		Edits: []Edit{{"sink/batch/route.go", "	case c.duplicate(h):", "	case false && c.duplicate(h):"}}}},
	{Scenario: Lies, Mutation: Mutation{
		Name: "Chained=false ignored", Breaks: "a record without a before image is taken at its word",
		Edits: []Edit{{"sink/batch/route.go", "	return h.Flags.Chained()\n", "	return true\n"}}}},
	{Scenario: Sweep, Mutation: Mutation{
		Name: "no sweep", Breaks: "what a snapshot does not see again stays: ghosts",
		Edits: []Edit{{"sink/batch/route.go", "	if w.Initial || w.Begin == (position.Position{}) {", "	if w.Initial || w.Begin != (position.Position{}) {"}}}},
	{Scenario: Sweep, Mutation: Mutation{
		Name: "a snapshot's rows believed", Breaks: "rows read again are put beside what raw holds",
		Edits: []Edit{{"sink/batch/route.go", " || w.Open() && !w.Chained", ""}}}},
	{Scenario: Truncated, Mutation: Mutation{
		Name: "a truncate retracts nothing", Breaks: "the rows of a truncated table stay",
		Edits: []Edit{{"sink/batch/route.go", "		return &Retract{Header: h}, nil", "		return nil, nil"}}}},
}
