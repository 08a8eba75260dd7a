package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"

	"github.com/tidemark-cdc/tidemark/aggregate/client"
	"github.com/tidemark-cdc/tidemark/aggregate/model"
	"github.com/tidemark-cdc/tidemark/aggregate/models"
	"github.com/tidemark-cdc/tidemark/aggregate/view"
	"github.com/tidemark-cdc/tidemark/aggregate/views"
	"github.com/tidemark-cdc/tidemark/clickhouse/cluster"
	"gopkg.in/yaml.v3"
)

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

// start connects and reads the models.
func (c *cli) start() (*client.Client, []*model.Model, error) {
	server, err := c.connect()
	if err != nil {
		return nil, nil, err
	}
	all, err := c.load()
	return server, all, err
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

// pick gives the models of these names, all of them for none.
func pick(all []*model.Model, names []string) ([]*model.Model, error) {
	if len(names) == 0 {
		return all, nil
	}
	var out []*model.Model
	for _, name := range names {
		m := find(all, name)
		if m == nil {
			return nil, fmt.Errorf("no model %q: aggregate list shows them", name)
		}
		out = append(out, m)
	}
	return out, nil
}

func find(all []*model.Model, name string) *model.Model {
	for _, m := range all {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// show prints a result as JSON or as text.
func (c *cli) show(v any, text string) {
	if c.JSON {
		_ = json.NewEncoder(os.Stdout).Encode(v)
		return
	}
	fmt.Println(text)
}
