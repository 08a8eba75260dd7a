package topics

import (
	"errors"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/capture/fault"
)

// Failed wraps an error of a broker with its class.
func Failed(doing string, err error) error {
	var code kafka.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, new(*fault.Error)):
		return err
	case !errors.As(err, &code):
		return fault.New(fault.Unreachable, doing, err, "Do the brokers run there, and do the addresses that they advertise reach them?")
	}
	return fault.New(classOf(code), doing, err, "")
}

func classOf(code kafka.Error) fault.Class {
	switch code {
	case kafka.TopicAuthorizationFailed, kafka.ClusterAuthorizationFailed, kafka.TransactionalIDAuthorizationFailed,
		kafka.SASLAuthenticationFailed, kafka.UnsupportedSASLMechanism, kafka.IllegalSASLState:
		return fault.Denied
	case kafka.InvalidProducerEpoch, kafka.ProducerFenced:
		return fault.Fenced
	case kafka.OutOfOrderSequenceNumber, kafka.UnknownProducerId, kafka.InvalidProducerIDMapping, kafka.InvalidTransactionState:
		return fault.Session
	case kafka.MessageSizeTooLarge, kafka.RecordListTooLarge:
		return fault.TooLarge
	case kafka.InvalidTopic, kafka.InvalidPartitionNumber, kafka.InvalidReplicationFactor, kafka.InvalidConfiguration,
		kafka.PolicyViolation, kafka.UnsupportedForMessageFormat, kafka.UnsupportedCompressionType, kafka.InvalidTimestamp,
		kafka.InvalidRecord, kafka.InvalidRequiredAcks, kafka.InvalidTransactionTimeout, kafka.UnsupportedVersion:
		return fault.Config
	}
	return fault.Unreachable
}
