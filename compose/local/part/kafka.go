package part

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	kafkago "github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/compose/local/fetch"
	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

func kafka() Part {
	return Part{
		Name: "kafka", Ports: []string{site.Kafka, site.KafkaController}, Fetch: []string{"kafka"},
		Ways:    []string{site.Way(site.Capture, site.Kafka), site.Way(site.Sink, site.Kafka), site.KafkaSide + site.Capture, site.KafkaSide + site.Sink},
		Prepare: formatKafka, Spec: kafkaSpec, Ready: pingKafka,
	}
}

func kafkaConfig(s *site.Site) string { return s.Path("conf", "kafka.properties") }

func kafkaSpec(s *site.Site) (process.Spec, error) {
	args, err := fetch.KafkaJava(s)
	if err != nil {
		return process.Spec{}, err
	}
	return process.Spec{
		Args: append(args, "kafka.Kafka", kafkaConfig(s)), Dir: s.Path("data"), Log: s.Log("kafka"),
		Stop: syscall.SIGTERM, Death: syscall.SIGKILL, Grace: 20 * time.Second,
	}, nil
}

func formatKafka(ctx context.Context, s *site.Site) error {
	if err := os.MkdirAll(s.Path("data"), 0o755); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	if err := site.WriteFile(kafkaConfig(s), []byte(kafkaProperties(s)), 0o644); err != nil {
		return fmt.Errorf("write the broker's configuration: %w", err)
	}
	if _, err := os.Stat(s.Path("data", "kafka", "meta.properties")); err == nil {
		return nil
	}
	args, err := fetch.KafkaJava(s)
	if err != nil {
		return err
	}
	args = append(args, "kafka.tools.StorageTool", "format", "-t", "dGlkZW1hcmstbG9jYWwtMA", "-c", kafkaConfig(s))
	if err := process.Run(ctx, process.Spec{Args: args}); err != nil {
		return fmt.Errorf("format the broker's storage: %w", err)
	}
	return nil
}

// kafkaProperties: one node that is broker and controller. Sessions are short so that the broker is back within
// seconds after a kill; the internal topics are small because they cost start-up time.
func kafkaProperties(s *site.Site) string {
	return kafkaListeners(s) + fmt.Sprintf(`process.roles=broker,controller
node.id=1
controller.quorum.voters=1@%[1]s
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=%[2]s
num.partitions=4
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
min.insync.replicas=1
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
log.cleaner.io.buffer.size=262144
message.max.bytes=16777216
replica.fetch.max.bytes=16777216
broker.heartbeat.interval.ms=300
broker.session.timeout.ms=%[3]d
controlled.shutdown.enable=true
`, s.Ports.Addr(site.KafkaController), s.Path("data", "kafka"), brokerSession(s).Milliseconds())
}

// brokerSession is how long the controller waits for the broker's heartbeat. On a machine that is busy with faults it
// comes seconds late, and a broker that is taken for dead then is one fault too many.
func brokerSession(s *site.Site) time.Duration {
	if s.Proxied {
		return 10 * time.Second
	}
	return 3 * time.Second
}

// kafkaListeners: a client goes where the broker tells it to. Who is to come by a proxy needs a listener that tells it
// the proxy's address.
func kafkaListeners(s *site.Site) string {
	listen := "PLAINTEXT://" + s.Ports.Addr(site.Kafka) + ",CONTROLLER://" + s.Ports.Addr(site.KafkaController)
	advertise := "PLAINTEXT://" + s.Ports.Addr(site.Kafka)
	protocols := "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"
	for _, program := range []string{site.Capture, site.Sink} {
		if name := strings.ToUpper(program); s.Proxied {
			listen += "," + name + "://" + s.Behind(program, site.Kafka)
			advertise += "," + name + "://" + s.Reach(program, site.Kafka)
			protocols += "," + name + ":PLAINTEXT"
		}
	}
	return "listeners=" + listen + "\nadvertised.listeners=" + advertise + "\nlistener.security.protocol.map=" + protocols + "\n"
}

// pingKafka asks for the brokers: a broker that is still fenced by its controller is not among them.
func pingKafka(ctx context.Context, s *site.Site) error {
	conn, err := kafkago.DialContext(ctx, "tcp", s.Ports.Addr(site.Kafka))
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	brokers, err := conn.Brokers()
	if err == nil && len(brokers) == 0 {
		err = errors.New("the broker is not registered yet")
	}
	return err
}
