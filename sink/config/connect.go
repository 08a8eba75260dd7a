package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"

	"github.com/tidemark-cdc/tidemark/clickhouse/cluster"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Transport gives connections to the brokers for requests, Dialer those of the group.
func (k *Kafka) Transport() (*kafka.Transport, *kafka.Dialer, error) {
	mechanism, err := k.mechanism()
	if err != nil {
		return nil, nil, err
	}
	encrypt, err := encryption(k.TLS, k.CA)
	if err != nil {
		return nil, nil, fmt.Errorf("kafka: %w", err)
	}
	// kafka-go keeps metadata for 6 s, in which a new topic stays invisible and a moved
	// leader keeps refusing.
	t := &kafka.Transport{MetadataTTL: time.Second, ClientID: "tidemark-sink", TLS: encrypt, SASL: mechanism}
	d := &kafka.Dialer{Timeout: 10 * time.Second, ClientID: "tidemark-sink", TLS: encrypt, SASLMechanism: mechanism}
	return t, d, nil
}

func (k *Kafka) mechanism() (sasl.Mechanism, error) {
	if k.SASL != "none" && k.SASL != "" && k.User == "" {
		return nil, fmt.Errorf("kafka sasl %s needs a user", k.SASL)
	}
	switch k.SASL {
	case "plain":
		return plain.Mechanism{Username: k.User, Password: k.Password}, nil
	case "scram-sha-256":
		return scram.Mechanism(scram.SHA256, k.User, k.Password)
	case "scram-sha-512":
		return scram.Mechanism(scram.SHA512, k.User, k.Password)
	}
	return nil, nil
}

// Conn makes a connection to ClickHouse; it does not dial yet.
func (c *ClickHouse) Conn() (*clickhouse.Conn, error) {
	encrypt, err := encryption(c.TLS, c.CA)
	if err != nil {
		return nil, fmt.Errorf("clickhouse: %w", err)
	}
	return clickhouse.New(clickhouse.Config{Addr: c.Addr, User: c.User, Password: c.Password, TLS: encrypt, Cluster: cluster.Name(c.Cluster)}), nil
}

func encryption(on bool, ca string) (*tls.Config, error) {
	if !on {
		if ca != "" {
			return nil, errors.New("ca is given without tls")
		}
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if ca == "" {
		return c, nil
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, fmt.Errorf("ca: %w", err)
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("ca: %s holds no certificate", ca)
	}
	return c, nil
}
