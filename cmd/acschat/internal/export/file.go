package export

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// growingFile is a file with the suffix .part. Appended text is on disk.
type growingFile struct {
	file *os.File
	size int64
}

// openGrowing opens a file of which the first size bytes are valid, a number of lines, and removes the rest.
func openGrowing(name string, size int64, lines int) (*growingFile, error) {
	f, err := os.OpenFile(name+partSuffix, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err = checkLines(f, size, lines); err == nil {
		err = f.Truncate(size)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &growingFile{file: f, size: size}, nil
}

// checkLines checks that the first size bytes of a file are a number of whole lines.
func checkLines(f *os.File, size int64, lines int) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() < size {
		return fmt.Errorf("%s is shorter than it was: remove the export and start again", f.Name())
	}
	found := 0
	err = eachLine(io.NewSectionReader(f, 0, size), func(int64, []byte) error { found++; return nil })
	if errors.Is(err, io.EOF) || err == nil && found != lines { // EOF is within a line
		return fmt.Errorf("%s does not fit %s: remove the export and start again", f.Name(), stateFile)
	}
	return err
}

func (g *growingFile) append(text []byte) error {
	if _, err := g.file.WriteAt(text, g.size); err != nil {
		return err
	}
	if err := g.file.Sync(); err != nil {
		return err
	}
	g.size += int64(len(text))
	return nil
}

// writePart writes a whole file with the suffix.
func writePart(name string, text []byte) error {
	f, err := os.OpenFile(name+partSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// writeDurably replaces a file at once, or leaves it as it was. If it is killed, it leaves only a file that the next run overwrites.
func writeDurably(name string, text []byte) error {
	if err := writePart(name, text); err != nil {
		return err
	}
	return settle(name)
}

// settle removes the suffix of a complete file.
func settle(name string) error { return os.Rename(name+partSuffix, name) }

// syncDirectory syncs the names in a directory, where the system can.
func syncDirectory(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
