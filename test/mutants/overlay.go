package mutants

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Overlay is a mutated view of the repository for the go command.
type Overlay struct {
	root, dir, file string
}

// Lay writes the mutated files and the list that the go command reads into dir, which
// must be the overlay's own. A mutation without edits is the code as it is.
func (m Mutation) Lay(root, dir string) (*Overlay, error) {
	texts, err := m.texts(root)
	if err != nil {
		return nil, err
	}
	replace := map[string]string{}
	for name, text := range texts {
		to := filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
		if err := os.WriteFile(to, []byte(text), 0o644); err != nil {
			return nil, fmt.Errorf("%s: %w", m.Name, err)
		}
		replace[filepath.Join(root, name)] = to
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	o := &Overlay{root: root, dir: dir, file: filepath.Join(dir, "overlay.json")}
	if err := os.WriteFile(o.file, list, 0o644); err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	return o, nil
}

// Build builds a program, such as ./sink/cmd/sink, and gives its path.
func (o *Overlay) Build(ctx context.Context, pkg string) (string, error) {
	program := filepath.Join(o.dir, filepath.Base(pkg))
	if out, err := o.run(ctx, nil, "build", "-overlay", o.file, "-o", program, pkg); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", pkg, err, out)
	}
	return program, nil
}

// Test runs a package's tests. passed is false when a test failed; err is everything
// else that kept them from running, such as code that does not compile.
func (o *Overlay) Test(ctx context.Context, env []string, pkg, run string) (passed bool, output string, err error) {
	out, err := o.run(ctx, env, "test", "-overlay", o.file, "-count=1", "-timeout", "5m", "-run", run, pkg)
	text := string(out)
	switch {
	case err == nil && strings.Contains(text, "no tests to run"):
		return false, text, fmt.Errorf("%s has no test %s", pkg, run)
	case err == nil:
		return true, text, nil
	case strings.Contains(text, "[build failed]") || strings.Contains(text, "[setup failed]"):
		return false, text, fmt.Errorf("test %s: %w\n%s", pkg, err, text)
	}
	return false, text, nil
}

func (o *Overlay) run(ctx context.Context, env []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = o.root
	cmd.Env = append(os.Environ(), env...)
	return cmd.CombinedOutput()
}
