package engine

import (
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"github.com/ebitengine/purego"
)

// call runs the library's command line; it returns when the engine has shut its tables down.
func call(lib string, args []string) error {
	handle, err := purego.Dlopen(lib, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return fmt.Errorf("load the engine: %w", err)
	}
	var cmdline func(argc int32, argv unsafe.Pointer) uintptr
	purego.RegisterLibFunc(&cmdline, handle, "chdb_query_cmdline")
	argv := make([]*byte, len(args)+1)
	var pin runtime.Pinner // the engine keeps pointers to its arguments
	for i, a := range args {
		if argv[i], err = syscall.BytePtrFromString(a); err != nil {
			return fmt.Errorf("argument %q of the engine: %w", a, err)
		}
		pin.Pin(argv[i])
	}
	pin.Pin(&argv[0])
	cmdline(int32(len(args)), unsafe.Pointer(&argv[0])) // prints its own errors
	return nil
}
