package sink

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/test/model/explore"
)

const limit = 2_000_000

// TestScenarios holds what must come out of each scenario against what the source holds.
func TestScenarios(t *testing.T) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			m := New(c.Scenario, 0)
			for key := int8(1); key <= 3; key++ {
				sum := 0
				for _, r := range m.wanted {
					if r != 0 && r.key() == key && r.minus() {
						sum--
					} else if r != 0 && r.key() == key {
						sum++
					}
				}
				var live int8
				if r := m.wanted.newest(key, 15); r != 0 && !r.minus() {
					live = r.value()
				}
				require.Equal(t, c.Truth[key], live, "key %d", key)
				require.Equal(t, live != 0, sum == 1, "key %d: sum of signs %d", key, sum)
			}
		})
	}
}

func TestHolds(t *testing.T) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			began := time.Now()
			v := explore.All(New(c.Scenario, 0), limit)
			t.Logf("%v in %v", v, time.Since(began).Round(time.Millisecond))
			if !v.Holds() {
				t.Error("not all rules together hold")
			}
		})
	}
}

// TestEachRuleIsNeeded switches one rule off after the other: a model that does not
// notice would not notice either if the code broke the rule.
func TestEachRuleIsNeeded(t *testing.T) {
	for _, c := range Cases() {
		for _, r := range c.Needs {
			t.Run(c.Name+"/without "+r.Name(), func(t *testing.T) {
				v := explore.All(New(c.Scenario, Without(r)), limit)
				t.Log(v)
				if v.Broken == "" {
					t.Errorf("nothing goes wrong without %s: %s", r.Name(), Rules[r].Says)
				}
			})
		}
	}
}

func TestEachRuleIsTried(t *testing.T) {
	var tried Off
	for _, c := range Cases() {
		tried |= Without(c.Needs...)
	}
	for r := Rule(0); r < ruleCount; r++ {
		if !tried.has(r) {
			t.Errorf("no case needs %s", r.Name())
		}
	}
}
