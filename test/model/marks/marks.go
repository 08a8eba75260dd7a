// Package marks finds the rules that code says it keeps: comments of the form
// "rule: name" or "rule: name, name".
package marks

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var mark = regexp.MustCompile(`\brule: ([a-z]+(?:-[a-z]+)*(?:, [a-z]+(?:-[a-z]+)+)*)`)

// In gives, by rule, where the Go code below a folder marks it; tests do not count.
func In(folder string) (map[string][]string, error) {
	found := map[string][]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		// A comment may break a line between "rule:" and the name.
		joined := regexp.MustCompile(`rule:\n\s*// `).ReplaceAllString(string(text), "rule: ")
		for _, m := range mark.FindAllStringSubmatch(joined, -1) {
			for _, name := range strings.Split(m[1], ", ") {
				found[name] = append(found[name], path)
			}
		}
		return nil
	})
	return found, err
}
