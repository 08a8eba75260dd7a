package fault

// All are the faults that there are.
func All() []Fault {
	var all []Fault
	for _, part := range []string{"capture", "sink", "kafka", "clickhouse", "postgres", "mongo"} {
		all = append(all, Kill(part))
	}
	return all
}
