package chattest

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
)

// metadata is a map of strings that keeps the order of its keys. Nil means absent; an empty map is present.
type metadata []entry

type entry struct {
	key   string
	value *string // nil for null
}

// maxMetadata is the limit for all keys and values of a thread, or of a participant, in bytes.
const maxMetadata = 1024

// UnmarshalJSON accepts an object of strings and nulls. A repeated key has its last value, at its first place.
func (m *metadata) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	start, err := d.Token()
	if err != nil {
		return err
	}
	if start == nil {
		*m = nil
		return nil
	}
	if start != json.Delim('{') {
		return errors.New("metadata is not an object")
	}
	read := metadata{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var value *string
		if err := d.Decode(&value); err != nil {
			return err
		}
		read.set(key.(string), value)
	}
	*m = read
	return nil
}

// MarshalJSON omits nulls.
func (m metadata) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for _, e := range m {
		if e.value == nil {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(b, encode(e.key)...), ':')
		b = append(b, encode(*e.value)...)
	}
	return append(b, '}'), nil
}

// merge applies a patch: the empty string and null remove a key, other values replace the old one or are added at the end. The
// receiver is not changed.
func (m metadata) merge(patch metadata) metadata {
	merged := slices.Clone(m)
	for _, e := range patch {
		if e.value == nil || *e.value == "" {
			merged = slices.DeleteFunc(merged, func(old entry) bool { return old.key == e.key })
		} else {
			merged.set(e.key, e.value)
		}
	}
	return merged
}

// attachmentsLast moves the key with the attachments of a message to the end, as the service does.
func (m metadata) attachmentsLast() metadata {
	i := slices.IndexFunc(m, func(e entry) bool { return e.key == "amsreferences" })
	if i < 0 {
		return m
	}
	return append(slices.Delete(slices.Clone(m), i, i+1), m[i])
}

func (m *metadata) set(key string, value *string) {
	i := slices.IndexFunc(*m, func(e entry) bool { return e.key == key })
	if i < 0 {
		*m = append(*m, entry{key, value})
	} else {
		(*m)[i].value = value
	}
}

// size is the size of all keys and values in bytes.
func (m metadata) size() int {
	n := 0
	for _, e := range m {
		n += len(e.key)
		if e.value != nil {
			n += len(*e.value)
		}
	}
	return n
}

// metadataPatch is the metadata member of a merge patch, which may be absent, null or an object.
type metadataPatch struct {
	present bool
	entries metadata // nil for null
}

// UnmarshalJSON is called for null too.
func (p *metadataPatch) UnmarshalJSON(data []byte) error {
	p.present = true
	return p.entries.UnmarshalJSON(data)
}

// apply merges the patch: null removes everything.
func (p metadataPatch) apply(m metadata) metadata {
	switch {
	case !p.present:
		return m
	case p.entries == nil:
		return nil
	}
	return m.merge(p.entries)
}
