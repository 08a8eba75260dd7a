package mongo

import (
	"context"
	"fmt"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/mongo/emit"
)

// restate says the wanted documents again at the boundary where the stream stands. They are read now, so they hold at least
// what was written up to there. A collection whose snapshot is open needs none of it.
func (l *loop) restate(ctx context.Context) error {
	if done, _ := l.front.Done(); len(l.wanted) == 0 || done < l.hold {
		return nil
	}
	at, n := l.here(), 0
	for _, rows := range l.wanted {
		t := l.tableNamed(rows.Table)
		if t == nil || !t.State.Done {
			continue
		}
		for _, key := range rows.Keys {
			if err := l.say(ctx, t, at, key); err != nil {
				return err
			}
			n++
		}
	}
	l.wanted = nil
	l.state.Touch()
	l.log.Info("documents said again", "at", at.At.String(), "documents", n)
	return l.flush()
}

func (l *loop) tableNamed(name string) *emit.Table {
	for _, t := range l.tables {
		if t.Contract.Name() == name {
			return t
		}
	}
	return nil
}

func (l *loop) say(ctx context.Context, t *emit.Table, at emit.Boundary, key []string) error {
	id, err := identifier(t, key)
	if err != nil {
		l.log.Error("a document that was asked for cannot be looked up", "collection", t.Namespace.String(), "err", err)
		return nil
	}
	doc, until, err := l.scan.Current(ctx, t.Namespace, id, at.At)
	if err != nil {
		return err
	}
	return l.emit.Restate(t, at, id, doc, until)
}

// identifier is the document {_id: ..} of a key's text, as the type in the contract has it.
func identifier(t *emit.Table, key []string) (bson.Raw, error) {
	columns := t.Contract.KeyColumns()
	if len(key) != 1 || len(columns) != 1 {
		return nil, fmt.Errorf("a key of %d values: a collection's key is its _id", len(key))
	}
	v, err := idValue(columns[0].Type.Name, key[0])
	if err != nil {
		return nil, fmt.Errorf("_id %q: %w", key[0], err)
	}
	return bson.Marshal(bson.D{{Key: "_id", Value: v}})
}

func idValue(typ, text string) (any, error) {
	switch typ {
	case "string":
		return text, nil
	case "objectid":
		return bson.ObjectIDFromHex(text)
	case "int":
		n, err := strconv.ParseInt(text, 10, 32)
		return int32(n), err
	case "long":
		return strconv.ParseInt(text, 10, 64)
	case "json":
		var doc struct {
			Value bson.RawValue `bson:"v"`
		}
		err := bson.UnmarshalExtJSON([]byte(`{"v":`+text+`}`), false, &doc)
		return doc.Value, err
	}
	return nil, fmt.Errorf("rows cannot be asked for by an _id of type %s", typ)
}
