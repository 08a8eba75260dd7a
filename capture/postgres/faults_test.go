package postgres

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgtest"
)

// valve is a proxy before the server that can stop passing on what a replication connection sends, without closing it.
type valve struct {
	to     string
	closed atomic.Bool
}

// through puts a valve before the rig's server.
func (r *rig) through() *valve {
	u, err := url.Parse(r.cfg.URL)
	require.NoError(r.t, err)
	v := &valve{to: u.Host}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(r.t, err)
	r.t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go v.serve(c)
		}
	}()
	u.Host = l.Addr().String()
	r.cfg.URL = u.String()
	return v
}

func (v *valve) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", v.to)
	if err != nil {
		return
	}
	defer server.Close()
	hello := make([]byte, 4096)
	n, err := client.Read(hello)
	if err != nil {
		return
	}
	_, _ = server.Write(hello[:n])
	replication := bytes.Contains(hello[:n], []byte("replication\x00database"))
	go func() { _, _ = io.Copy(server, client); server.Close() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if err != nil {
			return
		}
		for replication && v.closed.Load() {
			time.Sleep(5 * time.Millisecond)
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}

// A connection that is up but brings nothing is noticed, because a heartbeat does not come back, and is made anew.
func TestStalledConnection(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, ledgerTable...)
	r.cfg.Heartbeat, r.cfg.Stall = 100*time.Millisecond, 700*time.Millisecond
	v := r.through()
	run := r.start()
	run.reach()
	v.closed.Store(true)
	r.db.Do("INSERT INTO ledger VALUES (1, 1)")
	err := run.wait()
	require.Equal(t, fault.Unreachable, fault.ClassOf(err), "%v", err)
	require.ErrorContains(t, err, "heartbeat")
	v.closed.Store(false)
	run = r.start()
	run.reach()
	run.stop()
	r.requireLedger()
}

// While the broker takes nothing the capture holds only so much, and the server goes on to hear from it: its patience is shorter here
// than the broker's pause.
func TestBackPressureKeepsTheConnection(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, ledgerTable...)
	r.cfg.URL += "&options=" + "-c%20wal_sender_timeout%3D900"
	r.publish.MaxBytes = 64 << 10
	run := r.start()
	run.reach()
	walsender := func() int32 {
		return pgtest.Value[int32](r.db, "SELECT active_pid FROM pg_replication_slots WHERE slot_name = $1", r.cfg.Slot)
	}
	pid := walsender()
	var shut atomic.Bool
	shut.Store(true)
	r.kafka.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		if !shut.Load() {
			return nil, nil, false
		}
		r.kafka.KeepControl()
		return nil, errors.New("shut"), true
	})
	r.db.Do("INSERT INTO ledger SELECT g, g FROM generate_series(1, 100000) g") // more than sockets and batches hold
	time.Sleep(3 * time.Second)
	shut.Store(false)
	run.reach()
	require.Equal(t, pid, walsender(), "the server gave the connection up")
	run.stop()
	r.requireLedger()
}

// The whole way works over TLS and with a password, also where the stream is read in large pieces.
func TestTLSAndPassword(t *testing.T) {
	if os.Getenv("TIDEMARK_TEST_POSTGRES_URL") != "" {
		t.Skip("the server given may ask for no password")
	}
	r := newRig(t, []string{ledgerContract}, append(ledgerTable, seedLedger)...)
	r.db.Do("DROP ROLE IF EXISTS "+pgtest.Scram, "CREATE ROLE "+pgtest.Scram+" LOGIN REPLICATION PASSWORD 'sesame'", "GRANT SELECT ON ledger TO "+pgtest.Scram)
	u, err := url.Parse(r.cfg.URL)
	require.NoError(t, err)
	u.User, u.RawQuery = url.UserPassword(pgtest.Scram, "wrong"), "sslmode=require"
	r.cfg.URL = u.String()
	src, err := New(r.cfg)
	require.NoError(t, err)
	err = src.Lease(t.Context())
	require.Equal(t, fault.Denied, fault.ClassOf(err), "%v", err)
	require.NotContains(t, err.Error(), "wrong")

	u.User = url.UserPassword(pgtest.Scram, "sesame")
	r.cfg.URL = u.String()
	run := r.start()
	run.reach()
	run.stop()
	r.db.Do("INSERT INTO ledger SELECT g, g FROM generate_series(1000, 30000) g")
	time.Sleep(2 * behindBy)
	run = r.start()
	run.reach()
	require.True(t, pgtest.Value[bool](r.db, "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = $1", pgtest.Scram))
	run.stop()
	r.requireLedger()
}

// A run that fails before it streams leaves nothing behind that would stop the next.
func TestBrokerIsAwayAtTheStart(t *testing.T) {
	r := newRig(t, []string{ledgerContract, strings.Replace(ledgerContract, "ledger", "other", 2)}, append(ledgerTable, seedLedger)...)
	run := r.start()
	run.cancel()
	_ = run.wait()
	run = r.start()
	run.reach()
	run.stop()
	r.requireLedger()
}
