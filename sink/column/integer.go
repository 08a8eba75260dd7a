package column

import (
	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/types"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

func buildInteger(t types.Type, n node) Column {
	read := wholeReader(t)
	if read == nil || len(n.params) > 0 {
		return nil
	}
	switch n.name {
	case "Int8":
		return newFixed(n.name, signed[int8](n.name, read), func(p *[]int8) proto.Column { return (*proto.ColInt8)(p) })
	case "Int16":
		return newFixed(n.name, signed[int16](n.name, read), func(p *[]int16) proto.Column { return (*proto.ColInt16)(p) })
	case "Int32":
		return newFixed(n.name, signed[int32](n.name, read), func(p *[]int32) proto.Column { return (*proto.ColInt32)(p) })
	case "Int64":
		return newFixed(n.name, signed[int64](n.name, read), func(p *[]int64) proto.Column { return (*proto.ColInt64)(p) })
	case "UInt8":
		return newFixed(n.name, unsigned[uint8](n.name, read), func(p *[]uint8) proto.Column { return (*proto.ColUInt8)(p) })
	case "UInt16":
		return newFixed(n.name, unsigned[uint16](n.name, read), func(p *[]uint16) proto.Column { return (*proto.ColUInt16)(p) })
	case "UInt32":
		return newFixed(n.name, unsigned[uint32](n.name, read), func(p *[]uint32) proto.Column { return (*proto.ColUInt32)(p) })
	case "UInt64":
		return newFixed(n.name, unsigned[uint64](n.name, read), func(p *[]uint64) proto.Column { return (*proto.ColUInt64)(p) })
	}
	return nil
}

func signed[T int8 | int16 | int32 | int64](want string, read whole) func(wire.Token) (T, error) {
	return func(tok wire.Token) (T, error) {
		neg, mag, problem := read(tok)
		v := int64(mag)
		if neg {
			v = -v
		}
		if problem == fine && (v < 0 != (neg && mag > 0) || int64(T(v)) != v) {
			problem = tooWide
		}
		if problem != fine {
			return 0, problem.refuse(want, tok)
		}
		return T(v), nil
	}
}

func unsigned[T uint8 | uint16 | uint32 | uint64](want string, read whole) func(wire.Token) (T, error) {
	return func(tok wire.Token) (T, error) {
		neg, mag, problem := read(tok)
		if problem == fine && (neg && mag > 0 || uint64(T(mag)) != mag) {
			problem = tooWide
		}
		if problem != fine {
			return 0, problem.refuse(want, tok)
		}
		return T(mag), nil
	}
}
