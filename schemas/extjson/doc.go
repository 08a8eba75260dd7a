// Package extjson writes BSON as MongoDB extended JSON, in the strict form that Debezium's MongoDB connector emits:
// int32 as a number, int64 as {"$numberLong":"1"}, double as a number, and every other type as the object that extended
// JSON names for it. schemas/ENVELOPE.md lists where the form differs from Debezium's.
//
// The document travels inside a JSON *string* of the envelope, so each Append has a Quoted twin that escapes while it
// writes; the result is the same as quoting the plain form, in one pass. Nothing is allocated beyond growing dst.
//
// Text that is not UTF-8 (servers store it) has each bad byte replaced by U+FFFD, as wire.AppendString does. Bytes that
// are not BSON, or nest deeper than MaxDepth, are an error; dst then holds an unfinished rest that must be cut off.
package extjson
