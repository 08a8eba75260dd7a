package engine

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func options(t *testing.T) Options {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir) // check leaves us in the data folder
	config := filepath.Join(dir, "clickhouse.xml")
	require.NoError(t, os.WriteFile(config, []byte("<clickhouse/>"), 0o600))
	return Options{Path: filepath.Join(dir, "data"), Config: config}
}

func TestAMissingConfigurationIsRefused(t *testing.T) {
	o := options(t)
	require.NoError(t, o.check())
	o.Config += ".missing"
	require.ErrorIs(t, o.check(), os.ErrNotExist, "the engine would serve everybody without a password")
}

func TestAConfigurationInTheDataFolderIsRefused(t *testing.T) {
	o := options(t)
	require.NoError(t, os.MkdirAll(o.Path, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(o.Path, "config.xml"), nil, 0o600))
	require.ErrorContains(t, o.check(), "must not be there")
}

func TestATakenPortIsRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	o := options(t)
	o.HTTP = l.Addr().(*net.TCPAddr).Port
	require.ErrorContains(t, o.check(), "address already in use")
}

func TestHistoryIsNoSharedFile(t *testing.T) {
	o := options(t)
	require.Contains(t, o.args(&hold{}), "--history_file="+o.Path+"/history", "the engine changes the mode of that file")
}

func TestTheHoldIsATerminal(t *testing.T) {
	saved, err := os.Open("/dev/null")
	require.NoError(t, err)
	defer saved.Close()
	h := &hold{}
	slave, err := h.openTerminal()
	require.NoError(t, err)
	f := os.NewFile(uintptr(slave), "slave")
	defer f.Close()
	_, err = f.WriteString("x")
	require.NoError(t, err)
	go h.dropEcho()
	for range 100 { // more than a terminal buffers: it would block were nobody reading
		_, err = f.Write(make([]byte, 1000))
		require.NoError(t, err)
	}
}
