package fault

import (
	"time"

	"github.com/tidemark-cdc/tidemark/test/fault/proxy"
)

// Hang lets nothing pass between a program and a server and breaks nothing either, as a
// network does that drops packets.
func Hang(link string) Fault {
	still := proxy.Stream{Hold: true}
	return weather(Fault{
		Name: "hang-" + link, Kind: "connection hangs",
		MustNot: "Who is not answered finds out; a hung reader is not taken for one that has nothing to read.",
		Least:   4 * time.Second, Most: 20 * time.Second,
	}, link, proxy.Weather{Up: still, Down: still})
}
