package main

import (
	"math/big"

	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// decimal is a position as the number that ClickHouse keeps.
func decimal(p position.Position) string {
	hi, lo := p.UInt128()
	n := new(big.Int).SetUint64(hi)
	return n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(lo)).String()
}
