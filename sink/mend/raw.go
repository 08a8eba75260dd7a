package mend

import (
	"context"
	"fmt"
	"slices"

	"github.com/ClickHouse/ch-go/proto"
)

// Raw puts back what raw lacks of the range's block and gives how many rows that were.
// prior are rows of the same offsets that belong to blocks before it (slices of one
// record). When nothing is missing nothing is done.
func (j *Job) Raw(ctx context.Context, block proto.Input, prior int, fence Fence) (put int, err error) {
	if err := j.Clear(ctx); err != nil {
		return 0, err
	}
	held, err := j.partitions(ctx, j.raw(), j.where())
	if err != nil {
		return 0, fmt.Errorf("count the range in raw.%s: %w", j.Table, err)
	}
	if total(held) == prior+block[0].Data.Rows() {
		return 0, nil
	}
	stage := j.staging(j.database(), "raw")
	staged, err := j.stage(ctx, stage, block)
	if err != nil {
		return 0, err
	}
	lost, put, err := missing(held, staged, prior)
	if err == nil && len(lost) > 0 {
		err = j.putBack(ctx, stage, lost, fence)
	}
	if err != nil {
		return 0, err
	}
	j.Log.Warn("rows that ClickHouse had lost behind their token were put back", "table", "raw."+j.Table, "first", j.First, "last", j.Last, "rows", put)
	return put, j.Clear(ctx)
}

// stage writes the whole block into a table like raw and counts it there.
func (j *Job) stage(ctx context.Context, stage string, block proto.Input) (map[string]int, error) {
	if err := j.exec(ctx, "CREATE TABLE %s AS %s", stage, j.raw()); err != nil {
		return nil, fmt.Errorf("make a staging table: %w", err)
	}
	if err := j.at("staging made"); err != nil {
		return nil, err
	}
	if err := gone(j.Insert(ctx, j.database(), j.name("raw"), block, j.Token)); err != nil {
		return nil, fmt.Errorf("fill the staging table: %w", err)
	}
	staged, err := j.partitions(ctx, stage, "1")
	if err = gone(err); err != nil {
		return nil, fmt.Errorf("count the staging table: %w", err)
	}
	if n := block[0].Data.Rows(); total(staged) != n {
		return nil, fmt.Errorf("%w: %d rows of %d", ErrStaged, total(staged), n)
	}
	return staged, j.at("staged")
}

// missing compares the block with what raw holds, partition by partition: a block makes
// one part in each, which is there or not.
func missing(held, staged map[string]int, prior int) (lost []string, rows int, err error) {
	for id, n := range staged {
		switch held[id] {
		case prior + n:
		case prior:
			lost = append(lost, id)
			rows += n
		default:
			return nil, 0, fmt.Errorf("%w: partition %s: %d rows, the block has %d", ErrPartial, id, held[id]-prior, n)
		}
	}
	slices.Sort(lost)
	return lost, rows, nil
}

func (j *Job) putBack(ctx context.Context, stage string, lost []string, fence Fence) error {
	if err := fence(ctx); err != nil {
		return err
	}
	if err := j.at("fenced"); err != nil {
		return err
	}
	if err := j.attach(ctx, j.raw(), stage, lost); err != nil {
		return fmt.Errorf("put rows back into raw.%s: %w", j.Table, err)
	}
	return j.at("attached")
}

func total(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}
