package bsonpatch

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestApply(t *testing.T) {
	for name, c := range map[string]struct{ pre, description, after string }{
		"field in place": {`{"a":1,"b":2,"c":3}`, `{"updatedFields":{"b":9}}`, `{"a":1,"b":9,"c":3}`},
		"new fields at the end, in the order described": {
			`{"_id":1}`, `{"updatedFields":{"z":1,"a":2}}`, `{"_id":1,"z":1,"a":2}`},
		"removed":          {`{"a":1,"b":{"c":1,"d":2}}`, `{"removedFields":["a","b.c"]}`, `{"b":{"d":2}}`},
		"set and removed":  {`{"a":1,"b":2}`, `{"updatedFields":{"c":3},"removedFields":["a"]}`, `{"b":2,"c":3}`},
		"nested":           {`{"a":{"b":{"c":1,"d":2}}}`, `{"updatedFields":{"a.b.c":5,"a.x":6}}`, `{"a":{"b":{"c":5,"d":2},"x":6}}`},
		"whole value":      {`{"a":{"b":1}}`, `{"updatedFields":{"a":[1,2]}}`, `{"a":[1,2]}`},
		"type changes":     {`{"a":1}`, `{"updatedFields":{"a":null}}`, `{"a":null}`},
		"new subdocuments": {`{"_id":1}`, `{"updatedFields":{"a.b.c":1,"a.b.d":2}}`, `{"_id":1,"a":{"b":{"c":1,"d":2}}}`},
		"array element":    {`{"a":[1,2,3]}`, `{"updatedFields":{"a.1":9}}`, `{"a":[1,9,3]}`},
		"number is a field in a document": {
			`{"a":{"1":"x"}}`, `{"updatedFields":{"a.1":9}}`, `{"a":{"1":9}}`},
		"appended":           {`{"a":[1]}`, `{"updatedFields":{"a.1":2,"a.2":3}}`, `{"a":[1,2,3]}`},
		"appended backwards": {`{"a":[1]}`, `{"updatedFields":{"a.2":3,"a.1":2}}`, `{"a":[1,2,3]}`},
		"beyond the end":     {`{"a":[1]}`, `{"updatedFields":{"a.4":5}}`, `{"a":[1,null,null,null,5]}`},
		"in an element":      {`{"a":[{"b":1},{"b":2}]}`, `{"updatedFields":{"a.1.b":7,"a.1.c":8}}`, `{"a":[{"b":1},{"b":7,"c":8}]}`},
		"element created":    {`{"a":[]}`, `{"updatedFields":{"a.1.b":7}}`, `{"a":[null,{"b":7}]}`},
		"truncated":          {`{"a":[1,2,3,4]}`, `{"truncatedArrays":[{"field":"a","newSize":2}]}`, `{"a":[1,2]}`},
		"truncated and set": {
			`{"a":{"b":[1,2,3]}}`, `{"truncatedArrays":[{"field":"a.b","newSize":2}],"updatedFields":{"a.b.0":9}}`, `{"a":{"b":[9,2]}}`},
		"truncated to nothing": {`{"a":[1]}`, `{"truncatedArrays":[{"field":"a","newSize":0}]}`, `{"a":[]}`},
		"arrays in arrays":     {`{"a":[[1],[2]]}`, `{"updatedFields":{"a.1.1":3,"a.0.2":4}}`, `{"a":[[1,null,4],[2,3]]}`},
		"nothing":              {`{"a":1}`, `{"updatedFields":{},"removedFields":[],"truncatedArrays":[]}`, `{"a":1}`},
		"server spells out a dotted field": {
			`{"a.b":1,"a":{"b":2}}`, `{"updatedFields":{"a.b":9},"disambiguatedPaths":{"a.b":["a.b"]}}`, `{"a.b":9,"a":{"b":2}}`},
		"server spells out a numeric field": {
			`{"a":{"0":{"b":[1]}}}`, `{"updatedFields":{"a.0.b.0":9},"disambiguatedPaths":{"a.0.b.0":["a","0","b",0]}}`, `{"a":{"0":{"b":[9]}}}`},
		"one path spelled out, another not": {
			`{"a":{"d":1,"0":2}}`, `{"updatedFields":{"a.0":3},"removedFields":["a.d"],"disambiguatedPaths":{"a.0":["a","0"]}}`, `{"a":{"0":3}}`},
		"leading zero is a field": {`{"a":{"01":1}}`, `{"updatedFields":{"a.01":2}}`, `{"a":{"01":2}}`},
		"empty names":             {`{"":{"":1}}`, `{"updatedFields":{".":2}}`, `{"":{"":2}}`},
	} {
		t.Run(name, func(t *testing.T) {
			var p Patcher
			for range 2 { // the second time on used memory
				got, err := p.Apply([]byte("kept"), build(t, c.pre), build(t, c.description))
				require.NoError(t, err)
				require.Equal(t, "kept", string(got[:4]))
				require.Equal(t, c.after, text(t, got[4:]))
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		pre, description string
		want             error
	}{
		"dotted field, not spelled out":  {`{"a.b":1}`, `{"updatedFields":{"a.b":2}}`, ErrAmbiguous},
		"dotted field on the way":        {`{"a.b":{"c":1}}`, `{"updatedFields":{"a.b.c":2}}`, ErrAmbiguous},
		"key twice":                      {`{"a":1,"a":2}`, `{"updatedFields":{"a":3}}`, ErrAmbiguous},
		"removed field was not there":    {`{"a":1}`, `{"removedFields":["b"]}`, ErrMismatch},
		"removed below what is missing":  {`{"a":1}`, `{"removedFields":["b.c"]}`, ErrMismatch},
		"through a scalar":               {`{"a":1}`, `{"updatedFields":{"a.b":2}}`, ErrMismatch},
		"set and passed through":         {`{"a":{}}`, `{"updatedFields":{"a":1,"a.b":2}}`, ErrMismatch},
		"set twice":                      {`{"a":1}`, `{"updatedFields":{"a":1},"removedFields":["a"]}`, ErrMismatch},
		"truncated is not an array":      {`{"a":{}}`, `{"truncatedArrays":[{"field":"a","newSize":0}]}`, ErrMismatch},
		"truncated is missing":           {`{}`, `{"truncatedArrays":[{"field":"a","newSize":0}]}`, ErrMismatch},
		"truncated was shorter":          {`{"a":[1]}`, `{"truncatedArrays":[{"field":"a","newSize":2}]}`, ErrMismatch},
		"field of an array":              {`{"a":[1]}`, `{"updatedFields":{"a.b":2}}`, ErrMismatch},
		"field of an array, spelled out": {`{"a":[1]}`, `{"updatedFields":{"a.0":2},"disambiguatedPaths":{"a.0":["a","0"]}}`, ErrMismatch},
		"index into a document":          {`{"a":{}}`, `{"updatedFields":{"a.0":2},"disambiguatedPaths":{"a.0":["a",0]}}`, ErrMismatch},
		"removed element":                {`{"a":[1]}`, `{"removedFields":["a.0"]}`, ErrMismatch},
		"index far beyond the end":       {`{"a":[]}`, `{"updatedFields":{"a.99999999":1}}`, ErrMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			var p Patcher
			got, err := p.Apply([]byte("kept"), build(t, c.pre), build(t, c.description))
			require.ErrorIs(t, err, c.want)
			require.Equal(t, "kept", string(got))
		})
	}
}

func TestManyFieldsAreFoundByMap(t *testing.T) {
	pre, description, after := `{"_id":0`, `{"updatedFields":{"new":1`, `{"_id":0`
	for i := range 3 * many {
		f := string(rune('a'+i%26)) + string(rune('a'+i/26))
		pre += `,"` + f + `":1`
		after += `,"` + f + `":2`
		description += `,"` + f + `":2`
	}
	var p Patcher
	got, err := p.Apply(nil, build(t, pre+"}"), build(t, description+"}}"))
	require.NoError(t, err)
	require.Equal(t, after+`,"new":1}`, text(t, got))
}
