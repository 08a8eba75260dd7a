package types

// Form is how a type's values look on the wire.
type Form byte

// The forms. null is a form of its own in every column: JSON null.
const (
	FormNone Form = iota
	// FormBool is true or false.
	FormBool
	// FormInt is a JSON number without fraction.
	FormInt
	// FormFloat is a JSON number, or one of the strings NaN, Infinity, -Infinity.
	FormFloat
	// FormDecimal is a string of decimal digits as the source prints them, or one of
	// the strings NaN, Infinity, -Infinity. Digits are never rounded.
	FormDecimal
	// FormString is a string.
	FormString
	// FormBase64 is a base64 string (RFC 4648) of the bytes.
	FormBase64
	// FormDays is a number of days since 1970-01-01, or the strings infinity, -infinity.
	FormDays
	// FormMicros is a number of microseconds since 1970 (or midnight, for a time of
	// day), or the strings infinity, -infinity.
	FormMicros
	// FormRFC3339 is a string with up to 6 decimals of a second in UTC, or the strings
	// infinity, -infinity.
	FormRFC3339
	// FormArray is a JSON array of the element's form.
	FormArray
	// FormExtJSON is a value of MongoDB's extended JSON as Debezium writes it:
	// {"$oid":...}, {"$numberDecimal":...}, {"$date":ms} and plain JSON for the rest.
	FormExtJSON
)

var formText = [...]string{
	FormBool:    "`true` / `false`",
	FormInt:     "number",
	FormFloat:   "number; `\"NaN\"`, `\"Infinity\"`, `\"-Infinity\"`",
	FormDecimal: "string of digits; `\"NaN\"`, `\"Infinity\"`, `\"-Infinity\"`",
	FormString:  "string",
	FormBase64:  "base64 string",
	FormDays:    "days since 1970; `\"infinity\"`, `\"-infinity\"`",
	FormMicros:  "microseconds; `\"infinity\"`, `\"-infinity\"`",
	FormRFC3339: "`\"2006-01-02T15:04:05.999999Z\"`; `\"infinity\"`, `\"-infinity\"`",
	FormArray:   "array of the element's form",
	FormExtJSON: "extended JSON",
}

// String describes the form as TYPES.md does.
func (f Form) String() string {
	if int(f) < len(formText) {
		return formText[f]
	}
	return ""
}
