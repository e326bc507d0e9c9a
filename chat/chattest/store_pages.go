package chattest

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"io"
	"math"
	"os"
	"slices"

	"go.etcd.io/bbolt"
)

// The layout of a bbolt file: a page begins with its number, its kind, how many elements it has and how many pages it continues on. The
// elements follow, of one size, and then their keys and values without a gap. A free part is zero.
const (
	pageHeader = 16

	branchPage   = 0x01
	leafPage     = 0x02
	metaPage     = 0x04
	freelistPage = 0x10

	elementSize   = 16
	bucketElement = 0x01 // the flag of a leaf element whose value is a bucket
	bucketHeader  = 16   // a bucket begins with its root page, 0 if the page follows inline, and its sequence

	metaMagic    = 0xED0CDAED
	metaChecksum = 56 // the offset of the checksum in a meta, which covers everything before it
	noFreelist   = ^uint64(0)
)

// inspect refuses a file whose pages do not have the structure that bbolt writes. It checks every bit of that structure, and reads the file
// as bytes: bbolt does not validate what it reads, and its own check panics in a goroutine where the panic cannot be recovered.
func inspect(tx *bbolt.Tx) error {
	f, err := os.Open(tx.DB().Path())
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	p := &pages{file: f, size: tx.DB().Info().PageSize, seen: make(map[uint64]bool)}
	if !p.areWhole() {
		return damaged(overwritten)
	}
	return nil
}

// pages reads the pages of a file.
type pages struct {
	file io.ReaderAt
	size int
	end  uint64          // the first page that was never used
	seen map[uint64]bool // pages that something refers to
}

// filePage is a page, and those that it continues on.
type filePage struct {
	kind, count uint16
	bytes       []byte // all of it
}

func (p *pages) areWhole() bool {
	root, freelist, ok := p.metas()
	if !ok || !p.bucket(root) {
		return false
	}
	return freelist == noFreelist || p.freelist(freelist) && uint64(len(p.seen)) == p.end-2
}

// metas reads the two metas and returns the pages of the later one. Both must be valid: otherwise bbolt silently uses the other, without
// the last commit.
func (p *pages) metas() (root, freelist uint64, ok bool) {
	var latest uint64
	for number := range uint64(2) {
		b := make([]byte, pageHeader+metaChecksum+8)
		if _, err := p.file.ReadAt(b, int64(number)*int64(p.size)); err != nil {
			return 0, 0, false
		}
		m := b[pageHeader:]
		sum := fnv.New64a()
		_, _ = sum.Write(m[:metaChecksum])
		if u64(b) != number || u16(b[8:]) != metaPage || u32(m) != metaMagic || u64(m[metaChecksum:]) != sum.Sum64() {
			return 0, 0, false
		}
		if tx := u64(m[48:]); number == 0 || tx > latest {
			latest, root, freelist, p.end = tx, u64(m[16:]), u64(m[32:]), u64(m[40:])
		}
	}
	return root, freelist, true
}

// read reads a page that nothing else refers to, and checks its header.
func (p *pages) read(number uint64) (filePage, bool) {
	if number < 2 || number >= p.end || p.seen[number] {
		return filePage{}, false
	}
	head := make([]byte, pageHeader)
	if _, err := p.file.ReadAt(head, int64(number)*int64(p.size)); err != nil {
		return filePage{}, false
	}
	more := u32(head[12:])
	if u64(head) != number || uint64(more) >= p.end-number {
		return filePage{}, false
	}
	for n := number; n <= number+uint64(more); n++ {
		if p.seen[n] {
			return filePage{}, false
		}
		p.seen[n] = true
	}
	b := make([]byte, (int64(more)+1)*int64(p.size))
	_, err := p.file.ReadAt(b, int64(number)*int64(p.size))
	return filePage{u16(head[8:]), u16(head[10:]), b}, err == nil
}

// bucket checks the pages of a bucket.
func (p *pages) bucket(root uint64) bool {
	top, ok := p.read(root)
	return ok && p.tree(top, nil, nil, true)
}

