package validate

import (
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// The aliases begin with two underscores because a contract may name its columns as it likes, only not so.

// offsetTwice: a record of the topic gives at most one row of each sign. Markers give more:
// a truncate, and a snapshot's end, which deletes what the snapshot did not see at a
// position that is no change's.
func offsetTwice(c *contract.Contract) string {
	return fmt.Sprintf(`SELECT concat(_incarnation, '/', toString(_partition), '/', toString(_offset), ' ', toString(_sign)) AS __case
		FROM %s WHERE _op != 't' AND NOT (_op = 'd' AND bitAnd(_version, %[2]d) IN (0, %[2]d))
		GROUP BY _incarnation, _partition, _offset, _sign HAVING count() > 1`, raw(c), position.MaxOrdinal)
}

// positionTwice: a change of a key is there once, whatever was sent again.
func positionTwice(c *contract.Contract) string {
	return fmt.Sprintf(`SELECT concat(toString(%s), ' at ', toString(_version), ' ', toString(_sign)) AS __case
		FROM %s GROUP BY %s, _version, _sign HAVING count() > 1`, keyTuple(c), raw(c), keyTuple(c))
}

// outOfOrder: along a partition's offsets versions never fall. Only a dead letter that
// was sent again comes later than its place.
func outOfOrder(c *contract.Contract) string {
	return fmt.Sprintf(`SELECT concat(toString(_partition), '/', toString(_offset)) AS __case FROM (
			SELECT _incarnation, _partition, _offset, __high, lagInFrame(__high, 1, __high) OVER
				(PARTITION BY _incarnation, _partition ORDER BY _offset ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS __before
			FROM (SELECT _incarnation, _partition, _offset, max(_version) AS __high FROM %s
				WHERE _version NOT IN (SELECT version FROM ops.dead_letters FINAL WHERE topic = '%s' AND resolved = 1)
				GROUP BY _incarnation, _partition, _offset))
		WHERE __high < __before`, raw(c), c.Topic())
}

// onePartition: the changes of a key are in one partition, else nothing orders them.
func onePartition(c *contract.Contract) string {
	return fmt.Sprintf(`SELECT concat(toString(%s), ' in ', toString(groupUniqArray(_partition))) AS __case
		FROM %s GROUP BY _incarnation, %s HAVING uniqExact(_partition) > 1`, keyTuple(c), raw(c), keyTuple(c))
}

// signs: per key something is there once or not at all.
func signs(c *contract.Contract) string {
	return fmt.Sprintf(`SELECT concat(toString(%s), ' sums to ', toString(sum(_sign))) AS __case
		FROM %s GROUP BY %s HAVING sum(_sign) NOT IN (0, 1)`, keyTuple(c), raw(c), keyTuple(c))
}

// chain: every image that was written and is not the newest was retracted as it was
// written. The images of a key net out one by one; a before image that differs from
// the after image that it should undo leaves +1 here and -1 there.
func chain(c *contract.Contract) string {
	return fmt.Sprintf(`SELECT concat(toString(__key), ': an image nets to ', toString(__net)) AS __case FROM (
			SELECT %s AS __key, %s AS __image, sum(_sign) AS __net FROM %s GROUP BY __key, __image)
		GROUP BY __key, __image, __net HAVING __net NOT IN (0, 1)`, keyTuple(c), image(c), raw(c))
}

// current: the current state is what raw nets to, row by row.
func current(c *contract.Contract) string {
	return fmt.Sprintf(`SELECT toString(__key) AS __case FROM (
			SELECT %[1]s AS __key, %[2]s AS __image, sum(_sign) AS __net FROM %[3]s GROUP BY __key, __image HAVING __net != 0
			UNION ALL
			SELECT %[1]s AS __key, %[2]s AS __image, -1 AS __net FROM %[4]s)
		GROUP BY __key, __image HAVING sum(__net) != 0`, keyTuple(c), image(c), raw(c), c.Target)
}
