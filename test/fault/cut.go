package fault

import (
	"context"
	"time"

	"github.com/tidemark-cdc/tidemark/test/fault/proxy"
)

// Cut closes the connections between a program and a server and lets none be made.
func Cut(link string) Fault {
	return weather(Fault{
		Name: "cut-" + link, Kind: "connection cut",
		MustNot: "Nobody gives up: what is away for long is still only away.",
		Least:   time.Second, Most: 12 * time.Second,
	}, link, proxy.Weather{Cut: true})
}

// Break closes the connections between a program and a server once.
func Break(link string) Fault {
	return Fault{
		Name: "break-" + link, Kind: "connection broken",
		MustNot: "A request whose answer did not come is neither taken for done nor for not done.",
		Strike: func(_ context.Context, r *Rig) error {
			r.Links[link].Reset()
			return nil
		},
	}
}
