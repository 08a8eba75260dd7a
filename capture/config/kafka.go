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
)

// transport gives connections to the brokers.
func (k *Kafka) transport() (*kafka.Transport, error) {
	// kafka-go keeps metadata for 6 s, in which a new topic stays invisible and a moved
	// leader keeps refusing.
	t := &kafka.Transport{MetadataTTL: time.Second, ClientID: "tidemark-capture"}
	var err error
	if t.SASL, err = k.mechanism(); err != nil {
		return nil, err
	}
	if !k.TLS {
		if k.CA != "" {
			return nil, errors.New("kafka ca is given without kafka tls")
		}
		return t, nil
	}
	t.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	if k.CA == "" {
		return t, nil
	}
	pem, err := os.ReadFile(k.CA)
	if err != nil {
		return nil, fmt.Errorf("kafka ca: %w", err)
	}
	t.TLS.RootCAs = x509.NewCertPool()
	if !t.TLS.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("kafka ca: %s holds no certificate", k.CA)
	}
	return t, nil
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
