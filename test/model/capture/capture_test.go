package capture

import (
	"testing"
	"time"

	"github.com/tidemark-cdc/tidemark/test/model/explore"
)

const limit = 3_000_000

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
