package slot

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/capture/fault"
)

func TestUsable(t *testing.T) {
	good := Info{Name: "s", Plugin: Plugin, Database: "shop", WALStatus: "reserved"}
	require.NoError(t, good.Usable("shop", 200))
	require.NoError(t, (*Info)(nil).Usable("shop", 200))
	for class, change := range map[fault.Class]func(*Info){
		fault.Foreign:     func(i *Info) { i.Plugin = "wal2json" },
		fault.HistoryLost: func(i *Info) { i.WALStatus = "lost" },
	} {
		bad := good
		change(&bad)
		require.Equal(t, class, fault.ClassOf(bad.Usable("shop", 200)))
	}
	require.Equal(t, fault.Foreign, fault.ClassOf(good.Usable("other", 200)))
}

// What the last watermark knows and what is found must be one unbroken history; each way in which they are not has its own answer.
func TestContinues(t *testing.T) {
	known := Resume{Slot: "s", Publication: "p", Identity: Identity{System: "7", Timeline: 2, Database: 5}}
	type found struct {
		info          *Info
		slot, publish string
		id            Identity
	}
	good := func() found {
		return found{&Info{Name: "s", Confirmed: 100}, "s", "p", known.Identity}
	}
	for name, c := range map[string]struct {
		change func(*found)
		class  fault.Class
		says   string
	}{
		"the same":               {func(*found) {}, "", ""},
		"confirmed less":         {func(f *found) { f.info.Confirmed = 1 }, "", ""},
		"confirmed more":         {func(f *found) { f.info.Confirmed = 101 }, fault.HistoryLost, "0/65"},
		"slot gone":              {func(f *found) { f.info = nil }, fault.HistoryLost, "from 0/64 to now (0/C8)"},
		"another system":         {func(f *found) { f.id.System = "8" }, fault.Foreign, "8"},
		"database made again":    {func(f *found) { f.id.Database = 6 }, fault.Foreign, "6"},
		"promoted standby":       {func(f *found) { f.id.Timeline = 3 }, fault.HistoryLost, "timeline 3"},
		"promoted with the slot": {func(f *found) { f.id.Timeline, f.info.Failover = 3, true }, "", ""},
		"another slot":           {func(f *found) { f.slot = "x" }, fault.Config, `"x"`},
		"another publication":    {func(f *found) { f.publish = "x" }, fault.Config, `"x"`},
	} {
		t.Run(name, func(t *testing.T) {
			f := good()
			c.change(&f)
			err := known.Continues(f.info, f.slot, f.publish, f.id, 100, 200)
			if c.class == "" {
				require.NoError(t, err)
				return
			}
			require.Equal(t, c.class, fault.ClassOf(err))
			require.ErrorContains(t, err, c.says)
			require.NotEmpty(t, fault.HintOf(err))
		})
	}
}

func TestResumeRoundTrip(t *testing.T) {
	r := Resume{Slot: "s", Publication: "p", Identity: Identity{System: "7", Timeline: 2, Database: 5}, Tables: map[string]Done{"public.t": {Snapshot: "s-0/64", LSN: 100}}}
	again, err := Parse(r.Encode())
	require.NoError(t, err)
	require.Equal(t, &r, again)
	for _, raw := range []string{"", "{}", `{"resume_token":"x"}`, "[]"} {
		_, err := Parse(json.RawMessage(raw))
		require.Equal(t, fault.Foreign, fault.ClassOf(err))
	}
}
