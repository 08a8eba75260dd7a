// Secrets writes the secret files that the containers read; what is there already stays.
package main

import (
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/tidemark-cdc/tidemark/compose/secrets"
)

type cli struct {
	Dir string `arg:"" default:"compose/.secrets" type:"path" help:"Folder of the files (default: ${default})."`
}

func main() {
	var c cli
	k := kong.Parse(&c, kong.Name("secrets"), kong.Description("Writes the secret files that the containers read; what is there already stays."))
	made, err := secrets.Write(c.Dir)
	k.FatalIfErrorf(err)
	if len(made) == 0 {
		fmt.Println("All secrets are there already.")
	}
	for _, name := range made {
		fmt.Println("made", name)
	}
}
