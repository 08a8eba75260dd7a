package column

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWidensOnlyWhereEveryValueStays(t *testing.T) {
	for pair, want := range map[string]bool{
		"Decimal(8, 2) > Decimal(12, 2)":                            true,
		"Decimal(8, 2) > Nullable(Decimal(12, 2))":                  true,
		"Nullable(Decimal(8, 2)) > Nullable(Decimal(12, 2))":        true,
		"String > Nullable(String)":                                 true,
		"LowCardinality(String) > LowCardinality(Nullable(String))": true,
		"Int32 > Int64":                                             true,
		"Int32 > Nullable(Int32)":                                   true,
		"Float32 > Float64":                                         true,
		"Decimal(12, 2) > Decimal(8, 2)":                            false,
		"Decimal(8, 2) > Decimal(12, 3)":                            false,
		"Nullable(String) > String":                                 false,
		"LowCardinality(Nullable(String)) > LowCardinality(String)": false,
		"LowCardinality(String) > String":                           false,
		"Int64 > Int32":                                             false,
		"Int32 > UInt64":                                            false,
		"Int32 > Float64":                                           false,
		"Int32 > Int32":                                             false,
		"String > Int32":                                            false,
		"DateTime64(6, 'UTC') > Nullable(DateTime64(6, 'UTC'))":     true,
		"DateTime64(6, 'UTC') > DateTime64(3, 'UTC')":               false,
		"Array(Int32) > Array(Int64)":                               false,
		"Nullable(Int32) > Int64":                                   false,
		"Enum8('a' = 1) > Enum8('a' = 1, 'b' = 2)":                  false,
		"broken( > broken":                                          false,
	} {
		from, to, _ := strings.Cut(pair, " > ")
		require.Equal(t, want, Widens(from, to), pair)
	}
}
