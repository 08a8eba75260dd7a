package extjson

import "strings"

// forms holds the fixed pieces of output, once as they are and once escaped for use inside a JSON string, so that the
// walk is the same code for both.
type forms struct {
	quote, colon               string // " and ":
	oid, long, double, decimal string
	date, timestamp, increment string
	binary, subtype            string
	regex, options             string
	code, scope, symbol        string
	pointer, pointerID         string
	undefined, minKey, maxKey  string
	endString, endString2      string // "} and "}}
	escapes                    [256]string
}

var plain, quoted = makeForms(same), makeForms(escape)

func same(s string) string { return s }

func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s)
}

func makeForms(as func(string) string) forms {
	f := forms{
		quote: as(`"`), colon: as(`":`),
		oid: as(`{"$oid":"`), long: as(`{"$numberLong":"`), double: as(`{"$numberDouble":"`), decimal: as(`{"$numberDecimal":"`),
		date: as(`{"$date":`), timestamp: as(`{"$timestamp":{"t":`), increment: as(`,"i":`),
		binary: as(`{"$binary":{"base64":"`), subtype: as(`","subType":"`),
		regex: as(`{"$regularExpression":{"pattern":"`), options: as(`","options":"`),
		code: as(`{"$code":"`), scope: as(`","$scope":`), symbol: as(`{"$symbol":"`),
		pointer: as(`{"$dbPointer":{"$ref":"`), pointerID: as(`","$id":{"$oid":"`),
		undefined: as(`{"$undefined":true}`), minKey: as(`{"$minKey":1}`), maxKey: as(`{"$maxKey":1}`),
		endString: as(`"}`), endString2: as(`"}}`),
	}
	const hex = "0123456789abcdef"
	for b := range 0x20 {
		f.escapes[b] = as(`\u00` + string(hex[b>>4]) + string(hex[b&15]))
	}
	for b, s := range map[byte]string{'\b': `\b`, '\t': `\t`, '\n': `\n`, '\f': `\f`, '\r': `\r`, '"': `\"`, '\\': `\\`} {
		f.escapes[b] = as(s)
	}
	return f
}
