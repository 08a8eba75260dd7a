package reference

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

var folders = map[string]string{"local": "compose/local", "shop": "compose/shop", "compare": "compose/compare", "demo": "compose/demo",
	"secrets": "compose/secrets", "inside": "compose/inside", "bench": "test", "chaos": "test"}

// Folders are the packages of the programs, from the repository's root.
func Folders() (out []string) {
	for _, p := range programs {
		folder := folders[p]
		if folder == "" {
			folder = p
		}
		out = append(out, "./"+folder+"/cmd/"+p)
	}
	return out
}

// Programs runs those of a folder with an environment that holds none of our settings, which help texts would show.
func Programs(bin string) func(program string, args ...string) (string, error) {
	return func(program string, args ...string) (string, error) {
		cmd := exec.Command(filepath.Join(bin, program), args...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nowhere"}
		cmd.Dir = "/"
		out, err := cmd.Output()
		var ended *exec.ExitError
		if err != nil && (!errors.As(err, &ended) || len(out) == 0) {
			return "", fmt.Errorf("%s %s: %w", program, strings.Join(args, " "), err)
		}
		return string(out), nil
	}
}
