package rows

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/column"
)

// fakeRaw holds inserted blocks and answers look-ups as raw would.
type fakeRaw struct {
	layout *layout
	cols   []column.Column
	meta   *meta
	asked  int
	buried []buriedRow
}

type buriedRow struct {
	key     string
	version position.Position
	offset  int64
}

func newFakeRaw(t testing.TB, c *contract.Contract) *fakeRaw {
	t.Helper()
	l, err := newLayout(c)
	require.NoError(t, err)
	cols, err := l.columns()
	require.NoError(t, err)
	m, err := newMeta()
	require.NoError(t, err)
	return &fakeRaw{layout: l, cols: cols, meta: m}
}

// insert takes the builder's block.
func (f *fakeRaw) insert(t testing.TB, b *Builder) {
	t.Helper()
	require.NoError(t, b.Counts().Check(b.Rows()))
	require.Zero(t, b.Open())
	b.Checksum() // all columns have the same length, or it panics
	for i := range b.Rows() {
		for c := range f.cols {
			f.cols[c].AppendFrom(b.cols[c], i)
		}
	}
	f.meta.sign = append(f.meta.sign, b.meta.sign...)
	f.meta.version = append(f.meta.version, b.meta.version...)
	f.meta.op = append(f.meta.op, b.meta.op...)
	f.meta.offset = append(f.meta.offset, b.meta.offset...)
	for _, d := range b.Buried() {
		f.buried = append(f.buried, buriedRow{string(d.Key), d.Version, d.Offset})
	}
}

// Buried is Lookup.
func (f *fakeRaw) Buried(_ context.Context, q BuriedQuestion, take func([]byte, position.Position)) error {
	for _, d := range f.buried {
		for _, k := range q.Keys {
			if string(k) == d.key && d.offset < q.Below {
				take(k, d.version)
			}
		}
	}
	return nil
}

func (f *fakeRaw) key(cols []column.Column, i int) string {
	var out []byte
	for _, k := range f.layout.contract.Key {
		out = cols[k].AppendValue(out, i)
	}
	return string(out)
}

// Newest is Lookup.
func (f *fakeRaw) Newest(_ context.Context, q Question, take func(*Images) error) error {
	f.asked += q.Keys.Len()
	newest := map[string]int{}
	for i := range f.meta.rows() {
		k := f.key(f.cols, i)
		old, ok := newest[k]
		if int64(f.meta.offset[i]) < q.Below && (!ok || f.after(i, old)) {
			newest[k] = i
		}
	}
	for n := range q.Keys.Len() {
		var asked []byte
		for _, c := range q.Keys.cols {
			asked = c.AppendValue(asked, n)
		}
		if i, ok := newest[string(asked)]; ok {
			if err := take(f.images(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// after is ORDER BY _version DESC, _sign DESC.
func (f *fakeRaw) after(i, j int) bool {
	c := versionAt(f.meta.version, i).Compare(versionAt(f.meta.version, j))
	return c > 0 || c == 0 && f.meta.sign[i] > f.meta.sign[j]
}

func (f *fakeRaw) images(i int) *Images {
	m, err := NewImages(f.layout.contract)
	if err != nil {
		panic(err)
	}
	for c := range m.cols {
		m.cols[c].AppendFrom(f.cols[c], i)
	}
	m.sign = append(m.sign, f.meta.sign[i])
	m.version = append(m.version, f.meta.version[i])
	return m
}

// image joins a row's values so that rows can be compared.
func (f *fakeRaw) image(cols []column.Column, i int) string {
	var out []byte
	for _, c := range cols {
		out = c.AppendValue(out, i)
	}
	return string(out)
}

// live checks the invariant and gives what remains of each key: the signs of each image
// sum to zero, except for one image of a live key, and that one is the newest.
func (f *fakeRaw) live(t testing.TB) map[string]string {
	t.Helper()
	sums, net, newest := map[string]int{}, map[string]map[string]int{}, map[string]int{}
	for i := range f.meta.rows() {
		k, image := f.key(f.cols, i), f.image(f.cols, i)
		if net[k] == nil {
			net[k] = map[string]int{}
		}
		sums[k] += int(f.meta.sign[i])
		net[k][image] += int(f.meta.sign[i])
		if old, ok := newest[k]; !ok || f.after(i, old) {
			newest[k] = i
		}
	}
	out := map[string]string{}
	for k, images := range net {
		require.Contains(t, []int{0, 1}, sums[k], "the sum of signs of %q", k)
		for image, n := range images {
			require.Contains(t, []int{0, 1}, n, "the sum of signs of an image of %q", k)
			if n == 1 {
				require.Equal(t, f.image(f.cols, newest[k]), image, "what remains of %q is its newest row", k)
				require.EqualValues(t, 1, f.meta.sign[newest[k]])
				out[k] = image
			}
		}
	}
	return out
}

func (f *fakeRaw) String() string { return fmt.Sprintf("%d rows", f.meta.rows()) }
