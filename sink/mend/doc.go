// Package mend puts a range of raw, and what raw's views feed, back to what was sealed
// after a restart of ClickHouse.
//
// A plain MergeTree writes a part's deduplication token down before the part itself is in
// its place. A kill -9 between the two leaves the token remembered and the part lost:
// every retry is then taken for a repetition and acknowledged. It happens to raw and to
// each table that a view writes alike, independently of each other, because each has
// tokens of its own. It can only happen to a range that was on its way when the server
// was killed; such a range is still sealed.
//
// So a sealed range that is older than the server's start is checked after its retry:
//
//	raw      counted by the range's offsets, per partition of the table. What is missing
//	         is put back through a staging table and ATTACH PARTITION, which is one step
//	         and fires no view
//	current  ReplacingMergeTree: the range's rows are written once more, whether or not
//	         they are missing
//	sums     Aggregating- and SummingMergeTree: the groups that the range touches are
//	         compared with raw, and the difference is attached
//
// Each step may be broken off anywhere and begun again by another owner: staging tables
// of the range are dropped first, whoever made them, and what was attached is seen by the
// next count. An owner that was paused before it attached finds its staging table gone.
package mend
