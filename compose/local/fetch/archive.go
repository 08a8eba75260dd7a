package fetch

import (
	"context"
	"path/filepath"

	"github.com/tidemark-cdc/tidemark/compose/local/process"
)

// archiveClasses writes the class-data archive that halves the processor time of the broker's start. The archive
// holds what one run has loaded; formatting a storage folder loads most of what a start does. Java ignores an
// archive of another version, so a failure here costs only time.
func archiveClasses(ctx context.Context, dir, tmp string) error {
	args := append(java(dir), "-XX:ArchiveClassesAtExit="+archive(dir), "-cp", filepath.Join(dir, "libs", "*"),
		"kafka.tools.StorageTool", "random-uuid")
	_ = process.Run(ctx, tmp, nil, args...)
	return nil
}
