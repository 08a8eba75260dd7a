package config

import (
	"context"
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

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/lease"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
	"github.com/tidemark-cdc/tidemark/capture/topics"
)

// transport gives connections to the brokers.
func (k *Kafka) transport() (*kafka.Transport, error) {
	mechanism, security, err := k.security()
	// kafka-go keeps metadata for 6 s, in which a new topic stays invisible and a moved
	// leader keeps refusing.
	return &kafka.Transport{MetadataTTL: time.Second, ClientID: clientID, SASL: mechanism, TLS: security}, err
}

// Check says what the brokers lack for these settings.
func (k *Kafka) Check(ctx context.Context) ([]preflight.Finding, error) {
	t, err := k.transport()
	if err != nil {
		return nil, fault.New(fault.Config, "set up Kafka", err, "")
	}
	defer t.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(k.Brokers...), Timeout: 10 * time.Second, Transport: t}
	return topics.Admin{Client: client}.Check(ctx, k.Replication, int(k.Batch))
}

// Lease is the lease's part of the settings, for one source.
func (k *Kafka) Lease(source string) (lease.Config, error) {
	mechanism, security, err := k.security()
	if err != nil {
		return lease.Config{}, fault.New(fault.Config, "set up Kafka", err, "")
	}
	return lease.Config{Source: source, Brokers: k.Brokers, Dialer: &kafka.Dialer{
		Timeout: 5 * time.Second, DualStack: true, ClientID: clientID, SASLMechanism: mechanism, TLS: security}}, nil
}

const clientID = "tidemark-capture"

func (k *Kafka) security() (sasl.Mechanism, *tls.Config, error) {
	mechanism, err := k.mechanism()
	if err != nil {
		return nil, nil, err
	}
	if !k.TLS {
		if k.CA != "" {
			return nil, nil, errors.New("kafka ca is given without kafka tls")
		}
		return mechanism, nil, nil
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if k.CA == "" {
		return mechanism, t, nil
	}
	pem, err := os.ReadFile(k.CA)
	if err != nil {
		return nil, nil, fmt.Errorf("kafka ca: %w", err)
	}
	t.RootCAs = x509.NewCertPool()
	if !t.RootCAs.AppendCertsFromPEM(pem) {
		return nil, nil, fmt.Errorf("kafka ca: %s holds no certificate", k.CA)
	}
	return mechanism, t, nil
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
