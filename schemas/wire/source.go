package wire

import "strconv"

// Version is what "source.version" says.
const Version = "0.1.0"

// Source is the part of the "source" block that is the same for every record of a
// table. Render it once with Template.
type Source struct {
	// Connector is "postgresql" or "mongodb".
	Connector string
	// Name is the source's name in capture's config.
	Name     string
	Database string
	// Schema and Table are PostgreSQL's; Collection is MongoDB's.
	Schema, Table, Collection string
}

// Template is a Source rendered up to where the per-record members begin.
type Template struct{ prefix []byte }

// Template renders s.
func (s Source) Template() Template {
	b := []byte(`,"source":{"version":"` + Version + `"`)
	for _, f := range [...]struct{ name, value string }{
		{"connector", s.Connector}, {"name", s.Name}, {"db", s.Database},
		{"schema", s.Schema}, {"table", s.Table}, {"collection", s.Collection},
	} {
		if f.value != "" {
			b = append(append(append(b, `,"`...), f.name...), `":`...)
			b = AppendString(b, []byte(f.value))
		}
	}
	return Template{prefix: b}
}

// Append adds `,"source":{...,"snapshot":"false","ts_ms":1,"ts_us":1` to dst and leaves
// the block open: the caller adds its own members, each led by a comma, and Close.
// commitTime is in microseconds since 1970.
func (t Template) Append(dst []byte, commitTime int64, snapshot bool) []byte {
	dst = append(dst, t.prefix...)
	if snapshot {
		dst = append(dst, `,"snapshot":"true","ts_ms":`...)
	} else {
		dst = append(dst, `,"snapshot":"false","ts_ms":`...)
	}
	dst = strconv.AppendInt(dst, commitTime/1000, 10)
	dst = append(dst, `,"ts_us":`...)
	return strconv.AppendInt(dst, commitTime, 10)
}

// AppendClose ends the "source" block and the envelope: `},"op":"c","ts_ms":1}`.
// now is when capture emitted the record, in milliseconds since 1970.
func AppendClose(dst []byte, op byte, now int64) []byte {
	dst = append(dst, `},"op":"`...)
	dst = append(dst, op)
	dst = append(dst, `","ts_ms":`...)
	return append(strconv.AppendInt(dst, now, 10), '}')
}
