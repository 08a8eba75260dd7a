package fault

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
)

const inside = "TIDEMARK_FAULT_NAMESPACE"

// InNamespace runs this program again in a mount namespace of its own, so that what it
// mounts ends with it, however it ends. In there, or where that is not allowed, it
// comes back at once; otherwise it ends with the program's exit code.
func InNamespace() {
	if os.Getenv(inside) != "" || os.Geteuid() != 0 {
		return
	}
	runtime.LockOSThread() // the parent-death signal is sent when the thread ends that started the child
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		runtime.UnlockOSThread()
		return // not allowed here
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for s := range signals {
			if s == syscall.SIGTERM { // an interrupt from the terminal goes to both
				_ = cmd.Process.Signal(s)
			}
		}
	}()
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() >= 0 {
		os.Exit(exit.ExitCode())
	}
	if err != nil {
		os.Exit(3)
	}
	os.Exit(0)
}
