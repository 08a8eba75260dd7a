package pgtype

// Object ids of the built-in types whose wire form is not simply their text (pg_type.dat; they never change).
const (
	Bool        uint32 = 16
	Bytea       uint32 = 17
	Int8        uint32 = 20
	Int2        uint32 = 21
	Int4        uint32 = 23
	OID         uint32 = 26
	Float4      uint32 = 700
	Float8      uint32 = 701
	Date        uint32 = 1082
	Time        uint32 = 1083
	Timestamp   uint32 = 1114
	TimestampTZ uint32 = 1184

	xid uint32 = 28
	cid uint32 = 29
	box uint32 = 603
)

// FirstUser is the first object id that a server gives to what users create; a type at or above it needs a Catalog.
const FirstUser uint32 = 16384

// elementOf gives the element type of a built-in array type.
func elementOf(array uint32) (uint32, bool) {
	switch array {
	case 1000:
		return Bool, true
	case 1001:
		return Bytea, true
	case 1016:
		return Int8, true
	case 1005:
		return Int2, true
	case 1007:
		return Int4, true
	case 1028:
		return OID, true
	case 1011:
		return xid, true
	case 1012:
		return cid, true
	case 1021:
		return Float4, true
	case 1022:
		return Float8, true
	case 1182:
		return Date, true
	case 1183:
		return Time, true
	case 1115:
		return Timestamp, true
	case 1185:
		return TimestampTZ, true
	case 1020:
		return box, true
	}
	return 0, textArrays[array]
}

// textArrays are the built-in arrays whose elements are written as text.
var textArrays = map[uint32]bool{
	143: true, 199: true, 210: true, 270: true, 271: true, 272: true, 273: true, 629: true, 651: true, 719: true, 775: true, 791: true,
	1002: true, 1003: true, 1006: true, 1008: true, 1009: true, 1010: true, 1013: true, 1014: true, 1015: true,
	1017: true, 1018: true, 1019: true, 1027: true, 1034: true, 1040: true, 1041: true, 1187: true, 1231: true, 1263: true, 1270: true, 1561: true,
	1563: true, 2201: true, 2207: true, 2208: true, 2209: true, 2210: true, 2211: true, 2287: true, 2949: true, 2951: true, 3221: true, 3643: true,
	3644: true, 3645: true, 3735: true, 3770: true, 3807: true, 3905: true, 3907: true, 3909: true, 3911: true, 3913: true, 3927: true,
	4073: true, 4090: true, 4097: true, 4192: true, 5039: true, 6150: true, 6151: true, 6152: true, 6153: true, 6155: true, 6157: true,
}

func delimiterOf(elem uint32) byte {
	if elem == box {
		return ';'
	}
	return ','
}
