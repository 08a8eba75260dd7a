// Reference writes docs/reference from the code.
package main

import (
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"

	"github.com/tidemark-cdc/tidemark/test/reference"
)

type cli struct {
	Root string `default:"." type:"existingdir" help:"The repository."`
	Bin  string `default:"bin" type:"existingdir" help:"Folder of the programs."`
}

func main() {
	var c cli
	k := kong.Parse(&c, kong.Name("reference"), kong.Description("Writes docs/reference from the code."))
	k.FatalIfErrorf(write(c))
}

func write(c cli) error {
	pages, err := reference.Source{Root: c.Root, Run: reference.Programs(c.Bin)}.Pages()
	if err != nil {
		return err
	}
	dir := filepath.Join(c.Root, "docs", "reference")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
