package clickhouse

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"
)

func TestQuoting(t *testing.T) {
	require.Equal(t, "`a\\`b\\\\`", Ident("a`b\\"))
	require.Equal(t, "`d`.`t`", Table("d", "t"))
	require.Equal(t, `'it\'s \\ \n'`, Text("it's \\ \n"))
	require.Equal(t, "`a`, `b`", Idents([]string{"a", "b"}))
}

func TestClasses(t *testing.T) {
	for code, want := range map[proto.Error]Class{
		proto.ErrMemoryLimitExceeded: Retry, proto.ErrTooManyParts: Retry, proto.ErrTimeoutExceeded: Retry, proto.ErrNetworkError: Retry,
		proto.ErrTooManySimultaneousQueries: Retry, proto.ErrTableIsReadOnly: Retry, proto.ErrUnknownStatusOfInsert: Retry, proto.Error(9999): Retry,
		proto.ErrUnknownTable: Stop, proto.ErrNoSuchColumnInTable: Stop, proto.ErrTypeMismatch: Stop, proto.ErrAccessDenied: Stop,
	} {
		err := newError("try", &ch.Exception{Code: code, Message: "m"})
		require.Equal(t, want, err.Class, code)
		require.EqualValues(t, code, err.Code)
	}
	err := newError("try", errors.New("broken pipe"))
	require.True(t, err.Retryable())
	require.Zero(t, err.Code)
	require.Equal(t, "clickhouse: try: broken pipe", err.Error())
	require.Equal(t, "stop retry", Stop.String()+" "+Retry.String())
}
