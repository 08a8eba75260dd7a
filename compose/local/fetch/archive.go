package fetch

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/process"
)

const archiveProperties = `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@%[2]s
listeners=PLAINTEXT://%[1]s,CONTROLLER://%[2]s
controller.listener.names=CONTROLLER
log.dirs=%[3]s
log.cleaner.dedupe.buffer.size=16777216
`

// archiveClasses writes the class-data archive that halves the processor time of the broker's start: Java writes
// the classes that one run has loaded when it ends. Java ignores an archive that does not fit, so a failure here
// costs only time and is not reported.
func archiveClasses(ctx context.Context, dir, tmp string) {
	config, address, err := archiveConfig(tmp)
	if err != nil {
		return
	}
	run := append(java(dir), "-XX:ArchiveClassesAtExit="+archive(dir), "-cp", filepath.Join(dir, "libs", "*"))
	format := append(java(dir), "-cp", filepath.Join(dir, "libs", "*"), "kafka.tools.StorageTool", "format", "-t", "YXJjaGl2ZS1jbGFzc2VzLQ", "-c", config)
	if process.Run(ctx, process.Spec{Dir: tmp, Args: format}) != nil {
		return
	}
	broker, err := process.Start(process.Spec{
		Args: append(run, "kafka.Kafka", config), Dir: tmp, Log: filepath.Join(tmp, "broker.log"),
		Stop: syscall.SIGTERM, Death: syscall.SIGKILL, Grace: 30 * time.Second,
	})
	if err != nil {
		return
	}
	defer broker.End()
	answers(ctx, address, broker.Done)
}

func archiveConfig(tmp string) (path, address string, err error) {
	var addresses [2]string
	for i := range addresses {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", "", err
		}
		defer l.Close()
		addresses[i] = l.Addr().String()
	}
	path = filepath.Join(tmp, "archive.properties")
	text := fmt.Appendf(nil, archiveProperties, addresses[0], addresses[1], filepath.Join(tmp, "data"))
	return path, addresses[0], os.WriteFile(path, text, 0o644)
}

// answers waits at most half a minute until somebody listens.
func answers(ctx context.Context, address string, gone <-chan struct{}) {
	for range 300 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-gone:
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}
