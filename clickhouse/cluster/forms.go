package cluster

import (
	"fmt"
	"regexp"
	"strings"
)

func (n Name) database(m []string, sql string) ([]string, error) {
	out := []string{n.on(m[0], sql)}
	if _, ok := sharded[m[2]]; ok {
		out = append(out, fmt.Sprintf("CREATE DATABASE %s%s ON CLUSTER %s", m[1], Local(m[2]), n))
	}
	return out, nil
}

var (
	engine = regexp.MustCompile(`(?m)^ENGINE = ([A-Za-z]*MergeTree)(\(([^)]*)\))?`)
	window = regexp.MustCompile(`non_replicated_deduplication_window = (\d+)`)
)

// table makes the storage and, where it is sharded, the table over it.
func (n Name) table(m []string, sql string) ([]string, error) {
	database, table := m[2], m[3]
	if !engine.MatchString(sql) {
		return nil, fmt.Errorf("%w: an engine that is no MergeTree: %.80s", ErrUnsupported, sql)
	}
	sql = window.ReplaceAllString(sql, "replicated_deduplication_window = $1, replicated_deduplication_window_seconds = 604800")
	key, isSharded := sharded[database]
	if !isSharded {
		return []string{n.on(m[0], replicated(sql, fmt.Sprintf("'/clickhouse/tables/%s/%s', '{replica}'", database, table)))}, nil
	}
	begin := fmt.Sprintf("CREATE TABLE %s%s.%s", m[1], Local(database), table)
	return []string{n.on(begin, begin+strings.TrimPrefix(replicated(sql, ""), m[0])), n.over(m[1], database, table, key, comment(sql))}, nil
}

// replicated takes the paths of the server's own settings (by the table's UUID and shard), which a rename leaves valid,
// unless it is given some: those are the same on every shard.
func replicated(sql, paths string) string {
	return engine.ReplaceAllStringFunc(sql, func(e string) string {
		m := engine.FindStringSubmatch(e)
		arguments := strings.Trim(strings.Join([]string{paths, m[3]}, ", "), ", ")
		if arguments != "" {
			arguments = "(" + arguments + ")"
		}
		return "ENGINE = Replicated" + m[1] + arguments
	})
}

// over is the Distributed table by which everybody reads and writes.
func (n Name) over(exists, database, table, key, comment string) string {
	if key != "" {
		key = ", " + key
	}
	return fmt.Sprintf("CREATE TABLE %s%s.%s ON CLUSTER %s AS %s.%s\nENGINE = Distributed(%s, %s, %s%s)%s",
		exists, database, table, n, Local(database), table, n, Local(database), table, key, comment)
}

func comment(sql string) string {
	if i := strings.LastIndex(sql, "\nCOMMENT "); i >= 0 {
		return sql[i:]
	}
	return ""
}

// view keeps its name; a materialized one reads and feeds the storage of the server that it stands on.
func (n Name) view(m []string, sql string) ([]string, error) {
	if m[1] == "" {
		return []string{n.on(m[0], sql)}, nil
	}
	return []string{m[0] + " ON CLUSTER " + string(n) + localized(strings.TrimPrefix(sql, m[0]))}, nil
}

var qualified = regexp.MustCompile("(\\b(?:FROM|JOIN|TO) )`?(raw|current|sales_state)`?\\.")

// localized puts the storage in the place of what stands over it.
func localized(sql string) string { return qualified.ReplaceAllString(sql, "${1}${2}_local.") }

var columns = regexp.MustCompile(`^\s+(ADD|MODIFY|DROP|RENAME) COLUMN `)

// alter changes columns of the storage first: the table over it must not promise what is not there. On the way back, when
// a column goes, readers by the plain name fail until it has gone there, too.
func (n Name) alter(m []string, sql string) ([]string, error) {
	database, table, rest := m[1], m[2], strings.TrimPrefix(sql, m[0])
	_, isSharded := sharded[database]
	switch {
	case !isSharded:
		return []string{n.on(m[0], sql)}, nil
	case columns.MatchString(rest):
		begin := fmt.Sprintf("ALTER TABLE %s.%s", Local(database), table)
		return []string{n.on(begin, begin+rest), n.on(m[0], sql)}, nil
	case strings.HasPrefix(strings.TrimSpace(rest), "MODIFY QUERY "), strings.HasPrefix(strings.TrimSpace(rest), "MODIFY COMMENT "):
		return []string{n.on(m[0], m[0]+localized(rest))}, nil
	}
	return nil, fmt.Errorf("%w: %.80s", ErrUnsupported, sql)
}

// drop takes both away. A materialized view has no storage of its own, so that nothing is there to drop.
func (n Name) drop(m []string, sql string) ([]string, error) {
	_, isSharded := sharded[m[2]]
	if !isSharded {
		return []string{n.on(m[0], sql)}, nil
	}
	verb := m[1]
	if strings.HasPrefix(verb, "TRUNCATE") {
		begin := fmt.Sprintf("%s%s.%s", verb, Local(m[2]), m[3])
		return []string{n.on(begin, begin+strings.TrimPrefix(sql, m[0]))}, nil
	}
	begin := fmt.Sprintf("DROP TABLE IF EXISTS %s.%s", Local(m[2]), m[3])
	return []string{n.on(m[0], sql), n.on(begin, begin+strings.TrimPrefix(sql, m[0]))}, nil
}

func (n Name) rename(m []string, sql string) ([]string, error) {
	from, table, to, renamed := m[1], m[2], m[3], m[4]
	key, isSharded := sharded[from]
	if !isSharded || from != to {
		return nil, fmt.Errorf("%w: %.80s", ErrUnsupported, sql)
	}
	return []string{
		fmt.Sprintf("RENAME TABLE %s.%s TO %s.%s ON CLUSTER %s", Local(from), table, Local(to), renamed, n),
		n.over("IF NOT EXISTS ", to, renamed, key, ""),
		fmt.Sprintf("DROP TABLE IF EXISTS %s.%s ON CLUSTER %s SYNC", from, table, n),
	}, nil
}

// exchange is one step on each server, not on all: nothing may write meanwhile.
func (n Name) exchange(m []string, sql string) ([]string, error) {
	if _, ok := sharded[m[1]]; !ok || m[1] != m[3] {
		return nil, fmt.Errorf("%w: %.80s", ErrUnsupported, sql)
	}
	return []string{fmt.Sprintf("EXCHANGE TABLES %s.%s AND %s.%s ON CLUSTER %s", Local(m[1]), m[2], Local(m[3]), m[4], n)}, nil
}
