package supervise

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tidemark-cdc/tidemark/compose/local/part"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// fingerprint sums up the files that a part is made from: by content, because a build touches what it finds unchanged.
func fingerprint(p part.Part, s *site.Site) string {
	if p.Files == nil {
		return "-"
	}
	h := sha256.New()
	for _, root := range p.Files(s) {
		fmt.Fprintln(h, root)
		_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return nil // what is not there yet is a difference later
			}
			fmt.Fprintln(h, path)
			if f, err := os.Open(path); err == nil {
				_, _ = io.Copy(h, f)
				f.Close()
			}
			return nil
		})
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}
