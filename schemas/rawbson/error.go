package rawbson

// MalformedError says that bytes are not the BSON that they claim to be.
type MalformedError struct {
	What string // the rule that is broken
}

func (e *MalformedError) Error() string { return "malformed BSON: " + e.What }

// Made once, so that a hostile document costs no allocation per error.
var (
	errShort      = &MalformedError{"value runs past its container"}
	errLength     = &MalformedError{"length is negative, too small or too large"}
	errTerminator = &MalformedError{"terminating zero is missing"}
	errType       = &MalformedError{"unknown element type"}
	errTrailing   = &MalformedError{"bytes after the end of the document"}
	errBoolean    = &MalformedError{"boolean is neither 0 nor 1"}
)
