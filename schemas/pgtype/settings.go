package pgtype

// Settings are the session settings under which the encoders read a server's text, as name and value. Every connection whose
// values are encoded sets all of them: otherwise a role's or a database's own settings would change what is captured.
var Settings = [][2]string{
	{"DateStyle", "ISO, MDY"},
	{"IntervalStyle", "postgres"},
	{"TimeZone", "UTC"},
	{"extra_float_digits", "1"}, // shortest text that reads back as the same value
	{"bytea_output", "hex"},
	{"lc_monetary", "C"},
	{"xmloption", "content"},
	{"quote_all_identifiers", "off"},
	{"client_encoding", "UTF8"},
}
