package validate

import (
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// offsetTwice: a record of the topic gives at most one row of each sign.
func offsetTwice(c *contract.Contract) string {
	return fmt.Sprintf(`SELECT concat(_incarnation, '/', toString(_partition), '/', toString(_offset), ' ', toString(_sign)) AS x
		FROM %s WHERE _op NOT IN ('t', 'm') GROUP BY _incarnation, _partition, _offset, _sign HAVING count() > 1`, raw(c))
}

// positionTwice: a change of a key is there once, whatever was sent again.
func positionTwice(c *contract.Contract) string {
	return fmt.Sprintf(`SELECT concat(toString(%s), ' at ', toString(_version), ' ', toString(_sign)) AS x
		FROM %s GROUP BY %s, _version, _sign HAVING count() > 1`, keyTuple(c), raw(c), keyTuple(c))
}

// outOfOrder: along a partition's offsets versions never fall.
func outOfOrder(c *contract.Contract) string {
	return fmt.Sprintf(`SELECT concat(toString(_partition), '/', toString(_offset)) AS x FROM (
			SELECT _incarnation, _partition, _offset, v, lagInFrame(v, 1, v) OVER
				(PARTITION BY _incarnation, _partition ORDER BY _offset ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS before
			FROM (SELECT _incarnation, _partition, _offset, max(_version) AS v FROM %s GROUP BY _incarnation, _partition, _offset))
		WHERE v < before`, raw(c))
}

// signs: per key something is there once or not at all.
func signs(c *contract.Contract) string {
	return fmt.Sprintf(`SELECT concat(toString(%s), ' sums to ', toString(sum(_sign))) AS x
		FROM %s GROUP BY %s HAVING sum(_sign) NOT IN (0, 1)`, keyTuple(c), raw(c), keyTuple(c))
}

// chain: every image that was written and is not the newest was retracted as it was
// written. The images of a key net out one by one; a before image that differs from
// the after image that it should undo leaves +1 here and -1 there.
func chain(c *contract.Contract) string {
	return fmt.Sprintf(`SELECT concat(toString(any(k)), ': an image nets to ', toString(n)) AS x FROM (
			SELECT %s AS k, %s AS i, sum(_sign) AS n, max(_version) AS v FROM %s GROUP BY k, i)
		GROUP BY k, i, n HAVING n NOT IN (0, 1)`, keyTuple(c), image(c), raw(c))
}

// current: the current state is what raw nets to, row by row.
func current(c *contract.Contract) string {
	return fmt.Sprintf(`SELECT toString(k) AS x FROM (
			SELECT %[1]s AS k, %[2]s AS i, sum(_sign) AS n FROM %[3]s GROUP BY k, i HAVING n != 0
			UNION ALL
			SELECT %[1]s AS k, %[2]s AS i, -1 AS n FROM %[4]s)
		GROUP BY k, i HAVING sum(n) != 0`, keyTuple(c), image(c), raw(c), c.Target)
}
