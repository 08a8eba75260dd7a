package marks

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../../.."

// named is a test in the documentation: `folder: TestName`, which a line may break.
var named = regexp.MustCompile("`([a-z0-9/]+):\\s+(Test[A-Za-z]+)`")

// TestEveryPromiseHasItsTest holds docs/guarantees.md to tests that exist.
func TestEveryPromiseHasItsTest(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "guarantees.md"))
	require.NoError(t, err)
	all := named.FindAllStringSubmatch(string(text), -1)
	require.Equal(t, strings.Count(string(text), ": Test")+strings.Count(string(text), ":\n  Test"), len(all), "a test that is named in another form")
	for _, m := range all {
		assert.True(t, has(t, m[1], m[2]), "no test %s in %s", m[2], m[1])
	}
}

// TestEveryRuleOfTheDocsIsMarked holds the rules that docs/guarantees.md names to the code.
func TestEveryRuleOfTheDocsIsMarked(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "guarantees.md"))
	require.NoError(t, err)
	sink, err := In(filepath.Join(root, "sink"))
	require.NoError(t, err)
	capture, err := In(filepath.Join(root, "capture"))
	require.NoError(t, err)
	for _, m := range regexp.MustCompile("`([a-z]+(?:-[a-z]+)+)`").FindAllStringSubmatch(string(text), -1) {
		assert.True(t, len(sink[m[1]]) > 0 || len(capture[m[1]]) > 0, "nothing is marked with rule %s", m[1])
	}
}

func has(t *testing.T, folder, test string) bool {
	files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	require.NoError(t, err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		if strings.Contains(string(text), "\nfunc "+test+"(t *testing.T)") {
			return true
		}
	}
	return false
}
