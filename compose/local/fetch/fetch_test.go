package fetch

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"

	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

func tarOf(t *testing.T, headers ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, h := range headers {
		h.Size = 0
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len("content"))
		}
		require.NoError(t, w.WriteHeader(&h))
		if h.Typeflag == tar.TypeReg {
			_, err := w.Write([]byte("content"))
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func TestUnpackFileTakesOneFile(t *testing.T) {
	dir := t.TempDir()
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, err := z.Write(tarOf(t, tar.Header{Name: "package/other", Typeflag: tar.TypeReg}, tar.Header{Name: "package/lib.so", Typeflag: tar.TypeReg}))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	archive := filepath.Join(dir, "a.tgz")
	require.NoError(t, os.WriteFile(archive, zipped.Bytes(), 0o644))

	require.NoError(t, unpackFile(archive, "lib.so", filepath.Join(dir, "lib.so")))
	text, err := os.ReadFile(filepath.Join(dir, "lib.so"))
	require.NoError(t, err)
	require.Equal(t, "content", string(text))
	require.ErrorContains(t, unpackFile(archive, "missing.so", filepath.Join(dir, "x")), "has no missing.so")

	require.NoError(t, os.WriteFile(archive, zipped.Bytes()[:zipped.Len()/2], 0o644))
	require.Error(t, unpackFile(archive, "lib.so", filepath.Join(dir, "lib.so")), "an archive that was cut")
}

// jarWith is a zip file whose only entry is a tar archive compressed with xz.
func jarWith(t *testing.T, headers ...tar.Header) *zip.File {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	entry, err := w.Create("server.txz")
	require.NoError(t, err)
	x, err := xz.NewWriter(entry)
	require.NoError(t, err)
	_, err = x.Write(tarOf(t, headers...))
	require.NoError(t, err)
	require.NoError(t, x.Close())
	require.NoError(t, w.Close())
	r, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	require.NoError(t, err)
	return r.File[0]
}

func TestUnpackXZKeepsModesAndLinks(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, unpackXZ(jarWith(t,
		tar.Header{Name: "./bin/postgres", Typeflag: tar.TypeReg, Mode: 0o755},
		tar.Header{Name: "./lib/libpq.so", Typeflag: tar.TypeSymlink, Linkname: "libpq.so.5"},
	), dir))
	info, err := os.Stat(filepath.Join(dir, "bin", "postgres"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o755), info.Mode().Perm())
	link, err := os.Readlink(filepath.Join(dir, "lib", "libpq.so"))
	require.NoError(t, err)
	require.Equal(t, "libpq.so.5", link)
}

func TestUnpackXZStaysInItsFolder(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "in")
	require.NoError(t, os.Mkdir(dir, 0o755))
	require.Error(t, unpackXZ(jarWith(t, tar.Header{Name: "../out", Typeflag: tar.TypeReg, Mode: 0o644}), dir))
	require.Error(t, unpackXZ(jarWith(t,
		tar.Header{Name: "up", Typeflag: tar.TypeSymlink, Linkname: ".."},
		tar.Header{Name: "up/out", Typeflag: tar.TypeReg, Mode: 0o644},
	), dir))
	_, err := os.Stat(filepath.Join(parent, "out"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestSumsNameEveryFile(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "libs"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "venv"), 0o755))
	for _, name := range []string{"b", "libs/a", "venv/changes", sums} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("abc"), 0o644))
	}
	text, err := sumsOf(dir)
	require.NoError(t, err)
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	require.Equal(t, abc+"  b\n"+abc+"  libs/a\n", string(text))
}

func newSite(t *testing.T) *site.Site {
	t.Helper()
	s, err := site.Open(site.Options{Dir: t.TempDir(), Parts: t.TempDir()})
	require.NoError(t, err)
	return s
}

func TestAMissingClientIsNamedWithItsPackage(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := Ensure(t.Context(), newSite(t), []string{"clickhouse"}, &bytes.Buffer{})
	require.ErrorContains(t, err, "apt-get install npm")
	err = Ensure(t.Context(), newSite(t), []string{"kafka"}, &bytes.Buffer{})
	require.ErrorContains(t, err, "apt-get install default-jre-headless")
}

func TestAnInterruptedDownloadIsDoneAgainAndAWholeOneIsNot(t *testing.T) {
	s := newSite(t)
	bin := t.TempDir() // an npm that packs nothing but a library
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, err := z.Write(tarOf(t, tar.Header{Name: "package/libchdb.so", Typeflag: tar.TypeReg}))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, os.WriteFile(filepath.Join(bin, "package.tgz"), zipped.Bytes(), 0o644))
	script := "#!/bin/sh\necho packed >> " + bin + "/count\ncp " + bin + "/package.tgz .\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "npm"), []byte(script), 0o755))
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))

	half := filepath.Join(clickhouse().dir(s), "libchdb.so")
	require.NoError(t, os.MkdirAll(filepath.Dir(half), 0o755))
	require.NoError(t, os.WriteFile(half, []byte("half"), 0o644))
	for range 2 {
		var out bytes.Buffer
		require.NoError(t, Ensure(t.Context(), s, []string{"clickhouse"}, &out))
	}
	text, err := os.ReadFile(half)
	require.NoError(t, err)
	require.Equal(t, "content", string(text))
	count, err := os.ReadFile(filepath.Join(bin, "count"))
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(count), "packed"))
	lib, err := ClickHouseLib(s)
	require.NoError(t, err)
	require.Equal(t, half, lib)
}

func TestWhatWasNotFetchedSaysSo(t *testing.T) {
	s := newSite(t)
	t.Setenv("TIDEMARK_POSTGRES_BIN", "fetch")
	t.Setenv(mongoProgram, "")
	for _, path := range []func(*site.Site) (string, error){ClickHouseLib, MongoBin, PostgresBin} {
		_, err := path(s)
		require.ErrorContains(t, err, "local fetch")
	}
	_, err := KafkaJava(s)
	require.ErrorContains(t, err, "local fetch")
}

func TestAServerThatIsTooOldIsNotTaken(t *testing.T) {
	dir := t.TempDir()
	for version, want := range map[string]int{"postgres (PostgreSQL) 9.6.24": 9, "postgres (PostgreSQL) 17.2 (Debian 17.2-1)": 17, "nonsense": 0} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "postgres"), []byte("#!/bin/sh\necho '"+version+"'\n"), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "initdb"), nil, 0o755))
		require.Equal(t, want, postgresVersion(dir))
	}
	require.Zero(t, postgresVersion(t.TempDir()))
}
