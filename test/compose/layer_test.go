package compose

import (
	"archive/tar"
	"bytes"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// layer is a tar of an image's layer, as it is written.
type layer struct {
	t *testing.T
	b bytes.Buffer
	w *tar.Writer
}

func newLayer(t *testing.T) *layer {
	l := &layer{t: t}
	l.w = tar.NewWriter(&l.b)
	return l
}

func (l *layer) put(h tar.Header, text string) {
	h.Size = int64(len(text))
	require.NoError(l.t, l.w.WriteHeader(&h))
	_, err := l.w.Write([]byte(text))
	require.NoError(l.t, err)
}

// dir makes a folder that a user owns.
func (l *layer) dir(name string, owner int) {
	l.put(tar.Header{Name: name + "/", Typeflag: tar.TypeDir, Mode: 0o755, Uid: owner}, "")
}

func (l *layer) file(name, text string, mode int64) {
	l.put(tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: mode}, text)
}

func (l *layer) link(name, to string) {
	l.put(tar.Header{Name: name, Typeflag: tar.TypeSymlink, Linkname: to, Mode: 0o777}, "")
}

func (l *layer) bytes() []byte {
	require.NoError(l.t, l.w.Close())
	return l.b.Bytes()
}

// rootTar is what an image needs around the mounted /usr.
func rootTar(t *testing.T) []byte {
	l := newLayer(t)
	for _, dir := range []string{"usr", "etc", "etc/alternatives", "proc", "sys", "dev", "run", "opt", "opt/standin", "data", "data/db", "data/configdb", "var", "var/lib", "home"} {
		l.dir(dir, 0)
	}
	l.put(tar.Header{Name: "tmp/", Typeflag: tar.TypeDir, Mode: 0o1777}, "")
	for _, name := range []string{"bin", "sbin", "lib", "lib64"} {
		l.link(name, "usr/"+name)
	}
	l.file("etc/passwd", "root:x:0:0::/root:/bin/bash\nmongodb:x:999:999::/:/bin/false\n"+
		"superset:x:1000:1000::/home/superset:/bin/bash\nairflow:x:50000:0::/home/airflow:/bin/bash\n", 0o644)
	l.file("etc/group", "root:x:0:\nmongodb:x:999:\nsuperset:x:1000:\n", 0o644)
	return l.bytes()
}

// buildTar is what the images of Airflow and Superset have beside, and what the RUN lines of ours need until /usr is mounted.
func buildTar(t *testing.T) []byte {
	box, err := exec.LookPath("busybox")
	if err != nil {
		t.Skip("needs busybox, linked statically (Debian: busybox-static)")
	}
	program, err := os.ReadFile(box)
	require.NoError(t, err)
	install, err := os.ReadFile("standin/install.sh")
	require.NoError(t, err)
	l := newLayer(t)
	l.dir("usr/bin", 0)
	l.file("usr/bin/busybox", string(program), 0o755)
	for _, name := range []string{"sh", "grep", "mkdir", "chown", "test"} {
		l.link("usr/bin/"+name, "busybox")
	}
	l.file("usr/bin/pip", string(install), 0o755)
	l.file("usr/bin/uv", string(install), 0o755)
	for _, dir := range []string{"home/airflow", "opt/airflow", "opt/airflow/logs"} {
		l.dir(dir, 50000)
	}
	l.dir("home/superset", 1000)
	return l.bytes()
}
