package config

import (
	"io"
	"log/slog"
	"os"
)

// Log says what is logged and how.
type Log struct {
	Level  slog.Level `default:"info" env:"TIDEMARK_LOG_LEVEL" help:"debug, info, warn or error (default: ${default})."`
	Format string     `default:"auto" enum:"auto,text,json" env:"TIDEMARK_LOG_FORMAT" help:"text, json, or auto: text on a terminal, else json (default: ${default})."`
}

// Logger writes to w.
func (l Log) Logger(w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: l.Level}
	if l.Format == "text" || l.Format == "auto" && terminal(w) {
		return slog.New(slog.NewTextHandler(w, opts))
	}
	return slog.New(slog.NewJSONHandler(w, opts))
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
