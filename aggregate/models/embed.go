// Package models embeds the aggregates that come with Tidemark.
package models

import "embed"

// Files are the models, one SQL file each.
//
//go:embed *.sql
var Files embed.FS
