package reference

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

func (s Source) topics() (string, error) {
	var b strings.Builder
	b.WriteString("# Topics\n\nWhat a record holds: [the envelope](../../schemas/ENVELOPE.md). A table's topic is `<source>.<schema or database>.<table>`; capture makes it\n" +
		"with `kafka.partitions` partitions, and its records stay in the partition of their key for as long as the topic lives.\n\n## Fixed\n\n")
	rows, err := constants(filepath.Join(s.Root, "schemas", "topic", "topic.go"))
	if err != nil {
		return "", err
	}
	table(&b, []string{"topic", "meaning"}, rows)
	all, err := contract.Load(os.DirFS(filepath.Join(s.Root, "schemas", "shop")))
	if err != nil {
		return "", err
	}
	b.WriteString("## The shop's\n\n")
	rows = nil
	for _, c := range all {
		var key []string
		for _, k := range c.KeyColumns() {
			key = append(key, k.Name)
		}
		rows = append(rows, []string{code(c.Topic()), code(strings.Join(key, ", ")), code(c.Target.String())})
	}
	table(&b, []string{"topic", "key", "ClickHouse"}, rows)
	return b.String(), nil
}

// constants gives the string constants of a file with their comments, whose first word is the constant's name.
func constants(path string) (rows [][]string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) == 0 || spec.Doc == nil {
			return true
		}
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
			value, _ := strconv.Unquote(literal.Value) // the parser has read it
			_, meaning, _ := strings.Cut(spec.Doc.Text(), " ")
			rows = append(rows, []string{code(value), meaning})
		}
		return true
	})
	return rows, nil
}
