// Package restore takes a merge back whose result cannot be read.
//
// ClickHouse whose disk fills up while it merges may put the merged part in its place with
// files that are empty (seen with 26.7). The rows in it were acknowledged long ago. What
// it was merged from is still there for old_parts_lifetime, and a table that is attached
// anew sets a part that it cannot load aside and loads those instead.
//
// So whenever the server has met a full disk or a part that it cannot read, the parts that
// were made since what they were made from is still there are checked (CHECK TABLE), and
// the table of a broken one is detached and attached again. That takes part of a second;
// an insert that meets the gap fails as a whole and is sent again under its token.
//
// The rules:
//
//	sources-first   a table is only attached anew while each of its broken parts' sources
//	                must still be there; else the part would be set aside and nothing would
//	                come in its place
//	attach-found    a table that is found detached, but not PERMANENTLY, is attached by
//	                whoever finds it: the one who detached it may have been killed between
//
// Replicated tables fetch a broken part from another replica by themselves.
package restore
