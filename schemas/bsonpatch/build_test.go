package bsonpatch

import (
	"bytes"
	"encoding/json"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/schemas/extjson"
	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
)

// build makes BSON of JSON: objects, arrays, strings, null and numbers (int32), in the order written.
func build(t testing.TB, text string) []byte {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	typ, value := buildValue(t, d)
	require.Equal(t, rawbson.Document, typ)
	return value
}

func buildValue(t testing.TB, d *json.Decoder) (rawbson.Type, []byte) {
	token, err := d.Token()
	require.NoError(t, err)
	switch v := token.(type) {
	case json.Delim:
		dst, start := open(nil)
		for i := 0; d.More(); i++ {
			key := strconv.Itoa(i)
			if v == '{' {
				k, err := d.Token()
				require.NoError(t, err)
				key = k.(string)
			}
			typ, value := buildValue(t, d)
			dst = append(header(dst, typ, []byte(key)), value...)
		}
		_, err := d.Token()
		require.NoError(t, err)
		if v == '{' {
			return rawbson.Document, shut(dst, start)
		}
		return rawbson.Array, shut(dst, start)
	case string:
		n := len(v) + 1
		return rawbson.String, append(append([]byte{byte(n), byte(n >> 8), 0, 0}, v...), 0)
	case json.Number:
		n, err := v.Int64()
		require.NoError(t, err)
		return rawbson.Int32, []byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}
	}
	return rawbson.Null, nil
}

func text(t testing.TB, doc []byte) string {
	t.Helper()
	out, err := extjson.Append(nil, doc)
	require.NoError(t, err)
	return string(out)
}
