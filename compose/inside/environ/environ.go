// Package environ turns secret files into the environment that a program reads: NAME_FILE=/run/secrets/x becomes NAME, and
// ${NAME} in the settings of Tidemark becomes what it names.
package environ

import (
	"fmt"
	"os"
	"strings"
)

// Resolve gives env with the content of each file that a NAME_FILE names as NAME, and with every ${NAME} expanded in the
// values of TIDEMARK_ settings. A file that cannot be read is an error; so is a name that nothing sets, which would
// otherwise be an empty password.
func Resolve(env []string) ([]string, error) {
	values, order, err := read(env)
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(order))
	for _, name := range order {
		value := values[name]
		if strings.HasPrefix(name, "TIDEMARK_") {
			if value, err = expand(name, value, values); err != nil {
				return nil, err
			}
		}
		out = append(out, name+"="+value)
	}
	return out, nil
}

// read takes env apart; files come in place of the variables that name them.
func read(env []string) (values map[string]string, order []string, err error) {
	values = map[string]string{}
	for _, v := range env {
		name, value, _ := strings.Cut(v, "=")
		if short, ok := strings.CutSuffix(name, "_FILE"); ok && short != "" {
			text, err := os.ReadFile(value)
			if err != nil {
				return nil, nil, fmt.Errorf("read the secret of %s (`make secrets` writes them): %w", name, err)
			}
			name, value = short, strings.TrimRight(string(text), "\r\n")
		}
		if _, twice := values[name]; !twice {
			order = append(order, name)
		}
		values[name] = value
	}
	return values, order, nil
}

func expand(name, value string, values map[string]string) (string, error) {
	var missing []string
	value = os.Expand(value, func(of string) string {
		v, ok := values[of]
		if !ok {
			missing = append(missing, of)
		}
		return v
	})
	if missing != nil {
		return "", fmt.Errorf("%s names %s, which is not set", name, strings.Join(missing, ", "))
	}
	return value, nil
}
