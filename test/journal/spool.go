package journal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// spool keeps one table's changes in a file, so that their number is bounded by the
// disk alone.
type spool struct {
	file  *os.File
	out   *bufio.Writer
	count map[Kind]int64
	buf   []byte
}

func newSpool(path string) (*spool, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("keep the journal: %w", err)
	}
	return &spool{file: f, out: bufio.NewWriterSize(f, 1<<16), count: map[Kind]int64{}}, nil
}

// add appends one change.
func (s *spool) add(c *Change) error {
	s.count[c.Kind]++
	b := binary.AppendUvarint(binary.AppendUvarint(append(s.buf[:0], byte(c.Kind)), c.From), c.To)
	for _, texts := range [][]string{c.Key, c.OldKey, c.Before, c.After} {
		b = appendTexts(b, texts)
	}
	s.buf = b
	if _, err := s.out.Write(b); err != nil {
		return fmt.Errorf("keep the journal: %w", err)
	}
	return nil
}

// appendTexts writes 0 for nil, else the number of texts plus one and each with its length.
func appendTexts(b []byte, texts []string) []byte {
	if texts == nil {
		return append(b, 0)
	}
	b = binary.AppendUvarint(b, uint64(len(texts))+1)
	for _, t := range texts {
		b = append(binary.AppendUvarint(b, uint64(len(t))), t...)
	}
	return b
}

// read gives every change that was added, in that order.
func (s *spool) read(change func(Change) error) error {
	if err := s.out.Flush(); err != nil {
		return fmt.Errorf("keep the journal: %w", err)
	}
	f, err := os.Open(s.file.Name())
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<16)
	for {
		c, err := readChange(in)
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
		if err := change(c); err != nil {
			return err
		}
	}
}

func readChange(in *bufio.Reader) (c Change, err error) {
	kind, err := in.ReadByte()
	if err != nil {
		return c, err // the end, between two changes
	}
	c.Kind = Kind(kind)
	if c.From, err = binary.ReadUvarint(in); err != nil {
		return c, cut(err)
	}
	if c.To, err = binary.ReadUvarint(in); err != nil {
		return c, cut(err)
	}
	for _, texts := range []*[]string{&c.Key, &c.OldKey, &c.Before, &c.After} {
		if *texts, err = readTexts(in); err != nil {
			return c, cut(err)
		}
	}
	return c, nil
}

func readTexts(in *bufio.Reader) ([]string, error) {
	n, err := binary.ReadUvarint(in)
	if err != nil || n == 0 {
		return nil, err
	}
	texts := make([]string, n-1)
	for i := range texts {
		size, err := binary.ReadUvarint(in)
		if err != nil {
			return nil, err
		}
		b := make([]byte, size)
		if _, err := io.ReadFull(in, b); err != nil {
			return nil, err
		}
		texts[i] = string(b)
	}
	return texts, nil
}

// cut says that the file ends within a change, which is not its end.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (s *spool) close() error { return s.file.Close() }
