package rows

import (
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// node is a place in the document that the contract's paths lead to or through.
type node struct {
	path string
	// columns take the value here as a whole.
	columns  []int
	children []*node
	match    matcher
	// elems is what is wanted of each element of the array here; gathered are all the
	// columns below it.
	elems    *node
	gathered []int
}

// buildPaths makes the tree of the contract's paths.
func buildPaths(c *contract.Contract) (*node, error) {
	root := newNode("")
	for i := range c.Columns {
		col := &c.Columns[i]
		if col.Gathered() && col.Type.Elem != nil {
			return nil, fmt.Errorf("%s, column %s: an array within the array of path %q", c.Name(), col.Name, col.Path)
		}
		n := root
		if col.Path != "." {
			n = root.reach(i, strings.Split(col.Path, "."))
		}
		n.columns = append(n.columns, i)
	}
	return root, nil
}

func newNode(path string) *node {
	return &node{path: path, match: newMatcher(map[string]int32{})}
}

// reach makes the nodes on the way to the end of parts.
func (n *node) reach(c int, parts []string) *node {
	for _, part := range parts {
		name, array := strings.CutSuffix(part, "[]")
		n = n.child(name)
		if array {
			if n.elems == nil {
				n.elems = newNode(n.path)
			}
			n.gathered = append(n.gathered, c)
			n = n.elems
		}
	}
	return n
}

func (n *node) child(name string) *node {
	if i, ok := n.match.targets[name]; ok {
		return n.children[i]
	}
	path := name
	if n.path != "" {
		path = n.path + "." + name
	}
	n.match.targets[name] = int32(len(n.children))
	n.children = append(n.children, newNode(path))
	return n.children[len(n.children)-1]
}
