package fault

import (
	"context"

	"github.com/tidemark-cdc/tidemark/compose/local/site"
	"github.com/tidemark-cdc/tidemark/test/fault/proxy"
)

// ways are the pairs of a program and a server that it talks to.
var ways = [][2]string{
	{site.Capture, site.Postgres}, {site.Capture, site.Mongo}, {site.Capture, site.Kafka}, {site.Sink, site.Kafka}, {site.Sink, site.ClickHouse},
}

// Links names every link.
func Links() []string {
	var names []string
	for _, w := range ways {
		names = append(names, site.Way(w[0], w[1]))
	}
	return names
}

// openLinks puts a proxy on each way.
func (r *Rig) openLinks(ctx context.Context) error {
	s := r.Stack.Site
	for _, w := range ways {
		p, err := proxy.Open(ctx, s.Reach(w[0], w[1]), s.Behind(w[0], w[1]))
		if err != nil {
			return err
		}
		r.Links[site.Way(w[0], w[1])] = p
	}
	return nil
}

// weather is a fault of a link.
func weather(f Fault, link string, w proxy.Weather) Fault {
	f.Strike = func(_ context.Context, r *Rig) error {
		r.Links[link].Suffer(f.Name, w)
		return nil
	}
	f.Heal = func(_ context.Context, r *Rig) error {
		r.Links[link].Clear(f.Name)
		return nil
	}
	return f
}
