// Package views embeds the views over aggregates that come with Tidemark: rates, buyers, cohorts. They hold nothing.
package views

import "embed"

// Files are the views, one SQL file each.
//
//go:embed *.sql
var Files embed.FS
