// Package compose tries the stack in containers: its files, and, where there is a Docker engine, the stack itself with images
// that stand in for the servers.
package compose

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/secrets"
)

// model is what `docker compose config` makes of the files.
type model struct {
	Services map[string]service
	Volumes  map[string]any
}

type service struct {
	Image       string
	Build       any
	Restart     string
	User        string
	ReadOnly    bool `json:"read_only"`
	Healthcheck any
	Environment map[string]*string
	Ports       []struct {
		HostIP string `json:"host_ip"`
	}
	Volumes []struct{ Type, Source, Target string }
	Deploy  struct {
		Resources struct{ Limits struct{ Memory string } }
	}
}

var profiles = []string{"core", "shop", "airflow", "bi"}

func files(scaled bool) []string {
	list := []string{"-f", "compose/docker-compose.yml"}
	if scaled {
		list = append(list, "-f", "compose/docker-compose.scaled.yml")
	}
	return list
}

// config runs `docker compose config`, which needs no engine.
func config(t *testing.T, program string, scaled bool, chosen ...string) model {
	dir := t.TempDir()
	_, err := secrets.Write(dir)
	require.NoError(t, err)
	args := files(scaled)
	for _, p := range chosen {
		args = append(args, "--profile", p)
	}
	cmd := exec.Command(program, append(args, "config", "--format", "json")...)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "TIDEMARK_SECRETS="+dir, "COMPOSE_PROFILES=")
	out, err := cmd.Output()
	var failed *exec.ExitError
	if err != nil && exitError(err, &failed) {
		t.Fatalf("%v: %s", args, failed.Stderr)
	}
	require.NoError(t, err)
	var m model
	require.NoError(t, json.Unmarshal(out, &m))
	return m
}

func TestBothFilesHoldWithEveryProfile(t *testing.T) {
	_, program := plugin(t, false)
	for _, scaled := range []bool{false, true} {
		for _, p := range profiles {
			require.NotEmpty(t, config(t, program, scaled, p).Services, p)
		}
		everyService(t, config(t, program, scaled, profiles...))
	}
	require.Len(t, config(t, program, false, profiles...).Services, 25)
}

// everyService is what holds for all of them.
func everyService(t *testing.T, m model) {
	kept := map[string]bool{}
	for name, s := range m.Services {
		_, tag, pinned := strings.Cut(filepath.Base(s.Image), ":")
		require.True(t, pinned && tag != "latest", "%s: the image %s names no version", name, s.Image)
		require.NotEmpty(t, s.Deploy.Resources.Limits.Memory, "%s has no limit", name)
		for _, p := range s.Ports {
			require.Equal(t, "127.0.0.1", p.HostIP, "%s is published beyond this machine", name)
		}
		for variable, value := range s.Environment {
			if strings.HasSuffix(variable, "PASSWORD") && value != nil {
				require.True(t, strings.HasPrefix(*value, "$"), "%s: %s is no secret", name, variable)
			}
		}
		for _, v := range s.Volumes {
			if v.Type == "volume" {
				kept[v.Source] = true
			}
		}
		if s.Restart == "unless-stopped" && name != "console" && name != "shop" {
			require.NotNil(t, s.Healthcheck, "%s: nobody sees whether it works", name)
		}
		if ours(s.Image) {
			require.True(t, s.ReadOnly && s.User != "", "%s: our images write nothing and are nobody", name)
		}
	}
	for v := range m.Volumes {
		require.True(t, kept[v], "nothing is kept in %s", v)
	}
}

func ours(image string) bool {
	for _, program := range programs {
		if strings.HasPrefix(image, "tidemark/"+program+":") {
			return true
		}
	}
	return false
}
