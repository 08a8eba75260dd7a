#!/bin/bash
# A broker of Apache Kafka that listens and advertises as Redpanda's own arguments say.
set -euo pipefail
for a in "$@"; do
  case "$a" in
    --kafka-addr=*) listen="${a#*=}" ;;
    --advertise-kafka-addr=*) advertise="${a#*=}" ;;
    --node-id=*) id="${a#*=}" ;;
  esac
done
data=/var/lib/redpanda/data/kafka
cat >/tmp/server.properties <<END
process.roles=broker,controller
node.id=$((id + 1))
controller.quorum.voters=$((id + 1))@127.0.0.1:9099
controller.listener.names=CONTROLLER
inter.broker.listener.name=INTERNAL
listeners=$(echo "$listen" | tr a-z A-Z),CONTROLLER://127.0.0.1:9099
advertised.listeners=$(sed "s/internal:/INTERNAL:/; s/external:/EXTERNAL:/" <<<"$advertise")
listener.security.protocol.map=INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
message.max.bytes=16777216
replica.fetch.max.bytes=16777216
log.cleaner.dedupe.buffer.size=16777216
log.cleaner.io.buffer.size=262144
broker.heartbeat.interval.ms=1000
broker.session.timeout.ms=60000
END
java=(java -Xms64m -Xmx256m -XX:+UseSerialGC -Djava.net.preferIPv4Stack=true -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$STANDIN_KAFKA/libs/*")
[ -e "$data/meta.properties" ] || "${java[@]}" kafka.tools.StorageTool format -t dGlkZW1hcmstbG9jYWwtMA -c /tmp/server.properties
exec "${java[@]}" kafka.Kafka /tmp/server.properties
