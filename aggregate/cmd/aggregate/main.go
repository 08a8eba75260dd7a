// Program aggregate keeps sums over signed rows right under updates, deletes and late refunds.
package main

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"

	"github.com/alecthomas/kong"
	"github.com/tidemark-cdc/tidemark/aggregate/client"
	"github.com/tidemark-cdc/tidemark/aggregate/model"
	"github.com/tidemark-cdc/tidemark/aggregate/models"
	"github.com/tidemark-cdc/tidemark/aggregate/view"
	"github.com/tidemark-cdc/tidemark/aggregate/views"
	"github.com/tidemark-cdc/tidemark/clickhouse/cluster"
	"gopkg.in/yaml.v3"
)

type cli struct {
	URL      string `name:"clickhouse-http-url" env:"TIDEMARK_CLICKHOUSE_HTTP_URL" help:"ClickHouse's HTTP address."`
	User     string `name:"clickhouse-user" env:"TIDEMARK_CLICKHOUSE_USER" help:"Who connects; becomes the definer of the views."`
	Password string `name:"clickhouse-password" env:"TIDEMARK_CLICKHOUSE_PASSWORD" help:"The user's password."`
	Cluster  string `name:"clickhouse-cluster" env:"TIDEMARK_CLICKHOUSE_CLUSTER" help:"Name of a cluster in the servers' remote_servers: tables are then replicated and distributed over it."`
	Config   string `type:"existingfile" help:"The sink's YAML file: clickhouse: {http_url, user, password}."`
	Models   string `type:"existingdir" help:"Folder of models; without it those that are built in."`
	Views    string `type:"existingdir" help:"Folder of views over the models; without it those that are built in."`
	JSON     bool   `name:"json" help:"Print results as JSON."`

	Apply  applyCommand  `cmd:"" help:"Make the models that are not there yet."`
	List   listCommand   `cmd:"" help:"Show the models and what there is of them."`
	Verify verifyCommand `cmd:"" help:"Compare every model with what the current rows add up to."`
}

func main() {
	var c cli
	k := kong.Parse(&c, kong.Name("aggregate"), kong.Description("Aggregates as SQL models."), kong.ShortUsageOnError())
	k.FatalIfErrorf(k.Run(&c))
}

// connect puts what flags and environment leave open from the file, whose ${NAME} come from the environment.
func (c *cli) connect() (*client.Client, error) {
	var file struct {
		ClickHouse struct {
			URL      string `yaml:"http_url"`
			User     string `yaml:"user"`
			Password string `yaml:"password"`
		} `yaml:"clickhouse"`
	}
	if c.Config != "" {
		text, err := os.ReadFile(c.Config)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", c.Config, err)
		}
		if err := yaml.Unmarshal([]byte(os.ExpandEnv(string(text))), &file); err != nil {
			return nil, fmt.Errorf("read %s: %w", c.Config, err)
		}
	}
	out := &client.Client{URL: cmp.Or(c.URL, file.ClickHouse.URL), User: cmp.Or(c.User, file.ClickHouse.User, "default"),
		Password: cmp.Or(c.Password, file.ClickHouse.Password), Cluster: cluster.Name(c.Cluster)}
	if out.URL == "" {
		return nil, fmt.Errorf("where is ClickHouse? Set TIDEMARK_CLICKHOUSE_HTTP_URL, or clickhouse.http_url in the file")
	}
	return out, nil
}

func (c *cli) load() ([]*model.Model, error) { return model.Load(either(c.Models, models.Files)) }

// loadViews gives the views to make: those that are built in are over models that are.
func (c *cli) loadViews() ([]*view.View, error) {
	if c.Models != "" && c.Views == "" {
		return nil, nil
	}
	return view.Load(either(c.Views, views.Files))
}

func either(dir string, builtIn fs.FS) fs.FS {
	if dir != "" {
		return os.DirFS(dir)
	}
	return builtIn
}
