package ledger

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// textVersion leads the metadata. Another version stops the worker: guessing what an
// unknown program sealed would rebuild other rows under the same token.
const textVersion = "tidemark/1"

// Text is the commit's metadata: words that an operator can read in any Kafka tool,
// far below the broker's default limit of 4096 bytes.
//
//	tidemark/1 sealed 100-199 hw=0/7/1 inc=a1 win=s1@0/5/0 rows=2 dead=0 sum=00ff schema=9 at=1700000000000
//	tidemark/1 done 200 hw=0/9/1 inc=a1
func (e Entry) Text() string {
	var b strings.Builder
	b.WriteString(textVersion)
	if e.Kind == Sealed {
		fmt.Fprintf(&b, " sealed %d-%d", e.Range.First, e.Range.Last)
	} else {
		fmt.Fprintf(&b, " done %d", e.Next)
	}
	fmt.Fprintf(&b, " hw=%s inc=%s", e.State.HighWater, url.QueryEscape(e.State.Incarnation))
	if w := e.State.Window; w.Open() {
		fmt.Fprintf(&b, " win=%s@%s", url.QueryEscape(w.Snapshot), w.Begin)
		if w.Initial {
			b.WriteString("+initial")
		}
		if w.Chained {
			b.WriteString("+chained")
		}
	}
	b.WriteString(e.State.more())
	if e.Paused != "" {
		fmt.Fprintf(&b, " paused=%s", url.QueryEscape(e.Paused))
	}
	if r := e.Range; e.Kind == Sealed {
		if r.Slices > 1 {
			fmt.Fprintf(&b, " slice=%d/%d/%d", r.Slice, r.Slices, r.Prior)
		}
		fmt.Fprintf(&b, " rows=%d dead=%d sum=%016x schema=%08x at=%d", r.Rows, r.Dead, r.Checksum, r.Schema, r.At.UnixMilli())
		if r.Acked {
			b.WriteString(" acked=1")
		}
	}
	return b.String()
}

// more are the words that most commits have no need of.
func (s State) more() (words string) {
	if !s.Floor.IsZero() {
		words += " floor=" + s.Floor.String()
	}
	if !s.Gap.IsZero() {
		words += " gap=" + s.Gap.String()
	}
	if s.Opened > 0 {
		words += fmt.Sprintf(" opened=%d", s.Opened)
	}
	if s.Known > 0 {
		words += fmt.Sprintf(" known=%d", s.Known)
	}
	return words
}

// Parse reads what Text wrote. Every failure wraps ErrMetadata.
func Parse(text string) (Entry, error) {
	words := strings.Fields(text)
	if len(words) < 3 || words[0] != textVersion {
		return Entry{}, fmt.Errorf("%w: %.200q", ErrMetadata, text)
	}
	e, err := parseKind(words[1], words[2])
	for _, w := range words[3:] {
		if err == nil {
			err = e.set(w)
		}
	}
	if err == nil {
		err = e.complete(text)
	}
	if err != nil {
		return Entry{}, fmt.Errorf("%w: %.200q: %w", ErrMetadata, text, err)
	}
	return e, nil
}

func parseKind(kind, offsets string) (e Entry, err error) {
	switch kind {
	case "done":
		e.Kind = Done
		e.Next, err = strconv.ParseInt(offsets, 10, 64)
		return e, err
	case "sealed":
		e.Kind, e.Range.Slices = Sealed, 1
		first, last, _ := strings.Cut(offsets, "-")
		if e.Range.First, err = strconv.ParseInt(first, 10, 64); err != nil {
			return e, err
		}
		e.Next = e.Range.First
		e.Range.Last, err = strconv.ParseInt(last, 10, 64)
		if err == nil && e.Range.Last < e.Range.First {
			err = fmt.Errorf("range %s ends before it begins", offsets)
		}
		return e, err
	}
	return e, fmt.Errorf("unknown kind %q", kind)
}

// complete refuses a text that lacks a word which a rebuild starts from: its zero value
// would pass for a fact.
func (e Entry) complete(text string) error {
	need := []string{" hw=", " inc="}
	if e.Kind == Sealed {
		need = append(need, " rows=", " dead=", " sum=", " schema=", " at=")
	}
	for _, w := range need {
		if !strings.Contains(text, w) {
			return fmt.Errorf("no%s", w)
		}
	}
	return nil
}

// set reads one key=value word. An unknown key fails: it would mean something that a
// rebuild by this program does not know of.
func (e *Entry) set(word string) (err error) {
	key, value, _ := strings.Cut(word, "=")
	switch key {
	case "hw":
		e.State.HighWater, err = position.Parse(value)
	case "inc":
		e.State.Incarnation, err = url.QueryUnescape(value)
	case "win":
		e.State.Window, err = parseWindow(value)
	case "floor":
		e.State.Floor, err = position.Parse(value)
	case "gap":
		e.State.Gap, err = position.Parse(value)
	case "opened":
		e.State.Opened, err = strconv.ParseInt(value, 10, 64)
	case "paused":
		e.Paused, err = url.QueryUnescape(value)
	case "known":
		e.State.Known, err = strconv.ParseInt(value, 10, 64)
	case "rows":
		e.Range.Rows, err = strconv.Atoi(value)
	case "slice":
		_, err = fmt.Sscanf(value, "%d/%d/%d", &e.Range.Slice, &e.Range.Slices, &e.Range.Prior)
		if r := e.Range; err == nil && (r.Slices < 2 || r.Slice < 0 || r.Slice >= r.Slices || r.Prior < 0) {
			err = fmt.Errorf("slice %q", value)
		}
	case "dead":
		e.Range.Dead, err = strconv.Atoi(value)
	case "sum":
		e.Range.Checksum, err = strconv.ParseUint(value, 16, 64)
	case "schema":
		var id uint64
		id, err = strconv.ParseUint(value, 16, 32)
		e.Range.Schema = uint32(id)
	case "at":
		var ms int64
		ms, err = strconv.ParseInt(value, 10, 64)
		e.Range.At = time.UnixMilli(ms).UTC()
	case "acked":
		e.Range.Acked, err = strconv.ParseBool(value)
	default:
		err = fmt.Errorf("unknown word %q", word)
	}
	return err
}

func parseWindow(value string) (w Window, err error) {
	id, rest, _ := strings.Cut(value, "@")
	if w.Snapshot, err = url.QueryUnescape(id); err != nil {
		return w, err
	}
	begin, flags, _ := strings.Cut(rest, "+")
	for _, f := range strings.Split(flags, "+") {
		switch f {
		case "":
		case "initial":
			w.Initial = true
		case "chained":
			w.Chained = true
		default:
			return w, fmt.Errorf("unknown window flag %q", f)
		}
	}
	w.Begin, err = position.Parse(begin)
	if err == nil && w.Snapshot == "" {
		err = fmt.Errorf("window %q without a snapshot id", value)
	}
	return w, err
}
