package pgoutput

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// session gives the messages that PostgreSQL 15 sent for the statements in testdata/session.sql, in order.
func session(t testing.TB) [][]byte {
	f, err := os.Open("testdata/session.hex")
	require.NoError(t, err)
	defer f.Close()
	var messages [][]byte
	for s := bufio.NewScanner(f); s.Scan(); {
		_, digits, _ := bytes.Cut(s.Bytes(), []byte(" "))
		b, err := hex.DecodeString(string(digits))
		require.NoError(t, err)
		messages = append(messages, b)
	}
	return messages
}

func text(s string) Value { return Value{State: Text, Data: []byte(s)} }

var null = Value{State: Null}

// old is a tuple as an update or delete carries it: data of values that aren't text is nil.
func requireTuple(t *testing.T, want Tuple, got Tuple) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, want[i].State, got[i].State, "column %d", i)
		require.Equal(t, string(want[i].Data), string(got[i].Data), "column %d", i)
	}
}

func TestTransactionBounds(t *testing.T) {
	m := session(t)
	var begin Begin
	var commit Commit
	require.NoError(t, begin.Parse(m[0]))
	require.NoError(t, commit.Parse(m[7]))
	require.Equal(t, begin.CommitLSN, commit.CommitLSN)
	require.Equal(t, begin.CommitTime, commit.CommitTime)
	require.Greater(t, commit.EndLSN, commit.CommitLSN)
	require.Greater(t, begin.CommitTime, int64(1_700_000_000_000_000), "microseconds since 1970")
	require.NotZero(t, begin.XID)
}

func TestRelationAndType(t *testing.T) {
	m := session(t)
	var typ Type
	var rel Relation
	require.NoError(t, typ.Parse(m[1]))
	require.Equal(t, Type{OID: typ.OID, Namespace: "public", Name: "mood"}, typ)
	require.NoError(t, rel.Parse(m[2]))
	require.Equal(t, Relation{OID: rel.OID, Namespace: "public", Name: "item", ReplicaIdentity: 'd', Columns: []Column{
		{Name: "id", Type: 23, TypeMod: -1, Key: true},
		{Name: "name", Type: 25, TypeMod: -1},
		{Name: "mood", Type: typ.OID, TypeMod: -1},
		{Name: "note", Type: 25, TypeMod: -1},
	}}, rel)
	require.NoError(t, rel.Parse(m[5]))
	require.Equal(t, byte('f'), rel.ReplicaIdentity)
	require.Len(t, rel.Columns, 3)
}

func TestRows(t *testing.T) {
	m := session(t)
	x, y := text(string(bytes.Repeat([]byte("x"), 4000))), text(string(bytes.Repeat([]byte("y"), 4000)))
	unchanged := Value{State: Unchanged}
	var ins Insert
	require.NoError(t, ins.Parse(m[3]))
	requireTuple(t, Tuple{text("1"), text("one"), text("ok"), x}, ins.New)
	require.NoError(t, ins.Parse(m[4]))
	requireTuple(t, Tuple{text("2"), null, null, text("")}, ins.New)

	var up Update
	require.NoError(t, up.Parse(m[9]))
	require.Equal(t, NoIdentity, up.Identity)
	requireTuple(t, Tuple{text("1"), text("uno"), text("ok"), unchanged}, up.New)
	require.NoError(t, up.Parse(m[12]))
	require.Equal(t, KeyIdentity, up.Identity)
	requireTuple(t, Tuple{text("1"), null, null, null}, up.Old)
	requireTuple(t, Tuple{text("3"), text("uno"), text("ok"), unchanged}, up.New)
	require.NoError(t, up.Parse(m[18]))
	require.Equal(t, FullIdentity, up.Identity)
	requireTuple(t, Tuple{text("1"), text("one"), y}, up.Old)
	requireTuple(t, Tuple{text("1"), text("uno"), unchanged}, up.New)
	require.NoError(t, up.Parse(m[9]), "a tuple that is reused forgets the old image")
	require.Empty(t, up.Old)

	var del Delete
	require.NoError(t, del.Parse(m[15]))
	require.Equal(t, KeyIdentity, del.Identity)
	requireTuple(t, Tuple{text("2"), null, null, null}, del.Old)
	require.NoError(t, del.Parse(m[20]))
	require.Equal(t, FullIdentity, del.Identity)
	requireTuple(t, Tuple{text("3"), text("uno"), y}, del.Old)
}

func TestTruncateMessageOrigin(t *testing.T) {
	m := session(t)
	var item, whole Relation
	require.NoError(t, item.Parse(m[2]))
	require.NoError(t, whole.Parse(m[5]))
	var tr Truncate
	require.NoError(t, tr.Parse(m[26]))
	require.Equal(t, Truncate{Cascade: true, RestartIdentity: true, Relations: []uint32{item.OID, whole.OID}}, tr)

	var msg Message
	require.NoError(t, msg.Parse(m[28]))
	require.False(t, msg.Transactional)
	require.Equal(t, "tidemark", string(msg.Prefix))
	require.Equal(t, "beat", string(msg.Content))
	require.NotZero(t, msg.LSN)
	require.NoError(t, msg.Parse(m[30]))
	require.True(t, msg.Transactional)
	require.Empty(t, msg.Content)

	var o Origin
	require.NoError(t, o.Parse(m[33]))
	require.Equal(t, uint64(0xABCDEF), o.CommitLSN)
	require.Equal(t, "elsewhere", string(o.Name))
}

// Every message that is cut short or has bytes too many is refused, so a stream out of step can't pass for rows.
func TestTruncatedBytesAreRefused(t *testing.T) {
	var p parsers
	for _, m := range session(t) {
		require.NoError(t, p.parse(m))
		for n := range len(m) {
			if n > 60 && n < len(m)-60 {
				continue
			}
			require.Error(t, p.parse(m[:n]), "kind %c cut to %d of %d bytes", m[0], n, len(m))
		}
		require.Error(t, p.parse(append(bytes.Clone(m), 0)))
	}
}

func TestRowsDoNotAllocate(t *testing.T) {
	m := session(t)
	var p parsers
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for _, b := range m {
			if Kind(b[0]) != KindRelation && Kind(b[0]) != KindType {
				_ = p.parse(b)
			}
		}
	}))
}