// tree checks a page and those below it, whose keys must be at least first and less than end. Nil means no bound.
func (p *pages) tree(top filePage, first, end []byte, isRoot bool) bool {
	elements, rest, ok := top.elements()
	if !ok || len(bytes.Trim(rest, "\x00")) > 0 || len(elements) == 0 && (!isRoot || top.kind == branchPage) {
		return false
	}
	for i, e := range elements {
		if bytes.Compare(first, e.key) > 0 || end != nil && bytes.Compare(e.key, end) >= 0 {
			return false
		}
		next := end
		if i+1 < len(elements) {
			next = elements[i+1].key
		}
		if next != nil && bytes.Compare(e.key, next) >= 0 || !p.beneath(top.kind, e, next) {
			return false
		}
	}
	return true
}

// beneath checks the page or bucket that an element refers to.
func (p *pages) beneath(kind uint16, e element, end []byte) bool {
	switch {
	case kind == branchPage:
		child, ok := p.read(e.child)
		return ok && p.tree(child, e.key, end, false)
	case !e.isBucket:
		return true
	case len(e.value) < bucketHeader:
		return false
	}
	if root := u64(e.value); root != 0 {
		return len(e.value) == bucketHeader && p.bucket(root)
	}
	inline := e.value[bucketHeader:]
	if len(inline) < pageHeader || u64(inline) != 0 || u32(inline[12:]) != 0 {
		return false
	}
	top := filePage{u16(inline[8:]), u16(inline[10:]), inline}
	elements, rest, ok := top.elements()
	hasBuckets := slices.ContainsFunc(elements, func(e element) bool { return e.isBucket })
	return ok && top.kind == leafPage && len(rest) == 0 && !hasBuckets && p.tree(top, nil, nil, true)
}

// freelist checks the list of the pages that nothing refers to.
func (p *pages) freelist(number uint64) bool {
	list, ok := p.read(number)
	if !ok || list.kind != freelistPage {
		return false
	}
	ids, n := list.bytes[pageHeader:], uint64(list.count)
	if n == math.MaxUint16 { // the count is in the first element
		n, ids = u64(ids), ids[8:]
	}
	if n > uint64(len(ids)/8) {
		return false
	}
	last := uint64(1)
	for i := range n {
		id := u64(ids[8*i:])
		if id <= last || id >= p.end || p.seen[id] {
			return false
		}
		p.seen[id], last = true, id
	}
	return true
}

// element is an element of a page: of a branch a key and a page, of a leaf a key and a value.
type element struct {
	key, value []byte
	child      uint64
	isBucket   bool
}

// elements reads the elements of a page, and returns what follows them.
func (f filePage) elements() (elements []element, rest []byte, ok bool) {
	if f.kind != branchPage && f.kind != leafPage {
		return nil, nil, false
	}
	at := uint64(pageHeader + elementSize*int(f.count))
	if at > uint64(len(f.bytes)) {
		return nil, nil, false
	}
	for i := range uint64(f.count) {
		start := pageHeader + elementSize*i
		b := f.bytes[start:]
		var e element
		var pos, key, value uint32
		if f.kind == branchPage {
			pos, key, e.child = u32(b), u32(b[4:]), u64(b[8:])
		} else {
			e.isBucket, pos, key, value = u32(b) == bucketElement, u32(b[4:]), u32(b[8:]), u32(b[12:])
			if u32(b) > bucketElement {
				return nil, nil, false
			}
		}
		end := at + uint64(key) + uint64(value)
		if key == 0 || start+uint64(pos) != at || end > uint64(len(f.bytes)) {
			return nil, nil, false
		}
		e.key, e.value = f.bytes[at:at+uint64(key)], f.bytes[at+uint64(key):end]
		elements, at = append(elements, e), end
	}
	return elements, f.bytes[at:], true
}

func u16(b []byte) uint16 { return binary.NativeEndian.Uint16(b) }
func u32(b []byte) uint32 { return binary.NativeEndian.Uint32(b) }
func u64(b []byte) uint64 { return binary.NativeEndian.Uint64(b) }
