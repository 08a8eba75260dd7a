package rawbson

// Type is the type byte of a BSON element (bsonspec.org).
type Type byte

// The types of BSON 1.1, deprecated ones included: servers still store them.
const (
	Double        Type = 0x01
	String        Type = 0x02
	Document      Type = 0x03
	Array         Type = 0x04
	Binary        Type = 0x05
	Undefined     Type = 0x06
	ObjectID      Type = 0x07
	Boolean       Type = 0x08
	DateTime      Type = 0x09
	Null          Type = 0x0A
	Regex         Type = 0x0B
	DBPointer     Type = 0x0C
	Code          Type = 0x0D
	Symbol        Type = 0x0E
	CodeWithScope Type = 0x0F
	Int32         Type = 0x10
	Timestamp     Type = 0x11
	Int64         Type = 0x12
	Decimal128    Type = 0x13
	MinKey        Type = 0xFF
	MaxKey        Type = 0x7F
)

// fixed holds the value size of each type that always has the same, plus one; zero means that the size is in the value.
var fixed = [256]int{
	Double: 9, Undefined: 1, ObjectID: 13, Boolean: 2, DateTime: 9, Null: 1,
	Int32: 5, Timestamp: 9, Int64: 9, Decimal128: 17, MinKey: 1, MaxKey: 1,
}
