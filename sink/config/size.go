package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// Size is a number of bytes: 65536, 64KiB, 16MiB, 1GiB.
type Size int

// Decode reads the size for kong, from a flag's text or from the file's number.
func (s *Size) Decode(ctx *kong.DecodeContext) error {
	n, err := ParseSize(fmt.Sprint(ctx.Scan.Pop().Value))
	*s = n
	return err
}

// ParseSize reads a size that is at least 1.
func ParseSize(text string) (Size, error) {
	digits, unit := strings.TrimSpace(text), 1
	for suffix, bytes := range map[string]int{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30} {
		if rest, ok := strings.CutSuffix(digits, suffix); ok {
			digits, unit = strings.TrimSpace(rest), bytes
			break
		}
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > math.MaxInt/unit {
		return 0, fmt.Errorf("size %q: want bytes, or a number with KiB, MiB or GiB", text)
	}
	return Size(n * unit), nil
}
