package main

import (
	"errors"
	"fmt"
	"os"
)

// growingFile is a file under its name with the suffix .part. What was appended is on disk.
type growingFile struct {
	file *os.File
	size int64
}

// openGrowing opens one that has so many bytes that count; those behind them are cut off.
func openGrowing(name string, size int64) (*growingFile, error) {
	f, err := os.OpenFile(name+partSuffix, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() < size {
		err = fmt.Errorf("%s has lost its end: remove the export and begin again", f.Name())
	}
	if err == nil {
		err = f.Truncate(size)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &growingFile{file: f, size: size}, nil
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

// writePart writes a whole file under its name with the suffix.
func writePart(name string, text []byte) error {
	f, err := os.OpenFile(name+partSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// writeDurably writes a file that is there as a whole, or as it was before. Unlike writeWhole it leaves nothing behind when it is killed
// that the next run does not write over.
func writeDurably(name string, text []byte) error {
	if err := writePart(name, text); err != nil {
		return err
	}
	return settle(name)
}

// settle gives a complete file its name.
func settle(name string) error { return os.Rename(name+partSuffix, name) }

// syncDirectory puts names on disk, on systems where there is a way to.
func syncDirectory(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
