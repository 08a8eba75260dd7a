package apply

import (
	"context"
	"fmt"
	"strconv"

	"github.com/tidemark-cdc/tidemark/aggregate/model"
	"github.com/tidemark-cdc/tidemark/aggregate/target"
)

// Status is what there is of a model on a server.
type Status struct {
	Made  bool `json:"made"`
	Rows  int  `json:"rows"`
	Bytes int  `json:"bytes"`
	// Applied is when the newest batch of its source came in, Built when its state was made; UTC.
	Applied string `json:"applied,omitempty"`
	Built   string `json:"built,omitempty"`
	// Verified is when it was last compared with the current rows, and Differing how many groups differed.
	Verified  string `json:"verified,omitempty"`
	Differing int    `json:"differing,omitempty"`
}

// Status asks the server about a model.
func (a *Applier) Status(ctx context.Context, m *model.Model) (Status, error) {
	f, err := a.find(ctx, m.Name)
	if err != nil || f.current == nil {
		return Status{}, err
	}
	rows, err := a.Server.Rows(ctx, fmt.Sprintf(`SELECT
		(SELECT sum(total_rows) FROM system.tables WHERE concat(database, '.', name) IN (%[1]s)),
		(SELECT sum(total_bytes) FROM system.tables WHERE concat(database, '.', name) IN (%[1]s)),
		(SELECT toString(max(inserted_at)) FROM ops.applied WHERE table = 'raw.%[2]s'),
		(SELECT toString(max(metadata_modification_time)) FROM system.tables WHERE concat(database, '.', name) = %[3]s),
		(SELECT if(count() = 0, '', toString(max(at))) FROM ops.aggregate_checks WHERE model = '%[4]s'),
		(SELECT argMax(differing, at) FROM ops.aggregate_checks WHERE model = '%[4]s')`,
		target.Text(f.current.name)+", "+target.Text(target.Past(f.current.name)), m.Sources[0], target.Text(f.current.name), m.Name))
	if err != nil {
		return Status{}, fmt.Errorf("model %s: %w", m.Name, err)
	}
	s := Status{Made: true, Applied: rows[0][2], Built: rows[0][3], Verified: rows[0][4]}
	s.Rows, _ = strconv.Atoi(rows[0][0])
	s.Bytes, _ = strconv.Atoi(rows[0][1])
	s.Differing, _ = strconv.Atoi(rows[0][5])
	return s, nil
}
