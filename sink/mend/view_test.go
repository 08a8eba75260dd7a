package mend

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAQueryIsReadOverAnotherTable(t *testing.T) {
	require.Equal(t, "SELECT a FROM `x`.`y` AS r, raw.orders_items, draw.orders", Over("SELECT a FROM raw.orders AS r, raw.orders_items, draw.orders", "raw", "orders", "`x`.`y`"))
	require.Equal(t, "SELECT a FROM `x`.`y`", Over("SELECT a FROM raw.`or-ders`", "raw", "or-ders", "`x`.`y`"))
}
