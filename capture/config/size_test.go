package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]Size{"1": 1, "65536": 65536, "64KiB": 65536, "16 MiB": 16 << 20, "2GiB": 2 << 30} {
		got, err := ParseSize(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "-1", "0", "1KB", "KiB", "9223372036854775807KiB"} {
		_, err := ParseSize(text)
		require.Error(t, err, text)
	}
}
